//! Drift: two lists of edges as two sides of one graph.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use twin_core::analysis::{DriftRow, missing_and_undeclared};
use twin_core::base::Result;
use twin_core::graph::{AttributeValue, EdgeRef, Node, Snapshot};
use twin_core::observe::Perspective;
use twin_core::schema::{AttributeName, AttributeRow, Kind, Propagation, Relation, Schema, Value, ValueType};
use twin_core::testkit::{SnapshotBuilder, kind_row, relation_row};

use crate::command::misused;

const VERTEX: Kind = Kind::of("Vertex");

#[derive(Deserialize)]
struct Input {
    declared: Vec<Stated>,
    observed: Vec<Stated>,
    compare: Vec<String>,
}

#[derive(Deserialize)]
struct Stated {
    from: String,
    to: String,
    kind: String,
    #[serde(flatten)]
    attributes: Map<String, Json>,
}

type Ends<'a> = (&'a str, &'a str, &'a str);
type Sides<'a> = BTreeMap<Perspective, &'a Stated>;

pub(super) fn answer(input: &Json) -> Result<Json> {
    let input = Input::deserialize(input).map_err(|error| misused("no input of drift").because(error))?;
    let snapshot = snapshot(&input)?;
    let compare: Vec<AttributeName> = input.compare.iter().cloned().map(AttributeName::from).collect();
    let edges: Vec<EdgeRef<'_>> = snapshot.edges().collect();
    let drift = missing_and_undeclared(&snapshot, &edges, Perspective::Declared, Perspective::Observed, &compare);
    let ends = |row: &DriftRow| json!([row.from.name, row.to.name, row.relation]);
    let changed = drift.changed.iter().map(|change| {
        json!({
            "edge": ends(&change.edge),
            "attribute": change.attribute,
            "declared": change.left.first().map(plain),
            "observed": change.right.first().map(plain),
        })
    });
    Ok(json!({
        "missing": drift.missing.iter().map(ends).collect::<Vec<_>>(),
        "undeclared": drift.undeclared.iter().map(ends).collect::<Vec<_>>(),
        "changed": changed.collect::<Vec<_>>(),
    }))
}

fn snapshot(input: &Input) -> Result<Snapshot> {
    let edges = by_ends(input);
    let mut builder = SnapshotBuilder::new(schema(input, &edges)?);
    let names: BTreeSet<&str> = edges.keys().flat_map(|(from, to, _)| [*from, *to]).collect();
    let nodes: BTreeMap<&str, Node> = names.into_iter().map(|name| (name, builder.entity(name, VERTEX))).collect();
    for ((from, to, kind), sides) in &edges {
        let edge = builder.edge(nodes[from], Relation::from((*kind).to_owned()), nodes[to]);
        edge.perspectives = sides.keys().copied().collect();
        edge.attributes = sides.iter().flat_map(|(side, stated)| attributes(*side, stated)).collect();
    }
    Ok(builder.build())
}

fn by_ends(input: &Input) -> BTreeMap<Ends<'_>, Sides<'_>> {
    let mut edges: BTreeMap<Ends<'_>, Sides<'_>> = BTreeMap::new();
    for (side, stated) in [(Perspective::Declared, &input.declared), (Perspective::Observed, &input.observed)] {
        for edge in stated {
            edges.entry((&edge.from, &edge.to, &edge.kind)).or_default().insert(side, edge);
        }
    }
    edges
}

fn attributes(side: Perspective, stated: &Stated) -> impl Iterator<Item = AttributeValue> + '_ {
    stated.attributes.iter().map(move |(name, value)| AttributeValue {
        name: AttributeName::from(name.clone()),
        value: typed(value),
        perspective: side,
        evidence: Vec::new(),
    })
}

fn schema(input: &Input, edges: &BTreeMap<Ends<'_>, Sides<'_>>) -> Result<Schema> {
    let mut schema = Schema::empty().with_kind(kind_row(VERTEX))?;
    for relation in edges.keys().map(|(.., kind)| *kind).collect::<BTreeSet<&str>>() {
        schema = schema.with_relation(relation_row(Relation::from(relation.to_owned()), Propagation::NOTHING))?;
    }
    let named = input.declared.iter().chain(&input.observed).flat_map(|stated| stated.attributes.keys());
    for name in named.collect::<BTreeSet<&String>>() {
        let name = AttributeName::from(name.clone());
        let row = AttributeRow { name, value: ValueType::Text, doc: "An attribute of the case.", read_by: &["drift"] };
        schema = schema.with_attribute(row)?;
    }
    Ok(schema)
}

/// Whole numbers stay numbers, all else is compared as it is written.
fn typed(value: &Json) -> Value {
    match value {
        Json::String(text) => Value::from(text.as_str()),
        Json::Bool(flag) => Value::Flag(*flag),
        other => other.as_i64().map_or_else(|| Value::from(other.to_string()), Value::from),
    }
}

fn plain(value: &Value) -> Json {
    match value {
        Value::Integer(number) => json!(number),
        Value::Flag(flag) => json!(flag),
        other => json!(other.to_string()),
    }
}
