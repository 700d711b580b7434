//! What is assembled on the revision before is what is assembled on nothing, and costs what changed.

use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use twin_core::answer::EvidenceId;
use twin_core::base::Timestamp;
use twin_core::graph::{AttributeValue, EvidenceRow, Snapshot};
use twin_core::identity::HumanDecision;
use twin_core::observe::{RecordKey, SourceId};
use twin_core::schema::Kind;
use twin_core::{At, Twin, changes_json};

use crate::support::{batches, cases, time};

/// Every row of a snapshot as text, by ids in the place of numbers, and with its evidence in place.
fn rows(snapshot: &Snapshot) -> Vec<String> {
    let pages = snapshot.pages();
    let row = |id: &EvidenceId| -> &EvidenceRow { &pages.evidence[id.0 as usize] };
    let why = |ids: &[EvidenceId]| format!("{:?}", ids.iter().map(row).collect::<Vec<_>>());
    let with = |values: &[AttributeValue]| -> String {
        let value = |value: &AttributeValue| {
            format!("{:?} {:?} {:?} {}", value.name, value.value, value.perspective, why(&value.evidence))
        };
        values.iter().map(value).collect()
    };
    let id = |node: u32| pages.entities[node as usize].id.to_string();
    let mut rows = Vec::new();
    for entity in snapshot.nodes().map(|node| snapshot.entity(node)) {
        let (what, at) =
            ((&entity.id, &entity.kind, &entity.name, &entity.records, &entity.component), &entity.placement);
        rows.push(format!("{what:?} {at:?} {} {}", with(&entity.attributes), why(&entity.evidence)));
    }
    for edge in snapshot.edges() {
        let (from, to, edge) = (id(edge.from.0), id(edge.to.0), edge.edge);
        let what = (&edge.relation, &edge.variant, &edge.perspectives, edge.confidence);
        rows.push(format!("{from} {to} {what:?} {} {}", with(&edge.attributes), why(&edge.evidence)));
    }
    let groups = pages.groups.iter().filter(|group| group.owner != u32::MAX);
    rows.extend(groups.map(|group| {
        let members: Vec<String> = group.members.iter().map(|member| id(*member)).collect();
        format!("{} needs {} of {members:?}", id(group.owner), group.k)
    }));
    rows.extend(pages.links.iter().map(|link| format!("{} {} {}", link.from, link.to, why(&[link.evidence]))));
    rows.extend(
        pages
            .unresolved
            .iter()
            .map(|noted| format!("{:?} {} {} {}", noted.from.map(id), noted.names, noted.why, why(&noted.evidence))),
    );
    rows.extend(pages.charges.iter().map(|charge| {
        let to = charge.to.as_ref().map(|to| id(*to));
        format!("{to:?} {:?} {:?} {}", charge.cost, charge.service, why(&[charge.evidence]))
    }));
    rows.extend(pages.touches.iter().map(|touch| {
        let (entry, touched) = (id(touch.entry), id(touch.touched));
        format!("{entry} {} {touched} {} {}", touch.operation, touch.traces, why(&[touch.evidence]))
    }));
    rows.extend(
        pages.verdicts.iter().map(|(a, b, verdict)| {
            format!("{a} {b} {:?} {} {}", verdict.score, verdict.reason, why(&verdict.evidence))
        }),
    );
    rows.push(format!("{:?} {:?}", pages.diagnostics, pages.redirects));
    rows
}

/// Lines of the estate language about a few names that meet often, of every sort of relation that is joined in a way of its own.
const SAID: [&str; 45] = [
    "called a",
    "called shop",
    "known host:a@net",
    "known host:b@net",
    "known host:b@other",
    "known published_port:localhost:80@net",
    "known service_name:a",
    "known native_id:one",
    "known native_id:two",
    "known team:org/crew",
    "known team:crew",
    "known path:src/a@estate",
    "known path:src/a/F@estate",
    "known path:src@estate",
    "known configuration_name:conf@net",
    "known package:pkg:a",
    "joins net",
    "joins other",
    "label app=a",
    "label tier=b",
    "set replicas 2",
    "set replicas 3",
    "set deployment.environment.name production",
    "set realizes DataStore",
    "set realizes Queue",
    "set platform.kind Job",
    "set pattern src/",
    "set owners crew,me",
    "set commits 7",
    "set EffectiveCost 3",
    "set traces 4",
    "set entry.service a",
    "connectsTo host:a",
    "connectsTo host:b",
    "connectsTo host:host.docker.internal port=80",
    "publishesTo Workload:shop/b",
    "calls/optional Workload:shop/a",
    "routesTo select:net?app=a,tier=b",
    "runsImage image:registry/a",
    "builtFrom path:src/a@estate build.file=src/a/F",
    "dependsOn package:pkg:a",
    "configuredBy configuration_name:conf@net",
    "startsAfter Workload:shop/a",
    "bills component_name:shop",
    "counts Workload:shop/a",
];

const KINDS: [&str; 16] = [
    "Workload",
    "Workload",
    "Workload",
    "TelemetryService",
    "LoadBalancer",
    "Team",
    "Person",
    "Configuration",
    "DataStore",
    "Package",
    "OwnershipRule",
    "Activity",
    "Charge",
    "Traffic",
    "Component",
    "Namespace",
];
const NAMES: [&str; 5] = ["a", "b", "shop/a", "shop/b", "till/a"];
const OPTIONS: [&str; 5] = ["", " observed", " deployed", " from 08:10", " to 11:30"];

/// What one commit brings.
#[derive(Clone, Debug)]
enum Round {
    /// Files, each read to its end, or a change of it.
    Read(String),
    /// A person decides about two workloads.
    Decided(u8, usize, usize),
}

fn round() -> impl Strategy<Value = Round> {
    let key = (0..KINDS.len(), 0..NAMES.len());
    let contents = btree_map(key, (0..OPTIONS.len(), btree_set(0..SAID.len(), 0..7)), 0..6);
    let file = (0..5_u8, any::<bool>(), contents).prop_map(|(file, delta, records)| {
        let mut text = format!("file f{file}{}\n", if delta { " delta" } else { "" });
        for ((kind, name), (option, said)) in records {
            text.push_str(&format!("{}:{}{}\n", KINDS[kind], NAMES[name], OPTIONS[option]));
            text.extend(said.into_iter().flat_map(|place| [SAID[place], "\n"]));
        }
        text
    });
    let read = vec(file, 1..4).prop_map(|files| Round::Read(files.concat()));
    let decided = (0..4_u8, 0..NAMES.len(), 0..NAMES.len()).prop_map(|(what, a, b)| Round::Decided(what, a, b));
    prop_oneof![4 => read, 1 => decided]
}

fn decision(what: u8, a: usize, b: usize) -> HumanDecision {
    let source = SourceId("estate".to_owned());
    let record = |place: usize| {
        let (namespace, name) = NAMES[place].split_once('/').unzip();
        RecordKey::new(&source, Kind::of("Workload"), name.unwrap_or(NAMES[place])).in_namespace(namespace)
    };
    let (a, b) = (record(a), record(b));
    match what {
        0 => HumanDecision::Pin { a, b },
        1 => HumanDecision::Split { a, b },
        2 => HumanDecision::Unpin { a, b },
        _ => HumanDecision::Name { record: a, name: "shop".to_owned() },
    }
}

/// A quarter of an hour for each commit from nine o'clock on.
fn at(round: usize) -> Timestamp {
    let minutes = 9 * 60 + round * 15;
    time(&format!("{:02}:{:02}", minutes / 60, minutes % 60))
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn what_is_assembled_on_a_revision_is_what_is_assembled_on_nothing(rounds in vec(round(), 1..12)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.twin");
        let twin = Twin::open(&path).unwrap();
        let mut before = twin.snapshot(At::now(at(0)));
        for (place, round) in rounds.into_iter().enumerate() {
            let now = at(place + 1);
            let events = match round {
                Round::Read(text) => Some(twin.apply(batches(&text), now).unwrap().events),
                // A decision on records that nobody has read, or that contradicts another, is refused.
                Round::Decided(what, a, b) => twin.decide(decision(what, a, b), now).ok(),
            };
            let shared = twin.snapshot(At::now(now));
            let anew = Twin::open_read_only(&path).unwrap().snapshot(At::now(now));
            prop_assert_eq!(rows(&shared), rows(&anew), "round {}", place);
            if let Some(events) = events {
                let all = anew.diff(&before).value;
                prop_assert_eq!(changes_json(&events), changes_json(&all), "events of round {}", place);
                before = anew;
            }
        }
    }
}

/// Services in a row, each in a file of its own: each calls the next, and connects to the one after it by its name.
fn service(place: usize, count: usize, replicas: usize) -> String {
    let (next, after) = ((place + 1) % count, (place + 2) % count);
    format!(
        "file f{place}\nWorkload:w{place:05}\nknown host:w{place:05}@net\njoins net\ncalls Workload:w{next:05}\n\
         connectsTo host:w{after:05}\nset replicas {replicas}\n"
    )
}

/// How many units each of some changes makes anew in a twin of so many services.
fn units_made(count: usize) -> Vec<usize> {
    let twin = Twin::in_memory();
    let all: String = (0..count).map(|place| service(place, count, 1)).collect();
    twin.apply(batches(&all), time("09:00")).unwrap();
    assert!(twin.units_made() >= count, "everything is made at first");
    // What is new in the middle needs room there; it is made once.
    twin.apply(batches("file g\nWorkload:w00050x\n"), time("09:30")).unwrap();
    let changes = [
        service(50, count, 2),
        service(50, count, 2).replace("host:w00052\n", "host:w00007\n"),
        service(50, count, 2).replace("calls Workload:w00051\n", ""),
        "file g\nWorkload:w00051x\n".to_owned(),
    ];
    let made = |text: &String| {
        twin.apply(batches(text), time("10:00")).unwrap();
        twin.units_made()
    };
    changes.iter().map(made).collect()
}

#[test]
fn a_commit_of_one_changed_record_makes_as_little_anew_in_a_large_twin_as_in_a_small_one() {
    let (small, large) = (units_made(100), units_made(3_000));
    // One that is new moves some of its neighbours, in a small twin perhaps all of them.
    assert_eq!(small[..3], large[..3]);
    assert!(large.iter().all(|made| (1..=32).contains(made)), "{large:?}");
}

#[test]
fn a_reading_that_says_nothing_new_makes_nothing_anew() {
    let twin = Twin::in_memory();
    let text: String = (0..10).map(|place| service(place, 10, 1)).collect();
    twin.apply(batches(&text), time("09:00")).unwrap();
    let before = twin.snapshot(At::now(time("10:00")));
    twin.apply(batches(&text), time("10:00")).unwrap();
    assert_eq!(twin.snapshot(At::now(time("10:00"))).pages_unlike(&before), 0);
}
