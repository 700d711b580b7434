//! One service: what it is called, what it is made of, whom it names.

use std::collections::BTreeMap;

use twin_connector_base::document::Node;
use twin_connector_base::{image, labels};
use twin_core::observe::{Handle, Perspective, Record, RecordKey, Space, Statement, Target, code, technique};
use twin_core::schema::{AttributeName, Value, attribute, kind, relation};

use super::file::File;
use super::{environment, mounts, path};

/// A service that is being read.
pub(super) struct Service<'a, 'f> {
    pub file: &'f File<'a>,
    pub name: &'f str,
    pub node: &'f Node,
    pub record: Record,
    /// Records that it refers to, which stand for no record of the source.
    pub others: Vec<Record>,
}

/// The record of a service, and those that it refers to.
pub(super) fn records(file: &File<'_>, name: &str, line: usize, node: &Node) -> Vec<Record> {
    let project = file.project;
    let key = RecordKey::new(&project.source, kind::WORKLOAD, name).in_cluster(&project.name);
    let evidence = file.stands(line, name, technique::DECLARED);
    let record = Record::new(key, name, Perspective::Declared, evidence);
    let mut service = Service { file, name, node, record, others: Vec::new() };
    service.read(line);
    std::iter::once(service.record).chain(service.others).collect()
}

impl Service<'_, '_> {
    fn read(&mut self, line: usize) {
        self.names(line);
        self.published_ports();
        self.image();
        self.build();
        self.start_order();
        self.links();
        self.external_links();
        self.labels();
        self.scale();
        environment::read(self);
        mounts::read(self);
        if let Some(extends) = self.node.get("extends") {
            self.file.warn(code::UNSUPPORTED, extends.line, "`extends` is not followed");
        }
    }

    /// Adds a relation with attributes.
    pub fn relate(
        &mut self,
        relation: twin_core::schema::Relation,
        target: Target,
        attributes: BTreeMap<AttributeName, Value>,
        evidence: twin_core::observe::Evidence,
    ) {
        self.record.say(Statement::Related { relation, variant: None, target, attributes }, evidence);
    }

    fn names(&mut self, line: usize) {
        let network = self.file.project.network.clone();
        let evidence = self.file.stands(line, self.name, technique::DECLARED);
        self.record.say(Statement::Joins { network: network.clone(), rank: 0 }, evidence.clone());
        self.record.known_as(Handle::within(Space::Host, self.name.to_lowercase(), network), evidence);
        let node = self.node;
        let networks = node.get("networks").map(Node::entries).unwrap_or_default();
        let aliases = networks.iter().filter_map(|(_, network)| network.get("aliases")).flat_map(Node::items);
        let own = [node.get("container_name"), node.get("hostname")];
        let shared = self.shared_networks();
        for (network, rank) in shared.iter().zip(1..) {
            let evidence = self.file.stands(line, self.name, technique::DECLARED);
            self.record.say(Statement::Joins { network: network.clone(), rank }, evidence.clone());
            self.record.known_as(Handle::within(Space::Host, self.name.to_lowercase(), network), evidence);
        }
        own.into_iter().flatten().chain(aliases).for_each(|alias| self.host_name(alias, &shared));
    }

    /// The networks that the service shares with other projects: they have a name that no project is part of.
    fn shared_networks(&self) -> Vec<String> {
        let node = self.node.get("networks");
        let listed = node.map(Node::items).unwrap_or_default().iter();
        let mapped = node.map(Node::entries).unwrap_or_default().iter().map(|(name, _)| name);
        let mut names: Vec<&str> = listed.chain(mapped).filter_map(Node::as_str).collect();
        if names.is_empty() && self.node.get("network_mode").is_none() {
            names.push("default");
        }
        names.into_iter().filter_map(|name| self.shared_network(name)).collect()
    }

    /// A network that is external, or that is given a name of its own.
    fn shared_network(&self, name: &str) -> Option<String> {
        let (_, network) = self.file.project.definition(&["networks", name])?;
        let external = network.get("external").filter(|external| external.as_bool() != Some(false));
        let named = network.get("name").or_else(|| external?.get("name")).and_then(|node| self.file.text(node));
        let called = named.map(|named| named.text).or_else(|| external.map(|_| name.to_owned()))?;
        Some(format!("compose/{}/network/{called}", self.file.project.source))
    }

    fn host_name(&mut self, node: &Node, shared: &[String]) {
        let Some(value) = self.file.text(node).filter(|value| !value.text.is_empty()) else { return };
        let evidence = self.file.evidence(node.line, &value, &[&value.text], technique::DECLARED);
        for network in std::iter::once(&self.file.project.network).chain(shared) {
            let handle = Handle::within(Space::Host, value.text.to_lowercase(), network);
            self.record.known_as(handle, evidence.clone());
        }
    }

    fn published_ports(&mut self) {
        let ports = self.node.get("ports").map(Node::items).unwrap_or_default();
        for (index, port) in ports.iter().enumerate() {
            let long = [port.get("published"), port.get("target")];
            let shown = long.into_iter().flatten().next().unwrap_or(port);
            let Some(value) = self.file.text(shown) else { continue };
            let target = port.get("target").and_then(|target| self.file.text(target)).map(|target| target.text);
            let (published, target) = ports_of(&value.text, port.get("published").is_some(), target);
            let evidence = self.file.evidence(shown.line, &value, &[&value.text], technique::DECLARED);
            if let Some(published) = published {
                let handle =
                    Handle::within(Space::PublishedPort, format!("localhost:{published}"), &self.file.project.network);
                self.record.known_as(handle, evidence.clone());
            }
            if let Some(target) = target.filter(|_| index == 0) {
                self.record.attribute(attribute::PORT, i64::from(target), evidence);
            }
        }
    }

    fn image(&mut self) {
        let Some(node) = self.node.get("image") else { return };
        let Some(value) = self.file.text(node) else { return };
        let Some(image) = image::parse(&value.text) else { return };
        let raws = [value.text.as_str(), node.as_str().unwrap_or_default()];
        let evidence = self.file.evidence(node.line, &value, &raws, technique::DECLARED);
        let key = RecordKey::new(&self.file.project.source, kind::IMAGE, image.repository.clone());
        let mut record = Record::new(key, image.repository.clone(), Perspective::Declared, evidence.clone());
        record.stands_for = 0;
        let handle = Handle::global(Space::Image, image.repository.clone());
        record.known_as(handle.clone(), evidence.clone());
        self.others.push(record);
        self.record.relate(relation::RUNS_IMAGE, Target::Handle(handle), evidence.clone());
        if let Some(tag) = &image.tag {
            self.record.attribute(attribute::IMAGE_TAG, tag.as_str(), evidence);
        }
        if let Some(realized) = image::realizes(&image, self.name) {
            let evidence = self.file.evidence(node.line, &value, &raws, technique::WELL_KNOWN_SOFTWARE);
            self.record.attribute(attribute::REALIZES, realized.as_str(), evidence);
        }
    }

    /// The folder that it is built from: the context, or the folder of the Dockerfile within it.
    fn build(&mut self) {
        let Some(build) = self.node.get("build") else { return };
        let context = build.get("context").or(build.as_str().map(|_| build));
        let written = context.and_then(|node| self.file.text(node));
        let relative = written.as_ref().map_or(".", |value| value.text.as_str());
        let Some(context_path) = path::joined(&self.file.project.folder, relative) else { return };
        let dockerfile = build.get("dockerfile").and_then(|node| Some((node, self.file.text(node)?)));
        let deeper = dockerfile.as_ref().and_then(|(_, value)| path::joined(&context_path, &value.text));
        let deeper =
            deeper.map(|file| path::folder(&file).to_owned()).filter(|folder| is_within(folder, &context_path));
        let (line, value) = match (&deeper, dockerfile, context.zip(written)) {
            (Some(_), Some((node, value)), _) | (None, _, Some((node, value))) => (node.line, value),
            _ => return,
        };
        let evidence = self.file.evidence(line, &value, &[&value.text], technique::DECLARED);
        let folder = deeper.unwrap_or(context_path);
        self.record.known_as(Handle::within(Space::Path, folder, &self.file.project.source.0), evidence);
    }

    fn start_order(&mut self) {
        let Some(node) = self.node.get("depends_on") else { return };
        let listed = node.items().iter().map(|item| (item, None));
        let mapped = node.entries().iter().map(|(name, more)| (name, more.get("condition").and_then(Node::as_str)));
        for (name, condition) in listed.chain(mapped) {
            let Some(after) = name.as_str() else { continue };
            let condition = condition.filter(|condition| condition.starts_with("service_"));
            let attributes =
                condition.map(|text| (attribute::START_CONDITION, Value::from(text))).into_iter().collect();
            let evidence = self.file.stands(name.line, after, technique::START_ORDER);
            let target = self.neighbour(after);
            self.relate(relation::STARTS_AFTER, target, attributes, evidence);
        }
    }

    fn links(&mut self) {
        for link in self.node.get("links").map(Node::items).unwrap_or_default() {
            let Some(name) = link.as_str().and_then(|text| text.split(':').next()) else { continue };
            let evidence = self.file.stands(link.line, name, technique::EXPLICIT_REFERENCE);
            self.record.relate(relation::CONNECTS_TO, self.neighbour(name), evidence.in_field("links"));
        }
    }

    /// Containers of other projects, whose names are theirs on every network that both stand in.
    fn external_links(&mut self) {
        for link in self.node.get("external_links").map(Node::items).unwrap_or_default() {
            let Some(name) = link.as_str().and_then(|text| text.split(':').next()) else { continue };
            let evidence = self.file.stands(link.line, name, technique::EXPLICIT_REFERENCE);
            let target = Target::Handle(Handle::host(name.to_lowercase()));
            self.relate(relation::CONNECTS_TO, target, BTreeMap::new(), evidence.in_field("external_links"));
        }
    }

    /// Another service of the project.
    fn neighbour(&self, name: &str) -> Target {
        Target::Handle(Handle::within(Space::Host, name.to_lowercase(), &self.file.project.network))
    }

    fn labels(&mut self) {
        let node = self.node;
        let own = [node.get("labels"), node.at(&["deploy", "labels"])];
        for (key, value) in own.into_iter().flatten().flat_map(pairs) {
            let text = self.file.expanded(&value.text, value.line);
            let raws = [text.text.as_str(), key.as_str()];
            let evidence = self.file.evidence(value.line, &text, &raws, technique::TAG).in_field(key.clone());
            self.others.extend(labels::apply(&mut self.record, &key, &text.text, &evidence));
        }
    }

    fn scale(&mut self) {
        let node = self.node;
        if let Some(replicas) = node.at(&["deploy", "replicas"]).or(node.get("scale")) {
            let value = self.file.text(replicas).unwrap_or_default();
            let evidence = self.file.evidence(replicas.line, &value, &[&value.text], technique::DECLARED);
            if let Ok(count) = value.text.parse::<i64>() {
                self.record.attribute(attribute::REPLICAS, count, evidence);
            }
        }
        let profiles = node.get("profiles").map(Node::items).unwrap_or_default();
        let names: Vec<&str> = profiles.iter().filter_map(Node::as_str).collect();
        if let Some((first, name)) = profiles.first().zip(names.first()) {
            let evidence = self.file.stands(first.line, name, technique::DECLARED);
            self.record.attribute(attribute::CONDITION, format!("profile {}", names.join(", ")), evidence);
        }
    }
}

/// A pair of a mapping, or of a list of `key=value`.
pub(super) struct Written {
    pub text: String,
    pub line: usize,
}

/// The pairs of a mapping, or of a list of `key=value`; what has no value is left out.
pub(super) fn pairs(node: &Node) -> Vec<(String, Written)> {
    let mapped = node.entries().iter().filter_map(|(key, value)| {
        Some((key.as_str()?.to_owned(), Written { text: value.as_str()?.to_owned(), line: value.line }))
    });
    let listed = node.items().iter().filter_map(|item| {
        let (key, value) = item.as_str()?.split_once('=')?;
        Some((key.to_owned(), Written { text: value.to_owned(), line: item.line }))
    });
    mapped.chain(listed).collect()
}

fn is_within(folder: &str, context: &str) -> bool {
    let below = folder.strip_prefix(context).is_some_and(|rest| context.is_empty() || rest.starts_with('/'));
    below && folder != context
}

/// The published port and the container's: `127.0.0.1:8080:80/tcp`. Of a range the first.
fn ports_of(text: &str, is_published: bool, target: Option<String>) -> (Option<u16>, Option<u16>) {
    let number = |text: &str| text.split(['-', '/']).next().and_then(|first| first.parse::<u16>().ok());
    if let Some(target) = target {
        return (number(text).filter(|_| is_published), number(&target));
    }
    let mut parts = text.rsplit(':');
    let target = parts.next().and_then(number);
    (parts.next().and_then(number), target)
}
