//! What a source can see, how often, and what it can not: the integration matrix and every blind spot come from here.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::observe::Mode;
use crate::schema::{Kind, Relation};

/// How a decoder's correctness is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Proof {
    /// Tested on payloads that real systems wrote.
    Captured,
    /// Built from the vendor's documents; no real payload was seen.
    Documented,
}

/// What one sort of source can yield.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capability {
    /// The sort of source: `kubernetes`, `compose`, `focus`.
    pub sort: String,
    /// The kinds of records that it can yield.
    pub kinds: Vec<Kind>,
    /// The relations that it can yield.
    pub relations: Vec<Relation>,
    /// Whether a reading is complete or only tells changes.
    pub mode: Mode,
    /// A reading is fresh for so long.
    pub fresh_for: Duration,
    /// A reading older than this is stale.
    pub stale_after: Duration,
    /// What the host must grant.
    pub permissions: String,
    /// What one pass costs.
    pub cost: String,
    /// What it cannot see, each a phrase for people.
    pub cannot_see: Vec<String>,
    /// How its correctness is known.
    pub proof: Proof,
}

impl Capability {
    /// A source of files that is read in full: fresh for 15 minutes, stale after 60, as for Git and infrastructure code.
    pub fn of_files(sort: &str, kinds: &[Kind], relations: &[Relation]) -> Self {
        Capability {
            sort: sort.to_owned(),
            kinds: kinds.to_vec(),
            relations: relations.to_vec(),
            mode: Mode::Full,
            fresh_for: Duration::from_secs(15 * 60),
            stale_after: Duration::from_secs(60 * 60),
            permissions: "read access to the folder".to_owned(),
            cost: "one read of each file".to_owned(),
            cannot_see: Vec::new(),
            proof: Proof::Captured,
        }
    }

    /// The same capability with another cadence.
    #[must_use]
    pub fn fresh(mut self, fresh_for: Duration, stale_after: Duration) -> Self {
        (self.fresh_for, self.stale_after) = (fresh_for, stale_after);
        self
    }

    /// The same capability with what it cannot see.
    #[must_use]
    pub fn blind_to(mut self, what: &[&str]) -> Self {
        self.cannot_see = what.iter().map(|phrase| (*phrase).to_owned()).collect();
        self
    }
}
