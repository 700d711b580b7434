//! YAML and JSON as a tree in which every node knows its line.
//!
//! The parser is event-driven and knows positions; what is added here are limits, aliases, merge keys, and documents that cannot harm each other.

mod build;
mod check;
mod closers;
mod lines;
mod split;

use twin_core::base::Limits;
use twin_core::observe::Diagnostic;

pub use check::text_of;
pub use lines::Lines;

/// A node and the line on which it begins (first line is 1).
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The line. Of a block scalar, the line of its first line of text.
    pub line: usize,
    /// What stands there.
    pub content: Content,
    /// A tag of the format's own, without its mark: `reset` for `!reset`. Tags of YAML itself are left out.
    pub tag: Option<Box<str>>,
}

/// What stands at a node. Aliases were followed and merge keys (`<<`) applied.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Nothing: an empty node, `~` or `null`.
    Null,
    /// A scalar. `plain` if it was written without quotes, so that `true` and `8` may mean more than text.
    Scalar {
        /// The text after unescaping.
        text: String,
        /// Written without quotes.
        plain: bool,
        /// Written as a literal block (`|`): each line of the text stands on a line of its own, see [`Node::line_of`].
        literal: bool,
    },
    /// A sequence.
    Sequence(Vec<Node>),
    /// A mapping, in the order of the text. Of a repeated key only the last entry is kept.
    Mapping(Vec<(Node, Node)>),
}

/// One document of a stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Its place in the file, first is 0, empty documents counted.
    pub index: usize,
    /// Its first line.
    pub line: usize,
    /// Its root, or why it could not be read.
    pub root: Result<Node, Diagnostic>,
}

/// Splits a stream into documents and reads each; a broken document does not touch the others. Empty documents are left out.
///
/// A payload that is no text, or over a limit as a whole, is one document that could not be read.
pub fn documents(path: &str, bytes: &[u8], limits: &Limits) -> Vec<Document> {
    match check::text_of(path, bytes, limits) {
        Ok(text) => {
            let room = build::Room::new(limits);
            split::parts(text).filter_map(|part| document(path, &part, limits, &room)).collect()
        }
        Err(refused) => vec![Document { index: 0, line: 1, root: Err(refused) }],
    }
}

fn document(path: &str, part: &split::Part<'_>, limits: &Limits, room: &build::Room) -> Option<Document> {
    let root = check::lines_of(path, part, limits)
        .and_then(|()| closers::forgiven(part, |part| build::root(path, part, limits, room)));
    let is_empty = root.as_ref().is_ok_and(Node::is_null);
    (!is_empty).then_some(Document { index: part.index, line: part.line, root })
}

impl Node {
    /// The entry of a mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().rev().find(|(name, _)| name.as_str() == Some(key)).map(|(_, value)| value)
    }

    /// The node at the end of a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The text of a scalar, quoted or not.
    pub fn as_str(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The truth value of a scalar that was written without quotes.
    pub fn as_bool(&self) -> Option<bool> {
        match self.as_plain()? {
            "true" | "True" | "TRUE" => Some(true),
            "false" | "False" | "FALSE" => Some(false),
            _ => None,
        }
    }

    /// The whole number of a scalar that was written without quotes.
    pub fn as_integer(&self) -> Option<i64> {
        self.as_plain()?.parse().ok()
    }

    fn as_plain(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { text, plain: true, .. } => Some(text),
            _ => None,
        }
    }

    /// The line on which a line of this scalar's text stands, first is 0: the same for all, unless it is a literal block.
    pub fn line_of(&self, text_line: usize) -> usize {
        match &self.content {
            Content::Scalar { literal: true, .. } => self.line.saturating_add(text_line),
            _ => self.line,
        }
    }

    /// The items of a sequence; none for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.content {
            Content::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The entries of a mapping; none for anything else.
    pub fn entries(&self) -> &[(Node, Node)] {
        match &self.content {
            Content::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// Whether nothing stands here.
    pub fn is_null(&self) -> bool {
        self.content == Content::Null
    }
}

#[cfg(test)]
mod tests;
