//! Searches from many components at once: a bit for each.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::analysis::structure::condensed::Condensed;
use crate::analysis::structure::reach::PHASE;
use crate::base::{Context, Result, in_pool};

/// How many bytes the lanes of all threads may take.
const BYTES: usize = 512 << 20;

/// A bit for each start.
pub(super) trait Lane: Copy + Default {
    /// From how many components one sweep starts.
    const STARTS: usize;

    fn set(&mut self, bit: usize);

    fn has(&self, bit: usize) -> bool;

    /// Takes the bits of another lane too.
    fn join(&mut self, other: &Self);

    /// Adds a digit to each of these. Returns the digits that are carried on, if there are any.
    fn add(&mut self, digits: &Self) -> Option<Self>;
}

/// Where few are reached: what a sweep touches stays near.
impl Lane for u64 {
    const STARTS: usize = 64;

    fn set(&mut self, bit: usize) {
        *self |= 1 << bit;
    }

    fn has(&self, bit: usize) -> bool {
        self & (1 << bit) != 0
    }

    #[inline]
    fn join(&mut self, other: &Self) {
        *self |= other;
    }

    #[inline]
    fn add(&mut self, digits: &Self) -> Option<Self> {
        let carried = *self & digits;
        *self ^= digits;
        (carried != 0).then_some(carried)
    }
}

const WORDS: usize = 8;

/// Where many are reached: as long as a line of the cache.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
pub(super) struct Line([u64; WORDS]);

impl Lane for Line {
    const STARTS: usize = 64 * WORDS;

    fn set(&mut self, bit: usize) {
        self.0[bit / 64].set(bit % 64);
    }

    fn has(&self, bit: usize) -> bool {
        self.0[bit / 64].has(bit % 64)
    }

    #[inline]
    fn join(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word |= other);
    }

    #[inline]
    fn add(&mut self, digits: &Self) -> Option<Self> {
        let (mut carried, mut some) = (*digits, 0);
        for (sum, carried) in self.0.iter_mut().zip(&mut carried.0) {
            (*sum, *carried) = (*sum ^ *carried, *sum & *carried);
            some |= *carried;
        }
        (some != 0).then_some(carried)
    }
}

/// How many nodes each of some components reaches, its own among them, and how many edges were looked at: on all threads, with long lanes. The components are in order.
pub(super) fn swept(graph: &Condensed, starts: &[u32], context: &Context) -> Result<(Vec<u32>, u64)> {
    let batches: Vec<&[u32]> = starts.chunks(Line::STARTS).collect();
    let next = AtomicUsize::new(0);
    // Whoever is free takes the next batch; where its counts belong does not depend on who took it.
    let worker = || -> Result<Swept> {
        let (mut sweep, mut found) = (Sweep::<Line>::new(graph), Vec::new());
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(batch) = batches.get(at) else { return Ok(Swept { found, touched: sweep.touched }) };
            context.check()?;
            found.extend(sweep.count(batch, u64::MAX).map(|counts| (at, counts)));
            context.progress.report(PHASE, (at * Line::STARTS + batch.len()) as u64, starts.len() as u64);
        }
    };
    let swept: Result<Vec<Swept>> = in_pool(|| {
        let most = BYTES / (graph.len() * size_of::<Line>()).max(1);
        let workers = rayon::current_num_threads().min(most).clamp(1, batches.len().max(1));
        (0..workers).into_par_iter().map(|_| worker()).collect()
    });
    let swept = swept?;
    let touched = swept.iter().map(|swept| swept.touched).sum();
    let mut found: Vec<(usize, Vec<u32>)> = swept.into_iter().flat_map(|swept| swept.found).collect();
    found.sort_unstable_by_key(|(at, _)| *at);
    Ok((found.into_iter().flat_map(|(_, counts)| counts).collect(), touched))
}

/// What one thread found: the counts of each batch that it took.
struct Swept {
    found: Vec<(usize, Vec<u32>)>,
    touched: u64,
}

/// One sweep after the other over one graph.
pub(super) struct Sweep<'a, L> {
    graph: &'a Condensed,
    /// From which starts each component is reached.
    lanes: Vec<L>,
    /// Which components have something to pass on: a bit for each.
    waiting: Vec<u64>,
    /// How many edges all sweeps looked at.
    pub touched: u64,
}

impl<'a, L: Lane> Sweep<'a, L> {
    pub fn new(graph: &'a Condensed) -> Self {
        let count = graph.len();
        Sweep { graph, lanes: vec![L::default(); count], waiting: vec![0; count.div_ceil(64)], touched: 0 }
    }

    /// How many nodes each of a batch reaches, if no more than so many edges have to be looked at. The batch is in order.
    ///
    /// From the last component down: whatever reaches a component comes before it, so that it passes everything on at once.
    pub fn count(&mut self, batch: &[u32], most: u64) -> Option<Vec<u32>> {
        for (bit, start) in batch.iter().enumerate() {
            self.lanes[*start as usize].set(bit);
            self.wait(*start);
        }
        let mut counters = Counters::default();
        let until = self.touched.saturating_add(most);
        let words = batch.last().map_or(0, |last| *last as usize / 64 + 1);
        for word in (0..words).rev() {
            while let Some(bit) = self.waiting[word].checked_ilog2() {
                self.waiting[word] ^= 1 << bit;
                self.pass_on(word as u32 * 64 + bit, &mut counters);
            }
            if self.touched > until {
                self.forget(word);
                return None;
            }
        }
        Some((0..batch.len()).map(|bit| counters.count(bit)).collect())
    }

    #[inline]
    fn wait(&mut self, component: u32) {
        self.waiting[component as usize / 64] |= 1 << (component % 64);
    }

    #[inline]
    fn pass_on(&mut self, component: u32, counters: &mut Counters<L>) {
        let lane = std::mem::take(&mut self.lanes[component as usize]);
        counters.add(&lane, self.graph.size(component));
        let ends = self.graph.ends(component);
        for end in ends {
            self.lanes[*end as usize].join(&lane);
            self.wait(*end);
        }
        self.touched += ends.len() as u64;
    }

    /// Takes away what is left before a word.
    fn forget(&mut self, before: usize) {
        for (word, waiting) in self.waiting[..before].iter_mut().enumerate() {
            while let Some(bit) = waiting.checked_ilog2() {
                *waiting ^= 1 << bit;
                self.lanes[word * 64 + bit as usize] = L::default();
            }
        }
    }
}

/// A number for each start, written across: the first lane holds the last binary digit of all of them. Adding one lane costs two lanes in the middle, however many of its bits are
/// set.
struct Counters<L>([L; 32]);

impl<L: Lane> Default for Counters<L> {
    fn default() -> Self {
        Counters([L::default(); 32])
    }
}

impl<L: Lane> Counters<L> {
    #[inline]
    fn add(&mut self, lane: &L, times: u32) {
        let mut left = times;
        while let Some(digit) = left.checked_ilog2() {
            left ^= 1 << digit;
            self.carry(*lane, digit as usize);
        }
    }

    #[inline]
    fn carry(&mut self, mut carry: L, digit: usize) {
        for sum in &mut self.0[digit..] {
            match sum.add(&carry) {
                Some(carried) => carry = carried,
                None => return,
            }
        }
    }

    fn count(&self, bit: usize) -> u32 {
        self.0.iter().zip(0..).map(|(sum, digit)| u32::from(sum.has(bit)) << digit).sum()
    }
}
