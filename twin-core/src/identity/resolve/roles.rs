//! What the fields of records are for, as the formats define them, and what words of names mean everywhere. Nothing here is about one estate; what is peculiar to an
//! estate is learnt from it.

use super::texts::differ_by_one;

/// What a field of a record is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Role {
    /// A container image.
    Image,
    /// What a Service, a policy or another selector looks for in the labels of what it selects.
    Selector,
    /// Labels that selectors look at.
    Carried,
    /// A namespace.
    Place,
    /// Where in a repository a thing lies.
    Path,
    /// An address of the thing.
    Host,
    /// The account under which the thing runs.
    Account,
    /// The workload that something is about.
    Target,
    /// What one thing has and no other: an ARN, a uid.
    Key,
    /// Other things: what is depended on, called, listed.
    Others,
    /// Anything else: it may be a name of the thing, and two records may agree in it.
    Value,
}

/// The part of a field before its first dot, and the rest: `labels` and `app.kubernetes.io/name`.
pub(super) fn head(field: &str) -> (&str, &str) {
    let (head, key) = field.split_once('.').unwrap_or((field, ""));
    (head.trim_end_matches("[]"), key)
}

/// What a field is for. Names are those of Kubernetes, Compose, Helm, Skaffold, Prometheus, OpenTelemetry and Backstage, those of the records that
/// the harness `resolve` reads, and those that people use in tables.
pub(super) fn role(field: &str) -> Role {
    let (head, key) = head(field);
    match head.to_ascii_lowercase().as_str() {
        "image" | "images" | "repository" | "container_image" | "image_uri" => Role::Image,
        "selector" | "match_labels" | "matchlabels" | "pod_selector" => Role::Selector,
        "pod_labels" => Role::Carried,
        "namespace" => Role::Place,
        "path" | "module" | "manifests" | "directory" | "folder" => Role::Path,
        "targets" | "host" | "hosts" => Role::Host,
        "service_account" | "serviceaccountname" => Role::Account,
        "scale_target" | "scaletargetref" => Role::Target,
        "arn" | "uid" | "native_id" | "digest" | "resource_id" => Role::Key,
        "env" if SERVICE_NAMES.contains(&key) => Role::Value,
        "depends_on" | "dependencies" | "references" | "methods" | "languages" | "ports" | "description" | "env"
        | "env_names" | "readme" | "readme_head" | "links" | "jobs" => Role::Others,
        _ => Role::Value,
    }
}

/// Environment variables in which telemetry reads a service's name.
const SERVICE_NAMES: [&str; 3] = ["OTEL_SERVICE_NAME", "DD_SERVICE", "SERVICE_NAME"];

/// How often a field was seen to say the name of its thing, and not to, before any estate is looked at. Pseudo-counts: what the estate says is added to them.
pub(super) fn seen_before(field: &str) -> (f64, f64) {
    let (head, key) = head(field);
    match (head, key) {
        ("service.name" | "service", _) | ("env", _) => (19.0, 1.0),
        ("targets" | "host" | "hosts" | "scale_target", _) => (18.0, 1.0),
        ("labels" | "pod_labels" | "selector", key) if NAMING_LABELS.contains(&key) => (4.0, 1.0),
        ("annotations", key) if NAMING_ANNOTATIONS.contains(&key) => (19.0, 1.0),
        (
            "hostname" | "container_name" | "workload_name" | "key" | "project" | "artifact_id" | "display_name"
            | "title" | "full_name",
            _,
        ) => (8.0, 1.0),
        ("path" | "module" | "manifests", _) => (6.0, 1.0),
        ("image name", _) => (8.0, 1.0),
        ("image tag", _) => (3.0, 1.0),
        ("common image name", _) => (1.0, 2.0),
        _ => (0.5, 1.5),
    }
}

/// Labels by which Kubernetes and its tools name an application (Kubernetes: Recommended Labels).
const NAMING_LABELS: [&str; 8] = [
    "app",
    "name",
    "k8s-app",
    "service",
    "component",
    "app.kubernetes.io/name",
    "app.kubernetes.io/instance",
    "app.kubernetes.io/component",
];

/// Annotations by which people say what belongs together (Backstage: Well-known Annotations).
const NAMING_ANNOTATIONS: [&str; 3] =
    ["backstage.io/kubernetes-id", "github.com/project-slug", "backstage.io/kubernetes-label-selector"];

/// Words that say, at the end of a name, what sort of record it is of, and nothing about the thing.
const SORTS: [&str; 12] = [
    "service",
    "svc",
    "srv",
    "app",
    "application",
    "microservice",
    "deployment",
    "deploy",
    "container",
    "image",
    "chart",
    "http",
];

/// Platforms and protocols: before a name they say how it is run or spoken to.
const PLATFORMS: [&str; 6] = ["kubernetes", "docker", "helm", "grpc", "http", "svc"];

/// Words for environments: the same thing runs in each of them.
const ENVIRONMENTS: [&str; 17] = [
    "prod",
    "production",
    "prd",
    "preprod",
    "staging",
    "stage",
    "stg",
    "dev",
    "development",
    "qa",
    "uat",
    "sandbox",
    "live",
    "nonprod",
    "preview",
    "canary",
    "int",
];

/// Whether a word says what sort of record a name is of.
pub(super) fn is_sort(word: &str) -> bool {
    SORTS.contains(&word)
}

/// Whether a word is one that says what sort of record a name is of, with a typing error.
pub(super) fn is_nearly_a_sort(word: &str) -> bool {
    let is_near = |sort: &str| sort.len() >= 7 && word.len() >= 6 && differ_by_one(sort.as_bytes(), word.as_bytes());
    SORTS.into_iter().any(is_near)
}

/// Whether a word is the name of a platform or a protocol.
pub(super) fn is_platform(word: &str) -> bool {
    PLATFORMS.contains(&word)
}

/// Whether a word is one for an environment.
pub(super) fn is_environment(word: &str) -> bool {
    ENVIRONMENTS.contains(&word)
}

/// Whether a word says nothing about the thing.
pub(super) fn says_nothing(word: &str) -> bool {
    is_sort(word) || is_platform(word) || is_environment(word)
}

/// Words that stand by themselves in compact names, whatever the estate: those above and the shortest roles.
pub(super) fn stands_alone(word: &str) -> bool {
    says_nothing(word) || word == "db" || word == "ui"
}

/// Folders that every repository has.
pub(super) fn is_common_folder(word: &str) -> bool {
    ["src", "lib", "libs", "pkg", "packages", "services", "apps", "cmd", "modules", "components"].contains(&word)
}

/// What a thing is for, where a word of its name says so. Two things whose names differ in such a word are two things.
pub(super) fn facet(word: &str) -> Option<&'static str> {
    Some(match word {
        "db" | "database" | "store" | "storage" | "data" | "sql" | "nosql" => "store",
        "postgresql" | "mysql" | "mariadb" | "mongodb" | "mssql" | "cassandra" | "elasticsearch" | "opensearch"
        | "dynamodb" | "clickhouse" | "influxdb" => "store",
        "cache" | "redis" | "valkey" | "memcached" | "memcache" => "cache",
        "kafka" | "rabbitmq" | "nats" | "activemq" | "queue" | "broker" | "mq" | "pulsar" => "broker",
        "worker" | "job" | "cron" | "cronjob" | "consumer" | "scheduler" | "task" | "processor" => "worker",
        "ui" | "web" | "frontend" | "dashboard" | "portal" | "console" | "client" => "ui",
        "proxy" | "gateway" | "gw" | "ingress" | "router" | "lb" | "nginx" | "envoy" => "proxy",
        "test" | "e2e" | "mock" | "stub" | "simulator" => "test",
        "exporter" | "metric" | "monitor" | "monitoring" | "agent" | "collector" => "telemetry",
        "migration" | "migrate" | "init" | "seed" | "backup" | "operator" | "setup" => "operation",
        _ => return None,
    })
}

/// The usual word for one of its short forms.
pub(super) fn usual(word: &str) -> &str {
    match word {
        "mongo" => "mongodb",
        "postgres" | "pg" => "postgresql",
        "k8s" => "kubernetes",
        word => word,
    }
}

/// What sort of party or work a kind of record is, where it is none of the things that engineers run. A team is not its service.
pub(super) fn stands_apart(kind_words: &[String]) -> Option<&'static str> {
    Some(match kind_words.last().map_or("", |word| super::words::singular(word)) {
        "team" | "group" | "squad" | "organisation" | "organization" | "org" => "team",
        "person" | "user" | "member" | "people" => "person",
        "ticket" | "issue" | "epic" | "incident" => "ticket",
        _ => return None,
    })
}
