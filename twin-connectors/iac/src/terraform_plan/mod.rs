//! Terraform plans as `terraform show -json` writes them, and OpenTofu and Terraform Cloud likewise: what is about to change, as changes of a scenario.
//!
//! A plan holds every attribute of every resource in plain text, secrets among them. So nothing is kept but what two tables list for a resource's
//! type, nothing that the plan marks as sensitive, and only texts that look like a name, a size or a version. Of other attributes that change the names are
//! told. Variables, outputs and checks are not read.
//!
//! * A resource is found in a twin by the platform's id, by its address, or by its name and kind, in this order.
//! * Every resource change becomes changes, or is told as left out with why: the counts add up.
//!
//! Formats 1.x are read. This module does no I/O.

mod change;
mod known;
mod payload;
mod references;
mod table;
mod value;

use serde::Serialize;
use serde_json::Value;
use twin_core::base::{Error, ErrorKind, Limits, Result};
use twin_core::graph::Snapshot;
use twin_core::observe::{Diagnostic, code};
use twin_core::simulate::{ChangeDraft, LeftOut};

use crate::terraform_state::limits;
use payload::ResourceChange;
use references::References;

/// A plan, of which only what the tables list was kept.
#[derive(Debug)]
pub struct TerraformPlan {
    path: String,
    resources: Vec<ResourceChange>,
    references: References,
    diagnostics: Vec<Diagnostic>,
    left_out: Vec<LeftOut>,
}

/// What a plan comes to on a base.
#[derive(Clone, Debug, Default)]
pub struct PlannedChanges {
    /// What changes. Entities that come are named before they are used.
    pub changes: Vec<ChangeDraft>,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
    /// What is planned but is none of the changes, and why.
    pub left_out: Vec<LeftOut>,
    /// What could not be read, where.
    pub diagnostics: Vec<Diagnostic>,
    /// What became of how many resource changes.
    pub counts: PlanCounts,
}

/// What became of the resource changes of a plan: `listed` is the sum of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PlanCounts {
    /// How many the plan lists.
    pub listed: u64,
    /// How many change nothing, or only an address.
    pub unchanged: u64,
    /// How many only read a data source.
    pub read: u64,
    /// How many became at least one change.
    pub changed: u64,
    /// How many were left out.
    pub left_out: u64,
    /// How many could not be read.
    pub rejected: u64,
}

impl TerraformPlan {
    /// Reads a plan. `path` is only told. O(bytes).
    ///
    /// # Errors
    /// `Limit` for what is longer, deeper or larger than the limits, before it is built in memory; `Invalid` for what is no plan in JSON, and for formats other than 1.x.
    /// A single resource change that cannot be read is no error but a diagnostic.
    pub fn read(path: &str, bytes: &[u8], limits: &Limits) -> Result<TerraformPlan> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        limits::check(path, bytes, limits).map_err(refused)?;
        let plan: Value = serde_json::from_slice(bytes).map_err(|error| no_json(path, bytes, &error))?;
        check_format(path, &plan)?;
        let mut read = TerraformPlan {
            path: path.to_owned(),
            resources: Vec::new(),
            references: References::read(plan.get("configuration").unwrap_or(&Value::Null)),
            diagnostics: Vec::new(),
            left_out: Vec::new(),
        };
        payload::read(&plan, &mut read)?;
        Ok(read)
    }

    /// What the plan changes of a base. O(records of the base + resource changes).
    pub fn changes_on(&self, base: &Snapshot) -> PlannedChanges {
        change::planned(self, base)
    }
}

fn refused(diagnostic: Diagnostic) -> Error {
    let kind = if diagnostic.code == code::LIMIT { ErrorKind::Limit } else { ErrorKind::Invalid };
    Error::new(kind, format!("{}: {}", diagnostic.locator, diagnostic.message))
}

fn invalid(path: &str, what: &str) -> Error {
    Error::new(ErrorKind::Invalid, format!("{path}: {what}"))
}

/// The library's own message is not passed on: it may quote what stands there.
fn no_json(path: &str, bytes: &[u8], error: &serde_json::Error) -> Error {
    if bytes.starts_with(b"PK") {
        return invalid(path, "a plan in Terraform's own format: write it as JSON with `terraform show -json`");
    }
    if is_log(bytes) {
        return invalid(path, "a log of `terraform plan -json`: write the plan with `terraform show -json`");
    }
    invalid(path, &format!("no plan in JSON (line {}, column {})", error.line(), error.column()))
}

/// A log has one object a line, each with a level.
fn is_log(bytes: &[u8]) -> bool {
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    serde_json::from_slice::<Value>(first).is_ok_and(|line| line.get("@level").is_some())
}

fn check_format(path: &str, plan: &Value) -> Result<()> {
    if plan.get("@level").is_some() {
        return Err(invalid(path, "a log of `terraform plan -json`: write the plan with `terraform show -json`"));
    }
    let Some(format) = plan.get("format_version").and_then(Value::as_str) else {
        return Err(invalid(path, "no plan: it has no format_version; write one with `terraform show -json`"));
    };
    if format.split('.').next() != Some("1") {
        return Err(invalid(
            path,
            "a plan of another format than 1.x: write it with Terraform 1.1 or newer, or OpenTofu",
        ));
    }
    match (plan.get("resource_changes"), plan.get("planned_values")) {
        (Some(Value::Array(_)), _) | (None | Some(Value::Null), Some(_)) => Ok(()),
        (None | Some(Value::Null), None) => Err(invalid(path, "a state, no plan: it has no resource_changes")),
        (Some(_), _) => Err(invalid(path, "/resource_changes is no list")),
    }
}
