//! Smells of a structure: cycles, hubs, and dependencies on what is less stable.

use crate::analysis::structure::Direction;
use crate::analysis::structure::adjacency::Adjacency;
use crate::analysis::structure::components::strong_components;
use crate::graph::{EdgeClass, Node, Snapshot};

/// From which numbers of neighbours on a node is a hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HubThresholds {
    /// So many others need it.
    pub fan_in: u32,
    /// And it needs so many others.
    pub fan_out: u32,
}

impl Default for HubThresholds {
    /// Five either way.
    fn default() -> Self {
        HubThresholds { fan_in: 5, fan_out: 5 }
    }
}

/// How many others a node is joined to. A neighbour counts once, however many relations join the two; a node is no neighbour of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coupling {
    /// How many others need it (afferent coupling, Ca).
    pub fan_in: u32,
    /// How many others it needs (efferent coupling, Ce).
    pub fan_out: u32,
}

impl Coupling {
    /// Ce / (Ca + Ce): 0 for what only others need, 1 for what only needs others; `None` for what has no neighbour. Martin (1994), "OO Design Quality Metrics".
    pub fn instability(self) -> Option<f64> {
        let all = u64::from(self.fan_in) + u64::from(self.fan_out);
        (all > 0).then(|| f64::from(self.fan_out) / all as f64)
    }

    /// Whether the other is less stable, without rounding: Ce / (Ca + Ce) is less than the other's where Ce · Ca' is less than Ce' · Ca.
    fn is_stabler_than(self, other: Coupling) -> bool {
        u64::from(self.fan_out) * u64::from(other.fan_in) < u64::from(other.fan_out) * u64::from(self.fan_in)
    }
}

/// What is suspicious about a structure, and the numbers behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Smells {
    /// The components of more than one node, each in order.
    pub cyclic_groups: Vec<Vec<Node>>,
    /// The nodes that many need and that need many, in order.
    pub hubs: Vec<Node>,
    /// The pairs of which the first needs the second, which is less stable than the first, in order and each once.
    pub unstable_dependencies: Vec<(Node, Node)>,
    /// The neighbours of each node by number; none for nodes that are not there.
    pub coupling: Vec<Coupling>,
}

/// Looks for cycles, hubs and dependencies on what is less stable, over the relations that are followed. O(nodes + edges).
pub fn structural_smells(
    snapshot: &Snapshot,
    thresholds: HubThresholds,
    follow: impl Fn(&EdgeClass) -> bool,
) -> Smells {
    let cyclic_groups = strong_components(snapshot, &follow).cyclic();
    let needed = neighbours(snapshot, &Adjacency::new(snapshot, Direction::Outgoing, follow));
    let coupling = coupling(snapshot.bound(), &needed);
    let is_hub = |node: &Node| {
        let Coupling { fan_in, fan_out } = coupling[node.index()];
        fan_in >= thresholds.fan_in && fan_out >= thresholds.fan_out
    };
    let hubs = snapshot.nodes().filter(is_hub).collect();
    let is_unstable = |pair: &(Node, Node)| coupling[pair.0.index()].is_stabler_than(coupling[pair.1.index()]);
    let mut unstable_dependencies: Vec<(Node, Node)> = needed.into_iter().filter(is_unstable).collect();
    unstable_dependencies.sort_unstable();
    Smells { cyclic_groups, hubs, unstable_dependencies, coupling }
}

/// Each node with each other one that it needs, once.
fn neighbours(snapshot: &Snapshot, adjacency: &Adjacency<'_>) -> Vec<(Node, Node)> {
    let mut met_from = vec![None; adjacency.bound()];
    let mut pairs = Vec::new();
    for node in snapshot.nodes() {
        met_from[node.index()] = Some(node);
        for other in adjacency.of(node.0) {
            if met_from[*other as usize].replace(node) != Some(node) {
                pairs.push((node, Node(*other)));
            }
        }
    }
    pairs
}

fn coupling(bound: usize, pairs: &[(Node, Node)]) -> Vec<Coupling> {
    let mut coupling = vec![Coupling::default(); bound];
    for (from, to) in pairs {
        coupling[from.index()].fan_out += 1;
        coupling[to.index()].fan_in += 1;
    }
    coupling
}
