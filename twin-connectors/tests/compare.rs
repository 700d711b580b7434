//! Comparisons and paths over recorded requests of which some cannot be read.

use std::fs;

use tempfile::TempDir;
use twin_connectors::{CompareOptions, ScanOptions, compare, critical_path, scan};
use twin_core::answer::{Answer, Status};
use twin_core::base::{Context, Timestamp};
use twin_core::graph::Snapshot;
use twin_core::simulate::{ChangeDraft, Scenario};
use twin_core::{At, Twin};

const NOW: &str = "2026-11-20T09:00:00Z";

fn now() -> Timestamp {
    Timestamp::parse(NOW).expect("a time")
}

/// A shop of two services, and a file of recorded requests beside it.
fn shop(recorded: &str) -> (TempDir, Snapshot, String) {
    let folder = TempDir::new().expect("a folder");
    let compose = "services:\n  web:\n    image: registry.example/acme/web:1\n    environment: {PAY_URL: \"http://pay:80\"}\n  pay:\n    image: registry.example/acme/pay:1\n";
    fs::write(folder.path().join("compose.yaml"), compose).expect("a file");
    let twin = Twin::in_memory();
    let scan =
        scan(folder.path(), &ScanOptions { name: Some("shop".to_owned()), ..ScanOptions::default() }).expect("a scan");
    twin.apply(scan.batches, now()).expect("batches");
    let traces = folder.path().join("requests.jsonl");
    fs::write(&traces, recorded).expect("a file");
    (folder, twin.snapshot(At::now(now())), traces.to_string_lossy().into_owned())
}

/// A request to the web service.
fn request(trace: u32) -> String {
    let span = format!(
        r#"{{"traceId":"{trace:032x}","spanId":"{trace:016x}","name":"GET /cart","kind":2,"startTimeUnixNano":"1700000001000000000","endTimeUnixNano":"1700000001030000000"}}"#
    );
    format!(
        r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"web"}}}}]}},"scopeSpans":[{{"spans":[{span}]}}]}}]}}"#
    )
}

/// What is missing from an answer, as `scope: why`.
fn missing<T>(answer: &Answer<T>) -> Vec<String> {
    let Status::Partial { missing } = &answer.status else { return Vec::new() };
    let recorded = missing.iter().filter(|missing| missing.source.0 == "recorded requests");
    recorded.map(|missing| format!("{}: {}", missing.scope.rsplit('/').next().unwrap_or(""), missing.why)).collect()
}

fn check(recorded: &str, expected: &[&str]) {
    let (_folder, base, traces) = shop(recorded);
    let paths = critical_path(&base, std::slice::from_ref(&traces), &Context::new(now())).expect("an answer");
    assert_eq!(missing(&paths), expected, "critical_path");
    let drafts = ChangeDraft::list_from_json(r#"[{"change": "scale_load", "factor": 2}]"#).expect("a change");
    let scenario = Scenario::of(&base, "twice", &drafts).expect("a scenario");
    let options = CompareOptions { traces: vec![traces], ..CompareOptions::default() };
    let compared = compare(&scenario, options, &Context::new(now())).expect("an answer");
    assert_eq!(missing(&compared), expected, "compare");
    assert!(compared.blind_spots.len() >= expected.len() && paths.blind_spots.len() >= expected.len());
}

#[test]
fn what_could_not_be_read_of_a_recording_is_missing_from_the_answer() {
    let whole = format!("{}\n{}\n", request(1), request(2));
    check(&whole, &[]);
    let broken = format!("{}\nthis is no span\n{}\n{{\"resourceSpans\": 3}}\n", request(1), request(2));
    check(&broken, &["requests.jsonl: 2 of its records could not be read"]);
}
