//! Compares what came out with what was expected: lists as sets, numbers within their tolerance.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::vectors::sampled;

/// How exactly an answer must be met. Nothing said means exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
pub struct Tolerance {
    /// The difference that is allowed.
    #[serde(default, alias = "us_per_operation")]
    pub abs: Option<f64>,
    /// The difference that is allowed, as a part of the expected value.
    #[serde(default)]
    pub rel: Option<f64>,
    /// The same for an unavailability alone, where no `abs` may hide what it is about.
    #[serde(default)]
    pub rel_unavailability: Option<f64>,
}

/// What the other numbers of an availability may differ by, as a part of the expected value.
const REST_OF_AVAILABILITY: f64 = 1e-9;

impl Tolerance {
    /// What holds for a key of the top.
    fn of(self, key: &str) -> Self {
        match self.rel_unavailability {
            None => self,
            rel if key == "unavailability" => Tolerance { rel, ..Tolerance::default() },
            Some(_) => Tolerance { rel: Some(REST_OF_AVAILABILITY), ..self },
        }
    }

    /// Whether a number is near enough: within either.
    fn admits(&self, expected: f64, found: f64) -> bool {
        let off = (expected - found).abs();
        let near = |bound: Option<f64>| bound.is_some_and(|bound| off <= bound);
        expected == found || near(self.abs) || near(self.rel.map(|part| part * expected.abs()))
    }
}

/// What is different, each with the path to it. Keys of the top that are not expected are not compared.
pub fn differences(expected: &Value, found: &Value, tolerance: &Tolerance) -> Vec<String> {
    if let Some(differences) = sampled::differences(expected, found) {
        return differences;
    }
    let none = Map::new();
    let wanted = expected.as_object().unwrap_or(&none);
    let differing = wanted.iter().filter(|(key, value)| !same(value, &found[key.as_str()], &tolerance.of(key)));
    differing.map(|(key, value)| format!("{key}: {}", shown(value, &found[key.as_str()], &tolerance.of(key)))).collect()
}

fn same(expected: &Value, found: &Value, tolerance: &Tolerance) -> bool {
    match (expected, found) {
        (Value::Object(wanted), Value::Object(had)) => {
            wanted.len() == had.len()
                && wanted.iter().all(|(key, value)| had.get(key).is_some_and(|found| same(value, found, tolerance)))
        }
        (Value::Array(wanted), Value::Array(had)) => {
            wanted.len() == had.len() && sorted(wanted).iter().zip(sorted(had)).all(|(a, b)| same(a, b, tolerance))
        }
        (Value::Number(wanted), Value::Number(had)) => match (wanted.as_f64(), had.as_f64()) {
            (Some(wanted), Some(had)) => tolerance.admits(wanted, had),
            _ => wanted == had,
        },
        _ => expected == found,
    }
}

fn sorted(values: &[Value]) -> Vec<&Value> {
    let mut values: Vec<&Value> = values.iter().collect();
    values.sort_by_cached_key(|value| value.to_string());
    values
}

/// Of large values only the first parts that differ.
fn shown(expected: &Value, found: &Value, tolerance: &Tolerance) -> String {
    const SHOWN: usize = 5;
    match (expected, found) {
        (Value::Object(wanted), Value::Object(had)) => {
            let keys: std::collections::BTreeSet<&String> = wanted.keys().chain(had.keys()).collect();
            let nothing = Value::Null;
            let part = |key: &&String| {
                let (wanted, had) = (wanted.get(*key).unwrap_or(&nothing), had.get(*key).unwrap_or(&nothing));
                (!same(wanted, had, tolerance)).then(|| format!("{key} is {had}, not {wanted}"))
            };
            keys.iter().filter_map(part).take(SHOWN).collect::<Vec<String>>().join(", ")
        }
        (Value::Array(wanted), Value::Array(had)) => {
            let lacking =
                wanted.iter().filter(|value| !had.contains(value)).take(SHOWN).map(|it| format!("lacks {it}"));
            let extra = had.iter().filter(|value| !wanted.contains(value)).take(SHOWN).map(|it| format!("has {it}"));
            lacking.chain(extra).collect::<Vec<String>>().join(", ")
        }
        _ => format!("is {found}, not {expected}"),
    }
}
