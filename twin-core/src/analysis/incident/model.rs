//! What is known of an incident: metrics, calls, and what somebody noticed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::analysis::incident::calls::Calls;
use crate::base::{Error, ErrorKind, Result, shortened};

/// What a series measures, and so which way is worse.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// How long an answer takes, in one unit for the whole incident. More is worse.
    #[default]
    Latency,
    /// Which part of requests succeeds, from 0 to 1. Less is worse.
    Availability,
    /// Which part of requests fails, from 0 to 1. More is worse.
    Errors,
    /// How many requests arrive in an interval. Either way may tell something.
    Requests,
}

/// One series of a node, before the incident and during it.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricSeries {
    /// What is measured.
    pub metric: Metric,
    /// How it is summarised in an interval, such as `Average` or `p95`.
    pub statistic: String,
    /// The values of a normal period, one for each interval; `None` where nothing was measured.
    pub normal: Vec<Option<f64>>,
    /// The values of the incident, with some intervals before it if they are at hand. All series of an incident have the same intervals here.
    pub during: Vec<Option<f64>>,
}

/// Something that is called or calls.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ObservedNode {
    /// What it is called, once in an incident.
    pub id: String,
    /// What is measured there; maybe nothing.
    pub series: Vec<MetricSeries>,
}

/// What somebody noticed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Symptom {
    /// Where.
    pub node: String,
    /// In which metric.
    pub metric: Metric,
    /// In which statistic of it.
    pub statistic: String,
}

/// Something that somebody changed: a deployment, a configuration, a flag.
#[derive(Clone, Debug, PartialEq)]
pub struct RecentChange {
    /// Where.
    pub node: String,
    /// What, for people.
    pub what: String,
    /// When, in intervals from the beginning of the incident's series: -1.5 is one and a half intervals before it.
    pub at: f64,
}

/// What is known of an incident.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Incident {
    /// Everything that may have a part in it.
    pub nodes: Vec<ObservedNode>,
    /// Who calls whom: caller and called.
    pub calls: Vec<(String, String)>,
    /// What was changed before it, in any order; maybe nothing is known.
    pub changes: Vec<RecentChange>,
    /// What was noticed.
    pub symptom: Symptom,
}

impl Incident {
    /// Calls to oneself are left out, and those that only lead back.
    pub(super) fn calls(&self, places: &Places<'_>) -> Result<Calls> {
        let mut pairs = Vec::with_capacity(self.calls.len());
        for (caller, called) in &self.calls {
            pairs.push((places.of("a call", caller)?, places.of("a call", called)?));
        }
        pairs.sort_unstable();
        pairs.dedup();
        pairs.retain(|(caller, called)| caller != called);
        Ok(Calls::new(self.nodes.len(), &pairs, places.of("the symptom", &self.symptom.node)?))
    }

    /// The changes at each node, earliest first.
    pub(super) fn changes_by_node(&self, places: &Places<'_>) -> Result<Vec<Vec<&RecentChange>>> {
        let mut by_node = vec![Vec::new(); self.nodes.len()];
        for change in &self.changes {
            let place = places.of("a change", &change.node)?;
            if !change.at.is_finite() {
                let told = format!("the change \"{}\" of {}", shortened(&change.what), shortened(&change.node));
                return Err(invalid(format!("{told} is at {}: say at how many intervals", change.at)));
            }
            by_node[place].push(change);
        }
        by_node.iter_mut().for_each(|changes| {
            changes.sort_by(|a, b| a.at.total_cmp(&b.at).then_with(|| a.what.cmp(&b.what)));
        });
        Ok(by_node)
    }

    /// The number of intervals of the incident, once every series has been looked at.
    pub(super) fn intervals(&self) -> Result<usize> {
        let mut intervals = None;
        for (node, series) in self.nodes.iter().flat_map(|node| node.series.iter().map(move |series| (node, series))) {
            let told =
                || format!("the {:?} of {} ({})", series.metric, shortened(&node.id), shortened(&series.statistic));
            let expected = *intervals.get_or_insert(series.during.len());
            if series.during.len() != expected {
                let found = series.during.len();
                return Err(invalid(format!("{} has {found} intervals, others have {expected}: align them", told())));
            }
            let values = || series.normal.iter().chain(&series.during).flatten();
            if let Some(value) = values().find(|value| !series.metric.admits(**value)) {
                return Err(invalid(format!("{} cannot be {value}: leave it out", told())));
            }
        }
        Ok(intervals.unwrap_or_default())
    }
}

/// The nodes of an incident by their names.
pub(super) struct Places<'a>(BTreeMap<&'a str, usize>);

impl<'a> Places<'a> {
    pub fn new(incident: &'a Incident) -> Result<Self> {
        let mut places = BTreeMap::new();
        for (place, node) in incident.nodes.iter().enumerate() {
            if places.insert(node.id.as_str(), place).is_some() {
                return Err(invalid(format!("the node {} is there twice: name it once", shortened(&node.id))));
            }
        }
        Ok(Places(places))
    }

    fn of(&self, what: &str, id: &str) -> Result<usize> {
        let known = || Error::unknown(&format!("node of {what}"), id, self.0.keys().copied());
        self.0.get(id).copied().ok_or_else(known)
    }
}

impl Metric {
    fn admits(self, value: f64) -> bool {
        match self {
            Metric::Availability | Metric::Errors => (0.0..=1.0).contains(&value),
            Metric::Latency | Metric::Requests => value.is_finite() && value >= 0.0,
        }
    }
}

fn invalid(what: String) -> Error {
    Error::new(ErrorKind::Invalid, what)
}
