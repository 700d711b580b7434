//! Who is affected, as nodes alone: what batches, searches over scenarios and counts need, without the ways that `spread` keeps.

use crate::analysis::groups::Groups;
use crate::analysis::marks::{Borrowed, Kept, Marks, NodeSet};
use crate::analysis::rules::{Hazard, OnlyDown, Rules};
use crate::graph::{Node, Snapshot, Topology};
use crate::schema::State;

/// A search that can be run from many starts on one snapshot, one after the other: it reads the table once and allocates nothing between runs.
#[derive(Debug)]
pub struct Affected<'a> {
    snapshot: &'a Snapshot,
    rules: Rules,
    only_down: Option<OnlyDown>,
    hazard: Hazard,
    // Goes back to the thread before the marks that were borrowed before it, so that the next search gets its own long list again.
    groups: Groups,
    reached: Borrowed<NodeSet>,
    /// The state of each node that was reached, unless all of them are down.
    states: Borrowed<Marks>,
    /// Who has yet to pass a state on, by state.
    queues: [Vec<u32>; State::ALL.len()],
    touched: u64,
    /// Whether the last search was one in which whatever is reached is down: then a mark says it all.
    is_plain: bool,
}

impl<'a> Affected<'a> {
    /// A search by the worst that facts may mean, or by the mildest. O(classes), but O(entities) the first time on a thread.
    pub fn new(snapshot: &'a Snapshot, hazard: Hazard, worst: bool) -> Self {
        let rules = Rules::of(snapshot, hazard, worst);
        let only_down = rules.only_down().filter(|_| snapshot.group_count() == 0);
        let (reached, states) = (NodeSet::borrow(snapshot.bound()), Marks::borrow(snapshot.bound()));
        let (groups, queues) = (Groups::of(snapshot), Default::default());
        Affected { snapshot, rules, only_down, hazard, reached, states, groups, queues, touched: 0, is_plain: false }
    }

    /// The nodes that a failure of these seeds reaches, the seeds among them, in the order in which it reached them. O(relations of the nodes that are reached).
    pub fn by(&mut self, seeds: &[(Node, State)]) -> &[u32] {
        self.begin();
        let is_down = seeds.iter().all(|(_, state)| *state == State::Down);
        self.is_plain = self.only_down.is_some() && is_down;
        match self.only_down.filter(|_| is_down) {
            Some(over) => self.reach(seeds, over),
            None => self.settle(seeds),
        }
        self.reached()
    }

    /// What the last search reached, as it returned it.
    pub fn reached(&self) -> &[u32] {
        self.reached.nodes()
    }

    /// The same in the order of their numbers.
    pub fn reached_in_order(&self) -> Vec<u32> {
        self.reached.in_order()
    }

    /// The worst state that the last search found for a node.
    pub fn state(&self, node: Node) -> State {
        if self.is_plain {
            return if self.reached.has(node.0) { State::Down } else { State::None };
        }
        let state = self.states.get(node.0).unwrap_or_default();
        State::ALL.get(state as usize).copied().unwrap_or_default()
    }

    /// Whether another search on the same snapshot finds the same, because facts leave nothing open. O(classes).
    pub fn is_like(&self, other: &Self) -> bool {
        self.rules == other.rules
    }

    /// How many edges all searches so far have looked at: a measure of work that is the same on every machine.
    pub fn edges_touched(&self) -> u64 {
        self.touched
    }

    fn begin(&mut self) {
        self.states.clear();
        self.groups.clear();
        self.reached.clear();
        self.queues.iter_mut().for_each(Vec::clear);
    }

    /// Plain reachability: whatever is reached is down.
    fn reach(&mut self, seeds: &[(Node, State)], over: OnlyDown) {
        for (seed, _) in seeds.iter().filter(|(node, _)| self.snapshot.is_there(*node)) {
            self.reached.insert(seed.0);
        }
        let mut next = 0;
        while let Some(&node) = self.reached.nodes().get(next) {
            next += 1;
            match over {
                OnlyDown::OverAll => self.step_over_all(node),
                OnlyDown::OverSome => self.step_over_some(node),
            }
            if self.reached.nodes().len() - next > self.sweeps_pay() {
                next = self.sweep(over);
            }
        }
    }

    #[inline]
    fn step_over_all(&mut self, node: u32) {
        let others = self.snapshot.topology().left_ends(node);
        self.touched += others.len() as u64;
        for &other in others {
            self.reached.insert(other);
        }
    }

    fn step_over_some(&mut self, node: u32) {
        let run = self.snapshot.topology().incoming(node);
        self.touched += run.len() as u64;
        for (other, class) in run.iter() {
            if self.rules.rule(class).to_left.of(State::Down) == State::Down {
                self.reached.insert(other);
            }
        }
    }

    /// From how many pending nodes on it is cheaper to ask every node that is left whether it needs one that is reached (Beamer, Asanović, Patterson 2012:
    /// direction-optimising search).
    fn sweeps_pay(&self) -> usize {
        self.snapshot.bound() / 16 + 64
    }

    /// Asks every node that is not reached, in order, until a round finds few. Returns where those begin that were found in the last round: all others have passed on
    /// what they can. A node counts as reached within the round, so that a graph in order of need takes one round.
    fn sweep(&mut self, over: OnlyDown) -> usize {
        loop {
            let before = self.reached.nodes().len();
            for word in 0..self.snapshot.bound().div_ceil(64) {
                let mut left = self.reached.absent(word);
                while left != 0 {
                    let node = word as u32 * 64 + left.trailing_zeros();
                    left &= left - 1;
                    if self.needs_reached(node, over) {
                        self.reached.insert(node);
                    }
                }
            }
            if self.reached.nodes().len() - before <= self.sweeps_pay() {
                return before;
            }
        }
    }

    #[inline]
    fn needs_reached(&mut self, node: u32, over: OnlyDown) -> bool {
        let topology: &Topology = self.snapshot.topology();
        let (needed, found) = match over {
            OnlyDown::OverAll => {
                let ends = topology.right_ends(node);
                (ends.len(), ends.iter().position(|other| self.reached.has(*other)))
            }
            OnlyDown::OverSome => {
                let run = topology.outgoing(node);
                let passes = |class| self.rules.rule(class).to_left.of(State::Down) == State::Down;
                (run.len(), run.iter().position(|(other, class)| self.reached.has(other) && passes(class)))
            }
        };
        self.touched += found.map_or(needed, |at| at + 1) as u64;
        found.is_some()
    }

    /// The least fixed point of states.
    fn settle(&mut self, seeds: &[(Node, State)]) {
        for (seed, state) in seeds.iter().filter(|(node, _)| self.snapshot.is_there(*node)) {
            self.arrive(seed.0, *state);
        }
        for group in self.snapshot.short_groups() {
            if let Some((owner, ..)) = self.snapshot.group(*group) {
                self.arrive(owner.0, State::Down);
            }
        }
        while let Some((node, state)) = self.next() {
            // Who is worse off by now has passed that on.
            if self.states.get(node) == Some(state as u32) {
                self.pass_on(node, state, seeds);
            }
        }
    }

    /// The worst first: then few get worse after they passed a state on.
    fn next(&mut self) -> Option<(u32, State)> {
        let worst_first = State::ALL.iter().zip(&mut self.queues).rev();
        worst_first.into_iter().find_map(|(state, queue)| Some((queue.pop()?, *state)))
    }

    fn arrive(&mut self, node: u32, state: State) {
        let known = self.states.get(node);
        if state == State::None || known.is_some_and(|known| known >= state as u32) {
            return;
        }
        if known.is_none() {
            self.reached.insert(node);
        }
        self.states.set(node, state as u32);
        self.queues[state as usize].push(node);
    }

    fn pass_on(&mut self, node: u32, state: State, seeds: &[(Node, State)]) {
        self.tell_groups(node, state);
        let topology = self.snapshot.topology();
        let is_removed = self.hazard == Hazard::Removal && seeds.iter().any(|(seed, _)| seed.0 == node);
        let incoming = topology.incoming(node);
        self.touched += incoming.len() as u64;
        for (other, class) in incoming.iter() {
            let rule = self.rules.rule(class);
            if !(rule.is_dropped && is_removed) {
                let next = rule.to_left.of(state);
                self.arrive(other, next);
            }
        }
        if !self.rules.passes_right() {
            return;
        }
        let outgoing = topology.outgoing(node);
        self.touched += outgoing.len() as u64;
        for (other, class) in outgoing.iter() {
            let next = self.rules.rule(class).to_right.of(state);
            self.arrive(other, next);
        }
    }

    fn tell_groups(&mut self, member: u32, state: State) {
        let snapshot = self.snapshot;
        for group in snapshot.groups_of(Node(member)) {
            if let Some((owner, next)) = self.groups.hear(snapshot, group, state) {
                self.arrive(owner.0, next);
            }
        }
    }
}
