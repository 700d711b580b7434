//! The entity graph: built from facts and clusters, read through the one concrete [`Snapshot`].
//!
//! Invariant: the graph is a pure function of live facts, clusters and schema. It knows no store, no clock and no question.

mod assemble;
mod entity;
mod pages;
#[cfg(feature = "petgraph")]
mod petgraph;
mod readings;
mod snapshot;

pub use assemble::{Identified, build};
pub use entity::{AttributeValue, Edge, Entity, Group, Placement, is_owned};
pub use pages::{Charge, EvidenceRow, Link, Pages, Touch, Unresolved};
pub use readings::{Readings, ScopeReading};
pub use snapshot::{EdgeRef, Node, Snapshot};
