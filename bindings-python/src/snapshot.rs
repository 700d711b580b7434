//! An immutable view, and every question as a method of it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use pyo3::prelude::*;
use twin_connectors::{
    ScanOptions, call_templates, critical_path, next_questions, scenario_of_folders, scenario_of_terraform_plan, search,
};
use twin_core::analysis::{EntityRef, IncidentDraft, Writers, suspects};
use twin_core::answer::{Reply, canonical};
use twin_core::base::Handle;
use twin_core::graph::{self, Columns};
use twin_core::schema::{Kind, Relation, Schema};
use twin_core::simulate::ChoiceDraft;
use twin_core::simulate::future::as_of_future;
use twin_core::simulate::search::SearchDraft;
use twin_core::simulate::{self, ChangeDraft};
use twin_core::{Question, wire};

use crate::answer::Answer;
use crate::columns::{Names, Numbers};
use crate::errors::OrRaise;
use crate::moments::{Moment, Within, or_now};
use crate::scenario::Scenario;
use crate::work::Terms;
use crate::{moments, plain};

/// An immutable view of a twin: what holds now, held at another time, or would hold. Questions are its methods.
///
/// Entities are named by id, record key, alias or unique name. `needs` is what a question needs of its sources: `cadence`, `incident`,
/// `planning` or `audit`.
///
/// >>> now
/// <twin.Snapshot of 4 entities, revision 1, as of 2026-11-24T09:00:00Z>
#[pyclass(frozen, module = "twin")]
pub struct Snapshot {
    snapshot: graph::Snapshot,
    _handle: Handle,
}

impl Snapshot {
    pub fn new(snapshot: graph::Snapshot) -> Self {
        Snapshot { snapshot, _handle: Handle::new() }
    }

    fn answer(&self, py: Python<'_>, question: &Question) -> PyResult<Answer> {
        py.detach(|| self.snapshot.ask(question)).or_raise(py).map(Answer::new)
    }
}

/// Who may write which attribute, as the host says it.
fn writing(said: Option<&Bound<'_, PyAny>>) -> PyResult<Vec<Writers>> {
    let Some(said) = said else { return Ok(Vec::new()) };
    Writers::list_from_json(&plain::dumps(said)?).or_raise(said.py())
}

#[pymethods]
impl Snapshot {
    /// A view of a graph that is there as columns already, with one row for each node, and one for each edge. Nothing was read, so that answers
    /// have no evidence, and their status says so.
    ///
    /// `kind_of` says for each node the place of its kind in `kinds`; `left` and `right` the rows of each edge's ends, and `relation_of` the place
    /// of its relation in `relations`, which may be left out where all are of the first. `integers` holds whole numbers of each node by attribute.
    /// Columns are lists, or arrays of NumPy, Arrow or a frame.
    ///
    /// >>> graph = twin.Snapshot.from_columns(
    /// ...     kinds=["Instance"], kind_of=[0, 0, 0], names=["web", "shop", "pay"],
    /// ...     relations=["calls"], left=[0, 1], right=[1, 2],
    /// ... )
    /// >>> [hit["entity"]["name"] for hit in graph.blast_radius("pay")]
    /// ['shop', 'web']
    #[staticmethod]
    #[pyo3(signature = (*, kinds, kind_of, names, relations, left, right, relation_of=None, integers=None, now=None))]
    #[allow(clippy::too_many_arguments)] // As many as there are columns.
    fn from_columns(
        py: Python<'_>,
        kinds: Vec<String>,
        kind_of: Numbers<u16>,
        names: Names,
        relations: Vec<String>,
        left: Numbers<u32>,
        right: Numbers<u32>,
        relation_of: Option<Numbers<u16>>,
        integers: Option<BTreeMap<String, Numbers<i64>>>,
        now: Option<Moment>,
    ) -> PyResult<Snapshot> {
        let columns = Columns {
            kinds: kinds.into_iter().map(Kind::from).collect(),
            kind_of: kind_of.0,
            names: names.0,
            relations: relations.into_iter().map(Relation::from).collect(),
            from: left.0,
            to: right.0,
            relation_of: relation_of.map_or_else(Vec::new, |column| column.0),
            integers: integers.into_iter().flatten().map(|(name, column)| (name.into(), column.0)).collect(),
        };
        let made = py.detach(|| graph::Snapshot::from_columns(Schema::default(), columns, or_now(now)));
        made.or_raise(py).map(Snapshot::new)
    }

    /// Answers a question that is given as data.
    ///
    /// >>> now.ask({"kind": "owners", "entity": "payments"}) == now.owners("payments")
    /// True
    fn ask(&self, py: Python<'_>, question: &Bound<'_, PyAny>) -> PyResult<Answer> {
        let question = Question::from_json(&plain::dumps(question)?).or_raise(py)?;
        self.answer(py, &question)
    }

    /// Who is affected if an entity fails? `state` is `delayed`, `degraded` or `down`; `hazard` is `outage` or `removal`.
    ///
    /// >>> now.blast_radius("payments", state="down", needs="incident")
    /// <twin.Answer blast_radius: complete, 0 rows, revision 1>
    #[pyo3(signature = (entity, *, state=None, hazard=None, environment=None, needs=None))]
    fn blast_radius(
        &self,
        py: Python<'_>,
        entity: String,
        state: Option<String>,
        hazard: Option<String>,
        environment: Option<String>,
        needs: Option<String>,
    ) -> PyResult<Answer> {
        self.answer(py, &Question::BlastRadius { entity, state, hazard, environment, needs })
    }

    /// Everything that is known of an entity, with every source's word.
    ///
    /// >>> now.describe("payments").value["entity"]["name"]
    /// 'payments'
    #[pyo3(signature = (entity, *, needs=None))]
    fn describe(&self, py: Python<'_>, entity: String, needs: Option<String>) -> PyResult<Answer> {
        self.answer(py, &Question::Describe { entity, needs })
    }

    /// What sources tell differently of an entity from the same side, and which word to go by.
    ///
    /// >>> len(now.conflicts("payments"))
    /// 0
    /// >>> writers = [{"attribute": "tier", "sources": ["catalogue", "sheet"]}]
    /// >>> len(now.conflicts("payments", writers=writers))
    /// 0
    #[pyo3(signature = (entity, *, writers=None, needs=None))]
    fn conflicts(
        &self,
        py: Python<'_>,
        entity: String,
        writers: Option<Bound<'_, PyAny>>,
        needs: Option<String>,
    ) -> PyResult<Answer> {
        self.answer(py, &Question::Conflicts { entity, writers: writing(writers.as_ref())?, needs })
    }

    /// The entities whose names contain some words; `of` is a kind.
    ///
    /// >>> [entity["name"] for entity in now.find_all("", of="Component")]
    /// ['checkout', 'payments', 'storefront']
    #[pyo3(signature = (words, *, of=None, needs=None))]
    fn find_all(&self, py: Python<'_>, words: String, of: Option<String>, needs: Option<String>) -> PyResult<Answer> {
        self.answer(py, &Question::FindAll { words, of, needs })
    }

    /// What an entity is related to.
    ///
    /// >>> [row["relation"] for row in now.neighbours("payments", relation="ownedBy")]
    /// ['ownedBy']
    #[pyo3(signature = (entity, *, relation=None, needs=None))]
    fn neighbours(
        &self,
        py: Python<'_>,
        entity: String,
        relation: Option<String>,
        needs: Option<String>,
    ) -> PyResult<Answer> {
        self.answer(py, &Question::Neighbours { entity, relation, needs })
    }

    /// Who answers for an entity, and by which rule.
    ///
    /// >>> now.owners("payments")
    /// <twin.Answer owners: complete, 1 row, revision 1>
    #[pyo3(signature = (entity, *, writers=None, needs=None))]
    fn owners(
        &self,
        py: Python<'_>,
        entity: String,
        writers: Option<Bound<'_, PyAny>>,
        needs: Option<String>,
    ) -> PyResult<Answer> {
        self.answer(py, &Question::Owners { entity, writers: writing(writers.as_ref())?, needs })
    }

    /// Entities that need each other around a corner.
    ///
    /// >>> len(now.cycles())
    /// 0
    #[pyo3(signature = (*, needs=None))]
    fn cycles(&self, py: Python<'_>, needs: Option<String>) -> PyResult<Answer> {
        self.answer(py, &Question::Cycles { needs })
    }

    /// Cycles, hubs, and dependencies on what is less stable. A hub is needed by `fan_in` others and needs `fan_out`.
    ///
    /// >>> now.smells(fan_in=1, fan_out=1).verdict
    /// 'cycles: 0, hubs: 0, dependencies on what is less stable: 0'
    #[pyo3(signature = (*, fan_in=None, fan_out=None, needs=None))]
    fn smells(
        &self,
        py: Python<'_>,
        fan_in: Option<u32>,
        fan_out: Option<u32>,
        needs: Option<String>,
    ) -> PyResult<Answer> {
        self.answer(py, &Question::Smells { fan_in, fan_out, needs })
    }

    /// What one side says and another does not: by default what is declared against what is observed.
    ///
    /// >>> now.drift(left="declared", right="observed").status["kind"]
    /// 'unknown'
    #[pyo3(signature = (*, left=None, right=None, needs=None))]
    fn drift(
        &self,
        py: Python<'_>,
        left: Option<String>,
        right: Option<String>,
        needs: Option<String>,
    ) -> PyResult<Answer> {
        self.answer(py, &Question::Drift { left, right, needs })
    }

    /// What an entity and its dependents are billed.
    ///
    /// >>> now.cost("payments").status["kind"]
    /// 'unknown'
    #[pyo3(signature = (entity, *, needs=None))]
    fn cost(&self, py: Python<'_>, entity: String, needs: Option<String>) -> PyResult<Answer> {
        self.answer(py, &Question::Cost { entity, needs })
    }

    /// What is dated and still to come, and what of it collides. `events` are dates that the twin has not read:
    /// `[{"entity": "payments", "what": "sunset", "at": "2027-03-31T00:00:00Z"}]`.
    ///
    /// >>> now.future("2030-01-01").verdict
    /// 'nothing that is dated was read for this time'
    #[pyo3(signature = (until, *, events=None, needs=None))]
    fn future(
        &self,
        py: Python<'_>,
        until: Moment,
        events: Option<Bound<'_, PyAny>>,
        needs: Option<String>,
    ) -> PyResult<Answer> {
        self.answer(py, &Question::Future { until: until.0, events: plain::said(events.as_ref(), "events")?, needs })
    }

    /// When an outage that begins then reaches whom, earliest first. `tolerances` say how long who goes on:
    /// `[{"entity": "checkout", "on": "payments", "least_ms": 60000}]`.
    ///
    /// >>> now.time_to_impact("payments", "2030-01-01").status["kind"]
    /// 'complete'
    #[pyo3(signature = (entity, at, *, state=None, duration_ms=None, environment=None, tolerances=None, needs=None))]
    #[allow(clippy::too_many_arguments)] // As many as the question has.
    fn time_to_impact(
        &self,
        py: Python<'_>,
        entity: String,
        at: Moment,
        state: Option<String>,
        duration_ms: Option<u64>,
        environment: Option<String>,
        tolerances: Option<Bound<'_, PyAny>>,
        needs: Option<String>,
    ) -> PyResult<Answer> {
        let (at, tolerances) = (at.0, plain::said(tolerances.as_ref(), "tolerances")?);
        let asked = Question::TimeToImpact { entity, at, state, duration_ms, environment, tolerances, needs };
        self.answer(py, &asked)
    }

    /// Searches change sets for an aim, within constraints: each option is a list of changes. `question` says what is looked for:
    /// `{"aim": {"find": "cut_cycles"}, "constraints": {"freeze": ["payments"]}}`. The rest is what `Scenario.compare` takes. After the deadline
    /// the best so far comes back, marked as not finished.
    ///
    /// >>> now.search({"aim": {"find": "cut_cycles"}})
    /// <twin.Answer search: complete, 0 rows, revision 1>
    #[pyo3(signature = (question, *, traces=None, policies=None, availability=None, data_classes=None, data_policies=None, seed=0, progress=None, deadline=None))]
    #[allow(clippy::too_many_arguments)] // As many as the surface has.
    fn search(
        &self,
        py: Python<'_>,
        question: &Bound<'_, PyAny>,
        traces: Option<&Bound<'_, PyAny>>,
        policies: Option<&Bound<'_, PyAny>>,
        availability: Option<&Bound<'_, PyAny>>,
        data_classes: Option<&Bound<'_, PyAny>>,
        data_policies: Option<&Bound<'_, PyAny>>,
        seed: u64,
        progress: Option<Py<PyAny>>,
        deadline: Option<Within>,
    ) -> PyResult<Answer> {
        let draft = SearchDraft::from_json(&plain::dumps(question)?).or_raise(py)?;
        let given = (traces, policies, availability, data_classes, data_policies, seed, py.None());
        let options = plain::comparing(py, given)?;
        let terms = Terms::new(None, progress, deadline);
        let answer = terms.wait(py, |context, _| search(&self.snapshot, &draft, options, context))?;
        Ok(Answer::new(answer.into()))
    }

    /// Which input that nobody knows would turn a choice between scenarios, and whom to ask. `choice` names the scenarios, what they are chosen by, and
    /// the numbers of their changes of which only a range is known; owners are found in the twin. The rest is what `Scenario.compare` takes.
    ///
    /// >>> fails = {"name": "it fails", "changes": [{"change": "fail", "entity": "payments", "minutes": 10}]}
    /// >>> rented = {"name": "rented", "changes": [{"change": "replace", "entity": "payments", "by": "rent", "availability": 0.9985}]}
    /// >>> choice = {
    /// ...     "options": [fails, rented],
    /// ...     "objectives": [{"dimension": "availability", "of": "payments"}],
    /// ...     "inputs": [{"option": "it fails", "field": "minutes", "low": 0, "high": 60}],
    /// ... }
    /// >>> [row["ask"] for row in now.next_questions(choice, availability={"payments": 0.999})]
    /// ['ask billing for the minutes of fail payments: above 21.62 rented is better']
    #[pyo3(signature = (choice, *, traces=None, policies=None, availability=None, data_classes=None, data_policies=None, seed=0, needs=None, progress=None, deadline=None))]
    #[allow(clippy::too_many_arguments)] // As many as the surface has.
    fn next_questions(
        &self,
        py: Python<'_>,
        choice: &Bound<'_, PyAny>,
        traces: Option<&Bound<'_, PyAny>>,
        policies: Option<&Bound<'_, PyAny>>,
        availability: Option<&Bound<'_, PyAny>>,
        data_classes: Option<&Bound<'_, PyAny>>,
        data_policies: Option<&Bound<'_, PyAny>>,
        seed: u64,
        needs: Option<&str>,
        progress: Option<Py<PyAny>>,
        deadline: Option<Within>,
    ) -> PyResult<Answer> {
        let draft = ChoiceDraft::from_json(&plain::dumps(choice)?).or_raise(py)?;
        let given = (traces, policies, availability, data_classes, data_policies, seed, needs);
        let options = plain::comparing(py, given)?;
        let terms = Terms::new(None, progress, deadline);
        let answer = terms.wait(py, |context, _| next_questions(&self.snapshot, &draft, options, context))?;
        Ok(Answer::new(answer.into()))
    }

    /// Ranks what may have caused a symptom: by series before and during the incident, by what was changed, and by who needs whom as far as the twin knows. Each
    /// suspect comes with the way from the symptom to it and what speaks for and against it; where nothing is known to be wrong, nobody is named.
    ///
    /// >>> late = {"entity": "payments", "metric": "latency", "normal": [0.10, 0.11, 0.12] * 8, "during": [0.11, 0.45, 0.47]}
    /// >>> symptom = {"entity": "payments", "metric": "latency"}
    /// >>> now.suspects({"symptom": symptom, "series": [late]}).verdict
    /// 'payments has 100 % of the blame for a symptom 24.3 standard deviations from normal'
    #[pyo3(signature = (incident, *, progress=None, deadline=None))]
    fn suspects(
        &self,
        py: Python<'_>,
        incident: &Bound<'_, PyAny>,
        progress: Option<Py<PyAny>>,
        deadline: Option<Within>,
    ) -> PyResult<Answer> {
        let draft = IncidentDraft::from_json(&plain::dumps(incident)?).or_raise(py)?;
        let terms = Terms::new(None, progress, deadline);
        let answer = terms.wait(py, |context, _| suspects(&self.snapshot, &draft, context))?;
        Ok(Answer::new(answer.into()))
    }

    /// What was learnt of requests: by operation and outcome how long it works by itself, whom it asks in which turn and by what rules, and how long it waits. `traces` and `policies`
    /// are those of `Scenario.compare`; of services that no trace shows, what the twin has counted is told.
    ///
    /// >>> now.call_templates().status["kind"]
    /// 'unknown'
    #[pyo3(signature = (*, traces=None, policies=None, needs=None, progress=None, deadline=None))]
    fn call_templates(
        &self,
        py: Python<'_>,
        traces: Option<&Bound<'_, PyAny>>,
        policies: Option<&Bound<'_, PyAny>>,
        needs: Option<String>,
        progress: Option<Py<PyAny>>,
        deadline: Option<Within>,
    ) -> PyResult<Answer> {
        let options = plain::comparing(py, (traces, policies, py.None(), py.None(), py.None(), 0, needs))?;
        let terms = Terms::new(None, progress, deadline);
        let answer = terms.wait(py, |context, _| call_templates(&self.snapshot, options, context))?;
        Ok(Answer::new(answer.into()))
    }

    /// What recorded requests wait for, by endpoint and operation, the longest first: the critical path of each request, summed. `traces` are files in OTLP, one or several.
    ///
    /// >>> now.critical_path([]).status["kind"]
    /// 'unknown'
    #[pyo3(signature = (traces, *, progress=None, deadline=None))]
    fn critical_path(
        &self,
        py: Python<'_>,
        traces: &Bound<'_, PyAny>,
        progress: Option<Py<PyAny>>,
        deadline: Option<Within>,
    ) -> PyResult<Answer> {
        let traces = plain::call(py, "paths", (traces,))?.extract::<Vec<PathBuf>>()?;
        let terms = Terms::new(None, progress, deadline);
        let answer = terms.wait(py, |context, _| critical_path(&self.snapshot, &traces, context))?;
        Ok(Answer::new(answer.into()))
    }

    /// The world as it will be at a moment: what has had its sunset or was removed by then is removed, and what has expired is down. `events` are as in `future`.
    ///
    /// >>> ends = [{"entity": "payments", "what": "sunset", "at": "2027-03-31T00:00:00Z"}]
    /// >>> [change["change"] for change in now.as_of_future("2030-01-01", events=ends).changes]
    /// ['remove']
    #[pyo3(signature = (until, *, events=None))]
    fn as_of_future(&self, py: Python<'_>, until: Moment, events: Option<Bound<'_, PyAny>>) -> PyResult<Scenario> {
        let events = plain::said(events.as_ref(), "events")?;
        py.detach(|| as_of_future(&self.snapshot, until.0, &events)).or_raise(py).map(Scenario::new)
    }

    /// What was decided about an entity, and whether reality keeps to it.
    ///
    /// >>> now.decisions("payments").status["kind"]
    /// 'unknown'
    #[pyo3(signature = (entity, *, needs=None))]
    fn decisions(&self, py: Python<'_>, entity: String, needs: Option<String>) -> PyResult<Answer> {
        self.answer(py, &Question::Decisions { entity, needs })
    }

    /// Why the records of an entity are one thing, and which others came near.
    ///
    /// >>> now.explain("payments").verdict
    /// '1 records, 0 pairs merged, 0 refused'
    #[pyo3(signature = (entity, *, needs=None))]
    fn explain(&self, py: Python<'_>, entity: String, needs: Option<String>) -> PyResult<Answer> {
        self.answer(py, &Question::Explain { entity, needs })
    }

    /// What a person should decide about identity, the most telling first.
    ///
    /// >>> now.review(most=5).verdict
    /// '0 of 0 pairs'
    #[pyo3(signature = (*, most=None, needs=None))]
    fn review(&self, py: Python<'_>, most: Option<u32>, needs: Option<String>) -> PyResult<Answer> {
        self.answer(py, &Question::Review { most, needs })
    }

    /// Why two entities are not one.
    ///
    /// >>> now.why_not("payments", "checkout").verdict
    /// 'they share no reference, key or name'
    #[pyo3(signature = (a, b, *, needs=None))]
    fn why_not(&self, py: Python<'_>, a: String, b: String, needs: Option<String>) -> PyResult<Answer> {
        self.answer(py, &Question::WhyNot { a, b, needs })
    }

    /// Finds one entity by id, record key, alias, or unique name.
    ///
    /// >>> now.find("payments")["kind"]
    /// 'Component'
    /// >>> now.find("paymnts")
    /// Traceback (most recent call last):
    /// twin.errors.UnknownError: unknown entity "paymnts": nearest are payments
    fn find<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        let node = py.detach(|| self.snapshot.find(name)).or_raise(py)?;
        let found = serde_json::to_value(EntityRef::of(&self.snapshot, node)).unwrap_or_default();
        plain::loads(py, &canonical(&found))
    }

    /// What changed from an earlier snapshot to this one.
    ///
    /// >>> len(now.diff(now))
    /// 0
    fn diff(&self, py: Python<'_>, earlier: &Snapshot) -> Answer {
        Answer::new(py.detach(|| Reply::from(self.snapshot.diff(&earlier.snapshot))))
    }

    /// A world that differs from this one. `twin.change` makes changes.
    ///
    /// >>> now.scenario("payments fails", [twin.change.fail("payments", state="degraded")]).name
    /// 'payments fails'
    fn scenario(&self, py: Python<'_>, name: String, changes: &Bound<'_, PyAny>) -> PyResult<Scenario> {
        let changes = plain::call(py, "listed", (changes,))?.extract::<String>()?;
        let changes = ChangeDraft::list_from_json(&changes).or_raise(py)?;
        simulate::Scenario::of(&self.snapshot, name, &changes).or_raise(py).map(Scenario::new)
    }

    /// A world that differs from this one by what differs between two versions of a folder, such as two checkouts: whatever a scan reads.
    ///
    /// What could not be read takes nothing away: `left_out` of the scenario says what it may hold. `progress(phase, done, total)` is called now
    /// and then, `deadline` is a number of seconds or a timedelta, and Ctrl-C stops the work.
    ///
    /// >>> now.scenario_from_folders("nothing differs", "examples/estate", "examples/estate").changes
    /// []
    #[pyo3(signature = (name, before, after, *, progress=None, deadline=None))]
    #[allow(clippy::too_many_arguments)] // As many as the surface has.
    fn scenario_from_folders(
        &self,
        py: Python<'_>,
        name: String,
        before: PathBuf,
        after: PathBuf,
        progress: Option<Py<PyAny>>,
        deadline: Option<Within>,
    ) -> PyResult<Scenario> {
        let planned = Terms::new(None, progress, deadline).wait(py, |context, _| {
            let options = ScanOptions { context: context.clone(), ..ScanOptions::default() };
            scenario_of_folders(&self.snapshot, &name, before, after, &options)
        })?;
        Ok(Scenario::new(planned.scenario))
    }

    /// A world that differs from this one by what a plan of Terraform or OpenTofu is about to change. `path` is a file as
    /// `terraform show -json` writes it. What no change says is in `left_out` of the scenario.
    ///
    /// >>> now.scenario_from_terraform_plan("next", "nowhere.json")
    /// Traceback (most recent call last):
    /// twin.errors.IoError: nowhere.json cannot be read: No such file or directory (os error 2)
    #[pyo3(signature = (name, path, *, progress=None, deadline=None))]
    fn scenario_from_terraform_plan(
        &self,
        py: Python<'_>,
        name: String,
        path: PathBuf,
        progress: Option<Py<PyAny>>,
        deadline: Option<Within>,
    ) -> PyResult<Scenario> {
        let terms = Terms::new(None, progress, deadline);
        let planned = terms.wait(py, |context, _| scenario_of_terraform_plan(&self.snapshot, &name, path, context))?;
        Ok(Scenario::new(planned.scenario))
    }

    /// The map and its tables as one page that needs nothing else.
    ///
    /// >>> now.to_html().startswith("<!DOCTYPE html>")
    /// True
    fn to_html(&self, py: Python<'_>) -> String {
        py.detach(|| wire::page(&self.snapshot, self.snapshot.scenario_name().unwrap_or("Twin")))
    }

    /// The map as a picture.
    ///
    /// >>> now.to_svg().startswith("<svg")
    /// True
    fn to_svg(&self, py: Python<'_>) -> String {
        py.detach(|| wire::map_svg(&self.snapshot, &wire::component_map(&self.snapshot)))
    }

    /// The map as text for a diagram.
    ///
    /// >>> "payments" in now.to_mermaid()
    /// True
    fn to_mermaid(&self, py: Python<'_>) -> String {
        py.detach(|| wire::mermaid(&self.snapshot))
    }

    /// The twin's revision.
    ///
    /// >>> now.revision
    /// 1
    #[getter]
    fn revision(&self) -> u64 {
        self.snapshot.revision()
    }

    /// The times that the snapshot is about, each a datetime in UTC.
    ///
    /// >>> now.as_of.known.isoformat()
    /// '2026-11-24T09:00:00+00:00'
    #[getter]
    fn as_of<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        moments::as_of(py, self.snapshot.as_of())
    }

    /// The moment against which ages are counted, a datetime in UTC.
    ///
    /// >>> now.now.isoformat()
    /// '2026-11-24T09:00:00+00:00'
    #[getter]
    fn now<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        moments::datetime(py, self.snapshot.now())
    }

    /// How many entities there are.
    ///
    /// >>> now.size == len(now) == 4
    /// True
    #[getter]
    fn size(&self) -> usize {
        self.snapshot.len()
    }

    /// The name of the scenario, if this is one.
    ///
    /// >>> now.scenario_name is None
    /// True
    #[getter]
    fn scenario_name(&self) -> Option<&str> {
        self.snapshot.scenario_name()
    }

    fn _repr_html_(&self, py: Python<'_>) -> String {
        py.detach(|| wire::snapshot_html(&self.snapshot))
    }

    fn __len__(&self) -> usize {
        self.snapshot.len()
    }

    fn __repr__(&self) -> String {
        let (size, revision, valid) = (self.size(), self.revision(), self.snapshot.as_of().valid);
        format!("<twin.Snapshot of {size} entities, revision {revision}, as of {valid}>")
    }
}
