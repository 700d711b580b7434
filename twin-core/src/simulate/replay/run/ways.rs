//! What a call takes beside the work that serves it.

use super::{Attempt, Invocation, Run, Way, nanoseconds};

impl Run<'_> {
    /// By how many nanoseconds the round trip between a caller and whom it calls becomes longer, or shorter.
    pub(super) fn round_trip(&self, call: u32) -> i64 {
        let recording = self.score.recording;
        let (caller, callee) = (recording.name(self.caller(call)), recording.name(self.shape(call).callee));
        nanoseconds(self.changes.round_trip_ms(self.score.policies, &caller.service, &callee.service))
    }

    /// The way to whoever serves a call, and back. A longer round trip is spent on the way there.
    pub(super) fn way(&self, call: u32, like: u32) -> Way {
        let Way { there, back } = self.score.waits.ways[like as usize];
        let there = there.saturating_add(self.round_trip(call));
        Way { there: there.max(0), back: back.saturating_add(there.min(0)).max(0) }
    }

    /// By how much work ends earlier because a way became shorter: of what only its caller wrote down, the way is part of the work.
    pub(super) fn nearer(&self, call: u32, work: &Invocation) -> i64 {
        if work.is_hearsay { self.round_trip(call).min(0) } else { 0 }
    }

    /// How long a call takes of which nobody knows who served it. Being refused takes no longer.
    pub(super) fn slowed(&self, callee: u32, recorded: &Attempt) -> i64 {
        let took = recorded.end - recorded.start;
        match recorded.failed {
            true => took,
            false => self.paced(callee, took).saturating_add(self.added[callee as usize]),
        }
    }
}
