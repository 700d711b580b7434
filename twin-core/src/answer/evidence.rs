//! Evidence as a handle, resolved when somebody asks.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base::Timestamp;
use crate::observe::{Perspective, SourceId, Step};

/// A handle to one piece of evidence within the snapshot that gave the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct EvidenceId(pub u32);

/// One piece of evidence, resolved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proof {
    /// Who says it.
    pub source: SourceId,
    /// The scope within the source: a file.
    pub scope: String,
    /// From what was read back to what was written.
    pub chain: Vec<Step>,
    /// The field that was read.
    pub field: String,
    /// How it was read.
    pub technique: String,
    /// Between 0 and 1.
    pub confidence: f64,
    /// From which side.
    pub perspective: Perspective,
    /// When it was last read, or seen.
    pub observed_at: Option<Timestamp>,
}

/// Whoever can resolve a handle. The snapshot does.
pub trait EvidenceSource: Send + Sync {
    /// The evidence of a handle; `None` for a handle of another snapshot.
    fn proof(&self, id: EvidenceId) -> Option<Proof>;
}

/// Whatever rests on evidence: a row of an answer, or a list of handles.
pub trait Cites {
    /// The handles, in the order in which they matter.
    fn cites(&self) -> &[EvidenceId];
}

impl Cites for [EvidenceId] {
    fn cites(&self) -> &[EvidenceId] {
        self
    }
}

impl Cites for Vec<EvidenceId> {
    fn cites(&self) -> &[EvidenceId] {
        self
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places: Vec<String> = self.chain.iter().map(|step| step.locator.to_string()).collect();
        write!(f, "{} {}", places.join(" <- "), self.technique)?;
        if !self.field.is_empty() {
            write!(f, " {}", self.field)?;
        }
        match self.observed_at {
            Some(at) => write!(f, ", {} {at}", self.perspective.as_str()),
            None => Ok(()),
        }
    }
}
