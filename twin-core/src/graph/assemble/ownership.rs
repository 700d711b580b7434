//! Ownership by path: the last rule that matches where a thing is built, or declared, says who owns it.

use std::collections::{BTreeMap, BTreeSet};

use super::Build;
use super::pattern::Pattern;
use super::piece::Pass;
use crate::answer::EvidenceId;
use crate::graph::is_owned;
use crate::identity::{FactIndex, RecordIndex};
use crate::observe::{Handle, SourceId, Space, Step};
use crate::schema::{AttributeName, Value, attribute, kind, relation};

/// How sure it is that whoever owns the manifest owns the thing.
const BY_MANIFEST: f64 = 0.7;

/// One rule of one file.
struct Rule {
    source: String,
    base: String,
    section: String,
    position: i64,
    pattern: Pattern,
    /// The nodes of the teams and people that it names.
    owners: Vec<u32>,
    fact: FactIndex,
}

/// People by their source and their name in it.
type People<'p> = BTreeMap<(&'p SourceId, &'p str), RecordIndex>;

/// A path that stands for an entity, with the steps from the entity to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct OwnedPath {
    source: String,
    path: String,
    is_code: bool,
    steps: Vec<Step>,
}

impl Build<'_> {
    /// Adds `ownedBy` for everything that a rule gives an owner.
    pub(super) fn add_ownership(&mut self) {
        let rules = self.rules();
        if rules.is_empty() {
            return;
        }
        self.unit_anew(Pass::Ownership, |build| {
            let context = build.directory.context();
            let owned = build.nodes().filter(|(_, entity)| is_owned(&entity.kind)).map(|(node, _)| node);
            let owned: Vec<u32> = owned.collect();
            for node in owned.into_iter().take_while(|_| context.goes_on()) {
                build.add_owners_of(node, &rules);
            }
        });
    }

    fn add_owners_of(&mut self, node: u32, rules: &[Rule]) {
        let paths = self.paths_of(node);
        let by_code = paths.iter().any(|path| path.is_code);
        for path in paths.iter().filter(|path| path.is_code == by_code) {
            self.own(node, path, rules);
        }
    }

    fn rules(&self) -> Vec<Rule> {
        let people = self.people();
        let rules = self.directory.of_kind(kind::OWNERSHIP_RULE);
        let mut rules: Vec<Rule> = rules.filter_map(|record| self.rule(record, &people)).collect();
        rules.sort_by(|a, b| {
            (&a.source, &a.base, &a.section, a.position).cmp(&(&b.source, &b.base, &b.section, b.position))
        });
        rules
    }

    /// People by their source and their name in it.
    fn people(&self) -> People<'_> {
        let keys = self.directory.of_kind(kind::PERSON).map(|record| (&self.directory.record(record).key, record));
        // Of several the first is meant: later ones must not replace it.
        keys.rev().map(|(key, record)| ((&key.source, key.name.as_str()), record)).collect()
    }

    fn rule(&self, record: RecordIndex, people: &People<'_>) -> Option<Rule> {
        let text = |name: &AttributeName| {
            self.directory.attribute(record, name).next().and_then(|(_, value)| value.as_text()).map(str::to_owned)
        };
        let position =
            self.directory.attribute(record, &attribute::POSITION).next().and_then(|(_, value)| value.as_integer());
        let owners = self.directory.attribute(record, &attribute::OWNERS).next().map(|(_, value)| value);
        let source = &self.directory.record(record).key.source;
        let owner = |owner: &String| self.owner(source, owner, people);
        Some(Rule {
            source: source.0.clone(),
            base: text(&attribute::BASE_PATH).unwrap_or_default(),
            section: text(&attribute::SECTION).unwrap_or_default(),
            position: position.unwrap_or_default(),
            pattern: Pattern::new(&text(&attribute::PATTERN)?),
            owners: match owners {
                Some(Value::Texts(owners)) => owners.iter().filter_map(owner).collect(),
                _ => Vec::new(),
            },
            fact: self.directory.record(record).exists?,
        })
    }

    /// Where an entity is built, and where it is declared.
    fn paths_of(&self, node: u32) -> BTreeSet<OwnedPath> {
        let mut paths = BTreeSet::new();
        for record in self.entity(node).records.iter().filter_map(|key| self.directory.by_key(key)) {
            let view = self.directory.record(record);
            let source = &view.key.source.0;
            for (handle, fact) in view.handles.iter().filter(|(handle, _)| handle.space == Space::Path) {
                let steps = self.steps(*fact);
                paths.insert(OwnedPath { source: source.clone(), path: handle.value.clone(), is_code: true, steps });
            }
            for step in view.exists.map(|fact| self.steps(fact)).into_iter().flatten().take(1) {
                let path = step.locator.path().to_owned();
                paths.insert(OwnedPath { source: source.clone(), path, is_code: false, steps: vec![step] });
            }
        }
        paths
    }

    /// Applies the last rule that matches in each section.
    fn own(&mut self, node: u32, path: &OwnedPath, rules: &[Rule]) {
        let mut last: BTreeMap<(&str, &str), &Rule> = BTreeMap::new();
        for rule in rules.iter().filter(|rule| rule.source == path.source) {
            if within(&rule.base, &path.path).is_some_and(|relative| rule.pattern.matches(or_itself(relative))) {
                last.insert((&rule.base, &rule.section), rule);
            }
        }
        for rule in last.into_values() {
            for &owner in rule.owners.iter().filter(|owner| **owner != node) {
                self.own_by(node, path, rule, owner);
            }
        }
    }

    fn own_by(&mut self, node: u32, path: &OwnedPath, rule: &Rule, owner: u32) {
        let evidence: Vec<EvidenceId> = self.cite_through(&[], rule.fact, &path.steps);
        if !path.is_code {
            for id in &evidence {
                self.row_mut(*id).confidence *= BY_MANIFEST;
            }
        }
        self.say(node, &relation::OWNED_BY, None, owner, rule.fact, &BTreeMap::new(), evidence);
    }

    /// The team or person that a rule names.
    fn owner(&self, source: &SourceId, owner: &str, people: &People<'_>) -> Option<u32> {
        let teams = self.directory.answering(&Handle::global(Space::Team, owner.to_lowercase()));
        let team = teams.first().map(|found| found.record);
        self.places(team.or_else(|| people.get(&(source, owner)).copied())?).own
    }
}

/// A base folder is matched by what matches everything that is in it, whatever its name.
fn or_itself(relative: &str) -> &str {
    if relative.is_empty() { "." } else { relative }
}

/// The path from a base folder on, if it lies beneath it.
fn within<'p>(base: &str, path: &'p str) -> Option<&'p str> {
    match base {
        "" => Some(path),
        base if base == path => Some(""),
        base => path.strip_prefix(base)?.strip_prefix('/'),
    }
}
