//! `extends`: what a service takes from another, of the same file or of another one.
//!
//! Never taken along, so that what a service needs stands in its own file: `depends_on`, `links`, `volumes_from`, and name spaces that are
//! those of another service.

use std::rc::Rc;

use twin_connector_base::config::interpolation::{Syntax, Variables, expand};
use twin_connector_base::document;
use twin_core::observe::code;

use super::files::Files;
use super::merge::merged;
use super::path;
use super::tree::{Content, Node, Source};

/// A chain of services is followed so far.
const DEEPEST: usize = 32;

const NEVER_TAKEN: [&str; 4] = ["depends_on", "links", "volumes_from", "extends"];
const NAME_SPACES: [&str; 4] = ["network_mode", "ipc", "pid", "uts"];

/// Who follows a chain, and which services it has come through.
pub(super) struct Chain<'f, 'a> {
    pub files: &'f Files<'a>,
    pub variables: &'f Variables,
    passed: Vec<(String, String)>,
}

impl<'f, 'a> Chain<'f, 'a> {
    pub fn new(files: &'f Files<'a>, variables: &'f Variables) -> Self {
        Chain { files, variables, passed: Vec::new() }
    }

    /// A service with everything that it takes from others.
    pub fn complete(&mut self, name: &str, node: &document::Node, source: &Rc<Source>) -> Node {
        let mut own = Node::of(node, source);
        let extends = own.get("extends").cloned();
        if let Content::Mapping(entries) = &mut own.content {
            entries.retain(|(key, _)| key.as_str() != Some("extends"));
        }
        self.passed.push((source.path.clone(), name.to_owned()));
        let lower = extends.and_then(|extends| self.taken(&extends, source));
        self.passed.pop();
        match lower {
            Some(lower) => merged(lower, own),
            None => own,
        }
    }

    /// What `extends` takes, as seen from the line that says so.
    fn taken(&mut self, extends: &Node, source: &Rc<Source>) -> Option<Node> {
        let named = extends.get("service").unwrap_or(extends);
        let Some(name) = named.as_str() else {
            return self.refuse(extends, code::SHAPE, "`extends` names no service");
        };
        let from = match extends.get("file") {
            Some(file) => self.file(file)?,
            None => Rc::clone(source),
        };
        if self.passed.contains(&(from.path.clone(), name.to_owned())) {
            return self.refuse(named, code::SHAPE, "`extends` leads back to the service itself");
        }
        if self.passed.len() >= DEEPEST {
            return self.refuse(named, code::LIMIT, "`extends` leads through more services than are followed");
        }
        let Some(service) = self.files.service(&from.path, name) else {
            return self.refuse(named, code::UNRESOLVED, "`extends` names a service that is not there");
        };
        let mut lower = self.complete(name, service, &from);
        if !self.files.take_room(lower.size()) {
            return self.refuse(named, code::LIMIT, "services take more from each other than is read");
        }
        leave_out(&mut lower);
        lower.through(&source.path, named.place.line, name);
        Some(lower)
    }

    /// The file that `extends` names; paths in it start from its own folder.
    fn file(&self, node: &Node) -> Option<Rc<Source>> {
        let text = expand(node.as_str()?, Syntax::Shell, self.variables).text;
        let folder = node.place.source.folder.as_deref();
        let Some(path) = folder.and_then(|folder| path::joined(folder, &text)) else {
            return self.refuse(node, code::UNSUPPORTED, "`extends` names a file outside of the scanned folder");
        };
        match self.files.get(&path) {
            Some(file) if file.text.is_err() => {
                self.refuse(node, code::UNREADABLE, "`extends` names a file that could not be read")
            }
            Some(_) => Some(Rc::new(Source { folder: Some(path::folder(&path).to_owned()), path })),
            None => self.refuse(node, code::UNRESOLVED, "`extends` names a file that is not there"),
        }
    }

    fn refuse<T>(&self, node: &Node, code: &str, message: &str) -> Option<T> {
        self.files.warn(&node.place.source.path, code, node.place.line, message);
        None
    }
}

fn leave_out(service: &mut Node) {
    let of_another = |value: &Node| {
        value.as_str().is_some_and(|text| text.starts_with("service:") || text.starts_with("container:"))
    };
    if let Content::Mapping(entries) = &mut service.content {
        entries.retain(|(key, value)| {
            let key = key.as_str().unwrap_or_default();
            !(NEVER_TAKEN.contains(&key) || NAME_SPACES.contains(&key) && of_another(value))
        });
    }
}
