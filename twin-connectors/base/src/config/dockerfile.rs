//! Settings that a Dockerfile puts into its image: `ENV`, and the arguments of `CMD` and `ENTRYPOINT`.

use super::interpolation::{Syntax, Traced, Variables, expand};
use super::{Setting, Variable};
use crate::dockerfile::{Dockerfile, Instruction, Word, unquoted};

/// The settings of the last stage and of those that it stands on. Those of `ARG` are known while the image is built, and not to what runs
/// in it.
pub(super) fn settings(text: &str) -> Vec<Setting> {
    let file = Dockerfile::read(text);
    let (mut known, mut found) = (Variables::default(), Vec::new());
    for stage in file.chain() {
        for instruction in &stage.instructions {
            found.extend(read(instruction, &stage.arguments, &mut known));
        }
    }
    found
}

fn read(instruction: &Instruction, arguments: &Variables, known: &mut Variables) -> Vec<Setting> {
    match instruction.name.as_str() {
        "ENV" => instruction.pairs().iter().map(|(name, value, line)| defined(name, value, *line, known)).collect(),
        "ARG" => {
            instruction.words.iter().for_each(|word| argument(word, arguments, known));
            Vec::new()
        }
        "CMD" | "ENTRYPOINT" => self::arguments(&instruction.text(), instruction.line, known),
        _ => Vec::new(),
    }
}

/// `ARG NAME=default`, or `ARG NAME` for one that has its default before the first stage.
fn argument(word: &Word, arguments: &Variables, known: &mut Variables) {
    match word.text.split_once('=') {
        Some((name, value)) => drop(defined(name, &unquoted(value), word.line, known)),
        None => {
            if let Some(value) = arguments.get(&word.text) {
                known.define("", &variable(&word.text, word.line), value.clone());
            }
        }
    }
}

fn defined(name: &str, value: &str, line: usize, known: &mut Variables) -> Setting {
    let value: Traced = expand(value, Syntax::Shell, known);
    let first = value.first_line().map_or(line, |first| first.min(line));
    let setting = Setting { key: name.to_owned(), value: value.text.clone(), line: first, profile: None };
    known.define("", &variable(name, line), value);
    setting
}

fn variable(name: &str, line: usize) -> Variable {
    Variable { name: name.to_owned(), value: None, literal: false, line }
}

fn arguments(text: &str, line: usize, known: &Variables) -> Vec<Setting> {
    let plain = text.replace(['[', ']', ',', '"', '\''], " ");
    let words: Vec<&str> = plain.split_whitespace().collect();
    let mut option = "";
    let mut found = Vec::new();
    for word in words {
        let (key, value) = match word.split_once('=').filter(|(key, _)| !key.contains("://")) {
            Some((key, value)) => (key, value),
            None => (option, word),
        };
        let value = expand(value, Syntax::Shell, known).text;
        found.push(Setting { key: key.trim_start_matches('-').to_owned(), value, line, profile: None });
        option = if word.starts_with('-') { word } else { "" };
    }
    found
}
