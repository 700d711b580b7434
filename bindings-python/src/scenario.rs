//! A world that differs from a snapshot.

use pyo3::prelude::*;
use serde::Serialize;
use twin_connectors::compare;
use twin_core::answer::{Profile, Reply, canonical};
use twin_core::base::Handle;
use twin_core::simulate;

use crate::answer::Answer;
use crate::errors::OrRaise;
use crate::moments::Within;
use crate::plain;
use crate::snapshot::Snapshot;
use crate::work::Terms;

/// A world that differs from a snapshot by some changes.
///
/// >>> now.scenario("without payments", [twin.change.remove("payments")])
/// <twin.Scenario without payments: 1 change>
#[pyclass(frozen, module = "twin")]
pub struct Scenario {
    scenario: simulate::Scenario,
    _handle: Handle,
}

impl Scenario {
    pub fn new(scenario: simulate::Scenario) -> Self {
        Scenario { scenario, _handle: Handle::new() }
    }

    pub fn scenario(&self) -> &simulate::Scenario {
        &self.scenario
    }
}

#[pymethods]
impl Scenario {
    /// What follows from the changes.
    ///
    /// >>> plan = now.scenario("payments fails", [twin.change.fail("payments")])
    /// >>> plan.outcome(needs="planning").status["kind"]
    /// 'complete'
    #[pyo3(signature = (*, needs=None))]
    fn outcome(&self, py: Python<'_>, needs: Option<&str>) -> PyResult<Answer> {
        let needs = needs.map_or(Ok(Profile::default()), Profile::parse).or_raise(py)?;
        Ok(Answer::new(py.detach(|| Reply::from(simulate::outcome(&self.scenario, needs)))))
    }

    /// The scenario against its base in every dimension: figures before and after, or why there are none.
    ///
    /// `traces` are paths of recorded requests in OTLP: they are played again with the changes. `policies` is what is known of services and calls
    /// beside the twin: `{"services": {"db": {"workers": 6}}, "calls": [{"caller": "web.home", "callee": "ads.pick", "criticality": "optional"}]}`.
    /// `availability` is how available some entities are by themselves, in parts per one: `{"payments": 0.999}`.
    /// `data_classes` is who holds which data of its own, `data_policies` where it may be: `{"personal": ["customers"]}` and
    /// `[{"id": "stays", "class": "personal", "allowed_regions": ["eu-west-1"]}]`.
    /// `progress(phase, done, total)` is called now and then, `deadline` is a number of seconds or a timedelta, and Ctrl-C stops the work.
    ///
    /// >>> plan = now.scenario("without payments", [twin.change.remove("payments")])
    /// >>> [row["unknown"] for row in plan.compare() if row["dimension"] == "latency_p50"]
    /// ['no recorded requests were given']
    #[pyo3(signature = (*, traces=None, policies=None, availability=None, data_classes=None, data_policies=None, seed=0, needs=None, progress=None, deadline=None))]
    #[allow(clippy::too_many_arguments)] // As many as the surface has.
    fn compare(
        &self,
        py: Python<'_>,
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
        let given = (traces, policies, availability, data_classes, data_policies, seed, needs);
        let options = plain::comparing(py, given)?;
        let terms = Terms::new(None, progress, deadline);
        let answer = terms.wait(py, |context, _| compare(&self.scenario, options, context))?;
        Ok(Answer::new(answer.into()))
    }

    /// The world after the changes. Every question runs on it.
    ///
    /// >>> plan = now.scenario("without payments", [twin.change.remove("payments")])
    /// >>> now.size - plan.snapshot().size
    /// 1
    fn snapshot(&self, py: Python<'_>) -> Snapshot {
        Snapshot::new(py.detach(|| self.scenario.snapshot()))
    }

    /// The name.
    ///
    /// >>> now.scenario("nothing happens", []).name
    /// 'nothing happens'
    #[getter]
    fn name(&self) -> &str {
        self.scenario.name()
    }

    /// The changes, as data that makes the same scenario of the same snapshot again.
    ///
    /// >>> now.scenario("payments fails", [twin.change.fail("payments")]).changes[0]["entity"]
    /// 'payments'
    #[getter]
    fn changes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        given(py, &self.scenario.drafts())
    }

    /// What is taken for granted.
    ///
    /// >>> now.scenario("nothing happens", []).assumptions
    /// []
    #[getter]
    fn assumptions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        given(py, &self.scenario.assumptions())
    }

    /// What is planned elsewhere and none of the changes, and why.
    ///
    /// >>> now.scenario("nothing happens", []).left_out
    /// []
    #[getter]
    fn left_out<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        given(py, &self.scenario.left_out())
    }

    fn __repr__(&self) -> String {
        let changes = self.scenario.changes().len();
        let changes = if changes == 1 { "1 change".to_owned() } else { format!("{changes} changes") };
        format!("<twin.Scenario {}: {changes}>", self.name())
    }
}

/// What the core wrote, as plain data.
fn given<'py, T: Serialize>(py: Python<'py>, value: &T) -> PyResult<Bound<'py, PyAny>> {
    plain::loads(py, &canonical(&serde_json::to_value(value).unwrap_or_default()))
}
