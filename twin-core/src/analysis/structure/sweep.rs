//! Searches from hundreds of components at once: a bit for each.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::analysis::structure::reach::Graph;
use crate::base::{Context, Result, in_pool};

/// The phase that hosts are told of.
pub(super) const PHASE: &str = "reach";

/// A single search that looks at more than one edge in so many is dearer than its share of a sweep.
pub(super) const EDGES_OF_ONE_SEARCH: u64 = 512;

const WORDS: usize = 8;
/// How many components one sweep starts from.
const STARTS: usize = 64 * WORDS;
/// How many bytes the lanes of all threads may take.
const BYTES: usize = 512 << 20;

/// A bit for each start: as long as a line of the cache.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
struct Lane([u64; WORDS]);

impl Lane {
    #[inline]
    fn add(&mut self, other: &Lane) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word |= other);
    }

    fn set(&mut self, bit: usize) {
        self.0[bit / 64] |= 1 << (bit % 64);
    }

    fn has(&self, bit: usize) -> bool {
        self.0[bit / 64] & (1 << (bit % 64)) != 0
    }
}

/// The graph of components, each edge once.
pub(super) struct Condensed {
    offsets: Vec<u32>,
    ends: Vec<u32>,
    sizes: Vec<u32>,
}

impl Condensed {
    /// The components up to one, without edges to some nodes. O(nodes + edges).
    pub fn new(graph: &Graph<'_>, last: u32, is_left_out: impl Fn(u32) -> bool) -> Self {
        let mut condensed = Condensed { offsets: vec![0], ends: Vec::new(), sizes: Vec::new() };
        let mut met = vec![u32::MAX; last as usize + 1];
        for component in 0..=last {
            let ends = graph.ends(component).filter(|(end, _)| !is_left_out(*end)).map(|(_, other)| other);
            condensed
                .ends
                .extend(ends.filter(|other| std::mem::replace(&mut met[*other as usize], component) != component));
            condensed.offsets.push(condensed.ends.len() as u32);
            condensed.sizes.push(graph.size(component));
        }
        condensed
    }

    #[inline]
    fn of(&self, component: usize) -> &[u32] {
        &self.ends[self.offsets[component] as usize..self.offsets[component + 1] as usize]
    }
}

/// How many nodes each of some components reaches, its own among them, and how many edges were looked at. The components are in order.
pub(super) fn swept(condensed: &Condensed, starts: &[u32], context: &Context) -> Result<(Vec<u32>, u64)> {
    let batches: Vec<&[u32]> = starts.chunks(STARTS).collect();
    let next = AtomicUsize::new(0);
    // Whoever is free takes the next batch; where its counts belong does not depend on who took it.
    let worker = || -> Result<Vec<(usize, Vec<u32>, u64)>> {
        let (mut sweep, mut found) = (Sweep::new(condensed), Vec::new());
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(batch) = batches.get(at) else { return Ok(found) };
            context.check()?;
            let (counts, touched) = sweep.count(batch);
            found.push((at, counts, touched));
            context.progress.report(PHASE, (at * STARTS + batch.len()) as u64, starts.len() as u64);
        }
    };
    let found: Result<Vec<_>> = in_pool(|| {
        let most = BYTES / (condensed.sizes.len() * size_of::<Lane>()).max(1);
        let workers = rayon::current_num_threads().min(most).clamp(1, batches.len().max(1));
        (0..workers).into_par_iter().map(|_| worker()).collect()
    });
    let mut found: Vec<(usize, Vec<u32>, u64)> = found?.into_iter().flatten().collect();
    found.sort_unstable_by_key(|(at, ..)| *at);
    let touched = found.iter().map(|(.., touched)| touched).sum();
    Ok((found.into_iter().flat_map(|(_, counts, _)| counts).collect(), touched))
}

struct Sweep<'a> {
    condensed: &'a Condensed,
    /// From which starts each component is reached.
    lanes: Vec<Lane>,
    /// Which components have something to pass on: a bit for each.
    waiting: Vec<u64>,
}

impl<'a> Sweep<'a> {
    fn new(condensed: &'a Condensed) -> Self {
        let count = condensed.sizes.len();
        Sweep { condensed, lanes: vec![Lane::default(); count], waiting: vec![0; count.div_ceil(64)] }
    }

    /// From the last component down: whatever reaches a component comes before it, so that it passes everything on at once.
    fn count(&mut self, batch: &[u32]) -> (Vec<u32>, u64) {
        for (bit, start) in batch.iter().enumerate() {
            self.lanes[*start as usize].set(bit);
            self.wait(*start);
        }
        let (mut counters, mut touched) = (Counters::default(), 0);
        let words = batch.last().map_or(0, |last| *last as usize / 64 + 1);
        for word in (0..words).rev() {
            while let Some(bit) = self.waiting[word].checked_ilog2() {
                self.waiting[word] ^= 1 << bit;
                touched += self.pass_on(word * 64 + bit as usize, &mut counters);
            }
        }
        ((0..batch.len()).map(|bit| counters.count(bit)).collect(), touched)
    }

    #[inline]
    fn wait(&mut self, component: u32) {
        self.waiting[component as usize / 64] |= 1 << (component % 64);
    }

    #[inline]
    fn pass_on(&mut self, component: usize, counters: &mut Counters) -> u64 {
        let lane = std::mem::take(&mut self.lanes[component]);
        counters.add(&lane, self.condensed.sizes[component]);
        let ends = self.condensed.of(component);
        for end in ends {
            self.lanes[*end as usize].add(&lane);
            self.wait(*end);
        }
        ends.len() as u64
    }
}

/// A number for each start, written across: the first lane holds the last binary digit of all of them. Adding one lane costs two lanes in the middle, however many of its bits are
/// set.
#[derive(Debug, Default)]
struct Counters([Lane; 32]);

impl Counters {
    #[inline]
    fn add(&mut self, lane: &Lane, times: u32) {
        let mut left = times;
        while let Some(digit) = left.checked_ilog2() {
            left ^= 1 << digit;
            self.carry(*lane, digit as usize);
        }
    }

    #[inline]
    fn carry(&mut self, mut carry: Lane, digit: usize) {
        for sum in &mut self.0[digit..] {
            let mut some = 0;
            for (sum, carry) in sum.0.iter_mut().zip(&mut carry.0) {
                (*sum, *carry) = (*sum ^ *carry, *sum & *carry);
                some |= *carry;
            }
            if some == 0 {
                return;
            }
        }
    }

    fn count(&self, bit: usize) -> u32 {
        self.0.iter().zip(0..).map(|(sum, digit)| u32::from(sum.has(bit)) << digit).sum()
    }
}
