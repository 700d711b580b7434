//! The adapters of the vectors, on cases of our own and on those of third parties where they are at hand.

#[path = "vectors/shapes.rs"]
mod shapes;
#[path = "../../twin-connectors/base/tests/shared/mod.rs"]
mod shared;

use std::collections::BTreeMap;
use std::fs;

use benches::synthetic::Synthetic;
use benches::vectors::{Tally, Tolerance, differences, run, total};
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
fn availability_counts_what_is_shared_once() {
    let node = |availability: f64, requires: Value| json!({"availability": availability, "requires": requires});
    let nodes = json!({
        "front": node(1.0, json!({"all": ["zone", {"k_of_n": {"k": 1, "of": ["a", {"any": ["b"]}]}}]})),
        "a": node(0.5, json!("zone")),
        "b": node(0.5, json!({"all": ["zone"]})),
        "zone": node(0.75, Value::Null),
    });
    let expected = |unavailability: f64| {
        let importance = json!({"front": 0.5625, "zone": 0.75, "a": 0.375, "b": 0.375});
        json!({
            "availability": 0.5625,
            "unavailability": unavailability,
            "relevant_components": 4,
            "birnbaum_importance": importance,
        })
    };
    let input = json!({"nodes": nodes, "entry": "front"});
    assert_eq!(failures("availability", input.clone(), expected(0.4375)), [""; 0]);
    assert_eq!(failures("availability", input, expected(0.375)), ["case: unavailability: is 0.4375, not 0.375"]);
}

#[test]
fn an_unavailability_is_compared_as_a_part_of_itself() {
    let tolerance = serde_json::from_value(json!({"rel_unavailability": 1e-9, "abs": 1e-12})).expect("a tolerance");
    let expected = json!({"unavailability": 1e-10, "availability": 1.0 - 1e-10, "birnbaum_importance": {"a": 1e-8}});
    let with = |unavailability: f64, importance: f64| {
        let importance = json!({"a": importance});
        json!({"unavailability": unavailability, "availability": 1.0, "birnbaum_importance": importance})
    };
    assert_eq!(differences(&expected, &with(1e-10 + 5e-20, 1e-8 + 1e-13), &tolerance), [""; 0]);
    assert_eq!(differences(&expected, &with(1.000_001e-10, 1e-8 + 1e-11), &tolerance).len(), 2);
}

#[test]
fn latency_is_met_by_intervals() {
    let steps = json!([
        {"work": {"dist": "const", "ms": 1}},
        {"par": [[{"call": "b.op"}], [{"work": {"dist": "const", "ms": 9}}]]},
        {"timeout": {"ms": 2, "steps": [{"retry": {"fail": 1, "max_attempts": 3, "steps": [{"call": "b.op"}]}}]}},
        {"choice": [{"p": 1, "steps": []}]},
        {"race": [[{"call": "b.op"}], [{"work": {"dist": "uniform", "low_ms": 3, "high_ms": 3}}]]},
    ]);
    let work = json!([{"work": {"dist": "const", "ms": 4}}]);
    let input = json!({"operations": {"a.op": {"steps": steps}, "b.op": {"steps": work}}, "entry": "a.op"});
    let exact = |ms: f64| json!({"mean_ms": ms, "mean_ci95": [ms, ms], "p99.9_ms": ms, "p99.9_ci95": [ms, ms]});
    assert_eq!(failures("latency", input.clone(), exact(15.000_000_001)), [""; 0]);
    let wrong = failures("latency", input, exact(15.1));
    assert!(wrong.len() == 1 && wrong[0].contains("p99.9_ms: is 15.0 within [15.0,15.0], not 15.1"), "{wrong:?}");
}

#[test]
fn a_sampled_number_needs_its_interval_and_its_point() {
    let found = json!({"sampled": 9, "p50_ms": 100.0, "p50_ci99": [90.0, 110.0], "p50_4se": [80.0, 120.0]});
    let differing = |expected: Value| differences(&expected, &found, &Tolerance::default()).len();
    assert_eq!(differing(json!({"p50_ms": 100.5, "p50_ci95": [100.2, 100.8]})), 0);
    assert_eq!(differing(json!({"p50_ms": 102.0, "p50_ci95": [101.0, 103.0]})), 1, "the point is off by two parts");
    assert_eq!(differing(json!({"p50_ms": 100.5, "p50_ci95": [110.5, 111.0]})), 1, "the intervals miss each other");
    assert_eq!(differing(json!({"p50_ms": 119.0})), 0);
    assert_eq!(differing(json!({"p50_ms": 121.0})), 1);
    assert_eq!(differing(json!({"p90_ms": 121.0})), 1, "nothing is told");
}

#[test]
fn fronts_follow_directions() {
    let option = |id: &str, cost: f64, uptime: f64| json!({"id": id, "cost": cost, "uptime": uptime});
    let input = json!({
        "objectives": [{"name": "cost", "direction": "min"}, {"name": "uptime", "direction": "max"}],
        "options": [option("a", 1.0, 0.5), option("b", 2.0, 0.5), option("c", 2.0, 0.75), option("d", 1.0, 0.5)],
    });
    let ranks = json!({"a": 0, "b": 1, "c": 0, "d": 0});
    let expected = json!({"front": ["d", "c", "a"], "front_rank_first5": ranks});
    assert_eq!(failures("pareto", input.clone(), expected), [""; 0]);
    assert_eq!(failures("pareto", input, json!({"front": ["a", "c"]})), ["case: front: has \"d\""]);
}

#[test]
fn a_network_feeds_back() {
    let node = json!({"id": "a", "external_arrivals_per_s": 1.0, "service_rate_per_s": 4.0, "servers": 1});
    let input = json!({"nodes": [node], "routing": [{"from": "a", "to": "a", "probability": 0.5}]});
    let told = json!({"a": {"arrival_rate_per_s": 2.0, "utilization": 0.5, "mean_wait_ms": 250.0}});
    let expected = json!({
        "nodes": told,
        "mean_in_network": 1.0,
        "mean_time_in_network_ms": 1000.0,
        "bottleneck": "a",
    });
    let failures = |expected: Value| failures_within("queue_network", input.clone(), expected, json!({"rel": 1e-12}));
    assert_eq!(failures(expected), [""; 0]);
    assert_eq!(failures(json!({"mean_in_network": 2.0})).len(), 1);
}

#[test]
fn queues_are_told_by_their_model() {
    let input = |model: &str, rest: Value| {
        let mut input = json!({"model": model, "arrival_rate_per_s": 1.0, "service_rate_per_s": 2.0});
        rest.as_object().into_iter().flatten().for_each(|(key, value)| input[key] = value.clone());
        input
    };
    let cases = [
        ("M/M/1", json!({}), json!({"utilization": 0.5, "mean_wait_ms": 500.0, "wait_p50_ms": 0.0, "stable": true})),
        ("M/M/c", json!({"servers": 1}), json!({"p_wait": 0.5, "mean_response_ms": 1000.0, "mean_in_system": 1.0})),
        ("M/G/1", json!({"service_cv": 0.0}), json!({"mean_wait_ms": 250.0, "mean_queue_length": 0.25})),
        ("M/D/1", json!({"mean_service_ms": 500.0}), json!({"mean_wait_ms": 250.0, "mean_response_ms": 750.0})),
        (
            "M/M/c/K",
            json!({"servers": 1, "capacity": 1, "arrival_rate_per_s": 2.0}),
            json!({"p_block": 0.5, "throughput_per_s": 1.0, "mean_wait_ms": 0.0, "utilization": 0.5}),
        ),
        ("M/M/c", json!({"servers": 2, "arrival_rate_per_s": 4.0}), json!({"stable": false, "mean_wait_ms": null})),
    ];
    for (model, rest, expected) in cases {
        let failures = failures_within("queueing", input(model, rest), expected, json!({"rel": 1e-12}));
        assert_eq!(failures, [""; 0], "{model}");
    }
    assert_eq!(failures("queueing", input("M/M/1", json!({})), json!({"mean_wait_ms": null})).len(), 1);
}

#[test]
fn retries_multiply_along_a_chain() {
    let hop = |id: &str, fail: f64, max_attempts: u32| json!({"id": id, "fail": fail, "max_attempts": max_attempts});
    let input = json!({"chain": [hop("a", 0.5, 1), hop("b", 0.0, 2), hop("c", 0.5, 9)]});
    let invocations = json!({"a": 1.0, "b": 0.5, "c": 0.75});
    let expected = json!({"success_probability": 0.375, "invocations_per_request": invocations});
    assert_eq!(failures("retries", input.clone(), expected), [""; 0]);
    let wrong = failures("retries", input, json!({"success_probability": 0.5}));
    assert_eq!(wrong, ["case: success_probability: is 0.375, not 0.5"]);
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
