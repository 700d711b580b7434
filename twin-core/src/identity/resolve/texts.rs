//! Texts, each kept once and known by its number.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

/// No text.
pub(super) const NONE: u32 = u32::MAX;

/// Texts by number and numbers by text. O(length) either way.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    all: String,
    ends: Vec<usize>,
    numbers: HashTable<u32>,
}

impl Texts {
    /// The number of a text, which is given one if it is new.
    pub fn number(&mut self, text: &str) -> u32 {
        let hash = xxh3_64(text.as_bytes());
        if let Some(number) = self.numbers.find(hash, |number| self.text(*number) == text) {
            return *number;
        }
        let number = self.ends.len() as u32;
        self.all.push_str(text);
        self.ends.push(self.all.len());
        let (all, ends) = (&self.all, &self.ends);
        self.numbers.insert_unique(hash, number, |number| xxh3_64(at(all, ends, *number).as_bytes()));
        number
    }

    /// The number of a text that is known.
    pub fn get(&self, text: &str) -> Option<u32> {
        self.numbers.find(xxh3_64(text.as_bytes()), |number| self.text(*number) == text).copied()
    }

    /// The text of a number.
    pub fn text(&self, number: u32) -> &str {
        at(&self.all, &self.ends, number)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }
}

fn at<'t>(all: &'t str, ends: &[usize], number: u32) -> &'t str {
    let number = number as usize;
    let start = if number == 0 { 0 } else { ends[number - 1] };
    &all[start..ends[number]]
}
