//! A fact: one statement about one record from one side. Which scopes list it, and why, stands beside it.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::{Digest, Timestamp};
use crate::observe::pack::{Packed, Packer};
use crate::observe::{Evidence, Perspective, RecordKey, Scope, Statement};

/// What is said, by its content alone. Two scopes that say the same share one fact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fact {
    /// Of which record.
    pub subject: RecordKey,
    /// What.
    pub statement: Statement,
    /// From which side.
    pub perspective: Perspective,
}

impl Fact {
    /// The fact's identity: equal for equal facts, over processes and versions of one store format.
    pub fn digest(&self) -> Digest {
        self.digests().0
    }

    /// The fact's identity, and that of its subject.
    pub(crate) fn digests(&self) -> (Digest, Digest) {
        let mut packer = Packer::plain();
        self.subject.pack(&mut packer);
        let subject = Digest::of(packer.bytes());
        self.statement.pack(&mut packer);
        self.perspective.pack(&mut packer);
        (Digest::of(packer.bytes()), subject)
    }
}

/// One scope's word for a fact: why it is believed, and since when it holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listing {
    /// Who says it.
    pub scope: Scope,
    /// Why it is believed: every place in the scope that says so, in the order of the places; at least one.
    pub evidence: Vec<Evidence>,
    /// Since when it holds.
    pub valid_from: Timestamp,
}

/// A fact that holds, with everybody who says so.
#[derive(Clone, Debug)]
pub struct Holding<'a> {
    /// The fact.
    pub fact: &'a Fact,
    /// The identity of its subject.
    pub subject: Digest,
    /// Who says so, in the order of their scopes; at least one.
    pub listings: Cow<'a, [Arc<Listing>]>,
}
