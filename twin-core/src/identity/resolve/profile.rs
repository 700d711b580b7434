//! Records as they are kept: every text once, and nothing derived that depends on other records.

use std::collections::BTreeMap;

use super::record::Record;
use super::roles::{self, Role};
use super::texts::{NONE, Texts};
use super::words;

/// One field of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Attribute {
    /// The number of its path.
    pub field: u32,
    /// The number of its value.
    pub value: u32,
    /// Whether the record has no other value in this field.
    pub alone: bool,
}

/// One record. Texts are numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Profile {
    /// The system.
    pub system: u32,
    /// The kind.
    pub kind: u32,
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
    /// Everything else that it says, by field.
    pub attributes: Box<[Attribute]>,
}

/// A field's path with what it is for.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// What it is for.
    pub role: Role,
    /// Whether it belongs to a map, such as labels, of which two things rarely have all keys.
    pub is_keyed: bool,
}

/// What kinds are about.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct KindOf {
    /// What sort of party or work it is, if it is no thing.
    pub apart: Option<&'static str>,
    /// Whether it runs to its end.
    pub is_job: bool,
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
    /// What each kind is, by its text.
    pub kinds: BTreeMap<u32, KindOf>,
    slots: BTreeMap<(u32, u32), u32>,
    /// The records.
    pub profiles: Vec<Profile>,
}

impl Estate {
    /// Takes a record in. O(length).
    pub fn add(&mut self, record: &Record) {
        let profile = self.read(record);
        self.profiles.push(profile);
    }

    /// How many systems with their kinds there are.
    pub fn slots(&self) -> usize {
        self.slots.len()
    }

    /// The kind of the records of a system and kind.
    pub fn kind_in(&self, slot: u32) -> &str {
        let kind = self.slots.iter().find(|(_, number)| **number == slot).map(|((_, kind), _)| *kind);
        kind.map_or("", |kind| self.texts.text(kind))
    }

    fn read(&mut self, record: &Record) -> Profile {
        let (system, kind) = (self.texts.number(&record.system), self.texts.number(&record.kind));
        let kind_words = words::words(&record.kind);
        self.kinds.entry(kind).or_insert_with(|| kind_of(&kind_words));
        let next = self.slots.len() as u32;
        let slot = *self.slots.entry((system, kind)).or_insert(next);
        let bare = bare_name(record, &kind_words);
        let name = match words::words(&bare).concat().len() {
            0 => NONE,
            _ => self.texts.number(&bare),
        };
        let value =
            |role: Role| record.attributes.iter().find(|(field, _)| roles::role(field) == role).map(|(_, value)| value);
        let place = value(Role::Place);
        let path = record.attributes.iter().find(|(field, _)| field == "path").map(|(_, value)| value);
        let home = path.map_or_else(|| place.map(|place| without_environments(place)), |path| Some(folder(path)));
        Profile {
            system,
            kind,
            slot,
            written: self.texts.number(&record.name),
            name,
            place: place.map_or(NONE, |place| self.texts.number(place)),
            home: home.filter(|home| !home.is_empty()).map_or(NONE, |home| self.texts.number(&home)),
            path: path.map_or(NONE, |path| self.texts.number(path)),
            attributes: self.attributes(record),
        }
    }

    fn attributes(&mut self, record: &Record) -> Box<[Attribute]> {
        let mut attributes: Vec<Attribute> = Vec::with_capacity(record.attributes.len());
        for (path, value) in record.attributes.iter().filter(|(_, value)| !value.is_empty()) {
            let field = self.field(path);
            let value = self.texts.number(cut(value));
            attributes.push(Attribute { field, value, alone: true });
        }
        attributes.sort_unstable();
        attributes.dedup();
        for place in 1..attributes.len() {
            if attributes[place - 1].field == attributes[place].field {
                (attributes[place - 1].alone, attributes[place].alone) = (false, false);
            }
        }
        attributes.into()
    }

    fn field(&mut self, path: &str) -> u32 {
        let number = self.paths.number(path);
        if number as usize == self.fields.len() {
            self.fields.push(Field { role: roles::role(path), is_keyed: path.contains('.') && path != "service.name" });
        }
        number
    }
}

/// What is kept of a long value: it identifies nothing.
fn cut(value: &str) -> &str {
    const LONGEST: usize = 1024;
    value.char_indices().nth(LONGEST).map_or(value, |(end, _)| &value[..end])
}

fn kind_of(kind_words: &[String]) -> KindOf {
    let is_job = matches!(kind_words, [word] if word == "job" || word == "cronjob")
        || kind_words == ["cron".to_owned(), "job".to_owned()];
    KindOf { apart: roles::stands_apart(kind_words), is_job }
}

/// The part of a record's name that says which thing it is.
fn bare_name(record: &Record, kind_words: &[String]) -> String {
    let is = |word: &str| kind_words.iter().any(|own| own == word);
    let name = cut(&record.name);
    let name = if is("pod") { words::controller(name) } else { name };
    let name = if is("image") { words::image(name).0 } else { name };
    let last = words::last_part(name);
    // `group:artifact`, as Maven and its kin write it.
    let last = last.rsplit(':').find(|part| !part.is_empty()).unwrap_or(last);
    let suffix = ["_HOST", "_URL", "_ADDR", "_ENDPOINT"].iter().find_map(|suffix| last.strip_suffix(suffix));
    suffix.filter(|rest| !rest.is_empty()).unwrap_or(last).to_owned()
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
