//! Names as numbers: by which a fact lets its record be found, and which of them a lookup in the directory goes by. Whoever keeps the names that an answer went by can
//! tell from a changed fact whether it may be another answer now.
//!
//! A name may stand for more than it has to: what is unique within a network counts for all networks. That costs an answer found anew, never a wrong one.

use crate::base::{Digest, hash_of};
use crate::identity::directory::spellings;
use crate::observe::{Fact, Handle, RecordKey, Space, Statement, Target};
use crate::schema::Kind;

/// What something is found by.
pub(crate) type Name = u64;

/// The name of a record by its key's identity.
pub(crate) fn name_of(record: Digest) -> Name {
    record.0 as u64
}

/// The name of all records of a kind.
pub(crate) fn name_of_kind(kind: &Kind) -> Name {
    hash_of(&("kind", kind))
}

/// The name of everybody who answers to a handle.
pub(crate) fn name_of_handle(space: Space, value: &str) -> Name {
    hash_of(&("handle", space, value))
}

fn name_of_label(key: &str, value: &str) -> Name {
    hash_of(&("label", key, value))
}

/// The names by which a fact lets its record be found.
pub(crate) fn names_by(fact: &Fact, subject: Digest) -> Vec<Name> {
    let mut names = vec![name_of(subject)];
    match &fact.statement {
        Statement::Exists { .. } => names.push(name_of_kind(&fact.subject.kind)),
        Statement::KnownAs(Handle { space, value, .. }) => {
            names.push(name_of_handle(*space, value));
            // A team may be named without its organisation.
            let bare = value.rsplit_once('/').filter(|_| *space == Space::Team);
            names.extend(bare.map(|(_, name)| name_of_handle(Space::Team, name)));
        }
        Statement::Labelled { key, value } => names.push(name_of_label(key, value)),
        _ => {}
    }
    names
}

/// The names that resolving a target goes by, beside those of the records that are found.
pub(crate) fn names_in(target: &Target) -> Vec<Name> {
    match target {
        Target::Record(key) => vec![name_of(RecordKey::digest(key))],
        Target::Handle(handle) if handle.space == Space::Host => names_in_host(&handle.value),
        Target::Handle(handle) => vec![name_of_handle(handle.space, &handle.value)],
        // Whoever carries all of the labels carries the first.
        Target::Selector { labels, .. } => {
            labels.first_key_value().map(|(key, value)| name_of_label(key, value)).into_iter().collect()
        }
    }
}

/// The names that looking up a host goes by.
pub(crate) fn names_in_host(host: &str) -> Vec<Name> {
    let spelt = spellings(host).into_iter().chain([host.to_owned()]);
    spelt.map(|spelling| name_of_handle(Space::Host, &spelling)).collect()
}
