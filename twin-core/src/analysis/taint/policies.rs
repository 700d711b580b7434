//! What policies say of classes of data, and what breaks them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::analysis::taint::graph::{DataGraph, Flood};
use crate::analysis::taint::{DataEdge, DataHolder};

/// A rule about one class of data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataPolicy {
    /// What it is called.
    pub id: String,
    /// The class of data that it is about.
    pub class: String,
    /// The regions in which the class may be; `None` if it may be anywhere.
    #[serde(default)]
    pub allowed_regions: Option<Vec<String>>,
    /// Whether the class may move over encrypted edges alone.
    #[serde(default)]
    pub require_encrypted: bool,
}

/// What breaks a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct PolicyViolation {
    /// The id of the policy.
    pub policy: String,
    /// Where.
    #[serde(flatten)]
    pub subject: PolicySubject,
}

/// Where a policy is broken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PolicySubject {
    /// At a holder that has the class in a region where it may not be.
    Node(String),
    /// On an edge that is not encrypted, from a consumer to what it calls.
    Edge(String, String),
}

impl PolicySubject {
    /// The same with other names.
    pub(crate) fn renamed(&self, name: impl Fn(&str) -> String) -> PolicySubject {
        match self {
            PolicySubject::Node(node) => PolicySubject::Node(name(node)),
            PolicySubject::Edge(from, to) => PolicySubject::Edge(name(from), name(to)),
        }
    }
}

impl std::fmt::Display for PolicySubject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PolicySubject::Node(node) => f.write_str(node),
            PolicySubject::Edge(from, to) => write!(f, "{from} → {to}"),
        }
    }
}

/// Holds one class after the other against the policies about it.
pub(super) struct Checker<'a> {
    holders: &'a [DataHolder],
    graph: &'a DataGraph<'a>,
    policies: &'a [DataPolicy],
    /// The places of the policies about each class.
    about: BTreeMap<&'a str, Vec<usize>>,
    /// What was found, by the place of the policy: what is broken, and what may be.
    found: Vec<[Vec<PolicySubject>; 2]>,
}

impl<'a> Checker<'a> {
    pub fn new(holders: &'a [DataHolder], graph: &'a DataGraph<'a>, policies: &'a [DataPolicy]) -> Self {
        let found = policies.iter().map(|_| Default::default()).collect();
        let mut about: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        policies.iter().enumerate().for_each(|(at, policy)| about.entry(&policy.class).or_default().push(at));
        Checker { holders, graph, policies, about, found }
    }

    /// `carrying` says which edges let the class through, `known` who has it, `possible` who may have it.
    pub fn check(&mut self, class: &str, carrying: &[bool], known: &Flood, possible: &Flood) {
        for at in self.about.get(class).cloned().unwrap_or_default() {
            let policy = &self.policies[at];
            let mut found = [Vec::new(), Vec::new()];
            if let Some(regions) = &policy.allowed_regions {
                self.check_holders(regions, known, possible, &mut found);
            }
            if policy.require_encrypted {
                self.check_edges(carrying, known, possible, &mut found);
            }
            self.found[at] = found;
        }
    }

    fn check_holders(&self, regions: &[String], known: &Flood, possible: &Flood, found: &mut [Vec<PolicySubject>; 2]) {
        let regions: BTreeSet<&str> = regions.iter().map(String::as_str).collect();
        for (at, holder) in self.holders.iter().enumerate() {
            let is_outside = holder.region.as_deref().map(|region| !regions.contains(region));
            let verdict = both(known.has(at), known.has(at) || possible.has(at), is_outside);
            verdict.keep(found, || PolicySubject::Node(holder.id.clone()));
        }
    }

    /// Parallel edges are one to a policy: the worst of them counts.
    fn check_edges(&self, carrying: &[bool], known: &Flood, possible: &Flood, found: &mut [Vec<PolicySubject>; 2]) {
        let mut told: [BTreeSet<(usize, usize)>; 2] = Default::default();
        for worst in [Verdict::Broken, Verdict::Undecided] {
            for (at, edge) in self.graph.edges.iter().enumerate().filter(|(at, _)| carrying[*at]) {
                let has = self.graph.senders(at).any(|end| known.has(end));
                let may = has || self.graph.senders(at).any(|end| possible.has(end));
                let verdict = both(has, may, edge.encrypted.map(|encrypted| !encrypted));
                let is_new = |told: &mut [BTreeSet<(usize, usize)>; 2]| {
                    !told[0].contains(&self.graph.ends[at]) && told[worst as usize].insert(self.graph.ends[at])
                };
                if verdict == worst && is_new(&mut told) {
                    verdict.keep(found, || subject(edge));
                }
            }
        }
    }

    /// What is broken, and what may be.
    pub fn told(self) -> (Vec<PolicyViolation>, Vec<PolicyViolation>) {
        let (mut broken, mut undecided) = (Vec::new(), Vec::new());
        for (policy, [first, second]) in self.policies.iter().zip(self.found) {
            let violation = |subject| PolicyViolation { policy: policy.id.clone(), subject };
            broken.extend(first.into_iter().map(violation));
            undecided.extend(second.into_iter().map(violation));
        }
        (broken, undecided)
    }
}

fn subject(edge: &DataEdge) -> PolicySubject {
    PolicySubject::Edge(edge.from.clone(), edge.to.clone())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Broken,
    Undecided,
    Kept,
}

impl Verdict {
    fn keep(self, found: &mut [Vec<PolicySubject>; 2], subject: impl FnOnce() -> PolicySubject) {
        if self != Verdict::Kept {
            found[self as usize].push(subject());
        }
    }
}

/// Whether data is there, may be there, and is not allowed there, as far as that is known.
fn both(is_there: bool, may_be_there: bool, is_forbidden: Option<bool>) -> Verdict {
    match (is_there, may_be_there, is_forbidden) {
        (_, _, Some(false)) | (_, false, _) => Verdict::Kept,
        (true, _, Some(true)) => Verdict::Broken,
        _ => Verdict::Undecided,
    }
}
