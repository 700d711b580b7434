//! Writes a system down: spans from before, what is declared, and cases with what came of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};
use twin_core::base::Result;
use twin_core::simulate::replay::TrafficChange;

use super::play::{Kind, Requests, Span, play};
use super::steady::steady;
use super::system::System;
use crate::command::unusable;
use crate::reality::quantile;
use crate::synthetic::Random;

/// When the first request comes, in nanoseconds since 1970.
const BEGINS: i64 = 1_790_000_000_000_000_000;

/// Writes the system of a number into a folder. `after` are the requests of which is told what came of the change: the same as `before`, or others.
///
/// # Errors
/// If a file cannot be written.
pub fn write(number: u64, before: Requests, after: Requests, folder: &Path) -> Result<()> {
    let system = steady(number);
    let folder = folder.join(format!("system{number:04}"));
    std::fs::create_dir_all(&folder).map_err(|error| unusable(&folder, error))?;
    let spans = play(&system, None, before);
    let was = measured(&system, &spans);
    save(&folder.join("before.otlp.jsonl"), exported(&system, &spans))?;
    save(&folder.join("declared.json"), system.declared().to_string())?;
    for (name, change) in changes(&system, number, &spans) {
        let now = measured(&system, &play(&system, Some(&change), after));
        let endpoints: BTreeMap<String, Value> = system
            .endpoints()
            .filter_map(|endpoint| {
                Some((system.operations[endpoint].name.clone(), now.get(&system.name(endpoint))?.json()))
            })
            .collect();
        let case = json!({
            "name": format!("simulated/{number:04}.{name}"),
            "input": {"spans": "before.otlp.jsonl", "declared": "declared.json", "change": change},
            "expected": {"endpoints": endpoints, "blast_radius": reached(&was, &now)},
        });
        save(&folder.join(format!("{name}.json")), case.to_string())?;
    }
    Ok(())
}

fn save(path: &Path, text: String) -> Result<()> {
    std::fs::write(path, text).map_err(|error| unusable(path, error))
}

/// Changes of each kind that is measured, with their names, to what spans were written of.
pub fn changes(system: &System, number: u64, spans: &[Span]) -> Vec<(String, TrafficChange)> {
    let mut random = Random::new(number ^ 0x00c4_a46e);
    let mut changes = Vec::new();
    let served = spans.iter().filter(|span| matches!(span.kind, Kind::Server | Kind::Consumer));
    let served: BTreeSet<usize> = served.map(|span| span.operation).collect();
    let beneath: Vec<usize> =
        served.into_iter().filter(|operation| system.operations[*operation].service != 0).collect();
    let service = |number: usize| system.services[number].name.clone();
    for (place, operation) in random.choose_some(&beneath, 2).into_iter().enumerate() {
        let of = &system.operations[operation];
        let ms = f64::from(5 + random.below(40));
        let change = TrafficChange::AddLatency { service: service(of.service), operation: of.name.clone(), ms };
        changes.push((format!("slow{place}"), change));
    }
    let others: BTreeSet<usize> = beneath.iter().map(|operation| system.operations[*operation].service).collect();
    let others: Vec<usize> = others.into_iter().collect();
    for (place, gone) in random.choose_some(&others, 2).into_iter().enumerate() {
        changes.push((format!("kill{place}"), TrafficChange::KillService { service: service(gone) }));
    }
    for (place, moved) in random.choose_some(&others, 2).into_iter().enumerate() {
        let (from, to) = (Some("r1".to_owned()), "r2".to_owned());
        let rtt_ms = f64::from(5 + random.below(40));
        changes.push((format!("move{place}"), TrafficChange::MoveRegion { service: service(moved), from, to, rtt_ms }));
    }
    let caches = system.caches().into_iter().filter(|(_, cache)| others.contains(cache));
    for (place, (user, cache)) in caches.enumerate() {
        let change = TrafficChange::RemoveCache { service: service(user), cache: service(cache) };
        changes.push((format!("cache{place}"), change));
    }
    for factor in [0.6, 1.25] {
        changes.push((format!("load{factor}"), TrafficChange::ScaleLoad { factor, endpoint: None }));
    }
    changes
}

/// The spans as OTLP: a line for each process.
fn exported(system: &System, spans: &[Span]) -> String {
    let mut processes: BTreeMap<(usize, usize), Vec<Value>> = BTreeMap::new();
    for span in spans {
        processes.entry((span.service, span.instance)).or_default().push(told(system, span));
    }
    let line = |((service, instance), spans): ((usize, usize), Vec<Value>)| {
        let name = &system.services[service].name;
        let resource = attributes([
            ("service.name", json!({"stringValue": name})),
            ("service.instance.id", json!({"stringValue": format!("{name}-{instance}")})),
        ]);
        format!(
            "{}\n",
            json!({"resourceSpans": [{"resource": {"attributes": resource}, "scopeSpans": [{"spans": spans}]}]})
        )
    };
    processes.into_iter().map(line).collect()
}

fn told(system: &System, span: &Span) -> Value {
    let operation = &system.operations[span.operation];
    let path = json!({"stringValue": format!("/{}", operation.name)});
    let own = match span.kind {
        Kind::Server | Kind::Consumer => attributes([("http.route", path)]),
        Kind::Client | Kind::Producer => {
            let callee = json!({"stringValue": system.services[operation.service].name});
            let mut own = vec![("peer.service", callee), ("url.path", path)];
            if system.tells_attempts && span.attempt > 0 {
                own.push(("http.request.resend_count", json!({"intValue": span.attempt.to_string()})));
            }
            if let Some(hit) = span.hit.filter(|_| system.tells_hits) {
                own.push(("cache.hit", json!({"boolValue": hit})));
            }
            attributes(own)
        }
    };
    json!({
        "traceId": format!("{:032x}", span.request + 1), "spanId": format!("{:016x}", span.id),
        "parentSpanId": span.parent.map_or_else(String::new, |parent| format!("{parent:016x}")),
        "name": format!("GET /{}", operation.name), "kind": span.kind as u8,
        "startTimeUnixNano": (BEGINS + span.start).to_string(), "endTimeUnixNano": (BEGINS + span.end).to_string(),
        "attributes": own, "status": if span.failed { json!({"code": 2}) } else { json!({}) },
    })
}

fn attributes(all: impl IntoIterator<Item = (&'static str, Value)>) -> Vec<Value> {
    all.into_iter().map(|(key, value)| json!({"key": key, "value": value})).collect()
}

/// What the spans of an operation come to.
#[derive(Default)]
struct Measured {
    served: usize,
    failed: usize,
    degraded: usize,
    /// Of those that were answered, in milliseconds.
    took: Vec<f64>,
}

/// By name of the operation.
fn measured(system: &System, spans: &[Span]) -> BTreeMap<String, Measured> {
    let mut measured: BTreeMap<String, Measured> = BTreeMap::new();
    for span in spans.iter().filter(|span| matches!(span.kind, Kind::Server | Kind::Consumer)) {
        let of = measured.entry(system.name(span.operation)).or_default();
        of.served += 1;
        of.failed += usize::from(span.failed);
        of.degraded += usize::from(span.degraded);
        if !span.failed {
            of.took.push((span.end - span.start) as f64 / 1e6);
        }
    }
    measured.values_mut().for_each(|of| of.took.sort_by(f64::total_cmp));
    measured
}

impl Measured {
    fn error_rate(&self) -> f64 {
        self.failed as f64 / self.served as f64
    }

    fn degraded_rate(&self) -> f64 {
        self.degraded as f64 / self.served as f64
    }

    fn json(&self) -> Value {
        let quantile = |level: f64| Some(quantile(&self.took, level)).filter(|value| value.is_finite());
        json!({
            "n": self.served, "error_rate": self.error_rate(), "degraded_rate": self.degraded_rate(),
            "p50_ms": quantile(0.5), "p95_ms": quantile(0.95), "p99_ms": quantile(0.99),
        })
    }
}

/// Whose rates clearly rise, and who is asked no longer.
fn reached(was: &BTreeMap<String, Measured>, now: &BTreeMap<String, Measured>) -> Value {
    let rising = |rate: fn(&Measured) -> f64| {
        let rises = |(name, was): (&String, &Measured)| {
            let now = now.get(name)?;
            (rate(now) > upper(rate(was), was.served)).then(|| name.clone())
        };
        was.iter().filter_map(rises).collect::<Vec<_>>()
    };
    let gone: Vec<&String> = was.keys().filter(|name| !now.contains_key(*name)).collect();
    json!({
        "failing_operations": rising(Measured::error_rate), "degraded_operations": rising(Measured::degraded_rate),
        "no_longer_called": gone,
    })
}

/// The upper end of Wilson's interval of a rate.
fn upper(rate: f64, of: usize) -> f64 {
    let (z, of) = (1.96_f64, of as f64);
    let spread = z * (rate * (1.0 - rate) / of + z * z / (4.0 * of * of)).sqrt();
    (rate + z * z / (2.0 * of) + spread) / (1.0 + z * z / of)
}
