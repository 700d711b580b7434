//! What every feedback arc set weighs at least: cycles that share no weight, of each of which something must be cut.

use std::collections::VecDeque;

use crate::analysis::structure::feedback::Circuit;
use crate::base::{Context, Result};

/// How many arcs may be looked at.
const STEPS: usize = 20_000_000;

/// Up to how many arcs the cycles of each round have: of short ones more fit in.
const ROUNDS: [u32; 4] = [2, 3, 5, u32::MAX];

/// After how many arcs of the component the host is asked whether to go on.
const ARCS_BETWEEN_CHECKS: usize = 1 << 10;

/// The weight of cycles that share none: a feasible answer to the linear programme that is dual to the least cut.
pub(super) fn packed_cycles(circuit: &Circuit, context: &Context) -> Result<f64> {
    let mut packing = Packing::new(circuit);
    let mut bound = 0.0;
    for longest in ROUNDS {
        for arc in 0..circuit.arcs.len() {
            if arc % ARCS_BETWEEN_CHECKS == 0 {
                context.check()?;
            }
            while packing.left[arc] > 0.0 && packing.steps < STEPS {
                let Some(weight) = packing.take_cycle(arc, longest) else { break };
                bound += weight;
            }
        }
    }
    Ok(bound)
}

struct Packing<'a> {
    circuit: &'a Circuit,
    outgoing: Vec<Vec<usize>>,
    /// The weight of each arc that no cycle took yet.
    left: Vec<f64>,
    /// For each node the search that met it, and the arc over which.
    met: Vec<(usize, usize)>,
    searches: usize,
    steps: usize,
}

impl<'a> Packing<'a> {
    fn new(circuit: &'a Circuit) -> Self {
        let mut outgoing = vec![Vec::new(); circuit.nodes];
        circuit.arcs.iter().enumerate().for_each(|(place, arc)| outgoing[arc.from].push(place));
        let left = circuit.arcs.iter().map(|arc| arc.weight).collect();
        Packing { circuit, outgoing, left, met: vec![(0, 0); circuit.nodes], searches: 0, steps: 0 }
    }

    /// Takes as much as the shortest cycle over an arc has left. Returns how much; `None` if there is none that is short enough.
    fn take_cycle(&mut self, arc: usize, longest: u32) -> Option<f64> {
        let cycle = self.cycle(arc, longest)?;
        let weight = cycle.iter().map(|arc| self.left[*arc]).fold(f64::INFINITY, f64::min);
        for arc in cycle {
            // What has least is used up to the last digit, because it is taken from itself.
            self.left[arc] -= weight;
        }
        Some(weight)
    }

    /// A shortest way back from the end of an arc to its beginning, over what is left, with the arc.
    fn cycle(&mut self, arc: usize, longest: u32) -> Option<Vec<usize>> {
        let (start, end) = (self.circuit.arcs[arc].to, self.circuit.arcs[arc].from);
        self.searches += 1;
        let mut queue = VecDeque::from([(start, 1)]);
        self.met[start] = (self.searches, arc);
        while let Some((node, length)) = queue.pop_front().filter(|(_, length)| *length < longest) {
            self.steps += self.outgoing[node].len();
            for next in &self.outgoing[node] {
                let to = self.circuit.arcs[*next].to;
                if self.left[*next] <= 0.0 || self.met[to].0 == self.searches {
                    continue;
                }
                self.met[to] = (self.searches, *next);
                if to == end {
                    return Some(self.way_back(end, arc));
                }
                queue.push_back((to, length + 1));
            }
        }
        None
    }

    fn way_back(&self, end: usize, arc: usize) -> Vec<usize> {
        let mut cycle = Vec::new();
        let mut node = end;
        loop {
            let (_, over) = self.met[node];
            cycle.push(over);
            if over == arc {
                return cycle;
            }
            node = self.circuit.arcs[over].from;
        }
    }
}
