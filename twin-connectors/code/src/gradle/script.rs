//! A build script as statements: a head, what stands behind it, and the block that it opens.

use super::token::{Placed, Token, tokens};
use crate::packages::File;

/// One statement: `implementation("a:b:1")`, `dependencies { … }`, `group = "a"`.
#[derive(Clone, Debug, Default)]
pub(super) struct Statement<'t> {
    /// Its tokens, without those of its blocks.
    pub tokens: Vec<Placed<'t>>,
    /// The statements within its blocks.
    pub block: Vec<Statement<'t>>,
}

/// The statements of a script; `None` if it is nested too deeply.
pub(super) fn statements<'t>(file: &File<'t>) -> Option<Vec<Statement<'t>>> {
    let tokens = tokens(file);
    let mut open: Vec<Open<'t>> = vec![Open::default()];
    for placed in tokens {
        match placed.token {
            Token::Sign('{') => open.push(Open::default()),
            Token::Sign('}') if open.len() > 1 => close(&mut open),
            _ => open.last_mut()?.take(placed),
        }
        if open.len() > file.origin.limits.depth {
            return None;
        }
    }
    while open.len() > 1 {
        close(&mut open);
    }
    open.pop().map(Open::finish)
}

fn close(open: &mut Vec<Open<'_>>) {
    let inner = open.pop().map(Open::finish).unwrap_or_default();
    if let Some(outer) = open.last_mut() {
        outer.current.block.extend(inner);
    }
}

/// A block whose end has not been seen.
#[derive(Default)]
struct Open<'t> {
    done: Vec<Statement<'t>>,
    current: Statement<'t>,
    brackets: usize,
}

impl<'t> Open<'t> {
    fn take(&mut self, placed: Placed<'t>) {
        match placed.token {
            Token::Sign('(' | '[') => self.brackets += 1,
            Token::Sign(')' | ']') => self.brackets = self.brackets.saturating_sub(1),
            Token::End | Token::Sign(';') => return self.end(),
            _ => {}
        }
        self.current.tokens.push(placed);
    }

    /// A statement ends with its line, unless a bracket is open or something must follow.
    fn end(&mut self) {
        let last = self.current.tokens.last().map(|placed| placed.token);
        let goes_on = self.brackets > 0 || matches!(last, Some(Token::Sign(',' | '=' | ':' | '+')));
        if !goes_on && last.is_some() {
            self.done.push(std::mem::take(&mut self.current));
        }
    }

    fn finish(mut self) -> Vec<Statement<'t>> {
        if !self.current.tokens.is_empty() || !self.current.block.is_empty() {
            self.done.push(self.current);
        }
        self.done
    }
}

impl<'t> Statement<'t> {
    /// The word or text that it begins with.
    pub fn head(&self) -> Option<&'t str> {
        match self.tokens.first()?.token {
            Token::Word(word) | Token::Text(word) => Some(word),
            _ => None,
        }
    }

    /// The texts in it, with their lines.
    pub fn texts(&self) -> impl Iterator<Item = (usize, &'t str)> {
        self.tokens.iter().filter_map(|placed| match placed.token {
            Token::Text(text) => Some((placed.line, text)),
            _ => None,
        })
    }

    /// The words in it, with their lines.
    pub fn words(&self) -> impl Iterator<Item = (usize, &'t str)> {
        self.tokens.iter().filter_map(|placed| match placed.token {
            Token::Word(word) => Some((placed.line, word)),
            _ => None,
        })
    }

    /// The text behind a word: `name = "a"`, `name: 'a'`, `name 'a'`, `name("a")`.
    pub fn text_after(&self, name: &str) -> Option<(usize, &'t str)> {
        let place = self
            .tokens
            .iter()
            .position(|placed| placed.token == Token::Word(name) || placed.token == Token::Text(name))?;
        let mut behind = self.tokens.get(place + 1..)?.iter();
        let is_between = |placed: &&Placed<'t>| matches!(placed.token, Token::Sign('=' | ':' | '(' | ','));
        match behind.find(|placed| !is_between(placed)) {
            Some(Placed { token: Token::Text(text), line }) => Some((*line, text)),
            _ => None,
        }
    }
}

/// All statements of that head, at the top.
pub(super) fn called<'s, 't>(statements: &'s [Statement<'t>], head: &str) -> impl Iterator<Item = &'s Statement<'t>> {
    let head = head.to_owned();
    statements.iter().filter(move |statement| statement.head() == Some(head.as_str()))
}
