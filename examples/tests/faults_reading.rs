//! What a reading may do to a twin: files that break, vanish, move, come again or in another order, and a store that outlives all of it.

use std::collections::BTreeSet;

use golden_support::{Held, InMemory, apply, at, now, questions, scanned};
use serde_json::Value;
use twin_core::analysis::Change;
use twin_core::base::{ErrorKind, Timestamp};
use twin_core::graph::Snapshot;
use twin_core::observe::{Batch, RecordKey};
use twin_core::{At, Receipt, Twin};

mod golden_support;

fn later() -> Timestamp {
    at("2026-11-24T12:10:00Z")
}

/// Reads the estate, lets something happen to it, and reads it again.
fn read_twice(change: impl Fn(&mut InMemory)) -> (Twin, Receipt) {
    let twin = Twin::in_memory();
    let mut files = InMemory::estate();
    apply(&twin, &files, now());
    change(&mut files);
    let receipt = apply(&twin, &files, later());
    (twin, receipt)
}

fn records(snapshot: &Snapshot) -> BTreeSet<(String, Vec<RecordKey>)> {
    let entities = snapshot.nodes().map(|node| snapshot.entity(node));
    entities.map(|entity| (entity.id.to_string(), entity.records.clone())).collect()
}

/// The scopes that an answer says are missing; `None` if it says that it is whole.
fn missing(answer: &Value) -> Option<BTreeSet<String>> {
    match answer["status"]["kind"].as_str() {
        Some("complete") => None,
        _ => {
            let missing = answer["status"]["missing"].as_array().expect("what is missing");
            assert!(missing.iter().all(|row| row["source"] == "estate" && row["why"].is_string()), "{missing:?}");
            Some(missing.iter().filter_map(|row| row["scope"].as_str().map(str::to_owned)).collect())
        }
    }
}

fn statuses(snapshot: &Snapshot) -> Vec<(String, Option<BTreeSet<String>>)> {
    let payments = snapshot.find("payments").expect("one service is called payments");
    let answers = questions::about_all(snapshot).into_iter().chain(questions::about(snapshot, payments));
    answers.map(|(question, answer)| (question.to_owned(), missing(&answer))).collect()
}

/// A file that was read whole, and now breaks off within a record.
fn cut(files: &mut InMemory, path: &str) {
    let bytes = files.bytes(path).expect("a file").to_vec();
    files.put(path, &bytes[..bytes.len() / 2]);
}

#[test]
fn a_whole_reading_makes_whole_answers() {
    let (twin, _) = read_twice(|_| {});
    for (question, missing) in statuses(&twin.snapshot(At::now(later()))) {
        assert_eq!(missing, None, "{question}");
    }
}

#[test]
fn an_unreadable_and_a_broken_file_take_nothing_away_and_are_named_by_whom_they_touch() {
    let (manifest, state) = ("k8s/shop/pricing.yaml", "terraform/terraform.tfstate");
    let (twin, receipt) = read_twice(|files| {
        files.break_at(manifest, Held::Denied);
        cut(files, state);
    });
    assert_eq!(receipt.events, []);
    let places: BTreeSet<&str> = receipt.diagnostics.iter().map(|found| found.locator.path()).collect();
    assert!(places.contains(manifest) && places.contains(state), "{places:?}");
    let before = twin.snapshot(At::now(later()).known(now()));
    let after = twin.snapshot(At::now(later()));
    assert_eq!(records(&before), records(&after));
    let both: BTreeSet<String> = [manifest.to_owned(), state.to_owned()].into();
    for (question, missing) in statuses(&after) {
        match question.as_str() {
            "decisions" => assert_eq!(missing, None, "no manifest or state holds a decision"),
            _ => {
                let named = missing.unwrap_or_default();
                assert!(!named.is_empty() && named.is_subset(&both), "{question} names {named:?}");
            }
        }
    }
    let blast = statuses(&after).into_iter().find(|(question, _)| question == "blast_radius");
    assert_eq!(blast.and_then(|(_, missing)| missing), Some(both));
}

#[test]
fn no_single_unreadable_file_takes_anything_away() {
    let one_of_each = [
        ".env",
        ".github/CODEOWNERS",
        "compose.yaml",
        "compose.override.yaml",
        "cost/focus-2026-10.csv",
        "docs/decisions/0005-keep-customers-away-from-the-books.md",
        "k8s/namespaces.yaml",
        "services/api/application.yml",
        "services/edge/Dockerfile",
        "services/storefront/README.md",
        "telemetry/traces-02.pb.gz",
        "terraform/terraform.tfstate",
    ];
    for path in one_of_each {
        let (twin, receipt) = read_twice(|files| files.break_at(path, Held::Denied));
        assert_eq!(receipt.events, [], "{path}");
        let answers = questions::about_all(&twin.snapshot(At::now(later()))).into_iter();
        let named = answers.filter_map(|(_, answer)| missing(&answer)).flatten();
        let others: BTreeSet<String> = named.filter(|scope| !shares_a_group(scope, path)).collect();
        assert_eq!(others, BTreeSet::new(), "{path} is to blame, and nobody else");
    }
}

/// Compose files with their `.env`, and the traces of one folder, are read together: if one breaks, all are partial.
fn shares_a_group(scope: &str, path: &str) -> bool {
    let folder = |path: &str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
    scope == path || folder(scope) == folder(path)
}

#[test]
fn an_unreadable_folder_takes_nothing_away_and_is_named() {
    let (twin, receipt) = read_twice(|files| files.break_at("k8s/shop", Held::DeniedFolder));
    assert_eq!(receipt.events, []);
    for (question, missing) in statuses(&twin.snapshot(At::now(later()))) {
        if question == "blast_radius" {
            let named = missing.unwrap_or_default();
            assert!(named.contains("k8s/shop/orders.yaml"), "{named:?}");
            assert!(named.iter().all(|scope| scope.starts_with("k8s/shop")), "{named:?}");
        }
    }
}

#[test]
fn what_a_deleted_file_said_is_gone_today_and_there_yesterday() {
    let (twin, receipt) = read_twice(|files| {
        files.0.remove("k8s/backoffice/ledger.yaml");
    });
    let is_removal = |event: &Change| matches!(event, Change::EntityRemoved { entity } if entity.name == "ledger-db");
    assert!(receipt.events.iter().any(is_removal), "{:?}", receipt.events);
    let today = twin.snapshot(At::now(later()));
    let has_database = |snapshot: &Snapshot| snapshot.find("ledger-db").is_ok();
    assert!(!has_database(&today));
    for yesterday in [At::now(later()).valid(now()), At::now(later()).known(now()), At::now(now())] {
        let shows = has_database(&twin.snapshot(yesterday));
        assert!(shows || yesterday == At::now(now()), "{yesterday:?}");
    }
    assert!(statuses(&today).iter().all(|(_, missing)| missing.is_none()), "a completed reading leaves nothing open");
}

#[test]
fn renamed_files_and_folders_keep_their_ids_and_are_no_event() {
    let renames = [
        ("k8s/shop/orders.yaml", "k8s/shop/zz-orders.yml"),
        ("k8s/shop", "k8s/front"),
        ("k8s", "deploy/manifests"),
        ("telemetry", "otel"),
        ("cost/focus-2026-10.csv", "cost/october.csv"),
        ("terraform/terraform.tfstate", "infra/prod.tfstate"),
        ("docs/decisions/0003-one-door-to-the-payment-provider.md", "docs/decisions/0003-one-door.md"),
    ];
    for (from, to) in renames {
        let (twin, receipt) = read_twice(|files| files.rename(from, to));
        assert_eq!(receipt.events, [], "{from} to {to}");
        let (before, after) = (twin.snapshot(At::now(later()).known(now())), twin.snapshot(At::now(later())));
        assert_eq!(records(&before), records(&after), "{from} to {to}");
        assert!(statuses(&after).iter().all(|(_, missing)| missing.is_none()), "{from} to {to}");
    }
}

#[test]
fn reading_the_same_again_only_renews_its_freshness() {
    let (twin, receipt) = read_twice(|_| {});
    assert_eq!((receipt.revision, receipt.events.len(), receipt.applied), (1, 0, 0));
    let snapshot = twin.snapshot(At::now(later()));
    for (question, answer) in questions::about_all(&snapshot) {
        for row in answer["freshness"].as_array().expect("rows") {
            assert_eq!((&row["observed_at"], &row["age_s"]), (&Value::from(later().to_string()), &Value::from(0)));
        }
        assert!(!answer["freshness"].as_array().is_some_and(Vec::is_empty), "{question}");
    }
}

#[test]
fn yesterday_differs_from_today_by_what_was_changed() {
    let twin = Twin::in_memory();
    let today = InMemory::estate();
    let mut yesterday = today.clone();
    for (path, held) in InMemory::of_folder(&golden_support::folder("estate-changes")).0 {
        yesterday.0.insert(path, held);
    }
    apply(&twin, &yesterday, at("2026-11-23T12:00:00Z"));
    let events = apply(&twin, &today, now()).events;
    let told: BTreeSet<String> = events.iter().map(told).collect();
    for expected in [
        "+ notifications Component",
        "+ notifications@shop Instance",
        "+ pricing@shop calls inventory@shop",
        "~ pricing@shop image.tag",
    ] {
        assert!(told.contains(expected), "{expected} is not in {told:#?}");
    }
    assert!(told.iter().all(|line| ["notifications", "pricing"].iter().any(|name| line.contains(name))), "{told:#?}");
}

fn told(change: &Change) -> String {
    match change {
        Change::EntityAdded { entity, .. } => format!("+ {} {}", entity.name, entity.kind),
        Change::EntityRemoved { entity } => format!("- {} {}", entity.name, entity.kind),
        Change::AttributeChanged { entity, attribute, .. } => format!("~ {} {attribute}", entity.name),
        Change::RelationAdded { from, relation, to, .. } => format!("+ {} {relation} {}", from.name, to.name),
        Change::RelationRemoved { from, relation, to } => format!("- {} {relation} {}", from.name, to.name),
        Change::SidesChanged { from, relation, to, .. } => format!("~ {} {relation} {}", from.name, to.name),
    }
}

fn answers(snapshot: &Snapshot) -> Vec<(String, String)> {
    questions::all(snapshot).map(|(name, answer)| (name, twin_core::answer::canonical(&answer))).collect()
}

#[test]
fn batches_in_any_order_give_the_same_answers() {
    let (batches, _) = scanned(&InMemory::estate());
    let expected = answers(&of_batches(batches.clone()));
    let mut shuffled = batches.clone();
    shuffled.reverse();
    assert_eq!(answers(&of_batches(shuffled.clone())), expected, "reversed");
    shuffled.rotate_left(batches.len() / 3);
    shuffled.sort_by_key(|batch| batch.scope.path.bytes().rev().collect::<Vec<u8>>());
    assert_eq!(answers(&of_batches(shuffled)), expected, "by their last letters");
}

fn of_batches(batches: Vec<Batch>) -> Snapshot {
    let twin = Twin::in_memory();
    twin.apply(batches, now()).expect("memory takes everything");
    twin.snapshot(At::now(now()))
}

#[test]
fn one_batch_at_a_time_gives_the_same_things_and_relations() {
    let (mut batches, _) = scanned(&InMemory::estate());
    let whole = of_batches(batches.clone());
    batches.reverse();
    let twin = Twin::in_memory();
    for batch in batches {
        twin.apply(vec![batch], now()).expect("memory takes everything");
    }
    let (one, other) = (shape(&whole), shape(&twin.snapshot(At::now(later()))));
    assert_eq!(one.difference(&other).collect::<Vec<_>>(), Vec::<&String>::new(), "only in one transaction");
    assert_eq!(other.difference(&one).collect::<Vec<_>>(), Vec::<&String>::new(), "only one by one");
}

/// Entities and relations by what does not depend on the order of reading: the keys of records, kinds and sides.
fn shape(snapshot: &Snapshot) -> BTreeSet<String> {
    let named = |node| {
        let entity = snapshot.entity(node);
        let records: Vec<String> = entity.records.iter().map(ToString::to_string).collect();
        format!("{} {} {}", entity.kind, entity.name, records.join("+"))
    };
    let edges = snapshot.edges().map(|edge| {
        format!("{} {} {} {:?}", named(edge.from), edge.edge.relation, named(edge.to), edge.edge.perspectives)
    });
    snapshot.nodes().map(named).chain(edges).collect()
}

#[test]
fn a_store_gives_the_same_answers_at_once_and_when_it_is_opened_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("estate.twin");
    let expected = answers(&golden_support::estate());
    let twin = Twin::open(&path).expect("a new store");
    apply(&twin, &InMemory::estate(), now());
    assert_eq!(answers(&twin.snapshot(At::now(now()))), expected);
    let busy = Twin::open(&path).expect_err("one writer at a time");
    assert_eq!(busy.kind(), ErrorKind::Busy);
    drop(twin);
    let again = Twin::open(&path).expect("the same store");
    assert_eq!(answers(&again.snapshot(At::now(now()))), expected);
    let reader = Twin::open_read_only(&path).expect("a reader beside the writer");
    assert_eq!(answers(&reader.snapshot(At::now(now()))), expected);
}

#[test]
fn a_damaged_store_is_an_error_and_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("estate.twin");
    apply(&Twin::open(&path).expect("a new store"), &InMemory::estate(), now());
    let mut bytes = std::fs::read(&path).expect("the store");
    let places: Vec<usize> =
        bytes.windows(8).enumerate().filter(|(_, text)| *text == b"Workload").map(|(at, _)| at).collect();
    assert!(!places.is_empty(), "the store names kinds");
    places.into_iter().for_each(|at| bytes[at..at + 8].copy_from_slice(b"Werkload"));
    for (content, kinds) in [
        (bytes, &[ErrorKind::Corrupt][..]),
        (b"a text that somebody saved under this name".repeat(200), &[ErrorKind::NotAStore][..]),
    ] {
        std::fs::write(&path, &content).expect("a file");
        let error = Twin::open(&path).expect_err("it is damaged");
        assert!(kinds.contains(&error.kind()), "{error}");
        assert!(Twin::open_read_only(&path).is_err());
        assert_eq!(std::fs::read(&path).expect("the store"), content, "the file is as it was");
    }
}
