//! Why records were put together or kept apart, what people should look at, and what records are to each other that are not one thing.

use serde::Serialize;

use crate::base::Result;

use super::Resolution;
use super::compare::{Bit, Source, Technique, Value};
use super::group::{Groups, Joined, Obstacle, Scored};
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
        Ok(self.refusal(&groups, &Scored { a: place(a), b: place(b), score, refers }))
    }

    /// What keeps the things of a pair apart, by the places of its records in the order of ids.
    fn refusal(&self, groups: &Groups<'_>, pair: &Scored) -> WhyNot {
        let id = |place: u32| self.id(self.order[place as usize]).to_owned();
        match groups.obstacle(pair) {
            Some(Obstacle::Split(a, b)) => WhyNot::Split { a: id(a), b: id(b) },
            Some(Obstacle::SideBySide(a, b)) => WhyNot::SideBySide { a: id(a), b: id(b) },
            Some(Obstacle::Rival(other)) => WhyNot::Rival { record: id(other) },
            Some(Obstacle::Against(a, b)) => WhyNot::Against { a: id(a), b: id(b) },
            Some(Obstacle::TooLittle) | None => WhyNot::TooLittle { score: pair.score },
        }
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

    /// Each pair that joined two things, the strongest first, and the strongest of those between two things that were kept apart although it came near.
    pub(crate) fn decisions(&self) -> Vec<Decision> {
        let (decided, scored) = (self.decided_by_place(), self.scored_by_place());
        let groups = Groups::of(&self.comparison, &self.order, &decided, &scored, self.threshold, &|| true);
        let mut given = vec![0; self.ids.len()];
        (0_u32..).zip(&self.given).for_each(|(place, record)| given[*record as usize] = place);
        let mut joined = Joined::default();
        self.decided.pins.iter().for_each(|(a, b)| _ = joined.join(*a, *b));
        let mut apart = std::collections::BTreeSet::new();
        let mut decisions = Vec::new();
        for pair in scored.iter() {
            let (a, b) = (self.order[pair.a as usize], self.order[pair.b as usize]);
            let (here, there) = (self.numbers[a as usize], self.numbers[b as usize]);
            let is_news = match here == there {
                true => joined.join(a, b),
                false => apart.insert((here.min(there), here.max(there))),
            };
            if is_news {
                let refused = (here != there).then(|| self.refusal(&groups, pair));
                let (weights, score) = (self.weights(a, b), pair.score);
                decisions.push(Decision { a: given[a as usize], b: given[b as usize], score, weights, refused });
            }
        }
        decisions
    }

    /// The weights of two records in the order of their ids, each with the field of either side.
    fn weights(&self, a: u32, b: u32) -> Vec<(Evidence, [String; 2])> {
        let mut bits = Vec::new();
        self.comparison.weigh(a as usize, b as usize, &mut bits);
        bits.iter().map(|bit| (self.evidence(bit), self.fields(bit).map(str::to_owned))).collect()
    }

    /// The field that was compared on either side; empty where none was.
    fn fields(&self, bit: &Bit) -> [&str; 2] {
        let name = |source: Source| match source {
            Source::None => "",
            Source::Name => "name",
            Source::Claim(field) => self.comparison.sketches.claimant(field),
            Source::Field(field) => self.comparison.estate.paths.text(field),
        };
        match bit.value {
            Value::Image(_) => ["image"; 2],
            _ => [name(bit.field), name(bit.other)],
        }
    }

    fn evidence(&self, bit: &Bit) -> Evidence {
        let comparison = &self.comparison;
        let [field, other] = self.fields(bit);
        let field = if field == other { field.to_owned() } else { format!("{field}, {other}") };
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

/// A pair that decided something, by the places of its records in what was given.
#[derive(Clone, Debug)]
pub(crate) struct Decision {
    /// One record.
    pub a: u32,
    /// The other.
    pub b: u32,
    /// What speaks for and against, each with the field of either side.
    pub weights: Vec<(Evidence, [String; 2])>,
    /// The sum of the weights.
    pub score: f64,
    /// What kept the two apart, if something did.
    pub refused: Option<WhyNot>,
}

/// How likely a pair is one thing that scores so many bits more than as likely as not: 1 / (1 + 2^(-1.25 · score)).
pub fn probability(score: f64) -> f64 {
    1.0 / (1.0 + (-SLOPE * score).exp2())
}

/// How little is known of a yes or no, in bits.
pub(crate) fn entropy(probability: f64) -> f64 {
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
        Technique::Swapped => "swapped",
        Technique::NearValue => "near-value",
        Technique::ValuesDiffer => "values-differ",
        Technique::Apart => "apart",
        Technique::Job => "job",
    }
}
