//! What an estate is learnt from: the names with the least digests of each system and kind, the records that have them, and their twins.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;
use xxhash_rust::xxh3::xxh3_64;

use super::profile::{Attribute, Estate, Profile};
use super::roles::Role;
use super::texts::NONE;

/// How many names of each system and kind are looked at.
const SAMPLE: usize = 512;
/// A value that more records have tells nothing about one thing.
const RARE: u32 = 8;
/// One record in so many that has a twin beside it makes a system one in which things repeat.
const REPEATS: usize = 50;

/// Some names of each system and kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sample {
    /// The names, by system and kind.
    pub names: BTreeMap<u32, BTreeSet<u32>>,
    /// The records that have them, in order.
    pub records: Vec<u32>,
}

impl Sample {
    /// The names with the least digests of all names by system and kind and digest, each with a record that has it. O(sample).
    pub fn among(all: &BTreeSet<(u32, u64, u32, u32)>, slots: u32) -> Self {
        let mut sample = Sample::default();
        for slot in 0..slots {
            let names = sample.names.entry(slot).or_default();
            for (.., name, record) in all.range((slot, 0, 0, 0)..(slot + 1, 0, 0, 0)) {
                if names.len() == SAMPLE && !names.contains(name) {
                    break;
                }
                names.insert(*name);
                sample.records.push(*record);
            }
        }
        sample
    }
}

/// What names are chosen by.
pub(super) fn digest(name: &str) -> u64 {
    xxh3_64(name.as_bytes())
}

/// The names with the least digests, by system and kind. O(records · log sample).
pub(super) fn sample(estate: &Estate) -> Sample {
    let mut least: Vec<BTreeSet<(u64, u32)>> = vec![BTreeSet::new(); estate.slots.len()];
    for profile in estate.profiles.iter().filter(|profile| profile.name != NONE) {
        let slot = &mut least[profile.slot as usize];
        let digest = digest(estate.texts.text(profile.name));
        if slot.len() == SAMPLE && slot.last().is_some_and(|last| digest >= last.0) {
            continue;
        }
        if slot.insert((digest, profile.name)) && slot.len() > SAMPLE {
            slot.pop_last();
        }
    }
    let mut is_sampled = vec![false; estate.texts.len()];
    least.iter().flatten().for_each(|(_, name)| is_sampled[*name as usize] = true);
    let names = |slot: BTreeSet<(u64, u32)>| slot.into_iter().map(|(_, name)| name).collect();
    let names: BTreeMap<u32, BTreeSet<u32>> =
        (0..).zip(least).map(|(slot, names_of)| (slot, names(names_of))).collect();
    let has_one = |profile: &Profile| {
        profile.name != NONE && is_sampled[profile.name as usize] && names[&profile.slot].contains(&profile.name)
    };
    let records = (0..).zip(&estate.profiles).filter(|(_, profile)| has_one(profile)).map(|(record, _)| record);
    let records = records.collect();
    Sample { names, records }
}

/// What shares two rare values with a record.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Beside {
    /// Whether a record of its system and kind does.
    is_repeated: bool,
    /// Its name with each other name of such a record.
    names: Vec<(u32, u32)>,
}

/// What records show that share two rare values: they are one thing, whatever they are called.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Twins {
    /// The systems and kinds in which one thing has several records: one in so many of a sample has a twin beside it.
    pub repeats: BTreeSet<u32>,
    /// Pairs of names of twins.
    pub names: BTreeSet<(u32, u32)>,
}

impl Twins {
    /// Looks for twins of sampled records. O(records · fields).
    pub fn of(estate: &Estate, samples: &Sample) -> Self {
        let holders = holders(estate, samples);
        let holders = |value| holders.get(&value).into_iter().flatten().copied();
        let beside = samples.records.iter().map(|record| (*record, Beside::of(estate, *record, holders)));
        let beside: Vec<(u32, Beside)> = beside.collect();
        Twins::among(estate, beside.iter().map(|(record, beside)| (*record, beside)))
    }

    /// What sampled records show.
    pub fn among<'b>(estate: &Estate, sampled: impl Iterator<Item = (u32, &'b Beside)>) -> Self {
        let mut seen: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
        let mut twins = Twins::default();
        for (record, beside) in sampled {
            let (all, repeated) = seen.entry(estate.profiles[record as usize].slot).or_default();
            *all += 1;
            *repeated += usize::from(beside.is_repeated);
            twins.names.extend(&beside.names);
        }
        let repeats =
            |(slot, (all, twins)): (u32, (usize, usize))| (twins >= 8 && twins * REPEATS >= all).then_some(slot);
        twins.repeats = seen.into_iter().filter_map(repeats).collect();
        twins
    }
}

impl Beside {
    /// Looks for what shares two values with a record, where it is known who holds which.
    pub fn of<H: Iterator<Item = u32>>(estate: &Estate, record: u32, holders: impl Fn((u32, u32)) -> H) -> Self {
        let profile = &estate.profiles[record as usize];
        let mut others: Vec<u32> =
            telling(estate, profile).flat_map(holders).filter(|other| *other != record).collect();
        others.sort_unstable();
        let twice = others.chunk_by(|a, b| a == b).filter(|same| same.len() > 1).map(|same| same[0]);
        let twins: Vec<&Profile> = twice.map(|other| &estate.profiles[other as usize]).collect();
        let names = twins.iter().map(|twin| twin.name).filter(|name| *name != NONE && *name != profile.name);
        let mut names: Vec<(u32, u32)> = names.map(|name| (name.min(profile.name), name.max(profile.name))).collect();
        names.sort_unstable();
        names.dedup();
        Beside { is_repeated: twins.iter().any(|twin| twin.slot == profile.slot), names }
    }
}

/// Who holds which value that a sampled record has.
fn holders(estate: &Estate, samples: &Sample) -> HashMap<(u32, u32), Vec<u32>> {
    let mut holders: HashMap<(u32, u32), Vec<u32>> = HashMap::new();
    let mut is_held = vec![false; estate.texts.len()];
    for record in &samples.records {
        for value in telling(estate, &estate.profiles[*record as usize]) {
            is_held[value.1 as usize] = true;
            holders.entry(value).or_default();
        }
    }
    for (record, profile) in (0..).zip(&estate.profiles) {
        for value in telling(estate, profile).filter(|value| is_held[value.1 as usize]) {
            holders.entry(value).and_modify(|records| records.push(record));
        }
    }
    holders
}

/// The fields of a record with values that few have.
pub(super) fn telling<'p>(estate: &'p Estate, profile: &Profile) -> impl Iterator<Item = (u32, u32)> + use<'p> {
    let is_telling = |attribute: &&Attribute| {
        let field = &estate.fields[attribute.field() as usize];
        attribute.is_alone()
            && !field.is_keyed
            && matches!(field.role, Role::Value | Role::Image)
            && (2..=RARE).contains(&attribute.count)
    };
    estate.attributes(profile).iter().filter(is_telling).map(|attribute| (attribute.field(), attribute.value))
}
