//! What a scan tells people: read, read in part, not understood, not read, not looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use twin_connector_base::Decoded;
use twin_core::base::printable;
use twin_core::observe::{Outcome, SourceId};

use crate::merge::Reading;
use crate::plan::{Group, Seen};
use crate::registry::{Registered, ending};
use crate::walk::Tree;

/// What one decoder did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Tally {
    /// The decoder's name.
    pub sort: String,
    /// How many files it said something of.
    pub files: u64,
    /// How many records of the source it read.
    pub read: u64,
    /// How many it had to leave out, each with a diagnostic in its batch.
    pub rejected: u64,
}

/// A path, and why it is not known, or not all of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
pub struct Unread {
    /// Relative to the root.
    pub path: String,
    /// One phrase for people; never a value from the file.
    pub why: String,
}

/// What a scan saw. Its `Display` is for people and shows no control characters; the batches hold every diagnostic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Report {
    /// The source instance.
    pub source: SourceId,
    /// How many folders were seen.
    pub folders: u64,
    /// How many files were seen.
    pub files: u64,
    /// What each decoder did, without those that did nothing.
    pub decoders: Vec<Tally>,
    /// Files of which a part was not understood.
    pub in_part: Vec<Unread>,
    /// Files that look like something that is read here, but no decoder recognised them.
    pub not_understood: Vec<Unread>,
    /// Files that were read to their end, and in which there was nothing to keep.
    pub nothing_to_keep: Vec<String>,
    /// Files and folders that could not be read.
    pub not_read: Vec<Unread>,
    /// Files that nothing here reads, counted by their ending, or by their name if they have none.
    pub nobody_reads: BTreeMap<String, u64>,
    /// Folders that were not entered, counted by their name.
    pub skipped: BTreeMap<String, u64>,
    /// Symbolic links, which are not followed.
    pub links: Vec<String>,
}

impl Report {
    pub(crate) fn of(
        source: &SourceId,
        tree: &Tree,
        seen: &[Seen],
        groups: &[Group],
        readings: &BTreeMap<String, Reading>,
        decoders: &[Registered],
    ) -> Self {
        // A companion is read although nothing may be said of it.
        let read: BTreeSet<&String> = readings.keys().chain(groups.iter().flat_map(|group| &group.paths)).collect();
        let strange = seen.iter().filter(|file| !read.contains(&file.path));
        let (familiar, others): (Vec<&Seen>, Vec<&Seen>) =
            strange.filter(|file| file.trouble.is_none()).partition(|file| is_familiar(&file.path, decoders));
        Report {
            source: source.clone(),
            folders: tree.folders.len() as u64,
            files: tree.leaves.len() as u64,
            decoders: tallies(readings, decoders),
            in_part: in_part(readings),
            not_understood: not_understood(&familiar),
            nothing_to_keep: nothing_to_keep(readings),
            not_read: not_read(tree, seen, readings),
            nobody_reads: counted(others.into_iter().map(|file| ending_or_name(&file.path))),
            skipped: tree.skipped.clone(),
            links: tree.links().map(str::to_owned).collect(),
        }
    }
}

fn is_familiar(path: &str, decoders: &[Registered]) -> bool {
    decoders.iter().any(|row| row.may_read(path))
}

fn not_understood(familiar: &[&Seen]) -> Vec<Unread> {
    let why = "no decoder recognises it".to_owned();
    familiar.iter().map(|file| Unread { path: file.path.clone(), why: why.clone() }).collect()
}

fn nothing_to_keep(readings: &BTreeMap<String, Reading>) -> Vec<String> {
    readings.iter().filter(|(_, reading)| reading.is_silent()).map(|(path, _)| path.clone()).collect()
}

fn ending_or_name(path: &str) -> String {
    ending(path).map_or_else(|| path.rsplit('/').next().unwrap_or(path).to_owned(), |ending| format!(".{ending}"))
}

fn counted(names: impl Iterator<Item = String>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    names.for_each(|name| *counts.entry(name).or_default() += 1);
    counts
}

fn tallies(readings: &BTreeMap<String, Reading>, decoders: &[Registered]) -> Vec<Tally> {
    let all = decoders.iter().enumerate().map(|(place, row)| Tally { sort: row.sort(), ..tally(place, readings) });
    all.filter(|tally| tally.files > 0).collect()
}

fn tally(place: usize, readings: &BTreeMap<String, Reading>) -> Tally {
    let mut tally = Tally::default();
    for reading in readings.values().filter(|reading| reading.failed.is_none()) {
        let own: Vec<&Decoded> = reading.decoded.iter().filter(|(by, _)| *by == place).map(|(_, said)| said).collect();
        tally.files += u64::from(!own.is_empty());
        tally.read += own.iter().flat_map(|said| &said.records).map(|record| record.stands_for).sum::<u64>();
        tally.rejected +=
            own.iter().flat_map(|said| &said.diagnostics).map(|diagnostic| diagnostic.records).sum::<u64>();
    }
    tally
}

fn in_part(readings: &BTreeMap<String, Reading>) -> Vec<Unread> {
    let read = readings.iter().filter(|(_, reading)| reading.failed.is_none());
    let partial = read.filter_map(|(path, reading)| match reading.outcome() {
        Outcome::Partial(why) => Some(Unread { path: path.clone(), why }),
        Outcome::Complete => None,
    });
    partial.collect()
}

fn not_read(tree: &Tree, seen: &[Seen], readings: &BTreeMap<String, Reading>) -> Vec<Unread> {
    let folders =
        tree.folders.iter().filter_map(|(path, members)| Some((path.clone(), members.as_ref().err()?.clone())));
    let others = tree.others().map(|path| (path.to_owned(), "not a regular file".to_owned()));
    let heads = seen.iter().filter_map(|file| Some((file.path.clone(), file.trouble.clone()?)));
    let failed = readings.iter().filter_map(|(path, reading)| Some((path.clone(), reading.failure()?.to_owned())));
    let all: BTreeMap<String, String> = folders.chain(others).chain(heads).chain(failed).collect();
    all.into_iter().map(|(path, why)| Unread { path, why }).collect()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = printable(&self.source.0);
        writeln!(f, "{source}: {} files in {} folders", self.files, self.folders)?;
        for tally in &self.decoders {
            let Tally { sort, files, read, rejected } = tally;
            writeln!(f, "  {sort:<18} {files:>6} files {read:>8} records read {rejected:>6} rejected")?;
        }
        section(f, "read in part", &self.in_part)?;
        section(f, "not understood", &self.not_understood)?;
        section(f, "not read", &self.not_read)?;
        if !self.nothing_to_keep.is_empty() {
            writeln!(f, "read, and nothing in them to keep: {} files", self.nothing_to_keep.len())?;
        }
        counts(f, "nothing here reads", &self.nobody_reads)?;
        counts(f, "folders not entered", &self.skipped)?;
        match self.links.len() {
            0 => Ok(()),
            links => writeln!(f, "links not followed: {links}"),
        }
    }
}

/// How many lines of a section people are shown; the report itself holds all.
const SHOWN: usize = 20;

fn section(f: &mut fmt::Formatter<'_>, title: &str, lines: &[Unread]) -> fmt::Result {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(f, "{title}: {}", lines.len())?;
    for Unread { path, why } in lines.iter().take(SHOWN) {
        let path = if path.is_empty() { "(root)" } else { path };
        writeln!(f, "  {}: {}", printable(path), printable(why))?;
    }
    match lines.len().saturating_sub(SHOWN) {
        0 => Ok(()),
        more => writeln!(f, "  and {more} more"),
    }
}

fn counts(f: &mut fmt::Formatter<'_>, title: &str, counts: &BTreeMap<String, u64>) -> fmt::Result {
    if counts.is_empty() {
        return Ok(());
    }
    let mut order: BTreeSet<(std::cmp::Reverse<u64>, &str)> = BTreeSet::new();
    order.extend(counts.iter().map(|(name, count)| (std::cmp::Reverse(*count), name.as_str())));
    let words: Vec<String> =
        order.iter().take(SHOWN).map(|(count, name)| format!("{} ({})", printable(name), count.0)).collect();
    writeln!(f, "{title}: {}", words.join(", "))
}
