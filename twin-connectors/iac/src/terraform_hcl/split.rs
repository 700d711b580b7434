//! The top-level structures of a file, told apart before anything is parsed.
//!
//! So a broken block harms no other, and what is nested too deep, too large or too long is refused before a parser sees it.

use twin_core::base::Limits;
use twin_core::observe::code;

use super::syntax::labels_of;

/// The parser finds a key among those before it by comparing them all.
const ITEMS: usize = 2_000;
/// The parser's own limit of nesting is 64; a level of its counting may be less than a bracket here.
const DEPTH: usize = 60;
/// After a broken structure the rest is looked through again; so many times the length of the file, all in all.
const EFFORT: usize = 8;

/// One structure: a block, or an attribute.
#[derive(Debug)]
pub(super) struct Part<'a> {
    /// Its first line.
    pub line: usize,
    /// Whether it begins as a block does.
    pub is_block: bool,
    /// Its text, or why it is refused.
    pub text: Result<&'a str, Flaw>,
}

/// Why something could not be read, and on which line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Flaw {
    pub line: usize,
    pub code: &'static str,
    pub message: &'static str,
}

/// The structures of a text, in their order.
pub(super) fn parts<'a>(text: &'a str, limits: &Limits) -> Vec<Part<'a>> {
    let mut scan = Scan { text, at: 0, line: 1, open: Vec::new(), nodes: 0, effort: 0, limits };
    let mut parts = Vec::new();
    while scan.skip_to_structure() {
        parts.push(scan.part());
    }
    parts
}

/// What is open at a place.
enum Open<'a> {
    /// A bracket that this byte closes, with the number of items in it so far.
    Bracket(u8, usize),
    Quoted,
    Heredoc(&'a str),
}

struct Scan<'a, 'l> {
    text: &'a str,
    at: usize,
    line: usize,
    open: Vec<Open<'a>>,
    nodes: usize,
    effort: usize,
    limits: &'l Limits,
}

type Fault = (&'static str, &'static str);

impl<'a> Scan<'a, '_> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at.saturating_add(ahead)).copied()
    }

    fn go(&mut self, bytes: usize) {
        let end = self.at.saturating_add(bytes).min(self.text.len());
        let passed = self.text.as_bytes().get(self.at..end).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count();
        self.effort += passed.len();
        self.at = end;
    }

    /// Goes on to where a structure begins; `false` at the end.
    fn skip_to_structure(&mut self) -> bool {
        while let Some(byte) = self.byte(0) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.go(1),
                _ if self.skip_comment() => {}
                _ => return true,
            }
        }
        false
    }

    /// Goes past a comment, if one begins here.
    fn skip_comment(&mut self) -> bool {
        let rest = self.rest();
        if rest.starts_with('#') || rest.starts_with("//") {
            self.go(rest.find('\n').unwrap_or(rest.len()));
            return true;
        }
        let inner = rest.strip_prefix("/*");
        inner.is_some_and(|inner| {
            self.go(inner.find("*/").map_or(rest.len(), |end| end + 4));
            true
        })
    }

    fn part(&mut self) -> Part<'a> {
        let (start, line) = (self.at, self.line);
        let is_block = begins_block(self.rest());
        self.open.clear();
        match self.pass_structure() {
            Ok(()) => {
                let text = self.text.get(start..self.at).unwrap_or_default().trim_end();
                Part { line, is_block, text: self.within_line_limit(text, line) }
            }
            Err((code, message)) => {
                let flaw = Flaw { line: self.line, code, message };
                self.recover(start, line);
                Part { line, is_block, text: Err(flaw) }
            }
        }
    }

    fn within_line_limit(&self, text: &'a str, line: usize) -> Result<&'a str, Flaw> {
        let long = text.split('\n').position(|line| line.len() > self.limits.line_bytes);
        match long {
            Some(above) => Err(Flaw { line: line + above, code: code::LIMIT, message: "a line that is too long" }),
            None => Ok(text),
        }
    }

    /// Goes to the next line that looks like the beginning of a block; to the end, once too much was looked through again.
    fn recover(&mut self, start: usize, line: usize) {
        (self.at, self.line) = (start, line);
        let rest = self.rest();
        let exhausted = self.effort > self.text.len().saturating_mul(EFFORT) || self.nodes > self.limits.nodes;
        let next = rest
            .match_indices('\n')
            .map(|(end, _)| end + 1)
            .find(|at| begins_block(rest.get(*at..).unwrap_or_default()));
        self.go(next.filter(|_| !exhausted).unwrap_or(rest.len()));
    }

    /// Goes to the end of the line on which everything that was opened is closed.
    fn pass_structure(&mut self) -> Result<(), Fault> {
        while let Some(byte) = self.byte(0) {
            match self.open.last() {
                None if byte == b'\n' => return Ok(()),
                Some(Open::Quoted) => self.pass_quoted(byte)?,
                Some(Open::Heredoc(marker)) => self.pass_heredoc(marker, byte)?,
                _ => self.pass_code(byte)?,
            }
        }
        match self.open.is_empty() {
            true => Ok(()),
            false => Err((code::SYNTAX, "it is never closed")),
        }
    }

    fn pass_code(&mut self, byte: u8) -> Result<(), Fault> {
        match byte {
            b'"' => self.enter(Open::Quoted, 1),
            b'(' => self.enter(Open::Bracket(b')', 0), 1),
            b'[' => self.enter(Open::Bracket(b']', 0), 1),
            b'{' => self.enter(Open::Bracket(b'}', 0), 1),
            b')' | b']' | b'}' => self.close(byte),
            b'<' if self.rest().starts_with("<<") => self.enter_heredoc(),
            b',' | b'\n' => self.count(),
            _ if self.skip_comment() => Ok(()),
            _ => {
                self.go(1);
                Ok(())
            }
        }
    }

    fn enter(&mut self, open: Open<'a>, length: usize) -> Result<(), Fault> {
        self.open.push(open);
        self.nodes += 1;
        self.go(length);
        match self.open.len() > self.limits.depth.min(DEPTH) * 2 || self.brackets() > self.limits.depth.min(DEPTH) {
            true => Err((code::LIMIT, "nested too deep")),
            false => Ok(()),
        }
    }

    fn brackets(&self) -> usize {
        self.open.iter().filter(|open| matches!(open, Open::Bracket(..))).count()
    }

    fn close(&mut self, byte: u8) -> Result<(), Fault> {
        match self.open.pop() {
            Some(Open::Bracket(closer, _)) if closer == byte => {
                self.go(1);
                Ok(())
            }
            _ => Err((code::SYNTAX, "a bracket that closes nothing")),
        }
    }

    fn count(&mut self) -> Result<(), Fault> {
        self.go(1);
        self.nodes += 1;
        let items = match self.open.last_mut() {
            Some(Open::Bracket(b'}', items)) => {
                *items += 1;
                *items
            }
            _ => 0,
        };
        match items > ITEMS || self.nodes > self.limits.nodes {
            true => Err((code::LIMIT, "too many items")),
            false => Ok(()),
        }
    }

    /// `<<MARKER` or `<<-MARKER`, to the end of its line.
    fn enter_heredoc(&mut self) -> Result<(), Fault> {
        let line = self.rest().split('\n').next().unwrap_or_default();
        let marker = line.trim_start_matches('<').trim_start_matches('-').trim();
        if marker.is_empty() || !marker.chars().all(is_in_word) {
            self.go(2);
            return Ok(());
        }
        self.enter(Open::Heredoc(marker), line.len() + 1)
    }

    fn pass_quoted(&mut self, byte: u8) -> Result<(), Fault> {
        match byte {
            b'"' => {
                self.open.pop();
                self.go(1);
                Ok(())
            }
            b'\\' => {
                self.go(2);
                Ok(())
            }
            b'\n' => Err((code::SYNTAX, "a text in quotes that does not end on its line")),
            _ => self.pass_template(byte),
        }
    }

    fn pass_heredoc(&mut self, marker: &str, byte: u8) -> Result<(), Fault> {
        let begins_line = self.text.as_bytes().get(self.at.wrapping_sub(1)) == Some(&b'\n');
        let line = if begins_line { self.rest().split('\n').next().unwrap_or_default() } else { "" };
        if begins_line && line.trim() == marker {
            self.open.pop();
            self.go(line.trim_end().len());
            return Ok(());
        }
        self.pass_template(byte)
    }

    /// One byte of a template, or what begins an expression in it; doubled, that is text.
    fn pass_template(&mut self, byte: u8) -> Result<(), Fault> {
        match (byte, self.byte(1), self.byte(2)) {
            (b'$' | b'%', Some(second), Some(b'{')) if second == byte => self.go(3),
            (b'$' | b'%', Some(b'{'), _) => return self.enter(Open::Bracket(b'}', 0), 2),
            _ => self.go(1),
        }
        Ok(())
    }
}

/// Whether a text begins with the type of a block.
pub(super) fn begins_block(rest: &str) -> bool {
    let word = rest.split(|letter: char| !is_in_word(letter)).next().unwrap_or_default();
    labels_of(word).is_some()
}

fn is_in_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == '-'
}

#[cfg(test)]
mod tests {
    use super::*;

    type Told<'a> = (usize, Result<&'a str, (usize, &'a str)>);

    fn check(text: &str, expected: &[Told<'_>]) {
        let limits = Limits { depth: 20, line_bytes: 200, nodes: 5_000, ..Limits::default() };
        let found = parts(text, &limits);
        let found: Vec<Told<'_>> = found
            .iter()
            .map(|part| (part.line, part.text.as_ref().map(|text| text.trim()).map_err(|flaw| (flaw.line, flaw.code))))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn structures_are_told_apart_whatever_stands_in_them() {
        check("", &[]);
        check("# only\n/* comments\n */ // here", &[]);
        check("a {}\n\nb \"x\" {\n}\n", &[(1, Ok("a {}")), (3, Ok("b \"x\" {\n}"))]);
        check("a = \"}\"\nb = 1", &[(1, Ok("a = \"}\"")), (2, Ok("b = 1"))]);
        check("a = \"${f(\"}\")}\\\"\"\nb = 1", &[(1, Ok("a = \"${f(\"}\")}\\\"\"")), (2, Ok("b = 1"))]);
        check("a = \"$${{\"\nb = 1", &[(1, Ok("a = \"$${{\"")), (2, Ok("b = 1"))]);
        check("a = <<-E\n } ${x} \"\n  E\nb = 1", &[(1, Ok("a = <<-E\n } ${x} \"\n  E")), (4, Ok("b = 1"))]);
        check("a {\r\n  # }\r\n}\r\nb = 1\r\n", &[(1, Ok("a {\r\n  # }\r\n}")), (4, Ok("b = 1"))]);
        check("a { /* } */ }\nb = [\n1,\n]", &[(1, Ok("a { /* } */ }")), (2, Ok("b = [\n1,\n]"))]);
    }

    #[test]
    fn a_broken_structure_ends_where_the_next_block_begins() {
        let (syntax, limit) = (code::SYNTAX, code::LIMIT);
        check("data \"a\" \"b\" {\nlocals {}\n", &[(1, Err((3, syntax))), (2, Ok("locals {}"))]);
        check("x = \"open\nlocals {}", &[(1, Err((1, syntax))), (2, Ok("locals {}"))]);
        check("x = <<E\nno end\nlocals {}", &[(1, Err((3, syntax))), (3, Ok("locals {}"))]);
        check("x = ]\nmodule {}", &[(1, Err((1, syntax))), (2, Ok("module {}"))]);
        check(&format!("x = {}\nlocals {{}}", "[".repeat(30)), &[(1, Err((1, limit))), (2, Ok("locals {}"))]);
        check(&format!("x = \"{}\"\nlocals {{}}", "y".repeat(300)), &[(1, Err((1, limit))), (2, Ok("locals {}"))]);
        check(
            &format!("x = {{{}}}\nlocals {{}}", "\n".repeat(2_500)),
            &[(1, Err((2_002, limit))), (2_502, Ok("locals {}"))],
        );
        check(&format!("x = [{}]\nlocals {{}}", "1,\n".repeat(6_000)), &[(1, Err((2_501, limit)))]);
    }

    #[test]
    fn what_is_broken_again_and_again_is_given_up() {
        let text = "data x {\n".repeat(20_000);
        let found = parts(&text, &Limits::default());
        assert!(found.len() < 20_000 && found.iter().all(|part| part.text.is_err()), "{}", found.len());
    }
}
