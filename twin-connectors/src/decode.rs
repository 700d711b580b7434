//! Reads the groups and hands them to their decoders.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use twin_connector_base::{Decoded, Origin, Payload};
use twin_core::base::{Limits, Result, in_pool};
use twin_core::observe::{Batch, Diagnostic, Locator, Scope, SourceId, code};

use crate::files::Files;
use crate::merge::{Reading, batch};
use crate::options::ScanOptions;
use crate::plan::Group;
use crate::registry::{find, registry};
use crate::walk::Tree;

/// What became of one group.
pub(crate) struct GroupRead {
    /// The decoder's place.
    pub decoder: usize,
    /// What it said.
    pub decoded: Vec<Decoded>,
    /// Which files could not be had, each as one rejection.
    pub failed: Vec<Decoded>,
}

/// A file's bytes, or its rejection.
pub(crate) type Contents = std::result::Result<Vec<u8>, Diagnostic>;

/// Decodes every group, in parallel; the results come in the order of the groups.
///
/// # Errors
/// If the host cancels, or the deadline passes.
pub(crate) fn decode(
    files: &dyn Files,
    tree: &Tree,
    groups: &[Group],
    origin: &Origin,
    options: &ScanOptions,
) -> Result<Vec<GroupRead>> {
    let done = AtomicU64::new(0);
    in_pool(|| {
        let read = groups.par_iter().map(|group| {
            let read = decode_group(files, tree, group, origin, options)?;
            let count = done.fetch_add(1, Ordering::Relaxed) + 1;
            options.context.progress.report("decode", count, groups.len() as u64);
            Ok(read)
        });
        read.collect()
    })
}

fn decode_group(
    files: &dyn Files,
    tree: &Tree,
    group: &Group,
    origin: &Origin,
    options: &ScanOptions,
) -> Result<GroupRead> {
    let mut contents = Vec::with_capacity(group.paths.len());
    for path in &group.paths {
        options.context.check()?;
        contents.push((path.as_str(), contents_of(files, tree, path, &origin.limits)));
    }
    options.context.check()?;
    let payloads: Vec<Payload<'_>> = contents.iter().map(|(path, contents)| payload(path, contents)).collect();
    let decoder = options.decoders.get(group.decoder);
    let decoded = decoder.map_or_else(Vec::new, |row| row.decoder.decode(&payloads, origin));
    Ok(GroupRead { decoder: group.decoder, decoded, failed: failures(&contents) })
}

/// Reads a file within the limits.
pub(crate) fn contents_of(files: &dyn Files, tree: &Tree, path: &str, limits: &Limits) -> Contents {
    if let Some(why) = tree.obstacle(path) {
        return Err(Diagnostic::rejected(code::UNREADABLE, Locator::line(path, 0), why));
    }
    match files.read(path, limits.payload_bytes.saturating_add(1)) {
        Ok(bytes) => within_limit(path, bytes, limits),
        Err(error) => Err(unreadable(path, &error.kind().to_string())),
    }
}

fn within_limit(path: &str, bytes: Vec<u8>, limits: &Limits) -> Contents {
    if bytes.len() as u64 <= limits.payload_bytes {
        return Ok(bytes);
    }
    let why = format!("larger than the limit of {} bytes", limits.payload_bytes);
    Err(Diagnostic::rejected(code::LIMIT, Locator::line(path, 0), why))
}

/// The rejection of a file that could not be read.
pub(crate) fn unreadable(path: &str, why: &str) -> Diagnostic {
    Diagnostic::rejected(code::UNREADABLE, Locator::line(path, 0), why)
}

/// What a decoder is given of a file.
pub(crate) fn payload<'a>(path: &'a str, contents: &'a Contents) -> Payload<'a> {
    Payload { path, bytes: contents.as_deref().map_err(|diagnostic| diagnostic.message.as_str()) }
}

fn failures(contents: &[(&str, Contents)]) -> Vec<Decoded> {
    let failed = contents.iter().filter_map(|(path, contents)| Some((path, contents.as_ref().err()?)));
    failed.map(|(path, diagnostic)| Decoded::rejected(path, diagnostic.clone())).collect()
}

/// Decodes one file by the decoder called `sort`, whether that decoder would recognise it or not.
///
/// # Errors
/// `Unknown` with the nearest names if no decoder is called so.
pub fn decode_one(sort: &str, path: &str, bytes: &[u8]) -> Result<Batch> {
    let row = find(registry(), sort)?;
    let origin = Origin { source: SourceId(sort.to_owned()), limits: Limits::default() };
    let contents = [(path, within_limit(path, bytes.to_vec(), &origin.limits))];
    let payloads: Vec<Payload<'_>> = contents.iter().map(|(path, contents)| payload(path, contents)).collect();
    let mut reading = Reading::default();
    reading.readers.insert(0);
    let said = row.decoder.decode(&payloads, &origin).into_iter();
    reading.decoded = said.filter(|said| said.path == path).map(|said| (0, said)).collect();
    reading.failed = failures(&contents).into_iter().next();
    Ok(batch(Scope::new(&origin.source, path), reading, &[row]))
}
