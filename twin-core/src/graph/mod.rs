//! The entity graph: built from facts and clusters, read through the one concrete [`Snapshot`].
//!
//! Invariant: the graph is a pure function of live facts, clusters and schema. It knows no store, no clock and no question.

mod assemble;
mod class;
mod columns;
mod edit;
mod entity;
mod lookup;
mod numbers;
mod paged;
mod pages;
#[cfg(feature = "petgraph")]
mod petgraph;
mod readings;
mod revise;
mod snapshot;
mod topology;

pub use assemble::{Assembly, Before, Identified, build};
pub use class::EdgeClass;
pub use columns::{Columns, Texts};
pub use edit::EdgeChange;
pub(crate) use edit::Variety;
pub use entity::{AttributeValue, Edge, Entity, Group, Placement, is_owned};
pub use paged::{Paged, ROWS_PER_PAGE};
pub use pages::{Charge, Count, EvidenceRow, Link, Pages, Rows, Touch, Unresolved};
pub use readings::{Read, Readings, ScopeReading, SortReading};
pub use snapshot::{EdgeRef, Node, Snapshot};
pub use topology::{Classes, Run, Topology};
