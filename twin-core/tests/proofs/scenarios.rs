//! Scenarios: changes on a base that stays as it is, branched, merged, carried to another day, and held against the base.

use twin_core::answer::{Profile, Status};
use twin_core::base::{Context, ErrorKind, Timestamp};
use twin_core::graph::Snapshot;
use twin_core::identity::HumanDecision;
use twin_core::observe::RecordKey;
use twin_core::schema::{State, kind};
use twin_core::simulate::Traffic;
use twin_core::simulate::pareto::Goal;
use twin_core::simulate::replay::{Policies, ServicePolicy};
use twin_core::simulate::{
    Change, ChangeDraft, Comparison, Dimension, Figure, Given, Objective, Scenario, compare, trade_off,
};
use twin_core::{At, Twin};

use crate::replay::spans;
use crate::support::{apply, batches, time};

const SHOP: &str = "file a
    Workload:front
      calls/required Workload:pay
      calls/optional Workload:ads
    Workload:pay
      known host:pay
      calls/required Workload:ledger
    Workload:ads
    Workload:ledger
    Decision:no-direct-ledger
      set status accepted
      set forbids front calls ledger
      governs Component:front";

fn shop() -> (Twin, Snapshot) {
    let twin = Twin::in_memory();
    apply(&twin, SHOP);
    let head = twin.snapshot(At::now(time("09:00")));
    (twin, head)
}

fn scenario(base: &Snapshot, changes: &str) -> twin_core::base::Result<Scenario> {
    Scenario::of(base, "what if", &ChangeDraft::list_from_json(changes)?)
}

fn compared(base: &Snapshot, changes: &str) -> Comparison {
    let context = Context::new(Timestamp::MIN);
    compare(&scenario(base, changes).unwrap(), &Given::default(), Profile::Audit, &context).unwrap().value
}

/// The figures of a dimension: what tells it apart, before and after.
fn figures(comparison: &Comparison, dimension: Dimension) -> Vec<(String, f64, f64)> {
    let named = |figure: &Figure| {
        let about = figure.about.as_ref().map(|about| about.name.clone()).unwrap_or_default();
        format!("{about} {}", figure.detail.clone().unwrap_or_default()).trim().to_owned()
    };
    let of = comparison.figures.iter().filter(|figure| figure.dimension == dimension);
    of.filter_map(|figure| Some((named(figure), figure.baseline?, figure.scenario?))).collect()
}

#[test]
fn dependencies_come_and_go_and_the_base_stays() {
    let (_twin, head) = shop();
    let before = head.edges().count();
    let changes = r#"[{"change": "add_dependency", "entity": "ledger", "on": "front"},
                      {"change": "remove_dependency", "entity": "front", "on": "ads"}]"#;
    let after = scenario(&head, changes).unwrap().snapshot();
    assert_eq!((after.edges().count(), head.edges().count()), (before, before), "one came and one went");
    let comparison = compared(&head, changes);
    let cycles = figures(&comparison, Dimension::Cycles);
    assert_eq!(cycles[0], (String::new(), 0.0, 1.0));
    assert!(cycles[1].0.contains("front") && cycles[1].0.contains("ledger"), "{cycles:?}");
    // A dependency that is there already does not come twice.
    let again = scenario(&head, r#"[{"change": "add_dependency", "entity": "front", "on": "pay"}]"#).unwrap();
    assert_eq!(again.snapshot().edges().count(), before);
}

#[test]
fn what_decisions_rule_out_is_found_in_what_is_planned() {
    let (_twin, head) = shop();
    let comparison = compared(&head, r#"[{"change": "add_dependency", "entity": "front", "on": "ledger"}]"#);
    let violated = figures(&comparison, Dimension::DecisionsViolated);
    assert_eq!((violated.len(), violated[0].1, violated[0].2), (2, 0.0, 1.0), "{violated:?}");
    assert!(violated[1].0.starts_with("no-direct-ledger front calls ledger"), "{violated:?}");
}

#[test]
fn what_changes_do_not_touch_differs_by_nothing() {
    let (_twin, head) = shop();
    for changes in ["[]", r#"[{"change": "scale_load", "factor": 3}]"#] {
        let comparison = compared(&head, changes);
        assert!(comparison.figures.iter().all(|figure| figure.delta.is_none_or(|delta| delta == 0.0)));
        let unknown = comparison.figures.iter().filter(|figure| figure.scenario.is_none());
        assert!(unknown.clone().count() > 5 && unknown.into_iter().all(|figure| figure.unknown.is_some()));
    }
}

#[test]
fn changes_that_contradict_each_other_are_refused_with_both() {
    let (_twin, head) = shop();
    let pairs = [
        (r#"{"change": "remove", "entity": "pay"}"#, r#"{"change": "fail", "entity": "pay"}"#, "removed"),
        (
            r#"{"change": "remove", "entity": "pay"}"#,
            r#"{"change": "remove_dependency", "entity": "front", "on": "pay"}"#,
            "removed",
        ),
        (
            r#"{"change": "fail", "entity": "pay"}"#,
            r#"{"change": "fail", "entity": "pay", "state": "degraded"}"#,
            "one state",
        ),
        (
            r#"{"change": "move", "entity": "pay", "region": "a"}"#,
            r#"{"change": "move", "entity": "pay", "region": "b"}"#,
            "one region",
        ),
        (
            r#"{"change": "add_dependency", "entity": "front", "on": "ads"}"#,
            r#"{"change": "remove_dependency", "entity": "front", "on": "ads"}"#,
            "either",
        ),
        (r#"{"change": "scale_load", "factor": 2}"#, r#"{"change": "scale_load", "factor": 3}"#, "one factor"),
    ];
    for (one, other, why) in pairs {
        for changes in [format!("[{one}, {other}]"), format!("[{other}, {one}]")] {
            let error = scenario(&head, &changes).unwrap_err();
            assert!(error.kind() == ErrorKind::Invalid && error.to_string().contains(why), "{changes}: {error}");
        }
        assert!(scenario(&head, &format!("[{one}, {one}]")).is_ok(), "twice the same is once");
    }
}

#[test]
fn scenarios_branch_and_merge() {
    let (_twin, head) = shop();
    let base = scenario(&head, r#"[{"change": "fail", "entity": "ads"}]"#).unwrap().by("ada").assuming("it is night");
    let one = base.branch("one").with(Change::remove(head.find("pay").unwrap()));
    let other = base
        .branch("other")
        .with(Change::ScaleLoad { factor: 2.0, endpoint: None, autoscaler: None })
        .assuming("load doubles");
    let other = other.with(Change::move_to(head.find("pay").unwrap(), "south", None));
    let (merged, lost, contradictions) = one.merged(&other);
    let names: Vec<&str> = merged.changes().iter().map(Change::name).collect();
    assert_eq!((names, lost.len()), (vec!["fail", "remove", "scale_load"], 0));
    assert_eq!((contradictions.len(), contradictions[0].second.name()), (1, "move"));
    assert_eq!(
        (merged.name(), merged.author(), merged.assumptions()),
        ("one", Some("ada"), &["it is night".to_owned(), "load doubles".to_owned()][..])
    );
    assert!(merged.check().is_ok());
}

#[test]
fn on_another_day_some_changes_apply_no_longer() {
    let (twin, head) = shop();
    let changes = r#"[{"change": "fail", "entity": "ads"}, {"change": "remove", "entity": "pay"}]"#;
    let planned = scenario(&head, changes).unwrap();
    apply(
        &twin,
        "file a
        Workload:pay
        Workload:front
          calls/required Workload:pay",
    );
    let today = twin.snapshot(At::now(time("10:00")));
    let (rebased, lost) = planned.rebased(&today);
    assert_eq!((rebased.changes().len(), lost.len(), lost[0].entity.name.as_str()), (1, 1, "ads"));
    assert_eq!(rebased.base().revision(), today.revision());
    assert!(rebased.snapshot().find("pay").is_err() && today.find("pay").is_ok());
}

#[test]
fn ten_thousand_scenarios_leave_their_base_as_it_was() {
    let (_twin, head) = shop();
    let nodes: Vec<_> = head.nodes().collect();
    let everything = |snapshot: &Snapshot| {
        let entities: Vec<_> = snapshot.nodes().map(|node| snapshot.entity(node).clone()).collect();
        let edges: Vec<_> = snapshot.edges().map(|edge| (edge.from, edge.to, edge.edge.clone())).collect();
        format!("{entities:?} {edges:?}")
    };
    let before = everything(&head);
    for number in 0..10_000 {
        let node = nodes[number % nodes.len()];
        let change = match number % 3 {
            0 => Change::remove(node),
            1 => Change::fail(node, twin_core::schema::State::Degraded),
            _ => Change::move_to(node, "south", None),
        };
        let after = head.scenario("another").with(change).snapshot();
        assert!(after.len() <= head.len());
    }
    assert_eq!(everything(&head), before);
}

#[test]
fn availability_is_exact_where_it_is_given_and_a_bound_where_it_is_not() {
    let (_twin, head) = shop();
    let context = Context::new(Timestamp::MIN);
    let minutes = |changes: &str, given: &[(&str, f64)]| {
        let availability = given.iter().map(|(name, value)| (head.find(name).unwrap(), *value)).collect();
        let given = Given { availability, ..Given::default() };
        let answer = compare(&scenario(&head, changes).unwrap(), &given, Profile::Audit, &context).unwrap();
        let figures = answer.value.figures.into_iter().filter(|figure| figure.dimension == Dimension::Availability);
        figures.collect::<Vec<Figure>>()
    };
    let all = [("front", 0.999), ("pay", 0.99), ("ledger", 0.9), ("ads", 0.5)];
    let slow = minutes(r#"[{"change": "add_dependency", "entity": "pay", "on": "ads"}]"#, &all);
    let of = |figures: &[Figure], name: &str| {
        let found =
            figures.iter().find(|figure| figure.about.as_ref().is_some_and(|about| about.name.starts_with(name)));
        found.cloned().unwrap_or_else(|| panic!("{name}: {figures:?}"))
    };
    let near = |found: Option<f64>, up: f64| (found.unwrap() - (1.0 - up) * 43_200.0).abs() < 1e-6;
    let front = of(&slow, "front");
    assert!(near(front.baseline, 0.999 * 0.99 * 0.9), "what is called optionally is not needed: {front:?}");
    assert!(near(front.scenario, 0.999 * 0.99 * 0.9 * 0.5), "{front:?}");
    assert_eq!((front.unknown, of(&slow, "pay").unknown), (None, None));
    let gone = minutes(r#"[{"change": "remove", "entity": "ledger"}]"#, &all);
    assert_eq!(of(&gone, "front").scenario, Some(43_200.0));
    let some = minutes(r#"[{"change": "fail", "entity": "ads"}]"#, &all[..2]);
    assert_eq!(of(&some, "ads").scenario, Some(43_200.0), "who fails is down, whatever is said of it");
    let bound = of(&minutes(r#"[{"change": "add_dependency", "entity": "pay", "on": "ads"}]"#, &all[..2]), "front");
    assert!(
        bound.unknown.is_some_and(|why| why.contains("ledger"))
            && bound.interval.is_some_and(|interval| interval.high == 43_200.0)
    );
    let wrong = Given { availability: [(head.find("pay").unwrap(), 1.5)].into(), ..Given::default() };
    let error = compare(&scenario(&head, "[]").unwrap(), &wrong, Profile::Audit, &context).map(|_| ()).unwrap_err();
    assert!(error.kind() == ErrorKind::Invalid && error.to_string().contains("pay is 1.5"), "{error}");
}

#[test]
fn options_are_ranked_by_objectives_without_weights() {
    let (_twin, head) = shop();
    let options = [
        ("nothing", "[]"),
        ("without ads", r#"[{"change": "remove", "entity": "ads"}]"#),
        ("without ledger", r#"[{"change": "remove", "entity": "ledger"}]"#),
    ];
    let compared: Vec<Comparison> = options.iter().map(|(_, changes)| compared(&head, changes)).collect();
    let options: Vec<(String, &Comparison)> =
        options.iter().zip(&compared).map(|((name, _), comparison)| ((*name).to_owned(), comparison)).collect();
    let objective =
        |dimension, of: Option<&str>| Objective { dimension, of: of.map(str::to_owned), goal: Goal::Minimize };
    let objectives =
        [objective(Dimension::BlastRadius, Some("down")), objective(Dimension::SinglePointsOfFailure, None)];
    let ranked = trade_off(&options, &objectives).unwrap();
    let fronts: Vec<Option<usize>> = ranked.options.iter().map(|row| row.front).collect();
    assert!(fronts.contains(&Some(0)) && ranked.options.iter().all(|row| row.unknown.is_empty()), "{ranked:?}");
    let worse = &ranked.options[2];
    assert!(worse.values[0] > ranked.options[0].values[0], "{ranked:?}");
    // What nobody knows ranks nothing, and is named.
    let blind = trade_off(&options, &[objective(Dimension::LatencyP50, None)]).unwrap();
    assert!(blind.options.iter().all(|row| row.front.is_none() && row.unknown == [0]), "{blind:?}");
    let unclear = trade_off(&options, &[objective(Dimension::BlastRadius, None)]).unwrap_err();
    assert!(unclear.to_string().contains("say of which"), "{unclear}");
    assert!(trade_off(&[], &objectives).is_err() && trade_off(&options[..1], &[]).is_err());
}

#[test]
fn a_dependency_goes_with_all_its_edges_and_once_for_all_changes() {
    let twin = Twin::in_memory();
    apply(
        &twin,
        "file a
        Workload:front
          calls/required Workload:pay
          calls/optional Workload:pay
        Workload:pay",
    );
    let head = twin.snapshot(At::now(time("09:00")));
    let (front, pay) = (head.find("front@").or_else(|_| head.find("front")).unwrap(), head.find("pay").unwrap());
    let calls = |snapshot: &Snapshot| {
        let ends = snapshot.instances(pay);
        let edges = snapshot
            .instances(front)
            .into_iter()
            .flat_map(|node| snapshot.outgoing(node).map(|edge| edge.to).collect::<Vec<_>>());
        edges.filter(|to| ends.contains(to)).count()
    };
    assert_eq!(calls(&head), 2, "two edges, alike but for their variant");
    for changes in [
        r#"[{"change": "remove_dependency", "entity": "front", "on": "pay"}]"#,
        r#"[{"change": "remove_dependency", "entity": "front", "on": "pay"}, {"change": "remove_dependency", "entity": "front", "on": "pay", "relation": "calls"}]"#,
    ] {
        assert_eq!(calls(&scenario(&head, changes).unwrap().snapshot()), 0, "{changes}");
    }
}

#[test]
fn what_was_never_read_is_not_nothing() {
    let twin = Twin::in_memory();
    apply(&twin, "sees Workload calls\nfile a\nWorkload:front\n  calls/required Workload:pay\nWorkload:pay");
    let head = twin.snapshot(At::now(time("09:00")));
    let comparison = compared(&head, r#"[{"change": "remove", "entity": "pay"}]"#);
    let told = |dimension| {
        let of = comparison.figures.iter().filter(|figure| figure.dimension == dimension);
        of.map(|figure| (figure.scenario, figure.unknown.is_some())).collect::<Vec<_>>()
    };
    for dimension in [Dimension::DecisionsViolated, Dimension::OwnersTouched, Dimension::WithoutOwner, Dimension::Cost]
    {
        assert_eq!(told(dimension), [(None, true)], "{dimension:?}");
    }
    assert!(told(Dimension::BlastRadius).iter().all(|(count, unknown)| count.is_some() && !unknown));
    let empty = Twin::in_memory().snapshot(At::now(time("09:00")));
    let context = Context::new(Timestamp::MIN);
    let answer = compare(&scenario(&empty, "[]").unwrap(), &Given::default(), Profile::Audit, &context).unwrap();
    assert!(matches!(answer.status, Status::Unknown { .. }), "{:?}", answer.status);
    assert!(answer.value.figures.iter().all(|figure| figure.unknown.is_some()), "{:?}", answer.value);
}

#[test]
fn a_stale_bill_makes_a_comparison_partial() {
    let twin = Twin::in_memory();
    apply(
        &twin,
        "sees Workload calls Decision OwnershipRule ownedBy Charge bills Traffic counts\nfile a\nWorkload:front",
    );
    let later = twin.snapshot(At::now(time("23:00")));
    let context = Context::new(Timestamp::MIN);
    let status = |needs| compare(&scenario(&later, "[]").unwrap(), &Given::default(), needs, &context).unwrap().status;
    assert!(matches!(status(Profile::Incident), Status::Partial { .. }), "{:?}", status(Profile::Incident));
    assert_eq!(status(Profile::Audit), Status::Complete);
}

/// Sixty requests to the front, which asks pay for most of each.
fn requests() -> String {
    let one = |at: usize| {
        let ms = at * 100;
        format!(
            "{0}..{1} serves front.cart\n  {2}..{3} asks pay.charge\n    {2}..{3} serves pay.charge\n",
            ms,
            ms + 40,
            ms + 5,
            ms + 35
        )
    };
    (0..60).map(one).collect()
}

#[test]
fn what_requests_cannot_tell_is_unknown_and_no_error() {
    let (_twin, head) = shop();
    let context = Context::new(Timestamp::MIN);
    let why = |text: &str, changes: &str| {
        let traffic = Traffic::of(&spans(text), &head, Policies::default(), 1);
        let given = Given { traffic: Some(&traffic), ..Given::default() };
        let answer = compare(&scenario(&head, changes).unwrap(), &given, Profile::Audit, &context).unwrap();
        let of = answer.value.figures.iter().find(|figure| figure.dimension == Dimension::LatencyP50).unwrap();
        (of.scenario, of.unknown.clone().unwrap_or_default(), answer.blind_spots)
    };
    let (after, unknown, _) =
        why(&requests(), r#"[{"change": "add_latency", "entity": "pay", "operation": "charge", "ms": 5}]"#);
    assert_eq!((after, unknown.as_str()), (Some(45.0), ""));
    let cases = [
        (requests(), r#"[{"change": "remove", "entity": "ledger"}]"#, "unknown service \"ledger\""),
        (requests(), r#"[{"change": "fail", "entity": "pay", "state": "degraded"}]"#, "never measured"),
        (requests(), r#"[{"change": "move", "entity": "pay", "region": "south"}]"#, "round trip"),
        (String::new(), r#"[{"change": "scale_load", "factor": 2}]"#, "no request was found"),
    ];
    for (text, changes, words) in cases {
        let (after, unknown, _) = why(&text, changes);
        assert!(after.is_none() && unknown.contains(words), "{changes}: {unknown}");
    }
    let mut text = requests();
    text.push_str("9000..8999 serves front.cart\n");
    let (_, _, blind_spots) = why(&text, r#"[{"change": "scale_load", "factor": 1}]"#);
    assert!(blind_spots.iter().any(|told| told.contains("1 recorded spans are left out")), "{blind_spots:?}");
}

#[test]
fn requests_do_not_tell_instances_apart() {
    let twin = Twin::in_memory();
    let estate = "file a\nWorkload:north/pay\nWorkload:south/pay";
    apply(&twin, estate);
    let keys: Vec<RecordKey> = batches(estate)[0].records.iter().map(|record| record.key.clone()).collect();
    twin.decide(HumanDecision::Pin { a: keys[0].clone(), b: keys[1].clone() }, time("09:00")).unwrap();
    let head = twin.snapshot(At::now(time("09:00")));
    let traffic = Traffic::of(&spans(&requests()), &head, Policies::default(), 1);
    let given = Given { traffic: Some(&traffic), ..Given::default() };
    let instances: Vec<_> = head.of_kind(&kind::INSTANCE).collect();
    let shared = instances.iter().copied().find(|node| head.instances(head.component(*node)).len() > 1);
    let Some(one) = shared else { panic!("the two are instances of one component: {instances:?}") };
    let scenario = head.scenario("one fails").with(Change::fail(one, State::Down));
    let answer = compare(&scenario, &given, Profile::Audit, &Context::new(Timestamp::MIN)).unwrap();
    let latency = answer.value.figures.iter().find(|figure| figure.dimension == Dimension::LatencyP50).unwrap();
    assert!(latency.unknown.as_deref().is_some_and(|why| why.contains("instances of pay apart")), "{latency:?}");
}

#[test]
fn what_is_given_of_a_service_leaves_the_rest_as_the_twin_knows_it() {
    let (_twin, head) = shop();
    let four = ServicePolicy { workers: Some(4), region: None };
    let given = Policies { services: [("pay".to_owned(), four.clone())].into(), ..Policies::default() };
    let traffic = Traffic::of(&spans(&requests()), &head, given, 1);
    assert_eq!(traffic.policies.services.get("pay"), Some(&four), "the twin knows no region of it");
    let there = Policies {
        services: [("pay".to_owned(), ServicePolicy { region: Some("east".to_owned()), ..four })].into(),
        ..Policies::default()
    };
    let traffic = Traffic::of(&[], &head, there, 1);
    assert_eq!(traffic.policies.services["pay"].region.as_deref(), Some("east"));
}
