//! Words that come late: they change what was, never what is.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::base::Timestamp;
use crate::history::Log;
use crate::history::row::{Assertion, Row, Withdrawal};
use crate::observe::{Evidence, Fact, Listing, RecordKey, Scope};

/// What a scope said of one record at a time before its newest word: it held until the next word that is known.
pub(super) struct LateWord<'a> {
    pub scope: &'a Scope,
    pub subject: &'a RecordKey,
    pub at: Timestamp,
}

impl LateWord<'_> {
    /// The rows that put what was said then in its place: nothing for what is known to have held then.
    pub fn rows(&self, log: &Log, said: &[(Arc<Fact>, Vec<Evidence>)]) -> Vec<Row> {
        let times = log.told_of(self.scope, self.subject);
        let Some(next) = times.into_iter().find(|time| *time > self.at) else { return Vec::new() };
        let facts: BTreeSet<&Fact> = said.iter().map(|(fact, _)| fact.as_ref()).collect();
        let others = log.said_of(self.scope, self.subject).into_iter().filter(|fact| !facts.contains(fact.as_ref()));
        let mut rows: Vec<Row> = others.flat_map(|fact| self.cut(log, &fact, next)).collect();
        for (fact, evidence) in said {
            if log.intervals(self.scope, fact).at(self.at).is_none() {
                rows.push(holds(fact, self.listing(evidence.clone(), self.at), Some(next)));
            }
        }
        rows
    }

    /// What was not said then did not hold from then on until the next word.
    fn cut(&self, log: &Log, fact: &Arc<Fact>, next: Timestamp) -> Vec<Row> {
        let intervals = log.intervals(self.scope, fact);
        if let Some((since, listing)) = intervals.open.filter(|(since, _)| *since < self.at) {
            let ended = Withdrawal { fact: fact.digest(), scope: self.scope.clone(), valid_to: self.at };
            let again = self.listing(listing.evidence.clone(), next);
            let before = holds(fact, self.listing(listing.evidence.clone(), since), Some(self.at));
            return vec![Row::Withdrawn(ended), before, holds(fact, again, None)];
        }
        let covering = intervals.closed.range(..self.at).rev().find(|(_, (end, _))| self.at < *end);
        let Some((since, (end, listing))) = covering else { return Vec::new() };
        let holds = |since, end| holds(fact, self.listing(listing.evidence.clone(), since), Some(end));
        let again = (next < *end).then(|| holds(next, *end));
        std::iter::once(holds(*since, self.at)).chain(again).collect()
    }

    fn listing(&self, evidence: Vec<Evidence>, valid_from: Timestamp) -> Listing {
        Listing { scope: self.scope.clone(), evidence, valid_from }
    }
}

fn holds(fact: &Arc<Fact>, listing: Listing, valid_to: Option<Timestamp>) -> Row {
    Row::Asserted(Assertion { fact: fact.clone(), listing: Arc::new(listing), valid_to })
}
