//! Work fails with a call that it needs: at once, or when what it still waits for beside that is done.

use super::{Event, Run, Work};

impl Run<'_> {
    /// Work fails since a call did. Nothing follows of what waits for that call.
    pub(super) fn fail_with(&mut self, at: i64, call: u32) {
        let number = self.calls[call as usize].work;
        let Work { shape, first_call, is_failing, .. } = self.works[number as usize];
        let [before, after] = self.usual(call).waits_beside;
        let calls = self.score.recording.calls_of(shape);
        let place = call.checked_sub(first_call).map(|place| place as usize).filter(|place| *place < calls.len());
        let Some(place) = place.filter(|_| is_failing || before || after) else { return self.fail(at, number) };
        let (mut open, mut dropped) = (0, vec![false; calls.len()]);
        dropped[place] = true;
        for (other, shape) in calls.iter().enumerate() {
            let calling = &mut self.calls[first_call as usize + other];
            if calling.is_done {
                continue;
            }
            let is_waited_for = is_failing || if other < place { before } else { after };
            let follows = shape.after.iter().any(|before| dropped[*before as usize]);
            if follows || (shape.is_awaited && !is_waited_for) {
                dropped[other] = true;
                (calling.is_done, calling.done) = (true, i64::MIN);
            } else {
                open += u32::from(shape.is_awaited);
            }
        }
        let work = &mut self.works[number as usize];
        (work.is_failing, work.open) = (true, open);
        if open == 0 {
            self.fail(at, number);
        }
    }

    /// Work fails at once.
    pub(super) fn fail(&mut self, at: i64, work: u32) {
        if !std::mem::replace(&mut self.works[work as usize].has_failed, true) {
            self.plan(at, Event::End { work });
        }
    }
}
