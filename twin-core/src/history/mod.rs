//! The durable, bitemporal log, and the snapshots that are built from it.
//!
//! Invariant: history is the only room that writes a file, and it writes only its own store. It defines no second view: what
//! it builds is a `Snapshot`.

mod row;

pub use row::{Assertion, Commit, Reading, Row, Withdrawal};
