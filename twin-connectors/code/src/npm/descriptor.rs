//! `name@range` in its parts, and what a dependency's value means.

use twin_connector_base::document::Node;

use crate::packages::{Dependency, File, scope, without_credentials};

/// Name and range: the at sign of an organisation is part of the name. `None` for an address, which may have an at sign behind a password.
pub(super) fn split(descriptor: &str) -> Option<(&str, &str)> {
    let at = descriptor.char_indices().skip(1).find(|(_, letter)| *letter == '@').map(|(at, _)| at)?;
    Some((descriptor.get(..at).filter(|name| is_name(name))?, descriptor.get(at + 1..)?))
}

/// Whether a text may be the name of a package, and is no address.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(|letter: char| letter == ':' || letter.is_whitespace())
}

/// The name that is meant: an alias, `npm:name@range`, means another than it is called.
pub(super) fn meant<'a>(called: &'a str, range: &'a str) -> (&'a str, &'a str) {
    let Some(alias) = range.strip_prefix("npm:") else { return (called, range) };
    match split(alias) {
        Some(named) => named,
        None if alias.starts_with(|first: char| first.is_ascii_digit() || "^~<>=*".contains(first)) => (called, alias),
        None if !is_name(alias) => (called, range),
        None => (alias, "*"),
    }
}

/// Where dependencies stand, and what for.
pub(super) const SECTIONS: [(&str, Option<&str>); 4] = [
    ("dependencies", None),
    ("devDependencies", Some(scope::DEVELOPMENT)),
    ("optionalDependencies", Some(scope::OPTIONAL)),
    ("peerDependencies", Some(scope::PEER)),
];

/// A dependency with what it is called and which range is written for it.
#[derive(Clone, Debug)]
pub(super) struct Needed {
    /// The name under which it is installed.
    pub called: String,
    /// The range, as written.
    pub written: String,
    /// The dependency.
    pub dependency: Dependency,
}

/// The dependencies of a manifest, or of an entry that copies one.
pub(super) fn needed(file: &File<'_>, root: &Node) -> Vec<Needed> {
    let sections = SECTIONS.iter().flat_map(|(section, scope)| {
        let entries = root.get(section).map(Node::entries).unwrap_or_default();
        entries.iter().filter_map(move |(name, range)| need(file, name, range, *scope))
    });
    sections.collect()
}

fn need(file: &File<'_>, name: &Node, range: &Node, scope: Option<&'static str>) -> Option<Needed> {
    let (called, written) = (name.as_str().filter(|name| is_name(name))?, range.as_str().unwrap_or_default());
    let (meant, accepted) = meant(called, written);
    let mut dependency = Dependency::new(meant.to_owned(), file.evidence(name.line, called));
    dependency.scope = scope;
    dependency.range = without_credentials(accepted);
    Some(Needed { called: called.to_owned(), written: written.to_owned(), dependency })
}
