//! What every reading must keep, whatever was read: shared by the tests of the connectors, which include it by its path.

#[path = "../shared/mod.rs"]
mod shared;

use twin_connector_base::{Decoded, Decoder, Origin, Payload};
use twin_core::base::Limits;
use twin_core::observe::{Locator, Outcome, Record, SourceId, Statement, Step};
use twin_core::schema::{Schema, Value};

/// The origin of all test payloads.
pub fn origin() -> Origin {
    Origin { source: SourceId("test".to_owned()), limits: Limits::default() }
}

/// Decodes one payload and checks what every reading must keep.
pub fn read(decoder: &dyn Decoder, path: &str, bytes: &[u8]) -> Decoded {
    let mut decoded = decoder.decode(&[Payload { path, bytes: Ok(bytes) }], &origin());
    assert_eq!(decoded.len(), 1, "{path}: one payload, one reading");
    let decoded = decoded.remove(0);
    check(&decoded, bytes);
    decoded
}

/// Checks that a file that cannot be had is one rejection, and that its reading takes nothing away.
pub fn check_unreadable(decoder: &dyn Decoder, path: &str) {
    let decoded = decoder.decode(&[Payload { path, bytes: Err("permission denied") }], &origin());
    assert_eq!(decoded.iter().map(incoming).sum::<u64>(), 1);
    assert!(decoded.iter().all(|one| one.records.is_empty() && matches!(one.outcome, Outcome::Partial(_))));
}

/// How many records of the source a reading accounts for.
pub fn incoming(decoded: &Decoded) -> u64 {
    let read: u64 = decoded.records.iter().map(|record| record.stands_for).sum();
    read + decoded.diagnostics.iter().map(|diagnostic| diagnostic.records).sum::<u64>()
}

/// A reading in short: a line for each record, relation, attribute and diagnostic.
pub fn told(decoded: &Decoded) -> Vec<String> {
    let records = decoded.records.iter().flat_map(told_of);
    let flaws = decoded.diagnostics.iter().map(|flaw| format!("! {} {}: {}", flaw.code, flaw.locator, flaw.message));
    records.chain(flaws).collect()
}

fn told_of(record: &Record) -> Vec<String> {
    let mut lines = vec![format!("{} {}", record.key.kind, record.key.name)];
    lines.extend(record.observations.iter().filter_map(|observation| {
        let evidence = &observation.evidence;
        let said = match &observation.statement {
            Statement::Exists { name } => format!("is {name}"),
            Statement::Attribute { name, value } => format!("{name} = {value}"),
            Statement::KnownAs(handle) => format!("answers to {handle}"),
            Statement::Related { relation, target, attributes, .. } => {
                let more: Vec<String> = attributes.values().map(Value::to_string).collect();
                format!("{relation} {} {}", told_target(target), more.join(" "))
            }
            _ => return None,
        };
        let step = evidence.chain.first()?;
        Some(format!("  {} <- {} {:?}", said.trim_end(), step.locator, step.raw))
    }));
    lines
}

fn told_target(target: &twin_core::observe::Target) -> String {
    match target {
        twin_core::observe::Target::Record(key) => format!("{} {}", key.kind, key.name),
        twin_core::observe::Target::Handle(handle) => handle.to_string(),
        twin_core::observe::Target::Selector { within, .. } => format!("selector within {within}"),
    }
}

/// Everything that a reading must keep.
fn check(decoded: &Decoded, bytes: &[u8]) {
    let (schema, path) = (Schema::default(), &decoded.path);
    let text = String::from_utf8_lossy(bytes);
    let json = serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).ok();
    let mut keys = std::collections::BTreeSet::new();
    for record in &decoded.records {
        assert!(keys.insert(&record.key), "{path}: two records of the key {}", record.key);
        assert!(!record.key.to_string().contains(path.as_str()), "{path}: a key with the file's path");
        assert!(schema.kind(record.key.kind.as_str()).is_ok());
        check_statements(record, &schema);
        for step in record.observations.iter().flat_map(|observation| &observation.evidence.chain) {
            assert_eq!(step.locator.path(), path);
            assert!(stands(step, &text, json.as_ref()), "{path}: no {:?} at {}", step.raw, step.locator);
        }
    }
    for flaw in &decoded.diagnostics {
        assert_eq!(flaw.locator.path(), path);
        assert!(points_into(&flaw.locator, &text, json.as_ref()), "{path}: nothing at {}", flaw.locator);
    }
    let rejected: u64 = decoded.diagnostics.iter().map(|flaw| flaw.records).sum();
    let unsupported = decoded.diagnostics.iter().all(|flaw| flaw.records == 0 || flaw.code == "unsupported");
    assert!(rejected == 0 || unsupported || decoded.outcome != Outcome::Complete, "{path}: complete, with rejections");
}

fn check_statements(record: &Record, schema: &Schema) {
    assert!(matches!(record.observations.first().map(|first| &first.statement), Some(Statement::Exists { .. })));
    for observation in &record.observations {
        match &observation.statement {
            Statement::Attribute { name, value } => {
                let row = schema.attribute(name.as_str()).unwrap();
                assert!(row.value.admits(value), "{name} is no {:?}", row.value);
            }
            Statement::Related { relation, .. } => assert!(schema.stated(relation.as_str()).is_ok()),
            _ => {}
        }
    }
}

/// Whether a step's text stands where it says.
fn stands(step: &Step, text: &str, json: Option<&serde_json::Value>) -> bool {
    match &step.locator {
        Locator::Line { line: 0, .. } => step.raw.is_empty(),
        Locator::Line { line, .. } => text.lines().nth(*line as usize - 1).is_some_and(|line| line.contains(&step.raw)),
        Locator::Pointer { pointer, .. } => match json.and_then(|json| json.pointer(pointer)) {
            Some(serde_json::Value::String(node)) => node.contains(&step.raw),
            Some(node) => node.to_string().contains(&step.raw),
            None => false,
        },
        Locator::Span { .. } => false,
    }
}

fn points_into(locator: &Locator, text: &str, json: Option<&serde_json::Value>) -> bool {
    match locator {
        Locator::Line { line, .. } => *line as usize <= text.lines().count().max(1) + 1,
        Locator::Pointer { pointer, .. } => json.is_some_and(|json| json.pointer(pointer).is_some()),
        Locator::Span { .. } => false,
    }
}

/// The real payloads of one source, if the folder of shared fixtures is there; says so if it is not.
pub fn fixtures(source: &str) -> Vec<(String, Vec<u8>)> {
    let Some(folder) = shared::folder(&format!("fixtures/{source}")) else { return Vec::new() };
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.filter(|path| path.is_file());
    files.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap())).collect()
}
