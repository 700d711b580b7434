//! What expressions come to: texts as far as the code itself says them, and names where it does not.

use std::rc::Rc;

use twin_core::observe::{Evidence, Locator, technique};

use super::module::{Located, Module, Place};
use super::syntax::{Block, Content, Expression, Reference, name_in};

/// So many names are followed one after the other.
const FARTHEST: usize = 32;
/// A text of more parts is not followed any further.
const PARTS: usize = 256;
/// A text over several lines is looked through for so many.
const ROOM: usize = 200;
/// Functions that give what they are given, as far as it matters here.
const SAME: [&str; 8] = ["tostring", "tonumber", "tolist", "toset", "tomap", "nonsensitive", "jsonencode", "trimspace"];

/// A part of a text.
#[derive(Clone, Debug)]
pub(super) struct Piece<'a> {
    pub said: Said<'a>,
    /// Where it stands.
    pub file: usize,
    pub line: usize,
    /// The places that lead to it.
    pub trail: Rc<[Place]>,
}

/// What a part is.
#[derive(Clone, Debug)]
pub(super) enum Said<'a> {
    /// A text that is known.
    Text(&'a str),
    /// What only a run would tell, with the one thing that it is taken from.
    Open(Option<&'a Reference>),
}

/// A part of a text that a function puts together.
enum Part<'a> {
    Text(&'a str),
    Value(Located<'a>),
}

impl<'a> Module<'a> {
    /// An expression of a file.
    pub fn at(&self, file: usize, expression: &'a Expression) -> Located<'a> {
        Located { file, expression, trail: Rc::default() }
    }

    /// The parts of a text.
    pub fn pieces(&self, at: &Located<'a>) -> Vec<Piece<'a>> {
        self.ask();
        let mut pieces = Vec::new();
        self.add_pieces(at, &mut pieces);
        pieces
    }

    /// What is said by a name at its place.
    pub fn piece(&self, at: &Located<'a>) -> Piece<'a> {
        let said = Said::Open(at.expression.as_reference());
        Piece { said, file: at.file, line: at.expression.line, trail: at.trail.clone() }
    }

    fn add_pieces(&self, at: &Located<'a>, pieces: &mut Vec<Piece<'a>>) {
        let piece = |said| Piece { said, file: at.file, line: at.expression.line, trail: at.trail.clone() };
        if pieces.len() > PARTS {
            self.stop();
        }
        if pieces.len() > PARTS || !self.step() {
            return pieces.push(piece(Said::Open(None)));
        }
        match &at.expression.content {
            Content::Literal(text) => pieces.push(piece(Said::Text(text))),
            Content::Template(parts) => parts.iter().for_each(|part| self.add_pieces(&at.beside(part), pieces)),
            Content::Call(name, arguments) if SAME.contains(&name.as_str()) && is_text(arguments) => {
                arguments.iter().for_each(|argument| self.add_pieces(&at.beside(argument), pieces));
            }
            Content::Call(name, arguments) => match self.composed(at, name, arguments) {
                Some(parts) => parts.iter().for_each(|part| self.add_piece_of(part, at, pieces)),
                None => pieces.push(piece(Said::Open(self.only_reference(at)))),
            },
            Content::Reference(reference) => match self.follow(at, reference) {
                Some(found) => self.add_pieces(&found, pieces),
                None => pieces.push(piece(Said::Open(Some(reference)))),
            },
            _ => pieces.push(piece(Said::Open(self.only_reference(at)))),
        }
    }

    fn add_piece_of(&self, part: &Part<'a>, at: &Located<'a>, pieces: &mut Vec<Piece<'a>>) {
        match part {
            Part::Text("") => {}
            Part::Text(text) => pieces.push(Piece {
                said: Said::Text(text),
                file: at.file,
                line: at.expression.line,
                trail: at.trail.clone(),
            }),
            Part::Value(value) => self.add_pieces(value, pieces),
        }
    }

    /// The parts of what `format` or `join` puts together.
    fn composed(&self, at: &Located<'a>, name: &str, arguments: &'a [Expression]) -> Option<Vec<Part<'a>>> {
        let (first, rest) = arguments.split_first()?;
        let text = first.as_literal()?;
        match name {
            "format" => formatted(text, rest.iter().map(|argument| at.beside(argument)).collect()),
            "join" => {
                let items: Vec<_> = rest.iter().flat_map(|list| self.items_of(at.beside(list))).collect();
                let is_list = rest.iter().all(|list| matches!(list.content, Content::List(_)));
                let parts = items.into_iter().flat_map(|item| [Part::Text(text), Part::Value(item)]).skip(1);
                is_list.then(|| parts.collect())
            }
            _ => None,
        }
    }

    /// The text, if all of it is known.
    pub fn known(&self, at: &Located<'a>) -> Option<(String, Vec<Piece<'a>>)> {
        let pieces = self.pieces(at);
        let texts: Option<Vec<&str>> = pieces.iter().map(Piece::text).collect();
        let text = texts?.concat();
        Some((text, pieces))
    }

    /// What a variable or local stands for, down to the attribute that is taken of it.
    fn follow(&self, at: &Located<'a>, reference: &'a Reference) -> Option<Located<'a>> {
        let (file, expression) = self.definition(reference)?;
        let place = Place { file: at.file, line: at.expression.line, shown: reference.beginning(2).into() };
        let trail: Rc<[Place]> = at.trail.iter().cloned().chain([place]).collect();
        if trail.len() > FARTHEST {
            return None;
        }
        self.select(Located { file, expression, trail }, reference.path.get(2..).unwrap_or_default())
    }

    fn select(&self, at: Located<'a>, steps: &[String]) -> Option<Located<'a>> {
        let Some((step, rest)) = steps.split_first().map(|(step, rest)| (name_in(step), rest)) else { return Some(at) };
        let bases = self.bases(at);
        let found = bases.iter().rev().find_map(|base| {
            let inner = match &base.expression.content {
                Content::Object(entries) => &entries.iter().rev().find(|entry| entry.key == step)?.value,
                Content::List(items) => items.get(step.parse::<usize>().ok()?)?,
                _ => return None,
            };
            Some(base.beside(inner))
        });
        self.select(found?, rest)
    }

    /// The lists, objects or other things that an expression is made of once names are followed; the later come over the earlier.
    fn bases(&self, at: Located<'a>) -> Vec<Located<'a>> {
        if !self.step() {
            return Vec::new();
        }
        match &at.expression.content {
            Content::Reference(reference) => match self.follow(&at, reference) {
                Some(found) => self.bases(found),
                None => vec![at],
            },
            Content::Call(name, arguments) if name == "merge" || name == "concat" || SAME.contains(&name.as_str()) => {
                arguments.iter().flat_map(|argument| self.bases(at.beside(argument))).collect()
            }
            _ => vec![at],
        }
    }

    /// The items of a list; of anything else, it itself.
    pub fn items(&self, at: Located<'a>) -> Vec<Located<'a>> {
        self.ask();
        self.items_of(at)
    }

    fn items_of(&self, at: Located<'a>) -> Vec<Located<'a>> {
        let bases = self.bases(at).into_iter();
        let items = bases.flat_map(|base| match &base.expression.content {
            Content::List(items) => items.iter().map(|item| base.beside(item)).collect(),
            _ => vec![base],
        });
        items.collect()
    }

    /// The entries of an object by their names.
    pub fn entries(&self, at: Located<'a>) -> Vec<(&'a str, Located<'a>)> {
        self.ask();
        let bases = self.bases(at).into_iter();
        let entries = bases.flat_map(|base| {
            let entries = base.expression.entries().iter().filter(|entry| !entry.key.is_empty());
            entries.map(|entry| (entry.key.as_str(), base.beside(&entry.value))).collect::<Vec<_>>()
        });
        entries.collect()
    }

    /// What stands at the end of a path of names, through all lists and inner blocks on the way.
    pub fn found(&self, file: usize, block: &'a Block, path: &str) -> Vec<Located<'a>> {
        let start = vec![self.at(file, &block.body)];
        path.split('.').fold(start, |found, key| {
            let objects = found.into_iter().flat_map(|at| self.items(at));
            let entries = objects.flat_map(|object| self.entries(object));
            entries.filter(|(name, _)| *name == key).map(|(_, value)| value).collect()
        })
    }

    /// The resource, module or input that a computed value is taken from, if it is only one.
    fn only_reference(&self, at: &Located<'a>) -> Option<&'a Reference> {
        let mut found: Vec<&'a Reference> = Vec::new();
        let mut pending = vec![at.expression];
        while let Some(expression) = pending.pop() {
            if !self.step() {
                return None;
            }
            pending.extend(expression.children());
            found.extend(expression.as_reference().filter(|reference| names_another(reference)));
        }
        let first = *found.first()?;
        found.iter().all(|other| other.path == first.path).then_some(first)
    }

    /// Why a part of a text is believed: the places that lead to where each of its pieces is written, of which only the given characters are
    /// shown. Where no piece is a text, the place of the `first` is all.
    pub fn evidence(
        &self,
        parts: &[(&Piece<'_>, (usize, usize))],
        first: Option<&Piece<'_>>,
        technique: &'static str,
    ) -> Evidence {
        let shown = parts.iter().filter_map(|(piece, (from, to))| Some((piece, piece.text()?.get(*from..*to)?)));
        let mut steps: Vec<_> = shown.flat_map(|(piece, shown)| self.steps(piece, shown)).collect();
        if steps.is_empty() {
            steps.extend(first.into_iter().flat_map(|piece| self.steps(piece, "")));
        }
        self.chain(steps, technique)
    }

    /// Why a name is believed: the places that lead to it.
    pub fn evidence_of_name(&self, piece: &Piece<'_>, shown: &str, technique: &'static str) -> Evidence {
        self.chain(self.steps(piece, shown), technique)
    }

    /// Something that stands on a line of a file, or nothing of it.
    pub fn stands(&self, file: usize, line: usize, shown: &str, technique: &'static str) -> Evidence {
        self.chain(vec![(file, line, shown.to_owned())], technique)
    }

    fn steps(&self, piece: &Piece<'_>, shown: &str) -> Vec<(usize, usize, String)> {
        let trail = piece.trail.iter().map(|place| (place.file, place.line, place.shown.to_string()));
        trail.chain([(piece.file, piece.line, shown.to_owned())]).collect()
    }

    fn chain(&self, mut steps: Vec<(usize, usize, String)>, technique: &'static str) -> Evidence {
        steps.dedup();
        let mut steps = steps.into_iter().map(|(file, line, shown)| self.shown(file, line, shown));
        let (locator, shown) = steps.next().unwrap_or_else(|| (Locator::line("", 0), String::new()));
        let first = Evidence::at(locator, shown, technique);
        steps.fold(first, |evidence, (locator, shown)| evidence.then(locator, shown))
    }

    /// A text where it stands to the letter: on its line, or on one beneath it.
    fn shown(&self, file: usize, line: usize, shown: String) -> (Locator, String) {
        let Some(file) = self.files.get(file) else { return (Locator::line("", 0), String::new()) };
        let found = file.lines.find(&shown, line, ROOM).filter(|_| !shown.is_empty());
        match found {
            Some(line) => (Locator::line(file.path, line), shown),
            None => (Locator::line(file.path, line), String::new()),
        }
    }

    /// The evidence of a value of which every part may be shown.
    pub fn declared(&self, pieces: &[Piece<'_>], field: &str) -> Evidence {
        let parts: Vec<_> = pieces.iter().map(|piece| (piece, (0, piece.text().map_or(0, str::len)))).collect();
        self.evidence(&parts, pieces.first(), technique::DECLARED).in_field(field)
    }
}

impl<'a> Located<'a> {
    /// Something that stands within this, in the same file.
    pub fn beside(&self, expression: &'a Expression) -> Self {
        Located { file: self.file, expression, trail: self.trail.clone() }
    }
}

impl Piece<'_> {
    /// The text, if it is known.
    pub fn text(&self) -> Option<&str> {
        match &self.said {
            Said::Text(text) => Some(text),
            Said::Open(_) => None,
        }
    }
}

/// A text with its `%s` and `%d` filled in; none where anything else is asked for.
fn formatted<'a>(text: &'a str, values: Vec<Located<'a>>) -> Option<Vec<Part<'a>>> {
    let (mut parts, mut rest, mut values) = (Vec::new(), text, values.into_iter());
    while let Some((before, after)) = rest.split_once('%') {
        parts.push(Part::Text(before));
        parts.push(Part::Value(values.next()?));
        rest = after.strip_prefix(['s', 'd', 'v'])?;
    }
    parts.push(Part::Text(rest));
    Some(parts)
}

/// A list or object in place of a text is none.
fn is_text(arguments: &[Expression]) -> bool {
    !arguments.iter().any(|argument| matches!(argument.content, Content::Object(_) | Content::List(_)))
}

/// Whether a name may be that of a resource, a data source, a module or an input.
fn names_another(reference: &Reference) -> bool {
    !matches!(reference.step(0), "local" | "each" | "count" | "self" | "path" | "terraform" | "var")
        && reference.path.len() > 2
}
