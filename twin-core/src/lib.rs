//! Twin: an embeddable digital twin of software systems.
//!
//! Data flows one way, and the modules follow it; a module imports only from those above it in this list:
//! [`base`] → [`schema`] → [`observe`] → [`answer`] → [`identity`] → [`graph`] → [`history`] → [`analysis`] →
//! [`simulate`] → [`wire`] → the engine ([`Twin`]).

pub mod analysis;
pub mod answer;
pub mod base;
mod engine;
pub mod graph;
pub mod history;
pub mod identity;
pub mod observe;
pub mod schema;
#[cfg(feature = "testkit")]
pub mod testkit;

pub use engine::{At, Receipt, Twin};
