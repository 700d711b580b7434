//! What a backtest finds, and what it sums up to.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::analysis::Trail;
use crate::answer::{AsOf, Cites, EvidenceId, Interval, IntervalKind, Tabular, table_row, text_cells};
use crate::base::Timestamp;
use crate::simulate::replay::wilson;
use crate::simulate::{ChangeDraft, Unplaced, named};

/// What is predicted and held against what came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Aspect {
    /// What an incident affects.
    BlastRadius,
    /// What there is.
    Entities,
    /// Who needs whom.
    Dependencies,
    /// Who answers for what.
    Owners,
    /// Entities without which others are no longer joined.
    SinglePointsOfFailure,
    /// Groups of entities that need each other around a corner.
    Cycles,
    /// What decisions rule out and is there.
    DecisionsViolated,
    /// Relations that are declared and not observed, or the other way round.
    Drift,
}

/// How a prediction of one thing came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingOutcome {
    /// It was predicted, and came.
    Hit,
    /// It came, and was not predicted.
    Miss,
    /// It was predicted, and did not come.
    FalseAlarm,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// The structure changed.
    Change,
    /// Something failed.
    Incident,
}

text_cells!(
    Aspect: |aspect| named(aspect).into(),
    FindingOutcome: |outcome| named(outcome).into(),
);

/// One thing that was predicted or came.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Finding {
    /// When it came.
    pub at: Timestamp,
    /// Of which event, by its place among all that were tried.
    pub event: usize,
    /// What was predicted.
    pub aspect: Aspect,
    /// The thing, in words.
    pub what: String,
    /// Whether it came or went. Of incidents: always that it came.
    pub is_new: bool,
    /// How the prediction came out.
    pub outcome: FindingOutcome,
    /// How it was affected, from what failed to it: names and, between them, relations.
    pub path: Option<Trail>,
    /// Why the path or the thing is believed: where it was read, as told by the side that knows it.
    pub because: Vec<String>,
    /// Why it was missed, or what makes the prediction unsure, where that is known.
    pub why: Option<String>,
}

table_row!(Finding: at, event, aspect, what, is_new, outcome, path, because, why);

impl Cites for Finding {
    /// Each finding rests on a snapshot of its own, so evidence stands in words in `because`.
    fn cites(&self) -> &[EvidenceId] {
        &[]
    }
}

/// One change or incident of the past.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct BacktestEvent {
    /// A change or an incident.
    pub kind: EventKind,
    /// When.
    pub at: Timestamp,
    /// The two times of the snapshot from which it was predicted: nothing that was told later was seen.
    pub as_of: AsOf,
    /// What was changed, by the names of that snapshot.
    pub changes: Vec<ChangeDraft>,
    /// Changes that could not be made to that snapshot.
    pub unplaced: Vec<Unplaced>,
    /// What failed.
    pub failed: Vec<String>,
    /// How many things were predicted and came.
    pub hits: usize,
    /// How many came and were not predicted.
    pub misses: usize,
    /// How many were predicted and did not come.
    pub false_alarms: usize,
    /// What could not be predicted or told, and why.
    pub unknown: Vec<String>,
}

/// How well one aspect was predicted.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct AspectSummary {
    /// Which.
    pub aspect: Aspect,
    /// In how many events it could be told.
    pub events: usize,
    /// In how many of these nothing was predicted and nothing came.
    pub quiet: usize,
    /// How many things were predicted and came.
    pub hits: usize,
    /// How many came and were not predicted.
    pub misses: usize,
    /// How many were predicted and did not come.
    pub false_alarms: usize,
    /// The part of what was predicted that came; none where nothing was predicted.
    pub precision: Option<f64>,
    /// Where that part lies, in 95 cases of 100: Wilson's interval.
    pub precision_interval: Option<Interval>,
    /// The part of what came that was predicted; none where nothing came.
    pub recall: Option<f64>,
    /// Where that part lies, in 95 cases of 100: Wilson's interval.
    pub recall_interval: Option<Interval>,
}

/// The past, predicted and as it came.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Backtest {
    /// What was tried, in the order of time; incidents last.
    pub events: Vec<BacktestEvent>,
    /// Everything that was predicted or came, by event.
    pub findings: Vec<Finding>,
    /// How well each aspect was predicted.
    pub aspects: Vec<AspectSummary>,
    /// How many commits of the time were looked at.
    pub commits: usize,
    /// How many of them changed nothing that a scenario can say.
    pub unchanged: usize,
    /// What was not looked at, and why.
    pub left_out: Vec<String>,
    /// What a comparison predicts and the log cannot show, and why.
    pub not_scored: Vec<String>,
}

impl Tabular for Backtest {
    type Row = Finding;

    fn rows(&self) -> Cow<'_, [Finding]> {
        Cow::Borrowed(&self.findings)
    }
}

/// One event with what was found of it, and which aspects could be told.
#[derive(Clone, Debug)]
pub(crate) struct Tested {
    pub event: BacktestEvent,
    pub findings: Vec<Finding>,
    pub told: BTreeSet<Aspect>,
}

impl Tested {
    /// With the counts of what was found.
    pub(super) fn counted(mut self) -> Tested {
        let count = |outcome: FindingOutcome| self.findings.iter().filter(|found| found.outcome == outcome).count();
        let counts = [FindingOutcome::Hit, FindingOutcome::Miss, FindingOutcome::FalseAlarm].map(count);
        [self.event.hits, self.event.misses, self.event.false_alarms] = counts;
        self
    }
}

/// All events together. O(findings · log).
pub(crate) fn summed(tested: Vec<Tested>) -> Backtest {
    let mut aspects: BTreeMap<Aspect, [usize; 5]> = BTreeMap::new();
    let mut backtest = Backtest::default();
    for (place, Tested { event, findings, told }) in tested.into_iter().enumerate() {
        for aspect in told {
            let counts = aspects.entry(aspect).or_default();
            counts[0] += 1;
            counts[1] += usize::from(!findings.iter().any(|found| found.aspect == aspect));
        }
        for found in findings {
            aspects.entry(found.aspect).or_default()[2 + found.outcome as usize] += 1;
            backtest.findings.push(Finding { event: place, ..found });
        }
        backtest.events.push(event);
    }
    backtest.aspects = aspects.into_iter().map(|(aspect, counts)| summary(aspect, counts)).collect();
    backtest
}

fn summary(aspect: Aspect, [events, quiet, hits, misses, false_alarms]: [usize; 5]) -> AspectSummary {
    const NINETEEN_IN_TWENTY: f64 = 1.96;
    let part = |others: usize| {
        let all = hits + others;
        let (low, high) = wilson(hits as u64, all as u64, NINETEEN_IN_TWENTY);
        (all > 0).then(|| (hits as f64 / all as f64, Interval { kind: IntervalKind::Confidence, low, high }))
    };
    let (precision, recall) = (part(false_alarms), part(misses));
    AspectSummary {
        aspect,
        events,
        quiet,
        hits,
        misses,
        false_alarms,
        precision: precision.map(|(share, _)| share),
        precision_interval: precision.map(|(_, interval)| interval),
        recall: recall.map(|(share, _)| share),
        recall_interval: recall.map(|(_, interval)| interval),
    }
}
