//! What changes about who is one thing, as people would tell it.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::identity::{EntityId, IdentityState};
use crate::observe::RecordKey;

/// What becomes of some records at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "change", rename_all = "snake_case")]
#[non_exhaustive]
pub enum IdentityChange {
    /// They are a thing that was not there before.
    Created {
        /// Its id.
        entity: EntityId,
        /// The records.
        #[serde(serialize_with = "keys")]
        #[schemars(with = "Vec<String>")]
        records: Vec<RecordKey>,
    },
    /// They were not there before, and belong to a thing that was.
    Attached {
        /// Which.
        entity: EntityId,
        /// The records.
        #[serde(serialize_with = "keys")]
        #[schemars(with = "Vec<String>")]
        records: Vec<RecordKey>,
    },
    /// Their thing becomes part of another, whose id stands for both.
    Merged {
        /// The id that is no longer in use.
        from: EntityId,
        /// The id that stands for it.
        into: EntityId,
        /// The records.
        #[serde(serialize_with = "keys")]
        #[schemars(with = "Vec<String>")]
        records: Vec<RecordKey>,
    },
    /// They leave their thing, which goes on without them.
    Split {
        /// Which they leave.
        from: EntityId,
        /// What they are from then on.
        into: EntityId,
        /// The records.
        #[serde(serialize_with = "keys")]
        #[schemars(with = "Vec<String>")]
        records: Vec<RecordKey>,
    },
}

/// Records as the keys by which hosts name them.
fn keys<S: Serializer>(records: &[RecordKey], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(records.iter().map(ToString::to_string))
}

impl IdentityChange {
    /// The ids of the things that it is about.
    pub fn entities(&self) -> impl Iterator<Item = &EntityId> {
        let (one, other) = match self {
            IdentityChange::Created { entity, .. } | IdentityChange::Attached { entity, .. } => (entity, None),
            IdentityChange::Merged { from, into, .. } | IdentityChange::Split { from, into, .. } => (from, Some(into)),
        };
        std::iter::once(one).chain(other)
    }
}

/// What identity remembers, with the things that it knows.
#[derive(Clone, Debug)]
pub struct Remembered {
    state: IdentityState,
    known: BTreeSet<EntityId>,
}

impl Remembered {
    /// What is remembered by now. O(records).
    pub fn of(state: IdentityState) -> Self {
        let known = state.assigned().map(|(_, entity)| entity.clone()).collect();
        Remembered { state, known }
    }

    /// Follows one commit, and tells what it changes, in the order of the things. O(records assigned · log records).
    pub fn follow(
        &mut self,
        assigned: &[(RecordKey, EntityId)],
        redirected: &[(EntityId, EntityId)],
    ) -> Vec<IdentityChange> {
        let mut moved: BTreeMap<(&EntityId, Option<EntityId>), Vec<RecordKey>> = BTreeMap::new();
        for (record, entity) in assigned {
            let before = self.state.entity_of(record).map(|before| self.state.current(before).clone());
            if before.as_ref() != Some(entity) {
                moved.entry((entity, before)).or_default().push(record.clone());
            }
        }
        let changes = moved.into_iter().map(|((entity, before), records)| {
            let entity = entity.clone();
            match before {
                None if self.known.contains(&entity) => IdentityChange::Attached { entity, records },
                None => IdentityChange::Created { entity, records },
                Some(from) if redirected.iter().any(|(old, _)| *old == from) => {
                    IdentityChange::Merged { from, into: entity, records }
                }
                Some(from) => IdentityChange::Split { from, into: entity, records },
            }
        });
        let changes = changes.collect();
        for (record, entity) in assigned {
            self.known.insert(entity.clone());
            self.state.assign(record.clone(), entity.clone());
        }
        redirected.iter().for_each(|(from, to)| self.state.redirect(from.clone(), to.clone()));
        changes
    }
}
