//! URLs, alone or in lists, with the credentials, paths and queries that must not leave.

use twin_core::observe::technique;

use super::Endpoint;
use super::host::{self, Address};

/// Schemes after which no host follows.
const HOSTLESS: [&str; 22] = [
    "unix",
    "file",
    "data",
    "s3",
    "s3a",
    "gs",
    "classpath",
    "jar",
    "docker",
    "oci",
    "arn",
    "urn",
    "spiffe",
    "env",
    "chrome",
    "inproc",
    "memory",
    "mem",
    "sqlite",
    "ipc",
    "npm",
    "secret",
];

/// Schemes of databases: their path is the database's name, and not an address within it.
const DATABASES: [&str; 17] = [
    "postgresql",
    "mysql",
    "mariadb",
    "mongodb",
    "redis",
    "rediss",
    "valkey",
    "sqlserver",
    "oracle",
    "cassandra",
    "clickhouse",
    "neo4j",
    "bolt",
    "couchbase",
    "cockroachdb",
    "db2",
    "couchdb",
];

/// Schemes of brokers and other servers whose URL is a connection string.
const BROKERS: [&str; 14] = [
    "amqp",
    "amqps",
    "nats",
    "kafka",
    "mqtt",
    "mqtts",
    "stomp",
    "pulsar",
    "memcached",
    "memcache",
    "ldap",
    "ldaps",
    "smtp",
    "smtps",
];

/// The endpoints of a value that holds URLs. Nothing if a part of it is something else.
pub(super) fn read(value: &str) -> Vec<Endpoint> {
    if let Some(address) = oracle(value) {
        return address
            .filter(Address::is_elsewhere)
            .map(|address| finish(address, "oracle", None))
            .into_iter()
            .collect();
    }
    urls(value).into_iter().flat_map(one).collect()
}

/// `jdbc:oracle:thin:@host:1521:name`, a URL without `://`.
pub(super) fn is_oracle(value: &str) -> bool {
    value.starts_with("jdbc:oracle:") && value.contains('@')
}

fn oracle(value: &str) -> Option<Option<Address<'_>>> {
    let (_, tail) = value.strip_prefix("jdbc:oracle:")?.rsplit_once('@')?;
    let tail = tail.trim_start_matches("//");
    let end = tail.match_indices([':', '/']).find(|(at, mark)| *mark == "/" || tail[..*at].contains(':'));
    Some(host::authority(end.map_or(tail, |(at, _)| &tail[..at])))
}

/// Cuts a list where a separator is followed by a scheme; a password may hold separators too.
fn urls(value: &str) -> Vec<&str> {
    let mut starts = vec![0];
    let separators = value.match_indices([',', ';', ' ', '\n', '\t']).map(|(at, mark)| at + mark.len());
    starts.extend(separators.filter(|at| scheme(value[*at..].trim_start()).is_some()));
    starts.push(value.len());
    let parts = starts.windows(2).filter_map(|pair| value.get(pair[0]..pair[1]));
    parts.map(|part| part.trim_matches([',', ';', ' ', '\n', '\t'])).filter(|part| !part.is_empty()).collect()
}

/// The scheme as it is written, and what follows `://`.
fn scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let inside = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-._:".contains(&byte));
    (inside && scheme.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic())).then_some((scheme, rest))
}

fn one(url: &str) -> Vec<Endpoint> {
    let Some((written, rest)) = scheme(url).filter(|_| !url.contains(char::is_whitespace)) else {
        return Vec::new();
    };
    let scheme = normal(written);
    if HOSTLESS.contains(&scheme.as_str()) {
        return Vec::new();
    }
    let rest =
        if matches!(scheme.as_str(), "dns" | "xds" | "passthrough") { rest.trim_start_matches('/') } else { rest };
    let Some((hosts, path)) = without_credentials(rest, &scheme) else {
        return Vec::new();
    };
    let addresses: Option<Vec<_>> = hosts.split(',').filter(|host| !host.is_empty()).map(host::authority).collect();
    let elsewhere = addresses.unwrap_or_default().into_iter().filter(Address::is_elsewhere);
    let found = elsewhere.map(|address| finish(address, &scheme, database(&scheme, path)));
    found.map(|endpoint| Endpoint { queue: queue(&endpoint.host, path), ..endpoint }).collect()
}

fn finish(address: Address<'_>, scheme: &str, database: Option<String>) -> Endpoint {
    let connection = DATABASES.contains(&scheme) || BROKERS.contains(&scheme);
    let technique = if connection { technique::CONNECTION_STRING } else { technique::ENV_ADDRESS };
    Endpoint { scheme: Some(scheme.to_owned()), database, ..Endpoint::at(address, technique) }
}

/// `jdbc:postgresql` and `postgresql+driver` are `postgresql`; the listener names of Kafka are `kafka`.
fn normal(written: &str) -> String {
    let lower = written.to_ascii_lowercase();
    let bare = lower.split(':').find(|part| !matches!(*part, "jdbc" | "r2dbc" | "pool")).unwrap_or_default();
    let base = bare.split('+').next().unwrap_or_default();
    match base {
        "postgres" => "postgresql".to_owned(),
        "mssql" => "sqlserver".to_owned(),
        "plaintext" | "sasl_plaintext" | "sasl_ssl" | "controller" => "kafka".to_owned(),
        _ if DATABASES.contains(&base) => base.to_owned(),
        _ => bare.to_owned(),
    }
}

/// The hosts and what follows them. Passwords may hold `@`, `/` and `?` as they are, so that a URL can often be read in two
/// ways; `None` if the wrong one would show a part of the password.
fn without_credentials<'a>(rest: &'a str, scheme: &str) -> Option<(&'a str, &'a str)> {
    let (first, after) = authority_of(rest);
    let Some((_, tail)) = rest.rsplit_once('@') else {
        return Some((first, after));
    };
    let database = DATABASES.contains(&scheme) || BROKERS.contains(&scheme);
    if !after.contains('@') {
        return Some((first.rsplit_once('@').map_or(first, |(_, host)| host), after));
    }
    if first.contains('@') {
        return (database && !rest.contains(['?', '#'])).then(|| authority_of(tail));
    }
    if first.split(',').any(|host| host::authority(host).is_none()) {
        return Some(authority_of(tail));
    }
    (is_segment(first, after) || is_query(after, tail)).then_some((first, after))
}

/// `host/@scope`: each `@` starts a segment of the path, and nothing before could be a password.
fn is_segment(first: &str, after: &str) -> bool {
    !first.contains(':') && after.match_indices('@').all(|(at, _)| after[..at].ends_with('/'))
}

/// `host/path?key=a@b`: the `@` stands in a parameter's value, and what follows it is no host with port or path.
fn is_query(after: &str, tail: &str) -> bool {
    let before = after.split('@').next().unwrap_or_default();
    before.split_once('?').is_some_and(|(_, query)| query.contains('=')) && !tail.contains([':', '/'])
}

fn authority_of(text: &str) -> (&str, &str) {
    text.split_at(text.find(['/', '?', '#', ';', '\\']).unwrap_or(text.len()))
}

fn database(scheme: &str, path: &str) -> Option<String> {
    if !DATABASES.contains(&scheme) {
        return None;
    }
    let segment = path.strip_prefix('/').map(|path| authority_of(path).0);
    let named = path.split(';').find_map(|part| part.split_once('=').filter(|(key, _)| is_database_key(key)));
    segment.or(named.map(|(_, name)| name)).filter(|name| is_database(name)).map(str::to_owned)
}

/// `sqs.<region>.amazonaws.com/<account>/<name>`: one host for all queues of a region, as the provider documents it.
fn queue(host: &str, path: &str) -> Option<String> {
    let region = host.strip_prefix("sqs.")?;
    let is_provider = region.ends_with(".amazonaws.com") || region.ends_with(".amazonaws.com.cn");
    let (account, name) = path.strip_prefix('/')?.split_once('/')?;
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let is_queue = (1..=80).contains(&name.len()) && name.bytes().all(is_name);
    (is_provider && is_account && is_queue).then(|| format!("aws_sqs:{name}"))
}

fn is_database_key(key: &str) -> bool {
    key.eq_ignore_ascii_case("databaseName") || key.eq_ignore_ascii_case("database")
}

/// Whether a text may be a database's name.
pub(super) fn is_database(name: &str) -> bool {
    let inside = name.chars().all(|letter| letter.is_alphanumeric() || "_-.$".contains(letter));
    !name.is_empty() && name.len() <= 64 && inside
}
