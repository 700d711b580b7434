//! Application configuration: which peers a text of settings names, line by line.

pub mod interpolation;

mod dockerfile;
mod dotenv;
mod name;
mod nginx;
mod placeholder;
mod profile;
mod properties;
mod proxy;
mod toml;
mod tree;

use twin_core::base::Limits;
use twin_core::observe::{Diagnostic, Locator, code};

use std::collections::{BTreeMap, BTreeSet};

use twin_core::schema::{AttributeName, Value, attribute};

use crate::endpoint::{self, Endpoint};
use interpolation::Traced;
use placeholder::Values;

pub use dotenv::{Variable, variables};
pub use name::{format_by_content, format_of};
pub use profile::{Profile, Stage, suffix};

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
    /// The lines that lead there, with what stands on them: a setting that takes its value from another one.
    pub via: Vec<(usize, String)>,
    /// The profile in which it counts; none if always.
    pub profile: Option<Profile>,
    /// Variables that nobody here knows, and whose default names the peer.
    pub variables: Vec<String>,
}

/// How sure it is that a default counts, and that what is only said of a profile does.
const BY_DEFAULT: f64 = 0.8;
const IN_SOME_PROFILE: f64 = 0.8;
const IN_DEVELOPMENT: f64 = 0.5;

impl Mention {
    /// How sure it is that it counts where users meet the program: 1 if nothing speaks against it.
    pub fn certainty(&self) -> f64 {
        let in_profile = match self.profile.as_ref().map(|profile| profile.stage) {
            None | Some(Stage::Production | Stage::Platform) => 1.0,
            Some(Stage::Other) => IN_SOME_PROFILE,
            Some(Stage::Development) => IN_DEVELOPMENT,
        };
        if self.variables.is_empty() { in_profile } else { in_profile * BY_DEFAULT }
    }

    /// What is known of the connection: what the endpoint says, and in which profile it counts.
    pub fn attributes(&self) -> BTreeMap<AttributeName, Value> {
        let mut attributes = self.endpoint.attributes();
        let condition = self.profile.as_ref().map(|profile| Value::from(format!("profile={}", profile.name)));
        attributes.extend(condition.map(|condition| (attribute::CONDITION, condition)));
        attributes
    }

    /// The key, and in `${}` the variables whose defaults were taken: whoever sets one of them to something else overrides it.
    pub fn field(&self) -> String {
        self.variables.iter().fold(self.key.clone(), |field, name| format!("{field} ${{{name}}}"))
    }
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
    profile: Option<Profile>,
}

/// Keys whose value is the application's own name.
const APPLICATION: [&str; 5] = [
    "spring.application.name",
    "quarkus.application.name",
    "micronaut.application.name",
    "otel.service.name",
    "service.name",
];

/// Keys, and beginnings of keys, whose value is about the application itself: where it listens, what it is reached by.
const OWN: [&str; 4] = ["server.host", "server.address", "server.hostname", "spring.cloud.client.hostname"];
const OWN_SECTIONS: [&str; 12] = [
    "management.",
    "server.servlet.",
    "server.ssl.",
    "eureka.instance.",
    "spring.boot.admin.client.instance.",
    "spring.config.activate.",
    "quarkus.http.",
    "quarkus.management.",
    "micronaut.server.",
    "endpoints.",
    "kestrel.",
    "springdoc.",
];

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
    told(path, text, format, read, diagnostics)
}

fn too_large(path: &str, text: &str, limits: &Limits) -> Option<Diagnostic> {
    let line = text.lines().position(|line| line.len() > limits.line_bytes);
    let over = (text.len() as u64 > limits.payload_bytes).then_some(0).or(line.map(|index| index + 1))?;
    Some(Diagnostic::rejected(code::LIMIT, Locator::line(path, over), "longer than the limit"))
}

fn told(path: &str, text: &str, format: Format, mut settings: Vec<Setting>, diagnostics: Vec<Diagnostic>) -> Settings {
    if matches!(format, Format::Yaml | Format::Properties | Format::Toml) {
        profile::assign(path, &mut settings);
    }
    let lines: Vec<&str> = text.lines().collect();
    let values = Values::of(&settings);
    let file = File { lines, settings: &settings, values };
    let mentions = (0..settings.len()).flat_map(|at| file.mentions(at)).collect();
    Settings { mentions: told_once(mentions), application: file.application(), diagnostics }
}

/// What always counts is not said again of a profile.
fn told_once(mut mentions: Vec<Mention>) -> Vec<Mention> {
    let named = |mention: &Mention| (mention.endpoint.host.clone(), mention.endpoint.port);
    let always: BTreeSet<_> = mentions.iter().filter(|mention| mention.profile.is_none()).map(named).collect();
    mentions.retain(|mention| mention.profile.is_none() || !always.contains(&named(mention)));
    mentions
}

/// A file of settings while it is looked through.
struct File<'f> {
    lines: Vec<&'f str>,
    settings: &'f [Setting],
    values: Values<'f>,
}

/// A scalar over several lines is looked through for so many.
const ROOM: usize = 200;

impl File<'_> {
    fn mentions(&self, at: usize) -> Vec<Mention> {
        let Some(setting) = self.settings.get(at).filter(|setting| !is_own(&setting.key)) else { return Vec::new() };
        let value = self.values.value(at);
        let mut found = endpoint::endpoints(&setting.key, &value.text);
        if found.is_empty() || profile::is_displaced(setting, &self.values.of_key(&setting.key)) {
            return Vec::new();
        }
        found.drain(..).filter_map(|endpoint| self.mention(at, setting, &value, endpoint)).collect()
    }

    /// The mention at the line where the peer's name stands to the letter.
    fn mention(&self, at: usize, setting: &Setting, value: &Traced, endpoint: Endpoint) -> Option<Mention> {
        let host = endpoint.raw.split([':', ',']).next().unwrap_or_default().to_owned();
        let trail = value.trail_at(value.text.find(&endpoint.raw).unwrap_or_default());
        let from = trail.last().map_or(setting.line, |origin| origin.line);
        let (line, raw) = self.stands(from, &[&endpoint.raw, &host])?;
        let names: Vec<&str> = trail.iter().map(|origin| origin.name.as_str()).collect();
        let before = std::iter::once(setting.line).chain(trail.iter().map(|origin| origin.line));
        let via = before.zip(&names).filter_map(|(line, name)| self.stands(line, &[name])).collect();
        let variables = self.values.variables_for(at, &names, &host);
        let port = endpoint.port.or_else(|| self.port(at, &setting.key));
        let (key, profile) = (setting.key.clone(), setting.profile.clone());
        Some(Mention { key, line, endpoint: Endpoint { raw, port, ..endpoint }, via, profile, variables })
    }

    /// The first line from there on that holds one of the texts, and that text.
    fn stands(&self, from: usize, texts: &[&str]) -> Option<(usize, String)> {
        let first = from.checked_sub(1)?;
        (first..first.saturating_add(ROOM)).find_map(|index| {
            let line = self.lines.get(index)?;
            texts.iter().find(|text| line.contains(**text)).map(|text| (index + 1, (*text).to_owned()))
        })
    }

    /// `redis.host` goes with `redis.port`.
    fn port(&self, at: usize, key: &str) -> Option<u16> {
        let group = key.rfind('.').and_then(|dot| key.get(..=dot)).unwrap_or_default();
        let beside = |last: &&str| self.values.beside(at, &format!("{group}{last}"))?.text.trim().parse().ok();
        ["port", "port_value"].iter().find_map(beside).filter(|port| *port > 0)
    }

    /// The name that the application gives itself, if it always has it.
    fn application(&self) -> Option<(String, usize)> {
        let named = self.settings.iter().enumerate().filter(|(_, setting)| APPLICATION.contains(&setting.key.as_str()));
        let mut named: Vec<_> = named.collect();
        named.sort_by_key(|(_, setting)| setting.profile.is_some());
        named.into_iter().find_map(|(at, setting)| {
            let name = self.values.value(at).text;
            let plain = !name.is_empty() && !name.contains(['$', '{', ' ', '@']);
            let stands = self.lines.get(setting.line.checked_sub(1)?)?.contains(&name);
            (plain && stands).then_some((name, setting.line))
        })
    }
}

fn is_own(key: &str) -> bool {
    let is_rule = key.starts_with("spring.cloud.gateway.") && (key.contains(".predicates") || key.contains(".filters"));
    is_rule || OWN.contains(&key) || OWN_SECTIONS.iter().any(|section| starts_with(key, section))
}

/// .NET writes its sections with a capital.
fn starts_with(key: &str, section: &str) -> bool {
    key.get(..section.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(section))
}

#[cfg(test)]
mod tests;
