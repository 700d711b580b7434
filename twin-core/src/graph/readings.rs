//! What was read, when, and whether to its end: the ground of every status and freshness.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::Timestamp;
use crate::observe::{Capability, Outcome, Scope};

/// The last word on one scope.
#[derive(Clone, Debug, PartialEq)]
pub struct ScopeReading {
    /// What such a reading can yield.
    pub capabilities: Arc<Vec<Capability>>,
    /// When it was last read to its end.
    pub completed_at: Option<Timestamp>,
    /// When it was last tried.
    pub tried_at: Timestamp,
    /// How the last try ended.
    pub outcome: Outcome,
    /// How many diagnostics the last reading had; a mark that it was not read changes nothing about it.
    pub diagnostics: u64,
}

/// The last words on all scopes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Readings {
    /// By scope.
    pub scopes: BTreeMap<Scope, ScopeReading>,
}

impl Readings {
    /// When a scope was last read to its end, or else tried.
    pub fn observed_at(&self, scope: &Scope) -> Option<Timestamp> {
        self.scopes.get(scope).map(|reading| reading.completed_at.unwrap_or(reading.tried_at))
    }
}
