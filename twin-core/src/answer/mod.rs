//! The envelope that every answer comes in: the value, and everything that says how far it can be trusted.
//!
//! Invariant: an answer knows nothing of how it was found. It reaches evidence only through [`EvidenceSource`], and it alone
//! writes JSON: hosts never format answers.

mod bits;
mod envelope;
mod evidence;
mod frozen;
mod json;
mod profile;
mod reply;
mod status;
mod table;

pub use bits::Bits;
pub use envelope::{Answer, AsOf, Interval, IntervalKind};
pub use evidence::{Cites, EvidenceId, EvidenceSource, Proof};
pub(crate) use frozen::NoEvidence;
pub use json::{ResolvedEvidence, ResolvedStep, canonical};
pub use profile::Profile;
pub use reply::{Reply, Tabular};
pub use status::{Freshness, Missing, Status};
pub use table::{Cell, ColumnType, ColumnValues, Row, Table, TableColumn, TableWriter, TextValues};
pub(crate) use table::{list_cells, table_row, text_cells};
