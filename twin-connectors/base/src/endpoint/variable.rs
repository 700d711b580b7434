//! What the name of a variable says about its value.

/// Words that say that the value names a host.
const HOST: [&str; 36] = [
    "host",
    "hosts",
    "hostname",
    "addr",
    "addrs",
    "address",
    "addresses",
    "url",
    "urls",
    "uri",
    "uris",
    "endpoint",
    "endpoints",
    "server",
    "servers",
    "broker",
    "brokers",
    "bootstrap",
    "service",
    "upstream",
    "upstreams",
    "target",
    "targets",
    "peer",
    "peers",
    "proxy",
    "dsn",
    "backend",
    "backends",
    "gateway",
    "authority",
    "connection",
    "connections",
    "conn",
    "hostport",
    "endpointurl",
];

/// Software that clients are told the place of under its own name alone: `SESSION_REDIS=redis`.
const SOFTWARE: [&str; 22] = [
    "redis",
    "valkey",
    "memcached",
    "mongo",
    "mongodb",
    "mysql",
    "mariadb",
    "postgres",
    "postgresql",
    "kafka",
    "rabbitmq",
    "nats",
    "elasticsearch",
    "opensearch",
    "cassandra",
    "zookeeper",
    "consul",
    "etcd",
    "vault",
    "minio",
    "mqtt",
    "amqp",
];

/// Words that may stand after a word for a host.
const QUALIFIER: [&str; 18] = [
    "internal",
    "external",
    "primary",
    "secondary",
    "master",
    "replica",
    "read",
    "write",
    "ro",
    "rw",
    "list",
    "private",
    "public",
    "http",
    "grpc",
    "default",
    "main",
    "local",
];

/// Last words that say that the value is a secret.
const SECRET: [&str; 14] = [
    "password",
    "passwd",
    "pass",
    "pwd",
    "secret",
    "secrets",
    "token",
    "tokens",
    "key",
    "credential",
    "credentials",
    "salt",
    "passphrase",
    "apikey",
];

/// Words that say that the value is about the thing itself: where it listens, whom it lets in, what it is reached by.
const OWN: [&str; 16] = [
    "listen",
    "listener",
    "listeners",
    "bind",
    "allowed",
    "allow",
    "cors",
    "origin",
    "origins",
    "virtual",
    "letsencrypt",
    "trusted",
    "whitelist",
    "allowlist",
    "denylist",
    "nonproxyhosts",
];

/// Words that say that `a:1` is something else than host and port.
const OTHERWISE: [&str; 17] = [
    "image", "images", "tag", "user", "username", "uid", "gid", "owner", "time", "schedule", "cron", "version",
    "pattern", "regex", "format", "auth", "id",
];

/// Whether the whole value of a variable may be kept, because the variable names things: `OTEL_SERVICE_NAME` and its like.
pub fn names_a_thing(variable: &str) -> bool {
    const NAMES: [&str; 10] = [
        "OTEL_SERVICE_NAME",
        "SPRING_APPLICATION_NAME",
        "QUARKUS_APPLICATION_NAME",
        "MICRONAUT_APPLICATION_NAME",
        "DD_SERVICE",
        "DD_SERVICE_NAME",
        "ELASTIC_APM_SERVICE_NAME",
        "NEW_RELIC_APP_NAME",
        "JAEGER_SERVICE_NAME",
        "SW_AGENT_NAME",
    ];
    NAMES.contains(&variable)
}

/// Whether the name says that the value is a secret, whatever it looks like.
pub(super) fn is_secret(name: &str) -> bool {
    let ends = ["password", "passwd", "pass", "secret", "token", "apikey"];
    last(&words(name)).is_some_and(|word| SECRET.contains(&word) || ends.iter().any(|end| word.ends_with(end)))
}

/// Whether the name says that the value is about whoever has the variable.
pub(super) fn is_own(name: &str) -> bool {
    let words = words(name);
    let no_proxy = words.windows(2).any(|pair| pair == ["no", "proxy"]);
    no_proxy || names_a_thing(name) || words.iter().any(|word| OWN.contains(&word.as_str()))
}

/// Whether a value of the form `a:1` may be host and port.
pub(super) fn may_hold_address(name: &str) -> bool {
    !last(&words(name)).is_some_and(|word| OTHERWISE.contains(&word))
}

/// Whether the name says that its value is a host, so that a bare word is one.
pub(super) fn names_a_host(name: &str) -> bool {
    let words = words(name);
    if words.iter().any(|word| word == "build" || word == "compile") {
        return false;
    }
    match words.split_last() {
        Some((last, before)) if last == "name" => before.last().is_some_and(|word| word == "host"),
        // Where a server needs no more than its name, the name is the whole connection string.
        Some((last, before)) if last == "string" => before.last().is_some_and(|word| word == "connection"),
        Some((last, before)) if QUALIFIER.contains(&last.as_str()) => before.last().is_some_and(|word| is_host(word)),
        Some((last, _)) => is_host(last) || SOFTWARE.contains(&last.as_str()),
        None => false,
    }
}

/// `PGHOST` and its like have no separator before the word.
fn is_host(word: &str) -> bool {
    let joined = ["host", "addr", "url", "endpoint"].iter().any(|end| word.len() <= 12 && word.ends_with(end));
    HOST.contains(&word) || (joined && word != "ghost" && word != "localhost")
}

fn last(words: &[String]) -> Option<&str> {
    words.last().map(String::as_str)
}

/// The words of a name, lower case, split over punctuation and at capitals; numbers are left out.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for letter in name.chars() {
        let starts = !letter.is_alphanumeric() || (letter.is_uppercase() && before.is_lowercase());
        if starts {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphabetic()) {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}
