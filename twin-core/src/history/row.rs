//! What the log is made of. Rows are only ever appended.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::{Digest, Timestamp};
use crate::identity::{EntityId, HumanDecision};
use crate::observe::{Capability, Fact, Listing, Outcome, RecordKey, Scope};

/// A scope lists a fact from `listing.valid_from` on, until it is withdrawn. Asserting what the scope lists already renews
/// its evidence and nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assertion {
    /// The fact.
    pub fact: Arc<Fact>,
    /// Who says it, and why.
    pub listing: Arc<Listing>,
    /// Until when it holds by the source's own word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Timestamp>,
}

/// A scope no longer lists a fact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// The fact's identity.
    pub fact: Digest,
    /// Who said it.
    pub scope: Scope,
    /// When it ceased to hold.
    pub valid_to: Timestamp,
}

/// A scope told of a record at a time that no word on a fact shows: all that it said was known, or it said that the record is gone and nothing of it was known. It
/// changes nothing that holds; what was so before it and comes after it is held against it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Telling {
    /// The record.
    pub record: RecordKey,
    /// Who told of it.
    pub scope: Scope,
    /// When it was so, by the source's own word, else when it was read.
    pub at: Timestamp,
}

/// A scope was read, or at least tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Which.
    pub scope: Scope,
    /// When, by the source's own word, else when it was applied.
    pub observed_at: Timestamp,
    /// Whether to its end. `None`: the scope is gone from its parent's completed listing.
    pub outcome: Option<Outcome>,
    /// What such a reading can yield. Empty where nothing recognised the scope: then those of the reading before it hold.
    pub capabilities: Vec<Capability>,
    /// The scopes within it, if it is a listing.
    pub members: Option<Vec<String>>,
    /// Where the source goes on.
    pub cursor: Option<String>,
    /// How many diagnostics the reading had: what its source told, and what could not be taken.
    #[serde(default, skip_serializing_if = "is_none")]
    pub diagnostics: u64,
}

fn is_none(count: &u64) -> bool {
    *count == 0
}

/// One row of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Row {
    /// A scope lists a fact.
    Asserted(Assertion),
    /// A scope no longer lists a fact.
    Withdrawn(Withdrawal),
    /// A scope was read.
    Read(Reading),
    /// A scope told of a record at a time.
    Told(Telling),
    /// A record belongs to an entity from now on.
    Assigned {
        /// The record.
        record: RecordKey,
        /// The entity.
        entity: EntityId,
    },
    /// An entity was merged into another.
    Redirected {
        /// The id that is no longer in use.
        from: EntityId,
        /// The id that stands for it.
        to: EntityId,
    },
    /// A person decided something about identity.
    Decided(HumanDecision),
}

impl Row {
    /// The valid time under which the row is filed; the earliest time for rows that have none.
    pub fn valid_at(&self) -> Timestamp {
        match self {
            Row::Asserted(assertion) => assertion.listing.valid_from,
            Row::Withdrawn(withdrawal) => withdrawal.valid_to,
            Row::Read(reading) => reading.observed_at,
            Row::Told(telling) => telling.at,
            Row::Assigned { .. } | Row::Redirected { .. } | Row::Decided(_) => Timestamp::MIN,
        }
    }
}

/// What one transaction adds: all of it, or nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Commit {
    /// The transaction's time; later than that of every commit before it.
    pub tx: Timestamp,
    /// The revision of the twin after it; unchanged where only readings were renewed.
    pub revision: u64,
    /// What is appended, in order.
    pub rows: Vec<Row>,
}
