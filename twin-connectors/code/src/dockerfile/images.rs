//! The images that a Dockerfile builds on.

use std::collections::{BTreeMap, BTreeSet};

use twin_connector_base::config::interpolation::{Origin, Traced};
use twin_connector_base::dockerfile::{Dockerfile, Reference};
use twin_connector_base::image::{self, ImageName};
use twin_core::observe::{
    Diagnostic, Evidence, Handle, Perspective, Record, RecordKey, SourceId, Space, Statement, Target, code, technique,
};
use twin_core::schema::{Value, attribute, kind, relation};

use super::Reading;

/// An image that the file names.
pub(super) struct BaseImage {
    name: ImageName,
    /// Whether it is not part of what is built.
    is_build_only: bool,
    evidence: Evidence,
}

/// What a file names, and the warnings about what could not be read of it.
#[derive(Default)]
pub(super) struct Images {
    pub found: Vec<BaseImage>,
    pub unknown: Vec<Diagnostic>,
}

/// The image at the bottom of what is built, and those that are needed to build it.
pub(super) fn of(reading: &Reading<'_>, file: &Dockerfile) -> Images {
    let mut images = Images::default();
    let bottom = file.chain().first().map_or(0, |stage| stage.line);
    for stage in &file.stages {
        if stage.parent.is_none() {
            images.take(reading, &stage.base, stage.line != bottom);
        }
        file.taken_from(stage).iter().for_each(|source| images.take(reading, source, true));
    }
    images.without_doubles();
    images
}

impl Images {
    fn take(&mut self, reading: &Reading<'_>, from: &Reference, is_build_only: bool) {
        if from.value.text == "scratch" {
            return;
        }
        match named(from) {
            Some(name) => {
                let evidence = evidence(reading, from, &name);
                self.found.push(BaseImage { name, is_build_only, evidence });
            }
            None => self.unknown.push(reading.warning(code::UNRESOLVED, from.line, unknown(from))),
        }
    }

    /// What ends up in the image is not said again of the build.
    fn without_doubles(&mut self) {
        let kept = self.found.iter().filter(|image| !image.is_build_only);
        let kept: BTreeSet<String> = kept.map(|image| image.name.repository.clone()).collect();
        self.found.retain(|image| !image.is_build_only || !kept.contains(&image.name.repository));
    }

    /// A record for each image, so that somebody says that it exists. They stand for no record of the source.
    pub fn records(&self, source: &SourceId) -> Vec<Record> {
        let mut records = BTreeMap::new();
        for image in &self.found {
            records
                .entry(&image.name.repository)
                .or_insert_with(|| record(source, &image.name.repository, &image.evidence));
        }
        records.into_values().collect()
    }
}

/// The record of an image that somebody names.
pub(super) fn record(source: &SourceId, repository: &str, evidence: &Evidence) -> Record {
    let key = RecordKey::new(source, kind::IMAGE, repository);
    let mut record = Record::new(key, repository, Perspective::Declared, evidence.clone());
    record.stands_for = 0;
    record.known_as(Handle::global(Space::Image, repository), evidence.clone());
    record
}

impl BaseImage {
    /// What is said of it, without where.
    pub fn said(&self) -> (&str, Option<&str>, bool) {
        (&self.name.repository, self.name.tag.as_deref(), self.is_build_only)
    }

    pub fn say(&self, record: &mut Record) {
        let tag = self.name.tag.as_deref().map(|tag| (attribute::IMAGE_TAG, Value::from(tag)));
        let scope = self.is_build_only.then(|| (attribute::DEPENDENCY_SCOPE, Value::from("build")));
        let target = Target::Handle(Handle::global(Space::Image, self.name.repository.as_str()));
        let attributes = tag.into_iter().chain(scope).collect();
        let statement = Statement::Related { relation: relation::DEPENDS_ON, variant: None, target, attributes };
        record.say(statement, self.evidence.clone());
    }
}

/// The image that a reference names once its arguments are filled in.
fn named(from: &Reference) -> Option<ImageName> {
    from.value.unknown.is_empty().then(|| image::parse(&from.value.text)).flatten()
}

fn unknown(from: &Reference) -> &'static str {
    if from.written.contains('$') {
        "an image whose name depends on an argument that has no default here"
    } else {
        "not the name of an image"
    }
}

/// The line that names the image, then the lines of the arguments that its beginning and its end are made of.
fn evidence(reading: &Reading<'_>, from: &Reference, name: &ImageName) -> Evidence {
    let evidence = reading.evidence(from.line, &[&from.written, &from.value.text], technique::DECLARED);
    let (first, last) = ends(&from.value);
    let trails = [(first, name.repository.as_str()), (last, name.tag.as_deref().unwrap_or_default())];
    let origins =
        trails.iter().flat_map(|(part, shown)| part.trail.iter().map(move |origin| (origin, part.text, *shown)));
    origins.fold(evidence, |evidence, (origin, part, shown)| {
        let (locator, raw) = reading.step(origin.line, &[part, shown, &origin.name]);
        evidence.then(locator, raw)
    })
}

/// A part of a name, and the definitions that lead to where it was written.
#[derive(Clone, Copy, Default)]
struct Part<'a> {
    text: &'a str,
    trail: &'a [Origin],
}

/// The first and the last part of a name; the last is nothing where there is only one.
fn ends(value: &Traced) -> (Part<'_>, Part<'_>) {
    let part = |index: usize| {
        let span = value.spans.get(index)?;
        let start = index.checked_sub(1).and_then(|before| value.spans.get(before)).map_or(0, |before| before.end);
        Some(Part { text: value.text.get(start..span.end)?, trail: &span.trail })
    };
    let last = value.spans.len().checked_sub(1).filter(|index| *index > 0);
    (part(0).unwrap_or_default(), last.and_then(part).unwrap_or_default())
}
