//! From an instance to its record: only what the table lists for its type, each with a pointer to where it stands.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value as Json;
use twin_connector_base::{Origin, labels};
use twin_core::observe::{Diagnostic, Evidence, Locator, Perspective, Record, RecordKey, Target, code, technique};
use twin_core::schema::{Kind, attribute, kind, relation};

use super::payload::{self, Instance, escaped};
use super::saying::{Saying, address_in_state, explicit, is_keepable};
use super::table::{self, Fact};

/// The records of all instances; of two with one address the second is rejected.
pub(super) fn records(
    path: &str,
    lineage: Option<&str>,
    instances: &[Instance<'_>],
    origin: &Origin,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Record> {
    let key = |instance: &Instance<'_>| key_of(instance, lineage, origin);
    let mut by_configuration: HashMap<&str, Vec<RecordKey>> = HashMap::new();
    for instance in instances {
        by_configuration.entry(&instance.configuration).or_default().push(key(instance));
    }
    let mut addresses = BTreeSet::new();
    let mut relations_left = origin.limits.nodes;
    let (mut records, mut named) = (Vec::new(), BTreeMap::new());
    for instance in instances {
        if !addresses.insert(&instance.address) {
            diagnostics.push(stands_twice(path, instance));
            continue;
        }
        let mut reading = Reading::new(path, instance, key(instance));
        reading.read_facts();
        reading.depend(&by_configuration, &mut relations_left);
        records.push(reading.saying.record);
        named.extend(reading.named.into_iter().map(|record| (record.key.clone(), record)));
    }
    records.extend(named.into_values());
    records
}

fn stands_twice(path: &str, instance: &Instance<'_>) -> Diagnostic {
    let locator = Locator::pointer(path, 0, instance.pointer.as_str());
    Diagnostic::rejected(code::SHAPE, locator, "another instance has the same address")
}

fn key_of(instance: &Instance<'_>, lineage: Option<&str>, origin: &Origin) -> RecordKey {
    let key = RecordKey::new(&origin.source, kind_of(instance), instance.address.as_str());
    match lineage {
        Some(lineage) => key.in_cluster(lineage),
        None => key,
    }
}

fn kind_of(instance: &Instance<'_>) -> Kind {
    let row = table::row(instance.resource_type).filter(|_| !instance.data);
    row.map_or(kind::RESOURCE, |row| row.kind.clone())
}

/// One instance while it is read.
struct Reading<'a> {
    path: &'a str,
    instance: &'a Instance<'a>,
    saying: Saying,
    /// Teams and systems that tags name.
    named: Vec<Record>,
    tagged: bool,
}

/// A node of the state and where it stands.
type Found<'a> = (String, &'a Json);

impl<'a> Reading<'a> {
    fn new(path: &'a str, instance: &'a Instance<'a>, key: RecordKey) -> Self {
        let (name, exists) = named(path, instance);
        let mut record = Record::new(key, name, Perspective::Declared, exists.clone());
        record.attribute(attribute::PLATFORM_KIND, instance.resource_type, platform_evidence(path, instance));
        if instance.data {
            record.attribute(attribute::CONDITION, "data source", exists);
        } else if instance.module.is_empty() && instance.address == instance.configuration {
            // The only instance of what the code in the state's own folder declares.
            let written = declared(path, &instance.named.pointer, instance.named.text, "name");
            let source = &record.key.source.0;
            record.known_as(address_in_state(source, path, &instance.address), written);
        }
        Reading { path, instance, saying: Saying::new(record), named: Vec::new(), tagged: false }
    }

    fn read_facts(&mut self) {
        if self.instance.data {
            return;
        }
        let facts = table::row(self.instance.resource_type).into_iter().flat_map(|row| row.facts());
        for (attribute, fact) in facts {
            for (pointer, node) in found(self.instance, attribute) {
                self.read(fact, attribute, &pointer, node);
            }
        }
    }

    fn read(&mut self, fact: Fact, field: &str, pointer: &str, node: &Json) {
        let path = self.path;
        match fact {
            Fact::Tags => self.read_tags(pointer, node),
            Fact::Variables => self.read_variables(pointer, node),
            Fact::VariableList => self.read_variable(pointer, node, "name", "value"),
            Fact::Containers => self.read_containers(pointer, node),
            Fact::Port | Fact::Replicas => {
                let number = node.as_i64().or_else(|| node.as_str()?.parse().ok());
                self.saying.number(fact, number, |raw| declared(path, pointer, raw, field));
            }
            _ => {
                if let Some(text) = node.as_str().filter(|text| is_keepable(text)) {
                    self.saying.text(fact, text, |raw| declared(path, pointer, raw, field));
                }
            }
        }
    }

    fn read_tags(&mut self, pointer: &str, node: &Json) {
        if self.tagged {
            return;
        }
        for (key, value) in node.as_object().into_iter().flatten() {
            let Some(value) = value.as_str().filter(|value| is_keepable(value)) else { continue };
            self.tagged = true;
            let evidence = declared(self.path, &format!("{pointer}/{}", escaped(key)), value, key);
            self.named.extend(labels::apply(&mut self.saying.record, key, value, &evidence));
        }
    }

    fn read_variables(&mut self, pointer: &str, node: &Json) {
        for (name, value) in node.as_object().into_iter().flatten() {
            if let Some(value) = value.as_str() {
                self.connect(name, value, &format!("{pointer}/{}", escaped(name)));
            }
        }
    }

    fn read_variable(&mut self, pointer: &str, node: &Json, name: &str, value: &str) {
        let text = |key: &str| node.get(key).and_then(Json::as_str);
        if let (Some(variable), Some(held)) = (text(name), text(value)) {
            self.connect(variable, held, &format!("{pointer}/{value}"));
        }
    }

    /// The containers stand in the state as a text that is JSON again: all evidence points to that text.
    fn read_containers(&mut self, pointer: &str, node: &Json) {
        let containers: Json = node.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        for container in containers.as_array().into_iter().flatten() {
            for variable in container.get("environment").and_then(Json::as_array).into_iter().flatten() {
                let text = |key: &str| variable.get(key).and_then(Json::as_str);
                if let (Some(name), Some(value)) = (text("name"), text("value")) {
                    self.connect(name, value, pointer);
                }
            }
        }
    }

    fn connect(&mut self, variable: &str, value: &str, pointer: &str) {
        let path = self.path;
        let evidence = |raw: &str, technique| Evidence::at(Locator::pointer(path, 0, pointer), raw, technique);
        self.saying.variable(variable, value, evidence);
    }

    /// A dependency names a resource without its key: every instance of it is meant.
    fn depend(&mut self, by_configuration: &HashMap<&str, Vec<RecordKey>>, left: &mut usize) {
        let mut seen = BTreeSet::from([self.saying.record.key.clone()]);
        for mention in &self.instance.dependencies {
            for key in named_by(mention.text, &self.instance.module, by_configuration) {
                if *left > 0 && seen.insert(key.clone()) {
                    *left -= 1;
                    let evidence = explicit(declared(self.path, &mention.pointer, mention.text, "dependencies"));
                    self.saying.record.relate(relation::DEPENDS_ON, Target::Record(key.clone()), evidence);
                }
            }
        }
    }
}

/// Old states name a dependency as seen from its own module.
fn named_by<'k>(
    address: &str,
    module: &str,
    by_configuration: &'k HashMap<&str, Vec<RecordKey>>,
) -> impl Iterator<Item = &'k RecordKey> {
    let bare = payload::without_keys(address);
    let inside = format!("{module}.{bare}");
    by_configuration.get(bare.as_str()).or_else(|| by_configuration.get(inside.as_str())).into_iter().flatten()
}

fn declared(path: &str, pointer: &str, raw: &str, field: &str) -> Evidence {
    Evidence::at(Locator::pointer(path, 0, pointer), raw, technique::DECLARED).in_field(field)
}

/// The type stands beside the name.
fn platform_evidence(path: &str, instance: &Instance<'_>) -> Evidence {
    let resource = instance.named.pointer.rsplit_once('/').map_or("", |(resource, _)| resource);
    declared(path, &format!("{resource}/type"), instance.resource_type, "type")
}

/// The platform's name of it, else its address, and where that stands.
fn named(path: &str, instance: &Instance<'_>) -> (String, Evidence) {
    let facts = table::row(instance.resource_type).filter(|_| !instance.data).into_iter().flat_map(|row| row.facts());
    let mut names = facts
        .filter(|(_, fact)| *fact == Fact::Name)
        .flat_map(|(field, _)| found(instance, field).into_iter().map(move |(pointer, node)| (field, pointer, node)));
    let name = names.find_map(|(field, pointer, node)| {
        let name = node.as_str().filter(|name| is_keepable(name))?;
        Some((name.to_owned(), declared(path, &pointer, name, field)))
    });
    let written = &instance.named;
    name.unwrap_or_else(|| (instance.address.clone(), declared(path, &written.pointer, written.text, "name")))
}

/// The nodes at the end of a path of keys, through all lists on the way; nothing that is marked as sensitive.
fn found<'a>(instance: &Instance<'a>, path: &str) -> Vec<Found<'a>> {
    let mut keys = path.split('.');
    let first = keys.next().unwrap_or_default();
    if instance.sensitive.contains(first) {
        return Vec::new();
    }
    let start = instance.attributes.and_then(|attributes| attributes.get(first));
    let start = start.map(|node| (format!("{}/{}", instance.pointer, escaped(first)), node));
    keys.fold(start.into_iter().flat_map(items).collect(), |nodes: Vec<Found<'a>>, key| {
        nodes.into_iter().filter_map(|node| entry(node, key)).flat_map(items).collect()
    })
}

fn entry<'a>((pointer, node): Found<'a>, key: &str) -> Option<Found<'a>> {
    node.get(key).map(|value| (format!("{pointer}/{}", escaped(key)), value))
}

fn items((pointer, node): Found<'_>) -> Vec<Found<'_>> {
    match node {
        Json::Array(list) => {
            list.iter().enumerate().map(|(index, item)| (format!("{pointer}/{index}"), item)).collect()
        }
        _ => vec![(pointer, node)],
    }
}
