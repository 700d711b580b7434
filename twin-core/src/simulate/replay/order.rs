//! What must be done before a call starts, as learnt from all invocations of an operation: two calls of which one has always waited for the other depend on each
//! other, and those that were under way together at some time do not.

use std::collections::BTreeMap;

use super::recording::{Call, Recording};

/// How often two calls of an operation were made together, and how often one of them was done before the other began.
#[derive(Clone, Copy, Default)]
struct Pair {
    together: u32,
    in_turn: u32,
}

/// The order of calls, by caller and both callees.
pub(super) struct Order {
    pairs: BTreeMap<(u32, u32, u32), Pair>,
}

/// One in so many may be otherwise: clocks are not exact.
const EXCEPTIONS: u32 = 100;
/// More calls of one invocation than this are compared with those just before them only.
const NEAR: usize = 64;

/// The calls of an invocation just before the one at a place, with their places. O(1).
pub(super) fn preceding(calls: &[Call], place: usize) -> impl Iterator<Item = (usize, &Call)> {
    calls.iter().enumerate().take(place).skip(place.saturating_sub(NEAR))
}

/// The calls of an invocation that wait for the one at a place, with their places. O(1).
pub(super) fn following(calls: &[Call], place: usize) -> impl Iterator<Item = (usize, &Call)> {
    let near = calls.iter().enumerate().skip(place + 1).take(NEAR);
    near.filter(move |(_, other)| other.after.contains(&(place as u32)))
}

impl Order {
    /// Learns the order of calls. O(calls · 64).
    pub(super) fn of(recording: &Recording) -> Order {
        let mut pairs: BTreeMap<(u32, u32, u32), Pair> = BTreeMap::new();
        for (number, invocation) in recording.invocations.iter().enumerate() {
            let calls = recording.calls_of(number as u32);
            for (place, call) in calls.iter().enumerate().filter(|(_, call)| call.is_awaited) {
                let start = recording.span_of(call).0;
                for (_, before) in preceding(calls, place).filter(|(_, before)| before.is_awaited) {
                    let pair = pairs.entry((invocation.operation, before.callee, call.callee)).or_default();
                    pair.together += 1;
                    pair.in_turn += u32::from(recording.span_of(before).1 <= start);
                }
            }
        }
        Order { pairs }
    }

    /// Whether calls of two callees are made in turn, whichever comes first.
    fn are_in_turn(&self, caller: u32, before: u32, after: u32) -> bool {
        let pair = |a, b| self.pairs.get(&(caller, a, b)).copied().unwrap_or_default();
        let (here, there) = (pair(before, after), pair(after, before));
        let (together, in_turn) = (here.together + there.together, here.in_turn + there.in_turn);
        (together - in_turn) * EXCEPTIONS <= together
    }

    /// Writes down what each call waits for, and how long after that it starts.
    pub(super) fn arrange(&self, recording: &mut Recording) {
        for number in 0..recording.invocations.len() {
            let invocation = &recording.invocations[number];
            let (caller, begin, range) = (invocation.operation, invocation.start, invocation.calls.clone());
            let calls = recording.calls_of(number as u32);
            let arranged: Vec<(Vec<u32>, i64)> =
                (0..calls.len()).map(|place| self.turn(recording, caller, begin, calls, place)).collect();
            for (at, (after, gap)) in range.zip(arranged) {
                let call = &mut recording.calls[at as usize];
                (call.after, call.gap) = (after, gap);
            }
        }
    }

    /// What a call waits for, and how long after that it starts.
    fn turn(&self, recording: &Recording, caller: u32, begin: i64, calls: &[Call], place: usize) -> (Vec<u32>, i64) {
        let call = &calls[place];
        let start = recording.span_of(call).0;
        let mut after = Vec::new();
        let mut ready = begin;
        for (at, before) in preceding(calls, place) {
            let end = recording.span_of(before).1;
            // A call that nobody waits for begins after whatever was done by then.
            let is_in_turn = !call.is_awaited || self.are_in_turn(caller, before.callee, call.callee);
            if before.is_awaited && end <= start && is_in_turn {
                after.push(at as u32);
                ready = ready.max(end);
            }
        }
        (after, (start - ready).max(0))
    }
}
