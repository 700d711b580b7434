//! `Pipfile` and `Pipfile.lock`.

use twin_connector_base::document::Node;
use twin_connector_base::{Decoded, Payload};
use twin_core::observe::{Diagnostic, code};

use super::locks::{Chosen, of_manifest};
use super::project::named;
use super::{PIPFILE, beside, declared};
use crate::packages::{Dependency, Ecosystem, Entry, File, Manifest, join, json, scope, toml};

const SECTIONS: [&str; 4] = ["packages", "dev-packages", "source", "requires"];

pub(super) fn decode(file: &File<'_>, payloads: &[Payload<'_>]) -> Result<Decoded, Diagnostic> {
    let root = toml(file)?;
    if !SECTIONS.iter().any(|key| root.get(key).is_some()) {
        return Err(file.refuse(code::NOT_RECOGNISED, 0, "nothing of Pipenv"));
    }
    let name = declared(file.folder(), payloads, file.origin);
    let mut manifest = Manifest::new(Ecosystem::Python, name, file.folder(), file);
    manifest.dependencies = needed(file, &root);
    Ok(file.decoded(manifest.records(file), Vec::new()))
}

fn needed(file: &File<'_>, root: &Node) -> Vec<Dependency> {
    let mut needed = named(file, root.get("packages"), None);
    needed.extend(named(file, root.get("dev-packages"), Some(scope::DEVELOPMENT)));
    needed
}

pub(super) fn decode_lock(file: &File<'_>, payloads: &[Payload<'_>]) -> Result<Decoded, Diagnostic> {
    let root = json(file)?;
    let sections: Vec<&Node> = ["default", "develop"].into_iter().filter_map(|key| root.get(key)).collect();
    if sections.is_empty() {
        return Err(file.refuse(code::NOT_RECOGNISED, 0, "nothing of Pipenv"));
    }
    let (mut records, mut chosen) = (Vec::new(), Chosen::default());
    for (name, node) in sections.into_iter().flat_map(Node::entries) {
        let written = name.as_str().unwrap_or_default();
        let entry = Entry::new(Ecosystem::Python.normal(written), file.evidence(name.line, written));
        let version = node.get("version").and_then(Node::as_str).map(|version| version.trim_start_matches('='));
        chosen.add(&entry.name, version, name.line);
        records.push(entry.record(Ecosystem::Python, file));
    }
    let above = beside(payloads, &join(file.folder(), PIPFILE), file.origin);
    let above = above.and_then(|above| Some((needed(&above, &toml(&above).ok()?), above)));
    records.extend(above.map(|(needed, above)| {
        let name = declared(file.folder(), payloads, file.origin);
        of_manifest(file, &Manifest::new(Ecosystem::Python, name, file.folder(), &above), needed, &chosen)
    }));
    Ok(file.decoded(records, Vec::new()))
}
