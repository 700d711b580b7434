//! `yarn.lock`: blocks of lines in Yarn 1, YAML in its successors.

use std::collections::BTreeMap;

use twin_connector_base::document::Node;
use twin_connector_base::{Decoded, Payload};
use twin_core::observe::{Diagnostic, Record, code};

use super::descriptor::{meant, needed, split};
use super::{MANIFEST, beside};
use crate::packages::{Dependency, Ecosystem, Entry, File, join};

/// What a descriptor was resolved to: a name and a version, and the line of the entry.
type Chosen<'t> = BTreeMap<&'t str, (&'t str, &'t str, usize)>;

/// Whether a text is of Yarn 1, by what it writes above each file, or by its first block.
pub(super) fn is_first(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
    let head = lines.by_ref().take_while(|line| line.starts_with('#'));
    head.into_iter().any(|line| line == "# yarn lockfile v1") || first_block(text)
}

fn first_block(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let (head, next) = (lines.next().unwrap_or_default().trim_end(), lines.next().unwrap_or_default());
    head.ends_with(':') && head.contains('@') && next.trim_start().starts_with("version \"")
}

/// A block of Yarn 1.
struct Block<'t> {
    line: usize,
    descriptors: Vec<&'t str>,
    version: &'t str,
    /// Names and ranges, with their lines.
    needs: Vec<(usize, &'t str, &'t str)>,
}

impl<'t> Block<'t> {
    fn name(&self) -> Option<&'t str> {
        let (called, range) = split(self.descriptors.first()?)?;
        Some(meant(called, range).0).filter(|name| !name.is_empty())
    }
}

pub(super) fn decode_first(file: &File<'_>, payloads: &[Payload<'_>]) -> Decoded {
    let (blocks, mut diagnostics) = blocks(file);
    let named = blocks.iter().filter_map(|block| Some((block, block.name()?)));
    let chosen: Chosen<'_> = named
        .flat_map(|(block, name)| {
            block.descriptors.iter().map(move |known| (*known, (name, block.version, block.line)))
        })
        .collect();
    let mut records: Vec<Record> = of_manifest(file, payloads, &chosen).into_iter().collect();
    for block in &blocks {
        match entry(file, block, &chosen) {
            Ok(entry) => records.push(entry.record(Ecosystem::Npm, file)),
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
    }
    file.decoded(records, diagnostics)
}

fn blocks<'t>(file: &File<'t>) -> (Vec<Block<'t>>, Vec<Diagnostic>) {
    let (mut blocks, mut diagnostics): (Vec<Block<'t>>, _) = (Vec::new(), Vec::new());
    for (number, line) in file.numbered() {
        let text = line.trim();
        match line.len() - line.trim_start().len() {
            _ if text.is_empty() || text.starts_with('#') => {}
            _ if line.len() > file.origin.limits.line_bytes => {
                diagnostics.push(file.refuse(code::LIMIT, number, "a line that is too long"));
            }
            0 => blocks.push(head(number, text)),
            indent => blocks.last_mut().into_iter().for_each(|block| body(block, number, indent, text)),
        }
    }
    (blocks, diagnostics)
}

fn head(line: usize, text: &str) -> Block<'_> {
    let descriptors = text.trim_end_matches(':').split(", ").map(unquoted).collect();
    Block { line, descriptors, version: "", needs: Vec::new() }
}

fn body<'t>(block: &mut Block<'t>, line: usize, indent: usize, text: &'t str) {
    let Some((key, value)) = text.split_once(' ') else { return };
    match (indent, key) {
        (2, "version") => block.version = unquoted(value),
        (2, _) => {}
        _ => block.needs.push((line, unquoted(key), unquoted(value.trim()))),
    }
}

fn unquoted(text: &str) -> &str {
    text.trim().trim_matches('"')
}

fn entry(file: &File<'_>, block: &Block<'_>, chosen: &Chosen<'_>) -> Result<Entry, Diagnostic> {
    let refuse = || file.refuse(code::SYNTAX, block.line, "no block of a package");
    let name = block.name().filter(|_| !block.version.is_empty()).ok_or_else(refuse)?;
    let mut entry = Entry::new(name.to_owned(), file.evidence(block.line, name));
    let needs = block.needs.iter().filter_map(|(line, called, range)| {
        let (name, version, _) = chosen.get(format!("{called}@{range}").as_str())?;
        let mut dependency = Dependency::new((*name).to_owned(), file.evidence(*line, called));
        dependency.version = Some((*version).to_owned());
        Some(dependency)
    });
    entry.dependencies = needs.collect();
    Ok(entry)
}

/// What was chosen for the project itself, which Yarn 1 does not list: its manifest says what it needs.
fn of_manifest(file: &File<'_>, payloads: &[Payload<'_>], chosen: &Chosen<'_>) -> Option<Record> {
    let (above, root) = beside(payloads, &join(file.folder(), MANIFEST), file.origin)?;
    let name = above.told_at(&root, "name")?;
    let mut entry = Entry::new(name.text, name.evidence);
    let needed = needed(&above, &root).into_iter().filter_map(|needed| {
        let (name, version, line) = chosen.get(format!("{}@{}", needed.called, needed.written).as_str())?;
        let mut dependency = needed.dependency;
        dependency.evidence.chain.extend(file.evidence(*line, &needed.called).chain);
        let (name, version) = ((*name).to_owned(), Some((*version).to_owned()));
        Some(Dependency { name, version, range: None, ..dependency })
    });
    entry.dependencies = needed.collect();
    Some(entry.of_manifest(Ecosystem::Npm, file))
}

/// The lock file of Yarn 2 and later.
pub(super) fn decode_later(file: &File<'_>, root: &Node) -> Decoded {
    let entries = || root.entries().iter().filter(|(key, _)| key.as_str() != Some("__metadata"));
    let mut chosen = Chosen::new();
    for (key, node) in entries() {
        let version = node.get("version").and_then(Node::as_str).unwrap_or_default();
        if let (Some(written), Some((name, resolved))) = (key.as_str(), resolution(node)) {
            let version = if resolved.starts_with("workspace:") { "" } else { version };
            chosen.extend(written.split(", ").map(|descriptor| (descriptor, (name, version, key.line))));
        }
    }
    let (mut records, mut diagnostics) = (Vec::new(), Vec::new());
    for (key, node) in entries() {
        match later_entry(file, key, node, &chosen) {
            Ok(entry) => records.push(entry.record(Ecosystem::Npm, file)),
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
    }
    file.decoded(records, diagnostics)
}

/// What an entry is: a name, and where it comes from.
fn resolution(node: &Node) -> Option<(&str, &str)> {
    split(node.get("resolution")?.as_str()?)
}

fn later_entry(file: &File<'_>, key: &Node, node: &Node, chosen: &Chosen<'_>) -> Result<Entry, Diagnostic> {
    let refuse = || file.refuse(code::SHAPE, key.line, "an entry without a resolution");
    let (name, from) = resolution(node).ok_or_else(refuse)?;
    let mut entry = Entry::new(name.to_owned(), file.evidence(key.line, name));
    entry.is_own = from.starts_with("workspace:");
    let needs = node.get("dependencies").map(Node::entries).unwrap_or_default().iter();
    entry.dependencies =
        needs.filter_map(|(called, range)| later_need(file, called, range.as_str()?, chosen)).collect();
    Ok(entry)
}

fn later_need(file: &File<'_>, called: &Node, range: &str, chosen: &Chosen<'_>) -> Option<Dependency> {
    let name = called.as_str()?;
    let spelled = [format!("{name}@{range}"), format!("{name}@npm:{range}")];
    let (meant, version, _) = spelled.iter().find_map(|descriptor| chosen.get(descriptor.as_str()))?;
    let mut dependency = Dependency::new((*meant).to_owned(), file.evidence(called.line, name));
    dependency.version = Some((*version).to_owned()).filter(|version| !version.is_empty());
    Some(dependency)
}
