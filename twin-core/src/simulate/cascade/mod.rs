//! Cascades: load that failures bring forth themselves, because whoever fails tries again.
//!
//! What a service is offered is a fixed point: attempts fail as the service is offered more, and more attempts are made as they fail. Where there are two such points, a service
//! that runs well and one that has collapsed live under the same arrivals, and a push is enough to go from one to the other: it is metastable. Bronson et al. (2021), "Metastable
//! failures in distributed systems".

mod metastable;
mod network;
mod station;

pub use metastable::{LoadPoint, LoadRegion, LoadVerdict, Metastability, metastability};
pub use network::{Call, CallGraph, Cascade, CascadeTier, CascadingService, cascade};

use serde::{Deserialize, Serialize};

use crate::base::Result;
use crate::simulate::check::{amount, invalid, positive, within};

/// The most workers or places of one service: each evaluation takes a step for each, and there are thousands.
const MOST_PLACES: usize = 10_000;

/// A service whose callers try again.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RetriedService {
    /// Requests per second, each counted once however often it is tried.
    pub arrivals_per_s: f64,
    /// How long a worker is busy with an attempt, on average, in milliseconds; exponential.
    pub service_time_ms: f64,
    /// Attempts that are worked on at the same time.
    pub workers: u32,
    /// How many attempts may be there at once, waiting and worked on; others are refused. `None` is no bound.
    #[serde(default)]
    pub capacity: Option<u32>,
    /// After how many milliseconds of waiting and work a caller gives an attempt up. `None` is never.
    #[serde(default)]
    pub timeout_ms: Option<f64>,
    /// How often a request is tried at most: 1 is no retry.
    pub max_attempts: u32,
    /// How many retries all callers make at most, as a share of the requests: .1 is one retry for ten requests. `None` is no limit.
    #[serde(default)]
    pub retry_budget: Option<f64>,
}

impl RetriedService {
    /// What one worker completes per second.
    fn rate_per_s(&self) -> f64 {
        1e3 / self.service_time_ms
    }

    /// What all workers complete per second.
    fn most_per_s(&self) -> f64 {
        self.rate_per_s() * f64::from(self.workers)
    }

    fn checked(&self) -> Result<Self> {
        amount(self.arrivals_per_s, format_args!("arrivals_per_s"))?;
        positive(self.service_time_ms, format_args!("service_time_ms"))?;
        self.timeout_ms.map_or(Ok(0.0), |timeout| positive(timeout, format_args!("timeout_ms")))?;
        self.retry_budget.map_or(Ok(0.0), |budget| amount(budget, format_args!("retry_budget")))?;
        within(self.workers as usize, MOST_PLACES, format_args!("workers of one service"))?;
        within(self.capacity.unwrap_or(0) as usize, MOST_PLACES, format_args!("capacity of one service"))?;
        if self.workers == 0 {
            return Err(invalid("workers is 0: a service has one at least".to_owned()));
        }
        positive(self.most_per_s(), format_args!("what all workers complete per second"))?;
        if self.max_attempts == 0 {
            return Err(invalid("max_attempts is 0: one attempt is the least".to_owned()));
        }
        Ok(*self)
    }
}

/// How often a request is tried, on average, if each attempt succeeds with this probability: attempts end with the first success or the last try, and the budget caps their
/// average. As accurate where success is rare as where it is sure.
fn attempts(success: f64, most: u32, budget: Option<f64>) -> f64 {
    let most = f64::from(most);
    let tried = if success > 0.0 { -(most * (-success).ln_1p()).exp_m1() / success } else { most };
    budget.map_or(tried, |budget| tried.min(1.0 + budget))
}

/// What every cascade takes for granted.
fn assumptions() -> Vec<String> {
    let taken = [
        "attempts arrive as a Poisson stream: retries wait long enough not to come in step",
        "service times are exponential and do not depend on the load",
        "an attempt that its caller has given up is worked on all the same",
    ];
    taken.map(str::to_owned).into()
}

#[cfg(test)]
mod tests;
