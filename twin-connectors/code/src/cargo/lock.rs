//! `Cargo.lock`, versions 1 to 4. A package without a source is of the project itself.

use std::collections::BTreeMap;

use twin_connector_base::Decoded;
use twin_connector_base::document::{Content, Node};
use twin_core::observe::{Diagnostic, code};

use crate::packages::{Dependency, Ecosystem, Entry, File};

/// The versions of each name in the file.
type Versions<'n> = BTreeMap<&'n str, Vec<&'n str>>;

/// Whether a key of the root is what a lock file has under it.
pub(super) fn is_list(key: &str, node: &Node) -> bool {
    match key {
        "package" => matches!(node.content, Content::Sequence(_)),
        "root" => node.get("name").is_some(),
        _ => node.get("unused").is_some(),
    }
}

pub(super) fn decode(file: &File<'_>, root: &Node) -> Decoded {
    let listed = root.get("package").map(Node::items).unwrap_or_default();
    let unused = root.at(&["patch", "unused"]).map(Node::items).unwrap_or_default();
    let packages: Vec<&Node> = root.get("root").into_iter().chain(listed).chain(unused).collect();
    let mut versions = Versions::new();
    for package in &packages {
        let text = |key: &str| package.get(key).and_then(Node::as_str);
        if let (Some(name), Some(version)) = (text("name"), text("version")) {
            versions.entry(name).or_default().push(version);
        }
    }
    let (mut records, mut diagnostics) = (Vec::new(), Vec::new());
    for package in packages {
        match entry(file, package, &versions) {
            Ok(entry) => records.push(entry.record(Ecosystem::Cargo, file)),
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
    }
    file.decoded(records, diagnostics)
}

fn entry(file: &File<'_>, package: &Node, versions: &Versions<'_>) -> Result<Entry, Diagnostic> {
    let name = file.told_at(package, "name");
    let name = name.ok_or_else(|| file.refuse(code::SHAPE, package.line, "a package without a name"))?;
    let mut entry = Entry::new(name.text, name.evidence);
    entry.is_own = package.get("source").is_none();
    let needed = package.get("dependencies").map(Node::items).unwrap_or_default();
    entry.dependencies = needed.iter().filter_map(|needed| dependency(file, needed, versions)).collect();
    Ok(entry)
}

/// `name`, `name version` or `name version (source)`.
fn dependency(file: &File<'_>, needed: &Node, versions: &Versions<'_>) -> Option<Dependency> {
    let mut words = needed.as_str()?.split_whitespace();
    let name = words.next()?;
    let only = || match versions.get(name).map(Vec::as_slice) {
        Some([only]) => Some(*only),
        _ => None,
    };
    let mut dependency = Dependency::new(name.to_owned(), file.evidence(needed.line, name));
    dependency.version = words.next().or_else(only).map(str::to_owned);
    Some(dependency)
}
