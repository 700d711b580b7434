//! Neighbours: what an entity is related to; and finding entities by kind and words.

use serde::Serialize;

use crate::analysis::question::{EntityRef, basis, envelope};
use crate::answer::{Answer, EvidenceId, Profile};
use crate::base::Result;
use crate::graph::{AttributeValue, EdgeRef, Node, Snapshot};
use crate::observe::Perspective;
use crate::schema::{AttributeName, Value};

/// One relation, seen from an entity.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Neighbour {
    /// The end of the relation at which the entity stands: itself, or one of its instances.
    pub at: EntityRef,
    /// The relation as it reads from there: by its name, or by its inverse name.
    pub relation: String,
    /// The other end.
    pub other: EntityRef,
    /// From which sides it is known.
    pub perspectives: Vec<Perspective>,
    /// How sure the surest evidence is.
    pub confidence: f64,
    /// Whether it is known from observation alone, and was last seen too long ago.
    pub stale: bool,
    /// More about the relation.
    pub attributes: Vec<(AttributeName, Value)>,
    /// Why it is believed.
    pub evidence: Vec<EvidenceId>,
}

/// What an entity and its instances are related to; only by `relation` if one is given, under its name or its inverse name.
/// O(relations of the entity).
///
/// # Errors
/// `Unknown` for a relation that has no row.
pub fn neighbours(
    snapshot: &Snapshot,
    node: Node,
    relation: Option<&str>,
    needs: Profile,
) -> Result<Answer<Vec<Neighbour>>> {
    if let Some(name) = relation
        && !snapshot.schema().relations().any(|row| row.inverse == name)
    {
        snapshot.schema().relation(name)?;
    }
    let mut parts = snapshot.instances(node);
    parts.push(node);
    parts.sort_unstable();
    parts.dedup();
    let mut rows: Vec<Neighbour> = parts.iter().flat_map(|part| around(snapshot, *part)).collect();
    rows.retain(|row| relation.is_none_or(|name| row.relation == name));
    rows.sort_by(|a, b| (&a.relation, &a.other, &a.at).cmp(&(&b.relation, &b.other, &b.at)));
    let asked = serde_json::json!({"entity": EntityRef::of(snapshot, node), "relation": relation});
    let sides = basis(snapshot, rows.iter().flat_map(|row| row.evidence.iter().copied()));
    let mut answer = envelope(snapshot, "neighbours", asked, needs, "relations of the entity", rows);
    answer.basis = sides;
    Ok(answer)
}

fn around(snapshot: &Snapshot, node: Node) -> Vec<Neighbour> {
    let outgoing =
        snapshot.outgoing(node).map(|edge| row(snapshot, node, edge.to, edge.edge.relation.to_string(), &edge));
    let incoming = snapshot.incoming(node).map(|edge| {
        let inverse = snapshot.schema().relation(edge.edge.relation.as_str()).map(|row| row.inverse);
        row(snapshot, node, edge.from, inverse.unwrap_or("relatedTo").to_owned(), &edge)
    });
    outgoing.chain(incoming).collect()
}

fn row(snapshot: &Snapshot, at: Node, other: Node, relation: String, edge: &EdgeRef<'_>) -> Neighbour {
    let attribute = |attribute: &AttributeValue| (attribute.name.clone(), attribute.value.clone());
    Neighbour {
        at: EntityRef::of(snapshot, at),
        relation,
        other: EntityRef::of(snapshot, other),
        perspectives: edge.edge.perspectives.clone(),
        confidence: edge.edge.confidence,
        stale: snapshot.is_stale(edge.edge),
        attributes: edge.edge.attributes.iter().map(attribute).collect(),
        evidence: edge.edge.evidence.clone(),
    }
}

/// The entities of a kind (all, if none is given) whose names contain some words, by kind and name. O(entities).
///
/// # Errors
/// `Unknown` for a kind that has no row.
pub fn find_all(
    snapshot: &Snapshot,
    kind: Option<&str>,
    words: &str,
    needs: Profile,
) -> Result<Answer<Vec<EntityRef>>> {
    if let Some(kind) = kind {
        snapshot.schema().kind(kind)?;
    }
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let matches = |node: &Node| {
        let entity = snapshot.entity(*node);
        let name = entity.name.to_lowercase();
        kind.is_none_or(|kind| entity.kind.as_str() == kind) && words.iter().all(|word| name.contains(word))
    };
    let mut found: Vec<EntityRef> =
        snapshot.nodes().filter(matches).map(|node| EntityRef::of(snapshot, node)).collect();
    found.sort_by(|a, b| (&a.kind, &a.name, &a.id).cmp(&(&b.kind, &b.name, &b.id)));
    let asked = serde_json::json!({"entity_kind": kind, "words": words});
    Ok(envelope(snapshot, "find", asked, needs, "names that contain the words", found))
}
