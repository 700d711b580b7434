//! Critical path of a plan: its length, and how much later everything may start.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use twin_core::analysis::{Precedence, Schedule, Task, schedule};
use twin_core::base::Result;

use crate::command::misused;

#[derive(Deserialize)]
struct Input {
    nodes: Vec<Task>,
    edges: Vec<Precedence>,
}

pub(super) fn answer(input: &Value) -> Result<Value> {
    let input =
        Input::deserialize(input).map_err(|error| misused("no input of static_critical_path").because(error))?;
    let schedule = schedule(&input.nodes, &input.edges)?;
    input.check(&schedule)?;
    let tasks = || schedule.tasks.iter();
    Ok(json!({
        "length_ms": schedule.length_ms,
        "one_critical_path": schedule.critical_path,
        "slack_ms": tasks().map(|task| (&task.id, task.slack_ms)).collect::<BTreeMap<_, _>>(),
        "earliest_start_ms": tasks().map(|task| (&task.id, task.earliest_start_ms)).collect::<BTreeMap<_, _>>(),
    }))
}

impl Input {
    /// That the path is one, and as long as the whole.
    fn check(&self, schedule: &Schedule) -> Result<()> {
        let durations: BTreeMap<&str, f64> =
            self.nodes.iter().map(|task| (task.id.as_str(), task.duration_ms)).collect();
        let path = &schedule.critical_path;
        let length: f64 = path.iter().map(|id| durations[id.as_str()]).sum();
        let waits = |pair: &[String]| self.edges.iter().any(|edge| edge.before == pair[0] && edge.after == pair[1]);
        let is_path = path.windows(2).all(waits);
        match is_path && (length - schedule.length_ms).abs() <= 1e-9 * length.abs() {
            true => Ok(()),
            false => Err(misused(format!("{path:?} is no path of {} ms", schedule.length_ms))),
        }
    }
}

/// The path is one of several: that it is as long as the whole was checked.
pub(super) fn read(expected: &mut Value, found: &mut Value) {
    if let Some(one) = expected.get("one_critical_path") {
        found["one_critical_path"] = one.clone();
    }
}
