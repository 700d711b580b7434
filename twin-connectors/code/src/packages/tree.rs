//! TOML, JSON and YAML as one tree in which every node knows its line.

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use twin_connector_base::document::{Content, Node, documents};
use twin_core::observe::{Diagnostic, code};

use super::File;

/// The root of a JSON file, which must be an object.
///
/// # Errors
/// The rejection of a file that is something else.
pub(crate) fn json(file: &File<'_>) -> Result<Node, Diagnostic> {
    if !file.text.trim_start().starts_with('{') {
        return Err(file.refuse(code::NOT_RECOGNISED, 0, "no JSON object"));
    }
    match in_whole_characters(file.text) {
        Some(text) => mapping(file, &text),
        None => mapping(file, file.text),
    }
}

/// JSON writes a character beyond the first 65,536 as two escapes, which YAML does not know: the text with the character itself.
fn in_whole_characters(text: &str) -> Option<String> {
    let is_half = |unit: u16| (0xD800..0xE000).contains(&unit);
    text.match_indices("\\u").any(|(at, _)| escape(text, at).is_some_and(is_half)).then(|| {
        let (mut whole, mut at) = (String::with_capacity(text.len()), 0);
        while let Some(offset) = text.get(at..).and_then(|rest| rest.find('\\')) {
            whole.push_str(text.get(at..at + offset).unwrap_or_default());
            at += offset;
            let (letters, length) = unescaped(text, at);
            whole.push_str(&letters);
            at += length;
        }
        whole.push_str(text.get(at..).unwrap_or_default());
        whole
    })
}

/// The escape at a place as it is to be written, and its length.
fn unescaped(text: &str, at: usize) -> (String, usize) {
    let units: Vec<u16> = [at, at + 6].into_iter().map_while(|at| escape(text, at)).collect();
    let copied = || {
        let length = 1 + text.get(at + 1..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        (text.get(at..at + length).unwrap_or_default().to_owned(), length)
    };
    match units[..] {
        [high, low] if (0xD800..0xDC00).contains(&high) && (0xDC00..0xE000).contains(&low) => {
            (String::from_utf16_lossy(&units), 12)
        }
        [half, ..] if (0xD800..0xE000).contains(&half) => ("\u{fffd}".to_owned(), 6),
        _ => copied(),
    }
}

fn escape(text: &str, at: usize) -> Option<u16> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    u16::from_str_radix(digits, 16).ok()
}

/// The root of the first YAML document, which must be a mapping.
///
/// # Errors
/// The rejection of a file that is something else.
pub(crate) fn yaml(file: &File<'_>) -> Result<Node, Diagnostic> {
    mapping(file, file.text)
}

fn mapping(file: &File<'_>, text: &str) -> Result<Node, Diagnostic> {
    let mut documents = documents(file.path, text.as_bytes(), &file.origin.limits).into_iter();
    let root = documents.next().ok_or_else(|| file.refuse(code::SYNTAX, 0, "the file is empty"))?.root?;
    match root.content {
        Content::Mapping(_) => Ok(root),
        _ => Err(file.refuse(code::NOT_RECOGNISED, 0, "no mapping")),
    }
}

/// The root of a TOML file.
///
/// # Errors
/// The rejection of a file that is no TOML, or over a limit.
pub(crate) fn toml(file: &File<'_>) -> Result<Node, Diagnostic> {
    if let Some((line, _)) = file.numbered().find(|(_, text)| text.len() > file.origin.limits.line_bytes) {
        return Err(file.refuse(code::LIMIT, line, "a line that is too long"));
    }
    let starts = starts(file.text);
    let table = DeTable::parse(file.text).map_err(|error| {
        let line = error.span().map_or(0, |span| line_at(&starts, span.start));
        file.refuse(code::SYNTAX, line, "not TOML from here on")
    })?;
    let mut walk = Walk { starts, depth: file.origin.limits.depth, nodes: file.origin.limits.nodes };
    let content = walk.table(table.get_ref());
    content
        .map(|content| Node { line: 1, content, tag: None })
        .ok_or_else(|| file.refuse(code::LIMIT, 0, "too deep or too large"))
}

struct Walk {
    starts: Vec<usize>,
    depth: usize,
    nodes: usize,
}

impl Walk {
    fn table(&mut self, table: &DeTable<'_>) -> Option<Content> {
        let entries = table.iter().map(|(key, value)| {
            let line = line_at(&self.starts, key.span().start);
            let key = Node { line, content: text(key.get_ref(), false), tag: None };
            Some((key, self.value(value)?))
        });
        // The library orders them by name.
        let mut entries = entries.collect::<Option<Vec<(Node, Node)>>>()?;
        entries.sort_by_key(|(key, _)| key.line);
        Some(Content::Mapping(entries))
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Node> {
        self.depth = self.depth.checked_sub(1)?;
        self.nodes = self.nodes.checked_sub(1)?;
        let line = line_at(&self.starts, value.span().start);
        let content = match value.get_ref() {
            DeValue::String(string) => text(string, false),
            DeValue::Integer(number) => text(number.as_str(), true),
            DeValue::Float(number) => text(number.as_str(), true),
            DeValue::Boolean(flag) => text(if *flag { "true" } else { "false" }, true),
            DeValue::Datetime(moment) => text(&moment.to_string(), true),
            DeValue::Array(items) => {
                Content::Sequence(items.iter().map(|item| self.value(item)).collect::<Option<Vec<_>>>()?)
            }
            DeValue::Table(table) => self.table(table)?,
        };
        self.depth += 1;
        Some(Node { line, content, tag: None })
    }
}

fn text(text: &str, plain: bool) -> Content {
    Content::Scalar { text: text.to_owned(), plain, literal: false }
}

fn starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

fn line_at(starts: &[usize], offset: usize) -> usize {
    starts.partition_point(|start| *start <= offset)
}
