//! Labels with a meaning by convention: where the source is kept, what the image is called, its version and its licence.
//!
//! `maintainer` and other labels that name people are not read.

use std::collections::BTreeMap;

use twin_connector_base::dockerfile::Dockerfile;
use twin_connector_base::{image, repository};
use twin_core::observe::{Evidence, Handle, Record, Space, Statement, Target, technique};
use twin_core::schema::{Value, attribute, relation};

use super::{Reading, images};

const PREFIX: &str = "org.opencontainers.image.";

/// One label that is understood.
pub(super) struct Label {
    /// `source`, `title`, `version` or `licenses`.
    name: String,
    value: String,
    evidence: Evidence,
}

/// The labels of the image; of a repeated one the last. What holds a variable is left out.
pub(super) fn of(reading: &Reading<'_>, file: &Dockerfile) -> Vec<Label> {
    let chain = file.chain();
    let written = chain.iter().flat_map(|stage| &stage.instructions).filter(|one| one.name == "LABEL");
    let mut found = BTreeMap::new();
    for (key, value, line) in written.flat_map(|one| one.pairs()) {
        let Some(name) = key.strip_prefix(PREFIX).map(str::to_owned) else { continue };
        let Some(value) = read(&name, value.trim()) else { continue };
        let raw = value.strip_prefix("https://").unwrap_or(&value);
        let evidence = reading.evidence(line, &[raw, &key], technique::TAG).in_field(key.as_str());
        found.insert(name.clone(), Label { name, value, evidence });
    }
    found.into_values().collect()
}

/// What leaves of a label's value.
fn read(name: &str, value: &str) -> Option<String> {
    if value.is_empty() || value.contains('$') {
        return None;
    }
    match name {
        "source" => repository::named(value).map(|handle| handle.value),
        "title" | "version" | "licenses" => Some(value.to_owned()),
        _ => None,
    }
}

/// What is said, without where.
pub(super) fn said(labels: &[Label]) -> Vec<(&str, &str)> {
    labels.iter().map(|label| (label.name.as_str(), label.value.as_str())).collect()
}

impl Label {
    pub fn say(&self, record: &mut Record) {
        let evidence = self.evidence.clone();
        match self.name.as_str() {
            "source" => {
                let target = Target::Handle(Handle::global(Space::NativeId, self.value.as_str()));
                record.relate(relation::BUILT_FROM, target, evidence);
            }
            "title" => record.attribute(attribute::DESCRIPTION, self.value.as_str(), evidence),
            "version" => record.attribute(attribute::VERSION, self.value.as_str(), evidence),
            _ => record.attribute(attribute::LICENSE, self.value.as_str(), evidence),
        }
    }
}

/// A title that is written as an image's full name, with its registry, names what is built from the file.
pub(super) fn named(reading: &Reading<'_>, labels: &[Label], records: &mut Vec<Record>) {
    let titles = labels.iter().filter(|label| label.name == "title");
    for label in titles.filter(|label| has_registry(&label.value)) {
        let Some(name) = image::parse(&label.value) else { continue };
        let key = |record: &&mut Record| record.key.name == name.repository;
        let image = match records.iter_mut().skip(1).find(key) {
            Some(known) => known,
            None => {
                records.push(images::record(&reading.origin.source, &name.repository, &label.evidence));
                let Some(last) = records.last_mut() else { continue };
                last
            }
        };
        let folder = reading.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let target = Target::Handle(Handle::within(Space::Path, folder, &reading.origin.source.0));
        let attributes = BTreeMap::from([(attribute::BUILD_FILE, Value::from(reading.path))]);
        let statement = Statement::Related { relation: relation::BUILT_FROM, variant: None, target, attributes };
        image.say(statement, label.evidence.clone());
    }
}

fn has_registry(title: &str) -> bool {
    title.split_once('/').is_some_and(|(first, _)| first.contains('.')) && !title.contains(['@', ' '])
}
