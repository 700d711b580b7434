//! What can be wrong with a store file, before the file is named: every fault becomes one error with its path.

use std::fmt::Display;
use std::io;
use std::path::Path;

use crate::base::{Error, ErrorKind};
use crate::history::store::holder;

/// A fault of the store file or of its use.
#[derive(Debug)]
pub(super) enum Fault {
    /// What redb says.
    Database(redb::Error),
    /// What the operating system says.
    Io(io::Error),
    /// What does not add up.
    Damaged(String),
    /// Why the file is none of ours.
    Foreign(&'static str),
    /// The format that the file has.
    Newer(String),
    /// What the caller may not do.
    Misuse(String),
    /// The host stopped it.
    Stopped(Error),
}

/// The result of what touches the file.
pub(super) type Result<T> = std::result::Result<T, Fault>;

/// A fault unless something holds.
pub(super) fn check(holds: bool, otherwise: impl FnOnce() -> String) -> Result<()> {
    match holds {
        true => Ok(()),
        false => Err(Fault::damaged(otherwise())),
    }
}

impl Fault {
    /// Something that does not add up.
    pub(super) fn damaged(what: impl Display) -> Fault {
        Fault::Damaged(what.to_string())
    }

    /// The same as an error about the store at `path`.
    pub(super) fn at(self, path: &Path) -> Error {
        match self {
            Fault::Database(error) => of_database(error, path),
            Fault::Io(error) => of_system(error, path),
            Fault::Damaged(what) => corrupt(path).because(what),
            Fault::Foreign(why) => Error::new(ErrorKind::NotAStore, format!("{} is no store: {why}", path.display())),
            Fault::Newer(found) => Error::new(ErrorKind::Newer, newer(path, &found)),
            Fault::Stopped(error) => error,
            Fault::Misuse(what) => Error::new(ErrorKind::Invalid, format!("store {}: {what}", path.display())),
        }
    }
}

fn newer(path: &Path, found: &str) -> String {
    let ours = super::meta::Format::OURS;
    format!("store {} has format {found}; this version reads up to {ours}: use a newer version", path.display())
}

fn of_database(error: redb::Error, path: &Path) -> Error {
    match error {
        redb::Error::Io(error) => of_system(error, path),
        redb::Error::DatabaseAlreadyOpen | redb::Error::LockProtocolMismatch => busy(path),
        redb::Error::UpgradeRequired(_) => Fault::Foreign("an old database of another program").at(path),
        redb::Error::ValueTooLarge(_) => of_limit(error, path),
        redb::Error::PreviousIo | redb::Error::Backend(_) | redb::Error::Unsupported => of_io(error, path),
        error => corrupt(path).because(error),
    }
}

fn of_system(error: io::Error, path: &Path) -> Error {
    match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => corrupt(path).because(error),
        _ => of_io(error, path),
    }
}

fn of_io(error: impl std::error::Error + Send + Sync + 'static, path: &Path) -> Error {
    Error::new(ErrorKind::Io, format!("store {}", path.display())).because(error)
}

fn of_limit(error: redb::Error, path: &Path) -> Error {
    Error::new(ErrorKind::Limit, format!("store {}: a row is too large", path.display())).because(error)
}

fn corrupt(path: &Path) -> Error {
    Error::new(ErrorKind::Corrupt, format!("store {} is damaged", path.display()))
}

fn busy(path: &Path) -> Error {
    let who = holder::read(path).map_or("another process".to_owned(), |id| format!("process {id}"));
    Error::new(ErrorKind::Busy, format!("store {} is open for writing by {who}", path.display()))
}

macro_rules! from_database {
    ($($error:ident)*) => {
        $(impl From<redb::$error> for Fault {
            fn from(error: redb::$error) -> Self {
                Fault::Database(error.into())
            }
        })*
    };
}

from_database!(DatabaseError TransactionError TableError StorageError CommitError);

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Fault::Io(error)
    }
}
