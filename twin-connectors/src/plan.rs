//! Decides who reads what: asks every decoder about every file, and forms the groups that are read together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use twin_connector_base::{Origin, Recognition};
use twin_core::base::{Result, in_pool};

use crate::files::Files;
use crate::follow::{follow, joined};
use crate::options::ScanOptions;
use crate::walk::Tree;

/// How much of a file a decoder sees before it says whether the file is its own.
const HEAD_BYTES: u64 = 64 << 10;

/// What is known of a file before it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Relative to the root.
    pub path: String,
    /// The places of the decoders that read it.
    pub readers: Vec<usize>,
    /// How sure they are.
    pub recognition: Recognition,
    /// For each of them, the files that it reads along.
    pub companions: Vec<(usize, Vec<String>)>,
    /// Why its beginning could not be read.
    pub trouble: Option<String>,
}

/// Files that one decoder reads together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    /// The decoder's place.
    pub decoder: usize,
    /// The files that it recognised, and their companions.
    pub paths: BTreeSet<String>,
}

/// Asks about every file, in parallel; the answers come in the order of the paths.
///
/// # Errors
/// If the host cancels, or the deadline passes.
pub(crate) fn look(files: &dyn Files, tree: &Tree, origin: &Origin, options: &ScanOptions) -> Result<Vec<Seen>> {
    let paths: Vec<&str> = tree.files().collect();
    let done = AtomicU64::new(0);
    let mut seen = in_pool(|| {
        let seen = paths.par_iter().map(|path| {
            options.context.check()?;
            let seen = look_at(files, path, options);
            let count = done.fetch_add(1, Ordering::Relaxed) + 1;
            options.context.progress.report("recognise", count, paths.len() as u64);
            Ok(seen)
        });
        seen.collect::<Result<Vec<Seen>>>()
    })?;
    follow(files, tree, &mut seen, origin, options)?;
    Ok(yield_to_groups(seen))
}

/// Of a file that cannot be opened only its name counts: a guess by a name that several share would hide the others.
fn look_at(files: &dyn Files, path: &str, options: &ScanOptions) -> Seen {
    let (head, least, trouble) = match files.read(path, HEAD_BYTES) {
        Ok(head) => (head, Recognition::Plausible, None),
        Err(error) => (Vec::new(), Recognition::ByName, Some(error.kind().to_string())),
    };
    let (recognition, readers) = readers(path, &head, least, options);
    let along = |place: &usize| Some((*place, options.decoders.get(*place)?.decoder.companions(path, &head)));
    let companions = readers.iter().filter_map(along).collect();
    Seen { path: path.to_owned(), readers, recognition, companions, trouble }
}

/// A file that somebody reads along, and that others only guess at by its name, is left to the one who reads it along: the
/// variables of a project say what its services are told, not what each of them connects to.
fn yield_to_groups(mut seen: Vec<Seen>) -> Vec<Seen> {
    let companions: BTreeSet<String> =
        seen.iter().flat_map(|file| &file.companions).flat_map(|(_, paths)| paths.clone()).collect();
    for file in &mut seen {
        if file.recognition == Recognition::Plausible && companions.contains(&file.path) {
            file.readers.clear();
            file.companions.clear();
        }
    }
    seen
}

/// The decoders that are surest of a file, all of them if several are equally sure; none if the surest is not sure enough.
fn readers(path: &str, head: &[u8], least: Recognition, options: &ScanOptions) -> (Recognition, Vec<usize>) {
    let sure: Vec<Recognition> = options.decoders.iter().map(|row| row.decoder.recognises(path, head)).collect();
    let best = sure.iter().copied().max().unwrap_or(Recognition::No).max(least);
    let readers = sure.iter().enumerate().filter(|(_, found)| **found == best).map(|(place, _)| place).collect();
    (best, readers)
}

/// Forms the groups. A file without a group is one of its own.
pub(crate) fn groups(seen: &[Seen], tree: &Tree, options: &ScanOptions) -> Vec<Group> {
    let mut groups: BTreeMap<(usize, String), BTreeSet<String>> = BTreeMap::new();
    for file in seen {
        for &place in &file.readers {
            let Some(row) = options.decoders.get(place) else { continue };
            // A group's name may look like a path: the prefix keeps it apart from a file of its own.
            let name = row
                .decoder
                .group(&file.path)
                .map_or_else(|| format!("file {}", file.path), |group| format!("group {group}"));
            let paths = groups.entry((place, name)).or_default();
            paths.insert(file.path.clone());
            let along =
                file.companions.iter().filter(|(reader, _)| *reader == place).flat_map(|(_, paths)| paths.clone());
            paths.extend(along.filter(|path| tree.may_hold(path)));
        }
    }
    joined(seen, groups, options)
}
