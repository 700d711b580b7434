//! An answer: it parses nothing until it is asked, and keeps what it parsed.

use std::sync::OnceLock;

use arrow_array::RecordBatch;
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyCapsule, PyList};
use twin_core::answer::{Reply, canonical};
use twin_core::base::Handle;
use twin_core::simulate::{ModelDraft, ObjectiveDraft, trade_off_of_answers};
use twin_core::wire::{Axes, answer_html, answer_svg, answer_vega_lite};

use crate::errors::{OrRaise, invalid};
use crate::{frame, moments, plain};

/// An answer: a value with everything that says how far it can be trusted, and a sequence of rows.
///
/// It reads as a sequence of dictionaries, and as an Arrow table wherever one is taken: `polars.DataFrame(answer)`,
/// `pyarrow.table(answer)`, `duckdb.sql("select * from answer")`, `pandas.DataFrame.from_arrow(answer)`. Each row's numbers under
/// `evidence` count the answer's evidence; `answer.evidence(0)` looks it up. It can be pickled and copied, and needs no twin then.
///
/// >>> answer = now.owners("payments")
/// >>> [row["owner"]["name"] for row in answer]
/// ['billing']
#[pyclass(frozen, module = "twin")]
pub struct Answer {
    reply: Reply,
    envelope: PyOnceLock<Py<PyAny>>,
    value: PyOnceLock<Py<PyAny>>,
    rows: PyOnceLock<Py<PyList>>,
    frame: OnceLock<RecordBatch>,
    _handle: Handle,
}

impl Answer {
    pub fn new(reply: Reply) -> Self {
        let (envelope, value, rows) = (PyOnceLock::new(), PyOnceLock::new(), PyOnceLock::new());
        Answer { reply, envelope, value, rows, frame: OnceLock::new(), _handle: Handle::new() }
    }

    fn field<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        let parse = || plain::loads(py, &py.detach(|| self.reply.envelope_json())).map(Bound::unbind);
        self.envelope.get_or_try_init(py, parse)?.bind(py).get_item(name)
    }

    fn rows<'py>(&self, py: Python<'py>) -> PyResult<&Bound<'py, PyList>> {
        let parse =
            || Ok(page(py, &self.reply, 0, self.reply.len())?.get_item("rows")?.cast_into::<PyList>()?.unbind());
        self.rows.get_or_try_init(py, parse).map(|rows| rows.bind(py))
    }

    fn frame(&self, py: Python<'_>) -> PyResult<&RecordBatch> {
        if self.frame.get().is_none() {
            let made = py.detach(|| self.reply.table().and_then(frame::record_batch)).or_raise(py)?;
            return Ok(self.frame.get_or_init(|| made));
        }
        self.frame.get().ok_or_else(|| invalid(py, "the answer is no table"))
    }

    /// The place of a row as Python counts them: from the end, if below zero.
    fn place(&self, row: isize) -> PyResult<usize> {
        let len = self.reply.len();
        let place = if row < 0 { row.checked_add_unsigned(len) } else { Some(row) };
        let place = place.and_then(|place| usize::try_from(place).ok()).filter(|place| *place < len);
        place.ok_or_else(|| PyIndexError::new_err(format!("row {row} of {len}")))
    }
}

/// Some rows and the evidence that they cite.
fn page<'py>(py: Python<'py>, reply: &Reply, from: usize, to: usize) -> PyResult<Bound<'py, PyAny>> {
    plain::loads(py, &py.detach(|| reply.rows_json(from..to)))
}

#[pymethods]
impl Answer {
    /// The question, as it was understood.
    ///
    /// >>> now.owners("payments").question["kind"]
    /// 'owners'
    #[getter]
    fn question<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "question")
    }

    /// Whether the answer is whole: `complete`, `partial` with what is missing, or `unknown` with what to add.
    ///
    /// >>> now.owners("payments").status
    /// {'kind': 'complete'}
    #[getter]
    fn status<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "status")
    }

    /// The value, parsed when it is first read.
    ///
    /// >>> now.find_all("payments").value[0]["name"]
    /// 'payments'
    #[getter]
    fn value<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let parse = || Ok::<_, PyErr>(plain::loads(py, &self.to_json(py))?.get_item("value")?.unbind());
        self.value.get_or_try_init(py, parse).map(|value| value.bind(py).clone())
    }

    /// One line, where the question is one of yes and no.
    ///
    /// >>> now.why_not("payments", "checkout").verdict is None
    /// False
    #[getter]
    fn verdict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "verdict")
    }

    /// Where the value lies, if it is a number that is not known exactly.
    ///
    /// >>> now.owners("payments").interval is None
    /// True
    #[getter]
    fn interval<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "interval")
    }

    /// The sides from which the facts behind the value are known.
    ///
    /// >>> now.owners("payments").basis
    /// ['declared']
    #[getter]
    fn basis<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "basis")
    }

    /// How it was computed.
    ///
    /// >>> len(now.owners("payments").method) > 0
    /// True
    #[getter]
    fn method<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "method")
    }

    /// What was taken for granted.
    ///
    /// >>> isinstance(now.blast_radius("payments").assumptions, list)
    /// True
    #[getter]
    fn assumptions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "assumptions")
    }

    /// The sorts of sources that bear on the question and were read.
    ///
    /// >>> now.owners("payments").inputs
    /// ['systems']
    #[getter]
    fn inputs<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "inputs")
    }

    /// How old the sources are.
    ///
    /// >>> now.owners("payments").freshness[0]["met"]
    /// True
    #[getter]
    fn freshness<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "freshness")
    }

    /// What nobody here can see.
    ///
    /// >>> now.owners("payments").blind_spots
    /// ['systems cannot see owners that nobody wrote down']
    #[getter]
    fn blind_spots<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "blind_spots")
    }

    /// The seed, where chance was used.
    ///
    /// >>> now.owners("payments").seed is None
    /// True
    #[getter]
    fn seed<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "seed")
    }

    /// The twin's revision.
    ///
    /// >>> now.owners("payments").revision == now.revision
    /// True
    #[getter]
    fn revision<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "revision")
    }

    /// The times that the answer is about, each a datetime in UTC.
    ///
    /// >>> now.owners("payments").as_of.valid.isoformat()
    /// '2026-11-24T09:00:00+00:00'
    #[getter]
    fn as_of<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let times = self.field(py, "as_of")?;
        let at = |name| Ok::<i64, PyErr>(times.get_item(name)?.extract::<moments::Moment>()?.0.as_micros());
        plain::call(py, "as_of", (at("valid")?, at("known")?))
    }

    /// How many rows there are.
    ///
    /// >>> now.owners("payments").size
    /// 1
    #[getter]
    fn size(&self) -> usize {
        self.reply.len()
    }

    /// The rows, page by page, each page with the evidence that it cites: for answers that are too large to be parsed at once.
    ///
    /// >>> [len(page["rows"]) for page in now.find_all("").pages(2)]
    /// [2, 2]
    fn pages(&self, py: Python<'_>, size: isize) -> PyResult<Pages> {
        let size = usize::try_from(size).ok().filter(|size| *size > 0);
        let size = size.ok_or_else(|| invalid(py, "a page has one row or more"))?;
        Ok(Pages { reply: self.reply.clone(), size, next: 0 })
    }

    /// Why a row is there.
    ///
    /// >>> now.owners("payments").evidence(0)[0]["locator"]
    /// 'systems.csv:2'
    fn evidence<'py>(&self, py: Python<'py>, row: isize) -> PyResult<Bound<'py, PyAny>> {
        let place = self.place(row)?;
        plain::loads(py, &py.detach(|| self.reply.evidence_json(place)))
    }

    /// Canonical JSON of the whole answer, as the core writes it for every host.
    ///
    /// >>> now.owners("payments").to_json()[:24]
    /// '{"as_of":{"known":"2026-'
    fn to_json(&self, py: Python<'_>) -> String {
        py.detach(|| self.reply.to_json())
    }

    /// The answer as a fragment for a notebook or a portal.
    ///
    /// >>> now.owners("payments").to_html().startswith('<div class="twin-answer">')
    /// True
    fn to_html(&self, py: Python<'_>) -> String {
        py.detach(|| answer_html(&self.reply))
    }

    /// The picture of a comparison: bars before and after. Or of a trade-off: options by the objectives at the places `x` and `y`, the first two by default.
    ///
    /// >>> plan = now.scenario("without payments", [twin.change.remove("payments")])
    /// >>> plan.compare().to_svg().startswith('<svg class="twin-picture"')
    /// True
    #[pyo3(signature = (*, x=None, y=None))]
    fn to_svg(&self, py: Python<'_>, x: Option<usize>, y: Option<usize>) -> PyResult<String> {
        py.detach(|| answer_svg(&self.reply, Axes { x, y })).or_raise(py)
    }

    /// The same picture as a specification for Vega-Lite, with its data, in JSON: `altair.Chart.from_json(answer.to_vega_lite())`.
    ///
    /// >>> plan = now.scenario("without payments", [twin.change.remove("payments")])
    /// >>> '"$schema":"https://vega.github.io/schema/vega-lite/v5.json"' in plan.compare().to_vega_lite()
    /// True
    #[pyo3(signature = (*, x=None, y=None))]
    fn to_vega_lite(&self, py: Python<'_>, x: Option<usize>, y: Option<usize>) -> PyResult<String> {
        py.detach(|| answer_vega_lite(&self.reply, Axes { x, y })).or_raise(py)
    }

    /// The rows as a frame of pandas, 2 or 3. It goes through pyarrow.
    ///
    /// >>> now.owners("payments").to_pandas()["owner"].tolist()
    /// ['billing']
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        plain::call(slf.py(), "to_pandas", (slf,))
    }

    fn _repr_html_(&self, py: Python<'_>) -> String {
        self.to_html(py)
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        frame::schema_capsule(py, self.frame(py)?)
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // Whoever asks for other types gets these and casts them: the interface allows it.
        drop(requested_schema);
        frame::stream_capsule(py, self.frame(py)?)
    }

    fn __len__(&self) -> usize {
        self.reply.len()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, index: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        self.rows(py)?.as_any().get_item(index)
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(self.rows(py)?.try_iter()?.into_any())
    }

    fn __eq__(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Answer>().is_ok_and(|other| self.to_json(py) == other.get().to_json(py))
    }

    fn __repr__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        plain::call(slf.py(), "told", (slf,))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        let thaw = py.import("twin._twin")?.getattr("_thaw")?;
        Ok((thaw, (py.detach(|| self.reply.freeze()).or_raise(py)?,)))
    }

    fn __copy__(&self) -> Answer {
        Answer::new(self.reply.clone())
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> Answer {
        Answer::new(self.reply.clone())
    }
}

/// The answer that was pickled.
#[pyfunction(name = "_thaw")]
pub fn thaw(py: Python<'_>, frozen: &str) -> PyResult<Answer> {
    py.detach(|| Reply::thaw(frozen)).or_raise(py).map(Answer::new)
}

/// Ranks scenarios by objectives, without weighing these: which may be best, and what would turn a choice between two.
///
/// `answers` are those of `Scenario.compare`, called as their scenarios are. `objectives` say which figures are wanted less of, or, with the goal `max`, more of:
/// `{"dimension": "latency_p95", "of": "web.cart"}`. `of` is an entity or operation, by name or id.
///
/// >>> plans = [now.scenario("as it is", []), now.scenario("without payments", [twin.change.remove("payments")])]
/// >>> choice = twin.trade_off([plan.compare() for plan in plans], [{"dimension": "owners_touched"}])
/// >>> [(row["option"], row["value"], row["front"]) for row in choice]
/// [('as it is', 0.0, 0), ('without payments', 1.0, 1)]
#[pyfunction]
pub fn trade_off(py: Python<'_>, answers: Vec<PyRef<'_, Answer>>, objectives: &Bound<'_, PyAny>) -> PyResult<Answer> {
    let objectives: String = plain::call(py, "listed", (objectives,))?.extract()?;
    let objectives = ObjectiveDraft::list_from_json(&objectives).or_raise(py)?;
    let replies: Vec<Reply> = answers.iter().map(|answer| answer.reply.clone()).collect();
    let ranked = py.detach(|| trade_off_of_answers(&replies, &objectives)).or_raise(py)?;
    Ok(Answer::new(ranked.into()))
}

/// What comes of a model of plain numbers: `queue`, `queue_network`, `headroom`, `retries`, `cascade`, `metastability`, `availability`, `latency` or
/// `savings`, each with the fields of its type in `twin.answers`.
///
/// >>> twin.solve({"model": "retries", "hops": [{"id": "web", "fail": 0, "max_attempts": 2}, {"id": "db", "fail": 0.5, "max_attempts": 1}]})["success_probability"]
/// 0.75
#[pyfunction]
pub fn solve<'py>(py: Python<'py>, model: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let draft = ModelDraft::from_json(&plain::dumps(model)?).or_raise(py)?;
    let solved = py.detach(|| draft.solved()).or_raise(py)?;
    plain::loads(py, &canonical(&solved))
}

/// An iterator over the pages of an answer.
///
/// >>> next(now.find_all("").pages(1))["rows"][0]["name"]
/// 'checkout'
#[pyclass(module = "twin")]
pub struct Pages {
    reply: Reply,
    size: usize,
    next: usize,
}

#[pymethods]
impl Pages {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__<'py>(&mut self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let from = self.next;
        self.next = from.saturating_add(self.size).min(self.reply.len());
        (from < self.next).then(|| page(py, &self.reply, from, self.next)).transpose()
    }
}
