//! Which nodes are joined: for each node its edges out and in, side by side in memory, with changes in pages over a shared base.
//!
//! An edge here is its other end, its class, and the place of its row. A class stands for all that a search needs to know of an edge: its relation and
//! variant, and whether a group governs its ends. Everything else about an edge is in its row, which a search does not read.

mod csr;
mod delta;

use std::ops::Range;
use std::sync::Arc;

pub(crate) use csr::{Arcs, Csr};
use delta::{Change, Delta};

/// The place of an edge that has no row of its own: nothing is known of it beyond its class.
pub(crate) const NO_ROW: u32 = u32::MAX;

/// An edge with both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Joined {
    pub from: u32,
    pub to: u32,
    pub class: u16,
    pub place: u32,
}

/// An edge as one of its ends sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct End {
    pub node: u32,
    pub class: u16,
    pub place: u32,
}

/// The edges of one node in one direction. O(1) to get.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    nodes: &'a [u32],
    classes: Classes<'a>,
    places: Places<'a>,
}

/// The classes of a run.
#[derive(Clone, Copy, Debug)]
pub enum Classes<'a> {
    /// All edges are of one class.
    One(u16),
    /// Each is of its own.
    Each(&'a [u16]),
}

#[derive(Clone, Copy, Debug)]
enum Places<'a> {
    None,
    From(u32),
    Each(&'a [u32]),
}

impl<'a> Run<'a> {
    /// The other ends.
    pub fn nodes(&self) -> &'a [u32] {
        self.nodes
    }

    /// The classes of the edges.
    pub fn classes(&self) -> Classes<'a> {
        self.classes
    }

    /// How many edges there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    fn class(&self, at: usize) -> u16 {
        match self.classes {
            Classes::One(class) => class,
            Classes::Each(classes) => classes[at],
        }
    }

    fn place(&self, at: usize) -> u32 {
        match self.places {
            Places::None => NO_ROW,
            Places::From(first) => first + at as u32,
            Places::Each(places) => places[at],
        }
    }

    /// Some edges of the run that follow each other.
    fn part(self, range: Range<usize>) -> Run<'a> {
        let classes = match self.classes {
            Classes::One(class) => Classes::One(class),
            Classes::Each(classes) => Classes::Each(&classes[range.clone()]),
        };
        let places = match self.places {
            Places::None => Places::None,
            Places::From(first) => Places::From(first + range.start as u32),
            Places::Each(places) => Places::Each(&places[range.clone()]),
        };
        Run { nodes: &self.nodes[range], classes, places }
    }

    fn end(&self, at: usize) -> End {
        End { node: self.nodes[at], class: self.class(at), place: self.place(at) }
    }

    pub(crate) fn ends(self) -> impl DoubleEndedIterator<Item = End> + Clone + 'a {
        (0..self.nodes.len()).map(move |at| self.end(at))
    }

    /// Each other end with the class of the edge.
    pub fn iter(self) -> impl Iterator<Item = (u32, u16)> + Clone + 'a {
        (0..self.nodes.len()).map(move |at| (self.nodes[at], self.class(at)))
    }
}

/// The edges of a snapshot, both ways. Cloning is O(1).
#[derive(Clone, Debug, Default)]
pub struct Topology {
    outgoing: Side,
    incoming: Side,
    bound: u32,
    edges: usize,
}

/// The edges in one direction.
#[derive(Clone, Debug, Default)]
pub(crate) struct Side {
    base: Arc<Csr>,
    delta: Delta,
}

impl Topology {
    pub(crate) fn new(outgoing: Csr, incoming: Csr, bound: u32) -> Self {
        let edges = outgoing.len();
        Topology { outgoing: Side::of(outgoing), incoming: Side::of(incoming), bound, edges }
    }

    /// These edges, with the lists of this topology where they are the same. O(edges).
    #[must_use]
    pub(crate) fn after(&self, outgoing: Csr, incoming: Csr, bound: u32) -> Self {
        let edges = outgoing.len();
        Topology {
            outgoing: self.outgoing.after(outgoing, bound),
            incoming: self.incoming.after(incoming, bound),
            bound,
            edges,
        }
    }

    /// One more than the largest number of a node.
    pub fn bound(&self) -> usize {
        self.bound as usize
    }

    /// How many edges there are.
    pub fn edges(&self) -> usize {
        self.edges
    }

    /// The edges that start at a node. O(1).
    #[inline]
    pub fn outgoing(&self, node: u32) -> Run<'_> {
        self.outgoing.run(node)
    }

    /// The edges that end at a node. O(1).
    #[inline]
    pub fn incoming(&self, node: u32) -> Run<'_> {
        self.incoming.run(node)
    }

    /// Where the edges that start at a node end. O(1).
    #[inline]
    pub(crate) fn right_ends(&self, node: u32) -> &[u32] {
        self.outgoing.nodes(node)
    }

    /// Where the edges that end at a node start. O(1).
    #[inline]
    pub(crate) fn left_ends(&self, node: u32) -> &[u32] {
        self.incoming.nodes(node)
    }

    /// Where the edges of each node begin and where the last end, and the other ends, if the edges of a direction lie in one list: nothing was changed since. O(1).
    pub(crate) fn flat(&self, outgoing: bool) -> Option<(&[u32], &[u32])> {
        let side = if outgoing { &self.outgoing } else { &self.incoming };
        let flat = side.base.flat();
        (side.delta.lists() == 0 && flat.0.len() == self.bound() + 1).then_some(flat)
    }

    /// The same without some edges and with others. Copies the lists that these edges stand in and the pages that name these, O(changes · log changes); once the
    /// lists beside the base are an eighth of its nodes, or as many edges were written as it has, everything is laid out anew, O(nodes + edges).
    #[must_use]
    pub(crate) fn edited(&self, bound: u32, removed: &[Joined], added: &[Joined]) -> Self {
        let bound = bound.max(self.bound);
        let changes = |change: fn(&Joined, bool) -> Change| -> Vec<Change> {
            let removed = removed.iter().map(|edge| change(edge, false));
            removed.chain(added.iter().map(|edge| change(edge, true))).collect()
        };
        Topology {
            outgoing: self.outgoing.edited(bound, changes(Change::of_left_end)),
            incoming: self.incoming.edited(bound, changes(Change::of_right_end)),
            bound,
            edges: self.edges + added.len() - removed.len(),
        }
    }

    /// The nodes whose edges may not be those of another topology, in order; `None` where the two were laid out apart, so that nobody can tell without reading both. O(pages, and the lists of those that are not shared).
    pub(crate) fn unlike(&self, other: &Self) -> Option<Vec<u32>> {
        let mut nodes = self.outgoing.unlike(&other.outgoing)?;
        nodes.extend(self.incoming.unlike(&other.incoming)?);
        nodes.sort_unstable();
        nodes.dedup();
        Some(nodes)
    }

    /// How many pages this does not share with another, the whole base being one. O(pages).
    pub(crate) fn pages_unlike(&self, other: &Self) -> usize {
        self.outgoing.pages_unlike(&other.outgoing) + self.incoming.pages_unlike(&other.incoming)
    }
}

impl Side {
    pub(crate) fn of(base: Csr) -> Self {
        Side { base: Arc::new(base), delta: Delta::default() }
    }

    /// These edges, with the lists of this side where they are the same; anew where few are. O(edges).
    #[must_use]
    pub(crate) fn after(&self, edges: Csr, bound: u32) -> Self {
        let differs = |node: &u32| !edges.run(*node).ends().eq(self.run(*node).ends());
        let most = bound.max(self.base.bound());
        let changed: Vec<u32> = (0..most).filter(differs).collect();
        let delta = self.delta.with_runs(most, &changed, |node| edges.run(node));
        if self.is_outgrown_by(&delta, most) {
            return Side::of(edges);
        }
        Side { base: self.base.clone(), delta }
    }

    #[inline]
    pub(crate) fn run(&self, node: u32) -> Run<'_> {
        match self.delta.run(node) {
            Some(run) => run,
            None => self.base.run(node),
        }
    }

    /// The other ends of a node's edges. O(1), and less than the whole run.
    #[inline]
    fn nodes(&self, node: u32) -> &[u32] {
        match self.delta.nodes(node) {
            Some(nodes) => nodes,
            None => self.base.nodes(node),
        }
    }

    fn edited(&self, bound: u32, changes: Vec<Change>) -> Self {
        let delta = self.delta.edited(bound, changes, |node| self.base.run(node));
        let is_outgrown = self.is_outgrown_by(&delta, bound);
        let side = Side { base: self.base.clone(), delta };
        if is_outgrown { side.laid_out(bound) } else { side }
    }

    /// Whether so much stands beside the base that everything is laid out anew: then edges are in one place again, and lists that nobody reads any more are let go.
    fn is_outgrown_by(&self, delta: &Delta, bound: u32) -> bool {
        delta.lists() > bound as usize / 8 + 64 || delta.written() > self.base.len() + bound as usize + 64
    }

    fn laid_out(&self, bound: u32) -> Self {
        let runs = (0..bound).map(|node| self.run(node));
        Side { base: Arc::new(Csr::of_runs(runs)), delta: Delta::default() }
    }

    fn unlike(&self, other: &Self) -> Option<Vec<u32>> {
        Arc::ptr_eq(&self.base, &other.base).then(|| self.delta.unlike(&other.delta))
    }

    fn pages_unlike(&self, other: &Self) -> usize {
        usize::from(!Arc::ptr_eq(&self.base, &other.base)) + self.delta.pages_unlike(&other.delta)
    }
}
