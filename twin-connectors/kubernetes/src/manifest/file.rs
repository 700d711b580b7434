//! The file that is being read: where things stand in it, and what is found out about it.

use std::cell::Cell;
use std::collections::HashMap;

use twin_connector_base::Origin;
use twin_connector_base::document::{Content, Lines, Node};
use twin_core::base::Limits;
use twin_core::observe::{Diagnostic, Evidence, Locator, Record, RecordKey, SourceId, code};

/// Texts that are folded over lines are looked for within so many lines of where they begin.
const REACH: usize = 50;

/// From this length on, a line is searched around the last find only, and then once as a whole.
const LONG_LINE: usize = 16 << 10;
const WINDOW: usize = 16 << 10;
/// So many bytes are searched for evidence in one file.
const BUDGET: u64 = 2 << 30;

/// One file.
pub(super) struct File<'a> {
    pub path: &'a str,
    pub lines: Lines<'a>,
    pub source: &'a SourceId,
    pub limits: &'a Limits,
    /// The line and offset of the last find in a long line.
    last: Cell<(usize, usize)>,
    budget: Cell<u64>,
}

impl<'a> File<'a> {
    pub fn new(path: &'a str, text: &'a str, origin: &'a Origin) -> Self {
        let (last, budget) = (Cell::new((0, 0)), Cell::new(BUDGET));
        File { path, lines: Lines::of(text), source: &origin.source, limits: &origin.limits, last, budget }
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
        (line..line.saturating_add(REACH)).find_map(|line| Some((line, self.stands_on(text, line)?)))
    }

    /// The same, on one line only.
    pub fn stands_on(&self, text: &str, line: usize) -> Option<&'a str> {
        let content = self.lines.get(line);
        if text.is_empty() || content.is_empty() {
            return None;
        }
        if content.len() <= LONG_LINE {
            self.spend(content.len())?;
            return written(content, text);
        }
        self.near(content, text, line).or_else(|| self.found(content, text, line, 0, content.len()))
    }

    /// JSON is often written in one line. What belongs together stands close together there.
    fn near(&self, content: &'a str, text: &str, line: usize) -> Option<&'a str> {
        let (last_line, last) = self.last.get();
        let start = if last_line == line { last.saturating_sub(WINDOW / 2) } else { 0 };
        self.found(content, text, line, start, start + WINDOW)
    }

    fn found(&self, content: &'a str, text: &str, line: usize, start: usize, end: usize) -> Option<&'a str> {
        let (start, end) = (boundary(content, start), boundary(content, end));
        self.spend(end - start)?;
        let at = start + content.get(start..end)?.find(text)?;
        self.last.set((line, at));
        content.get(at..at + text.len())
    }

    /// Where nothing is found for long, no more is looked for: evidence then has its line alone.
    fn spend(&self, bytes: usize) -> Option<()> {
        let left = self.budget.get().checked_sub(bytes as u64)?;
        self.budget.set(left);
        Some(())
    }
}

/// The part of a line that is this text, whatever its letters' case.
fn written<'a>(line: &'a str, text: &str) -> Option<&'a str> {
    let found = line.find(text).or_else(|| line.to_ascii_lowercase().find(&text.to_ascii_lowercase()));
    found.and_then(|at| line.get(at..at + text.len()))
}

fn boundary(text: &str, at: usize) -> usize {
    (at.min(text.len())..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
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
