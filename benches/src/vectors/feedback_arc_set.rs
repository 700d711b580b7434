//! Feedback arc sets: the least weight, and the fewest edges, without which no cycle is left.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Value, json};
use twin_core::analysis::{FeedbackArcs, feedback_arc_set, strong_components};
use twin_core::base::{Context, Result, Timestamp};
use twin_core::graph::EdgeRef;

use crate::command::misused;
use crate::vectors::needs::{Needs, place};

#[derive(Deserialize)]
struct Input {
    nodes: Vec<String>,
    edges: Vec<Weighted>,
}

#[derive(Deserialize)]
struct Weighted {
    from: String,
    to: String,
    #[serde(default = "one")]
    weight: f64,
}

fn one() -> f64 {
    1.0
}

pub(super) fn answer(input: &Value) -> Result<Value> {
    let input = Input::deserialize(input).map_err(|error| misused("no input of feedback_arc_set").because(error))?;
    let graph = input.graph(&BTreeSet::new())?;
    let context = Context::new(Timestamp::MIN);
    let weight = |edge: &EdgeRef<'_>| input.edges.get(place(edge)).map_or(f64::NAN, |edge| edge.weight);
    let least = feedback_arc_set(&graph.snapshot, |_| true, weight, &context)?;
    let fewest = feedback_arc_set(&graph.snapshot, |_| true, |_| 1.0, &context)?;
    let set = input.checked(&least)?;
    Ok(json!({
        "min_weight": set.iter().map(|place| input.edges[*place].weight).fold(0.0, |sum, weight| sum + weight),
        "min_cardinality_unweighted": input.checked(&fewest)?.len(),
        "one_optimal_set": set.iter().map(|place| [&input.edges[*place].from, &input.edges[*place].to]).collect::<Vec<_>>(),
        "is_acyclic": !is_cyclic(&graph),
    }))
}

impl Input {
    fn graph(&self, without: &BTreeSet<usize>) -> Result<Needs> {
        let left = self.edges.iter().enumerate().filter(|(place, _)| !without.contains(place));
        Needs::new(&self.nodes, left.map(|(_, edge)| (edge.from.as_str(), edge.to.as_str())))
    }

    /// The places of the edges of a set, once it is seen that no cycle is left without them.
    fn checked(&self, arcs: &FeedbackArcs<'_>) -> Result<BTreeSet<usize>> {
        let set: BTreeSet<usize> = arcs.arcs.iter().map(place).collect();
        match is_cyclic(&self.graph(&set)?) {
            true => Err(misused("a cycle is left without the set that was found")),
            false => Ok(set),
        }
    }
}

fn is_cyclic(graph: &Needs) -> bool {
    let has_circle = graph.snapshot.edges().any(|edge| edge.from == edge.to);
    has_circle || !strong_components(&graph.snapshot, |_| true).cyclic().is_empty()
}

/// The set is one of several: that it leaves no cycle was checked, and what it weighs is compared.
pub(super) fn read(expected: &mut Value, found: &mut Value) {
    if let Some(one) = expected.get("one_optimal_set") {
        found["one_optimal_set"] = one.clone();
    }
}
