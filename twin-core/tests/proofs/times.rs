//! Two times: as-of against a model that replays words, back-dated facts, facts of the future.

use std::collections::BTreeMap;

use proptest::prelude::*;
use twin_core::{At, Twin};

use crate::support::{apply, cases, components, time};

/// One full reading of the one file: its hour, and which of the records it lists, each since when if the source says so.
type Reading = (u8, BTreeMap<u8, Option<u8>>);

fn hour(hour: u8) -> twin_core::base::Timestamp {
    time(&format!("{hour:02}:00"))
}

fn text((now, records): &Reading) -> String {
    let lines = records.iter().map(|(record, from)| match from {
        Some(from) => format!("Workload:r{record} from {from:02}:00\n"),
        None => format!("Workload:r{record}\n"),
    });
    format!("now {now:02}:00\nfile a\n{}", lines.collect::<String>())
}

/// For each record, its words in order: an interval's beginning, or its end.
fn model(readings: &[Reading], valid: u8, known: u8) -> Vec<String> {
    let mut open: BTreeMap<u8, u8> = BTreeMap::new();
    let mut there: BTreeMap<u8, Vec<(u8, u8)>> = BTreeMap::new();
    for (now, records) in readings.iter().filter(|(now, _)| *now <= known) {
        let gone: Vec<u8> = open.keys().copied().filter(|record| !records.contains_key(record)).collect();
        for record in gone {
            let from = open.remove(&record).unwrap_or_default();
            there.entry(record).or_default().push((from, *now));
        }
        for (record, from) in records {
            let from = from.unwrap_or(*now);
            let since = open.entry(*record).or_insert(from);
            *since = (*since).min(from);
        }
    }
    let holds = |record: &u8| {
        let closed = there.get(record).into_iter().flatten().any(|(from, to)| *from <= valid && valid < *to);
        closed || open.get(record).is_some_and(|from| *from <= valid)
    };
    (0..4).filter(holds).map(|record| format!("r{record}")).collect()
}

fn readings() -> impl Strategy<Value = Vec<Reading>> {
    let records = proptest::collection::btree_map(0..4_u8, proptest::option::of(0..24_u8), 0..4);
    proptest::collection::btree_map(1..23_u8, records, 1..6).prop_map(|readings| readings.into_iter().collect())
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn as_of_any_two_times_is_what_a_replay_says(readings in readings(), valid in 0_u8..24, known in 0_u8..24) {
        let twin = Twin::in_memory();
        readings.iter().for_each(|reading| drop(apply(&twin, &text(reading))));
        let snapshot = twin.snapshot(At::now(hour(23)).valid(hour(valid)).known(hour(known)));
        prop_assert_eq!(components(&snapshot), model(&readings, valid, known));
    }

    #[test]
    fn the_head_is_what_holds_now(readings in readings(), later in 0_u8..24) {
        let twin = Twin::in_memory();
        readings.iter().for_each(|reading| drop(apply(&twin, &text(reading))));
        let now = later.max(readings.iter().map(|(now, _)| *now).max().unwrap_or_default());
        prop_assert_eq!(components(&twin.snapshot(At::now(hour(now)))), model(&readings, now, now));
    }
}

#[test]
fn s8_a_back_dated_fact_changes_yesterday_only_as_of_todays_knowledge() {
    let twin = Twin::in_memory();
    apply(&twin, "now 2026-01-02T09:00:00Z\nfile a\nWorkload:a");
    apply(&twin, "now 2026-01-03T09:00:00Z\nfile a\nWorkload:a\nWorkload:b from 2026-01-02T10:00:00Z");
    let now = At::now(time("2026-01-03T09:00:00Z"));
    let yesterday = time("2026-01-02T12:00:00Z");
    assert_eq!(components(&twin.snapshot(now.valid(yesterday))), ["a", "b"]);
    assert_eq!(components(&twin.snapshot(now.valid(yesterday).known(yesterday))), ["a"]);
}

#[test]
fn s8_the_same_words_with_an_earlier_beginning_correct_the_past() {
    let twin = Twin::in_memory();
    let mut batches = crate::support::batches("file a\nWorkload:a");
    twin.apply(batches.clone(), time("09:00")).unwrap();
    batches[0].records[0].observations[0].valid_from = Some(time("07:00"));
    let receipt = twin.apply(batches, time("10:00")).unwrap();
    assert_eq!(receipt.revision, 2);
    let past = At::now(time("10:00")).valid(time("08:00"));
    assert_eq!(components(&twin.snapshot(past)), ["a"]);
    assert!(components(&twin.snapshot(past.known(time("09:30")))).is_empty());
}

#[test]
fn a_fact_of_the_future_is_in_no_head_before_its_time_and_in_every_head_after() {
    let twin = Twin::in_memory();
    apply(&twin, "file a\nWorkload:now to 12:00\nWorkload:then from 11:00");
    let head = |now: &str| components(&twin.snapshot(At::now(time(now))));
    assert_eq!(head("09:00"), ["now"]);
    assert_eq!(head("10:59"), ["now"]);
    assert_eq!(head("11:00"), ["now", "then"]);
    assert_eq!(head("12:00"), ["then"]);
    let ahead = twin.snapshot(At::now(time("09:00")).valid(time("13:00")));
    assert_eq!(components(&ahead), ["then"]);
}

#[test]
fn an_end_that_a_source_states_later_ends_what_was_open() {
    let twin = Twin::in_memory();
    apply(&twin, "file a\nWorkload:a\nWorkload:b");
    apply(&twin, "now 10:00\nfile a\nWorkload:a to 11:00\nWorkload:b");
    let head = |now: &str| components(&twin.snapshot(At::now(time(now))));
    assert_eq!(head("10:30"), ["a", "b"]);
    assert_eq!(head("11:30"), ["b"]);
    let revision = twin.revision();
    apply(&twin, "now 10:10\nfile a\nWorkload:a to 11:00\nWorkload:b");
    assert_eq!(twin.revision(), revision);
}

#[test]
fn what_was_last_seen_too_long_ago_is_stale_and_never_absent() {
    let twin = Twin::in_memory();
    apply(
        &twin,
        "file a\nTelemetryService:a observed\ncalls TelemetryService:b\nTelemetryService:b observed\nWorkload:c\ncalls Workload:d\nWorkload:d",
    );
    let stale = |now: &str, name: &str| {
        let snapshot = twin.snapshot(At::now(time(now)));
        let rows = snapshot.neighbours(snapshot.find(name).unwrap(), Some("calls")).unwrap().value;
        rows.iter().map(|row| row.stale).collect::<Vec<bool>>()
    };
    for (now, name, expected) in [
        ("2026-01-02T09:00:00Z", "a", false),
        ("2026-02-05T09:00:00Z", "a", false),
        ("2026-02-05T09:00:01Z", "a", true),
        ("2027-01-01T09:00:00Z", "a", true),
        ("2027-01-01T09:00:00Z", "c", false),
    ] {
        assert_eq!(stale(now, name), [expected], "{name} at {now}");
    }
}

#[test]
fn two_commits_at_one_moment_are_both_known_at_that_moment() {
    let twin = Twin::in_memory();
    apply(&twin, "file a\nWorkload:a");
    apply(&twin, "file b\nWorkload:b");
    assert_eq!(components(&twin.snapshot(At::now(time("09:00")).valid(time("09:00")))), ["a", "b"]);
}
