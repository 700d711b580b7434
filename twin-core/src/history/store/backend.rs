//! A store on a disk of the harnesses' own: one that records what it is asked for, loses power, or fails.

use std::path::Path;

use redb::StorageBackend;

use super::log::Extent;
use super::{Store, Writer, fault, file};
use crate::base::{Digest, Result};
use crate::history::Log;

/// How errors name such a disk.
const NAME: &str = "on a disk of the harness";

impl Store {
    /// Opens the store on `disk` for writing, as [`Store::open`] does with a file; but nothing is tried in memory first, and nobody else is turned away: what
    /// the disk is asked for is what the store does to a file. Reads what bears on the head of the log.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_on(disk: impl StorageBackend, fingerprint: Digest) -> Result<(Store, Log)> {
        let path = Path::new(NAME);
        let opened = file::open_on(disk, Extent::Head).and_then(|(database, found)| {
            let mut writer = Writer::new(None, file::Opened::as_it_is(database), fingerprint, &found);
            writer.begin()?;
            Ok((writer, found))
        });
        let (writer, found) = opened.map_err(|fault: fault::Fault| fault.at(path))?;
        let fingerprint = found.meta.map_or(fingerprint, |meta| meta.schema);
        let (path, last) = (path.to_owned(), found.log.last);
        Ok((Store { path, fingerprint: Some(fingerprint), last, writer: Some(writer) }, found.log.into_log()))
    }
}
