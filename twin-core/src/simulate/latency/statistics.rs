//! Averages and quantiles of samples, with intervals.
//!
//! The intervals are those of independent samples. Stratified samples spread no wider, so that the intervals hold for them too, with room to spare.

use serde::Serialize;

use crate::answer::{Interval, IntervalKind};
use crate::base::Result;
use crate::simulate::check::{invalid, probability};
use crate::simulate::special::normal_quantile;

/// A number of milliseconds, and where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Estimate {
    /// Milliseconds.
    pub ms: f64,
    /// Where they lie; `None` if there are too few samples to tell.
    pub interval: Option<Interval>,
}

/// What a share of the requests does not exceed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct QuantileEstimate {
    /// The share, between 0 and 1.
    pub share: f64,
    /// The duration.
    #[serde(flatten)]
    pub estimate: Estimate,
}

impl Estimate {
    /// What is known without doubt.
    pub(super) fn exactly(ms: f64) -> Self {
        Estimate { ms, interval: Some(Interval { kind: IntervalKind::Bounds, low: ms, high: ms }) }
    }

    fn within(ms: f64, low: f64, high: f64) -> Self {
        Estimate { ms, interval: Some(Interval { kind: IntervalKind::Confidence, low, high }) }
    }
}

/// How many standard deviations to both sides a normal variable stays within, with some probability.
pub(super) fn deviations(confidence: f64) -> Result<f64> {
    probability(confidence, format_args!("confidence"))?;
    match normal_quantile(0.5 + confidence / 2.0) {
        deviations if deviations > 0.0 && deviations.is_finite() => Ok(deviations),
        _ => Err(invalid(format!("confidence is {confidence}: it must lie between 0 and 1, and be neither"))),
    }
}

/// The average of some samples, in their order.
pub(super) fn mean(samples: &[f64], deviations: f64) -> Estimate {
    let count = samples.len() as f64;
    let mean = samples.iter().sum::<f64>() / count;
    if samples.len() < 2 {
        return Estimate { ms: mean, interval: None };
    }
    let squares: f64 = samples.iter().map(|sample| (sample - mean) * (sample - mean)).sum();
    let error = deviations * (squares / (count - 1.0) / count).sqrt();
    Estimate::within(mean, mean - error, mean + error)
}

/// What a share of sorted samples does not exceed. How many samples stay below the true quantile is binomial, so that it lies between two of them: David and Nagaraja (2003),
/// "Order statistics", 7.1, with the normal approximation rounded outwards.
pub(super) fn quantile(sorted: &[f64], share: f64, deviations: f64) -> Result<Estimate> {
    let share = probability(share, format_args!("share"))?;
    let count = sorted.len() as f64;
    let middle = count * share;
    let at = |rank: f64| sorted[(rank as usize).clamp(1, sorted.len()) - 1];
    let ms = at(middle.ceil());
    let spread = deviations * (middle * (1.0 - share)).sqrt();
    let (low, high) = ((middle - spread).floor(), (middle + spread).ceil() + 1.0);
    if low < 1.0 || high > count {
        return Ok(Estimate { ms, interval: None });
    }
    Ok(Estimate::within(ms, at(low), at(high)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_order_statistics() {
        let sorted: Vec<f64> = (1..=1000).map(f64::from).collect();
        let found = quantile(&sorted, 0.5, 2.0).expect("a share");
        // The standard deviation of the rank is √250, about 15.81.
        assert_eq!((found.ms, found.interval.map(|it| (it.low, it.high))), (500.0, Some((468.0, 533.0))));
        assert_eq!(quantile(&sorted, 0.999, 2.0).expect("a share"), Estimate { ms: 999.0, interval: None });
        assert_eq!(quantile(&sorted, 0.0, 2.0).expect("a share").ms, 1.0);
        assert_eq!(quantile(&sorted, 1.0, 2.0).expect("a share").ms, 1000.0);
        assert!(quantile(&sorted, 1.1, 2.0).is_err());
    }

    #[test]
    fn averages_have_the_error_of_the_mean() {
        let found = mean(&[1.0, 3.0], 2.0);
        assert_eq!((found.ms, found.interval.map(|it| (it.low, it.high))), (2.0, Some((0.0, 4.0))));
        assert_eq!(mean(&[1.0], 2.0).interval, None);
    }

    #[test]
    fn confidence_lies_strictly_between() {
        assert!((deviations(0.95).expect("sound") - 1.959_963_984_540_054).abs() < 1e-9);
        assert!([0.0, 1.0, 1.5, f64::NAN].into_iter().all(|confidence| deviations(confidence).is_err()));
    }
}
