//! Snapshots of any two times: what holds now, and what held then.

use std::sync::Arc;

use crate::answer::AsOf;
use crate::base::{Context, Error, ErrorKind, Result, Timestamp};
use crate::engine::{At, Head, Shown, State, Twin};
use crate::graph::{Pages, Readings, Snapshot};
use crate::schema::Schema;

/// How many pasts are kept at hand.
const PASTS: usize = 4;

/// What held at some times, as it was last asked for, the last first: asking the same again costs nothing.
#[derive(Debug, Default)]
pub(super) struct Remembered(Vec<Past>);

#[derive(Clone, Debug)]
struct Past {
    as_of: AsOf,
    /// As long as this holds at all times from `as_of.valid` until here.
    until: Option<Timestamp>,
    pages: Arc<Pages>,
    readings: Arc<Readings>,
}

impl Remembered {
    /// Forgets everything.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }

    /// Forgets what another commit may change: everything that is not by what was known at some time.
    pub(super) fn forget_open(&mut self) {
        self.0.retain(|past| past.as_of.known != Timestamp::MAX);
    }

    fn find(&mut self, as_of: AsOf) -> Option<Past> {
        let holds = |past: &Past| {
            let since = past.as_of.valid <= as_of.valid && past.until.is_some_and(|until| as_of.valid < until);
            past.as_of.known == as_of.known && (past.as_of.valid == as_of.valid || since)
        };
        let place = self.0.iter().position(holds)?;
        let past = self.0.remove(place);
        self.0.insert(0, past.clone());
        Some(past)
    }

    fn keep(&mut self, past: Past) -> Past {
        self.0.insert(0, past.clone());
        self.0.truncate(PASTS);
        past
    }
}

impl Twin {
    /// An immutable view. O(1) for now, whatever a writer does at the time, and for a past that was just asked for; O(facts) for any other time. The first question about a time that opening has
    /// not read of reads the whole store.
    ///
    /// Where that cannot be read, the view knows nothing, so that every answer of it is `Unknown`: [`Twin::as_of`] tells why.
    pub fn snapshot(&self, at: At) -> Snapshot {
        self.as_of(at).unwrap_or_else(|_| {
            let pages = Pages::empty(self.schema());
            Snapshot::new(Arc::new(pages), Arc::default(), at.as_of(), at.now, self.revision())
        })
    }

    /// An immutable view as [`Twin::snapshot`] gives it.
    ///
    /// # Errors
    /// `Corrupt` or `Io` where what was known then cannot be read, `Invalid` where it is no longer kept.
    pub fn as_of(&self, at: At) -> Result<Snapshot> {
        if let (None, None, Some(shown)) = (at.valid, at.known, self.shown_at(at.now)) {
            return Ok(shown);
        }
        let mut state = self.state();
        let (pages, readings) = match (at.valid, at.known) {
            (None, None) => state.now(self.schema(), at.now)?,
            (_, known) => state.then(self.schema(), AsOf { known: known.unwrap_or(Timestamp::MAX), ..at.as_of() })?,
        };
        Ok(Snapshot::new(pages, readings, at.as_of(), at.now, state.log.revision()))
    }

    /// What holds now, if it is what readers are shown.
    fn shown_at(&self, now: Timestamp) -> Option<Snapshot> {
        let Shown { revision, head } = self.shown();
        let Head { pages, readings, until, .. } = head?;
        let as_of = AsOf { valid: now, known: now };
        until.is_none_or(|until| now < until).then(|| Snapshot::new(pages, readings, as_of, now, revision))
    }

    /// How many units of the head were assembled anew at the last commit that changed it. For tests.
    #[cfg(feature = "testkit")]
    pub fn units_made(&self) -> usize {
        self.state().head(self.schema()).assembly.made()
    }

    /// Writes checkpoints after so many rows already. For tests.
    #[cfg(feature = "testkit")]
    pub fn checkpoint_after(&self, rows: u64) {
        if let Some(store) = &mut self.state().store {
            store.checkpoint_after(rows);
        }
    }
}

impl At {
    /// The two times.
    pub(super) fn as_of(self) -> AsOf {
        AsOf { valid: self.valid.unwrap_or(self.now), known: self.known.unwrap_or(self.now) }
    }
}

impl State {
    /// What holds now: that of the last change, until something begins or ceases to hold by itself.
    fn now(&mut self, schema: &Schema, now: Timestamp) -> Result<(Arc<Pages>, Arc<Readings>)> {
        let head = self.head(schema);
        if head.until.is_none_or(|until| now < until) {
            return Ok((head.pages, head.readings));
        }
        let (pages, _) = self.then(schema, AsOf { valid: now, known: Timestamp::MAX })?;
        Ok((pages, head.readings))
    }

    /// What held at two times.
    pub(super) fn then(&mut self, schema: &Schema, as_of: AsOf) -> Result<(Arc<Pages>, Arc<Readings>)> {
        let known = if self.log.last() <= Some(as_of.known) { Timestamp::MAX } else { as_of.known };
        let as_of = AsOf { known, ..as_of };
        if known == Timestamp::MAX && self.log.last() <= Some(as_of.valid) {
            let head = self.head(schema);
            if head.until.is_none_or(|until| as_of.valid < until) {
                return Ok((head.pages, head.readings));
            }
        }
        if let Some(past) = self.past.find(as_of) {
            return Ok((past.pages, past.readings));
        }
        if self.log.is_whole() {
            self.check_kept(as_of)?;
        } else if !self.log.reaches(as_of.valid, as_of.known) {
            self.read_all()?;
            self.check_kept(as_of)?;
        }
        let context = Context::new(as_of.valid);
        let pages = Arc::new(self.log.assembled(schema, as_of, &context).pages);
        let readings = Arc::new(self.log.readings(known));
        let until = (known == Timestamp::MAX).then(|| self.log.next_change(as_of.valid, &context)).flatten();
        let past = self.past.keep(Past { as_of, until, pages, readings });
        Ok((past.pages, past.readings))
    }

    /// Nobody is told of times that were not retained.
    fn check_kept(&self, as_of: AsOf) -> Result<()> {
        match self.log.begins() {
            Some(begins) if as_of.valid.min(as_of.known) < begins => {
                let message =
                    format!("nothing is kept of the time before {begins}: ask about that time or a later one");
                Err(Error::new(ErrorKind::Invalid, message))
            }
            _ => Ok(()),
        }
    }

    /// Reads what opening left out.
    pub(super) fn read_all(&mut self) -> Result<()> {
        if let (false, Some(store)) = (self.log.is_whole(), &self.store) {
            self.log = store.whole()?;
        }
        Ok(())
    }
}
