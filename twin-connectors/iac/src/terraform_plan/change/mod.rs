//! From resource changes to changes of a scenario, one resource after the other, and what is left out of it.

mod dependency;
mod difference;
mod task;

use std::collections::{BTreeMap, BTreeSet};

use twin_core::base::shortened;
use twin_core::graph::{Node, Snapshot};
use twin_core::observe::Locator;
use twin_core::schema::{Kind, kind};
use twin_core::simulate::{Change, ChangeDraft, LeftOut};

use super::known::{By, Found, Known};
use super::payload::{Deed, ResourceChange, Side};
use super::{PlanCounts, PlannedChanges, TerraformPlan, table};
use task::Tasks;

/// So many assumptions are told one by one.
const TOLD: usize = 200;
/// So many copies of one resource have dependencies of their own.
const COPIES: usize = 200;

/// What the plan changes of a base.
pub(super) fn planned(plan: &TerraformPlan, base: &Snapshot) -> PlannedChanges {
    let known = Known::of(base);
    let found = plan.resources.iter().map(|change| known.find(change)).collect();
    let mut planning = Planning::new(plan, base, known, found);
    for place in 0..plan.resources.len() {
        let became = planning.one(place);
        planning.count(place, became);
    }
    planning.depend();
    planning.told()
}

/// What became of a resource change.
enum Became {
    Unchanged,
    Read,
    Changed,
    LeftOut(String),
}

/// A thing that the code of the plan names, as drafts name it.
struct End {
    name: String,
    kind: Kind,
    is_new: bool,
}

/// The copies of one resource.
struct Copies {
    /// The one thing that all of them are to the twin.
    one: Option<Node>,
    before: u32,
    after: u32,
}

impl Copies {
    fn like(found: Found) -> Self {
        Copies { one: one_of_all(found), before: 0, after: 0 }
    }

    fn add(&mut self, change: &ResourceChange, found: Found) {
        self.one = self.one.filter(|node| one_of_all(found) == Some(*node));
        self.before = self.before.saturating_add(u32::from(change.was_there()));
        self.after = self.after.saturating_add(u32::from(change.is_there()));
    }
}

fn one_of_all(found: Found) -> Option<Node> {
    match found {
        Found::One(node, By::AddressOfAll) => Some(node),
        _ => None,
    }
}

/// The plan while it is told.
struct Planning<'p> {
    plan: &'p TerraformPlan,
    base: &'p Snapshot,
    known: Known<'p>,
    found: Vec<Found>,
    /// The copies of one resource, by its address without keys.
    copies: BTreeMap<&'p str, Copies>,
    tasks: Tasks<'p>,
    /// What comes, then what changes, then who needs whom, then what goes.
    adds: Vec<ChangeDraft>,
    changes: Vec<ChangeDraft>,
    dependencies: Vec<ChangeDraft>,
    removes: Vec<ChangeDraft>,
    /// The changes, as texts: copies of one resource may say the same.
    said: BTreeSet<String>,
    ends: BTreeMap<&'p str, Vec<End>>,
    taken: BTreeSet<String>,
    assumptions: BTreeSet<String>,
    left_out: Vec<LeftOut>,
    counts: PlanCounts,
}

impl<'p> Planning<'p> {
    fn new(plan: &'p TerraformPlan, base: &'p Snapshot, known: Known<'p>, found: Vec<Found>) -> Self {
        let mut copies: BTreeMap<&str, Copies> = BTreeMap::new();
        for (change, found) in plan.resources.iter().zip(&found) {
            if !matches!(change.deed, Deed::Read | Deed::Clean) {
                copies.entry(&change.bare).or_insert_with(|| Copies::like(*found)).add(change, *found);
            }
        }
        let tasks = Tasks::of(plan, &found);
        let rejected = plan.diagnostics.iter().map(|diagnostic| diagnostic.records).sum();
        let counts = PlanCounts { listed: plan.resources.len() as u64 + rejected, rejected, ..PlanCounts::default() };
        Planning {
            plan,
            base,
            known,
            found,
            copies,
            tasks,
            said: BTreeSet::new(),
            adds: Vec::new(),
            changes: Vec::new(),
            dependencies: Vec::new(),
            removes: Vec::new(),
            ends: BTreeMap::new(),
            taken: BTreeSet::new(),
            assumptions: BTreeSet::new(),
            left_out: plan.left_out.clone(),
            counts,
        }
    }

    fn one(&mut self, place: usize) -> Became {
        let change = &self.plan.resources[place];
        if let Found::One(node, _) = self.found[place] {
            self.end(&change.bare, self.known.name_of(node), self.base.kind(node).clone(), false);
        }
        match change.deed {
            Deed::Nothing => Became::Unchanged,
            Deed::Read => Became::Read,
            Deed::Forget => left("it stays, and Terraform manages it no longer"),
            Deed::Clean => left("it is what an earlier replacement left behind"),
            Deed::Create | Deed::Delete => match self.copies_of_one(place) {
                Some(node) => self.scale(place, node),
                None if change.deed == Deed::Create => self.create(place),
                None => self.on_known(place, |planning, node| planning.remove(node)),
            },
            Deed::Replace { is_down } => self.on_known(place, |planning, node| planning.replace(place, node, is_down)),
            Deed::Update => self.on_known(place, |planning, node| planning.update(place, node)),
        }
    }

    fn count(&mut self, place: usize, became: Became) {
        match became {
            Became::Unchanged => self.counts.unchanged += 1,
            Became::Read => self.counts.read += 1,
            Became::Changed => self.counts.changed += 1,
            Became::LeftOut(why) => {
                self.counts.left_out += 1;
                self.leave_out(place, why);
            }
        }
    }

    fn leave_out(&mut self, place: usize, why: String) {
        let change = &self.plan.resources[place];
        let locator = Locator::pointer(&self.plan.path, 0, format!("{}/change", change.pointer));
        self.left_out.push(LeftOut { what: shortened(&change.address), why, locator: Some(locator.to_string()) });
    }

    fn end(&mut self, bare: &'p str, name: String, kind: Kind, is_new: bool) {
        let ends = self.ends.entry(bare).or_default();
        if ends.len() == COPIES {
            self.assumptions
                .insert(format!("the first {COPIES} copies of {} stand for all that need it", shortened(bare)));
        } else if !ends.iter().any(|end| end.name == name) {
            ends.push(End { name, kind, is_new });
        }
    }

    /// Does something to the entity that a resource is, if the twin knows it.
    fn on_known(&mut self, place: usize, act: impl FnOnce(&mut Self, Node) -> Became) -> Became {
        let change = &self.plan.resources[place];
        if change.resource_type == task::TYPE {
            return self.task(place);
        }
        match self.found[place] {
            Found::One(node, by) => {
                self.tell_how_found(change, node, by);
                act(self, node)
            }
            Found::None if table::kind_of(&change.resource_type).is_none() => left(NOBODY_READS),
            Found::None => left("the twin does not know it"),
            Found::Several(count) => several(count),
        }
    }

    fn tell_how_found(&mut self, change: &ResourceChange, node: Node, by: By) {
        let name = &self.base.entity(node).name;
        let address = shortened(&change.address);
        let is_called_otherwise = change.known().name.as_ref().is_some_and(|said| said != name);
        match by {
            By::Name => self.assume(format!("{address} is {name}, by its name and kind")),
            By::Address | By::AddressOfAll if is_called_otherwise => {
                self.assume(format!("{address} is {name}, by its address"));
            }
            _ => {}
        }
    }

    fn assume(&mut self, assumption: String) {
        self.assumptions.insert(assumption);
    }

    /// The one thing that all copies of a resource are to the twin.
    fn copies_of_one(&self, place: usize) -> Option<Node> {
        self.copies.get(self.plan.resources[place].bare.as_str())?.one
    }

    /// Copies that come and go where the twin knows all as one thing.
    fn scale(&mut self, place: usize, node: Node) -> Became {
        let bare = self.plan.resources[place].bare.as_str();
        let (from, replicas) = self.copies.get(bare).map_or((0, 0), |copies| (copies.before, copies.after));
        let entity = self.known.name_of(node);
        match (from, replicas) {
            (0, _) => left("the twin knows it already"),
            (_, 0) => self.remove(node),
            _ if from == replicas => left("the twin knows all copies as one thing, and there are as many as before"),
            _ => {
                self.assume(format!("{entity} stands for all copies of {}", shortened(bare)));
                self.change(Change::scale(entity, replicas, Some(from)));
                Became::Changed
            }
        }
    }

    fn change(&mut self, change: ChangeDraft) {
        if self.is_news(&change) {
            self.changes.push(change);
        }
    }

    fn is_news(&mut self, change: &ChangeDraft) -> bool {
        self.said.insert(serde_json::to_string(change).unwrap_or_default())
    }

    fn remove(&mut self, node: Node) -> Became {
        let change = Change::remove(self.known.name_of(node));
        if self.is_news(&change) {
            self.removes.push(change);
        }
        Became::Changed
    }

    fn replace(&mut self, place: usize, node: Node, is_down: bool) -> Became {
        let name = self.known.name_of(node);
        self.assume(match is_down {
            true => format!("{name} is down while it is replaced: it is deleted before its successor is there"),
            false => format!("the successor of {name} is there before it is deleted"),
        });
        let (by, entity) = (self.base.entity(node).name.clone(), name);
        let (ms, availability, price, price_a_million, exit_fee) = (None, None, None, None, None);
        let dual_run_days = 0.0;
        self.change(Change::Replace { entity, by, ms, availability, price, price_a_million, exit_fee, dual_run_days });
        // What differs is told as well: it is why there is a replacement.
        if let Became::LeftOut(why) = self.update(place, node) {
            self.leave_out(place, why);
        }
        Became::Changed
    }

    fn create(&mut self, place: usize) -> Became {
        let change = &self.plan.resources[place];
        let Some(of) = table::kind_of(&change.resource_type) else { return left(NOBODY_READS) };
        match self.found[place] {
            Found::One(node, _) => {
                return Became::LeftOut(format!("the twin knows it already, as {}", self.known.name_of(node)));
            }
            Found::Several(count) => return several(count),
            Found::None => {}
        }
        if of == kind::CONFIGURATION {
            return left("what configures something is nothing of its own");
        }
        if !table::is_listed(&change.resource_type) {
            return left("of a resource of its type nothing is known but that it is there");
        }
        let Some(name) = self.free_name(change) else { return left("there is something of its name already") };
        let add = self.added(&name, &of, &change.after);
        self.adds.push(add);
        self.end(&change.bare, name, of, true);
        Became::Changed
    }

    /// The platform's name, or the address if that is taken.
    fn free_name(&mut self, change: &ResourceChange) -> Option<String> {
        let mut names = [change.after.name.as_ref(), Some(&change.address)].into_iter().flatten();
        let is_free = |name: &&String| {
            name.len() <= 1_000 && self.base.called(name).is_empty() && !self.taken.contains(&name.to_lowercase())
        };
        let name = names.find(is_free)?.clone();
        self.taken.insert(name.to_lowercase());
        Some(name)
    }

    fn added(&self, name: &str, of: &Kind, side: &Side) -> ChangeDraft {
        let owner = side
            .team
            .as_ref()
            .filter(|team| self.base.find(team).is_ok_and(|node| *self.base.kind(node) == kind::TEAM));
        // What runs is a component with an instance.
        let mut added = Change::add(name, (*of != kind::WORKLOAD).then(|| of.to_string()));
        if let Change::Add { environment, region, owner: team, .. } = &mut added {
            (*environment, *region, *team) = (side.environment.clone(), side.region.clone(), owner.cloned());
        }
        added
    }

    fn told(self) -> PlannedChanges {
        let more = self.assumptions.len().saturating_sub(TOLD);
        let rest = (more > 0).then(|| format!("{more} more assumptions of this kind about single resources"));
        PlannedChanges {
            changes: [self.adds, self.changes, self.dependencies, self.removes].concat(),
            assumptions: self.assumptions.into_iter().take(TOLD).chain(rest).collect(),
            left_out: self.left_out,
            diagnostics: self.plan.diagnostics.clone(),
            counts: self.counts,
        }
    }
}

const NOBODY_READS: &str = "nobody here reads resources of its provider";

fn left(why: &str) -> Became {
    Became::LeftOut(why.to_owned())
}

fn several(count: usize) -> Became {
    Became::LeftOut(format!("the twin knows {count} things that it may be"))
}
