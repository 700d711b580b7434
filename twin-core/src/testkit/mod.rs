//! What tests and harnesses stand on: an estate in a few lines of text, cases that name the expected answer, slow and obvious references, and
//! strategies that make up graphs and batches.
//!
//! Invariant: nobody outside tests and harnesses imports it.

mod case;
mod estate;
mod graph;
mod reference;
mod snapshot;
mod strategy;
mod structure;
mod table;
mod words;

pub use case::{check, rows};
pub use estate::{Estate, estate};
pub use graph::{NEEDS, THING, component, graph_of_pairs, snapshot_of};
pub use reference::naive_spread;
pub use snapshot::SnapshotBuilder;
pub use strategy::{Drawing, batches, drawing, files};
pub use structure::{
    Follow, naive_components, naive_coupling, naive_cuts, naive_dominators, naive_paths, naive_reach_counts,
    naive_waves,
};
pub use table::{kind_row, relation_row};
