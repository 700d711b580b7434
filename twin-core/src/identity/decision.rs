//! What people decided about identity. Decisions key on records, apply before anything is scored, and survive every reading.

use serde::{Deserialize, Serialize};

use crate::observe::RecordKey;

/// One decision.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HumanDecision {
    /// These two records are of one entity, whatever the evidence says.
    Pin {
        /// One record.
        a: RecordKey,
        /// The other.
        b: RecordKey,
    },
    /// These two records are of two entities, whatever the evidence says.
    Split {
        /// One record.
        a: RecordKey,
        /// The other.
        b: RecordKey,
    },
    /// Neither of the two holds any longer.
    Unpin {
        /// One record.
        a: RecordKey,
        /// The other.
        b: RecordKey,
    },
    /// The entity of this record is called so.
    Name {
        /// A record of the entity.
        record: RecordKey,
        /// The name.
        name: String,
    },
}
