//! Labels, annotations and tags that have a meaning by convention: who owns it, what it is part of, where it runs.

use twin_core::observe::{Evidence, Record};

/// Adds what one label says by convention to a record: `ownedBy` a team, `partOf` a system, an environment, a version, a criticality. Says nothing of others.
pub fn apply(record: &mut Record, key: &str, value: &str, evidence: &Evidence) {
    let _ = (record, key, value, evidence);
}
