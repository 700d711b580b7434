//! Snapshots straight from rows, for tests that need no source.

use std::sync::Arc;

use crate::answer::AsOf;
use crate::base::Timestamp;
use crate::graph::{Edge, Entity, Group, Pages, Readings, Rows, Snapshot};
use crate::identity::EntityId;
use crate::schema::{Kind, Relation, Schema};

/// A snapshot of these rows. Edges may come in any order.
pub fn snapshot_of(schema: Schema, entities: Vec<Entity>, edges: Vec<Edge>, groups: Vec<Group>) -> Snapshot {
    let pages = Pages::of(Rows { schema, entities, edges, groups, ..Rows::default() });
    let as_of = AsOf { valid: Timestamp::MIN, known: Timestamp::MIN };
    Snapshot::new(Arc::new(pages), Arc::new(Readings::default()), as_of, Timestamp::MIN, 0)
}

/// An entity whose id is its name.
pub fn component(kind: Kind, name: &str) -> Entity {
    Entity::new(EntityId::new(name), kind, name)
}

/// A relation that nothing more is known of.
pub(super) fn edge(from: u32, relation: Relation, variant: Option<String>, to: u32) -> Edge {
    Edge {
        from,
        to,
        relation,
        variant,
        perspectives: Vec::new(),
        confidence: 1.0,
        attributes: Vec::new(),
        evidence: Vec::new(),
    }
}
