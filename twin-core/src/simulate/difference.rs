//! What leads from one world to another, as changes: two readings of what is planned become a scenario.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::{Node, Snapshot};
use crate::schema::{AttributeName, DataFlow, Kind, Value, attribute, kind, relation};
use crate::simulate::{Change, ChangeDraft};

/// The changes that lead from one world to another: what comes and goes, who depends on what, how many copies run of it, in which version, where, and who answers for it.
/// Entities are the same by their ids, and named by their names, or by one of their records where several have one name. What the changes cannot say, such as a port, is left out.
/// O(entities + relations).
pub fn changes_between(before: &Snapshot, after: &Snapshot) -> Vec<ChangeDraft> {
    let (was, is) = (World::of(before), World::of(after));
    let mut changes = Vec::new();
    changes.extend(is.things.iter().filter(|(id, _)| !was.things.contains_key(*id)).map(|(_, node)| is.added(*node)));
    for (id, node) in &was.things {
        if let Some(then) = is.things.get(id) {
            changes.extend(was.altered(*node, &is, *then));
        }
    }
    // What stays is called as it is before the changes.
    let name = |id: &str| match was.things.get(id) {
        Some(node) => handle(before, *node),
        None => is.things.get(id).map_or_else(String::new, |node| after.entity(*node).name.clone()),
    };
    let new = is.needs.difference(&was.needs);
    changes.extend(new.map(|(from, relation, to)| Change::add_dependency(name(from), name(to), relation)));
    // What goes takes its dependencies along.
    let stays = |id: &str| is.things.contains_key(id);
    let lost = was.needs.difference(&is.needs).filter(|(from, _, to)| stays(from) && stays(to));
    changes.extend(lost.map(|(from, relation, to)| Change::RemoveDependency {
        entity: name(from),
        on: name(to),
        relation: Some(relation.clone()),
    }));
    let gone = was.things.iter().filter(|(id, _)| !is.things.contains_key(*id));
    changes.extend(gone.map(|(_, node)| Change::remove(handle(before, *node))));
    changes
}

/// What there is in one world, who needs whom, and who answers for what, in words: the same things are told in the same words. O(entities + relations).
pub(super) struct Told {
    /// The names of what may come and go.
    pub entities: BTreeSet<String>,
    /// Who needs whom, by which relation.
    pub dependencies: BTreeSet<String>,
    /// Who answers for what.
    pub owners: BTreeSet<String>,
}

/// What there is in a world.
pub(super) fn told(snapshot: &Snapshot) -> Told {
    let world = World::of(snapshot);
    let name = |node: &Node| snapshot.entity(*node).name.clone();
    let owned =
        world.things.values().filter_map(|node| Some(format!("{} ownedBy {}", name(node), world.owner(*node)?)));
    let called = |id: &str| world.things.get(id).map(name).unwrap_or_default();
    let needs = world.needs.iter().map(|(from, relation, to)| format!("{} {relation} {}", called(from), called(to)));
    Told { entities: world.things.values().map(name).collect(), dependencies: needs.collect(), owners: owned.collect() }
}

/// How changes name an entity: by its name, or where that finds something else as well, by the first of its records that finds it, whoever has read that.
fn handle(snapshot: &Snapshot, node: Node) -> String {
    let entity = snapshot.entity(node);
    let is_found = |name: &String| snapshot.find(name).is_ok_and(|found| found == node);
    if is_found(&entity.name) {
        return entity.name.clone();
    }
    let mut records = entity.records.iter().map(ToString::to_string);
    records.find(is_found).unwrap_or_else(|| entity.name.clone())
}

/// Who needs, by which relation, whom: by ids.
type Need = (String, String, String);

/// What is compared of one world.
struct World<'s> {
    snapshot: &'s Snapshot,
    /// By id, what may come and go.
    things: BTreeMap<&'s str, Node>,
    /// Who needs whom by which relation.
    needs: BTreeSet<Need>,
}

impl<'s> World<'s> {
    fn of(snapshot: &'s Snapshot) -> Self {
        let is_compared = |node: &Node| is_compared(snapshot.kind(*node));
        let things: BTreeMap<&str, Node> =
            snapshot.nodes().filter(is_compared).map(|node| (snapshot.entity(node).id.as_str(), node)).collect();
        let mut world = World { snapshot, things, needs: BTreeSet::new() };
        world.needs = world.things.values().flat_map(|node| world.needs_of(*node)).collect();
        world
    }

    fn needs_of(&self, node: Node) -> Vec<Need> {
        let snapshot = self.snapshot;
        let end = |node: Node| snapshot.entity(node).id.to_string();
        let mut needs = Vec::new();
        for edge in snapshot.instances(node).into_iter().flat_map(|own| snapshot.outgoing(own).collect::<Vec<_>>()) {
            let to = snapshot.component(edge.to);
            let row = snapshot.schema().relation(edge.edge.relation.as_str());
            let is_need = row.is_ok_and(|row| row.data != DataFlow::None && row.passes_failure());
            if is_need && to != node && is_compared(snapshot.kind(to)) {
                needs.push((end(node), edge.edge.relation.to_string(), end(to)));
            }
        }
        needs
    }

    fn added(&self, node: Node) -> ChangeDraft {
        let entity = self.snapshot.entity(node);
        let instances = self.snapshot.instances(node);
        let place = instances.first().map_or(&entity.placement, |instance| &self.snapshot.entity(*instance).placement);
        let kind = (entity.kind != kind::COMPONENT).then(|| entity.kind.to_string());
        let mut added = Change::add(&entity.name, kind);
        if let Change::Add { environment, region, owner, .. } = &mut added {
            (*environment, *region, *owner) = (place.environment.clone(), place.region.clone(), self.owner(node));
        }
        added
    }

    /// What is different about something that stays.
    fn altered(&self, node: Node, other: &World<'_>, then: Node) -> Vec<ChangeDraft> {
        let entity = handle(self.snapshot, node);
        let mut changes = Vec::new();
        if let (Some(Value::Integer(was)), Some(Value::Integer(is))) =
            (self.said(node, &attribute::REPLICAS), other.said(then, &attribute::REPLICAS))
            && was != is
            && let (Ok(from), Ok(replicas)) = (u32::try_from(was), u32::try_from(is))
        {
            let entity = entity.clone();
            changes.push(Change::scale(entity, replicas, Some(from)));
        }
        let version = |world: &World<'_>, node| {
            let names = [attribute::IMAGE_TAG, attribute::VERSION];
            names.iter().find_map(|name| world.said(node, name)).and_then(|value| value.as_text().map(str::to_owned))
        };
        if let (Some(was), Some(version)) = (version(self, node), version(other, then))
            && was != version
        {
            changes.push(Change::upgrade(entity.clone(), version));
        }
        let region = |world: &World<'_>, node| {
            let nodes = world.snapshot.instances(node).into_iter().chain([node]);
            nodes.into_iter().find_map(|node| world.snapshot.entity(node).placement.region.clone())
        };
        if let (was, Some(region)) = (region(self, node), region(other, then))
            && was.as_ref() != Some(&region)
        {
            changes.push(Change::move_to(entity.clone(), region, None));
        }
        if let (was, Some(owner)) = (self.owner(node), other.owner(then))
            && was.as_ref() != Some(&owner)
        {
            changes.push(Change::ChangeOwner { entity, owner, on_call: None });
        }
        changes
    }

    fn said(&self, node: Node, name: &AttributeName) -> Option<Value> {
        said(self.snapshot, node, name)
    }

    fn owner(&self, node: Node) -> Option<String> {
        let parts = self.snapshot.instances(node).into_iter().chain([node]);
        let mut edges = parts.flat_map(|part| self.snapshot.outgoing(part).collect::<Vec<_>>());
        let owned = edges.find(|edge| edge.edge.relation == relation::OWNED_BY)?;
        Some(self.snapshot.entity(owned.to).name.clone())
    }
}

/// What one of the records that make something up says, the first that says anything.
pub(super) fn said(snapshot: &Snapshot, node: Node, name: &AttributeName) -> Option<Value> {
    let nodes = snapshot.instances(node).into_iter().chain([node]);
    let mut members = nodes.flat_map(|node| {
        let records = snapshot.entity(node).records.iter();
        records.flat_map(|record| snapshot.nodes_of_record(record)).chain([node]).collect::<Vec<Node>>()
    });
    members.find_map(|node| snapshot.entity(node).values(name).map(|said| said.value.clone()).next())
}

/// The components, or other things, that depend on an entity so that its failure reaches them. O(relations of it).
pub(super) fn users_of(snapshot: &Snapshot, entity: Node) -> BTreeSet<Node> {
    let own: BTreeSet<Node> = snapshot.instances(entity).into_iter().chain([entity]).collect();
    let edges = own.iter().flat_map(|node| snapshot.incoming(*node));
    let needs = edges.filter(|edge| {
        let row = snapshot.schema().relation(edge.edge.relation.as_str());
        !own.contains(&edge.from) && row.is_ok_and(|row| row.passes_failure())
    });
    needs.map(|edge| snapshot.component(edge.from)).collect()
}

/// Components, and what they need that is no part of one.
pub(super) fn is_compared(of: &Kind) -> bool {
    const THINGS: [Kind; 7] = [
        kind::DATA_STORE,
        kind::CACHE,
        kind::BUCKET,
        kind::QUEUE,
        kind::IDENTITY_PROVIDER,
        kind::KEY_STORE,
        kind::VENDOR,
    ];
    *of == kind::COMPONENT || THINGS.contains(of)
}
