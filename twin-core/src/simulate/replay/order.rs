//! What must be done before a call starts, as learnt from all invocations of an operation: two calls of which one has always waited for the other depend on each
//! other, and those that were under way together at some time do not. Where somebody is asked several times, it counts which time it is.

use std::collections::BTreeMap;

use super::recording::{Call, Recording};

/// How often two calls of an operation were made together, and how often one of them was done before the other began.
#[derive(Clone, Copy, Default)]
struct Pair {
    together: u32,
    in_turn: u32,
}

/// The order of calls.
pub(super) struct Order {
    /// By caller and both callees.
    pairs: BTreeMap<(u32, u32, u32), Pair>,
    /// By caller and all that an invocation asks, one after the other.
    shapes: BTreeMap<(u32, Vec<u32>), Shape>,
}

/// Invocations of an operation that ask the same, one after the other.
#[derive(Default)]
struct Shape {
    count: u32,
    /// By two calls, how often the first one was done before the second began: those before the second call, then those before the third, and so on. Nothing where there are few such invocations.
    in_turn: Vec<u32>,
}

impl Shape {
    /// Where it stands of two calls, the first one by its place.
    fn place(at: usize, place: usize) -> usize {
        place * place.saturating_sub(1) / 2 + at
    }
}

/// Fewer invocations that ask the same say nothing.
const FEWEST: u32 = 5;
/// Of invocations with more calls than this, it does not count which of them it is.
const MOST_CALLS: usize = 32;

/// One in so many may be otherwise: clocks are not exact.
const EXCEPTIONS: u32 = 100;
/// What happens by chance in fewer cases than this, in parts per one, is taken to be no chance: one in a thousand, as many pairs of calls are looked at.
const BY_CHANCE: f64 = 0.001;
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
        let mut order = Order { pairs: BTreeMap::new(), shapes: BTreeMap::new() };
        let works = || (0..).zip(&recording.invocations).map(|(number, work)| (work, recording.calls_of(number)));
        for (invocation, calls) in works().filter(|(_, calls)| (2..=MOST_CALLS).contains(&calls.len())) {
            order.shapes.entry((invocation.operation, shape(calls))).or_default().count += 1;
        }
        for (invocation, calls) in works() {
            let shape = order.shapes.get_mut(&(invocation.operation, shape(calls)));
            let mut shape = shape.filter(|shape| shape.count >= FEWEST);
            if let Some(shape) = &mut shape {
                shape.in_turn.resize(Shape::place(0, calls.len()), 0);
            }
            for (place, call) in calls.iter().enumerate().filter(|(_, call)| call.is_awaited) {
                let start = recording.span_of(call).0;
                for (at, before) in preceding(calls, place).filter(|(_, before)| before.is_awaited) {
                    let pair = order.pairs.entry((invocation.operation, before.callee, call.callee)).or_default();
                    let is_done = u32::from(recording.span_of(before).1 <= start);
                    pair.together += 1;
                    pair.in_turn += is_done;
                    if let Some(shape) = &mut shape {
                        shape.in_turn[Shape::place(at, place)] += is_done;
                    }
                }
            }
        }
        order
    }

    /// Whether a call is always made when another one is done: as all calls of both callees are, whichever comes first; or, where these are made in turn and together, as these two are in invocations that ask
    /// the same, if that is no chance.
    fn is_in_turn(
        &self,
        caller: u32,
        shape: Option<&Shape>,
        (at, before): (usize, &Call),
        (place, call): (usize, &Call),
    ) -> bool {
        let pair = |a, b| self.pairs.get(&(caller, a, b)).copied().unwrap_or_default();
        let (here, there) = (pair(before.callee, call.callee), pair(call.callee, before.callee));
        let (together, in_turn) = (here.together + there.together, here.in_turn + there.in_turn);
        if (together - in_turn) * EXCEPTIONS <= together {
            return true;
        }
        let Some(shape) = shape else { return false };
        let done = shape.in_turn.get(Shape::place(at, place)).copied().unwrap_or_default();
        let usually = f64::from(in_turn) / f64::from(together);
        (shape.count - done) * EXCEPTIONS <= shape.count && usually.powf(f64::from(shape.count)) < BY_CHANCE
    }

    /// Writes down what each call waits for, and how long after that it starts.
    pub(super) fn arrange(&self, recording: &mut Recording) {
        for number in 0..recording.invocations.len() {
            let invocation = &recording.invocations[number];
            let (caller, begin, range) = (invocation.operation, invocation.start, invocation.calls.clone());
            let calls = recording.calls_of(number as u32);
            let shape = self.shapes.get(&(caller, shape(calls)));
            let turn = |place| self.turn(recording, (caller, begin), shape, calls, place);
            let arranged: Vec<(Vec<u32>, i64)> = (0..calls.len()).map(turn).collect();
            for (at, (after, gap)) in range.zip(arranged) {
                let call = &mut recording.calls[at as usize];
                (call.after, call.gap) = (after, gap);
            }
        }
    }

    /// What a call waits for, and how long after that it starts.
    fn turn(
        &self,
        recording: &Recording,
        (caller, begin): (u32, i64),
        shape: Option<&Shape>,
        calls: &[Call],
        place: usize,
    ) -> (Vec<u32>, i64) {
        let call = &calls[place];
        let start = recording.span_of(call).0;
        let mut after = Vec::new();
        let mut ready = begin;
        for (at, before) in preceding(calls, place) {
            let end = recording.span_of(before).1;
            // A call that nobody waits for begins after whatever was done by then.
            let is_in_turn = || !call.is_awaited || self.is_in_turn(caller, shape, (at, before), (place, call));
            if before.is_awaited && end <= start && is_in_turn() {
                after.push(at as u32);
                ready = ready.max(end);
            }
        }
        (after, (start - ready).max(0))
    }
}

/// Whom calls ask, one after the other.
fn shape(calls: &[Call]) -> Vec<u32> {
    calls.iter().map(|call| call.callee).collect()
}
