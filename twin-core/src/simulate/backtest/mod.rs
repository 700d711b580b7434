//! Backtests: what would have been predicted of the estate's own past, by what was known then, against what came: hits, misses and false alarms by name.
//!
//! Everything here is a function of snapshots. Whoever hands them in sees to it that a prediction is made from what was known before.

mod changes;
mod found;
mod incidents;
#[cfg(test)]
mod tests;

pub(crate) use changes::{Commit, of_change};
pub use found::{Aspect, AspectSummary, Backtest, BacktestEvent, EventKind, Finding, FindingOutcome};
pub(crate) use found::{Tested, summed};
pub(crate) use incidents::of_incident;
pub use incidents::{BacktestDraft, PastIncident};
