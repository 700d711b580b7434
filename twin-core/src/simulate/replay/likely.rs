//! What a measurement will most likely show: quantiles of a sample, freed from chance by requests that are put together anew from its parts.

use std::collections::BTreeMap;

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
    /// How much each of these differs from one round to the next, where requests may wait for each other: the standard deviation of its logarithm.
    varies: Option<[[f64; 4]; 2]>,
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
            let (was, is) = (OverRounds::of(&was)?, OverRounds::of(&is.remove(&operation)?)?);
            let varies = may_wait.then_some([was.varies, is.varies]);
            let rounds = was.count.min(is.count);
            Some((operation, Likely { before: was.middle, after: is.middle, varies, rounds }))
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

/// What quantiles usually are, and how much they vary from one round to the next.
struct OverRounds {
    /// The geometric mean: a few rounds with long queues do not make what is likely.
    middle: [f64; 4],
    /// The standard deviation of the logarithm.
    varies: [f64; 4],
    count: usize,
}

impl OverRounds {
    fn of(rounds: &[Vec<i64>]) -> Option<OverRounds> {
        let told: Vec<[f64; 4]> = rounds.iter().filter_map(|took| quantiles(took)).collect();
        if told.is_empty() {
            return None;
        }
        let count = told.len() as f64;
        let logarithms = |place: usize| told.iter().map(move |quantiles| quantiles[place].max(1e-6).ln());
        let mean = [0, 1, 2, 3].map(|place| logarithms(place).sum::<f64>() / count);
        // All alike, they are what each of them is.
        let is_one = |place: usize| told.iter().all(|quantiles| quantiles[place] == told[0][place]);
        let middle = [0, 1, 2, 3].map(|place| if is_one(place) { told[0][place] } else { mean[place].exp() });
        let varies = [0, 1, 2, 3].map(|place| {
            let squares: f64 = logarithms(place).map(|value| (value - mean[place]).powi(2)).sum();
            if told.len() < 2 { 0.0 } else { (squares / (count - 1.0)).sqrt() }
        });
        Some(OverRounds { middle, varies, count: told.len() })
    }
}

impl Likely {
    /// How much a quantile of a sample varies by chance, where it is taken to vary so much if requests knew nothing of each other: as much as from one round to the next, if that is more beyond chance, by two
    /// standard deviations of such an estimate. Those that wait in one queue know of each other.
    pub fn chance(self, place: usize, alone: f64, is_after: bool) -> f64 {
        let Some(varies) = self.varies.map(|varies| varies[usize::from(is_after)][place]) else { return alone };
        let beyond_chance = 1.0 + 2.0 * (2.0 / self.rounds.saturating_sub(1).max(1) as f64).sqrt();
        if varies * varies > beyond_chance * alone * alone { varies } else { alone }
    }

    /// Between the quantile of the sample and that of requests put together anew: as far towards the second as the two differ by no more before the change than by chance, which is a part of the quantile
    /// (one standard deviation). A positive-part rule of James and Stein for one number: what hangs together within a request shows as a difference beyond chance, and then the sample counts. With it, how
    /// much of the variance of the sample is left, in parts per one.
    pub fn quantile(self, place: usize, (before, after): (f64, f64), chance: f64) -> (f64, f64) {
        let (was, is) = (self.before[place], self.after[place]);
        let differs = if before > 0.0 && was > 0.0 { (was / before).ln() } else { return (after, 1.0) };
        let weight = if differs.abs() <= chance { 1.0 } else { (chance / differs).powi(2) };
        (after + weight * (is - after), 1.0 - weight * FREED)
    }
}
