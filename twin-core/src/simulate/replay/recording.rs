//! Spans put together: who served what, whom it asked for it, and in which order.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::time::Duration;

use super::asked::{Again, Asked, Names, UNNAMED};
use super::change::{Together, TrafficChange};
use super::limits::{Instances, Limits, limits};
use super::links::joined;
use super::misses::{Misses, lookups};
use super::order::{Order, following};
use super::pauses::Pauses;
use super::places::told_apart;
use super::policy::{Criticality, OperationName, Policies};
use super::pool;
use super::span::Span;
use super::trace::Trace;
use crate::base::{Error, ErrorKind, Result};

/// A piece of work that was served.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Invocation {
    /// Place of its operation.
    pub operation: u32,
    /// When it began and ended, in nanoseconds.
    pub start: i64,
    /// When it ended.
    pub end: i64,
    /// Whether its status is an error.
    pub failed: bool,
    /// The calls that it made, by their beginnings.
    pub calls: Range<u32>,
    /// Whether nobody but its caller wrote it down.
    pub is_hearsay: bool,
    /// Which instance of its service worked, where each has workers of its own; else the first.
    pub instance: u32,
}

/// A call with all attempts at it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Call {
    /// Place of the operation that was asked for.
    pub callee: u32,
    /// Whether it is a message: what its caller waits for, if for anything, is that it is handed over.
    pub is_message: bool,
    /// Whether its caller waited for it.
    pub is_awaited: bool,
    /// The attempts, in their order.
    pub attempts: Range<u32>,
    /// Calls of the same invocation that must be done before it starts, by their place among its calls.
    pub after: Vec<u32>,
    /// From the last of these, or else from the beginning of the caller's work, to its start, in nanoseconds.
    pub gap: i64,
}

/// One attempt at a call.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Attempt {
    /// When the caller asked.
    pub start: i64,
    /// When the caller had an answer, or gave up.
    pub end: i64,
    /// Whether it failed for the caller.
    pub failed: bool,
    /// Who served it, if that was recorded.
    pub served: Option<u32>,
    /// Whether a cache had what was asked for.
    pub hit: Option<bool>,
}

/// Spans that could not be used, by why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct SkippedSpans {
    /// They end before they begin.
    pub backwards: u64,
    /// Their parent is missing, which most of their kind have, or they are their own ancestors.
    pub orphans: u64,
    /// An id of the same trace was there before.
    pub doubled: u64,
    /// They ask somebody who wrote nothing down, and are part of no work that was recorded.
    pub unasked: u64,
}

impl SkippedSpans {
    /// For people, one line a reason.
    pub fn told(&self) -> Vec<String> {
        let SkippedSpans { backwards, orphans, doubled, unasked } = *self;
        let sorts = [
            (backwards, "end before they begin"),
            (orphans, "have a parent that was not recorded"),
            (doubled, "have an id that was there before"),
            (unasked, "call somebody who wrote nothing down, and are part of no recorded work"),
        ];
        let told = |(count, why): (u64, &str)| format!("{count} recorded spans are left out: they {why}");
        sorts.into_iter().filter(|(count, _)| *count > 0).map(told).collect()
    }
}

/// Requests as they were recorded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    pub(super) operations: Vec<OperationName>,
    pub(super) invocations: Vec<Invocation>,
    pub(super) calls: Vec<Call>,
    pub(super) attempts: Vec<Attempt>,
    /// Requests from outside, by their beginnings.
    pub(super) roots: Vec<u32>,
    skipped: SkippedSpans,
    admitted: u64,
    pauses: Option<(usize, Duration)>,
    /// By service, how many requests it serves at a time, where that was seen; where instances have workers of their own, each of them.
    limits: BTreeMap<String, u32>,
    /// The services whose instances each have workers of their own, with these.
    apart: BTreeMap<String, Instances>,
    /// By operation, how many calls it makes at a time, where that was seen.
    pub(super) pools: BTreeMap<u32, u32>,
}

/// What requests to an endpoint touch.
pub(in crate::simulate) struct Touched<'r> {
    /// The operation that is asked for from outside.
    pub endpoint: &'r OperationName,
    /// The services that serve any of its requests or are called in them.
    pub services: BTreeSet<&'r str>,
}

impl Recording {
    /// Puts spans together, in whatever order they come. O(n · log n).
    pub fn of(spans: &[Span], policies: &Policies) -> Recording {
        let mut recording = Recording::default();
        let mut names = Names::default();
        let (spans, _) = told_apart(spans);
        let spans = joined(&spans);
        let mut by_trace: Vec<&Span> = spans.iter().collect();
        by_trace.sort_by_key(|span| (span.trace, span.start_ns, span.kind.calls(), span.id));
        let serving: HashSet<&str> =
            spans.iter().filter(|span| span.kind.serves()).map(|span| span.service.as_str()).collect();
        let traces = || by_trace.chunk_by(|a, b| a.trace == b.trace);
        let pauses = Pauses::between(traces().filter_map(lasting).collect());
        let (mut strays, mut asked) = (Vec::new(), Vec::new());
        for trace in traces() {
            let (first_work, first_asked) = (recording.invocations.len(), asked.len());
            strays.extend(recording.read(trace, &serving, &mut names, &mut asked));
            let by = lasting(trace).map_or(0, |(start, _)| pauses.before(start));
            recording.move_up(first_work, &mut asked[first_asked..], by);
        }
        recording.operations = names.all;
        let again = Again::of(&asked, &recording.invocations);
        let retries = recording.declared_retries(policies);
        for (owner, asked) in asked {
            recording.add_calls(owner, asked, &again, &retries);
        }
        recording.pauses = pauses.told();
        recording.admit(&strays);
        let invocations = &recording.invocations;
        recording.roots.sort_by_key(|root| (invocations[*root as usize].start, *root));
        recording.believe_callers();
        recording.say_who_waits(policies);
        Order::of(&recording).arrange(&mut recording);
        recording.pools = pool::arrange(&mut recording);
        recording.tell_instances_apart(policies);
        recording
    }

    /// Moves what was read last to the front.
    fn move_up(&mut self, first_work: usize, asked: &mut [(u32, Vec<Asked>)], by: i64) {
        for work in &mut self.invocations[first_work..] {
            (work.start, work.end) = (work.start.saturating_sub(by), work.end.saturating_sub(by));
        }
        for Asked { attempt, .. } in asked.iter_mut().flat_map(|(_, asked)| asked) {
            (attempt.start, attempt.end) = (attempt.start.saturating_sub(by), attempt.end.saturating_sub(by));
        }
    }

    /// How many pauses of the recording are left out, and how long they last together.
    pub(super) fn pauses(&self) -> Option<(usize, Duration)> {
        self.pauses
    }

    /// Of services of which nobody says how many requests they serve at a time, how many they were seen to serve while others waited.
    pub(in crate::simulate) fn learnt(&self, policies: &Policies) -> BTreeMap<&str, u32> {
        let is_declared = |service: &str| policies.services.get(service).is_some_and(|policy| policy.workers.is_some());
        let limits = self.limits.iter().map(|(service, limit)| (service.as_str(), *limit));
        limits.filter(|(service, _)| !is_declared(service)).collect()
    }

    /// Learns how many requests are served at a time, and by whom: by the service as a whole, or by each of its instances.
    fn tell_instances_apart(&mut self, policies: &Policies) {
        let Limits { workers, apart } = limits(self, policies);
        for work in &mut self.invocations {
            let service = &self.operations[work.operation as usize].service;
            work.instance = if apart.contains_key(service) { work.instance } else { 0 };
        }
        (self.limits, self.apart) = (workers, apart);
    }

    /// How many instances of a service have workers of their own; one, where these are those of the service as a whole.
    pub(super) fn instances(&self, service: &str) -> Instances {
        self.apart.get(service).copied().unwrap_or(Instances { recorded: 1, at_a_time: 1.0 })
    }

    /// The services whose instances each have workers of their own, and how many of these were recorded.
    pub(super) fn of_instances(&self) -> impl Iterator<Item = (&str, u32)> {
        self.apart.iter().map(|(service, instances)| (service.as_str(), instances.recorded))
    }

    /// How many requests from outside there are.
    pub fn len(&self) -> usize {
        self.roots.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.roots.is_empty()
    }

    /// How many requests are taken to come from outside, because who asked for them was not recorded.
    pub(super) fn admitted(&self) -> u64 {
        self.admitted
    }

    /// What could not be used.
    pub fn skipped(&self) -> SkippedSpans {
        self.skipped
    }

    /// The services of which only callers wrote anything down, by name.
    pub(super) fn silent(&self) -> BTreeSet<&str> {
        let hearsay = self.invocations.iter().filter(|work| work.is_hearsay);
        hearsay.map(|work| self.name(work.operation).service.as_str()).collect()
    }

    /// The services that call one of some services or are called by one, without these. O(calls · log services).
    pub(super) fn neighbours(&self, of: &BTreeSet<&str>) -> BTreeSet<&str> {
        let service = |operation: u32| self.name(operation).service.as_str();
        let calls = self.invocations.iter().flat_map(|work| {
            let calls = &self.calls[work.calls.start as usize..work.calls.end as usize];
            calls.iter().map(move |call| (service(work.operation), service(call.callee)))
        });
        let beside = calls.filter_map(|(caller, callee)| match (of.contains(caller), of.contains(callee)) {
            (true, false) => Some(callee),
            (false, true) => Some(caller),
            _ => None,
        });
        beside.collect()
    }

    /// How many requests a second a service was seen to serve. O(invocations).
    pub(in crate::simulate) fn served_a_second(&self, service: &str) -> f64 {
        let count = self.invocations.iter().filter(|work| self.name(work.operation).service == service).count();
        // After the last request as long as between two.
        let window = self.came_for() as f64 * self.roots.len() as f64 / (self.roots.len().max(2) - 1) as f64;
        if window > 0.0 { count as f64 / (window / 1e9) } else { 0.0 }
    }

    /// From the first request from outside to the last, in nanoseconds.
    pub(in crate::simulate) fn came_for(&self) -> i64 {
        let start = |root: Option<&u32>| root.map(|root| self.invocations[*root as usize].start);
        start(self.roots.last()).zip(start(self.roots.first())).map_or(0, |(last, first)| last - first)
    }

    /// Which operations were seen to call which. O(calls · log operations).
    pub(in crate::simulate) fn pairs(&self) -> BTreeSet<(&OperationName, &OperationName)> {
        let works = self.invocations.iter().enumerate();
        let calls = works.flat_map(|(number, work)| {
            self.calls_of(number as u32).iter().map(move |call| (work.operation, call.callee))
        });
        let pairs: BTreeSet<(u32, u32)> = calls.collect();
        pairs.into_iter().map(|(caller, callee)| (self.name(caller), self.name(callee))).collect()
    }

    /// By service and whom it asks, how many calls it makes of each request that it serves. O(calls · log services).
    pub(in crate::simulate) fn calls_a_request(&self) -> BTreeMap<(&str, &str), f64> {
        let (mut served, mut calls) = (BTreeMap::<&str, f64>::new(), BTreeMap::<(&str, &str), f64>::new());
        for (number, work) in (0..).zip(&self.invocations) {
            let caller = &self.name(work.operation).service[..];
            *served.entry(caller).or_default() += 1.0;
            for call in self.calls_of(number) {
                *calls.entry((caller, &self.name(call.callee).service)).or_default() += 1.0;
            }
        }
        calls.into_iter().map(|((caller, callee), count)| ((caller, callee), count / served[caller])).collect()
    }

    /// Whether one service was seen to say of another whether it had what was asked for. O(calls).
    pub(in crate::simulate) fn is_cache(&self, caller: &str, callee: &str) -> bool {
        let works = self.invocations.iter().enumerate();
        let mut calls = works
            .filter(|(_, work)| self.name(work.operation).service == caller)
            .flat_map(|(number, _)| self.calls_of(number as u32));
        calls.any(|call| {
            self.name(call.callee).service == callee
                && self.attempts_of(call).iter().any(|attempt| attempt.hit.is_some())
        })
    }

    /// Whether one service was seen to find nothing in another, which is a cache of it, so that it is known what follows then. O(calls · 64).
    pub(in crate::simulate) fn has_missed(&self, caller: &str, callee: &str) -> bool {
        let of = |service: &str| -> Vec<u32> {
            (0..).zip(&self.operations).filter(|(_, name)| name.service == service).map(|(place, _)| place).collect()
        };
        let callees = of(callee);
        let pairs = of(caller).into_iter().flat_map(|from| callees.iter().map(move |to| (from, *to)));
        lookups(self, pairs).values().any(|lookups| !Misses::of(self, lookups).missed.is_empty())
    }

    /// Whether a cache had what was asked for by one of the calls of an invocation. Where nobody says so, whoever asks somebody else afterwards has found nothing.
    pub(super) fn has_hit(&self, calls: &[Call], place: usize) -> bool {
        let hit = self.attempts_of(&calls[place]).last().and_then(|attempt| attempt.hit);
        hit.unwrap_or_else(|| following(calls, place).next().is_none())
    }

    /// What requests touch, by endpoint. O(invocations + calls).
    pub(in crate::simulate) fn touched(&self) -> Vec<Touched<'_>> {
        let mut by_endpoint: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        for root in &self.roots {
            let endpoint = self.invocations[*root as usize].operation;
            let operations = by_endpoint.entry(endpoint).or_insert_with(|| BTreeSet::from([endpoint]));
            let mut waiting = vec![*root];
            while let Some(invocation) = waiting.pop() {
                for call in self.calls_of(invocation) {
                    operations.insert(call.callee);
                    waiting.extend(self.attempts_of(call).iter().filter_map(|attempt| attempt.served));
                }
            }
        }
        let service = |operation: u32| self.name(operation).service.as_str();
        let touched = |(endpoint, operations): (u32, BTreeSet<u32>)| Touched {
            endpoint: self.name(endpoint),
            services: operations.into_iter().map(service).collect(),
        };
        by_endpoint.into_iter().map(touched).collect()
    }

    /// The services that are asked from outside.
    pub(super) fn entries(&self) -> BTreeSet<&str> {
        let asked = self.roots.iter().map(|root| self.invocations[*root as usize].operation);
        asked.map(|operation| self.name(operation).service.as_str()).collect()
    }

    /// The operations of one service that were seen to call operations of another.
    pub(in crate::simulate) fn calls_between(
        &self,
        caller: &str,
        callee: &str,
    ) -> BTreeSet<(OperationName, OperationName)> {
        let pairs = self.pairs().into_iter().filter(|(from, to)| from.service == caller && to.service == callee);
        pairs.map(|(from, to)| (from.clone(), to.clone())).collect()
    }

    /// Everybody who serves or is called, by name. O(operations).
    pub(in crate::simulate) fn services(&self) -> BTreeSet<String> {
        self.operations.iter().map(|operation| operation.service.clone()).collect()
    }

    /// The services that messages are handed over to and that were not seen to do anything. O(calls + invocations).
    pub(in crate::simulate) fn brokers(&self) -> BTreeSet<String> {
        let service = |operation: u32| self.name(operation).service.as_str();
        let takers: BTreeSet<&str> =
            self.calls.iter().filter(|call| call.is_message).map(|call| service(call.callee)).collect();
        let working: BTreeSet<&str> = self.invocations.iter().map(|work| service(work.operation)).collect();
        takers.difference(&working).map(|name| (*name).to_owned()).collect()
    }

    /// What changes name that was not recorded and that no other one before them brings, if they name anything.
    pub(in crate::simulate) fn lacks(&self, changes: &[TrafficChange], before: &[TrafficChange]) -> Option<String> {
        let mut errors = changes.iter().filter_map(|change| change.check(self, Together(before)).err());
        errors.find(|error| error.kind() == ErrorKind::Unknown).map(|error| error.to_string())
    }

    /// Refuses two services of which one was never seen to call the other.
    pub(super) fn check_call(&self, caller: &str, callee: &str) -> Result<()> {
        self.operations_of(caller)?;
        self.operations_of(callee)?;
        match self.asks(caller, callee) {
            true => Ok(()),
            false => {
                Err(Error::new(ErrorKind::Unknown, format!("no call from \"{caller}\" to \"{callee}\" was recorded")))
            }
        }
    }

    /// Refuses an operation that nobody asked for from outside.
    pub(super) fn check_endpoint(&self, endpoint: &str) -> Result<()> {
        let asked: BTreeSet<u32> = self.roots.iter().map(|root| self.invocations[*root as usize].operation).collect();
        let names: Vec<String> = asked.into_iter().map(|operation| self.name(operation).to_string()).collect();
        match names.iter().any(|name| name == endpoint) {
            true => Ok(()),
            false => Err(Error::unknown("endpoint", endpoint, names.iter().map(String::as_str))),
        }
    }

    /// How many calls a second one service makes to another, whoever asks. 0 where nothing was recorded for any time.
    pub(in crate::simulate) fn calls_a_second(&self, caller: &str, callee: &str) -> f64 {
        let of_caller =
            self.invocations.iter().enumerate().filter(|(_, work)| self.name(work.operation).service == caller);
        let calls = of_caller.flat_map(|(number, _)| self.calls_of(number as u32));
        let count = calls.filter(|call| self.name(call.callee).service == callee).count();
        let window = self.came_for();
        if window > 0 { count as f64 / (window as f64 / 1e9) } else { 0.0 }
    }

    /// How long attempts at an operation took that did not fail, in nanoseconds.
    pub(in crate::simulate) fn took(&self, callee: &str, operation: &str) -> Vec<i64> {
        self.ended(callee, operation).into_iter().filter(|(_, has_failed)| !has_failed).map(|(took, _)| took).collect()
    }

    /// How long attempts at an operation took, in nanoseconds, and whether they failed. Whoever is only asked from outside takes as long as its work. O(calls + invocations).
    pub(super) fn ended(&self, callee: &str, operation: &str) -> Vec<(i64, bool)> {
        let is_meant = |of: u32| {
            let name = self.name(of);
            name.service == callee && name.operation == operation
        };
        let made = self.calls.iter().filter(|call| is_meant(call.callee)).flat_map(|call| self.attempts_of(call));
        let made: Vec<(i64, bool)> = made.map(|made| (made.end - made.start, made.failed)).collect();
        if made.iter().any(|(_, has_failed)| !has_failed) {
            return made;
        }
        let served = self.invocations.iter().filter(|work| is_meant(work.operation));
        served.map(|work| (work.end - work.start, work.failed)).collect()
    }

    /// The operations that a service was seen to serve.
    ///
    /// # Errors
    /// `Unknown` if it served none.
    pub(in crate::simulate) fn operations_of(&self, service: &str) -> Result<Vec<&str>> {
        let own = self.operations.iter().filter(|operation| operation.service == service);
        let own: Vec<&str> = own.map(|operation| operation.operation.as_str()).collect();
        match own.is_empty() {
            true => Err(Error::unknown(
                "service",
                service,
                self.operations.iter().map(|operation| operation.service.as_str()),
            )),
            false => Ok(own),
        }
    }

    /// Whether a service was seen to ask another one.
    pub(super) fn asks(&self, caller: &str, callee: &str) -> bool {
        self.invocations.iter().any(|invocation| {
            let calls = &self.calls[invocation.calls.start as usize..invocation.calls.end as usize];
            self.name(invocation.operation).service == caller
                && calls.iter().any(|call| self.name(call.callee).service == callee)
        })
    }

    pub(super) fn name(&self, operation: u32) -> &OperationName {
        &self.operations[operation as usize]
    }

    pub(super) fn calls_of(&self, invocation: u32) -> &[Call] {
        let Range { start, end } = self.invocations[invocation as usize].calls;
        &self.calls[start as usize..end as usize]
    }

    pub(super) fn attempts_of(&self, call: &Call) -> &[Attempt] {
        &self.attempts[call.attempts.start as usize..call.attempts.end as usize]
    }

    /// When the first attempt at a call began and the last one ended.
    pub(super) fn span_of(&self, call: &Call) -> (i64, i64) {
        let attempts = self.attempts_of(call);
        let start = attempts.first().map_or(0, |first| first.start);
        (start, attempts.iter().map(|attempt| attempt.end).max().unwrap_or(start))
    }

    /// Whether the last attempt at a call failed.
    pub(super) fn has_failed(&self, call: &Call) -> bool {
        self.attempts_of(call).last().is_some_and(|last| last.failed)
    }

    /// Takes the spans of one trace in. Gives the work back whose asker was not recorded.
    fn read(
        &mut self,
        trace: &[&Span],
        serving: &HashSet<&str>,
        names: &mut Names,
        asked_of_all: &mut Vec<(u32, Vec<Asked>)>,
    ) -> Vec<u32> {
        let trace = Trace::of(trace, &mut self.skipped);
        let mut place: Vec<Option<u32>> = vec![None; trace.spans.len()];
        for at in trace.works(serving) {
            place[at] = Some(self.invocations.len() as u32);
            let Span { start_ns: start, end_ns: end, failed, service, operation, .. } = trace.spans[at];
            let (operation, (start, end), failed) = (names.place(service, operation), (*start, *end), *failed);
            let instance = names.instance(service, trace.spans[at].instance.as_deref().unwrap_or_default());
            self.invocations.push(Invocation {
                operation,
                start,
                end,
                failed,
                calls: 0..0,
                is_hearsay: false,
                instance,
            });
        }
        let mut asked: BTreeMap<u32, Vec<Asked>> = BTreeMap::new();
        let served = trace.served();
        let mut strays = Vec::new();
        for (at, span) in trace.spans.iter().enumerate() {
            let owner = trace.owners[at];
            let by = owner.and_then(|owner| place[owner]);
            match (place[at], by) {
                // Who asked for a call that nobody works for is outside of what was recorded, as is whoever begins a trace.
                (Some(work), None) => match owner {
                    _ if trace.is_stray[at] => strays.push(work),
                    Some(call) if trace.owners[call].and_then(|owner| place[owner]).is_some() => {}
                    _ => self.roots.push(work),
                },
                // Nobody wrote the call down: it took as long as what was served.
                (Some(work), Some(owner)) => asked.entry(owner).or_default().push(Asked::at_once(work, self)),
                (None, Some(owner)) if span.kind.calls() => {
                    let served = served.get(&at).and_then(|served| place[*served]);
                    asked.entry(owner).or_default().push(Asked::by(span, served, self, names));
                }
                (None, None) if span.kind.calls() && !served.contains_key(&at) => self.skipped.unasked += 1,
                _ => {}
            }
        }
        self.align(&mut asked);
        let in_order = asked.into_iter().map(|(owner, mut asked)| {
            asked.sort_by_key(|asked| (asked.attempt.start, asked.attempt.end, asked.id));
            (owner, asked)
        });
        asked_of_all.extend(in_order);
        strays
    }

    /// Where clocks differ, what was served is moved into the call that asked for it, with the calls that it makes by the same clock: from those on that nobody asked for.
    fn align(&mut self, asked: &mut BTreeMap<u32, Vec<Asked>>) {
        let served: BTreeSet<u32> = asked.values().flatten().filter_map(|asked| asked.attempt.served).collect();
        let mut waiting: Vec<(u32, i64)> =
            asked.keys().filter(|owner| !served.contains(owner)).map(|owner| (*owner, 0)).collect();
        while let Some((owner, shift)) = waiting.pop() {
            for Asked { is_sent, is_own, attempt, .. } in asked.get_mut(&owner).into_iter().flatten() {
                (attempt.start, attempt.end) = (attempt.start.saturating_add(shift), attempt.end.saturating_add(shift));
                if let Some(served) = attempt.served {
                    waiting.push((served, self.shift_into(served, attempt, *is_sent, (shift, *is_own))));
                }
            }
        }
    }

    /// Work whose asker was not recorded came from outside, where that is so of most work of its operation. Else a span was lost.
    fn admit(&mut self, strays: &[u32]) {
        let mut balance: HashMap<u32, i64> = HashMap::new();
        for served in self.attempts.iter().filter_map(|attempt| attempt.served) {
            *balance.entry(self.invocations[served as usize].operation).or_default() -= 1;
        }
        let operation = |work: &u32| self.invocations[*work as usize].operation;
        strays.iter().for_each(|work| *balance.entry(operation(work)).or_default() += 1);
        let (admitted, lost): (Vec<u32>, Vec<u32>) =
            strays.iter().copied().partition(|work| balance[&operation(work)] > 0);
        self.skipped.orphans += lost.len() as u64;
        self.admitted = admitted.len() as u64;
        self.roots.extend(admitted);
    }

    /// By caller and callee, how often a failed call is made again, where that is declared.
    fn declared_retries(&self, policies: &Policies) -> BTreeMap<(u32, u32), u32> {
        let places: HashMap<&OperationName, u32> = self.operations.iter().zip(0..).collect();
        let declared = policies.calls.iter().filter_map(|((caller, callee), policy)| {
            Some(((*places.get(caller)?, *places.get(callee)?), policy.retries?))
        });
        declared.collect()
    }

    /// Adds the calls of an invocation: attempts at the same thing are one call.
    fn add_calls(&mut self, owner: u32, asked: Vec<Asked>, again: &Again, retries: &BTreeMap<(u32, u32), u32>) {
        let first = self.calls.len();
        let caller = self.invocations[owner as usize].operation;
        let mut calls: Vec<(u32, bool, Vec<Attempt>)> = Vec::new();
        for Asked { callee, is_sent, resends, attempt, .. } in asked {
            let goes_on = |(other, _, attempts): &&mut (u32, bool, Vec<Attempt>)| {
                let last = attempts.last();
                *other == callee
                    && last.is_some_and(|last| last.failed && last.end <= attempt.start)
                    && again.may_be(
                        (caller, callee),
                        resends,
                        attempts.len() as u32,
                        retries.get(&(caller, callee)).copied(),
                    )
            };
            match calls.iter_mut().rev().find(goes_on) {
                Some((_, _, attempts)) => attempts.push(attempt),
                None => calls.push((callee, is_sent, vec![attempt])),
            }
        }
        for (callee, is_sent, attempts) in calls {
            let from = self.attempts.len() as u32;
            self.attempts.extend(attempts);
            let attempts = from..self.attempts.len() as u32;
            let (is_message, is_awaited) = (is_sent, !is_sent);
            self.calls.push(Call { callee, is_message, is_awaited, attempts, after: Vec::new(), gap: 0 });
        }
        self.invocations[owner as usize].calls = first as u32..self.calls.len() as u32;
    }

    /// Whoever sends no spans at all is taken to work for as long as its callers wait for it.
    fn believe_callers(&mut self) {
        let telling: BTreeSet<&str> =
            self.invocations.iter().map(|work| self.name(work.operation).service.as_str()).collect();
        let is_silent = |name: &OperationName| name.service != UNNAMED && !telling.contains(name.service.as_str());
        let is_silent: Vec<bool> = self.operations.iter().map(is_silent).collect();
        // Of a message that was sent, its sender does not know how long the work takes.
        for call in self.calls.iter().filter(|call| call.is_awaited && is_silent[call.callee as usize]) {
            for attempt in &mut self.attempts[call.attempts.start as usize..call.attempts.end as usize] {
                let Attempt { start, end, failed, .. } = *attempt;
                attempt.served = Some(self.invocations.len() as u32);
                let operation = call.callee;
                self.invocations.push(Invocation {
                    operation,
                    start,
                    end,
                    failed,
                    calls: 0..0,
                    is_hearsay: true,
                    instance: 0,
                });
            }
        }
    }

    /// Says which calls nobody waits for: what is declared so, and what more than one time in ten ends after its caller's answer.
    fn say_who_waits(&mut self, policies: &Policies) {
        let mut late: BTreeMap<(u32, u32), (usize, usize)> = BTreeMap::new();
        for invocation in &self.invocations {
            for call in &self.calls[invocation.calls.start as usize..invocation.calls.end as usize] {
                let (count, all) = late.entry((invocation.operation, call.callee)).or_default();
                // Who fails may leave what it waits for.
                if invocation.failed {
                    continue;
                }
                *count += usize::from(self.span_of(call).1 > invocation.end);
                *all += 1;
            }
        }
        let is_async = |caller: u32, callee: u32| {
            let pair = (self.name(caller).clone(), self.name(callee).clone());
            let declared = policies.calls.get(&pair).and_then(|policy| policy.criticality);
            let (count, all) = late.get(&(caller, callee)).copied().unwrap_or_default();
            declared.map_or(10 * count > all, |criticality| criticality == Criticality::Async)
        };
        let pairs: BTreeSet<(u32, u32)> =
            late.keys().copied().filter(|(caller, callee)| is_async(*caller, *callee)).collect();
        for invocation in &self.invocations {
            for at in invocation.calls.clone() {
                let is_async = pairs.contains(&(invocation.operation, self.calls[at as usize].callee));
                let ends_later = self.span_of(&self.calls[at as usize]).1 > invocation.end;
                let call = &mut self.calls[at as usize];
                call.is_awaited &= !is_async && !ends_later;
            }
        }
    }
}

/// When the work of a trace began and ended that somebody was served with, or was a job.
fn lasting(trace: &[&Span]) -> Option<(i64, i64)> {
    let work = || trace.iter().filter(|span| !span.kind.calls() && span.start_ns <= span.end_ns);
    work().map(|span| span.start_ns).min().zip(work().map(|span| span.end_ns).max())
}
