//! What a record holds that says something about others: whoever holds the same is looked up when that changes.

use super::blocks::{label_key, mix};
use super::entries::Key;
use super::profile::{Estate, Profile};
use super::roles::Role;
use super::sketch::{Sketch, Sketches};
use super::texts::NONE;

/// Something that records may hold, by the numbers of texts, fields and systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fact {
    /// A value.
    Value(u32),
    /// A name as it is written, without what says nothing about the thing.
    Name(u32),
    /// A word of a name that it has, or may have.
    Word(u32),
    /// Its own name as it is compared.
    Core(u32),
    /// A name that it has, its own or another.
    Named(u32),
    /// A field that says a name.
    Claim(u32, u32),
    /// An image.
    Image(u32),
    /// A name at a place of a system.
    Home(u32, u32, u32),
    /// A label by which it selects.
    Selects(Key),
    /// An account of a system that it is.
    Account(u32, u32),
}

impl Fact {
    /// The fact as one number.
    pub fn key(self) -> Key {
        let [kind, a, b, c] = match self {
            Fact::Value(value) => [0, value, 0, 0],
            Fact::Name(name) => [1, name, 0, 0],
            Fact::Word(word) => [2, word, 0, 0],
            Fact::Core(core) => [3, core, 0, 0],
            Fact::Named(core) => [4, core, 0, 0],
            Fact::Claim(field, core) => [5, field, core, 0],
            Fact::Image(image) => [6, image, 0, 0],
            Fact::Home(system, home, core) => [7, system, home, core],
            Fact::Selects(label) => [8, (label >> 32) as u32, label as u32, 0],
            Fact::Account(system, account) => [9, system, account, 0],
        };
        [kind, a, b, c].iter().fold(0, |digest, part| mix(digest ^ (u64::from(*part) + 1)))
    }
}

/// What a record holds by what it says alone.
pub(super) fn said(estate: &Estate, profile: &Profile) -> Vec<Fact> {
    let system = estate.slot_of(profile).system;
    let mut facts: Vec<Fact> =
        estate.attributes(profile).iter().map(|attribute| Fact::Value(attribute.value)).collect();
    if profile.name != NONE {
        facts.push(Fact::Name(profile.name));
    }
    let selects = estate.of_role(profile, Role::Selector).take(1);
    facts.extend(selects.map(|label| Fact::Selects(label_key(estate, system, label.field(), label.value))));
    if estate.slot_of(profile).is_account {
        facts.push(Fact::Account(system, profile.written));
    }
    facts
}

/// What a record holds by how its names are read.
pub(super) fn read(estate: &Estate, sketches: &Sketches, profile: &Profile, row: &Sketch) -> Vec<Fact> {
    let claims = sketches.claims(row);
    let mut facts: Vec<Fact> =
        claims.iter().flat_map(|claim| [Fact::Claim(claim.field, claim.core), Fact::Named(claim.core)]).collect();
    facts.extend(estate.images(profile).iter().map(|image| Fact::Image(image.path)));
    if row.core != NONE {
        facts.extend([Fact::Core(row.core), Fact::Named(row.core)]);
        if profile.home != NONE {
            facts.push(Fact::Home(estate.slot_of(profile).system, profile.home, row.core));
        }
    }
    facts
}

/// What whoever refers to a record must hold.
pub(super) fn referred(estate: &Estate, profile: &Profile) -> Vec<Fact> {
    let system = estate.slot_of(profile).system;
    let labels = estate.of_role(profile, Role::Carried);
    let labels = labels.map(|label| Fact::Selects(label_key(estate, system, label.field(), label.value)));
    let accounts = estate.of_role(profile, Role::Account).map(|account| Fact::Account(system, account.value));
    labels.chain(accounts).collect()
}
