//! Identity: what merges, what never does, and what people decide.

use std::collections::BTreeMap;

use proptest::prelude::*;
use twin_core::analysis::{explain, why_not};
use twin_core::answer::Profile;
use twin_core::base::Context;
use twin_core::graph::Snapshot;
use twin_core::identity::{EntityId, HumanDecision, IdentityChange};
use twin_core::observe::RecordKey;
use twin_core::schema::kind;
use twin_core::testkit::{check, files};
use twin_core::{At, IdentityEvent, IdentityEventKind, Twin};

use crate::support::{apply, ask, batches, cases, components, time};

fn key(text: &str) -> RecordKey {
    batches(&format!("file f\n{text}")).remove(0).records.remove(0).key
}

fn head(twin: &Twin) -> Snapshot {
    twin.snapshot(At::now(time("12:00")))
}

fn id_of(snapshot: &Snapshot, record: &str) -> EntityId {
    let key = key(record);
    let component = snapshot.nodes_of_record(&key).map(|node| snapshot.component(node)).next().unwrap();
    snapshot.entity(component).id.clone()
}

#[test]
fn a_name_alone_merges_nothing() {
    check(
        "file a
         Workload:shop/api
         Workload:till/api
         ask find Component
           api
           api
         ask why_not api@shop api@till
           the name alone is no evidence",
    );
}

#[test]
fn an_own_image_with_the_same_name_merges_two_systems() {
    check(
        "source one
         file a
         Workload:shop/api
           runsImage image:registry/api
         source two
         file b
         Workload:prod/api
           runsImage image:registry/api
         ask members api
           one/shop/Workload:api
           two/prod/Workload:api",
    );
    check(
        "source one
         file a
         Workload:shop/first
           runsImage image:library/nginx
         source two
         file b
         Workload:prod/second
           runsImage image:library/nginx
         ask find Component
           first
           second",
    );
}

#[test]
fn a_value_that_one_system_gives_twice_means_nothing() {
    check(
        "source one
         file a
         Workload:a
           known service_name:app
         Workload:b
           known service_name:app
         source two
         file b
         TelemetryService:app observed
           known service_name:app
         ask find Component
           a
           app
           b",
    );
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn weights_sum_to_the_score(files in files()) {
        let twin = Twin::in_memory();
        twin.apply(files, time("09:00")).unwrap();
        let snapshot = head(&twin);
        for node in snapshot.nodes() {
            for reason in explain(&snapshot, node, Profile::Cadence).value {
                let sum: f64 = reason.weights.iter().map(|weight| weight.weight).sum();
                prop_assert_eq!(sum, reason.score, "{:?}", reason);
                prop_assert!(!reason.merged || reason.score >= reason.threshold, "{:?}", reason);
            }
        }
    }

    #[test]
    fn two_namespaces_of_one_system_never_merge_on_the_name(names in proptest::collection::btree_set("[a-c]", 1..3)) {
        let twin = Twin::in_memory();
        let lines = names.iter().map(|name| format!("Workload:shop/{name}\nWorkload:till/{name}\n"));
        apply(&twin, &format!("file a\n{}", lines.collect::<String>()));
        prop_assert_eq!(components(&head(&twin)).len(), 2 * names.len());
    }

    #[test]
    fn decisions_hold_after_any_reading(first in files(), second in files()) {
        let twin = Twin::in_memory();
        twin.apply(batches("file z\nWorkload:x/one\nWorkload:y/two\nWorkload:z/three\nknown native_id:id\nTelemetryService:four observed\nknown native_id:id"), time("09:00")).unwrap();
        twin.pin(&key("Workload:x/one"), &key("Workload:y/two"), time("09:10")).unwrap();
        twin.split(&key("Workload:z/three"), &key("TelemetryService:four"), time("09:10")).unwrap();
        for files in [first, second] {
            twin.apply(files, time("10:00")).unwrap();
            let snapshot = head(&twin);
            prop_assert_eq!(id_of(&snapshot, "Workload:x/one"), id_of(&snapshot, "Workload:y/two"));
            prop_assert_ne!(id_of(&snapshot, "Workload:z/three"), id_of(&snapshot, "TelemetryService:four"));
        }
    }
}

#[test]
fn the_last_decision_on_a_pair_stands() {
    let (a, b) = (key("Workload:x/a"), key("Workload:y/b"));
    let decide = |words: &str| {
        let twin = Twin::in_memory();
        apply(&twin, "file f\nWorkload:x/a\nknown native_id:id\nWorkload:y/b\nknown native_id:id");
        for word in words.split_whitespace() {
            let (a, b) = (a.clone(), b.clone());
            let decision = match word {
                "pin" => HumanDecision::Pin { a: b, b: a },
                "split" => HumanDecision::Split { a, b },
                _ => HumanDecision::Unpin { a, b },
            };
            twin.decide(decision, time("10:00")).unwrap();
        }
        components(&head(&twin)).len()
    };
    let cases = [("", 1), ("split", 2), ("split unpin", 1), ("split pin", 1), ("pin split", 2), ("pin split unpin", 1)];
    for (words, expected) in cases {
        assert_eq!(decide(words), expected, "{words}");
    }
}

#[test]
fn a_merge_redirects_the_old_id_and_a_split_leaves_it_with_the_larger_part() {
    let twin = Twin::in_memory();
    apply(&twin, "file f\nWorkload:x/a\nWorkload:y/b\nWorkload:z/c");
    let (a, b, c) = (key("Workload:x/a"), key("Workload:y/b"), key("Workload:z/c"));
    let ids = ["Workload:x/a", "Workload:y/b", "Workload:z/c"].map(|record| id_of(&head(&twin), record));
    twin.pin(&a, &b, time("10:00")).unwrap();
    twin.pin(&b, &c, time("10:00")).unwrap();
    let merged = head(&twin);
    let one = merged.find("Workload").ok().or_else(|| merged.node_of(&ids[0])).unwrap();
    for id in &ids {
        assert_eq!(merged.node_of(id), Some(one), "{id} stands for the one");
        assert_eq!(merged.find(id.as_str()).unwrap(), one);
    }
    let kept = merged.entity(one).id.clone();
    twin.decide(HumanDecision::Unpin { a, b }, time("11:00")).unwrap();
    let apart = head(&twin);
    assert_eq!(id_of(&apart, "Workload:y/b"), kept, "two of three records keep the id");
    assert_ne!(id_of(&apart, "Workload:x/a"), kept);
}

#[test]
fn before_a_merge_each_of_the_two_is_found_by_its_own_id() {
    let apart = "file f\nWorkload:x/a\nknown native_id:one\nWorkload:y/b\nknown native_id:two\nWorkload:z/c";
    for merged in ["one", "two"] {
        let twin = Twin::in_memory();
        apply(&twin, apart);
        let records = ["Workload:x/a", "Workload:y/b", "Workload:z/c"];
        let ids = records.map(|record| id_of(&twin.snapshot(At::now(time("09:00"))), record));
        apply(
            &twin,
            &format!(
                "now 10:00\nfile f\nWorkload:x/a\nknown native_id:{merged}\nWorkload:y/b\nknown native_id:{merged}\nWorkload:z/c"
            ),
        );
        twin.pin(&key("Workload:y/b"), &key("Workload:z/c"), time("10:30")).unwrap();
        assert_eq!(components(&head(&twin)).len(), 1);
        let at = At::now(time("12:00"));
        let past = [at.known(time("09:30")), at.valid(time("09:30")), at.valid(time("09:30")).known(time("09:30"))];
        for (snapshot, apart) in past.map(|at| twin.snapshot(at)).iter().zip([3, 2, 3]) {
            let nodes: std::collections::BTreeSet<_> = ids.iter().map(|id| snapshot.node_of(id)).collect();
            assert_eq!((nodes.len(), components(snapshot).len()), (apart, apart));
        }
        let before = twin.snapshot(past[2]);
        for (record, id) in records.iter().zip(&ids) {
            assert_eq!(id_of(&before, record), *id, "{record}");
        }
    }
}

#[test]
fn a_split_holds_between_any_two_records_of_a_thing() {
    let twin = Twin::in_memory();
    apply(&twin, "file f\nTeam:a\nknown team:crew\nTeam:b\nknown team:crew\nTeam:c\nknown team:crew");
    twin.split(&key("Team:b"), &key("Team:c"), time("10:00")).unwrap();
    let snapshot = head(&twin);
    assert_ne!(id_of(&snapshot, "Team:b"), id_of(&snapshot, "Team:c"));
}

#[test]
fn decisions_on_strangers_are_errors_that_name_the_nearest() {
    let twin = Twin::in_memory();
    apply(&twin, "file f\nWorkload:x/api");
    let (known, stranger) = (key("Workload:x/api"), key("Workload:x/apii"));
    let error = twin.pin(&known, &stranger, time("10:00")).unwrap_err();
    assert!(error.to_string().contains("nearest are estate/x/Workload:api"), "{error}");
    assert_eq!(twin.pin(&known, &known, time("10:00")).unwrap_err().kind().code(), "invalid");
}

#[test]
fn a_pin_of_what_cannot_be_one_is_refused() {
    let twin = Twin::in_memory();
    apply(&twin, "file f\nWorkload:a\nTeam:a");
    let error = twin.pin(&key("Workload:a"), &key("Team:a"), time("10:00")).unwrap_err();
    assert_eq!(error.kind().code(), "invalid");
    assert_eq!(ask(&twin, "12:00", "find Component"), ["a"]);
}

#[test]
fn a_decision_that_contradicts_others_is_refused_and_names_them() {
    let [a, b, c, d] = ["x/a", "x/b", "x/c", "x/d"].map(|name| key(&format!("Workload:{name}")));
    let pin = |a: &RecordKey, b: &RecordKey| HumanDecision::Pin { a: a.clone(), b: b.clone() };
    let split = |a: &RecordKey, b: &RecordKey| HumanDecision::Split { a: a.clone(), b: b.clone() };
    let unpin = |a: &RecordKey, b: &RecordKey| HumanDecision::Unpin { a: a.clone(), b: b.clone() };
    let cases = [
        (vec![pin(&a, &b), pin(&b, &c)], split(&a, &c), vec![pin(&b, &c), pin(&a, &b)]),
        (vec![split(&a, &c), pin(&a, &b)], pin(&c, &b), vec![pin(&a, &b), split(&a, &c)]),
        (vec![split(&a, &d), pin(&a, &b), pin(&c, &d)], pin(&b, &c), vec![pin(&c, &d), pin(&a, &b), split(&a, &d)]),
        (vec![pin(&a, &b), pin(&b, &c), unpin(&b, &a)], split(&a, &c), vec![]),
        (vec![pin(&a, &b)], split(&b, &a), vec![]),
        (vec![split(&a, &b)], pin(&b, &a), vec![]),
        (vec![pin(&a, &b), pin(&b, &c), pin(&a, &c)], split(&a, &c), vec![pin(&b, &c), pin(&a, &b)]),
        (vec![split(&a, &b), split(&b, &c)], pin(&a, &c), vec![]),
    ];
    for (before, new, in_the_way) in cases {
        let twin = Twin::in_memory();
        apply(&twin, "file f\nWorkload:x/a\nWorkload:x/b\nWorkload:x/c\nWorkload:x/d");
        before.iter().for_each(|decision| drop(twin.decide(decision.clone(), time("10:00")).unwrap()));
        let found = twin.decide(new.clone(), time("11:00"));
        let Some(first) = in_the_way.first() else {
            found.unwrap();
            continue;
        };
        let error = found.unwrap_err();
        assert_eq!(error.kind().code(), "invalid");
        let named = in_the_way.iter().map(ToString::to_string).collect::<Vec<String>>().join("; ");
        assert!(error.to_string().ends_with(&named), "{error}\n{named}");
        let (HumanDecision::Pin { a, b } | HumanDecision::Split { a, b }) = first else { panic!("{first}") };
        twin.decide(unpin(a, b), time("11:00")).unwrap();
        twin.decide(new, time("11:00")).unwrap();
    }
}

#[test]
fn why_not_cites_what_both_sides_say() {
    let twin = Twin::in_memory();
    apply(&twin, "file f\nWorkload:x/a\nknown native_id:id\nWorkload:y/b\nknown native_id:id");
    twin.split(&key("Workload:x/a"), &key("Workload:y/b"), time("10:00")).unwrap();
    let snapshot = head(&twin);
    let (a, b) = (snapshot.find("a").unwrap(), snapshot.find("b").unwrap());
    let answer = why_not(&snapshot, a, b, Profile::Cadence);
    assert_eq!(answer.verdict.as_deref(), Some("split by a person"));
    assert_eq!(answer.evidence(&answer.value[0].evidence).len(), 2);
}

#[test]
fn many_workloads_of_one_image_are_compared_in_proportion_to_their_number() {
    let workloads: Vec<String> =
        (0..200).map(|number| format!("Workload:space{number}/pay\n  runsImage image:registry/pay")).collect();
    let twin = Twin::in_memory();
    apply(&twin, &format!("file f\n{}", workloads.join("\n")));
    let snapshot = head(&twin);
    assert_eq!(snapshot.pages().verdicts.len(), 199);
    assert_eq!(components(&snapshot).len(), 1);
}

#[test]
fn the_strongest_shared_value_counts_where_another_is_generic() {
    check(
        "source one
         file a
         Workload:shop/api
           runsImage image:mesh/sidecar
           runsImage image:registry/api
         Workload:shop/web
           runsImage image:mesh/sidecar
         source two
         file b
         Workload:prod/api
           runsImage image:mesh/sidecar
           runsImage image:registry/api
         ask members api
           one/shop/Workload:api
           two/prod/Workload:api",
    );
}

#[test]
fn systems_without_a_common_reference_are_joined_by_what_the_estate_shows() {
    check(
        "source compose
         file compose.yaml
         Workload:orders
         Workload:checkout
         Workload:catalogue
         source cluster
         file manifests
         Workload:prod/orders-service
           set api.version apps/v1
         Workload:prod/checkout-service
           set api.version apps/v1
         Workload:prod/catalogue-service
           set api.version apps/v1
         ask members orders
           cluster/prod/Workload:orders-service
           compose/Workload:orders
         ask find Component
           catalogue
           checkout
           orders",
    );
}

#[test]
fn what_is_for_something_else_stays_apart_whatever_it_is_called() {
    check(
        "source compose
         file compose.yaml
         Workload:orders
         Workload:orders-worker
         source cluster
         file manifests
         Workload:prod/orders
           set api.version apps/v1
         ask find Component
           orders
           orders-worker",
    );
}

#[test]
fn a_resource_and_a_service_of_one_name_are_two_things() {
    check(
        "source compose
         file compose.yaml
         Workload:ledger
         source cluster
         file manifests
         Workload:prod/ledger
           set api.version apps/v1
           set realizes DataStore
         ask find Component
           ledger
         ask find DataStore
           ledger",
    );
}

/// Two records of two systems that may be one thing, with a typing error.
const ALMOST: &str = "source compose
     file compose.yaml
     Workload:orders-archive
     source cluster
     file manifests
     Workload:prod/ordres-archive
       set api.version apps/v1";

#[test]
fn what_nearly_was_one_thing_is_reviewed() {
    let twin = Twin::in_memory();
    apply(&twin, ALMOST);
    let answer = head(&twin).review(10);
    let pairs: Vec<(&str, &str)> = answer.value.iter().map(|row| (&row.a.name[..], &row.b.name[..])).collect();
    assert_eq!(pairs, [("orders-archive", "ordres-archive")], "{:?}", answer.value);
    assert!(answer.value[0].gain > 0.0 && !answer.value[0].contradicted);
    assert_eq!(answer.evidence(&answer.value[0].evidence).len(), 2, "both names are cited");
    assert!(head(&twin).review(0).value.is_empty());
}

#[test]
fn a_decision_against_the_evidence_stands_and_is_reported() {
    let twin = Twin::in_memory();
    apply(&twin, "file f\nWorkload:x/a\nknown native_id:id\nWorkload:y/b\nknown native_id:id");
    assert!(head(&twin).review(10).value.is_empty());
    twin.split(&key("Workload:x/a"), &key("Workload:y/b"), time("10:00")).unwrap();
    let answer = head(&twin).review(10);
    let contradicted: Vec<bool> = answer.value.iter().map(|row| row.contradicted).collect();
    assert_eq!(contradicted, [true], "{:?}", answer.value);
}

#[test]
fn a_pin_that_nothing_speaks_against_needs_nobody() {
    let twin = Twin::in_memory();
    apply(&twin, "file f\nWorkload:x/a\nWorkload:y/b\nWorkload:x/c");
    twin.pin(&key("Workload:x/a"), &key("Workload:y/b"), time("10:00")).unwrap();
    assert!(head(&twin).review(10).value.is_empty());
    // Two that stand side by side are two things by all evidence.
    twin.pin(&key("Workload:x/a"), &key("Workload:x/c"), time("10:00")).unwrap();
    let contradicted: Vec<bool> = head(&twin).review(10).value.iter().map(|row| row.contradicted).collect();
    assert_eq!(contradicted, [true]);
}

#[test]
fn a_plan_tells_what_could_not_be_taken() {
    let mut batches = batches("file f\nWorkload:x/a");
    let mut record = batches[0].records[0].clone();
    record.key.kind = "Nothing".to_owned().into();
    batches[0].records.push(record);
    let plan = Twin::in_memory().plan_identity(batches, &Context::new(time("10:00"))).unwrap();
    assert_eq!((plan.applied, plan.rejected, plan.diagnostic_count), (1, 1, 1));
    assert!(plan.diagnostics[0].message.contains("Nothing"), "{:?}", plan.diagnostics);
}

#[test]
fn a_plan_tells_what_would_become_of_things_and_writes_nothing() {
    let plan = |before: &str, after: &str| {
        let twin = Twin::in_memory();
        apply(&twin, before);
        let (revision, known) = (twin.revision(), ask(&twin, "12:00", "find Component"));
        let plan = twin.plan_identity(batches(after), &Context::new(time("10:00"))).unwrap();
        assert_eq!((twin.revision(), ask(&twin, "12:00", "find Component")), (revision, known));
        let kind = |change: &IdentityChange| match change {
            IdentityChange::Created { records, .. } => format!("created {}", records.len()),
            IdentityChange::Attached { records, .. } => format!("attached {}", records.len()),
            IdentityChange::Merged { records, .. } => format!("merged {}", records.len()),
            IdentityChange::Split { records, .. } => format!("split {}", records.len()),
            _ => "else".to_owned(),
        };
        let planned = plan.changes.iter().map(kind).collect::<Vec<String>>();
        let taken = apply(&twin, after);
        assert_eq!((plan.applied, plan.duplicate), (taken.applied, taken.duplicate));
        planned
    };
    let two = "file f\nWorkload:x/a\nknown native_id:one\nWorkload:y/b\nknown native_id:two";
    let one = "now 10:00\nfile f\nWorkload:x/a\nknown native_id:one\nWorkload:y/b\nknown native_id:one";
    let apart = two.replace("file f", "now 10:00\nfile f");
    assert_eq!(plan("file z", two), ["created 1", "created 1"]);
    assert_eq!(plan(two, &apart), Vec::<String>::new());
    assert_eq!(plan(two, one), ["merged 1"]);
    assert_eq!(plan(&one.replace("now 10:00\n", ""), &apart), ["split 1"]);
    assert_eq!(plan(two, &format!("{apart}\nWorkload:z/c\nknown native_id:two")), ["attached 1"]);
}

#[test]
fn merges_splits_and_decisions_are_remembered() {
    let twin = Twin::in_memory();
    apply(&twin, "file f\nWorkload:x/a\nWorkload:y/b");
    let (a, b) = (key("Workload:x/a"), key("Workload:y/b"));
    twin.pin(&a, &b, time("10:00")).unwrap();
    twin.decide(HumanDecision::Unpin { a, b }, time("11:00")).unwrap();
    let told = |name: &str| -> Vec<String> {
        let history = twin.history(name).unwrap();
        let kind = |event: &IdentityEvent| match &event.event {
            IdentityEventKind::Changed(IdentityChange::Created { .. }) => "created",
            IdentityEventKind::Changed(IdentityChange::Merged { .. }) => "merged",
            IdentityEventKind::Changed(IdentityChange::Split { .. }) => "split",
            IdentityEventKind::Changed(_) => "else",
            IdentityEventKind::Decided(_) => "decided",
        };
        history.identity.iter().map(|event| format!("{} {}", event.at, kind(event))).collect()
    };
    let both = [told("x/Workload:a"), told("y/Workload:b")];
    for told in both {
        let kinds: Vec<&str> = told.iter().map(|event| event.split(' ').nth(1).unwrap_or_default()).collect();
        assert!(kinds.contains(&"created") && kinds.contains(&"decided") && kinds.contains(&"split"), "{told:?}");
        assert_eq!(kinds.iter().filter(|kind| **kind == "decided").count(), 2, "{told:?}");
    }
}

/// An estate in which two systems have their own names for the same things, as lines of each system.
fn twice(names: &[String]) -> [Vec<String>; 2] {
    let local = names.iter().map(|name| format!("Workload:{name}\nrunsImage image:acme/{name}\n")).collect();
    let objects = names.iter().map(|name| format!("Workload:prod/{name}-service\nset api.version apps/v1\n"));
    [local, objects.collect()]
}

#[test]
fn what_nobody_touched_keeps_its_id_over_a_hundred_readings() {
    const THINGS: usize = 200;
    let mut names: Vec<String> =
        (0..THINGS).map(|number| format!("{}-{}", word(number), word(number / 7 + 3))).collect();
    let twin = Twin::in_memory();
    let ids = |snapshot: &Snapshot| -> BTreeMap<RecordKey, EntityId> {
        let components = snapshot.nodes().filter(|node| snapshot.entity(*node).kind == kind::COMPONENT);
        let of = |node| {
            snapshot.entity(node).records.iter().map(move |record| (record.clone(), snapshot.entity(node).id.clone()))
        };
        components.flat_map(of).collect()
    };
    let mut before = BTreeMap::new();
    for reading in 0..100 {
        // One in a hundred is called otherwise than before, in both systems.
        for changed in 0..THINGS / 100 {
            let place = (reading * 37 + changed * 101) % THINGS;
            names[place] = format!("{}-{}-{reading}", word(place), word(place / 7 + 3));
        }
        let [local, objects] = twice(&names).map(|lines| lines.concat());
        apply(&twin, &format!("source compose\nfile compose.yaml\n{local}source cluster\nfile manifests\n{objects}"));
        let after = ids(&head(&twin));
        let kept = before.iter().filter(|(record, id)| after.get(*record) == Some(*id)).count();
        let there = before.keys().filter(|record| after.contains_key(*record)).count();
        assert_eq!(kept, there, "reading {reading}: whoever is still there has its id");
        before = after;
    }
    let joined = before.values().collect::<std::collections::BTreeSet<_>>().len();
    assert!(joined < before.len() * 6 / 10, "{} records are {joined} things", before.len());
}

/// A word that no other number has.
fn word(number: usize) -> String {
    const SYLLABLES: [&str; 12] = ["ba", "co", "di", "fu", "ge", "la", "mo", "ni", "pu", "re", "sa", "to"];
    [number % 12, number / 12 % 12, number / 144 % 12, (number * 5 + 2) % 12]
        .map(|syllable| SYLLABLES[syllable])
        .concat()
}
