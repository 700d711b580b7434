//! Who is worth comparing: records that share a name, an image, a reference or a rare value. Never all pairs.

use std::borrow::Cow;

use super::entries::{Entries, Key};
use super::names::Names;
use super::profile::{Estate, Profile};
use super::roles::{self, Role};
use super::sketch::{Sketch, Sketches};
use super::texts::NONE;

/// Up to so many records that share something are compared each with each; of more, each with the next.
const MOST: usize = 64;
/// A value that more records have says little by itself.
const RARE: u32 = 8;
/// A value that one record in so many has is too common to tell anything, even with another; of the records there are twice what their magnitude says at the most.
const COMMON: u32 = 32;
/// A word in more names says little.
const WORD: u32 = 12;
/// Odds are learnt from so many records of a block before a chosen one, and as many behind it.
pub(super) const BESIDE: usize = 2;

/// What records may share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Space {
    /// A name.
    Name,
    /// A word of a name.
    Word,
    /// An image.
    Image,
    /// A value in a field.
    Value,
    /// A label in a system, carried or selected.
    Label,
    /// A workload's name in a system, by itself or as a target.
    Workload,
    /// An account's name in a system.
    Account,
    /// Two values that many have, but few together.
    Values,
}

/// A key of a space, of three parts at most. Two things that digest alike are compared although they share nothing, which costs a comparison and no more.
pub(super) fn key(space: Space, parts: &[u32]) -> Key {
    let digest = parts.iter().fold(0, |digest, part| mix(digest ^ (u64::from(*part) + 1)));
    // The space stands in front, so that a block says what it shares.
    (space as u64) << 61 | digest >> 3
}

/// Spreads a number over all bits, no two to one (SplitMix64).
pub(super) fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

fn space_of(key: Key) -> u64 {
    key >> 61
}

/// Two records, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pair(u64);

impl Pair {
    fn of(a: u32, b: u32) -> Self {
        Pair(u64::from(a.min(b)) << 32 | u64::from(a.max(b)))
    }

    /// The first and the second.
    pub fn both(self) -> (u32, u32) {
        ((self.0 >> 32) as u32, self.0 as u32)
    }
}

/// Which records of a block are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compared {
    /// Each with each.
    All,
    /// Each with the next.
    Neighbours,
    /// None: what they share says little, and many have it.
    None,
}

/// Which of so many records that share a key are compared.
pub(super) fn compared(key: Key, records: usize) -> Compared {
    let says_little = [Space::Word as u64, Space::Values as u64].contains(&space_of(key));
    match records {
        more if more > WORD as usize && says_little => Compared::None,
        more if more > MOST => Compared::Neighbours,
        _ => Compared::All,
    }
}

/// Records by what they share: one list, in order, without most of what only one record has.
#[derive(Clone, Debug, Default)]
pub(super) struct Blocks {
    /// What is shared with who shares it.
    pub entries: Entries,
}

impl Blocks {
    /// Finds what each record may share with another. O(entries · log entries).
    pub fn of(estate: &Estate, sketches: &Sketches) -> Self {
        let records = estate.profiles.len();
        let (mut seen, mut seen_again) = (Filter::of(records), Filter::of(records));
        let (mut keys, mut common) = (Vec::new(), Vec::new());
        for record in 0..records {
            keys_of(estate, sketches, record, &mut keys, &mut common);
            for key in &keys {
                if seen.add(*key) {
                    seen_again.add(*key);
                }
            }
        }
        let mut entries = Vec::with_capacity(records * 4);
        for record in 0..records {
            keys_of(estate, sketches, record, &mut keys, &mut common);
            let shared = keys.iter().filter(|key| seen_again.has(**key));
            entries.extend(shared.map(|key| (*key, record as u32)));
        }
        Blocks { entries: Entries::of(entries) }
    }

    /// The records that share a key. O(log entries).
    pub fn sharing(&self, key: Key) -> impl Iterator<Item = usize> + '_ {
        self.entries.of_key(key).map(|record| record as usize)
    }

    /// The list, where each record has its place in an order for a number.
    fn in_order(&self, places: &[u32]) -> Cow<'_, [(Key, u32)]> {
        match self.entries.unchanged() {
            Some(entries) if places.is_empty() => Cow::Borrowed(entries),
            _ => {
                let mut entries = self.entries.all();
                let place = |record: u32| places.get(record as usize).copied().unwrap_or(record);
                entries.iter_mut().for_each(|entry| entry.1 = place(entry.1));
                entries.sort_unstable();
                Cow::Owned(entries)
            }
        }
    }

    /// Each chosen record with some others that share something with it, in order.
    pub fn beside(&self, chosen: &[bool]) -> Vec<(u32, u32)> {
        let mut pairs = Vec::new();
        for block in self.in_order(&[]).chunk_by(|a, b| a.0 == b.0).filter(|block| block.len() > 1) {
            for (place, entry) in block.iter().enumerate().filter(|(_, entry)| chosen[entry.1 as usize]) {
                let others = block[..place].iter().rev().take(BESIDE).chain(block[place + 1..].iter().take(BESIDE));
                pairs.extend(others.map(|other| (entry.1, other.1)));
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    /// The pairs worth comparing, each once, in order. Records are known by their places in the order of ids; without any, by their numbers.
    pub fn pairs(&self, places: &[u32]) -> Vec<Pair> {
        let mut pairs: Vec<Pair> = Vec::new();
        for block in self.in_order(places).chunk_by(|a, b| a.0 == b.0) {
            let partners = match compared(block[0].0, block.len()) {
                Compared::All => MOST,
                Compared::Neighbours => 1,
                Compared::None => continue,
            };
            for (place, a) in block.iter().enumerate() {
                let others = block[place + 1..].iter().take(partners);
                pairs.extend(others.map(|b| Pair::of(a.1, b.1)));
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }
}

/// Which keys were seen, those of one digest together.
struct Filter {
    bits: Vec<u64>,
}

impl Filter {
    /// A filter for the keys of so many records: 32 bits for each.
    fn of(records: usize) -> Self {
        Filter { bits: vec![0; (records / 2).next_power_of_two()] }
    }

    /// Adds a key; whether it was there.
    fn add(&mut self, key: Key) -> bool {
        let (place, bit) = self.place(key);
        let was = self.bits[place] & bit != 0;
        self.bits[place] |= bit;
        was
    }

    fn has(&self, key: Key) -> bool {
        let (place, bit) = self.place(key);
        self.bits[place] & bit != 0
    }

    fn place(&self, key: Key) -> (usize, u64) {
        ((key >> 6) as usize & (self.bits.len() - 1), 1 << (key & 63))
    }
}

/// A value that is not rare: how many records have it, its field and its number.
pub(super) type Common = (u32, u32, u32);

/// What a record may share, each once.
pub(super) fn keys_of(
    estate: &Estate,
    sketches: &Sketches,
    record: usize,
    keys: &mut Vec<Key>,
    common: &mut Vec<Common>,
) {
    let (profile, row) = (&estate.profiles[record], &sketches.rows[record]);
    let most_common = (1 << estate.magnitude) / COMMON;
    common.clear();
    keys.clear();
    if row.core != NONE {
        keys.extend([key(Space::Name, &[row.core]), key(Space::Name, &[row.exact])]);
        word_keys(sketches, row, keys);
    }
    for claim in sketches.claims(row) {
        keys.extend([key(Space::Name, &[claim.core]), key(Space::Name, &[claim.exact])]);
    }
    keys.extend(estate.images(profile).iter().map(|image| key(Space::Image, &[image.path])));
    for attribute in estate.attributes(profile) {
        let field = &estate.fields[attribute.field() as usize];
        let is_compared =
            attribute.is_alone() && !field.is_keyed && matches!(field.role, Role::Value | Role::Key | Role::Image);
        let count = attribute.count;
        if is_compared && (2..=RARE).contains(&count) {
            keys.push(key(Space::Value, &[attribute.field(), attribute.value]));
        }
        if is_compared && count > RARE && count <= most_common {
            common.push((count, attribute.field(), attribute.value));
        }
    }
    value_keys(common, keys);
    if estate.has_references {
        reference_keys(estate, profile, keys);
    }
    keys.sort_unstable();
    keys.dedup();
}

/// The rarest values that are not rare, two and two, so that records with nothing rare in common meet.
fn value_keys(common: &mut [Common], keys: &mut Vec<Key>) {
    common.sort_unstable_by_key(|(count, field, _)| (*count, *field));
    let few = common.len().min(3);
    let rarest = &mut common[..few];
    rarest.sort_unstable_by_key(|(_, field, _)| *field);
    for (place, (_, _, a)) in rarest.iter().enumerate() {
        keys.extend(rarest[place + 1..].iter().map(|(_, _, b)| key(Space::Values, &[*a, *b])));
    }
}

/// Whether a word says something about whoever has it in the name.
pub(super) fn is_rare(names: &Names, word: u32) -> bool {
    (1..=WORD).contains(&names.names_with(word))
}

/// Rare words of the name: of a compact one, what it begins with.
fn word_keys(sketches: &Sketches, row: &Sketch, keys: &mut Vec<Key>) {
    let names = &sketches.names;
    let is_rare = |word: u32| is_rare(names, word);
    let word_key = |word: u32| key(Space::Word, &[word]);
    if row.is_one_word {
        let word = names.texts.text(row.exact);
        let ends = (3..word.len().saturating_sub(2)).filter(|end| word.is_char_boundary(*end));
        let known = ends.map(|end| &word[..end]).filter(|part| names.vocabulary().is_known(part));
        keys.extend(known.filter_map(|part| names.words.get(part)).filter(|part| is_rare(*part)).map(word_key));
    }
    let atoms = sketches.atoms(row).iter().copied();
    keys.extend(atoms.filter(|word| is_rare(*word) && names.is_long(*word)).map(word_key));
}

/// What a record refers to in its own system, and what it is referred to by.
fn reference_keys(estate: &Estate, profile: &Profile, keys: &mut Vec<Key>) {
    let system = estate.slot_of(profile).system;
    let labels = |role| estate.of_role(profile, role);
    keys.extend(labels(Role::Carried).map(|label| label_key(estate, system, label.field(), label.value)));
    // One label is enough to find what a selector may select.
    keys.extend(labels(Role::Selector).take(1).map(|label| label_key(estate, system, label.field(), label.value)));
    keys.extend(labels(Role::Target).map(|target| key(Space::Workload, &[system, target.value])));
    let accounts: Vec<u32> = labels(Role::Account).map(|account| account.value).collect();
    keys.extend(accounts.iter().map(|account| key(Space::Account, &[system, *account])));
    if labels(Role::Carried).next().is_some() {
        keys.push(key(Space::Workload, &[system, profile.written]));
    }
    if estate.slot_of(profile).is_account {
        keys.push(key(Space::Account, &[system, profile.written]));
    }
}

/// The key of a label, whether it is carried or selected: fields differ, what stands after the first dot does not.
pub(super) fn label_key(estate: &Estate, system: u32, field: u32, value: u32) -> Key {
    let name = roles::head(estate.paths.text(field)).1;
    key(Space::Label, &[system, xxhash_rust::xxh3::xxh3_64(name.as_bytes()) as u32, value])
}
