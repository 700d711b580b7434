//! The adapters of the vectors, on cases of our own and on those of third parties where they are at hand.

#[path = "vectors/shapes.rs"]
mod shapes;
#[path = "../../twin-connectors/base/tests/shared/mod.rs"]
mod shared;

use std::collections::BTreeMap;
use std::fs;

use benches::synthetic::Synthetic;
use benches::vectors::{Tally, differences, run, total};
use serde_json::{Value, json};

/// Runs one case of a family; what is different, if anything is.
fn failures(family: &str, input: Value, expected: Value) -> Vec<String> {
    failures_within(family, input, expected, json!({"exact": true}))
}

fn failures_within(family: &str, input: Value, expected: Value, tolerance: Value) -> Vec<String> {
    let root = tempfile::tempdir().expect("a folder of its own");
    let folder = root.path().join(family);
    fs::create_dir(&folder).expect("it can be made");
    let case = json!({"name": "case", "input": input, "expected": expected, "tolerance": tolerance});
    fs::write(folder.join("case.json"), case.to_string()).expect("it can be written");
    let tallies = run(root.path(), None).expect("the folder is whole");
    tallies.into_iter().flat_map(|tally| tally.failures).collect()
}

fn blast(edges: Value, groups: Value, failed: Value, impact: Value) -> Vec<String> {
    let ids = ["a", "b", "c", "d"].map(|id| json!({"id": id, "kind": "thing"}));
    let propagation =
        json!({"hard": {"down": "down", "degraded": "degraded"}, "soft": {"down": "degraded"}, "none": {}});
    let input = json!({"nodes": ids, "edges": edges, "propagation": propagation, "groups": groups, "failed": failed});
    failures("blast_radius", input, json!({"impact": impact}))
}

fn edge(from: &str, to: &str, kind: &str) -> Value {
    json!({"from": from, "to": to, "kind": kind})
}

#[test]
fn states_travel_against_needs_and_groups_govern_their_pairs() {
    let none: [String; 0] = [];
    let chain = json!([edge("a", "b", "hard"), edge("b", "c", "soft"), edge("b", "c", "none")]);
    assert_eq!(
        blast(chain.clone(), json!([]), json!(["c"]), json!({"a": "degraded", "b": "degraded", "c": "down"})),
        none
    );
    let group = json!([{"source": "b", "members": ["c", "d"], "k": 1}]);
    assert_eq!(blast(chain.clone(), group, json!(["c"]), json!({"a": "degraded", "b": "degraded", "c": "down"})), none);
    let both = json!([{"source": "b", "members": ["c", "d"], "k": 2}]);
    assert_eq!(blast(chain, both, json!(["c"]), json!({"a": "down", "b": "down", "c": "down"})), none);
}

#[test]
fn a_member_that_needs_its_owner_falls_with_it() {
    let none: [String; 0] = [];
    let edges = json!([edge("a", "b", "hard"), edge("b", "a", "hard")]);
    let group = json!([{"source": "a", "members": ["b"], "k": 1}]);
    assert_eq!(blast(edges, group, json!(["a"]), json!({"a": "down", "b": "down"})), none);
}

#[test]
fn a_wrong_answer_is_named() {
    let failures =
        blast(json!([edge("a", "b", "hard")]), json!([]), json!(["b"]), json!({"a": "delayed", "b": "down"}));
    assert_eq!(failures, ["case: impact: a is \"down\", not \"delayed\""]);
}

#[test]
fn drift_is_the_difference_of_two_lists() {
    let with = |from: &str, timeout: i64| json!({"from": from, "to": "z", "kind": "calls", "timeout_ms": timeout});
    let input = json!({
        "declared": [with("a", 1), with("b", 1), with("c", 1)],
        "observed": [with("b", 1), with("c", 2), with("d", 1)],
        "compare": ["timeout_ms"],
    });
    let changed = json!([{"edge": ["c", "z", "calls"], "attribute": "timeout_ms", "declared": 1, "observed": 2}]);
    let expected = json!({"missing": [["a", "z", "calls"]], "undeclared": [["d", "z", "calls"]], "changed": changed});
    assert_eq!(failures("drift", input, expected), [""; 0]);
}

fn allocation(b: i64) -> Vec<String> {
    let input = json!({
        "direct_cost_cents": {"a": 1, "b": 2},
        "pools": [
            {"id": "shared", "cost_cents": 101, "method": "even", "targets": ["b", "a"]},
            {"id": "fair", "cost_cents": 9, "method": "proportional", "targets": ["a", "b"]},
            {"id": "used", "cost_cents": 7, "method": "usage", "targets": ["a", "b"], "weights": {"a": 0, "b": 3}},
        ],
    });
    let expected = json!({
        "allocated_cents": {"shared": {"a": 51, "b": 50}, "fair": {"a": 3, "b": 6}, "used": {"a": 0, "b": 7}},
        "total_cents": {"a": 55, "b": b},
        "grand_total_cents": 120,
    });
    failures("cost_allocation", input, expected)
}

#[test]
fn shared_costs_are_split_to_the_cent() {
    assert_eq!(allocation(65), [""; 0]);
    assert_eq!(allocation(66), ["case: total_cents: b is 65, not 66"]);
}

#[test]
fn shared_services_pay_each_other() {
    let shares = json!({"a": {"b": "1/2", "x": "1/2"}, "b": {"a": "1/5", "x": "3/5", "y": "1/5"}});
    let input = json!({"shared_cost_cents": {"a": 90, "b": 45}, "usage_share": shares, "targets": ["x", "y"]});
    // a = 90 + b/5, b = 45 + a/2: a = 110, b = 100.
    let expected = json!({
        "loaded_cost_of_shared": {"a": 110.0, "b": 100.0},
        "allocated_cents_exact": {"x": 115.0, "y": 20.0},
        "sum_cents": 135,
    });
    let none: [String; 0] = [];
    let near = json!({"rel": 1e-12});
    assert_eq!(failures_within("cost_reciprocal", input, expected, near), none);
    let closed = json!({"shared_cost_cents": {"a": 1}, "usage_share": {"a": {"a": "1/1"}}, "targets": ["x"]});
    let told = failures("cost_reciprocal", closed, json!({}));
    assert!(told[0].contains("pay only each other (a)"), "{told:?}");
}

#[test]
fn a_move_changes_prices_and_borders() {
    let node = |id: &str, region: &str| json!({"id": id, "region": region, "monthly_cost_at_current_region": {"cpu": "10.50"}});
    let input = json!({
        "nodes": [node("a", "r1"), node("b", "r2")],
        "edges": [{"from": "a", "to": "b", "request_gb_per_month": 10, "response_gb_per_month": 2.5}],
        "region_factor": {"cpu": {"r1": "1.00", "r2": "2.00"}},
        "transfer_price_per_gb": {"same_region": "0.00", "r1->r2": "0.10", "r2->r1": "0.20"},
        "moves": {"a": "r2"},
    });
    let month = |resources: f64, transfer: f64| json!({"resources": resources, "transfer": transfer});
    let expected = json!({"before": month(21.0, 1.5), "after": month(31.5, 0.0), "delta_total": 9.0});
    assert_eq!(failures("cost_move", input, expected), [""; 0]);
}

#[test]
fn a_walk_with_restarts_settles() {
    let input = |to: &str| {
        json!({
            "nodes": [{"id": "a", "anomaly": 1.0}, {"id": "b", "anomaly": 0.5}],
            "edges": [{"from": "a", "to": to, "weight": 3.0}],
            "damping": 0.5,
            "restart": {"a": 7.0},
            "dangling": "restart",
        })
    };
    let expected = json!({"score": {"a": 2.0 / 3.0, "b": 1.0 / 3.0}, "top10": ["a", "b"]});
    let none: [String; 0] = [];
    assert_eq!(failures_within("rca_rank", input("b"), expected, json!({"abs": 1e-9})), none);
    let told = failures("rca_rank", input("c"), json!({}));
    assert!(told[0].contains("unknown node of an edge \"c\""), "{told:?}");
}

#[test]
fn numbers_pass_within_either_tolerance_and_lists_are_sets() {
    let tolerance = |text: Value| serde_json::from_value(text).expect("a tolerance");
    let (expected, found) = (json!({"x": 100.0, "l": [1, 2]}), json!({"x": 101.0, "l": [2, 1], "more": 0}));
    assert_eq!(differences(&expected, &found, &tolerance(json!({"abs": 0.1, "rel": 0.02}))), [""; 0]);
    assert_eq!(differences(&expected, &found, &tolerance(json!({"exact": true}))), ["x: is 101.0, not 100.0"]);
}

#[test]
fn a_family_that_nothing_answers_is_told_and_not_counted() {
    let root = tempfile::tempdir().expect("a folder of its own");
    fs::create_dir(root.path().join("weather")).expect("it can be made");
    fs::write(root.path().join("weather/x.json"), "{}").expect("it can be written");
    let tallies = run(root.path(), None).expect("the folder is whole");
    assert_eq!((tallies[0].not_run, total(&tallies)), (1, "0 passed, 0 failed".to_owned()));
    assert!(tallies[0].to_string().contains("not run"));
    let error = run(root.path(), Some("whether")).expect_err("no such family").to_string();
    assert!(error.contains("weather"), "{error}");
}

/// The plainest way to the least fixed point: every need is looked at until nothing changes.
#[test]
fn a_made_graph_gives_what_the_plainest_way_gives() {
    let made = Synthetic::new(300, 3);
    let mut hops: BTreeMap<u32, usize> = BTreeMap::from([(7, 0)]);
    for round in 1.. {
        let next: Vec<u32> = made.edges.iter().filter(|(_, to)| hops.contains_key(to)).map(|(from, _)| *from).collect();
        let before = hops.len();
        for node in next {
            hops.entry(node).or_insert(round);
        }
        if hops.len() == before {
            break;
        }
    }
    let name = |node: &u32| made.names[*node as usize].as_str();
    let input = json!({
        "nodes": made.names.iter().map(|id| json!({"id": id, "kind": "thing"})).collect::<Vec<_>>(),
        "edges": made.edges.iter().map(|(from, to)| edge(name(from), name(to), "hard")).collect::<Vec<_>>(),
        "propagation": {"hard": {"down": "down"}},
        "failed": [name(&7)],
    });
    let impact: BTreeMap<&str, &str> = hops.keys().map(|node| (name(node), "down")).collect();
    let structural: BTreeMap<&str, usize> = hops.iter().map(|(node, hops)| (name(node), *hops)).collect();
    assert!(impact.len() > 10, "the failure reaches something");
    assert_eq!(failures("blast_radius", input, json!({"impact": impact, "structural_hops": structural})), [""; 0]);
}

#[test]
fn vectors_of_third_parties_pass() {
    let Some(vectors) = shared::folder("vectors") else { return };
    let tallies: Vec<Tally> = run(&vectors, None).expect("the vectors are whole");
    let failures: Vec<&String> = tallies.iter().flat_map(|tally| &tally.failures).collect();
    assert!(failures.is_empty(), "{failures:#?}");
    assert!(tallies.iter().any(|tally| tally.passed > 0), "no vector was run");
}
