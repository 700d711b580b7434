//! Settings that a Dockerfile puts into its image: `ENV`, and the arguments of `CMD` and `ENTRYPOINT`.

use super::interpolation::{Syntax, Traced, Variables, expand};
use super::{Setting, Variable};

/// What a stage sets, for itself and for the stages that stand on it.
#[derive(Clone, Default)]
struct Stage {
    name: String,
    known: Variables,
    found: Vec<Setting>,
}

/// The settings of the last stage and of those that it stands on. Those of `ARG` are known while the image is built, and not to what runs
/// in it.
pub(super) fn settings(text: &str) -> Vec<Setting> {
    let mut stages = vec![Stage::default()];
    for (line, instruction) in instructions(text) {
        let (name, rest) = instruction.split_once(char::is_whitespace).unwrap_or((&instruction, ""));
        if name.eq_ignore_ascii_case("FROM") {
            stages.push(on(&stages, rest));
        } else if let Some(stage) = stages.last_mut() {
            stage.read(&name.to_ascii_uppercase(), rest, line);
        }
    }
    stages.pop().unwrap_or_default().found
}

/// The stage that `FROM base AS name` begins: what `base` sets is set already, where it is a stage of this file.
fn on(stages: &[Stage], rest: &str) -> Stage {
    let mut words = rest.split_whitespace().filter(|word| !word.starts_with("--")).map(str::to_lowercase);
    let base = words.next().unwrap_or_default();
    let name = words.nth(1).unwrap_or_default();
    let before = stages.iter().rev().find(|stage| !stage.name.is_empty() && stage.name == base);
    Stage { name, ..before.cloned().unwrap_or_default() }
}

impl Stage {
    fn read(&mut self, instruction: &str, rest: &str, line: usize) {
        match instruction {
            "ENV" => self.found.extend(variables(rest, line, &mut self.known)),
            "ARG" => drop(variables(rest, line, &mut self.known)),
            "CMD" | "ENTRYPOINT" => self.found.extend(arguments(rest, line, &self.known)),
            _ => {}
        }
    }
}

/// The instructions with the lines on which they begin; continued lines are joined, comments left out.
fn instructions(text: &str) -> Vec<(usize, String)> {
    let (mut found, mut open) = (Vec::<(usize, String)>::new(), false);
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (part, goes_on) = line.strip_suffix('\\').map_or((line, false), |part| (part, true));
        match found.last_mut().filter(|_| open) {
            Some((_, instruction)) => instruction.extend([" ", part]),
            None => found.push((index + 1, part.to_owned())),
        }
        open = goes_on;
    }
    found
}

/// `A=1 B="2 3"`, or the old form `A 1`.
fn variables(text: &str, line: usize, known: &mut Variables) -> Vec<Setting> {
    let text = text.trim();
    let is_old = !text.split_whitespace().next().is_some_and(|first| first.contains('='));
    let words = if is_old { vec![text.replacen([' ', '\t'], "=", 1)] } else { words(text) };
    let pairs = words.iter().filter_map(|word| word.split_once('='));
    pairs.map(|(name, value)| defined(name, value.trim(), line, known)).collect()
}

fn defined(name: &str, value: &str, line: usize, known: &mut Variables) -> Setting {
    let value: Traced = expand(value, Syntax::Shell, known);
    let first = value.first_line().map_or(line, |first| first.min(line));
    let setting = Setting { key: name.to_owned(), value: value.text.clone(), line: first, profile: None };
    known.define("", &Variable { name: name.to_owned(), value: None, literal: false, line }, value);
    setting
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

/// Words with their quotes taken off.
fn words(text: &str) -> Vec<String> {
    let (mut found, mut word, mut quote) = (Vec::new(), String::new(), None);
    for letter in text.chars() {
        match letter {
            _ if quote == Some(letter) => quote = None,
            '"' | '\'' if quote.is_none() => quote = Some(letter),
            _ if letter.is_whitespace() && quote.is_none() => found.push(std::mem::take(&mut word)),
            _ => word.push(letter),
        }
    }
    found.push(word);
    found
}
