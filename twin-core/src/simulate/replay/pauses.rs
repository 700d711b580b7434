//! Times in which nothing was recorded, as between two files of different days: they are no times in which nobody came.

use std::time::Duration;

/// A pause is so many times as long as the usual time between two requests, which is the median.
const TIMES_AS_LONG: i64 = 1_000;
/// And at least this long, in nanoseconds: ten minutes.
const LEAST: i64 = 600_000_000_000;

/// The pauses of a recording.
#[derive(Debug, Default)]
pub(super) struct Pauses {
    /// When each ends, and by how much all that comes from then on is moved to the front, in nanoseconds.
    moved: Vec<(i64, i64)>,
}

impl Pauses {
    /// The pauses between requests, of which it is known when each began and ended. O(n · log n).
    pub fn between(mut requests: Vec<(i64, i64)>) -> Pauses {
        requests.sort_unstable();
        let mut gaps: Vec<i64> = requests.windows(2).map(|two| two[1].0.saturating_sub(two[0].0)).collect();
        gaps.sort_unstable();
        let usual = gaps.get(gaps.len() / 2).copied().unwrap_or_default();
        let least = usual.saturating_mul(TIMES_AS_LONG).max(LEAST);
        let (mut pauses, mut by) = (Pauses::default(), 0_i64);
        let Some((mut last, mut until)) = requests.first().copied() else { return pauses };
        for (start, end) in requests {
            if start.saturating_sub(until) > least {
                by = by.saturating_add(start.saturating_sub(last.saturating_add(usual).max(until)));
                pauses.moved.push((start, by));
            }
            (last, until) = (start, until.max(end));
        }
        pauses
    }

    /// By how much something that began then is moved to the front.
    pub fn before(&self, start: i64) -> i64 {
        let passed = self.moved.partition_point(|(end, _)| *end <= start);
        passed.checked_sub(1).map_or(0, |last| self.moved[last].1)
    }

    /// How many there are, and how long they last together; `None` without any.
    pub fn told(&self) -> Option<(usize, Duration)> {
        let (_, all) = self.moved.last()?;
        Some((self.moved.len(), Duration::from_nanos(u64::try_from(*all).unwrap_or_default())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    #[test]
    fn a_pause_is_much_longer_than_what_is_usual() {
        let steady: Vec<(i64, i64)> = (0..50).map(|at| (at * SECOND, at * SECOND + SECOND / 2)).collect();
        let later = |by: i64| steady.iter().map(move |(start, end)| (start + by, end + by));
        assert_eq!(Pauses::between(steady.clone()).told(), None);
        assert_eq!(Pauses::between(Vec::new()).told(), None);
        // Twice the same, with most of an hour between: it goes on after the usual second.
        let (hour, length) = (3_600 * SECOND, 50 * SECOND);
        let pauses = Pauses::between(steady.iter().copied().chain(later(hour)).collect());
        assert_eq!(pauses.told(), Some((1, Duration::from_nanos((hour - length) as u64))));
        assert_eq!(
            (pauses.before(49 * SECOND), pauses.before(hour), pauses.before(2 * hour)),
            (0, hour - length, hour - length)
        );
        // Five minutes are none, and neither are hours where one request an hour is usual.
        assert_eq!(Pauses::between(steady.iter().copied().chain(later(350 * SECOND)).collect()).told(), None);
        let rare: Vec<(i64, i64)> = [0, 1, 2, 30, 31].map(|at| (at * hour, at * hour + 1)).to_vec();
        assert_eq!(Pauses::between(rare).told(), None);
        // Work that goes on is no pause.
        let long = steady.iter().copied().chain([(10 * SECOND, 2 * hour)]).chain(later(hour)).collect();
        assert_eq!(Pauses::between(long).told(), None);
    }
}
