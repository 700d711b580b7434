//! Where commits go: one file, which one process writes and any number of processes read at the same time.
//!
//! # What is in the file
//!
//! The file is a database of `redb` with six tables (`docs/decisions/0012-store-format-2.md`):
//!
//! | table | key | value |
//! |---|---|---|
//! | `meta` | `magic`, `format`, `schema`, `created by`, `checksum` | text: `twin-store`, `2.0`, the schema's fingerprint, the version of this crate, a digest of the others |
//! | `heads` | transaction time | revision, number of rows, number of blocks, rows, blocks and commits so far, chained checksum |
//! | `blocks` | transaction time, number within the commit | checksum, least subject and valid time, greatest ones, number of rows, the rows |
//! | `directory` | least subject, least valid time, transaction time, number | greatest subject and valid time, number of rows, checksum |
//! | `checkpoint` | number of the part | part 0: the head of the commit at which it stands and the checksums of the others; then what bears on the head of the log |
//! | `floor` | number of the part | the same for what stands for everything before the first commit, where there is such a thing |
//!
//! Times are microseconds. The subject is a digest: of the record for facts, tellings, assignments and decisions (the first record where
//! there are two), of the scope for readings, of the id no longer in use for redirections, of the fact for withdrawals. Rows
//! without a valid time are filed under the earliest. The chained checksum covers that of the commit before, everything else in the head, and the
//! checksum of each block in order.
//!
//! # What holds
//!
//! - A commit is there in full or not at all, and once `append` has returned it survives the loss of power. Rows, cursors, decisions about identity, the
//!   number of diagnostics and a checkpoint that falls due are one transaction.
//! - No row is handed out that is missing, doubled, altered, moved within or between commits: that is `Corrupt`. Every
//!   block is verified each time it is read; before a writer first appends, so are all pages of the database.
//! - A file that cannot be opened is not touched: it is first examined, and if need be repaired, in memory.
//! - A file is made beside its name, and gets it once it is whole and on disk; the name is on disk before anybody is told. So a copy is there in full or not at
//!   all, and of a store that is written anew the old one or the new one, also after the loss of power.
//! - A store whose process was killed opens with every commit that was acknowledged.
//! - Opening by [`Store::open`] takes as long as what bears on the head is large, whatever the age of the file; but where the last writer did not close the
//!   file, all of it is read.
//! - A file with an older format opens, and is written anew when something is first appended to it; a newer one is `Newer`. A file that is not ours is `NotAStore`, among them one
//!   cut off within its first bytes; but an empty file, or a database without any table, is a new store to a writer, since
//!   nothing in it can be lost.
//! - A store may be opened with another schema than it was written with, because a host may add rows to its own:
//!   [`Store::fingerprint`] tells. The next commit records the schema of whoever appends.
//!
//! What it does not do: it cannot tell a file from an older copy of itself, and its checksums are against accidents, not
//! against somebody who computes them anew. Reading some damaged files makes the database panic; the panic is caught, but the
//! process's panic hook has then already printed it. A process killed while it creates, copies or rewrites a store can leave an
//! empty file of the name, which a reader takes for no store and the next writer for a new one, and an unfinished one beside it,
//! with `.new` after the name, which the next writer who needs that name takes away.

#[cfg(feature = "testkit")]
mod backend;
mod fault;
mod file;
mod first;
mod folder;
mod holder;
mod layout;
mod log;
mod meta;
mod overlay;
mod upkeep;

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::Durability;

use crate::base::{Context, Digest, Result, Timestamp};
use crate::history::{Commit, Log};
use fault::Fault;
use file::{Found, Opened};
use folder::System;
use holder::Holder;
use layout::Head;
use log::Extent;
use meta::Meta;

pub use folder::{Claim, Folder};
pub use upkeep::Verified;

/// The least number of rows after which a checkpoint is written.
const LEAST_ROWS: u64 = 4_096;

/// The file in which the log lives on. Dropping it closes the file.
pub struct Store {
    folder: Arc<dyn Folder>,
    path: PathBuf,
    fingerprint: Option<Digest>,
    /// The last commit that was read or written.
    last: Option<Head>,
    /// `None` for one that only reads.
    writer: Option<Writer>,
}

/// What it takes to append. The fields are dropped in this order, so that nobody finds the lock free and then loses the name.
struct Writer {
    _holder: Option<Holder>,
    database: Opened,
    schema: Digest,
    recorded: Option<Meta>,
    /// Whether all pages of the database were verified.
    verified: bool,
    last: Option<Head>,
    /// How many rows there are since the last checkpoint.
    since: u64,
    /// After how many rows a test wants a checkpoint.
    wanted: Option<u64>,
}

impl Store {
    /// Opens the store at `path` for writing with a schema of this fingerprint, and reads what bears on the head of its log. Creates the file if it is not there or
    /// empty. O(what bears on the head).
    ///
    /// # Errors
    /// `Busy` while another process, or this one, holds it for writing; `NotAStore`, `Newer`, `Corrupt`, `Io`. The file is then
    /// as it was.
    pub fn open(path: &Path, fingerprint: Digest) -> Result<(Store, Log)> {
        let (database, found) = file::open(path, fingerprint).map_err(|fault| fault.at(path))?;
        Store::writing(
            Arc::new(System),
            path,
            Writer::new(Some(Holder::of(path)), database, fingerprint, &found),
            found,
        )
    }

    fn writing(folder: Arc<dyn Folder>, path: &Path, mut writer: Writer, found: Found) -> Result<(Store, Log)> {
        writer.begin().map_err(|fault| fault.at(path))?;
        let fingerprint = Some(found.meta.map_or(writer.schema, |meta| meta.schema));
        let (path, last) = (path.to_owned(), found.log.last);
        Ok((Store { folder, path, fingerprint, last, writer: Some(writer) }, found.log.into_log()))
    }

    /// Opens the store at `path` for reading, beside whoever writes it, and reads what bears on the head of its log. Never writes, also not after a crash. O(what bears
    /// on the head).
    ///
    /// # Errors
    /// `NotAStore`, also for an empty file; `Newer`, `Corrupt`, `Io`.
    pub fn open_read_only(path: &Path) -> Result<(Store, Log)> {
        let found = file::follow(path, Extent::Head).map_err(|fault| fault.at(path))?;
        let (fingerprint, last) = (found.meta.map(|meta| meta.schema), found.log.last);
        let store = Store { folder: Arc::new(System), path: path.to_owned(), fingerprint, last, writer: None };
        Ok((store, found.log.into_log()))
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
        self.append_within(commit, None, &Context::new(commit.tx))
    }

    /// Appends `commit` as [`Store::append`] does, watched and stopped by `context` until it is written down: all of it, or nothing. Where the log after it is
    /// given, a checkpoint of it is written once the rows since the last one are more than what bears on the head.
    ///
    /// # Errors
    /// As [`Store::append`]; `Cancelled` if the host cancels, `Limit` if the deadline passes.
    pub fn append_within(&mut self, commit: &Commit, log: Option<&Log>, context: &Context) -> Result<()> {
        let appended = match &mut self.writer {
            Some(writer) => writer.write(Some(commit), log, context),
            None => Err(Fault::Misuse("was opened for reading only".to_owned())),
        };
        self.last = appended.map_err(|fault| fault.at(&self.path))?;
        Ok(())
    }

    /// Writes checkpoints after so many rows. For tests: else it is some thousands, or as many as bear on the head.
    #[cfg(feature = "testkit")]
    pub fn checkpoint_after(&mut self, rows: u64) {
        if let Some(writer) = &mut self.writer {
            writer.wanted = Some(rows);
        }
    }

    /// Brings a log that this store gave up to what the file has now, and says whether anything was new. O(rows of new commits), but O(what bears on the head)
    /// where the file was written anew.
    ///
    /// # Errors
    /// As for opening.
    pub fn follow(&mut self, log: &mut Log) -> Result<bool> {
        let known = self.last;
        let found = self.found(known.map_or(Extent::Head, |head| Extent::After(head.tx)))?;
        if known.is_some() && found.log.before == known {
            let is_new = !found.log.commits.is_empty();
            self.last = found.log.last;
            log.extend(found.log.commits);
            return Ok(is_new);
        }
        let found = self.found(Extent::Head)?;
        let is_new = found.log.last != known;
        if is_new {
            (self.last, *log) = (found.log.last, found.log.into_log());
        }
        Ok(is_new)
    }

    /// The whole log until the last commit that this store has read or written. O(rows).
    ///
    /// # Errors
    /// As for opening; `Corrupt` as well where another process took what was before away.
    pub fn whole(&self) -> Result<Log> {
        let mut stretch = self.found(Extent::All)?.log;
        let last = self.last.map(|head| head.tx);
        stretch.commits.retain(|commit| Some(commit.tx) <= last);
        let log = stretch.into_log();
        if log.last() == last {
            return Ok(log);
        }
        Err(Fault::damaged("what was read before is no longer there").at(&self.path))
    }

    fn found(&self, extent: Extent) -> Result<Found> {
        let found = match &self.writer {
            Some(writer) => file::guarded(|| file::read(writer.database.get()?, extent)),
            None => file::follow(&self.path, extent),
        };
        found.map_err(|fault| fault.at(&self.path))
    }
}

impl Writer {
    fn new(holder: Option<Holder>, database: Opened, schema: Digest, found: &Found) -> Writer {
        let (last, since) = (found.log.last, found.log.since);
        Writer { _holder: holder, database, schema, recorded: found.meta, verified: false, last, since, wanted: None }
    }

    /// Makes a new file a store. One that was written before stays as it is until something is appended.
    fn begin(&mut self) -> fault::Result<()> {
        match self.recorded {
            Some(_) => Ok(()),
            None => self.write(None, None, &Context::new(Timestamp::MIN)).map(drop),
        }
    }

    /// One transaction: the schema if it is another than is recorded, the commit, and a checkpoint if one is due.
    fn write(&mut self, commit: Option<&Commit>, log: Option<&Log>, context: &Context) -> fault::Result<Option<Head>> {
        self.verify()?;
        let rows = commit.map_or(0, |commit| commit.rows.len() as u64);
        let most = |log: &Log| self.wanted.unwrap_or(LEAST_ROWS.max(log.size() as u64));
        let due = log.filter(|log| self.since + rows > most(log));
        self.last = file::guarded(|| self.transact(commit, due, context))?;
        self.recorded = Some(Meta::ours(self.schema));
        self.since = if due.is_some() { 0 } else { self.since + rows };
        Ok(self.last)
    }

    /// Verifies all pages and rebuilds what is known of free ones, so that damage there cannot make anybody overwrite what is in use. Once.
    fn verify(&mut self) -> fault::Result<()> {
        if !self.verified {
            self.database.verify()?;
        }
        self.verified = true;
        Ok(())
    }

    fn transact(&self, commit: Option<&Commit>, due: Option<&Log>, context: &Context) -> fault::Result<Option<Head>> {
        let old = self.recorded.is_some_and(|meta| meta.is_first());
        let database = self.database.get()?;
        let commits = if old { file::read(database, Extent::All)?.log.commits } else { Vec::new() };
        let mut transaction = database.begin_write()?;
        transaction.set_durability(Durability::Immediate).map_err(Fault::damaged)?;
        if self.recorded != Some(Meta::ours(self.schema)) {
            meta::write(&transaction, self.schema)?;
            log::create(&transaction)?;
        }
        let mut last = if old { None } else { self.last };
        for commit in commits.iter().chain(commit) {
            last = Some(log::append(&transaction, last.as_ref(), commit, context)?);
        }
        if old {
            first::remove(&transaction)?;
        }
        if let (Some(head), Some(log)) = (&last, due) {
            log::write_checkpoint(&transaction, head, log)?;
        }
        transaction.commit()?;
        Ok(last)
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let access = if self.writer.is_some() { "writing" } else { "reading" };
        write!(f, "Store({}, open for {access})", self.path.display())
    }
}
