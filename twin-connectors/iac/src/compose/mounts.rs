//! Files and folders that a service is given to read: binds, configs and secrets.

use std::collections::BTreeMap;

use twin_connector_base::config::interpolation::Traced;
use twin_connector_base::document::Node;
use twin_core::observe::{Evidence, Handle, Locator, Space, Target, technique};
use twin_core::schema::relation;

use super::path;
use super::service::Service;

pub(super) fn read(service: &mut Service<'_, '_>) {
    for volume in service.node.get("volumes").map(Node::items).unwrap_or_default() {
        bind(service, volume);
    }
    for sort in ["configs", "secrets"] {
        for item in service.node.get(sort).map(Node::items).unwrap_or_default() {
            named(service, sort, item);
        }
    }
}

/// `./nginx.conf:/etc/nginx/nginx.conf:ro`, or the long form.
fn bind(service: &mut Service<'_, '_>, volume: &Node) {
    let Some(node) = volume.get("source").or(volume.as_str().map(|_| volume)) else { return };
    let Some(value) = service.file.text(node) else { return };
    let source = if volume.as_str().is_some() { value.text.split(':').next().unwrap_or_default() } else { &value.text };
    if !source.starts_with('.') && !source.contains('/') {
        return;
    }
    let evidence = service.file.evidence(node.line, &value, &[source], technique::EXPLICIT_REFERENCE);
    configured_by(service, source, evidence.in_field("volumes"));
}

/// A name under `configs` or `secrets` of the service, whose file the project defines.
fn named(service: &mut Service<'_, '_>, sort: &'static str, item: &Node) {
    let Some(name) = item.get("source").unwrap_or(item).as_str() else { return };
    let Some((path, node)) = service.file.project.definition(&[sort, name, "file"]) else { return };
    let Some(value) = service.file.text(node) else { return };
    let Traced { text, .. } = &value;
    let used = service.file.stands(item.line, name, technique::EXPLICIT_REFERENCE).in_field(sort);
    let evidence = if path == service.file.path {
        let defined = service.file.evidence(node.line, &value, &[text], technique::EXPLICIT_REFERENCE);
        defined.chain.into_iter().fold(used, |evidence, step| evidence.then(step.locator, step.raw))
    } else {
        used.then(Locator::line(path, node.line), node.as_str().unwrap_or_default())
    };
    configured_by(service, text, evidence);
}

/// Says that the service reads a file or folder of the scanned folder.
pub(super) fn configured_by(service: &mut Service<'_, '_>, relative: &str, evidence: Evidence) {
    let project = service.file.project;
    let Some(path) = path::joined(&project.folder, relative).filter(|path| !path.is_empty()) else { return };
    let target = Target::Handle(Handle::within(Space::Path, path, &project.source.0));
    service.relate(relation::CONFIGURED_BY, target, BTreeMap::new(), evidence);
}
