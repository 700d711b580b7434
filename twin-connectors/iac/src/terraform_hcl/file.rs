//! One file of a module: its blocks, and what of it could not be read.

use twin_connector_base::document::{self, Lines};
use twin_connector_base::{Origin, Payload};
use twin_core::observe::{Diagnostic, Locator, code};

use super::native::{self, Structure};
use super::split::{self, Flaw};
use super::syntax::{Block, Entry, labels_of};
use super::{json, name};

/// What is said of an empty file.
pub(super) const EMPTY: &str = "the file is empty";

/// A file, read.
pub(super) struct File<'a> {
    pub path: &'a str,
    pub lines: Lines<'a>,
    pub blocks: Vec<Block>,
    /// Top-level attributes, which only files of values may have.
    pub values: Vec<Entry>,
    pub diagnostics: Vec<Diagnostic>,
}

impl<'a> File<'a> {
    /// Reads a file of code or of values.
    pub fn read(payload: &Payload<'a>, origin: &Origin) -> Self {
        let mut file = File {
            path: payload.path,
            lines: Lines::of(""),
            blocks: Vec::new(),
            values: Vec::new(),
            diagnostics: Vec::new(),
        };
        match text(payload, origin) {
            Ok(text) => file.read_text(text, origin),
            Err(refused) => file.diagnostics.push(refused),
        }
        file
    }

    fn read_text(&mut self, text: &'a str, origin: &Origin) {
        self.lines = Lines::of(text);
        match self.path.ends_with(".json") {
            true => self.read_json(text, origin),
            false => self.read_native(text, origin),
        }
        if !is_values(self.path) && self.blocks.is_empty() && self.diagnostics.is_empty() {
            self.say_nothing(text);
        }
    }

    /// A file of comments only is a file as any other; an empty one is none.
    fn say_nothing(&mut self, text: &str) {
        let at = Locator::line(self.path, 0);
        self.diagnostics.push(match text.trim().is_empty() {
            true => Diagnostic::rejected(code::SYNTAX, at, EMPTY),
            false => Diagnostic::warning(code::SHAPE, at, "no block in it"),
        });
    }

    fn read_native(&mut self, text: &'a str, origin: &Origin) {
        let mut strange = false;
        for part in split::parts(text, &origin.limits) {
            let flaw = match native::structure(&part) {
                Ok(Structure::Block(block)) => self.take(block).err(),
                Ok(Structure::Attribute(entry)) if is_values(self.path) => {
                    self.values.push(entry);
                    None
                }
                Ok(Structure::Attribute(entry)) => {
                    Some(flaw(entry.line, code::SHAPE, "an attribute outside of any block"))
                }
                Err(flaw) => Some(flaw),
            };
            // Lines of something else, one after the other, are one thing that was not understood.
            let is_strange = flaw.as_ref().is_some_and(|flaw| flaw.code != code::UNSUPPORTED) && !part.is_block;
            let goes_on = strange && is_strange;
            strange = is_strange;
            flaw.filter(|_| !goes_on).iter().for_each(|flaw| self.reject(flaw));
        }
    }

    fn read_json(&mut self, text: &str, origin: &Origin) {
        let documents = document::documents(self.path, text.as_bytes(), &origin.limits);
        for document in &documents {
            match &document.root {
                Ok(root) if is_values(self.path) => self.values.extend(json::values(root)),
                Ok(root) if root.entries().is_empty() => {
                    self.reject(&flaw(root.line, code::SHAPE, "no object of blocks"))
                }
                Ok(root) => self.read_blocks(json::blocks(root)),
                Err(refused) => self.diagnostics.push(refused.clone()),
            }
        }
    }

    fn read_blocks(&mut self, blocks: Vec<Result<Block, Flaw>>) {
        for block in blocks {
            if let Err(flaw) = block.and_then(|block| self.take(block)) {
                self.reject(&flaw);
            }
        }
    }

    /// A block of a known type with as many names as that type has.
    fn take(&mut self, block: Block) -> Result<(), Flaw> {
        let named = !block.labels.iter().any(String::is_empty);
        match labels_of(&block.kind) {
            Some(names) if named && names == block.labels.len() => {
                self.blocks.push(block);
                Ok(())
            }
            Some(_) => Err(flaw(block.line, code::SHAPE, "a block with too few names or too many")),
            None => Err(flaw(block.line, code::UNSUPPORTED, "no block of this type is known")),
        }
    }

    /// Counts a block as left out. What files of values hold counts as no block.
    pub fn reject(&mut self, flaw: &Flaw) {
        let at = Locator::line(self.path, flaw.line);
        self.diagnostics.push(Diagnostic::rejected(flaw.code, at, flaw.message));
    }
}

fn flaw(line: usize, code: &'static str, message: &'static str) -> Flaw {
    Flaw { line, code, message }
}

/// Whether a file gives values to variables.
pub(super) fn is_values(path: &str) -> bool {
    path.ends_with(".tfvars") || path.ends_with(".tfvars.json")
}

/// Whether the blocks of a file come over those of others with the same names: by their names, or because the other program that reads this
/// language takes them instead.
pub(super) fn is_override<'p, P: Iterator<Item = &'p str>>(path: &str, paths: impl Fn() -> P) -> bool {
    let file = name(path);
    let stem = file.split('.').next().unwrap_or_default();
    let twin = path.strip_suffix(".tofu").map(|stem| format!("{stem}.tf"));
    let instead = twin.is_some_and(|twin| paths().any(|path| path == twin));
    stem == "override" || stem.ends_with("_override") || instead
}

fn text<'a>(payload: &Payload<'a>, origin: &Origin) -> Result<&'a str, Diagnostic> {
    let bytes = payload
        .bytes
        .map_err(|reason| Diagnostic::rejected(code::UNREADABLE, Locator::line(payload.path, 0), reason))?;
    document::text_of(payload.path, bytes, &origin.limits)
}
