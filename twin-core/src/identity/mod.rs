//! Which records are one thing, and why.
//!
//! People's decisions come first and survive every reading; then explicit references and unambiguous native keys; then, between what is left, what the estate shows
//! ([`resolve`]). Every merge and every refusal is explained by additive weights; ids are stable.
//!
//! Invariant: identity knows facts and people's decisions, never a snapshot, a store or a question.

mod cluster;
mod decision;
mod directory;
mod estate;
mod events;
mod id;
mod names;
pub mod resolve;
mod score;
mod state;

pub use cluster::{Cluster, Clusters, Verdict, cluster, founds_component};
pub use decision::{HumanDecision, contradicted};
pub(crate) use directory::spellings;
pub use directory::{Directory, FactIndex, Found, RecordIndex, RecordView};
pub use estate::Seen;
pub use events::{IdentityChange, Remembered};
pub use id::EntityId;
pub(crate) use names::{Name, name_of, name_of_handle, name_of_kind, names_by, names_in, names_in_host};
pub use score::{Links, PairScore, THRESHOLD, Weight, is_job};
pub use state::{Assignments, IdentityState};
