//! Whether predicted changes were made: what leads from the snapshot of a prediction to a later one, held against what was predicted.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use crate::answer::text_cells;
use crate::base::Timestamp;
use crate::graph::Snapshot;
use crate::simulate::{Change, ChangeDraft, changes_between, named};

/// How far the changes of a prediction were made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// A later snapshot shows all of them.
    Made,
    /// A later snapshot shows all that a snapshot can show; it cannot show the others.
    MadeAsFarAsSeen,
    /// The host says so.
    ToldMade,
    /// Some were made and others not yet.
    PartlyMade,
    /// None was made.
    NotMade,
    /// No snapshot can show them, and the host has not said that they were made.
    Unseen,
}

text_cells!(Progress: |progress| named(progress).into());

impl Progress {
    /// Whether the prediction can be held against what came.
    pub fn is_made(self) -> bool {
        matches!(self, Progress::Made | Progress::MadeAsFarAsSeen | Progress::ToldMade)
    }
}

/// What a later snapshot shows of predicted changes.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct ChangesSeen {
    /// How far they were made.
    pub progress: Progress,
    /// When they were made, as the host says.
    pub told_at: Option<Timestamp>,
    /// Those that it shows.
    pub made: Vec<ChangeDraft>,
    /// Those that it would show and does not.
    pub missing: Vec<ChangeDraft>,
    /// Those that no snapshot can show.
    pub unseen: Vec<ChangeDraft>,
    /// What was changed besides, which may be why figures differ: entities are named by their names.
    pub besides: Vec<ChangeDraft>,
    /// Why nothing can be said, where that is so.
    pub unknown: Option<String>,
}

impl ChangesSeen {
    /// Nobody can say anything.
    pub(crate) fn unknown(changes: &[ChangeDraft], why: String) -> ChangesSeen {
        ChangesSeen {
            progress: Progress::Unseen,
            told_at: None,
            made: Vec::new(),
            missing: Vec::new(),
            unseen: changes.to_vec(),
            besides: Vec::new(),
            unknown: Some(why),
        }
    }

    /// The same where the host says that they were made.
    pub(crate) fn told(self, at: Option<Timestamp>) -> ChangesSeen {
        match at {
            Some(_) => ChangesSeen { progress: Progress::ToldMade, told_at: at, ..self },
            None => self,
        }
    }
}

/// Which of some changes, named by the ids of `before`, lead from one snapshot to a later one. O(entities + relations + changes²).
pub fn changes_seen(changes: &[ChangeDraft], before: &Snapshot, after: &Snapshot) -> ChangesSeen {
    let came = changes_between(before, after);
    let names = Names { before, after };
    let mut explained = BTreeSet::new();
    let (mut made, mut missing, mut unseen) = (Vec::new(), Vec::new(), Vec::new());
    for change in changes {
        let signs = signs(change);
        let shown: Vec<Vec<usize>> = signs.iter().map(|sign| names.shown(sign, &came)).collect();
        explained.extend(shown.iter().flatten().copied());
        match (signs.is_empty(), shown.iter().all(|places| !places.is_empty())) {
            (true, _) => unseen.push(change.clone()),
            (false, true) => made.push(change.clone()),
            (false, false) => missing.push(change.clone()),
        }
    }
    let progress = match (made.is_empty(), missing.is_empty(), unseen.is_empty()) {
        (_, true, true) => Progress::Made,
        (false, true, false) => Progress::MadeAsFarAsSeen,
        (true, true, false) => Progress::Unseen,
        (false, false, _) => Progress::PartlyMade,
        (true, false, _) => Progress::NotMade,
    };
    let besides = came.iter().enumerate().filter(|(place, _)| !explained.contains(place));
    let besides = besides.map(|(_, change)| change.clone()).collect();
    ChangesSeen { progress, told_at: None, made, missing, unseen, besides, unknown: None }
}

/// The changes by which [`changes_between`] would tell one that was made; none where it cannot tell.
fn signs(change: &ChangeDraft) -> Vec<ChangeDraft> {
    let cut = |entity: &String, on: &String| Change::RemoveDependency {
        entity: entity.clone(),
        on: on.clone(),
        relation: None,
    };
    match change {
        Change::Remove { .. }
        | Change::Add { .. }
        | Change::Scale { .. }
        | Change::Upgrade { .. }
        | Change::Move { .. }
        | Change::ChangeOwner { .. }
        | Change::AddDependency { .. }
        | Change::RemoveDependency { .. } => vec![change.clone()],
        Change::Merge { others, .. } => others.iter().map(|other| Change::remove(other.clone())).collect(),
        Change::Split { into, .. } => vec![Change::add(into, None)],
        Change::ToAsync { entity, on, .. } => vec![cut(entity, on)],
        Change::RemoveCache { entity, cache } => vec![cut(entity, cache)],
        _ => Vec::new(),
    }
}

/// What entities are called on both sides.
struct Names<'s> {
    before: &'s Snapshot,
    after: &'s Snapshot,
}

impl Names<'_> {
    /// The places of what came that shows a change. O(changes).
    fn shown(&self, sign: &ChangeDraft, came: &[ChangeDraft]) -> Vec<usize> {
        let shows = came.iter().enumerate().filter(|(_, change)| self.shows(sign, change));
        shows.map(|(place, _)| place).collect()
    }

    fn shows(&self, sign: &ChangeDraft, came: &ChangeDraft) -> bool {
        match (sign, came) {
            (Change::Remove { entity, .. }, Change::Remove { entity: gone, .. }) => self.are_one(entity, gone),
            (Change::Add { name, .. }, Change::Add { name: new, .. }) => name == new,
            (Change::Scale { entity, replicas, .. }, Change::Scale { entity: scaled, replicas: count, .. }) => {
                replicas == count && self.are_one(entity, scaled)
            }
            (Change::Upgrade { entity, version, .. }, Change::Upgrade { entity: upgraded, version: new, .. }) => {
                version == new && self.are_one(entity, upgraded)
            }
            (Change::Move { entity, region, .. }, Change::Move { entity: moved, region: to, .. }) => {
                region == to && self.are_one(entity, moved)
            }
            (Change::ChangeOwner { entity, owner, .. }, Change::ChangeOwner { entity: given, owner: new, .. }) => {
                self.are_one(entity, given) && self.are_one(owner, new)
            }
            (
                Change::AddDependency { entity, on, relation, .. },
                Change::AddDependency { entity: from, on: to, relation: by, .. },
            ) => relation == by && self.are_one(entity, from) && self.are_one(on, to),
            (
                Change::RemoveDependency { entity, on, relation },
                Change::RemoveDependency { entity: from, on: to, relation: by },
            ) => (relation.is_none() || relation == by) && self.are_one(entity, from) && self.are_one(on, to),
            // What goes takes its dependencies along.
            (Change::RemoveDependency { entity, on, .. }, Change::Remove { entity: gone, .. }) => {
                self.are_one(entity, gone) || self.are_one(on, gone)
            }
            _ => false,
        }
    }

    /// Whether an entity, by the id that it had before or the name that a change gave it, is the one that is called so, or has such a record.
    fn are_one(&self, entity: &str, name: &str) -> bool {
        let called = |snapshot: &Snapshot| {
            let node = snapshot.find(entity).ok()?;
            Some(snapshot.entity(node).name == name || snapshot.find(name).is_ok_and(|other| other == node))
        };
        entity == name || called(self.before) == Some(true) || called(self.after) == Some(true)
    }
}
