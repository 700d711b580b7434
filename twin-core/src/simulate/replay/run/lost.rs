//! Who loses a cache, or somebody whom they have an alternative to: what is done instead, as others did who found nothing, or whose call failed.

use std::collections::{BTreeMap, BTreeSet};

use super::{Score, Together};
use crate::simulate::replay::misses::{Misses, lookups};
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

/// By operation and cache of it that is lost, what is done by whoever finds nothing there.
pub(super) fn without_caches(score: &Score<'_>, changes: Together<'_>) -> BTreeMap<(u32, u32), Misses> {
    let recording = score.recording;
    let is_lost = |(caller, callee): &(u32, u32)| {
        let (from, to) = (&recording.name(*caller).service, &recording.name(*callee).service);
        changes.remove(from, to) || (changes.kill(to) && score.usual[&(*caller, *callee)].is_cache)
    };
    let lookups = lookups(recording, score.usual.keys().copied().filter(is_lost));
    lookups.into_iter().map(|(pair, lookups)| (pair, Misses::of(recording, &lookups))).collect()
}

/// By operation that can do without somebody who is gone: whoever asked does what those did whose call failed and that did something else instead, which nobody does whose call succeeds.
pub(super) fn without_alternative(score: &Score<'_>, changes: Together<'_>) -> BTreeMap<u32, Lost> {
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
