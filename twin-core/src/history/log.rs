//! The log in memory: every row that was ever appended, and what holds by them at any two times.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::{Context, Digest, Result, Timestamp};
use crate::graph::{Readings, ScopeReading};
use crate::history::intervals::{Intervals, Said};
use crate::history::row::{Assertion, Commit, Reading, Row, Withdrawal};
use crate::identity::{HumanDecision, IdentityState};
use crate::observe::{Capability, Fact, Holding, Listing, Outcome, Perspective, RecordKey, Scope, Statement};

/// Everything that was ever known. Cloning shares the facts.
#[derive(Clone, Debug, Default)]
pub struct Log {
    facts: BTreeMap<Arc<Fact>, BTreeMap<Scope, Vec<Word>>>,
    by_digest: BTreeMap<Digest, Arc<Fact>>,
    scopes: BTreeMap<Scope, ScopeLog>,
    identity: IdentityState,
    /// Every word on identity, with when it was written down.
    assignments: Vec<(Timestamp, Arc<Row>)>,
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

/// One scope's readings and what it lists at the head of the log.
#[derive(Clone, Debug, Default)]
struct ScopeLog {
    live: BTreeSet<Arc<Fact>>,
    /// Facts with a stated end that was still to come when it was stated.
    ending: BTreeMap<Arc<Fact>, Timestamp>,
    members: BTreeSet<String>,
    capabilities: Arc<Vec<Capability>>,
    readings: Vec<(Timestamp, Reading)>,
    /// When it was last read, by its own word; a mark that it was not read does not count.
    observed: Option<Timestamp>,
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

    /// What identity remembered by then. O(records) for a time before the last commit.
    pub fn identity_at(&self, known: Timestamp) -> Cow<'_, IdentityState> {
        let by_then = self.assignments.partition_point(|(tx, _)| *tx <= known);
        if by_then == self.assignments.len() {
            return Cow::Borrowed(&self.identity);
        }
        let mut identity = IdentityState::default();
        for (_, row) in &self.assignments[..by_then] {
            follow(&mut identity, row);
        }
        Cow::Owned(identity)
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
        let Commit { tx, revision, rows } = commit;
        rows.into_iter().for_each(|row| self.add(tx, row));
        (self.last, self.revision) = (Some(tx), revision);
    }

    /// Appends one commit, watched and stopped by `context`. What was stopped is of no use.
    ///
    /// # Errors
    /// If the host cancels, or the deadline passes.
    pub fn append_within(&mut self, commit: Commit, context: &Context) -> Result<()> {
        let Commit { tx, revision, rows } = commit;
        let all = rows.len() as u64;
        for (done, row) in rows.into_iter().enumerate() {
            context.check()?;
            context.progress.report("remember", done as u64, all);
            self.add(tx, row);
        }
        (self.last, self.revision) = (Some(tx), revision);
        Ok(())
    }

    fn add(&mut self, tx: Timestamp, row: Row) {
        match row {
            Row::Asserted(assertion) => self.assert(tx, assertion),
            Row::Withdrawn(withdrawal) => self.withdraw(tx, &withdrawal),
            Row::Read(reading) => self.read(tx, reading),
            row @ (Row::Assigned { .. } | Row::Redirected { .. }) => {
                follow(&mut self.identity, &row);
                self.assignments.push((tx, Arc::new(row)));
            }
            Row::Decided(decision) => self.decisions.push((tx, decision)),
        }
    }

    fn assert(&mut self, tx: Timestamp, assertion: Assertion) {
        let Assertion { fact, listing, valid_to } = assertion;
        let fact = self.intern(fact);
        let scope = listing.scope.clone();
        self.hear(tx, fact, scope, Said::Holds(listing, valid_to));
    }

    /// Keeps a word, and what the scope lists after it.
    fn hear(&mut self, tx: Timestamp, fact: Arc<Fact>, scope: Scope, said: Said) {
        let words = self.facts.entry(fact.clone()).or_default().entry(scope.clone()).or_default();
        words.push(Word { tx, said });
        let intervals = Intervals::of(words.iter().map(|word| &word.said));
        let scope = self.scopes.entry(scope).or_default();
        match intervals.last_end().filter(|end| *end > tx) {
            Some(end) => scope.ending.insert(fact.clone(), end),
            None => scope.ending.remove(&fact),
        };
        match intervals.open.is_some() {
            true => scope.live.insert(fact),
            false => scope.live.remove(&fact),
        };
    }

    fn intern(&mut self, fact: Arc<Fact>) -> Arc<Fact> {
        self.by_digest.entry(fact.digest()).or_insert(fact).clone()
    }

    fn withdraw(&mut self, tx: Timestamp, withdrawal: &Withdrawal) {
        let Some(fact) = self.by_digest.get(&withdrawal.fact).cloned() else { return };
        self.hear(tx, fact, withdrawal.scope.clone(), Said::Ended(withdrawal.valid_to));
    }

    fn read(&mut self, tx: Timestamp, reading: Reading) {
        let scope = self.scopes.entry(reading.scope.clone()).or_default();
        if !reading.capabilities.is_empty() {
            scope.capabilities = Arc::new(reading.capabilities.clone());
        }
        if is_outdated(&reading, scope.observed) {
            return scope.readings.push((tx, reading));
        }
        scope.observed = newest(&reading, scope.observed);
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

    /// The facts that a scope lists at the head of the log, or said to hold beyond `at`.
    pub fn listed(&self, scope: &Scope, at: Timestamp) -> impl Iterator<Item = &Arc<Fact>> {
        let ending = self.scopes.get(scope).into_iter().flat_map(|scope| &scope.ending);
        let ending = ending.filter(move |(_, end)| **end > at).map(|(fact, _)| fact);
        let listed: BTreeSet<&Arc<Fact>> = self.live(scope).chain(ending).collect();
        listed.into_iter()
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

    /// When a fact holds by the word of a scope, by all that is known.
    pub(super) fn intervals(&self, scope: &Scope, fact: &Fact) -> Intervals {
        let words = self.facts.get(fact).and_then(|scopes| scopes.get(scope));
        Intervals::of(words.into_iter().flatten().map(|word| &word.said))
    }

    /// Everything that a scope ever said of a record. O(log facts) plus the facts of the record.
    pub fn said_of<'a>(&'a self, scope: &'a Scope, subject: &'a RecordKey) -> impl Iterator<Item = &'a Arc<Fact>> {
        let statement = Statement::Exists { name: String::new() };
        let least = Fact { subject: subject.clone(), statement, perspective: Perspective::Declared };
        let facts = self.facts.range(Arc::new(least)..).take_while(move |(fact, _)| fact.subject == *subject);
        facts.filter(move |(_, scopes)| scopes.contains_key(scope)).map(|(fact, _)| fact)
    }

    /// The times at which a scope began or ceased to say something of a record.
    pub fn changes_of(&self, scope: &Scope, subject: &RecordKey) -> BTreeSet<Timestamp> {
        let words = self.said_of(scope, subject).filter_map(|fact| self.facts.get(fact)?.get(scope)).flatten();
        let time = |word: &Word| match &word.said {
            Said::Holds(listing, _) => listing.valid_from,
            Said::Ended(end) => *end,
        };
        words.map(time).collect()
    }

    /// Whether any scope lists a fact at the head of the log, or says that it will end.
    pub fn is_live(&self, fact: &Fact) -> bool {
        let scopes = self.facts.get(fact).into_iter().flat_map(BTreeMap::keys);
        let says = |known: &ScopeLog| known.live.contains(fact) || known.ending.contains_key(fact);
        scopes.into_iter().any(|scope| self.scopes.get(scope).is_some_and(says))
    }

    /// When a scope was last read, by its own word.
    pub fn observed(&self, scope: &Scope) -> Option<Timestamp> {
        self.scopes.get(scope)?.observed
    }

    /// The first time after `valid` at which something begins or ceases to hold, by all that is known; of no use where the context stops. O(facts).
    pub fn next_change(&self, valid: Timestamp, context: &Context) -> Option<Timestamp> {
        let words = self.facts.values().take_while(|_| context.goes_on()).flat_map(BTreeMap::values);
        let intervals = words.map(|words| Intervals::of(words.iter().map(|word| &word.said)));
        let next = |intervals: Intervals| intervals.changes().filter(|change| *change > valid).min();
        intervals.filter_map(next).min()
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

    /// The facts that held at `valid` by what was known at `known`, by subject; not all of them where the context stops. O(facts).
    pub fn holdings(&self, valid: Timestamp, known: Timestamp, context: &Context) -> Vec<Holding> {
        let mut holdings = Vec::new();
        for (fact, scopes) in self.facts.iter().take_while(|_| context.goes_on()) {
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
        let mut observed = None;
        for (_, reading) in self.readings.iter().filter(|(tx, _)| *tx <= known) {
            if is_outdated(reading, observed) {
                continue;
            }
            observed = newest(reading, observed);
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

/// Lets identity follow one word on it.
fn follow(identity: &mut IdentityState, row: &Row) {
    match row {
        Row::Assigned { record, entity } => identity.assign(record.clone(), entity.clone()),
        Row::Redirected { from, to } => identity.redirect(from.clone(), to.clone()),
        _ => {}
    }
}

/// Whether something was read, as against a mark that it was not.
fn is_read(reading: &Reading) -> bool {
    !reading.capabilities.is_empty() || reading.members.is_some()
}

/// Whether a reading is older, by its own word, than one that is known.
fn is_outdated(reading: &Reading, observed: Option<Timestamp>) -> bool {
    is_read(reading) && observed.is_some_and(|known| reading.observed_at < known)
}

/// When the scope was last read, after one more reading; never, once it is gone.
fn newest(reading: &Reading, observed: Option<Timestamp>) -> Option<Timestamp> {
    reading.outcome.as_ref()?;
    if is_read(reading) { Some(reading.observed_at) } else { observed }
}

/// The listing by which a scope says that a fact held at `valid`, by what was known at `known`.
fn holding(words: &[Word], valid: Timestamp, known: Timestamp) -> Option<Arc<Listing>> {
    let said = words.iter().filter(|word| word.tx <= known).map(|word| &word.said);
    Intervals::of(said).at(valid).cloned()
}
