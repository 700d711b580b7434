//! Why records were put together or kept apart, what people should look at, and what records are to each other that are not one thing.

use std::cmp::Ordering;

use serde::Serialize;

use crate::base::Result;

use super::Resolution;
use super::compare::{Bit, Source, Technique, Value};
use super::group::{Groups, Obstacle, Scored};
use super::roles;

/// How fast probability follows the score. Scores are odds in bits, and were a little too modest: set once by hand, from how often pairs of each score were right on labelled estates.
const SLOPE: f64 = 1.25;

/// What speaks for and against a pair.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Explanation {
    /// The sum of the weights, in bits.
    pub score: f64,
    /// How likely the two records are one thing, by this alone.
    pub probability: f64,
    /// How rare a match is first, then what speaks for and against it. They sum exactly to the score.
    pub weights: Vec<Evidence>,
}

/// One weight of a pair: a step of the waterfall from how rare a match is to its score.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "WaterfallStep")]
pub struct Evidence {
    /// The fields that were compared: `name`, `labels.app`, or one of each side.
    pub field: String,
    /// How they were compared.
    pub technique: &'static str,
    /// What is shared, or differs.
    pub value: String,
    /// What it adds to the score, in bits.
    pub weight: f64,
}

/// Why two records are two things.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WhyNot {
    /// They are one.
    Together,
    /// Too little speaks for it.
    TooLittle {
        /// The score.
        score: f64,
    },
    /// A person split these two records.
    Split {
        /// A record of the one thing.
        a: String,
        /// A record of the other.
        b: String,
    },
    /// These two stand side by side in one system.
    SideBySide {
        /// A record of the one thing.
        a: String,
        /// A record of the other.
        b: String,
    },
    /// It is not sure, and a record of a third thing is nearly as near.
    Rival {
        /// That record.
        record: String,
    },
    /// It is not sure, and these two speak against it, more than all others for it.
    Against {
        /// A record of the one thing.
        a: String,
        /// A record of the other.
        b: String,
    },
}

/// Two records that were kept apart although it is not sure, of which a person would know better.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Uncertain {
    /// One record.
    pub a: String,
    /// The other.
    pub b: String,
    /// How likely they are one thing.
    pub probability: f64,
    /// Pairs of records that the decision is about, times how little is known (bits of entropy).
    pub gain: f64,
}

/// What a record is to another with which it shares a name but not its role.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Related {
    /// Who.
    pub from: String,
    /// `workerOf`, `storeOf` or `variantOf`.
    pub relation: &'static str,
    /// Of whom.
    pub to: String,
}

impl Resolution {
    /// What speaks for and against a pair. The weights sum exactly to the score.
    ///
    /// # Errors
    /// `Unknown` for an id that no record has.
    pub fn explain(&self, a: &str, b: &str) -> Result<Explanation> {
        let (a, b) = (self.number(a)?, self.number(b)?);
        let mut bits = Vec::new();
        let (a, b) = self.in_order(a, b);
        let score = self.comparison.weigh(a as usize, b as usize, &mut bits);
        let weights = bits.iter().map(|bit| self.evidence(bit)).collect();
        Ok(Explanation { score, probability: probability(score), weights })
    }

    /// How likely two records are one thing, by what speaks for and against them alone.
    ///
    /// # Errors
    /// `Unknown` for an id that no record has.
    pub fn probability(&self, a: &str, b: &str) -> Result<f64> {
        self.explain(a, b).map(|explanation| explanation.probability)
    }

    /// Why two records are two things.
    ///
    /// # Errors
    /// `Unknown` for an id that no record has.
    pub fn why_not(&self, a: &str, b: &str) -> Result<WhyNot> {
        let (a, b) = (self.number(a)?, self.number(b)?);
        if self.numbers[a as usize] == self.numbers[b as usize] {
            return Ok(WhyNot::Together);
        }
        let mut bits = Vec::new();
        let (a, b) = self.in_order(a, b);
        let score = self.comparison.weigh(a as usize, b as usize, &mut bits);
        let refers = bits.iter().any(|bit| bit.technique == Technique::Refers);
        let (places, decided, scored) = (self.places(), self.decided_by_place(), self.scored_by_place());
        let groups = Groups::of(&self.comparison, &self.order, &decided, &scored, self.threshold, &|| true);
        let place = |record: u32| places[record as usize];
        let obstacle = groups.obstacle(&Scored { a: place(a), b: place(b), score, refers });
        let id = |place: u32| self.id(self.order[place as usize]).to_owned();
        Ok(match obstacle {
            Some(Obstacle::Split(a, b)) => WhyNot::Split { a: id(a), b: id(b) },
            Some(Obstacle::SideBySide(a, b)) => WhyNot::SideBySide { a: id(a), b: id(b) },
            Some(Obstacle::Rival(other)) => WhyNot::Rival { record: id(other) },
            Some(Obstacle::Against(a, b)) => WhyNot::Against { a: id(a), b: id(b) },
            Some(Obstacle::TooLittle) | None => WhyNot::TooLittle { score },
        })
    }

    /// The pairs of which a person's decision would tell most, the first first. One pair stands for two clusters.
    pub fn review(&self, most: usize) -> Vec<Uncertain> {
        let (decided, scored) = (self.decided_by_place(), self.scored_by_place());
        let groups = Groups::of(&self.comparison, &self.order, &decided, &scored, self.threshold, &|| true);
        let mut seen = std::collections::BTreeSet::new();
        let mut uncertain: Vec<Uncertain> = Vec::new();
        let record = |place: u32| self.order[place as usize];
        for pair in scored.iter() {
            let (here, there) = (self.numbers[record(pair.a) as usize], self.numbers[record(pair.b) as usize]);
            if here == there || !seen.insert((here.min(there), here.max(there))) {
                continue;
            }
            let pairs = groups.size(pair.a) * groups.size(pair.b);
            let probability = probability(pair.score);
            uncertain.push(Uncertain {
                a: self.id(record(pair.a)).to_owned(),
                b: self.id(record(pair.b)).to_owned(),
                probability,
                gain: pairs as f64 * entropy(probability),
            });
        }
        uncertain.sort_by(|x, y| y.gain.total_cmp(&x.gain).then_with(|| (&x.a, &x.b).cmp(&(&y.a, &y.b))));
        uncertain.truncate(most);
        uncertain
    }

    /// What was kept apart for its role: workers, stores and variants, each with what it belongs to; things stand as their records of the least id.
    pub fn related(&self) -> Vec<Related> {
        let mut related = Vec::new();
        let places = self.workings.as_ref().map_or(&[][..], |workings| &workings.places);
        for pair in self.comparison.blocks.pairs(places) {
            let (a, b) = pair.both();
            let (a, b) = (self.order[a as usize], self.order[b as usize]);
            let (here, there) = (self.numbers[a as usize], self.numbers[b as usize]);
            // A ticket or a team may be called like a thing, and has no worker and no store.
            if here == there || self.comparison.stand_apart(a, b) {
                continue;
            }
            let (x, y) = (self.comparison.belongs_to(a, b), self.comparison.belongs_to(b, a));
            let (from, to, word) = match (x, y) {
                (Some(word), None) => (here, there, word),
                (None, Some(word)) => (there, here, word),
                _ => continue,
            };
            related.push(Related {
                from: self.id(from).to_owned(),
                relation: relation(word),
                to: self.id(to).to_owned(),
            });
        }
        related.sort_by(|x, y| (&x.from, x.relation, &x.to).cmp(&(&y.from, y.relation, &y.to)));
        related.dedup();
        related
    }

    fn evidence(&self, bit: &Bit) -> Evidence {
        let comparison = &self.comparison;
        let name = |source: Source| match source {
            Source::None => String::new(),
            Source::Name => "name".to_owned(),
            Source::Claim(field) => comparison.sketches.claimant(field).to_owned(),
            Source::Field(field) => comparison.estate.paths.text(field).to_owned(),
        };
        let (field, other) = (name(bit.field), name(bit.other));
        let field = match field.cmp(&other) {
            Ordering::Equal => field,
            _ => format!("{field}, {other}"),
        };
        let value = match &bit.value {
            Value::None => String::new(),
            Value::Core(text) => comparison.sketches.names.texts.text(*text).to_owned(),
            Value::Word(word) => comparison.sketches.names.words.text(*word).to_owned(),
            Value::Ending { core, from } => comparison.sketches.names.texts.text(*core)[*from as usize..].to_owned(),
            Value::Image(text) | Value::Text { text, .. } => comparison.estate.texts.text(*text).to_owned(),
            Value::Reference(name) => (*name).to_owned(),
        };
        Evidence { field, technique: technique(bit.technique), value, weight: bit.weight }
    }
}

/// How likely a pair of such a score is one thing.
fn probability(score: f64) -> f64 {
    1.0 / (1.0 + (-SLOPE * score).exp2())
}

/// How little is known of a yes or no, in bits.
fn entropy(probability: f64) -> f64 {
    let part = |share: f64| if share > 0.0 { -share * share.log2() } else { 0.0 };
    part(probability) + part(1.0 - probability)
}

fn relation(word: &str) -> &'static str {
    match roles::facet(word) {
        Some("worker") => "workerOf",
        Some("store" | "cache" | "broker") => "storeOf",
        _ => "variantOf",
    }
}

fn technique(technique: Technique) -> &'static str {
    match technique {
        Technique::Rarity => "rarity",
        Technique::Refers => "refers",
        Technique::SameName => "same-name",
        Technique::SameNameSomewhere => "same-name-somewhere",
        Technique::Elsewhere => "elsewhere",
        Technique::Typo => "typo",
        Technique::Abbreviates => "abbreviates",
        Technique::NamesDiffer => "names-differ",
        Technique::Role => "role",
        Technique::OwnImage => "own-image",
        Technique::CommonImage => "common-image",
        Technique::SameValue => "same-value",
        Technique::NearValue => "near-value",
        Technique::ValuesDiffer => "values-differ",
        Technique::Apart => "apart",
        Technique::Job => "job",
    }
}
