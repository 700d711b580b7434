//! What both sides of a change share counts for nothing between them: how far a difference is known, as it is, and which of several options on one recording is better.

use twin_core::answer::{IntervalKind, Profile};
use twin_core::base::{Context, Timestamp};
use twin_core::graph::Snapshot;
use twin_core::simulate::pareto::Goal;
use twin_core::simulate::replay::{Expected, Forecast, Policies, Recording, TrafficChange, forecast};
use twin_core::simulate::search::{SearchDraft, search};
use twin_core::simulate::{
    ChangeDraft, Comparison, Dimension, Figure, Given, Objective, Scenario, TradeOff, Traffic, compare, trade_off,
};

use crate::changes::shop;
use crate::coming::{arrivals, chance};
use crate::replay::{endpoint, spans, workers};

/// Requests to a cart that asks pay, one at a time, for 4 ms and up to 30 more; pay asks the ledger for three of ten, for 10 ms on average. Beside them, whoever asks nobody.
fn recorded(count: u64, first: u64) -> String {
    let (mut free, mut text) = (0.0_f64, String::new());
    for (number, at) in (first..).zip(arrivals(50.0, count, first)) {
        let begin = free.max(at + 3.0);
        let own = 4.0 + 30.0 * chance(number + 10_000_000).powi(3);
        let asks_ledger = chance(number + 20_000_000) < 0.3;
        let ledger = if asks_ledger { -10.0 * (1.0 - chance(number + 30_000_000)).ln() } else { 0.0 };
        free = begin + own + ledger;
        text +=
            &format!("{at:.3}..{:.3} serves front.cart\n  {:.3}..{free:.3} asks pay.charge\n", free + 2.0, at + 3.0);
        text += &format!("    {begin:.3}..{free:.3} serves pay.charge\n");
        if asks_ledger {
            let (from, until) = (begin + own / 2.0, begin + own / 2.0 + ledger);
            text += &format!(
                "      {from:.3}..{until:.3} asks ledger.book\n        {from:.3}..{until:.3} serves ledger.book\n"
            );
        }
        text += &format!("{at:.3}..{:.3} serves front.home\n", at + 4.0 + 9.0 * chance(number + 40_000_000));
    }
    text
}

fn policies() -> Policies {
    Policies { services: [workers("pay", 1)].into(), ..Policies::default() }
}

fn played(text: &str, change: &TrafficChange) -> Forecast {
    let recording = Recording::of(&spans(text), &policies());
    let change = std::slice::from_ref(change);
    forecast(&recording, &policies(), change, 1, &Context::new(Timestamp::MIN)).unwrap()
}

fn cart(forecast: &Forecast) -> [Expected; 2] {
    let cart = endpoint(forecast, "cart");
    [cart.p50_ms.unwrap(), cart.p95_ms.unwrap()]
}

fn latency(service: &str, operation: &str, ms: f64) -> TrafficChange {
    TrafficChange::AddLatency { service: service.to_owned(), operation: operation.to_owned(), ms }
}

#[test]
fn a_difference_is_known_better_than_what_it_is_between() {
    const RECORDINGS: u64 = 8;
    for (change, widest) in [
        (latency("front", "cart", 6.0), 0.25),
        (latency("ledger", "book", 8.0), 0.6),
        (TrafficChange::ScaleLoad { factor: 1.3, endpoint: None }, 0.6),
    ] {
        let recording = |number| cart(&played(&recorded(250, 10_000 * number), &change));
        let told: Vec<[Expected; 2]> = (0..RECORDINGS).map(recording).collect();
        for place in [0, 1] {
            let told: Vec<Expected> = told.iter().map(|told| told[place]).collect();
            let mean = |of: fn(&Expected) -> f64| told.iter().map(of).sum::<f64>() / RECORDINGS as f64;
            // What all of them come to on average is near enough to the truth.
            let (truth, was) = (mean(|told| told.after - told.before), mean(|told| told.before));
            let holds = |[low, high]: [f64; 2], value: f64| low <= value && value <= high;
            let within = told.iter().filter(|told| holds(told.difference.unwrap(), truth)).count();
            let as_it_is = told.iter().filter(|told| holds(told.before_range, was)).count();
            assert!(within >= 6 && as_it_is >= 6, "{change:?} {place}: {within} and {as_it_is} of {RECORDINGS}");
            assert!(told.iter().all(|told| holds(told.difference.unwrap(), told.after - told.before)), "{told:?}");
            let width = |told: &Expected| told.difference.map_or(0.0, |[low, high]| high - low);
            let wide = told.iter().map(width).sum::<f64>() / told.iter().map(|told| told.high - told.low).sum::<f64>();
            assert!(wide < widest, "{change:?} {place}: {wide}");
        }
    }
}

fn traffic(head: &Snapshot, first: u64) -> Traffic {
    Traffic::of(&spans(&recorded(250, first)), head, policies(), 1)
}

fn compared(head: &Snapshot, traffic: Option<&Traffic>, changes: &str) -> Comparison {
    let drafts = ChangeDraft::list_from_json(&format!("[{changes}]")).unwrap();
    let scenario = Scenario::of(head, "what if", &drafts).unwrap();
    let given = Given { traffic, ..Given::default() };
    compare(&scenario, &given, Profile::Audit, &Context::new(Timestamp::MIN)).unwrap().value
}

fn figure(comparison: &Comparison, dimension: Dimension, detail: &str) -> Figure {
    let is_it = |figure: &&Figure| figure.dimension == dimension && figure.detail.as_deref() == Some(detail);
    comparison.figures.iter().find(is_it).unwrap().clone()
}

fn slower(ms: u32) -> String {
    format!(r#"{{"change": "add_latency", "entity": "pay", "operation": "charge", "ms": {ms}}}"#)
}

#[test]
fn every_figure_says_how_far_it_is_known_as_it_is_and_how_far_its_difference_is() {
    let head = shop();
    let traffic = traffic(&head, 0);
    let told = compared(&head, Some(&traffic), &slower(3));
    let median = figure(&told, Dimension::LatencyP50, "front.cart");
    let (was, more) = (median.baseline_interval.unwrap(), median.delta_interval.unwrap());
    assert_eq!((was.kind, more.kind), (IntervalKind::Confidence, IntervalKind::Confidence));
    let (baseline, delta) = (median.baseline.unwrap(), median.delta.unwrap());
    assert!(was.low < baseline && baseline < was.high && more.low < delta && delta < more.high, "{median:?}");
    // What is not touched differs by nothing, exactly, and is as little known before as after.
    let home = figure(&told, Dimension::LatencyP50, "front.home");
    assert_eq!((home.delta, home.delta_interval), (Some(0.0), None));
    let ends = |interval: twin_core::answer::Interval| (interval.low, interval.high);
    assert_eq!(home.baseline_interval.map(ends), home.interval.map(ends));
    let failing = figure(&told, Dimension::ErrorRate, "front.cart");
    let more = failing.delta_interval.unwrap();
    assert!(more.low <= 0.0 && 0.0 <= more.high && more.high < 0.02, "none of 250 fails on either side: {failing:?}");
    // A resize has bounds: all of the work is a processor's, or none.
    let resized = r#"{"change": "resize", "entity": "pay", "speed_up": 2}"#;
    let median = figure(&compared(&head, Some(&traffic), resized), Dimension::LatencyP50, "front.cart");
    let more = median.delta_interval.unwrap();
    assert_eq!((more.kind, median.delta), (IntervalKind::Bounds, None));
    assert!(more.low < -2.0 && more.high == 0.0, "{median:?}");
    // What is known exactly as it is differs by what is left of its bounds.
    let scaled = r#"{"change": "add_dependency", "entity": "front", "on": "ledger"}"#;
    let told = compared(&head, None, scaled);
    for figure in told.figures.iter().filter(|figure| figure.interval.is_some()) {
        let (interval, delta) = (figure.interval.unwrap(), figure.delta_interval);
        let expected = figure.baseline.map(|baseline| (interval.low - baseline, interval.high - baseline));
        assert_eq!(delta.map(ends), expected, "{figure:?}");
    }
}

fn chosen(options: &[(&str, &Comparison)]) -> TradeOff {
    let options: Vec<(String, &Comparison)> = options.iter().map(|(name, told)| ((*name).to_owned(), *told)).collect();
    let of = Some("front.cart".to_owned());
    trade_off(&options, &[Objective { dimension: Dimension::LatencyP50, of, goal: Goal::Minimize }]).unwrap()
}

#[test]
fn options_on_one_recording_are_held_against_each_other_by_what_they_change() {
    let head = shop();
    let (here, elsewhere) = (traffic(&head, 0), traffic(&head, 50_000));
    let [stay, some, more] =
        [String::new(), slower(3), slower(5)].map(|changes| compared(&head, Some(&here), &changes));
    let told = chosen(&[("stay", &stay), ("some", &some), ("more", &more)]);
    let ranges: Vec<[f64; 2]> = told.options.iter().map(|option| option.ranges[0].unwrap()).collect();
    assert!(ranges[2][0] < ranges[0][1], "by themselves, any of them may be the best: {ranges:?}");
    let dominated: Vec<Option<&str>> = told.options.iter().map(|option| option.dominated_by.as_deref()).collect();
    assert_eq!(dominated, [None, Some("stay"), Some("stay")], "{told:?}");
    assert!(told.objectives[0].is_paired && told.turns.is_empty(), "{told:?}");
    assert_eq!(told.options[0].deltas, [Some([0.0, 0.0])]);
    // Nobody knows what two recordings share.
    let other = compared(&head, Some(&elsewhere), &slower(5));
    let told = chosen(&[("stay", &stay), ("more", &other)]);
    assert!(!told.objectives[0].is_paired && told.options[1].dominated_by.is_none(), "{told:?}");
    assert_eq!(told.turns.len(), 1);
}

#[test]
fn a_search_tells_by_how_much_a_figure_differs_where_that_is_not_known_exactly() {
    let head = shop();
    let traffic = traffic(&head, 0);
    let given = Given { traffic: Some(&traffic), ..Given::default() };
    let question = r#"{"aim": {"find": "migrate", "entities": ["pay"], "region": "south", "rtt_ms": 6}, "objectives": [{"measure": "latency_p50", "of": "front.cart"}, {"measure": "changes"}]}"#;
    let draft = SearchDraft::from_json(question).unwrap();
    let found = search(&head, &draft, &given, &Context::new(Timestamp::MIN)).unwrap().value;
    let [latency, changes] = &found.options[0].values[..] else { panic!("{found:?}") };
    let [low, high] = latency.delta.unwrap();
    assert!(6.0 < low && high < 14.0, "a round trip at least, and some wait for whoever waits: {latency:?}");
    let [least, most] = latency.range.unwrap();
    assert!(high - low < (most - least) / 2.0, "{latency:?}");
    assert_eq!((changes.range, changes.delta), (Some([1.0, 1.0]), None));
}
