//! A snapshot made by hand: entities, relations and groups, without records and identity beneath.

use std::sync::Arc;

use crate::answer::AsOf;
use crate::base::Timestamp;
use crate::graph::{Edge, Entity, Group, Node, Pages, Readings, Rows, Snapshot};
use crate::identity::EntityId;
use crate::observe::Perspective;
use crate::schema::{Kind, Relation, Schema};

/// Rows as they are added; [`SnapshotBuilder::build`] makes the snapshot.
#[derive(Debug, Default)]
pub struct SnapshotBuilder {
    schema: Schema,
    entities: Vec<Entity>,
    edges: Vec<Edge>,
    groups: Vec<Group>,
}

impl SnapshotBuilder {
    /// Nothing yet. Rows need not obey the table.
    pub fn new(schema: Schema) -> Self {
        SnapshotBuilder { schema, ..SnapshotBuilder::default() }
    }

    /// Adds an entity whose id is its name. Nodes are numbered in the order in which they are added.
    pub fn entity(&mut self, name: impl Into<String>, kind: Kind) -> Node {
        let name = name.into();
        self.entities.push(Entity::new(EntityId::new(name.clone()), kind, name));
        Node(self.entities.len() as u32 - 1)
    }

    /// Adds a declared relation, whose row may be changed. Several of one name between two entities may stand side by side.
    pub fn edge(&mut self, from: Node, relation: Relation, to: Node) -> &mut Edge {
        let place = self.edges.len();
        self.edges.push(Edge {
            from: from.0,
            to: to.0,
            relation,
            variant: None,
            perspectives: vec![Perspective::Declared],
            confidence: 1.0,
            attributes: Vec::new(),
            evidence: Vec::new(),
        });
        &mut self.edges[place]
    }

    /// Says that an entity needs `k` of some others.
    pub fn group(&mut self, owner: Node, members: impl IntoIterator<Item = Node>, k: usize) {
        let members = members.into_iter().map(|member| member.0).collect();
        self.groups.push(Group { owner: owner.0, members, k });
    }

    /// The snapshot. O(rows · log rows).
    pub fn build(self) -> Snapshot {
        let SnapshotBuilder { schema, entities, edges, groups } = self;
        let pages = Pages::of(Rows { schema, entities, edges, groups, ..Rows::default() });
        let always = AsOf { valid: Timestamp::MAX, known: Timestamp::MAX };
        Snapshot::new(Arc::new(pages), Arc::new(Readings::default()), always, Timestamp::MIN, 0)
    }
}
