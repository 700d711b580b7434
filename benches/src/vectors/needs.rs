//! A graph of ids as a snapshot: what the families of plain edges share.

use std::collections::BTreeMap;

use serde::Deserialize;
use twin_core::answer::EvidenceId;
use twin_core::base::Result;
use twin_core::graph::{EdgeRef, Node, Snapshot};
use twin_core::schema::{Propagation, Schema};
use twin_core::testkit::{NEEDS, SnapshotBuilder, THING, kind_row, relation_row};

use crate::command::misused;

/// An edge of a case.
#[derive(Deserialize)]
pub(super) struct Need {
    pub from: String,
    pub to: String,
}

/// The nodes and edges of a case. A node that is listed twice is one.
pub(super) struct Needs {
    pub snapshot: Snapshot,
    nodes: BTreeMap<String, Node>,
}

impl Needs {
    pub fn new<'a>(ids: &[String], edges: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self> {
        let schema =
            Schema::empty().with_kind(kind_row(THING))?.with_relation(relation_row(NEEDS, Propagation::NOTHING))?;
        let mut builder = SnapshotBuilder::new(schema);
        let mut nodes = BTreeMap::new();
        for id in ids {
            nodes.entry(id.clone()).or_insert_with(|| builder.entity(id, THING));
        }
        for (place, (from, to)) in (0..).zip(edges) {
            let (from, to) = (node(&nodes, from)?, node(&nodes, to)?);
            builder.edge(from, NEEDS, to).evidence = vec![EvidenceId(place)];
        }
        Ok(Needs { snapshot: builder.build(), nodes })
    }

    pub fn node(&self, id: &str) -> Result<Node> {
        node(&self.nodes, id)
    }

    /// The id of a node.
    pub fn id(&self, node: Node) -> &str {
        &self.snapshot.entity(node).name
    }

    /// The ids of some nodes, in order.
    pub fn ids(&self, nodes: &[Node]) -> Vec<&str> {
        let mut ids: Vec<&str> = nodes.iter().map(|node| self.id(*node)).collect();
        ids.sort_unstable();
        ids
    }
}

/// Which of the edges that were given this is.
pub(super) fn place(edge: &EdgeRef<'_>) -> usize {
    edge.edge.evidence.first().map_or(usize::MAX, |id| id.0 as usize)
}

fn node(nodes: &BTreeMap<String, Node>, id: &str) -> Result<Node> {
    nodes.get(id).copied().ok_or_else(|| misused(format!("the case names {id}, which is no node of it")))
}
