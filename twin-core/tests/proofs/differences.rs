//! Differences between two worlds where several things have one name.

use twin_core::graph::Snapshot;
use twin_core::simulate::{Change, ChangeDraft, Scenario, changes_between};
use twin_core::{At, Twin};

use crate::support::{apply, time};

const TWO: &str = "file a
    Workload:shop/api
      set replicas 2
    Workload:till/api
    Workload:shop/web
      calls/required Workload:shop/api";

/// A world with whatever keeps it alive.
fn world(text: &str) -> (Twin, Snapshot) {
    let twin = Twin::in_memory();
    apply(&twin, text);
    let snapshot = twin.snapshot(At::now(time("09:00")));
    (twin, snapshot)
}

#[test]
fn what_shares_its_name_is_named_by_its_record() {
    let (_one, before) = world(TWO);
    let worlds = [
        (TWO.replace("    Workload:till/api\n", ""), vec!["remove estate/till/Workload:api"]),
        (TWO.replace("replicas 2", "replicas 5"), vec!["scale estate/shop/Workload:api"]),
        (
            TWO.replace("      calls/required Workload:shop/api", "      calls/required Workload:till/api"),
            vec!["add_dependency web → estate/till/Workload:api", "remove_dependency web → estate/shop/Workload:api"],
        ),
        (TWO.replace("    Workload:shop/web\n      calls/required Workload:shop/api", ""), vec!["remove web"]),
    ];
    for (text, told) in &worlds {
        let (_other, after) = world(text);
        let changes = changes_between(&before, &after);
        let said = |change: &ChangeDraft| {
            let entities: Vec<&str> = change.entities().into_iter().map(String::as_str).collect();
            format!("{} {}", change.name(), entities.join(" → "))
        };
        assert_eq!(changes.iter().map(said).collect::<Vec<String>>(), *told);
        let (scenario, unplaced) = Scenario::of_known(&before, "there", &changes);
        assert!(unplaced.is_empty(), "{unplaced:?}");
        assert!(
            changes_between(&scenario.snapshot(), &after).iter().all(|change| matches!(change, Change::Scale { .. }))
        );
    }
}

#[test]
fn what_another_world_never_read_is_left_out_aloud() {
    let (_one, before) = world(TWO);
    let (_other, after) = world(&TWO.replace("    Workload:till/api\n", ""));
    let (_twin, head) = world("file a\nWorkload:shop/api\nWorkload:shop/web\n");
    let (scenario, unplaced) = Scenario::of_known(&head, "there", &changes_between(&before, &after));
    assert!(scenario.changes().is_empty(), "the only api of the other world is another one");
    assert!(unplaced[0].why.contains("unknown entity \"estate/till/Workload:api\""), "{}", unplaced[0].why);
}
