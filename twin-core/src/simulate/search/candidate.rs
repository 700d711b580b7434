//! Candidates: what an aim proposes, before it is measured and ranked.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::EntityRef;
use crate::answer::EvidenceId;
use crate::base::{Context, Result};
use crate::graph::{EdgeRef, Node};
use crate::simulate::search::asked::Asked;
use crate::simulate::search::edit::Edit;
use crate::simulate::search::waves::{Task, WavePlan, WaveProblem, filled};
use crate::simulate::search::{
    ConstraintViolation, NotTried, OptimalityBound, SearchMethod, TeamLoad, UndecidedConstraint, Wave,
};

/// A change set, with its waves.
#[derive(Clone, Debug, Default)]
pub(super) struct Candidate {
    pub name: String,
    pub edits: Vec<Edit>,
    pub waves: Vec<Wave>,
    pub groups: Vec<Vec<Node>>,
    /// How many entities are removed, or needed by nobody afterwards.
    pub freed: usize,
    /// How many lead from what moves to what does not.
    pub across: Option<usize>,
    /// And between what has moved and what has not, while waves last.
    pub across_between_waves: Option<u64>,
    pub modularity: Option<f64>,
    /// How many copies there are of everything that is sized.
    pub replicas: Option<u64>,
    pub violations: Vec<ConstraintViolation>,
    pub undecided: Vec<UndecidedConstraint>,
    pub assumptions: Vec<String>,
    pub evidence: BTreeSet<EvidenceId>,
}

/// What an aim came up with.
pub(super) struct Found {
    pub candidates: Vec<Candidate>,
    pub method: SearchMethod,
    pub is_finished: bool,
    pub impossible: Vec<ConstraintViolation>,
    pub not_tried: Vec<NotTried>,
}

impl Found {
    /// Nothing yet, by a method.
    pub fn by(method: &str, is_exact: bool, optimality: Option<OptimalityBound>, looked_at: u64) -> Self {
        let method = SearchMethod { name: method.to_owned(), is_exact, optimality, looked_at };
        Found { candidates: Vec::new(), method, is_finished: true, impossible: Vec::new(), not_tried: Vec::new() }
    }
}

/// Things that change together, with their edits by place.
#[derive(Clone, Debug, Default)]
pub(super) struct Step {
    pub members: Vec<Node>,
    pub edits: Vec<Edit>,
    /// The steps that have to be over before.
    pub needs: BTreeSet<usize>,
    /// With how many dependencies it is joined to other steps.
    pub joins: BTreeMap<usize, u32>,
}

/// The steps of a plan as tasks of teams.
pub(super) struct Steps<'s> {
    pub steps: &'s [Step],
    pub problem: WaveProblem,
    teams: Vec<Option<EntityRef>>,
}

impl<'s> Steps<'s> {
    /// Looks up who has to do what. O(edits · relations of what is edited).
    pub fn new(asked: &Asked<'_>, steps: &'s [Step]) -> Self {
        let mut known: BTreeMap<Node, Vec<Option<EntityRef>>> = BTreeMap::new();
        let mut places: BTreeMap<Option<EntityRef>, usize> = BTreeMap::new();
        let mut tasks = Vec::new();
        for step in steps {
            let mut load: BTreeMap<usize, u32> = BTreeMap::new();
            for edit in &step.edits {
                for team in known.entry(edit.changed()).or_insert_with(|| teams(asked, edit.changed())) {
                    let next = places.len();
                    *load.entry(*places.entry(team.clone()).or_insert(next)).or_default() += 1;
                }
            }
            let joins = step.joins.iter().map(|(other, count)| (*other, *count)).collect();
            tasks.push(Task { load: load.into_iter().collect(), needs: step.needs.clone(), joins });
        }
        let mut teams: Vec<(usize, Option<EntityRef>)> =
            places.into_iter().map(|(team, place)| (place, team)).collect();
        teams.sort();
        let teams: Vec<Option<EntityRef>> = teams.into_iter().map(|(_, team)| team).collect();
        let capacity = teams.iter().map(|team| asked.capacity(team.as_ref())).collect();
        Steps { steps, problem: WaveProblem { tasks, capacity }, teams }
    }

    /// What no wave has room for, with whose capacity it is.
    pub fn too_large(&self, asked: &Asked<'_>) -> Vec<ConstraintViolation> {
        let violation = |(step, team): (usize, usize)| {
            let name = self.teams[team].as_ref().map_or("whoever owns what has no known owner", |team| &team.name);
            let load = self.problem.tasks[step].load.iter().find(|load| load.0 == team).map_or(0, |load| load.1);
            let members = &self.steps[step].members;
            let names: Vec<&str> = members.iter().take(5).map(|node| asked.name(*node)).collect();
            let more = if members.len() > names.len() { " and others" } else { "" };
            let capacity = self.problem.capacity[team].unwrap_or_default();
            ConstraintViolation {
                constraint: "capacity",
                what: format!(
                    "{}{more} change together, which is {load} changes for {name}, who makes {capacity} in a wave",
                    names.join(", ")
                ),
                entities: members.iter().map(|node| asked.told(*node)).collect(),
            }
        };
        self.problem.too_large().into_iter().map(violation).collect()
    }

    /// The edits in the order of a plan, and its waves.
    pub fn told(&self, asked: &Asked<'_>, plan: &WavePlan) -> (Vec<Edit>, Vec<Wave>) {
        let mut of = vec![0; self.steps.len()];
        plan.waves.iter().enumerate().for_each(|(at, wave)| wave.iter().for_each(|step| of[*step] = at));
        let (mut edits, mut waves) = (Vec::new(), Vec::new());
        for (at, wave) in plan.waves.iter().enumerate() {
            let first = edits.len();
            edits.extend(wave.iter().flat_map(|step| self.steps[*step].edits.iter().cloned()));
            let needed: BTreeSet<usize> = wave.iter().flat_map(|step| &self.steps[*step].needs).copied().collect();
            let waits_for: BTreeSet<usize> = needed.into_iter().map(|step| of[step] + 1).collect();
            let mut loads: BTreeMap<usize, u32> = BTreeMap::new();
            let amounts = wave.iter().flat_map(|step| &self.problem.tasks[*step].load);
            amounts.for_each(|(team, amount)| *loads.entry(*team).or_default() += amount);
            let members: BTreeSet<EntityRef> =
                wave.iter().flat_map(|step| &self.steps[*step].members).map(|node| asked.told(*node)).collect();
            let team =
                |(team, changes): (usize, u32)| TeamLoad { team: self.teams[team].clone(), changes: changes as usize };
            let mut teams: Vec<TeamLoad> = loads.into_iter().map(team).collect();
            teams.sort_by(|a, b| a.team.cmp(&b.team));
            waves.push(Wave {
                number: at + 1,
                members: members.into_iter().collect(),
                changes: (first..edits.len()).collect(),
                waits_for: waits_for.into_iter().collect(),
                teams,
            });
        }
        (edits, waves)
    }
}

fn teams(asked: &Asked<'_>, node: Node) -> Vec<Option<EntityRef>> {
    let teams = asked.teams(node);
    if teams.is_empty() { vec![None] } else { teams.into_iter().map(Some).collect() }
}

impl Candidate {
    /// A candidate of steps that may be done in any order, in as few waves as list scheduling finds.
    pub fn of_steps(asked: &Asked<'_>, name: String, steps: &[Step]) -> Candidate {
        let told = Steps::new(asked, steps);
        let (edits, waves) = told.told(asked, &filled(&told.problem));
        let violations = told.too_large(asked);
        Candidate { name, edits, waves, violations, ..Candidate::default() }
    }

    /// Adds why some dependencies are believed.
    pub fn citing<'e>(mut self, edges: impl IntoIterator<Item = &'e EdgeRef<'e>>) -> Self {
        self.evidence.extend(edges.into_iter().flat_map(|edge| edge.edge.evidence.iter().copied()));
        self
    }
}

/// How a search stopped: an error if the host cancelled it, else whether it came to its end.
pub(super) fn is_finished(context: &Context) -> Result<bool> {
    if context.cancel.is_cancelled() { context.check().map(|()| true) } else { Ok(context.goes_on()) }
}
