//! Whom the changes reach, and who answers for them: as nodes alone, since a large estate has tens of thousands that are reached.

use std::collections::{BTreeMap, BTreeSet};

use super::figure::{Basis, Dimension, Figure};
use crate::analysis::{BlastRadius, HitNode, hit_nodes};
use crate::answer::{EvidenceId, Interval, IntervalKind, Profile};
use crate::graph::{EdgeClass, Node, Snapshot, is_owned};
use crate::schema::{State, relation};
use crate::simulate::outcome::{RequestsAtRisk, requests_at_risk};
use crate::simulate::scenario::Loss;
use crate::simulate::{Change, Given, Scenario};

/// A figure cites so many pieces of evidence, and no more.
const CITED: usize = 100;

/// What the changes reach.
pub(super) struct Reach {
    pub figures: Vec<Figure>,
    pub assumptions: BTreeSet<String>,
    pub blind_spots: Vec<String>,
}

impl Reach {
    /// O(entities + relations) for each change.
    pub fn of(scenario: &Scenario, needs: Profile, given: &Given<'_>) -> Reach {
        let recorded = given.traffic;
        let world = scenario.with_all_there();
        let world = recorded.map_or_else(|| world.clone(), |traffic| traffic.needs.told_of(&world));
        let mut assumptions = BTreeSet::new();
        let mut hits: BTreeMap<Node, HitNode> = BTreeMap::new();
        let (mut doubts, mut counted) = (Vec::new(), BTreeSet::new());
        let losses = scenario.losses(recorded);
        let lost: BTreeSet<Node> = losses.iter().flat_map(|loss| world.instances(loss.entity)).collect();
        let removed: BTreeSet<Node> = scenario.removed().into_iter().collect();
        // One has nothing to be merged with, and may reach tens of thousands.
        let (several, mut only) = (losses.len(), Vec::new());
        for Loss { entity, state, hazard, spared, doubt, evidence } in losses {
            counted.extend(evidence.into_values().flatten());
            // What is spared is there, unless another change takes it away.
            let lost = world.edited(&spared).unwrap_or_else(|_| world.clone());
            let question = BlastRadius { state, hazard, needs, ..BlastRadius::of(entity) };
            let (mut reached, taken) = hit_nodes(&lost, &question);
            // Whoever goes as well is not there to be hit.
            reached.retain(|hit| !removed.contains(&hit.node));
            if let Some(doubt) = doubt {
                reached.iter_mut().for_each(|hit| hit.at_least = State::None);
                doubts.push(doubt);
            }
            assumptions.extend(taken);
            if several == 1 {
                only = reached;
                continue;
            }
            for hit in reached {
                let worst = hits.entry(hit.node).or_insert(hit);
                (worst.state, worst.at_least) = (worst.state.max(hit.state), worst.at_least.max(hit.at_least));
            }
        }
        let hits: Vec<HitNode> = if several == 1 { only } else { hits.into_values().collect() };
        if let Some(traffic) = recorded {
            let reached: BTreeSet<Node> = hits.iter().map(|hit| hit.node).chain(lost).collect();
            // Availability follows from calls however far away.
            let is_any = !given.availability.is_empty();
            assumptions.extend(traffic.needs.told(&world, |node| is_any || reached.contains(&node)));
        }
        let changed: Vec<Node> = scenario.changes().iter().flat_map(Change::entities).copied().collect();
        let running = scenario.changes().iter().filter(|change| changes_what_runs(change));
        let running: Vec<Node> = running.flat_map(Change::entities).copied().collect();
        let mut figures: Vec<Figure> =
            [State::Down, State::Degraded, State::Delayed].map(|state| of_state(&world, &hits, state)).into();
        // Whoever is broken is down.
        figures[0].evidence = cited(counted.iter().chain(&figures[0].evidence));
        figures.extend(accountable(&world, &changed, &hits));
        let there: Vec<Node> = running.into_iter().filter(|node| node.index() < scenario.base().bound()).collect();
        let requests = requests_at_risk(scenario.base(), &there);
        let unread = "the twin has read no traces, so the share of requests at risk cannot be said";
        let blind_spots = doubts.into_iter().chain(requests.is_none().then(|| unread.to_owned())).collect();
        figures.push(at_risk(requests));
        Reach { figures, assumptions, blind_spots }
    }
}

/// Whether a change is one of what runs, and not of who answers or pays for it, or of what is allowed.
pub(in crate::simulate) fn changes_what_runs(change: &Change) -> bool {
    !matches!(change, Change::Residency { .. } | Change::Commit { .. } | Change::ChangeOwner { .. })
}

/// How many entities are in a state, and at least.
fn of_state(world: &Snapshot, hits: &[HitNode], state: State) -> Figure {
    let all = hits.iter();
    let hits = all.clone().filter(|hit| hit.state == state);
    let (told, least) = (hits.clone().count(), hits.clone().filter(|hit| hit.at_least >= state).count());
    // Whoever may be worse may be in this state as well.
    let most = all.filter(|hit| hit.at_least <= state && state <= hit.state).count();
    let mut figure = Figure::known(Dimension::BlastRadius, "entities", 0.0, told as f64);
    figure.detail = Some(state.as_str().to_owned());
    let (low, high) = (least as f64, most as f64);
    figure.interval = (low < high).then_some(Interval { kind: IntervalKind::Bounds, low, high });
    let over = hits.filter_map(|hit| hit.over);
    figure.evidence = cited(over.flat_map(|(class, place)| world.pages().edge_row(class, place).evidence.iter()));
    figure
}

/// The first handles, each once, in order.
fn cited<'e>(evidence: impl Iterator<Item = &'e EvidenceId>) -> Vec<EvidenceId> {
    let distinct: BTreeSet<EvidenceId> = evidence.take(CITED).copied().collect();
    distinct.into_iter().collect()
}

/// Who answers for what changes and for what goes down or worse than late, and for how much of it nobody does.
fn accountable(world: &Snapshot, changed: &[Node], hits: &[HitNode]) -> [Figure; 2] {
    let classes = world.pages().classes();
    let of = |wanted: &crate::schema::Relation| -> Vec<bool> {
        classes.iter().map(|class: &EdgeClass| class.relation == *wanted).collect()
    };
    let (is_owning, is_instance) = (of(&relation::OWNED_BY), of(&relation::INSTANCE_OF));
    let whole = |node: Node| {
        let mut up = world.topology().outgoing(node.0).iter().filter(|(_, class)| is_instance[*class as usize]);
        up.next().map_or_else(|| world.component(node), |(component, _)| Node(component))
    };
    let hit = hits.iter().filter(|hit| hit.state >= State::Degraded).map(|hit| hit.node);
    let mut is_touched = vec![false; world.bound()];
    changed.iter().copied().chain(hit).for_each(|node| is_touched[whole(node).index()] = true);
    let components = (0..).map(Node).zip(is_touched).filter(|(_, is_touched)| *is_touched).map(|(node, _)| node);
    let owned: Vec<bool> = world.pages().kinds().iter().map(is_owned).collect();
    let (mut owners, mut unowned, mut evidence) = (BTreeSet::new(), 0, Vec::new());
    for component in components {
        let instances = world.topology().incoming(component.0).iter().filter(|(_, class)| is_instance[*class as usize]);
        let mut has_owner = false;
        for part in [component].into_iter().chain(instances.map(|(instance, _)| Node(instance))) {
            if !world.topology().outgoing(part.0).iter().any(|(_, class)| is_owning[class as usize]) {
                continue;
            }
            for edge in world.outgoing(part).filter(|edge| is_owning[edge.class as usize]) {
                has_owner = true;
                owners.insert(edge.to);
                evidence.extend(edge.edge.evidence.first());
            }
        }
        unowned += usize::from(!has_owner && owned[world.pages().place_of_kind(component.0)]);
    }
    let mut touched = Figure::known(Dimension::OwnersTouched, "owners", 0.0, owners.len() as f64);
    touched.evidence = cited(evidence.into_iter());
    [touched, Figure::known(Dimension::WithoutOwner, "entities", 0.0, unowned as f64)]
}

fn at_risk(requests: Option<RequestsAtRisk>) -> Figure {
    let Some(risk) = requests else { return Figure::unknown(Dimension::RequestsAtRisk, "the twin has read no traces") };
    let mut figure = Figure::known(Dimension::RequestsAtRisk, "parts per one", 0.0, risk.at_most);
    figure.interval = Some(Interval { kind: IntervalKind::Bounds, low: risk.at_least, high: risk.at_most });
    figure.basis = Basis::Observed;
    figure
}
