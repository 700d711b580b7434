//! Synchronisation: what a reading takes away, what it keeps, and what returns.

use twin_core::analysis::{Writers, conflicts, owners};
use twin_core::answer::Profile;
use twin_core::graph::Snapshot;
use twin_core::observe::{Scope, SourceId};
use twin_core::schema::{Kind, kind};
use twin_core::{At, Twin};

use crate::support::{apply, ask, components, time};

fn at(twin: &Twin, now: &str) -> Snapshot {
    twin.snapshot(At::now(time(now)))
}

#[test]
fn s1_a_full_pass_retracts_what_it_did_not_see_within_its_scope_only() {
    let twin = Twin::in_memory();
    apply(&twin, "file a\nWorkload:a\nWorkload:gone\nfile b\nWorkload:b");
    apply(&twin, "now 10:00\nfile a\nWorkload:a");
    assert_eq!(components(&at(&twin, "10:00")), ["a", "b"]);
}

#[test]
fn s1_what_another_scope_still_lists_stays() {
    let twin = Twin::in_memory();
    apply(&twin, "file a\nWorkload:both\nfile b\nWorkload:both");
    apply(&twin, "now 10:00\nfile a");
    assert_eq!(components(&at(&twin, "10:00")), ["both"]);
    apply(&twin, "now 11:00\nfile b");
    assert!(components(&at(&twin, "11:00")).is_empty());
}

#[test]
fn s1_a_listing_that_drops_a_file_retracts_exactly_its_facts() {
    let twin = Twin::in_memory();
    apply(&twin, "folder .: a b\nfile a\nWorkload:a\nfile b\nWorkload:b");
    let receipt = apply(&twin, "now 10:00\nfolder .: a");
    assert_eq!(components(&at(&twin, "10:00")), ["a"]);
    assert!(!receipt.events.is_empty());
}

#[test]
fn s1_a_dropped_folder_takes_along_everything_beneath() {
    let twin = Twin::in_memory();
    let estate = "folder .: x y\nfolder x: x/z x/a\nfolder x/z: x/z/b\nfile x/a\nWorkload:a\nfile x/z/b\nWorkload:b\nfile y\nWorkload:y";
    apply(&twin, estate);
    assert_eq!(components(&at(&twin, "09:00")), ["a", "b", "y"]);
    apply(&twin, "now 10:00\nfolder .: y\nfile y\nWorkload:y");
    assert_eq!(components(&at(&twin, "10:00")), ["y"]);
    assert_eq!(ask(&twin, "10:00", "status find"), ["complete"], "what is gone is not missing");
}

#[test]
fn s1_a_fact_with_a_stated_end_is_retracted_too() {
    let twin = Twin::in_memory();
    apply(&twin, "file a\nWorkload:a to 20:00\nWorkload:b");
    assert_eq!(components(&at(&twin, "09:00")), ["a", "b"]);
    apply(&twin, "now 10:00\nfile a\nWorkload:b");
    assert_eq!(components(&at(&twin, "10:00")), ["b"]);
    assert_eq!(components(&twin.snapshot(At::now(time("10:00")).valid(time("09:30")))), ["a", "b"]);
}

#[test]
fn s2_a_partial_pass_retracts_nothing_and_says_so() {
    let twin = Twin::in_memory();
    apply(&twin, "folder .: a b\nfile a\nWorkload:a\nfile b\nWorkload:b");
    apply(&twin, "now 09:10\nfile a partial");
    assert_eq!(components(&at(&twin, "09:10")), ["a", "b"]);
    assert_eq!(ask(&twin, "09:10", "status find"), ["partial a: last reading was partial: cut"]);
    apply(&twin, "now 09:20\nfolder . partial no permission: a\nfile a\nWorkload:a");
    assert_eq!(components(&at(&twin, "09:20")), ["a", "b"]);
    let status = ask(&twin, "09:20", "status find");
    assert!(status[0].contains("b: last reading was partial: the folder above it: no permission"), "{status:?}");
}

#[test]
fn s2_a_partial_folder_marks_everything_beneath() {
    let twin = Twin::in_memory();
    apply(&twin, "folder .: x\nfolder x: x/y\nfolder x/y: x/y/a\nfile x/y/a\nWorkload:a");
    apply(&twin, "now 09:10\nfolder . partial locked:");
    let status = ask(&twin, "09:10", "status find");
    assert!(status[0].starts_with("partial") && status[0].contains("x/y/a: "), "{status:?}");
    assert_eq!(components(&at(&twin, "09:10")), ["a"]);
}

#[test]
fn s2_a_listed_file_that_was_not_read_keeps_its_facts_and_says_so() {
    let twin = Twin::in_memory();
    apply(&twin, "folder .: a\nfile a\nWorkload:a");
    apply(&twin, "now 09:10\nfolder .: a");
    assert_eq!(components(&at(&twin, "09:10")), ["a"]);
    let expected = "partial a: last reading was partial: listed, but not understood in this reading";
    assert_eq!(ask(&twin, "09:10", "status find"), [expected]);
}

#[test]
fn s4_a_late_delta_is_counted_and_changes_only_the_past() {
    let twin = Twin::in_memory();
    apply(&twin, "file w delta\nWorkload:a from 08:00\nset replicas 3");
    let receipt = apply(&twin, "now 10:00\nfile w delta\nWorkload:a from 07:00\nset replicas 2");
    assert_eq!((receipt.late, receipt.applied), (1, 0));
    assert_eq!(ask(&twin, "10:00", "attribute a replicas"), ["declared 3"]);
    let past = twin.snapshot(At::now(time("10:00")).valid(time("07:30")));
    assert_eq!(twin_core::testkit::rows(&past, "attribute a replicas"), ["declared 2"]);
}

#[test]
fn s4_deltas_out_of_order_converge() {
    let deltas = [
        "file w delta\nWorkload:a from 05:00\nset replicas 1\nlabel tier=one",
        "file w delta\nWorkload:a from 06:00\nset replicas 2",
        "file w delta\nWorkload:a from 07:00\nset replicas 3",
    ];
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let told = |order: [usize; 3], valid: &str| {
        let twin = Twin::in_memory();
        order.iter().for_each(|place| drop(apply(&twin, deltas[*place])));
        let snapshot = twin.snapshot(At::now(time("09:00")).valid(time(valid)));
        twin_core::testkit::rows(&snapshot, "attribute a replicas")
    };
    for order in orders {
        for (valid, replicas) in [("09:00", "3"), ("06:30", "2"), ("05:30", "1"), ("07:30", "3")] {
            assert_eq!(told(order, valid), [format!("declared {replicas}")], "{order:?} as of {valid}");
        }
    }
}

#[test]
fn s4_a_late_removal_takes_nothing_away() {
    let twin = Twin::in_memory();
    apply(&twin, "file w delta at 08:00\nWorkload:a");
    let receipt = apply(&twin, "file w delta at 07:00\ngone Workload:a");
    assert_eq!((receipt.late, components(&at(&twin, "09:00")).len()), (1, 1));
    let receipt = apply(&twin, "file w delta at 08:30\ngone Workload:a");
    assert_eq!((receipt.applied, components(&at(&twin, "09:00")).len()), (1, 0));
    let receipt = apply(&twin, "file w delta at 08:40\ngone Workload:a");
    assert_eq!((receipt.duplicate, receipt.revision), (1, 2), "gone already");
}

#[test]
fn s4_what_is_told_to_be_gone_before_it_is_told_to_be_there_is_gone() {
    let twin = Twin::in_memory();
    let receipt = apply(&twin, "file w delta at 08:00\ngone Workload:a");
    assert_eq!((receipt.duplicate, receipt.revision), (1, 0), "nothing that holds changed");
    let receipt = apply(&twin, "file w delta at 07:00\nWorkload:a");
    assert_eq!((receipt.late, receipt.applied), (1, 0));
    assert!(components(&at(&twin, "09:00")).is_empty());
    assert_eq!(components(&twin.snapshot(At::now(time("09:00")).valid(time("07:30")))), ["a"]);
    let receipt = apply(&twin, "file w delta at 08:30\nWorkload:a");
    assert_eq!((receipt.applied, components(&at(&twin, "09:00")).len()), (1, 1));
}

#[test]
fn s4_a_telling_without_news_is_kept_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("twin");
    let rows = |text: &str| {
        apply(&Twin::open(&path).unwrap(), text);
        Twin::open(&path).unwrap().verify().unwrap().rows
    };
    let first = rows("file w delta at 07:00\nWorkload:a");
    let again = rows("file w delta at 08:00\nWorkload:a\ngone Workload:b");
    assert_eq!(again - first, 3, "that it was read, and when it told of a and of b");
    assert_eq!(rows("file w delta at 08:00\nWorkload:a\ngone Workload:b") - again, 1, "that it was read");
}

#[test]
fn s4_what_one_delta_says_is_gone_and_records_is_there_as_it_records_it() {
    let twin = Twin::in_memory();
    apply(&twin, "file w delta\nWorkload:a\nset replicas 2\nlabel tier=one");
    let again = "now 10:00\nfile w delta\ngone Workload:a\nWorkload:a\nset replicas 3";
    let first = apply(&twin, again);
    assert_eq!((first.applied, first.duplicate, first.revision), (1, 1, 2));
    assert_eq!(ask(&twin, "10:00", "attribute a replicas"), ["declared 3"]);
    let second = apply(&twin, again);
    assert_eq!((second.applied, second.duplicate, second.revision), (0, 2, 2), "nothing new");
    assert_eq!(ask(&twin, "10:00", "attribute a replicas"), ["declared 3"]);
}

#[test]
fn s4_an_older_full_pass_that_comes_late_overrules_nothing() {
    let twin = Twin::in_memory();
    apply(&twin, "file a at 08:00\nWorkload:new");
    let receipt = apply(&twin, "file a at 07:00\nWorkload:old");
    assert_eq!((receipt.late, receipt.applied), (1, 0));
    assert_eq!(components(&at(&twin, "09:00")), ["new"]);
    let scope = Scope::new(&SourceId("estate".to_owned()), "a");
    assert_eq!(at(&twin, "09:00").readings().reading(&scope).and_then(|read| read.completed_at), Some(time("08:00")));
}

#[test]
fn s6_sources_that_disagree_are_both_kept() {
    let twin = Twin::in_memory();
    apply(&twin, "file a\nWorkload:a\nset replicas 2\nfile b\nWorkload:a deployed\nset replicas 3");
    assert_eq!(ask(&twin, "09:00", "attribute a replicas"), ["declared 2", "deployed 3"]);
}

#[test]
fn s6_what_sources_tell_differently_from_one_side_is_shown_with_the_newest_first() {
    let twin = Twin::in_memory();
    let estate = "file b at 08:00\nWorkload:a\nset replicas 2\nfile a at 08:30\nWorkload:a\nset replicas 3\nset platform.kind Job\n\
                  file c\nWorkload:a deployed\nset replicas 4\nset platform.kind Other";
    apply(&twin, estate);
    assert_eq!(ask(&twin, "09:00", "conflicts a"), ["replicas declared 3 shown", "replicas declared 2"]);
    apply(&twin, "now 10:00\nfile b\nWorkload:a\nset replicas 2");
    assert_eq!(ask(&twin, "10:00", "conflicts a"), ["replicas declared 2 shown", "replicas declared 3"]);
    let snapshot = at(&twin, "10:00");
    let answer = snapshot.conflicts(snapshot.find("a").unwrap());
    assert!(answer.value.iter().all(|row| answer.evidence(row).len() == 1));
    apply(&twin, "now 11:00\nfile b\nWorkload:a\nset replicas 3");
    assert!(ask(&twin, "11:00", "conflicts a").is_empty());
}

#[test]
fn whoever_may_write_an_attribute_is_shown_and_others_take_over_once_that_source_is_stale() {
    let twin = Twin::in_memory();
    apply(
        &twin,
        "source list\nfile a\nComponent:pay\nknown native_id:pay\nset status live\nsource sheet\nfile b\nComponent:pay\nknown native_id:pay\nset status gone",
    );
    apply(&twin, "now 09:50\nsource other\nfile c\nComponent:pay\nknown native_id:pay\nset status old");
    let rule = |of: Option<Kind>, sources: &[&str]| Writers {
        of,
        attribute: "status".to_owned(),
        sources: sources.iter().map(|source| (*source).to_owned()).collect(),
    };
    let shown = |at_time: &str, writers: &[Writers]| {
        let snapshot = at(&twin, at_time);
        let rows = conflicts(&snapshot, snapshot.find("pay").unwrap(), writers, Profile::Cadence).value;
        assert_eq!(rows.len(), 3, "the losing values stay");
        let row = rows.into_iter().find(|row| row.shown).unwrap();
        format!("{}: {}", row.value, row.why.unwrap_or_default())
    };
    let component = Some(kind::COMPONENT);
    assert_eq!(shown("09:55", &[]), "old: ");
    assert_eq!(shown("09:55", &[rule(None, &["sheet", "list"])]), "gone: sheet writes it before all others");
    assert_eq!(
        shown("09:55", &[rule(component.clone(), &["list"]), rule(None, &["sheet"])]),
        "live: list writes it before all others"
    );
    assert_eq!(shown("09:55", &[rule(None, &["nobody"])]), "old: nobody who may write it says anything");
    assert_eq!(
        shown("10:30", &[rule(None, &["sheet", "other"])]),
        "old: other takes over: sheet says nothing, or is stale"
    );
    assert_eq!(shown("10:30", &[rule(None, &["sheet", "list"])]), "gone: sheet writes it, and all who may are stale");
}

#[test]
fn whoever_may_write_owners_goes_before_others() {
    let twin = Twin::in_memory();
    apply(
        &twin,
        "source list\nfile a\nComponent:pay\nknown native_id:pay\nownedBy team:payments\nTeam:payments\nknown team:payments\nsource sheet\nfile b\nComponent:pay\nknown native_id:pay\nownedBy team:ledger\nTeam:ledger\nknown team:ledger",
    );
    let snapshot = at(&twin, "09:10");
    let rule = Writers { of: None, attribute: "ownedBy".to_owned(), sources: vec!["sheet".to_owned()] };
    let answer = owners(&snapshot, snapshot.find("pay").unwrap(), &[rule], Profile::Cadence);
    let rows: Vec<(&str, bool)> = answer.value.iter().map(|row| (&row.owner.name[..], row.shown)).collect();
    assert_eq!(rows, [("ledger", true), ("payments", false)]);
    assert_eq!(answer.verdict.as_deref(), Some("2 owners are named; go by ledger"));
}

#[test]
fn s7_a_silent_source_ages_without_any_event() {
    let twin = Twin::in_memory();
    apply(&twin, "file a\nWorkload:a");
    let revision = twin.revision();
    assert_eq!(ask(&twin, "10:00", "status find"), ["complete"]);
    let expected = "partial a: stale: read 3660 s ago, 3600 s are allowed";
    assert_eq!(ask(&twin, "10:01", "status find"), [expected]);
    assert_eq!(twin.revision(), revision);
}

#[test]
fn s10_what_returns_gets_its_id_back_and_its_gap_shows() {
    let twin = Twin::in_memory();
    apply(&twin, "folder .: a\nfile a\nWorkload:a");
    let id = |now: &str| {
        let snapshot = at(&twin, now);
        snapshot.find("a").map(|node| snapshot.entity(node).id.clone()).ok()
    };
    let before = id("09:00");
    apply(&twin, "now 10:00\nfolder .:");
    assert_eq!(id("10:00"), None);
    apply(&twin, "now 11:00\nfolder .: a\nfile a\nWorkload:a");
    assert!(before.is_some());
    assert_eq!(id("11:00"), before);
    for (valid, there) in [("09:30", 1), ("10:30", 0), ("11:30", 1)] {
        assert_eq!(components(&twin.snapshot(At::now(time("12:00")).valid(time(valid)))).len(), there, "{valid}");
    }
}

#[test]
fn a_file_that_moves_between_folders_keeps_ids_and_is_no_event() {
    let twin = Twin::in_memory();
    apply(&twin, "folder .: x y\nfolder x: x/a\nfolder y:\nfile x/a\nWorkload:a\nset replicas 2");
    let before = at(&twin, "09:00");
    let receipt =
        apply(&twin, "now 10:00\nfolder .: x y\nfolder x:\nfolder y: y/a\nfile y/a\nWorkload:a\nset replicas 2");
    assert_eq!(receipt.events, Vec::new());
    let after = at(&twin, "10:00");
    let ids = |snapshot: &Snapshot| snapshot.nodes().map(|node| snapshot.entity(node).id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&before), ids(&after));
}
