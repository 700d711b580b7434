//! Settings as a Dockerfile gives them to its image: the `ENV` lines of the last stage and of those that it stands on.

use super::interpolation::{Syntax, Variables, expand};
use super::{Setting, dotenv};

/// One instruction with its arguments on one line.
struct Instruction {
    name: String,
    rest: String,
    line: usize,
}

/// One stage: what it is called, what it starts from, what it sets.
struct Stage {
    name: String,
    base: String,
    variables: Vec<Instruction>,
}

pub(super) fn settings(text: &str) -> Vec<Setting> {
    let stages = stages(text);
    let mut chain: Vec<&Stage> = Vec::new();
    let mut end = stages.len();
    // A stage can only stand on one before it.
    let mut wanted = end.checked_sub(1);
    while let Some(place) = wanted {
        let Some(stage) = stages.get(place) else { break };
        chain.push(stage);
        end = place;
        wanted = stages.iter().take(end).rposition(|earlier| !earlier.name.is_empty() && earlier.name == stage.base);
    }
    let mut known = Variables::default();
    chain.into_iter().rev().flat_map(|stage| &stage.variables).flat_map(|one| told(one, &mut known)).collect()
}

fn stages(text: &str) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    for instruction in instructions(text) {
        match (instruction.name.as_str(), stages.last_mut()) {
            ("FROM", _) => stages.push(stage(&instruction.rest)),
            ("ENV" | "ARG", Some(stage)) => stage.variables.push(instruction),
            _ => {}
        }
    }
    stages
}

fn stage(rest: &str) -> Stage {
    let mut words = rest.split_whitespace().filter(|word| !word.starts_with("--"));
    let base = words.next().unwrap_or_default().to_lowercase();
    let name = words.nth(1).unwrap_or_default().to_lowercase();
    Stage { name, base, variables: Vec::new() }
}

/// The instructions; a backslash continues a line, and comments may stand between.
fn instructions(text: &str) -> Vec<Instruction> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#'));
    while let Some((index, first)) = lines.next() {
        let mut whole = first.trim().to_owned();
        while whole.ends_with('\\') {
            whole.pop();
            let Some((_, more)) = lines.next() else { break };
            whole.push_str(more.trim());
        }
        if let Some((name, rest)) = whole.split_once(char::is_whitespace) {
            found.push(Instruction { name: name.to_uppercase(), rest: rest.trim().to_owned(), line: index + 1 });
        }
    }
    found
}

/// The variables of one instruction. Those of `ARG` are known while the image is built, and not to what runs in it.
fn told(instruction: &Instruction, known: &mut Variables) -> Vec<Setting> {
    let mut settings = Vec::new();
    for (key, value) in pairs(&instruction.rest) {
        let value = expand(&value, Syntax::Shell, known);
        let text = value.text.clone();
        let variable = dotenv::Variable { name: key.clone(), value: None, literal: false, line: instruction.line };
        known.define("", &variable, value);
        if instruction.name == "ENV" {
            settings.push(Setting { key, value: text, line: instruction.line });
        }
    }
    settings
}

/// `A=b C="d e"`, or the old form `A b c`.
fn pairs(rest: &str) -> Vec<(String, String)> {
    let first = rest.split_whitespace().next().unwrap_or_default();
    if !first.contains('=') {
        let value = rest.get(first.len()..).unwrap_or_default().trim();
        return vec![(first.to_owned(), value.to_owned())];
    }
    let words = words(rest);
    let pairs = words.iter().filter_map(|word| word.split_once('='));
    pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// Words as a shell splits them: quotes hold together what is between them.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut open = None;
    for letter in text.chars() {
        match open {
            None if letter.is_whitespace() => words.push(String::new()),
            None if letter == '"' || letter == '\'' => open = Some(letter),
            Some(quote) if letter == quote => open = None,
            _ => words.iter_mut().last().into_iter().for_each(|word| word.push(letter)),
        }
    }
    words
}
