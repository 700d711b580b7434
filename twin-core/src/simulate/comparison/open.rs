//! Whom a change reaches that nobody can make to recorded requests: the requests that touch what it is about, and whoever waits for the same workers. All others are as the other changes make them.

use std::collections::BTreeSet;

use super::figure::Figure;
use super::traffic::{Shown, Traffic};
use crate::base::listed;
use crate::graph::{EdgeRef, Node, Snapshot};
use crate::schema::{Kind, kind, relation};
use crate::simulate::Scenario;
use crate::simulate::change::{Change, own_stores, within_region};
use crate::simulate::difference::is_compared;
use crate::simulate::replay::{OperationName, Touched, TrafficChange};

/// What is taken for granted of all other requests.
pub(super) const ASSUMPTION: &str = "where a change cannot be made to requests, endpoints of which no request was seen to touch what it is about are as without it, and get as many messages";

/// What is taken for granted of changes that reach nobody who was recorded.
pub(super) fn nobody_needs(beside: &BTreeSet<String>) -> Option<String> {
    let names = listed(beside.iter(), 5);
    (!names.is_empty()).then(|| format!("nothing in the recorded requests is known to need {names}"))
}

/// What nobody knows of requests, and why.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::simulate) struct Open {
    /// Why.
    pub why: String,
    /// The endpoints whose requests it reaches.
    pub endpoints: BTreeSet<OperationName>,
    /// The services that these requests touch.
    pub services: BTreeSet<String>,
}

impl Open {
    /// What a figure becomes that nobody knows: what it was before the changes is known all the same.
    pub fn hide(&self, figure: &mut Figure) {
        let unknown = Figure::unknown(figure.dimension, self.why.clone());
        let (about, detail) = (figure.about.take(), figure.detail.take());
        let Figure { baseline, baseline_interval, .. } = *figure;
        *figure =
            Figure { about, detail, baseline, baseline_interval, unit: std::mem::take(&mut figure.unit), ..unknown };
    }
}

/// Whom some changes reach that cannot be made to requests, each with why; or why nobody can tell whom. A change that reaches nobody who was recorded is told with whom it is about.
pub(super) fn reached(
    scenario: &Scenario,
    traffic: &Traffic,
    made: &[TrafficChange],
    closed: &[(&Change, String)],
) -> Result<(Option<Open>, BTreeSet<String>), String> {
    if closed.is_empty() {
        return Ok((None, BTreeSet::new()));
    }
    let endpoints = with_calls_that_come(traffic.recording.touched(), made);
    let strangers = traffic.strangers(&endpoints);
    let (mut whys, mut about, mut beside) = (BTreeSet::new(), Vec::new(), BTreeSet::new());
    for (change, why) in closed {
        let mut all = Vec::new();
        for end in ends(scenario, change) {
            all.push((services(scenario, traffic, &end, &strangers).ok_or_else(|| why.clone())?, end));
        }
        // Whoever makes no call to a thing is not reached by what changes about such calls.
        match all.iter().find(|(services, _)| services.is_empty()) {
            Some((_, nodes)) => beside.extend(nodes.iter().map(|node| scenario.base().entity(*node).name.clone())),
            None => {
                whys.insert(why.as_str());
                about.push(all.into_iter().map(|(services, _)| services).collect::<Vec<_>>());
            }
        }
    }
    if about.is_empty() {
        return Ok((None, beside));
    }
    let reached = spread(&endpoints, &about, &traffic.limited());
    let services = reached.iter().flat_map(|touched| &touched.services).map(|service| (*service).to_owned()).collect();
    let endpoints = reached.iter().map(|touched| touched.endpoint.clone()).collect();
    let why = whys.into_iter().collect::<Vec<&str>>().join("; ");
    Ok((Some(Open { why, endpoints, services }), beside))
}

/// What a change is about: requests have to touch one thing of each of these for it to reach them. A change of calls is about those who make them and those who are called.
fn ends(scenario: &Scenario, change: &Change) -> Vec<Vec<Node>> {
    let calls = match change {
        Change::RemoveDependency { entity, on, .. }
        | Change::ToAsync { entity, on, .. }
        | Change::AddCache { entity, of: on, .. }
        | Change::RemoveCache { entity, cache: on }
        | Change::SetCallPolicy { entity, on, .. }
        | Change::Encrypt { entity, on, .. } => Some([*entity, *on]),
        _ => None,
    };
    let is_there = |node: &Node| node.index() < scenario.base().bound();
    match calls.filter(|ends| ends.iter().all(is_there)) {
        Some(ends) => ends.map(|node| vec![node]).into(),
        None => vec![nodes(scenario, change)],
    }
}

/// What a change of things is about. What comes is part of no request yet but of those of its callers.
fn nodes(scenario: &Scenario, change: &Change) -> Vec<Node> {
    let stage = scenario.stage();
    let nodes: Vec<Node> = match change {
        Change::EvacuateRegion { entity, .. } => {
            within_region(stage, *entity).into_iter().map(|node| stage.component(node)).collect()
        }
        Change::Move { entity, stores_follow: true, .. } => {
            own_stores(stage, *entity).into_iter().chain([*entity]).collect()
        }
        // Who answers for what comes has no part in requests.
        Change::Add { called_by, .. } => called_by.clone(),
        _ => change.entities().into_iter().copied().collect(),
    };
    let of_base = |node: Node| match scenario.bringing(node) {
        Some(Change::Add { called_by, .. }) => called_by.clone(),
        Some(_) => Vec::new(),
        None => vec![node],
    };
    nodes.into_iter().flat_map(of_base).filter(|node| node.index() < scenario.base().bound()).collect()
}

/// What requests touch once calls have come that the other changes make: whoever calls somebody from then on, touches whatever requests to that one do.
fn with_calls_that_come<'r>(mut endpoints: Vec<Touched<'r>>, made: &[TrafficChange]) -> Vec<Touched<'r>> {
    let calls = || {
        made.iter().filter_map(|change| match change {
            TrafficChange::AddCalls { caller, callee, .. } => Some((caller.as_str(), callee.as_str())),
            _ => None,
        })
    };
    // What comes may be called by what comes.
    for (caller, callee) in calls().flat_map(|_| calls()) {
        let behind = endpoints.iter().filter(|one| one.services.contains(callee)).flat_map(|one| &one.services);
        let behind: BTreeSet<&str> = behind.copied().collect();
        let calling = endpoints.iter_mut().filter(|one| one.services.contains(caller));
        calling.for_each(|one| one.services.extend(&behind));
    }
    endpoints
}

/// The services that requests show of some things, and of what they do not show the nearest that need it and those that nobody knows, which may be it: none, where there are none. `None` where there is
/// no thing, and for brokers: what they pass on is not part of the request that sends it, and nobody knows all who get it.
fn services(
    scenario: &Scenario,
    traffic: &Traffic,
    nodes: &[Node],
    strangers: &BTreeSet<String>,
) -> Option<BTreeSet<String>> {
    let (base, mut found) = (scenario.base(), BTreeSet::new());
    let mut waiting: Vec<Node> = nodes.to_vec();
    let mut met: BTreeSet<Node> = waiting.iter().copied().collect();
    let serves = |node: &Node| may_serve(base.kind(base.component(*node)));
    if nodes.is_empty() || !nodes.iter().all(serves) {
        return None;
    }
    while let Some(node) = waiting.pop() {
        match traffic.shown_as(base, node) {
            Shown::Broker => return None,
            Shown::As(services) => found.extend(services),
            Shown::Nowhere => {
                found.extend(strangers.iter().cloned());
                let others = base.instances(node).into_iter().chain(dependents(base, node));
                waiting.extend(others.filter(|other| met.insert(*other)));
            }
        }
    }
    Some(found)
}

/// Whether things of a kind take part in requests, so that it is known who needs them: not so what they are built of, and where they stand.
fn may_serve(of: &Kind) -> bool {
    const ALSO: [Kind; 4] = [kind::INSTANCE, kind::WORKLOAD, kind::LOAD_BALANCER, kind::API];
    is_compared(of) || ALSO.contains(of)
}

/// Whoever may feel in any way that something fails or is another one. O(relations of it).
fn dependents(base: &Snapshot, node: Node) -> Vec<Node> {
    let classes = base.pages().classes();
    let forward = |edge: &EdgeRef<'_>| {
        let class = &classes[edge.class as usize];
        let is_used = class.relation == relation::DEPENDS_ON || class.relation == relation::RUNS_IMAGE;
        class.governed || is_used || class.worst.forward.passes()
    };
    let reverse = |edge: &EdgeRef<'_>| {
        let class = &classes[edge.class as usize];
        class.governs || class.worst.reverse.passes()
    };
    let left = base.incoming(node).filter(forward).map(|edge| edge.from);
    left.chain(base.outgoing(node).filter(reverse).map(|edge| edge.to)).collect()
}

/// The endpoints whose requests touch one service of each set that some change is about, and those that share a service with a limit with one of them: who waits there as well,
/// waits for longer or shorter. O(endpoints² · services).
fn spread<'e, 'r>(
    endpoints: &'e [Touched<'r>],
    about: &[Vec<BTreeSet<String>>],
    limited: &BTreeSet<String>,
) -> Vec<&'e Touched<'r>> {
    let touches =
        |one: &Touched<'_>, some: &BTreeSet<String>| one.services.iter().any(|service| some.contains(*service));
    let is_about = |one: &Touched<'_>| about.iter().any(|sets| sets.iter().all(|some| touches(one, some)));
    let mut is_reached: Vec<bool> = endpoints.iter().map(is_about).collect();
    loop {
        let reached = endpoints.iter().zip(&is_reached).filter(|(_, is_reached)| **is_reached);
        let services = reached.flat_map(|(one, _)| &one.services).filter(|service| limited.contains(**service));
        let shared: BTreeSet<String> = services.map(|service| (*service).to_owned()).collect();
        let grown: Vec<bool> =
            endpoints.iter().zip(&is_reached).map(|(one, is_reached)| *is_reached || touches(one, &shared)).collect();
        if grown == is_reached {
            return endpoints
                .iter()
                .zip(is_reached)
                .filter(|(_, is_reached)| *is_reached)
                .map(|(one, _)| one)
                .collect();
        }
        is_reached = grown;
    }
}
