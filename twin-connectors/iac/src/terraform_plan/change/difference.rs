//! What an attribute that changes is as a change of a scenario.

use twin_core::base::shortened;
use twin_core::graph::Node;
use twin_core::simulate::{Change, ChangeDraft};

use super::super::payload::{Difference, ResourceChange};
use super::super::table::{Meaning, region_of_zone};
use super::super::value::count;
use super::{Became, Planning, left};

impl Planning<'_> {
    /// What differs of a resource, on the entity that it is.
    pub(super) fn update(&mut self, place: usize, node: Node) -> Became {
        let change = &self.plan.resources[place];
        let tasks = self.tasks_of(change);
        let (mut says, mut silent) = (!tasks.is_empty(), Vec::new());
        let mut has_copies = false;
        for difference in &change.differences {
            if !tasks.is_empty() && difference.path == "task_definition" {
                continue;
            }
            // Where the count itself is said, its least is no news.
            if has_copies && difference.meaning == Meaning::Least {
                silent.push(format!("{}: the count says more", difference.path));
                continue;
            }
            has_copies |= difference.meaning == Meaning::Copies;
            match self.meant(change, node, difference) {
                Ok(draft) => {
                    says = true;
                    self.change(draft);
                }
                Err(why) => silent.push(format!("{}: {why}", difference.path)),
            }
        }
        for task in tasks {
            self.upgrade_by_task(task, node);
        }
        silent.extend((!change.others.is_empty()).then(|| format!("{}: no change says it", listed(&change.others))));
        match (says, silent.is_empty()) {
            (true, true) => Became::Changed,
            (true, false) => {
                self.leave_out(place, silent.join("; "));
                Became::Changed
            }
            (false, true) => left("nothing of it changes that is read"),
            (false, false) => Became::LeftOut(silent.join("; ")),
        }
    }

    pub(super) fn meant(
        &mut self,
        change: &ResourceChange,
        node: Node,
        difference: &Difference,
    ) -> Result<ChangeDraft, String> {
        let name = self.known.name_of(node);
        let draft = draft(change, &name, difference)?;
        let to = difference.to.as_deref().unwrap_or_default();
        let from = difference.from.as_deref().map(|from| format!(" from {from}")).unwrap_or_default();
        match difference.meaning {
            Meaning::Least => self.assume(format!("{name} runs in as few copies as its scaling allows")),
            Meaning::Size => {
                let what =
                    format!("{name}: {} goes{from} to {to}; how much faster that is nobody says", difference.path);
                self.assume(what);
            }
            _ => {}
        }
        Ok(draft)
    }
}

/// A difference as a change of the entity of this name, or why it is none.
fn draft(change: &ResourceChange, name: &str, difference: &Difference) -> Result<ChangeDraft, String> {
    let to = difference.to.as_deref().map_err(|why| (*why).to_owned())?;
    let from = difference.from.as_deref();
    let entity = name.to_owned();
    match difference.meaning {
        Meaning::Copies | Meaning::Least => {
            let replicas = count(to).ok_or("it is no count")?;
            let now = from.and_then(count);
            Ok(Change::scale(entity, replicas, now))
        }
        Meaning::Size => Ok(Change::Resize { entity, speed_up: None, price: None }),
        Meaning::Version => Ok(Change::upgrade(entity, to)),
        Meaning::Image => Ok(Change::upgrade(entity, version_of_image(from, to))),
        Meaning::Region => Ok(Change::move_to(entity, to, None)),
        Meaning::Zone => {
            let region = |zone: &str| region_of_zone(&change.resource_type, zone);
            let is = region(to).ok_or("the region of the zone is not known")?;
            match from.and_then(region) {
                Some(was) if was == is => Err(format!("it stays in {is}, in another zone")),
                _ => Ok(Change::move_to(entity, is, None)),
            }
        }
        Meaning::Standby if to == "true" => Ok(Change::AddReplica {
            entity,
            zone: None,
            are_independent: None,
            read_share: 0.0,
            lag_ms: None,
            quorum: 1,
            failover_s: None,
            failovers_a_month: None,
        }),
        Meaning::Standby => Err("no change takes a copy that stands by away".to_owned()),
    }
}

/// The tag or digest, if only that changes, else the whole image.
pub(super) fn version_of_image(before: Option<&str>, after: &str) -> String {
    let parts = |image: &'_ str| -> Option<(String, String)> {
        let digest = image.rsplit_once('@');
        let tag = || image.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'));
        digest.or_else(tag).map(|(repository, version)| (repository.to_owned(), version.to_owned()))
    };
    match (before.and_then(parts), parts(after)) {
        (Some((was, _)), Some((is, version))) if was == is => version,
        _ => after.to_owned(),
    }
}

/// Names, of many the first.
fn listed(names: &[String]) -> String {
    const NAMED: usize = 12;
    let more = names.len().saturating_sub(NAMED);
    let rest = (more > 0).then(|| format!("{more} more"));
    names.iter().take(NAMED).map(|name| shortened(name)).chain(rest).collect::<Vec<String>>().join(", ")
}
