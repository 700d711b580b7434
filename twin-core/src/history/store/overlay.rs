//! A file that can be opened, repaired and checked without a single byte of it being written: what is written stays in memory.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use redb::backends::FileBackend;
use redb::{BackendError, StorageBackend};

const PAGE: usize = 4096;

/// Whether the overlay takes the locks of the file beneath.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Locking {
    /// As a writer does: turned away while there is another.
    Exclusive,
    /// Not at all: for files that may not be written, and so not be locked.
    None,
}

/// The file with what was written over it.
#[derive(Debug)]
pub(super) struct Overlay {
    file: FileBackend,
    locking: Locking,
    written: Mutex<Written>,
}

#[derive(Debug)]
struct Written {
    /// How long the whole is.
    length: u64,
    /// How much of the file still shows; zeroes follow.
    shown: u64,
    /// Whole pages by their number.
    pages: BTreeMap<u64, Vec<u8>>,
}

impl Overlay {
    /// An overlay over `file` as it is now.
    pub(super) fn over(file: File, locking: Locking) -> Result<Overlay, redb::DatabaseError> {
        let length = file.metadata()?.len();
        let written = Mutex::new(Written { length, shown: length, pages: BTreeMap::new() });
        Ok(Overlay { file: FileBackend::new(file)?, locking, written })
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn page(&self, written: &Written, number: u64) -> io::Result<Vec<u8>> {
        if let Some(page) = written.pages.get(&number) {
            return Ok(page.clone());
        }
        let start = number.saturating_mul(PAGE as u64);
        let shown = usize::try_from(written.shown.saturating_sub(start)).unwrap_or(PAGE).min(PAGE);
        let mut page = vec![0; shown];
        self.file.read(start, &mut page)?;
        page.resize(PAGE, 0);
        Ok(page)
    }
}

impl Written {
    fn check(&self, offset: u64, length: usize) -> io::Result<()> {
        match offset.checked_add(length as u64) {
            Some(end) if end <= self.length => Ok(()),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    /// Whether the file itself shows there.
    fn is_untouched(&self, offset: u64, length: usize) -> bool {
        let end = offset.saturating_add(length as u64);
        let page = PAGE as u64;
        end <= self.shown && self.pages.range(offset / page..end.div_ceil(page)).next().is_none()
    }

    fn cut(&mut self, length: u64) {
        (self.length, self.shown) = (length, self.shown.min(length));
        let whole = length / PAGE as u64;
        if let Some(last) = self.pages.get_mut(&whole) {
            last.iter_mut().skip((length % PAGE as u64) as usize).for_each(|byte| *byte = 0);
        }
        self.pages.retain(|number, _| *number <= whole);
    }
}

/// The pages that `length` bytes from `offset` touch: each with where to start in it and how much of it.
fn parts(offset: u64, length: usize) -> impl Iterator<Item = (u64, usize, usize)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let at = offset + done as u64;
        let start = (at % PAGE as u64) as usize;
        let part = (PAGE - start).min(length - done);
        done += part;
        (part > 0).then_some((at / PAGE as u64, start, part))
    })
}

impl StorageBackend for Overlay {
    fn len(&self) -> io::Result<u64> {
        Ok(self.written().length)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let written = self.written();
        written.check(offset, out.len())?;
        if written.is_untouched(offset, out.len()) {
            return self.file.read(offset, out);
        }
        let mut rest = out;
        for (number, start, part) in parts(offset, rest.len()) {
            let (now, later) = rest.split_at_mut(part);
            now.copy_from_slice(&self.page(&written, number)?[start..start + part]);
            rest = later;
        }
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.written().cut(length);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut written = self.written();
        written.check(offset, data.len())?;
        let mut rest = data;
        for (number, start, part) in parts(offset, data.len()) {
            let (now, later) = rest.split_at(part);
            let mut page = self.page(&written, number)?;
            page[start..start + part].copy_from_slice(now);
            written.pages.insert(number, page);
            rest = later;
        }
        Ok(())
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        match self.locking {
            Locking::Exclusive => self.file.try_lock_range(start, end),
            Locking::None => Ok(true),
        }
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        match self.locking {
            Locking::Exclusive => self.file.try_lock_shared_range(start, end),
            Locking::None => Ok(true),
        }
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        match self.locking {
            Locking::Exclusive => self.file.lock_range(start, end),
            Locking::None => Ok(()),
        }
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        match self.locking {
            Locking::Exclusive => self.file.lock_shared_range(start, end),
            Locking::None => Ok(()),
        }
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        match self.locking {
            Locking::Exclusive => self.file.unlock_range(start, end),
            Locking::None => Ok(()),
        }
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        match self.locking {
            Locking::Exclusive => self.file.query_lock_range(start, end),
            Locking::None => Ok(false),
        }
    }
}
