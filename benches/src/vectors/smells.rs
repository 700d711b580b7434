//! Smells: cycles, hubs, and dependencies on what is less stable.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use twin_core::analysis::{Coupling, HubThresholds, structural_smells};
use twin_core::base::Result;

use crate::command::misused;
use crate::vectors::needs::{Need, Needs};

#[derive(Deserialize)]
struct Input {
    nodes: Vec<String>,
    edges: Vec<Need>,
    thresholds: Thresholds,
}

#[derive(Deserialize)]
struct Thresholds {
    hub_in: u32,
    hub_out: u32,
}

pub(super) fn answer(input: &Value) -> Result<Value> {
    let input = Input::deserialize(input).map_err(|error| misused("no input of smells").because(error))?;
    let edges = input.edges.iter().map(|edge| (edge.from.as_str(), edge.to.as_str()));
    let graph = Needs::new(&input.nodes, edges)?;
    let thresholds = HubThresholds { fan_in: input.thresholds.hub_in, fan_out: input.thresholds.hub_out };
    let smells = structural_smells(&graph.snapshot, thresholds, |_| true);
    let by_id = |value: fn(Coupling) -> Value| -> BTreeMap<&str, Value> {
        graph.snapshot.nodes().map(|node| (graph.id(node), value(smells.coupling[node.index()]))).collect()
    };
    let unstable = smells.unstable_dependencies.iter().map(|(from, to)| [graph.id(*from), graph.id(*to)]);
    Ok(json!({
        "cyclic_groups": smells.cyclic_groups.iter().map(|group| graph.ids(group)).collect::<Vec<_>>(),
        "hub_like": graph.ids(&smells.hubs),
        "instability": by_id(|coupling| json!(coupling.instability())),
        "unstable_dependencies": unstable.collect::<Vec<_>>(),
        "fan_in": by_id(|coupling| json!(coupling.fan_in)),
        "fan_out": by_id(|coupling| json!(coupling.fan_out)),
    }))
}
