//! Where files come from. A trait, so that a host can scan what is no folder, and a test can make reading fail.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// What a folder's entry is, without following it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A regular file.
    File,
    /// A symbolic link. It is never followed: it may leave the folder, or loop.
    Link,
    /// A pipe, a socket, a device, or a name that is not UTF-8.
    Other,
}

/// One entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry {
    /// Its name, without a path.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
}

/// A tree of files. Paths are relative to its root, with `/`; the root is empty.
pub trait Files: Sync {
    /// The entries of a folder, in any order; at most `up_to` and one more.
    ///
    /// # Errors
    /// Whatever keeps any of them from being listed.
    fn list(&self, folder: &str, up_to: usize) -> io::Result<Vec<Entry>>;

    /// The first `up_to` bytes of a file.
    ///
    /// # Errors
    /// Whatever keeps them from being read.
    fn read(&self, path: &str, up_to: u64) -> io::Result<Vec<u8>>;

    /// The folder of this machine that the tree is, if it is one. Histories of checkouts are read from there, and of no other tree.
    fn root(&self) -> Option<&Path> {
        None
    }
}

/// A folder of this machine.
#[derive(Clone, Debug)]
pub struct OnDisk {
    /// The root.
    pub root: PathBuf,
}

impl Files for OnDisk {
    fn list(&self, folder: &str, up_to: usize) -> io::Result<Vec<Entry>> {
        fs::read_dir(self.root.join(folder))?.take(up_to.saturating_add(1)).map(|entry| describe(&entry?)).collect()
    }

    fn read(&self, path: &str, up_to: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(self.root.join(path))?.take(up_to).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn root(&self) -> Option<&Path> {
        Some(&self.root)
    }
}

fn describe(entry: &fs::DirEntry) -> io::Result<Entry> {
    let kind = entry.file_type()?;
    let name = entry.file_name();
    let kind = match (name.to_str(), kind) {
        (None, _) => EntryKind::Other,
        (_, kind) if kind.is_symlink() => EntryKind::Link,
        (_, kind) if kind.is_dir() => EntryKind::Folder,
        (_, kind) if kind.is_file() => EntryKind::File,
        _ => EntryKind::Other,
    };
    Ok(Entry { name: name.to_string_lossy().into_owned(), kind })
}
