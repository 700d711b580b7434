//! What is learnt of an estate before records are compared: words that say nothing here, fields that say names, places that are environments.
//!
//! Words and fields are learnt from a sample, the names with the least digests of each system and kind, so that what is learnt is a function of the records, whatever
//! their order, and does not cost more as the estate grows.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use super::profile::{Estate, Profile};
use super::roles::{self, Role};
use super::sample::{Sample, Twins};
use super::texts::NONE;
use super::words;

/// From so many names on, a word counts once it was seen three times.
const LARGE: usize = 4096;
/// So many names must be those of things elsewhere without a word.
const ALIGNED: usize = 3;
/// What nearly all names of a system begin or end with: six in ten.
const NEARLY_ALL: (usize, usize) = (6, 10);
/// One of so many twins, and not fewer than a few.
const REPEATS: usize = 50;
/// A word that so many pairs of twins differ in says nothing.
const VARIES: usize = 8;
/// An owner is one of the main ones if one in so many things is its.
const MAIN: usize = 10;
/// A system and kind with fewer names shows no habit.
const FEWEST: usize = 4;

/// The words of names in an estate, and which of them say nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Vocabulary {
    /// Words that stand by themselves somewhere.
    known: Known,
    /// Words by which things of one system are told apart: one is called so, another the same with the word.
    pub contrast: HashSet<String>,
    /// Words that one record of a thing has in its name, and another has not.
    pub variation: HashSet<String>,
    /// By system and kind, what nearly all names begin and end with.
    pub habits: BTreeMap<u32, (HashSet<String>, HashSet<String>)>,
    /// What things are parts of: organisations, products, namespaces.
    pub wholes: HashSet<String>,
    /// Owners of one word with which several names begin.
    pub beginnings: HashSet<String>,
}

impl Vocabulary {
    /// Reads the names of a sample. O(sample).
    pub fn of(estate: &Estate, samples: &Sample, twins: &Twins, memory: &mut Memory) -> Self {
        let (parts, owners) = memory.mentions.wholes();
        let wholes = parts.iter().map(|words| words.concat()).collect();
        let mut vocabulary = Vocabulary { wholes, ..Vocabulary::default() };
        let stand: HashSet<String> = vocabulary.wholes.union(&owners).cloned().collect();
        vocabulary.known = memory.know(estate, samples, &stand);
        let usual: Vec<String> = parts.iter().map(|words| vocabulary.atoms(words).concat()).collect();
        vocabulary.wholes.extend(usual);
        memory.read(estate, &vocabulary, twins);
        let atoms = |name: &u32| &memory.names[name].1[..];
        let names_in: BTreeMap<u32, Vec<&[String]>> =
            samples.names.iter().map(|(slot, names)| (*slot, names.iter().map(atoms).collect())).collect();
        let distinct = names_in.iter().filter(|(slot, _)| !twins.repeats.contains(slot));
        vocabulary.contrast = distinct.flat_map(|(_, names)| contrasts(names)).collect();
        let called = Called::of(&names_in);
        for (slot, names) in &names_in {
            let mut habits = habits(names);
            called.align(*slot, names, &vocabulary.contrast, &mut habits);
            habits.1.extend(
                kind_words(estate.texts.text(estate.slots[*slot as usize].kind))
                    .filter(|word| !vocabulary.contrast.contains(word)),
            );
            vocabulary.habits.insert(*slot, habits);
        }
        vocabulary.variation = vocabulary.variations(estate, twins, memory);
        vocabulary.beginnings = beginnings(&owners, memory.sampled.iter().map(atoms));
        vocabulary
    }

    /// The words of a name, compact ones cut into those that stand by themselves elsewhere, each in its usual form.
    pub fn atoms(&self, words: &[String]) -> Vec<String> {
        words.iter().flat_map(|word| self.cut(word)).map(|word| usual(&word).to_owned()).collect()
    }

    /// The same of a sample that has not changed, but for its twins.
    pub fn with_twins(&self, estate: &Estate, twins: &Twins, memory: &Memory) -> Self {
        Vocabulary { variation: self.variations(estate, twins, memory), ..self.clone() }
    }

    /// The same, where many words come again.
    fn atoms_again(&self, words: &[String], parts: &mut HashMap<String, Vec<String>>) -> Vec<String> {
        let mut atoms = Vec::with_capacity(words.len());
        for word in words {
            match parts.get(word) {
                Some(parts) => atoms.extend_from_slice(parts),
                None => {
                    let of_word = self.atoms(std::slice::from_ref(word));
                    atoms.extend_from_slice(&of_word);
                    parts.insert(word.clone(), of_word);
                }
            }
        }
        atoms
    }

    /// The words that only one of two vocabularies knows, and those of which they say something else.
    pub fn differences(&self, other: &Vocabulary) -> (BTreeSet<String>, BTreeSet<String>) {
        let between = |here: &HashSet<String>, there: &HashSet<String>| {
            here.symmetric_difference(there).cloned().collect::<BTreeSet<String>>()
        };
        let mut said = between(&self.contrast, &other.contrast);
        said.extend(between(&self.variation, &other.variation));
        said.extend(between(&self.beginnings, &other.beginnings));
        let none = Default::default();
        for slot in self.habits.keys().chain(other.habits.keys()) {
            let (here, there) = (self.habits.get(slot).unwrap_or(&none), other.habits.get(slot).unwrap_or(&none));
            said.extend(between(&here.0, &there.0));
            said.extend(between(&here.1, &there.1));
        }
        let is_known_otherwise = !Arc::ptr_eq(&self.known, &other.known);
        let known = is_known_otherwise.then(|| between(&self.known, &other.known));
        (known.unwrap_or_default(), said)
    }

    /// Cuts a compact word into the fewest words that stand by themselves, if it can be cut.
    fn cut(&self, word: &str) -> Vec<String> {
        let whole = vec![word.to_owned()];
        if word.len() < 5
            || word.len() > 64
            || !word.is_ascii()
            || roles::facet(word).is_some()
            || roles::usual(word) != word
        {
            return whole;
        }
        let end = word.len();
        // For each length, how few words it takes, and where the last of them begins.
        let mut fewest: Vec<Option<(usize, usize)>> = vec![None; end + 1];
        fewest[0] = Some((0, 0));
        for to in 2..=end {
            for from in 0..to - 1 {
                let Some((count, _)) = fewest[from].filter(|_| to - from < end) else { continue };
                let is_better = fewest[to].is_none_or(|(least, _)| count + 1 < least);
                if is_better && self.stands_alone(&word[from..to]) {
                    fewest[to] = Some((count + 1, from));
                }
            }
        }
        let mut parts = Vec::new();
        let mut to = end;
        while let Some((_, from)) = fewest[to].filter(|_| to > 0) {
            parts.push(word[from..to].to_owned());
            to = from;
        }
        parts.reverse();
        if parts.is_empty() { whole } else { parts }
    }

    fn stands_alone(&self, word: &str) -> bool {
        (word.len() > 2 && self.known.contains(word)) || roles::stands_alone(word)
    }

    /// The words by which the names of twins differ, more often than now and then.
    fn variations(&self, estate: &Estate, twins: &Twins, memory: &Memory) -> HashSet<String> {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let mut parts = HashMap::new();
        let mut atoms = |name: u32| match memory.names.get(&name) {
            Some((_, atoms)) => Cow::Borrowed(atoms),
            None => Cow::Owned(self.atoms_again(&words::words(estate.texts.text(name)), &mut parts)),
        };
        for (a, b) in &twins.names {
            let (a, b) = (atoms(*a), atoms(*b));
            let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
            if long.len() == short.len() + 1 && long[..short.len()] == short[..] {
                *counts.entry(long[short.len()].clone()).or_default() += 1;
            }
        }
        let vary =
            |(word, count): (String, usize)| (count >= VARIES && count * REPEATS >= twins.names.len()).then_some(word);
        counts.into_iter().filter_map(vary).collect()
    }

    /// Whether a word stands by itself somewhere.
    pub fn is_known(&self, word: &str) -> bool {
        self.known.contains(word)
    }
}

/// The usual form of a word.
pub(super) fn usual(word: &str) -> &str {
    let is_said_so = roles::facet(word).is_some() || roles::is_sort(word);
    roles::usual(if is_said_so { word } else { words::singular(word) })
}

/// Owners of one word with which several names begin, and which are no name.
fn beginnings<'n>(owners: &HashSet<String>, names: impl Iterator<Item = &'n [String]>) -> HashSet<String> {
    let mut alone: HashSet<&String> = HashSet::new();
    let mut begin: BTreeMap<&String, BTreeSet<&[String]>> = BTreeMap::new();
    for words in names.filter(|words| words.first().is_some_and(|word| owners.contains(word))) {
        match words {
            [word] => _ = alone.insert(word),
            _ => _ = begin.entry(&words[0]).or_default().insert(&words[1..]),
        }
    }
    let is_owner = |word: &String| !alone.contains(word) && roles::facet(word).is_none();
    begin.into_iter().filter(|(word, rests)| rests.len() > 1 && is_owner(word)).map(|(word, _)| word.clone()).collect()
}

/// What a record mentions that may have parts: a text, and as what it stands there; none for its name.
type Mention = (Option<Role>, u32);

/// What sampled records mention: what things are parts of, namespaces and whatever stands before the last part of a path.
#[derive(Clone, Debug, Default)]
pub(super) struct Mentions {
    /// By record.
    by_record: BTreeMap<u32, Vec<Mention>>,
    /// How many records there are for each.
    records: HashMap<Mention, u32>,
    /// How many mentions there are of each owner: organisations and products.
    owners: HashMap<String, usize>,
    /// And of all else that has parts, folders for instance.
    others: HashMap<String, usize>,
}

impl Mentions {
    /// What the records of a sample mention.
    fn of(estate: &Estate, samples: &Sample) -> Self {
        let mut mentions = Mentions::default();
        samples.records.iter().for_each(|record| mentions.change(estate, *record, true));
        mentions
    }

    /// Takes a record for one of the sample, or for none, as it is now.
    pub fn change(&mut self, estate: &Estate, record: u32, is_sampled: bool) {
        for mention in self.by_record.remove(&record).into_iter().flatten() {
            let Some(records) = self.records.get_mut(&mention) else { continue };
            *records -= 1;
            if *records == 0 {
                self.records.remove(&mention);
                self.count(estate, mention, |count| *count -= 1);
            }
        }
        if is_sampled {
            let mentions = mentions(estate, &estate.profiles[record as usize]);
            for mention in &mentions {
                let records = self.records.entry(*mention).or_default();
                *records += 1;
                if *records == 1 {
                    self.count(estate, *mention, |count| *count += 1);
                }
            }
            self.by_record.insert(record, mentions);
        }
    }

    fn count(&mut self, estate: &Estate, (role, text): Mention, step: impl Fn(&mut usize)) {
        let text = estate.texts.text(text);
        let mut own = |owner: &str| step(self.owners.entry_ref(owner).or_default());
        match role {
            None | Some(Role::Image) => parents(words::image(text).0).for_each(own),
            Some(Role::Path) => parents(text).for_each(|whole| step(self.others.entry_ref(whole).or_default())),
            Some(Role::Place) => step(self.others.entry_ref(text).or_default()),
            Some(_) => own(text),
        }
    }

    /// The names of what things are parts of, and of these the main owners, which are no folders.
    fn wholes(&self) -> (BTreeSet<Vec<String>>, HashSet<String>) {
        let mut owners: BTreeMap<Vec<String>, usize> = BTreeMap::new();
        for (owner, count) in self.owners.iter().filter(|(_, count)| **count > 0) {
            *owners.entry(words::words(owner)).or_default() += count;
        }
        owners.remove(&[][..]);
        let mentions: usize = owners.values().sum();
        let is_main = |(owner, count): &(&Vec<String>, &usize)| owner.len() == 1 && **count * MAIN >= mentions;
        let main = owners.iter().filter(is_main).map(|(owner, _)| owner[0].clone()).collect();
        let others = self.others.iter().filter(|(_, count)| **count > 0).map(|(whole, _)| words::words(whole));
        let mut wholes: BTreeSet<Vec<String>> = others.chain(owners.into_keys()).collect();
        // One word may be the name of a thing as well as of what it is part of.
        wholes.retain(|words| words.len() > 1);
        (wholes, main)
    }
}

/// What a record mentions, each once.
fn mentions(estate: &Estate, profile: &Profile) -> Vec<Mention> {
    let mut mentions = vec![(None, profile.written)];
    for attribute in estate.attributes(profile) {
        let role = estate.fields[attribute.field() as usize].role;
        let is_product = || estate.paths.text(attribute.field()).ends_with("part-of");
        let mention = (Some(role), attribute.value);
        let says = matches!(role, Role::Image | Role::Place | Role::Path) || is_product();
        if says && !mentions.contains(&mention) {
            mentions.push(mention);
        }
    }
    mentions
}

/// What was read of a sample, kept for when a little of it has changed.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    /// What sampled records mention.
    pub mentions: Mentions,
    /// The words of names, as they are written and as they are read where these words stand by themselves.
    names: HashMap<u32, (Vec<String>, Vec<String>)>,
    /// The names of the sample.
    sampled: BTreeSet<u32>,
    /// In how many places of these names a word stands.
    counts: HashMap<String, usize>,
    known: Known,
    /// What had to be known, and from how many places on the others are.
    knew: (HashSet<String>, usize),
}

/// Words that stand by themselves.
type Known = Arc<HashSet<String>>;

impl Memory {
    /// What records of a sample mention, and nothing read.
    pub fn of(estate: &Estate, samples: &Sample) -> Self {
        Memory { mentions: Mentions::of(estate, samples), ..Memory::default() }
    }

    /// Words that stand by themselves, in names of several words, as the whole of a name or as a whole. O(sample), of a sample that was read before O(what has changed in it).
    fn know(&mut self, estate: &Estate, samples: &Sample, wholes: &HashSet<String>) -> Known {
        let sampled: BTreeSet<u32> = samples.names.values().flatten().copied().collect();
        let before = std::mem::take(&mut self.sampled);
        let mut counted: HashSet<String> = HashSet::new();
        for (names, is_new) in [(sampled.difference(&before), true), (before.difference(&sampled), false)] {
            for name in names {
                let cut = || (words::words(estate.texts.text(*name)), Vec::new());
                for word in &self.names.entry(*name).or_insert_with(cut).0 {
                    let count = self.counts.entry_ref(&word[..]).or_default();
                    *count = if is_new { *count + 1 } else { *count - 1 };
                    counted.insert(word.clone());
                }
            }
        }
        let least = if sampled.len() > LARGE { 3 } else { 1 };
        self.sampled = sampled;
        if self.knew.1 != least || self.knew.0 != *wholes {
            let seen = self.counts.iter().filter(|(_, count)| **count >= least).map(|(word, _)| word);
            let known: HashSet<String> = seen.chain(wholes).cloned().collect();
            counted = known.symmetric_difference(&self.known).cloned().collect();
            self.knew = (wholes.clone(), least);
        }
        let is_known =
            |word: &String| wholes.contains(word) || self.counts.get(word).is_some_and(|count| *count >= least);
        counted.retain(|word| is_known(word) != self.known.contains(word));
        self.learn(&counted);
        self.known.clone()
    }

    /// Knows words that were not known, and no longer those that were; names that have one are read again.
    fn learn(&mut self, changed: &HashSet<String>) {
        if changed.is_empty() {
            return;
        }
        let known = Arc::make_mut(&mut self.known);
        for word in changed {
            if !known.remove(word) {
                known.insert(word.clone());
            }
        }
        let is_changed = |word: &String| changed.iter().any(|part| word.contains(&part[..]));
        for (words, atoms) in self.names.values_mut() {
            if words.iter().any(is_changed) {
                atoms.clear();
            }
        }
    }

    /// Reads names of the sample and of twins, as far as they were not read before.
    fn read(&mut self, estate: &Estate, vocabulary: &Vocabulary, twins: &Twins) {
        if self.names.len() > (self.sampled.len() + twins.names.len()) * 2 {
            self.names.retain(|name, _| self.sampled.contains(name));
        }
        let mut parts = HashMap::new();
        for name in self.sampled.iter().chain(twins.names.iter().flat_map(|(a, b)| [a, b])) {
            let cut = || (words::words(estate.texts.text(*name)), Vec::new());
            let (words, atoms) = self.names.entry(*name).or_insert_with(cut);
            if atoms.is_empty() {
                *atoms = vocabulary.atoms_again(words, &mut parts);
            }
        }
    }
}

/// What stands before the last part of a path, without hosts.
fn parents(path: &str) -> impl Iterator<Item = &str> + '_ {
    let parents = path.rsplit_once('/').map_or("", |(parents, _)| parents);
    parents.split('/').filter(|part| !part.contains('.'))
}

/// The words that tell a name from another of the same system which is the rest of it.
fn contrasts(names: &[&[String]]) -> BTreeSet<String> {
    let all: HashSet<&[String]> = names.iter().copied().collect();
    let mut contrasts = BTreeSet::new();
    for name in names {
        if let [first, rest @ ..] = name
            && !rest.is_empty()
            && all.contains(rest)
        {
            contrasts.insert(first.clone());
        }
        if let [rest @ .., last] = name
            && !rest.is_empty()
            && all.contains(rest)
        {
            contrasts.insert(last.clone());
        }
    }
    contrasts
}

/// What nearly all names begin with and end with, word by word; never a word that says what a thing is for, and none without which two names would be one.
fn habits(names: &[&[String]]) -> (HashSet<String>, HashSet<String>) {
    let (mut before, mut after) = (HashSet::new(), HashSet::new());
    if names.len() < FEWEST {
        return (before, after);
    }
    for _ in 0..3 {
        let left: Vec<&[String]> =
            names.iter().map(|name| strip(name, |word| before.contains(word), |word| after.contains(word))).collect();
        let all: HashSet<&[String]> = left.iter().copied().collect();
        let longer: Vec<&[String]> = left.iter().copied().filter(|name| name.len() > 1).collect();
        let first = habit(longer.iter().map(|name| (&name[0], &name[1..])), &all, left.len());
        let last = habit(longer.iter().map(|name| (&name[name.len() - 1], &name[..name.len() - 1])), &all, left.len());
        if first.is_none() && last.is_none() {
            break;
        }
        before.extend(first);
        after.extend(last);
    }
    (before, after)
}

/// Which names occur in which systems and kinds.
struct Called<'n>(HashMap<&'n [String], u32>);

/// Several systems and kinds.
const SEVERAL: u32 = NONE - 1;

impl<'n> Called<'n> {
    fn of(names_in: &BTreeMap<u32, Vec<&'n [String]>>) -> Self {
        let mut called: HashMap<&[String], u32> = HashMap::new();
        for (slot, names) in names_in {
            for name in names {
                let is_elsewhere = |other: &mut u32| {
                    if *other != *slot {
                        *other = SEVERAL
                    }
                };
                called.entry(name).and_modify(is_elsewhere).or_insert(*slot);
            }
        }
        Called(called)
    }

    /// Adds the words without which several names of a system are those of things elsewhere, if no system has both.
    fn align(
        &self,
        slot: u32,
        names: &[&[String]],
        contrast: &HashSet<String>,
        (before, after): &mut (HashSet<String>, HashSet<String>),
    ) {
        for _ in 0..2 {
            let left: Vec<&[String]> = names
                .iter()
                .map(|name| strip(name, |word| before.contains(word), |word| after.contains(word)))
                .filter(|name| name.len() > 1)
                .collect();
            let first = self.aligned(slot, left.iter().map(|name| (&name[0], &name[1..])), contrast);
            let last =
                self.aligned(slot, left.iter().map(|name| (&name[name.len() - 1], &name[..name.len() - 1])), contrast);
            if first.is_empty() && last.is_empty() {
                return;
            }
            before.extend(first);
            after.extend(last);
        }
    }

    fn aligned<'w>(
        &self,
        slot: u32,
        ends: impl Iterator<Item = (&'w String, &'w [String])>,
        contrast: &HashSet<String>,
    ) -> HashSet<String> {
        let mut counts: HashMap<&String, (usize, usize)> = HashMap::new();
        for (word, rest) in ends {
            let is_elsewhere = self.0.get(rest).is_some_and(|other| *other != slot);
            let (all, aligned) = counts.entry(word).or_default();
            *all += 1;
            *aligned += usize::from(is_elsewhere);
        }
        let is_habit = |(all, aligned): (usize, usize)| aligned >= ALIGNED && aligned * 2 >= all;
        let may_be_one = |word: &str| roles::facet(word).is_none() && !contrast.contains(word);
        let habits = counts.into_iter().filter(|(word, counts)| is_habit(*counts) && may_be_one(word));
        habits.map(|(word, _)| word.clone()).collect()
    }
}

/// The words of a kind: at the end of the name of such a record they say nothing. Of a kind of several words, those that say what a thing is for are left out.
fn kind_words(kind: &str) -> impl Iterator<Item = String> {
    let words = words::words(kind);
    let is_one = words.len() == 1;
    words
        .into_iter()
        .filter(move |word| is_one || roles::facet(word).is_none())
        .map(|word| words::singular(&word).to_owned())
}

/// The word that nearly all have, if no name is another without it.
fn habit<'n>(
    ends: impl Iterator<Item = (&'n String, &'n [String])> + Clone,
    all: &HashSet<&[String]>,
    names: usize,
) -> Option<String> {
    let mut counts: HashMap<&String, usize> = HashMap::new();
    for (word, _) in ends.clone() {
        *counts.entry(word).or_default() += 1;
    }
    // Of such words there is one at the most.
    let (word, _) = counts.into_iter().find(|(_, count)| count * NEARLY_ALL.1 >= names * NEARLY_ALL.0)?;
    let mut same = ends.filter(|(other, _)| *other == word);
    (roles::facet(word).is_none() && !same.any(|(_, rest)| all.contains(rest))).then(|| word.clone())
}

/// A name without the words that it begins and ends with by habit; one word stays.
pub(super) fn strip<W>(name: &[W], before: impl Fn(&W) -> bool, after: impl Fn(&W) -> bool) -> &[W] {
    let mut rest = name;
    while let [first, others @ ..] = rest
        && !others.is_empty()
        && before(first)
    {
        rest = others;
    }
    while let [others @ .., last] = rest
        && !others.is_empty()
        && after(last)
    {
        rest = others;
    }
    rest
}
