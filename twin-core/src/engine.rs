//! Twin: the one door for hosts.

mod ask;
#[cfg(feature = "testkit")]
mod backend;
mod backtest;
mod chronicle;
mod past;
mod plan;
mod predictions;
mod question;
mod receipt;
mod source_check;
mod surface;
mod sync;
mod told;
mod upkeep;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use crate::analysis::{Changes, changes};
use crate::answer::AsOf;
use crate::base::{Context, Digest, Error, ErrorKind, Result, Timestamp, digest_of};
use crate::graph::{Assembly, Before, Pages, Readings, Unresolved};
use crate::history::{Assembled, Commit, Counters, Log, Row, Store, stage};
use crate::identity::{EntityId, HumanDecision, contradicted, founds_component};
use crate::observe::{Batch, Diagnostic, Locator, RecordKey, Scope, code};
use crate::schema::Schema;

pub use ask::AskBlastRadius;
pub use chronicle::{ChangesSince, History, IdentityEvent, IdentityEventKind};
pub use plan::IdentityPlan;
pub use question::Question;
pub use receipt::{DiagnosticTold, ReceiptTold, changes_json, diagnostics_json};
pub use source_check::{MakeSource, SourceCheck, check_source};
pub use surface::{Member, surface};
pub use told::{ChangesSinceTold, HistoryTold, SpellTold};

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
    /// Everything that could not be taken as it was, relations that the table forbids, and references that lead nowhere since these batches, each once.
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
    shown: Arc<RwLock<Shown>>,
}

#[derive(Debug)]
struct State {
    log: Log,
    store: Option<Store>,
    /// What holds at the last commit, once somebody has asked.
    head: Option<Head>,
    /// What held at other times, as it was last asked for.
    past: past::Remembered,
    shown: Arc<RwLock<Shown>>,
}

/// What readers are given. Locked for as long as it takes to copy or to replace it.
#[derive(Clone, Debug, Default)]
struct Shown {
    revision: u64,
    head: Option<Head>,
}

/// What holds at the last commit.
#[derive(Clone, Debug)]
struct Head {
    pages: Arc<Pages>,
    /// How the pages were put together: what the next commit need not find out again.
    assembly: Arc<Assembly>,
    readings: Arc<Readings>,
    /// When something begins or ceases to hold by itself, so that the head is no longer what holds.
    until: Option<Timestamp>,
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

    /// Opens the store at `path` for reading and writing, or makes one. O(what bears on the head): what was before is read when somebody asks about it, and the
    /// head is put together for the first snapshot.
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
        let (store, log) = Store::open(path.as_ref(), fingerprint(&schema))?;
        Ok(Self::of(schema, log, Some(store)))
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
        let (store, log) = Store::open_read_only(path.as_ref())?;
        Ok(Self::of(schema, log, Some(store)))
    }

    fn of(schema: Schema, log: Log, store: Option<Store>) -> Self {
        let shown = Arc::new(RwLock::new(Shown { revision: log.revision(), head: None }));
        let state = State { log, store, head: None, past: past::Remembered::default(), shown: shown.clone() };
        Twin { schema, state: Mutex::new(state), shown }
    }

    /// The table of this twin.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The revision: it counts the commits that changed facts, their evidence, or identity.
    pub fn revision(&self) -> u64 {
        self.shown().revision
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shown(&self) -> Shown {
        self.shown.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes batches: all of them in one transaction, or none. O(facts) for a change, O(batch + scopes) where nothing changed.
    ///
    /// # Errors
    /// `Io`, `Corrupt`, `Invalid` (a twin that was opened for reading, a `now` at the end of time, a batch of `twin.predictions`) or `Limit` (a batch that is too large: see [`Batch::check_size`]). Bad
    /// input is never an error: see [`Receipt`].
    pub fn apply(&self, batches: Vec<Batch>, now: Timestamp) -> Result<Receipt> {
        self.apply_within(batches, &Context::new(now))
    }

    /// Takes batches as [`Twin::apply`] does, at the context's now, watched and stopped by it. What is stopped before it is written changes nothing.
    ///
    /// # Errors
    /// As [`Twin::apply`], by the limits of the context; `Cancelled` if the host cancels, `Limit` if the deadline passes.
    pub fn apply_within(&self, batches: Vec<Batch>, context: &Context) -> Result<Receipt> {
        predictions::check_sources(&batches)?;
        let mut state = self.state();
        if state.log.misses(&batches, context.now) {
            state.read_all()?;
        }
        let staged = stage(&mut state.log, &self.schema, batches, context)?;
        let changes_facts = staged.changes_facts();
        let before = state.head(&self.schema).pages;
        let events = state.commit(&self.schema, staged.rows, changes_facts, context)?;
        let Counters { applied, duplicate, late, rejected } = staged.counters;
        let mut diagnostics = staged.diagnostics;
        let after = state.head(&self.schema).pages;
        diagnostics.extend(forbidden_since(&before, &after));
        diagnostics.extend(unresolved_since(&before, &after));
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
        state.commit(&self.schema, vec![Row::Decided(decision)], true, &Context::new(now))
    }

    /// The record that is called so: by its whole key as text, or by an end of it that only one record has, such as `Workload:payments`. O(records).
    ///
    /// # Errors
    /// `Unknown` with the nearest keys, `Ambiguous` with the candidates.
    pub fn record(&self, name: &str) -> Result<RecordKey> {
        let state = self.state();
        let mut called: Vec<(String, &RecordKey)> = Vec::new();
        let kept = predictions::records(&state.log);
        for key in state.log.identity().records().chain(&kept) {
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
        let State { log, store, .. } = &mut *state;
        let is_new = store.as_mut().map_or(Ok(false), |store| store.follow(log))?;
        if is_new {
            state.head = None;
            state.past.forget();
            state.show();
        }
        Ok(state.log.revision())
    }
}

impl State {
    /// Appends rows and what identity makes of them, to the store and to memory: all of it, or nothing. What is stopped before it is written down is taken back;
    /// after that nothing stops it.
    fn commit(&mut self, schema: &Schema, rows: Vec<Row>, changes_facts: bool, context: &Context) -> Result<Changes> {
        let before = self.head(schema);
        self.log.begin();
        let committed = match changes_facts {
            true => self.try_facts(schema, rows, &before, context),
            false => self.try_readings(schema, rows, &before, &Context::new(context.now)),
        };
        match committed {
            Ok(head) => {
                self.log.keep();
                self.past.forget_open();
                let is_same = Arc::ptr_eq(&before.pages, &head.pages);
                let events = if is_same {
                    Changes::default()
                } else {
                    changes(&before.pages, &head.pages, &Context::new(context.now))
                };
                self.head = Some(head);
                self.show();
                Ok(events)
            }
            Err(error) => {
                self.log.undo();
                Err(error)
            }
        }
    }

    /// Appends what renews readings only. What holds changes where something began or ceased to hold by itself since.
    fn try_readings(&mut self, schema: &Schema, rows: Vec<Row>, before: &Head, context: &Context) -> Result<Head> {
        let (tx, revision) = (self.log.next_tx(context.now), self.log.revision());
        self.log.append_within(tx, revision, &rows, context)?;
        self.write(&Commit { tx, revision, rows }, context)?;
        if before.until.is_some_and(|until| until <= tx) {
            let assembled = self.log.head(schema, tx, self.since(before, tx), context);
            return Ok(self.head_of(assembled, before.until, tx, context));
        }
        Ok(Head { readings: self.readings(), ..before.clone() })
    }

    fn try_facts(&mut self, schema: &Schema, mut rows: Vec<Row>, before: &Head, context: &Context) -> Result<Head> {
        let (tx, revision) = (self.log.next_tx(context.now), self.log.revision() + 1);
        self.log.append_within(tx, revision, &rows, context)?;
        let mut assembled = self.log.head(schema, tx, self.since(before, tx), context);
        let identity = std::mem::take(&mut assembled.identity);
        let head = self.head_of(assembled, before.until, tx, context);
        context.check()?;
        self.log.append_within(tx, revision, &identity, context)?;
        rows.extend(identity);
        self.write(&Commit { tx, revision, rows }, context)?;
        Ok(head)
    }

    /// What held before, and what was said and came about since.
    fn since<'a>(&self, before: &'a Head, now: Timestamp) -> Before<'a> {
        Before { pages: &before.pages, assembly: &before.assembly, changed: self.log.changed(before.until, now) }
    }

    fn write(&mut self, commit: &Commit, context: &Context) -> Result<()> {
        match self.store.as_mut() {
            Some(store) => store.append_within(commit, Some(&self.log), context),
            None => Ok(()),
        }
    }

    /// What holds at the last commit. O(facts) when it is first asked for, else O(1).
    fn head(&mut self, schema: &Schema) -> Head {
        if let Some(head) = &self.head {
            return head.clone();
        }
        let head = match self.log.last() {
            None => Head {
                pages: Arc::new(Pages::empty(schema)),
                assembly: Arc::default(),
                readings: Arc::default(),
                until: None,
            },
            Some(last) => {
                let (context, as_of) = (Context::new(last), AsOf { valid: last, known: Timestamp::MAX });
                let assembled = self.log.assembled(schema, as_of, &context);
                let until = self.log.next_change(last, &context);
                self.head_of(assembled, until, last, &context)
            }
        };
        self.head = Some(head.clone());
        self.show();
        head
    }

    /// Shows readers what is known now.
    fn show(&self) {
        let shown = Shown { revision: self.log.revision(), head: self.head.clone() };
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = shown;
    }

    /// The head at `now`, where something was to change by itself at `until` before what was said since.
    fn head_of(&self, assembled: Assembled, until: Option<Timestamp>, now: Timestamp, context: &Context) -> Head {
        let (pages, assembly) = (Arc::new(assembled.pages), Arc::new(assembled.assembly));
        Head { pages, assembly, readings: self.readings(), until: self.log.next_change_since(until, now, context) }
    }

    /// What was read by now, with the memory of what was read before where it says the same.
    fn readings(&self) -> Arc<Readings> {
        let readings = self.log.readings(Timestamp::MAX);
        Arc::new(match &self.head {
            Some(before) => readings.after(&before.readings),
            None => readings,
        })
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

/// References that lead nowhere, which shows only once everything was taken: those that led nowhere before were told then. O(references of pages that differ · log).
fn unresolved_since(before: &Pages, after: &Pages) -> Vec<Diagnostic> {
    let told: BTreeSet<_> =
        before.unresolved.unlike(&after.unresolved).map(|(_, unresolved)| reference(before, unresolved)).collect();
    let now = after.unresolved.unlike(&before.unresolved).map(|(_, unresolved)| unresolved);
    let new = now.filter(|unresolved| !told.contains(&reference(after, unresolved)));
    let diagnostic = |unresolved: &Unresolved| {
        let steps = unresolved.evidence.iter().flat_map(|id| &after.evidence[id.0 as usize].chain);
        let locator = steps.map(|step| step.locator.clone()).next().unwrap_or(Locator::line("", 0));
        let Unresolved { names, why, .. } = unresolved;
        Diagnostic::warning(code::UNRESOLVED, locator, format!("a reference to {names} is not followed: {why}"))
    };
    new.map(diagnostic).collect()
}

/// Whose reference it is, to what, and why it is not followed.
fn reference<'a>(pages: &'a Pages, unresolved: &'a Unresolved) -> (Option<&'a EntityId>, &'a str, &'a str) {
    let from = unresolved.from.map(|node| &pages.entities[node as usize].id);
    (from, &unresolved.names, &unresolved.why)
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
