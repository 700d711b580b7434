//! Sorted pairs of a key and a record, which stay sorted as some are added and taken away.

use std::collections::BTreeSet;

/// What is asked for: a digest.
pub(super) type Key = u64;

/// One list, in order, and what was added to it and taken from it since it was laid out.
#[derive(Clone, Debug, Default)]
pub(super) struct Entries {
    base: Vec<(Key, u32)>,
    added: BTreeSet<(Key, u32)>,
    gone: BTreeSet<(Key, u32)>,
}

/// When one in so many has changed, the list is laid out anew.
const CHANGED: usize = 8;
/// Fewer changes are never worth it.
const FEW: usize = 1 << 16;

impl Entries {
    /// Lays entries out, each once. O(entries · log entries).
    pub fn of(mut entries: Vec<(Key, u32)>) -> Self {
        entries.sort_unstable();
        entries.dedup();
        Entries { base: entries, ..Entries::default() }
    }

    /// Adds an entry. O(log entries).
    pub fn add(&mut self, key: Key, record: u32) {
        if !self.gone.remove(&(key, record)) && self.base.binary_search(&(key, record)).is_err() {
            self.added.insert((key, record));
        }
    }

    /// Takes an entry away. O(log entries).
    pub fn remove(&mut self, key: Key, record: u32) {
        if !self.added.remove(&(key, record)) && self.base.binary_search(&(key, record)).is_ok() {
            self.gone.insert((key, record));
        }
    }

    /// The records of a key. O(log entries).
    pub fn of_key(&self, key: Key) -> impl Iterator<Item = u32> + '_ {
        let from = self.base.partition_point(|entry| entry.0 < key);
        let base = self.base[from..].iter().take_while(move |entry| entry.0 == key);
        let left = base.filter(|entry| self.gone.is_empty() || !self.gone.contains(entry));
        left.chain(self.added.range((key, 0)..=(key, u32::MAX))).map(|entry| entry.1)
    }

    /// How many records a key has. O(log entries + changed entries of the key).
    pub fn count(&self, key: Key) -> usize {
        let from = self.base.partition_point(|entry| entry.0 < key);
        let base = self.base[from..].partition_point(|entry| entry.0 == key);
        let key = (key, 0)..=(key, u32::MAX);
        base + self.added.range(key.clone()).count() - self.gone.range(key).count()
    }

    /// The list, in order; `None` after changes.
    pub fn unchanged(&self) -> Option<&[(Key, u32)]> {
        (self.added.is_empty() && self.gone.is_empty()).then_some(&self.base)
    }

    /// The list as it is now.
    pub fn all(&self) -> Vec<(Key, u32)> {
        let mut all: Vec<(Key, u32)> = self.base.iter().filter(|entry| !self.gone.contains(entry)).copied().collect();
        all.extend(&self.added);
        all.sort_unstable();
        all
    }

    /// Lays the list out anew where much of it has changed. O(1) for each change since, on average.
    pub fn settle(&mut self) {
        if self.added.len() + self.gone.len() > FEW.max(self.base.len() / CHANGED) {
            *self = Entries { base: self.all(), ..Entries::default() };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_and_go() {
        let mut entries = Entries::of(vec![(2, 1), (1, 7), (1, 3), (1, 7)]);
        let records = |entries: &Entries, key| (entries.of_key(key).collect::<Vec<u32>>(), entries.count(key));
        assert_eq!((records(&entries, 1), entries.unchanged().is_some()), ((vec![3, 7], 2), true));
        entries.add(1, 5);
        entries.remove(1, 3);
        entries.remove(9, 9);
        entries.add(1, 7);
        assert_eq!((records(&entries, 1), records(&entries, 2)), ((vec![7, 5], 2), (vec![1], 1)));
        assert_eq!((entries.all(), entries.unchanged()), (vec![(1, 5), (1, 7), (2, 1)], None));
        entries.add(1, 3);
        entries.remove(1, 5);
        assert_eq!(entries.unchanged(), Some(&[(1, 3), (1, 7), (2, 1)][..]));
    }
}
