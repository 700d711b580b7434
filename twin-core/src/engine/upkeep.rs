//! What keeps a twin in good order: verifying, copying, carrying over, forgetting.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use crate::base::{Error, ErrorKind, Result, Timestamp};
use crate::engine::{State, Twin};
use crate::history::{Commit, Log, Redaction, Redactor, Store, Verified, export, import};
use crate::observe::{Diagnostic, RecordKey};

impl Twin {
    /// Reads and verifies everything that is in the store. O(size of the store).
    ///
    /// # Errors
    /// `Corrupt` for whatever does not add up; `Io`; `Invalid` for a twin without a store.
    pub fn verify(&self) -> Result<Verified> {
        self.state().kept()?.verify()
    }

    /// Writes what the store holds now into a new file, which opens as a twin of its own. O(size of the store).
    ///
    /// # Errors
    /// `Invalid` where there is a file already, and for a twin without a store; `Corrupt`, `Io`. Nothing is left behind then.
    pub fn backup(&self, path: impl AsRef<Path>) -> Result<()> {
        self.state().kept()?.backup(path.as_ref())
    }

    /// Writes everything that the store holds as lines of JSON. O(size of the store).
    ///
    /// # Errors
    /// `Corrupt`, `Io`, also of the writer; `Invalid` for a twin without a store.
    pub fn export(&self, to: &mut dyn Write) -> Result<()> {
        let (floor, commits) = self.state().kept()?.kept()?;
        export(floor.as_ref(), &commits, to)
    }

    /// Writes everything that the store holds into a new file, as [`Twin::export`] does. O(size of the store).
    ///
    /// # Errors
    /// As [`Twin::export`]; `Invalid` where there is a file already. Nothing is left behind then.
    pub fn export_to(&self, path: impl AsRef<Path>) -> Result<()> {
        self.state().kept()?;
        let path = path.as_ref();
        let mut to = BufWriter::new(File::create_new(path).map_err(|error| file(path, error))?);
        let written = self.export(&mut to).and_then(|()| to.flush().map_err(|error| file(path, error)));
        written.inspect_err(|_| drop(fs::remove_file(path)))
    }

    /// Takes what another twin has exported, with its ids and its times, so that this one answers as that one does. Returns the lines that could not be taken. O(bytes).
    ///
    /// # Errors
    /// `Invalid` for a twin that knows anything already, or that was opened for reading, and for what is no export; `Newer`; `Io`. Nothing is taken then.
    pub fn import(&self, from: &mut dyn BufRead) -> Result<Vec<Diagnostic>> {
        let mut state = self.state();
        if state.log.last().is_some() {
            return Err(invalid("the twin knows something already: import into a new one"));
        }
        let imported = import(from)?;
        let log = after(imported.floor.clone(), &imported.commits);
        state.replace(imported.floor.as_ref(), &imported.commits, log)?;
        Ok(imported.diagnostics)
    }

    /// Takes what a file holds, as [`Twin::import`] does. O(bytes).
    ///
    /// # Errors
    /// As [`Twin::import`].
    pub fn import_from(&self, path: impl AsRef<Path>) -> Result<Vec<Diagnostic>> {
        let path = path.as_ref();
        self.import(&mut BufReader::new(File::open(path).map_err(|error| file(path, error))?))
    }

    /// Forgets what was known before `since` and holds no longer then. Every answer about `since` and later, by what was known at `since` or later, stays as it
    /// was; about earlier times there is none any more. Returns how many commits were put together. O(size of the store).
    ///
    /// # Errors
    /// `Invalid` for a twin without a store, or that was opened for reading; `Corrupt`, `Io`. The store is then as it was.
    pub fn retain(&self, since: Timestamp) -> Result<u64> {
        let mut state = self.state();
        let (floor, mut commits) = state.kept()?.kept()?;
        let later = commits.split_off(commits.partition_point(|commit| commit.tx <= since));
        if commits.is_empty() {
            return Ok(0);
        }
        let count = commits.len() as u64;
        let floor = after(floor, &commits).begun()?;
        let log = after(Some(floor.clone()), &later);
        state.replace(Some(&floor), &later, log)?;
        Ok(count)
    }

    /// Takes a record's attributes and labels, its names for people, and what stood to the letter in its sources, out of everything that was ever known; the
    /// store is written anew without them. Its key, the names by which others refer to it and its relations stay: give people opaque keys. What a source still
    /// tells comes back with its next reading. O(size of the store).
    ///
    /// # Errors
    /// `Unknown` for a record that was never read; `Invalid` for a twin that was opened for reading; `Corrupt`, `Io`. The store is then as it was.
    pub fn redact(&self, subject: &RecordKey) -> Result<Redaction> {
        let mut state = self.state();
        // What is no entity, such as a prediction, has no identity.
        if state.log.identity().entity_of(subject).is_none() && !state.log.knows(subject) {
            return Err(super::unknown_record(&state.log, &subject.to_string()));
        }
        let mut redactor = Redactor::new(subject);
        let Some(store) = &state.store else {
            let log = redactor.log(&state.log);
            state.put(log);
            return Ok(redactor.done);
        };
        let (floor, commits) = store.kept()?;
        let floor = floor.map(|floor| redactor.log(&floor));
        let commits: Vec<Commit> = commits.into_iter().map(|commit| redactor.commit(commit)).collect();
        let log = after(floor.clone(), &commits);
        state.replace(floor.as_ref(), &commits, log)?;
        Ok(redactor.done)
    }
}

impl State {
    /// The store of a twin that has one.
    fn kept(&mut self) -> Result<&mut Store> {
        self.store.as_mut().ok_or_else(|| invalid("the twin is kept in memory only: open one at a path"))
    }

    /// Puts another log in the place of this one, in the store before memory.
    fn replace(&mut self, floor: Option<&Log>, commits: &[Commit], log: Log) -> Result<()> {
        if let Some(store) = &mut self.store {
            store.rewrite(floor, commits, &log)?;
        }
        self.put(log);
        Ok(())
    }

    fn put(&mut self, log: Log) {
        self.log = log;
        self.head = None;
        self.past.forget();
        self.show();
    }
}

fn after(floor: Option<Log>, commits: &[Commit]) -> Log {
    let mut log = floor.unwrap_or_default();
    log.extend(commits.to_vec());
    log
}

/// What goes wrong with a file of the host's.
fn file(path: &Path, error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::AlreadyExists => {
            invalid(&format!("{} is there already: name a new file for the export", path.display()))
        }
        _ => Error::new(ErrorKind::Io, format!("file {}", path.display())).because(error),
    }
}

fn invalid(why: &str) -> Error {
    Error::new(ErrorKind::Invalid, why)
}
