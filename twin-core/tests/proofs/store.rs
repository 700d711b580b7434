//! A twin on disk is the twin in memory, whenever it is reopened.

use proptest::prelude::*;
use twin_core::identity::HumanDecision;
use twin_core::observe::{Batch, RecordKey, Scope, SourceId};
use twin_core::testkit::{batches, files};
use twin_core::{At, Receipt, Twin, changes_json};

use crate::history::reading;
use crate::support::{apply, cases, components, time, told};

#[derive(Clone, Debug)]
enum Step {
    Apply(Vec<Batch>),
    Decide(u8, usize, usize),
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => files().prop_map(Step::Apply),
        2 => (0..3_u8, 0..9_usize, 0..9_usize).prop_map(|(what, a, b)| Step::Decide(what, a, b)),
        2 => Just(Step::Reopen),
    ];
    proptest::collection::vec(step, 1..8)
}

fn records(twin: &Twin) -> Vec<RecordKey> {
    let snapshot = twin.snapshot(At::now(time("09:00")));
    let mut records: Vec<RecordKey> = snapshot.nodes().flat_map(|node| snapshot.entity(node).records.clone()).collect();
    records.sort();
    records.dedup();
    records
}

fn decide(twin: &Twin, what: u8, a: usize, b: usize) -> Option<String> {
    let records = records(twin);
    let (a, b) = (records.get(a)?.clone(), records.get(b)?.clone());
    let decision = match what {
        0 => HumanDecision::Pin { a, b },
        1 => HumanDecision::Split { a, b },
        _ => HumanDecision::Unpin { a, b },
    };
    let decided = twin.decide(decision, time("09:00")).map(|changes| changes_json(&changes));
    Some(decided.unwrap_or_else(|error| error.to_string()))
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn a_twin_on_disk_is_the_twin_in_memory(steps in steps(), least in 0..40_u64) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("twin");
        let memory = Twin::in_memory();
        let mut disk = Twin::open(&path).unwrap();
        disk.checkpoint_after(least);
        for step in steps {
            match step {
                Step::Apply(batches) => {
                    let receipt = disk.apply(batches.clone(), time("09:00")).unwrap();
                    let expected = memory.apply(batches, time("09:00")).unwrap();
                    prop_assert_eq!(changes_json(&receipt.events), changes_json(&expected.events));
                }
                Step::Decide(what, a, b) => prop_assert_eq!(decide(&disk, what, a, b), decide(&memory, what, a, b)),
                Step::Reopen => {
                    drop(disk);
                    disk = Twin::open(&path).unwrap();
                    disk.checkpoint_after(least);
                }
            }
            prop_assert_eq!(disk.revision(), memory.revision());
            let at = At::now(time("09:30"));
            prop_assert_eq!(told(&disk.snapshot(at)), told(&memory.snapshot(at)));
            let past = at.valid(time("09:00"));
            prop_assert_eq!(disk.snapshot(past).pages().entities.clone(), memory.snapshot(past).pages().entities.clone());
        }
    }
}

/// What is told of some batches, with the counts. The numbers of evidence are the twin's own.
fn plainly(receipt: &Receipt) -> String {
    let Receipt { applied, duplicate, late, rejected, diagnostics, revision, events, .. } = receipt;
    let counts = [applied, duplicate, late, rejected, revision];
    format!("{counts:?} {diagnostics:?} {}", changes_json(events))
}

fn receipt(twin: &Twin, batches: Vec<Batch>, hour: u8) -> String {
    plainly(&twin.apply(batches, time(&format!("{hour:02}:00"))).unwrap())
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn what_opening_leaves_out_changes_no_answer(
        told_in_order in proptest::collection::vec(reading(), 2..9),
        (valid, known) in (0..24_u8, 0..24_u8),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("twin");
        let memory = Twin::in_memory();
        for text in &told_in_order {
            let disk = Twin::open(&path).unwrap();
            disk.checkpoint_after(0);
            prop_assert_eq!(plainly(&apply(&disk, text)), plainly(&apply(&memory, text)));
        }
        let at = |hour: u8| time(&format!("{hour:02}:00"));
        let late = At::now(time("23:30"));
        for at in [late, late.valid(at(valid)), late.known(at(known)), late.valid(at(valid)).known(at(known))] {
            let reader = Twin::open_read_only(&path).unwrap();
            prop_assert_eq!(told(&reader.snapshot(at)), told(&memory.snapshot(at)));
        }
    }

    #[test]
    fn whatever_batches_say_opening_leaves_out_no_answer(steps in proptest::collection::vec((batches(), 0..24_u8), 1..5)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("twin");
        let memory = Twin::in_memory();
        for (batches, hour) in steps {
            let disk = Twin::open(&path).unwrap();
            disk.checkpoint_after(0);
            prop_assert_eq!(receipt(&disk, batches.clone(), hour), receipt(&memory, batches, hour));
        }
        let (reader, at) = (Twin::open_read_only(&path).unwrap(), At::now(time("23:30")));
        prop_assert_eq!(told(&reader.snapshot(at)), told(&memory.snapshot(at)));
    }
}

#[test]
fn s5_the_cursor_is_committed_with_its_batch() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("twin");
    let scope = Scope::new(&SourceId("estate".to_owned()), "pages");
    let twin = Twin::open(&path).unwrap();
    apply(&twin, "file pages delta cursor one\nWorkload:a");
    drop(twin);
    let twin = Twin::open(&path).unwrap();
    assert_eq!(twin.cursor(&scope).as_deref(), Some("one"));
    assert_eq!(components(&twin.snapshot(At::now(time("09:00")))), ["a"]);
    apply(&twin, "file pages delta\nWorkload:b");
    assert_eq!(twin.cursor(&scope).as_deref(), Some("one"), "a page without a cursor does not go back");
    let reading = Twin::open_read_only(&path).unwrap();
    assert!(reading.apply(Vec::new(), time("10:00")).is_err());
    assert_eq!(reading.cursor(&scope).as_deref(), Some("one"));
}

#[test]
fn a_reader_sees_what_was_written_once_it_asks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("twin");
    let writer = Twin::open(&path).unwrap();
    apply(&writer, "file a\nWorkload:a");
    let reader = Twin::open_read_only(&path).unwrap();
    let held = reader.snapshot(At::now(time("09:00")));
    apply(&writer, "now 09:10\nfile b\nWorkload:b");
    assert_eq!(components(&reader.snapshot(At::now(time("09:10")))), ["a"]);
    assert_eq!(reader.refresh().unwrap(), writer.revision());
    let at = At::now(time("09:10"));
    assert_eq!(told(&reader.snapshot(at)), told(&writer.snapshot(at)));
    assert_eq!(components(&held), ["a"], "a snapshot never moves");
    assert!(Twin::open(&path).is_err(), "one writer");
}
