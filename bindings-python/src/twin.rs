//! The twin itself: what changes it, and what hands out views.

use std::mem;
use std::path::PathBuf;
use std::process;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use twin_connectors::{ScanOptions, keep, scan_into, scan_json};
use twin_core::analysis::Changes;
use twin_core::answer::canonical;
use twin_core::base::{Context, Error, ErrorKind, Handle, Result, Timestamp};
use twin_core::identity::HumanDecision;
use twin_core::observe::{Batch, CapabilityDraft, PageDraft, RecordKey, Scope, Source, SourceId};
use twin_core::simulate::backtest::BacktestDraft;
use twin_core::simulate::prediction::Reality;
use twin_core::{At, ChangesSince, changes_json, diagnostics_json};

use crate::answer::Answer;
use crate::errors::{OrRaise, closed, raised};
use crate::moments::{Moment, Within, or_now};
use crate::plain;
use crate::scenario::Scenario;
use crate::snapshot::Snapshot;
use crate::source::HostSource;
use crate::work::Terms;

/// A twin: takes readings, and answers through snapshots. Use it as a context manager, or close it.
///
/// Threads may share it. A forked child may read it, but only the process that opened a store writes to it.
///
/// >>> with twin.in_memory() as forgetful:
/// ...     forgetful
/// <twin.Twin in memory, revision 0>
#[pyclass(frozen, module = "twin")]
pub struct Twin {
    open: Mutex<Option<Open>>,
    store: Option<PathBuf>,
}

/// What is let go when a twin is closed.
struct Open {
    twin: Option<Arc<twin_core::Twin>>,
    /// The process that holds the store for writing, if any does.
    writer: Option<u32>,
    _handle: Handle,
}

impl Open {
    /// The process that holds the store for writing, if it is another than this one: this one was forked from it.
    fn elsewhere(&self) -> Option<u32> {
        self.writer.filter(|writer| *writer != process::id())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        // Closing a store writes to it and gives up the lock: in a forked child both are the parent's.
        if self.elsewhere().is_some() {
            mem::forget(self.twin.take());
        }
    }
}

impl Twin {
    fn new(twin: twin_core::Twin, store: Option<PathBuf>, writer: Option<u32>) -> Self {
        let open = Open { twin: Some(Arc::new(twin)), writer, _handle: Handle::new() };
        Twin { open: Mutex::new(Some(open)), store }
    }

    fn with<T>(&self, look: impl FnOnce(&Open) -> T) -> Option<T> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(look)
    }

    fn reading(&self, py: Python<'_>) -> PyResult<Arc<twin_core::Twin>> {
        self.with(|open| open.twin.clone()).flatten().ok_or_else(|| closed(py))
    }

    fn writing(&self, py: Python<'_>) -> PyResult<Arc<twin_core::Twin>> {
        match self.with(Open::elsewhere).flatten() {
            None => self.reading(py),
            Some(writer) => Err(raised(py, &forked(writer))),
        }
    }

    /// Decides something about two records, and tells what changed.
    fn decide<'py>(
        &self,
        py: Python<'py>,
        names: [&str; 2],
        now: Option<Moment>,
        decide: impl Fn(&twin_core::Twin, RecordKey, RecordKey, Timestamp) -> Result<Changes> + Sync,
    ) -> PyResult<Bound<'py, PyAny>> {
        let twin = self.writing(py)?;
        let decided = || decide(&twin, twin.record(names[0])?, twin.record(names[1])?, or_now(now));
        let changes = py.detach(decided).or_raise(py)?;
        plain::loads(py, &changes_json(&changes))
    }
}

fn forked(writer: u32) -> Error {
    let message = format!(
        "the store was opened for writing by process {writer}, and this one was forked from it: read only here"
    );
    Error::new(ErrorKind::Busy, message)
}

/// Opens the twin at a path, or makes one. With `read_only` it reads beside a writer in another process, and `refresh` shows what that wrote since.
///
/// >>> import tempfile, pathlib
/// >>> with tempfile.TemporaryDirectory() as folder:
/// ...     with twin.open(pathlib.Path(folder) / "estate.twin") as kept:
/// ...         kept.revision
/// 0
#[pyfunction]
#[pyo3(signature = (path, *, read_only=false))]
pub fn open(py: Python<'_>, path: PathBuf, read_only: bool) -> PyResult<Twin> {
    let opened = py.detach(|| match read_only {
        true => twin_core::Twin::open_read_only(&path),
        false => twin_core::Twin::open(&path),
    });
    Ok(Twin::new(opened.or_raise(py)?, Some(path), (!read_only).then(process::id)))
}

/// A twin that forgets when it is closed.
///
/// >>> twin.in_memory().snapshot().size
/// 0
#[pyfunction]
pub fn in_memory() -> Twin {
    Twin::new(twin_core::Twin::in_memory(), None, None)
}

/// How many twins, snapshots, scenarios, answers and resolutions this process holds.
///
/// >>> before = twin.live_handles()
/// >>> held = now.owners("payments")
/// >>> twin.live_handles() - before
/// 1
#[pyfunction]
pub fn live_handles() -> usize {
    twin_core::base::live_handles()
}

#[pymethods]
impl Twin {
    /// Reads a folder: every file that any decoder recognises.
    ///
    /// `name` is the source's name, `skip` the names of folders that are not entered, `now` an aware datetime, `deadline` a number of
    /// seconds or a timedelta. `progress(phase, done, total)` is called now and then. Ctrl-C stops the work, and the store stays whole.
    ///
    /// >>> import tempfile
    /// >>> with tempfile.TemporaryDirectory() as folder, twin.in_memory() as t:
    /// ...     t.scan(folder, name="nothing", now="2026-11-24T09:00:00Z")
    /// <twin.ScanReceipt 0 applied, 0 duplicate, 0 late, 0 rejected, revision 0; 0 files>
    #[pyo3(signature = (path, *, name=None, skip=None, now=None, progress=None, deadline=None))]
    #[allow(clippy::too_many_arguments)] // As many as the surface has.
    fn scan<'py>(
        &self,
        py: Python<'py>,
        path: PathBuf,
        name: Option<String>,
        skip: Option<Vec<String>>,
        now: Option<Moment>,
        progress: Option<Py<PyAny>>,
        deadline: Option<Within>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let twin = self.writing(py)?;
        let given = ScanOptions { name, ..ScanOptions::default() };
        let given = ScanOptions { skip: skip.unwrap_or_else(|| given.skip.clone()), ..given };
        let read = Terms::new(now, progress, deadline)
            .wait(py, move |context, _| scan_into(&twin, path, &ScanOptions { context: context.clone(), ..given }));
        let (receipt, report) = read?;
        plain::call(py, "scan_receipt", (scan_json(&receipt, &report),))
    }

    /// Reads a source of the host's own to its end, from where it last stopped. What the source raises comes back as it is.
    ///
    /// >>> class Sheet(twin.Source):
    /// ...     capability = twin.Capability(reads=["Component", "ownedBy"])
    /// ...     def read(self, cursor, context):
    /// ...         batch = twin.Batch.full(scope="sheet.csv")
    /// ...         batch.component(key="pay", name="payments", at="sheet.csv:2").owned_by(team="billing")
    /// ...         return twin.Page(batch)
    /// >>> twin.in_memory().sync(Sheet())
    /// <twin.Receipt 1 applied, 0 duplicate, 0 late, 0 rejected, revision 1>
    #[pyo3(signature = (source, *, name=None, now=None, progress=None, deadline=None))]
    fn sync<'py>(
        &self,
        py: Python<'py>,
        source: Bound<'py, PyAny>,
        name: Option<String>,
        now: Option<Moment>,
        progress: Option<Py<PyAny>>,
        deadline: Option<Within>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let twin = self.writing(py)?;
        let name = SourceId(name.map_or_else(|| plain::call(py, "name_of", (&source,))?.extract(), Ok)?);
        let source = source.unbind();
        let receipt = Terms::new(now, progress, deadline).wait(py, move |context, caller| {
            twin.sync(&name, &mut HostSource::new(caller, source, &name, twin.schema())?, context)
        });
        plain::call(py, "receipt", (receipt?.to_json(),))
    }

    /// Takes pages of a source that the host has at hand.
    ///
    /// >>> batch = twin.Batch.full(scope="sheet.csv")
    /// >>> _ = batch.component(key="pay", name="payments")
    /// >>> reads = twin.Capability(reads=["Component"])
    /// >>> twin.in_memory().apply([twin.Page(batch)], source="sheet", capability=reads).applied
    /// 1
    #[pyo3(signature = (pages, *, source, capability, now=None))]
    fn apply<'py>(
        &self,
        py: Python<'py>,
        pages: &Bound<'py, PyAny>,
        source: String,
        capability: &Bound<'py, PyAny>,
        now: Option<Moment>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let twin = self.writing(py)?;
        let work = |batches, context: &Context| twin.apply_within(batches, context);
        let receipt = with_pages(&twin, pages, SourceId(source), capability, now, work)?;
        plain::call(py, "receipt", (receipt.to_json(),))
    }

    /// What taking pages would do to identity: what is created, attached, merged and split. Nothing is written.
    ///
    /// >>> batch = twin.Batch.full(scope="sheet.csv")
    /// >>> _ = batch.component(key="pay", name="payments")
    /// >>> reads = twin.Capability(reads=["Component"])
    /// >>> plan = twin.in_memory().plan_identity([twin.Page(batch)], source="sheet", capability=reads)
    /// >>> [change["change"] for change in plan["changes"]]
    /// ['created']
    #[pyo3(signature = (pages, *, source, capability, now=None))]
    fn plan_identity<'py>(
        &self,
        py: Python<'py>,
        pages: &Bound<'py, PyAny>,
        source: String,
        capability: &Bound<'py, PyAny>,
        now: Option<Moment>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let twin = self.reading(py)?;
        let work = |batches, context: &Context| twin.plan_identity(batches, context);
        let plan = with_pages(&twin, pages, SourceId(source), capability, now, work)?;
        plain::loads(py, &plan.to_json())
    }

    /// An immutable view of what holds now, or at another time (`valid`), or by what was known then (`known`).
    ///
    /// >>> t.snapshot(now="2026-11-24T09:00:00Z", valid="2026-11-01").size
    /// 0
    #[pyo3(signature = (*, now=None, valid=None, known=None))]
    fn snapshot(
        &self,
        py: Python<'_>,
        now: Option<Moment>,
        valid: Option<Moment>,
        known: Option<Moment>,
    ) -> PyResult<Snapshot> {
        let twin = self.reading(py)?;
        let at = At::now(or_now(now));
        let at = valid.map_or(at, |valid| at.valid(valid.0));
        let at = known.map_or(at, |known| at.known(known.0));
        Ok(Snapshot::new(py.detach(|| twin.as_of(at)).or_raise(py)?))
    }

    /// Decides that two records are of one entity, and tells what changed.
    ///
    /// >>> changes = t.pin("Component:pay", "Component:shop")
    /// >>> t.snapshot().size
    /// 3
    #[pyo3(signature = (a, b, *, now=None))]
    fn pin<'py>(&self, py: Python<'py>, a: &str, b: &str, now: Option<Moment>) -> PyResult<Bound<'py, PyAny>> {
        self.decide(py, [a, b], now, |twin, a, b, now| twin.pin(&a, &b, now))
    }

    /// Decides that two records are of two entities, and tells what changed.
    ///
    /// >>> t.split("Component:pay", "Component:shop")
    /// []
    #[pyo3(signature = (a, b, *, now=None))]
    fn split<'py>(&self, py: Python<'py>, a: &str, b: &str, now: Option<Moment>) -> PyResult<Bound<'py, PyAny>> {
        self.decide(py, [a, b], now, |twin, a, b, now| twin.split(&a, &b, now))
    }

    /// Takes back what was decided on two records, and tells what changed.
    ///
    /// >>> _ = t.pin("Component:pay", "Component:shop")
    /// >>> _ = t.unpin("Component:pay", "Component:shop")
    /// >>> t.snapshot().size
    /// 4
    #[pyo3(signature = (a, b, *, now=None))]
    fn unpin<'py>(&self, py: Python<'py>, a: &str, b: &str, now: Option<Moment>) -> PyResult<Bound<'py, PyAny>> {
        self.decide(py, [a, b], now, |twin, a, b, now| twin.decide(HumanDecision::Unpin { a, b }, now))
    }

    /// Decides what the entity of a record is called, and tells what changed.
    ///
    /// >>> _ = t.rename("Component:pay", "payment service")
    /// >>> t.snapshot().find("payment service")["name"]
    /// 'payment service'
    #[pyo3(signature = (record, name, *, now=None))]
    fn rename<'py>(
        &self,
        py: Python<'py>,
        record: &str,
        name: String,
        now: Option<Moment>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.decide(py, [record, record], now, |twin, record, _, now| {
            twin.decide(HumanDecision::Name { record, name: name.clone() }, now)
        })
    }

    /// Where a source goes on, if it said so.
    ///
    /// >>> t.cursor("systems") is None
    /// True
    fn cursor(&self, py: Python<'_>, source: String) -> PyResult<Option<String>> {
        let (twin, root) = (self.reading(py)?, Scope::new(&SourceId(source), ""));
        Ok(py.detach(|| twin.cursor(&root)).filter(|cursor| !cursor.is_empty()))
    }

    /// Shows what another process wrote since, and gives the revision.
    ///
    /// >>> t.refresh() == t.revision
    /// True
    fn refresh(&self, py: Python<'_>) -> PyResult<u64> {
        let twin = self.reading(py)?;
        py.detach(|| twin.refresh()).or_raise(py)
    }

    /// Holds a scenario against its base, and keeps what that says as a prediction, which never changes. Keeping the same again gives the one that
    /// is kept. It takes what `Scenario.compare` takes.
    ///
    /// >>> plan = t.snapshot().scenario("busy", [twin.change.scale_load(2)])
    /// >>> t.keep(plan)["content"]["name"]
    /// 'busy'
    #[pyo3(signature = (scenario, *, traces=None, policies=None, availability=None, data_classes=None, data_policies=None, seed=0, now=None, progress=None, deadline=None))]
    #[allow(clippy::too_many_arguments)] // As many as the surface has.
    fn keep<'py>(
        &self,
        py: Python<'py>,
        scenario: &Scenario,
        traces: Option<&Bound<'py, PyAny>>,
        policies: Option<&Bound<'py, PyAny>>,
        availability: Option<&Bound<'py, PyAny>>,
        data_classes: Option<&Bound<'py, PyAny>>,
        data_policies: Option<&Bound<'py, PyAny>>,
        seed: u64,
        now: Option<Moment>,
        progress: Option<Py<PyAny>>,
        deadline: Option<Within>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (twin, scenario) = (self.writing(py)?, scenario.scenario().clone());
        let given = (traces, policies, availability, data_classes, data_policies, seed, py.None());
        let options = plain::comparing(py, given)?;
        let terms = Terms::new(now, progress, deadline);
        let kept = terms.wait(py, move |context, _| keep(&twin, &scenario, options, context))?;
        plain::loads(py, &canonical(&serde_json::to_value(kept).unwrap_or_default()))
    }

    /// The predictions that were kept, with how far their changes have been made.
    ///
    /// >>> len(t.predictions(now="2020-01-01"))
    /// 0
    #[pyo3(signature = (*, now=None))]
    fn predictions(&self, py: Python<'_>, now: Option<Moment>) -> PyResult<Answer> {
        let twin = self.reading(py)?;
        let terms = Terms::new(now, None, None);
        let answer = terms.wait(py, move |context, _| twin.predictions(At::now(context.now), context))?;
        Ok(Answer::new(answer.into()))
    }

    /// Holds predictions whose changes were made against what came: one of them, or all. `reality` is what was measured, and which changes were
    /// made where no snapshot shows it: `{"measured": [{"dimension": "latency_p95", "detail": "web.home", "value": 41.5}]}`.
    ///
    /// >>> t.score({"measured": []}, now="2020-01-01").value["simulators"]
    /// []
    #[pyo3(signature = (reality, *, prediction=None, now=None, progress=None, deadline=None))]
    fn score(
        &self,
        py: Python<'_>,
        reality: &Bound<'_, PyAny>,
        prediction: Option<String>,
        now: Option<Moment>,
        progress: Option<Py<PyAny>>,
        deadline: Option<Within>,
    ) -> PyResult<Answer> {
        let twin = self.reading(py)?;
        let reality = Reality::from_json(&plain::dumps(reality)?).or_raise(py)?;
        let terms = Terms::new(now, progress, deadline);
        let answer = terms.wait(py, move |context, _| twin.score(prediction.as_deref(), &reality, context))?;
        Ok(Answer::new(answer.into()))
    }

    /// Predicts the twin's own past from what was known then, and lists hits, misses and false alarms. `incidents` are those that the host knows:
    /// `[{"at": "2026-11-01T09:00:00Z", "failed": ["db"], "affected": ["web"]}]`.
    ///
    /// >>> t.backtest().question["kind"]
    /// 'backtest'
    #[pyo3(signature = (*, since=None, until=None, incidents=None, most=None, now=None, progress=None, deadline=None))]
    #[allow(clippy::too_many_arguments)] // As many as the surface has.
    fn backtest(
        &self,
        py: Python<'_>,
        since: Option<Moment>,
        until: Option<Moment>,
        incidents: Option<&Bound<'_, PyAny>>,
        most: Option<usize>,
        now: Option<Moment>,
        progress: Option<Py<PyAny>>,
        deadline: Option<Within>,
    ) -> PyResult<Answer> {
        let twin = self.reading(py)?;
        let (since, until) = (since.map(|since| since.0), until.map(|until| until.0));
        let draft = BacktestDraft { since, until, incidents: plain::said(incidents, "incidents")?, most };
        let terms = Terms::new(now, progress, deadline);
        let answer = terms.wait(py, move |context, _| twin.backtest(&draft, context))?;
        Ok(Answer::new(answer.into()))
    }

    /// What was said of an entity over time: since when, until when, by whom and why, and when it was not there. The entity is named by an id of
    /// today or of before, or by a record key, also of a record that is gone.
    ///
    /// >>> [spell["since"] for spell in t.history("Component:web")["spells"]]
    /// ['2026-11-24T09:00:00Z']
    fn history<'py>(&self, py: Python<'py>, entity: &str) -> PyResult<Bound<'py, PyAny>> {
        let twin = self.reading(py)?;
        let history = py.detach(|| twin.history(entity).map(|history| history.to_json())).or_raise(py)?;
        plain::loads(py, &history)
    }

    /// A page of what changed since somebody last asked; without a cursor, of everything that there is. `most` is how many changes it has at
    /// most. The page's `cursor` says where to go on, in any process and after reopening, and `more` whether there is more already.
    ///
    /// >>> page = t.changes_since(most=3)
    /// >>> len(page["changes"]), page["more"]
    /// (3, True)
    /// >>> t.changes_since(page["cursor"])["more"]
    /// False
    #[pyo3(signature = (cursor=None, *, most=None))]
    fn changes_since<'py>(
        &self,
        py: Python<'py>,
        cursor: Option<String>,
        most: Option<usize>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let twin = self.reading(py)?;
        let most = most.unwrap_or(ChangesSince::PAGE);
        let page = py.detach(|| twin.changes_since(cursor.as_deref(), most).map(|page| page.to_json()));
        plain::loads(py, &page.or_raise(py)?)
    }

    /// Reads and verifies everything that is in the store, and tells how much that was.
    ///
    /// >>> import tempfile, pathlib
    /// >>> with tempfile.TemporaryDirectory() as folder, twin.open(pathlib.Path(folder) / "estate.twin") as kept:
    /// ...     kept.verify()["commits"]
    /// 0
    fn verify<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let twin = self.writing(py)?;
        let verified = py.detach(|| twin.verify()).or_raise(py)?;
        plain::loads(py, &verified.to_json())
    }

    /// Writes what the store holds now into a new file, which opens as a twin of its own.
    ///
    /// >>> import tempfile, pathlib
    /// >>> with tempfile.TemporaryDirectory() as folder, twin.open(pathlib.Path(folder) / "estate.twin") as kept:
    /// ...     kept.backup(pathlib.Path(folder) / "copy.twin")
    /// ...     twin.open(pathlib.Path(folder) / "copy.twin", read_only=True).revision
    /// 0
    fn backup(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        let twin = self.writing(py)?;
        py.detach(|| twin.backup(path)).or_raise(py)
    }

    /// Writes everything that the store holds into a new file, as lines of JSON.
    ///
    /// >>> import tempfile, pathlib
    /// >>> with tempfile.TemporaryDirectory() as folder, twin.open(pathlib.Path(folder) / "estate.twin") as kept:
    /// ...     kept.export_to(pathlib.Path(folder) / "estate.jsonl")
    /// ...     (pathlib.Path(folder) / "estate.jsonl").read_text()[:18]
    /// '{"twin_export":1,"'
    fn export_to(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        let twin = self.writing(py)?;
        py.detach(|| twin.export_to(path)).or_raise(py)
    }

    /// Takes what another twin has exported, with its ids and its times, and tells the lines that could not be taken. Only a twin that knows
    /// nothing yet takes an export.
    ///
    /// >>> t.import_from("estate.jsonl")
    /// Traceback (most recent call last):
    /// twin.errors.IoError: file estate.jsonl: No such file or directory (os error 2)
    fn import_from<'py>(&self, py: Python<'py>, path: PathBuf) -> PyResult<Bound<'py, PyAny>> {
        let twin = self.writing(py)?;
        let diagnostics = py.detach(|| twin.import_from(path)).or_raise(py)?;
        plain::loads(py, &diagnostics_json(&diagnostics))
    }

    /// Forgets what was known before `since` and holds no longer then, and tells how many commits were put together. Answers about `since` and
    /// later stay as they were.
    ///
    /// >>> import tempfile, pathlib
    /// >>> with tempfile.TemporaryDirectory() as folder, twin.open(pathlib.Path(folder) / "estate.twin") as kept:
    /// ...     kept.retain("2026-11-01")
    /// 0
    fn retain(&self, py: Python<'_>, since: Moment) -> PyResult<u64> {
        let twin = self.writing(py)?;
        py.detach(|| twin.retain(since.0)).or_raise(py)
    }

    /// Takes a record's attributes, labels and names, and what stood in its sources, out of everything that was ever known, and counts them.
    /// Its key and its relations stay, and what a source still tells comes back with its next reading.
    ///
    /// >>> t.redact("Component:pay")["names"]
    /// 1
    /// >>> t.snapshot().find("pay")["name"]
    /// 'pay'
    fn redact<'py>(&self, py: Python<'py>, record: &str) -> PyResult<Bound<'py, PyAny>> {
        let twin = self.writing(py)?;
        let redaction = py.detach(|| twin.redact(&twin.record(record)?)).or_raise(py)?;
        plain::loads(py, &redaction.to_json())
    }

    /// Holds a source of the host's own against what every source must keep to. `make_source` makes one that has read nothing yet.
    ///
    /// >>> class Empty(twin.Source):
    /// ...     capability = twin.Capability(reads=["Component"])
    /// ...     def read(self, cursor, context):
    /// ...         return twin.Page(twin.Batch.full())
    /// >>> all(check["passed"] for check in t.check_source(Empty))
    /// True
    #[pyo3(signature = (make_source, *, now=None))]
    fn check_source<'py>(
        &self,
        py: Python<'py>,
        make_source: Py<PyAny>,
        now: Option<Moment>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (twin, make_source) = (self.reading(py)?, Arc::new(make_source));
        let checks = Terms::new(now, None, None).wait(py, move |context, caller| {
            let mut make = || {
                let make_source = make_source.clone();
                let source = caller.run(move |py| make_source.call0(py))?;
                let source = HostSource::new(caller, source, &SourceId("checked".to_owned()), twin.schema())?;
                Ok(Box::new(source) as Box<dyn Source>)
            };
            twin_core::check_source(&mut make, twin.schema(), context.now)
        });
        plain::loads(py, &serde_json::to_string(&checks?).unwrap_or_default())
    }

    /// Counts the commits that changed facts, their evidence, or identity.
    ///
    /// >>> t.revision
    /// 1
    #[getter]
    fn revision(&self, py: Python<'_>) -> PyResult<u64> {
        let twin = self.reading(py)?;
        Ok(py.detach(|| twin.revision()))
    }

    /// Closes the store. Snapshots that were taken stay. Closing twice is no error.
    ///
    /// >>> held = t.snapshot()
    /// >>> t.close()
    /// >>> held.size
    /// 4
    fn close(&self, py: Python<'_>) {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner).take();
        py.detach(|| drop(open));
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, pyo3::types::PyTuple>) {
        self.close(py);
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        let place = self.store.as_ref().map_or_else(|| "in memory".to_owned(), |path| path.display().to_string());
        match self.revision(py) {
            Ok(revision) => format!("<twin.Twin {place}, revision {revision}>"),
            Err(_) => format!("<twin.Twin {place}, closed>"),
        }
    }
}

/// Reads pages of a source, and does something with them away from the interpreter's lock.
fn with_pages<T: Send>(
    twin: &twin_core::Twin,
    pages: &Bound<'_, PyAny>,
    source: SourceId,
    capability: &Bound<'_, PyAny>,
    now: Option<Moment>,
    work: impl FnOnce(Vec<Batch>, &Context) -> Result<T> + Send,
) -> PyResult<T> {
    let py = pages.py();
    let pages: Vec<String> = plain::call(py, "pages", (pages,))?.extract()?;
    let capability = CapabilityDraft::from_json(&plain::dumps(capability)?).or_raise(py)?;
    Terms::new(now, None, None).wait(py, move |context, _| work(batches(twin, &source, &capability, &pages)?, context))
}

fn batches(
    twin: &twin_core::Twin,
    source: &SourceId,
    capability: &CapabilityDraft,
    pages: &[String],
) -> Result<Vec<Batch>> {
    let capability = capability.capability(&source.0, twin.schema())?;
    let page = |text: &String| Ok(PageDraft::from_json(text)?.page(source, &capability, twin.schema()).batch);
    pages.iter().map(page).collect()
}
