//! The terms under which long work runs: limits, cancellation, a deadline, and somebody who watches.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::base::{Error, ErrorKind, Result, Timestamp};

/// How much any one payload or batch may ask for. A payload over a limit is refused with a `Diagnostic`, before it is allocated; a batch with an error, before anything is
/// changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file or payload, compressed or not. Default 64 MiB.
    pub payload_bytes: u64,
    /// Bytes of one line or scalar. Default 1 MiB.
    pub line_bytes: usize,
    /// Depth of nesting. Default 100.
    pub depth: usize,
    /// Nodes of one document after its aliases were followed. Default 2,000,000.
    pub nodes: usize,
    /// Files of one scan. Default 1,000,000.
    pub files: usize,
    /// Records, removals, members and diagnostics of one batch. Default 2,000,000.
    pub batch_records: u64,
    /// Bytes of what one batch says, as the store would write them with each text where it stands. Default 2 GiB.
    pub batch_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            payload_bytes: 64 << 20,
            line_bytes: 1 << 20,
            depth: 100,
            nodes: 2_000_000,
            files: 1_000_000,
            batch_records: 2_000_000,
            batch_bytes: 2 << 30,
        }
    }
}

/// A flag that stops long work from another thread. Clones share the flag.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks the work to stop at its next check.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A moment on a monotonic clock that the host hands in.
#[derive(Clone)]
pub struct Deadline {
    clock: Arc<dyn Fn() -> Duration + Send + Sync>,
    at: Duration,
}

impl Deadline {
    /// The work must end once `clock` reads `at` or more.
    pub fn new(clock: impl Fn() -> Duration + Send + Sync + 'static, at: Duration) -> Self {
        Deadline { clock: Arc::new(clock), at }
    }

    /// Whether the moment has passed.
    pub fn has_passed(&self) -> bool {
        (self.clock)() >= self.at
    }
}

impl fmt::Debug for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Deadline({:?})", self.at)
    }
}

/// Somebody who watches long work. Called from any thread; must not block for long.
pub trait Progress: Send + Sync {
    /// `done` of `total` units of `phase` are finished; a `total` of 0 is not known yet.
    fn report(&self, phase: &str, done: u64, total: u64);
}

/// Nobody watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn report(&self, _phase: &str, _done: u64, _total: u64) {}
}

/// The terms of one piece of long work.
#[derive(Clone)]
pub struct Context {
    /// The moment that the host calls now. The core has no other clock.
    pub now: Timestamp,
    /// What a payload may ask for.
    pub limits: Limits,
    /// Stops the work.
    pub cancel: Cancel,
    /// Ends the work by itself, if set.
    pub deadline: Option<Deadline>,
    /// Who watches.
    pub progress: Arc<dyn Progress>,
}

impl Context {
    /// Default limits, nobody watching, no deadline.
    pub fn new(now: Timestamp) -> Self {
        Context {
            now,
            limits: Limits::default(),
            cancel: Cancel::default(),
            deadline: None,
            progress: Arc::new(Silent),
        }
    }

    /// Whether nobody asked to stop, and the deadline has not passed. For loops that cannot fail: they end early, and whoever called them asks [`Context::check`] before
    /// using what they made.
    pub fn goes_on(&self) -> bool {
        !self.cancel.is_cancelled() && !self.deadline.as_ref().is_some_and(Deadline::has_passed)
    }

    /// Called inside every long loop.
    ///
    /// # Errors
    /// `Cancelled` if the host asked to stop, `Limit` if the deadline has passed.
    pub fn check(&self) -> Result<()> {
        if self.cancel.is_cancelled() {
            return Err(Error::new(ErrorKind::Cancelled, "cancelled by the host"));
        }
        if self.deadline.as_ref().is_some_and(Deadline::has_passed) {
            return Err(Error::new(ErrorKind::Limit, "the deadline has passed"));
        }
        Ok(())
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("now", &self.now).field("limits", &self.limits).finish_non_exhaustive()
    }
}
