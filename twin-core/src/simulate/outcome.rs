//! What follows from a scenario: who is affected, who answers for them, and which share of requests is at risk.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::analysis::{BlastRadius, EntityRef, Hit, OwnerRow, blast_radius, envelope, owner_rows};
use crate::answer::{Answer, EvidenceId, Interval, IntervalKind, Profile, Tabular};
use crate::graph::{Node, Paged, Snapshot, Touch, is_owned};
use crate::schema::State;
use crate::simulate::comparison::changes_what_runs;
use crate::simulate::scenario::Loss;
use crate::simulate::{Change, Scenario};

/// What follows from a scenario.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Outcome {
    /// Who is affected, worst first.
    pub impact: Vec<Hit>,
    /// Who answers for what changes and for what is affected, each once.
    pub owners: Vec<OwnerRow>,
    /// Entities that are affected and have no owner that is known.
    pub unowned: Vec<EntityRef>,
    /// The requests that touched what changes, as far as traces were read; `None` if none were.
    pub requests: Option<RequestsAtRisk>,
}

/// Requests that touch what changes, out of all that were observed.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct RequestsAtRisk {
    /// The share of observed traces that touch it, at least: parts per one.
    pub at_least: f64,
    /// The share at most: where several things change, the same trace may have touched more than one.
    pub at_most: f64,
    /// How many traces were observed.
    pub observed: u64,
    /// Where the traces began, with how many touch what changes, largest first.
    pub entries: Vec<EntryAtRisk>,
    /// What was counted: the thing itself, or, where it sends no telemetry, those who need it directly.
    pub counted: Vec<EntityRef>,
}

/// The requests that begin at one operation.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct EntryAtRisk {
    /// Where they begin.
    pub entry: EntityRef,
    /// At which operation.
    pub operation: String,
    /// How many were observed.
    pub observed: u64,
    /// How many of them touch what changes, at least.
    pub at_least: u64,
    /// And at most.
    pub at_most: u64,
    /// Where they were counted.
    pub evidence: Vec<EvidenceId>,
}

/// Who is affected.
impl Tabular for Outcome {
    type Row = Hit;

    fn rows(&self) -> Cow<'_, [Hit]> {
        Cow::Borrowed(&self.impact)
    }
}

/// Computes what follows from a scenario. O(entities + relations) for each change.
pub fn outcome(scenario: &Scenario, needs: Profile) -> Answer<Outcome> {
    let (base, world) = (scenario.base(), scenario.with_all_there());
    let mut assumptions: BTreeSet<String> = scenario.assumptions().iter().cloned().collect();
    let mut hits: BTreeMap<(EntityRef, Option<EntityRef>), Hit> = BTreeMap::new();
    let mut doubts = Vec::new();
    let removed: BTreeSet<Node> = scenario.removed().into_iter().collect();
    for Loss { entity, state, hazard, spared, doubt, evidence } in scenario.losses(None) {
        // What is spared is there, unless another change takes it away.
        let lost = world.edited(&spared).unwrap_or_else(|_| world.clone());
        let answer = blast_radius(&lost, &BlastRadius { state, hazard, needs, ..BlastRadius::of(entity) });
        assumptions.extend(answer.assumptions);
        let is_there = |hit: &Hit| {
            !base.node_of(&hit.instance.as_ref().unwrap_or(&hit.entity).id).is_some_and(|node| removed.contains(&node))
        };
        for mut hit in answer.value.into_iter().filter(is_there) {
            hit.at_least = if doubt.is_some() { State::None } else { hit.at_least };
            let own = base.node_of(&hit.entity.id).and_then(|node| evidence.get(&base.component(node)));
            hit.evidence
                .extend(own.into_iter().flatten().filter(|id| !hit.evidence.contains(id)).copied().collect::<Vec<_>>());
            keep_worse(&mut hits, hit);
        }
        doubts.extend(doubt);
    }
    let impact = worst_first(hits.into_values().collect());
    let changed: Vec<Node> = scenario.changes().iter().flat_map(Change::entities).copied().collect();
    let (owners, unowned) = accountable(&world, &changed, &impact);
    let running = scenario.changes().iter().filter(|change| changes_what_runs(change)).flat_map(Change::entities);
    let there: Vec<Node> = running.copied().filter(|node| node.index() < base.bound()).collect();
    let requests = requests_at_risk(base, &there);
    let asked = serde_json::json!({"name": scenario.name(), "changes": scenario.described()});
    let interval =
        requests.as_ref().map(|risk| Interval { kind: IntervalKind::Bounds, low: risk.at_least, high: risk.at_most });
    let value = Outcome { impact, owners, unowned, requests };
    let mut answer =
        envelope(base, "scenario", asked, needs, "blast radius of each change, the worst of each entity", value);
    answer.assumptions = assumptions.into_iter().collect();
    answer.interval = interval;
    answer.blind_spots.extend(doubts.into_iter().chain(scenario.left_out_told()));
    if answer.value.requests.is_none() {
        answer
            .blind_spots
            .push("the twin has read no traces, so the share of requests at risk cannot be said".to_owned());
    }
    answer
}

fn keep_worse(hits: &mut BTreeMap<(EntityRef, Option<EntityRef>), Hit>, hit: Hit) {
    let key = (hit.entity.clone(), hit.instance.clone());
    match hits.get_mut(&key) {
        Some(known) => {
            let at_least = known.at_least.max(hit.at_least);
            if hit.state > known.state {
                *known = hit;
            }
            known.at_least = at_least;
        }
        None => {
            hits.insert(key, hit);
        }
    }
}

fn worst_first(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by(|a, b| (b.state, b.at_least, a.hops).cmp(&(a.state, a.at_least, b.hops)));
    hits
}

/// Who answers for what changes and for what goes down or worse than late, and for what nobody does.
fn accountable(base: &Snapshot, changed: &[Node], impact: &[Hit]) -> (Vec<OwnerRow>, Vec<EntityRef>) {
    let hit = impact.iter().filter(|hit| hit.state >= State::Degraded).filter_map(|hit| base.node_of(&hit.entity.id));
    let nodes: BTreeSet<Node> = changed.iter().copied().chain(hit).collect();
    let mut rows: Vec<OwnerRow> = Vec::new();
    let mut unowned = Vec::new();
    for node in nodes {
        let owners = owner_rows(base, node, &[], Profile::Audit);
        if owners.is_empty() && is_owned(&base.entity(node).kind) {
            unowned.push(EntityRef::of(base, node));
        }
        rows.extend(owners);
    }
    rows.sort_by(|a, b| (&a.owner, &a.owns).cmp(&(&b.owner, &b.owns)));
    (rows, unowned)
}

/// The share of observed traces that touch what changes.
pub(super) fn requests_at_risk(base: &Snapshot, changed: &[Node]) -> Option<RequestsAtRisk> {
    let touches = &base.pages().touches;
    if touches.is_empty() {
        return None;
    }
    let counted = counted(base, changed, touches);
    let mut entries: BTreeMap<(u32, &str), Entry> = BTreeMap::new();
    for touch in touches {
        let entry = entries.entry((touch.entry, &touch.operation)).or_default();
        entry.add(touch, counted.contains(&Node(touch.touched)));
    }
    let observed: u64 = entries.values().map(|entry| entry.observed).sum();
    let (low, high) = entries.values().fold((0, 0), |sum, entry| (sum.0 + entry.low(), sum.1 + entry.high()));
    let share = |count: u64| if observed == 0 { 0.0 } else { count as f64 / observed as f64 };
    let rows = entries.into_iter().filter(|(_, entry)| entry.high() > 0);
    let mut rows: Vec<EntryAtRisk> =
        rows.filter_map(|((node, operation), entry)| entry.row(base, node, operation)).collect();
    rows.sort_by(|a, b| {
        b.at_most.cmp(&a.at_most).then_with(|| (&a.entry, &a.operation).cmp(&(&b.entry, &b.operation)))
    });
    let counted = counted.into_iter().map(|node| EntityRef::of(base, node)).collect();
    Some(RequestsAtRisk { at_least: share(low), at_most: share(high), observed, entries: rows, counted })
}

/// What changes, as far as traces name it; else those who need it directly.
fn counted(base: &Snapshot, changed: &[Node], touches: &Paged<Touch>) -> BTreeSet<Node> {
    let seen: BTreeSet<Node> =
        touches.iter().map(|touch| Node(touch.touched)).filter(|node| base.is_there(*node)).collect();
    let mut counted = BTreeSet::new();
    for node in changed {
        let instances = base.instances(*node);
        let own: Vec<Node> = instances.iter().copied().filter(|node| seen.contains(node)).collect();
        let direct = || {
            let users = instances.iter().flat_map(|instance| base.incoming(*instance)).filter(|edge| {
                let row = base.schema().relation(edge.edge.relation.as_str());
                row.is_ok_and(|row| row.passes_failure())
            });
            users.map(|edge| edge.from).filter(|node| seen.contains(node)).collect::<Vec<Node>>()
        };
        counted.extend(if own.is_empty() { direct() } else { own });
    }
    counted
}

/// The traces of one entry.
#[derive(Default)]
struct Entry {
    observed: u64,
    touching: BTreeMap<u32, u64>,
    evidence: Vec<EvidenceId>,
}

impl Entry {
    /// Every trace touches the service at which it begins, so the largest count is the number of traces.
    fn add(&mut self, touch: &Touch, is_counted: bool) {
        if touch.touched == touch.entry {
            self.observed += touch.traces;
        }
        if is_counted {
            *self.touching.entry(touch.touched).or_default() += touch.traces;
            self.evidence.push(touch.evidence);
        }
    }

    fn low(&self) -> u64 {
        self.touching.values().copied().max().unwrap_or_default().min(self.observed)
    }

    fn high(&self) -> u64 {
        self.touching.values().sum::<u64>().min(self.observed)
    }

    fn row(&self, base: &Snapshot, node: u32, operation: &str) -> Option<EntryAtRisk> {
        base.is_there(Node(node)).then(|| EntryAtRisk {
            entry: EntityRef::of(base, Node(node)),
            operation: operation.to_owned(),
            observed: self.observed,
            at_least: self.low(),
            at_most: self.high(),
            evidence: self.evidence.clone(),
        })
    }
}
