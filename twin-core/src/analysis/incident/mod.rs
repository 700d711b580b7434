//! Incidents: what most likely caused a symptom, from metrics before and during and from who calls whom.

mod anomaly;
mod blame;
mod calls;
mod model;
mod suspects;
#[cfg(test)]
mod tests;
mod walk;

pub use model::{Incident, Metric, MetricSeries, ObservedNode, Symptom};
pub use suspects::{Anomaly, IncidentRanking, Suspect, rank_suspects};
pub use walk::{RandomWalk, WalkEdge, random_walk_with_restart};
