//! Records as they are kept: every text once, and nothing derived that depends on other records.

use std::borrow::Cow;
use std::collections::BTreeMap;

use hashbrown::HashSet;

use super::record::{Record, Row};
use super::roles::{self, Role};
use super::texts::{Look, NONE, Span, Texts};
use super::words;

/// One field of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Attribute {
    /// The number of its path, and in the lowest bit whether the record has no other value in this field.
    field: u32,
    /// The number of its value.
    pub value: u32,
    /// What the value looks like.
    pub look: Look,
    /// How many records have the value, [roughly].
    pub count: u32,
}

/// A count told so exactly that it rarely changes as records come and go: up to eight, then the next power of two or three quarters of it.
pub(super) fn roughly(count: u32) -> u32 {
    let power = count.next_power_of_two();
    match count {
        0..=8 => count,
        _ if count <= power / 4 * 3 => power / 4 * 3,
        _ => power,
    }
}

impl Attribute {
    fn new(field: u32, alone: bool, value: u32, look: Look) -> Self {
        Attribute { field: field << 1 | u32::from(alone), value, look, count: 0 }
    }

    /// The number of its path.
    pub fn field(self) -> u32 {
        self.field >> 1
    }

    /// Whether the record has no other value in this field.
    pub fn is_alone(self) -> bool {
        self.field & 1 != 0
    }
}

/// One record. Texts are numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Profile {
    /// The system and the kind.
    pub slot: u32,
    /// The name as it is written, or none.
    pub written: u32,
    /// The part of the name that says which thing it is, or none.
    pub name: u32,
    /// The namespace, or none.
    pub place: u32,
    /// The namespace or folder without words for environments, or none.
    pub home: u32,
    /// The path in a repository, or none.
    pub path: u32,
    /// What its fields are for.
    roles: u32,
    attributes: Span,
    images: Span,
}

impl Profile {
    /// A record of nothing and nowhere.
    pub const NOWHERE: Profile = Profile {
        slot: NONE,
        written: NONE,
        name: NONE,
        place: NONE,
        home: NONE,
        path: NONE,
        roles: 0,
        attributes: Span::EMPTY,
        images: Span::EMPTY,
    };
}

/// The repository of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Image {
    /// Its path, without host and tag.
    pub path: u32,
    /// What the path looks like.
    pub look: Look,
}

/// A field's path with what it is for.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// What it is for.
    pub role: Role,
    /// Whether it belongs to a map, such as labels, of which two things rarely have all keys.
    pub is_keyed: bool,
}

/// A system, a kind, and what the kind is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    /// The system.
    pub system: u32,
    /// The kind.
    pub kind: u32,
    /// What sort of party or work it is, if it is no thing.
    pub apart: Option<&'static str>,
    /// Whether it runs to its end.
    pub is_job: bool,
    /// Whether it is an account under which workloads run.
    pub is_account: bool,
    is_pod: bool,
    is_image: bool,
}

/// All records of an estate.
#[derive(Clone, Debug, Default)]
pub(super) struct Estate {
    /// All texts.
    pub texts: Texts,
    /// The paths of fields.
    pub paths: Texts,
    /// What each field is for.
    pub fields: Vec<Field>,
    /// The systems with their kinds.
    pub slots: Vec<Slot>,
    slots_by_text: BTreeMap<(u32, u32), u32>,
    /// The records.
    pub profiles: Vec<Profile>,
    attributes: Vec<Attribute>,
    images: Vec<Image>,
    /// How many values each field has.
    pub distinct: Vec<u32>,
    /// The logarithm of how many records there are, without what is behind the point.
    pub magnitude: u32,
    /// Whether some field refers to other records.
    pub has_references: bool,
    /// Whether some field is a namespace or a path.
    has_places: bool,
    numbers: Vec<u32>,
}

impl Estate {
    /// Takes a record in. O(length).
    pub fn add(&mut self, row: &Row<'_>) {
        let slot = self.slot(row);
        let name = bare_name(&self.slots[slot as usize], row.name);
        let says_something = name.chars().take(words::LONGEST).any(char::is_alphanumeric);
        let said = |(_, value): &&(&str, &str)| !value.is_empty();
        let mut texts: Vec<&str> = Vec::with_capacity(row.attributes.len() + 1);
        texts.push(row.name);
        texts.extend(row.attributes.iter().filter(said).map(|(_, value)| cut(value)));
        let mut numbers = std::mem::take(&mut self.numbers);
        self.texts.number_all(&texts, &mut numbers);
        let (attributes, images) = (self.attributes.len(), self.images.len());
        let mut roles = 0;
        for ((path, _), (text, value)) in
            row.attributes.iter().filter(said).zip(texts[1..].iter().zip(numbers[1..].iter().copied()))
        {
            let field = self.field(path);
            let role = self.fields[field as usize].role;
            roles |= 1 << role as u32;
            if role == Role::Image {
                self.image(images, text, value);
            }
            self.attributes.push(Attribute::new(field, true, value, Look::at(text)));
        }
        // Whatever an image is said beside, the order of fields says nothing.
        self.images[images..].sort_unstable_by(|a, b| self.texts.text(a.path).cmp(self.texts.text(b.path)));
        let profile = Profile {
            slot,
            written: numbers[0],
            name: match says_something {
                true if name.len() == row.name.len() => numbers[0],
                true => self.texts.number(name),
                false => NONE,
            },
            attributes: Span::since(attributes, &self.attributes),
            images: Span::since(images, &self.images),
            roles,
            ..self.whereabouts(row)
        };
        self.profiles.push(profile);
        self.numbers = numbers;
    }

    /// Where a record says that it is.
    fn whereabouts(&mut self, row: &Row<'_>) -> Profile {
        let mut profile = Profile::NOWHERE;
        if !self.has_places {
            return profile;
        }
        let least = |is_wanted: &dyn Fn(&str) -> bool| {
            let said = row.attributes.iter().filter(|(field, value)| !value.is_empty() && is_wanted(field));
            said.map(|(field, value)| (*field, cut(value))).min().map(|(_, value)| value)
        };
        let place = least(&|field| roles::role(field) == Role::Place);
        let path = least(&|field| field == "path");
        let home = path.map_or_else(|| place.map(without_environments), |path| Some(folder(path)));
        let mut number = |text: Option<&str>| text.map_or(NONE, |text| self.texts.number(text));
        profile.place = number(place);
        profile.path = number(path);
        profile.home = number(home.as_deref().filter(|home| !home.is_empty()));
        profile
    }

    /// Puts the records in an order, and the fields in that of their paths, so that nothing depends on which was read first. O(records · fields).
    pub fn arrange(&mut self, order: &[u32]) {
        let ranks = self.order_paths();
        for profile in &mut self.profiles {
            let own = profile.attributes.of_mut(&mut self.attributes);
            own.iter_mut().for_each(|attribute| attribute.field = ranks[attribute.field() as usize] << 1 | 1);
            let left = order_attributes(own, &self.texts);
            profile.attributes.shorten(left);
        }
        self.texts.seal();
        self.count();
        self.profiles = order.iter().map(|place| self.profiles[*place as usize]).collect();
        self.magnitude = order.len().max(1).ilog2();
    }

    /// Whether all fields of a record were seen before: those of others stand in the order of their paths.
    pub fn knows_fields_of(&self, record: &Record) -> bool {
        let said = record.attributes.iter().filter(|(_, value)| !value.is_empty());
        said.map(|(field, _)| field).all(|field| self.paths.get(field).is_some())
    }

    /// Reads a record whose fields were seen before; it is not among the others yet, and its values are not counted. O(length).
    pub fn read(&mut self, row: &Row<'_>) -> Profile {
        self.add(row);
        let mut profile = self.profiles.pop().unwrap_or(Profile::NOWHERE);
        let left = order_attributes(profile.attributes.of_mut(&mut self.attributes), &self.texts);
        profile.attributes.shorten(left);
        profile
    }

    /// Everything that a record said, as far as it was kept.
    pub fn record(&self, id: &str, profile: &Profile) -> Record {
        let text = |number: u32| self.texts.text(number).to_owned();
        let slot = self.slot_of(profile);
        let said = |attribute: &Attribute| (self.paths.text(attribute.field()).to_owned(), text(attribute.value));
        let attributes = self.attributes(profile).iter().map(said).collect();
        Record {
            id: id.to_owned(),
            system: text(slot.system),
            kind: text(slot.kind),
            name: text(profile.written),
            attributes,
        }
    }

    /// Says of the values of a record how many records have them, roughly.
    pub fn recount(&mut self, record: u32, count_of: impl Fn(u32) -> u32) {
        let own = self.profiles[record as usize].attributes.of_mut(&mut self.attributes);
        own.iter_mut().for_each(|attribute| attribute.count = count_of(attribute.value));
    }

    /// Counts values.
    fn count(&mut self) {
        // How many records have a value, the last of them, and the field in which it was seen first.
        let mut seen = vec![(0_u32, NONE, NONE); self.texts.len()];
        let mut elsewhere: HashSet<(u32, u32)> = HashSet::new();
        self.distinct = vec![0; self.fields.len()];
        for (record, profile) in (0..).zip(&self.profiles) {
            for attribute in profile.attributes.of(&self.attributes) {
                let (count, last, first) = &mut seen[attribute.value as usize];
                let is_new = *count == 0
                    || *first != attribute.field() && elsewhere.insert((attribute.field(), attribute.value));
                if *count == 0 {
                    *first = attribute.field();
                }
                *count += u32::from(*last != record);
                *last = record;
                self.distinct[attribute.field() as usize] += u32::from(is_new);
            }
        }
        for profile in &self.profiles {
            let own = profile.attributes.of_mut(&mut self.attributes);
            own.iter_mut().for_each(|attribute| attribute.count = roughly(seen[attribute.value as usize].0));
        }
    }

    /// Numbers the paths in their order; the new number of each.
    fn order_paths(&mut self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.fields.len() as u32).collect();
        order.sort_unstable_by_key(|number| self.paths.text(*number));
        let mut ranks = vec![0; order.len()];
        (0..).zip(&order).for_each(|(rank, number)| ranks[*number as usize] = rank);
        let mut paths = Texts::default();
        order.iter().for_each(|number| _ = paths.number(self.paths.text(*number)));
        self.fields = order.iter().map(|number| self.fields[*number as usize].clone()).collect();
        self.paths = paths;
        ranks
    }

    /// Everything that a record says beside its name, by field.
    pub fn attributes(&self, profile: &Profile) -> &[Attribute] {
        profile.attributes.of(&self.attributes)
    }

    /// The repositories of a record's images.
    pub fn images(&self, profile: &Profile) -> &[Image] {
        profile.images.of(&self.images)
    }

    /// The fields of a record that are for something.
    pub fn of_role<'e>(&'e self, profile: &Profile, role: Role) -> impl Iterator<Item = &'e Attribute> + use<'e> {
        let none = profile.roles & 1 << role as u32 == 0;
        let all = if none { &[] } else { self.attributes(profile) };
        all.iter().filter(move |attribute| self.fields[attribute.field() as usize].role == role)
    }

    /// Whether a record refers to others.
    pub fn refers(profile: &Profile) -> bool {
        let role = |role: Role| profile.roles & 1 << role as u32 != 0;
        role(Role::Selector) || role(Role::Target) || role(Role::Account)
    }

    /// The system and kind of a record.
    pub fn slot_of(&self, profile: &Profile) -> &Slot {
        &self.slots[profile.slot as usize]
    }

    fn slot(&mut self, row: &Row<'_>) -> u32 {
        let key = (self.texts.number(row.system), self.texts.number(row.kind));
        if let Some(slot) = self.slots_by_text.get(&key) {
            return *slot;
        }
        let slot = self.slots.len() as u32;
        self.slots_by_text.insert(key, slot);
        self.slots.push(slot_of(key, row.kind));
        slot
    }

    /// Adds an image's repository, if the record has no other image of it.
    fn image(&mut self, from: usize, text: &str, value: u32) {
        let (path, _) = words::image(text);
        let is_whole = path.len() == text.len() && !path.bytes().any(|byte| byte.is_ascii_uppercase() || byte > 127);
        let lower = if is_whole { Cow::Borrowed(path) } else { Cow::Owned(path.to_lowercase()) };
        let path = if is_whole { value } else { self.texts.number(&lower) };
        if self.images[from..].iter().all(|image| image.path != path) {
            self.images.push(Image { path, look: Look::at(&lower) });
        }
    }

    fn field(&mut self, path: &str) -> u32 {
        let number = self.paths.number(path);
        if number as usize == self.fields.len() {
            let role = roles::role(path);
            self.has_references |= matches!(role, Role::Selector | Role::Target | Role::Account);
            self.has_places |= role == Role::Place || path == "path";
            self.fields.push(Field { role, is_keyed: path.contains('.') && path != "service.name" });
        }
        number
    }
}

/// Orders the fields of a record and leaves each value once; how many are left.
fn order_attributes(own: &mut [Attribute], texts: &Texts) -> usize {
    let in_order =
        |a: &Attribute, b: &Attribute| a.field.cmp(&b.field).then_with(|| texts.text(a.value).cmp(texts.text(b.value)));
    own.sort_unstable_by(in_order);
    let mut left = 0;
    for place in 0..own.len() {
        if left == 0 || (own[left - 1].field, own[left - 1].value) != (own[place].field, own[place].value) {
            own[left] = own[place];
            left += 1;
        }
    }
    for place in 1..left {
        if own[place - 1].field() == own[place].field() {
            own[place - 1].field &= !1;
            own[place].field &= !1;
        }
    }
    left
}

/// What is kept of a long value: it identifies nothing.
fn cut(value: &str) -> &str {
    const LONGEST: usize = 1024;
    if value.len() <= LONGEST {
        return value;
    }
    value.char_indices().nth(LONGEST).map_or(value, |(end, _)| &value[..end])
}

fn slot_of((system, kind): (u32, u32), kind_text: &str) -> Slot {
    let words = words::words(kind_text);
    let is = |word: &str| words.iter().any(|own| own == word);
    let is_job = matches!(&words[..], [word] if word == "job" || word == "cronjob")
        || words == ["cron".to_owned(), "job".to_owned()];
    let is_account = kind_text.eq_ignore_ascii_case("serviceaccount");
    let apart = roles::stands_apart(&words);
    Slot { system, kind, apart, is_job, is_account, is_pod: is("pod"), is_image: is("image") }
}

/// The part of a record's name that says which thing it is.
fn bare_name<'n>(slot: &Slot, name: &'n str) -> &'n str {
    let name = cut(name);
    let name = if slot.is_pod { words::controller(name) } else { name };
    let name = if slot.is_image { words::image(name).0 } else { name };
    let last = words::last_part(name);
    // `group:artifact`, as Maven and its kin write it.
    let last = last.rsplit(':').find(|part| !part.is_empty()).unwrap_or(last);
    let suffix = ["_HOST", "_URL", "_ADDR", "_ENDPOINT"].iter().find_map(|suffix| last.strip_suffix(suffix));
    suffix.filter(|rest| !rest.is_empty()).unwrap_or(last)
}

/// The folder that something lies in, without words for environments.
fn folder(path: &str) -> String {
    let parents = path.trim_end_matches('/').rsplit_once('/').map_or("", |(parents, _)| parents);
    parents.split('/').map(without_environments).collect::<Vec<_>>().join("/")
}

/// A place without words for environments: `shop` of `shop-prod`.
pub(super) fn without_environments(place: &str) -> String {
    let words = words::words(place);
    let kept = words.iter().filter(|word| !roles::is_environment(word) && *word != "default");
    kept.map(String::as_str).collect::<Vec<_>>().join("-")
}
