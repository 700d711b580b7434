//! Whether those who ask several at once wait for the others when one of them fails: as they were seen to, or else as anybody was.

use std::collections::BTreeMap;

use super::recording::{Call, Invocation, Recording};
use super::usual::Usual;

/// How often somebody waited for a call beside one that failed, and how often not: of those made before it, and of those made after it.
#[derive(Clone, Copy, Default)]
struct Seen {
    waited: [u32; 2],
    left: [u32; 2],
}

impl Seen {
    fn add(&mut self, other: Seen) {
        for side in [0, 1] {
            self.waited[side] += other.waited[side];
            self.left[side] += other.left[side];
        }
    }

    /// Which of the two are waited for, as far as that was seen here or else elsewhere. Nobody waits who was not seen to.
    fn waits(self, elsewhere: Seen) -> [bool; 2] {
        [0, 1].map(|side| {
            let is_known = self.waited[side] + self.left[side] > 0;
            let seen = if is_known { self } else { elsewhere };
            seen.waited[side] > seen.left[side]
        })
    }
}

/// Says of all calls whether their callers wait for those beside them when they fail. O(calls · 64).
pub(super) fn say_who_waits_beside(recording: &Recording, usual: &mut BTreeMap<(u32, u32), Usual>) {
    let mut by_operation: BTreeMap<u32, Seen> = BTreeMap::new();
    let mut all = Seen::default();
    for (number, invocation) in (0..).zip(&recording.invocations).filter(|(_, invocation)| invocation.failed) {
        if let Some(seen) = beside_failure(recording, invocation, recording.calls_of(number), usual) {
            by_operation.entry(invocation.operation).or_default().add(seen);
            all.add(seen);
        }
    }
    for ((caller, _), usual) in usual {
        usual.waits_beside = by_operation.get(caller).copied().unwrap_or_default().waits(all);
    }
}

/// Of work that failed with a call: for how many of those that were under way beside it then it waited.
fn beside_failure(
    recording: &Recording,
    invocation: &Invocation,
    calls: &[Call],
    usual: &BTreeMap<(u32, u32), Usual>,
) -> Option<Seen> {
    let fails = |call: &Call| recording.has_failed(call) && usual[&(invocation.operation, call.callee)].is_required;
    let ended = |call: &Call| recording.span_of(call).1;
    let failures = calls.iter().enumerate().filter(|(_, call)| fails(call) && ended(call) <= invocation.end);
    let (place, end) = failures.map(|(place, call)| (place, ended(call))).min_by_key(|(place, end)| (*end, *place))?;
    let mut seen = Seen::default();
    for (other, call) in calls.iter().enumerate().filter(|(other, call)| *other != place && !call.is_message) {
        let (began, ended) = recording.span_of(call);
        if began < end && end < ended {
            let count = if ended <= invocation.end { &mut seen.waited } else { &mut seen.left };
            count[usize::from(other > place)] += 1;
        }
    }
    Some(seen)
}
