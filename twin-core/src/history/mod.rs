//! The durable, bitemporal log, and the snapshots that are built from it.
//!
//! Invariant: history is the only room that writes a file, and it writes only its own store. It defines no second view: what
//! it builds is a `Snapshot`.

mod apply;
mod checkpoint;
mod chronicle;
mod intervals;
mod late;
mod log;
mod pack;
mod redact;
mod row;
mod store;
mod transfer;
mod view;

pub use apply::{Counters, Staged, stage};
pub use chronicle::{Gap, Spell, gaps};
pub use log::Log;
pub use redact::{Redaction, Redactor};
pub use row::{Assertion, Commit, Reading, Row, Telling, Withdrawal};
pub use store::{Claim, Folder, Store, Verified};
pub use transfer::{Imported, export, import};
pub use view::Assembled;
