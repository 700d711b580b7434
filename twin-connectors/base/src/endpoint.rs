//! Endpoints: what a value says about a peer, and nothing else of the value.
//!
//! A value may hold a password. Only scheme, host, port and database name leave this module; where a value can be read in
//! two ways and one of them would show a part of a password, nothing leaves it.

mod connection;
mod host;
mod url;
mod variable;

use std::collections::BTreeMap;

use twin_core::observe::{Handle, Space, technique};
use twin_core::schema::{AttributeName, Value, attribute};

use host::Address;

pub use variable::names_a_thing;

/// Values longer than this are documents, not addresses.
const LONGEST: usize = 16 * 1024;

/// A peer that a value names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    /// The scheme or protocol, lower case, as far as the value says: `http`, `grpc`, `postgresql`, `amqp`.
    pub scheme: Option<String>,
    /// The host's name, lower case, never an address of this machine itself.
    pub host: String,
    /// The port, as far as the value says.
    pub port: Option<u16>,
    /// The name of the database, as far as the value says.
    pub database: Option<String>,
    /// The queue, as `system:name`, where the host is a provider's and only the path says which queue is meant.
    pub queue: Option<String>,
    /// The part of the value that says so, to the letter, without anything secret: `db:5432`.
    pub raw: String,
    /// How it was read: one of `observe::technique`.
    pub technique: &'static str,
}

impl Endpoint {
    /// The name by which the peer is looked for.
    pub fn peer(&self) -> Handle {
        match &self.queue {
            Some(queue) => Handle::global(Space::NativeId, queue.as_str()),
            None => Handle::host(self.host.as_str()),
        }
    }

    /// What a connection to it says beside the host: protocol, port, database, as far as they are known.
    pub fn attributes(&self) -> BTreeMap<AttributeName, Value> {
        let said = [
            (attribute::PROTOCOL, self.scheme.clone().map(Value::from)),
            (attribute::PORT, self.port.map(|port| Value::from(i64::from(port)))),
            (attribute::DATABASE, self.database.clone().map(Value::from)),
        ];
        said.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    fn at(address: Address<'_>, technique: &'static str) -> Self {
        Endpoint {
            scheme: None,
            host: address.host.trim_end_matches('.').to_lowercase(),
            port: address.port,
            database: None,
            queue: None,
            raw: address.raw.to_owned(),
            technique,
        }
    }
}

/// The endpoints that a variable or setting names. `name` decides whether a bare word is taken for a host (`PAYMENT_HOST=payment`).
///
/// ```
/// use twin_connector_base::endpoint::endpoints;
/// let found = endpoints("DATABASE_URL", "postgres://shop:hunter2@db:5432/orders");
/// assert_eq!((found[0].host.as_str(), found[0].port), ("db", Some(5432)));
/// assert_eq!(found[0].raw, "db:5432");
/// ```
pub fn endpoints(name: &str, value: &str) -> Vec<Endpoint> {
    let value = unquoted(value.trim());
    if value.is_empty() || value.len() > LONGEST || variable::is_secret(name) || variable::is_own(name) {
        return Vec::new();
    }
    if value.starts_with('-') {
        return in_options(value);
    }
    let mut found = in_value(name, value);
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|endpoint| seen.insert(endpoint.clone()));
    found
}

/// Whether a variable with that name and value would name a peer, and this one names none: nobody but whoever has it. It comes before a setting
/// of that name all the same.
pub fn names_nobody_else(name: &str, value: &str) -> bool {
    let asks = variable::names_a_host(name) && !variable::is_own(name) && !variable::is_secret(name);
    asks && !value.trim().is_empty() && endpoints(name, value).is_empty()
}

/// The endpoints of this machine itself that a variable or setting names. [`endpoints`] leaves them out; they mean somebody else where several
/// share one network stack.
pub fn at_localhost(name: &str, value: &str) -> Vec<Endpoint> {
    // A name that nobody has stands in for this machine.
    const STAND_IN: &str = "localhost-stand-in";
    if value.contains(STAND_IN) {
        return Vec::new();
    }
    let read = |own: &str| {
        let found = endpoints(name, &value.replace(own, STAND_IN)).into_iter();
        let local = found.filter(|endpoint| endpoint.host == STAND_IN);
        let own = own.to_owned();
        local.map(move |local| Endpoint { host: own.clone(), raw: local.raw.replace(STAND_IN, &own), ..local })
    };
    let names = ["localhost", "127.0.0.1"].into_iter().filter(|own| value.contains(own));
    names.flat_map(|own| read(own).collect::<Vec<_>>()).filter(|local| value.contains(&local.raw)).collect()
}

/// The hosts that a script waits for with `nc HOST PORT`.
pub fn awaited(script: &str) -> Vec<Endpoint> {
    const PROGRAMS: [&str; 3] = ["nc", "ncat", "netcat"];
    let words: Vec<&str> =
        script.split_whitespace().map(|word| word.trim_matches(['"', '\'', ';', '(', ')'])).collect();
    let starts = words.iter().enumerate().filter(|(_, word)| PROGRAMS.contains(word)).map(|(at, _)| at + 1);
    starts.filter_map(|start| awaited_by(words.get(start..)?)).collect()
}

/// The first host with a port after it, among the arguments of one command.
fn awaited_by(words: &[&str]) -> Option<Endpoint> {
    const FARTHEST: usize = 6;
    let mut pairs = words.windows(2).take(FARTHEST);
    let found = pairs.find_map(|pair| {
        let (name, number) = (pair.first()?, pair.last()?);
        let address = host::word(name).filter(|address| address.port.is_none() && address.is_elsewhere())?;
        Some(Address { port: Some(host::port(number)?), ..address })
    });
    found.map(|address| Endpoint::at(address, technique::ARGUMENT))
}

fn in_value(name: &str, value: &str) -> Vec<Endpoint> {
    if value.starts_with(['{', '[']) {
        return in_json(name, value);
    }
    if let Some(found) = connection::read(value) {
        return found;
    }
    if value.contains("://") || url::is_oracle(value) {
        return url::read(value);
    }
    let addresses = addresses(name, value);
    if !addresses.is_empty() {
        return addresses;
    }
    words(name, value)
}

/// A value that is a JSON object or array of settings.
fn in_json(name: &str, value: &str) -> Vec<Endpoint> {
    let Ok(settings) = serde_json::from_str::<serde_json::Value>(value) else { return Vec::new() };
    let mut found = Vec::new();
    in_settings(name, &settings, &mut found);
    // What was escaped cannot be shown to the letter.
    found.retain(|endpoint| value.contains(&endpoint.raw));
    found
}

/// serde_json refuses more than 128 levels, which bounds the recursion.
fn in_settings(name: &str, settings: &serde_json::Value, found: &mut Vec<Endpoint>) {
    match settings {
        serde_json::Value::String(text) if !text.starts_with(['{', '[']) => found.extend(endpoints(name, text)),
        serde_json::Value::Array(items) => items.iter().for_each(|item| in_settings(name, item, found)),
        serde_json::Value::Object(entries) => entries.iter().for_each(|(key, value)| in_settings(key, value, found)),
        _ => {}
    }
}

/// A variable such as `JAVA_OPTS` that holds options itself.
fn in_options(value: &str) -> Vec<Endpoint> {
    let options = value.split_whitespace().filter_map(|option| option.split_once('='));
    options.filter(|(_, value)| !value.starts_with('-')).flat_map(|(key, value)| endpoints(key, value)).collect()
}

/// A value that wholly is a list of `host:port`.
fn addresses(name: &str, value: &str) -> Vec<Endpoint> {
    if !variable::may_hold_address(name) {
        return Vec::new();
    }
    let found: Option<Vec<_>> = listed(value).map(host::with_port).collect();
    let local = found.unwrap_or_default().into_iter().filter(Address::is_elsewhere);
    local.map(|address| Endpoint::at(address, technique::ENV_ADDRESS)).collect()
}

/// A value that wholly is a list of host names, of a variable that says so.
fn words(name: &str, value: &str) -> Vec<Endpoint> {
    if !variable::names_a_host(name) {
        return Vec::new();
    }
    let found: Option<Vec<_>> = value.split([',', ';']).map(|part| host::word(part.trim())).collect();
    let local = found.unwrap_or_default().into_iter().filter(Address::is_elsewhere);
    local.map(|address| Endpoint::at(address, technique::ENV_HOST)).collect()
}

fn listed(value: &str) -> impl Iterator<Item = &str> {
    value.split([',', ';', ' ', '\t', '\n']).filter(|part| !part.is_empty())
}

fn unquoted(value: &str) -> &str {
    let inner = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
    inner.map_or(value, str::trim)
}

#[cfg(test)]
mod tests;
