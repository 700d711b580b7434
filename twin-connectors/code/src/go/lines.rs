//! The lines of `go.mod` and `go.work`: a verb and its words, alone or in a block.

use twin_core::observe::{Diagnostic, code};

use crate::packages::File;

/// One statement.
#[derive(Clone, Debug)]
pub(super) struct Line<'t> {
    /// Where it stands.
    pub number: usize,
    /// `require`, `replace`; that of its block.
    pub verb: &'t str,
    /// Its words, without quotes.
    pub words: Vec<&'t str>,
    /// The comment behind it.
    pub comment: &'t str,
}

const VERBS: [&str; 11] =
    ["module", "go", "toolchain", "require", "replace", "exclude", "retract", "tool", "godebug", "use", "ignore"];

/// All statements, and what is none.
pub(super) fn lines<'t>(file: &File<'t>) -> (Vec<Line<'t>>, Vec<Diagnostic>) {
    let (mut found, mut diagnostics) = (Vec::new(), Vec::new());
    let mut block = None;
    for (number, line) in file.numbered() {
        if line.len() > file.origin.limits.line_bytes {
            diagnostics.push(file.warn(code::LIMIT, number, "a line that is too long"));
            continue;
        }
        let (text, comment) = line.split_once("//").unwrap_or((line, ""));
        let mut words: Vec<&str> = text.split_whitespace().map(|word| word.trim_matches(['"', '`'])).collect();
        let verb = match (block, words.first().copied()) {
            (_, None) => continue,
            (Some(_), Some(")")) => {
                block = None;
                continue;
            }
            (Some(verb), _) => verb,
            (None, Some(verb)) if VERBS.contains(&verb) => {
                words.remove(0);
                verb
            }
            _ => {
                diagnostics.push(file.warn(code::SYNTAX, number, "no statement of a module"));
                continue;
            }
        };
        match words[..] {
            ["("] if block.is_none() => block = Some(verb),
            _ => found.push(Line { number, verb, words, comment: comment.trim() }),
        }
    }
    (found, diagnostics)
}
