//! Recorded requests, played again: each begins when it began, does what it did in the order in which it must, and takes as long as it took, but for what changes.
//!
//! Without a change, everything takes as long as was recorded. Whatever a change does not touch takes as long as without it, to the nanosecond.

mod asking;
mod breaker;
mod coming;
mod cure;
mod failing;
mod instead;
mod load;
mod lost;
mod mixed;
mod more;
mod spent;
mod ways;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::change::{Detour, Together};
use super::misses::Misses;
use super::order::following;
use super::policy::{Policies, nanoseconds};
use super::recording::{Attempt, Call, Invocation, Recording};
use super::station::{Attempted, Stations, Waiting, Waits, Way};
use super::usual::Usual;
use crate::base::{Context, Error, ErrorKind, Result, hash_of};
use breaker::Standing;
use coming::{Coming, coming};
use instead::Instead;
use lost::{Lost, without_alternative, without_caches};
pub(super) use mixed::{Mix, pools};
use more::{More, more_calls};

pub(super) use spent::{Part, Spent};

/// A request from outside, as it was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answered {
    /// Place of its operation.
    pub operation: u32,
    /// How long it took, in nanoseconds.
    pub took: i64,
    /// Whether it failed.
    pub failed: bool,
    /// Whether it was answered although an optional call failed.
    pub degraded: bool,
    /// Whether it came at all.
    pub came: bool,
}

/// What becomes of a request that nobody answers.
const NOBODY: Answered = Answered { operation: 0, took: 0, failed: true, degraded: false, came: false };

/// How often an operation was asked for, and how that ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub served: u64,
    pub failed: u64,
    pub degraded: u64,
}

/// What came of playing requests again.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Played {
    /// By request from outside, in the order in which they were recorded.
    pub answered: Vec<Answered>,
    /// By operation.
    pub tallies: Vec<Tally>,
    /// By operation that is asked from outside, where the time of its requests goes.
    pub spent: BTreeMap<u32, Spent>,
    /// By service with workers, the share of their time that they were asked for.
    pub utilisation: BTreeMap<String, f64>,
    /// How long requests came, in nanoseconds; the time after the last one counts as that between two.
    pub window: f64,
}

impl Played {
    /// Services of which more was asked than their workers can do.
    pub(super) fn overloaded(&self) -> Vec<String> {
        self.utilisation.iter().filter(|(_, share)| **share >= 1.0).map(|(service, _)| service.clone()).collect()
    }
}

/// What is the same in every run.
pub(super) struct Score<'r> {
    pub recording: &'r Recording,
    pub policies: &'r Policies,
    pub usual: &'r BTreeMap<(u32, u32), Usual>,
    pub waits: &'r Waits,
    pub seed: u64,
    /// How requests are put together anew, if they are.
    pub mix: Option<Mix<'r>>,
}

/// Work under way.
struct Work {
    shape: u32,
    /// The attempt at a call that asked for it.
    caller: Option<Attempted>,
    /// Which request from outside it is part of.
    request: u32,
    /// Which instance serves it.
    place: u32,
    began: i64,
    /// Awaited calls that are not done.
    open: u32,
    /// When the last awaited call was done.
    latest: i64,
    /// When it ended, if it has.
    ended: i64,
    first_call: u32,
    has_ended: bool,
    has_failed: bool,
    /// Whether it fails once what it still waits for is done.
    is_failing: bool,
    is_degraded: bool,
    /// Whether it does not fail although the recording says so.
    is_cured: bool,
}

/// A call under way.
#[derive(Clone)]
struct Calling {
    work: u32,
    shape: u32,
    /// How many attempts failed before.
    attempt: u32,
    /// Which recorded attempt this one is like.
    like: u32,
    /// When it was made first.
    first: i64,
    /// When it was made last.
    started: i64,
    /// When that arrived.
    arrived: i64,
    /// What serves it.
    served: Option<u32>,
    /// When it was done, if it was.
    done: i64,
    /// Calls to wait for.
    waits_for: u32,
    ready: i64,
    is_done: bool,
    /// Whether it was made, or would have been.
    is_asked: bool,
    /// The call that it stands for, once whoever made it goes on as another one did: it is waited for, even if it was recorded not to be.
    joined: Option<u32>,
    /// Whether it was not made because a breaker was open.
    is_refused: bool,
    /// Of a call that is made because a cache is lost, what it is part of, by its place among those of the work.
    within: Option<u32>,
}

/// What happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Begin { request: u32 },
    Ask { call: u32 },
    Arrive { call: u32, attempt: u32 },
    GiveUp { call: u32, attempt: u32 },
    Answer { call: u32, attempt: u32, failed: bool, degraded: bool },
    End { work: u32 },
}

struct Run<'r> {
    score: &'r Score<'r>,
    changes: Together<'r>,
    stations: BTreeMap<&'r str, Stations>,
    /// By operation, what it takes longer.
    added: Vec<i64>,
    /// By operation, how many times as long its own work takes.
    pace: Vec<f64>,
    /// By operation, the calls that it makes beside those that were recorded.
    more: Vec<Vec<More>>,
    /// By caller and callee, how their breaker stands.
    breakers: BTreeMap<(u32, u32), Standing>,
    /// By caller and callee, what happens to a call before it is made.
    detours: BTreeMap<(u32, u32), Detour>,
    /// By service with workers, how long they were busy together, and with how many requests.
    busy: BTreeMap<&'r str, (i64, i64)>,
    /// By operation that loses somebody to whom it has an alternative, what is done instead.
    lost: BTreeMap<u32, Lost>,
    /// By operation and cache of it that is lost, what is done by whoever finds nothing there.
    misses: BTreeMap<(u32, u32), Misses>,
    /// By work, what it does in place of what it found in caches.
    instead: BTreeMap<u32, Vec<Instead>>,
    agenda: BinaryHeap<Reverse<(i64, u64, Event)>>,
    sequence: u64,
    /// The requests from outside.
    coming: Vec<Coming>,
    works: Vec<Work>,
    calls: Vec<Calling>,
    played: Played,
}

/// Steps between two looks at whether to go on.
const STEPS: u64 = 1 << 14;
/// Tries that multiply through many levels could go on for ever.
const MOST_STEPS: u64 = 1 << 28;

impl Score<'_> {
    /// Plays all requests again. O(n · log n).
    ///
    /// # Errors
    /// `Cancelled` and `Limit` as the context says.
    pub(super) fn play(&self, changes: Together<'_>, context: &Context) -> Result<Played> {
        let mut run = Run::new(self, changes);
        let mut steps = 0;
        while let Some(Reverse((at, _, event))) = run.agenda.pop() {
            run.happens(at, event);
            steps += 1;
            if steps % STEPS == 0 {
                context.check()?;
            }
            if steps == MOST_STEPS {
                let what =
                    format!("more than {MOST_STEPS} steps: calls that are tried again multiply; lower `retries`");
                return Err(Error::new(ErrorKind::Limit, what));
            }
        }
        run.played.spent = run.spent();
        run.played.window = run.window();
        run.played.utilisation = run.utilisation();
        Ok(run.played)
    }
}

impl<'r> Run<'r> {
    fn new(score: &'r Score<'r>, changes: Together<'r>) -> Run<'r> {
        let recording = score.recording;
        let added =
            recording.operations.iter().map(|name| nanoseconds(changes.added_ms(&name.service, &name.operation)));
        let mut run = Run {
            score,
            changes,
            stations: Stations::all(recording, score.policies, changes),
            added: added.collect(),
            pace: recording.operations.iter().map(|name| changes.pace(&name.service)).collect(),
            more: recording.operations.iter().map(|name| more_calls(score, changes, &name.service)).collect(),
            detours: asking::detours(score, changes),
            busy: BTreeMap::new(),
            lost: without_alternative(score, changes),
            misses: without_caches(score, changes),
            instead: BTreeMap::new(),
            agenda: BinaryHeap::new(),
            sequence: 0,
            coming: coming(recording, changes, score.seed, score.mix.map(|mix| mix.round)),
            breakers: BTreeMap::new(),
            works: Vec::new(),
            calls: Vec::new(),
            played: Played {
                answered: vec![NOBODY; recording.roots.len()],
                tallies: vec![Tally::default(); recording.operations.len()],
                ..Played::default()
            },
        };
        for request in 0..run.coming.len() {
            let Coming { root, at } = run.coming[request];
            let operation = recording.invocations[root as usize].operation;
            run.count(request as u32, Answered { operation, ..NOBODY });
            at.into_iter().for_each(|at| run.plan(at, Event::Begin { request: request as u32 }));
        }
        run
    }

    fn plan(&mut self, at: i64, event: Event) {
        self.sequence += 1;
        self.agenda.push(Reverse((at, self.sequence, event)));
    }

    fn happens(&mut self, at: i64, event: Event) {
        match event {
            Event::Begin { request } => self.come(at, request),
            Event::Ask { call } => self.ask(at, call),
            Event::Arrive { call, attempt } => self.arrive(at, call, attempt),
            Event::GiveUp { call, attempt } => self.answer(at, call, attempt, true, false),
            Event::Answer { call, attempt, failed, degraded } => self.answer(at, call, attempt, failed, degraded),
            Event::End { work } => self.end(at, work),
        }
    }

    /// A request comes from outside.
    fn come(&mut self, at: i64, request: u32) {
        let root = self.coming[request as usize].root;
        let operation = self.score.recording.invocations[root as usize].operation;
        // Until it is answered, nobody has.
        self.count(request, Answered { operation, came: true, ..NOBODY });
        if !self.is_killed(operation) {
            self.queue(at, operation, Waiting::Request(request));
        }
    }

    /// Notes how a request was answered that was recorded. What comes beside those is only load.
    fn count(&mut self, request: u32, answered: Answered) {
        if let Some(place) = self.played.answered.get_mut(request as usize) {
            *place = answered;
        }
    }

    /// Serves a request, or has it wait until a worker is free.
    fn queue(&mut self, at: i64, operation: u32, who: Waiting) {
        let service = self.score.recording.name(operation).service.as_str();
        let place = self.place(service, who);
        if self.stations.get_mut(service).is_none_or(|stations| stations.arrive(place, who)) {
            self.serve(at, who, place);
        }
    }

    /// Which instance of a service serves somebody.
    fn place(&self, service: &str, who: Waiting) -> u32 {
        let Some(stations) = self.stations.get(service).filter(|stations| stations.are_several()) else { return 0 };
        let recording = self.score.recording;
        let shape = match who {
            Waiting::Request(request) => self.coming[request as usize].root,
            Waiting::Call(attempted) => {
                let served = recording.attempts[attempted.like as usize].served;
                served.map_or(0, |served| self.mixed(attempted, served))
            }
        };
        let chance = hash_of(&(self.score.seed, shape, "instance"));
        stations.place(recording.invocations[shape as usize].instance, chance)
    }

    fn is_killed(&self, operation: u32) -> bool {
        self.changes.kill(&self.score.recording.name(operation).service)
    }

    /// Work begins: calls that wait for nothing are planned.
    fn begin(&mut self, at: i64, shape: u32, caller: Option<Attempted>, request: u32, place: u32) {
        let shape = self.instead(shape, request);
        let recording = self.score.recording;
        let invocation = &recording.invocations[shape as usize];
        let nearer = caller.map_or(0, |attempted| self.nearer(attempted.call, invocation));
        let began = at.saturating_add(self.added[invocation.operation as usize] + nearer);
        let calls = recording.calls_of(shape);
        let first_call = self.calls.len() as u32;
        let work = self.works.len() as u32;
        let open = calls.iter().filter(|call| call.is_awaited).count() as u32;
        self.works.push(Work {
            shape,
            caller,
            request,
            place,
            began: at,
            open,
            latest: began,
            ended: at,
            first_call,
            has_ended: false,
            has_failed: false,
            is_failing: false,
            is_degraded: false,
            is_cured: false,
        });
        if let Some(Attempted { call, attempt, .. }) = caller
            && self.calls[call as usize].attempt == attempt
        {
            self.calls[call as usize].served = Some(work);
        }
        self.played.tallies[invocation.operation as usize].served += 1;
        let offset = self.score.waits.inside[shape as usize];
        for (place, call) in calls.iter().enumerate() {
            let waits_for = call.after.len() as u32;
            let (shape, like) = (invocation.calls.start + place as u32, call.attempts.start);
            self.calls.push(Calling { shape, like, waits_for, ready: began, ..Calling::of(work) });
            if waits_for == 0 {
                let gap = self.paced(invocation.operation, (call.gap - offset).max(0));
                self.plan(began.saturating_add(gap), Event::Ask { call: first_call + place as u32 });
            }
        }
        if open == 0 {
            let end = self.finish(work).max(at);
            self.plan(end, Event::End { work });
        }
    }

    /// What is done instead by an operation that has lost somebody: what another request did that went on without.
    fn instead(&self, shape: u32, request: u32) -> u32 {
        let operation = self.score.recording.invocations[shape as usize].operation;
        let shown = self.lost.get(&operation).map(|lost| lost.instead_of(shape)).unwrap_or_default();
        match shown.len() {
            0 => shape,
            count => shown[(self.chance(&(request, shape)) % count as u64) as usize],
        }
    }

    /// A number that depends on the seed and a key alone.
    fn chance(&self, key: &(u32, u32)) -> u64 {
        hash_of(&(self.score.seed, key))
    }

    /// From the end of the last awaited call, or else from the beginning, to the end of the work.
    fn tail(&self, shape: u32) -> i64 {
        let recording = self.score.recording;
        let Invocation { start, end, .. } = recording.invocations[shape as usize];
        let awaited = recording.calls_of(shape).iter().filter(|call| call.is_awaited);
        let last = awaited.map(|call| recording.span_of(call).1).max();
        (end - last.unwrap_or(start + self.score.waits.inside[shape as usize])).max(0)
    }

    /// How long work of an operation takes that took so long.
    fn paced(&self, operation: u32, took: i64) -> i64 {
        match self.pace[operation as usize] {
            1.0 => took,
            pace => (took as f64 * pace) as i64,
        }
    }

    fn shape(&self, call: u32) -> &'r Call {
        &self.score.recording.calls[self.calls[call as usize].shape as usize]
    }

    /// The operation that made a call.
    fn caller(&self, call: u32) -> u32 {
        let work = &self.works[self.calls[call as usize].work as usize];
        self.score.recording.invocations[work.shape as usize].operation
    }

    fn usual(&self, call: u32) -> &'r Usual {
        let key = (self.caller(call), self.shape(call).callee);
        // Every call that is played was recorded between two operations.
        &self.score.usual[&key]
    }

    /// A request arrives where it is served, and waits there if all workers are busy.
    fn arrive(&mut self, at: i64, call: u32, attempt: u32) {
        if self.calls[call as usize].attempt != attempt {
            return;
        }
        self.calls[call as usize].arrived = at;
        let like = self.calls[call as usize].like;
        self.queue(at, self.shape(call).callee, Waiting::Call(Attempted { call, attempt, like }));
    }

    fn serve(&mut self, at: i64, who: Waiting, place: u32) {
        let recording = self.score.recording;
        match who {
            Waiting::Request(request) => self.begin(at, self.coming[request as usize].root, None, request, place),
            Waiting::Call(attempted) => {
                let Calling { work, .. } = self.calls[attempted.call as usize];
                if let Some(served) = recording.attempts[attempted.like as usize].served {
                    let served = self.mixed(attempted, served);
                    self.begin(at, served, Some(attempted), self.works[work as usize].request, place);
                }
            }
        }
    }

    /// A caller has its answer, or gives up.
    fn answer(&mut self, at: i64, call: u32, attempt: u32, failed: bool, degraded: bool) {
        let calling = &self.calls[call as usize];
        if calling.is_done || calling.attempt != attempt {
            return;
        }
        let work = calling.work;
        self.break_or_mend(at, call, failed);
        if failed && self.tries_again(at, call) {
            return;
        }
        let calling = &mut self.calls[call as usize];
        (calling.is_done, calling.done) = (true, at);
        if calling.joined.is_none() && !self.score.recording.calls[calling.shape as usize].is_awaited {
            return;
        }
        let call = self.joined(call);
        if failed && self.usual(call).is_required {
            return self.fail_with(at, call);
        }
        let is_cured = self.is_cured(call, failed);
        let work = &mut self.works[work as usize];
        work.is_degraded |= degraded || failed;
        if is_cured {
            work.latest = work.latest.max(at);
            self.go_on(at, call);
        } else if !self.finds_nothing(at, call) {
            self.done(at, call);
        }
    }

    /// Whether a failed call is made again: as was recorded, or as its policy says.
    fn tries_again(&mut self, at: i64, call: u32) -> bool {
        let usual = self.usual(call);
        let shape = self.shape(call);
        let next = self.calls[call as usize].attempt + 1;
        let attempts = &self.score.recording.attempts;
        let recorded = shape.attempts.start + next;
        let is_allowed = !usual.retries_are_new || next < usual.attempts;
        let (like, pause) = if recorded < shape.attempts.end && is_allowed {
            let pause = (attempts[recorded as usize].start - attempts[recorded as usize - 1].end).max(0);
            (recorded, if usual.backoff_is_new { usual.backoff } else { pause })
        } else if next < usual.attempts && !usual.made.is_empty() {
            // By request and recorded call, so that nothing else has a part in it.
            let Calling { work, shape, .. } = self.calls[call as usize];
            let chance = hash_of(&(self.score.seed, self.works[work as usize].request, shape, next));
            (usual.made[(chance % usual.made.len() as u64) as usize], usual.backoff)
        } else {
            return false;
        };
        let calling = &mut self.calls[call as usize];
        (calling.attempt, calling.like) = (next, like);
        self.plan(at.saturating_add(pause), Event::Ask { call });
        true
    }

    /// An awaited call is done: whatever waited for it goes on.
    fn done(&mut self, at: i64, call: u32) {
        if let Some(within) = self.calls[call as usize].within {
            return self.done_instead(at, call, within);
        }
        let number = self.calls[call as usize].work;
        let work = &mut self.works[number as usize];
        work.latest = work.latest.max(at);
        let Work { shape, first_call, has_failed, .. } = self.works[number as usize];
        if has_failed {
            return;
        }
        let calls = self.score.recording.calls_of(shape);
        // Of what was under way before it went on as another one did, nothing follows.
        let place = call.checked_sub(first_call);
        for (other, after) in place.into_iter().flat_map(|place| following(calls, place as usize)) {
            let waiting = &mut self.calls[first_call as usize + other];
            waiting.waits_for = waiting.waits_for.saturating_sub(1);
            waiting.ready = waiting.ready.max(at);
            if waiting.waits_for == 0 {
                let ready = waiting.ready;
                let operation = self.score.recording.invocations[shape as usize].operation;
                let ask = ready.saturating_add(self.paced(operation, after.gap));
                self.plan(ask, Event::Ask { call: first_call + other as u32 });
            }
        }
        let work = &mut self.works[number as usize];
        work.open = work.open.saturating_sub(1);
        if work.open == 0 && work.is_failing {
            self.fail(at, number);
        } else if work.open == 0 {
            let end = self.finish(number);
            self.plan(end, Event::End { work: number });
        }
    }

    /// Work ends: it is counted, its worker takes the next request, and its caller is answered.
    fn end(&mut self, at: i64, number: u32) {
        let work = &mut self.works[number as usize];
        if std::mem::replace(&mut work.has_ended, true) {
            return;
        }
        work.ended = at;
        let recording = self.score.recording;
        let Work { shape, caller, request, place, began, has_failed, is_degraded, is_cured, .. } = *work;
        let Invocation { operation, failed: recorded, .. } = recording.invocations[shape as usize];
        let failed = has_failed || (recorded && !is_cured);
        let degraded = is_degraded && !failed;
        let tally = &mut self.played.tallies[operation as usize];
        tally.failed += u64::from(failed);
        tally.degraded += u64::from(degraded);
        match caller {
            // A caller that was answered well although the work failed is so again, unless it fails by something new.
            Some(attempted)
                if recorded && !has_failed && !self.score.recording.attempts[attempted.like as usize].failed =>
            {
                self.send_back(at, attempted, false, degraded);
            }
            Some(attempted) => self.send_back(at, attempted, failed, degraded),
            None => {
                let took = at - self.coming[request as usize].at.unwrap_or(at);
                self.count(request, Answered { operation, took, failed, degraded, came: true });
            }
        }
        let service = recording.name(operation).service.as_str();
        let next = self.stations.get_mut(service).and_then(|stations| stations.leave(place));
        if self.stations.contains_key(service) {
            let busy = self.busy.entry(service).or_default();
            *busy = (busy.0.saturating_add(at - began), busy.1 + 1);
        }
        if let Some(next) = next {
            self.serve(at, next, place);
        }
    }

    /// The answer goes back, if its caller still waits for this attempt.
    fn send_back(&mut self, at: i64, of: Attempted, failed: bool, degraded: bool) {
        let Attempted { call, attempt, like } = of;
        let calling = &self.calls[call as usize];
        if !calling.is_done && calling.attempt == attempt {
            let failed = failed || self.fails_by_itself(like);
            let back = self.way(call, like).back;
            self.plan(at.saturating_add(back), Event::Answer { call, attempt, failed, degraded });
        }
    }
}

/// A number as a share of all that it could be, below 1.
fn share_of(number: u64) -> f64 {
    (number >> 11) as f64 / (1_u64 << 53) as f64
}
