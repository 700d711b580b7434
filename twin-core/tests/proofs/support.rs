//! What the proofs share.

use std::collections::BTreeMap;

use proptest::prelude::ProptestConfig;
use proptest::test_runner::RngSeed;
use serde_json::Value;
use twin_core::analysis::{self, BlastRadius};
use twin_core::answer::{Answer, Profile};
use twin_core::base::Timestamp;
use twin_core::graph::Snapshot;
use twin_core::observe::{Batch, Perspective};
pub use twin_core::testkit::rows;
use twin_core::testkit::{Estate, estate};
use twin_core::{At, Receipt, Twin};

/// A few cases, the same on every machine; others where `PROPTEST_RNG_SEED` says so.
pub fn cases(count: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    let rng_seed = match default.rng_seed {
        RngSeed::Random => RngSeed::Fixed(20_261_124),
        fixed => fixed,
    };
    ProptestConfig { cases: count, failure_persistence: None, rng_seed, ..default }
}

/// `hh:mm` of the day on which all estates live, or RFC 3339.
pub fn time(text: &str) -> Timestamp {
    let full = if text.len() == 5 { format!("2026-01-01T{text}:00Z") } else { text.to_owned() };
    Timestamp::parse(&full).unwrap()
}

/// Batches of an estate.
pub fn batches(text: &str) -> Vec<Batch> {
    estate(text).unwrap_or_else(|why| panic!("{why}")).batches
}

/// Applies an estate at its own now.
pub fn apply(twin: &Twin, text: &str) -> Receipt {
    let Estate { now, batches } = estate(text).unwrap_or_else(|why| panic!("{why}"));
    twin.apply(batches, now).unwrap()
}

/// The rows of a question now.
pub fn ask(twin: &Twin, now: &str, question: &str) -> Vec<String> {
    rows(&twin.snapshot(At::now(time(now))), question)
}

/// The names of all components, in order.
pub fn components(snapshot: &Snapshot) -> Vec<String> {
    rows(snapshot, "find Component")
}

/// Everything that a snapshot answers, with each id replaced by the records behind it, evidence in place, and rows in an order that no id decides.
pub fn told(snapshot: &Snapshot) -> String {
    let needs = Profile::Cadence;
    let mut told = vec![
        plain(&analysis::cycles(snapshot, needs)),
        plain(&analysis::drift(snapshot, Perspective::Declared, Perspective::Observed, needs)),
        plain(&analysis::find_all(snapshot, None, "", needs).unwrap()),
    ];
    for node in snapshot.nodes() {
        told.push(plain(&analysis::describe(snapshot, node, needs)));
        told.push(plain(&analysis::blast_radius(snapshot, &BlastRadius::of(node))));
        told.push(plain(&analysis::neighbours(snapshot, node, None, needs).unwrap()));
        told.push(plain(&analysis::explain(snapshot, node, needs)));
    }
    let names = named(snapshot);
    told.iter_mut().for_each(|value| settle(value, &names));
    let mut texts: Vec<String> = told.iter().map(Value::to_string).collect();
    texts.sort();
    texts.join("\n")
}

/// Each id, with a name that is made of records.
fn named(snapshot: &Snapshot) -> BTreeMap<String, String> {
    let name = |node| {
        let entity = snapshot.entity(node);
        let records: Vec<String> = entity.records.iter().map(ToString::to_string).collect();
        (entity.id.to_string(), format!("{} of {}", entity.kind, records.join("+")))
    };
    snapshot.nodes().map(name).collect()
}

fn plain<T: serde::Serialize>(answer: &Answer<T>) -> Value {
    let mut value = answer.to_value();
    let evidence = value["evidence"].take();
    resolve(&mut value, &evidence);
    value["revision"] = Value::Null;
    value
}

fn resolve(value: &mut Value, evidence: &Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| resolve(item, evidence)),
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::Array(cited) if key == "evidence" => {
                        cited.iter_mut().for_each(|number| *number = evidence[number.to_string()].clone());
                    }
                    value => resolve(value, evidence),
                }
            }
        }
        _ => {}
    }
}

fn settle(value: &mut Value, names: &BTreeMap<String, String>) {
    match value {
        Value::String(text) => {
            if let Some(name) = names.get(text) {
                *text = name.clone();
            }
        }
        Value::Array(items) => {
            items.iter_mut().for_each(|item| settle(item, names));
            items.sort_by_key(ToString::to_string);
        }
        Value::Object(fields) => fields.values_mut().for_each(|value| settle(value, names)),
        _ => {}
    }
}
