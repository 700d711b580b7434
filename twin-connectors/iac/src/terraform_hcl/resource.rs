//! From a resource or data source to its record: only what the table lists for its type, which is the table of states.

use std::collections::BTreeSet;

use twin_connector_base::labels;
use twin_core::observe::{Evidence, Perspective, Record, Statement, Target, technique};
use twin_core::schema::{AttributeName, Value, attribute, kind, relation};

use crate::terraform_state::saying::{Saying, address_in_state, explicit, is_keepable, is_unique};
use crate::terraform_state::table::{self, Fact};

use super::environment::{self, Joined};
use super::module::{Located, Module, kind_of};
use super::syntax::{Block, Expression};
use super::value::Piece;

/// What a resource of AWS has no region of, although it has a kind of its own.
const EVERYWHERE: [&str; 5] = [
    "aws_cloudfront_distribution",
    "aws_iam_openid_connect_provider",
    "aws_iam_saml_provider",
    "aws_organizations_account",
    "aws_route53_zone",
];
/// What is placed by the provider's region if it says none itself.
const PLACED_BY_GOOGLE: [&str; 4] = [
    "google_cloudfunctions_function",
    "google_memcache_instance",
    "google_redis_instance",
    "google_sql_database_instance",
];

/// The label that all resources of a module carry for those who call the module.
pub(super) const DECLARED_IN: (&str, &str) = ("terraform", "declared");

/// The record of a block, and those of teams and systems that its tags name.
pub(super) fn records<'a>(module: &Module<'a>, file: usize, block: &'a Block) -> Vec<Record> {
    let data = block.kind == "data";
    let mut reading = Reading::new(module, file, block, data);
    if !data {
        reading.read_facts();
        reading.take_from_provider();
        reading.belong();
    }
    reading.repeat();
    depend(module, file, block, &mut reading.saying.record);
    [vec![reading.saying.record], reading.named].concat()
}

struct Reading<'m, 'a> {
    module: &'m Module<'a>,
    file: usize,
    block: &'a Block,
    saying: Saying,
    /// Teams and systems that tags name.
    named: Vec<Record>,
    /// Tags that were read, so that those of the provider come second.
    tagged: BTreeSet<String>,
}

impl<'m, 'a> Reading<'m, 'a> {
    fn new(module: &'m Module<'a>, file: usize, block: &'a Block, data: bool) -> Self {
        let (resource_type, label) = (block.label(0), block.label(1));
        let header = |shown: &str| module.stands(file, block.line, shown, technique::DECLARED);
        let key = module.key_of(resource_type, label, data);
        let (name, exists) = name(module, file, block).unwrap_or_else(|| (key.name.clone(), header(label)));
        let mut record = Record::new(key, name, Perspective::Declared, exists);
        record.attribute(attribute::PLATFORM_KIND, resource_type, header(resource_type));
        if data {
            record.attribute(attribute::CONDITION, "data source", header(label));
        }
        let (named, tagged) = (Vec::new(), BTreeSet::new());
        Reading { module, file, block, saying: Saying::new(record), named, tagged }
    }

    fn read_facts(&mut self) {
        let facts = table::row(self.block.label(0)).into_iter().flat_map(|row| row.facts());
        for (path, fact) in facts {
            for at in self.module.found(self.file, self.block, path) {
                self.read(fact, path, at);
            }
        }
    }

    fn read(&mut self, fact: Fact, field: &str, at: Located<'a>) {
        match fact {
            Fact::Tags => self.read_tags(at),
            Fact::Variables => self.read_variables(at),
            Fact::VariableList => self.read_variable_list(at),
            Fact::Containers => self.read_containers(at),
            // Queues of one name stand in many accounts; which one is meant, only a state says.
            Fact::Destination(_) => {}
            Fact::ConfiguredBy if self.configure(&at) => {}
            _ => self.module.items(at).iter().for_each(|item| self.read_text(fact, field, item)),
        }
    }

    fn read_text(&mut self, fact: Fact, field: &str, at: &Located<'a>) {
        let module = self.module;
        let Some((text, pieces)) = module.known(at).filter(|(text, _)| is_keepable(text)) else { return };
        let evidence = |raw: &str| match pieces.as_slice() {
            [only] => module.evidence_of_name(only, raw, technique::DECLARED).in_field(field),
            _ => module.declared(&pieces, field),
        };
        match fact {
            Fact::Port | Fact::Replicas => self.saying.number(fact, text.parse().ok(), evidence),
            _ => self.saying.text(fact, &text, evidence),
        }
    }

    /// What configures it is a resource of this module.
    fn configure(&mut self, at: &Located<'a>) -> bool {
        let pieces = self.module.pieces(at);
        let Some((piece, reference)) = only_open(&pieces) else { return false };
        let (resource_type, label) = (reference.step(0), reference.step(1));
        let is_one =
            kind_of(resource_type, false) == kind::CONFIGURATION && self.module.declares(&reference.beginning(2));
        if is_one {
            let evidence = explicit(self.module.evidence_of_name(piece, &reference.beginning(2), technique::DECLARED));
            let target = Target::Record(self.module.key_of(resource_type, label, false));
            self.saying.record.relate(relation::CONFIGURED_BY, target, evidence);
        }
        is_one
    }

    /// Of tags that are given twice the last counts.
    fn read_tags(&mut self, at: Located<'a>) {
        for (key, value) in self.module.entries(at).into_iter().rev() {
            if self.tagged.contains(key) {
                continue;
            }
            self.tagged.insert(key.to_owned());
            let Some((text, pieces)) = self.module.known(&value).filter(|(text, _)| is_keepable(text)) else {
                continue;
            };
            let evidence = self.module.declared(&pieces, key);
            self.named.extend(labels::apply(&mut self.saying.record, key, &text, &evidence));
        }
    }

    fn read_variables(&mut self, at: Located<'a>) {
        for (name, value) in self.module.entries(at) {
            environment::connect(self.module, &mut self.saying, name, &value);
        }
    }

    /// Each variable is a block or object of its own.
    fn read_variable_list(&mut self, at: Located<'a>) {
        for variable in self.module.items(at) {
            self.read_variable(variable);
        }
    }

    fn read_variable(&mut self, variable: Located<'a>) {
        let entries = self.module.entries(variable);
        let get = |wanted: &str| entries.iter().find(|(key, _)| *key == wanted).map(|(_, value)| value);
        let (Some(name), Some(value)) = (get("name"), get("value")) else { return };
        if let Some((name, _)) = self.module.known(name) {
            environment::connect(self.module, &mut self.saying, &name, value);
        }
    }

    /// Containers stand there as lists that become JSON, or as a text in JSON.
    fn read_containers(&mut self, at: Located<'a>) {
        for container in self.module.items(at) {
            match Joined::of(self.module, &container).filter(|joined| joined.text.trim_start().starts_with(['[', '{']))
            {
                Some(joined) => self.read_written_containers(&joined),
                None => {
                    let entries = self.module.entries(container).into_iter();
                    entries
                        .filter(|(key, _)| *key == "environment")
                        .for_each(|(_, list)| self.read_variable_list(list));
                }
            }
        }
    }

    fn read_written_containers(&mut self, joined: &Joined<'a>) {
        let written: serde_json::Value = serde_json::from_str(&joined.text).unwrap_or_default();
        let containers = written.as_array().map_or(std::slice::from_ref(&written), Vec::as_slice);
        for variable in containers.iter().filter_map(|container| container.get("environment")?.as_array()).flatten() {
            let text = |key: &str| variable.get(key).and_then(serde_json::Value::as_str);
            if let (Some(name), Some(value)) = (text("name"), text("value")) {
                environment::connect_text(self.module, &mut self.saying, name, value, joined);
            }
        }
    }

    /// Where the provider puts it, and what it marks it with.
    fn take_from_provider(&mut self) {
        let Some((file, provider)) = self.module.provider(self.block) else { return };
        for (path, fact) in settings(self.block.label(0)) {
            for at in self.module.found(file, provider, path) {
                let used = self.of_provider(at);
                self.read(fact, path, used);
            }
        }
    }

    /// The place where the provider is used comes before the provider's own.
    fn of_provider(&self, at: Located<'a>) -> Located<'a> {
        let named = self.block.get("provider");
        let shown =
            named.and_then(Expression::as_reference).map_or(self.block.label(1).to_owned(), |named| named.beginning(2));
        let line = named.map_or(self.block.line, |named| named.line);
        let place = super::module::Place { file: self.file, line, shown: shown.into() };
        Located { trail: [place].into_iter().chain(at.trail.iter().cloned()).collect(), ..at }
    }

    /// It stands in its module and, as far as that is certain, in a state.
    fn belong(&mut self) {
        let label = self.block.label(1);
        let header = self.module.stands(self.file, self.block.line, label, technique::DECLARED);
        let (key, value) = (DECLARED_IN.0.to_owned(), DECLARED_IN.1.to_owned());
        let record = &mut self.saying.record;
        if record.key.kind != kind::CONFIGURATION {
            record.say(Statement::Joins { network: self.module.own_network(), rank: 0 }, header.clone());
            record.say(Statement::Labelled { key, value }, header.clone());
        }
        let repeats = ["count", "for_each"].into_iter().any(|key| self.block.get(key).is_some());
        if let Some(state) = self.module.state.as_ref().filter(|_| !repeats) {
            let address = record.key.name.clone();
            record.known_as(address_in_state(&self.module.origin.source.0, state, &address), header);
        }
        self.import();
    }

    /// An import tells the platform's id. What is a mere resource may be imported by the id of something else.
    fn import(&mut self) {
        let key = &self.saying.record.key;
        let imported = self.module.imported(&key.name).filter(|_| key.kind != kind::RESOURCE);
        let known = imported.and_then(|id| self.module.known(&id));
        if let Some((id, pieces)) = known.filter(|(id, _)| is_keepable(id) && is_unique(id)) {
            self.saying.text(Fact::Id, &id, |_| self.module.declared(&pieces, "id"));
        }
    }

    fn repeat(&mut self) {
        let repeated = repeated(self.module, self.file, self.block);
        if let Some((name, value, evidence)) = repeated.filter(|(name, ..)| !self.is_told(name)) {
            self.saying.once(name, value, evidence);
        }
    }

    /// A data source has one condition only.
    fn is_told(&self, name: &AttributeName) -> bool {
        self.block.kind == "data" && *name == attribute::CONDITION
    }
}

/// One block may stand for several things, or for none: how many, or by which argument.
pub(super) fn repeated(module: &Module<'_>, file: usize, block: &Block) -> Option<(AttributeName, Value, Evidence)> {
    let (key, expression) = ["count", "for_each"].into_iter().find_map(|key| Some((key, block.get(key)?)))?;
    let evidence = module.stands(file, expression.line, key, technique::DECLARED).in_field(key);
    let count = expression.as_literal().and_then(|count| count.parse::<i64>().ok()).filter(|count| *count >= 0);
    Some(match count {
        Some(count) => (attribute::REPLICAS, Value::from(count), evidence),
        None => (attribute::CONDITION, Value::from(key), evidence),
    })
}

/// What a provider's settings say of its resources.
fn settings(resource_type: &str) -> Vec<(&'static str, Fact)> {
    let placed = kind_of(resource_type, false) != kind::RESOURCE && !EVERYWHERE.contains(&resource_type);
    let by_google = PLACED_BY_GOOGLE.contains(&resource_type);
    let said = [
        ("aws_", "region", Fact::Region, placed),
        ("aws_", "default_tags.tags", Fact::Tags, true),
        ("google_", "project", Fact::Account, true),
        ("google_", "region", Fact::Region, by_google),
        ("google_", "default_labels", Fact::Tags, true),
        ("azurerm_", "subscription_id", Fact::Account, true),
    ];
    let said = said.into_iter().filter(|(prefix, _, _, holds)| *holds && resource_type.starts_with(prefix));
    said.map(|(_, path, fact, _)| (path, fact)).collect()
}

/// The platform's name of it, where the code says it.
fn name(module: &Module<'_>, file: usize, block: &Block) -> Option<(String, Evidence)> {
    let facts = table::row(block.label(0)).filter(|_| block.kind == "resource")?.facts();
    let mut names = facts.filter(|(_, fact)| *fact == Fact::Name);
    names.find_map(|(path, _)| {
        let found = module.found(file, block, path);
        let (text, pieces) = found.iter().find_map(|at| module.known(at)).filter(|(text, _)| is_keepable(text))?;
        let evidence = module.declared(&pieces, path);
        Some((text, evidence))
    })
}

fn only_open<'p, 'a>(pieces: &'p [Piece<'a>]) -> Option<(&'p Piece<'a>, &'a super::syntax::Reference)> {
    match pieces {
        [piece] => match piece.said {
            super::value::Said::Open(reference) => Some((piece, reference?)),
            super::value::Said::Text(_) => None,
        },
        _ => None,
    }
}

/// Says what a block needs: whatever its expressions name, directly or through locals.
pub(super) fn depend<'a>(module: &Module<'a>, file: usize, block: &'a Block, record: &mut Record) {
    let mut seen = BTreeSet::from([record.key.clone()]);
    let mut followed = BTreeSet::new();
    let mut pending = vec![module.at(file, &block.body)];
    while let Some(at) = pending.pop() {
        module.ask();
        if !module.step() {
            return;
        }
        pending.extend(at.expression.children().into_iter().rev().map(|inner| at.beside(inner)));
        let Some(reference) = at.expression.as_reference() else { continue };
        if let Some((file, expression)) = module.definition(reference) {
            let shown = reference.beginning(2);
            let place = super::module::Place { file: at.file, line: at.expression.line, shown: shown.as_str().into() };
            let trail = at.trail.iter().cloned().chain([place]).collect();
            pending.extend(followed.insert(shown).then_some(Located { file, expression, trail }));
        } else if let Some((key, steps)) = module.needed(reference).filter(|(key, _)| seen.insert(key.clone())) {
            let piece = module.piece(&at);
            let evidence = module.evidence_of_name(&piece, &reference.beginning(steps), technique::DECLARED);
            record.relate(relation::DEPENDS_ON, Target::Record(key), explicit(evidence));
        }
    }
}
