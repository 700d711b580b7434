//! The scan itself: list, recognise, decode, merge, report.

use std::path::Path;

use twin_connector_base::Origin;
use twin_core::answer::canonical;
use twin_core::base::{Error, ErrorKind, Result};
use twin_core::observe::{Batch, Scope, SourceId};
use twin_core::{Receipt, Twin};

use crate::files::{Files, OnDisk};
use crate::name::source_name;
use crate::options::ScanOptions;
use crate::report::Report;
use crate::{decode, history, merge, plan, walk};

/// What a scan found.
#[derive(Clone, Debug)]
pub struct Scan {
    /// One listing for each folder, one reading for each file that a decoder reads, and one for each checkout's history, in the order of their paths.
    pub batches: Vec<Batch>,
    /// What was read, recognised, and not understood.
    pub report: Report,
}

/// Reads a folder: every file that any decoder recognises. The same files give the same batches on any number of threads.
///
/// # Errors
/// `Invalid` if `root` is no folder, `Cancelled` if the host cancels, `Limit` if the deadline passes. Whatever cannot be read
/// beneath the root is no error: its scope is partial, and the report names it.
pub fn scan(root: impl AsRef<Path>, options: &ScanOptions) -> Result<Scan> {
    let root = root.as_ref();
    if !root.is_dir() {
        return Err(Error::new(ErrorKind::Invalid, format!("{} is not a folder that can be scanned", root.display())));
    }
    let source = SourceId(options.name.clone().unwrap_or_else(|| source_name(root)));
    scan_files(&OnDisk { root: root.to_owned() }, &source, options)
}

/// Reads a folder into a twin, at the now of the options' context.
///
/// # Errors
/// As [`scan`] and [`Twin::apply_within`]. What is stopped before the end changes nothing.
pub fn scan_into(twin: &Twin, root: impl AsRef<Path>, options: &ScanOptions) -> Result<(Receipt, Report)> {
    let Scan { batches, report } = scan(root, options)?;
    Ok((twin.apply_within(batches, &options.context)?, report))
}

/// Canonical JSON of what became of a scan: the receipt, and in it the report.
pub fn scan_json(receipt: &Receipt, report: &Report) -> String {
    let mut value = receipt.to_value();
    value["report"] = serde_json::to_value(report).unwrap_or_default();
    canonical(&value)
}

/// Reads any tree of files as [`scan`] reads a folder.
///
/// # Errors
/// `Cancelled` if the host cancels, `Limit` if the deadline passes.
pub fn scan_files(files: &dyn Files, source: &SourceId, options: &ScanOptions) -> Result<Scan> {
    let tree = walk::walk(files, options)?;
    let origin = Origin { source: source.clone(), limits: options.context.limits.clone() };
    let seen = plan::look(files, &tree, &origin, options)?;
    let groups = plan::groups(&seen, &tree, options);
    let read = decode::decode(files, &tree, &groups, &origin, options)?;
    let mut readings = merge::readings(&seen, read, &options.decoders);
    readings.extend(history::read(files, &tree, source, options)?);
    let report = Report::of(source, &tree, &seen, &groups, &readings, &options.decoders);
    let files =
        readings.into_iter().map(|(path, reading)| merge::batch(Scope::new(source, path), reading, &options.decoders));
    let mut batches: Vec<Batch> = tree.listings(source).into_iter().chain(files).collect();
    batches.sort_by(|a, b| a.scope.cmp(&b.scope));
    Ok(Scan { batches, report })
}
