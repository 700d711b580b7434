//! What was read, when, and whether to its end: the ground of every status and freshness.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::base::Timestamp;
use crate::graph::paged::Paged;
use crate::observe::{Capability, Outcome, Scope, SourceId};

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

impl ScopeReading {
    /// When the scope was last read to its end, or else tried.
    pub fn read_at(&self) -> Timestamp {
        self.completed_at.unwrap_or(self.tried_at)
    }
}

/// A scope with the last word on it.
pub type Read = (Arc<Scope>, Arc<ScopeReading>);

/// What was read of one sort in one source.
#[derive(Clone, Debug)]
pub struct SortReading {
    /// Whose.
    pub source: SourceId,
    /// What such readings can yield.
    pub capability: Capability,
    /// The scopes whose last try came to its end, the one that was read longest ago first.
    pub whole: Vec<Read>,
    /// The scopes whose last try did not.
    pub partial: Vec<Read>,
    /// When the scope was read that was read longest ago.
    pub oldest: Timestamp,
}

/// The last words on all scopes.
#[derive(Clone, Debug, Default)]
pub struct Readings {
    /// By scope, in order.
    scopes: Paged<Read>,
    summary: OnceLock<Summary>,
}

#[derive(Clone, Debug, Default)]
struct Summary {
    sorts: Vec<SortReading>,
    unlisted: Vec<Read>,
}

impl Readings {
    /// When a scope was last read to its end, or else tried.
    pub fn observed_at(&self, scope: &Scope) -> Option<Timestamp> {
        self.reading(scope).map(ScopeReading::read_at)
    }

    /// The last word on a scope. O(log scopes).
    pub fn reading(&self, scope: &Scope) -> Option<&ScopeReading> {
        let (mut low, mut high) = (0, self.scopes.len());
        while low < high {
            let middle = (low + high) / 2;
            if *self.scopes[middle].0 < *scope { low = middle + 1 } else { high = middle }
        }
        self.scopes.get(low).filter(|(found, _)| **found == *scope).map(|(_, reading)| &**reading)
    }

    /// The same, with the memory of those before where they say the same. O(scopes).
    #[must_use]
    pub fn after(self, before: &Readings) -> Self {
        let scopes = before.scopes.again(&self.scopes.rows());
        Readings { scopes, summary: self.summary }
    }

    /// What was read, by source and sort. O(1), but O(scopes) the first time.
    pub fn sorts(&self) -> &[SortReading] {
        &self.summary().sorts
    }

    /// The scopes that were tried, never to their end, and that nothing recognised: they may hold anything. O(1), but O(scopes) the first time.
    pub fn unlisted(&self) -> &[Read] {
        &self.summary().unlisted
    }

    fn summary(&self) -> &Summary {
        self.summary.get_or_init(|| Summary::of(&self.scopes))
    }
}

impl FromIterator<Read> for Readings {
    fn from_iter<I: IntoIterator<Item = Read>>(read: I) -> Self {
        let scopes: BTreeMap<Arc<Scope>, Arc<ScopeReading>> = read.into_iter().collect();
        Readings { scopes: scopes.into_iter().collect(), summary: OnceLock::new() }
    }
}

impl Summary {
    fn of(scopes: &Paged<Read>) -> Self {
        let mut sorts: BTreeMap<(&SourceId, &str), Vec<SortReading>> = BTreeMap::new();
        for (scope, reading) in scopes {
            for capability in reading.capabilities.iter() {
                let alike = sorts.entry((&scope.source, &capability.sort)).or_default();
                SortReading::among(alike, &scope.source, capability).add(scope, reading);
            }
        }
        let mut sorts: Vec<SortReading> = sorts.into_values().flatten().collect();
        sorts.iter_mut().for_each(|sort| sort.whole.sort_by_key(|(_, reading)| reading.completed_at));
        let unlisted = scopes.iter().filter(|(_, reading): &&Read| {
            let is_partial = matches!(reading.outcome, Outcome::Partial(_));
            is_partial && reading.capabilities.is_empty() && reading.completed_at.is_none()
        });
        Summary { sorts, unlisted: unlisted.cloned().collect() }
    }
}

impl SortReading {
    /// The one with this capability, which is made if it is not there.
    fn among<'s>(alike: &'s mut Vec<SortReading>, source: &SourceId, capability: &Capability) -> &'s mut SortReading {
        let place = alike.iter().position(|sort| sort.capability == *capability).unwrap_or_else(|| {
            alike.push(SortReading {
                source: source.clone(),
                capability: capability.clone(),
                whole: Vec::new(),
                partial: Vec::new(),
                oldest: Timestamp::MAX,
            });
            alike.len() - 1
        });
        &mut alike[place]
    }

    fn add(&mut self, scope: &Arc<Scope>, reading: &Arc<ScopeReading>) {
        self.oldest = self.oldest.min(reading.read_at());
        let read = (scope.clone(), reading.clone());
        match reading.outcome {
            Outcome::Partial(_) => self.partial.push(read),
            Outcome::Complete => self.whole.push(read),
        }
    }
}
