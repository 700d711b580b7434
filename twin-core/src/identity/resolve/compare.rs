//! How much speaks for two records being one thing: additive weights in bits, in the manner of Fellegi and Sunter (log2 of how much likelier the agreement is for one
//! thing than for two). The weights of a pair, the rarity of a match among them, sum exactly to its score; it is one thing from 0 on.

mod odds;
mod values;

use std::cmp::Ordering;

use super::blocks::{Blocks, Pair, Space, key, label_key};
use super::profile::{Estate, Image, Profile};
use super::roles::{self, Role};
use super::sketch::{Claim, Sketch, Sketches};
use super::texts::{NONE, differ_by_one};
use super::words;
use xxhash_rust::xxh3::xxh3_64;

/// How sure a record's own name is.
const OWN_NAME: f64 = 0.985;
/// An estate is never taken for smaller than so many bits.
const LEAST_BITS: f64 = 6.0;
/// Odds are learnt from as many records as so many bits can tell apart, or half of them.
const SAMPLE_BITS: u32 = 10;
/// More than so many bits a name never says beyond those that it takes to name one thing.
const MOST_OF_NAME: f64 = 5.0;
/// A value that more records have says little by itself.
const RARE: u32 = 8;
/// Weights are whole multiples of one part in so many of a bit, so that they sum to the same score in whatever order and by whatever means.
const GRAIN: f64 = 65_536.0;

use odds::Odds;
pub(super) use odds::{Lesson, chances};

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
    /// The same value in another field.
    Swapped,
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
    /// A value of a field, and whether few have it.
    Text {
        /// Its number.
        text: u32,
        /// Whether few have it.
        is_rare: bool,
    },
    /// A word.
    Word(u32),
    /// What a compact name ends with.
    Ending {
        /// The name.
        core: u32,
        /// Where the end begins.
        from: u32,
    },
    /// A kind of reference.
    Reference(&'static str),
}

/// What two records say of each other, in short.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Score {
    /// The sum of the weights.
    pub sum: f64,
    /// Whether one refers to the other.
    pub refers: bool,
    /// Whether they have the same name.
    pub is_named: bool,
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
    /// How many records there are, in bits.
    size: f64,
    odds: Odds,
}

impl Comparison {
    /// Prepares a comparison of records whose odds are learnt from those chosen.
    pub fn new(estate: Estate, chosen: &[bool]) -> Self {
        let sketches = Sketches::of(&estate);
        let blocks = Blocks::of(&estate, &sketches);
        let magnitude = f64::from(estate.magnitude);
        let (bits, size) = ((magnitude - 1.0).max(LEAST_BITS), magnitude + 0.5);
        let mut comparison = Comparison { odds: Odds::before(&chances(&estate)), estate, sketches, blocks, bits, size };
        let pairs = comparison.blocks.beside(chosen);
        let lessons = comparison.lessons(&pairs);
        comparison.odds = comparison.odds_by(lessons.iter());
        comparison
    }

    /// What pairs teach.
    pub fn lessons(&mut self, pairs: &[(u32, u32)]) -> Vec<Lesson> {
        // Each is told by what is taken for granted, so that it is the same whatever was learnt.
        let before = Odds::before(&chances(&self.estate));
        let learnt = std::mem::replace(&mut self.odds, before);
        let mut bits = Vec::new();
        let mut lesson = |(a, b): &(u32, u32)| {
            self.weigh(*a as usize, *b as usize, &mut bits);
            Lesson::of(&bits, &self.odds)
        };
        let lessons = pairs.iter().map(&mut lesson).collect();
        self.odds = learnt;
        lessons
    }

    /// The odds that lessons teach.
    pub fn odds_by<'l>(&self, lessons: impl Iterator<Item = &'l Lesson> + Clone) -> Odds {
        Odds::learn(lessons, &chances(&self.estate), self.bits)
    }

    /// The odds that weights follow.
    pub fn odds(&self) -> &Odds {
        &self.odds
    }

    /// Reads a little of the later record of each pair, so that what is scored next lies near. What is returned says nothing.
    pub fn touch(&self, pairs: &[Pair]) -> u32 {
        let later = || pairs.iter().map(|pair| pair.both().1 as usize);
        let rows = later().fold(0, |all, b| all ^ self.sketches.rows[b].core ^ self.estate.profiles[b].slot);
        later().fold(rows, |all, b| {
            let (profile, row) = (&self.estate.profiles[b], &self.sketches.rows[b]);
            let value = self.estate.attributes(profile).first().map_or(0, |attribute| attribute.value);
            let image = self.estate.images(profile).first().map_or(0, |image| image.path);
            let claim = self.sketches.claims(row).first().map_or(0, |claim| claim.core);
            all ^ value ^ image ^ claim ^ self.sketches.atoms(row).first().copied().unwrap_or_default()
        })
    }

    /// What speaks for and against a pair: the weights, and their sum. O(names · names + fields).
    pub fn weigh(&self, a: usize, b: usize, bits: &mut Vec<Bit>) -> f64 {
        bits.clear();
        self.weights(a, b, &mut |bit| bits.push(bit));
        bits.iter().map(|bit| bit.weight).sum()
    }

    /// The same sum without the list.
    pub fn score(&self, a: usize, b: usize) -> Score {
        let mut score = Score::default();
        self.weights(a, b, &mut |bit| {
            score.sum += bit.weight;
            score.refers |= bit.technique == Technique::Refers;
            score.is_named |= matches!(bit.technique, Technique::SameName | Technique::SameNameSomewhere);
        });
        score
    }

    /// Tells each weight of a pair, in order.
    fn weights(&self, a: usize, b: usize, tell: &mut impl FnMut(Bit)) {
        let tell = &mut |bit: Bit| tell(Bit { weight: (bit.weight * GRAIN).round() / GRAIN, ..bit });
        tell(bit(Technique::Rarity, Value::None, -self.bits));
        let reference = self.reference(a, b);
        if let Some(name) = reference {
            tell(bit(Technique::Refers, Value::Reference(name), self.bits + 8.0));
        }
        let mut names_differ = false;
        self.names(a, b, &mut |bit| {
            // Whoever refers to a thing may call it what they like.
            if reference.is_none() || bit.weight > 0.0 {
                names_differ |= matches!(bit.technique, Technique::NamesDiffer | Technique::Role);
                tell(bit);
            }
        });
        self.images(a, b, tell);
        self.values(a, b, names_differ, tell);
        self.kinds(a, b, reference.is_some(), tell);
    }

    fn names(&self, a: usize, b: usize, tell: &mut impl FnMut(Bit)) {
        let (first, second) = (&self.sketches.rows[a], &self.sketches.rows[b]);
        let (mut best, mut elsewhere): (Option<Bit>, Option<u32>) = (None, None);
        for (x, x_from) in self.names_of(first) {
            for (y, y_from) in self.names_of(second) {
                if x.exact != y.exact && x.core != y.core
                    || !self.means_something(x, x_from)
                    || !self.means_something(y, y_from)
                {
                    continue;
                }
                let Some((weight, technique)) = self.same_name(a, b, (x, x_from), (y, y_from)) else {
                    elsewhere = elsewhere.or(Some(x.core));
                    continue;
                };
                if best.as_ref().is_none_or(|best| best.weight < weight) {
                    best = Some(Bit { technique, field: x_from, other: y_from, value: Value::Core(x.core), weight });
                }
            }
        }
        let role = self.role_apart(first, second);
        match best {
            Some(best) => {
                tell(best);
                if let Some(word) = role {
                    tell(bit(Technique::Role, word, -(self.bits + 4.0)));
                }
            }
            None => {
                let differ = || {
                    let bit = self.other_names(a, b, role)?;
                    Some(Bit { field: Source::Name, other: Source::Name, ..bit })
                };
                let bit = elsewhere.map(|core| bit(Technique::Elsewhere, Value::Core(core), -6.0)).or_else(differ);
                bit.into_iter().for_each(tell);
            }
        }
    }

    /// A record's names: its own unless it is contradicted, and those that its fields say.
    fn names_of<'c>(&'c self, row: &'c Sketch) -> impl Iterator<Item = (Claim, Source)> + 'c {
        let own = Claim { field: NONE, core: row.core, exact: row.exact };
        let own = (row.core != NONE && !row.is_contradicted).then_some((own, Source::Name));
        own.into_iter().chain(self.sketches.claims(row).iter().map(|claim| (*claim, Source::Claim(claim.field))))
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
        let most = most.max(-self.bits);
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
    fn other_names(&self, a: usize, b: usize, role: Option<Value>) -> Option<Bit> {
        let (first, second) = (&self.sketches.rows[a], &self.sketches.rows[b]);
        if first.core == NONE || second.core == NONE {
            return None;
        }
        if let Some(word) = role {
            return Some(bit(Technique::Role, word, -8.0));
        }
        let text = |number: u32| self.sketches.names.texts.text(number);
        let may_be_near = first.look.may_differ_by_one(second.look);
        if may_be_near && differ_by_one(text(first.core).as_bytes(), text(second.core).as_bytes()) {
            return Some(bit(Technique::Typo, Value::Core(first.core), self.bits - 1.0));
        }
        let is_short = |short: u32, record: usize| {
            let words = words::words(self.estate.texts.text(self.estate.profiles[record].name));
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            words::abbreviates(text(short), &words, &roles::says_nothing)
        };
        let abbreviates = || match text(first.exact).len().cmp(&text(second.exact).len()) {
            Ordering::Less => is_short(first.exact, b),
            Ordering::Equal => false,
            Ordering::Greater => is_short(second.exact, a),
        };
        if first.beginning == second.beginning && abbreviates() {
            return Some(bit(Technique::Abbreviates, Value::Core(first.core), self.bits + 1.0));
        }
        Some(bit(Technique::NamesDiffer, Value::None, -4.0))
    }

    /// The word by which one name says that its thing is for something else, of two that share a word.
    fn role_apart(&self, first: &Sketch, second: &Sketch) -> Option<Value> {
        if first.core == second.core || first.core == NONE || second.core == NONE {
            return None;
        }
        if first.beginning == second.beginning || first.beginning[2] == 0 || second.beginning[2] == 0 {
            let compact = self.compact_role(first, second).or_else(|| self.compact_role(second, first));
            if compact.is_some() {
                return compact;
            }
        }
        if !first.has_facet && !second.has_facet {
            return None;
        }
        let names = &self.sketches.names;
        let (here, there) = (self.sketches.atoms(first), self.sketches.atoms(second));
        let mut shared = here.iter().filter(|word| there.contains(word)).peekable();
        shared.peek()?;
        let both: Vec<&str> = shared.filter_map(|word| names.facet(*word)).collect();
        let tells = |word: &&u32| names.facet(**word).is_some_and(|facet| !both.contains(&facet));
        let beyond = |here: &[u32], there: &[u32]| {
            let told = here.iter().filter(|word| !there.contains(word)).filter(tells);
            told.min_by_key(|word| names.words.text(**word)).copied()
        };
        beyond(here, there).or_else(|| beyond(there, here)).map(Value::Word)
    }

    /// The word for a role that a record's name has, where it is otherwise the name of another.
    pub fn belongs_to(&self, record: u32, other: u32) -> Option<&str> {
        let (record, other) = (&self.sketches.rows[record as usize], &self.sketches.rows[other as usize]);
        let (here, there) = (self.sketches.atoms(record), self.sketches.atoms(other));
        if record.core == NONE || other.core == NONE || record.core == other.core || here.len() != there.len() + 1 {
            return None;
        }
        let mut beyond = here.iter().filter(|word| !there.contains(word));
        let word = *beyond.next()?;
        let names = &self.sketches.names;
        (beyond.next().is_none() && names.facet(word).is_some()).then(|| names.words.text(word))
    }

    /// The role at the end of a compact name that is otherwise the other.
    fn compact_role(&self, long: &Sketch, short: &Sketch) -> Option<Value> {
        if !short.look.may_be_part_of(long.look) {
            return None;
        }
        let text = |row: &Sketch| self.sketches.names.texts.text(row.core);
        let rest = text(long).strip_prefix(text(short))?;
        roles::facet(rest)?;
        Some(Value::Ending { core: long.core, from: text(short).len() as u32 })
    }

    fn images(&self, a: usize, b: usize, tell: &mut impl FnMut(Bit)) {
        let images = |record: usize| self.estate.images(&self.estate.profiles[record]);
        let (here, there) = (images(a), images(b));
        let sketches = &self.sketches;
        let is_shared = |image: &&Image| there.contains(image) && !sketches.shared_images[image.path as usize];
        let is_own = |image: &&Image| sketches.own_images[image.path as usize];
        let shared = || here.iter().filter(is_shared);
        if let Some(image) = shared().find(is_own) {
            tell(bit(Technique::OwnImage, Value::Image(image.path), self.bits + 5.0));
        } else if let Some(image) = shared().next() {
            tell(bit(Technique::CommonImage, Value::Image(image.path), 2.0));
        }
        if let ([x], [y]) = (here, there)
            && x != y
        {
            let text = |image: &Image| self.estate.texts.text(image.path).as_bytes();
            let is_near = x.look.may_differ_by_one(y.look) && differ_by_one(text(x), text(y));
            let (technique, weight) = self.odds.image.weigh_other(is_near.then_some(self.bits - 4.0));
            tell(bit(technique, Value::Image(x.path), weight));
        }
    }

    fn kinds(&self, a: usize, b: usize, refers: bool, tell: &mut impl FnMut(Bit)) {
        let (first, second) = (&self.estate.profiles[a], &self.estate.profiles[b]);
        if first.slot == second.slot {
            return;
        }
        let (x, y) = (self.estate.slot_of(first), self.estate.slot_of(second));
        if self.stand_apart(a as u32, b as u32) {
            tell(bit(Technique::Apart, Value::None, -(self.bits + 24.0)));
        }
        if x.is_job != y.is_job && !refers {
            tell(bit(Technique::Job, Value::None, -1.0));
        }
    }

    /// Whether one of two records is of a thing and the other of people or their work, or both are of different sorts of these.
    pub fn stand_apart(&self, a: u32, b: u32) -> bool {
        let apart = |record: u32| self.estate.slot_of(&self.estate.profiles[record as usize]).apart;
        apart(a) != apart(b)
    }

    /// How one record names the other and nothing else, if it does.
    fn reference(&self, a: usize, b: usize) -> Option<&'static str> {
        let (first, second) = (&self.estate.profiles[a], &self.estate.profiles[b]);
        if a == b || !self.estate.has_references || self.system(first) != self.system(second) || !near(first, second) {
            return None;
        }
        self.refers(a, b).or_else(|| self.refers(b, a))
    }

    fn system(&self, profile: &Profile) -> u32 {
        self.estate.slot_of(profile).system
    }

    fn refers(&self, from: usize, to: usize) -> Option<&'static str> {
        let (profile, other) = (&self.estate.profiles[from], &self.estate.profiles[to]);
        if self.selects(profile, other) && self.is_only_one(self.selected(profile)) {
            return Some("selects");
        }
        let is_workload = self.estate.of_role(other, Role::Carried).next().is_some();
        if is_workload && self.estate.of_role(profile, Role::Target).any(|target| target.value == other.written) {
            return Some("scales");
        }
        let runs_as = |profile: &Profile, account: u32| {
            self.estate.of_role(profile, Role::Account).any(|attribute| attribute.value == account)
        };
        if self.estate.slot_of(profile).is_account && runs_as(other, profile.written) {
            let sharing = self.blocks.sharing(key(Space::Account, &[self.system(profile), profile.written]));
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
            self.estate
                .of_role(other, Role::Carried)
                .any(|carried| carried.value == value && name(carried.field()) == name(field))
        };
        let mut wanted = self.estate.of_role(profile, Role::Selector).peekable();
        self.system(profile) == self.system(other)
            && profile.place == other.place
            && wanted.peek().is_some()
            && wanted.all(|label| carries(label.field(), label.value))
    }

    /// Everything that a record's selector selects.
    fn selected<'s>(&'s self, profile: &'s Profile) -> impl Iterator<Item = usize> + 's {
        let first = self.estate.of_role(profile, Role::Selector).next();
        let sharing = first.into_iter().flat_map(|label| {
            self.blocks.sharing(label_key(&self.estate, self.system(profile), label.field(), label.value))
        });
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
        self.estate.of_role(&self.estate.profiles[record], Role::Carried).next().is_some()
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

/// Whether odds are learnt from a record of an estate of such a magnitude: it follows from its id and nothing else.
pub(super) fn is_chosen(id: &str, magnitude: u32) -> bool {
    let bits = (magnitude + 1).saturating_sub(SAMPLE_BITS);
    bits == 0 || xxh3_64(id.as_bytes()) >> (64 - bits) == 0
}

/// Whether two records stand in one place, as far as both say.
fn near(a: &Profile, b: &Profile) -> bool {
    a.place == NONE || b.place == NONE || a.place == b.place
}

fn bit(technique: Technique, value: Value, weight: f64) -> Bit {
    Bit { technique, field: Source::None, other: Source::None, value, weight }
}
