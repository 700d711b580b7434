//! Cycles: entities that need each other, directly or around a corner.

use serde::Serialize;

use crate::analysis::question::{EntityRef, basis, envelope};
use crate::analysis::structure::strong_components;
use crate::answer::{Answer, EvidenceId, Profile};
use crate::graph::{EdgeClass, EdgeRef, Node, Snapshot};

/// One strongly connected set of entities, with the relations that hold it together.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Cycle {
    /// Who is in it, by name.
    pub members: Vec<EntityRef>,
    /// The relations within it, as `left relation right`.
    pub relations: Vec<String>,
    /// Why they are believed.
    pub evidence: Vec<EvidenceId>,
}

/// The cycles over relations by which one end needs the other. O(entities + relations).
pub fn cycles(snapshot: &Snapshot, needs: Profile) -> Answer<Vec<Cycle>> {
    let is_need = need_classes(snapshot);
    let groups = strong_components(snapshot, |class| is_need(class)).cyclic();
    let by_class: Vec<bool> = snapshot.pages().classes().iter().map(is_need).collect();
    let mut cycles: Vec<Cycle> = groups.iter().map(|members| cycle(snapshot, members, &by_class)).collect();
    cycles.sort_by(|a, b| a.members.cmp(&b.members));
    let sides = basis(snapshot, cycles.iter().flat_map(|cycle| cycle.evidence.iter().copied()));
    let mut answer =
        envelope(snapshot, "cycles", serde_json::json!({}), needs, "strongly connected components (Tarjan)", cycles);
    answer.basis = sides;
    answer
}

/// Whether one end of a relation needs the other, by its class.
pub(super) fn need_classes(snapshot: &Snapshot) -> impl Fn(&EdgeClass) -> bool + Copy {
    |class| {
        let row = snapshot.schema().relation(class.relation.as_str());
        row.is_ok_and(|row| row.read_by.contains(&"cycles"))
    }
}

/// Entities that need each other, with the relations that hold them together. By class, `is_need` says whether one end needs the other.
pub(super) fn cycle(snapshot: &Snapshot, members: &[Node], is_need: &[bool]) -> Cycle {
    let is_need = |edge: &EdgeRef<'_>| is_need[edge.class as usize] && edge.from != edge.to;
    let inside = |edge: &EdgeRef<'_>| is_need(edge) && members.binary_search(&edge.to).is_ok();
    let edges: Vec<EdgeRef<'_>> = members.iter().flat_map(|node| snapshot.outgoing(*node)).filter(inside).collect();
    let name = |node: Node| snapshot.entity(node).name.clone();
    let mut refs: Vec<EntityRef> = members.iter().map(|node| EntityRef::of(snapshot, *node)).collect();
    refs.sort();
    Cycle {
        members: refs,
        relations: edges
            .iter()
            .map(|edge| format!("{} {} {}", name(edge.from), edge.edge.relation, name(edge.to)))
            .collect(),
        evidence: edges.iter().flat_map(|edge| edge.edge.evidence.iter().copied()).collect(),
    }
}
