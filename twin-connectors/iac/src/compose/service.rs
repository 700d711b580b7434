//! One service: what it is called, what it is made of, whom it names.

use std::collections::BTreeMap;

use twin_connector_base::{image, labels};
use twin_core::observe::{Evidence, Handle, Perspective, Record, RecordKey, Space, Statement, Target, code, technique};
use twin_core::schema::{AttributeName, Relation, Value, attribute, kind, relation};

use super::tree::{Node, Place};
use super::unit::{Merged, Unit};
use super::{build, environment, mounts, network};

/// A service that is being read.
pub(super) struct Service<'s> {
    pub unit: &'s Unit<'s, 's>,
    pub name: &'s str,
    pub node: &'s Node,
    pub places: &'s [Place],
    pub record: Record,
    /// Records that it refers to, which stand for no record of the source.
    pub others: Vec<Record>,
}

/// The records of a service, one for each place that has it, and those that it refers to. What is said of it goes to the file in
/// which the evidence begins.
pub(super) fn records(unit: &Unit<'_, '_>, merged: &Merged) -> Vec<(Place, Record)> {
    let Merged { name, places, node } = merged;
    let mut records: Vec<(Place, Record)> =
        places.iter().map(|place| (place.clone(), existing(unit, name, place))).collect();
    let Some((_, record)) = records.first().cloned() else { return records };
    let mut service = Service { unit, name, node, places, record, others: Vec::new() };
    service.read();
    for observation in service.record.observations.drain(1..) {
        if let Some((_, record)) = home(&records, &observation.evidence).and_then(|at| records.get_mut(at)) {
            record.observations.push(observation);
        }
    }
    for other in service.others {
        let evidence = other.observations.first().map(|observation| &observation.evidence);
        let at = evidence.and_then(|evidence| home(&records, evidence)).and_then(|at| places.get(at));
        records.extend(at.cloned().map(|place| (place, other)));
    }
    records
}

fn existing(unit: &Unit<'_, '_>, name: &str, place: &Place) -> Record {
    let project = unit.project;
    let key = RecordKey::new(&project.source, kind::WORKLOAD, name).in_cluster(&project.name);
    Record::new(key, name, Perspective::Declared, unit.stands(place, name, technique::DECLARED))
}

/// Which record says what begins with that evidence.
fn home(records: &[(Place, Record)], evidence: &Evidence) -> Option<usize> {
    let path = evidence.chain.first()?.locator.path();
    records.iter().position(|(place, _)| place.source.path == path)
}

impl Service<'_> {
    fn read(&mut self) {
        network::read(self);
        self.published_ports();
        let image = self.image();
        build::read(self, image);
        self.start_order();
        self.links();
        self.external_links();
        self.labels();
        self.scale();
        self.profiles();
        self.provider();
        environment::read(self);
        mounts::read(self);
    }

    /// Adds a relation with attributes.
    pub fn relate(
        &mut self,
        relation: Relation,
        target: Target,
        attributes: BTreeMap<AttributeName, Value>,
        evidence: Evidence,
    ) {
        self.record.say(Statement::Related { relation, variant: None, target, attributes }, evidence);
    }

    /// Notes something about a line of the service.
    pub fn warn(&self, place: &Place, code: &str, message: &str) {
        self.unit.files.warn(&place.source.path, code, place.line, message);
    }

    fn published_ports(&mut self) {
        let node = self.node;
        let ports = node.get("ports").map(Node::items).unwrap_or_default();
        for (index, port) in ports.iter().enumerate() {
            let long = [port.get("published"), port.get("target")];
            let shown = long.into_iter().flatten().next().unwrap_or(port);
            let Some(value) = self.unit.text(shown) else { continue };
            let target = port.get("target").and_then(|target| self.unit.text(target)).map(|target| target.text);
            let (published, target) = ports_of(&value.text, port.get("published").is_some(), target);
            let evidence = self.unit.evidence(&shown.place, &value, &[&value.text], technique::DECLARED);
            if let Some(published) = published {
                network::publish(self, published, evidence.clone());
            }
            if let Some(target) = target.filter(|_| index == 0) {
                self.record.attribute(attribute::PORT, i64::from(target), evidence);
            }
        }
    }

    /// The image that it runs, and the place of its record among the others.
    fn image(&mut self) -> Option<usize> {
        let node = self.node.get("image")?;
        let value = self.unit.text(node)?;
        let image = image::parse(&value.text)?;
        let raws = [value.text.as_str(), node.as_str().unwrap_or_default()];
        let evidence = self.unit.evidence(&node.place, &value, &raws, technique::DECLARED);
        let key = RecordKey::new(&self.unit.project.source, kind::IMAGE, image.repository.clone());
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
            let evidence = self.unit.evidence(&node.place, &value, &raws, technique::WELL_KNOWN_SOFTWARE);
            self.record.attribute(attribute::REALIZES, realized.as_str(), evidence);
        }
        self.others.len().checked_sub(1)
    }

    fn start_order(&mut self) {
        let Some(node) = self.node.get("depends_on") else { return };
        let listed = node.items().iter().map(|item| (item, None));
        let mapped = node.entries().iter().map(|(name, more)| (name, Some(more)));
        for (name, more) in listed.chain(mapped) {
            let Some(after) = name.as_str() else { continue };
            let condition = more.and_then(|more| more.get("condition")?.as_str());
            let condition = condition.filter(|condition| condition.starts_with("service_"));
            let is_optional = more.and_then(|more| more.get("required")?.as_bool()) == Some(false);
            let attributes = [
                condition.map(|text| (attribute::START_CONDITION, Value::from(text))),
                is_optional.then(|| (attribute::CONDITION, Value::from("not required"))),
            ];
            let evidence = self.unit.stands(&name.place, after, technique::START_ORDER);
            let target = network::neighbour(self.unit, after);
            self.relate(relation::STARTS_AFTER, target, attributes.into_iter().flatten().collect(), evidence);
        }
    }

    fn links(&mut self) {
        for link in self.node.get("links").map(Node::items).unwrap_or_default() {
            let Some(name) = link.as_str().and_then(|text| text.split(':').next()) else { continue };
            let evidence = self.unit.stands(&link.place, name, technique::EXPLICIT_REFERENCE);
            let target = network::neighbour(self.unit, name);
            self.record.relate(relation::CONNECTS_TO, target, evidence.in_field("links"));
        }
    }

    /// Containers of other projects, whose names are theirs on every network that both stand in.
    fn external_links(&mut self) {
        for link in self.node.get("external_links").map(Node::items).unwrap_or_default() {
            let Some(name) = link.as_str().and_then(|text| text.split(':').next()) else { continue };
            let evidence = self.unit.stands(&link.place, name, technique::EXPLICIT_REFERENCE);
            let target = Target::Handle(Handle::host(name.to_lowercase()));
            self.relate(relation::CONNECTS_TO, target, BTreeMap::new(), evidence.in_field("external_links"));
        }
    }

    fn labels(&mut self) {
        let node = self.node;
        let own = [node.get("labels"), node.at(&["deploy", "labels"])];
        for (key, text, place) in own.into_iter().flatten().flat_map(pairs) {
            let value = self.unit.expanded(&text, &place);
            let raws = [value.text.as_str(), key.as_str()];
            let evidence = self.unit.evidence(&place, &value, &raws, technique::TAG).in_field(key.clone());
            self.others.extend(labels::apply(&mut self.record, &key, &value.text, &evidence));
        }
    }

    fn scale(&mut self) {
        let node = self.node;
        let Some(replicas) = node.at(&["deploy", "replicas"]).or(node.get("scale")) else { return };
        let value = self.unit.text(replicas).unwrap_or_default();
        let evidence = self.unit.evidence(&replicas.place, &value, &[&value.text], technique::DECLARED);
        if let Ok(count) = value.text.parse::<i64>() {
            self.record.attribute(attribute::REPLICAS, count, evidence);
        }
    }

    fn profiles(&mut self) {
        let profiles = self.node.get("profiles").map(Node::items).unwrap_or_default();
        let named = profiles.iter().filter_map(|node| Some((node, self.unit.text(node)?)));
        let named: Vec<_> = named.filter(|(_, value)| !value.text.is_empty()).collect();
        let Some((first, value)) = named.first() else { return };
        let evidence = self.unit.evidence(&first.place, value, &[&value.text], technique::DECLARED);
        let names: Vec<String> = named.iter().map(|(_, value)| value.text.clone()).collect();
        self.record.attribute(attribute::PROFILES, Value::Texts(names), evidence);
    }

    /// A service that no container runs: a program of the platform provides it.
    fn provider(&mut self) {
        let Some(node) = self.node.at(&["provider", "type"]) else { return };
        let Some(value) = self.unit.text(node).filter(|value| !value.text.is_empty()) else { return };
        let evidence = self.unit.evidence(&node.place, &value, &[&value.text], technique::DECLARED);
        self.record.attribute(attribute::PLATFORM_KIND, format!("provider {}", value.text), evidence);
    }

    /// Says of something that it lies outside of what is read.
    pub fn warn_of_outside(&self, node: &Node, what: &str) {
        self.warn(&node.place, code::UNSUPPORTED, &format!("{what} lies outside of the scanned folder"));
    }
}

/// The pairs of a mapping, or of a list of `key=value`, with their places; what has no value is left out.
pub(super) fn pairs(node: &Node) -> Vec<(String, String, Place)> {
    let mapped = node
        .entries()
        .iter()
        .filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value.as_str()?.to_owned(), value.place.clone())));
    let listed = node.items().iter().filter_map(|item| {
        let (key, value) = item.as_str()?.split_once('=')?;
        Some((key.to_owned(), value.to_owned(), item.place.clone()))
    });
    mapped.chain(listed).collect()
}

/// The published port and the container's: `127.0.0.1:8080:80/tcp`. Of a range the first.
pub(super) fn ports_of(text: &str, is_published: bool, target: Option<String>) -> (Option<u16>, Option<u16>) {
    let number = |text: &str| text.split(['-', '/']).next().and_then(|first| first.parse::<u16>().ok());
    if let Some(target) = target {
        return (number(text).filter(|_| is_published), number(&target));
    }
    let mut parts = text.rsplit(':');
    let target = parts.next().and_then(number);
    (parts.next().and_then(number), target)
}
