//! Sets of dependencies without which no cycle is left: all that are inclusion-minimal, smallest first, as far as a number of nodes goes.
//!
//! A bounded search tree (Downey and Fellows 1999): every cycle loses one of its dependencies, so a node branches on one cycle; the i-th branch cuts its i-th dependency and keeps those
//! before it, so that no set is met twice. Rounds of growing size (iterative deepening, Korf 1985) meet the smallest sets first, and rule a size out when they end without one.

use crate::base::Context;

/// A dependency within a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arc {
    /// Who needs, from 0 on.
    pub from: usize,
    /// What is needed.
    pub to: usize,
    /// What has to be cut to be rid of it: several may go together.
    pub choice: usize,
}

/// Who needs whom, and what may be cut.
#[derive(Clone, Debug, Default)]
pub(super) struct CutProblem {
    /// How many nodes there are.
    pub nodes: usize,
    /// All dependencies.
    pub arcs: Vec<Arc>,
    /// For each choice, whether it may be cut.
    pub may_cut: Vec<bool>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CutSets {
    /// Inclusion-minimal sets of choices, smallest first.
    pub sets: Vec<Vec<usize>>,
    /// No set is smaller.
    pub at_least: usize,
    /// Whether these are all minimal sets of up to the most choices that were asked for.
    pub is_whole: bool,
    /// Whether there are no others at all, of any size.
    pub is_everything: bool,
    /// How many nodes of the tree were looked at.
    pub looked_at: u64,
}

/// More sets than these are not listed.
const MOST_SETS: usize = 2_000;
/// So many edges are looked at in all, whatever number of nodes is allowed.
const MOST_STEPS: u64 = 200_000_000;

/// Searches sets of up to `most` choices, at up to `nodes` nodes; ends early where the context says so. O(nodes · (nodes of the graph + arcs)).
pub(super) fn cut_sets(problem: &CutProblem, most: usize, nodes: u64, context: &Context) -> CutSets {
    let graph = Graph::new(problem);
    let step = (problem.nodes + problem.arcs.len()) as u64 + 1;
    let mut tree = Tree {
        graph: &graph,
        state: problem.may_cut.iter().map(|may| if *may { State::Free } else { State::Kept }).collect(),
        cut: Vec::new(),
        frames: Vec::new(),
        found: CutSets::default(),
        left: nodes.min(MOST_STEPS / step),
        is_cut_off: false,
    };
    for size in 0..=most {
        tree.is_cut_off = false;
        let ended = tree.round(size, context);
        context.progress.report("cut sets", size as u64 + 1, 0);
        if !ended {
            return tree.found;
        }
        if tree.found.sets.is_empty() {
            tree.found.at_least = size + 1;
        }
        if !tree.is_cut_off {
            tree.found.is_everything = true;
            break;
        }
    }
    tree.found.is_whole = true;
    tree.found
}

/// How many cycles were found of which no two share anything that may be cut: no set is smaller. O(cycles · (nodes + arcs)), at most so many cycles.
pub(super) fn packed_cycles(problem: &CutProblem, most: usize, context: &Context) -> usize {
    let graph = Graph::new(problem);
    let mut is_gone = vec![false; problem.may_cut.len()];
    let most = most.min(MOST_STEPS as usize / (problem.nodes + problem.arcs.len() + 1));
    let mut count = 0;
    while count < most && context.goes_on() {
        let Some(cycle) = graph.cycle(|choice| !is_gone[choice]) else { break };
        let cuttable: Vec<usize> = cycle.into_iter().filter(|choice| problem.may_cut[*choice]).collect();
        if cuttable.is_empty() {
            break;
        }
        cuttable.into_iter().for_each(|choice| is_gone[choice] = true);
        count += 1;
    }
    count
}

/// The set without what is not needed in it, last things first, as far as that can be found out; `None` if a cycle is left. O(set · (nodes + arcs)).
pub(super) fn reduced(problem: &CutProblem, set: &[usize], context: &Context) -> Option<Vec<usize>> {
    let graph = Graph::new(problem);
    let mut is_cut = vec![false; problem.may_cut.len()];
    set.iter().for_each(|choice| is_cut[*choice] = true);
    if graph.cycle(|choice| !is_cut[choice]).is_some() {
        return None;
    }
    let step = problem.nodes + problem.arcs.len() + 1;
    for choice in set.iter().rev().take(MOST_STEPS as usize / step) {
        if !context.goes_on() {
            break;
        }
        is_cut[*choice] = false;
        is_cut[*choice] = graph.cycle(|choice| !is_cut[choice]).is_some();
    }
    Some((0..is_cut.len()).filter(|choice| is_cut[*choice]).collect())
}

/// Arcs by their nodes.
struct Graph {
    outgoing: Vec<Vec<Arc>>,
    incoming: Vec<Vec<Arc>>,
}

impl Graph {
    fn new(problem: &CutProblem) -> Self {
        let mut graph = Graph { outgoing: vec![Vec::new(); problem.nodes], incoming: vec![Vec::new(); problem.nodes] };
        for arc in &problem.arcs {
            graph.outgoing[arc.from].push(*arc);
            graph.incoming[arc.to].push(*arc);
        }
        graph
    }

    /// The choices of a shortest cycle through some node, each once, over arcs whose choice is there. O(nodes + arcs).
    fn cycle(&self, is_there: impl Fn(usize) -> bool) -> Option<Vec<usize>> {
        let start = self.in_cycle(&is_there)?;
        let mut by: Vec<Option<Arc>> = vec![None; self.outgoing.len()];
        let mut waiting = vec![start];
        let mut next = 0;
        while let Some(node) = waiting.get(next).copied() {
            next += 1;
            for arc in self.outgoing[node].iter().filter(|arc| is_there(arc.choice)) {
                if by[arc.to].is_none() {
                    by[arc.to] = Some(*arc);
                    waiting.push(arc.to);
                }
            }
            if by[start].is_some() {
                break;
            }
        }
        let mut choices = Vec::new();
        let mut at = start;
        while let Some(arc) = by[at].take() {
            choices.push(arc.choice);
            at = arc.from;
        }
        choices.sort_unstable();
        choices.dedup();
        Some(choices)
    }

    /// A node that reaches itself: what is left when nodes go to which nothing leads has something that leads to it, so walking back comes round.
    fn in_cycle(&self, is_there: &impl Fn(usize) -> bool) -> Option<usize> {
        let count = |arcs: &Vec<Arc>| arcs.iter().filter(|arc| is_there(arc.choice)).count();
        let mut open: Vec<usize> = self.incoming.iter().map(count).collect();
        let mut gone: Vec<usize> = (0..open.len()).filter(|node| open[*node] == 0).collect();
        let mut next = 0;
        while let Some(node) = gone.get(next).copied() {
            next += 1;
            for arc in self.outgoing[node].iter().filter(|arc| is_there(arc.choice)) {
                open[arc.to] -= 1;
                if open[arc.to] == 0 {
                    gone.push(arc.to);
                }
            }
        }
        let mut at = open.iter().position(|open| *open > 0)?;
        let mut is_met = vec![false; open.len()];
        while !std::mem::replace(&mut is_met[at], true) {
            at = self.incoming[at].iter().find(|arc| is_there(arc.choice) && open[arc.from] > 0)?.from;
        }
        Some(at)
    }
}

/// What a branch has decided of a choice.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Free,
    Cut,
    Kept,
}

/// A node of the tree: what may be cut of its cycle, and which of it is tried next.
struct Frame {
    choices: Vec<usize>,
    next: usize,
}

/// One round after the other, without recursion.
struct Tree<'g> {
    graph: &'g Graph,
    state: Vec<State>,
    cut: Vec<usize>,
    frames: Vec<Frame>,
    found: CutSets,
    left: u64,
    /// Whether a branch of this round ended at its size, so that larger sets may be there.
    is_cut_off: bool,
}

impl Tree<'_> {
    /// Meets all sets of a size. Whether it came to its end.
    fn round(&mut self, size: usize, context: &Context) -> bool {
        let mut goes_on = self.enter(size, context);
        while goes_on {
            let Some(frame) = self.frames.last_mut() else { return true };
            if let Some(tried) = frame.next.checked_sub(1).and_then(|tried| frame.choices.get(tried)) {
                self.state[*tried] = State::Kept;
                self.cut.pop();
            }
            match frame.choices.get(frame.next).copied() {
                Some(choice) => {
                    frame.next += 1;
                    self.state[choice] = State::Cut;
                    self.cut.push(choice);
                    goes_on = self.enter(size, context);
                }
                None => self.leave(),
            }
        }
        false
    }

    /// Looks at a node. Whether the search may go on.
    fn enter(&mut self, size: usize, context: &Context) -> bool {
        if self.left == 0 || self.found.sets.len() >= MOST_SETS || !context.goes_on() {
            return false;
        }
        self.left -= 1;
        self.found.looked_at += 1;
        let state = &self.state;
        match self.graph.cycle(|choice| state[choice] != State::Cut) {
            None => self.keep(size),
            Some(_) if self.cut.len() == size => self.is_cut_off = true,
            Some(cycle) => {
                let choices = cycle.into_iter().filter(|choice| self.state[*choice] == State::Free).collect();
                self.frames.push(Frame { choices, next: 0 });
            }
        }
        true
    }

    /// Keeps a set of this round's size that holds no other: smaller ones were met before.
    fn keep(&mut self, size: usize) {
        let holds = |set: &Vec<usize>| set.iter().all(|choice| self.state[*choice] == State::Cut);
        if self.cut.len() == size && !self.found.sets.iter().any(holds) {
            let mut set = self.cut.clone();
            set.sort_unstable();
            self.found.sets.push(set);
        }
    }

    fn leave(&mut self) {
        if let Some(frame) = self.frames.pop() {
            frame.choices.iter().for_each(|choice| self.state[*choice] = State::Free);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::base::{Cancel, Timestamp};

    fn context() -> Context {
        Context::new(Timestamp::MIN)
    }

    fn problem(nodes: usize, arcs: &[(usize, usize, usize)], frozen: &[usize]) -> CutProblem {
        let choices = arcs.iter().map(|(.., choice)| choice + 1).max().unwrap_or_default();
        let arcs = arcs.iter().map(|(from, to, choice)| Arc { from: *from, to: *to, choice: *choice }).collect();
        CutProblem { nodes, arcs, may_cut: (0..choices).map(|choice| !frozen.contains(&choice)).collect() }
    }

    /// Whether a cycle is left, by asking who reaches whom until nothing is new.
    fn has_cycle(problem: &CutProblem, cut: &BTreeSet<usize>) -> bool {
        let mut reach: BTreeSet<(usize, usize)> =
            problem.arcs.iter().filter(|arc| !cut.contains(&arc.choice)).map(|arc| (arc.from, arc.to)).collect();
        loop {
            let more: BTreeSet<(usize, usize)> = reach
                .iter()
                .flat_map(|(a, b)| reach.iter().filter(move |(c, _)| c == b).map(move |(_, d)| (*a, *d)))
                .collect();
            let before = reach.len();
            reach.extend(more);
            if reach.len() == before {
                return reach.iter().any(|(a, b)| a == b);
            }
        }
    }

    /// Every subset of what may be cut, tried.
    fn brute(problem: &CutProblem) -> BTreeSet<Vec<usize>> {
        let choices = problem.may_cut.len();
        let subset = |bits: usize| (0..choices).filter(|choice| bits >> choice & 1 == 1).collect::<BTreeSet<usize>>();
        let works =
            |set: &BTreeSet<usize>| set.iter().all(|choice| problem.may_cut[*choice]) && !has_cycle(problem, set);
        let all: Vec<BTreeSet<usize>> = (0..1 << choices).map(subset).filter(works).collect();
        let is_minimal = |set: &&BTreeSet<usize>| !all.iter().any(|other| other != *set && other.is_subset(set));
        all.iter().filter(is_minimal).map(|set| set.iter().copied().collect()).collect()
    }

    #[test]
    fn sets_come_smallest_first_and_each_is_minimal() {
        // Two circles that share one dependency: cut that one, or one of each.
        let shared = problem(4, &[(0, 1, 0), (1, 2, 1), (2, 0, 2), (1, 3, 3), (3, 0, 4)], &[]);
        let found = cut_sets(&shared, 5, 1_000, &context());
        let expected = vec![vec![0], vec![1, 3], vec![1, 4], vec![2, 3], vec![2, 4]];
        assert_eq!((found.sets, found.at_least), (expected, 1));
        assert!(found.is_whole && found.is_everything);
        let small = cut_sets(&shared, 1, 1_000, &context());
        assert_eq!((small.sets, small.is_whole, small.is_everything), (vec![vec![0]], true, false));
        let none = cut_sets(&problem(3, &[(0, 1, 0), (1, 2, 1)], &[]), 5, 1_000, &context());
        assert_eq!((none.sets, none.at_least), (vec![Vec::<usize>::new()], 0));
    }

    #[test]
    fn what_may_not_be_cut_leaves_no_set() {
        let frozen = problem(2, &[(0, 1, 0), (1, 0, 1)], &[0, 1]);
        let found = cut_sets(&frozen, 5, 1_000, &context());
        assert!(found.sets.is_empty() && found.is_everything, "{found:?}");
    }

    #[test]
    fn a_search_that_is_stopped_keeps_what_it_ruled_out() {
        let arcs: Vec<(usize, usize, usize)> = (0..12)
            .flat_map(|pair| [(2 * pair, 2 * pair + 1, 2 * pair), (2 * pair + 1, 2 * pair, 2 * pair + 1)])
            .collect();
        let many = problem(24, &arcs, &[]);
        let found = cut_sets(&many, 24, 200, &context());
        assert!(!found.is_whole && found.sets.is_empty() && found.looked_at == 200, "{found:?}");
        assert!((2..=12).contains(&found.at_least), "{found:?}");
        assert_eq!(packed_cycles(&many, 100, &context()), 12);
        let cancelled = Context { cancel: Cancel::default(), ..context() };
        cancelled.cancel.cancel();
        assert_eq!(cut_sets(&many, 24, 200, &cancelled).looked_at, 0);
        let all: Vec<usize> = (0..24).collect();
        assert_eq!(reduced(&many, &all, &context()).map(|set| set.len()), Some(12));
        assert_eq!(reduced(&many, &[0], &context()), None);
    }

    fn drawn() -> impl Strategy<Value = CutProblem> {
        let arcs = prop::collection::vec((0..5_usize, 0..5_usize, 0..7_usize), 0..10);
        let frozen = prop::collection::vec(prop::bool::weighted(0.2), 7);
        (arcs, frozen).prop_map(|(arcs, frozen)| {
            let arcs = arcs.into_iter().map(|(from, to, choice)| Arc { from, to, choice }).collect();
            CutProblem { nodes: 5, arcs, may_cut: frozen.into_iter().map(|frozen| !frozen).collect() }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_sets_are_those_of_trying_every_subset(problem in drawn()) {
            let found = cut_sets(&problem, 7, 100_000, &context());
            let expected = brute(&problem);
            prop_assert!(found.is_whole && found.is_everything);
            prop_assert_eq!(found.sets.iter().cloned().collect::<BTreeSet<_>>(), expected.clone());
            prop_assert!(found.sets.is_sorted_by_key(|set| set.len()));
            prop_assert_eq!(found.sets.len(), expected.len());
            if let Some(first) = found.sets.first() {
                prop_assert_eq!(found.at_least, first.len());
                prop_assert!(packed_cycles(&problem, 100, &context()) <= first.len());
            }
        }
    }
}
