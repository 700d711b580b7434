//! The one kind of snapshot: now, then, and what-if.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crate::answer::{AsOf, EvidenceId, EvidenceSource, Proof};
use crate::base::{Error, ErrorKind, Result, Timestamp, nearest, shortened};
use crate::graph::pages::GroupShape;
use crate::graph::{Edge, Entity, Group, Pages, Readings, Topology};
use crate::identity::EntityId;
use crate::observe::Perspective;
use crate::schema::{AttributeName, Kind, Schema, State, Value, attribute, kind};

/// A node of a snapshot: a number below [`Snapshot::bound`]. An entity has the same number in a snapshot and in every scenario on it; in any other snapshot the
/// number means nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node(pub u32);

impl Node {
    /// The number as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// An edge of a snapshot with its ends as nodes of that snapshot.
#[derive(Clone, Copy, Debug)]
pub struct EdgeRef<'a> {
    /// The left end.
    pub from: Node,
    /// The right end.
    pub to: Node,
    /// The relation itself.
    pub edge: &'a Edge,
    /// The place of its row; `u32::MAX` where nothing is known of it beyond its class.
    pub place: u32,
    /// The number of its class, see [`Pages::classes`].
    pub class: u16,
}

/// What a scenario says beyond its pages.
#[derive(Clone, Debug, Default)]
struct Stated {
    name: String,
    states: BTreeMap<u32, State>,
}

/// An immutable view of the twin. Cloning is O(1); it is `Send + Sync`, and never moves under its reader.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pages: Arc<Pages>,
    readings: Arc<Readings>,
    scenario: Option<Arc<Stated>>,
    as_of: AsOf,
    now: Timestamp,
    revision: u64,
}

impl Snapshot {
    /// A snapshot of these pages.
    pub fn new(pages: Arc<Pages>, readings: Arc<Readings>, as_of: AsOf, now: Timestamp, revision: u64) -> Self {
        Snapshot { pages, readings, scenario: None, as_of, now, revision }
    }

    /// The same times and readings on other pages.
    pub(super) fn on(&self, pages: Arc<Pages>) -> Snapshot {
        Snapshot { pages, ..self.clone() }
    }

    /// The table that the rows obey.
    pub fn schema(&self) -> &Schema {
        &self.pages.schema
    }

    /// The times that the snapshot is about.
    pub fn as_of(&self) -> AsOf {
        self.as_of
    }

    /// The moment against which ages are counted.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The twin's revision.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// What was read, when, and whether to its end.
    pub fn readings(&self) -> &Readings {
        &self.readings
    }

    /// The rows, with the scenario's changes.
    pub fn pages(&self) -> &Pages {
        &self.pages
    }

    /// The name of the scenario, if this is one.
    pub fn scenario_name(&self) -> Option<&str> {
        self.scenario.as_ref().map(|scenario| scenario.name.as_str())
    }

    /// How many entities there are.
    pub fn len(&self) -> usize {
        self.pages.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// One more than the largest number of a node: how long a list by nodes has to be.
    pub fn bound(&self) -> usize {
        self.pages.entities.len()
    }

    /// All nodes, in order.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = Node> + Clone + '_ {
        self.pages.nodes()
    }

    /// The nodes of a kind, in order. O(nodes found), but O(entities) the first time.
    pub fn of_kind<'a>(&'a self, kind: &Kind) -> impl Iterator<Item = Node> + 'a {
        self.pages.of_kind(kind)
    }

    /// The kind of a node, without its row. O(1).
    pub fn kind(&self, node: Node) -> &Kind {
        self.pages.kind(node.0)
    }

    /// The whole numbers of an attribute, by node, where the snapshot was made from columns that have them.
    pub fn integers(&self, name: &AttributeName) -> Option<&[i64]> {
        self.pages.integers.get(name).map(Vec::as_slice)
    }

    /// How many pages of rows and edges this does not share with another snapshot. O(pages).
    pub fn pages_unlike(&self, other: &Snapshot) -> usize {
        self.pages.pages_unlike(&other.pages)
    }

    /// Whether the entity of a node is there. O(log of those that were taken away).
    pub fn is_there(&self, node: Node) -> bool {
        self.pages.is_there(node.0)
    }

    /// Who is joined to whom, without rows: what searches run on.
    pub fn topology(&self) -> &Topology {
        &self.pages.topology
    }

    /// The entity at a node.
    ///
    /// # Panics
    /// If the node is of another, larger snapshot.
    pub fn entity(&self, node: Node) -> &Entity {
        &self.pages.entities[node.index()]
    }

    /// The node of an entity, following merges. O(merges), but O(entities) the first time.
    pub fn node_of(&self, id: &EntityId) -> Option<Node> {
        let mut id = id;
        for _ in 0..=self.pages.redirects.len() {
            match self.pages.with_id(id).next() {
                Some(node) => return Some(Node(node)),
                None => id = self.pages.redirects.get(id)?,
            }
        }
        None
    }

    /// The nodes that a record makes up.
    pub fn nodes_of_record<'a>(&'a self, record: &'a crate::observe::RecordKey) -> impl Iterator<Item = Node> + 'a {
        self.pages.with_record(record).map(Node)
    }

    /// The relations that start at a node. O(1) plus the relations.
    pub fn outgoing(&self, node: Node) -> impl Iterator<Item = EdgeRef<'_>> + Clone {
        self.pages.outgoing(node)
    }

    /// The relations that end at a node. O(1) plus the relations.
    pub fn incoming(&self, node: Node) -> impl Iterator<Item = EdgeRef<'_>> + Clone {
        self.pages.incoming(node)
    }

    /// All relations, by left end.
    pub fn edges(&self) -> impl Iterator<Item = EdgeRef<'_>> + Clone {
        self.pages.edges()
    }

    /// Whether a relation is known from observation alone, and was last seen longer ago than 35 days and twice the window in which it was counted. It holds all the
    /// same: nobody said that it is gone. O(evidence of the relation).
    pub fn is_stale(&self, edge: &Edge) -> bool {
        let seen = edge.evidence.iter().filter_map(|id| self.proof(*id)?.observed_at).max();
        let within = [attribute::WINDOW_END, attribute::WINDOW_START].map(|name| moment(edge, &name));
        let period = if let [Some(end), Some(start)] = within { end.since(start) } else { Duration::ZERO };
        let allowed = period.saturating_mul(2).max(SEEN_FOR);
        edge.perspectives == [Perspective::Observed] && seen.is_some_and(|seen| self.as_of.valid.since(seen) > allowed)
    }

    /// The groups that a node is a member of. The owner's need stays the same when a member is removed.
    pub fn groups_of(&self, node: Node) -> impl Iterator<Item = u32> + '_ {
        self.pages.groups_of(node.0).iter().copied()
    }

    /// A group by its place; `None` if its owner was removed.
    pub fn group(&self, place: u32) -> Option<(Node, impl Iterator<Item = Node> + '_, usize)> {
        let Group { owner, members, k } = &self.pages.groups[place as usize];
        let left = members.iter().filter(|member| self.pages.is_there(**member)).map(|member| Node(*member));
        self.pages.is_there(*owner).then_some((Node(*owner), left, *k))
    }

    /// The owner of a group and how many members it needs, without its row; `None` if the owner was removed. O(1).
    #[inline]
    pub(crate) fn group_owner(&self, place: u32) -> Option<(Node, u32)> {
        let GroupShape { owner, k, .. } = self.pages.group_shapes()[place as usize];
        self.pages.is_there(owner).then_some((Node(owner), k))
    }

    /// How many members of a group are there. O(1) where nothing was removed, else O(members).
    pub(crate) fn group_size(&self, place: u32) -> u32 {
        match self.pages.vacant.is_empty() {
            true => self.pages.group_shapes()[place as usize].members,
            false => {
                self.pages.groups[place as usize].members.iter().filter(|node| self.pages.is_there(**node)).count()
                    as u32
            }
        }
    }

    /// The groups of which fewer members are there than their owner needs.
    pub(crate) fn short_groups(&self) -> &[u32] {
        self.pages.short_groups()
    }

    /// How many groups there are, those whose owner was removed among them.
    pub fn group_count(&self) -> u32 {
        self.pages.groups.len() as u32
    }

    /// The state that a scenario puts a node in.
    pub fn state_of(&self, node: Node) -> State {
        self.scenario.as_ref().and_then(|scenario| scenario.states.get(&node.0).copied()).unwrap_or_default()
    }

    /// The nodes that a scenario puts in a state.
    pub fn stated(&self) -> impl Iterator<Item = (Node, State)> + '_ {
        let states = self.scenario.iter().flat_map(|scenario| scenario.states.iter());
        states.map(|(node, state)| (Node(*node), *state)).filter(|(node, _)| self.is_there(*node))
    }

    /// The same snapshot without some entities. O(change · log change), where the change includes the relations of these entities.
    #[must_use]
    pub fn without(&self, name: &str, nodes: &[Node]) -> Snapshot {
        let pages = Arc::new(self.pages.without(nodes.iter().map(|node| node.0)));
        Snapshot { pages, scenario: Some(Arc::new(self.renamed(name))), ..self.clone() }
    }

    /// The same snapshot with some entities in a state.
    #[must_use]
    pub fn with_states(&self, name: &str, states: &[(Node, State)]) -> Snapshot {
        let mut scenario = self.renamed(name);
        scenario.states.extend(states.iter().map(|(node, state)| (node.0, *state)));
        Snapshot { scenario: Some(Arc::new(scenario)), ..self.clone() }
    }

    fn renamed(&self, name: &str) -> Stated {
        let scenario = self.scenario.as_deref().cloned().unwrap_or_default();
        Stated { name: name.to_owned(), ..scenario }
    }

    /// Finds one entity by its id or one that was merged into it, by the key of one of its records as answers print it (`shop/Workload:cart`), or by a unique
    /// name; `name@place` tells apart what is called the same.
    ///
    /// A component comes before its instances, and what runs before the records that make it up.
    ///
    /// # Errors
    /// `Unknown` with the nearest names, `Ambiguous` with the candidates.
    pub fn find(&self, name: &str) -> Result<Node> {
        if let Some(node) = self.node_of(&EntityId::new(name)) {
            return Ok(node);
        }
        let of_record: Vec<Node> = self.pages.with_printed_record(name).map(Node).collect();
        let candidates = if of_record.is_empty() { self.called(name) } else { of_record };
        let least = candidates.iter().map(|node| precedence(self.entity(*node))).min();
        let best: Vec<Node> =
            candidates.into_iter().filter(|node| Some(precedence(self.entity(*node))) == least).collect();
        match best[..] {
            [node] => Ok(node),
            [] => Err(self.unknown(name)),
            _ => Err(self.ambiguous(name, &best)),
        }
    }

    /// Everything that is called so: by name, or by name and place. O(log names).
    pub fn called(&self, name: &str) -> Vec<Node> {
        let lower = name.to_lowercase();
        let by_name = |name: &str| -> Vec<Node> { self.pages.with_name(name).map(Node).collect() };
        let plain = by_name(&lower);
        if !plain.is_empty() {
            return self.components_of(plain, lower.contains('@'));
        }
        let Some((name, place)) = lower.split_once('@') else { return plain };
        by_name(name).into_iter().filter(|node| self.stands_in(*node, place)).collect()
    }

    /// `name@place` names the instance, and so the component whose only instance it is. One of several stands for itself: what is said of it is not said of the others.
    fn components_of(&self, nodes: Vec<Node>, placed: bool) -> Vec<Node> {
        if !placed {
            return nodes;
        }
        let component = |node: &Node| {
            let component = self.entity(*node).component.as_ref().and_then(|id| self.node_of(id))?;
            (self.instances(component).len() == 1).then_some(component)
        };
        nodes.iter().map(|node| component(node).unwrap_or(*node)).collect::<BTreeSet<Node>>().into_iter().collect()
    }

    fn stands_in(&self, node: Node, place: &str) -> bool {
        let at = &self.entity(node).placement;
        let places = [&at.namespace, &at.cluster, &at.environment, &at.region];
        places.into_iter().flatten().any(|known| known.to_lowercase() == place)
    }

    fn unknown(&self, name: &str) -> Error {
        let known: BTreeSet<String> = self.nodes().map(|node| self.entity(node).name.to_lowercase()).collect();
        let near = nearest(name, known.iter().map(String::as_str));
        let named = near.iter().filter_map(|near| {
            let node = self.called(near).into_iter().min_by_key(|node| precedence(self.entity(*node)))?;
            Some(format!("{} ({})", self.entity(node).name, self.entity(node).kind))
        });
        let mut named: Vec<String> = named.collect();
        named.dedup();
        let hint = if named.is_empty() { String::new() } else { format!(": nearest are {}", named.join(", ")) };
        Error::new(ErrorKind::Unknown, format!("unknown entity \"{}\"{hint}", shortened(name)))
    }

    fn ambiguous(&self, name: &str, nodes: &[Node]) -> Error {
        let candidate = |node: &Node| {
            let entity = self.entity(*node);
            let places = self.places(*node);
            let at = if places.is_empty() { String::new() } else { format!(" in {}", places.join(", ")) };
            format!("{} {} ({}{at})", entity.id, entity.name, entity.kind)
        };
        let candidates: Vec<String> = nodes.iter().take(10).map(candidate).collect();
        Error::new(
            ErrorKind::Ambiguous,
            format!("\"{name}\" is ambiguous: {}; name one by its id", candidates.join("; ")),
        )
    }

    /// The places of a component's instances, or of a thing itself.
    pub fn places(&self, node: Node) -> Vec<String> {
        let place = |entity: &Entity| {
            let at = &entity.placement;
            at.namespace
                .clone()
                .or_else(|| at.region.clone())
                .or_else(|| at.cluster.clone())
                .or_else(|| at.environment.clone())
        };
        let instances = self.instances(node);
        let of_instances = instances.iter().filter_map(|instance| place(self.entity(*instance)));
        let own = place(self.entity(node));
        of_instances.chain(own).collect::<BTreeSet<String>>().into_iter().collect()
    }

    /// The instances of a component; the node itself for anything else, and for a component of which no instance is known, as where only a catalogue was read.
    pub fn instances(&self, node: Node) -> Vec<Node> {
        if self.entity(node).kind != kind::COMPONENT {
            return vec![node];
        }
        let instance = |edge: &EdgeRef<'_>| edge.edge.relation == crate::schema::relation::INSTANCE_OF;
        let instances: Vec<Node> = self.incoming(node).filter(instance).map(|edge| edge.from).collect();
        if instances.is_empty() { vec![node] } else { instances }
    }

    /// The instance that a record makes up; `None` for anything else, and where it makes up several.
    pub(crate) fn instance_of_record(&self, node: Node) -> Option<Node> {
        let realizing = |edge: &EdgeRef<'_>| edge.edge.relation == crate::schema::relation::REALIZED_BY;
        let mut instances = self.incoming(node).filter(realizing).map(|edge| edge.from);
        instances.next().filter(|first| instances.all(|other| other == *first))
    }

    /// The component of an instance or member; the node itself for anything else.
    pub fn component(&self, node: Node) -> Node {
        self.entity(node).component.as_ref().and_then(|id| self.node_of(id)).unwrap_or(node)
    }
}

/// How long an observed relation is fresh after it was last seen: a month's last job runs once more within it.
const SEEN_FOR: Duration = Duration::from_secs(35 * 24 * 60 * 60);

/// The last of the moments that an attribute of a relation says.
fn moment(edge: &Edge, name: &AttributeName) -> Option<Timestamp> {
    let values = edge.attributes.iter().filter(|attribute| attribute.name == *name);
    let moment = |value: &Value| if let Value::Timestamp(moment) = value { Some(*moment) } else { None };
    values.filter_map(|attribute| moment(&attribute.value)).max()
}

/// What people mean first when they say a name.
fn precedence(entity: &Entity) -> u8 {
    match entity.kind.as_str() {
        "Component" => 0,
        "Instance" => 2,
        "Workload" | "TelemetryService" | "Image" | "Repository" | "Package" | "LoadBalancer" | "Resource" => 3,
        "Namespace" | "System" | "Document" => 4,
        _ => 1,
    }
}

impl EvidenceSource for Snapshot {
    fn proof(&self, id: EvidenceId) -> Option<Proof> {
        let row = self.pages.evidence.get(id.0 as usize)?;
        Some(Proof {
            source: row.scope.source.clone(),
            scope: row.scope.path.clone(),
            chain: row.chain.clone(),
            field: row.field.clone(),
            technique: row.technique.clone(),
            confidence: row.confidence,
            perspective: row.perspective,
            observed_at: row.observed_at.or_else(|| self.readings.observed_at(&row.scope)),
        })
    }
}
