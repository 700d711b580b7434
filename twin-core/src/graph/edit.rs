//! Edges that come and go: a snapshot after a change, on the pages of the snapshot before it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::{Error, ErrorKind, Result};
use crate::graph::class::Governed;
use crate::graph::topology::{Joined, NO_ROW};
use crate::graph::{Node, Pages, Snapshot};
use crate::schema::Relation;

/// One edge that comes or goes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EdgeChange {
    /// A relation goes; of several that are alike, one.
    Remove {
        /// The left end.
        from: Node,
        /// Which relation.
        relation: Relation,
        /// The right end.
        to: Node,
    },
    /// A relation comes, of which nothing more is known.
    Add {
        /// The left end.
        from: Node,
        /// Which relation.
        relation: Relation,
        /// The right end.
        to: Node,
    },
}

impl Snapshot {
    /// The same snapshot after some edges went and others came. Shares all pages that the change does not touch: O(change · log change), but O(nodes + edges) once
    /// in a while, when many changes have come together.
    ///
    /// # Errors
    /// `Unknown` for an edge that is not there or a relation without a row, `Invalid` for an end that is not there. Nothing is changed then.
    pub fn edited(&self, changes: &[EdgeChange]) -> Result<Snapshot> {
        Ok(self.on(Arc::new(self.pages().edited(changes)?)))
    }
}

impl Pages {
    fn edited(&self, changes: &[EdgeChange]) -> Result<Pages> {
        let mut removals: BTreeMap<(u32, &Relation, u32), usize> = BTreeMap::new();
        let mut added = Vec::new();
        let mut classes = self.classes.clone();
        let governed = Governed { groups: &self.groups, memberships: &self.memberships };
        for change in changes {
            match change {
                EdgeChange::Remove { from, relation, to } => {
                    *removals.entry((from.0, relation, to.0)).or_default() += 1;
                }
                EdgeChange::Add { from, relation, to } => {
                    self.schema.relation(relation.as_str())?;
                    self.check_there(*from)?;
                    self.check_there(*to)?;
                    let between = governed.between(from.0, to.0);
                    let class = classes.number(&self.schema, relation, None, between);
                    added.push(Joined { from: from.0, to: to.0, class, place: NO_ROW });
                }
            }
        }
        let mut removed = Vec::with_capacity(changes.len() - added.len());
        for ((from, relation, to), count) in removals {
            self.find_edges(from, relation, to, count, &mut removed)?;
        }
        let topology = self.topology.edited(self.entities.len() as u32, &removed, &added);
        Ok(self.joined_by(topology, classes))
    }

    /// Adds so many of the edges that join two nodes by a relation.
    fn find_edges(&self, from: u32, relation: &Relation, to: u32, count: usize, found: &mut Vec<Joined>) -> Result<()> {
        let before = found.len();
        let ends = self.topology.outgoing(from).ends().filter(|end| end.node == to);
        let alike = ends.filter(|end| self.classes()[end.class as usize].relation == *relation).take(count);
        found.extend(alike.map(|end| Joined { from, to, class: end.class, place: end.place }));
        match found.len() - before == count {
            true => Ok(()),
            false => Err(Error::new(
                ErrorKind::Unknown,
                format!("no edge {relation} from node {from} to node {to} is left to remove"),
            )),
        }
    }

    fn check_there(&self, node: Node) -> Result<()> {
        match self.is_there(node.0) {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::Invalid, format!("node {} is not in this snapshot", node.0))),
        }
    }
}
