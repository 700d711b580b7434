//! Which records of labelled estates are one thing, where the labels are at hand, and what the harnesses read and write.

#[path = "../../twin-connectors/base/tests/shared/mod.rs"]
mod shared;

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;

use benches::estates::{Sort, estate, write};
use benches::resolve::{Line, clusters, judge, read, resolve, scores, table};
use benches::score::{Figures, Score};
use twin_core::base::{Context, Timestamp};
use twin_core::identity::resolve::{Options, Resolver, Threshold};

fn context() -> Context {
    Context::new(Timestamp::MIN)
}

#[test]
fn records_of_estates_that_were_never_seen_are_put_together_rightly() {
    let Some(estates) = shared::folder("estates/labelled") else { return };
    let scores = scores(&estates.join("records.jsonl"), &estates.join("labels.jsonl"), Threshold::Balanced, &context())
        .expect("resolved");
    let figures = scores.into_values().fold(Score::default(), Score::with).figures();
    // What docs/identity.md says, with room for a pair or two: precision is not bought with recall, nor the other way round.
    assert!(figures.pair_precision >= 0.995, "{figures:?}");
    assert!(figures.pair_recall >= 0.975, "{figures:?}");
}

/// The figures of estates made by rule, all taken together.
fn made(sort: Sort, seeds: Range<u32>) -> Figures {
    let score = |seed| {
        let made = estate(sort, seed);
        let truth: BTreeMap<String, String> =
            made.iter().map(|made| (made.line.record_id.clone(), made.thing.clone())).collect();
        let lines: Vec<Line> = made.into_iter().map(|made| made.line).collect();
        judge(&lines, &clusters(&lines, Threshold::Balanced, &context()).expect("resolved"), &truth)
    };
    seeds.map(score).fold(Score::default(), Score::with).figures()
}

#[test]
fn records_of_estates_made_by_rule_are_put_together_rightly() {
    for (sort, precision, recall) in [(Sort::Parts, 0.975, 0.915), (Sort::Products, 0.995, 0.98)] {
        let figures = made(sort, 1..7);
        assert!(figures.pair_precision >= precision && figures.pair_recall >= recall, "{sort:?}: {figures:?}");
    }
}

#[test]
fn a_seed_makes_the_same_estate_and_another_seed_another() {
    for sort in [Sort::Parts, Sort::Products] {
        assert_eq!(estate(sort, 3), estate(sort, 3));
        assert_ne!(estate(sort, 3), estate(sort, 4));
    }
}

#[test]
fn what_is_written_of_made_estates_is_what_is_read() {
    let own = tempfile::tempdir().expect("a folder of its own");
    let folder = own.path().join("made");
    let count = write(Sort::Products, 5, 2, &folder).expect("written");
    let (records, labels) = (folder.join("records.jsonl"), folder.join("labels.jsonl"));
    let read = read(&records).expect("records");
    assert_eq!(read["products-6"], estate(Sort::Products, 6).into_iter().map(|made| made.line).collect::<Vec<Line>>());
    let clusters = folder.join("clusters.jsonl");
    let counts = resolve(&records, &clusters, &context()).expect("resolved");
    assert_eq!((counts.estates, counts.records), (2, count));
    assert_eq!(fs::read_to_string(&clusters).expect("clusters").lines().count(), count, "a line for each record");
    assert_eq!(scores(&records, &labels, Threshold::Balanced, &context()).expect("scores").len(), 2);
}

#[test]
fn a_line_that_is_no_record_is_named() {
    let folder = tempfile::tempdir().expect("a folder of its own");
    let records = folder.path().join("records.jsonl");
    fs::write(&records, "{\"estate\": \"a\"}\n").expect("it can be written");
    let error = resolve(&records, &folder.path().join("out"), &context()).expect_err("no record");
    assert!(error.to_string().contains("records.jsonl:1 is no record"), "{error}");
}

#[test]
fn a_table_is_read_without_its_truth() {
    let folder = tempfile::tempdir().expect("a folder of its own");
    let path = folder.path().join("table.csv");
    let mut resolver = Resolver::default();
    let others: String = (10..20).map(|number| format!("{number},{number},docs,page {number},\n")).collect();
    let lines = "unique_id,entity,system,name,port\n7,1,git,ledger,8080\n8,2,k8s,ledger,8080\n9,1,otel,ledger,\n";
    fs::write(&path, format!("{lines}{others}")).expect("written");
    assert_eq!(table(&path, |row| resolver.add(row)).expect("a table"), 13);
    let resolution = resolver.resolve(&Options::default(), &context()).expect("resolved");
    let compared = |a: &str, b: &str| {
        let explained = resolution.explain(a, b).expect("two records");
        explained.weights.into_iter().map(|weight| weight.field).collect::<Vec<String>>()
    };
    assert_eq!(compared("7", "8"), ["", "name", "port"]);
    assert_eq!(compared("7", "9"), ["", "name"], "what is empty is not said");
    fs::write(&path, "unique_id,name\n1,a\n").expect("written");
    let error = table(&path, |_| {}).expect_err("no system");
    assert!(error.to_string().contains("no column system"), "{error}");
}
