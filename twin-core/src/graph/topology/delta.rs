//! Changed lists of edges, in pages over a base that does not change.

use std::sync::Arc;

use crate::graph::topology::{Classes, End, Places, Run};

/// How many nodes a page of changes is about.
const NODES_PER_PAGE: usize = 512;
const WORDS: usize = NODES_PER_PAGE / 64;

/// The nodes whose edges are no longer those of the base, with their edges. Cloning is O(1).
#[derive(Clone, Debug, Default)]
pub(super) struct Delta {
    pages: Arc<[Option<Arc<Page>>]>,
    lists: usize,
}

/// The changed nodes among some that follow each other.
#[derive(Clone, Debug, Default)]
struct Page {
    changed: [u64; WORDS],
    /// The lists of the changed nodes, in order.
    lists: Vec<Arc<List>>,
}

#[derive(Debug)]
struct List {
    nodes: Box<[u32]>,
    classes: Box<[u16]>,
    places: Box<[u32]>,
}

impl Delta {
    /// How many lists are changed.
    pub fn lists(&self) -> usize {
        self.lists
    }

    /// The edges of a node, if they are changed. O(1).
    #[inline]
    pub fn run(&self, node: u32) -> Option<Run<'_>> {
        if self.lists == 0 {
            return None;
        }
        let page = self.pages.get(node as usize / NODES_PER_PAGE)?.as_deref()?;
        page.list(node as usize % NODES_PER_PAGE).map(|list| list.run())
    }

    /// The same with other changes. O(changes · log changes) and the pages that they are in.
    pub fn edited<'a>(
        &self,
        bound: u32,
        mut removed: Vec<(u32, End)>,
        mut added: Vec<(u32, End)>,
        base: impl Fn(u32) -> Run<'a>,
    ) -> Self {
        removed.sort_unstable();
        added.sort_unstable();
        let (mut removed, mut added) = (&removed[..], &added[..]);
        let lists = std::iter::from_fn(|| {
            let node = [removed.first(), added.first()].into_iter().flatten().map(|(node, _)| *node).min()?;
            let (gone, new) = (taken(&mut removed, node), taken(&mut added, node));
            let run = self.run(node).unwrap_or_else(|| base(node));
            Some((node, List::edited(run, gone, new)))
        });
        self.with(bound, lists)
    }

    /// The same where the edges of some nodes are those of other runs.
    pub fn with_runs<'a>(&self, bound: u32, runs: impl Iterator<Item = (u32, Run<'a>)>) -> Self {
        self.with(bound, runs.map(|(node, run)| (node, List::edited(run, &[], &[]))))
    }

    fn with(&self, bound: u32, lists: impl Iterator<Item = (u32, List)>) -> Self {
        let mut pages = self.pages.to_vec();
        pages.resize((bound as usize).div_ceil(NODES_PER_PAGE), None);
        let mut count = self.lists;
        for (node, list) in lists {
            let page = pages[node as usize / NODES_PER_PAGE].get_or_insert_default();
            count += usize::from(Arc::make_mut(page).set(node as usize % NODES_PER_PAGE, list));
        }
        Delta { pages: pages.into(), lists: count }
    }

    /// How many pages this does not share with another.
    pub fn pages_unlike(&self, other: &Self) -> usize {
        let theirs = |place: usize| other.pages.get(place).and_then(Option::as_ref);
        let ours = self.pages.iter().enumerate().filter_map(|(place, page)| Some((place, page.as_ref()?)));
        ours.filter(|(place, page)| theirs(*place).is_none_or(|other| !Arc::ptr_eq(page, other))).count()
    }
}

/// The changes of one node, taken from the front.
fn taken<'c>(changes: &mut &'c [(u32, End)], node: u32) -> &'c [(u32, End)] {
    let until = changes.partition_point(|(other, _)| *other <= node);
    let (taken, rest) = changes.split_at(until);
    *changes = rest;
    taken
}

impl Page {
    #[inline]
    fn list(&self, node: usize) -> Option<&List> {
        let (word, bit) = (node / 64, node % 64);
        let changed = self.changed[word];
        (changed & (1 << bit) != 0).then(|| &*self.lists[self.rank(word, bit)])
    }

    /// How many changed nodes there are before one.
    #[inline]
    fn rank(&self, word: usize, bit: usize) -> usize {
        let before: u32 = self.changed[..word].iter().map(|word| word.count_ones()).sum();
        (before + (self.changed[word] & ((1 << bit) - 1)).count_ones()) as usize
    }

    /// Keeps a node's list. Returns whether it had none.
    fn set(&mut self, node: usize, list: List) -> bool {
        let (word, bit) = (node / 64, node % 64);
        let at = self.rank(word, bit);
        let is_new = self.changed[word] & (1 << bit) == 0;
        match is_new {
            true => self.lists.insert(at, Arc::new(list)),
            false => self.lists[at] = Arc::new(list),
        }
        self.changed[word] |= 1 << bit;
        is_new
    }
}

impl List {
    fn run(&self) -> Run<'_> {
        Run { nodes: &self.nodes, classes: Classes::Each(&self.classes), places: Places::Each(&self.places) }
    }

    /// What is left of a run, then what is new. Of edges that are alike, as many are taken as are named.
    fn edited(run: Run<'_>, removed: &[(u32, End)], added: &[(u32, End)]) -> List {
        let mut left: Vec<End> = run.ends().collect();
        if !removed.is_empty() {
            let mut taken = vec![false; removed.len()];
            left.retain(|end| {
                let first = removed.partition_point(|(_, gone)| gone < end);
                let alike = (first..removed.len()).take_while(|at| removed[*at].1 == *end);
                match alike.into_iter().find(|at| !taken[*at]) {
                    Some(at) => {
                        taken[at] = true;
                        false
                    }
                    None => true,
                }
            });
        }
        left.extend(added.iter().map(|(_, end)| *end));
        List {
            nodes: left.iter().map(|end| end.node).collect(),
            classes: left.iter().map(|end| end.class).collect(),
            places: left.iter().map(|end| end.place).collect(),
        }
    }
}
