//! How many dependents each node has, on the arrays of the `graph` crate: 64 components at a time over the condensation.
//!
//! One large component is common. Whoever it needs has all of its dependents, which are counted once, and only what lies beside them is searched.

use graph_builder::prelude::{DirectedNeighbors, Graph};

use crate::graph::engines::csr::Plain;

/// How many other nodes need each node, directly or not. O(components · components / 64) at worst; far less where most have few dependents.
pub fn dependent_counts(graph: &Plain, nodes: usize) -> Vec<u32> {
    if nodes == 0 {
        return Vec::new();
    }
    let condensed = Condensed::new(graph);
    let counts = condensed.weights_reached();
    condensed.component.iter().map(|component| (counts[*component as usize] - 1) as u32).collect()
}

/// The components, each after all that it needs, and who needs whom among them.
struct Condensed {
    component: Vec<u32>,
    sizes: Vec<u32>,
    offsets: Vec<u32>,
    dependents: Vec<u32>,
}

impl Condensed {
    fn new(graph: &Plain) -> Self {
        let (component, count) = components(graph);
        let mut sizes = vec![0; count];
        component.iter().for_each(|component| sizes[*component as usize] += 1);
        let pairs = condensed_pairs(graph, &component);
        let mut offsets = vec![0_u32; count + 1];
        pairs.iter().for_each(|(needed, _)| offsets[*needed as usize + 1] += 1);
        (0..count).for_each(|place| offsets[place + 1] += offsets[place]);
        Condensed { component, sizes, offsets, dependents: pairs.into_iter().map(|(_, dependent)| dependent).collect() }
    }

    fn of(&self, component: u32) -> &[u32] {
        let component = component as usize;
        &self.dependents[self.offsets[component] as usize..self.offsets[component + 1] as usize]
    }

    /// The nodes in each component and in all that need it.
    fn weights_reached(&self) -> Vec<u64> {
        let count = self.sizes.len() as u32;
        let giant = (0..count).max_by_key(|component| self.sizes[*component as usize]).unwrap_or_default();
        let above = self.above(giant);
        let needed = self.needed_by(giant);
        let mut sweep =
            Sweep { condensed: self, words: vec![0; count as usize], waiting: vec![0; count as usize / 64 + 1] };
        let mut reached = vec![0; count as usize];
        let (below, beside): (Vec<u32>, Vec<u32>) = (0..count).partition(|component| needed[*component as usize]);
        beside.chunks(64).for_each(|block| sweep.count(block, &[], &mut reached));
        below.chunks(64).for_each(|block| sweep.count(block, &above, &mut reached));
        let shared: u64 =
            (0..count).filter(|at| above[*at as usize]).map(|at| u64::from(self.sizes[at as usize])).sum();
        below.iter().for_each(|component| reached[*component as usize] += shared);
        reached
    }

    /// Which components need this one, and itself.
    fn above(&self, component: u32) -> Vec<bool> {
        let mut above = vec![false; self.sizes.len()];
        above[component as usize] = true;
        for at in component..self.sizes.len() as u32 {
            if above[at as usize] {
                self.of(at).iter().for_each(|dependent| above[*dependent as usize] = true);
            }
        }
        above
    }

    /// Which components this one needs, and itself.
    fn needed_by(&self, component: u32) -> Vec<bool> {
        let mut needed = vec![false; self.sizes.len()];
        needed[component as usize] = true;
        for at in (0..component).rev() {
            needed[at as usize] = self.of(at).iter().any(|dependent| needed[*dependent as usize]);
        }
        needed
    }
}

/// Searches from up to 64 components at once: a bit for each.
struct Sweep<'a> {
    condensed: &'a Condensed,
    words: Vec<u64>,
    waiting: Vec<u64>,
}

impl Sweep<'_> {
    /// Adds the nodes that each component of the block reaches, leaving out what is `known`.
    fn count(&mut self, block: &[u32], known: &[bool], reached: &mut [u64]) {
        for (bit, component) in block.iter().enumerate() {
            self.arrive(*component, 1 << bit, known);
        }
        let mut at = block.first().map_or(0, |first| *first as usize / 64);
        while at < self.waiting.len() {
            match self.waiting[at] {
                0 => at += 1,
                waiting => {
                    self.waiting[at] &= waiting - 1;
                    self.pass_on(at as u32 * 64 + waiting.trailing_zeros(), block, known, reached);
                }
            }
        }
    }

    fn arrive(&mut self, component: u32, bits: u64, known: &[bool]) {
        if !known.get(component as usize).is_some_and(|known| *known) {
            self.words[component as usize] |= bits;
            self.waiting[component as usize / 64] |= 1 << (component % 64);
        }
    }

    /// Everything that reaches a component has arrived when its turn comes, because what needs it comes later.
    fn pass_on(&mut self, component: u32, block: &[u32], known: &[bool], reached: &mut [u64]) {
        let bits = std::mem::take(&mut self.words[component as usize]);
        let size = u64::from(self.condensed.sizes[component as usize]);
        let mut left = bits;
        while left != 0 {
            reached[block[left.trailing_zeros() as usize] as usize] += size;
            left &= left - 1;
        }
        let condensed = self.condensed;
        condensed.of(component).iter().for_each(|dependent| self.arrive(*dependent, bits, known));
    }
}

/// Each dependent of each component, once, by component.
fn condensed_pairs(graph: &Plain, component: &[u32]) -> Vec<(u32, u32)> {
    let mut pairs = Vec::new();
    for from in 0..graph.node_count() {
        let dependent = component[from as usize];
        let needed = graph.out_neighbors(from).map(|to| component[*to as usize]);
        pairs.extend(needed.filter(|needed| *needed != dependent).map(|needed| (needed, dependent)));
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// The component of each node, numbered so that each comes after all that it needs: Tarjan (1972), without recursion.
fn components(graph: &Plain) -> (Vec<u32>, usize) {
    let mut tarjan = Tarjan::new(graph.node_count());
    for node in 0..graph.node_count() {
        if tarjan.order[node as usize] == 0 {
            tarjan.visit(graph, node);
        }
    }
    (tarjan.component, tarjan.count as usize)
}

struct Tarjan {
    /// When a node was met, from 1.
    order: Vec<u32>,
    /// The earliest open node that it leads back to.
    low: Vec<u32>,
    component: Vec<u32>,
    open: Vec<u32>,
    met: u32,
    count: u32,
}

impl Tarjan {
    const NONE: u32 = u32::MAX;

    fn new(nodes: u32) -> Self {
        let nodes = nodes as usize;
        let (order, low, component) = (vec![0; nodes], vec![0; nodes], vec![Self::NONE; nodes]);
        Tarjan { order, low, component, open: Vec::new(), met: 0, count: 0 }
    }

    fn visit(&mut self, graph: &Plain, root: u32) {
        let mut path = vec![(root, graph.out_neighbors(root))];
        self.meet(root);
        while let Some((node, needed)) = path.last_mut() {
            let node = *node;
            match needed.next().copied() {
                Some(next) if self.order[next as usize] == 0 => {
                    self.meet(next);
                    path.push((next, graph.out_neighbors(next)));
                }
                Some(next) if self.component[next as usize] == Self::NONE => {
                    self.lower(node, self.order[next as usize])
                }
                Some(_) => {}
                None => {
                    path.pop();
                    self.leave(node);
                    if let Some((before, _)) = path.last() {
                        self.lower(*before, self.low[node as usize]);
                    }
                }
            }
        }
    }

    fn meet(&mut self, node: u32) {
        self.met += 1;
        self.order[node as usize] = self.met;
        self.low[node as usize] = self.met;
        self.open.push(node);
    }

    fn lower(&mut self, node: u32, to: u32) {
        let low = &mut self.low[node as usize];
        *low = (*low).min(to);
    }

    /// A node that leads back to none before it closes its component.
    fn leave(&mut self, node: u32) {
        if self.low[node as usize] != self.order[node as usize] {
            return;
        }
        while let Some(closed) = self.open.pop() {
            self.component[closed as usize] = self.count;
            if closed == node {
                break;
            }
        }
        self.count += 1;
    }
}

#[test]
fn counts_are_those_of_one_search_after_the_other() {
    use crate::graph::data::Data;
    use crate::graph::engines::csr::{Search, sorted};
    use crate::synthetic::Synthetic;

    for (nodes, needs) in [(1, 1), (2, 3), (63, 1), (64, 2), (65, 4), (500, 1), (900, 2), (2_000, 3)] {
        let data = Data::made_up(&Synthetic::new(nodes, needs));
        let graph = sorted(&data);
        let mut search = Search::default();
        let each: Vec<u32> = (0..nodes).map(|node| search.dependents(&graph, node).len() as u32).collect();
        assert_eq!(dependent_counts(&graph, nodes as usize), each, "{nodes} nodes that need {needs}");
    }
}
