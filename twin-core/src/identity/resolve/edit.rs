//! What an update changes before anything is compared: records, what they hold, what is known of that, and who may be compared with whom.
//!
//! It goes from what a record says by itself to what others say of it: values and names, what is learnt of the estate, names as they are compared, what names and images tell apart,
//! what is shared. Where a fact is another than before, all that hold it are looked at again; nobody else is.

mod reopen;

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

use super::Resolution;
use super::blocks::{Blocks, is_rare, keys_of};
use super::compare::{Comparison, Lesson, chances, is_chosen};
use super::entries::{Entries, Key};
use super::facts::{self, Fact};
use super::group::Scored;
use super::learn::{Memory, Vocabulary};
use super::profile::{Estate, Profile, roughly};
use super::record::{Record, Row};
use super::sample::{self, Beside, Sample, Twins, telling};
use super::sketch::{Claim, IMAGES, Places, Sketch, Sketches, names_of_image};
use super::texts::{NONE, Span};

/// A record that is another now, or was removed.
#[derive(Clone, Debug)]
pub(super) struct Edit {
    /// Its number.
    pub number: u32,
    /// What it says now.
    pub record: Option<Record>,
}

impl Edit {
    /// Its id.
    pub(super) fn id<'e>(&'e self, resolution: &'e Resolution) -> &'e str {
        self.record.as_ref().map_or_else(|| resolution.id(self.number), |record| &record.id)
    }
}

/// A value that more records have tells nothing about one thing.
const RARE: u32 = 8;
/// After so many edits, or as many as there are records, what was left behind is cleared away.
const FEW: usize = 1024;

/// What updates need beside what was resolved: who holds what, so that whoever a change is about is found.
#[derive(Clone, Debug, Default)]
pub(super) struct Workings {
    /// Facts with the records that hold them.
    held: Entries,
    /// By record, what it holds by what it says, and by how that is read.
    facts: Vec<[Box<[Key]>; 2]>,
    /// By record, what it may share.
    keys: Vec<Box<[Key]>>,
    /// By record, whether it was not removed.
    there: Vec<bool>,
    /// By record, its place in the order of ids; of one that was removed, the place where it would be.
    pub(super) places: Vec<u32>,
    /// All names by system and kind and digest, with the records that have them.
    names: BTreeSet<(u32, u64, u32, u32)>,
    /// What vocabulary and trust are learnt from.
    sample: Sample,
    memory: Memory,
    twins: Twins,
    /// By sampled record, what shares two rare values with it.
    beside: BTreeMap<u32, Beside>,
    /// What the fields of sampled records say.
    said: BTreeMap<u32, Vec<Claim>>,
    /// The words of each name that is counted.
    counted: HashMap<u32, Span>,
    organisations: Organisations,
    /// What odds are learnt from, by chosen record.
    lessons: BTreeMap<u32, Vec<Lesson>>,
    /// By record, the pairs that come near to what is asked for.
    ties: Vec<Vec<Scored>>,
    /// How many records refer to others.
    referring: usize,
    /// How many records were edited.
    spent: usize,
}

/// Images by whose they are.
#[derive(Clone, Debug, Default)]
struct Organisations {
    /// The images of each, by digest.
    images: BTreeMap<String, BTreeSet<(u64, u32)>>,
    /// By the digest of a name, the organisations that may build here because a thing is called so.
    hopes: HashMap<u64, BTreeSet<String>>,
}

/// What an edit touches, as it goes on.
#[derive(Debug, Default)]
struct Touched {
    /// The records that are others now.
    edited: BTreeSet<u32>,
    /// The records whose names are read again.
    read: BTreeSet<u32>,
    /// Those of them that are compared by something else now.
    renewed: BTreeSet<u32>,
    /// The records about which some fact has changed.
    told: BTreeSet<u32>,
    /// The records that vocabulary and trust are learnt from.
    sampled: BTreeSet<u32>,
    /// Values that few have, or had.
    rare: BTreeSet<u32>,
    /// Names as they are written.
    names: BTreeSet<u32>,
    /// Whether two things are likelier now, or less likely, to have the same value in some field.
    are_odds_touched: bool,
    /// Names that things are called by now and were not before, or the other way round.
    called: BTreeSet<u32>,
    /// What facts were about, before or after.
    cores: BTreeSet<u32>,
    claims: BTreeSet<(u32, u32)>,
    images: BTreeSet<u32>,
    homes: BTreeSet<(u32, u32, u32)>,
}

impl Touched {
    /// Notes what a record holds.
    fn note(&mut self, facts: &[Fact]) {
        for fact in facts {
            match *fact {
                Fact::Core(core) => _ = self.cores.insert(core),
                Fact::Claim(field, core) => _ = self.claims.insert((field, core)),
                Fact::Image(image) => _ = self.images.insert(image),
                Fact::Home(system, home, core) => _ = self.homes.insert((system, home, core)),
                _ => {}
            }
        }
    }
}

impl Workings {
    /// Prepares what updates need. O(n · log n).
    pub(super) fn of(resolution: &mut Resolution) -> Self {
        let places = resolution.places();
        let Resolution { comparison, ids, order, scored, .. } = resolution;
        let mut workings = Workings { there: vec![true; places.len()], places, ..Workings::default() };
        comparison.estate.texts.open();
        comparison.sketches.names.open();
        workings.learn(comparison);
        workings.hold(comparison, order);
        workings.pair(&comparison.estate);
        workings.share(comparison, order);
        let estate = &comparison.estate;
        workings.referring = estate.profiles.iter().filter(|profile| Estate::refers(profile)).count();
        let is_chosen = |record: &u32| is_chosen(ids.text(*record), estate.magnitude);
        let chosen: BTreeSet<u32> = order.iter().copied().filter(is_chosen).collect();
        workings.teach(comparison, &chosen);
        workings.ties = vec![Vec::new(); ids.len()];
        std::mem::take(scored).into_iter().for_each(|pair| workings.put(pair));
        workings
    }

    /// Chooses again what was learnt from, and keeps what it says.
    fn learn(&mut self, comparison: &mut Comparison) {
        let Comparison { estate, sketches, .. } = comparison;
        let named = (0..).zip(&estate.profiles).filter(|(_, profile)| profile.name != NONE);
        self.names = named.map(|(record, profile)| name_of(estate, profile, record)).collect();
        self.sample = Sample::among(&self.names, estate.slots.len() as u32);
        self.memory = Memory::of(estate, &self.sample);
        self.said = sketches.said_by(estate, &self.sample.records).into_iter().collect();
    }

    /// Writes down what shares two rare values with sampled records.
    fn pair(&mut self, estate: &Estate) {
        let records = self.sample.records.iter();
        self.beside = records.map(|record| (*record, beside(&self.held, estate, *record))).collect();
        self.twins = Twins::among(estate, self.beside.iter().map(|(record, beside)| (*record, beside)));
    }

    /// Writes down what each record holds.
    fn hold(&mut self, comparison: &mut Comparison, order: &[u32]) {
        let mut held = Vec::new();
        for record in order.iter().copied() {
            let Comparison { estate, sketches, .. } = &mut *comparison;
            let profile = estate.profiles[record as usize];
            let facts = [facts::said(estate, &profile), self.read_of(estate, sketches, record)];
            let keys = facts.map(|facts| keys(&facts));
            held.extend(keys.iter().flat_map(|keys| keys.iter().map(|key| (*key, record))));
            self.facts.push(keys);
            if profile.name != NONE {
                self.counted.insert(profile.name, sketches.rows[record as usize].atoms);
            }
            for image in estate.images(&profile) {
                self.organisations.add(estate, image.path);
            }
        }
        self.held = Entries::of(held);
        let organisations: Vec<String> = self.organisations.images.keys().cloned().collect();
        organisations.iter().for_each(|organisation| self.organisations.hope(&comparison.estate, organisation));
    }

    /// Writes down what each record may share, what only one may among it.
    fn share(&mut self, comparison: &mut Comparison, order: &[u32]) {
        let (mut keys, mut common) = (Vec::new(), Vec::new());
        let mut entries = Vec::new();
        for record in order {
            keys_of(&comparison.estate, &comparison.sketches, *record as usize, &mut keys, &mut common);
            entries.extend(keys.iter().map(|key| (*key, *record)));
            self.keys.push(keys[..].into());
        }
        comparison.blocks = Blocks { entries: Entries::of(entries) };
    }

    /// What a record holds by how its names are read, the words of all that may be a name of it among it.
    fn read_of(&self, estate: &Estate, sketches: &mut Sketches, record: u32) -> Vec<Fact> {
        let (profile, row) = (estate.profiles[record as usize], sketches.rows[record as usize]);
        let mut words = sketches.begin(&row);
        sketches.words_of(estate, record as usize, &mut words);
        match self.said.contains_key(&record) {
            true => _ = sketches.said_of(estate, record as usize, &mut words),
            false => sketches.heard_of(estate, record as usize, &mut words),
        }
        let mut facts = facts::read(estate, sketches, &profile, &row);
        facts.extend(words.into_iter().map(Fact::Word));
        facts
    }

    /// Whether so much was left behind that it should be cleared away.
    pub(super) fn is_worn(&self, records: usize) -> bool {
        self.spent > records.max(FEW)
    }

    /// Makes edits: who is to be compared again then. `None` if what was learnt of the estate has changed, so that everything is to be resolved anew; then only records
    /// and ids are right.
    pub(super) fn edit(&mut self, resolution: &mut Resolution, edits: &[Edit]) -> Option<BTreeSet<u32>> {
        self.spent += edits.len();
        self.place(resolution, edits);
        let mut touched = Touched::default();
        self.change_records(&mut resolution.comparison, edits, &mut touched)?;
        self.learn_again(&mut resolution.comparison, &mut touched)?;
        self.read_again(&mut resolution.comparison, &mut touched);
        self.tell_names(&mut resolution.comparison, &mut touched);
        self.trust_again(&resolution.comparison)?;
        self.tell_shared(&mut resolution.comparison, &mut touched);
        self.tell_places(resolution, &mut touched)?;
        let (mut reopened, jolted) = self.share_again(&mut resolution.comparison, &touched);
        reopened.retain(|record| self.is_there(*record));
        self.teach_again(resolution, &reopened, &jolted, &touched)?;
        self.held.settle();
        resolution.comparison.blocks.entries.settle();
        Some(reopened)
    }

    /// Gives new records their places, and takes those of removed ones.
    fn place(&mut self, resolution: &mut Resolution, edits: &[Edit]) {
        let mut moved = false;
        for edit in edits {
            let number = edit.number;
            let is_new = number as usize >= resolution.ids.len();
            let Resolution { ids, order, given, numbers, comparison, .. } = &mut *resolution;
            if let (true, Some(record)) = (is_new, &edit.record) {
                ids.push(&record.id);
                let at = order.partition_point(|other| ids.text(*other) < &record.id[..]);
                order.insert(at, number);
                given.push(number);
                numbers.push(number);
                self.add(comparison);
                moved = true;
            }
            if edit.record.is_none() {
                let at = order.partition_point(|other| ids.text(*other) < ids.text(number));
                order.remove(at);
                given.retain(|other| *other != number);
                self.there[number as usize] = false;
                moved = true;
            }
        }
        if moved {
            let Resolution { ids, order, .. } = &*resolution;
            (0..).zip(order).for_each(|(place, record)| self.places[*record as usize] = place);
            for edit in edits.iter().filter(|edit| edit.record.is_none()) {
                let at = order.partition_point(|other| ids.text(*other) < ids.text(edit.number));
                self.places[edit.number as usize] = at as u32;
            }
        }
    }

    /// Makes room for a record.
    fn add(&mut self, comparison: &mut Comparison) {
        comparison.estate.profiles.push(Profile::NOWHERE);
        comparison.sketches.rows.push(Sketch::NOTHING);
        self.facts.push(Default::default());
        self.keys.push(Box::default());
        self.places.push(0);
        self.there.push(true);
        self.ties.push(Vec::new());
    }

    /// Puts records in place of others, and counts values.
    fn change_records(&mut self, comparison: &mut Comparison, edits: &[Edit], touched: &mut Touched) -> Option<()> {
        let Comparison { estate, sketches, .. } = comparison;
        let chances_before = chances(estate);
        let records: Vec<(u32, Profile)> = edits
            .iter()
            .map(|edit| (edit.number, edit.record.as_ref().map_or(Profile::NOWHERE, |record| read(estate, record))))
            .collect();
        let mut values: BTreeSet<(u32, u32)> = BTreeSet::new();
        for (number, profile) in &records {
            for profile in [profile, &estate.profiles[*number as usize]] {
                values.extend(estate.attributes(profile).iter().map(|said| (said.field(), said.value)));
            }
        }
        let there: Vec<bool> = values.iter().map(|value| self.is_said(estate, *value)).collect();
        let classes: BTreeMap<u32, u32> = values
            .iter()
            .map(|(_, value)| (*value, roughly(self.held.count(Fact::Value(*value).key()) as u32)))
            .collect();
        for (number, profile) in records {
            touched.edited.insert(number);
            self.change_record(estate, sketches, number, profile, touched);
        }
        for ((field, value), was) in values.iter().zip(there) {
            let is = self.is_said(estate, (*field, *value));
            let count = &mut estate.distinct[*field as usize];
            *count = *count + u32::from(is) - u32::from(was);
        }
        for (value, was) in classes {
            let now = roughly(self.held.count(Fact::Value(value).key()) as u32);
            if was.min(now) <= RARE {
                touched.rare.insert(value);
            }
            if now != was {
                touched.told.extend(self.held.of_key(Fact::Value(value).key()));
            }
        }
        for record in touched.told.iter().chain(&touched.edited) {
            let held = &self.held;
            estate.recount(*record, |value| roughly(held.count(Fact::Value(value).key()) as u32));
        }
        touched.are_odds_touched = chances_before != chances(estate);
        (estate.has_references == (self.referring > 0)).then_some(())
    }

    /// Puts a record in place of another.
    fn change_record(
        &mut self,
        estate: &mut Estate,
        sketches: &Sketches,
        number: u32,
        profile: Profile,
        touched: &mut Touched,
    ) {
        let before = std::mem::replace(&mut estate.profiles[number as usize], profile);
        touched.note(&facts::read(estate, sketches, &before, &sketches.rows[number as usize]));
        for (profile, is_now) in [(&before, false), (&profile, true)] {
            if profile.slot == NONE {
                continue;
            }
            let whoever_refers =
                facts::referred(estate, profile).into_iter().flat_map(|fact| self.held.of_key(fact.key()));
            touched.told.extend(whoever_refers);
            let count = usize::from(Estate::refers(profile));
            self.referring = if is_now { self.referring + count } else { self.referring - count };
            if profile.name != NONE {
                let name = name_of(estate, profile, number);
                if is_now {
                    self.names.insert(name)
                } else {
                    self.names.remove(&name)
                };
            }
        }
        let facts = if profile.slot == NONE { Vec::new() } else { facts::said(estate, &profile) };
        self.hold_now(number, 0, &facts);
        let names = [before.name, profile.name].into_iter().filter(|name| *name != NONE);
        touched.names.extend(names);
    }

    /// Whether some record says a value in a field.
    fn is_said(&self, estate: &Estate, (field, value): (u32, u32)) -> bool {
        let says = |record: u32| {
            let said = estate.attributes(&estate.profiles[record as usize]);
            said.iter().any(|said| said.field() == field && said.value == value)
        };
        self.held.of_key(Fact::Value(value).key()).any(says)
    }

    /// Writes down what a record holds now.
    fn hold_now(&mut self, record: u32, which: usize, facts: &[Fact]) {
        let now = keys(facts);
        let before = std::mem::replace(&mut self.facts[record as usize][which], now.clone());
        only_in(&before, &now).for_each(|key| self.held.remove(key, record));
        only_in(&now, &before).for_each(|key| self.held.add(key, record));
    }

    /// Learns vocabulary again where it was learnt from what has changed, and finds whose names are read otherwise by it.
    fn learn_again(&mut self, comparison: &mut Comparison, touched: &mut Touched) -> Option<()> {
        let Comparison { estate, sketches, .. } = comparison;
        let sample = Sample::among(&self.names, estate.slots.len() as u32);
        let sampled: BTreeSet<u32> = sample.records.iter().copied().collect();
        let before: BTreeSet<u32> = self.said.keys().copied().collect();
        let is_sample_touched = sample != self.sample || touched.edited.iter().any(|record| sampled.contains(record));
        let involved = touched.rare.iter().flat_map(|value| self.held.of_key(Fact::Value(*value).key()));
        let mut involved: BTreeSet<u32> = involved.chain(touched.edited.iter().copied()).collect();
        involved.extend(sampled.symmetric_difference(&before));
        let mut is_learnt_again = is_sample_touched;
        for record in involved {
            let beside = sampled.contains(&record).then(|| beside(&self.held, estate, record));
            is_learnt_again |= beside.as_ref() != self.beside.get(&record);
            self.memory.mentions.change(estate, record, beside.is_some());
            match beside {
                Some(beside) => _ = self.beside.insert(record, beside),
                None => _ = self.beside.remove(&record),
            }
        }
        if is_learnt_again {
            self.twins = Twins::among(estate, self.beside.iter().map(|(record, beside)| (*record, beside)));
        }
        if self.twins.repeats != sketches.repeats {
            return None;
        }
        if is_learnt_again {
            let vocabulary = match is_sample_touched {
                true => Vocabulary::of(estate, &sample, &self.twins, &mut self.memory),
                false => sketches.names.vocabulary().with_twins(estate, &self.twins, &self.memory),
            };
            if vocabulary.wholes != sketches.names.vocabulary().wholes {
                return None;
            }
            if vocabulary != *sketches.names.vocabulary() {
                let words = sketches.names.revise(vocabulary);
                touched.read.extend(words.into_iter().flat_map(|word| self.held.of_key(Fact::Word(word).key())));
            }
        }
        touched.read.extend(sampled.symmetric_difference(&before));
        touched.read.extend(&touched.edited);
        self.sample = sample;
        touched.sampled = sampled;
        Some(())
    }

    /// Reads the names of records again, and counts words.
    fn read_again(&mut self, comparison: &mut Comparison, touched: &mut Touched) {
        let Comparison { estate, sketches, .. } = comparison;
        for record in touched.read.iter().copied().collect::<Vec<u32>>() {
            let before = sketches.rows[record as usize];
            let is_other = self.read_one(estate, sketches, record, touched.sampled.contains(&record));
            let is_edited = touched.edited.contains(&record);
            if is_other || is_edited {
                touched.renewed.insert(record);
            }
            if is_other && !is_edited {
                let profile = estate.profiles[record as usize];
                touched.note(&facts::read(estate, sketches, &profile, &before));
                touched.names.extend(Some(profile.name).filter(|name| *name != NONE));
            }
        }
        let mut were_rare: BTreeMap<u32, bool> = BTreeMap::new();
        for name in &touched.names {
            if let Some(atoms) = self.counted.remove(name) {
                note_rarity(sketches, atoms, &mut were_rare);
                sketches.discount(atoms);
            }
        }
        for name in &touched.names {
            if let Some(holder) = self.held.of_key(Fact::Name(*name).key()).next() {
                let atoms = sketches.rows[holder as usize].atoms;
                note_rarity(sketches, atoms, &mut were_rare);
                sketches.count(atoms);
                self.counted.insert(*name, atoms);
            }
        }
        self.hold_again(estate, sketches, touched);
        let is_other = |(word, was): &(u32, bool)| is_rare(&sketches.names, *word) != *was;
        let others = were_rare.into_iter().filter(is_other);
        touched.told.extend(others.flat_map(|(word, _)| self.held.of_key(Fact::Word(word).key())));
    }

    /// Reads the names of a record again; whether it is compared by something else now.
    fn read_one(&mut self, estate: &Estate, sketches: &mut Sketches, record: u32, is_sampled: bool) -> bool {
        match is_sampled {
            true => _ = self.said.insert(record, sketches.said_of(estate, record as usize, &mut Vec::new())),
            false => _ = self.said.remove(&record),
        }
        let before = sketches.rows[record as usize];
        let now = if self.is_there(record) { sketches.read(estate, record as usize) } else { Sketch::NOTHING };
        let is_other = !sketches.are_same(&before, &now);
        if is_other {
            sketches.rows[record as usize] = now;
        }
        is_other
    }

    /// Writes down what records hold by how their names are read now, and leaves those places of names that are new or gone.
    fn hold_again(&mut self, estate: &Estate, sketches: &mut Sketches, touched: &mut Touched) {
        let facts_of = |record: &u32| match self.is_there(*record) {
            true => (*record, self.read_of(estate, sketches, *record)),
            false => (*record, Vec::new()),
        };
        let facts: Vec<(u32, Vec<Fact>)> = touched.read.iter().map(facts_of).collect();
        let renewed: Vec<&(u32, Vec<Fact>)> =
            facts.iter().filter(|(record, _)| touched.renewed.contains(record)).collect();
        renewed.into_iter().for_each(|(_, facts)| touched.note(facts));
        let is_held = |workings: &Workings, (system, home, core): (u32, u32, u32)| {
            workings.held.count(Fact::Home(system, home, core).key()) > 0
        };
        let before: Vec<bool> = touched.homes.iter().map(|home| is_held(self, *home)).collect();
        facts.iter().for_each(|(record, facts)| self.hold_now(*record, 1, facts));
        let changed = touched.homes.iter().zip(before).filter(|(home, before)| is_held(self, **home) != *before);
        touched.homes = changed.map(|(home, _)| *home).collect();
    }

    /// Says of names in which systems and kinds things are called so now.
    fn tell_names(&self, comparison: &mut Comparison, touched: &mut Touched) {
        let Comparison { estate, sketches, .. } = comparison;
        for core in touched.cores.iter().copied() {
            let was = sketches.is_a_name(core);
            let slots = self.held.of_key(Fact::Core(core).key()).map(|record| estate.profiles[record as usize].slot);
            sketches.recall(core, slots);
            if sketches.is_a_name(core) != was {
                touched.called.insert(core);
                touched.told.extend(self.held.of_key(Fact::Named(core).key()));
            }
        }
    }

    /// Says which claims and images several things share now, and which images are built here.
    fn tell_shared(&mut self, comparison: &mut Comparison, touched: &mut Touched) {
        let Comparison { estate, sketches, .. } = comparison;
        for claim in touched.claims.iter().copied() {
            let key = Fact::Claim(claim.0, claim.1).key();
            let is_shared = sketches.is_shared(estate, self.held.of_key(key));
            let was = sketches.shared_claims.contains(&claim);
            if is_shared != was {
                touched.told.extend(self.held.of_key(key));
                if is_shared {
                    sketches.shared_claims.insert(claim)
                } else {
                    sketches.shared_claims.remove(&claim)
                };
            }
        }
        sketches.shared_images.resize(estate.texts.len(), false);
        sketches.own_images.resize(estate.texts.len(), false);
        let mut organisations = BTreeSet::new();
        for image in touched.images.iter().copied() {
            let key = Fact::Image(image).key();
            let is_shared = sketches.is_shared(estate, self.held.of_key(key));
            if std::mem::replace(&mut sketches.shared_images[image as usize], is_shared) != is_shared {
                touched.told.extend(self.held.of_key(key));
            }
            let is_there = self.held.count(key) > 0;
            sketches.own_images[image as usize] &= is_there;
            organisations.extend(self.organisations.change(estate, image, is_there));
        }
        for core in &touched.called {
            let name = sample::digest(sketches.names.texts.text(*core));
            organisations.extend(self.organisations.hopes.get(&name).into_iter().flatten().cloned());
        }
        for organisation in organisations {
            touched.told.extend(self.tell_own(estate, sketches, &organisation));
        }
    }

    /// Says of the images of an organisation whether they are built here; who runs one of which that is new.
    fn tell_own(&self, estate: &Estate, sketches: &mut Sketches, organisation: &str) -> BTreeSet<u32> {
        let images = self.organisations.images.get(organisation);
        let images: Vec<u32> = images.into_iter().flatten().map(|(_, image)| *image).collect();
        let is_ours = sketches.is_ours(estate, images.iter().copied());
        let mut told = BTreeSet::new();
        for image in images {
            if std::mem::replace(&mut sketches.own_images[image as usize], is_ours) != is_ours {
                told.extend(self.held.of_key(Fact::Image(image).key()));
            }
        }
        told
    }

    /// Says which names things in different places have now.
    fn tell_places(&self, resolution: &mut Resolution, touched: &mut Touched) -> Option<()> {
        if touched.homes.is_empty() {
            return Some(());
        }
        let Resolution { comparison, order, .. } = resolution;
        let Comparison { estate, sketches, .. } = comparison;
        let places = Places::of(estate, &sketches.rows, order.iter().copied());
        let names = places.differences(&sketches.places)?;
        touched.told.extend(names.into_iter().flat_map(|core| self.held.of_key(Fact::Named(core).key())));
        sketches.places = places;
        Some(())
    }

    /// Whether fields are trusted as before.
    fn trust_again(&self, comparison: &Comparison) -> Option<()> {
        let sketches = &comparison.sketches;
        let trust = sketches.trust_by(self.said.iter().map(|(record, said)| (*record, &said[..])));
        (trust == sketches.trust).then_some(())
    }

    /// Whether a record was not removed.
    pub(super) fn is_there(&self, record: u32) -> bool {
        self.there[record as usize]
    }
}

impl Organisations {
    /// Adds an image; whose it is.
    fn add(&mut self, estate: &Estate, image: u32) {
        if let Some((organisation, last)) = estate.texts.text(image).rsplit_once('/') {
            self.images.entry(organisation.to_owned()).or_default().insert((sample::digest(last), image));
        }
    }

    /// Adds an image, or takes one away; whose it is.
    fn change(&mut self, estate: &Estate, image: u32, is_there: bool) -> Option<String> {
        let (organisation, last) = estate.texts.text(image).rsplit_once('/')?;
        if is_there {
            self.add(estate, image);
        } else if let Some(images) = self.images.get_mut(organisation) {
            images.remove(&(sample::digest(last), image));
        }
        self.hope(estate, organisation);
        Some(organisation.to_owned())
    }

    /// Writes down which names would say that an organisation builds here.
    fn hope(&mut self, estate: &Estate, organisation: &str) {
        let images = self.images.get(organisation).filter(|images| images.len() > 2);
        for (_, image) in images.into_iter().flatten().take(IMAGES) {
            for name in names_of_image(estate.texts.text(*image)) {
                let hopes = self.hopes.entry(sample::digest(&name)).or_default();
                if !hopes.contains(organisation) {
                    hopes.insert(organisation.to_owned());
                }
            }
        }
    }
}

/// What shares two rare values with a record.
fn beside(held: &Entries, estate: &Estate, record: u32) -> Beside {
    let tells = |record: &u32, said| telling(estate, &estate.profiles[*record as usize]).any(|other| other == said);
    let holders = |said: (u32, u32)| held.of_key(Fact::Value(said.1).key()).filter(move |record| tells(record, said));
    Beside::of(estate, record, holders)
}

/// A record as it is kept.
fn read(estate: &mut Estate, record: &Record) -> Profile {
    let Record { id, system, kind, name, attributes } = record;
    let attributes: Vec<(&str, &str)> = attributes.iter().map(|(field, value)| (&field[..], &value[..])).collect();
    estate.read(&Row { id, system, kind, name, attributes: &attributes })
}

/// The name of a record by system and kind and digest.
fn name_of(estate: &Estate, profile: &Profile, record: u32) -> (u32, u64, u32, u32) {
    (profile.slot, sample::digest(estate.texts.text(profile.name)), profile.name, record)
}

/// Notes which words are rare before they are counted otherwise.
fn note_rarity(sketches: &Sketches, atoms: Span, were_rare: &mut BTreeMap<u32, bool>) {
    for word in sketches.words(atoms) {
        were_rare.entry(*word).or_insert_with(|| is_rare(&sketches.names, *word));
    }
}

/// Facts as numbers, in order, each once.
fn keys(facts: &[Fact]) -> Box<[Key]> {
    let mut keys: Vec<Key> = facts.iter().map(|fact| fact.key()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into()
}

/// The keys of one list that are not in another, both in order.
fn only_in<'k>(here: &'k [Key], there: &'k [Key]) -> impl Iterator<Item = Key> + 'k {
    here.iter().copied().filter(|key| there.binary_search(key).is_err())
}
