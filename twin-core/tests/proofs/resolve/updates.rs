//! Records that change, come and go: after each change a resolution is what resolving all records at once says.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use twin_core::base::{Cancel, Context, Progress, Timestamp};
use twin_core::identity::resolve::{Changes, Options, Record, Resolution, Updated};

use super::{DECIDED, estates, records, resolve};

/// Numbers that look drawn, the same for the same seed.
struct Draw(u64);

impl Draw {
    fn below(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }
}

fn update(resolution: &mut Resolution, changes: Changes) -> Updated {
    resolution.update(changes, &Context::new(Timestamp::MIN)).expect("updated")
}

/// Records by id.
type Known = BTreeMap<String, Record>;

/// Makes changes in both, and what they come to.
fn change(known: &mut Known, changes: &Changes) {
    changes.removed.iter().for_each(|id| _ = known.remove(id));
    known.extend(changes.records.iter().map(|record| (record.id.clone(), record.clone())));
}

/// Everything that may be asked of a resolution is what resolving all records at once says.
fn check_same(updated: &Resolution, known: &Known, options: &Options, draw: &mut Draw) {
    let at_once = resolve(known.values().cloned().collect(), options);
    assert_eq!(updated.things(), at_once.things());
    assert_eq!(updated.related(), at_once.related());
    assert_eq!(updated.review(1000), at_once.review(1000));
    assert_eq!((updated.ignored(), updated.len()), (at_once.ignored(), at_once.len()));
    let ids: Vec<&String> = known.keys().collect();
    for _ in 0..ids.len().min(8) {
        let (a, b) = (ids[draw.below(ids.len())], ids[draw.below(ids.len())]);
        assert_eq!(updated.explain(a, b).unwrap(), at_once.explain(a, b).unwrap(), "{a} {b}");
        assert_eq!(updated.why_not(a, b).unwrap(), at_once.why_not(a, b).unwrap(), "{a} {b}");
    }
}

/// A pin and a split of two pairs of records that may be there.
fn some_decisions(draw: &mut Draw) -> Options {
    let mut pair =
        |of: [usize; 2]| (format!("{:04}", draw.below(20) * 2 + of[0]), format!("{:04}", draw.below(20) * 2 + of[1]));
    Options {
        pins: vec![pair([0, 1])],
        splits: vec![pair([0, 0])].into_iter().filter(|(a, b)| a != b).collect(),
        ..Options::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_order_and_any_batching_of_changes_come_to_the_same(before in estates(), after in estates(), seed in any::<u64>()) {
        let mut draw = Draw(seed);
        let options = some_decisions(&mut draw);
        let mut known: Known = before.iter().filter(|_| draw.below(2) == 0).map(|record| (record.id.clone(), record.clone())).collect();
        let mut resolution = resolve(known.values().cloned().collect(), &options);
        let after: Known = after.into_iter().map(|record| (record.id.clone(), record)).collect();
        let mut left: Vec<String> = known.keys().chain(after.keys()).cloned().collect();
        left.sort();
        left.dedup();
        for at in (1..left.len()).rev() {
            left.swap(at, draw.below(at + 1));
        }
        while !left.is_empty() {
            let batch = left.split_off(left.len() - left.len().min(1 + draw.below(30)));
            let mut changes = Changes::default();
            for id in batch {
                match after.get(&id) {
                    Some(record) => changes.records.push(record.clone()),
                    None => changes.removed.push(id),
                }
            }
            change(&mut known, &changes);
            update(&mut resolution, changes);
        }
        prop_assert_eq!(&known, &after);
        check_same(&resolution, &known, &options, &mut draw);
    }
}

/// A record of an estate in which names are made of few words, images are built here and there, and things live in several places.
fn neighbour(id: usize, draw: &mut Draw) -> Record {
    const WORDS: [&str; 12] =
        ["amber", "birch", "cedar", "delta", "ember", "flint", "grove", "heron", "inlet", "jetty", "knoll", "larch"];
    let (first, second) = (draw.below(12), draw.below(6));
    let thing = first * 6 + second;
    let said = [
        ("owner", format!("team-{}", thing % 9)),
        ("port", format!("{}", 1024 + thing % 40)),
        ("domain", format!("d{thing}.example")),
        ("image", format!("acme{}/{}-{}", thing % 3, WORDS[first], WORDS[second])),
        ("namespace", format!("{}-{}", ["east", "west"][thing % 2], ["prod", "dev"][draw.below(2)])),
        ("pod_labels.app", WORDS[first].to_owned()),
        ("selector.app", WORDS[draw.below(12)].to_owned()),
    ];
    let often = [3, 3, 3, 3, 5, 12, 12];
    let kept = said.iter().zip(often).filter(|(_, often)| draw.below(*often) < 2);
    let attributes = kept.map(|((field, value), _)| ((*field).to_owned(), value.clone())).collect();
    let (between, ending) = (["-", "-", ""][draw.below(3)], ["", "-svc", "-db", "-worker", "-prod"][draw.below(5)]);
    let name = format!("{}{between}{}{ending}", WORDS[first], WORDS[second]);
    Record {
        id: format!("{id:04}"),
        system: ["git", "k8s", "otel"][draw.below(3)].to_owned(),
        name,
        attributes,
        ..Record::default()
    }
}

/// A few changes: another name, other fields, another record, or none.
fn few_changes(known: &Known, draw: &mut Draw) -> Changes {
    let mut changes = Changes::default();
    for _ in 0..1 + draw.below(3) {
        let other = neighbour(draw.below(400), draw);
        if changes.records.iter().any(|record| record.id == other.id) || changes.removed.contains(&other.id) {
            continue;
        }
        match (known.get(&other.id), draw.below(3)) {
            (Some(_), 0) => changes.removed.push(other.id),
            (Some(record), 1) => changes.records.push(Record { name: other.name, ..record.clone() }),
            (Some(record), _) => changes.records.push(Record { attributes: other.attributes, ..record.clone() }),
            _ => changes.records.push(other),
        }
    }
    changes
}

#[test]
fn changes_of_a_larger_estate_come_to_the_same_one_after_the_other() {
    let (mut reopened, mut anew) = (0, 0);
    for seed in 0..6 {
        let mut draw = Draw(seed);
        let options = some_decisions(&mut draw);
        let records: Vec<Record> = (0..300).map(|id| neighbour(id, &mut draw)).collect();
        let mut known: Known = records.into_iter().map(|record| (record.id.clone(), record)).collect();
        let mut resolution = resolve(known.values().cloned().collect(), &options);
        for _ in 0..12 {
            let changes = few_changes(&known, &mut draw);
            change(&mut known, &changes);
            match update(&mut resolution, changes).anew {
                true => anew += 1,
                false => reopened += 1,
            }
            check_same(&resolution, &known, &options, &mut draw);
        }
    }
    assert!(reopened > 20, "{reopened} reopened, {anew} anew");
}

/// One of many pods of few names, now and then without one, or a workload or service of these.
fn pod(id: usize, draw: &mut Draw) -> Record {
    const NAMES: [&str; 4] = ["worker", "gate", "ledger", "stock-api"];
    let name = NAMES[draw.below(4)];
    let said = [
        ("image", format!("acme/{}", NAMES[draw.below(4)])),
        ("namespace", ["shop-prod", "shop-dev", "desk", "east"][draw.below(4)].to_owned()),
        ("pod_labels.app", name.to_owned()),
        ("selector.app", NAMES[draw.below(4)].to_owned()),
        ("owner", format!("team-{}", draw.below(3))),
    ];
    let kept = said.iter().filter(|_| draw.below(3) == 0);
    let attributes = kept.map(|(field, value)| ((*field).to_owned(), value.clone())).collect();
    let kind = ["pod", "pod", "pod", "Deployment", "Service"][draw.below(5)].to_owned();
    let name = if draw.below(12) == 0 { String::new() } else { name.to_owned() };
    Record { id: format!("{id:04}"), system: "k8s".to_owned(), kind, name, attributes }
}

#[test]
fn many_records_of_few_names_may_change_one_after_the_other() {
    let mut reopened = 0;
    for seed in 0..4 {
        let mut draw = Draw(seed);
        let mut known: Known = (0..240).map(|id| pod(id, &mut draw)).map(|pod| (pod.id.clone(), pod)).collect();
        let mut resolution = resolve(known.values().cloned().collect(), &Options::default());
        for _ in 0..8 {
            let mut changes = Changes { records: vec![pod(draw.below(300), &mut draw)], ..Changes::default() };
            let gone = format!("{:04}", draw.below(240));
            if known.contains_key(&gone) && changes.records[0].id != gone {
                changes.removed.push(gone);
            }
            change(&mut known, &changes);
            reopened += usize::from(!update(&mut resolution, changes).anew);
            check_same(&resolution, &known, &Options::default(), &mut draw);
        }
    }
    assert!(reopened > 4, "{reopened} reopened");
}

/// Things of three records each with names and values of their own, of which some are missing, in an estate where teams own a dozen things.
fn things_of_their_own(things: usize) -> Vec<Record> {
    const PARTS: [&str; 16] =
        ["am", "bir", "ce", "del", "em", "fli", "gro", "he", "in", "jet", "kno", "lar", "ma", "nor", "ot", "pet"];
    let mut draw = Draw(3);
    let mut records = Vec::new();
    for thing in 0..things {
        let part = |number: usize| PARTS[number % 16];
        let word =
            |number: usize| format!("{}{}{}{}", part(number), part(number >> 4), part(number >> 8), part(number >> 12));
        let name = format!("{}-{}", word(thing.wrapping_mul(2_654_435_761) >> 4), word(thing));
        let said = [
            ("owner", format!("team-{}", thing / 12)),
            ("domain", format!("d{thing}.example")),
            ("commit", format!("c{thing}")),
        ];
        for system in ["git", "k8s", "otel"] {
            let kept = said.iter().filter(|_| draw.below(4) > 0);
            records.push(Record {
                id: format!("{:06}", records.len()),
                system: system.to_owned(),
                name: name.clone(),
                attributes: kept.map(|(field, value)| ((*field).to_owned(), value.clone())).collect(),
                ..Record::default()
            });
        }
    }
    records
}

/// How many pairs an update compares that changes one record's name, adds a record and removes one: the mean of those that need not resolve anew, and how many these are.
fn compared_by_updates(things: usize) -> (usize, usize) {
    let mut records = things_of_their_own(things + 60);
    let mut new = records.split_off(things * 3);
    let mut resolution = resolve(records.clone(), &Options::default());
    let mut draw = Draw(5);
    let (mut compared, mut updates) = (0, 0);
    for round in 0..40 {
        let renamed = &records[draw.below(things) * 3];
        let renamed = Record { name: records[draw.below(records.len())].name.clone(), ..renamed.clone() };
        let removed = format!("{:06}", (things / 40 * round) * 3 + 1);
        let changes = Changes { records: vec![renamed, new.remove(0)], removed: vec![removed] };
        let updated = update(&mut resolution, changes);
        if !updated.anew {
            compared += updated.compared;
            updates += 1;
        }
    }
    (compared / updates.max(1), updates)
}

#[test]
fn an_update_compares_no_more_pairs_in_a_larger_estate() {
    let (few, reopened) = compared_by_updates(333);
    assert!(reopened > 10, "{reopened} of 40 updates reopened a part of 1,000 records");
    let (many, reopened) = compared_by_updates(10_000);
    assert!(reopened > 35, "{reopened} of 40 updates reopened a part of 30,000 records");
    assert!(many <= few * 3 / 2 + 5, "{few} pairs at 1,000 records, {many} at 30,000");
}

#[test]
fn changes_that_cannot_be_made_change_nothing() {
    let (records, _) = records(DECIDED);
    let mut resolution = resolve(records.clone(), &Options::default());
    let refused = |resolution: &mut Resolution, records: Vec<Record>, removed: &[&str]| {
        let removed = removed.iter().map(|id| (*id).to_owned()).collect();
        let error = resolution.update(Changes { records, removed }, &Context::new(Timestamp::MIN)).unwrap_err();
        (error.kind().code(), error.to_string())
    };
    let (code, says) = refused(&mut resolution, Vec::new(), &["0001", "0009"]);
    assert!(code == "unknown" && says.contains("0009"), "{says}");
    let twice = vec![records[0].clone(), records[0].clone()];
    let (code, says) = refused(&mut resolution, twice, &[]);
    assert!(code == "invalid" && says.contains("\"0000\" is there twice"), "{says}");
    let (code, says) = refused(&mut resolution, vec![records[2].clone()], &["0002"]);
    assert!(code == "invalid" && says.contains("twice among the changes"), "{says}");
    let nameless = Record { id: String::new(), ..records[0].clone() };
    assert_eq!(refused(&mut resolution, vec![nameless], &[]).0, "invalid");
    assert_eq!(resolution.clusters(), resolve(records, &Options::default()).clusters());
}

#[test]
fn decisions_come_and_go_with_their_records() {
    let pair = |a: &str, b: &str| vec![(a.to_owned(), b.to_owned())];
    let options = Options { pins: pair("0000", "0001"), splits: pair("0002", "0000"), ..Options::default() };
    let (records, _) = records(DECIDED);
    let mut resolution = resolve(records.clone(), &options);
    let removed = vec!["0000".to_owned()];
    update(&mut resolution, Changes { removed, ..Changes::default() });
    assert_eq!(resolution.ignored(), [pair("0000", "0001"), pair("0002", "0000")].concat());
    assert_eq!(resolution.things(), [["0001"], ["0002"]]);
    update(&mut resolution, Changes { records: vec![records[0].clone()], ..Changes::default() });
    assert!(resolution.ignored().is_empty());
    assert_eq!(resolution.things(), [vec!["0000", "0001"], vec!["0002"]]);
    assert_eq!(resolution.clusters(), [2, 1, 2], "in the order given: 0001, 0002, and 0000 again");
}

#[test]
fn decisions_that_contradict_each_other_once_a_record_is_there_are_refused() {
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let options = Options {
        pins: vec![pair("0000", "0001"), pair("0001", "0002")],
        splits: vec![pair("0000", "0002")],
        ..Options::default()
    };
    let (mut records, _) = records(DECIDED);
    let between = records.remove(1);
    let mut resolution = resolve(records, &options);
    let changes = Changes { records: vec![between], ..Changes::default() };
    let error = resolution.update(changes, &Context::new(Timestamp::MIN)).unwrap_err();
    assert!(error.to_string().contains("take one of the two back"), "{error}");
    assert_eq!(resolution.things(), [["0000"], ["0002"]]);
}

/// Stops as soon as something is reported.
struct Impatient(Cancel);

impl Progress for Impatient {
    fn report(&self, _stage: &str, _done: u64, _total: u64) {
        self.0.cancel();
    }
}

#[test]
fn an_update_that_is_stopped_leaves_everything_as_it_was() {
    let mut stopped = 0;
    for seed in 0..8 {
        let mut draw = Draw(seed);
        let records: Vec<Record> = (0..60).map(|id| neighbour(id, &mut draw)).collect();
        let mut known: Known = records.into_iter().map(|record| (record.id.clone(), record)).collect();
        let mut resolution = resolve(known.values().cloned().collect(), &Options::default());
        for _ in 0..4 {
            let changes = few_changes(&known, &mut draw);
            let cancel = Cancel::default();
            let progress = Arc::new(Impatient(cancel.clone()));
            let context = Context { cancel, progress, ..Context::new(Timestamp::MIN) };
            match resolution.update(changes.clone(), &context) {
                Ok(_) => change(&mut known, &changes),
                Err(error) => {
                    assert_eq!(error.kind().code(), "cancelled");
                    stopped += 1;
                }
            }
            check_same(&resolution, &known, &Options::default(), &mut draw);
        }
    }
    assert!(stopped > 4, "{stopped} were stopped");
}
