//! Who was asked for what: operations and instances by number, and attempts put where they were made.

use std::collections::HashMap;

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
