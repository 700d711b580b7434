//! The envelope that every answer comes in: the value, and everything that says how far it can be trusted.
//!
//! Invariant: an answer knows nothing of how it was found. It reaches evidence only through [`EvidenceSource`], and it alone
//! writes JSON: hosts never format answers.

mod envelope;
mod evidence;
mod json;
mod profile;
mod status;

pub use envelope::{Answer, AsOf, Interval, IntervalKind};
pub use evidence::{Cites, EvidenceId, EvidenceSource, Proof};
pub use json::{Column, canonical};
pub use profile::Profile;
pub use status::{Freshness, Missing, Status};
