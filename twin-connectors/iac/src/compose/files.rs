//! The files that are read together: their text, their documents, and what is noted of each.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};

use twin_connector_base::document::{self, Document, Node};
use twin_connector_base::{Decoded, Origin, Payload};
use twin_core::base::Limits;
use twin_core::observe::{Diagnostic, Locator, Outcome, Record, code};

/// Everything that was given, by path.
pub(super) struct Files<'a> {
    pub origin: &'a Origin,
    files: BTreeMap<&'a str, Loaded<'a>>,
    /// The paths that were asked for, there or not, and whether for their variables.
    asked: RefCell<BTreeMap<String, bool>>,
    /// How many nodes may still be copied from one service to another.
    room: Cell<usize>,
    notes: RefCell<Notes>,
}

pub(super) struct Loaded<'a> {
    pub payload: Payload<'a>,
    pub text: Result<&'a str, Diagnostic>,
    pub lines: Vec<&'a str>,
    documents: OnceCell<Vec<Document>>,
    /// Where each service stands: the document and the place within it.
    services: OnceCell<HashMap<String, (usize, usize)>>,
}

#[derive(Default)]
struct Notes {
    records: BTreeMap<String, Vec<Record>>,
    diagnostics: BTreeMap<String, Vec<Diagnostic>>,
    unknown: BTreeMap<(String, String), usize>,
}

impl<'a> Files<'a> {
    pub fn new(payloads: &[Payload<'a>], origin: &'a Origin) -> Self {
        let files = payloads.iter().map(|payload| (payload.path, Loaded::new(*payload, &origin.limits))).collect();
        let (asked, notes) = (RefCell::default(), RefCell::default());
        Files { origin, files, asked, room: Cell::new(origin.limits.nodes), notes }
    }

    /// A file that is needed.
    pub fn get(&self, path: &str) -> Option<&Loaded<'a>> {
        self.asked.borrow_mut().entry(path.to_owned()).or_default();
        self.files.get(path)
    }

    /// The text of a file of variables that is needed.
    pub fn variables(&self, path: &str) -> Option<&'a str> {
        self.asked.borrow_mut().insert(path.to_owned(), true);
        self.files.get(path)?.text.as_ref().ok().copied()
    }

    pub fn all(&self) -> impl Iterator<Item = &Loaded<'a>> {
        self.files.values()
    }

    /// The roots of the documents of a file, as far as they could be read.
    pub fn roots(&self, path: &str) -> impl Iterator<Item = &Node> {
        let documents = self.files.get(path).map(|file| file.documents(&self.origin.limits)).unwrap_or_default();
        documents.iter().filter_map(|document| document.root.as_ref().ok())
    }

    /// A service of a file. Of several of one name the last counts.
    pub fn service(&self, path: &str, name: &str) -> Option<&Node> {
        let file = self.files.get(path)?;
        let documents = file.documents(&self.origin.limits);
        let (document, at) = *file.services.get_or_init(|| places_of_services(documents)).get(name)?;
        let root = documents.get(document)?.root.as_ref().ok()?;
        root.get("services")?.entries().get(at).map(|(_, service)| service)
    }

    /// A file, whether anybody needs it or not.
    pub fn given(&self, path: &str) -> Option<&Loaded<'a>> {
        self.files.get(path)
    }

    /// What was asked for since the last time, and whether for its variables.
    pub fn take_asked(&self) -> BTreeMap<String, bool> {
        self.asked.take()
    }

    /// Takes room for copies, if there is enough.
    pub fn take_room(&self, nodes: usize) -> bool {
        let left = self.room.get().checked_sub(nodes);
        left.inspect(|left| self.room.set(*left)).is_some()
    }

    pub fn reject(&self, path: &str, code: &str, line: usize, message: &str) {
        self.note(path, Diagnostic::rejected(code, Locator::line(path, line), message));
    }

    pub fn warn(&self, path: &str, code: &str, line: usize, message: &str) {
        self.note(path, Diagnostic::warning(code, Locator::line(path, line), message));
    }

    /// What is said twice, because two projects use one line, is noted once.
    pub fn note(&self, path: &str, diagnostic: Diagnostic) {
        let mut notes = self.notes.borrow_mut();
        let known = notes.diagnostics.entry(path.to_owned()).or_default();
        if !known.contains(&diagnostic) {
            known.push(diagnostic);
        }
    }

    /// A variable that nobody sets.
    pub fn unknown(&self, path: &str, line: usize, name: &str) {
        self.notes.borrow_mut().unknown.entry((path.to_owned(), name.to_owned())).or_insert(line);
    }

    pub fn keep(&self, path: &str, record: Record) {
        self.notes.borrow_mut().records.entry(path.to_owned()).or_default().push(record);
    }

    /// Nothing that was read of these files counts.
    pub fn forget(&self, paths: &BTreeSet<String>) {
        let mut notes = self.notes.borrow_mut();
        for path in paths {
            notes.records.remove(path);
            notes.diagnostics.remove(path);
        }
        notes.unknown.retain(|(path, _), _| !paths.contains(path));
    }

    /// What became of each file that has a word said of it, and of each of `own`.
    pub fn decoded(&self, own: &BTreeSet<String>) -> BTreeMap<String, Decoded> {
        let mut notes = self.notes.take();
        for ((path, name), line) in notes.unknown {
            let message = format!("the variable {name} is not set");
            let said = Diagnostic::warning(code::UNRESOLVED, Locator::line(&path, line), message);
            notes.diagnostics.entry(path).or_default().push(said);
        }
        let paths = own.iter().chain(notes.diagnostics.keys()).chain(notes.records.keys()).cloned();
        let paths: BTreeSet<String> = paths.collect();
        let decoded = paths.into_iter().map(|path| {
            let records = notes.records.remove(&path).unwrap_or_default();
            let diagnostics = notes.diagnostics.remove(&path).unwrap_or_default();
            let rejected = diagnostics.iter().find(|diagnostic| diagnostic.records > 0);
            let outcome = rejected.map_or(Outcome::Complete, |first| Outcome::Partial(first.message.clone()));
            (path.clone(), Decoded { path, records, diagnostics, outcome })
        });
        decoded.collect()
    }
}

impl<'a> Loaded<'a> {
    fn new(payload: Payload<'a>, limits: &Limits) -> Self {
        let text = text(&payload, limits);
        let lines = text.as_ref().map(|text| text.lines().collect()).unwrap_or_default();
        Loaded { payload, text, lines, documents: OnceCell::new(), services: OnceCell::new() }
    }

    pub fn documents(&self, limits: &Limits) -> &[Document] {
        self.documents.get_or_init(|| match (&self.payload.bytes, &self.text) {
            (Ok(bytes), _) => document::documents(self.payload.path, bytes, limits),
            (Err(_), Err(refused)) => vec![Document { index: 0, line: 1, root: Err(refused.clone()) }],
            (Err(_), Ok(_)) => Vec::new(),
        })
    }

    /// Its documents, if anybody has asked for them.
    pub fn known_documents(&self) -> &[Document] {
        self.documents.get().map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether all of it could be read.
    pub fn is_whole(&self, limits: &Limits) -> bool {
        self.documents(limits).iter().all(|document| document.root.is_ok())
    }
}

fn places_of_services(documents: &[Document]) -> HashMap<String, (usize, usize)> {
    let mut places = HashMap::new();
    for (document, root) in documents.iter().enumerate() {
        let services = root.root.as_ref().ok().and_then(|root| root.get("services"));
        for (at, (name, _)) in services.map(Node::entries).unwrap_or_default().iter().enumerate() {
            places.extend(name.as_str().map(|name| (name.to_owned(), (document, at))));
        }
    }
    places
}

/// The text of a payload, or why there is none.
fn text<'a>(payload: &Payload<'a>, limits: &Limits) -> Result<&'a str, Diagnostic> {
    let refuse = |code, line, message: &str| Diagnostic::rejected(code, Locator::line(payload.path, line), message);
    let bytes = payload.bytes.map_err(|reason| refuse(code::UNREADABLE, 0, reason))?;
    if bytes.len() as u64 > limits.payload_bytes {
        return Err(refuse(code::LIMIT, 0, "longer than the limit"));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        refuse(code::ENCODING, 1 + before.iter().filter(|byte| **byte == b'\n').count(), "not UTF-8 from here on")
    })
}
