//! Opening the file: looking at it without touching it, then, and only if all is well, for writing.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use redb::{Builder, ConcurrencyMode, Database, ReadableDatabase};

use crate::history::store::fault::{Fault, Result};
use crate::history::store::layout::Head;
use crate::history::store::log::{self, Extent, Stretch};
use crate::history::store::meta::{self, Meta};
use crate::history::store::overlay::{Locking, Overlay};

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
        self.database.as_ref().ok_or_else(|| Fault::Misuse("is closed".to_owned()))
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
    fn close(&mut self) {
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

/// Opens the file for writing, and reads as much of it as is wanted. A file that cannot be opened is not touched.
pub(super) fn open(path: &Path, extent: Extent) -> Result<(Opened, Found)> {
    if is_new(path)? {
        let (database, found) = create(path)?;
        return Ok((Opened::as_it_is(database), found));
    }
    check_magic(path)?;
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    let database = guarded(|| picture(file, Locking::Exclusive))?;
    let opened = Opened { database: Some(database), unwritten: Some(path.to_owned()) };
    let found = guarded(|| read(opened.get()?, extent))?;
    Ok((opened, found))
}

/// Opens what a disk of the harnesses' own holds for writing.
#[cfg(feature = "testkit")]
pub(super) fn open_on(disk: impl redb::StorageBackend, extent: Extent) -> Result<(Database, Found)> {
    let mut start = vec![0; REDB_MAGIC.len().min(disk.len()? as usize)];
    disk.read(0, &mut start)?;
    if !start.is_empty() && start != REDB_MAGIC {
        return Err(Fault::Foreign("it does not start like one"));
    }
    guarded(|| {
        let database = builder().create_with_backend(disk)?;
        let found = read(&database, extent)?;
        Ok((database, found))
    })
}

/// Reads as much as is wanted, beside whoever writes.
pub(super) fn follow(path: &Path, extent: Extent) -> Result<Found> {
    check_magic(path)?;
    match guarded(|| shared(path, extent)) {
        Err(Fault::Database(redb::Error::RepairAborted)) => abandoned(path, extent),
        found => found,
    }
}

/// Runs what uses redb on a file that may be damaged: it panics on some of those.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Fault::damaged("its pages make no sense")))
}

/// Whether there is nothing at `path` that a store could overwrite.
fn is_new(path: &Path) -> Result<bool> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(metadata.is_file() && metadata.len() == 0),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// Makes a new file.
pub(super) fn create(path: &Path) -> Result<(Database, Found)> {
    let database = builder().create(path)?;
    sync_folder(path)?;
    let found = read(&database, Extent::All)?;
    Ok((database, found))
}

/// Makes the file's name as durable as what is in it.
#[cfg(unix)]
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Elsewhere the operating system sees to it.
#[cfg(not(unix))]
pub(super) fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
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

fn check_magic(path: &Path) -> Result<()> {
    let mut start = Vec::new();
    File::open(path)?.take(REDB_MAGIC.len() as u64).read_to_end(&mut start)?;
    match start == REDB_MAGIC {
        true => Ok(()),
        false => Err(Fault::Foreign("it does not start like one")),
    }
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_concurrency_mode(ConcurrencyMode::SingleWriter).set_cache_size(CACHE);
    builder
}
