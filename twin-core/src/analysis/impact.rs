//! Blast radius: the least fixed point of states over the table's columns.
//!
//! A state travels from the right end of a relation to its left end by the `forward` column and the other way by `reverse`. A pair in a k-of-n group is governed by
//! the group alone: fewer than k members that are not down put the owner down, else any member down or degraded puts it in degraded. A group of which fewer than k
//! members are there at all, because a scenario took some away, has its owner down before anything fails. Every entity takes the worst state that reaches it. Where a fact does not say which variant of a relation holds, the answer is computed twice, for the mildest and the worst.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

use serde::Serialize;

use crate::analysis::question::{EntityRef, basis, envelope};
use crate::answer::{Answer, EvidenceId, Profile};
use crate::base::{Error, Result};
use crate::graph::{EdgeRef, Node, Snapshot};
use crate::schema::{Level, Propagation, State, kind, relation};

/// What happens to the entity that the question is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Hazard {
    /// It fails for a while.
    #[default]
    Outage,
    /// It is taken away for ever: who calls it optionally drops the call.
    Removal,
}

impl Hazard {
    /// Reads a hazard's name.
    ///
    /// # Errors
    /// `Unknown`, with both hazards.
    pub fn parse(name: &str) -> Result<Hazard> {
        match name {
            "outage" => Ok(Hazard::Outage),
            "removal" => Ok(Hazard::Removal),
            _ => Err(Error::unknown("hazard", name, ["outage", "removal"])),
        }
    }
}

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

/// How a state came to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It is where the failure begins.
    Seed,
    /// Over a relation, from that node in that state.
    Over(u32, Node, State),
    /// By a group, of which that node is a member in that state.
    By(u32, Node, State),
    /// By a group, of which too few members are there.
    Short(u32),
}

/// What reached a node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// The worst state.
    pub state: State,
    /// For each state, the hops and how it came.
    ways: [Option<(usize, Effect)>; 4],
}

impl Reached {
    /// The hops to the worst state.
    pub fn hops(&self) -> usize {
        self.ways[self.state as usize].map_or(0, |(hops, _)| hops)
    }

    /// Whether it is in its worst state because the failure begins here.
    fn is_seed(&self) -> bool {
        matches!(self.ways[self.state as usize], Some((_, Effect::Seed)))
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
    answer
}

/// Where the failure begins: the instances in the environment, and what a scenario says fails.
fn seeds(snapshot: &Snapshot, question: &BlastRadius) -> Vec<(Node, State)> {
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
fn environment(snapshot: &Snapshot, question: &BlastRadius) -> Option<String> {
    if question.environment.is_some() {
        return question.environment.clone();
    }
    let instances = question.nodes.iter().flat_map(|node| snapshot.instances(*node));
    let mut known = instances.filter_map(|instance| snapshot.entity(instance).placement.environment.clone());
    known.find(|name| is_production(name))
}

fn is_production(environment: &str) -> bool {
    matches!(environment.to_lowercase().as_str(), "production" | "prod" | "live")
}

/// The instances in an environment: those that say so; where none does, those that do not say where they are. All, if no environment is asked
/// about.
fn failing(snapshot: &Snapshot, instances: &[Node], environment: Option<&str>) -> Vec<Node> {
    let Some(wanted) = environment else { return instances.to_vec() };
    let is_there = |known: &str| wanted == known || (is_production(wanted) && is_production(known));
    let known = |node: &Node| snapshot.entity(*node).placement.environment.as_deref();
    let there: Vec<Node> = instances.iter().copied().filter(|node| known(node).is_some_and(is_there)).collect();
    let unsaid = || instances.iter().copied().filter(|node| known(node).is_none()).collect();
    if there.is_empty() { unsaid() } else { there }
}

/// Instances that may be in the environment and were not taken to be, because others say that they are.
fn left_out(snapshot: &Snapshot, question: &BlastRadius) -> Vec<String> {
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

/// The states that reach each node, from these seeds. O(states · relations + groups).
pub fn spread(snapshot: &Snapshot, seeds: &[(Node, State)], hazard: Hazard, worst: bool) -> Vec<Reached> {
    let mut spread = Spread {
        snapshot,
        hazard,
        worst,
        seeds: seeds.iter().map(|(node, _)| *node).collect(),
        reached: vec![Reached::default(); snapshot.len()],
        queue: VecDeque::new(),
    };
    for (node, state) in seeds {
        spread.arrive(*node, *state, 0, Effect::Seed);
    }
    spread.begin_with_short_groups();
    while let Some((node, state)) = spread.queue.pop_front() {
        spread.pass_on(node, state);
    }
    spread.reached
}

struct Spread<'a> {
    snapshot: &'a Snapshot,
    hazard: Hazard,
    worst: bool,
    seeds: BTreeSet<Node>,
    reached: Vec<Reached>,
    queue: VecDeque<(Node, State)>,
}

impl Spread<'_> {
    /// Who has too few members left is down, whatever else fails.
    fn begin_with_short_groups(&mut self) {
        let snapshot = self.snapshot;
        for place in 0..snapshot.group_count() {
            let Some((owner, members, k)) = snapshot.group(place) else { continue };
            if members.count() < k {
                self.arrive(owner, State::Down, 0, Effect::Short(place));
            }
        }
    }

    fn arrive(&mut self, node: Node, state: State, hops: usize, effect: Effect) {
        let reached = &mut self.reached[node.index()];
        if state == State::None || reached.ways[state as usize].is_some() {
            return;
        }
        reached.ways[state as usize] = Some((hops, effect));
        let rises = state > reached.state;
        reached.state = reached.state.max(state);
        self.queue.push_back((node, state));
        if rises {
            self.weigh_groups(node, state, hops);
        }
    }

    fn pass_on(&mut self, node: Node, state: State) {
        let hops = self.reached[node.index()].ways[state as usize].map_or(0, |(hops, _)| hops);
        let snapshot = self.snapshot;
        for edge in snapshot.incoming(node).filter(|edge| !snapshot.governs(edge.from, edge.to)) {
            let next = self.variant(&edge).0.of(state);
            let dropped = self.hazard == Hazard::Removal && self.is_dropped(&edge, node);
            if !dropped {
                self.arrive(edge.from, next, hops + 1, Effect::Over(edge.place, node, state));
            }
        }
        let free = |edge: &EdgeRef<'_>| !snapshot.governs(edge.from, edge.to) && !snapshot.governs(edge.to, edge.from);
        for edge in snapshot.outgoing(node).filter(free) {
            let next = self.variant(&edge).1.of(state);
            self.arrive(edge.to, next, hops + 1, Effect::Over(edge.place, node, state));
        }
    }

    /// What is removed is no longer called by whoever can do without it.
    fn is_dropped(&self, edge: &EdgeRef<'_>, node: Node) -> bool {
        let row = self.snapshot.schema().relation(edge.edge.relation.as_str());
        let (mildest, worst) = match row {
            Ok(row) => row.range(edge.edge.variant.as_deref()),
            Err(_) => return false,
        };
        let variant = if self.worst { worst } else { mildest };
        self.seeds.contains(&node) && variant.name == "optional"
    }

    fn variant(&self, edge: &EdgeRef<'_>) -> (Propagation, Propagation) {
        match self.snapshot.schema().relation(edge.edge.relation.as_str()) {
            Ok(row) => {
                let (mildest, worst) = row.range(edge.edge.variant.as_deref());
                let variant = if self.worst { worst } else { mildest };
                (variant.forward, variant.reverse)
            }
            Err(_) => (Propagation::NOTHING, Propagation::NOTHING),
        }
    }

    fn weigh_groups(&mut self, member: Node, state: State, hops: usize) {
        let snapshot = self.snapshot;
        for place in snapshot.groups_of(member) {
            let Some((owner, members, k)) = snapshot.group(place) else { continue };
            let states: Vec<State> = members.map(|member| self.reached[member.index()].state).collect();
            let up = states.iter().filter(|state| **state != State::Down).count();
            let hurt = states.iter().any(|state| *state >= State::Degraded);
            let next = if up < k {
                State::Down
            } else if hurt {
                State::Degraded
            } else {
                State::None
            };
            self.arrive(owner, next, hops + 1, Effect::By(place, member, state));
        }
    }
}

/// Everything from which a relation that can pass anything leads to the seeds, with the hops; groups are ignored. O(relations).
pub fn structural_reach(snapshot: &Snapshot, seeds: &[Node]) -> BTreeMap<Node, usize> {
    let mut hops: Vec<Option<usize>> = vec![None; snapshot.len()];
    seeds.iter().for_each(|seed| hops[seed.index()] = Some(0));
    let mut queue: VecDeque<(Node, usize)> = seeds.iter().map(|seed| (*seed, 0)).collect();
    while let Some((node, before)) = queue.pop_front() {
        for edge in snapshot.incoming(node) {
            let passes =
                || snapshot.schema().relation(edge.edge.relation.as_str()).is_ok_and(|row| row.passes_failure());
            if hops[edge.from.index()].is_none() && passes() {
                hops[edge.from.index()] = Some(before + 1);
                queue.push_back((edge.from, before + 1));
            }
        }
    }
    let reached = snapshot.nodes().filter_map(|node| Some((node, hops[node.index()]?)));
    reached.collect()
}

/// The rows: instances and things that are affected, worst first, then nearest, then by name.
fn hits(snapshot: &Snapshot, worst: &[Reached], mildest: &[Reached]) -> Vec<Hit> {
    let mut hits: Vec<Hit> = snapshot
        .nodes()
        .filter(|node| worst[node.index()].state != State::None && is_shown(snapshot, *node))
        .filter(|node| !worst[node.index()].is_seed())
        .map(|node| hit(snapshot, node, worst, mildest[node.index()].state))
        .collect();
    hits.sort_by(|a, b| {
        let order = |hit: &Hit| (std::cmp::Reverse(hit.state), std::cmp::Reverse(hit.at_least), hit.hops);
        order(a).cmp(&order(b)).then_with(|| (&a.entity, &a.instance).cmp(&(&b.entity, &b.instance)))
    });
    hits
}

/// Members are shown with what they make up, and a component with its instances.
fn is_shown(snapshot: &Snapshot, node: Node) -> bool {
    let entity = snapshot.entity(node);
    let level = snapshot.schema().kind(entity.kind.as_str()).map(|row| row.level);
    match level {
        Ok(Level::Member | Level::Support) => false,
        Ok(Level::Component) => snapshot.instances(node).is_empty(),
        _ => true,
    }
}

fn hit(snapshot: &Snapshot, node: Node, worst: &[Reached], at_least: State) -> Hit {
    let component = snapshot.component(node);
    let is_instance = snapshot.entity(node).kind == kind::INSTANCE;
    let trail = trail(snapshot, node, worst);
    Hit {
        entity: EntityRef::of(snapshot, component),
        instance: is_instance.then(|| EntityRef::of(snapshot, node)),
        state: worst[node.index()].state,
        at_least,
        hops: worst[node.index()].hops(),
        path: Trail(trail.0),
        evidence: trail.1,
    }
}

/// The path from what fails to a node, with the evidence of each relation on it.
fn trail(snapshot: &Snapshot, node: Node, reached: &[Reached]) -> (Vec<String>, Vec<EvidenceId>) {
    let (mut at, mut state) = (node, reached[node.index()].state);
    let mut names = vec![snapshot.entity(node).name.clone()];
    let mut evidence = Vec::new();
    while let Some((_, effect)) = reached[at.index()].ways[state as usize] {
        let (via, from, before) = match effect {
            Effect::Seed | Effect::Short(_) => break,
            Effect::Over(place, from, before) => {
                let edge = &snapshot.pages().edges[place as usize];
                evidence.extend(edge.evidence.iter().rev());
                (arrow(snapshot, edge, at), from, before)
            }
            Effect::By(_, from, before) => {
                evidence.extend(between(snapshot, at, from).into_iter().rev());
                ("needs one of".to_owned(), from, before)
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
fn arrow(snapshot: &Snapshot, edge: &crate::graph::Edge, at: Node) -> String {
    let forward = snapshot.compact(edge.to) == Some(at);
    match snapshot.schema().relation(edge.relation.as_str()) {
        Ok(row) if !forward => row.inverse.to_owned(),
        _ => edge.relation.to_string(),
    }
}

fn between(snapshot: &Snapshot, owner: Node, member: Node) -> Vec<EvidenceId> {
    let joins = |edge: &EdgeRef<'_>| edge.from == member || edge.to == member;
    let edges = snapshot.outgoing(owner).chain(snapshot.incoming(owner)).filter(joins);
    edges.flat_map(|edge| edge.edge.evidence.iter().copied()).collect()
}

/// The calls whose criticality nobody says, among what was reached.
fn assumptions(snapshot: &Snapshot, worst: &[Reached]) -> Vec<String> {
    let unknown = |edge: &EdgeRef<'_>| edge.edge.relation == relation::CALLS && edge.edge.variant.is_none();
    let reached = snapshot.edges().filter(|edge| {
        unknown(edge) && worst[edge.from.index()].state != State::None && worst[edge.to.index()].state != State::None
    });
    let phrase = |edge: EdgeRef<'_>| {
        let (from, to) = (&snapshot.entity(edge.from).name, &snapshot.entity(edge.to).name);
        format!("criticality of {from} → {to} unknown: optional … required")
    };
    reached.map(phrase).collect::<BTreeSet<String>>().into_iter().collect()
}
