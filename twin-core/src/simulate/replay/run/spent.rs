//! Where the time of requests goes, to the nanosecond: along the calls that end last, as whoever waits for several waits for the last.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use super::{Calling, Run};

/// What time is spent on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::simulate::replay) enum Part {
    /// A service works by itself.
    Work(String),
    /// A request waits for a worker of a service.
    Wait(String),
    /// A request or its answer is on the way between two services.
    Way(String, String),
    /// Attempts to ask a service that were made again.
    Tries(String),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::Work(service) => write!(f, "{service}"),
            Part::Wait(service) => write!(f, "waiting for {service}"),
            Part::Way(from, to) => write!(f, "between {from} and {to}"),
            Part::Tries(service) => write!(f, "earlier tries of {service}"),
        }
    }
}

/// By part, nanoseconds of all requests to one operation that did not fail, together.
pub(in crate::simulate::replay) type Spent = BTreeMap<Part, i128>;

/// A part by the operations that it is about, which costs no text for each call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    Work(u32),
    Wait(u32),
    Way(u32, u32),
    Tries(u32),
}

type Sums = BTreeMap<Of, i128>;

/// Time of one piece of work that is still to be accounted for.
struct Open {
    work: u32,
    from: i64,
    until: i64,
}

impl Run<'_> {
    /// By operation that is asked from outside, where the time of its requests goes. The parts of a request add up to how long it took. O(calls · log calls).
    pub(super) fn spent(&self) -> BTreeMap<u32, Spent> {
        let mut spent: BTreeMap<u32, Sums> = BTreeMap::new();
        for (number, work) in self.works.iter().enumerate().filter(|(_, work)| work.caller.is_none() && work.has_ended)
        {
            // What only comes as load is not told of.
            let Some(answered) = self.played.answered.get(work.request as usize).filter(|it| !it.failed) else {
                continue;
            };
            let parts = spent.entry(answered.operation).or_default();
            let came = self.coming[work.request as usize].at.unwrap_or(work.began);
            add(parts, Of::Wait(self.operation_of(number as u32)), work.began - came);
            self.account(Open { work: number as u32, from: work.began, until: came + answered.took }, parts);
        }
        spent.into_iter().map(|(operation, sums)| (operation, self.told(sums))).collect()
    }

    /// The same by services.
    fn told(&self, sums: Sums) -> Spent {
        let service = |operation: u32| self.score.recording.name(operation).service.clone();
        let mut spent = Spent::new();
        for (of, nanoseconds) in sums {
            let part = match of {
                Of::Work(operation) => Part::Work(service(operation)),
                Of::Wait(operation) => Part::Wait(service(operation)),
                Of::Way(from, to) => Part::Way(service(from), service(to)),
                Of::Tries(operation) => Part::Tries(service(operation)),
            };
            *spent.entry(part).or_default() += nanoseconds;
        }
        spent
    }

    /// Accounts for the time of a piece of work and of all that it waited for.
    fn account(&self, whole: Open, parts: &mut Sums) {
        let mut open = vec![whole];
        while let Some(Open { work, from, until }) = open.pop() {
            let mut at = until;
            let mut own = 0;
            for call in self.last_first(work) {
                // Nobody waited for what ended before or afterwards.
                if !(from..=at).contains(&call.done) || at <= from {
                    continue;
                }
                let first = call.first.max(from);
                own += at - call.done;
                at = first;
                self.account_call(work, call, first, parts, &mut open);
            }
            add(parts, Of::Work(self.operation_of(work)), own + (at - from).max(0));
        }
    }

    /// Accounts for the time of a call but for what is served meanwhile, which is put with what is open.
    fn account_call(&self, caller: u32, call: &Calling, first: i64, parts: &mut Sums, open: &mut Vec<Open>) {
        let callee = self.score.recording.calls[call.shape as usize].callee;
        let started = call.started.clamp(first, call.done);
        add(parts, Of::Tries(callee), started - first);
        let way = Of::Way(self.operation_of(caller), callee);
        let Some(served) = call.served else { return add(parts, way, call.done - started) };
        let work = &self.works[served as usize];
        let arrived = call.arrived.clamp(started, call.done);
        let began = work.began.clamp(arrived, call.done);
        let ended = if work.has_ended { work.ended.clamp(began, call.done) } else { call.done };
        add(parts, way, (arrived - started) + (call.done - ended));
        add(parts, Of::Wait(callee), began - arrived);
        open.push(Open { work: served, from: began, until: ended });
    }

    /// The awaited calls of a piece of work that were done, the last one first.
    fn last_first(&self, work: u32) -> Vec<&Calling> {
        let first = self.works[work as usize].first_call as usize;
        let count = self.score.recording.calls_of(self.works[work as usize].shape).len();
        let is_awaited = |call: &&Calling| call.is_done && self.score.recording.calls[call.shape as usize].is_awaited;
        let instead = self.instead.get(&work).into_iter().flatten().flat_map(|instead| &self.calls[instead.own()]);
        let mut calls: Vec<&Calling> =
            self.calls[first..first + count].iter().chain(instead).filter(is_awaited).collect();
        calls.sort_by_key(|call| Reverse(call.done));
        calls
    }

    fn operation_of(&self, work: u32) -> u32 {
        self.score.recording.invocations[self.works[work as usize].shape as usize].operation
    }
}

fn add(parts: &mut Sums, part: Of, nanoseconds: i64) {
    if nanoseconds != 0 {
        *parts.entry(part).or_default() += i128::from(nanoseconds);
    }
}
