//! Incidents: what most likely caused a symptom, from metrics before and during and from who calls whom.

mod anomaly;
mod blame;
mod calls;
mod estate;
mod model;
mod suspects;
#[cfg(test)]
mod tests;
mod walk;
mod weights;

pub use estate::{ChangeEvent, IncidentDraft, SeriesDraft, SuspectRow, SymptomDraft, suspects};
pub use model::{Incident, Metric, MetricSeries, ObservedNode, RecentChange, Symptom};
pub use suspects::{Anomaly, IncidentRanking, Suspect, rank_suspects, rank_suspects_by};
pub use walk::{RandomWalk, WalkEdge, random_walk_with_restart};
pub use weights::BlameWeights;
