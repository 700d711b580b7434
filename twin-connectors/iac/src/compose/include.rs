//! `include`: the files that a project takes in whole, with paths and variables of their own.

use std::rc::Rc;

use twin_connector_base::config;
use twin_connector_base::config::interpolation::{Syntax, Variables, expand};
use twin_core::observe::code;

use super::files::Files;
use super::path;
use super::tree::{Node, Source};

/// One entry: files that are laid over each other, and where their variables come from.
pub(super) struct Include {
    pub sources: Vec<Rc<Source>>,
    pub line: usize,
    environment: Vec<String>,
}

/// What a file includes, as far as it is there; what is not is noted.
pub(super) fn includes(files: &Files<'_>, source: &Rc<Source>, variables: &Variables) -> Vec<Include> {
    let nodes = files.roots(&source.path).filter_map(|root| root.get("include"));
    let nodes: Vec<Node> = nodes.map(|node| Node::of(node, source)).collect();
    let entries = nodes.iter().flat_map(Node::listed);
    entries.filter_map(|entry| Reader { files, source, variables }.entry(entry)).collect()
}

impl Include {
    /// The variables of the files: those of the project that includes them, and those of their own that it does not have.
    pub fn variables(&self, files: &Files<'_>, outer: &Variables) -> Variables {
        let mut known = outer.clone();
        for path in &self.environment {
            let text = files.variables(path).unwrap_or_default();
            for variable in config::variables(text).iter().filter(|variable| outer.get(&variable.name).is_none()) {
                if let Some(value) = variable.evaluated(&known) {
                    known.define(path, variable, value);
                }
            }
        }
        known
    }
}

struct Reader<'r, 'a> {
    files: &'r Files<'a>,
    source: &'r Source,
    variables: &'r Variables,
}

impl Reader<'_, '_> {
    fn entry(&self, entry: &Node) -> Option<Include> {
        let named = entry.get("path").unwrap_or(entry);
        let paths: Vec<String> = named.listed().filter_map(|node| self.file(node)).collect();
        let folder = match entry.get("project_directory") {
            Some(node) => self.joined(node),
            None => Some(path::folder(paths.first()?).to_owned()),
        };
        let environment = match entry.get("env_file") {
            Some(node) => node.listed().filter_map(|node| self.joined(node)).collect(),
            None => folder.iter().filter_map(|folder| path::joined(folder, ".env")).collect(),
        };
        let source = |path| Rc::new(Source { path, folder: folder.clone() });
        let sources: Vec<Rc<Source>> = paths.into_iter().map(source).collect();
        (!sources.is_empty()).then_some(Include { sources, line: entry.place.line, environment })
    }

    fn file(&self, node: &Node) -> Option<String> {
        let Some(path) = self.joined(node) else {
            self.warn(node, code::UNSUPPORTED, "`include` names a file outside of the scanned folder");
            return None;
        };
        if self.files.get(&path).is_none() {
            self.warn(node, code::UNRESOLVED, "`include` names a file that is not there");
            return None;
        }
        Some(path)
    }

    fn joined(&self, node: &Node) -> Option<String> {
        let text = expand(node.as_str()?, Syntax::Shell, self.variables).text;
        path::joined(self.source.folder.as_deref()?, &text)
    }

    fn warn(&self, node: &Node, code: &str, message: &str) {
        self.files.warn(&self.source.path, code, node.place.line, message);
    }
}
