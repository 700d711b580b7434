//! Builds the tree of one document out of the parser's events, within limits.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, Tag};
use twin_core::base::Limits;
use twin_core::observe::{Diagnostic, Locator, code};

use crate::document::split::Part;
use crate::document::{Content, Node, check};

/// Trees are dropped and cloned by recursion, so that no host may ask for deeper ones.
const DEEPEST: usize = 512;

/// What is left for copies, of aliases and of what they may name, to all documents of a payload, also to those that are read
/// again: together as much as one document may hold. A few hundred bytes can fill a document, and there can be thousands.
pub(super) struct Room(Cell<Size>);

impl Room {
    pub fn new(limits: &Limits) -> Self {
        Room(Cell::new(Size { nodes: limits.nodes, bytes: limits.payload_bytes, height: 0 }))
    }
}

/// The root of a document; [`Content::Null`] for an empty one.
pub(super) fn root(path: &str, part: &Part<'_>, limits: &Limits, room: &Room) -> Result<Node, Diagnostic> {
    let mut builder = Builder::new(path, part, limits, room);
    let mut parser = Parser::new_from_str(part.text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| builder.syntax(&error))?;
        if matches!(event, Event::StreamEnd) {
            break;
        }
        builder.take(event, span)?;
    }
    Ok(builder.root.unwrap_or(Node { line: part.line, content: Content::Null, tag: None }))
}

struct Builder<'a> {
    path: &'a str,
    limits: &'a Limits,
    /// The lines of the file above the document.
    above: usize,
    /// The last line of the document; the parser places its end, and what is missing there, beyond it.
    last: usize,
    open: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    budget: Size,
    room: &'a Room,
    root: Option<Node>,
}

/// A collection whose end has not been seen.
struct Open {
    line: usize,
    anchor: usize,
    tag: Option<Box<str>>,
    items: Items,
}

enum Items {
    Sequence(Vec<Node>),
    Mapping { entries: Vec<(Node, Node)>, key: Option<Node> },
}

struct Anchored {
    node: Node,
    size: Size,
}

/// What a tree takes: nodes, bytes of text, levels.
#[derive(Clone, Copy, Default)]
struct Size {
    nodes: usize,
    bytes: u64,
    height: usize,
}

impl Size {
    /// What is left of it, if that much can be taken.
    fn less(self, taken: Size) -> Option<Size> {
        let (nodes, bytes) = (self.nodes.checked_sub(taken.nodes)?, self.bytes.checked_sub(taken.bytes)?);
        Some(Size { nodes, bytes, ..self })
    }
}

impl<'a> Builder<'a> {
    fn new(path: &'a str, part: &Part<'_>, limits: &'a Limits, room: &'a Room) -> Self {
        let budget = Size { nodes: limits.nodes, bytes: limits.payload_bytes, height: limits.depth.min(DEEPEST) };
        let above = part.line.saturating_sub(1);
        let last = above + part.text.lines().count().max(1);
        Builder { path, limits, above, last, open: Vec::new(), anchors: HashMap::new(), budget, room, root: None }
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Diagnostic> {
        let line = self.line(span.start.line());
        match event {
            Event::Scalar(text, style, anchor, tag) => self.scalar(&text, style, anchor, tag.as_deref(), line),
            Event::SequenceStart(anchor, tag) => {
                self.begin(line, anchor, own_tag(tag.as_deref()), Items::Sequence(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                self.begin(line, anchor, own_tag(tag.as_deref()), Items::Mapping { entries: Vec::new(), key: None })
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => self.alias(anchor, line),
            _ => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        line: usize,
    ) -> Result<(), Diagnostic> {
        if text.len() > self.limits.line_bytes {
            return Err(check::too_long(self.path, line, self.limits));
        }
        self.spend(Size { nodes: 1, bytes: text.len() as u64, height: 1 }, line)?;
        let line = line.saturating_sub(leading_breaks(text, style)).max(1);
        self.finish(Node { line, content: scalar(text, style, tag), tag: own_tag(tag) }, anchor)
    }

    fn begin(&mut self, line: usize, anchor: usize, tag: Option<Box<str>>, items: Items) -> Result<(), Diagnostic> {
        self.spend(Size { nodes: 1, bytes: 0, height: 1 }, line)?;
        self.open.push(Open { line, anchor, tag, items });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Diagnostic> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let content = match open.items {
            Items::Sequence(items) => Content::Sequence(items),
            Items::Mapping { entries, .. } => Content::Mapping(settle(entries)),
        };
        self.finish(Node { line: open.line, content, tag: open.tag }, open.anchor)
    }

    /// Aliases are followed by copying. The copy must fit like anything else that is written out.
    fn alias(&mut self, anchor: usize, line: usize) -> Result<(), Diagnostic> {
        let Some(size) = self.anchors.get(&anchor).map(|anchored| anchored.size) else {
            return Err(self.refuse(code::SYNTAX, line, "an alias of a node that has not ended"));
        };
        self.spend_copy(size, line)?;
        match self.anchors.get(&anchor).map(|anchored| anchored.node.clone()) {
            Some(node) => self.attach(node),
            None => Ok(()),
        }
    }

    fn finish(&mut self, node: Node, anchor: usize) -> Result<(), Diagnostic> {
        if anchor > 0 {
            let size = size_of(&node);
            self.spend_copy(Size { height: 0, ..size }, node.line)?;
            self.anchors.insert(anchor, Anchored { node: node.clone(), size });
        }
        self.attach(node)
    }

    fn attach(&mut self, mut node: Node) -> Result<(), Diagnostic> {
        match self.open.last_mut().map(|open| &mut open.items) {
            Some(Items::Sequence(items)) => items.push(node),
            Some(Items::Mapping { entries, key }) => match key.take() {
                Some(name) => {
                    // The parser sees an empty value only at whatever follows it.
                    node.line = if node.is_null() { name.line } else { node.line };
                    entries.push((name, node));
                }
                None => *key = Some(node),
            },
            None if self.root.is_some() => {
                return Err(self.refuse(code::SYNTAX, node.line, "text after the end of the document"));
            }
            None => self.root = Some(node),
        }
        Ok(())
    }

    fn spend(&mut self, size: Size, line: usize) -> Result<(), Diagnostic> {
        if self.open.len() + size.height > self.budget.height {
            let message = format!("nested deeper than {} levels", self.budget.height);
            return Err(self.refuse(code::LIMIT, line, &message));
        }
        self.budget = self.budget.less(size).ok_or_else(|| self.too_much("document", line))?;
        Ok(())
    }

    /// Like [`Builder::spend`], for what is not written there.
    fn spend_copy(&mut self, size: Size, line: usize) -> Result<(), Diagnostic> {
        self.spend(size, line)?;
        let left = self.room.0.get().less(size).ok_or_else(|| self.too_much("file", line))?;
        self.room.0.set(left);
        Ok(())
    }

    fn too_much(&self, what: &str, line: usize) -> Diagnostic {
        let message = format!("more nodes or text than is read of one {what}, aliases followed");
        self.refuse(code::LIMIT, line, &message)
    }

    fn syntax(&self, error: &ScanError) -> Diagnostic {
        let line = self.line(error.marker().line());
        // Passed on only where the parser's words are its own; one of its messages quotes the text.
        let message = match error.info() {
            info if info.contains("recursion limit") => return self.refuse(code::LIMIT, line, "nested too deeply"),
            info if info.contains('`') => "not valid YAML or JSON from here on".to_owned(),
            info => format!("not valid YAML or JSON from here on: {info}"),
        };
        self.refuse(code::SYNTAX, line, &message)
    }

    /// The line of the file.
    fn line(&self, within: usize) -> usize {
        (within.max(1) + self.above).min(self.last)
    }

    fn refuse(&self, code: &str, line: usize, message: &str) -> Diagnostic {
        Diagnostic::rejected(code, Locator::line(self.path, line), message)
    }
}

/// The parser takes a block to begin at its first line that is not empty.
fn leading_breaks(text: &str, style: ScalarStyle) -> usize {
    match style {
        ScalarStyle::Literal | ScalarStyle::Folded => text.bytes().take_while(|byte| *byte == b'\n').count(),
        _ => 0,
    }
}

/// A tag such as `!reset`, which means nothing to YAML itself.
fn own_tag(tag: Option<&Tag>) -> Option<Box<str>> {
    tag.filter(|tag| tag.handle == "!" && !tag.suffix.is_empty()).map(|tag| Box::from(tag.suffix.as_str()))
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Content {
    let is_text = tag.is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str");
    let plain = style == ScalarStyle::Plain && !is_text;
    if plain && matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        return Content::Null;
    }
    Content::Scalar { text: text.to_owned(), plain, literal: style == ScalarStyle::Literal }
}

/// Applies merge keys, explicit keys winning, and keeps the last of each repeated key.
fn settle(entries: Vec<(Node, Node)>) -> Vec<(Node, Node)> {
    let (merges, explicit): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(key, _)| is_merge(key));
    let explicit = last_of_each(explicit);
    if merges.is_empty() {
        return explicit;
    }
    let mut inherited = inherited(merges, &explicit);
    inherited.extend(explicit);
    inherited
}

fn is_merge(key: &Node) -> bool {
    matches!(&key.content, Content::Scalar { text, plain: true, .. } if text == "<<")
}

fn last_of_each(mut entries: Vec<(Node, Node)>) -> Vec<(Node, Node)> {
    let mut seen = HashSet::new();
    let mut keeps: Vec<bool> =
        entries.iter().rev().map(|(key, _)| key.as_str().is_none_or(|name| seen.insert(name))).collect();
    entries.retain(|_| keeps.pop().unwrap_or(true));
    entries
}

/// The entries that come by merge keys: of several mappings the first that has a key gives it.
fn inherited(merges: Vec<(Node, Node)>, explicit: &[(Node, Node)]) -> Vec<(Node, Node)> {
    let mut seen: HashSet<String> = explicit.iter().filter_map(|(key, _)| key.as_str()).map(str::to_owned).collect();
    let mut inherited = Vec::new();
    for (key, value) in merges.into_iter().flat_map(|(_, value)| sources(value)) {
        if key.as_str().is_none_or(|name| seen.insert(name.to_owned())) {
            inherited.push((key, value));
        }
    }
    inherited
}

fn sources(value: Node) -> Vec<(Node, Node)> {
    match value.content {
        Content::Mapping(entries) => entries,
        Content::Sequence(items) => items.into_iter().flat_map(sources).collect(),
        _ => Vec::new(),
    }
}

fn size_of(node: &Node) -> Size {
    let children: Vec<&Node> = match &node.content {
        Content::Sequence(items) => items.iter().collect(),
        Content::Mapping(entries) => entries.iter().flat_map(|(key, value)| [key, value]).collect(),
        Content::Null | Content::Scalar { .. } => Vec::new(),
    };
    let own = Size { nodes: 1, bytes: node.as_str().map_or(0, |text| text.len() as u64), height: 1 };
    children.into_iter().map(size_of).fold(own, |sum, child| Size {
        nodes: sum.nodes + child.nodes,
        bytes: sum.bytes + child.bytes,
        height: sum.height.max(child.height + 1),
    })
}
