//! Who holds a store for writing: its process id, in a file beside the store. A courtesy to whoever is turned away; the lock
//! itself is redb's, so a file that a killed process left behind holds nobody up.

use std::fs;
use std::path::{Path, PathBuf};

/// The file that names this process, for as long as the store is held.
#[derive(Debug)]
pub(super) struct Holder(PathBuf);

impl Holder {
    /// Says that this process holds the store at `path`. Failing to say so is no reason not to hold it.
    pub(super) fn of(path: &Path) -> Holder {
        let beside = beside(path);
        let _ = fs::write(&beside, std::process::id().to_string());
        Holder(beside)
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// The process that says it holds the store at `path`.
pub(super) fn read(path: &Path) -> Option<u32> {
    fs::read_to_string(beside(path)).ok()?.trim().parse().ok()
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".pid");
    PathBuf::from(name)
}
