//! Chance without a state: each draw is a function of the seed, the place in the model and the number of the sample.
//!
//! So a change of one place leaves every other draw as it was (common random numbers), and any number of threads gives the same. Draws are stratified: of 4,096 samples in a row,
//! each place draws one from each 4,096th part of its range, in an order of its own. That is Latin hypercube sampling (McKay, Beckman and Conover 1979), which spreads an average no
//! wider than n / (n - 1) times what independent draws do, whatever is averaged (Owen 1997), and for sums far less.

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

/// A sample by its number, with the hashes that all of its draws begin with.
#[derive(Clone, Copy)]
pub(super) struct Sample {
    within_block: u64,
    hash: u64,
    block_hash: u64,
}

impl Sample {
    pub fn new(number: u64) -> Self {
        Sample { within_block: number % BLOCK, hash: mix(number), block_hash: mix(!(number / BLOCK)) }
    }

    /// A number between 0 and 1, neither of them, for a place.
    pub fn uniform(&self, place: u64) -> f64 {
        let within = mix(place ^ self.hash) >> (64 - (BITS - BLOCK_BITS));
        let stratum = shuffled(self.within_block, mix(place.wrapping_add(self.block_hash)));
        let digits = (stratum << (BITS - BLOCK_BITS)) | within;
        (digits as f64 + 0.5) / (1_u64 << BITS) as f64
    }
}

/// Where a number below [`BLOCK`] goes in one of many orders: a Feistel network of four rounds over its two halves. Each round can be undone, so that no two numbers go to the same
/// place (Luby and Rackoff 1988).
fn shuffled(number: u64, order: u64) -> u64 {
    const HALF: u32 = BLOCK_BITS / 2;
    let (mut left, mut right) = (number >> HALF, number & ((1 << HALF) - 1));
    for round in 0..4 {
        let key = (order >> (12 * round)) as u32 & 0xffff;
        // The multipliers are primes of xxHash, which spread small numbers over all bits.
        let mixed = (right as u32).wrapping_add(key).wrapping_mul(0x9e37_79b1);
        let mixed = (mixed ^ (mixed >> 15)).wrapping_mul(0x85eb_ca77) >> (u32::BITS - HALF);
        (left, right) = (right, left ^ u64::from(mixed));
    }
    (left << HALF) | right
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uniform(place: u64, sample: u64) -> f64 {
        Sample::new(sample).uniform(place)
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
