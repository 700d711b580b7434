//! What each change asks for beside what it must: contracts and versions, how long what comes takes, what a move costs and interrupts, which data passes, how long messages are kept, what a pool can do.

use twin_core::answer::Profile;
use twin_core::base::{Context, Timestamp};
use twin_core::graph::Snapshot;
use twin_core::simulate::replay::Policies;
use twin_core::simulate::{ChangeDraft, Given, Scenario, Traffic, compare, outcome};
use twin_core::{At, Twin};

use crate::changes::{line, missing, requests, shop};
use crate::replay::{spans, workers};
use crate::support::{apply, time};

/// By changes, beginnings of lines that they come to. A request each 100 ms asks pay for 30 ms, and pay the ledger for 10.
const CASES: &[(&str, &[&str])] = &[
    (
        r#"{"change": "add", "name": "fraud", "called_by": ["pay"], "own_ms": 7}"#,
        &["latency_p50 front.cart: 40.000 > 47.000", "utilisation pay: 0.150 > 0.185"],
    ),
    (
        r#"{"change": "add", "name": "fraud", "called_by": ["pay"], "own_ms": 7}, {"change": "fail", "entity": "fraud"}"#,
        &["error_rate front.cart: 0.000 > 1.000"],
    ),
    (
        r#"{"change": "add", "name": "fraud", "own_ms": 7}, {"change": "add_dependency", "entity": "pay", "on": "fraud", "calls_a_request": 2}"#,
        &["latency_p50 front.cart: 40.000 > 54.000"],
    ),
    (
        r#"{"change": "add", "name": "fraud", "own_ms": 7}, {"change": "add_dependency", "entity": "pay", "on": "fraud", "timeout_ms": 5, "is_optional": true}"#,
        &["latency_p50 front.cart: 40.000 > 45.000", "degraded_rate front.cart: 0.000 > 1.000"],
    ),
    (
        r#"{"change": "add", "name": "fraud"}, {"change": "add_dependency", "entity": "pay", "on": "fraud"}"#,
        &["latency_p50 front.cart: 40.000 > ? how long fraud takes was never measured"],
    ),
    (
        r#"{"change": "add", "name": "fraud", "called_by": ["pay"], "own_ms": 7, "region": "south"}"#,
        &["latency_p50 front.cart: 40.000 > ? the round trip between pay in north and fraud in south is not known"],
    ),
    (
        // Whatever changes where a call goes that comes changes that call as well.
        r#"{"change": "add_dependency", "entity": "front", "on": "ledger", "operation": "book"}, {"change": "add_latency", "entity": "ledger", "operation": "book", "ms": 5}"#,
        &["latency_p50 front.cart: 40.000 > 60.000"],
    ),
    (
        // Each request asks twice.
        r#"{"change": "add_dependency", "entity": "front", "on": "pay", "operation": "charge"}"#,
        &["utilisation pay: 0.150 > 0.300 ", "headroom pay is full first: 6.667 > 3.333 at most"],
    ),
    (
        // What comes serves three of ten a second at a time, and asks pay once for each.
        r#"{"change": "add", "name": "desk", "calls": ["pay"], "own_ms": 50, "requests_a_second": 30, "workers": 3}"#,
        &[
            "utilisation desk: 0.000 > 0.500 ",
            "utilisation pay: 0.150 > 0.600 ",
            "headroom pay is full first: 6.667 > 1.667",
            "latency_p50 front.cart: 40.000 > 40.000",
        ],
    ),
    (
        r#"{"change": "add", "name": "desk", "own_ms": 50, "requests_a_second": 30, "workers": 3}, {"change": "add_dependency", "entity": "desk", "on": "pay", "calls_a_request": 0.5}"#,
        &["utilisation pay: 0.150 > 0.37"],
    ),
    (
        r#"{"change": "add", "name": "desk", "calls": ["pay"], "own_ms": 50}"#,
        &["utilisation pay: 0.150 > 0.150 at least: how many requests come is not known"],
    ),
    (
        // What comes is asked by what comes.
        r#"{"change": "add", "name": "till", "calls": ["pay"], "own_ms": 5}, {"change": "add", "name": "desk", "calls": ["till"], "own_ms": 5, "requests_a_second": 10, "workers": 1}"#,
        &["utilisation desk: 0.000 > 0.050 ", "utilisation pay: 0.150 > 0.300 "],
    ),
    (
        r#"{"change": "add", "name": "till", "calls": ["pay"], "own_ms": 5, "requests_a_second": 1, "workers": 1}, {"change": "add", "name": "desk", "calls": ["till"], "own_ms": 5}"#,
        &[
            "utilisation pay: 0.150 > 0.165 at least: how many requests come is not known",
            "utilisation till: ? > ? how many requests come to till is not known",
        ],
    ),
    (
        r#"{"change": "add", "name": "desk", "own_ms": 5, "requests_a_second": 1}"#,
        &["utilisation desk: ? > ? how many requests desk serves at a time was not said"],
    ),
    (
        r#"{"change": "add", "name": "desk", "requests_a_second": 1, "workers": 1}"#,
        &["utilisation desk: ? > ? how long desk takes was never measured"],
    ),
    (
        // Ten a second come from pay, and five from elsewhere; it asks the ledger, which has no number of workers.
        r#"{"change": "add", "name": "fraud", "called_by": ["pay"], "calls": ["ledger"], "own_ms": 20, "requests_a_second": 5, "workers": 1}"#,
        &["utilisation fraud: 0.000 > 0.300 ", "latency_p50 front.cart: 40.000 > 60.000"],
    ),
    (
        r#"{"change": "add", "name": "fraud", "called_by": ["pay"], "own_ms": 120, "workers": 1}"#,
        &[
            "utilisation fraud: 0.000 > 1.200 unstable: more is asked of fraud than it can do",
            "latency_p50 front.cart: 40.000 > ? unstable: more is asked of fraud than its workers can do",
        ],
    ),
    (
        // More load meets what comes as well.
        r#"{"change": "scale_load", "factor": 2}, {"change": "add", "name": "fraud", "called_by": ["pay"], "own_ms": 20, "workers": 1}"#,
        &["utilisation fraud: 0.000 > 0.400 "],
    ),
    (
        r#"{"change": "add", "name": "desk", "calls": ["pay"], "own_ms": 50, "requests_a_second": 60, "workers": 9}"#,
        &[
            "utilisation pay: 0.150 > 1.050 unstable: more is asked of pay than it can do",
            "latency_p50 front.cart: 40.000 > ? unstable: more is asked of pay than its workers can do",
        ],
    ),
    (
        r#"{"change": "add", "name": "desk"}, {"change": "add_dependency", "entity": "desk", "on": "pay"}"#,
        &["data_flows personal: 5.000 > 6.000", "data_flows personal at desk: 0.000 > 1.000"],
    ),
    (
        r#"{"change": "add", "name": "desk"}, {"change": "add_dependency", "entity": "desk", "on": "pay", "data_classes": []}"#,
        &["data_flows personal: 5.000 > 5.000"],
    ),
    (
        r#"{"change": "add", "name": "desk"}, {"change": "add_dependency", "entity": "desk", "on": "pay", "data_classes": ["personal", "health"]}"#,
        &["data_flows personal: 5.000 > 6.000", "data_flows health: ? > ? nobody is labelled as holding it"],
    ),
    (
        // Ten come a second: 1 / 6 · exp(-50 · .02) wait for longer than that at most.
        r#"{"change": "to_async", "entity": "pay", "on": "ledger", "queue": "bookings", "ack_ms": 1, "drained_a_second": 60, "retention_s": 0.02}"#,
        &["completion ledger lost after 0.02 s: ? > ? (0.000 to 0.061)"],
    ),
    (
        r#"{"change": "to_async", "entity": "pay", "on": "ledger", "queue": "bookings", "ack_ms": 1, "drained_a_second": 5, "retention_s": 60}"#,
        &["completion ledger: ? > ? unstable", "completion ledger lost after 60 s: ? > 0.500"],
    ),
    (
        r#"{"change": "move", "entity": "pay", "region": "south", "rtt_ms": 0, "cutover_minutes": 432}"#,
        // As if it failed for as long.
        &["availability pay: 4362.764 > 4751.136"],
    ),
    (
        r#"{"change": "merge", "entity": "pay", "others": ["ledger"], "workers": 2}"#,
        &["utilisation pay of a pool of 2 workers: ? > ? no number of workers is known of ledger"],
    ),
    (
        r#"{"change": "upgrade", "entity": "pay", "version": "2", "drops": ["charge"]}"#,
        &["blast_radius down: 0.000 > 1.000 "],
    ),
    (
        r#"{"change": "upgrade", "entity": "pay", "version": "2", "drops": ["refund"]}"#,
        &["blast_radius down: 0.000 > 0.000 "],
    ),
    (
        // Nobody has seen for what pay asks the book: pay, and with it the front, may fail.
        r#"{"change": "upgrade", "entity": "book", "version": "2", "drops": ["SELECT"]}"#,
        &["blast_radius down: 0.000 > 2.000 (0.000 to 2.000)"],
    ),
    (
        r#"{"change": "upgrade", "entity": "pay", "version": "2", "fixes": ["CVE-1", "CVE-2"], "vulnerabilities": ["CVE-3"]}"#,
        &[
            "compliance : 2.000 > 1.000 of vulnerabilities, only those count that a change names",
            "compliance pay CVE-1: 1.000 > 0.000",
            "compliance pay CVE-3: 0.000 > 1.000",
        ],
    ),
    (
        r#"{"change": "upgrade", "entity": "pay", "version": "2", "licence": "BUSL-1.1"}"#,
        &["compliance : 0.000 > 0.000 (0.000 to 1.000)"],
    ),
    (
        r#"{"change": "upgrade", "entity": "pay", "version": "2", "end_of_life": "2020-01-01T00:00:00Z"}"#,
        &["compliance pay nobody mends 2 any more since 2020-01-01T00:00:00Z: 0.000 > 1.000"],
    ),
    (
        r#"{"change": "replace", "entity": "ledger", "by": "rented", "price_a_million": {"amount": "2", "currency": "EUR"}}"#,
        // Ten a second for thirty days.
        &["cost ledger: ? > 51.840"],
    ),
    (
        r#"{"change": "replace", "entity": "book", "by": "rented", "price": {"amount": "3", "currency": "EUR"}, "price_a_million": {"amount": "2", "currency": "EUR"}}"#,
        &["cost book: ? > ? what it costs by volume is not known: no request of book was recorded"],
    ),
    (
        r#"{"change": "set_quota", "entity": "pay", "a_second": 0}"#,
        &["error_rate front.cart: 0.000 > 1.000", "blast_radius down: 0.000 > 1.000"],
    ),
    (
        r#"{"change": "scale", "entity": "pay", "replicas": 0}"#,
        &["error_rate front.cart: 0.000 > 1.000", "blast_radius down: 0.000 > 1.000"],
    ),
];

#[test]
fn what_is_asked_for_makes_a_figure() {
    let missing: Vec<String> = CASES.iter().flat_map(|(changes, expected)| missing(changes, expected)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn inputs_that_make_no_sense_are_refused_by_name() {
    let cases = [
        (r#"{"change": "add", "name": "new", "own_ms": -1}"#, "own_ms is -1"),
        (r#"{"change": "add", "name": "new", "requests_a_second": -1}"#, "requests_a_second is -1"),
        (r#"{"change": "add", "name": "new", "workers": 0}"#, "workers is 0"),
        (
            r#"{"change": "move", "entity": "pay", "region": "south", "cutover_minutes": 1e9}"#,
            "cutover_minutes is 1000000000",
        ),
        (r#"{"change": "move", "entity": "pay", "region": "south", "egress_gb": -3}"#, "egress_gb is -3"),
        (
            r#"{"change": "move", "entity": "pay", "region": "south", "price_a_gb": {"amount": "-1", "currency": "EUR"}}"#,
            "price_a_gb is",
        ),
        (r#"{"change": "merge", "entity": "pay", "others": ["ads"], "workers": 0}"#, "workers is 0"),
        (r#"{"change": "upgrade", "entity": "pay", "version": "2", "drops": [""]}"#, "drops is \"\""),
        (r#"{"change": "upgrade", "entity": "pay", "version": "2", "licence": " "}"#, "licence is"),
        (
            r#"{"change": "upgrade", "entity": "pay", "version": "2", "breaks": ["front", "ads"]}"#,
            "ads does not depend on pay; leave it out of breaks",
        ),
        (
            r#"{"change": "to_async", "entity": "pay", "on": "ledger", "queue": "q", "retention_s": -1}"#,
            "retention_s is -1",
        ),
        (
            r#"{"change": "add", "name": "new", "called_by": ["pay"]}, {"change": "add_dependency", "entity": "pay", "on": "new"}"#,
            "leave it out of called_by",
        ),
    ];
    for (changes, why) in cases {
        let drafts = ChangeDraft::list_from_json(&format!("[{changes}]")).unwrap();
        let error = Scenario::of(&shop(), "what if", &drafts).err().unwrap_or_else(|| panic!("{changes} is taken"));
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[test]
fn what_comes_for_itself_is_as_busy_as_is_said_without_any_requests() {
    let change = r#"{"change": "add", "name": "desk", "own_ms": 50, "requests_a_second": 30, "workers": 3}"#;
    let told = lines(&shop(), None, change, "utilisation");
    assert!(told.iter().any(|told| told == "utilisation desk: 0.000 > 0.500 "), "{told:?}");
    assert!(told.iter().any(|told| told == "utilisation : ? > ? no recorded requests were given"), "{told:?}");
}

#[test]
fn a_version_breaks_who_comes_to_depend_on_it() {
    let joins = r#"{"change": "add_dependency", "entity": "ads", "on": "pay"}"#;
    let breaks = r#"{"change": "upgrade", "entity": "pay", "version": "2", "breaks": ["ads"]}"#;
    for changes in [format!("{joins}, {breaks}"), format!("{breaks}, {joins}")] {
        let told = lines(&shop(), None, &changes, "blast_radius down");
        assert!(told[0].starts_with("blast_radius down: 0.000 > 1.000 "), "{changes}: {told:?}");
    }
}

/// A catalogue that asks a cache each 100 ms, and the store where it found nothing: as often as is said.
fn cached(misses: usize) -> Vec<String> {
    let twin = Twin::in_memory();
    let service =
        |name: &str, more: &str| format!("TelemetryService:{name} observed\n  known service_name:{name}\n{more}");
    let needs = "  calls/optional TelemetryService:memory\n  calls/required TelemetryService:store\n";
    let services = [service("shop", needs), service("memory", ""), service("store", "")].concat();
    apply(&twin, &format!("source telemetry\nfile x\n{services}"));
    let one = |at: usize| {
        let (from, looked, asked) = (at * 100, at * 100 + 2, at * 100 + 32);
        match at < misses {
            true => format!(
                "{from}..{asked} serves shop.list\n  {from}..{looked} asks memory.get miss\n    {from}..{looked} serves memory.get\n  {looked}..{asked} asks store.get\n    {looked}..{asked} serves store.get\n"
            ),
            false => format!(
                "{from}..{looked} serves shop.list\n  {from}..{looked} asks memory.get hit\n    {from}..{looked} serves memory.get\n"
            ),
        }
    };
    let recorded: String = (0..80).map(one).collect();
    let head = twin.snapshot(At::now(time("09:00")));
    let traffic = Traffic::of(&spans(&recorded), &head, Policies::default(), 1);
    let change = r#"{"change": "remove_cache", "entity": "shop", "cache": "memory"}"#;
    lines(&head, Some(&traffic), change, "latency_p50")
}

#[test]
fn what_is_done_without_a_cache_is_seen_from_those_who_found_nothing_in_it() {
    assert!(cached(20)[0].starts_with("latency_p50 shop.list: 2.000 > 30.000 "), "{:?}", cached(20));
    let unknown = "no request was seen that found nothing in memory: what shop does then was never measured";
    assert_eq!(cached(0)[0], format!("latency_p50 shop.list: 2.000 > ? {unknown}"));
}

/// The lines of a dimension that changes come to on a head, with requests where some are given.
fn lines(head: &Snapshot, recorded: Option<&Traffic>, changes: &str, dimension: &str) -> Vec<String> {
    let drafts = ChangeDraft::list_from_json(&format!("[{changes}]")).unwrap();
    let scenario = Scenario::of(head, "what if", &drafts).unwrap();
    let given = Given { traffic: recorded, ..Given::default() };
    let answer = compare(&scenario, &given, Profile::Audit, &Context::new(Timestamp::MIN)).unwrap();
    let lines = answer.value.figures.iter().map(line).filter(|line| line.starts_with(dimension));
    lines.chain(answer.assumptions).chain(answer.blind_spots).collect()
}

#[test]
fn traffic_between_regions_costs_what_so_many_gigabytes_do() {
    let twin = Twin::in_memory();
    apply(
        &twin,
        "file a\nWorkload:pay\n  set cloud.region north\nCharge:one\n  set EffectiveCost 30\n  set BillingCurrency EUR\n  bills Workload:pay",
    );
    let head = twin.snapshot(At::now(time("09:00")));
    let cost = |fields: &str| {
        let change = format!(r#"{{"change": "move", "entity": "pay", "region": "south"{fields}}}"#);
        lines(&head, None, &change, "cost").remove(0)
    };
    let factor = r#", "price_factor": 1.5"#;
    let price = r#", "price_a_gb": {"amount": "0.02", "currency": "EUR"}"#;
    assert_eq!(cost(&format!("{factor}{price}, \"egress_gb\": 100")), "cost pay: 30.000 > 47.000 ");
    let unsaid = "at least: how much traffic goes to and from region south was not said";
    assert_eq!(cost(&format!("{factor}{price}")), format!("cost pay: 30.000 > 45.000 {unsaid}"));
    let unpriced = "at least: no price of traffic to region south was given";
    assert_eq!(cost(&format!("{factor}, \"egress_gb\": 100")), format!("cost pay: 30.000 > 45.000 {unpriced}"));
    assert_eq!(cost(""), "cost pay: 30.000 > ? no prices of region south were read");
}

#[test]
fn a_pool_is_as_busy_as_its_parts_were() {
    let head = shop();
    let policies = Policies { services: [workers("pay", 2), workers("ledger", 1)].into(), ..Policies::default() };
    let traffic = Traffic::of(&spans(&requests()), &head, policies, 1);
    let merged = |workers: u32| {
        let change = format!(r#"{{"change": "merge", "entity": "pay", "others": ["ledger"], "workers": {workers}}}"#);
        let lines = lines(&head, Some(&traffic), &change, "utilisation pay of");
        lines.into_iter().next().unwrap_or_default()
    };
    // Two are busy for .15 of their time, and one for .1: together for .4 of one.
    assert!(merged(2).starts_with("utilisation pay of a pool of 2 workers: ? > 0.200 "), "{}", merged(2));
    let more = r#"{"change": "scale_load", "factor": 4}, {"change": "merge", "entity": "pay", "others": ["ledger"], "workers": 1}"#;
    let told = lines(&head, Some(&traffic), more, "utilisation pay of").remove(0);
    assert!(told.contains("? > 1.600 unstable"), "{told}");
}

/// Who asks pay: a front for charges as it was counted, a desk for balances, and a till of which nothing was counted.
fn counted() -> Snapshot {
    let service =
        |name: &str, more: &str| format!("TelemetryService:{name} observed\n  known service_name:{name}\n{more}");
    let asks = |name: &str, operation: &str| {
        let window = "set window.start 07:00\n  set requests 9\n  set errors 0\n  set latency 400:9";
        let entry = format!("set entry.service {name}\n  set entry.operation work\n  set caller.operation work");
        let ends = format!(
            "counts TelemetryService:{name} caller.operation=work\n  counts TelemetryService:pay operation={operation}"
        );
        format!("Traffic:{name} observed\n  {entry}\n  set operation {operation}\n  {window}\n  {ends}\n")
    };
    let users = ["front", "desk", "till"].map(|name| service(name, "  calls/required TelemetryService:pay\n"));
    let asked = [asks("front", "charge"), asks("desk", "balance")].concat();
    let twin = Twin::in_memory();
    apply(&twin, &format!("source telemetry\nfile x\n{}{}{asked}", users.concat(), service("pay", "")));
    twin.snapshot(At::now(time("09:00")))
}

#[test]
fn who_was_counted_to_call_what_is_dropped_is_broken() {
    let head = counted();
    let told = |drops: &str| {
        let change = format!(r#"{{"change": "upgrade", "entity": "pay", "version": "2", "drops": [{drops}]}}"#);
        lines(&head, None, &change, "blast_radius down")
    };
    let down = |drops: &str| told(drops).remove(0);
    assert!(
        down(r#""charge""#).starts_with("blast_radius down: 0.000 > 2.000 (1.000 to 2.000) "),
        "the front, and perhaps the till"
    );
    assert!(down(r#""charge", "balance""#).starts_with("blast_radius down: 0.000 > 3.000 (2.000 to 3.000) "));
    assert!(down(r#""void""#).starts_with("blast_radius down: 0.000 > 1.000 (0.000 to 1.000) "));
    assert!(down("").starts_with("blast_radius down: 0.000 > 0.000 "), "nothing is dropped");
    // Where that was counted is a reason.
    let cited = |drops: &str| {
        let change = format!(r#"{{"change": "upgrade", "entity": "pay", "version": "2", "drops": [{drops}]}}"#);
        let scenario = Scenario::of(&head, "what if", &ChangeDraft::list_from_json(&format!("[{change}]")).unwrap());
        let answer = outcome(&scenario.unwrap(), Profile::Audit);
        let hit = answer.value.impact.iter().find(|hit| hit.entity.name == "front").unwrap();
        let counted = head.pages().counts.iter().map(|count| count.evidence).filter(|id| hit.evidence.contains(id));
        counted.count()
    };
    assert_eq!(cited(r#""charge""#), 1);
    let taken = "whoever was seen to call pay for other operations than those that 2 drops calls for no others";
    assert!(told(r#""charge""#).iter().any(|told| told == taken));
}

#[test]
fn an_operation_is_dropped_by_its_whole_name_or_without_its_verb() {
    let (head, recorded) = (shop(), requests().replace("pay.charge", "pay./charges"));
    let traffic = Traffic::of(&spans(&recorded), &head, Policies::default(), 1);
    let down = |drops: &str| {
        let change = format!(r#"{{"change": "upgrade", "entity": "pay", "version": "2", "drops": ["{drops}"]}}"#);
        lines(&head, Some(&traffic), &change, "blast_radius down").remove(0)
    };
    assert!(down("charges").starts_with("blast_radius down: 0.000 > 1.000 "));
    // The recording has lost the verb.
    assert!(
        down("POST /charges").starts_with("blast_radius down: 0.000 > 1.000 (0.000 to 1.000) "),
        "{}",
        down("POST /charges")
    );
    assert!(down("/charge").starts_with("blast_radius down: 0.000 > 0.000 "));
}

#[test]
fn of_whom_nothing_was_seen_nobody_knows_whether_a_version_breaks_it() {
    let head = shop();
    let change = r#"{"change": "upgrade", "entity": "pay", "version": "2", "drops": ["charge"]}"#;
    let drafts = ChangeDraft::list_from_json(&format!("[{change}]")).unwrap();
    let answer = outcome(&Scenario::of(&head, "what if", &drafts).unwrap(), Profile::Audit);
    let hit = answer.value.impact.iter().find(|hit| hit.entity.name == "front").unwrap();
    assert_eq!((hit.state.as_str(), hit.at_least.as_str()), ("down", "none"));
    let doubt = "whether pay 2 breaks front is not known: for what they call it was not seen";
    assert!(answer.blind_spots.iter().any(|told| told == doubt), "{:?}", answer.blind_spots);
    let told = lines(&head, None, change, "blast_radius down");
    assert!(told[0].starts_with("blast_radius down: 0.000 > 1.000 (0.000 to 1.000)"), "{told:?}");
    assert!(told.iter().any(|told| told == doubt), "{told:?}");
}

#[test]
fn a_region_that_only_places_tell_of_can_be_left() {
    let twin = Twin::in_memory();
    let place = |name: &str| format!("Workload:{name}\n  set cloud.region north\n");
    apply(&twin, &format!("file a\n{}{}", place("pay"), place("front")));
    let head = twin.snapshot(At::now(time("09:00")));
    let leave = r#"{"change": "evacuate_region", "entity": "north", "region": "south"}"#;
    let drafts = ChangeDraft::list_from_json(&format!("[{leave}]")).unwrap();
    let scenario = Scenario::of(&head, "leaves", &drafts).unwrap();
    let told = lines(&head, None, leave, "cost");
    assert!(told[0].starts_with("cost "), "{told:?}");
    let (rebased, lost) = scenario.rebased(&head);
    assert_eq!((rebased.changes().len(), lost.len()), (1, 0));
    assert_eq!(rebased.drafts(), scenario.drafts());
    let nowhere = ChangeDraft::list_from_json(&format!("[{}]", leave.replace("north", "nroth"))).unwrap();
    assert!(Scenario::of(&head, "leaves", &nowhere).is_err(), "nothing is there");
}

#[test]
fn what_is_billed_is_told_as_of_a_month() {
    let billed = |lines: &[(&str, &str)]| {
        let line = |(place, (from, until)): (usize, &(&str, &str))| {
            let window = format!("set window.start {from}\n  set window.end {until}");
            format!(
                "Charge:c{place}\n  set EffectiveCost 30\n  set BillingCurrency EUR\n  {window}\n  bills Workload:pay\n"
            )
        };
        let twin = Twin::in_memory();
        let charges: String = lines.iter().enumerate().map(line).collect();
        apply(&twin, &format!("file a\nWorkload:pay\n{charges}"));
        let head = twin.snapshot(At::now(time("09:00")));
        let cheaper = r#"{"change": "resize", "entity": "pay", "price": {"amount": "20", "currency": "EUR"}}"#;
        lines_of(&head, cheaper)
    };
    let october = ("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z");
    let november = ("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z");
    assert_eq!(billed(&[october])[0], "cost pay: 30.000 > 20.000 ");
    assert_eq!(billed(&[october, november])[0], "cost pay: 30.000 > 20.000 ");
    let week = billed(&[("2026-10-05T00:00:00Z", "2026-10-11T00:00:00Z")]);
    assert_eq!(week[0], "cost pay: 150.000 > 20.000 ", "six days are a fifth of a month");
    assert!(
        week.iter().any(|told| told == "what is billed now is of a month: bills were read of 0.20 months"),
        "{week:?}"
    );
}

fn lines_of(head: &Snapshot, changes: &str) -> Vec<String> {
    lines(head, None, changes, "cost")
}

#[test]
fn costs_and_availability_are_the_same_in_whatever_order_changes_are_told() {
    let head = shop();
    let price = r#""price": {"amount": "10", "currency": "EUR"}"#;
    let replaced = format!(r#"{{"change": "replace", "entity": "pay", "by": "rent", "availability": 0.99, {price}}}"#);
    let scaled = r#"{"change": "scale", "entity": "pay", "replicas": 4, "are_independent": true}"#.to_owned();
    let failed = r#"{"change": "fail", "entity": "pay", "minutes": 30}"#.to_owned();
    let moved = r#"{"change": "move", "entity": "pay", "region": "south", "price_factor": 1.1}"#.to_owned();
    let paid = format!(r#"{{"change": "commit", "entity": "pay", "months": 1, {price}}}"#);
    let grown = format!(r#"{{"change": "resize", "entity": "pay", {price}}}"#);
    let given = Given { availability: [(head.find("pay").unwrap(), 0.9)].into(), ..Given::default() };
    let told = |changes: &str| {
        let drafts = ChangeDraft::list_from_json(&format!("[{changes}]")).unwrap();
        let scenario = Scenario::of(&head, "what if", &drafts).unwrap();
        let answer = compare(&scenario, &given, Profile::Audit, &Context::new(Timestamp::MIN)).unwrap();
        answer.value.figures.iter().map(line).collect::<Vec<String>>()
    };
    let all = [replaced, scaled, failed, moved, paid, grown];
    for (place, one) in all.iter().enumerate() {
        for other in &all[place + 1..] {
            assert_eq!(told(&format!("{one}, {other}")), told(&format!("{other}, {one}")), "{one} {other}");
        }
    }
    let copies = |changes: &[&str]| {
        let availability = told(&changes.join(", ")).into_iter().find(|line| line.starts_with("availability pay"));
        availability.unwrap()
    };
    let replica = |zone: &str| {
        format!(r#"{{"change": "add_replica", "entity": "pay", "zone": "{zone}", "are_independent": true}}"#)
    };
    // Three copies of which one is enough: .1 to the third of a month.
    assert!(
        copies(&[&replica("a"), &replica("b")]).contains("4320.000 > 43.200"),
        "{}",
        copies(&[&replica("a"), &replica("b")])
    );
}
