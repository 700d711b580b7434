//! The outline of a Markdown file: front matter, title, sections, links and names, each with its line.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use twin_connector_base::document::{self, Node};
use twin_core::base::Limits;
use twin_core::observe::Diagnostic;

/// A text and the line on which it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    /// The text.
    pub text: String,
    /// The line, first is 1.
    pub line: usize,
}

/// What stands in a file.
#[derive(Default)]
pub(super) struct Outline<'a> {
    /// The lines of the file.
    pub lines: Vec<&'a str>,
    /// The front matter, if there is any.
    pub front: Option<Node>,
    /// The first heading of the first level.
    pub title: Option<Placed>,
    /// All headings.
    pub headings: Vec<Placed>,
    /// Where links lead to.
    pub links: Vec<Placed>,
    /// Texts marked as code within a line.
    pub names: Vec<Placed>,
}

impl<'a> Outline<'a> {
    /// Reads a file. A front matter that is no YAML rejects it.
    pub fn of(path: &str, text: &'a str, limits: &Limits) -> Result<Self, Diagnostic> {
        let (front, body) = split(text);
        let mut outline = Outline { lines: text.lines().collect(), ..Outline::default() };
        if let Some(document) = document::documents(path, front.as_bytes(), limits).into_iter().next() {
            outline.front = Some(document.root?);
        }
        outline.read_body(body, text.len() - body.len(), text);
        Ok(outline)
    }

    /// A line of the file; empty behind its end.
    pub fn line(&self, line: usize) -> &'a str {
        line.checked_sub(1).and_then(|index| self.lines.get(index)).copied().unwrap_or_default()
    }

    /// The lines under a heading, up to the next one.
    pub fn section(&self, name: &str) -> impl Iterator<Item = (usize, &'a str)> {
        let heading = self.headings.iter().position(|heading| heading.text.eq_ignore_ascii_case(name));
        let start = heading.and_then(|index| self.headings.get(index)).map_or(usize::MAX, |heading| heading.line);
        let end = heading.and_then(|index| self.headings.get(index + 1)).map_or(usize::MAX, |heading| heading.line);
        self.numbered().filter(move |(line, _)| *line > start && *line < end)
    }

    /// The lines before the first heading below the title, where older forms keep `Status:` and `Date:`.
    pub fn preamble(&self) -> impl Iterator<Item = (usize, &'a str)> {
        let title = self.title.as_ref().map_or(0, |title| title.line);
        let end = self.headings.iter().map(|heading| heading.line).find(|line| *line > title).unwrap_or(usize::MAX);
        self.numbered().filter(move |(line, _)| *line > title && *line < end)
    }

    /// All lines with their numbers.
    pub fn numbered(&self) -> impl Iterator<Item = (usize, &'a str)> {
        self.lines.clone().into_iter().enumerate().map(|(index, line)| (index + 1, line))
    }

    fn read_body(&mut self, body: &str, offset: usize, text: &str) {
        let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let line_at = |at: usize| starts.partition_point(|start| *start <= at + offset);
        let mut heading: Option<(bool, Placed)> = None;
        for (event, range) in Parser::new(body).into_offset_iter() {
            let line = line_at(range.start);
            match event {
                Event::Start(Tag::Heading { level, .. }) => {
                    let is_first_level = level == pulldown_cmark::HeadingLevel::H1;
                    heading = Some((is_first_level, Placed { text: String::new(), line }));
                }
                Event::End(TagEnd::Heading(_)) => self.close(heading.take()),
                Event::Start(Tag::Link { dest_url, .. }) => {
                    self.links.push(Placed { text: dest_url.into_string(), line });
                }
                Event::Code(code) => self.name(code.into_string(), line, &mut heading),
                Event::Text(text) => extend(&mut heading, &text),
                Event::SoftBreak | Event::HardBreak => extend(&mut heading, " "),
                _ => {}
            }
        }
    }

    fn close(&mut self, heading: Option<(bool, Placed)>) {
        let Some((is_first_level, heading)) = heading else { return };
        if is_first_level && self.title.is_none() && !heading.text.trim().is_empty() {
            self.title = Some(heading.clone());
        }
        self.headings.push(heading);
    }

    fn name(&mut self, text: String, line: usize, heading: &mut Option<(bool, Placed)>) {
        extend(heading, &text);
        self.names.push(Placed { text, line });
    }
}

fn extend(heading: &mut Option<(bool, Placed)>, text: &str) {
    if let Some((_, heading)) = heading {
        heading.text.push_str(text);
    }
}

/// Front matter stands between two lines of three dashes at the very beginning. What is returned of it begins with the end of the
/// first of them, so that its lines keep their numbers.
fn split(text: &str) -> (&str, &str) {
    let start = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Some(rest) = start.strip_prefix("---").filter(|rest| rest.starts_with(['\n', '\r'])) else {
        return ("", start);
    };
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        if at > 0 && line.trim_end() == "---" {
            let (front, body) = rest.split_at(at);
            return (front, body.get(line.len()..).unwrap_or_default());
        }
        at += line.len();
    }
    ("", start)
}
