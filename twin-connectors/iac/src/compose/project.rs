//! One project: which files it is made of, its name, and what it starts.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use twin_connector_base::config::interpolation::{Syntax, Variables, expand};
use twin_connector_base::document;
use twin_core::observe::{SourceId, code};

use super::extends::Chain;
use super::files::Files;
use super::include::{Include, includes};
use super::merge::{merged, settled};
use super::tree::{Content, Node, Source};
use super::unit::{Merged, Unit};
use super::{path, starts};

/// Includes of includes are followed so deep, and so many in all.
const DEEPEST: usize = 32;
const MOST: usize = 2000;

/// What all files of a project share.
pub(super) struct Project<'a> {
    pub source: SourceId,
    pub name: String,
    pub network: String,
    pub is_named: bool,
    files: &'a Files<'a>,
    /// What its documents define beside services, by section and name, those that are laid over others last.
    definitions: RefCell<HashMap<(String, String), Vec<Node>>>,
    /// The files whose services are its own.
    members: RefCell<BTreeSet<String>>,
    includes: Cell<usize>,
}

/// Who takes the units of a project.
pub(super) type Take<'t, 'a> = dyn FnMut(&Unit<'_, 'a>) + 't;

impl<'a> Project<'a> {
    /// The project of a folder, with the files of that folder which no other file includes.
    pub fn new(folder: &str, own: &[String], variables: &Variables, files: &'a Files<'a>) -> Self {
        let source = files.origin.source.clone();
        let declared = own.iter().flat_map(|path| files.roots(path)).find_map(|root| root.get("name"));
        let is_named = declared.is_some();
        let name = name(declared.and_then(document::Node::as_str), variables, folder, &source);
        let network = format!("compose/{source}/{name}");
        let members = RefCell::new(own.iter().cloned().collect());
        Project {
            source,
            name,
            network,
            is_named,
            files,
            definitions: RefCell::default(),
            members,
            includes: Cell::new(0),
        }
    }

    pub fn members(&self) -> BTreeSet<String> {
        self.members.borrow().clone()
    }

    /// Gives each unit that is started: what the files include, then what they have themselves.
    pub fn units(&self, start: &starts::Start, folder: &str, variables: &Variables, take: &mut Take<'_, 'a>) {
        self.definitions.borrow_mut().clear();
        let source = |path: &String| Rc::new(Source { path: path.clone(), folder: Some(folder.to_owned()) });
        let mut sources: Vec<Rc<Source>> = start.files.iter().map(source).collect();
        sources.retain(|source| start.reads(&source.path) || self.has_room_for(&source.path));
        self.unit(sources, variables, &|path| start.reads(path), &mut Vec::new(), take);
    }

    /// Whether a file may be read once more, only so that another one can be laid over it.
    fn has_room_for(&self, path: &str) -> bool {
        let lines = self.files.given(path).map_or(0, |file| file.lines.len());
        let has_room = self.files.take_room(lines);
        if !has_room {
            self.files.warn(path, code::LIMIT, 0, "more files are laid over this one than are read together with it");
        }
        has_room
    }

    fn unit(
        &self,
        sources: Vec<Rc<Source>>,
        variables: &Variables,
        follows: &dyn Fn(&str) -> bool,
        passed: &mut Vec<String>,
        take: &mut Take<'_, 'a>,
    ) {
        self.define(&sources);
        let depth = passed.len();
        passed.extend(sources.iter().map(|source| source.path.clone()));
        for source in sources.iter().filter(|source| follows(&source.path)) {
            for include in includes(self.files, source, variables) {
                self.include(include, source, variables, passed, take);
            }
        }
        passed.truncate(depth);
        let services = services(self.files, &sources, variables);
        take(&Unit::new(self, self.files, variables, services));
    }

    fn include(
        &self,
        include: Include,
        by: &Source,
        variables: &Variables,
        passed: &mut Vec<String>,
        take: &mut Take<'_, 'a>,
    ) {
        if include.sources.iter().any(|source| passed.contains(&source.path)) {
            return self.files.warn(
                &by.path,
                code::SHAPE,
                include.line,
                "`include` leads back to a file that it comes from",
            );
        }
        self.includes.set(self.includes.get() + 1);
        if passed.len() >= DEEPEST || self.includes.get() > MOST {
            return self.files.warn(&by.path, code::LIMIT, include.line, "more files are included than are followed");
        }
        self.members.borrow_mut().extend(include.sources.iter().map(|source| source.path.clone()));
        let known = include.variables(self.files, variables);
        self.unit(include.sources, &known, &|_| true, passed, take);
    }

    /// Keeps what the files define beside services.
    fn define(&self, sources: &[Rc<Source>]) {
        let mut definitions = self.definitions.borrow_mut();
        for source in sources {
            for root in self.files.roots(&source.path) {
                for section in ["networks", "configs", "secrets"] {
                    let entries = root.get(section).map(document::Node::entries).unwrap_or_default();
                    for (name, node) in entries.iter().filter_map(|(key, node)| Some((key.as_str()?, node))) {
                        let key = (section.to_owned(), name.to_owned());
                        definitions.entry(key).or_default().push(Node::of(node, source));
                    }
                }
            }
        }
    }

    /// A field of what is defined under a name, in whichever file of the project has it; one that is laid over others goes first.
    pub fn definition(&self, section: &str, name: &str, field: &str) -> Option<Node> {
        let definitions = self.definitions.borrow();
        let nodes = definitions.get(&(section.to_owned(), name.to_owned()))?;
        nodes.iter().rev().find_map(|node| node.get(field)).cloned()
    }
}

/// The services of files, each laid over those of the files before it.
fn services(files: &Files<'_>, sources: &[Rc<Source>], variables: &Variables) -> Vec<Merged> {
    let mut all: Vec<Merged> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for source in sources {
        let roots = files.roots(&source.path).filter_map(|root| root.get("services"));
        for (key, node) in roots.flat_map(document::Node::entries).filter(|(_, node)| is_mapping(node)) {
            let Some(name) = key.as_str() else { continue };
            let own = Chain::new(files, variables).complete(name, node, source);
            let place = Node::of(key, source).place;
            match known.get(name).and_then(|at| all.get_mut(*at)) {
                Some(lower) => {
                    let below = std::mem::replace(&mut lower.node, Node::holding(Content::Null, &place));
                    lower.node = merged(below, own);
                    lower.places.push(place);
                }
                None => {
                    known.insert(name.to_owned(), all.len());
                    all.push(Merged { name: name.to_owned(), places: vec![place], node: settled(own) });
                }
            }
        }
    }
    all
}

fn is_mapping(node: &document::Node) -> bool {
    matches!(node.content, document::Content::Mapping(_))
}

fn name(declared: Option<&str>, variables: &Variables, folder: &str, source: &SourceId) -> String {
    let declared = declared.map(|name| expand(name, Syntax::Shell, variables).text);
    let variable = || variables.get("COMPOSE_PROJECT_NAME").map(|value| value.text.clone());
    let named = declared.or_else(variable).filter(|name| !name.is_empty());
    let last =
        |path: &str| path::name(path.trim_end_matches('/')).rsplit('\\').next().unwrap_or_default().to_lowercase();
    named.unwrap_or_else(|| last(if folder.is_empty() { &source.0 } else { folder }))
}
