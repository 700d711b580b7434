//! The facts that the log knows, each with every word on it, found by identity, by subject, and in their order.

use std::sync::Arc;

use crate::base::{ByDigest, Digest, Timestamp};
use crate::history::intervals::{Intervals, Said};
use crate::observe::Fact;

/// A fact's place among all facts of the log.
pub(in crate::history) type FactId = u32;
/// A scope's place among all scopes of the log.
pub(in crate::history) type ScopeId = u32;

/// What a scope said of a fact, and when it was written down.
#[derive(Clone, Debug)]
pub(in crate::history) struct Word {
    pub tx: Timestamp,
    pub scope: ScopeId,
    pub said: Said,
}

/// A fact with every word on it, in the order in which they were written.
#[derive(Clone, Debug)]
pub(in crate::history) struct FactLog {
    pub fact: Arc<Fact>,
    pub words: Vec<Word>,
    digest: Digest,
    pub subject: Digest,
    /// Another fact of the same subject.
    next: Option<FactId>,
}

impl FactLog {
    /// The words of one scope.
    pub fn of(&self, scope: ScopeId) -> impl DoubleEndedIterator<Item = &Word> {
        self.words.iter().filter(move |word| word.scope == scope)
    }

    /// The words of each scope, scopes in the order of their places, words in the order in which they were written. O(words · log words).
    pub fn by_scope(&self) -> Vec<(ScopeId, Vec<&Word>)> {
        let mut words: Vec<&Word> = self.words.iter().collect();
        words.sort_by_key(|word| word.scope);
        words.chunk_by(|a, b| a.scope == b.scope).map(|words| (words[0].scope, words.to_vec())).collect()
    }

    /// When it holds by the word of a scope.
    pub fn intervals(&self, scope: ScopeId) -> Intervals {
        Intervals::of(self.of(scope).map(|word| &word.said))
    }
}

/// All facts of a log.
#[derive(Clone, Debug, Default)]
pub(in crate::history) struct Facts {
    rows: Vec<FactLog>,
    by_digest: ByDigest<FactId>,
    /// The last fact of each subject, from which the others follow.
    by_subject: ByDigest<FactId>,
    /// In the order of the facts; those that came since are at the end of `rows`.
    sorted: Vec<FactId>,
}

impl Facts {
    /// The fact at a place.
    pub fn get(&self, fact: FactId) -> &FactLog {
        &self.rows[fact as usize]
    }

    pub fn get_mut(&mut self, fact: FactId) -> &mut FactLog {
        &mut self.rows[fact as usize]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The place of a fact. O(1).
    pub fn by_digest(&self, digest: Digest) -> Option<FactId> {
        self.by_digest.get(&digest).copied()
    }

    /// The place of a fact, which gets one if it has none. O(1).
    pub fn intern(&mut self, fact: Arc<Fact>) -> FactId {
        let (digest, subject) = fact.digests();
        self.add(fact, digest, subject)
    }

    /// As [`Facts::intern`], for digests that are known.
    pub fn add(&mut self, fact: Arc<Fact>, digest: Digest, subject: Digest) -> FactId {
        let next = self.rows.len() as FactId;
        let place = *self.by_digest.entry(digest).or_insert(next);
        if place == next {
            let before = self.by_subject.insert(subject, next);
            self.rows.push(FactLog { fact, words: Vec::new(), digest, subject, next: before });
        }
        place
    }

    /// The facts of a subject. O(facts of the subject).
    pub fn of_subject(&self, subject: Digest) -> impl Iterator<Item = FactId> {
        let first = self.by_subject.get(&subject).copied();
        std::iter::successors(first, |fact| self.get(*fact).next)
    }

    /// Forgets the facts that came after the first `count`.
    pub fn cut(&mut self, count: usize) {
        while self.rows.len() > count {
            let Some(last) = self.rows.pop() else { return };
            self.by_digest.remove(&last.digest);
            match last.next {
                Some(before) => self.by_subject.insert(last.subject, before),
                None => self.by_subject.remove(&last.subject),
            };
        }
        if self.sorted.len() > count {
            self.sorted.retain(|fact| (*fact as usize) < count);
        }
    }

    /// Sorts in the facts that came since. O(new · log all) comparisons.
    pub fn sort(&mut self) {
        let fact = |place: &FactId| &self.rows[*place as usize].fact;
        let mut new: Vec<FactId> = (self.sorted.len() as FactId..self.rows.len() as FactId).collect();
        if new.is_empty() {
            return;
        }
        new.sort_unstable_by(|a, b| fact(a).cmp(fact(b)));
        let mut merged = Vec::with_capacity(self.rows.len());
        let mut old = &self.sorted[..];
        for place in new {
            let before = old.partition_point(|known| fact(known) < fact(&place));
            merged.extend_from_slice(&old[..before]);
            merged.push(place);
            old = &old[before..];
        }
        merged.extend_from_slice(old);
        self.sorted = merged;
    }

    /// All facts, in their order. Those that came since they were last sorted are missing.
    pub fn iter(&self) -> impl Iterator<Item = &FactLog> {
        self.sorted.iter().map(|fact| self.get(*fact))
    }
}
