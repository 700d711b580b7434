//! How much worse than normal a series is while the symptom is there.

use crate::analysis::incident::model::{Metric, MetricSeries, ObservedNode, Symptom};

/// By how many standard deviations intervals of an incident must differ to tell when the symptom began.
const ONSET: f64 = 3.0;
/// Which part of the worst an interval has at most that is quiet, both beyond what was so before the symptom. What is far from normal differs by more than what is near, without any part of it being quiet.
const NEARER: f64 = 0.5;

/// What becomes worse in one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Harm {
    Delay,
    Failure,
}

impl Metric {
    pub(super) fn harm(self) -> Option<Harm> {
        match self {
            Metric::Latency => Some(Harm::Delay),
            Metric::Availability | Metric::Errors => Some(Harm::Failure),
            Metric::Requests => None,
        }
    }
}

/// What a series is like in its normal period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Normal {
    pub median: f64,
    /// What a standard deviation would be if it were normally distributed, on the side where it is worse.
    pub scale: f64,
}

impl Normal {
    /// Of values where more is worse; `None` without any. The scale is never below the floor.
    ///
    /// The larger of two robust scales: 1.4826 times the median absolute deviation, and what the 95th percentile says, so that a long tail is no anomaly.
    pub fn of(values: impl Iterator<Item = f64>, floor: impl Fn(f64) -> f64) -> Option<Self> {
        let mut values: Vec<f64> = values.collect();
        values.sort_unstable_by(f64::total_cmp);
        let median = quantile(&values, 0.5)?;
        let tail = (quantile(&values, 0.95)? - median) / 1.645;
        let mut deviations: Vec<f64> = values.iter().map(|value| (value - median).abs()).collect();
        deviations.sort_unstable_by(f64::total_cmp);
        let deviation = 1.4826 * quantile(&deviations, 0.5)?;
        Some(Normal { median, scale: deviation.max(tail).max(floor(median)) })
    }
}

/// Of sorted values, with linear interpolation.
fn quantile(sorted: &[f64], part: f64) -> Option<f64> {
    let at = part * (sorted.len().checked_sub(1)? as f64);
    let (low, high) = (sorted.get(at.floor() as usize)?, sorted.get(at.ceil() as usize)?);
    Some(low + (high - low) * at.fract())
}

/// When the symptom is there: a weight for each interval, together 1, and a weight for each that says how quiet it is.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    pub present: Vec<f64>,
    pub quiet: Vec<f64>,
    /// How far the symptom is from normal at its worst, in standard deviations; `None` if nothing is known of it.
    pub severity: Option<f64>,
    /// Whether that is far, or beyond everything of the normal period; `None` if nothing is known.
    pub is_anomalous: Option<bool>,
}

impl Profile {
    /// From which moment on the symptom is there, in intervals from the beginning: an interval in which it is half as bad as at its worst ends it, and whatever was changed during it may be why.
    pub fn onset(&self) -> f64 {
        let worst = self.present.iter().copied().fold(0.0, f64::max);
        let first = self.present.iter().position(|weight| *weight > 0.0 && *weight >= worst / 2.0);
        first.map_or(0.0, |first| (first + 1) as f64)
    }
}

/// From how many standard deviations on something is anomalous.
pub(super) const ANOMALOUS: f64 = 3.0;

impl Profile {
    /// The same weight everywhere, where nothing is known of the symptom.
    fn flat(intervals: usize) -> Self {
        Profile {
            present: vec![1.0 / intervals.max(1) as f64; intervals],
            quiet: vec![0.0; intervals],
            severity: None,
            is_anomalous: None,
        }
    }

    pub fn of(node: &ObservedNode, symptom: &Symptom, intervals: usize) -> Self {
        let Some(series) = chosen(node, |metric| metric == symptom.metric, &symptom.statistic) else {
            return Profile::flat(intervals);
        };
        let worse = |value: f64| if symptom.metric == Metric::Availability { 1.0 - value } else { value };
        let requests = typical_requests(node);
        let Some(normal) = Normal::of(series.normal.iter().flatten().map(|value| worse(*value)), |median| {
            floor(symptom.metric, median, requests)
        }) else {
            return Profile::flat(intervals);
        };
        let either = symptom.metric == Metric::Requests;
        let off = |value: f64| {
            let off = (worse(value) - normal.median) / normal.scale;
            if either { off.abs() } else { off.max(0.0) }
        };
        let there = || series.during.iter().flatten().map(|value| off(*value));
        let severity = there().fold(0.0, f64::max);
        if severity <= 0.0 {
            return Profile { severity: Some(0.0), is_anomalous: Some(false), ..Profile::flat(intervals) };
        }
        let usual = series.normal.iter().flatten().map(|value| off(*value)).fold(0.0, f64::max);
        // What is worse in all intervals was so before the symptom, if some are much worse.
        let least = there().fold(f64::MAX, f64::min);
        let is_much_worse = severity - least >= ONSET && least <= NEARER * severity;
        let before = if is_much_worse { least } else { 0.0 };
        let off = |value: &Option<f64>| value.map_or(0.0, |value| (off(value) - before).max(0.0));
        let offs: Vec<f64> = series.during.iter().map(off).collect();
        let worst = severity - before;
        let sum: f64 = offs.iter().sum();
        let quiet = |off: &f64| (1.0 - off / (NEARER * worst)).max(0.0).powi(2);
        Profile {
            present: offs.iter().map(|off| off / sum).collect(),
            quiet: offs.iter().map(quiet).collect(),
            severity: Some(severity),
            is_anomalous: Some(severity >= ANOMALOUS || severity > usual),
        }
    }
}

/// The series of a metric with a statistic, else with a mean, else the first.
fn chosen<'a>(node: &'a ObservedNode, wanted: impl Fn(Metric) -> bool, statistic: &str) -> Option<&'a MetricSeries> {
    let all = || node.series.iter().filter(|series| wanted(series.metric));
    let named = |name: &str| all().find(|series| series.statistic.eq_ignore_ascii_case(name));
    named(statistic).or_else(|| named("average")).or_else(|| named("mean")).or_else(|| all().next())
}

/// The least scale that is believed: one request in an interval, or the precision of a clock.
fn floor(metric: Metric, median: f64, requests: Option<f64>) -> f64 {
    const UNKNOWN_FAILURES: f64 = 0.005;
    const CLOCK: f64 = 0.02;
    match metric {
        Metric::Latency => (CLOCK * median).max(f64::MIN_POSITIVE),
        Metric::Availability | Metric::Errors => requests.map_or(UNKNOWN_FAILURES, |requests| 1.0 / requests.max(1.0)),
        Metric::Requests => median.sqrt().max(1.0),
    }
}

fn typical_requests(node: &ObservedNode) -> Option<f64> {
    let series = chosen(node, |metric| metric == Metric::Requests, "sum")?;
    let values = || series.normal.iter().flatten().copied();
    Normal::of(values(), |_| 0.0).map(|normal| normal.median)
}

/// What one kind of harm is like at a node while the symptom is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Excess {
    pub metric: Metric,
    /// Where the series normally is, as it was given.
    pub normal: f64,
    /// Where it is while the symptom is there, as it was given.
    pub present: f64,
    /// How far that is from normal, in standard deviations: from 0 up.
    pub deviations: f64,
    /// How far it is from normal and from the quiet intervals of the incident, whatever is less: from 0 up.
    pub onset_deviations: f64,
    /// What is too much in all, over the requests of an interval: delay, or failed requests.
    pub total: f64,
    /// The delay or the part of failures of one request beyond normal.
    pub each: f64,
}

/// How busy a node is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Traffic {
    /// Requests in an interval, normally.
    pub normal: f64,
    /// While the symptom is there.
    pub present: f64,
    /// In the quiet intervals of the incident, if there are some.
    pub quiet: Option<f64>,
    /// How far the present is from normal, in standard deviations; negative if there are fewer.
    pub deviations: f64,
}

/// What is known of one node.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Condition {
    pub delay: Option<Excess>,
    pub failure: Option<Excess>,
    pub traffic: Option<Traffic>,
    /// Nothing of it was measured in the normal period, or no request ever arrived.
    pub is_new: bool,
    /// There is a value from the normal period or from the incident.
    pub is_observed: bool,
    /// How many intervals before the symptom began it was last changed.
    pub changed: Option<f64>,
}

impl Condition {
    pub fn excess(&self, harm: Harm) -> Option<&Excess> {
        match harm {
            Harm::Delay => self.delay.as_ref(),
            Harm::Failure => self.failure.as_ref(),
        }
    }

    /// `requests` stands in for those of a node whose requests nobody counts.
    pub fn of(node: &ObservedNode, statistic: &str, profile: &Profile, requests: f64) -> Self {
        let counted = chosen(node, |metric| metric == Metric::Requests, "sum");
        let traffic = counted.and_then(|series| Traffic::of(series, profile));
        let counts = |at: usize| match counted {
            Some(series) => series.during.get(at).copied().flatten().unwrap_or(0.0),
            None => requests,
        };
        let excess = |harm: Harm| {
            let series = chosen(node, |metric| metric.harm() == Some(harm), statistic)?;
            Excess::of(series, profile, traffic.map(|traffic| traffic.normal), counts)
        };
        let (delay, failure) = (excess(Harm::Delay), excess(Harm::Failure));
        let measured = |series: &MetricSeries| match series.metric {
            Metric::Requests => series.normal.iter().flatten().any(|requests| *requests > 0.0),
            _ => series.normal.iter().any(Option::is_some),
        };
        let is_there = |series: &MetricSeries| series.during.iter().chain(&series.normal).any(Option::is_some);
        let is_observed = node.series.iter().any(is_there);
        let is_new = is_observed && !node.series.iter().any(measured);
        Condition { delay, failure, traffic, is_new, is_observed, changed: None }
    }
}

impl Traffic {
    /// Requests in an interval without the symptom, at least.
    pub fn usual(self) -> f64 {
        self.quiet.map_or(self.normal, |quiet| quiet.min(self.normal))
    }

    /// Which part of the usual requests did not arrive.
    pub fn lost(self) -> f64 {
        let usual = self.usual();
        if usual > 0.0 { (1.0 - self.present / usual).clamp(0.0, 1.0) } else { 0.0 }
    }

    fn of(series: &MetricSeries, profile: &Profile) -> Option<Self> {
        let values = series.normal.iter().flatten().copied();
        let normal = Normal::of(values, |median| floor(Metric::Requests, median, None))
            .unwrap_or(Normal { median: 0.0, scale: 1.0 });
        let counts: Vec<f64> = series.during.iter().map(|count| count.unwrap_or(0.0)).collect();
        let present = weighted(&counts, &profile.present)?;
        let quiet = (profile.quiet.iter().sum::<f64>() >= QUIET).then(|| weighted(&counts, &profile.quiet)).flatten();
        Some(Traffic { normal: normal.median, present, quiet, deviations: (present - normal.median) / normal.scale })
    }
}

/// How many quiet intervals are needed to believe what they show.
const QUIET: f64 = 0.5;

fn weighted(values: &[f64], weights: &[f64]) -> Option<f64> {
    let sum: f64 = weights.iter().sum();
    (sum > 0.0).then(|| values.iter().zip(weights).map(|(value, weight)| value * weight).sum::<f64>() / sum)
}

impl Excess {
    fn of(
        series: &MetricSeries,
        profile: &Profile,
        requests: Option<f64>,
        counts: impl Fn(usize) -> f64,
    ) -> Option<Self> {
        let turned = series.metric == Metric::Availability;
        let worse = |value: f64| if turned { 1.0 - value } else { value };
        let during: Vec<Option<f64>> = series.during.iter().map(|value| value.map(worse)).collect();
        let level = |weights: &[f64]| {
            let there: Vec<(f64, f64)> =
                during.iter().zip(weights).filter_map(|(value, weight)| Some(((*value)?, *weight))).collect();
            let sum: f64 = there.iter().map(|(_, weight)| weight).sum();
            (sum > 0.0).then(|| (there.iter().map(|(value, weight)| value * weight).sum::<f64>() / sum, sum))
        };
        let (present, _) = level(&profile.present)?;
        let values = series.normal.iter().flatten().map(|value| worse(*value));
        // What was never called could not be bad: all failures are new, and no delay is.
        let unknown = Normal { median: if series.metric == Metric::Latency { present } else { 0.0 }, scale: 1.0 };
        let normal = Normal::of(values, |median| floor(series.metric, median, requests))
            .unwrap_or(Normal { scale: floor(series.metric, unknown.median, requests), ..unknown });
        let quiet =
            level(&profile.quiet).filter(|(_, weight)| *weight >= QUIET).map_or(normal.median, |(level, _)| level);
        let base = normal.median.max(quiet);
        let extra = |(at, (value, weight)): (usize, (&Option<f64>, &f64))| {
            value.map_or(0.0, |value| weight * (value - base) * counts(at))
        };
        let total: f64 = during.iter().zip(&profile.present).enumerate().map(extra).sum();
        Some(Excess {
            metric: series.metric,
            normal: worse(normal.median),
            present: worse(present),
            deviations: ((present - normal.median) / normal.scale).max(0.0),
            onset_deviations: ((present - base) / normal.scale).max(0.0),
            total: total.max(0.0),
            each: (present - base).max(0.0),
        })
    }
}
