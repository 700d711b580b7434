//! What things cost once shared bills are split, services pay each other, and something moves to another region.
//!
//! Nothing here reads a snapshot: every function takes plain values, so that a bill, a plan and a test can ask alike.

mod allocation;
mod fraction;
mod reciprocal;
mod relocation;
#[cfg(test)]
mod tests;

pub use allocation::{CostAllocation, CostPool, CostSplit, allocate_costs};
pub use fraction::Fraction;
pub use reciprocal::{ReciprocalAllocation, SharedService, allocate_reciprocally};
pub use relocation::{MonthlyCost, PlacedResources, RegionPrices, RelocationCost, Traffic, relocation_cost};
