//! Which requests come, and when: those that were recorded, in less time, more often or more rarely.

use super::share_of;
use crate::base::hash_of;
use crate::simulate::replay::change::Together;
use crate::simulate::replay::recording::Recording;

/// A request that comes from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Coming {
    /// The recorded work that it asks for.
    pub root: u32,
    /// When, in nanoseconds from the first one on; `None` if it does not come any more.
    pub at: Option<i64>,
}

/// The recorded requests in their order, then those that come beside them: of an endpoint or a service that is asked more often, each request is like a recorded one and comes at a moment of its own. In a
/// round in which requests are put together anew, they come at other moments.
pub(super) fn coming(recording: &Recording, changes: Together<'_>, seed: u64, round: Option<u32>) -> Vec<Coming> {
    let start = |root: u32| recording.invocations[root as usize].start;
    let (first, last) = (recording.roots.first(), recording.roots.last());
    let first = first.map_or(0, |root| start(*root));
    let starts: Vec<i64> = recording.roots.iter().map(|root| start(*root) - first).collect();
    let starts = round.map_or_else(|| starts.clone(), |round| anew(&starts, (seed, round)));
    let load = changes.load();
    // The same requests in less time are more load.
    let when = |nanoseconds: i64| (nanoseconds as f64 / load) as i64;
    let window = last.map_or(0, |root| start(*root)) - first;
    let times: Vec<f64> = recording.operations.iter().map(|name| changes.load_of(&name.to_string())).collect();
    let (mut all, mut beside) = (Vec::with_capacity(recording.roots.len()), Vec::new());
    for (request, root) in recording.roots.iter().enumerate() {
        let times = times[recording.invocations[*root as usize].operation as usize];
        let chance = |what: u32| share_of(hash_of(&(seed, request as u32, what, "comes")));
        let is_coming = chance(0) < times;
        all.push(Coming { root: *root, at: is_coming.then(|| when(starts[request])) });
        let more = (times - 1.0).max(0.0);
        let copies = more.floor() as u32 + u32::from(chance(0) < more.fract());
        let copy = |copy: u32| Coming { root: *root, at: Some(when((chance(copy + 1) * window as f64) as i64)) };
        beside.extend((0..copies).map(copy));
    }
    all.extend(beside);
    for (service, a_second) in changes.added_requests() {
        all.extend(added(recording, service, a_second, when(window), seed));
    }
    all
}

/// Requests that come at other moments: the times between them follow each other in another order, and so do they. Where a time tells of the next one, as of hours that are busier than others or of requests that
/// come in pairs, all stays as it was recorded.
fn anew(starts: &[i64], key: (u64, u32)) -> Vec<i64> {
    let drawn = |count: usize, what: &str| {
        let mut order: Vec<(u64, usize)> = (0..count).map(|place| (hash_of(&(key, place, what)), place)).collect();
        order.sort_unstable();
        order.into_iter().map(|(_, place)| place)
    };
    let gaps: Vec<i64> = starts.windows(2).map(|two| two[1] - two[0]).collect();
    if tells_of_the_next(&gaps) {
        return starts.to_vec();
    }
    let mut moments = vec![0];
    for place in drawn(gaps.len(), "gap") {
        moments.push(moments.last().copied().unwrap_or_default() + gaps[place]);
    }
    let mut anew = vec![0; starts.len()];
    for (moment, place) in moments.into_iter().zip(drawn(starts.len(), "request")) {
        anew[place] = moment;
    }
    anew
}

/// Whether numbers are correlated with those that follow them beyond chance: by two standard deviations, which are 1 / √n without correlation (Bartlett, 1946).
fn tells_of_the_next(numbers: &[i64]) -> bool {
    let count = numbers.len() as f64;
    let mean = numbers.iter().map(|number| *number as f64).sum::<f64>() / count;
    let off: Vec<f64> = numbers.iter().map(|number| *number as f64 - mean).collect();
    let (all, next): (f64, f64) =
        (off.iter().map(|off| off * off).sum(), off.windows(2).map(|two| two[0] * two[1]).sum());
    all > 0.0 && (next / all).abs() > 2.0 / count.sqrt()
}

/// Requests to a service that come beside those that were recorded, each like one of these: as many as come on average.
fn added<'r>(
    recording: &'r Recording,
    service: &str,
    a_second: f64,
    window: i64,
    seed: u64,
) -> impl Iterator<Item = Coming> + 'r {
    let is_its = |work: &u32| recording.name(recording.invocations[*work as usize].operation).service == service;
    let like: Vec<u32> = (0..recording.invocations.len() as u32).filter(is_its).collect();
    let of = hash_of(&(seed, service, "comes beside"));
    let average = if like.is_empty() { 0.0 } else { a_second * window as f64 / 1e9 };
    let count = average.floor() as u64 + u64::from(share_of(hash_of(&(of, "one more"))) < average.fract());
    (0..count).map(move |number| {
        let root = like[(hash_of(&(of, number, "like")) % like.len() as u64) as usize];
        Coming { root, at: Some((share_of(hash_of(&(of, number, "at"))) * window as f64) as i64) }
    })
}
