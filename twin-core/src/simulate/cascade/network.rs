//! Services that call each other, each call with retries of its own: how failure of one becomes load of all.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::{Error, Result, shortened};
use crate::simulate::cascade::station::Workers;
use crate::simulate::cascade::{LoadVerdict, RetriedService, assumptions, attempts};
use crate::simulate::check::{amount, invalid, positive, within};

/// The most workers and places of all services together.
const MOST_PLACES: usize = 1_000_000;
/// The most calls between services.
const MOST_CALLS: usize = 1_000_000;
/// Steps of all rounds together, and the most rounds.
const STEPS: usize = 200_000_000;
const ROUNDS: usize = 20_000;
/// A round that changes nothing by more than this, relatively, is the last.
const SETTLED: f64 = 1e-11;

/// A service with its name. Its arrivals, attempts and budget are those of callers outside of the graph.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CascadingService {
    /// Its name.
    pub id: String,
    /// What it can do, and what arrives from outside.
    pub service: RetriedService,
}

/// That one service calls another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// The name of the caller.
    pub from: String,
    /// The name of the service that is called.
    pub to: String,
    /// Calls for each attempt that the caller works on, on average, each counted once however often it is tried. All of them are needed.
    pub calls_per_request: f64,
    /// How often a call is tried at most: 1 is no retry.
    pub max_attempts: u32,
    /// How many retries are made at most, as a share of the calls. `None` is no limit.
    #[serde(default)]
    pub retry_budget: Option<f64>,
}

/// Services and who calls whom. Circles are allowed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallGraph {
    /// The services.
    pub services: Vec<CascadingService>,
    /// The calls.
    #[serde(default)]
    pub calls: Vec<Call>,
}

/// The loads that sustain themselves in a call graph.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Cascade {
    /// How the services fare together; `None` where the search ended before it could tell.
    pub verdict: Option<LoadVerdict>,
    /// Each service, in the order in which they were given.
    pub tiers: Vec<CascadeTier>,
    /// Whether both ends settled. If not, `from_empty` is too small at worst and `from_full` too large.
    pub settled: bool,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
}

/// One service of a cascade.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct CascadeTier {
    /// Its name.
    pub id: String,
    /// The least load that sustains itself: where the services come to after a start without load.
    pub from_empty: TierLoad,
    /// The largest load that sustains itself: where they stay after everything failed.
    pub from_full: TierLoad,
}

/// The load of one service.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct TierLoad {
    /// Attempts per second.
    pub offered_per_s: f64,
    /// How many times that is what it were if nobody tried twice; 1 if nothing arrives either way.
    pub amplification: f64,
    /// The probability that an attempt fails: refused, not answered in time, or because of a call that it makes.
    pub failure_probability: f64,
    /// The share of the workers' time that is busy.
    pub utilization: f64,
}

/// Finds the least and the largest loads of a call graph that sustain themselves, by monotone iteration from an empty and from a full graph (Knaster, Tarski 1955: more load
/// never means fewer failures, nor more failures less load). At most 20,000 rounds of O(workers + capacities + calls), fewer where a round is long.
///
/// # Errors
/// `Unknown` for a call from or to no service; `Invalid` for a name given twice, and as of [`metastability`](crate::simulate::cascade::metastability) with the service or call;
/// `Limit` beyond 1,000,000 workers and places or calls.
pub fn cascade(graph: &CallGraph) -> Result<Cascade> {
    let network = Network::of(graph)?;
    let empty = network.settle(network.empty(), true)?;
    let full = network.settle(network.full(), true)?;
    let single = network.settle(network.empty(), false)?;
    let tiers: Vec<CascadeTier> = (0..graph.services.len())
        .map(|place| {
            let tier = |end: &Settled| network.tier(place, &end.loads[place], &single.loads[place]);
            let id = graph.services[place].id.clone();
            Ok(CascadeTier { id, from_empty: tier(&empty)?, from_full: tier(&full)? })
        })
        .collect::<Result<_>>()?;
    let settled = empty.is_settled && full.is_settled;
    let mut assumptions = assumptions();
    assumptions.extend([
        "an attempt that is worked on makes all its calls, whether its caller still waits or not".to_owned(),
        "a time-out counts the service's own wait and work, not that of what it calls".to_owned(),
    ]);
    Ok(Cascade { verdict: network.verdict(&empty, &full, settled), tiers, settled, assumptions })
}

/// What a service is offered, and the probability that an attempt at it succeeds, its calls included.
#[derive(Clone, Copy, Debug)]
struct Load {
    offered: f64,
    success: f64,
}

struct Settled {
    loads: Vec<Load>,
    is_settled: bool,
}

struct Network<'g> {
    graph: &'g CallGraph,
    workers: Vec<Workers>,
    /// Caller, called, and the call.
    calls: Vec<(usize, usize, &'g Call)>,
    rounds: usize,
}

impl<'g> Network<'g> {
    fn of(graph: &'g CallGraph) -> Result<Self> {
        let mut places = BTreeMap::new();
        for (place, named) in graph.services.iter().enumerate() {
            let of = |error| within_named("service", &named.id, error);
            named.service.checked().map_err(of)?;
            if places.insert(named.id.as_str(), place).is_some() {
                let id = shortened(&named.id);
                return Err(invalid(format!("two services are called \"{id}\": rename one")));
            }
        }
        let size = |named: &CascadingService| (named.service.workers + named.service.capacity.unwrap_or(0)) as usize;
        let size: usize = graph.services.iter().map(size).sum();
        within(size, MOST_PLACES, format_args!("workers and places of all services"))?;
        within(graph.calls.len(), MOST_CALLS, format_args!("calls"))?;
        let place =
            |id: &str| places.get(id).copied().ok_or_else(|| Error::unknown("service", id, places.keys().copied()));
        let calls = graph.calls.iter().map(|call| Ok((place(&call.from)?, place(&call.to)?, call.checked()?)));
        let calls = calls.collect::<Result<_>>()?;
        let rounds = (STEPS / (size + graph.calls.len() + 1)).clamp(1, ROUNDS);
        let workers = graph.services.iter().map(|named| Workers::of(&named.service)).collect();
        Ok(Network { graph, workers, calls, rounds })
    }

    fn service(&self, place: usize) -> &RetriedService {
        &self.graph.services[place].service
    }

    /// Nothing is offered, and nothing fails.
    fn empty(&self) -> Vec<Load> {
        vec![Load { offered: 0.0, success: 1.0 }; self.workers.len()]
    }

    /// Everything is tried as often as it can be, all workers are busy, and everything fails.
    fn full(&self) -> Vec<Load> {
        let outside = |named: &CascadingService| {
            let RetriedService { arrivals_per_s, max_attempts, retry_budget, .. } = named.service;
            Load { offered: arrivals_per_s * attempts(0.0, max_attempts, retry_budget), success: 0.0 }
        };
        let mut loads: Vec<Load> = self.graph.services.iter().map(outside).collect();
        for (from, to, call) in &self.calls {
            let calls = self.service(*from).most_per_s() * call.calls_per_request;
            loads[*to].offered += calls * attempts(0.0, call.max_attempts, call.retry_budget);
        }
        loads
    }

    fn settle(&self, mut loads: Vec<Load>, retried: bool) -> Result<Settled> {
        for _ in 0..self.rounds {
            let next = self.next(&loads, retried)?;
            let near = |a: f64, b: f64| (a - b).abs() <= SETTLED * a.abs().max(b.abs());
            let is_near = |(a, b): (&Load, &Load)| near(a.offered, b.offered) && near(a.success, b.success);
            let is_settled = loads.iter().zip(&next).all(is_near);
            loads = next;
            if is_settled {
                return Ok(Settled { loads, is_settled });
            }
        }
        Ok(Settled { loads, is_settled: false })
    }

    fn next(&self, loads: &[Load], retried: bool) -> Result<Vec<Load>> {
        let fates = self.workers.iter().zip(loads).map(|(workers, load)| workers.fate(load.offered));
        let fates = fates.collect::<Result<Vec<_>>>()?;
        let outside = |(place, load): (usize, &Load)| {
            let RetriedService { arrivals_per_s, max_attempts, retry_budget, .. } = *self.service(place);
            let most = if retried { max_attempts } else { 1 };
            let offered = arrivals_per_s * attempts(load.success, most, retry_budget);
            Load { offered, success: fates[place].success }
        };
        let mut next: Vec<Load> = loads.iter().enumerate().map(outside).collect();
        for (from, to, call) in &self.calls {
            let most = if retried { call.max_attempts } else { 1 };
            let success = loads[*to].success;
            let tried = attempts(success, most, call.retry_budget);
            next[*to].offered += loads[*from].offered * fates[*from].accepted * call.calls_per_request * tried;
            next[*from].success *= all_succeed((tried * success).min(1.0), call.calls_per_request);
        }
        Ok(next)
    }

    fn tier(&self, place: usize, load: &Load, single: &Load) -> Result<TierLoad> {
        let accepted = self.workers[place].fate(load.offered)?.accepted;
        let more = load.offered / single.offered;
        Ok(TierLoad {
            offered_per_s: load.offered,
            amplification: if single.offered > 0.0 { more.min(f64::MAX) } else { 1.0 },
            failure_probability: 1.0 - load.success,
            utilization: (load.offered * accepted / self.service(place).most_per_s()).min(1.0),
        })
    }

    fn verdict(&self, empty: &Settled, full: &Settled, settled: bool) -> Option<LoadVerdict> {
        let apart = |(a, b): (&Load, &Load)| b.offered > a.offered * (1.0 + 1e-6);
        let two = empty.loads.iter().zip(&full.loads).any(apart);
        let is_over = |(place, load): (usize, &Load)| load.offered >= self.service(place).most_per_s();
        match two {
            true if !settled => None,
            true => Some(LoadVerdict::Metastable),
            false if empty.loads.iter().enumerate().any(is_over) => Some(LoadVerdict::Unstable),
            false => Some(LoadVerdict::Stable),
        }
    }
}

/// The probability that so many calls succeed; the fraction of a call is one that is made that often.
fn all_succeed(success: f64, calls: f64) -> f64 {
    success.powf(calls.floor()) * (1.0 - calls.fract() * (1.0 - success))
}

impl Call {
    fn checked(&self) -> Result<&Self> {
        let of = |error| within_named("call to", &self.to, error);
        amount(self.calls_per_request, format_args!("calls_per_request")).map_err(of)?;
        self.retry_budget.map_or(Ok(0.0), |budget| amount(budget, format_args!("retry_budget"))).map_err(of)?;
        positive(f64::from(self.max_attempts), format_args!("max_attempts")).map_err(of)?;
        Ok(self)
    }
}

fn within_named(what: &str, id: &str, error: Error) -> Error {
    Error::new(error.kind(), format!("{what} \"{}\"", shortened(id))).because(error)
}
