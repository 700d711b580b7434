//! Configurations: what a file or object names, its readers connect to.
//!
//! A workload reads a configuration because it says so (a reference, a mount), because the file lies in the folder that it is built from,
//! because both give the application the same name, or because a folder on the file's path is called like it. The last two are conventions,
//! and weigh less.

use std::collections::{BTreeMap, BTreeSet};

use super::Build;
use super::connections::{Mention, connection};
use super::piece::Pass;
use crate::identity::RecordIndex;
use crate::observe::{Evidence, Handle, Holding, Space, Statement, Step, Target};
use crate::schema::{kind, relation};

/// How sure it is that a workload reads a configuration, by how that is known.
const SAID: f64 = 1.0;
const IN_CODE_FOLDER: f64 = 1.0;
const SAME_NAME: f64 = 0.95;
const SHARED: f64 = 0.9;
const FOLDER_CALLED_SO: f64 = 0.85;

/// What the conventions go by.
struct Conventions {
    /// Workloads by the names that a configuration may give its application.
    named: BTreeMap<String, Vec<RecordIndex>>,
    /// By folder, the workloads after which configurations in it are called.
    beside: BTreeMap<String, BTreeSet<RecordIndex>>,
}

/// A workload that reads a configuration.
#[derive(Clone, Debug)]
struct Reader {
    workload: RecordIndex,
    steps: Vec<Step>,
    certainty: f64,
}

impl Build<'_> {
    /// Adds the connections that configurations state for their readers.
    pub(super) fn add_configured_connections(&mut self) {
        let configurations: Vec<RecordIndex> = self.directory.of_kind(kind::CONFIGURATION).collect();
        if configurations.is_empty() {
            return;
        }
        let said = self.stated_readers();
        let conventions = self.conventions();
        self.unit_anew(Pass::Configured, |build| {
            for configuration in configurations {
                build.add_connections_of_readers(configuration, &build.readers(configuration, &said, &conventions));
            }
        });
    }

    fn add_connections_of_readers(&mut self, configuration: RecordIndex, readers: &[Reader]) {
        for (fact, holding) in self.directory.facts_of(configuration) {
            let Some((target, attributes)) = connection(holding) else { continue };
            for reader in readers {
                let (user, certainty) = (reader.workload, reader.certainty);
                let mention = Mention { user, fact, before: reader.steps.clone(), certainty, target, attributes };
                if !self.is_overridden(&mention) {
                    self.connect(mention);
                }
            }
        }
    }

    /// Whether the reader sets to something else what the configuration would set: a variable of its own comes before a setting of
    /// that name. One that says the same confirms it; one that names nobody else names the reader itself.
    fn is_overridden(&self, mention: &Mention<'_>) -> bool {
        let settings: Vec<Vec<String>> = evidence(self.directory.holding(mention.fact)).map(fields).collect();
        let reached = self.reached(mention);
        !settings.is_empty() && settings.iter().all(|names| self.sets_otherwise(mention.user, names, &reached))
    }

    fn sets_otherwise(&self, user: RecordIndex, names: &[String], reached: &BTreeSet<RecordIndex>) -> bool {
        let directory = self.directory;
        let is_one = |evidence: &Evidence| fields(evidence).first().is_some_and(|own| names.contains(own));
        let own = directory.facts_of(user).filter(|(_, holding)| evidence(holding).any(is_one));
        let own: BTreeSet<RecordIndex> = own
            .filter_map(|(fact, holding)| Some((fact, connection(holding)?)))
            .flat_map(|(fact, (target, attributes))| {
                let before = Vec::new();
                self.reached(&Mention { user, fact, before, certainty: SAID, target, attributes })
            })
            .collect();
        !own.is_empty() && own.is_disjoint(reached)
    }

    /// Who says that they read a configuration: a reference to it by name, or a mount of its path or of a folder above it.
    fn stated_readers(&self) -> BTreeMap<RecordIndex, Vec<Reader>> {
        let mut readers: BTreeMap<RecordIndex, Vec<Reader>> = BTreeMap::new();
        let mut mounts: BTreeMap<&Handle, Vec<Reader>> = BTreeMap::new();
        for &workload in self.directory.related() {
            for (fact, holding) in self.directory.facts_of(workload) {
                let Statement::Related { relation, target, .. } = &holding.fact.statement else { continue };
                if *relation != relation::CONFIGURED_BY {
                    continue;
                }
                let reader = Reader { workload, steps: self.steps(fact), certainty: SAID };
                match target {
                    Target::Handle(handle) if handle.space == Space::Path => {
                        mounts.entry(handle).or_default().push(reader)
                    }
                    target => {
                        for found in self.directory.resolve(target, workload) {
                            readers.entry(found.record).or_default().push(reader.clone());
                        }
                    }
                }
            }
        }
        for configuration in self.directory.of_kind(kind::CONFIGURATION) {
            for handle in self.paths(configuration).iter().flat_map(ancestors) {
                readers.entry(configuration).or_default().extend(mounts.get(&handle).into_iter().flatten().cloned());
            }
        }
        readers
    }

    fn paths(&self, record: RecordIndex) -> Vec<Handle> {
        let handles = self.directory.record(record).handles.iter();
        handles.filter(|(handle, _)| handle.space == Space::Path).map(|(handle, _)| handle.clone()).collect()
    }

    fn conventions(&self) -> Conventions {
        let named = self.readers_by_name();
        let mut beside: BTreeMap<String, BTreeSet<RecordIndex>> = BTreeMap::new();
        for configuration in self.directory.of_kind(kind::CONFIGURATION) {
            let readers = self.readers_of_name(configuration, &named);
            let workloads = || readers.iter().map(|reader| reader.workload);
            for path in self.paths(configuration).iter().filter(|_| !readers.is_empty()) {
                beside.entry(parent(&path.value).to_owned()).or_default().extend(workloads());
            }
        }
        Conventions { named, beside }
    }

    /// Workloads by the names that a configuration may give its application.
    fn readers_by_name(&self) -> BTreeMap<String, Vec<RecordIndex>> {
        let mut named: BTreeMap<String, Vec<RecordIndex>> = BTreeMap::new();
        for workload in self.directory.of_kind(kind::WORKLOAD) {
            let view = self.directory.record(workload);
            let services = view.handles.iter().filter(|(handle, _)| handle.space == Space::ServiceName);
            let names: BTreeSet<String> =
                services.map(|(handle, _)| handle.value.to_lowercase()).chain([view.name.to_lowercase()]).collect();
            names.into_iter().for_each(|name| named.entry(name).or_default().push(workload));
        }
        named
    }

    fn readers(
        &self,
        configuration: RecordIndex,
        said: &BTreeMap<RecordIndex, Vec<Reader>>,
        Conventions { named, beside }: &Conventions,
    ) -> Vec<Reader> {
        let stated = said.get(&configuration).cloned().unwrap_or_default();
        let by_convention = || {
            let found = self.readers_in_code_folder(configuration);
            let found = if found.is_empty() { self.readers_of_name(configuration, named) } else { found };
            let found = if found.is_empty() { self.readers_of_shared(configuration, beside) } else { found };
            if found.is_empty() { self.readers_called_like_folder(configuration, named) } else { found }
        };
        match stated.is_empty() {
            true => self.with_siblings(by_convention()),
            // Of several files that say the same, one may be mounted and another built in.
            false if self.paths(configuration).len() > 1 => {
                let built_in = self.with_siblings(self.readers_in_code_folder(configuration));
                built_in.into_iter().chain(stated).collect()
            }
            false => stated,
        }
    }

    /// What one workload of a component is built with, its other workloads are built with too.
    fn with_siblings(&self, readers: Vec<Reader>) -> Vec<Reader> {
        let mut all: BTreeMap<RecordIndex, Reader> = BTreeMap::new();
        for reader in readers {
            let component = self.places(reader.workload).component;
            let siblings = component.into_iter().flat_map(|node| self.entity(node).records.iter());
            for sibling in siblings.filter_map(|key| self.directory.by_key(key)) {
                if self.directory.record(sibling).key.kind == kind::WORKLOAD {
                    all.entry(sibling).or_insert_with(|| Reader { workload: sibling, ..reader.clone() });
                }
            }
            all.insert(reader.workload, reader);
        }
        all.into_values().collect()
    }

    /// Workloads that are built from the narrowest folder which holds the file; files that say the same are one configuration.
    fn readers_in_code_folder(&self, configuration: RecordIndex) -> Vec<Reader> {
        let paths = self.paths(configuration);
        paths.iter().flat_map(|path| self.built_from_folder_of(path)).collect()
    }

    fn built_from_folder_of(&self, file: &Handle) -> Vec<Reader> {
        let folders = ancestors(file).into_iter().skip(1).filter(|folder| !folder.value.is_empty());
        let mut readers = folders.map(|folder| {
            let found = self.directory.answering(&folder).iter();
            let workloads = found.filter(|found| self.directory.record(found.record).key.kind == kind::WORKLOAD);
            let reader = |found: &crate::identity::Found| Reader {
                workload: found.record,
                steps: found.via.map(|fact| self.steps(fact)).unwrap_or_default(),
                certainty: IN_CODE_FOLDER,
            };
            workloads.map(reader).collect::<Vec<Reader>>()
        });
        readers.find(|readers| !readers.is_empty()).unwrap_or_default()
    }

    /// Workloads that are called as the configuration calls its application, where only one system has such.
    fn readers_of_name(&self, configuration: RecordIndex, named: &BTreeMap<String, Vec<RecordIndex>>) -> Vec<Reader> {
        let handles = self.directory.record(configuration).handles.iter();
        let names = handles.filter(|(handle, _)| matches!(handle.space, Space::ServiceName | Space::ComponentName));
        let workloads = names.filter_map(|(handle, _)| named.get(&handle.value.to_lowercase())).flatten();
        conventional(workloads, SAME_NAME)
    }

    /// Among configurations that are each called after an application, the one called `application` is for all of them.
    fn readers_of_shared(
        &self,
        configuration: RecordIndex,
        beside: &BTreeMap<String, BTreeSet<RecordIndex>>,
    ) -> Vec<Reader> {
        let paths = self.paths(configuration);
        let folders: BTreeSet<&str> = paths.iter().filter_map(|path| shared_folder(&path.value)).collect();
        let workloads: BTreeSet<&RecordIndex> =
            folders.into_iter().filter_map(|folder| beside.get(folder)).flatten().collect();
        conventional(workloads, SHARED)
    }

    /// Workloads that are called like the narrowest folder which anything is called after.
    fn readers_called_like_folder(
        &self,
        configuration: RecordIndex,
        named: &BTreeMap<String, Vec<RecordIndex>>,
    ) -> Vec<Reader> {
        let paths = self.paths(configuration);
        let called =
            |path: &Handle| parent(&path.value).rsplit('/').find_map(|folder| named.get(&folder.to_lowercase()));
        let workloads = paths.iter().filter_map(called);
        conventional(workloads.flatten(), FOLDER_CALLED_SO)
    }
}

fn evidence<'h>(holding: &'h Holding<'_>) -> impl Iterator<Item = &'h Evidence> {
    holding.listings.iter().flat_map(|listing| &listing.evidence)
}

/// The name of the setting that a fact was read from, in the one form that `spring.redis.host` and `SPRING_REDIS_HOST` have in common, and
/// the names of the variables `${…}` whose defaults it took.
fn fields(evidence: &Evidence) -> Vec<String> {
    let names = evidence.field.split("${").map(|part| {
        let letters = part.chars().filter(|letter| letter.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect::<String>()
    });
    names.filter(|name| !name.is_empty()).collect()
}

fn conventional<'b>(workloads: impl IntoIterator<Item = &'b RecordIndex>, certainty: f64) -> Vec<Reader> {
    workloads.into_iter().map(|workload| Reader { workload: *workload, steps: Vec::new(), certainty }).collect()
}

/// A path and the folders above it, narrowest first, down to the root.
fn ancestors(handle: &Handle) -> Vec<Handle> {
    let mut paths = vec![handle.value.clone()];
    let mut rest = handle.value.as_str();
    while let Some((folder, _)) = rest.rsplit_once('/') {
        paths.push(folder.to_owned());
        rest = folder;
    }
    paths.push(String::new());
    paths.dedup();
    paths.into_iter().map(|path| Handle::within(Space::Path, path, handle.within.clone())).collect()
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The folder of a file called `application.yml` and the like.
fn shared_folder(path: &str) -> Option<&str> {
    let file = path.rsplit('/').next()?;
    let stem = file.split(['.', '-']).next()?;
    (stem == "application").then(|| parent(path))
}
