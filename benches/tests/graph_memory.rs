//! Bytes are counted by the allocator, so this test has a program of its own.

use std::fs;

use benches::graph::memory::{INSTRUMENTED_SYSTEM, PeakMemAlloc};
use serde_json::Value;

#[global_allocator]
static COUNTED: &PeakMemAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

#[test]
fn what_a_graph_holds_and_takes_is_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let nodes: String = (0..400).map(|node| format!("{node},Service,n,0\n")).collect();
    let edges: String = (1..400).map(|node| format!("{node},{},calls\n", node - 1)).collect();
    fs::write(folder.path().join("nodes.csv"), format!("id,kind,name,cost_cents\n{nodes}")).expect("it can be written");
    fs::write(folder.path().join("edges.csv"), format!("from,to,kind\n{edges}")).expect("it can be written");
    let arguments = [folder.path().to_string_lossy().into_owned(), "W1".to_owned(), "--json".to_owned()];
    let mut lines: Vec<Value> = Vec::new();
    let mut print = |line: String| {
        lines.push(serde_json::from_str(&line).expect("JSON"));
        Ok(())
    };
    benches::graph::run(&arguments, &mut print, &mut |_| {}).expect("engines agree");
    let of_petgraph =
        |workload: &str| lines.iter().find(|line| line["workload"] == workload && line["engine"] == "petgraph");
    let edge = of_petgraph("W1.edge_bytes").expect("petgraph is measured");
    assert_eq!(edge["seconds"], 20.0, "two ends, two links and a relation, of four bytes each");
    let node = of_petgraph("W1.node_bytes").expect("petgraph is measured");
    assert_eq!(node["seconds"], 33.0, "two links, a kind and a name's place, and one byte of name");
    let load = of_petgraph("W1.load").and_then(|line| line["peak_mb"].as_f64()).expect("petgraph is measured");
    assert!((0.01..1.0).contains(&load), "{load} MB for 400 nodes and edges");
}
