//! Whom a change reaches that nobody can make to recorded requests: the requests that touch what it is about, and whoever waits for the same workers. All others are as the other changes make them.

use std::collections::BTreeSet;

use super::figure::Figure;
use super::latency::Traffic;
use crate::graph::Node;
use crate::simulate::Scenario;
use crate::simulate::change::{Change, own_stores, within_region};
use crate::simulate::replay::{OperationName, Touched};

/// What is taken for granted of all other requests.
pub(super) const ASSUMPTION: &str = "where a change cannot be made to requests, endpoints of which no request was seen to touch what it is about are as without it";

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
        *figure =
            Figure { about, detail, baseline: figure.baseline, unit: std::mem::take(&mut figure.unit), ..unknown };
    }
}

/// Whom some changes reach that cannot be made to requests, each with why; or why nobody can tell whom.
pub(super) fn reached(
    scenario: &Scenario,
    traffic: &Traffic,
    closed: &[(&Change, String)],
) -> Result<Option<Open>, String> {
    let mut whys: Vec<&str> = closed.iter().map(|(_, why)| why.as_str()).collect();
    whys.sort_unstable();
    whys.dedup();
    if whys.is_empty() {
        return Ok(None);
    }
    let why = whys.join("; ");
    let mut about = BTreeSet::new();
    for (change, _) in closed {
        about.extend(services(scenario, traffic, change).ok_or_else(|| why.clone())?);
    }
    let endpoints = traffic.recording.touched();
    let unknown = spread(&endpoints, &about, &traffic.limited());
    let is_reached = |touched: &&Touched<'_>| touched.services.iter().any(|service| unknown.contains(service));
    let reached: Vec<&Touched<'_>> = endpoints.iter().filter(is_reached).collect();
    let services = reached.iter().flat_map(|touched| &touched.services).map(|service| (*service).to_owned()).collect();
    let endpoints = reached.iter().map(|touched| touched.endpoint.clone()).collect();
    Ok(Some(Open { why, endpoints, services }))
}

/// The services that requests show of what a change is about; `None` where they do not show all of it, and for messages, whose way on is not part of the request that sends them.
fn services(scenario: &Scenario, traffic: &Traffic, change: &Change) -> Option<BTreeSet<String>> {
    let stage = scenario.stage();
    let nodes: Vec<Node> = match change {
        Change::EvacuateRegion { entity, .. } => {
            within_region(stage, *entity).into_iter().map(|node| stage.component(node)).collect()
        }
        Change::Move { entity, stores_follow: true, .. } => {
            own_stores(stage, *entity).into_iter().chain([*entity]).collect()
        }
        _ => change.entities().into_iter().copied().collect(),
    };
    let mut found = BTreeSet::new();
    // What comes is part of no request yet.
    for node in nodes.into_iter().filter(|node| node.index() < scenario.base().bound()) {
        found.extend(traffic.shown_as(stage, node)?);
    }
    (!found.is_empty()).then_some(found)
}

/// The services about which something is unknown, and those with a limit that are touched by a request that touches one of them: who waits there as well, waits for longer or shorter.
/// O(services · endpoints · services).
fn spread<'r>(endpoints: &[Touched<'r>], about: &'r BTreeSet<String>, limited: &BTreeSet<String>) -> BTreeSet<&'r str> {
    let mut unknown: BTreeSet<&str> = about.iter().map(String::as_str).collect();
    loop {
        let reached = endpoints.iter().filter(|one| one.services.iter().any(|service| unknown.contains(service)));
        let shared = reached.flat_map(|one| &one.services).filter(|service| limited.contains(**service)).copied();
        let grown: BTreeSet<&str> = unknown.iter().copied().chain(shared).collect();
        if grown.len() == unknown.len() {
            return unknown;
        }
        unknown = grown;
    }
}
