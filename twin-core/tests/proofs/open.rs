//! Changes that nobody can make to recorded requests: whom they reach, and whom they do not.

use twin_core::answer::Profile;
use twin_core::base::{Context, Timestamp};
use twin_core::simulate::replay::Policies;
use twin_core::simulate::{ChangeDraft, Dimension, Given, Scenario, Traffic, compare};
use twin_core::{At, Twin};

use crate::changes::{requests, shop};
use crate::replay::{spans, workers};
use crate::support::{apply, time};

/// Beside the requests of a cart, as many that only touch the front and its ads.
fn both() -> String {
    let home = |at: usize| {
        let at = at * 100 + 50;
        let (a, b, c, d) = (at, at + 2, at + 8, at + 10);
        format!("{a}..{d} serves front.home\n  {b}..{c} asks ads.list\n    {b}..{c} serves ads.list\n")
    };
    requests() + &(0..60).map(home).collect::<String>()
}

/// The rows of a dimension as `detail before > after why`.
fn rows(recorded: &str, policies: Policies, changes: &str, dimension: Dimension) -> Vec<String> {
    let head = shop();
    let drafts = ChangeDraft::list_from_json(&format!("[{changes}]")).unwrap();
    let scenario = Scenario::of(&head, "what if", &drafts).unwrap();
    let traffic = Traffic::of(&spans(recorded), &head, policies, 1);
    let given = Given { traffic: Some(&traffic), ..Given::default() };
    let answer = compare(&scenario, &given, Profile::Audit, &Context::new(Timestamp::MIN)).unwrap();
    let number = |value: Option<f64>| value.map_or("?".to_owned(), |value| format!("{value}"));
    let figures = answer.value.figures.into_iter().filter(|figure| figure.dimension == dimension);
    let row = figures.map(|row| {
        let (detail, why) = (row.detail.unwrap_or_default(), row.unknown.unwrap_or_default());
        format!("{detail} {} > {} {why}", number(row.baseline), number(row.scenario))
    });
    row.collect()
}

const UPGRADE: &str = r#"{"change": "upgrade", "entity": "ledger", "version": "2"}"#;
const NEVER: &str = "the new version was never measured; a canary would tell";

#[test]
fn who_touches_nothing_of_an_unknown_change_is_as_before() {
    let medians = |policies: Policies, changes: &str| rows(&both(), policies, changes, Dimension::LatencyP50);
    let none = Policies::default;
    assert_eq!(medians(none(), UPGRADE), [format!("front.cart 40 > ? {NEVER}"), "front.home 10 > 10 ".to_owned()]);
    // What is known is made to everybody else.
    let slower = format!(r#"{UPGRADE}, {{"change": "add_latency", "entity": "ads", "operation": "list", "ms": 3}}"#);
    assert_eq!(medians(none(), &slower), [format!("front.cart 40 > ? {NEVER}"), "front.home 10 > 13 ".to_owned()]);
    let errors = rows(&both(), none(), UPGRADE, Dimension::ErrorRate);
    assert_eq!(errors, [format!("front.cart 0 > ? {NEVER}"), "front.home 0 > 0 ".to_owned()]);
    let spent = rows(&both(), none(), UPGRADE, Dimension::TimeSpent);
    assert!(spent.iter().all(|row| row.contains(NEVER) == row.starts_with("front.cart")), "{spent:?}");
    // Two that nobody knows are told with both reasons.
    let two = format!(r#"{UPGRADE}, {{"change": "resize", "entity": "ads"}}"#);
    let why = "how many times as fast its processor works is not known";
    assert_eq!(
        medians(none(), &two),
        [format!("front.cart 40 > ? {why}; {NEVER}"), format!("front.home 10 > ? {why}; {NEVER}")]
    );
}

#[test]
fn who_comes_to_call_what_is_unknown_is_reached() {
    let calls = |on: &str, operation: &str| {
        format!(r#"{{"change": "add_dependency", "entity": "ads", "on": "{on}", "operation": "{operation}"}}"#)
    };
    for joined in [calls("ledger", "book"), calls("pay", "charge")] {
        let medians = rows(&both(), Policies::default(), &format!("{joined}, {UPGRADE}"), Dimension::LatencyP50);
        assert!(medians.iter().all(|row| row.contains(NEVER)), "{joined}: {medians:?}");
    }
    let away = r#"{"change": "add_dependency", "entity": "pay", "on": "ads", "operation": "list"}"#;
    let medians = rows(&both(), Policies::default(), &format!("{away}, {UPGRADE}"), Dimension::LatencyP50);
    assert_eq!(medians[1], "front.home 10 > 10 ", "{medians:?}");
}

#[test]
fn whom_the_twin_does_not_know_may_be_what_requests_do_not_show() {
    let strange = both().replace("asks ads.list", "asks shade.list").replace("serves ads.list", "serves shade.list");
    let unseen = r#"{"change": "upgrade", "entity": "book", "version": "2"}"#;
    let medians = |recorded: &str| rows(recorded, Policies::default(), unseen, Dimension::LatencyP50);
    assert_eq!(medians(&strange)[1], format!("front.home 10 > ? {NEVER}"), "shade may be the book");
    assert_eq!(medians(&both())[1], "front.home 10 > 10 ", "the ads are not");
}

#[test]
fn who_waits_for_the_same_workers_is_reached() {
    let at_the_front = Policies { services: [workers("front", 50)].into(), ..Policies::default() };
    let medians = rows(&both(), at_the_front.clone(), UPGRADE, Dimension::LatencyP50);
    assert!(medians.iter().all(|row| row.contains(NEVER)), "all stand at the front for longer: {medians:?}");
    let at_pay = Policies { services: [workers("pay", 50), workers("ads", 50)].into(), ..Policies::default() };
    let medians = rows(&both(), at_pay.clone(), UPGRADE, Dimension::LatencyP50);
    assert_eq!(medians, [format!("front.cart 40 > ? {NEVER}"), "front.home 10 > 10 ".to_owned()]);
    let told = |dimension| rows(&both(), at_pay.clone(), UPGRADE, dimension);
    let busy = told(Dimension::Utilisation);
    assert!(busy[1].starts_with("pay") && busy[1].ends_with(NEVER), "{busy:?}");
    assert!(busy[0].starts_with("ads") && !busy[0].contains('?'), "{busy:?}");
    assert!(told(Dimension::Headroom)[0].ends_with(&format!("> ? {NEVER}")), "pay may be full first");
}

/// A front and what it calls, which are recorded, and what is not: a job by night, another one whose API is used, and keys that something depends on.
const BESIDE: &str = "file a
    Workload:front
      calls Workload:pay
      dependsOn DataStore:keys
    Workload:pay
      consumesApi Api:jobs
    Workload:night
      readsFrom DataStore:book
    DataStore:book
    Workload:job
      providesApi Api:jobs
      readsFrom DataStore:list
    Api:jobs
    DataStore:list
    DataStore:keys";

#[test]
fn what_nobody_needs_who_was_recorded_reaches_nobody() {
    let twin = Twin::in_memory();
    apply(&twin, BESIDE);
    let head = twin.snapshot(At::now(time("09:00")));
    let recorded = requests().lines().filter(|line| !line.contains("ledger")).collect::<Vec<_>>().join("\n");
    let traffic = Traffic::of(&spans(&recorded), &head, Policies::default(), 1);
    let given = Given { traffic: Some(&traffic), ..Given::default() };
    for change in [
        r#"{"change": "remove", "entity": "book"}"#,
        r#"{"change": "fail", "entity": "night"}"#,
        r#"{"change": "move", "entity": "book", "region": "south", "rtt_ms": 9}"#,
        r#"{"change": "upgrade", "entity": "book", "version": "2"}"#,
    ] {
        let drafts = ChangeDraft::list_from_json(&format!("[{change}]")).unwrap();
        let scenario = Scenario::of(&head, "what if", &drafts).unwrap();
        let answer = compare(&scenario, &given, Profile::Audit, &Context::new(Timestamp::MIN)).unwrap();
        let median = answer.value.figures.iter().find(|figure| figure.dimension == Dimension::LatencyP50).unwrap();
        assert_eq!(median.delta, Some(0.0), "{change}: {median:?}");
        let taken = format!("nothing in the recorded requests is known to need {}", drafts[0].entities()[0]);
        assert!(answer.assumptions.contains(&taken), "{change}: {:?}", answer.assumptions);
    }
    // By an API of who needs it, by a need of which nothing else is known.
    for unseen in ["list", "keys"] {
        let drafts = [ChangeDraft::upgrade(unseen.to_owned(), "2")];
        let scenario = Scenario::of(&head, "what if", &drafts).unwrap();
        let answer = compare(&scenario, &given, Profile::Audit, &Context::new(Timestamp::MIN)).unwrap();
        let median = answer.value.figures.iter().find(|figure| figure.dimension == Dimension::LatencyP50).unwrap();
        assert_eq!(median.unknown.as_deref(), Some(NEVER), "{unseen}");
    }
}

#[test]
fn what_requests_do_not_show_reaches_whom_nobody_knows() {
    let medians = |recorded: &str, changes: &str| rows(recorded, Policies::default(), changes, Dimension::LatencyP50);
    let unseen = r#"{"change": "upgrade", "entity": "ads", "version": "2"}"#;
    assert_eq!(medians(&requests(), unseen), [format!("front.cart 40 > ? {NEVER}")], "the front is known to need it");
    let gone = r#"{"change": "remove", "entity": "ads"}"#;
    let why = "not in the recorded requests: unknown service \"ads\"";
    let told = medians(&requests(), gone);
    assert!(told.len() == 1 && told[0].starts_with(&format!("front.cart 40 > ? {why}")), "{told:?}");
    let unknown = r#"{"change": "scale_load", "factor": 2, "endpoint": "front.hme"}"#;
    assert!(medians(&both(), unknown)[0].starts_with(" ? > ? not in the recorded requests"), "who would it be?");
    // Who takes messages works for nobody's request, but for whom nobody can tell.
    let sending =
        both().replace("\n  5..", "\n  2..3 sends ledger.note\n  5..").replace("asks ledger.book", "sends ledger.book");
    let sending = sending.lines().filter(|line| !line.contains("serves ledger")).collect::<Vec<_>>().join("\n");
    assert_eq!(medians(&sending, UPGRADE), [format!(" ? > ? {NEVER}")]);
}
