//! What is done instead by those who lose a cache, or somebody whom they have an alternative to: what others did who found nothing, or whose call failed.

use std::collections::{BTreeMap, BTreeSet};

use super::{Score, Together};
use crate::simulate::replay::recording::Call;

/// So many have to have gone on after a call that failed for it to be known how.
const ENOUGH: usize = 5;

/// What invocations of one operation do that lose something.
#[derive(Clone, Debug, Default)]
pub(super) struct Lost {
    /// Those that do something else then, with how often they make calls that are lost.
    affected: BTreeMap<u32, usize>,
    /// By how often they make such calls, those that show what is done then, in order.
    shown: BTreeMap<usize, Vec<u32>>,
}

impl Lost {
    /// The invocations that show what one does that loses something: of those that make as many such calls, or else as near to it as there are.
    pub fn instead_of(&self, invocation: u32) -> &[u32] {
        let Some(calls) = self.affected.get(&invocation) else { return &[] };
        let fewer = self.shown.range(..=calls).next_back();
        let more = self.shown.range(calls..).next();
        let nearest = match (fewer, more) {
            (Some(fewer), Some(more)) => Some(if calls - fewer.0 <= more.0 - calls { fewer } else { more }),
            (fewer, more) => fewer.or(more),
        };
        nearest.map(|(_, numbers)| numbers.as_slice()).unwrap_or_default()
    }
}

/// By operation that loses something, what is done instead.
pub(super) fn lost(score: &Score<'_>, changes: Together<'_>) -> BTreeMap<u32, Lost> {
    let mut lost = without_alternative(score, changes);
    lost.extend(without_caches(score, changes));
    lost
}

/// By operation that loses caches: whoever found something does what those did that found the least of as much.
fn without_caches(score: &Score<'_>, changes: Together<'_>) -> BTreeMap<u32, Lost> {
    let recording = score.recording;
    let is_lost = |caller: u32, callee: u32| {
        let (from, to) = (&recording.name(caller).service, &recording.name(callee).service);
        changes.remove(from, to)
            || (changes.kill(to) && score.usual.get(&(caller, callee)).is_some_and(|usual| usual.is_cache))
    };
    let mut asked: BTreeMap<u32, Vec<(u32, usize, usize)>> = BTreeMap::new();
    // Whoever found nothing and failed shows how often that fails.
    for (number, invocation) in recording.invocations.iter().enumerate() {
        let calls = recording.calls_of(number as u32);
        let lost = calls.iter().enumerate().filter(|(_, call)| is_lost(invocation.operation, call.callee));
        let hits: Vec<bool> = lost.map(|(place, _)| recording.has_hit(calls, place)).collect();
        let found = hits.iter().filter(|hit| **hit).count();
        if !hits.is_empty() {
            asked.entry(invocation.operation).or_default().push((number as u32, hits.len(), found));
        }
    }
    let of = |asked: Vec<(u32, usize, usize)>| {
        let mut fewest: BTreeMap<usize, usize> = BTreeMap::new();
        for (_, calls, found) in &asked {
            let least = fewest.entry(*calls).or_insert(*found);
            *least = (*least).min(*found);
        }
        let mut lost = Lost::default();
        for (number, calls, found) in asked {
            // Who always found everything shows nothing of what is done otherwise.
            if found == fewest[&calls] && found < calls {
                lost.shown.entry(calls).or_default().push(number);
            } else {
                lost.affected.insert(number, calls);
            }
        }
        lost
    };
    asked.into_iter().map(|(operation, asked)| (operation, of(asked))).collect()
}

/// By operation that can do without somebody who is gone: whoever asked does what those did whose call failed and that did something else instead, which nobody does whose call succeeds.
fn without_alternative(score: &Score<'_>, changes: Together<'_>) -> BTreeMap<u32, Lost> {
    let recording = score.recording;
    let is_gone = |caller: u32, callee: u32| {
        let usual = score.usual.get(&(caller, callee));
        changes.kill(&recording.name(callee).service)
            && usual.is_some_and(|usual| !usual.is_required && !usual.is_cache)
    };
    let mut by_operation: BTreeMap<u32, (Lost, [BTreeSet<u32>; 2])> = BTreeMap::new();
    for (number, invocation) in recording.invocations.iter().enumerate().filter(|(_, invocation)| !invocation.failed) {
        let calls = recording.calls_of(number as u32);
        let gone: Vec<&Call> = calls.iter().filter(|call| is_gone(invocation.operation, call.callee)).collect();
        if gone.is_empty() {
            continue;
        }
        let has_failed = gone.iter().all(|call| recording.has_failed(call));
        let (lost, asked) = by_operation.entry(invocation.operation).or_default();
        asked[usize::from(has_failed)].extend(calls.iter().map(|call| call.callee));
        match has_failed {
            true => lost.shown.entry(gone.len()).or_default().push(number as u32),
            false => _ = lost.affected.insert(number as u32, gone.len()),
        }
    }
    let is_known = |(lost, [succeeded, failed]): &(Lost, [BTreeSet<u32>; 2])| {
        lost.shown.values().map(Vec::len).sum::<usize>() >= ENOUGH && !failed.is_subset(succeeded)
    };
    let known = by_operation.into_iter().filter(|(_, known)| is_known(known));
    known.map(|(operation, (lost, _))| (operation, lost)).collect()
}
