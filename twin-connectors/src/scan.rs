//! The scan itself: list, recognise, decode, merge, report.

use std::path::Path;

use twin_connector_base::Origin;
use twin_core::base::{Error, ErrorKind, Result};
use twin_core::observe::{Batch, Scope, SourceId};

use crate::files::{Files, OnDisk};
use crate::name::source_name;
use crate::options::ScanOptions;
use crate::report::Report;
use crate::{decode, merge, plan, walk};

/// What a scan found.
#[derive(Clone, Debug)]
pub struct Scan {
    /// One listing for each folder and one reading for each file that a decoder reads, in the order of their paths.
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
    let readings = merge::readings(&seen, read, &options.decoders);
    let report = Report::of(source, &tree, &seen, &groups, &readings, &options.decoders);
    let files =
        readings.into_iter().map(|(path, reading)| merge::batch(Scope::new(source, path), reading, &options.decoders));
    let mut batches: Vec<Batch> = tree.listings(source).into_iter().chain(files).collect();
    batches.sort_by(|a, b| a.scope.cmp(&b.scope));
    Ok(Scan { batches, report })
}
