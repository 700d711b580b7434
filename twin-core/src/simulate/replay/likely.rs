//! What a measurement will most likely show: quantiles of a sample, freed from chance by requests that are put together anew from its parts.

use std::collections::BTreeMap;

use super::chance::{Chance, logarithm};
use super::change::Together;
use super::predict::quantiles;
use super::run::{Mix, Played, Score, pools};
use super::station::limited;
use crate::base::{Context, Result};

/// How often requests are put together anew, at least and at most: more often where that is quick, since chance is large there.
const ROUNDS: (usize, usize) = (8, 24);
/// So many pieces of work are put together anew in all, unless that is too few rounds.
const ENOUGH: usize = 1_600_000;
/// Which part of the variance of a sample is gone where requests are put together anew: set by hand.
const FREED: f64 = 0.5;
/// Of so much recorded work chance is small, and putting it together anew takes long.
const MUCH: usize = 200_000;

/// By operation that is asked from outside, quantiles of requests that were put together anew.
#[derive(Default)]
pub(super) struct Mixed {
    endpoints: BTreeMap<u32, Likely>,
}

/// Quantiles before and after of requests that were put together anew, in milliseconds.
#[derive(Clone, Copy)]
pub(super) struct Likely {
    before: [f64; 4],
    after: [f64; 4],
    /// How much each of these, and the difference of both, differs from one round to the next, where requests may wait for each other.
    varies: Option<[Chance; 4]>,
    /// How many rounds there were.
    rounds: usize,
}

impl Mixed {
    /// Plays requests that are put together anew, before a change and after it. O(rounds · n · log n); nothing where much was recorded.
    pub fn of(before: &Score<'_>, after: &Score<'_>, changes: Together<'_>, context: &Context) -> Result<Mixed> {
        let recording = before.recording;
        if recording.invocations.len() > MUCH {
            return Ok(Mixed::default());
        }
        let pools = pools(recording);
        let may_wait = limited(after.policies).next().is_some();
        let [mut was, mut is] = [Rounds::new(), Rounds::new()];
        let rounds = (ENOUGH / recording.invocations.len().max(1)).clamp(ROUNDS.0, ROUNDS.1);
        for round in 0..rounds as u32 {
            let mix = Some(Mix { pools: &pools, round });
            add(&mut was, &Score { mix, ..*before }.play(Together(&[]), context)?);
            add(&mut is, &Score { mix, ..*after }.play(changes, context)?);
        }
        let of = |(operation, was): (u32, Vec<Vec<i64>>)| {
            let (was, is) = (told(&was), told(&is.remove(&operation)?));
            let (before, after) = (OverRounds::of(&was)?, OverRounds::of(&is)?);
            let varies = may_wait.then(|| {
                let apart = differ(&was, &is);
                [0, 1, 2, 3].map(|place| Chance {
                    before: before.varies[place],
                    after: after.varies[place],
                    difference: apart[place],
                })
            });
            let rounds = was.len().min(is.len());
            Some((operation, Likely { before: before.middle, after: after.middle, varies, rounds }))
        };
        Ok(Mixed { endpoints: was.into_iter().filter_map(of).collect() })
    }

    /// Those of one operation.
    pub fn of_endpoint(&self, operation: u32) -> Option<Likely> {
        self.endpoints.get(&operation).copied()
    }
}

/// By operation, how long requests took that did not fail, in each round.
type Rounds = BTreeMap<u32, Vec<Vec<i64>>>;

fn add(rounds: &mut Rounds, played: &Played) {
    let mut took: BTreeMap<u32, Vec<i64>> = BTreeMap::new();
    for answered in played.answered.iter().filter(|answered| answered.came && !answered.failed) {
        took.entry(answered.operation).or_default().push(answered.took);
    }
    for (operation, mut took) in took {
        took.sort_unstable();
        rounds.entry(operation).or_default().push(took);
    }
}

/// The quantiles of each round that has any.
fn told(rounds: &[Vec<i64>]) -> Vec<[f64; 4]> {
    rounds.iter().filter_map(|took| quantiles(took)).collect()
}

/// What quantiles usually are, and how much they vary from one round to the next.
struct OverRounds {
    /// The geometric mean: a few rounds with long queues do not make what is likely.
    middle: [f64; 4],
    /// The standard deviation of the logarithm.
    varies: [f64; 4],
}

impl OverRounds {
    fn of(told: &[[f64; 4]]) -> Option<OverRounds> {
        let first = told.first()?;
        let count = told.len() as f64;
        let mean = [0, 1, 2, 3].map(|place| told.iter().map(|round| logarithm(round[place])).sum::<f64>() / count);
        // All alike, they are what each of them is.
        let is_one = |place: usize| told.iter().all(|quantiles| quantiles[place] == first[place]);
        let middle = [0, 1, 2, 3].map(|place| if is_one(place) { first[place] } else { mean[place].exp() });
        let varies = [0, 1, 2, 3].map(|place| deviation(told.iter().map(|round| logarithm(round[place]))));
        Some(OverRounds { middle, varies })
    }
}

/// How much the differences of two sides vary from one round to the next, in milliseconds.
fn differ(was: &[[f64; 4]], is: &[[f64; 4]]) -> [f64; 4] {
    [0, 1, 2, 3].map(|place| deviation(was.iter().zip(is).map(|(was, is)| is[place] - was[place])))
}

/// The standard deviation of a sample; 0 of fewer than two.
fn deviation(values: impl ExactSizeIterator<Item = f64> + Clone) -> f64 {
    let count = values.len() as f64;
    let mean = values.clone().sum::<f64>() / count;
    let squares: f64 = values.clone().map(|value| (value - mean).powi(2)).sum();
    if values.len() < 2 { 0.0 } else { (squares / (count - 1.0)).sqrt() }
}

/// Between what the sample says of a quantile and what requests put together anew do, in milliseconds.
pub(super) struct Middle {
    pub before: f64,
    pub after: f64,
    /// How much of the variance of the sample is left, in parts per one.
    pub of_sample: f64,
}

impl Likely {
    /// How much a quantile varies by chance, where it is taken to vary so much if requests knew nothing of each other: as much as from one round to the next, if that is more beyond chance, by two
    /// standard deviations of such an estimate. Those that wait in one queue know of each other.
    pub fn chance(self, place: usize, alone: Chance) -> Chance {
        let Some(varies) = self.varies.map(|varies| varies[place]) else { return alone };
        let beyond_chance = 1.0 + 2.0 * (2.0 / self.rounds.saturating_sub(1).max(1) as f64).sqrt();
        let larger =
            |varies: f64, alone: f64| if varies * varies > beyond_chance * alone * alone { varies } else { alone };
        Chance {
            before: larger(varies.before, alone.before),
            after: larger(varies.after, alone.after),
            difference: larger(varies.difference, alone.difference),
        }
    }

    /// Between the quantile of the sample and that of requests put together anew: as far towards the second as the two differ by no more before the change than by chance, which is a part of the quantile
    /// (one standard deviation). A positive-part rule of James and Stein for one number: what hangs together within a request shows as a difference beyond chance, and then the sample counts.
    pub fn quantile(self, place: usize, (before, after): (f64, f64), chance: f64) -> Middle {
        let (was, is) = (self.before[place], self.after[place]);
        let differs = if before > 0.0 && was > 0.0 {
            (was / before).ln()
        } else {
            return Middle { before, after, of_sample: 1.0 };
        };
        let weight = if differs.abs() <= chance { 1.0 } else { (chance / differs).powi(2) };
        Middle {
            before: before + weight * (was - before),
            after: after + weight * (is - after),
            of_sample: 1.0 - weight * FREED,
        }
    }
}
