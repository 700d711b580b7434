//! Trivial ways to rank suspects, to be shown beside ours.

use std::collections::{BTreeMap, BTreeSet};

use twin_core::analysis::{
    Incident, Metric, MetricSeries, ObservedNode, RandomWalk, Symptom, WalkEdge, random_walk_with_restart,
};
use twin_core::base::{Context, Result, Timestamp};

use crate::incidents::Ranked;

/// From how many deviations on something is anomalous.
const ANOMALOUS: f64 = 3.0;
/// More deviations say no more.
const MOST: f64 = 100.0;

/// The deviation of the symptom's metric, one-sided: the mean of the incident against median and median absolute deviation of the normal period.
fn deviation(node: &ObservedNode, symptom: &Symptom) -> f64 {
    let is_same = |series: &&MetricSeries| series.metric == symptom.metric && series.statistic == symptom.statistic;
    let series = node.series.iter().filter(is_same);
    let deviations = series.filter_map(|series| {
        let sign = if series.metric == Metric::Availability { -1.0 } else { 1.0 };
        let signed = |values: &[Option<f64>]| values.iter().flatten().map(|value| sign * value).collect::<Vec<f64>>();
        let normal = signed(&series.normal);
        let middle = median(normal.clone())?;
        let spread = median(normal.iter().map(|value| (value - middle).abs()).collect())?;
        let scale = (1.4826 * spread).max(0.01 * middle.abs()).max(1e-9);
        let during = signed(&series.during);
        let mean = during.iter().sum::<f64>() / during.len().max(1) as f64;
        Some(if during.is_empty() { 0.0 } else { (mean - middle) / scale })
    });
    deviations.fold(0.0, f64::max).min(MOST)
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

fn deviations(incident: &Incident) -> BTreeMap<&str, f64> {
    incident.nodes.iter().map(|node| (node.id.as_str(), deviation(node, &incident.symptom))).collect()
}

fn sorted<'a>(scores: impl Iterator<Item = (&'a str, f64)>) -> Ranked {
    let mut scores: Vec<(&str, f64)> = scores.collect();
    scores.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    scores.into_iter().map(|(id, _)| id.to_owned()).collect()
}

/// By deviation alone.
pub fn largest(incident: &Incident) -> Ranked {
    sorted(deviations(incident).into_iter().filter(|(_, deviation)| *deviation > 0.0))
}

/// What is anomalous and calls nothing that is, by deviation.
pub fn deepest(incident: &Incident) -> Ranked {
    let all = deviations(incident);
    let is_anomalous = |id: &str| all.get(id).is_some_and(|deviation| *deviation >= ANOMALOUS);
    let passing = incident.calls.iter().filter(|(_, called)| is_anomalous(called));
    let passing: BTreeSet<&str> = passing.map(|(caller, _)| caller.as_str()).collect();
    sorted(
        all.iter().map(|(id, deviation)| (*id, *deviation)).filter(|(id, _)| is_anomalous(id) && !passing.contains(id)),
    )
}

/// Personalised PageRank from callers to called, steps and restarts weighted by deviations.
///
/// # Errors
/// If a call names an unknown node.
pub fn by_walk(incident: &Incident) -> Result<Ranked> {
    const LEAST: f64 = 0.01;
    let all = deviations(incident);
    let weight = |id: &str| all.get(id).copied().unwrap_or_default() + LEAST;
    let step = |(from, to): &(String, String)| WalkEdge { from: from.clone(), to: to.clone(), weight: weight(to) };
    let walk = RandomWalk {
        nodes: incident.nodes.iter().map(|node| node.id.clone()).collect(),
        edges: incident.calls.iter().map(step).collect(),
        damping: 0.85,
        restart: all.keys().map(|id| ((*id).to_owned(), weight(id))).collect(),
    };
    let scores = random_walk_with_restart(&walk, &Context::new(Timestamp::MIN))?;
    Ok(sorted(walk.nodes.iter().map(String::as_str).zip(scores)))
}
