//! Backtests: the past predicted by what was known then, and by nothing that was told later.

use twin_core::Twin;
use twin_core::base::{Context, ErrorKind};
use twin_core::simulate::backtest::{Aspect, Backtest, BacktestDraft, EventKind, FindingOutcome, PastIncident};

use crate::support::{apply, time};

const SHOP: &str = "now 08:00
file deploy
Workload:front
  calls/required Workload:pay
Workload:pay
  calls/required Workload:ledger
Workload:ledger
Workload:ads";

fn backtest(twin: &Twin, draft: &BacktestDraft) -> Backtest {
    twin.backtest(draft, &Context::new(time("20:00"))).unwrap_or_else(|error| panic!("{error}")).value
}

fn incident(at: &str, failed: &[&str], affected: &[&str]) -> PastIncident {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    PastIncident { at: time(at), failed: names(failed), affected: names(affected) }
}

/// Every finding of an aspect on one line.
fn lines(backtest: &Backtest, aspect: Aspect) -> Vec<String> {
    let of = backtest.findings.iter().filter(|found| found.aspect == aspect);
    let outcome = |outcome| match outcome {
        FindingOutcome::Hit => "hit",
        FindingOutcome::Miss => "miss",
        FindingOutcome::FalseAlarm => "false alarm",
    };
    of.map(|found| format!("{}: {}{}", outcome(found.outcome), if found.is_new { "+" } else { "-" }, found.what))
        .collect()
}

#[test]
fn a_blast_radius_is_held_against_what_was_affected_by_what_was_known_before() {
    let twin = Twin::in_memory();
    apply(&twin, SHOP);
    let draft = BacktestDraft {
        incidents: vec![incident("10:00", &["ledger"], &["pay", "ads"]), incident("10:30", &["ads"], &[])],
        ..BacktestDraft::default()
    };
    let told = backtest(&twin, &draft);
    assert_eq!(lines(&told, Aspect::BlastRadius), ["hit: +pay", "miss: +ads", "false alarm: +front"]);
    let event = &told.events[0];
    assert_eq!((event.kind, event.hits, event.misses, event.false_alarms), (EventKind::Incident, 1, 1, 1));
    let hit = &told.findings[0];
    assert_eq!(hit.path.as_ref().map(ToString::to_string).as_deref(), Some("ledger → calledBy → pay"));
    assert!(hit.because[0].contains("deploy:"), "{:?}", hit.because);
    let summary = told.aspects.iter().find(|summary| summary.aspect == Aspect::BlastRadius).unwrap();
    assert_eq!((summary.events, summary.quiet), (2, 1));
    assert_eq!((summary.precision, summary.recall), (Some(0.5), Some(0.5)));
}

#[test]
fn what_was_told_later_is_not_seen() {
    // That ads needs the ledger held since 07:00, and nobody said so before 12:00.
    let ads = "Workload:ads from 07:00\n  calls/required Workload:ledger";
    let later = SHOP.replace("08:00", "12:00").replace("Workload:ads", ads);
    let twin = Twin::in_memory();
    apply(&twin, SHOP);
    apply(&twin, &later);
    apply(&twin, "now 13:00\nsource more\nfile other\nWorkload:batch\n  calls Workload:ghost\nWorkload:ghost");
    let draft = |at: &str| BacktestDraft {
        incidents: vec![incident(at, &["ledger"], &["pay", "front", "ads", "batch"])],
        ..BacktestDraft::default()
    };
    let before = lines(&backtest(&twin, &draft("12:00")), Aspect::BlastRadius);
    assert_eq!(before, ["hit: +front", "hit: +pay", "miss: +ads", "miss: +batch"]);
    let told = backtest(&twin, &draft("12:00"));
    let missed: Vec<_> = told.findings.iter().filter(|found| found.outcome == FindingOutcome::Miss).collect();
    assert!(missed.iter().any(|found| found.why.as_deref() == Some("the twin did not know batch then")), "{missed:?}");
    let after = lines(&backtest(&twin, &draft("12:30")), Aspect::BlastRadius);
    assert_eq!(after, ["hit: +ads", "hit: +front", "hit: +pay", "miss: +batch"]);
    for told in [backtest(&twin, &draft("12:00")), backtest(&twin, &draft("12:30"))] {
        assert!(told.events.iter().all(|event| event.as_of.known < event.at && event.as_of.valid < event.at));
    }
}

#[test]
fn changes_of_the_past_are_predicted_from_the_commit_before() {
    let twin = Twin::in_memory();
    apply(&twin, SHOP);
    let second = SHOP
        .replace("08:00", "09:00")
        .replace("Workload:ledger\nWorkload:ads", "Workload:ledger\n  calls Workload:front\nWorkload:ads");
    apply(&twin, &second);
    apply(&twin, &second.replace("09:00", "10:00"));
    let third = second.replace("09:00", "11:00").replace("\nWorkload:ads", "\nWorkload:stock");
    apply(&twin, &third);
    let told = backtest(&twin, &BacktestDraft::default());
    assert_eq!(told.events.iter().map(|event| event.at).collect::<Vec<_>>(), [time("09:00"), time("11:00")]);
    assert_eq!(lines(&told, Aspect::Dependencies), ["hit: +ledger calls front"]);
    assert_eq!(lines(&told, Aspect::Cycles), ["hit: +front ↔ ledger ↔ pay"]);
    assert_eq!(lines(&told, Aspect::Entities), ["hit: -ads", "hit: +stock"]);
    assert!(told.left_out[0].contains("nothing that was known before"), "{:?}", told.left_out);
    assert!(told.not_scored.iter().any(|why| why.contains("bills")));
    let since = BacktestDraft { since: Some(time("10:00")), until: Some(time("12:00")), ..BacktestDraft::default() };
    assert_eq!(backtest(&twin, &since).events.len(), 1);
}

#[test]
fn work_is_bounded_and_what_is_cut_is_told() {
    let twin = Twin::in_memory();
    for hour in 8..14 {
        apply(
            &twin,
            &SHOP.replace("08:00", &format!("{hour:02}:00")).replace("Workload:ads", &format!("Workload:ads{hour}")),
        );
    }
    let all = backtest(&twin, &BacktestDraft::default());
    assert_eq!((all.events.len(), all.commits), (5, 5));
    let cut = backtest(&twin, &BacktestDraft { most: Some(2), ..BacktestDraft::default() });
    assert_eq!((cut.commits, cut.events.clone()), (2, all.events[..2].to_vec()));
    assert!(cut.left_out.iter().any(|told| told.contains("commits: 3") && told.contains("most")), "{:?}", cut.left_out);
    let threads = |count: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(count).build().unwrap();
        pool.install(|| twin.backtest(&BacktestDraft::default(), &Context::new(time("20:00"))).unwrap().to_json())
    };
    assert_eq!(threads(1), threads(3));
    let context = Context::new(time("20:00"));
    context.cancel.cancel();
    assert_eq!(twin.backtest(&BacktestDraft::default(), &context).unwrap_err().kind(), ErrorKind::Cancelled);
}

#[test]
fn what_makes_no_sense_is_refused_and_nothing_is_an_empty_answer() {
    let twin = Twin::in_memory();
    assert!(backtest(&twin, &BacktestDraft::default()).events.is_empty());
    apply(&twin, SHOP);
    let with = |incident| BacktestDraft { incidents: vec![incident], ..BacktestDraft::default() };
    let wrong = [
        (
            BacktestDraft { since: Some(time("10:00")), until: Some(time("09:00")), ..BacktestDraft::default() },
            "until is",
        ),
        (BacktestDraft { most: Some(0), ..BacktestDraft::default() }, "most is 0"),
        (with(incident("10:00", &[], &["pay"])), "incidents[0].failed is empty"),
        (with(incident("10:00", &["legder"], &[])), "ledger"),
        (with(incident("21:00", &["ledger"], &[])), "after now"),
    ];
    for (draft, told) in wrong {
        let refused = twin.backtest(&draft, &Context::new(time("20:00"))).unwrap_err();
        assert!(refused.to_string().contains(told), "{refused}");
    }
    assert!(BacktestDraft::from_json(r#"{"incident": []}"#).is_err());
    // Before anything was known, nothing could be predicted.
    let early = backtest(&twin, &with(incident("07:00", &["ledger"], &["pay"])));
    assert_eq!(lines(&early, Aspect::BlastRadius), ["miss: +pay"]);
}
