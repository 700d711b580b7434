//! What is kept of a span: who, when, of whom, and the names of its peer. Nothing else of it is ever stored.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use twin_connector_base::image;
use twin_core::observe::{Handle, Space};

use super::names;

/// The attributes that are read, by their names in the old and the new semantic conventions. No other is kept.
const READ: &[&str] = &[
    "service.name",
    "service.namespace",
    "service.version",
    "service.instance.id",
    "process.executable.name",
    "deployment.environment.name",
    "deployment.environment",
    "cloud.region",
    "cloud.availability_zone",
    "k8s.namespace.name",
    "k8s.deployment.name",
    "k8s.statefulset.name",
    "k8s.daemonset.name",
    "k8s.cronjob.name",
    "k8s.pod.uid",
    "k8s.pod.name",
    "container.image.name",
    "container.id",
    "host.name",
    "peer.service",
    "server.address",
    "server.port",
    "net.peer.name",
    "net.peer.port",
    "http.host",
    "url.full",
    "http.url",
    "http.request.method",
    "http.method",
    "http.route",
    "url.template",
    "rpc.system",
    "rpc.system.name",
    "rpc.service",
    "rpc.method",
    "db.system.name",
    "db.system",
    "db.namespace",
    "db.name",
    "db.operation.name",
    "db.operation",
    "messaging.system",
    "messaging.destination.name",
    "messaging.destination.template",
    "messaging.destination",
    "messaging.destination.temporary",
    "messaging.destination.anonymous",
    "messaging.operation.type",
    "messaging.operation",
    "cache.hit",
    "http.response.status_code",
    "http.status_code",
    "rpc.grpc.status_code",
    "http.request.resend_count",
    "sampling.probability",
    "sampling.rate",
    "SampleRate",
    "sampler.type",
];

/// The attributes of a resource or a span that are read, as text.
#[derive(Clone, Debug, Default)]
pub(super) struct Attributes(BTreeMap<&'static str, String>);

/// A service as its telemetry names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Service {
    pub namespace: Option<String>,
    pub environment: Option<String>,
    pub name: String,
}

/// What a resource says of its service beyond its name.
#[derive(Clone, Debug)]
pub(super) struct Resource {
    pub service: Rc<Service>,
    /// `service.name` was missing.
    pub is_unnamed: bool,
    pub version: Option<String>,
    pub region: Option<String>,
    pub zone: Option<String>,
    /// What tells a process from others of its service.
    pub instance: Option<Rc<str>>,
    pub handles: BTreeSet<Handle>,
    pub is_sampled: bool,
}

/// A span's kind, with its number in the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Internal = 1,
    Server,
    Client,
    Producer,
    Consumer,
}

/// A queue or topic of a messaging system.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Queue {
    pub system: String,
    pub name: String,
}

/// What a span says about the other end.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Peer {
    pub protocol: Option<String>,
    pub host: Option<String>,
    /// The host as it is written, where that is not in small letters.
    pub written: Option<Rc<str>>,
    pub port: Option<u16>,
    /// `peer.service`.
    pub service: Option<String>,
    pub database: Option<String>,
    pub queue: Option<Queue>,
    /// The span takes from its queue rather than giving to it.
    pub receives: bool,
}

/// An accepted span. Equal and ordered by all that it holds, so that its place in a file does not matter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    pub trace: u128,
    pub id: u64,
    pub role: Role,
    pub service: Rc<Service>,
    /// Which of its service's processes wrote it down.
    pub instance: Option<Rc<str>>,
    /// The place of its file within the group.
    pub file: usize,
    pub parent: Option<u64>,
    /// Nanoseconds since 1970.
    pub start: u64,
    /// Nanoseconds since 1970, not before the start.
    pub end: u64,
    pub has_failed: bool,
    /// Of a call: whether whoever was asked has answered that what was asked for is none, or may not be had. That is no failure of theirs, and servers do not tell it as one.
    pub is_refused: bool,
    /// What it does, without ids and literals.
    pub operation: Option<Rc<str>>,
    pub peer: Peer,
    /// Of a call to a cache: whether it had what was asked for.
    pub hit: Option<bool>,
    /// Of a call: how often it had been made before.
    pub resends: u32,
    /// Trace and id of the only span that it is linked to.
    pub link: Option<(u128, u64)>,
}

impl Attributes {
    /// Keeps the value if the attribute is one that is read.
    pub fn keep(&mut self, key: &str, value: impl FnOnce() -> Option<String>) {
        if let Some(known) = READ.iter().find(|known| **known == key) {
            self.0.extend(value().map(|value| (*known, value)));
        }
    }

    /// The first of these that is there and not empty.
    fn first(&self, keys: &[&str]) -> Option<&str> {
        keys.iter().find_map(|key| self.0.get(*key).filter(|value| !value.is_empty())).map(String::as_str)
    }

    fn name(&self, keys: &[&str]) -> Option<String> {
        self.first(keys).and_then(names::given_name)
    }

    fn token(&self, keys: &[&str]) -> Option<String> {
        self.first(keys).and_then(names::token)
    }

    /// Whether the answer to a call tells that its caller is at fault, by the codes for which servers set no status of an error: OpenTelemetry's conventions for HTTP and gRPC spans.
    /// Too many requests and too slow ones are failures all the same.
    pub fn is_refused(&self) -> bool {
        const GRPC: [u16; 8] = [1, 3, 5, 6, 7, 9, 11, 16];
        let code = |keys: &[&str]| self.first(keys).and_then(|code| code.parse::<u16>().ok());
        let of_http = code(&["http.response.status_code", "http.status_code"]);
        let is_refused = |code: u16| (400..500).contains(&code) && ![408, 429].contains(&code);
        of_http.is_some_and(is_refused) || code(&["rpc.grpc.status_code"]).is_some_and(|code| GRPC.contains(&code))
    }

    /// Whether a cache had what was asked for.
    pub fn hit(&self) -> Option<bool> {
        self.first(&["cache.hit"]).and_then(|hit| hit.parse().ok())
    }

    /// How often a call had been made before.
    pub fn resends(&self) -> u32 {
        self.first(&["http.request.resend_count"]).and_then(|count| count.parse().ok()).unwrap_or_default()
    }

    fn has_sampling(&self) -> bool {
        let sampler = self.first(&["sampler.type"]).is_some_and(|sampler| sampler != "const");
        sampler || self.first(&["sampling.probability", "sampling.rate", "SampleRate"]).is_some_and(|rate| rate != "1")
    }
}

/// What tells processes of one service apart, the surest first. Whatever it says is held against what others say, and never told.
const INSTANCE: [&str; 5] = ["service.instance.id", "k8s.pod.uid", "k8s.pod.name", "container.id", "host.name"];

impl Resource {
    pub fn of(attributes: &Attributes) -> Self {
        let named = attributes.name(&["service.name"]).filter(|name| !name.starts_with("unknown_service"));
        let service = Service {
            namespace: attributes.name(&["service.namespace"]),
            environment: attributes.name(&["deployment.environment.name", "deployment.environment"]),
            name: named.clone().unwrap_or_else(|| unknown_service(attributes)),
        };
        Resource {
            handles: handles(attributes, named.as_deref()),
            service: Rc::new(service),
            is_unnamed: named.is_none(),
            version: attributes.name(&["service.version"]),
            region: attributes.name(&["cloud.region"]),
            zone: attributes.name(&["cloud.availability_zone"]),
            instance: attributes.first(&INSTANCE).map(Rc::from),
            is_sampled: attributes.has_sampling(),
        }
    }
}

/// The specification's default name.
fn unknown_service(attributes: &Attributes) -> String {
    let said = attributes.name(&["service.name"]);
    let executable = attributes.name(&["process.executable.name"]);
    said.or_else(|| executable.map(|executable| format!("unknown_service:{executable}")))
        .unwrap_or_else(|| "unknown_service".to_owned())
}

/// The names that a service answers to: its own, its workload's in Kubernetes, its image's.
fn handles(attributes: &Attributes, name: Option<&str>) -> BTreeSet<Handle> {
    let workload = attributes.name(&["k8s.deployment.name", "k8s.statefulset.name", "k8s.daemonset.name"]);
    let job = attributes.name(&["k8s.cronjob.name"]).map(|name| format!("cronjob/{name}"));
    let workload = attributes.name(&["k8s.namespace.name"]).zip(workload.or(job));
    let image = attributes.name(&["container.image.name"]).and_then(|image| image::parse(&image));
    let own = name.map(|name| Handle::global(Space::ServiceName, name));
    let native = workload.map(|(namespace, name)| Handle::global(Space::NativeId, format!("k8s:{namespace}/{name}")));
    let image = image.map(|image| Handle::global(Space::Image, image.repository));
    own.into_iter().chain(native).chain(image).collect()
}

impl Role {
    /// The kind with this number; an unspecified one is internal, as the specification says.
    pub fn of_number(number: u64) -> Option<Self> {
        [Role::Internal, Role::Internal, Role::Server, Role::Client, Role::Producer, Role::Consumer]
            .get(usize::try_from(number).ok()?)
            .copied()
    }

    /// The kind with this name in the protocol.
    pub fn of_name(name: &str) -> Option<Self> {
        match name.strip_prefix("SPAN_KIND_")? {
            "UNSPECIFIED" | "INTERNAL" => Some(Role::Internal),
            "SERVER" => Some(Role::Server),
            "CLIENT" => Some(Role::Client),
            "PRODUCER" => Some(Role::Producer),
            "CONSUMER" => Some(Role::Consumer),
            _ => None,
        }
    }

    /// Whether it does work that others ask for.
    pub fn serves(self) -> bool {
        matches!(self, Role::Server | Role::Consumer)
    }

    /// Whether it asks others for work.
    pub fn asks(self) -> bool {
        matches!(self, Role::Client | Role::Producer)
    }
}

impl Peer {
    pub fn of(attributes: &Attributes, role: Role) -> Self {
        let (host, port, written) =
            address(attributes).map_or((None, None, None), |(host, port, written)| (Some(host), port, written));
        let said = attributes.first(&["server.port", "net.peer.port"]).and_then(|port| port.parse().ok());
        let operation = attributes.first(&["messaging.operation.type", "messaging.operation"]);
        Peer {
            protocol: protocol(attributes),
            host,
            written,
            port: said.or(port),
            service: attributes.name(&["peer.service"]),
            database: attributes.name(&["db.namespace", "db.name"]),
            queue: queue(attributes),
            receives: role == Role::Consumer || matches!(operation, Some("receive" | "process" | "settle" | "deliver")),
        }
    }
}

fn address(attributes: &Attributes) -> Option<(String, Option<u16>, Option<Rc<str>>)> {
    let keys = ["server.address", "net.peer.name", "http.host", "url.full", "http.url"];
    let host = |text: &str| {
        let (host, port) = names::host(text)?;
        let at = text.to_ascii_lowercase().find(&host);
        let written = at.and_then(|at| text.get(at..at + host.len())).filter(|written| *written != host);
        Some((host, port, written.map(Rc::from)))
    };
    keys.iter().filter_map(|key| attributes.first(&[key])).find_map(host)
}

fn protocol(attributes: &Attributes) -> Option<String> {
    let keys = ["db.system.name", "db.system", "messaging.system", "rpc.system.name", "rpc.system"];
    let named = attributes.token(&keys).map(|name| name.to_lowercase());
    let is_http = attributes.first(&["http.request.method", "http.method", "http.url", "url.full"]).is_some();
    named.or_else(|| is_http.then(|| "http".to_owned()))
}

fn queue(attributes: &Attributes) -> Option<Queue> {
    let passing = ["messaging.destination.temporary", "messaging.destination.anonymous"];
    let is_passing = passing.iter().any(|key| attributes.first(&[key]) == Some("true"));
    let lasting = ["messaging.destination.template", "messaging.destination.name", "messaging.destination"];
    let name = attributes.name(if is_passing { lasting.get(..1).unwrap_or_default() } else { &lasting })?;
    Some(Queue { system: attributes.token(&["messaging.system"])?.to_lowercase(), name })
}

/// What a span does. A request's name is given by whoever serves it; a client's own name may hold a statement, so it is made of
/// the method, the route, the verb.
pub(super) fn operation(role: Role, name: &str, attributes: &Attributes) -> Option<String> {
    let method = attributes.token(&["http.request.method", "http.method"]);
    let route = attributes.first(&["http.route", "url.template"]).map(names::operation);
    let routed = route.map(|route| [method.clone(), Some(route)].into_iter().flatten().collect::<Vec<_>>().join(" "));
    let named = match role {
        Role::Server | Role::Consumer | Role::Producer => names::operation(name),
        Role::Internal => names::internal_operation(name),
        Role::Client => client_operation(attributes).or(method).unwrap_or_default(),
    };
    routed.or(Some(named)).filter(|operation| !operation.is_empty())
}

fn client_operation(attributes: &Attributes) -> Option<String> {
    let remote = attributes.name(&["rpc.method"]).map(|method| match attributes.name(&["rpc.service"]) {
        Some(service) if !method.contains('/') => names::operation(&format!("{service}/{method}")),
        _ => names::operation(&method),
    });
    let verb = ["db.operation.name", "db.operation", "messaging.operation.type", "messaging.operation"];
    remote.or_else(|| attributes.token(&verb))
}

/// Whether a span says that its trace was chosen among others.
pub(super) fn is_sampled(trace_state: &str, attributes: &Attributes) -> bool {
    let vendor =
        trace_state.split(',').filter_map(|member| member.trim().strip_prefix("ot=")).next().unwrap_or_default();
    let chosen = vendor.split(';').filter_map(|field| field.split_once(':'));
    let mut chosen = chosen.filter(|(key, value)| matches!(*key, "th" | "p") && *value != "0");
    chosen.next().is_some() || attributes.has_sampling()
}
