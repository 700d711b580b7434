//! Neither order nor batching matters; saying things twice changes nothing; every record is counted once.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use twin_core::observe::{Batch, Mode, Scope, Step};
use twin_core::testkit::{batches, files};
use twin_core::{At, Receipt, Twin};

use crate::support::{apply, cases, components, rows, time, told};

fn sum(receipt: &Receipt) -> u64 {
    let Receipt { applied, duplicate, late, rejected, .. } = receipt;
    [applied, duplicate, late, rejected].into_iter().fold(0, |sum, count| sum.saturating_add(*count))
}

fn incoming(batches: &[Batch]) -> u64 {
    batches.iter().fold(0, |sum, batch| sum.saturating_add(batch.incoming()))
}

/// Applies batches in groups of a size, all at one moment.
fn applied(batches: &[Batch], size: usize) -> Twin {
    let twin = Twin::in_memory();
    for group in batches.chunks(size) {
        twin.apply(group.to_vec(), time("09:00")).unwrap();
    }
    twin
}

/// Files beneath a folder that lists them.
fn listed(mut files: Vec<Batch>) -> Vec<Batch> {
    let members = files.iter().map(|file| file.scope.path.clone()).collect();
    let source = files[0].scope.source.clone();
    files.push(Batch::listing(Scope::new(&source, ""), members));
    files
}

/// Readings of the same files at several times, in the order of the times: some files are read to their end, of others there are changes, which take nothing away.
fn dated() -> impl Strategy<Value = Vec<Batch>> {
    proptest::collection::vec(files(), 1..4).prop_map(|rounds| {
        let hours = ["05:00", "06:00", "07:00"].into_iter().zip(rounds);
        hours.flat_map(|(hour, files)| files.into_iter().map(move |file| read_at(hour, file))).collect()
    })
}

fn read_at(hour: &str, mut file: Batch) -> Batch {
    file.observed_at = Some(time(hour));
    if ["f0", "f1", "f2"].contains(&file.scope.path.as_str()) {
        file.mode = Mode::Delta;
    }
    file
}

fn all(twin: &Twin) -> String {
    told(&twin.snapshot(At::now(time("09:00"))))
}

/// How many orders of each drawn estate are tried: with fifty estates, a thousand.
const ORDERS: usize = 20;

/// An order of some batches, and how many of them are applied together.
fn orders(count: usize) -> impl Strategy<Value = Vec<(Vec<usize>, usize)>> {
    let order = (Just((0..count).collect::<Vec<usize>>()).prop_shuffle(), 1..=count.max(1));
    proptest::collection::vec(order, ORDERS)
}

fn ordered<T: Clone>(all: &[T], order: &[usize]) -> Vec<T> {
    order.iter().map(|place| all[*place].clone()).collect()
}

proptest! {
    #![proptest_config(cases(50))]

    #[test]
    fn any_order_and_batching_tells_the_same(
        (files, orders) in files().prop_flat_map(|files| (Just(files.clone()), orders(files.len()))),
    ) {
        let expected = all(&applied(&files, files.len().max(1)));
        for (order, size) in orders {
            prop_assert_eq!(&all(&applied(&ordered(&files, &order), size)), &expected, "{:?} by {}", order, size);
        }
    }

    #[test]
    fn readings_of_different_times_tell_the_same_in_any_order(
        (readings, orders) in dated().prop_flat_map(|all| (Just(all.clone()), orders(all.len()))),
    ) {
        let expected = all(&applied(&readings, 1));
        for (order, size) in orders {
            prop_assert_eq!(&all(&applied(&ordered(&readings, &order), size)), &expected, "{:?} by {}", order, size);
        }
    }
}

/// What a change says of a record: that it is gone, or that it is there, with as many replicas, if it says how many.
type Word = Option<Option<u8>>;

/// Changes, one an hour: each tells of some records. The odd ones stand in another file than the others.
fn changes() -> impl Strategy<Value = Vec<BTreeMap<u8, Word>>> {
    let word = prop_oneof![Just(None), proptest::option::of(1..4_u8).prop_map(Some)];
    proptest::collection::vec(proptest::collection::btree_map(0..4_u8, word, 1..4), 1..8)
}

fn said_by(changes: &[BTreeMap<u8, Word>]) -> Vec<Batch> {
    let file = |hour: usize, change: &BTreeMap<u8, Word>, file: u8| {
        let words = change.iter().filter(|(name, _)| *name % 2 == file).map(|(name, word)| match word {
            None => format!("gone Workload:w{name}\n"),
            Some(None) => format!("Workload:w{name}\n"),
            Some(Some(replicas)) => format!("Workload:w{name}\nset replicas {replicas}\n"),
        });
        format!("file f{file} delta at 0{hour}:00\n{}", words.collect::<String>())
    };
    let hours = changes.iter().enumerate().flat_map(|(hour, change)| [0, 1].map(|odd| file(hour, change, odd)));
    crate::support::batches(&hours.collect::<String>())
}

/// What is there after some changes: what the last word on each record says.
fn there(changes: &[BTreeMap<u8, Word>]) -> Vec<String> {
    let last: BTreeMap<&u8, &Word> = changes.iter().flatten().collect();
    let said = last.into_iter().filter_map(|(name, word)| word.map(|replicas| (name, replicas)));
    said.map(|(name, replicas)| match replicas {
        Some(replicas) => format!("w{name} [\"declared {replicas}\"]"),
        None => format!("w{name} []"),
    })
    .collect()
}

/// What a twin tells to have been there half an hour after a change.
fn told_after(twin: &Twin, hour: usize) -> Vec<String> {
    let snapshot = twin.snapshot(At::now(time("09:00")).valid(time(&format!("0{hour}:30"))));
    let replicas = |name: &String| rows(&snapshot, &format!("attribute {name} replicas"));
    components(&snapshot).iter().map(|name| format!("{name} {:?}", replicas(name))).collect()
}

proptest! {
    #![proptest_config(cases(50))]

    #[test]
    fn changes_and_removals_tell_the_same_in_any_order(
        (changes, orders) in changes().prop_flat_map(|all| (Just(all.clone()), orders(2 * all.len()))),
    ) {
        let batches = said_by(&changes);
        let expected = all(&applied(&batches, 1));
        for (order, size) in orders {
            let twin = applied(&ordered(&batches, &order), size);
            prop_assert_eq!(&all(&twin), &expected, "{:?} by {}", order, size);
            for hour in 0..changes.len() {
                prop_assert_eq!(told_after(&twin, hour), there(&changes[..=hour]), "{:?} by {} at {}", order, size, hour);
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(20))]

    #[test]
    fn changes_and_removals_tell_the_same_in_any_order_to_a_store_that_is_opened_for_each(
        (changes, order) in changes().prop_flat_map(|all| {
            let places: Vec<usize> = (0..2 * all.len()).collect();
            (Just(all), Just(places).prop_shuffle())
        }),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("twin");
        for (place, batch) in ordered(&said_by(&changes), &order).into_iter().enumerate() {
            let twin = Twin::open(&path).unwrap();
            twin.checkpoint_after(if place % 3 == 2 { u64::MAX } else { 0 });
            twin.apply(vec![batch], time("09:00")).unwrap();
        }
        let twin = Twin::open(&path).unwrap();
        for hour in (0..changes.len()).rev() {
            prop_assert_eq!(told_after(&twin, hour), there(&changes[..=hour]), "{:?} at {}", order, hour);
        }
    }
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn a_listing_may_come_before_or_after_or_among_its_files(
        (straight, shuffled) in files().prop_map(listed).prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        size in 1_usize..4,
    ) {
        let expected = all(&applied(&straight, straight.len()));
        prop_assert_eq!(all(&applied(&shuffled, size)), expected);
    }

    #[test]
    fn the_past_by_todays_knowledge_is_the_head(files in files(), size in 1_usize..4) {
        let twin = applied(&files, size);
        let now = At::now(time("09:00"));
        prop_assert_eq!(told(&twin.snapshot(now.valid(time("09:00")))), told(&twin.snapshot(now)));
    }

    #[test]
    fn a_newer_reading_leaves_nothing_of_an_older(first in files(), second in files(), together in any::<bool>()) {
        let twin = Twin::in_memory();
        let both: Vec<Batch> = first.into_iter().chain(second.clone()).collect();
        both.chunks(if together { both.len().max(1) } else { 1 }).for_each(|some| {
            twin.apply(some.to_vec(), time("09:00")).unwrap();
        });
        let snapshot = twin.snapshot(At::now(time("09:00")));
        for batch in &second {
            let said: Vec<&Step> = batch.records.iter().flat_map(|record| &record.observations)
                .flat_map(|said| &said.evidence.chain).collect();
            let mut rows = snapshot.pages().evidence.iter().filter(|row| row.scope == batch.scope);
            let fresh = rows.all(|row| row.chain.iter().any(|step| said.contains(&step)));
            prop_assert!(fresh, "something of an older reading is left");
        }
    }
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn s9_counters_reconcile(rounds in proptest::collection::vec(batches(), 1..4)) {
        let twin = Twin::in_memory();
        for batches in rounds {
            let coming = incoming(&batches);
            let receipt = twin.apply(batches, time("09:00")).unwrap();
            prop_assert_eq!(sum(&receipt), coming);
            let told = receipt.diagnostics.iter().fold(0_u64, |sum, said| sum.saturating_add(said.records));
            prop_assert_eq!(told, receipt.rejected, "each rejection is a diagnostic");
        }
    }

    #[test]
    fn s3_the_same_again_changes_nothing(mut batches in batches()) {
        let twin = Twin::in_memory();
        let mut scopes = BTreeSet::new();
        batches.retain(|batch| scopes.insert(batch.scope.clone()));
        let first = twin.apply(batches.clone(), time("09:00")).unwrap();
        let again = twin.apply(batches, time("09:30")).unwrap();
        prop_assert_eq!((again.applied, again.revision), (0, first.revision));
        prop_assert_eq!(&again.events, &Vec::new());
    }

    #[test]
    fn s3_the_same_files_again_change_only_freshness(files in files()) {
        let twin = Twin::in_memory();
        let first = twin.apply(files.clone(), time("09:00")).unwrap();
        let again = twin.apply(files.clone(), time("09:30")).unwrap();
        prop_assert_eq!((again.applied, again.revision), (0, first.revision));
        prop_assert_eq!(&again.events, &Vec::new());
        let snapshot = twin.snapshot(At::now(time("09:30")));
        let renewed = |file: &Batch| snapshot.readings().reading(&file.scope).and_then(|read| read.completed_at) == Some(time("09:30"));
        let all_renewed = files.iter().all(renewed);
        prop_assert!(all_renewed);
    }
}

#[test]
fn counts_from_nothing_to_the_largest_are_added_without_overflow() {
    let twin = Twin::in_memory();
    let mut batches = crate::support::batches("file a\nWorkload:a\nWorkload:b\nWorkload:c");
    (batches[0].records[0].stands_for, batches[0].records[1].stands_for) = (u64::MAX, u64::MAX);
    batches[0].records[2].stands_for = 0;
    assert_eq!(incoming(&batches), u64::MAX);
    assert_eq!(twin.apply(batches, time("09:00")).unwrap().applied, u64::MAX);
}

#[test]
fn a_record_of_which_nothing_could_be_taken_is_rejected_and_takes_nothing_away() {
    let twin = Twin::in_memory();
    apply(&twin, "file a\nWorkload:a");
    let mut spoiled = crate::support::batches("file a\nWorkload:a");
    spoiled[0].records[0].observations[0].evidence.confidence = f64::NAN;
    let receipt = twin.apply(spoiled, time("10:00")).unwrap();
    assert_eq!((receipt.rejected, receipt.duplicate), (1, 0));
    let diagnostic = receipt.diagnostics.iter().find(|said| said.records == 1).unwrap();
    assert_eq!(diagnostic.locator.path(), "a");
    assert_eq!(components(&twin.snapshot(At::now(time("10:00")))), ["a"]);
}

#[test]
fn a_second_reading_in_one_batching_takes_the_place_of_the_first() {
    let twin = Twin::in_memory();
    apply(&twin, "file a\nWorkload:old\nfile a\nWorkload:new");
    assert_eq!(components(&twin.snapshot(At::now(time("09:00")))), ["new"]);
}
