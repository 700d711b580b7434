//! A scenario: a name and a list of changes on a base.

use std::collections::BTreeSet;

use crate::analysis::EntityRef;
use crate::base::{Error, ErrorKind, Result};
use crate::graph::{EdgeChange, EdgeRef, Node, Snapshot};
use crate::schema::{Relation, State, kind, relation};
use crate::simulate::Change;

/// Changes on a base. Costs memory in the size of the changes.
#[derive(Clone, Debug)]
pub struct Scenario {
    base: Snapshot,
    name: String,
    author: Option<String>,
    assumptions: Vec<String>,
    changes: Vec<Change>,
}

/// A change that applies no longer, since an entity is gone.
#[derive(Clone, Debug, PartialEq)]
pub struct Lost {
    /// The change, on the nodes of the former base.
    pub change: Change,
    /// What is gone.
    pub entity: EntityRef,
}

/// Two changes that cannot both be made.
#[derive(Clone, Debug, PartialEq)]
pub struct Contradiction {
    /// The one.
    pub first: Change,
    /// The other.
    pub second: Change,
    /// Why.
    pub why: &'static str,
}

impl Scenario {
    /// A scenario without changes.
    pub fn new(base: &Snapshot, name: impl Into<String>) -> Self {
        let (author, assumptions, changes) = (None, Vec::new(), Vec::new());
        Scenario { base: base.clone(), name: name.into(), author, assumptions, changes }
    }

    /// The same scenario with one more change. Nodes are those of the base.
    #[must_use]
    pub fn with(mut self, change: Change) -> Self {
        self.changes.push(change);
        self
    }

    /// The same scenario, with who thought of it.
    #[must_use]
    pub fn by(mut self, author: impl Into<String>) -> Self {
        self.author = Some(author.into());
        self
    }

    /// The same scenario, with one more thing that is taken for granted.
    #[must_use]
    pub fn assuming(mut self, assumption: impl Into<String>) -> Self {
        self.assumptions.push(assumption.into());
        self
    }

    /// What the scenario starts from.
    pub fn base(&self) -> &Snapshot {
        &self.base
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Who thought of it.
    pub fn author(&self) -> Option<&str> {
        self.author.as_deref()
    }

    /// What is taken for granted.
    pub fn assumptions(&self) -> &[String] {
        &self.assumptions
    }

    /// The changes, in the order in which they were given.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Another scenario that starts with the same changes.
    #[must_use]
    pub fn branch(&self, name: impl Into<String>) -> Scenario {
        Scenario { name: name.into(), ..self.clone() }
    }

    /// The changes of both, each once, on the base of this one. What applies no longer or contradicts this one is left out and told. O(changes²).
    pub fn merged(&self, other: &Scenario) -> (Scenario, Vec<Lost>, Vec<Contradiction>) {
        let (other, lost) = other.rebased(&self.base);
        let mut merged = self.clone();
        let mut contradictions = Vec::new();
        for change in other.changes {
            let against = self.changes.iter().find_map(|own| Some((own, own.contradicts(&change)?)));
            if let Some((own, why)) = against {
                contradictions.push(Contradiction { first: own.clone(), second: change, why });
            } else if !merged.changes.contains(&change) {
                merged.changes.push(change);
            }
        }
        let new = other.assumptions.into_iter().filter(|assumption| !self.assumptions.contains(assumption));
        merged.assumptions.extend(new);
        (merged, lost, contradictions)
    }

    /// The same changes on another base, such as today's, and those that apply no longer. Entities are the same by their ids. O(changes).
    pub fn rebased(&self, base: &Snapshot) -> (Scenario, Vec<Lost>) {
        let mut rebased = Scenario { base: base.clone(), changes: Vec::new(), ..self.clone() };
        let mut lost = Vec::new();
        for change in &self.changes {
            match change.on(&self.base, base) {
                Ok(change) => rebased.changes.push(change),
                Err(entity) => lost.push(Lost { change: change.clone(), entity }),
            }
        }
        (rebased, lost)
    }

    /// Refuses changes that cannot all be made. O(changes² + relations of what they name).
    ///
    /// # Errors
    /// `Invalid`, with both changes and why, or with the dependency that is not there to be removed; those of [`Snapshot::edited`].
    pub fn check(&self) -> Result<()> {
        for (place, change) in self.changes.iter().enumerate() {
            let against = self.changes[..place].iter().find_map(|other| Some((other, change.contradicts(other)?)));
            if let Some((other, why)) = against {
                let what = format!(
                    "\"{}\" and \"{}\" contradict each other: {why}; leave one out",
                    other.told(&self.base),
                    change.told(&self.base)
                );
                return Err(Error::new(ErrorKind::Invalid, what));
            }
            if matches!(change, Change::RemoveDependency { .. }) && self.edges(change).is_empty() {
                let what = format!("\"{}\": there is no such dependency to remove", change.told(&self.base));
                return Err(Error::new(ErrorKind::Invalid, what));
            }
        }
        self.base.edited(&self.all_edges()).map(|_| ())
    }

    /// The world after the changes with everything in it that is taken away, and what of it is down: what fails, and what is gone for those who need it.
    pub(super) fn with_all_there(&self) -> (Snapshot, BTreeSet<Node>) {
        let down = self.changes.iter().flat_map(|change| match change {
            Change::Fail { node, state: State::Down } => self.base.instances(*node),
            Change::Remove { node } => whole(&self.base, *node),
            _ => Vec::new(),
        });
        (self.edited(), down.collect())
    }

    /// The world after the changes: the same type as any snapshot, so every question can be asked of it. O(change).
    pub fn snapshot(&self) -> Snapshot {
        let mut states = Vec::new();
        let mut removed = Vec::new();
        for change in &self.changes {
            match change {
                Change::Fail { node, state } => {
                    states.extend(self.base.instances(*node).into_iter().map(|node| (node, *state)))
                }
                Change::Remove { node } => removed.extend(whole(&self.base, *node)),
                _ => {}
            }
        }
        // States before removals: both name nodes of the base, and removing renumbers.
        self.edited().with_states(&self.name, &states).without(&self.name, &removed)
    }

    /// The base with the edges that the changes take away and bring.
    fn edited(&self) -> Snapshot {
        // `check` tells why they could not be.
        self.base.edited(&self.all_edges()).unwrap_or_else(|_| self.base.clone())
    }

    /// The edges that all changes take away and bring: what two changes take away goes once, with all that are alike.
    fn all_edges(&self) -> Vec<EdgeChange> {
        let changes: BTreeSet<EdgeChange> = self.changes.iter().flat_map(|change| self.edges(change)).collect();
        let count = |change: &EdgeChange| match change {
            EdgeChange::Add { .. } => 1,
            EdgeChange::Remove { from, relation, to } => {
                let is_alike = |edge: &EdgeRef<'_>| edge.to == *to && edge.edge.relation == *relation;
                self.base.outgoing(*from).filter(is_alike).count()
            }
        };
        changes.into_iter().flat_map(|change| std::iter::repeat_n(change.clone(), count(&change))).collect()
    }

    /// The edges that a change takes away and brings.
    fn edges(&self, change: &Change) -> Vec<EdgeChange> {
        match change {
            Change::AddDependency { from, to, relation } => self.between(*from, *to, relation),
            Change::RemoveDependency { from, to, relation } => self.joining(*from, *to, relation.as_ref()),
            Change::RemoveCache { node, cache } => self.joining(*node, *cache, None),
            Change::Move { node, region, .. } => self.moving(*node, region),
            _ => Vec::new(),
        }
    }

    /// New edges between the instances of two entities that run in one environment, or between all where none do.
    fn between(&self, from: Node, to: Node, relation: &Relation) -> Vec<EdgeChange> {
        let base = &self.base;
        let environment = |node: Node| base.entity(node).placement.environment.clone();
        let (from, to) = (base.instances(from), base.instances(to));
        let pairs = || from.iter().flat_map(|from| to.iter().map(|to| (*from, *to)));
        let alike: Vec<(Node, Node)> = pairs().filter(|(from, to)| environment(*from) == environment(*to)).collect();
        let pairs: Vec<(Node, Node)> = if alike.is_empty() { pairs().collect() } else { alike };
        let is_new = |(from, to): &(Node, Node)| {
            !base.outgoing(*from).any(|edge| edge.to == *to && edge.edge.relation == *relation)
        };
        let add = |(from, to)| EdgeChange::Add { from, relation: relation.clone(), to };
        pairs.into_iter().filter(is_new).map(add).collect()
    }

    /// The edges from one entity to another by a relation, or by all over which failure passes.
    fn joining(&self, from: Node, to: Node, relation: Option<&Relation>) -> Vec<EdgeChange> {
        let base = &self.base;
        let ends: BTreeSet<Node> = base.instances(to).into_iter().chain([to]).collect();
        let is_meant = |edge: &EdgeRef<'_>| match relation {
            Some(relation) => edge.edge.relation == *relation,
            None => base.schema().relation(edge.edge.relation.as_str()).is_ok_and(|row| row.passes_failure()),
        };
        let starts: BTreeSet<Node> = base.instances(from).into_iter().chain([from]).collect();
        let edges = starts.iter().flat_map(|start| base.outgoing(*start));
        let meant = edges.filter(|edge| ends.contains(&edge.to) && is_meant(edge));
        let remove = |edge: EdgeRef<'_>| EdgeChange::Remove {
            from: edge.from,
            relation: edge.edge.relation.clone(),
            to: edge.to,
        };
        meant.map(remove).collect()
    }

    /// Where an entity is located no longer, and where it is instead, as far as the region is known.
    fn moving(&self, node: Node, region: &str) -> Vec<EdgeChange> {
        let base = &self.base;
        let mut changes = Vec::new();
        let new = base.called(region).into_iter().find(|place| base.entity(*place).kind == kind::REGION);
        for instance in base.instances(node) {
            let located = base.outgoing(instance).filter(|edge| edge.edge.relation == relation::LOCATED_IN);
            let leaves =
                located.map(|edge| EdgeChange::Remove { from: instance, relation: relation::LOCATED_IN, to: edge.to });
            changes.extend(leaves);
            changes.extend(new.map(|to| EdgeChange::Add { from: instance, relation: relation::LOCATED_IN, to }));
        }
        changes
    }
}

/// An entity with everything that only exists as a part of it: its instances, and the records that make it up.
fn whole(base: &Snapshot, node: Node) -> Vec<Node> {
    let mut parts = base.instances(node);
    parts.push(node);
    let owner = base.component(node);
    if owner == node {
        let is_member = |member: &Node| [kind::WORKLOAD, kind::SERVICE_NAME].contains(&base.entity(*member).kind);
        let records = base.entity(node).records.iter().flat_map(|record| base.nodes_of_record(record));
        parts.extend(records.filter(is_member));
    }
    parts.sort_unstable();
    parts.dedup();
    parts
}
