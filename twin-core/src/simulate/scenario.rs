//! A scenario: a name and a list of changes on a base.

use serde::Serialize;

use crate::analysis::{EntityRef, Hazard};
use crate::graph::{Node, Snapshot};
use crate::schema::{State, kind};

/// One change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
}

impl Change {
    /// The entity that is changed.
    pub fn node(self) -> Node {
        match self {
            Change::Fail { node, .. } | Change::Remove { node } => node,
        }
    }

    /// What the change is to those who depend on the entity.
    pub fn hazard(self) -> (State, Hazard) {
        match self {
            Change::Fail { state, .. } => (state, Hazard::Outage),
            Change::Remove { .. } => (State::Down, Hazard::Removal),
        }
    }

    /// The change as an answer names it.
    pub(super) fn described(self, base: &Snapshot) -> serde_json::Value {
        #[derive(Serialize)]
        struct Described {
            change: &'static str,
            entity: EntityRef,
            state: State,
        }
        let change = match self {
            Change::Fail { .. } => "fail",
            Change::Remove { .. } => "remove",
        };
        let described = Described { change, entity: EntityRef::of(base, self.node()), state: self.hazard().0 };
        serde_json::to_value(described).unwrap_or_default()
    }
}

/// Changes on a base. Costs memory in the size of the changes.
#[derive(Clone, Debug)]
pub struct Scenario {
    base: Snapshot,
    name: String,
    changes: Vec<Change>,
}

impl Scenario {
    /// A scenario without changes.
    pub fn new(base: &Snapshot, name: impl Into<String>) -> Self {
        Scenario { base: base.clone(), name: name.into(), changes: Vec::new() }
    }

    /// The same scenario with one more change. Nodes are those of the base.
    #[must_use]
    pub fn with(mut self, change: Change) -> Self {
        self.changes.push(change);
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

    /// The changes, in the order in which they were given.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The world after the changes: the same type as any snapshot, so every question can be asked of it. O(change).
    pub fn snapshot(&self) -> Snapshot {
        let mut states = Vec::new();
        let mut removed = Vec::new();
        for change in &self.changes {
            match *change {
                Change::Fail { node, state } => {
                    states.extend(self.base.instances(node).into_iter().map(|node| (node, state)))
                }
                Change::Remove { node } => removed.extend(whole(&self.base, node)),
            }
        }
        // States before removals: both name nodes of the base, and removing renumbers.
        self.base.with_states(&self.name, &states).without(&self.name, &removed)
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
