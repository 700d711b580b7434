//! The log in memory: what was appended, and what holds by it at any two times.
//!
//! A log that was read from a checkpoint is abridged: words that no longer bear on the head were left out, and for each scope it is known up to
//! when. Whoever asks about a time before that asks the whole log ([`Log::reaches`], [`Log::misses`]).

mod ask;
mod changed;
pub(super) mod facts;
pub(super) mod scopes;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::{Context, Digest, Error, ErrorKind, Result, Timestamp};
use crate::history::intervals::Said;
use crate::history::row::{Assertion, Commit, Reading, Row, Telling, Withdrawal};
use crate::identity::{EntityId, HumanDecision, IdentityChange, IdentityState, Remembered};
use crate::observe::RecordKey;
use facts::{FactId, Facts, ScopeId, Word};
use scopes::{Scopes, Standing};

/// Everything that is known, or everything that bears on the head.
#[derive(Clone, Debug, Default)]
pub struct Log {
    pub(super) facts: Facts,
    pub(super) scopes: Scopes,
    pub(super) identity: IdentityState,
    /// What identity remembered where the log begins.
    pub(super) founded: Arc<IdentityState>,
    /// Every word on identity since, with when it was written down.
    assignments: Vec<(Timestamp, Arc<Row>)>,
    pub(super) decisions: Vec<(Timestamp, HumanDecision)>,
    pub(super) last: Option<Timestamp>,
    pub(super) revision: u64,
    /// The commit at which words were left out that the store still has: what holds from its time on is as if they were there.
    pub(super) abridged: Option<Timestamp>,
    /// The commit before which nothing is kept, neither here nor in the store.
    pub(super) begins: Option<Timestamp>,
    /// How many facts scopes list.
    listed: usize,
    /// How to go back to where the log was.
    journal: Option<Box<Journal>>,
}

/// What an append changed that cannot be seen from what it added.
#[derive(Clone, Debug)]
struct Journal {
    facts: usize,
    /// Each word that was added.
    heard: Vec<(FactId, ScopeId)>,
    /// Each telling that was added.
    told: Vec<(ScopeId, Digest, Timestamp)>,
    scopes: usize,
    /// Of each scope that was read: what stood before.
    standings: BTreeMap<ScopeId, (Standing, Arc<BTreeSet<String>>, usize)>,
    assignments: usize,
    assigned: Vec<(RecordKey, Option<EntityId>)>,
    redirects: BTreeMap<EntityId, EntityId>,
    decisions: usize,
    last: Option<Timestamp>,
    revision: u64,
}

impl Log {
    /// Appends commits. O(rows · log of all rows).
    pub fn extend(&mut self, commits: Vec<Commit>) {
        for Commit { tx, revision, rows } in commits {
            rows.into_iter().for_each(|row| self.add(tx, row));
            (self.last, self.revision) = (Some(tx), revision);
        }
        self.facts.sort();
    }

    /// The revision of the last commit.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The time of the last commit.
    pub fn last(&self) -> Option<Timestamp> {
        self.last
    }

    /// The time before which nothing is kept, if something was put together.
    pub fn begins(&self) -> Option<Timestamp> {
        self.begins
    }

    /// The time of the next commit: `now`, but always later than the last.
    pub fn next_tx(&self, now: Timestamp) -> Timestamp {
        self.last.map_or(now, |last| now.max(last.next()))
    }

    /// Whether everything is there that the store has.
    pub fn is_whole(&self) -> bool {
        self.abridged.is_none()
    }

    /// How many facts scopes list at the head, and how many records and scopes there are.
    pub fn size(&self) -> usize {
        self.listed + self.identity.len() + self.scopes.len()
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
        let mut identity = self.founded.as_ref().clone();
        for (_, row) in &self.assignments[..by_then] {
            follow(&mut identity, row);
        }
        Cow::Owned(identity)
    }

    /// What changed about who is one thing, commit by commit. O(records + words of identity · log records).
    pub fn identity_changes(&self) -> Vec<(Timestamp, IdentityChange)> {
        let mut remembered = Remembered::of(self.founded.as_ref().clone());
        let mut changes = Vec::new();
        for commit in self.assignments.chunk_by(|a, b| a.0 == b.0) {
            let (mut assigned, mut redirected) = (Vec::new(), Vec::new());
            for (_, row) in commit {
                match row.as_ref() {
                    Row::Assigned { record, entity } => assigned.push((record.clone(), entity.clone())),
                    Row::Redirected { from, to } => redirected.push((from.clone(), to.clone())),
                    _ => {}
                }
            }
            let at = commit[0].0;
            changes.extend(remembered.follow(&assigned, &redirected).into_iter().map(|change| (at, change)));
        }
        changes
    }

    /// What people decided, each with its time.
    pub fn dated_decisions(&self) -> impl Iterator<Item = (Timestamp, &HumanDecision)> {
        self.decisions.iter().map(|(tx, decision)| (*tx, decision))
    }

    /// What people had decided by then.
    pub fn decisions(&self, known: Timestamp) -> Vec<HumanDecision> {
        let by_then = self.decisions.iter().filter(|(tx, _)| *tx <= known);
        by_then.map(|(_, decision)| decision.clone()).collect()
    }

    /// Appends one commit.
    pub fn append(&mut self, commit: Commit) {
        self.extend(vec![commit]);
    }

    /// Appends rows of the commit at `tx` as long as the context goes on. Whoever stops goes back by [`Log::undo`].
    ///
    /// # Errors
    /// If the host cancels, or the deadline passes; `Invalid` at the end of time, after which no commit could follow.
    pub fn append_within(&mut self, tx: Timestamp, revision: u64, rows: &[Row], context: &Context) -> Result<()> {
        if tx == Timestamp::MAX {
            return Err(Error::new(
                ErrorKind::Invalid,
                format!("nothing can be written down at {tx}: check the host's clock"),
            ));
        }
        let all = rows.len() as u64;
        for (done, row) in rows.iter().enumerate() {
            context.check()?;
            context.progress.report("remember", done as u64, all);
            self.add(tx, row.clone());
        }
        (self.last, self.revision) = (Some(tx), revision);
        self.facts.sort();
        Ok(())
    }

    /// The log without any fact: scopes, readings, identity, decisions.
    pub(super) fn without_facts(&self) -> Log {
        let mut log = Log { facts: Facts::default(), listed: 0, ..self.clone() };
        log.scopes.forget_facts();
        log
    }

    /// From now on, [`Log::undo`] comes back to here.
    pub fn begin(&mut self) {
        self.journal = Some(Box::new(Journal {
            facts: self.facts.len(),
            heard: Vec::new(),
            told: Vec::new(),
            scopes: self.scopes.len(),
            standings: BTreeMap::new(),
            assignments: self.assignments.len(),
            assigned: Vec::new(),
            redirects: self.identity.redirects().clone(),
            decisions: self.decisions.len(),
            last: self.last,
            revision: self.revision,
        }));
    }

    /// What was appended stays.
    pub fn keep(&mut self) {
        self.journal = None;
    }

    /// Takes back whatever was appended since [`Log::begin`]. O(rows appended + facts).
    pub fn undo(&mut self) {
        let Some(journal) = self.journal.take() else { return };
        for (fact, scope) in journal.heard.into_iter().rev() {
            self.facts.get_mut(fact).words.pop();
            self.settle(fact, scope);
        }
        for (scope, record, at) in journal.told {
            self.scopes.get_mut(scope).untell(record, at);
        }
        for (scope, (standing, members, readings)) in journal.standings {
            let log = self.scopes.get_mut(scope);
            (log.standing, log.members) = (standing, members);
            log.readings.truncate(readings);
        }
        self.facts.cut(journal.facts);
        self.scopes.cut(journal.scopes);
        self.assignments.truncate(journal.assignments);
        self.identity.restore(journal.assigned, journal.redirects);
        self.decisions.truncate(journal.decisions);
        (self.last, self.revision) = (journal.last, journal.revision);
    }

    /// Adds a row without sorting in what is new.
    pub(super) fn add(&mut self, tx: Timestamp, row: Row) {
        match row {
            Row::Asserted(assertion) => self.assert(tx, assertion),
            Row::Withdrawn(withdrawal) => self.withdraw(tx, &withdrawal),
            Row::Read(reading) => self.read(tx, reading),
            Row::Told(telling) => self.tell(&telling),
            row @ (Row::Assigned { .. } | Row::Redirected { .. }) => self.assign(tx, row),
            Row::Decided(decision) => self.decisions.push((tx, decision)),
        }
    }

    fn assert(&mut self, tx: Timestamp, assertion: Assertion) {
        let Assertion { fact, listing, valid_to } = assertion;
        let fact = self.facts.intern(fact);
        let scope = self.scopes.intern(&listing.scope);
        self.hear(fact, Word { tx, scope, said: Said::Holds(listing, valid_to) });
    }

    /// A word on a fact that was left out ends nothing that bears on the head.
    fn withdraw(&mut self, tx: Timestamp, withdrawal: &Withdrawal) {
        let Some(fact) = self.facts.by_digest(withdrawal.fact) else { return };
        let scope = self.scopes.intern(&withdrawal.scope);
        self.hear(fact, Word { tx, scope, said: Said::Ended(withdrawal.valid_to) });
    }

    fn tell(&mut self, telling: &Telling) {
        let (scope, record) = (self.scopes.intern(&telling.scope), telling.record.digest());
        let is_new = self.scopes.get_mut(scope).tell(record, telling.at);
        if let Some(journal) = self.journal.as_mut().filter(|_| is_new) {
            journal.told.push((scope, record, telling.at));
        }
    }

    /// Keeps a word, and what the scope lists after it.
    pub(super) fn hear(&mut self, fact: FactId, word: Word) {
        let scope = word.scope;
        self.facts.get_mut(fact).words.push(word);
        if let Some(journal) = &mut self.journal {
            journal.heard.push((fact, scope));
        }
        self.settle(fact, scope);
    }

    /// What the scope lists of a fact by its words.
    fn settle(&mut self, fact: FactId, scope: ScopeId) {
        let (open, ending) = standing(&self.facts, fact, scope);
        let log = self.scopes.get_mut(scope);
        match ending {
            Some(end) => log.ending.insert(fact, end),
            None => log.ending.remove(&fact),
        };
        match open {
            true => self.listed += usize::from(log.live.insert(fact)),
            false => self.listed -= usize::from(log.live.remove(&fact)),
        }
    }

    fn read(&mut self, tx: Timestamp, reading: Reading) {
        let place = self.scopes.intern(&reading.scope);
        let log = self.scopes.get_mut(place);
        if let Some(journal) = &mut self.journal {
            let before = || (log.standing.clone(), log.members.clone(), log.readings.len());
            journal.standings.entry(place).or_insert_with(before);
        }
        log.read(tx, reading);
    }

    fn assign(&mut self, tx: Timestamp, row: Row) {
        if let (Some(journal), Row::Assigned { record, .. }) = (&mut self.journal, &row) {
            journal.assigned.push((record.clone(), self.identity.entity_of(record).cloned()));
        }
        follow(&mut self.identity, &row);
        self.assignments.push((tx, Arc::new(row)));
    }
}

/// Whether a scope lists a fact by its words, and the end to come that it stated.
fn standing(facts: &Facts, fact: FactId, scope: ScopeId) -> (bool, Option<Timestamp>) {
    let fact = facts.get(fact);
    let mut words = fact.of(scope);
    let Some(last) = words.next_back() else { return (false, None) };
    if words.next().is_some() {
        let intervals = fact.intervals(scope);
        return (intervals.open.is_some(), intervals.last_end().filter(|end| *end > last.tx));
    }
    match &last.said {
        Said::Holds(_, None) => (true, None),
        Said::Holds(_, Some(end)) => (false, Some(*end).filter(|end| *end > last.tx)),
        Said::Ended(_) => (false, None),
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
