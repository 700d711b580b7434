//! The benches beside peers, on small odd graphs: every engine that is there gives the same answers, and every line has its promised fields.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use benches::graph::workload::{OURS, WORKLOADS};
use serde_json::Value;
use tempfile::TempDir;
use twin_core::base::Result;

const ENGINE_FIELDS: [&str; 6] = ["answer", "data", "engine", "peak_mb", "seconds", "workload"];
const RATIO_FIELDS: [&str; 8] = ["aim", "data", "holds", "ours", "peer", "peer_seconds", "ratio", "workload"];

fn folder(nodes: &str, edges: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("nodes.csv"), format!("id,kind,name,cost_cents\n{nodes}")).expect("it can be written");
    fs::write(folder.path().join("edges.csv"), format!("from,to,kind\n{edges}")).expect("it can be written");
    folder
}

fn lines(folder: &TempDir, rest: &[&str]) -> Result<Vec<String>> {
    let path = folder.path().to_string_lossy().into_owned();
    let arguments: Vec<String> = std::iter::once(path).chain(rest.iter().map(|text| (*text).to_owned())).collect();
    let mut printed = Vec::new();
    let mut print = |line| {
        printed.push(line);
        Ok(())
    };
    benches::graph::run(&arguments, &mut print, &mut |left_out| eprintln!("{left_out}"))?;
    Ok(printed)
}

fn parsed(folder: &TempDir, workload: &str) -> Vec<Value> {
    let lines = lines(folder, &[workload, "--json"]).expect("engines agree");
    lines.iter().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn fields(line: &Value) -> Vec<&str> {
    line.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// Nodes of kinds in turn, each with its id as its cost.
fn nodes(ids: impl IntoIterator<Item = u64>) -> String {
    let kinds = ["Service", "Service", "Team"];
    ids.into_iter().map(|id| format!("{id},{},node {id},{id}\n", kinds[id as usize % 3])).collect()
}

fn edges(pairs: impl IntoIterator<Item = (u64, u64)>) -> String {
    let kinds = ["calls", "dependsOn"];
    pairs.into_iter().map(|(from, to)| format!("{from},{to},{}\n", kinds[(from + to) as usize % 2])).collect()
}

/// Every line is as promised, and each workload ends with its ratio.
fn check(what: &str, nodes: &str, edges: &str) {
    let parsed = parsed(&folder(nodes, edges), "all");
    let mut answers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut open: Vec<&str> = Vec::new();
    for line in &parsed {
        let workload = line["workload"].as_str().expect("a workload");
        if line.get("engine").is_some() {
            assert_eq!(fields(line), ENGINE_FIELDS, "{what}");
            assert!(line["seconds"].as_f64().is_some_and(|seconds| seconds >= 0.0), "{what}: {line}");
            answers.entry(workload.to_owned()).or_default().insert(line["answer"].to_string());
            open.push(line["engine"].as_str().expect("an engine"));
        } else {
            assert_eq!(fields(line), RATIO_FIELDS, "{what}");
            assert_eq!(line["peer"].is_string(), open.iter().any(|engine| *engine != OURS), "{what}: {line}");
            assert_eq!(line["ours"].is_number(), open.contains(&OURS), "{what}: {line}");
            open.clear();
        }
    }
    assert!(open.is_empty(), "{what}: a workload without its last line");
    assert!(answers.len() > 14, "{what}: only {} workloads", answers.len());
    answers.iter().for_each(|(workload, answers)| assert_eq!(answers.len(), 1, "{what}, {workload}: {answers:?}"));
}

#[test]
fn engines_agree_on_the_smallest_graphs() {
    check("nothing", "", "");
    check("one node", &nodes([0]), "");
    check("one node that needs itself", &nodes([0]), &edges([(0, 0)]));
}

#[test]
fn engines_agree_on_loops_parallels_and_gaps() {
    let loops = edges([(0, 0), (0, 1), (1, 1), (1, 2), (2, 0), (3, 3), (2, 3)]);
    check("loops", &nodes(0..5), &loops);
    let parallels = "0,1,calls\n0,1,dependsOn\n1,0,calls\n0,1,calls\n1,2,calls\n1,2,readsFrom\n3,2,calls\n2,3,calls\n";
    check("parallel edges", &nodes(0..5), parallels);
    check(
        "ids with gaps, out of order",
        &nodes([90, 7, 31, 4, 1 << 40]),
        &edges([(90, 7), (7, 31), (4, 90), (1 << 40, 4)]),
    );
}

#[test]
fn engines_agree_on_a_hub_and_on_a_cycle() {
    let spokes = (1..900).flat_map(|node| [(node, 0), (node, (node * 7) % 900)]);
    check("a hub", &nodes(0..900), &edges(spokes));
    check(
        "a cycle with a tail",
        &nodes(0..700),
        &edges((0..600).map(|node| (node, (node + 1) % 600)).chain((600..700).map(|node| (node, node - 1)))),
    );
}

#[test]
fn engines_agree_on_many_components() {
    let layered =
        (1..800_u64).flat_map(|node| [(node, node / 2), (node, node * 5 / 7), (node / 3, (node - 1) / 2 * 2)]);
    check("layers with cycles", &nodes(0..800), &edges(layered));
}

#[test]
fn quoted_fields_are_read_by_all() {
    let nodes = "0,Service,\"a, b\",1\n1,\"Team\",\"say \"\"x\"\"\",2\n2,\"Service\",\"two\nlines\",3\n";
    check("quoted", nodes, "\"1\",0,calls\n0,\"2\",\"calls, with care\"\n1,2,calls\n");
}

#[test]
fn a_whole_row_and_a_part_can_be_asked_for() {
    let folder = folder(&nodes(0..4), &edges([(1, 0), (2, 1)]));
    let names = |workload: &str| -> BTreeSet<String> {
        parsed(&folder, workload).iter().map(|line| line["workload"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(names("W2.hub"), BTreeSet::from(["W2.hub".to_owned()]));
    assert_eq!(names("W2"), ["W2.batch", "W2.hub", "W2.median"].map(str::to_owned).into());
    assert_eq!(names("W1").len(), 4);
}

#[test]
fn a_known_answer_comes_out() {
    let folder = folder(&nodes(0..4), &edges([(1, 0), (2, 1), (3, 3)]));
    let parsed = parsed(&folder, "W2.hub");
    assert_eq!(parsed[0]["answer"].as_str().and_then(|answer| answer.split(':').next()), Some("2"), "1 and 2 need 0");
    let ratio = &parsed[parsed.len() - 1];
    assert!(ratio["ratio"].is_number() && ratio["peer"].is_string() && ratio["holds"].is_boolean(), "{ratio}");
    assert_eq!(ratio["aim"], "<= 1x");
}

#[test]
fn the_table_is_markdown() {
    let lines = lines(&folder(&nodes(0..4), &edges([(1, 0)])), &["W2"]).expect("engines agree");
    assert_eq!(lines.len(), 4);
    let columns = |line: &str| line.matches('|').count();
    let head = lines[0].lines().map(columns).collect::<BTreeSet<usize>>();
    assert_eq!(head, lines[1..].iter().map(|line| columns(line)).collect(), "{lines:?}");
    assert!(lines[1].starts_with("| W2.median |"), "{}", lines[1]);
}

#[test]
fn wrong_calls_and_wrong_data_are_told() {
    let good = || folder(&nodes(0..2), &edges([(1, 0)]));
    let error = |folder: &TempDir, rest: &[&str]| lines(folder, rest).expect_err("an error").to_string();
    assert!(error(&good(), &[]).contains("a folder of data and a workload"));
    assert!(error(&good(), &["W9"]).contains("unknown workload \"W9\": take all, a row such as W2"));
    assert!(error(&good(), &["W8"]).contains("another program"));
    let cases = [
        ("0,Service,a\n", "", "nodes.csv"),
        ("x,Service,a,1\n", "", "nodes.csv:2: \"x\" is no whole number"),
        ("0,Service,a,much\n", "", "nodes.csv:2: \"much\" is no whole number"),
        ("0,S,a,1\n0,S,b,1\n", "", "nodes.csv:3: the id 0 stands there twice"),
        ("0,S,a,1\n", "0,7,calls\n", "edges.csv:2: no node has the id 7"),
        ("0,S,a,1\n", "0,0,calls\n0,0\n", "edges.csv:3: a row is from,to,kind"),
        ("0,S,a,1\n", "0,-1,calls\n", "edges.csv:2: a row is from,to,kind"),
        ("0,S,a,1\n", "0,0,calls,9\n", "edges.csv:2: a row is from,to,kind"),
    ];
    for (nodes, edges, expected) in cases {
        let told = error(&folder(nodes, edges), &["W2"]);
        assert!(told.contains(expected), "{told}");
    }
    let missing = good();
    fs::remove_file(missing.path().join("edges.csv")).expect("it was there");
    assert!(error(&missing, &["all"]).contains("edges.csv is missing: a data folder holds"));
    fs::write(missing.path().join("edges.csv"), "a,b\n").expect("it can be written");
    assert!(error(&missing, &["all"]).contains("the first line of edges.csv is from,to,kind"));
}

#[test]
fn each_workload_is_named_once() {
    let names: BTreeSet<&str> = WORKLOADS.iter().map(|workload| workload.name).collect();
    assert_eq!(names.len(), WORKLOADS.len());
}
