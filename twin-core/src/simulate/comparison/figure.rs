//! One figure of a comparison.

use serde::{Deserialize, Serialize};

use crate::analysis::EntityRef;
use crate::answer::{Cell, Cites, ColumnType, EvidenceId, Interval, IntervalKind, TableWriter, table_row, text_cells};

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Dimension {
    /// Entities that are affected, by state.
    BlastRadius,
    /// The share of observed requests that touch what changes.
    RequestsAtRisk,
    /// The median of how long requests take.
    LatencyP50,
    /// The 95th percentile of how long requests take.
    LatencyP95,
    /// The 99th percentile of how long requests take.
    LatencyP99,
    /// The 99.9th percentile of how long requests take.
    LatencyP999,
    /// On what requests spend their time, on average.
    TimeSpent,
    /// The share of requests that fail.
    ErrorRate,
    /// The share of requests that are answered with less.
    DegradedRate,
    /// How long work takes that is handed over, from then on, on average.
    Completion,
    /// The share of their time that workers are asked for, or the share of a quota.
    Utilisation,
    /// How many times as many requests the first service that cannot serve more can serve.
    Headroom,
    /// How long it is down in a month of 30 days.
    Availability,
    /// Entities without which others are no longer joined, whichever way relations lead: the cut points of the graph. Who fails with whom is the blast radius.
    SinglePointsOfFailure,
    /// Groups of entities that need each other around a corner.
    Cycles,
    /// What decisions rule out and is there.
    DecisionsViolated,
    /// Relations that are declared and not observed, or the other way round.
    Drift,
    /// What is billed in a month of 30 days, as the changes' prices are, or in what was read of a bill.
    Cost,
    /// What the change itself costs, once.
    OneOffCost,
    /// Who answers for what changes or is affected.
    OwnersTouched,
    /// What changes or is affected and nobody answers for.
    WithoutOwner,
    /// Which data goes where.
    DataFlows,
    /// What is where a rule says that it may not be.
    Compliance,
}

impl Dimension {
    /// Those that follow from the shape of a snapshot alone.
    pub(in crate::simulate) const OF_SHAPE: [Dimension; 4] =
        [Dimension::SinglePointsOfFailure, Dimension::Cycles, Dimension::DecisionsViolated, Dimension::Drift];

    /// Those that are known from recorded requests alone.
    pub(in crate::simulate) const OF_TRAFFIC: [Dimension; 7] = [
        Dimension::LatencyP50,
        Dimension::LatencyP95,
        Dimension::LatencyP99,
        Dimension::LatencyP999,
        Dimension::TimeSpent,
        Dimension::ErrorRate,
        Dimension::DegradedRate,
    ];

    /// How long requests take, from the median on.
    pub(in crate::simulate) const LATENCIES: [Dimension; 4] =
        [Dimension::LatencyP50, Dimension::LatencyP95, Dimension::LatencyP99, Dimension::LatencyP999];

    fn unit(self) -> &'static str {
        match self {
            Dimension::LatencyP50
            | Dimension::LatencyP95
            | Dimension::LatencyP99
            | Dimension::LatencyP999
            | Dimension::TimeSpent
            | Dimension::Completion => "ms",
            Dimension::RequestsAtRisk | Dimension::ErrorRate | Dimension::DegradedRate | Dimension::Utilisation => {
                "parts per one"
            }
            Dimension::Headroom => "times the load",
            Dimension::Availability => "minutes down a month",
            Dimension::Cost | Dimension::OneOffCost => "money",
            Dimension::Drift => "relations",
            Dimension::OwnersTouched => "owners",
            _ => "entities",
        }
    }
}

/// What a figure rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// It was seen.
    Observed,
    /// Somebody says so.
    Declared,
    /// It follows from what was seen and what somebody says.
    Inferred,
    /// Nobody says so; it is what is usual.
    Default,
}

/// How a figure says why it is not known where more is asked than can be done.
pub(super) const UNSTABLE: &str = "unstable";

/// One figure before and after.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Figure {
    /// What is compared.
    pub dimension: Dimension,
    /// What it is about, where it is about one entity.
    pub about: Option<EntityRef>,
    /// What more tells it apart: an operation, a state.
    pub detail: Option<String>,
    /// Of both figures.
    pub unit: String,
    /// As it is.
    pub baseline: Option<f64>,
    /// Where another measurement of that lies if nothing is changed, if it is not known exactly.
    pub baseline_interval: Option<Interval>,
    /// As it would be.
    pub scenario: Option<f64>,
    /// The difference: exactly 0 where the changes do not touch it.
    pub delta: Option<f64>,
    /// Where the difference lies that the changes make, if it is not known exactly. What both sides share, as the chance of what was recorded, counts for nothing in it.
    pub delta_interval: Option<Interval>,
    /// What a measurement will most likely show then, where chance in what was recorded is told apart from the figure of the scenario.
    pub likely: Option<f64>,
    /// Where the figure of the scenario lies, if it is not known exactly.
    pub interval: Option<Interval>,
    /// What it rests on.
    pub basis: Basis,
    /// Why there is no figure, or what is missing from it.
    pub unknown: Option<String>,
    /// Why it is believed.
    pub evidence: Vec<EvidenceId>,
}

table_row!(Figure: dimension, about, detail, unit, baseline, baseline_interval, scenario, delta, delta_interval, likely, interval, basis, unknown, evidence);
text_cells!(
    Dimension: |dimension| named(dimension).into(),
    Basis: |basis| named(basis).into(),
);

/// What a name is in JSON.
pub(in crate::simulate) fn named(word: &impl Serialize) -> String {
    serde_json::to_value(word).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// An interval is two columns: its lower and its upper end.
impl Cell for Interval {
    fn columns(name: &str) -> Vec<(String, ColumnType)> {
        ["low", "high"].map(|end| (format!("{name}_{end}"), ColumnType::Number)).to_vec()
    }

    fn write(&self, table: &mut TableWriter<'_>) {
        Cell::write(&self.low, table);
        Cell::write(&self.high, table);
    }

    fn write_none(table: &mut TableWriter<'_>) {
        (0..2).for_each(|_| table.none());
    }
}

impl Cites for Figure {
    fn cites(&self) -> &[EvidenceId] {
        &self.evidence
    }
}

impl Figure {
    /// A figure that is known.
    pub(super) fn known(dimension: Dimension, unit: &str, baseline: f64, scenario: f64) -> Figure {
        Figure {
            baseline: Some(baseline),
            scenario: Some(scenario),
            delta: Some(scenario - baseline),
            unit: unit.to_owned(),
            unknown: None,
            ..Figure::unknown(dimension, "")
        }
    }

    /// Whether it is not known since more is asked than can be done: whoever waits in a queue that grows without end is never answered.
    pub(in crate::simulate) fn is_unstable(&self) -> bool {
        self.scenario.is_none() && self.unknown.as_deref().is_some_and(|why| why.starts_with(UNSTABLE))
    }

    /// With the bounds of its difference, where it has bounds and is known exactly as it is.
    pub(super) fn with_bounds_of_delta(self) -> Figure {
        let is_exact = self.baseline_interval.is_none() && self.delta_interval.is_none();
        let bounds = self.interval.filter(|interval| interval.kind == IntervalKind::Bounds && is_exact);
        let of = |(bounds, baseline): (Interval, f64)| Interval {
            low: bounds.low - baseline,
            high: bounds.high - baseline,
            ..bounds
        };
        Figure { delta_interval: bounds.zip(self.baseline).map(of).or(self.delta_interval), ..self }
    }

    /// A figure that nobody knows.
    pub(super) fn unknown(dimension: Dimension, why: impl Into<String>) -> Figure {
        Figure {
            dimension,
            about: None,
            detail: None,
            unit: dimension.unit().to_owned(),
            baseline: None,
            baseline_interval: None,
            scenario: None,
            delta: None,
            delta_interval: None,
            likely: None,
            interval: None,
            basis: Basis::Inferred,
            unknown: Some(why.into()),
            evidence: Vec::new(),
        }
    }
}
