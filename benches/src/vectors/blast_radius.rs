//! Blast radius: states over a table that the case brings along, and plain reachability beside it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use twin_core::analysis::{Hazard, spread, structural_reach};
use twin_core::base::Result;
use twin_core::graph::{Node, Snapshot};
use twin_core::schema::{Kind, Propagation, Relation, Schema, State};
use twin_core::testkit::{SnapshotBuilder, kind_row, relation_row};

use crate::command::misused;

#[derive(Deserialize)]
struct Input {
    nodes: Vec<Vertex>,
    edges: Vec<Need>,
    propagation: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    groups: Vec<Alternatives>,
    failed: Vec<String>,
}

#[derive(Deserialize)]
struct Vertex {
    id: String,
    kind: String,
}

#[derive(Deserialize)]
struct Need {
    from: String,
    to: String,
    kind: String,
}

#[derive(Deserialize)]
struct Alternatives {
    source: String,
    members: Vec<String>,
    k: usize,
}

pub(super) fn answer(input: &Value) -> Result<Value> {
    let input = Input::deserialize(input).map_err(|error| misused("no input of blast_radius").because(error))?;
    let (snapshot, nodes) = snapshot(&input)?;
    let seeds = input.failed.iter().map(|id| node(&nodes, id)).collect::<Result<Vec<Node>>>()?;
    let down: Vec<(Node, State)> = seeds.iter().map(|seed| (*seed, State::Down)).collect();
    let reached = spread(&snapshot, &down, Hazard::Outage, true);
    let name = |node: Node| snapshot.entity(node).name.as_str();
    let states = snapshot.nodes().map(|node| (name(node), reached.state(node)));
    let impact: BTreeMap<&str, State> = states.filter(|(_, state)| *state != State::None).collect();
    let count = |wanted: State| impact.values().filter(|state| **state == wanted).count();
    let hops: BTreeMap<&str, usize> =
        structural_reach(&snapshot, &seeds).into_iter().map(|(node, hops)| (name(node), hops)).collect();
    Ok(json!({
        "impact": impact,
        "counts": {
            "down": count(State::Down),
            "degraded": count(State::Degraded),
            "delayed": count(State::Delayed),
        },
        "structural_reach": hops.keys().collect::<Vec<_>>(),
        "structural_hops": hops,
    }))
}

fn snapshot(input: &Input) -> Result<(Snapshot, BTreeMap<String, Node>)> {
    let mut builder = SnapshotBuilder::new(schema(input)?);
    let named = |vertex: &Vertex| (vertex.id.clone(), builder.entity(&vertex.id, Kind::from(vertex.kind.clone())));
    let nodes: BTreeMap<String, Node> = input.nodes.iter().map(named).collect();
    for edge in &input.edges {
        builder.edge(node(&nodes, &edge.from)?, Relation::from(edge.kind.clone()), node(&nodes, &edge.to)?);
    }
    for group in &input.groups {
        let members = group.members.iter().map(|id| node(&nodes, id)).collect::<Result<Vec<Node>>>()?;
        builder.group(node(&nodes, &group.source)?, members, group.k);
    }
    Ok((builder.build(), nodes))
}

fn node(nodes: &BTreeMap<String, Node>, id: &str) -> Result<Node> {
    nodes.get(id).copied().ok_or_else(|| misused(format!("the case names {id}, which is no node of it")))
}

/// The table of the case: any kind may stand at either end.
fn schema(input: &Input) -> Result<Schema> {
    let kinds: std::collections::BTreeSet<&String> = input.nodes.iter().map(|vertex| &vertex.kind).collect();
    let mut schema = Schema::empty();
    for kind in kinds {
        schema = schema.with_kind(kind_row(Kind::from(kind.clone())))?;
    }
    for (relation, states) in &input.propagation {
        let passes = |from: State| states.get(from.as_str()).map_or(Ok(State::None), |to| State::parse(to));
        let forward = Propagation::new(passes(State::Delayed)?, passes(State::Degraded)?, passes(State::Down)?);
        schema = schema.with_relation(relation_row(Relation::from(relation.clone()), forward))?;
    }
    Ok(schema)
}
