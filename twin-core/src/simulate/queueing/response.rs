//! The tail of wait and service together, of M/M/c.

/// Halvings until no number lies between the ends.
const HALVINGS: usize = 2100;

/// What the tail follows from.
pub(super) struct Tail {
    /// The probability that an arrival waits.
    pub p_wait: f64,
    /// The rate of the wait, given that there is one.
    pub spare_per_s: f64,
    /// The rate of the service.
    pub service_rate_per_s: f64,
}

impl Tail {
    /// The probability that a response takes longer: service alone, or the sum of two exponential times. With a ≤ b their rates, the tail of the sum is
    /// e^(-at) (1 + at (1 - e^(-x)) / x), x = (b - a) t, which holds for a = b too.
    pub fn beyond(&self, seconds: f64) -> f64 {
        let (wait, service) = (self.spare_per_s, self.service_rate_per_s);
        let (slow, fast) = (wait.min(service), wait.max(service));
        let apart = (fast - slow) * seconds;
        let share = if apart > 0.0 { -(-apart).exp_m1() / apart } else { 1.0 };
        let both = (-slow * seconds).exp() * (1.0 + slow * seconds * share);
        (1.0 - self.p_wait) * (-service * seconds).exp() + self.p_wait * both
    }

    /// The time that is exceeded with a probability of `beyond`.
    pub fn quantile_s(&self, beyond: f64) -> f64 {
        let slowest = self.spare_per_s.min(self.service_rate_per_s);
        let (mut low, mut high) = (0.0, 1.0 / slowest);
        while self.beyond(high) > beyond && high < f64::MAX / 2.0 {
            high *= 2.0;
        }
        for _ in 0..HALVINGS {
            let middle = low + (high - low) / 2.0;
            if middle <= low || middle >= high {
                break;
            }
            if self.beyond(middle) > beyond { low = middle } else { high = middle }
        }
        if self.beyond(low) <= beyond { low } else { high }
    }
}
