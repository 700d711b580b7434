//! Activity: what version control says of a folder is said of the components whose code lies in it.

use std::collections::BTreeSet;

use super::Build;
use super::piece::Pass;
use crate::graph::AttributeValue;
use crate::identity::{Found, RecordIndex};
use crate::observe::{Space, Statement, Step};
use crate::schema::kind;

impl Build<'_> {
    /// Adds each folder's activity to the components that are built from exactly this folder. What lies above or beneath it has its own.
    pub(super) fn add_activity(&mut self) {
        let activities: Vec<RecordIndex> = self.directory.of_kind(kind::ACTIVITY).collect();
        for activity in activities {
            self.unit(Pass::Activity, self.directory.digest(activity), |build| {
                for (component, steps) in build.components_built_where(activity) {
                    build.tell_activity(activity, component, &steps);
                }
            });
        }
    }

    /// The components whose records answer to a path of the activity, each with the steps to that path.
    fn components_built_where(&self, activity: RecordIndex) -> Vec<(u32, Vec<Step>)> {
        let handles = self.directory.record(activity).handles.iter().map(|(handle, _)| handle);
        let paths = handles.filter(|handle| handle.space == Space::Path);
        let found = paths.flat_map(|path| self.directory.answering(path));
        let mut seen = BTreeSet::new();
        let built = |found: &Found| Some((self.places(found.record).component?, self.steps(found.via?)));
        found.filter_map(built).filter(|(component, _)| seen.insert(*component)).collect()
    }

    fn tell_activity(&mut self, activity: RecordIndex, component: u32, steps: &[Step]) {
        for (fact, holding) in self.directory.facts_of(activity) {
            if let Statement::Attribute { name, value } = &holding.fact.statement {
                let evidence = self.cite_through(steps, fact, &[]);
                let (name, value, perspective) = (name.clone(), value.clone(), holding.fact.perspective);
                let said = AttributeValue { name, value, perspective, evidence };
                self.piece.added.push((component, said));
            }
        }
    }
}
