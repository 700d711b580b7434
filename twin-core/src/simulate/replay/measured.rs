//! What recorded requests came to, as they were: the figures that a forecast makes for the future, measured, each with where it lies as far as its sample tells.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::chance::{NINE_IN_TEN, wilson};
use super::change::Together;
use super::policy::{OperationName, Policies};
use super::predict::{LEVELS, quantiles, share};
use super::recording::Recording;
use super::run::{Answered, Score};
use super::span::Span;
use super::station::Waits;
use super::usual::usual;
use crate::base::{Context, Result, Timestamp};
use crate::simulate::special::ln_gamma;

/// A measured figure, and where that of all requests lies of which these are a sample, in nine cases of ten.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct MeasuredFigure {
    /// As measured.
    pub value: f64,
    /// The least of the interval; none where there are too few requests to tell.
    pub low: Option<f64>,
    /// The most of the interval; none where there are too few requests to tell.
    pub high: Option<f64>,
}

/// What requests from outside to one operation came to. Latencies are those of requests that did not fail, in milliseconds; rates are parts per one.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct MeasuredEndpoint {
    /// The operation.
    pub operation: OperationName,
    /// How many requests there were.
    pub requests: u64,
    /// How many of them did not fail: those behind the latencies.
    pub succeeded: u64,
    /// The median, the 95th, the 99th and the 99.9th percentile.
    pub latency_ms: Option<[MeasuredFigure; 4]>,
    /// Requests that failed.
    pub error_rate: MeasuredFigure,
    /// Requests that were answered although an optional call failed.
    pub degraded_rate: MeasuredFigure,
}

/// What the requests came to that began at `since` or later, and before `until`: a request is there with all of its spans or not at all. Quantiles are as in a
/// [`Forecast`](super::Forecast), with order-statistic intervals; rates have Wilson's. O(n · log n).
///
/// # Errors
/// Those of policies that make no sense; `Cancelled` and `Limit` as the context says.
pub fn measured(
    spans: &[Span],
    policies: &Policies,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    context: &Context,
) -> Result<Vec<MeasuredEndpoint>> {
    policies.check()?;
    let recording = Recording::of(&within(spans, since, until), policies);
    let usual = usual(&recording, policies);
    let waits = Waits::of(&recording, policies);
    // Played without a change, everything is as it was recorded.
    let played = Score { recording: &recording, policies, usual: &usual, waits: &waits, seed: 0, mix: None };
    let mut requests: BTreeMap<&OperationName, Vec<Answered>> = BTreeMap::new();
    for answered in played.play(Together(&[]), context)?.answered {
        requests.entry(recording.name(answered.operation)).or_default().push(answered);
    }
    let of = |(operation, answered): (&OperationName, Vec<Answered>)| {
        context.check()?;
        Ok(endpoint(operation, &answered))
    };
    requests.into_iter().map(of).collect()
}

/// The spans of the traces whose first span began in time.
fn within(spans: &[Span], since: Option<Timestamp>, until: Option<Timestamp>) -> Vec<Span> {
    let mut begins: HashMap<u128, i64> = HashMap::new();
    for span in spans {
        let first = begins.entry(span.trace).or_insert(span.start_ns);
        *first = (*first).min(span.start_ns);
    }
    let nanoseconds = |at: Timestamp| i128::from(at.as_micros()) * 1_000;
    let is_within = |start: i64| {
        let start = i128::from(start);
        since.is_none_or(|since| start >= nanoseconds(since)) && until.is_none_or(|until| start < nanoseconds(until))
    };
    spans.iter().filter(|span| begins.get(&span.trace).is_some_and(|start| is_within(*start))).cloned().collect()
}

fn endpoint(operation: &OperationName, answered: &[Answered]) -> MeasuredEndpoint {
    let mut took: Vec<i64> = answered.iter().filter(|one| !one.failed).map(|one| one.took).collect();
    took.sort_unstable();
    let latencies =
        quantiles(&took).map(|values| [0, 1, 2, 3].map(|place| quantile(&took, LEVELS[place], values[place])));
    let all = answered.len() as u64;
    let rate = |is: fn(&Answered) -> bool| {
        let count = answered.iter().filter(|one| is(one)).count() as u64;
        let (low, high) = wilson(count, all, NINE_IN_TEN);
        MeasuredFigure { value: share(count, all), low: Some(low), high: Some(high) }
    };
    MeasuredEndpoint {
        operation: operation.clone(),
        requests: all,
        succeeded: took.len() as u64,
        latency_ms: latencies,
        error_rate: rate(|one| one.failed),
        degraded_rate: rate(|one| one.degraded),
    }
}

fn quantile(sorted: &[i64], level: f64, value: f64) -> MeasuredFigure {
    let (below, above) = order_statistics(sorted.len(), level);
    let milliseconds = |rank: usize| sorted.get(rank).map(|nanoseconds| *nanoseconds as f64 / 1e6);
    // A value between neighbours may lie beyond an order statistic of very few.
    let low = below.and_then(milliseconds).map(|low| low.min(value));
    let high = above.and_then(milliseconds).map(|high| high.max(value));
    MeasuredFigure { value, low, high }
}

/// The places of the order statistics between which a quantile lies in nine cases of ten, whatever the distribution: David and Nagaraja, "Order Statistics" (2003), 7.1. O(n).
pub(in crate::simulate) fn order_statistics(count: usize, level: f64) -> (Option<usize>, Option<usize>) {
    const TAIL: f64 = 0.05;
    let (n, ln_all) = (count as f64, ln_gamma(count as f64 + 1.0));
    let chance = |hits: usize| {
        let k = hits as f64;
        let ways = ln_all - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0);
        (ways + k * level.ln() + (n - k) * (1.0 - level).ln()).exp()
    };
    // So many values or fewer lie below the quantile by less than the chance of a tail.
    let (mut below, mut sum) = (None, 0.0);
    for hits in 0..count {
        sum += chance(hits);
        if sum > TAIL {
            break;
        }
        below = Some(hits);
    }
    let (mut above, mut sum) = (None, 0.0);
    for hits in (1..=count).rev() {
        sum += chance(hits);
        if sum > TAIL {
            break;
        }
        above = Some(hits - 1);
    }
    (below, above)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::replay::SpanKind;

    fn span(trace: u128, start_ms: i64, took_ms: i64, failed: bool) -> Span {
        Span {
            trace,
            id: trace as u64 + 1,
            parent: None,
            service: "shop".to_owned(),
            operation: "GET /".to_owned(),
            kind: SpanKind::Server,
            start_ns: start_ms * 1_000_000,
            end_ns: (start_ms + took_ms) * 1_000_000,
            failed,
            peer: None,
            address: None,
            instance: None,
            within: Vec::new(),
            cache_hit: None,
            resends: 0,
            link: None,
        }
    }

    /// By the probability of each count, term by term.
    fn slow_ranks(count: usize, level: f64) -> (Option<usize>, Option<usize>) {
        let choose = |k: usize| (0..k).map(|i| (count - i) as f64 / (i + 1) as f64).product::<f64>();
        let chance = |k: usize| choose(k) * level.powi(k as i32) * (1.0 - level).powi((count - k) as i32);
        let at_most = |k: usize| (0..=k).map(chance).sum::<f64>();
        let at_least = |k: usize| (k..=count).map(chance).sum::<f64>();
        let below = (0..count).rfind(|k| at_most(*k) <= 0.05);
        let above = (1..=count).find(|k| at_least(*k) <= 0.05).map(|k| k - 1);
        (below, above)
    }

    #[test]
    fn a_quantile_lies_between_the_order_statistics_that_the_binomial_distribution_says() {
        for count in [0, 1, 4, 5, 10, 29, 59, 100] {
            for level in LEVELS {
                assert_eq!(order_statistics(count, level), slow_ranks(count, level), "{count} values, level {level}");
            }
        }
        assert_eq!(order_statistics(4, 0.5), (None, None));
        assert_eq!(order_statistics(5, 0.5), (Some(0), Some(4)));
    }

    #[test]
    fn requests_are_measured_as_they_were_from_a_moment_on() {
        let spans: Vec<Span> = (0..20)
            .map(|at| span(at, at as i64 * 1_000, if at < 10 { 500 } else { 10 + at as i64 }, at == 19))
            .collect();
        let (policies, context) = (Policies::default(), Context::new(Timestamp::MIN));
        let since = Timestamp::from_micros(10_000_000);
        let told = measured(&spans, &policies, since, None, &context).unwrap();
        assert_eq!((told.len(), told[0].requests, told[0].succeeded), (1, 10, 9));
        assert_eq!(told[0].latency_ms.unwrap()[0].value, 24.0);
        assert_eq!((told[0].error_rate.value, told[0].degraded_rate.value), (0.1, 0.0));
        let before = measured(&spans, &policies, None, since, &context).unwrap();
        assert_eq!(before[0].latency_ms.unwrap()[0].value, 500.0);
        assert_eq!(before[0].latency_ms.unwrap()[2].high, None, "ten requests say nothing of the most of a p99");
        assert!(measured(&[], &policies, None, None, &context).unwrap().is_empty());
    }
}
