//! Strongly connected components of plain lists of successors.

/// Not met.
const NONE: usize = usize::MAX;

/// The components, each after those that it leads to. Successors are places in `next`.
///
/// Tarjan (1972), "Depth-first search and linear graph algorithms", without recursion. O(nodes + edges).
pub(super) fn strong_components(next: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut search = Search {
        next,
        low: vec![NONE; next.len()],
        is_open: vec![false; next.len()],
        met: 0,
        open: Vec::new(),
        found: Vec::new(),
    };
    for root in 0..next.len() {
        if search.low[root] == NONE {
            search.run(root);
        }
    }
    search.found
}

struct Search<'a> {
    next: &'a [Vec<usize>],
    /// The earliest open node that a node is known to lead to, by the order in which nodes were met.
    low: Vec<usize>,
    is_open: Vec<bool>,
    met: usize,
    /// Nodes whose component is not known yet.
    open: Vec<usize>,
    found: Vec<Vec<usize>>,
}

impl Search<'_> {
    fn run(&mut self, root: usize) {
        let mut calls = vec![self.enter(root)];
        while let Some((node, order, place)) = calls.pop() {
            match self.next[node].get(place) {
                Some(other) => {
                    calls.push((node, order, place + 1));
                    if self.low[*other] == NONE {
                        calls.push(self.enter(*other));
                    } else if self.is_open[*other] {
                        self.low[node] = self.low[node].min(self.low[*other]);
                    }
                }
                None => {
                    self.leave(node, order);
                    if let Some((caller, ..)) = calls.last().filter(|_| self.is_open[node]) {
                        self.low[*caller] = self.low[*caller].min(self.low[node]);
                    }
                }
            }
        }
    }

    fn enter(&mut self, node: usize) -> (usize, usize, usize) {
        let order = self.met;
        self.met += 1;
        self.low[node] = order;
        self.is_open[node] = true;
        self.open.push(node);
        (node, order, 0)
    }

    /// A node that leads to nothing before it closes its component.
    fn leave(&mut self, node: usize, order: usize) {
        if self.low[node] != order {
            return;
        }
        let start = self.open.iter().rposition(|open| *open == node).unwrap_or(0);
        let mut component = self.open.split_off(start);
        component.iter().for_each(|member| self.is_open[*member] = false);
        component.sort_unstable();
        self.found.push(component);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reaches(next: &[Vec<usize>], from: usize) -> Vec<bool> {
        let mut reached = vec![false; next.len()];
        let mut waiting = vec![from];
        while let Some(node) = waiting.pop() {
            if !std::mem::replace(&mut reached[node], true) {
                waiting.extend(&next[node]);
            }
        }
        reached
    }

    fn drawn() -> impl Strategy<Value = Vec<Vec<usize>>> {
        (1..9_usize).prop_flat_map(|size| prop::collection::vec(prop::collection::vec(0..size, 0..4), size))
    }

    proptest! {
        #[test]
        fn two_nodes_are_together_if_each_reaches_the_other(next in drawn()) {
            let found = strong_components(&next);
            let reached: Vec<Vec<bool>> = (0..next.len()).map(|node| reaches(&next, node)).collect();
            let place = |node: usize| found.iter().position(|component| component.contains(&node)).expect("in one");
            for (a, b) in (0..next.len()).flat_map(|a| (0..next.len()).map(move |b| (a, b))) {
                prop_assert_eq!(place(a) == place(b), reached[a][b] && reached[b][a]);
                prop_assert!(!reached[a][b] || place(b) <= place(a));
            }
        }
    }

    #[test]
    fn depth_costs_no_stack() {
        let circle: Vec<Vec<usize>> = (0..100_000).map(|node| vec![(node + 1) % 100_000]).collect();
        assert_eq!(strong_components(&circle).len(), 1);
    }
}
