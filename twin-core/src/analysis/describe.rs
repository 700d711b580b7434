//! Describe: everything that is known of one entity, with every source's word.

use serde::Serialize;

use crate::analysis::owners::{OwnerRow, rows as owner_rows};
use crate::analysis::question::{EntityRef, basis, envelope};
use crate::answer::{Answer, EvidenceId, Profile};
use crate::graph::{Node, Placement, Snapshot, Unresolved};
use crate::observe::{Perspective, RecordKey};
use crate::schema::{AttributeName, Value};

/// Everything that is known of one entity.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Description {
    /// The entity.
    pub entity: EntityRef,
    /// Where it stands, as far as it is known.
    pub placement: Placement,
    /// Its instances, if it is a component.
    pub instances: Vec<EntityRef>,
    /// The records that make it up.
    pub members: Vec<MemberRow>,
    /// Every source's word for every attribute, by name.
    pub attributes: Vec<SaidValue>,
    /// Who owns it.
    pub owners: Vec<OwnerRow>,
    /// How many relations it and its instances have, by name.
    pub relations: Vec<(String, usize)>,
    /// What it names and nothing here answers to.
    pub unresolved: Vec<Unresolved>,
    /// Why it is believed to be there.
    pub evidence: Vec<EvidenceId>,
}

/// One record of an entity.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct MemberRow {
    /// The record.
    pub record: RecordKey,
    /// The record's key as text, to pin or split by.
    pub key: String,
}

/// One source's word for an attribute.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct SaidValue {
    /// Which attribute.
    pub name: AttributeName,
    /// The value.
    pub value: Value,
    /// From which side.
    pub perspective: Perspective,
    /// Why it is believed.
    pub evidence: Vec<EvidenceId>,
}

/// Everything that is known of an entity. O(relations of the entity).
pub fn describe(snapshot: &Snapshot, node: Node, needs: Profile) -> Answer<Description> {
    let entity = snapshot.entity(node);
    let member = |record: &RecordKey| MemberRow { record: record.clone(), key: record.to_string() };
    let value = Description {
        entity: EntityRef::of(snapshot, node),
        placement: entity.placement.clone(),
        instances: instances(snapshot, node),
        members: entity.records.iter().map(member).collect(),
        attributes: attributes(snapshot, node),
        owners: owner_rows(snapshot, node, &[], needs),
        relations: relations(snapshot, node),
        unresolved: unresolved(snapshot, node),
        evidence: entity.evidence.clone(),
    };
    let asked = serde_json::json!({"entity": EntityRef::of(snapshot, node)});
    let sides = basis(snapshot, value.evidence.iter().copied());
    let mut answer = envelope(snapshot, "describe", asked, needs, "all facts of the entity's records", value);
    answer.basis = sides;
    answer
}

fn instances(snapshot: &Snapshot, node: Node) -> Vec<EntityRef> {
    let instances = snapshot.instances(node).into_iter().filter(|instance| *instance != node);
    instances.map(|instance| EntityRef::of(snapshot, instance)).collect()
}

fn attributes(snapshot: &Snapshot, node: Node) -> Vec<SaidValue> {
    let said = snapshot.entity(node).attributes.iter().map(|attribute| SaidValue {
        name: attribute.name.clone(),
        value: attribute.value.clone(),
        perspective: attribute.perspective,
        evidence: attribute.evidence.clone(),
    });
    said.collect()
}

fn relations(snapshot: &Snapshot, node: Node) -> Vec<(String, usize)> {
    let mut counts = std::collections::BTreeMap::new();
    let mut parts = snapshot.instances(node);
    parts.push(node);
    parts.sort_unstable();
    parts.dedup();
    for part in parts {
        for edge in snapshot.outgoing(part) {
            *counts.entry(edge.edge.relation.to_string()).or_default() += 1;
        }
        for edge in snapshot.incoming(part) {
            let row = snapshot.schema().relation(edge.edge.relation.as_str());
            *counts.entry(row.map_or("relatedTo", |row| row.inverse).to_owned()).or_default() += 1;
        }
    }
    counts.into_iter().collect()
}

fn unresolved(snapshot: &Snapshot, node: Node) -> Vec<Unresolved> {
    let mut parts = snapshot.instances(node);
    parts.push(node);
    let is_own = |unresolved: &&Unresolved| {
        let from = unresolved.from.map(Node);
        from.is_some_and(|from| parts.contains(&from))
    };
    snapshot.pages().unresolved.iter().filter(is_own).cloned().collect()
}
