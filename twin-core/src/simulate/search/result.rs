//! What a search finds: options, each with its changes, waves, measures, and what it breaks.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

use crate::analysis::EntityRef;
use crate::answer::{Cites, EvidenceId, Tabular, table_row, text_cells};
use crate::base::Result;
use crate::graph::Snapshot;
use crate::simulate::search::SearchObjective;
use crate::simulate::{ChangeDraft, Scenario};

/// The options of a search, the best first.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct SearchResult {
    /// Those that keep all constraints first, by front, then by their measures.
    pub options: Vec<SearchOption>,
    /// What they are measured by: each option has a value for each.
    pub objectives: Vec<SearchObjective>,
    /// How many options were found and measured; at most `most` of them are told.
    pub found: usize,
    /// How it was searched.
    pub method: SearchMethod,
    /// Whether the search ended by itself; else the deadline did, and the options are the best so far.
    pub is_finished: bool,
    /// Why no option can keep all constraints, whatever it does.
    pub impossible: Vec<ConstraintViolation>,
    /// What was left out, and why.
    pub not_tried: Vec<NotTried>,
}

/// How options were searched.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct SearchMethod {
    /// The method, in a few words.
    pub name: String,
    /// Whether nothing better was passed over, by the measure that `optimality` names.
    pub is_exact: bool,
    /// How far from the best the options may be; without it, no bound is known.
    pub optimality: Option<OptimalityBound>,
    /// How many nodes of the search, or beginnings of a heuristic, were looked at: a measure of work that is the same on every machine.
    pub looked_at: u64,
}

/// How far from the best the options may be.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct OptimalityBound {
    /// What is bounded.
    pub of: String,
    /// The least that was found, if anything was.
    pub found: Option<f64>,
    /// No option has less.
    pub at_least: f64,
    /// The difference as a part of what was found: 0 for the best.
    pub gap: Option<f64>,
}

impl OptimalityBound {
    pub(super) fn new(of: &str, found: Option<usize>, at_least: usize) -> Self {
        let (found, at_least) = (found.map(|found| found as f64), at_least as f64);
        let gap = found.map(|found| if found <= at_least { 0.0 } else { (found - at_least) / found });
        OptimalityBound { of: of.to_owned(), found, at_least, gap }
    }
}

/// One option: a scenario, and how to get there.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct SearchOption {
    /// What it is, unique among the options.
    pub name: String,
    /// The changes, in the order of the waves; entities are named by their ids.
    pub changes: Vec<ChangeDraft>,
    /// The waves, in order.
    pub waves: Vec<Wave>,
    /// The groups that the things are parted into, where that is what was looked for.
    pub groups: Vec<Vec<EntityRef>>,
    /// By objective, what the option comes to.
    pub values: Vec<MeasuredValue>,
    /// 0 if no other option that keeps all constraints is better, else the front that it is on; without one, it breaks a constraint or something of it is unknown that is known of others. An option that may break a constraint is held against all that break none for sure; one that surely keeps all of them, only against its like.
    pub front: Option<usize>,
    /// Another such option that is at least as good whatever the truth within the ranges, by name; what surely keeps all constraints is never dominated by what may break one.
    pub dominated_by: Option<String>,
    /// The values by the weights that were given, added up: what is wanted more of counts negative. Less is better.
    pub weighted: Option<f64>,
    /// The constraints that it breaks.
    pub violations: Vec<ConstraintViolation>,
    /// The constraints of which nobody knows whether it keeps them.
    pub undecided: Vec<UndecidedConstraint>,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
    /// Why the dependencies are believed that the option is about, at most 20.
    pub evidence: Vec<EvidenceId>,
}

impl SearchOption {
    /// The option as a scenario, for every question and comparison.
    ///
    /// # Errors
    /// As of [`Scenario::of`], if the base is another one than was searched.
    pub fn scenario(&self, base: &Snapshot) -> Result<Scenario> {
        let scenario = Scenario::of(base, self.name.clone(), &self.changes)?;
        Ok(self.assumptions.iter().fold(scenario, |scenario, assumption| scenario.assuming(assumption.clone())))
    }

    /// Whether it breaks no constraint that anybody knows of.
    pub fn is_allowed(&self) -> bool {
        self.violations.is_empty()
    }
}

/// Changes that are made at the same time.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Wave {
    /// Its number, from 1.
    pub number: usize,
    /// What changes in it.
    pub members: Vec<EntityRef>,
    /// Its changes, by their places in the option.
    pub changes: Vec<usize>,
    /// The waves that have to be over before, since something of this one needs something of theirs.
    pub waits_for: Vec<usize>,
    /// What each team does in it.
    pub teams: Vec<TeamLoad>,
}

/// What a team does in a wave.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct TeamLoad {
    /// The team; none for what nobody is known to own.
    pub team: Option<EntityRef>,
    /// How many changes.
    pub changes: usize,
}

/// What an option comes to by one objective.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct MeasuredValue {
    /// The value, if it is known.
    pub value: Option<f64>,
    /// Between which ends it lies, as far as known.
    pub range: Option<[f64; 2]>,
    /// Between which ends its difference to what is now lies, where that is not known exactly: options are held against each other by it.
    pub delta: Option<[f64; 2]>,
    /// Why it is not known, or not exactly.
    pub unknown: Option<String>,
}

impl MeasuredValue {
    /// A value that is known exactly.
    pub fn known(value: f64) -> Self {
        MeasuredValue { value: Some(value), range: Some([value, value]), delta: None, unknown: None }
    }

    /// A value that nobody knows.
    pub fn unknown(why: impl Into<String>) -> Self {
        MeasuredValue { value: None, range: None, delta: None, unknown: Some(why.into()) }
    }
}

/// A constraint that is broken.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct ConstraintViolation {
    /// Which constraint: the name of its field.
    pub constraint: &'static str,
    /// How it is broken.
    pub what: String,
    /// By what.
    pub entities: Vec<EntityRef>,
}

/// A constraint of which nobody knows whether it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct UndecidedConstraint {
    /// Which constraint: the name of its field.
    pub constraint: &'static str,
    /// Why nobody knows.
    pub why: String,
}

/// What was left out.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct NotTried {
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
    /// Of what, where it is about some entities.
    pub entities: Vec<EntityRef>,
}

impl NotTried {
    pub(super) fn new(what: &str, why: &str, entities: Vec<EntityRef>) -> Self {
        NotTried { what: what.to_owned(), why: why.to_owned(), entities }
    }
}

impl Tabular for SearchResult {
    type Row = SearchOption;

    fn rows(&self) -> Cow<'_, [SearchOption]> {
        Cow::Borrowed(&self.options)
    }
}

impl Cites for SearchOption {
    fn cites(&self) -> &[EvidenceId] {
        &self.evidence
    }
}

text_cells!(
    Vec<ConstraintViolation>: |found| found.iter().map(|found| &found.what[..]).collect::<Vec<_>>().join("; ").into(),
    Vec<UndecidedConstraint>: |found| found.iter().map(|found| &found.why[..]).collect::<Vec<_>>().join("; ").into(),
);
table_row!(SearchOption: name, front, dominated_by, weighted, violations, undecided, assumptions, evidence);
