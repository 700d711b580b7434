//! Predictions that are kept, and how they came out: what a comparison said, whether its changes were made, what was measured, and how far each sort of figure may be trusted here.
//!
//! Nothing here knows where predictions are kept: they are values, and what came is a snapshot and measurements.

mod figures;
mod made;
mod pooled;
mod reality;
mod score;
#[cfg(test)]
mod tests;

pub(crate) use figures::name_of;
pub use figures::{KeptPrediction, PredictedFigure, Prediction, PredictionContent, Predictions, UnreadablePrediction};
pub use made::{ChangesSeen, Progress, changes_seen};
pub use pooled::{CalibrationPoint, Claim, SimulatorScore};
pub use reality::{ChangeMade, Measured, Reality, measured_requests};
pub use score::{FigureScore, PredictionScore, Scores, score};
