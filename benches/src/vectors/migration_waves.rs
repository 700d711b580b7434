//! Migration waves: groups that move together, and which come before which.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use twin_core::analysis::{migration_waves, strong_components};
use twin_core::base::Result;
use twin_core::graph::Node;

use crate::command::misused;
use crate::vectors::needs::{Need, Needs};

#[derive(Deserialize)]
struct Input {
    nodes: Vec<String>,
    edges: Vec<Need>,
}

pub(super) fn answer(input: &Value) -> Result<Value> {
    let input = Input::deserialize(input).map_err(|error| misused("no input of migration_waves").because(error))?;
    let edges = input.edges.iter().map(|edge| (edge.from.as_str(), edge.to.as_str()));
    let graph = Needs::new(&input.nodes, edges)?;
    let components = strong_components(&graph.snapshot, |_| true);
    let waves = migration_waves(&graph.snapshot, |_| true);
    let mut groups: Vec<Vec<Node>> = vec![Vec::new(); components.count()];
    for node in graph.snapshot.nodes() {
        groups[components.number(node).unwrap_or_default() as usize].push(node);
    }
    let mut told: Vec<Vec<Vec<&str>>> = vec![Vec::new(); waves.count()];
    for group in &groups {
        let wave = group.first().and_then(|node| waves.wave(*node)).unwrap_or_default();
        told[wave as usize].push(graph.ids(group));
    }
    told.iter_mut().for_each(|wave| wave.sort());
    let cyclic = components.cyclic();
    Ok(json!({
        "wave_count": told.len(),
        "waves": told,
        "cyclic_groups": cyclic.iter().map(|group| graph.ids(group)).collect::<Vec<_>>(),
    }))
}

/// Waves have an order, and are compared by their numbers: a list would be compared as a set.
pub(super) fn read(expected: &mut Value, found: &mut Value) {
    for told in [expected, found] {
        if let Some(waves) = told.get_mut("waves") {
            let numbered = waves.as_array().into_iter().flatten().enumerate();
            *waves = numbered.map(|(wave, groups)| (wave.to_string(), groups.clone())).collect::<Map<_, _>>().into();
        }
    }
}
