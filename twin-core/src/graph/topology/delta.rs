//! Changed lists of edges, in pages over a base that does not change.

use std::sync::Arc;

use crate::graph::topology::csr::Lists;
use crate::graph::topology::{Csr, End, Joined, Run};

/// How many nodes a page of changes is about.
const NODES_PER_PAGE: usize = 512;
const WORDS: usize = NODES_PER_PAGE / 64;

/// The nodes whose edges are no longer those of the base, with their edges. Cloning is O(1).
#[derive(Clone, Debug, Default)]
pub(super) struct Delta {
    pages: Arc<[Option<Arc<Page>>]>,
    lists: usize,
    written: usize,
}

/// The changed nodes among some that follow each other.
#[derive(Clone, Debug, Default)]
struct Page {
    changed: [u64; WORDS],
    /// The lists of the changed nodes, in order.
    lists: Vec<List>,
}

/// One of the lists that were written together.
#[derive(Clone, Debug)]
struct List {
    written: Arc<Csr>,
    number: u32,
}

impl List {
    fn is(&self, other: &Self) -> bool {
        self.number == other.number && Arc::ptr_eq(&self.written, &other.written)
    }
}

/// An edge that comes to a node or goes from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Change {
    node: u32,
    comes: bool,
    end: End,
}

impl Change {
    /// How the left end of an edge sees it.
    pub fn of_left_end(&Joined { from, to, class, place }: &Joined, comes: bool) -> Self {
        Change { node: from, comes, end: End { node: to, class, place } }
    }

    /// How the right end of an edge sees it.
    pub fn of_right_end(&Joined { from, to, class, place }: &Joined, comes: bool) -> Self {
        Change { node: to, comes, end: End { node: from, class, place } }
    }

    /// One number in the order of changes, so that comparing takes one step.
    fn order(&self) -> u128 {
        let End { node, class, place } = self.end;
        let end = u128::from(node) << 48 | u128::from(class) << 32 | u128::from(place);
        u128::from(self.node) << 96 | u128::from(self.comes) << 80 | end
    }
}

impl Delta {
    /// How many lists are changed.
    pub fn lists(&self) -> usize {
        self.lists
    }

    /// How many edges were written since the base, in lists that still hold and in others.
    pub fn written(&self) -> usize {
        self.written
    }

    /// The edges of a node, if they are changed. O(1).
    #[inline]
    pub fn run(&self, node: u32) -> Option<Run<'_>> {
        self.list(node).map(|list| list.written.run(list.number))
    }

    /// The other ends of a node's edges, if they are changed. O(1).
    #[inline]
    pub fn nodes(&self, node: u32) -> Option<&[u32]> {
        self.list(node).map(|list| list.written.nodes(list.number))
    }

    #[inline]
    fn list(&self, node: u32) -> Option<&List> {
        if self.lists == 0 {
            return None;
        }
        let page = self.pages.get(node as usize / NODES_PER_PAGE)?.as_deref()?;
        page.list(node as usize % NODES_PER_PAGE)
    }

    /// The same with other changes. O(changes · log changes), the lists and the pages that they are in.
    pub fn edited<'a>(&self, bound: u32, mut changes: Vec<Change>, base: impl Fn(u32) -> Run<'a>) -> Self {
        changes.sort_unstable_by_key(Change::order);
        let of_nodes = || changes.chunk_by(|one, other| one.node == other.node);
        let run = |node: u32| self.run(node).unwrap_or_else(|| base(node));
        // Asking for all lengths first costs little: what is read is near when it is read again.
        let edges: usize = of_nodes().map(|changes| run(changes[0].node).len()).sum();
        let mut nodes = Vec::with_capacity(changes.len());
        let (mut lists, mut edit) = (Lists::with_capacity(changes.len(), edges + changes.len()), Edit::default());
        for changes in of_nodes() {
            let node = changes[0].node;
            edit.write(run(node), changes, &mut lists);
            nodes.push(node);
        }
        self.with(bound, &nodes, lists.into())
    }

    /// The same where the edges of some nodes, in order, are those of other runs.
    pub fn with_runs<'a>(&self, bound: u32, nodes: &[u32], run: impl Fn(u32) -> Run<'a>) -> Self {
        self.with(bound, nodes, Csr::of_runs(nodes.iter().map(|node| run(*node))))
    }

    /// The same where some nodes, in order, have the lists that were written for them.
    fn with(&self, bound: u32, nodes: &[u32], written: Csr) -> Self {
        let (mut count, written) = (self.lists, Arc::new(written));
        let mut lists = (0_u32..).map(|number| List { written: written.clone(), number });
        let mut pages = self.pages.to_vec();
        pages.resize((bound as usize).div_ceil(NODES_PER_PAGE), None);
        let page_of = |node: u32| node as usize / NODES_PER_PAGE;
        for nodes in nodes.chunk_by(|one, other| page_of(*one) == page_of(*other)) {
            let page = Arc::make_mut(pages[page_of(nodes[0])].get_or_insert_default());
            page.lists.reserve_exact(nodes.len());
            for (node, list) in nodes.iter().zip(&mut lists) {
                count += usize::from(page.set(*node as usize % NODES_PER_PAGE, list));
            }
        }
        Delta { pages: pages.into(), lists: count, written: self.written + written.len() }
    }

    /// The nodes that do not share their list with another over the same base, in order.
    pub fn unlike(&self, other: &Self) -> Vec<u32> {
        let page = |delta: &'_ Self, place: usize| delta.pages.get(place).cloned().flatten();
        let mut nodes = Vec::new();
        for place in 0..self.pages.len().max(other.pages.len()) {
            let (ours, theirs) = (page(self, place), page(other, place));
            let is_shared = match (&ours, &theirs) {
                (Some(ours), Some(theirs)) => Arc::ptr_eq(ours, theirs),
                (ours, theirs) => ours.is_none() && theirs.is_none(),
            };
            if is_shared {
                continue;
            }
            let list = |page: &Option<Arc<Page>>, node: usize| page.as_deref()?.list(node).cloned();
            let differs = |node: &usize| match (list(&ours, *node), list(&theirs, *node)) {
                (Some(ours), Some(theirs)) => !ours.is(&theirs),
                (ours, theirs) => ours.is_some() != theirs.is_some(),
            };
            let differing = (0..NODES_PER_PAGE).filter(differs);
            nodes.extend(differing.map(|node| (place * NODES_PER_PAGE + node) as u32));
        }
        nodes
    }

    /// How many pages this does not share with another.
    pub fn pages_unlike(&self, other: &Self) -> usize {
        let theirs = |place: usize| other.pages.get(place).and_then(Option::as_ref);
        let ours = self.pages.iter().enumerate().filter_map(|(place, page)| Some((place, page.as_ref()?)));
        ours.filter(|(place, page)| theirs(*place).is_none_or(|other| !Arc::ptr_eq(page, other))).count()
    }
}

impl Page {
    #[inline]
    fn list(&self, node: usize) -> Option<&List> {
        let (word, bit) = (node / 64, node % 64);
        let changed = self.changed[word];
        (changed & (1 << bit) != 0).then(|| &self.lists[self.rank(word, bit)])
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
        let place = self.rank(word, bit);
        let is_new = self.changed[word] & (1 << bit) == 0;
        match is_new {
            true => self.lists.insert(place, list),
            false => self.lists[place] = list,
        }
        self.changed[word] |= 1 << bit;
        is_new
    }
}

/// What is kept from list to list while they are written.
#[derive(Default)]
struct Edit {
    /// Where those edges stand that go.
    gone: Vec<usize>,
    /// For each edge that goes, how many that are like it were found so far; counted at the first of those that are alike.
    found: Vec<usize>,
}

impl Edit {
    /// Writes what is left of a run, then what is new, as one list.
    fn write(&mut self, run: Run<'_>, changes: &[Change], lists: &mut Lists) {
        let (going, coming) = changes.split_at(changes.partition_point(|change| !change.comes));
        self.find(run, going);
        let mut next = 0;
        for &gone in &self.gone {
            lists.append(run.part(next..gone));
            next = gone + 1;
        }
        lists.append(run.part(next..run.len()));
        coming.iter().for_each(|change| lists.push(change.end));
        lists.end();
    }

    /// Of edges that are alike, as many go as are named.
    fn find(&mut self, run: Run<'_>, going: &[Change]) {
        self.gone.clear();
        match going {
            [] => {}
            [one] => {
                let is_it = |at: &usize| run.nodes[*at] == one.end.node && run.end(*at) == one.end;
                self.gone.extend((0..run.len()).find(is_it));
            }
            _ => self.find_several(run, going),
        }
    }

    fn find_several(&mut self, run: Run<'_>, going: &[Change]) {
        self.found.clear();
        self.found.resize(going.len(), 0);
        let filter = Filter::of(going);
        for at in (0..run.len()).filter(|at| filter.may_hold(run.nodes[*at])) {
            let end = run.end(at);
            let first = going.partition_point(|change| change.end < end);
            let next = first + self.found.get(first).copied().unwrap_or_default();
            if going.get(next).is_some_and(|change| change.end == end) {
                self.found[first] += 1;
                self.gone.push(at);
            }
        }
    }
}

/// Tells most ends that do not go from those that do, without a search.
struct Filter([u64; 64]);

impl Filter {
    fn of(going: &[Change]) -> Self {
        let mut filter = Filter([0; 64]);
        for change in going {
            let (word, bit) = Self::place(change.end.node);
            filter.0[word] |= 1 << bit;
        }
        filter
    }

    #[inline]
    fn may_hold(&self, node: u32) -> bool {
        let (word, bit) = Self::place(node);
        self.0[word] & (1 << bit) != 0
    }

    fn place(node: u32) -> (usize, u32) {
        (node as usize / 64 % 64, node % 64)
    }
}
