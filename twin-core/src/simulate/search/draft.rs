//! The question of a search as data: what is looked for, what constrains it, and what is wanted less or more of.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Error, Result};
use crate::simulate::Dimension;
use crate::simulate::pareto::Goal;

/// A search for change sets. Entities are named by id, record key, alias or unique name; whatever is left out has its default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchDraft {
    /// What is looked for.
    pub aim: Aim,
    /// What the options have to keep to. Default: nothing.
    #[serde(default)]
    pub constraints: Constraints,
    /// What is wanted less or more of. Default: what the structure tells of the aim.
    #[serde(default)]
    pub objectives: Vec<SearchObjective>,
    /// Where chance begins: the same seed finds the same options. Default 0.
    #[serde(default)]
    pub seed: u64,
    /// How many options are told at most. Default 10.
    #[serde(default = "most")]
    pub most: usize,
    /// How many nodes of a search tree are looked at before a heuristic takes over. Default 20,000.
    #[serde(default = "nodes")]
    pub nodes: u64,
    /// What the search needs of its sources: `cadence` (default), `incident`, `planning` or `audit`.
    #[serde(default)]
    pub needs: Option<String>,
}

fn most() -> usize {
    10
}

fn nodes() -> u64 {
    20_000
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "find", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Aim {
    /// Dependencies without which nothing needs itself around a corner.
    CutCycles {
        /// Only cycles among these; a component stands for its instances. Default: among all.
        #[serde(default)]
        among: Vec<String>,
    },
    /// Waves in which some things move to a region, each after what it needs.
    Migrate {
        /// What moves; a component stands for its instances.
        entities: Vec<String>,
        /// Where to.
        region: String,
        /// The round trip between both regions, in milliseconds. Without it, what the moves do to latency is not known.
        #[serde(default)]
        rtt_ms: Option<f64>,
    },
    /// Parts of a monolith that hold together, with the dependencies that have to be cut around them.
    Extract {
        /// The modules of the monolith: at least two.
        modules: Vec<String>,
    },
    /// Stores and brokers that are alike, so that one can do the work of several.
    Consolidate {
        /// Only these. Default: all.
        #[serde(default)]
        among: Vec<String>,
        /// How many may need what goes, at most. Default 3.
        #[serde(default = "few")]
        most_users: usize,
    },
    /// What nobody needs any more.
    Retire {
        /// Only these. Default: all.
        #[serde(default)]
        among: Vec<String>,
    },
    /// How many copies of things are enough for the requests that were recorded, and for the limits.
    RightSize {
        /// Only these. Default: all of which the number of copies and of workers is known.
        #[serde(default)]
        among: Vec<String>,
        /// How busy workers may be on average, each in parts per one: each is an option. Default: .5, .6, .7, .8 and .9.
        #[serde(default = "utilisations")]
        utilisations: Vec<f64>,
        /// How many copies of each there are at least. Default 1.
        #[serde(default = "one")]
        least: u32,
        /// And at most. Default: as many as the least of the utilisations asks for, or as there are now.
        #[serde(default)]
        most: Option<u32>,
    },
}

fn utilisations() -> Vec<f64> {
    vec![0.5, 0.6, 0.7, 0.8, 0.9]
}

fn one() -> u32 {
    1
}

fn few() -> usize {
    3
}

impl Aim {
    /// Its name in data.
    pub fn name(&self) -> &'static str {
        match self {
            Aim::CutCycles { .. } => "cut_cycles",
            Aim::Migrate { .. } => "migrate",
            Aim::Extract { .. } => "extract",
            Aim::Consolidate { .. } => "consolidate",
            Aim::Retire { .. } => "retire",
            Aim::RightSize { .. } => "right_size",
        }
    }
}

/// What options have to keep to. One that does not is told with what it breaks, behind those that do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Constraints {
    /// The regions in which anything may stand that moves or takes over work. Default: any.
    #[serde(default)]
    pub regions: Vec<String>,
    /// What may not be touched; a component stands for its instances.
    #[serde(default)]
    pub freeze: Vec<String>,
    /// How many changes each team makes in one wave.
    #[serde(default)]
    pub capacity: Capacity,
    /// How many changes an option has at most. Default: any number.
    #[serde(default)]
    pub most_changes: Option<usize>,
    /// What the things that change may cost together, as billed.
    #[serde(default)]
    pub budget: Option<Budget>,
    /// Figures that must not be over a limit.
    #[serde(default)]
    pub limits: Vec<FigureLimit>,
}

/// How many changes a team makes in one wave. What nobody is known to own counts for one team of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// Of each team that is not named. Default: any number.
    #[serde(default)]
    pub each: Option<u32>,
    /// Of some teams, by name.
    #[serde(default)]
    pub teams: BTreeMap<String, u32>,
}

/// Money for as long as the bill that was read is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// How much at most.
    pub amount: f64,
    /// In which currency, such as `EUR`.
    pub currency: String,
}

/// A figure of the comparison with the base that must not be over a limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FigureLimit {
    /// Which figure: one that a comparison has.
    pub measure: Measure,
    /// Of which entity or operation, by name. Default: of each.
    #[serde(default)]
    pub of: Option<String>,
    /// The limit, in the figure's unit: minutes down a month, milliseconds, parts per one, entities.
    pub at_most: f64,
}

/// What is wanted less or more of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchObjective {
    /// What is measured.
    pub measure: Measure,
    /// Of which entity or operation, by name, where a comparison has several such figures.
    #[serde(default)]
    pub of: Option<String>,
    /// Whether less or more is better. Default: what is usual for the measure.
    #[serde(default)]
    pub goal: Option<Goal>,
    /// What one unit of it counts against one of the others: over 0. Options are only weighed if each objective has a weight.
    #[serde(default)]
    pub weight: Option<f64>,
}

impl SearchObjective {
    /// A measure by its usual goal, without a weight.
    pub fn of(measure: Measure) -> Self {
        SearchObjective { measure, of: None, goal: None, weight: None }
    }

    /// Whether less or more is better.
    pub fn goal(&self) -> Goal {
        self.goal.unwrap_or(self.measure.usual_goal())
    }
}

/// What an option is measured by: the structure tells the first ones, a comparison with the base the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Measure {
    /// How many changes are made.
    Changes,
    /// How many relations are taken away.
    DependenciesCut,
    /// How many other entities need what changes, directly or around a corner, by the worst that facts may mean.
    EntitiesAffected,
    /// How many teams own what changes: at least, where no owner is known of some of it.
    TeamsTouched,
    /// How many waves it takes.
    Waves,
    /// How many dependencies lead from what moves to what does not, or back.
    DependenciesAcross,
    /// How many dependencies lead from what has moved to what moves later, or back, summed up over all waves but the last.
    DependenciesAcrossBetweenWaves,
    /// How many entities are removed, or are no longer needed by anybody. More is better.
    EntitiesFreed,
    /// The modularity of the partition, from -1/2 to 1. More is better.
    Modularity,
    /// How many copies there are of everything that is sized.
    Replicas,
    /// Minutes down a month, where availabilities are given.
    Availability,
    /// The median latency in milliseconds, where traffic is given.
    LatencyP50,
    /// The 95th percentile of latency in milliseconds, where traffic is given.
    LatencyP95,
    /// The 99th percentile of latency in milliseconds, where traffic is given.
    LatencyP99,
    /// The 99.9th percentile of latency in milliseconds, where traffic is given.
    LatencyP999,
    /// Failed requests in parts per one, where traffic is given.
    ErrorRate,
    /// The share of their time that workers are asked for, in parts per one, where traffic is given and workers are declared.
    Utilisation,
    /// How many times as many requests the first service that cannot serve more can serve, where traffic is given and workers are declared. More is better.
    Headroom,
    /// What is billed in a month: of something, or without it by how much all bills change together.
    Cost,
    /// Entities without which others are no longer joined.
    SinglePointsOfFailure,
    /// Groups of entities that need each other around a corner.
    Cycles,
    /// What decisions rule out and is there.
    DecisionsViolated,
}

impl Measure {
    /// The figure of a comparison that tells it; `None` for what the structure tells.
    pub fn dimension(self) -> Option<Dimension> {
        match self {
            Measure::Availability => Some(Dimension::Availability),
            Measure::LatencyP50 => Some(Dimension::LatencyP50),
            Measure::LatencyP95 => Some(Dimension::LatencyP95),
            Measure::LatencyP99 => Some(Dimension::LatencyP99),
            Measure::LatencyP999 => Some(Dimension::LatencyP999),
            Measure::ErrorRate => Some(Dimension::ErrorRate),
            Measure::Utilisation => Some(Dimension::Utilisation),
            Measure::Headroom => Some(Dimension::Headroom),
            Measure::Cost => Some(Dimension::Cost),
            Measure::SinglePointsOfFailure => Some(Dimension::SinglePointsOfFailure),
            Measure::Cycles => Some(Dimension::Cycles),
            Measure::DecisionsViolated => Some(Dimension::DecisionsViolated),
            _ => None,
        }
    }

    fn usual_goal(self) -> Goal {
        match self {
            Measure::EntitiesFreed | Measure::Modularity | Measure::Headroom => Goal::Maximize,
            _ => Goal::Minimize,
        }
    }
}

impl SearchDraft {
    /// A search for this, with defaults.
    pub fn new(aim: Aim) -> Self {
        SearchDraft {
            aim,
            constraints: Constraints::default(),
            objectives: Vec::new(),
            seed: 0,
            most: most(),
            nodes: nodes(),
            needs: None,
        }
    }

    /// Reads a search from JSON: `{"aim": {"find": "cut_cycles"}}`.
    ///
    /// # Errors
    /// `Invalid`, with what is wrong.
    pub fn from_json(text: &str) -> Result<SearchDraft> {
        serde_json::from_str(text).map_err(|error| Error::misread("this is no search for change sets", &error))
    }
}
