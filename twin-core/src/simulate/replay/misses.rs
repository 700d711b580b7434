//! What is done by whoever finds nothing in a cache, as learnt from all who asked it: which calls follow then and not otherwise, and how long it takes until what comes next in any case.

use std::collections::{BTreeMap, BTreeSet};

use super::chance::surprise;
use super::order::preceding;
use super::recording::{Call, Recording};

/// One in so many may be otherwise: clocks are not exact.
const EXCEPTIONS: usize = 100;
/// What happens by chance in fewer cases than this, in parts per one, is taken to be no chance.
const BY_CHANCE: f64 = 0.05;
/// A call that follows where nothing was found does so by so many times as often as otherwise.
const TIMES_AS_OFTEN: f64 = 4.0;

/// A question to a cache: which of the calls of which invocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lookup {
    pub invocation: u32,
    pub place: usize,
}

/// A question to a cache that had nothing, and the calls that followed for it, by their places.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Missed {
    pub lookup: Lookup,
    pub calls: Vec<usize>,
}

/// What an operation does that asks a cache.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Misses {
    /// By call that found something, how much later goes on what follows in any case, where nothing is found and all calls for that are done, in nanoseconds.
    pub found: BTreeMap<u32, i64>,
    /// The calls that found nothing.
    pub missed: Vec<Missed>,
}

/// All questions of some operations to callees of theirs, by both. O(calls · log pairs).
pub(super) fn lookups(
    recording: &Recording,
    pairs: impl Iterator<Item = (u32, u32)>,
) -> BTreeMap<(u32, u32), Vec<Lookup>> {
    let mut lookups: BTreeMap<(u32, u32), Vec<Lookup>> = pairs.map(|pair| (pair, Vec::new())).collect();
    if lookups.is_empty() {
        return lookups;
    }
    for (invocation, work) in (0..).zip(&recording.invocations) {
        for (place, call) in recording.calls_of(invocation).iter().enumerate() {
            if let Some(lookups) = lookups.get_mut(&(work.operation, call.callee)) {
                lookups.push(Lookup { invocation, place });
            }
        }
    }
    lookups
}

impl Misses {
    /// Learns from all questions of one operation to one cache. Those that failed show nothing. O(calls · 64).
    pub(super) fn of(recording: &Recording, lookups: &[Lookup]) -> Misses {
        let answered = |lookup: &&Lookup| !recording.has_failed(&recording.calls_of(lookup.invocation)[lookup.place]);
        let lookups: Vec<Lookup> = lookups.iter().filter(answered).copied().collect();
        let learning = Learning { recording, lookups: &lookups };
        let beyond = learning.beyond();
        let (mut found, mut missed) = (Vec::new(), Vec::new());
        for lookup in &lookups {
            let calls = learning.segment(*lookup, &beyond);
            match learning.told(*lookup).unwrap_or(calls.is_empty()) {
                true => found.push((*lookup, learning.until_next(*lookup, &[]))),
                false => missed
                    .push((Missed { lookup: *lookup, calls: calls.clone() }, learning.until_next(*lookup, &calls))),
            }
        }
        let later = Later::of(found.iter().filter_map(|(_, next)| *next), missed.iter().filter_map(|(_, next)| *next));
        let number =
            |lookup: &Lookup| recording.invocations[lookup.invocation as usize].calls.start + lookup.place as u32;
        Misses {
            found: found.iter().map(|(lookup, next)| (number(lookup), later.than(*next))).collect(),
            missed: missed.into_iter().map(|(missed, _)| missed).collect(),
        }
    }
}

/// What follows a question to a cache in any case: another call, by its callee, or the answer; and how long after the last call for the question that is.
type Next = (Option<u32>, i64);

struct Learning<'r> {
    recording: &'r Recording,
    lookups: &'r [Lookup],
}

impl Learning<'_> {
    /// Whether the cache had what was asked for, where it says so.
    fn told(&self, lookup: Lookup) -> Option<bool> {
        let call = &self.recording.calls_of(lookup.invocation)[lookup.place];
        self.recording.attempts_of(call).last().and_then(|attempt| attempt.hit)
    }

    /// The operations that are asked because nothing was found.
    fn beyond(&self) -> BTreeSet<u32> {
        let is_told = self.lookups.iter().any(|lookup| self.told(*lookup).is_some());
        let mut beyond = if is_told { self.beside_hits() } else { self.only_at_times() };
        // What always follows one of these is another one.
        loop {
            let more = self.after_these(&beyond);
            if more.is_empty() {
                return beyond;
            }
            beyond.extend(more);
        }
    }

    /// Those that follow where nothing was found, more often than otherwise by far and not by chance.
    fn beside_hits(&self) -> BTreeSet<u32> {
        let mut asked = [0_usize; 2];
        let mut followed: BTreeMap<u32, [usize; 2]> = BTreeMap::new();
        for lookup in self.lookups {
            let Some(hit) = self.told(*lookup) else { continue };
            asked[usize::from(hit)] += 1;
            for callee in self.directly_after(*lookup) {
                followed.entry(callee).or_default()[usize::from(hit)] += 1;
            }
        }
        let is_beyond = |[missed, hit]: &[usize; 2]| {
            let share = *missed as f64 / asked[0].max(1) as f64;
            let otherwise = (*hit + 1) as f64 / (asked[1] + 1) as f64;
            let is_often = share > TIMES_AS_OFTEN * *hit as f64 / asked[1].max(1) as f64;
            is_often && (*hit == 0 || asked[0] as f64 * surprise(share, otherwise) >= -BY_CHANCE.ln())
        };
        followed.into_iter().filter(|(_, counts)| is_beyond(counts)).map(|(callee, _)| callee).collect()
    }

    /// Where nobody says what was found: those that are not always asked, and whenever they are, directly after the cache.
    fn only_at_times(&self) -> BTreeSet<u32> {
        let mut followed: BTreeMap<u32, usize> = BTreeMap::new();
        for lookup in self.lookups {
            self.directly_after(*lookup).into_iter().for_each(|callee| *followed.entry(callee).or_default() += 1);
        }
        let asked = self.asked();
        let is_at_times = |(callee, followed): &(u32, usize)| {
            let all = asked.get(callee).copied().unwrap_or_default();
            (all - followed.min(&all)) * EXCEPTIONS <= all
                && (self.lookups.len() - followed.min(&self.lookups.len())) * EXCEPTIONS > self.lookups.len()
        };
        followed.into_iter().filter(is_at_times).map(|(callee, _)| callee).collect()
    }

    /// How often those who ask the cache ask anybody.
    fn asked(&self) -> BTreeMap<u32, usize> {
        let mut asked: BTreeMap<u32, usize> = BTreeMap::new();
        for invocation in self.invocations() {
            for call in self.recording.calls_of(invocation) {
                *asked.entry(call.callee).or_default() += 1;
            }
        }
        asked
    }

    fn invocations(&self) -> BTreeSet<u32> {
        self.lookups.iter().map(|lookup| lookup.invocation).collect()
    }

    /// Whom else those who ask the cache ask only after somebody whom they ask because nothing was found.
    fn after_these(&self, beyond: &BTreeSet<u32>) -> BTreeSet<u32> {
        let mut after: BTreeMap<u32, usize> = BTreeMap::new();
        for lookup in self.lookups {
            let calls = self.recording.calls_of(lookup.invocation);
            let segment = self.segment(*lookup, beyond);
            for (place, call) in calls.iter().enumerate().skip(lookup.place + 1) {
                let follows = self.prior(calls, place).is_some_and(|prior| segment.contains(&prior));
                *after.entry(call.callee).or_default() += usize::from(follows);
            }
        }
        let asked = self.asked();
        let always = |(callee, after): &(u32, usize)| {
            let all = asked.get(callee).copied().unwrap_or_default();
            *after > 0 && (all - after.min(&all)) * EXCEPTIONS <= all && !beyond.contains(callee)
        };
        after.into_iter().filter(always).map(|(callee, _)| callee).collect()
    }

    /// The callees of calls that begin when the cache has answered.
    fn directly_after(&self, lookup: Lookup) -> BTreeSet<u32> {
        let calls = self.recording.calls_of(lookup.invocation);
        let is_next = |place: &usize| self.prior(calls, *place) == Some(lookup.place);
        (lookup.place + 1..calls.len()).filter(is_next).map(|place| calls[place].callee).collect()
    }

    /// The calls that follow a question to the cache because it had nothing.
    fn segment(&self, lookup: Lookup, beyond: &BTreeSet<u32>) -> Vec<usize> {
        let calls = self.recording.calls_of(lookup.invocation);
        let mut segment: Vec<usize> = Vec::new();
        for (place, call) in calls.iter().enumerate().skip(lookup.place + 1) {
            let follows = |prior: usize| prior == lookup.place || segment.contains(&prior);
            if beyond.contains(&call.callee) && self.prior(calls, place).is_some_and(follows) {
                segment.push(place);
            }
        }
        segment
    }

    /// Of the calls that one waits for, the one that ends last.
    fn prior(&self, calls: &[Call], place: usize) -> Option<usize> {
        let after = &calls[place].after;
        let before = preceding(calls, place).filter(|(at, _)| after.contains(&(*at as u32)));
        before.max_by_key(|(at, before)| (self.recording.span_of(before).1, *at)).map(|(at, _)| at)
    }

    /// What comes after a question to the cache and all that follows because it had nothing, where that waits for nothing else.
    fn until_next(&self, lookup: Lookup, segment: &[usize]) -> Option<Next> {
        let calls = self.recording.calls_of(lookup.invocation);
        let ended = |place: usize| self.recording.span_of(&calls[place]).1;
        let own = segment.iter().copied().filter(|place| calls[*place].is_awaited).chain([lookup.place]);
        let last = own.max_by_key(|place| (ended(*place), *place))?;
        let follows = |place: &usize| !segment.contains(place) && self.prior(calls, *place) == Some(last);
        let next = (lookup.place + 1..calls.len()).filter(follows).min_by_key(|place| calls[*place].gap);
        if let Some(next) = next {
            return Some((Some(calls[next].callee), calls[next].gap));
        }
        let invocation = &self.recording.invocations[lookup.invocation as usize];
        let is_last = (0..calls.len()).all(|place| !calls[place].is_awaited || ended(place) <= ended(last));
        (is_last && !invocation.failed).then(|| (None, invocation.end - ended(last)))
    }
}

/// How much later goes on what follows in any case: whoever was slow there is as slow among those that found nothing.
struct Later {
    /// By what follows, in order: where something was found, and where nothing was.
    by_next: BTreeMap<Option<u32>, [Vec<i64>; 2]>,
    /// By how much the middles of all differ.
    usual: i64,
}

impl Later {
    fn of(found: impl Iterator<Item = Next>, missed: impl Iterator<Item = Next>) -> Later {
        let mut by_next: BTreeMap<Option<u32>, [Vec<i64>; 2]> = BTreeMap::new();
        let mut all = [Vec::new(), Vec::new()];
        let both = found.map(|next| (0, next)).chain(missed.map(|next| (1, next)));
        for (side, (next, gap)) in both {
            by_next.entry(next).or_default()[side].push(gap);
            all[side].push(gap);
        }
        by_next.values_mut().flatten().chain(&mut all).for_each(|gaps| gaps.sort_unstable());
        let [found, missed] = all.map(|gaps| gaps.get(gaps.len() / 2).copied());
        let usual = missed.zip(found).map_or(0, |(missed, found)| (missed - found).max(0));
        Later { by_next, usual }
    }

    fn than(&self, next: Option<Next>) -> i64 {
        let like = |(next, gap): Next| {
            let [found, missed] = self.by_next.get(&next)?;
            let rank = found.partition_point(|other| *other < gap);
            let place = (2 * rank + 1) * missed.len() / (2 * found.len().max(1));
            Some(missed.get(place)? - gap)
        };
        next.and_then(like).unwrap_or(self.usual)
    }
}
