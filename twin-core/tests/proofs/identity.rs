//! Identity: what merges, what never does, and what people decide.

use proptest::prelude::*;
use twin_core::analysis::{explain, why_not};
use twin_core::answer::Profile;
use twin_core::graph::Snapshot;
use twin_core::identity::{EntityId, HumanDecision};
use twin_core::observe::RecordKey;
use twin_core::testkit::{check, files};
use twin_core::{At, Twin};

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
