//! Distributions as functions from a number between 0 and 1 to a duration, each growing with it: the more of one, the more of the other, also after a change of its parameters.

use std::sync::Arc;

use crate::base::Result;
use crate::simulate::check::{amount, invalid};
use crate::simulate::latency::model::Distribution;
use crate::simulate::special::{exponentials, ln_gamma, ln_gamma_shares, ln_normal_share, normal_quantiles};

/// The largest standard deviation of a logarithm.
const LARGEST_SIGMA: f64 = 10.0;
/// The least shape of a gamma distribution: a standard deviation of 32 times the mean.
const LEAST_SHAPE: f64 = 0.001;
/// From this shape on, Wilson and Hilferty's cube is exact to seven digits.
const LARGE_SHAPE: f64 = 10_000.0;

/// A distribution, made ready.
#[derive(Clone, Debug)]
pub(super) enum Sampler {
    Constant(f64),
    Uniform { low: f64, width: f64 },
    Exponential { mean: f64 },
    LogNormal { median: f64, sigma: f64 },
    Gamma { mean: f64, table: Arc<GammaTable> },
    LargeGamma { mean: f64, shape: f64 },
    Empirical(Arc<[f64]>),
}

impl Sampler {
    /// Checks a distribution and makes it ready; `table` gives the table of a shape.
    pub fn new(work: &Distribution, table: impl FnOnce(f64) -> Result<Arc<GammaTable>>) -> Result<Self> {
        Ok(match work {
            Distribution::Constant { ms } => Sampler::Constant(amount(*ms, format_args!("ms"))?),
            Distribution::Uniform { low_ms, high_ms } => {
                let (low, high) =
                    (amount(*low_ms, format_args!("low_ms"))?, amount(*high_ms, format_args!("high_ms"))?);
                match high - low {
                    width if width < 0.0 => {
                        return Err(invalid(format!("low_ms is {low}: it must not be over high_ms, {high}")));
                    }
                    0.0 => Sampler::Constant(low),
                    width => Sampler::Uniform { low, width },
                }
            }
            Distribution::Exponential { mean_ms } => match amount(*mean_ms, format_args!("mean_ms"))? {
                0.0 => Sampler::Constant(0.0),
                mean => Sampler::Exponential { mean },
            },
            Distribution::LogNormal { median_ms, sigma } => log_normal(*median_ms, *sigma)?,
            Distribution::Gamma { mean_ms, shape } => gamma(*mean_ms, *shape, table)?,
            Distribution::Empirical { values_ms } => empirical(values_ms)?,
        })
    }

    /// Whether it always gives the same.
    pub fn is_constant(&self) -> bool {
        matches!(self, Sampler::Constant(_))
    }

    /// Puts in place of each share the duration that it does not exceed.
    pub fn durations(&self, shares: &mut [f64]) {
        match self {
            Sampler::Constant(ms) => shares.fill(*ms),
            Sampler::Uniform { low, width } => each(shares, |share| low + width * share),
            Sampler::Exponential { mean } => each(shares, |share| -mean * (-share).ln_1p()),
            Sampler::LogNormal { median, sigma } => scaled_exponentials(shares, *median, |z| sigma * z),
            Sampler::Gamma { mean, table } => scaled_exponentials(shares, *mean, |z| table.ln_at(z)),
            Sampler::LargeGamma { mean, shape } => {
                let part = 1.0 / (9.0 * shape);
                normal_quantiles(shares);
                each(shares, |z| mean * (1.0 - part + z * part.sqrt()).powi(3));
            }
            Sampler::Empirical(values) => each(shares, |share| {
                let place = (share * values.len() as f64) as usize;
                values[place.min(values.len() - 1)]
            }),
        }
    }
}

#[inline]
fn each(shares: &mut [f64], duration: impl Fn(f64) -> f64) {
    shares.iter_mut().for_each(|share| *share = duration(*share));
}

/// By its logarithm, as a function of the normal variable of the same rank.
#[inline]
fn scaled_exponentials(shares: &mut [f64], scale: f64, logarithm: impl Fn(f64) -> f64) {
    normal_quantiles(shares);
    each(shares, logarithm);
    exponentials(shares);
    each(shares, |exponential| scale * exponential);
}

fn log_normal(median_ms: f64, sigma: f64) -> Result<Sampler> {
    let median = amount(median_ms, format_args!("median_ms"))?;
    if !(0.0..=LARGEST_SIGMA).contains(&sigma) {
        return Err(invalid(format!("sigma is {sigma}: it must lie between 0 and {LARGEST_SIGMA}")));
    }
    let is_constant = median == 0.0 || sigma == 0.0;
    Ok(if is_constant { Sampler::Constant(median) } else { Sampler::LogNormal { median, sigma } })
}

fn gamma(mean_ms: f64, shape: f64, table: impl FnOnce(f64) -> Result<Arc<GammaTable>>) -> Result<Sampler> {
    let mean = amount(mean_ms, format_args!("mean_ms"))?;
    let shape = amount(shape, format_args!("shape"))?;
    if shape < LEAST_SHAPE {
        return Err(invalid(format!("shape is {shape}: it must be {LEAST_SHAPE} at least")));
    }
    Ok(match mean {
        0.0 => Sampler::Constant(0.0),
        _ if shape >= LARGE_SHAPE => Sampler::LargeGamma { mean, shape },
        _ => Sampler::Gamma { mean, table: table(shape)? },
    })
}

fn empirical(values_ms: &[f64]) -> Result<Sampler> {
    let mut values = values_ms.to_vec();
    for (place, value) in values.iter().enumerate() {
        amount(*value, format_args!("value {place} of values_ms"))?;
    }
    values.sort_by(f64::total_cmp);
    match (values.first(), values.last()) {
        (None, _) | (_, None) => Err(invalid("values_ms is empty: one measured value is the least".to_owned())),
        (Some(least), Some(most)) if least == most => Ok(Sampler::Constant(*least)),
        _ => Ok(Sampler::Empirical(values.into())),
    }
}

/// The logarithm of a gamma variable over its mean, as a function of the normal variable of the same rank. That is a smooth curve, so a cubic through few points with their slopes is
/// exact to eight digits and more.
#[derive(Debug)]
pub(super) struct GammaTable {
    /// Value and slope at each point.
    points: Vec<(f64, f64)>,
}

impl GammaTable {
    /// Beyond this lies less than any draw.
    const LAST: f64 = 8.4;
    const POINTS_PER_UNIT: f64 = 20.0;
    /// Newton's steps at each point; from a neighbour's tangent three or four are enough.
    const STEPS: usize = 60;

    pub fn new(shape: f64) -> Self {
        let half = (Self::LAST * Self::POINTS_PER_UNIT) as i32;
        // From the median outwards, each point from its neighbour.
        let middle = Self::point(shape, 0.0, Self::near_median(shape));
        let side = |direction: i32| {
            let next = move |(place, (value, slope)): &(i32, (f64, f64))| {
                let place = place + direction;
                let guess = value + slope * f64::from(direction) / Self::POINTS_PER_UNIT;
                Some((place, Self::point(shape, f64::from(place) / Self::POINTS_PER_UNIT, guess)))
            };
            std::iter::successors(Some((0, middle)), next).map(|(_, point)| point).skip(1).take(half as usize)
        };
        let below: Vec<(f64, f64)> = side(-1).collect();
        let all = below.into_iter().rev().chain([middle]).chain(side(1));
        GammaTable { points: all.map(|(value, slope)| (value - shape.ln(), slope)).collect() }
    }

    /// Wilson and Hilferty (1931) for large shapes, the first term of the series for small ones.
    fn near_median(shape: f64) -> f64 {
        if shape >= 1.0 {
            (shape * (1.0 - 1.0 / (9.0 * shape)).powi(3)).ln()
        } else {
            (ln_gamma(shape + 1.0) - std::f64::consts::LN_2) / shape
        }
    }

    /// The logarithm of the gamma variable at one rank, and its slope. Newton on the logarithm of the smaller share, which bends one way only.
    fn point(shape: f64, z: f64, guess: f64) -> (f64, f64) {
        let wanted = ln_normal_share(-z.abs());
        let mut y = guess;
        for _ in 0..Self::STEPS {
            let (below, above) = ln_gamma_shares(shape, y);
            let (share, sign) = if z <= 0.0 { (below, 1.0) } else { (above, -1.0) };
            let steepness = Self::ln_density(shape, y) - share;
            let step = sign * (wanted - share) / steepness.exp();
            y += step.clamp(-2.0 - y.abs() / 2.0, 2.0 + y.abs() / 2.0);
            if step.abs() <= 1e-14 * y.abs().max(1.0) {
                break;
            }
        }
        let ln_normal = -z * z / 2.0 - 0.5 * std::f64::consts::TAU.ln();
        (y, (ln_normal - Self::ln_density(shape, y)).exp())
    }

    /// The logarithm of the density of the logarithm of the variable.
    fn ln_density(shape: f64, y: f64) -> f64 {
        shape * y - y.exp() - ln_gamma(shape)
    }

    /// Hermite's cubic between two points.
    fn ln_at(&self, z: f64) -> f64 {
        let place = (z.clamp(-Self::LAST, Self::LAST) + Self::LAST) * Self::POINTS_PER_UNIT;
        let before = (place as usize).min(self.points.len() - 2);
        let t = place - before as f64;
        let ((from, from_slope), (to, to_slope)) = (self.points[before], self.points[before + 1]);
        let (from_slope, to_slope) = (from_slope / Self::POINTS_PER_UNIT, to_slope / Self::POINTS_PER_UNIT);
        let rise = to - from;
        let bend = from_slope + to_slope - 2.0 * rise;
        from + t * (from_slope + t * (rise - from_slope - bend + t * bend))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampler(work: Distribution) -> Sampler {
        Sampler::new(&work, |shape| Ok(Arc::new(GammaTable::new(shape)))).expect("a sound distribution")
    }

    fn at(sampler: &Sampler, share: f64) -> f64 {
        let mut shares = [share];
        sampler.durations(&mut shares);
        shares[0]
    }

    #[test]
    fn quantiles_in_closed_form() {
        let near = |work: Distribution, u: f64, expected: f64| {
            let found = at(&sampler(work.clone()), u);
            assert!((found / expected - 1.0).abs() < 1e-8, "{work:?} at {u}: {found}, not {expected}");
        };
        near(Distribution::Exponential { mean_ms: 3.0 }, 0.75, 3.0 * 4.0_f64.ln());
        near(
            Distribution::LogNormal { median_ms: 2.0, sigma: 0.5 },
            0.975,
            2.0 * (0.5 * 1.959_963_984_540_054_f64).exp(),
        );
        near(Distribution::Uniform { low_ms: 2.0, high_ms: 4.0 }, 0.25, 2.5);
        near(Distribution::Empirical { values_ms: vec![3.0, 1.0, 2.0] }, 0.4, 2.0);
        near(Distribution::Constant { ms: 3.0 }, 0.4, 3.0);
        for u in [1e-12, 0.01, 0.37, 0.9, 0.999, 1.0 - 1e-12] {
            near(Distribution::Gamma { mean_ms: 3.0, shape: 1.0 }, u, -3.0 * (-u).ln_1p());
        }
    }

    #[test]
    fn gamma_quantiles_lead_back_to_their_share() {
        for shape in [0.001, 0.05, 0.6, 1.0, 2.47, 30.0, 900.0, 9_999.0, 10_001.0] {
            let work = sampler(Distribution::Gamma { mean_ms: shape, shape });
            for u in [0.001, 0.1, 0.37, 0.5, 0.77, 0.99, 0.999, 0.999_999] {
                let x = at(&work, u);
                let (below, _) = ln_gamma_shares(shape, x.ln());
                assert!(
                    x < 1e-290
                        || (below.exp() - u).abs() < 1e-6 * if shape < LARGE_SHAPE { (1.0 - u).max(1e-3) } else { 1.0 },
                    "{shape} {u}: {}",
                    below.exp()
                );
            }
        }
    }

    #[test]
    fn misuse_names_the_field() {
        let cases = [
            (Distribution::Constant { ms: -1.0 }, "ms is -1"),
            (Distribution::Constant { ms: f64::NAN }, "ms is NaN"),
            (Distribution::Uniform { low_ms: 2.0, high_ms: 1.0 }, "low_ms is 2"),
            (Distribution::Exponential { mean_ms: f64::INFINITY }, "mean_ms is inf"),
            (Distribution::LogNormal { median_ms: 1.0, sigma: -1.0 }, "sigma is -1"),
            (Distribution::Gamma { mean_ms: 1.0, shape: 0.0 }, "shape is 0"),
            (Distribution::Empirical { values_ms: vec![] }, "values_ms is empty"),
            (Distribution::Empirical { values_ms: vec![1.0, -2.0] }, "value 1 of values_ms is -2"),
        ];
        for (work, told) in cases {
            let error =
                Sampler::new(&work, |shape| Ok(Arc::new(GammaTable::new(shape)))).expect_err("misuse").to_string();
            assert!(error.contains(told), "{error}");
        }
    }
}
