//! Compares what was sampled with what was expected: by intervals, and by points where those are sure enough.
//!
//! An answer says `sampled`, and beside each number `x_ms` its own 99 % interval `x_ci99` and the interval of four standard errors `x_4se`.

use serde_json::Value;

/// How far the point may be off, as a part of the expected value: from the median to the 99th percentile.
const POINT: f64 = 0.01;
const POINTS: [&str; 4] = ["p50", "p90", "p95", "p99"];
/// What two intervals may miss each other by, as a part of their ends: that of a constant has no width.
const ROUNDING: f64 = 1e-9;

/// What is different; `None` if nothing was sampled. A number that was expected with an interval `x_ci95` is met if the intervals overlap and the points are near; one without is exact,
/// and met if it lies within four standard errors.
pub(super) fn differences(expected: &Value, found: &Value) -> Option<Vec<String>> {
    found.get("sampled")?;
    let wanted = expected.as_object()?;
    let numbers = wanted.iter().filter(|(key, _)| !key.ends_with("_ci95"));
    Some(numbers.filter_map(|(key, value)| difference(key, value, expected, found)).collect())
}

fn difference(key: &str, value: &Value, expected: &Value, found: &Value) -> Option<String> {
    let name = key.strip_suffix("_ms").unwrap_or(key);
    let (wanted, had) = (value.as_f64(), found[key].as_f64());
    let is_met = match (wanted, had, interval(&expected[format!("{name}_ci95")])) {
        (Some(wanted), Some(had), Some(theirs)) => {
            let is_near = !POINTS.contains(&name) || (had - wanted).abs() <= POINT * wanted.abs();
            is_near && interval(&found[format!("{name}_ci99")]).is_some_and(|ours| overlap(ours, theirs))
        }
        (Some(wanted), Some(_), None) => {
            interval(&found[format!("{name}_4se")]).is_some_and(|ours| overlap(ours, (wanted, wanted)))
        }
        _ => false,
    };
    let told = || {
        let (ours, theirs) = (&found[format!("{name}_ci99")], &expected[format!("{name}_ci95")]);
        format!("{key}: is {} within {ours}, not {value} within {theirs}", found[key])
    };
    (!is_met).then(told)
}

fn interval(value: &Value) -> Option<(f64, f64)> {
    Some((value.get(0)?.as_f64()?, value.get(1)?.as_f64()?))
}

fn overlap(a: (f64, f64), b: (f64, f64)) -> bool {
    let rounding = ROUNDING * a.1.abs().max(b.1.abs());
    a.0 <= b.1 + rounding && b.0 <= a.1 + rounding
}
