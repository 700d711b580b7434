//! Twin: the one door for hosts.

mod ask;
#[cfg(feature = "testkit")]
mod backend;
mod question;
mod receipt;
mod source_check;
mod surface;
mod sync;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use crate::analysis::{Changes, changes};
use crate::answer::AsOf;
use crate::base::{Context, Digest, Error, ErrorKind, Result, Timestamp, digest_of};
use crate::graph::{Pages, Readings, Rows, Snapshot};
use crate::history::{Commit, Counters, Log, Row, Store, stage};
use crate::identity::{HumanDecision, contradicted, founds_component};
use crate::observe::{Batch, Diagnostic, RecordKey, Scope};
use crate::schema::Schema;

pub use ask::AskBlastRadius;
pub use question::Question;
pub use receipt::{DiagnosticTold, ReceiptTold, changes_json};
pub use source_check::{MakeSource, SourceCheck, check_source};
pub use surface::{Member, surface};

/// The two times that a snapshot is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    now: Timestamp,
    valid: Option<Timestamp>,
    known: Option<Timestamp>,
}

impl At {
    /// What holds now, by what is known now. `now` is the host's clock: ages are counted against it.
    pub fn now(now: Timestamp) -> Self {
        At { now, valid: None, known: None }
    }

    /// What held at `valid`.
    #[must_use]
    pub fn valid(self, valid: Timestamp) -> Self {
        At { valid: Some(valid), ..self }
    }

    /// By what the twin knew at `known`.
    #[must_use]
    pub fn known(self, known: Timestamp) -> Self {
        At { known: Some(known), ..self }
    }
}

/// What became of some batches: `applied + duplicate + late + rejected` is the number of records that came in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Receipt {
    /// Records that said something new.
    pub applied: u64,
    /// Records that said nothing new.
    pub duplicate: u64,
    /// Records that are older than what is known; kept in history.
    pub late: u64,
    /// Records that could not be taken; each has a diagnostic.
    pub rejected: u64,
    /// Everything that could not be taken as it was.
    pub diagnostics: Vec<Diagnostic>,
    /// The twin's revision after it. The same as before where nothing but freshness changed.
    pub revision: u64,
    /// What changed about entities and relations.
    pub events: Changes,
}

/// A twin: takes batches, and answers through snapshots.
///
/// `apply` takes `&self`: one writer at a time holds the lock, and readers hold snapshots that never move. Whoever asks what holds now never waits for a writer;
/// whoever asks about the past does.
#[derive(Debug)]
pub struct Twin {
    schema: Schema,
    state: Mutex<State>,
    /// What readers are given. Locked for as long as it takes to copy or replace it.
    head: RwLock<Head>,
}

#[derive(Debug)]
struct State {
    log: Log,
    store: Option<Store>,
    head: Head,
}

/// What holds now, as of the last commit.
#[derive(Clone, Debug)]
struct Head {
    pages: Arc<Pages>,
    readings: Arc<Readings>,
    revision: u64,
    /// When something begins or ceases to hold by itself, so that these pages are no longer what holds.
    until: Option<Timestamp>,
    /// What holds at a later time, with its first and the first later moment.
    later: Option<(Timestamp, Option<Timestamp>, Arc<Pages>)>,
}

impl Twin {
    /// A twin that forgets when it is dropped.
    pub fn in_memory() -> Self {
        Self::with_schema(Schema::default())
    }

    /// A twin that forgets when it is dropped, with a table of the host's own.
    pub fn with_schema(schema: Schema) -> Self {
        Self::of(schema, Log::default(), None)
    }

    /// Opens the store at `path` for reading and writing, or makes one. O(size of the store).
    ///
    /// # Errors
    /// `Corrupt`, `Newer`, `NotAStore`, `Busy` (another process writes to it), `Io`; the file is untouched then.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_with_schema(path, Schema::default())
    }

    /// Opens the store at `path` with a table of the host's own.
    ///
    /// # Errors
    /// As [`Twin::open`].
    pub fn open_with_schema(path: impl AsRef<Path>, schema: Schema) -> Result<Self> {
        let (store, commits) = Store::open(path.as_ref(), fingerprint(&schema))?;
        Ok(Self::of(schema, Log::replay(commits), Some(store)))
    }

    /// Opens the store at `path` for reading, beside a writer in another process. [`Twin::refresh`] shows what was written since.
    ///
    /// # Errors
    /// As [`Twin::open`], but for `Busy`.
    pub fn open_read_only(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_read_only_with_schema(path, Schema::default())
    }

    /// Opens the store at `path` for reading, with the table of the host that writes it.
    ///
    /// # Errors
    /// As [`Twin::open`], but for `Busy`.
    pub fn open_read_only_with_schema(path: impl AsRef<Path>, schema: Schema) -> Result<Self> {
        let (store, commits) = Store::open_read_only(path.as_ref())?;
        Ok(Self::of(schema, Log::replay(commits), Some(store)))
    }

    fn of(schema: Schema, log: Log, store: Option<Store>) -> Self {
        let head = Head::of(&log, &schema);
        let state = Mutex::new(State { log, store, head: head.clone() });
        Twin { schema, state, head: RwLock::new(head) }
    }

    /// The table of this twin.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The revision: it counts the commits that changed facts, their evidence, or identity.
    pub fn revision(&self) -> u64 {
        self.head().revision
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn head(&self) -> Head {
        self.head.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Shows readers what was committed.
    fn show(&self, state: &State) {
        *self.head.write().unwrap_or_else(PoisonError::into_inner) = state.head.clone();
    }

    /// Takes batches: all of them in one transaction, or none. O(facts) for a change, O(batch) where nothing changed.
    ///
    /// # Errors
    /// `Io`, `Corrupt` or `Invalid` (a twin that was opened for reading). Bad input is never an error: see [`Receipt`].
    pub fn apply(&self, batches: Vec<Batch>, now: Timestamp) -> Result<Receipt> {
        self.apply_within(batches, &Context::new(now))
    }

    /// Takes batches as [`Twin::apply`] does, at the context's now, watched and stopped by it. What is stopped before it is written changes nothing.
    ///
    /// # Errors
    /// As [`Twin::apply`]; `Cancelled` if the host cancels, `Limit` if the deadline passes.
    pub fn apply_within(&self, batches: Vec<Batch>, context: &Context) -> Result<Receipt> {
        let mut state = self.state();
        let staged = stage(&state.log, &self.schema, batches, context)?;
        let changes_facts = staged.changes_facts();
        let before = state.head.pages.clone();
        let events = state.commit(&self.schema, staged.rows, changes_facts, context)?;
        self.show(&state);
        let Counters { applied, duplicate, late, rejected } = staged.counters;
        let mut diagnostics = staged.diagnostics;
        diagnostics.extend(forbidden_since(&before, &state.head.pages));
        Ok(Receipt { applied, duplicate, late, rejected, diagnostics, revision: state.log.revision(), events })
    }

    /// Decides that two records are of one entity, whatever the evidence says. O(facts).
    ///
    /// # Errors
    /// As [`Twin::decide`].
    pub fn pin(&self, a: &RecordKey, b: &RecordKey, now: Timestamp) -> Result<Changes> {
        self.decide(HumanDecision::Pin { a: a.clone(), b: b.clone() }, now)
    }

    /// Decides that two records are of two entities, whatever the evidence says. O(facts).
    ///
    /// # Errors
    /// As [`Twin::decide`].
    pub fn split(&self, a: &RecordKey, b: &RecordKey, now: Timestamp) -> Result<Changes> {
        self.decide(HumanDecision::Split { a: a.clone(), b: b.clone() }, now)
    }

    /// Takes a decision about identity. Decisions survive every reading; the last one on a pair of records replaces what was decided on it before. O(facts).
    ///
    /// # Errors
    /// As [`Twin::apply`]; `Unknown` for a record that was never read; `Invalid` for a record beside itself, and for a decision that contradicts others through a chain
    /// of pins: the error names those, and one of them has to be unpinned first.
    pub fn decide(&self, decision: HumanDecision, now: Timestamp) -> Result<Changes> {
        let mut state = self.state();
        check_decision(&state.log, &decision)?;
        let changes = state.commit(&self.schema, vec![Row::Decided(decision)], true, &Context::new(now))?;
        self.show(&state);
        Ok(changes)
    }

    /// An immutable view. O(1) for now, whatever a writer does at the time; O(facts) for any other time, and for the first question after something began or ceased
    /// to hold by itself.
    pub fn snapshot(&self, at: At) -> Snapshot {
        match (at.valid, at.known) {
            (None, None) => self.snapshot_now(at.now),
            _ => self.snapshot_then(at),
        }
    }

    fn snapshot_now(&self, now: Timestamp) -> Snapshot {
        let head = self.head();
        let as_of = AsOf { valid: now, known: now };
        if let Some(pages) = head.at(now) {
            return Snapshot::new(pages, head.readings, as_of, now, head.revision);
        }
        let mut state = self.state();
        let pages = state.head_at(&self.schema, now);
        self.show(&state);
        Snapshot::new(pages, state.head.readings.clone(), as_of, now, state.head.revision)
    }

    fn snapshot_then(&self, at: At) -> Snapshot {
        let state = self.state();
        let as_of = AsOf { valid: at.valid.unwrap_or(at.now), known: at.known.unwrap_or(at.now) };
        let known = at.known.unwrap_or(Timestamp::MAX);
        let pages = Arc::new(state.log.pages(&self.schema, AsOf { known, ..as_of }, &Context::new(at.now)));
        let readings = Arc::new(state.log.readings(known));
        Snapshot::new(pages, readings, as_of, at.now, state.log.revision())
    }

    /// The record that is called so: by its whole key as text, or by an end of it that only one record has, such as `Workload:payments`. O(records).
    ///
    /// # Errors
    /// `Unknown` with the nearest keys, `Ambiguous` with the candidates.
    pub fn record(&self, name: &str) -> Result<RecordKey> {
        let state = self.state();
        let mut called: Vec<(String, &RecordKey)> = Vec::new();
        for key in state.log.identity().records() {
            let text = key.to_string();
            if text == name {
                return Ok(key.clone());
            }
            if text.strip_suffix(name).is_some_and(|before| before.ends_with('/')) {
                called.push((text, key));
            }
        }
        match &called[..] {
            [(_, only)] => Ok((*only).clone()),
            [] => Err(unknown_record(&state.log, name)),
            several => {
                let names: Vec<&str> = several.iter().take(10).map(|(text, _)| text.as_str()).collect();
                Err(Error::new(ErrorKind::Ambiguous, format!("\"{name}\" is ambiguous: {}", names.join("; "))))
            }
        }
    }

    /// Where a source goes on: the cursor that was committed with its last batch.
    pub fn cursor(&self, scope: &Scope) -> Option<String> {
        self.state().log.cursor(scope).map(str::to_owned)
    }

    /// Shows what another process wrote since this twin was opened or last refreshed. Returns the revision.
    ///
    /// # Errors
    /// As [`Twin::open_read_only`].
    pub fn refresh(&self) -> Result<u64> {
        let mut state = self.state();
        let after = state.log.last().unwrap_or(Timestamp::MIN);
        let commits = state.store.as_ref().map_or(Ok(Vec::new()), |store| store.refresh(after))?;
        if !commits.is_empty() {
            commits.into_iter().for_each(|commit| state.log.append(commit));
            state.head = Head::of(&state.log, &self.schema);
            self.show(&state);
        }
        Ok(state.log.revision())
    }
}

impl State {
    /// Appends rows and what identity makes of them, to the store before memory: all of it, or nothing.
    fn commit(&mut self, schema: &Schema, rows: Vec<Row>, changes_facts: bool, context: &Context) -> Result<Changes> {
        if changes_facts {
            return self.commit_facts(schema, rows, context);
        }
        let commit = Commit { tx: self.log.next_tx(context.now), revision: self.log.revision(), rows };
        if let Some(store) = self.store.as_mut() {
            store.append(&commit)?;
        }
        self.log.append(commit);
        self.head.readings = Arc::new(self.log.readings(Timestamp::MAX));
        Ok(Changes::default())
    }

    /// What is stopped before it is written down is thrown away; after that nothing stops it.
    fn commit_facts(&mut self, schema: &Schema, mut rows: Vec<Row>, context: &Context) -> Result<Changes> {
        let tx = self.log.next_tx(context.now);
        let revision = self.log.revision() + 1;
        let mut next = self.log.clone();
        next.append_within(Commit { tx, revision, rows: rows.clone() }, context)?;
        let identity = next.identity_rows(schema, tx, context);
        next.append_within(Commit { tx, revision, rows: identity.clone() }, context)?;
        rows.extend(identity);
        let rows_now = next.rows(schema, AsOf { valid: tx, known: Timestamp::MAX }, context);
        let pages = Arc::new(Pages::after(&self.head.pages, rows_now));
        let events = changes(&self.head.pages, &pages, context);
        let until = next.next_change(tx, context);
        let readings = Arc::new(next.readings(Timestamp::MAX));
        context.check()?;
        if let Some(store) = self.store.as_mut() {
            store.append_within(&Commit { tx, revision, rows }, context)?;
        }
        (self.log, self.head) = (next, Head { pages, readings, revision, until, later: None });
        Ok(events)
    }

    /// The pages of what holds now, made if something began or ceased to hold by itself since the last commit.
    fn head_at(&mut self, schema: &Schema, now: Timestamp) -> Arc<Pages> {
        if let Some(pages) = self.head.at(now) {
            return pages;
        }
        let context = Context::new(now);
        let pages = Arc::new(self.log.pages(schema, AsOf { valid: now, known: Timestamp::MAX }, &context));
        self.head.later = Some((now, self.log.next_change(now, &context), pages.clone()));
        pages
    }
}

impl Head {
    /// What holds at the last commit of a log.
    fn of(log: &Log, schema: &Schema) -> Self {
        let last = log.last();
        let pages = match last {
            Some(last) => log.pages(schema, AsOf { valid: last, known: Timestamp::MAX }, &Context::new(last)),
            None => Pages::of(Rows { schema: schema.clone(), ..Rows::default() }),
        };
        Head {
            pages: Arc::new(pages),
            readings: Arc::new(log.readings(Timestamp::MAX)),
            revision: log.revision(),
            until: last.and_then(|last| log.next_change(last, &Context::new(last))),
            later: None,
        }
    }

    /// The pages of what holds now: those of the last commit, until something begins or ceases to hold by itself.
    fn at(&self, now: Timestamp) -> Option<Arc<Pages>> {
        if self.until.is_none_or(|until| now < until) {
            return Some(self.pages.clone());
        }
        let (since, until, pages) = self.later.as_ref()?;
        (*since <= now && until.is_none_or(|until| now < until)).then(|| pages.clone())
    }
}

/// Relations that the table forbids, which shows only where both ends are known: those that stood forbidden before were told then.
fn forbidden_since(before: &Arc<Pages>, after: &Arc<Pages>) -> Vec<Diagnostic> {
    if Arc::ptr_eq(before, after) {
        return Vec::new();
    }
    let told: BTreeSet<&Diagnostic> = before.diagnostics.iter().collect();
    after.diagnostics.iter().filter(|diagnostic| !told.contains(diagnostic)).cloned().collect()
}

fn unknown_record(log: &Log, name: &str) -> Error {
    let records: Vec<String> = log.identity().records().map(ToString::to_string).collect();
    Error::unknown("record", name, records.iter().map(String::as_str))
}

fn check_decision(log: &Log, decision: &HumanDecision) -> Result<()> {
    let known = |record: &RecordKey| match log.identity().entity_of(record) {
        Some(_) => Ok(()),
        None => Err(unknown_record(log, &record.to_string())),
    };
    match decision {
        HumanDecision::Pin { a, b } | HumanDecision::Split { a, b } | HumanDecision::Unpin { a, b } => {
            if a == b {
                return Err(Error::new(ErrorKind::Invalid, format!("{a} stands beside itself: name two records")));
            }
            known(a).and_then(|()| known(b))?;
            if let HumanDecision::Pin { .. } = decision {
                check_pin(a, b)?;
            }
            check_contradiction(&log.decisions(Timestamp::MAX), decision)
        }
        HumanDecision::Name { record, .. } => known(record),
    }
}

/// Nobody decides two things at once that cannot both hold.
fn check_contradiction(standing: &[HumanDecision], decision: &HumanDecision) -> Result<()> {
    let in_the_way: Vec<String> = contradicted(standing, decision).iter().map(ToString::to_string).collect();
    if in_the_way.is_empty() {
        return Ok(());
    }
    let message = format!("{decision} contradicts what was decided; unpin one of: {}", in_the_way.join("; "));
    Err(Error::new(ErrorKind::Invalid, message))
}

/// A service and a team are two things whatever anybody says.
fn check_pin(a: &RecordKey, b: &RecordKey) -> Result<()> {
    if a.kind == b.kind || (founds_component(&a.kind) && founds_component(&b.kind)) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Invalid, format!("a {} and a {} cannot be one: {a}, {b}", a.kind, b.kind)))
}

/// A digest of the names in a table.
fn fingerprint(schema: &Schema) -> Digest {
    let names = |names: &mut dyn Iterator<Item = String>| names.collect::<Vec<String>>();
    digest_of(&[
        names(&mut schema.kinds().map(|row| row.name.to_string())),
        names(&mut schema.relations().map(|row| row.name.to_string())),
        names(&mut schema.attributes().map(|row| row.name.to_string())),
    ])
}
