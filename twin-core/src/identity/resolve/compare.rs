//! How much speaks for two records being one thing: additive weights in bits, in the manner of Fellegi and Sunter (log2 of how much likelier the agreement is for one
//! thing than for two). The weights of a pair, the rarity of a match among them, sum exactly to its score; it is one thing from 0 on.

use super::blocks::{Blocks, Space, is_account, key, label_key, value_counts};
use super::profile::{Estate, Profile};
use super::roles::{self, Role};
use super::sketch::{Claim, Sketch, Sketches, of_role};
use super::texts::NONE;
use super::words;

/// How sure a record's own name is.
const OWN_NAME: f64 = 0.985;
/// An estate is never taken for smaller than so many bits.
const LEAST_BITS: f64 = 6.0;
/// Odds are learnt from so many records, each with so many others.
const SAMPLE: usize = 2048;
const PARTNERS: usize = 4;
/// Of so many pairs of one name it is taken for granted that so large a share is one thing.
const NAMED: f64 = 16.0;
const NAME_IS_RIGHT: f64 = 0.97;
/// What a name says is learnt from pairs of which other fields say so surely what they are.
const DECISIVE: f64 = 0.97;
/// More than so many bits a name never says beyond those that it takes to name one thing.
const MOST_OF_NAME: f64 = 5.0;
/// What is taken for granted counts as so many pairs.
const BEFORE: f64 = 8.0;
/// A value that more records have says little by itself.
const RARE: u32 = 8;
/// Weights are whole multiples of one part in so many of a bit, so that they sum to the same score in whatever order and by whatever means.
const GRAIN: f64 = 65_536.0;
/// Names of fewer letters are not compared letter by letter.
const SHORTEST: usize = 7;

/// What was compared, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Technique {
    /// How rare it is that two records are one thing.
    Rarity,
    /// One names the other, and nothing else.
    Refers,
    /// The same name.
    SameName,
    /// The same name, which things in different places have.
    SameNameSomewhere,
    /// The same name in another place.
    Elsewhere,
    /// One letter differs.
    Typo,
    /// One is a short form of the other.
    Abbreviates,
    /// Other names.
    NamesDiffer,
    /// A word says that one is for something else.
    Role,
    /// An image that is built here.
    OwnImage,
    /// Another image.
    CommonImage,
    /// The same value.
    SameValue,
    /// One letter differs.
    NearValue,
    /// Another value.
    ValuesDiffer,
    /// A thing, and people or their work.
    Apart,
    /// A job, and what is none.
    Job,
}

/// One weight of a pair.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bit {
    /// What was compared, and how.
    pub technique: Technique,
    /// The field on one side, or none.
    pub field: Source,
    /// The field on the other side.
    pub other: Source,
    /// What is shared or differs.
    pub value: Value,
    /// What it adds to the score.
    pub weight: f64,
}

/// Where a compared name or value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// Nowhere.
    None,
    /// In the record's name.
    Name,
    /// In a field that says a name.
    Claim(u32),
    /// In a field.
    Field(u32),
}

/// What is shared or differs.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// Nothing.
    None,
    /// A name.
    Core(u32),
    /// An image.
    Image(u32),
    /// A value of a field.
    Text(u32),
    /// A word.
    Word(u32),
    /// A kind of reference.
    Reference(&'static str),
}

/// Everything that records are compared by.
#[derive(Clone, Debug)]
pub(super) struct Comparison {
    /// The records.
    pub estate: Estate,
    /// What they are compared by.
    pub sketches: Sketches,
    /// Who shares something with whom.
    pub blocks: Blocks,
    /// How many bits it takes to name one thing of the estate.
    bits: f64,
    counts: Vec<u32>,
    odds: Odds,
}

/// How often two records of one thing agree in a field that both have.
#[derive(Clone, Copy, Debug, PartialEq)]
struct FieldOdds {
    same: f64,
    near: f64,
    /// How likely two things have the same value.
    chance: f64,
}

impl FieldOdds {
    /// What is taken for granted before an estate is looked at.
    const BEFORE: FieldOdds = FieldOdds { same: 0.6, near: 0.1, chance: 0.0 };

    /// What values are worth that are not the same.
    fn weigh_other(self, is_near: bool, bits: f64) -> (Technique, f64) {
        if is_near {
            return (Technique::NearValue, bits - 4.0 + self.near.log2());
        }
        let differ = (1.0 - self.same - self.near).max(0.01) / (1.0 - self.chance).max(0.01);
        (Technique::ValuesDiffer, differ.log2().clamp(-5.0, 0.0))
    }
}

/// The odds of all fields.
#[derive(Clone, Debug, PartialEq)]
struct Odds {
    fields: Vec<FieldOdds>,
    image: FieldOdds,
    /// How many bits a name says beyond those that it takes to name one thing.
    name: f64,
}

impl Odds {
    fn of(&self, field: u32) -> FieldOdds {
        self.fields.get(field as usize).copied().unwrap_or(FieldOdds::BEFORE)
    }
}

impl Comparison {
    /// Prepares a comparison.
    pub fn new(estate: Estate) -> Self {
        let sketches = Sketches::of(&estate);
        let blocks = Blocks::of(&estate, &sketches);
        let bits = (estate.profiles.len().max(1) as f64).log2().floor() - 1.0;
        let counts = value_counts(&estate);
        let odds = Odds { fields: chances(&estate), image: FieldOdds::BEFORE, name: MOST_OF_NAME };
        let mut comparison = Comparison { estate, sketches, blocks, bits: bits.max(LEAST_BITS), counts, odds };
        comparison.learn_odds();
        comparison
    }

    /// Learns from some records and whoever shares something with them how often records of one thing agree: expectation and maximisation, twice.
    fn learn_odds(&mut self) {
        let pairs = self.blocks.some_pairs(SAMPLE, PARTNERS);
        let mut bits = Vec::new();
        for _ in 0..6 {
            let mut seen = vec![[0.0_f64; 3]; self.odds.fields.len() + 1];
            let (mut named, mut right) = (NAMED, NAMED * NAME_IS_RIGHT);
            for &(a, b) in &pairs {
                let score = self.weigh(a as usize, b as usize, &mut bits);
                let sure = 1.0 / (1.0 + (-score).exp2());
                let is_named = bits.iter().any(|bit| bit.technique == Technique::SameName);
                let tells = bits.iter().filter(|bit| self.is_telling(bit)).count();
                if is_named && tells > 1 && !(1.0 - DECISIVE..=DECISIVE).contains(&sure) {
                    named += 1.0;
                    right += sure;
                }
                for bit in &bits {
                    let level = match bit.technique {
                        Technique::SameValue | Technique::OwnImage | Technique::CommonImage => 0,
                        Technique::NearValue => 1,
                        Technique::ValuesDiffer => 2,
                        _ => continue,
                    };
                    let field =
                        if let Source::Field(field) = bit.field { field as usize } else { self.odds.fields.len() };
                    seen[field][level] += sure;
                }
            }
            let learnt = |odds: FieldOdds, seen: &[f64; 3]| {
                let all = seen.iter().sum::<f64>() + BEFORE;
                let share = |before: f64, seen: f64| (before * BEFORE + seen) / all;
                FieldOdds {
                    same: share(FieldOdds::BEFORE.same, seen[0]),
                    near: share(FieldOdds::BEFORE.near, seen[1]),
                    ..odds
                }
            };
            let fields = self.odds.fields.iter().zip(&seen).map(|(odds, seen)| learnt(*odds, seen)).collect();
            let image = learnt(self.odds.image, &seen[self.odds.fields.len()]);
            let name = (right / (named - right)).log2();
            self.odds = Odds { fields, image, name };
        }
    }

    /// Whether a weight is of a field in which few have one value.
    fn is_telling(&self, bit: &Bit) -> bool {
        match (bit.field, &bit.value) {
            (Source::Field(_), Value::Text(value)) => self.counts[*value as usize] <= RARE,
            _ => false,
        }
    }

    /// What speaks for and against a pair. O(names · names + fields).
    pub fn weigh(&self, a: usize, b: usize, bits: &mut Vec<Bit>) -> f64 {
        bits.clear();
        bits.push(bit(Technique::Rarity, Value::None, -self.bits));
        let reference = self.reference(a, b);
        bits.extend(reference.map(|name| bit(Technique::Refers, Value::Reference(name), self.bits + 8.0)));
        let first = bits.len();
        self.names(a, b, bits);
        if reference.is_some() {
            // Whoever refers to a thing may call it what they like.
            let mut place = 0;
            bits.retain(|bit| {
                place += 1;
                place <= first || bit.weight > 0.0
            });
        }
        self.images(a, b, bits);
        self.values(a, b, bits);
        self.kinds(a, b, reference.is_some(), bits);
        bits.iter_mut().for_each(|bit| bit.weight = (bit.weight * GRAIN).round() / GRAIN);
        bits.iter().map(|bit| bit.weight).sum()
    }

    fn names(&self, a: usize, b: usize, bits: &mut Vec<Bit>) {
        let (first, second) = (&self.sketches.rows[a], &self.sketches.rows[b]);
        let (mut best, mut is_elsewhere): (Option<Bit>, bool) = (None, false);
        for (x, x_from) in names(first) {
            for (y, y_from) in names(second) {
                if x.exact != y.exact && x.core != y.core
                    || !self.means_something(x, x_from)
                    || !self.means_something(y, y_from)
                {
                    continue;
                }
                let Some((weight, technique)) = self.same_name(a, b, (x, x_from), (y, y_from)) else {
                    is_elsewhere = true;
                    continue;
                };
                if best.as_ref().is_none_or(|best| best.weight < weight) {
                    best = Some(Bit { technique, field: x_from, other: y_from, value: Value::Core(x.core), weight });
                }
            }
        }
        let role = self.role_apart(a, b);
        match best {
            Some(best) => {
                bits.push(best);
                bits.extend(role.map(|word| bit(Technique::Role, Value::Word(word), -(self.bits + 4.0))));
            }
            None if is_elsewhere => bits.push(bit(Technique::Elsewhere, Value::Core(first.core), -6.0)),
            None => bits.extend(self.other_names(a, b, role)),
        }
    }

    /// Whether a name tells things apart.
    fn means_something(&self, claim: Claim, from: Source) -> bool {
        match from {
            Source::Claim(field) => !self.sketches.shared_claims.contains(&(field, claim.core)),
            _ => true,
        }
    }

    /// What the same name is worth; nothing where it is that of another place's thing.
    fn same_name(&self, a: usize, b: usize, x: (Claim, Source), y: (Claim, Source)) -> Option<(f64, Technique)> {
        let trust = |from: Source| match from {
            Source::Claim(field) => self.sketches.trust[field as usize],
            _ => OWN_NAME,
        };
        let most = self.odds.name.min(MOST_OF_NAME) - if x.0.exact == y.0.exact { 0.0 } else { 1.0 };
        let sure = (trust(x.1) * trust(y.1)).clamp(0.02, 0.999);
        let weight = ((sure / (1.0 - sure)).log2() - 1.0).clamp(-self.bits, most) + self.bits;
        let places = &self.sketches.places;
        if !places.is_ambiguous(x.0.core) && !places.is_ambiguous(y.0.core) {
            return Some((weight, Technique::SameName));
        }
        match places.together(&self.estate, a, b) {
            Some(true) => Some((weight, Technique::SameName)),
            Some(false) => None,
            None => Some((weight.min(self.bits - 2.0), Technique::SameNameSomewhere)),
        }
    }

    /// What different names say.
    fn other_names(&self, a: usize, b: usize, role: Option<u32>) -> Option<Bit> {
        let (first, second) = (&self.sketches.rows[a], &self.sketches.rows[b]);
        if first.core == NONE || second.core == NONE {
            return None;
        }
        if let Some(word) = role {
            return Some(bit(Technique::Role, Value::Word(word), -8.0));
        }
        let text = |number: u32| self.sketches.texts.text(number);
        let (x, y) = (text(first.core), text(second.core));
        if x.len() >= SHORTEST && y.len() >= SHORTEST && differ_by_one(x.as_bytes(), y.as_bytes()) {
            return Some(bit(Technique::Typo, Value::Core(first.core), self.bits - 1.0));
        }
        let written = |record: usize| words::words(self.estate.texts.text(self.estate.profiles[record].name));
        let is_short = |short: &str, words: &[String]| {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            words::abbreviates(short, &words, &roles::says_nothing)
        };
        let share_begin = x.bytes().take(3).eq(y.bytes().take(3));
        if share_begin && (is_short(text(first.exact), &written(b)) || is_short(text(second.exact), &written(a))) {
            return Some(bit(Technique::Abbreviates, Value::Core(first.core), self.bits + 1.0));
        }
        Some(bit(Technique::NamesDiffer, Value::None, -4.0))
    }

    /// The word by which one name says that its thing is for something else, of two that share a word.
    fn role_apart(&self, a: usize, b: usize) -> Option<u32> {
        let (first, second) = (&self.sketches.rows[a], &self.sketches.rows[b]);
        if first.core == second.core || first.core == NONE || second.core == NONE {
            return None;
        }
        if let Some(word) = self.compact_role(first, second).or_else(|| self.compact_role(second, first)) {
            return Some(word);
        }
        let facet = |word: u32| roles::facet(self.sketches.texts.text(word));
        let shared = first.atoms.iter().filter(|word| second.atoms.binary_search(word).is_ok());
        let mut shared = shared.peekable();
        shared.peek()?;
        let both: Vec<&str> = shared.filter_map(|word| facet(*word)).collect();
        let tells = |word: &&u32| facet(**word).is_some_and(|facet| !both.contains(&facet));
        let beyond = |here: &Sketch, there: &Sketch| {
            here.atoms.iter().filter(|word| there.atoms.binary_search(word).is_err()).find(tells).copied()
        };
        beyond(first, second).or_else(|| beyond(second, first))
    }

    /// The word for a role that a record's name has, where it is otherwise the name of another.
    pub fn belongs_to(&self, record: u32, other: u32) -> Option<&str> {
        let (record, other) = (&self.sketches.rows[record as usize], &self.sketches.rows[other as usize]);
        if record.core == NONE
            || other.core == NONE
            || record.core == other.core
            || record.atoms.len() != other.atoms.len() + 1
        {
            return None;
        }
        let mut beyond = record.atoms.iter().filter(|word| other.atoms.binary_search(word).is_err());
        let word = self.sketches.texts.text(*beyond.next()?);
        (beyond.next().is_none() && roles::facet(word).is_some()).then_some(word)
    }

    /// The role at the end of a compact name that is otherwise the other.
    fn compact_role(&self, long: &Sketch, short: &Sketch) -> Option<u32> {
        let (long, short) = (self.sketches.texts.text(long.core), self.sketches.texts.text(short.core));
        let rest = long.strip_prefix(short)?;
        roles::facet(rest)?;
        self.sketches.texts.get(rest)
    }

    fn images(&self, a: usize, b: usize, bits: &mut Vec<Bit>) {
        let (first, second) = (&self.sketches.rows[a], &self.sketches.rows[b]);
        let sketches = &self.sketches;
        let shared = first
            .images
            .iter()
            .filter(|image| second.images.contains(image) && !sketches.shared_images.contains(*image));
        if let Some(image) =
            shared.max_by_key(|image| (sketches.own_images.contains(*image), std::cmp::Reverse(**image)))
        {
            let own = sketches.own_images.contains(image);
            let (technique, weight) =
                if own { (Technique::OwnImage, self.bits + 5.0) } else { (Technique::CommonImage, 2.0) };
            bits.push(bit(technique, Value::Image(*image), weight));
        }
        if let ([x], [y]) = (&first.images[..], &second.images[..])
            && x != y
        {
            let (here, there) = (sketches.images.text(*x), sketches.images.text(*y));
            let is_near = here.len() >= SHORTEST && differ_by_one(here.as_bytes(), there.as_bytes());
            let (technique, weight) = self.odds.image.weigh_other(is_near, self.bits);
            bits.push(bit(technique, Value::Image(*x), weight));
        }
    }

    /// What the fields say that both have. O(fields).
    fn values(&self, a: usize, b: usize, bits: &mut Vec<Bit>) {
        let names_differ = bits.iter().any(|bit| matches!(bit.technique, Technique::NamesDiffer | Technique::Role));
        let (mut here, mut there) = (&self.estate.profiles[a].attributes[..], &self.estate.profiles[b].attributes[..]);
        while let ([x, ..], [y, ..]) = (here, there) {
            match x.field.cmp(&y.field) {
                std::cmp::Ordering::Less => here = &here[1..],
                std::cmp::Ordering::Greater => there = &there[1..],
                std::cmp::Ordering::Equal => {
                    if x.alone && y.alone && self.is_compared(x.field) {
                        self.value(x.field, (x.value, y.value), names_differ, bits);
                    }
                    (here, there) = (&here[1..], &there[1..]);
                }
            }
        }
    }

    fn is_compared(&self, field: u32) -> bool {
        let field = &self.estate.fields[field as usize];
        !field.is_keyed && matches!(field.role, Role::Value | Role::Key)
    }

    fn value(&self, field: u32, (x, y): (u32, u32), names_differ: bool, bits: &mut Vec<Bit>) {
        let odds = self.odds.of(field);
        let count = self.counts[x as usize];
        let (technique, weight) = if x == y {
            let rarity = (self.estate.profiles.len() as f64 / f64::from(count)).log2().min(self.bits);
            let is_rare = count <= RARE;
            (Technique::SameValue, if names_differ && !is_rare { 0.0 } else { rarity + odds.same.log2() })
        } else {
            let (here, there) = (self.estate.texts.text(x), self.estate.texts.text(y));
            let is_near = here.len() >= SHORTEST && differ_by_one(here.as_bytes(), there.as_bytes());
            odds.weigh_other(is_near, self.bits)
        };
        if weight != 0.0 {
            bits.push(Bit {
                technique,
                field: Source::Field(field),
                other: Source::Field(field),
                value: Value::Text(x),
                weight,
            });
        }
    }

    fn kinds(&self, a: usize, b: usize, refers: bool, bits: &mut Vec<Bit>) {
        let (first, second) = (&self.estate.profiles[a], &self.estate.profiles[b]);
        let kind = |profile: &Profile| self.estate.kinds.get(&profile.kind).copied().unwrap_or_default();
        let (x, y) = (kind(first), kind(second));
        if x.apart != y.apart {
            bits.push(bit(Technique::Apart, Value::None, -(self.bits + 24.0)));
        }
        if x.is_job != y.is_job && !refers && first.slot != second.slot {
            bits.push(bit(Technique::Job, Value::None, -1.0));
        }
    }

    /// How one record names the other and nothing else, if it does.
    fn reference(&self, a: usize, b: usize) -> Option<&'static str> {
        let (first, second) = (&self.estate.profiles[a], &self.estate.profiles[b]);
        if first.system != second.system || !near(first, second) {
            return None;
        }
        self.refers(a, b).or_else(|| self.refers(b, a))
    }

    fn refers(&self, from: usize, to: usize) -> Option<&'static str> {
        let (profile, other) = (&self.estate.profiles[from], &self.estate.profiles[to]);
        if self.selects(profile, other) && self.is_only_one(self.selected(profile)) {
            return Some("selects");
        }
        let is_workload = of_role(&self.estate, other, Role::Carried).next().is_some();
        if is_workload && of_role(&self.estate, profile, Role::Target).any(|target| target.value == other.written) {
            return Some("scales");
        }
        let runs_as = |profile: &Profile, account: u32| {
            of_role(&self.estate, profile, Role::Account).any(|attribute| attribute.value == account)
        };
        if is_account(&self.estate, profile) && runs_as(other, profile.written) {
            let sharing = self.blocks.sharing(key(Space::Account, &[profile.system, profile.written]));
            let users = sharing.filter(|user| {
                let user = &self.estate.profiles[*user];
                near(user, profile) && runs_as(user, profile.written)
            });
            return self.is_only_one(users).then_some("is the account of");
        }
        None
    }

    /// Whether one record's selector selects another.
    fn selects(&self, profile: &Profile, other: &Profile) -> bool {
        let name = |field: u32| roles::head(self.estate.paths.text(field)).1;
        let carries = |field: u32, value: u32| {
            of_role(&self.estate, other, Role::Carried)
                .any(|carried| carried.value == value && name(carried.field) == name(field))
        };
        let mut wanted = of_role(&self.estate, profile, Role::Selector).peekable();
        profile.system == other.system
            && profile.place == other.place
            && wanted.peek().is_some()
            && wanted.all(|label| carries(label.field, label.value))
    }

    /// Everything that a record's selector selects.
    fn selected<'s>(&'s self, profile: &'s Profile) -> impl Iterator<Item = usize> + 's {
        let first = of_role(&self.estate, profile, Role::Selector).next();
        let sharing = first
            .into_iter()
            .flat_map(|label| self.blocks.sharing(label_key(&self.estate, profile.system, label.field, label.value)));
        sharing.filter(move |other| self.selects(profile, &self.estate.profiles[*other]))
    }

    /// Whether records are all called the same.
    fn is_only_one(&self, records: impl Iterator<Item = usize>) -> bool {
        let mut names = records.map(|record| self.estate.profiles[record].name);
        let first = names.next();
        first.is_some_and(|first| names.all(|other| other == first))
    }

    /// The core of a record's name, or none.
    pub fn core(&self, record: u32) -> u32 {
        self.sketches.rows[record as usize].core
    }

    /// Whether a record carries labels that selectors look at.
    pub fn is_workload(&self, record: usize) -> bool {
        of_role(&self.estate, &self.estate.profiles[record], Role::Carried).next().is_some()
    }

    /// Whether two records stand side by side in one system, so that they are two things.
    pub fn stand_side_by_side(&self, a: usize, b: usize) -> bool {
        let (first, second) = (&self.estate.profiles[a], &self.estate.profiles[b]);
        if first.slot != second.slot {
            return false;
        }
        if first.path != NONE && first.path != second.path {
            return true;
        }
        let (core, other) = (self.sketches.rows[a].core, self.sketches.rows[b].core);
        if core != other {
            return !self.sketches.repeats.contains(&first.slot);
        }
        let places = &self.sketches.places;
        core != NONE && places.is_ambiguous(core) && places.together(&self.estate, a, b) == Some(false)
    }
}

/// How likely two things have the same value in each field: one in as many as there are values.
fn chances(estate: &Estate) -> Vec<FieldOdds> {
    let mut values: Vec<(u32, u32)> =
        estate.profiles.iter().flat_map(|profile| profile.attributes.iter()).map(|a| (a.field, a.value)).collect();
    values.sort_unstable();
    values.dedup();
    let mut distinct = vec![0_u32; estate.fields.len()];
    values.iter().for_each(|(field, _)| distinct[*field as usize] += 1);
    distinct.iter().map(|count| FieldOdds { chance: 1.0 / f64::from((*count).max(1)), ..FieldOdds::BEFORE }).collect()
}

/// A record's names: its own unless it is contradicted, and those that its fields say.
fn names(row: &Sketch) -> impl Iterator<Item = (Claim, Source)> + '_ {
    let own = Claim { field: NONE, core: row.core, exact: row.exact };
    let own = (row.core != NONE && !row.is_contradicted).then_some((own, Source::Name));
    own.into_iter().chain(row.claims.iter().map(|claim| (*claim, Source::Claim(claim.field))))
}

/// Whether two records stand in one place, as far as both say.
fn near(a: &Profile, b: &Profile) -> bool {
    a.place == NONE || b.place == NONE || a.place == b.place
}

fn bit(technique: Technique, value: Value, weight: f64) -> Bit {
    Bit { technique, field: Source::None, other: Source::None, value, weight }
}

/// Whether one text is the other with one letter more, less, replaced, or swapped with the next. O(length).
fn differ_by_one(a: &[u8], b: &[u8]) -> bool {
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let front = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[front..], &b[front..]);
    let back = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    match (&a[..a.len() - back], &b[..b.len() - back]) {
        ([x, y], [z, w]) => x == w && y == z,
        (x, y) => x.len() <= 1 && y.len() <= 1,
    }
}
