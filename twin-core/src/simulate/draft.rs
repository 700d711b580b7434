//! Changes as data: what hosts of other languages, agents and files of cases write.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Error, ErrorKind, Result};
use crate::graph::{Node, Snapshot};
use crate::schema::{Relation, State, relation};
use crate::simulate::{Change, Scenario};

/// One change. Entities are named by id, record key, alias or unique name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum ChangeDraft {
    /// An entity fails for a while.
    Fail {
        /// Which; a component stands for its instances.
        entity: String,
        /// How badly: `delayed`, `degraded` or `down` (default).
        #[serde(default)]
        state: Option<String>,
    },
    /// An entity is taken away for ever.
    Remove {
        /// Which; a component goes with its instances and members.
        entity: String,
    },
    /// An entity comes to depend on another one.
    AddDependency {
        /// Who depends; a component stands for its instances.
        entity: String,
        /// On what; a component stands for its instances.
        on: String,
        /// By which relation. Default: `calls`.
        #[serde(default)]
        relation: Option<String>,
    },
    /// An entity depends on another one no longer.
    RemoveDependency {
        /// Who depended; a component stands for its instances.
        entity: String,
        /// On what; a component stands for its instances.
        on: String,
        /// By which relation. Default: by every one over which failure passes.
        #[serde(default)]
        relation: Option<String>,
    },
    /// An entity moves to another region.
    Move {
        /// Which; a component stands for its instances.
        entity: String,
        /// Where to.
        region: String,
        /// The round trip between both regions, in milliseconds. Without it, what the move does to latency is not known.
        #[serde(default)]
        rtt_ms: Option<f64>,
    },
    /// An operation takes longer.
    AddLatency {
        /// Whose.
        entity: String,
        /// Which, as telemetry names it.
        operation: String,
        /// By how much, in milliseconds.
        ms: f64,
    },
    /// An entity loses a cache: it is not asked any more, and every request takes the path of a miss.
    RemoveCache {
        /// Who uses it.
        entity: String,
        /// The cache.
        cache: String,
    },
    /// More requests come, or fewer.
    ScaleLoad {
        /// How many times as many.
        factor: f64,
    },
}

impl ChangeDraft {
    /// Reads a list of changes from JSON.
    ///
    /// # Errors
    /// `Invalid`, with what is wrong.
    pub fn list_from_json(text: &str) -> Result<Vec<ChangeDraft>> {
        serde_json::from_str(text)
            .map_err(|error| Error::new(ErrorKind::Invalid, "this is no list of changes").because(error))
    }

    fn change(&self, base: &Snapshot) -> Result<Change> {
        match self {
            ChangeDraft::Fail { entity, state } => {
                let state = state.as_deref().map_or(Ok(State::Down), State::parse)?;
                Ok(Change::Fail { node: base.find(entity)?, state })
            }
            ChangeDraft::Remove { entity } => Ok(Change::Remove { node: base.find(entity)? }),
            ChangeDraft::AddDependency { entity, on, relation: name } => {
                let usual = relation::CALLS;
                let (from, to) = (base.find(entity)?, base.find(on)?);
                let relation = allowed(base, name.as_deref().unwrap_or(usual.as_str()), from, to)?;
                Ok(Change::AddDependency { from, to, relation })
            }
            ChangeDraft::RemoveDependency { entity, on, relation: name } => {
                let row = name.as_deref().map(|name| base.schema().relation(name).map(|row| row.name.clone()));
                let (from, to) = (base.find(entity)?, base.find(on)?);
                Ok(Change::RemoveDependency { from, to, relation: row.transpose()? })
            }
            ChangeDraft::Move { entity, region, rtt_ms } => {
                rtt_ms.map_or(Ok(()), |rtt_ms| check("rtt_ms", rtt_ms, 0.0))?;
                Ok(Change::Move { node: base.find(entity)?, region: region.clone(), rtt_ms: *rtt_ms })
            }
            ChangeDraft::AddLatency { entity, operation, ms } => {
                check("ms", *ms, 0.0)?;
                Ok(Change::AddLatency { node: base.find(entity)?, operation: operation.clone(), ms: *ms })
            }
            ChangeDraft::RemoveCache { entity, cache } => {
                Ok(Change::RemoveCache { node: base.find(entity)?, cache: base.find(cache)? })
            }
            ChangeDraft::ScaleLoad { factor } => {
                check("factor", *factor, f64::MIN_POSITIVE)?;
                Ok(Change::ScaleLoad { factor: *factor })
            }
        }
    }
}

fn check(field: &str, value: f64, least: f64) -> Result<()> {
    match value.is_finite() && value >= least {
        true => Ok(()),
        false => Err(Error::new(ErrorKind::Invalid, format!("{field} is {value}: it takes a number above 0"))),
    }
}

/// A relation that may hold between two entities, or between their instances.
fn allowed(base: &Snapshot, name: &str, from: Node, to: Node) -> Result<Relation> {
    let row = base.schema().relation(name)?;
    let kinds = |node: Node| base.instances(node).into_iter().map(|node| base.entity(node).kind.clone());
    for from in kinds(from) {
        for to in kinds(to) {
            if !base.schema().allows(name, from.as_str(), to.as_str())? {
                let what = format!("{name} does not hold between a {from} and a {to}: name another relation");
                return Err(Error::new(ErrorKind::Invalid, what));
            }
        }
    }
    Ok(row.name.clone())
}

impl Scenario {
    /// A scenario of changes that are given as data.
    ///
    /// # Errors
    /// `Unknown` or `Ambiguous` for a name, with the nearest names or the candidates; `Invalid` for a number or a relation that makes no sense, for two changes that
    /// cannot both be made, and for a dependency that is not there.
    pub fn of(base: &Snapshot, name: impl Into<String>, changes: &[ChangeDraft]) -> Result<Scenario> {
        let changes: Vec<Change> = changes.iter().map(|draft| draft.change(base)).collect::<Result<_>>()?;
        let scenario = changes.into_iter().fold(Scenario::new(base, name), Scenario::with);
        scenario.check()?;
        Ok(scenario)
    }
}
