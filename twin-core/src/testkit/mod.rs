//! What tests and harnesses need and hosts do not: snapshots made by hand.

mod snapshot;

pub use snapshot::SnapshotBuilder;
