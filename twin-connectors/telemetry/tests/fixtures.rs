//! The decoder over public payloads that lie beside the project, where they are there.

use std::path::Path;

use twin_connector_base::{Decoder, Origin, Payload};
use twin_connector_telemetry::otlp::OtlpTraces;
use twin_core::base::Limits;
use twin_core::observe::{Severity, SourceId};

#[path = "../../base/tests/shared/mod.rs"]
mod shared;

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries
        .filter_map(|entry| Some((entry.file_name().into_string().ok()?, std::fs::read(entry.path()).ok()?)))
        .collect();
    files.sort();
    files
}

/// Spans that a file holds, as far as its text tells without reading it.
fn spans_of(name: &str, bytes: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(bytes).ok().filter(|_| name.ends_with("json"))?;
    text.contains("\"spanId\"").then(|| text.matches("\"startTimeUnixNano\"").count() as u64)
}

#[test]
fn public_payloads_are_read_and_accounted_for() {
    let Some(fixtures) = shared::folder("fixtures") else { return };
    let mut seen = 0;
    for folder in ["otlp", "otlp-sdk-capture"] {
        for (name, bytes) in files(&fixtures.join(folder)) {
            account(&name, &bytes);
            seen += 1;
        }
    }
    assert!(seen > 0, "the folders are empty");
}

#[test]
fn a_recording_of_thousands_of_spans_is_read_whole() {
    let Some(folder) = shared::folder("vectors/reality/shop") else { return };
    let bytes = std::fs::read(folder.join("before.otlp.jsonl.gz")).expect("the recording");
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(bytes.as_slice()), &mut text).expect("a text");
    let origin = Origin { source: SourceId("shared".to_owned()), limits: Limits::default() };
    let decoded = OtlpTraces.decode(&[Payload { path: "before.otlp.jsonl.gz", bytes: Ok(&bytes) }], &origin);
    let accepted: u64 = decoded.iter().flat_map(|decoded| &decoded.records).map(|record| record.stands_for).sum();
    assert_eq!(accepted, text.matches("\"startTimeUnixNano\"").count() as u64);
    assert!(decoded.iter().flat_map(|decoded| &decoded.diagnostics).all(|diagnostic| diagnostic.records == 0));
    println!("{accepted} spans, {} records: {:?}", decoded[0].records.len(), decoded[0].diagnostics);
}

fn account(name: &str, bytes: &[u8]) {
    let origin = Origin { source: SourceId("shared".to_owned()), limits: Limits::default() };
    let decoded = OtlpTraces.decode(&[Payload { path: name, bytes: Ok(bytes) }], &origin);
    let [decoded] = decoded.as_slice() else { panic!("{name}: not one answer") };
    let accepted: u64 = decoded.records.iter().map(|record| record.stands_for).sum();
    let rejected: u64 = decoded.diagnostics.iter().map(|diagnostic| diagnostic.records).sum();
    println!("{name}: {accepted} accepted, {rejected} rejected, {} records", decoded.records.len());
    for diagnostic in &decoded.diagnostics {
        println!("    {} {}: {}", diagnostic.code, diagnostic.locator, diagnostic.message);
        assert!(diagnostic.severity == Severity::Warning || diagnostic.locator.path() == name);
    }
    if name.contains("trace") {
        assert!(accepted > 0 && rejected == 0, "{name}: a payload of traces");
        assert!(spans_of(name, bytes).is_none_or(|spans| spans == accepted), "{name}: {accepted} spans");
    } else {
        assert_eq!((accepted, rejected), (0, 1), "{name}: a payload of another signal");
    }
    evidence_stands(name, bytes, &decoded.records);
}

fn evidence_stands(name: &str, bytes: &[u8], records: &[twin_core::observe::Record]) {
    for step in
        records.iter().flat_map(|record| &record.observations).flat_map(|observation| &observation.evidence.chain)
    {
        let raw = step.raw.as_bytes();
        assert!(raw.is_empty() || bytes.windows(raw.len()).any(|window| window == raw), "{name}: {}", step.raw);
    }
}
