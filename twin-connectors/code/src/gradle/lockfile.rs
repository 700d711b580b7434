//! `gradle.lockfile`: a line for each version that was chosen.

use std::collections::BTreeMap;

use twin_connector_base::{Decoded, Payload};
use twin_core::observe::{Diagnostic, Record, code};

use super::catalogue::coordinates;
use super::{BUILDS, beside, build};
use crate::packages::{Dependency, Ecosystem, Entry, File, join};

/// Whether a text has the shape, by its lines.
pub(super) fn is_one(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines.next().is_some_and(|line| line.starts_with("empty=") || locked(line).is_some())
}

/// `group:artifact:version=configurations`.
fn locked(line: &str) -> Option<(String, &str)> {
    let (written, configurations) = line.trim().split_once('=')?;
    let is_list = !configurations.contains(|letter: char| letter.is_whitespace() || "\"'({".contains(letter));
    let (name, version) = coordinates(written).filter(|_| is_list)?;
    Some((name, version?))
}

pub(super) fn decode(file: &File<'_>, payloads: &[Payload<'_>]) -> Result<Decoded, Diagnostic> {
    let (mut records, mut diagnostics, mut chosen) = (Vec::new(), Vec::new(), BTreeMap::new());
    let lines = file.numbered().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with(['#']));
    for (number, line) in lines.filter(|(_, line)| !line.starts_with("empty=")) {
        match locked(line).filter(|_| line.len() <= file.origin.limits.line_bytes) {
            Some((name, version)) => {
                records.push(Entry::new(name.clone(), file.evidence(number, &name)).record(Ecosystem::Maven, file));
                chosen.insert(name, (version, number));
            }
            None => diagnostics.push(file.refuse(code::SYNTAX, number, "no version that was chosen")),
        }
    }
    records.extend(of_project(file, payloads, &chosen));
    Ok(file.decoded(records, diagnostics))
}

/// What was chosen for the project itself: its script says what it needs.
fn of_project(file: &File<'_>, payloads: &[Payload<'_>], chosen: &BTreeMap<String, (&str, usize)>) -> Option<Record> {
    let mut scripts = BUILDS.iter().map(|name| join(file.folder(), name));
    let script = scripts.find_map(|path| beside(payloads, &path, file.origin))?;
    let (manifest, _) = build::manifest(&script, payloads).ok()?;
    let mut entry = Entry::new(manifest.name.text.clone(), manifest.name.evidence.clone());
    entry.is_named = manifest.is_named;
    let needed = manifest.dependencies.into_iter().filter_map(|needed| {
        let (version, line) = chosen.get(&needed.name)?;
        let mut dependency = Dependency { range: None, version: Some((*version).to_owned()), ..needed };
        dependency.evidence.chain.extend(file.evidence(*line, &dependency.name).chain);
        Some(dependency)
    });
    entry.dependencies = needed.collect();
    Some(entry.of_manifest(Ecosystem::Maven, file))
}
