//! Templates of requests that were recorded.

use std::collections::BTreeMap;

use super::{CallTemplateRow, TemplateCall, TemplateSource, milliseconds};
use crate::analysis::EntityRef;
use crate::base::{Context, Result};
use crate::graph::{Node, Snapshot};
use crate::simulate::replay::{
    CallTemplate, Calls, Criticality, Need, ServiceLoad, Template, TemplateOutcome, learn, quantiles,
};
use crate::simulate::{Basis, Traffic};

/// A row for each operation and outcome, and what was taken for granted. O(n · log n).
pub(super) fn rows(
    snapshot: &Snapshot,
    traffic: &Traffic,
    context: &Context,
) -> Result<(Vec<CallTemplateRow>, Vec<String>)> {
    let learnt = learn(&traffic.recording, &traffic.policies, context)?;
    let mut all: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for template in &learnt.templates {
        let name = (&template.operation.service[..], &template.operation.operation[..]);
        *all.entry(name).or_default() += template.took.len() as u64;
    }
    let loads: BTreeMap<&str, &ServiceLoad> = learnt.loads.iter().map(|load| (&load.service[..], load)).collect();
    let known = Known { snapshot, entities: traffic.entities(snapshot), loads, seconds: learnt.seconds };
    let row = |template: &Template| {
        let name = (&template.operation.service[..], &template.operation.operation[..]);
        known.row(template, all[&name])
    };
    Ok((learnt.templates.iter().map(row).collect(), learnt.assumptions))
}

/// What rows are made with.
struct Known<'k> {
    snapshot: &'k Snapshot,
    entities: BTreeMap<&'k str, Node>,
    loads: BTreeMap<&'k str, &'k ServiceLoad>,
    seconds: f64,
}

impl Known<'_> {
    fn entity(&self, service: &str) -> Option<EntityRef> {
        self.entities.get(service).map(|node| EntityRef::of(self.snapshot, *node))
    }

    fn row(&self, template: &Template, all: u64) -> CallTemplateRow {
        let Template { operation, outcome, took, called, waited, queued, at_a_time, calls } = template;
        let count = took.len() as u64;
        let work: Vec<i64> =
            took.iter().zip(called.iter().zip(waited)).map(|(took, (called, waited))| took - called - waited).collect();
        let load = self.loads.get(&operation.service[..]);
        let workers = load.and_then(|load| load.workers).map(u64::from);
        let [took_p50_ms, took_p95_ms] = middle_and_high(took.clone());
        let [work_p50_ms, work_p95_ms] = middle_and_high(work.clone());
        CallTemplateRow {
            service: operation.service.clone(),
            entity: self.entity(&operation.service),
            operation: operation.operation.clone(),
            outcome: Some(*outcome),
            rests_on: TemplateSource::Spans,
            requests: count,
            share: count as f64 / all as f64,
            failed: if *outcome == TemplateOutcome::Failed { count } else { 0 },
            requests_a_second: (self.seconds > 0.0).then(|| count as f64 / self.seconds),
            took_ms: mean(took),
            work_ms: mean(&work),
            waiting_ms: mean(waited),
            called_ms: mean(called),
            queued_ms: mean(queued),
            took_p50_ms,
            took_p95_ms,
            work_p50_ms,
            work_p95_ms,
            workers,
            workers_basis: match load {
                Some(load) if load.is_learnt => Basis::Observed,
                _ if workers.is_some() => Basis::Declared,
                _ => Basis::Default,
            },
            utilisation: load.and_then(|load| load.utilisation).map(|[now, _]| now),
            calls_at_a_time: at_a_time.map(u64::from),
            calls: calls.iter().map(|call| self.call(call, count)).collect(),
            evidence: Vec::new(),
        }
    }

    fn call(&self, call: &CallTemplate, requests: u64) -> TemplateCall {
        let rules = &call.rules;
        let share = |count: u64, of: u64| count as f64 / of as f64;
        let (criticality, criticality_basis) = criticality(call);
        let [took_p50_ms, took_p95_ms] = middle_and_high(call.took.clone());
        let basis = |is_declared: bool, is_observed: bool| match (is_declared, is_observed) {
            (true, _) => Basis::Declared,
            (false, true) => Basis::Observed,
            (false, false) => Basis::Default,
        };
        TemplateCall {
            step: Some(call.step),
            callee: call.callee.to_string(),
            entity: self.entity(&call.callee.service),
            made_by: Some(share(call.requests, requests)),
            calls_a_request: share(call.calls, requests),
            is_in_turn: (call.calls > call.requests).then_some(call.is_in_turn),
            gap_ms: middle_and_high(call.gaps.clone())[0],
            took_p50_ms,
            took_p95_ms,
            failed: share(call.failed, call.calls),
            tries: Some(share(call.tries, call.calls)),
            criticality,
            criticality_basis,
            retries: rules.attempts.saturating_sub(1),
            retries_basis: basis(rules.declared.retries.is_some(), rules.has_failed || rules.attempts > 1),
            backoff_ms: (rules.attempts > 1).then(|| milliseconds(rules.backoff)),
            timeout_ms: rules.timeout.map(milliseconds),
            timeout_basis: basis(rules.declared.timeout_ms.is_some(), rules.timeout.is_some()),
            hit_ratio: rules.is_cache.then(|| share(call.hits, call.calls)),
        }
    }
}

/// What the failure of a call does, and how that is known.
fn criticality(call: &CallTemplate) -> (Criticality, Basis) {
    let calls = Calls { all: call.calls, unawaited: call.unawaited, failed: u64::from(call.rules.has_failed) };
    match Need::of(call.rules.declared.criticality, calls, call.rules.is_required) {
        Need::Declared(criticality) => (criticality, Basis::Declared),
        Need::Observed(criticality) => (criticality, Basis::Observed),
        Need::Unseen => (Criticality::Required, Basis::Default),
    }
}

/// In milliseconds; none of nothing.
fn mean(times: &[i64]) -> Option<f64> {
    let sum: i128 = times.iter().map(|time| i128::from(*time)).sum();
    (!times.is_empty()).then(|| sum as f64 / times.len() as f64 / 1e6)
}

/// The median and the 95th percentile, in milliseconds; none of nothing.
fn middle_and_high(mut times: Vec<i64>) -> [Option<f64>; 2] {
    times.sort_unstable();
    let all = quantiles(&times);
    [all.map(|all| all[0]), all.map(|all| all[1])]
}
