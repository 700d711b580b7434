//! Settings as `.env` files write them.

use super::Setting;
use super::interpolation::{Syntax, Traced, Variables, expand};

/// One variable of an `.env` file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value without quotes and comment, before interpolation; none if it is only named.
    pub value: Option<String>,
    /// Whether it stands in single quotes, so that nothing in it is interpolated.
    pub literal: bool,
    /// The line where it begins, first is 1.
    pub line: usize,
}

/// The variables of an `.env` file, in its order. What is no variable is passed over.
pub fn variables(text: &str) -> Vec<Variable> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let Some((name, rest)) = named(line) else { continue };
        let mut value = rest.map(str::to_owned);
        if let Some(open) = value.as_mut().filter(|value| is_open(value)) {
            continued(open, &mut lines);
        }
        let literal = value.as_deref().is_some_and(|value| value.starts_with('\''));
        found.push(Variable { name: name.to_owned(), value: value.as_deref().map(bare), literal, line: index + 1 });
    }
    found
}

pub(super) fn settings(text: &str) -> Vec<Setting> {
    let mut known = Variables::default();
    let mut found = Vec::new();
    for variable in variables(text) {
        let value = variable.evaluated(&known).unwrap_or_default();
        let line = value.first_line().map_or(variable.line, |first| first.min(variable.line));
        found.push(Setting { key: variable.name.clone(), value: value.text.clone(), line, profile: None });
        known.define("", &variable, value);
    }
    found
}

impl Variable {
    /// The value, with the variables that are known so far; none if it is only named and not known.
    pub fn evaluated(&self, known: &Variables) -> Option<Traced> {
        match &self.value {
            Some(value) if self.literal => Some(Traced::literal(value)),
            Some(value) => Some(expand(value, Syntax::Shell, known)),
            None => known.get(&self.name).cloned(),
        }
    }
}

fn named(line: &str) -> Option<(&str, Option<&str>)> {
    let line = line.trim_start_matches('\u{feff}').trim();
    let line = line.strip_prefix("export ").map_or(line, str::trim_start);
    let end = line.find(['=', ':']).unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    let name = name.trim();
    let is_name = name.chars().all(|letter| letter.is_alphanumeric() || "_.-".contains(letter));
    (is_name && !name.is_empty()).then(|| (name, rest.get(1..).map(str::trim)))
}

/// Takes lines until the quote closes.
fn continued<'a>(value: &mut String, lines: &mut impl Iterator<Item = (usize, &'a str)>) {
    let quote = value.chars().next().unwrap_or('"');
    for (_, more) in lines {
        value.push('\n');
        value.push_str(more);
        if more.contains(quote) && !is_open(value) {
            break;
        }
    }
}

/// Whether a quote is still open at the end.
fn is_open(value: &str) -> bool {
    match value.chars().next() {
        Some(quote @ ('"' | '\'')) => closing(value, quote).is_none() && value.len() < 64 * 1024,
        _ => false,
    }
}

fn closing(value: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    value.char_indices().skip(1).find_map(|(at, letter)| {
        let closes = letter == quote && !escaped;
        escaped = !escaped && letter == '\\' && quote == '"';
        closes.then_some(at)
    })
}

fn bare(value: &str) -> String {
    let quoted = value.chars().next().filter(|quote| matches!(quote, '"' | '\''));
    if let Some(inner) = quoted.and_then(|quote| value.get(1..closing(value, quote)?)) {
        return inner.to_owned();
    }
    let comment = if value.starts_with('#') { Some(0) } else { value.find(" #").or_else(|| value.find("\t#")) };
    comment.and_then(|at| value.get(..at)).unwrap_or(value).trim().to_owned()
}
