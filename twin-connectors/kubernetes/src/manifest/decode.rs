//! From a file to records: every object becomes one record or one rejection.

use twin_connector_base::document::{Document, documents};
use twin_connector_base::{Decoded, Origin, Payload};
use twin_core::observe::{Diagnostic, Locator, Outcome, code};
use twin_core::schema::kind;

use crate::manifest::file::{File, Findings};
use crate::manifest::payload::{Object, generated, objects, template};
use crate::manifest::{configuration, route, workload};

pub(super) fn decode(payload: &Payload<'_>, origin: &Origin) -> Decoded {
    let bytes = match payload.bytes {
        Ok(bytes) => bytes,
        Err(reason) => return rejected(payload.path, code::UNREADABLE, reason),
    };
    let documents = documents(payload.path, bytes, &origin.limits);
    if documents.is_empty() {
        return rejected(payload.path, code::NOT_RECOGNISED, "no Kubernetes object in it");
    }
    let text = String::from_utf8_lossy(bytes);
    let file = File::new(payload.path, &text, origin);
    let mut findings = Findings::default();
    for document in &documents {
        read(&file, document, &mut findings);
    }
    decoded(payload.path, findings)
}

fn rejected(path: &str, code: &str, message: &str) -> Decoded {
    Decoded::rejected(path, Diagnostic::rejected(code, Locator::line(path, 0), message))
}

fn decoded(path: &str, findings: Findings) -> Decoded {
    let outcome = match findings.diagnostics.iter().find(|diagnostic| leaves_out(diagnostic)) {
        Some(diagnostic) => Outcome::Partial(format!("{}: {}", diagnostic.locator, diagnostic.message)),
        None => Outcome::Complete,
    };
    Decoded { path: path.to_owned(), records: findings.records, diagnostics: findings.diagnostics, outcome }
}

/// Something that may name other things was not read: an object, or a text within one.
fn leaves_out(diagnostic: &Diagnostic) -> bool {
    diagnostic.records > 0 || [code::SYNTAX, code::LIMIT, code::ENCODING].contains(&diagnostic.code.as_str())
}

fn read(file: &File<'_>, document: &Document, findings: &mut Findings) {
    let root = match &document.root {
        Ok(root) => root,
        Err(refused) => return findings.diagnostics.push(explained(file, refused)),
    };
    let generated = generated(file, root);
    if !generated.is_empty() {
        return generated.iter().for_each(|object| configuration::generated(object, findings));
    }
    for object in objects(file, root) {
        match object {
            Ok(object) => describe(&object, findings),
            Err(refused) => findings.diagnostics.push(refused),
        }
    }
}

/// A template that breaks the syntax is no mistake of whoever wrote it.
fn explained(file: &File<'_>, refused: &Diagnostic) -> Diagnostic {
    let Locator::Line { line, .. } = refused.locator else { return refused.clone() };
    let text = file.lines.get(usize::try_from(line).unwrap_or_default());
    match refused.code == code::SYNTAX && text.contains("{{") {
        true => template(refused.locator.clone()),
        false => refused.clone(),
    }
}

/// Workloads are known by their template of pods, so that those of custom controllers are found too.
fn describe(object: &Object<'_>, findings: &mut Findings) {
    if let Some(template) = workload::template(object) {
        return workload::describe(object, template, findings);
    }
    match (object.group(), object.kind) {
        ("", "ConfigMap" | "Secret") => configuration::describe(object, findings),
        ("", "Service") => route::service(object, findings),
        _ if route::is_route(object) => route::describe(object, findings),
        ("", "Namespace") => namespace(object, findings),
        _ => other(object, findings),
    }
}

fn namespace(object: &Object<'_>, findings: &mut Findings) {
    let mut key = object.key(kind::NAMESPACE, object.name);
    key.namespace = None;
    let mut record = object.record(key, object.name);
    workload::apply_labels(object, object.node, &mut record, findings);
    findings.records.push(record);
}

/// A kind of which nothing more is known is kept.
fn other(object: &Object<'_>, findings: &mut Findings) {
    let key = object.key(kind::RESOURCE, format!("{}/{}", object.kind, object.name));
    let mut record = object.record(key, object.name);
    workload::apply_labels(object, object.node, &mut record, findings);
    findings.records.push(record);
}
