//! Calls that a service makes beside those that were recorded: each takes as long as such a call took somebody else, or as is said, and what changes there changes it.

use super::{Run, Score, share_of};
use crate::base::hash_of;
use crate::simulate::replay::change::{MoreCalls, Together};
use crate::simulate::replay::policy::nanoseconds;

/// The calls of one sort that an operation comes to make.
pub(super) struct More {
    /// How long such calls take, in nanoseconds, and whether they fail.
    took: Vec<(i64, bool)>,
    /// Whether whoever is called answers nobody.
    is_refused: bool,
    /// How many there are, on average.
    calls: f64,
    /// Whether they are made beside everything else, and not after it.
    is_beside: bool,
    /// After which time the caller gives up.
    timeout: Option<i64>,
    /// Whether it does without them then.
    is_optional: bool,
}

/// The calls that a service makes beside those that were recorded.
pub(super) fn more_calls(score: &Score<'_>, changes: Together<'_>, service: &str) -> Vec<More> {
    let recording = score.recording;
    let taking = |call: &MoreCalls<'_>| {
        let farther = changes.round_trip_ms(score.policies, service, call.callee);
        let longer = nanoseconds(changes.added_ms(call.callee, call.operation) + farther);
        let recorded = || recording.ended(call.callee, call.operation);
        let took = call.takes_ms.map_or_else(recorded, |ms| vec![(nanoseconds(ms), false)]);
        took.into_iter().map(|(took, fails)| (took.saturating_add(longer).max(0), fails)).collect::<Vec<(i64, bool)>>()
    };
    let more = changes.more_calls(service).map(|call| More {
        took: taking(&call),
        is_refused: changes.kill(call.callee),
        calls: call.calls,
        is_beside: call.is_beside,
        timeout: call.timeout_ms.map(nanoseconds),
        is_optional: call.is_optional,
    });
    more.filter(|more| !more.took.is_empty()).collect()
}

impl Run<'_> {
    /// When work ends whose last awaited call, or else whose beginning, was at a moment: after its own work and what it calls beside what was recorded. A call that nobody waits for any longer may fail the work, or degrade it.
    pub(super) fn finish(&mut self, number: u32) -> i64 {
        let work = &self.works[number as usize];
        let (shape, request, latest) = (work.shape, work.request, work.latest);
        let operation = self.score.recording.invocations[shape as usize].operation;
        let began = work.began.saturating_add(self.added[operation as usize]);
        let mut end = latest.saturating_add(self.paced(operation, self.tail(shape)));
        let (mut failed, mut degraded) = (false, false);
        for more in &self.more[operation as usize] {
            let draw = |call: u32| hash_of(&(self.score.seed, request, shape, call));
            let whole = more.calls.floor() as u32;
            let count = whole + u32::from(share_of(draw(whole.wrapping_add(1))) < more.calls.fract());
            let mut at = if more.is_beside { began } else { end };
            for call in 0..count {
                let (took, fails) = more.took[(draw(call) % more.took.len() as u64) as usize];
                let took = if more.is_refused { 0 } else { took };
                let is_late = more.timeout.is_some_and(|timeout| took > timeout);
                let fails = fails || is_late || more.is_refused;
                at = at.saturating_add(more.timeout.map_or(took, |timeout| took.min(timeout)));
                (failed, degraded) = (failed | (fails && !more.is_optional), degraded | (fails && more.is_optional));
                if failed {
                    break;
                }
            }
            // What fails beside everything else is noticed once that is done.
            end = if failed && more.is_beside { at.max(latest) } else { end.max(at) };
            if failed {
                break;
            }
        }
        let work = &mut self.works[number as usize];
        (work.has_failed, work.is_degraded) = (work.has_failed | failed, work.is_degraded | degraded);
        end
    }
}
