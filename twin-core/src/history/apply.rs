//! From batches to rows: what is new, what is known already, what came late, what cannot be taken, what is gone.

use std::cmp::Reverse;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::{Context, Result, Timestamp};
use crate::history::Log;
use crate::history::intervals::Intervals;
use crate::history::late::LateWord;
use crate::history::row::{Assertion, Reading, Row, Telling, Withdrawal};
use crate::observe::{
    Batch, Diagnostic, Evidence, Fact, Listing, Locator, Mode, Observation, Outcome, Record, RecordKey, Scope,
    Statement, Target, code,
};
use crate::schema::Schema;

/// What became of the records of some batches: `incoming = applied + duplicate + late + rejected`, always.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
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
        self.rows.iter().any(|row| !matches!(row, Row::Read(_) | Row::Told(_)))
    }
}

/// Works out what batches add to a log, which is afterwards as it was. O(batches).
///
/// # Errors
/// If the host cancels, or the deadline passes; `Limit` for a batch that is too large.
pub fn stage(log: &mut Log, schema: &Schema, batches: Vec<Batch>, context: &Context) -> Result<Staged> {
    batches.iter().try_for_each(|batch| batch.check_size(&context.limits))?;
    log.begin();
    let staged = stage_all(log, schema, batches, context);
    log.undo();
    staged
}

/// Where several batches are of one scope, each stands on what the one before it said.
fn stage_all(log: &mut Log, schema: &Schema, batches: Vec<Batch>, context: &Context) -> Result<Staged> {
    let tx = log.next_tx(context.now);
    let batches: Vec<Batch> = batches.into_iter().flat_map(|batch| rounds(batch, context.now)).collect();
    let read: BTreeSet<Scope> = batches.iter().map(|batch| batch.scope.clone()).collect();
    let repeats = read.len() < batches.len();
    let (fresh, staged) = (BTreeSet::new(), Staged::default());
    let mut stage = Stage { log, schema, now: context.now, tx, read, fresh, staged };
    let all = batches.len() as u64;
    for (done, batch) in batches.into_iter().enumerate() {
        context.check()?;
        context.progress.report("apply", done as u64, all);
        let before = stage.staged.rows.len();
        stage.batch(batch);
        if repeats {
            stage.staged.rows[before..].iter().for_each(|row| stage.log.add(tx, row.clone()));
        }
    }
    Ok(stage.staged)
}

/// The changes that tell one record at several times, one after the other: as many batches as it has times. All others stay one batch.
fn rounds(mut batch: Batch, now: Timestamp) -> Vec<Batch> {
    if batch.mode == Mode::Full {
        return vec![batch];
    }
    let at = batch.observed_at.unwrap_or(now);
    let mut times: BTreeMap<&RecordKey, BTreeSet<Timestamp>> = BTreeMap::new();
    for record in &batch.records {
        times.entry(&record.key).or_default().insert(said_at(record, at));
    }
    if times.values().all(|times| times.len() == 1) {
        return vec![batch];
    }
    let round = |record: &Record| times[&record.key].range(..said_at(record, at)).count();
    let rounds: Vec<usize> = batch.records.iter().map(round).collect();
    let mut split: BTreeMap<usize, Vec<Record>> = BTreeMap::new();
    for (round, record) in rounds.into_iter().zip(std::mem::take(&mut batch.records)) {
        split.entry(round).or_default().push(record);
    }
    let last = split.pop_last().map(|(_, records)| records).unwrap_or_default();
    let mut earlier: Vec<Batch> = split.into_values().map(|records| changes(&batch, records)).collect();
    // What is told to be gone and recorded, was gone first.
    earlier.iter_mut().take(1).for_each(|first| first.gone = std::mem::take(&mut batch.gone));
    batch.records = last;
    earlier.into_iter().chain([batch]).collect()
}

/// Some records of a batch, without what belongs to the batch as a whole.
fn changes(batch: &Batch, records: Vec<Record>) -> Batch {
    let Batch { scope, mode, outcome, capabilities, observed_at, .. } = batch;
    let whole = Batch::listing(scope.clone(), Vec::new());
    let (outcome, capabilities) = (outcome.clone(), capabilities.clone());
    Batch { mode: *mode, outcome, members: None, records, capabilities, observed_at: *observed_at, ..whole }
}

/// When a record was so by its source's own word, else when it was read.
fn said_at(record: &Record, at: Timestamp) -> Timestamp {
    record.observations.iter().filter_map(|observation| observation.valid_from).max().unwrap_or(at)
}

struct Stage<'a> {
    log: &'a mut Log,
    schema: &'a Schema,
    now: Timestamp,
    tx: Timestamp,
    read: BTreeSet<Scope>,
    fresh: BTreeSet<Arc<Fact>>,
    staged: Staged,
}

/// What one scope says in one reading.
#[derive(Default)]
struct Said {
    facts: BTreeMap<Arc<Fact>, Word>,
    records: Vec<SaidRecord>,
    /// Records that are listed, but could not be taken: what is known of them stays.
    refused: BTreeSet<RecordKey>,
}

struct Word {
    evidence: Vec<Evidence>,
    valid_from: Option<Timestamp>,
    valid_to: Option<Timestamp>,
}

impl Word {
    /// Follows what is said of the same fact once more. Of two times the one that lasts longer stands, whichever comes first. Returns whether the other was left out.
    fn hear(&mut self, other: Word) -> bool {
        for evidence in other.evidence {
            if !self.evidence.contains(&evidence) {
                self.evidence.push(evidence);
            }
        }
        let (ours, theirs) = ((self.valid_from, self.valid_to), (other.valid_from, other.valid_to));
        let lasts = |(from, to): (_, Option<Timestamp>)| (to.is_none(), to, Reverse(from));
        if lasts(theirs) > lasts(ours) {
            (self.valid_from, self.valid_to) = theirs;
        }
        ours != theirs
    }
}

/// What became of one record.
struct SaidRecord {
    key: RecordKey,
    count: u64,
    facts: Vec<Arc<Fact>>,
    /// When it was so by the source's own word.
    at: Timestamp,
}

impl Stage<'_> {
    fn batch(&mut self, mut batch: Batch) {
        let told_before = self.staged.diagnostics.len();
        let records = std::mem::take(&mut batch.records);
        let at = batch.observed_at.unwrap_or(self.now);
        for diagnostic in std::mem::take(&mut batch.diagnostics) {
            add(&mut self.staged.counters.rejected, diagnostic.records);
            self.staged.diagnostics.push(diagnostic);
        }
        let outdated = batch.observed_at.is_some_and(|at| self.log.observed(&batch.scope) > Some(at));
        let said = self.take_records(records, &batch, at);
        match batch.mode {
            Mode::Full if outdated => self.tell_the_past(&batch.scope, said, at),
            Mode::Full => self.replace_all(&batch, said, at),
            Mode::Delta => self.replace_some(&batch, said, at),
        }
        if !outdated {
            self.list(&batch, at);
        }
        self.staged.rows.push(Row::Read(Reading {
            scope: batch.scope,
            observed_at: at,
            outcome: Some(batch.outcome),
            capabilities: batch.capabilities,
            members: batch.members,
            cursor: batch.cursor,
            diagnostics: (self.staged.diagnostics.len() - told_before) as u64,
        }));
    }

    /// Collects what the good records say; the others are refused.
    fn take_records(&mut self, records: Vec<Record>, batch: &Batch, at: Timestamp) -> Said {
        let mut said = Said::default();
        for mut record in records {
            if let Err(error) = self.schema.kind(record.key.kind.as_str()) {
                self.reject(&record, &batch.scope, &error.to_string());
                continue;
            }
            let own = said_at(&record, at);
            let facts = self.take_record(&mut record, batch, at, &mut said);
            if facts.is_empty() && !record.observations.is_empty() {
                self.reject(&record, &batch.scope, "nothing that it says could be taken");
                said.refused.insert(record.key);
                continue;
            }
            let (key, count) = (record.key, record.stands_for);
            said.records.push(SaidRecord { key, count, facts, at: own });
        }
        said
    }

    fn reject(&mut self, record: &Record, scope: &Scope, why: &str) {
        add(&mut self.staged.counters.rejected, record.stands_for);
        let mut diagnostic = Diagnostic::rejected(code::SCHEMA, place(&record.observations, scope), why);
        diagnostic.records = record.stands_for;
        self.staged.diagnostics.push(diagnostic);
    }

    /// Takes the statements out of a record; where none can be taken, it keeps them.
    fn take_record(&mut self, record: &mut Record, batch: &Batch, at: Timestamp, said: &mut Said) -> Vec<Arc<Fact>> {
        let mut taken = Vec::with_capacity(record.observations.len());
        for observation in &record.observations {
            let allowed = allowed(self.schema, &record.key, observation)
                .and_then(|()| self.began(&batch.scope, &record.key, observation, at));
            taken.push(allowed.is_ok());
            if let Err(why) = allowed {
                let all = std::iter::once(observation).chain(&record.observations);
                self.warn(place(all, &batch.scope), why);
            }
        }
        if !taken.contains(&true) {
            return Vec::new();
        }
        let observations = std::mem::take(&mut record.observations).into_iter().zip(taken);
        let observations = observations.filter_map(|(observation, taken)| taken.then_some(observation));
        observations.map(|observation| self.hear(record, observation, &batch.scope, said)).collect()
    }

    fn warn(&mut self, locator: Locator, why: String) {
        self.staged.diagnostics.push(Diagnostic::warning(code::SCHEMA, locator, why));
    }

    /// Adds an observation to what a scope says of a record.
    fn hear(&mut self, record: &Record, observation: Observation, scope: &Scope, said: &mut Said) -> Arc<Fact> {
        let locator = place([&observation], scope);
        let Observation { statement, perspective, evidence, valid_from, valid_to } = observation;
        let fact = Arc::new(Fact { subject: record.key.clone(), statement, perspective });
        let word = Word { evidence: vec![evidence], valid_from, valid_to };
        match said.facts.entry(fact.clone()) {
            Entry::Vacant(entry) => drop(entry.insert(word)),
            Entry::Occupied(mut entry) => {
                if entry.get_mut().hear(word) {
                    let why = format!(
                        "a fact of {} is said of several times at once: the one that lasts longer stands",
                        record.key
                    );
                    self.warn(locator, why);
                }
            }
        }
        fact
    }

    /// What ended before it was read must say since when it held, unless that is known.
    fn began(
        &self,
        scope: &Scope,
        subject: &RecordKey,
        observation: &Observation,
        at: Timestamp,
    ) -> std::result::Result<(), String> {
        let Observation { statement, perspective, valid_from: None, valid_to: Some(end), .. } = observation else {
            return Ok(());
        };
        let fact = Fact { subject: subject.clone(), statement: statement.clone(), perspective: *perspective };
        let known = self.log.intervals(scope, &fact);
        if *end > at || known.open.is_some() || known.closed.values().any(|(known, _)| known == end) {
            return Ok(());
        }
        Err(format!("a fact of {subject} ended before it was read, and does not say when it began"))
    }

    /// Counts records as new or known.
    fn count(&mut self, records: &[SaidRecord], told: &BTreeSet<Arc<Fact>>) {
        for record in records {
            let is_new = |fact: &&Arc<Fact>| {
                told.contains(*fact) && !self.log.is_live(fact, self.tx) && self.fresh.insert((*fact).clone())
            };
            let news = record.facts.iter().filter(is_new).count();
            let counters = &mut self.staged.counters;
            add(if news > 0 { &mut counters.applied } else { &mut counters.duplicate }, record.count);
        }
    }

    /// A full reading says everything: if it is complete, what it does not list is gone.
    fn replace_all(&mut self, batch: &Batch, said: Said, at: Timestamp) {
        let told = self.assert_all(&batch.scope, &said.facts, at);
        self.count(&said.records, &told);
        if batch.outcome != Outcome::Complete {
            return;
        }
        let listed = self.log.listed(&batch.scope, at);
        let is_gone = |fact: &&Arc<Fact>| !said.facts.contains_key(*fact) && !said.refused.contains(&fact.subject);
        let gone: Vec<Arc<Fact>> = listed.iter().filter(is_gone).cloned().collect();
        self.withdraw(&batch.scope, &gone, at);
    }

    /// A full reading that is older than one that is known.
    fn tell_the_past(&mut self, scope: &Scope, said: Said, at: Timestamp) {
        let newer = self.log.observed(scope).unwrap_or(at);
        for (fact, word) in said.facts {
            let valid_from = word.valid_from.unwrap_or(at);
            let intervals = self.log.intervals(scope, &fact);
            if intervals.at(valid_from).is_none() && valid_from < newer {
                let listing = Arc::new(Listing { scope: scope.clone(), evidence: word.evidence, valid_from });
                let valid_to = word.valid_to.filter(|end| *end < newer).or(Some(newer));
                self.staged.rows.push(Row::Asserted(Assertion { fact, listing, valid_to }));
            }
        }
        said.records.iter().for_each(|record| add(&mut self.staged.counters.late, record.count));
    }

    /// A change replaces what its records said before, and takes away the records that the source says are gone. One that is older than what is known
    /// of its record changes only what was. What one batch both says is gone and records, was gone first: its record replaces what was said.
    fn replace_some(&mut self, batch: &Batch, mut said: Said, at: Timestamp) {
        let (before, records) = (self.staged.rows.len(), std::mem::take(&mut said.records));
        let recorded = records.iter().map(|record| (record.key.clone(), record.at));
        let told = recorded.chain(batch.gone.iter().map(|key| (key.clone(), at))).collect();
        self.replace_each(batch, records, said, at);
        self.remember(&batch.scope, told, before);
    }

    fn replace_each(&mut self, batch: &Batch, records: Vec<SaidRecord>, mut said: Said, at: Timestamp) {
        let (late, timely): (Vec<SaidRecord>, Vec<SaidRecord>) =
            records.into_iter().partition(|record| self.is_late(&batch.scope, &record.key, record.at));
        for record in late {
            let take = |fact: &Arc<Fact>| Some((fact.clone(), said.facts.remove(fact)?.evidence));
            let facts: Vec<(Arc<Fact>, Vec<Evidence>)> = record.facts.iter().filter_map(take).collect();
            self.late(&batch.scope, &record.key, record.at, &facts);
            add(&mut self.staged.counters.late, record.count);
        }
        let told = self.assert_all(&batch.scope, &said.facts, at);
        self.count(&timely, &told);
        for record in &timely {
            let known = self.log.said_of(&batch.scope, &record.key);
            let replaced = known.into_iter().filter(|fact| !said.facts.contains_key(fact)).collect();
            self.withdraw_listed(&batch.scope, replaced, record.at);
        }
        let recorded: BTreeSet<&RecordKey> = timely.iter().map(|record| &record.key).collect();
        let (returned, gone): (Vec<&RecordKey>, Vec<&RecordKey>) =
            batch.gone.iter().partition(|key| recorded.contains(key));
        add(&mut self.staged.counters.duplicate, returned.len() as u64);
        gone.into_iter().for_each(|key| self.remove(&batch.scope, key, at));
    }

    fn remove(&mut self, scope: &Scope, key: &RecordKey, at: Timestamp) {
        if self.is_late(scope, key, at) {
            self.late(scope, key, at, &[]);
            return add(&mut self.staged.counters.late, 1);
        }
        let known = self.log.said_of(scope, key);
        let gone = self.withdraw_listed(scope, known, at);
        let counters = &mut self.staged.counters;
        add(if gone { &mut counters.applied } else { &mut counters.duplicate }, 1);
    }

    /// Keeps when the scope told of records, where neither a row since `before` nor anything that was known shows it: else nobody could tell that what comes after it
    /// was before.
    fn remember(&mut self, scope: &Scope, told: BTreeSet<(RecordKey, Timestamp)>, before: usize) {
        let rows = self.staged.rows[before..].iter();
        let shown: BTreeSet<(&RecordKey, Timestamp)> = rows.filter_map(|row| shown(self.log, row)).collect();
        let hidden = |(record, at): &(RecordKey, Timestamp)| {
            !shown.contains(&(record, *at)) && !self.log.told_of(scope, record).contains(at)
        };
        let hidden: Vec<(RecordKey, Timestamp)> = told.into_iter().filter(hidden).collect();
        let telling = |(record, at)| Row::Told(Telling { record, scope: scope.clone(), at });
        self.staged.rows.extend(hidden.into_iter().map(telling));
    }

    fn late(&mut self, scope: &Scope, subject: &RecordKey, at: Timestamp, facts: &[(Arc<Fact>, Vec<Evidence>)]) {
        let rows = LateWord { scope, subject, at }.rows(self.log, facts);
        self.staged.rows.extend(rows);
    }

    fn is_late(&self, scope: &Scope, subject: &RecordKey, at: Timestamp) -> bool {
        self.log.told_of(scope, subject).last().is_some_and(|known| at < *known)
    }

    /// Adds rows for each fact that the scope does not say yet, or with other evidence, or for another time. Returns these facts.
    fn assert_all(&mut self, scope: &Scope, facts: &BTreeMap<Arc<Fact>, Word>, at: Timestamp) -> BTreeSet<Arc<Fact>> {
        let mut told = BTreeSet::new();
        for (fact, word) in facts {
            let rows = match word.valid_to {
                None => self.assert_open(scope, fact, word, at).into_iter().collect(),
                Some(end) => self.assert_ending(scope, fact, word, end, at),
            };
            if !rows.is_empty() {
                told.insert(fact.clone());
                self.staged.rows.extend(rows);
            }
        }
        told
    }

    fn assert_open(&self, scope: &Scope, fact: &Arc<Fact>, word: &Word, at: Timestamp) -> Option<Row> {
        let known = self.log.listing(scope, fact);
        let valid_from = word.valid_from.or(known.map(|known| known.valid_from.min(at))).unwrap_or(at);
        let listing = Listing { scope: scope.clone(), evidence: word.evidence.clone(), valid_from };
        let is_known = known.is_some_and(|known| **known == listing);
        (!is_known).then(|| asserted(fact, listing, None))
    }

    /// A fact with a stated end; one that was open is closed first.
    fn assert_ending(&self, scope: &Scope, fact: &Arc<Fact>, word: &Word, end: Timestamp, at: Timestamp) -> Vec<Row> {
        let Intervals { open, closed } = self.log.intervals(scope, fact);
        let same = closed.iter().rev().find(|(_, (known, _))| *known == end).map(|(since, _)| *since);
        let since = open.as_ref().map(|(since, _)| *since);
        let valid_from = word.valid_from.or(since).or(same).unwrap_or(at);
        let listing = Listing { scope: scope.clone(), evidence: word.evidence.clone(), valid_from };
        let known = closed.get(&valid_from).is_some_and(|(known, said)| *known == end && **said == listing);
        if open.is_none() && (known || end <= valid_from) {
            return Vec::new();
        }
        let closing = since
            .filter(|since| *since != valid_from)
            .map(|_| Row::Withdrawn(Withdrawal { fact: fact.digest(), scope: scope.clone(), valid_to: valid_from }));
        closing.into_iter().chain([asserted(fact, listing, Some(end))]).collect()
    }

    /// Withdraws those facts that the scope still lists. Returns whether there were any.
    fn withdraw_listed(&mut self, scope: &Scope, facts: Vec<Arc<Fact>>, at: Timestamp) -> bool {
        let is_listed = |fact: &Arc<Fact>| {
            let intervals = self.log.intervals(scope, fact);
            intervals.open.is_some() || intervals.last_end().is_some_and(|end| end > at)
        };
        let listed: Vec<Arc<Fact>> = facts.into_iter().filter(is_listed).collect();
        self.withdraw(scope, &listed, at);
        !listed.is_empty()
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

    /// Whether the scope was read in this pass: among these batches, or no earlier than the folder above it.
    fn is_read_by(&self, scope: &Scope, at: Timestamp) -> bool {
        self.read.contains(scope) || self.log.observed(scope).is_some_and(|observed| observed >= at)
    }

    /// A scope that is gone lists nothing, nor does anything within it.
    fn drop_scope(&mut self, scope: &Scope, at: Timestamp) {
        if self.is_read_by(scope, at) {
            return;
        }
        let facts = self.log.listed(scope, at);
        self.withdraw(scope, &facts, at);
        let members: Vec<String> = self.log.members(scope).cloned().collect();
        for member in members {
            self.drop_scope(&Scope::new(&scope.source, member), at);
        }
        self.staged.rows.push(Row::Read(unread(scope, None, at)));
    }

    /// A scope that was read before, should be there, and was not read now keeps its facts, and says so; so does everything within it.
    fn mark_unread(&mut self, scope: &Scope, why: &str, at: Timestamp) {
        if self.is_read_by(scope, at) {
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

/// The first place of what is said; the scope as a whole where there is none.
fn place<'a>(said: impl IntoIterator<Item = &'a Observation>, scope: &Scope) -> Locator {
    let first = said.into_iter().flat_map(|observation| &observation.evidence.chain).next();
    first.map_or_else(|| Locator::line(&scope.path, 0), |step| step.locator.clone())
}

/// The record of which a row shows that something was told, and when.
fn shown<'a>(log: &'a Log, row: &'a Row) -> Option<(&'a RecordKey, Timestamp)> {
    match row {
        Row::Asserted(assertion) => Some((&assertion.fact.subject, assertion.listing.valid_from)),
        Row::Withdrawn(withdrawal) => Some((log.subject_of(withdrawal.fact)?, withdrawal.valid_to)),
        _ => None,
    }
}

fn asserted(fact: &Arc<Fact>, listing: Listing, valid_to: Option<Timestamp>) -> Row {
    Row::Asserted(Assertion { fact: fact.clone(), listing: Arc::new(listing), valid_to })
}

/// Counts up to the largest number there is.
fn add(counter: &mut u64, count: u64) {
    *counter = counter.saturating_add(count);
}

fn unread(scope: &Scope, outcome: Option<Outcome>, at: Timestamp) -> Reading {
    let (capabilities, members, cursor, diagnostics) = (Vec::new(), None, None, 0);
    Reading { scope: scope.clone(), observed_at: at, outcome, capabilities, members, cursor, diagnostics }
}

/// Whether the schema has rows for what is said, and they allow it.
fn allowed(schema: &Schema, subject: &RecordKey, observation: &Observation) -> std::result::Result<(), String> {
    let Observation { evidence, valid_from, valid_to, .. } = observation;
    if !(0.0..=1.0).contains(&evidence.confidence) || evidence.chain.is_empty() {
        return Err(format!("evidence of {subject} needs a place and a confidence between 0 and 1"));
    }
    if matches!((valid_from, valid_to), (Some(from), Some(to)) if to <= from) {
        return Err(format!("a fact of {subject} ends before it begins"));
    }
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
            schema.stated(relation.as_str()).map_err(|error| error.to_string())?;
            if let Target::Record(key) = target {
                schema.kind(key.kind.as_str()).map_err(|error| error.to_string())?;
            }
            let unknown = attributes.keys().find_map(|name| schema.attribute(name.as_str()).err());
            unknown.map_or(Ok(()), |error| Err(error.to_string()))
        }
        _ => Ok(()),
    }
}
