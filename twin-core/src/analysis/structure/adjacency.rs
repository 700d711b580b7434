//! The followed edges as two lists of numbers: what the algorithms of this folder run on.

use std::borrow::Cow;

use crate::analysis::structure::Direction;
use crate::graph::{EdgeClass, Snapshot};

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
        Followed::new(snapshot, follow).copy(snapshot, &[Direction::Outgoing, Direction::Incoming])
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
        let topology = snapshot.topology();
        let mut offsets = Vec::with_capacity(snapshot.bound() + 1);
        let mut ends = Vec::with_capacity(topology.edges() * directions.len());
        offsets.push(0);
        for node in 0..snapshot.bound() as u32 {
            for direction in directions {
                let run = match direction {
                    Direction::Outgoing => topology.outgoing(node),
                    Direction::Incoming => topology.incoming(node),
                };
                match self.all {
                    true => ends.extend_from_slice(run.nodes()),
                    false => {
                        ends.extend(run.iter().filter(|(_, class)| self.by_class[*class as usize]).map(|(end, _)| end))
                    }
                }
            }
            offsets.push(ends.len() as u32);
        }
        Adjacency { offsets: offsets.into(), ends: ends.into() }
    }
}
