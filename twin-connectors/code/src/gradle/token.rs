//! The tokens of Gradle's build scripts, in Groovy and in Kotlin: just enough to tell words, texts and brackets from comments.

use crate::packages::File;

/// One token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A word, with the dots in it: `implementation`, `libs.tide.chart`.
    Word(&'t str),
    /// What stands between quotes.
    Text(&'t str),
    /// Anything else that is one sign.
    Sign(char),
    /// The end of a line.
    End,
}

/// A token and its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Placed<'t> {
    pub token: Token<'t>,
    pub line: usize,
}

/// The tokens of a script. A quote that never ends takes the rest of its line.
pub(super) fn tokens<'t>(file: &File<'t>) -> Vec<Placed<'t>> {
    let mut scan = Scan { text: file.text, at: 0, line: 1, found: Vec::new() };
    while scan.step() {}
    scan.found
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    found: Vec<Placed<'t>>,
}

const QUOTES: [&str; 4] = ["\"\"\"", "'''", "\"", "'"];

impl<'t> Scan<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn step(&mut self) -> bool {
        let rest = self.rest();
        let Some(letter) = rest.chars().next() else { return false };
        match letter {
            '\n' => self.take(1, Some(Token::End)),
            '/' if rest.starts_with("//") => self.take(rest.find('\n').unwrap_or(rest.len()), None),
            '/' if rest.starts_with("/*") => self.take(rest.find("*/").map_or(rest.len(), |end| end + 2), None),
            '\'' | '"' => self.quoted(),
            '`' => self.between_backticks(),
            letter if is_first(letter) => self.word(),
            letter if letter.is_whitespace() => self.take(letter.len_utf8(), None),
            letter => self.take(letter.len_utf8(), Some(Token::Sign(letter))),
        }
        true
    }

    /// Takes so many bytes, which may be a token.
    fn take(&mut self, length: usize, token: Option<Token<'t>>) {
        let line = self.line;
        self.found.extend(token.map(|token| Placed { token, line }));
        self.line += self.rest().get(..length).unwrap_or_default().matches('\n').count();
        self.at += length;
    }

    fn word(&mut self) {
        let rest = self.rest();
        let length = rest.find(|letter| !is_inside(letter)).unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or_default();
        self.take(length, Some(Token::Word(word)));
    }

    fn quoted(&mut self) {
        let rest = self.rest();
        let quote = QUOTES.into_iter().find(|quote| rest.starts_with(quote)).unwrap_or("\"");
        let inside = rest.get(quote.len()..).unwrap_or_default();
        let (length, is_closed) = end_of(inside, quote);
        let text = inside.get(..length).unwrap_or_default();
        let closing = if is_closed { quote.len() } else { 0 };
        self.take(quote.len() + text.len() + closing, Some(Token::Text(text)));
    }

    /// Kotlin writes words that are no words so: `java-library`.
    fn between_backticks(&mut self) {
        let inside = self.rest().get(1..).unwrap_or_default();
        match inside.find(['`', '\n']).and_then(|end| inside.get(..end)) {
            Some(word) => self.take(word.len() + 2, Some(Token::Word(word))),
            None => self.take(1, None),
        }
    }
}

/// How long a text is up to the quote that no backslash stands before, and whether there is one; a single quote ends with its line.
fn end_of(inside: &str, quote: &str) -> (usize, bool) {
    let mut escaped = false;
    for (at, letter) in inside.char_indices() {
        match letter {
            '\n' if quote.len() == 1 => return (at, false),
            _ if !escaped && inside.get(at..).is_some_and(|rest| rest.starts_with(quote)) => return (at, true),
            _ => escaped = !escaped && letter == '\\',
        }
    }
    (inside.len(), false)
}

fn is_first(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == '$'
}

fn is_inside(letter: char) -> bool {
    is_first(letter) || letter == '.'
}
