//! Container images: a reference in its parts, and software that everybody knows by its image.

use twin_core::schema::{Kind, kind};

/// An image reference in its parts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageName {
    /// Registry and repository, lower case, without tag and digest; `docker.io/library/` is written out.
    pub repository: String,
    /// Tag or digest, if any.
    pub tag: Option<String>,
}

/// Software by the last part of its image's name, and what it is; see [`realizes`].
const STORES: [&str; 38] = [
    "postgres",
    "postgresql",
    "postgis",
    "pgvector",
    "timescaledb",
    "spilo",
    "mysql",
    "mysql-server",
    "mariadb",
    "percona",
    "percona-server",
    "mongo",
    "mongodb",
    "mongodb-community-server",
    "mssql",
    "sqlserver",
    "azure-sql-edge",
    "elasticsearch",
    "opensearch",
    "cassandra",
    "scylla",
    "couchdb",
    "couchbase",
    "neo4j",
    "influxdb",
    "clickhouse",
    "clickhouse-server",
    "cockroach",
    "cockroachdb",
    "etcd",
    "arangodb",
    "rethinkdb",
    "dynamodb-local",
    "oracle-xe",
    "solr",
    "qdrant",
    "weaviate",
    "milvus",
];
const KEY_VALUE: [&str; 8] =
    ["redis", "redis-stack", "redis-stack-server", "valkey", "valkey-bundle", "keydb", "dragonfly", "redis-cluster"];
const CACHES: [&str; 2] = ["memcached", "hazelcast"];
const QUEUES: [&str; 15] = [
    "kafka",
    "cp-kafka",
    "kafka-native",
    "rabbitmq",
    "nats",
    "nats-streaming",
    "activemq",
    "activemq-classic",
    "activemq-artemis",
    "artemis",
    "pulsar",
    "redpanda",
    "mosquitto",
    "eclipse-mosquitto",
    "nsq",
];
const BUCKETS: [&str; 3] = ["minio", "azurite", "fake-gcs-server"];
const IDENTITY_PROVIDERS: [&str; 4] = ["keycloak", "dex", "zitadel", "authentik"];

/// Reads an image reference; `None` if it is none (empty, or with an unresolved variable).
///
/// ```
/// use twin_connector_base::image::parse;
/// assert_eq!(parse("redis:7").unwrap().repository, "docker.io/library/redis");
/// ```
pub fn parse(reference: &str) -> Option<ImageName> {
    let reference = reference.trim();
    let (named, digest) = match reference.split_once('@') {
        Some((named, digest)) => (named, Some(digest)),
        None => (reference, None),
    };
    let (name, tag) = match named.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (named, None),
    };
    let tag = tag.or(digest).filter(|tag| !tag.is_empty()).map(str::to_owned);
    let is_whole = is_name(name) && digest.is_none_or(is_digest);
    is_whole.then(|| ImageName { repository: in_full(&name.to_lowercase()), tag })
}

/// The kind of resource that a workload of this image is, where the image is of well-known software: a database, a cache, a broker. `name` is the workload's own name: software that
/// serves as store and as cache (Redis and its kin) is a cache only where the name says so.
pub fn realizes(image: &ImageName, name: &str) -> Option<Kind> {
    let software = software(&image.repository);
    let is_one_of = |names: &[&str]| names.contains(&software);
    match () {
        () if is_one_of(&KEY_VALUE) => Some(if says_cache(name) { kind::CACHE } else { kind::DATA_STORE }),
        () if is_one_of(&STORES) => Some(kind::DATA_STORE),
        () if is_one_of(&CACHES) => Some(kind::CACHE),
        () if is_one_of(&QUEUES) => Some(kind::QUEUE),
        () if is_one_of(&BUCKETS) => Some(kind::BUCKET),
        () if is_one_of(&IDENTITY_PROVIDERS) => Some(kind::IDENTITY_PROVIDER),
        () => None,
    }
}

/// The last part of the name; where that is only the edition (`mssql/server`), the one before it.
fn software(repository: &str) -> &str {
    let mut parts = repository.rsplit('/');
    match parts.next().unwrap_or_default() {
        "server" | "alpine" | "standalone" => parts.next().unwrap_or_default(),
        last => last,
    }
}

fn says_cache(name: &str) -> bool {
    name.to_lowercase().split(|letter: char| !letter.is_alphanumeric()).any(|word| word == "cache")
}

/// Only a digest may follow `@`: before anything else a password could stand.
fn is_digest(text: &str) -> bool {
    let hash = text.split_once(':').filter(|(algorithm, _)| algorithm.starts_with("sha")).map(|(_, hash)| hash);
    hash.is_some_and(|hash| hash.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn is_name(name: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/:".contains(&byte);
    !name.is_empty() && name.bytes().all(inside) && name.split('/').all(|part| !part.is_empty())
}

/// With the registry and the project that a short name leaves out.
fn in_full(name: &str) -> String {
    match name.split_once('/') {
        None => format!("docker.io/library/{name}"),
        Some((first, _)) if first.contains(['.', ':']) || first == "localhost" => name.to_owned(),
        Some(_) => format!("docker.io/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(reference: &str, expected: Option<(&str, Option<&str>)>) {
        let found = parse(reference);
        let found = found.as_ref().map(|image| (image.repository.as_str(), image.tag.as_deref()));
        assert_eq!(found, expected, "{reference}");
    }

    #[test]
    fn references_are_read_in_their_parts() {
        check("redis", Some(("docker.io/library/redis", None)));
        check("Redis:7-alpine", Some(("docker.io/library/redis", Some("7-alpine"))));
        check("acme/shop:1", Some(("docker.io/acme/shop", Some("1"))));
        check("registry:5000/shop", Some(("registry:5000/shop", None)));
        check("registry.example:5000/a/b:v1", Some(("registry.example:5000/a/b", Some("v1"))));
        check("quay.io/a/b@sha256:00", Some(("quay.io/a/b", Some("sha256:00"))));
        check("quay.io/a/b:v2@sha256:00", Some(("quay.io/a/b", Some("v2"))));
        for none in [
            "",
            " ",
            "${IMAGE}",
            "shop/${NAME}:1",
            "a//b",
            "{{ .Values.image }}",
            ":1",
            "@sha256:00",
            "u:hunter2@a.example/b",
            "u:hunter2@a:5000",
        ] {
            check(none, None);
        }
    }

    #[test]
    fn well_known_software_is_known_by_the_last_part_of_its_name() {
        let cases = [
            ("postgres:18", "db", Some(kind::DATA_STORE)),
            ("bitnami/postgresql", "db", Some(kind::DATA_STORE)),
            ("mcr.microsoft.com/mssql/server:2022-latest", "sql", Some(kind::DATA_STORE)),
            ("redis", "orders", Some(kind::DATA_STORE)),
            ("ghcr.io/valkey-io/valkey:9", "cart-cache", Some(kind::CACHE)),
            ("redis", "cached-orders", Some(kind::DATA_STORE)),
            ("memcached", "m", Some(kind::CACHE)),
            ("confluentinc/cp-kafka", "k", Some(kind::QUEUE)),
            ("quay.io/minio/minio", "m", Some(kind::BUCKET)),
            ("quay.io/keycloak/keycloak", "k", Some(kind::IDENTITY_PROVIDER)),
            ("oliver006/redis_exporter", "r", None),
            ("provectuslabs/kafka-ui", "k", None),
            ("mongo-express", "m", None),
            ("acme/postgres-operator", "p", None),
        ];
        for (reference, name, expected) in cases {
            assert_eq!(parse(reference).and_then(|image| realizes(&image, name)), expected, "{reference} {name}");
        }
    }
}
