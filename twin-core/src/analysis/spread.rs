//! How failure spreads: the least fixed point of states over the table's columns.
//!
//! A state travels from the right end of a relation to its left end by the `forward` column and the other way by `reverse`. A pair in a k-of-n group is governed by
//! the group alone: fewer than k members that are not down put the owner down, else any member down or degraded puts it in degraded. A group of which fewer than k
//! members are there at all, because a scenario took some away, has its owner down before anything fails. Every entity takes the worst state that reaches it.

use std::collections::{BTreeMap, VecDeque};

use crate::analysis::groups::Groups;
use crate::analysis::marks::{Borrowed, Kept, Marks};
use crate::analysis::rules::{Hazard, Rules};
use crate::graph::{Node, Snapshot};
use crate::schema::State;

/// How a state came to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It is where the failure begins.
    Seed,
    /// Over a relation.
    Over {
        /// The class of the edge.
        class: u16,
        /// The place of the edge's row.
        place: u32,
        /// Whether from the left end to the right end.
        along: bool,
        /// From which node.
        from: Node,
        /// In which state that node is.
        state: State,
    },
    /// By a group of which a node is a member.
    By {
        /// The place of the group.
        group: u32,
        /// Which member.
        from: Node,
        /// In which state the member is.
        state: State,
    },
    /// By a group of which too few members are there.
    Short(u32),
}

/// What reached one node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// The worst state.
    pub state: State,
    /// For each state but the first, the hops and how it came.
    ways: [Option<(u32, Effect)>; 3],
}

impl Reached {
    /// Whether it is in its worst state because the failure begins here.
    pub fn is_seed(&self) -> bool {
        matches!(self.way(self.state), Some((_, Effect::Seed)))
    }

    fn way(&self, state: State) -> Option<(u32, Effect)> {
        *self.ways.get((state as usize).checked_sub(1)?)?
    }
}

/// The nodes that failure reached, in order. As large as what it reached.
#[derive(Clone, Debug, Default)]
pub struct Spread {
    nodes: Vec<Node>,
    reached: Vec<Reached>,
}

impl Spread {
    /// Each node that was reached, with what reached it.
    pub fn iter(&self) -> impl Iterator<Item = (Node, &Reached)> {
        self.nodes.iter().copied().zip(&self.reached)
    }

    /// The worst state that reached a node. O(log nodes reached).
    pub fn state(&self, node: Node) -> State {
        self.get(node).map_or(State::None, |reached| reached.state)
    }

    /// The hops to a node in a state, and how it came.
    pub fn way(&self, node: Node, state: State) -> Option<(usize, Effect)> {
        self.get(node)?.way(state).map(|(hops, effect)| (hops as usize, effect))
    }

    fn get(&self, node: Node) -> Option<&Reached> {
        self.nodes.binary_search(&node).ok().map(|place| &self.reached[place])
    }
}

/// The states that reach nodes from these seeds, with the ways that they came. O(states · relations and groups of the nodes that are reached).
pub fn spread(snapshot: &Snapshot, seeds: &[(Node, State)], hazard: Hazard, worst: bool) -> Spread {
    let mut search = Search {
        snapshot,
        rules: Rules::of(snapshot, hazard, worst),
        places: Marks::borrow(snapshot.bound()),
        groups: Groups::of(snapshot),
        seeds: seeds.iter().map(|(node, _)| *node).collect(),
        spread: Spread::default(),
        queue: VecDeque::new(),
    };
    search.seeds.sort_unstable();
    for (node, state) in seeds.iter().filter(|(node, _)| snapshot.is_there(*node)) {
        search.arrive(*node, *state, 0, Effect::Seed);
    }
    for group in snapshot.short_groups() {
        if let Some((owner, ..)) = snapshot.group(*group) {
            search.arrive(owner, State::Down, 0, Effect::Short(*group));
        }
    }
    while let Some((node, state)) = search.queue.pop_front() {
        search.pass_on(node, state);
    }
    search.spread.sorted()
}

impl Spread {
    fn sorted(self) -> Self {
        let mut order: Vec<usize> = (0..self.nodes.len()).collect();
        order.sort_unstable_by_key(|place| self.nodes[*place]);
        Spread {
            nodes: order.iter().map(|place| self.nodes[*place]).collect(),
            reached: order.iter().map(|place| self.reached[*place]).collect(),
        }
    }
}

struct Search<'a> {
    snapshot: &'a Snapshot,
    rules: Rules,
    // Goes back to the thread before the marks that were borrowed before it, so that the next search gets its own long list again.
    groups: Groups,
    /// The place of each node among those that were reached.
    places: Borrowed<Marks>,
    seeds: Vec<Node>,
    spread: Spread,
    queue: VecDeque<(Node, State)>,
}

impl Search<'_> {
    fn arrive(&mut self, node: Node, state: State, hops: u32, effect: Effect) {
        let Some(way) = (state as usize).checked_sub(1) else { return };
        let reached = self.reached(node);
        if reached.ways[way].is_some() {
            return;
        }
        reached.ways[way] = Some((hops, effect));
        reached.state = reached.state.max(state);
        self.queue.push_back((node, state));
    }

    fn reached(&mut self, node: Node) -> &mut Reached {
        let place = self.places.get(node.0).unwrap_or_else(|| {
            let place = self.spread.nodes.len() as u32;
            self.spread.nodes.push(node);
            self.spread.reached.push(Reached::default());
            self.places.set(node.0, place);
            place
        });
        &mut self.spread.reached[place as usize]
    }

    fn pass_on(&mut self, node: Node, state: State) {
        let hops = self.reached(node).way(state).map_or(0, |(hops, _)| hops) + 1;
        self.tell_groups(node, state, hops);
        let topology = self.snapshot.topology();
        let is_seed = self.seeds.binary_search(&node).is_ok();
        for end in topology.incoming(node.0).ends() {
            let rule = self.rules.rule(end.class);
            if !(rule.is_dropped && is_seed) {
                let over = Effect::Over { class: end.class, place: end.place, along: false, from: node, state };
                self.arrive(Node(end.node), rule.to_left.of(state), hops, over);
            }
        }
        if !self.rules.passes_right() {
            return;
        }
        for end in topology.outgoing(node.0).ends() {
            let next = self.rules.rule(end.class).to_right.of(state);
            let over = Effect::Over { class: end.class, place: end.place, along: true, from: node, state };
            self.arrive(Node(end.node), next, hops, over);
        }
    }

    fn tell_groups(&mut self, member: Node, state: State, hops: u32) {
        let snapshot = self.snapshot;
        for group in snapshot.groups_of(member) {
            if let Some((owner, next)) = self.groups.hear(snapshot, group, state) {
                self.arrive(owner, next, hops, Effect::By { group, from: member, state });
            }
        }
    }
}

/// Everything from which a relation that can pass anything leads to the seeds, with the hops; groups are ignored. O(relations of what is reached).
pub fn structural_reach(snapshot: &Snapshot, seeds: &[Node]) -> BTreeMap<Node, usize> {
    let passes: Vec<bool> = snapshot.pages().classes().iter().map(|class| class.passes_failure).collect();
    let mut marks = Marks::borrow(snapshot.bound());
    let mut reached: Vec<(Node, usize)> = Vec::new();
    for seed in seeds {
        if marks.mark(seed.0) {
            reached.push((*seed, 0));
        }
    }
    let mut next = 0;
    while let Some(&(node, hops)) = reached.get(next) {
        next += 1;
        for (other, class) in snapshot.topology().incoming(node.0).iter() {
            if passes[class as usize] && marks.mark(other) {
                reached.push((Node(other), hops + 1));
            }
        }
    }
    reached.into_iter().collect()
}
