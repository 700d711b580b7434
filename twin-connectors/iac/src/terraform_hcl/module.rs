//! A module: the files of one folder, and what each name in them stands for.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use twin_connector_base::Origin;
use twin_core::base::Digest;
use twin_core::observe::{Handle, RecordKey, Space};
use twin_core::schema::{Kind, kind};

use crate::compose::path::joined;
use crate::terraform_state::table;

use super::file::File;
use super::syntax::{Block, Expression, Reference};

/// To find out what one expression comes to, so many steps are taken.
const STEPS: usize = 4_096;

/// An expression, in which file it stands, and the places that lead to it.
#[derive(Clone, Debug)]
pub(super) struct Located<'a> {
    pub file: usize,
    pub expression: &'a Expression,
    pub trail: Rc<[Place]>,
}

/// A place on the way to a value, and what is shown of it: a name that is followed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    pub file: usize,
    pub line: usize,
    pub shown: Rc<str>,
}

/// The files of a folder as one.
pub(super) struct Module<'a> {
    pub files: &'a [File<'a>],
    pub origin: &'a Origin,
    folder: &'a str,
    /// What variables and locals stand for, as `var.x` and `local.x`; of a sensitive variable nothing.
    definitions: BTreeMap<String, (usize, &'a Expression)>,
    /// The addresses of what the module declares: `aws_db_instance.main`, `data.aws_vpc.main`, `module.shop`.
    declared: BTreeSet<String>,
    /// Sources of modules by their names.
    sources: BTreeMap<&'a str, &'a str>,
    providers: BTreeMap<(&'a str, &'a str), (usize, &'a Block)>,
    /// Ids of the platform by the addresses of what they are imported to.
    imports: BTreeMap<String, (usize, &'a Expression)>,
    /// Variables whose values may be followed.
    open: BTreeSet<&'a str>,
    /// What the keys of its records have in common.
    name: Option<String>,
    /// The state that the module's resources are kept in, where that is a file of this folder's source.
    pub state: Option<String>,
    /// How many more steps may be taken to follow names: in all, and to find out about the one thing that is asked.
    steps: Cell<(usize, usize)>,
    /// Whether a name was not followed because there were too many steps.
    cut: Cell<bool>,
}

impl<'a> Module<'a> {
    pub fn new(folder: &'a str, files: &'a [File<'a>], origin: &'a Origin) -> Self {
        let mut module = Module {
            files,
            origin,
            folder,
            definitions: BTreeMap::new(),
            declared: BTreeSet::new(),
            sources: BTreeMap::new(),
            providers: BTreeMap::new(),
            imports: BTreeMap::new(),
            open: BTreeSet::new(),
            name: name(folder),
            state: joined(folder, "terraform.tfstate"),
            steps: Cell::new((origin.limits.nodes, STEPS)),
            cut: Cell::new(false),
        };
        for (file, block) in module.blocks() {
            module.define(file, block);
        }
        module.give_values();
        module
    }

    /// All blocks, each with the place of its file.
    pub fn blocks(&self) -> impl Iterator<Item = (usize, &'a Block)> + use<'a> {
        let files: &'a [File<'a>] = self.files;
        files.iter().enumerate().flat_map(|(place, file)| file.blocks.iter().map(move |block| (place, block)))
    }

    fn define(&mut self, file: usize, block: &'a Block) {
        self.declared.extend(address(block));
        match block.kind.as_str() {
            "variable" if !is_secret(block) => {
                self.open.insert(block.label(0));
                let default = block.get("default").map(|default| (format!("var.{}", block.label(0)), (file, default)));
                self.definitions.extend(default);
            }
            "import" => {
                let to = block.get("to").and_then(Expression::as_reference).map(|to| to.path.join("."));
                self.imports.extend(to.zip(block.get("id")).map(|(to, id)| (to, (file, id))));
            }
            "locals" => {
                let named =
                    block.body.entries().iter().map(|entry| (format!("local.{}", entry.key), (file, &entry.value)));
                self.definitions.extend(named);
            }
            "module" => {
                let source = block.get("source").and_then(Expression::as_literal);
                self.sources.extend(source.map(|source| (block.label(0), source)));
            }
            "provider" => {
                let alias = block.get("alias").and_then(Expression::as_literal).unwrap_or_default();
                self.providers.insert((block.label(0), alias), (file, block));
            }
            "terraform" => self.keep_state(block),
            _ => {}
        }
    }

    /// Where the state is kept: elsewhere, in a named file, or where it is kept if nothing is said.
    fn keep_state(&mut self, block: &'a Block) {
        let backend = block.get("backend");
        let local = backend.and_then(|backend| backend.get("local"));
        match local.map(|local| local.get("path")) {
            Some(Some(path)) => self.state = path.as_literal().and_then(|path| joined(self.folder, path)),
            Some(None) => {}
            None if backend.or_else(|| block.get("cloud")).is_some() => self.state = None,
            None => {}
        }
    }

    /// The values that files of values give come over defaults, those of the later file over those of the earlier.
    fn give_values(&mut self) {
        let entries =
            self.files.iter().enumerate().flat_map(|(place, file)| file.values.iter().map(move |entry| (place, entry)));
        let given: Vec<_> = entries
            .filter(|(_, entry)| self.open.contains(entry.key.as_str()))
            .map(|(place, entry)| (format!("var.{}", entry.key), (place, &entry.value)))
            .collect();
        self.definitions.extend(given);
    }

    /// Whether a block of this address stands in the module.
    pub fn declares(&self, address: &str) -> bool {
        self.declared.contains(address)
    }

    /// One more step of following; `false` once there were too many.
    pub fn step(&self) -> bool {
        let (all, these) = self.steps.get();
        self.steps.set((all.saturating_sub(1), these.saturating_sub(1)));
        let goes_on = all > 0 && these > 0;
        if !goes_on {
            self.stop();
        }
        goes_on
    }

    /// Something was not followed to its end.
    pub fn stop(&self) {
        self.cut.set(true);
    }

    /// Whether not every name was followed.
    pub fn is_cut(&self) -> bool {
        self.cut.get()
    }

    /// Something else is asked.
    pub fn ask(&self) {
        self.steps.set((self.steps.get().0, STEPS));
    }

    /// What a variable or local stands for, if that is known here.
    pub fn definition(&self, reference: &Reference) -> Option<(usize, &'a Expression)> {
        matches!(reference.step(0), "var" | "local").then(|| self.definitions.get(&reference.beginning(2)).copied())?
    }

    /// The settings of the provider that a block is made with.
    pub fn provider(&self, block: &Block) -> Option<(usize, &'a Block)> {
        let named = block.get("provider").and_then(Expression::as_reference);
        let default = block.label(0).split('_').next().unwrap_or_default();
        let key = named.map_or((default, ""), |named| (named.step(0), named.step(1)));
        self.providers.get(&key).copied()
    }

    /// The name for people.
    pub fn title(&self) -> &str {
        self.folder.rsplit('/').next().filter(|last| !last.is_empty()).unwrap_or("terraform")
    }

    /// The key of a record of this module.
    pub fn key(&self, kind: Kind, name: impl Into<String>) -> RecordKey {
        let key = RecordKey::new(&self.origin.source, kind, name);
        match &self.name {
            Some(module) => key.in_cluster(module.as_str()),
            None => key,
        }
    }

    /// The key of a resource or data source.
    pub fn key_of(&self, resource_type: &str, name: &str, data: bool) -> RecordKey {
        let prefix = if data { "data." } else { "" };
        self.key(kind_of(resource_type, data), format!("{prefix}{resource_type}.{name}"))
    }

    /// The key of a call of another module.
    pub fn key_of_call(&self, name: &str) -> RecordKey {
        self.key(kind::RESOURCE, format!("module.{name}"))
    }

    /// The platform's id of what is imported to an address.
    pub fn imported(&self, address: &str) -> Option<Located<'a>> {
        self.imports.get(address).map(|(file, id)| self.at(*file, id))
    }

    /// The source of a call.
    pub fn source_of(&self, call: &str) -> Option<&'a str> {
        self.sources.get(call).copied()
    }

    /// The folder of a module that lies in this source.
    pub fn folder_of(&self, call: &str) -> Option<String> {
        let source = self.source_of(call)?;
        let is_local = source.starts_with("./") || source.starts_with("../");
        is_local.then(|| joined(self.folder, source)).flatten()
    }

    /// The name of an input of this module.
    pub fn input(&self, names: &str) -> Handle {
        self.value(self.folder, &format!("var.{names}"))
    }

    /// The name of an output of this module.
    pub fn output(&self, names: &str) -> Handle {
        self.value(self.folder, &format!("output.{names}"))
    }

    /// The name of an input or output of the module in a folder.
    pub fn value(&self, folder: &str, name: &str) -> Handle {
        Handle::within(Space::ModuleValue, name, self.network(folder))
    }

    /// What the resources of the module in a folder have in common.
    pub fn network(&self, folder: &str) -> String {
        format!("terraform/{}/{folder}", self.origin.source)
    }

    /// The same of this module.
    pub fn own_network(&self) -> String {
        self.network(self.folder)
    }
}

/// What makes the keys of a module's records differ from those of others: the folder's own name, told from others of that name.
fn name(folder: &str) -> Option<String> {
    let last = folder.rsplit('/').next().filter(|last| !last.is_empty())?;
    let digest = Digest::of(folder.as_bytes()).to_string();
    Some(format!("{last}-{}", digest.get(..8).unwrap_or_default()))
}

/// How expressions name a block.
pub(super) fn address(block: &Block) -> Option<String> {
    let (first, second) = (block.label(0), block.label(1));
    match block.kind.as_str() {
        "resource" => Some(format!("{first}.{second}")),
        "data" => Some(format!("data.{first}.{second}")),
        "module" => Some(format!("module.{first}")),
        _ => None,
    }
}

/// What a resource of a type is. A data source is no more than a reference to one.
pub(super) fn kind_of(resource_type: &str, data: bool) -> Kind {
    let row = table::row(resource_type).filter(|_| !data);
    row.map_or(kind::RESOURCE, |row| row.kind.clone())
}

/// Whether a variable is marked so that its value is shown nowhere.
fn is_secret(block: &Block) -> bool {
    ["sensitive", "ephemeral"]
        .into_iter()
        .filter_map(|mark| block.get(mark))
        .any(|mark| mark.as_literal() != Some("false"))
}
