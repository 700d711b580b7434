//! Pulls a source page by page into a twin: each page and the cursor after it in one transaction.

use crate::base::{Context, Error, ErrorKind, Result};
use crate::engine::{Receipt, Twin};
use crate::observe::{Batch, Mode, Page, Scope, Source, SourceId};

impl Twin {
    /// Reads a source to its end, from where it last stopped. A page is committed before the next one is read, so that whatever fails later takes nothing back.
    ///
    /// A source that tells everything begins anew once a pass has ended; one that tells changes goes on from its last cursor.
    ///
    /// # Errors
    /// Whatever the source says; `Cancelled` or `Limit` by the context; `Invalid` for a source that goes in circles. The pages before it stay.
    pub fn sync(&self, name: &SourceId, source: &mut dyn Source, context: &Context) -> Result<Receipt> {
        let root = Scope::new(name, "");
        let mut cursor = self.cursor(&root).filter(|cursor| !cursor.is_empty());
        let mut whole = Receipt::none(self.revision());
        let mut pages = 0;
        loop {
            context.check()?;
            let page = source.read(cursor.as_deref(), context)?;
            let next = goes_on_at(&page, source.capability().mode);
            whole.add(self.apply_within(with_cursor(page.batch, &root, &next), context)?);
            pages += 1;
            context.progress.report("sync", pages, 0);
            if page.done {
                return Ok(whole);
            }
            if next.is_none() || next == cursor {
                return Err(circles(&next));
            }
            cursor = next;
        }
    }
}

/// Where the next reading begins: after a whole pass of a source that tells everything, at its beginning.
fn goes_on_at(page: &Page, mode: Mode) -> Option<String> {
    page.next_cursor.clone().filter(|_| !page.done || mode == Mode::Delta)
}

/// The page with the cursor of its source, which stands at the source's root.
fn with_cursor(mut batch: Batch, root: &Scope, next: &Option<String>) -> Vec<Batch> {
    let cursor = Some(next.clone().unwrap_or_default());
    if batch.scope == *root {
        batch.cursor = cursor;
        return vec![batch];
    }
    let observed_at = batch.observed_at;
    let whole = Batch {
        cursor,
        observed_at,
        capabilities: batch.capabilities.clone(),
        ..Batch::listing(root.clone(), Vec::new())
    };
    vec![Batch { members: None, mode: Mode::Delta, ..whole }, batch]
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
