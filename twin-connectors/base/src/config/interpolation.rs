//! Values with variables in them, and where each part of the result was written.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::Variable;

/// Longer results are cut to nothing: variables that repeat each other grow without end.
const LONGEST: usize = 64 * 1024;
/// Deeper nesting is left as it is.
const DEEPEST: usize = 20;
/// A value of more parts no longer tells them apart.
const MOST: usize = 256;
/// A trail keeps so many hops.
const HOPS: usize = 16;

/// Which marks stand for variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// `$NAME`, `${NAME:-default}` and the other forms of a shell; `$$` is a dollar, what is not known is empty.
    Shell,
    /// `${NAME:default}` only; what is not known stays as it is.
    Placeholders,
}

/// A place where a part of a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file.
    pub path: Rc<str>,
    /// The line, first is 1.
    pub line: usize,
    /// The variable that is defined there.
    pub name: String,
}

/// A part of a value and the definitions that lead to where it was written, nearest first; none where it stands itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first byte after the part.
    pub end: usize,
    /// The definitions.
    pub trail: Vec<Origin>,
}

/// A value whose parts know where they were written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traced {
    /// The value.
    pub text: String,
    /// Its parts, in order.
    pub spans: Vec<Span>,
    /// Variables that were asked for and are not known.
    pub unknown: BTreeSet<String>,
}

/// Variables by name.
#[derive(Clone, Debug, Default)]
pub struct Variables(BTreeMap<String, Traced>);

impl Traced {
    /// A value that stands where it is.
    pub fn literal(text: &str) -> Self {
        let mut value = Traced::default();
        value.push(text);
        value
    }

    /// The definitions that lead to where the byte at `offset` was written.
    pub fn trail_at(&self, offset: usize) -> &[Origin] {
        self.spans.iter().find(|span| offset < span.end).map_or(&[], |span| &span.trail)
    }

    /// The first line on which a part was written, of those that stand elsewhere.
    pub fn first_line(&self) -> Option<usize> {
        self.spans.iter().filter_map(|span| span.trail.last()).map(|origin| origin.line).min()
    }

    fn push(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.text.push_str(text);
        self.spans.push(Span { end: self.text.len(), trail: Vec::new() });
    }

    fn append(&mut self, other: &Traced) {
        if self.text.len() + other.text.len() > LONGEST {
            return;
        }
        let start = self.text.len();
        self.unknown.extend(other.unknown.iter().cloned());
        self.text.push_str(&other.text);
        if self.spans.len() + other.spans.len() > MOST {
            self.spans.push(Span { end: self.text.len(), trail: other.trail_at(0).to_vec() });
            return;
        }
        self.spans.extend(other.spans.iter().map(|span| Span { end: span.end + start, trail: span.trail.clone() }));
    }
}

impl Variables {
    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<&Traced> {
        self.0.get(name)
    }

    /// Defines a variable at its place in a file. The last definition counts.
    pub fn define(&mut self, path: &str, variable: &Variable, mut value: Traced) {
        let origin = Origin { path: Rc::from(path), line: variable.line, name: variable.name.clone() };
        for span in &mut value.spans {
            span.trail.truncate(HOPS);
            span.trail.insert(0, origin.clone());
        }
        self.0.insert(variable.name.clone(), value);
    }

    /// Defines all variables of an `.env` file; later values may use earlier ones.
    pub fn read(&mut self, path: &str, text: &str) {
        for variable in super::variables(text) {
            if let Some(value) = variable.evaluated(self) {
                self.define(path, &variable, value);
            }
        }
    }
}

/// A value with its variables filled in.
pub fn expand(value: &str, syntax: Syntax, known: &Variables) -> Traced {
    expand_within(value, syntax, known, DEEPEST)
}

fn expand_within(value: &str, syntax: Syntax, known: &Variables, depth: usize) -> Traced {
    if value.len() > LONGEST {
        return Traced::default();
    }
    let mut result = Traced::default();
    let mut rest = value;
    while let Some(at) = rest.find('$') {
        let (before, mark) = rest.split_at(at);
        result.append(&Traced::literal(before));
        let (part, after) = variable(mark, syntax, known, depth);
        result.append(&part);
        rest = after;
    }
    result.append(&Traced::literal(rest));
    result
}

/// The value of the variable that begins with the dollar at the start of `text`, and what follows it. Nothing after a brace that
/// never closes is looked at.
fn variable<'a>(text: &'a str, syntax: Syntax, known: &Variables, depth: usize) -> (Traced, &'a str) {
    let after = text.get(1..).unwrap_or_default();
    if let Some(inside) = after.strip_prefix('{') {
        return match closing(inside).filter(|_| depth > 0) {
            Some(end) => {
                let (inside, rest) = inside.split_at(end);
                (braced(inside, syntax, known, depth - 1), rest.get(1..).unwrap_or_default())
            }
            None => (Traced::literal(text), ""),
        };
    }
    if syntax == Syntax::Placeholders {
        return (Traced::literal("$"), after);
    }
    if let Some(rest) = after.strip_prefix('$') {
        return (Traced::literal("$"), rest);
    }
    let (name, rest) = after.split_at(name_length(after));
    if name.is_empty() { (Traced::literal("$"), after) } else { (resolved(name, syntax, known), rest) }
}

fn braced(inside: &str, syntax: Syntax, known: &Variables, depth: usize) -> Traced {
    let inside = inside.strip_prefix("env:").unwrap_or(inside);
    let name_end =
        if syntax == Syntax::Placeholders { inside.find(':').unwrap_or(inside.len()) } else { name_length(inside) };
    let (name, operator) = inside.split_at(name_end);
    let value = known.get(name);
    let is_filled = value.is_some_and(|value| !value.text.is_empty());
    let word = |length: usize| expand_within(operator.get(length..).unwrap_or_default(), syntax, known, depth);
    let starts = |with: &str| operator.starts_with(with);
    match value {
        _ if starts(":+") => {
            if is_filled {
                word(2)
            } else {
                Traced::default()
            }
        }
        _ if starts("+") => value.map(|_| word(1)).unwrap_or_default(),
        Some(value) if is_filled || !starts(":") => value.clone(),
        _ if starts(":-") => word(2),
        _ if starts("-") => word(1),
        _ if starts(":?") || starts("?") || operator.is_empty() => resolved(name, syntax, known),
        _ if starts(":") => word(1),
        _ => Traced::default(),
    }
}

fn resolved(name: &str, syntax: Syntax, known: &Variables) -> Traced {
    match known.get(name) {
        Some(value) => value.clone(),
        None if syntax == Syntax::Placeholders => Traced::literal(&format!("${{{name}}}")),
        None => Traced { unknown: BTreeSet::from([name.to_owned()]), ..Traced::default() },
    }
}

fn name_length(text: &str) -> usize {
    let end = text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(text.len());
    if text.starts_with(|letter: char| letter.is_ascii_digit()) { 0 } else { end }
}

/// Where the brace that is open closes.
fn closing(inside: &str) -> Option<usize> {
    let mut open = 1usize;
    inside.char_indices().find_map(|(at, letter)| {
        match letter {
            '{' => open += 1,
            '}' => open -= 1,
            _ => {}
        }
        (open == 0).then_some(at)
    })
}
