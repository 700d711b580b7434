//! Containers: images, the variables and arguments that name peers, the configuration that they read.

use std::collections::BTreeMap;

use twin_connector_base::document::Node;
use twin_connector_base::endpoint::{Endpoint, awaited, endpoints, names_a_thing, names_nobody_else};
use twin_connector_base::image;
use twin_core::observe::{Evidence, Handle, Perspective, Record, RecordKey, Space, Statement, Target, technique};
use twin_core::schema::{AttributeName, Value, attribute, kind, relation};

use crate::manifest::file::Findings;
use crate::manifest::payload::{Object, Workload};
use crate::manifest::reference::Reference;
use crate::manifest::variables::{Variable, variables};

const LISTS: [(&str, &str); 3] =
    [("containers", "sidecar"), ("initContainers", "init container"), ("ephemeralContainers", "ephemeral container")];

/// Flags are written in one word where variables have several: `--requirepass`.
const SECRET_FLAGS: [&str; 4] = ["pass", "secret", "token", "credential"];
const QUOTES: [char; 3] = ['"', '\'', ';'];

/// Reads all containers of a pod template. What the workload *is* is decided by its main container alone.
pub(super) fn describe_all(
    object: &Object<'_>,
    template: &Node,
    workload: &Workload<'_>,
    record: &mut Record,
    findings: &mut Findings,
) {
    let Some(spec) = template.get("spec") else {
        return findings.mistyped(object.file, template.line, "a template of pods without `spec`");
    };
    let main = main_container(spec, workload.name);
    for (list, role) in LISTS {
        for container in findings.list(object.file, spec, list) {
            let is_main = main.is_some_and(|main| std::ptr::eq(main, container));
            let reading = Reading { object, template, container, role: (!is_main).then_some(role) };
            reading.describe(workload, record, findings);
        }
    }
}

/// The container that bears the workload's name, or else the first.
fn main_container<'a>(spec: &'a Node, name: &str) -> Option<&'a Node> {
    let containers = spec.get("containers")?.items();
    let named = |container: &&Node| container.get("name").and_then(Node::as_str) == Some(name);
    containers.iter().find(named).or(containers.first())
}

struct Reading<'a> {
    object: &'a Object<'a>,
    template: &'a Node,
    container: &'a Node,
    /// What it is besides the main container.
    role: Option<&'static str>,
}

impl Reading<'_> {
    fn describe(&self, workload: &Workload<'_>, record: &mut Record, findings: &mut Findings) {
        self.image(workload, record, findings);
        self.ports(record, findings);
        let variables = variables(self.object, self.template, self.container, findings);
        for variable in &variables {
            self.variable(variable, &variables, record);
        }
        self.arguments(record, findings);
        self.references(record, findings);
    }

    fn image(&self, workload: &Workload<'_>, record: &mut Record, findings: &mut Findings) {
        let Some(node) = self.container.get("image") else { return };
        let Some(name) = node.as_str().and_then(image::parse) else {
            return findings.mistyped(self.object.file, node.line, "`image` is not the name of an image");
        };
        let evidence = self.object.file.evidence(node, technique::DECLARED);
        self.runs_image(&name.repository, &evidence, record, findings);
        if self.role.is_some() {
            return;
        }
        if let Some(kind) = image::realizes(&name, workload.name) {
            let known = self.object.file.evidence(node, technique::WELL_KNOWN_SOFTWARE);
            record.attribute(attribute::REALIZES, kind.to_string(), known);
        }
        if let Some(tag) = name.tag {
            record.attribute(attribute::IMAGE_TAG, tag, evidence);
        }
    }

    fn runs_image(&self, repository: &str, evidence: &Evidence, record: &mut Record, findings: &mut Findings) {
        let handle = Handle::global(Space::Image, repository);
        let condition = self.role.map(|role| (attribute::CONDITION, Value::from(role)));
        let statement = Statement::Related {
            relation: relation::RUNS_IMAGE,
            variant: None,
            target: Target::Handle(handle.clone()),
            attributes: condition.into_iter().collect(),
        };
        record.say(statement, evidence.clone());
        let key = RecordKey::new(self.object.file.source, kind::IMAGE, repository);
        let mut image = Record::new(key, repository, Perspective::Declared, evidence.clone());
        image.known_as(handle, evidence.clone());
        findings.beside(image);
    }

    fn ports(&self, record: &mut Record, findings: &mut Findings) {
        for port in findings.list(self.object.file, self.container, "ports") {
            if let Some((node, number)) = port.get("containerPort").and_then(|node| Some((node, node.as_integer()?))) {
                record.attribute(attribute::PORT, number, self.object.file.evidence(node, technique::DECLARED));
            }
        }
    }

    fn variable(&self, variable: &Variable<'_>, all: &[Variable<'_>], record: &mut Record) {
        match variable.name {
            "OTEL_SERVICE_NAME" => self.service_name(variable, &variable.value, record),
            "OTEL_RESOURCE_ATTRIBUTES" => self.resource_attributes(variable, all, record),
            name => {
                for endpoint in endpoints(name, &variable.value) {
                    let evidence =
                        variable.evidence(self.object.file, &endpoint.raw, &endpoint.host, endpoint.technique);
                    connects(record, endpoint, evidence);
                }
                self.names_itself(variable, record);
            }
        }
    }

    /// A variable that would name a peer and names none comes before a setting of its name all the same.
    fn names_itself(&self, variable: &Variable<'_>, record: &mut Record) {
        if variable.is_open() || !names_nobody_else(variable.name, &variable.value) {
            return;
        }
        // The value may be secret; the field that holds it is not.
        let evidence = variable.evidence(self.object.file, "localhost", "value", technique::ENV_HOST);
        if evidence.chain.iter().all(|step| !step.raw.is_empty()) {
            record.relate(relation::CONNECTS_TO, Target::Record(record.key.clone()), evidence);
        }
    }

    fn service_name(&self, variable: &Variable<'_>, name: &str, record: &mut Record) {
        if names_a_thing(variable.name) && !name.is_empty() && !name.contains("$(") {
            let evidence = variable.evidence(self.object.file, name, name, technique::DECLARED);
            record.known_as(Handle::global(Space::ServiceName, name), evidence);
        }
    }

    /// `OTEL_SERVICE_NAME` goes before `service.name` here, as the specification says.
    fn resource_attributes(&self, variable: &Variable<'_>, all: &[Variable<'_>], record: &mut Record) {
        let is_named = all.iter().any(|variable| variable.name == "OTEL_SERVICE_NAME" && !variable.is_open());
        for (key, value) in variable.value.split(',').filter_map(|pair| pair.split_once('=')) {
            let value = value.trim();
            let attribute = match key.trim() {
                "service.name" if !is_named => {
                    self.service_name(variable, value, record);
                    continue;
                }
                "service.version" => attribute::VERSION,
                "deployment.environment" | "deployment.environment.name" => attribute::ENVIRONMENT,
                _ => continue,
            };
            if !value.is_empty() && !value.contains("$(") {
                let evidence = variable.evidence(self.object.file, value, value, technique::DECLARED);
                record.attribute(attribute, value, evidence);
            }
        }
    }

    fn arguments(&self, record: &mut Record, findings: &mut Findings) {
        for list in ["command", "args"] {
            let mut flag = "";
            for node in findings.list(self.object.file, self.container, list) {
                for endpoint in awaited(node.as_str().unwrap_or_default()) {
                    let evidence = self.argument_evidence(node, &endpoint, list);
                    connects(record, endpoint, evidence);
                }
                for word in node.as_str().unwrap_or_default().split_whitespace() {
                    for endpoint in argument(flag, word) {
                        let evidence = self.argument_evidence(node, &endpoint, list);
                        connects(record, endpoint, evidence);
                    }
                    flag = if word.starts_with('-') && !word.contains('=') { word } else { "" };
                }
            }
        }
    }

    /// A script in a block stands below the line on which it begins.
    fn argument_evidence(&self, node: &Node, endpoint: &Endpoint, list: &str) -> Evidence {
        let file = self.object.file;
        let found = file.stands(&endpoint.raw, node.line).or_else(|| file.stands(&endpoint.host, node.line));
        let (line, raw) = found.unwrap_or((node.line, ""));
        Evidence::at(file.locator(line), raw, technique::ARGUMENT).in_field(list)
    }

    fn references(&self, record: &mut Record, findings: &mut Findings) {
        for source in findings.list(self.object.file, self.container, "envFrom") {
            for (kind, field) in [("ConfigMap", "configMapRef"), ("Secret", "secretRef")] {
                if let Some(reference) = Reference::of(source, kind, field) {
                    reference.configures(self.object, None, "envFrom", record);
                }
            }
        }
        for entry in self.container.get("env").map(Node::items).unwrap_or_default() {
            self.value_from(entry, record);
        }
    }

    fn value_from(&self, entry: &Node, record: &mut Record) {
        let Some(source) = entry.get("valueFrom") else { return };
        let variable = entry.get("name").and_then(Node::as_str).unwrap_or_default();
        for (kind, field) in [("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")] {
            if let Some(reference) = Reference::of(source, kind, field) {
                let key = source.get(field).and_then(|target| target.get("key")).and_then(Node::as_str);
                reference.configures(self.object, key, variable, record);
            }
        }
    }
}

/// What a word of a command line names: `--upstream=http://payment:8080`, or `payment:8080` alone or after a flag. After a flag of one
/// letter only a URL is sure to be no secret.
fn argument(flag: &str, word: &str) -> Vec<Endpoint> {
    let word = word.trim_matches(QUOTES);
    let (name, value) = match word.split_once('=') {
        Some((name, value)) if !name.contains("://") => (name, value),
        _ => (flag, word),
    };
    if SECRET_FLAGS.iter().any(|word| name.to_lowercase().contains(word)) {
        return Vec::new();
    }
    let mut found = endpoints(name.trim_start_matches('-'), value.trim_matches(QUOTES));
    if name.len() == 2 && name.starts_with('-') {
        found.retain(|endpoint| endpoint.scheme.is_some());
    }
    found
}

/// Adds a connection to an endpoint. Nothing else of the value from which it was read goes on.
pub(super) fn connects(record: &mut Record, endpoint: Endpoint, evidence: Evidence) {
    if endpoint.host.is_empty() || endpoint.host.contains(['$', '(', '{']) {
        return;
    }
    let statement = Statement::Related {
        relation: relation::CONNECTS_TO,
        variant: None,
        target: Target::Handle(endpoint.peer()),
        attributes: connection(&endpoint),
    };
    record.say(statement, evidence);
}

fn connection(endpoint: &Endpoint) -> BTreeMap<AttributeName, Value> {
    let protocol = endpoint.scheme.clone().map(|scheme| (attribute::PROTOCOL, Value::Text(scheme)));
    let port = endpoint.port.map(|port| (attribute::PORT, Value::Integer(i64::from(port))));
    let database = endpoint.database.clone().map(|name| (attribute::DATABASE, Value::Text(name)));
    [protocol, port, database].into_iter().flatten().collect()
}
