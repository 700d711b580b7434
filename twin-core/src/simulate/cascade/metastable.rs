//! One service and its retries: its steady states, and for which arrivals there are two.
//!
//! A fixed point x = arrivals · attempts(x) is found from the other side: arrivals(x) = x / attempts(x) says for which arrivals x is one. Where that curve falls, a state is not
//! stable; between its peak and the valley behind it, arrivals have two stable ones.

use serde::Serialize;

use crate::base::Result;
use crate::simulate::cascade::station::{Fate, Workers};
use crate::simulate::cascade::{RetriedService, assumptions, attempts};

/// How a service fares under its arrivals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LoadVerdict {
    /// It runs well, and comes back to that after every push.
    Stable,
    /// It runs well until a push makes it collapse, and stays so.
    Metastable,
    /// It collapses.
    Unstable,
}

/// A state that sustains itself.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct LoadPoint {
    /// Attempts per second.
    pub offered_per_s: f64,
    /// Attempts per request, on average.
    pub attempts_per_request: f64,
    /// The probability that one attempt fails: refused, or not answered in time.
    pub attempt_failure_probability: f64,
    /// The probability that all attempts of a request fail.
    pub request_failure_probability: f64,
    /// Requests per second that are answered in time.
    pub goodput_per_s: f64,
    /// The share of the workers' time that is busy.
    pub utilization: f64,
    /// Whether the line has an end: not where an unbounded one gets more than the workers complete.
    pub steady: bool,
}

/// Arrivals under which a service has two stable states.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct LoadRegion {
    /// Requests per second at and below which a collapsed service recovers by itself.
    pub low_per_s: f64,
    /// Requests per second beyond which every service collapses.
    pub high_per_s: f64,
}

/// The steady states of a service.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Metastability {
    /// How it fares under its arrivals.
    pub verdict: LoadVerdict,
    /// The state in which it runs well, if there is one.
    pub healthy: Option<LoadPoint>,
    /// The state in which it stays collapsed, if there is one.
    pub collapsed: Option<LoadPoint>,
    /// The arrivals for which there are both; `None` if there are none. Should there be several such stretches, from the first to the last.
    pub vulnerable: Option<LoadRegion>,
    /// Requests per second beyond which only the collapsed state is left; without a vulnerable region, at which attempts come to what all workers complete.
    pub collapses_beyond_per_s: f64,
    /// The largest retry budget, as a share of the requests, with which there is no vulnerable region. `None` if there is none whatever the budget.
    pub safe_retry_budget: Option<f64>,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
}

/// Even steps up to twice what the workers complete, and growing ones beyond.
const EVEN_STEPS: usize = 2000;
const GROWING_STEPS: usize = 400;
/// Halvings or thirdings of a step: beyond the accuracy of numbers.
const REFINEMENTS: usize = 120;
/// Falls that are smaller, relatively, are rounding.
const ROUNDING: f64 = 1e-9;

/// Finds the steady states of a service, for which arrivals there are two, and the budget that leaves one. Folds of the curve that are narrower than a thousandth of what the
/// workers complete may be missed. O(3000 · (workers + capacity)).
///
/// # Errors
/// `Invalid` for a negative rate, duration or budget, one that is no number, or no workers or attempts; `Limit` beyond 10,000 workers or places.
pub fn metastability(service: &RetriedService) -> Result<Metastability> {
    let service = service.checked()?;
    let curve = Curve { workers: Workers::of(&service), service };
    let mut samples = curve.samples()?;
    let vulnerable = curve.region(&mut samples)?;
    let boundary = match vulnerable {
        Some(region) => region.high_per_s,
        None => curve.arrivals(service.most_per_s())?,
    };
    let (low, high) = (curve.lowest(&samples)?, curve.highest(&samples)?);
    let two = high > low * (1.0 + 1e-6) && vulnerable.is_some();
    let verdict = match two {
        true => LoadVerdict::Metastable,
        false if service.arrivals_per_s >= boundary => LoadVerdict::Unstable,
        false => LoadVerdict::Stable,
    };
    let healthy = (verdict != LoadVerdict::Unstable).then(|| curve.point(low)).transpose()?;
    let collapsed = (verdict != LoadVerdict::Stable).then(|| curve.point(high)).transpose()?;
    let safe_retry_budget = safe_retry_budget(&service)?;
    Ok(Metastability {
        verdict,
        healthy,
        collapsed,
        vulnerable,
        collapses_beyond_per_s: boundary,
        safe_retry_budget,
        assumptions: assumptions(),
    })
}

/// Without a budget the curve is x / attempts(x). A budget turns it into the rising line x / (1 + budget) from where attempts reach 1 + budget: it must do so before the curve
/// falls first.
fn safe_retry_budget(service: &RetriedService) -> Result<Option<f64>> {
    let service = RetriedService { retry_budget: None, ..*service };
    let curve = Curve { workers: Workers::of(&service), service };
    let samples = curve.samples()?;
    let falls = |pair: &[Sample]| pair[1].arrivals < pair[0].arrivals * (1.0 - ROUNDING);
    let Some(place) = samples.windows(2).position(falls) else { return Ok(None) };
    let peak = curve.refined(&samples, place, 1.0)?;
    Ok(Some(curve.attempts(peak.offered)?.1 - 1.0))
}

/// A place on the curve.
#[derive(Clone, Copy, Debug)]
struct Sample {
    /// Attempts per second.
    offered: f64,
    /// The requests per second that bring these forth.
    arrivals: f64,
}

struct Curve {
    service: RetriedService,
    workers: Workers,
}

impl Curve {
    fn attempts(&self, offered: f64) -> Result<(Fate, f64)> {
        let fate = self.workers.fate(offered)?;
        Ok((fate, attempts(fate.success, self.service.max_attempts, self.service.retry_budget)))
    }

    fn arrivals(&self, offered: f64) -> Result<f64> {
        self.attempts(offered).map(|(_, attempts)| offered / attempts)
    }

    fn sample(&self, offered: f64) -> Result<Sample> {
        Ok(Sample { offered, arrivals: self.arrivals(offered)? })
    }

    /// The curve up to where it is over the arrivals for good, since attempts are at most `max_attempts`.
    fn samples(&self) -> Result<Vec<Sample>> {
        let most = self.service.most_per_s();
        let even = 2.0 * most;
        let last = 4.0 * f64::from(self.service.max_attempts) * most.max(self.service.arrivals_per_s);
        let growth = (last / even).powf(1.0 / GROWING_STEPS as f64);
        let evenly = (0..=EVEN_STEPS).map(|step| even * step as f64 / EVEN_STEPS as f64);
        let growing = (1..=GROWING_STEPS).map(|step| even * growth.powf(step as f64));
        evenly.chain(growing).map(|offered| self.sample(offered)).collect()
    }

    /// The arrivals that the curve has more than once. Its peak and its valley become samples.
    fn region(&self, samples: &mut Vec<Sample>) -> Result<Option<LoadRegion>> {
        let (mut peak, mut valley) = (None, None);
        let mut most: Option<usize> = None;
        for place in 0..samples.len() {
            let arrivals = samples[place].arrivals;
            match most {
                Some(most) if arrivals < samples[most].arrivals * (1.0 - ROUNDING) => {
                    peak = Some(most);
                    valley = valley.filter(|valley: &usize| samples[*valley].arrivals <= arrivals).or(Some(place));
                }
                _ => most = Some(place),
            }
        }
        let (Some(peak), Some(valley)) = (peak, valley) else { return Ok(None) };
        let (peak, valley) = (self.refined(samples, peak, 1.0)?, self.refined(samples, valley, -1.0)?);
        samples.extend([peak, valley]);
        samples.sort_by(|a, b| a.offered.total_cmp(&b.offered));
        Ok(Some(LoadRegion { low_per_s: valley.arrivals, high_per_s: peak.arrivals }))
    }

    /// The highest place around a sample, or the lowest for a `sign` of -1: by thirds, since the curve turns once there.
    fn refined(&self, samples: &[Sample], place: usize, sign: f64) -> Result<Sample> {
        let end = |place: usize| samples.get(place).unwrap_or(&samples[samples.len() - 1]).offered;
        let (mut low, mut high) = (end(place.saturating_sub(1)), end(place + 1));
        let mut best = samples[place];
        for _ in 0..REFINEMENTS {
            let third = (high - low) / 3.0;
            let (a, b) = (self.sample(low + third)?, self.sample(high - third)?);
            if sign * a.arrivals < sign * b.arrivals {
                low = a.offered
            } else {
                high = b.offered
            }
            for found in [a, b] {
                best = if sign * found.arrivals > sign * best.arrivals { found } else { best };
            }
        }
        Ok(best)
    }

    /// The least load that sustains itself: where the curve first reaches the arrivals.
    fn lowest(&self, samples: &[Sample]) -> Result<f64> {
        let place = samples.iter().position(|sample| sample.arrivals >= self.service.arrivals_per_s);
        let place = place.unwrap_or(samples.len() - 1);
        self.crossing(samples[place.saturating_sub(1)].offered, samples[place].offered)
    }

    /// The largest load that sustains itself: where the curve leaves the arrivals for good.
    fn highest(&self, samples: &[Sample]) -> Result<f64> {
        let place = samples.iter().rposition(|sample| sample.arrivals <= self.service.arrivals_per_s).unwrap_or(0);
        let next = samples.get(place + 1).unwrap_or(&samples[place]);
        self.crossing(samples[place].offered, next.offered)
    }

    fn crossing(&self, mut low: f64, mut high: f64) -> Result<f64> {
        if self.service.arrivals_per_s == 0.0 {
            return Ok(0.0);
        }
        for _ in 0..REFINEMENTS {
            let middle = low + (high - low) / 2.0;
            if self.arrivals(middle)? < self.service.arrivals_per_s { low = middle } else { high = middle }
        }
        Ok(high)
    }

    fn point(&self, offered: f64) -> Result<LoadPoint> {
        let (fate, attempts) = self.attempts(offered)?;
        let failure = 1.0 - fate.success;
        let is_capped = self.service.retry_budget.is_some_and(|budget| attempts >= 1.0 + budget);
        let all_fail = match is_capped {
            true => (1.0 - attempts * fate.success).max(0.0),
            false => failure.powf(f64::from(self.service.max_attempts)),
        };
        let most = self.service.most_per_s();
        Ok(LoadPoint {
            offered_per_s: offered,
            attempts_per_request: attempts,
            attempt_failure_probability: failure,
            request_failure_probability: all_fail,
            goodput_per_s: offered * fate.success,
            utilization: (offered * fate.accepted / most).min(1.0),
            steady: self.service.capacity.is_some() || offered < most,
        })
    }
}
