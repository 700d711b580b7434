//! The one kind of snapshot: now, then, and what-if.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crate::answer::{AsOf, EvidenceId, EvidenceSource, Proof};
use crate::base::{Error, ErrorKind, Result, Timestamp, nearest, shortened};
use crate::graph::{Edge, Entity, Group, Pages, Readings};
use crate::identity::EntityId;
use crate::observe::Perspective;
use crate::schema::{AttributeName, Schema, State, Value, attribute, kind};

/// A node of a snapshot: a compact number, `0..snapshot.len()`, that means nothing in any other snapshot.
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
    /// Its place among the edges of the base pages.
    pub place: u32,
}

/// What a scenario changes about the pages that it stands on. Costs memory in the size of the change.
#[derive(Clone, Debug, Default)]
struct Overlay {
    name: String,
    removed: Vec<u32>,
    states: BTreeMap<u32, State>,
}

/// An immutable view of the twin. Cloning is O(1); it is `Send + Sync`, and never moves under its reader.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pages: Arc<Pages>,
    readings: Arc<Readings>,
    overlay: Option<Arc<Overlay>>,
    as_of: AsOf,
    now: Timestamp,
    revision: u64,
}

impl Snapshot {
    /// A snapshot of these pages.
    pub fn new(pages: Arc<Pages>, readings: Arc<Readings>, as_of: AsOf, now: Timestamp, revision: u64) -> Self {
        Snapshot { pages, readings, overlay: None, as_of, now, revision }
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

    /// The rows beneath, without the scenario's changes.
    pub fn pages(&self) -> &Pages {
        &self.pages
    }

    /// The name of the scenario, if this is one.
    pub fn scenario_name(&self) -> Option<&str> {
        self.overlay.as_ref().map(|overlay| overlay.name.as_str())
    }

    /// How many entities there are.
    pub fn len(&self) -> usize {
        self.pages.entities.len() - self.removed().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All nodes, in order.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = Node> + use<> {
        (0..self.len() as u32).map(Node)
    }

    /// The entity at a node.
    ///
    /// # Panics
    /// If the node is of another, larger snapshot.
    pub fn entity(&self, node: Node) -> &Entity {
        &self.pages.entities[self.base_of(node) as usize]
    }

    /// The node of an entity, following merges. O(log entities).
    pub fn node_of(&self, id: &EntityId) -> Option<Node> {
        let mut id = id;
        for _ in 0..=self.pages.redirects.len() {
            match self.pages.index.by_id.get(id) {
                Some(&base) => return self.compact(base),
                None => id = self.pages.redirects.get(id)?,
            }
        }
        None
    }

    /// The nodes that a record makes up.
    pub fn nodes_of_record(&self, record: &crate::observe::RecordKey) -> impl Iterator<Item = Node> + '_ {
        let nodes = self.pages.index.by_record.get(record).map_or(&[][..], Vec::as_slice);
        nodes.iter().filter_map(|base| self.compact(*base))
    }

    /// The relations that start at a node. O(1) plus the relations.
    pub fn outgoing(&self, node: Node) -> impl Iterator<Item = EdgeRef<'_>> + Clone {
        self.edges_of(self.pages.index.outgoing.of(self.base_of(node)))
    }

    /// The relations that end at a node. O(1) plus the relations.
    pub fn incoming(&self, node: Node) -> impl Iterator<Item = EdgeRef<'_>> + Clone {
        self.edges_of(self.pages.index.incoming.of(self.base_of(node)))
    }

    /// All relations, by left end.
    pub fn edges(&self) -> impl Iterator<Item = EdgeRef<'_>> + Clone {
        (0..self.pages.edges.len() as u32).filter_map(|place| self.edge(place))
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

    fn edges_of<'a>(&'a self, places: &'a [u32]) -> impl Iterator<Item = EdgeRef<'a>> + Clone {
        places.iter().filter_map(|place| self.edge(*place))
    }

    fn edge(&self, place: u32) -> Option<EdgeRef<'_>> {
        let edge = &self.pages.edges[place as usize];
        Some(EdgeRef { from: self.compact(edge.from)?, to: self.compact(edge.to)?, edge, place })
    }

    /// The groups that a node is a member of, with their members that are left. The owner's need stays the same when a member is removed.
    pub fn groups_of(&self, node: Node) -> impl Iterator<Item = u32> + '_ {
        self.pages.index.groups_of.get(&self.base_of(node)).into_iter().flatten().copied()
    }

    /// Whether what a member's state does to its owner is told by a group alone. O(log pairs).
    pub fn governs(&self, owner: Node, member: Node) -> bool {
        self.pages.index.governed.contains(&(self.base_of(owner), self.base_of(member)))
    }

    /// A group by its place; `None` if its owner was removed.
    pub fn group(&self, place: u32) -> Option<(Node, impl Iterator<Item = Node> + '_, usize)> {
        let Group { owner, members, k } = &self.pages.groups[place as usize];
        Some((self.compact(*owner)?, members.iter().filter_map(|member| self.compact(*member)), *k))
    }

    /// How many groups there are in the pages beneath.
    pub fn group_count(&self) -> u32 {
        self.pages.groups.len() as u32
    }

    /// The state that a scenario puts a node in.
    pub fn state_of(&self, node: Node) -> State {
        let base = self.base_of(node);
        self.overlay.as_ref().and_then(|overlay| overlay.states.get(&base).copied()).unwrap_or_default()
    }

    /// The nodes that a scenario puts in a state.
    pub fn stated(&self) -> impl Iterator<Item = (Node, State)> + '_ {
        let states = self.overlay.iter().flat_map(|overlay| overlay.states.iter());
        states.filter_map(|(base, state)| Some((self.compact(*base)?, *state)))
    }

    /// The same snapshot without some entities. O(change · log change).
    #[must_use]
    pub fn without(&self, name: &str, nodes: &[Node]) -> Snapshot {
        let mut overlay = self.changed(name);
        let gone: BTreeSet<u32> = nodes.iter().map(|node| self.base_of(*node)).chain(overlay.removed).collect();
        overlay.removed = gone.into_iter().collect();
        Snapshot { overlay: Some(Arc::new(overlay)), ..self.clone() }
    }

    /// The same snapshot with some entities in a state.
    #[must_use]
    pub fn with_states(&self, name: &str, states: &[(Node, State)]) -> Snapshot {
        let mut overlay = self.changed(name);
        overlay.states.extend(states.iter().map(|(node, state)| (self.base_of(*node), *state)));
        Snapshot { overlay: Some(Arc::new(overlay)), ..self.clone() }
    }

    fn changed(&self, name: &str) -> Overlay {
        let overlay = self.overlay.as_deref().cloned().unwrap_or_default();
        Overlay { name: name.to_owned(), ..overlay }
    }

    fn removed(&self) -> &[u32] {
        self.overlay.as_ref().map_or(&[], |overlay| &overlay.removed)
    }

    /// The node of these pages that a compact node stands for: the rank-th of those that are left. O(log removed).
    pub(crate) fn base_of(&self, node: Node) -> u32 {
        let removed = self.removed();
        let (mut low, mut high) = (0, removed.len());
        while low < high {
            let middle = (low + high) / 2;
            if removed[middle] - middle as u32 <= node.0 { low = middle + 1 } else { high = middle }
        }
        node.0 + low as u32
    }

    /// The compact node of a node of these pages; `None` if it was removed. O(log removed).
    pub(crate) fn compact(&self, base: u32) -> Option<Node> {
        match self.removed().binary_search(&base) {
            Ok(_) => None,
            Err(before) => Some(Node(base - before as u32)),
        }
    }

    /// Finds one entity by id, record key, alias, or unique name; `name@place` tells apart what is called the same.
    ///
    /// A component comes before its instances, and what runs before the records that make it up.
    ///
    /// # Errors
    /// `Unknown` with the nearest names, `Ambiguous` with the candidates.
    pub fn find(&self, name: &str) -> Result<Node> {
        if let Some(node) = self.node_of(&EntityId::new(name)) {
            return Ok(node);
        }
        let candidates = self.called(name);
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
        let by_name = |name: &str| -> Vec<Node> {
            let bases = self.pages.index.by_name.get(name).map_or(&[][..], Vec::as_slice);
            bases.iter().filter_map(|base| self.compact(*base)).collect()
        };
        let plain = by_name(&lower);
        if !plain.is_empty() {
            return self.components_of(plain, lower.contains('@'));
        }
        let Some((name, place)) = lower.split_once('@') else { return plain };
        by_name(name).into_iter().filter(|node| self.stands_in(*node, place)).collect()
    }

    /// `name@place` names the instance, and so the component whose only instance of that name it is.
    fn components_of(&self, nodes: Vec<Node>, placed: bool) -> Vec<Node> {
        if !placed {
            return nodes;
        }
        let component = |node: &Node| self.entity(*node).component.as_ref().and_then(|id| self.node_of(id));
        nodes.iter().map(|node| component(node).unwrap_or(*node)).collect::<BTreeSet<Node>>().into_iter().collect()
    }

    fn stands_in(&self, node: Node, place: &str) -> bool {
        let at = &self.entity(node).placement;
        let places = [&at.namespace, &at.cluster, &at.environment, &at.region];
        places.into_iter().flatten().any(|known| known.to_lowercase() == place)
    }

    fn unknown(&self, name: &str) -> Error {
        let near = nearest(name, self.pages.index.by_name.keys().map(String::as_str));
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

    /// The instances of a component; the node itself for anything else.
    pub fn instances(&self, node: Node) -> Vec<Node> {
        if self.entity(node).kind != kind::COMPONENT {
            return vec![node];
        }
        let instance = |edge: &EdgeRef<'_>| edge.edge.relation == crate::schema::relation::INSTANCE_OF;
        self.incoming(node).filter(instance).map(|edge| edge.from).collect()
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
