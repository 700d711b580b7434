//! Incidents whose causes are known, made up or of a public dataset where it is at hand: the twin must find them more often than trivial rankings do.

#[path = "../../twin-connectors/base/tests/shared/mod.rs"]
mod shared;

use std::fs;
use std::path::Path;

use benches::incidents::{Fault, Hits, Labelled, Table, calm, leave_one_cause_out, make, ranked};
use benches::petshop;
use serde_json::{Value, json};
use twin_core::analysis::Metric;

#[test]
fn made_up_faults_are_found() {
    let (mut table, mut begun) = (Table::default(), Table::default());
    for fault in Fault::ALL {
        let mut own = Table::default();
        for made in (0..8).filter_map(|seed| make(seed, fault)) {
            let ours = ranked(&made.incident).expect("it makes sense");
            own.count(&made.incident, &ours, &made.cause).expect("it makes sense");
            table.count(&made.incident, &ours, &made.cause).expect("it makes sense");
            let incident = made.from_its_beginning();
            let ours = ranked(&incident).expect("it makes sense");
            begun.count(&incident, &ours, &made.cause).expect("it makes sense");
        }
        let Hits { incidents, among_three, .. } = own.ours();
        assert!(incidents > 0 && among_three * 4 >= incidents * 3, "{fault:?}: {own}");
    }
    let ours = table.ours();
    assert!(ours.first * 10 >= ours.incidents * 7 && ours.first > table.best_other(), "{table}");
    let ours = begun.ours();
    assert!(ours.first * 10 >= ours.incidents * 6 && ours.first > begun.best_other(), "{begun}");
}

#[test]
fn nobody_is_blamed_for_nothing() {
    let silent = (0..40).filter(|seed| {
        let symptom = if seed % 2 == 0 { Metric::Latency } else { Metric::Availability };
        ranked(&calm(*seed, symptom)).expect("it makes sense").is_empty()
    });
    let silent = silent.count();
    assert!(silent >= 32, "abstained in {silent} of 40");
}

/// Ten normal intervals and three of the incident, of which the last two are worse.
fn series(metric: &str, statistic: &str, normal: f64, worse: f64) -> [Value; 2] {
    let of = |values: Vec<f64>| json!({metric: {statistic: values}});
    [of((0..10).map(|at| normal + 1e-3 * f64::from(at % 3)).collect()), of(vec![normal, worse, worse])]
}

/// A folder with one estate of a shop, its cart and its store, where the store is late or nothing is wrong.
fn folder(late: f64, root_cause: Option<Value>) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a folder of its own");
    let (mut normal, mut during) = (json!({}), json!({}));
    for (id, worse) in [("shop", late), ("cart", 0.0), ("store", late)] {
        let parts = [
            series("latency", "Average", 0.1, 0.1 + worse),
            series("requests", "Sum", 50.0, 50.0),
            series("size", "p50", 1.0, 9.0),
        ];
        for [before, then] in parts {
            merge(&mut normal[id], before);
            merge(&mut during[id], then);
        }
    }
    let target = json!({"node": "shop", "metric": "latency", "agg": "Average", "timestamp": 7});
    let mut case = json!({"id": "one", "target": target, "timestamps": ["1", "2", "3"], "metrics": during});
    root_cause.into_iter().for_each(|cause| case["root_cause"] = cause);
    let estate = json!({
        "graph": {"nodes": ["shop", "cart", "store", "unseen"], "edges": [["shop", "cart"], ["shop", "store"]]},
        "normal": {"timestamps": vec!["0"; 10], "metrics": normal},
        "cases": [case],
    });
    fs::write(root.path().join("estate.json"), estate.to_string()).expect("it can be written");
    root
}

fn merge(into: &mut Value, more: Value) {
    if into.is_null() {
        *into = json!({});
    }
    let more = more.as_object().cloned().unwrap_or_default();
    into.as_object_mut().expect("an object").extend(more);
}

fn run(folder: &Path) -> (Vec<String>, Table) {
    let mut lines = Vec::new();
    let keep = |line: String| {
        lines.push(line);
        Ok(())
    };
    let (table, _) = petshop::run(folder, keep).expect("the folder is whole");
    (lines, table)
}

#[test]
fn a_case_is_ranked_with_and_without_its_cause() {
    let line = "{\"case\":\"one\",\"ranked\":[\"store\",\"shop\"]}".to_owned();
    let hits = |incidents, first, among_three| Hits { incidents, first, among_three };
    let cases = [
        (None, hits(0, 0, 0)),
        (Some(json!({"node": "store", "metric": null})), hits(1, 1, 1)),
        (Some(json!({"node": "shop", "metric": null})), hits(1, 0, 1)),
        (Some(json!({"node": "cart", "metric": null})), hits(1, 0, 0)),
    ];
    for (cause, expected) in cases {
        let root = folder(0.5, cause.clone());
        let (lines, table) = run(root.path());
        assert_eq!((&lines, table.ours()), (&vec![line.clone()], expected), "{cause:?}");
    }
    let (lines, table) = run(folder(0.0, None).path());
    assert_eq!(lines, ["{\"case\":\"one\",\"ranked\":[]}"]);
    assert_eq!(table.to_string(), "");
}

#[test]
fn another_shape_is_refused() {
    let root = tempfile::tempdir().expect("a folder of its own");
    fs::write(root.path().join("estate.json"), "{\"graph\": 1}").expect("it can be written");
    let error = petshop::run(root.path(), |_| Ok(())).expect_err("it is another shape");
    assert!(error.to_string().contains("estate.json"), "{error}");
}

#[test]
fn incidents_of_a_public_dataset_are_ranked_better_than_by_trivial_means() {
    let Some(vectors) = shared::folder("vectors") else { return };
    let (table, labelled) = petshop::run(&vectors.join("rca_petshop"), |_| Ok(())).expect("the folder is whole");
    let held_out = leave_one_cause_out(&labelled).expect("the incidents make sense").hits;
    for ours in [table.ours(), held_out] {
        assert!(ours.first * 2 > ours.incidents && ours.among_three * 5 > ours.incidents * 4, "{ours:?} {table}");
        assert!(ours.first > table.best_other(), "{ours:?} {table}");
    }
}

#[test]
fn weights_are_chosen_without_the_cause_that_they_are_held_against() {
    let late = Fault::ALL[0];
    let labelled: Vec<Labelled> = (100..104)
        .filter_map(|seed| make(seed, late))
        .enumerate()
        .map(|(at, made)| Labelled {
            incident: made.incident,
            cause: if at == 0 { "nobody".to_owned() } else { made.cause },
        })
        .collect();
    let held_out = leave_one_cause_out(&labelled).expect("they make sense");
    let mut causes: Vec<String> = labelled.iter().map(|one| one.cause.clone()).collect();
    causes.sort_unstable();
    causes.dedup();
    let chosen: Vec<String> = held_out.chosen.iter().map(|(cause, _)| cause.clone()).collect();
    assert_eq!((held_out.hits.incidents, chosen), (labelled.len(), causes));
    assert!(held_out.hits.among_three < labelled.len(), "nobody is never found");
    assert_eq!(leave_one_cause_out(&[]).expect("none make sense").hits, Hits::default());
}

#[test]
fn a_file_may_name_another_for_its_normal_period() {
    let root = folder(0.5, None);
    let file = root.path().join("estate.json");
    let mut other: Value = serde_json::from_slice(&fs::read(file).expect("a file")).expect("JSON");
    for (named, ok) in [("estate", true), ("folder/estate.json", true), ("nowhere", false), ("other", false)] {
        other["normal"] = json!({"same_as": named});
        fs::write(root.path().join("other.json"), other.to_string()).expect("it can be written");
        let told = petshop::run(root.path(), |_| Ok(()));
        assert_eq!(told.is_ok(), ok, "{named}");
    }
    other["normal"] = json!({"same_as": "estate"});
    fs::write(root.path().join("other.json"), other.to_string()).expect("it can be written");
    let (lines, _) = run(root.path());
    assert_eq!((lines.len(), &lines[0]), (2, &lines[1]), "the same period, the same ranking");
}
