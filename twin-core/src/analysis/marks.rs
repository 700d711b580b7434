//! What a search remembers of nodes: no clearing of everything and no allocation from one search to the next on a thread.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};
use std::thread::LocalKey;

thread_local! {
    static IDLE_MARKS: RefCell<Vec<Marks>> = const { RefCell::new(Vec::new()) };
    static IDLE_SETS: RefCell<Vec<NodeSet>> = const { RefCell::new(Vec::new()) };
}

/// What a thread keeps from search to search.
pub(super) trait Kept: Default + 'static {
    /// Those that no search of this thread uses at the moment.
    const IDLE: &'static LocalKey<RefCell<Vec<Self>>>;

    /// Makes ready for nodes below `bound`, of which nothing is known.
    fn begin(&mut self, bound: usize);

    /// One for nodes below `bound`. As [`Kept::begin`], but O(bound) the first time on a thread.
    fn borrow(bound: usize) -> Borrowed<Self> {
        let mut kept = Self::IDLE.with_borrow_mut(Vec::pop).unwrap_or_default();
        kept.begin(bound);
        Borrowed(kept)
    }
}

/// A number for each node that is marked. A mark holds for one search: each has an epoch of its own.
#[derive(Debug, Default)]
pub(super) struct Marks {
    epoch: u32,
    epochs: Vec<u32>,
    values: Vec<u32>,
}

impl Kept for Marks {
    const IDLE: &'static LocalKey<RefCell<Vec<Self>>> = &IDLE_MARKS;

    /// O(1): a new epoch.
    fn begin(&mut self, bound: usize) {
        if self.epochs.len() < bound {
            self.epochs.resize(bound, 0);
            self.values.resize(bound, 0);
        }
        self.epoch = self.epoch.wrapping_add(1);
        if self.epoch == 0 {
            self.epochs.fill(0);
            self.epoch = 1;
        }
    }
}

impl Marks {
    /// Takes all marks away. O(1).
    pub fn clear(&mut self) {
        self.begin(0);
    }

    /// Whether a node is marked.
    #[inline]
    pub fn has(&self, node: u32) -> bool {
        self.epochs[node as usize] == self.epoch
    }

    /// Marks a node. Returns whether it was not marked.
    #[inline]
    pub fn mark(&mut self, node: u32) -> bool {
        std::mem::replace(&mut self.epochs[node as usize], self.epoch) != self.epoch
    }

    /// The number at a node, if it is marked.
    #[inline]
    pub fn get(&self, node: u32) -> Option<u32> {
        self.has(node).then(|| self.values[node as usize])
    }

    /// Marks a node with a number.
    #[inline]
    pub fn set(&mut self, node: u32, value: u32) {
        self.epochs[node as usize] = self.epoch;
        self.values[node as usize] = value;
    }
}

/// Nodes in the order in which they were added, with a bit for each node, so that of a million nodes the bits stay in a near cache.
#[derive(Debug, Default)]
pub(super) struct NodeSet {
    bits: Vec<u64>,
    nodes: Vec<u32>,
}

impl Kept for NodeSet {
    const IDLE: &'static LocalKey<RefCell<Vec<Self>>> = &IDLE_SETS;

    /// O(nodes of the search before).
    fn begin(&mut self, bound: usize) {
        self.clear();
        if self.bits.len() < bound.div_ceil(64) {
            self.bits.resize(bound.div_ceil(64), 0);
        }
    }
}

impl NodeSet {
    /// Takes all nodes out. O(nodes in it).
    pub fn clear(&mut self) {
        match self.nodes.len() < self.bits.len() {
            true => self.nodes.iter().for_each(|node| self.bits[*node as usize / 64] = 0),
            false => self.bits.fill(0),
        }
        self.nodes.clear();
    }

    /// The nodes, in the order in which they were added.
    #[inline]
    pub fn nodes(&self) -> &[u32] {
        &self.nodes
    }

    /// The nodes in the order of their numbers. O(nodes · log nodes), or of many O(nodes below the bound / 64 + nodes).
    pub fn in_order(&self) -> Vec<u32> {
        if self.nodes.len() < self.bits.len() {
            let mut nodes = self.nodes.clone();
            nodes.sort_unstable();
            return nodes;
        }
        let mut nodes = Vec::with_capacity(self.nodes.len());
        for (word, bits) in (0_u32..).zip(&self.bits) {
            let mut left = *bits;
            while left != 0 {
                nodes.push(word * 64 + left.trailing_zeros());
                left &= left - 1;
            }
        }
        nodes
    }

    /// Whether a node is in it.
    #[inline]
    pub fn has(&self, node: u32) -> bool {
        self.bits[node as usize / 64] & (1 << (node % 64)) != 0
    }

    /// Adds a node, unless it is in it.
    #[inline]
    pub fn insert(&mut self, node: u32) {
        let (word, bit) = (&mut self.bits[node as usize / 64], 1 << (node % 64));
        if *word & bit == 0 {
            *word |= bit;
            self.nodes.push(node);
        }
    }

    /// A bit for each of the 64 nodes from `64 * word` on that is not in it.
    #[inline]
    pub fn absent(&self, word: usize) -> u64 {
        !self.bits[word]
    }
}

/// Goes back to its thread when it is dropped.
#[derive(Debug)]
pub(super) struct Borrowed<T: Kept>(T);

impl<T: Kept> Deref for Borrowed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Kept> DerefMut for Borrowed<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Kept> Drop for Borrowed<T> {
    fn drop(&mut self) {
        // A thread that ends has no list any more, and what it kept ends with it.
        let _ = T::IDLE.try_with(|idle| idle.borrow_mut().push(std::mem::take(&mut self.0)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_holds_for_one_search() {
        let mut first = Marks::borrow(4);
        assert!(first.mark(3) && !first.mark(3));
        first.set(1, 7);
        assert_eq!((first.get(1), first.get(2)), (Some(7), None));
        first.clear();
        assert_eq!((first.has(3), first.get(1)), (false, None));
        drop(first);
        let second = Marks::borrow(6);
        assert!((0..6).all(|node| !second.has(node)));
    }

    #[test]
    fn a_set_is_empty_for_the_next_search() {
        for bound in [200, 70, 300] {
            let mut set = NodeSet::borrow(bound);
            assert_eq!((set.nodes(), set.absent(1)), (&[][..], u64::MAX));
            for node in [69, 3, 69, 64] {
                set.insert(node);
            }
            assert_eq!((set.nodes(), set.absent(1)), (&[69, 3, 64][..], !0b10_0001));
            assert!(set.has(3) && !set.has(4));
            set.clear();
            assert!(!set.has(3) && set.nodes().is_empty());
            (0..bound as u32).for_each(|node| set.insert(node));
            assert!(set.has(bound as u32 - 1));
        }
    }

    #[test]
    fn epochs_begin_anew_when_they_run_out() {
        let mut marks = Marks { epoch: u32::MAX - 1, ..Marks::default() };
        marks.begin(2);
        marks.mark(0);
        marks.begin(2);
        assert!(!marks.has(0) && !marks.has(1) && marks.mark(1));
    }
}
