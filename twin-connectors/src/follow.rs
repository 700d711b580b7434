//! Finds what groups of files need beside themselves, and joins groups that need files of each other.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use twin_connector_base::{Decoder, Origin, Payload};
use twin_core::base::{Result, in_pool};

use crate::decode::{Contents, contents_of, payload};
use crate::files::Files;
use crate::options::ScanOptions;
use crate::plan::{Group, Seen};
use crate::walk::Tree;

/// A group is asked so often what it needs, and takes so many files.
const ROUNDS: usize = 64;
const MOST: usize = 10_000;

/// A group by its decoder's place and its name.
pub(crate) type Name = (usize, String);

/// Adds to what is known of the files the companions that their groups name when they are read.
///
/// # Errors
/// If the host cancels, or the deadline passes.
pub(crate) fn follow(
    files: &dyn Files,
    tree: &Tree,
    seen: &mut [Seen],
    origin: &Origin,
    options: &ScanOptions,
) -> Result<()> {
    let groups = following(seen, options);
    let needed = in_pool(|| {
        let needed = groups.par_iter().map(|((place, _), group)| {
            let Some(row) = options.decoders.get(*place) else { return Ok(BTreeSet::new()) };
            needed(files, tree, row.decoder, &group.paths, origin, options)
        });
        needed.collect::<Result<Vec<BTreeSet<String>>>>()
    })?;
    for (((place, _), group), needed) in groups.into_iter().zip(needed) {
        if let Some(first) = seen.get_mut(group.first) {
            first.companions.push((place, needed.into_iter().collect()));
        }
    }
    Ok(())
}

/// The files of a group, and the place of the first of them.
struct Following {
    first: usize,
    paths: BTreeSet<String>,
}

fn following(seen: &[Seen], options: &ScanOptions) -> BTreeMap<Name, Following> {
    let mut groups: BTreeMap<Name, Following> = BTreeMap::new();
    for (index, file) in seen.iter().enumerate() {
        for &place in &file.readers {
            let row = options.decoders.get(place).filter(|row| row.decoder.follows());
            let Some(group) = row.and_then(|row| row.decoder.group(&file.path)) else { continue };
            let group =
                groups.entry((place, group)).or_insert_with(|| Following { first: index, paths: BTreeSet::new() });
            group.paths.insert(file.path.clone());
        }
    }
    groups
}

fn needed(
    files: &dyn Files,
    tree: &Tree,
    decoder: &dyn Decoder,
    own: &BTreeSet<String>,
    origin: &Origin,
    options: &ScanOptions,
) -> Result<BTreeSet<String>> {
    let mut contents: BTreeMap<String, Contents> = BTreeMap::new();
    let mut new = own.clone();
    for _ in 0..ROUNDS {
        options.context.check()?;
        contents.extend(new.iter().map(|path| (path.clone(), contents_of(files, tree, path, &origin.limits))));
        let payloads: Vec<Payload<'_>> = contents.iter().map(|(path, contents)| payload(path, contents)).collect();
        let more = decoder.needed(&payloads, origin).into_iter();
        new = more.filter(|path| !contents.contains_key(path) && tree.may_hold(path)).collect();
        if new.is_empty() || contents.len() + new.len() > MOST {
            break;
        }
    }
    Ok(contents.into_keys().filter(|path| !own.contains(path)).collect())
}

/// Joins groups of which one needs a file that is the other's own.
pub(crate) fn joined(seen: &[Seen], groups: BTreeMap<Name, BTreeSet<String>>, options: &ScanOptions) -> Vec<Group> {
    let owners = owners(seen, options);
    let mut joined: BTreeMap<Name, BTreeSet<String>> = BTreeMap::new();
    let mut leads: BTreeMap<Name, Name> = BTreeMap::new();
    for (name, paths) in groups {
        let owned = paths.iter().filter_map(|path| owners.get(&(name.0, path.as_str())));
        let related: BTreeSet<Name> = owned.map(|owner| lead(&leads, owner)).chain([lead(&leads, &name)]).collect();
        let Some(first) = related.first().cloned() else { continue };
        let all: BTreeSet<String> = related.iter().filter_map(|other| joined.remove(other)).flatten().collect();
        joined.entry(first.clone()).or_default().extend(all.into_iter().chain(paths));
        leads.extend(related.into_iter().filter(|other| *other != first).map(|other| (other, first.clone())));
    }
    joined.into_iter().map(|((decoder, _), paths)| Group { decoder, paths }).collect()
}

/// The group that stands for a joined one.
fn lead(leads: &BTreeMap<Name, Name>, name: &Name) -> Name {
    let mut name = name;
    while let Some(next) = leads.get(name) {
        name = next;
    }
    name.clone()
}

/// The group of each file that a decoder which follows has recognised.
fn owners<'s>(seen: &'s [Seen], options: &ScanOptions) -> BTreeMap<(usize, &'s str), Name> {
    let mut owners = BTreeMap::new();
    for file in seen {
        for &place in &file.readers {
            let row = options.decoders.get(place).filter(|row| row.decoder.follows());
            if let Some(group) = row.and_then(|row| row.decoder.group(&file.path)) {
                owners.insert((place, file.path.as_str()), (place, format!("group {group}")));
            }
        }
    }
    owners
}
