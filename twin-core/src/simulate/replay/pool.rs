//! How many calls an operation makes at a time, where others were seen to wait until one was done: a pool of threads, of connections, or a loop that keeps so many under way.

use std::collections::BTreeMap;

use super::order::preceding;
use super::recording::{Call, Recording};

/// So many calls at least have to have waited for another one.
const ENOUGH: usize = 20;
/// Nine of ten of these have to have begun as soon as another one was done, with as many under way until then as ever were.
const AT_ONCE: (usize, usize) = (9, 10);
/// What begins so soon after another one is done was waiting for that, in nanoseconds: a millisecond.
const SOON: i64 = 1_000_000;

/// Learns by operation how many calls it makes at a time, and writes down which call each one waited for. Calls that wait for others by their order do not count. O(calls · 64).
pub(super) fn arrange(recording: &mut Recording) -> BTreeMap<u32, u32> {
    let mut waits: BTreeMap<u32, Vec<Wait>> = BTreeMap::new();
    let mut most: BTreeMap<u32, u32> = BTreeMap::new();
    for (number, work) in (0..).zip(&recording.invocations) {
        let own = most.entry(work.operation).or_default();
        let waits = waits.entry(work.operation).or_default();
        let calls = recording.calls_of(number);
        let awaited = calls.iter().enumerate().filter(|(_, call)| call.is_awaited);
        for (turn, (place, call)) in (1..).zip(awaited) {
            let wait = Wait { number: work.calls.start + place as u32, turn, ..Wait::of(recording, calls, place) };
            *own = wait.under_way.max(*own);
            let waits_by_order = !call.after.is_empty() && call.gap <= SOON;
            waits.extend((!waits_by_order).then_some(wait));
        }
    }
    most.retain(|operation, most| is_pool(&waits[operation], *most));
    for (operation, most) in &most {
        let waited = waits[operation].iter().filter(|wait| wait.is_late(*most) && wait.was_full(*most));
        for (wait, (freed, gap)) in waited.filter_map(|wait| Some((wait, wait.freed?))) {
            let call = &mut recording.calls[wait.number as usize];
            if !call.after.contains(&freed) {
                call.after.push(freed);
            }
            call.gap = call.gap.min(gap);
        }
    }
    most
}

/// What was under way when a call began.
struct Wait {
    /// The call, by its number.
    number: u32,
    /// Its place among the calls of its work that are waited for, from 1.
    turn: u32,
    /// How many were under way from then on, with itself.
    under_way: u32,
    /// How many were done right before.
    done: u32,
    /// The last of these by its place among the calls of its work, and how long before it was done, in nanoseconds.
    freed: Option<(u32, i64)>,
}

impl Wait {
    fn of(recording: &Recording, calls: &[Call], place: usize) -> Wait {
        let start = recording.span_of(&calls[place]).0;
        let mut wait = Wait { number: 0, turn: 0, under_way: 1, done: 0, freed: None };
        for (at, before) in preceding(calls, place).filter(|(_, before)| before.is_awaited) {
            let ago = start - recording.span_of(before).1;
            if ago < 0 {
                wait.under_way += 1;
            } else if ago <= SOON {
                wait.done += 1;
                wait.freed = wait.freed.filter(|(_, other)| *other <= ago).or(Some((at as u32, ago)));
            }
        }
        wait
    }

    /// Whether as many as are made at a time had begun before.
    fn is_late(&self, most: u32) -> bool {
        self.turn > most
    }

    /// Whether as many as are made at a time were under way until one was done.
    fn was_full(&self, most: u32) -> bool {
        self.under_way - 1 + self.done >= most
    }
}

fn is_pool(waits: &[Wait], most: u32) -> bool {
    let late: Vec<&Wait> = waits.iter().filter(|wait| wait.is_late(most)).collect();
    let waited = late.iter().filter(|wait| wait.was_full(most) && wait.freed.is_some()).count();
    most > 1 && late.len() >= ENOUGH && AT_ONCE.1 * waited >= AT_ONCE.0 * late.len()
}
