//! Odds: how often records of one thing agree in each field, learnt from pairs by expectation and maximisation.

use super::super::profile::{Estate, roughly};
use super::super::sketch::halves;
use super::super::texts::NONE;
use super::{Bit, GRAIN, MOST_OF_NAME, Source, Technique, Value};

/// Of so many pairs of one name it is taken for granted that so large a share is one thing.
const NAMED: f64 = 16.0;
const NAME_IS_RIGHT: f64 = 0.97;
/// What a name says is learnt from pairs of which other fields say so surely what they are.
const DECISIVE: f64 = 0.97;
/// So many times over.
const ROUNDS: usize = 6;
/// What is taken for granted counts as so many pairs.
const BEFORE: f64 = 8.0;
/// In a field of so many values it says nothing that two things rarely have the same.
const MANY: u32 = 64;

/// How often two records of one thing agree in a field that both have, in bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct FieldOdds {
    /// How often they say the same.
    pub(super) same: f64,
    /// How often they say nearly the same.
    pub(super) near: f64,
    /// How often they say something else, next to how often two things do.
    pub(super) differ: f64,
    /// How many values the field has, in whole bits.
    pub(super) spread: f64,
}

/// What two things say of each other in a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) struct Chance {
    /// How likely they say the same.
    same: f64,
    /// How many values there are, in whole bits.
    spread: f64,
}

impl Chance {
    /// Of a field in which everybody says something else.
    const NONE: Chance = Chance { same: 0.0, spread: 0.0 };

    fn of(values: u32) -> Self {
        let same = if values < MANY { 1.0 / f64::from(roughly(values).max(1)) } else { 0.0 };
        Chance { same, spread: f64::from(values.max(1).ilog2()) }
    }
}

impl FieldOdds {
    /// What is taken for granted before an estate is looked at: how often two records of one thing say the same, and nearly the same.
    const BEFORE: [f64; 2] = [0.55, 0.1];

    /// Odds from how often records of one thing say the same and nearly the same, and how likely two things do.
    pub(super) fn of([same, near]: [f64; 2], chance: Chance) -> Self {
        let differ = (1.0 - same - near).max(0.01) / (1.0 - chance.same).max(0.01);
        let differ = differ.log2().clamp(-5.0, 0.0);
        FieldOdds { same: same.log2(), near: near.log2(), differ, spread: chance.spread }
    }

    /// Odds from how often each level was seen in pairs of one thing, beside what is taken for granted.
    pub(super) fn learnt(seen: &[u64; 3], chance: Chance) -> Self {
        let seen = seen.map(|grains| grains as f64 / GRAIN / 2.0);
        let all = seen.iter().sum::<f64>() + BEFORE;
        let share = |level: usize| (FieldOdds::BEFORE[level] * BEFORE + seen[level]) / all;
        FieldOdds::of([share(0), share(1)], chance)
    }

    /// The same, told only so exactly that one pair rarely changes it.
    pub(super) fn rounded(self) -> Self {
        FieldOdds { same: halves(self.same), near: halves(self.near), differ: halves(self.differ), ..self }
    }

    /// What values are worth that are not the same, and of which so many bits say how rare it is to be as near.
    pub(super) fn weigh_other(self, near: Option<f64>) -> (Technique, f64) {
        match near.map(|bits| bits + self.near).filter(|near| *near > self.differ) {
            Some(near) => (Technique::NearValue, near),
            None => (Technique::ValuesDiffer, self.differ),
        }
    }

    pub(super) fn level(self, level: usize) -> f64 {
        [self.same, self.near, self.differ][level]
    }
}

/// The odds of all fields.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Odds {
    fields: Vec<FieldOdds>,
    pub(super) image: FieldOdds,
    /// How many bits a name says beyond those that it takes to name one thing.
    pub(super) name: f64,
}

impl Odds {
    /// What is taken for granted, where two things have the same value in each field by such chances.
    pub(super) fn before(chances: &[Chance]) -> Self {
        let of = |chance: &Chance| FieldOdds::of(FieldOdds::BEFORE, *chance).rounded();
        Odds { fields: chances.iter().map(of).collect(), image: of(&Chance::NONE), name: MOST_OF_NAME }
    }

    /// The odds of a field, or of images.
    pub(super) fn of(&self, field: u32) -> FieldOdds {
        self.fields.get(field as usize).copied().unwrap_or(self.image)
    }

    /// Learns how often records of one thing agree: expectation and maximisation. What lessons say is summed in whole grains, so that their order says nothing.
    pub(super) fn learn<'l>(lessons: impl Iterator<Item = &'l Lesson> + Clone, chances: &[Chance], bits: f64) -> Self {
        let mut odds = Odds::before(chances);
        let grains = |share: f64| (share * GRAIN).round() as u64;
        for _ in 0..ROUNDS {
            let mut seen = vec![[0_u64; 3]; chances.len() + 1];
            let (mut named, mut right) = (0_u64, 0_u64);
            for lesson in lessons.clone() {
                let name = lesson.name.map(|name| name.min(odds.name.min(MOST_OF_NAME) + bits));
                let levels: f64 = lesson.levels.iter().map(|(field, level)| odds.of(*field).level(*level)).sum();
                let others = lesson.fixed + levels;
                let sure = grains(likely(others + name.unwrap_or(0.0)));
                if name.is_some() && lesson.is_told {
                    // What all but the name says, as if half of those with one name were one thing.
                    let others = likely(others + bits);
                    if !(1.0 - DECISIVE..=DECISIVE).contains(&others) {
                        named += 1;
                        right += grains(others);
                    }
                }
                for (field, level) in lesson.levels.iter().chain(&lesson.agreed) {
                    seen[(*field as usize).min(chances.len())][*level] += sure;
                }
            }
            // Each pair is there once for either of its records.
            let (named, right) = (NAMED + named as f64 / 2.0, NAMED * NAME_IS_RIGHT + right as f64 / GRAIN / 2.0);
            let fields = chances.iter().zip(&seen).map(|(chance, seen)| FieldOdds::learnt(seen, *chance)).collect();
            let image = FieldOdds::learnt(&seen[chances.len()], Chance::NONE);
            odds = Odds { fields, image, name: (right / (named - right)).log2() };
        }
        let fields = odds.fields.iter().map(|odds| odds.rounded()).collect();
        Odds { fields, image: odds.image.rounded(), name: halves(odds.name) }
    }
}

/// How likely odds in bits are.
fn likely(bits: f64) -> f64 {
    1.0 / (1.0 + (-bits).exp2())
}

/// What a pair teaches about odds: its weights, by what odds they follow.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Lesson {
    /// The sum of what follows from no odds.
    fixed: f64,
    /// What the name says, at the most.
    name: Option<f64>,
    /// Whether two rare values say what else it may be.
    is_told: bool,
    /// The fields in which the two agree, nearly agree or differ, whose odds say what that is worth.
    levels: Vec<(u32, usize)>,
    /// The same of images and values that are worth what they are whatever the odds.
    agreed: Vec<(u32, usize)>,
}

impl Lesson {
    /// What weights teach that were told by odds.
    pub(super) fn of(bits: &[Bit], odds: &Odds) -> Self {
        let mut lesson = Lesson { fixed: 0.0, name: None, is_told: false, levels: Vec::new(), agreed: Vec::new() };
        let is_rare = |bit: &&Bit| matches!(bit.value, Value::Text { is_rare: true, .. });
        lesson.is_told = bits.iter().filter(is_rare).count() > 1;
        for bit in bits {
            let field = if let Source::Field(field) = bit.field { field } else { NONE };
            let level = match bit.technique {
                Technique::OwnImage | Technique::CommonImage => {
                    lesson.agreed.push((NONE, 0));
                    lesson.fixed += bit.weight;
                    continue;
                }
                Technique::SameName => {
                    lesson.name = Some(bit.weight);
                    continue;
                }
                Technique::SameValue => 0,
                Technique::NearValue => 1,
                Technique::ValuesDiffer => 2,
                _ => {
                    lesson.fixed += bit.weight;
                    continue;
                }
            };
            lesson.fixed += bit.weight - odds.of(field).level(level);
            lesson.levels.push((field, level));
        }
        lesson
    }
}

/// How likely two things have the same value in each field: one in as many as there are values, where these are few. O(fields).
pub(in super::super) fn chances(estate: &Estate) -> Vec<Chance> {
    estate.distinct.iter().map(|values| Chance::of(*values)).collect()
}
