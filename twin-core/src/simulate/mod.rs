//! What-if: changes that nobody has made yet, as snapshots with overlay pages, and what follows from them.
//!
//! Invariant: a scenario never changes its base; everything that can be asked of a snapshot can be asked of a scenario's.

mod cost;
mod draft;
mod outcome;
mod scenario;

pub use cost::{
    CostAllocation, CostPool, CostSplit, Fraction, MonthlyCost, PlacedResources, ReciprocalAllocation, RegionPrices,
    RelocationCost, SharedService, Traffic, allocate_costs, allocate_reciprocally, relocation_cost,
};
pub use draft::ChangeDraft;
pub use outcome::{Outcome, RequestsAtRisk, outcome};
pub use scenario::{Change, Scenario};
