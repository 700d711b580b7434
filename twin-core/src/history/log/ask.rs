//! What the log is asked: what scopes list now, what they ever said, and what held at any two times.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::base::{Context, Digest, Timestamp};
use crate::graph::Readings;
use crate::history::Log;
use crate::history::intervals::{Intervals, Said};
use crate::history::log::facts::{FactLog, ScopeId, Word};
use crate::observe::{Batch, Fact, Holding, Listing, Mode, Record, RecordKey, Scope, SourceId};

impl Log {
    /// Where a source goes on: the last cursor that was committed with one of its scopes.
    pub fn cursor(&self, scope: &Scope) -> Option<&str> {
        self.scopes.find(scope)?.standing.cursor.as_deref()
    }

    /// The facts that a scope lists at the head of the log, or said to hold beyond `at`, in their order.
    pub fn listed(&self, scope: &Scope, at: Timestamp) -> Vec<Arc<Fact>> {
        let Some(known) = self.scopes.find(scope) else { return Vec::new() };
        let ending = known.ending.iter().filter(|(_, end)| **end > at).map(|(fact, _)| fact);
        let listed: BTreeSet<&Arc<Fact>> = known.live.iter().chain(ending).map(|fact| self.fact(*fact)).collect();
        listed.into_iter().cloned().collect()
    }

    fn fact(&self, fact: super::facts::FactId) -> &Arc<Fact> {
        &self.facts.get(fact).fact
    }

    fn find(&self, fact: &Fact) -> Option<u32> {
        self.facts.by_digest(fact.digest())
    }

    /// The listing by which a scope lists a fact at the head of the log.
    pub fn listing(&self, scope: &Scope, fact: &Fact) -> Option<&Arc<Listing>> {
        let (place, fact) = (self.scopes.place(scope)?, self.find(fact)?);
        if !self.scopes.get(place).live.contains(&fact) {
            return None;
        }
        self.facts.get(fact).of(place).rev().find_map(|word| match &word.said {
            Said::Holds(listing, None) => Some(listing),
            _ => None,
        })
    }

    /// When a fact holds by the word of a scope, by all that is known.
    pub(in crate::history) fn intervals(&self, scope: &Scope, fact: &Fact) -> Intervals {
        match (self.scopes.place(scope), self.find(fact)) {
            (Some(place), Some(fact)) => self.facts.get(fact).intervals(place),
            _ => Intervals::default(),
        }
    }

    /// Everything that a scope ever said of a record, in the order of the facts. O(facts of the record).
    pub fn said_of(&self, scope: &Scope, subject: &RecordKey) -> Vec<Arc<Fact>> {
        let Some(place) = self.scopes.place(scope) else { return Vec::new() };
        let facts = self.facts.of_subject(subject.digest()).map(|fact| self.facts.get(fact));
        let mut said: Vec<Arc<Fact>> =
            facts.filter(|fact| fact.of(place).next().is_some()).map(|fact| fact.fact.clone()).collect();
        said.sort_unstable();
        said
    }

    /// The record that a fact is of, by its identity.
    pub(in crate::history) fn subject_of(&self, fact: Digest) -> Option<&RecordKey> {
        self.facts.by_digest(fact).map(|fact| &self.fact(fact).subject)
    }

    /// The times at which a scope told of a record.
    pub fn told_of(&self, scope: &Scope, subject: &RecordKey) -> BTreeSet<Timestamp> {
        let Some(place) = self.scopes.place(scope) else { return BTreeSet::new() };
        let subject = subject.digest();
        let facts = self.facts.of_subject(subject).map(|fact| self.facts.get(fact));
        let shown = facts.flat_map(|fact| fact.of(place)).map(|word| word.said.time());
        let told = self.scopes.get(place).told.get(&subject);
        shown.chain(told.into_iter().flatten().copied()).collect()
    }

    /// Whether any scope lists a fact at the head of the log, or says that it will end after `now`.
    pub fn is_live(&self, fact: &Fact, now: Timestamp) -> bool {
        let Some(place) = self.find(fact) else { return false };
        let says = |scope: ScopeId| {
            let known = self.scopes.get(scope);
            known.live.contains(&place) || known.ending.get(&place).is_some_and(|end| *end > now)
        };
        self.facts.get(place).words.iter().any(|word| says(word.scope))
    }

    /// When a scope was last read, by its own word.
    pub fn observed(&self, scope: &Scope) -> Option<Timestamp> {
        self.scopes.find(scope)?.standing.observed
    }

    /// The scopes within a scope, by its last listing.
    pub fn members(&self, scope: &Scope) -> impl Iterator<Item = &String> {
        self.scopes.find(scope).into_iter().flat_map(|scope| scope.members.iter())
    }

    /// Whether a scope was ever read by something that can yield facts, and is not gone.
    pub fn was_read(&self, scope: &Scope) -> bool {
        self.scopes.find(scope).is_some_and(|known| !known.standing.gone && !known.standing.capabilities.is_empty())
    }

    /// The first time after `valid` at which something begins or ceases to hold, by all that is known; of no use where the context stops. O(facts).
    pub fn next_change(&self, valid: Timestamp, context: &Context) -> Option<Timestamp> {
        let facts = self.facts.iter().take_while(|_| context.goes_on());
        facts.filter_map(|fact| next_change(fact, valid)).min()
    }

    /// The facts that held at `valid` by what was known at `known`, in their order; not all of them where the context stops. O(facts).
    pub fn holdings(&self, valid: Timestamp, known: Timestamp, context: &Context) -> Vec<Holding<'_>> {
        let mut holdings = Vec::with_capacity(self.listed);
        for fact in self.facts.iter().take_while(|_| context.goes_on()) {
            let listings = self.listings(fact, valid, known);
            if !listings.is_empty() {
                holdings.push(Holding { fact: &fact.fact, subject: fact.subject, listings });
            }
        }
        holdings
    }

    /// The listings by which a fact held, in the order of their scopes.
    fn listings<'a>(&self, fact: &'a FactLog, valid: Timestamp, known: Timestamp) -> Cow<'a, [Arc<Listing>]> {
        if let [word] = &fact.words[..] {
            return Cow::Borrowed(alone(word, valid, known).map_or(&[], std::slice::from_ref));
        }
        let mut words = fact.by_scope();
        words.sort_by_key(|(scope, _)| self.scopes.name(*scope));
        words.into_iter().filter_map(|(_, words)| holding(&words, valid, known)).collect()
    }

    /// Whether anything was ever said of a record, by what is at hand.
    pub fn knows(&self, subject: &RecordKey) -> bool {
        self.facts.of_subject(subject.digest()).next().is_some()
    }

    /// What held at `valid` of the records of one source by what was known at `known`, with since when, in the order of the facts. O(facts).
    pub fn held_of(&self, source: &SourceId, valid: Timestamp, known: Timestamp) -> Vec<(&Fact, Timestamp)> {
        let of = |fact: &&FactLog| fact.fact.subject.source == *source;
        let held = |fact| {
            let listings = self.listings(fact, valid, known);
            listings.iter().map(|listing| listing.valid_from).min().map(|since| (&*fact.fact, since))
        };
        self.facts.iter().filter(of).filter_map(held).collect()
    }

    /// The times of the commits that said something of a record of another source than this one, or of who is one thing, in order. O(words · log).
    pub fn commits_beside(&self, source: &SourceId) -> BTreeSet<Timestamp> {
        let facts = self.facts.iter().filter(|fact| fact.fact.subject.source != *source);
        let said = facts.flat_map(|fact| fact.words.iter().map(|word| word.tx));
        said.chain(self.decisions.iter().map(|(tx, _)| *tx)).collect()
    }

    /// What had been read by then.
    pub fn readings(&self, known: Timestamp) -> Readings {
        let read = |(scope, _, log): (&Arc<Scope>, ScopeId, &super::scopes::ScopeLog)| {
            log.as_known(known).map(|reading| (scope.clone(), reading))
        };
        self.scopes.iter().filter_map(read).collect()
    }

    /// Whether what held at `valid` by what was known at `known` can be told without what was left out.
    pub fn reaches(&self, valid: Timestamp, known: Timestamp) -> bool {
        let Some(since) = self.abridged else { return true };
        self.last.is_none_or(|last| known >= last) && (valid >= since || self.left_out() <= Some(valid))
    }

    /// Words on times before this one were left out.
    fn left_out(&self) -> Option<Timestamp> {
        self.scopes.iter().filter_map(|(_, _, scope)| scope.left_out).max()
    }

    /// Whether what some batches say bears on times that were left out, so that they can only be taken by the whole log.
    pub fn misses(&self, batches: &[Batch], now: Timestamp) -> bool {
        self.abridged.is_some() && batches.iter().any(|batch| self.misses_times_of(batch, now))
    }

    fn misses_times_of(&self, batch: &Batch, now: Timestamp) -> bool {
        let at = batch.observed_at.unwrap_or(now);
        if batch.members.is_some() && self.left_out() > Some(at) {
            return true;
        }
        let Some(scope) = self.scopes.find(&batch.scope) else { return false };
        let Some(left_out) = scope.left_out else { return false };
        let is_late = |record: &Record| match batch.mode {
            Mode::Full => record.observations.iter().any(|said| ends_before(said.valid_to, said.valid_from, left_out)),
            Mode::Delta => record.observations.iter().any(|said| {
                said.valid_from.is_some_and(|from| from < left_out)
                    || ends_before(said.valid_to, said.valid_from, left_out)
            }),
        };
        at < left_out || scope.standing.observed.is_some_and(|known| at < known) || batch.records.iter().any(is_late)
    }
}

/// Whether a stated interval lies where words were left out.
fn ends_before(end: Option<Timestamp>, from: Option<Timestamp>, left_out: Timestamp) -> bool {
    end.is_some_and(|end| end <= left_out || from.is_some_and(|from| from <= left_out))
}

/// The listing by which a fact held by its only word.
fn alone(word: &Word, valid: Timestamp, known: Timestamp) -> Option<&Arc<Listing>> {
    match &word.said {
        Said::Holds(listing, end) if word.tx <= known => {
            (listing.valid_from <= valid && end.is_none_or(|end| valid < end)).then_some(listing)
        }
        _ => None,
    }
}

/// The listing by which a scope's words say that a fact held at `valid`, by what was known at `known`.
fn holding(words: &[&Word], valid: Timestamp, known: Timestamp) -> Option<Arc<Listing>> {
    let said = words.iter().filter(|word| word.tx <= known).map(|word| &word.said);
    Intervals::of(said).at(valid).cloned()
}

pub(super) fn next_change(fact: &FactLog, valid: Timestamp) -> Option<Timestamp> {
    let later = |change: &Timestamp| *change > valid;
    if let [Word { said: Said::Holds(listing, end), .. }] = &fact.words[..] {
        let holds = end.is_none_or(|end| listing.valid_from < end);
        return [Some(listing.valid_from), *end].into_iter().flatten().filter(|change| holds && later(change)).min();
    }
    let first = |(_, words): (ScopeId, Vec<&Word>)| {
        Intervals::of(words.into_iter().map(|word| &word.said)).changes().filter(later).min()
    };
    fact.by_scope().into_iter().filter_map(first).min()
}
