//! Requests that come beside those that were recorded: they are waited for as if they had been recorded, and nobody else notices.

use twin_core::answer::Profile;
use twin_core::base::{Context, ErrorKind, Timestamp};
use twin_core::simulate::replay::{Expected, Forecast, Policies, Recording, TrafficChange, forecast};
use twin_core::simulate::{ChangeDraft, Dimension, Given, Scenario, Traffic, compare};

use crate::changes::{requests, shop};
use crate::replay::{spans, workers};

/// Numbers from 0 to below 1 that look like chance, after SplitMix (Steele, Lea and Flood, 2014).
pub(crate) fn chance(number: u64) -> f64 {
    let mixed = (number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

/// Times between requests, in milliseconds, that are exponential with this mean.
fn gap(mean_ms: f64, number: u64) -> f64 {
    -mean_ms * (1.0 - chance(number)).ln()
}

/// Requests that come at these times, each of which asks a stock with one worker for 4 to 16 ms: first come, first served. Beside them, whoever asks nobody.
fn recorded(arrivals: &[f64]) -> (String, Vec<f64>) {
    let (mut free, mut text, mut took) = (0.0_f64, String::new(), Vec::new());
    for (number, at) in (0..).zip(arrivals) {
        let (begin, long) = (free.max(at + 2.0), 4.0 + 12.0 * chance(number + 7_000_000));
        free = begin + long;
        let (asks, end) = (at + 1.0, free + 1.0);
        text += &format!(
            "{at:.3}..{:.3} serves shop.list\n  {asks:.3}..{end:.3} asks stock.take\n    {begin:.3}..{free:.3} serves stock.take\n",
            end + 1.0
        );
        text += &format!("{at:.3}..{:.3} serves shop.about\n", at + 3.0);
        took.push(end + 1.0 - at);
    }
    (text, took)
}

pub(crate) fn arrivals(mean_ms: f64, count: u64, first: u64) -> Vec<f64> {
    let mut at = 0.0;
    let next = |number| {
        at += gap(mean_ms, first + number);
        at
    };
    (0..count).map(next).collect()
}

fn one_worker() -> Policies {
    Policies { services: [workers("stock", 1)].into(), ..Policies::default() }
}

fn played(text: &str, changes: &[TrafficChange]) -> twin_core::base::Result<Forecast> {
    let recording = Recording::of(&spans(text), &one_worker());
    forecast(&recording, &one_worker(), changes, 1, &Context::new(Timestamp::MIN))
}

fn more(a_second: f64) -> TrafficChange {
    TrafficChange::AddRequests { service: "stock".to_owned(), a_second }
}

#[test]
fn requests_that_come_are_waited_for_as_if_they_had_been_recorded() {
    // One each 33 ms keeps it busy for three tenths of its time; as many again come.
    let (text, _) = recorded(&arrivals(100.0 / 3.0, 3_000, 0));
    let (_, mut truth) = recorded(&arrivals(100.0 / 6.0, 40_000, 1_000_000));
    truth.sort_by(f64::total_cmp);
    let told = played(&text, &[more(30.0)]).unwrap();
    let list = told.endpoints.iter().find(|endpoint| endpoint.operation.operation == "list").unwrap();
    for (level, figure) in [(0.5, list.p50_ms), (0.95, list.p95_ms), (0.99, list.p99_ms)] {
        let (figure, truth) = (figure.unwrap(), truth[(level * truth.len() as f64) as usize]);
        assert!((figure.after / truth - 1.0).abs() < 0.1, "{level}: {} is {truth}", figure.after);
        assert!(figure.before < 0.9 * truth, "{level}: {} was less", figure.before);
    }
    let stock = told.loads.iter().find(|load| load.service == "stock").unwrap();
    let [before, after] = stock.utilisation.unwrap();
    assert!((after / before - 2.0).abs() < 0.1, "{before} {after}");
    assert!((stock.requests_a_second[1] - stock.requests_a_second[0] - 30.0).abs() < 1.5, "{stock:?}");
    // Whoever asks nobody of these is as before, to the nanosecond; of those that come, nothing is told.
    let about = told.endpoints.iter().find(|endpoint| endpoint.operation.operation == "about").unwrap();
    let same = |figure: Option<Expected>| figure.is_some_and(|it| it.before == it.after);
    assert!(same(about.p50_ms) && same(about.p95_ms) && same(about.p99_ms), "{about:?}");
    assert_eq!((list.requests, about.requests), (3_000, 3_000));
    assert_eq!(played(&text, &[more(30.0)]).unwrap(), told, "chance is that of the seed");
}

#[test]
fn none_that_come_change_nothing_and_too_many_are_refused() {
    let (text, _) = recorded(&arrivals(50.0, 300, 0));
    let (none, nothing) = (played(&text, &[more(0.0)]).unwrap(), played(&text, &[]).unwrap());
    assert_eq!((none.endpoints, none.loads), (nothing.endpoints, nothing.loads));
    for a_second in [-1.0, f64::NAN, 1e9] {
        let error = played(&text, &[more(a_second)]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{a_second}: {error}");
        assert!(error.to_string().contains("a_second"), "{error}");
    }
    let nobody = TrafficChange::AddRequests { service: "stok".to_owned(), a_second: 1.0 };
    assert_eq!(played(&text, &[nobody]).unwrap_err().kind(), ErrorKind::Unknown);
}

/// The rows of a dimension as `detail before > after`, where pay serves one at a time.
fn rows(changes: &str, dimension: Dimension) -> (Vec<String>, Vec<String>) {
    let head = shop();
    let home = |at: usize| format!("{0}..{1} serves front.home\n", at * 100 + 50, at * 100 + 60);
    let text = requests() + &(0..60).map(home).collect::<String>();
    let policies = Policies { services: [workers("pay", 1)].into(), ..Policies::default() };
    let traffic = Traffic::of(&spans(&text), &head, policies, 1);
    let drafts = ChangeDraft::list_from_json(&format!("[{changes}]")).unwrap();
    let scenario = Scenario::of(&head, "what if", &drafts).unwrap();
    let given = Given { traffic: Some(&traffic), ..Given::default() };
    let answer = compare(&scenario, &given, Profile::Audit, &Context::new(Timestamp::MIN)).unwrap();
    let number = |value: Option<f64>| value.map_or("?".to_owned(), |value| format!("{value:.1}"));
    let figures = answer.value.figures.into_iter().filter(|figure| figure.dimension == dimension);
    let row = figures
        .map(|row| format!("{} {} > {}", row.detail.unwrap_or_default(), number(row.baseline), number(row.scenario)));
    (row.collect(), answer.assumptions)
}

#[test]
fn what_comes_and_calls_that_come_make_others_wait() {
    let is_longer = |rows: &[String]| {
        let times = rows[0].split_once(' ').unwrap().1.split_once(" > ").unwrap();
        times.1.parse::<f64>().unwrap() > times.0.parse::<f64>().unwrap() + 1.0
    };
    for changes in [
        r#"{"change": "add", "name": "desk", "calls": ["pay"], "own_ms": 50, "requests_a_second": 15, "workers": 9}"#,
        r#"{"change": "add", "name": "desk", "own_ms": 50, "requests_a_second": 30, "workers": 9}, {"change": "add_dependency", "entity": "desk", "on": "pay", "calls_a_request": 0.5}"#,
    ] {
        let (told, assumptions) = rows(changes, Dimension::LatencyP95);
        assert!(is_longer(&told), "{changes}: {told:?}");
        assert_eq!(told[1], "front.home 10.0 > 10.0", "{changes}: it asks nobody");
        assert!(assumptions.iter().any(|told| told.starts_with("requests that come are like recorded ones")));
    }
    // The ledger serves as many at a time as come.
    let change = r#"{"change": "add", "name": "desk", "calls": ["ledger"], "own_ms": 50, "requests_a_second": 15, "workers": 9}"#;
    let (told, assumptions) = rows(change, Dimension::LatencyP95);
    assert_eq!(told[0], "front.cart 40.0 > 40.0");
    assert!(assumptions.iter().any(|told| told.contains("nobody waits longer for them")), "{assumptions:?}");
}
