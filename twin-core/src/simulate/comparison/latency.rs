//! What the changes do to requests, as far as traffic was recorded and the changes can be made to it.

use std::collections::{BTreeMap, BTreeSet};

use super::figure::{Basis, Dimension, Figure, UNSTABLE};
use super::open::{self, Open};
use super::traffic::Traffic;
use super::{Given, addition};
use crate::answer::{Interval, IntervalKind};
use crate::base::{Context, Result, listed};
use crate::graph::{EdgeRef, Node, Snapshot};
use crate::schema::{DataFlow, State, Value, attribute, kind};
use crate::simulate::Scenario;
use crate::simulate::change::{Autoscaler, Change, OnRemoval, own_stores, within_region};
use crate::simulate::difference::said;
use crate::simulate::replay::{
    CallPolicy, Criticality, ENOUGH_FOR_P999, EndpointForecast, Expected, Forecast, OperationName, ServiceLoad,
    TimeSpent, TrafficChange,
};

/// What becomes of requests.
pub(super) struct Requests<'t> {
    /// What was recorded.
    pub traffic: &'t Traffic,
    /// What they come to.
    pub forecast: Forecast,
    /// The same without what makes processors faster or slower: where that is not known, figures lie between both.
    pub at_the_same_speed: Option<Forecast>,
    /// By service that makes them, the calls over a longer round trip that no request shows.
    pub left_out: BTreeMap<String, BTreeSet<String>>,
    /// Whom changes reach that cannot be made to requests.
    pub open: Option<Open>,
    /// What changes are about that nobody needs who was recorded, by name.
    pub beside: BTreeSet<String>,
    /// The services to which requests come of which nobody knows how many.
    pub not_counted: BTreeSet<String>,
}

/// What the changes do to requests; or why nobody knows.
pub(super) fn forecast_of<'t>(
    scenario: &Scenario,
    given: &Given<'t>,
    context: &Context,
) -> Result<std::result::Result<Requests<'t>, String>> {
    let Some(traffic) = given.traffic else { return Ok(Err("no recorded requests were given".to_owned())) };
    let (mut changes, mut closed) = (Vec::new(), Vec::new());
    for change in scenario.changes() {
        match to_traffic(scenario, change, traffic) {
            Ok(made) => match traffic.recording.lacks(&made, &changes) {
                None => changes.extend(made),
                Some(why) => closed.push((change, format!("not in the recorded requests: {why}"))),
            },
            Err(why) => closed.push((change, why)),
        }
    }
    let (open, beside) = match open::reached(scenario, traffic, &changes, &closed) {
        Ok(reached) => reached,
        Err(why) => return Ok(Err(why)),
    };
    let is_speed = |change: &TrafficChange| matches!(change, TrafficChange::ScaleTime { .. });
    let played = |changes: &[TrafficChange], is_quick: bool| {
        let play = |changes: &[TrafficChange], quick: bool| match traffic.played(changes, quick || is_quick, context) {
            Ok(forecast) if forecast.endpoints.is_empty() => {
                Err(Ok("no request was found in what was recorded".to_owned()))
            }
            told => told.map_err(Err),
        };
        addition::played(scenario, traffic, changes, play).map(Ok).or_else(|why| why.map(Err))
    };
    let mut autoscalers: Vec<Autoscaler> = scenario.changes().iter().filter_map(autoscaler).collect();
    autoscalers.dedup();
    if autoscalers.len() > 1 {
        return Ok(Err("changes say different things of the autoscaler".to_owned()));
    }
    if let Some(autoscaler) = autoscalers.pop() {
        let grown = caught_up(autoscaler, |grown| {
            let told = played(&[&changes[..], grown].concat(), true)?.ok();
            // What comes has as many workers as is said.
            let was_asked = |load: &ServiceLoad| load.requests_a_second[0] > 0.0;
            Ok(told.map(|told| told.forecast.loads.into_iter().filter(was_asked).collect()))
        })?;
        changes.extend(grown);
    }
    let addition::Together { forecast, not_counted } = match played(&changes, given.is_quick)? {
        Ok(told) => told,
        Err(why) => return Ok(Err(why)),
    };
    let others: Vec<TrafficChange> = changes.iter().filter(|change| !is_speed(change)).cloned().collect();
    let at_the_same_speed = if others.len() < changes.len() {
        played(&others, given.is_quick)?.ok().map(|told| told.forecast)
    } else {
        None
    };
    let left_out = traffic.unseen(scenario);
    Ok(Ok(Requests { traffic, forecast, at_the_same_speed, left_out, open, beside, not_counted }))
}

/// Who makes calls over a longer round trip that no request shows, and whom to, by whom requests show.
pub(super) fn unseen(scenario: &Scenario, is_seen: impl Fn(Node) -> bool) -> BTreeSet<(Node, Node)> {
    let stage = scenario.stage();
    let mut unseen = BTreeSet::new();
    for change in scenario.changes() {
        let moving: BTreeSet<Node> = match change {
            Change::Move { entity, stores_follow, .. } => {
                let follow = if *stores_follow { own_stores(stage, *entity) } else { BTreeSet::new() };
                stage.instances(*entity).into_iter().chain(follow).collect()
            }
            Change::EvacuateRegion { entity, .. } => within_region(stage, *entity),
            _ => continue,
        };
        let edges = moving.iter().flat_map(|node| stage.outgoing(*node).chain(stage.incoming(*node)));
        let is_data = |edge: &EdgeRef<'_>| {
            let row = stage.schema().relation(edge.edge.relation.as_str());
            row.is_ok_and(|row| row.data != DataFlow::None)
        };
        let crossing = edges.filter(|edge| is_data(edge) && moving.contains(&edge.from) != moving.contains(&edge.to));
        // Who is called sends spans or does not; a caller that sends none is part of no request.
        unseen.extend(crossing.map(|edge| (edge.from, edge.to)).filter(|(_, called)| !is_seen(*called)));
    }
    unseen
}

/// What figures leave out, by how requests are known.
pub(super) fn not_shown(known: &str, called: impl ExactSizeIterator<Item = impl AsRef<str>>) -> Option<String> {
    let names = listed(called, 5);
    (!names.is_empty()).then(|| format!("at least: no {known} request shows the calls to {names}"))
}

pub(super) type Made = std::result::Result<Vec<TrafficChange>, String>;

/// The change as it is made to requests; or why it cannot be.
fn to_traffic(scenario: &Scenario, change: &Change, traffic: &Traffic) -> Made {
    let stage = scenario.stage();
    let each = |node: Node, made: &dyn Fn(String) -> Made| -> Made {
        let services = traffic.who.services(stage, node)?;
        services.into_iter().map(made).collect::<std::result::Result<Vec<_>, String>>().map(|made| made.concat())
    };
    let killed = |node: Node| each(node, &|service| killed(traffic, service));
    match change {
        Change::Fail { entity, state: State::Down, .. } => killed(*entity),
        Change::Fail { state: State::None, .. } => Ok(Vec::new()),
        Change::SetQuota { entity, a_second } if *a_second == 0.0 => killed(*entity),
        Change::SetQuota { entity, a_second } => limited(scenario, traffic, *entity, *a_second),
        Change::Fail { state, .. } => Err(format!("what being {} does to requests was never measured", state.as_str())),
        Change::Remove { redirect_to: Some(_), .. } => {
            Err("what calls take at whom they are redirected to was never measured".to_owned())
        }
        Change::Remove { callers: OnRemoval::Drop, .. } | Change::RemoveDependency { .. } => {
            Err("what would be done instead of the call was never measured".to_owned())
        }
        Change::Remove { entity, .. } => killed(*entity),
        Change::Add { called_by, .. } if called_by.is_empty() => Ok(Vec::new()),
        Change::Add { name, own_ms: None, .. } => Err(format!("how long {name} takes was never measured")),
        Change::Add { own_ms: Some(ms), called_by, .. } => called_by.iter().try_fold(Vec::new(), |made, caller| {
            let callers = traffic.who.services(stage, *caller)?;
            Ok([made, calls_to_what_comes(change, *ms, callers, traffic)?].concat())
        }),
        Change::Replace { ms: None, by, .. } => Err(format!("how long {by} takes is not known")),
        Change::Replace { entity, ms: Some(ms), .. } => each(*entity, &|service| traffic.slowed(&service, *ms)),
        Change::Move { .. } | Change::EvacuateRegion { .. } => moved(stage, change, traffic),
        Change::Scale { entity, .. } => each(*entity, &|service| scaled(stage, change, service)),
        Change::Resize { speed_up: None, .. } => {
            Err("how many times as fast its processor works is not known".to_owned())
        }
        Change::Resize { entity, speed_up: Some(speed_up), .. } => {
            each(*entity, &|service| Ok(vec![TrafficChange::ScaleTime { service, factor: 1.0 / speed_up }]))
        }
        Change::Split { .. } => Err("which part of a request's work the part does was never measured".to_owned()),
        Change::Merge { .. } => Err("how its parts would wait for each other was never measured".to_owned()),
        Change::Upgrade { .. } => Err("the new version was never measured; a canary would tell".to_owned()),
        Change::AddLatency { entity, operation, ms } => {
            traffic.slower_in(&traffic.who.services(stage, *entity)?, operation, *ms)
        }
        Change::ScaleLoad { factor, endpoint, .. } => {
            Ok(vec![TrafficChange::ScaleLoad { factor: *factor, endpoint: endpoint.clone() }])
        }
        Change::AddReplica { read_share, .. } if *read_share > 0.0 => {
            Err("how long the copy takes was never measured".to_owned())
        }
        // Nothing of these is seen in a request.
        Change::Deprecate { .. }
        | Change::AddReplica { .. }
        | Change::Commit { .. }
        | Change::ChangeOwner { .. }
        | Change::Residency { .. } => Ok(Vec::new()),
        _ => between(scenario, change, traffic),
    }
}

/// A service that is gone.
fn killed(traffic: &Traffic, service: String) -> Made {
    match traffic.brokers.contains(&service) {
        true => Err(format!("what a sender does whose message {service} does not take was never measured")),
        false => Ok(vec![TrafficChange::KillService { service }]),
    }
}

/// A quota refuses nothing, as long as no more comes on average than it lets through.
fn limited(scenario: &Scenario, traffic: &Traffic, entity: Node, a_second: f64) -> Made {
    let name = &scenario.stage().entity(entity).name;
    // Nobody asks for what no request shows.
    if !traffic.is_shown(scenario.stage(), entity) {
        return Ok(Vec::new());
    }
    match traffic.served_a_second(scenario, entity)?[1] > a_second {
        true => Err(format!(
            "more may be asked of {name} than its quota of {a_second} requests a second lets through, and whose are refused was never measured"
        )),
        false => Ok(Vec::new()),
    }
}

/// One call to what comes for each piece of work of some services, after everything else.
fn calls_to_what_comes(add: &Change, ms: f64, callers: Vec<String>, traffic: &Traffic) -> Made {
    let Change::Add { name, region, .. } = add else { return Ok(Vec::new()) };
    let call = |caller: String| {
        let from = traffic.policies.services.get(&caller).and_then(|policy| policy.region.as_ref());
        if let (Some(from), Some(to)) = (from, region)
            && from != to
        {
            return Err(format!("the round trip between {caller} in {from} and {name} in {to} is not known"));
        }
        Ok(TrafficChange::AddCalls {
            caller,
            callee: name.clone(),
            operation: String::new(),
            calls: 1.0,
            is_beside: false,
            timeout_ms: None,
            is_optional: false,
            takes_ms: Some(ms),
        })
    };
    callers.into_iter().map(call).collect()
}

/// Calls of a service to another one, or to what comes.
fn dependency(scenario: &Scenario, change: &Change, traffic: &Traffic) -> Made {
    let Change::AddDependency { entity, on, operation, calls_a_request, is_beside, timeout_ms, is_optional, .. } =
        change
    else {
        return Ok(Vec::new());
    };
    // Requests of what comes were not recorded.
    if matches!(scenario.bringing(*entity), Some(Change::Add { .. })) {
        return Ok(Vec::new());
    }
    let (stage, caller) = (scenario.stage(), traffic.service(scenario.stage(), *entity)?);
    let mut made = match (scenario.bringing(*on), operation) {
        (Some(Change::Add { own_ms: None, name, .. }), _) => {
            return Err(format!("how long {name} takes was never measured"));
        }
        (Some(add @ Change::Add { own_ms: Some(ms), .. }), _) => calls_to_what_comes(add, *ms, vec![caller], traffic)?,
        (_, None) => return Err("which operation is called was not said, so the call was never measured".to_owned()),
        (_, Some(operation)) => vec![TrafficChange::AddCalls {
            caller,
            callee: traffic.service(stage, *on)?,
            operation: operation.clone(),
            calls: 1.0,
            is_beside: false,
            timeout_ms: None,
            is_optional: false,
            takes_ms: None,
        }],
    };
    for call in &mut made {
        if let TrafficChange::AddCalls {
            calls, is_beside: beside, timeout_ms: patience, is_optional: optional, ..
        } = call
        {
            (*calls, *beside) = (*calls_a_request, *is_beside);
            (*patience, *optional) = (*timeout_ms, is_optional.unwrap_or(false));
        }
    }
    Ok(made)
}

/// A change of the calls from one service to another.
fn between(scenario: &Scenario, change: &Change, traffic: &Traffic) -> Made {
    let stage = scenario.stage();
    let pair = |from: Node, to: Node| Ok::<_, String>((traffic.service(stage, from)?, traffic.service(stage, to)?));
    Ok(vec![match change {
        Change::AddDependency { .. } => return dependency(scenario, change, traffic),
        Change::RemoveCache { entity, cache } => {
            let (service, name) = pair(*entity, *cache)?;
            let is_declared = |((caller, callee), policy): (&(OperationName, OperationName), &CallPolicy)| {
                policy.is_cache && caller.service == service && callee.service == name
            };
            let is_known = *stage.kind(*cache) == kind::CACHE || traffic.policies.calls.iter().any(is_declared);
            if !is_known && !traffic.recording.is_cache(&service, &name) {
                return Err(format!(
                    "nothing shows that {name} is a cache of {service}: what would be done instead of the call was never measured"
                ));
            }
            let is_asked = !traffic.recording.calls_between(&service, &name).is_empty();
            if is_asked && !traffic.recording.has_missed(&service, &name) {
                return Err(format!(
                    "no request was seen that found nothing in {name}: what {service} does then was never measured"
                ));
            }
            TrafficChange::RemoveCache { service, cache: name }
        }
        Change::ToAsync { ack_ms: None, .. } => return Err("how long handing over takes is not known".to_owned()),
        Change::ToAsync { entity, on, ack_ms: Some(ms), .. } => {
            let (caller, callee) = pair(*entity, *on)?;
            TrafficChange::Acknowledge { caller, callee, ms: *ms }
        }
        Change::AddCache { entity, of, hit_ratio, hit_ms, ttl_s, keys, skew } => {
            let (caller, callee) = pair(*entity, *of)?;
            let kept = || traffic.kept(&caller, &callee, (*ttl_s)?, (*keys)?, *skew);
            let Some(hit_ratio) = hit_ratio.or_else(kept) else {
                return Err(traffic.worth_it(&caller, &callee, *hit_ms));
            };
            TrafficChange::AddCache { caller, callee, hit_ratio, hit_ms: *hit_ms }
        }
        Change::SetCallPolicy { entity, on, retries, backoff_ms, timeout_ms, has_fallback, breaker, .. } => {
            let (caller, callee) = pair(*entity, *on)?;
            let falls_back = |is: bool| if is { Criticality::Optional } else { Criticality::Required };
            let criticality = has_fallback.map(falls_back);
            let (timeout_ms, retries, backoff_ms, breaker) = (*timeout_ms, *retries, *backoff_ms, *breaker);
            let policy = CallPolicy { criticality, timeout_ms, retries, backoff_ms, breaker, ..CallPolicy::default() };
            TrafficChange::SetCallPolicy { caller, callee, policy }
        }
        Change::Encrypt { handshake_ms: None, .. } => {
            return Err("how long agreeing on keys takes is not known".to_owned());
        }
        Change::Encrypt { entity, on, handshake_ms: Some(ms), reuse, .. } => {
            let (caller, callee) = pair(*entity, *on)?;
            TrafficChange::DelayCalls { caller, callee, ms: *ms, share: 1.0 - reuse }
        }
        _ => return Err("what it does to requests was never measured".to_owned()),
    }])
}

/// Services that move, with what moves along.
fn moved(stage: &Snapshot, change: &Change, traffic: &Traffic) -> Made {
    // What no request shows is as near to what moves along as it was; the rest of it is told as missing.
    let is_seen = |node: &Node| traffic.shows(stage, *node);
    let (nodes, to, rtt_ms, from) = match change {
        Change::Move { entity, region, rtt_ms, round_trips, stores_follow, .. } => {
            let stores = if *stores_follow { own_stores(stage, *entity) } else { BTreeSet::new() };
            let rtt_ms = rtt_ms.map(|rtt_ms| rtt_ms * round_trips);
            let stores = stores.into_iter().filter(is_seen);
            ([*entity].into_iter().chain(stores).collect::<Vec<_>>(), region, rtt_ms, None)
        }
        Change::EvacuateRegion { entity, region, rtt_ms } => {
            let within = within_region(stage, *entity).into_iter();
            let nodes: BTreeSet<Node> = within.map(|node| stage.component(node)).filter(is_seen).collect();
            (nodes.into_iter().collect(), region, *rtt_ms, Some(stage.entity(*entity).name.clone()))
        }
        _ => return Ok(Vec::new()),
    };
    let rtt_ms = rtt_ms.ok_or_else(|| format!("the round trip to region {to} is not known"))?;
    let move_to = |node: Node| {
        let from = from.clone().or_else(|| stage.entity(node).placement.region.clone());
        let moved = |service: String| match traffic.brokers.contains(&service) {
            true => Err(format!("whether senders wait until {service} has their messages was never measured")),
            false => Ok(TrafficChange::MoveRegion { service, from: from.clone(), to: to.clone(), rtt_ms }),
        };
        traffic.who.services(stage, node)?.into_iter().map(moved).collect::<std::result::Result<Vec<_>, String>>()
    };
    let moved = nodes.into_iter().map(move_to).collect::<std::result::Result<Vec<_>, String>>();
    moved.map(|moved| moved.concat())
}

fn autoscaler(change: &Change) -> Option<Autoscaler> {
    if let Change::ScaleLoad { autoscaler, .. } = change { *autoscaler } else { None }
}

/// As many workers of each service as an autoscaler gives it, once it has caught up with the load. Who waits for fewer others is busy for less, so it is looked at again what that
/// comes to.
fn caught_up(
    autoscaler: Autoscaler,
    loads: impl Fn(&[TrafficChange]) -> Result<Option<Vec<ServiceLoad>>>,
) -> Result<Vec<TrafficChange>> {
    const LOOKS: usize = 4;
    let mut workers: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    let changes = |workers: &BTreeMap<String, (f64, f64)>| -> Vec<TrafficChange> {
        let grown = workers.iter().filter(|(_, (now, wanted))| now != wanted);
        grown
            .map(|(service, (now, wanted))| TrafficChange::ScaleWorkers {
                service: service.clone(),
                factor: wanted / now,
            })
            .collect()
    };
    for look in 0..LOOKS {
        let before = workers.clone();
        for load in loads(&changes(&workers))?.into_iter().flatten() {
            let Some((now, [_, busy])) = load.workers.map(f64::from).zip(load.utilisation) else { continue };
            let has = before.get(&load.service).map_or(now, |(_, wanted)| *wanted);
            let most = (now * autoscaler.most).floor().max(1.0);
            let wanted = (has * busy / autoscaler.utilisation).ceil().clamp(1.0, most);
            // Only the first look takes any away, so that looking ends.
            let wanted = if look == 0 { wanted } else { wanted.max(has) };
            workers.insert(load.service, (now, wanted));
        }
        if workers == before {
            break;
        }
    }
    Ok(changes(&workers))
}

/// More workers or fewer, as far as it is known how many copies there are.
fn scaled(stage: &Snapshot, change: &Change, service: String) -> Made {
    let Change::Scale { replicas, .. } = change else { return Ok(Vec::new()) };
    match copies(stage, change) {
        Some(_) if *replicas == 0 => Ok(vec![TrafficChange::KillService { service }]),
        Some(now) if now > 0 => {
            Ok(vec![TrafficChange::ScaleWorkers { service, factor: f64::from(*replicas) / f64::from(now) }])
        }
        _ => Err(format!("how many copies of {service} there are now is not known")),
    }
}

/// How many copies of what is scaled there are now: as the change says, or as its source declares.
pub(super) fn copies(stage: &Snapshot, change: &Change) -> Option<u32> {
    let Change::Scale { entity, now, .. } = change else { return None };
    now.or_else(|| declared_copies(stage, *entity))
}

/// How many copies of an entity there are, as its source declares.
pub(in crate::simulate) fn declared_copies(stage: &Snapshot, entity: Node) -> Option<u32> {
    match said(stage, entity, &attribute::REPLICAS)? {
        Value::Integer(count) => u32::try_from(count).ok(),
        _ => None,
    }
}

/// What is asked of each service, before and after a scenario; or why nobody knows.
pub(in crate::simulate) fn loads(
    scenario: &Scenario,
    given: &Given<'_>,
    context: &Context,
) -> Result<std::result::Result<Vec<ServiceLoad>, String>> {
    let given = &Given { is_quick: true, ..given.clone() };
    let loads = |requests: Requests<'_>| match requests.open {
        Some(open) => Err(open.why),
        None => Ok(requests.forecast.loads),
    };
    Ok(forecast_of(scenario, given, context)?.and_then(loads))
}

/// A row for each endpoint and figure.
pub(super) fn figures(requests: &Requests<'_>) -> Vec<Figure> {
    let slow = requests.at_the_same_speed.as_ref();
    let touched = requests.traffic.recording.touched().into_iter();
    let touched: BTreeMap<&OperationName, BTreeSet<&str>> = touched.map(|one| (one.endpoint, one.services)).collect();
    let others = |place: usize| slow.and_then(|slow| slow.endpoints.get(place));
    let endpoints = requests.forecast.endpoints.iter().enumerate();
    let of = |(place, endpoint): (usize, &EndpointForecast)| {
        let slow = others(place);
        let mut rows: Vec<Figure> = of_endpoint(endpoint, slow).into_iter().chain(spent(endpoint, slow)).collect();
        let callers = touched.get(&endpoint.operation).into_iter().flatten();
        let called: BTreeSet<&String> = callers.filter_map(|caller| requests.left_out.get(*caller)).flatten().collect();
        let left_out = not_shown("recorded", called.into_iter());
        rows.iter_mut().for_each(|row| row.unknown = row.unknown.take().or_else(|| left_out.clone()));
        if let Some(open) = requests.open.as_ref().filter(|open| open.endpoints.contains(&endpoint.operation)) {
            rows.iter_mut().for_each(|row| open.hide(row));
        }
        rows
    };
    endpoints.flat_map(of).collect()
}

fn expected(endpoint: &EndpointForecast) -> [(Dimension, &'static str, Option<Expected>); 6] {
    [
        (Dimension::LatencyP50, "ms", endpoint.p50_ms),
        (Dimension::LatencyP95, "ms", endpoint.p95_ms),
        (Dimension::LatencyP99, "ms", endpoint.p99_ms),
        (Dimension::LatencyP999, "ms", endpoint.p999_ms),
        (Dimension::ErrorRate, "parts per one", Some(endpoint.error_rate)),
        (Dimension::DegradedRate, "parts per one", Some(endpoint.degraded_rate)),
    ]
}

const NONE_SUCCEEDS: &str = "there is no request that succeeds before, or none that does after";

fn of_endpoint(endpoint: &EndpointForecast, slow: Option<&EndpointForecast>) -> Vec<Figure> {
    let others = slow.map(expected);
    let row = |(place, (dimension, unit, told)): (usize, (Dimension, &str, Option<Expected>))| {
        let mut figure = match (told, &endpoint.unstable[..]) {
            (Some(told), []) => known(dimension, unit, told),
            (Some(told), [service, ..]) => {
                let why = format!("{UNSTABLE}: more is asked of {service} than its workers can do");
                let baseline_interval = Some(confidence(told.before_range));
                Figure { baseline: Some(told.before), baseline_interval, ..Figure::unknown(dimension, why) }
            }
            (None, _) if dimension == Dimension::LatencyP999 && endpoint.p99_ms.is_some() => {
                let why =
                    format!("fewer than {ENOUGH_FOR_P999} requests succeed: they say little of one in a thousand");
                Figure::unknown(dimension, why)
            }
            (None, _) => Figure::unknown(dimension, NONE_SUCCEEDS),
        };
        let slow = others.as_ref().and_then(|others| others[place].2);
        if let Some(slow) = slow.filter(|slow| told.is_none_or(|told| is_apart(told, *slow))) {
            bound(&mut figure, &known(dimension, unit, slow));
        }
        figure.detail = Some(endpoint.operation.to_string());
        figure
    };
    expected(endpoint).into_iter().enumerate().map(row).collect()
}

/// Whether two ways to make a change tell different figures.
fn is_apart(one: Expected, other: Expected) -> bool {
    let figure = |of: Expected| [of.after, of.likely, of.low, of.high];
    figure(one) != figure(other)
}

/// A row for each part of a request's time that is a hundredth of it at least, on either side.
fn spent(endpoint: &EndpointForecast, slow: Option<&EndpointForecast>) -> Vec<Figure> {
    const TOLD: f64 = 0.01;
    if endpoint.spent.is_empty() {
        let mut figure = Figure::unknown(Dimension::TimeSpent, NONE_SUCCEEDS);
        figure.detail = Some(endpoint.operation.to_string());
        return vec![figure];
    }
    let whole = |side: fn(&TimeSpent) -> f64| endpoint.spent.iter().map(side).sum::<f64>();
    let least = TOLD * whole(|part| part.before_ms).max(whole(|part| part.after_ms));
    let told = endpoint.spent.iter().filter(|part| part.before_ms.max(part.after_ms) >= least && least > 0.0);
    let row = |part: &TimeSpent| {
        let (before, after) = (part.before_ms, part.after_ms);
        let mut figure = match &endpoint.unstable[..] {
            [] => Figure::known(Dimension::TimeSpent, "ms", before, after),
            [service, ..] => {
                let why = format!("{UNSTABLE}: more is asked of {service} than its workers can do");
                Figure { baseline: Some(before), ..Figure::unknown(Dimension::TimeSpent, why) }
            }
        };
        let other = slow.and_then(|slow| slow.spent.iter().find(|other| other.on == part.on));
        if let Some(other) = other.filter(|other| other.after_ms != after) {
            bound(&mut figure, &Figure::known(Dimension::TimeSpent, "ms", before, other.after_ms));
        }
        figure.basis = Basis::Observed;
        figure.detail = Some(format!("{}: {}", endpoint.operation, part.on));
        figure
    };
    told.map(row).collect()
}

/// A figure that lies between what it is told to be and another one.
fn bound(figure: &mut Figure, other: &Figure) {
    let point = |value: f64| Interval { kind: IntervalKind::Bounds, low: value, high: value };
    let around = |one: Option<Interval>, other: Option<Interval>| {
        let (one, other) = one.zip(other)?;
        Some(Interval { kind: IntervalKind::Bounds, low: one.low.min(other.low), high: one.high.max(other.high) })
    };
    let scenario = |figure: &Figure| figure.interval.or(figure.scenario.map(point));
    let delta = |figure: &Figure| figure.delta_interval.or(figure.delta.map(point));
    let Some(interval) = around(scenario(figure), scenario(other)) else { return };
    figure.delta_interval = around(delta(figure), delta(other));
    figure.interval = Some(interval);
    (figure.scenario, figure.delta, figure.likely) = (None, None, None);
    figure.unknown = Some("bounds: how much of the time is a processor's was never measured".to_owned());
}

fn known(dimension: Dimension, unit: &str, expected: Expected) -> Figure {
    let Expected { before, before_range, after, likely, low, high, difference } = expected;
    let mut figure = Figure::known(dimension, unit, before, after);
    figure.likely = (likely != after).then_some(likely);
    figure.interval = Some(confidence([low, high]));
    figure.baseline_interval = Some(confidence(before_range));
    figure.delta_interval = difference.map(confidence);
    figure.basis = Basis::Observed;
    figure
}

fn confidence([low, high]: [f64; 2]) -> Interval {
    Interval { kind: IntervalKind::Confidence, low, high }
}
