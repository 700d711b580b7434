//! Single points of failure: articulation points, bridges, and what every way from an entry leads through.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use twin_core::analysis::{Direction, cuts, dominators};
use twin_core::base::Result;
use twin_core::graph::Node;

use crate::command::misused;
use crate::vectors::needs::{Need, Needs};

#[derive(Deserialize)]
struct Input {
    nodes: Vec<String>,
    edges: Vec<Need>,
    /// Without one nothing is reached.
    #[serde(default)]
    entry: Option<String>,
}

pub(super) fn answer(input: &Value) -> Result<Value> {
    let input = Input::deserialize(input).map_err(|error| misused("no input of spof").because(error))?;
    let edges = input.edges.iter().map(|edge| (edge.from.as_str(), edge.to.as_str()));
    let graph = Needs::new(&input.nodes, edges)?;
    let roots = input.entry.iter().map(|entry| graph.node(entry)).collect::<Result<Vec<Node>>>()?;
    let cuts = cuts(&graph.snapshot, |_| true);
    let over = dominators(&graph.snapshot, &roots, Direction::Outgoing, |_| true);
    let reached: Vec<Node> = graph.snapshot.nodes().filter(|node| over.is_reached(*node)).collect();
    let immediate: BTreeMap<&str, &str> =
        reached.iter().filter_map(|node| Some((graph.id(*node), graph.id(over.immediate(*node)?)))).collect();
    let counts = over.dominated_counts();
    let dominated: BTreeMap<&str, u32> =
        reached.iter().map(|node| (graph.id(*node), counts[node.index()])).filter(|(_, count)| *count > 0).collect();
    Ok(json!({
        "articulation_points": graph.ids(&cuts.points),
        "bridges": cuts.bridges.iter().map(|bridge| graph.ids(&[bridge.first, bridge.second])).collect::<Vec<_>>(),
        "reachable_from_entry": graph.ids(&reached),
        "immediate_dominator": immediate,
        "dominated_count": dominated,
    }))
}
