//! Names of files: what a store asks of the folder that it lies in. A file gets its name once it is whole, and nobody else gives it that name meanwhile.

use std::any::Any;
use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::path::Path;

use redb::{Builder, Database, DatabaseError};

/// A folder with files. The operating system's, or one of the harnesses' own, which records what it is asked for, loses power, or fails.
pub trait Folder: fmt::Debug + Send + Sync {
    /// The database in the file of a name, which is made if it is not there.
    ///
    /// # Errors
    /// If the file cannot be opened, or makes no sense.
    fn database(&self, builder: &Builder, path: &Path) -> Result<Database, DatabaseError>;

    /// The first bytes of a file; fewer where it has no more.
    ///
    /// # Errors
    /// If there is no such file, or it cannot be read.
    fn start(&self, path: &Path, length: usize) -> io::Result<Vec<u8>>;

    /// Makes an empty file of a name unless one is there, and keeps it from whoever wants the same for as long as the claim lives; `None` while somebody else does.
    ///
    /// # Errors
    /// If no file can be made there.
    fn claim(&self, path: &Path) -> io::Result<Option<Claim>>;

    /// Gives a file another name, also in the place of a file that has it.
    ///
    /// # Errors
    /// If the names cannot be changed.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Takes a name away, if anything has it.
    ///
    /// # Errors
    /// If the names cannot be changed.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes the names as durable as what is in the files.
    ///
    /// # Errors
    /// If the disk fails.
    fn sync(&self, path: &Path) -> io::Result<()>;
}

/// What keeps a name for whoever is about to fill its file.
pub type Claim = Box<dyn Any>;

/// The operating system's folders.
#[derive(Clone, Copy, Debug)]
pub(super) struct System;

impl Folder for System {
    fn database(&self, builder: &Builder, path: &Path) -> Result<Database, DatabaseError> {
        builder.create(path)
    }

    fn start(&self, path: &Path, length: usize) -> io::Result<Vec<u8>> {
        let mut start = Vec::new();
        File::open(path)?.take(length as u64).read_to_end(&mut start)?;
        Ok(start)
    }

    fn claim(&self, path: &Path) -> io::Result<Option<Claim>> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Box::new(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            // A file system without locks: who comes second is turned away by the database's own.
            Err(TryLockError::Error(_)) => Ok(Some(Box::new(file))),
        }
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    #[cfg(unix)]
    fn sync(&self, path: &Path) -> io::Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }

    /// Elsewhere the operating system sees to it.
    #[cfg(not(unix))]
    fn sync(&self, _path: &Path) -> io::Result<()> {
        Ok(())
    }
}
