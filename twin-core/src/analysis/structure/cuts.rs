//! Single points of failure: nodes and pairs whose loss parts what is joined.

use crate::analysis::structure::adjacency::Adjacency;
use crate::graph::{EdgeClass, Node, Snapshot};

/// Where a graph would fall apart, directions aside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cuts {
    /// The nodes without which others are no longer joined (articulation points), in order.
    pub points: Vec<Node>,
    /// The pairs that nothing else joins, in order.
    pub bridges: Vec<Bridge>,
    /// How many edges were looked at, each from both of its ends: a measure of work that is the same on every machine.
    pub edges_touched: u64,
}

/// Two neighbours that would no longer be joined if nothing joined them directly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bridge {
    /// The end with the smaller number.
    pub first: Node,
    /// The end with the larger number.
    pub second: Node,
    /// How many relations join the two, in either direction. The loss of one relation parts them where it is the only one: only then is it a bridge in the sense of the
    /// field, which counts parallel edges.
    pub relations: u32,
}

/// The articulation points and bridges over the relations that are followed, directions aside.
///
/// Low points of a depth-first search: Hopcroft and Tarjan (1973), "Efficient algorithms for graph manipulation", without recursion. O(nodes + edges): each edge is looked
/// at once from each end; 8 bytes for an edge, 9 for a node, and 20 for each node of the longest way.
pub fn cuts(snapshot: &Snapshot, follow: impl Fn(&EdgeClass) -> bool) -> Cuts {
    let adjacency = Adjacency::undirected(snapshot, follow);
    let mut search = searched(&adjacency, true);
    search.bridges.sort_unstable();
    Cuts { points: search.points(), bridges: search.bridges, edges_touched: search.touched }
}

/// The articulation points alone, over edges that are at hand: of a tree, whose edges are all bridges, that saves half of the work.
pub(super) fn cut_points(adjacency: &Adjacency<'_>) -> Vec<Node> {
    searched(adjacency, false).points()
}

fn searched<'a>(adjacency: &'a Adjacency<'a>, tells_bridges: bool) -> Search<'a> {
    let bound = adjacency.bound();
    let mut search = Search {
        adjacency,
        orders: vec![0; bound],
        order: 0,
        calls: Vec::new(),
        is_point: vec![false; bound],
        tells_bridges,
        bridges: Vec::new(),
        touched: 0,
    };
    for root in 0..bound as u32 {
        if search.orders[root as usize] == 0 {
            search.run(root);
        }
    }
    search
}

struct Search<'a> {
    adjacency: &'a Adjacency<'a>,
    /// When a node was met, from 1 on.
    orders: Vec<u32>,
    order: u32,
    calls: Vec<Call>,
    is_point: Vec<bool>,
    tells_bridges: bool,
    bridges: Vec<Bridge>,
    touched: u64,
}

/// A node on the way from the root, and how far its edges have been followed.
#[derive(Clone, Copy)]
struct Call {
    node: u32,
    /// The node before it on the way; itself for a root.
    from: u32,
    next: u32,
    stop: u32,
    /// The earliest node that is joined to what was met from here, other than by the way here.
    low: u32,
}

impl Search<'_> {
    fn points(&self) -> Vec<Node> {
        (0..).zip(&self.is_point).filter(|(_, is_point)| **is_point).map(|(node, _)| Node(node)).collect()
    }

    fn run(&mut self, root: u32) {
        let mut call = self.enter(root, root);
        let mut branches = 0;
        loop {
            while let Some(other) = self.unmet(&mut call) {
                self.calls.push(call);
                call = self.enter(other, call.node);
            }
            let Some(caller) = self.calls.pop() else { break };
            branches += usize::from(caller.node == root);
            self.part(&call, caller.node);
            call = Call { low: caller.low.min(call.low), ..caller };
        }
        self.is_point[root as usize] = branches > 1;
    }

    #[inline]
    fn enter(&mut self, node: u32, from: u32) -> Call {
        self.order += 1;
        self.orders[node as usize] = self.order;
        let (next, stop) = self.adjacency.range(node);
        self.touched += u64::from(stop - next);
        Call { node, from, next, stop, low: self.order }
    }

    /// The next end that was not met.
    #[inline]
    fn unmet(&self, call: &mut Call) -> Option<u32> {
        let rest = &self.adjacency.ends()[call.next as usize..call.stop as usize];
        for (other, next) in rest.iter().zip(call.next + 1..) {
            let order = self.orders[*other as usize];
            if order == 0 {
                call.next = next;
                return Some(*other);
            }
            if *other != call.from {
                call.low = call.low.min(order);
            }
        }
        None
    }

    /// Whether what was met from a node hangs on the node before it, or on their edge. A root is weighed at the end.
    #[inline]
    fn part(&mut self, call: &Call, from: u32) {
        let order = self.orders[from as usize];
        self.is_point[from as usize] |= call.low >= order;
        if self.tells_bridges && call.low > order {
            let ends = self.adjacency.of(call.node);
            let relations = ends.iter().filter(|other| **other == from).count() as u32;
            self.touched += ends.len() as u64;
            let (first, second) = (Node(call.node.min(from)), Node(call.node.max(from)));
            self.bridges.push(Bridge { first, second, relations });
        }
    }
}
