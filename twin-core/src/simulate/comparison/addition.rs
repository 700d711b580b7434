//! Requests that come beside those that were recorded: of what comes, and of calls that come. How much busier they keep whom they reach, and who waits for them.

use std::collections::{BTreeMap, BTreeSet};

use super::traffic::Traffic;
use crate::graph::Node;
use crate::simulate::replay::{Forecast, MOST_REQUESTS, ServiceLoad, TrafficChange};
use crate::simulate::{Change, Scenario};

/// What is taken for granted of requests that come, where they were played.
const PLAYED: &str = "requests that come are like recorded ones of those whom they reach, at moments of their own, and others wait for them";
/// What is taken for granted of them, where they were only counted.
const COUNTED: &str =
    "requests that come keep those whom they reach as busy as others do, on average, and nobody waits longer for them";
/// A chain of calls is not longer.
const MOST_ROUNDS: usize = 64;

/// Requests after some changes, with those that come.
pub(super) struct Together {
    pub forecast: Forecast,
    /// The services of which nobody knows how many come.
    pub not_counted: BTreeSet<String>,
}

/// Plays requests with those that come beside them, after whatever other changes make of both. Where more is asked of a service than it can do, requests that touch it are unstable. How many come
/// depends on what other changes make of who calls: that is played first, quickly, where anything comes.
pub(super) fn played<E>(
    scenario: &Scenario,
    traffic: &Traffic,
    changes: &[TrafficChange],
    play: impl Fn(&[TrafficChange], bool) -> Result<Forecast, E>,
) -> Result<Together, E> {
    let comes = |change: &Change| matches!(change, Change::Add { .. } | Change::AddDependency { .. });
    if !scenario.changes().iter().any(comes) {
        return Ok(Together { forecast: play(changes, false)?, not_counted: BTreeSet::new() });
    }
    let loads = play(changes, true)?.loads;
    let Additions { own, calls, unknown } = Additions::of(scenario, traffic, &loads);
    let comes_any = !(own.is_empty() && calls.is_empty() && unknown.is_empty());
    let recorded = traffic.recording.calls_a_request();
    let all: Vec<(&str, &str, f64)> = recorded
        .iter()
        .map(|((caller, callee), times)| (*caller, *callee, *times))
        .chain(calls.iter().map(|(caller, callee, times)| (&caller[..], &callee[..], *times)))
        .collect();
    let Some(more) = spread(&own, &all) else {
        let not_counted = reached(own.into_keys().chain(unknown).collect(), &all);
        return Ok(Together { forecast: play(changes, false)?, not_counted });
    };
    // Of whom nobody is asked after the other changes, nobody knows how long requests would keep it busy.
    let mut not_counted = unknown;
    let mut fuller = loads.clone();
    for load in &mut fuller {
        let more = more.get(&load.service).copied().unwrap_or_default();
        if more > 0.0 && !ask_more(load, more) {
            not_counted.insert(load.service.clone());
        }
    }
    let not_counted = reached(not_counted, &all);
    let requests = requests(traffic, (&loads, &fuller), &more, &calls);
    let mut forecast = play(&[changes, &requests[..]].concat(), false)?;
    if requests.is_empty() {
        forecast.loads = fuller;
    }
    let assumption = if requests.is_empty() { COUNTED } else { PLAYED };
    forecast.loads.extend(of_what_comes(scenario, &more, &not_counted));
    let ways = full_by(&forecast.loads, &more, &calls);
    tell_unstable(traffic, &mut forecast, &ways);
    if comes_any {
        forecast.assumptions.push(assumption.to_owned());
    }
    Ok(Together { forecast, not_counted })
}

/// Services to which more comes than they can do, each with itself and with whoever comes to ask it.
fn full_by(
    loads: &[ServiceLoad],
    more: &BTreeMap<String, f64>,
    calls: &[(String, String, f64)],
) -> BTreeSet<(String, String)> {
    let is_fuller = |load: &&ServiceLoad| is_full(load) && more.contains_key(&load.service);
    let full: BTreeSet<&String> = loads.iter().filter(is_fuller).map(|load| &load.service).collect();
    let asking =
        calls.iter().filter(|(_, callee, _)| full.contains(callee)).map(|(caller, callee, _)| (caller, callee));
    let ways = full.iter().map(|full| (*full, *full)).chain(asking);
    ways.map(|(service, full)| (service.clone(), full.clone())).collect()
}

/// The requests that come to recorded services of those who were not recorded, where somebody may wait for them: none where more comes than can be done or played.
fn requests(
    traffic: &Traffic,
    (loads, fuller): (&[ServiceLoad], &[ServiceLoad]),
    more: &BTreeMap<String, f64>,
    calls: &[(String, String, f64)],
) -> Vec<TrafficChange> {
    let recorded = traffic.recording.calls_a_request();
    let recorded: Vec<(&str, &str, f64)> =
        recorded.iter().map(|((caller, callee), times)| (*caller, *callee, *times)).collect();
    let limited = traffic.limited();
    let makes_wait = |service: &String| !reached([service.clone()].into(), &recorded).is_disjoint(&limited);
    let rate = |caller: &String| {
        let load = loads.iter().find(|load| load.service == *caller);
        load.map_or(0.0, |load| load.requests_a_second[1]) + more.get(caller).copied().unwrap_or_default()
    };
    let mut comes: BTreeMap<&String, f64> = BTreeMap::new();
    for (caller, callee, times) in
        calls.iter().filter(|(_, callee, _)| loads.iter().any(|load| load.service == *callee))
    {
        *comes.entry(callee).or_default() += rate(caller) * times;
    }
    comes.retain(|_, rate| *rate > 0.0);
    let count = comes.values().sum::<f64>() * traffic.recording.came_for() as f64 / 1e9;
    if !comes.keys().any(|service| makes_wait(service)) || fuller.iter().any(is_full) || count > MOST_REQUESTS {
        return Vec::new();
    }
    comes
        .into_iter()
        .map(|(service, a_second)| TrafficChange::AddRequests { service: service.clone(), a_second })
        .collect()
}

/// Some services, with whoever they ask, and whoever these ask.
fn reached(mut services: BTreeSet<String>, calls: &[(&str, &str, f64)]) -> BTreeSet<String> {
    let mut waiting: Vec<String> = services.iter().cloned().collect();
    while let Some(service) = waiting.pop() {
        let asked = calls.iter().filter(|(caller, ..)| *caller == service).map(|(_, callee, _)| (*callee).to_owned());
        waiting.extend(asked.filter(|callee| services.insert(callee.clone())));
    }
    services
}

/// Says of requests that touch a service which of those that it asks can do no more.
fn tell_unstable(traffic: &Traffic, forecast: &mut Forecast, ways: &BTreeSet<(String, String)>) {
    for touched in traffic.recording.touched() {
        let reached = ways.iter().filter(|(service, _)| touched.services.contains(&service[..]));
        let reached: BTreeSet<&String> = reached.map(|(_, full)| full).collect();
        for endpoint in forecast.endpoints.iter_mut().filter(|endpoint| endpoint.operation == *touched.endpoint) {
            let new = reached.iter().filter(|full| !endpoint.unstable.contains(full));
            let new: Vec<String> = new.map(|full| (*full).clone()).collect();
            endpoint.unstable.extend(new);
        }
    }
}

/// How busy what comes is whose requests all come from outside, where no others were recorded.
pub(super) fn alone(scenario: &Scenario) -> Vec<ServiceLoad> {
    let own = scenario.changes().iter().filter_map(|change| match change {
        Change::Add { name, requests_a_second: Some(rate), called_by, .. } if called_by.is_empty() => {
            Some((name.clone(), *rate))
        }
        _ => None,
    });
    of_what_comes(scenario, &own.collect(), &BTreeSet::new())
}

/// What is asked beside what was recorded.
#[derive(Default)]
struct Additions {
    /// By service, how many requests a second come to it whatever else comes.
    own: BTreeMap<String, f64>,
    /// Who asks whom beside what was recorded, and how often in each of its requests.
    calls: Vec<(String, String, f64)>,
    /// Services of which nobody knows how many come.
    unknown: BTreeSet<String>,
}

impl Additions {
    fn of(scenario: &Scenario, traffic: &Traffic, loads: &[ServiceLoad]) -> Additions {
        let mut additions = Additions::default();
        let mut unsaid: BTreeSet<String> = BTreeSet::new();
        for (place, change) in scenario.changes().iter().enumerate() {
            match change {
                Change::Add { name, requests_a_second, calls, called_by, .. } => {
                    match requests_a_second {
                        Some(rate) => *additions.own.entry(name.clone()).or_default() += rate,
                        None => _ = unsaid.insert(name.clone()),
                    }
                    let Some(own) = scenario.costed(place).pop() else { continue };
                    called_by.iter().for_each(|caller| additions.call(scenario, traffic, (*caller, own), 1.0));
                    calls.iter().for_each(|callee| additions.call(scenario, traffic, (own, *callee), 1.0));
                }
                Change::AddDependency { entity, on, calls_a_request, .. } => {
                    additions.call(scenario, traffic, (*entity, *on), *calls_a_request);
                }
                _ => {}
            }
        }
        let rate =
            |service: &str| loads.iter().find(|load| load.service == service).map(|load| load.requests_a_second[1]);
        for (caller, callee, times) in &additions.calls {
            unsaid.remove(callee);
            if let Some(rate) = rate(caller) {
                *additions.own.entry(callee.clone()).or_default() += rate * times;
            }
        }
        // Nobody says how many requests come, and nobody is known to ask.
        additions.unknown.extend(unsaid);
        additions
    }

    /// Where requests do not tell instances apart that are asked, nobody knows which of them is.
    fn call(&mut self, scenario: &Scenario, traffic: &Traffic, (caller, callee): (Node, Node), times: f64) {
        let (callers, callees) = (services(scenario, traffic, caller), services(scenario, traffic, callee));
        match (&callers, &callees) {
            (Ok(callers), Ok(callees)) if callees.len() == 1 => {
                let calls = callers.iter().map(|caller| (caller.clone(), callees[0].clone(), times));
                self.calls.extend(calls);
            }
            (_, Ok(callees) | Err(callees)) => self.unknown.extend(callees.iter().cloned()),
        }
    }
}

/// The services that requests show an entity as; where they do not tell it from others, those of all of them as an error. What comes is called as it is.
fn services(scenario: &Scenario, traffic: &Traffic, node: Node) -> Result<Vec<String>, Vec<String>> {
    let stage = scenario.stage();
    match scenario.bringing(node) {
        Some(Change::Add { name, .. }) => Ok(vec![name.clone()]),
        _ => traffic
            .who
            .services(stage, node)
            .map_err(|_| traffic.who.services(stage, stage.component(node)).unwrap_or_default()),
    }
}

/// By service, how many requests come to it in all, with those of whom they reach: the least fixed point of what comes of its own and what each request asks. `None` where calls go round and multiply.
fn spread(own: &BTreeMap<String, f64>, calls: &[(&str, &str, f64)]) -> Option<BTreeMap<String, f64>> {
    let mut more = own.clone();
    for _ in 0..MOST_ROUNDS {
        let mut next = own.clone();
        for (caller, callee, times) in calls {
            if let Some(rate) = more.get(*caller).filter(|rate| **rate > 0.0) {
                *next.entry((*callee).to_owned()).or_default() += rate * times;
            }
        }
        let is_near = |(service, rate): (&String, &f64)| {
            more.get(service).is_some_and(|before| (rate - before).abs() <= 1e-9 * rate.abs())
        };
        if next.len() == more.len() && next.iter().all(is_near) {
            return Some(next);
        }
        more = next;
    }
    None
}

/// Asks more of a service, by requests that keep its workers busy as long as others do on average; not where there are no others.
fn ask_more(load: &mut ServiceLoad, more: f64) -> bool {
    let before = load.requests_a_second[1];
    if before > 0.0 {
        load.requests_a_second[1] += more;
        if let Some([_, after]) = &mut load.utilisation {
            *after *= (before + more) / before;
        }
    }
    before > 0.0
}

/// How much is asked of what comes, as far as that is known.
fn of_what_comes(scenario: &Scenario, more: &BTreeMap<String, f64>, unknown: &BTreeSet<String>) -> Vec<ServiceLoad> {
    let load = |change: &Change| {
        let Change::Add { name, own_ms, workers, .. } = change else { return None };
        let rate = more.get(name).filter(|_| !unknown.contains(name))?;
        let busy = own_ms.zip(*workers).map(|(ms, workers)| [0.0, rate * ms / 1e3 / f64::from(workers)]);
        Some(ServiceLoad {
            service: name.clone(),
            requests_a_second: [0.0, *rate],
            utilisation: busy,
            workers: *workers,
            is_learnt: false,
        })
    };
    scenario.changes().iter().filter_map(load).collect()
}

fn is_full(load: &ServiceLoad) -> bool {
    load.utilisation.is_some_and(|[_, after]| after >= 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_asks_others_who_ask_others() {
        let own = |name: &str, rate: f64| BTreeMap::from([(name.to_owned(), rate)]);
        let calls = [("a", "b", 2.0), ("b", "c", 0.5), ("a", "c", 1.0), ("x", "a", 9.0)];
        let told = spread(&own("a", 3.0), &calls).unwrap();
        assert_eq!(
            told,
            BTreeMap::from([("a", 3.0), ("b", 6.0), ("c", 6.0)].map(|(name, rate)| (name.to_owned(), rate)))
        );
        // Each fourth request comes round again.
        let round = spread(&own("a", 3.0), &[("a", "b", 0.5), ("b", "a", 0.5)]).unwrap();
        assert!((round["a"] - 4.0).abs() < 1e-6 && (round["b"] - 2.0).abs() < 1e-6, "{round:?}");
        assert_eq!(spread(&own("a", 3.0), &[("a", "b", 1.0), ("b", "a", 1.0)]), None, "they multiply");
        assert_eq!(spread(&BTreeMap::new(), &calls), Some(BTreeMap::new()));
    }
}
