//! Where commits go: one file, which one process writes and any number of processes read at the same time.
//!
//! # What is in the file
//!
//! The file is a database of `redb` with four tables:
//!
//! | table | key | value |
//! |---|---|---|
//! | `meta` | `magic`, `format`, `schema`, `created by`, `checksum` | text: `twin-store`, `1.0`, the schema's fingerprint, the version of this crate, a digest of the others |
//! | `rows` | subject, valid time, transaction time, place within the commit | checksum of key and row, the row as JSON |
//! | `order` | transaction time, place within the commit | subject, valid time: the rest of the row's key |
//! | `commits` | transaction time | revision, number of rows, number of rows so far, chained checksum |
//!
//! Times are microseconds. The subject is a digest: of the record for facts, assignments and decisions (the first record where
//! there are two), of the scope for readings, of the id no longer in use for redirections, of the fact for withdrawals. Rows
//! without a valid time are filed under the earliest. The chained checksum covers the checksum of the commit before, the time,
//! the revision, the number of rows so far, and the checksum of each row in order.
//!
//! # What holds
//!
//! - A commit is there in full or not at all, and once `append` has returned it survives the loss of power.
//! - No row is handed out that is missing, doubled, altered, moved within or between commits: that is `Corrupt`. Every
//!   row is verified each time it is read, and for a writer the pages of the database are too.
//! - A file that cannot be opened is not touched: it is first examined, and if need be repaired, in memory.
//! - A store whose process was killed opens with every commit that was acknowledged.
//! - A file with an older minor format opens; a newer one is `Newer`. A file that is not ours is `NotAStore`, among them one
//!   cut off within its first bytes; but an empty file, or a database without any table, is a new store to a writer, since
//!   nothing in it can be lost.
//! - A store may be opened with another schema than it was written with, because a host may add rows to its own:
//!   [`Store::fingerprint`] tells. The next commit records the schema of whoever appends.
//!
//! What it does not do: it cannot tell a file from an older copy of itself, and its checksums are against accidents, not
//! against somebody who computes them anew. Reading some damaged files makes the database panic; the panic is caught, but the
//! process's panic hook has then already printed it. A process killed while it creates a store can leave a file that is
//! `NotAStore`, with nothing in it.

#[cfg(feature = "testkit")]
mod backend;
mod fault;
mod file;
mod holder;
mod layout;
mod log;
mod meta;
mod overlay;

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};

use redb::{Database, Durability};

use crate::base::{Context, Digest, Result, Timestamp};
use crate::history::Commit;
use fault::Fault;
use file::Found;
use holder::Holder;
use layout::Head;

/// The file in which the log lives on. Dropping it closes the file.
pub struct Store {
    path: PathBuf,
    fingerprint: Option<Digest>,
    /// `None` for one that only reads.
    writer: Option<Writer>,
}

/// What it takes to append. The fields are dropped in this order, so that nobody finds the lock free and then loses the name.
struct Writer {
    _holder: Option<Holder>,
    database: Database,
    schema: Digest,
    recorded: Option<Digest>,
    last: Option<Head>,
}

impl Store {
    /// Opens the store at `path` for writing with a schema of this fingerprint, and reads every commit in the order of their
    /// times. Creates the file if it is not there or empty. O(rows).
    ///
    /// # Errors
    /// `Busy` while another process, or this one, holds it for writing; `NotAStore`, `Newer`, `Corrupt`, `Io`. The file is then
    /// as it was.
    pub fn open(path: &Path, fingerprint: Digest) -> Result<(Store, Vec<Commit>)> {
        let (database, found) = file::open(path).map_err(|fault| fault.at(path))?;
        let mut writer = Writer::new(Some(Holder::of(path)), database, fingerprint, &found);
        writer.begin().map_err(|fault| fault.at(path))?;
        let fingerprint = found.schema.or(Some(fingerprint));
        Ok((Store { path: path.to_owned(), fingerprint, writer: Some(writer) }, found.log.commits))
    }

    /// Opens the store at `path` for reading, beside whoever writes it, and reads every commit in the order of their times.
    /// Never writes, also not after a crash. O(rows).
    ///
    /// # Errors
    /// `NotAStore`, also for an empty file; `Newer`, `Corrupt`, `Io`.
    pub fn open_read_only(path: &Path) -> Result<(Store, Vec<Commit>)> {
        let found = file::follow(path, None).map_err(|fault| fault.at(path))?;
        Ok((Store { path: path.to_owned(), fingerprint: found.schema, writer: None }, found.log.commits))
    }

    /// The fingerprint of the schema that the store was last written with before it was opened; `None` for a store that is
    /// only just being created by another process.
    pub fn fingerprint(&self) -> Option<Digest> {
        self.fingerprint
    }

    /// Appends `commit`: all of it, or nothing. When this returns it is on disk. O(rows of the commit · log of all rows).
    ///
    /// # Errors
    /// `Invalid` if the commit is not later than the last or has a lesser revision, if a confidence is no number, or if the
    /// store was opened for reading; `Io` if the disk fails, after which the store must be opened anew.
    pub fn append(&mut self, commit: &Commit) -> Result<()> {
        self.append_within(commit, &Context::new(commit.tx))
    }

    /// Appends `commit` as [`Store::append`] does, watched and stopped by `context` until it is written down: all of it, or nothing.
    ///
    /// # Errors
    /// As [`Store::append`]; `Cancelled` if the host cancels, `Limit` if the deadline passes.
    pub fn append_within(&mut self, commit: &Commit, context: &Context) -> Result<()> {
        let appended = match &mut self.writer {
            Some(writer) => writer.append(commit, context),
            None => Err(Fault::Misuse("was opened for reading only".to_owned())),
        };
        appended.map_err(|fault| fault.at(&self.path))
    }

    /// The commits later than `after`, in the order of their times, as the file has them now. O(rows of these commits · log of
    /// all rows), but O(all rows) where the last writer did not close the store.
    ///
    /// # Errors
    /// As for opening.
    pub fn refresh(&self, after: Timestamp) -> Result<Vec<Commit>> {
        let found = file::follow(&self.path, Some(after)).map_err(|fault| fault.at(&self.path))?;
        Ok(found.log.commits)
    }
}

impl Writer {
    fn new(holder: Option<Holder>, database: Database, schema: Digest, found: &Found) -> Writer {
        Writer { _holder: holder, database, schema, recorded: found.schema, last: found.log.last }
    }

    /// Makes a new file a store. One that was written before stays as it is until something is appended.
    fn begin(&mut self) -> fault::Result<()> {
        match self.recorded {
            Some(_) => Ok(()),
            None => self.write(None, &Context::new(Timestamp::MIN)),
        }
    }

    fn append(&mut self, commit: &Commit, context: &Context) -> fault::Result<()> {
        self.write(Some(commit), context)
    }

    /// One transaction: the schema if it is another than is recorded, and the commit.
    fn write(&mut self, commit: Option<&Commit>, context: &Context) -> fault::Result<()> {
        self.last = file::guarded(|| self.transact(commit, context))?;
        self.recorded = Some(self.schema);
        Ok(())
    }

    fn transact(&self, commit: Option<&Commit>, context: &Context) -> fault::Result<Option<Head>> {
        let mut transaction = self.database.begin_write()?;
        transaction.set_durability(Durability::Immediate).map_err(Fault::damaged)?;
        if self.recorded != Some(self.schema) {
            meta::write(&transaction, self.schema)?;
            log::create(&transaction)?;
        }
        let previous = self.last.as_ref();
        let appended = commit.map(|commit| log::append(&transaction, previous, commit, context)).transpose()?;
        transaction.commit()?;
        Ok(appended.or(self.last))
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let access = if self.writer.is_some() { "writing" } else { "reading" };
        write!(f, "Store({}, open for {access})", self.path.display())
    }
}
