//! What differs between two snapshots: now and then, or a scenario and its base.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::analysis::question::{EntityRef, envelope};
use crate::answer::{Answer, EvidenceId, Profile};
use crate::base::Context;
use crate::graph::{AttributeValue, Edge, Entity, Pages, Snapshot};
use crate::identity::EntityId;
use crate::observe::Perspective;
use crate::schema::{AttributeName, Relation, Value};

/// One difference. `evidence` points into the later snapshot for what is there now, and is empty for what is gone.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// An entity is there that was not.
    EntityAdded {
        /// Which.
        entity: EntityRef,
        /// Why it is believed.
        evidence: Vec<EvidenceId>,
    },
    /// An entity is gone.
    EntityRemoved {
        /// Which.
        entity: EntityRef,
    },
    /// An attribute has other values.
    AttributeChanged {
        /// Of which entity.
        entity: EntityRef,
        /// Which attribute.
        attribute: AttributeName,
        /// The values before, as all sides gave them.
        before: Vec<Value>,
        /// The values after.
        after: Vec<Value>,
        /// Why the new values are believed.
        evidence: Vec<EvidenceId>,
    },
    /// A relation is there that was not.
    RelationAdded {
        /// The left end.
        from: EntityRef,
        /// The relation.
        relation: Relation,
        /// The right end.
        to: EntityRef,
        /// Why it is believed.
        evidence: Vec<EvidenceId>,
    },
    /// A relation is gone.
    RelationRemoved {
        /// The left end.
        from: EntityRef,
        /// The relation.
        relation: Relation,
        /// The right end.
        to: EntityRef,
    },
    /// A relation is known from other sides than before.
    SidesChanged {
        /// The left end.
        from: EntityRef,
        /// The relation.
        relation: Relation,
        /// The right end.
        to: EntityRef,
        /// The sides before.
        before: Vec<Perspective>,
        /// The sides after.
        after: Vec<Perspective>,
        /// Why it is believed.
        evidence: Vec<EvidenceId>,
    },
}

/// The differences, entities before relations, each in the order of ids.
pub type Changes = Vec<Change>;

/// What differs between two snapshots, from `before` to `after`. O(entities + relations).
pub fn diff(before: &Snapshot, after: &Snapshot, needs: Profile) -> Answer<Changes> {
    let asked = serde_json::json!({"before": before.as_of(), "after": after.as_of()});
    let value = between(&View::of(before), &View::of(after), &Context::new(after.now()));
    envelope(after, "describe", asked, needs, "difference by stable id", value)
}

/// What differs between the pages of two revisions; not all of it where the context stops. O(pages + rows of the pages that they do not share).
pub fn changes(before: &Pages, after: &Pages, context: &Context) -> Changes {
    between(&View::unlike(before, after), &View::unlike(after, before), context)
}

type EdgeKey<'a> = (&'a EntityId, &'a Relation, &'a EntityId, Option<&'a str>);

/// Entities and relations by what stays the same between revisions.
struct View<'a> {
    entities: BTreeMap<&'a EntityId, &'a Entity>,
    edges: BTreeMap<EdgeKey<'a>, &'a Edge>,
    /// Where the ends of a relation stand, if these are not all entities.
    pages: Option<&'a Pages>,
}

impl<'a> View<'a> {
    fn of(snapshot: &'a Snapshot) -> Self {
        let entity = |node| snapshot.entity(node);
        let entities = snapshot.nodes().map(|node| (&entity(node).id, entity(node))).collect();
        let edges =
            snapshot.edges().map(|edge| (key(entity(edge.from), edge.edge, entity(edge.to)), edge.edge)).collect();
        View { entities, edges, pages: None }
    }

    /// What stands on pages that others do not share: what differs is among it.
    fn unlike(pages: &'a Pages, other: &'a Pages) -> Self {
        let edges = pages.edges_unlike(other);
        let edges = edges.map(|(from, edge, to)| (key(from, edge, to), edge)).collect();
        View {
            entities: pages.entities_unlike(other).map(|entity| (&entity.id, entity)).collect(),
            edges,
            pages: Some(pages),
        }
    }

    fn name(&self, id: &EntityId) -> EntityRef {
        let elsewhere = || self.pages.and_then(|pages| pages.entity_with(id));
        match self.entities.get(id).copied().or_else(elsewhere) {
            Some(entity) => named(entity),
            None => EntityRef { name: id.to_string(), kind: crate::schema::kind::RESOURCE, id: id.clone() },
        }
    }
}

fn key<'a>(from: &'a Entity, edge: &'a Edge, to: &'a Entity) -> EdgeKey<'a> {
    (&from.id, &edge.relation, &to.id, edge.variant.as_deref())
}

fn named(entity: &Entity) -> EntityRef {
    EntityRef { name: entity.name.clone(), kind: entity.kind.clone(), id: entity.id.clone() }
}

fn between(before: &View<'_>, after: &View<'_>, context: &Context) -> Changes {
    let mut changes = Changes::new();
    let ids: BTreeSet<&EntityId> = before.entities.keys().chain(after.entities.keys()).copied().collect();
    for id in ids.into_iter().take_while(|_| context.goes_on()) {
        match (before.entities.get(id), after.entities.get(id)) {
            (None, Some(entity)) => {
                changes.push(Change::EntityAdded { entity: named(entity), evidence: entity.evidence.clone() });
            }
            (Some(entity), None) => changes.push(Change::EntityRemoved { entity: named(entity) }),
            (Some(old), Some(new)) => changes.extend(attributes(old, new)),
            (None, None) => {}
        }
    }
    let keys: BTreeSet<&EdgeKey<'_>> = before.edges.keys().chain(after.edges.keys()).collect();
    changes
        .extend(keys.into_iter().take_while(|_| context.goes_on()).filter_map(|key| edge_change(key, before, after)));
    changes
}

fn attributes(old: &Entity, new: &Entity) -> Vec<Change> {
    let names: BTreeSet<&AttributeName> =
        old.attributes.iter().chain(&new.attributes).map(|attribute| &attribute.name).collect();
    let changed = |name: &AttributeName| {
        let (before, after) = (values(old, name), values(new, name));
        let evidence = new.values(name).flat_map(|value: &AttributeValue| value.evidence.clone()).collect();
        (before != after).then(|| Change::AttributeChanged {
            entity: named(new),
            attribute: name.clone(),
            before,
            after,
            evidence,
        })
    };
    names.into_iter().filter_map(changed).collect()
}

fn values(entity: &Entity, name: &AttributeName) -> Vec<Value> {
    let values = entity.values(name).map(|attribute| attribute.value.clone());
    values.collect::<BTreeSet<Value>>().into_iter().collect()
}

fn edge_change(key: &EdgeKey<'_>, before: &View<'_>, after: &View<'_>) -> Option<Change> {
    let (from_id, relation, to_id, _) = *key;
    let relation = relation.clone();
    match (before.edges.get(key), after.edges.get(key)) {
        (None, Some(edge)) => {
            let (from, to, evidence) = (after.name(from_id), after.name(to_id), edge.evidence.clone());
            Some(Change::RelationAdded { from, relation, to, evidence })
        }
        (Some(_), None) => {
            Some(Change::RelationRemoved { from: before.name(from_id), relation, to: before.name(to_id) })
        }
        (Some(old), Some(new)) if old.perspectives != new.perspectives => Some(Change::SidesChanged {
            from: after.name(from_id),
            relation,
            to: after.name(to_id),
            before: old.perspectives.clone(),
            after: new.perspectives.clone(),
            evidence: new.evidence.clone(),
        }),
        _ => None,
    }
}
