//! What becomes of the attempts at one service, by how many are offered.

use crate::base::Result;
use crate::simulate::cascade::RetriedService;
use crate::simulate::queueing::{Station, queue};

/// What becomes of an attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fate {
    /// The probability that it is answered in time.
    pub success: f64,
    /// The probability that it is worked on, in time or not.
    pub accepted: f64,
}

/// The workers of a service, with what does not depend on the load.
pub(super) struct Workers {
    service: RetriedService,
    /// By how many have to leave first, the probability to be answered in time. Empty where there is no bound or no time-out.
    in_time: Vec<f64>,
}

impl Workers {
    /// O(workers + capacity + work that fits into a time-out), where the latter is up to a hundred times the former.
    pub fn of(service: &RetriedService) -> Self {
        let in_time = match (service.capacity, service.timeout_ms) {
            (Some(capacity), Some(timeout_ms)) => in_time(service, capacity, timeout_ms),
            _ => Vec::new(),
        };
        Workers { service: *service, in_time }
    }

    /// What becomes of an attempt among so many per second. O(workers + capacity).
    pub fn fate(&self, offered_per_s: f64) -> Result<Fate> {
        match self.service.capacity {
            Some(capacity) => Ok(self.bounded(capacity, offered_per_s)),
            None => self.unbounded(offered_per_s),
        }
    }

    /// Without a bound everything is worked on in the end, as long as the workers keep up.
    fn unbounded(&self, offered_per_s: f64) -> Result<Fate> {
        let most = self.service.most_per_s();
        let accepted = if offered_per_s > most { most / offered_per_s } else { 1.0 };
        let Some(timeout_ms) = self.service.timeout_ms else { return Ok(Fate { success: 1.0, accepted }) };
        if offered_per_s >= most {
            return Ok(Fate { success: 0.0, accepted });
        }
        let station = Station::markov(offered_per_s, self.service.rate_per_s(), self.service.workers);
        let late = queue(&station)?.response_beyond(timeout_ms)?.unwrap_or(1.0);
        Ok(Fate { success: 1.0 - late, accepted })
    }

    /// M/M/c/K: an arrival finds the stationary distribution. Weights are scaled down before they leave the range of numbers.
    fn bounded(&self, capacity: u32, offered_per_s: f64) -> Fate {
        const LARGEST: f64 = 1e250;
        let load = offered_per_s / self.service.rate_per_s();
        let (mut weight, mut accepted, mut success) = (1.0_f64, 0.0_f64, 0.0_f64);
        for there in 0..capacity {
            accepted += weight;
            success += weight * self.in_time(there);
            weight *= load / f64::from((there + 1).min(self.service.workers));
            if weight > LARGEST {
                (weight, accepted, success) = (weight / LARGEST, accepted / LARGEST, success / LARGEST);
            }
        }
        let total = accepted + weight;
        Fate { success: success / total, accepted: accepted / total }
    }

    /// The probability to be answered in time where so many are there already.
    fn in_time(&self, there: u32) -> f64 {
        let ahead = (there + 1).saturating_sub(self.service.workers);
        self.in_time.get(ahead as usize).copied().unwrap_or(1.0)
    }
}

/// By how many have to leave before work begins, the probability that an attempt is answered in time.
///
/// Busy workers complete c in the mean time of one, so what happens within the time-out is a Poisson number N of completions, mean a = c · time-out / service time. The first n
/// bring the attempt to a worker, and each later one is its own with probability 1/c. So D(n) = P(N > n) / c + (1 - 1/c) D(n + 1), computed from the far end, where both vanish:
/// nothing is subtracted.
fn in_time(service: &RetriedService, capacity: u32, timeout_ms: f64) -> Vec<f64> {
    let workers = f64::from(service.workers);
    let places = capacity.saturating_sub(service.workers) as usize + 1;
    let mean = workers * timeout_ms / service.service_time_ms;
    if mean > 4.0 * places as f64 + 100.0 * workers {
        // Later than this is less likely than one in 10^20.
        return Vec::new();
    }
    let chances = poisson(mean, places);
    let (mut more, mut done) = (0.0, 0.0);
    let mut in_time = vec![0.0; places];
    for ahead in (0..chances.len() - 1).rev() {
        more += chances[ahead + 1];
        done = more / workers + (1.0 - 1.0 / workers) * done;
        if let Some(place) = in_time.get_mut(ahead) {
            *place = f64::min(done, 1.0);
        }
    }
    in_time
}

/// The probabilities of a Poisson number, up to where they vanish and to `least` at least. From the mode outwards, so that none overflows; divided by their sum.
fn poisson(mean: f64, least: usize) -> Vec<f64> {
    let last = (mean + 40.0 * mean.sqrt() + 100.0) as usize;
    let mut weights = vec![0.0_f64; last.max(least) + 1];
    let mode = mean as usize;
    weights[mode] = 1.0;
    for number in mode + 1..weights.len() {
        weights[number] = weights[number - 1] * mean / number as f64;
    }
    for number in (0..mode).rev() {
        weights[number] = weights[number + 1] * (number + 1) as f64 / mean;
    }
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / sum).collect()
}
