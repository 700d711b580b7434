//! Settings in YAML and JSON: the scalars with their dotted keys.

use twin_core::base::Limits;
use twin_core::observe::Diagnostic;

use super::{Profile, Setting};
use crate::document::{self, Content, Node};

pub(super) fn settings(path: &str, text: &str, limits: &Limits, diagnostics: &mut Vec<Diagnostic>) -> Vec<Setting> {
    let mut found = Vec::new();
    for document in document::documents(path, text.as_bytes(), limits) {
        match document.root {
            Ok(root) => {
                let first = found.len();
                walk(&root, "", &mut found);
                Profile::of_document(found.get_mut(first..).unwrap_or_default());
            }
            Err(broken) => diagnostics.push(broken),
        }
    }
    found
}

/// The depth is that of the document, which has a limit.
fn walk(node: &Node, key: &str, found: &mut Vec<Setting>) {
    match &node.content {
        Content::Null => {}
        Content::Scalar { text, .. } => {
            found.push(Setting { key: key.to_owned(), value: text.clone(), line: node.line, profile: None });
        }
        Content::Sequence(items) => items.iter().for_each(|item| walk(item, key, found)),
        Content::Mapping(entries) => {
            for (name, value) in entries {
                walk(value, &joined(key, name.as_str().unwrap_or_default()), found);
            }
        }
    }
}

/// A list's items keep the list's key: `hosts: [a, b]` are hosts.
pub(super) fn joined(key: &str, name: &str) -> String {
    if key.is_empty() { name.to_owned() } else { format!("{key}.{name}") }
}
