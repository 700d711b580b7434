//! Changes that cannot both be made.

use std::fmt;

use super::Change;
use crate::graph::{Node, Snapshot};

impl Change {
    /// Why two changes cannot both be made, if they cannot.
    pub(in crate::simulate) fn contradicts(&self, other: &Change) -> Option<&'static str> {
        if self == other {
            return None;
        }
        if self.uses_what_is_gone(other) || other.uses_what_is_gone(self) {
            return Some("what is removed cannot be changed as well");
        }
        if self.comes_back(other) || other.comes_back(self) {
            return Some("a dependency either comes or goes");
        }
        if self.subject() != other.subject() || self.says_something_else(other) {
            return None;
        }
        Some(match self {
            Change::Fail { .. } => "an entity is in one state at a time",
            Change::Move { .. } => "an entity moves to one region",
            Change::ScaleLoad { .. } => "load changes by one factor",
            Change::Add { .. } => "two entities would come by one name",
            // Times and prices add up.
            Change::AddLatency { .. } | Change::Commit { .. } => return None,
            _ => "they change the same in two ways",
        })
    }

    /// What only one change can say something of.
    fn subject(&self) -> (&'static str, Vec<Node>, Option<&str>) {
        let own = self.entities().first().map(|entity| **entity).into_iter().collect();
        let (nodes, detail) = match self {
            Change::Add { name, .. } => (Vec::new(), Some(name.as_str())),
            Change::AddDependency { entity, on, relation, .. } => (vec![*entity, *on], Some(relation.as_str())),
            Change::RemoveDependency { entity, on, relation } => (vec![*entity, *on], relation.as_deref()),
            Change::ToAsync { entity, on, .. }
            | Change::SetCallPolicy { entity, on, .. }
            | Change::Encrypt { entity, on, .. }
            | Change::AddCache { entity, of: on, .. }
            | Change::RemoveCache { entity, cache: on } => (vec![*entity, *on], None),
            Change::AddLatency { operation, .. } => (own, Some(operation.as_str())),
            Change::ScaleLoad { endpoint, .. } => (own, endpoint.as_deref()),
            Change::AddReplica { zone, .. } => (own, zone.as_deref()),
            Change::Split { into, .. } => (own, Some(into.as_str())),
            _ => (own, None),
        };
        (self.name(), nodes, detail)
    }

    /// Whether both are rules for the same calls of which none says what the other one says.
    fn says_something_else(&self, other: &Change) -> bool {
        let said = |change: &Change| match change {
            Change::SetCallPolicy {
                entity: _,
                on: _,
                retries,
                backoff_ms,
                timeout_ms,
                has_fallback,
                is_idempotent,
                breaker,
            } => Some([
                retries.is_some(),
                backoff_ms.is_some(),
                timeout_ms.is_some(),
                has_fallback.is_some(),
                is_idempotent.is_some(),
                breaker.is_some(),
            ]),
            _ => None,
        };
        let (own, others) = (said(self), said(other));
        own.zip(others).is_some_and(|(own, others)| own.iter().zip(others).all(|(own, other)| !(*own && other)))
    }

    /// Whether the other names what this takes away.
    fn uses_what_is_gone(&self, other: &Change) -> bool {
        let gone: &[Node] = match self {
            Change::Remove { entity, .. } => std::slice::from_ref(entity),
            Change::Merge { others, .. } => others,
            _ => return false,
        };
        other.entities().iter().any(|entity| gone.contains(entity))
    }

    /// Whether this brings what the other takes away.
    fn comes_back(&self, other: &Change) -> bool {
        match (self, other) {
            (Change::AddDependency { entity, on, .. }, Change::RemoveDependency { entity: from, on: to, .. })
            | (Change::AddCache { entity, of: on, .. }, Change::RemoveCache { entity: from, cache: to }) => {
                (entity, on) == (from, to)
            }
            _ => false,
        }
    }

    /// The change in a few words.
    pub(in crate::simulate) fn told<'a>(&'a self, stage: &'a Snapshot) -> impl fmt::Display + 'a {
        let names: Vec<&str> = self.entities().into_iter().map(|node| stage.entity(*node).name.as_str()).collect();
        format!("{} {}", self.name(), names.join(" → ")).trim_end().to_owned()
    }
}
