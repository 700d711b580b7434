//! Opening the file: looking at it without touching it, then, and only if all is well, for writing.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use redb::{Builder, ConcurrencyMode, Database, ReadableDatabase};

use crate::history::store::fault::{Fault, Result};
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

/// Opens the file for writing, and reads as much of it as is wanted. A file that cannot be opened is not touched.
pub(super) fn open(path: &Path, extent: Extent) -> Result<(Database, Found)> {
    if is_new(path)? {
        return create(path);
    }
    let found = examine(path, extent)?;
    guarded(|| {
        let database = builder().open(path)?;
        let found = unless_outrun(&database, found, extent)?;
        Ok((database, found))
    })
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

/// Repairs the file in memory if need be, as its only writer, and reads it there.
fn examine(path: &Path, extent: Extent) -> Result<Found> {
    check_magic(path)?;
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    guarded(|| picture(file, Locking::Exclusive, extent))
}

/// What was found, or what is there now if another writer came and went since.
fn unless_outrun(database: &Database, found: Found, extent: Extent) -> Result<Found> {
    let last = log::last(&database.begin_read()?)?;
    if last == found.log.last { Ok(found) } else { read(database, extent) }
}

fn shared(path: &Path, extent: Extent) -> Result<Found> {
    read(&builder().open_read_only(path)?, extent)
}

/// Reads a file that its writer left without closing it, as the next writer would find it. If that writer has come meanwhile,
/// the file changes underneath, but can be shared again.
fn abandoned(path: &Path, extent: Extent) -> Result<Found> {
    let file = File::open(path)?;
    guarded(|| picture(file, Locking::None, extent))
        .or_else(|fault| guarded(|| shared(path, extent)).map_err(|_| fault))
}

fn picture(file: File, locking: Locking, extent: Extent) -> Result<Found> {
    let overlay = Overlay::over(file, locking)?;
    read(&builder().create_with_backend(overlay)?, extent)
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
