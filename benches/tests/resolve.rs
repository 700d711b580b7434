//! Which records of labelled estates are one thing, where the labels are at hand, and what the harnesses read and write.

#[path = "../../twin-connectors/base/tests/shared/mod.rs"]
mod shared;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use benches::resolve::{resolve, table};
use twin_core::base::{Context, Timestamp};
use twin_core::identity::resolve::{Options, Resolver};

fn context() -> Context {
    Context::new(Timestamp::MIN)
}

/// One field of each line of JSON by the record that it is about.
fn told(path: &Path, field: &str) -> BTreeMap<String, String> {
    let text = fs::read_to_string(path).expect("it can be read");
    let line = |line: &str| -> (String, String) {
        let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let text = |field: &str| line[field].as_str().expect("text").to_owned();
        (text("record_id"), format!("{}/{}", text("estate"), text(field)))
    };
    text.lines().map(line).collect()
}

/// How many pairs of records are of one group.
fn pairs(groups: impl Iterator<Item = String>) -> u64 {
    let mut sizes: BTreeMap<String, u64> = BTreeMap::new();
    groups.for_each(|group| *sizes.entry(group).or_default() += 1);
    sizes.into_values().map(|size| size * (size - 1) / 2).sum()
}

#[test]
fn records_of_estates_that_were_never_seen_are_put_together_rightly() {
    let Some(estates) = shared::folder("estates/labelled") else { return };
    let folder = tempfile::tempdir().expect("a folder of its own");
    let out = folder.path().join("clusters.jsonl");
    let counts = resolve(&estates.join("records.jsonl"), &out, &context()).expect("resolved");
    let (truth, found) = (told(&estates.join("labels.jsonl"), "entity_id"), told(&out, "cluster"));
    assert_eq!((counts.records, found.len()), (truth.len(), truth.len()), "a line for each record");
    let right = pairs(found.iter().map(|(record, cluster)| format!("{cluster} {}", truth[record]))) as f64;
    let (merged, should) = (pairs(found.values().cloned()) as f64, pairs(truth.values().cloned()) as f64);
    // What docs/identity.md says, with room for a pair or two: precision is not bought with recall, nor the other way round.
    assert!(right / merged >= 0.995, "precision {}", right / merged);
    assert!(right / should >= 0.975, "recall {}", right / should);
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
    fs::write(&path, "unique_id,entity,system,name,port\n7,1,git,ledger,8080\n8,2,k8s,ledger,8080\n9,1,otel,ledger,\n")
        .expect("written");
    assert_eq!(table(&path, &mut resolver).expect("a table"), 3);
    let resolution = resolver.resolve(&Options::default(), &context()).expect("resolved");
    let compared = |a: &str, b: &str| {
        let explained = resolution.explain(a, b).expect("two records");
        explained.weights.into_iter().map(|weight| weight.field).collect::<Vec<String>>()
    };
    assert_eq!(compared("7", "8"), ["", "name", "port"]);
    assert_eq!(compared("7", "9"), ["", "name"], "what is empty is not said");
    fs::write(&path, "unique_id,name\n1,a\n").expect("written");
    let error = table(&path, &mut Resolver::default()).expect_err("no system");
    assert!(error.to_string().contains("no column system"), "{error}");
}
