//! Where a graph falls apart and what goes in circles, kept for graphs that differ little from it.

use crate::analysis::structure::Direction;
use crate::analysis::structure::adjacency::{Adjacency, BOTH};
use crate::analysis::structure::components::components;
use crate::analysis::structure::cuts::cut_points;
use crate::graph::{EdgeClass, Node, Snapshot, Topology};

/// The edges on which is found where a graph falls apart and what goes in circles: a graph that differs at few nodes is then searched without reading all of its own.
#[derive(Debug)]
pub(crate) struct KeptShape {
    topology: Topology,
    joined: Adjacency<'static>,
    needed: Adjacency<'static>,
}

/// Where a graph falls apart, and what goes in circles. All lists are in order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Weaknesses {
    /// The nodes without which others are no longer joined.
    pub points: Vec<Node>,
    /// The groups of nodes that need each other around a corner.
    pub cycles: Vec<Vec<Node>>,
}

/// Which edges are followed.
#[derive(Clone, Copy)]
pub(crate) struct Follow<J, N> {
    /// Those that join two nodes, directions aside.
    pub joins: J,
    /// Those by which one node needs another.
    pub is_need: N,
}

impl KeptShape {
    /// The edges of a snapshot, and what is found on them. O(nodes + edges).
    pub fn of<J, N>(snapshot: &Snapshot, follow: Follow<J, N>) -> (Self, Weaknesses)
    where
        J: Fn(&EdgeClass) -> bool,
        N: Fn(&EdgeClass) -> bool,
    {
        let joined = Adjacency::copied(snapshot, &BOTH, follow.joins);
        let needed = Adjacency::copied(snapshot, &[Direction::Outgoing], follow.is_need);
        let found = Weaknesses::of(snapshot, &joined, &needed);
        (KeptShape { topology: snapshot.topology().clone(), joined, needed }, found)
    }

    /// The nodes of another snapshot, in order, whose edges are not the same there; `None` where nobody can tell without reading all.
    pub fn unlike(&self, snapshot: &Snapshot) -> Option<Vec<u32>> {
        snapshot.topology().unlike(&self.topology)
    }

    /// What is found in a snapshot whose edges differ at some nodes alone. O(nodes + edges), of which only the edges of these nodes are read from the snapshot.
    pub fn found_in<J, N>(&self, snapshot: &Snapshot, nodes: &[u32], follow: Follow<J, N>) -> Weaknesses
    where
        J: Fn(&EdgeClass) -> bool,
        N: Fn(&EdgeClass) -> bool,
    {
        let joined = self.joined.changed(snapshot, nodes, &BOTH, follow.joins);
        let needed = self.needed.changed(snapshot, nodes, &[Direction::Outgoing], follow.is_need);
        Weaknesses::of(snapshot, &joined, &needed)
    }
}

impl Weaknesses {
    fn of(snapshot: &Snapshot, joined: &Adjacency<'_>, needed: &Adjacency<'_>) -> Self {
        let mut cycles = components(snapshot, needed, |_, _| {}).cyclic();
        cycles.sort_unstable();
        Weaknesses { points: cut_points(joined), cycles }
    }
}
