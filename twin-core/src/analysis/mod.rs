//! Questions, each a pure function of a snapshot: the same on now, then and what-if.
//!
//! Invariant: an analysis reads the schema's rows instead of knowing kinds, and never a store, a clock or another question's answer format.

mod affected;
mod changes;
mod conflicts;
mod cost;
mod critical_path;
mod cycles;
mod decisions;
mod describe;
mod drift;
mod extraction;
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
mod schedule;
mod smells;
mod spread;
mod structure;
mod tables;
mod taint;
mod writers;

pub use affected::Affected;
pub use changes::{Change, Changes, changes, diff};
pub use conflicts::{Conflict, conflicts};
pub use cost::{CostRow, CostSummary, cost};
pub(crate) use cost::{Months, own_month, own_row as own_cost_row};
pub use critical_path::{CriticalPath, OperationTime, SpanSlack, TraceSpan, critical_path};
pub use cycles::{Cycle, cycles};
pub use decisions::{GoverningDecision, Violation, decisions, violated};
pub use describe::{Description, MemberRow, SaidValue, describe};
pub use drift::{Drift, DriftAttribute, DriftRow, drift, missing_and_undeclared};
pub(crate) use drift::{Drifting, drifting, drifting_from};
pub use extraction::{CallCount, Extraction, ExtractionSearch, PartitionMeasures, extractions, partition_measures};
pub use identity::{IdentityReason, explain, why_not};
pub use impact::{BlastRadius, Hit, Trail, blast_radius};
pub(crate) use impact::{HitNode, check_environment, hit_nodes, is_in_production};
pub(crate) use impact::{
    arrow, between as evidence_between, environment as outage_environment, is_shown, left_out as outage_left_out,
    seeds as outage_seeds,
};
pub use incident::{
    Anomaly, BlameWeights, ChangeEvent, Incident, IncidentDraft, IncidentRanking, Metric, MetricSeries, ObservedNode,
    RandomWalk, RecentChange, SeriesDraft, Suspect, SuspectRow, Symptom, SymptomDraft, WalkEdge,
    random_walk_with_restart, rank_suspects, rank_suspects_by, suspects,
};
pub use neighbours::{Neighbour, find_all, neighbours};
pub(crate) use owners::rows as owner_rows;
pub use owners::{OwnerRow, owners};
pub(crate) use question::basis;
pub use question::{EntityRef, envelope};
pub use review::{ReviewRow, review};
pub use rules::Hazard;
pub use schedule::{Precedence, Schedule, ScheduledTask, Task, schedule};
pub use smells::{SmellRow, SmellRule, smells};
pub use spread::{Effect, Reached, Spread, spread, structural_reach};
pub use structure::{
    Bridge, Components, Coupling, Cuts, Direction, Dominators, EvidencePath, EvidencePaths, FeedbackArcs,
    HubThresholds, PathsBetween, ReachCounts, Shortest, Smells, Waves, cuts, dominators, evidence_paths,
    feedback_arc_set, migration_waves, reach_counts, sources, strong_components, structural_smells,
};
pub(crate) use structure::{Follow, KeptShape, Weaknesses};
pub use tables::{CostTableRow, DriftTableRow};
pub use taint::{
    Carrier, ClassSpread, DataEdge, DataFlow, DataHolder, DataPolicy, PolicySubject, PolicyViolation, Taint, taint,
};
pub use writers::Writers;
