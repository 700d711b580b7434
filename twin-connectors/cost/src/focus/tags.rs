//! Tags of a cost line: which are kept, and what they name.

use serde_json::Value;

/// What a tag names by convention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The component that caused the charge.
    Component,
    /// Where the charge is booked.
    CostCenter,
    /// An owner, a system, an environment: kept as it is.
    Other,
}

const COMPONENT: &[&str] = &[
    "service",
    "servicename",
    "app",
    "application",
    "applicationname",
    "appname",
    "component",
    "microservice",
    "workload",
    "app.kubernetes.io/name",
    "kubernetes.io/name",
];
const COST_CENTER: &[&str] = &["costcenter", "costcentre", "chargecode"];
const OTHER: &[&str] = &[
    "team",
    "owner",
    "ownedby",
    "squad",
    "env",
    "environment",
    "stage",
    "project",
    "product",
    "system",
    "domain",
    "department",
    "businessunit",
    "app.kubernetes.io/component",
    "app.kubernetes.io/instance",
    "app.kubernetes.io/partof",
    "app.kubernetes.io/managedby",
];

/// What a tag's key means; `None` for a key that no convention knows. Case, `-` and `_` do not matter, nor who set the tag (`user:`).
pub(super) fn meaning(key: &str) -> Option<Meaning> {
    let lower = key.trim().to_lowercase();
    let bare = ["user:", "aws:", "resourcetags/user:", "label:"].iter().find_map(|prefix| lower.strip_prefix(prefix));
    let name = bare.unwrap_or(&lower).replace(['-', '_', ' '], "");
    let has = |names: &[&str]| names.contains(&name.as_str());
    match () {
        () if has(COMPONENT) => Some(Meaning::Component),
        () if has(COST_CENTER) => Some(Meaning::CostCenter),
        () if has(OTHER) => Some(Meaning::Other),
        () => None,
    }
}

/// The pairs of a cell, written as a JSON object, as a list of objects with `key` and `value`, or as `key=value;key=value`.
/// What is neither has no pairs.
pub(super) fn pairs(cell: &str) -> Vec<(String, String)> {
    match serde_json::from_str(cell) {
        Ok(Value::Object(object)) => {
            object.iter().filter_map(|(key, value)| Some((key.clone(), scalar(value)?))).collect()
        }
        Ok(Value::Array(items)) => items.iter().filter_map(pair_of).collect(),
        _ => cell.split([';', ',', '|']).filter_map(pair_in_text).collect(),
    }
}

fn pair_of(item: &Value) -> Option<(String, String)> {
    let part = |names: [&str; 2]| names.iter().find_map(|name| scalar(item.get(name)?));
    Some((part(["key", "Key"])?, part(["value", "Value"])?))
}

fn pair_in_text(text: &str) -> Option<(String, String)> {
    let (key, value) = text.split_once(['=', ':'])?;
    let bare = |part: &str| part.trim().trim_matches(['"', '\'', '{', '}']).trim().to_owned();
    Some((bare(key), bare(value)))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}
