//! Who is worth comparing: records that share a name, an image, a reference or a rare value. Never all pairs.

use xxhash_rust::xxh3::xxh3_64;

use super::profile::{Estate, Profile};
use super::roles::{self, Role};
use super::sketch::{Sketch, Sketches, of_role};
use super::texts::NONE;
use super::words;

/// Up to so many records that share something are compared each with each; of more, each with the next.
const MOST: usize = 64;
/// A value that more records have says little by itself.
const RARE: u32 = 8;
/// A word in more names says little.
const WORD: usize = 12;

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
}

/// What is shared, as one number: the space and a digest.
pub(super) type Key = u64;

/// A key of a space. Two things that digest alike are compared although they share nothing, which costs a comparison and no more.
pub(super) fn key(space: Space, parts: &[u32]) -> Key {
    let mut bytes = [0_u8; 16];
    for (place, part) in parts.iter().take(3).enumerate() {
        bytes[place * 4..][..4].copy_from_slice(&part.to_le_bytes());
    }
    // The space stands in front, so that a block says what it shares.
    (space as u64) << 61 | xxh3_64(&bytes) >> 3
}

fn space_of(key: Key) -> u64 {
    key >> 61
}

/// Records by what they share: one list, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Blocks {
    entries: Vec<(Key, u32)>,
}

impl Blocks {
    /// Finds what each record may share with another. O(entries · log entries).
    pub fn of(estate: &Estate, sketches: &Sketches) -> Self {
        let values = value_counts(estate);
        let mut entries = Vec::with_capacity(estate.profiles.len() * 4);
        let mut keys = Vec::new();
        for (record, profile) in (0_u32..).zip(&estate.profiles) {
            keys.clear();
            keys_of(estate, sketches, profile, record as usize, &values, &mut keys);
            keys.sort_unstable();
            keys.dedup();
            entries.extend(keys.iter().map(|key| (*key, record)));
        }
        entries.sort_unstable();
        Blocks { entries }
    }

    /// The records that share a key. O(log entries).
    pub fn sharing(&self, key: Key) -> impl Iterator<Item = usize> + '_ {
        let from = self.entries.partition_point(|entry| entry.0 < key);
        self.entries[from..].iter().take_while(move |entry| entry.0 == key).map(|entry| entry.1 as usize)
    }

    /// Some records, those with the least digests, each with some others that share something with it, in order.
    pub fn some_pairs(&self, records: usize, partners: usize) -> Vec<(u32, u32)> {
        let digest = |record: u32| xxh3_64(&record.to_le_bytes());
        let mut pairs = Vec::new();
        let all: std::collections::BTreeSet<u32> = self.entries.iter().map(|entry| entry.1).collect();
        let mut least: Vec<(u64, u32)> = all.into_iter().map(|record| (digest(record), record)).collect();
        least.sort_unstable();
        least.truncate(records);
        let chosen: std::collections::HashSet<u32> = least.into_iter().map(|(_, record)| record).collect();
        for block in self.entries.chunk_by(|a, b| a.0 == b.0).filter(|block| block.len() > 1) {
            for (place, entry) in block.iter().enumerate().filter(|(_, entry)| chosen.contains(&entry.1)) {
                let others =
                    block[..place].iter().rev().take(partners / 2).chain(block[place + 1..].iter().take(partners / 2));
                pairs.extend(others.map(|other| (entry.1.min(other.1), entry.1.max(other.1))));
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    /// The pairs worth comparing, each once, in order.
    pub fn pairs(&self) -> Vec<(u32, u32)> {
        let mut pairs = Vec::new();
        for block in self.entries.chunk_by(|a, b| a.0 == b.0) {
            if block.len() > WORD && space_of(block[0].0) == Space::Word as u64 {
                continue;
            }
            let partners = if block.len() > MOST { 1 } else { MOST };
            for (place, a) in block.iter().enumerate() {
                pairs.extend(block[place + 1..].iter().take(partners).map(|b| (a.1, b.1)));
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }
}

/// How many records have each value, by the value's number.
pub(super) fn value_counts(estate: &Estate) -> Vec<u32> {
    let mut counts = vec![0_u32; estate.texts.len()];
    let attributes = estate.profiles.iter().flat_map(|profile| profile.attributes.iter());
    attributes.for_each(|attribute| counts[attribute.value as usize] += 1);
    counts
}

fn keys_of(
    estate: &Estate,
    sketches: &Sketches,
    profile: &Profile,
    record: usize,
    values: &[u32],
    keys: &mut Vec<Key>,
) {
    let row = &sketches.rows[record];
    if row.core != NONE {
        keys.extend([key(Space::Name, &[row.core]), key(Space::Name, &[row.exact])]);
        word_keys(estate, sketches, profile, row, keys);
    }
    for claim in row.claims.iter() {
        keys.extend([key(Space::Name, &[claim.core]), key(Space::Name, &[claim.exact])]);
    }
    keys.extend(row.images.iter().map(|image| key(Space::Image, &[*image])));
    for attribute in profile.attributes.iter() {
        let field = &estate.fields[attribute.field as usize];
        let is_compared =
            attribute.alone && !field.is_keyed && matches!(field.role, Role::Value | Role::Key | Role::Image);
        if is_compared && (2..=RARE).contains(&values[attribute.value as usize]) {
            keys.push(key(Space::Value, &[attribute.field, attribute.value]));
        }
    }
    reference_keys(estate, profile, keys);
}

/// Rare words of the name: of a compact one, what it begins with.
fn word_keys(estate: &Estate, sketches: &Sketches, profile: &Profile, row: &Sketch, keys: &mut Vec<Key>) {
    let words = words::words(estate.texts.text(profile.name));
    let vocabulary = &sketches.vocabulary;
    let is_rare = |word: &str| vocabulary.names_with(word) <= WORD as f64;
    let digest = |word: &str| {
        let digest = xxh3_64(word.as_bytes());
        key(Space::Word, &[digest as u32, (digest >> 32) as u32])
    };
    if let [word] = &words[..] {
        let ends = (3..word.len().saturating_sub(2)).filter(|end| word.is_char_boundary(*end));
        keys.extend(ends.map(|end| &word[..end]).filter(|part| vocabulary.is_known(part) && is_rare(part)).map(digest));
    }
    let atoms = row.atoms.iter().map(|word| sketches.texts.text(*word));
    keys.extend(atoms.filter(|word| word.len() > 2 && is_rare(word)).map(digest));
}

/// What a record refers to in its own system, and what it is referred to by.
fn reference_keys(estate: &Estate, profile: &Profile, keys: &mut Vec<Key>) {
    let system = profile.system;
    let labels = |role| of_role(estate, profile, role);
    keys.extend(labels(Role::Carried).map(|label| label_key(estate, system, label.field, label.value)));
    // One label is enough to find what a selector may select.
    keys.extend(labels(Role::Selector).take(1).map(|label| label_key(estate, system, label.field, label.value)));
    keys.extend(labels(Role::Target).map(|target| key(Space::Workload, &[system, target.value])));
    let accounts: Vec<u32> = labels(Role::Account).map(|account| account.value).collect();
    keys.extend(accounts.iter().map(|account| key(Space::Account, &[system, *account])));
    if labels(Role::Carried).next().is_some() {
        keys.push(key(Space::Workload, &[system, profile.written]));
    }
    if is_account(estate, profile) {
        keys.push(key(Space::Account, &[system, profile.written]));
    }
}

/// The key of a label, whether it is carried or selected: fields differ, what stands after the first dot does not.
pub(super) fn label_key(estate: &Estate, system: u32, field: u32, value: u32) -> Key {
    let name = roles::head(estate.paths.text(field)).1;
    key(Space::Label, &[system, xxh3_64(name.as_bytes()) as u32, value])
}

/// Whether a record is an account under which workloads run.
pub(super) fn is_account(estate: &Estate, profile: &Profile) -> bool {
    estate.texts.text(profile.kind).eq_ignore_ascii_case("serviceaccount")
}
