//! Strongly connected components: what reaches each other.

use crate::analysis::structure::Direction;
use crate::analysis::structure::adjacency::Adjacency;
use crate::graph::{EdgeClass, Node, Snapshot};

/// No component: the node is not there.
pub(super) const NONE: u32 = u32::MAX;

/// A partition of nodes into components, numbered so that each comes after all that it needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Components {
    numbers: Vec<u32>,
    count: u32,
    touched: u64,
}

impl Components {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.count as usize
    }

    /// The component of a node; `None` of one that is not there. Relations lead from a component to itself and to smaller numbers.
    pub fn number(&self, node: Node) -> Option<u32> {
        self.numbers.get(node.index()).copied().filter(|number| *number != NONE)
    }

    /// The component of each node by number, `u32::MAX` for nodes that are not there.
    pub fn numbers(&self) -> &[u32] {
        &self.numbers
    }

    /// How many edges were looked at: a measure of work that is the same on every machine.
    pub fn edges_touched(&self) -> u64 {
        self.touched
    }

    pub(super) fn into_numbers(self) -> Vec<u32> {
        self.numbers
    }

    /// How many nodes each component has. O(nodes).
    pub fn sizes(&self) -> Vec<u32> {
        let mut sizes = vec![0; self.count()];
        self.numbers.iter().filter(|number| **number != NONE).for_each(|number| sizes[*number as usize] += 1);
        sizes
    }

    /// The components of more than one node, each sorted: the cycles, with all that hangs together by them. O(nodes).
    pub fn cyclic(&self) -> Vec<Vec<Node>> {
        let sizes = self.sizes();
        let mut places = vec![NONE; self.count()];
        let mut found: Vec<Vec<Node>> = Vec::new();
        for (node, number) in (0..).zip(&self.numbers) {
            if *number == NONE || sizes[*number as usize] == 1 {
                continue;
            }
            let place = &mut places[*number as usize];
            if *place == NONE {
                *place = found.len() as u32;
                found.push(Vec::with_capacity(sizes[*number as usize] as usize));
            }
            found[*place as usize].push(Node(node));
        }
        found
    }
}

/// The strongly connected components over the relations that are followed: two nodes are in one if each reaches the other.
///
/// Tarjan's algorithm with one list of marks, after Pearce (2016), "A space-efficient algorithm for finding strongly connected components", without recursion. O(nodes + edges): each node is met once, each edge looked
/// at once; 4 bytes for a node, and 24 for each node of the longest way.
pub fn strong_components(snapshot: &Snapshot, follow: impl Fn(&EdgeClass) -> bool) -> Components {
    components(snapshot, &Adjacency::new(snapshot, Direction::Outgoing, follow), |_, _| {})
}

/// The same, telling the members of each component once all that it needs has been told, with the marks of all nodes: the number of a closed component, turned around.
pub(super) fn components(
    snapshot: &Snapshot,
    adjacency: &Adjacency<'_>,
    mut told: impl FnMut(&[u32], &[u32]),
) -> Components {
    let mut count = 0;
    let (numbers, touched) = numbered(snapshot, adjacency, |members, marks, _| {
        told(members, marks);
        count += 1;
        count - 1
    });
    Components { numbers, count, touched }
}

/// Gives the nodes of each component a number, once all that it needs has one: `number` is told its members, the marks of all nodes, and the greatest number among what
/// the members need, 0 if there is none; it never gives one greater than components have closed before, plus one. Returns the numbers, `NONE` for nodes that are not there, and how many edges were looked at.
pub(super) fn numbered(
    snapshot: &Snapshot,
    adjacency: &Adjacency<'_>,
    number: impl FnMut(&[u32], &[u32], u32) -> u32,
) -> (Vec<u32>, u64) {
    let mut search = Search {
        adjacency,
        marks: vec![0; adjacency.bound()],
        order: 0,
        open: Vec::new(),
        calls: Vec::new(),
        number,
        touched: 0,
    };
    for root in snapshot.nodes() {
        if search.marks[root.index()] == 0 {
            search.run(root.0);
        }
    }
    let Search { mut marks, touched, .. } = search;
    marks.iter_mut().for_each(|mark| *mark = !*mark);
    (marks, touched)
}

struct Search<'a, F> {
    adjacency: &'a Adjacency<'a>,
    /// 0 for a node that was not met; when it was met, from 1 on, while its component is open; then the number of its component, from the largest mark down. The
    /// two do not meet, because order goes back by the nodes of a component that closes.
    marks: Vec<u32>,
    order: u32,
    /// Nodes that were left and whose component is open.
    open: Vec<u32>,
    calls: Vec<Call>,
    number: F,
    touched: u64,
}

/// A node on the way from the root, and how far its edges have been followed.
#[derive(Clone, Copy)]
struct Call {
    node: u32,
    next: u32,
    stop: u32,
    order: u32,
    /// The earliest open node that is reached from here.
    low: u32,
    /// The least mark of a closed component that is reached from here: that of the greatest number.
    needed: u32,
}

impl<F: FnMut(&[u32], &[u32], u32) -> u32> Search<'_, F> {
    fn run(&mut self, root: u32) {
        let mut call = self.enter(root);
        loop {
            while let Some(other) = self.unmet(&mut call) {
                self.calls.push(call);
                call = self.enter(other);
            }
            let (low, needed) = self.leave(call);
            let Some(caller) = self.calls.pop() else { return };
            call = Call { low: caller.low.min(low), needed: caller.needed.min(needed), ..caller };
        }
    }

    #[inline]
    fn enter(&mut self, node: u32) -> Call {
        self.order += 1;
        self.marks[node as usize] = self.order;
        let (next, stop) = self.adjacency.range(node);
        self.touched += u64::from(stop - next);
        Call { node, next, stop, order: self.order, low: self.order, needed: NONE }
    }

    /// The next end that was not met. What was met on the way there may lead further back.
    #[inline]
    fn unmet(&self, call: &mut Call) -> Option<u32> {
        let rest = &self.adjacency.ends()[call.next as usize..call.stop as usize];
        for (other, next) in rest.iter().zip(call.next + 1..) {
            let mark = self.marks[*other as usize];
            if mark == 0 {
                call.next = next;
                return Some(*other);
            }
            call.low = call.low.min(mark);
            call.needed = call.needed.min(if mark > self.order { mark } else { NONE });
        }
        None
    }

    /// What the caller learns: how far back the node leads, and what it needs; of a component that closes, only that it is needed.
    #[inline]
    fn leave(&mut self, call: Call) -> (u32, u32) {
        self.open.push(call.node);
        match call.low == call.order {
            true => (NONE, self.close(call)),
            false => (call.low, call.needed),
        }
    }

    fn close(&mut self, call: Call) -> u32 {
        let mut first = self.open.len();
        while first > 0 && self.marks[self.open[first - 1] as usize] >= call.order {
            first -= 1;
        }
        let mark = !(self.number)(&self.open[first..], &self.marks, !call.needed);
        self.open[first..].iter().for_each(|member| self.marks[*member as usize] = mark);
        self.open.truncate(first);
        self.order = call.order - 1;
        mark
    }
}
