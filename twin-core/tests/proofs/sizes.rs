//! How many copies are enough: by how busy they are, and by limits, against trying every number.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use twin_core::answer::Profile;
use twin_core::base::{Context, Deadline, ErrorKind, Timestamp};
use twin_core::graph::Snapshot;
use twin_core::simulate::replay::Policies;
use twin_core::simulate::search::{Measure, SearchDraft, SearchOption, SearchResult, search};
use twin_core::simulate::{Change, ChangeDraft, Comparison, Dimension, Given, Scenario, Traffic, compare};
use twin_core::{At, Twin};

use crate::replay::{spans, waiting, workers};
use crate::support::{apply, time};

const ESTATE: &str = "file a
    Workload:front
      calls/required Workload:pay
    Workload:pay
      set replicas 4
      ownedBy Team:money
      calls/required Workload:ledger
    Workload:ledger
      set replicas 3
    Workload:ads
      set replicas 9
    Team:money";

fn estate() -> Snapshot {
    let twin = Twin::in_memory();
    apply(&twin, ESTATE);
    twin.snapshot(At::now(time("09:00")))
}

/// Two requests at once, ten times a second: 30 ms at pay, of which 10 at the ledger.
fn pairs() -> String {
    let one = |at: usize| {
        let at = at / 2 * 100;
        let (a, b, c, d, e, f) = (at, at + 5, at + 15, at + 25, at + 35, at + 40);
        format!(
            "{a}..{f} serves front.cart\n  {b}..{e} asks pay.charge\n    {b}..{e} serves pay.charge\n      {c}..{d} asks ledger.book\n        {c}..{d} serves ledger.book\n"
        )
    };
    (0..400).map(one).collect()
}

fn traffic(base: &Snapshot) -> Traffic {
    let policies = Policies { services: [workers("pay", 4), workers("ledger", 3)].into(), ..Policies::default() };
    Traffic::of(&spans(&pairs()), base, policies, 1)
}

fn found(base: &Snapshot, question: &str) -> SearchResult {
    let traffic = traffic(base);
    let given = Given { traffic: Some(&traffic), ..Given::default() };
    let draft = SearchDraft::from_json(question).unwrap_or_else(|error| panic!("{error}"));
    search(base, &draft, &given, &Context::new(Timestamp::MIN)).unwrap_or_else(|error| panic!("{error}")).value
}

fn sizes(base: &Snapshot, option: &SearchOption) -> Vec<String> {
    let told = |change: &ChangeDraft| match change {
        Change::Scale { entity, replicas, now, .. } => {
            let node = base.find(entity).expect("it is there");
            format!("{} {} to {replicas}", base.entity(node).name, now.unwrap_or_default())
        }
        other => panic!("{other:?} is no size"),
    };
    let mut told: Vec<String> = option.changes.iter().map(told).collect();
    told.sort();
    told
}

fn value(result: &SearchResult, option: &SearchOption, measure: Measure) -> Option<f64> {
    let place = result.objectives.iter().position(|objective| objective.measure == measure)?;
    option.values[place].value
}

#[test]
fn copies_follow_from_how_busy_they_may_be() {
    let base = estate();
    let result = found(&base, r#"{"aim": {"find": "right_size", "utilisations": [0.11, 0.5, 0.9, 0.95]}}"#);
    let told = |name: &str| {
        let mut options = result.options.iter();
        options.find(|option| option.name == name).unwrap_or_else(|| panic!("{name}: {:?}", result.options))
    };
    // Workers of pay are asked for 60 ms of each 100, those of the ledger for 20.
    assert_eq!(sizes(&base, told("at most 11% busy")), ["ledger 3 to 2", "pay 4 to 6"]);
    assert_eq!(sizes(&base, told("at most 50% busy")), ["ledger 3 to 1", "pay 4 to 2"]);
    assert_eq!(sizes(&base, told("at most 90% busy, and so for 95%")), ["ledger 3 to 1", "pay 4 to 1"]);
    assert_eq!(sizes(&base, told("pay in 2 copies")), ["pay 4 to 2"]);
    let copies = |name: &str| value(&result, told(name), Measure::Replicas);
    assert_eq!((copies("at most 90% busy, and so for 95%"), copies("pay in 2 copies")), (Some(2.0), Some(5.0)));
    let headroom = value(&result, told("at most 50% busy"), Measure::Headroom).expect("workers are declared");
    // The second of each pair holds a worker of pay 10 ms longer, since one copy of the ledger serves them one after the other.
    assert!((headroom - 2.0 / 0.7).abs() < 0.1, "{headroom}");
    assert!(result.is_finished && result.impossible.is_empty());
    let left: Vec<&str> = result.not_tried.iter().map(|left| left.what.as_str()).collect();
    assert_eq!(left, ["things whose number of copies nothing declares", "machines of another size"]);
    assert_eq!(result.not_tried[0].entities[0].name, "front");
    assert!(told("at most 50% busy").waves[0].teams.iter().any(|load| load.team.is_some()), "money owns pay");
}

/// The figures of so many copies of pay and of the ledger.
fn of_copies(base: &Snapshot, pay: u32, ledger: u32) -> Comparison {
    let traffic = traffic(base);
    let given = Given { traffic: Some(&traffic), is_quick: true, ..Given::default() };
    let find = |name: &str| base.find(name).expect("it is there");
    let scenario = Scenario::new(base, "tried").with(Change::scale(find("pay"), pay, Some(4))).with(Change::scale(
        find("ledger"),
        ledger,
        Some(3),
    ));
    compare(&scenario, &given, Profile::Audit, &Context::new(Timestamp::MIN)).expect("a comparison").value
}

/// Whether the 95th percentile is surely not over a limit.
fn keeps(comparison: &Comparison, most: f64) -> bool {
    let figures = comparison.figures.iter().filter(|figure| figure.dimension == Dimension::LatencyP95);
    figures.map(|figure| figure.interval.expect("enough requests").high).all(|high| high <= most)
}

#[test]
fn limits_are_kept_with_as_few_copies_as_trying_all_finds() {
    let base = estate();
    for most in [44.0, 55.0, 75.0, 1_000.0] {
        let question = format!(
            r#"{{"aim": {{"find": "right_size"}}, "constraints": {{"limits": [{{"measure": "latency_p95", "at_most": {most}}}]}}}}"#
        );
        let result = found(&base, &question);
        let all = (1..=4).flat_map(|pay| (1..=3).map(move |ledger| (pay, ledger)));
        let fewest =
            all.filter(|(pay, ledger)| keeps(&of_copies(&base, *pay, *ledger), most)).map(|(a, b)| a + b).min();
        let named = "as few copies as keep the limits";
        let option =
            result.options.iter().find(|option| option.name.ends_with(named)).unwrap_or_else(|| panic!("{most}"));
        assert_eq!(value(&result, option, Measure::Replicas), fewest.map(f64::from), "{most}");
        assert!(option.is_allowed() && option.undecided.is_empty(), "{most}: {:?}", option.undecided);
        let bound = result.method.optimality.as_ref().expect("a bound");
        assert_eq!((result.method.is_exact, bound.gap), (true, Some(0.0)), "{most}");
        assert_eq!(result.options[0].name, option.name, "nothing else keeps the limits with fewer: {most}");
    }
}

#[test]
fn a_limit_that_no_number_keeps_is_told() {
    let base = estate();
    let limits = r#""constraints": {"limits": [{"measure": "latency_p50", "of": "front.cart", "at_most": 20}]}"#;
    let result = found(&base, &format!(r#"{{"aim": {{"find": "right_size", "most": 8}}, {limits}}}"#));
    assert_eq!(result.impossible.len(), 1, "{:?}", result.impossible);
    assert!(result.impossible[0].what.contains("with as many copies of everything as there may be"));
    assert!(result.options.iter().all(|option| !option.is_allowed()));
}

#[test]
fn what_nobody_knows_is_not_sized() {
    let base = estate();
    let draft = SearchDraft::from_json(r#"{"aim": {"find": "right_size"}}"#).expect("a question");
    let nothing = search(&base, &draft, &Given::default(), &Context::new(Timestamp::MIN)).expect("an answer").value;
    assert!(nothing.options.is_empty());
    assert!(nothing.not_tried[0].why.contains("no recorded requests were given"));
    let named =
        found(&base, r#"{"aim": {"find": "right_size", "among": ["ads", "pay"]}, "constraints": {"freeze": ["pay"]}}"#);
    assert!(named.options.is_empty());
    let left: Vec<(&str, &str)> =
        named.not_tried.iter().take(2).map(|left| (&left.what[..], &left.entities[0].name[..])).collect();
    assert_eq!(left, [("things on the freeze list", "pay"), ("what no recorded request shows", "ads")]);
}

#[test]
fn sizes_that_make_no_sense_are_refused() {
    let base = estate();
    let cases = [
        (r#""utilisations": []"#, "utilisations are []"),
        (r#""utilisations": [0.5, 1.0]"#, "[0.5, 1.0]"),
        (r#""least": 0"#, "least is 0"),
        (r#""least": 5, "most": 4"#, "most is 4"),
        (r#""among": ["nobody"]"#, "nobody"),
    ];
    for (fields, why) in cases {
        let draft = SearchDraft::from_json(&format!(r#"{{"aim": {{"find": "right_size", {fields}}}}}"#)).expect(why);
        let error = search(&base, &draft, &Given::default(), &Context::new(Timestamp::MIN)).map(|_| ()).expect_err(why);
        assert!(error.to_string().contains(why), "{error}");
        assert!(matches!(error.kind(), ErrorKind::Invalid | ErrorKind::Unknown), "{error}");
    }
}

/// How busy pay is with three times as many requests.
fn busy(autoscaler: &str) -> f64 {
    let base = estate();
    let traffic = traffic(&base);
    let given = Given { traffic: Some(&traffic), ..Given::default() };
    let text = format!(r#"[{{"change": "scale_load", "factor": 3{autoscaler}}}]"#);
    let drafts = ChangeDraft::list_from_json(&text).expect("a change");
    let scenario = Scenario::of(&base, "busy", &drafts).expect("a scenario");
    let answer = compare(&scenario, &given, Profile::Audit, &Context::new(Timestamp::MIN)).expect("a comparison");
    let is_told = answer.assumptions.iter().any(|taken| taken.contains("an autoscaler keeps"));
    assert_eq!(is_told, !autoscaler.is_empty());
    let mut figures = answer.value.figures.iter().filter(|figure| figure.dimension == Dimension::Utilisation);
    figures.find(|figure| figure.detail.as_deref() == Some("pay")).and_then(|figure| figure.scenario).expect("workers")
}

#[test]
fn an_autoscaler_follows_the_load_as_far_as_it_may() {
    // 180 ms of work each 100: four workers are busy for .45 of their time.
    let near = |found: f64, expected: f64| assert!((found - expected).abs() < 0.01, "{found}, not {expected}");
    near(busy(""), 0.45);
    near(busy(r#", "autoscaler": {"utilisation": 0.31, "most": 10}"#), 0.3);
    near(busy(r#", "autoscaler": {"utilisation": 0.1, "most": 2}"#), 0.225);
    for (autoscaler, why) in [
        (r#"{"utilisation": 0, "most": 2}"#, "utilisation of the autoscaler is 0"),
        (r#"{"utilisation": 1.5, "most": 2}"#, "utilisation of the autoscaler is 1.5"),
        (r#"{"utilisation": 0.5, "most": 0.5}"#, "most of the autoscaler is 0.5"),
    ] {
        let text = format!(r#"[{{"change": "scale_load", "factor": 3, "autoscaler": {autoscaler}}}]"#);
        let drafts = ChangeDraft::list_from_json(&text).expect("a change");
        let error = Scenario::of(&estate(), "busy", &drafts).map(|_| ()).expect_err(why);
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[test]
fn an_autoscaler_follows_the_load_where_workers_were_seen() {
    let (base, text) = (estate(), waiting().replace("shop.", "front.").replace("stock.", "pay."));
    let traffic = Traffic::of(&spans(&text), &base, Policies::default(), 1);
    let given = Given { traffic: Some(&traffic), ..Given::default() };
    let busy = |autoscaler: &str| {
        let text = format!(r#"[{{"change": "scale_load", "factor": 1.01{autoscaler}}}]"#);
        let scenario = Scenario::of(&base, "busy", &ChangeDraft::list_from_json(&text).unwrap()).unwrap();
        let answer = compare(&scenario, &given, Profile::Audit, &Context::new(Timestamp::MIN)).unwrap();
        let mut figures = answer.value.figures.into_iter();
        let figure = figures.find(|figure| figure.dimension == Dimension::Utilisation).unwrap();
        (figure.detail.unwrap(), figure.scenario.unwrap())
    };
    let (service, alone) = busy("");
    assert!(service == "pay" && (0.89..0.96).contains(&alone), "{service} {alone}");
    let (_, with) = busy(r#", "autoscaler": {"utilisation": 0.5, "most": 10}"#);
    assert!((with - alone / 2.0).abs() < 0.01, "four workers instead of two: {with}");
}

#[test]
fn two_autoscalers_that_differ_are_told_and_none_is_taken() {
    let base = estate();
    let traffic = traffic(&base);
    let given = Given { traffic: Some(&traffic), ..Given::default() };
    let text = r#"[{"change": "scale_load", "factor": 2, "endpoint": "front.cart", "autoscaler": {"utilisation": 0.5, "most": 2}},
        {"change": "scale_load", "factor": 2, "autoscaler": {"utilisation": 0.7, "most": 2}}]"#;
    let scenario =
        Scenario::of(&base, "busy", &ChangeDraft::list_from_json(text).expect("changes")).expect("a scenario");
    let answer = compare(&scenario, &given, Profile::Audit, &Context::new(Timestamp::MIN)).expect("a comparison");
    let median = answer.value.figures.iter().find(|figure| figure.dimension == Dimension::LatencyP50).expect("a row");
    assert_eq!(median.unknown.as_deref(), Some("changes say different things of the autoscaler"));
}

#[test]
fn a_deadline_brings_the_sizes_found_so_far() {
    let base = estate();
    let traffic = traffic(&base);
    let given = Given { traffic: Some(&traffic), ..Given::default() };
    let limits = r#""constraints": {"limits": [{"measure": "latency_p95", "at_most": 55}]}"#;
    let draft =
        SearchDraft::from_json(&format!(r#"{{"aim": {{"find": "right_size"}}, {limits}}}"#)).expect("a question");
    let after = |looks: u64| {
        let ticks = Arc::new(AtomicU64::new(0));
        let clock = move || Duration::from_secs(ticks.fetch_add(1, Ordering::Relaxed));
        let deadline = Some(Deadline::new(clock, Duration::from_secs(looks)));
        let context = Context { deadline, ..Context::new(Timestamp::MIN) };
        search(&base, &draft, &given, &context).unwrap_or_else(|error| panic!("after {looks} looks: {error}")).value
    };
    for looks in [0, 1, 3, 10, 30] {
        let found = after(looks);
        assert!(!found.is_finished && !found.not_tried.is_empty(), "after {looks} looks");
    }
    assert!(after(u64::from(u32::MAX)).is_finished);
}

/// Whatever a migration of the ledger is held to.
fn migrated(rest: &str) -> (Snapshot, SearchResult) {
    let base = estate();
    let question = format!(
        r#"{{"aim": {{"find": "migrate", "entities": ["ledger"], "region": "south", "rtt_ms": 200}}, "objectives": [{{"measure": "latency_p95", "of": "front.cart"}}]{rest}}}"#
    );
    let result = found(&base, &question);
    (base, result)
}

#[test]
fn an_option_that_collapses_breaks_a_limit() {
    let limit = |at_most: u32| {
        format!(
            r#", "constraints": {{"limits": [{{"measure": "latency_p95", "of": "front.cart", "at_most": {at_most}}}]}}"#
        )
    };
    // Twenty a second keep each of four workers at pay for 230 ms: more than there are.
    let (_, result) = migrated(&limit(100_000));
    assert!(!result.options.is_empty());
    for option in &result.options {
        let broken: Vec<&str> = option.violations.iter().map(|violation| &violation.what[..]).collect();
        assert!(broken.len() == 1 && broken[0].contains("unstable"), "no figure is within any limit: {broken:?}");
        assert_eq!((option.values[0].value, option.front), (None, None), "{option:?}");
    }
}

#[test]
fn ranges_of_a_search_are_those_of_comparisons() {
    let base = estate();
    let traffic = traffic(&base);
    let question = r#"{"aim": {"find": "migrate", "entities": ["ledger"], "region": "south", "rtt_ms": 20},
        "objectives": [{"measure": "latency_p95", "of": "front.cart"}]}"#;
    let result = found(&base, question);
    assert!(!result.options.is_empty());
    for option in &result.options {
        let given = Given { traffic: Some(&traffic), ..Given::default() };
        let context = Context::new(Timestamp::MIN);
        let answer = compare(&option.scenario(&base).unwrap(), &given, Profile::default(), &context).unwrap();
        let figure = answer.value.figures.into_iter().find(|figure| figure.dimension == Dimension::LatencyP95).unwrap();
        let interval = figure.interval.unwrap();
        let told = &option.values[0];
        assert_eq!(told.range, Some([interval.low, interval.high]), "{}", option.name);
        assert!(told.value == figure.scenario && interval.low < interval.high, "{told:?}");
    }
}
