//! Stages: what each one stands on, and which of them make up the image.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Dockerfile, Instruction, Word, unquoted};
use crate::config::Variable;
use crate::config::interpolation::{Syntax, Traced, Variables, expand};

/// A stage or an image that an instruction names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reference {
    /// As it is written.
    pub written: String,
    /// The line.
    pub line: usize,
    /// With the defaults of the arguments before the first stage filled in.
    pub value: Traced,
}

/// One stage.
#[derive(Clone, Debug, Default)]
pub struct Stage {
    /// The line of its `FROM`.
    pub line: usize,
    /// Its name, lower case.
    pub name: Option<String>,
    /// What it stands on: an image, or a stage before it.
    pub base: Reference,
    /// The stage that its base is, if it is one.
    pub parent: Option<usize>,
    /// The arguments before the first stage, of which a stage knows those that it names again.
    pub arguments: Rc<Variables>,
    /// What follows `FROM`.
    pub instructions: Vec<Instruction>,
}

/// The stages of a file's instructions, and what stands outside of them.
pub(super) fn of(instructions: Vec<Instruction>) -> Dockerfile {
    let (mut file, mut known) = (Dockerfile::default(), Variables::default());
    let mut rest = instructions.into_iter().peekable();
    while let Some(instruction) = rest.next_if(|instruction| instruction.name != "FROM") {
        match instruction.name.as_str() {
            "ARG" => instruction.words.iter().for_each(|word| define(word, &mut known)),
            _ => file.flaws.push((instruction.line, "an instruction before the first FROM")),
        }
    }
    let known = Rc::new(known);
    for instruction in rest {
        if instruction.name == "FROM" {
            let stage = begun(&instruction, &known, &file.names);
            file.names.extend(stage.name.clone().map(|name| (name, file.stages.len())));
            file.stages.push(stage);
        } else if let Some(stage) = file.stages.last_mut() {
            stage.instructions.push(instruction);
        }
    }
    file
}

/// `FROM [--platform=…] base [AS name]`.
fn begun(from: &Instruction, known: &Rc<Variables>, names: &BTreeMap<String, usize>) -> Stage {
    let nothing = || Reference { line: from.line, ..Reference::default() };
    let base = from.words.first().map_or_else(nothing, |word| reference(word, known));
    let name = from.words.get(2).filter(|_| from.words.get(1).is_some_and(|word| word.text.eq_ignore_ascii_case("as")));
    let parent = names.get(&base.value.text.to_lowercase()).copied();
    let name = name.map(|word| unquoted(&word.text).to_lowercase());
    Stage { line: from.line, name, base, parent, arguments: known.clone(), instructions: Vec::new() }
}

fn reference(word: &Word, known: &Variables) -> Reference {
    let value = expand(&unquoted(&word.text), Syntax::Shell, known);
    Reference { written: word.text.clone(), line: word.line, value }
}

/// `NAME=default`; an argument without a default is not known.
fn define(word: &Word, known: &mut Variables) {
    if let Some((name, value)) = word.text.split_once('=') {
        let value = expand(&unquoted(value), Syntax::Shell, known);
        let variable = Variable { name: name.to_owned(), value: None, literal: false, line: word.line };
        known.define("", &variable, value);
    }
}

impl Dockerfile {
    /// The stages that make up the image, the one at the bottom first: the last one and those that it stands on.
    pub fn chain(&self) -> Vec<&Stage> {
        let parent = |stage: &&Stage| self.stages.get(stage.parent?);
        let mut chain: Vec<&Stage> = std::iter::successors(self.stages.last(), parent).collect();
        chain.reverse();
        chain
    }

    /// What the instructions of a stage take files from that is no stage of this file: `COPY --from`, `RUN --mount=…,from=`.
    pub fn taken_from(&self, stage: &Stage) -> Vec<Reference> {
        let named = stage.instructions.iter().flat_map(sources);
        named.filter(|word| !self.is_stage(&word.text)).map(|word| reference(&word, &Variables::default())).collect()
    }

    fn is_stage(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        let is_number = name.parse::<usize>().is_ok_and(|number| number < self.stages.len());
        is_number || self.names.contains_key(&name)
    }
}

fn sources(instruction: &Instruction) -> Vec<Word> {
    match instruction.name.as_str() {
        "COPY" | "ADD" => instruction.flag("from").into_iter().collect(),
        "RUN" => instruction.flags.iter().filter_map(mounted).collect(),
        _ => Vec::new(),
    }
}

fn mounted(flag: &Word) -> Option<Word> {
    let from = flag.text.strip_prefix("--mount=")?.split(',').find_map(|part| part.strip_prefix("from="))?;
    Some(Word { text: from.to_owned(), line: flag.line })
}
