//! Owners: who answers for an entity, and by which rule.

use serde::Serialize;

use crate::analysis::question::{EntityRef, basis, envelope};
use crate::answer::{Answer, EvidenceId, Profile};
use crate::graph::{Node, Snapshot};
use crate::observe::Perspective;
use crate::schema::relation;

/// One owner.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct OwnerRow {
    /// The team or person.
    pub owner: EntityRef,
    /// Which part of the entity it owns: the entity itself, or an instance.
    pub owns: EntityRef,
    /// How sure that is.
    pub confidence: f64,
    /// From which sides it is known.
    pub perspectives: Vec<Perspective>,
    /// The rule or label that says so, and the path that it matches.
    pub evidence: Vec<EvidenceId>,
}

/// Who owns an entity, surest first. O(relations of the entity).
pub fn owners(snapshot: &Snapshot, node: Node, needs: Profile) -> Answer<Vec<OwnerRow>> {
    let rows = rows(snapshot, node);
    let asked = serde_json::json!({"entity": EntityRef::of(snapshot, node)});
    let sides = basis(snapshot, rows.iter().flat_map(|row| row.evidence.iter().copied()));
    let mut answer =
        envelope(snapshot, "owners", asked, needs, "last matching rule of each section, labels, catalogue", rows);
    answer.basis = sides;
    answer.verdict = answer.value.is_empty().then(|| "no rule that was read gives it an owner".to_owned());
    answer
}

/// The owners of an entity, its component and its instances.
pub(super) fn rows(snapshot: &Snapshot, node: Node) -> Vec<OwnerRow> {
    let component = snapshot.component(node);
    let mut parts = snapshot.instances(component);
    parts.extend([component, node]);
    parts.sort_unstable();
    parts.dedup();
    let owned =
        parts.iter().flat_map(|part| snapshot.outgoing(*part)).filter(|edge| edge.edge.relation == relation::OWNED_BY);
    let mut rows: Vec<OwnerRow> = owned
        .map(|edge| OwnerRow {
            owner: EntityRef::of(snapshot, edge.to),
            owns: EntityRef::of(snapshot, edge.from),
            confidence: edge.edge.confidence,
            perspectives: edge.edge.perspectives.clone(),
            evidence: edge.edge.evidence.clone(),
        })
        .collect();
    rows.sort_by(|a, b| {
        b.confidence.total_cmp(&a.confidence).then_with(|| (&a.owner, &a.owns).cmp(&(&b.owner, &b.owns)))
    });
    rows
}
