//! A receipt as hosts of other languages read it.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::analysis::Change;
use crate::answer::canonical;
use crate::engine::Receipt;
use crate::observe::{Diagnostic, Severity};

/// How many changes and diagnostics are told one by one; the receipt says how many there are in all.
const TOLD: usize = 1_000;

/// What became of some batches: `applied + duplicate + late + rejected` is the number of records that came in.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Receipt")]
pub struct ReceiptTold {
    /// Records that said something new.
    pub applied: u64,
    /// Records that said nothing new.
    pub duplicate: u64,
    /// Records that are older than what is known; kept in history.
    pub late: u64,
    /// Records that could not be taken; each has a diagnostic.
    pub rejected: u64,
    /// The twin's revision after it.
    pub revision: u64,
    /// How many diagnostics there are in all.
    pub diagnostic_count: usize,
    /// The first thousand of them.
    pub diagnostics: Vec<DiagnosticTold>,
    /// How many changes of entities and relations there are in all.
    pub change_count: usize,
    /// The first thousand of them, without evidence: ask a snapshot for that.
    #[schemars(with = "Vec<Change>")]
    pub changes: Vec<Value>,
}

/// One thing that could not be taken as it was.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Diagnostic")]
pub struct DiagnosticTold {
    /// What became of the record.
    pub severity: Severity,
    /// What is wrong, for machines.
    pub code: String,
    /// Where.
    pub locator: String,
    /// One line for people.
    pub message: String,
    /// How many records of the source were left out: 0 for a warning.
    pub records: u64,
}

impl Receipt {
    /// Canonical JSON: the counters, the revision, the first thousand diagnostics and changes, and how many there are of each.
    pub fn to_json(&self) -> String {
        canonical(&self.to_value())
    }

    /// What [`Receipt::to_json`] writes.
    pub fn to_value(&self) -> Value {
        let told = ReceiptTold {
            applied: self.applied,
            duplicate: self.duplicate,
            late: self.late,
            rejected: self.rejected,
            revision: self.revision,
            diagnostic_count: self.diagnostics.len(),
            diagnostics: told_diagnostics(&self.diagnostics),
            change_count: self.events.len(),
            changes: changes_value(&self.events),
        };
        serde_json::to_value(told).unwrap_or_default()
    }
}

/// The first thousand diagnostics.
pub(super) fn told_diagnostics(diagnostics: &[Diagnostic]) -> Vec<DiagnosticTold> {
    diagnostics.iter().take(TOLD).map(diagnostic).collect()
}

/// The first thousand changes.
fn changes_value(changes: &[Change]) -> Vec<Value> {
    changes.iter().take(TOLD).map(change_value).collect()
}

/// One change. Its evidence is left out: its handles mean nothing outside of a snapshot.
pub(super) fn change_value(change: &Change) -> Value {
    let mut value = serde_json::to_value(change).unwrap_or_default();
    value.as_object_mut().map(|fields| fields.remove("evidence"));
    value
}

/// Canonical JSON of the first thousand changes.
pub fn changes_json(changes: &[Change]) -> String {
    canonical(&Value::Array(changes_value(changes)))
}

/// Canonical JSON of all diagnostics.
pub fn diagnostics_json(diagnostics: &[Diagnostic]) -> String {
    let told: Vec<DiagnosticTold> = diagnostics.iter().map(diagnostic).collect();
    canonical(&serde_json::to_value(told).unwrap_or_default())
}

fn diagnostic(diagnostic: &Diagnostic) -> DiagnosticTold {
    DiagnosticTold {
        severity: diagnostic.severity,
        code: diagnostic.code.clone(),
        locator: diagnostic.locator.to_string(),
        message: diagnostic.message.clone(),
        records: diagnostic.records,
    }
}
