//! The envelope.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::answer::{Cites, EvidenceSource, Freshness, Proof, Status, json};
use crate::base::Timestamp;
use crate::observe::Perspective;

/// The two times that an answer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AsOf {
    /// What held then.
    pub valid: Timestamp,
    /// By what the twin knew then.
    pub known: Timestamp,
}

/// What an interval means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IntervalKind {
    /// The truth is inside for every way to fill in what is not known.
    Bounds,
    /// The truth is inside with a stated probability.
    Confidence,
}

/// Where a number lies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Interval {
    /// What the interval means.
    pub kind: IntervalKind,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// A value with its evidence, freshness and blind spots.
#[derive(Clone)]
pub struct Answer<T> {
    /// The question, as it was understood.
    pub question: serde_json::Value,
    /// Whether the answer is whole.
    pub status: Status,
    /// The value. Rows cite evidence in a field `evidence`.
    pub value: T,
    /// Where the value lies, if it is a number that is not known exactly.
    pub interval: Option<Interval>,
    /// The sides from which the facts behind the value are known.
    pub basis: Vec<Perspective>,
    /// How it was computed.
    pub method: String,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
    /// The sorts of sources that bear on the question and were read.
    pub inputs: Vec<String>,
    /// One line, where the question is one of yes and no.
    pub verdict: Option<String>,
    /// How old the sources are.
    pub freshness: Vec<Freshness>,
    /// What nobody here can see, as phrases for people.
    pub blind_spots: Vec<String>,
    /// The seed, where chance was used.
    pub seed: Option<u64>,
    /// The twin's revision.
    pub revision: u64,
    /// The times that the answer is about.
    pub as_of: AsOf,
    /// Whoever resolves the evidence.
    pub(crate) resolver: Arc<dyn EvidenceSource>,
}

impl<T> Answer<T> {
    /// Resolves the evidence of a row, or of any list of handles; handles of another snapshot are left out.
    pub fn evidence(&self, row: &(impl Cites + ?Sized)) -> Vec<Proof> {
        row.cites().iter().filter_map(|id| self.resolver.proof(*id)).collect()
    }

    /// The same envelope around another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Answer<U> {
        Answer {
            question: self.question,
            status: self.status,
            value: change(self.value),
            interval: self.interval,
            basis: self.basis,
            method: self.method,
            assumptions: self.assumptions,
            inputs: self.inputs,
            verdict: self.verdict,
            freshness: self.freshness,
            blind_spots: self.blind_spots,
            seed: self.seed,
            revision: self.revision,
            as_of: self.as_of,
            resolver: self.resolver,
        }
    }
}

impl<T: Serialize> Answer<T> {
    /// The answer as JSON, with all cited evidence resolved and numbered in the order of its first citation.
    ///
    /// O(size of the value).
    pub fn to_value(&self) -> serde_json::Value {
        let mut value = json::value_of(&self.value);
        let cited = json::renumber(&mut value);
        let mut answer = self.envelope_value();
        answer.insert("value".to_owned(), value);
        answer.insert("evidence".to_owned(), json::proofs(&cited, self.resolver.as_ref()).into());
        serde_json::Value::Object(answer)
    }

    /// Canonical JSON: sorted keys, shortest round-trip numbers, RFC 3339 in UTC, no white space.
    pub fn to_json(&self) -> String {
        json::canonical(&self.to_value())
    }
}

impl<T> Answer<T> {
    /// Everything but the value and its evidence.
    pub(super) fn envelope_value(&self) -> serde_json::Map<String, serde_json::Value> {
        let fields = [
            ("question", self.question.clone()),
            ("status", json::value_of(&self.status)),
            ("interval", json::value_of(&self.interval)),
            ("basis", json::value_of(&self.basis)),
            ("method", json::value_of(&self.method)),
            ("assumptions", json::value_of(&self.assumptions)),
            ("inputs", json::value_of(&self.inputs)),
            ("verdict", json::value_of(&self.verdict)),
            ("freshness", json::value_of(&self.freshness)),
            ("blind_spots", json::value_of(&self.blind_spots)),
            ("seed", json::value_of(&self.seed)),
            ("revision", json::value_of(&self.revision)),
            ("as_of", json::value_of(&self.as_of)),
        ];
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

impl<T: fmt::Debug> fmt::Debug for Answer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).field("value", &self.value).finish_non_exhaustive()
    }
}
