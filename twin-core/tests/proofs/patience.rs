//! Callers that give up while they wait for workers.

use twin_core::base::{Context, Timestamp};
use twin_core::simulate::replay::{
    CallPolicy, Forecast, OperationName, Policies, Recording, Span, SpanKind, TrafficChange, forecast,
};

use crate::coming::{arrivals, chance};
use crate::replay::{endpoint, workers};

const MS: f64 = 1e6;

/// Requests to a shop, each of which asks a stock with two workers for 20 ms on average and gives up after a while, once or in several tries. What was given up is served all the same. Spans, and the share that fails.
fn recorded(mean_ms: f64, timeout_ms: f64, tries: usize, waits_within: bool) -> (Vec<Span>, f64) {
    let arrivals = arrivals(mean_ms, 3_000, 0);
    let mut agenda: Vec<(f64, usize, usize, f64)> =
        arrivals.iter().enumerate().map(|(number, at)| (at + 1.0, number, 0, *at)).collect();
    agenda.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut free, mut spans, mut lost) = ([0.0_f64; 2], Vec::new(), 0);
    let mut id = 0;
    let mut roots: Vec<u64> = Vec::new();
    for _ in &arrivals {
        id += 1;
        roots.push(id);
    }
    while let Some((asks, number, attempt, at)) = agenda.pop() {
        let long = 4.0 - 16.0 * (1.0 - chance((number * 7 + attempt) as u64 + 50_000_000)).ln();
        let worker = free.iter_mut().min_by(|a, b| a.total_cmp(b)).unwrap();
        let begin = asks.max(*worker);
        let end = begin + long;
        *worker = end;
        let gives_up = end > asks + timeout_ms;
        let answered = if gives_up { asks + timeout_ms } else { end };
        let mut span =
            |parent: Option<u64>, own: u64, who: &str, kind: SpanKind, from: f64, until: f64, failed: bool| {
                spans.push(Span {
                    trace: number as u128 + 1,
                    id: own,
                    parent,
                    service: who.to_owned(),
                    operation: if kind == SpanKind::Client || who == "stock" { "take" } else { "list" }.to_owned(),
                    kind,
                    start_ns: (from * MS) as i64,
                    end_ns: (until * MS) as i64,
                    failed,
                    peer: (kind == SpanKind::Client).then(|| "stock".to_owned()),
                    address: None,
                    instance: None,
                    within: Vec::new(),
                    cache_hit: None,
                    resends: if kind == SpanKind::Client { attempt as u32 } else { 0 },
                    link: None,
                });
            };
        let (client, server) = (id + 1, id + 2);
        id += 2;
        let root = roots[number];
        span(Some(root), client, "shop", SpanKind::Client, asks, answered, gives_up);
        span(Some(client), server, "stock", SpanKind::Server, if waits_within { asks } else { begin }, end, false);
        let again = gives_up && attempt + 1 < tries;
        if again {
            let next = answered + 5.0;
            let place = agenda.partition_point(|other| other.0 > next);
            agenda.insert(place, (next, number, attempt + 1, at));
        } else {
            lost += usize::from(gives_up);
            span(None, root, "shop", SpanKind::Server, at, answered + 1.0, gives_up);
        }
    }
    (spans, lost as f64 / arrivals.len() as f64)
}

/// What so many times the load comes to, with a time-out and a number of tries more that are declared, if they are, and with two workers then.
fn played(spans: &[Span], declared: Option<(f64, u32)>, factor: f64) -> Forecast {
    let pair = (OperationName::new("shop", "list"), OperationName::new("stock", "take"));
    let (timeout_ms, retries) = declared.unzip();
    let policy = CallPolicy { timeout_ms, retries, backoff_ms: declared.map(|_| 5.0), ..CallPolicy::default() };
    let services = declared.into_iter().map(|_| workers("stock", 2)).collect();
    let policies = Policies { services, calls: [(pair, policy)].into() };
    let recording = Recording::of(spans, &policies);
    let change = TrafficChange::ScaleLoad { factor, endpoint: None };
    forecast(&recording, &policies, &[change], 1, &Context::new(Timestamp::MIN)).unwrap()
}

/// How many requests fail of so many times the load: as it is predicted with what is declared, if anything is, and as it comes.
fn fail(busy: f64, factor: f64, tries: usize, waits_within: bool, is_declared: bool) -> [f64; 4] {
    let mean = 20.0 / 2.0 / busy;
    let (spans, was) = recorded(mean, 100.0, tries, waits_within);
    let (_, truth) = recorded(mean / factor, 100.0, tries, waits_within);
    let policy = is_declared.then_some((100.0, tries as u32 - 1));
    let told = endpoint(&played(&spans, policy, factor), "list").error_rate;
    [was, told.before, truth, told.after]
}

#[test]
fn callers_that_give_up_while_they_wait_fail_as_often_as_they_do() {
    // Some wait for a worker for longer than their callers wait for them, and begin when nobody asks any more.
    for (waits_within, is_declared) in [(false, true), (false, false), (true, true)] {
        let [was, before, truth, after] = fail(0.65, 1.4, 1, waits_within, is_declared);
        assert!(was > 0.01 && truth > 0.2, "{was} {truth}");
        assert!(
            (before - was).abs() < 0.001 && (after - truth).abs() < 0.001,
            "{waits_within} {is_declared}: {before} was {was}, {after} is {truth}"
        );
    }
}

#[test]
fn tries_that_keep_workers_busy_make_a_queue_that_does_not_go_away() {
    let [was, before, truth, after] = fail(0.5, 1.6, 2, false, true);
    assert!(was < 0.01 && truth > 0.8, "a few more requests are too many: {was} {truth}");
    assert!((before - was).abs() < 0.001 && (after - truth).abs() < 0.02, "{before} was {was}, {after} is {truth}");
}
