//! A disk in memory: a folder that notes down what a store asks of it, and fails when it is told to.

use std::fmt;
use std::io;
use std::ops::Bound;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use redb::{BackendError, Builder, Database, DatabaseError, StorageBackend};
use twin_core::Twin;
use twin_core::base::Result;
use twin_core::history::{Claim, Folder};

use crate::durability::files::{Change, FileId, Files};

/// The name of the store.
pub const STORE: &str = "estate.twin";
/// The name of a copy of it.
pub const COPY: &str = "copy.twin";

/// What was asked of a disk, or known of it, in order.
#[derive(Clone, Debug)]
pub enum Operation {
    /// Something changes.
    Changed(Change),
    /// What was asked before of what is in a file is to outlive the loss of power.
    Flush(FileId),
    /// The names that were asked for before are to outlive the loss of power.
    Sync,
    /// The twin told its host that it is in this state.
    Acknowledged(usize),
    /// The twin told its host that there is a copy.
    Copied,
}

/// When a disk fails, and how.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// The operation that fails, counted from 1: whatever changes something or makes it last.
    pub at: u64,
    /// The operating system's number for it: 28 for no space, 5 for a defect.
    pub code: i32,
    /// Whether all later ones fail as well.
    pub lasting: bool,
}

/// A disk. Clones are the same disk.
#[derive(Clone, Default)]
pub struct Disk(Arc<Mutex<Platter>>);

#[derive(Default)]
struct Platter {
    files: Files,
    /// What was there when it was last flushed.
    flushed: Files,
    operations: Vec<Operation>,
    fault: Option<Fault>,
    asked: u64,
}

impl Disk {
    /// A disk that holds this.
    pub fn holding(files: Files) -> Self {
        let platter = Platter { flushed: files.clone(), files, ..Platter::default() };
        Disk(Arc::new(Mutex::new(platter)))
    }

    /// A disk that holds this and will fail.
    pub fn failing(files: Files, fault: Fault) -> Self {
        let platter = Platter { flushed: files.clone(), files, fault: Some(fault), ..Platter::default() };
        Disk(Arc::new(Mutex::new(platter)))
    }

    /// Opens the store on it, or makes one.
    ///
    /// # Errors
    /// As [`Twin::open`].
    pub fn open(&self, name: &str) -> Result<Twin> {
        Twin::open_in(Arc::new(self.clone()), name)
    }

    /// Notes what is known.
    pub fn note(&self, known: Operation) {
        self.platter().operations.push(known);
    }

    /// Everything that was asked of it.
    pub fn operations(&self) -> Vec<Operation> {
        self.platter().operations.clone()
    }

    /// What it holds.
    pub fn files(&self) -> Files {
        self.platter().files.clone()
    }

    /// What it would hold if power had been lost and nothing that was not flushed had been written.
    pub fn flushed(&self) -> Files {
        self.platter().flushed.clone()
    }

    /// Whether it has failed.
    pub fn has_failed(&self) -> bool {
        let platter = self.platter();
        platter.fault.is_some_and(|fault| platter.asked >= fault.at)
    }

    fn platter(&self) -> MutexGuard<'_, Platter> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Platter {
    fn ask(&mut self) -> io::Result<()> {
        self.asked += 1;
        let fails = |fault: &Fault| self.asked == fault.at || (fault.lasting && self.asked > fault.at);
        match self.fault.filter(fails) {
            Some(fault) => Err(io::Error::from_raw_os_error(fault.code)),
            None => Ok(()),
        }
    }

    fn change(&mut self, change: Change) {
        self.files.carry_out(&change);
        self.operations.push(Operation::Changed(change));
    }

    /// A write that fails has written half.
    fn write(&mut self, file: FileId, offset: u64, data: &[u8]) -> io::Result<()> {
        let asked = self.ask();
        let written = if asked.is_ok() { data } else { &data[..data.len() / 2] };
        self.change(Change::Write(file, offset, written.into()));
        asked
    }

    /// The file of a name, which is made if it is not there.
    fn file(&mut self, name: &Path) -> io::Result<FileId> {
        if let Some(file) = self.files.named(name) {
            return Ok(file);
        }
        self.ask()?;
        let file = self.files.fresh();
        self.change(Change::Make(name.to_owned(), file));
        Ok(file)
    }
}

impl Folder for Disk {
    fn database(&self, builder: &Builder, path: &Path) -> std::result::Result<Database, DatabaseError> {
        let file = self.platter().file(path)?;
        builder.create_with_backend(Open { disk: self.clone(), file })
    }

    fn start(&self, path: &Path, length: usize) -> io::Result<Vec<u8>> {
        let platter = self.platter();
        let file = platter.files.named(path).ok_or(io::ErrorKind::NotFound)?;
        let image = platter.files.image(file);
        let mut start = vec![0; length.min(usize::try_from(image.length()).unwrap_or(length))];
        if image.read(0, &mut start) { Ok(start) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    fn claim(&self, path: &Path) -> io::Result<Option<Claim>> {
        self.platter().file(path)?;
        Ok(Some(Box::new(())))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut platter = self.platter();
        platter.ask()?;
        let file = platter.files.named(from).ok_or(io::ErrorKind::NotFound)?;
        platter.change(Change::Rename(from.to_owned(), to.to_owned(), file));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut platter = self.platter();
        if platter.files.named(path).is_none() {
            return Ok(());
        }
        platter.ask()?;
        platter.change(Change::Remove(path.to_owned()));
        Ok(())
    }

    fn sync(&self, _path: &Path) -> io::Result<()> {
        let mut platter = self.platter();
        platter.ask()?;
        let Platter { files, flushed, operations, .. } = &mut *platter;
        flushed.settle_names(files);
        operations.push(Operation::Sync);
        Ok(())
    }
}

/// A file that is open.
#[derive(Debug)]
struct Open {
    disk: Disk,
    file: FileId,
}

impl StorageBackend for Open {
    fn len(&self) -> io::Result<u64> {
        Ok(self.disk.platter().files.image(self.file).length())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        match self.disk.platter().files.image(self.file).read(offset, out) {
            true => Ok(()),
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        let mut platter = self.disk.platter();
        platter.ask()?;
        platter.change(Change::Resize(self.file, length));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut platter = self.disk.platter();
        platter.ask()?;
        let Platter { files, flushed, operations, .. } = &mut *platter;
        flushed.settle(self.file, files);
        operations.push(Operation::Flush(self.file));
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.disk.platter().write(self.file, offset, data)
    }

    fn try_lock_range(&self, _start: Bound<u64>, _end: Bound<u64>) -> std::result::Result<bool, BackendError> {
        Ok(true)
    }

    fn try_lock_shared_range(&self, _start: Bound<u64>, _end: Bound<u64>) -> std::result::Result<bool, BackendError> {
        Ok(true)
    }

    fn lock_range(&self, _start: Bound<u64>, _end: Bound<u64>) -> std::result::Result<(), BackendError> {
        Ok(())
    }

    fn lock_shared_range(&self, _start: Bound<u64>, _end: Bound<u64>) -> std::result::Result<(), BackendError> {
        Ok(())
    }

    fn unlock_range(&self, _start: Bound<u64>, _end: Bound<u64>) -> std::result::Result<(), BackendError> {
        Ok(())
    }

    fn query_lock_range(&self, _start: Bound<u64>, _end: Bound<u64>) -> std::result::Result<bool, BackendError> {
        Ok(false)
    }
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Disk({} operations)", self.platter().operations.len())
    }
}
