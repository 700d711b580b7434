//! From pairs to clusters: people's decisions first, then the strongest pairs, and never against what keeps two things apart.

use std::collections::{BTreeMap, BTreeSet};

use super::blocks::Pair;
use super::compare::Comparison;
use super::texts::NONE;

/// From this score on, two clusters are joined by one pair. Under it, only if neither has anything nearly as near.
const SURE: f64 = 2.5;
/// Nearly as near: so many bits less.
const MARGIN: f64 = 2.0;

/// So many pairs wait for memory together.
const TOGETHER: usize = 64;
/// Of two clusters that an unsure pair would join, so many records each are asked.
const LOOKED_AT: usize = 8;

/// What two records say of each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scored {
    /// One record: its place among those that are joined.
    pub a: u32,
    /// The other, which comes later.
    pub b: u32,
    /// The sum of the weights.
    pub score: f64,
    /// Whether one refers to the other.
    pub refers: bool,
}

/// What keeps two records apart, or would have to be said to join them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Obstacle {
    /// A person split these two records.
    Split(u32, u32),
    /// These two stand side by side in one system, so that they are two things.
    SideBySide(u32, u32),
    /// The pair is not sure, and this record of another thing is nearly as near.
    Rival(u32),
    /// The pair is not sure, and these two speak against it.
    Against(u32, u32),
    /// Too little speaks for it.
    TooLittle,
}

/// What people decided, by the numbers of records, or by their places among those that are joined.
#[derive(Clone, Debug, Default)]
pub(super) struct Decided {
    /// Pairs that are one thing.
    pub pins: Vec<(u32, u32)>,
    /// Pairs that are two.
    pub splits: Vec<(u32, u32)>,
}

/// Scores pairs and keeps those that come near to what is asked for, the strongest first. O(pairs · log pairs).
pub(super) fn scored(
    comparison: &Comparison,
    pairs: &[Pair],
    threshold: f64,
    goes_on: &dyn Fn() -> bool,
) -> Vec<Scored> {
    let mut scored: Vec<Scored> = Vec::new();
    for pairs in pairs.chunks(TOGETHER).take_while(|_| goes_on()) {
        std::hint::black_box(comparison.touch(pairs));
        for (a, b) in pairs.iter().map(|pair| pair.both()) {
            scored.extend(scored_pair(comparison, a, b, threshold));
        }
    }
    strongest_first(&mut scored);
    scored
}

/// A pair with its score, if that comes near to what is asked for.
pub(super) fn scored_pair(comparison: &Comparison, a: u32, b: u32, threshold: f64) -> Option<Scored> {
    let score = comparison.score(a as usize, b as usize);
    (score.sum >= threshold - MARGIN).then_some(Scored { a, b, score: score.sum, refers: score.refers })
}

/// Orders pairs: of two of one score, the one whose records come first.
pub(super) fn strongest_first(scored: &mut [Scored]) {
    scored.sort_unstable_by(|x, y| y.score.total_cmp(&x.score).then((x.a, x.b).cmp(&(y.a, y.b))));
}

/// Clusters of some records as they grow: of all, or of those that pairs and pins connect, with whoever is nearly as near. Each record is known by its place among them.
#[derive(Debug)]
pub(super) struct Groups<'c> {
    comparison: &'c Comparison,
    /// The records, in the order of their ids.
    records: &'c [u32],
    decided: &'c Decided,
    scored: &'c [Scored],
    threshold: f64,
    of: Vec<u32>,
    sizes: Vec<u32>,
    members: Rings,
    /// Of each cluster, one record for each way in which its records stand.
    stands: Rings,
    near: Near,
    attached: BTreeSet<u32>,
}

/// Which records were joined so far: for each that was, one that comes before it.
#[derive(Debug, Default)]
pub(super) struct Joined(BTreeMap<u32, u32>);

impl Joined {
    /// The first of the records that are joined with one.
    pub fn first(&mut self, mut record: u32) -> u32 {
        while let Some(before) = self.0.get(&record).copied() {
            let Some(first) = self.0.get(&before).copied() else { return before };
            self.0.insert(record, first);
            record = first;
        }
        record
    }

    /// Joins two records; whether they were apart.
    pub fn join(&mut self, a: u32, b: u32) -> bool {
        let (a, b) = (self.first(a), self.first(b));
        if a != b {
            self.0.insert(a.max(b), a.min(b));
        }
        a != b
    }
}

/// Sets of records, each a ring: every record knows the next.
#[derive(Debug)]
struct Rings {
    next: Vec<u32>,
}

impl Rings {
    /// Each record by itself.
    fn of(records: u32) -> Self {
        Rings { next: (0..records).collect() }
    }

    /// The records of a ring, from one of them on.
    fn from(&self, record: u32) -> impl Iterator<Item = u32> + Clone + '_ {
        let after = |record: u32| self.next[record as usize];
        std::iter::successors(Some(record), move |last| Some(after(*last)).filter(|next| *next != record))
    }

    /// Makes one ring of two.
    fn join(&mut self, a: u32, b: u32) {
        self.next.swap(a as usize, b as usize);
    }

    /// Adds a record to a ring.
    fn add(&mut self, ring: u32, record: u32) {
        self.next[record as usize] = self.next[ring as usize];
        self.next[ring as usize] = record;
    }
}

impl<'c> Groups<'c> {
    /// Joins what is one thing. O(pairs · records that stand apart in a cluster).
    pub fn of(
        comparison: &'c Comparison,
        records: &'c [u32],
        decided: &'c Decided,
        scored: &'c [Scored],
        threshold: f64,
        goes_on: &dyn Fn() -> bool,
    ) -> Self {
        let all = records.len() as u32;
        let refers = scored.iter().filter(|pair| pair.refers).flat_map(|pair| [pair.a, pair.b]);
        let is_attached = |place: &u32| !comparison.is_workload(records[*place as usize] as usize);
        let mut groups = Groups {
            comparison,
            records,
            decided,
            scored,
            threshold,
            of: (0..all).collect(),
            sizes: vec![1; all as usize],
            members: Rings::of(all),
            stands: Rings::of(all),
            near: Near::of(scored, all),
            attached: refers.filter(is_attached).collect(),
        };
        decided.pins.iter().for_each(|(a, b)| groups.join(*a, *b));
        for pair in scored.iter().take_while(|pair| pair.score >= threshold && goes_on()) {
            if groups.of[pair.a as usize] != groups.of[pair.b as usize] && groups.obstacle(pair).is_none() {
                groups.join(pair.a, pair.b);
            }
        }
        groups
    }

    /// The cluster of each record: its first one.
    pub fn numbers(&self) -> Vec<u32> {
        let mut first = vec![NONE; self.of.len()];
        let first_of = |(place, group): (u32, &u32)| {
            let first = &mut first[*group as usize];
            *first = place.min(*first);
            self.records[*first as usize]
        };
        (0..).zip(&self.of).map(first_of).collect()
    }

    /// How many records one thing has.
    pub fn size(&self, record: u32) -> usize {
        self.sizes[self.of[record as usize] as usize] as usize
    }

    /// What keeps the clusters of a pair apart; places stand for records.
    pub fn obstacle(&self, pair: &Scored) -> Option<Obstacle> {
        if pair.score < self.threshold {
            return Some(Obstacle::TooLittle);
        }
        let (here, there) = (self.of[pair.a as usize], self.of[pair.b as usize]);
        let split = self.split(here, there).map(|(a, b)| Obstacle::Split(a, b));
        let beside = || if pair.refers { None } else { self.beside(here, there) };
        let rival = || if pair.score < self.threshold + SURE { self.rival(pair.score, here, there) } else { None };
        let against = || if pair.score < self.threshold + SURE { self.against(here, there) } else { None };
        split.or_else(beside).or_else(rival).or_else(against)
    }

    /// Two records of two clusters that a person split.
    fn split(&self, here: u32, there: u32) -> Option<(u32, u32)> {
        let sides = |a: u32, b: u32| (self.of[a as usize], self.of[b as usize]);
        let mut splits = self.decided.splits.iter().copied();
        splits.find(|&(a, b)| sides(a, b) == (here, there) || sides(a, b) == (there, here))
    }

    /// Two records of two clusters that stand side by side.
    fn beside(&self, here: u32, there: u32) -> Option<Obstacle> {
        let mut pairs = self.stands.from(here).flat_map(|a| self.stands.from(there).map(move |b| (a, b)));
        pairs.find(|(a, b)| self.stand_side_by_side(*a, *b)).map(|(a, b)| Obstacle::SideBySide(a, b))
    }

    fn stand_side_by_side(&self, a: u32, b: u32) -> bool {
        // Several Services, policies or accounts may be about one workload, each under its own name.
        let (first, second) = (self.records[a as usize], self.records[b as usize]);
        let names_differ = || self.comparison.core(first) != self.comparison.core(second);
        let may_differ = || self.attached.contains(&a) && self.attached.contains(&b) && names_differ();
        self.comparison.stand_side_by_side(first as usize, second as usize) && !may_differ()
    }

    /// A record of a third cluster that is nearly as near to the smaller of two; of two of one size, to either: which of them comes first says nothing.
    fn rival(&self, score: f64, here: u32, there: u32) -> Option<Obstacle> {
        let size = |group: u32| self.sizes[group as usize];
        let least = size(here).min(size(there));
        let smaller = [here, there].into_iter().filter(|group| size(*group) == least);
        let members = smaller.flat_map(|group| self.members.from(group));
        let near = members.flat_map(|record| self.near.to(record).iter().map(move |at| (record, at)));
        let mut others = near.filter_map(|(record, at)| {
            let pair = &self.scored[*at as usize];
            let other = if pair.a == record { pair.b } else { pair.a };
            let group = self.of[other as usize];
            (group != here && group != there && pair.score > score - MARGIN).then_some(other)
        });
        others.next().map(Obstacle::Rival)
    }

    /// The two records of two clusters that speak most against each other, where all that have the same name speak against it together.
    fn against(&self, here: u32, there: u32) -> Option<Obstacle> {
        let some = |group: u32| self.members.from(group).take(LOOKED_AT);
        let record = |place: u32| self.records[place as usize] as usize;
        let score = |a: u32, b: u32| self.comparison.score(record(a), record(b));
        let (mut sum, mut least) = (0.0, (self.threshold, NONE, NONE));
        for (a, b) in some(here).flat_map(|a| some(there).map(move |b| (a.min(b), a.max(b)))) {
            let score = Some(score(a, b)).filter(|score| score.is_named).map_or(self.threshold, |score| score.sum);
            sum += score - self.threshold;
            if (score, a, b) < least {
                least = (score, a, b);
            }
        }
        (sum < 0.0).then_some(Obstacle::Against(least.1, least.2))
    }

    /// Joins two clusters: the smaller one moves.
    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.of[a as usize], self.of[b as usize]);
        if a == b {
            return;
        }
        let (into, from) = if self.sizes[a as usize] >= self.sizes[b as usize] { (a, b) } else { (b, a) };
        let Groups { members, of, .. } = self;
        members.from(from).for_each(|record| of[record as usize] = into);
        members.join(into, from);
        self.sizes[into as usize] += self.sizes[from as usize];
        let moved: Vec<u32> = self.stands.from(from).collect();
        for record in moved {
            let stand = self.stand(record);
            if !self.stands.from(into).any(|other| self.stand(other) == stand) {
                self.stands.add(into, record);
            }
        }
    }

    /// All that decides whether a record stands beside another.
    fn stand(&self, place: u32) -> (u32, u32, u32, u32, bool) {
        let record = self.records[place as usize];
        let profile = &self.comparison.estate.profiles[record as usize];
        (profile.slot, profile.path, profile.home, self.comparison.core(record), self.attached.contains(&place))
    }
}

/// Who is near to whom: for each record, the places of its pairs, the strongest first.
#[derive(Debug, Default)]
struct Near {
    starts: Vec<u32>,
    pairs: Vec<u32>,
}

impl Near {
    fn of(scored: &[Scored], records: u32) -> Self {
        let mut starts = vec![0_u32; records as usize + 2];
        scored.iter().flat_map(|pair| [pair.a, pair.b]).for_each(|from| starts[from as usize + 2] += 1);
        for place in 1..starts.len() {
            starts[place] += starts[place - 1];
        }
        let mut pairs = vec![0; scored.len() * 2];
        for (at, pair) in (0..).zip(scored) {
            for from in [pair.a, pair.b] {
                let place = &mut starts[from as usize + 1];
                pairs[*place as usize] = at;
                *place += 1;
            }
        }
        Near { starts, pairs }
    }

    fn to(&self, record: u32) -> &[u32] {
        let (from, to) = (self.starts[record as usize], self.starts[record as usize + 1]);
        &self.pairs[from as usize..to as usize]
    }
}
