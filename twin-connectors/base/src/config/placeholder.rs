//! Placeholders: settings that take the values of other settings of their file, or of variables that nobody here knows.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use super::interpolation::{Syntax, Traced, Variables, expand};
use super::{Setting, Variable};

/// Settings that take each other's values are followed so deep, and so much text is kept of them.
const DEEPEST: usize = 16;
const ROOM: usize = 4 << 20;
/// Longer values are documents, not addresses.
const LONGEST: usize = 16 * 1024;
/// Of one value so many placeholders are looked at.
const MOST: usize = 64;

/// The settings of a file by their keys.
pub(super) struct Values<'s> {
    settings: &'s [Setting],
    by_key: HashMap<&'s str, Vec<usize>>,
    known: RefCell<HashMap<usize, Traced>>,
    room: Cell<usize>,
}

impl<'s> Values<'s> {
    pub fn of(settings: &'s [Setting]) -> Self {
        let mut by_key: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, setting) in settings.iter().enumerate() {
            by_key.entry(setting.key.as_str()).or_default().push(at);
        }
        Values { settings, by_key, known: RefCell::default(), room: Cell::new(ROOM) }
    }

    /// All settings of that key.
    pub fn of_key(&self, key: &str) -> Vec<&'s Setting> {
        let places = self.by_key.get(key).map(Vec::as_slice).unwrap_or_default();
        places.iter().take(MOST).filter_map(|at| self.settings.get(*at)).collect()
    }

    /// The value of the setting at that place, filled in.
    pub fn value(&self, at: usize) -> Traced {
        self.filled(at, DEEPEST)
    }

    /// The value of another key, as the setting at that place sees it.
    pub fn beside(&self, at: usize, key: &str) -> Option<Traced> {
        Some(self.value(self.meant(at, key)?))
    }

    fn filled(&self, at: usize, depth: usize) -> Traced {
        let Some(setting) = self.settings.get(at) else { return Traced::default() };
        if setting.value.len() > LONGEST {
            return Traced::default();
        }
        if !setting.value.contains("${") {
            return Traced::literal(&setting.value);
        }
        if let Some(known) = self.known.borrow().get(&at) {
            return known.clone();
        }
        // Settings that take each other's value in a circle find it as it is written.
        self.known.borrow_mut().insert(at, Traced::literal(&setting.value));
        let mut variables = Variables::default();
        for (name, _) in placeholders(&setting.value).into_iter().filter(|_| depth > 0) {
            let Some(other) = self.meant(at, name).filter(|other| *other != at) else { continue };
            let line = self.settings.get(other).map_or(0, |other| other.line);
            let variable = Variable { name: name.to_owned(), value: None, literal: false, line };
            variables.define("", &variable, self.filled(other, depth - 1));
        }
        let value = expand(&setting.value, Syntax::Placeholders, &variables);
        let left = self.room.get().checked_sub(value.text.len());
        let Some(left) = left else { return Traced::literal(&setting.value) };
        self.room.set(left);
        self.known.borrow_mut().insert(at, value.clone());
        value
    }

    /// The setting that a name means: one of the same profile, else one that always counts.
    fn meant(&self, at: usize, name: &str) -> Option<usize> {
        let profile = &self.settings.get(at)?.profile;
        let places = self.by_key.get(name)?;
        let of = |wanted: &Option<super::Profile>| {
            let mut found = places
                .iter()
                .take(MOST)
                .filter(|at| self.settings.get(**at).is_some_and(|other| other.profile == *wanted));
            found.next_back().copied()
        };
        of(profile).or_else(|| of(&None))
    }

    /// The variables whose defaults give a part of a value that was taken through these settings: whoever sets them gives another one.
    pub fn variables_for(&self, at: usize, through: &[&str], part: &str) -> Vec<String> {
        let taken = through.iter().filter_map(|name| self.meant(at, name));
        let settings = std::iter::once(at).chain(taken).filter_map(|at| self.settings.get(at));
        let all = settings.flat_map(|setting| placeholders(&setting.value));
        let unknown = all.filter(|(name, default)| {
            self.meant(at, name).is_none() && default.to_lowercase().contains(&part.to_lowercase())
        });
        let mut names: Vec<String> = unknown.map(|(name, _)| name.to_owned()).collect();
        names.dedup();
        names
    }
}

/// The placeholders of a value, those within defaults included: each name, and its default.
fn placeholders(value: &str) -> Vec<(&str, &str)> {
    let found = value.match_indices("${").take(MOST).filter_map(|(at, _)| {
        let inside = value.get(at + 2..)?;
        let inside = inside.get(..closing(inside)?)?;
        let (name, default) = inside.split_once(':').unwrap_or((inside, ""));
        Some((name.trim(), default.strip_prefix('-').unwrap_or(default)))
    });
    found.filter(|(name, _)| !name.is_empty()).collect()
}

/// Where the brace that is open closes.
fn closing(inside: &str) -> Option<usize> {
    let mut open = 1usize;
    inside.bytes().position(|byte| {
        match byte {
            b'{' => open += 1,
            b'}' => open -= 1,
            _ => {}
        }
        open == 0
    })
}
