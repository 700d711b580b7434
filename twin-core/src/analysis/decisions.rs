//! Decisions: what was decided about an entity, whether it still stands, and whether reality keeps to it.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::analysis::question::{EntityRef, basis, envelope};
use crate::answer::{Answer, EvidenceId, Profile};
use crate::graph::{AttributeValue, EdgeRef, Node, Snapshot};
use crate::observe::Perspective;
use crate::schema::{AttributeName, Value, attribute, kind, relation};

/// One decision that governs an entity.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct GoverningDecision {
    /// The decision.
    pub decision: EntityRef,
    /// What it governs: the entity, or a part of it.
    pub governs: EntityRef,
    /// MADR's status, as far as it says.
    pub status: Option<String>,
    /// Decisions that came after it and take its place.
    pub succeeded_by: Vec<EntityRef>,
    /// What it rules out and is there all the same.
    pub violations: Vec<Violation>,
    /// Why it is believed to govern the entity.
    pub evidence: Vec<EvidenceId>,
}

/// A relation that a decision rules out and that is there.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Violation {
    /// What the decision rules out, in its own words.
    pub forbids: String,
    /// The left end that is there.
    pub from: EntityRef,
    /// The right end that is there.
    pub to: EntityRef,
    /// From which sides it is known.
    pub perspectives: Vec<Perspective>,
    /// Why it is believed to be there.
    pub evidence: Vec<EvidenceId>,
}

/// The decisions that govern an entity, its instances or its system, oldest id first. O(relations of the entity).
pub fn decisions(snapshot: &Snapshot, node: Node, needs: Profile) -> Answer<Vec<GoverningDecision>> {
    let mut rows: Vec<GoverningDecision> = governed(snapshot, node)
        .into_iter()
        .flat_map(|part| snapshot.incoming(part))
        .filter(|edge| edge.edge.relation == relation::GOVERNS)
        .map(|edge| row(snapshot, &edge))
        .collect();
    rows.sort_by(|a, b| (&a.decision, &a.governs).cmp(&(&b.decision, &b.governs)));
    let violated: usize = rows.iter().map(|row| row.violations.len()).sum();
    let asked = serde_json::json!({"entity": EntityRef::of(snapshot, node)});
    let sides = basis(snapshot, rows.iter().flat_map(|row| row.evidence.iter().copied()));
    let mut answer =
        envelope(snapshot, "decisions", asked, needs, "decisions that name the entity, against what is there", rows);
    answer.basis = sides;
    answer.verdict = Some(match (answer.value.len(), violated) {
        (0, _) => "no decision that was read governs it".to_owned(),
        (count, 0) => format!("{count} decisions, none violated"),
        (count, violated) => format!("{count} decisions, {violated} violations"),
    });
    answer
}

/// The entity, its instances, and the systems that it is part of.
fn governed(snapshot: &Snapshot, node: Node) -> BTreeSet<Node> {
    let component = snapshot.component(node);
    let systems =
        snapshot.outgoing(component).filter(|edge| edge.edge.relation == relation::PART_OF).map(|edge| edge.to);
    systems.chain(snapshot.instances(component)).chain([node, component]).collect()
}

fn row(snapshot: &Snapshot, edge: &EdgeRef<'_>) -> GoverningDecision {
    let decision = edge.from;
    let succeeding = snapshot.incoming(decision).filter(|edge| edge.edge.relation == relation::SUCCESSOR_OF);
    GoverningDecision {
        decision: EntityRef::of(snapshot, decision),
        governs: EntityRef::of(snapshot, edge.to),
        status: text(snapshot, decision, &attribute::STATUS),
        succeeded_by: succeeding.map(|edge| EntityRef::of(snapshot, edge.from)).collect(),
        violations: violations(snapshot, decision),
        evidence: edge.edge.evidence.clone(),
    }
}

fn text(snapshot: &Snapshot, node: Node, name: &AttributeName) -> Option<String> {
    let value = |value: &AttributeValue| value.value.as_text().map(str::to_owned);
    snapshot.entity(node).values(name).find_map(value)
}

/// Everything that decisions rule out and is there, by decision. O(decisions · relations of what they name).
pub fn violated(snapshot: &Snapshot) -> Vec<(EntityRef, Violation)> {
    let of = |decision: Node| {
        let told = EntityRef::of(snapshot, decision);
        violations(snapshot, decision).into_iter().map(move |violation| (told.clone(), violation))
    };
    snapshot.of_kind(&kind::DECISION).flat_map(of).collect()
}

/// What a decision rules out and is there. Only a decision that stands can be violated.
pub(super) fn violations(snapshot: &Snapshot, decision: Node) -> Vec<Violation> {
    let status = text(snapshot, decision, &attribute::STATUS);
    if status.is_some_and(|status| status != "accepted") {
        return Vec::new();
    }
    let name = attribute::FORBIDS;
    let forbidden = snapshot.entity(decision).values(&name).flat_map(|value| match &value.value {
        Value::Texts(texts) => texts.clone(),
        _ => Vec::new(),
    });
    forbidden.flat_map(|forbids| broken(snapshot, &forbids)).collect()
}

/// The relations that `left relation right` rules out. A name may mean several entities: then none of them may.
fn broken(snapshot: &Snapshot, forbids: &str) -> Vec<Violation> {
    let words: Vec<&str> = forbids.split_whitespace().collect();
    let [left, relation, right] = words[..] else { return Vec::new() };
    let (left, right) = (acting(snapshot, left), acting(snapshot, right));
    let is_broken = |edge: &EdgeRef<'_>| edge.edge.relation.as_str() == relation && right.contains(&edge.to);
    let edges = left.iter().flat_map(|node| snapshot.outgoing(*node)).filter(is_broken);
    edges
        .map(|edge| Violation {
            forbids: forbids.to_owned(),
            from: EntityRef::of(snapshot, edge.from),
            to: EntityRef::of(snapshot, edge.to),
            perspectives: edge.edge.perspectives.clone(),
            evidence: edge.edge.evidence.clone(),
        })
        .collect()
}

fn acting(snapshot: &Snapshot, name: &str) -> BTreeSet<Node> {
    let is_member =
        |node: &Node| [kind::WORKLOAD, kind::IMAGE, kind::SERVICE_NAME].contains(&snapshot.entity(*node).kind);
    let named = snapshot.called(name).into_iter().filter(|node| !is_member(node));
    named.flat_map(|node| snapshot.instances(node)).collect()
}
