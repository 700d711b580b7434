//! Every kind of change, and what it comes to in each dimension: as a figure where what is asked for was given, and as a bound or a reason where it was not.

use proptest::collection::vec;
use proptest::prelude::*;
use twin_core::analysis::{BlastRadius, DataPolicy, blast_radius, cuts};
use twin_core::answer::Profile;
use twin_core::base::{Context, ErrorKind, Timestamp};
use twin_core::graph::{EdgeClass, Snapshot};
use twin_core::schema::{kind, relation};
use twin_core::simulate::replay::{Policies, ServicePolicy};
use twin_core::simulate::{
    Baseline, Change, ChangeDraft, Dimension, Figure, Given, GivenData, Scenario, Traffic, changes_between, compare,
    outcome,
};
use twin_core::{At, Twin};

use crate::replay::spans;
use crate::support::{apply, cases, time};

const SHOP: &str = "file a
    Workload:front
      set cloud.region north
      calls/required Workload:pay
      calls/optional Workload:ads
    Workload:pay
      set replicas 2
      set cloud.region north
      ownedBy Team:money
      calls/required Workload:ledger
      readsFrom DataStore:book
    Workload:ads
    Workload:ledger
    DataStore:book
      set cloud.region north
    Team:web
    Team:money
    Region:north
    Region:south";

pub(crate) fn shop() -> Snapshot {
    let twin = Twin::in_memory();
    apply(&twin, SHOP);
    twin.snapshot(At::now(time("09:00")))
}

/// A request each 100 ms: 5 ms at the front, 30 at pay, of which 10 at the ledger, and 5 at the front again.
pub(crate) fn requests() -> String {
    let one = |at: usize| {
        let at = at * 100;
        let (a, b, c, d, e, f) = (at, at + 5, at + 15, at + 25, at + 35, at + 40);
        format!(
            "{a}..{f} serves front.cart\n  {b}..{e} asks pay.charge\n    {b}..{e} serves pay.charge\n      {c}..{d} asks ledger.book\n        {c}..{d} serves ledger.book\n"
        )
    };
    (0..60).map(one).collect()
}

fn scenario(base: &Snapshot, changes: &str) -> twin_core::base::Result<Scenario> {
    Scenario::of(base, "what if", &ChangeDraft::list_from_json(&format!("[{changes}]"))?)
}

/// A figure on one line: `dimension about detail: before > after (low to high) unknown`.
pub(crate) fn line(figure: &Figure) -> String {
    let number = |value: Option<f64>| value.map_or_else(|| "?".to_owned(), |value| format!("{value:.3}"));
    let words = [figure.about.as_ref().map(|about| about.name.clone()), figure.detail.clone()];
    let dimension = serde_json::to_value(figure.dimension).unwrap();
    let bounds = figure.interval.as_ref().map(|interval| format!(" ({:.3} to {:.3})", interval.low, interval.high));
    format!(
        "{} {}: {} > {}{} {}",
        dimension.as_str().unwrap(),
        words.into_iter().flatten().collect::<Vec<_>>().join(" "),
        number(figure.baseline),
        number(figure.scenario),
        bounds.unwrap_or_default(),
        figure.unknown.as_deref().unwrap_or_default()
    )
}

/// Every line that a change comes to.
pub(crate) fn told(changes: &str) -> Vec<String> {
    let head = shop();
    let scenario = scenario(&head, changes).unwrap_or_else(|error| panic!("{changes}: {error}"));
    let workers = ServicePolicy { workers: Some(2), region: None };
    let policies = Policies { services: [("pay".to_owned(), workers)].into(), ..Policies::default() };
    let traffic = Traffic::of(&spans(&requests()), &head, policies, 1);
    let up = [("front", 0.99), ("pay", 0.9), ("ledger", 0.999), ("ads", 0.5), ("book", 0.9999)];
    let given = Given {
        traffic: Some(&traffic),
        availability: up.iter().map(|(name, up)| (head.find(name).unwrap(), *up)).collect(),
        data: GivenData {
            classes: [("personal".to_owned(), vec![head.find("book").unwrap()])].into(),
            policies: vec![],
        },
        ..Given::default()
    };
    let answer = compare(&scenario, &given, Profile::Audit, &Context::new(Timestamp::MIN)).unwrap();
    answer.value.figures.iter().map(line).collect()
}

/// Each line has to be the beginning of one that the change comes to. What is not, with what is told of the same dimension instead.
pub(crate) fn missing(changes: &str, expected: &[&str]) -> Vec<String> {
    let told = told(changes);
    let dimension = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
    let is_told = |line: &&&str| !told.iter().any(|told| told.starts_with(**line));
    let instead = |line: &&str| {
        let same: Vec<&String> = told.iter().filter(|told| dimension(told) == dimension(line)).collect();
        format!("{changes}: {line}: {same:#?}")
    };
    expected.iter().filter(is_told).map(instead).collect()
}

/// By changes, beginnings of lines that they come to. A month has 43,200 minutes.
const CASES: &[(&str, &[&str])] = &[
    (
        r#"{"change": "fail", "entity": "pay", "minutes": 432}"#,
        // 1 - .9 · .99 · .999 · .9999 of a month.
        &["availability pay: 4362.764 > 4751.136", "blast_radius down: 0.000 > 1", "utilisation pay: 0.150 > 0.000"],
    ),
    (
        r#"{"change": "remove", "entity": "pay", "callers": "drop"}"#,
        &[
            "blast_radius down: 0.000 > 0",
            "latency_p50 front.cart: 40.000 > ? what would be done instead",
            "cost pay: ? > ? no line of a bill is for it",
        ],
    ),
    (
        r#"{"change": "remove", "entity": "ledger", "redirect_to": "ads"}"#,
        &[
            "blast_radius down: 0.000 > 0",
            "latency_p50 front.cart: 40.000 > ? what calls take at whom they are redirected",
        ],
    ),
    (
        r#"{"change": "add", "name": "fraud", "called_by": ["pay"], "calls": ["ledger"], "owner": "money", "price": {"amount": "12.5", "currency": "EUR"}}"#,
        &[
            "cost fraud: 0.000 > 12.500",
            "latency_p50 front.cart: 40.000 > ? how long fraud takes was never measured",
            "owners_touched : 0.000 > 1",
        ],
    ),
    (
        r#"{"change": "replace", "entity": "ledger", "by": "cloud ledger", "ms": 7, "availability": 0.9, "price": {"amount": "3", "currency": "EUR"}, "exit_fee": {"amount": "100", "currency": "EUR"}}"#,
        &[
            "latency_p50 front.cart: 40.000 > 47.000",
            "cost ledger: ? > 3.000 what is billed now was not read",
            "one_off_cost : 0.000 > 100.000 at least: what running both costs is not known",
            // 1 - .9 · .9 · .9999 of a month: what it was replaced by is all that is known of it.
            "availability pay: 4362.764 > 8211.499",
        ],
    ),
    (
        r#"{"change": "replace", "entity": "ledger", "by": "other"}"#,
        &[
            "latency_p50 front.cart: 40.000 > ? how long other takes is not known",
            "availability ledger: 43.200 > ? (0.000 to 43200.000) how available",
        ],
    ),
    (
        r#"{"change": "move", "entity": "pay", "region": "south", "rtt_ms": 20, "round_trips": 2, "stores_follow": true, "price_factor": 1.5}"#,
        &["latency_p50 front.cart: 40.000 > 120.000", "one_off_cost : ? > ? what moving costs was not said"],
    ),
    (
        r#"{"change": "evacuate_region", "entity": "north", "region": "south"}"#,
        &["latency_p50 front.cart: 40.000 > ? the round trip to region south is not known", "cost front: ? > ?"],
    ),
    (
        r#"{"change": "scale", "entity": "pay", "replicas": 1, "are_independent": true}"#,
        &[
            "utilisation pay: 0.150 > 0.300",
            "headroom pay is full first: 6.667 > 3.333",
            // One of two copies that are up together at .9 by 1 - .1: 1 - sqrt(.1) = .684 is up alone.
            "availability pay: 4362.764 > 13693.529",
        ],
    ),
    (
        r#"{"change": "scale", "entity": "ads", "replicas": 3}"#,
        &["latency_p50 front.cart: 40.000 > ? how many copies of ads there are now is not known", "cost ads: ? > ?"],
    ),
    (
        r#"{"change": "scale", "entity": "pay", "replicas": 4, "quorum": 2}"#,
        &[
            "utilisation pay: 0.150 > 0.075",
            "availability pay: 4362.764 > 4362.764 (69.944 to 4362.764) whether copies fail together",
        ],
    ),
    (
        r#"{"change": "resize", "entity": "pay", "speed_up": 2}"#,
        &["latency_p50 front.cart: 40.000 > ? (", "error_rate front.cart: 0.000 > 0.000"],
    ),
    (
        r#"{"change": "split", "entity": "pay", "into": "refunds", "takes": ["ledger"]}"#,
        &[
            "latency_p50 front.cart: 40.000 > ? which part of a request's work",
            "cost refunds: ? > ? no price of what comes",
        ],
    ),
    (
        r#"{"change": "merge", "entity": "pay", "others": ["ledger"]}"#,
        &["latency_p50 front.cart: 40.000 > ? how its parts would wait", "cost ledger: ? > ?"],
    ),
    (
        r#"{"change": "deprecate", "entity": "ledger", "sunset": "2027-01-01T00:00:00Z", "leaving": [{"entity": "pay", "at": "2026-12-01T00:00:00Z"}]}"#,
        &["blast_radius down: 0.000 > 0", "latency_p50 front.cart: 40.000 > 40.000"],
    ),
    (
        r#"{"change": "deprecate", "entity": "ledger", "sunset": "2027-01-01T00:00:00Z", "leaving": [{"entity": "pay", "at": "2027-02-01T00:00:00Z"}]}"#,
        &["blast_radius down: 0.000 > 2"],
    ),
    (
        r#"{"change": "add_dependency", "entity": "front", "on": "ledger", "operation": "book", "calls_a_request": 2}"#,
        &["latency_p50 front.cart: 40.000 > 60.000"],
    ),
    (
        r#"{"change": "add_dependency", "entity": "front", "on": "ledger"}"#,
        &["latency_p50 front.cart: 40.000 > ? which operation is called was not said"],
    ),
    (
        r#"{"change": "to_async", "entity": "pay", "on": "ledger", "queue": "bookings", "ack_ms": 1, "drained_a_second": 60}"#,
        // 10 come a second, so 1 / (60 - 10) s after the millisecond of handing over.
        &["latency_p50 front.cart: 40.000 > 31.000", "completion ledger: ? > 21.000", "blast_radius down: 0.000 > 0"],
    ),
    (
        r#"{"change": "to_async", "entity": "pay", "on": "ledger", "queue": "bookings", "drained_a_second": 5}"#,
        &[
            "latency_p50 front.cart: 40.000 > ? how long handing over takes is not known",
            "completion ledger: ? > ? how long handing over takes",
        ],
    ),
    (
        r#"{"change": "to_async", "entity": "pay", "on": "ledger", "queue": "bookings", "ack_ms": 1, "drained_a_second": 5}"#,
        &["completion ledger: ? > ? unstable"],
    ),
    (
        r#"{"change": "add_cache", "entity": "pay", "of": "ledger", "hit_ratio": 1, "hit_ms": 1}"#,
        &["latency_p50 front.cart: 40.000 > 31.000", "cost cache of ledger for pay: ? > ?"],
    ),
    (
        r#"{"change": "add_cache", "entity": "pay", "of": "ledger", "hit_ratio": 0, "hit_ms": 1}"#,
        &["latency_p50 front.cart: 40.000 > 41.000"],
    ),
    (
        r#"{"change": "add_cache", "entity": "pay", "of": "ledger", "hit_ms": 1}"#,
        &[
            "latency_p50 front.cart: 40.000 > ? how often the cache would have what is asked for is not known; on average it is worth it from a ratio of 0.10 on",
        ],
    ),
    (
        r#"{"change": "add_replica", "entity": "book", "are_independent": true}"#,
        &["latency_p50 front.cart: 40.000 > 40.000", "availability book: 4.320 > 0.000"],
    ),
    (
        r#"{"change": "add_replica", "entity": "book"}"#,
        &["availability book: 4.320 > 4.320 (0.000 to 4.320) whether copies fail together"],
    ),
    (
        r#"{"change": "set_call_policy", "entity": "pay", "on": "ledger", "timeout_ms": 4, "retries": 0, "has_fallback": true}"#,
        &["latency_p50 front.cart: 40.000 > 34.000", "degraded_rate front.cart: 0.000 > 1.000"],
    ),
    (
        r#"{"change": "set_call_policy", "entity": "pay", "on": "ledger", "timeout_ms": 4, "retries": 0, "has_fallback": false}"#,
        &["error_rate front.cart: 0.000 > 1.000"],
    ),
    (
        r#"{"change": "scale_load", "factor": 2}"#,
        &["utilisation pay: 0.150 > 0.300", "cost : ? > ? how costs grow with load was never read"],
    ),
    (
        r#"{"change": "evacuate_region", "entity": "north", "region": "south", "rtt_ms": 20}"#,
        // The front and pay move together; the ledger stays, and nobody sees the calls to ads.
        &[
            "latency_p50 front.cart: 40.000 > 60.000",
            "error_rate front.cart: 0.000 > 0.000 (0.000 to 0.083) at least: no recorded request shows the calls to ads",
        ],
    ),
    (
        r#"{"change": "residency", "entity": "ads", "regions": ["south"]}"#,
        &["compliance : 0.000 > 0.000 (0.000 to 1.000) at least: 1 more cannot be decided, where ads is"],
    ),
    (
        r#"{"change": "upgrade", "entity": "pay", "version": "2", "breaks": ["front"]}"#,
        &["blast_radius down: 0.000 > 1", "latency_p50 front.cart: 40.000 > ? the new version was never measured"],
    ),
    (
        r#"{"change": "set_quota", "entity": "pay", "a_second": 20}"#,
        &[
            "utilisation pay of a quota of 20 requests a second: ? > 0.500 on average",
            "error_rate front.cart: 0.000 > 0.000",
        ],
    ),
    (
        r#"{"change": "set_quota", "entity": "pay", "a_second": 5}"#,
        &[
            "utilisation pay of a quota of 5 requests a second: ? > 2.000 unstable",
            "error_rate front.cart: 0.000 > ? more may be asked of pay than its quota of 5 requests a second lets through",
        ],
    ),
    (
        r#"{"change": "commit", "entity": "pay", "price": {"amount": "5", "currency": "EUR"}, "months": 12}"#,
        &["cost pay: ? > ? no line of a bill is for it"],
    ),
    (
        r#"{"change": "change_owner", "entity": "pay", "owner": "web"}"#,
        &["owners_touched : 0.000 > 1", "latency_p50 front.cart: 40.000 > 40.000"],
    ),
    (
        r#"{"change": "encrypt", "entity": "front", "on": "pay", "handshake_ms": 3}"#,
        &["latency_p50 front.cart: 40.000 > 43.000"],
    ),
    (
        r#"{"change": "encrypt", "entity": "front", "on": "pay", "handshake_ms": 3, "reuse": 1}"#,
        &["latency_p50 front.cart: 40.000 > 40.000"],
    ),
    (
        r#"{"change": "residency", "entity": "pay", "regions": ["south"]}"#,
        // Calls carry data both ways: from the book over pay to the ledger, the front and ads.
        &["compliance : 2.000 > 2.000", "data_flows personal: 5.000 > 5.000"],
    ),
    (
        r#"{"change": "residency", "entity": "pay", "regions": ["south"]}, {"change": "move", "entity": "pay", "region": "south", "stores_follow": true}"#,
        &["compliance : 2.000 > 0.000", "compliance book in north; move it to south: 1.000 > 0.000"],
    ),
];

#[test]
fn each_change_comes_to_what_it_is_told_to() {
    let missing: Vec<String> = CASES.iter().flat_map(|(changes, expected)| missing(changes, expected)).collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn what_comes_is_joined_to_what_is_there() {
    let head = shop();
    let changes = r#"{"change": "add", "name": "fraud", "called_by": ["pay"], "calls": ["ledger", "book"], "owner": "money", "region": "south"},
                     {"change": "add_dependency", "entity": "fraud", "on": "ads"},
                     {"change": "split", "entity": "front", "into": "basket", "takes": ["pay"]}"#;
    let after = scenario(&head, changes).unwrap().snapshot();
    let joined = |from: &str, to: &str| {
        let (from, to) = (after.instances(after.find(from).unwrap()), after.instances(after.find(to).unwrap()));
        let edges = from.iter().flat_map(|from| after.outgoing(*from));
        edges.filter(|edge| to.contains(&edge.to)).map(|edge| edge.edge.relation.to_string()).collect::<Vec<_>>()
    };
    for (from, to, by) in [
        ("pay", "fraud", "calls"),
        ("fraud", "ledger", "calls"),
        ("fraud", "book", "readsFrom"),
        ("fraud", "ads", "calls"),
        ("fraud", "south", "locatedIn"),
        ("front", "basket", "calls"),
        ("basket", "pay", "calls"),
    ] {
        assert_eq!(joined(from, to), [by], "{from} {to}");
    }
    assert_eq!(joined("front", "pay"), Vec::<String>::new(), "the part has taken it along");
    assert_eq!(head.find("fraud").map(|_| ()).unwrap_err().kind(), ErrorKind::Unknown);
    // Whatever asks the world after the changes finds what came, by kind, name and id.
    let fraud = after.find("fraud").unwrap();
    assert!(after.of_kind(&kind::COMPONENT).any(|node| node == fraud));
    assert_eq!(after.node_of(&after.entity(fraud).id), Some(fraud));
    assert!(after.outgoing(fraud).any(|edge| edge.edge.relation == relation::OWNED_BY));
    assert_eq!(head.bound() + 4, after.bound());
}

#[test]
fn what_is_merged_keeps_its_callers() {
    let head = shop();
    let after = scenario(&head, r#"{"change": "merge", "entity": "pay", "others": ["ledger"]}"#).unwrap().snapshot();
    assert!(after.find("ledger").is_err());
    let (pay, book) = (after.instances(after.find("pay").unwrap()), after.find("book").unwrap());
    assert!(
        pay.iter().flat_map(|pay| after.outgoing(*pay)).all(|edge| !pay.contains(&edge.to)),
        "no part calls itself"
    );
    assert!(pay.iter().flat_map(|pay| after.outgoing(*pay)).any(|edge| edge.to == book));
    let after = scenario(&head, r#"{"change": "merge", "entity": "ads", "others": ["ledger"]}"#).unwrap().snapshot();
    let ads = after.instances(after.find("ads").unwrap());
    assert!(
        ads.iter().flat_map(|ads| after.incoming(*ads)).any(|edge| after.entity(edge.from).name.starts_with("pay"))
    );
}

#[test]
fn changes_that_make_no_sense_are_refused() {
    let head = shop();
    let cases = [
        (r#"{"change": "scale", "entity": "pay", "replicas": 1, "quorum": 2}"#, "quorum is 2"),
        (r#"{"change": "resize", "entity": "pay", "speed_up": 0}"#, "speed_up is 0"),
        (r#"{"change": "add", "name": "pay"}"#, "already"),
        (r#"{"change": "add", "name": "x", "kind": "Databse"}"#, "DataStore"),
        (r#"{"change": "add", "name": " "}"#, "name"),
        (r#"{"change": "add", "name": "x", "price": {"amount": "-1", "currency": "EUR"}}"#, "price is -1 EUR"),
        (r#"{"change": "fail", "entity": "pay", "minutes": 50000}"#, "minutes is 50000"),
        (r#"{"change": "to_async", "entity": "pay", "on": "ads", "queue": "q"}"#, "no such dependency"),
        (r#"{"change": "split", "entity": "pay", "into": "x", "takes": ["ads"]}"#, "no such dependency"),
        (r#"{"change": "merge", "entity": "pay", "others": ["pay"]}"#, "part of itself"),
        (r#"{"change": "merge", "entity": "pay", "others": []}"#, "others is empty"),
        (r#"{"change": "residency", "entity": "pay", "regions": []}"#, "regions is empty"),
        (r#"{"change": "evacuate_region", "entity": "pay", "region": "south"}"#, "no Region"),
        (r#"{"change": "change_owner", "entity": "pay", "owner": "ads"}"#, "own"),
        (r#"{"change": "add_cache", "entity": "pay", "of": "ledger", "hit_ratio": 1.5}"#, "hit_ratio is 1.5"),
        (r#"{"change": "add", "name": "x"}, {"change": "add", "name": "x"}"#, "already"),
        (
            r#"{"change": "scale", "entity": "pay", "replicas": 2}, {"change": "scale", "entity": "pay", "replicas": 3}"#,
            "two ways",
        ),
        (
            r#"{"change": "merge", "entity": "pay", "others": ["ledger"]}, {"change": "fail", "entity": "ledger"}"#,
            "removed",
        ),
        (
            r#"{"change": "add_cache", "entity": "front", "of": "pay"}, {"change": "remove_cache", "entity": "front", "cache": "pay"}"#,
            "either",
        ),
    ];
    for (changes, words) in cases {
        let error = scenario(&head, changes).map(|_| ()).unwrap_err();
        assert!(error.to_string().contains(words), "{changes}: {error}");
    }
    let text = r#"[{"change": "scale", "entity": "pay"}]"#;
    assert_eq!(ChangeDraft::list_from_json(text).unwrap_err().kind(), ErrorKind::Invalid);
}

#[test]
fn what_came_is_carried_to_another_day_and_into_another_scenario() {
    let head = shop();
    let twin = Twin::in_memory();
    apply(&twin, &format!("{SHOP}\n    Workload:later"));
    let later = twin.snapshot(At::now(time("10:00")));
    let added = r#"{"change": "add", "name": "fraud", "called_by": ["pay"]}"#;
    let used = r#"{"change": "add_dependency", "entity": "front", "on": "fraud"}"#;
    let one = scenario(&head, &format!("{added}, {used}")).unwrap();
    let (rebased, lost) = one.rebased(&later);
    assert!(lost.is_empty() && later.bound() > head.bound());
    let calls = |scenario: &Scenario| {
        let after = scenario.snapshot();
        let fraud = after.instances(after.find("fraud").unwrap());
        let callers = fraud.iter().flat_map(|node| after.incoming(*node));
        let mut names: Vec<String> = callers.map(|edge| after.entity(edge.from).name.clone()).collect();
        names.sort();
        names
    };
    assert_eq!(calls(&rebased), calls(&one));
    assert_eq!(calls(&one).len(), 2, "{:?}", calls(&one));
    // What both bring comes once, and what the other does to it is done to that.
    let own = scenario(&head, added).unwrap();
    let (merged, lost, contradictions) = own.merged(&one);
    assert_eq!((merged.changes().len(), lost.len(), contradictions.len()), (2, 0, 0));
    assert_eq!(calls(&merged), calls(&one));
    assert!(merged.check().is_ok());
    let other = scenario(&head, r#"{"change": "add", "name": "fraud", "called_by": ["ads"]}"#).unwrap();
    assert_eq!(own.merged(&other).2.len(), 1, "one name, two things");
}

/// A world that another reading of the same sources would show.
fn world(text: &str) -> (Twin, Snapshot) {
    let twin = Twin::in_memory();
    apply(&twin, text);
    let snapshot = twin.snapshot(At::now(time("09:00")));
    (twin, snapshot)
}

/// Who needs whom, by name.
fn needs(snapshot: &Snapshot) -> Vec<String> {
    let name = |node| snapshot.entity(snapshot.component(node)).name.clone();
    let is_need = |relation: &str| ["calls", "readsFrom", "publishesTo"].contains(&relation);
    let edges = snapshot.edges().filter(|edge| *snapshot.kind(edge.from) == kind::INSTANCE);
    let edges = edges.filter(|edge| is_need(edge.edge.relation.as_str()));
    let mut needs: Vec<String> =
        edges.map(|edge| format!("{} {} {}", name(edge.from), edge.edge.relation, name(edge.to))).collect();
    needs.sort();
    needs
}

#[test]
fn what_leads_from_one_world_to_another_leads_there() {
    let (_one, before) = world(SHOP);
    let worlds = [
        SHOP.to_owned(),
        SHOP.replace("set replicas 2", "set replicas 5"),
        SHOP.replace("cloud.region north\n      ownedBy", "cloud.region south\n      ownedBy"),
        SHOP.replace("ownedBy Team:money", "ownedBy Team:web"),
        SHOP.replace("      calls/optional Workload:ads\n", "").replace("    Workload:ads\n", ""),
        SHOP.replace("    Workload:ads\n", "    Workload:ads\n      calls Workload:fraud\n      publishesTo Queue:seen\n    Workload:fraud\n      readsFrom DataStore:book\n    Queue:seen\n"),
    ];
    let told = [
        vec![],
        vec!["scale pay"],
        vec!["move pay"],
        vec!["change_owner pay"],
        vec!["remove ads"],
        vec!["add fraud", "add seen", "add_dependency ads", "add_dependency ads", "add_dependency fraud"],
    ];
    for (text, told) in worlds.iter().zip(told) {
        let (_other, after) = world(text);
        let changes = changes_between(&before, &after);
        let names = |change: &ChangeDraft| match change {
            Change::Add { name, .. } => format!("add {name}"),
            change => format!("{} {}", change.name(), change.entities()[0]),
        };
        let mut short: Vec<String> = changes.iter().map(names).collect();
        short.sort();
        assert_eq!(short, told, "{changes:?}");
        let (scenario, unplaced) = Scenario::of_known(&before, "there", &changes);
        assert!(unplaced.is_empty() && scenario.changes().len() == changes.len(), "{unplaced:?}");
        assert_eq!(needs(&scenario.snapshot()), needs(&after), "{changes:?}");
    }
}

#[test]
fn what_the_twin_has_never_heard_of_is_left_out_aloud() {
    let (_twin, head) = world(SHOP);
    let changes = ChangeDraft::list_from_json(
        r#"[{"change": "remove", "entity": "ledgr"}, {"change": "scale", "entity": "pay", "replicas": 3}, {"change": "fail", "entity": "ads"}, {"change": "remove", "entity": "ads"}]"#,
    )
    .unwrap();
    let (scenario, unplaced) = Scenario::of_known(&head, "some of it", &changes);
    assert_eq!((scenario.changes().len(), unplaced.len()), (2, 2));
    assert!(unplaced[0].why.contains("ledger"), "the nearest name is told: {}", unplaced[0].why);
    assert!(unplaced[1].why.contains("contradict"), "{}", unplaced[1].why);
}

#[test]
fn a_comparison_counts_what_an_outcome_lists() {
    let (_twin, head) = world(SHOP);
    for changes in [
        r#"{"change": "fail", "entity": "ledger"}"#,
        r#"{"change": "remove", "entity": "pay"}"#,
        r#"{"change": "fail", "entity": "book", "state": "degraded"}, {"change": "fail", "entity": "ads"}"#,
        r#"{"change": "upgrade", "entity": "ledger", "version": "2", "breaks": ["pay"]}"#,
    ] {
        let scenario = scenario(&head, changes).unwrap();
        let listed = outcome(&scenario, Profile::Audit).value;
        let answer = compare(&scenario, &Given::default(), Profile::Audit, &Context::new(Timestamp::MIN)).unwrap();
        let baseline = Baseline::of(&head);
        let known = Given { baseline: Some(&baseline), ..Given::default() };
        let again = compare(&scenario, &known, Profile::Audit, &Context::new(Timestamp::MIN)).unwrap();
        assert_eq!(again.value, answer.value, "a shape that was found before is the same");
        let lines: Vec<String> = answer.value.figures.iter().map(line).collect();
        for state in ["down", "degraded", "delayed"] {
            let count = listed.impact.iter().filter(|hit| hit.state.as_str() == state).count();
            let expected = format!("blast_radius {state}: 0.000 > {count}.000");
            assert!(lines.iter().any(|line| line.starts_with(&expected)), "{changes}: {expected}: {lines:#?}");
        }
        let owners: std::collections::BTreeSet<&str> =
            listed.owners.iter().map(|row| row.owner.name.as_str()).collect();
        let expected = format!("owners_touched : 0.000 > {}.000", owners.len());
        assert!(lines.iter().any(|line| line.starts_with(&expected)), "{changes}: {expected}: {lines:#?}");
        let expected = format!("without_owner : 0.000 > {}.000", listed.unowned.len());
        assert!(lines.iter().any(|line| line.starts_with(&expected)), "{changes}: {expected}: {lines:#?}");
    }
}

#[test]
fn what_policies_cannot_decide_is_not_none() {
    let pay = "      calls/required Workload:ledger\n";
    let text = SHOP.replace(pay, &format!("{pay}      readsFrom DataStore:seen\n"));
    let (_twin, head) = world(&format!("{text}\n    DataStore:seen\n      set cloud.region north"));
    let scenario = scenario(&head, r#"{"change": "scale_load", "factor": 1}"#).unwrap();
    let south = vec!["south".to_owned()];
    let policy = DataPolicy {
        id: "stays".to_owned(),
        class: "personal".to_owned(),
        allowed_regions: Some(south),
        require_encrypted: false,
    };
    let compliance = |classes: &[&str]| {
        let nodes = classes.iter().map(|name| head.find(name).unwrap()).collect::<Vec<_>>();
        let classes = if nodes.is_empty() { [].into() } else { [("personal".to_owned(), nodes)].into() };
        let given = Given { data: GivenData { classes, policies: vec![policy.clone()] }, ..Given::default() };
        let answer = compare(&scenario, &given, Profile::Audit, &Context::new(Timestamp::MIN)).unwrap();
        let lines: Vec<String> = answer.value.figures.iter().map(line).collect();
        lines.into_iter().find(|line| line.starts_with("compliance :")).unwrap()
    };
    assert_eq!(compliance(&[]), "compliance : ? > ? no data is labelled, so policies were held against nothing");
    let told = compliance(&["book"]);
    assert!(told.starts_with("compliance : 3.000 > 3.000 ("), "book, pay and the front are in the north: {told}");
    let open = "at least: 3 more cannot be decided, ";
    assert!(told.contains(open), "nobody labelled the other store, or knows where the ledger and ads are: {told}");
    assert!(["seen", "ledger", "ads"].iter().all(|name| told.contains(&format!("stays: {name}"))), "{told}");
}

/// Two components of a catalogue, of which nobody has seen an instance.
const CATALOGUE: &str = "file a
    Component:pay
      providesApi Api:charge
      dependsOn Component:ledger
    Component:web
      consumesApi Api:charge
    Component:ledger
    Api:charge";

#[test]
fn a_component_without_instances_stands_for_itself() {
    let (_twin, head) = world(CATALOGUE);
    let pay = head.find("pay").unwrap();
    let hits = blast_radius(&head, &BlastRadius::of(pay)).value;
    let names: Vec<(&str, &str)> = hits.iter().map(|hit| (hit.entity.name.as_str(), hit.state.as_str())).collect();
    assert_eq!(names, [("charge", "down"), ("web", "down")]);
    let lines = |changes: &str, availability: &[(&str, f64)]| -> Vec<String> {
        let scenario = scenario(&head, changes).unwrap_or_else(|error| panic!("{changes}: {error}"));
        let availability = availability.iter().map(|(name, up)| (head.find(name).unwrap(), *up)).collect();
        let given = Given { availability, ..Given::default() };
        let answer = compare(&scenario, &given, Profile::Audit, &Context::new(Timestamp::MIN)).unwrap();
        answer.value.figures.iter().map(line).collect()
    };
    let fails = lines(r#"{"change": "fail", "entity": "pay", "minutes": 10}"#, &[("pay", 0.999)]);
    let expected = ["blast_radius down: 0.000 > 2.000", "availability pay: 43.200 > 53.190"];
    for expected in expected {
        assert!(fails.iter().any(|line| line.starts_with(expected)), "{expected}: {fails:#?}");
    }
    let split = scenario(&head, r#"{"change": "split", "entity": "pay", "into": "book", "takes": ["charge"]}"#);
    let after = split.unwrap().snapshot();
    let to = |name: &str| -> Vec<(String, String)> {
        let edges = after.outgoing(after.find(name).unwrap());
        edges.map(|edge| (edge.edge.relation.to_string(), after.entity(edge.to).name.clone())).collect()
    };
    let pair = |relation: &str, name: &str| (relation.to_owned(), name.to_owned());
    assert_eq!(to("book"), [pair("providesApi", "charge")], "the part has no instance either");
    assert_eq!(to("pay"), [pair("dependsOn", "ledger"), pair("dependsOn", "book")]);
    let joined = scenario(&head, r#"{"change": "add_dependency", "entity": "web", "on": "ledger"}"#);
    assert!(joined.unwrap_err().to_string().contains("name another relation"), "calls join instances");
}

/// Workloads that call each other, as declared and as observed.
fn calling(declared: &[(usize, usize)], observed: &[(usize, usize)]) -> Snapshot {
    let lines = |calls: &[(usize, usize)], how: &str| -> String {
        let own = |name: usize| {
            let calls = calls.iter().filter(|(from, _)| *from == name);
            calls.map(|(_, to)| format!("  calls/required Workload:w{to}\n")).collect::<String>()
        };
        (0..CALLING).map(|name| format!("Workload:w{name}{how}\n{}", own(name))).collect()
    };
    let text = format!(
        "source code\nfile code\n{}Team:own\nsource seen\nfile seen\n{}",
        lines(declared, ""),
        lines(observed, " observed")
    );
    let twin = Twin::in_memory();
    apply(&twin, &text);
    twin.snapshot(At::now(time("09:00")))
}

const CALLING: usize = 7;

fn single_points(snapshot: &Snapshot) -> std::collections::BTreeSet<String> {
    let row = |class: &EdgeClass| snapshot.schema().relation(class.relation.as_str()).map(|row| row.passes_failure());
    let points = cuts(snapshot, |class| row(class).unwrap_or(false)).points;
    points.into_iter().map(|node| snapshot.entity(node).id.to_string()).collect()
}

proptest! {
    #![proptest_config(cases(48))]

    /// What a scenario finds from what was found in its base is what the world after it shows by itself.
    #[test]
    fn the_shape_after_changes_is_the_shape_of_the_world_after(
        declared in vec((0..CALLING, 0..CALLING), 1..14),
        observed in vec((0..CALLING, 0..CALLING), 0..8),
        kinds in vec((0..6_usize, 0..CALLING, 0..CALLING), 1..3),
    ) {
        let head = calling(&declared, &observed);
        let change = |(kind, one, other): &(usize, usize, usize)| {
            let (from, to) = declared[(one + other) % declared.len()];
            match kind {
                0 => format!(r#"{{"change": "remove", "entity": "w{one}"}}"#),
                1 => format!(r#"{{"change": "remove_dependency", "entity": "w{from}", "on": "w{to}"}}"#),
                2 => format!(r#"{{"change": "add_dependency", "entity": "w{one}", "on": "w{other}", "relation": "calls"}}"#),
                3 => format!(r#"{{"change": "merge", "entity": "w{one}", "others": ["w{other}"]}}"#),
                4 => format!(r#"{{"change": "change_owner", "entity": "w{one}", "owner": "own"}}"#),
                _ => format!(r#"{{"change": "split", "entity": "w{from}", "into": "part", "takes": ["w{to}"]}}"#),
            }
        };
        let changes: Vec<String> = kinds.iter().map(change).collect();
        let Ok(scenario) = scenario(&head, &changes.join(",")) else { return Ok(()) };
        let context = Context::new(Timestamp::MIN);
        let baseline = Baseline::of(&head);
        let known = Given { baseline: Some(&baseline), ..Given::default() };
        let Ok(told) = compare(&scenario, &known, Profile::Audit, &context) else { return Ok(()) };
        let after = scenario.snapshot();
        let alone = compare(&Scenario::new(&after, "nothing"), &Given::default(), Profile::Audit, &context).unwrap();
        for dimension in [Dimension::SinglePointsOfFailure, Dimension::Cycles, Dimension::Drift] {
            let count = |figures: &[Figure], side: fn(&Figure) -> Option<f64>| {
                let mut rows = figures.iter().filter(|figure| figure.dimension == dimension);
                rows.find(|figure| figure.about.is_none() && figure.detail.is_none()).map(side)
            };
            let (after, alone) = (count(&told.value.figures, |row| row.scenario), count(&alone.value.figures, |row| row.baseline));
            prop_assert_eq!(after, alone, "{:?} of {:?}", dimension, &changes);
            prop_assert!(after.flatten().is_some());
        }
        let mut points = single_points(&head);
        let rows = told.value.figures.iter().filter(|figure| figure.dimension == Dimension::SinglePointsOfFailure);
        for (row, about) in rows.filter_map(|row| Some((row, row.about.as_ref()?.id.to_string()))) {
            let is_known = if row.delta == Some(1.0) { points.insert(about) } else { points.remove(&about) };
            prop_assert!(is_known);
        }
        prop_assert_eq!(points, single_points(&after), "{:?}", &changes);
    }
}
