//! Cycles: entities that need each other, directly or around a corner.

use serde::Serialize;

use crate::analysis::question::{EntityRef, basis, envelope};
use crate::answer::{Answer, EvidenceId, Profile};
use crate::graph::{EdgeRef, Node, Snapshot};

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
    let is_need = |edge: &EdgeRef<'_>| {
        let row = snapshot.schema().relation(edge.edge.relation.as_str());
        row.is_ok_and(|row| row.read_by.contains(&"cycles"))
    };
    let mut cycles: Vec<Cycle> = strong_components(snapshot, is_need)
        .into_iter()
        .filter(|members| members.len() > 1)
        .map(|members| cycle(snapshot, &members, is_need))
        .collect();
    cycles.sort_by(|a, b| a.members.cmp(&b.members));
    let sides = basis(snapshot, cycles.iter().flat_map(|cycle| cycle.evidence.iter().copied()));
    let mut answer =
        envelope(snapshot, "cycles", serde_json::json!({}), needs, "strongly connected components (Tarjan)", cycles);
    answer.basis = sides;
    answer
}

fn cycle(snapshot: &Snapshot, members: &[Node], is_need: impl Fn(&EdgeRef<'_>) -> bool) -> Cycle {
    let inside = |edge: &EdgeRef<'_>| is_need(edge) && members.binary_search(&edge.to).is_ok() && edge.from != edge.to;
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

/// The strongly connected components over some relations, each sorted; every node is in one.
/// Tarjan's algorithm without recursion: depth costs heap, not stack. O(entities + relations).
pub fn strong_components(snapshot: &Snapshot, follow: impl Fn(&EdgeRef<'_>) -> bool) -> Vec<Vec<Node>> {
    let mut search = Search {
        order: vec![None; snapshot.bound()],
        low: vec![0; snapshot.bound()],
        on_path: vec![false; snapshot.bound()],
        path: Vec::new(),
        next: 0,
        found: Vec::new(),
    };
    let followed = |node: Node| snapshot.outgoing(node).filter(&follow).map(|edge| edge.to).collect::<Vec<Node>>();
    for root in snapshot.nodes() {
        if search.order[root.index()].is_none() {
            search.run(root, &followed);
        }
    }
    search.found
}

struct Search {
    order: Vec<Option<usize>>,
    low: Vec<usize>,
    on_path: Vec<bool>,
    path: Vec<Node>,
    next: usize,
    found: Vec<Vec<Node>>,
}

impl Search {
    fn run(&mut self, root: Node, followed: &impl Fn(Node) -> Vec<Node>) {
        let mut calls = vec![(root, self.enter(root, followed))];
        while let Some((node, successors)) = calls.last_mut() {
            let node = *node;
            match successors.pop() {
                Some(next) if self.order[next.index()].is_none() => {
                    let successors = self.enter(next, followed);
                    calls.push((next, successors));
                }
                Some(next) if self.on_path[next.index()] => {
                    let seen = self.order[next.index()].unwrap_or_default();
                    self.low[node.index()] = self.low[node.index()].min(seen);
                }
                Some(_) => {}
                None => {
                    calls.pop();
                    if let Some((caller, _)) = calls.last() {
                        self.low[caller.index()] = self.low[caller.index()].min(self.low[node.index()]);
                    }
                    self.leave(node);
                }
            }
        }
    }

    fn enter(&mut self, node: Node, followed: &impl Fn(Node) -> Vec<Node>) -> Vec<Node> {
        self.order[node.index()] = Some(self.next);
        self.low[node.index()] = self.next;
        self.next += 1;
        self.path.push(node);
        self.on_path[node.index()] = true;
        let mut successors = followed(node);
        successors.reverse();
        successors
    }

    fn leave(&mut self, node: Node) {
        if self.order[node.index()] != Some(self.low[node.index()]) {
            return;
        }
        let mut component = Vec::new();
        while let Some(member) = self.path.pop() {
            self.on_path[member.index()] = false;
            component.push(member);
            if member == node {
                break;
            }
        }
        component.sort_unstable();
        self.found.push(component);
    }
}
