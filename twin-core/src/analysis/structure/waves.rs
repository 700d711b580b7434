//! Migration waves: what must be moved before what.

use crate::analysis::structure::Direction;
use crate::analysis::structure::adjacency::Adjacency;
use crate::analysis::structure::components::{NONE, numbered};
use crate::graph::{EdgeClass, Node, Snapshot};

/// The wave of each node, from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waves {
    waves: Vec<u32>,
    count: u32,
    touched: u64,
}

impl Waves {
    /// How many waves there are.
    pub fn count(&self) -> usize {
        self.count as usize
    }

    /// The wave of a node; `None` of one that is not there.
    pub fn wave(&self, node: Node) -> Option<u32> {
        self.waves.get(node.index()).copied().filter(|wave| *wave != NONE)
    }

    /// The wave of each node by number, `u32::MAX` for nodes that are not there.
    pub fn waves(&self) -> &[u32] {
        &self.waves
    }

    /// How many edges were looked at: a measure of work that is the same on every machine.
    pub fn edges_touched(&self) -> u64 {
        self.touched
    }
}

/// The wave of each node: what needs nothing is in wave 0, everything else is one wave later than the last of what it needs. What needs each other is in one wave.
///
/// Longest ways over the condensation, as the components close: each closes after all that it needs. O(nodes + edges): each edge is looked at once.
pub fn migration_waves(snapshot: &Snapshot, follow: impl Fn(&EdgeClass) -> bool) -> Waves {
    let adjacency = Adjacency::new(snapshot, Direction::Outgoing, follow);
    // From 1 on, so that what needs nothing is told apart from what needs the first.
    let mut count = 0;
    let (mut waves, touched) = numbered(snapshot, &adjacency, |_, _, needed| {
        count = count.max(needed + 1);
        needed + 1
    });
    waves.iter_mut().filter(|wave| **wave != NONE).for_each(|wave| *wave -= 1);
    Waves { waves, count, touched }
}
