//! Drift: what one side says and another does not.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::analysis::question::{EntityRef, basis, envelope, never_read, reads_kind};
use crate::answer::{Answer, EvidenceId, Profile, Status};
use crate::graph::{Edge, EdgeClass, EdgeRef, Node, Snapshot};
use crate::observe::Perspective;
use crate::schema::{AttributeName, Relation, Value, attribute, kind};

/// The relations and attributes in which two sides differ.
#[derive(Clone, Debug, Default, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Drift {
    /// Known from the left side only: declared, and not seen to happen.
    pub missing: Vec<DriftRow>,
    /// Known from the right side only: seen to happen, and not declared.
    pub undeclared: Vec<DriftRow>,
    /// Known from both, with other attributes.
    pub changed: Vec<DriftAttribute>,
    /// Entities that the right side never saw at all: nothing can be said of their relations.
    pub not_compared: Vec<EntityRef>,
}

/// One relation that one side knows.
#[derive(Clone, Debug, PartialEq, PartialOrd, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct DriftRow {
    /// The left end.
    pub from: EntityRef,
    /// The relation.
    pub relation: Relation,
    /// The right end.
    pub to: EntityRef,
    /// How sure that side is.
    pub confidence: f64,
    /// Whether it is known from observation alone, and was last seen too long ago.
    pub stale: bool,
    /// Why it is believed.
    pub evidence: Vec<EvidenceId>,
}

/// One attribute in which the sides differ.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct DriftAttribute {
    /// The relation that has it.
    pub edge: DriftRow,
    /// Which attribute.
    pub attribute: AttributeName,
    /// The left side's values.
    pub left: Vec<Value>,
    /// The right side's values.
    pub right: Vec<Value>,
}

/// The attributes of relations that are compared by default.
const COMPARED: [AttributeName; 1] = [attribute::PROTOCOL];

/// Compares two sides over the relations that the table lets drift be asked of. Only relations of what the right side saw at all are
/// compared. O(relations).
pub fn drift(snapshot: &Snapshot, left: Perspective, right: Perspective, needs: Profile) -> Answer<Drift> {
    let compared = |edge: &EdgeRef<'_>| {
        let row = snapshot.schema().relation(edge.edge.relation.as_str());
        row.is_ok_and(|row| row.read_by.contains(&"drift"))
    };
    let seen = seen_by(snapshot, right, compared);
    let edges: Vec<EdgeRef<'_>> = snapshot.edges().filter(|edge| compared(edge) && seen.contains(&edge.from)).collect();
    let mut value = missing_and_undeclared(snapshot, &edges, left, right, &COMPARED);
    value.not_compared = not_compared(snapshot, left, &seen, compared);
    let sides =
        basis(snapshot, value.missing.iter().chain(&value.undeclared).flat_map(|row| row.evidence.iter().copied()));
    let asked = serde_json::json!({"left": left, "right": right});
    let mut answer =
        envelope(snapshot, "drift", asked, needs, "difference of two sides by (from, relation, to)", value);
    answer.basis = sides;
    answer.verdict = Some(verdict(&answer.value, left, right));
    if [left, right].contains(&Perspective::Observed) && !reads_kind(snapshot, &kind::SERVICE_NAME) {
        // Nothing was observed, which is not to say that nothing happens.
        answer.status = Status::Unknown { why: never_read("drift") };
    }
    if !answer.value.not_compared.is_empty() {
        let names: Vec<&str> = answer.value.not_compared.iter().map(|entity| entity.name.as_str()).collect();
        answer.blind_spots.push(format!("nothing was {} of {}", right.as_str(), names.join(", ")));
    }
    answer
}

fn verdict(drift: &Drift, left: Perspective, right: Perspective) -> String {
    let (missing, undeclared, changed) = (drift.missing.len(), drift.undeclared.len(), drift.changed.len());
    format!("{missing} only {}, {undeclared} only {}, {changed} differ", left.as_str(), right.as_str())
}

/// The difference of two sides over some relations: set algebra by (from, relation, to).
pub fn missing_and_undeclared(
    snapshot: &Snapshot,
    edges: &[EdgeRef<'_>],
    left: Perspective,
    right: Perspective,
    compare: &[AttributeName],
) -> Drift {
    let mut drift = Drift::default();
    for edge in edges {
        let known = |side: Perspective| edge.edge.perspectives.contains(&side);
        match (known(left), known(right)) {
            (true, false) => drift.missing.push(row(snapshot, edge)),
            (false, true) => drift.undeclared.push(row(snapshot, edge)),
            (true, true) => drift.changed.extend(changed(snapshot, edge, left, right, compare)),
            (false, false) => {}
        }
    }
    let order = |a: &DriftRow, b: &DriftRow| (&a.from, &a.relation, &a.to).cmp(&(&b.from, &b.relation, &b.to));
    drift.missing.sort_by(order);
    drift.undeclared.sort_by(order);
    drift
}

fn row(snapshot: &Snapshot, edge: &EdgeRef<'_>) -> DriftRow {
    DriftRow {
        from: EntityRef::of(snapshot, edge.from),
        relation: edge.edge.relation.clone(),
        to: EntityRef::of(snapshot, edge.to),
        confidence: edge.edge.confidence,
        stale: snapshot.is_stale(edge.edge),
        evidence: edge.edge.evidence.clone(),
    }
}

fn changed(
    snapshot: &Snapshot,
    edge: &EdgeRef<'_>,
    left: Perspective,
    right: Perspective,
    compare: &[AttributeName],
) -> Vec<DriftAttribute> {
    let differs = |name: &AttributeName| {
        let (left, right) = (values(edge.edge, name, left), values(edge.edge, name, right));
        let differ = !left.is_empty() && !right.is_empty() && left != right;
        differ.then(|| DriftAttribute { edge: row(snapshot, edge), attribute: name.clone(), left, right })
    };
    compare.iter().filter_map(differs).collect()
}

fn values(edge: &Edge, name: &AttributeName, side: Perspective) -> Vec<Value> {
    let values = edge.attributes.iter().filter(|attribute| attribute.name == *name && attribute.perspective == side);
    values.map(|attribute| attribute.value.clone()).collect::<BTreeSet<Value>>().into_iter().collect()
}

/// One relation that one side knows and the other does not, as its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Drifting {
    /// The left end.
    pub from: Node,
    /// The right end.
    pub to: Node,
    /// The class and the place of its row.
    pub over: (u16, u32),
    /// Whether the left side alone knows it.
    pub is_missing: bool,
}

/// What [`drift`] finds of declared and observed relations, without rows, in order; or why nothing can be said. O(entities + relations).
pub(crate) fn drifting(snapshot: &Snapshot) -> Result<Vec<Drifting>, String> {
    // Where nothing was observed, nothing is held against it.
    let is_observed = snapshot.pages().evidence.iter().any(|row| row.perspective == Perspective::Observed);
    drifting_from(snapshot, is_observed.then(|| snapshot.nodes()).into_iter().flatten())
}

/// The part of it that starts at some nodes: it follows from their own relations and evidence alone.
pub(crate) fn drifting_from(snapshot: &Snapshot, nodes: impl Iterator<Item = Node>) -> Result<Vec<Drifting>, String> {
    if !reads_kind(snapshot, &kind::SERVICE_NAME) {
        return Err(never_read("drift"));
    }
    let (left, right) = (Perspective::Declared, Perspective::Observed);
    let is_compared = |class: &EdgeClass| {
        snapshot.schema().relation(class.relation.as_str()).is_ok_and(|row| row.read_by.contains(&"drift"))
    };
    let compared: Vec<bool> = snapshot.pages().classes().iter().map(is_compared).collect();
    let is_compared = |edge: &EdgeRef<'_>| compared[edge.class as usize];
    let seen = nodes.filter(|node| is_seen_by(snapshot, *node, right, is_compared));
    let edges = seen.flat_map(|node| snapshot.outgoing(node)).filter(is_compared);
    let of = |edge: EdgeRef<'_>| {
        let known = |side: Perspective| edge.edge.perspectives.contains(&side);
        let over = (edge.class, edge.place);
        (known(left) != known(right)).then(|| Drifting { from: edge.from, to: edge.to, over, is_missing: known(left) })
    };
    let mut drifting: Vec<Drifting> = edges.filter_map(of).collect();
    drifting.sort_unstable();
    Ok(drifting)
}

/// The entities of which a side says anything: a record of their own, or a relation.
fn seen_by(snapshot: &Snapshot, side: Perspective, compared: impl Fn(&EdgeRef<'_>) -> bool) -> BTreeSet<Node> {
    snapshot.nodes().filter(|node| is_seen_by(snapshot, *node, side, &compared)).collect()
}

/// Whether a side says anything of an entity: a record of its own, or a relation that starts at it.
fn is_seen_by(snapshot: &Snapshot, node: Node, side: Perspective, compared: impl Fn(&EdgeRef<'_>) -> bool) -> bool {
    let rows = &snapshot.pages().evidence;
    let mut evidence = snapshot.entity(node).evidence.iter();
    let says = |edge: EdgeRef<'_>| compared(&edge) && edge.edge.perspectives.contains(&side);
    evidence.any(|id| rows[id.0 as usize].perspective == side) || snapshot.outgoing(node).any(says)
}

fn not_compared(
    snapshot: &Snapshot,
    side: Perspective,
    seen: &BTreeSet<Node>,
    compared: impl Fn(&EdgeRef<'_>) -> bool,
) -> Vec<EntityRef> {
    let blind: BTreeMap<EntityRef, ()> = snapshot
        .edges()
        .filter(|edge| compared(edge) && edge.edge.perspectives.contains(&side) && !seen.contains(&edge.from))
        .filter(|edge| snapshot.entity(edge.from).kind == kind::INSTANCE)
        .map(|edge| (EntityRef::of(snapshot, edge.from), ()))
        .collect();
    blind.into_keys().collect()
}
