//! What a comparison tells of requests that a twin only counted: figures where changes do not reach them, bounds where calls take longer, and else why nobody knows.

use twin_core::answer::Profile;
use twin_core::base::{Context, Timestamp};
use twin_core::graph::Snapshot;
use twin_core::simulate::{ChangeDraft, Dimension, Figure, Given, Scenario, compare};
use twin_core::{At, Twin};

use crate::support::{apply, time};

/// A cart that asks pay three times in two requests, and a home that asks nobody: 60 requests of about 10 ms and 40 of about 20 ms each. What was counted a month before has no part in it.
pub(crate) const SHOP: &str = "
source telemetry
file x
TelemetryService:front observed
  known service_name:front
TelemetryService:pay observed
  known service_name:pay
  readsFrom DataStore:book
DataStore:book
Team:money
Region:south
Traffic:cart observed
  set entry.service front
  set entry.operation cart
  set operation cart
  set requests 100
  set errors 2
  set latency 465:60,500:40
  set window.start 07:00
  counts TelemetryService:front
Traffic:long-ago observed
  set entry.service front
  set entry.operation cart
  set operation cart
  set requests 1000
  set errors 1000
  set latency 600:1000
  set window.start 2025-11-30T07:00:00Z
  counts TelemetryService:front
Traffic:home observed
  set entry.service front
  set entry.operation home
  set operation home
  set requests 3000
  set errors 0
  set latency 465:2900,500:100
  set window.start 07:00
  counts TelemetryService:front
Traffic:back observed
  set entry.service front
  set entry.operation back
  set operation back
  set requests 10
  set errors 0
  set latency 465:10
  set window.start 07:00
  counts TelemetryService:front
Traffic:refunded observed
  set entry.service front
  set entry.operation back
  set operation /refund
  set requests 10
  set errors 0
  set latency 390:10
  set window.start 07:00
  counts TelemetryService:pay
Workload:ledger
Traffic:calls observed
  set entry.service front
  set entry.operation cart
  set caller.operation cart
  set operation charge
  set requests 150
  set errors 0
  set latency 400:150
  set window.start 07:00
  counts TelemetryService:front caller.operation=cart
  counts TelemetryService:pay operation=charge
Traffic:charge observed
  set entry.service front
  set entry.operation cart
  set operation charge
  set requests 150
  set errors 0
  set latency 390:150
  set window.start 07:00
  counts TelemetryService:pay
";

/// `front.cart latency_p50: before > after (low to high) unknown`.
fn line(figure: &Figure) -> String {
    let number = |value: Option<f64>| value.map_or_else(|| "?".to_owned(), |value| format!("{value:.3}"));
    let dimension = serde_json::to_value(figure.dimension).unwrap();
    let bounds = figure.interval.as_ref().map(|interval| format!(" ({:.3} to {:.3})", interval.low, interval.high));
    let of = figure.detail.as_deref().unwrap_or_default();
    let told = [number(figure.baseline), number(figure.scenario)].join(" > ");
    let why = figure.unknown.as_deref().unwrap_or_default();
    format!("{of} {}: {told}{} {why}", dimension.as_str().unwrap(), bounds.unwrap_or_default())
}

pub(crate) fn shop() -> Snapshot {
    let twin = Twin::in_memory();
    apply(&twin, SHOP);
    twin.snapshot(At::now(time("09:00")))
}

fn told(changes: &str) -> Vec<String> {
    let base = shop();
    let drafts = ChangeDraft::list_from_json(&format!("[{changes}]")).unwrap();
    let scenario = Scenario::of(&base, "what if", &drafts).unwrap();
    let answer = compare(&scenario, &Given::default(), Profile::Audit, &Context::new(Timestamp::MIN)).unwrap();
    assert!(answer.assumptions.iter().any(|taken| taken.starts_with("only counts of requests are known")));
    for figure in &answer.value.figures {
        let is_counted = figure.detail.as_deref().is_some_and(|of| of.starts_with("front."));
        assert!(!is_counted || !figure.evidence.is_empty(), "{figure:?} cites no count");
        assert!(figure.delta.is_none() || figure.dimension != Dimension::LatencyP50 || figure.delta == Some(0.0));
    }
    answer.value.figures.iter().map(line).collect()
}

/// By change, beginnings of lines that it comes to. Buckets are told as their middles: 1.02^465.5 µs = 10.078 ms, 1.02^500.5 µs = 20.155 ms.
const CASES: &[(&str, &[&str])] = &[
    (
        r#"{"change": "change_owner", "entity": "pay", "owner": "money"}"#,
        &[
            "front.cart latency_p50: 10.078 > 10.078 ",
            "front.cart latency_p95: 20.155 > 20.155 ",
            "front.cart latency_p999: ? > ? fewer than 2995 requests were counted",
            "front.cart error_rate: 0.020 > 0.020 ",
            "front.cart degraded_rate: ? > ? counts do not tell",
            "front.home latency_p999: 20.155 > 20.155 ",
        ],
    ),
    (
        r#"{"change": "add_latency", "entity": "pay", "operation": "charge", "ms": 5}"#,
        &[
            "front.cart latency_p50: 10.078 > ? (10.078 to 20.078) bounds",
            "front.cart latency_p95: 20.155 > ? (20.155 to 30.155) bounds",
            "front.home latency_p50: 10.078 > 10.078 ",
        ],
    ),
    (
        r#"{"change": "add_latency", "entity": "pay", "operation": "refund", "ms": 5}"#,
        &["front.cart latency_p50: 10.078 > 10.078 ", "front.back latency_p50: 10.078 > ? (10.078 to 15.078) bounds"],
    ),
    (
        // What was never counted of pay may be a part of any request to it.
        r#"{"change": "add_latency", "entity": "pay", "operation": "settle", "ms": 5}"#,
        &[
            "front.cart latency_p50: 10.078 > ? no request to what takes longer was counted",
            "front.home latency_p50: 10.078 > 10.078 ",
        ],
    ),
    (
        // Nobody has counted a request to the ledger, or seen who calls it.
        r#"{"change": "fail", "entity": "ledger"}"#,
        &[
            "front.cart latency_p50: 10.078 > ? no counted request names what changes",
            "front.home error_rate: 0.000 > ? no counted request names what changes",
        ],
    ),
    (
        r#"{"change": "move", "entity": "pay", "region": "south", "rtt_ms": 8}"#,
        &[
            "front.cart latency_p50: 10.078 > ? (10.078 to 26.078) bounds",
            // The store stays behind, and nobody has counted what pay reads from it.
            "front.home latency_p50: 10.078 > 10.078 at least: no counted request shows the calls to book",
        ],
    ),
    (
        r#"{"change": "move", "entity": "pay", "region": "south"}"#,
        &["front.cart latency_p50: 10.078 > ? the round trip to region south is not known"],
    ),
    (
        r#"{"change": "fail", "entity": "pay"}"#,
        &[
            "front.cart latency_p50: 10.078 > ? how requests end whose calls fail is not counted",
            "front.cart error_rate: 0.020 > ? (0.020 to 1.000) bounds",
            "front.home error_rate: 0.000 > 0.000 ",
        ],
    ),
    (
        r#"{"change": "resize", "entity": "pay", "speed_up": 2}"#,
        &[
            "front.cart latency_p50: 10.078 > ? what it does to requests cannot be told",
            "front.home latency_p50: 10.078 > 10.078 ",
        ],
    ),
    (
        r#"{"change": "scale_load", "factor": 2}"#,
        &["front.home latency_p50: 10.078 > ? how long requests wait is not counted"],
    ),
];

#[test]
fn requests_that_were_only_counted_are_told_as_far_as_counts_go() {
    let mut missing = Vec::new();
    for (change, expected) in CASES {
        let told = told(change);
        let is_told = |line: &&&str| !told.iter().any(|told| told.starts_with(**line));
        missing.extend(expected.iter().filter(is_told).map(|line| format!("{change}: {line}: {told:#?}")));
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
