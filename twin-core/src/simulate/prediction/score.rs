//! Figures that were predicted, each held against what came.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::figures::{PredictedFigure, Prediction, UnreadablePrediction};
use super::made::ChangesSeen;
use super::pooled::{CalibrationPoint, SimulatorScore, plot, simulators};
use super::reality::{Measured, Reality};
use crate::analysis::{EntityRef, Months, envelope, own_cost_row, own_month};
use crate::answer::{Cites, EvidenceId, Interval, Profile, Tabular, table_row};
use crate::base::{Context, Error, Result, Timestamp};
use crate::graph::Snapshot;
use crate::simulate::comparison::{Shape, standing};
use crate::simulate::{Dimension, named};

/// One figure, as predicted and as it came.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct FigureScore {
    /// Of which prediction.
    pub prediction: String,
    /// What was predicted.
    pub dimension: Dimension,
    /// What it is about, where it is about one entity.
    pub about: Option<EntityRef>,
    /// What more tells it apart: an operation, a state.
    pub detail: Option<String>,
    /// Of all figures.
    pub unit: String,
    /// As it was before.
    pub baseline: Option<f64>,
    /// As it was predicted.
    pub predicted: Option<f64>,
    /// Where it was predicted to lie.
    pub interval: Option<Interval>,
    /// As it came.
    pub measured: Option<f64>,
    /// The least that what came may be, as far as its sample tells.
    pub measured_low: Option<f64>,
    /// The most that what came may be, as far as its sample tells.
    pub measured_high: Option<f64>,
    /// How many samples it rests on.
    pub samples: Option<u64>,
    /// Whether it came as predicted: in the interval, or exactly where there is none.
    pub is_inside: Option<bool>,
    /// Whether it may have come as predicted, as far as the sample of what came tells.
    pub may_be_inside: Option<bool>,
    /// What was predicted less what came, in the unit.
    pub error: Option<f64>,
    /// The error as a part of what came, where that is not 0.
    pub relative_error: Option<f64>,
    /// Why it is not scored, where it is not.
    pub not_scored: Option<String>,
    /// Why what came is believed, where the twin itself knows it.
    pub evidence: Vec<EvidenceId>,
}

table_row!(
    FigureScore: prediction, dimension, about, detail, unit, baseline, predicted, interval, measured, measured_low,
    measured_high, samples, is_inside, may_be_inside, error, relative_error, not_scored, evidence
);

impl Cites for FigureScore {
    fn cites(&self) -> &[EvidenceId] {
        &self.evidence
    }
}

/// What became of one prediction.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct PredictionScore {
    /// Which.
    pub prediction: String,
    /// What its scenario is called.
    pub name: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Which of its changes were made. One whose changes were not is no miss: it is not scored.
    pub seen: ChangesSeen,
    /// How many of its figures are scored.
    pub scored: usize,
    /// How many of these came as predicted.
    pub inside: usize,
    /// How many of its figures are not scored.
    pub not_scored: usize,
}

/// How predictions came out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Scores {
    /// In the order in which they were made.
    pub predictions: Vec<PredictionScore>,
    /// Every figure of those whose changes were made.
    pub figures: Vec<FigureScore>,
    /// By dimension and by what figures claim, whether they may be trusted here.
    pub simulators: Vec<SimulatorScore>,
    /// The calibration plot: how often what came lay in intervals of several levels.
    pub plot: Vec<CalibrationPoint>,
    /// What was measured and nobody had predicted.
    pub unused: Vec<Measured>,
    /// Predictions that cannot be read.
    pub unreadable: Vec<UnreadablePrediction>,
}

impl Tabular for Scores {
    type Row = FigureScore;

    fn rows(&self) -> Cow<'_, [FigureScore]> {
        Cow::Borrowed(&self.figures)
    }
}

/// Holds predictions, each with which of its changes were seen, against a snapshot after them and against what was measured. O(entities + relations + figures · measured).
///
/// # Errors
/// `Invalid` for a measurement that makes no sense; `Unknown` for one of a prediction that is not among these; `Cancelled` and `Limit` as the context says.
pub fn score(
    predictions: &[(Prediction, ChangesSeen)],
    after: &Snapshot,
    reality: &Reality,
    context: &Context,
) -> Result<Scores> {
    reality.check()?;
    check_names(predictions, reality)?;
    let is_made = |(_, seen): &&(Prediction, ChangesSeen)| seen.progress.is_made();
    let needs_twin = predictions.iter().any(|one| is_made(&one));
    let came = Came { after, reality, shapes: if needs_twin { standing(after) } else { BTreeMap::new() } };
    let mut scores = Scores::default();
    for (done, (prediction, seen)) in predictions.iter().enumerate() {
        context.check()?;
        context.progress.report("score", done as u64, predictions.len() as u64);
        let figures: Vec<FigureScore> = match seen.progress.is_made() {
            true => prediction.content.figures.iter().map(|figure| came.scored(prediction, seen, figure)).collect(),
            false => Vec::new(),
        };
        let scored = figures.iter().filter(|figure| figure.is_inside.is_some()).count();
        scores.predictions.push(PredictionScore {
            prediction: prediction.id.clone(),
            name: prediction.content.name.clone(),
            made_at: prediction.made_at,
            seen: seen.clone(),
            scored,
            inside: figures.iter().filter(|figure| figure.is_inside == Some(true)).count(),
            not_scored: prediction.content.figures.len() - scored,
        });
        scores.figures.extend(figures);
    }
    let is_used = |measured: &&Measured| {
        let made = predictions.iter().filter(is_made);
        made.flat_map(|(one, _)| one.content.figures.iter().map(move |figure| (one, figure)))
            .any(|(prediction, figure)| measured.is_of(prediction, figure))
    };
    scores.unused = reality.measured.iter().filter(|measured| !is_used(measured)).cloned().collect();
    scores.simulators = simulators(&scores.figures)?;
    scores.plot = plot(&scores.figures);
    Ok(scores)
}

fn check_names(predictions: &[(Prediction, ChangesSeen)], reality: &Reality) -> Result<()> {
    let known = || predictions.iter().map(|(prediction, _)| prediction.id.as_str());
    let told = reality.measured.iter().filter_map(|measured| measured.prediction.as_ref());
    let mut told = told.chain(reality.made.iter().map(|made| &made.prediction));
    match told.find(|id| !known().any(|known| known == id.as_str())) {
        Some(id) => Err(Error::unknown("prediction", id, known())),
        None => Ok(()),
    }
}

/// What came, by the host's word and by the twin's.
struct Came<'s> {
    after: &'s Snapshot,
    reality: &'s Reality,
    shapes: BTreeMap<Dimension, std::result::Result<Shape, String>>,
}

impl Came<'_> {
    fn scored(&self, prediction: &Prediction, seen: &ChangesSeen, figure: &PredictedFigure) -> FigureScore {
        let mut score = FigureScore::unscored(prediction, figure);
        if figure.predicted.is_none() && figure.interval.is_none() {
            let why = figure.unknown.as_deref().unwrap_or("nobody said why");
            score.not_scored = Some(format!("nothing was predicted: {why}"));
            return score;
        }
        let told = self.reality.measured.iter().filter(|measured| measured.is_of(prediction, figure));
        // What is said of one prediction alone goes before what is said of all.
        match told.max_by_key(|measured| measured.prediction.is_some()) {
            Some(measured) => {
                (score.measured_low, score.measured_high) = (measured.low, measured.high);
                score.samples = measured.samples;
                score.came(measured.value);
            }
            None => match self.by_twin(prediction, seen, figure) {
                Ok((value, evidence)) => {
                    score.evidence = evidence;
                    score.came(value);
                }
                Err(why) => score.not_scored = Some(why),
            },
        }
        score
    }

    /// What the later snapshot shows; or why it does not.
    fn by_twin(
        &self,
        prediction: &Prediction,
        seen: &ChangesSeen,
        figure: &PredictedFigure,
    ) -> std::result::Result<(f64, Vec<EvidenceId>), String> {
        match figure.dimension {
            // The snapshot shows what all of them come to together.
            dimension if Dimension::OF_SHAPE.contains(&dimension) && !seen.besides.is_empty() => {
                let count = seen.besides.len();
                let others =
                    if count == 1 { "another change was".to_owned() } else { format!("{count} other changes were") };
                Err(format!("{others} made as well: hold it against what came right after its own"))
            }
            Dimension::Cost => self.billed(prediction, figure),
            dimension if Dimension::OF_SHAPE.contains(&dimension) => self.stands(figure),
            dimension if Dimension::OF_TRAFFIC.contains(&dimension) => {
                Err("nobody measured it: give the requests that were recorded after the change".to_owned())
            }
            dimension => Err(format!("the twin does not see {}: say what was measured", named(&dimension))),
        }
    }

    fn stands(&self, figure: &PredictedFigure) -> std::result::Result<(f64, Vec<EvidenceId>), String> {
        let Some(shape) = self.shapes.get(&figure.dimension) else { return Err("nothing shows it".to_owned()) };
        let shape = shape.as_ref().map_err(Clone::clone)?;
        if figure.about.is_none() && figure.detail.is_none() {
            return Ok((shape.len() as f64, Vec::new()));
        }
        // Whoever was renamed since is still the same; what a change brought has another id here.
        let is_one = |about: &EntityRef, other: &EntityRef| {
            about.id == other.id || (about.name == other.name && about.kind == other.kind)
        };
        let found = shape.iter().find(|((about, detail), _)| {
            let is_about = match (about, &figure.about) {
                (Some(about), Some(predicted)) => is_one(about, predicted),
                (about, predicted) => about.is_none() && predicted.is_none(),
            };
            is_about && *detail == figure.detail
        });
        Ok(found.map_or((0.0, Vec::new()), |(_, evidence)| (1.0, evidence.clone())))
    }

    /// What is billed for an entity, by a bill that was read after the prediction was made.
    fn billed(
        &self,
        prediction: &Prediction,
        figure: &PredictedFigure,
    ) -> std::result::Result<(f64, Vec<EvidenceId>), String> {
        let bills = envelope(self.after, "cost", serde_json::json!({}), Profile::default(), "", ());
        if !bills.freshness.iter().any(|read| read.observed_at > prediction.made_at) {
            return Err("no bill was read since the prediction was made".to_owned());
        }
        let Some(about) = &figure.about else { return Err("it is not said what is billed".to_owned()) };
        let found = self.after.node_of(&about.id).or_else(|| self.after.find(&about.name).ok());
        let Some(node) = found else { return Err(format!("{} is gone, and so are its bills", about.name)) };
        let row = own_cost_row(self.after, node);
        // Predictions are of a month.
        let billed = own_month(self.after, node, &Months::of(self.after)).remove(&figure.unit);
        let why = || format!("no line of a bill in {} is for {}", figure.unit, about.name);
        billed.map(|amount| (amount, row.evidence.clone())).ok_or_else(why)
    }
}

impl FigureScore {
    fn unscored(prediction: &Prediction, figure: &PredictedFigure) -> FigureScore {
        FigureScore {
            prediction: prediction.id.clone(),
            dimension: figure.dimension,
            about: figure.about.clone(),
            detail: figure.detail.clone(),
            unit: figure.unit.clone(),
            baseline: figure.baseline,
            predicted: figure.predicted,
            interval: figure.interval,
            measured: None,
            measured_low: None,
            measured_high: None,
            samples: None,
            is_inside: None,
            may_be_inside: None,
            error: None,
            relative_error: None,
            not_scored: None,
            evidence: Vec::new(),
        }
    }

    /// Where the figure was said to lie: exact ones as exactly as they are added up.
    pub(super) fn claimed(&self) -> Option<(f64, f64)> {
        const ROUNDING: f64 = 1e-9;
        match (self.interval, self.predicted) {
            (Some(Interval { low, high, .. }), _) => Some((low, high)),
            (None, Some(exact)) => Some((exact - ROUNDING * exact.abs(), exact + ROUNDING * exact.abs())),
            (None, None) => None,
        }
    }

    fn came(&mut self, value: f64) {
        let Some((low, high)) = self.claimed() else { return };
        self.measured = Some(value);
        self.is_inside = Some((low..=high).contains(&value));
        let (least, most) = (self.measured_low.unwrap_or(value), self.measured_high.unwrap_or(value));
        self.may_be_inside = Some(least <= high && low <= most);
        self.error = self.predicted.map(|predicted| predicted - value);
        self.relative_error = self.error.filter(|_| value != 0.0).map(|error| error / value.abs());
    }
}
