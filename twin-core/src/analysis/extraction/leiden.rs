//! The Leiden algorithm on whole numbers: nodes move to better groups, groups are refined, and what was refined becomes one node each.
//!
//! Qualities and gains are modularity times the square of all weights, so that they are whole.

use std::collections::{BTreeMap, VecDeque};

use crate::analysis::extraction::CallGraph;
use crate::base::{Context, Result};

/// After how many rounds a run ends that still finds something better.
const ROUNDS: usize = 50;

/// After how many nodes the host is asked whether to go on.
const NODES_BETWEEN_CHECKS: usize = 1 << 12;

/// A graph without directions: modules, or groups of them that are one node each.
#[derive(Clone)]
pub(super) struct Level {
    /// The other ends of each node's edges, with their weights.
    edges: Vec<Vec<(usize, u64)>>,
    /// The weight inside of each node.
    inside: Vec<u64>,
    /// The weight at each node: that inside is at both of its ends.
    degrees: Vec<u64>,
    /// The sum of all degrees: twice the weight of all edges.
    all: u64,
}

impl Level {
    pub fn new(graph: &CallGraph<'_>) -> Self {
        Level::of(graph.len(), graph.calls.iter().map(|((from, to), calls)| (*from, *to, *calls)))
    }

    fn of(nodes: usize, edges: impl Iterator<Item = (usize, usize, u64)>) -> Self {
        let mut pairs: BTreeMap<(usize, usize), u64> = BTreeMap::new();
        edges.for_each(|(a, b, weight)| *pairs.entry((a.min(b), a.max(b))).or_default() += weight);
        let mut level =
            Level { edges: vec![Vec::new(); nodes], inside: vec![0; nodes], degrees: vec![0; nodes], all: 0 };
        for ((a, b), weight) in pairs {
            level.degrees[a] += weight;
            level.degrees[b] += weight;
            match a == b {
                true => level.inside[a] += weight,
                false => {
                    level.edges[a].push((b, weight));
                    level.edges[b].push((a, weight));
                }
            }
        }
        level.all = level.degrees.iter().sum();
        level
    }

    fn len(&self) -> usize {
        self.degrees.len()
    }

    /// How good a partition is.
    pub fn quality(&self, groups: &[usize]) -> i128 {
        let (mut inside, mut degrees) = (vec![0_i128; self.len()], vec![0_i128; self.len()]);
        for (node, group) in groups.iter().enumerate() {
            degrees[*group] += i128::from(self.degrees[node]);
            let near = self.edges[node].iter().filter(|(other, _)| groups[*other] == *group);
            let weight = 2 * self.inside[node] + near.map(|(_, weight)| weight).sum::<u64>();
            inside[*group] += i128::from(weight);
        }
        inside.iter().zip(degrees).map(|(inside, degree)| inside * i128::from(self.all) - degree * degree).sum()
    }

    /// The graph in which each group is one node.
    fn joined(&self, groups: &[usize], count: usize) -> Self {
        let own = (0..self.len()).map(|node| (groups[node], groups[node], self.inside[node]));
        let between = self.edges.iter().enumerate().flat_map(|(node, ends)| {
            let once = ends.iter().filter(move |(other, _)| node < *other);
            once.map(move |(other, weight)| (groups[node], groups[*other], *weight))
        });
        Level::of(count, own.chain(between))
    }

    /// What a node gains by being in a group, to which so much weight leads from it and whose other nodes have so large a degree.
    fn gain(&self, node: usize, weight: u64, degree: u64) -> i128 {
        i128::from(self.all) * i128::from(weight) - i128::from(self.degrees[node]) * i128::from(degree)
    }
}

/// The group of each module, numbered by the first module of each, after one run.
pub(super) fn partition(level: &Level, seed: u64, run: u32, context: &Context) -> Result<Vec<usize>> {
    let mut random = Random::new(seed, run);
    let mut groups: Vec<usize> = (0..level.len()).collect();
    let mut quality = level.quality(&groups);
    for _ in 0..ROUNDS {
        let next = round(level, groups.clone(), &mut random, context)?;
        let better = level.quality(&next);
        if better <= quality {
            break;
        }
        (groups, quality) = (next, better);
    }
    Ok(numbered(&groups).0)
}

/// One round over all levels.
fn round(level: &Level, mut groups: Vec<usize>, random: &mut Random, context: &Context) -> Result<Vec<usize>> {
    let mut level = level.clone();
    // In which node of the level each module is.
    let mut nodes: Vec<usize> = (0..level.len()).collect();
    loop {
        Moves::new(&level, &mut groups).run(random, context)?;
        let (mut parts, mut count) = numbered(&refined(&level, &groups, random));
        if count == level.len() {
            (parts, count) = numbered(&groups);
        }
        if count == level.len() {
            return Ok(nodes.into_iter().map(|node| groups[node]).collect());
        }
        let mut next = vec![0; count];
        parts.iter().zip(&groups).for_each(|(part, group)| next[*part] = *group);
        level = level.joined(&parts, count);
        nodes.iter_mut().for_each(|node| *node = parts[*node]);
        groups = numbered(&next).0;
    }
}

/// Groups numbered in the order in which they are met, and how many there are.
fn numbered(groups: &[usize]) -> (Vec<usize>, usize) {
    let mut numbers = vec![usize::MAX; groups.iter().max().map_or(0, |last| last + 1)];
    let mut count = 0;
    let number = |group: &usize| {
        if numbers[*group] == usize::MAX {
            numbers[*group] = count;
            count += 1;
        }
        numbers[*group]
    };
    let numbered = groups.iter().map(number).collect();
    (numbered, count)
}

/// The weight that leads from one node to each group near it.
struct Near {
    weights: Vec<u64>,
    groups: Vec<usize>,
}

impl Near {
    fn new(groups: usize) -> Self {
        Near { weights: vec![0; groups], groups: Vec::new() }
    }

    /// Looks at the edges of a node that count.
    fn look(&mut self, level: &Level, node: usize, group_of: &[usize], counts: impl Fn(usize) -> bool) {
        self.groups.drain(..).for_each(|group| self.weights[group] = 0);
        for (other, weight) in level.edges[node].iter().filter(|(other, weight)| *weight > 0 && counts(*other)) {
            let group = group_of[*other];
            if self.weights[group] == 0 {
                self.groups.push(group);
            }
            self.weights[group] += weight;
        }
    }
}

/// Nodes on the move, each to the group where it gains most, until none gains anything.
struct Moves<'a> {
    level: &'a Level,
    groups: &'a mut Vec<usize>,
    degrees: Vec<u64>,
    sizes: Vec<usize>,
    /// Numbers of groups without nodes.
    empty: Vec<usize>,
    near: Near,
}

impl<'a> Moves<'a> {
    fn new(level: &'a Level, groups: &'a mut Vec<usize>) -> Self {
        let (mut degrees, mut sizes) = (vec![0; level.len()], vec![0; level.len()]);
        for (node, group) in groups.iter().enumerate() {
            degrees[*group] += level.degrees[node];
            sizes[*group] += 1;
        }
        let empty = (0..level.len()).rev().filter(|group| sizes[*group] == 0).collect();
        Moves { level, groups, degrees, sizes, empty, near: Near::new(level.len()) }
    }

    /// Every move makes the whole better, by a whole number, so this ends.
    fn run(mut self, random: &mut Random, context: &Context) -> Result<()> {
        let mut queue: VecDeque<usize> = random.order(self.level.len()).into();
        let mut waits = vec![true; self.level.len()];
        let mut looked = 0;
        while let Some(node) = queue.pop_front() {
            if looked % NODES_BETWEEN_CHECKS == 0 {
                context.check()?;
            }
            looked += 1;
            waits[node] = false;
            let Some(group) = self.best(node) else { continue };
            self.step(node, group);
            for (other, _) in &self.level.edges[node] {
                if self.groups[*other] != group && !std::mem::replace(&mut waits[*other], true) {
                    queue.push_back(*other);
                }
            }
        }
        Ok(())
    }

    /// A group in which a node gains more than where it is.
    fn best(&mut self, node: usize) -> Option<usize> {
        let own = self.groups[node];
        self.near.look(self.level, node, self.groups, |_| true);
        let rest = self.degrees[own] - self.level.degrees[node];
        let here = self.level.gain(node, self.near.weights[own], rest);
        // Alone it gains nothing, and loses nothing.
        let mut best = (0, self.empty.last().copied().filter(|_| self.sizes[own] > 1));
        for group in self.near.groups.iter().filter(|group| **group != own) {
            let gain = self.level.gain(node, self.near.weights[*group], self.degrees[*group]);
            if gain > best.0 {
                best = (gain, Some(*group));
            }
        }
        best.1.filter(|_| best.0 > here)
    }

    fn step(&mut self, node: usize, group: usize) {
        let own = std::mem::replace(&mut self.groups[node], group);
        self.degrees[own] -= self.level.degrees[node];
        self.degrees[group] += self.level.degrees[node];
        self.sizes[own] -= 1;
        self.sizes[group] += 1;
        if self.empty.last() == Some(&group) {
            self.empty.pop();
        }
        if self.sizes[own] == 0 {
            self.empty.push(own);
        }
    }
}

/// Parts of the groups, each well joined: every node is alone first, and joins a part of its group where it loses nothing, more likely where it gains more.
fn refined(level: &Level, groups: &[usize], random: &mut Random) -> Vec<usize> {
    let mut parts: Vec<usize> = (0..level.len()).collect();
    let mut degrees = level.degrees.clone();
    let mut group_degrees = vec![0; level.len()];
    groups.iter().zip(&level.degrees).for_each(|(group, degree)| group_degrees[*group] += degree);
    // The weight from each part to the rest of its group.
    let near = |node: usize| level.edges[node].iter().filter(move |(other, _)| groups[*other] == groups[node]);
    let mut outward: Vec<u64> = (0..level.len()).map(|node| near(node).map(|(_, weight)| weight).sum()).collect();
    let mut sizes = vec![1_usize; level.len()];
    let mut weights = Near::new(level.len());
    for node in random.order(level.len()) {
        let whole = group_degrees[groups[node]];
        let is_well_joined = |part: usize, outward: &[u64], degrees: &[u64]| {
            let rest = i128::from(degrees[part]) * i128::from(whole - degrees[part]);
            i128::from(outward[part]) * i128::from(level.all) >= rest
        };
        if sizes[parts[node]] > 1 || !is_well_joined(node, &outward, &degrees) {
            continue;
        }
        weights.look(level, node, &parts, |other| groups[other] == groups[node]);
        let candidates = weights.groups.iter().filter(|part| is_well_joined(**part, &outward, &degrees));
        let gains = candidates.map(|part| (*part, level.gain(node, weights.weights[*part], degrees[*part])));
        let gains: Vec<(usize, i128)> = gains.filter(|(_, gain)| *gain > 0).collect();
        let Some(part) = random.choose(&gains) else { continue };
        let joining = weights.weights[part];
        (parts[node], sizes[node]) = (part, 0);
        sizes[part] += 1;
        degrees[part] += level.degrees[node];
        outward[part] = outward[part] + outward[node] - 2 * joining;
    }
    parts
}

/// SplitMix64: Steele, Lea and Flood (2014), "Fast splittable pseudorandom number generators".
struct Random(u64);

impl Random {
    fn new(seed: u64, run: u32) -> Self {
        let mut random = Random(seed);
        // A run begins where no neighbouring seed does.
        Random(random.next() ^ u64::from(run).wrapping_mul(0xd6e8_feb8_6659_fd93))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// The numbers below `count` in some order (Fisher, Yates).
    fn order(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for left in (1..count).rev() {
            order.swap(left, (self.next() % (left as u64 + 1)) as usize);
        }
        order
    }

    /// One of several, twice as likely if its gain is twice as large.
    fn choose(&mut self, gains: &[(usize, i128)]) -> Option<usize> {
        let all: i128 = gains.iter().map(|(_, gain)| *gain).sum();
        if all <= 0 {
            return None;
        }
        let drawn = (i128::from(self.next() >> 1) << 63) | i128::from(self.next() >> 1);
        let mut left = drawn % all;
        for (part, gain) in gains {
            if left < *gain {
                return Some(*part);
            }
            left -= gain;
        }
        None
    }
}
