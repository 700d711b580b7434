//! How much was asked of those who serve.

use std::collections::BTreeMap;

use super::Run;
use crate::simulate::replay::ENOUGH_FOR_UTILISATION;
use crate::simulate::replay::limits::Instances;
use crate::simulate::replay::station::limited;

impl Run<'_> {
    /// When the requests came that did.
    fn moments(&self) -> impl Iterator<Item = i64> + '_ {
        self.coming.iter().filter_map(|coming| coming.at)
    }

    /// How long requests came, in nanoseconds; the time after the last one counts as that between two.
    pub(super) fn window(&self) -> f64 {
        let last = self.moments().max().unwrap_or_default();
        let count = self.moments().count().max(1) as f64;
        last as f64 * count / (count - 1.0).max(1.0)
    }

    /// How many instances of a service there are at a time that have workers of their own: as many times as many as were recorded as changes make of them.
    fn instances_at_a_time(&self, service: &str) -> f64 {
        let Instances { recorded, at_a_time } = self.score.recording.instances(service);
        at_a_time * f64::from(self.changes.instances(service, recorded)) / f64::from(recorded.max(1))
    }

    /// The share of their time that workers were asked for while requests came, of services that were asked often enough to tell.
    pub(super) fn utilisation(&self) -> BTreeMap<String, f64> {
        let last = self.moments().max().unwrap_or_default();
        let share = |(service, workers): (&str, usize)| {
            let (busy, requests) = self.busy.get(service).copied().unwrap_or_default();
            // The time after the last request counts as that between two.
            let workers = workers as f64 * self.instances_at_a_time(service);
            let time = last as f64 * requests as f64 / (requests - 1).max(1) as f64 * workers;
            (requests >= ENOUGH_FOR_UTILISATION as i64 && time > 0.0).then(|| (service.to_owned(), busy as f64 / time))
        };
        limited(self.score.policies).filter_map(share).collect()
    }
}
