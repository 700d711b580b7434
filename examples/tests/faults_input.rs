//! Input that is broken, hostile or strange: each is a diagnostic with a place, in bounded memory and time, and everything else goes on.

use std::time::{Duration, Instant};

use golden_support::{Held, InMemory, now, source};
use twin_connectors::{ScanOptions, scan, scan_files};
use twin_core::Twin;
use twin_core::base::Limits;
use twin_core::observe::{Batch, Diagnostic, code};

mod golden_support;

const GOOD: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: good, namespace: shop}
spec:
  template:
    spec:
      containers:
        - name: good
          image: good:1
          env: [{name: MODE, value: plain}]
";

/// Reads some bytes beside a good manifest, which must come through whole.
fn read(path: &str, bytes: impl Into<Vec<u8>>, limits: Limits) -> Vec<Diagnostic> {
    let mut files = InMemory::default();
    files.put("good.yaml", GOOD);
    files.put(path, bytes);
    let mut options = ScanOptions::default();
    options.context.limits = limits;
    let start = Instant::now();
    let batches = scan_files(&files, &source(), &options).expect("nobody stops it").batches;
    assert!(start.elapsed() < Duration::from_secs(20), "{path} took {:?}", start.elapsed());
    check_good(&batches);
    let (incoming, receipt) = (incoming(&batches), Twin::in_memory().apply(batches, now()).expect("memory"));
    assert_eq!(incoming, receipt.applied + receipt.duplicate + receipt.late + receipt.rejected, "{path}");
    assert!(receipt.diagnostics.iter().all(|found| found.locator.path() == path), "{:?}", receipt.diagnostics);
    receipt.diagnostics
}

fn incoming(batches: &[Batch]) -> u64 {
    batches.iter().map(Batch::incoming).sum()
}

fn check_good(batches: &[Batch]) {
    let good = batches.iter().find(|batch| batch.scope.path == "good.yaml").expect("the good file");
    assert!(good.records.iter().any(|record| record.key.name == "good"));
    assert!(good.diagnostics.is_empty());
}

/// The code of what was refused of a file.
fn check(path: &str, bytes: impl Into<Vec<u8>>, limits: Limits, expected: &[&str]) {
    let found = read(path, bytes, limits);
    let rejected: Vec<&str> = found.iter().filter(|found| found.records > 0).map(|found| found.code.as_str()).collect();
    assert!(!rejected.is_empty(), "{path}: nothing was refused");
    assert!(rejected.iter().all(|code| expected.contains(code)), "{path}: {found:?}");
}

fn aliases() -> String {
    let mut text = String::from(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bomb}\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n",
    );
    for level in 1..12 {
        let below = format!("*a{}", level - 1);
        text.push_str(&format!("a{level}: &a{level} [{}]\n", vec![below; 10].join(", ")));
    }
    text
}

fn depth(brackets: usize) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: deep}}\ndata: {}", "[".repeat(brackets))
}

#[test]
fn bombs_are_refused_by_limits() {
    let limits = Limits::default;
    let head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: long}\ndata:\n  a: ";
    check("aliases.yaml", aliases(), limits(), &[code::LIMIT]);
    check("deep.yaml", depth(100_000), limits(), &[code::LIMIT]);
    check(
        "deep.tfstate",
        format!("{{\"version\": 4, \"terraform_version\": \"1.9\", \"resources\": {}", "[".repeat(100_000)),
        limits(),
        &[code::LIMIT, code::SYNTAX],
    );
    check("long.yaml", format!("{head}{}\n", "x".repeat(8 << 20)), limits(), &[code::LIMIT]);
    let small = Limits { payload_bytes: 4 << 10, line_bytes: 1 << 10, ..Limits::default() };
    check("large.yaml", format!("{head}{}\n", "x".repeat(64 << 10)), small, &[code::LIMIT]);
}

#[test]
fn what_is_no_text_or_no_manifest_is_refused_with_a_place() {
    let limits = Limits::default;
    let binary: Vec<u8> =
        b"apiVersion: v1\nkind: Secret\n".iter().copied().chain((0..=255).cycle().take(4096)).collect();
    check("binary.yaml", binary, limits(), &[code::ENCODING, code::SYNTAX]);
    check(
        "latin.yaml",
        b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: caf\xe9}\n".to_vec(),
        limits(),
        &[code::ENCODING, code::SYNTAX],
    );
    let template = "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ include \"chart.name\" . }}\n  labels:\n    {{- toYaml .Values.labels | nindent 4 }}\n";
    check("templates/service.yaml", template, limits(), &[code::UNSUPPORTED]);
    check("compose.yaml", "", limits(), &[code::SHAPE, code::NOT_RECOGNISED, code::SYNTAX]);
    check("terraform.tfstate", "", limits(), &[code::SHAPE, code::NOT_RECOGNISED, code::SYNTAX]);
    check("broken.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a\n", limits(), &[code::SYNTAX]);
}

#[test]
fn an_empty_file_of_no_source_is_nobody_s_fault() {
    assert_eq!(read("empty.yaml", "", Limits::default()), []);
}

#[test]
fn one_broken_document_leaves_the_others_of_its_file() {
    let text = format!("{GOOD}---\nkind: [\n---\n{}", GOOD.replace("name: good", "name: second"));
    let mut files = InMemory::default();
    files.put("many.yaml", text);
    let (batches, _) = golden_support::scanned(&files);
    let names: Vec<&str> =
        batches.iter().flat_map(|batch| &batch.records).map(|record| record.key.name.as_str()).collect();
    assert!(names.contains(&"good") && names.contains(&"second"), "{names:?}");
    assert_eq!(batches.iter().flat_map(|batch| &batch.diagnostics).map(|found| found.records).sum::<u64>(), 1);
}

#[test]
fn strange_names_of_files_are_only_names() {
    for name in ["a file.yaml", "grün/münze.yaml", "new\nline.yaml", "-rf.yaml", "a#b:c.yaml", "%2e%2e.yaml"] {
        let mut files = InMemory::default();
        files.put(name, GOOD);
        let (batches, _) = golden_support::scanned(&files);
        let batch = batches.iter().find(|batch| batch.scope.path == name).expect("the file by its name");
        let place = &batch.records[0].observations[0].evidence.chain[0].locator;
        assert_eq!(place.path(), name);
    }
}

#[test]
fn links_are_listed_and_never_followed() {
    let mut files = InMemory::default();
    files.put("good.yaml", GOOD);
    files.break_at("loop.yaml", Held::Link);
    let (batches, report) = golden_support::scanned(&files);
    check_good(&batches);
    assert_eq!(report.links, ["loop.yaml"]);
}

#[cfg(unix)]
#[test]
fn a_folder_that_links_to_itself_is_read_once() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("good.yaml"), GOOD).expect("a file");
    std::os::unix::fs::symlink(folder.path(), folder.path().join("again")).expect("a link");
    std::os::unix::fs::symlink("/", folder.path().join("outside.yaml")).expect("a link");
    let found = scan(folder.path(), &ScanOptions::default()).expect("a folder");
    check_good(&found.batches);
    assert_eq!(found.report.links.len(), 2);
}
