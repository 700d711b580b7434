//! JSON syntax: the same blocks, written as objects in objects.

use twin_connector_base::document::{Content as Written, Node};
use twin_core::observe::code;

use super::native;
use super::split::Flaw;
use super::syntax::{Block, Content, Entry, Expression, labels_of};

/// The blocks of a file, and what could not be taken for one.
pub(super) fn blocks(root: &Node) -> Vec<Result<Block, Flaw>> {
    let mut blocks = Vec::new();
    for (key, node) in root.entries() {
        let name = key.as_str().unwrap_or_default();
        match labels_of(name) {
            Some(labels) => list(name, labels, &mut Vec::new(), (key, node), &mut blocks),
            None if name == "//" => {}
            None => blocks.push(Err(Flaw {
                line: key.line,
                code: code::UNSUPPORTED,
                message: "no block of this type is known",
            })),
        }
    }
    blocks
}

/// Goes down as many objects as there are labels to come; at each step there may be a list of objects.
fn list(
    kind: &str,
    missing: usize,
    labels: &mut Vec<String>,
    (key, node): (&Node, &Node),
    blocks: &mut Vec<Result<Block, Flaw>>,
) {
    match &node.content {
        Written::Sequence(items) => items.iter().for_each(|item| list(kind, missing, labels, (item, item), blocks)),
        Written::Mapping(entries) if missing > 0 => {
            for (label, inner) in entries.iter().filter(|(label, _)| label.as_str() != Some("//")) {
                labels.push(label.as_str().unwrap_or_default().to_owned());
                list(kind, missing - 1, labels, (label, inner), blocks);
                labels.pop();
            }
        }
        Written::Mapping(_) => {
            blocks.push(Ok(Block {
                kind: kind.to_owned(),
                labels: labels.clone(),
                line: key.line,
                body: object(node),
            }));
        }
        _ => blocks.push(Err(Flaw { line: key.line, code: code::SHAPE, message: "a block that is no object" })),
    }
}

/// The entries of a file of values.
pub(super) fn values(root: &Node) -> Vec<Entry> {
    entries(root)
}

fn object(node: &Node) -> Expression {
    Expression { line: node.line, content: Content::Object(entries(node)) }
}

fn entries(node: &Node) -> Vec<Entry> {
    let written = node.entries().iter().filter(|(key, _)| key.as_str() != Some("//"));
    let mut entries = Vec::new();
    for (key, value) in written {
        let name = key.as_str().unwrap_or_default();
        match name {
            "dynamic" => entries.extend(value.entries().iter().flat_map(|(key, value)| dynamic(key, value))),
            _ => entries.push(Entry { key: name.to_owned(), line: key.line, value: expression(value).named_by(name) }),
        }
    }
    entries
}

/// `"dynamic": {"env": {"for_each": …, "content": {…}}}`.
fn dynamic(key: &Node, node: &Node) -> Vec<Entry> {
    let entry = |name: &str, value: Expression| Entry { key: name.to_owned(), line: key.line, value };
    let content = node.get("content").map(|content| entry(key.as_str().unwrap_or_default(), object(content)));
    let every = node.get("for_each").map(|every| entry("", expression(every)));
    content.into_iter().chain(every).collect()
}

fn expression(node: &Node) -> Expression {
    match &node.content {
        Written::Null => Expression::other(node.line, Vec::new()),
        Written::Scalar { text, .. } => native::template(text, node.line),
        Written::Sequence(items) => {
            Expression { line: node.line, content: Content::List(items.iter().map(expression).collect()) }
        }
        Written::Mapping(_) => object(node),
    }
}
