//! Whoever has lost a cache asks for what it found there: as others did who found nothing, and then goes on as it did.

use std::ops::Range;

use super::{Calling, Event, Run};
use crate::base::hash_of;
use crate::simulate::replay::misses::{Lookup, Missed, Misses};

/// What is done in place of a call that found something in a cache.
#[derive(Clone, Debug)]
pub(super) struct Instead {
    /// The call.
    call: u32,
    /// The calls of another invocation that stand for it, by their places there.
    places: Vec<usize>,
    /// The first of these among all calls that are made.
    first: u32,
    /// The first call of that other invocation among all that were recorded.
    start: u32,
    /// Awaited ones that are not done.
    open: u32,
    /// How much later than after what was found goes on what follows, once these are done.
    later: i64,
}

impl Instead {
    /// Its calls among all that are made.
    pub fn own(&self) -> Range<usize> {
        self.first as usize..self.first as usize + self.places.len()
    }
}

impl Run<'_> {
    /// Whether a call that found something in a cache that is lost now has others follow, because it finds nothing.
    pub(super) fn finds_nothing(&mut self, at: i64, call: u32) -> bool {
        let Calling { work, shape, within, .. } = self.calls[call as usize];
        if self.misses.is_empty() || within.is_some() {
            return false;
        }
        let key = (self.caller(call), self.shape(call).callee);
        let Some(Misses { found, missed }) = self.misses.get(&key) else { return false };
        let Some(later) = found.get(&shape).copied().filter(|_| !missed.is_empty()) else { return false };
        let chance = hash_of(&(self.score.seed, self.works[work as usize].request, shape, "missed"));
        let missed = missed[(chance % missed.len() as u64) as usize].clone();
        self.do_instead(at, call, missed, self.paced(key.0, later));
        true
    }

    fn do_instead(&mut self, at: i64, call: u32, missed: Missed, later: i64) {
        let recording = self.score.recording;
        let work = self.calls[call as usize].work;
        let Missed { lookup: Lookup { invocation, .. }, calls: places } = missed;
        let of = &recording.invocations[invocation as usize];
        let calls = recording.calls_of(invocation);
        let (first, start) = (self.calls.len() as u32, of.calls.start);
        let number = self.instead.get(&work).map_or(0, Vec::len) as u32;
        let open = places.iter().filter(|place| calls[**place].is_awaited).count() as u32;
        for (next, place) in (first..).zip(&places) {
            let shape = &calls[*place];
            let waits_for = shape.after.iter().filter(|before| places.contains(&(**before as usize))).count() as u32;
            let (of_all, like) = (start + *place as u32, shape.attempts.start);
            let within = Some(number);
            self.calls.push(Calling { shape: of_all, like, waits_for, ready: at, within, ..Calling::of(work) });
            if waits_for == 0 {
                let gap = self.paced(of.operation, shape.gap);
                self.plan(at.saturating_add(gap), Event::Ask { call: next });
            }
        }
        self.instead.entry(work).or_default().push(Instead { call, places, first, start, open, later });
        if open == 0 {
            self.done(at.saturating_add(later), call);
        }
    }

    /// A call that is made because a cache is lost is done. After the last one, what would have followed what was found goes on.
    pub(super) fn done_instead(&mut self, at: i64, call: u32, within: u32) {
        let recording = self.score.recording;
        let Calling { work, shape, .. } = self.calls[call as usize];
        if self.works[work as usize].has_failed {
            return;
        }
        let operation = self.caller(call);
        let Some(instead) = self.instead.get_mut(&work).and_then(|all| all.get_mut(within as usize)) else { return };
        instead.open = instead.open.saturating_sub(1);
        let Instead { call: lookup, open, later, first, start, .. } = *instead;
        let (own, place) = (instead.own(), shape - start);
        let mut asks = Vec::new();
        for (next, waiting) in (first..).zip(&mut self.calls[own]) {
            let after = &recording.calls[waiting.shape as usize];
            if after.after.contains(&place) {
                waiting.waits_for = waiting.waits_for.saturating_sub(1);
                waiting.ready = waiting.ready.max(at);
                if waiting.waits_for == 0 {
                    asks.push((waiting.ready, after.gap, next));
                }
            }
        }
        for (ready, gap, next) in asks {
            let ask = ready.saturating_add(self.paced(operation, gap));
            self.plan(ask, Event::Ask { call: next });
        }
        if open == 0 {
            self.done(at.saturating_add(later), lookup);
        }
    }
}
