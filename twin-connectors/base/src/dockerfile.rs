//! Dockerfiles: the instructions with their words and lines, the stages, and which of them ends up in the image.
//!
//! The rules are those of BuildKit's own reader: directives at the top, one escape letter, comments and empty lines within continued
//! instructions, heredocs. What an instruction does is for whoever reads it.

mod stages;
mod words;

use std::collections::BTreeMap;

pub use stages::{Reference, Stage};
pub use words::{heredoc, unquoted};

use words::split;

/// A word as it is written, quotes and escapes included, and the line on which it begins (first line is 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The text.
    pub text: String,
    /// The line.
    pub line: usize,
}

/// One instruction. What `ONBUILD` holds back is an instruction called `ONBUILD`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Its name, upper case.
    pub name: String,
    /// The line on which it begins.
    pub line: usize,
    /// `--flag=value` behind the name.
    pub flags: Vec<Word>,
    /// Everything else.
    pub words: Vec<Word>,
}

/// What a Dockerfile says.
#[derive(Clone, Debug, Default)]
pub struct Dockerfile {
    /// The stages, in order; the last one is what a build makes unless it is told otherwise.
    pub stages: Vec<Stage>,
    /// What stands before the first stage and is no `ARG`, and heredocs that never end: each a line, and why it was not understood.
    pub flaws: Vec<(usize, &'static str)>,
    /// The places of the stages that have a name; of one name the last.
    names: BTreeMap<String, usize>,
}

impl Instruction {
    /// The words as one text.
    pub fn text(&self) -> String {
        let words: Vec<&str> = self.words.iter().map(|word| word.text.as_str()).collect();
        words.join(" ")
    }

    /// The names and values of `A=1 B="2 3"`, or of the old form `A 1`, each with its line; quotes taken off.
    pub fn pairs(&self) -> Vec<(String, String, usize)> {
        let pair = |word: &Word| {
            let (name, value) = word.text.split_once('=')?;
            Some((unquoted(name), unquoted(value), word.line))
        };
        match self.words.split_first() {
            Some((first, rest)) if !first.text.contains('=') => {
                let value: Vec<String> = rest.iter().map(|word| unquoted(&word.text)).collect();
                vec![(first.text.clone(), value.join(" "), first.line)]
            }
            _ => self.words.iter().filter_map(pair).collect(),
        }
    }

    /// The value of a flag, as it is written.
    pub fn flag(&self, name: &str) -> Option<Word> {
        let value =
            |word: &Word| word.text.strip_prefix("--")?.strip_prefix(name)?.strip_prefix('=').map(str::to_owned);
        self.flags.iter().find_map(|word| Some(Word { text: value(word)?, line: word.line }))
    }
}

impl Dockerfile {
    /// Reads a text. Total: O(length of the text).
    pub fn read(text: &str) -> Self {
        let mut reader = Reader::new(text);
        let mut instructions = Vec::new();
        while let Some(instruction) = reader.instruction() {
            instructions.push(instruction);
        }
        let mut dockerfile = stages::of(instructions);
        dockerfile.flaws.extend(reader.flaws);
        dockerfile.flaws.sort_unstable();
        dockerfile
    }
}

/// Instructions in whose text a heredoc may begin.
const WITH_HEREDOCS: [&str; 4] = ["RUN", "COPY", "ADD", "ONBUILD"];

struct Reader<'a> {
    lines: Vec<&'a str>,
    next: usize,
    escape: char,
    flaws: Vec<(usize, &'static str)>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lines: Vec<&str> = text.lines().collect();
        let escape = escape(&lines);
        Reader { lines, next: 0, escape, flaws: Vec::new() }
    }

    fn instruction(&mut self) -> Option<Instruction> {
        let mut words = split(&self.parts()?, self.escape).into_iter();
        let first = words.next()?;
        let name = first.text.to_ascii_uppercase();
        let mut flags = Vec::new();
        let mut rest: Vec<Word> = Vec::new();
        for word in words {
            let is_flag = rest.is_empty() && word.text.starts_with("--");
            if is_flag { flags.push(word) } else { rest.push(word) }
        }
        if WITH_HEREDOCS.contains(&name.as_str()) {
            self.skip_heredocs(&rest);
        }
        Some(Instruction { name, line: first.line, flags, words: rest })
    }

    /// The lines of the next instruction, without their ends that only say that it goes on.
    fn parts(&mut self) -> Option<Vec<(usize, &'a str)>> {
        let mut parts = Vec::new();
        while let Some(line) = self.lines.get(self.next).copied() {
            self.next += 1;
            if is_nothing(line) {
                continue;
            }
            let more = continued(line, self.escape);
            parts.push((self.next, more.unwrap_or(line)));
            if more.is_none() {
                break;
            }
        }
        (!parts.is_empty()).then_some(parts)
    }

    fn skip_heredocs(&mut self, words: &[Word]) {
        for word in words {
            let Some((name, is_indented)) = heredoc(&word.text) else { continue };
            let ends = |line: &&str| {
                let line = if is_indented { line.trim_start_matches('\t') } else { line };
                line == name
            };
            let rest = self.lines.get(self.next..).unwrap_or_default();
            match rest.iter().position(ends) {
                Some(length) => self.next += length + 1,
                None => {
                    self.flaws.push((word.line, "a heredoc that does not end"));
                    self.next = self.lines.len();
                }
            }
        }
    }
}

fn is_nothing(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

/// The line without the letter that says that it goes on, if it does. Two such letters are the letter itself.
fn continued(line: &str, escape: char) -> Option<&str> {
    line.trim_end().strip_suffix(escape).filter(|before| !before.ends_with(escape))
}

/// The escape letter that the directives at the top choose. The first line that is no directive ends them.
fn escape(lines: &[&str]) -> char {
    let directive = |line: &&str| {
        let (name, value) = line.trim().strip_prefix('#')?.split_once('=')?;
        let name = name.trim().to_ascii_lowercase();
        ["syntax", "escape", "check"].contains(&name.as_str()).then(|| (name, value.trim().to_owned()))
    };
    let mut directives = lines.iter().map_while(directive);
    let is_backtick = directives.any(|(name, value)| name == "escape" && value == "`");
    if is_backtick { '`' } else { '\\' }
}

#[cfg(test)]
mod tests;
