//! What a map shows: components, the stores and queues that they use, and who needs whom, lifted from instances.

use std::collections::{BTreeMap, BTreeSet};

use crate::answer::{EvidenceId, EvidenceSource};
use crate::graph::{EdgeRef, Node, Snapshot};
use crate::observe::Perspective;
use crate::schema::{Kind, Level, kind, relation};

/// The outline of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A component.
    Component,
    /// What keeps data.
    Store,
    /// What passes messages on.
    Queue,
    /// Anything else.
    Thing,
}

/// One node of a map.
#[derive(Clone, Debug, PartialEq)]
pub struct MapNode {
    /// The component or thing.
    pub node: Node,
    /// Its name; with its places where several are called the same.
    pub label: String,
    /// Its kind.
    pub kind: Kind,
    /// Its outline.
    pub shape: Shape,
    /// Who owns it, by name.
    pub owners: Vec<String>,
    /// Where it stands.
    pub places: Vec<String>,
}

/// One arrow of a map: all relations from one node to another.
#[derive(Clone, Debug, PartialEq)]
pub struct MapEdge {
    /// Who needs: a place among the nodes.
    pub from: usize,
    /// Who is needed: a place among the nodes.
    pub to: usize,
    /// The relations, by name.
    pub relations: Vec<String>,
    /// The sides from which any of them is known.
    pub perspectives: Vec<Perspective>,
    /// Why they are believed: the surest of each side first.
    pub evidence: Vec<EvidenceId>,
}

/// A map of a snapshot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ComponentMap {
    /// The nodes, by label and id.
    pub nodes: Vec<MapNode>,
    /// The arrows, by their ends.
    pub edges: Vec<MapEdge>,
}

impl MapEdge {
    /// Whether files say so.
    pub fn is_declared(&self) -> bool {
        self.perspectives.iter().any(|side| *side != Perspective::Observed)
    }

    /// Whether it was seen to happen.
    pub fn is_observed(&self) -> bool {
        self.perspectives.contains(&Perspective::Observed)
    }
}

/// The map of a snapshot. O(entities + relations).
pub fn component_map(snapshot: &Snapshot) -> ComponentMap {
    let lifted = lifted(snapshot);
    let ends = lifted.keys().flat_map(|(from, to)| [*from, *to]);
    let components = snapshot.nodes().filter(|node| snapshot.entity(*node).kind == kind::COMPONENT);
    let shown: BTreeSet<Node> = components.chain(ends).collect();
    let nodes = nodes(snapshot, &shown);
    let places: BTreeMap<Node, usize> = nodes.iter().enumerate().map(|(place, shown)| (shown.node, place)).collect();
    let mut edges: Vec<MapEdge> =
        lifted.into_iter().map(|((from, to), edges)| joined(snapshot, places[&from], places[&to], &edges)).collect();
    edges.sort_by_key(|edge| (edge.from, edge.to));
    ComponentMap { nodes, edges }
}

type Lifted<'a> = BTreeMap<(Node, Node), Vec<EdgeRef<'a>>>;

/// The relations over which one end needs the other while it runs, between components and things.
fn lifted(snapshot: &Snapshot) -> Lifted<'_> {
    let mut lifted = Lifted::new();
    for edge in snapshot.edges().filter(|edge| is_shown(snapshot, edge)) {
        let (from, to) = (snapshot.component(edge.from), snapshot.component(edge.to));
        if from != to {
            lifted.entry((from, to)).or_default().push(edge);
        }
    }
    lifted
}

fn is_shown(snapshot: &Snapshot, edge: &EdgeRef<'_>) -> bool {
    let row = snapshot.schema().relation(edge.edge.relation.as_str());
    row.is_ok_and(|row| row.read_by.contains(&"drift"))
}

fn nodes(snapshot: &Snapshot, shown: &BTreeSet<Node>) -> Vec<MapNode> {
    let mut nodes: Vec<MapNode> = shown.iter().map(|node| map_node(snapshot, *node)).collect();
    nodes.sort_by(|a, b| {
        let id = |shown: &MapNode| &snapshot.entity(shown.node).id;
        (&a.label, id(a)).cmp(&(&b.label, id(b)))
    });
    nodes
}

fn map_node(snapshot: &Snapshot, node: Node) -> MapNode {
    let kind = snapshot.entity(node).kind.clone();
    MapNode {
        node,
        label: label(snapshot, node),
        shape: shape(snapshot, &kind),
        kind,
        owners: owners(snapshot, node),
        places: snapshot.places(node),
    }
}

/// The name of an entity; with the place where it stands if others of its kind are called the same, or with what it is to its platform
/// if such another stands in the same place.
pub fn label(snapshot: &Snapshot, node: Node) -> String {
    let entity = snapshot.entity(node);
    let is_same = |other: &Node| *other != node && snapshot.entity(*other).kind == entity.kind;
    let same: Vec<Node> = snapshot.called(&entity.name).into_iter().filter(is_same).collect();
    match place(snapshot, node) {
        Some(place) if !same.is_empty() => {
            let beside = same.iter().any(|other| self::place(snapshot, *other).as_ref() == Some(&place));
            let native = entity.records.first().map(|record| &record.name).filter(|_| beside);
            format!("{}@{place}", native.unwrap_or(&entity.name))
        }
        _ => entity.name.clone(),
    }
}

/// The one place that says most: its own namespace, else the first where it stands.
fn place(snapshot: &Snapshot, node: Node) -> Option<String> {
    let namespace = snapshot.entity(node).placement.namespace.clone();
    namespace.or_else(|| snapshot.places(node).into_iter().next())
}

/// The names of who owns an entity or an instance of it.
fn owners(snapshot: &Snapshot, node: Node) -> Vec<String> {
    let parts = snapshot.instances(node).into_iter().chain(std::iter::once(node));
    let owned = parts.flat_map(|part| snapshot.outgoing(part).map(|edge| (edge.edge, edge.to)).collect::<Vec<_>>());
    let owners = owned.filter(|(edge, _)| edge.relation == relation::OWNED_BY).map(|(_, to)| to);
    let names: BTreeSet<String> = owners.map(|owner| snapshot.entity(owner).name.clone()).collect();
    names.into_iter().collect()
}

fn shape(snapshot: &Snapshot, of: &Kind) -> Shape {
    let level = snapshot.schema().kind(of.as_str()).map(|row| row.level);
    match level {
        Ok(Level::Component) => Shape::Component,
        _ if [kind::DATA_STORE, kind::CACHE, kind::BUCKET].contains(of) => Shape::Store,
        _ if *of == kind::QUEUE => Shape::Queue,
        _ => Shape::Thing,
    }
}

fn joined(snapshot: &Snapshot, from: usize, to: usize, edges: &[EdgeRef<'_>]) -> MapEdge {
    let relations: BTreeSet<String> = edges.iter().map(|edge| edge.edge.relation.to_string()).collect();
    let sides: BTreeSet<Perspective> = edges.iter().flat_map(|edge| edge.edge.perspectives.iter().copied()).collect();
    let evidence = edges.iter().flat_map(|edge| edge.edge.evidence.iter().copied());
    MapEdge {
        from,
        to,
        relations: relations.into_iter().collect(),
        perspectives: sides.into_iter().collect(),
        evidence: surest(snapshot, evidence),
    }
}

/// Evidence by how sure it is, each side and place once; the surest of each side before the others.
fn surest(snapshot: &Snapshot, evidence: impl Iterator<Item = EvidenceId>) -> Vec<EvidenceId> {
    let distinct: BTreeSet<EvidenceId> = evidence.collect();
    let mut told = BTreeSet::new();
    let mut rows: Vec<(Perspective, f64, EvidenceId)> = Vec::new();
    for id in distinct {
        let Some(proof) = snapshot.proof(id) else { continue };
        let locators: Vec<_> = proof.chain.iter().map(|step| step.locator.clone()).collect();
        if told.insert((proof.perspective, locators)) {
            rows.push((proof.perspective, proof.confidence, id));
        }
    }
    rows.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2)));
    let mut counts: BTreeMap<Perspective, usize> = BTreeMap::new();
    let mut ranked: Vec<(usize, EvidenceId)> = Vec::new();
    for (side, _, id) in rows {
        let rank = counts.entry(side).or_default();
        ranked.push((*rank, id));
        *rank += 1;
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, id)| id).collect()
}
