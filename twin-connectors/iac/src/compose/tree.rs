//! The tree of a service once files have added to each other: every node knows where it stands, and by which lines one gets there.

use std::rc::Rc;

use twin_connector_base::document;

/// A file in one of its roles, and the folder that relative paths in it start from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub path: String,
    /// None if that folder lies outside of the scanned one.
    pub folder: Option<String>,
}

/// Where a node stands.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub source: Rc<Source>,
    pub line: usize,
    /// The lines that take it from there, the using one first.
    pub via: Option<Rc<Via>>,
}

/// A line that takes something from elsewhere, and the next one on the way.
#[derive(Clone, Debug)]
pub(super) struct Via {
    pub path: String,
    pub line: usize,
    pub raw: String,
    pub next: Option<Rc<Via>>,
}

#[derive(Clone, Debug)]
pub(super) struct Node {
    pub place: Place,
    pub content: Content,
    pub mark: Mark,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    Null,
    Scalar { text: String, plain: bool },
    Sequence(Vec<Node>),
    Mapping(Vec<(Node, Node)>),
}

/// What a node does to the one that it is laid over, beside being merged with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    None,
    /// `!reset`: takes it away.
    Reset,
    /// `!override`: takes its place.
    Override,
}

impl Node {
    /// The node of a document. As deep as the document, which has a limit.
    pub fn of(node: &document::Node, source: &Rc<Source>) -> Self {
        let content = match &node.content {
            document::Content::Null => Content::Null,
            document::Content::Scalar { text, plain, .. } => Content::Scalar { text: text.clone(), plain: *plain },
            document::Content::Sequence(items) => {
                Content::Sequence(items.iter().map(|item| Node::of(item, source)).collect())
            }
            document::Content::Mapping(entries) => {
                let entry =
                    |(key, value): &(document::Node, document::Node)| (Node::of(key, source), Node::of(value, source));
                Content::Mapping(entries.iter().map(entry).collect())
            }
        };
        let mark = match node.tag.as_deref() {
            Some("reset") => Mark::Reset,
            Some("override") => Mark::Override,
            _ => Mark::None,
        };
        Node { place: Place { source: Rc::clone(source), line: node.line, via: None }, content, mark }
    }

    /// A scalar that stands where another node does.
    pub fn scalar(text: &str, place: &Place) -> Self {
        let content = Content::Scalar { text: text.to_owned(), plain: true };
        Node { place: place.clone(), content, mark: Mark::None }
    }

    /// The same content at a place.
    pub fn holding(content: Content, place: &Place) -> Self {
        Node { place: place.clone(), content, mark: Mark::None }
    }

    /// The same nodes, taken by one more line.
    pub fn through(&mut self, path: &str, line: usize, raw: &str) {
        let next = self.place.via.take();
        self.place.via = Some(Rc::new(Via { path: path.to_owned(), line, raw: raw.to_owned(), next }));
        match &mut self.content {
            Content::Sequence(items) => items.iter_mut().for_each(|item| item.through(path, line, raw)),
            Content::Mapping(entries) => entries.iter_mut().for_each(|(key, value)| {
                key.through(path, line, raw);
                value.through(path, line, raw);
            }),
            Content::Null | Content::Scalar { .. } => {}
        }
    }

    /// How many nodes there are.
    pub fn size(&self) -> usize {
        let below: usize = match &self.content {
            Content::Sequence(items) => items.iter().map(Node::size).sum(),
            Content::Mapping(entries) => entries.iter().map(|(key, value)| key.size() + value.size()).sum(),
            Content::Null | Content::Scalar { .. } => 0,
        };
        below + 1
    }

    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().rev().find(|(name, _)| name.as_str() == Some(key)).map(|(_, value)| value)
    }

    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    pub fn as_str(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match &self.content {
            Content::Scalar { text, plain: true } => match text.as_str() {
                "true" | "True" | "TRUE" => Some(true),
                "false" | "False" | "FALSE" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    pub fn items(&self) -> &[Node] {
        match &self.content {
            Content::Sequence(items) => items,
            _ => &[],
        }
    }

    pub fn entries(&self) -> &[(Node, Node)] {
        match &self.content {
            Content::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a sequence, or the one thing that stands in its place.
    pub fn listed(&self) -> impl Iterator<Item = &Node> {
        let single = !matches!(self.content, Content::Sequence(_) | Content::Null);
        single.then_some(self).into_iter().chain(self.items())
    }
}
