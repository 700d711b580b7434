//! Recorded requests beside a twin: who of it is who in them, what they show, and what they do not.

use std::collections::{BTreeMap, BTreeSet};

use super::latency::{Made, unseen};
use super::needs::CallNeeds;
use crate::base::{Context, Error, Result};
use crate::graph::{Node, Snapshot};
use crate::simulate::Scenario;
use crate::simulate::cache::{CachedKeys, ttl_hit_ratio};
use crate::simulate::change::Change;
use crate::simulate::replay::{Forecast, Policies, Recording, Span, Touched, TrafficChange, forecast_by, told_apart};
use crate::simulate::who::{WhoIsWho, service_name};

/// Recorded requests, with what is known of services and calls beside them.
#[derive(Clone, Debug)]
pub struct Traffic {
    /// The requests.
    pub recording: Recording,
    /// What is known beside them.
    pub policies: Policies,
    /// Where chance is asked.
    pub seed: u64,
    /// Which entity of the twin is which service of the requests.
    pub(super) who: WhoIsWho,
    /// Everybody who was recorded, and those among them who take messages.
    recorded: BTreeSet<String>,
    pub(super) brokers: BTreeSet<String>,
    /// How calls of the twin are needed, where it does not know.
    pub(super) needs: CallNeeds,
}

/// What requests show of an entity.
pub(super) enum Shown {
    /// These services, alone or together with others.
    As(Vec<String>),
    /// A broker.
    Broker,
    /// Nothing.
    Nowhere,
}

impl Traffic {
    /// Requests with the regions of services as a twin knows them, and with its names for whom only callers know. What is given beside goes before it, field by field.
    pub fn of(spans: &[Span], base: &Snapshot, given: Policies, seed: u64) -> Traffic {
        let (spans, services) = told_apart(spans);
        let who = WhoIsWho::of(&spans, &services, base);
        let mut policies = who.name_in(given);
        who.place(base, &mut policies);
        let recording = Recording::of(&who.name(&spans), &policies);
        let (recorded, brokers) = (recording.services(), recording.brokers());
        let needs = CallNeeds::of(base, &who, &recording, &policies);
        Traffic { recording, policies, seed, who, recorded, brokers, needs }
    }

    /// The operations for which one entity was seen to ask another. O(recorded calls).
    pub(in crate::simulate) fn asked(&self, stage: &Snapshot, user: Node, on: Node) -> BTreeSet<String> {
        let services = |node: Node| self.who.services(stage, node).unwrap_or_default();
        let (callers, callees) = (services(user), services(on));
        let pairs = callers.iter().flat_map(|caller| callees.iter().map(move |callee| (caller, callee)));
        let asked = pairs.flat_map(|(caller, callee)| self.recording.calls_between(caller, callee));
        asked.map(|(_, operation)| operation.operation).collect()
    }

    /// By service, the entity that it is, where it is one.
    pub(in crate::simulate) fn entities(&self, base: &Snapshot) -> BTreeMap<&str, Node> {
        self.who.entities(base)
    }

    /// What requests do not tell of a twin, and what is declared that they do not show.
    pub(in crate::simulate) fn unmet(&self, base: &Snapshot) -> Vec<String> {
        self.of_another_world(base).into_iter().chain(self.not_recorded()).collect()
    }

    /// What recorded requests do not tell of a world that somebody only thinks of.
    fn of_another_world(&self, base: &Snapshot) -> Option<String> {
        let name = base.scenario_name()?;
        Some(format!(
            "requests were recorded of the world as it is: what \"{name}\" does to them is in no figure of requests"
        ))
    }

    /// Services and calls of which something is declared and that no request shows.
    fn not_recorded(&self) -> Vec<String> {
        let known = || self.recorded.iter().map(String::as_str);
        let services = self.policies.services.iter().filter(|(_, policy)| policy.workers.is_some());
        let services =
            services.map(|(service, _)| service.as_str()).filter(|service| !self.recorded.contains(*service));
        let nobody = services.map(|service| Error::unknown("service of policies", service, known()).to_string());
        let pairs = if self.policies.calls.is_empty() { BTreeSet::new() } else { self.recording.pairs() };
        let never = self.policies.calls.keys().filter(|(caller, callee)| !pairs.contains(&(caller, callee)));
        let never = never.map(|(caller, callee)| {
            format!("policies name a call from {caller} to {callee} that no recorded request shows")
        });
        nobody.chain(never).collect()
    }

    /// How many requests a second are sent to an entity, at least and at most: as many as it was seen to serve, times whatever changes make of the load. Of how many of them the load of one endpoint is a part was not looked at.
    pub(super) fn served_a_second(&self, scenario: &Scenario, entity: Node) -> std::result::Result<[f64; 2], String> {
        let services = self.who.services(scenario.stage(), entity)?;
        let shown: Vec<&String> = services.iter().filter(|service| self.recorded.contains(*service)).collect();
        let name = &scenario.stage().entity(entity).name;
        if shown.is_empty() {
            return Err(format!("no request of {name} was recorded"));
        }
        let calls_come = |change: &Change| match change {
            Change::AddDependency { on, .. } => *on == entity,
            _ => false,
        };
        if scenario.changes().iter().any(calls_come) {
            return Err(format!("how many requests come to {name} with the calls that come was never measured"));
        }
        let mut range = [shown.into_iter().map(|service| self.recording.served_a_second(service)).sum::<f64>(); 2];
        for change in scenario.changes() {
            match change {
                Change::ScaleLoad { factor, endpoint: None, .. } => range = range.map(|rate| rate * factor),
                Change::ScaleLoad { factor, endpoint: Some(_), .. } => {
                    range = [range[0] * factor.min(1.0), range[1] * factor.max(1.0)];
                }
                _ => {}
            }
        }
        match range[1] > 0.0 {
            true => Ok(range),
            false => Err(format!("too few requests of {name} were recorded to know how many come")),
        }
    }

    /// Whether requests show an entity under a name of its own.
    pub(super) fn is_shown(&self, stage: &Snapshot, entity: Node) -> bool {
        matches!(self.shown_as(stage, entity), Shown::As(_) | Shown::Broker)
    }

    /// Whether requests show an entity, alone or together with other instances.
    pub(in crate::simulate) fn shows(&self, stage: &Snapshot, node: Node) -> bool {
        let services = self.who.services(stage, node).or_else(|_| self.who.services(stage, stage.component(node)));
        services.unwrap_or_default().iter().any(|service| self.recorded.contains(service))
    }

    /// Whether requests show how long calls to an entity take: of messages, they do not.
    fn shows_calls(&self, stage: &Snapshot, node: Node) -> bool {
        let is_broker = |service: &String| self.brokers.contains(service);
        self.shows(stage, node) && !self.who.services(stage, node).unwrap_or_default().iter().any(is_broker)
    }

    /// By service that makes them, the calls over a longer round trip that no request shows: of what may be anybody who was recorded, nobody knows.
    pub(super) fn unseen(&self, scenario: &Scenario) -> BTreeMap<String, BTreeSet<String>> {
        let stage = scenario.stage();
        let mut by_caller: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (caller, called) in unseen(scenario, |node| self.shows_calls(stage, node)) {
            if let Shown::As(services) = self.shown_as(stage, caller) {
                let name = service_name(stage, called);
                services.into_iter().for_each(|service| _ = by_caller.entry(service).or_default().insert(name.clone()));
            }
        }
        by_caller
    }

    /// What requests show of an entity.
    pub(super) fn shown_as(&self, stage: &Snapshot, node: Node) -> Shown {
        let services = self.who.services(stage, node).or_else(|_| self.who.services(stage, stage.component(node)));
        let services = services.unwrap_or_default();
        match services.iter().any(|service| self.recorded.contains(service)) {
            false => Shown::Nowhere,
            true if services.iter().any(|service| self.brokers.contains(service)) => Shown::Broker,
            true => Shown::As(services),
        }
    }

    /// The services of which the twin does not know what they are.
    pub(super) fn strangers(&self, touched: &[Touched<'_>]) -> BTreeSet<String> {
        let known = self.who.known();
        let services = touched.iter().flat_map(|touched| &touched.services);
        services.filter(|service| !known.contains(**service)).map(|service| (*service).to_owned()).collect()
    }

    /// The services that serve no more than some requests at a time.
    pub(super) fn limited(&self) -> BTreeSet<String> {
        let declared = self.policies.services.iter().filter(|(_, policy)| policy.workers.is_some());
        let declared = declared.map(|(service, _)| service.clone());
        let learnt = self.recording.learnt(&self.policies).into_keys().map(str::to_owned);
        declared.chain(learnt).collect()
    }

    /// The one service that requests show an entity as.
    pub(in crate::simulate) fn service(&self, stage: &Snapshot, node: Node) -> std::result::Result<String, String> {
        self.who.service(stage, node)
    }

    pub(super) fn played(&self, changes: &[TrafficChange], is_quick: bool, context: &Context) -> Result<Forecast> {
        forecast_by(&self.recording, &self.policies, changes, self.seed, is_quick, context)
    }

    /// An operation takes longer at each of these services that has it.
    pub(super) fn slower_in(&self, services: &[String], operation: &str, ms: f64) -> Made {
        let has = |service: &&String| {
            let own = self.recording.operations_of(service);
            services.len() == 1 || own.is_ok_and(|own| own.contains(&operation))
        };
        let slower = |service: &String| {
            let (service, operation) = (service.clone(), operation.to_owned());
            TrafficChange::AddLatency { service, operation, ms }
        };
        let made: Vec<TrafficChange> = services.iter().filter(has).map(slower).collect();
        let unknown = || format!("none of {} has the operation {operation}", services.join(", "));
        if made.is_empty() { Err(unknown()) } else { Ok(made) }
    }

    /// Every operation of a service takes longer, or shorter.
    pub(super) fn slowed(&self, service: &str, ms: f64) -> Made {
        let operations = self.recording.operations_of(service).map_err(|error| error.to_string())?;
        if ms < 0.0 {
            return Err(format!("which of the work of {service} becomes shorter was never measured"));
        }
        let slower = |operation: &str| {
            let (service, operation) = (service.to_owned(), operation.to_owned());
            TrafficChange::AddLatency { service, operation, ms }
        };
        Ok(operations.into_iter().map(slower).collect())
    }

    /// How often a cache of one entity's answers to another has what is asked for, if it keeps each for so long.
    pub(super) fn kept_by_cache(
        &self,
        stage: &Snapshot,
        (entity, of): (Node, Node),
        ttl_s: f64,
        keys: u64,
        skew: f64,
    ) -> Option<f64> {
        let pair = self.service(stage, entity).ok().zip(self.service(stage, of).ok());
        pair.and_then(|(caller, callee)| self.kept(&caller, &callee, ttl_s, keys, skew))
    }

    /// How often a cache has what one service asks another for, if it keeps each answer for so long.
    pub(super) fn kept(&self, caller: &str, callee: &str, ttl_s: f64, keys: u64, skew: f64) -> Option<f64> {
        let calls_a_second = self.recording.calls_a_second(caller, callee);
        ttl_hit_ratio(CachedKeys { calls_a_second, ttl_s, keys, skew }).ok().map(|kept| kept.hit_ratio)
    }

    /// From which hit ratio on a cache makes calls shorter: asking it costs every call, and a hit saves the call.
    pub(super) fn worth_it(&self, caller: &str, callee: &str, hit_ms: f64) -> String {
        let unknown = "how often the cache would have what is asked for is not known";
        let pairs = self.recording.calls_between(caller, callee);
        let took: Vec<i64> = pairs.iter().flat_map(|(_, to)| self.recording.took(&to.service, &to.operation)).collect();
        let mean = took.iter().sum::<i64>() as f64 / took.len().max(1) as f64 / 1e6;
        match mean > hit_ms {
            true => format!("{unknown}; on average it is worth it from a ratio of {:.2} on", hit_ms / mean),
            false => format!("{unknown}; asking it takes {hit_ms} ms, which no ratio is worth"),
        }
    }
}
