//! What keeps a store in good order: a copy of a live one, a look at all of it, and writing it anew.

use std::path::Path;

use redb::{Database, Durability};

use super::fault::{self, Fault};
use super::folder::Folder;
use super::layout::Head;
use super::log::{self, Extent};
use super::{Store, Writer, file, meta};
use crate::base::{Context, Digest, Result};
use crate::history::{Commit, Log};

/// What was found when everything was verified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Verified {
    /// How many commits there are.
    pub commits: u64,
    /// How many blocks of rows they are made of.
    pub blocks: u64,
    /// How many rows those hold.
    pub rows: u64,
    /// Whether all pages of the database were verified as well, which only the writer can do.
    pub pages: bool,
}

impl Store {
    /// The commits that are kept, and the log that stands for everything before them, if anything does. O(rows).
    ///
    /// # Errors
    /// As for opening.
    pub fn kept(&self) -> Result<(Option<Log>, Vec<Commit>)> {
        let stretch = self.found(Extent::All)?.log;
        Ok((stretch.base, stretch.commits))
    }

    /// Reads and verifies all that is in the file. O(size of the file).
    ///
    /// # Errors
    /// `Corrupt` for whatever does not add up; `Io`.
    pub fn verify(&mut self) -> Result<Verified> {
        let all = self.found(Extent::All)?.log;
        self.found(Extent::Head)?;
        if let Some(writer) = &mut self.writer {
            writer.verified = false;
            writer.verify().map_err(|fault| fault.at(&self.path))?;
        }
        let rows = all.commits.iter().map(|commit| commit.rows.len() as u64).sum();
        let blocks = all.last.map_or(0, |head| head.total_blocks);
        Ok(Verified { commits: all.commits.len() as u64, blocks, rows, pages: self.writer.is_some() })
    }

    /// Writes what is in the store now into a new file, which is a store of its own. Whoever writes goes on meanwhile. O(size of the file).
    ///
    /// # Errors
    /// As for opening; `Invalid` where there is a file already; `Io`. Nothing is left behind then.
    pub fn backup(&self, to: &Path) -> Result<()> {
        let schema = self.fingerprint.unwrap_or(Digest(0));
        let (floor, commits) = self.kept()?;
        let head = self.found(Extent::Head)?.log.into_log();
        let copied = match file::claimed(&*self.folder, to) {
            Ok(Some(claimed)) => claimed.make(|database| fill(database, schema, floor.as_ref(), &commits, &head)),
            Ok(None) => Err(Fault::Misuse("is there already: name a new file for the copy".to_owned())),
            Err(fault) => Err(fault),
        };
        copied.map(drop).map_err(|fault| fault.at(to))
    }

    /// Puts a new file in the place of this one: commits, what stands for everything before them, and a checkpoint of the log after them. O(rows).
    ///
    /// # Errors
    /// `Invalid` for a store that was opened for reading; `Io`. The store is then as it was.
    pub(crate) fn rewrite(&mut self, floor: Option<&Log>, commits: &[Commit], log: &Log) -> Result<()> {
        let Some(writer) = &mut self.writer else {
            return Err(Fault::Misuse("was opened for reading only".to_owned()).at(&self.path));
        };
        let replaced = writer.replace(&*self.folder, &self.path, floor, commits, log);
        self.last = replaced.map_err(|fault| fault.at(&self.path))?;
        Ok(())
    }
}

impl Writer {
    /// The new file is locked before it has the old one's name, so that no other writer comes between.
    fn replace(
        &mut self,
        folder: &dyn Folder,
        path: &Path,
        floor: Option<&Log>,
        commits: &[Commit],
        log: &Log,
    ) -> fault::Result<Option<Head>> {
        let new = file::beside(path);
        let written = file::write_beside(folder, path, |database| fill(database, self.schema, floor, commits, log));
        let renamed = written.and_then(|written| Ok(folder.rename(&new, path).map(|()| written)?));
        let (database, last) = renamed.inspect_err(|_| drop(folder.remove(&new)))?;
        // Whichever of the two a loss of power would leave now, nothing may be appended that is not in it.
        folder.sync(path).inspect_err(|_| self.database.close())?;
        (self.database, self.last, self.since, self.verified) = (file::Opened::as_it_is(database), last, 0, true);
        self.recorded = Some(meta::Meta::ours(self.schema));
        Ok(last)
    }
}

/// Writes commits, what stands for everything before them, and a checkpoint of the log after them into a new database, in one transaction.
pub(super) fn fill(
    database: &Database,
    schema: Digest,
    floor: Option<&Log>,
    commits: &[Commit],
    log: &Log,
) -> fault::Result<Option<Head>> {
    let mut transaction = database.begin_write()?;
    transaction.set_durability(Durability::Immediate).map_err(Fault::damaged)?;
    meta::write(&transaction, schema)?;
    log::create(&transaction)?;
    let mut last = floor.map(|floor| log::write_floor(&transaction, floor)).transpose()?;
    for commit in commits {
        last = Some(log::append(&transaction, last.as_ref(), commit, &Context::new(commit.tx))?);
    }
    if let Some(head) = last.filter(|_| !commits.is_empty()) {
        log::write_checkpoint(&transaction, &head, log)?;
    }
    transaction.commit()?;
    Ok(last)
}
