//! Dominators: what every way from the roots to a node leads through.

use crate::analysis::structure::Direction;
use crate::analysis::structure::adjacency::Adjacency;
use crate::graph::{EdgeClass, Node, Snapshot};

/// Not reached.
const NONE: u32 = u32::MAX;

/// The immediate dominator of each node that the roots reach: the last node that all ways to it have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dominators {
    /// By node; a node that nothing dominates has itself.
    immediate: Vec<u32>,
    touched: u64,
}

impl Dominators {
    /// The immediate dominator of a node; `None` of a root, of one that is reached from several roots over nothing in common, and of one that is not reached.
    pub fn immediate(&self, node: Node) -> Option<Node> {
        let immediate = *self.immediate.get(node.index())?;
        (immediate != NONE && immediate != node.0).then_some(Node(immediate))
    }

    /// Whether the roots reach a node.
    pub fn is_reached(&self, node: Node) -> bool {
        self.immediate.get(node.index()).is_some_and(|immediate| *immediate != NONE)
    }

    /// How many other nodes each node dominates, by number: what the roots would no longer reach without it. 0 for what is not reached. O(nodes).
    pub fn dominated_counts(&self) -> Vec<u32> {
        let over = |node: u32| self.immediate(Node(node)).map(Node::index);
        let nodes = 0..self.immediate.len() as u32;
        // How many nodes right below each are still to be counted.
        let mut open = vec![0_u32; self.immediate.len()];
        nodes.clone().filter_map(over).for_each(|dominator| open[dominator] += 1);
        let mut counts = vec![0; self.immediate.len()];
        let mut counted: Vec<u32> = nodes.filter(|node| open[*node as usize] == 0).collect();
        while let Some(node) = counted.pop() {
            let Some(dominator) = over(node) else { continue };
            counts[dominator] += counts[node as usize] + 1;
            open[dominator] -= 1;
            if open[dominator] == 0 {
                counted.push(dominator as u32);
            }
        }
        counts
    }

    /// How many edges were looked at: a measure of work that is the same on every machine.
    pub fn edges_touched(&self) -> u64 {
        self.touched
    }

    /// All dominators of a node but itself, the nearest first. O(dominators).
    pub fn of(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        std::iter::successors(self.immediate(node), |dominator| self.immediate(*dominator))
    }
}

/// The nodes that no followed relation leads to, self relations aside, in order: the roots for [`dominators`] of a whole graph. A cycle that nothing leads to has none.
/// O(nodes + edges).
pub fn sources(snapshot: &Snapshot, direction: Direction, follow: impl Fn(&EdgeClass) -> bool) -> Vec<Node> {
    let before = Adjacency::new(snapshot, direction.reversed(), follow);
    let is_source = |node: &Node| before.of(node.0).iter().all(|other| *other == node.0);
    snapshot.nodes().filter(is_source).collect()
}

/// The immediate dominators, as seen from some roots together.
///
/// Semi-NCA: Georgiadis (2005), "Linear-time algorithms for dominators and related problems", without recursion. O(nodes² + edges) at worst, in practice near
/// O(nodes + edges); 28 bytes for a node that is reached.
pub fn dominators(
    snapshot: &Snapshot,
    roots: &[Node],
    direction: Direction,
    follow: impl Fn(&EdgeClass) -> bool,
) -> Dominators {
    let after = Adjacency::new(snapshot, direction, &follow);
    let before = Adjacency::new(snapshot, direction.reversed(), &follow);
    let mut tree = Tree::new(after.bound());
    for root in roots.iter().filter(|root| snapshot.is_there(**root)) {
        tree.grow(&after, root.0);
    }
    let semi = tree.semidominators(&before);
    tree.dominators(semi)
}

/// A depth-first tree over what is reached, by the order in which it was met. Number 0 stands above all roots.
struct Tree {
    numbers: Vec<u32>,
    nodes: Vec<u32>,
    parents: Vec<u32>,
    /// Roots that were met from another root before their turn.
    late_roots: Vec<u32>,
    calls: Vec<(u32, u32, u32)>,
    touched: u64,
}

impl Tree {
    fn new(bound: usize) -> Self {
        let numbers = vec![NONE; bound];
        Tree { numbers, nodes: vec![NONE], parents: vec![0], late_roots: Vec::new(), calls: Vec::new(), touched: 0 }
    }

    fn grow(&mut self, after: &Adjacency<'_>, root: u32) {
        if self.numbers[root as usize] != NONE {
            return self.late_roots.push(self.numbers[root as usize]);
        }
        let mut call = self.meet(after, root, 0);
        loop {
            let (number, next, stop) = call;
            let rest = &after.ends()[next as usize..stop as usize];
            let unmet = rest.iter().zip(next + 1..).find(|(other, _)| self.numbers[**other as usize] == NONE);
            call = match (unmet, self.calls.pop()) {
                (Some((other, next)), caller) => {
                    self.calls.extend(caller);
                    self.calls.push((number, next, stop));
                    self.meet(after, *other, number)
                }
                (None, Some(caller)) => caller,
                (None, None) => return,
            };
        }
    }

    #[inline]
    fn meet(&mut self, after: &Adjacency<'_>, node: u32, parent: u32) -> (u32, u32, u32) {
        let number = self.nodes.len() as u32;
        self.numbers[node as usize] = number;
        self.nodes.push(node);
        self.parents.push(parent);
        let (next, stop) = after.range(node);
        self.touched += u64::from(stop - next);
        (number, next, stop)
    }

    /// For each node the earliest from which a way leads to it over later nodes alone.
    fn semidominators(&mut self, before: &Adjacency<'_>) -> Vec<u32> {
        let count = self.nodes.len() as u32;
        let mut forest = Forest { ancestors: self.parents.clone(), least: (0..count).collect(), path: Vec::new() };
        let mut semi = self.parents.clone();
        self.late_roots.iter().for_each(|number| semi[*number as usize] = 0);
        for number in (1..count).rev() {
            let mut least = semi[number as usize];
            let others = before.of(self.nodes[number as usize]);
            self.touched += others.len() as u64;
            for other in others {
                let other = self.numbers[*other as usize];
                if other != NONE {
                    least = least.min(forest.least(other, number + 1));
                }
            }
            semi[number as usize] = least;
            forest.least[number as usize] = least;
        }
        semi
    }

    /// The immediate dominator is the nearest ancestor that is not later than the semidominator.
    fn dominators(self, semi: Vec<u32>) -> Dominators {
        let mut over = self.parents;
        for number in 1..over.len() {
            let mut dominator = over[number];
            while dominator > semi[number] {
                dominator = over[dominator as usize];
            }
            over[number] = dominator;
        }
        let mut immediate = self.numbers;
        for (number, node) in self.nodes.iter().enumerate().skip(1) {
            let dominator = over[number];
            immediate[*node as usize] = if dominator == 0 { *node } else { self.nodes[dominator as usize] };
        }
        Dominators { immediate, touched: self.touched }
    }
}

/// The part of the tree whose semidominators are known, with shortened ways up.
struct Forest {
    ancestors: Vec<u32>,
    /// The least semidominator on the way up, as far as it was shortened.
    least: Vec<u32>,
    path: Vec<u32>,
}

impl Forest {
    /// The least semidominator from a node up to before those that are not `known` yet; the node itself, if it is not.
    #[inline]
    fn least(&mut self, mut number: u32, known: u32) -> u32 {
        if number < known {
            return number;
        }
        while self.ancestors[number as usize] >= known {
            self.path.push(number);
            number = self.ancestors[number as usize];
        }
        let (top, mut least) = (self.ancestors[number as usize], self.least[number as usize]);
        while let Some(number) = self.path.pop() {
            least = least.min(self.least[number as usize]);
            self.ancestors[number as usize] = top;
            self.least[number as usize] = least;
        }
        least
    }
}
