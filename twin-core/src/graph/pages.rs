//! The rows of one revision: immutable, shared by every snapshot that stands on them.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use serde::Serialize;

use crate::answer::EvidenceId;
use crate::base::{Money, Timestamp, hash_of};
use crate::graph::class::{Classes, EdgeClass, Governed};
use crate::graph::lookup::{Lookup, hash_of_printed};
use crate::graph::paged::Paged;
use crate::graph::topology::{Csr, End, Joined, NO_ROW, Side, Topology};
use crate::graph::{Edge, EdgeRef, Entity, Group, Node};
use crate::identity::{EntityId, Verdict};
use crate::observe::{Diagnostic, Perspective, RecordKey, Scope, Step};
use crate::schema::{AttributeName, Kind, Schema};

/// One piece of evidence with who says it.
#[derive(Clone, Debug, PartialEq)]
pub struct EvidenceRow {
    /// Who says it.
    pub scope: Scope,
    /// From what was read back to what was written.
    pub chain: Vec<Step>,
    /// The field that was read.
    pub field: String,
    /// How it was read.
    pub technique: String,
    /// Between 0 and 1.
    pub confidence: f64,
    /// From which side.
    pub perspective: Perspective,
    /// The source's own time, if it has one.
    pub observed_at: Option<Timestamp>,
}

/// One connection between two records, before it was lifted to entities.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Who needs.
    pub from: RecordKey,
    /// Its name for people.
    pub from_name: String,
    /// Who is needed.
    pub to: RecordKey,
    /// Its name for people.
    pub to_name: String,
    /// Why it is believed.
    pub evidence: EvidenceId,
}

/// A reference that means nothing here, or too much.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Unresolved {
    /// Whose reference.
    #[serde(skip)]
    pub from: Option<u32>,
    /// What it names.
    pub names: String,
    /// Why it was not followed.
    pub why: String,
    /// Where it stands.
    pub evidence: Vec<EvidenceId>,
}

/// One line of a bill with whom it is for.
#[derive(Clone, Debug, PartialEq)]
pub struct Charge {
    /// Whom it is for, or why nobody.
    pub to: Result<u32, String>,
    /// FOCUS `EffectiveCost`, else `BilledCost`.
    pub cost: Money,
    /// FOCUS `ServiceName`.
    pub service: Option<String>,
    /// The window.
    pub window: (Option<Timestamp>, Option<Timestamp>),
    /// Where the line stands.
    pub evidence: EvidenceId,
}

/// How many traces that began at one operation touched one thing, in one window.
#[derive(Clone, Debug, PartialEq)]
pub struct Touch {
    /// Where the traces began.
    pub entry: u32,
    /// At which operation.
    pub operation: String,
    /// What they touched.
    pub touched: u32,
    /// How many.
    pub traces: u64,
    /// Where it was counted.
    pub evidence: EvidenceId,
}

/// Requests of one operation that were counted in one window, among the traces that began at one operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Count {
    /// Where the traces began.
    pub entry: u32,
    /// At which operation.
    pub entry_operation: String,
    /// Who made the requests, during which of its operations; `None` where they are counted as they were served.
    pub caller: Option<(u32, String)>,
    /// Who served them, or was to; `None` where that is not known.
    pub callee: Option<u32>,
    /// The operation that was asked for.
    pub operation: String,
    /// How many there were.
    pub requests: u64,
    /// How many of them failed.
    pub errors: u64,
    /// How long they took, by bucket as in [`Value::Sketch`](crate::schema::Value::Sketch).
    pub latency: Vec<(u16, u64)>,
    /// The first moment of the window.
    pub since: Timestamp,
    /// Where it was counted.
    pub evidence: EvidenceId,
}

/// The rows of one revision as they are put together.
#[derive(Debug, Default)]
pub struct Rows {
    /// The table that the rows obey.
    pub schema: Schema,
    /// The entities; their places are the numbers of their nodes.
    pub entities: Vec<Entity>,
    /// The relations, in any order.
    pub edges: Vec<Edge>,
    /// The groups of which some members may fail.
    pub groups: Vec<Group>,
    /// All evidence.
    pub evidence: Vec<EvidenceRow>,
    /// Connections between records.
    pub links: Vec<Link>,
    /// References that were not followed.
    pub unresolved: Vec<Unresolved>,
    /// Lines of bills.
    pub charges: Vec<Charge>,
    /// What traces touched.
    pub touches: Vec<Touch>,
    /// Requests that were counted.
    pub counts: Vec<Count>,
    /// What the table forbids, and other findings about facts that hold.
    pub diagnostics: Vec<Diagnostic>,
    /// The pairs of records that identity looked at, by their keys.
    pub verdicts: Vec<(RecordKey, RecordKey, Verdict)>,
    /// Ids that were merged into others.
    pub redirects: BTreeMap<EntityId, EntityId>,
}

/// The rows of one revision, or of a scenario on it, in pages that revisions share. Cloning is O(1).
#[derive(Clone, Debug, Default)]
pub struct Pages {
    /// The table that the rows obey.
    pub schema: Arc<Schema>,
    /// The entities, by the numbers of their nodes; those that were taken away among them.
    pub entities: Paged<Entity>,
    /// The kinds that occur.
    pub(super) kinds: Arc<Vec<Kind>>,
    /// The place of each node's kind among these.
    pub(super) kind_of: Arc<Vec<u16>>,
    /// Whole numbers of each node, where a host brought them as columns.
    pub(super) integers: Arc<BTreeMap<AttributeName, Vec<i64>>>,
    /// The rows of relations, by their places.
    pub(super) edges: Paged<Edge>,
    /// The groups of which some members may fail.
    pub groups: Paged<Group>,
    /// All evidence.
    pub evidence: Paged<EvidenceRow>,
    /// Connections between records.
    pub links: Paged<Link>,
    /// References that were not followed.
    pub unresolved: Paged<Unresolved>,
    /// Lines of bills.
    pub charges: Paged<Charge>,
    /// What traces touched.
    pub touches: Paged<Touch>,
    /// Requests that were counted.
    pub counts: Paged<Count>,
    /// What the table forbids, and other findings about facts that hold.
    pub diagnostics: Arc<Vec<Diagnostic>>,
    /// The pairs of records that identity looked at, by their keys.
    pub verdicts: Paged<(RecordKey, RecordKey, Verdict)>,
    /// Ids that were merged into others.
    pub redirects: Arc<BTreeMap<EntityId, EntityId>>,
    pub(super) topology: Topology,
    pub(super) classes: Classes,
    /// The numbers of entities that are not there, in order.
    pub(super) vacant: Arc<Vec<u32>>,
    /// From each member of a group to its groups.
    pub(super) memberships: Side,
    /// The groups of which fewer are there than their owner needs.
    pub(super) short: Arc<OnceLock<Vec<u32>>>,
    /// What a search needs to know of each group, side by side.
    pub(super) group_shapes: Arc<OnceLock<Vec<GroupShape>>>,
    pub(super) lookups: Arc<Lookups>,
    /// The first entity that is not looked up but looked through, where a scenario brings some.
    pub(super) not_looked_up: Option<u32>,
}

/// A group without its members.
#[derive(Clone, Copy, Debug)]
pub(super) struct GroupShape {
    pub owner: u32,
    /// How many members the owner needs.
    pub k: u32,
    /// How many there are, those that were removed among them.
    pub members: u32,
}

/// What is looked up, made when it is first needed.
#[derive(Debug, Default)]
pub(super) struct Lookups {
    ids: OnceLock<Lookup>,
    records: OnceLock<Lookup>,
    names: OnceLock<Lookup>,
    /// The nodes of each kind.
    kinds: OnceLock<Vec<Vec<u32>>>,
}

impl Pages {
    /// Lays rows out in pages. O(rows · log rows).
    #[must_use]
    pub fn of(mut rows: Rows) -> Self {
        rows.sort_edges();
        let Rows { schema, entities, edges, groups, .. } = rows;
        let places = |rows: usize| (0..rows as u32).collect::<Vec<u32>>();
        let memberships = Side::of(memberships(entities.len(), &groups, &places(groups.len())));
        let groups = Paged::from(groups);
        let mut classes = Classes::default();
        let governed = Governed { groups: &groups, memberships: &memberships };
        let edge_places = places(edges.len());
        let joined = joined(&schema, edges.iter().zip(&edge_places), governed, &mut classes);
        let (outgoing, incoming) = Csr::both_ways(entities.len(), &joined);
        let mut kinds = Vec::new();
        let kind_of = kind_places(&mut kinds, entities.iter().map(|entity| &entity.kind));
        Pages {
            kinds: Arc::new(kinds),
            kind_of: Arc::new(kind_of),
            schema: Arc::new(schema),
            topology: Topology::new(outgoing, incoming, entities.len() as u32),
            classes,
            entities: entities.into(),
            edges: edges.into(),
            memberships,
            groups,
            evidence: rows.evidence.into(),
            links: rows.links.into(),
            unresolved: rows.unresolved.into(),
            charges: rows.charges.into(),
            touches: rows.touches.into(),
            counts: rows.counts.into(),
            diagnostics: Arc::new(rows.diagnostics),
            verdicts: rows.verdicts.into(),
            redirects: Arc::new(rows.redirects),
            ..Pages::default()
        }
    }

    /// Pages without rows.
    #[must_use]
    pub fn empty(schema: &Schema) -> Self {
        Pages::of(Rows { schema: schema.clone(), ..Rows::default() })
    }

    /// Pages of a graph that has no rows but columns.
    pub(super) fn of_columns(
        schema: Schema,
        (entities, kinds, kind_of): (Paged<Entity>, Vec<Kind>, Arc<Vec<u16>>),
        (topology, classes): (Topology, Classes),
        integers: BTreeMap<AttributeName, Vec<i64>>,
    ) -> Self {
        Pages {
            schema: Arc::new(schema),
            entities,
            kinds: Arc::new(kinds),
            kind_of,
            topology,
            classes,
            integers: Arc::new(integers),
            ..Pages::default()
        }
    }

    /// How many entities are there.
    pub fn len(&self) -> usize {
        self.entities.len() - self.vacant.len()
    }

    /// Whether no entity is there.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the entity of this number is there. O(log of those that are not).
    pub fn is_there(&self, node: u32) -> bool {
        (node as usize) < self.entities.len() && self.vacant.binary_search(&node).is_err()
    }

    /// The nodes that are there, in order.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = Node> + Clone + '_ {
        let is_there = |node: &u32| self.vacant.is_empty() || self.vacant.binary_search(node).is_err();
        (0..self.entities.len() as u32).filter(is_there).map(Node)
    }

    /// The kinds that occur, by their places.
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// The place of a node's kind among those that occur. O(1).
    #[inline]
    pub fn place_of_kind(&self, node: u32) -> usize {
        self.kind_of[node as usize] as usize
    }

    /// The kind of a node.
    pub(super) fn kind(&self, node: u32) -> &Kind {
        &self.kinds[self.kind_of[node as usize] as usize]
    }

    /// The nodes of a kind, in order.
    pub(super) fn of_kind<'a>(&'a self, kind: &Kind) -> impl Iterator<Item = Node> + 'a {
        let by_kind = self.lookups.kinds.get_or_init(|| {
            let mut by_kind = vec![Vec::new(); self.kinds.len()];
            for (node, kind) in self.looked_up().zip(self.kind_of.iter()) {
                by_kind[*kind as usize].push(node);
            }
            by_kind
        });
        let place = self.kinds.iter().position(|known| known == kind);
        let nodes = place.and_then(|place| by_kind.get(place)).map_or(&[][..], Vec::as_slice).iter().copied();
        let new = self.looked_through().filter(move |node| place == Some(self.kind_of[*node as usize] as usize));
        nodes.chain(new).filter(|node| self.is_there(*node)).map(Node)
    }

    /// The same entities, joined in another way.
    pub(super) fn joined_by(&self, topology: Topology, classes: Classes) -> Self {
        Pages { topology, classes, ..self.clone() }
    }

    /// The entities on pages that these do not share with others. O(pages + rows of these pages).
    pub(crate) fn entities_unlike<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a Entity> {
        self.entities.unlike(&other.entities).map(|(_, entity)| entity).filter(|entity| !entity.id.as_str().is_empty())
    }

    /// The relations that these may not share with others, with their ends: those on pages of their own, and those of numbers that another entity has there.
    /// O(pages + rows of the pages that are not shared).
    pub(crate) fn edges_unlike<'a>(
        &'a self,
        other: &'a Self,
    ) -> impl Iterator<Item = (&'a Entity, &'a Edge, &'a Entity)> {
        let entity = |node: u32| self.entities.get(node as usize);
        let own = self.edges.unlike(&other.edges).map(|(_, edge)| edge);
        let ends = move |edge: &'a Edge| Some((entity(edge.from)?, edge, entity(edge.to)?));
        let renamed = self.entities.unlike(&other.entities).filter(|(number, entity)| {
            let there = other.entities.get(*number);
            there.is_none_or(|there| there.id != entity.id)
        });
        let joined = renamed.flat_map(|(number, _)| {
            let node = Node(number as u32);
            self.outgoing(node).chain(self.incoming(node)).map(|edge| edge.edge)
        });
        own.chain(joined).filter_map(ends)
    }

    /// How many pages of rows and edges these do not share with others. O(pages).
    pub(super) fn pages_unlike(&self, other: &Self) -> usize {
        self.topology.pages_unlike(&other.topology)
            + self.entities.pages_unlike(&other.entities)
            + self.edges.pages_unlike(&other.edges)
            + self.evidence.pages_unlike(&other.evidence)
    }

    /// How many entities are there before a node. O(log of those that are not).
    pub(super) fn rank(&self, node: Node) -> usize {
        node.index() - self.vacant.partition_point(|vacant| *vacant < node.0)
    }

    /// The node with so many entities before it. O(log of those that are not there).
    pub(super) fn ranked(&self, rank: usize) -> Node {
        let (mut low, mut high) = (0, self.vacant.len());
        while low < high {
            let middle = (low + high) / 2;
            if self.vacant[middle] as usize - middle <= rank { low = middle + 1 } else { high = middle }
        }
        Node((rank + low) as u32)
    }

    /// All relations, by left end.
    pub fn edges(&self) -> impl Iterator<Item = EdgeRef<'_>> + Clone {
        self.nodes().flat_map(|node| self.outgoing(node))
    }

    /// The relations that start at a node. O(1) plus the relations.
    pub fn outgoing(&self, from: Node) -> impl Iterator<Item = EdgeRef<'_>> + Clone {
        self.topology.outgoing(from.0).ends().map(move |end| self.edge(from, Node(end.node), end))
    }

    /// The relations that end at a node. O(1) plus the relations.
    pub fn incoming(&self, to: Node) -> impl Iterator<Item = EdgeRef<'_>> + Clone {
        self.topology.incoming(to.0).ends().map(move |end| self.edge(Node(end.node), to, end))
    }

    fn edge(&self, from: Node, to: Node, End { class, place, .. }: End) -> EdgeRef<'_> {
        EdgeRef { from, to, edge: self.edge_row(class, place), place, class }
    }

    /// The row of an edge, or what its class says.
    pub(crate) fn edge_row(&self, class: u16, place: u32) -> &Edge {
        match place {
            NO_ROW => &self.classes.rows()[class as usize].row,
            _ => &self.edges[place as usize],
        }
    }

    /// The classes of edges, by number.
    pub fn classes(&self) -> &[EdgeClass] {
        self.classes.rows()
    }

    /// The groups that a node is a member of.
    pub(super) fn groups_of(&self, node: u32) -> &[u32] {
        self.memberships.run(node).nodes()
    }

    /// The groups of which fewer members are there than their owner needs. O(1), but O(groups) the first time.
    pub(super) fn short_groups(&self) -> &[u32] {
        let is_short = |(place, group): (u32, &Group)| {
            let there = group.members.iter().filter(|member| self.is_there(**member)).count();
            (there < group.k && self.is_there(group.owner)).then_some(place)
        };
        self.short.get_or_init(|| (0_u32..).zip(self.groups.iter()).filter_map(is_short).collect())
    }

    /// The groups without their members. O(1), but O(groups) the first time on pages with these groups.
    #[inline]
    pub(super) fn group_shapes(&self) -> &[GroupShape] {
        let shape = |group: &Group| GroupShape {
            owner: group.owner,
            k: u32::try_from(group.k).unwrap_or(u32::MAX),
            members: group.members.len() as u32,
        };
        self.group_shapes.get_or_init(|| self.groups.iter().map(shape).collect())
    }

    /// The nodes whose entity has an id. O(1), but O(entities) the first time.
    pub(super) fn with_id<'a>(&'a self, id: &'a EntityId) -> impl Iterator<Item = u32> + 'a {
        let made = || self.lookup(|entity, keep| keep(hash_of(entity.id.as_str())));
        let nodes = self.lookups.ids.get_or_init(made).nodes(hash_of(id.as_str()));
        nodes
            .chain(self.looked_through())
            .filter(|node| self.is_there(*node) && self.entities[*node as usize].id == *id)
    }

    /// The entity with an id.
    pub(crate) fn entity_with(&self, id: &EntityId) -> Option<&Entity> {
        self.with_id(id).next().map(|node| &self.entities[node as usize])
    }

    /// The nodes that a record makes up. O(1), but O(records) the first time.
    pub(super) fn with_record<'a>(&'a self, record: &'a RecordKey) -> impl Iterator<Item = u32> + 'a {
        let nodes = self.hashed_records().nodes(hash_of_printed(record));
        nodes.filter(|node| self.is_there(*node) && self.entities[*node as usize].records.contains(record))
    }

    /// The nodes that a record makes up whose key is printed so. O(1), but O(records) the first time.
    pub(super) fn with_printed_record<'a>(&'a self, key: &'a str) -> impl Iterator<Item = u32> + 'a {
        let is_printed_so =
            move |node: u32| self.entities[node as usize].records.iter().any(|own| own.to_string() == key);
        let nodes = self.hashed_records().nodes(hash_of_printed(&key));
        nodes.filter(move |node| self.is_there(*node) && is_printed_so(*node))
    }

    fn hashed_records(&self) -> &Lookup {
        let made = || self.lookup(|entity, keep| entity.records.iter().for_each(|own| keep(hash_of_printed(own))));
        self.lookups.records.get_or_init(made)
    }

    /// The nodes whose entity has this name in lower case. O(1), but O(entities) the first time.
    pub(super) fn with_name<'a>(&'a self, name: &'a str) -> impl Iterator<Item = u32> + 'a {
        let made = || self.lookup(|entity, keep| keep(hash_of(entity.name.to_lowercase().as_str())));
        let nodes = self.lookups.names.get_or_init(made).nodes(hash_of(name));
        nodes
            .chain(self.looked_through())
            .filter(|node| self.is_there(*node) && self.entities[*node as usize].name.to_lowercase() == *name)
    }

    /// The same, with the lookups that others made already, on their pages.
    pub(super) fn with_lookups_of(self, before: &Self) -> Self {
        let share = |ours: &OnceLock<Lookup>, theirs: &OnceLock<Lookup>| {
            if let (Some(made), Some(known)) = (ours.get(), theirs.get()) {
                return OnceLock::from(made.clone().shared_with(known));
            }
            OnceLock::new()
        };
        let Lookups { ids, records, names, .. } = &*before.lookups;
        let _ = self.with_id(&EntityId::new("")).next();
        if records.get().is_some() {
            self.hashed_records();
        }
        if names.get().is_some() {
            let _ = self.with_name("").next();
        }
        let lookups = Lookups {
            ids: share(&self.lookups.ids, ids),
            records: share(&self.lookups.records, records),
            names: share(&self.lookups.names, names),
            kinds: OnceLock::new(),
        };
        Pages { lookups: Arc::new(lookups), ..self }
    }

    /// The numbers of the entities that are looked up.
    fn looked_up(&self) -> std::ops::Range<u32> {
        0..self.not_looked_up.unwrap_or(self.entities.len() as u32)
    }

    /// The numbers of those that are looked through instead.
    fn looked_through(&self) -> std::ops::Range<u32> {
        self.looked_up().end..self.entities.len() as u32
    }

    fn lookup(&self, keys: impl Fn(&Entity, &mut dyn FnMut(u64))) -> Lookup {
        let mut entries = Vec::with_capacity(self.entities.len());
        // A number that no entity has is not looked up; one that a scenario took away is, since its base shares the lookup.
        let known = self.looked_up().zip(self.entities.iter()).filter(|(_, entity)| !entity.id.as_str().is_empty());
        for (node, entity) in known {
            keys(entity, &mut |hash| entries.push((hash, node)));
        }
        entries.dedup();
        Lookup::new(entries)
    }

    /// The same without some entities and all relations that join them. O(change · log change); see [`Topology`].
    #[must_use]
    pub(super) fn without(&self, nodes: impl IntoIterator<Item = u32>) -> Self {
        let new: std::collections::BTreeSet<u32> = nodes.into_iter().filter(|node| self.is_there(*node)).collect();
        let outgoing = new.iter().flat_map(|&from| {
            let ends = self.topology.outgoing(from).ends();
            ends.map(move |End { node: to, class, place }| Joined { from, to, class, place })
        });
        let incoming = new.iter().flat_map(|&to| {
            let ends = self.topology.incoming(to).ends();
            ends.map(move |End { node: from, class, place }| Joined { from, to, class, place })
        });
        // An edge between two that go is met from both of its ends.
        let incoming = incoming.filter(|edge| !new.contains(&edge.from));
        let removed: Vec<Joined> = outgoing.chain(incoming).collect();
        let mut vacant: Vec<u32> = self.vacant.iter().copied().chain(new.iter().copied()).collect();
        vacant.sort_unstable();
        let topology = self.topology.edited(self.entities.len() as u32, &removed, &[]);
        Pages { topology, vacant: Arc::new(vacant), short: Arc::default(), ..self.clone() }
    }
}

impl Rows {
    /// Puts the relations in order: by left end, relation, right end, variant.
    pub(super) fn sort_edges(&mut self) {
        self.edges
            .sort_by(|a, b| (a.from, &a.relation, a.to, &a.variant).cmp(&(b.from, &b.relation, b.to, &b.variant)));
    }
}

/// The edges as a search sees them, with the numbers of their classes.
pub(super) fn joined<'e>(
    schema: &Schema,
    edges: impl Iterator<Item = (&'e Edge, &'e u32)>,
    governed: Governed<'_>,
    classes: &mut Classes,
) -> Vec<Joined> {
    let join = |(edge, place): (&Edge, &u32)| {
        let between = governed.between(edge.from, edge.to);
        let class = classes.number(schema, &edge.relation, edge.variant.as_deref(), between);
        Joined { from: edge.from, to: edge.to, class, place: *place }
    };
    edges.map(join).collect()
}

/// From each member of a group to the numbers of its groups.
pub(super) fn memberships(bound: usize, groups: &[Group], numbers: &[u32]) -> Csr {
    let pairs =
        groups.iter().zip(numbers).flat_map(|(group, number)| group.members.iter().map(|member| (*member, *number)));
    let (members, of): (Vec<u32>, Vec<u32>) = pairs.unzip();
    Csr::plain(bound, &members, &of)
}

/// For each entity the place of its kind among the kinds, to which those that are new are added.
pub(super) fn kind_places<'e>(kinds: &mut Vec<Kind>, entities: impl Iterator<Item = &'e Kind>) -> Vec<u16> {
    let number = |place: usize| u16::try_from(place).unwrap_or(u16::MAX);
    let mut places: BTreeMap<Kind, u16> =
        kinds.iter().enumerate().map(|(place, kind)| (kind.clone(), number(place))).collect();
    let place = |kind: &Kind| match places.get(kind) {
        Some(place) => *place,
        None => {
            kinds.push(kind.clone());
            // The table limits its kinds so that they can be counted.
            places.insert(kind.clone(), number(kinds.len() - 1));
            number(kinds.len() - 1)
        }
    };
    entities.map(place).collect()
}
