//! What a folder tells, to the letter: scanned, stored, read back and asked everything, on as many threads as the process is given.

use std::path::Path;

use twin_connectors::{ScanOptions, scan};
use twin_core::base::{Result, Timestamp};
use twin_core::graph::Snapshot;
use twin_core::{At, Question, Twin};

use crate::command::{print, unusable};

/// The questions that are asked of every entity, and those that are about none.
const OF_EACH: [&str; 8] =
    ["blast_radius", "describe", "conflicts", "neighbours", "owners", "cost", "decisions", "explain"];
const OF_ALL: [&str; 3] = [r#"{"kind": "cycles"}"#, r#"{"kind": "drift"}"#, r#"{"kind": "find_all", "words": ""}"#];

/// Prints each answer about a folder on a line, as canonical JSON.
///
/// # Errors
/// As [`scan`], [`Twin::open`] and [`Twin::apply`].
pub fn answers(folder: &Path, now: Timestamp) -> Result<()> {
    let away = tempfile::tempdir().map_err(|error| unusable(folder, error))?;
    let path = away.path().join("told.twin");
    let options = ScanOptions { name: Some("estate".to_owned()), ..ScanOptions::default() };
    Twin::open(&path)?.apply(scan(folder, &options)?.batches, now)?;
    let snapshot = Twin::open_read_only(&path)?.snapshot(At::now(now));
    questions(&snapshot)?.iter().try_for_each(|question| print(snapshot.ask(question)?.to_json()))
}

fn questions(snapshot: &Snapshot) -> Result<Vec<Question>> {
    let of_each = snapshot.nodes().flat_map(|node| {
        let id = snapshot.entity(node).id.to_string();
        OF_EACH.map(|kind| serde_json::json!({"kind": kind, "entity": id}).to_string())
    });
    let of_all = OF_ALL.into_iter().map(str::to_owned);
    of_all.chain(of_each).map(|question| Question::from_json(&question)).collect()
}
