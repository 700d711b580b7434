//! `libs.versions.toml`: what build scripts call the libraries that they may need.

use std::collections::BTreeMap;

use twin_connector_base::Decoded;
use twin_connector_base::document::Node;
use twin_core::observe::{Diagnostic, Evidence, code};

use crate::packages::{File, toml};

/// One library.
#[derive(Clone, Debug)]
pub(super) struct Library {
    /// `group:artifact`.
    pub name: String,
    /// Its version, as written.
    pub version: Option<String>,
    /// Where it stands.
    pub evidence: Evidence,
}

/// The libraries by what scripts call them, `tide.chart` for `tide-chart`, and bundles of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Catalogue {
    libraries: BTreeMap<String, Library>,
    bundles: BTreeMap<String, Vec<String>>,
}

impl Catalogue {
    /// What a word of a script, `tide.chart` or `bundles.sails`, means.
    pub fn meant(&self, alias: &str) -> Vec<&Library> {
        let bundle = alias.strip_prefix("bundles.").and_then(|name| self.bundles.get(name));
        match bundle {
            Some(members) => members.iter().filter_map(|name| self.libraries.get(name)).collect(),
            None => self.libraries.get(alias).into_iter().collect(),
        }
    }
}

const TABLES: [&str; 4] = ["versions", "libraries", "bundles", "plugins"];

pub(super) fn decode(file: &File<'_>) -> Result<Decoded, Diagnostic> {
    let root = toml(file)?;
    match TABLES.iter().any(|table| root.get(table).is_some()) {
        true => Ok(file.decoded(Vec::new(), Vec::new())),
        false => Err(file.refuse(code::NOT_RECOGNISED, 0, "no catalogue of versions")),
    }
}

pub(super) fn read(file: &File<'_>) -> Option<Catalogue> {
    let root = toml(file).ok()?;
    let entries = |table: &str| root.get(table).map(Node::entries).unwrap_or_default();
    let versions: BTreeMap<&str, String> =
        entries("versions").iter().filter_map(|(key, value)| Some((key.as_str()?, version(value)?))).collect();
    let mut catalogue = Catalogue::default();
    for (key, value) in entries("libraries") {
        let library = library(file, key, value, &versions);
        catalogue.libraries.extend(key.as_str().map(spoken).zip(library));
    }
    for (key, value) in entries("bundles") {
        let members = value.items().iter().filter_map(Node::as_str).map(spoken).collect();
        catalogue.bundles.extend(key.as_str().map(|key| (spoken(key), members)));
    }
    Some(catalogue)
}

/// Scripts write a dot for `-`, `_` and `.`.
fn spoken(alias: &str) -> String {
    alias.replace(['-', '_'], ".")
}

fn library(file: &File<'_>, key: &Node, value: &Node, versions: &BTreeMap<&str, String>) -> Option<Library> {
    let text = |key: &str| value.get(key).and_then(Node::as_str);
    let evidence = file.evidence(key.line, key.as_str()?);
    if let Some(written) = value.as_str() {
        let (name, version) = coordinates(written)?;
        return Some(Library { name, version: version.map(str::to_owned), evidence });
    }
    let name = text("module").map(str::to_owned).or_else(|| Some(format!("{}:{}", text("group")?, text("name")?)))?;
    let reference = value.at(&["version", "ref"]).and_then(Node::as_str);
    let named = reference.and_then(|reference| versions.get(reference).cloned());
    Some(Library { name, version: named.or_else(|| version(value.get("version")?)), evidence })
}

/// A version, or the strictest word of a rich one.
fn version(node: &Node) -> Option<String> {
    let rich = ["strictly", "require", "prefer"].into_iter().find_map(|key| node.get(key)?.as_str());
    node.as_str().or(rich).map(str::to_owned)
}

/// `group:artifact:version:classifier@type` in name and version.
pub(super) fn coordinates(written: &str) -> Option<(String, Option<&str>)> {
    let mut parts = written.split('@').next()?.split(':');
    let (group, artifact) = (parts.next()?.trim(), parts.next()?.trim());
    let version = parts.next().map(str::trim).filter(|version| !version.is_empty());
    let is_word = |word: &str| {
        !word.is_empty() && !word.contains(|letter: char| letter.is_whitespace() || "/\\$".contains(letter))
    };
    (is_word(group) && is_word(artifact)).then(|| (format!("{group}:{artifact}"), version))
}
