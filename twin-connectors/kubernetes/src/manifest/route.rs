//! What spreads requests over workloads: Services, and the rules that route to Services.

use std::collections::BTreeMap;

use twin_connector_base::document::Node;
use twin_core::observe::{Evidence, Handle, Record, Space, Statement, Target, technique};
use twin_core::schema::{AttributeName, Value, attribute, kind, relation};

use crate::manifest::file::Findings;
use crate::manifest::payload::Object;
use crate::manifest::workload;

/// Paths of keys from `spec` to something; `*` stands for each item of a list.
type Paths = &'static [&'static [&'static str]];

/// The shape of a kind that routes to Services.
struct Shape {
    kind: &'static str,
    group: &'static str,
    /// Where the backends stand.
    backends: Paths,
    /// The fields of a backend that may hold its name and its port.
    name: &'static str,
    port: &'static [&'static str],
    /// Where the public host names stand.
    hosts: Paths,
}

const GATEWAY_BACKENDS: Paths = &[&["rules", "*", "backendRefs", "*"]];

const SHAPES: &[Shape] = &[
    Shape {
        kind: "Ingress",
        group: "networking.k8s.io",
        backends: &[&["rules", "*", "http", "paths", "*", "backend", "service"], &["defaultBackend", "service"]],
        name: "name",
        port: &["port", "number"],
        hosts: &[&["rules", "*", "host"], &["tls", "*", "hosts", "*"]],
    },
    Shape {
        kind: "Ingress",
        group: "",
        backends: &[&["rules", "*", "http", "paths", "*", "backend"], &["backend"]],
        name: "serviceName",
        port: &["servicePort"],
        hosts: &[&["rules", "*", "host"], &["tls", "*", "hosts", "*"]],
    },
    Shape {
        kind: "",
        group: "gateway.networking.k8s.io",
        backends: GATEWAY_BACKENDS,
        name: "name",
        port: &["port"],
        hosts: &[&["hostnames", "*"]],
    },
    Shape {
        kind: "Route",
        group: "route.openshift.io",
        backends: &[&["to"], &["alternateBackends", "*"]],
        name: "name",
        port: &["port", "targetPort"],
        hosts: &[&["host"]],
    },
    Shape {
        kind: "Route",
        group: "",
        backends: &[&["to"], &["alternateBackends", "*"]],
        name: "name",
        port: &["port", "targetPort"],
        hosts: &[&["host"]],
    },
    Shape {
        kind: "",
        group: "traefik",
        backends: &[&["routes", "*", "services", "*"]],
        name: "name",
        port: &["port"],
        hosts: &[],
    },
    Shape {
        kind: "VirtualService",
        group: "networking.istio.io",
        backends: &[
            &["http", "*", "route", "*", "destination"],
            &["tcp", "*", "route", "*", "destination"],
            &["tls", "*", "route", "*", "destination"],
        ],
        name: "host",
        port: &["port", "number"],
        hosts: &[&["hosts", "*"]],
    },
];

/// Whether an object routes to Services.
pub(super) fn is_route(object: &Object<'_>) -> bool {
    shapes(object).next().is_some()
}

/// The shapes that an object may have. The old shape of an Ingress is also looked for under the new version, and the other way round.
fn shapes(object: &Object<'_>) -> impl Iterator<Item = &'static Shape> {
    let (group, kind) = (object.group(), object.kind);
    let is_kind = move |shape: &Shape| match shape.kind {
        "" => kind.ends_with("Route") || kind.starts_with("IngressRoute"),
        name => name == kind,
    };
    let is_group = move |shape: &Shape| match (kind, shape.group) {
        ("Ingress", _) => group == "networking.k8s.io" || group == "extensions",
        (_, "traefik") => group == "traefik.io" || group == "traefik.containo.us",
        (_, name) => name == group,
    };
    SHAPES.iter().filter(move |shape| is_kind(shape) && is_group(shape))
}

/// An object of a kind that routes to Services.
pub(super) fn describe(object: &Object<'_>, findings: &mut Findings) {
    let key = object.key(kind::LOAD_BALANCER, format!("{}/{}", object.kind, object.name));
    let mut record = object.record(key, object.name);
    workload::apply_labels(object, object.node, &mut record, findings);
    let Some(spec) = object.spec() else {
        findings.mistyped(object.file, object.node.line, "a route without `spec`");
        return findings.records.push(record);
    };
    for shape in shapes(object) {
        for backend in reach(spec, shape.backends) {
            routes_to(object, shape, backend, &mut record);
        }
    }
    let hosts = shapes(object).next().map(|shape| reach(spec, shape.hosts)).unwrap_or_default();
    public_hosts(object, &hosts, &mut record);
    findings.records.push(record);
}

/// Every node at the end of one of the paths.
fn reach(spec: &Node, paths: Paths) -> Vec<&Node> {
    paths.iter().flat_map(|path| path.iter().fold(vec![spec], |nodes, key| step(nodes, key))).collect()
}

fn step<'a>(nodes: Vec<&'a Node>, key: &str) -> Vec<&'a Node> {
    match key {
        "*" => nodes.into_iter().flat_map(Node::items).collect(),
        key => nodes.into_iter().filter_map(|node| node.get(key)).collect(),
    }
}

fn routes_to(object: &Object<'_>, shape: &Shape, backend: &Node, record: &mut Record) {
    let is_service = backend.get("kind").and_then(Node::as_str).is_none_or(|kind| kind == "Service");
    let Some(name) = backend.get(shape.name).filter(|_| is_service) else { return };
    let Some(host) = name.as_str().filter(|host| !host.is_empty()) else { return };
    let namespace = backend.get("namespace").and_then(Node::as_str);
    let network = match host.contains('.') {
        true => object.cluster_network(),
        false => object.network_of(namespace.or(object.namespace_name())),
    };
    let target = Target::Handle(Handle::within(Space::Host, host.to_lowercase(), network));
    let port = backend.at(shape.port).and_then(Node::as_integer);
    let attributes = port.map(|port| (attribute::PORT, Value::Integer(port))).into_iter().collect();
    route(record, target, attributes, object.file.evidence(name, technique::INGRESS_RULE));
}

fn route(record: &mut Record, target: Target, attributes: BTreeMap<AttributeName, Value>, evidence: Evidence) {
    let statement = Statement::Related { relation: relation::ROUTES_TO, variant: None, target, attributes };
    let is_new = record.observations.iter().all(|said| said.statement != statement);
    if is_new {
        record.say(statement, evidence);
    }
}

/// Names that are known outside. A mesh's routes also list names of Services: those have no dot or are the cluster's own.
fn public_hosts(object: &Object<'_>, hosts: &[&Node], record: &mut Record) {
    for host in hosts {
        let name = host.as_str().unwrap_or_default();
        if name.contains('.') && !name.contains('*') && !name.contains(".svc") {
            record.known_as(Handle::host(name), object.file.evidence(host, technique::DECLARED));
        }
    }
}

/// A Service: names within its networks, and the workloads that its selector finds.
pub(super) fn service(object: &Object<'_>, findings: &mut Findings) {
    let mut record = object.record(object.key(kind::LOAD_BALANCER, object.name), object.name);
    workload::apply_labels(object, object.node, &mut record, findings);
    workload::answer(object, object.name, object.named(), &mut record);
    if let Some(spec) = object.spec() {
        ports(object, spec, &mut record, findings);
        match spec.get("type").and_then(Node::as_str) {
            Some("ExternalName") => {
                // The other name is looked up from where the Service stands.
                workload::networks(object, &mut record);
                external(object, spec, &mut record);
            }
            _ => selects(object, spec, &mut record, findings),
        }
    }
    findings.records.push(record);
}

fn ports(object: &Object<'_>, spec: &Node, record: &mut Record, findings: &mut Findings) {
    for port in findings.list(object.file, spec, "ports") {
        if let Some((node, number)) = port.get("port").and_then(|node| Some((node, node.as_integer()?))) {
            record.attribute(attribute::PORT, number, object.file.evidence(node, technique::DECLARED));
        }
    }
}

fn external(object: &Object<'_>, spec: &Node, record: &mut Record) {
    let Some(name) = spec.get("externalName") else { return };
    if let Some(host) = name.as_str().filter(|host| !host.is_empty()) {
        let evidence = object.file.evidence(name, technique::EXPLICIT_REFERENCE);
        route(record, Target::Handle(Handle::host(host.trim_end_matches('.'))), BTreeMap::new(), evidence);
    }
}

fn selects(object: &Object<'_>, spec: &Node, record: &mut Record, findings: &mut Findings) {
    let entries = findings.mapping(object.file, spec, "selector");
    let labels: BTreeMap<String, String> = entries
        .iter()
        .filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value.as_str()?.to_owned())))
        .collect();
    // A selector of which a part was not understood would select too much.
    if labels.len() != entries.len() {
        return findings.mistyped(object.file, spec.line, "`selector` has an entry that is not a text");
    }
    if let Some((_, first)) = entries.first() {
        let evidence = object.file.evidence(first, technique::SELECTOR).in_field("spec.selector");
        route(record, Target::Selector { within: object.network(), labels }, BTreeMap::new(), evidence);
    }
}
