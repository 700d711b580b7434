//! Recorded failures that do not come about any more: whoever failed since a call failed goes on once it succeeds, or once it is not required any more, as one did whose call succeeded.

use super::{Calling, Event, Run};
use crate::base::hash_of;

impl Run<'_> {
    /// Whether a call is done in a way that its caller was recorded to fail without: a change made it succeed, or made it one that its caller does without.
    pub(super) fn is_cured(&self, call: u32, failed: bool) -> bool {
        let recording = self.score.recording;
        let Calling { work, attempt, .. } = self.calls[call as usize];
        let (shape, usual) = (self.shape(call), self.usual(call));
        let is_recorded = recording.invocations[self.works[work as usize].shape as usize].failed
            && self.calls[call as usize].within.is_none();
        if !is_recorded || !usual.fails_its_caller || !recording.has_failed(shape) {
            return false;
        }
        // What is declared of retries says nothing against what was recorded; what a change says does.
        let is_by_change = usual.retries_are_new || shape.attempts.start + attempt < shape.attempts.end;
        if failed { usual.criticality_is_new } else { is_by_change }
    }

    /// The caller of a call goes on as another one did whose call succeeded, from the end of that call on. If none did, it answers as after its last call.
    pub(super) fn go_on(&mut self, at: i64, call: u32) {
        let number = self.calls[call as usize].work;
        self.works[number as usize].is_cured = true;
        let good = &self.usual(call).good;
        if good.is_empty() {
            return self.done(at, call);
        }
        let key = (self.score.seed, self.works[number as usize].request, self.calls[call as usize].shape);
        let (like, place) = good[(hash_of(&key) % good.len() as u64) as usize];
        self.go_on_like(at, call, like, place);
    }

    /// The rest of another invocation of the same operation, from the call at a place on, which stands for this one. What is under way beside it goes on, and is not asked for again.
    fn go_on_like(&mut self, at: i64, call: u32, like: u32, place: u32) {
        let recording = self.score.recording;
        let number = self.calls[call as usize].work;
        let mut beside = self.beside(call);
        let invocation = &recording.invocations[like as usize];
        let calls = recording.calls_of(like);
        let first_call = self.calls.len() as u32;
        let until = recording.span_of(&calls[place as usize]).1;
        let (mut asks, mut open) = (Vec::new(), 0);
        // Which of them are waited for by nobody any more.
        let mut over: Vec<bool> = Vec::new();
        for (other, shape) in (0_u32..).zip(calls) {
            let start = recording.span_of(shape).0;
            let is_beside = other != place && start < until;
            let known = beside.iter().position(|(_, callee)| is_beside && *callee == shape.callee);
            let known = known.map(|known| beside.swap_remove(known).0);
            let under_way = known.filter(|known| !self.calls[*known as usize].is_done);
            if let Some(known) = under_way.filter(|_| shape.is_awaited) {
                self.calls[known as usize].joined = Some(first_call + other);
            }
            let is_past = other <= place || known.is_some();
            over.push(is_past && under_way.is_none());
            let waits_for = shape.after.iter().filter(|before| !over[**before as usize]).count() as u32;
            let (place_of_all, attempt) = (invocation.calls.start + other, shape.attempts.start);
            let next = Calling { shape: place_of_all, like: attempt, ready: at, ..Calling::of(number) };
            let (is_done, is_asked) = (over[other as usize], under_way.is_some());
            self.calls.push(match other == place {
                true => self.calls[call as usize].clone(),
                false => Calling { is_done, is_asked, done: if is_done { i64::MIN } else { 0 }, waits_for, ..next },
            });
            open += u32::from(!is_done && shape.is_awaited && other != place);
            if !is_past && waits_for == 0 {
                let later = self.paced(invocation.operation, (start - until).max(0));
                asks.push((at.saturating_add(later), first_call + other));
            }
        }
        let work = &mut self.works[number as usize];
        (work.shape, work.first_call, work.open) = (like, first_call, open);
        work.latest = work.latest.max(at);
        asks.into_iter().for_each(|(at, call)| self.plan(at, Event::Ask { call }));
        if open == 0 {
            let end = self.finish(number).max(at);
            self.plan(end, Event::End { work: number });
        }
    }

    /// Whom else the same work has asked already, by call.
    fn beside(&self, call: u32) -> Vec<(u32, u32)> {
        let work = &self.works[self.calls[call as usize].work as usize];
        let own = work.first_call..work.first_call + self.score.recording.calls_of(work.shape).len() as u32;
        let asked = own.filter(|other| *other != call && self.calls[*other as usize].is_asked);
        asked.map(|other| (other, self.shape(other).callee)).collect()
    }

    /// The call that one stands for which was under way when its caller went on as another one did, with what became of it; else the call itself.
    pub(super) fn joined(&mut self, call: u32) -> u32 {
        let Some(joined) = self.calls[call as usize].joined else { return call };
        let under_way = self.calls[call as usize].clone();
        let stands_for = &mut self.calls[joined as usize];
        let (shape, next) = (stands_for.shape, stands_for.joined);
        *stands_for = Calling { shape, joined: next, ..under_way };
        self.joined(joined)
    }

    /// Whether an attempt failed by itself: not since whoever served it failed, and not since its caller gave up, which both may come out otherwise now.
    pub(super) fn fails_by_itself(&self, like: u32) -> bool {
        let attempt = &self.score.recording.attempts[like as usize];
        let served = attempt.served.map(|served| &self.score.recording.invocations[served as usize]);
        attempt.failed && served.is_none_or(|work| !work.failed && work.end <= attempt.end)
    }
}

impl Calling {
    /// A call of some work that was not made yet.
    pub(super) fn of(work: u32) -> Calling {
        Calling {
            work,
            shape: 0,
            attempt: 0,
            like: 0,
            first: 0,
            started: 0,
            arrived: 0,
            served: None,
            done: 0,
            waits_for: 0,
            ready: 0,
            is_done: false,
            is_asked: false,
            joined: None,
            is_refused: false,
            within: None,
        }
    }
}
