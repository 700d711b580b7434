//! Instances of a service that queue requests each by themselves, and instances that share one queue: which of the two it is, and what that makes of load.

use std::collections::BTreeMap;

use twin_core::base::{Context, Timestamp};
use twin_core::simulate::replay::{Forecast, Policies, Recording, Span, SpanKind, TrafficChange, forecast};

use crate::coming::{arrivals, chance};
use crate::replay::{endpoint, workers};

const MS: f64 = 1e6;

/// How requests are served.
#[derive(Clone, Copy, Debug)]
struct Served {
    instances: usize,
    /// How many requests each instance serves at a time.
    each: usize,
    /// Whether a request waits for whichever instance is free first, and not for one that a balancer drew.
    share_a_queue: bool,
    /// Whether waiting is part of the span of whoever serves.
    waits_within: bool,
}

/// Requests to a shop that comes for 20 ms on average to its stock: spans, and how long each took in milliseconds.
fn recorded(served: Served, mean_ms: f64, count: u64, first: u64) -> (Vec<Span>, Vec<f64>) {
    let Served { instances, each, share_a_queue, waits_within } = served;
    let mut free = vec![vec![0.0_f64; each]; instances];
    let (mut spans, mut took) = (Vec::new(), Vec::new());
    for (number, at) in (first..).zip(arrivals(mean_ms, count, first)) {
        let long = 4.0 - 16.0 * (1.0 - chance(number + 50_000_000)).ln();
        let soonest = |workers: &[f64]| workers.iter().copied().fold(f64::INFINITY, f64::min);
        let drawn = (chance(number + 90_000_000) * instances as f64) as usize;
        let first_free = (0..instances).min_by(|a, b| soonest(&free[*a]).total_cmp(&soonest(&free[*b]))).unwrap();
        let place = if share_a_queue { first_free } else { drawn };
        let worker = free[place].iter_mut().min_by(|a, b| a.total_cmp(b)).unwrap();
        let came = at + 1.0;
        let begin = came.max(*worker);
        *worker = begin + long;
        let (end, from) = (begin + long, if waits_within { came } else { begin });
        let id = 3 * (number - first) + 1;
        let mut span = |id: u64, parent: Option<u64>, who: &str, kind: SpanKind, from: f64, until: f64| {
            spans.push(Span {
                trace: u128::from(number) + 1,
                id,
                parent,
                service: who.to_owned(),
                operation: if kind == SpanKind::Client { "take" } else { "list" }.to_owned(),
                kind,
                start_ns: (from * MS) as i64,
                end_ns: (until * MS) as i64,
                failed: false,
                peer: (kind == SpanKind::Client).then(|| "stock".to_owned()),
                address: None,
                instance: (who == "stock").then(|| format!("stock-{place}")),
                within: Vec::new(),
                cache_hit: None,
                resends: 0,
                link: None,
            });
        };
        span(id, None, "shop", SpanKind::Server, at, end + 2.0);
        span(id + 1, Some(id), "shop", SpanKind::Client, at + 1.0, end + 1.0);
        span(id + 2, Some(id + 1), "stock", SpanKind::Server, from, end);
        took.push(end + 2.0 - at);
    }
    (spans, took)
}

fn played(spans: &[Span], declared: Option<u32>, change: TrafficChange) -> Forecast {
    let services: BTreeMap<_, _> = declared.into_iter().map(|count| workers("stock", count)).collect();
    let policies = Policies { services, ..Policies::default() };
    let recording = Recording::of(spans, &policies);
    forecast(&recording, &policies, &[change], 1, &Context::new(Timestamp::MIN)).unwrap()
}

fn quantile(took: &[f64], level: f64) -> f64 {
    let mut took = took.to_vec();
    took.sort_by(f64::total_cmp);
    took[(level * took.len() as f64) as usize]
}

/// How far the median and the 95th percentile of a forecast are off, in parts per one of the truth.
fn off(told: &Forecast, truth: &[f64]) -> [f64; 2] {
    let list = endpoint(told, "list");
    [(list.p50_ms, 0.5), (list.p95_ms, 0.95)]
        .map(|(figure, level)| (figure.unwrap().after / quantile(truth, level) - 1.0).abs())
}

fn load(factor: f64) -> TrafficChange {
    TrafficChange::ScaleLoad { factor, endpoint: None }
}

const APART: Served = Served { instances: 3, each: 2, share_a_queue: false, waits_within: false };
const SHARED: Served = Served { instances: 4, each: 1, share_a_queue: true, waits_within: false };
/// Keeps six workers busy for half of their time.
const EACH: f64 = 20.0 / 6.0 / 0.5;

#[test]
fn instances_that_a_balancer_draws_wait_each_for_themselves() {
    // The same requests in less time.
    let (_, truth) = recorded(APART, EACH / 1.5, 4_000, 0);
    for waits_within in [false, true] {
        let (spans, _) = recorded(Served { waits_within, ..APART }, EACH, 4_000, 0);
        for declared in [Some(2), None] {
            // Of waits within spans nobody sees how many are served at a time.
            if waits_within && declared.is_none() {
                continue;
            }
            let told = played(&spans, declared, load(1.5));
            let [median, tail] = off(&told, &truth);
            assert!(median < 0.01 && tail < 0.01, "{waits_within} {declared:?}: {median} {tail}");
            let stock = told.loads.iter().find(|load| load.service == "stock").unwrap();
            let [before, after] = stock.utilisation.unwrap();
            assert!((before - 0.5).abs() < 0.03 && (after - 0.75).abs() < 0.04, "{before} {after}");
            assert_eq!((stock.workers, stock.is_learnt), (Some(6), declared.is_none()));
            let told = told.assumptions.join("\n");
            assert!(told.contains("each of 3 instances of stock"), "{told}");
            // As one queue of all of them it would wait less.
            let alike: Vec<Span> = spans.iter().map(|span| Span { instance: None, ..span.clone() }).collect();
            let [_, pooled] = off(&played(&alike, Some(6), load(1.5)), &truth);
            assert!(pooled > 0.1, "{pooled}");
        }
    }
}

#[test]
fn instances_that_share_a_queue_are_one() {
    let each = 20.0 / 4.0 / 0.5;
    let (spans, _) = recorded(SHARED, each, 4_000, 0);
    let (_, truth) = recorded(SHARED, each / 1.5, 20_000, 1_000_000);
    for declared in [Some(4), None] {
        let told = played(&spans, declared, load(1.5));
        let [median, tail] = off(&told, &truth);
        assert!(median < 0.05 && tail < 0.1, "{declared:?}: {median} {tail}");
        assert_eq!(told.loads.iter().find(|load| load.service == "stock").unwrap().workers, Some(4), "{declared:?}");
        assert!(!told.assumptions.join("\n").contains("instances"), "{:?}", told.assumptions);
    }
}

#[test]
fn more_instances_take_some_of_the_requests_and_fewer_take_all() {
    let (spans, _) = recorded(APART, EACH, 4_000, 0);
    for (factor, instances) in [(2.0, 6), (2.0 / 3.0, 2)] {
        let served = Served { instances, ..APART };
        let (_, truth) = recorded(served, EACH, 20_000, 1_000_000);
        let told = played(&spans, Some(2), TrafficChange::ScaleWorkers { service: "stock".to_owned(), factor });
        let [median, tail] = off(&told, &truth);
        assert!(median < 0.05 && tail < 0.1, "{instances}: {median} {tail}");
        let [before, after] = told.loads.iter().find(|load| load.service == "stock").unwrap().utilisation.unwrap();
        assert!((after * factor / before - 1.0).abs() < 0.05, "{before} {after}");
    }
}

#[test]
fn instances_change_nothing_where_nobody_waits_and_one_is_as_none() {
    let one = Served { instances: 1, each: 6, ..APART };
    let (spans, _) = recorded(one, EACH, 2_000, 0);
    let nameless: Vec<Span> = spans.iter().map(|span| Span { instance: None, ..span.clone() }).collect();
    for declared in [Some(6), None] {
        let (told, alike) = (played(&spans, declared, load(1.3)), played(&nameless, declared, load(1.3)));
        assert_eq!(told, alike, "{declared:?}");
    }
}
