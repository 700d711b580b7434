//! What came: measurements that the host hands in, from recorded requests or from elsewhere, and when changes were made.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::figures::{PredictedFigure, Prediction};
use crate::analysis::EntityRef;
use crate::base::{Context, Error, ErrorKind, Result, Timestamp};
use crate::schema::kind;
use crate::simulate::replay::{MeasuredEndpoint, MeasuredFigure, Policies, Span, measured};
use crate::simulate::{Dimension, named};

/// One figure as it was measured after the changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// Of which prediction; without it, of every one that is scored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prediction: Option<String>,
    /// What was measured.
    pub dimension: Dimension,
    /// Of which entity, by its id or name, where the figure is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// What more tells it apart: an operation, a state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The unit, where it has to be told: a currency. Without it: that of the prediction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The figure.
    pub value: f64,
    /// The least that it may be, as far as its sample tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// The most that it may be, as far as its sample tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// How many samples it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<u64>,
}

/// The changes of a prediction were made, by the host's word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeMade {
    /// Of which prediction.
    pub prediction: String,
    /// When.
    pub at: Timestamp,
}

/// What came.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Reality {
    /// What was measured.
    pub measured: Vec<Measured>,
    /// Which changes were made, where no snapshot shows it.
    pub made: Vec<ChangeMade>,
}

impl Reality {
    /// Reads what came from JSON.
    ///
    /// # Errors
    /// `Invalid`, with what is wrong.
    pub fn from_json(text: &str) -> Result<Reality> {
        serde_json::from_str(text).map_err(|error| Error::misread("this does not say what was measured", &error))
    }

    /// Refuses numbers that make no sense, and two measurements of one thing. O(n · log n).
    ///
    /// # Errors
    /// `Invalid`, naming the field and its place.
    pub(crate) fn check(&self) -> Result<()> {
        for (place, measured) in self.measured.iter().enumerate() {
            measured.check(place)?;
        }
        let mut keys: Vec<_> = self.measured.iter().map(Measured::key).collect();
        keys.sort_unstable();
        match keys.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(invalid(format!("measured says {} twice: leave one out", named(&pair[0].1)))),
            None => Ok(()),
        }
    }

    /// When the changes of a prediction were made, by the host's word.
    pub(crate) fn made_at(&self, id: &str) -> Option<Timestamp> {
        self.made.iter().find(|made| made.prediction == id).map(|made| made.at)
    }
}

impl Measured {
    fn key(&self) -> (&Option<String>, Dimension, &Option<String>, &Option<String>, &Option<String>) {
        (&self.prediction, self.dimension, &self.about, &self.detail, &self.unit)
    }

    fn check(&self, place: usize) -> Result<()> {
        let numbers = [("value", Some(self.value)), ("low", self.low), ("high", self.high)];
        let most = match self.dimension {
            Dimension::ErrorRate | Dimension::DegradedRate | Dimension::RequestsAtRisk => 1.0,
            _ => f64::MAX,
        };
        // Credits are below 0.
        let least = if self.dimension == Dimension::Cost { f64::MIN } else { 0.0 };
        for (field, number) in numbers {
            if let Some(number) = number.filter(|number| !(least..=most).contains(number)) {
                let of = named(&self.dimension);
                let what = format!("measured[{place}].{field} is {number}: {of} takes a number from {least} to {most}");
                return Err(invalid(what));
            }
        }
        let (low, high) = (self.low.unwrap_or(self.value), self.high.unwrap_or(self.value));
        match low <= self.value && self.value <= high {
            true => Ok(()),
            false => Err(invalid(format!("measured[{place}].value is {}: not between low and high", self.value))),
        }
    }

    /// Whether it is the figure that was predicted.
    pub(super) fn is_of(&self, prediction: &Prediction, figure: &PredictedFigure) -> bool {
        let is_about = match (&self.about, &figure.about) {
            (None, None) => true,
            (Some(name), Some(entity)) => {
                let is_component = |entity: &EntityRef| entity.kind == kind::COMPONENT;
                // Of what shares its name, a component is meant.
                let is_other = |other: &PredictedFigure| {
                    let about = other.about.as_ref().is_some_and(|about| about.name == *name && is_component(about));
                    about && (other.dimension, &other.detail) == (figure.dimension, &figure.detail)
                };
                let is_named =
                    *name == entity.name && (is_component(entity) || !prediction.content.figures.iter().any(is_other));
                is_named || name == entity.id.as_str()
            }
            _ => false,
        };
        self.dimension == figure.dimension
            && is_about
            && self.detail == figure.detail
            && self.prediction.as_ref().is_none_or(|id| *id == prediction.id)
            && self.unit.as_ref().is_none_or(|unit| *unit == figure.unit)
    }
}

fn invalid(what: String) -> Error {
    Error::new(ErrorKind::Invalid, what)
}

/// Latencies and rates of recorded requests, as a comparison names them: of those that began at `since`, when the change was deployed, or later, and before `until`. O(n · log n).
///
/// # Errors
/// Those of policies that make no sense; `Cancelled` and `Limit` as the context says.
pub fn measured_requests(
    spans: &[Span],
    policies: &Policies,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    context: &Context,
) -> Result<Vec<Measured>> {
    Ok(measured(spans, policies, since, until, context)?.iter().flat_map(of_endpoint).collect())
}

fn of_endpoint(endpoint: &MeasuredEndpoint) -> Vec<Measured> {
    let row = |dimension, figure: MeasuredFigure, samples| Measured {
        prediction: None,
        dimension,
        about: None,
        detail: Some(endpoint.operation.to_string()),
        unit: None,
        value: figure.value,
        low: figure.low,
        high: figure.high,
        samples: Some(samples),
    };
    let latencies = Dimension::LATENCIES.into_iter().zip(endpoint.latency_ms.into_iter().flatten());
    // The slowest of a few requests is no measure of one in a thousand.
    let latencies =
        latencies.filter(|(dimension, figure)| *dimension != Dimension::LatencyP999 || figure.high.is_some());
    let mut rows: Vec<Measured> =
        latencies.map(|(dimension, figure)| row(dimension, figure, endpoint.succeeded)).collect();
    rows.push(row(Dimension::ErrorRate, endpoint.error_rate, endpoint.requests));
    rows.push(row(Dimension::DegradedRate, endpoint.degraded_rate, endpoint.requests));
    rows
}
