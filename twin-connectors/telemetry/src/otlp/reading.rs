//! One file's reading: its accepted spans, what its resources say of their services, and what could not be taken.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use twin_core::observe::{Diagnostic, Handle, Locator, Outcome, code};

use super::span::{self, Attributes, Peer, Resource, Role, Service, Span};

/// How many diagnostics of a file are told one by one; the others are counted in one more.
const TOLD: usize = 1_000;

/// A span as a payload has it, before anybody asked whether it can be one.
#[derive(Debug, Default)]
pub(super) struct Candidate {
    pub trace: Option<u128>,
    pub id: Option<u64>,
    /// `None` if something stands there that is no id; zero for a root.
    pub parent: Option<u64>,
    pub role: Option<Role>,
    pub start: u64,
    pub end: u64,
    pub has_failed: bool,
    pub name: String,
    pub trace_state: String,
    pub attributes: Attributes,
    /// Trace and id of the only span that it is linked to.
    pub link: Option<(u128, u64)>,
}

/// What the spans of one file say of a service.
#[derive(Debug)]
pub(super) struct Facts {
    /// The smallest span id.
    pub exemplar: u64,
    pub first: u64,
    pub last: u64,
    /// The version of the latest span.
    pub version: Option<(u64, String)>,
    pub regions: BTreeSet<String>,
    pub zones: BTreeSet<String>,
    pub handles: BTreeSet<Handle>,
    /// Spans that no count of requests holds.
    pub others: u64,
}

/// What is wrong with spans that were kept, each with how many.
#[derive(Debug, Default)]
pub(super) struct Remarks(BTreeMap<(&'static str, &'static str), u64>);

/// What one file holds.
#[derive(Debug)]
pub(super) struct Reading {
    pub path: String,
    /// Its place among the files of the group, by their paths.
    pub file: usize,
    /// Its place among the payloads, as they were handed in.
    pub payload: usize,
    pub spans: Vec<Span>,
    pub services: BTreeMap<Rc<Service>, Facts>,
    pub remarks: Remarks,
    diagnostics: Vec<Diagnostic>,
    untold: u64,
    partial: Option<String>,
    operations: BTreeSet<Rc<str>>,
}

impl Remarks {
    pub fn add(&mut self, code: &'static str, what: &'static str, count: u64) {
        if count > 0 {
            *self.0.entry((code, what)).or_default() += count;
        }
    }
}

impl Reading {
    pub fn new(path: &str, file: usize, payload: usize) -> Self {
        Reading {
            path: path.to_owned(),
            file,
            payload,
            spans: Vec::new(),
            services: BTreeMap::new(),
            remarks: Remarks::default(),
            diagnostics: Vec::new(),
            untold: 0,
            partial: None,
            operations: BTreeSet::new(),
        }
    }

    /// Counts one record as rejected; what may stand there is not known, so the file is partial.
    pub fn reject(&mut self, code: &str, locator: Locator, message: &str) {
        self.partial.get_or_insert_with(|| message.to_owned());
        self.tell(Diagnostic::rejected(code, locator, message));
    }

    /// Counts one record as rejected that surely holds no trace.
    pub fn leave_out(&mut self, locator: Locator, message: &str) {
        self.tell(Diagnostic::rejected(code::UNSUPPORTED, locator, message));
    }

    fn tell(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < TOLD {
            self.diagnostics.push(diagnostic);
        } else {
            self.untold += diagnostic.records;
        }
    }

    /// Takes a span or rejects it.
    pub fn take(&mut self, resource: &Resource, candidate: Candidate, locator: impl FnOnce(&str) -> Locator) {
        match self.accept(resource, candidate) {
            Ok(span) => {
                self.learn(resource, &span);
                self.spans.push(span);
            }
            Err(message) => {
                let locator = locator(&self.path);
                self.reject(code::SHAPE, locator, message);
            }
        }
    }

    fn accept(&mut self, resource: &Resource, candidate: Candidate) -> Result<Span, &'static str> {
        let trace = candidate.trace.filter(|id| *id != 0).ok_or("a span without a valid trace id")?;
        let id = candidate.id.filter(|id| *id != 0).ok_or("a span without a valid span id")?;
        let parent = candidate.parent.ok_or("a span whose parent id is none")?;
        let role = candidate.role.ok_or("a span of a kind that does not exist")?;
        if candidate.start == 0 {
            return Err("a span without a start");
        }
        self.remark_on(resource, &candidate);
        let operation = span::operation(role, &candidate.name, &candidate.attributes);
        Ok(Span {
            trace,
            id,
            role,
            service: resource.service.clone(),
            instance: resource.instance.clone(),
            file: self.file,
            parent: (parent != 0).then_some(parent),
            start: candidate.start,
            end: candidate.end.max(candidate.start),
            has_failed: candidate.has_failed,
            is_refused: role == Role::Client && candidate.attributes.is_refused(),
            operation: operation.map(|operation| self.shared(&operation)),
            peer: Peer::of(&candidate.attributes, role),
            hit: candidate.attributes.hit(),
            resends: candidate.attributes.resends(),
            link: candidate.link,
        })
    }

    fn remark_on(&mut self, resource: &Resource, candidate: &Candidate) {
        let ends_early = candidate.end < candidate.start;
        let is_sampled = resource.is_sampled || span::is_sampled(&candidate.trace_state, &candidate.attributes);
        self.remarks.add(code::SHAPE, "spans end before they start; they count as taking no time", ends_early.into());
        self.remarks.add(
            code::SHAPE,
            "spans belong to a service that does not name itself",
            resource.is_unnamed.into(),
        );
        self.remarks.add(
            code::UNRESOLVED,
            "spans say that they were sampled: counts are lower bounds",
            is_sampled.into(),
        );
    }

    /// One copy of each operation's name.
    fn shared(&mut self, operation: &str) -> Rc<str> {
        if let Some(known) = self.operations.get(operation) {
            return known.clone();
        }
        let name: Rc<str> = operation.into();
        self.operations.insert(name.clone());
        name
    }

    fn learn(&mut self, resource: &Resource, span: &Span) {
        let facts = self.services.entry(resource.service.clone()).or_insert_with(|| Facts::new(span));
        facts.exemplar = facts.exemplar.min(span.id);
        facts.first = facts.first.min(span.start);
        facts.last = facts.last.max(span.end);
        let version = resource.version.as_ref().map(|version| (span.end, version.clone()));
        facts.version = facts.version.take().max(version);
        learn_name(&mut facts.regions, resource.region.as_ref());
        learn_name(&mut facts.zones, resource.zone.as_ref());
        if !facts.handles.is_superset(&resource.handles) {
            facts.handles.extend(resource.handles.iter().cloned());
        }
    }

    /// Why the file is partial, if it is.
    pub fn partial(&self) -> Option<&str> {
        self.partial.as_deref()
    }

    /// What could not be taken, and what was remarked, and whether the file was read to its end.
    pub fn conclude(&mut self) -> (Vec<Diagnostic>, Outcome) {
        let whole = Locator::line(&self.path, 0);
        let mut told = std::mem::take(&mut self.diagnostics);
        if self.untold > 0 {
            let message = format!("{} more records could not be taken", self.untold);
            let more = Diagnostic { records: self.untold, ..Diagnostic::rejected(code::SHAPE, whole.clone(), message) };
            told.push(more);
        }
        let remarks = self.remarks.0.iter();
        told.extend(
            remarks.map(|((code, what), count)| Diagnostic::warning(code, whole.clone(), format!("{what} ({count})"))),
        );
        (told, self.partial.take().map_or(Outcome::Complete, Outcome::Partial))
    }
}

fn learn_name(names: &mut BTreeSet<String>, name: Option<&String>) {
    if let Some(name) = name.filter(|name| !names.contains(*name)) {
        names.insert(name.clone());
    }
}

impl Facts {
    fn new(span: &Span) -> Self {
        Facts {
            exemplar: span.id,
            first: span.start,
            last: span.end,
            version: None,
            regions: BTreeSet::new(),
            zones: BTreeSet::new(),
            handles: BTreeSet::new(),
            others: 0,
        }
    }
}
