//! Packages: where one that is a component's own depends on another's, the components depend on each other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Build;
use super::edges::Said;
use crate::graph::Edge;
use crate::schema::{kind, relation};

impl Build<'_> {
    /// The dependencies of components that their packages state. Packages from outside represent nothing, and add nothing.
    pub(super) fn package_dependencies(&self, edges: &[Arc<Edge>]) -> Vec<Arc<Edge>> {
        let represented = self.represented(edges);
        if represented.is_empty() {
            return Vec::new();
        }
        let lifted = edges.iter().flat_map(|edge| self.lifted(edge, &represented));
        lifted.map(|said| Arc::new(said.into())).collect()
    }

    /// The components that each package represents.
    fn represented(&self, edges: &[Arc<Edge>]) -> BTreeMap<u32, BTreeSet<u32>> {
        let mut represented: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        let edges = edges.iter().filter(|edge| edge.relation == relation::REPRESENTS);
        for edge in edges.filter(|edge| *self.kind(edge.from) == kind::PACKAGE) {
            represented.entry(edge.from).or_default().insert(edge.to);
        }
        represented
    }

    /// What a dependency of a package says of components, with the same evidence. One that names a folder reaches its component at once.
    fn lifted(&self, edge: &Edge, represented: &BTreeMap<u32, BTreeSet<u32>>) -> Vec<Said> {
        let is_dependency = edge.relation == relation::DEPENDS_ON;
        let Some(left) = represented.get(&edge.from).filter(|_| is_dependency) else { return Vec::new() };
        let itself = (*self.kind(edge.to) == kind::COMPONENT).then_some(edge.to);
        let right = represented.get(&edge.to).into_iter().flatten().copied().chain(itself);
        let pairs = right.flat_map(|to| left.iter().map(move |from| (*from, to))).filter(|(from, to)| from != to);
        pairs.flat_map(|(from, to)| between(edge, from, to)).collect()
    }
}

/// The same dependency between two others, from each side that says so.
fn between(edge: &Edge, from: u32, to: u32) -> impl Iterator<Item = Said> {
    edge.perspectives.iter().map(move |perspective| Said {
        from,
        relation: edge.relation.clone(),
        to,
        variant: edge.variant.clone(),
        perspective: *perspective,
        confidence: edge.confidence,
        attributes: edge.attributes.clone(),
        evidence: edge.evidence.clone(),
    })
}
