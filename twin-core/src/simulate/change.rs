//! Changes: what is done to a system, as nodes of the base that a scenario starts from.

use std::fmt;

use serde::Serialize;

use crate::analysis::{EntityRef, Hazard};
use crate::graph::{Node, Snapshot};
use crate::schema::{Relation, State};

/// One change.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// An entity fails: it is in this state for a while.
    Fail {
        /// Which; a component stands for its instances.
        node: Node,
        /// How badly.
        state: State,
    },
    /// An entity is taken away for ever: whoever requires it fails, whoever calls it optionally drops the call.
    Remove {
        /// Which; a component goes with its instances and members.
        node: Node,
    },
    /// An entity comes to depend on another one.
    AddDependency {
        /// Who depends; a component stands for its instances.
        from: Node,
        /// On what; a component stands for its instances.
        to: Node,
        /// By which relation.
        relation: Relation,
    },
    /// An entity depends on another one no longer.
    RemoveDependency {
        /// Who depended; a component stands for its instances.
        from: Node,
        /// On what; a component stands for its instances.
        to: Node,
        /// By which relation; without it, by every relation over which failure passes.
        relation: Option<Relation>,
    },
    /// An entity moves to another region.
    Move {
        /// Which; a component stands for its instances.
        node: Node,
        /// Where to.
        region: String,
        /// The round trip between both regions, in milliseconds, if it is known.
        rtt_ms: Option<f64>,
    },
    /// An operation takes longer.
    AddLatency {
        /// Whose.
        node: Node,
        /// Which.
        operation: String,
        /// By how much, in milliseconds.
        ms: f64,
    },
    /// An entity loses a cache.
    RemoveCache {
        /// Who uses it.
        node: Node,
        /// The cache.
        cache: Node,
    },
    /// More requests come, or fewer.
    ScaleLoad {
        /// How many times as many.
        factor: f64,
    },
}

impl Change {
    /// What it is called.
    pub fn name(&self) -> &'static str {
        match self {
            Change::Fail { .. } => "fail",
            Change::Remove { .. } => "remove",
            Change::AddDependency { .. } => "add_dependency",
            Change::RemoveDependency { .. } => "remove_dependency",
            Change::Move { .. } => "move",
            Change::AddLatency { .. } => "add_latency",
            Change::RemoveCache { .. } => "remove_cache",
            Change::ScaleLoad { .. } => "scale_load",
        }
    }

    /// The entities that are changed, in the order in which the change names them.
    pub fn nodes(&self) -> Vec<Node> {
        match self {
            Change::Fail { node, .. }
            | Change::Remove { node }
            | Change::Move { node, .. }
            | Change::AddLatency { node, .. } => {
                vec![*node]
            }
            Change::AddDependency { from, to, .. } | Change::RemoveDependency { from, to, .. } => vec![*from, *to],
            Change::RemoveCache { node, cache } => vec![*node, *cache],
            Change::ScaleLoad { .. } => Vec::new(),
        }
    }

    /// What the change is to those who depend on an entity, and on which, if anything is lost to them.
    pub fn hazard(&self) -> Option<(Node, State, Hazard)> {
        match self {
            Change::Fail { node, state } => Some((*node, *state, Hazard::Outage)),
            Change::Remove { node } => Some((*node, State::Down, Hazard::Removal)),
            _ => None,
        }
    }

    /// The same change on another snapshot, where every entity is the one of the same id; or an entity that is no longer there.
    pub(super) fn on(&self, base: &Snapshot, other: &Snapshot) -> Result<Change, EntityRef> {
        let there = |node: Node| other.node_of(&base.entity(node).id).ok_or_else(|| EntityRef::of(base, node));
        Ok(match self {
            Change::Fail { node, state } => Change::Fail { node: there(*node)?, state: *state },
            Change::Remove { node } => Change::Remove { node: there(*node)? },
            Change::AddDependency { from, to, relation } => {
                Change::AddDependency { from: there(*from)?, to: there(*to)?, relation: relation.clone() }
            }
            Change::RemoveDependency { from, to, relation } => {
                Change::RemoveDependency { from: there(*from)?, to: there(*to)?, relation: relation.clone() }
            }
            Change::Move { node, region, rtt_ms } => {
                Change::Move { node: there(*node)?, region: region.clone(), rtt_ms: *rtt_ms }
            }
            Change::AddLatency { node, operation, ms } => {
                Change::AddLatency { node: there(*node)?, operation: operation.clone(), ms: *ms }
            }
            Change::RemoveCache { node, cache } => Change::RemoveCache { node: there(*node)?, cache: there(*cache)? },
            Change::ScaleLoad { factor } => Change::ScaleLoad { factor: *factor },
        })
    }

    /// Why two changes cannot both be made, if they cannot.
    pub(super) fn contradicts(&self, other: &Change) -> Option<&'static str> {
        use Change::{AddDependency, Fail, Move, Remove, RemoveDependency, ScaleLoad};
        let ends = |change: &Change| change.nodes();
        match (self, other) {
            (Remove { node: a }, Remove { node: b }) if a == b => None,
            (Remove { node }, change) | (change, Remove { node }) if ends(change).contains(node) => {
                Some("what is removed cannot be changed as well")
            }
            (Fail { node: a, state: x }, Fail { node: b, state: y }) if a == b && x != y => {
                Some("an entity is in one state at a time")
            }
            (Move { node: a, region: x, .. }, Move { node: b, region: y, .. }) if a == b && x != y => {
                Some("an entity moves to one region")
            }
            (AddDependency { from: a, to: b, .. }, RemoveDependency { from: x, to: y, .. })
            | (RemoveDependency { from: x, to: y, .. }, AddDependency { from: a, to: b, .. })
                if (a, b) == (x, y) =>
            {
                Some("a dependency either comes or goes")
            }
            (ScaleLoad { factor: a }, ScaleLoad { factor: b }) if a != b => Some("load changes by one factor"),
            _ => None,
        }
    }

    /// The change as an answer names it.
    pub(super) fn described(&self, base: &Snapshot) -> serde_json::Value {
        let described = Described {
            change: self.name(),
            entity: self.nodes().first().map(|node| EntityRef::of(base, *node)),
            other: self.nodes().get(1).map(|node| EntityRef::of(base, *node)),
            state: self.hazard().map(|(_, state, _)| state),
            relation: match self {
                Change::AddDependency { relation, .. } => Some(relation),
                Change::RemoveDependency { relation, .. } => relation.as_ref(),
                _ => None,
            },
            region: if let Change::Move { region, .. } = self { Some(region) } else { None },
            operation: if let Change::AddLatency { operation, .. } = self { Some(operation) } else { None },
            ms: match self {
                Change::Move { rtt_ms, .. } => *rtt_ms,
                Change::AddLatency { ms, .. } => Some(*ms),
                _ => None,
            },
            factor: if let Change::ScaleLoad { factor } = self { Some(*factor) } else { None },
        };
        serde_json::to_value(described).unwrap_or_default()
    }

    /// The change in a few words.
    pub(super) fn told<'a>(&'a self, base: &'a Snapshot) -> impl fmt::Display + 'a {
        let names: Vec<&str> = self.nodes().into_iter().map(|node| base.entity(node).name.as_str()).collect();
        format!("{} {}", self.name(), names.join(" → ")).trim_end().to_owned()
    }
}

#[derive(Serialize)]
struct Described<'a> {
    change: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    entity: Option<EntityRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    other: Option<EntityRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<State>,
    #[serde(skip_serializing_if = "Option::is_none")]
    relation: Option<&'a Relation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<&'a String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    factor: Option<f64>,
}
