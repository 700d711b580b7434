//! Queues at one station: how long arrivals wait, and how much more it could take.
//!
//! Arrivals are a Poisson stream. Waits are queueing delay over all arrivals that are accepted, responses are wait and service together. A station that receives more than it
//! can serve has no steady state: it is `stable: false`, and no number stands beside that.

mod erlang;
mod headroom;
mod response;

pub use headroom::{Headroom, Objective, bottlenecks, headroom};

use serde::{Deserialize, Serialize};

use crate::base::Result;
use crate::simulate::check::{amount, invalid, positive, probability, within};

/// The most servers or places of one station: the formulas take a step for each.
const MOST_SERVERS: usize = 10_000_000;

/// Servers with one line before them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Station {
    /// Arrivals per second, on average.
    pub arrivals_per_s: f64,
    /// What one server completes per second while it is busy, on average.
    pub service_rate_per_s: f64,
    /// Standard deviation of the service time over its mean: 1 is exponential, 0 constant.
    #[serde(default = "exponential")]
    pub service_cv: f64,
    /// Servers that work at the same time.
    #[serde(default = "one")]
    pub servers: u32,
    /// How many may be there at once, waiting and in service; others are turned away. `None` is no bound.
    #[serde(default)]
    pub capacity: Option<u32>,
}

fn exponential() -> f64 {
    1.0
}

fn one() -> u32 {
    1
}

impl Station {
    /// Exponential service by some servers, without bound: M/M/c, with one server M/M/1.
    pub fn markov(arrivals_per_s: f64, service_rate_per_s: f64, servers: u32) -> Self {
        Station { arrivals_per_s, service_rate_per_s, service_cv: 1.0, servers, capacity: None }
    }

    /// The share of all servers' time that the arrivals ask for; 1 or more without bound is more than they have.
    pub fn offered_utilization(&self) -> f64 {
        self.arrivals_per_s / (self.service_rate_per_s * f64::from(self.servers))
    }

    fn checked(&self) -> Result<Self> {
        amount(self.arrivals_per_s, format_args!("arrivals_per_s"))?;
        positive(self.service_rate_per_s, format_args!("service_rate_per_s"))?;
        amount(self.service_cv, format_args!("service_cv"))?;
        within(self.servers as usize, MOST_SERVERS, format_args!("servers of one station"))?;
        within(self.capacity.unwrap_or(0) as usize, MOST_SERVERS, format_args!("capacity of one station"))?;
        if self.servers == 0 {
            return Err(invalid("servers is 0: a station has one at least".to_owned()));
        }
        if self.capacity.is_some() && self.service_cv != 1.0 {
            let cv = self.service_cv;
            return Err(invalid(format!(
                "service_cv is {cv} beside a capacity: only exponential service (1) is known"
            )));
        }
        Ok(*self)
    }
}

/// By which formula a station was computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub enum QueueModel {
    /// Exponential service, exact: Erlang (1917).
    #[serde(rename = "M/M/c")]
    MMc,
    /// Any service time, one server, exact in the mean: Pollaczek (1930), Khinchine (1932).
    #[serde(rename = "M/G/1")]
    MG1,
    /// Any service time, several servers. An approximation: the wait of M/M/c times (1 + cv²) / 2, Lee and Longton (1959).
    #[serde(rename = "M/G/c")]
    MGc,
    /// Exponential service and a bound, exact: the stationary distribution of the birth-death chain.
    #[serde(rename = "M/M/c/K")]
    MMcK,
}

/// How a station fares.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Queue {
    /// By which formula.
    pub model: QueueModel,
    /// Whether there is a steady state. If not, only the utilization is told: what the arrivals ask for.
    pub stable: bool,
    /// The share of the servers' time that is busy.
    pub utilization: f64,
    /// What is told of the steady state, if there is one.
    pub steady: Option<Steady>,
    #[serde(skip)]
    station: Station,
}

/// The averages of a steady state.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Steady {
    /// The probability that an arrival waits; `None` where the model does not tell.
    pub p_wait: Option<f64>,
    /// The probability that an arrival is turned away.
    pub p_block: f64,
    /// Arrivals that are accepted, per second.
    pub throughput_per_s: f64,
    /// The average wait, in milliseconds.
    pub mean_wait_ms: f64,
    /// The average of wait and service, in milliseconds.
    pub mean_response_ms: f64,
    /// How many wait, on average.
    pub mean_queue_length: f64,
    /// How many wait or are served, on average.
    pub mean_in_system: f64,
}

/// Computes how a station fares. O(servers + capacity).
///
/// # Errors
/// `Invalid` for a rate below 0 or that is no number, a service rate of 0, no servers, or a capacity with other than exponential service; `Limit` beyond 10,000,000 servers or
/// places.
pub fn queue(station: &Station) -> Result<Queue> {
    let station = station.checked()?;
    let model = match station {
        Station { capacity: Some(_), .. } => QueueModel::MMcK,
        Station { service_cv: 1.0, .. } => QueueModel::MMc,
        Station { servers: 1, .. } => QueueModel::MG1,
        _ => QueueModel::MGc,
    };
    let offered = station.offered_utilization();
    let (stable, utilization, steady) = match station.capacity {
        Some(capacity) => {
            let steady = bounded(&station, capacity);
            let service = f64::from(station.servers) * station.service_rate_per_s;
            (true, steady.throughput_per_s / service, Some(steady))
        }
        None if offered < 1.0 => (true, offered, Some(unbounded(&station, model))),
        None => (false, offered, None),
    };
    Ok(Queue { model, stable, utilization, steady, station })
}

/// The wait of M/M/c, times what the spread of the service time makes of it. That is exact for one server and for exponential service.
fn unbounded(station: &Station, model: QueueModel) -> Steady {
    let p_wait = erlang::c(station.servers, station.arrivals_per_s / station.service_rate_per_s);
    let spare = spare_per_s(station);
    let spread = (1.0 + station.service_cv * station.service_cv) / 2.0;
    let wait = spread * p_wait / spare;
    steady(station, (model != QueueModel::MGc).then_some(p_wait), 0.0, station.arrivals_per_s, wait)
}

fn bounded(station: &Station, capacity: u32) -> Steady {
    let load = station.arrivals_per_s / station.service_rate_per_s;
    let chain = erlang::bounded(station.servers, capacity, load);
    let throughput = station.arrivals_per_s * chain.p_accept;
    let wait = if throughput > 0.0 { chain.mean_queue_length / throughput } else { 0.0 };
    steady(station, Some(chain.p_wait), chain.p_block, throughput, wait)
}

fn steady(station: &Station, p_wait: Option<f64>, p_block: f64, throughput: f64, wait_s: f64) -> Steady {
    let response = wait_s + 1.0 / station.service_rate_per_s;
    // Little's law: what is there is what comes times how long it stays.
    Steady {
        p_wait,
        p_block,
        throughput_per_s: throughput,
        mean_wait_ms: wait_s * 1e3,
        mean_response_ms: response * 1e3,
        mean_queue_length: throughput * wait_s,
        mean_in_system: throughput * response,
    }
}

/// What the servers could complete beyond what arrives.
fn spare_per_s(station: &Station) -> f64 {
    station.service_rate_per_s * f64::from(station.servers) - station.arrivals_per_s
}

impl Queue {
    /// The wait that a share of the arrivals does not exceed, in milliseconds: 0 up to 1 - `p_wait`. `None` if there is no steady state, or the model tells no more than
    /// averages.
    ///
    /// # Errors
    /// `Invalid` unless 0 ≤ `share` < 1.
    pub fn wait_quantile_ms(&self, share: f64) -> Result<Option<f64>> {
        let beyond = beyond(share)?;
        let told = self.steady.filter(|_| self.model == QueueModel::MMc).and_then(|steady| steady.p_wait);
        Ok(told.map(|p_wait| (p_wait / beyond).ln().max(0.0) / spare_per_s(&self.station) * 1e3))
    }

    /// The response that a share of the arrivals does not exceed, in milliseconds. `None` as of [`Queue::wait_quantile_ms`]. The tail of wait and service is inverted by halving.
    ///
    /// # Errors
    /// `Invalid` unless 0 ≤ `share` < 1.
    pub fn response_quantile_ms(&self, share: f64) -> Result<Option<f64>> {
        let beyond = beyond(share)?;
        Ok(self.tail().map(|tail| tail.quantile_s(beyond) * 1e3))
    }

    /// The share of the arrivals whose response takes longer than so many milliseconds. `None` as of [`Queue::wait_quantile_ms`].
    ///
    /// # Errors
    /// `Invalid` for a negative time, or one that is no number.
    pub fn response_beyond(&self, ms: f64) -> Result<Option<f64>> {
        let seconds = amount(ms, format_args!("ms"))? / 1e3;
        Ok(self.tail().map(|tail| tail.beyond(seconds)))
    }

    /// Wait and service together, where more than their average is known.
    fn tail(&self) -> Option<response::Tail> {
        let told = self.steady.filter(|_| self.model == QueueModel::MMc).and_then(|steady| steady.p_wait);
        told.map(|p_wait| response::Tail {
            p_wait,
            spare_per_s: spare_per_s(&self.station),
            service_rate_per_s: self.station.service_rate_per_s,
        })
    }
}

/// The share that may exceed a quantile.
fn beyond(share: f64) -> Result<f64> {
    let beyond = 1.0 - probability(share, format_args!("share"))?;
    if beyond > 0.0 { Ok(beyond) } else { Err(invalid("share is 1: nothing is sure to exceed every wait".to_owned())) }
}

#[cfg(test)]
mod tests;
