//! A twin on a disk of the harnesses' own.

use crate::base::Result;
use crate::engine::{Twin, fingerprint};
use crate::history::Store;
use crate::schema::Schema;

impl Twin {
    /// Opens the store on `disk` for reading and writing, or makes one: [`Twin::open`] for harnesses that let a disk lose power, or fail. O(size of the store).
    ///
    /// # Errors
    /// As [`Twin::open`], but for `Busy`.
    pub fn open_on(disk: impl redb::StorageBackend) -> Result<Self> {
        let schema = Schema::default();
        let (store, log) = Store::open_on(disk, fingerprint(&schema))?;
        Ok(Self::of(schema, log, Some(store)))
    }
}
