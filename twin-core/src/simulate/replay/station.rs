//! Services that serve only so many requests at a time: how long each one waited, and how long it would wait.
//!
//! The wait is what first-come-first-served queues with so many workers make of the arrivals and the ends that were recorded.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

use super::change::Together;
use super::policy::Policies;
use super::recording::Recording;

/// The time from a call to the work that serves it, and back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Way {
    /// On the way there, without waiting for a worker, in nanoseconds.
    pub there: i64,
    /// On the way back, in nanoseconds.
    pub back: i64,
}

/// What was recorded, with waiting told apart from work.
#[derive(Debug, Default)]
pub(super) struct Waits {
    /// By attempt, the way to whoever served it.
    pub ways: Vec<Way>,
    /// By invocation, how much of its own time it waited for a worker, in nanoseconds.
    pub inside: Vec<i64>,
}

impl Waits {
    /// Tells waiting from work. O(n · log n).
    pub(super) fn of(recording: &Recording, policies: &Policies) -> Waits {
        let mut ways = vec![Way::default(); recording.attempts.len()];
        let mut inside = vec![0; recording.invocations.len()];
        let mut asked: Vec<Option<u32>> = vec![None; recording.invocations.len()];
        for (at, attempt) in recording.attempts.iter().enumerate() {
            let Some(served) = attempt.served else { continue };
            let work = &recording.invocations[served as usize];
            ways[at] = Way { there: (work.start - attempt.start).max(0), back: (attempt.end - work.end).max(0) };
            asked[served as usize] = Some(at as u32);
        }
        let mut by_service: BTreeMap<&str, Vec<u32>> =
            limited(policies).map(|(service, _)| (service, Vec::new())).collect();
        for (number, work) in (0..).zip(&recording.invocations) {
            if let Some(own) = by_service.get_mut(recording.name(work.operation).service.as_str()) {
                own.push(number);
            }
        }
        for (service, workers) in limited(policies) {
            let own = by_service.get(service).map(Vec::as_slice).unwrap_or_default();
            let usual = usual_way(own, &ways, &asked);
            let mut instances: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
            for number in own {
                instances.entry(recording.invocations[*number as usize].instance).or_default().push(*number);
            }
            for own in instances.values() {
                separate(recording, own, workers, usual, &asked, &mut ways, &mut inside);
            }
        }
        Waits { ways, inside }
    }
}

/// The services with a number of workers.
pub(super) fn limited(policies: &Policies) -> impl Iterator<Item = (&str, usize)> {
    policies.services.iter().filter_map(|(name, policy)| Some((name.as_str(), policy.workers? as usize)))
}

/// The time on the way to a service that meets a free worker: nineteen of twenty take longer, as they may where all workers are busy most of the time. Whoever meets a free worker
/// and takes longer has not waited for it all the same.
fn usual_way(own: &[u32], ways: &[Way], asked: &[Option<u32>]) -> i64 {
    let ways = own.iter().filter_map(|number| asked[*number as usize].map(|attempt| ways[attempt as usize].there));
    let mut there: Vec<i64> = ways.collect();
    there.sort_unstable();
    there.get(there.len() / 20).copied().unwrap_or_default()
}

/// One in so many may be under way beside as many others as there are workers: clocks are not exact.
const EXCEPTIONS: usize = 200;

/// Whether waiting for a worker was recorded as work: more was under way than there are workers.
fn is_waiting_told(recording: &Recording, own: &[u32], workers: usize) -> bool {
    let mut works: Vec<(i64, i64)> =
        own.iter().map(|number| &recording.invocations[*number as usize]).map(|work| (work.start, work.end)).collect();
    works.sort_unstable();
    let mut under_way: BinaryHeap<Reverse<i64>> = BinaryHeap::new();
    let mut beside = 0;
    for (start, end) in works {
        while under_way.peek().is_some_and(|Reverse(ended)| *ended <= start) {
            under_way.pop();
        }
        beside += usize::from(under_way.len() >= workers);
        under_way.push(Reverse(end));
    }
    beside * EXCEPTIONS > own.len()
}

/// Says of each invocation that the same workers serve how long it must have waited, given who was there before it.
fn separate(
    recording: &Recording,
    own: &[u32],
    workers: usize,
    usual: i64,
    asked: &[Option<u32>],
    ways: &mut [Way],
    inside: &mut [i64],
) {
    let is_told = is_waiting_told(recording, own, workers);
    let arrival = |number: u32| {
        let start = recording.invocations[number as usize].start;
        let way = asked[number as usize].map_or(0, |attempt| ways[attempt as usize].there);
        // What is longer than usual may be waiting that was not recorded as work, where none is.
        if is_told { start } else { start - (way - usual).max(0) }
    };
    let mut arrivals: Vec<(i64, u32)> = own.iter().map(|number| (arrival(*number), *number)).collect();
    arrivals.sort_unstable();
    let mut busy: BinaryHeap<Reverse<i64>> = BinaryHeap::new();
    for (arrived, number) in arrivals {
        let work = &recording.invocations[number as usize];
        let free = match busy.len() < workers {
            true => arrived,
            false => busy.pop().map_or(arrived, |Reverse(free)| free),
        };
        let begins = free.clamp(arrived, work.end);
        busy.push(Reverse(work.end));
        let outside = (begins.min(work.start) - arrived).clamp(0, work.start - arrived);
        inside[number as usize] = (begins - work.start).max(0);
        if let Some(attempt) = asked[number as usize] {
            ways[attempt as usize].there -= outside;
        }
    }
}

/// One attempt at a call, which may be served although its caller has given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Attempted {
    /// The call, by its number.
    pub call: u32,
    /// How many attempts there were before.
    pub attempt: u32,
    /// Which recorded attempt it is like.
    pub like: u32,
}

/// Who waits for a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waiting {
    /// An attempt at a call from within: the call by its number, the attempt, and the recorded one that it is like.
    Call(Attempted),
    /// A request from outside, by its number.
    Request(u32),
}

/// Some workers, while requests are played again.
#[derive(Clone, Debug)]
struct Station {
    free: usize,
    waiting: VecDeque<Waiting>,
}

/// The workers of one service, while requests are played again: of all of it, or of each of its instances.
#[derive(Debug)]
pub(super) struct Stations {
    each: Vec<Station>,
    /// How many instances were recorded, and how many there are now.
    recorded: u32,
    now: u32,
}

impl Stations {
    /// The stations by service.
    pub(super) fn all<'p>(
        recording: &Recording,
        policies: &'p Policies,
        changes: Together<'_>,
    ) -> BTreeMap<&'p str, Stations> {
        let stations = |(name, workers): (&'p str, usize)| {
            let recorded = recording.instances(name).recorded;
            let now = changes.instances(name, recorded);
            let station = Station { free: workers, waiting: VecDeque::new() };
            (name, Stations { each: vec![station; recorded.max(now) as usize], recorded, now })
        };
        limited(policies).map(stations).collect()
    }

    /// Whether there is more than one instance.
    pub(super) fn are_several(&self) -> bool {
        self.each.len() > 1
    }

    /// Which instance serves what one served when it was recorded: the same, but for what goes to those that come, and for what those served that are gone.
    pub(super) fn place(&self, instance: u32, chance: u64) -> u32 {
        let any = (chance % u64::from(self.now.max(1))) as u32;
        let (is_new, is_gone) = (any >= self.recorded, instance >= self.now);
        if is_new || is_gone { any } else { instance }
    }

    /// Whether a request begins at once; else it waits.
    pub(super) fn arrive(&mut self, place: u32, request: Waiting) -> bool {
        let station = &mut self.each[place as usize];
        match station.free {
            0 => station.waiting.push_back(request),
            _ => station.free -= 1,
        }
        station.waiting.is_empty()
    }

    /// A worker is done; which request it takes next.
    pub(super) fn leave(&mut self, place: u32) -> Option<Waiting> {
        let station = &mut self.each[place as usize];
        let next = station.waiting.pop_front();
        station.free += usize::from(next.is_none());
        next
    }
}
