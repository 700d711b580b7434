//! A twin in a folder of the harnesses' own.

use std::path::Path;
use std::sync::Arc;

use crate::base::Result;
use crate::engine::{Twin, fingerprint};
use crate::history::{Folder, Store};
use crate::schema::Schema;

impl Twin {
    /// Opens the store at `path` in `folder` for reading and writing, or makes one: [`Twin::open`] for harnesses that let a disk lose power, or fail.
    ///
    /// # Errors
    /// As [`Twin::open`], but for `Busy`.
    pub fn open_in(folder: Arc<dyn Folder>, path: impl AsRef<Path>) -> Result<Self> {
        let schema = Schema::default();
        let (store, log) = Store::open_in(folder, path.as_ref(), fingerprint(&schema))?;
        Ok(Self::of(schema, log, Some(store)))
    }
}
