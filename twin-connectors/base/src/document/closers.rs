//! Brackets that close at the depth of their key.
//!
//! YAML 1.2 wants the lines of a flow collection deeper than the key above them; people and the usual parsers do not:
//! `command: [` may end with `]` under its `c`. The parser stops there; such a line is moved to the right and read again.

use std::borrow::Cow;

use twin_core::observe::{Diagnostic, Locator, code};

use crate::document::split::Part;

/// So many lines of one document are moved,
const MOST: usize = 200;
/// and so many bytes are read again for it.
const ROOM: usize = 64 << 20;

/// Reads a document by `read`, moving the brackets at which it stops.
pub(super) fn forgiven<T>(part: &Part<'_>, read: impl Fn(&Part<'_>) -> Result<T, Diagnostic>) -> Result<T, Diagnostic> {
    let mut text = Cow::Borrowed(part.text);
    for _ in 0..MOST.min(ROOM / part.text.len().max(1)) {
        let result = read(&Part { text: &text, ..*part });
        let moved = result.as_ref().err().and_then(|broken| moved(&text, line_within(part, broken)?));
        match moved {
            Some(more) => text = Cow::Owned(more),
            None => return result,
        }
    }
    read(&Part { text: &text, ..*part })
}

/// The line of a syntax error, from the document's first line.
fn line_within(part: &Part<'_>, broken: &Diagnostic) -> Option<usize> {
    match &broken.locator {
        Locator::Line { line, .. } if broken.code == code::SYNTAX => (*line as usize).checked_sub(part.line),
        _ => None,
    }
}

/// The text with that line deeper than the one above it, if the line begins with a closing bracket and is not so already.
fn moved(text: &str, index: usize) -> Option<String> {
    let mut lines: Vec<&str> = text.split('\n').collect();
    let depth = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let line = lines.get(index).filter(|line| line.trim_start().starts_with([']', '}']))?;
    let above = lines.get(..index)?.iter().rev().find(|line| !line.trim().is_empty())?;
    let wanted = depth(above).max(1);
    let deeper = format!("{}{}", " ".repeat(wanted), line.trim_start());
    let is_new = depth(line) < wanted;
    *lines.get_mut(index)? = &deeper;
    is_new.then(|| lines.join("\n"))
}
