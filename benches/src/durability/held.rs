//! A snapshot is held while a twin goes on, and answers byte for byte what it answered.
//!
//! A write is one record that says something new: its old value is withdrawn and its new one asserted, in a commit of a thousand records that is on disk before the next begins.

use serde::Serialize;
use twin_core::analysis::{describe, drift, find_all};
use twin_core::answer::Profile;
use twin_core::base::{Digest, Error, ErrorKind, Result};
use twin_core::graph::Snapshot;
use twin_core::observe::Perspective;
use twin_core::testkit::estate;
use twin_core::{At, Twin};

use crate::command::unusable;
use crate::durability::Violations;
use crate::durability::workload::time_of;

/// How many records one commit changes, where nobody says otherwise.
pub const RECORDS: usize = 1_000;
/// After how many commits the snapshot is asked.
const ASKED: usize = 100;
/// How many values a record goes through before it comes back to its first.
const VALUES: usize = 7;

/// What came of holding snapshots.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Held {
    /// How many records said something new.
    pub writes: u64,
    /// In how many commits.
    pub commits: u64,
    /// How often a held snapshot was asked everything.
    pub asked: u64,
    /// Whether the head told something else in the end.
    pub moved: bool,
    /// Answers that changed.
    pub violations: Violations,
}

/// Holds a snapshot of the twin for at least so many writes, and another of its past.
///
/// # Errors
/// As [`Twin::apply`].
pub fn held(writes: u64, records: usize) -> Result<Held> {
    let folder = tempfile::tempdir().map_err(|error| unusable(std::path::Path::new("a folder for a store"), error))?;
    let twin = Twin::open(folder.path().join("held.twin"))?;
    let mut held = Held::default();
    write(&twin, 0, records)?;
    write(&twin, 1, records)?;
    let now = At::now(time_of(1));
    let snapshots = [twin.snapshot(now), twin.snapshot(now.valid(time_of(0)).known(time_of(0)))];
    let before = snapshots.each_ref().map(told);
    for commit in 2.. {
        held.writes += write(&twin, commit, records)?;
        held.commits += 1;
        let is_last = held.writes >= writes;
        if is_last || commit % ASKED == 0 {
            held.asked += 1;
            let changed = before != snapshots.each_ref().map(told);
            changed.then(|| held.violations.add(format!("after {} writes", held.writes)));
        }
        if is_last {
            held.moved = told(&twin.snapshot(At::now(time_of(commit)))) != before[0];
            break;
        }
    }
    Ok(held)
}

/// Changes every record. Returns how many.
fn write(twin: &Twin, commit: usize, records: usize) -> Result<u64> {
    let value = 2 + commit % VALUES;
    let lines = (0..records).map(|place| format!("Workload:w{place}\nset replicas {value}\n"));
    let text = format!("file many\n{}file few\nWorkload:w0\nknown host:w@net\njoins net\n", lines.collect::<String>());
    let read = estate(&text).map_err(|why| Error::new(ErrorKind::Invalid, why))?;
    let receipt = twin.apply(read.batches, time_of(commit))?;
    Ok(receipt.applied.min(records as u64))
}

/// Everything that is asked of a held snapshot, as canonical JSON.
fn told(snapshot: &Snapshot) -> Digest {
    let needs = Profile::Cadence;
    let mut told = vec![drift(snapshot, Perspective::Declared, Perspective::Observed, needs).to_json()];
    told.push(find_all(snapshot, None, "", needs).map_or_else(|error| error.to_string(), |found| found.to_json()));
    told.extend(snapshot.nodes().map(|node| describe(snapshot, node, needs).to_json()));
    Digest::of(told.join("\n").as_bytes())
}
