//! Pulls a source page by page into a twin: each page and the cursor after it in one transaction.

use std::collections::BTreeSet;

use crate::base::{Context, Error, ErrorKind, Result};
use crate::engine::{Receipt, Twin};
use crate::observe::{Batch, Capability, Mode, Outcome, Page, Scope, Source, SourceId};

impl Twin {
    /// Reads a source to its end, from where it last stopped. A page is committed before the next one is read, so that whatever fails later takes nothing back.
    ///
    /// A source that tells everything begins anew once a pass has ended; one that tells changes goes on from its last cursor. Until a pass has ended, and after one that failed,
    /// answers that rest on the source are partial and say so.
    ///
    /// # Errors
    /// Whatever the source says; `Cancelled` or `Limit` by the context; `Invalid` for a source that goes in circles, or that reads one scope twice in a full pass. The pages
    /// before it stay.
    pub fn sync(&self, name: &SourceId, source: &mut dyn Source, context: &Context) -> Result<Receipt> {
        let root = Scope::new(name, "");
        let capability = source.capability();
        let read = self.pass(&root, capability.mode, source, context);
        if let Err(error) = &read {
            let why = format!("the last pass did not end: {}", error.kind());
            // Whoever stopped the pass does not stop this; and what went wrong is told, not that it could not be noted.
            let _ = self.apply(vec![unended(&root, vec![capability], why)], context.now);
        }
        read
    }

    fn pass(&self, root: &Scope, mode: Mode, source: &mut dyn Source, context: &Context) -> Result<Receipt> {
        let mut cursor = self.cursor(root).filter(|cursor| !cursor.is_empty());
        let mut whole = Receipt::none(self.revision());
        let (mut told, mut pages) = (BTreeSet::new(), 0);
        loop {
            context.check()?;
            let Page { batch, next_cursor, done } = source.read(cursor.as_deref(), context)?;
            if batch.mode == Mode::Full && !told.insert(batch.scope.clone()) {
                return Err(twice(&batch.scope));
            }
            // After a whole pass, a source that tells everything begins anew.
            let next = next_cursor.filter(|_| !done || mode == Mode::Delta);
            whole.add(self.apply_within(with_cursor(batch, root, &next, done), context)?);
            pages += 1;
            context.progress.report("sync", pages, 0);
            if done {
                return Ok(whole);
            }
            if next.is_none() || next == cursor {
                return Err(circles(&next));
            }
            cursor = next;
        }
    }
}

/// What holds of a source while its pass goes on.
const GOES_ON: &str = "the pass has not ended";

/// The page with the cursor of its source, which stands at the source's root, with whether the pass has ended.
fn with_cursor(mut batch: Batch, root: &Scope, next: &Option<String>, done: bool) -> Vec<Batch> {
    let cursor = Some(next.clone().unwrap_or_default());
    if batch.scope == *root {
        batch.cursor = cursor;
        // A listing stands by itself: what it lists and was not read yet says so.
        if !done && batch.members.is_none() && batch.outcome == Outcome::Complete {
            batch.outcome = Outcome::Partial(GOES_ON.to_owned());
        }
        return vec![batch];
    }
    let mut whole = unended(root, batch.capabilities.clone(), GOES_ON.to_owned());
    (whole.cursor, whole.observed_at) = (cursor, batch.observed_at);
    if done {
        whole.outcome = Outcome::Complete;
    }
    vec![whole, batch]
}

/// A word about a source as a whole that takes nothing away.
fn unended(root: &Scope, capabilities: Vec<Capability>, why: String) -> Batch {
    let (mode, outcome) = (Mode::Delta, Outcome::Partial(why));
    Batch { mode, outcome, members: None, capabilities, ..Batch::listing(root.clone(), Vec::new()) }
}

fn twice(scope: &Scope) -> Error {
    let message =
        format!("the source read {scope} twice in one full pass: give each page a scope of its own, or tell changes");
    Error::new(ErrorKind::Invalid, message)
}

fn circles(cursor: &Option<String>) -> Error {
    let message = match cursor {
        Some(cursor) => format!("the source gave the cursor {cursor:?} twice in a row and is not done"),
        None => "the source is not done and says not where to go on".to_owned(),
    };
    Error::new(ErrorKind::Invalid, message)
}

impl Receipt {
    /// Nothing came in.
    fn none(revision: u64) -> Self {
        let (diagnostics, events) = (Vec::new(), Vec::new());
        Receipt { applied: 0, duplicate: 0, late: 0, rejected: 0, diagnostics, revision, events }
    }

    fn add(&mut self, other: Receipt) {
        self.applied = self.applied.saturating_add(other.applied);
        self.duplicate = self.duplicate.saturating_add(other.duplicate);
        self.late = self.late.saturating_add(other.late);
        self.rejected = self.rejected.saturating_add(other.rejected);
        self.diagnostics.extend(other.diagnostics);
        self.events.extend(other.events);
        self.revision = other.revision;
    }
}
