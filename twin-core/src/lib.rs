//! Twin: an embeddable digital twin of software systems.
//!
//! Data flows one way, and the modules follow it; a module imports only from those above it in this list:
//! [`base`] → [`schema`] → [`observe`] → [`answer`] → [`identity`] → [`graph`] → [`history`] → [`analysis`] →
//! [`simulate`] → [`wire`] → the engine ([`Twin`]), with the questions as methods of [`graph::Snapshot`].
//!
//! ```
//! use twin_core::{At, Twin, base::Timestamp};
//!
//! let now = Timestamp::parse("2026-11-24T09:00:00Z").expect("a time");
//! let twin = Twin::in_memory();
//! let receipt = twin.apply(Vec::new(), now)?;
//! assert_eq!((receipt.applied, twin.snapshot(At::now(now)).len()), (0, 0));
//! # Ok::<(), twin_core::base::Error>(())
//! ```

pub mod analysis;
pub mod answer;
pub mod base;
mod engine;
pub mod graph;
pub mod history;
pub mod identity;
pub mod observe;
pub mod schema;
pub mod simulate;
#[cfg(feature = "testkit")]
pub mod testkit;
pub mod wire;

pub use engine::{
    AskBlastRadius, At, ChangesSince, ChangesSinceTold, DiagnosticTold, History, HistoryTold, IdentityEvent,
    IdentityEventKind, IdentityPlan, MakeSource, Member, Question, Receipt, ReceiptTold, SourceCheck, SpellTold, Twin,
    changes_json, check_source, diagnostics_json, surface,
};
