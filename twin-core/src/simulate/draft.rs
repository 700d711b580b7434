//! Changes as data: what hosts of other languages, agents and files of cases write.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Error, ErrorKind, Result};
use crate::graph::Snapshot;
use crate::schema::State;
use crate::simulate::{Change, Scenario};

/// One change. Entities are named by id, record key, alias or unique name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
        }
    }
}

impl Scenario {
    /// A scenario of changes that are given as data.
    ///
    /// # Errors
    /// `Unknown` or `Ambiguous` for a name, with the nearest names or the candidates.
    pub fn of(base: &Snapshot, name: impl Into<String>, changes: &[ChangeDraft]) -> Result<Scenario> {
        let changes: Vec<Change> = changes.iter().map(|draft| draft.change(base)).collect::<Result<_>>()?;
        Ok(changes.into_iter().fold(Scenario::new(base, name), Scenario::with))
    }
}
