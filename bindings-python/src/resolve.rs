//! A table of the user's own, and which of its records are one thing.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use arrow_array::RecordBatch;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyCapsule;
use serde::Serialize;
use serde_json::Value;
use twin_core::answer::{self, canonical};
use twin_core::base::{Handle, Result};
use twin_core::identity::resolve::{Resolution as Resolved, TableDraft, TableRows};
use twin_core::wire::resolution_html;

use crate::errors::OrRaise;
use crate::moments::Within;
use crate::work::{Caller, Terms};
use crate::{frame, plain};

/// Resolves a table of one's own: which of its records are one thing.
///
/// `table` is a frame of pandas, polars or pyarrow, anything else with Arrow's interface, columns by name, or an iterable of dictionaries. `id`,
/// `name`, `system` and `kind` name the columns that say what a record is; every other column is a field of it, lists and structs with all that is
/// in them. Numbers and booleans are taken as their text; what is missing is not said. `threshold` is `balanced`, or `cautious` where a wrong merge
/// costs more than a missed one. `pins` are pairs of ids that are one thing, `splits` pairs that are two.
///
/// `progress(phase, done, total)` is called now and then, `deadline` is a number of seconds or a timedelta, and Ctrl-C stops the work.
///
/// >>> resolution = twin.resolve([
/// ...     {"id": 1, "system": "git", "kind": "repository", "name": "acme/invoice"},
/// ...     {"id": 2, "system": "k8s", "kind": "Deployment", "name": "invoice"},
/// ...     {"id": 3, "system": "k8s", "kind": "Deployment", "name": "invoice-worker"},
/// ... ], system="system", kind="kind")
/// >>> resolution.things()
/// [['1', '2'], ['3']]
#[pyfunction]
#[pyo3(signature = (table, *, id="id", name="name", system=None, kind=None, threshold="balanced", pins=None, splits=None, progress=None, deadline=None))]
#[allow(clippy::too_many_arguments)] // As many as the surface has.
pub fn resolve(
    py: Python<'_>,
    table: &Bound<'_, PyAny>,
    id: &str,
    name: &str,
    system: Option<&str>,
    kind: Option<&str>,
    threshold: &str,
    pins: Option<&Bound<'_, PyAny>>,
    splits: Option<&Bound<'_, PyAny>>,
    progress: Option<Py<PyAny>>,
    deadline: Option<Within>,
) -> PyResult<Resolution> {
    let options = plain::call(py, "resolving", (id, name, system, kind, threshold, pins, splits))?;
    let options: String = options.extract()?;
    let pages = Arc::new(plain::call(py, "table_pages", (table,))?.unbind());
    let resolved = Terms::new(None, progress, deadline).wait(py, move |context, caller| {
        let mut rows = TableRows::new(TableDraft::from_json(&options)?)?;
        while let Some(page) = next(caller, &pages)? {
            rows.take(&page, context)?;
        }
        rows.resolve(context)
    });
    Ok(Resolution::new(resolved?))
}

/// The next page of rows, which Python makes on the caller's thread.
fn next(caller: &Caller, pages: &Arc<Py<PyAny>>) -> Result<Option<String>> {
    let pages = pages.clone();
    caller.run(move |py| plain::call(py, "next_page", (pages.bind(py),))?.extract())
}

/// The records of a table with the things that they are. Records are named by their ids, each as text.
///
/// >>> resolution
/// <twin.Resolution of 4 records, 3 things>
#[pyclass(frozen, module = "twin")]
pub struct Resolution {
    resolution: Resolved,
    clusters: PyOnceLock<Py<Table>>,
    _handle: Handle,
}

impl Resolution {
    fn new(resolution: Resolved) -> Self {
        Resolution { resolution, clusters: PyOnceLock::new(), _handle: Handle::new() }
    }

    /// What the core says, found without the interpreter's lock.
    fn told<'py, T: Serialize>(
        &self,
        py: Python<'py>,
        tell: impl FnOnce(&Resolved) -> Result<T> + Send,
    ) -> PyResult<Bound<'py, PyAny>> {
        let text = py.detach(|| tell(&self.resolution).map(|told| json(&told))).or_raise(py)?;
        plain::loads(py, &text)
    }
}

fn json<T: Serialize>(value: &T) -> String {
    canonical(&serde_json::to_value(value).unwrap_or_default())
}

#[pymethods]
impl Resolution {
    /// How many records were resolved.
    ///
    /// >>> resolution.size == len(resolution) == 4
    /// True
    #[getter]
    fn size(&self) -> usize {
        self.resolution.len()
    }

    /// The `id` of each record and the least id of its `cluster`, in the order of the table.
    ///
    /// >>> resolution.clusters.to_pydict()["cluster"]
    /// ['a', 'a', 'c', 'd']
    #[getter]
    fn clusters<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        let made = || Py::new(py, Table::new(py.detach(|| self.resolution.table()).or_raise(py)?));
        self.clusters.get_or_try_init(py, made).map(|table| table.bind(py).clone())
    }

    /// The things: the ids of the records of each.
    ///
    /// >>> resolution.things()
    /// [['a', 'b'], ['c'], ['d']]
    fn things<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.told(py, |resolution| Ok(resolution.things().into_iter().map(owned).collect::<Vec<Vec<String>>>()))
    }

    /// What speaks for and against two records being one thing, as a waterfall from how rare a match is: each weight in bits with the field, the
    /// technique and the value. They sum exactly to the score.
    ///
    /// >>> why = resolution.explain("a", "b")
    /// >>> sum(step["weight"] for step in why["weights"]) == why["score"]
    /// True
    /// >>> why["weights"][1]["technique"], why["weights"][1]["value"]
    /// ('same-name', 'invoice')
    fn explain<'py>(&self, py: Python<'py>, a: &str, b: &str) -> PyResult<Bound<'py, PyAny>> {
        self.told(py, |resolution| resolution.explain(a, b))
    }

    /// How likely two records are one thing, by what speaks for and against them alone.
    ///
    /// >>> resolution.probability("a", "b") > 0.5 > resolution.probability("a", "d")
    /// True
    fn probability(&self, py: Python<'_>, a: &str, b: &str) -> PyResult<f64> {
        py.detach(|| self.resolution.probability(a, b)).or_raise(py)
    }

    /// Why two records are two things: `too_little` speaks for it, a person's `split`, two that stand `side_by_side` in one system, or a `rival` that is
    /// nearly as near. `together`, if they are one.
    ///
    /// >>> resolution.why_not("a", "d")["kind"]
    /// 'too_little'
    fn why_not<'py>(&self, py: Python<'py>, a: &str, b: &str) -> PyResult<Bound<'py, PyAny>> {
        self.told(py, |resolution| resolution.why_not(a, b))
    }

    /// The pairs of which a person's decision would tell most, the first first: hand them back as `pins` or `splits`.
    ///
    /// >>> resolution.review(limit=10)
    /// []
    #[pyo3(signature = (limit=20))]
    fn review<'py>(&self, py: Python<'py>, limit: usize) -> PyResult<Bound<'py, PyAny>> {
        self.told(py, |resolution| Ok(resolution.review(limit)))
    }

    /// What was kept apart for its role, with what it belongs to: workers, stores and variants.
    ///
    /// >>> resolution.related()
    /// [{'from': 'c', 'relation': 'workerOf', 'to': 'a'}]
    fn related<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.told(py, |resolution| Ok(resolution.related()))
    }

    /// Pins and splits of records that the table does not have.
    ///
    /// >>> resolution.ignored
    /// []
    #[getter]
    fn ignored(&self) -> Vec<(String, String)> {
        self.resolution.ignored().to_vec()
    }

    /// The things and what to review as a fragment for a notebook or a portal.
    ///
    /// >>> resolution.to_html().startswith('<div class="twin-answer">')
    /// True
    fn to_html(&self, py: Python<'_>) -> String {
        py.detach(|| resolution_html(&self.resolution))
    }

    fn _repr_html_(&self, py: Python<'_>) -> String {
        self.to_html(py)
    }

    fn __len__(&self) -> usize {
        self.resolution.len()
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        let things = py.detach(|| self.resolution.things().len());
        format!("<twin.Resolution of {} records, {things} things>", self.resolution.len())
    }
}

fn owned(ids: Vec<&str>) -> Vec<String> {
    ids.into_iter().map(str::to_owned).collect()
}

/// Columns, as Arrow has them: `polars.DataFrame(table)`, `pyarrow.table(table)`, `duckdb.sql("select * from table")`.
///
/// >>> resolution.clusters
/// <twin.Table of 4 rows: id, cluster>
#[pyclass(frozen, module = "twin")]
pub struct Table {
    table: answer::Table,
    batch: OnceLock<RecordBatch>,
}

impl Table {
    fn new(table: answer::Table) -> Self {
        Table { table, batch: OnceLock::new() }
    }

    fn batch(&self, py: Python<'_>) -> PyResult<RecordBatch> {
        if let Some(batch) = self.batch.get() {
            return Ok(batch.clone());
        }
        let made = py.detach(|| frame::record_batch(self.table.clone())).or_raise(py)?;
        Ok(self.batch.get_or_init(|| made).clone())
    }
}

/// The columns in JSON, by name.
fn columns(table: &answer::Table) -> BTreeMap<&str, Vec<Value>> {
    let values = |column: &answer::TableColumn| (0..table.rows).map(|row| column.value(row)).collect();
    table.columns.iter().map(|column| (column.name.as_str(), values(column))).collect()
}

#[pymethods]
impl Table {
    /// The columns as lists, by name.
    ///
    /// >>> resolution.clusters.to_pydict()
    /// {'cluster': ['a', 'a', 'c', 'd'], 'id': ['a', 'b', 'c', 'd']}
    fn to_pydict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain::loads(py, &py.detach(|| json(&columns(&self.table))))
    }

    /// The rows as a frame of pandas, 2 or 3. It goes through pyarrow.
    ///
    /// >>> resolution.clusters.to_pandas()["cluster"].tolist()
    /// ['a', 'a', 'c', 'd']
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        plain::call(slf.py(), "to_pandas", (slf,))
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        frame::schema_capsule(py, &self.batch(py)?)
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // Whoever asks for other types gets these and casts them: the interface allows it.
        drop(requested_schema);
        frame::stream_capsule(py, &self.batch(py)?)
    }

    fn __len__(&self) -> usize {
        self.table.rows
    }

    fn __repr__(&self) -> String {
        let names: Vec<&str> = self.table.columns.iter().map(|column| column.name.as_str()).collect();
        format!("<twin.Table of {} rows: {}>", self.table.rows, names.join(", "))
    }
}
