//! Environment and arguments of a service: whom they name.

use std::collections::BTreeSet;

use twin_connector_base::config;
use twin_connector_base::config::interpolation::Traced;
use twin_connector_base::document::Node;
use twin_connector_base::endpoint::{self, Endpoint};
use twin_core::observe::{Evidence, Handle, Space, Target, technique};
use twin_core::schema::{attribute, relation};

use super::service::Service;
use super::{mounts, path};

/// A variable of the service, at the line of the file that gives or names it.
struct Variable {
    name: String,
    value: Traced,
    line: usize,
    /// What the line shows where its value does not stand on it.
    shows: String,
}

pub(super) fn read(service: &mut Service<'_, '_>) {
    let own = own(service);
    let names: BTreeSet<String> = own.iter().map(|variable| variable.name.clone()).collect();
    let files = in_files(service).into_iter().filter(|variable| !names.contains(&variable.name));
    for variable in files.chain(own) {
        say(service, &variable);
    }
    for key in ["command", "entrypoint"] {
        if let Some(node) = service.node.get(key) {
            arguments(service, key, node);
        }
    }
}

/// `environment`, as a mapping or a list; a variable without value is passed on.
fn own(service: &Service<'_, '_>) -> Vec<Variable> {
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

fn variable(service: &Service<'_, '_>, name: &str, value: Option<&str>, node: &Node) -> Option<Variable> {
    let name = name.trim();
    let value = match value {
        Some(text) => service.file.expanded(text, node.line),
        None => service.file.project.variables.get(name)?.clone(),
    };
    Some(Variable { name: name.to_owned(), value, line: node.line, shows: name.to_owned() })
}

/// The variables of each `env_file`.
fn in_files(service: &mut Service<'_, '_>) -> Vec<Variable> {
    let node = service.node;
    let Some(node) = node.get("env_file") else { return Vec::new() };
    let single = node.as_str().map(|_| node);
    let files = single.into_iter().chain(node.items());
    files.flat_map(|file| in_file(service, file)).collect()
}

fn in_file(service: &mut Service<'_, '_>, node: &Node) -> Vec<Variable> {
    let named = node.get("path").unwrap_or(node);
    let Some(written) = service.file.text(named) else { return Vec::new() };
    let project = service.file.project;
    let found =
        path::joined(&project.folder, &written.text).and_then(|path| project.texts.get_key_value(path.as_str()));
    let Some((path, text)) = found else {
        // It is read as settings, if it is there.
        let evidence = service.file.evidence(named.line, &written, &[&written.text], technique::EXPLICIT_REFERENCE);
        mounts::configured_by(service, &written.text, evidence.in_field("env_file"));
        return Vec::new();
    };
    let mut known = project.variables.clone();
    let mut found = Vec::new();
    for variable in config::variables(text) {
        let Some(value) = variable.evaluated(&known) else { continue };
        known.define(path, &variable, value);
        let value = known.get(&variable.name).cloned().unwrap_or_default();
        let shows = named.as_str().unwrap_or_default().to_owned();
        found.push(Variable { name: variable.name, value, line: named.line, shows });
    }
    found
}

fn say(service: &mut Service<'_, '_>, variable: &Variable) {
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
}

fn evidence(service: &Service<'_, '_>, variable: &Variable, raws: &[&str], technique: &'static str) -> Evidence {
    let offset = raws.iter().find_map(|raw| variable.value.text.find(raw)).unwrap_or_default();
    let raws: Vec<&str> = raws.iter().copied().chain([variable.shows.as_str()]).collect();
    let trail = variable.value.trail_at(offset);
    service.file.evidence_of(variable.line, trail, &raws, technique).in_field(variable.name.clone())
}

fn service_name(service: &mut Service<'_, '_>, variable: &Variable, name: &str) {
    if !name.is_empty() {
        let evidence = evidence(service, variable, &[name], technique::DECLARED);
        service.record.known_as(Handle::global(Space::ServiceName, name), evidence);
    }
}

fn resource_attributes(service: &mut Service<'_, '_>, variable: &Variable) {
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

fn connect(service: &mut Service<'_, '_>, variable: &Variable, endpoint: &Endpoint, technique: &'static str) {
    let host = endpoint.raw.split([':', ',']).next().unwrap_or_default();
    let evidence = evidence(service, variable, &[&endpoint.raw, host], technique);
    service.relate(relation::CONNECTS_TO, Target::Handle(endpoint.peer()), endpoint.attributes(), evidence);
}

/// `command` and `entrypoint`: options with values, and words that are addresses themselves.
fn arguments(service: &mut Service<'_, '_>, key: &str, node: &Node) {
    let single = node.as_str().map(|_| node);
    let mut option = String::new();
    for item in single.into_iter().chain(node.items()) {
        let Some(text) = item.as_str() else { continue };
        awaited(service, key, text, item.line);
        for word in text.split_whitespace() {
            let value = service.file.expanded(word.trim_matches(['"', '\'']), item.line);
            let argument = Variable { name: key.to_owned(), value, line: item.line, shows: key.to_owned() };
            for endpoint in peers(&argument.value.text, &option) {
                connect(service, &argument, &endpoint, technique::ARGUMENT);
            }
            option = if word.starts_with('-') { word.trim_start_matches('-').to_owned() } else { String::new() };
        }
    }
}

/// A script that waits for a peer needs it.
fn awaited(service: &mut Service<'_, '_>, key: &str, text: &str, line: usize) {
    let value = service.file.expanded(text, line);
    let script = Variable { name: key.to_owned(), value, line, shows: key.to_owned() };
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
