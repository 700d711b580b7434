//! Whether an answer is whole: complete, partial with what is missing, or unknown.

use serde::{Deserialize, Serialize};

use crate::base::Timestamp;
use crate::observe::SourceId;

/// Three-valued. A source that was not read, or not to its end, never reads as "none".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Status {
    /// Everything that can bear on the question was read, and is fresh enough.
    Complete,
    /// Something that could bear on the question is missing or stale.
    Partial {
        /// What.
        missing: Vec<Missing>,
    },
    /// No source that can answer has ever been read.
    Unknown {
        /// What to add.
        why: String,
    },
}

impl Status {
    /// The name of the status, lower case.
    pub fn as_str(&self) -> &'static str {
        match self {
            Status::Complete => "complete",
            Status::Partial { .. } => "partial",
            Status::Unknown { .. } => "unknown",
        }
    }
}

/// One scope that could bear on the question and was not read to its end, or is stale.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Missing {
    /// Whose.
    pub source: SourceId,
    /// Which scope.
    pub scope: String,
    /// Why.
    pub why: String,
    /// When it was last read to its end; `None` if never.
    pub since: Option<Timestamp>,
}

/// How old what an answer rests on is, for each source and sort that can bear on the question.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Freshness {
    /// Whose.
    pub source: SourceId,
    /// The sort of source.
    pub sort: String,
    /// The oldest reading among its scopes.
    pub observed_at: Timestamp,
    /// Seconds between that reading and the answer's now.
    pub age_s: u64,
    /// What the question needs, in seconds: its own word, else the source's stale-after age.
    pub required_s: u64,
    /// Whether it is met.
    pub met: bool,
}
