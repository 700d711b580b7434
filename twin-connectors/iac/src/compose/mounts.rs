//! Files and folders that a service is given to read: binds, configs and secrets.

use std::collections::BTreeMap;

use twin_connector_base::config::interpolation::Traced;
use twin_core::observe::{Evidence, Handle, Space, Target, technique};
use twin_core::schema::relation;

use super::service::Service;
use super::tree::{Node, Place};

pub(super) fn read(service: &mut Service<'_>) {
    let node = service.node;
    for volume in node.get("volumes").map(Node::items).unwrap_or_default() {
        bind(service, volume);
    }
    for sort in ["configs", "secrets"] {
        for item in node.get(sort).map(Node::items).unwrap_or_default() {
            named(service, sort, item);
        }
    }
}

/// `./nginx.conf:/etc/nginx/nginx.conf:ro`, or the long form.
fn bind(service: &mut Service<'_>, volume: &Node) {
    let Some(node) = volume.get("source").or(volume.as_str().map(|_| volume)) else { return };
    let Some(value) = service.unit.text(node) else { return };
    let source = if volume.as_str().is_some() { value.text.split(':').next().unwrap_or_default() } else { &value.text };
    if !source.starts_with('.') && !source.contains('/') {
        return;
    }
    let evidence = service.unit.evidence(&node.place, &value, &[source], technique::EXPLICIT_REFERENCE);
    configured_by(service, &node.place, source, evidence.in_field("volumes"));
}

/// A name under `configs` or `secrets` of the service, whose file the project defines. What stands in either is not read.
fn named(service: &mut Service<'_>, sort: &'static str, item: &Node) {
    let Some(name) = item.get("source").unwrap_or(item).as_str() else { return };
    let Some(node) = service.unit.project.definition(sort, name, "file") else { return };
    let Some(value) = service.unit.text(&node) else { return };
    let Traced { text, .. } = &value;
    let used = service.unit.stands(&item.place, name, technique::EXPLICIT_REFERENCE).in_field(sort);
    let defined = service.unit.evidence(&node.place, &value, &[text], technique::EXPLICIT_REFERENCE);
    let evidence = defined.chain.into_iter().fold(used, |evidence, step| evidence.then(step.locator, step.raw));
    configured_by(service, &node.place, text, evidence);
}

/// Says that the service reads a file or folder of the scanned folder.
pub(super) fn configured_by(service: &mut Service<'_>, place: &Place, relative: &str, evidence: Evidence) {
    let Some(path) = service.unit.path(place, relative).filter(|path| !path.is_empty()) else { return };
    let target = Target::Handle(Handle::within(Space::Path, path, &service.unit.project.source.0));
    service.relate(relation::CONFIGURED_BY, target, BTreeMap::new(), evidence);
}
