//! What taking some batches would do to identity, without taking them.

use serde::Serialize;

use crate::answer::canonical;
use crate::base::{Context, Result, Timestamp};
use crate::engine::receipt::told_diagnostics;
use crate::engine::{DiagnosticTold, State, Twin};
use crate::history::{Counters, Row, stage};
use crate::identity::{IdentityChange, Remembered};
use crate::observe::Batch;
use crate::schema::Schema;

/// What would become of records if some batches were taken.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct IdentityPlan {
    /// Records that would say something new.
    pub applied: u64,
    /// Records that would say nothing new.
    pub duplicate: u64,
    /// Records that are older than what is known.
    pub late: u64,
    /// Records that could not be taken; each has a diagnostic.
    pub rejected: u64,
    /// How many diagnostics there are in all.
    pub diagnostic_count: usize,
    /// The first thousand of them: what could not be taken as it is.
    pub diagnostics: Vec<DiagnosticTold>,
    /// Things that would be created, joined by new records, merged or split, in the order of their ids.
    pub changes: Vec<IdentityChange>,
}

impl IdentityPlan {
    /// Canonical JSON.
    pub fn to_json(&self) -> String {
        canonical(&serde_json::to_value(self).unwrap_or_default())
    }
}

impl Twin {
    /// What [`Twin::apply`] would do to identity: nothing is written, and nobody sees anything of it. O(facts).
    ///
    /// # Errors
    /// As [`Twin::apply_within`].
    pub fn plan_identity(&self, batches: Vec<Batch>, context: &Context) -> Result<IdentityPlan> {
        let mut state = self.state();
        if state.log.misses(&batches, context.now) {
            state.read_all()?;
        }
        let staged = stage(&mut state.log, &self.schema, batches, context)?;
        let Counters { applied, duplicate, late, rejected } = staged.counters;
        let changes = match staged.changes_facts() {
            true => state.planned(&self.schema, &staged.rows, context)?,
            false => Vec::new(),
        };
        let (diagnostic_count, diagnostics) = (staged.diagnostics.len(), told_diagnostics(&staged.diagnostics));
        Ok(IdentityPlan { applied, duplicate, late, rejected, diagnostic_count, diagnostics, changes })
    }
}

impl State {
    /// What identity would make of some rows.
    fn planned(&mut self, schema: &Schema, rows: &[Row], context: &Context) -> Result<Vec<IdentityChange>> {
        let before = self.head(schema);
        let mut remembered = Remembered::of(self.log.identity().clone());
        let tx = self.log.next_tx(context.now);
        self.log.begin();
        let found = self.identified(schema, rows, &before, tx, context);
        self.log.undo();
        let (mut assigned, mut redirected) = (Vec::new(), Vec::new());
        for row in found? {
            match row {
                Row::Assigned { record, entity } => assigned.push((record, entity)),
                Row::Redirected { from, to } => redirected.push((from, to)),
                _ => {}
            }
        }
        Ok(remembered.follow(&assigned, &redirected))
    }

    fn identified(
        &mut self,
        schema: &Schema,
        rows: &[Row],
        before: &super::Head,
        tx: Timestamp,
        context: &Context,
    ) -> Result<Vec<Row>> {
        self.log.append_within(tx, self.log.revision() + 1, rows, context)?;
        let assembled = self.log.head(schema, tx, self.since(before, tx), context);
        context.check()?;
        Ok(assembled.identity)
    }
}
