//! The shape of a graph: what holds together, what it would fall apart without, what must come before what, and how far each thing reaches.
//!
//! Every function is pure over a snapshot, so it runs on now, then and what-if, and is told by a predicate over classes which relations it follows. Nothing here
//! knows a relation by name, reads a row before it needs one, or recurses: depth costs heap, not stack.

mod adjacency;
mod components;
mod condensed;
mod cuts;
mod dominators;
mod feedback;
mod paths;
mod reach;
mod shape;
mod smells;
mod sweep;
mod waves;

pub use components::{Components, strong_components};
pub use cuts::{Bridge, Cuts, cuts};
pub use dominators::{Dominators, dominators, sources};
pub use feedback::{FeedbackArcs, feedback_arc_set};
pub use paths::{EvidencePath, EvidencePaths, PathsBetween, Shortest, evidence_paths};
pub use reach::{ReachCounts, reach_counts};
pub(crate) use shape::{Follow, KeptShape, Weaknesses};
pub use smells::{Coupling, HubThresholds, Smells, structural_smells};
pub use waves::{Waves, migration_waves};

/// Which way relations are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From left ends to right ends: to what something needs.
    Outgoing,
    /// From right ends to left ends: to who needs something.
    Incoming,
}

impl Direction {
    fn reversed(self) -> Self {
        match self {
            Direction::Outgoing => Direction::Incoming,
            Direction::Incoming => Direction::Outgoing,
        }
    }
}
