//! What a search may propose: the changes that it knows how to make, as data.

use crate::graph::{Node, Snapshot};
use crate::schema::Relation;
use crate::simulate::ChangeDraft;

/// One change, by nodes of the base.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Edit {
    /// A dependency goes.
    Cut { from: Node, to: Node, relation: Relation },
    /// A dependency comes.
    Join { from: Node, to: Node, relation: Relation },
    /// Something moves.
    Move { node: Node, region: String, rtt_ms: Option<f64> },
    /// Something is taken away.
    Remove { node: Node },
    /// Something runs in so many copies.
    Scale { node: Node, replicas: u32, now: u32 },
}

impl Edit {
    /// Whose owners have to do something.
    pub fn changed(&self) -> Node {
        match self {
            Edit::Cut { from: node, .. }
            | Edit::Join { from: node, .. }
            | Edit::Move { node, .. }
            | Edit::Scale { node, .. }
            | Edit::Remove { node } => *node,
        }
    }

    /// The change as data, with entities by their ids.
    pub fn draft(&self, base: &Snapshot) -> ChangeDraft {
        let id = |node: &Node| base.entity(*node).id.as_str().to_owned();
        match self {
            Edit::Cut { from, to, relation } => ChangeDraft::RemoveDependency {
                entity: id(from),
                on: id(to),
                relation: Some(relation.as_str().to_owned()),
            },
            Edit::Join { from, to, relation } => ChangeDraft::add_dependency(id(from), id(to), relation.as_str()),
            Edit::Move { node, region, rtt_ms } => ChangeDraft::move_to(id(node), region.clone(), *rtt_ms),
            Edit::Remove { node } => ChangeDraft::remove(id(node)),
            Edit::Scale { node, replicas, now } => ChangeDraft::scale(id(node), *replicas, Some(*now)),
        }
    }
}
