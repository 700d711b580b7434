//! Chance: how much quantiles and shares of a sample vary, and how much what a change makes of them does.

use super::predict::{quantiles, share};
use super::run::Answered;
use crate::base::hash_of;

/// How often samples are drawn for an interval.
const DRAWS: usize = 200;
/// Nine cases of ten lie within so many standard deviations.
pub(super) const NINE_IN_TEN: f64 = 1.645;

/// An answer to a request before a change, and the one after it.
pub(super) type Pair = (Answered, Answered);

/// How long requests took before a change and after it, as far as they succeeded, and who is who among these.
pub(super) struct Successes {
    /// Those before, in order.
    pub before: Vec<i64>,
    /// Those after, in order.
    pub after: Vec<i64>,
    /// By place among those before, the place of the same request among those after, if it succeeds there.
    is: Vec<Option<u32>>,
    /// The places of those after that did not succeed before.
    gained: Vec<u32>,
}

/// How much quantiles vary by chance, each as a standard deviation.
pub(super) struct Spread {
    /// Of the logarithm of those before.
    pub before: [f64; 4],
    /// Of the logarithm of those after.
    pub after: [f64; 4],
    /// Of the difference, in milliseconds, where requests are the same on both sides: the chance that both share counts for nothing.
    pub difference: [f64; 4],
}

/// How much one quantile varies by chance, as [`Spread`] does.
#[derive(Clone, Copy)]
pub(super) struct Chance {
    pub before: f64,
    pub after: f64,
    pub difference: f64,
}

impl Successes {
    /// O(n · log n).
    pub fn of(pairs: &[Pair]) -> Successes {
        let succeeded = |side: fn(&Pair) -> &Answered| {
            let of_all = pairs.iter().enumerate().map(|(place, pair)| (side(pair), place as u32));
            let succeeded = of_all.filter(|(answered, _)| answered.came && !answered.failed);
            let mut took: Vec<(i64, u32)> = succeeded.map(|(answered, place)| (answered.took, place)).collect();
            took.sort_unstable();
            took
        };
        let (before, after) = (succeeded(|pair| &pair.0), succeeded(|pair| &pair.1));
        let mut place_after: Vec<Option<u32>> = vec![None; pairs.len()];
        (0..).zip(&after).for_each(|(place, (_, pair))| place_after[*pair as usize] = Some(place));
        let is: Vec<Option<u32>> = before.iter().map(|(_, pair)| place_after[*pair as usize].take()).collect();
        // Whoever was not taken was not there before.
        let gained = after.iter().filter_map(|(_, pair)| place_after[*pair as usize]).collect();
        let took = |side: Vec<(i64, u32)>| side.into_iter().map(|(took, _)| took).collect();
        Successes { before: took(before), after: took(after), is, gained }
    }

    /// Over samples drawn from the sample, the same requests on both sides; those that did not succeed before by themselves. What is drawn of those before is the same whatever changes. O(draws · n).
    pub fn spread(&self, seed: u64) -> Spread {
        let [mut before, mut after, mut difference] = [const { Vec::new() }; 3];
        for draw in 0..DRAWS {
            let [was, is] = self.drawn(seed, draw);
            let (Some(was), Some(is)) = (quantiles(&was), quantiles(&is)) else { continue };
            before.push(was.map(logarithm));
            after.push(is.map(logarithm));
            difference.push([0, 1, 2, 3].map(|place| is[place] - was[place]));
        }
        Spread { before: deviations(&before), after: deviations(&after), difference: deviations(&difference) }
    }

    /// One sample, in order on both sides.
    fn drawn(&self, seed: u64, draw: usize) -> [Vec<i64>; 2] {
        let (mut was, mut is) = (vec![0_u32; self.before.len()], vec![0_u32; self.after.len()]);
        let any = |place: usize, of: usize| (hash_of(&(seed, draw, place)) % of as u64) as usize;
        for place in 0..was.len() {
            let drawn = any(place, was.len());
            was[drawn] += 1;
            if let Some(after) = self.is[drawn] {
                is[after as usize] += 1;
            }
        }
        for place in 0..self.gained.len() {
            let drawn = any(was.len() + place, self.gained.len());
            is[self.gained[drawn] as usize] += 1;
        }
        [(&self.before, was), (&self.after, is)].map(|(took, counts)| {
            let some = took.iter().zip(counts);
            some.flat_map(|(took, count)| std::iter::repeat_n(*took, count as usize)).collect()
        })
    }
}

pub(super) fn logarithm(quantile: f64) -> f64 {
    quantile.max(1e-6).ln()
}

/// By place, the standard deviation of values.
fn deviations(values: &[[f64; 4]]) -> [f64; 4] {
    let count = values.len().max(1) as f64;
    [0, 1, 2, 3].map(|place| {
        let of = || values.iter().map(|value| value[place]);
        let mean = of().sum::<f64>() / count;
        (of().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt()
    })
}

/// Within which bounds the share of another sample of the same size lies, by Wilson's interval with twice the variance, times so much.
pub(super) fn two_samples(count: u64, all: u64, together: f64) -> (f64, f64) {
    wilson(count, all, NINE_IN_TEN * (2.0 * together).sqrt())
}

/// How many times as much the share of requests varies of which something is so as it would if they knew nothing of each other: those that wait in one queue are slow together. By the means of batches that
/// follow each other; 1 unless it is beyond chance, by two standard deviations of that estimate. O(requests).
pub(super) fn together(is: &[bool]) -> f64 {
    const BATCHES: usize = 20;
    const LEAST: usize = 200;
    let count = |some: &[bool]| some.iter().filter(|is| **is).count() as f64;
    let share = count(is) / is.len().max(1) as f64;
    if is.len() < LEAST || share <= 0.0 || share >= 1.0 {
        return 1.0;
    }
    let size = is.len() / BATCHES;
    let means = is.chunks_exact(size).take(BATCHES).map(|batch| count(batch) / size as f64);
    let variance = means.map(|mean| (mean - share).powi(2)).sum::<f64>() / (BATCHES - 1) as f64;
    let ratio = size as f64 * variance / (share * (1.0 - share));
    let beyond_chance = 1.0 + 2.0 * (2.0 / (BATCHES - 1) as f64).sqrt();
    if ratio > beyond_chance { ratio } else { 1.0 }
}

/// Wilson's score interval.
pub(in crate::simulate) fn wilson(count: u64, all: u64, deviations: f64) -> (f64, f64) {
    if all == 0 {
        return (0.0, 1.0);
    }
    let (n, p, z) = (all as f64, share(count, all), deviations);
    let middle = p + z * z / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    (((middle - half) / scale).max(0.0), ((middle + half) / scale).min(1.0))
}

/// Within which bounds the difference of a share lies that a change makes, where the sample shows so much, of requests that are the same on both sides: with half a request more in each cell of the table of
/// both sides, after Agresti and Min (2005), "Simple improved confidence intervals for comparing matched proportions", with so many times the variance. Requests of one side alone count for that side.
pub(super) fn difference_of_shares(pairs: &[Pair], is: fn(&Answered) -> bool, sample: f64, together: f64) -> [f64; 2] {
    const MORE: f64 = 0.5;
    // By whether it is so before and after, requests of both sides; by whether it is so, those of one.
    let (mut both, mut alone) = ([[MORE; 2]; 2], [[0.0; 2]; 2]);
    for (before, after) in pairs {
        let (was, now) = (usize::from(is(before)), usize::from(is(after)));
        match (before.came, after.came) {
            (true, true) => both[was][now] += 1.0,
            (true, false) => alone[0][was] += 1.0,
            (false, true) => alone[1][now] += 1.0,
            (false, false) => {}
        }
    }
    let [[neither, gained], [lost, kept]] = both;
    let all = neither + gained + lost + kept;
    let side = |so: f64, [others, more]: [f64; 2]| (all + others + more, (so + more) / (all + others + more));
    let ((all_before, was), (all_after, now)) = (side(lost + kept, alone[0]), side(gained + kept, alone[1]));
    let shared = (kept - (lost + kept) * (gained + kept) / all) / (all_before * all_after);
    let variance = was * (1.0 - was) / all_before + now * (1.0 - now) / all_after - 2.0 * shared;
    let half = NINE_IN_TEN * (together * variance.max(0.0)).sqrt();
    [(now - was - half).min(sample).max(-1.0), (now - was + half).max(sample).min(1.0)]
}

/// How unlikely a share is of what usually has another one, for each that was counted: so many shares or more come by chance in at most `exp(-count * surprise)` of all cases (Chernoff's bound).
pub(super) fn surprise(share: f64, usually: f64) -> f64 {
    let part = |share: f64, usually: f64| if share > 0.0 { share * (share / usually.max(1e-6)).ln() } else { 0.0 };
    part(share, usually) + part(1.0 - share, 1.0 - usually)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_slow_together_says_less_than_what_is_slow_by_chance() {
        let by_chance: Vec<bool> = (0..2_000_u64).map(|at| hash_of(&at).is_multiple_of(10)).collect();
        assert_eq!(together(&by_chance), 1.0);
        // One of ten is slow in each, but in runs of fifty.
        let in_runs: Vec<bool> = (0..2_000_u64).map(|at| hash_of(&(at / 50)).is_multiple_of(10)).collect();
        assert!(together(&in_runs) > 10.0, "{}", together(&in_runs));
        for nothing in [vec![], vec![true; 5], vec![false; 500], vec![true; 500]] {
            assert_eq!(together(&nothing), 1.0);
        }
    }

    fn answered(took: i64, failed: bool) -> Answered {
        Answered { operation: 0, took, failed, degraded: false, came: true }
    }

    /// A uniform number for a seed and two places.
    fn uniform(seed: u64, of: u64, place: u64) -> f64 {
        (hash_of(&(seed, of, place)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// How often of 400 samples the truth lies within.
    fn covered(is_within: impl Fn(u64) -> bool) -> usize {
        (0..400).filter(|seed| is_within(*seed)).count()
    }

    #[test]
    fn a_difference_of_quantiles_lies_within_its_chance_nine_times_of_ten() {
        // One of three requests takes up to 40 ms more, beside 1 to 101 ms that both sides share.
        let pair = |seed: u64, place: u64| {
            let own = 1.0 + 100.0 * uniform(seed, 0, place);
            let more = if uniform(seed, 1, place) < 1.0 / 3.0 { 40.0 * uniform(seed, 2, place) } else { 0.0 };
            (answered((own * 1e6) as i64, false), answered(((own + more) * 1e6) as i64, false))
        };
        let difference = |pairs: &[Pair]| {
            let successes = Successes::of(pairs);
            let (was, is) = (quantiles(&successes.before).unwrap(), quantiles(&successes.after).unwrap());
            (successes, is[0] - was[0])
        };
        let (_, truth) = difference(&(0..200_000).map(|place| pair(1_000, place)).collect::<Vec<Pair>>());
        let within = covered(|seed| {
            let (successes, sample) = difference(&(0..300).map(|place| pair(seed, place)).collect::<Vec<Pair>>());
            (truth - sample).abs() <= NINE_IN_TEN * successes.spread(seed).difference[0]
        });
        assert!((344..=380).contains(&within), "{within} of 400, of which nine of ten are claimed");
    }

    #[test]
    fn a_difference_of_shares_lies_within_its_bounds_nine_times_of_ten() {
        // One of twenty fails, one of five of these no longer, and one of thirty of the others from then on.
        let pair = |seed: u64, place: u64| {
            let was = uniform(seed, 0, place) < 0.05;
            let now = uniform(seed, 1, place) < if was { 0.8 } else { 1.0 / 30.0 };
            (answered(1, was), answered(1, now))
        };
        let truth = 0.05 * 0.8 + 0.95 / 30.0 - 0.05;
        let within = covered(|seed| {
            let pairs: Vec<Pair> = (0..300).map(|place| pair(seed, place)).collect();
            let count = |of: fn(&Pair) -> bool| pairs.iter().filter(|pair| of(pair)).count() as f64 / 300.0;
            let sample = count(|pair| pair.1.failed) - count(|pair| pair.0.failed);
            let [low, high] = difference_of_shares(&pairs, |answered| answered.failed, sample, 1.0);
            low <= sample && sample <= high && low <= truth && truth <= high
        });
        assert!((344..=384).contains(&within), "{within} of 400, of which nine of ten are claimed");
    }

    #[test]
    fn what_is_alike_on_both_sides_has_no_difference_by_chance() {
        let pairs: Vec<Pair> = (0..50).map(|place| (answered(place, false), answered(place, false))).collect();
        assert_eq!(Successes::of(&pairs).spread(7).difference, [0.0; 4]);
    }

    #[test]
    fn what_is_drawn_of_those_before_is_the_same_whatever_changes() {
        let pairs = |is_gone: fn(i64) -> bool| -> Vec<Pair> {
            (0..50).map(|place| (answered(place, place < 10), answered(2 * place, is_gone(place)))).collect()
        };
        let (all, some) = (Successes::of(&pairs(|_| false)), Successes::of(&pairs(|place| place % 2 == 0)));
        assert_eq!((all.before.len(), all.after.len(), all.gained.len()), (40, 50, 10));
        assert_eq!((some.before.len(), some.after.len(), some.gained.len()), (40, 25, 5));
        let (of_all, of_some) = (all.drawn(7, 0), some.drawn(7, 0));
        assert_eq!(of_all[0], of_some[0]);
        assert_eq!(of_all.each_ref().map(Vec::len), [40, 50]);
        assert!(of_all.iter().chain(&of_some).all(|side| side.is_sorted()), "{of_all:?} {of_some:?}");
    }
}
