//! What may mean something else than before: the names by which whatever changed is found.

use std::collections::BTreeSet;

use crate::base::{Digest, Hashes, Timestamp};
use crate::history::Log;
use crate::history::log::ask::next_change;
use crate::history::log::facts::{FactId, FactLog};
use crate::identity::{HumanDecision, name_of, names_by};

impl Log {
    /// The names by which the records are found, or were, of which something was said or decided since [`Log::begin`]; and those of which something begins or ceases to hold by itself from `until` to
    /// `now`, where `until` is the first time at which anything does. O(facts of these records), but O(facts) once `now` has come to `until`.
    pub(crate) fn changed(&self, until: Option<Timestamp>, now: Timestamp) -> Hashes {
        let mut subjects: BTreeSet<Digest> = self.heard().map(|fact| fact.subject).collect();
        if let Some(until) = until.filter(|until| *until <= now) {
            let before = Timestamp::from_micros(until.as_micros() - 1).unwrap_or(Timestamp::MIN);
            let changing =
                self.facts.iter().filter(|fact| next_change(fact, before).is_some_and(|change| change <= now));
            subjects.extend(changing.map(|fact| fact.subject));
        }
        // What was ever said of a record holds all names that it has, and all that it had.
        let facts = subjects.into_iter().flat_map(|subject| self.facts.of_subject(subject));
        let facts = facts.map(|fact| self.facts.get(fact));
        let mut names: Hashes = facts.flat_map(|fact| names_by(&fact.fact, fact.subject)).collect();
        names.extend(self.decided().flat_map(HumanDecision::records).map(|record| name_of(record.digest())));
        names
    }

    /// The first time after `now` at which something begins or ceases to hold, if that was `until` before [`Log::begin`]. At worst it is too early: O(what was said since), but
    /// O(facts) once `now` has come to `until`.
    pub fn next_change_since(
        &self,
        until: Option<Timestamp>,
        now: Timestamp,
        context: &crate::base::Context,
    ) -> Option<Timestamp> {
        if until.is_some_and(|until| until <= now) {
            return self.next_change(now, context);
        }
        self.heard().filter_map(|fact| next_change(fact, now)).chain(until).min()
    }

    /// The facts of which something was said since [`Log::begin`], each once, however many scopes say it. O(words said · log words said).
    fn heard(&self) -> impl Iterator<Item = &FactLog> {
        let heard: BTreeSet<FactId> =
            self.journal.iter().flat_map(|journal| &journal.heard).map(|(fact, _)| *fact).collect();
        heard.into_iter().map(|fact| self.facts.get(fact))
    }

    fn decided(&self) -> impl Iterator<Item = &HumanDecision> {
        let known = self.journal.as_ref().map_or(0, |journal| journal.decisions);
        self.decisions.iter().skip(known).map(|(_, decision)| decision)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::base::Context;
    use crate::history::Row;
    use crate::history::row::Assertion;
    use crate::observe::{Fact, Listing, Perspective, RecordKey, Scope, SourceId, Statement};
    use crate::schema::kind;

    #[test]
    fn what_many_scopes_say_is_heard_once() {
        let (source, at) = (SourceId("test".to_owned()), Timestamp::MIN);
        let fact = Arc::new(Fact {
            subject: RecordKey::new(&source, kind::IMAGE, "pay"),
            statement: Statement::Exists { name: "pay".to_owned() },
            perspective: Perspective::Declared,
        });
        let said = |file: usize| {
            let scope = Scope::new(&source, format!("file-{file}"));
            let listing = Arc::new(Listing { scope, evidence: Vec::new(), valid_from: at });
            Row::Asserted(Assertion { fact: fact.clone(), listing, valid_to: None })
        };
        let mut log = Log::default();
        log.begin();
        let rows: Vec<Row> = (0..50).map(said).collect();
        log.append_within(at, 1, &rows, &Context::new(at)).unwrap();
        assert_eq!(log.heard().count(), 1);
        assert_eq!(log.heard().flat_map(FactLog::by_scope).map(|(_, words)| words.len()).sum::<usize>(), 50);
    }
}
