//! An order of nodes in which little weight leads back, for components that are too large to try all.

use std::collections::BTreeSet;

use crate::analysis::structure::feedback::{Arc, Circuit};
use crate::base::{Context, Result};

/// How many places and arcs may be looked at while nodes are moved.
const STEPS: usize = 20_000_000;

/// The place of each node in the order of Eades, Lin and Smyth, with nodes moved to better places while that helps.
pub(super) fn order(circuit: &Circuit, context: &Context) -> Result<Vec<usize>> {
    let joined = Joined::new(circuit);
    let mut order = Order::new(greedy(circuit, &joined));
    let mut left = STEPS;
    while left > 0 {
        context.check()?;
        if !order.improve(&joined, &mut left) {
            break;
        }
    }
    Ok(order.places)
}

/// For each node the others that it is joined to, with the weight that leads to them, less than 0 if it leads from them.
struct Joined {
    ends: Vec<Vec<(usize, f64)>>,
}

impl Joined {
    fn new(circuit: &Circuit) -> Self {
        let mut ends = vec![Vec::new(); circuit.nodes];
        for Arc { from, to, weight } in circuit.arcs.iter().copied() {
            ends[from].push((to, weight));
            ends[to].push((from, -weight));
        }
        Joined { ends }
    }
}

/// Eades, Lin and Smyth (1993), "A fast and effective heuristic for the feedback arc set problem": what leads nowhere goes to the end, what nothing leads to goes to the front, and
/// if there is neither, what leads to much more than what leads to it. O((nodes + arcs) · log nodes).
fn greedy(circuit: &Circuit, joined: &Joined) -> Vec<usize> {
    let mut queue = Queue::new(circuit);
    let (mut front, mut back) = (Vec::with_capacity(circuit.nodes), Vec::new());
    while let Some((node, is_sink)) = queue.next() {
        if is_sink {
            back.push(node)
        } else {
            front.push(node)
        }
        for (other, weight) in &joined.ends[node] {
            queue.lose(*other, *weight);
        }
    }
    front.extend(back.into_iter().rev());
    front
}

/// The nodes that have no place yet.
struct Queue {
    /// How many arcs lead from each node and to it, and how much more weight leads from it.
    open: Vec<Open>,
    sinks: BTreeSet<usize>,
    sources: BTreeSet<usize>,
    by_excess: BTreeSet<(i64, usize)>,
}

#[derive(Clone, Copy, Default)]
struct Open {
    outgoing: usize,
    incoming: usize,
    excess: f64,
    is_placed: bool,
}

impl Queue {
    fn new(circuit: &Circuit) -> Self {
        let mut open = vec![Open::default(); circuit.nodes];
        for arc in &circuit.arcs {
            open[arc.from].outgoing += 1;
            open[arc.from].excess += arc.weight;
            open[arc.to].incoming += 1;
            open[arc.to].excess -= arc.weight;
        }
        let by_excess = open.iter().enumerate().map(|(node, open)| (rank(open.excess), node)).collect();
        Queue { open, sinks: BTreeSet::new(), sources: BTreeSet::new(), by_excess }
    }

    /// The next node, and whether it goes to the end.
    fn next(&mut self) -> Option<(usize, bool)> {
        let sink = self.sinks.pop_first();
        let source = || self.sources.first().copied();
        let node = sink.or_else(source).or_else(|| self.by_excess.last().map(|(_, node)| *node))?;
        self.sources.remove(&node);
        self.by_excess.remove(&(rank(self.open[node].excess), node));
        self.open[node].is_placed = true;
        Some((node, sink.is_some()))
    }

    /// A neighbour of this node got its place; `weight` led from it to this node, or the other way, if less than 0.
    fn lose(&mut self, node: usize, weight: f64) {
        let open = &mut self.open[node];
        if open.is_placed {
            return;
        }
        let before = (rank(open.excess), node);
        open.excess += weight;
        // The sign of nothing tells the way too.
        match weight.is_sign_negative() {
            false => open.incoming -= 1,
            true => open.outgoing -= 1,
        }
        let (is_sink, is_source) = (open.outgoing == 0, open.incoming == 0);
        let after = (rank(open.excess), node);
        self.by_excess.remove(&before);
        self.by_excess.insert(after);
        if is_sink {
            self.sinks.insert(node);
            self.sources.remove(&node);
        } else if is_source {
            self.sources.insert(node);
        }
    }
}

/// A whole number that is larger for a larger number: what `f64::total_cmp` compares.
fn rank(number: f64) -> i64 {
    let bits = number.to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

struct Order {
    nodes: Vec<usize>,
    places: Vec<usize>,
}

impl Order {
    fn new(nodes: Vec<usize>) -> Self {
        let mut places = vec![0; nodes.len()];
        nodes.iter().enumerate().for_each(|(place, node)| places[*node] = place);
        Order { nodes, places }
    }

    /// Moves each node to where the least weight leads back, the others staying in their order. Whether one moved.
    fn improve(&mut self, joined: &Joined, left: &mut usize) -> bool {
        let mut has_moved = false;
        for node in 0..self.nodes.len() {
            let place = self.places[node];
            let best = self.best_place(place, &joined.ends[node]);
            let steps = joined.ends[node].len() + best.map_or(0, |best| best.abs_diff(place));
            if *left < steps {
                *left = 0;
                return false;
            }
            *left -= steps;
            if let Some(best) = best {
                self.shift(place, best);
                has_moved = true;
            }
        }
        has_moved
    }

    /// The place, once the node is taken out, at which less weight leads back than where it is; of equal ones the first. `None` if there is none.
    fn best_place(&self, place: usize, ends: &[(usize, f64)]) -> Option<usize> {
        let mut passed: Vec<(usize, f64)> = ends.iter().map(|(other, weight)| (self.places[*other], *weight)).collect();
        passed.sort_by_key(|(other, _)| *other);
        // Before all of them, what leads to the node leads back; behind a neighbour, what leads to it does instead of what leads from it.
        let (mut cost, mut own) = (0.0, 0.0);
        let (mut least, mut best) = (0.0, 0);
        // A neighbour that is joined both ways is passed at once.
        for both in passed.chunk_by(|a, b| a.0 == b.0) {
            let other = both[0].0;
            cost += both.iter().map(|(_, weight)| weight).sum::<f64>();
            if other < place {
                own = cost;
            }
            if cost < least {
                (least, best) = (cost, if other < place { other + 1 } else { other });
            }
        }
        (least < own).then_some(best)
    }

    fn shift(&mut self, from: usize, to: usize) {
        let (low, high) = (from.min(to), from.max(to));
        match from < to {
            true => self.nodes[low..=high].rotate_left(1),
            false => self.nodes[low..=high].rotate_right(1),
        }
        for place in low..=high {
            self.places[self.nodes[place]] = place;
        }
    }
}
