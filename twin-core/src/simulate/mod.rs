//! What-if: changes that nobody has made yet, as snapshots with overlay pages, and what follows from them.
//!
//! Invariant: a scenario never changes its base; everything that can be asked of a snapshot can be asked of a scenario's.
//!
//! The numeric models take plain values with stated units and know no snapshot: they are exact where exact is cheap, and say so where they are not.

mod availability;
mod check;
mod components;
mod draft;
mod latency;
mod outcome;
mod pareto;
mod queue_network;
mod queueing;
mod retries;
mod scenario;
mod special;

pub use availability::{Availability, Component, ComponentImportance, Requirement, availability};
pub use draft::ChangeDraft;
pub use latency::{
    Branch, Distribution, Estimate, Latency, LatencyModel, LatencySummary, Operation, OperationTime, QuantileEstimate,
    Sampling, Step, latency, latency_steps,
};
pub use outcome::{Outcome, RequestsAtRisk, outcome};
pub use pareto::{Goal, Range, Standing, pareto, robustly_dominated_by};
pub use queue_network::{NetworkStation, QueueNetwork, Route, StationLoad, queue_network};
pub use queueing::{Headroom, Objective, Queue, QueueModel, Station, Steady, bottlenecks, headroom, queue};
pub use retries::{Hop, HopLoad, RetryLoad, retries};
pub use scenario::{Change, Scenario};
