//! What calls usually come to, for what was not recorded as it would be: how they fail, how often they are tried again, and what another attempt would be like.

use std::collections::BTreeMap;

use super::branches::say_who_waits_beside;
use super::policy::{Breaker, CallPolicy, Criticality, Policies, nanoseconds};
use super::recording::{Attempt, Recording};

/// What is known of the calls from one operation to another.
#[derive(Clone, Debug, Default)]
pub(super) struct Usual {
    /// Whether its caller fails with it.
    pub is_required: bool,
    /// Whether the callee is a cache of the caller.
    pub is_cache: bool,
    /// After which time the caller gives up, in nanoseconds.
    pub timeout: Option<i64>,
    /// Whether it does so even where it was seen to wait longer.
    pub timeout_is_new: bool,
    /// Whether nobody says so, and it was seen.
    pub timeout_is_learnt: bool,
    /// How often it is tried at most.
    pub attempts: u32,
    /// How long the caller waits before it tries again, in nanoseconds.
    pub backoff: i64,
    /// The breaker before it.
    pub breaker: Option<Breaker>,
    /// How long a refused connection takes, in nanoseconds.
    pub refusal: i64,
    /// Attempts that were made, of which another one would be like one.
    pub made: Vec<u32>,
    /// Whether how often it is tried is what a change says, whatever was recorded.
    pub retries_are_new: bool,
    /// Whether how long it waits between is what a change says, whatever was recorded.
    pub backoff_is_new: bool,
    /// Whether what its failure does is what a change says, whatever was recorded.
    pub criticality_is_new: bool,
    /// Whether its caller was seen to fail with it, as often as not.
    pub fails_its_caller: bool,
    /// Whether its caller, when it fails, waits for what is under way beside it: calls made before it, and calls made after it.
    pub waits_beside: [bool; 2],
    /// Work that succeeded with such a call that did, and the place of the call: where callers were seen to fail with it.
    pub good: Vec<(u32, u32)>,
}

/// What was recorded of the calls from one operation to another.
#[derive(Default)]
struct Seen {
    made: Vec<u32>,
    most: u32,
    pauses: Vec<i64>,
    overheads: Overheads,
    /// How long callers waited who gave up, and how long any did at most, in nanoseconds.
    gave_up: Vec<i64>,
    longest: i64,
    failed: u32,
    survived: u32,
    is_cache: bool,
    good: Vec<(u32, u32)>,
}

/// What calls usually come to, by caller and callee.
pub(super) fn usual(recording: &Recording, policies: &Policies) -> BTreeMap<(u32, u32), Usual> {
    let mut seen: BTreeMap<(u32, u32), Seen> = BTreeMap::new();
    for (number, invocation) in recording.invocations.iter().enumerate() {
        for (place, call) in recording.calls_of(number as u32).iter().enumerate() {
            let seen = seen.entry((invocation.operation, call.callee)).or_default();
            let attempts = recording.attempts_of(call);
            seen.made.extend(call.attempts.clone());
            seen.most = seen.most.max(attempts.len() as u32);
            seen.pauses.extend(attempts.windows(2).map(|two| (two[1].start - two[0].end).max(0)));
            attempts.iter().for_each(|attempt| seen.overheads.add(recording, attempt));
            attempts.iter().for_each(|attempt| seen.wait(recording, attempt));
            seen.is_cache |= attempts.iter().any(|attempt| attempt.hit.is_some());
            seen.failed += u32::from(recording.has_failed(call));
            seen.survived += u32::from(recording.has_failed(call) && !invocation.failed);
            if !invocation.failed && !recording.has_failed(call) && call.is_awaited {
                seen.good.push((number as u32, place as u32));
            }
        }
    }
    // Beside the work that serves it, whoever asks somebody with so many workers waits for one of these, and nobody waits to be refused.
    let is_limited = |callee: &u32| {
        let policy = policies.services.get(&recording.name(*callee).service);
        policy.is_some_and(|policy| policy.workers.is_some())
    };
    let mut everywhere = Overheads::default();
    for ((_, callee), seen) in &seen {
        if !is_limited(callee) {
            everywhere.add_all(&seen.overheads);
        }
    }
    let of = |((caller, callee), seen): ((u32, u32), Seen)| {
        let pair = (recording.name(caller).clone(), recording.name(callee).clone());
        let policy = policies.calls.get(&pair).cloned().unwrap_or_default();
        let nothing = Overheads::default();
        let here = if is_limited(&callee) && !everywhere.is_empty() { &nothing } else { &seen.overheads };
        let refusal = here.refusal(&everywhere);
        ((caller, callee), seen.with(&policy, refusal))
    };
    let mut usual = seen.into_iter().map(of).collect();
    say_who_waits_beside(recording, &mut usual);
    usual
}

/// What attempts took beside the work that served them, in nanoseconds.
#[derive(Default)]
struct Overheads {
    failed: Vec<i64>,
    answered: Vec<i64>,
}

impl Overheads {
    fn add(&mut self, recording: &Recording, attempt: &Attempt) {
        let Some(served) = attempt.served else { return };
        let work = &recording.invocations[served as usize];
        if work.is_hearsay {
            return;
        }
        let overhead = (attempt.end - attempt.start - (work.end - work.start)).max(0);
        // Whoever gave up says nothing of it.
        match (attempt.failed, work.failed) {
            (true, true) => self.failed.push(overhead),
            (false, false) => self.answered.push(overhead),
            _ => {}
        }
    }

    fn add_all(&mut self, other: &Overheads) {
        self.failed.extend(&other.failed);
        self.answered.extend(&other.answered);
    }

    fn is_empty(&self) -> bool {
        self.failed.is_empty() && self.answered.is_empty()
    }

    /// How long it takes to be refused: as long as the way to somebody who fails and back, here or else anywhere, or else to somebody who answers.
    fn refusal(&self, everywhere: &Overheads) -> i64 {
        let known = [&self.failed, &everywhere.failed, &self.answered, &everywhere.answered];
        known.into_iter().find(|known| !known.is_empty()).map_or(0, |known| median(known.clone()))
    }
}

impl Seen {
    fn wait(&mut self, recording: &Recording, attempt: &Attempt) {
        let took = attempt.end - attempt.start;
        self.longest = self.longest.max(took);
        let served = attempt.served.map(|served| &recording.invocations[served as usize]);
        if attempt.failed && served.is_some_and(|work| work.end > attempt.end) {
            self.gave_up.push(took);
        }
    }

    /// After which time callers give up: as several were seen to after the same time, and nobody after a longer one.
    fn learnt_timeout(&self) -> Option<i64> {
        const ENOUGH: usize = 5;
        /// A time-out is noticed a little late: by a twentieth and a millisecond at most.
        const LATE: (i64, i64) = (20, 1_000_000);
        let (least, most) = (*self.gave_up.iter().min()?, *self.gave_up.iter().max()?);
        let is_one = most - least <= least / LATE.0 + LATE.1 && self.longest <= most;
        (is_one && self.gave_up.len() >= ENOUGH).then_some(most)
    }

    fn with(self, policy: &CallPolicy, refusal: i64) -> Usual {
        let learnt = self.learnt_timeout().filter(|_| policy.timeout_ms.is_none());
        let Seen { made, most, pauses, failed, survived, is_cache, good, .. } = self;
        let fails_its_caller = failed > 0 && 2 * survived <= failed;
        // Of calls that failed, most callers went on.
        let was_survived = failed > 0 && 2 * survived > failed;
        Usual {
            is_required: policy.criticality.map_or(!was_survived, |criticality| criticality == Criticality::Required),
            is_cache: is_cache || policy.is_cache,
            timeout: policy.timeout_ms.map(nanoseconds).or(learnt),
            timeout_is_learnt: learnt.is_some(),
            timeout_is_new: policy.timeout_is_new,
            attempts: policy.retries.map_or(most, |retries| retries.saturating_add(1)).max(1),
            backoff: policy.backoff_ms.map_or_else(|| median(pauses), nanoseconds),
            breaker: policy.breaker,
            refusal,
            made,
            retries_are_new: policy.retries_are_new,
            backoff_is_new: policy.backoff_is_new,
            criticality_is_new: policy.criticality_is_new,
            fails_its_caller,
            waits_beside: [false; 2],
            good: if fails_its_caller { good } else { Vec::new() },
        }
    }
}

fn median(mut values: Vec<i64>) -> i64 {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}
