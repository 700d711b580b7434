//! One file of a delivery system while it is read: the record of its pipeline, and the records of what that names.

use std::collections::{BTreeMap, BTreeSet};

use twin_connector_base::document::{Lines, Node};
use twin_connector_base::{Decoded, Origin};
use twin_core::observe::{
    Diagnostic, Evidence, Handle, Locator, Outcome, Perspective, Record, RecordKey, Space, Statement, Target, code,
    technique,
};
use twin_core::schema::{AttributeName, Relation, Value, attribute, kind, relation};

use crate::builds::literal;

/// A scalar over several lines is looked through for so many.
const ROOM: usize = 20;
/// Longer lines are not looked through: a file of one line names thousands of things on it.
const LONGEST: usize = 8 * 1024;

/// The relation by which a pipeline says what it builds: `builtBy`, stated from its right end (`docs/decisions/0008`).
const BUILDER_OF: Relation = Relation::of("builderOf");

/// A file while it is read.
pub(crate) struct File<'a> {
    pub path: &'a str,
    pub lines: Lines<'a>,
    pub origin: &'a Origin,
    /// The pipeline.
    pub pipeline: Record,
    /// What it names; each record stands for nothing of its own.
    others: BTreeMap<RecordKey, Record>,
    diagnostics: Vec<Diagnostic>,
    labels: Vec<String>,
    /// Why the first label is believed.
    labelled: Option<Evidence>,
    is_partial: bool,
}

impl<'a> File<'a> {
    /// A file whose pipeline has that key and that name for people; the first of the texts that stands on the line, or after it, says so.
    pub fn new(
        path: &'a str,
        text: &'a str,
        origin: &'a Origin,
        key: RecordKey,
        name: &str,
        (line, texts): (usize, &[&str]),
    ) -> Self {
        let lines = Lines::of(text);
        let (line, raw) = shown(&lines, line, texts);
        let evidence = Evidence::at(Locator::line(path, line), raw, technique::DECLARED);
        let mut pipeline = Record::new(key, name, Perspective::Declared, evidence.clone());
        pipeline.known_as(Handle::within(Space::Path, path, &origin.source.0), evidence);
        let (others, diagnostics) = (BTreeMap::new(), Vec::new());
        File {
            path,
            lines,
            origin,
            pipeline,
            others,
            diagnostics,
            labels: Vec::new(),
            labelled: None,
            is_partial: false,
        }
    }

    /// Evidence at a line, or at one of the next: the first of the texts that stands there.
    pub fn stands(&self, line: usize, texts: &[&str], technique: &'static str) -> Evidence {
        let (locator, raw) = self.step(line, texts);
        Evidence::at(locator, raw, technique)
    }

    /// A step of evidence; see [`File::stands`].
    pub fn step(&self, line: usize, texts: &[&str]) -> (Locator, String) {
        let (line, raw) = shown(&self.lines, line, texts);
        (Locator::line(self.path, line), raw)
    }

    /// Something that is kept although a part of it is not understood.
    pub fn warn(&mut self, code: &str, line: usize, why: &str) {
        self.diagnostics.push(Diagnostic::warning(code, Locator::line(self.path, line), why));
    }

    /// A part that was not understood: what an earlier reading found there stays.
    pub fn mistyped(&mut self, line: usize, why: &str) {
        self.is_partial = true;
        self.warn(code::SHAPE, line, why);
    }

    /// An attribute of the pipeline.
    pub fn attribute(&mut self, name: AttributeName, value: impl Into<Value>, evidence: Evidence) {
        self.pipeline.attribute(name, value, evidence);
    }

    /// A label of the pipeline; all of them become one attribute.
    pub fn label(&mut self, key: &str, value: &str, line: usize) {
        if self.labelled.is_none() {
            self.labelled = Some(self.stands(line, &[value], technique::DECLARED));
        }
        self.labels.push(format!("{key}={value}"));
    }

    /// The record of an image.
    pub fn image(&mut self, repository: &str, evidence: &Evidence) -> &mut Record {
        self.other(kind::IMAGE, repository, repository, Handle::global(Space::Image, repository), evidence)
    }

    /// The record of something that the pipeline names.
    fn other(
        &mut self,
        kind: twin_core::schema::Kind,
        key: &str,
        name: &str,
        handle: Handle,
        evidence: &Evidence,
    ) -> &mut Record {
        let key = RecordKey::new(&self.origin.source, kind, key);
        self.others.entry(key.clone()).or_insert_with(|| {
            let mut record = Record::new(key, name, Perspective::Declared, evidence.clone());
            record.stands_for = 0;
            record.known_as(handle, evidence.clone());
            record
        })
    }

    /// The pipeline needs an image.
    pub fn depends_on_image(&mut self, node: &Node, scope: &str) {
        let Some(text) = node.as_str() else { return };
        let Some((name, raw)) = literal(text) else {
            return self.warn(code::UNRESOLVED, node.line, "an image whose name is not known before the pipeline runs");
        };
        let evidence = self.stands(node.line, &[raw], technique::DECLARED);
        self.image(&name.repository, &evidence);
        let tag = name.tag.map(|tag| (attribute::IMAGE_TAG, Value::from(tag)));
        let scope = (attribute::DEPENDENCY_SCOPE, Value::from(scope));
        let handle = Handle::global(Space::Image, name.repository);
        self.depends_on(Target::Handle(handle), tag.into_iter().chain([scope]).collect(), evidence);
    }

    /// The pipeline uses something that is published under a package URL.
    pub fn depends_on_package(&mut self, url: &str, name: &str, attributes: Attributes, evidence: Evidence) {
        let handle = Handle::global(Space::Package, url);
        self.other(kind::PACKAGE, url, name, handle.clone(), &evidence);
        self.depends_on(Target::Handle(handle), attributes, evidence);
    }

    /// The pipeline needs one of another project, that may never be read.
    pub fn depends_on_foreign(&mut self, handle: Handle, name: &str, attributes: Attributes, evidence: Evidence) {
        self.other(kind::PIPELINE, &handle.value, name, handle.clone(), &evidence);
        self.depends_on(Target::Handle(handle), attributes, evidence);
    }

    /// The pipeline needs something.
    pub fn depends_on(&mut self, target: Target, attributes: Attributes, evidence: Evidence) {
        let statement = Statement::Related { relation: relation::DEPENDS_ON, variant: None, target, attributes };
        self.pipeline.say(statement, evidence);
    }

    /// The pipeline builds what stands in a folder.
    pub fn builder_of(&mut self, folder: &str, evidence: Evidence) {
        let target = Target::Handle(Handle::within(Space::Path, folder, &self.origin.source.0));
        self.pipeline.relate(BUILDER_OF, target, evidence);
    }

    /// Where a job releases to: its environment's name, and of its address the host.
    pub fn environment(&mut self, node: &Node) {
        let name = node.get("name").unwrap_or(node);
        if let Some(text) = name.as_str().filter(|text| is_plain(text)) {
            let evidence = self.stands(name.line, &[text], technique::DECLARED);
            self.pipeline.attribute(attribute::ENVIRONMENT, text, evidence);
        }
        let url = node.get("url").and_then(|url| Some((url.line, host(url.as_str()?)?)));
        url.into_iter().for_each(|(line, host)| self.label("environment.host", host, line));
    }

    /// The jobs, in the order of the file.
    pub fn jobs(&mut self, names: Vec<String>, line: usize) {
        if let Some(first) = names.first().cloned() {
            let evidence = self.stands(line, &[&first], technique::DECLARED);
            self.pipeline.attribute(attribute::JOBS, Value::Texts(names), evidence);
        }
    }

    pub fn decoded(mut self) -> Decoded {
        if let Some(evidence) = self.labelled.take() {
            let mut seen = BTreeSet::new();
            self.labels.retain(|label| seen.insert(label.clone()));
            self.pipeline.attribute(attribute::LABELS, Value::Texts(self.labels), evidence);
        }
        let outcome = match self.is_partial {
            true => Outcome::Partial("a part was not understood".to_owned()),
            false => Outcome::Complete,
        };
        let records = std::iter::once(self.pipeline).chain(self.others.into_values()).collect();
        Decoded { path: self.path.to_owned(), records, diagnostics: self.diagnostics, outcome }
    }
}

/// More about a relation.
pub(crate) type Attributes = BTreeMap<AttributeName, Value>;

/// Whether a text holds no variable and no expression.
pub(crate) fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.contains(['$', '\n'])
}

/// The host of an address, without credentials, port and path.
pub(crate) fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    let inside = |letter: char| letter.is_ascii_alphanumeric() || ".-_".contains(letter);
    let is_whole = rest.matches('@').count() == authority.matches('@').count();
    (!host.is_empty() && is_whole && host.chars().all(inside)).then_some(host)
}

fn shown(lines: &Lines<'_>, line: usize, texts: &[&str]) -> (usize, String) {
    let stands = |text: &str, line: usize| {
        let written = lines.get(line);
        written.len() <= LONGEST && written.contains(text)
    };
    let place = |text: &&str| (line..line.saturating_add(ROOM)).find(|line| stands(text, *line));
    let mut standing =
        texts.iter().filter(|text| !text.is_empty()).filter_map(|text| Some((place(text)?, (*text).to_owned())));
    standing.next().unwrap_or((line, String::new()))
}
