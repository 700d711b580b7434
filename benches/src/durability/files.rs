//! The files of a disk at one moment: what is in them, and which names they have.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use twin_core::base::Digest;

use crate::durability::image::Image;

/// How many bytes of a write reach a disk together.
const SECTOR: usize = 512;

/// A file, whatever its name.
pub type FileId = u32;

/// What changes a disk.
#[derive(Clone, Debug)]
pub enum Change {
    /// Bytes at an offset of a file.
    Write(FileId, u64, Arc<[u8]>),
    /// Another length of a file.
    Resize(FileId, u64),
    /// A new file of this name.
    Make(PathBuf, FileId),
    /// Another name for a file, taken from whoever has it.
    Rename(PathBuf, PathBuf, FileId),
    /// A name that nothing has any more.
    Remove(PathBuf),
}

impl Change {
    /// The file of which it changes what is in it; `None` for a change of names.
    pub fn file(&self) -> Option<FileId> {
        match self {
            Change::Write(file, ..) | Change::Resize(file, _) => Some(*file),
            Change::Make(..) | Change::Rename(..) | Change::Remove(_) => None,
        }
    }

    /// How many parts of it can reach the disk one without the other.
    pub fn sectors(&self) -> usize {
        match self {
            Change::Write(_, _, bytes) => bytes.len().div_ceil(SECTOR),
            _ => 1,
        }
    }
}

/// Files with their names.
#[derive(Clone, Debug, Default)]
pub struct Files {
    names: BTreeMap<PathBuf, FileId>,
    images: BTreeMap<FileId, Image>,
}

impl Files {
    /// One file.
    pub fn one(name: &Path, image: Image) -> Self {
        Files { names: BTreeMap::from([(name.to_owned(), 0)]), images: BTreeMap::from([(0, image)]) }
    }

    /// A number that no file has.
    pub fn fresh(&self) -> FileId {
        let named = self.names.values().copied().max();
        named.max(self.images.keys().next_back().copied()).map_or(0, |last| last + 1)
    }

    /// The file of a name.
    pub fn named(&self, name: &Path) -> Option<FileId> {
        self.names.get(name).copied()
    }

    /// What is in a file.
    pub fn image(&self, file: FileId) -> &Image {
        static EMPTY: Image = Image::EMPTY;
        self.images.get(&file).unwrap_or(&EMPTY)
    }

    /// What is in the file of a name; `None` where it is empty, or nothing has the name.
    pub fn filled(&self, name: &Path) -> Option<&Image> {
        self.images.get(self.names.get(name)?).filter(|image| image.length() > 0)
    }

    /// The same for the same names with the same bytes, and for no others.
    pub fn digest(&self) -> Digest {
        let mut bytes = Vec::new();
        for (name, file) in &self.names {
            bytes.extend(name.as_os_str().as_encoded_bytes());
            bytes.push(0);
            bytes.extend(self.image(*file).digest().0.to_le_bytes());
        }
        Digest::of(&bytes)
    }

    /// Makes what one file holds that of the same file elsewhere.
    pub fn settle(&mut self, file: FileId, from: &Files) {
        self.images.insert(file, from.image(file).clone());
    }

    /// Makes the names those that files have elsewhere.
    pub fn settle_names(&mut self, from: &Files) {
        self.names = from.names.clone();
    }

    /// Does what was asked.
    pub fn carry_out(&mut self, change: &Change) {
        self.carry_out_torn(change, |_| true);
    }

    /// Does what was asked, but of a write only some sectors.
    pub fn carry_out_torn(&mut self, change: &Change, kept: impl Fn(usize) -> bool) {
        match change {
            Change::Write(file, offset, bytes) => {
                let image = self.images.entry(*file).or_default();
                let sectors = bytes.chunks(SECTOR).enumerate().filter(|(sector, _)| kept(*sector));
                sectors.for_each(|(sector, bytes)| image.write(offset + (sector * SECTOR) as u64, bytes));
            }
            Change::Resize(file, length) => self.images.entry(*file).or_default().resize(*length),
            Change::Make(name, file) => drop(self.names.insert(name.clone(), *file)),
            Change::Rename(from, to, file) => {
                if self.named(from) == Some(*file) {
                    self.names.remove(from);
                }
                self.names.insert(to.clone(), *file);
            }
            Change::Remove(name) => drop(self.names.remove(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_move_and_what_nothing_names_is_not_told() {
        let [a, b] = ["a", "b"].map(PathBuf::from);
        let mut files = Files::default();
        assert!(files.filled(&a).is_none());
        let empty = files.digest();
        files.carry_out(&Change::Write(7, 0, Arc::from([1; 4])));
        assert_eq!((files.digest(), files.fresh()), (empty, 8), "no name, no file");
        files.carry_out(&Change::Make(a.clone(), 7));
        assert!(files.filled(&a).is_some() && files.digest() != empty);
        let before = files.digest();
        files.carry_out(&Change::Rename(a.clone(), b.clone(), 7));
        assert!(files.filled(&a).is_none() && files.named(&b) == Some(7) && files.digest() != before);
        files.carry_out(&Change::Remove(b.clone()));
        assert_eq!(files.digest(), empty);
        files.carry_out(&Change::Rename(a, b.clone(), 7));
        assert_eq!(files.named(&b), Some(7), "its first name was lost, the second was not");
    }
}
