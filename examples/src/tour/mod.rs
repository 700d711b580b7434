//! The tour: reads an estate into a twin that forgets, and asks it every question that there is.

mod bill;
mod drift;
mod files;
mod identity;
mod impact;
mod people;
mod pick;
mod reading;
mod sight;
mod telling;
mod time;

pub use files::{Overlaid, example_today, example_yesterday};

use std::path::Path;

use twin_connectors::{Files, OnDisk, Report, ScanOptions, scan_files};
use twin_core::base::{Error, ErrorKind, Result, Timestamp};
use twin_core::graph::Snapshot;
use twin_core::observe::SourceId;
use twin_core::{At, Receipt, Twin, wire};

use telling::Telling;

/// What the tour says and shows.
#[derive(Clone, Debug)]
pub struct Tour {
    /// The answers, for a terminal.
    pub text: String,
    /// The map and its tables, as one HTML page.
    pub page: String,
}

/// What the questions are asked about, where the tour need not find something itself.
#[derive(Clone, Copy, Debug, Default)]
struct Wishes {
    /// Whose failure is looked at.
    fails: Option<&'static str>,
    /// Whose end is looked at.
    removed: Option<&'static str>,
    /// Whose cost is looked at.
    billed: Option<&'static str>,
}

/// One reading of an estate.
struct Reading {
    report: Report,
    receipt: Receipt,
}

const MICROS_A_DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// The tour of the example estate, as it was yesterday and as it is now.
///
/// # Errors
/// `Io` if the estate cannot be read.
pub fn of_example(now: Timestamp) -> Result<Tour> {
    let wishes = Wishes { fails: Some("payments"), removed: Some("giftcards"), billed: Some("orders") };
    let yesterday = Timestamp::from_micros(now.as_micros() - MICROS_A_DAY).unwrap_or(Timestamp::MIN);
    let twin = Twin::in_memory();
    read(&twin, &example_yesterday(), "quillmere", yesterday)?;
    let reading = read(&twin, &example_today(), "quillmere", now)?;
    let before = twin.snapshot(At::now(now).valid(yesterday).known(yesterday));
    Ok(told("Quillmere, the example estate", &twin.snapshot(At::now(now)), Some(&before), &reading, wishes))
}

/// The tour of any folder.
///
/// # Errors
/// `Invalid` if `root` is no folder, `Io` if it cannot be read.
pub fn of_folder(root: &Path, now: Timestamp) -> Result<Tour> {
    if !root.is_dir() {
        return Err(Error::new(ErrorKind::Invalid, format!("{} is not a folder", root.display())));
    }
    let title = root.canonicalize().ok().and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
    let title = title.unwrap_or_else(|| root.display().to_string());
    of_files(&OnDisk { root: root.to_owned() }, &title, now)
}

/// The tour of any tree of files. The title is the name of the source, too: this twin reads nothing else.
///
/// # Errors
/// `Io` if its root cannot be read.
pub fn of_files(files: &dyn Files, title: &str, now: Timestamp) -> Result<Tour> {
    let twin = Twin::in_memory();
    let reading = read(&twin, files, title, now)?;
    Ok(told(title, &twin.snapshot(At::now(now)), None, &reading, Wishes::default()))
}

fn read(twin: &Twin, files: &dyn Files, source: &str, now: Timestamp) -> Result<Reading> {
    let scan = scan_files(files, &SourceId(source.to_owned()), &ScanOptions::default())?;
    if let Some(root) = scan.report.not_read.iter().find(|unread| unread.path.is_empty()) {
        return Err(Error::new(ErrorKind::Io, format!("the folder cannot be read: {}", root.why)));
    }
    let receipt = twin.apply(scan.batches, now)?;
    Ok(Reading { report: scan.report, receipt })
}

fn told(title: &str, now: &Snapshot, before: Option<&Snapshot>, reading: &Reading, wishes: Wishes) -> Tour {
    let mut telling = Telling::new(title);
    reading::tell(&mut telling, now, reading);
    identity::tell(&mut telling, now);
    let failing = pick::by_name_or(now, wishes.fails, pick::most_needed);
    impact::tell_blast_radius(&mut telling, now, failing);
    drift::tell(&mut telling, now);
    people::tell_owners(&mut telling, now);
    bill::tell(&mut telling, now, pick::by_name_or(now, wishes.billed, pick::dearest));
    people::tell_decisions(&mut telling, now);
    let removed = pick::by_name_or(now, wishes.removed, pick::most_needed_component);
    impact::tell_scenarios(&mut telling, now, failing, removed);
    time::tell(&mut telling, now, before);
    sight::tell(&mut telling, now);
    Tour { text: telling.finished(), page: wire::page(now, title) }
}
