//! Which nodes are joined: for each node its edges out and in, side by side in memory, with changes in pages over a shared base.
//!
//! An edge here is its other end, its class, and the place of its row. A class stands for all that a search needs to know of an edge: its relation and
//! variant, and whether a group governs its ends. Everything else about an edge is in its row, which a search does not read.

mod csr;
mod delta;

use std::sync::Arc;

pub(crate) use csr::{Arcs, Csr};
use delta::Delta;

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

    pub(crate) fn ends(self) -> impl DoubleEndedIterator<Item = End> + Clone + 'a {
        (0..self.nodes.len()).map(move |at| End { node: self.nodes[at], class: self.class(at), place: self.place(at) })
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

    /// Where the edges of each node begin and where the last end, and the other ends, if the edges of a direction lie in one list: nothing was changed since. O(1).
    pub(crate) fn flat(&self, outgoing: bool) -> Option<(&[u32], &[u32])> {
        let side = if outgoing { &self.outgoing } else { &self.incoming };
        let flat = side.base.flat();
        (side.delta.lists() == 0 && flat.0.len() == self.bound() + 1).then_some(flat)
    }

    /// The same without some edges and with others. Copies the pages that these edges stand on, O(changes · log changes); once the changes since the base are an
    /// eighth of its nodes, everything is laid out anew, O(nodes + edges).
    #[must_use]
    pub(crate) fn edited(&self, bound: u32, removed: &[Joined], added: &[Joined]) -> Self {
        let change = |joined: &[Joined], from: bool| -> Vec<(u32, End)> {
            let ends = joined.iter().map(|&Joined { from: left, to: right, class, place }| {
                let (node, other) = if from { (left, right) } else { (right, left) };
                (node, End { node: other, class, place })
            });
            ends.collect()
        };
        let bound = bound.max(self.bound);
        Topology {
            outgoing: self.outgoing.edited(bound, change(removed, true), change(added, true)),
            incoming: self.incoming.edited(bound, change(removed, false), change(added, false)),
            bound,
            edges: self.edges + added.len() - removed.len(),
        }
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
        if self.delta.lists() + changed.len() > lists_beside(most) {
            return Side::of(edges);
        }
        let runs = changed.into_iter().map(|node| (node, edges.run(node)));
        Side { base: self.base.clone(), delta: self.delta.with_runs(most, runs) }
    }

    #[inline]
    pub(crate) fn run(&self, node: u32) -> Run<'_> {
        match self.delta.run(node) {
            Some(run) => run,
            None => self.base.run(node),
        }
    }

    fn edited(&self, bound: u32, removed: Vec<(u32, End)>, added: Vec<(u32, End)>) -> Self {
        let delta = self.delta.edited(bound, removed, added, |node| self.base.run(node));
        let side = Side { base: self.base.clone(), delta };
        if side.delta.lists() > lists_beside(bound) { side.laid_out(bound) } else { side }
    }

    fn laid_out(&self, bound: u32) -> Self {
        Side { base: Arc::new(Csr::of_runs((0..bound).map(|node| self.run(node)))), delta: Delta::default() }
    }

    fn pages_unlike(&self, other: &Self) -> usize {
        usize::from(!Arc::ptr_eq(&self.base, &other.base)) + self.delta.pages_unlike(&other.delta)
    }
}

/// How many lists may stand beside the base before everything is laid out anew.
fn lists_beside(bound: u32) -> usize {
    bound as usize / 8 + 64
}
