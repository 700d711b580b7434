//! What was read, and what was not.

use twin_connectors::{Tally, Unread};
use twin_core::graph::Snapshot;

use super::Reading;
use super::telling::Telling;

const SHOWN: usize = 3;

/// Tells what became of the files.
pub fn tell(telling: &mut Telling, now: &Snapshot, reading: &Reading) {
    let Reading { report, receipt } = reading;
    telling.section("What was read, and what was not");
    telling.line(format!("{} files in {} folders", report.files, report.folders));
    for Tally { sort, files, read, rejected } in &report.decoders {
        telling.line(format!("  {sort:<18} {files:>4} files {read:>6} records {rejected:>4} rejected"));
    }
    unread(telling, "read in part", &report.in_part);
    unread(telling, "seen, but not understood", &report.not_understood);
    unread(telling, "not read", &report.not_read);
    let others: Vec<String> = report.nobody_reads.iter().map(|(ending, count)| format!("{ending} ({count})")).collect();
    if !others.is_empty() {
        telling.line(format!("nothing here reads: {}", others.join(", ")));
    }
    let (applied, same) = (receipt.applied, receipt.duplicate);
    telling.line(format!(
        "records: {applied} new, {same} as before, {} late, {} rejected; revision {}: {} entities",
        receipt.late,
        receipt.rejected,
        receipt.revision,
        now.len(),
    ));
}

fn unread(telling: &mut Telling, title: &str, files: &[Unread]) {
    if !files.is_empty() {
        telling.line(format!("{title}: {}", files.len()));
        telling.lines(files.iter().map(|file| format!("  {}: {}", file.path, file.why)), SHOWN);
    }
}
