//! What the tests of the package decoders share: samples, and what is made of them as text.

use std::collections::BTreeMap;

use twin_connector_base::{Decoded, Decoder, Origin, Payload};
use twin_core::base::Limits;
use twin_core::observe::{Locator, Outcome, Record, SourceId, Statement, Target};
use twin_core::schema::Value;

/// A path and what stands there.
pub(crate) struct Sample<'a>(pub &'a str, pub &'a str);

pub(crate) fn origin() -> Origin {
    Origin { source: SourceId("shop".to_owned()), limits: Limits::default() }
}

pub(crate) fn decoded(decoder: &dyn Decoder, samples: &[Sample<'_>]) -> Vec<Decoded> {
    let payload = |sample: &Sample<'_>| (sample.0.to_owned(), sample.1.to_owned());
    let owned: Vec<(String, String)> = samples.iter().map(payload).collect();
    let payloads: Vec<Payload<'_>> =
        owned.iter().map(|(path, text)| Payload { path, bytes: Ok(text.as_bytes()) }).collect();
    let decoded = decoder.decode(&payloads, &origin());
    decoded.iter().for_each(|file| stands(file, samples));
    decoded
}

/// All evidence stands to the letter where it says, and no planted secret leaves.
pub(crate) fn stands(decoded: &Decoded, samples: &[Sample<'_>]) {
    assert!(!format!("{decoded:?}").contains("zq"), "a secret leaves: {decoded:?}");
    for step in decoded.records.iter().flat_map(|record| &record.observations).flat_map(|said| &said.evidence.chain) {
        let Locator::Line { path, line } = &step.locator else { panic!("no line: {step:?}") };
        let sample = samples.iter().find(|sample| sample.0 == path).unwrap_or_else(|| panic!("no file: {step:?}"));
        let text = sample.1.trim_start_matches('\u{feff}').lines().nth(*line as usize - 1);
        assert!(text.is_some_and(|text| text.contains(&step.raw)), "{step:?}");
    }
}

/// Decodes a group and compares what one complete file of it became.
pub(crate) fn check(decoder: &dyn Decoder, samples: &[Sample<'_>], path: &str, expected: &str) {
    let decoded = decoded(decoder, samples);
    let [file] = &decoded[..] else { panic!("one file is meant: {decoded:?}") };
    assert_eq!((file.path.as_str(), &file.outcome), (path, &Outcome::Complete), "{:?}", file.diagnostics);
    assert_eq!(told(&file.records), lines(expected), "{path}");
}

/// Decodes and returns the records as text and the diagnostics as `path:line code`.
pub(crate) fn partial(decoder: &dyn Decoder, samples: &[Sample<'_>]) -> (Vec<String>, Vec<String>) {
    let decoded = decoded(decoder, samples);
    let records = decoded.iter().flat_map(|file| told(&file.records)).collect();
    let diagnostics = decoded.iter().flat_map(|file| &file.diagnostics);
    let diagnostics = diagnostics.map(|told| format!("{} {} {}", told.locator, told.code, told.records));
    (records, diagnostics.collect())
}

pub(crate) fn lines(text: &str) -> Vec<String> {
    text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// Each record as a line with what it says, and a line for each dependency.
pub(crate) fn told(records: &[Record]) -> Vec<String> {
    records.iter().flat_map(record).collect()
}

fn record(record: &Record) -> Vec<String> {
    let place = record.key.cluster.as_ref().map(|place| format!(" in {place}")).unwrap_or_default();
    let mut head = format!("{} {}{place} {}", record.key.kind, record.key.name, record.stands_for);
    let mut dependencies = Vec::new();
    for said in &record.observations {
        match &said.statement {
            Statement::KnownAs(handle) if handle.value.starts_with("pkg:") => {
                head += &format!(" purl={}", handle.value)
            }
            Statement::KnownAs(handle) => head += &format!(" path={}", handle.value),
            Statement::Attribute { name, value } => head += &format!(" {name}={}", shown(value)),
            Statement::Related { relation, target, attributes, .. } if relation.as_str() == "dependsOn" => {
                dependencies.push(format!("dependsOn {}{}", end(target), pairs(attributes)));
            }
            Statement::Related { relation, target, .. } => head += &format!(" {relation}={}", end(target)),
            _ => {}
        }
    }
    std::iter::once(head).chain(dependencies).collect()
}

fn pairs(attributes: &BTreeMap<twin_core::schema::AttributeName, Value>) -> String {
    attributes.iter().map(|(name, value)| format!(" {name}={}", shown(value))).collect()
}

fn shown(value: &Value) -> String {
    value.as_text().map_or_else(|| format!("{value:?}"), |text| text.replace('\n', " "))
}

fn end(target: &Target) -> String {
    match target {
        Target::Record(key) => key.name.clone(),
        Target::Handle(handle) => handle.value.clone(),
        other => format!("{other:?}"),
    }
}

/// Odd payloads are each one rejection, whatever the file is called; nothing panics.
pub(crate) fn endures(decoder: &dyn Decoder, names: &[&str]) {
    let deep = "[".repeat(5_000);
    let deep_object = "{\"a\":".repeat(5_000);
    let odd: [&[u8]; 10] = [
        b"",
        b" \r\n",
        b"\xef\xbb\xbf",
        b"\xff\xfe\x00a",
        b"\x00\x01\x02",
        b"[]",
        b"=7=",
        b"<",
        deep.as_bytes(),
        deep_object.as_bytes(),
    ];
    for name in names {
        for bytes in odd {
            let decoded = decoder.decode(&[Payload { path: name, bytes: Ok(bytes) }], &origin());
            assert_eq!(decoded.len(), 1, "{name}");
            let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(20)]).into_owned();
            let rejected: u64 = decoded[0].diagnostics.iter().map(|told| told.records).sum();
            assert!(decoded[0].records.is_empty() && rejected >= 1, "{name} {shown:?}: {decoded:?}");
        }
        let unreadable = decoder.decode(&[Payload { path: name, bytes: Err("denied") }], &origin());
        assert!(matches!(unreadable[0].outcome, Outcome::Partial(_)), "{name}");
        let small = Origin { limits: Limits { payload_bytes: 3, ..Limits::default() }, ..origin() };
        let large = decoder.decode(&[Payload { path: name, bytes: Ok(b"a = 1\n") }], &small);
        assert_eq!(large[0].diagnostics[0].code, "limit", "{name}");
    }
}
