//! What a change comes to: quantiles, errors and blast radius of what is played again, each with how sure it is.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::chance::{Chance, NINE_IN_TEN, Pair, Successes, difference_of_shares, together, two_samples, wilson};
use super::change::{Together, TrafficChange};
use super::likely::{Likely, Middle, Mixed};
use super::policy::{OperationName, Policies};
use super::recording::{Recording, SkippedSpans};
use super::run::{Answered, Part, Played, Score, Spent, Tally};
use super::station::Waits;
use super::usual::{Usual, usual};
use crate::base::{Context, Result, listed};

/// A figure before and after a change, with the interval in which a measurement of the one after lies in nine cases of ten.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Expected {
    /// As recorded.
    pub before: f64,
    /// Between which ends another measurement lies in nine cases of ten if nothing is changed.
    pub before_range: [f64; 2],
    /// As predicted for requests like those that were recorded: what the change alone makes of them.
    pub after: f64,
    /// What a measurement will most likely show then: the same, freed from chance in what was recorded as far as that can be told.
    pub likely: f64,
    /// The least of the interval.
    pub low: f64,
    /// The most of the interval.
    pub high: f64,
    /// Between which ends the difference lies in nine cases of ten that the change makes: chance and drift that both sides share count for nothing. `None` where it touches none of these requests.
    pub difference: Option<[f64; 2]>,
}

/// Where some of the time of a request goes, on average, along the calls that end last. All parts of an operation add up to the average of how long its requests take.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct TimeSpent {
    /// On what: `pay` for its own work, `waiting for pay` for its workers, `between web and pay`, `earlier tries of pay`.
    pub on: String,
    /// As recorded, in milliseconds.
    pub before_ms: f64,
    /// As predicted, in milliseconds.
    pub after_ms: f64,
}

/// What a change comes to for the requests from outside to one operation. Latencies are those of requests that did not fail, in milliseconds; rates are parts per one.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct EndpointForecast {
    /// The operation.
    pub operation: OperationName,
    /// How many requests were recorded.
    pub requests: u64,
    /// The median.
    pub p50_ms: Option<Expected>,
    /// The 95th percentile.
    pub p95_ms: Option<Expected>,
    /// The 99th percentile.
    pub p99_ms: Option<Expected>,
    /// The 99.9th percentile; `None` where fewer than [`ENOUGH_FOR_P999`] requests succeed after the change.
    pub p999_ms: Option<Expected>,
    /// Where the time of requests that do not fail goes, most of it first as recorded. Empty where all of them fail, before or after.
    pub spent: Vec<TimeSpent>,
    /// Requests that failed.
    pub error_rate: Expected,
    /// Requests that were answered although an optional call failed.
    pub degraded_rate: Expected,
    /// Services of which more is asked after the change than their workers can do, where it reaches these requests. Then the queue grows without end, and the figures are those of the time that was recorded only.
    pub unstable: Vec<String>,
}

/// Operations whom a change reaches.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Reached {
    /// They fail more often.
    pub failing: Vec<OperationName>,
    /// They answer with less more often.
    pub degraded: Vec<OperationName>,
    /// Nobody asks them any more.
    pub no_longer_called: Vec<OperationName>,
}

/// What is asked of a service, before and after a change.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ServiceLoad {
    /// Which.
    pub service: String,
    /// How many requests a second it serves.
    pub requests_a_second: [f64; 2],
    /// The share of their time that its workers are asked for, in parts per one: from 1 on the queue grows without end. `None` where no number of workers is declared or was seen,
    /// or fewer than [`ENOUGH_FOR_UTILISATION`] requests were recorded.
    pub utilisation: Option<[f64; 2]>,
    /// How many requests it serves at a time before the change, if that is declared or was seen.
    pub workers: Option<u32>,
    /// Whether that is not declared, but was seen: others waited while so many were served.
    pub is_learnt: bool,
}

/// What a change comes to.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Forecast {
    /// By operation that is asked from outside, by name.
    pub endpoints: Vec<EndpointForecast>,
    /// Whom it reaches.
    pub reached: Reached,
    /// By service, what is asked of it.
    pub loads: Vec<ServiceLoad>,
    /// Spans that could not be used.
    pub skipped: SkippedSpans,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
    /// Where chance was asked.
    pub seed: u64,
}

/// Of so many requests the slowest lies beyond the 99.9th percentile in nineteen cases of twenty: .999^n ≤ .05. Fewer say little of one request in a thousand.
pub const ENOUGH_FOR_P999: usize = 2_995;
/// Fewer requests to a service say nothing about how busy it is.
pub const ENOUGH_FOR_UTILISATION: usize = 30;
/// By how much, in parts per one, the p50, p95, p99 and p99.9 of two runs of an unchanged system are taken to differ beside what chance explains: one standard deviation. Set by
/// hand.
const DRIFT: [f64; 4] = [0.022, 0.03, 0.035, 0.05];
/// How wrong a predicted difference is taken to be, as a part of it: one standard deviation. Set by hand.
const ERROR_OF_DIFFERENCE: f64 = 0.05;

/// Predicts what changes that are made together come to for requests like those that were recorded, by playing them again. O(n · log n) for n spans, 18 to 50 times where not much was recorded, and 200 times the requests for intervals.
///
/// # Errors
/// `Unknown` and `Invalid` for changes or policies that make no sense; `Cancelled` and `Limit` as the context says.
pub fn forecast(
    recording: &Recording,
    policies: &Policies,
    changes: &[TrafficChange],
    seed: u64,
    context: &Context,
) -> Result<Forecast> {
    forecast_by(recording, policies, changes, seed, false, context)
}

/// The same; where it has to be quick, what is likely is what the change makes of the recorded requests.
pub(in crate::simulate) fn forecast_by(
    recording: &Recording,
    policies: &Policies,
    changes: &[TrafficChange],
    seed: u64,
    is_quick: bool,
    context: &Context,
) -> Result<Forecast> {
    policies.check()?;
    changes.iter().try_for_each(|change| change.check(recording, Together(changes)))?;
    let learnt = recording.learnt(policies);
    let policies = &*with_learnt(policies, &learnt);
    let usual = usual(recording, policies);
    let waits = Waits::of(recording, policies);
    let score = Score { recording, policies, usual: &usual, waits: &waits, seed, mix: None };
    let before = score.play(Together(&[]), context)?;
    let changed = Together(changes).policies(recording, policies);
    changed.check()?;
    let usual = super::usual::usual(recording, &changed);
    // How long was waited is what was recorded, with the workers that there were.
    let changed_score = Score { policies: &changed, usual: &usual, ..score };
    let after = changed_score.play(Together(changes), context)?;
    let mixed = match is_quick {
        true => Mixed::default(),
        false => Mixed::of(&score, &changed_score, Together(changes), context)?,
    };
    Ok(Forecast {
        endpoints: endpoints(recording, &before, &after, &mixed, seed, context)?,
        reached: reached(recording, &before, &after),
        loads: loads(&score, &before, &after, &learnt),
        skipped: recording.skipped(),
        assumptions: assumptions(recording, policies, changes, &learnt)
            .into_iter()
            .chain(patience(recording, score.usual))
            .chain(apart(recording, &before))
            .collect(),
        seed,
    })
}

/// What the change comes to for each operation that is asked from outside.
fn endpoints(
    recording: &Recording,
    before: &Played,
    after: &Played,
    mixed: &Mixed,
    seed: u64,
    context: &Context,
) -> Result<Vec<EndpointForecast>> {
    let overloaded = after.overloaded();
    let mut requests: BTreeMap<&OperationName, Vec<Pair>> = BTreeMap::new();
    for (before, after) in before.answered.iter().zip(&after.answered) {
        requests.entry(recording.name(before.operation)).or_default().push((*before, *after));
    }
    let of = |(operation, pairs): (&OperationName, Vec<Pair>)| {
        context.check()?;
        let place = pairs.first().map(|pair| pair.0.operation);
        let spent = place.map(|place| spent(&pairs, before.spent.get(&place), after.spent.get(&place)));
        let endpoint = endpoint(operation, &pairs, place.and_then(|place| mixed.of_endpoint(place)), seed);
        Ok(EndpointForecast {
            unstable: unstable_for(&pairs, &overloaded),
            spent: spent.unwrap_or_default(),
            ..endpoint
        })
    };
    requests.into_iter().map(of).collect()
}

/// Policies with limits that were seen, where none are declared.
pub(super) fn with_learnt<'p>(policies: &'p Policies, learnt: &BTreeMap<&str, u32>) -> Cow<'p, Policies> {
    let mut policies = Cow::Borrowed(policies);
    for (service, limit) in learnt {
        policies.to_mut().services.entry((*service).to_owned()).or_default().workers = Some(*limit);
    }
    policies
}

/// What is asked of each service, by name.
pub(super) fn loads(
    score: &Score<'_>,
    before: &Played,
    after: &Played,
    learnt: &BTreeMap<&str, u32>,
) -> Vec<ServiceLoad> {
    let Score { recording, policies, .. } = *score;
    let served = |played: &Played| {
        let mut served: BTreeMap<&str, u64> = BTreeMap::new();
        for (operation, tally) in played.tallies.iter().enumerate() {
            *served.entry(&recording.name(operation as u32).service).or_default() += tally.served;
        }
        served
    };
    let sides = [(before, served(before)), (after, served(after))];
    let load = |service: &str| {
        let a_second = sides.each_ref().map(|(played, served)| match played.window > 0.0 {
            true => served[service] as f64 / (played.window / 1e9),
            false => 0.0,
        });
        let utilisation = sides.each_ref().map(|(played, served)| match served[service] {
            0 => Some(0.0),
            _ => played.utilisation.get(service).copied(),
        });
        // Without declared workers neither side says anything.
        let is_limited = sides.iter().any(|(played, _)| played.utilisation.contains_key(service));
        let utilisation = utilisation.map(|share| share.filter(|_| is_limited));
        let utilisation = if let [Some(before), Some(after)] = utilisation { Some([before, after]) } else { None };
        let is_learnt = learnt.contains_key(service);
        let workers = policies.services.get(service).and_then(|policy| policy.workers);
        let instances = recording.instances(service).at_a_time;
        let workers = workers.map(|workers| (f64::from(workers) * instances).round() as u32);
        ServiceLoad { service: service.to_owned(), requests_a_second: a_second, utilisation, workers, is_learnt }
    };
    sides[0].1.keys().map(|service| load(service)).collect()
}

/// Where the time of requests to one operation goes, on both sides.
fn spent(pairs: &[Pair], before: Option<&Spent>, after: Option<&Spent>) -> Vec<TimeSpent> {
    let succeed = |is: fn(&Pair) -> &Answered| pairs.iter().filter(|pair| !is(pair).failed).count() as f64;
    let (of_before, of_after) = (succeed(|pair| &pair.0), succeed(|pair| &pair.1));
    if of_before == 0.0 || of_after == 0.0 {
        return Vec::new();
    }
    let parts: BTreeSet<&Part> = [before, after].into_iter().flatten().flat_map(BTreeMap::keys).collect();
    let mean = |spent: Option<&Spent>, part: &Part, requests: f64| {
        spent.and_then(|spent| spent.get(part)).map_or(0.0, |all| *all as f64 / requests / 1e6)
    };
    let told = |part: &Part| TimeSpent {
        on: part.to_string(),
        before_ms: mean(before, part, of_before),
        after_ms: mean(after, part, of_after),
    };
    let mut spent: Vec<TimeSpent> = parts.into_iter().map(told).collect();
    spent.sort_by(|a, b| b.before_ms.total_cmp(&a.before_ms).then_with(|| a.on.cmp(&b.on)));
    spent
}

/// The overloaded services, if the change reaches any of these requests.
fn unstable_for(pairs: &[Pair], overloaded: &[String]) -> Vec<String> {
    if is_touched(pairs) { overloaded.to_vec() } else { Vec::new() }
}

fn endpoint(operation: &OperationName, pairs: &[Pair], mixed: Option<Likely>, seed: u64) -> EndpointForecast {
    let quantiles = latencies(pairs, mixed, seed);
    EndpointForecast {
        operation: operation.clone(),
        requests: pairs.len() as u64,
        p50_ms: quantiles[0],
        p95_ms: quantiles[1],
        p99_ms: quantiles[2],
        p999_ms: quantiles[3],
        error_rate: rate(pairs, |answered| answered.failed),
        degraded_rate: rate(pairs, |answered| answered.degraded),
        spent: Vec::new(),
        unstable: Vec::new(),
    }
}

/// The share of requests of which something is so, on both sides.
fn rate(pairs: &[Pair], is: fn(&Answered) -> bool) -> Expected {
    let side = |side: fn(&Pair) -> &Answered| {
        let came: Vec<bool> = pairs.iter().map(side).filter(|answered| answered.came).map(is).collect();
        let (count, all) = (came.iter().filter(|is| **is).count() as u64, came.len() as u64);
        let together = together(&came);
        (share(count, all), two_samples(count, all, together), together)
    };
    let ((before, (least, most), _), (after, (low, high), together)) = (side(|pair| &pair.0), side(|pair| &pair.1));
    let difference = is_touched(pairs).then(|| difference_of_shares(pairs, is, after - before, together));
    Expected { before, before_range: [least, most], after, likely: after, low, high, difference }
}

fn is_touched(pairs: &[Pair]) -> bool {
    pairs.iter().any(|(before, after)| before != after)
}

pub(super) const LEVELS: [f64; 4] = [0.5, 0.95, 0.99, 0.999];

/// The quantiles of both sides, with intervals from samples drawn anew.
fn latencies(pairs: &[Pair], mixed: Option<Likely>, seed: u64) -> [Option<Expected>; 4] {
    let successes = Successes::of(pairs);
    let (Some(was), Some(is)) = (quantiles(&successes.before), quantiles(&successes.after)) else { return [None; 4] };
    let spread = successes.spread(seed);
    let is_touched = is_touched(pairs);
    let expected = |place: usize| {
        let (before, after) = (was[place], is[place]);
        let together = [slow_together(pairs, |pair| &pair.0, before), slow_together(pairs, |pair| &pair.1, after)];
        let chance = Chance {
            before: spread.before[place] * together[0].sqrt(),
            after: spread.after[place] * together[1].sqrt(),
            difference: spread.difference[place] * together[1].sqrt(),
        };
        let quantile = Quantile { place, before, after, chance };
        Some(quantile.expected(mixed, is_touched))
    };
    let p999 = if successes.after.len() < ENOUGH_FOR_P999 { None } else { expected(3) };
    [expected(0), expected(1), expected(2), p999]
}

/// By how much more the share of requests that succeed and take longer than a quantile varies, as they are slow together.
fn slow_together(pairs: &[Pair], side: fn(&Pair) -> &Answered, quantile: f64) -> f64 {
    let succeeded = pairs.iter().map(side).filter(|answered| answered.came && !answered.failed);
    together(&succeeded.map(|answered| answered.took as f64 > quantile * 1e6).collect::<Vec<bool>>())
}

/// A quantile of requests on both sides of a change, in milliseconds.
struct Quantile {
    place: usize,
    before: f64,
    after: f64,
    chance: Chance,
}

impl Quantile {
    fn expected(&self, mixed: Option<Likely>, is_touched: bool) -> Expected {
        let Quantile { place, before, after, .. } = *self;
        let chance = mixed.map_or(self.chance, |mixed| mixed.chance(place, self.chance));
        let likely = mixed.map(|mixed| mixed.quantile(place, (before, after), chance.before));
        let Middle { before: was, after: is, of_sample } = likely.unwrap_or(Middle { before, after, of_sample: 1.0 });
        // What was recorded is a sample, as far as its chance is left, and so is what comes.
        let range = |middle: f64, chance: f64, error: f64, sample: f64| {
            let variance = (1.0 + of_sample) * chance.powi(2) + DRIFT[place].powi(2) + error.powi(2);
            let factor = (NINE_IN_TEN * variance.sqrt()).exp();
            // What the change alone makes of the recorded requests is never left out.
            [(middle / factor).min(sample), (middle * factor).max(sample)]
        };
        let error = if after > 0.0 { ERROR_OF_DIFFERENCE * (after - before) / after } else { 0.0 };
        let [low, high] = range(is, chance.after, error, after);
        let difference = {
            let error = ERROR_OF_DIFFERENCE * (after - before);
            let half = NINE_IN_TEN * (of_sample * chance.difference.powi(2) + error.powi(2)).sqrt();
            [(is - was - half).min(after - before), (is - was + half).max(after - before)]
        };
        Expected {
            before,
            before_range: range(was, chance.before, 0.0, before),
            after,
            likely: is,
            low,
            high,
            difference: is_touched.then_some(difference),
        }
    }
}

/// The quantiles of sorted nanoseconds, in milliseconds, between neighbours in proportion.
pub(in crate::simulate) fn quantiles(sorted: &[i64]) -> Option<[f64; 4]> {
    let last = sorted.len().checked_sub(1)?;
    Some(LEVELS.map(|level| {
        let place = level * last as f64;
        let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
        (below as f64 + (above - below) as f64 * place.fract()) / 1e6
    }))
}

pub(super) fn share(count: u64, all: u64) -> f64 {
    if all == 0 { 0.0 } else { count as f64 / all as f64 }
}

/// Whom a change reaches: whose rates rise above what they may have been before, and who is not asked any more.
fn reached(recording: &Recording, before: &Played, after: &Played) -> Reached {
    let rises = |was: u64, of: u64, is: u64, now: u64| {
        const NINETEEN_IN_TWENTY: f64 = 1.96;
        of > 0 && now > 0 && share(is, now) > wilson(was, of, NINETEEN_IN_TWENTY).1
    };
    let chosen = |is: &dyn Fn(&Tally, &Tally) -> bool| {
        let sides = before.tallies.iter().zip(&after.tallies).enumerate();
        let mut names: Vec<OperationName> = sides
            .filter(|(_, (before, after))| is(before, after))
            .map(|(operation, _)| recording.name(operation as u32).clone())
            .collect();
        names.sort();
        names
    };
    Reached {
        failing: chosen(&|before, after| rises(before.failed, before.served, after.failed, after.served)),
        degraded: chosen(&|before, after| rises(before.degraded, before.served, after.degraded, after.served)),
        no_longer_called: chosen(&|before, after| before.served > 0 && after.served == 0),
    }
}

/// What was taken for granted.
fn assumptions(
    recording: &Recording,
    policies: &Policies,
    changes: &[TrafficChange],
    learnt: &BTreeMap<&str, u32>,
) -> Vec<String> {
    let mut assumptions = vec![
        "requests come as they were recorded, and do what they did".to_owned(),
        "two runs of an unchanged system are taken to differ by 2.2 % at the median and 3.5 % at the 99th percentile beside chance"
            .to_owned(),
    ];
    if changes.iter().any(|change| matches!(change, TrafficChange::ScaleLoad { .. })) {
        assumptions.push("only waiting for workers grows with load".to_owned());
    }
    if changes.iter().any(|change| matches!(change, TrafficChange::ScaleLoad { endpoint: Some(_), .. })) {
        assumptions.push("requests that come more often are like recorded ones, and come at any time".to_owned());
    }
    let has = |is: fn(&TrafficChange) -> bool| changes.iter().any(is);
    if has(|change| matches!(change, TrafficChange::AddCalls { .. })) {
        let taken = "calls that come are made one after another, and take as long as those of others were recorded to take or as is said";
        let are_waited_for = has(|change| matches!(change, TrafficChange::AddRequests { .. }));
        let wait = if are_waited_for { "" } else { "; nobody waits longer for them" };
        assumptions.push(format!("{taken}{wait}"));
    }
    if has(|change| matches!(change, TrafficChange::AddCache { .. })) {
        assumptions.push("whether a cache has what is asked for depends on nothing but chance".to_owned());
    }
    if has(|change| matches!(change, TrafficChange::Acknowledge { .. })) {
        assumptions
            .push("what is handed over is done as soon as it arrives, and nobody hears of its failure".to_owned());
    }
    assumptions.extend(as_read(recording, policies, learnt));
    assumptions.extend(distances(recording, policies, changes));
    assumptions
}

/// What is taken for granted of recorded requests, whatever changes.
pub(super) fn as_read(recording: &Recording, policies: &Policies, learnt: &BTreeMap<&str, u32>) -> Vec<String> {
    let mut assumptions = Vec::new();
    if super::station::limited(policies).next().is_none() {
        assumptions.push("no service limits how many requests it serves at a time".to_owned());
    }
    if policies.calls.values().all(|policy| policy.criticality.is_none()) && !recording.is_empty() {
        assumptions.push("a call is required unless its caller was seen to answer without it".to_owned());
    }
    if recording.admitted() > 0 {
        let admitted = recording.admitted();
        assumptions.push(format!("requests whose asker was not recorded come from outside: {admitted} of them"));
    }
    if let Some((count, lasting)) = recording.pauses() {
        let hours = lasting.as_secs_f64() / 3_600.0;
        let pauses = if count == 1 { "a pause".to_owned() } else { format!("{count} pauses") };
        assumptions.push(format!("nothing was recorded in {pauses} of {hours:.1} h in all, which counts as no time"));
    }
    assumptions.extend(hearsay(recording));
    assumptions.extend(recording.pools.iter().map(|(operation, most)| {
        let operation = recording.name(*operation);
        format!("{operation} makes {most} calls at a time: others were seen to wait until one of them was done")
    }));
    assumptions.extend(learnt.iter().map(|(service, limit)| {
        let who = match recording.instances(service).recorded {
            1 => (*service).to_owned(),
            count => format!("each of {count} instances of {service}"),
        };
        format!("{who} serves {limit} requests at a time: others were seen to wait then, and nobody declares it")
    }));
    assumptions.extend(recording.of_instances().map(|(service, count)| {
        format!("each of {count} instances of {service} has workers of its own, and serves the requests that it served when they were recorded")
    }));
    assumptions
}

/// Whose time-outs nobody declares and were seen.
pub(super) fn patience(recording: &Recording, usual: &BTreeMap<(u32, u32), Usual>) -> Vec<String> {
    let learnt = usual.iter().filter(|(_, usual)| usual.timeout_is_learnt);
    let told = |((caller, callee), usual): (&(u32, u32), &Usual)| {
        let (caller, callee) = (recording.name(*caller), recording.name(*callee));
        let ms = usual.timeout.unwrap_or_default() as f64 / 1e6;
        format!("{caller} gives up on {callee} after {ms:.1} ms: it was seen to, and nobody declares it")
    };
    learnt.map(told).collect()
}

/// Where requests that are played again without a change do not take as long as they took: how they wait for each other is something else than is taken for granted.
fn apart(recording: &Recording, before: &Played) -> Vec<String> {
    const TOLD: f64 = 0.03;
    const FAILED: f64 = 0.01;
    let mut took: BTreeMap<&OperationName, [Vec<i64>; 2]> = BTreeMap::new();
    let mut failed: BTreeMap<&OperationName, [u64; 3]> = BTreeMap::new();
    for (root, answered) in recording.roots.iter().zip(&before.answered) {
        let work = &recording.invocations[*root as usize];
        let counts = failed.entry(recording.name(work.operation)).or_default();
        let more = [1, u64::from(work.failed), u64::from(answered.failed)];
        counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
        let sides = took.entry(recording.name(work.operation)).or_default();
        if !work.failed && answered.came && !answered.failed {
            sides[0].push(work.end - work.start);
            sides[1].push(answered.took);
        }
    }
    let median = |took: &mut Vec<i64>| {
        took.sort_unstable();
        quantiles(took).map(|quantiles| quantiles[0])
    };
    let told = |(operation, [recorded, played]): (&OperationName, [Vec<i64>; 2])| {
        let (was, is) = (median(&mut { recorded })?, median(&mut { played })?);
        let is_apart = was > 0.0 && (is / was - 1.0).abs() > TOLD;
        is_apart.then(|| {
            format!("without a change, requests to {operation} are played to take {is:.1} ms at the median, and took {was:.1}: how they wait for each other is not what is taken for granted")
        })
    };
    let failing = |(operation, [all, recorded, played]): (&OperationName, [u64; 3])| {
        let (was, is) = (share(recorded, all), share(played, all));
        ((is - was).abs() > FAILED).then(|| {
            format!("without a change, {is:.3} of the requests to {operation} are played to fail, and {was:.3} did: how they fail is not what is taken for granted")
        })
    };
    took.into_iter().filter_map(told).chain(failed.into_iter().filter_map(failing)).collect()
}

/// How many names are told of those for whom something is taken for granted.
const NAMED: usize = 5;

/// Of what moves, how far from it others are taken to be.
fn distances(recording: &Recording, policies: &Policies, changes: &[TrafficChange]) -> Vec<String> {
    let moves = changes.iter().filter_map(|change| match change {
        TrafficChange::MoveRegion { service, .. } => Some(service.as_str()),
        _ => None,
    });
    let moved: BTreeSet<&str> = moves.collect();
    let says_none = |name: &&str| policies.services.get(*name).is_none_or(|policy| policy.region.is_none());
    let neighbours = recording.neighbours(&moved).into_iter().filter(says_none).collect::<Vec<&str>>();
    let entries: Vec<&str> = recording.entries().into_iter().filter(|name| moved.contains(name)).collect();
    let near = listed(neighbours.into_iter(), NAMED);
    let near =
        (!near.is_empty()).then(|| format!("whoever says no region is taken to be where those were that move: {near}"));
    let entries = listed(entries.into_iter(), NAMED);
    let clients = (!entries.is_empty())
        .then(|| format!("how far whoever asks from outside is from what moves does not count: {entries}"));
    near.into_iter().chain(clients).collect()
}

/// Whoever sends no spans, and what is taken for granted of them.
fn hearsay(recording: &Recording) -> Option<String> {
    let names = listed(recording.silent().into_iter(), NAMED);
    (!names.is_empty())
        .then(|| format!("what sends no spans is taken to work for as long as its callers wait for it: {names}"))
}
