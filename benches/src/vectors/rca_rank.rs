//! Incident ranking: a random walk with restart over weights that are given.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use twin_core::analysis::{RandomWalk, WalkEdge, random_walk_with_restart};
use twin_core::base::{Context, Result, Timestamp};

use crate::command::misused;

#[derive(Deserialize)]
struct Input {
    nodes: Vec<Vertex>,
    #[serde(default)]
    edges: Vec<Step>,
    damping: f64,
    #[serde(default)]
    restart: BTreeMap<String, f64>,
}

#[derive(Deserialize)]
struct Vertex {
    id: String,
}

#[derive(Deserialize)]
struct Step {
    from: String,
    to: String,
    weight: f64,
}

/// Scores that differ by less are a tie, and the smaller id comes first.
const TIE: f64 = 1e-12;

pub(super) fn answer(input: &Value) -> Result<Value> {
    let input = Input::deserialize(input).map_err(|error| misused("no input of rca_rank").because(error))?;
    let walk = RandomWalk {
        nodes: input.nodes.into_iter().map(|node| node.id).collect(),
        edges: input.edges.into_iter().map(|Step { from, to, weight }| WalkEdge { from, to, weight }).collect(),
        damping: input.damping,
        restart: input.restart,
    };
    let scores = random_walk_with_restart(&walk, &Context::new(Timestamp::MIN))?;
    let mut ranked: Vec<(&String, f64)> = walk.nodes.iter().zip(scores).collect();
    let score: BTreeMap<&String, f64> = ranked.iter().copied().collect();
    let rounded = |score: f64| (score / TIE).round();
    ranked.sort_by(|a, b| rounded(b.1).total_cmp(&rounded(a.1)).then(a.0.cmp(b.0)));
    Ok(json!({"score": score, "top10": ranked.iter().take(10).map(|(id, _)| id).collect::<Vec<_>>()}))
}
