//! ConfigMaps and Secrets: each key is a configuration of its own, so that whoever reads one key has nothing to do with the others.

use twin_connector_base::config::{self, Format};
use twin_connector_base::document::{Node, documents};
use twin_connector_base::endpoint::endpoints;
use twin_core::observe::{
    Diagnostic, Evidence, Handle, Locator, Perspective, Record, Severity, Space, Statement, Target, technique,
};
use twin_core::schema::{kind, relation};

use crate::manifest::container::connects;
use crate::manifest::file::Findings;
use crate::manifest::payload::Object;
use crate::manifest::reference::name_of;
use crate::manifest::workload;

pub(super) fn describe(object: &Object<'_>, findings: &mut Findings) {
    let name = name_of(object.kind, object.name, None);
    let mut record = object.record(object.key(kind::CONFIGURATION, name.clone()), object.name);
    record.known_as(handle(object, name), object.named());
    workload::apply_labels(object, object.node, &mut record, findings);
    findings.records.push(record);
    for field in ["data", "stringData"] {
        for (key, value) in findings.mapping(object.file, object.node, field) {
            if let Some(name) = key.as_str() {
                entry(object, (name, key), value, field, findings);
            }
        }
    }
}

/// What a kustomization makes of `NAME=value`. The files that it also takes are settings of their own.
pub(super) fn generated(object: &Object<'_>, findings: &mut Findings) {
    let whole = name_of(object.kind, object.name, None);
    let mut record = object.record(object.key(kind::CONFIGURATION, whole.clone()), object.name);
    record.known_as(handle(object, whole), object.named());
    findings.records.push(record);
    for node in findings.list(object.file, object.node, "literals") {
        if let Some((name, value)) = node.as_str().and_then(|text| text.split_once('=')) {
            literal(object, (name, value), node.line, findings);
        }
    }
}

fn literal(object: &Object<'_>, (key, value): (&str, &str), line: usize, findings: &mut Findings) {
    let name = name_of(object.kind, object.name, Some(key));
    let declared = object.file.evidence_of(key, line, technique::DECLARED);
    let record_key = object.key(kind::CONFIGURATION, name.clone());
    let mut record = Record::new(record_key, key, Perspective::Declared, declared.clone());
    record.known_as(handle(object, name), declared.clone());
    record.known_as(handle(object, name_of(object.kind, object.name, None)), declared);
    for endpoint in endpoints(key, value) {
        let evidence = evidence(object, line, key, (&endpoint.raw, &endpoint.host));
        connects(&mut record, endpoint, evidence);
    }
    findings.beside(record);
}

fn handle(object: &Object<'_>, name: String) -> Handle {
    Handle::within(Space::ConfigurationName, name, object.network())
}

fn entry(object: &Object<'_>, key: (&str, &Node), value: &Node, field: &str, findings: &mut Findings) {
    let name = name_of(object.kind, object.name, Some(key.0));
    let evidence = object.file.evidence(key.1, technique::DECLARED);
    let record_key = object.key(kind::CONFIGURATION, name.clone());
    let mut record = Record::new(record_key, key.0, Perspective::Declared, evidence.clone());
    record.known_as(handle(object, name), evidence.clone());
    record.known_as(handle(object, name_of(object.kind, object.name, None)), evidence);
    // What stands under `data` of a Secret is base64: it could not be shown as evidence, and is not decoded.
    if (object.kind, field) != ("Secret", "data") {
        mentions(object, key.0, value, &mut record, findings);
    }
    findings.beside(record);
}

fn mentions(object: &Object<'_>, key: &str, value: &Node, record: &mut Record, findings: &mut Findings) {
    let Some(text) = value.as_str() else {
        return findings.mistyped(object.file, value.line, "a value that is not a text");
    };
    let Some(format) = format_of(object, key, text) else {
        for endpoint in endpoints(key, text) {
            let evidence = evidence(object, value.line, key, (&endpoint.raw, &endpoint.host));
            connects(record, endpoint, evidence);
        }
        return;
    };
    let settings = config::settings(object.file.path, text, format, object.file.limits);
    for mention in settings.mentions {
        let line = value.line_of(mention.line.saturating_sub(1));
        let found = (mention.endpoint.raw.as_str(), mention.endpoint.host.as_str());
        let evidence = evidence(object, line, &mention.field(), found);
        let confidence = evidence.confidence * mention.certainty();
        let target = Target::Handle(mention.endpoint.peer());
        let attributes = mention.attributes();
        let said = Statement::Related { relation: relation::CONNECTS_TO, variant: None, target, attributes };
        record.say(said, evidence.with_confidence(confidence));
    }
    findings.diagnostics.extend(settings.diagnostics.into_iter().map(|found| within(object, value, found)));
}

/// Whatever stands in a ConfigMap is configuration, so that an extension says enough, and a text without one is tried as YAML.
fn format_of(object: &Object<'_>, key: &str, text: &str) -> Option<Format> {
    let by_extension = match key.rsplit_once('.').map(|(_, extension)| extension) {
        Some("yaml" | "yml") => Some(Format::Yaml),
        Some("ini" | "cfg") => Some(Format::Properties),
        Some("conf") => Some(Format::Nginx),
        None if text.trim().contains('\n') && is_tree(object, text) => Some(Format::Yaml),
        _ => None,
    };
    config::format_of(key).or(by_extension)
}

fn is_tree(object: &Object<'_>, text: &str) -> bool {
    let read = documents(object.file.path, text.as_bytes(), object.file.limits);
    !read.is_empty() && read.iter().all(|document| document.root.as_ref().is_ok_and(|root| !root.entries().is_empty()))
}

fn evidence(object: &Object<'_>, line: usize, key: &str, (raw, host): (&str, &str)) -> Evidence {
    let found = object.file.stands(raw, line).or_else(|| object.file.stands(host, line));
    let (line, raw) = found.unwrap_or((line, ""));
    Evidence::at(object.file.locator(line), raw, technique::CONFIG_MAP).in_field(key)
}

/// What was found out about a text within an object is told with the line in the file. The object itself is kept.
fn within(object: &Object<'_>, value: &Node, found: Diagnostic) -> Diagnostic {
    let line = match found.locator {
        Locator::Line { line, .. } => value.line_of(usize::try_from(line).unwrap_or_default().saturating_sub(1)),
        _ => value.line,
    };
    Diagnostic { severity: Severity::Warning, records: 0, locator: object.file.locator(line), ..found }
}
