//! Two trees of files as one: what lies in the upper one hides what has the same path in the lower one.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use twin_connectors::{Entry, Files, OnDisk};

/// One tree over another.
#[derive(Clone, Debug)]
pub struct Overlaid<Upper, Lower> {
    /// The files that are read first.
    pub upper: Upper,
    /// The files that are read where the upper tree has none.
    pub lower: Lower,
}

impl<Upper: Files, Lower: Files> Files for Overlaid<Upper, Lower> {
    fn list(&self, folder: &str, up_to: usize) -> io::Result<Vec<Entry>> {
        let upper = match self.upper.list(folder, up_to) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            listed => listed?,
        };
        let lower = self.lower.list(folder, up_to)?;
        let both = lower.into_iter().chain(upper).map(|entry| (entry.name.clone(), entry));
        Ok(both.collect::<BTreeMap<String, Entry>>().into_values().collect())
    }

    fn read(&self, path: &str, up_to: u64) -> io::Result<Vec<u8>> {
        match self.upper.read(path, up_to) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.lower.read(path, up_to),
            read => read,
        }
    }
}

/// The example estate as it is.
pub fn example_today() -> OnDisk {
    folder("estate")
}

/// The example estate as it was yesterday.
pub fn example_yesterday() -> Overlaid<OnDisk, OnDisk> {
    Overlaid { upper: folder("estate-changes"), lower: folder("estate") }
}

fn folder(name: &str) -> OnDisk {
    OnDisk { root: Path::new(env!("CARGO_MANIFEST_DIR")).join(name) }
}
