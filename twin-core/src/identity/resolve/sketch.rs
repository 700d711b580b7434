//! What records are compared by: their names without what says nothing, the other names that they may have, and their images.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use hashbrown::{HashMap, HashSet};
use xxhash_rust::xxh3::xxh3_64;

use super::learn::{self, Memory, Vocabulary};
use super::names::{Named, Names};
use super::profile::{Attribute, Estate, Profile};
use super::roles::{self, Role};
use super::sample::{Twins, sample};
use super::texts::{Look, NONE, Span, Texts};
use super::words;

/// A field is taken for a name of its thing from this share of agreement on.
const TRUSTED: f64 = 0.5;
/// Of an organisation of a registry so many images are looked at.
pub(super) const IMAGES: usize = 16;
/// A name in more places than so many does not tell who is meant.
const HOMES: usize = 16;

/// Another name that a record may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Claim {
    /// Which field says so, of which kind of record.
    pub field: u32,
    /// The name without what says nothing.
    pub core: u32,
    /// The name without what is neither letter nor digit.
    pub exact: u32,
}

/// What one record is compared by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sketch {
    /// The name without what says nothing, or none.
    pub core: u32,
    /// The name without what is neither letter nor digit, or none.
    pub exact: u32,
    /// What the core looks like.
    pub look: Look,
    /// What the core begins with: three letters, or what there is.
    pub beginning: [u8; 3],
    /// Whether an address that it has says that it is another than its name says.
    pub is_contradicted: bool,
    /// Whether a word of its name says what it is for.
    pub has_facet: bool,
    /// Whether its name is one word as it is written.
    pub is_one_word: bool,
    /// The words of its name.
    pub atoms: Span,
    claims: Span,
}

impl Sketch {
    /// Of a record that is not there.
    pub const NOTHING: Sketch = Sketch {
        core: NONE,
        exact: NONE,
        look: Look::NOTHING,
        beginning: [0; 3],
        is_contradicted: false,
        has_facet: false,
        is_one_word: false,
        atoms: Span::EMPTY,
        claims: Span::EMPTY,
    };
}

/// What all records of an estate are compared by.
#[derive(Clone, Debug, Default)]
pub(super) struct Sketches {
    /// Names and words.
    pub names: Names,
    /// The systems and kinds in which one thing has several records.
    pub repeats: BTreeSet<u32>,
    /// One for each record.
    pub rows: Vec<Sketch>,
    atoms: Vec<u32>,
    claims: Vec<Claim>,
    /// The fields that may say names: kind of record, then path.
    claimants: Texts,
    by_path: HashMap<(u32, u32, Form), u32>,
    /// Whether each of these is an address, or what a record is about.
    is_address: Vec<bool>,
    /// How far each of these is trusted.
    pub trust: Vec<f64>,
    /// By core: a system and kind in which a thing is called so, or that there are several.
    called: Vec<u32>,
    /// Names that a field gives to several things of one system and kind.
    pub shared_claims: HashSet<(u32, u32)>,
    /// Images that several things of one system and kind run.
    pub shared_images: Vec<bool>,
    /// Images that are built here.
    pub own_images: Vec<bool>,
    /// Where things are.
    pub places: Places,
    /// What was said last.
    said: Vec<Claim>,
}

/// Several systems and kinds.
const SEVERAL: u32 = NONE - 1;

/// How a value says a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Form {
    /// As it is, or as the last part of a path.
    Plain,
    /// As the last part of an image of some organisation.
    Image,
    /// As an image of nobody in particular.
    CommonImage,
    /// In an image's tag.
    Tag,
}

impl Sketches {
    /// Reads all records of an estate. O(records · fields).
    pub fn of(estate: &Estate) -> Self {
        let sample = sample(estate);
        let twins = Twins::of(estate, &sample);
        let names = Names::new(Vocabulary::of(estate, &sample, &twins, &mut Memory::of(estate, &sample)));
        let mut sketches = Sketches { names, repeats: twins.repeats, ..Sketches::default() };
        sketches.name(estate);
        let said = sketches.said_by(estate, &sample.records);
        sketches.trust = sketches.trust_by(said.iter().map(|(record, said)| (*record, &said[..])));
        sketches.claim(estate);
        sketches.find_shared(estate);
        sketches.own_images = sketches.built_here(estate);
        for place in 0..sketches.rows.len() {
            sketches.rows[place].is_contradicted = sketches.is_contradicted(&sketches.rows[place]);
        }
        sketches.places = Places::of(estate, &sketches.rows, 0..sketches.rows.len() as u32);
        sketches.names.seal();
        sketches
    }

    /// The words of a record's name, each once, in order.
    pub fn atoms(&self, row: &Sketch) -> &[u32] {
        row.atoms.of(&self.atoms)
    }

    /// Counts a name with the words of a row.
    pub fn count(&mut self, atoms: Span) {
        self.names.count(atoms.of(&self.atoms));
    }

    /// Counts no longer a name with the words of a row.
    pub fn discount(&mut self, atoms: Span) {
        self.names.discount(atoms.of(&self.atoms));
    }

    /// Whether two records are compared by the same, but for what contradicts them.
    pub fn are_same(&self, a: &Sketch, b: &Sketch) -> bool {
        let Sketch { atoms, claims, is_contradicted, .. } = *b;
        self.atoms(a) == self.atoms(b)
            && self.claims(a) == self.claims(b)
            && Sketch { atoms, claims, is_contradicted, ..*a } == *b
    }

    /// The words of a row's name.
    pub fn words(&self, atoms: Span) -> &[u32] {
        atoms.of(&self.atoms)
    }

    /// Says in which systems and kinds things are called so; whether that is new.
    pub fn recall(&mut self, core: u32, slots: impl Iterator<Item = u32>) -> bool {
        let now = slots.fold(NONE, together);
        std::mem::replace(self.called_by(core), now) != now
    }

    /// Whether a field gives a name to several things of one system and kind, of records whose field says so.
    pub fn is_shared(&self, estate: &Estate, records: impl Iterator<Item = u32>) -> bool {
        let mut first: BTreeMap<u32, u32> = BTreeMap::new();
        let mut called = records.map(|record| (estate.profiles[record as usize].slot, self.rows[record as usize].core));
        called.any(|(slot, core)| *first.entry(slot).or_insert(core) != core)
    }

    /// The words of a record's own name, as they are written and as they are read.
    pub fn words_of(&mut self, estate: &Estate, place: usize, heard: &mut Vec<u32>) {
        let profile = &estate.profiles[place];
        if profile.name != NONE {
            self.names.read(profile.slot, estate.texts.text(profile.name));
            heard.extend(self.names.spelt());
            heard.extend(self.names.atoms());
        }
    }

    /// The words of the names that the trusted fields of a record say.
    pub fn heard_of(&mut self, estate: &Estate, place: usize, heard: &mut Vec<u32>) {
        let mut claims = std::mem::take(&mut self.said);
        claims.clear();
        self.claims_of(estate, place, is_trusted, &mut claims, Some(heard));
        self.said = claims;
    }

    /// All names that the fields of a record say, trusted or not, and the words of these.
    pub fn said_of(&mut self, estate: &Estate, place: usize, heard: &mut Vec<u32>) -> Vec<Claim> {
        let mut claims = Vec::new();
        self.claims_of(estate, place, |_, _| true, &mut claims, Some(heard));
        claims
    }

    /// The words of which the name of a record is made or with which it may begin.
    pub fn begin(&mut self, row: &Sketch) -> Vec<u32> {
        if row.core == NONE || !row.is_one_word {
            return Vec::new();
        }
        let word = self.names.texts.text(row.exact).to_owned();
        let ends = (3..word.len().saturating_sub(2)).filter(|end| word.is_char_boundary(*end));
        let parts: Vec<&str> =
            ends.map(|end| &word[..end]).filter(|part| self.names.vocabulary().is_known(part)).collect();
        parts.into_iter().map(|part| self.names.word(part)).collect()
    }

    /// A record's other names.
    pub fn claims(&self, row: &Sketch) -> &[Claim] {
        row.claims.of(&self.claims)
    }

    /// Whether some record is called so.
    pub fn is_a_name(&self, core: u32) -> bool {
        self.called.get(core as usize).is_some_and(|slot| *slot != NONE)
    }

    /// The field of a claim, and the kind of record that it is of.
    pub fn claimant(&self, field: u32) -> &str {
        let text = self.claimants.text(field);
        text.split_once('\n').map_or(text, |(_, path)| path)
    }

    /// Gives each record its own name.
    fn name(&mut self, estate: &Estate) {
        let mut is_counted = vec![false; estate.texts.len()];
        self.rows.reserve_exact(estate.profiles.len());
        for profile in &estate.profiles {
            let row = self.named(estate, profile);
            if profile.name != NONE {
                if !std::mem::replace(&mut is_counted[profile.name as usize], true) {
                    self.names.count(row.atoms.of(&self.atoms));
                }
                let called = self.called_by(row.core);
                *called = together(*called, profile.slot);
            }
            self.rows.push(row);
        }
    }

    /// What a record's own name says.
    fn named(&mut self, estate: &Estate, profile: &Profile) -> Sketch {
        let from = self.atoms.len();
        let mut named = Named::NONE;
        if profile.name != NONE {
            named = self.names.read(profile.slot, estate.texts.text(profile.name));
            self.atoms.extend(self.names.atoms());
        }
        self.sketch(named, Span::since(from, &self.atoms))
    }

    /// The system and kind in which things are called so.
    fn called_by(&mut self, core: u32) -> &mut u32 {
        if core as usize >= self.called.len() {
            self.called.resize(core as usize + 1, NONE);
        }
        &mut self.called[core as usize]
    }

    /// What a record is compared by as it is now, but for what contradicts it. O(length).
    pub fn read(&mut self, estate: &Estate, place: usize) -> Sketch {
        let row = self.named(estate, &estate.profiles[place]);
        Sketch { claims: self.claimed(estate, place, (row.core, row.exact)), ..row }
    }

    fn sketch(&self, named: Named, atoms: Span) -> Sketch {
        let text = if named.core == NONE { "" } else { self.names.texts.text(named.core) };
        let mut beginning = [0; 3];
        beginning.iter_mut().zip(text.bytes()).for_each(|(place, letter)| *place = letter);
        Sketch {
            core: named.core,
            exact: named.exact,
            look: Look::at(text),
            beginning,
            is_contradicted: false,
            has_facet: atoms.of(&self.atoms).iter().any(|word| self.names.facet(*word).is_some()),
            is_one_word: self.names.is_one_word(),
            atoms,
            claims: Span::default(),
        }
    }

    /// All names that the fields of some records say, trusted or not.
    pub fn said_by(&mut self, estate: &Estate, records: &[u32]) -> Vec<(u32, Vec<Claim>)> {
        let mut said_by = |record: &u32| {
            let mut claims = Vec::new();
            self.claims_of(estate, *record as usize, |_, _| true, &mut claims, None);
            (*record, claims)
        };
        records.iter().map(&mut said_by).collect()
    }

    /// How often each field agrees with the name beside it, among names that somebody else has too, by what the fields of some records say.
    pub fn trust_by<'s>(&self, said: impl Iterator<Item = (u32, &'s [Claim])>) -> Vec<f64> {
        // In tenths of a record.
        let mut seen = vec![(0_u32, 0_u32); self.claimants.len()];
        for (record, claims) in said {
            let core = self.rows[record as usize].core;
            let is_known_elsewhere = self.called[core as usize] == SEVERAL;
            for claim in claims {
                let (agree, differ) = &mut seen[claim.field as usize];
                match (claim.core == core, is_known_elsewhere, self.is_a_name(claim.core)) {
                    (true, ..) => *agree += 10,
                    (false, true, true) => *differ += 10,
                    (false, true, false) => *differ += 5,
                    (false, false, false) => *differ += 2,
                    // Who is called like nobody else may well have the name of somebody.
                    (false, false, true) => {}
                }
            }
        }
        (0..).zip(seen).map(|(field, seen)| trust(self.claimant(field), seen)).collect()
    }

    /// Gives each record the other names that its fields say, of those fields that are trusted.
    fn claim(&mut self, estate: &Estate) {
        for place in 0..estate.profiles.len() {
            let own = (self.rows[place].core, self.rows[place].exact);
            self.rows[place].claims = self.claimed(estate, place, own);
        }
    }

    /// The names that the trusted fields of a record say, and its own name does not.
    fn claimed(&mut self, estate: &Estate, place: usize, own: (u32, u32)) -> Span {
        let mut claims = std::mem::take(&mut self.said);
        claims.clear();
        self.claims_of(estate, place, is_trusted, &mut claims, None);
        let from = self.claims.len();
        self.claims.extend(claims.iter().filter(|claim| (claim.core, claim.exact) != own));
        self.said = claims;
        Span::since(from, &self.claims)
    }

    /// What a record's fields say that it is called, those fields that are wanted; and the words of that.
    fn claims_of(
        &mut self,
        estate: &Estate,
        place: usize,
        is_wanted: impl Fn(&Sketches, u32) -> bool,
        claims: &mut Vec<Claim>,
        mut heard: Option<&mut Vec<u32>>,
    ) {
        let profile = &estate.profiles[place];
        let images = estate.images(profile).len();
        for attribute in estate.attributes(profile) {
            for form in forms(estate, attribute, images) {
                let field = self.claimant_of(estate, profile, attribute, *form);
                let name = if is_wanted(self, field) { name_in(estate, attribute, *form) } else { None };
                let Some(name) = name else { continue };
                let Named { core, exact } = self.names.read(profile.slot, &name);
                if let Some(heard) = &mut heard {
                    heard.extend(self.names.spelt());
                    heard.extend(self.names.atoms());
                }
                if core != NONE && !claims.iter().any(|claim| (claim.core, claim.field) == (core, field)) {
                    claims.push(Claim { field, core, exact });
                }
            }
        }
    }

    fn claimant_of(&mut self, estate: &Estate, profile: &Profile, attribute: &Attribute, form: Form) -> u32 {
        let kind = estate.slot_of(profile).kind;
        let key = (kind, attribute.field(), form);
        if let Some(field) = self.by_path.get(&key) {
            return *field;
        }
        let path = match form {
            Form::Plain => estate.paths.text(attribute.field()),
            Form::Image => "image name",
            Form::CommonImage => "common image name",
            Form::Tag => "image tag",
        };
        let field = self.claimants.number(&format!("{}\n{path}", estate.texts.text(kind)));
        if field as usize == self.trust.len() {
            self.trust.push(trust(path, (0, 0)));
            self.is_address.push(matches!(roles::role(path), Role::Host | Role::Target));
        }
        self.by_path.insert(key, field);
        field
    }

    /// Finds the names and images that several things of one system and kind have: they tell nobody apart.
    fn find_shared(&mut self, estate: &Estate) {
        let mut claimed: Vec<((u32, u32, u32), u32)> = Vec::with_capacity(self.claims.len());
        for (row, profile) in self.rows.iter().zip(&estate.profiles) {
            let claims = row.claims.of(&self.claims).iter();
            claimed.extend(claims.map(|claim| ((claim.core, claim.field, profile.slot), row.core)));
        }
        self.shared_claims = several(claimed).map(|(core, field, _)| (field, core)).collect();
        let mut run: Vec<((u32, u32), u32)> = Vec::with_capacity(self.rows.len());
        for (row, profile) in self.rows.iter().zip(&estate.profiles) {
            run.extend(estate.images(profile).iter().map(|image| ((image.path, profile.slot), row.core)));
        }
        self.shared_images = vec![false; estate.texts.len()];
        several(run).for_each(|(image, _)| self.shared_images[image as usize] = true);
    }

    /// The images of organisations of which most are called as things here are.
    fn built_here(&self, estate: &Estate) -> Vec<bool> {
        let mut is_seen = vec![false; estate.texts.len()];
        let mut organisations = Texts::default();
        let mut images: Vec<(u32, u64, u32)> = Vec::new();
        for image in estate.profiles.iter().flat_map(|profile| estate.images(profile)).map(|image| image.path) {
            if std::mem::replace(&mut is_seen[image as usize], true) {
                continue;
            }
            if let Some((organisation, last)) = estate.texts.text(image).rsplit_once('/') {
                images.push((organisations.number(organisation), xxh3_64(last.as_bytes()), image));
            }
        }
        images.sort_unstable();
        let is_ours = |images: &[(u32, u64, u32)]| self.is_ours(estate, images.iter().map(|(.., image)| *image));
        let mut is_ours_by_text = vec![false; estate.texts.len()];
        let ours = images.chunk_by(|a, b| a.0 == b.0).filter(|images| is_ours(images));
        ours.flatten().for_each(|(.., image)| is_ours_by_text[*image as usize] = true);
        is_ours_by_text
    }

    /// Whether the images of an organisation, in the order of their digests, are built here.
    pub fn is_ours(&self, estate: &Estate, images: impl ExactSizeIterator<Item = u32>) -> bool {
        let (all, some) = (images.len(), images.len().min(IMAGES));
        let is_a_thing = |name: &String| self.names.texts.get(name).is_some_and(|core| self.is_a_name(core));
        let named = |image: &u32| names_of_image(estate.texts.text(*image)).iter().any(is_a_thing);
        all >= 3 && images.take(IMAGES).filter(named).count() * 2 >= some
    }

    /// Whether an address that a record has, or what it is about, is the name of another than its own name says.
    pub fn is_contradicted(&self, row: &Sketch) -> bool {
        let contradicts = |claim: &Claim| {
            claim.core != row.core && self.is_address[claim.field as usize] && self.is_a_name(claim.core)
        };
        row.claims.of(&self.claims).iter().any(contradicts)
    }
}

fn is_trusted(sketches: &Sketches, field: u32) -> bool {
    sketches.trust[field as usize] >= TRUSTED
}

/// How things may be called that run an image, perhaps with something before it.
pub(super) fn names_of_image(image: &str) -> Vec<String> {
    let words = words::words(words::last_part(image));
    let says: Vec<&str> =
        words.iter().map(|word| learn::usual(word)).filter(|word| !roles::says_nothing(word)).collect();
    let names = (0..says.len()).map(|from| (from, says[from..].concat()));
    names.filter(|(from, name)| *from == 0 || name.len() > 3).map(|(_, name)| name).collect()
}

/// A system and kind, or several, with another.
fn together(called: u32, slot: u32) -> u32 {
    match called {
        NONE => slot,
        one if one == slot => one,
        _ => SEVERAL,
    }
}

/// How far a field is trusted that agreed and differed in so many tenths of a record; not at all, or to half a bit, so that one record rarely moves it.
fn trust(path: &str, (agree, differ): (u32, u32)) -> f64 {
    let (before, against) = roles::seen_before(path);
    let agree = before + f64::from(agree) / 10.0;
    let differ = against + f64::from(differ) / 10.0;
    match agree / (agree + differ) {
        trust if trust < TRUSTED => 0.0,
        _ => 1.0 / (1.0 + (-halves((agree / differ).log2())).exp2()),
    }
}

/// Rounds to half a bit.
pub(super) fn halves(bits: f64) -> f64 {
    (bits * 2.0).round() / 2.0
}

/// The keys under which there are several values. O(entries · log entries).
fn several<K: Ord + Copy>(mut entries: Vec<(K, u32)>) -> impl Iterator<Item = K> {
    entries.sort_unstable();
    entries.dedup();
    let several = |pair: &[(K, u32)]| (pair[0].0 == pair[1].0).then_some(pair[0].0);
    entries.windows(2).filter_map(several).collect::<Vec<K>>().into_iter()
}

/// The ways in which a field may say a name.
fn forms(estate: &Estate, attribute: &Attribute, images: usize) -> &'static [Form] {
    match estate.fields[attribute.field() as usize].role {
        Role::Image if images == 1 && attribute.is_alone() => &[Form::Image, Form::CommonImage, Form::Tag],
        Role::Image if images == 1 => &[Form::Image, Form::CommonImage],
        Role::Path | Role::Selector | Role::Carried | Role::Target => &[Form::Plain],
        Role::Host | Role::Value if attribute.is_alone() => &[Form::Plain],
        _ => &[],
    }
}

/// The name that a field says in one way, if it does.
fn name_in<'e>(estate: &'e Estate, attribute: &Attribute, form: Form) -> Option<Cow<'e, str>> {
    let value = estate.texts.text(attribute.value);
    let path = estate.paths.text(attribute.field());
    let name = match (form, estate.fields[attribute.field() as usize].role) {
        (Form::Tag, _) => tag_name(value).map(Cow::Owned),
        (Form::Image | Form::CommonImage, _) => {
            let repository = words::image(value).0;
            ((form == Form::Image) == repository.contains('/')).then(|| Cow::Borrowed(words::last_part(repository)))
        }
        (_, Role::Path) => path_name(path, value, attribute.is_alone()).map(Cow::Borrowed),
        (_, Role::Host) => Some(Cow::Borrowed(words::host(value))),
        (_, Role::Value) if path.ends_with("part-of") => None,
        (_, Role::Value) => Some(Cow::Borrowed(words::last_part(value))),
        _ => Some(Cow::Borrowed(value)),
    };
    name.filter(|name| may_be_name(name))
}

/// What an image's tag says beside its version, where one repository holds the images of several things.
fn tag_name(value: &str) -> Option<String> {
    let is_word = |word: &String| {
        !word.bytes().any(|byte| byte.is_ascii_digit())
            && !["latest", "main", "master", "stable"].contains(&word.as_str())
    };
    let said: Vec<String> = words::words(words::image(value).1?).into_iter().filter(is_word).collect();
    (!said.is_empty()).then(|| said.join("-"))
}

/// What a path is called: its last part; of files only those that are named after what they build.
fn path_name<'v>(path: &str, value: &'v str, is_alone: bool) -> Option<&'v str> {
    let last = words::last_part(value);
    let project =
        [".csproj", ".fsproj", ".vbproj", ".sln", ".gemspec", ".cabal"].iter().find_map(|end| last.strip_suffix(end));
    match path.trim_end_matches("[]") {
        "manifests" => project,
        _ => is_alone.then_some(project.unwrap_or(last)),
    }
}

/// Whether a value is short enough to be a name, and more than a number.
fn may_be_name(value: &str) -> bool {
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b':');
    let is_word = value != "true" && value != "false" && !value.contains("${");
    value.len() <= 80
        && !is_number
        && is_word
        && value.split_whitespace().count() <= 4
        && value.chars().filter(|letter| letter.is_alphanumeric()).nth(1).is_some()
}

/// Where things are, and which places are one in several environments.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Places {
    /// Names that things in different places have.
    ambiguous: HashSet<u32>,
    /// By system, places that hold mostly the same names: environments of one estate.
    alike: HashSet<(u32, u32, u32)>,
    /// Words of the names of places.
    words: HashSet<String>,
}

impl Places {
    /// Looks where records say that they are. O(records · log records).
    pub fn of(estate: &Estate, rows: &[Sketch], records: impl Iterator<Item = u32>) -> Self {
        let mut names_at: BTreeMap<(u32, u32), BTreeSet<u32>> = BTreeMap::new();
        let mut homes_of: BTreeMap<(u32, u32), BTreeSet<u32>> = BTreeMap::new();
        for (row, profile) in records.map(|record| (&rows[record as usize], &estate.profiles[record as usize])) {
            if row.core != NONE && profile.home != NONE {
                let system = estate.slot_of(profile).system;
                names_at.entry((system, profile.home)).or_default().insert(row.core);
                homes_of.entry((system, row.core)).or_default().insert(profile.home);
            }
        }
        let mut places = Places::default();
        for ((system, core), homes) in homes_of.iter().filter(|(_, homes)| homes.len() > 1) {
            let mut homes: Vec<u32> = homes.iter().copied().collect();
            homes.sort_unstable_by_key(|home| estate.texts.text(*home));
            let compared = &homes[..homes.len().min(HOMES)];
            for (place, a) in compared.iter().enumerate() {
                for b in &compared[place + 1..] {
                    if hold_the_same(&names_at[&(*system, *a)], &names_at[&(*system, *b)]) {
                        places.alike.extend([(*system, *a, *b), (*system, *b, *a)]);
                    }
                }
            }
            let is_alike = |a: &u32, b: &u32| places.alike.contains(&(*system, *a, *b));
            let differ =
                compared.iter().enumerate().any(|(place, a)| compared[place + 1..].iter().any(|b| !is_alike(a, b)));
            if differ || homes.len() > HOMES {
                places.ambiguous.insert(*core);
            }
        }
        let homes: BTreeSet<u32> = names_at.keys().map(|(_, home)| *home).collect();
        let words = homes.into_iter().flat_map(|home| words::words(estate.texts.text(home)));
        let says = |word: &String| word.len() > 2 && !roles::says_nothing(word) && !roles::is_common_folder(word);
        places.words = words.filter(says).collect();
        places
    }

    /// The names that are ambiguous only here or only there, if all else is the same.
    pub fn differences(&self, other: &Places) -> Option<BTreeSet<u32>> {
        let is_same = self.alike == other.alike && self.words == other.words;
        is_same.then(|| self.ambiguous.symmetric_difference(&other.ambiguous).copied().collect())
    }

    /// Whether things in different places have this name.
    pub fn is_ambiguous(&self, core: u32) -> bool {
        self.ambiguous.contains(&core)
    }

    /// Whether two records are from one part of the estate, as far as both say.
    pub fn together(&self, estate: &Estate, a: usize, b: usize) -> Option<bool> {
        let (first, second) = (&estate.profiles[a], &estate.profiles[b]);
        let system = estate.slot_of(first).system;
        if system == estate.slot_of(second).system && first.home != NONE && second.home != NONE {
            return Some(first.home == second.home || self.alike.contains(&(system, first.home, second.home)));
        }
        let (here, there) = (self.whereabouts(estate, first), self.whereabouts(estate, second));
        (!here.is_empty() && !there.is_empty()).then(|| !here.is_disjoint(&there))
    }

    /// The words for places in what a record says.
    fn whereabouts(&self, estate: &Estate, profile: &Profile) -> BTreeSet<String> {
        let mut said: Vec<&str> = Vec::new();
        if profile.home != NONE {
            said.push(estate.texts.text(profile.home));
        }
        said.extend(estate.texts.text(profile.written).rsplit_once('/').map(|(parents, _)| parents));
        for attribute in estate.attributes(profile) {
            let value = estate.texts.text(attribute.value);
            match estate.fields[attribute.field() as usize].role {
                Role::Image => said.extend(words::image(value).0.rsplit_once('/').map(|(parents, _)| parents)),
                Role::Path => {}
                _ if attribute.is_alone() && value.len() < 60 => said.push(value),
                _ => {}
            }
        }
        said.into_iter().flat_map(words::words).filter(|word| self.words.contains(word)).collect()
    }
}

/// Whether two places hold mostly the same names: three at least, and seven in ten of those in the smaller one.
fn hold_the_same(here: &BTreeSet<u32>, there: &BTreeSet<u32>) -> bool {
    let (few, many) = if here.len() <= there.len() { (here, there) } else { (there, here) };
    let shared = few.intersection(many).count();
    shared >= 3 && shared * 10 >= few.len() * 7
}
