//! The log as lines of JSON, for other programs and other versions: everything that the store holds, and nothing else.
//!
//! The first line says what it is. Then comes what stands for everything before the first commit, where there is such a thing; then each commit, followed by its rows.
//!
//! ```text
//! {"twin_export":1,"digests":2}
//! {"floor":"0a1b…"}
//! {"commit":{"number":1,"tx":"2026-01-01T09:00:00Z","revision":1}}
//! {"of":1,"row":{"asserted":{…}}}
//! ```
//!
//! A row names its commit, so that one whose commit could not be read is not taken for one of the commit before.

use std::io::{BufRead, Read as _, Write};

use serde::{Deserialize, Serialize};

use crate::base::{Error, ErrorKind, Result, Timestamp};
use crate::history::row::{Commit, Row};
use crate::history::{Log, checkpoint};
use crate::observe::{Diagnostic, Locator, code};

/// The version of these lines.
const VERSION: u32 = 1;
/// The version of the digests by which withdrawals name their facts: that of the store's format.
const DIGESTS: u32 = 2;
/// The longest line that is read.
const LONGEST: u64 = 256 << 20;

#[derive(Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Line {
    Start { twin_export: u32, digests: u32 },
    Floor { floor: String },
    Commit { commit: CommitLine },
    Row { of: u64, row: Box<Row> },
}

#[derive(Serialize, Deserialize)]
struct CommitLine {
    number: u64,
    tx: Timestamp,
    revision: u64,
}

/// Writes a log as lines. O(rows).
///
/// # Errors
/// `Io` of the writer.
pub fn export(floor: Option<&Log>, commits: &[Commit], to: &mut dyn Write) -> Result<()> {
    let mut line = |line: &Line| {
        let written = serde_json::to_writer(&mut *to, line).map_err(std::io::Error::from);
        written.and_then(|()| to.write_all(b"\n")).map_err(|error| unusable("write", error))
    };
    line(&Line::Start { twin_export: VERSION, digests: DIGESTS })?;
    for part in floor.map(checkpoint::pack).unwrap_or_default() {
        line(&Line::Floor { floor: hex(&part) })?;
    }
    for (number, commit) in (1..).zip(commits) {
        line(&Line::Commit { commit: CommitLine { number, tx: commit.tx, revision: commit.revision } })?;
        commit.rows.iter().try_for_each(|row| line(&Line::Row { of: number, row: Box::new(row.clone()) }))?;
    }
    Ok(())
}

/// What some lines held.
#[derive(Debug, Default)]
pub struct Imported {
    /// What stands for everything before the first commit.
    pub floor: Option<Log>,
    /// The commits, in order.
    pub commits: Vec<Commit>,
    /// The lines that could not be taken.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads lines that [`export`] has written. A line that cannot be taken is left out and told. O(bytes).
///
/// # Errors
/// `Io` of the reader; `Invalid` where the first line is none of an export; `Newer` for one of a newer version.
pub fn import(from: &mut dyn BufRead) -> Result<Imported> {
    let mut lines = Lines { from, number: 0 };
    check_start(lines.next()?)?;
    let (mut imported, mut parts, mut current) = (Imported::default(), Vec::new(), None);
    while let Some(text) = lines.next()? {
        let taken = match serde_json::from_slice(&text) {
            Ok(line) => take(line, &mut imported.commits, &mut parts, &mut current),
            Err(_) => Err("it is no line of an export"),
        };
        if let Err(why) = taken {
            let locator = Locator::line("", lines.number);
            imported.diagnostics.push(Diagnostic::rejected(code::SYNTAX, locator, why));
        }
    }
    if !parts.is_empty() {
        let floor = checkpoint::unpack(&parts).map(Log::founded);
        imported.floor =
            Some(floor.ok_or_else(|| invalid("what stands for the time before the first commit makes no sense"))?);
    }
    Ok(imported)
}

fn check_start(first: Option<Vec<u8>>) -> Result<()> {
    match first.and_then(|text| serde_json::from_slice(&text).ok()) {
        Some(Line::Start { twin_export: VERSION, digests: DIGESTS }) => Ok(()),
        Some(Line::Start { twin_export, .. }) => {
            let message = format!("the export has version {twin_export}; this version reads {VERSION}");
            Err(Error::new(ErrorKind::Newer, message))
        }
        _ => Err(invalid("it does not start like an export of a twin")),
    }
}

/// Takes a line; `current` is the number of the commit that was taken last.
fn take(
    line: Line,
    commits: &mut Vec<Commit>,
    parts: &mut Vec<Vec<u8>>,
    current: &mut Option<u64>,
) -> std::result::Result<(), &'static str> {
    match line {
        Line::Start { .. } => Err("only the first line says what this is"),
        Line::Floor { floor } => {
            parts.push(bytes(&floor).ok_or("it is not in hexadecimal digits")?);
            Ok(())
        }
        Line::Commit { commit: CommitLine { number, tx, revision } } => match commits.last() {
            Some(last) if last.tx >= tx || last.revision > revision => {
                Err("the commit is not later than the one before")
            }
            _ => {
                commits.push(Commit { tx, revision, rows: Vec::new() });
                *current = Some(number);
                Ok(())
            }
        },
        Line::Row { of, row } => {
            let commit = commits.last_mut().filter(|_| *current == Some(of));
            let commit = commit.ok_or("the row belongs to no commit that was taken")?;
            commit.rows.push(*row);
            Ok(())
        }
    }
}

struct Lines<'a> {
    from: &'a mut dyn BufRead,
    number: usize,
}

impl Lines<'_> {
    /// The next line that is not empty.
    fn next(&mut self) -> Result<Option<Vec<u8>>> {
        loop {
            let mut line = Vec::new();
            let read = (&mut *self.from).take(LONGEST).read_until(b'\n', &mut line);
            if read.map_err(|error| unusable("read", error))? == 0 {
                return Ok(None);
            }
            self.number += 1;
            if !line.trim_ascii().is_empty() {
                return Ok(Some(line));
            }
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2));
    digits.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}

fn unusable(what: &str, error: std::io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("cannot {what} the lines of an export")).because(error)
}

fn invalid(why: &str) -> Error {
    Error::new(ErrorKind::Invalid, why)
}
