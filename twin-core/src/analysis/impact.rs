//! Blast radius: who is affected if something fails, how badly, and why. Where a fact does not say which variant of a relation holds, the answer is computed
//! twice, for the mildest and the worst.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use crate::analysis::affected::Affected;
use crate::analysis::question::{EntityRef, basis, envelope};
use crate::analysis::rules::Hazard;
use crate::analysis::spread::{Effect, Spread, spread};
use crate::answer::{Answer, EvidenceId, Profile};
use crate::base::{Error, ErrorKind, Result, listed, shortened};
use crate::graph::{EdgeRef, Node, Snapshot};
use crate::schema::{Kind, Level, Propagation, State, kind, relation};

/// The question.
#[derive(Clone, Debug)]
pub struct BlastRadius {
    /// Which entities fail; a component stands for its instances.
    pub nodes: Vec<Node>,
    /// How badly.
    pub state: State,
    /// For a while or for ever.
    pub hazard: Hazard,
    /// Only instances of this environment; by default production, where any instance is known to be there.
    pub environment: Option<String>,
    /// What the question needs of its sources.
    pub needs: Profile,
}

impl BlastRadius {
    /// What happens if this entity is down?
    pub fn of(node: Node) -> Self {
        BlastRadius {
            nodes: vec![node],
            state: State::Down,
            hazard: Hazard::Outage,
            environment: None,
            needs: Profile::default(),
        }
    }
}

/// One entity that is affected.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Hit {
    /// The component, or the thing itself.
    pub entity: EntityRef,
    /// The instance, where the entity is a component.
    pub instance: Option<EntityRef>,
    /// The worst state that it may be in.
    pub state: State,
    /// The state that it is in at least; the same where nothing is unknown.
    pub at_least: State,
    /// The number of relations between it and what fails, on the path that is shown; 0 where a scenario took away too much of what it needs.
    pub hops: usize,
    /// The path from what fails to it: names and, between them, relations.
    pub path: Trail,
    /// Why each relation of the path is believed.
    pub evidence: Vec<EvidenceId>,
}

/// A path as people read it: names and, between them, relations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct Trail(pub Vec<String>);

impl std::ops::Deref for Trail {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" → "))
    }
}

/// Answers the question.
pub fn blast_radius(snapshot: &Snapshot, question: &BlastRadius) -> Answer<Vec<Hit>> {
    let seeds = seeds(snapshot, question);
    let worst = spread(snapshot, &seeds, question.hazard, true);
    let mildest = spread(snapshot, &seeds, question.hazard, false);
    let hits = hits(snapshot, &worst, &mildest);
    let asked = serde_json::json!({
        "entities": question.nodes.iter().map(|node| EntityRef::of(snapshot, *node)).collect::<Vec<_>>(),
        "state": question.state,
        "hazard": question.hazard,
        "environment": environment(snapshot, question),
    });
    let mut assumptions = assumptions(snapshot, &worst);
    assumptions.extend(left_out(snapshot, question));
    let sides = basis(snapshot, hits.iter().flat_map(|hit| hit.evidence.iter().copied()));
    let mut answer = envelope(
        snapshot,
        "blast_radius",
        asked,
        question.needs,
        "least fixed point over the relations' columns",
        hits,
    );
    answer.assumptions = assumptions;
    answer.basis = sides;
    answer.blind_spots.extend(built_on(snapshot, &question.nodes));
    answer
}

/// Who is said to depend on what fails by a relation over which no failure passes: of a library that is one thing, of a service perhaps another.
fn built_on(snapshot: &Snapshot, nodes: &[Node]) -> Option<String> {
    let parts: BTreeSet<Node> =
        nodes.iter().flat_map(|node| snapshot.instances(*node)).chain(nodes.iter().copied()).collect();
    let edges = parts.iter().flat_map(|part| snapshot.incoming(*part));
    let dependents = edges.filter(|edge| edge.edge.relation == relation::DEPENDS_ON && !parts.contains(&edge.from));
    let count = dependents.map(|edge| edge.from).collect::<BTreeSet<Node>>().len();
    let by = relation::DEPENDS_ON;
    (count > 0).then(|| {
        format!("{count} depend on it by {by}, over which no failure of what runs passes: where they ask it while it runs, a source has to say how, as by calls")
    })
}

/// One entity that is affected, as a node alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HitNode {
    /// The instance or the thing.
    pub node: Node,
    /// The worst state that it may be in.
    pub state: State,
    /// The state that it is in at least.
    pub at_least: State,
    /// The class and the place of one relation to something else that is affected, if there is any: one that brings it into its state, where one does.
    pub over: Option<(u16, u32)>,
}

/// What [`blast_radius`] finds, without its ways: the nodes in their order, and what is taken for granted. O(relations of what is reached).
pub(crate) fn hit_nodes(snapshot: &Snapshot, question: &BlastRadius) -> (Vec<HitNode>, Vec<String>) {
    let seeds = seeds(snapshot, question);
    let mut worst = Affected::new(snapshot, question.hazard, true);
    worst.by(&seeds);
    let nodes = worst.reached_in_order();
    let mut mildest = Affected::new(snapshot, question.hazard, false);
    let is_sure = mildest.is_like(&worst);
    if !is_sure {
        mildest.by(&seeds);
    }
    let is_seed = |node: Node, state: State| {
        let place = seeds.binary_search_by_key(&node, |(seed, _)| *seed);
        place.is_ok_and(|place| seeds[place].1 >= state)
    };
    let classes = snapshot.pages().classes();
    let is_instance: Vec<bool> = classes.iter().map(|class| class.relation == relation::INSTANCE_OF).collect();
    let passing: Vec<Option<Propagation>> =
        classes.iter().map(|class| (!class.governed).then_some(class.worst.forward)).collect();
    let levels: Vec<Option<Level>> = snapshot.pages().kinds().iter().map(|kind| level(snapshot, kind)).collect();
    let mut hits = Vec::with_capacity(nodes.len());
    for node in nodes.iter().copied().map(Node) {
        let level = levels[snapshot.pages().place_of_kind(node.0)];
        let state = worst.state(node);
        let has_instances =
            || snapshot.topology().incoming(node.0).iter().any(|(_, class)| is_instance[class as usize]);
        let is_shown = match level {
            Some(Level::Member | Level::Support) => false,
            Some(Level::Component) => !has_instances(),
            _ => true,
        };
        if is_seed(node, state) || !is_shown {
            continue;
        }
        let ends =
            || snapshot.topology().outgoing(node.0).ends().filter(|end| worst.state(Node(end.node)) != State::None);
        let brought = ends().find(|end| {
            let passing = passing[end.class as usize];
            passing.is_some_and(|passing| passing.of(worst.state(Node(end.node))) >= state)
        });
        let over = brought.or_else(|| ends().next()).map(|end| (end.class, end.place));
        let at_least = if is_sure { state } else { mildest.state(node) };
        hits.push(HitNode { node, state, at_least, over });
    }
    let mut assumptions = unsaid(snapshot, &nodes, &worst);
    assumptions.extend(left_out(snapshot, question));
    (hits, assumptions)
}

fn level(snapshot: &Snapshot, kind: &Kind) -> Option<Level> {
    snapshot.schema().kind(kind.as_str()).ok().map(|row| row.level)
}

/// The calls whose criticality nobody says, among what was reached: the first, and how many more.
fn unsaid(snapshot: &Snapshot, nodes: &[u32], worst: &Affected<'_>) -> Vec<String> {
    const TOLD: usize = 20;
    let classes = snapshot.pages().classes();
    let is_unsaid: Vec<bool> =
        classes.iter().map(|class| class.relation == relation::CALLS && class.variant.is_none()).collect();
    if !is_unsaid.contains(&true) {
        return Vec::new();
    }
    let runs = nodes.iter().flat_map(|node| snapshot.topology().outgoing(*node).iter().map(move |end| (*node, end)));
    let mut calls = runs.filter(|(_, (to, class))| is_unsaid[*class as usize] && worst.state(Node(*to)) != State::None);
    let name = |node: u32| &snapshot.entity(Node(node)).name;
    let phrase = |(from, (to, _)): (u32, (u32, u16))| {
        format!("criticality of {} → {} unknown: optional … required", name(from), name(to))
    };
    let mut phrases: Vec<String> = calls.by_ref().take(TOLD).map(phrase).collect();
    let more = calls.count();
    phrases.extend((more > 0).then(|| format!("criticality of {more} more calls unknown: optional … required")));
    phrases
}

/// Where the failure begins: the instances in the environment, and what a scenario says fails.
pub(crate) fn seeds(snapshot: &Snapshot, question: &BlastRadius) -> Vec<(Node, State)> {
    let environment = environment(snapshot, question);
    let mut seeds: BTreeMap<Node, State> = snapshot.stated().collect();
    for node in &question.nodes {
        for instance in failing(snapshot, &snapshot.instances(*node), environment.as_deref()) {
            let state = seeds.entry(instance).or_default();
            *state = (*state).max(question.state);
        }
    }
    seeds.into_iter().filter(|(_, state)| *state != State::None).collect()
}

/// The environment that is asked about: the question's own, else production where any instance is said to be there.
pub(crate) fn environment(snapshot: &Snapshot, question: &BlastRadius) -> Option<String> {
    if question.environment.is_some() {
        return question.environment.clone();
    }
    let instances = question.nodes.iter().flat_map(|node| snapshot.instances(*node));
    let mut known = instances.filter_map(|instance| snapshot.entity(instance).placement.environment.clone());
    known.find(|name| is_production(name))
}

/// Whether an entity says that it is in production.
pub(crate) fn is_in_production(snapshot: &Snapshot, node: Node) -> bool {
    snapshot.entity(node).placement.environment.as_deref().is_some_and(is_production)
}

/// Refuses an environment in which nothing is that is known. O(entities).
///
/// # Errors
/// `Unknown`, with those that are known.
pub(crate) fn check_environment(snapshot: &Snapshot, wanted: Option<&str>) -> Result<()> {
    let Some(wanted) = wanted else { return Ok(()) };
    let places = snapshot.nodes().filter_map(|node| snapshot.entity(node).placement.environment.as_deref());
    let known: BTreeSet<&str> = places.collect();
    // Where nobody says an environment, all may be in the one that is asked about.
    match known.is_empty() || known.iter().any(|known| is_same(wanted, known)) {
        true => Ok(()),
        false => {
            let what = format!("unknown environment \"{}\": known are {}", shortened(wanted), listed(known.iter(), 5));
            Err(Error::new(ErrorKind::Unknown, what))
        }
    }
}

fn is_production(environment: &str) -> bool {
    matches!(environment.to_lowercase().as_str(), "production" | "prod" | "live")
}

/// Whether two names are of one environment.
fn is_same(wanted: &str, known: &str) -> bool {
    wanted == known || (is_production(wanted) && is_production(known))
}

/// Whether an entity says that it is in another environment.
pub(super) fn is_elsewhere(snapshot: &Snapshot, node: Node, wanted: &str) -> bool {
    snapshot.entity(node).placement.environment.as_deref().is_some_and(|known| !is_same(wanted, known))
}

/// The instances in an environment: those that say so; where none does, those that do not say where they are. All, if no environment is asked
/// about.
fn failing(snapshot: &Snapshot, instances: &[Node], environment: Option<&str>) -> Vec<Node> {
    let Some(wanted) = environment else { return instances.to_vec() };
    let is_there = |known: &str| is_same(wanted, known);
    let known = |node: &Node| snapshot.entity(*node).placement.environment.as_deref();
    let there: Vec<Node> = instances.iter().copied().filter(|node| known(node).is_some_and(is_there)).collect();
    let unsaid = || instances.iter().copied().filter(|node| known(node).is_none()).collect();
    if there.is_empty() { unsaid() } else { there }
}

/// Instances that may be in the environment and were not taken to be, because others say that they are.
pub(crate) fn left_out(snapshot: &Snapshot, question: &BlastRadius) -> Vec<String> {
    let environment = environment(snapshot, question);
    let phrase = |node: &Node| format!("{} says no environment and is left out", snapshot.entity(*node).name);
    let mut phrases = Vec::new();
    for node in &question.nodes {
        let instances = snapshot.instances(*node);
        let taken = failing(snapshot, &instances, environment.as_deref());
        let unsaid = |node: &&Node| snapshot.entity(**node).placement.environment.is_none() && !taken.contains(node);
        phrases.extend(instances.iter().filter(unsaid).map(phrase));
    }
    phrases
}

/// The rows: instances and things that are affected, worst first, then nearest, then by name.
fn hits(snapshot: &Snapshot, worst: &Spread, mildest: &Spread) -> Vec<Hit> {
    let mut hits: Vec<Hit> = worst
        .iter()
        .filter(|(node, reached)| !reached.is_seed() && is_shown(snapshot, *node))
        .map(|(node, _)| hit(snapshot, node, worst, mildest.state(node)))
        .collect();
    hits.sort_by(|a, b| {
        let order = |hit: &Hit| (std::cmp::Reverse(hit.state), std::cmp::Reverse(hit.at_least), hit.hops);
        order(a).cmp(&order(b)).then_with(|| (&a.entity, &a.instance).cmp(&(&b.entity, &b.instance)))
    });
    hits
}

/// Members are shown with what they make up, and a component with its instances.
pub(crate) fn is_shown(snapshot: &Snapshot, node: Node) -> bool {
    match level(snapshot, snapshot.kind(node)) {
        Some(Level::Member | Level::Support) => false,
        Some(Level::Component) => snapshot.instances(node) == [node],
        _ => true,
    }
}

fn hit(snapshot: &Snapshot, node: Node, worst: &Spread, at_least: State) -> Hit {
    let component = snapshot.component(node);
    let is_instance = snapshot.entity(node).kind == kind::INSTANCE;
    let (path, evidence) = trail(snapshot, node, worst);
    Hit {
        entity: EntityRef::of(snapshot, component),
        instance: is_instance.then(|| EntityRef::of(snapshot, node)),
        state: worst.state(node),
        at_least,
        hops: worst.way(node, worst.state(node)).map_or(0, |(hops, _)| hops),
        path: Trail(path),
        evidence,
    }
}

/// The path from what fails to a node, with the evidence of each relation on it.
fn trail(snapshot: &Snapshot, node: Node, reached: &Spread) -> (Vec<String>, Vec<EvidenceId>) {
    let (mut at, mut state) = (node, reached.state(node));
    let mut names = vec![snapshot.entity(node).name.clone()];
    let mut evidence = Vec::new();
    while let Some((_, effect)) = reached.way(at, state) {
        let (via, from, before) = match effect {
            Effect::Seed | Effect::Short(_) => break,
            Effect::Over { class, place, along, from, state } => {
                let edge = snapshot.pages().edge_row(class, place);
                evidence.extend(edge.evidence.iter().rev());
                (arrow(snapshot, edge, along), from, state)
            }
            Effect::By { from, state, .. } => {
                evidence.extend(between(snapshot, at, from).into_iter().rev());
                ("needs one of".to_owned(), from, state)
            }
        };
        names.push(via);
        names.push(snapshot.entity(from).name.clone());
        (at, state) = (from, before);
    }
    names.reverse();
    evidence.reverse();
    (names, evidence)
}

/// The relation as it is read when walking from what fails: towards the left end by its inverse name.
pub(crate) fn arrow(snapshot: &Snapshot, edge: &crate::graph::Edge, along: bool) -> String {
    match snapshot.schema().relation(edge.relation.as_str()) {
        Ok(row) if !along => row.inverse.to_owned(),
        _ => edge.relation.to_string(),
    }
}

/// Why two entities are believed to be joined.
pub(crate) fn between(snapshot: &Snapshot, owner: Node, member: Node) -> Vec<EvidenceId> {
    let joins = |edge: &EdgeRef<'_>| edge.from == member || edge.to == member;
    let edges = snapshot.outgoing(owner).chain(snapshot.incoming(owner)).filter(joins);
    edges.flat_map(|edge| edge.edge.evidence.iter().copied()).collect()
}

/// The calls whose criticality nobody says, among what was reached.
fn assumptions(snapshot: &Snapshot, worst: &Spread) -> Vec<String> {
    let unknown = |edge: &EdgeRef<'_>| edge.edge.relation == relation::CALLS && edge.edge.variant.is_none();
    let calls = worst.iter().flat_map(|(node, _)| snapshot.outgoing(node)).filter(unknown);
    let phrase = |edge: EdgeRef<'_>| {
        let (from, to) = (&snapshot.entity(edge.from).name, &snapshot.entity(edge.to).name);
        format!("criticality of {from} → {to} unknown: optional … required")
    };
    let reached = calls.filter(|edge| worst.state(edge.to) != State::None);
    reached.map(phrase).collect::<BTreeSet<String>>().into_iter().collect()
}
