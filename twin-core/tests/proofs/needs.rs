//! How callers need whom they call, where the twin does not know and recorded requests or policies do: whom a failure reaches, and how available callers are.

use std::collections::BTreeMap;

use twin_core::answer::{Answer, Profile};
use twin_core::base::{Context, Timestamp};
use twin_core::graph::Snapshot;
use twin_core::simulate::replay::{CallPolicy, Criticality, OperationName, Policies};
use twin_core::simulate::{ChangeDraft, Comparison, Dimension, Given, Scenario, Traffic, compare};
use twin_core::{At, Twin};

use crate::replay::spans;
use crate::support::{apply, time};

/// Nobody says how the front needs the others, but for the stock.
const SHOP: &str = "file a
    Workload:front
      calls Workload:pay
      calls Workload:ads
      calls/required Workload:stock
    Workload:pay
      calls Workload:ledger
    Workload:ads
    Workload:stock
    Workload:ledger";

fn shop() -> Snapshot {
    let twin = Twin::in_memory();
    apply(&twin, SHOP);
    twin.snapshot(At::now(time("09:00")))
}

/// Requests of which each asks pay, ads and stock for something; of some, a call fails, with the whole request or without it.
fn requests(count: usize, failing: &[(&str, bool)]) -> String {
    let of = |who: &str| failing.iter().find(|(failing, _)| *failing == who).map(|(_, with_it)| *with_it);
    let one = |at: usize| {
        let (from, fails) = (at * 100, at < count);
        let told = |who: &str| if fails && of(who).is_some() { " failed" } else { "" };
        let is_lost = fails && failing.iter().any(|(_, with_it)| *with_it);
        let asks = |who: &str, from: usize| {
            let (to, failed) = (from + 10, told(who));
            format!("  {from}..{to} asks {who}.get{failed}\n    {from}..{to} serves {who}.get{failed}\n")
        };
        let lost = if is_lost { " failed" } else { "" };
        let calls: String =
            [("pay", 0), ("ads", 10), ("stock", 20)].map(|(who, after)| asks(who, from + 5 + after)).concat();
        format!("{from}..{} serves front.home{lost}\n{calls}", from + 40)
    };
    (0..40).map(one).collect()
}

fn policy(callee: &str, criticality: Criticality) -> Policies {
    let pair = (OperationName::new("front", "home"), OperationName::new(callee, "get"));
    let policy = CallPolicy { criticality: Some(criticality), ..CallPolicy::default() };
    Policies { calls: [(pair, policy)].into(), ..Policies::default() }
}

fn held(who: &str, recorded: Option<(&str, Policies)>, availability: &[(&str, f64)]) -> Answer<Comparison> {
    let head = shop();
    let drafts = ChangeDraft::list_from_json(&format!(r#"[{{"change": "fail", "entity": "{who}"}}]"#)).unwrap();
    let scenario = Scenario::of(&head, "what if", &drafts).unwrap();
    let traffic = recorded.map(|(text, policies)| Traffic::of(&spans(text), &head, policies, 1));
    let known = availability.iter().map(|(name, own)| (head.find(name).unwrap(), *own));
    let availability: BTreeMap<_, _> = known.collect();
    let given = Given { traffic: traffic.as_ref(), availability, ..Given::default() };
    compare(&scenario, &given, Profile::Audit, &Context::new(Timestamp::MIN)).unwrap()
}

/// How many are degraded and down, each with its bounds where it has any.
fn reached(answer: &Answer<Comparison>) -> String {
    let figures = answer.value.figures.iter().filter(|figure| figure.dimension == Dimension::BlastRadius);
    let row = figures.map(|figure| {
        let bounds = figure.interval.as_ref().map(|bounds| format!(" {}..{}", bounds.low, bounds.high));
        let count = figure.scenario.unwrap_or(f64::NAN);
        format!("{} {count}{}", figure.detail.as_deref().unwrap_or_default(), bounds.unwrap_or_default())
    });
    row.collect::<Vec<_>>().join(", ")
}

fn told(answer: &Answer<Comparison>) -> Vec<&str> {
    let about = answer.assumptions.iter().filter(|told| told.starts_with("criticality"));
    about.map(String::as_str).collect()
}

const UNKNOWN: &str = "degraded 0 0..1, delayed 0, down 1 0..1";

#[test]
fn a_failed_call_shows_how_it_is_needed() {
    let nothing = held("ads", None, &[]);
    assert_eq!(reached(&nothing), UNKNOWN);
    assert_eq!(told(&nothing), ["criticality of front → ads unknown: optional … required"]);
    for (failing, reaches, how) in [
        ((5, [("ads", false)]), "degraded 1, delayed 0, down 0", "optional"),
        ((5, [("ads", true)]), "degraded 0, delayed 0, down 1", "required"),
    ] {
        let recorded = requests(failing.0, &failing.1);
        let answer = held("ads", Some((&recorded, Policies::default())), &[]);
        assert_eq!(reached(&answer), reaches, "{failing:?}");
        assert_eq!(
            told(&answer),
            [format!("criticality of front → ads: {how}, as requests whose calls failed show it")]
        );
    }
}

#[test]
fn what_was_seen_of_too_few_calls_says_nothing() {
    for failing in [0, 4] {
        let recorded = requests(failing, &[("ads", false)]);
        let answer = held("ads", Some((&recorded, Policies::default())), &[]);
        assert_eq!(reached(&answer), UNKNOWN, "{failing} failed");
        assert_eq!(told(&answer), ["criticality of front → ads unknown: optional … required"]);
    }
    // Of the ledger no request shows anything, and pay is only called.
    let recorded = requests(20, &[("ads", false)]);
    let ledger = held("ledger", Some((&recorded, Policies::default())), &[]);
    assert_eq!(told(&ledger).len(), 2, "{:?}", told(&ledger));
    assert!(told(&ledger).iter().all(|told| told.contains("unknown")), "{:?}", told(&ledger));
}

#[test]
fn what_is_declared_goes_before_what_was_seen() {
    let recorded = requests(20, &[("ads", false)]);
    let answer = held("ads", Some((&recorded, policy("ads", Criticality::Required))), &[]);
    assert_eq!(reached(&answer), "degraded 0, delayed 0, down 1");
    assert_eq!(told(&answer), ["criticality of front → ads: required, as policies say so"]);
    let unawaited = held("ads", Some((&recorded, policy("ads", Criticality::Async))), &[]);
    assert_eq!(reached(&unawaited), "degraded 0, delayed 1, down 0");
    // What the twin knows itself, nobody else is asked about.
    let recorded = requests(20, &[("stock", false)]);
    let stock = held("stock", Some((&recorded, policy("stock", Criticality::Async))), &[]);
    assert_eq!((reached(&stock).as_str(), told(&stock)), ("degraded 0, delayed 0, down 1", Vec::new()));
}

#[test]
fn evidence_stays_that_of_the_twin() {
    let recorded = requests(20, &[("ads", true)]);
    let (before, after) = (held("ads", None, &[]), held("ads", Some((&recorded, Policies::default())), &[]));
    let cited = |answer: &Answer<Comparison>| -> Vec<String> {
        let figures = answer.value.figures.iter().filter(|figure| figure.dimension == Dimension::BlastRadius);
        let ids: Vec<_> = figures.flat_map(|figure| figure.evidence.clone()).collect();
        answer.evidence(&ids).iter().map(|row| format!("{row:?}")).collect()
    };
    assert!(!cited(&before).is_empty());
    assert_eq!(cited(&after), cited(&before));
}

#[test]
fn availability_follows_from_how_calls_are_needed() {
    let recorded = requests(20, &[("ads", false)]);
    let of = |recorded: Option<(&str, Policies)>| {
        let answer =
            held("ads", recorded, &[("ads", 0.99), ("front", 0.999), ("pay", 1.0), ("stock", 1.0), ("ledger", 1.0)]);
        let figures = answer.value.figures.into_iter();
        let front = figures.filter(|figure| figure.dimension == Dimension::Availability);
        let front = front.filter(|figure| figure.about.as_ref().is_some_and(|about| about.name == "front"));
        front.map(|figure| (figure.scenario.map(f64::round), figure.interval.is_some())).next()
    };
    // Down with ads all month, or as before: of this nobody knows without the requests.
    assert_eq!(of(None), Some((Some(43_200.0), true)));
    assert_eq!(of(Some((&recorded, Policies::default()))), Some((Some(43.0), false)));
}

#[test]
fn a_change_of_how_a_call_is_needed_goes_before_what_was_seen() {
    let head = shop();
    let changes = r#"[{"change": "set_call_policy", "entity": "front", "on": "ads", "has_fallback": true}, {"change": "fail", "entity": "ads"}]"#;
    let scenario = Scenario::of(&head, "what if", &ChangeDraft::list_from_json(changes).unwrap()).unwrap();
    let recorded = requests(20, &[("ads", true)]);
    let traffic = Traffic::of(&spans(&recorded), &head, Policies::default(), 1);
    let given = Given { traffic: Some(&traffic), ..Given::default() };
    let answer = compare(&scenario, &given, Profile::Audit, &Context::new(Timestamp::MIN)).unwrap();
    assert_eq!(reached(&answer), "degraded 1, delayed 0, down 0");
}

#[test]
fn a_call_that_nobody_waits_for_delays() {
    // Each ends after its caller has answered.
    let one = |at: usize| {
        let (a, b, c, d) = (at * 100, at * 100 + 5, at * 100 + 20, at * 100 + 60);
        format!("{a}..{c} serves front.home\n  {b}..{d} asks ads.get\n    {b}..{d} serves ads.get\n")
    };
    let recorded: String = (0..40).map(one).collect();
    let answer = held("ads", Some((&recorded, Policies::default())), &[]);
    assert_eq!(reached(&answer), "degraded 0, delayed 1, down 0");
    assert_eq!(told(&answer), ["criticality of front → ads: async, as requests that do not wait for it show it"]);
}
