//! The followed edges as two lists of numbers: what the algorithms of this folder run on.

use std::borrow::Cow;
use std::ops::Range;

use crate::analysis::structure::Direction;
use crate::graph::{Classes, EdgeClass, Run, Snapshot};

/// As if edges had no direction.
pub(super) const BOTH: [Direction; 2] = [Direction::Outgoing, Direction::Incoming];

/// For each node the other ends of its followed edges, side by side. Nodes that are not there have none.
#[derive(Debug)]
pub(super) struct Adjacency<'a> {
    offsets: Cow<'a, [u32]>,
    ends: Cow<'a, [u32]>,
}

impl<'a> Adjacency<'a> {
    /// O(1) where a snapshot without changes is followed over all its edges, else a copy: O(nodes + edges), 4 bytes for each.
    pub fn new(snapshot: &'a Snapshot, direction: Direction, follow: impl Fn(&EdgeClass) -> bool) -> Self {
        let followed = Followed::new(snapshot, follow);
        match snapshot.topology().flat(direction == Direction::Outgoing) {
            Some((offsets, ends)) if followed.all => {
                Adjacency { offsets: Cow::Borrowed(offsets), ends: Cow::Borrowed(ends) }
            }
            _ => followed.copy(snapshot, &[direction]),
        }
    }

    /// The ends in both directions, as if edges had none. A copy: O(nodes + edges).
    pub fn undirected(snapshot: &Snapshot, follow: impl Fn(&EdgeClass) -> bool) -> Adjacency<'static> {
        Adjacency::copied(snapshot, &BOTH, follow)
    }

    /// The ends in some directions, one direction after the other. A copy: O(nodes + edges).
    pub fn copied(
        snapshot: &Snapshot,
        directions: &[Direction],
        follow: impl Fn(&EdgeClass) -> bool,
    ) -> Adjacency<'static> {
        Followed::new(snapshot, follow).copy(snapshot, directions)
    }

    /// The ends in a snapshot whose edges differ from these at some nodes alone, in order: see [`Topology::unlike`](crate::graph::Topology::unlike). O(edges of these nodes), and O(nodes + edges) to copy the
    /// rest at the pace of memory.
    pub fn changed(
        &self,
        snapshot: &Snapshot,
        nodes: &[u32],
        directions: &[Direction],
        follow: impl Fn(&EdgeClass) -> bool,
    ) -> Adjacency<'static> {
        let followed = Followed::new(snapshot, follow);
        let mut copied = Copied::with_capacity(snapshot.bound(), self.ends.len());
        let mut next = 0;
        for node in nodes {
            copied.append(self, next..*node);
            followed.write(snapshot, *node, directions, &mut copied);
            next = node + 1;
        }
        copied.append(self, next..snapshot.bound() as u32);
        copied.into()
    }

    /// One more than the largest number of a node.
    pub fn bound(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Where the ends of a node begin and where they stop, in [`Adjacency::ends`].
    #[inline]
    pub fn range(&self, node: u32) -> (u32, u32) {
        (self.offsets[node as usize], self.offsets[node as usize + 1])
    }

    /// All ends, by node.
    #[inline]
    pub fn ends(&self) -> &[u32] {
        &self.ends
    }

    /// The ends of a node.
    #[inline]
    pub fn of(&self, node: u32) -> &[u32] {
        let (start, stop) = self.range(node);
        &self.ends[start as usize..stop as usize]
    }
}

/// Lists of ends that are being written, node by node.
struct Copied {
    offsets: Vec<u32>,
    ends: Vec<u32>,
}

impl Copied {
    fn with_capacity(nodes: usize, edges: usize) -> Self {
        let mut offsets = Vec::with_capacity(nodes + 1);
        offsets.push(0);
        Copied { offsets, ends: Vec::with_capacity(edges) }
    }

    fn end(&mut self) {
        self.offsets.push(self.ends.len() as u32);
    }

    /// The lists of nodes that follow each other, as they are; those beyond have none.
    fn append(&mut self, from: &Adjacency<'_>, nodes: Range<u32>) {
        let there = |node: u32| (node as usize).min(from.bound());
        let (start, stop) = (there(nodes.start), there(nodes.end));
        let (first, last) = (from.offsets[start], from.offsets[stop]);
        let written = self.ends.len() as u32;
        self.offsets.extend(from.offsets[start + 1..stop + 1].iter().map(|offset| offset - first + written));
        self.ends.extend_from_slice(&from.ends[first as usize..last as usize]);
        let beyond = nodes.len() - (stop - start);
        self.offsets.extend(std::iter::repeat_n(self.ends.len() as u32, beyond));
    }
}

impl From<Copied> for Adjacency<'static> {
    fn from(copied: Copied) -> Self {
        Adjacency { offsets: copied.offsets.into(), ends: copied.ends.into() }
    }
}

/// Which classes are followed.
struct Followed {
    by_class: Vec<bool>,
    all: bool,
}

impl Followed {
    fn new(snapshot: &Snapshot, follow: impl Fn(&EdgeClass) -> bool) -> Self {
        let by_class: Vec<bool> = snapshot.pages().classes().iter().map(follow).collect();
        let all = by_class.iter().all(|followed| *followed);
        Followed { by_class, all }
    }

    fn copy(&self, snapshot: &Snapshot, directions: &[Direction]) -> Adjacency<'static> {
        let mut copied = Copied::with_capacity(snapshot.bound(), snapshot.topology().edges() * directions.len());
        (0..snapshot.bound() as u32).for_each(|node| self.write(snapshot, node, directions, &mut copied));
        copied.into()
    }

    /// Writes the list of the next node.
    fn write(&self, snapshot: &Snapshot, node: u32, directions: &[Direction], copied: &mut Copied) {
        let topology = snapshot.topology();
        for direction in directions {
            let run = match direction {
                Direction::Outgoing => topology.outgoing(node),
                Direction::Incoming => topology.incoming(node),
            };
            self.write_run(run, &mut copied.ends);
        }
        copied.end();
    }

    fn write_run(&self, run: Run<'_>, ends: &mut Vec<u32>) {
        match run.classes() {
            _ if self.all => ends.extend_from_slice(run.nodes()),
            Classes::One(class) if self.by_class[class as usize] => ends.extend_from_slice(run.nodes()),
            Classes::One(_) => {}
            Classes::Each(classes) => {
                ends.reserve(classes.len());
                for (end, class) in run.nodes().iter().zip(classes) {
                    if self.by_class[*class as usize] {
                        ends.push(*end);
                    }
                }
            }
        }
    }
}
