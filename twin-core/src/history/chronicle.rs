//! What was ever said of some records: since when, until when, by whom and why, and when none of them was there.

use serde::Serialize;

use crate::base::Timestamp;
use crate::history::Log;
use crate::history::intervals::Intervals;
use crate::history::log::facts::{FactLog, Word};
use crate::observe::{Evidence, Listing, Perspective, RecordKey, Scope, Statement};

/// One statement over one stretch of time, by the word of one scope.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Spell {
    /// Of which record.
    pub record: RecordKey,
    /// What was said.
    pub statement: Statement,
    /// From which side.
    pub perspective: Perspective,
    /// By whom.
    pub scope: Scope,
    /// Since when it held.
    pub since: Timestamp,
    /// Until when; `None` as long as nobody said that it ended.
    pub until: Option<Timestamp>,
    /// When the twin learned what it goes by; `None` for what was learned before what is kept.
    pub known_since: Option<Timestamp>,
    /// Why it is believed.
    pub evidence: Vec<Evidence>,
}

/// A stretch of time in which nobody said that any of the records was there, although somebody did before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Gap {
    /// Since when.
    pub since: Timestamp,
    /// Until when; none if they are still gone.
    pub until: Option<Timestamp>,
}

impl Log {
    /// Everything that was said of some records by all that is known, in the order of records, statements and times. O(words on these records).
    pub fn spells(&self, records: &[RecordKey]) -> Vec<Spell> {
        let mut spells: Vec<Spell> = records.iter().flat_map(|record| self.spells_of(record)).collect();
        spells.sort_by(|a, b| {
            let key = |spell: &Spell| (spell.since, spell.until);
            (&a.record, &a.statement, a.perspective, &a.scope, key(a)).cmp(&(
                &b.record,
                &b.statement,
                b.perspective,
                &b.scope,
                key(b),
            ))
        });
        spells
    }

    fn spells_of(&self, record: &RecordKey) -> Vec<Spell> {
        let facts = self.facts.of_subject(record.digest()).map(|fact| self.facts.get(fact));
        facts.flat_map(|fact| self.spells_of_fact(fact)).collect()
    }

    fn spells_of_fact(&self, fact: &FactLog) -> Vec<Spell> {
        let mut spells = Vec::new();
        for (_, words) in fact.by_scope() {
            let intervals = Intervals::of(words.iter().map(|word| &word.said));
            let closed = intervals.closed.iter().filter(|(since, (end, _))| *since < end);
            spells.extend(closed.map(|(since, (end, listing))| self.spell(fact, &words, listing, *since, Some(*end))));
            let open = intervals.open.iter();
            spells.extend(open.map(|(since, listing)| self.spell(fact, &words, listing, *since, None)));
        }
        spells
    }

    fn spell(
        &self,
        fact: &FactLog,
        words: &[&Word],
        listing: &Listing,
        since: Timestamp,
        until: Option<Timestamp>,
    ) -> Spell {
        let told = words.iter().find(|word| word.said.listing().is_some_and(|said| std::ptr::eq(said, listing)));
        Spell {
            record: fact.fact.subject.clone(),
            statement: fact.fact.statement.clone(),
            perspective: fact.fact.perspective,
            scope: listing.scope.clone(),
            since,
            until,
            known_since: told.map(|word| word.tx),
            evidence: listing.evidence.clone(),
        }
    }
}

/// The gaps between the times at which records were there, and after the last. O(spells · log spells).
pub fn gaps(spells: &[Spell]) -> Vec<Gap> {
    let there = spells.iter().filter(|spell| matches!(spell.statement, Statement::Exists { .. }));
    let mut there: Vec<(Timestamp, Option<Timestamp>)> = there.map(|spell| (spell.since, spell.until)).collect();
    there.sort_by_key(|(since, _)| *since);
    let mut gaps = Vec::new();
    let mut gone: Option<Timestamp> = None;
    for (place, (since, until)) in there.iter().enumerate() {
        if let Some(ended) = gone.filter(|ended| place > 0 && ended < since) {
            gaps.push(Gap { since: ended, until: Some(*since) });
        }
        let open = place > 0 && gone.is_none();
        gone = if open { None } else { until.map(|until| gone.map_or(until, |ended| ended.max(until))) };
    }
    gaps.extend(gone.map(|since| Gap { since, until: None }));
    gaps
}
