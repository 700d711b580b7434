//! Migration waves: what must be moved before what.

use crate::analysis::structure::Direction;
use crate::analysis::structure::adjacency::Adjacency;
use crate::analysis::structure::components::{NONE, components};
use crate::graph::{EdgeClass, Node, Snapshot};

/// The wave of each node, from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waves {
    waves: Vec<u32>,
    count: u32,
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
}

/// The wave of each node: what needs nothing is in wave 0, everything else is one wave later than the last of what it needs. What needs each other is in one wave.
///
/// Longest ways over the condensation, as the components close: each closes after all that it needs. O(nodes + edges): each edge is looked at twice.
pub fn migration_waves(snapshot: &Snapshot, follow: impl Fn(&EdgeClass) -> bool) -> Waves {
    let adjacency = Adjacency::new(snapshot, Direction::Outgoing, follow);
    // For each node one more than its wave, once its component is closed: what is in the same component does not count before.
    let mut later = vec![0_u32; adjacency.bound()];
    let mut count = 0;
    components(snapshot, &adjacency, |members| {
        let needed = members.iter().flat_map(|member| adjacency.of(*member));
        let wave = needed.map(|other| later[*other as usize]).max().unwrap_or_default();
        members.iter().for_each(|member| later[*member as usize] = wave + 1);
        count = count.max(wave + 1);
    });
    later.iter_mut().for_each(|wave| *wave = wave.wrapping_sub(1));
    Waves { waves: later, count }
}
