//! Recorded requests that are played again: without a change they take as long as they took, and each change does what it says, to the nanosecond.

use proptest::prelude::*;
use twin_core::base::{Context, Timestamp};
use twin_core::simulate::replay::{
    CallPolicy, Criticality, EndpointForecast, Forecast, OperationName, Policies, Recording, ServicePolicy,
    SkippedSpans, Span, SpanKind, TimeSpent, TrafficChange, forecast,
};

const MS: i64 = 1_000_000;

/// Writes spans of requests down: `trace service.operation start..end` of work, and beneath it, further in, whom it asked.
///
/// A line is `begin..end kind service.operation [failed] [hit|miss]`, with times in milliseconds and two spaces for each level. `asks` is a call whose work follows beneath, `does` is work within a process.
pub(crate) fn spans(text: &str) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut trace = 0;
    let mut above: Vec<(u64, String)> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let depth = (line.len() - line.trim_start().len()) / 2;
        let mut words = line.split_whitespace();
        let (start, end) = words.next().unwrap().split_once("..").unwrap();
        let (kind, target) = (words.next().unwrap(), words.next().unwrap());
        let rest: Vec<&str> = words.collect();
        let (service, operation) = target.split_once('.').unwrap();
        trace += u128::from(depth == 0);
        above.truncate(depth);
        let id = spans.len() as u64 + 1;
        let parent = above.last().map(|(id, _)| *id);
        let kind = match kind {
            "asks" => SpanKind::Client,
            "sends" => SpanKind::Producer,
            "does" => SpanKind::Internal,
            _ => SpanKind::Server,
        };
        let is_own = matches!(kind, SpanKind::Server | SpanKind::Internal);
        let by = if is_own { service.to_owned() } else { above.last().unwrap().1.clone() };
        above.push((id, by.clone()));
        let time = |text: &str| (text.parse::<f64>().unwrap() * MS as f64) as i64;
        spans.push(Span {
            trace,
            id,
            parent,
            service: by,
            operation: operation.to_owned(),
            kind,
            start_ns: time(start),
            end_ns: time(end),
            failed: rest.contains(&"failed"),
            peer: Some(service.to_owned()),
            address: None,
            instance: None,
            within: Vec::new(),
            cache_hit: rest
                .iter()
                .find_map(|word| ["miss", "hit"].iter().position(|known| known == word))
                .map(|at| at == 1),
            resends: u32::from(rest.contains(&"again")),
            link: None,
        });
    }
    spans
}

pub(crate) fn call(caller: &str, callee: &str, policy: CallPolicy) -> ((OperationName, OperationName), CallPolicy) {
    let name =
        |text: &str| text.split_once('.').map(|(service, operation)| OperationName::new(service, operation)).unwrap();
    ((name(caller), name(callee)), policy)
}

pub(crate) fn workers(service: &str, workers: u32) -> (String, ServicePolicy) {
    (service.to_owned(), ServicePolicy { workers: Some(workers), region: None })
}

pub(crate) fn predict(text: &str, policies: &Policies, change: TrafficChange) -> Forecast {
    let recording = Recording::of(&spans(text), policies);
    forecast(&recording, policies, std::slice::from_ref(&change), 1, &Context::new(Timestamp::MIN)).unwrap()
}

/// What the median of an endpoint is before and after.
pub(crate) fn medians(forecast: &Forecast, operation: &str) -> (f64, f64) {
    let endpoint = endpoint(forecast, operation);
    let p50 = endpoint.p50_ms.unwrap();
    (p50.before, p50.after)
}

pub(crate) fn endpoint<'f>(forecast: &'f Forecast, operation: &str) -> &'f EndpointForecast {
    forecast.endpoints.iter().find(|endpoint| endpoint.operation.operation == operation).unwrap()
}

fn latency(target: &str, ms: f64) -> TrafficChange {
    let (service, operation) = target.split_once('.').unwrap();
    TrafficChange::AddLatency { service: service.to_owned(), operation: operation.to_owned(), ms }
}

fn kill(service: &str) -> TrafficChange {
    TrafficChange::KillService { service: service.to_owned() }
}

/// Two calls at once, and one after both.
pub(crate) const JOINED: &str = "
0..100 serves shop.buy
  10..50 asks stock.take
    12..48 serves stock.take
  10..30 asks price.get
    11..29 serves price.get
  60..90 asks mail.note
    61..88 serves mail.note
";

#[test]
fn a_day_between_two_recordings_is_no_day_without_load() {
    let policies = Policies { services: [workers("stock", 2)].into(), ..Policies::default() };
    let busy = |from: u128, at: i64| {
        let mut spans = spans(&JOINED.repeat(40));
        for span in &mut spans {
            let at = (at + 110 * (span.trace as i64 - 1)) * MS;
            (span.trace, span.start_ns, span.end_ns) = (span.trace + from, span.start_ns + at, span.end_ns + at);
        }
        spans
    };
    let loads = |spans: &[Span]| {
        let recording = Recording::of(spans, &policies);
        let change = TrafficChange::ScaleLoad { factor: 2.0, endpoint: None };
        let told = forecast(&recording, &policies, &[change], 1, &Context::new(Timestamp::MIN)).unwrap();
        let stock = told.loads.iter().find(|load| load.service == "stock").unwrap().clone();
        (stock.utilisation.unwrap(), stock.requests_a_second, told.assumptions)
    };
    let day = 24 * 3_600_000;
    let ([alone, _], [rate, _], taken) = loads(&busy(0, 0));
    assert!((alone - 36.0 / 220.0).abs() < 0.01, "{alone}");
    assert!(taken.iter().all(|taken| !taken.contains("pause")), "{taken:?}");
    let ([twice, _], [both, _], taken) = loads(&[busy(0, 0), busy(40, day)].concat());
    assert!((alone - twice).abs() < 0.01 && (rate - both).abs() < 0.1, "{alone} {twice} {rate} {both}");
    assert!(taken.iter().any(|taken| taken.starts_with("nothing was recorded in a pause of 24.0 h")), "{taken:?}");
}

/// Requests to a shop whose stock serves two at a time, so that others wait for it.
pub(crate) fn waiting() -> String {
    let mut free = [0, 0];
    let mut text = String::new();
    for at in 0..300_i64 {
        let came = at * 6 + at * 13 % 5;
        let worker = usize::from(free[1] < free[0]);
        let start = free[worker].max(came + 1);
        free[worker] = start + 3 + at * at * 31 % 17;
        let end = free[worker];
        text += &format!(
            "{came}..{} serves shop.buy\n  {came}..{} asks stock.take\n    {start}..{end} serves stock.take\n",
            end + 2,
            end + 1
        );
    }
    text
}

#[test]
fn how_many_are_served_at_a_time_is_learnt_from_who_waits() {
    let text = waiting();
    let none = Policies::default();
    let more = TrafficChange::ScaleWorkers { service: "stock".to_owned(), factor: 2.0 };
    let told = predict(&text, &none, more.clone());
    let spent: Vec<&TimeSpent> =
        endpoint(&told, "buy").spent.iter().filter(|part| part.on == "waiting for stock").collect();
    assert!(
        matches!(spent[..], [part] if part.before_ms > 1.0 && part.after_ms == 0.0),
        "{:?}",
        endpoint(&told, "buy").spent
    );
    let load = |forecast: &Forecast| forecast.loads.iter().find(|load| load.service == "stock").unwrap().clone();
    assert!(
        load(&told).is_learnt && (load(&told).utilisation.unwrap()[0] - 11.0 / 12.0).abs() < 0.02,
        "{:?}",
        load(&told)
    );
    let taken = "stock serves 2 requests at a time: others were seen to wait then, and nobody declares it";
    assert!(told.assumptions.iter().any(|line| line == taken), "{:?}", told.assumptions);
    // What is declared goes before, and comes to the same where it is the same.
    let two = predict(&text, &Policies { services: [workers("stock", 2)].into(), ..Policies::default() }, more.clone());
    assert_eq!(endpoint(&two, "buy"), endpoint(&told, "buy"));
    assert!(!load(&two).is_learnt && two.assumptions.iter().all(|line| line != taken));
    let idle = predict(&JOINED.repeat(40), &none, more);
    assert!(idle.loads.iter().all(|load| load.utilisation.is_none()), "nobody waits for anybody");
}

/// Two requests to a store of which only the caller wrote anything down.
const SILENT: &str = "
0..50 serves shop.buy
  10..40 asks stock.select
5..75 serves shop.buy
  15..70 asks stock.select
  72..73 sends mail.note
";

#[test]
fn what_sends_no_spans_works_for_as_long_as_its_callers_wait() {
    let none = Policies::default();
    let alone = Policies { services: [workers("stock", 1)].into(), ..Policies::default() };
    let pace = |factor: f64| TrafficChange::ScaleTime { service: "stock".to_owned(), factor };
    let twice = TrafficChange::ScaleWorkers { service: "stock".to_owned(), factor: 2.0 };
    assert_eq!(medians(&predict(SILENT, &none, latency("stock.select", 7.0)), "buy"), (60.0, 67.0));
    assert_eq!(medians(&predict(SILENT, &none, pace(0.5)), "buy"), (60.0, 38.75));
    assert_eq!(medians(&predict(SILENT, &none, twice.clone()), "buy"), (60.0, 60.0), "nobody waits");
    assert_eq!(medians(&predict(SILENT, &alone, twice), "buy"), (60.0, 47.5), "the second one waited from 15 to 40");
    let told = predict(SILENT, &none, kill("stock"));
    assert_eq!(endpoint(&told, "buy").error_rate.after, 1.0);
    let silent = |forecast: &Forecast| forecast.assumptions.iter().any(|taken| taken.ends_with("wait for it: stock"));
    assert!(silent(&told), "{:?}", told.assumptions);
    assert!(!silent(&predict(JOINED, &none, kill("stock"))), "who sends spans is not taken for anything");
}

#[test]
fn a_call_whose_other_end_was_lost_takes_longer_too_unless_it_was_refused() {
    let text = "
0..50 serves shop.buy
  10..40 asks stock.take
    12..38 serves stock.take
100..150 serves shop.buy
  110..140 asks stock.take
200..215 serves shop.buy failed
  210..212 asks stock.take failed
";
    let told = predict(text, &Policies::default(), latency("stock.take", 7.0));
    assert_eq!(medians(&told, "buy"), (50.0, 57.0));
    let stock = told.loads.iter().find(|load| load.service == "stock").expect("a load");
    let buy = told.loads.iter().find(|load| load.service == "shop").expect("a load");
    assert_eq!(3.0 * stock.requests_a_second[0], buy.requests_a_second[0], "only what was served is");
}

#[test]
fn what_is_on_the_way_grows_and_what_is_beside_it_does_not() {
    let none = Policies::default();
    assert_eq!(medians(&predict(JOINED, &none, latency("stock.take", 7.0)), "buy"), (100.0, 107.0));
    assert_eq!(medians(&predict(JOINED, &none, latency("price.get", 15.0)), "buy"), (100.0, 100.0));
    assert_eq!(medians(&predict(JOINED, &none, latency("price.get", 25.0)), "buy"), (100.0, 105.0));
    assert_eq!(medians(&predict(JOINED, &none, latency("mail.note", 1.0)), "buy"), (100.0, 101.0));
}

#[test]
fn calls_that_were_under_way_together_do_not_wait_for_each_other() {
    // In the second request the quick one is done before the other's second try begins: that is chance.
    let text = "
0..100 serves shop.buy
  10..70 asks risk.score
    11..69 serves risk.score
  10..40 asks bank.pay failed
    11..39 serves bank.pay failed
  45..90 asks bank.pay again
    46..89 serves bank.pay
1000..1100 serves shop.buy
  1010..1030 asks risk.score
    1011..1029 serves risk.score
  1010..1040 asks bank.pay failed
    1011..1039 serves bank.pay failed
  1045..1090 asks bank.pay again
    1046..1089 serves bank.pay
";
    let forecast = predict(text, &Policies::default(), latency("risk.score", 15.0));
    assert_eq!(medians(&forecast, "buy"), (100.0, 100.0));
    // A try that fails takes longer too.
    let forecast = predict(text, &Policies::default(), latency("bank.pay", 5.0));
    assert_eq!(medians(&forecast, "buy"), (100.0, 110.0));
}

#[test]
fn what_fails_is_tried_again_survived_or_passed_on() {
    let down = |criticality, retries| {
        let policy = CallPolicy { criticality, retries: Some(retries), backoff_ms: Some(4.0), ..CallPolicy::default() };
        Policies { calls: [call("shop.buy", "mail.note", policy)].into(), ..Policies::default() }
    };
    let forecast = predict(JOINED, &down(Some(Criticality::Required), 0), kill("mail"));
    let buy = endpoint(&forecast, "buy");
    assert_eq!((buy.error_rate.before, buy.error_rate.after, buy.p50_ms), (0.0, 1.0, None));
    assert_eq!(names(&forecast.reached.no_longer_called), ["mail.note"]);

    let forecast = predict(JOINED, &down(Some(Criticality::Optional), 2), kill("mail"));
    let buy = endpoint(&forecast, "buy");
    // Three refusals of 3 ms, as long as the way there and back, two pauses, and what comes after it.
    assert_eq!((buy.error_rate.after, buy.degraded_rate.after), (0.0, 1.0));
    assert_eq!(medians(&forecast, "buy"), (100.0, 60.0 + 9.0 + 8.0 + 10.0));
}

fn names(operations: &[OperationName]) -> Vec<String> {
    operations.iter().map(ToString::to_string).collect()
}

#[test]
fn callers_lose_their_patience() {
    let policy =
        CallPolicy { criticality: Some(Criticality::Optional), timeout_ms: Some(45.0), ..CallPolicy::default() };
    let policies = Policies { calls: [call("shop.buy", "stock.take", policy)].into(), ..Policies::default() };
    let forecast = predict(JOINED, &policies, latency("stock.take", 30.0));
    assert_eq!(medians(&forecast, "buy"), (100.0, 105.0));
    assert_eq!(endpoint(&forecast, "buy").degraded_rate.after, 1.0);
}

#[test]
fn without_its_cache_everything_is_a_miss() {
    let text = "
0..10 serves shop.list
  1..3 asks memory.get hit
    1..3 serves memory.get
100..150 serves shop.list
  101..103 asks memory.get miss
    101..103 serves memory.get
  104..148 asks store.read
    104..148 serves store.read
";
    let change = TrafficChange::RemoveCache { service: "shop".to_owned(), cache: "memory".to_owned() };
    let forecast = predict(text, &Policies::default(), change);
    // Both take what the miss took, without the 2 ms of asking the cache.
    assert_eq!(medians(&forecast, "list"), (30.0, 48.0));
    assert_eq!(names(&forecast.reached.no_longer_called), ["memory.get"]);
    let forecast = predict(text, &Policies::default(), kill("memory"));
    assert_eq!(endpoint(&forecast, "list").error_rate.after, 1.0, "a call that never failed is taken to be required");
}

#[test]
fn calls_that_cross_regions_take_a_round_trip_longer() {
    let moved = |from: Option<&str>, to: &str| TrafficChange::MoveRegion {
        service: "stock".to_owned(),
        from: from.map(str::to_owned),
        to: to.to_owned(),
        rtt_ms: 8.0,
    };
    let none = Policies::default();
    let told = predict(JOINED, &none, moved(Some("north"), "south"));
    assert_eq!(medians(&told, "buy"), (100.0, 108.0));
    let near = "whoever says no region is taken to be where those were that move: shop";
    assert!(told.assumptions.iter().any(|taken| taken == near), "{:?}", told.assumptions);
    let region = |service: &str, region: &str| {
        (service.to_owned(), ServicePolicy { workers: None, region: Some(region.to_owned()) })
    };
    let apart =
        Policies { services: [region("shop", "south"), region("stock", "north")].into(), ..Policies::default() };
    assert_eq!(
        medians(&predict(JOINED, &apart, moved(None, "south")), "buy"),
        (100.0, 96.0),
        "not shorter than the work itself"
    );
    let told = predict(JOINED, &apart, moved(None, "north"));
    assert_eq!(medians(&told, "buy"), (100.0, 100.0));
    assert!(told.assumptions.iter().all(|taken| !taken.contains("region") && !taken.contains("outside")));
}

#[test]
fn what_moves_together_is_as_near_as_before() {
    let policies = Policies::default();
    let moved = |service: &str, to: &str| TrafficChange::MoveRegion {
        service: service.to_owned(),
        from: Some("north".to_owned()),
        to: to.to_owned(),
        rtt_ms: 8.0,
    };
    let recording = Recording::of(&spans(JOINED), &policies);
    let predicted = |changes: &[TrafficChange]| {
        let context = Context::new(Timestamp::MIN);
        medians(&forecast(&recording, &policies, changes, 1, &context).unwrap(), "buy")
    };
    let all = ["shop", "stock", "price", "mail"].map(|service| moved(service, "south"));
    assert_eq!(predicted(&all), (100.0, 100.0));
    // Stock and mail are called one after the other, and each is a round trip away.
    assert_eq!(predicted(&all[..1]), (100.0, 116.0), "who moves alone leaves the others behind");
    let told = forecast(&recording, &policies, &all[..1], 1, &Context::new(Timestamp::MIN)).unwrap().assumptions;
    let clients = "how far whoever asks from outside is from what moves does not count: shop";
    assert!(told.iter().any(|taken| taken == clients), "{told:?}");
    assert_eq!(predicted(&all[..2]), (100.0, 108.0), "what moves along is near");
    assert_eq!(predicted(&[moved("shop", "south"), moved("stock", "west")]), (100.0, 116.0));
}

#[test]
fn what_is_handed_over_asks_a_worker_only_where_work_was_recorded() {
    let text = "
0..10 serves shop.buy
  2..8 asks store.read
20..30 serves shop.buy
  22..28 asks store.read
    23..27 serves store.read
40..44 serves store.read
";
    let policies = Policies { services: [workers("store", 1)].into(), ..Policies::default() };
    let ms = 1.0;
    let change = TrafficChange::Acknowledge { caller: "shop".to_owned(), callee: "store".to_owned(), ms };
    let forecast = predict(text, &policies, change);
    assert_eq!(medians(&forecast, "buy"), (10.0, 5.0));
    assert_eq!(medians(&forecast, "read"), (4.0, 4.0));
    assert_eq!(endpoint(&forecast, "read").error_rate.after, 0.0);
}

/// Requests to one worker, which came so that the second waited 5 ms for it, and the third not at all.
const QUEUED: &str = "
0..10 serves store.read
5..20 serves store.read
40..50 serves store.read
";

#[test]
fn who_waits_for_a_worker_waits_longer_under_load() {
    let policies = Policies { services: [workers("store", 1)].into(), ..Policies::default() };
    let load = |factor| predict(QUEUED, &policies, TrafficChange::ScaleLoad { factor, endpoint: None });
    assert_eq!(medians(&load(1.0), "read"), (10.0, 10.0));
    // At twice the load the second comes after 2.5 ms and waits for 7.5.
    let p99 = endpoint(&load(2.0), "read").p99_ms.unwrap();
    assert!((p99.before, p99.after) == (14.9, 17.35), "{p99:?}");
    // With so many workers as come, nobody waits, then or now.
    let forecast = predict(QUEUED, &Policies::default(), TrafficChange::ScaleLoad { factor: 4.0, endpoint: None });
    assert_eq!(endpoint(&forecast, "read").p99_ms.unwrap().after, endpoint(&forecast, "read").p99_ms.unwrap().before);
    // Work that takes longer holds its worker longer.
    let forecast = predict(QUEUED, &policies, latency("store.read", 2.0));
    assert_eq!(medians(&forecast, "read"), (10.0, 12.0));
    let p99 = endpoint(&forecast, "read").p99_ms.unwrap();
    assert!((p99.after - (12.0 + 0.98 * 7.0)).abs() < 1e-9, "waits 7 ms instead of 5: {p99:?}");
}

#[test]
fn more_than_workers_can_do_is_unstable_where_it_reaches() {
    let both = |at: usize| {
        format!("{0}..{1} serves store.read\n{0}..{2} serves door.open\n", at * 20, at * 20 + 12, at * 20 + 3)
    };
    let text: String = (0..60).map(both).collect();
    let policies = Policies { services: [workers("store", 1)].into(), ..Policies::default() };
    let unstable = |factor, operation: &str| {
        let forecast = predict(&text, &policies, TrafficChange::ScaleLoad { factor, endpoint: None });
        endpoint(&forecast, operation).unstable.clone()
    };
    let none: [String; 0] = [];
    // Busy for 12 ms of each 20, for 12 of each 13.3, and for 12 of each 10.
    assert_eq!((unstable(1.0, "read"), unstable(1.5, "read")), (none.to_vec(), none.to_vec()));
    assert_eq!((unstable(2.0, "read"), unstable(2.0, "open")), (vec!["store".to_owned()], none.to_vec()));
}

#[test]
fn misuse_says_what_to_do() {
    let recording = Recording::of(&spans(JOINED), &Policies::default());
    let refused = |change: TrafficChange, policies: &Policies| {
        let error = forecast(&recording, policies, std::slice::from_ref(&change), 1, &Context::new(Timestamp::MIN))
            .unwrap_err();
        (error.kind().code(), error.to_string())
    };
    let none = Policies::default();
    let cases = [
        (kill("stok"), &none, "unknown", "stock"),
        (latency("stock.tak", 1.0), &none, "unknown", "take"),
        (latency("stock.take", -1.0), &none, "invalid", "ms is -1"),
        (latency("stock.take", f64::NAN), &none, "invalid", "ms is NaN"),
        (TrafficChange::ScaleLoad { factor: 0.0, endpoint: None }, &none, "invalid", "factor"),
        (
            TrafficChange::RemoveCache { service: "stock".to_owned(), cache: "mail".to_owned() },
            &none,
            "invalid",
            "no call",
        ),
        (
            kill("stock"),
            &Policies { services: [workers("shop", 0)].into(), ..Policies::default() },
            "invalid",
            "0 workers",
        ),
    ];
    for (change, policies, code, words) in cases {
        let (kind, message) = refused(change.clone(), policies);
        assert!(kind == code && message.contains(words), "{change:?}: {kind} {message}");
    }
}

/// The endpoints of a recording with their medians before and after, and what was left out.
fn endpoints(spans: &[Span], change: TrafficChange) -> (Vec<String>, SkippedSpans) {
    let recording = Recording::of(spans, &Policies::default());
    let told = forecast(&recording, &Policies::default(), &[change], 1, &Context::new(Timestamp::MIN)).unwrap();
    let median = |endpoint: &EndpointForecast| {
        let p50 = endpoint.p50_ms.unwrap();
        format!("{} {} > {}", endpoint.operation, p50.before, p50.after)
    };
    (told.endpoints.iter().map(median).collect(), told.skipped)
}

#[test]
fn who_asks_without_being_asked_is_outside_or_does_a_job() {
    let browsing = "
0..100 does load.browse
  10..40 asks shop.buy
    11..39 serves shop.buy
      20..30 asks stock.select
  50..80 asks shop.buy
    51..79 serves shop.buy
  90..95 asks flags.get
";
    let (told, skipped) = endpoints(&spans(browsing), latency("stock.select", 7.0));
    assert_eq!(
        (told, skipped.unasked),
        (vec!["shop.buy 28 > 31.5".to_owned()], 1),
        "load serves nobody: flags are lost"
    );
    // The same without the work around: calls begin the traces.
    let without: Vec<Span> = spans(browsing)
        .into_iter()
        .filter(|span| span.kind != SpanKind::Internal)
        .map(|span| Span { parent: span.parent.filter(|parent| *parent != 1), ..span })
        .collect();
    assert_eq!(endpoints(&without, latency("stock.select", 7.0)), (vec!["shop.buy 28 > 31.5".to_owned()], skipped));
    // Whoever serves somebody does a job, and so does whoever asks for nothing that was served.
    let serving = format!("{browsing}200..210 serves load.state\n");
    let (told, skipped) = endpoints(&spans(&serving), latency("shop.buy", 7.0));
    assert_eq!((told, skipped.unasked), (vec!["load.browse 100 > 114".to_owned(), "load.state 10 > 10".to_owned()], 0));
    let nightly = "
0..100 does report.nightly
  5..95 does report.collect
    10..40 asks stock.select
    50..80 asks stock.select
";
    let (told, skipped) = endpoints(&spans(nightly), latency("stock.select", 7.0));
    assert_eq!((told, skipped), (vec!["report.nightly 100 > 114".to_owned()], SkippedSpans::default()));
}

#[test]
fn requests_whose_asker_was_not_recorded_come_from_outside_unless_a_span_was_lost() {
    let mut text = spans(&format!("{JOINED}{JOINED}{JOINED}"));
    // The gateway before the shop was not recorded, and one call of the shop was lost.
    text.iter_mut().filter(|span| span.parent.is_none()).for_each(|span| span.parent = Some(99));
    let lost =
        text.iter().position(|span| span.kind == SpanKind::Client && span.peer.as_deref() == Some("mail")).unwrap();
    text.remove(lost);
    let (told, skipped) = endpoints(&text, latency("stock.take", 7.0));
    assert_eq!((told, skipped.orphans), (vec!["shop.buy 100 > 107".to_owned()], 1));
    let none = Policies::default();
    let recording = Recording::of(&text, &none);
    let told = forecast(&recording, &none, &[latency("stock.take", 7.0)], 1, &Context::new(Timestamp::MIN)).unwrap();
    assert!(
        told.assumptions.iter().any(|taken| taken.ends_with("come from outside: 3 of them")),
        "{:?}",
        told.assumptions
    );
}

#[test]
fn spans_that_cannot_be_used_are_counted() {
    let mut spans = spans(JOINED);
    let mut backwards = spans[1].clone();
    (backwards.id, backwards.end_ns) = (91, backwards.start_ns - 1);
    let mut orphan = spans[1].clone();
    (orphan.id, orphan.parent) = (92, Some(93));
    let mut own_parent = spans[1].clone();
    (own_parent.id, own_parent.parent, own_parent.kind) = (94, Some(94), SpanKind::Internal);
    spans.extend([backwards, orphan, own_parent, spans[2].clone()]);
    let recording = Recording::of(&spans, &Policies::default());
    let skipped = recording.skipped();
    assert_eq!((skipped.backwards, skipped.orphans, skipped.doubled, recording.len()), (1, 2, 1, 1));
}

/// On what the time of requests is spent: `on: before > after`.
fn spent(text: &str, policies: &Policies, change: TrafficChange, of: &str) -> Vec<String> {
    let endpoint = endpoint(&predict(text, policies, change), of).clone();
    let line = |part: &TimeSpent| format!("{}: {:.3} > {:.3}", part.on, part.before_ms, part.after_ms);
    endpoint.spent.iter().map(line).collect()
}

#[test]
fn the_time_of_requests_is_told_by_what_it_is_spent_on() {
    let at_once = "
0..40 serves shop.buy
  5..25 asks stock.take
    8..22 serves stock.take
  5..35 asks price.get
    6..34 serves price.get
";
    let none = Policies::default();
    // Who waits for several waits for the last, which is another one after the change.
    let told = spent(at_once, &none, latency("stock.take", 20.0), "buy");
    let expected = [
        "price: 28.000 > 0.000",
        "shop: 10.000 > 10.000",
        "between shop and price: 2.000 > 0.000",
        "between shop and stock: 0.000 > 6.000",
        "stock: 0.000 > 34.000",
    ];
    assert_eq!(told, expected);
    let again = "
0..30 serves shop.buy
  5..10 asks bank.pay failed
    6..9 serves bank.pay failed
  12..25 asks bank.pay again
    13..24 serves bank.pay
";
    let told = spent(again, &none, latency("bank.pay", 1.0), "buy");
    let expected = [
        "bank: 11.000 > 12.000",
        "shop: 10.000 > 10.000",
        "earlier tries of bank: 7.000 > 8.000",
        "between shop and bank: 2.000 > 2.000",
    ];
    assert_eq!(told, expected);
    let policies = Policies { services: [workers("store", 1)].into(), ..Policies::default() };
    let told = spent(QUEUED, &policies, TrafficChange::ScaleLoad { factor: 2.0, endpoint: None }, "read");
    assert_eq!(told, ["store: 10.000 > 10.000", "waiting for store: 1.667 > 2.500"]);
}

/// A request with calls in turn and at once, several levels deep.
fn request(trace: u128) -> impl Strategy<Value = Vec<Span>> {
    let step = (1..40_i64, 1..60_i64, any::<bool>(), 0..3_u8);
    prop::collection::vec(step, 1..12).prop_map(move |steps| made(trace, &steps))
}

/// Work that asks somebody for each step: in turn, or together with the step before.
fn made(trace: u128, steps: &[(i64, i64, bool, u8)]) -> Vec<Span> {
    let mut spans = Vec::new();
    let begin = trace as i64 * 500 * MS;
    let (mut now, mut last) = (begin, begin);
    for (at, (gap, length, together, callee)) in steps.iter().enumerate() {
        let start = if *together && at > 0 { last } else { now + gap * MS };
        last = start;
        let end = start + length * MS;
        now = now.max(end);
        let id = 2 + 2 * at as u64;
        let of = |id, parent, service: &str, operation: String, kind, start_ns, end_ns| Span {
            trace,
            id,
            parent: Some(parent),
            service: service.to_owned(),
            operation,
            kind,
            start_ns,
            end_ns,
            failed: false,
            peer: None,
            address: None,
            instance: None,
            within: Vec::new(),
            cache_hit: None,
            resends: 0,
            link: None,
        };
        let operation = format!("do{at}");
        let service = format!("s{callee}");
        spans.push(of(id, 1, "front", operation.clone(), SpanKind::Client, start, end));
        spans.push(of(id + 1, id, &service, operation, SpanKind::Server, start, end));
    }
    let end_ns = now + 3 * MS;
    let root = Span { kind: SpanKind::Server, parent: None, id: 1, start_ns: begin, end_ns, ..spans[0].clone() };
    spans.push(Span { service: "front".to_owned(), operation: "all".to_owned(), ..root });
    spans
}

fn requests() -> impl Strategy<Value = Vec<Span>> {
    (request(1), request(2), request(3)).prop_map(|(a, b, c)| [a, b, c].concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Played again, requests take as long as they took; and at twice the times twice as long, changed or not.
    #[test]
    fn played_again_they_take_as_long(spans in requests(), ms in 0..50_u32) {
        let none = Policies::default();
        let context = Context::new(Timestamp::MIN);
        let all = |spans: &[Span], ms: f64| {
            let recording = Recording::of(spans, &none);
            let service = spans.iter().find(|span| span.service != "front").unwrap();
            let change = latency(&format!("{}.{}", service.service, service.operation), ms);
            forecast(&recording, &none, &[change], 1, &context).unwrap().endpoints[0].clone()
        };
        let mut took: Vec<f64> = spans
            .iter()
            .filter(|span| span.parent.is_none())
            .map(|span| (span.end_ns - span.start_ns) as f64 / 1e6)
            .collect();
        took.sort_by(f64::total_cmp);
        let once = all(&spans, f64::from(ms));
        let p50 = once.p50_ms.unwrap();
        prop_assert_eq!(p50.before, took[1]);
        prop_assert!(p50.after >= p50.before && p50.after <= p50.before + f64::from(ms) * 12.0);
        let unchanged = all(&spans, 0.0);
        prop_assert_eq!(unchanged.p99_ms.unwrap().after, unchanged.p99_ms.unwrap().before);
        prop_assert!(unchanged.spent.iter().all(|part| part.before_ms == part.after_ms));
        let mean = took.iter().sum::<f64>() / took.len() as f64;
        let spent: f64 = once.spent.iter().map(|part| part.before_ms).sum();
        prop_assert!((spent - mean).abs() < 1e-9 * mean, "{} of {}", spent, mean);
        let (longer, slower) = (once.spent.iter().map(|part| part.after_ms).sum::<f64>(), f64::from(ms) * 12.0);
        prop_assert!(longer >= spent - 1e-9 && longer <= spent + slower + 1e-9);
        let slower: Vec<Span> = spans
            .iter()
            .map(|span| Span { start_ns: span.start_ns * 2, end_ns: span.end_ns * 2, ..span.clone() })
            .collect();
        let twice = all(&slower, 2.0 * f64::from(ms)).p50_ms.unwrap();
        prop_assert_eq!((twice.before, twice.after), (2.0 * p50.before, 2.0 * p50.after));
    }

    /// The order in which spans come changes nothing.
    #[test]
    fn spans_come_in_any_order(spans in requests(), shift in 0..100_usize) {
        let none = Policies::default();
        let mut other = spans.clone();
        let turn = shift % other.len();
        other.rotate_left(turn);
        prop_assert_eq!(Recording::of(&spans, &none), Recording::of(&other, &none));
    }
}
