//! What was learnt of requests, for people: what each operation does by itself, whom it asks in which turn and by what rules, and how long it waits. What no span shows is filled from
//! counts. Why this is an answer of its own is in `docs/decisions/0027`.

mod counted;
mod recorded;

use serde::Serialize;

use crate::analysis::{EntityRef, basis, envelope};
use crate::answer::{Answer, Cites, EvidenceId, Profile, Status, list_cells, table_row, text_cells};
use crate::base::{Context, Result};
use crate::graph::Snapshot;
use crate::simulate::replay::{Criticality, TemplateOutcome};
use crate::simulate::{Basis, Traffic};

/// What one operation does where it ends in one way. Times are in milliseconds; of counts, which know no parts of a request, only quantiles of the whole are told.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct CallTemplateRow {
    /// Whose operation it is.
    pub service: String,
    /// The entity that it is, where the twin knows one.
    pub entity: Option<EntityRef>,
    /// Which operation.
    pub operation: String,
    /// How these requests ended; none where they were only counted.
    pub outcome: Option<TemplateOutcome>,
    /// What it rests on.
    pub rests_on: TemplateSource,
    /// How many requests there were.
    pub requests: u64,
    /// Which part of all requests to the operation that is, from 0 to 1.
    pub share: f64,
    /// How many of these failed.
    pub failed: u64,
    /// How many of these came each second, as far as it is known for how long they came.
    pub requests_a_second: Option<f64>,
    /// How long they took, on average: the sum of the three parts that follow.
    pub took_ms: Option<f64>,
    /// How long the operation worked by itself, on average.
    pub work_ms: Option<f64>,
    /// How long it waited for a worker once its span had begun, on average.
    pub waiting_ms: Option<f64>,
    /// How long it waited for one call or more, on average.
    pub called_ms: Option<f64>,
    /// How long requests waited for a worker before their span began, on average: a part of their callers' calls, and none of how long they took.
    pub queued_ms: Option<f64>,
    /// The median of how long they took.
    pub took_p50_ms: Option<f64>,
    /// The 95th percentile of that.
    pub took_p95_ms: Option<f64>,
    /// The median of how long the operation worked by itself.
    pub work_p50_ms: Option<f64>,
    /// The 95th percentile of that.
    pub work_p95_ms: Option<f64>,
    /// How many requests its service serves at a time; none where no limit is known, and as many as come are served.
    pub workers: Option<u64>,
    /// How that is known.
    pub workers_basis: Basis,
    /// The share of their time that these workers are asked for, of all operations together, from 0 on.
    pub utilisation: Option<f64>,
    /// How many calls it makes at a time, where others were seen to wait until one was done; none where no such limit was seen.
    pub calls_at_a_time: Option<u64>,
    /// Whom it asks, by step.
    pub calls: Vec<TemplateCall>,
    /// Where they were counted; of recorded requests nothing is kept.
    pub evidence: Vec<EvidenceId>,
}

/// How an operation asks another one, where it ends in one way.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct TemplateCall {
    /// Its turn, from 1: calls of one step are under way together, and each step waits for one before. None where requests were only counted.
    pub step: Option<u32>,
    /// Who is asked for what: `service.operation`.
    pub callee: String,
    /// The entity that is asked, where the twin knows one.
    pub entity: Option<EntityRef>,
    /// Which part of the requests makes it, from 0 to 1.
    pub made_by: Option<f64>,
    /// How often a request makes it, on average over all of them.
    pub calls_a_request: f64,
    /// Where a request makes it more than once, whether each of these calls waits for the one before.
    pub is_in_turn: Option<bool>,
    /// How long its caller works before it, from the end of what it waits for: the median.
    pub gap_ms: Option<f64>,
    /// How long it takes its caller with all tries: the median.
    pub took_p50_ms: Option<f64>,
    /// The 95th percentile of that.
    pub took_p95_ms: Option<f64>,
    /// Which part of the calls fails after all tries, from 0 to 1.
    pub failed: f64,
    /// How often it is tried, on average.
    pub tries: Option<f64>,
    /// What its failure does to its caller.
    pub criticality: Criticality,
    /// How that is known.
    pub criticality_basis: Basis,
    /// How often it is tried again at most.
    pub retries: u32,
    /// How that is known.
    pub retries_basis: Basis,
    /// How long its caller waits before it tries again, where it does.
    pub backoff_ms: Option<f64>,
    /// After which time its caller gives up; none where no such time is known, and callers wait for as long as it takes.
    pub timeout_ms: Option<f64>,
    /// How that is known.
    pub timeout_basis: Basis,
    /// Of a cache, which part of the calls finds what it asks for, from 0 to 1.
    pub hit_ratio: Option<f64>,
}

/// What a template rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TemplateSource {
    /// Recorded requests.
    Spans,
    /// What the twin has counted of requests.
    Counts,
}

table_row!(
    CallTemplateRow: service, entity, operation, outcome, rests_on, requests, share, failed, requests_a_second, took_ms, work_ms, waiting_ms, called_ms, queued_ms, took_p50_ms, took_p95_ms,
    work_p50_ms, work_p95_ms, workers, workers_basis, utilisation, calls_at_a_time, calls, evidence
);
text_cells!(
    TemplateOutcome: |outcome| match outcome {
        TemplateOutcome::Succeeded => "succeeded".into(),
        TemplateOutcome::Degraded => "degraded".into(),
        TemplateOutcome::Failed => "failed".into(),
    },
    TemplateSource: |source| match source {
        TemplateSource::Spans => "spans".into(),
        TemplateSource::Counts => "counts".into(),
    },
);
list_cells!(TemplateCall: |call| call.callee.as_str().into());

impl Cites for CallTemplateRow {
    fn cites(&self) -> &[EvidenceId] {
        &self.evidence
    }
}

/// Reading, learning, filling up.
const STEPS: u64 = 2;

/// What was learnt of requests: by operation and outcome, its own work, its calls with their turn and their rules, and its waits, as a comparison plays them again. Operations of
/// services that no recorded request shows are told as the twin has counted them. O(n · log n) for n spans, and O(counts).
///
/// # Errors
/// Those of policies that make no sense; `Cancelled` and `Limit` as the context says.
pub fn call_templates(
    snapshot: &Snapshot,
    traffic: Option<&Traffic>,
    needs: Profile,
    context: &Context,
) -> Result<Answer<Vec<CallTemplateRow>>> {
    context.progress.report("call_templates", 0, STEPS);
    let (mut rows, mut assumptions) = (Vec::new(), Vec::new());
    if let Some(traffic) = traffic {
        (rows, assumptions) = recorded::rows(snapshot, traffic, context)?;
    }
    context.check()?;
    context.progress.report("call_templates", 1, STEPS);
    let counted = counted::rows(snapshot, traffic);
    let (is_recorded, is_counted) = (!rows.is_empty(), !counted.is_empty());
    assumptions.extend(is_counted.then(|| counted::ASSUMPTION.to_owned()));
    let cited: Vec<EvidenceId> = counted.iter().flat_map(|row| &row.evidence).copied().collect();
    rows.extend(counted);
    rows.sort_by(|a, b| (&a.service, &a.operation, a.outcome).cmp(&(&b.service, &b.operation, b.outcome)));
    context.progress.report("call_templates", STEPS, STEPS);
    let method = "requests by operation and outcome, as they were recorded or counted";
    let mut answer = envelope(snapshot, "call_templates", serde_json::json!({}), needs, method, rows);
    match (is_recorded, is_counted) {
        (true, false) => answer.status = Status::Complete,
        (false, false) => {
            let why = "no request was found in what was recorded, and none was counted";
            answer.status = Status::Unknown { why: why.to_owned() };
        }
        // What was counted is as whole as what was read.
        (_, true) => {}
    }
    answer.basis = basis(snapshot, cited);
    answer.assumptions = assumptions;
    if let Some(traffic) = traffic {
        let nothing = "no request was found in what was recorded: all that is told was counted";
        answer.blind_spots.extend((!is_recorded && is_counted).then(|| nothing.to_owned()));
        answer.blind_spots.extend(traffic.recording.skipped().told());
        answer.blind_spots.extend(traffic.unmet(snapshot));
    }
    let counted_elsewhere = snapshot.scenario_name().filter(|_| is_counted);
    answer.blind_spots.extend(
        counted_elsewhere.map(|name| {
            format!("requests were counted in the world as it is: what \"{name}\" does to them is not in it")
        }),
    );
    Ok(answer)
}

/// Milliseconds of nanoseconds.
fn milliseconds(nanoseconds: i64) -> f64 {
    nanoseconds as f64 / 1e6
}
