//! Taint: where classes of data can be, and which policies that breaks.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use twin_core::analysis::{DataEdge, DataHolder, DataPolicy, PolicySubject, taint};
use twin_core::base::{Context, Result, Timestamp};

use crate::command::misused;

#[derive(Deserialize)]
struct Input {
    nodes: Vec<DataHolder>,
    edges: Vec<DataEdge>,
    #[serde(default)]
    policies: Vec<Policy>,
}

/// A policy as a case tells it, with whatever it says beside.
#[derive(Deserialize)]
struct Policy {
    id: String,
    class: String,
    allowed_regions: Option<Vec<String>>,
    #[serde(default)]
    require_encrypted: bool,
}

impl From<Policy> for DataPolicy {
    fn from(Policy { id, class, allowed_regions, require_encrypted }: Policy) -> DataPolicy {
        DataPolicy { id, class, allowed_regions, require_encrypted }
    }
}

pub(super) fn answer(input: &Value) -> Result<Value> {
    let input = Input::deserialize(input).map_err(|error| misused("no input of taint").because(error))?;
    let policies: Vec<DataPolicy> = input.policies.into_iter().map(DataPolicy::from).collect();
    let taint = taint(&input.nodes, &input.edges, &policies, &Context::new(Timestamp::MIN))?;
    let mut classes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for spread in &taint.classes {
        for carrier in &spread.carriers {
            classes.entry(&carrier.id).or_default().push(&spread.class);
        }
    }
    let violations = taint.violations.iter().map(|violation| match &violation.subject {
        PolicySubject::Node(id) => json!({"policy": violation.policy, "node": id}),
        PolicySubject::Edge(from, to) => json!({"policy": violation.policy, "edge": [from, to]}),
    });
    Ok(json!({"classes": classes, "violations": violations.collect::<Vec<_>>()}))
}
