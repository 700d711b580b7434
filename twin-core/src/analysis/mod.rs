//! Questions, each a pure function of a snapshot: the same on now, then and what-if.
//!
//! Invariant: an analysis reads the schema's rows instead of knowing kinds, and never a store, a clock or another question's answer format.

mod affected;
mod changes;
mod conflicts;
mod cost;
mod cycles;
mod decisions;
mod describe;
mod drift;
mod groups;
mod identity;
mod impact;
mod incident;
mod marks;
mod neighbours;
mod owners;
mod question;
mod review;
mod rules;
mod spread;
mod structure;
mod tables;
mod writers;

pub use affected::Affected;
pub use changes::{Change, Changes, changes, diff};
pub use conflicts::{Conflict, conflicts};
pub use cost::{CostRow, CostSummary, cost};
pub use cycles::{Cycle, cycles};
pub use decisions::{GoverningDecision, Violation, decisions};
pub use describe::{Description, MemberRow, SaidValue, describe};
pub use drift::{Drift, DriftAttribute, DriftRow, drift, missing_and_undeclared};
pub use identity::{IdentityReason, explain, why_not};
pub use impact::{BlastRadius, Hit, Trail, blast_radius};
pub use incident::{
    Anomaly, Incident, IncidentRanking, Metric, MetricSeries, ObservedNode, RandomWalk, Suspect, Symptom, WalkEdge,
    random_walk_with_restart, rank_suspects,
};
pub use neighbours::{Neighbour, find_all, neighbours};
pub use owners::{OwnerRow, owners};
pub use question::{EntityRef, envelope};
pub use review::{ReviewRow, review};
pub use rules::Hazard;
pub use spread::{Effect, Reached, Spread, spread, structural_reach};
pub use structure::{
    Bridge, Components, Cuts, Direction, Dominators, EvidencePath, EvidencePaths, PathsBetween, ReachCounts, Shortest,
    Waves, cuts, dominators, evidence_paths, migration_waves, reach_counts, sources, strong_components,
};
pub use tables::{CostTableRow, DriftTableRow};
pub use writers::Writers;
