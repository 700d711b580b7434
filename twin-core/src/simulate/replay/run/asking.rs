//! A call is made: what happens to it on the way, and how long its caller waits.

use std::collections::BTreeMap;

use super::{Calling, Event, Run, Score, share_of};
use crate::base::hash_of;
use crate::simulate::replay::change::{Detour, Together};
use crate::simulate::replay::policy::nanoseconds;
use crate::simulate::replay::recording::Attempt;

/// A call that does not go straight to whoever serves it.
enum Turn {
    /// It is answered after a while, and the work is done afterwards or never.
    Answered { after: i64, works: bool },
    /// It is made later.
    Delayed { by: i64 },
}

/// By caller and callee, what happens to a call before it is made.
pub(super) fn detours(score: &Score<'_>, changes: Together<'_>) -> BTreeMap<(u32, u32), Detour> {
    let services = |(caller, callee): &(u32, u32)| {
        let (from, to) = (score.recording.name(*caller), score.recording.name(*callee));
        changes.detour(&from.service, &to.service)
    };
    score.usual.keys().filter_map(|pair| Some((*pair, services(pair)?))).collect()
}

impl Run<'_> {
    /// A call is made, if whoever would make it still goes on.
    pub(super) fn ask(&mut self, at: i64, call: u32) {
        if self.is_over(call) {
            return;
        }
        let shape = self.shape(call);
        let recording = self.score.recording;
        let (caller, callee) = (recording.name(self.caller(call)), recording.name(shape.callee));
        let Calling { attempt, like, .. } = self.calls[call as usize];
        let calling = &mut self.calls[call as usize];
        calling.is_asked = true;
        if attempt == 0 {
            calling.first = at;
        }
        (calling.started, calling.arrived, calling.served) = (at, at, None);
        if self.changes.remove(&caller.service, &callee.service) {
            return self.answer(at, call, attempt, false, false);
        }
        let detour = self.detour(call);
        let at = match detour {
            Turn::Answered { after, works } => {
                let answered = at.saturating_add(after);
                self.plan(answered, Event::Answer { call, attempt, failed: false, degraded: false });
                let is_recorded = recording.attempts[like as usize].served.is_some();
                if works && is_recorded && !self.is_killed(shape.callee) {
                    let there = self.way(call, like).there;
                    self.plan(answered.saturating_add(there), Event::Arrive { call, attempt });
                }
                return;
            }
            Turn::Delayed { by } => at.saturating_add(by),
        };
        let is_refused = self.is_broken(at, call);
        self.calls[call as usize].is_refused = is_refused;
        if is_refused {
            return self.plan(at, Event::Answer { call, attempt, failed: true, degraded: false });
        }
        if self.is_killed(shape.callee) {
            let refused = at.saturating_add(self.usual(call).refusal);
            return self.plan(refused, Event::Answer { call, attempt, failed: true, degraded: false });
        }
        let recorded = &recording.attempts[like as usize];
        if let Some(patience) = self.patience(call, recorded) {
            self.plan(at.saturating_add(patience), Event::GiveUp { call, attempt });
        }
        match recorded.served {
            Some(_) => {
                let there = self.way(call, like).there;
                self.plan(at.saturating_add(there), Event::Arrive { call, attempt });
            }
            None => {
                let took = self.slowed(shape.callee, recorded).saturating_add(self.round_trip(call)).max(0);
                let answer = Event::Answer { call, attempt, failed: recorded.failed, degraded: false };
                self.plan(at.saturating_add(took), answer);
            }
        }
    }

    /// Whether whoever would make a call does not any more.
    fn is_over(&self, call: u32) -> bool {
        let Calling { work, attempt, is_done, .. } = self.calls[call as usize];
        let (work, is_new) = (&self.works[work as usize], attempt == 0);
        // Who has answered may still send messages; who has failed does nothing more, nor who fails of what follows that; who goes on as another one did asks nobody whom it would have asked itself.
        work.has_failed
            || is_done
            || (work.has_ended && self.shape(call).is_awaited)
            || (is_new && call < work.first_call)
    }

    /// What happens to a call before it is made as it was. Another attempt takes the same turn.
    fn detour(&self, call: u32) -> Turn {
        let Calling { work, shape, .. } = self.calls[call as usize];
        let key = (self.caller(call), self.shape(call).callee);
        let Some(detour) = self.detours.get(&key) else { return Turn::Delayed { by: 0 } };
        if let Some(ms) = detour.acknowledged_ms {
            return Turn::Answered { after: nanoseconds(ms), works: true };
        }
        let request = self.works[work as usize].request;
        let chance = |what: u8| share_of(hash_of(&(self.score.seed, request, shape, what)));
        let mut by = 0;
        if let Some((ratio, ms)) = detour.cache {
            if chance(0) < ratio {
                return Turn::Answered { after: nanoseconds(ms), works: false };
            }
            by += nanoseconds(ms);
        }
        if let Some((share, ms)) = detour.delay {
            by += if chance(1) < share { nanoseconds(ms) } else { 0 };
        }
        Turn::Delayed { by }
    }

    /// After which time a caller gives up, if ever. Who was seen to wait longer does so again.
    fn patience(&self, call: u32, recorded: &Attempt) -> Option<i64> {
        let took = recorded.end - recorded.start;
        let served = recorded.served.map(|served| &self.score.recording.invocations[served as usize]);
        let gave_up = recorded.failed && served.is_some_and(|work| work.end > recorded.end);
        let usual = self.usual(call);
        let as_it_is = recorded.failed || usual.timeout_is_new;
        let timeout = usual.timeout.map(|timeout| if as_it_is { timeout } else { timeout.max(took + 1) });
        if gave_up && usual.timeout_is_new {
            return timeout;
        }
        if gave_up { Some(timeout.map_or(took, |timeout| timeout.min(took))) } else { timeout }
    }
}
