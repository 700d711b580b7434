//! Latency: simulated, with the intervals of the simulation beside each number.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use twin_core::base::Result;
use twin_core::simulate::latency::{Estimate, LatencyModel, Sampling, latency, latency_steps};

use crate::command::misused;

/// Steps that one case may take: the simpler the model, the more samples.
const STEPS: f64 = 1e7;
/// Samples of one case, at least and at most.
const SAMPLES: (f64, f64) = (250_000.0, 1_000_000.0);
/// How probably the intervals that are told hold together.
const CONFIDENCE: f64 = 0.99;
/// How probably a normal variable stays within four standard deviations.
const FOUR_DEVIATIONS: f64 = 0.999_936_657_516_334;

#[derive(Deserialize)]
struct Input {
    #[serde(flatten)]
    model: LatencyModel,
    entry: String,
}

pub(super) fn answer(input: &Value) -> Result<Value> {
    let input = Input::deserialize(input).map_err(|error| misused("no input of latency").because(error))?;
    let steps = latency_steps(&input.model, &input.entry)?.max(1.0);
    let samples = (STEPS / steps).clamp(SAMPLES.0, SAMPLES.1) as u32;
    let found = latency(&input.model, &input.entry, Sampling { samples, seed: 1 })?;
    let summary = found.summary(CONFIDENCE)?;
    let mut told = Map::from_iter([("sampled".to_owned(), json!(summary.samples))]);
    tell(&mut told, "mean", summary.mean, found.mean(FOUR_DEVIATIONS)?);
    for (name, quantile) in ["p50", "p90", "p95", "p99", "p99.9"].into_iter().zip(summary.quantiles) {
        tell(&mut told, name, quantile.estimate, found.quantile(quantile.share, FOUR_DEVIATIONS)?);
    }
    Ok(Value::Object(told))
}

fn tell(told: &mut Map<String, Value>, name: &str, estimate: Estimate, wide: Estimate) {
    let ends = |estimate: Estimate| json!(estimate.interval.map(|interval| [interval.low, interval.high]));
    told.insert(format!("{name}_ms"), json!(estimate.ms));
    told.insert(format!("{name}_ci99"), ends(estimate));
    told.insert(format!("{name}_4se"), ends(wide));
}
