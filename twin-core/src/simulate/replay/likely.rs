//! What a measurement will most likely show: quantiles of a sample, freed from chance by requests that are put together anew from its parts.

use std::collections::BTreeMap;

use super::change::Together;
use super::predict::quantiles;
use super::run::{Mix, Played, Score, pools};
use crate::base::{Context, Result};

/// How often requests are put together anew.
const ROUNDS: u32 = 8;
/// Which part of the variance of a sample is gone where requests are put together anew: set by hand. Whoever asks first, and when, stays as it was recorded.
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
}

impl Mixed {
    /// Plays requests that are put together anew, before a change and after it. O(rounds · n · log n); nothing where much was recorded.
    pub fn of(before: &Score<'_>, after: &Score<'_>, changes: Together<'_>, context: &Context) -> Result<Mixed> {
        let recording = before.recording;
        if recording.invocations.len() > MUCH {
            return Ok(Mixed::default());
        }
        let pools = pools(recording);
        let [mut was, mut is] = [Took::new(), Took::new()];
        for round in 0..ROUNDS {
            let mix = Some(Mix { pools: &pools, round });
            add(&mut was, &Score { mix, ..*before }.play(Together(&[]), context)?);
            add(&mut is, &Score { mix, ..*after }.play(changes, context)?);
        }
        let of = |(operation, mut was): (u32, Vec<i64>)| {
            let mut is = is.remove(&operation)?;
            was.sort_unstable();
            is.sort_unstable();
            Some((operation, Likely { before: quantiles(&was)?, after: quantiles(&is)? }))
        };
        Ok(Mixed { endpoints: was.into_iter().filter_map(of).collect() })
    }

    /// Those of one operation.
    pub fn of_endpoint(&self, operation: u32) -> Option<Likely> {
        self.endpoints.get(&operation).copied()
    }
}

/// By operation, how long requests took that did not fail.
type Took = BTreeMap<u32, Vec<i64>>;

fn add(took: &mut Took, played: &Played) {
    for answered in played.answered.iter().filter(|answered| answered.came && !answered.failed) {
        took.entry(answered.operation).or_default().push(answered.took);
    }
}

impl Likely {
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
