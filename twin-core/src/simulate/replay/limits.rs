//! How many requests a service serves at a time, where nobody declares it and requests were seen to wait for each other.

use std::collections::BTreeMap;

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

/// By service, the most requests that it serves at a time, as far as that was seen. O(n · log n).
pub(super) fn limits(recording: &Recording) -> BTreeMap<String, u32> {
    let mut served: BTreeMap<&str, Vec<Served>> = BTreeMap::new();
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
        served.entry(service).or_default().push(Served { asked, start: work.start, end });
    }
    served.into_iter().filter_map(|(service, served)| Some((service.to_owned(), limit(&served)?))).collect()
}

/// A request that was served.
struct Served {
    /// When it was asked for, where that was recorded.
    asked: Option<i64>,
    start: i64,
    end: i64,
}

/// The most that were served at a time, if others waited then.
fn limit(served: &[Served]) -> Option<u32> {
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
    (waited.len() >= ENOUGH && AT_ONCE.1 * soon >= AT_ONCE.0 * waited.len()).then_some(most)
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
