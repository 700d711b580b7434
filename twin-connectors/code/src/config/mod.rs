//! Application configuration: the peers that a file of settings names for whoever reads it.
//!
//! What a Dockerfile gives its image counts as settings too. Who reads it is decided by the graph: whoever mounts the file, is built from its folder, or has the name that it gives.

use std::borrow::Cow;

use twin_connector_base::config::{self, Format, Mention, Settings};
use twin_connector_base::path::name;
use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition};
use twin_core::base::digest_of;
use twin_core::observe::{
    Capability, Diagnostic, Evidence, Handle, Locator, Outcome, Perspective, Record, RecordKey, Space, Statement,
    Target, code, technique,
};
use twin_core::schema::{kind, relation};

/// Reads files of settings in YAML, JSON, TOML, properties, `.env` and nginx form.
#[derive(Clone, Copy, Debug, Default)]
pub struct ApplicationConfig;

impl Decoder for ApplicationConfig {
    fn capability(&self) -> Capability {
        Capability::of_files("application-config", &[kind::CONFIGURATION], &[relation::CONNECTS_TO]).blind_to(&[
            "settings that the code itself has",
            "settings that a configuration server changes",
            "which profile a command line or a variable chooses",
            "values of variables that only the running process knows",
        ])
    }

    fn recognises(&self, path: &str, head: &[u8]) -> Recognition {
        match config::format_of(path) {
            Some(_) if is_conventional(name(path)) => Recognition::ByName,
            Some(_) => Recognition::Plausible,
            None if is_framework(path, head) => Recognition::ByContent,
            // Whoever knows the shape of the file goes first.
            None if config::format_by_content(path, head).is_some() => Recognition::Plausible,
            None => Recognition::No,
        }
    }

    fn decode(&self, payloads: &[Payload<'_>], origin: &Origin) -> Vec<Decoded> {
        let by_content =
            |payload: &Payload<'_>| config::format_by_content(payload.path, payload.bytes.unwrap_or_default());
        let format = |payload: &Payload<'_>| {
            config::format_of(payload.path).or_else(|| by_content(payload)).unwrap_or(Format::Yaml)
        };
        payloads.iter().map(|payload| file(payload, format(payload), origin)).collect()
    }
}

fn is_conventional(name: &str) -> bool {
    const CONVENTIONAL: [&str; 5] = ["application.", "application-", "bootstrap.", "appsettings.", "nginx.conf"];
    let name = name.to_lowercase();
    CONVENTIONAL.iter().any(|beginning| name.starts_with(beginning)) || name.ends_with(".conf.template")
}

/// What frameworks call the sections of their settings.
const SECTIONS: [&str; 4] = ["spring", "eureka", "quarkus", "micronaut"];

/// A file of a configuration repository: named after the application, told by what frameworks call their settings.
fn is_framework(path: &str, head: &[u8]) -> bool {
    String::from_utf8_lossy(head).lines().any(|line| is_section(path, line))
}

/// Whether a line begins what a framework calls its settings: `spring:` in YAML, `spring.` in properties.
fn is_section(path: &str, line: &str) -> bool {
    let mark = match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("yml" | "yaml") => ":",
        Some("properties") => ".",
        _ => return false,
    };
    let rest = SECTIONS.iter().find_map(|section| line.strip_prefix(section)?.strip_prefix(mark));
    rest.is_some_and(|rest| mark == "." || rest.trim_end().is_empty())
}

/// What a file of that format says.
fn file(payload: &Payload<'_>, format: Format, origin: &Origin) -> Decoded {
    let text = bytes_of(payload, origin).and_then(|bytes| text(bytes, format).ok_or_else(|| not_utf8(payload)));
    match text {
        Ok(text) => told(payload.path, &text, config::settings(payload.path, &text, format, &origin.limits), origin),
        Err(refused) => Decoded::rejected(payload.path, refused),
    }
}

/// The text of a payload, within the limit.
pub(crate) fn text_of<'a>(payload: &Payload<'a>, origin: &Origin) -> Result<&'a str, Diagnostic> {
    bytes_of(payload, origin).and_then(|bytes| std::str::from_utf8(bytes).map_err(|_| not_utf8(payload)))
}

fn bytes_of<'a>(payload: &Payload<'a>, origin: &Origin) -> Result<&'a [u8], Diagnostic> {
    match payload.bytes {
        Err(reason) => Err(refused(payload, code::UNREADABLE, reason)),
        Ok(bytes) if bytes.len() as u64 > origin.limits.payload_bytes => {
            Err(refused(payload, code::LIMIT, "longer than the limit"))
        }
        Ok(bytes) => Ok(bytes),
    }
}

fn not_utf8(payload: &Payload<'_>) -> Diagnostic {
    refused(payload, code::ENCODING, "not UTF-8")
}

fn refused(payload: &Payload<'_>, code: &str, message: &str) -> Diagnostic {
    Diagnostic::rejected(code, Locator::line(payload.path, 0), message)
}

/// Java took properties to be ISO 8859-1 before it took them to be UTF-8, and still does where they are not.
fn text(bytes: &[u8], format: Format) -> Option<Cow<'_, str>> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(Cow::Borrowed(text)),
        Err(_) if format == Format::Properties && !bytes.contains(&0) => {
            Some(bytes.iter().map(|byte| char::from(*byte)).collect::<String>().into())
        }
        Err(_) => None,
    }
}

fn told(path: &str, text: &str, settings: Settings, origin: &Origin) -> Decoded {
    let records = record(path, text, &settings, origin).into_iter().collect();
    let rejected = settings.diagnostics.iter().find(|diagnostic| diagnostic.records > 0);
    let outcome = rejected.map_or(Outcome::Complete, |first| Outcome::Partial(first.message.clone()));
    Decoded { path: path.to_owned(), records, diagnostics: settings.diagnostics, outcome }
}

/// One record for the file, if it names anybody or is named after its application. Its key is what it says, so that a renamed file stays the same.
fn record(path: &str, text: &str, settings: &Settings, origin: &Origin) -> Option<Record> {
    let peer = settings.mentions.first().map(|mention| (mention.endpoint.raw.clone(), mention.line));
    let (shown, line) = settings.application.clone().or(peer).or_else(|| section(path, text))?;
    let at = |raw: &str, line| Evidence::at(Locator::line(path, line), raw, technique::DECLARED);
    let key = RecordKey::new(&origin.source, kind::CONFIGURATION, digest(settings));
    let mut record = Record::new(key, format!("settings of {shown}"), Perspective::Declared, at(&shown, line));
    record.known_as(Handle::within(Space::Path, path, &origin.source.0), at(&shown, line));
    if let Some((application, line)) = &settings.application {
        record.known_as(Handle::global(Space::ServiceName, application), at(application, *line));
    }
    if let Some(component) = component(path).filter(|_| is_framework(path, text.as_bytes())) {
        record.known_as(Handle::global(Space::ComponentName, component), at(&shown, line));
    }
    let certainty = certainty(path, text);
    settings.mentions.iter().for_each(|mention| connect(&mut record, mention, path, certainty));
    Some(record)
}

/// The section that tells a file of a configuration repository.
fn section(path: &str, text: &str) -> Option<(String, usize)> {
    component(path)?;
    let mut lines = text.lines().enumerate();
    lines.find_map(|(index, line)| {
        let named = SECTIONS.iter().find(|section| line.starts_with(**section)).filter(|_| is_section(path, line))?;
        Some(((*named).to_owned(), index + 1))
    })
}

pub(crate) fn digest(settings: &Settings) -> String {
    let said = settings.mentions.iter().map(|mention| {
        let endpoint = &mention.endpoint;
        let profile = mention.profile.as_ref().map(|profile| &profile.name);
        (&mention.key, &endpoint.scheme, &endpoint.host, endpoint.port, &endpoint.database, profile)
    });
    let mut said: Vec<_> = said.collect();
    said.sort();
    digest_of(&(said, settings.application.as_ref().map(|(name, _)| name))).to_string()
}

/// The application that a file of a configuration repository is named after: `orders.yml`, `orders-docker.yml`, `orders.properties`.
fn component(path: &str) -> Option<&str> {
    let (stem, ending) = name(path).rsplit_once('.')?;
    let is_called_otherwise = match ending {
        "yml" | "yaml" => config::format_of(path).is_some(),
        // Any properties are settings, those of tools left out.
        "properties" => config::format_of(path).is_none() || is_conventional(name(path)),
        _ => true,
    };
    (!is_called_otherwise).then(|| config::suffix(stem).map_or(stem, |(application, _)| application))
}

/// A file of any name that happens to name hosts is settings only to who says that they read it: what only lies near somebody is not enough.
const ANY_NAME: f64 = 0.55;

fn certainty(path: &str, text: &str) -> f64 {
    let is_known = config::format_of(path).is_some() || is_framework(path, text.as_bytes());
    let is_data = [".yml", ".yaml", ".json"].iter().any(|ending| path.to_lowercase().ends_with(ending));
    if is_data && !is_known { ANY_NAME } else { technique::confidence(technique::CONFIG_FILE) }
}

pub(crate) fn connect(record: &mut Record, mention: &Mention, path: &str, certainty: f64) {
    let place = (mention.line, mention.endpoint.raw.clone());
    let steps = mention.via.iter().chain([&place]).map(|(line, raw)| (Locator::line(path, *line), raw.as_str()));
    let mut evidence = Evidence::at(Locator::line(path, mention.line), "", technique::CONFIG_FILE);
    evidence.chain.clear();
    let evidence = steps.fold(evidence, |evidence, (locator, raw)| evidence.then(locator, raw));
    let evidence = evidence.in_field(mention.field()).with_confidence(certainty * mention.certainty());
    let target = Target::Handle(mention.endpoint.peer());
    let attributes = mention.attributes();
    record.say(Statement::Related { relation: relation::CONNECTS_TO, variant: None, target, attributes }, evidence);
}

#[cfg(test)]
mod tests;
