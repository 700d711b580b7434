//! Latency of an operation that works, calls others, waits, races, chooses, gives up and tries again: by Monte Carlo, with stated intervals.
//!
//! The same model, seed and number of samples give the same bytes on any number of threads. Two models that differ in one place differ in that place only: what a change does not
//! touch has a difference of exactly 0 in each sample.

mod draw;
mod machine;
mod model;
mod program;
mod sampler;
mod statistics;

pub use model::{Branch, Distribution, LatencyModel, Operation, Step};
pub use statistics::{Estimate, QuantileEstimate};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::base::{Error, ErrorKind, Result, in_pool};
use crate::simulate::check::{invalid, within};
use crate::simulate::latency::machine::Block;
use crate::simulate::latency::program::Program;

/// The most samples of one simulation: what is kept of them is some hundred MB.
const MOST_SAMPLES: usize = 20_000_000;
/// The most steps of one simulation, over all of its samples: some ten seconds.
const MOST_STEPS: f64 = 2e9;
/// The shares whose quantiles a summary tells.
const SHARES: [f64; 5] = [0.5, 0.9, 0.95, 0.99, 0.999];

/// How a simulation is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Sampling {
    /// How many requests are simulated. One is enough where nothing is random, and no more are then.
    pub samples: u32,
    /// What all chance follows from.
    pub seed: u64,
}

impl Default for Sampling {
    /// 20,000 samples.
    fn default() -> Self {
        Sampling { samples: 20_000, seed: 0 }
    }
}

/// Simulated requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Latency {
    sampling: Sampling,
    is_exact: bool,
    durations_ms: Vec<f64>,
    sorted_ms: Vec<f64>,
    operations: Vec<OperationTime>,
}

/// What an operation has to do with a request.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct OperationTime {
    /// Its name.
    pub operation: String,
    /// How often it runs for one request, on average.
    pub calls_per_request: f64,
    /// How long it works by itself for one request, in milliseconds, on average: whether anybody waits for it or not.
    pub own_ms_per_request: f64,
}

/// A simulation in few numbers.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct LatencySummary {
    /// How many requests were simulated.
    pub samples: usize,
    /// The seed.
    pub seed: u64,
    /// Whether nothing was random, so that one sample says all.
    pub is_exact: bool,
    /// How probably all of the intervals hold together, as far as the model does.
    pub confidence: f64,
    /// The average.
    pub mean: Estimate,
    /// The median, and the 90th, 95th, 99th and 99.9th percentile.
    pub quantiles: Vec<QuantileEstimate>,
    /// What each operation that is ever called has to do with it, most work first, equals by name.
    pub operations: Vec<OperationTime>,
}

/// How many steps one request to an operation takes on average: what a sample costs.
///
/// # Errors
/// As of [`latency`].
pub fn latency_steps(model: &LatencyModel, entry: &str) -> Result<f64> {
    let program = Program::new(model, entry)?;
    Ok(program.operations[program.entry].steps)
}

/// Simulates requests to an operation. O(samples × steps), in the process's pool; samples are drawn in blocks that know nothing of each other.
///
/// # Errors
/// `Unknown` for an entry or a call that is no operation; `Invalid` for calls that go in a circle, with the operations on it, and for durations below 0, probabilities outside of 0
/// to 1, choices that do not add up to 1, no attempts and no samples; `Limit` beyond 20,000,000 samples or 2,000,000,000 steps.
pub fn latency(model: &LatencyModel, entry: &str, sampling: Sampling) -> Result<Latency> {
    let program = Program::new(model, entry)?;
    let entry = &program.operations[program.entry];
    let sampling = match sampling.samples {
        0 => return Err(invalid("samples is 0: one request is the least".to_owned())),
        _ if !entry.is_random => Sampling { samples: 1, ..sampling },
        _ => sampling,
    };
    within(sampling.samples as usize, MOST_SAMPLES, format_args!("samples of one simulation"))?;
    let steps = entry.steps * f64::from(sampling.samples);
    if steps > MOST_STEPS {
        let told =
            format!("{steps:.0} steps of one simulation, and at most {MOST_STEPS:.0} are taken: ask for fewer samples");
        return Err(Error::new(ErrorKind::Limit, told));
    }
    Ok(in_pool(|| sampled(&program, sampling)))
}

/// Runs a program on the threads at hand. Blocks are put together in their order, whoever ran them.
fn sampled(program: &Program, sampling: Sampling) -> Latency {
    let samples = u64::from(sampling.samples);
    let blocks: Vec<Block> = (0..samples.div_ceil(draw::BLOCK))
        .into_par_iter()
        .map(|number| machine::run(program, sampling.seed, number, samples))
        .collect();
    let operations = operations(program, &blocks, samples as f64);
    let durations_ms: Vec<f64> = blocks.into_iter().flat_map(|block| block.durations).collect();
    let mut sorted_ms = durations_ms.clone();
    sorted_ms.par_sort_unstable_by(f64::total_cmp);
    let is_exact = !program.operations[program.entry].is_random;
    Latency { sampling, is_exact, durations_ms, sorted_ms, operations }
}

fn operations(program: &Program, blocks: &[Block], samples: f64) -> Vec<OperationTime> {
    let told = program.operations.iter().enumerate().map(|(place, operation)| OperationTime {
        operation: operation.name.clone(),
        calls_per_request: blocks.iter().map(|block| block.calls[place] as f64).sum::<f64>() / samples,
        own_ms_per_request: blocks.iter().map(|block| block.own_ms[place]).sum::<f64>() / samples,
    });
    let mut called: Vec<OperationTime> = told.filter(|operation| operation.calls_per_request > 0.0).collect();
    called.sort_by(|a, b| b.own_ms_per_request.total_cmp(&a.own_ms_per_request));
    called
}

impl Latency {
    /// How long each request took, in milliseconds, in the order of samples: to compare sample by sample with another model of the same seed.
    pub fn durations_ms(&self) -> &[f64] {
        &self.durations_ms
    }

    /// The average, with an interval that holds with a probability of `confidence`.
    ///
    /// # Errors
    /// `Invalid` unless 0 < `confidence` < 1.
    pub fn mean(&self, confidence: f64) -> Result<Estimate> {
        let deviations = statistics::deviations(confidence)?;
        Ok(if self.is_exact { self.exactly() } else { statistics::mean(&self.durations_ms, deviations) })
    }

    /// The duration that a share of the requests does not exceed, with an interval of order statistics that holds with a probability of `confidence`; no interval where there are too
    /// few samples for one.
    ///
    /// # Errors
    /// `Invalid` unless 0 ≤ `share` ≤ 1 and 0 < `confidence` < 1.
    pub fn quantile(&self, share: f64, confidence: f64) -> Result<Estimate> {
        let deviations = statistics::deviations(confidence)?;
        let found = statistics::quantile(&self.sorted_ms, share, deviations)?;
        Ok(if self.is_exact { self.exactly() } else { found })
    }

    /// The average and the usual quantiles, with intervals that all hold together with a probability of `confidence` at least: each with more than that, by Bonferroni.
    ///
    /// # Errors
    /// `Invalid` unless 0 < `confidence` < 1.
    pub fn summary(&self, confidence: f64) -> Result<LatencySummary> {
        statistics::deviations(confidence)?;
        let each = 1.0 - (1.0 - confidence) / (SHARES.len() + 1) as f64;
        let quantile = |share: f64| Ok(QuantileEstimate { share, estimate: self.quantile(share, each)? });
        Ok(LatencySummary {
            samples: self.durations_ms.len(),
            seed: self.sampling.seed,
            is_exact: self.is_exact,
            confidence,
            mean: self.mean(each)?,
            quantiles: SHARES.into_iter().map(quantile).collect::<Result<_>>()?,
            operations: self.operations.clone(),
        })
    }

    fn exactly(&self) -> Estimate {
        Estimate::exactly(self.durations_ms.first().copied().unwrap_or(0.0))
    }
}

#[cfg(test)]
mod tests;
