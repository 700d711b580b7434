//! What changes do to requests of which only counts are known: how many there were, how long they took, what they called. A figure where a change does not reach them, bounds where
//! it adds time to calls, and else why nobody knows.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::figure::{Basis, Dimension, Figure};
use super::latency::{not_shown, unseen};
use crate::answer::{EvidenceId, Interval, IntervalKind};
use crate::base::Timestamp;
use crate::graph::{Count, Node, Snapshot};
use crate::schema::State;
use crate::simulate::Scenario;
use crate::simulate::change::{Change, OnRemoval, own_stores, within_region};
use crate::simulate::replay::{ENOUGH_FOR_P999, Names};
use crate::simulate::who::service_name;

/// Counts are taken from so long before the last window on.
const COUNTED: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// A figure cites so many counts, and no more.
const CITED: usize = 20;
/// The quantiles, by dimension.
const LEVELS: [f64; 4] = [0.5, 0.95, 0.99, 0.999];

/// A row for each operation that is asked from outside and each figure of its requests; `None` where none were counted. O(counts + changes · entities that change).
pub(super) fn figures(scenario: &Scenario) -> Option<Vec<Figure>> {
    let base = scenario.base();
    let endpoints = endpoints(base);
    if endpoints.is_empty() {
        return None;
    }
    let stage = scenario.stage();
    let counted = Counted::of(base, &endpoints);
    let effects: Vec<Effect> =
        scenario.changes().iter().map(|change| counted.decided(Effect::of(stage, change))).collect();
    let missing: BTreeSet<String> = unseen(scenario, |node| counted.shows(stage, node))
        .into_iter()
        .map(|(_, called)| service_name(stage, called))
        .collect();
    let unseen = not_shown("counted", missing.iter());
    let told = |((entry, operation), endpoint): (&(Node, &str), &Endpoint<'_>)| {
        let name = counted.name(*entry, operation);
        let fate = endpoint.after(stage, &effects);
        let mut rows = endpoint.rows(&name, &fate);
        for row in rows.iter_mut().filter(|row| Dimension::LATENCIES.contains(&row.dimension)) {
            let whys = [row.unknown.take(), unseen.clone()];
            row.unknown = whys.into_iter().flatten().reduce(|why, more| format!("{why}; {more}"));
        }
        rows
    };
    Some(endpoints.iter().flat_map(told).collect())
}

/// What counts show of services.
struct Counted<'s> {
    /// What is served, by who serves it: the whole names of operations.
    served: BTreeMap<Node, BTreeSet<&'s str>>,
    /// Whoever serves, calls or is called.
    seen: BTreeSet<Node>,
    /// The names of who serves.
    services: BTreeMap<Node, String>,
}

impl<'s> Counted<'s> {
    fn of(base: &Snapshot, endpoints: &BTreeMap<(Node, &'s str), Endpoint<'s>>) -> Self {
        let mut served: BTreeMap<Node, BTreeSet<&'s str>> = BTreeMap::new();
        for (node, operation) in endpoints.values().flat_map(|endpoint| endpoint.served.keys()) {
            served.entry(*node).or_default().insert(operation);
        }
        let called = endpoints.values().flat_map(|endpoint| endpoint.calls.keys().flat_map(|(from, to)| [*from, *to]));
        let seen = served.keys().copied().chain(called).collect();
        let services = served.keys().map(|node| (*node, service_name(base, *node))).collect();
        Counted { served, seen, services }
    }

    /// An operation as recorded requests call it: `web.cart`.
    fn name(&self, node: Node, operation: &str) -> String {
        let service = &self.services[&node];
        let all = self.served[&node].iter().map(|operation| (service.as_str(), *operation));
        format!("{service}.{}", Names::of(all).name(service, operation))
    }

    /// Whether any request shows a node, by itself or by an instance of what it is of.
    fn shows(&self, stage: &Snapshot, node: Node) -> bool {
        let instances = stage.instances(stage.component(node));
        self.seen.contains(&node) || instances.iter().any(|instance| self.seen.contains(instance))
    }

    /// The effect, where counts show what changes: of what they do not show, nobody knows whether requests reach it.
    fn decided(&self, effect: Effect) -> Effect {
        let unseen = "no counted request names what changes: whether requests reach it is not known";
        match effect {
            Effect::None | Effect::Other { nodes: None, .. } => effect,
            Effect::Longer { nodes, operations, ms } => self.longer(nodes, operations, ms, unseen),
            Effect::Farther { ref nodes, .. }
            | Effect::Gone { ref nodes }
            | Effect::Other { nodes: Some(ref nodes), .. } => {
                if nodes.is_disjoint(&self.seen) {
                    Effect::Other { nodes: None, why: unseen }
                } else {
                    effect
                }
            }
        }
    }

    /// What takes longer, with the whole names of the operation that is meant.
    fn longer(&self, nodes: BTreeSet<Node>, meant: Option<BTreeSet<String>>, ms: f64, unseen: &'static str) -> Effect {
        if nodes.is_disjoint(&self.seen) {
            return Effect::Other { nodes: None, why: unseen };
        }
        let served = nodes.iter().filter_map(|node| Some((*node, self.served.get(node)?)));
        let all = served.flat_map(|(node, operations)| operations.iter().map(move |operation| (node, *operation)));
        let is_meant = |(node, operation): &(Node, &str)| {
            let is_named = |wanted: &String| {
                wanted == operation || self.name(*node, operation) == format!("{}.{wanted}", self.services[node])
            };
            meant.as_ref().is_none_or(|meant| meant.iter().any(is_named))
        };
        let operations: BTreeSet<String> = all.filter(is_meant).map(|(_, operation)| operation.to_owned()).collect();
        match operations.is_empty() {
            true => Effect::Other { nodes: Some(nodes), why: "no request to what takes longer was counted" },
            false => Effect::Longer { nodes, operations: Some(operations), ms },
        }
    }
}

/// What was taken for granted.
pub(super) const ASSUMPTION: &str = "only counts of requests are known: those of one operation are taken to make alike many calls, rounded up, and nobody to wait longer for workers or to give up earlier; what says no region is taken to be far from what moves";

/// The requests from outside to one operation.
#[derive(Default)]
struct Endpoint<'s> {
    requests: u64,
    errors: u64,
    latency: BTreeMap<u16, u64>,
    evidence: Vec<EvidenceId>,
    /// What is served on the way, by who serves it and which operation.
    served: BTreeMap<(Node, &'s str), u64>,
    /// Who calls whom on the way.
    calls: BTreeMap<(Node, Node), u64>,
}

/// What was counted of requests in the last seven days of which anything was. O(counts).
pub(in crate::simulate) fn recent(base: &Snapshot) -> impl Iterator<Item = &Count> {
    let counts = &base.pages().counts;
    let last = counts.iter().map(|count| count.since).max().unwrap_or(Timestamp::MIN);
    counts.iter().filter(move |count| last.since(count.since) <= COUNTED)
}

/// By where requests come from outside and for which operation.
fn endpoints(base: &Snapshot) -> BTreeMap<(Node, &str), Endpoint<'_>> {
    let mut endpoints: BTreeMap<(Node, &str), Endpoint<'_>> = BTreeMap::new();
    for count in recent(base).filter(|count| base.is_there(Node(count.entry))) {
        let key = (Node(count.entry), count.entry_operation.as_str());
        endpoints.entry(key).or_default().add(key, count);
    }
    // Without the requests themselves, nothing is known of what they call.
    endpoints.retain(|_, endpoint| endpoint.requests > 0);
    endpoints
}

impl<'s> Endpoint<'s> {
    fn add(&mut self, entry: (Node, &str), count: &'s Count) {
        let callee = count.callee.map(Node);
        match (&count.caller, callee) {
            (Some((caller, _)), Some(callee)) => {
                *self.calls.entry((Node(*caller), callee)).or_default() += count.requests;
            }
            (Some(_), None) => {}
            (None, None) => {}
            (None, Some(callee)) => {
                *self.served.entry((callee, &count.operation)).or_default() += count.requests;
                if (callee, count.operation.as_str()) == entry {
                    self.requests += count.requests;
                    self.errors += count.errors;
                    for (bucket, requests) in &count.latency {
                        *self.latency.entry(*bucket).or_default() += requests;
                    }
                    self.evidence.push(count.evidence);
                }
            }
        }
    }

    /// What becomes of its requests.
    fn after(&self, stage: &Snapshot, effects: &[Effect]) -> Fate {
        let mut fate = Fate::default();
        for effect in effects {
            match effect {
                Effect::None => {}
                Effect::Longer { nodes, operations, ms } => {
                    let is_meant = |(node, name): &(Node, &str)| {
                        nodes.contains(node) && operations.as_ref().is_none_or(|meant| meant.contains(*name))
                    };
                    let served = self.served.iter().filter(|(key, _)| is_meant(key));
                    fate.adds(self.each(served.map(|(_, count)| count).sum()), *ms);
                }
                Effect::Farther { nodes, to, ms } => {
                    for ((caller, callee), count) in &self.calls {
                        let moves = [caller, callee].map(|node| nodes.contains(node));
                        if moves[0] == moves[1] {
                            continue;
                        }
                        let region = |node: &Node| stage.entity(*node).placement.region.as_ref();
                        let regions = (region(caller), region(callee));
                        match ms {
                            _ if matches!(regions, (Some(one), Some(other)) if one != other) => {
                                let why = "the round trip of calls that cross regions already is not known";
                                fate.unknown = Some(why.to_owned());
                            }
                            None => fate.unknown = Some(format!("the round trip to region {to} is not known")),
                            Some(ms) => fate.adds(self.each(*count), *ms),
                        }
                    }
                }
                Effect::Gone { nodes } if self.reaches(nodes) => {
                    let why = "how requests end whose calls fail is not counted; recorded requests would tell";
                    fate.unknown = Some(why.to_owned());
                    fate.may_fail = true;
                }
                Effect::Other { nodes, why } if nodes.as_ref().is_none_or(|nodes| self.reaches(nodes)) => {
                    fate.unknown = Some((*why).to_owned());
                }
                Effect::Gone { .. } | Effect::Other { .. } => {}
            }
        }
        fate
    }

    /// How many of something a request has, rounded up.
    fn each(&self, count: u64) -> f64 {
        count.div_ceil(self.requests) as f64
    }

    /// Whether anything on the way is among these.
    fn reaches(&self, nodes: &BTreeSet<Node>) -> bool {
        let served = self.served.keys().map(|(node, _)| node);
        served.chain(self.calls.keys().flat_map(|(from, to)| [from, to])).any(|node| nodes.contains(node))
    }

    fn rows(&self, name: &str, fate: &Fate) -> Vec<Figure> {
        let latencies = Dimension::LATENCIES.into_iter().zip(LEVELS);
        let mut rows: Vec<Figure> = latencies.map(|(dimension, level)| self.quantile(dimension, level, fate)).collect();
        rows.push(self.error_rate(fate));
        let why = "counts do not tell which requests were answered with less; recorded requests would";
        rows.push(Figure::unknown(Dimension::DegradedRate, why));
        for row in &mut rows {
            row.detail = Some(name.to_owned());
            row.evidence = self.evidence.iter().take(CITED).copied().collect::<BTreeSet<_>>().into_iter().collect();
        }
        rows
    }

    fn quantile(&self, dimension: Dimension, level: f64, fate: &Fate) -> Figure {
        if dimension == Dimension::LatencyP999 && self.requests < ENOUGH_FOR_P999 as u64 {
            let why =
                format!("fewer than {ENOUGH_FOR_P999} requests were counted: they say little of one in a thousand");
            return Figure::unknown(dimension, why);
        }
        let Some(ms) = quantile(&self.latency, level) else {
            return Figure::unknown(dimension, "how long they took was not counted");
        };
        let mut figure = match fate {
            Fate { unknown: Some(why), .. } => Figure { baseline: Some(ms), ..Figure::unknown(dimension, why.clone()) },
            Fate { most: None, .. } => Figure::known(dimension, "ms", ms, ms),
            Fate { most: Some(more), .. } => {
                let why =
                    "bounds: whether calls are made one after another is not counted; recorded requests would tell";
                let interval = Interval { kind: IntervalKind::Bounds, low: ms, high: ms + more };
                let figure = Figure { baseline: Some(ms), ..Figure::unknown(dimension, why) };
                Figure { interval: Some(interval), ..figure }
            }
        };
        figure.basis = Basis::Observed;
        figure
    }

    fn error_rate(&self, fate: &Fate) -> Figure {
        let rate = self.errors as f64 / self.requests as f64;
        let mut figure = match fate {
            Fate { may_fail: true, .. } => {
                let why = "bounds: which calls a request can do without is not counted; recorded requests would tell";
                let interval = Interval { kind: IntervalKind::Bounds, low: rate, high: 1.0 };
                let figure = Figure { baseline: Some(rate), ..Figure::unknown(Dimension::ErrorRate, why) };
                Figure { interval: Some(interval), ..figure }
            }
            Fate { unknown: Some(why), .. } => {
                Figure { baseline: Some(rate), ..Figure::unknown(Dimension::ErrorRate, why.clone()) }
            }
            Fate { .. } => Figure::known(Dimension::ErrorRate, "parts per one", rate, rate),
        };
        figure.basis = Basis::Observed;
        figure
    }
}

/// What becomes of the requests to one operation.
#[derive(Default)]
struct Fate {
    /// Milliseconds that are added at most; `None` where nothing on the way changes.
    most: Option<f64>,
    /// Whether something on the way is gone.
    may_fail: bool,
    /// Why nobody knows.
    unknown: Option<String>,
}

impl Fate {
    fn adds(&mut self, times: f64, ms: f64) {
        if times > 0.0 && ms != 0.0 {
            *self.most.get_or_insert(0.0) += times * ms;
        }
    }
}

/// What one change does to requests, as far as counts can tell.
enum Effect {
    /// Nothing of it is seen in a request.
    None,
    /// Whatever some services serve takes longer, or some operations of theirs.
    Longer { nodes: BTreeSet<Node>, operations: Option<BTreeSet<String>>, ms: f64 },
    /// Some move to a region: calls between them and others take a round trip longer.
    Farther { nodes: BTreeSet<Node>, to: String, ms: Option<f64> },
    /// Some do not answer any more.
    Gone { nodes: BTreeSet<Node> },
    /// Nobody knows, where a request reaches some of these; all requests if none are named.
    Other { nodes: Option<BTreeSet<Node>>, why: &'static str },
}

impl Effect {
    fn of(stage: &Snapshot, change: &Change) -> Effect {
        let of = |node: &Node| stage.instances(*node).into_iter().chain([*node]).collect::<BTreeSet<Node>>();
        match change {
            Change::AddLatency { entity, operation, ms } => {
                Effect::Longer { nodes: of(entity), operations: Some([operation.clone()].into()), ms: *ms }
            }
            Change::Replace { entity, ms: Some(ms), .. } if *ms >= 0.0 => {
                Effect::Longer { nodes: of(entity), operations: None, ms: *ms }
            }
            Change::Move { entity, region, rtt_ms, round_trips, stores_follow, .. } => {
                let mut nodes = of(entity);
                nodes.extend(if *stores_follow { own_stores(stage, *entity) } else { BTreeSet::new() });
                Effect::Farther { nodes, to: region.clone(), ms: rtt_ms.map(|ms| ms * round_trips) }
            }
            Change::EvacuateRegion { entity, region, rtt_ms } => {
                Effect::Farther { nodes: within_region(stage, *entity), to: region.clone(), ms: *rtt_ms }
            }
            Change::Fail { entity, state: State::Down, .. } => Effect::Gone { nodes: of(entity) },
            Change::Remove { entity, callers: OnRemoval::Fail, redirect_to: None } => {
                Effect::Gone { nodes: of(entity) }
            }
            Change::Add { called_by, .. } if called_by.is_empty() => Effect::None,
            Change::AddReplica { read_share, .. } if *read_share == 0.0 => Effect::None,
            Change::Deprecate { .. }
            | Change::SetQuota { .. }
            | Change::Commit { .. }
            | Change::ChangeOwner { .. }
            | Change::Residency { .. } => Effect::None,
            Change::ScaleLoad { .. } => Effect::Other { nodes: None, why: "how long requests wait is not counted" },
            change => {
                let nodes = change.entities().into_iter().flat_map(of).collect();
                let why = "what it does to requests cannot be told from counts; recorded requests may tell";
                Effect::Other { nodes: Some(nodes), why }
            }
        }
    }
}

/// The quantile of counted durations, in milliseconds: the middle of its bucket, within 1 %. See [`Value::Sketch`](crate::schema::Value::Sketch).
pub(in crate::simulate) fn quantile(latency: &BTreeMap<u16, u64>, level: f64) -> Option<f64> {
    const GROWTH: f64 = 1.02;
    let all: u64 = latency.values().sum();
    let place = (level * all.checked_sub(1)? as f64).round() as u64;
    let mut before = 0;
    let bucket = latency.iter().find(|(_, count)| {
        before += **count;
        before > place
    });
    bucket.map(|(bucket, _)| GROWTH.powf(f64::from(*bucket) + 0.5) / 1e3)
}
