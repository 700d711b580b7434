//! Pareto fronts: options with a value for each objective.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use twin_core::base::Result;
use twin_core::simulate::pareto::{Goal, pareto};

use crate::command::misused;

/// Ranks that the cases tell.
const RANKS: usize = 5;

#[derive(Deserialize)]
struct Input {
    objectives: Vec<Objective>,
    options: Vec<Choice>,
}

#[derive(Deserialize)]
struct Objective {
    name: String,
    direction: Goal,
}

#[derive(Deserialize)]
struct Choice {
    id: String,
    #[serde(flatten)]
    values: Map<String, Value>,
}

impl Choice {
    fn value(&self, objective: &Objective) -> Result<f64> {
        let value = self.values.get(&objective.name).and_then(Value::as_f64);
        value.ok_or_else(|| misused(format!("option {} has no number {}", self.id, objective.name)))
    }
}

pub(super) fn answer(input: &Value) -> Result<Value> {
    let input = Input::deserialize(input).map_err(|error| misused("no input of pareto").because(error))?;
    let goals: Vec<Goal> = input.objectives.iter().map(|objective| objective.direction).collect();
    let values = |option: &Choice| input.objectives.iter().map(|objective| option.value(objective)).collect();
    let options: Vec<Vec<f64>> = input.options.iter().map(values).collect::<Result<_>>()?;
    let standings = pareto(&goals, &options)?;
    let ranks: BTreeMap<&str, usize> = input
        .options
        .iter()
        .map(|option| option.id.as_str())
        .zip(standings.iter().map(|standing| standing.rank))
        .filter(|(_, rank)| *rank < RANKS)
        .collect();
    let front: Vec<&&str> = ranks.iter().filter(|(_, rank)| **rank == 0).map(|(id, _)| id).collect();
    Ok(json!({"front": front, "front_rank_first5": ranks}))
}
