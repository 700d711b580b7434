//! A disk in memory: it notes down what a store asks of it, and fails when it is told to.

use std::fmt;
use std::io;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use redb::{BackendError, StorageBackend};

use crate::durability::image::Image;

/// What was asked of a disk, or known of it, in order.
#[derive(Clone, Debug)]
pub enum Operation {
    /// Bytes at an offset.
    Write(u64, Arc<[u8]>),
    /// Another length.
    Resize(u64),
    /// What was asked before is to outlive the loss of power.
    Flush,
    /// The twin told its host that it is in this state.
    Acknowledged(usize),
}

/// When a disk fails, and how.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// The operation that fails, counted from 1: writes, resizes and flushes.
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
    image: Image,
    /// What was there when it was last flushed.
    flushed: Image,
    operations: Vec<Operation>,
    fault: Option<Fault>,
    asked: u64,
}

impl Disk {
    /// A disk that holds this.
    pub fn holding(image: Image) -> Self {
        let platter = Platter { flushed: image.clone(), image, ..Platter::default() };
        Disk(Arc::new(Mutex::new(platter)))
    }

    /// A disk that holds this and will fail.
    pub fn failing(image: Image, fault: Fault) -> Self {
        let platter = Platter { flushed: image.clone(), image, fault: Some(fault), ..Platter::default() };
        Disk(Arc::new(Mutex::new(platter)))
    }

    /// Notes that a state was acknowledged.
    pub fn acknowledge(&self, state: usize) {
        self.platter().operations.push(Operation::Acknowledged(state));
    }

    /// Everything that was asked of it.
    pub fn operations(&self) -> Vec<Operation> {
        self.platter().operations.clone()
    }

    /// What it holds.
    pub fn image(&self) -> Image {
        self.platter().image.clone()
    }

    /// What it would hold if power had been lost and nothing that was not flushed had been written.
    pub fn flushed(&self) -> Image {
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

    /// A write that fails has written half.
    fn write(&mut self, offset: u64, data: &[u8]) -> io::Result<()> {
        let asked = self.ask();
        let written = if asked.is_ok() { data } else { &data[..data.len() / 2] };
        self.image.write(offset, written);
        self.operations.push(Operation::Write(offset, written.into()));
        asked
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.platter().image.length())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        match self.platter().image.read(offset, out) {
            true => Ok(()),
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        let mut platter = self.platter();
        platter.ask()?;
        platter.image.resize(length);
        platter.operations.push(Operation::Resize(length));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut platter = self.platter();
        platter.ask()?;
        platter.flushed = platter.image.clone();
        platter.operations.push(Operation::Flush);
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.platter().write(offset, data)
    }

    fn try_lock_range(&self, _start: Bound<u64>, _end: Bound<u64>) -> Result<bool, BackendError> {
        Ok(true)
    }

    fn try_lock_shared_range(&self, _start: Bound<u64>, _end: Bound<u64>) -> Result<bool, BackendError> {
        Ok(true)
    }

    fn lock_range(&self, _start: Bound<u64>, _end: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }

    fn lock_shared_range(&self, _start: Bound<u64>, _end: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }

    fn unlock_range(&self, _start: Bound<u64>, _end: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }

    fn query_lock_range(&self, _start: Bound<u64>, _end: Bound<u64>) -> Result<bool, BackendError> {
        Ok(false)
    }
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Disk({} bytes)", self.image().length())
    }
}
