//! Incidents: what most likely caused a symptom.

mod walk;

pub use walk::{RandomWalk, WalkEdge, random_walk_with_restart};
