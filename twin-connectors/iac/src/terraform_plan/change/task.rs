//! Tasks of ECS: nothing of their own, but what the services that run them change by.

use std::collections::{BTreeMap, BTreeSet};

use twin_core::graph::Node;
use twin_core::simulate::Change;

use super::super::TerraformPlan;
use super::super::known::Found;
use super::super::payload::{Deed, ResourceChange};
use super::difference::version_of_image;
use super::{Became, Planning, left};

pub(super) const TYPE: &str = "aws_ecs_task_definition";
const SERVICE: &str = "aws_ecs_service";

/// The tasks that change, and which of them a service that the twin knows is about to run.
pub(super) struct Tasks<'p> {
    by_address: BTreeMap<&'p str, Vec<usize>>,
    run: BTreeSet<&'p str>,
}

impl<'p> Tasks<'p> {
    pub fn of(plan: &'p TerraformPlan, found: &[Found]) -> Self {
        let mut by_address: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut run = BTreeSet::new();
        for (place, (change, found)) in plan.resources.iter().zip(found).enumerate() {
            if change.resource_type == TYPE && is_changed(change) {
                by_address.entry(&change.bare).or_default().push(place);
            }
            if change.resource_type == SERVICE && is_changed(change) && matches!(found, Found::One(..)) {
                run.extend(plan.references.of.get(&change.bare).into_iter().flatten().map(String::as_str));
            }
        }
        Tasks { by_address, run }
    }
}

fn is_changed(change: &ResourceChange) -> bool {
    matches!(change.deed, Deed::Update | Deed::Replace { .. })
}

impl Planning<'_> {
    /// The tasks of this plan that a service is about to run.
    pub(super) fn tasks_of(&self, change: &ResourceChange) -> Vec<usize> {
        let names = self.plan.references.of.get(&change.bare).filter(|_| change.resource_type == SERVICE);
        let tasks = names.into_iter().flatten().filter_map(|name| self.tasks.by_address.get(name.as_str()));
        tasks.flatten().copied().collect()
    }

    /// What becomes of a task itself.
    pub(super) fn task(&mut self, place: usize) -> Became {
        let task = &self.plan.resources[place];
        match (is_changed(task), self.tasks.run.contains(task.bare.as_str())) {
            (false, _) => left("what configures something is nothing of its own"),
            (true, false) => left("no service that the twin knows is about to run it"),
            _ if task.images.is_empty() && task.differences.is_empty() => {
                left("neither images nor sizes change of what the service runs")
            }
            _ => Became::Changed,
        }
    }

    /// What a task changes of the service that runs it.
    pub(super) fn upgrade_by_task(&mut self, place: usize, node: Node) {
        let task = &self.plan.resources[place];
        let name = self.known.name_of(node);
        for (before, after) in &task.images {
            let version = version_of_image(Some(before), after);
            self.change(Change::upgrade(name.clone(), version));
        }
        for difference in &task.differences {
            match self.meant(task, node, difference) {
                Ok(draft) => self.change(draft),
                Err(why) => self.leave_out(place, format!("{}: {why}", difference.path)),
            }
        }
    }
}
