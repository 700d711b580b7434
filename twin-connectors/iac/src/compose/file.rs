//! One file of a project: its services, and the evidence for what it says.

use std::cell::RefCell;
use std::collections::BTreeMap;

use twin_connector_base::Decoded;
use twin_connector_base::config::interpolation::{Origin, Syntax, Traced, expand};
use twin_connector_base::document::{Content, Document, Node};
use twin_core::observe::{Diagnostic, Evidence, Locator, Outcome, Record, code};

use super::project::Project;
use super::service;

/// A scalar over several lines is looked through for so many.
const ROOM: usize = 200;

/// Top-level keys of a file that may have no services.
const OTHERS: [&str; 7] = ["name", "version", "networks", "volumes", "configs", "secrets", "include"];

pub(super) struct File<'a> {
    pub path: &'a str,
    pub project: &'a Project<'a>,
    lines: BTreeMap<&'a str, Vec<&'a str>>,
    records: Vec<Record>,
    diagnostics: RefCell<Vec<Diagnostic>>,
    unknown: RefCell<BTreeMap<String, usize>>,
}

impl<'a> File<'a> {
    pub fn new(path: &'a str, project: &'a Project<'a>) -> Self {
        let lines = project.texts.iter().map(|(path, text)| (*path, text.lines().collect())).collect();
        let (diagnostics, unknown) = (RefCell::default(), RefCell::default());
        File { path, project, lines, records: Vec::new(), diagnostics, unknown }
    }

    pub fn read(&mut self, document: &Document) {
        let root = match &document.root {
            Ok(root) => root,
            Err(broken) => return self.diagnostics.get_mut().push(broken.clone()),
        };
        let Some(services) = root.get("services") else {
            let known = root.entries().iter().filter_map(|(key, _)| key.as_str());
            if !known.into_iter().any(|key| OTHERS.contains(&key) || key.starts_with("x-")) {
                self.reject(code::SHAPE, root.line, "no Compose file: it has no services");
            }
            return self.warn_of_includes(root);
        };
        self.warn_of_includes(root);
        for (name, node) in services.entries() {
            self.read_service(name, node);
        }
        if !matches!(services.content, Content::Mapping(_) | Content::Null) {
            self.reject(code::SHAPE, services.line, "`services` is no mapping");
        }
    }

    fn read_service(&mut self, name: &Node, node: &Node) {
        match (name.as_str(), &node.content) {
            (Some(text), Content::Mapping(_)) => {
                let records = service::records(self, text, name.line, node);
                self.records.extend(records);
            }
            _ => self.reject(code::SHAPE, name.line, "a service that is no mapping"),
        }
    }

    fn warn_of_includes(&self, root: &Node) {
        if let Some(include) = root.get("include") {
            self.warn(code::UNSUPPORTED, include.line, "`include` is not followed");
        }
    }

    pub fn reject(&self, code: &str, line: usize, message: &str) {
        self.diagnostics.borrow_mut().push(Diagnostic::rejected(code, Locator::line(self.path, line), message));
    }

    pub fn warn(&self, code: &str, line: usize, message: &str) {
        self.diagnostics.borrow_mut().push(Diagnostic::warning(code, Locator::line(self.path, line), message));
    }

    pub fn decoded(self) -> Decoded {
        let mut diagnostics = self.diagnostics.into_inner();
        let rejected = diagnostics.iter().find(|diagnostic| diagnostic.records > 0);
        let outcome = rejected.map_or(Outcome::Complete, |first| Outcome::Partial(first.message.clone()));
        for (name, line) in self.unknown.into_inner() {
            let message = format!("the variable {name} is not set");
            diagnostics.push(Diagnostic::warning(code::UNRESOLVED, Locator::line(self.path, line), message));
        }
        Decoded { path: self.path.to_owned(), records: self.records, diagnostics, outcome }
    }

    /// A scalar with its variables filled in.
    pub fn text(&self, node: &Node) -> Option<Traced> {
        node.as_str().map(|text| self.expanded(text, node.line))
    }

    /// A text of that line with its variables filled in.
    pub fn expanded(&self, text: &str, line: usize) -> Traced {
        let value = expand(text, Syntax::Shell, &self.project.variables);
        for name in &value.unknown {
            self.unknown.borrow_mut().entry(name.clone()).or_insert(line);
        }
        value
    }

    /// Why a part of a value is believed: this file's line, then the definitions that lead to where the part was written.
    /// `raws` are ways to show it, the best first, none of them secret.
    pub fn evidence(&self, line: usize, value: &Traced, raws: &[&str], technique: &'static str) -> Evidence {
        let offset = raws.iter().find_map(|raw| value.text.find(raw)).unwrap_or_default();
        self.evidence_of(line, value.trail_at(offset), raws, technique)
    }

    /// Why something that stands on this file's line is believed.
    pub fn stands(&self, line: usize, raw: &str, technique: &'static str) -> Evidence {
        self.evidence_of(line, &[], &[raw], technique)
    }

    /// The same with definitions that are known already.
    pub fn evidence_of(&self, line: usize, trail: &[Origin], raws: &[&str], technique: &'static str) -> Evidence {
        let next = |index: usize| trail.get(index).map(|origin| origin.name.as_str());
        let (line, raw) = self.shown(self.path, line, raws.iter().copied().chain(next(0)));
        let mut evidence = Evidence::at(Locator::line(self.path, line), raw, technique);
        for (index, origin) in trail.iter().enumerate() {
            let names = next(index + 1).into_iter().chain([origin.name.as_str()]);
            let (line, raw) = self.shown(&origin.path, origin.line, raws.iter().copied().chain(names));
            evidence = evidence.then(Locator::line(&origin.path, line), raw);
        }
        evidence
    }

    /// The first of the texts that stands on the line, or else on one of the lines after it.
    fn shown<'t>(&self, path: &str, line: usize, texts: impl Iterator<Item = &'t str> + Clone) -> (usize, String) {
        let lines = self.lines.get(path).map(Vec::as_slice).unwrap_or_default();
        let numbered = lines.iter().enumerate().skip(line.saturating_sub(1)).take(ROOM);
        let stands = |(index, line): (usize, &&str)| {
            texts.clone().find(|text| !text.is_empty() && line.contains(text)).map(|text| (index + 1, text.to_owned()))
        };
        numbered.into_iter().find_map(stands).unwrap_or((line, String::new()))
    }
}
