//! Relations that a record states directly: both ends are resolved, lifted to what the table admits, and kept.

use super::Build;
use super::edges::Said;
use super::entities::name_of_called;
use super::piece::Pass;
use crate::graph::{AttributeValue, Unresolved};
use crate::identity::{FactIndex, Found, RecordIndex};
use crate::observe::{Diagnostic, Handle, Locator, Space, Statement, Step, Target, code};
use crate::schema::{AttributeName, Ends, Kind, Level, Relation, Value, kind, relation};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The folder above a path; the root's is none.
pub(super) fn parent(path: &str) -> Option<&str> {
    (!path.is_empty()).then(|| path.rsplit_once('/').map_or("", |(folder, _)| folder))
}

/// How far a path reaches: what lies in a folder belongs to whatever is made from a folder above it, but whoever depends on a folder does
/// not depend on those above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Only what answers to the path itself.
    Exact,
    /// Else the nearest folder above it.
    Above,
}

/// Relations that are joined elsewhere.
fn is_joined_elsewhere(relation: &Relation) -> bool {
    [relation::CONNECTS_TO, relation::CONFIGURED_BY, relation::STARTS_AFTER, relation::BILLS, relation::COUNTS]
        .contains(relation)
}

impl Build<'_> {
    /// Adds every relation that needs no joining.
    pub(super) fn add_relations(&mut self) {
        let context = self.directory.context();
        for &record in self.directory.related().iter().take_while(|_| context.goes_on()) {
            self.unit(Pass::Relations, self.directory.digest(record), |build| build.add_relations_of(record));
        }
    }

    fn add_relations_of(&mut self, record: RecordIndex) {
        if self.is_support(&self.directory.record(record).key.kind) {
            return;
        }
        for (fact, holding) in self.directory.facts_of(record) {
            if let Statement::Related { relation, variant, target, attributes } = &holding.fact.statement
                && !is_joined_elsewhere(relation)
            {
                self.add_relation(record, fact, relation, variant.clone(), target, attributes);
            }
        }
    }

    pub(super) fn is_support(&self, kind: &Kind) -> bool {
        self.schema.kind(kind.as_str()).is_ok_and(|row| row.level == Level::Support)
    }

    fn add_relation(
        &mut self,
        record: RecordIndex,
        fact: FactIndex,
        relation: &Relation,
        variant: Option<String>,
        target: &Target,
        attributes: &BTreeMap<AttributeName, Value>,
    ) {
        let Ok((row, is_inverse)) = self.schema.stated(relation.as_str()) else { return };
        if is_inverse {
            return self.add_inverse(record, fact, row, target, attributes);
        }
        let Some(from) = self.admitted(record, &row.from) else {
            return self.forbid(record, fact, relation, "its left end");
        };
        // What succeeds is succeeded by its own kind: a path that no decision answers to is not its folder's component.
        let same = row.same_kind.then(|| Ends::Of(vec![self.kind(from).clone()]));
        let reach = if *relation == relation::DEPENDS_ON { Reach::Exact } else { Reach::Above };
        for (to, found) in self.meant(record, fact, target, same.as_ref().unwrap_or(&row.to), reach) {
            match to {
                Some(to) if from != to => {
                    let mut after = self.steps_through_build_file(target, attributes);
                    after.extend(self.steps_to(found));
                    let evidence = self.cite_through(&[], fact, &after);
                    self.say(from, relation, variant.clone(), to, fact, attributes, evidence);
                }
                Some(_) => {}
                None => self.forbid(record, fact, relation, "its right end"),
            }
        }
    }

    /// The steps by which a record answers to the name that it was found by.
    pub(super) fn steps_to(&self, found: Option<Found>) -> Vec<Step> {
        let via = found.and_then(|found| found.via).filter(|via| self.adds_something(*via));
        via.map(|via| self.steps(via)).unwrap_or_default()
    }

    /// A record's mere existence says nothing about why it is meant.
    fn adds_something(&self, via: FactIndex) -> bool {
        !matches!(self.directory.holding(via).fact.statement, Statement::Exists { .. })
    }

    /// The nodes that a target of a fact means, with the record each was found by. A node is `None` where the table does not admit the record.
    /// A reference that means nothing or several things is noted and followed nowhere.
    pub(super) fn meant(
        &mut self,
        record: RecordIndex,
        fact: FactIndex,
        target: &Target,
        ends: &Ends,
        reach: Reach,
    ) -> Vec<(Option<u32>, Option<Found>)> {
        let found = match target {
            Target::Handle(handle) if handle.space == Space::ComponentName => {
                return self.named(handle).map(|node| (Some(node), None)).into_iter().collect();
            }
            Target::Handle(handle) if handle.space == Space::Path => self.at_path(handle, ends, reach),
            _ => self.directory.resolve(target, record),
        };
        let nodes: BTreeSet<(Option<u32>, Found)> =
            found.iter().map(|found| (self.admitted(found.record, ends), *found)).collect();
        let distinct: BTreeSet<Option<u32>> = nodes.iter().map(|(node, _)| *node).collect();
        let several = distinct.len() > 1 && !matches!(target, Target::Selector { .. });
        if found.is_empty() || several {
            self.note_unresolved(record, fact, target, several);
            return Vec::new();
        }
        let mut seen = BTreeSet::new();
        nodes.into_iter().filter(|(node, _)| seen.insert(*node)).map(|(node, found)| (node, Some(found))).collect()
    }

    /// The one component or resource of that name.
    pub(super) fn named(&self, handle: &Handle) -> Option<u32> {
        match self.called(&handle.value)[..] {
            [only] => Some(only),
            _ => None,
        }
    }

    /// Whatever people call so. A service is meant before a job of its name, and what stands in a known environment before what
    /// stands in none, such as a stand-in on a developer's machine.
    pub(super) fn called(&self, name: &str) -> Vec<u32> {
        self.directory.note(name_of_called(name));
        let mut nodes = self.components().get(&name.to_lowercase()).cloned().unwrap_or_default();
        prefer(&mut nodes, |node| !self.is_job(node));
        prefer(&mut nodes, |node| self.entity(node).placement.environment.is_some());
        nodes
    }

    fn is_job(&self, node: u32) -> bool {
        let records = self.entity(node).records.iter().filter_map(|key| self.directory.by_key(key));
        let mut workloads =
            records.filter(|record| self.directory.record(*record).key.kind == kind::WORKLOAD).peekable();
        workloads.peek().is_some() && workloads.all(|record| self.directory.is_job(record))
    }

    /// The records that answer to a path, or to the nearest folder above it to which any answers that may stand here. A repository holds every path
    /// beneath it: where anything may stand, it is meant by its own path only.
    fn at_path(&self, handle: &Handle, ends: &Ends, reach: Reach) -> Vec<Found> {
        let folders = if reach == Reach::Exact { 1 } else { usize::MAX };
        let mut paths = std::iter::successors(Some(handle.value.as_str()), |path| parent(path)).take(folders);
        let answering = |path: &str| -> Vec<Found> {
            let found = self.directory.answering(&Handle::within(Space::Path, path, handle.within.clone()));
            let is_meant = |found: &&Found| {
                let is_repository = self.directory.record(found.record).key.kind == kind::REPOSITORY;
                let is_named = path == handle.value || !is_repository || ends.kinds().contains(&kind::REPOSITORY);
                is_named && self.admitted(found.record, ends).is_some()
            };
            found.iter().filter(is_meant).copied().collect()
        };
        paths.find_map(|path| Some(answering(path)).filter(|found| !found.is_empty())).unwrap_or_default()
    }

    /// Texts name much that is no record; only references that were made to be followed are worth a note.
    fn note_unresolved(&mut self, record: RecordIndex, fact: FactIndex, target: &Target, several: bool) {
        let names = match target {
            Target::Handle(handle) if handle.space == Space::Path => return,
            Target::Handle(handle) => handle.to_string(),
            Target::Record(key) => key.to_string(),
            Target::Selector { labels, .. } => {
                labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
            }
        };
        let why = if several { "several things answer to it" } else { "nothing that was read answers to it" };
        let evidence = self.cite(fact);
        let places = self.places(record);
        let from = places.component.or(places.acting).or(places.own);
        self.piece.unresolved.push(Arc::new(Unresolved { from, names, why: why.to_owned(), evidence }));
    }

    #[allow(clippy::too_many_arguments)]
    pub(super) fn say(
        &mut self,
        from: u32,
        relation: &Relation,
        variant: Option<String>,
        to: u32,
        fact: FactIndex,
        attributes: &BTreeMap<AttributeName, Value>,
        evidence: Vec<crate::answer::EvidenceId>,
    ) {
        let perspective = self.directory.holding(fact).fact.perspective;
        let confidence = self.confidence(&evidence);
        let attributes = attributes
            .iter()
            .map(|(name, value)| AttributeValue {
                name: name.clone(),
                value: value.clone(),
                perspective,
                evidence: evidence.clone(),
            })
            .collect();
        self.say_edge(Said {
            from,
            relation: relation.clone(),
            to,
            variant,
            perspective,
            confidence,
            attributes,
            evidence,
        });
    }

    /// The table does not allow it: said aloud, and nothing else is lost.
    pub(super) fn forbid(&mut self, record: RecordIndex, fact: FactIndex, relation: &Relation, end: &str) {
        let locator = self.steps(fact).into_iter().next().map(|step| step.locator);
        let key = &self.directory.record(record).key;
        let message = format!("relation {relation} of {key} is not allowed by the table at {end}");
        self.piece.diagnostics.push(Diagnostic::warning(
            code::SCHEMA,
            locator.unwrap_or(Locator::line("", 0)),
            message,
        ));
    }

    /// Which relation a connection is, by what stands at its other end.
    pub(super) fn relation_to(&self, node: u32) -> Relation {
        let of_kind = |kinds: &[Kind]| kinds.contains(self.kind(node));
        if of_kind(&[kind::INSTANCE, kind::VENDOR]) {
            relation::CALLS
        } else if of_kind(&[kind::DATA_STORE, kind::BUCKET]) {
            relation::READS_FROM
        } else if of_kind(&[kind::CACHE]) {
            relation::CACHES_IN
        } else if of_kind(&[kind::IDENTITY_PROVIDER]) {
            relation::AUTHENTICATES_WITH
        } else {
            relation::CONNECTS_TO
        }
    }
}

/// Keeps those of which something holds, if it holds of any.
fn prefer(nodes: &mut Vec<u32>, holds: impl Fn(u32) -> bool) {
    if nodes.iter().any(|node| holds(*node)) {
        nodes.retain(|node| holds(*node));
    }
}
