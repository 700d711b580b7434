//! The lock files of Poetry, uv and PDM, and `pylock.toml` (PEP 751).

use std::collections::BTreeMap;

use twin_connector_base::document::{Content, Node};
use twin_connector_base::{Decoded, Payload};
use twin_core::observe::{Diagnostic, Record, code};

use super::{PROJECT, beside, project, requirement};
use crate::packages::{Dependency, Ecosystem, Entry, File, Manifest, join, scope, toml};

/// Sources that are folders of the project.
const OWN: [&str; 4] = ["virtual", "editable", "directory", "workspace"];

/// The versions of each name, with the line of the first.
#[derive(Default)]
pub(super) struct Chosen(BTreeMap<String, (usize, Vec<String>)>);

impl Chosen {
    pub fn add(&mut self, name: &str, version: Option<&str>, line: usize) {
        let (_, versions) = self.0.entry(name.to_owned()).or_insert_with(|| (line, Vec::new()));
        versions.extend(version.map(str::to_owned));
    }

    /// Of several versions none is known to be meant.
    fn version(&self, name: &str) -> Option<String> {
        match self.0.get(name).map(|(_, versions)| versions.as_slice()) {
            Some([only]) => Some(only.clone()),
            _ => None,
        }
    }
}

pub(super) fn decode(file: &File<'_>, payloads: &[Payload<'_>]) -> Result<Decoded, Diagnostic> {
    let root = toml(file)?;
    let list = root.get("package").or_else(|| root.get("packages"));
    if list.is_none()
        && root.get("lock-version").is_none()
        && root.get("version").is_none()
        && root.get("metadata").is_none()
    {
        return Err(file.refuse(code::NOT_RECOGNISED, 0, "no lock file of Python"));
    }
    let packages = list.map(Node::items).unwrap_or_default();
    let chosen = chosen(packages);
    let (mut records, mut diagnostics) = (Vec::new(), Vec::new());
    let mut owns_itself = false;
    for package in packages {
        match entry(file, package, &chosen) {
            Ok(entry) => {
                owns_itself |= entry.is_own && !entry.dependencies.is_empty();
                records.push(entry.record(Ecosystem::Python, file));
            }
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
    }
    records.extend(of_project(file, payloads, &chosen).filter(|_| !owns_itself));
    Ok(file.decoded(records, diagnostics))
}

fn chosen(packages: &[Node]) -> Chosen {
    let mut chosen = Chosen::default();
    for package in packages.iter().filter(|package| !is_own(package)) {
        if let Some(name) = package.get("name").and_then(Node::as_str) {
            let version = package.get("version").and_then(Node::as_str);
            chosen.add(&Ecosystem::Python.normal(name), version, package.line);
        }
    }
    chosen
}

fn is_own(package: &Node) -> bool {
    let source = package.get("source");
    let is_folder = |node: &Node| OWN.iter().any(|key| node.get(key).is_some());
    let type_is_own = source.and_then(|source| source.get("type")?.as_str()).is_some_and(|of| OWN.contains(&of));
    type_is_own || source.is_some_and(is_folder) || ["path", "directory"].iter().any(|key| package.get(key).is_some())
}

fn entry(file: &File<'_>, package: &Node, chosen: &Chosen) -> Result<Entry, Diagnostic> {
    let name = file.told_at(package, "name");
    let name = name.ok_or_else(|| file.refuse(code::SHAPE, package.line, "a package without a name"))?;
    let mut entry = Entry::new(Ecosystem::Python.normal(&name.text), name.evidence);
    entry.is_own = is_own(package);
    let needed = package.get("dependencies").map(|list| needed(file, list, None));
    entry.dependencies = needed.unwrap_or_default();
    for (key, scope) in [("optional-dependencies", scope::OPTIONAL), ("dev-dependencies", scope::DEVELOPMENT)] {
        for (_, list) in package.get(key).map(Node::entries).unwrap_or_default() {
            entry.dependencies.extend(needed_by(file, list, scope));
        }
    }
    for dependency in &mut entry.dependencies {
        dependency.version = dependency.version.take().or_else(|| chosen.version(&dependency.name));
    }
    Ok(entry)
}

fn needed_by(file: &File<'_>, list: &Node, scope: &'static str) -> Vec<Dependency> {
    needed(file, list, Some(scope))
}

/// Poetry has a table of names, uv and PEP 751 a list of tables, PDM a list of requirements.
fn needed(file: &File<'_>, list: &Node, scope: Option<&'static str>) -> Vec<Dependency> {
    let found = match &list.content {
        Content::Mapping(_) => project::named(file, Some(list), scope),
        _ => list.items().iter().filter_map(|item| item_of(file, item, scope)).collect(),
    };
    found.into_iter().map(|dependency| Dependency { range: None, ..dependency }).collect()
}

fn item_of(file: &File<'_>, item: &Node, scope: Option<&'static str>) -> Option<Dependency> {
    if let Some(text) = item.as_str() {
        let dependency = requirement::dependency(file, item.line, text)?;
        return Some(Dependency { scope, ..dependency });
    }
    let name = file.told_at(item, "name")?;
    let text = |key: &str| item.get(key).and_then(Node::as_str).map(str::to_owned);
    let mut dependency = Dependency::new(Ecosystem::Python.normal(&name.text), name.evidence);
    (dependency.scope, dependency.version, dependency.condition) = (scope, text("version"), text("marker"));
    Some(dependency)
}

/// What was chosen for the project itself, which most lock files do not list: its manifest says what it needs.
fn of_project(file: &File<'_>, payloads: &[Payload<'_>], chosen: &Chosen) -> Option<Record> {
    let above = beside(payloads, &join(file.folder(), PROJECT), file.origin)?;
    let manifest = project::manifest(&above, &toml(&above).ok()?)?;
    let needed = manifest.dependencies.clone();
    Some(of_manifest(file, &manifest, needed, chosen))
}

/// The record of the project with the versions that were chosen for what it needs; evidence leads on to the entries.
pub(super) fn of_manifest(file: &File<'_>, manifest: &Manifest, needed: Vec<Dependency>, chosen: &Chosen) -> Record {
    let mut entry = Entry::new(manifest.name.text.clone(), manifest.name.evidence.clone());
    entry.is_named = manifest.is_named;
    let needed = needed.into_iter().filter_map(|needed| {
        let (line, _) = chosen.0.get(&needed.name)?;
        let version = chosen.version(&needed.name);
        let mut dependency = Dependency { range: None, version, ..needed };
        dependency.evidence.chain.extend(file.evidence(*line, &dependency.name).chain);
        Some(dependency)
    });
    entry.dependencies = needed.collect();
    entry.of_manifest(Ecosystem::Python, file)
}
