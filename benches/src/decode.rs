//! `decode`: what each file of one sort becomes, record by record.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use twin_connectors::{decode_one, registry};
use twin_core::Twin;
use twin_core::base::{Error, Result, Timestamp};
use twin_core::observe::{Batch, Diagnostic, Severity};

use crate::command::unusable;

/// What became of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// Its path beneath the folder.
    pub file: String,
    /// Records of the source in it.
    #[serde(rename = "in")]
    pub incoming: u64,
    /// Records that said something new.
    pub applied: u64,
    /// Records that said nothing new.
    pub duplicate: u64,
    /// Records that are older than what is known.
    pub late: u64,
    /// Records that could not be taken.
    pub rejected: u64,
    /// How many facts the records state.
    pub observations: usize,
    /// How many records there are of each kind, support records among them.
    pub kinds: BTreeMap<String, usize>,
    /// What could not be taken as it was.
    pub diagnostics: Vec<Told>,
    /// The file's size.
    pub bytes: usize,
}

/// A diagnostic as a line shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    /// `path:line`, or the pointer into the document.
    pub locator: String,
    /// For machines.
    pub code: String,
    /// Whether the record was left out.
    pub severity: Severity,
    /// For people.
    pub message: String,
}

impl FileReport {
    /// Whether every record is accounted for, and every rejection says where.
    pub fn holds(&self) -> bool {
        let accounted = self.applied + self.duplicate + self.late + self.rejected;
        let mut rejections = self.diagnostics.iter().filter(|told| told.severity == Severity::Rejected);
        accounted == self.incoming && rejections.all(|told| !told.locator.is_empty() && !told.locator.starts_with(':'))
    }
}

/// The decoder for the name of a folder of payloads: `otlp` and `otlp-sdk-capture` are read by the same one.
///
/// # Errors
/// `Unknown` with the nearest names if no decoder reads that sort.
pub fn sort_of(name: &str) -> Result<String> {
    let known: Vec<String> = registry().iter().map(|row| row.sort()).collect();
    let alias = match name {
        "config" => "application-config",
        "madr" | "nygard" => "adr",
        "tfstate" => "terraform-state",
        real if real.starts_with("terraform-real") => "terraform-state",
        "k8s" => "kubernetes",
        other => other,
    };
    let begins = |sort: &&String| alias == *sort || alias.starts_with(&format!("{sort}-"));
    let found = known.iter().filter(begins).max_by_key(|sort| sort.len());
    found.cloned().ok_or_else(|| Error::unknown("source", name, known.iter().map(String::as_str)))
}

/// Decodes one file and applies it to a fresh twin.
///
/// # Errors
/// If no decoder is called so, or the twin refuses the call. Bad input is none.
pub fn decode_file(sort: &str, path: &str, bytes: &[u8], now: Timestamp) -> Result<FileReport> {
    let batch = decode_one(sort, path, bytes)?;
    let (incoming, observations, kinds) = (batch.incoming(), facts(&batch), kinds(&batch));
    let receipt = Twin::in_memory().apply(vec![batch], now)?;
    Ok(FileReport {
        file: path.to_owned(),
        incoming,
        applied: receipt.applied,
        duplicate: receipt.duplicate,
        late: receipt.late,
        rejected: receipt.rejected,
        observations,
        kinds,
        diagnostics: receipt.diagnostics.iter().map(told).collect(),
        bytes: bytes.len(),
    })
}

fn facts(batch: &Batch) -> usize {
    batch.records.iter().map(|record| record.observations.len()).sum()
}

fn kinds(batch: &Batch) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    batch.records.iter().for_each(|record| *kinds.entry(record.key.kind.to_string()).or_default() += 1);
    kinds
}

fn told(diagnostic: &Diagnostic) -> Told {
    Told {
        locator: diagnostic.locator.to_string(),
        code: diagnostic.code.clone(),
        severity: diagnostic.severity,
        message: diagnostic.message.clone(),
    }
}

/// The files beneath a folder, hidden ones too, as paths with `/` in their order. Symbolic links are not followed.
///
/// # Errors
/// If a folder cannot be listed.
pub fn files(root: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut pending = vec![String::new()];
    while let Some(folder) = pending.pop() {
        let path = root.join(&folder);
        let entries = std::fs::read_dir(&path).map_err(|error| unusable(&path, error))?;
        for entry in entries {
            let entry = entry.map_err(|error| unusable(&path, error))?;
            let kind = entry.file_type().map_err(|error| unusable(&path, error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let below = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            match kind {
                kind if kind.is_dir() => pending.push(below),
                kind if kind.is_file() => found.push(below),
                _ => {}
            }
        }
    }
    found.sort();
    Ok(found)
}
