//! Counts what hosts hold, so that a host can see whether it leaks.

use std::sync::atomic::{AtomicUsize, Ordering};

static LIVE: AtomicUsize = AtomicUsize::new(0);

/// Held beside whatever a binding hands to its host; counted while it lives.
#[derive(Debug)]
pub struct Handle(());

impl Handle {
    /// One more.
    #[allow(clippy::new_without_default)] // A default that counts would surprise.
    pub fn new() -> Self {
        LIVE.fetch_add(1, Ordering::Relaxed);
        Handle(())
    }
}

impl Clone for Handle {
    fn clone(&self) -> Self {
        Handle::new()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How many handles live in this process.
pub fn live_handles() -> usize {
    LIVE.load(Ordering::Relaxed)
}
