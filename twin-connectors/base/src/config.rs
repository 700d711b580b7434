//! Application configuration: which peers a text of settings names, line by line.

pub mod interpolation;

mod dockerfile;
mod dotenv;
mod name;
mod nginx;
mod properties;
mod proxy;
mod toml;
mod tree;

use twin_core::base::Limits;
use twin_core::observe::{Diagnostic, Locator, code};

use crate::endpoint::{self, Endpoint};
use interpolation::{Syntax, Variables};

pub use dotenv::{Variable, variables};
pub use name::{format_by_content, format_of};

/// A format of settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// YAML or JSON.
    Yaml,
    /// `key=value` or `key: value`, as in `.properties`.
    Properties,
    /// TOML.
    Toml,
    /// `KEY=value`, as in `.env`.
    DotEnv,
    /// nginx.
    Nginx,
    /// HAProxy or Caddy.
    Proxy,
    /// What a Dockerfile sets. No file has this format by its name; see [`format_of`].
    Dockerfile,
}

/// A peer that a setting names.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention {
    /// The setting's key, with dots between its parts.
    pub key: String,
    /// The line within the text, first is 1.
    pub line: usize,
    /// The peer.
    pub endpoint: Endpoint,
}

/// What a text of settings says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// The peers, in the order of the text.
    pub mentions: Vec<Mention>,
    /// The name that the application gives itself (`spring.application.name` and its like) with its line.
    pub application: Option<(String, usize)>,
    /// What could not be read; the rest was. The locators have the path that was given.
    pub diagnostics: Vec<Diagnostic>,
}

/// One setting, as every format has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Setting {
    key: String,
    value: String,
    line: usize,
}

/// Keys whose value is the application's own name.
const APPLICATION: [&str; 5] = [
    "spring.application.name",
    "quarkus.application.name",
    "micronaut.application.name",
    "otel.service.name",
    "service.name",
];

/// Keys whose value is where the application itself listens.
const OWN: [&str; 4] = ["server.host", "server.address", "management.server.address", "server.hostname"];

/// Reads a text of settings. Total: what is broken becomes a diagnostic.
pub fn settings(path: &str, text: &str, format: Format, limits: &Limits) -> Settings {
    if let Some(refused) = too_large(path, text, limits) {
        return Settings { diagnostics: vec![refused], ..Settings::default() };
    }
    let mut diagnostics = Vec::new();
    let read = match format {
        Format::Yaml => tree::settings(path, text, limits, &mut diagnostics),
        Format::Properties => properties::settings(text),
        Format::Toml => toml::settings(path, text, limits, &mut diagnostics),
        Format::DotEnv => dotenv::settings(text),
        Format::Nginx => nginx::settings(text),
        Format::Proxy => proxy::settings(text),
        Format::Dockerfile => dockerfile::settings(text),
    };
    told(text, &read, diagnostics)
}

fn too_large(path: &str, text: &str, limits: &Limits) -> Option<Diagnostic> {
    let line = text.lines().position(|line| line.len() > limits.line_bytes);
    let over = (text.len() as u64 > limits.payload_bytes).then_some(0).or(line.map(|index| index + 1))?;
    Some(Diagnostic::rejected(code::LIMIT, Locator::line(path, over), "longer than the limit"))
}

fn told(text: &str, settings: &[Setting], diagnostics: Vec<Diagnostic>) -> Settings {
    let lines: Vec<&str> = text.lines().collect();
    let ports = settings.iter().map(|setting| (setting.key.as_str(), setting.value.as_str())).collect();
    let mentions = settings.iter().flat_map(|setting| mentions(setting, &lines, &ports)).collect();
    Settings { mentions, application: settings.iter().find_map(|setting| application(setting, &lines)), diagnostics }
}

type Values<'a> = std::collections::BTreeMap<&'a str, &'a str>;

fn mentions(setting: &Setting, lines: &[&str], values: &Values<'_>) -> Vec<Mention> {
    if OWN.contains(&setting.key.as_str()) {
        return Vec::new();
    }
    let value = without_placeholders(&setting.value);
    let found = endpoint::endpoints(&setting.key, &value).into_iter();
    found.filter_map(|endpoint| placed(setting, endpoint, lines)).map(|mention| with_port(mention, values)).collect()
}

/// `${NAME:default}` stands for its default; one without is left, so that no host is read from it.
fn without_placeholders(value: &str) -> String {
    if !value.contains("${") {
        return value.to_owned();
    }
    interpolation::expand(value, Syntax::Placeholders, &Variables::default()).text
}

/// The mention at the line where the peer's name stands to the letter.
fn placed(setting: &Setting, endpoint: Endpoint, lines: &[&str]) -> Option<Mention> {
    let host = endpoint.raw.split([':', ',']).next().unwrap_or_default().to_owned();
    let raws = [endpoint.raw.clone(), host];
    let stands = |index: usize| {
        let line = lines.get(index)?;
        raws.iter().find(|raw| line.contains(raw.as_str())).map(|raw| (index + 1, raw.clone()))
    };
    let first = setting.line.checked_sub(1)?;
    let (line, raw) = (first..first.saturating_add(ROOM)).find_map(stands)?;
    Some(Mention { key: setting.key.clone(), line, endpoint: Endpoint { raw, ..endpoint } })
}

/// A scalar over several lines is looked through for so many.
const ROOM: usize = 200;

/// `redis.host` goes with `redis.port`.
fn with_port(mut mention: Mention, values: &Values<'_>) -> Mention {
    let group = mention.key.rfind('.').and_then(|dot| mention.key.get(..=dot)).unwrap_or_default();
    let port =
        ["port", "port_value"].iter().find_map(|last| values.get(format!("{group}{last}").as_str())?.parse().ok());
    mention.endpoint.port = mention.endpoint.port.or(port.filter(|port| *port > 0));
    mention
}

fn application(setting: &Setting, lines: &[&str]) -> Option<(String, usize)> {
    let name = without_placeholders(&setting.value);
    let plain = !name.is_empty() && !name.contains(['$', '{', ' ', '@']);
    let stands = lines.get(setting.line.checked_sub(1)?)?.contains(&name);
    (APPLICATION.contains(&setting.key.as_str()) && plain && stands).then_some((name, setting.line))
}

#[cfg(test)]
mod tests;
