//! Connection strings: `Host=db;Password=…`, `host=db user=…`, `redis:6379,password=…`, `user:…@tcp(db:3306)/shop`.

use twin_core::observe::technique;

use super::host::{self, Address};
use super::{Endpoint, url};

/// Keys whose value is the server.
const SERVER: [&str; 13] = [
    "host",
    "server",
    "datasource",
    "addr",
    "address",
    "hostname",
    "endpoint",
    "accountendpoint",
    "servername",
    "networkaddress",
    "hosts",
    "servers",
    "bootstrapservers",
];

/// Keys whose value is the database.
const DATABASE: [&str; 5] = ["database", "initialcatalog", "dbname", "db", "databasename"];

/// The endpoints of a connection string; `None` if the value is none.
pub(super) fn read(value: &str) -> Option<Vec<Endpoint>> {
    go_mysql(value).or_else(|| with_options(value)).or_else(|| pairs_of(value).map(|pairs| from_pairs(&pairs)))
}

/// `user:password@tcp(db:3306)/shop?parseTime=true`.
fn go_mysql(value: &str) -> Option<Vec<Endpoint>> {
    let start = value.rfind("@tcp(").map(|at| at + 5).or_else(|| value.starts_with("tcp(").then_some(4))?;
    let (address, after) = value.get(start..)?.split_once(')')?;
    let name = after.strip_prefix('/').map(|rest| rest.split('?').next().unwrap_or_default());
    let database = name.filter(|name| url::is_database(name)).map(str::to_owned);
    let found = host::authority(address).filter(Address::is_elsewhere).map(|address| Endpoint {
        scheme: Some("mysql".to_owned()),
        database,
        ..Endpoint::at(address, technique::CONNECTION_STRING)
    });
    Some(found.into_iter().collect())
}

/// `redis:6379,password=…,ssl=False`: addresses first, options after them.
fn with_options(value: &str) -> Option<Vec<Endpoint>> {
    let parts: Vec<&str> = value.split(',').map(str::trim).collect();
    let count = parts.iter().take_while(|part| host::with_port(part).is_some() && !part.contains('@')).count();
    let options = parts.get(count..)?;
    if count == 0 || options.is_empty() || !options.iter().all(|option| option.contains('=')) {
        return None;
    }
    let addresses = parts.iter().take(count).filter_map(|part| host::with_port(part)).filter(Address::is_elsewhere);
    Some(addresses.map(|address| Endpoint::at(address, technique::CONNECTION_STRING)).collect())
}

/// The pairs of a value that wholly is a list of them and has a server and something else.
fn pairs_of(value: &str) -> Option<Vec<(String, &str)>> {
    if !value.contains('=') || value.split('=').next().is_some_and(|key| key.contains("://")) {
        return None;
    }
    let parts = separated(value, if outside_quotes(value, ';') { |mark| mark == ';' } else { char::is_whitespace });
    let pairs: Option<Vec<_>> = parts.into_iter().map(pair).collect();
    pairs.filter(|pairs| pairs.iter().filter(|(key, _)| SERVER.contains(&key.as_str())).count() == 1)
}

fn pair(part: &str) -> Option<(String, &str)> {
    let (key, value) = part.split_once('=')?;
    let key: String = key.to_lowercase().chars().filter(|letter| !matches!(letter, ' ' | '_' | '-')).collect();
    (!key.is_empty() && key.chars().all(char::is_alphanumeric)).then(|| (key, value.trim().trim_matches(['"', '\''])))
}

fn from_pairs(pairs: &[(String, &str)]) -> Vec<Endpoint> {
    let of = |keys: &[&str]| pairs.iter().find(|(key, _)| keys.contains(&key.as_str())).map(|(_, value)| *value);
    let Some(server) = of(&SERVER) else {
        return Vec::new();
    };
    if server.contains("://") {
        return url::read(server);
    }
    let database = of(&DATABASE).filter(|name| url::is_database(name)).map(str::to_owned);
    let port = of(&["port"]).and_then(host::port);
    let scheme = pairs.iter().any(|(key, _)| key == "dbname").then(|| "postgresql".to_owned());
    let addresses = servers(server).into_iter().filter(Address::is_elsewhere);
    let complete = |address: Address<'_>| Endpoint {
        scheme: scheme.clone(),
        port: address.port.or(port),
        database: database.clone(),
        ..Endpoint::at(address, technique::CONNECTION_STRING)
    };
    addresses.map(complete).collect()
}

/// `tcp:sql,1433`, `sql\instance`, `a:5432,b:5432`.
fn servers(text: &str) -> Vec<Address<'_>> {
    let text = text.strip_prefix("tcp:").unwrap_or(text);
    if let Some((name, number)) = text.split_once(',')
        && let (Some(address), Some(port)) = (host::authority(name), host::port(number.trim()))
    {
        return vec![Address { port: Some(port), raw: text, ..address }];
    }
    let names = text.split(',').map(|name| name.split('\\').next().unwrap_or_default().trim());
    names.map(host::authority).collect::<Option<_>>().unwrap_or_default()
}

fn outside_quotes(value: &str, mark: char) -> bool {
    separated(value, |letter| letter == mark).len() > 1 || value.ends_with(mark)
}

/// Splits at marks that stand outside of quotes.
fn separated(value: &str, is_mark: impl Fn(char) -> bool) -> Vec<&str> {
    let mut quote = None;
    let parts = value.split(|letter| match quote {
        Some(open) if letter == open => {
            quote = None;
            false
        }
        Some(_) => false,
        None if letter == '"' || letter == '\'' => {
            quote = Some(letter);
            false
        }
        None => is_mark(letter),
    });
    parts.map(str::trim).filter(|part| !part.is_empty()).collect()
}
