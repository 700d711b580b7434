//! What a change may say beside what it must: load of one endpoint, breakers, calls beside everything else, how long a cache keeps, how long a copy takes to take over.

use twin_core::analysis::{BlastRadius, DataPolicy, blast_radius};
use twin_core::answer::Profile;
use twin_core::base::{Context, Timestamp};
use twin_core::schema::State;
use twin_core::simulate::replay::{Breaker, CallPolicy, Criticality, Forecast, Policies, TrafficChange};
use twin_core::simulate::{ChangeDraft, Dimension, Given, GivenData, Scenario, Traffic, compare};

use crate::changes::{requests, shop, told};
use crate::replay::{JOINED, call, endpoint, medians, predict, spans, workers};

/// Each 100 ms somebody reads and somebody writes, which the store works 30 ms for, and somebody asks elsewhere.
fn busy() -> String {
    let one = |at: usize| {
        let at = at * 100;
        let (read, write) = (at, at + 50);
        format!(
            "{read}..{} serves front.read\n  {read}..{} asks store.get\n    {read}..{} serves store.get\n{write}..{} serves front.write\n  {write}..{} asks store.put\n    {write}..{} serves store.put\n{at}..{} serves other.ping\n",
            read + 30,
            read + 30,
            read + 30,
            write + 30,
            write + 30,
            write + 30,
            at + 5
        )
    };
    (0..200).map(one).collect()
}

fn load(factor: f64, endpoint: &str) -> Forecast {
    let policies = Policies { services: [workers("store", 1)].into(), ..Policies::default() };
    predict(&busy(), &policies, TrafficChange::ScaleLoad { factor, endpoint: Some(endpoint.to_owned()) })
}

fn utilisation(forecast: &Forecast) -> [f64; 2] {
    forecast.loads.iter().find(|load| load.service == "store").and_then(|load| load.utilisation).unwrap()
}

#[test]
fn load_of_one_endpoint_is_felt_where_its_requests_meet_others() {
    let more = load(1.9, "front.read");
    let [before, after] = utilisation(&more);
    assert!((before - 0.6).abs() < 0.01 && (after - 0.87).abs() < 0.04, "{before} {after}");
    let (was, is) = medians(&more, "write");
    assert!(was == 30.0 && is > 32.0, "{was} {is}");
    assert_eq!(medians(&more, "ping"), (5.0, 5.0), "nothing of it is shared");
    assert_eq!(endpoint(&more, "read").requests, 200, "what comes beside is only load");
    assert!(more.assumptions.iter().any(|taken| taken.contains("come at any time")));
    // Its parts add up all the same.
    let read = endpoint(&more, "read");
    let parts: f64 = read.spent.iter().map(|part| part.after_ms).sum();
    assert!(parts >= 30.0 && read.p50_ms.unwrap().after >= 30.0);
}

#[test]
fn fewer_requests_to_one_endpoint_are_less_load() {
    let fewer = load(0.5, "front.read");
    let [before, after] = utilisation(&fewer);
    assert!((before - 0.6).abs() < 0.01 && (after - 0.45).abs() < 0.06, "{before} {after}");
    assert_eq!((medians(&fewer, "read"), medians(&fewer, "write")), ((30.0, 30.0), (30.0, 30.0)));
    assert_eq!((endpoint(&fewer, "read").error_rate.after, endpoint(&fewer, "read").requests), (0.0, 200));
    let same = load(1.0, "front.read");
    assert_eq!(utilisation(&same)[0], utilisation(&same)[1], "once as many are as many");
}

#[test]
fn an_endpoint_that_nobody_asks_is_unknown() {
    let policies = Policies::default();
    let recording = twin_core::simulate::replay::Recording::of(&spans(&busy()), &policies);
    let change = [TrafficChange::ScaleLoad { factor: 2.0, endpoint: Some("store.get".to_owned()) }];
    let context = Context::new(Timestamp::MIN);
    let error = twin_core::simulate::replay::forecast(&recording, &policies, &change, 1, &context).unwrap_err();
    assert!(error.to_string().contains("unknown endpoint \"store.get\""), "{error}");
    let change = [TrafficChange::ScaleLoad { factor: 1e6, endpoint: Some("front.read".to_owned()) }];
    let error = twin_core::simulate::replay::forecast(&recording, &policies, &change, 1, &context).unwrap_err();
    assert_eq!(error.kind().code(), "limit", "{error}");
}

/// Each 100 ms a purchase, which asks the bank 5 ms later for 50 ms and does without it; the first so many times it fails.
fn purchases(failing: usize) -> String {
    let one = |at: usize| {
        let (begin, failed) = (at * 100, if at < failing { " failed" } else { "" });
        let (asks, answers, ends) = (begin + 5, begin + 55, begin + 60);
        format!(
            "{begin}..{ends} serves shop.buy\n  {asks}..{answers} asks bank.pay{failed}\n    {asks}..{answers} serves bank.pay{failed}\n"
        )
    };
    (0..20).map(one).collect()
}

fn broken(failing: usize, failures: u32, open_ms: f64) -> Forecast {
    let optional = CallPolicy { criticality: Some(Criticality::Optional), retries: Some(0), ..CallPolicy::default() };
    let policies = Policies { calls: [call("shop.buy", "bank.pay", optional)].into(), ..Policies::default() };
    let policy = CallPolicy { breaker: Some(Breaker { failures, open_ms }), ..CallPolicy::default() };
    let (caller, callee) = ("shop".to_owned(), "bank".to_owned());
    predict(&purchases(failing), &policies, TrafficChange::SetCallPolicy { caller, callee, policy })
}

#[test]
fn a_breaker_opens_after_failures_in_a_row_tries_once_and_closes_when_that_succeeds() {
    // Open for the rest: three wait for their failure, the others do not ask.
    assert_eq!(medians(&broken(20, 3, 10_000.0), "buy"), (60.0, 10.0));
    // Open for 350 ms: of each four that follow, the last one tries, waits and fails: seven of twenty in all.
    let tries = broken(20, 3, 350.0);
    assert_eq!(medians(&tries, "buy"), (60.0, 10.0));
    assert_eq!(endpoint(&tries, "buy").p95_ms.unwrap().after, 60.0);
    let bank = tries.loads.iter().find(|load| load.service == "bank").unwrap().requests_a_second;
    assert!((bank[1] / bank[0] - 7.0 / 20.0).abs() < 1e-9, "{bank:?}");
    // The bank is well again after three: three more do not ask, the next one finds out.
    let mends = broken(3, 3, 350.0);
    let degraded = endpoint(&mends, "buy").degraded_rate;
    assert_eq!((degraded.before, degraded.after), (3.0 / 20.0, 6.0 / 20.0));
    // So many in a row never fail.
    assert_eq!(medians(&broken(3, 4, 350.0), "buy"), (60.0, 60.0));
}

fn more(calls: f64, is_beside: bool, timeout_ms: Option<f64>, is_optional: bool) -> Forecast {
    let (caller, callee, operation) = ("shop".to_owned(), "price".to_owned(), "get".to_owned());
    let takes_ms = None;
    let change =
        TrafficChange::AddCalls { caller, callee, operation, calls, is_beside, timeout_ms, is_optional, takes_ms };
    predict(JOINED, &Policies::default(), change)
}

#[test]
fn calls_that_come_are_made_afterwards_or_beside_and_end_with_the_callers_patience() {
    // Such calls take 20 ms, and the request 100.
    assert_eq!(medians(&more(1.0, false, None, false), "buy"), (100.0, 120.0));
    assert_eq!(medians(&more(1.0, true, None, false), "buy"), (100.0, 100.0));
    assert_eq!(medians(&more(6.0, true, None, false), "buy"), (100.0, 120.0));
    assert_eq!(medians(&more(1.0, false, Some(20.0), false), "buy"), (100.0, 120.0));
    let fails = more(1.0, false, Some(15.0), false);
    assert_eq!((endpoint(&fails, "buy").error_rate.after, endpoint(&fails, "buy").p50_ms), (1.0, None));
    let beside = more(1.0, true, Some(15.0), false);
    assert_eq!(endpoint(&beside, "buy").error_rate.after, 1.0, "it fails beside everything else as well");
    let does_without = more(2.0, false, Some(15.0), true);
    assert_eq!(medians(&does_without, "buy"), (100.0, 130.0));
    assert_eq!(endpoint(&does_without, "buy").degraded_rate.after, 1.0);
}

/// Purchases that work by themselves before they ask the bank, each for as long as is told by its number, in milliseconds.
fn worked(count: u64, own: fn(u64) -> u64, bank: fn(u64) -> u64) -> String {
    let one = |at: u64| {
        let (begin, asks) = (at * 1_000, at * 1_000 + own(at));
        let answers = asks + bank(at);
        format!(
            "{begin}..{answers} serves shop.buy\n  {asks}..{answers} asks bank.pay\n    {asks}..{answers} serves bank.pay\n"
        )
    };
    (0..count).map(one).collect()
}

/// What the median comes to with the bank 10 ms later: before, after, likely, and the ends of its interval.
fn later(text: &str) -> [f64; 5] {
    let (service, operation) = ("bank".to_owned(), "pay".to_owned());
    let forecast = predict(text, &Policies::default(), TrafficChange::AddLatency { service, operation, ms: 10.0 });
    let p50 = endpoint(&forecast, "buy").p50_ms.unwrap();
    [p50.before, p50.after, p50.likely, p50.low, p50.high]
}

#[test]
fn what_is_likely_is_freed_from_chance_as_far_as_requests_can_be_put_together_anew() {
    // All are alike: nothing is left to chance.
    assert_eq!(later(&worked(40, |_| 20, |_| 30))[..3], [50.0, 60.0, 60.0]);
    // Seven of ten are slow in both parts: put together anew they would be something else, and the sample counts.
    let slow = |at: u64| if at % 10 < 7 { 100 } else { 10 };
    assert_eq!(later(&worked(400, slow, slow))[..3], [200.0, 210.0, 210.0]);
    // Parts that know nothing of each other: the sample of forty is not all there is to know.
    let [before, after, likely, low, high] = later(&worked(40, |at| 20 + at * 37 % 101, |at| 10 + at * at * 53 % 97));
    assert!(after == before + 10.0 && likely != after, "{before} {after} {likely}");
    assert!(low < likely.min(after) && likely.max(after) < high, "{low} {likely} {after} {high}");
}

/// What is taken for granted about changes.
fn assumptions(changes: &str) -> Vec<String> {
    let head = shop();
    let drafts = ChangeDraft::list_from_json(&format!("[{changes}]")).unwrap();
    let scenario = Scenario::of(&head, "what if", &drafts).unwrap();
    let traffic = Traffic::of(&spans(&requests()), &head, Policies::default(), 1);
    let given = Given { traffic: Some(&traffic), ..Given::default() };
    compare(&scenario, &given, Profile::Audit, &Context::new(Timestamp::MIN)).unwrap().assumptions
}

#[test]
fn how_long_a_cache_keeps_says_how_often_it_has_what_is_asked_for() {
    // Sixty calls in 5.9 s for one thing: 10.17 a second, of which 9.15 of 10.15 come within .9 s of the one that fetched it.
    let kept = r#"{"change": "add_cache", "entity": "front", "of": "pay", "ttl_s": 0.9, "keys": 1}"#;
    let told_ratio = "has 0.902 of what is asked for: one of 1 things with skew 1, at random, as often as was recorded";
    assert!(assumptions(kept).iter().any(|taken| taken.contains(told_ratio)), "{:?}", assumptions(kept));
    let given = r#"{"change": "add_cache", "entity": "front", "of": "pay", "hit_ratio": 0.9015}"#;
    let latency = |change: &str| -> Vec<String> {
        told(change).into_iter().filter(|line| line.starts_with("latency_p50")).collect()
    };
    assert_eq!(latency(kept), latency(given));
    let unknown = r#"{"change": "add_cache", "entity": "front", "of": "pay", "ttl_s": 0.9}"#;
    assert!(latency(unknown)[0].contains("it is worth it from a ratio"), "without keys nobody knows");
}

#[test]
fn a_copy_takes_its_time_to_take_over_and_a_quorum_needs_more_of_them() {
    let down = |fields: &str| -> String {
        let lines = told(&format!(r#"{{"change": "add_replica", "entity": "book", {fields}}}"#));
        let line = lines.into_iter().find(|line| line.starts_with("availability book")).unwrap();
        line.split("down").next().unwrap_or_default().trim().to_owned()
    };
    assert!(down(r#""are_independent": true"#).contains("4.320 > 0.000"));
    let lasting = down(r#""are_independent": true, "failover_s": 60, "failovers_a_month": 2"#);
    assert!(lasting.contains("4.320 > 2.000"), "{lasting}");
    let unsaid = down(r#""are_independent": true, "failover_s": 60"#);
    assert!(unsaid.contains("(0.000 to 4.320) how often the copy takes over was not said"), "{unsaid}");
    let both = down(r#""are_independent": true, "quorum": 2"#);
    assert!(both.contains("4.320 > 8.640"), "{both}");
}

#[test]
fn what_is_for_people_is_told_as_an_assumption() {
    let warm = assumptions(r#"{"change": "scale", "entity": "pay", "replicas": 3, "warm_up_s": 90}"#);
    assert!(warm.iter().any(|taken| taken == "pay is as before until new copies serve, after 90 s"), "{warm:?}");
    let owner = r#"{"change": "change_owner", "entity": "pay", "owner": "web", "on_call": "ada"}"#;
    assert!(assumptions(owner).iter().any(|taken| taken == "ada is called first for pay from then on"));
}

#[test]
fn inputs_that_make_no_sense_are_refused_by_name() {
    let cases = [
        (r#"{"change": "add_replica", "entity": "book", "quorum": 3}"#, "quorum is 3"),
        (r#"{"change": "add_cache", "entity": "front", "of": "pay", "keys": 0}"#, "keys is 0"),
        (r#"{"change": "add_cache", "entity": "front", "of": "pay", "skew": -1}"#, "skew is -1"),
        (
            r#"{"change": "set_call_policy", "entity": "front", "on": "pay", "breaker": {"failures": 0, "open_ms": 5}}"#,
            "failures of the breaker",
        ),
        (r#"{"change": "scale", "entity": "pay", "replicas": 1, "warm_up_s": -1}"#, "warm_up_s is -1"),
        (r#"{"change": "add_dependency", "entity": "front", "on": "ledger", "timeout_ms": -1}"#, "timeout_ms is -1"),
    ];
    for (change, why) in cases {
        let drafts = ChangeDraft::list_from_json(&format!("[{change}]")).unwrap();
        let error = Scenario::of(&shop(), "what if", &drafts).err().unwrap_or_else(|| panic!("{change} is taken"));
        assert!(error.to_string().contains(why), "{error}");
    }
}

/// How many ways nobody knows to be encrypted, with so many of them encrypted by changes.
fn undecided(encrypted: &[(&str, &str)]) -> String {
    let head = shop();
    let changes: Vec<String> = encrypted
        .iter()
        .map(|(from, to)| format!(r#"{{"change": "encrypt", "entity": "{from}", "on": "{to}"}}"#))
        .chain([r#"{"change": "scale_load", "factor": 1}"#.to_owned()])
        .collect();
    let drafts = ChangeDraft::list_from_json(&format!("[{}]", changes.join(","))).unwrap();
    let scenario = Scenario::of(&head, "what if", &drafts).unwrap();
    let policy = DataPolicy {
        id: "sealed".to_owned(),
        class: "personal".to_owned(),
        allowed_regions: None,
        require_encrypted: true,
    };
    let classes = [("personal".to_owned(), vec![head.find("book").unwrap()])].into();
    let given = Given { data: GivenData { classes, policies: vec![policy] }, ..Given::default() };
    let answer = compare(&scenario, &given, Profile::Audit, &Context::new(Timestamp::MIN)).unwrap();
    let figure = answer.value.figures.iter().find(|figure| figure.dimension == Dimension::Compliance).unwrap();
    figure.unknown.clone().unwrap_or_default()
}

#[test]
fn what_comes_to_be_encrypted_breaks_no_rule_any_more() {
    let ways = [("pay", "book"), ("front", "pay"), ("pay", "ledger"), ("front", "ads")];
    assert!(undecided(&[]).starts_with("at least: 4 more cannot be decided"), "{}", undecided(&[]));
    assert!(undecided(&ways[..3]).starts_with("at least: 1 more cannot be decided"), "{}", undecided(&ways[..3]));
    assert_eq!(undecided(&ways), "");
}

/// How badly a failure hits somebody in a changed world, at worst and at least.
fn hit(changes: &str, failing: &str, who: &str) -> Option<(State, State)> {
    let head = shop();
    let drafts = ChangeDraft::list_from_json(&format!("[{changes}]")).unwrap();
    let after = Scenario::of(&head, "what if", &drafts).unwrap_or_else(|error| panic!("{changes}: {error}")).snapshot();
    let hits = blast_radius(&after, &BlastRadius::of(after.find(failing).unwrap())).value;
    hits.iter().find(|hit| hit.entity.name == who).map(|hit| (hit.state, hit.at_least))
}

#[test]
fn a_call_that_comes_is_as_critical_as_the_change_says_and_one_that_is_redirected_as_before() {
    let comes = |more: &str| format!(r#"{{"change": "add_dependency", "entity": "ads", "on": "ledger"{more}}}"#);
    assert_eq!(hit(&comes(r#", "is_optional": true"#), "ledger", "ads"), Some((State::Degraded, State::Degraded)));
    assert_eq!(hit(&comes(""), "ledger", "ads"), Some((State::Down, State::Degraded)), "nobody says");
    let redirected = r#"{"change": "remove", "entity": "pay", "redirect_to": "ledger"}"#;
    assert_eq!(hit(redirected, "ledger", "front"), Some((State::Down, State::Down)), "front requires pay");
}
