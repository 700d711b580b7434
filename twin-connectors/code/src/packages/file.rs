//! A file while it is read: its text within limits, and evidence at its lines.

use twin_connector_base::document::{Lines, Node};
use twin_connector_base::{Decoded, Origin, Payload};
use twin_core::observe::{Diagnostic, Evidence, Locator, Outcome, code, technique};

use super::place::folder_of;

/// A text with the evidence of where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub evidence: Evidence,
}

/// A file whose text was taken.
#[derive(Clone)]
pub(crate) struct File<'a> {
    /// Its path, relative to the root of the scan.
    pub path: &'a str,
    /// Its text, without a byte order mark.
    pub text: &'a str,
    /// From where and under which limits it is read.
    pub origin: &'a Origin,
    lines: Lines<'a>,
}

/// How many lines a text may stand below its key.
const BELOW: usize = 3;
/// In longer lines nothing is looked for: a file in one line would be looked through for each of its values.
const LONG: usize = 4096;

impl<'a> File<'a> {
    /// Takes a payload's text.
    ///
    /// # Errors
    /// The rejection of a payload that could not be had, is over a limit, is no text, or is empty.
    pub fn open(payload: &Payload<'a>, origin: &'a Origin) -> Result<Self, Diagnostic> {
        let whole = |code, message: &str| Diagnostic::rejected(code, Locator::line(payload.path, 0), message);
        let bytes = payload.bytes.map_err(|reason| whole(code::UNREADABLE, reason))?;
        if bytes.len() as u64 > origin.limits.payload_bytes {
            return Err(whole(code::LIMIT, "longer than the limit"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| whole(code::ENCODING, "not UTF-8"))?;
        let text = text.trim_start_matches('\u{feff}');
        if text.trim().is_empty() {
            return Err(whole(code::SYNTAX, "the file is empty"));
        }
        Ok(File { path: payload.path, text, origin, lines: Lines::of(text) })
    }

    /// The folder that it stands in.
    pub fn folder(&self) -> &'a str {
        folder_of(self.path)
    }

    /// The lines with their numbers, and whether each is short enough to be read.
    pub fn numbered(&self) -> impl Iterator<Item = (usize, &'a str)> + use<'a> {
        let text: &'a str = self.text;
        text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// Evidence at a line: of a text that does not stand there to the letter, its beginning or nothing.
    pub fn evidence(&self, line: usize, raw: &str) -> Evidence {
        let first = raw.lines().next().unwrap_or_default();
        let lines = || (line..line.saturating_add(BELOW)).filter(|line| self.lines.get(*line).len() <= LONG);
        let stands = |raw: &&str| lines().find(|line| self.lines.get(*line).contains(*raw));
        let standing = [raw, first].into_iter().find_map(|raw| Some((stands(&raw)?, raw)));
        let (line, raw) = standing.unwrap_or((line, ""));
        Evidence::at(Locator::line(self.path, line), raw, technique::DECLARED)
    }

    /// A scalar with its place; `None` for anything else, and for an empty text.
    pub fn told(&self, node: &Node) -> Option<Told> {
        let text = node.as_str().map(str::trim).filter(|text| !text.is_empty())?;
        Some(self.said(node.line, text))
    }

    /// The scalar at a key.
    pub fn told_at(&self, node: &Node, key: &str) -> Option<Told> {
        self.told(node.get(key)?).map(|told| Told { evidence: told.evidence.in_field(key), ..told })
    }

    /// A text at a line.
    pub fn said(&self, line: usize, text: &str) -> Told {
        Told { text: text.to_owned(), evidence: self.evidence(line, text) }
    }

    /// A rejection at a line.
    pub fn refuse(&self, code: &str, line: usize, message: &str) -> Diagnostic {
        Diagnostic::rejected(code, Locator::line(self.path, line), message)
    }

    /// A warning at a line.
    pub fn warn(&self, code: &str, line: usize, message: &str) -> Diagnostic {
        Diagnostic::warning(code, Locator::line(self.path, line), message)
    }

    /// What became of it: partial if anything in it was not understood.
    pub fn decoded(&self, records: Vec<twin_core::observe::Record>, diagnostics: Vec<Diagnostic>) -> Decoded {
        let outcome = diagnostics.first().map_or(Outcome::Complete, |first| Outcome::Partial(first.message.clone()));
        Decoded { path: self.path.to_owned(), records, diagnostics, outcome }
    }
}

/// A file of which nothing could be taken.
pub(crate) fn rejected(path: &str, diagnostic: Diagnostic) -> Vec<Decoded> {
    vec![Decoded::rejected(path, diagnostic)]
}

/// The payload that a group was formed for; the others are read along. A single payload is meant whatever it is called.
pub(crate) fn main<'p, 'a>(payloads: &'p [Payload<'a>], is_meant: impl Fn(&str) -> bool) -> Option<&'p Payload<'a>> {
    match payloads {
        [only] => Some(only),
        several => several.iter().find(|payload| is_meant(payload.path)),
    }
}
