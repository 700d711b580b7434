//! A world that differs from a snapshot.

use pyo3::prelude::*;
use twin_core::answer::{Profile, Reply};
use twin_core::base::Handle;
use twin_core::simulate;

use crate::answer::Answer;
use crate::errors::OrRaise;
use crate::snapshot::Snapshot;

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

    fn __repr__(&self) -> String {
        let changes = self.scenario.changes().len();
        let changes = if changes == 1 { "1 change".to_owned() } else { format!("{changes} changes") };
        format!("<twin.Scenario {}: {changes}>", self.name())
    }
}
