//! Names without what says nothing, by number: each word is looked at once.

use std::collections::BTreeSet;

use hashbrown::{HashMap, HashSet};

use super::learn::{Vocabulary, strip};
use super::roles;
use super::texts::{Look, NONE, Span, Texts};
use super::words::{self, Words};

/// What a word says wherever it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Word {
    /// The words that it is cut into, in their usual form.
    parts: Span,
    /// How many names have it.
    names: u32,
    /// What it looks like.
    look: Look,
    /// Whether it has more than two letters.
    is_long: bool,
    /// What it is for.
    facet: Option<&'static str>,
    /// Whether it says nothing at the end of a name.
    says_nothing: bool,
    /// Whether it says nothing before a name.
    is_platform: bool,
    /// Whether it is an owner with which names begin.
    is_beginning: bool,
}

/// A name as it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// The name without what says nothing, or none.
    pub core: u32,
    /// The name without what is neither letter nor digit, or none.
    pub exact: u32,
}

impl Named {
    /// No name.
    pub const NONE: Named = Named { core: NONE, exact: NONE };
}

/// Names and words of an estate.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    vocabulary: Vocabulary,
    /// Cores and compact names.
    pub texts: Texts,
    /// Words.
    pub words: Texts,
    about: Vec<Word>,
    parts: Vec<u32>,
    /// By system and kind, the words that nearly all names begin and end with.
    habits: HashMap<u32, (Vec<u32>, Vec<u32>)>,
    cut: Words,
    spelt: Vec<u32>,
    atoms: Vec<u32>,
    compact: String,
    numbers: Vec<u32>,
}

impl Names {
    /// Names that are read with a vocabulary.
    pub fn new(vocabulary: Vocabulary) -> Self {
        let mut names = Names { vocabulary, ..Names::default() };
        names.number_habits();
        names
    }

    fn number_habits(&mut self) {
        let habits = std::mem::take(&mut self.vocabulary.habits);
        let mut numbers = |words: &HashSet<String>| words.iter().map(|word| self.word(word)).collect::<Vec<u32>>();
        let some = habits.iter().filter(|(_, (before, after))| !before.is_empty() || !after.is_empty());
        let numbered = some.map(|(slot, (before, after))| (*slot, (numbers(before), numbers(after)))).collect();
        (self.habits, self.vocabulary.habits) = (numbered, habits);
    }

    /// Looks at words anew with another vocabulary that knows the same wholes. Whoever has one of the words that are returned in a name, as it is written or as it is read, may be called
    /// otherwise now, or share otherwise.
    /// O(words).
    pub fn revise(&mut self, vocabulary: Vocabulary) -> BTreeSet<u32> {
        let before = std::mem::replace(&mut self.vocabulary, vocabulary);
        let (known, said) = self.vocabulary.differences(&before);
        let mut otherwise = BTreeSet::new();
        for word in said.iter().filter_map(|word| self.words.get(word)).collect::<Vec<u32>>() {
            otherwise.insert(word);
            self.look_again(word);
        }
        let known: Vec<(String, Look)> =
            known.into_iter().map(|word| (Look::at(&word), word)).map(|(look, word)| (word, look)).collect();
        for word in 0..self.words.len() as u32 {
            let look = self.about[word as usize].look;
            let mut parts = known.iter().filter(|(_, part)| part.may_be_part_of(look)).peekable();
            if parts.peek().is_none() {
                continue;
            }
            let text = self.words.text(word);
            let is_begun = parts.clone().any(|(part, _)| text.starts_with(part));
            let is_part = parts.any(|(part, _)| text.contains(part));
            if is_part && (self.look_again(word) || is_begun) {
                otherwise.insert(word);
            }
        }
        self.number_habits();
        otherwise
    }

    /// Looks at a word anew; whether it is another now.
    fn look_again(&mut self, word: u32) -> bool {
        let text = self.words.text(word).to_owned();
        let before = self.about[word as usize];
        let now = Word { names: before.names, parts: before.parts, ..self.look_at(&text) };
        self.about[word as usize] = now;
        let parts = self.parts_of(word, &text);
        let is_cut_otherwise = parts != before.parts.of(&self.parts);
        if is_cut_otherwise {
            let from = self.parts.len();
            self.parts.extend(parts);
            self.about[word as usize].parts = Span::since(from, &self.parts);
        }
        is_cut_otherwise || now != before
    }

    /// Reads a name in a system and kind; its words are kept until the next is read. O(length).
    pub fn read(&mut self, slot: u32, name: &str) -> Named {
        let mut cut = std::mem::take(&mut self.cut);
        let (mut spelt, mut atoms) = (std::mem::take(&mut self.spelt), std::mem::take(&mut self.atoms));
        cut.cut(name);
        spelt.clear();
        atoms.clear();
        for word in cut.iter() {
            let word = self.word(word);
            spelt.push(word);
            atoms.extend(self.about[word as usize].parts.of(&self.parts));
        }
        let mut core = std::mem::take(&mut self.compact);
        self.concat(self.core(slot, &atoms), &mut core);
        let mut numbers = std::mem::take(&mut self.numbers);
        let both = [&core[..], cut.compact()];
        let is_core = core == cut.compact();
        self.texts.number_all(if is_core { &both[..1] } else { &both }, &mut numbers);
        let named = Named { core: numbers[0], exact: numbers[numbers.len() - 1] };
        (self.cut, self.spelt, self.atoms, self.compact, self.numbers) = (cut, spelt, atoms, core, numbers);
        named
    }

    /// The words of the name that was read last, each once, in order.
    pub fn atoms(&mut self) -> &[u32] {
        self.atoms.sort_unstable();
        self.atoms.dedup();
        &self.atoms
    }

    /// The words of the name that was read last as they are written.
    pub fn spelt(&self) -> &[u32] {
        &self.spelt
    }

    /// Whether the name that was read last is one word.
    pub fn is_one_word(&self) -> bool {
        self.cut.iter().take(2).count() == 1
    }

    /// Counts a name with words.
    pub fn count(&mut self, atoms: &[u32]) {
        atoms.iter().for_each(|word| self.about[*word as usize].names += 1);
    }

    /// Counts no longer a name with words.
    pub fn discount(&mut self, atoms: &[u32]) {
        atoms.iter().for_each(|word| self.about[*word as usize].names -= 1);
    }

    /// How many names have a word.
    pub fn names_with(&self, word: u32) -> u32 {
        self.about[word as usize].names
    }

    /// Whether a word has more than two letters.
    pub fn is_long(&self, word: u32) -> bool {
        self.about[word as usize].is_long
    }

    /// What a word says that a thing is for.
    pub fn facet(&self, word: u32) -> Option<&'static str> {
        self.about[word as usize].facet
    }

    /// Forgets how to find numbers of texts, where no more names will be read for long.
    pub fn seal(&mut self) {
        self.texts.seal();
    }

    /// Gets ready to read more names.
    pub fn open(&mut self) {
        self.texts.open();
    }

    /// What speaks of the words of names.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The number of a word.
    pub fn word(&mut self, text: &str) -> u32 {
        let number = self.words.number(text);
        if number as usize == self.about.len() {
            self.about.push(self.look_at(text));
            let parts = self.parts_of(number, text);
            let from = self.parts.len();
            self.parts.extend(parts);
            self.about[number as usize].parts = Span::since(from, &self.parts);
        }
        number
    }

    /// The words that a word is cut into.
    fn parts_of(&mut self, number: u32, text: &str) -> Vec<u32> {
        let usual = self.vocabulary.atoms(&[text.to_owned()]);
        usual.iter().map(|part| if part == text { number } else { self.word(part) }).collect()
    }

    fn look_at(&self, word: &str) -> Word {
        let vocabulary = &self.vocabulary;
        let tells_apart = vocabulary.contrast.contains(word);
        let is_sort = roles::is_sort(word)
            || words::is_version(word)
            || vocabulary.variation.contains(word)
            || (!vocabulary.is_known(word) && roles::is_nearly_a_sort(word));
        let facet = roles::facet(word);
        Word {
            parts: Span::default(),
            names: 0,
            look: Look::at(word),
            is_long: word.len() > 2,
            facet,
            says_nothing: roles::is_environment(word) || (is_sort && !tells_apart),
            is_platform: roles::is_platform(word) && !tells_apart,
            is_beginning: vocabulary.beginnings.contains(word),
        }
    }

    /// What is left of a name without what says nothing: the habits of its system, what it is part of, words for sorts and environments.
    fn core<'n>(&self, slot: u32, atoms: &'n [u32]) -> &'n [u32] {
        let rest = match self.habits.get(&slot) {
            Some((before, after)) => strip(atoms, |word| before.contains(word), |word| after.contains(word)),
            None => atoms,
        };
        let rest = self.without_whole(rest);
        let about = |word: &u32| &self.about[*word as usize];
        let rest = if rest.len() > 1 && about(&rest[0]).is_beginning { &rest[1..] } else { rest };
        let rest = strip(rest, |_| false, |word| about(word).says_nothing);
        if rest.len() > 1 && about(&rest[0]).is_platform { &rest[1..] } else { rest }
    }

    /// A name without the name, of several words, of what it is part of.
    fn without_whole<'n>(&self, name: &'n [u32]) -> &'n [u32] {
        let wholes = &self.vocabulary.wholes;
        if wholes.is_empty() {
            return name;
        }
        let mut compact = String::new();
        let cut = (2..name.len()).rev().find(|cut| {
            self.concat(&name[..*cut], &mut compact);
            wholes.contains(&compact)
        });
        cut.map_or(name, |cut| &name[cut..])
    }

    fn concat(&self, words: &[u32], into: &mut String) {
        into.clear();
        words.iter().for_each(|word| into.push_str(self.words.text(*word)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_in_a_word_for_a_sort_says_nothing_either() {
        let mut names = Names::new(Vocabulary::default());
        let core = names.read(0, "ledger").core;
        for name in ["ledger-service", "ledger-deployment", "ledger-deploymnet", "Ledger-Deploxment-prod"] {
            assert_eq!(names.read(0, name).core, core, "{name}");
        }
        assert_ne!(names.read(0, "ledger-employment").core, core);
    }

    #[test]
    fn words_are_counted_once_for_each_name() {
        let mut names = Names::new(Vocabulary::default());
        for name in ["north-gate", "north-north"] {
            names.read(0, name);
            let atoms = names.atoms().to_vec();
            names.count(&atoms);
        }
        let words = ["north", "gate"].map(|word| names.words.get(word).expect("a word that was read"));
        assert_eq!(words.map(|word| names.names_with(word)), [2, 1]);
    }
}
