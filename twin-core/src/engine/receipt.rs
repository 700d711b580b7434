//! A receipt as hosts of other languages read it.

use serde_json::{Value, json};

use crate::analysis::Change;
use crate::answer::canonical;
use crate::engine::Receipt;
use crate::observe::Diagnostic;

/// How many changes and diagnostics are told one by one; the receipt says how many there are in all.
const TOLD: usize = 1_000;

impl Receipt {
    /// Canonical JSON: the counters, the revision, the first thousand diagnostics and changes, and how many there are of each.
    pub fn to_json(&self) -> String {
        canonical(&self.to_value())
    }

    /// What [`Receipt::to_json`] writes.
    pub fn to_value(&self) -> Value {
        json!({
            "applied": self.applied,
            "duplicate": self.duplicate,
            "late": self.late,
            "rejected": self.rejected,
            "revision": self.revision,
            "diagnostic_count": self.diagnostics.len(),
            "diagnostics": self.diagnostics.iter().take(TOLD).map(diagnostic).collect::<Vec<Value>>(),
            "change_count": self.events.len(),
            "changes": changes_value(&self.events),
        })
    }
}

/// The first thousand changes. Their evidence is left out: its handles mean nothing outside of a snapshot.
fn changes_value(changes: &[Change]) -> Vec<Value> {
    let told = changes.iter().take(TOLD).map(|change| {
        let mut value = serde_json::to_value(change).unwrap_or_default();
        value.as_object_mut().map(|fields| fields.remove("evidence"));
        value
    });
    told.collect()
}

/// Canonical JSON of the first thousand changes.
pub fn changes_json(changes: &[Change]) -> String {
    canonical(&Value::Array(changes_value(changes)))
}

fn diagnostic(diagnostic: &Diagnostic) -> Value {
    json!({
        "severity": diagnostic.severity,
        "code": diagnostic.code,
        "locator": diagnostic.locator.to_string(),
        "message": diagnostic.message,
        "records": diagnostic.records,
    })
}
