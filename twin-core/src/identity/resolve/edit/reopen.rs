//! Whom an edit makes others be compared with again: blocks that records came to or went from, odds that are learnt from pairs, and the pairs that connect.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

use super::super::Resolution;
use super::super::blocks::{BESIDE, Blocks, Compared, compared, keys_of};
use super::super::compare::{Comparison, is_chosen};
use super::super::entries::Key;
use super::super::group::{Scored, scored_pair, strongest_first};
use super::{Touched, Workings, only_in};

impl Workings {
    /// Finds what records may share now: those that are to be compared again, and those beside which something else stands.
    pub(super) fn share_again(
        &mut self,
        comparison: &mut Comparison,
        touched: &Touched,
    ) -> (BTreeSet<u32>, BTreeSet<u32>) {
        let mut reopened: BTreeSet<u32> = touched.renewed.union(&touched.told).copied().collect();
        let (mut keys, mut common) = (Vec::new(), Vec::new());
        let mut changed: BTreeMap<Key, Vec<(u32, bool)>> = BTreeMap::new();
        for record in touched.read.union(&touched.told).copied() {
            keys.clear();
            if self.is_there(record) {
                let row = comparison.sketches.rows[record as usize];
                comparison.sketches.rows[record as usize].is_contradicted = comparison.sketches.is_contradicted(&row);
                keys_of(&comparison.estate, &comparison.sketches, record as usize, &mut keys, &mut common);
            }
            if *self.keys[record as usize] == keys[..] {
                continue;
            }
            reopened.insert(record);
            let before = std::mem::replace(&mut self.keys[record as usize], keys[..].into());
            only_in(&before, &keys).for_each(|key| changed.entry(key).or_default().push((record, false)));
            only_in(&keys, &before).for_each(|key| changed.entry(key).or_default().push((record, true)));
        }
        let mut jolted = BTreeSet::new();
        for (key, records) in changed {
            let entries = &mut comparison.blocks.entries;
            let before = compared(key, entries.count(key));
            for (record, is_now) in &records {
                if *is_now { entries.add(key, *record) } else { entries.remove(key, *record) }
            }
            let block = self.block(&comparison.blocks, key);
            let after = compared(key, block.len());
            if before != after {
                reopened.extend(&block);
            }
            for (record, _) in records {
                jolted.extend(self.around(&block, record, BESIDE));
                if after == Compared::Neighbours {
                    reopened.extend(self.around(&block, record, 1));
                }
            }
        }
        (reopened, jolted)
    }

    /// The records of a block, in the order of their ids.
    fn block(&self, blocks: &Blocks, key: Key) -> Vec<u32> {
        let mut block: Vec<u32> = blocks.entries.of_key(key).collect();
        block.sort_unstable_by_key(|record| self.places[*record as usize]);
        block
    }

    /// So many records of a block before one and behind it.
    fn around<'b>(&self, block: &'b [u32], record: u32, most: usize) -> impl Iterator<Item = u32> + use<'b> {
        let place = |record: u32| self.places[record as usize];
        let from = block.partition_point(|other| place(*other) < place(record));
        let to = from + usize::from(block.get(from) == Some(&record));
        block[from.saturating_sub(most)..from].iter().chain(block[to..].iter().take(most)).copied()
    }

    /// Learns odds from chosen records.
    pub(super) fn teach(&mut self, comparison: &mut Comparison, chosen: &BTreeSet<u32>) {
        let mut blocks = HashMap::new();
        for record in chosen.iter().copied() {
            let mut beside: Vec<u32> = Vec::new();
            for key in self.keys[record as usize].iter().copied() {
                let block = blocks.entry(key).or_insert_with(|| self.block(&comparison.blocks, key));
                beside.extend(self.around(block, record, BESIDE));
            }
            beside.sort_unstable();
            beside.dedup();
            let pairs: Vec<(u32, u32)> = beside.into_iter().map(|other| (record, other)).collect();
            self.lessons.insert(record, comparison.lessons(&pairs));
        }
    }

    /// Learns odds again where they were learnt from pairs that have changed.
    pub(super) fn teach_again(
        &mut self,
        resolution: &mut Resolution,
        reopened: &BTreeSet<u32>,
        jolted: &BTreeSet<u32>,
        touched: &Touched,
    ) -> Option<()> {
        let Resolution { comparison, ids, .. } = resolution;
        let mut near: BTreeSet<u32> = reopened.union(jolted).copied().collect();
        let mut blocks = HashMap::new();
        for record in reopened.iter().copied() {
            for key in self.keys[record as usize].iter().copied() {
                let block = blocks.entry(key).or_insert_with(|| self.block(&comparison.blocks, key));
                near.extend(self.around(block, record, BESIDE));
            }
        }
        let is_chosen =
            |record: &u32| self.is_there(*record) && is_chosen(ids.text(*record), comparison.estate.magnitude);
        let chosen: BTreeSet<u32> = near.into_iter().filter(is_chosen).collect();
        let mut is_taught = touched.are_odds_touched || !chosen.is_empty();
        for record in &touched.edited {
            is_taught |= self.lessons.remove(record).is_some();
        }
        self.teach(comparison, &chosen);
        let is_same = !is_taught || comparison.odds_by(self.lessons.values().flatten()) == *comparison.odds();
        is_same.then_some(())
    }

    /// Forgets the pairs of some records; who was in them.
    pub(in super::super) fn untie(&mut self, records: impl Iterator<Item = u32>) -> BTreeSet<u32> {
        let mut others = BTreeSet::new();
        for record in records {
            for tie in std::mem::take(&mut self.ties[record as usize]) {
                let other = if tie.a == record { tie.b } else { tie.a };
                self.ties[other as usize].retain(|tie| tie.a != record && tie.b != record);
                others.insert(other);
            }
        }
        others
    }

    /// The pairs in which some records are worth comparing, each once, in order.
    pub(in super::super) fn pairs(&self, blocks: &Blocks, records: &BTreeSet<u32>) -> Vec<(u32, u32)> {
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        let mut seen = HashMap::new();
        let place = |record: u32| self.places[record as usize];
        for record in records.iter().copied() {
            for key in self.keys[record as usize].iter().copied() {
                let block: &Vec<u32> = seen.entry(key).or_insert_with(|| self.block(blocks, key));
                let most = match compared(key, block.len()) {
                    Compared::All => block.len(),
                    Compared::Neighbours => 1,
                    Compared::None => continue,
                };
                let others = self.around(block, record, most);
                pairs.extend(
                    others.map(|other| if place(record) < place(other) { (record, other) } else { (other, record) }),
                );
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    /// Keeps of some pairs those that come near to what is asked for; who is in them.
    pub(in super::super) fn tie(
        &mut self,
        comparison: &Comparison,
        pairs: &[(u32, u32)],
        threshold: f64,
    ) -> BTreeSet<u32> {
        let mut tied = BTreeSet::new();
        for (a, b) in pairs {
            if let Some(pair) = scored_pair(comparison, *a, *b, threshold) {
                self.put(pair);
                tied.extend([*a, *b]);
            }
        }
        tied
    }

    pub(super) fn put(&mut self, pair: Scored) {
        self.ties[pair.a as usize].push(pair);
        self.ties[pair.b as usize].push(pair);
    }

    /// The pairs of a record that come near to what is asked for.
    pub(in super::super) fn ties_of(&self, record: u32) -> &[Scored] {
        &self.ties[record as usize]
    }

    /// Whoever a record is connected with by pins and by pairs that may join.
    pub(in super::super) fn connected(&self, record: u32, pins: &[(u32, u32)], threshold: f64) -> BTreeSet<u32> {
        let mut pinned: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (a, b) in pins {
            pinned.entry(*a).or_default().push(*b);
            pinned.entry(*b).or_default().push(*a);
        }
        let mut connected = BTreeSet::from([record]);
        let mut next = vec![record];
        while let Some(record) = next.pop() {
            let joining = self.ties_of(record).iter().filter(|tie| tie.score >= threshold);
            let others = joining.map(|tie| if tie.a == record { tie.b } else { tie.a });
            let pinned = pinned.get(&record).into_iter().flatten().copied();
            next.extend(others.chain(pinned).filter(|other| connected.insert(*other)));
        }
        connected
    }

    /// All pairs that come near to what is asked for, the strongest first, by the places of their records.
    pub(in super::super) fn scored(&self) -> Vec<Scored> {
        let ties = (0..).zip(&self.ties).flat_map(|(record, ties)| ties.iter().filter(move |tie| tie.a == record));
        let place = |record: u32| self.places[record as usize];
        let mut scored: Vec<Scored> = ties.map(|tie| Scored { a: place(tie.a), b: place(tie.b), ..*tie }).collect();
        strongest_first(&mut scored);
        scored
    }
}
