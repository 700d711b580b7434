//! Snapshots straight from rows, for tests that need no source.

use std::sync::Arc;

use crate::answer::AsOf;
use crate::base::{Result, Timestamp};
use crate::graph::{Columns, Edge, Entity, Group, Pages, Readings, Rows, Snapshot};
use crate::identity::EntityId;
use crate::schema::{Kind, Propagation, Relation, Schema};
use crate::testkit::table::{kind_row, relation_row};

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

/// The kind of everything in a [`graph_of_pairs`].
pub const THING: Kind = Kind::of("Thing");
/// The relation of everything in a [`graph_of_pairs`].
pub const NEEDS: Relation = Relation::of("needs");

/// A graph of columns, as large as one likes: things `n0`, `n1`, ..., and who needs whom, over which so much passes. O(nodes + edges).
///
/// # Errors
/// `Invalid` for a pair of which an end is not among the nodes.
pub fn graph_of_pairs(nodes: u32, edges: &[(u32, u32)], passes: Propagation) -> Result<Snapshot> {
    let schema = Schema::empty().with_kind(kind_row(THING))?.with_relation(relation_row(NEEDS, passes))?;
    let names: Vec<String> = (0..nodes).map(|node| format!("n{node}")).collect();
    let columns = Columns {
        kinds: vec![THING],
        kind_of: vec![0; nodes as usize],
        names: names.iter().map(String::as_str).collect(),
        relations: vec![NEEDS],
        from: edges.iter().map(|edge| edge.0).collect(),
        to: edges.iter().map(|edge| edge.1).collect(),
        ..Columns::default()
    };
    Snapshot::from_columns(schema, columns, Timestamp::MIN)
}
