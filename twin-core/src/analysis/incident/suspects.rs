//! Ranks what may have caused a symptom, with the way from the symptom to it and what speaks for and against it.

use std::collections::VecDeque;
use std::fmt;

use serde::Serialize;

use crate::analysis::incident::anomaly::{ANOMALOUS, Condition, Excess, Harm, Profile};
use crate::analysis::incident::blame::{Blame, blame};
use crate::analysis::incident::calls::Calls;
use crate::analysis::incident::model::{Incident, Metric, Places, RecentChange};
use crate::analysis::incident::weights::BlameWeights;
use crate::base::{Context, Result};

/// A series that is worse than in its normal period.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Anomaly {
    /// What is measured.
    pub metric: Metric,
    /// Its median in the normal period, in the unit of the series.
    pub normal: f64,
    /// Its mean while the symptom is there.
    pub during: f64,
    /// How far apart they are, in robust standard deviations.
    pub deviations: f64,
}

impl fmt::Display for Anomaly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Anomaly { metric, normal, during, deviations } = self;
        write!(f, "{}: {normal:.4} normally, {during:.4} now, {deviations:.1} standard deviations", said(*metric))
    }
}

/// Something that may have caused the symptom.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Suspect {
    /// What it is called.
    pub node: String,
    /// The part of the blame that ends there, from 0 to 1; suspects that nothing but an anomaly speaks for have next to none.
    pub score: f64,
    /// The way from the symptom to it over calls, both included.
    pub path: Vec<String>,
    /// What is worse there than normally.
    pub anomalies: Vec<Anomaly>,
    /// What speaks for it.
    pub supporting: Vec<String>,
    /// What speaks against it.
    pub contradicting: Vec<String>,
}

/// What may have caused a symptom.
#[derive(Clone, Debug, Default, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct IncidentRanking {
    /// Most suspect first, at most 100. Empty if nothing is known to be wrong: then no guess is better than another.
    pub suspects: Vec<Suspect>,
    /// How far the symptom is from normal at its worst, in robust standard deviations; `None` if it was not measured.
    pub severity: Option<f64>,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
}

/// The blame of those that nothing but an anomaly speaks for.
const ONLY_ANOMALOUS: f64 = 1e-3;
/// How many suspects are told at most.
const SUSPECTS: usize = 100;
/// How many changes of a suspect are told at most, the last first.
const CHANGES: usize = 3;
/// Less blame is none.
const NO_BLAME: f64 = 1e-6;

/// Ranks the suspects of an incident.
///
/// Each node's harm (delay, or failed requests) is what it has too much over its normal period and over the quiet intervals of the incident, weighted by when the symptom is there, times its requests: so the harm of a caller and
/// of what it calls are in one unit, and what the called ones do not explain ends at the caller. The blame follows that from the symptom as a random walk; what was changed shortly before takes more of what measurements leave open. See `docs/incidents.md`.
///
/// O(values · log values + (nodes + calls) · rounds), with about 1400 rounds at most.
///
/// # Errors
/// `Unknown` for a call, a change or a symptom at an unknown node; `Invalid` if a node is there twice, series of the incident have different lengths, or a value is impossible for its metric; `Cancelled` or `Limit` by `context`.
pub fn rank_suspects(incident: &Incident, context: &Context) -> Result<IncidentRanking> {
    rank_suspects_by(incident, &BlameWeights::default(), context)
}

/// The same, with blame shared in another way.
///
/// # Errors
/// Those of [`rank_suspects`], and `Invalid` for weights that make no sense.
pub fn rank_suspects_by(incident: &Incident, weights: &BlameWeights, context: &Context) -> Result<IncidentRanking> {
    weights.check()?;
    let places = Places::new(incident)?;
    let calls = incident.calls(&places)?;
    let changes = incident.changes_by_node(&places)?;
    let intervals = incident.intervals()?;
    let profile = Profile::of(&incident.nodes[calls.symptom], &incident.symptom, intervals);
    let mut conditions = conditions(incident, &calls, &profile);
    for (condition, changes) in conditions.iter_mut().zip(&changes) {
        condition.changed = last_before(changes, profile.onset());
    }
    let mut ranking = IncidentRanking { severity: profile.severity, ..IncidentRanking::default() };
    let harms = match incident.symptom.metric.harm() {
        Some(harm) => vec![harm],
        None => vec![Harm::Failure, Harm::Delay],
    };
    let is_anomalous = |(_, condition): (_, &Condition)| is_worse(condition);
    let unknown = || calls.hops.iter().zip(&conditions).filter(|(hops, _)| hops.is_some()).any(is_anomalous);
    if !profile.is_anomalous.unwrap_or_else(unknown) {
        ranking.assumptions.push("nothing is known to be wrong with the symptom: no suspect is named".to_owned());
        return Ok(ranking);
    }
    ranking.assumptions = assumptions(incident, &conditions, &profile);
    let blamed = |harm: &Harm| blame(&calls, &conditions, *harm, weights, context);
    let blames = harms.iter().map(blamed).collect::<Result<Vec<Blame>>>()?;
    let onset = profile.onset();
    let judge = Judge {
        incident,
        calls: &calls,
        changes: &changes,
        onset,
        conditions: &conditions,
        harms: &harms,
        weights,
        blames: &blames,
    };
    ranking.suspects = judge.suspects();
    Ok(ranking)
}

/// How many intervals before the symptom the last change was that came before it.
fn last_before(changes: &[&RecentChange], onset: f64) -> Option<f64> {
    changes.iter().rev().map(|change| onset - change.at).find(|before| *before >= 0.0)
}

fn conditions(incident: &Incident, calls: &Calls, profile: &Profile) -> Vec<Condition> {
    let statistic = &incident.symptom.statistic;
    let symptom = Condition::of(&incident.nodes[calls.symptom], statistic, profile, 1.0);
    let requests = symptom.traffic.map_or(1.0, |traffic| traffic.present);
    incident.nodes.iter().map(|node| Condition::of(node, statistic, profile, requests)).collect()
}

fn is_worse(condition: &Condition) -> bool {
    let of = |harm: Harm| condition.excess(harm).is_some_and(|excess| excess.onset_deviations >= ANOMALOUS);
    of(Harm::Delay) || of(Harm::Failure)
}

fn assumptions(incident: &Incident, conditions: &[Condition], profile: &Profile) -> Vec<String> {
    let mut told = Vec::new();
    if profile.severity.is_none() {
        told.push("the symptom was not measured: all intervals of the incident count alike".to_owned());
    }
    if incident.symptom.metric.harm().is_none() {
        told.push("requests are no harm: failures and delays are followed alike".to_owned());
    }
    let unobserved = conditions.iter().filter(|condition| !condition.is_observed).count();
    if unobserved > 0 {
        told.push(format!("of {unobserved} nodes nothing was measured: they are suspect where nothing else explains"));
    }
    let uncounted = conditions.iter().filter(|condition| condition.is_observed && condition.traffic.is_none()).count();
    if uncounted > 0 {
        told.push(format!("of {uncounted} nodes requests are not counted: they count as those of the symptom"));
    }
    told
}

struct Judge<'a> {
    incident: &'a Incident,
    calls: &'a Calls,
    changes: &'a [Vec<&'a RecentChange>],
    onset: f64,
    conditions: &'a [Condition],
    harms: &'a [Harm],
    weights: &'a BlameWeights,
    blames: &'a [Blame],
}

impl Judge<'_> {
    fn suspects(&self) -> Vec<Suspect> {
        let mut scored: Vec<(usize, f64)> = (0..self.conditions.len())
            .filter_map(|node| Some((node, self.score(node, self.calls.hops[node]?))))
            .filter(|(_, score)| *score >= NO_BLAME)
            .collect();
        scored.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| self.id(a.0).cmp(self.id(b.0))));
        scored.truncate(SUSPECTS);
        let towards = self.towards();
        scored.into_iter().map(|(node, score)| self.suspect(node, score, &towards)).collect()
    }

    fn score(&self, node: usize, hops: usize) -> f64 {
        let blamed: f64 = self.blames.iter().map(|blame| blame.ends[node]).sum::<f64>() / self.blames.len() as f64;
        let condition = &self.conditions[node];
        let anomalous =
            self.weights.certainty(condition, Harm::Delay).max(self.weights.certainty(condition, Harm::Failure));
        blamed + ONLY_ANOMALOUS * anomalous * self.weights.odds(condition.changed) / (1 + hops) as f64
    }

    fn id(&self, node: usize) -> &str {
        &self.incident.nodes[node].id
    }

    /// The node before each on a shortest way from the symptom, first along blame, then along any calls.
    fn towards(&self) -> Vec<Option<usize>> {
        let mut before = vec![None; self.conditions.len()];
        let mut met = vec![false; self.conditions.len()];
        met[self.calls.symptom] = true;
        let mut order = vec![self.calls.symptom];
        let blamed = |node: usize| {
            let passes = self.blames.iter().flat_map(move |blame| &blame.passes[node]);
            passes.filter(|(_, weight)| *weight >= NO_BLAME).map(|(called, _)| *called).collect::<Vec<usize>>()
        };
        for along_blame in [true, false] {
            let mut waiting: VecDeque<usize> = order.iter().copied().collect();
            while let Some(node) = waiting.pop_front() {
                let next = if along_blame { blamed(node) } else { self.calls.called[node].clone() };
                for called in next {
                    if !std::mem::replace(&mut met[called], true) {
                        before[called] = Some(node);
                        order.push(called);
                        waiting.push_back(called);
                    }
                }
            }
        }
        before
    }

    fn suspect(&self, node: usize, score: f64, towards: &[Option<usize>]) -> Suspect {
        let mut path = vec![node];
        while let Some(before) = path.last().and_then(|last| towards[*last]) {
            path.push(before);
        }
        path.reverse();
        let condition = &self.conditions[node];
        let worse = [&condition.delay, &condition.failure].into_iter().flatten();
        let worse = worse.filter(|excess| excess.deviations >= ANOMALOUS).map(anomaly);
        let busy = condition.traffic.filter(|traffic| traffic.deviations.abs() >= ANOMALOUS).map(|traffic| Anomaly {
            metric: Metric::Requests,
            normal: traffic.normal,
            during: traffic.present,
            deviations: traffic.deviations.abs(),
        });
        Suspect {
            node: self.id(node).to_owned(),
            score: score.min(1.0),
            supporting: self.supporting(node, &path),
            contradicting: self.contradicting(node),
            path: path.iter().map(|node| self.id(*node).to_owned()).collect(),
            anomalies: worse.chain(busy).collect(),
        }
    }

    fn supporting(&self, node: usize, path: &[usize]) -> Vec<String> {
        let mut told = Vec::new();
        let condition = &self.conditions[node];
        for (harm, blame) in self.harms.iter().zip(self.blames) {
            let rest = 1.0 - blame.explained[node].0;
            if self.weights.certainty(condition, *harm) > 0.0 && rest > 0.0 {
                let name = name(*harm);
                told.push(format!("nothing that it calls explains {:.0} % of its {name}", rest * 100.0));
            }
            if let Some(new) = self.calls.called[node].iter().find(|called| {
                self.conditions[**called].is_new && self.weights.certainty(&self.conditions[**called], *harm) > 0.0
            }) {
                told.push(format!("it calls {}, which nobody called before", self.id(*new)));
            }
        }
        let worse = path.iter().rev().skip(1).take_while(|caller| is_worse(&self.conditions[**caller])).count();
        if worse > 0 && worse + 1 == path.len() {
            told.push(format!("every node on the way from the symptom is worse than normal ({worse})"));
        }
        if !condition.is_observed {
            told.push("nothing was measured there, and its caller is worse than anything else explains".to_owned());
        }
        let before = self.changes[node].iter().rev().filter(|change| change.at <= self.onset);
        told.extend(before.take(CHANGES).map(|change| {
            format!("{}, {:.1} intervals before the symptom was there", change.what, self.onset - change.at)
        }));
        told
    }

    fn contradicting(&self, node: usize) -> Vec<String> {
        let mut told = Vec::new();
        let condition = &self.conditions[node];
        for (harm, blame) in self.harms.iter().zip(self.blames) {
            if let (explained, Some(called)) = blame.explained[node]
                && explained > 0.0
            {
                let (name, called) = (name(*harm), self.id(called));
                told.push(format!("what it calls explains {:.0} % of its {name}, mainly {called}", explained * 100.0));
            }
        }
        if condition.is_observed && !is_worse(condition) {
            told.push("it is no worse than normal since the symptom began".to_owned());
        }
        let excesses = [&condition.delay, &condition.failure];
        for excess in excesses.into_iter().flatten() {
            if excess.deviations >= ANOMALOUS && excess.onset_deviations < ANOMALOUS {
                told.push(format!("its {} was as bad before the symptom began", said(excess.metric)));
            }
        }
        if let Some(change) = self.changes[node].iter().find(|change| change.at > self.onset) {
            told.push(format!("{} came after the symptom was there", change.what));
        }
        if condition.is_new {
            told.push("nobody called it before: that it is called is a change of its caller".to_owned());
        }
        told
    }
}

fn name(harm: Harm) -> &'static str {
    match harm {
        Harm::Delay => "delay",
        Harm::Failure => "failures",
    }
}

fn said(metric: Metric) -> &'static str {
    match metric {
        Metric::Latency => "latency",
        Metric::Availability => "availability",
        Metric::Errors => "error rate",
        Metric::Requests => "number of requests",
    }
}

fn anomaly(excess: &Excess) -> Anomaly {
    Anomaly { metric: excess.metric, normal: excess.normal, during: excess.present, deviations: excess.deviations }
}
