//! A store in a folder of the harnesses' own: one that records what it is asked for, loses power, or fails.

use std::path::Path;
use std::sync::Arc;

use super::folder::Folder;
use super::{Store, Writer, file};
use crate::base::{Digest, Result};
use crate::history::Log;

impl Store {
    /// Opens the store at `path` in `folder` for writing, as [`Store::open`] does in the operating system's; but nothing is tried in memory first, and nobody else is
    /// turned away: what the folder is asked for is what the store does to files.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_in(folder: Arc<dyn Folder>, path: &Path, fingerprint: Digest) -> Result<(Store, Log)> {
        let (database, found) = file::open_in(&*folder, path, fingerprint).map_err(|fault| fault.at(path))?;
        Store::writing(folder, path, Writer::new(None, database, fingerprint, &found), found)
    }
}
