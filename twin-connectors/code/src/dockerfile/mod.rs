//! Dockerfiles: the images that an image builds on, and the peers that it names for whatever is built from it.
//!
//! A Dockerfile does not say what is built from it. So it is a configuration that answers to its own path; who builds it (a Compose file, a
//! workflow, a label) names that path, and the graph gives what is built what the Dockerfile says: `dependsOn` its base images, `builtFrom` the
//! repository of its label, ports, version, licence. A base image under a stage that does not end up in the image, or that files are only taken
//! from, is needed for the build alone.
//!
//! Values are read without running anything: of arguments the defaults are known, and only those before the first stage. `USER`, `HEALTHCHECK`,
//! `RUN` and what `ONBUILD` holds back are read past.

mod images;
mod labels;

use std::collections::BTreeMap;

use twin_connector_base::config::{self, Format, Settings};
use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition, dockerfile};
use twin_core::base::digest_of;
use twin_core::observe::{
    Capability, Diagnostic, Evidence, Handle, Locator, Outcome, Perspective, Record, RecordKey, Space, code, technique,
};
use twin_core::schema::{attribute, kind, relation};

use crate::config::{connect, digest, text_of};
use images::{BaseImage, Images};

/// Reads Dockerfiles.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dockerfile;

impl Decoder for Dockerfile {
    fn capability(&self) -> Capability {
        let relations = [relation::CONNECTS_TO, relation::DEPENDS_ON, relation::BUILT_FROM];
        Capability::of_files("dockerfile", &[kind::CONFIGURATION, kind::IMAGE], &relations).blind_to(&[
            "what the images that it builds on set, and what they are built on",
            "what a build stands on that chooses another stage than the last",
            "arguments that a build is given: of a base image only their defaults are known",
            "which image is built from it, unless a Compose file, a workflow or its title says so",
        ])
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Recognition {
        let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
        if is_called_so(&name) { Recognition::ByName } else { Recognition::No }
    }

    fn decode(&self, payloads: &[Payload<'_>], origin: &Origin) -> Vec<Decoded> {
        payloads.iter().map(|payload| file(payload, origin)).collect()
    }
}

/// Endings of programs, texts and templates that are about Dockerfiles.
const OTHERS: [&str; 21] = [
    "dockerignore",
    "rs",
    "go",
    "py",
    "js",
    "ts",
    "java",
    "rb",
    "php",
    "md",
    "rst",
    "txt",
    "json",
    "yaml",
    "yml",
    "html",
    "sh",
    "j2",
    "vim",
    "tmpl",
    "erb",
];

fn is_called_so(name: &str) -> bool {
    let of = |conventional: &str| {
        let ending = name.strip_prefix(conventional).and_then(|rest| rest.strip_prefix('.'));
        let is_own = ending.is_some_and(|ending| !OTHERS.contains(&ending.rsplit('.').next().unwrap_or(ending)));
        name == conventional || is_own || name.strip_suffix(conventional).is_some_and(|rest| rest.ends_with('.'))
    };
    of("dockerfile") || of("containerfile")
}

fn file(payload: &Payload<'_>, origin: &Origin) -> Decoded {
    let refuse = |diagnostic| Decoded::rejected(payload.path, diagnostic);
    let text = match text_of(payload, origin) {
        Ok(text) => text,
        Err(refused) => return refuse(refused),
    };
    let settings = config::settings(payload.path, text, Format::Dockerfile, &origin.limits);
    if let Some(refused) = settings.diagnostics.iter().find(|diagnostic| diagnostic.records > 0) {
        return refuse(refused.clone());
    }
    let read = dockerfile::Dockerfile::read(text);
    if read.stages.is_empty() {
        let locator = Locator::line(payload.path, 0);
        return refuse(Diagnostic::rejected(code::NOT_RECOGNISED, locator, "no Dockerfile: it has no FROM"));
    }
    Reading { path: payload.path, lines: text.lines().collect(), origin }.told(&read, &settings)
}

/// Longer lines are not looked through for what stands on them: one may name thousands of things.
const LONGEST: usize = 8 * 1024;

/// A file while it is read.
struct Reading<'a> {
    path: &'a str,
    lines: Vec<&'a str>,
    origin: &'a Origin,
}

impl Reading<'_> {
    fn told(&self, read: &dockerfile::Dockerfile, settings: &Settings) -> Decoded {
        let images = images::of(self, read);
        let labels = labels::of(self, read);
        let ports = self.ports(read);
        let said: Vec<_> = images.found.iter().map(BaseImage::said).collect();
        let name = digest_of(&(digest(settings), said, labels::said(&labels), &ports.keys().collect::<Vec<_>>()));
        let mut record = self.begin(read, name.to_string());
        settings.mentions.iter().for_each(|mention| {
            connect(&mut record, mention, self.path, technique::confidence(technique::CONFIG_FILE));
        });
        images.found.iter().for_each(|image| image.say(&mut record));
        ports.into_iter().for_each(|(port, evidence)| record.attribute(attribute::PORT, port, evidence));
        labels.iter().for_each(|label| label.say(&mut record));
        let mut records = vec![record];
        records.extend(images.records(&self.origin.source));
        labels::named(self, &labels, &mut records);
        self.decoded(records, images, read)
    }

    /// The record of the file: its key is what it says, so that a renamed file stays the same.
    fn begin(&self, read: &dockerfile::Dockerfile, key: String) -> Record {
        let stage = read.stages.last().cloned().unwrap_or_default();
        let begins = || self.evidence(stage.line, &["FROM", "from", "From"], technique::DECLARED);
        let key = RecordKey::new(&self.origin.source, kind::CONFIGURATION, key);
        let mut record = Record::new(key, "Dockerfile", Perspective::Declared, begins());
        record.known_as(Handle::within(Space::Path, self.path, &self.origin.source.0), begins());
        record
    }

    /// The ports of the image, each once: of a range the first.
    fn ports(&self, read: &dockerfile::Dockerfile) -> BTreeMap<i64, Evidence> {
        let chain = read.chain();
        let exposed = chain.iter().flat_map(|stage| &stage.instructions).filter(|one| one.name == "EXPOSE");
        let mut ports = BTreeMap::new();
        for word in exposed.flat_map(|one| &one.words) {
            let text = dockerfile::unquoted(&word.text);
            let Some(port) = text.split(['/', '-']).next().and_then(|number| number.parse::<u16>().ok()) else {
                continue;
            };
            let evidence = || self.evidence(word.line, &[&word.text], technique::DECLARED);
            ports.entry(i64::from(port)).or_insert_with(evidence);
        }
        ports
    }

    fn decoded(&self, records: Vec<Record>, images: Images, read: &dockerfile::Dockerfile) -> Decoded {
        let flawed = read.flaws.iter().map(|(line, why)| self.warning(code::SYNTAX, *line, why));
        let mut diagnostics: Vec<Diagnostic> = images.unknown.clone();
        diagnostics.extend(flawed);
        let flaw = read.flaws.first().map(|(_, why)| Outcome::Partial((*why).to_owned()));
        Decoded { path: self.path.to_owned(), records, diagnostics, outcome: flaw.unwrap_or(Outcome::Complete) }
    }

    fn warning(&self, code: &str, line: usize, why: &str) -> Diagnostic {
        Diagnostic::warning(code, Locator::line(self.path, line), why)
    }

    /// Evidence at a line: the first of the texts that stands on it.
    fn evidence(&self, line: usize, texts: &[&str], technique: &'static str) -> Evidence {
        let (locator, raw) = self.step(line, texts);
        Evidence::at(locator, raw, technique)
    }

    fn step(&self, line: usize, texts: &[&str]) -> (Locator, String) {
        let written = line.checked_sub(1).and_then(|index| self.lines.get(index)).copied().unwrap_or_default();
        let written = if written.len() <= LONGEST { written } else { "" };
        let raw = texts.iter().find(|text| written.contains(**text)).copied().unwrap_or_default();
        (Locator::line(self.path, line), raw.to_owned())
    }
}
