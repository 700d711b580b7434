//! A figure as the JSON of a comparison tells it: what a choice and a picture read, so that an answer that outlived its twin serves them as well.

use serde::Deserialize;

use crate::answer::{Interval, IntervalKind};
use crate::simulate::comparison::{Basis, Dimension, Figure};

/// A figure without its evidence.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct FigureTold {
    pub dimension: Dimension,
    pub about: Option<AboutTold>,
    pub detail: Option<String>,
    pub unit: String,
    pub baseline: Option<f64>,
    /// Answers from before it was told have none.
    #[serde(default)]
    pub baseline_interval: Option<IntervalTold>,
    pub scenario: Option<f64>,
    /// Answers from before it was told have none.
    #[serde(default)]
    pub likely: Option<f64>,
    pub delta: Option<f64>,
    /// Answers from before it was told have none.
    #[serde(default)]
    pub delta_interval: Option<IntervalTold>,
    pub interval: Option<IntervalTold>,
    pub basis: Basis,
    pub unknown: Option<String>,
}

/// The entity that a figure is about.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct AboutTold {
    pub id: String,
    pub kind: String,
    pub name: String,
}

/// An interval; an end that JSON cannot hold is open.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub(crate) struct IntervalTold {
    pub kind: IntervalKind,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

impl IntervalTold {
    /// The interval, if it has both its ends.
    pub fn closed(self) -> Option<Interval> {
        Some(Interval { kind: self.kind, low: self.low?, high: self.high? })
    }
}

impl FigureTold {
    /// Between which ends the figure of the scenario lies.
    pub fn range(&self) -> Option<[f64; 2]> {
        ends(self.interval, self.scenario)
    }

    /// Between which ends the difference lies.
    pub fn delta_range(&self) -> Option<[f64; 2]> {
        ends(self.delta_interval, self.delta)
    }

    /// Whether it stands for all of its dimension, of which nothing is known.
    pub fn says_why(&self) -> bool {
        self.about.is_none() && self.detail.is_none() && self.scenario.is_none() && self.interval.is_none()
    }
}

impl From<&Figure> for FigureTold {
    fn from(figure: &Figure) -> Self {
        let about = figure.about.as_ref().map(|about| AboutTold {
            id: about.id.to_string(),
            kind: about.kind.to_string(),
            name: about.name.clone(),
        });
        let told = |Interval { kind, low, high }: Interval| IntervalTold { kind, low: finite(low), high: finite(high) };
        FigureTold {
            dimension: figure.dimension,
            about,
            detail: figure.detail.clone(),
            unit: figure.unit.clone(),
            baseline: figure.baseline.and_then(finite),
            baseline_interval: figure.baseline_interval.map(told),
            scenario: figure.scenario.and_then(finite),
            likely: figure.likely.and_then(finite),
            delta: figure.delta.and_then(finite),
            delta_interval: figure.delta_interval.map(told),
            interval: figure.interval.map(told),
            basis: figure.basis,
            unknown: figure.unknown.clone(),
        }
    }
}

fn ends(interval: Option<IntervalTold>, value: Option<f64>) -> Option<[f64; 2]> {
    let closed = interval.and_then(IntervalTold::closed).map(|interval| [interval.low, interval.high]);
    closed.or(value.map(|value| [value, value]))
}

/// What JSON can hold.
fn finite(number: f64) -> Option<f64> {
    number.is_finite().then_some(number)
}
