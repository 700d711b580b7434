//! `package.json`.

use twin_connector_base::Decoded;
use twin_connector_base::document::{Content, Node};

use super::descriptor::{SECTIONS, needed};
use crate::packages::{Ecosystem, File, Manifest, Told};

/// What only a package that does something has.
const SUBSTANCE: [&str; 8] = ["scripts", "bin", "main", "module", "exports", "types", "version", "description"];
/// What else tells a manifest.
const MARKS: [&str; 7] = ["name", "private", "type", "workspaces", "sideEffects", "engines", "license"];
const LIBRARY: [&str; 4] = ["main", "module", "exports", "types"];

/// Whether an object has any field of a manifest.
pub(super) fn is_one(root: &Node) -> bool {
    let mut known = SUBSTANCE.iter().chain(&MARKS).copied().chain(SECTIONS.iter().map(|(section, _)| *section));
    known.any(|key| root.get(key).is_some())
}

/// A nameless object is a package if it does something and is not only the root of a workspace.
fn is_package(root: &Node) -> bool {
    let mut telling = SUBSTANCE.iter().copied().chain(SECTIONS.iter().map(|(section, _)| *section));
    let does_something = telling.any(|key| root.get(key).is_some());
    root.get("name").is_some() || (does_something && root.get("workspaces").is_none())
}

pub(super) fn decode(file: &File<'_>, root: &Node) -> Decoded {
    if !is_package(root) {
        return file.decoded(Vec::new(), Vec::new());
    }
    let mut manifest = Manifest::new(Ecosystem::Npm, file.told_at(root, "name"), file.folder(), file);
    manifest.version = file.told_at(root, "version");
    manifest.description = file.told_at(root, "description");
    manifest.license = license(file, root);
    manifest.form = form(file, root);
    manifest.dependencies = needed(file, root).into_iter().map(|needed| needed.dependency).collect();
    file.decoded(manifest.records(file), Vec::new())
}

/// A text; in old manifests an object with a type, or a list of such.
pub(super) fn license(file: &File<'_>, root: &Node) -> Option<Told> {
    let told = |node: &Node| file.told(node).or_else(|| file.told_at(node, "type"));
    let old = || root.get("licenses")?.items().first();
    told(root.get("license").or_else(old)?)
}

fn form(file: &File<'_>, root: &Node) -> Option<Told> {
    let named = |keys: &[&str], form: &str| {
        let entry = |(key, value): &&(Node, Node)| {
            key.as_str().is_some_and(|key| keys.contains(&key)) && value.content != Content::Null
        };
        let (key, _) = root.entries().iter().find(entry)?;
        Some(Told { text: form.to_owned(), evidence: file.evidence(key.line, key.as_str().unwrap_or_default()) })
    };
    named(&["bin"], "application").or_else(|| named(&LIBRARY, "library"))
}
