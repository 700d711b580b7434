//! From batches to rows: what is new, what is known already, what came late, what cannot be taken, what is gone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::Timestamp;
use crate::history::Log;
use crate::history::row::{Assertion, Reading, Row, Withdrawal};
use crate::observe::{
    Batch, Diagnostic, Evidence, Fact, Listing, Mode, Observation, Outcome, Record, RecordKey, Scope, Statement,
    Target, code,
};
use crate::schema::Schema;

/// What became of the records of some batches: `incoming = applied + duplicate + late + rejected`, always.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counters {
    /// Records that said something new.
    pub applied: u64,
    /// Records that said nothing new.
    pub duplicate: u64,
    /// Records that are older than what is known; kept in history.
    pub late: u64,
    /// Records that could not be taken; each has a diagnostic.
    pub rejected: u64,
}

/// The rows that some batches add, and what became of their records.
#[derive(Debug, Default)]
pub struct Staged {
    /// The rows, in order.
    pub rows: Vec<Row>,
    /// The counts.
    pub counters: Counters,
    /// Everything that could not be taken as it was.
    pub diagnostics: Vec<Diagnostic>,
}

impl Staged {
    /// Whether anything beyond freshness changes.
    pub fn changes_facts(&self) -> bool {
        self.rows.iter().any(|row| !matches!(row, Row::Read(_)))
    }
}

/// Works out what batches add to a log. Changes nothing.
pub fn stage(log: &Log, schema: &Schema, batches: Vec<Batch>, now: Timestamp) -> Staged {
    let read: BTreeSet<Scope> = batches.iter().map(|batch| batch.scope.clone()).collect();
    let mut stage = Stage { log, schema, now, read, fresh: BTreeSet::new(), staged: Staged::default() };
    batches.into_iter().for_each(|batch| stage.batch(batch));
    stage.staged
}

struct Stage<'a> {
    log: &'a Log,
    schema: &'a Schema,
    now: Timestamp,
    read: BTreeSet<Scope>,
    fresh: BTreeSet<Arc<Fact>>,
    staged: Staged,
}

/// What one scope says in one reading.
#[derive(Default)]
struct Said {
    facts: BTreeMap<Arc<Fact>, Word>,
    subjects: BTreeSet<RecordKey>,
}

struct Word {
    evidence: Vec<Evidence>,
    valid_from: Option<Timestamp>,
    valid_to: Option<Timestamp>,
}

impl Stage<'_> {
    fn batch(&mut self, mut batch: Batch) {
        let records = std::mem::take(&mut batch.records);
        let at = batch.observed_at.unwrap_or(self.now);
        for diagnostic in std::mem::take(&mut batch.diagnostics) {
            self.staged.counters.rejected += diagnostic.records;
            self.staged.diagnostics.push(diagnostic);
        }
        let said = self.take_records(records, &batch);
        self.assert_all(&batch.scope, &said, at);
        match batch.mode {
            Mode::Full if batch.outcome == Outcome::Complete => self.withdraw_unlisted(&batch.scope, &said, at),
            Mode::Full => {}
            Mode::Delta => self.withdraw_replaced(&batch, &said, at),
        }
        self.list(&batch, at);
        self.staged.rows.push(Row::Read(Reading {
            scope: batch.scope,
            observed_at: at,
            outcome: Some(batch.outcome),
            capabilities: batch.capabilities,
            members: batch.members,
            cursor: batch.cursor,
        }));
    }

    /// Sorts the records into new, known, late and refused, and collects what the good ones say.
    fn take_records(&mut self, records: Vec<Record>, batch: &Batch) -> Said {
        let mut said = Said::default();
        for record in records {
            let count = record.stands_for;
            if let Err(error) = self.schema.kind(record.key.kind.as_str()) {
                self.reject(&record, &error.to_string());
                continue;
            }
            let late = batch.mode == Mode::Delta && self.is_late(&record, &batch.scope);
            let facts = self.take_record(record, &mut said, late);
            let news =
                facts.iter().filter(|fact| !self.log.is_live(fact) && self.fresh.insert((*fact).clone())).count();
            let counters = &mut self.staged.counters;
            match (late, news) {
                (true, _) => counters.late += count,
                (false, 0) => counters.duplicate += count,
                (false, _) => counters.applied += count,
            }
        }
        said
    }

    fn reject(&mut self, record: &Record, why: &str) {
        self.staged.counters.rejected += record.stands_for;
        let first = record.observations.first().and_then(|observation| observation.evidence.chain.first());
        let locator = first.map(|step| step.locator.clone()).unwrap_or(crate::observe::Locator::line("", 0));
        let mut diagnostic = Diagnostic::rejected(code::SCHEMA, locator, why);
        diagnostic.records = record.stands_for;
        self.staged.diagnostics.push(diagnostic);
    }

    fn take_record(&mut self, record: Record, said: &mut Said, late: bool) -> Vec<Arc<Fact>> {
        said.subjects.insert(record.key.clone());
        let newest = late.then(|| self.newest(&record.key)).flatten();
        let mut facts = Vec::new();
        for observation in record.observations {
            if let Err(why) = allowed(self.schema, &record.key, &observation) {
                self.warn(&observation, &why);
                continue;
            }
            let Observation { statement, perspective, evidence, valid_from, valid_to } = observation;
            let fact = Arc::new(Fact { subject: record.key.clone(), statement, perspective });
            let word = said.facts.entry(fact.clone()).or_insert(Word {
                evidence: Vec::new(),
                valid_from,
                valid_to: valid_to.or(newest),
            });
            if !word.evidence.contains(&evidence) {
                word.evidence.push(evidence);
            }
            facts.push(fact);
        }
        facts
    }

    fn warn(&mut self, observation: &Observation, why: &str) {
        let locator = observation.evidence.chain.first().map(|step| step.locator.clone());
        let locator = locator.unwrap_or(crate::observe::Locator::line("", 0));
        self.staged.diagnostics.push(Diagnostic::warning(code::SCHEMA, locator, why));
    }

    /// A change that is older than what is known of its record.
    fn is_late(&self, record: &Record, scope: &Scope) -> bool {
        let own = record.observations.iter().filter_map(|observation| observation.valid_from).max();
        let known = self.newest_in(&record.key, scope);
        matches!((own, known), (Some(own), Some(known)) if own < known)
    }

    fn newest(&self, subject: &RecordKey) -> Option<Timestamp> {
        self.read.iter().filter_map(|scope| self.newest_in(subject, scope)).max()
    }

    fn newest_in(&self, subject: &RecordKey, scope: &Scope) -> Option<Timestamp> {
        let facts = self.log.live(scope).filter(|fact| fact.subject == *subject);
        facts.filter_map(|fact| self.log.listing(scope, fact)).map(|listing| listing.valid_from).max()
    }

    /// Adds a row for each fact that the scope did not list yet, or whose evidence moved.
    fn assert_all(&mut self, scope: &Scope, said: &Said, at: Timestamp) {
        for (fact, word) in &said.facts {
            let known = self.log.listing(scope, fact);
            if known.is_some_and(|known| known.evidence == word.evidence) {
                continue;
            }
            let valid_from = word.valid_from.or(known.map(|known| known.valid_from)).unwrap_or(at);
            let listing = Arc::new(Listing { scope: scope.clone(), evidence: word.evidence.clone(), valid_from });
            self.staged.rows.push(Row::Asserted(Assertion { fact: fact.clone(), listing, valid_to: word.valid_to }));
        }
    }

    /// A completed reading takes away what it no longer lists.
    fn withdraw_unlisted(&mut self, scope: &Scope, said: &Said, at: Timestamp) {
        let gone: Vec<Arc<Fact>> =
            self.log.live(scope).filter(|fact| !said.facts.contains_key(*fact)).cloned().collect();
        self.withdraw(scope, &gone, at);
    }

    /// A change replaces what its records said before, and takes away the records that the source says are gone.
    fn withdraw_replaced(&mut self, batch: &Batch, said: &Said, at: Timestamp) {
        let gone: BTreeSet<&RecordKey> = batch.gone.iter().collect();
        self.staged.counters.applied += batch.gone.len() as u64;
        let replaced = |fact: &&Arc<Fact>| {
            let renewed = said.subjects.contains(&fact.subject) && !said.facts.contains_key(*fact);
            let late = said.facts.iter().any(|(other, word)| other.subject == fact.subject && word.valid_to.is_some());
            gone.contains(&fact.subject) || (renewed && !late)
        };
        let facts: Vec<Arc<Fact>> = self.log.live(&batch.scope).filter(replaced).cloned().collect();
        self.withdraw(&batch.scope, &facts, at);
    }

    fn withdraw(&mut self, scope: &Scope, facts: &[Arc<Fact>], at: Timestamp) {
        let rows = facts
            .iter()
            .map(|fact| Row::Withdrawn(Withdrawal { fact: fact.digest(), scope: scope.clone(), valid_to: at }));
        self.staged.rows.extend(rows);
    }

    /// Compares a listing with the one before it.
    fn list(&mut self, batch: &Batch, at: Timestamp) {
        let Some(members) = &batch.members else { return };
        let listed: BTreeSet<&String> = members.iter().collect();
        let known: Vec<String> = self.log.members(&batch.scope).cloned().collect();
        for member in known {
            let scope = Scope::new(&batch.scope.source, member.clone());
            let is_listed = listed.contains(&member);
            match &batch.outcome {
                Outcome::Complete if !is_listed => self.drop_scope(&scope, at),
                Outcome::Complete => self.mark_unread(&scope, "listed, but not understood in this reading", at),
                Outcome::Partial(why) => self.mark_unread(&scope, &format!("the folder above it: {why}"), at),
            }
        }
    }

    /// A scope that is gone lists nothing, nor does anything within it.
    fn drop_scope(&mut self, scope: &Scope, at: Timestamp) {
        if self.read.contains(scope) {
            return;
        }
        let facts: Vec<Arc<Fact>> = self.log.live(scope).cloned().collect();
        self.withdraw(scope, &facts, at);
        let members: Vec<String> = self.log.members(scope).cloned().collect();
        for member in members {
            self.drop_scope(&Scope::new(&scope.source, member), at);
        }
        self.staged.rows.push(Row::Read(unread(scope, None, at)));
    }

    /// A scope that was read before, should be there, and was not read now keeps its facts, and says so; so does everything within it.
    fn mark_unread(&mut self, scope: &Scope, why: &str, at: Timestamp) {
        if self.read.contains(scope) {
            return;
        }
        if self.log.was_read(scope) {
            self.staged.rows.push(Row::Read(unread(scope, Some(Outcome::Partial(why.to_owned())), at)));
        }
        let members: Vec<String> = self.log.members(scope).cloned().collect();
        for member in members {
            self.mark_unread(&Scope::new(&scope.source, member), why, at);
        }
    }
}

fn unread(scope: &Scope, outcome: Option<Outcome>, at: Timestamp) -> Reading {
    Reading { scope: scope.clone(), observed_at: at, outcome, capabilities: Vec::new(), members: None, cursor: None }
}

/// Whether the schema has rows for what is said, and they allow it.
fn allowed(schema: &Schema, subject: &RecordKey, observation: &Observation) -> Result<(), String> {
    match &observation.statement {
        Statement::Attribute { name, value } => {
            let row = schema.attribute(name.as_str()).map_err(|error| error.to_string())?;
            if row.value.admits(value) {
                Ok(())
            } else {
                Err(format!("{name} of {subject} is not of type {:?}", row.value))
            }
        }
        Statement::Related { relation, target, attributes, .. } => {
            schema.relation(relation.as_str()).map_err(|error| error.to_string())?;
            if let Target::Record(key) = target {
                schema.kind(key.kind.as_str()).map_err(|error| error.to_string())?;
            }
            let unknown = attributes.keys().find_map(|name| schema.attribute(name.as_str()).err());
            unknown.map_or(Ok(()), |error| Err(error.to_string()))
        }
        _ => Ok(()),
    }
}
