//! A store on a disk of the harnesses' own: one that records what it is asked for, loses power, or fails.

use std::path::Path;

use redb::StorageBackend;

use super::{Store, Writer, fault, file};
use crate::base::{Digest, Result};
use crate::history::Commit;

/// How errors name such a disk.
const NAME: &str = "on a disk of the harness";

impl Store {
    /// Opens the store on `disk` for writing, as [`Store::open`] does with a file; but nothing is tried in memory first, and nobody else is turned away: what
    /// the disk is asked for is what the store does to a file. O(rows).
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_on(disk: impl StorageBackend, fingerprint: Digest) -> Result<(Store, Vec<Commit>)> {
        let path = Path::new(NAME);
        let opened = file::open_on(disk).and_then(|(database, found)| {
            let mut writer = Writer::new(None, database, fingerprint, &found);
            writer.begin()?;
            Ok((writer, found))
        });
        let (writer, found) = opened.map_err(|fault: fault::Fault| fault.at(path))?;
        let fingerprint = found.schema.or(Some(fingerprint));
        Ok((Store { path: path.to_owned(), fingerprint, writer: Some(writer) }, found.log.commits))
    }
}
