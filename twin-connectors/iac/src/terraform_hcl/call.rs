//! Calls of other modules, and the values that pass between modules.

use std::collections::BTreeMap;

use twin_connector_base::endpoint;
use twin_core::observe::{Evidence, Handle, Perspective, Record, RecordKey, Space, Statement, Target, technique};
use twin_core::schema::{Value, attribute, kind, relation};

use crate::terraform_state::saying::explicit;

use super::environment::{Joined, shown};
use super::module::{Located, Module};
use super::resource::{self, DECLARED_IN};
use super::source;
use super::syntax::{Block, Expression};

/// Arguments of a call that are no inputs of the module.
const ARGUMENTS: [&str; 7] = ["source", "version", "count", "for_each", "providers", "depends_on", "lifecycle"];

/// The record of a call, that of the package that it fetches, and those of the values that it passes on.
pub(super) fn records<'a>(module: &Module<'a>, file: usize, block: &'a Block) -> Vec<Record> {
    let name = block.label(0);
    let header = |shown: &str| module.stands(file, block.line, shown, technique::DECLARED);
    let address = format!("module.{name}");
    let mut record = Record::new(module.key_of_call(name), address, Perspective::Declared, header(name));
    record.attribute(attribute::PLATFORM_KIND, "module", header("module"));
    if let Some((name, value, evidence)) = resource::repeated(module, file, block) {
        record.attribute(name, value, evidence);
    }
    resource::depend(module, file, block, &mut record);
    let mut more = Vec::new();
    if let Some(folder) = module.folder_of(name) {
        record.say(needs_declared(module, &folder), at_source(module, file, block, "").in_field("source"));
        more = passed(module, file, block, &folder);
    } else {
        more.extend(package(module, file, block, &mut record));
    }
    [vec![record], more].concat()
}

fn at_source(module: &Module<'_>, file: usize, block: &Block, shown: &str) -> Evidence {
    let source = block.get("source");
    let line = source.map_or(block.line, |source| source.line);
    let whole = source.and_then(Expression::as_literal).filter(|_| shown.is_empty()).unwrap_or(shown);
    explicit(module.stands(file, line, whole, technique::DECLARED)).in_field("source")
}

/// A call needs whatever is declared in the folder that it names.
fn needs_declared(module: &Module<'_>, folder: &str) -> Statement {
    let labels = BTreeMap::from([(DECLARED_IN.0.to_owned(), DECLARED_IN.1.to_owned())]);
    let target = Target::Selector { within: module.network(folder), labels };
    Statement::Related { relation: relation::DEPENDS_ON, variant: None, target, attributes: BTreeMap::new() }
}

/// A module that is fetched is a package.
fn package(module: &Module<'_>, file: usize, block: &Block, record: &mut Record) -> Option<Record> {
    let fetched = source::fetched(block.get("source")?.as_literal()?)?;
    let evidence = at_source(module, file, block, &fetched.name);
    let handle = Handle::global(Space::Package, fetched.package.as_str());
    let asked = block.get("version").and_then(Expression::as_literal).map(str::to_owned).or(fetched.revision);
    let attributes = asked.map(|version| (attribute::VERSION_RANGE, Value::from(version))).into_iter().collect();
    let target = Target::Handle(handle.clone());
    record.say(
        Statement::Related { relation: relation::DEPENDS_ON, variant: None, target, attributes },
        evidence.clone(),
    );
    let key = RecordKey::new(&module.origin.source, kind::PACKAGE, fetched.package);
    let mut package = Record::new(key, fetched.name, Perspective::Declared, evidence.clone());
    package.stands_for = 0;
    package.known_as(handle, evidence);
    Some(package)
}

/// What a call gives to the module in a folder, as far as it leads to something.
fn passed<'a>(module: &Module<'a>, file: usize, block: &'a Block, folder: &str) -> Vec<Record> {
    let inputs =
        block.body.entries().iter().filter(|entry| !ARGUMENTS.contains(&entry.key.as_str()) && !entry.key.is_empty());
    let values = inputs.flat_map(|entry| named_values(module, &entry.key, module.at(file, &entry.value)));
    let passed = values.filter_map(|(name, at)| {
        let answers = module.value(folder, &format!("var.{name}"));
        pass(module, format!("module.{}.{name}", block.label(0)), answers, &name, &at)
    });
    passed.collect()
}

/// What a module gives to those who call it, as far as it leads to something.
pub(super) fn outputs<'a>(module: &Module<'a>, file: usize, block: &'a Block) -> Vec<Record> {
    let Some(value) = block.get("value") else { return Vec::new() };
    let values = named_values(module, block.label(0), module.at(file, value)).into_iter();
    let passed =
        values.filter_map(|(name, at)| pass(module, format!("output.{name}"), module.output(&name), &name, &at));
    passed.collect()
}

/// A value by its name, or the values within it by theirs.
fn named_values<'a>(module: &Module<'a>, name: &str, at: Located<'a>) -> Vec<(String, Located<'a>)> {
    let entries = module.entries(at.clone());
    match entries.is_empty() {
        true => vec![(name.to_owned(), at)],
        false => entries.into_iter().map(|(key, value)| (format!("{name}.{key}"), value)).collect(),
    }
}

/// A record that answers to the value's name and leads on to what it stands for. It stands for no block of its own.
fn pass<'a>(module: &Module<'a>, key: String, answers: Handle, name: &str, at: &Located<'a>) -> Option<Record> {
    let joined = Joined::of(module, at)?;
    let (target, evidence) = leads_to(module, &joined, name)?;
    let mut record = Record::new(module.key(kind::CONFIGURATION, key), name, Perspective::Declared, evidence.clone());
    record.stands_for = 0;
    record.known_as(answers, evidence.clone());
    record.relate(relation::ROUTES_TO, target, evidence);
    Some(record)
}

/// The one thing that a value names.
fn leads_to<'a>(module: &Module<'a>, joined: &Joined<'a>, name: &str) -> Option<(Target, Evidence)> {
    let mut named =
        joined.references().filter_map(|(piece, reference)| Some((piece, reference, module.peer(reference)?.0)));
    if let Some((piece, reference, target)) = named.next() {
        let evidence = module.evidence_of_name(piece, &shown(reference), technique::DECLARED);
        return named.all(|(_, _, other)| other == target).then(|| (target, explicit(evidence)));
    }
    let known = joined.references().next().is_none();
    let peer = endpoint::endpoints(name, &joined.text).into_iter().next().filter(|_| known)?;
    let raw = peer.raw.split([':', ',']).next().unwrap_or_default();
    Some((Target::Handle(peer.peer()), joined.evidence(module, raw, peer.technique)))
}
