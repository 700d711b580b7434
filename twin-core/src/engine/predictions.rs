//! Predictions that the twin keeps: records of a source of its own, in the same log as everything else, and held against what came.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::envelope;
use crate::answer::{Answer, AsOf, Profile};
use crate::base::{Context, Error, ErrorKind, Result, Timestamp};
use crate::engine::{At, State, Twin};
use crate::graph::Snapshot;
use crate::history::{Log, stage};
use crate::observe::{
    Batch, Capability, Evidence, Locator, Perspective, Record, RecordKey, Scope, SourceId, Statement, technique,
};
use crate::schema::{Schema, Value, attribute, kind};
use crate::simulate::prediction::{
    ChangesSeen, KeptPrediction, Prediction, PredictionContent, Predictions, Reality, Scores, UnreadablePrediction,
    changes_seen, name_of, score,
};
use crate::simulate::{Comparison, Scenario};

/// Who tells predictions: the twin itself, and nobody else.
const SOURCE: &str = "twin.predictions";

/// A prediction is as good as it was when it was made.
const FRESH_FOR: std::time::Duration = std::time::Duration::from_secs(100 * 365 * 24 * 60 * 60);

pub(super) fn source() -> SourceId {
    SourceId(SOURCE.to_owned())
}

/// Refuses batches that tell predictions: those are only ever kept.
pub(super) fn check_sources(batches: &[Batch]) -> Result<()> {
    let is_own = |source: &SourceId| source.0 == SOURCE;
    let tells = |batch: &Batch| {
        let mut keys = batch.records.iter().map(|record| &record.key).chain(&batch.gone);
        is_own(&batch.scope.source) || keys.any(|key| is_own(&key.source))
    };
    match batches.iter().any(tells) {
        true => Err(invalid(format!("source {SOURCE} is the twin's own: name another one"))),
        false => Ok(()),
    }
}

/// The records of predictions, which have no identity. O(predictions).
pub(super) fn records(log: &Log) -> BTreeSet<RecordKey> {
    let listed = log.listed(&Scope::new(&source(), ""), Timestamp::MAX);
    listed.iter().map(|fact| fact.subject.clone()).collect()
}

/// Predictions, and those that are there and cannot be read.
type Found = (Vec<Prediction>, Vec<UnreadablePrediction>);

impl Twin {
    /// Keeps what a comparison says of a scenario as a prediction. It is never changed afterwards; keeping the same again gives the one that is kept. O(figures + scopes).
    ///
    /// # Errors
    /// `Invalid` for a comparison of another scenario, of another twin, or that knows more than is known now, for a scenario without changes and for a twin whose schema has
    /// no `Prediction`; `Limit` for more than 100,000 figures; those of [`Twin::apply`].
    pub fn keep(&self, scenario: &Scenario, answer: &Answer<Comparison>, now: Timestamp) -> Result<Prediction> {
        let content = PredictionContent::of(scenario, answer)?;
        let mut state = self.state();
        let made_at = state.log.next_tx(now);
        if content.as_of.known > made_at || content.revision > state.log.revision() {
            let AsOf { known, .. } = content.as_of;
            let what = format!("comparison knows what was known at {known}, which is not this twin's past at {now}");
            return Err(invalid(what));
        }
        state.read_beyond(AsOf { valid: made_at, known: Timestamp::MAX })?;
        let id = name_of(&content.to_json());
        let (kept, _) = state.predictions(AsOf { valid: made_at, known: Timestamp::MAX });
        if let Some(kept) = kept.into_iter().find(|kept| kept.id == id) {
            return Ok(kept);
        }
        let prediction = Prediction { id, made_at, content };
        state.tell(&self.schema, &prediction)?;
        Ok(prediction)
    }

    /// The predictions that had been made by then, in their order, with how far their changes have been made. O(facts) for each time from which something was predicted.
    ///
    /// # Errors
    /// As [`Twin::as_of`]; `Cancelled` and `Limit` as the context says.
    pub fn predictions(&self, at: At, context: &Context) -> Result<Answer<Predictions>> {
        let after = self.as_of(at)?;
        let (predictions, unreadable) = self.predictions_at(at)?;
        let seen = self.seen(&predictions, &after, context)?;
        let rows = predictions.into_iter().zip(seen).map(|(prediction, seen)| KeptPrediction::of(prediction, seen));
        let value = Predictions { predictions: rows.collect(), unreadable };
        let (asked, method) = (serde_json::json!({}), "what the twin has kept, held against what has changed since");
        // All that were made are known, but how far they have come is only as well known as what was read.
        let mut answer = about(&after, "predictions", asked, method, value);
        answer.assumptions = self.made_later(at)?.into_iter().collect();
        Ok(answer)
    }

    /// Holds predictions whose changes were made against what came: one of them, or all that were made by now. What is measured comes from the host, shapes and bills from what the
    /// twin knows now. O(facts) for each time from which something was predicted, and O(figures · measured).
    ///
    /// # Errors
    /// `Unknown` for a prediction that is not kept; `Invalid` for a measurement that makes no sense; those of [`Twin::as_of`]; `Cancelled` and `Limit` as the context says.
    pub fn score(&self, prediction: Option<&str>, reality: &Reality, context: &Context) -> Result<Answer<Scores>> {
        let at = At::now(context.now);
        let after = self.as_of(at)?;
        let (mut predictions, unreadable) = self.predictions_at(at)?;
        if let Some(id) = prediction {
            if !predictions.iter().any(|kept| kept.id == id) {
                return Err(Error::unknown("prediction", id, predictions.iter().map(|kept| kept.id.as_str())));
            }
            predictions.retain(|kept| kept.id == id);
        }
        check_times(&predictions, reality, context.now)?;
        let seen = self.seen(&predictions, &after, context)?;
        let told = |(prediction, seen): (Prediction, ChangesSeen)| {
            let at = reality.made_at(&prediction.id);
            (prediction, seen.told(at))
        };
        let predictions: Vec<(Prediction, ChangesSeen)> = predictions.into_iter().zip(seen).map(told).collect();
        let value = Scores { unreadable, ..score(&predictions, &after, reality, context)? };
        let asked = serde_json::json!({"prediction": prediction});
        let method = "figures that were predicted, each held against what came; exact binomial tests of intervals";
        let mut answer = about(&after, "score", asked, method, value);
        answer.assumptions = ASSUMED.map(str::to_owned).into_iter().chain(self.made_later(at)?).collect();
        Ok(answer)
    }

    /// That predictions were made after a time, so that who looks from there does not take them for lost.
    fn made_later(&self, at: At) -> Result<Option<String>> {
        let AsOf { valid, .. } = at.as_of();
        let all = self.predictions_at(at.valid(Timestamp::MAX))?;
        let later = all.0.iter().filter(|prediction| prediction.made_at > valid).count();
        Ok((later > 0).then(|| format!("predictions made after {valid} are left out: {later}")))
    }

    fn predictions_at(&self, at: At) -> Result<Found> {
        let AsOf { valid, known } = at.as_of();
        let as_of = AsOf { valid, known: if at.known.is_some() { known } else { Timestamp::MAX } };
        let mut state = self.state();
        state.read_beyond(as_of)?;
        Ok(state.predictions(as_of))
    }

    /// Which changes of each prediction a later snapshot shows. One past is put together for all that were made from it.
    fn seen(&self, predictions: &[Prediction], after: &Snapshot, context: &Context) -> Result<Vec<ChangesSeen>> {
        let mut pasts: BTreeMap<AsOf, Vec<usize>> = BTreeMap::new();
        for (place, prediction) in predictions.iter().enumerate() {
            pasts.entry(prediction.content.as_of).or_default().push(place);
        }
        let mut seen: BTreeMap<usize, ChangesSeen> = BTreeMap::new();
        for (as_of, places) in pasts {
            context.check()?;
            let before = self.as_of(At::now(as_of.known).valid(as_of.valid).known(as_of.known));
            for place in places {
                let changes = &predictions[place].content.changes;
                let told = match &before {
                    Ok(before) => changes_seen(changes, before, after),
                    Err(why) => ChangesSeen::unknown(changes, why.to_string()),
                };
                seen.insert(place, told);
            }
        }
        Ok(seen.into_values().collect())
    }
}

/// Refuses changes that were made before they were predicted, or that are still to come.
fn check_times(predictions: &[Prediction], reality: &Reality, now: Timestamp) -> Result<()> {
    for prediction in predictions {
        let Some(at) = reality.made_at(&prediction.id) else { continue };
        if at > now {
            return Err(invalid(format!(
                "changes of {} are said to be made at {at}, which is after now",
                prediction.id
            )));
        }
        if at < prediction.made_at {
            let (id, made_at) = (&prediction.id, prediction.made_at);
            let what = format!("changes of {id} are said to be made at {at}, before they were predicted at {made_at}");
            return Err(invalid(what));
        }
    }
    Ok(())
}

/// What every score takes for granted.
const ASSUMED: [&str; 4] = [
    "figures of one prediction are taken to come true independently of each other",
    "bounds and exact figures, which claim certainty, are held against nine cases in ten by default",
    "what else was changed since is taken to have no part in what was measured and billed: see `besides`",
    "intervals of other levels than nine in ten are scaled as if errors were normal, or for figures in ms their logarithms",
];

impl State {
    /// Writes a prediction down, as one record of a batch of changes.
    fn tell(&mut self, schema: &Schema, prediction: &Prediction) -> Result<()> {
        let context = Context::new(prediction.made_at);
        let staged = stage(&mut self.log, schema, vec![batch(prediction)], &context)?;
        if let Some(refused) = staged.diagnostics.first() {
            return Err(invalid(format!("the prediction cannot be kept: {}", refused.message)));
        }
        self.commit(schema, staged.rows, true, &context)?;
        Ok(())
    }

    /// Reads what opening left out, if what held then cannot be told without it.
    fn read_beyond(&mut self, as_of: AsOf) -> Result<()> {
        match self.log.is_whole() || self.log.reaches(as_of.valid, as_of.known) {
            true => Ok(()),
            false => self.read_all(),
        }
    }

    /// What was kept by then, in the order in which it was made. O(facts).
    fn predictions(&self, as_of: AsOf) -> Found {
        let mut told: BTreeMap<&str, (Timestamp, Option<&str>)> = BTreeMap::new();
        let source = source();
        for (fact, since) in self.log.held_of(&source, as_of.valid, as_of.known) {
            let (made_at, text) = told.entry(&fact.subject.name).or_insert((since, None));
            *made_at = since.min(*made_at);
            if let Statement::Attribute { name, value: Value::Text(said) } = &fact.statement
                && *name == attribute::PREDICTION
            {
                *text = Some(said);
            }
        }
        let (mut predictions, mut unreadable) = (Vec::new(), Vec::new());
        for (id, (made_at, text)) in told {
            let read = text.map_or(Err("what it said was redacted"), |text| PredictionContent::read(id, text));
            match read {
                Ok(content) => predictions.push(Prediction { id: id.to_owned(), made_at, content }),
                Err(why) => unreadable.push(UnreadablePrediction { id: id.to_owned(), why: why.to_owned() }),
            }
        }
        predictions.sort_by(|a, b| (a.made_at, &a.id).cmp(&(b.made_at, &b.id)));
        (predictions, unreadable)
    }
}

fn batch(prediction: &Prediction) -> Batch {
    let source = source();
    let capability = Capability::of_files("prediction", &[kind::PREDICTION], &[]).fresh(FRESH_FOR, FRESH_FOR);
    let key = RecordKey::new(&source, kind::PREDICTION, prediction.id.clone());
    let evidence = || Evidence::at(Locator::line(&prediction.id, 0), "", technique::DECLARED);
    let mut record = Record::new(key, prediction.content.name.clone(), Perspective::Declared, evidence());
    record.attribute(attribute::PREDICTION, prediction.content.to_json(), evidence());
    let mut batch = Batch::delta(Scope::new(&source, ""), capability);
    batch.observed_at = Some(prediction.made_at);
    batch.records.push(record);
    batch
}

/// Wraps what rests on everything that a scenario rests on.
pub(super) fn about<T>(snapshot: &Snapshot, kind: &str, asked: serde_json::Value, method: &str, value: T) -> Answer<T> {
    let mut answer = envelope(snapshot, "scenario", asked, Profile::default(), method, value);
    if let Some(fields) = answer.question.as_object_mut() {
        fields.insert("kind".to_owned(), kind.into());
    }
    answer
}

fn invalid(what: String) -> Error {
    Error::new(ErrorKind::Invalid, what)
}
