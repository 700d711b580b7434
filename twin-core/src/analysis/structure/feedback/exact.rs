//! The order of nodes in which the least weight leads back: a dynamic programme over subsets.
//!
//! Lawler (1964), "A comment on minimum feedback arc sets": what it costs to have some nodes first, in whatever order, does not depend on the order of the others.

use crate::analysis::structure::feedback::Circuit;

/// The place of each node in an order in which the least weight leads back. O(2ⁿ · n).
pub(super) fn order(circuit: &Circuit) -> Vec<usize> {
    let back = BackWeights::new(circuit);
    let costs = costs(circuit.nodes, &back);
    places(circuit.nodes, &back, &costs)
}

/// For each set of nodes that come first, the least weight that leads back among them.
fn costs(nodes: usize, back: &BackWeights) -> Vec<f64> {
    let mut costs = vec![0.0; 1 << nodes];
    for first in 1..costs.len() {
        let last_ones = members(first).map(|last| costs[first ^ 1 << last] + back.weight(last, first ^ 1 << last));
        costs[first] = last_ones.fold(f64::INFINITY, f64::min);
    }
    costs
}

/// Which order it was, from the last node on; of equal ones that with the larger numbers last.
fn places(nodes: usize, back: &BackWeights, costs: &[f64]) -> Vec<usize> {
    let mut places = vec![0; nodes];
    let mut first = costs.len() - 1;
    while first != 0 {
        let cost = |last: usize| costs[first ^ 1 << last] + back.weight(last, first ^ 1 << last);
        let best = members(first).fold(None, |best: Option<(f64, usize)>, last| match best {
            Some((least, _)) if least < cost(last) => best,
            _ => Some((cost(last), last)),
        });
        let Some((_, last)) = best else { break };
        first ^= 1 << last;
        places[last] = first.count_ones() as usize;
    }
    places
}

fn members(set: usize) -> impl Iterator<Item = usize> {
    let mut left = set;
    std::iter::from_fn(move || {
        let member = left.trailing_zeros();
        left &= left.checked_sub(1)?;
        Some(member as usize)
    })
}

/// What leads from each node to sets of nodes. Sums are kept for sets of the lower and of the upper half, so that one is looked up as two.
struct BackWeights {
    half: usize,
    lower: Vec<f64>,
    upper: Vec<f64>,
}

impl BackWeights {
    fn new(circuit: &Circuit) -> Self {
        let half = circuit.nodes.div_ceil(2);
        let mut weights = vec![0.0; circuit.nodes * 2 * half];
        for arc in &circuit.arcs {
            weights[arc.from * 2 * half + arc.to] = arc.weight;
        }
        let sums = |from: usize| {
            let mut sums = vec![0.0; circuit.nodes << half];
            for node in 0..circuit.nodes {
                for set in 1_usize..1 << half {
                    let least = set.trailing_zeros() as usize;
                    let weight = weights[node * 2 * half + from + least];
                    sums[(node << half) + set] = sums[(node << half) + (set & (set - 1))] + weight;
                }
            }
            sums
        };
        BackWeights { half, lower: sums(0), upper: sums(half) }
    }

    #[inline]
    fn weight(&self, from: usize, set: usize) -> f64 {
        let (lower, upper) = (set & ((1 << self.half) - 1), set >> self.half);
        self.lower[(from << self.half) + lower] + self.upper[(from << self.half) + upper]
    }
}
