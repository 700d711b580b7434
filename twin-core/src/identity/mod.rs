//! Which records are one thing, and why.
//!
//! First tier: explicit references and unambiguous native keys. Every merge and every refusal is explained by additive weights; people's decisions
//! come first and survive every reading; ids are stable.
//!
//! Invariant: identity knows facts and people's decisions, never a snapshot, a store or a question.

mod decision;
mod id;

pub use decision::HumanDecision;
pub use id::EntityId;
