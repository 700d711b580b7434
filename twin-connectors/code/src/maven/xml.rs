//! XML as a tree in which every element knows its line: an element with elements in it is a mapping, one with text a scalar. Attributes, and
//! entities that a document defines itself, are not read.

use quick_xml::Reader;
use quick_xml::events::Event;
use twin_connector_base::document::{Content, Node};
use twin_core::observe::{Diagnostic, code};

use crate::packages::File;

/// Trees are dropped by recursion, so that no host may ask for deeper ones.
const DEEPEST: usize = 512;

/// An element whose end has not been seen.
struct Open {
    name: Node,
    /// Where its text begins.
    line: usize,
    text: String,
    children: Vec<(Node, Node)>,
}

/// The root element with its name.
///
/// # Errors
/// The rejection of a file that is no XML, or over a limit.
pub(super) fn root(file: &File<'_>) -> Result<(String, Node), Diagnostic> {
    let mut reading =
        Reading { file, open: vec![Open::new("", 1)], nodes: file.origin.limits.nodes, line: 1, counted: 0 };
    let mut reader = Reader::from_str(file.text);
    reader.config_mut().check_end_names = true;
    loop {
        let event = reader.read_event().map_err(|_| reading.refuse(code::SYNTAX, "not XML from here on"))?;
        if matches!(event, Event::Eof) {
            break;
        }
        reading.take(&event)?;
        reading.advance(usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX));
    }
    reading.finish()
}

struct Reading<'a> {
    file: &'a File<'a>,
    open: Vec<Open>,
    nodes: usize,
    line: usize,
    /// Up to where lines were counted.
    counted: usize,
}

impl Reading<'_> {
    fn refuse(&self, code: &str, message: &str) -> Diagnostic {
        self.file.refuse(code, self.line, message)
    }

    fn advance(&mut self, to: usize) {
        let passed = self.file.text.as_bytes().get(self.counted..to.max(self.counted)).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count();
        self.counted = to.max(self.counted);
    }

    fn take(&mut self, event: &Event<'_>) -> Result<(), Diagnostic> {
        match event {
            Event::Start(tag) => self.begin(tag.local_name().as_ref())?,
            Event::Empty(tag) => {
                self.begin(tag.local_name().as_ref())?;
                self.end();
            }
            Event::End(_) => self.end(),
            Event::Text(text) => self.text(&text.xml10_content()),
            Event::CData(text) => self.text(&text.xml10_content()),
            Event::GeneralRef(entity) => {
                let letter = entity.resolve_char_ref().ok().flatten();
                let letter = letter.or_else(|| predefined(&entity.xml10_content()));
                self.text(letter.unwrap_or('\u{fffd}').encode_utf8(&mut [0; 4]));
            }
            _ => {}
        }
        match self.open.last().is_some_and(|open| open.text.len() > self.file.origin.limits.line_bytes) {
            true => Err(self.refuse(code::LIMIT, "a text that is too long")),
            false => Ok(()),
        }
    }

    fn begin(&mut self, name: &str) -> Result<(), Diagnostic> {
        let fits = self.open.len() <= self.file.origin.limits.depth.min(DEEPEST);
        let left = self.nodes.checked_sub(1).filter(|_| fits);
        self.nodes = left.ok_or_else(|| self.refuse(code::LIMIT, "too deep or too large"))?;
        self.open.push(Open::new(name, self.line));
        Ok(())
    }

    fn text(&mut self, text: &str) {
        let line = self.line;
        let Some(open) = self.open.last_mut() else { return };
        if open.text.trim().is_empty() {
            let before = text.len() - text.trim_start().len();
            open.line = line + text.get(..before).unwrap_or_default().matches('\n').count();
        }
        open.text.push_str(text);
    }

    fn end(&mut self) {
        if self.open.len() < 2 {
            return;
        }
        let Some(open) = self.open.pop() else { return };
        let child = open.finish();
        if let Some(above) = self.open.last_mut() {
            above.children.push(child);
        }
    }

    fn finish(mut self) -> Result<(String, Node), Diagnostic> {
        let is_closed = self.open.len() == 1;
        let refusal = self.refuse(code::SYNTAX, "not XML: an element that never ends, or none at all");
        let root = self.open.pop().and_then(|mut document| document.children.pop()).filter(|_| is_closed);
        root.map(|(name, node)| (name.as_str().unwrap_or_default().to_owned(), node)).ok_or(refusal)
    }
}

impl Open {
    fn new(name: &str, line: usize) -> Self {
        let content = Content::Scalar { text: name.to_owned(), plain: false, literal: false };
        Open { name: Node { line, content, tag: None }, line, text: String::new(), children: Vec::new() }
    }

    fn finish(self) -> (Node, Node) {
        let text = self.text.trim();
        let content = match (self.children.is_empty(), text.is_empty()) {
            (false, _) => Content::Mapping(self.children),
            (true, false) => Content::Scalar { text: text.to_owned(), plain: true, literal: false },
            (true, true) => Content::Null,
        };
        let line = if matches!(content, Content::Scalar { .. }) { self.line } else { self.name.line };
        (self.name, Node { line, content, tag: None })
    }
}

fn predefined(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}
