//! A prediction as it is kept: everything that a comparison said, under a name that follows from it.

use std::borrow::Cow;
use std::convert::Infallible;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::made::{ChangesSeen, Progress};
use crate::analysis::EntityRef;
use crate::answer::{Answer, AsOf, Cites, EvidenceId, Interval, Tabular, canonical, table_row};
use crate::base::{Digest, Error, ErrorKind, Result, Timestamp};
use crate::simulate::{Basis, ChangeDraft, Comparison, Dimension, Figure, Scenario};

/// One figure as it was predicted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct PredictedFigure {
    /// What is predicted.
    pub dimension: Dimension,
    /// What it is about, where it is about one entity.
    pub about: Option<EntityRef>,
    /// What more tells it apart: an operation, a state.
    pub detail: Option<String>,
    /// Of both figures.
    pub unit: String,
    /// As it was.
    pub baseline: Option<f64>,
    /// As it would be after the changes.
    pub predicted: Option<f64>,
    /// Where the predicted figure lies, if it is not known exactly.
    pub interval: Option<Interval>,
    /// What it rests on.
    pub basis: Basis,
    /// Why there is no figure, or what is missing from it.
    pub unknown: Option<String>,
}

/// Everything that a prediction says. Its name is the digest of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct PredictionContent {
    /// What the scenario is called.
    pub name: String,
    /// Who thought of it.
    pub author: Option<String>,
    /// The changes. Entities are named by their ids, and what a change brings by its name.
    pub changes: Vec<ChangeDraft>,
    /// What was predicted of them.
    pub figures: Vec<PredictedFigure>,
    /// How it was computed.
    pub method: String,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
    /// What nobody could see.
    pub blind_spots: Vec<String>,
    /// The seed, where chance was used.
    pub seed: Option<u64>,
    /// The twin's revision.
    pub revision: u64,
    /// The two times of the snapshot that was predicted from.
    pub as_of: AsOf,
}

/// A prediction. It is never changed after it was made.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Prediction {
    /// Its name: the digest of what it says.
    pub id: String,
    /// When it was made: when the twin wrote it down.
    pub made_at: Timestamp,
    /// What it says.
    pub content: PredictionContent,
}

/// A prediction, and how far its changes have been made.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct KeptPrediction {
    /// Its name: the digest of what it says.
    pub id: String,
    /// What the scenario is called.
    pub name: String,
    /// Who thought of it.
    pub author: Option<String>,
    /// When it was made: when the twin wrote it down.
    pub made_at: Timestamp,
    /// How far its changes have been made.
    pub progress: Progress,
    /// Whether it can be scored: its changes were made.
    pub is_due: bool,
    /// The twin's revision then.
    pub revision: u64,
    /// The seed, where chance was used.
    pub seed: Option<u64>,
    /// How many figures it has, with and without a value.
    pub figures: usize,
    /// What it says.
    pub content: PredictionContent,
    /// Which of its changes were seen.
    pub seen: ChangesSeen,
}

/// A prediction that is there and cannot be read.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct UnreadablePrediction {
    /// Its name.
    pub id: String,
    /// Why.
    pub why: String,
}

/// The predictions that are kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Predictions {
    /// In the order in which they were made.
    pub predictions: Vec<KeptPrediction>,
    /// Those that cannot be read.
    pub unreadable: Vec<UnreadablePrediction>,
}

table_row!(KeptPrediction: id, name, author, made_at, progress, is_due, revision, seed, figures);

impl Cites for KeptPrediction {
    /// Evidence is resolved by a snapshot of the two times of the prediction.
    fn cites(&self) -> &[EvidenceId] {
        &[]
    }
}

impl Tabular for Predictions {
    type Row = KeptPrediction;

    fn rows(&self) -> Cow<'_, [KeptPrediction]> {
        Cow::Borrowed(&self.predictions)
    }
}

/// More figures are not kept of one prediction.
const MOST_FIGURES: usize = 100_000;

impl PredictionContent {
    /// What a comparison says of a scenario. O(figures + changes).
    ///
    /// # Errors
    /// `Invalid` for a comparison of another scenario and for a scenario without changes; `Limit` for more than 100,000 figures.
    pub fn of(scenario: &Scenario, answer: &Answer<Comparison>) -> Result<PredictionContent> {
        check(scenario, answer)?;
        let named = |change: &crate::simulate::Change| {
            let stage = scenario.stage();
            let Ok(named) = change.try_map::<_, Infallible>(|node| {
                let entity = stage.entity(*node);
                let is_there = node.index() < scenario.base().bound();
                Ok(if is_there { entity.id.as_str().to_owned() } else { entity.name.clone() })
            });
            named
        };
        Ok(PredictionContent {
            name: scenario.name().to_owned(),
            author: scenario.author().map(str::to_owned),
            changes: scenario.changes().iter().map(named).collect(),
            figures: answer.value.figures.iter().map(PredictedFigure::of).collect(),
            method: answer.method.clone(),
            assumptions: answer.assumptions.clone(),
            blind_spots: answer.blind_spots.clone(),
            seed: answer.seed,
            revision: answer.revision,
            as_of: answer.as_of,
        })
    }

    /// Canonical JSON.
    pub fn to_json(&self) -> String {
        canonical(&serde_json::to_value(self).unwrap_or_default())
    }

    /// What is kept under a name; or why it cannot be read.
    pub(crate) fn read(id: &str, text: &str) -> std::result::Result<PredictionContent, &'static str> {
        if name_of(text) != id {
            return Err("what is kept is not what was predicted: its digest is not its name");
        }
        serde_json::from_str(text).map_err(|_| "it was written by a version that says more than this one knows")
    }
}

/// The name of what a prediction says. O(bytes).
pub(crate) fn name_of(text: &str) -> String {
    Digest::of(text.as_bytes()).to_string()
}

fn check(scenario: &Scenario, answer: &Answer<Comparison>) -> Result<()> {
    let is_same = answer.question["name"] == scenario.name() && answer.question["changes"] == scenario.described();
    if !is_same || answer.as_of != scenario.base().as_of() {
        let what = format!("comparison is not one of the scenario \"{}\": compare that one first", scenario.name());
        return Err(Error::new(ErrorKind::Invalid, what));
    }
    if scenario.changes().is_empty() {
        let what = "scenario changes nothing, so nothing is predicted: give it a change";
        return Err(Error::new(ErrorKind::Invalid, what));
    }
    let count = answer.value.figures.len();
    match count > MOST_FIGURES {
        true => Err(Error::new(
            ErrorKind::Limit,
            format!("comparison has {count} figures, and {MOST_FIGURES} are kept: split the scenario"),
        )),
        false => Ok(()),
    }
}

impl PredictedFigure {
    fn of(figure: &Figure) -> PredictedFigure {
        PredictedFigure {
            dimension: figure.dimension,
            about: figure.about.clone(),
            detail: figure.detail.clone(),
            unit: figure.unit.clone(),
            baseline: figure.baseline,
            predicted: figure.likely.or(figure.scenario),
            interval: figure.interval,
            basis: figure.basis,
            unknown: figure.unknown.clone(),
        }
    }
}

impl KeptPrediction {
    pub(crate) fn of(prediction: Prediction, seen: ChangesSeen) -> KeptPrediction {
        let Prediction { id, made_at, content } = prediction;
        KeptPrediction {
            id,
            name: content.name.clone(),
            author: content.author.clone(),
            made_at,
            progress: seen.progress,
            is_due: seen.progress.is_made(),
            revision: content.revision,
            seed: content.seed,
            figures: content.figures.len(),
            content,
            seen,
        }
    }
}
