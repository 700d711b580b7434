//! Plays the requests of a system, event by event.
//!
//! Whatever chance decides of a request is decided by its place in it. So the same requests can be played with and without a change, and differ by nothing else.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::rc::Rc;

use twin_core::simulate::replay::TrafficChange;

use super::system::{Call, Step, System};
use crate::synthetic::Random;

/// A call, or an operation that was served.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// Which request.
    pub request: u64,
    /// Its own number.
    pub id: u64,
    /// The span that it belongs to.
    pub parent: Option<u64>,
    /// Whose span it is.
    pub service: usize,
    /// Of the instances of that service.
    pub instance: usize,
    /// The operation that is served or asked.
    pub operation: usize,
    /// What it is.
    pub kind: Kind,
    /// When it began, in nanoseconds.
    pub start: i64,
    /// When it ended, in nanoseconds.
    pub end: i64,
    /// It failed.
    pub failed: bool,
    /// It went on although somebody that was asked failed, or was answered with less.
    pub degraded: bool,
    /// Of a call, how often it was made before.
    pub attempt: u32,
    /// Of a call of a cache, whether something was found.
    pub hit: Option<bool>,
}

/// What a span is, as OpenTelemetry numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Serves a call.
    Server = 2,
    /// Calls.
    Client = 3,
    /// Publishes.
    Producer = 4,
    /// Serves what was published.
    Consumer = 5,
}

/// Which requests are played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Requests {
    /// What chance depends on.
    pub seed: u64,
    /// How many.
    pub count: u64,
}

/// Plays requests, after a change if there is one: the spans in the order in which they end.
pub fn play(system: &System, change: Option<&TrafficChange>, requests: Requests) -> Vec<Span> {
    let instances = |count: usize| (0..count).map(|_| Station::default()).collect();
    let stations = system.services.iter().map(|service| instances(service.instances)).collect();
    let world = World::of(system, change);
    let mut run = Run { system, world, now: 0, order: 0, waiting: BinaryHeap::new(), stations, spans: vec![] };
    let mut at = 0.0;
    for number in 0..requests.count {
        let place = mixed(requests.seed, number);
        let mut random = Random::new(place);
        at += -(1.0 - random.unit()).ln() / system.rate;
        let part = random.unit();
        let (first, share) = system.mix[0];
        let operation = if part < share { first } else { system.mix[1].0 };
        // A large request is large everywhere.
        let size = (0.2 * normal(&mut random)).exp();
        let request = Request { number, size, place };
        let asked = Asked { operation, parent: None, kind: Kind::Server };
        run.later((at / run.world.load * 1e9) as i64, move |run| run.serve(request, asked, Box::new(|_, _| {})));
    }
    while let Some(Reverse(Due { at, then, .. })) = run.waiting.pop() {
        run.now = at;
        then(&mut run);
    }
    run.spans
}

/// What a change makes of the system.
struct World {
    slower: Option<(usize, i64)>,
    gone: Option<usize>,
    uncached: Option<(usize, usize)>,
    moved: Option<(usize, String, i64)>,
    load: f64,
}

impl World {
    /// A change that is not among those that are made is none.
    fn of(system: &System, change: Option<&TrafficChange>) -> World {
        let number = |name: &str| system.services.iter().position(|service| service.name == name);
        let mut world = World { slower: None, gone: None, uncached: None, moved: None, load: 1.0 };
        match change {
            Some(TrafficChange::AddLatency { service, operation, ms }) => {
                let name = format!("{service}.{operation}");
                let slower = (0..system.operations.len()).find(|operation| system.name(*operation) == name);
                world.slower = slower.map(|operation| (operation, nanoseconds(*ms)));
            }
            Some(TrafficChange::KillService { service }) => world.gone = number(service),
            Some(TrafficChange::RemoveCache { service, cache }) => {
                world.uncached = number(service).zip(number(cache));
            }
            Some(TrafficChange::MoveRegion { service, to, rtt_ms, .. }) => {
                world.moved = number(service).map(|service| (service, to.clone(), nanoseconds(*rtt_ms)));
            }
            Some(TrafficChange::ScaleLoad { factor, .. }) => world.load = *factor,
            _ => {}
        }
        world
    }
}

/// A place in what is done for a request.
#[derive(Clone, Copy)]
struct Request {
    number: u64,
    size: f64,
    place: u64,
}

impl Request {
    /// What chance says at this place of one thing.
    fn chance(self, of: u64) -> Random {
        Random::new(mixed(self.place, of))
    }

    /// A place within this one.
    fn within(self, number: u64) -> Request {
        Request { place: mixed(self.place, number.wrapping_add(16)), ..self }
    }
}

/// What chance decides at a place.
const FAILS: u64 = 1;
const LASTS: u64 = 2;
const HAPPENS: u64 = 3;
const INSTANCE: u64 = 4;
const NETWORK: u64 = 5;

/// Who is asked, and by which span.
#[derive(Clone, Copy)]
struct Asked {
    operation: usize,
    parent: Option<u64>,
    kind: Kind,
}

/// The span within which steps are done.
#[derive(Clone, Copy)]
struct Within {
    service: usize,
    instance: usize,
    span: u64,
}

/// How something ended.
#[derive(Clone, Copy)]
struct Answer {
    is_ok: bool,
    degraded: bool,
}

const OK: Answer = Answer { is_ok: true, degraded: false };
const FAILED: Answer = Answer { is_ok: false, degraded: false };

type Event<'s> = Box<dyn FnOnce(&mut Run<'s>) + 's>;
type Then<'s> = Box<dyn FnOnce(&mut Run<'s>, Answer) + 's>;

/// What happens when; of what happens at once, first what was said first.
struct Due<'s> {
    at: i64,
    order: u64,
    then: Event<'s>,
}

impl Ord for Due<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

impl PartialOrd for Due<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Due<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Due<'_> {}

/// An instance with its workers.
#[derive(Default)]
struct Station<'s> {
    busy: usize,
    queue: VecDeque<Event<'s>>,
}

/// Several things that are done at once.
struct Together<'s> {
    left: usize,
    answer: Answer,
    then: Option<Then<'s>>,
}

struct Run<'s> {
    system: &'s System,
    world: World,
    now: i64,
    order: u64,
    waiting: BinaryHeap<Reverse<Due<'s>>>,
    stations: Vec<Vec<Station<'s>>>,
    spans: Vec<Span>,
}

impl<'s> Run<'s> {
    fn later(&mut self, after: i64, then: impl FnOnce(&mut Run<'s>) + 's) {
        let due = Due { at: self.now + after, order: self.order, then: Box::new(then) };
        self.order += 1;
        self.waiting.push(Reverse(due));
    }

    /// Serves what is asked, once a worker is free.
    fn serve(&mut self, request: Request, asked: Asked, then: Then<'s>) {
        let system = self.system;
        let operation = &system.operations[asked.operation];
        let service = operation.service;
        let instance = request.chance(INSTANCE).below(system.services[service].instances as u32) as usize;
        let within = Within { service, instance, span: mixed(request.place, asked.kind as u64) };
        let span = self.begun(request, asked, within);
        let slower = self.world.slower.filter(|(slower, _)| *slower == asked.operation).map_or(0, |(_, ns)| ns);
        let ended: Then<'s> = Box::new(move |run, answer| {
            let fails = request.chance(FAILS).unit() < operation.fails;
            let answer = if fails { FAILED } else { answer };
            run.released(within);
            run.ended(span, answer);
            then(run, answer);
        });
        let begin = move |run: &mut Run<'s>| {
            run.later(slower, move |run| run.steps(&operation.steps, request, within, false, ended));
        };
        let workers = system.services[service].workers.unwrap_or(usize::MAX);
        let station = &mut self.stations[service][instance];
        if station.busy < workers {
            station.busy += 1;
            begin(self);
        } else {
            station.queue.push_back(Box::new(begin));
        }
    }

    /// A worker is free for whoever waits first.
    fn released(&mut self, at: Within) {
        let station = &mut self.stations[at.service][at.instance];
        match station.queue.pop_front() {
            Some(next) => next(self),
            None => station.busy -= 1,
        }
    }

    fn begun(&self, request: Request, asked: Asked, within: Within) -> Span {
        Span {
            request: request.number,
            id: within.span,
            parent: asked.parent,
            service: within.service,
            instance: within.instance,
            operation: asked.operation,
            kind: asked.kind,
            start: self.now,
            end: self.now,
            failed: false,
            degraded: false,
            attempt: 0,
            hit: None,
        }
    }

    fn ended(&mut self, span: Span, answer: Answer) {
        self.spans.push(Span {
            end: self.now,
            failed: !answer.is_ok,
            degraded: answer.is_ok && answer.degraded,
            ..span
        });
    }

    /// Does steps one after the other, until one fails.
    fn steps(&mut self, steps: &'s [Step], request: Request, within: Within, degraded: bool, then: Then<'s>) {
        let Some((step, rest)) = steps.split_first() else { return then(self, Answer { degraded, ..OK }) };
        let place = request.within(steps.len() as u64);
        let next: Then<'s> = Box::new(move |run, answer| match answer.is_ok {
            true => run.steps(rest, request, within, degraded || answer.degraded, then),
            false => then(run, answer),
        });
        match step {
            Step::Work { median_ms, sigma } => {
                let took = median_ms * (sigma * normal(&mut place.chance(LASTS))).exp() * request.size;
                self.later(nanoseconds(took), |run| next(run, OK));
            }
            Step::Call(call) => self.call(call, Attempt { request: place, within, number: 0, hit: None }, next),
            Step::Together(branches) => self.together(branches, place, within, next),
            Step::Sometimes { part, steps } => match place.chance(HAPPENS).unit() < *part {
                true => self.steps(steps, place, within, false, next),
                false => next(self, OK),
            },
            Step::Cached { cache, hits, miss } => self.cached(cache, *hits, miss, place, within, next),
            Step::Publish(operation) => {
                self.publish(*operation, place, within);
                next(self, OK);
            }
        }
    }

    fn together(&mut self, branches: &'s [Vec<Step>], place: Request, within: Within, then: Then<'s>) {
        let together = Together { left: branches.len(), answer: OK, then: Some(then) };
        let together = Rc::new(RefCell::new(together));
        for (number, branch) in branches.iter().enumerate() {
            let all = together.clone();
            let done: Then<'s> = Box::new(move |run, answer| {
                let then = all.borrow_mut().done(answer, run.system.waits_for_all);
                let answer = all.borrow().answer;
                then.into_iter().for_each(|then| then(run, answer));
            });
            self.steps(branch, place.within(number as u64), within, false, done);
        }
    }

    fn cached(&mut self, cache: &'s Call, hits: f64, miss: &'s [Step], place: Request, within: Within, then: Then<'s>) {
        let missed = place.within(1);
        let asked = self.system.operations[cache.operation].service;
        if self.world.uncached == Some((within.service, asked)) {
            return self.steps(miss, missed, within, false, then);
        }
        let is_hit = place.chance(HAPPENS).unit() < hits && self.world.gone != Some(asked);
        let next: Then<'s> = Box::new(move |run, answer| match is_hit {
            true => then(run, answer),
            false => run.steps(miss, missed, within, answer.degraded, then),
        });
        self.call(cache, Attempt { request: place, within, number: 0, hit: Some(is_hit) }, next);
    }

    fn publish(&mut self, operation: usize, place: Request, within: Within) {
        let asked = Asked { operation, parent: Some(within.span), kind: Kind::Producer };
        let span = self.begun(place, asked, Within { span: mixed(place.place, 0), ..within });
        let parent = Some(span.id);
        let (sent, arrives) = (self.network(place, 1), self.network(place, 2) * 8);
        let is_gone = self.world.gone == Some(self.system.operations[operation].service);
        self.later(sent, move |run| run.ended(span, if is_gone { FAILED } else { OK }));
        if !is_gone {
            let served = Asked { operation, parent, kind: Kind::Consumer };
            self.later(sent + arrives, move |run| run.serve(place, served, Box::new(|_, _| {})));
        }
    }

    /// Asks, and again where that failed.
    fn call(&mut self, call: &'s Call, attempt: Attempt, then: Then<'s>) {
        let Attempt { number, .. } = attempt;
        let answered: Then<'s> = Box::new(move |run, answer| match answer.is_ok {
            true => then(run, answer),
            false if number < call.retries => {
                let again = Attempt { number: number + 1, ..attempt };
                run.later(nanoseconds(call.backoff_ms), move |run| run.call(call, again, then));
            }
            false if call.is_optional => then(run, Answer { degraded: true, ..OK }),
            false => then(run, FAILED),
        });
        self.attempt(call, attempt, answered);
    }

    /// Asks once, and no longer than for as long as is waited.
    fn attempt(&mut self, call: &'s Call, attempt: Attempt, then: Then<'s>) {
        let Attempt { request, within, number, hit } = attempt;
        let place = request.within(1_000 + u64::from(number));
        let asked = Asked { operation: call.operation, parent: Some(within.span), kind: Kind::Client };
        let span = self.begun(place, asked, Within { span: mixed(place.place, 0), ..within });
        let span = Span { attempt: number, hit, ..span };
        let served = Asked { parent: Some(span.id), kind: Kind::Server, ..asked };
        let open = Rc::new(RefCell::new(Some((span, then))));
        if let Some(timeout_ms) = call.timeout_ms {
            let open = open.clone();
            self.later(nanoseconds(timeout_ms), move |run| run.closed(&open, FAILED));
        }
        let callee = self.system.operations[call.operation].service;
        if self.world.gone == Some(callee) {
            let refused = self.network(place, 3);
            return self.later(refused, move |run| run.closed(&open, FAILED));
        }
        let farther = self.farther(within.service, callee);
        let (there, back) = (self.network(place, 1) + farther / 2, self.network(place, 2) + farther - farther / 2);
        self.later(there, move |run| {
            let answered: Then<'s> = Box::new(move |run, answer| run.later(back, move |run| run.closed(&open, answer)));
            run.serve(place, served, answered);
        });
    }

    /// A call ends, if it has not ended before.
    fn closed(&mut self, open: &Open<'s>, answer: Answer) {
        let Some((span, then)) = open.borrow_mut().take() else { return };
        self.ended(span, answer);
        then(self, answer);
    }

    /// For how long a message is on its way.
    fn network(&self, place: Request, of: u64) -> i64 {
        nanoseconds(0.25 * (0.4 * normal(&mut place.chance(NETWORK + of))).exp())
    }

    /// How much longer a call takes to another region.
    fn farther(&self, caller: usize, callee: usize) -> i64 {
        let Some((moved, to, rtt)) = &self.world.moved else { return 0 };
        let region = |service: usize| if service == *moved { to } else { &self.system.services[service].region };
        if region(caller) == region(callee) { 0 } else { *rtt }
    }
}

/// A call that nobody has answered yet.
type Open<'s> = Rc<RefCell<Option<(Span, Then<'s>)>>>;

/// A call that is made.
#[derive(Clone, Copy)]
struct Attempt {
    request: Request,
    within: Within,
    number: u32,
    hit: Option<bool>,
}

impl<'s> Together<'s> {
    /// One more is done: what comes then, if nothing is waited for any longer.
    fn done(&mut self, answer: Answer, waits_for_all: bool) -> Option<Then<'s>> {
        self.left -= 1;
        self.answer.is_ok &= answer.is_ok;
        self.answer.degraded |= answer.degraded;
        let is_over = self.left == 0 || (!answer.is_ok && !waits_for_all);
        if is_over { self.then.take() } else { None }
    }
}

/// A number of two, as good as by chance.
fn mixed(a: u64, b: u64) -> u64 {
    Random::new(a ^ b.wrapping_add(1).wrapping_mul(0xd6e8_feb8_6659_fd93)).number()
}

/// Normally distributed (Box, Muller).
fn normal(random: &mut Random) -> f64 {
    let (radius, angle) = ((-2.0 * (1.0 - random.unit()).ln()).sqrt(), std::f64::consts::TAU * random.unit());
    radius * angle.cos()
}

fn nanoseconds(ms: f64) -> i64 {
    (ms * 1e6) as i64
}
