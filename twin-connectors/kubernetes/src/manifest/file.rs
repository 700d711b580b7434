//! The file that is being read: where things stand in it, and what is found out about it.

use std::collections::HashMap;

use twin_connector_base::Origin;
use twin_connector_base::document::{Content, Lines, Node};
use twin_core::base::Limits;
use twin_core::observe::{Diagnostic, Evidence, Locator, Record, RecordKey, SourceId, code};

/// Texts that are folded over lines are looked for within so many lines of where they begin.
const REACH: usize = 50;

/// One file.
pub(super) struct File<'a> {
    pub path: &'a str,
    pub lines: Lines<'a>,
    pub source: &'a SourceId,
    pub limits: &'a Limits,
}

impl<'a> File<'a> {
    pub fn new(path: &'a str, text: &'a str, origin: &'a Origin) -> Self {
        File { path, lines: Lines::of(text), source: &origin.source, limits: &origin.limits }
    }

    pub fn locator(&self, line: usize) -> Locator {
        Locator::line(self.path, line)
    }

    /// Where a scalar stands, with all of its text.
    pub fn evidence(&self, node: &Node, technique: &'static str) -> Evidence {
        self.evidence_of(node.as_str().unwrap_or_default(), node.line, technique)
    }

    /// Where a text stands that begins on or soon after a line.
    pub fn evidence_of(&self, text: &str, line: usize, technique: &'static str) -> Evidence {
        let (line, raw) = self.stands(text, line).unwrap_or((line, ""));
        Evidence::at(self.locator(line), raw, technique)
    }

    /// The line on which a text stands on or soon after another, and the text as it is written there.
    pub fn stands(&self, text: &str, line: usize) -> Option<(usize, &'a str)> {
        if text.is_empty() {
            return None;
        }
        (line..line.saturating_add(REACH)).find_map(|line| Some((line, written(self.lines.get(line), text)?)))
    }

    /// The same, on one line only.
    pub fn stands_on(&self, text: &str, line: usize) -> Option<&'a str> {
        if text.is_empty() {
            return None;
        }
        written(self.lines.get(line), text)
    }
}

/// The part of a line that is this text, whatever its letters' case.
fn written<'a>(line: &'a str, text: &str) -> Option<&'a str> {
    if let Some(at) = line.find(text) {
        return line.get(at..at + text.len());
    }
    let at = line.to_ascii_lowercase().find(&text.to_ascii_lowercase())?;
    line.get(at..at + text.len())
}

/// What was found in a file so far.
#[derive(Default)]
pub(super) struct Findings {
    pub records: Vec<Record>,
    pub diagnostics: Vec<Diagnostic>,
    /// Where among the records those stand that were added beside others.
    beside: HashMap<RecordKey, usize>,
}

impl Findings {
    /// Keeps what an object says of a thing that it names. Such a record counts for no record of the source, and there is one for
    /// each thing.
    pub fn beside(&mut self, record: Record) {
        let known = self.beside.get(&record.key).and_then(|at| self.records.get_mut(*at));
        let Some(known) = known else {
            self.beside.insert(record.key.clone(), self.records.len());
            return self.records.push(Record { stands_for: 0, ..record });
        };
        for said in record.observations {
            if known.observations.iter().all(|known| known.statement != said.statement) {
                known.observations.push(said);
            }
        }
    }

    /// Says that a field of a record that is kept has another type than it should.
    pub fn mistyped(&mut self, file: &File<'_>, line: usize, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::warning(code::SHAPE, file.locator(line), message));
    }

    /// The items of a field that should be a list.
    pub fn list<'n>(&mut self, file: &File<'_>, node: &'n Node, field: &str) -> &'n [Node] {
        let Some(found) = node.get(field).filter(|found| !found.is_null()) else { return &[] };
        if !matches!(found.content, Content::Sequence(_)) {
            self.mistyped(file, found.line, format!("`{field}` is not a list"));
        }
        found.items()
    }

    /// The entries of a field that should be a mapping.
    pub fn mapping<'n>(&mut self, file: &File<'_>, node: &'n Node, field: &str) -> &'n [(Node, Node)] {
        let Some(found) = node.get(field).filter(|found| !found.is_null()) else { return &[] };
        if !matches!(found.content, Content::Mapping(_)) {
            self.mistyped(file, found.line, format!("`{field}` is not a mapping"));
        }
        found.entries()
    }
}
