//! Who was asked for what: operations and instances by number, and attempts put where they were made.

use std::collections::{BTreeMap, HashMap};

use super::chance::surprise;
use super::policy::OperationName;
use super::recording::{Attempt, Invocation, Recording};
use super::span::{Span, SpanKind};

/// Who is asked by a caller that does not say whom.
pub(super) const UNNAMED: &str = "(unknown)";

/// Operations by name.
#[derive(Default)]
pub(super) struct Names {
    pub all: Vec<OperationName>,
    places: HashMap<OperationName, u32>,
    /// By service, and by what its instances call themselves, their numbers.
    instances: HashMap<String, HashMap<String, u32>>,
}

impl Names {
    pub fn place(&mut self, service: &str, operation: &str) -> u32 {
        let name = OperationName::new(service, operation);
        *self.places.entry(name).or_insert_with_key(|name| {
            self.all.push(name.clone());
            self.all.len() as u32 - 1
        })
    }

    /// The number of an instance among those of its service.
    pub fn instance(&mut self, service: &str, name: &str) -> u32 {
        if !self.instances.contains_key(service) {
            self.instances.insert(service.to_owned(), HashMap::new());
        }
        let known = self.instances.get_mut(service).map(|known| {
            let next = known.len() as u32;
            known.get(name).copied().unwrap_or_else(|| *known.entry(name.to_owned()).or_insert(next))
        });
        known.unwrap_or_default()
    }
}

/// An attempt, with whom it is addressed to.
pub(super) struct Asked {
    pub id: u64,
    pub callee: u32,
    pub is_sent: bool,
    /// Whether nobody wrote the call down: it is as long as what served it.
    pub is_own: bool,
    pub resends: u32,
    pub attempt: Attempt,
}

impl Asked {
    pub fn by(span: &Span, served: Option<u32>, recording: &Recording, names: &mut Names) -> Asked {
        let unnamed = || names.place(span.peer.as_deref().unwrap_or(UNNAMED), &span.operation);
        let callee = served.map_or_else(unnamed, |served| recording.invocations[served as usize].operation);
        let attempt =
            Attempt { start: span.start_ns, end: span.end_ns, failed: span.failed, served, hit: span.cache_hit };
        Asked {
            id: span.id,
            callee,
            is_sent: span.kind == SpanKind::Producer,
            is_own: false,
            resends: span.resends,
            attempt,
        }
    }

    pub fn at_once(served: u32, recording: &Recording) -> Asked {
        let Invocation { operation, start, end, failed, .. } = recording.invocations[served as usize];
        let attempt = Attempt { start, end, failed, served: Some(served), hit: None };
        Asked { id: 0, callee: operation, is_sent: false, is_own: true, resends: 0, attempt }
    }
}

/// Which calls are made again because they failed, by caller and callee.
pub(super) struct Again {
    pairs: BTreeMap<(u32, u32), Seen>,
}

/// What was seen of calls from one operation to another.
#[derive(Default)]
struct Seen {
    /// Of those that were answered, how many another one followed, and how many there were.
    answered: [u32; 2],
    /// The same of those that failed.
    failed: [u32; 2],
    /// Whether any says that it had been made before.
    is_said: bool,
}

impl Again {
    /// From all that was asked by each work, in order. O(calls).
    pub fn of(asked: &[(u32, Vec<Asked>)], invocations: &[Invocation]) -> Again {
        let mut pairs: BTreeMap<(u32, u32), Seen> = BTreeMap::new();
        for (owner, asked) in asked {
            let caller = invocations[*owner as usize].operation;
            let last: HashMap<u32, (usize, i64)> =
                asked.iter().enumerate().map(|(place, asked)| (asked.callee, (place, asked.attempt.start))).collect();
            for (place, Asked { callee, resends, attempt, .. }) in asked.iter().enumerate() {
                let seen = pairs.entry((caller, *callee)).or_default();
                let is_followed = last[callee].0 > place && last[callee].1 >= attempt.end;
                let count = if attempt.failed { &mut seen.failed } else { &mut seen.answered };
                count[0] += u32::from(is_followed);
                count[1] += 1;
                seen.is_said |= *resends > 0;
            }
        }
        Again { pairs }
    }

    /// Whether a call may be one that failed so often already: as calls of this kind say, or else if more follow those that failed than those that were answered, by far and not by chance, and it is not tried more often
    /// than is declared.
    pub fn may_be(&self, (caller, callee): (u32, u32), resends: u32, attempts: u32, retries: Option<u32>) -> bool {
        let Some(seen) = self.pairs.get(&(caller, callee)) else { return false };
        let is_allowed = retries.is_none_or(|retries| attempts <= retries);
        if seen.is_said { attempts <= resends } else { is_allowed && seen.shows_tries() }
    }
}

impl Seen {
    fn shows_tries(&self) -> bool {
        /// Where nothing follows an answer, so many of those that failed have to be followed.
        const LEAST: f64 = 0.4;
        /// One case in a hundred.
        const BY_CHANCE: f64 = 0.01;
        let [followed, failed] = self.failed.map(f64::from);
        let usually = f64::from(self.answered[0]) / f64::from(self.answered[1].max(1));
        let share = followed / failed.max(1.0);
        if share < LEAST + (1.0 - LEAST) * usually {
            return false;
        }
        failed * surprise(share, usually) >= -BY_CHANCE.ln()
    }
}

impl Recording {
    /// Where clocks differ, what was served seems to begin before it was asked for, or to end after that was answered: it is taken to lie in the middle of the call. By how much it was moved.
    pub(super) fn shift_into(
        &mut self,
        served: u32,
        attempt: &Attempt,
        is_sent: bool,
        (owners, is_own): (i64, bool),
    ) -> i64 {
        let (start, end) = (attempt.start, attempt.end);
        let invocation = &mut self.invocations[served as usize];
        let is_within = |by: i64| start <= invocation.start + by && (invocation.end + by <= end || is_sent);
        let took = invocation.end - invocation.start;
        // Of a call that failed, the work may end later, since its caller has given up. It may even begin later, where it waited for a worker for so long; who fails itself has begun within the call.
        let gave_up = !invocation.failed;
        let begins = |by: i64| {
            let begin = invocation.start + by;
            attempt.failed && begin >= start && (begin <= end || gave_up)
        };
        let shift = match (is_own, took <= end - start) {
            (true, _) => owners,
            _ if is_within(0) => 0,
            _ if is_within(owners) => owners,
            _ if begins(0) => 0,
            _ if begins(owners) => owners,
            (false, true) => (start + end - invocation.start - invocation.end) / 2,
            (false, false) => 0,
        };
        invocation.start += shift;
        invocation.end += shift;
        shift
    }
}
