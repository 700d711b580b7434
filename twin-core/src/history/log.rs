//! The log in memory: every row that was ever appended, and what holds by them at any two times.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::{Digest, Timestamp};
use crate::graph::{Readings, ScopeReading};
use crate::history::row::{Assertion, Commit, Reading, Row, Withdrawal};
use crate::identity::{HumanDecision, IdentityState};
use crate::observe::{Capability, Fact, Holding, Listing, Outcome, Scope};

/// Everything that was ever known. Cloning shares the facts.
#[derive(Clone, Debug, Default)]
pub struct Log {
    facts: BTreeMap<Arc<Fact>, BTreeMap<Scope, Vec<Word>>>,
    by_digest: BTreeMap<Digest, Arc<Fact>>,
    scopes: BTreeMap<Scope, ScopeLog>,
    identity: IdentityState,
    decisions: Vec<(Timestamp, HumanDecision)>,
    last: Option<Timestamp>,
    revision: u64,
}

/// What a scope said of a fact, and when it was written down.
#[derive(Clone, Debug)]
struct Word {
    tx: Timestamp,
    said: Said,
}

#[derive(Clone, Debug)]
enum Said {
    Holds(Arc<Listing>, Option<Timestamp>),
    Ended(Timestamp),
}

/// One scope's readings and what it lists at the head of the log.
#[derive(Clone, Debug, Default)]
struct ScopeLog {
    live: BTreeSet<Arc<Fact>>,
    members: BTreeSet<String>,
    capabilities: Arc<Vec<Capability>>,
    readings: Vec<(Timestamp, Reading)>,
}

impl Log {
    /// The log after these commits.
    pub fn replay(commits: Vec<Commit>) -> Self {
        let mut log = Log::default();
        commits.into_iter().for_each(|commit| log.append(commit));
        log
    }

    /// The revision of the last commit.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The time of the last commit.
    pub fn last(&self) -> Option<Timestamp> {
        self.last
    }

    /// The time of the next commit: `now`, but always later than the last.
    pub fn next_tx(&self, now: Timestamp) -> Timestamp {
        self.last.map_or(now, |last| now.max(last.next()))
    }

    /// What identity remembers.
    pub fn identity(&self) -> &IdentityState {
        &self.identity
    }

    /// What people had decided by then.
    pub fn decisions(&self, known: Timestamp) -> Vec<HumanDecision> {
        let by_then = self.decisions.iter().filter(|(tx, _)| *tx <= known);
        by_then.map(|(_, decision)| decision.clone()).collect()
    }

    /// Where a source goes on: the last cursor that was committed with one of its scopes.
    pub fn cursor(&self, scope: &Scope) -> Option<&str> {
        self.scopes.get(scope)?.readings.iter().rev().find_map(|(_, reading)| reading.cursor.as_deref())
    }

    /// Appends one commit.
    pub fn append(&mut self, commit: Commit) {
        let tx = commit.tx;
        for row in commit.rows {
            match row {
                Row::Asserted(assertion) => self.assert(tx, assertion),
                Row::Withdrawn(withdrawal) => self.withdraw(tx, &withdrawal),
                Row::Read(reading) => self.read(tx, reading),
                Row::Assigned { record, entity } => self.identity.assign(record, entity),
                Row::Redirected { from, to } => self.identity.redirect(from, to),
                Row::Decided(decision) => self.decisions.push((tx, decision)),
            }
        }
        self.last = Some(tx);
        self.revision = commit.revision;
    }

    fn assert(&mut self, tx: Timestamp, assertion: Assertion) {
        let Assertion { fact, listing, valid_to } = assertion;
        let fact = self.intern(fact);
        if valid_to.is_none() {
            self.scopes.entry(listing.scope.clone()).or_default().live.insert(fact.clone());
        }
        let words = self.facts.entry(fact).or_default().entry(listing.scope.clone()).or_default();
        words.push(Word { tx, said: Said::Holds(listing, valid_to) });
    }

    fn intern(&mut self, fact: Arc<Fact>) -> Arc<Fact> {
        self.by_digest.entry(fact.digest()).or_insert(fact).clone()
    }

    fn withdraw(&mut self, tx: Timestamp, withdrawal: &Withdrawal) {
        let Some(fact) = self.by_digest.get(&withdrawal.fact).cloned() else { return };
        if let Some(scope) = self.scopes.get_mut(&withdrawal.scope) {
            scope.live.remove(&fact);
        }
        let words = self.facts.entry(fact).or_default().entry(withdrawal.scope.clone()).or_default();
        words.push(Word { tx, said: Said::Ended(withdrawal.valid_to) });
    }

    fn read(&mut self, tx: Timestamp, reading: Reading) {
        let scope = self.scopes.entry(reading.scope.clone()).or_default();
        if !reading.capabilities.is_empty() {
            scope.capabilities = Arc::new(reading.capabilities.clone());
        }
        match (&reading.outcome, &reading.members) {
            (None, _) => scope.members.clear(),
            (Some(Outcome::Complete), Some(members)) => scope.members = members.iter().cloned().collect(),
            (Some(_), Some(members)) => scope.members.extend(members.iter().cloned()),
            (Some(_), None) => {}
        }
        scope.readings.push((tx, reading));
    }

    /// The facts that a scope lists at the head of the log.
    pub fn live(&self, scope: &Scope) -> impl Iterator<Item = &Arc<Fact>> {
        self.scopes.get(scope).into_iter().flat_map(|scope| &scope.live)
    }

    /// Whether a scope lists a fact at the head of the log, and with which listing.
    pub fn listing(&self, scope: &Scope, fact: &Fact) -> Option<&Arc<Listing>> {
        self.scopes.get(scope).filter(|known| known.live.contains(fact))?;
        let words = self.facts.get(fact)?.get(scope)?;
        words.iter().rev().find_map(|word| match &word.said {
            Said::Holds(listing, None) => Some(listing),
            _ => None,
        })
    }

    /// Whether any scope lists a fact at the head of the log.
    pub fn is_live(&self, fact: &Fact) -> bool {
        let scopes = self.facts.get(fact).into_iter().flat_map(BTreeMap::keys);
        scopes.into_iter().any(|scope| self.scopes.get(scope).is_some_and(|known| known.live.contains(fact)))
    }

    /// The scopes within a scope, by its last listing.
    pub fn members(&self, scope: &Scope) -> impl Iterator<Item = &String> {
        self.scopes.get(scope).into_iter().flat_map(|scope| &scope.members)
    }

    /// Whether a scope was ever read by something that can yield facts, and is not gone.
    pub fn was_read(&self, scope: &Scope) -> bool {
        self.scopes.get(scope).is_some_and(|known| {
            let gone = known.readings.last().is_some_and(|(_, reading)| reading.outcome.is_none());
            !gone && !known.capabilities.is_empty()
        })
    }

    /// The facts that held at `valid` by what was known at `known`, by subject. O(facts).
    pub fn holdings(&self, valid: Timestamp, known: Timestamp) -> Vec<Holding> {
        let mut holdings = Vec::new();
        for (fact, scopes) in &self.facts {
            let listings: Vec<Arc<Listing>> =
                scopes.values().filter_map(|words| holding(words, valid, known)).collect();
            if !listings.is_empty() {
                holdings.push(Holding { fact: fact.clone(), listings });
            }
        }
        holdings
    }

    /// What had been read by then.
    pub fn readings(&self, known: Timestamp) -> Readings {
        let mut readings = Readings::default();
        for (scope, log) in &self.scopes {
            if let Some(reading) = log.as_known(known) {
                readings.scopes.insert(scope.clone(), reading);
            }
        }
        readings
    }
}

impl ScopeLog {
    /// The last word on the scope by then; `None` if it was not read yet, or is gone.
    fn as_known(&self, known: Timestamp) -> Option<ScopeReading> {
        let mut last: Option<ScopeReading> = None;
        for (_, reading) in self.readings.iter().filter(|(tx, _)| *tx <= known) {
            let Some(outcome) = &reading.outcome else {
                last = None;
                continue;
            };
            let before = last.take();
            let completed = (*outcome == Outcome::Complete).then_some(reading.observed_at);
            let capabilities = if reading.capabilities.is_empty() {
                before.as_ref().map(|before| before.capabilities.clone()).unwrap_or_default()
            } else {
                Arc::new(reading.capabilities.clone())
            };
            last = Some(ScopeReading {
                capabilities,
                completed_at: completed.or(before.and_then(|before| before.completed_at)),
                tried_at: reading.observed_at,
                outcome: outcome.clone(),
            });
        }
        last
    }
}

/// The listing by which a scope says that a fact held at `valid`, by what was known at `known`.
///
/// Words are read in the order in which they were written: a word that holds opens an interval, or renews the evidence of
/// the open one; a word that ends closes it. A word with an end of its own is an interval by itself.
fn holding(words: &[Word], valid: Timestamp, known: Timestamp) -> Option<Arc<Listing>> {
    let mut open: Option<(Timestamp, Arc<Listing>)> = None;
    let mut covering: Option<Arc<Listing>> = None;
    for word in words.iter().filter(|word| word.tx <= known) {
        match &word.said {
            Said::Holds(listing, Some(end)) => {
                if listing.valid_from <= valid && valid < *end {
                    covering = Some(listing.clone());
                }
            }
            Said::Holds(listing, None) => {
                let since = open.as_ref().map_or(listing.valid_from, |(since, _)| (*since).min(listing.valid_from));
                open = Some((since, listing.clone()));
            }
            Said::Ended(end) => {
                if let Some((since, listing)) = open.take()
                    && since <= valid
                    && valid < *end
                {
                    covering = Some(listing);
                }
            }
        }
    }
    open.filter(|(since, _)| *since <= valid).map(|(_, listing)| listing).or(covering)
}
