//! What-if: changes that nobody has made yet, as snapshots with overlay pages, and what follows from them.
//!
//! Invariant: a scenario never changes its base; everything that can be asked of a snapshot can be asked of a scenario's.
//!
//! The numeric models take plain values with stated units and know no snapshot: they are exact where exact is cheap, and say so where they are not.

pub mod availability;
pub mod backtest;
mod bill;
pub mod cache;
pub mod calibration;
mod call_templates;
pub mod cascade;
mod change;
mod check;
mod comparison;
mod components;
mod contract;
pub mod cost;
mod critical_paths;
mod difference;
pub mod future;
mod inputs;
pub mod latency;
mod model;
pub mod next_question;
mod objective;
mod outcome;
pub mod pareto;
pub mod prediction;
pub mod queue_network;
pub mod queueing;
pub mod replay;
pub mod retries;
pub mod savings;
mod scenario;
pub mod search;
mod special;
pub mod time_to_impact;
mod told;
mod trade_off;
mod trade_off_answer;
mod untouched;
mod who;

pub use call_templates::{CallTemplateRow, TemplateCall, TemplateSource, call_templates};
pub use change::{Autoscaler, Change, ChangeDraft, Leaving, OnRemoval, Unplaced};
pub use comparison::{Baseline, Basis, Comparison, Dimension, Figure, Given, GivenData, Traffic, compare};
use comparison::{counted_quantile, named, recent_counts};
pub use critical_paths::{CriticalPathRow, critical_paths};
pub use difference::changes_between;
pub use inputs::{ChoiceDraft, InputDraft, OptionDraft, next_questions_about};
pub use model::{ComponentDraft, ModelDraft};
pub use objective::{Objective, ObjectiveDraft};
pub use outcome::{Outcome, RequestsAtRisk, outcome};
pub use scenario::{Contradiction, LeftOut, Lost, Scenario};
pub(crate) use told::{FigureTold, IntervalTold};
pub use trade_off::{ObjectiveRow, OptionRow, TradeOff, TradeOffRow, Turn, trade_off};
pub use trade_off_answer::trade_off_of_answers;
