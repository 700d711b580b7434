//! Predictions that a twin keeps: never changed, there after everything that is done to a store, and scored once their changes were made.

use std::collections::BTreeMap;

use twin_core::answer::Answer;
use twin_core::base::{Context, ErrorKind, Timestamp};
use twin_core::observe::{Batch, Capability, RecordKey, Scope, SourceId};
use twin_core::schema::kind;
use twin_core::simulate::prediction::{
    ChangeMade, Measured, Prediction, Progress, Reality, Scores, SimulatorScore, measured_requests,
};
use twin_core::simulate::replay::{Policies, Span, SpanKind};
use twin_core::simulate::{ChangeDraft, Comparison, Dimension, Given, Scenario, Traffic, compare};
use twin_core::{At, Twin};

use crate::support::{apply, time};

const SHOP: &str = "now 08:00
file deploy
Workload:front
  calls/required Workload:pay
Workload:pay
  set replicas 2
  set cloud.region north
  ownedBy Team:money
  calls/required Workload:ledger
Workload:ledger
  calls/required Workload:audit
Workload:audit
Team:money
Team:web
Region:north";

fn shop(replace: &[(&str, &str)]) -> String {
    replace.iter().fold(SHOP.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "{old}");
        text.replace(old, new)
    })
}

fn context(now: &str) -> Context {
    Context::new(time(now))
}

fn compared(twin: &Twin, now: &str, changes: &str, traffic: Option<&Traffic>) -> (Scenario, Answer<Comparison>) {
    let base = twin.snapshot(At::now(time(now)));
    let changes = ChangeDraft::list_from_json(&format!("[{changes}]")).unwrap();
    let scenario = Scenario::of(&base, "plan", &changes).unwrap().by("ada");
    let given = Given { traffic, ..Given::default() };
    let answer = compare(&scenario, &given, Default::default(), &context(now)).unwrap();
    (scenario, answer)
}

fn kept(twin: &Twin, now: &str, changes: &str) -> Prediction {
    let (scenario, answer) = compared(twin, now, changes, None);
    twin.keep(&scenario, &answer, time(now)).unwrap()
}

fn score(twin: &Twin, now: &str, reality: &Reality) -> Scores {
    twin.score(None, reality, &context(now)).unwrap().value
}

const SCALE: &str = r#"{"change": "scale", "entity": "pay", "replicas": 5}"#;

#[test]
fn changes_of_what_shares_its_name_are_seen() {
    const TWO: &str = "now 08:00\nfile deploy\nWorkload:shop/api\n  set replicas 2\nWorkload:till/api";
    let twin = Twin::in_memory();
    apply(&twin, TWO);
    let change = r#"{"change": "scale", "entity": "estate/shop/Workload:api", "replicas": 5}"#;
    kept(&twin, "09:00", change);
    apply(&twin, &TWO.replace("08:00", "10:00").replace("replicas 2", "replicas 5"));
    let early = twin.predictions(At::now(time("08:30")), &context("08:30")).unwrap();
    assert!(early.value.predictions.is_empty(), "{:?}", early.value);
    assert!(early.assumptions[0].starts_with("predictions made after") && early.assumptions[0].ends_with(": 1"));
    let now = twin.predictions(At::now(time("11:00")), &context("11:00")).unwrap();
    assert_eq!(now.value.predictions[0].progress, Progress::Made, "{:?}", now.value.predictions[0].seen);
    assert!(now.assumptions.is_empty() && now.value.predictions[0].seen.besides.is_empty());
}

/// A request a second, each so many milliseconds at the front, with so much more in every tenth.
fn spans(from: &str, ms: i64, failed_every: usize) -> Vec<Span> {
    let begin = time(from).as_micros() * 1_000;
    let span = |place: usize| {
        let start_ns = begin + place as i64 * 1_000_000_000;
        Span {
            trace: (begin as u128) + place as u128,
            id: place as u64 + 1,
            parent: None,
            service: "front".to_owned(),
            operation: "GET /".to_owned(),
            kind: SpanKind::Server,
            start_ns,
            end_ns: start_ns + (ms + (place % 10) as i64) * 1_000_000,
            failed: place % failed_every == failed_every - 1,
            peer: None,
            address: None,
            instance: None,
            within: Vec::new(),
            cache_hit: None,
            resends: 0,
            link: None,
        }
    };
    (0..200).map(span).collect()
}

#[test]
fn what_a_later_snapshot_shows_says_how_far_changes_were_made() {
    let cases = [
        (SCALE, vec![("set replicas 2", "set replicas 5")], Progress::Made),
        (SCALE, vec![("set replicas 2", "set replicas 3")], Progress::NotMade),
        (SCALE, vec![], Progress::NotMade),
        (
            r#"{"change": "change_owner", "entity": "pay", "owner": "web"}"#,
            vec![("Team:money\n  calls", "Team:web\n  calls")],
            Progress::Made,
        ),
        (
            r#"{"change": "remove", "entity": "audit"}"#,
            vec![("Workload:audit\nTeam", "Team"), ("  calls/required Workload:audit\n", "")],
            Progress::Made,
        ),
        (
            r#"{"change": "remove_dependency", "entity": "pay", "on": "ledger"}"#,
            vec![("  calls/required Workload:ledger\n", "")],
            Progress::Made,
        ),
        (
            r#"{"change": "add_dependency", "entity": "front", "on": "audit"}"#,
            vec![("Workload:pay\nWorkload", "Workload:pay\n  calls Workload:audit\nWorkload")],
            Progress::Made,
        ),
        (
            r#"{"change": "add", "name": "fraud", "called_by": ["pay"]}"#,
            vec![("Workload:audit\nTeam", "Workload:audit\nWorkload:fraud\nTeam")],
            Progress::Made,
        ),
        (
            r#"{"change": "scale", "entity": "pay", "replicas": 5}, {"change": "remove", "entity": "audit"}"#,
            vec![("set replicas 2", "set replicas 5")],
            Progress::PartlyMade,
        ),
        (
            r#"{"change": "scale", "entity": "pay", "replicas": 5}, {"change": "scale_load", "factor": 2.0}"#,
            vec![("set replicas 2", "set replicas 5")],
            Progress::MadeAsFarAsSeen,
        ),
        (r#"{"change": "scale_load", "factor": 2.0}"#, vec![("set replicas 2", "set replicas 5")], Progress::Unseen),
    ];
    for (changes, then, progress) in cases {
        let twin = Twin::in_memory();
        apply(&twin, SHOP);
        let prediction = kept(&twin, "09:00", changes);
        apply(&twin, &shop(&then).replace("08:00", "10:00"));
        let now = twin.predictions(At::now(time("11:00")), &context("11:00")).unwrap().value;
        assert_eq!(now.predictions[0].progress, progress, "{changes}: {:?}", now.predictions[0].seen);
        assert_eq!(now.predictions[0].is_due, progress.is_made());
        let scores = score(&twin, "11:00", &Reality::default());
        assert_eq!(scores.figures.is_empty(), !progress.is_made(), "what was not made is no miss: {changes}");
        let told =
            Reality { made: vec![ChangeMade { prediction: prediction.id, at: time("10:00") }], ..Reality::default() };
        let told = score(&twin, "11:00", &told);
        assert_eq!(told.predictions[0].seen.progress, Progress::ToldMade);
        assert!(!told.figures.is_empty());
    }
}

#[test]
fn what_else_changed_is_told_besides() {
    let twin = Twin::in_memory();
    apply(&twin, SHOP);
    kept(&twin, "09:00", SCALE);
    let then = [("set replicas 2", "set replicas 5"), ("Team:money\n  calls", "Team:web\n  calls")];
    apply(&twin, &shop(&then).replace("08:00", "10:00"));
    let scores = score(&twin, "11:00", &Reality::default());
    let seen = &scores.predictions[0].seen;
    assert_eq!((seen.progress, seen.made.len(), seen.besides.len()), (Progress::Made, 1, 1));
    assert_eq!(seen.besides[0].name(), "change_owner");
}

#[test]
fn a_prediction_is_what_was_known_and_never_changes() {
    let twin = Twin::in_memory();
    apply(&twin, SHOP);
    let (scenario, answer) = compared(&twin, "09:00", SCALE, None);
    let first = twin.keep(&scenario, &answer, time("09:00")).unwrap();
    let revision = twin.revision();
    let again = twin.keep(&scenario, &answer, time("09:30")).unwrap();
    assert_eq!((again, twin.revision()), (first.clone(), revision), "keeping the same again changes nothing");
    let second = kept(&twin, "10:00", r#"{"change": "remove", "entity": "audit"}"#);
    assert!(second.made_at > first.made_at && twin.revision() == revision + 1);
    let ids = |at: At| {
        let told = twin.predictions(at, &context("12:00")).unwrap().value;
        told.predictions.into_iter().map(|kept| kept.id).collect::<Vec<_>>()
    };
    let now = At::now(time("12:00"));
    assert_eq!(ids(now), [first.id.clone(), second.id.clone()]);
    assert_eq!(ids(now.known(time("09:30"))), std::slice::from_ref(&first.id));
    assert_eq!(ids(now.known(time("08:30"))), Vec::<String>::new());
    assert_eq!(first.content.author.as_deref(), Some("ada"));
    // No question answers otherwise because something is predicted.
    let bare = Twin::in_memory();
    apply(&bare, SHOP);
    let size = |twin: &Twin| twin.snapshot(now).len();
    assert_eq!(size(&twin), size(&bare));
}

#[test]
fn nobody_else_tells_predictions_and_nobody_predicts_with_what_comes_later() {
    let twin = Twin::in_memory();
    apply(&twin, SHOP);
    let source = SourceId("twin.predictions".to_owned());
    let capability = Capability::of_files("mine", &[kind::PREDICTION], &[]);
    let batch = Batch::full(Scope::new(&source, ""), capability.clone());
    let mut gone = Batch::delta(Scope::new(&SourceId("mine".to_owned()), ""), capability);
    gone.gone.push(RecordKey::new(&source, kind::PREDICTION, "x"));
    for batch in [batch, gone] {
        let refused = twin.apply(vec![batch], time("09:00")).unwrap_err();
        assert!(refused.kind() == ErrorKind::Invalid && refused.to_string().contains("twin.predictions"), "{refused}");
    }
    let (scenario, answer) = compared(&twin, "11:00", SCALE, None);
    let refused = twin.keep(&scenario, &answer, time("10:00")).unwrap_err();
    assert!(refused.to_string().contains("comparison knows what was known at"), "{refused}");
    let (other, _) = compared(&twin, "11:00", r#"{"change": "remove", "entity": "audit"}"#, None);
    let refused = twin.keep(&other, &answer, time("11:00")).unwrap_err();
    assert!(refused.to_string().contains("not one of the scenario"), "{refused}");
    let (idle, answer) = compared(&twin, "11:00", "", None);
    assert!(twin.keep(&idle, &answer, time("11:00")).unwrap_err().to_string().contains("changes nothing"));
    let refused = Twin::in_memory().keep(&scenario, &compared(&twin, "11:00", SCALE, None).1, time("12:00"));
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Invalid, "another twin has another past");
}

#[test]
fn a_prediction_outlives_reopening_copies_and_carrying_over_and_can_be_redacted() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let twin = Twin::open(path("a.twin")).unwrap();
    apply(&twin, SHOP);
    let prediction = kept(&twin, "09:00", SCALE);
    apply(&twin, &shop(&[("set replicas 2", "set replicas 5")]).replace("08:00", "10:00"));
    let told = |twin: &Twin| {
        let at = At::now(time("11:00"));
        twin.predictions(at, &context("11:00")).unwrap().to_json()
    };
    let before = told(&twin);
    assert!(before.contains(&prediction.id));
    twin.backup(path("b.twin")).unwrap();
    twin.export_to(path("c.jsonl")).unwrap();
    drop(twin);
    let carried = Twin::open(path("d.twin")).unwrap();
    assert!(carried.import_from(path("c.jsonl")).unwrap().is_empty());
    for twin in [Twin::open(path("a.twin")).unwrap(), Twin::open(path("b.twin")).unwrap(), carried] {
        assert_eq!(told(&twin), before);
    }
    let twin = Twin::open(path("a.twin")).unwrap();
    twin.redact(&twin.record(&format!("Prediction:{}", prediction.id)).unwrap()).unwrap();
    let left = twin.predictions(At::now(time("11:00")), &context("11:00")).unwrap().value;
    assert!(left.predictions.is_empty());
    assert_eq!((left.unreadable.len(), left.unreadable[0].why.as_str()), (1, "what it said was redacted"));
}

#[test]
fn requests_are_scored_against_those_that_were_predicted() {
    let twin = Twin::in_memory();
    apply(&twin, SHOP);
    let recorded = spans("07:00", 40, 50);
    let base = twin.snapshot(At::now(time("09:00")));
    let traffic = Traffic::of(&recorded, &base, Policies::default(), 7);
    let slower = r#"{"change": "add_latency", "entity": "front", "operation": "GET /", "ms": 20.0}"#;
    let (scenario, answer) = compared(&twin, "09:00", slower, Some(&traffic));
    let prediction = twin.keep(&scenario, &answer, time("09:00")).unwrap();
    assert_eq!(prediction.content.seed, Some(7));
    let made = vec![ChangeMade { prediction: prediction.id.clone(), at: time("10:00") }];
    let cases = [(60, [true, true, true], 0.0), (90, [false, false, false], -0.3)];
    for (ms, inside, bias) in cases {
        let after: Vec<Span> = [recorded.clone(), spans("10:00", ms, 50)].concat();
        let since = Some(time("10:00"));
        let measured = measured_requests(&after, &Policies::default(), since, None, &context("11:00")).unwrap();
        assert_eq!(measured.len(), 5);
        assert!(measured.iter().all(|one| one.samples >= Some(190) && one.low <= Some(one.value)), "{measured:?}");
        let scores = score(&twin, "11:00", &Reality { measured, made: made.clone() });
        let of = |dimension: Dimension| scores.figures.iter().find(|figure| figure.dimension == dimension).unwrap();
        let latencies = [Dimension::LatencyP50, Dimension::LatencyP95, Dimension::LatencyP99];
        assert_eq!(latencies.map(|dimension| of(dimension).is_inside), inside.map(Some), "{ms} ms");
        let relative = of(Dimension::LatencyP50).relative_error.unwrap();
        assert!((relative - bias).abs() < 0.04, "{relative}");
        assert_eq!(of(Dimension::ErrorRate).is_inside, Some(true));
        assert!(of(Dimension::BlastRadius).not_scored.as_deref().unwrap().contains("say what was measured"));
        let pooled: BTreeMap<Dimension, &SimulatorScore> =
            scores.simulators.iter().map(|score| (score.dimension, score)).collect();
        let p50 = pooled[&Dimension::LatencyP50];
        assert_eq!((p50.may_be_trusted, p50.needed, p50.scored), (None, 9, 1));
        assert!(p50.why.contains("not enough: 9 more"), "{}", p50.why);
        assert!(scores.plot.iter().any(|point| point.level == 0.9 && !point.is_scaled));
    }
}

#[test]
fn shapes_are_scored_from_the_later_snapshot() {
    let cut = r#"{"change": "remove_dependency", "entity": "ledger", "on": "audit"}"#;
    let gone = ("  calls/required Workload:audit\n", "");
    let around = ("Workload:ledger\n", "Workload:ledger\n  calls Workload:front\n");
    for (then, is_alone) in [(vec![gone], true), (vec![gone, around], false)] {
        let twin = Twin::in_memory();
        apply(&twin, SHOP);
        kept(&twin, "09:00", cut);
        apply(&twin, &shop(&then).replace("08:00", "10:00"));
        let scores = score(&twin, "11:00", &Reality::default());
        let total = |dimension: Dimension| {
            let mut of = scores.figures.iter().filter(|figure| figure.dimension == dimension && figure.about.is_none());
            of.next().unwrap()
        };
        let cycles = total(Dimension::Cycles);
        if !is_alone {
            let why = "2 other changes were made as well: hold it against what came right after its own";
            assert_eq!(
                (cycles.is_inside, cycles.not_scored.as_deref()),
                (None, Some(why)),
                "it is no miss of this one"
            );
            continue;
        }
        assert_eq!((cycles.is_inside, cycles.error), (Some(true), Some(0.0)));
        assert_eq!(total(Dimension::SinglePointsOfFailure).is_inside, Some(true));
        let pooled = scores.simulators.iter().find(|score| score.dimension == Dimension::Cycles).unwrap();
        assert_eq!((pooled.scored, pooled.unchanged), (0, 1), "what stayed as it was to says nothing");
        assert!(pooled.claimed_is_default);
    }
}

#[test]
fn what_was_measured_and_makes_no_sense_is_refused() {
    let twin = Twin::in_memory();
    apply(&twin, SHOP);
    let id = kept(&twin, "09:00", SCALE).id;
    let one = Measured {
        prediction: None,
        dimension: Dimension::ErrorRate,
        about: None,
        detail: Some("front.GET /".to_owned()),
        unit: None,
        value: 0.5,
        low: None,
        high: None,
        samples: None,
    };
    let of = |measured: Vec<Measured>| {
        let reality = Reality { measured, made: Vec::new() };
        twin.score(Some(&id), &reality, &context("11:00"))
    };
    let wrong = [
        (vec![Measured { value: f64::NAN, ..one.clone() }], "measured[0].value is NaN"),
        (vec![Measured { value: 1.5, ..one.clone() }], "error_rate takes a number from 0 to 1"),
        (vec![Measured { dimension: Dimension::LatencyP50, value: -1.0, ..one.clone() }], "measured[0].value is -1"),
        (vec![Measured { low: Some(0.7), ..one.clone() }], "not between low and high"),
        (vec![one.clone(), one.clone()], "twice"),
        (vec![Measured { prediction: Some("none".to_owned()), ..one.clone() }], "unknown prediction"),
    ];
    for (measured, told) in wrong {
        let refused = of(measured).unwrap_err();
        assert!(refused.to_string().contains(told), "{refused}");
    }
    assert_eq!(of(vec![one.clone()]).unwrap().value.unused, [one], "what nobody predicted is told");
    assert!(twin.score(Some("none"), &Reality::default(), &context("11:00")).is_err());
    assert!(Reality::from_json(r#"{"measured": [{"dimension": "cost", "worth": 1}]}"#).is_err());
}

#[test]
fn changes_are_made_after_they_were_predicted_and_not_later_than_now() {
    let twin = Twin::in_memory();
    apply(&twin, SHOP);
    let id = kept(&twin, "09:00", SCALE).id;
    let of = |prediction: &str, at: &str| {
        let made = vec![ChangeMade { prediction: prediction.to_owned(), at: time(at) }];
        twin.score(None, &Reality { measured: Vec::new(), made }, &context("11:00"))
    };
    assert_eq!(of(&id, "10:00").unwrap().value.predictions.len(), 1);
    for (prediction, at, told) in [
        (&id[..], "12:00", "after now"),
        (&id[..], "08:00", "before they were predicted"),
        ("none", "10:00", "unknown prediction"),
    ] {
        let refused = of(prediction, at).unwrap_err();
        assert!(refused.to_string().contains(told), "{refused}");
    }
}

#[test]
fn nothing_kept_is_nothing_told_and_a_host_may_stop() {
    let twin = Twin::in_memory();
    let told = twin.predictions(At::now(time("09:00")), &context("09:00")).unwrap().value;
    assert!(told.predictions.is_empty() && told.unreadable.is_empty());
    assert!(score(&twin, "09:00", &Reality::default()).simulators.is_empty());
    apply(&twin, SHOP);
    kept(&twin, "09:00", SCALE);
    let context = Context::new(Timestamp::MAX);
    context.cancel.cancel();
    assert_eq!(twin.score(None, &Reality::default(), &context).unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(twin.predictions(At::now(time("10:00")), &context).unwrap_err().kind(), ErrorKind::Cancelled);
}
