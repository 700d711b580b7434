//! The stable id of an entity.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base::digest_of;
use crate::observe::RecordKey;

/// The id of an entity, kept for as long as any record of it is known. Opaque: compare it, store it, hand it back.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct EntityId(String);

impl EntityId {
    /// An id that a host or a harness brings along.
    pub fn new(id: impl Into<String>) -> Self {
        EntityId(id.into())
    }

    /// A fresh id for the entity whose least record is `key`; `salt` tells apart entities that would share it.
    pub fn fresh(key: &RecordKey, salt: &str) -> Self {
        let digest = digest_of(&(key, salt)).to_string();
        EntityId(format!("e{}", &digest[..16]))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EntityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
