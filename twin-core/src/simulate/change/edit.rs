//! What a change does to the graph: entities that come, edges that come and go, and entities that go.

use std::collections::BTreeSet;

use super::{Change, Leaving, OnRemoval};
use crate::graph::{EdgeChange, EdgeRef, Entity, Node, Placement, Snapshot, Variety};
use crate::identity::EntityId;
use crate::schema::{Kind, Relation, kind, relation};

/// What holds data, or hands it on.
pub(in crate::simulate) const STORES: [Kind; 4] = [kind::DATA_STORE, kind::CACHE, kind::BUCKET, kind::QUEUE];

/// The entities that a change brings, in the order of their nodes: a component before its instances.
fn brought(stage: &Snapshot, change: &Change) -> Vec<Entity> {
    match change {
        Change::Add { name, kind: None, environment, region, .. } => {
            let placement =
                Placement { environment: environment.clone(), region: region.clone(), ..Placement::default() };
            component(name, &[placement])
        }
        Change::Add { name, kind: Some(kind), environment, region, .. } => {
            let Ok(row) = stage.schema().kind(kind) else { return Vec::new() };
            let mut thing = Entity::new(new_id(name), row.name.clone(), name);
            thing.placement =
                Placement { environment: environment.clone(), region: region.clone(), ..Placement::default() };
            vec![thing]
        }
        Change::Split { entity, into, .. } => {
            // Of a component without instances, the part has none either.
            let has_none = |node: &Node| node == entity && *stage.kind(*node) == kind::COMPONENT;
            let instances = stage.instances(*entity).into_iter().filter(|node| !has_none(node));
            let placements = instances.map(|node| stage.entity(node).placement.clone());
            component(into, &placements.collect::<Vec<_>>())
        }
        Change::ToAsync { queue, .. } if found(stage, queue, &kind::QUEUE).is_none() => {
            vec![Entity::new(new_id(queue), kind::QUEUE, queue)]
        }
        Change::AddCache { entity, of, .. } => {
            let name = format!("cache of {} for {}", stage.entity(*of).name, stage.entity(*entity).name);
            vec![Entity::new(new_id(&name), kind::CACHE, name)]
        }
        _ => Vec::new(),
    }
}

/// A component with an instance at each place.
fn component(name: &str, placements: &[Placement]) -> Vec<Entity> {
    let id = new_id(name);
    let instance = |(place, placement): (usize, &Placement)| {
        let at = placement.namespace.as_ref().or(placement.environment.as_ref()).or(placement.region.as_ref());
        let called = at.map_or_else(|| name.to_owned(), |at| format!("{name}@{at}"));
        let id = Some(id.clone());
        let entity = Entity::new(new_id(&format!("{name}/{place}")), kind::INSTANCE, called);
        Entity { placement: placement.clone(), component: id, ..entity }
    };
    let whole = Entity::new(id.clone(), kind::COMPONENT, name);
    [whole].into_iter().chain(placements.iter().enumerate().map(instance)).collect()
}

/// The id of an entity that only a scenario knows.
fn new_id(name: &str) -> EntityId {
    EntityId::new(format!("scenario:{name}"))
}

/// The same world with the entities that a change brings, each instance joined to its component.
pub(in crate::simulate) fn with_brought(stage: &Snapshot, change: &Change) -> Snapshot {
    let entities = brought(stage, change);
    if entities.is_empty() {
        return stage.clone();
    }
    let (whole, first, last) = (stage.bound() as u32, stage.bound() as u32 + 1, stage.bound() + entities.len());
    let is_component = entities[0].kind == kind::COMPONENT;
    let with = stage.with_entities(entities);
    let join = |from: u32| EdgeChange::add(Node(from), relation::INSTANCE_OF, Node(whole));
    let edges: Vec<EdgeChange> = (first..last as u32).filter(|_| is_component).map(join).collect();
    // Both ends were just added.
    with.edited(&edges).unwrap_or(with)
}

/// The same world with a region that only the places of things tell of.
pub(in crate::simulate) fn with_region(stage: &Snapshot, name: &str) -> Snapshot {
    stage.with_entities(vec![Entity::new(new_id(name), kind::REGION, name)])
}

/// The entity of a kind that is called so, if there is one.
fn found(stage: &Snapshot, name: &str, kind: &Kind) -> Option<Node> {
    stage.called(name).into_iter().find(|node| stage.entity(*node).kind == *kind)
}

/// The edges that a change takes away and brings, given the nodes of the entities that it brings.
pub(in crate::simulate) fn edges(stage: &Snapshot, change: &Change, brought: &[Node]) -> Vec<EdgeChange> {
    match change {
        Change::Remove { entity, callers, redirect_to } => removing(stage, *entity, *callers, *redirect_to),
        Change::Add { owner, calls, called_by, region, .. } => {
            adding(stage, brought.first().copied(), *owner, (calls, called_by), region.as_deref())
        }
        Change::Move { entity, region, stores_follow, .. } => {
            let stores = if *stores_follow { own_stores(stage, *entity) } else { BTreeSet::new() };
            let nodes = stage.instances(*entity).into_iter().chain(stores);
            nodes.flat_map(|node| moving(stage, node, region)).collect()
        }
        Change::EvacuateRegion { entity, region, .. } => {
            within_region(stage, *entity).into_iter().flat_map(|node| moving(stage, node, region)).collect()
        }
        Change::Split { entity, takes, .. } => splitting(stage, *entity, takes, brought),
        Change::Merge { entity, others, .. } => merging(stage, *entity, others),
        Change::Deprecate { entity, sunset, leaving } => leaving_before(stage, *entity, leaving, |at| at <= *sunset),
        Change::AddDependency { entity, on, relation: name, is_optional, .. } => {
            let variant = is_optional.map(|is_optional| if is_optional { "optional" } else { "required" });
            let row = stage.schema().relation(name);
            row.map_or_else(|_| Vec::new(), |row| between(stage, *entity, *on, (&row.name, variant)))
        }
        Change::RemoveDependency { entity, on, relation } => joining(stage, *entity, *on, relation.as_deref()),
        Change::RemoveCache { entity, cache } => joining(stage, *entity, *cache, None),
        Change::ToAsync { entity, on, queue, .. } => {
            let Some(queue) = brought.first().copied().or_else(|| found(stage, queue, &kind::QUEUE)) else {
                return Vec::new();
            };
            let mut changes = joining(stage, *entity, *on, None);
            changes.extend(between(stage, *entity, queue, (&relation::PUBLISHES_TO, None)));
            changes.extend(between(stage, *on, queue, (&relation::SUBSCRIBES_TO, None)));
            changes
        }
        Change::AddCache { entity, .. } => {
            brought.iter().flat_map(|cache| between(stage, *entity, *cache, (&relation::CACHES_IN, None))).collect()
        }
        Change::ChangeOwner { entity, owner, .. } => {
            let mut changes = joining_all(stage, *entity, &relation::OWNED_BY);
            changes.push(EdgeChange::add(*entity, relation::OWNED_BY, *owner));
            changes
        }
        _ => Vec::new(),
    }
}

/// The same world where a caller can do without whom it calls, or no longer can.
pub(in crate::simulate) fn with_fallback(world: &Snapshot, change: &Change) -> Snapshot {
    let Change::SetCallPolicy { entity, on, has_fallback: Some(has_fallback), .. } = change else {
        return world.clone();
    };
    let variant = if *has_fallback { "optional" } else { "required" };
    let (callers, called) = (world.instances(*entity), world.instances(*on));
    let pairs = callers.iter().flat_map(|from| called.iter().map(move |to| (*from, *to)));
    let relation = relation::CALLS;
    let variety = |(from, to)| Variety { from, relation: &relation, to, variant, is_new: true };
    world.with_variants(&pairs.map(variety).collect::<Vec<_>>())
}

/// The entities that a change takes away.
pub(in crate::simulate) fn gone(stage: &Snapshot, change: &Change) -> Vec<Node> {
    match change {
        Change::Remove { entity, .. } => whole(stage, *entity),
        Change::Merge { others, .. } => others.iter().flat_map(|other| whole(stage, *other)).collect(),
        _ => Vec::new(),
    }
}

/// What callers of what is taken away call instead, or that they do without it.
fn removing(stage: &Snapshot, entity: Node, callers: OnRemoval, instead: Option<Node>) -> Vec<EdgeChange> {
    if callers == OnRemoval::Fail && instead.is_none() {
        return Vec::new();
    }
    let parts: BTreeSet<Node> = whole(stage, entity).into_iter().collect();
    let mut changes = Vec::new();
    for edge in parts.iter().flat_map(|part| stage.incoming(*part)).filter(|edge| !parts.contains(&edge.from)) {
        if !passes_failure(stage, &edge) {
            continue;
        }
        changes.push(removal(&edge));
        changes.extend(instead.into_iter().flat_map(|to| between(stage, edge.from, to, sort_of(&edge))));
    }
    changes
}

/// The dependencies on an entity of those whom its new version does not break.
pub(in crate::simulate) fn spared(stage: &Snapshot, entity: Node, breaks: &BTreeSet<Node>) -> Vec<EdgeChange> {
    let broken: BTreeSet<Node> =
        breaks.iter().flat_map(|node| stage.instances(*node)).chain(breaks.iter().copied()).collect();
    let own = stage.instances(entity).into_iter().chain([entity]).collect::<BTreeSet<Node>>();
    let users = own.iter().flat_map(|node| stage.incoming(*node));
    let is_spared =
        |edge: &EdgeRef<'_>| !broken.contains(&edge.from) && !own.contains(&edge.from) && passes_failure(stage, edge);
    users.filter(is_spared).map(|edge| removal(&edge)).collect()
}

/// What joins a new entity to what it calls, who calls it, who answers for it, and where it is.
fn adding(
    stage: &Snapshot,
    whole: Option<Node>,
    owner: Option<Node>,
    (calls, called_by): (&[Node], &[Node]),
    region: Option<&str>,
) -> Vec<EdgeChange> {
    let Some(whole) = whole else { return Vec::new() };
    let owned = owner.map(|to| EdgeChange::add(whole, relation::OWNED_BY, to));
    let mut changes: Vec<EdgeChange> = owned.into_iter().collect();
    let needed = calls.iter().map(|to| (whole, *to)).chain(called_by.iter().map(|from| (*from, whole)));
    for (from, to) in needed {
        changes.extend(pairs(stage, stage.instances(from), stage.instances(to), None));
    }
    if let Some(to) = region.and_then(|region| found(stage, region, &kind::REGION)) {
        let add = |from: Node| EdgeChange::add(from, relation::LOCATED_IN, to);
        changes.extend(stage.instances(whole).into_iter().map(add));
    }
    changes
}

/// What the part takes, and that the rest calls it.
fn splitting(stage: &Snapshot, entity: Node, takes: &[Node], brought: &[Node]) -> Vec<EdgeChange> {
    let mut changes = Vec::new();
    let Some((part, instances)) = brought.split_first() else { return changes };
    let parts = if instances.is_empty() { &brought[..1] } else { instances };
    let taken: BTreeSet<Node> =
        takes.iter().flat_map(|taken| stage.instances(*taken)).chain(takes.iter().copied()).collect();
    for (own, part) in stage.instances(entity).into_iter().zip(parts) {
        for edge in stage.outgoing(own) {
            let (to, of) = (edge.to, &edge.edge.relation);
            if passes_failure(stage, &edge) && taken.contains(&to) {
                changes.push(removal(&edge));
                let variant = edge.edge.variant.clone();
                changes.push(EdgeChange::Add { from: *part, relation: of.clone(), to, variant });
            } else if [relation::LOCATED_IN, relation::IN_ENVIRONMENT, relation::RUNS_ON].contains(of) {
                changes.push(EdgeChange::add(*part, of.clone(), to));
            }
        }
        let relation = usual_relation(stage, own, *part).unwrap_or(relation::DEPENDS_ON);
        changes.push(EdgeChange::add(own, relation, *part));
    }
    let owned = stage.outgoing(entity).filter(|edge| edge.edge.relation == relation::OWNED_BY);
    changes.extend(owned.map(|edge| EdgeChange::add(*part, relation::OWNED_BY, edge.to)));
    changes
}

/// Whatever joined what becomes a part joins the whole, but for what joined the parts.
fn merging(stage: &Snapshot, entity: Node, others: &[Node]) -> Vec<EdgeChange> {
    let inside: BTreeSet<Node> = others.iter().chain([&entity]).flat_map(|node| whole(stage, *node)).collect();
    let mut changes = Vec::new();
    for part in others.iter().flat_map(|other| stage.instances(*other)) {
        let ends = stage.outgoing(part).map(|edge| (edge, edge.to));
        for (edge, end) in ends.chain(stage.incoming(part).map(|edge| (edge, edge.from))) {
            if inside.contains(&end) || !passes_failure(stage, &edge) {
                continue;
            }
            let (from, to) = if end == edge.to { (entity, end) } else { (end, entity) };
            changes.extend(between(stage, from, to, sort_of(&edge)));
        }
    }
    changes
}

/// The dependencies of those who leave in time.
fn leaving_before(
    stage: &Snapshot,
    entity: Node,
    leaving: &[Leaving],
    in_time: impl Fn(crate::base::Timestamp) -> bool,
) -> Vec<EdgeChange> {
    let leavers = leaving.iter().filter(|leaving| in_time(leaving.at));
    leavers.flat_map(|leaving| joining(stage, leaving.entity, entity, None)).collect()
}

/// New edges between the instances of two entities that run in one environment, or between all where none do.
fn between(stage: &Snapshot, from: Node, to: Node, sort: Sort<'_>) -> Vec<EdgeChange> {
    pairs(stage, stage.instances(from), stage.instances(to), Some(sort))
}

/// A relation, and which of its variants, as far as that is known.
type Sort<'a> = (&'a Relation, Option<&'a str>);

fn sort_of<'a>(edge: &EdgeRef<'a>) -> Sort<'a> {
    (&edge.edge.relation, edge.edge.variant.as_deref())
}

fn pairs(stage: &Snapshot, from: Vec<Node>, to: Vec<Node>, sort: Option<Sort<'_>>) -> Vec<EdgeChange> {
    let environment = |node: Node| stage.entity(node).placement.environment.clone();
    let all = || from.iter().flat_map(|from| to.iter().map(|to| (*from, *to)));
    let alike: Vec<(Node, Node)> = all().filter(|(from, to)| environment(*from) == environment(*to)).collect();
    let pairs: Vec<(Node, Node)> = if alike.is_empty() { all().collect() } else { alike };
    let holds = |relation: &Relation, from: Node, to: Node| {
        let (from, to) = (stage.kind(from).as_str(), stage.kind(to).as_str());
        stage.schema().allows(relation.as_str(), from, to).unwrap_or(false)
    };
    let add = |(from, to): (Node, Node)| {
        let wanted = sort.map(|(relation, _)| relation).filter(|relation| holds(relation, from, to)).cloned();
        let relation = wanted.or_else(|| usual_relation(stage, from, to))?;
        let row = stage.schema().relation(relation.as_str()).ok()?;
        let variant = sort.and_then(|(_, variant)| variant).filter(|name| row.variant(name).is_some());
        let variant = variant.map(str::to_owned);
        let is_new = !stage.outgoing(from).any(|edge| edge.to == to && edge.edge.relation == relation);
        is_new.then_some(EdgeChange::Add { from, relation, to, variant })
    };
    pairs.into_iter().filter_map(add).collect()
}

/// The first relation that says of two such things that one needs the other.
fn usual_relation(stage: &Snapshot, from: Node, to: Node) -> Option<Relation> {
    const USUAL: [Relation; 6] = [
        relation::CALLS,
        relation::READS_FROM,
        relation::CACHES_IN,
        relation::PUBLISHES_TO,
        relation::AUTHENTICATES_WITH,
        relation::DEPENDS_ON,
    ];
    let (from, to) = (stage.kind(from).as_str(), stage.kind(to).as_str());
    USUAL.into_iter().find(|relation| stage.schema().allows(relation.as_str(), from, to).unwrap_or(false))
}

/// The edges from one entity to another by a relation, or by all over which failure passes.
fn joining(stage: &Snapshot, from: Node, to: Node, relation: Option<&str>) -> Vec<EdgeChange> {
    let ends: BTreeSet<Node> = stage.instances(to).into_iter().chain([to]).collect();
    let is_meant = |edge: &EdgeRef<'_>| match relation {
        Some(relation) => edge.edge.relation.as_str() == relation,
        None => passes_failure(stage, edge),
    };
    let starts: BTreeSet<Node> = stage.instances(from).into_iter().chain([from]).collect();
    let edges = starts.iter().flat_map(|start| stage.outgoing(*start));
    edges.filter(|edge| ends.contains(&edge.to) && is_meant(edge)).map(|edge| removal(&edge)).collect()
}

/// The edges of a relation that start at an entity or its instances.
fn joining_all(stage: &Snapshot, from: Node, relation: &Relation) -> Vec<EdgeChange> {
    let starts: BTreeSet<Node> = stage.instances(from).into_iter().chain([from]).collect();
    let edges = starts.iter().flat_map(|start| stage.outgoing(*start));
    edges.filter(|edge| edge.edge.relation == *relation).map(|edge| removal(&edge)).collect()
}

fn removal(edge: &EdgeRef<'_>) -> EdgeChange {
    EdgeChange::Remove { from: edge.from, relation: edge.edge.relation.clone(), to: edge.to }
}

fn passes_failure(stage: &Snapshot, edge: &EdgeRef<'_>) -> bool {
    stage.schema().relation(edge.edge.relation.as_str()).is_ok_and(|row| row.passes_failure())
}

/// Where an entity is located no longer, and where it is instead, as far as the region is known.
fn moving(stage: &Snapshot, node: Node, region: &str) -> Vec<EdgeChange> {
    let located = stage.outgoing(node).filter(|edge| edge.edge.relation == relation::LOCATED_IN);
    let new = found(stage, region, &kind::REGION);
    let comes = new.map(|to| EdgeChange::add(node, relation::LOCATED_IN, to));
    located.map(|edge| removal(&edge)).chain(comes).collect()
}

/// What is known to be in a region.
pub(in crate::simulate) fn within_region(stage: &Snapshot, region: Node) -> BTreeSet<Node> {
    let name = &stage.entity(region).name;
    let located = stage.incoming(region).filter(|edge| edge.edge.relation == relation::LOCATED_IN);
    let placed = stage.nodes().filter(|node| stage.entity(*node).placement.region.as_ref() == Some(name));
    // A cluster or a zone is not moved by itself.
    let moves = |of: &Kind| STORES.contains(of) || [kind::INSTANCE, kind::LOAD_BALANCER].contains(of);
    located.map(|edge| edge.from).chain(placed).filter(|node| moves(stage.kind(*node))).collect()
}

/// The stores that nothing else than an entity uses.
pub(in crate::simulate) fn own_stores(stage: &Snapshot, entity: Node) -> BTreeSet<Node> {
    let own: BTreeSet<Node> = stage.instances(entity).into_iter().chain([entity]).collect();
    let used = own.iter().flat_map(|node| stage.outgoing(*node)).filter(|edge| passes_failure(stage, edge));
    let stores = used.map(|edge| edge.to).filter(|node| STORES.contains(stage.kind(*node)));
    let is_own = |store: &Node| {
        let users = |node: Node| stage.incoming(node).filter(|edge| passes_failure(stage, edge)).map(|edge| edge.from);
        // A balancer before it belongs to whoever uses that.
        let is_before =
            |user: Node| *stage.kind(user) == kind::LOAD_BALANCER && users(user).all(|user| own.contains(&user));
        users(*store).all(|user| own.contains(&user) || is_before(user))
    };
    stores.filter(is_own).collect()
}

/// An entity with everything that only exists as a part of it: its instances, and the records that make it up.
fn whole(stage: &Snapshot, node: Node) -> Vec<Node> {
    let mut parts = stage.instances(node);
    parts.push(node);
    let owner = stage.component(node);
    if owner == node {
        let is_member = |member: &Node| [kind::WORKLOAD, kind::SERVICE_NAME].contains(&stage.entity(*member).kind);
        let records = stage.entity(node).records.iter().flat_map(|record| stage.nodes_of_record(record));
        parts.extend(records.filter(is_member));
    }
    parts.sort_unstable();
    parts.dedup();
    parts
}
