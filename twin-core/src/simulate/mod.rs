//! What-if: changes that nobody has made yet, as snapshots with overlay pages, and what follows from them.
//!
//! Invariant: a scenario never changes its base; everything that can be asked of a snapshot can be asked of a scenario's.

mod change;
mod comparison;
pub mod cost;
mod draft;
mod outcome;
pub mod replay;
mod scenario;

pub use change::Change;
pub use comparison::{Basis, Comparison, Dimension, Figure, Traffic, compare};
pub use draft::ChangeDraft;
pub use outcome::{Outcome, RequestsAtRisk, outcome};
pub use scenario::{Contradiction, Lost, Scenario};
