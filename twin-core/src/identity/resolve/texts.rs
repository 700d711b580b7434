//! Texts, each kept once and known by its number.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

/// No text.
pub(super) const NONE: u32 = u32::MAX;

/// Texts one after the other, by place.
#[derive(Clone, Debug, Default)]
pub(super) struct Shelf {
    all: String,
    /// The lower half of where each text ends.
    ends: Vec<u32>,
    /// The places of the texts that end beyond another four gigabytes.
    wraps: Vec<u32>,
}

impl Shelf {
    /// Puts a text behind the others.
    pub fn push(&mut self, text: &str) {
        let before = self.all.len() >> 32;
        self.all.push_str(text);
        if self.all.len() >> 32 != before {
            self.wraps.push(self.ends.len() as u32);
        }
        self.ends.push(self.all.len() as u32);
    }

    /// The text at a place.
    #[inline]
    pub fn text(&self, place: u32) -> &str {
        let start = place.checked_sub(1).map_or(0, |before| self.end(before));
        &self.all[start..self.end(place)]
    }

    fn end(&self, place: u32) -> usize {
        let wraps = self.wraps.iter().filter(|from| **from <= place).count();
        wraps << 32 | self.ends[place as usize] as usize
    }

    /// The place of a text, where they are in order. O(log texts).
    pub fn find(&self, text: &str) -> Option<u32> {
        let (mut from, mut to) = (0, self.len() as u32);
        while from < to {
            let middle = from + (to - from) / 2;
            match self.text(middle).cmp(text) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => from = middle + 1,
                std::cmp::Ordering::Greater => to = middle,
            }
        }
        None
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }
}

/// Texts by number and numbers by text. O(length) either way.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    shelf: Shelf,
    /// Numbers beside a part of the text's digest, so that few texts are read that are not the one.
    numbers: HashTable<(u32, u32)>,
    digests: Vec<u32>,
}

impl Texts {
    /// The number of a text, which is given one if it is new.
    pub fn number(&mut self, text: &str) -> u32 {
        let digest = digest(text);
        self.find(digest, text).unwrap_or_else(|| self.add(digest, text))
    }

    /// The numbers of several texts, in place of what was there. The table is read for all of them before any text is: they wait for memory together.
    pub fn number_all(&mut self, texts: &[&str], numbers: &mut Vec<u32>) {
        numbers.clear();
        self.digests.clear();
        self.digests.extend(texts.iter().map(|text| digest(text)));
        numbers.extend(self.digests.iter().map(|digest| {
            let guess = self.numbers.find(spread(*digest), |(other, _)| other == digest);
            guess.map_or(NONE, |(_, number)| *number)
        }));
        for (place, text) in texts.iter().enumerate() {
            let (digest, guess) = (self.digests[place], numbers[place]);
            numbers[place] = match guess {
                NONE if !self.digests[..place].contains(&digest) => self.add(digest, text),
                guess if guess != NONE && self.text(guess) == *text => guess,
                _ => self.number(text),
            };
        }
    }

    fn add(&mut self, digest: u32, text: &str) -> u32 {
        let number = self.shelf.len() as u32;
        self.shelf.push(text);
        self.numbers.insert_unique(spread(digest), (digest, number), |(digest, _)| spread(*digest));
        number
    }

    /// The number of a text that is known.
    pub fn get(&self, text: &str) -> Option<u32> {
        self.find(digest(text), text)
    }

    fn find(&self, digest: u32, text: &str) -> Option<u32> {
        let is_it = |(other, number): &(u32, u32)| *other == digest && self.text(*number) == text;
        self.numbers.find(spread(digest), is_it).map(|(_, number)| *number)
    }

    /// The text of a number.
    #[inline]
    pub fn text(&self, number: u32) -> &str {
        self.shelf.text(number)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.shelf.len()
    }

    /// Forgets how to find numbers, where nobody will ask for long.
    pub fn seal(&mut self) {
        self.numbers = HashTable::new();
    }

    /// Finds numbers again after [`seal`](Self::seal). O(length of all texts).
    pub fn open(&mut self) {
        self.numbers = HashTable::with_capacity(self.len());
        for number in 0..self.len() as u32 {
            let digest = digest(self.text(number));
            self.numbers.insert_unique(spread(digest), (digest, number), |(digest, _)| spread(*digest));
        }
    }
}

fn digest(text: &str) -> u32 {
    xxh3_64(text.as_bytes()) as u32
}

/// Bits for both ends of a hash, of which the table reads the lowest and the highest.
fn spread(digest: u32) -> u64 {
    u64::from(digest) << 32 | u64::from(digest)
}

/// Where something begins and ends in a list that many share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    from: u32,
    to: u32,
}

impl Span {
    /// Nothing.
    pub const EMPTY: Span = Span { from: 0, to: 0 };

    /// What was put at the end of a list from a place on.
    pub fn since<T>(from: usize, list: &[T]) -> Self {
        Span { from: from as u32, to: list.len() as u32 }
    }

    /// Leaves the first so many.
    pub fn shorten(&mut self, left: usize) {
        self.to = self.from + left as u32;
    }

    /// The part of the list, to be changed.
    pub fn of_mut<T>(self, list: &mut [T]) -> &mut [T] {
        &mut list[self.from as usize..self.to as usize]
    }

    /// The part of the list.
    pub fn of<T>(self, list: &[T]) -> &[T] {
        &list[self.from as usize..self.to as usize]
    }
}

/// What a text looks like from afar: the letters that it has, whether it is long enough to be compared letter by letter, and what it begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Look(u32);

/// Texts of fewer letters are not compared letter by letter.
const SHORTEST: usize = 7;
const LONG: u32 = 1 << 31;

impl Look {
    /// No letters.
    pub const NOTHING: Look = Look(0);

    /// Looks at a text. O(length).
    pub fn at(text: &str) -> Self {
        let letters = text.bytes().fold(0, |letters, byte| letters | 1 << (byte % 31));
        Look(if text.len() < SHORTEST { letters } else { letters | LONG })
    }

    /// Whether a text may be a part of another. Never false of one that is.
    pub fn may_be_part_of(self, other: Look) -> bool {
        self.0 & !other.0 & !LONG == 0
    }

    /// Whether two texts may differ by one letter: more, less, replaced, or swapped. Never false of two that do, both long enough.
    pub fn may_differ_by_one(self, other: Look) -> bool {
        self.0 & other.0 & LONG != 0 && (self.0 ^ other.0).count_ones() <= 2
    }
}

/// What one text has otherwise than another that is nearly the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slip {
    /// A letter.
    Letter,
    /// A digit: numbers that differ may count different things.
    Digit,
}

/// Whether one text is the other with one letter more, less, replaced, or swapped with the next; a digit is none. O(length).
pub(super) fn differ_by_one(a: &[u8], b: &[u8]) -> bool {
    slip(a, b) == Some(Slip::Letter)
}

/// What one text has more, less, replaced, or swapped with the next, if it is otherwise the other. O(length).
pub(super) fn slip(a: &[u8], b: &[u8]) -> Option<Slip> {
    if a.len().abs_diff(b.len()) > 1 {
        return None;
    }
    let front = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[front..], &b[front..]);
    let back = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - back], &b[..b.len() - back]);
    let is_slip = match (a, b) {
        ([x, y], [z, w]) => x == w && y == z,
        (x, y) => x.len() <= 1 && y.len() <= 1,
    };
    let has_digit = a.iter().chain(b).any(u8::is_ascii_digit);
    is_slip.then_some(if has_digit { Slip::Digit } else { Slip::Letter })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors_are_one_letter_and_no_digit() {
        let near = |a: &str, b: &str| differ_by_one(a.as_bytes(), b.as_bytes());
        assert!(near("invoice", "invioce") && near("invoice", "invoce") && near("invoice", "envoice"));
        assert!(!near("invoice", "invocie-x") && !near("web1", "web2") && !near("ledger", "ledger2"));
        let digit = |a: &str, b: &str| slip(a.as_bytes(), b.as_bytes()) == Some(Slip::Digit);
        assert!(digit("web1", "web2") && digit("6503115", "6503151") && !digit("6503115", "6530151"));
    }

    #[test]
    fn a_text_has_one_number_however_it_comes() {
        let mut texts = Texts::default();
        let mut numbers = Vec::new();
        texts.number_all(&["a", "b", "a", ""], &mut numbers);
        assert_eq!(numbers, [0, 1, 0, 2]);
        texts.number_all(&["b", "c"], &mut numbers);
        assert_eq!((&numbers[..], texts.number("c"), texts.get("d")), (&[1, 3][..], 3, None));
        assert_eq!((texts.text(0), texts.text(2), texts.text(3)), ("a", "", "c"));
    }

    #[test]
    fn a_look_from_afar_hides_no_typing_error() {
        let text = "shop-catalogue";
        for at in 0..text.len() {
            for letter in "aqz-".chars() {
                let (front, back) = text.split_at(at);
                let more = format!("{front}{letter}{back}");
                let other = format!("{front}{letter}{}", &back[1..]);
                let less = format!("{front}{}", &back[1..]);
                for typo in [more, other, less] {
                    assert!(differ_by_one(text.as_bytes(), typo.as_bytes()), "{typo}");
                    assert!(Look::at(text).may_differ_by_one(Look::at(&typo)), "{typo}");
                }
            }
        }
        assert!(!differ_by_one(b"shop-catalogue", b"shop-customers"));
        assert!(!Look::at("shop-catalogue").may_differ_by_one(Look::at("shop-customers")));
        assert!(Look::at("catalogue").may_be_part_of(Look::at(text)));
        assert!(!Look::at("basket").may_be_part_of(Look::at(text)));
    }
}
