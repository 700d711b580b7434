//! Environment and arguments of a service: whom they name.

use std::collections::BTreeSet;

use twin_connector_base::config;
use twin_connector_base::config::interpolation::{Traced, Variables};
use twin_connector_base::endpoint::{self, Endpoint};
use twin_core::observe::{Evidence, Handle, Space, Target, code, technique};
use twin_core::schema::{attribute, relation};

use super::service::Service;
use super::tree::{Node, Place};
use super::{mounts, network};

/// How sure it is that what a service finds at `localhost` is the one whose network stack it has.
const SHARED_STACK: f64 = 0.8;

/// A variable of the service, at the line of the file that gives or names it.
struct Variable {
    name: String,
    value: Traced,
    place: Place,
    /// What the line shows where its value does not stand on it.
    shows: String,
}

pub(super) fn read(service: &mut Service<'_>) {
    let own = own(service);
    let mut names: BTreeSet<String> = own.iter().map(|variable| variable.name.clone()).collect();
    let mut in_files = in_files(service);
    // Of several files that give a variable the last counts, and before all of them the service itself.
    in_files.reverse();
    in_files.retain(|variable| names.insert(variable.name.clone()));
    for variable in in_files.into_iter().rev().chain(own) {
        say(service, &variable);
    }
    let node = service.node;
    for key in ["command", "entrypoint"] {
        if let Some(node) = node.get(key) {
            arguments(service, key, node);
        }
    }
}

/// `environment`, as a mapping or a list; a variable without value is passed on.
fn own(service: &Service<'_>) -> Vec<Variable> {
    let Some(node) = service.node.get("environment") else { return Vec::new() };
    let mapped = node.entries().iter().filter_map(|(name, value)| Some((name.as_str()?, value.as_str(), name, value)));
    let listed = node.items().iter().filter_map(|item| {
        let text = item.as_str()?;
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        Some((name, value, item, item))
    });
    let written = mapped.chain(listed);
    written
        .filter_map(|(name, value, key, node)| variable(service, name, value, if value.is_some() { node } else { key }))
        .collect()
}

fn variable(service: &Service<'_>, name: &str, value: Option<&str>, node: &Node) -> Option<Variable> {
    let name = name.trim();
    let value = match value {
        Some(text) => service.unit.expanded(text, &node.place),
        None => service.unit.variables.get(name)?.clone(),
    };
    Some(Variable { name: name.to_owned(), value, place: node.place.clone(), shows: name.to_owned() })
}

/// The variables of each `env_file`.
fn in_files(service: &mut Service<'_>) -> Vec<Variable> {
    let node = service.node;
    let Some(node) = node.get("env_file") else { return Vec::new() };
    node.listed().flat_map(|file| in_file(service, file)).collect()
}

fn in_file(service: &mut Service<'_>, node: &Node) -> Vec<Variable> {
    let named = node.get("path").unwrap_or(node);
    let Some(written) = service.unit.text(named) else { return Vec::new() };
    let path = service.unit.path(&named.place, &written.text);
    let text = path.as_deref().and_then(|path| service.unit.files.variables(path));
    let (Some(path), Some(text)) = (path, text) else {
        if node.get("required").and_then(Node::as_bool) != Some(false) {
            service.warn(&named.place, code::UNRESOLVED, "a file of variables that is not there");
        }
        // It is read as settings, if it is there.
        let evidence = service.unit.evidence(&named.place, &written, &[&written.text], technique::EXPLICIT_REFERENCE);
        mounts::configured_by(service, &named.place, &written.text, evidence.in_field("env_file"));
        return Vec::new();
    };
    let is_raw = node.get("format").and_then(Node::as_str) == Some("raw");
    let shows = named.as_str().unwrap_or_default();
    let found = evaluated(&path, text, &service.unit.variables, is_raw).into_iter();
    let variable = |(name, value)| Variable { name, value, place: named.place.clone(), shows: shows.to_owned() };
    found.map(variable).collect()
}

/// The variables of a file; one that is raw has no variables within its values.
fn evaluated(path: &str, text: &str, known: &Variables, is_raw: bool) -> Vec<(String, Traced)> {
    let mut known = known.clone();
    let mut found = Vec::new();
    for variable in config::variables(text) {
        let value = match &variable.value {
            Some(value) if is_raw => Some(Traced::literal(value)),
            _ => variable.evaluated(&known),
        };
        let Some(value) = value else { continue };
        known.define(path, &variable, value);
        let value = known.get(&variable.name).cloned().unwrap_or_default();
        found.push((variable.name, value));
    }
    found
}

fn say(service: &mut Service<'_>, variable: &Variable) {
    if endpoint::names_a_thing(&variable.name) {
        return service_name(service, variable, &variable.value.text);
    }
    if variable.name == "OTEL_RESOURCE_ATTRIBUTES" {
        return resource_attributes(service, variable);
    }
    for endpoint in endpoint::endpoints(&variable.name, &variable.value.text) {
        let technique = endpoint.technique;
        connect(service, variable, &endpoint, technique);
    }
    let Variable { name, value, .. } = variable;
    if value.unknown.is_empty() && endpoint::names_nobody_else(name, &value.text) {
        let evidence = evidence(service, variable, &[name], technique::ENV_HOST);
        let itself = Target::Record(service.record.key.clone());
        service.record.relate(relation::CONNECTS_TO, itself, evidence);
    }
    shared_stack(service, variable);
}

/// What a service that has the network stack of another finds at `localhost`.
fn shared_stack(service: &mut Service<'_>, variable: &Variable) {
    if service.node.get("network_mode").is_none() {
        return;
    }
    for endpoint in endpoint::at_localhost(&variable.name, &variable.value.text) {
        let Some(target) = network::on_localhost(service, endpoint.port) else { continue };
        let evidence = evidence(service, variable, &[&endpoint.raw], endpoint.technique);
        let confidence = evidence.confidence * SHARED_STACK;
        service.relate(relation::CONNECTS_TO, target, endpoint.attributes(), evidence.with_confidence(confidence));
    }
}

fn evidence(service: &Service<'_>, variable: &Variable, raws: &[&str], technique: &'static str) -> Evidence {
    let offset = raws.iter().find_map(|raw| variable.value.text.find(raw)).unwrap_or_default();
    let raws: Vec<&str> = raws.iter().copied().chain([variable.shows.as_str()]).collect();
    let trail = variable.value.trail_at(offset);
    service.unit.evidence_of(&variable.place, trail, &raws, technique).in_field(variable.name.clone())
}

fn service_name(service: &mut Service<'_>, variable: &Variable, name: &str) {
    if !name.is_empty() {
        let evidence = evidence(service, variable, &[name], technique::DECLARED);
        service.record.known_as(Handle::global(Space::ServiceName, name), evidence);
    }
}

fn resource_attributes(service: &mut Service<'_>, variable: &Variable) {
    for (key, value) in variable.value.text.split(',').filter_map(|pair| pair.split_once('=')) {
        let value = value.trim();
        match key.trim() {
            _ if value.is_empty() => {}
            "service.name" => service_name(service, variable, value),
            "deployment.environment" | "deployment.environment.name" => {
                let evidence = evidence(service, variable, &[value], technique::DECLARED);
                service.record.attribute(attribute::ENVIRONMENT, value, evidence);
            }
            _ => {}
        }
    }
}

fn connect(service: &mut Service<'_>, variable: &Variable, endpoint: &Endpoint, technique: &'static str) {
    let host = endpoint.raw.split([':', ',']).next().unwrap_or_default();
    let evidence = evidence(service, variable, &[&endpoint.raw, host], technique);
    service.relate(relation::CONNECTS_TO, Target::Handle(endpoint.peer()), endpoint.attributes(), evidence);
}

/// `command` and `entrypoint`: options with values, and words that are addresses themselves.
fn arguments(service: &mut Service<'_>, key: &str, node: &Node) {
    let single = node.as_str().map(|_| node);
    let mut option = String::new();
    for item in single.into_iter().chain(node.items()) {
        let Some(text) = item.as_str() else { continue };
        awaited(service, key, text, &item.place);
        for word in text.split_whitespace() {
            let value = service.unit.expanded(word.trim_matches(['"', '\'']), &item.place);
            let argument = Variable { name: key.to_owned(), value, place: item.place.clone(), shows: key.to_owned() };
            for endpoint in peers(&argument.value.text, &option) {
                connect(service, &argument, &endpoint, technique::ARGUMENT);
            }
            option = if word.starts_with('-') { word.trim_start_matches('-').to_owned() } else { String::new() };
        }
    }
}

/// A script that waits for a peer needs it.
fn awaited(service: &mut Service<'_>, key: &str, text: &str, place: &Place) {
    let value = service.unit.expanded(text, place);
    let script = Variable { name: key.to_owned(), value, place: place.clone(), shows: key.to_owned() };
    for endpoint in endpoint::awaited(&script.value.text) {
        connect(service, &script, &endpoint, technique::ARGUMENT);
    }
}

fn peers(word: &str, option: &str) -> Vec<Endpoint> {
    match word.split_once('=') {
        Some((name, value)) if !name.contains("://") => endpoint::endpoints(name.trim_start_matches('-'), value),
        _ if word.starts_with('-') => Vec::new(),
        _ => endpoint::endpoints(option, word),
    }
}
