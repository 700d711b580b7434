//! Calibration: how often predictions were right, and whether they should be trusted here.

use serde::{Deserialize, Serialize};

use crate::base::{Error, ErrorKind, Result};

/// A prediction, and what came.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Scored {
    /// What was predicted.
    pub predicted: f64,
    /// The lower end of its interval.
    pub low: f64,
    /// The upper end of its interval.
    pub high: f64,
    /// What came.
    pub measured: f64,
}

/// Whether intervals hold what comes as often as they say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// As often as they say, as far as chance allows to tell.
    Calibrated,
    /// Less often: they should not be trusted here.
    TooNarrow,
    /// More often: they could be narrower.
    TooWide,
    /// Too few have come true to tell.
    TooFew,
}

/// How good predictions were.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Calibration {
    /// How many there are.
    pub predictions: usize,
    /// How many lie in their interval.
    pub covered: usize,
    /// How likely a share that is so far from what is claimed would be by chance: the two-sided exact binomial test.
    pub p_value: f64,
    /// What follows.
    pub trust: Trust,
    /// The median of the signed error, as a part of what came: above 0 if too much is predicted.
    pub bias: Option<f64>,
    /// The median of the error without its sign, as a part of what came.
    pub median_error: Option<f64>,
    /// The largest error, as a part of what came.
    pub largest_error: Option<f64>,
    /// The median width of the intervals, as a part of what came.
    pub median_width: Option<f64>,
}

/// Fewer say nothing about intervals.
pub(super) const FEW: usize = 10;
/// What is less likely by chance is taken for none.
const UNLIKELY: f64 = 0.05;

/// Says how good predictions were whose intervals claim to hold such a share of what comes. Errors are told of what was not 0. O(n log n).
///
/// # Errors
/// `Invalid` for a share that is not between 0 and 1, and for a prediction that is no number or whose interval ends before it begins.
pub fn calibration(scored: &[Scored], claimed: f64) -> Result<Calibration> {
    if !(claimed > 0.0 && claimed < 1.0) {
        return Err(Error::new(ErrorKind::Invalid, format!("claimed is {claimed}: it takes a share between 0 and 1")));
    }
    for (place, Scored { predicted, low, high, measured }) in scored.iter().enumerate() {
        if ![predicted, low, high, measured].iter().all(|number| number.is_finite()) || low > high {
            let what = format!("prediction {place} is no number, or its interval ends before it begins");
            return Err(Error::new(ErrorKind::Invalid, what));
        }
    }
    let covered = scored.iter().filter(|one| (one.low..=one.high).contains(&one.measured)).count();
    let p_value = binomial(covered, scored.len(), claimed);
    let told: Vec<&Scored> = scored.iter().filter(|one| one.measured != 0.0).collect();
    let parts = |part: fn(&Scored) -> f64| {
        let mut parts: Vec<f64> = told.iter().map(|one| part(one) / one.measured.abs()).collect();
        parts.sort_by(f64::total_cmp);
        parts
    };
    let errors = parts(|one| (one.predicted - one.measured).abs());
    Ok(Calibration {
        predictions: scored.len(),
        covered,
        p_value,
        trust: trust(covered, scored.len(), claimed, p_value),
        bias: median(&parts(|one| one.predicted - one.measured)),
        median_error: median(&errors),
        largest_error: errors.last().copied(),
        median_width: median(&parts(|one| one.high - one.low)),
    })
}

fn trust(covered: usize, all: usize, claimed: f64, p_value: f64) -> Trust {
    match (covered as f64) < claimed * all as f64 {
        _ if all < FEW => Trust::TooFew,
        _ if p_value >= UNLIKELY => Trust::Calibrated,
        true => Trust::TooNarrow,
        false => Trust::TooWide,
    }
}

fn median(sorted: &[f64]) -> Option<f64> {
    let (below, above) = (sorted.get(sorted.len().checked_sub(1)? / 2)?, sorted.get(sorted.len() / 2)?);
    Some((below + above) / 2.0)
}

/// How likely a count that is no likelier than this one is, of so many tries with such a chance. O(n).
fn binomial(count: usize, all: usize, chance: f64) -> f64 {
    let mut logarithm = all as f64 * (1.0 - chance).ln();
    let mut all_logarithms = Vec::with_capacity(all + 1);
    for hits in 0..=all {
        all_logarithms.push(logarithm);
        logarithm += ((all - hits) as f64 / (hits + 1) as f64).ln() + (chance / (1.0 - chance)).ln();
    }
    // Counts that are as likely must not differ by rounding.
    let own = all_logarithms[count] + 1e-9;
    all_logarithms.iter().filter(|other| **other <= own).map(|logarithm| logarithm.exp()).sum::<f64>().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(covered: usize, all: usize) -> Vec<Scored> {
        (0..all)
            .map(|at| Scored {
                predicted: 11.0,
                low: 9.0,
                high: 12.0,
                measured: if at < covered { 10.0 } else { 20.0 },
            })
            .collect()
    }

    /// The probability of each count, term by term.
    fn slow(count: usize, all: usize, chance: f64) -> f64 {
        let choose = |n: usize, k: usize| (0..k).map(|i| (n - i) as f64 / (i + 1) as f64).product::<f64>();
        let likely =
            |hits: usize| choose(all, hits) * chance.powi(hits as i32) * (1.0 - chance).powi((all - hits) as i32);
        (0..=all).map(likely).filter(|other| *other <= likely(count) * (1.0 + 1e-9)).sum()
    }

    #[test]
    fn the_binomial_test_is_the_sum_of_what_is_no_likelier() {
        for all in [1, 2, 10, 40] {
            for count in 0..=all {
                for chance in [0.1, 0.5, 0.9] {
                    let (fast, slow) = (binomial(count, all, chance), slow(count, all, chance).min(1.0));
                    assert!((fast - slow).abs() < 1e-9, "{count} of {all} by {chance}: {fast} {slow}");
                }
            }
        }
    }

    #[test]
    fn intervals_are_trusted_as_far_as_they_hold_what_comes() {
        let cases = [
            (9, 9, Trust::TooFew),
            (36, 40, Trust::Calibrated),
            (40, 40, Trust::TooWide),
            (25, 40, Trust::TooNarrow),
            (33, 40, Trust::Calibrated),
        ];
        for (covered, all, trust) in cases {
            assert_eq!(calibration(&scored(covered, all), 0.9).unwrap().trust, trust, "{covered} of {all}");
        }
        let told = calibration(&scored(36, 40), 0.9).unwrap();
        assert_eq!((told.bias, told.median_error, told.median_width), (Some(0.1), Some(0.1), Some(0.3)));
        assert_eq!(calibration(&[], 0.9).unwrap().p_value, 1.0);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        let wrong = Scored { predicted: f64::NAN, low: 0.0, high: 1.0, measured: 1.0 };
        assert!(calibration(&[wrong], 0.9).unwrap_err().to_string().contains("prediction 0"));
        assert!(calibration(&[Scored { predicted: 1.0, low: 2.0, high: 1.0, measured: 1.0 }], 0.9).is_err());
        assert!(calibration(&[], 1.0).unwrap_err().to_string().contains("claimed is 1"));
    }
}
