//! Real manifests, where the shared folder is at hand: nothing panics, the counters reconcile, and all evidence stands where it says.

use std::fs;
use std::path::{Path, PathBuf};

use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition};
use twin_connector_kubernetes::Kubernetes;
use twin_core::base::Limits;
use twin_core::observe::{Locator, Outcome, SourceId, Step};

#[path = "../../base/tests/shared/mod.rs"]
mod shared;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => files(&path, found),
            path => found.push(path),
        }
    }
}

fn check_step(step: &Step, lines: &[&str]) {
    let Locator::Line { line, .. } = &step.locator else { panic!("not a line: {}", step.locator) };
    let text = lines.get(*line as usize - 1).unwrap_or_else(|| panic!("no such line: {}", step.locator));
    assert!(text.contains(&step.raw), "{} has no {:?}", step.locator, step.raw);
    assert!(!step.raw.is_empty(), "{} shows nothing", step.locator);
}

fn check(decoded: &Decoded, text: &str) -> (u64, usize) {
    let lines: Vec<&str> = text.lines().collect();
    for said in decoded.records.iter().flat_map(|record| &record.observations) {
        assert!(!said.evidence.chain.is_empty());
        said.evidence.chain.iter().for_each(|step| check_step(step, &lines));
    }
    let rejected: u64 = decoded.diagnostics.iter().map(|diagnostic| diagnostic.records).sum();
    let kept: u64 = decoded.records.iter().map(|record| record.stands_for).sum();
    if rejected > 0 {
        assert!(matches!(decoded.outcome, Outcome::Partial(_)), "{}", decoded.path);
    }
    (kept + rejected, decoded.records.len())
}

/// Objects as a reader counts them who only sees where documents begin.
fn documents_of(text: &str) -> u64 {
    let documents = text.split("\n---").filter(|document| document.lines().any(|line| line.starts_with("kind:")));
    documents.count() as u64
}

#[test]
fn real_manifests_are_read_in_full() {
    let Some(shared) = shared::folder("fixtures").and_then(|fixtures| Some(fixtures.parent()?.to_owned())) else {
        return;
    };
    let mut found = Vec::new();
    files(&shared.join("fixtures"), &mut found);
    files(&shared.join("estates/raw"), &mut found);
    let origin = Origin { source: SourceId("fixtures".to_owned()), limits: Limits::default() };
    let mut recognised = 0;
    for path in found {
        let Ok(bytes) = fs::read(&path) else { continue };
        let name = path.strip_prefix(&shared).unwrap_or(&path).to_string_lossy().into_owned();
        let head = bytes.get(..65_536).unwrap_or(&bytes);
        let payload = Payload { path: &name, bytes: Ok(&bytes) };
        let decoded = Kubernetes.decode(&[payload], &origin);
        let text = String::from_utf8_lossy(&bytes);
        let (incoming, _) = check(&decoded[0], &text);
        if Kubernetes.recognises(&name, head) == Recognition::No {
            continue;
        }
        recognised += 1;
        if !name.ends_with(".json") && !text.contains("{{") {
            assert_eq!(incoming, documents_of(&text), "{name}");
        }
        for diagnostic in &decoded[0].diagnostics {
            println!("{} {} {}", diagnostic.locator, diagnostic.code, diagnostic.message);
        }
    }
    assert!(recognised > 10, "only {recognised} manifests were recognised");
}
