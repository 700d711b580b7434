//! Scenarios: changes on a base that stays as it is, branched, merged, carried to another day, and held against the base.

use twin_core::answer::Profile;
use twin_core::base::{Context, ErrorKind, Timestamp};
use twin_core::graph::Snapshot;
use twin_core::simulate::{Change, ChangeDraft, Comparison, Dimension, Figure, Scenario, compare};
use twin_core::{At, Twin};

use crate::support::{apply, time};

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
    compare(&scenario(base, changes).unwrap(), None, Profile::Audit, &context).unwrap().value
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
    let one = base.branch("one").with(Change::Remove { node: head.find("pay").unwrap() });
    let other = base.branch("other").with(Change::ScaleLoad { factor: 2.0 }).assuming("load doubles");
    let other = other.with(Change::Move { node: head.find("pay").unwrap(), region: "south".to_owned(), rtt_ms: None });
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
            0 => Change::Remove { node },
            1 => Change::Fail { node, state: twin_core::schema::State::Degraded },
            _ => Change::Move { node, region: "south".to_owned(), rtt_ms: None },
        };
        let after = head.scenario("another").with(change).snapshot();
        assert!(after.len() <= head.len());
    }
    assert_eq!(everything(&head), before);
}
