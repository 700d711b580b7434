//! A question as data: what hosts of other languages, agents and files of cases ask by.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::analysis::{self, BlastRadius, Hazard, HubThresholds, Writers};
use crate::answer::{Profile, Reply};
use crate::base::{Error, ErrorKind, Result, Timestamp};
use crate::graph::Snapshot;
use crate::observe::Perspective;
use crate::schema::State;
use crate::simulate::future::{DatedEvent, future};
use crate::simulate::time_to_impact::{TimeToImpact, ToleranceDraft, Tolerances, time_to_impact};

/// A question. Entities are named by id, record key, alias or unique name; whatever is left out has its default.
///
/// `needs` is what the question needs of its sources: `cadence` (default), `incident`, `planning` or `audit`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Question {
    /// Who is affected if an entity fails?
    BlastRadius {
        /// Which entity fails; a component stands for its instances.
        entity: String,
        /// How badly: `delayed`, `degraded` or `down` (default).
        #[serde(default)]
        state: Option<String>,
        /// For a while, `outage` (default), or for ever, `removal`.
        #[serde(default)]
        hazard: Option<String>,
        /// In which environment. Default: production, where any instance is known to be there.
        #[serde(default)]
        environment: Option<String>,
        /// What the question needs of its sources.
        #[serde(default)]
        needs: Option<String>,
    },
    /// Everything that is known of an entity, with every source's word.
    Describe {
        /// Which entity.
        entity: String,
        /// What the question needs of its sources.
        #[serde(default)]
        needs: Option<String>,
    },
    /// What sources tell differently of an entity from the same side, and which word to go by.
    Conflicts {
        /// Which entity.
        entity: String,
        /// Who may write which attribute, and whose word goes before whose.
        #[serde(default)]
        writers: Vec<Writers>,
        /// What the question needs of its sources.
        #[serde(default)]
        needs: Option<String>,
    },
    /// The entities whose names contain some words.
    FindAll {
        /// The words; empty for all entities.
        words: String,
        /// Only entities of this kind.
        #[serde(default)]
        of: Option<String>,
        /// What the question needs of its sources.
        #[serde(default)]
        needs: Option<String>,
    },
    /// What an entity is related to.
    Neighbours {
        /// Which entity.
        entity: String,
        /// Only by this relation, or by its inverse.
        #[serde(default)]
        relation: Option<String>,
        /// What the question needs of its sources.
        #[serde(default)]
        needs: Option<String>,
    },
    /// Who answers for an entity, and by which rule.
    Owners {
        /// Which entity.
        entity: String,
        /// Whose word on `ownedBy` goes before whose.
        #[serde(default)]
        writers: Vec<Writers>,
        /// What the question needs of its sources.
        #[serde(default)]
        needs: Option<String>,
    },
    /// Entities that need each other around a corner.
    Cycles {
        /// What the question needs of its sources.
        #[serde(default)]
        needs: Option<String>,
    },
    /// Cycles, hubs, and dependencies on what is less stable.
    Smells {
        /// From so many on that need it, an entity may be a hub. Default: 5.
        #[serde(default)]
        fan_in: Option<u32>,
        /// From so many on that it needs, an entity may be a hub. Default: 5.
        #[serde(default)]
        fan_out: Option<u32>,
        /// What the question needs of its sources.
        #[serde(default)]
        needs: Option<String>,
    },
    /// What one side says and another does not.
    Drift {
        /// The side that is held against the other. Default: `declared`.
        #[serde(default)]
        left: Option<String>,
        /// The other side. Default: `observed`.
        #[serde(default)]
        right: Option<String>,
        /// What the question needs of its sources.
        #[serde(default)]
        needs: Option<String>,
    },
    /// What an entity and its dependents are billed.
    Cost {
        /// Which entity.
        entity: String,
        /// What the question needs of its sources.
        #[serde(default)]
        needs: Option<String>,
    },
    /// What is dated and still to come, and what of it collides.
    Future {
        /// Until when.
        until: Timestamp,
        /// What is dated that the twin has not read.
        #[serde(default)]
        events: Vec<DatedEvent>,
        /// What the question needs of its sources.
        #[serde(default)]
        needs: Option<String>,
    },
    /// When an outage reaches whom.
    TimeToImpact {
        /// Which entity fails; a component stands for its instances.
        entity: String,
        /// When it begins.
        at: Timestamp,
        /// How badly: `delayed`, `degraded` or `down` (default).
        #[serde(default)]
        state: Option<String>,
        /// How long it lasts, in milliseconds. Default: until further notice.
        #[serde(default)]
        duration_ms: Option<u64>,
        /// In which environment. Default: production, where any instance is known to be there.
        #[serde(default)]
        environment: Option<String>,
        /// How long who goes on without what. What nobody says has no bound but at once.
        #[serde(default)]
        tolerances: Vec<ToleranceDraft>,
        /// What the question needs of its sources.
        #[serde(default)]
        needs: Option<String>,
    },
    /// What was decided about an entity, and whether reality keeps to it.
    Decisions {
        /// Which entity.
        entity: String,
        /// What the question needs of its sources.
        #[serde(default)]
        needs: Option<String>,
    },
    /// Why the records of an entity are one thing, and which others came near.
    Explain {
        /// Which entity.
        entity: String,
        /// What the question needs of its sources.
        #[serde(default)]
        needs: Option<String>,
    },
    /// What a person should decide about identity, the most telling first.
    Review {
        /// How many pairs at most. Default: 20.
        #[serde(default)]
        most: Option<u32>,
        /// What the question needs of its sources.
        #[serde(default)]
        needs: Option<String>,
    },
    /// Why two entities are not one.
    WhyNot {
        /// One entity.
        a: String,
        /// The other.
        b: String,
        /// What the question needs of its sources.
        #[serde(default)]
        needs: Option<String>,
    },
}

/// So many pairs are reviewed where nobody says otherwise.
const REVIEWED: u32 = 20;

impl Question {
    /// Reads a question from JSON: `{"kind": "owners", "entity": "payments"}`.
    ///
    /// # Errors
    /// `Invalid`, with what is wrong.
    pub fn from_json(text: &str) -> Result<Question> {
        serde_json::from_str(text).map_err(|error| Error::misread("this is no question", &error))
    }
}

impl Snapshot {
    /// Answers a question that is given as data. What it costs is what the method of its name costs.
    ///
    /// # Errors
    /// `Unknown` or `Ambiguous` for a name, with the nearest names or the candidates.
    pub fn ask(&self, question: &Question) -> Result<Reply> {
        match question {
            Question::BlastRadius { entity, state, hazard, environment, needs } => {
                analysis::check_environment(self, environment.as_deref())?;
                let asked = BlastRadius {
                    state: parsed(state.as_deref(), State::Down, State::parse)?,
                    hazard: parsed(hazard.as_deref(), Hazard::Outage, Hazard::parse)?,
                    environment: environment.clone(),
                    needs: profile(needs)?,
                    ..BlastRadius::of(self.find(entity)?)
                };
                Ok(analysis::blast_radius(self, &asked).into())
            }
            Question::FindAll { words, of, needs } => {
                Ok(analysis::find_all(self, of.as_deref(), words, profile(needs)?)?.into())
            }
            Question::Neighbours { entity, relation, needs } => {
                Ok(analysis::neighbours(self, self.find(entity)?, relation.as_deref(), profile(needs)?)?.into())
            }
            Question::Cycles { needs } => Ok(analysis::cycles(self, profile(needs)?).into()),
            Question::Smells { fan_in, fan_out, needs } => {
                let usual = HubThresholds::default();
                let thresholds =
                    HubThresholds { fan_in: fan_in.unwrap_or(usual.fan_in), fan_out: fan_out.unwrap_or(usual.fan_out) };
                Ok(analysis::smells(self, thresholds, profile(needs)?).into())
            }
            Question::Drift { left, right, needs } => {
                let left = parsed(left.as_deref(), Perspective::Declared, Perspective::parse)?;
                let right = parsed(right.as_deref(), Perspective::Observed, Perspective::parse)?;
                Ok(analysis::drift(self, left, right, profile(needs)?).into())
            }
            Question::Review { most, needs } => {
                Ok(analysis::review(self, most.unwrap_or(REVIEWED) as usize, profile(needs)?).into())
            }
            Question::WhyNot { a, b, needs } => {
                Ok(analysis::why_not(self, self.find(a)?, self.find(b)?, profile(needs)?).into())
            }
            Question::Future { until, events, needs } => Ok(future(self, *until, events, profile(needs)?)?.into()),
            Question::TimeToImpact { entity, at, state, duration_ms, environment, tolerances, needs } => {
                analysis::check_environment(self, environment.as_deref())?;
                let asked = TimeToImpact {
                    state: parsed(state.as_deref(), State::Down, State::parse)?,
                    duration: duration_ms.map(Duration::from_millis),
                    environment: environment.clone(),
                    tolerances: Tolerances::of(self, tolerances)?,
                    needs: profile(needs)?,
                    ..TimeToImpact::of(self.find(entity)?, *at)
                };
                Ok(time_to_impact(self, &asked)?.into())
            }
            about => self.ask_about(about),
        }
    }

    /// Questions about one entity and nothing else.
    fn ask_about(&self, question: &Question) -> Result<Reply> {
        match question {
            Question::Describe { entity, needs } => {
                Ok(analysis::describe(self, self.find(entity)?, profile(needs)?).into())
            }
            Question::Conflicts { entity, writers, needs } => {
                Ok(analysis::conflicts(self, self.find(entity)?, writers, profile(needs)?).into())
            }
            Question::Owners { entity, writers, needs } => {
                Ok(analysis::owners(self, self.find(entity)?, writers, profile(needs)?).into())
            }
            Question::Cost { entity, needs } => Ok(analysis::cost(self, self.find(entity)?, profile(needs)?).into()),
            Question::Decisions { entity, needs } => {
                Ok(analysis::decisions(self, self.find(entity)?, profile(needs)?).into())
            }
            Question::Explain { entity, needs } => {
                Ok(analysis::explain(self, self.find(entity)?, profile(needs)?).into())
            }
            other => Err(Error::new(ErrorKind::Invalid, format!("no question about one entity: {other:?}"))),
        }
    }
}

fn profile(needs: &Option<String>) -> Result<Profile> {
    parsed(needs.as_deref(), Profile::default(), Profile::parse)
}

fn parsed<T>(word: Option<&str>, otherwise: T, parse: impl FnOnce(&str) -> Result<T>) -> Result<T> {
    word.map_or(Ok(otherwise), parse)
}
