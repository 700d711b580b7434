//! `package-lock.json` and `npm-shrinkwrap.json`: a tree of folders, in which a name means the nearest `node_modules` that has it.

use std::collections::BTreeMap;

use twin_connector_base::document::Node;
use twin_connector_base::{Decoded, Payload};
use twin_core::observe::Diagnostic;
use twin_core::observe::code;

use super::descriptor::{Needed, meant, needed};
use super::{MANIFEST, beside, manifest};
use crate::packages::{Dependency, Ecosystem, Entry, File, join, unnamed, within};

const MODULES: &str = "node_modules";

/// The entries by where they are installed; of version 1 as if they were written so.
type Tree<'n> = BTreeMap<String, Place<'n>>;

#[derive(Clone, Copy)]
struct Place<'n> {
    line: usize,
    node: &'n Node,
}

pub(super) fn decode(file: &File<'_>, root: &Node, payloads: &[Payload<'_>]) -> Decoded {
    let mut tree = Tree::new();
    let (mut records, mut diagnostics) = (Vec::new(), Vec::new());
    match root.get("packages") {
        Some(packages) => tree.extend(packages.entries().iter().map(placed)),
        None => flatten(file, root, &mut tree, &mut diagnostics),
    }
    let name = root.get("name").and_then(Node::as_str);
    let reading = Reading { file, name, is_first: root.get("packages").is_none(), tree };
    records.extend(reading.locked_for_manifest(payloads));
    for (path, place) in reading.tree.iter().filter(|(_, place)| !is_link(place.node)) {
        match reading.entry(path, place) {
            Ok(entry) => records.push(entry.record(Ecosystem::Npm, file)),
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
    }
    file.decoded(records, diagnostics)
}

fn placed((path, node): &(Node, Node)) -> (String, Place<'_>) {
    (path.as_str().unwrap_or_default().to_owned(), Place { line: path.line, node })
}

fn is_link(node: &Node) -> bool {
    node.get("link").and_then(Node::as_bool) == Some(true)
}

/// Version 1 nests what the later ones write as paths.
fn flatten<'n>(file: &File<'_>, root: &'n Node, tree: &mut Tree<'n>, diagnostics: &mut Vec<Diagnostic>) {
    let mut waiting = vec![(String::new(), root)];
    while let Some((above, node)) = waiting.pop() {
        for (name, entry) in node.get("dependencies").map(Node::entries).unwrap_or_default() {
            let path = join(&join(&above, MODULES), name.as_str().unwrap_or_default());
            if path.len() > file.origin.limits.line_bytes {
                diagnostics.push(file.refuse(code::LIMIT, name.line, "nested too deeply"));
                continue;
            }
            waiting.push((path.clone(), entry));
            tree.insert(path, Place { line: name.line, node: entry });
        }
    }
}

struct Reading<'a, 'n> {
    file: &'a File<'a>,
    /// The name of the project itself.
    name: Option<&'n str>,
    /// Whether the file is of version 1.
    is_first: bool,
    tree: Tree<'n>,
}

impl Reading<'_, '_> {
    fn entry(&self, path: &str, place: &Place<'_>) -> Result<Entry, Diagnostic> {
        if place.node.entries().is_empty() {
            return Err(self.file.refuse(code::SHAPE, place.line, "an entry that says nothing"));
        }
        let (name, is_named) = self.name(path, place.node);
        let called = path.rsplit_once("node_modules/").map_or(name.as_str(), |(_, called)| called);
        let mut entry = Entry::new(name.clone(), self.evidence(place.line, &[called, name.as_str(), path]));
        entry.is_named = is_named;
        entry.is_own = is_own(path, place.node);
        entry.license = manifest::license(self.file, place.node).filter(|_| !entry.is_own);
        entry.dependencies = self.dependencies(path, place.node);
        Ok(entry)
    }

    /// The first of some texts that stands at a line.
    fn evidence(&self, line: usize, texts: &[&str]) -> twin_core::observe::Evidence {
        let mut all = texts.iter().map(|text| self.file.evidence(line, text));
        let found = all.find(|evidence| evidence.chain.iter().any(|step| !step.raw.is_empty()));
        found.unwrap_or_else(|| self.file.evidence(line, ""))
    }

    /// The name of an entry, and whether it has one of its own. npm leaves the name out where it is that of the folder.
    fn name(&self, path: &str, node: &Node) -> (String, bool) {
        let installed = path.rsplit_once("node_modules/").map(|(_, name)| name);
        let installed = installed.or_else(|| path.rsplit('/').next().filter(|name| !name.is_empty()));
        let root = || self.name.filter(|_| path.is_empty());
        let own = node.get("name").and_then(Node::as_str).or_else(root);
        let aliased = |called| node.get("version").and_then(Node::as_str).map(|version| meant(called, version).0);
        let named = own.or_else(|| installed.map(|called| aliased(called).unwrap_or(called)));
        let folder = || unnamed(&within(self.file.folder(), path), &self.file.origin.source.0);
        (named.map_or_else(folder, str::to_owned), named.is_some())
    }

    fn dependencies(&self, path: &str, node: &Node) -> Vec<Dependency> {
        let required = node.get("requires").map(Node::entries).unwrap_or_default().iter().filter_map(|(name, _)| {
            let called = name.as_str()?;
            let dependency = Dependency::new(called.to_owned(), self.file.evidence(name.line, called));
            Some(Needed { called: called.to_owned(), written: String::new(), dependency })
        });
        let listed = if self.is_first { Vec::new() } else { needed(self.file, node) };
        let all = required.chain(listed);
        all.filter_map(|needed| self.locked(path, needed)).collect()
    }

    /// A dependency in the version that was chosen for it; nothing if none was.
    fn locked(&self, path: &str, needed: Needed) -> Option<Dependency> {
        let (at, place) = self.resolve(path, &needed.called)?;
        let version = place.node.get("version").and_then(Node::as_str).filter(|_| !is_own(&at, place.node));
        let version = version.map(|version| meant("", version).1.to_owned());
        let version = version.and_then(|version| crate::packages::without_credentials(&version));
        Some(Dependency { name: self.name(&at, place.node).0, range: None, version, ..needed.dependency })
    }

    /// A dependency of the manifest beside, whose evidence leads on to the entry that was chosen.
    fn locked_here(&self, needed: Needed) -> Option<Dependency> {
        let (at, place) = self.resolve("", &needed.called)?;
        let name = at.rsplit_once("node_modules/").map_or(at.as_str(), |(_, name)| name);
        let entry = self.file.evidence(place.line, name);
        let mut dependency = self.locked("", needed)?;
        dependency.evidence.chain.extend(entry.chain);
        Some(dependency)
    }

    /// The entry that a name means in a folder: of the nearest `node_modules` on the way to the root.
    fn resolve(&self, path: &str, name: &str) -> Option<(String, Place<'_>)> {
        let folders = std::iter::successors(Some(path), |path| {
            (!path.is_empty()).then(|| path.rsplit_once('/').map_or("", |(above, _)| above))
        });
        let mut inside =
            folders.take(self.file.origin.limits.depth).filter(|folder| !folder.ends_with(MODULES)).map(|folder| {
                let path = join(&join(folder, MODULES), name);
                self.tree.get(&path).map(|place| (path, *place))
            });
        let (path, place) = inside.find_map(|found| found)?;
        if !is_link(place.node) {
            return Some((path, place));
        }
        let target = place.node.get("resolved")?.as_str()?;
        self.tree.get(target).map(|place| (target.to_owned(), *place))
    }

    /// Version 1 does not list the project itself: its manifest does.
    fn locked_for_manifest(&self, payloads: &[Payload<'_>]) -> Option<twin_core::observe::Record> {
        if !self.is_first {
            return None;
        }
        let (above, root) = beside(payloads, &join(self.file.folder(), MANIFEST), self.file.origin)?;
        let name = above.told_at(&root, "name")?;
        let mut entry = Entry::new(name.text, name.evidence);
        let needed = needed(&above, &root).into_iter();
        entry.dependencies = needed.filter_map(|needed| self.locked_here(needed)).collect();
        Some(entry.of_manifest(Ecosystem::Npm, self.file))
    }
}

/// Whether an entry is of the project itself: it is not installed, or by its path.
fn is_own(path: &str, node: &Node) -> bool {
    let version = node.get("version").and_then(Node::as_str).unwrap_or_default();
    !path.contains(MODULES) || version.starts_with("file:")
}
