//! References from workloads to the objects that configure them.

use twin_connector_base::document::Node;
use twin_core::observe::{Evidence, Handle, Record, Space, Target, technique};
use twin_core::schema::relation;

use crate::manifest::file::Findings;
use crate::manifest::payload::Object;

/// A reference to a ConfigMap or Secret.
#[derive(Clone, Copy)]
pub(super) struct Reference<'a> {
    /// `ConfigMap` or `Secret`.
    pub kind: &'static str,
    /// Where its name stands.
    pub name: &'a Node,
}

impl<'a> Reference<'a> {
    /// The reference in a field such as `configMapRef`, whose name stands under `name` or, for the volumes of Secrets, `secretName`.
    pub fn of(node: &'a Node, kind: &'static str, field: &str) -> Option<Self> {
        let target = node.get(field)?;
        let name = target.get("name").or_else(|| target.get("secretName"))?;
        name.as_str().map(|_| Reference { kind, name })
    }

    /// The record reads all of the object, or one key of it. Whoever reads one key has nothing to do with the others.
    pub fn configures(&self, object: &Object<'_>, key: Option<&str>, field: &str, record: &mut Record) {
        let evidence = object.file.evidence(self.name, technique::EXPLICIT_REFERENCE).in_field(field);
        let name = name_of(self.kind, self.name.as_str().unwrap_or_default(), key);
        configured_by(record, object, name, evidence);
    }
}

/// The platform's name of a ConfigMap or Secret, or of one key in it.
pub(super) fn name_of(kind: &str, name: &str, key: Option<&str>) -> String {
    match key {
        Some(key) => format!("{kind}/{name}#{key}"),
        None => format!("{kind}/{name}"),
    }
}

fn configured_by(record: &mut Record, object: &Object<'_>, name: String, evidence: Evidence) {
    let target = Target::Handle(Handle::within(Space::ConfigurationName, name, object.network()));
    record.relate(relation::CONFIGURED_BY, target, evidence);
}

/// The objects that a pod mounts.
pub(super) fn volumes(object: &Object<'_>, template: &Node, record: &mut Record, findings: &mut Findings) {
    let Some(spec) = template.get("spec") else { return };
    for volume in findings.list(object.file, spec, "volumes") {
        let mounts = mounts_of(spec, volume.get("name").and_then(Node::as_str));
        if mounts.is_empty() {
            continue;
        }
        let projected = volume.at(&["projected", "sources"]).map(Node::items).unwrap_or_default();
        for source in std::iter::once(volume).chain(projected) {
            mount(object, source, &mounts, record);
        }
    }
}

fn mount(object: &Object<'_>, source: &Node, mounts: &[&Node], record: &mut Record) {
    for (kind, field) in [("ConfigMap", "configMap"), ("Secret", "secret")] {
        let Some(reference) = Reference::of(source, kind, field) else { continue };
        let keys = keys_of(source.get(field), mounts);
        for key in &keys {
            reference.configures(object, Some(key), "volumes", record);
        }
        if keys.is_empty() {
            reference.configures(object, None, "volumes", record);
        }
    }
}

/// The keys that are mounted, if they are picked: by `items`, or because each mount takes one file.
fn keys_of<'a>(source: Option<&'a Node>, mounts: &[&'a Node]) -> Vec<&'a str> {
    let items = source.and_then(|source| source.get("items")).map(Node::items).unwrap_or_default();
    if !items.is_empty() {
        return items.iter().filter_map(|item| item.get("key")?.as_str()).collect();
    }
    let files: Option<Vec<&str>> = mounts.iter().map(|mount| mount.get("subPath")?.as_str()).collect();
    let mut files = files.unwrap_or_default();
    files.sort_unstable();
    files.dedup();
    files
}

fn mounts_of<'a>(spec: &'a Node, volume: Option<&str>) -> Vec<&'a Node> {
    let containers =
        ["containers", "initContainers", "ephemeralContainers"].into_iter().filter_map(|list| spec.get(list));
    let mounts = containers.flat_map(Node::items).filter_map(|container| container.get("volumeMounts"));
    mounts.flat_map(Node::items).filter(|mount| mount.get("name").and_then(Node::as_str) == volume).collect()
}
