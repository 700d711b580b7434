//! How many requests a service serves at a time, where nobody declares it and requests were seen to wait for each other; and whether its instances do so each for itself.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::policy::Policies;
use super::recording::Recording;

/// So many requests at least have to have waited while as many were served as ever were. One that may be served at once begins at once: that none of them did is no chance then.
const ENOUGH: usize = 20;
/// Nine of ten of these have to have begun as soon as another one was done.
const AT_ONCE: (usize, usize) = (9, 10);
/// A request has come for sure once it was on its way so many times as long as the quickest quarter of those that wait for nobody.
const TIMES_AS_LONG: i64 = 3;
/// What begins so soon after another one is done was waiting for that, in nanoseconds: a millisecond, or the usual way where that is longer.
const SOON: i64 = 1_000_000;
/// Spans of two requests that one worker serves one after the other overlap by no more, in nanoseconds.
const OVERLAP: i64 = 50_000;

/// So many times as many waits have to be explained by what single instances serve at a time as by what all of them do.
const BETTER: (usize, usize) = (3, 2);

/// How many requests are served at a time.
#[derive(Debug, Default)]
pub(super) struct Limits {
    /// By service, as far as that was seen; where instances have workers of their own, by each of them.
    pub workers: BTreeMap<String, u32>,
    /// The services whose instances each have workers of their own.
    pub apart: BTreeMap<String, Instances>,
}

/// The instances of a service that have workers of their own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Instances {
    /// How many were recorded.
    pub recorded: u32,
    /// How many there were at a time, on average.
    pub at_a_time: f64,
}

/// Learns how many requests are served at a time, and whether by a service as a whole or by each of its instances. O(n · log n).
pub(super) fn limits(recording: &Recording, policies: &Policies) -> Limits {
    let mut limits = Limits::default();
    for (service, by_instance) in served(recording) {
        let alone: Vec<Option<Limit>> = by_instance.values().map(|served| limit(served)).collect();
        let instances = Instances::of(&by_instance);
        let all: Vec<Served> = by_instance.values().flatten().copied().collect();
        let whole = limit(&all);
        let waited = |limit: &Option<Limit>| limit.map_or(0, |limit| limit.waited);
        let is_apart = instances.recorded > 1
            && match policies.services.get(service).and_then(|policy| policy.workers) {
                Some(workers) => instances.outgrow(workers, &all, &by_instance),
                None => BETTER.1 * alone.iter().map(waited).sum::<usize>() > BETTER.0 * waited(&whole),
            };
        let seen = if is_apart { alone.into_iter().flatten().max_by_key(|limit| limit.most) } else { whole };
        limits.workers.extend(seen.map(|limit| (service.to_owned(), limit.most)));
        limits.apart.extend(is_apart.then(|| (service.to_owned(), instances)));
    }
    limits
}

/// By service and instance, what was served.
fn served(recording: &Recording) -> BTreeMap<&str, BTreeMap<u32, Vec<Served>>> {
    let mut served: BTreeMap<&str, BTreeMap<u32, Vec<Served>>> = BTreeMap::new();
    let mut asked: Vec<Option<i64>> = vec![None; recording.invocations.len()];
    for attempt in &recording.attempts {
        if let Some(work) = attempt.served {
            asked[work as usize] = Some(attempt.start);
        }
    }
    for (work, asked) in recording.invocations.iter().zip(asked).filter(|(work, _)| !work.is_hearsay) {
        let service = recording.name(work.operation).service.as_str();
        // A worker may take the next one a moment before the span of the last one ends.
        let end = work.end - OVERLAP.min((work.end - work.start) / 2);
        let instances = served.entry(service).or_default();
        instances.entry(work.instance).or_default().push(Served { asked, start: work.start, end });
    }
    served
}

impl Instances {
    fn of(by_instance: &BTreeMap<u32, Vec<Served>>) -> Instances {
        let lived = |served: &Vec<Served>| {
            let (from, until) = (served.iter().map(|one| one.start).min(), served.iter().map(|one| one.end).max());
            from.zip(until)
        };
        let lives: Vec<(i64, i64)> = by_instance.values().filter_map(lived).collect();
        let first = lives.iter().map(|(from, _)| *from).min().unwrap_or_default();
        let last = lives.iter().map(|(_, until)| *until).max().unwrap_or_default();
        let all: f64 = lives.iter().map(|(from, until)| (until - from) as f64).sum();
        let at_a_time = if last > first { all / (last - first) as f64 } else { 1.0 };
        Instances { recorded: by_instance.len() as u32, at_a_time: at_a_time.max(1.0) }
    }

    /// Whether more was often served at a time than so many workers could that all instances share: by all of them, or by one of them more than its part.
    fn outgrow(self, workers: u32, all: &[Served], by_instance: &BTreeMap<u32, Vec<Served>>) -> bool {
        let part = (f64::from(workers) / self.at_a_time.round()).ceil() as u32;
        often(all) > workers || by_instance.values().any(|served| often(served) > part)
    }
}

/// A request that was served.
#[derive(Clone, Copy)]
struct Served {
    /// When it was asked for, where that was recorded.
    asked: Option<i64>,
    start: i64,
    end: i64,
}

/// The most that were served at a time, where others waited then, and how many of these there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Limit {
    most: u32,
    waited: usize,
}

/// The most that were served at a time, if others waited then.
fn limit(served: &[Served]) -> Option<Limit> {
    let (most, full) = busiest(served)?;
    let full_until = |at: i64| {
        let place = full.partition_point(|(from, _)| *from <= at);
        place.checked_sub(1).map(|place| full[place].1).filter(|until| at < *until)
    };
    // Whoever did not fill the service up has not waited for a place in it.
    let fills_up = |start: i64| full.binary_search_by_key(&start, |(from, _)| *from).is_ok();
    let way = |one: &Served| Some(one.start.saturating_sub(one.asked?).max(0));
    let mut ends: Vec<i64> = served.iter().map(|one| one.end).collect();
    ends.sort_unstable();
    let after_another = |start: i64| {
        let place = ends.partition_point(|end| *end <= start);
        place.checked_sub(1).map_or(i64::MAX, |place| start.saturating_sub(ends[place]))
    };
    let mut ways: Vec<i64> = served.iter().filter(|one| !fills_up(one.start)).filter_map(way).collect();
    if most == 1 {
        // Each fills it up: who begins well after the last one was done has found it idle.
        ways = served.iter().filter(|one| after_another(one.start) > SOON).filter_map(way).collect();
    }
    ways.sort_unstable();
    let usual = *ways.get(ways.len() / 4)?;
    let has_waited = |one: &&Served| {
        let came = one.asked.map(|asked| asked.saturating_add(TIMES_AS_LONG.saturating_mul(usual)));
        came.is_some_and(|came| came < one.start && full_until(came).is_some())
    };
    let waited: Vec<&Served> = served.iter().filter(has_waited).collect();
    let soon = waited.iter().filter(|one| after_another(one.start) <= SOON.max(usual)).count();
    let is_limit = waited.len() >= ENOUGH && AT_ONCE.1 * soon >= AT_ONCE.0 * waited.len();
    is_limit.then_some(Limit { most, waited: waited.len() })
}

/// So many were served at a time, or more, as often as is no chance.
fn often(served: &[Served]) -> u32 {
    let mut ends: BinaryHeap<Reverse<i64>> = BinaryHeap::new();
    let mut begins: Vec<(i64, i64)> = served.iter().map(|one| (one.start, one.end)).collect();
    begins.sort_unstable();
    let mut times: Vec<u32> = Vec::with_capacity(begins.len());
    for (start, end) in begins {
        while ends.peek().is_some_and(|Reverse(end)| *end <= start) {
            ends.pop();
        }
        ends.push(Reverse(end));
        times.push(ends.len() as u32);
    }
    times.sort_unstable_by(|a, b| b.cmp(a));
    times.get(ENOUGH - 1).copied().unwrap_or_default()
}

/// The most that were served at a time, and from when to when they were. Whoever begins when another one ends takes its place.
fn busiest(served: &[Served]) -> Option<(u32, Vec<(i64, i64)>)> {
    let events = served.iter().flat_map(|one| [(one.start, true), (one.end.max(one.start), false)]);
    let mut events: Vec<(i64, bool)> = events.collect();
    events.sort_unstable();
    let (mut now, mut most, mut full) = (0_u32, 0_u32, Vec::new());
    let mut since = None;
    for (at, begins) in events {
        if let Some(from) = since.take() {
            full.push((from, at));
        }
        now = if begins { now + 1 } else { now.saturating_sub(1) };
        if now > most {
            most = now;
            full.clear();
        }
        since = (now == most && most > 0).then_some(at);
    }
    (most > 0).then_some((most, full))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::hash_of;

    const MS: i64 = 1_000_000;

    /// Requests that come by chance, some 40 in 100 ms, and are served for some 20 ms each by so many at a time; nobody limits them at 0.
    fn served(workers: usize, count: u64) -> Vec<Served> {
        let chance = |key: (u64, u8)| (hash_of(&key) % 1_000) as i64;
        let (mut free, mut now) = (vec![0_i64; workers], 0);
        let one = |at: u64| {
            now += chance((at, 0)) * MS / 100;
            let way = (50 + chance((at, 1)) / 5) * MS / 100;
            let came = now + way;
            let took = (10 + chance((at, 2)) / 50) * MS;
            let start = match free.iter_mut().min() {
                Some(worker) => {
                    let start = came.max(*worker);
                    *worker = start + took;
                    start
                }
                None => came,
            };
            Served { asked: Some(now), start, end: start + took }
        };
        (0..count).map(one).collect()
    }

    fn limit(served: &[Served]) -> Option<u32> {
        super::limit(served).map(|limit| limit.most)
    }

    #[test]
    fn a_limit_is_seen_where_requests_wait_for_each_other() {
        for workers in [4, 5, 6] {
            assert_eq!(limit(&served(workers, 2_000)), Some(workers as u32), "{workers}");
        }
        assert_eq!(limit(&served(0, 20_000)), None, "nobody waits for anybody");
        assert_eq!(limit(&served(60, 2_000)), None, "there are more than are ever needed");
        assert_eq!(limit(&served(4, 20)), None, "too few have waited");
        assert_eq!(limit(&[]), None);
        // Who was asked for from outside of the recording says nothing of waiting.
        let unknown: Vec<Served> = served(4, 2_000).into_iter().map(|one| Served { asked: None, ..one }).collect();
        assert_eq!(limit(&unknown), None);
    }
}
