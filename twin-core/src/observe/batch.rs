//! A batch: one reading of one scope, and whether it was read to its end.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base::{Error, ErrorKind, Limits, Result, Timestamp};
use crate::observe::pack::size;
use crate::observe::{Capability, Diagnostic, Record, RecordKey, SourceId};

/// Whether a reading tells everything or only what changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Everything in the scope: what is not listed is gone, if the reading is complete.
    Full,
    /// Only changes: what is not listed stays.
    Delta,
}

/// Whether a reading reached its end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Read to its end.
    Complete,
    /// Something in it could not be read, for this reason. Such a reading takes nothing away.
    Partial(String),
}

/// What a reading is complete about. A folder's members are folders and files, a file's members are records.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Scope {
    /// Whose.
    pub source: SourceId,
    /// The path within the source, without leading or trailing slash; the root is empty.
    pub path: String,
}

impl Scope {
    /// The scope at `path`.
    pub fn new(source: &SourceId, path: impl Into<String>) -> Self {
        Scope { source: source.clone(), path: path.into() }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => write!(f, "{}", self.source),
            path => write!(f, "{}/{path}", self.source),
        }
    }
}

/// One reading of one scope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// Of what.
    pub scope: Scope,
    /// Everything or changes.
    pub mode: Mode,
    /// Whether it reached its end.
    pub outcome: Outcome,
    /// The scopes within this one, by their paths, if it is a listing of scopes.
    pub members: Option<Vec<String>>,
    /// What was read.
    pub records: Vec<Record>,
    /// Delta only: what the source says is gone.
    pub gone: Vec<RecordKey>,
    /// What could not be taken.
    pub diagnostics: Vec<Diagnostic>,
    /// What such a reading can yield; several where several decoders read the scope; none where nothing recognised it.
    pub capabilities: Vec<Capability>,
    /// Where to go on after this batch, committed together with it.
    pub cursor: Option<String>,
    /// The source's own time of the reading; else the time at which it is applied.
    pub observed_at: Option<Timestamp>,
}

impl Batch {
    /// An empty, complete, full reading of `scope`.
    pub fn full(scope: Scope, capability: Capability) -> Self {
        Batch {
            scope,
            mode: Mode::Full,
            outcome: Outcome::Complete,
            members: None,
            records: Vec::new(),
            gone: Vec::new(),
            diagnostics: Vec::new(),
            capabilities: vec![capability],
            cursor: None,
            observed_at: None,
        }
    }

    /// An empty reading of changes.
    pub fn delta(scope: Scope, capability: Capability) -> Self {
        Batch { mode: Mode::Delta, ..Batch::full(scope, capability) }
    }

    /// A complete listing of the scopes within `scope`.
    pub fn listing(scope: Scope, members: Vec<String>) -> Self {
        Batch {
            scope,
            mode: Mode::Full,
            outcome: Outcome::Complete,
            members: Some(members),
            records: Vec::new(),
            gone: Vec::new(),
            diagnostics: Vec::new(),
            capabilities: Vec::new(),
            cursor: None,
            observed_at: None,
        }
    }

    /// How many records of the source this batch accounts for: those read and those rejected; the largest number there is, if there are more.
    pub fn incoming(&self) -> u64 {
        let read = self.records.iter().map(|record| record.stands_for);
        let rejected = self.diagnostics.iter().map(|diagnostic| diagnostic.records);
        read.chain(rejected).fold(self.gone.len() as u64, u64::saturating_add)
    }

    /// Whether this is not more than a twin takes in one batch. O(what the batch says), and no more than the limits allow.
    ///
    /// # Errors
    /// `Limit`, with what there is too much of.
    pub fn check_size(&self, limits: &Limits) -> Result<()> {
        let members = self.members.as_deref().unwrap_or_default();
        let all = self.records.len() + self.gone.len() + members.len() + self.diagnostics.len();
        if all as u64 > limits.batch_records {
            return Err(
                self.too_large(&format!("{all} records"), &format!("batch_records is {}", limits.batch_records))
            );
        }
        let sizes = self.records.iter().map(size).chain(self.gone.iter().map(size)).chain(members.iter().map(size));
        let told = self.diagnostics.iter().map(|diagnostic| diagnostic.message.len() as u64);
        let mut bytes = 0_u64;
        for size in sizes.chain(told) {
            bytes += size;
            if bytes > limits.batch_bytes {
                let limit = format!("batch_bytes is {}", limits.batch_bytes);
                return Err(self.too_large(&format!("{bytes} bytes or more"), &limit));
            }
        }
        Ok(())
    }

    fn too_large(&self, what: &str, limit: &str) -> Error {
        let to_do = "split it into smaller scopes or changes, or raise the limit";
        Error::new(ErrorKind::Limit, format!("the batch of {} has {what}, {limit}: {to_do}", self.scope))
    }
}
