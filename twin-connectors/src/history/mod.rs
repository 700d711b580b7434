//! The history of each checkout: opened with `gix` where it lies, read within limits, and told by the connector for Git.
//!
//! See `docs/decisions/0006-a-checkout-is-opened-where-it-lies.md`. Nothing is run, nothing is written, no symbolic link is followed, and no error's
//! text leaves: it may quote what it could not read.

mod changes;
mod open;
mod place;
mod walk;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use twin_connector_base::Decoded;
use twin_connector_code::git::history::History;
use twin_connector_code::git::{Checkout, Told, tell};
use twin_core::base::{Error, Result};
use twin_core::observe::{Diagnostic, Locator, Outcome, SourceId, code};

use crate::files::Files;
use crate::merge::Reading;
use crate::options::ScanOptions;
use crate::walk::Tree;

/// Why a reading ends before its time.
pub(crate) enum Stop {
    /// The host wants it, or its deadline has passed.
    Host(Error),
    /// What is there cannot be read; for machines and for people.
    Flaw(&'static str, &'static str),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Host(error)
    }
}

/// What could not be read of a repository that was opened.
pub(crate) struct Damage {
    pointer: String,
    code: &'static str,
    why: &'static str,
}

/// The place of the decoder that tells histories, if they are to be read at all.
pub(crate) fn teller(files: &dyn Files, options: &ScanOptions) -> Option<usize> {
    let wanted = options.commits > 0 && files.root().is_some();
    options.decoders.iter().position(|row| wanted && row.sort() == "git")
}

/// Reads the history of every checkout in a tree, by the path of its `.git`.
///
/// # Errors
/// If the host cancels, or the deadline passes.
pub(crate) fn read(
    files: &dyn Files,
    tree: &Tree,
    source: &SourceId,
    options: &ScanOptions,
) -> Result<Vec<(String, Reading)>> {
    let (Some(place), Some(root)) = (teller(files, options), files.root()) else { return Ok(Vec::new()) };
    let read = |folder: &String| {
        let path = if folder.is_empty() { ".git".to_owned() } else { format!("{folder}/.git") };
        let mut reading = Reading::default();
        reading.readers.insert(place);
        match checkout(root, folder, &path, source, options)? {
            Ok(decoded) => reading.decoded.push((place, decoded)),
            Err(failed) => reading.failed = Some(failed),
        }
        Ok((path, reading))
    };
    tree.checkouts.iter().map(read).collect()
}

/// One checkout; `Err` within for one of which nothing can be read.
fn checkout(
    root: &Path,
    folder: &str,
    path: &str,
    source: &SourceId,
    options: &ScanOptions,
) -> Result<std::result::Result<Decoded, Decoded>> {
    // The library is made for damaged input, but a promise to hosts should not rest on that.
    let read = catch_unwind(AssertUnwindSafe(|| open::read(root, folder, path, options)));
    let flawed = |code, why| Decoded::rejected(path, Diagnostic::rejected(code, Locator::line(path, 0), why));
    match read {
        Ok(Ok((history, damages))) => {
            let name = name_of(root, folder);
            Ok(Ok(told(&history, damages, &Place { source, folder, path, name: &name })))
        }
        Ok(Err(Stop::Host(error))) => Err(error),
        Ok(Err(Stop::Flaw(code, why))) => Ok(Err(flawed(code, why))),
        Err(_) => Ok(Err(flawed(code::UNREADABLE, "reading the repository failed"))),
    }
}

struct Place<'a> {
    source: &'a SourceId,
    folder: &'a str,
    path: &'a str,
    name: &'a str,
}

/// What a repository without a remote is called: like the folder of its checkout.
fn name_of(root: &Path, folder: &str) -> String {
    let absolute = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let own = absolute.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = folder.rsplit('/').next().filter(|name| !name.is_empty()).map_or(own, str::to_owned);
    if name.is_empty() { "repository".to_owned() } else { name }
}

/// Of a damaged repository only what no walk can get wrong is told: counts that fell short would stand beside the last good ones.
fn told(history: &History, damages: Vec<Damage>, place: &Place<'_>) -> Decoded {
    let whole = Locator::line(place.path, 0);
    let checkout =
        Checkout { source: place.source, folder: place.folder, id: place.name, name: place.name, whole: &whole };
    let outcome = match damages.len() {
        0 => Outcome::Complete,
        count => Outcome::Partial(format!("{count} parts of the repository are missing or damaged")),
    };
    let sound = History { remotes: history.remotes.clone(), ..History::default() };
    let Told { records, warnings } = tell(if damages.is_empty() { history } else { &sound }, &checkout);
    let locate = |damage: &Damage| Locator::pointer(place.path, 0, damage.pointer.as_str());
    let flaws = damages.iter().map(|damage| Diagnostic::rejected(damage.code, locate(damage), damage.why));
    Decoded { path: place.path.to_owned(), records, diagnostics: flaws.chain(warnings).collect(), outcome }
}
