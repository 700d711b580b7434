//! Documents are told apart before they are parsed, so that a broken one ends where the next begins.
//!
//! YAML forbids a line that begins with `---` or `...` inside any scalar, so the lines alone decide.

/// The text of one document, with the directives above it.
pub(super) struct Part<'a> {
    pub index: usize,
    /// The line of the file on which `text` begins.
    pub line: usize,
    pub text: &'a str,
}

impl Part<'_> {
    /// Whether it is written in braces or brackets, as JSON is.
    pub fn is_json(&self) -> bool {
        self.text.trim_start().starts_with(['{', '['])
    }
}

/// The documents of a stream. What stands above the first `---` is a document only if it says anything.
pub(super) fn parts(text: &str) -> impl Iterator<Item = Part<'_>> {
    Parts { text, offset: 0, line: 1, index: 0 }
}

struct Parts<'a> {
    text: &'a str,
    offset: usize,
    line: usize,
    index: usize,
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        let rest = self.text.get(self.offset..).filter(|rest| !rest.is_empty())?;
        let (length, lines) = extent(rest);
        let part = Part { index: self.index, line: self.line, text: rest.get(..length)? };
        (self.offset, self.line, self.index) = (self.offset + length, self.line + lines, self.index + 1);
        Some(part)
    }
}

/// How many bytes and lines belong to the document at the beginning of `text`.
fn extent(text: &str) -> (usize, usize) {
    let (mut length, mut lines, mut has_begun) = (0, 0, false);
    for line in text.split_inclusive('\n') {
        if has_begun && is_marker(line, "---") {
            break;
        }
        has_begun |= says_something(line);
        (length, lines) = (length + line.len(), lines + 1);
        if is_marker(line, "...") {
            break;
        }
    }
    (length, lines)
}

fn is_marker(line: &str, marker: &str) -> bool {
    line.strip_prefix(marker).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

/// Comments, directives and empty lines belong to the document beneath them.
fn says_something(line: &str) -> bool {
    !line.trim().is_empty() && !line.trim_start().starts_with('#') && !line.starts_with('%')
}
