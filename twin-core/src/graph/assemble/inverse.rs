//! Relations that a record states from their right end, by the inverse name: a pipeline knows what it builds, and what it builds does not
//! know the pipeline. They are stored in their one direction, as if the left end had said so.

use std::collections::{BTreeMap, BTreeSet};

use super::Build;
use super::relations::{Reach, parent};
use crate::identity::{FactIndex, Found, RecordIndex};
use crate::observe::{Handle, Space, Target};
use crate::schema::{AttributeName, Ends, RelationRow, Value, kind};

impl Build<'_> {
    /// Adds a relation whose right end is the record that states it.
    pub(super) fn add_inverse(
        &mut self,
        record: RecordIndex,
        fact: FactIndex,
        row: &RelationRow,
        target: &Target,
        attributes: &BTreeMap<AttributeName, Value>,
    ) {
        let Some(to) = self.admitted(record, &row.to) else {
            return self.forbid(record, fact, &row.name, "its right end");
        };
        for (from, found) in self.left_ends(record, fact, target, &row.from) {
            match from {
                Some(from) if from != to => {
                    let evidence = self.cite_through(&[], fact, &self.steps_to(found));
                    self.say(from, &row.name, None, to, fact, attributes, evidence);
                }
                Some(_) => {}
                None => self.forbid(record, fact, &row.name, "its left end"),
            }
        }
    }

    fn left_ends(
        &mut self,
        record: RecordIndex,
        fact: FactIndex,
        target: &Target,
        ends: &Ends,
    ) -> Vec<(Option<u32>, Option<Found>)> {
        match target {
            Target::Handle(handle) if handle.space == Space::Path => self.standing_in(handle, ends),
            _ => self.meant(record, fact, target, ends, Reach::Above),
        }
    }

    /// Everything that stands in a folder, or in the nearest folder above it in which anything does. The root of a repository is above
    /// everything in it: to be beneath it says nothing, so only who names the root means it.
    fn standing_in(&self, handle: &Handle, ends: &Ends) -> Vec<(Option<u32>, Option<Found>)> {
        let above = std::iter::successors(parent(&handle.value), |path| parent(path));
        let narrow = above.take_while(|path| !path.is_empty() && !self.is_repository(path, handle));
        let answering = |path: &str| -> Vec<(Option<u32>, Option<Found>)> {
            let mut seen = BTreeSet::new();
            let admitted =
                self.at(path, handle).iter().filter_map(|found| Some((self.admitted(found.record, ends)?, *found)));
            admitted.filter(|(node, _)| seen.insert(*node)).map(|(node, found)| (Some(node), Some(found))).collect()
        };
        let mut standing = std::iter::once(handle.value.as_str()).chain(narrow).map(answering);
        standing.find(|found| !found.is_empty()).unwrap_or_default()
    }

    fn is_repository(&self, path: &str, handle: &Handle) -> bool {
        self.at(path, handle).iter().any(|found| self.directory.record(found.record).key.kind == kind::REPOSITORY)
    }

    fn at(&self, path: &str, handle: &Handle) -> &[Found] {
        self.directory.answering(&Handle::within(Space::Path, path, handle.within.clone()))
    }
}
