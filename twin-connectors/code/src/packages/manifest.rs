//! What a manifest becomes: its package, its component, and the packages that it names.

use std::collections::{BTreeMap, BTreeSet};

use twin_core::observe::{Evidence, Handle, Perspective, Record, RecordKey, Space, Statement, Target};
use twin_core::schema::{AttributeName, Value, attribute, kind, relation};

use super::name::{Ecosystem, package_key};
use super::place::{Place, called, place_of};
use super::{File, Told};

/// Whom a dependency means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    /// Whatever answers to the package's URL.
    ByUrl,
    /// Whatever is made from a folder of the project.
    Folder(String),
}

/// One dependency.
#[derive(Clone, Debug)]
pub(crate) struct Dependency {
    /// The name in its ecosystem's one spelling.
    pub name: String,
    /// Where the name stands.
    pub evidence: Evidence,
    /// Whom it means.
    pub goal: Goal,
    /// What it is for, if it is not needed at run time.
    pub scope: Option<&'static str>,
    /// The versions that are accepted, as written.
    pub range: Option<String>,
    /// The version that a lock file chose.
    pub version: Option<String>,
    /// When it is needed: a marker, a platform.
    pub condition: Option<String>,
}

impl Dependency {
    /// A dependency that is needed at run time.
    pub fn new(name: String, evidence: Evidence) -> Self {
        Dependency { name, evidence, goal: Goal::ByUrl, scope: None, range: None, version: None, condition: None }
    }

    fn attributes(&self) -> BTreeMap<AttributeName, Value> {
        let scope = self.scope.map(str::to_owned);
        let texts = [
            (attribute::DEPENDENCY_SCOPE, &scope),
            (attribute::VERSION_RANGE, &self.range),
            (attribute::VERSION, &self.version),
            (attribute::CONDITION, &self.condition),
        ];
        texts.into_iter().filter_map(|(name, text)| Some((name, Value::Text(text.clone()?)))).collect()
    }
}

/// A manifest as it was read.
#[derive(Clone, Debug)]
pub(crate) struct Manifest {
    /// Whose names it uses.
    pub ecosystem: Ecosystem,
    /// Whose component it is: the ecosystem's, unless another tool of the ecosystem reads the file.
    pub tool: &'static str,
    /// The name, in one spelling.
    pub name: Told,
    /// Whether others can depend on it by that name.
    pub is_named: bool,
    /// The name for people.
    pub short: String,
    /// The folder of its code.
    pub folder: String,
    /// Whether it is something of its own, and not only what others inherit from.
    pub is_component: bool,
    /// Its version.
    pub version: Option<Told>,
    /// What people say it is.
    pub description: Option<Told>,
    /// Its licence.
    pub license: Option<Told>,
    /// Whether it is a library or an application, where it says so.
    pub form: Option<Told>,
    /// What it depends on.
    pub dependencies: Vec<Dependency>,
}

impl Manifest {
    /// A manifest that says its name; without a name it is called after its folder.
    pub fn new(ecosystem: Ecosystem, name: Option<Told>, folder: &str, file: &File<'_>) -> Self {
        let source = file.origin.source.0.as_str();
        let is_named = name.is_some();
        let unnamed = || Told { text: unnamed(folder, source), evidence: file.evidence(1, "") };
        let name = name.map_or_else(unnamed, |told| Told { text: ecosystem.normal(&told.text), ..told });
        let short = if is_named { ecosystem.short(&name.text) } else { called(folder, source) }.to_owned();
        Manifest {
            ecosystem,
            tool: ecosystem.of_url(),
            name,
            is_named,
            short,
            folder: folder.to_owned(),
            is_component: true,
            version: None,
            description: None,
            license: None,
            form: None,
            dependencies: Vec::new(),
        }
    }

    /// The records: the package stands for the manifest, everything else for nothing.
    pub fn records(&self, file: &File<'_>) -> Vec<Record> {
        let package = self.package(file);
        let component = self.stands_alone().then(|| self.component(file));
        let named = strangers(self.ecosystem, &self.dependencies, &self.name.text, file);
        std::iter::once(package).chain(component).chain(named).collect()
    }

    /// Whether it is a component of the project.
    fn stands_alone(&self) -> bool {
        self.is_component && place_of(&self.folder) == Place::Own
    }

    fn component_key(&self, file: &File<'_>) -> RecordKey {
        RecordKey::new(&file.origin.source, kind::COMPONENT, format!("{}:{}", self.tool, self.name.text))
    }

    fn package(&self, file: &File<'_>) -> Record {
        let evidence = &self.name.evidence;
        let key = own_key(file, self.ecosystem, &self.name.text);
        let mut record = Record::new(key, self.name.text.as_str(), Perspective::Declared, evidence.clone());
        if self.is_named && place_of(&self.folder) != Place::TestData {
            record.known_as(self.ecosystem.url(&self.name.text), evidence.clone());
        }
        for (name, told) in [(attribute::VERSION, &self.version), (attribute::LICENSE, &self.license)] {
            if let Some(told) = told {
                record.attribute(name, told.text.as_str(), told.evidence.clone());
            }
        }
        if self.stands_alone() {
            record.relate(relation::REPRESENTS, Target::Record(self.component_key(file)), evidence.clone());
        }
        record.relate(relation::BUILT_FROM, Target::Handle(self.code(file)), evidence.clone());
        depend(&mut record, self.ecosystem, &self.dependencies, file);
        record
    }

    fn code(&self, file: &File<'_>) -> Handle {
        Handle::within(Space::Path, self.folder.as_str(), file.origin.source.0.as_str())
    }

    fn component(&self, file: &File<'_>) -> Record {
        let evidence = &self.name.evidence;
        let mut record =
            Record::new(self.component_key(file), self.short.as_str(), Perspective::Declared, evidence.clone());
        record.stands_for = 0;
        record.known_as(self.code(file), evidence.clone());
        for (name, told) in [(attribute::DESCRIPTION, &self.description), (attribute::PLATFORM_KIND, &self.form)] {
            if let Some(told) = told {
                record.attribute(name, told.text.as_str(), told.evidence.clone());
            }
        }
        record
    }
}

/// What tells a package that says no name from others: its folder, for it has nothing else.
pub(crate) fn unnamed(folder: &str, source: &str) -> String {
    if folder.is_empty() { called("", source) } else { folder }.to_owned()
}

/// The key of a package that a file of the project is about: test data is kept apart from what it imitates.
pub(super) fn own_key(file: &File<'_>, ecosystem: Ecosystem, name: &str) -> RecordKey {
    let key = package_key(&file.origin.source, ecosystem, name);
    match place_of(file.folder()) {
        Place::TestData => key.in_cluster("test data"),
        _ => key,
    }
}

/// Adds a package's dependencies.
pub(super) fn depend(record: &mut Record, ecosystem: Ecosystem, dependencies: &[Dependency], file: &File<'_>) {
    for dependency in dependencies {
        let handle = match &dependency.goal {
            Goal::ByUrl => ecosystem.url(&dependency.name),
            Goal::Folder(folder) => Handle::within(Space::Path, folder, file.origin.source.0.as_str()),
        };
        let (target, attributes) = (Target::Handle(handle), dependency.attributes());
        let related = Statement::Related { relation: relation::DEPENDS_ON, variant: None, target, attributes };
        record.say(related, dependency.evidence.clone());
    }
}

/// The packages that dependencies name, each once: records that stand for nothing, so that the names can be answered.
pub(super) fn strangers(ecosystem: Ecosystem, dependencies: &[Dependency], own: &str, file: &File<'_>) -> Vec<Record> {
    let mut seen = BTreeSet::from([own]);
    let by_url = dependencies.iter().filter(|dependency| dependency.goal == Goal::ByUrl);
    let new = by_url.filter(|dependency| seen.insert(dependency.name.as_str()));
    new.map(|dependency| stranger(ecosystem, dependency, file)).collect()
}

fn stranger(ecosystem: Ecosystem, dependency: &Dependency, file: &File<'_>) -> Record {
    let key = package_key(&file.origin.source, ecosystem, &dependency.name);
    let evidence = &dependency.evidence;
    let mut record = Record::new(key, dependency.name.as_str(), Perspective::Declared, evidence.clone());
    record.stands_for = 0;
    record.known_as(ecosystem.url(&dependency.name), evidence.clone());
    record
}
