//! A simple model that predictions are held against: recorded work drawn anew at each step of the call tree, each for itself, and a wait of M/G/c where workers are declared.

use std::collections::{BTreeMap, HashMap};

use twin_core::simulate::replay::{CallPolicy, Criticality, OperationName, Policies, Span, SpanKind, TrafficChange};

use crate::synthetic::Random;

/// How many requests are drawn for an endpoint.
const DRAWS: usize = 10_000;
/// How many tell how often each service is asked for a request.
const VISITS: usize = 2_000;
/// Deeper calls are taken for a circle.
const DEEPEST: usize = 50;

/// Medians, 95th and 99th percentiles of requests that do not fail, in milliseconds, by operation that is asked from outside. `None` for a change that the simple model does not know.
pub fn simple_quantiles(
    spans: &[Span],
    policies: &Policies,
    change: &TrafficChange,
) -> Option<BTreeMap<String, [f64; 3]>> {
    let learnt = Learnt::of(spans, policies);
    let world = World::of(change)?;
    let before = learnt.visits(&World::default());
    let after = learnt.visits(&world);
    let waits = learnt.waits(&before, &after, world.load);
    let of = |operation: &OperationName| {
        let mut random = Random::new(7);
        let mut took: Vec<f64> = (0..DRAWS)
            .filter_map(|_| {
                let drawn = Draw { learnt: &learnt, world: &world, waits: &waits, visits: None };
                drawn.served(operation, &mut random, 0).ok()
            })
            .collect();
        took.sort_by(f64::total_cmp);
        Some((operation.operation.clone(), [0.5, 0.95, 0.99].map(|level| quantile(&took, level))))
    };
    learnt.roots.keys().map(of).collect()
}

/// A quantile between the values on both sides of it; no number without any.
pub(crate) fn quantile(sorted: &[f64], level: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = level * last as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

/// What a change does to the model.
#[derive(Default)]
struct World {
    slower: Option<(OperationName, f64)>,
    gone: Option<String>,
    uncached: Option<(String, String)>,
    moved: Option<(String, f64)>,
    load: Option<f64>,
}

impl World {
    fn of(change: &TrafficChange) -> Option<World> {
        let usual = World::default();
        match change.clone() {
            TrafficChange::AddLatency { service, operation, ms } => {
                Some(World { slower: Some((OperationName::new(service, operation), ms)), ..usual })
            }
            TrafficChange::KillService { service } => Some(World { gone: Some(service), ..usual }),
            TrafficChange::RemoveCache { service, cache } => Some(World { uncached: Some((service, cache)), ..usual }),
            TrafficChange::MoveRegion { service, rtt_ms, .. } => {
                Some(World { moved: Some((service, rtt_ms)), ..usual })
            }
            TrafficChange::ScaleLoad { factor, endpoint: None } => Some(World { load: Some(factor), ..usual }),
            _ => None,
        }
    }
}

/// One recorded piece of work: its own time, and its calls, those beside each other together.
struct Work {
    own_ms: f64,
    whole_ms: f64,
    fails_itself: bool,
    calls: Vec<Vec<Asked>>,
}

struct Asked {
    callee: OperationName,
    between_ms: f64,
}

/// What was learnt from spans.
struct Learnt<'p> {
    policies: &'p Policies,
    works: BTreeMap<OperationName, Vec<Work>>,
    roots: BTreeMap<OperationName, usize>,
    seconds: f64,
}

impl<'p> Learnt<'p> {
    fn of(spans: &[Span], policies: &'p Policies) -> Learnt<'p> {
        let by_id: HashMap<(u128, u64), &Span> = spans.iter().map(|span| ((span.trace, span.id), span)).collect();
        let mut below: HashMap<(u128, u64), Vec<&Span>> = HashMap::new();
        for span in spans {
            if let Some(parent) = span.parent {
                below.entry((span.trace, parent)).or_default().push(span);
            }
        }
        let begins = spans.iter().map(|span| span.start_ns).min().unwrap_or_default();
        let ends = spans.iter().map(|span| span.start_ns).max().unwrap_or_default();
        let seconds = ((ends - begins) as f64 / 1e9).max(1e-3);
        let mut learnt = Learnt { policies, works: BTreeMap::new(), roots: BTreeMap::new(), seconds };
        for span in spans.iter().filter(|span| matches!(span.kind, SpanKind::Server | SpanKind::Consumer)) {
            let name = OperationName::new(&span.service, &span.operation);
            let is_root = span.parent.is_none_or(|parent| !by_id.contains_key(&(span.trace, parent)));
            if is_root && span.kind == SpanKind::Server {
                *learnt.roots.entry(name.clone()).or_default() += 1;
            }
            let work = learnt.work(span, &below);
            learnt.works.entry(name).or_default().push(work);
        }
        learnt
    }

    fn work(&self, span: &Span, below: &HashMap<(u128, u64), Vec<&Span>>) -> Work {
        let served = |call: &Span| {
            let served = below.get(&(call.trace, call.id)).into_iter().flatten();
            served.copied().find(|span| span.kind == SpanKind::Server)
        };
        let own_calls = below.get(&(span.trace, span.id)).into_iter().flatten();
        let mut calls: Vec<(&Span, OperationName)> = own_calls
            .filter(|call| call.kind == SpanKind::Client && call.end_ns <= span.end_ns)
            .map(|call| {
                let named = served(call).map(|served| OperationName::new(&served.service, &served.operation));
                let unnamed = || OperationName::new(call.peer.as_deref().unwrap_or_default(), &call.operation);
                (*call, named.unwrap_or_else(unnamed))
            })
            .collect();
        calls.sort_by_key(|(call, _)| (call.start_ns, call.end_ns));
        let whole_ms = milliseconds(span);
        let (mut groups, mut covered, mut until): (Vec<Vec<Asked>>, f64, i64) = (Vec::new(), 0.0, i64::MIN);
        let mut fails_itself = span.failed;
        let mut last: Option<(OperationName, bool)> = None;
        for (call, callee) in calls {
            let key = (OperationName::new(&span.service, &span.operation), callee.clone());
            let is_optional =
                self.policies.calls.get(&key).and_then(|policy| policy.criticality) == Some(Criticality::Optional);
            fails_itself &= !call.failed || is_optional;
            // Another try at the same thing is no call of its own.
            let is_again = last.as_ref().is_some_and(|(before, failed)| *before == callee && *failed);
            last = Some((callee.clone(), call.failed));
            let begins = call.start_ns.max(until);
            covered += (call.end_ns - begins).max(0) as f64 / 1e6;
            let is_beside = call.start_ns < until;
            until = until.max(call.end_ns);
            if is_again {
                continue;
            }
            let between_ms = served(call).map_or(0.0, |served| (milliseconds(call) - milliseconds(served)).max(0.0));
            match groups.last_mut().filter(|_| is_beside) {
                Some(group) => group.push(Asked { callee, between_ms }),
                None => groups.push(vec![Asked { callee, between_ms }]),
            }
        }
        Work { own_ms: (whole_ms - covered).max(0.0), whole_ms, fails_itself, calls: groups }
    }

    /// How often each service is asked, in all that comes from outside in a second.
    fn visits(&self, world: &World) -> BTreeMap<String, f64> {
        let mut visits: BTreeMap<String, f64> = BTreeMap::new();
        for (operation, requests) in &self.roots {
            let (mut random, counted) = (Random::new(11), std::cell::RefCell::new(BTreeMap::new()));
            let waits = BTreeMap::new();
            let drawn = Draw { learnt: self, world, waits: &waits, visits: Some(&counted) };
            for _ in 0..VISITS {
                // Failed or not, everybody on the way was asked.
                let _ = drawn.served(operation, &mut random, 0);
            }
            let a_second = *requests as f64 / self.seconds / VISITS as f64;
            for (service, count) in counted.into_inner() {
                *visits.entry(service).or_default() += a_second * f64::from(count);
            }
        }
        visits
    }

    /// By service, its queue before and after.
    fn waits(
        &self,
        before: &BTreeMap<String, f64>,
        after: &BTreeMap<String, f64>,
        load: Option<f64>,
    ) -> BTreeMap<String, [Queue; 2]> {
        let mut waits = BTreeMap::new();
        for (service, policy) in &self.policies.services {
            let Some(workers) = policy.workers else { continue };
            let works = self.works.iter().filter(|(name, _)| name.service == *service).flat_map(|(_, works)| works);
            let took: Vec<f64> = works.map(|work| work.whole_ms / 1e3).collect();
            let rate = |visits: &BTreeMap<String, f64>| visits.get(service).copied().unwrap_or_default();
            let queues = [rate(before), rate(after) * load.unwrap_or(1.0)];
            waits.insert(service.clone(), queues.map(|rate| Queue::of(&took, rate, workers)));
        }
        waits
    }
}

fn milliseconds(span: &Span) -> f64 {
    (span.end_ns - span.start_ns) as f64 / 1e6
}

/// How long is waited in an M/G/c queue, roughly: not at all, or for an exponential time.
#[derive(Clone, Copy)]
struct Queue {
    waits: f64,
    mean_ms: f64,
}

impl Queue {
    /// Erlang's C with the correction of Allen and Cunneen for the spread of service times. A queue that is more than full is taken to be nearly full.
    fn of(took: &[f64], rate: f64, workers: u32) -> Queue {
        let count = took.len().max(1) as f64;
        let mean = took.iter().sum::<f64>() / count;
        let variance = took.iter().map(|took| (took - mean).powi(2)).sum::<f64>() / count;
        let offered = (rate * mean).min(0.97 * f64::from(workers));
        if offered <= 0.0 {
            return Queue { waits: 0.0, mean_ms: 0.0 };
        }
        let blocking = (1..=workers).fold(1.0, |b, n| offered * b / (f64::from(n) + offered * b));
        let busy = offered / f64::from(workers);
        let waits = blocking / (1.0 - busy * (1.0 - blocking));
        let spread = (1.0 + variance / (mean * mean)) / 2.0;
        let mean_ms = 1e3 * spread * mean / (f64::from(workers) * (1.0 - busy));
        Queue { waits, mean_ms }
    }

    /// The wait that so many parts of one are below.
    fn at(self, part: f64) -> f64 {
        if part <= 1.0 - self.waits { 0.0 } else { -self.mean_ms * ((1.0 - part) / self.waits).ln() }
    }
}

/// A request is drawn: how long work takes, or how long until it failed.
struct Draw<'a> {
    learnt: &'a Learnt<'a>,
    world: &'a World,
    waits: &'a BTreeMap<String, [Queue; 2]>,
    visits: Option<&'a std::cell::RefCell<BTreeMap<String, u32>>>,
}

impl Draw<'_> {
    fn served(&self, operation: &OperationName, random: &mut Random, depth: usize) -> Result<f64, f64> {
        if self.world.gone.as_ref() == Some(&operation.service) {
            return Err(0.0);
        }
        if let Some(visits) = self.visits {
            *visits.borrow_mut().entry(operation.service.clone()).or_default() += 1;
        }
        let Some(works) = self.learnt.works.get(operation).filter(|_| depth < DEEPEST) else { return Ok(0.0) };
        let work = self.chosen(operation, works, random);
        let mut took = work.own_ms + self.later(operation, random);
        for group in &work.calls {
            let mut longest: f64 = 0.0;
            for call in group.iter().filter(|call| !self.is_uncached(operation, call)) {
                match self.asked(operation, call, random, depth) {
                    Ok(ms) => longest = longest.max(ms),
                    Err(ms) => return Err(took + longest.max(ms)),
                }
            }
            took += longest;
        }
        if work.fails_itself { Err(took) } else { Ok(took) }
    }

    /// Without its cache, a service does what it does where the cache has nothing: what calls somebody beside it.
    fn chosen<'w>(&self, operation: &OperationName, works: &'w [Work], random: &mut Random) -> &'w Work {
        let drawn = |works: &[&'w Work], random: &mut Random| works[random.below(works.len() as u32) as usize];
        if let Some((_, cache)) = self.world.uncached.as_ref().filter(|(service, _)| *service == operation.service) {
            let calls = |work: &Work| work.calls.iter().flatten().filter(|call| call.callee.service != *cache).count();
            let asks = |work: &Work| work.calls.iter().flatten().any(|call| call.callee.service == *cache);
            let most = works.iter().filter(|work| asks(work)).map(calls).max();
            let misses: Vec<&Work> = works.iter().filter(|work| !asks(work) || Some(calls(work)) == most).collect();
            if !misses.is_empty() {
                return drawn(&misses, random);
            }
        }
        drawn(&works.iter().collect::<Vec<&Work>>(), random)
    }

    fn is_uncached(&self, operation: &OperationName, call: &Asked) -> bool {
        let uncached = self.world.uncached.as_ref();
        uncached.is_some_and(|(service, cache)| *service == operation.service && *cache == call.callee.service)
    }

    /// By how much longer the work takes than it did: by what is added, and by another wait in place of the recorded one.
    fn later(&self, operation: &OperationName, random: &mut Random) -> f64 {
        let slower = self.world.slower.as_ref().filter(|(slower, _)| slower == operation).map_or(0.0, |(_, ms)| *ms);
        let part = random.unit();
        let waits = self.waits.get(&operation.service).map_or(0.0, |[before, after]| after.at(part) - before.at(part));
        slower + waits
    }

    fn asked(&self, caller: &OperationName, call: &Asked, random: &mut Random, depth: usize) -> Result<f64, f64> {
        let policy =
            self.learnt.policies.calls.get(&(caller.clone(), call.callee.clone())).cloned().unwrap_or_default();
        let CallPolicy { criticality, timeout_ms, retries, backoff_ms, .. } = policy;
        let crosses = |(service, _): &&(String, f64)| (*service == caller.service) != (*service == call.callee.service);
        let farther = self.world.moved.as_ref().filter(crosses).map_or(0.0, |(_, rtt_ms)| *rtt_ms);
        let mut took = 0.0;
        for attempt in 0..=retries.unwrap_or_default() {
            let (answer, is_ok) = match self.served(&call.callee, random, depth + 1) {
                Ok(ms) => (ms + call.between_ms + farther, true),
                Err(ms) => (ms + call.between_ms + farther, false),
            };
            let limit = timeout_ms.unwrap_or(f64::INFINITY);
            took += answer.min(limit) + if attempt > 0 { backoff_ms.unwrap_or_default() } else { 0.0 };
            if is_ok && answer <= limit {
                return Ok(took);
            }
        }
        if criticality.is_some_and(|criticality| criticality != Criticality::Required) { Ok(took) } else { Err(took) }
    }
}
