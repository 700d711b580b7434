//! How much more a station could take before it breaks an objective, and which station breaks first.

use serde::{Deserialize, Serialize};

use crate::base::Result;
use crate::simulate::check::{amount, invalid, positive};
use crate::simulate::queueing::{Queue, Station, beyond, queue};

/// What must hold of a station.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Objective {
    /// There is a steady state.
    Stable,
    /// The average wait is at most so many milliseconds.
    MeanWait {
        /// Milliseconds.
        ms: f64,
    },
    /// The average of wait and service is at most so many milliseconds.
    MeanResponse {
        /// Milliseconds.
        ms: f64,
    },
    /// A share of the arrivals waits at most so many milliseconds.
    WaitQuantile {
        /// Between 0 and 1.
        share: f64,
        /// Milliseconds.
        ms: f64,
    },
    /// For a share of the arrivals wait and service take at most so many milliseconds.
    ResponseQuantile {
        /// Between 0 and 1.
        share: f64,
        /// Milliseconds.
        ms: f64,
    },
}

/// How much a station could take.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Headroom {
    /// The arrivals per second at which the objective just holds; 0 if it does not hold even for a single arrival.
    pub arrivals_per_s: f64,
    /// That over the arrivals there are: 1 is none left, below 1 is broken. `None` if nothing arrives.
    pub factor: Option<f64>,
}

impl Objective {
    fn checked(&self) -> Result<()> {
        match *self {
            Objective::Stable => Ok(()),
            Objective::MeanWait { ms } | Objective::MeanResponse { ms } => amount(ms, format_args!("ms")).map(|_| ()),
            Objective::WaitQuantile { share, ms } | Objective::ResponseQuantile { share, ms } => {
                beyond(share).and_then(|_| amount(ms, format_args!("ms"))).map(|_| ())
            }
        }
    }

    /// Whether it holds; an error where the model does not tell.
    fn holds(&self, queue: &Queue) -> Result<bool> {
        let Some(steady) = queue.steady else { return Ok(false) };
        let told = |quantile: Option<f64>| {
            let model = queue.model;
            quantile.ok_or_else(|| invalid(format!("quantiles of {model:?} are not known: ask for a mean")))
        };
        Ok(match *self {
            Objective::Stable => true,
            Objective::MeanWait { ms } => steady.mean_wait_ms <= ms,
            Objective::MeanResponse { ms } => steady.mean_response_ms <= ms,
            Objective::WaitQuantile { share, ms } => told(queue.wait_quantile_ms(share)?)? <= ms,
            Objective::ResponseQuantile { share, ms } => told(queue.response_quantile_ms(share)?)? <= ms,
        })
    }
}

/// Steps of halving: the answer is exact to a part in 2^50.
const HALVINGS: usize = 50;

/// How much more a station could take before it breaks an objective. Waits grow with what arrives, so the bound is found by halving. O(50 servers).
///
/// # Errors
/// As of [`queue`]; `Invalid` for a station with a capacity, which turns arrivals away instead of letting them wait, and for quantiles of other than exponential service.
pub fn headroom(station: &Station, objective: Objective) -> Result<Headroom> {
    objective.checked()?;
    let station = station.checked()?;
    if station.capacity.is_some() {
        return Err(invalid("capacity is set: headroom is asked of stations without a bound".to_owned()));
    }
    let most = positive(station.service_rate_per_s * f64::from(station.servers), format_args!("the servers' rate"))?;
    let holds = |arrivals_per_s: f64| objective.holds(&queue(&Station { arrivals_per_s, ..station })?);
    let arrivals_per_s = match objective {
        Objective::Stable => most,
        _ if !holds(0.0)? => 0.0,
        _ => {
            let (mut low, mut high) = (0.0, most);
            for _ in 0..HALVINGS {
                let middle = low + (high - low) / 2.0;
                if holds(middle)? { low = middle } else { high = middle }
            }
            low
        }
    };
    let current = station.arrivals_per_s;
    Ok(Headroom { arrivals_per_s, factor: (current > 0.0).then(|| (arrivals_per_s / current).min(f64::MAX)) })
}

/// The places of stations in the order in which they would give way as all load grows alike: the busiest first, equals as they stand. O(n log n).
///
/// # Errors
/// As of [`queue`].
pub fn bottlenecks(stations: &[Station]) -> Result<Vec<usize>> {
    let offered: Vec<f64> = stations
        .iter()
        .map(|station| station.checked().map(|station| station.offered_utilization()))
        .collect::<Result<_>>()?;
    let mut order: Vec<usize> = (0..stations.len()).collect();
    order.sort_by(|a, b| offered[*b].total_cmp(&offered[*a]));
    Ok(order)
}
