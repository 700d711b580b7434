//! From a name, an id or a record to nodes: sorted by hash, in pages that snapshots share.

use std::fmt::{self, Write};
use std::sync::Arc;

use xxhash_rust::xxh3::Xxh3;

/// How many entries a page has, about.
const ENTRIES_PER_PAGE: usize = 128;

/// Which nodes may be meant by a key. Two keys may share a hash: whoever asks compares the keys.
#[derive(Clone, Debug, Default)]
pub(super) struct Lookup {
    /// The entries of a page share the first bits of their hashes.
    pages: Vec<Page>,
}

/// Hashes with nodes, in order.
type Page = Arc<[(u64, u32)]>;

impl Lookup {
    /// A lookup of these hashes. O(entries · log entries).
    pub fn new(mut entries: Vec<(u64, u32)>) -> Self {
        entries.sort_unstable();
        let bits = (entries.len() / ENTRIES_PER_PAGE).next_power_of_two().trailing_zeros();
        let mut rest = &entries[..];
        let page = |number: u64| {
            let until = rest.partition_point(|(hash, _)| prefix(*hash, bits) <= number);
            let (page, after) = rest.split_at(until);
            rest = after;
            page.into()
        };
        Lookup { pages: (0..1_u64 << bits).map(page).collect() }
    }

    /// The nodes that may be meant, least first. O(log entries per page).
    pub fn nodes(&self, hash: u64) -> impl Iterator<Item = u32> + '_ {
        let bits = self.pages.len().trailing_zeros();
        let page = self.pages.get(prefix(hash, bits) as usize).map_or(&[][..], |page| page);
        let first = page.partition_point(|(known, _)| *known < hash);
        page[first..].iter().take_while(move |(known, _)| *known == hash).map(|(_, node)| *node)
    }

    /// The same, with the pages of another where they say the same. O(entries).
    #[must_use]
    pub fn shared_with(mut self, other: &Self) -> Self {
        for (page, known) in self.pages.iter_mut().zip(&other.pages) {
            if page == known {
                *page = known.clone();
            }
        }
        self
    }
}

fn prefix(hash: u64, bits: u32) -> u64 {
    hash.checked_shr(64 - bits).unwrap_or_default()
}

/// The hash of a text as it is printed, without writing it down.
pub(super) fn hash_of_printed(text: &impl fmt::Display) -> u64 {
    let mut hasher = Printed(Xxh3::new());
    // Only a text that refuses to be printed could fail, and ours do not.
    let _ = write!(hasher, "{text}");
    hasher.0.digest()
}

struct Printed(Xxh3);

impl Write for Printed {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::hash_of;

    #[test]
    fn every_entry_is_found_and_nothing_else() {
        for size in [0_u32, 1, 127, 128, 1000, 5000] {
            let key = |node: u32| hash_of(&format!("name {}", node / 2));
            let lookup = Lookup::new((0..size).map(|node| (key(node), node)).collect());
            for node in 0..size {
                let pair: Vec<u32> = [node / 2 * 2, node / 2 * 2 + 1].into_iter().filter(|node| *node < size).collect();
                assert_eq!(lookup.nodes(key(node)).collect::<Vec<u32>>(), pair, "{size}");
            }
            assert_eq!(lookup.nodes(hash_of("absent")).count(), 0);
        }
    }
}
