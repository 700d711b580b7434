//! What was learnt of each operation: how long it works by itself, whom it asks in which turn and by what rules, and how long it waits. By outcome, since who fails does other things
//! than who does not.

use std::collections::{BTreeMap, BTreeSet};

use super::change::Together;
use super::order::preceding;
use super::policy::{CallPolicy, OperationName, Policies};
use super::predict::{ServiceLoad, as_read, loads, patience, with_learnt};
use super::recording::{Call, Invocation, Recording};
use super::run::Score;
use super::station::Waits;
use super::usual::{Usual, usual};
use crate::base::{Context, Result};

/// How a request to an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TemplateOutcome {
    /// It was answered, and every call that it waited for as well.
    Succeeded,
    /// It was answered although a call that it waited for failed.
    Degraded,
    /// It failed.
    Failed,
}

/// What is learnt of recorded requests.
pub(in crate::simulate) struct Learnt {
    /// By operation, then by outcome.
    pub templates: Vec<Template>,
    /// By service.
    pub loads: Vec<ServiceLoad>,
    /// How long requests came, in seconds.
    pub seconds: f64,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
}

/// What an operation does where it ends in one way. Times are in nanoseconds, one for each request in their order.
pub(in crate::simulate) struct Template {
    pub operation: OperationName,
    pub outcome: TemplateOutcome,
    /// From its beginning to its end.
    pub took: Vec<i64>,
    /// While it waited for calls.
    pub called: Vec<i64>,
    /// While it waited for a worker, within its span.
    pub waited: Vec<i64>,
    /// While it waited for a worker before its span began.
    pub queued: Vec<i64>,
    /// How many calls it makes at a time, where others were seen to wait for that.
    pub at_a_time: Option<u32>,
    /// By step, then by callee.
    pub calls: Vec<CallTemplate>,
}

/// How an operation asks another one, where it ends in one way.
pub(in crate::simulate) struct CallTemplate {
    pub callee: OperationName,
    /// Its turn, from 1: calls of one step are under way together.
    pub step: u32,
    /// Of several calls in one request, whether each waits for the one before.
    pub is_in_turn: bool,
    /// How many requests make it.
    pub requests: u64,
    /// How often it is made.
    pub calls: u64,
    /// How often nobody waits for it.
    pub unawaited: u64,
    /// How often it fails, after all tries.
    pub failed: u64,
    /// How often it is tried, together.
    pub tries: u64,
    /// How often it had what was asked for, if it is a cache.
    pub hits: u64,
    /// From what it waits for to its beginning, in nanoseconds.
    pub gaps: Vec<i64>,
    /// From its first try to the end of its last one, in nanoseconds.
    pub took: Vec<i64>,
    /// By what rules it is made.
    pub rules: Rules,
}

/// By what rules an operation asks another one.
#[derive(Clone, Default)]
pub(in crate::simulate) struct Rules {
    /// What is declared.
    pub declared: CallPolicy,
    /// Whether its caller fails with it.
    pub is_required: bool,
    /// Whether it was seen to fail.
    pub has_failed: bool,
    /// After which time the caller gives up, in nanoseconds.
    pub timeout: Option<i64>,
    /// How often it is tried at most.
    pub attempts: u32,
    /// How long the caller waits before it tries again, in nanoseconds.
    pub backoff: i64,
    /// Whether the callee is a cache of the caller.
    pub is_cache: bool,
}

/// Learns what operations do. O(n · log n).
///
/// # Errors
/// Those of policies that make no sense; `Cancelled` and `Limit` as the context says.
pub(in crate::simulate) fn learn(recording: &Recording, policies: &Policies, context: &Context) -> Result<Learnt> {
    policies.check()?;
    let limits = recording.learnt(policies);
    let policies = &*with_learnt(policies, &limits);
    let (usual, waits) = (usual(recording, policies), Waits::of(recording, policies));
    let score = Score { recording, policies, usual: &usual, waits: &waits, seed: 0, mix: None };
    let played = score.play(Together(&[]), context)?;
    let (rules, queued) = (rules(recording, policies, &usual), queued(recording, &waits));
    let learning = Learning { recording, waits: &waits, queued, rules };
    let taken = as_read(recording, policies, &limits).into_iter().chain(patience(recording, &usual));
    Ok(Learnt {
        templates: learning.templates(),
        loads: loads(&score, &played, &played, &limits),
        seconds: played.window / 1e9,
        assumptions: taken.collect(),
    })
}

/// By invocation, what of the way to it was no way: waiting for a worker.
fn queued(recording: &Recording, waits: &Waits) -> Vec<i64> {
    let mut queued = vec![0; recording.invocations.len()];
    for (attempt, way) in recording.attempts.iter().zip(&waits.ways) {
        if let Some(served) = attempt.served {
            let until = recording.invocations[served as usize].start;
            queued[served as usize] = (until - attempt.start).max(0) - way.there;
        }
    }
    queued
}

/// By caller and callee, the rules of their calls.
fn rules(
    recording: &Recording,
    policies: &Policies,
    usual: &BTreeMap<(u32, u32), Usual>,
) -> BTreeMap<(u32, u32), Rules> {
    let mut failed: BTreeSet<(u32, u32)> = BTreeSet::new();
    for (number, work) in (0..).zip(&recording.invocations) {
        let calls = recording.calls_of(number).iter().filter(|call| recording.has_failed(call));
        failed.extend(calls.map(|call| (work.operation, call.callee)));
    }
    let rules = |(pair, usual): (&(u32, u32), &Usual)| {
        let names = (recording.name(pair.0).clone(), recording.name(pair.1).clone());
        let rules = Rules {
            declared: policies.calls.get(&names).cloned().unwrap_or_default(),
            is_required: usual.is_required,
            has_failed: failed.contains(pair),
            timeout: usual.timeout,
            attempts: usual.attempts,
            backoff: usual.backoff,
            is_cache: usual.is_cache,
        };
        (*pair, rules)
    };
    usual.iter().map(rules).collect()
}

/// What templates are made of.
struct Learning<'r> {
    recording: &'r Recording,
    waits: &'r Waits,
    /// By invocation, how long it waited for a worker before it began, in nanoseconds.
    queued: Vec<i64>,
    rules: BTreeMap<(u32, u32), Rules>,
}

impl Learning<'_> {
    fn templates(&self) -> Vec<Template> {
        let mut works: BTreeMap<(&OperationName, TemplateOutcome), Vec<u32>> = BTreeMap::new();
        for (number, work) in (0..).zip(&self.recording.invocations) {
            let outcome = self.outcome(number, work);
            works.entry((self.recording.name(work.operation), outcome)).or_default().push(number);
        }
        let turns = Turns::of(self.recording);
        works
            .into_iter()
            .map(|((operation, outcome), works)| self.template(operation, outcome, &works, &turns))
            .collect()
    }

    fn outcome(&self, number: u32, work: &Invocation) -> TemplateOutcome {
        let has_lost = |call: &Call| call.is_awaited && self.recording.has_failed(call);
        match work.failed {
            true => TemplateOutcome::Failed,
            false if self.recording.calls_of(number).iter().any(has_lost) => TemplateOutcome::Degraded,
            false => TemplateOutcome::Succeeded,
        }
    }

    fn template(&self, name: &OperationName, outcome: TemplateOutcome, works: &[u32], turns: &Turns) -> Template {
        let mut calls: BTreeMap<u32, CallTemplate> = BTreeMap::new();
        let [mut took, mut called, mut waited, mut queued] = [const { Vec::new() }; 4];
        for number in works {
            let work = &self.recording.invocations[*number as usize];
            let whole = work.end - work.start;
            let asked = self.called(*number, work);
            took.push(whole);
            called.push(asked);
            waited.push(self.waits.inside[*number as usize].clamp(0, whole - asked));
            queued.push(self.queued[*number as usize]);
            let mut seen = BTreeSet::new();
            let calls_of = self.recording.calls_of(*number);
            for (place, call) in calls_of.iter().enumerate() {
                let pair = (work.operation, call.callee);
                let template = calls.entry(call.callee).or_insert_with(|| self.blank(pair, turns));
                template.requests += u64::from(seen.insert(call.callee));
                template.count(self.recording, calls_of, place);
            }
        }
        let number = works.first().map(|number| self.recording.invocations[*number as usize].operation);
        let at_a_time = number.and_then(|operation| self.recording.pools.get(&operation).copied());
        let mut calls: Vec<CallTemplate> = calls.into_values().collect();
        calls.sort_by(|a, b| (a.step, &a.callee).cmp(&(b.step, &b.callee)));
        Template { operation: name.clone(), outcome, took, called, waited, queued, at_a_time, calls }
    }

    /// How long some work waited for calls: while any of them was under way, as long as it lasted itself.
    fn called(&self, number: u32, work: &Invocation) -> i64 {
        let awaited = self.recording.calls_of(number).iter().filter(|call| call.is_awaited);
        let mut spans: Vec<(i64, i64)> = awaited.map(|call| self.recording.span_of(call)).collect();
        spans.sort_unstable();
        let (mut all, mut until) = (0, work.start);
        for (start, end) in spans {
            let (start, end) = (start.max(until), end.min(work.end));
            all += (end - start).max(0);
            until = until.max(end);
        }
        all
    }

    fn blank(&self, (caller, callee): (u32, u32), turns: &Turns) -> CallTemplate {
        CallTemplate {
            callee: self.recording.name(callee).clone(),
            step: turns.steps.get(&(caller, callee)).copied().unwrap_or(1),
            is_in_turn: turns.repeat_in_turn(caller, callee),
            requests: 0,
            calls: 0,
            unawaited: 0,
            failed: 0,
            tries: 0,
            hits: 0,
            gaps: Vec::new(),
            took: Vec::new(),
            rules: self.rules.get(&(caller, callee)).cloned().unwrap_or_default(),
        }
    }
}

impl CallTemplate {
    fn count(&mut self, recording: &Recording, calls: &[Call], place: usize) {
        let call = &calls[place];
        let attempts = recording.attempts_of(call);
        let (start, end) = recording.span_of(call);
        self.calls += 1;
        self.unawaited += u64::from(!call.is_awaited);
        self.failed += u64::from(recording.has_failed(call));
        self.tries += attempts.len() as u64;
        self.hits += u64::from(!recording.has_failed(call) && recording.has_hit(calls, place));
        self.gaps.push(call.gap);
        self.took.push(end - start);
    }
}

/// How often a call of one callee waited for one of another, and how often it did not.
#[derive(Clone, Copy, Default)]
struct Pair {
    in_turn: u64,
    together: u64,
}

/// The turn of calls, by operation.
struct Turns {
    /// By caller, and both callees.
    pairs: BTreeMap<(u32, u32, u32), Pair>,
    /// By caller and callee.
    steps: BTreeMap<(u32, u32), u32>,
}

impl Turns {
    /// O(calls · 64).
    fn of(recording: &Recording) -> Turns {
        let mut turns = Turns { pairs: BTreeMap::new(), steps: BTreeMap::new() };
        // By caller and callee, when calls begin: how late they do together, and how many there are.
        let mut begins: BTreeMap<u32, BTreeMap<u32, (i128, i128)>> = BTreeMap::new();
        for (number, work) in (0..).zip(&recording.invocations) {
            let calls = recording.calls_of(number);
            for (place, call) in calls.iter().enumerate() {
                let begin = begins.entry(work.operation).or_default().entry(call.callee).or_default();
                *begin = (begin.0 + i128::from(recording.span_of(call).0 - work.start), begin.1 + 1);
                for (at, before) in preceding(calls, place) {
                    let pair = turns.pairs.entry((work.operation, before.callee, call.callee)).or_default();
                    match call.after.contains(&(at as u32)) {
                        true => pair.in_turn += 1,
                        false => pair.together += 1,
                    }
                }
            }
        }
        for (caller, callees) in begins {
            let mut callees: Vec<(i128, u32)> =
                callees.into_iter().map(|(callee, (late, count))| (late / count.max(1), callee)).collect();
            callees.sort_unstable();
            turns.count_steps(caller, &callees);
        }
        turns
    }

    /// Each is a step later than the last of those it waits for, of those that usually begin earlier.
    fn count_steps(&mut self, caller: u32, callees: &[(i128, u32)]) {
        for (place, (_, callee)) in callees.iter().enumerate() {
            let earlier = callees[..place].iter().filter(|(_, before)| self.waits_for(caller, *before, *callee));
            let last = earlier.filter_map(|(_, before)| self.steps.get(&(caller, *before))).max();
            let step = last.map_or(1, |last| last + 1);
            self.steps.insert((caller, *callee), step);
        }
    }

    /// Whether calls of one callee usually wait for those of another.
    fn waits_for(&self, caller: u32, before: u32, callee: u32) -> bool {
        let pair = |a, b| self.pairs.get(&(caller, a, b)).copied().unwrap_or_default();
        let (here, there) = (pair(before, callee), pair(callee, before));
        here.in_turn > there.in_turn && here.in_turn >= here.together
    }

    fn repeat_in_turn(&self, caller: u32, callee: u32) -> bool {
        let pair = self.pairs.get(&(caller, callee, callee)).copied().unwrap_or_default();
        pair.in_turn > 0 && pair.in_turn >= pair.together
    }
}
