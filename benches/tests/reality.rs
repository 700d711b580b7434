//! Predictions of changes to measured systems, on a small folder of our own and on measurements of third parties where they are at hand.

#[path = "../../twin-connectors/base/tests/shared/mod.rs"]
mod shared;

use std::fs;
use std::path::Path;

use benches::reality::{Judged, Predicted, cases, predict, summary};
use serde_json::{Value, json};
use twin_core::base::{Context, Timestamp};

fn context() -> Context {
    Context::new(Timestamp::MIN)
}

/// A request of 20 ms to the front, which asks the back for 10 of them, as OTLP writes it down.
fn export(request: u64) -> Value {
    let span = |service: &str, spans: Value| {
        let name = json!([{"key": "service.name", "value": {"stringValue": service}}]);
        json!({"resource": {"attributes": name}, "scopeSpans": [{"spans": spans}]})
    };
    let begin = request * 1_000_000_000;
    let one = |id: u64, parent: u64, name: &str, kind: u64, from_ms: u64, to_ms: u64| {
        let hexadecimal = |id: u64| if id == 0 { String::new() } else { format!("{id:016x}") };
        json!({
            "traceId": format!("{request:032x}"), "spanId": hexadecimal(id), "parentSpanId": hexadecimal(parent), "name": name, "kind": kind,
            "startTimeUnixNano": (begin + from_ms * 1_000_000).to_string(), "endTimeUnixNano": (begin + to_ms * 1_000_000).to_string(),
            "attributes": [{"key": "peer.service", "value": {"stringValue": "back"}}], "status": {},
        })
    };
    json!({"resourceSpans": [
        span("front", json!([one(1, 0, "GET /page", 2, 0, 20), one(2, 1, "GET /rows", 3, 4, 16)])),
        span("back", json!([one(3, 2, "GET /rows", 2, 5, 15)])),
    ]})
}

/// Writes a folder with one change, and what was measured, if it was.
fn folder(root: &Path, change: Value, expected: Option<Value>) {
    let lines: Vec<String> = (1..=40).map(|request| export(request).to_string()).collect();
    fs::write(root.join("before.otlp.jsonl"), lines.join("\n")).expect("it can be written");
    let edge = json!({"from": "front.page", "to": "back.rows", "kind": "calls", "criticality": "required"});
    let declared = json!({"services": [{"id": "front"}, {"id": "back"}], "edges": [edge]});
    fs::write(root.join("declared.json"), declared.to_string()).expect("it can be written");
    let input = json!({"spans": "before.otlp.jsonl", "declared": "declared.json", "change": change});
    let mut case = json!({"name": "made/case", "input": input});
    if let Some(expected) = expected {
        case["expected"] = expected;
    }
    fs::write(root.join("case.json"), case.to_string()).expect("it can be written");
}

fn predicted(change: Value, expected: Option<Value>) -> Predicted {
    let root = tempfile::tempdir().expect("a folder of its own");
    folder(root.path(), change, expected);
    predict(cases(root.path()).expect("cases"), &context()).remove(0).expect("a prediction")
}

#[test]
fn a_prediction_is_a_line_for_each_endpoint_and_one_for_whom_it_reaches() {
    let predicted = predicted(json!({"kind": "add_latency", "service": "back", "operation": "rows", "ms": 5.5}), None);
    let lines = predicted.lines();
    assert_eq!((&lines[0]["endpoint"], &lines[0]["predicted"]["p50_ms"]), (&json!("page"), &json!(25.5)));
    let none: [&str; 0] = [];
    let nobody = json!({"failing_operations": none, "degraded_operations": none, "no_longer_called": none});
    assert_eq!((lines.len(), &lines[1]["blast_radius"]), (2, &nobody));
    assert!(predicted.judged().is_none(), "nothing was measured");
}

#[test]
fn what_was_measured_is_held_against_the_prediction() {
    let endpoints =
        json!({"page": {"p50_ms": 25.0, "p95_ms": 30.0, "p99_ms": 25.5, "error_rate": 0.01, "degraded_rate": 0.0}});
    let reached = json!({"failing_operations": ["front.page"], "degraded_operations": [], "no_longer_called": []});
    let expected = json!({"endpoints": endpoints, "blast_radius": reached});
    let change = json!({"kind": "add_latency", "service": "back", "operation": "rows", "ms": 5.5});
    let judged = predicted(change, Some(expected)).judged().expect("it was measured");
    assert_eq!(judged.quantiles[0]["off"], json!(0.02));
    let covered: Vec<&Value> = judged.quantiles.iter().map(|row| &row["covered"]).collect();
    assert_eq!(covered, [&json!(true), &json!(false), &json!(true)]);
    assert_eq!((judged.rates[0]["off_points"].as_f64(), judged.is_reach_equal), (Some(-1.0), Some(false)));
    // Every request is alike, so that drawing work anew changes nothing.
    let simple: Vec<f64> = judged.quantiles.iter().filter_map(|row| row["off_by_simple_model"].as_f64()).collect();
    assert!((simple[0] - 0.02).abs() < 1e-9 && simple.len() == 3, "{simple:?}");
    let told = &summary(&[judged]).expect("numbers")["summary"];
    assert_eq!((&told["intervals"]["covered"], &told["intervals"]["predictions"]), (&json!(2), &json!(3)));
    assert_eq!(told["not_above_simple_model"], json!({"cases": 1, "of": 1}));
    assert_eq!((&told["touched"]["p50"]["of"], &told["controls"]["p50"]["of"]), (&json!(1), &json!(0)));
}

/// Whom a change to the simple model's world reaches: gone services fail their callers, more load waits for no worker where none is declared, and far away is farther.
#[test]
fn the_simple_model_knows_the_changes_of_the_harness() {
    let expected = || {
        let endpoints = json!({"page": {"p50_ms": 25.0, "p95_ms": 25.0, "p99_ms": 25.0}});
        json!({"endpoints": endpoints})
    };
    let off = |change: Value| -> Option<f64> {
        predicted(change, Some(expected()))
            .judged()
            .and_then(|judged| judged.quantiles.first()?["off_by_simple_model"].as_f64())
    };
    let move_away = json!({"kind": "move_region", "service": "back", "from": "r1", "to": "r2", "rtt_ms": 5});
    assert_eq!(off(move_away), Some(0.0));
    assert_eq!(off(json!({"kind": "scale_load", "factor": 2})), Some(-0.2));
    assert_eq!(off(json!({"kind": "kill_service", "service": "back"})), None, "no request succeeds");
}

#[test]
fn who_is_gone_is_not_called_any_more() {
    let lines = predicted(json!({"kind": "kill_service", "service": "back"}), None).lines();
    assert_eq!(lines[0]["predicted"]["error_rate"], json!(1.0));
    let reached = &lines[1]["blast_radius"];
    assert_eq!(
        (&reached["failing_operations"], &reached["no_longer_called"]),
        (&json!(["front.page"]), &json!(["back.rows"]))
    );
}

/// Of systems that others measured: everybody is named who is reached, and no quantile is off by more than a tenth.
#[test]
fn measurements_of_third_parties_are_met() {
    let Some(folder) = shared::folder("vectors/reality") else { return };
    let predicted = predict(cases(&folder).expect("cases"), &context());
    let judged = predicted.iter().map(|case| case.as_ref().expect("a prediction").judged());
    let judged: Vec<Judged> = judged.flatten().collect();
    assert!(!judged.is_empty(), "there are measurements");
    for judged in judged {
        assert_eq!(judged.is_reach_equal, Some(true), "{}", judged.case);
        let far = judged.quantiles.iter().filter(|row| row["off"].as_f64().is_none_or(|off| off.abs() > 0.1));
        assert_eq!(far.count(), 0, "{}: {:?}", judged.case, judged.quantiles);
    }
}

#[test]
fn a_case_that_cannot_be_predicted_says_why_and_the_others_go_on() {
    let root = tempfile::tempdir().expect("a folder of its own");
    folder(root.path(), json!({"kind": "kill_service", "service": "nobody"}), None);
    let other = json!({"name": "made/other", "input": {"spans": "before.otlp.jsonl", "declared": "declared.json", "change": {"kind": "paint"}}});
    fs::write(root.path().join("other.json"), other.to_string()).expect("it can be written");
    let predicted = predict(cases(root.path()).expect("cases"), &context());
    let told: Vec<String> =
        predicted.into_iter().filter_map(Result::err).map(|(case, why)| format!("{case}: {why}")).collect();
    assert!(
        told[0].starts_with("made/case: unknown service \"nobody\"") && told[1].starts_with("made/other: "),
        "{told:?}"
    );
}
