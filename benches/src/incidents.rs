//! Incidents whose causes are known: how often the cause is ranked first, or among the first three, beside trivial rankings.
//!
//! `made` makes incidents up, `petshop` reads those of others.

mod baselines;
mod held_out;
mod made;

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use twin_core::analysis::{Incident, rank_suspects};
use twin_core::base::{Context, Result, Timestamp};

pub use baselines::{by_walk, deepest, largest};
pub use held_out::{HeldOut, leave_one_cause_out};
pub use made::{Fault, Made, calm, make};

/// Nodes from the most suspect to the least.
pub type Ranked = Vec<String>;

/// An incident whose cause is known.
#[derive(Clone, Debug)]
pub struct Labelled {
    /// What was measured.
    pub incident: Incident,
    /// The node that caused it.
    pub cause: String,
}

/// The suspects of an incident, none if the twin abstains.
///
/// # Errors
/// If the incident makes no sense.
pub fn ranked(incident: &Incident) -> Result<Ranked> {
    let ranking = rank_suspects(incident, &Context::new(Timestamp::MIN))?;
    Ok(ranking.suspects.into_iter().map(|suspect| suspect.node).collect())
}

/// How often a way of ranking was right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// Incidents.
    pub incidents: usize,
    /// The cause was first.
    pub first: usize,
    /// The cause was among the first three.
    pub among_three: usize,
}

impl Hits {
    /// Counts one more incident.
    pub fn count(&mut self, ranked: &[String], cause: &str) {
        self.count_at(ranked.iter().position(|node| node == cause));
    }

    /// Counts one more incident whose cause stands at a place, or nowhere.
    pub fn count_at(&mut self, place: Option<usize>) {
        self.incidents += 1;
        self.first += usize::from(place == Some(0));
        self.among_three += usize::from(place.is_some_and(|place| place < 3));
    }

    /// A line of a table: JSON.
    pub fn line(&self, method: &str) -> String {
        let part = |count: usize| (count as f64 / self.incidents.max(1) as f64 * 1000.0).round() / 1000.0;
        let (top1, top3) = (part(self.first), part(self.among_three));
        serde_json::to_string(&Line { method, incidents: self.incidents, top1, top3 }).unwrap_or_default()
    }
}

/// A line of a table: a way of ranking and how often it was right.
#[derive(Clone, Debug, Serialize)]
struct Line<'a> {
    method: &'a str,
    incidents: usize,
    top1: f64,
    top3: f64,
}

/// Each way of ranking with how often it was right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table(BTreeMap<&'static str, Hits>);

impl Table {
    /// Ranks an incident in every way, ours among them, and counts; returns ours.
    ///
    /// # Errors
    /// If the incident makes no sense.
    pub fn count(&mut self, incident: &Incident, ours: &[String], cause: &str) -> Result<()> {
        let others: [(&'static str, Ranked); 3] = [
            ("personalised PageRank over anomaly scores", by_walk(incident)?),
            ("deepest anomalous", deepest(incident)),
            ("largest z", largest(incident)),
        ];
        self.0.entry(OURS).or_default().count(ours, cause);
        others.iter().for_each(|(method, ranked)| self.0.entry(method).or_default().count(ranked, cause));
        Ok(())
    }

    /// How often the twin was right.
    pub fn ours(&self) -> Hits {
        self.0.get(OURS).copied().unwrap_or_default()
    }

    /// How often the best of the trivial rankings was right.
    pub fn best_other(&self) -> usize {
        self.0.iter().filter(|(method, _)| **method != OURS).map(|(_, hits)| hits.first).max().unwrap_or_default()
    }
}

const OURS: &str = "twin";

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order = [OURS].into_iter().chain(self.0.keys().copied().filter(|method| *method != OURS));
        let lines = order.filter_map(|method| Some(self.0.get(method)?.line(method)));
        f.write_str(&lines.collect::<Vec<String>>().join("\n"))
    }
}
