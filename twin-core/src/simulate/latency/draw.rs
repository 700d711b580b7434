//! Chance without a state: each draw is a function of the seed, the place in the model and the number of the sample.
//!
//! So a change of one place leaves every other draw as it was (common random numbers), and any number of threads gives the same. Draws are stratified: of 4,096 samples in a row,
//! each place draws one from each 4,096th part of its range, in an order of its own. That is Latin hypercube sampling (McKay, Beckman and Conover 1979), which spreads an average no
//! wider than n / (n - 1) times what independent draws do, whatever is averaged (Owen 1997), and for sums far less.

use std::ops::Range;

/// Samples that are stratified together.
pub(super) const BLOCK: u64 = 1 << BLOCK_BITS;
const BLOCK_BITS: u32 = 12;
/// The digits of a draw: what a number between 0 and 1 holds with one to spare.
const BITS: u32 = 52;

/// The golden ratio as a fraction of 2^64, which spreads numbers in a row.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// A hash of 64 bits that no bit escapes: the finalizer of SplitMix64, Steele, Lea and Flood (2014).
pub(super) fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(GOLDEN);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Fewer draws than this are shuffled one by one.
const FEW: usize = 64;

/// Some samples in a row of one block, with the hashes that all of their draws begin with.
pub(super) struct Samples {
    /// The place of the first in its block.
    first: u64,
    hashes: Vec<u64>,
    block_hash: u64,
}

impl Samples {
    /// Samples by their numbers, which do not go beyond one block.
    pub fn new(numbers: Range<u64>) -> Self {
        let block = numbers.start / BLOCK;
        Samples { first: numbers.start % BLOCK, hashes: numbers.map(mix).collect(), block_hash: mix(!block) }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Draws a number between 0 and 1, neither of them, for a place, once for each of some of the samples.
    pub fn uniforms(&self, place: u64, lanes: &[u16], drawn: &mut Vec<f64>) {
        let order = mix(place.wrapping_add(self.block_hash));
        drawn.clear();
        if lanes.len() < FEW {
            drawn.extend(lanes.iter().map(|lane| self.uniform(place, *lane, |number| shuffled(number, order))));
        } else {
            let rounds = Rounds::new(order);
            drawn.extend(lanes.iter().map(|lane| self.uniform(place, *lane, |number| rounds.shuffled(number))));
        }
    }

    #[inline]
    fn uniform(&self, place: u64, lane: u16, shuffled: impl Fn(u64) -> u64) -> f64 {
        let within = mix(place ^ self.hashes[usize::from(lane)]) >> (64 - (BITS - BLOCK_BITS));
        let stratum = shuffled(self.first + u64::from(lane));
        let digits = (stratum << (BITS - BLOCK_BITS)) | within;
        // As a signed number, which is the faster one to turn into a fraction: there are 52 digits.
        (digits as i64 as f64 + 0.5) * (1.0 / (1_u64 << BITS) as f64)
    }
}

/// Half of the digits of a number below [`BLOCK`].
const HALF: u32 = BLOCK_BITS / 2;
/// How often the halves are crossed.
const ROUNDS: usize = 4;

/// Where a number below [`BLOCK`] goes in one of many orders: a Feistel network of four rounds over its two halves. Each round can be undone, so that no two numbers go to the same
/// place (Luby and Rackoff 1988).
#[inline]
fn shuffled(number: u64, order: u64) -> u64 {
    crossed(number, |round, half| mixed(order, round, half))
}

#[inline]
fn crossed(number: u64, mixed: impl Fn(usize, u64) -> u64) -> u64 {
    let (mut left, mut right) = (number >> HALF, number & ((1 << HALF) - 1));
    for round in 0..ROUNDS {
        (left, right) = (right, left ^ mixed(round, right));
    }
    (left << HALF) | right
}

/// What one half does to the other.
fn mixed(order: u64, round: usize, half: u64) -> u64 {
    let key = (order >> (12 * round)) as u32 & 0xffff;
    // The multipliers are primes of xxHash, which spread small numbers over all bits.
    let mixed = (half as u32).wrapping_add(key).wrapping_mul(0x9e37_79b1);
    u64::from((mixed ^ (mixed >> 15)).wrapping_mul(0x85eb_ca77) >> (u32::BITS - HALF))
}

/// What halves do to each other in one order: looked up instead of computed, where many numbers are shuffled.
struct Rounds([[u8; 1 << HALF]; ROUNDS]);

impl Rounds {
    fn new(order: u64) -> Self {
        Rounds(std::array::from_fn(|round| std::array::from_fn(|half| mixed(order, round, half as u64) as u8)))
    }

    #[inline]
    fn shuffled(&self, number: u64) -> u64 {
        crossed(number, |round, half| u64::from(self.0[round][half as usize & ((1 << HALF) - 1)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uniform(place: u64, sample: u64) -> f64 {
        let mut drawn = Vec::new();
        Samples::new(sample..sample + 1).uniforms(place, &[0], &mut drawn);
        drawn[0]
    }

    #[test]
    fn a_draw_is_the_same_whoever_is_drawn_with_it() {
        let (from, count) = (3 * BLOCK + 100, 500_u16);
        let samples = Samples::new(from..from + u64::from(count));
        let (all, mut drawn) = ((0..count).collect::<Vec<u16>>(), Vec::new());
        for place in [0, 7, u64::MAX] {
            samples.uniforms(place, &all, &mut drawn);
            let alone: Vec<f64> = (from..).take(all.len()).map(|sample| uniform(place, sample)).collect();
            assert_eq!(drawn, alone, "{place}");
        }
    }

    #[test]
    fn each_stratum_is_drawn_from_once() {
        for place in [0, 1, u64::MAX] {
            for block in [0, 7] {
                let draw = |sample| (uniform(place, block * BLOCK + sample) * BLOCK as f64) as usize;
                let mut is_drawn = vec![false; BLOCK as usize];
                (0..BLOCK).map(draw).for_each(|stratum| is_drawn[stratum] = true);
                assert!(is_drawn.iter().all(|drawn| *drawn), "{place} {block}");
            }
        }
    }

    #[test]
    fn places_and_samples_know_nothing_of_each_other() {
        let correlation = |a: &dyn Fn(u64) -> f64, b: &dyn Fn(u64) -> f64| {
            12.0 * (0..BLOCK).map(|sample| (a(sample) - 0.5) * (b(sample) - 0.5)).sum::<f64>() / BLOCK as f64
        };
        let (mut squares, pairs) = (0.0, 400_u64);
        for pair in 0..pairs {
            let between = correlation(&|sample| uniform(pair, sample), &|sample| uniform(pair + 1, sample));
            let along = correlation(&|sample| uniform(pair, sample), &|sample| uniform(pair, sample + 1));
            assert!(between.abs() < 5.0 / 64.0 && along.abs() < 5.0 / 64.0, "{pair}: {between} {along}");
            squares += between * between;
        }
        // Independent draws have a variance of 1 / 4096.
        let ratio = squares / pairs as f64 * BLOCK as f64;
        assert!((0.7..1.4).contains(&ratio), "{ratio}");
    }
}
