//! `pnpm-lock.yaml`, versions 5 to 9.

use std::collections::BTreeMap;

use twin_connector_base::document::Node;
use twin_connector_base::{Decoded, Payload};
use twin_core::observe::{Diagnostic, Record, code};

use super::descriptor::{SECTIONS, is_name, needed, split};
use super::{beside, manifest_in};
use crate::packages::{Dependency, Ecosystem, Entry, File, without_credentials};

/// The folders of the project's packages, as far as the beginning of a lock file names them.
pub(super) fn importers(head: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(head);
    let listed = text.lines().skip_while(|line| line.trim_end() != "importers:").skip(1);
    let inside = listed.take_while(|line| line.is_empty() || line.starts_with(' '));
    let keys = inside.filter_map(|line| line.strip_prefix("  ").filter(|key| !key.starts_with(' ')));
    let names = keys.filter_map(|key| key.trim_end().trim_end_matches(" {}").strip_suffix(':'));
    let names: Vec<String> = names.map(|name| name.trim_matches(['\'', '"']).to_owned()).collect();
    if names.is_empty() { vec![".".to_owned()] } else { names }
}

pub(super) fn decode(file: &File<'_>, root: &Node, payloads: &[Payload<'_>]) -> Decoded {
    let version = root.get("lockfileVersion").and_then(Node::as_str).unwrap_or_default();
    let reading = Reading { file, root, is_old: version.starts_with('5') };
    let mut records = reading.importers(payloads);
    let mut diagnostics = Vec::new();
    let snapshots = reading.snapshots();
    for (key, node) in root.get("packages").map(Node::entries).unwrap_or_default() {
        match reading.entry(key, node, &snapshots) {
            Ok(entry) => records.push(entry.record(Ecosystem::Npm, file)),
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
    }
    file.decoded(records, diagnostics)
}

struct Reading<'a, 'n> {
    file: &'a File<'a>,
    root: &'n Node,
    is_old: bool,
}

/// What packages depend on, by their keys without the peers that they were installed beside.
type Snapshots<'n> = BTreeMap<&'n str, Vec<&'n Node>>;

impl<'n> Reading<'_, 'n> {
    fn snapshots(&self) -> Snapshots<'n> {
        let mut snapshots = Snapshots::new();
        for (key, node) in self.root.get("snapshots").map(Node::entries).unwrap_or_default() {
            if let Some(key) = key.as_str() {
                snapshots.entry(without_peers(key)).or_default().push(node);
            }
        }
        snapshots
    }

    fn entry(&self, key: &Node, node: &Node, snapshots: &Snapshots<'n>) -> Result<Entry, Diagnostic> {
        let refuse = || self.file.refuse(code::SHAPE, key.line, "a package without a name");
        let written = key.as_str().ok_or_else(refuse)?;
        let said = node.get("name").and_then(Node::as_str);
        let name = said.or_else(|| self.parts(written).map(|(name, _)| name)).filter(|name| is_name(name));
        let name = name.ok_or_else(refuse)?;
        let mut entry = Entry::new(name.to_owned(), self.file.evidence(key.line, name));
        let copies = snapshots.get(without_peers(written)).map(Vec::as_slice).unwrap_or_default();
        let all = std::iter::once(node).chain(copies.iter().copied());
        entry.dependencies = all.flat_map(|node| self.dependencies(node)).collect();
        Ok(entry)
    }

    /// Peers are only accepted by an entry; what it was given is among its dependencies.
    fn dependencies(&self, node: &Node) -> Vec<Dependency> {
        let sections = ["dependencies", "optionalDependencies"].into_iter();
        let entries = sections.flat_map(|section| node.get(section).map(Node::entries).unwrap_or_default());
        entries.filter_map(|(name, version)| self.chosen(name, version.as_str()?)).collect()
    }

    /// A dependency with the version that was chosen; one that is installed under another name says which.
    fn chosen(&self, name: &Node, version: &str) -> Option<Dependency> {
        let called = name.as_str()?;
        let mut dependency = Dependency::new(called.to_owned(), self.file.evidence(name.line, called));
        if version.starts_with("link:") || version.starts_with("file:") {
            return Some(dependency);
        }
        let key = self.parts(version).filter(|(name, _)| is_key(version) && is_name(name));
        let (named, version) = key.unwrap_or((called, version));
        dependency.name = named.to_owned();
        let version = if self.is_old { version.split('_').next().unwrap_or(version) } else { without_peers(version) };
        dependency.version = without_credentials(version);
        Some(dependency)
    }

    /// Name and version of a key: `/name/1.0.0_peers`, later `/name@1.0.0(peers)`, later without the slash.
    fn parts<'k>(&self, key: &'k str) -> Option<(&'k str, &'k str)> {
        let key = without_peers(key);
        let key = key.strip_prefix('/').unwrap_or(key);
        match self.is_old {
            true => key.rsplit_once('/'),
            false => split(key),
        }
    }

    /// What was chosen for the project's own packages, whose names their manifests say.
    fn importers(&self, payloads: &[Payload<'_>]) -> Vec<Record> {
        let all = self.root.get("importers").map(Node::entries).unwrap_or_default();
        let listed = all.iter().filter_map(|(folder, node)| Some((folder.as_str()?, node)));
        let only = all.is_empty().then_some((".", self.root));
        listed.chain(only).filter_map(|(folder, node)| self.importer(folder, node, payloads)).collect()
    }

    fn importer(&self, folder: &str, node: &Node, payloads: &[Payload<'_>]) -> Option<Record> {
        let path = manifest_in(self.file.folder(), folder);
        let (manifest, root) = beside(payloads, &path, self.file.origin)?;
        let name = manifest.told_at(&root, "name")?;
        let scopes: BTreeMap<String, Option<&'static str>> =
            needed(&manifest, &root).into_iter().map(|needed| (needed.called, needed.dependency.scope)).collect();
        let mut entry = Entry::new(name.text, name.evidence);
        for (section, scope) in SECTIONS {
            for (called, value) in node.get(section).map(Node::entries).unwrap_or_default() {
                let version = value.as_str().or_else(|| value.get("version").and_then(Node::as_str));
                let chosen = version.and_then(|version| self.chosen(called, version));
                let said = called.as_str().and_then(|called| scopes.get(called).copied()).unwrap_or(scope);
                entry.dependencies.extend(chosen.map(|chosen| Dependency { scope: said, ..chosen }));
            }
        }
        Some(entry.of_manifest(Ecosystem::Npm, self.file))
    }
}

fn without_peers(key: &str) -> &str {
    key.split('(').next().unwrap_or(key)
}

/// Whether a version is the key of a package that is installed under another name.
fn is_key(version: &str) -> bool {
    let is_address = version.contains("://") || version.starts_with("git@");
    !is_address && (version.starts_with('/') || version.starts_with('@') || split(without_peers(version)).is_some())
}
