//! Opening the file: looking at it without touching it, then, and only if all is well, for writing.

use std::fs::{File, OpenOptions};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use redb::{Builder, ConcurrencyMode, Database, DatabaseError, ReadableDatabase};

use crate::base::Digest;
use crate::history::Log;
use crate::history::store::fault::{Fault, Result};
use crate::history::store::folder::{Claim, Folder, System};
use crate::history::store::layout::Head;
use crate::history::store::log::{self, Extent, Stretch};
use crate::history::store::meta::{self, Meta};
use crate::history::store::overlay::{Locking, Overlay};
use crate::history::store::upkeep;

/// What every redb file starts with.
const REDB_MAGIC: &[u8; 9] = b"redb\x1A\x0A\xA9\x0D\x0A";
/// How many bytes of the file may stay in memory: it is read once from start to end, and then only appended to.
const CACHE: usize = 64 << 20;

/// What was found in a file: what it says of itself, if it was ever written, and commits.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) meta: Option<Meta>,
    pub(super) log: Stretch,
}

/// A database that is open for writing. One that was there before is seen through memory until something is to be written, so that neither opening nor closing touches
/// a file that nobody wrote to: it may be damaged where nobody looked.
pub(super) struct Opened {
    database: Option<Database>,
    /// The file beneath, as long as it is only seen.
    unwritten: Option<PathBuf>,
}

impl Opened {
    /// A database that is written to as it is.
    pub(super) fn as_it_is(database: Database) -> Self {
        Opened { database: Some(database), unwritten: None }
    }

    pub(super) fn get(&self) -> Result<&Database> {
        let closed = || io::Error::other("it was closed after a fault: open it again");
        self.database.as_ref().ok_or_else(|| closed().into())
    }

    /// Verifies all pages and rebuilds what is known of free ones, so that damage there cannot make anybody overwrite what is in use; first in memory, then in the file,
    /// which is written from then on. O(size of the file).
    ///
    /// # Errors
    /// `Damaged`, with the file untouched; `Misuse` if another writer came between.
    pub(super) fn verify(&mut self) -> Result<()> {
        self.check()?;
        let Some(path) = self.unwritten.take() else { return Ok(()) };
        let seen = self.last()?;
        self.close();
        self.database = Some(guarded(|| Ok(builder().open(&path)?))?);
        if self.last()? != seen {
            return Err(Fault::Misuse("was written by another process meanwhile: open it again".to_owned()));
        }
        self.check()
    }

    fn last(&self) -> Result<Option<Head>> {
        guarded(|| log::last(&self.get()?.begin_read()?))
    }

    fn check(&mut self) -> Result<()> {
        let database = &mut self.database;
        guarded(|| database.as_mut().map_or(Ok(()), |database| Ok(database.check_integrity().map(drop)?)))
    }

    /// Closing makes redb panic on some damaged files too.
    pub(super) fn close(&mut self) {
        let database = self.database.take();
        let _ = guarded(|| {
            drop(database);
            Ok(())
        });
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.close();
    }
}

/// Opens the file for writing, or makes it, and reads what bears on the head. A file that cannot be opened is not touched.
pub(super) fn open(path: &Path, schema: Digest) -> Result<(Opened, Found)> {
    if let Some(claimed) = claimed(&System, path)? {
        return claimed.make(|database| upkeep::fill(database, schema, None, &[], &Log::default())).and_then(opened);
    }
    check_magic(&System, path)?;
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    let database = guarded(|| picture(file, Locking::Exclusive))?;
    let opened = Opened { database: Some(database), unwritten: Some(path.to_owned()) };
    let found = guarded(|| read(opened.get()?, Extent::Head))?;
    Ok((opened, found))
}

/// Opens what a folder of the harnesses' own holds for writing: nothing is tried in memory first, so that what the folder is asked for is what the store does to a file.
#[cfg(feature = "testkit")]
pub(super) fn open_in(folder: &dyn Folder, path: &Path, schema: Digest) -> Result<(Opened, Found)> {
    if let Some(claimed) = claimed(folder, path)? {
        return claimed.make(|database| upkeep::fill(database, schema, None, &[], &Log::default())).and_then(opened);
    }
    check_magic(folder, path)?;
    guarded(|| opened((folder.database(&builder(), path)?, None)))
}

fn opened((database, _): (Database, Option<Head>)) -> Result<(Opened, Found)> {
    let found = read(&database, Extent::Head)?;
    Ok((Opened::as_it_is(database), found))
}

/// A name that nobody has filled, and nobody else fills meanwhile.
pub(super) struct Claimed<'a> {
    folder: &'a dyn Folder,
    path: &'a Path,
    is_new: bool,
    _claim: Claim,
}

/// Claims a name; `None` where a file has it that holds anything.
pub(super) fn claimed<'a>(folder: &'a dyn Folder, path: &'a Path) -> Result<Option<Claimed<'a>>> {
    let Some(is_new) = is_free(folder, path)? else { return Ok(None) };
    let Some(claim) = folder.claim(path)? else { return Err(DatabaseError::DatabaseAlreadyOpen.into()) };
    // Whoever had the claim before may have filled it.
    let filled = is_free(folder, path)?.is_none();
    Ok((!filled).then_some(Claimed { folder, path, is_new, _claim: claim }))
}

/// Whether nothing has a name (`true`), or an empty file (`false`), which a process can leave that ended while it made a store; `None` for anything else.
fn is_free(folder: &dyn Folder, path: &Path) -> Result<Option<bool>> {
    match folder.start(path, 1) {
        Ok(start) => Ok(start.is_empty().then_some(false)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Some(true)),
        Err(error) => Err(error.into()),
    }
}

impl Claimed<'_> {
    /// Makes the file of this name: beside it first, so that it has the name only once it is whole, whenever the process or the power ends.
    pub(super) fn make<T>(self, fill: impl FnOnce(&Database) -> Result<T>) -> Result<(Database, T)> {
        let made = write_beside(self.folder, self.path, fill).and_then(|made| {
            self.folder.rename(&beside(self.path), self.path)?;
            self.folder.sync(self.path)?;
            Ok(made)
        });
        made.inspect_err(|_| {
            let _ = self.folder.remove(&beside(self.path));
            if self.is_new {
                let _ = self.folder.remove(self.path);
            }
        })
    }
}

/// Makes a file beside a name, which is locked as one that is open for writing.
pub(super) fn write_beside<T>(
    folder: &dyn Folder,
    path: &Path,
    fill: impl FnOnce(&Database) -> Result<T>,
) -> Result<(Database, T)> {
    folder.remove(&beside(path))?;
    let database = folder.database(&builder(), &beside(path))?;
    let filled = fill(&database)?;
    Ok((database, filled))
}

/// The name of what is to be the file of a name.
pub(super) fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

/// Reads as much as is wanted, beside whoever writes.
pub(super) fn follow(path: &Path, extent: Extent) -> Result<Found> {
    check_magic(&System, path)?;
    match guarded(|| shared(path, extent)) {
        Err(Fault::Database(redb::Error::RepairAborted)) => abandoned(path, extent),
        found => found,
    }
}

/// Runs what uses redb on a file that may be damaged: it panics on some of those.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Fault::damaged("its pages make no sense")))
}

fn shared(path: &Path, extent: Extent) -> Result<Found> {
    read(&builder().open_read_only(path)?, extent)
}

/// Reads a file that its writer left without closing it, as the next writer would find it. If that writer has come meanwhile,
/// the file changes underneath, but can be shared again.
fn abandoned(path: &Path, extent: Extent) -> Result<Found> {
    let file = File::open(path)?;
    guarded(|| read(&picture(file, Locking::None)?, extent))
        .or_else(|fault| guarded(|| shared(path, extent)).map_err(|_| fault))
}

/// The file as it is in memory, repaired if need be.
fn picture(file: File, locking: Locking) -> Result<Database> {
    Ok(builder().create_with_backend(Overlay::over(file, locking)?)?)
}

/// Reads as much as is wanted of a database that is open.
pub(super) fn read(database: &impl ReadableDatabase, extent: Extent) -> Result<Found> {
    let transaction = database.begin_read()?;
    let meta = meta::read(&transaction)?;
    let log = log::read(&transaction, extent)?;
    Ok(Found { meta, log })
}

fn check_magic(folder: &dyn Folder, path: &Path) -> Result<()> {
    match folder.start(path, REDB_MAGIC.len())? == REDB_MAGIC {
        true => Ok(()),
        false => Err(Fault::Foreign("it does not start like one")),
    }
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_concurrency_mode(ConcurrencyMode::SingleWriter).set_cache_size(CACHE);
    builder
}
