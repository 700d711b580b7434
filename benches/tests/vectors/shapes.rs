//! Cases of our own for the families that are about the shape of a graph.

use serde_json::{Value, json};

use crate::failures;

/// Edges from pairs of letters: `ab` leads from `a` to `b`.
fn edges(pairs: &str) -> Value {
    let edge = |pair: &str| json!({"from": &pair[..1], "to": &pair[1..2]});
    pairs.split_whitespace().map(edge).collect()
}

#[test]
fn single_points_of_failure_are_seen_without_directions_and_dominators_with_them() {
    let case = |entry: Value, expected: Value| {
        let input =
            json!({"nodes": ["a", "b", "c", "d", "e", "a"], "edges": edges("ab ba bc cc bd dc ae"), "entry": entry});
        failures("spof", input, expected)
    };
    let shape = json!({"articulation_points": ["a", "b"], "bridges": [["a", "b"], ["a", "e"]]});
    assert_eq!(case(Value::Null, shape), [""; 0]);
    let over = json!({
        "immediate_dominator": {"b": "a", "c": "b", "d": "b", "e": "a"},
        "dominated_count": {"a": 4, "b": 2},
        "reachable_from_entry": ["a", "b", "c", "d", "e"],
    });
    assert_eq!(case(json!("a"), over), [""; 0]);
    let leaf = json!({"immediate_dominator": {}, "dominated_count": {}, "reachable_from_entry": ["e"]});
    assert_eq!(case(json!("e"), leaf), [""; 0]);
    let wrong = case(json!("b"), json!({"dominated_count": {"b": 4}}));
    assert_eq!(wrong, ["case: dominated_count: a is 1, not null"]);
    let unknown = case(json!("z"), json!({}));
    assert!(unknown[0].contains("names z"), "{unknown:?}");
}

#[test]
fn waves_are_compared_by_their_numbers() {
    let case = |waves: Value| {
        let input = json!({"nodes": ["a", "b", "c", "d", "e"], "edges": edges("ab bc cb cd aa ab")});
        failures("migration_waves", input, json!({"waves": waves, "cyclic_groups": [["b", "c"]], "wave_count": 3}))
    };
    assert_eq!(case(json!([[["e"], ["d"]], [["b", "c"]], [["a"]]])), [""; 0]);
    assert_eq!(case(json!([[["a"]], [["b", "c"]], [["d"], ["e"]]])).len(), 1, "the other way round");
    let nothing = json!({"nodes": [], "edges": []});
    assert_eq!(failures("migration_waves", nothing, json!({"waves": [], "wave_count": 0})), [""; 0]);
}

/// Edges with numbers: `ab3` leads from `a` to `b` with 3.
fn numbered(key: &str, triples: &str) -> Value {
    let edge = |triple: &str| {
        let number: u64 = triple[2..].parse().expect("a number");
        json!({"from": &triple[..1], "to": &triple[1..2], key: number})
    };
    triples.split_whitespace().map(edge).collect()
}

#[test]
fn any_least_feedback_arc_set_will_do_and_its_weight_must_be_right() {
    let case = |edges: &str, expected: Value| {
        failures(
            "feedback_arc_set",
            json!({"nodes": ["a", "b", "c", "d"], "edges": numbered("weight", edges)}),
            expected,
        )
    };
    let both = json!({"min_weight": 5, "min_cardinality_unweighted": 2, "one_optimal_set": [["b", "a"], ["d", "d"]]});
    assert_eq!(case("ab2 ba1 ba1 bc7 dd3", both), [""; 0]);
    assert_eq!(case("ab1 bc1 ac1", json!({"min_weight": 0, "one_optimal_set": [], "is_acyclic": true})), [""; 0]);
    assert_eq!(case("dd1", json!({"min_weight": 1, "is_acyclic": false})), [""; 0]);
    assert_eq!(case("ab2 ba3", json!({"min_weight": 3})), ["case: min_weight: is 2.0, not 3"]);
}

#[test]
fn any_longest_way_will_do_and_its_length_must_be_right() {
    let tasks = |durations: [f64; 4]| -> Value {
        ["a", "b", "c", "d"].iter().zip(durations).map(|(id, ms)| json!({"id": id, "duration_ms": ms})).collect()
    };
    let waits: Value =
        ["ab", "ac", "bd", "cd"].map(|pair| json!({"before": &pair[..1], "after": &pair[1..]})).into_iter().collect();
    let expected = json!({
        "length_ms": 6.5,
        "one_critical_path": ["a", "c", "d"],
        "slack_ms": {"a": 0.0, "b": 0.0, "c": 0.0, "d": 0.0},
        "earliest_start_ms": {"a": 0.0, "b": 1.5, "c": 1.5, "d": 4.5},
    });
    let input = json!({"nodes": tasks([1.5, 3.0, 3.0, 2.0]), "edges": waits});
    assert_eq!(failures("static_critical_path", input, expected), [""; 0]);
    let input = json!({"nodes": tasks([1.5, 3.0, 2.0, 2.0]), "edges": waits});
    let wrong = failures("static_critical_path", input, json!({"slack_ms": {"a": 0.0, "b": 0.0, "c": 0.0, "d": 0.0}}));
    assert_eq!(wrong, ["case: slack_ms: c is 1.0, not 0.0"]);
    let circle = json!({"nodes": tasks([1.0; 4]), "edges": [{"before": "a", "after": "a"}]});
    assert!(failures("static_critical_path", circle, json!({}))[0].contains("circle"));
}

#[test]
fn data_is_followed_over_edges_that_let_it_through() {
    let input = json!({
        "nodes": [
            {"id": "a", "region": "eu", "holds": ["pii"]},
            {"id": "b", "region": "us", "holds": []},
            {"id": "c", "region": "us"},
        ],
        "edges": [
            {"from": "b", "to": "a", "flow": "response", "strips": [], "encrypted": false},
            {"from": "b", "to": "c", "flow": "both", "strips": ["pii"], "encrypted": false},
        ],
        "policies": [
            {"id": "home", "class": "pii", "allowed_regions": ["eu"]},
            {"id": "safe", "class": "pii", "require_encrypted": true},
        ],
    });
    let expected = json!({
        "classes": {"a": ["pii"], "b": ["pii"]},
        "violations": [{"policy": "safe", "edge": ["b", "a"]}, {"policy": "home", "node": "b"}],
    });
    assert_eq!(failures("taint", input.clone(), expected), [""; 0]);
    let wrong = failures("taint", input, json!({"violations": []}));
    assert!(wrong[0].contains(r#"has {"node":"b","policy":"home"}"#), "{wrong:?}");
}

#[test]
fn a_partition_is_measured_and_a_search_may_surpass_what_is_known() {
    let input = json!({
        "nodes": ["a", "b", "c", "d"],
        "edges": numbered("calls", "ab6 cd6 bc4"),
        "partition": [["a", "b"], ["c", "d"]],
    });
    let case = |best: f64| {
        let expected = json!({
            "modularity": 0.25,
            "icp": 0.25,
            "structural_modularity": 0.125,
            "interface_number": 0.5,
            "non_extreme_distribution": 1.0,
            "best_known_modularity": best,
        });
        failures("extraction", input.clone(), expected)
    };
    // The best partition has 12/16 - 2 · (16/32)² = 1/4.
    assert_eq!(case(0.25), [""; 0]);
    assert_eq!(case(0.1), [""; 0], "more is as good");
    assert_eq!(case(0.26), ["case: best_known_modularity: is 0.25, not 0.26"]);
}

#[test]
fn an_operation_that_is_not_on_the_path_takes_no_time() {
    let span = |id: &str, parent: Value, start: i64, duration: i64| json!({"id": id, "parent": parent, "service": "s", "operation": id, "start_us": start, "duration_us": duration});
    let spans = [span("a", Value::Null, 0, 90), span("b", json!("a"), 10, 80), span("c", json!("a"), 20, 30)];
    let case = |times: Value| {
        let expected = json!({
            "root_duration_us": 90,
            "spans_on_critical_path": ["b", "a"],
            "exclusive_us_by_operation": times,
        });
        failures("critical_path", json!({"spans": spans}), expected)
    };
    assert_eq!(case(json!({"s.a": 10, "s.b": 80, "s.c": 0})), [""; 0]);
    assert_eq!(case(json!({"s.a": 10, "s.b": 80})), [""; 0]);
    assert_eq!(case(json!({"s.a": 10, "s.b": 70})), ["case: exclusive_us_by_operation: s.b is 80, not 70"]);
}

#[test]
fn smells_are_cycles_hubs_and_less_stable_dependencies() {
    let input = json!({
        "nodes": ["a", "b", "c", "d", "e"],
        "edges": edges("ab ab bb bc cd cb"),
        "thresholds": {"hub_in": 2, "hub_out": 1},
    });
    let expected = json!({
        "cyclic_groups": [["b", "c"]],
        "hub_like": ["b"],
        "instability": {"a": 1.0, "b": 1.0 / 3.0, "c": 2.0 / 3.0, "d": 0.0, "e": null},
        "unstable_dependencies": [["b", "c"]],
        "fan_in": {"a": 0, "b": 2, "c": 1, "d": 1, "e": 0},
        "fan_out": {"a": 1, "b": 1, "c": 2, "d": 0, "e": 0},
    });
    assert_eq!(failures("smells", input.clone(), expected), [""; 0]);
    let wrong = failures("smells", input, json!({"unstable_dependencies": [["a", "b"]]}));
    assert_eq!(wrong, [r#"case: unstable_dependencies: lacks ["a","b"], has ["b","c"]"#]);
}
