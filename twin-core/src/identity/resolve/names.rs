//! Names without what says nothing, by number: each word is looked at once.

use hashbrown::HashMap;

use super::learn::{Vocabulary, strip};
use super::roles;
use super::texts::{NONE, Span, Texts};
use super::words::{self, Words};

/// What a word says wherever it stands.
#[derive(Clone, Copy, Debug)]
struct Word {
    /// The words that it is cut into, in their usual form.
    parts: Span,
    /// How many names have it.
    names: u32,
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
    atoms: Vec<u32>,
    compact: String,
    numbers: Vec<u32>,
}

impl Names {
    /// Names that are read with a vocabulary.
    pub fn new(vocabulary: Vocabulary) -> Self {
        let mut names = Names { vocabulary, ..Names::default() };
        for (slot, (before, after)) in std::mem::take(&mut names.vocabulary.habits) {
            if !before.is_empty() || !after.is_empty() {
                let numbers = |names: &mut Names, words: hashbrown::HashSet<String>| {
                    words.iter().map(|word| names.word(word)).collect::<Vec<u32>>()
                };
                let habits = (numbers(&mut names, before), numbers(&mut names, after));
                names.habits.insert(slot, habits);
            }
        }
        names
    }

    /// Reads a name in a system and kind; its words are kept until the next is read. O(length).
    pub fn read(&mut self, slot: u32, name: &str) -> Named {
        let mut cut = std::mem::take(&mut self.cut);
        let mut atoms = std::mem::take(&mut self.atoms);
        cut.cut(name);
        atoms.clear();
        for word in cut.iter() {
            let word = self.word(word);
            atoms.extend(self.about[word as usize].parts.of(&self.parts));
        }
        let mut core = std::mem::take(&mut self.compact);
        self.concat(self.core(slot, &atoms), &mut core);
        let mut numbers = std::mem::take(&mut self.numbers);
        let both = [&core[..], cut.compact()];
        let is_core = core == cut.compact();
        self.texts.number_all(if is_core { &both[..1] } else { &both }, &mut numbers);
        let named = Named { core: numbers[0], exact: numbers[numbers.len() - 1] };
        (self.cut, self.atoms, self.compact, self.numbers) = (cut, atoms, core, numbers);
        named
    }

    /// The words of the name that was read last, each once, in order.
    pub fn atoms(&mut self) -> &[u32] {
        self.atoms.sort_unstable();
        self.atoms.dedup();
        &self.atoms
    }

    /// Whether the name that was read last is one word.
    pub fn is_one_word(&self) -> bool {
        self.cut.iter().take(2).count() == 1
    }

    /// Counts a name with words.
    pub fn count(&mut self, atoms: &[u32]) {
        atoms.iter().for_each(|word| self.about[*word as usize].names += 1);
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

    /// Forgets how to find numbers of texts, where no more names will be read.
    pub fn seal(&mut self) {
        self.texts.seal();
    }

    /// What speaks of the words of names.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    fn word(&mut self, text: &str) -> u32 {
        let number = self.words.number(text);
        if number as usize == self.about.len() {
            self.about.push(self.look_at(text));
            let usual = self.vocabulary.atoms(&[text.to_owned()]);
            let parts: Vec<u32> =
                usual.iter().map(|part| if part == text { number } else { self.word(part) }).collect();
            let from = self.parts.len();
            self.parts.extend(parts);
            self.about[number as usize].parts = Span::since(from, &self.parts);
        }
        number
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
