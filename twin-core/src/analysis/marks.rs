//! Marks on nodes for one search: no clearing and no allocation from one search to the next on a thread.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

thread_local! {
    /// The marks that no search of this thread uses at the moment.
    static IDLE: RefCell<Vec<Marks>> = const { RefCell::new(Vec::new()) };
}

/// A number for each node that is marked. A mark holds for one search: each has an epoch of its own.
#[derive(Debug, Default)]
pub(super) struct Marks {
    epoch: u32,
    epochs: Vec<u32>,
    values: Vec<u32>,
}

impl Marks {
    /// Marks for nodes below `bound`, none of them marked. O(1), but O(bound) the first time on a thread.
    pub fn borrow(bound: usize) -> Borrowed {
        let mut marks = IDLE.with_borrow_mut(Vec::pop).unwrap_or_default();
        marks.begin(bound);
        Borrowed(marks)
    }

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

/// Marks that go back to their thread when they are dropped.
#[derive(Debug)]
pub(super) struct Borrowed(Marks);

impl Deref for Borrowed {
    type Target = Marks;

    fn deref(&self) -> &Marks {
        &self.0
    }
}

impl DerefMut for Borrowed {
    fn deref_mut(&mut self) -> &mut Marks {
        &mut self.0
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        // A thread that ends has no list any more, and its marks end with it.
        let _ = IDLE.try_with(|idle| idle.borrow_mut().push(std::mem::take(&mut self.0)));
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
    fn epochs_begin_anew_when_they_run_out() {
        let mut marks = Marks { epoch: u32::MAX - 1, ..Marks::default() };
        marks.begin(2);
        marks.mark(0);
        marks.begin(2);
        assert!(!marks.has(0) && !marks.has(1) && marks.mark(1));
    }
}
