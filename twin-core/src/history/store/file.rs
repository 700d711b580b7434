//! Opening the file: looking at it without touching it, then, and only if all is well, for writing.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use redb::{Builder, ConcurrencyMode, Database, ReadableDatabase};

use crate::base::{Digest, Timestamp};
use crate::history::store::fault::{Fault, Result};
use crate::history::store::log::{self, Stretch};
use crate::history::store::meta;
use crate::history::store::overlay::{Locking, Overlay};

/// What every redb file starts with.
const REDB_MAGIC: &[u8; 9] = b"redb\x1A\x0A\xA9\x0D\x0A";
/// How many bytes of the file may stay in memory: it is read once from start to end, and then only appended to.
const CACHE: usize = 64 << 20;

/// What was found in a file: the schema it was last written with, if it was ever written, and commits.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) schema: Option<Digest>,
    pub(super) log: Stretch,
}

/// Opens the file for writing, and reads it all. A file that cannot be opened is not touched.
pub(super) fn open(path: &Path) -> Result<(Database, Found)> {
    if is_new(path)? {
        return create(path);
    }
    let found = examine(path)?;
    guarded(|| {
        let database = writer().open(path)?;
        let found = unless_outrun(&database, found)?;
        Ok((database, found))
    })
}

/// Opens what a disk of the harnesses' own holds for writing.
#[cfg(feature = "testkit")]
pub(super) fn open_on(disk: impl redb::StorageBackend) -> Result<(Database, Found)> {
    let mut start = vec![0; REDB_MAGIC.len().min(disk.len()? as usize)];
    disk.read(0, &mut start)?;
    if !start.is_empty() && start != REDB_MAGIC {
        return Err(Fault::Foreign("it does not start like one"));
    }
    guarded(|| {
        let database = writer().create_with_backend(disk)?;
        let found = read(&database, None)?;
        Ok((database, found))
    })
}

/// Reads what is later than `after`, beside whoever writes.
pub(super) fn follow(path: &Path, after: Option<Timestamp>) -> Result<Found> {
    check_magic(path)?;
    match guarded(|| shared(path, after)) {
        Err(Fault::Database(redb::Error::RepairAborted)) => abandoned(path, after),
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

fn create(path: &Path) -> Result<(Database, Found)> {
    let database = builder().create(path)?;
    sync_folder(path)?;
    let found = read(&database, None)?;
    Ok((database, found))
}

/// Makes the file's name as durable as what is in it.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Elsewhere the operating system sees to it.
#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Repairs and checks the file in memory, as its only writer, and reads it all.
fn examine(path: &Path) -> Result<Found> {
    check_magic(path)?;
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    guarded(|| picture(file, Locking::Exclusive, None))
}

/// What was found, or what is there now if another writer came and went since.
fn unless_outrun(database: &Database, found: Found) -> Result<Found> {
    let last = log::last(&database.begin_read()?)?;
    if last == found.log.last { Ok(found) } else { read(database, None) }
}

fn shared(path: &Path, after: Option<Timestamp>) -> Result<Found> {
    read(&builder().open_read_only(path)?, after)
}

/// Reads a file that its writer left without closing it, as the next writer would find it. If that writer has come meanwhile,
/// the file changes underneath, but can be shared again.
fn abandoned(path: &Path, after: Option<Timestamp>) -> Result<Found> {
    let file = File::open(path)?;
    guarded(|| picture(file, Locking::None, after)).or_else(|fault| guarded(|| shared(path, after)).map_err(|_| fault))
}

fn picture(file: File, locking: Locking, after: Option<Timestamp>) -> Result<Found> {
    let overlay = Overlay::over(file, locking)?;
    read(&writer().create_with_backend(overlay)?, after)
}

fn read(database: &impl ReadableDatabase, after: Option<Timestamp>) -> Result<Found> {
    let transaction = database.begin_read()?;
    let schema = meta::read(&transaction)?;
    let log = log::read(&transaction, after)?;
    Ok(Found { schema, log })
}

fn check_magic(path: &Path) -> Result<()> {
    let mut start = Vec::new();
    File::open(path)?.take(REDB_MAGIC.len() as u64).read_to_end(&mut start)?;
    match start == REDB_MAGIC {
        true => Ok(()),
        false => Err(Fault::Foreign("it does not start like one")),
    }
}

/// A writer rebuilds what it knows of free pages, so that damage there cannot make it overwrite what is in use.
fn writer() -> Builder {
    let mut builder = builder();
    builder.set_check_integrity_on_open(true);
    builder
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_concurrency_mode(ConcurrencyMode::SingleWriter).set_cache_size(CACHE);
    builder
}
