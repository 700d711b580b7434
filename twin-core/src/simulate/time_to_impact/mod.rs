//! Time to impact: when an outage reaches whom, over what bridges it for a while — caches, queues that keep, sessions, tokens, certificates, names that resolve for an hour.
//!
//! What nobody knows makes a time uncertain, not absent: each has a bound below, and one above where there is any.

mod arrival;
mod estate;

pub use arrival::{Arrival, Dependencies, Need, NeedGroup, Over, Step, Tolerance, arrivals};
pub use estate::{TimeToImpact, TimedHit, ToleranceDraft, Tolerances, time_to_impact};

#[cfg(test)]
mod tests;
