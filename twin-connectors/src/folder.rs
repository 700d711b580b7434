//! A folder as a source that the host pulls page by page.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::Duration;

use twin_core::base::{Context, Error, ErrorKind, Result};
use twin_core::observe::{Batch, Capability, Page, Source};

use crate::options::ScanOptions;
use crate::scan::scan;

/// A folder. Each pass scans it anew; each page is one batch of that scan.
///
/// A cursor is only good within the pass that gave it: after a restart the pass begins again, so that nothing is skipped.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
    options: ScanOptions,
    waiting: VecDeque<Batch>,
}

impl Folder {
    /// The folder at `root`. The terms of each pass are those of [`Source::read`], not those in `options`.
    pub fn new(root: impl Into<PathBuf>, options: ScanOptions) -> Self {
        Folder { root: root.into(), options, waiting: VecDeque::new() }
    }

    fn begin(&mut self, context: &Context) -> Result<()> {
        let options = ScanOptions { context: context.clone(), ..self.options.clone() };
        self.waiting = scan(&self.root, &options)?.batches.into();
        Ok(())
    }
}

impl Source for Folder {
    fn capability(&self) -> Capability {
        let all: Vec<Capability> = self.options.decoders.iter().map(|row| row.decoder.capability()).collect();
        let mut whole = Capability::of_files("folder", &[], &[]);
        whole.kinds = distinct(all.iter().flat_map(|one| one.kinds.clone()));
        whole.relations = distinct(all.iter().flat_map(|one| one.relations.clone()));
        whole.fresh_for = shortest(all.iter().map(|one| one.fresh_for), whole.fresh_for);
        whole.stale_after = shortest(all.iter().map(|one| one.stale_after), whole.stale_after);
        whole
    }

    fn read(&mut self, cursor: Option<&str>, context: &Context) -> Result<Page> {
        let goes_on = cursor.is_some() && cursor == self.waiting.front().map(|batch| batch.scope.path.as_str());
        if !goes_on {
            self.begin(context)?;
        }
        let batch = self.waiting.pop_front().ok_or_else(|| Error::new(ErrorKind::Io, "the folder has no listing"))?;
        let next_cursor = self.waiting.front().map(|next| next.scope.path.clone());
        Ok(Page { batch, done: next_cursor.is_none(), next_cursor })
    }
}

fn distinct<T: Ord>(names: impl Iterator<Item = T>) -> Vec<T> {
    names.collect::<std::collections::BTreeSet<T>>().into_iter().collect()
}

fn shortest(spans: impl Iterator<Item = Duration>, otherwise: Duration) -> Duration {
    spans.min().unwrap_or(otherwise)
}
