//! `reality`: whether what a change was predicted to do is what it did, on systems that were measured before and after.
//!
//! A folder holds spans from before, what is declared of the system, and changes; what was measured afterwards may stand beside a change and is not looked at before
//! everything is predicted.

mod declared;
mod simple;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};
use twin_connectors::recorded;
use twin_core::base::{Context, Error, Limits, Result};
use twin_core::simulate::calibration::{Scored, calibration};
use twin_core::simulate::replay::{
    EndpointForecast, Expected, Forecast, OperationName, Recording, TrafficChange, forecast,
};

use crate::command::{misused, unusable};
pub(crate) use simple::quantile;

/// Where chance is asked.
const SEED: u64 = 1;

/// One change to predict.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Its name.
    pub name: String,
    spans: PathBuf,
    declared: PathBuf,
    change: Value,
    expected: Value,
}

/// The parts of a case's file that are read.
#[derive(Deserialize)]
struct Stated {
    name: String,
    input: Input,
    #[serde(default)]
    expected: Value,
}

#[derive(Deserialize)]
struct Input {
    spans: String,
    declared: String,
    change: Value,
}

/// What is predicted of one case.
#[derive(Clone, Debug, PartialEq)]
pub struct Predicted {
    /// The case.
    pub case: Case,
    /// What comes of it.
    pub forecast: Forecast,
    /// What a simple model says: median, 95th and 99th percentile by endpoint, where it knows the change.
    pub simple: BTreeMap<String, [f64; 3]>,
}

/// The cases beneath a folder, in the order of their paths.
///
/// # Errors
/// If a file cannot be read, or is no case.
pub fn cases(root: &Path) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(folder) = waiting.pop() {
        for path in crate::vectors::entries(&folder)? {
            match path.is_dir() {
                true => waiting.push(path),
                false => cases.extend(case(&path)?.map(|case| (path, case))),
            }
        }
    }
    cases.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(cases.into_iter().map(|(_, case)| case).collect())
}

/// What a file says, if it is one of a change.
fn case(path: &Path) -> Result<Option<Case>> {
    if !path.to_string_lossy().trim_end_matches(".gz").ends_with(".json") {
        return Ok(None);
    }
    let value: Value =
        serde_json::from_slice(&crate::vectors::contents(path)?).map_err(|error| unusable(path, error))?;
    if value.pointer("/input/change").is_none() {
        return Ok(None);
    }
    let stated = Stated::deserialize(value).map_err(|error| unusable(path, error))?;
    let beside = |name: &str| path.parent().map_or_else(|| PathBuf::from(name), |folder| folder.join(name));
    let Input { spans, declared, change } = stated.input;
    let (spans, declared) = (beside(&spans), beside(&declared));
    Ok(Some(Case { name: stated.name, spans, declared, change, expected: stated.expected }))
}

/// Measurements are as large as they are.
fn limits() -> Limits {
    Limits { payload_bytes: 1 << 31, ..Limits::default() }
}

/// Predicts each case; of one that cannot be predicted, why.
pub fn predict(cases: Vec<Case>, context: &Context) -> Vec<std::result::Result<Predicted, (String, Error)>> {
    let of = |case: Case| match predicted(&case, context) {
        Ok((forecast, simple)) => Ok(Predicted { case, forecast, simple }),
        Err(error) => Err((case.name, error)),
    };
    cases.into_iter().map(of).collect()
}

fn predicted(case: &Case, context: &Context) -> Result<(Forecast, BTreeMap<String, [f64; 3]>)> {
    let policies = declared::read(&case.declared)?;
    let (spans, diagnostics) = recorded(&[&case.spans], &limits())?;
    if let Some(first) = diagnostics.iter().find(|told| told.records > 0) {
        return Err(misused(format!("{}: {}", first.locator, first.message)));
    }
    let no_change = |error| misused(format!("{} has no change that is known", case.name)).because(error);
    let change = TrafficChange::deserialize(&case.change).map_err(no_change)?;
    let simple = simple::simple_quantiles(&spans, &policies, &change).unwrap_or_default();
    Ok((forecast(&Recording::of(&spans, &policies), &policies, &[change], SEED, context)?, simple))
}

impl Predicted {
    /// A line for each endpoint, and one for whom it reaches.
    pub fn lines(&self) -> Vec<Value> {
        let case = &self.case.name;
        let names = |names: &[OperationName]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let endpoint = |endpoint: &EndpointForecast| {
            let likely = |expected: Option<Expected>| expected.map(|expected| expected.likely);
            let interval = |expected: Option<Expected>| expected.map(|expected| [expected.low, expected.high]);
            json!({"case": case, "endpoint": endpoint.operation.operation, "predicted": {
                "p50_ms": likely(endpoint.p50_ms), "p95_ms": likely(endpoint.p95_ms), "p99_ms": likely(endpoint.p99_ms),
                "error_rate": endpoint.error_rate.after, "degraded_rate": endpoint.degraded_rate.after,
                "p50_90": interval(endpoint.p50_ms), "p95_90": interval(endpoint.p95_ms), "p99_90": interval(endpoint.p99_ms),
            }})
        };
        let reached = &self.forecast.reached;
        let blast_radius = json!({
            "failing_operations": names(&reached.failing),
            "degraded_operations": names(&reached.degraded),
            "no_longer_called": names(&reached.no_longer_called),
        });
        let endpoints = self.forecast.endpoints.iter().map(endpoint);
        endpoints.chain([json!({"case": case, "blast_radius": blast_radius})]).collect()
    }

    /// How far off it is, where what was measured stands beside it.
    pub fn judged(&self) -> Option<Judged> {
        let expected = self.case.expected.get("endpoints")?.as_object()?;
        let measured = |endpoint: &EndpointForecast, field: &str| {
            expected.get(&endpoint.operation.operation)?.get(field)?.as_f64()
        };
        let mut judged = Judged { case: self.case.name.clone(), ..Judged::default() };
        for endpoint in &self.forecast.endpoints {
            let quantiles = [("p50_ms", endpoint.p50_ms), ("p95_ms", endpoint.p95_ms), ("p99_ms", endpoint.p99_ms)];
            let simple = self.simple.get(&endpoint.operation.operation);
            for (place, (field, of)) in quantiles.into_iter().enumerate() {
                if let (Some(of), Some(is)) = (of, measured(endpoint, field).filter(|is| *is > 0.0)) {
                    let simple = simple.map(|simple| (simple[place] - is) / is);
                    judged.add_quantile(&endpoint.operation.operation, field, of, is, simple);
                }
            }
            for (field, of) in [("error_rate", endpoint.error_rate), ("degraded_rate", endpoint.degraded_rate)] {
                judged.rates.extend(measured(endpoint, field).map(|is| {
                    json!({
                        "endpoint": endpoint.operation.operation, "rate": field, "off_points": 100.0 * (of.after - is),
                    })
                }));
            }
        }
        judged.is_reach_equal = self.is_reach_equal();
        Some(judged)
    }

    fn is_reach_equal(&self) -> Option<bool> {
        let expected = self.case.expected.get("blast_radius")?;
        let reached = &self.forecast.reached;
        let is_equal = |field: &str, names: &[OperationName]| {
            let mut ours: Vec<String> = names.iter().map(ToString::to_string).collect();
            let listed = expected.get(field).and_then(Value::as_array);
            let mut theirs: Vec<String> =
                listed.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
            ours.sort();
            theirs.sort();
            ours == theirs
        };
        Some(
            is_equal("failing_operations", &reached.failing)
                && is_equal("degraded_operations", &reached.degraded)
                && is_equal("no_longer_called", &reached.no_longer_called),
        )
    }
}

/// How far a prediction is off.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judged {
    /// The case.
    pub case: String,
    /// By endpoint and quantile.
    pub quantiles: Vec<Value>,
    /// Quantiles, as they were predicted and as they came.
    pub scored: Vec<Scored>,
    /// By endpoint and rate, in points.
    pub rates: Vec<Value>,
    /// Whether exactly those are reached who were.
    pub is_reach_equal: Option<bool>,
}

impl Judged {
    fn add_quantile(&mut self, endpoint: &str, field: &str, of: Expected, is: f64, simple: Option<f64>) {
        let off = (of.likely - is) / is;
        let [unchanged, played] = [of.before, of.after].map(|value| (value - is) / is);
        let is_covered = (of.low..=of.high).contains(&is);
        self.scored.push(Scored { predicted: of.likely, low: of.low, high: of.high, measured: is });
        self.quantiles.push(json!({
            "endpoint": endpoint, "quantile": field, "measured": is, "off": off, "off_as_played": played, "off_if_nothing_changed": unchanged, "off_by_simple_model": simple,
            "touched": of.after != of.before, "covered": is_covered,
        }));
    }

    /// The rows of endpoints that the change touches, or of those that it does not.
    fn rows(&self, touched: bool) -> Vec<&Value> {
        self.quantiles.iter().filter(|row| row["touched"] == touched).collect()
    }

    /// The case as a line.
    pub fn line(&self) -> Value {
        json!({"case": self.case, "quantiles": self.quantiles, "rates": self.rates, "blast_radius_equal": self.is_reach_equal})
    }
}

/// All cases together: how often intervals hold what was measured, and how wide they are.
///
/// # Errors
/// If something that was measured is no number.
pub fn summary(judged: &[Judged]) -> Result<Value> {
    let scored: Vec<Scored> = judged.iter().flat_map(|judged| judged.scored.iter().copied()).collect();
    let equal = judged.iter().filter(|judged| judged.is_reach_equal == Some(true)).count();
    let touched: Vec<Vec<&Value>> = judged.iter().map(|judged| judged.rows(true)).collect();
    let controls: Vec<&Value> = judged.iter().flat_map(|judged| judged.rows(false)).collect();
    let all: Vec<&Value> = judged.iter().flat_map(|judged| &judged.quantiles).collect();
    // A case whose touched endpoints the simple model does not know is held against nothing.
    let held: Vec<bool> =
        touched.iter().filter_map(|rows| Some(mean(rows, "off")? <= mean(rows, "off_by_simple_model")?)).collect();
    Ok(json!({"summary": {
        "cases": judged.len(), "intervals": calibration(&scored, 0.9)?, "blast_radius_equal": equal,
        "all": off(&all, "off"), "controls": off(&controls, "off"), "touched": off(&touched.concat(), "off"),
        "touched_as_played": off(&touched.concat(), "off_as_played"),
        "touched_by_simple_model": off(&touched.concat(), "off_by_simple_model"),
        "touched_if_nothing_changed": off(&touched.concat(), "off_if_nothing_changed"),
        "not_above_simple_model": {"cases": held.iter().filter(|held| **held).count(), "of": held.len()},
    }}))
}

/// By quantile, how far rows are off at the median and at most.
fn off(rows: &[&Value], by: &str) -> Value {
    let of = |field: &str| {
        let mut off: Vec<f64> =
            rows.iter().filter(|row| row["quantile"] == field).filter_map(|row| row[by].as_f64()).collect();
        off.iter_mut().for_each(|off| *off = off.abs());
        off.sort_by(f64::total_cmp);
        json!({"median": off.get(off.len() / 2), "largest": off.last(), "of": off.len()})
    };
    json!({"p50": of("p50_ms"), "p95": of("p95_ms"), "p99": of("p99_ms")})
}

/// How far rows are off on average; `None` without any, or where one has no value.
fn mean(rows: &[&Value], by: &str) -> Option<f64> {
    let off = rows.iter().map(|row| row[by].as_f64().map(f64::abs)).collect::<Option<Vec<f64>>>()?;
    (!off.is_empty()).then(|| off.iter().sum::<f64>() / off.len() as f64)
}
