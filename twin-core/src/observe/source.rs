//! The one trait that whoever brings data implements.

use crate::base::{Context, Result};
use crate::observe::{Batch, Capability};

/// One page of a reading.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// What was read.
    pub batch: Batch,
    /// Where to go on; committed with the batch, so that a crash re-reads and never skips.
    pub next_cursor: Option<String>,
    /// Whether this was the last page.
    pub done: bool,
}

/// Something that can be read, page by page, by the host, at its own cadence.
pub trait Source {
    /// What it can and cannot see.
    fn capability(&self) -> Capability;

    /// Reads the page at `cursor`, or the first one.
    ///
    /// # Errors
    /// Whatever keeps the page from being read. What was read before it stays; nothing is taken away.
    fn read(&mut self, cursor: Option<&str>, context: &Context) -> Result<Page>;
}
