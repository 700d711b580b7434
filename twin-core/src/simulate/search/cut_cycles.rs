//! Cutting cycles: dependencies without which nothing needs itself around a corner.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::{feedback_arc_set, strong_components};
use crate::base::{Context, ErrorKind, Result, hash_of, listed};
use crate::graph::{EdgeRef, Node};
use crate::simulate::search::asked::{Asked, relations};
use crate::simulate::search::candidate::{Candidate, Found, Step, is_finished};
use crate::simulate::search::cut_sets::{Arc, CutProblem, CutSets, cut_sets, packed_cycles, reduced};
use crate::simulate::search::edit::Edit;
use crate::simulate::search::migrate::groups;
use crate::simulate::search::{ConstraintViolation, NotTried, OptimalityBound};

/// How often the heuristic begins anew.
const BEGINNINGS: u64 = 8;
/// What cutting something frozen weighs: more than cutting everything else.
const FROZEN: f64 = 1e6;

/// Sets of dependencies, from one thing to another, that leave no cycle.
pub(super) fn candidates(asked: &Asked<'_>, context: &Context) -> Result<Found> {
    let mut circles = Circles::of(asked);
    if circles.problem.arcs.is_empty() {
        return Ok(Found::by("there is no cycle", true, None, 0));
    }
    circles.set_aside_what_is_frozen(asked)?;
    let most = asked.draft.constraints.most_changes.unwrap_or(circles.choices.len());
    let mut found = cut_sets(&circles.problem, most, asked.draft.nodes, context);
    let is_whole = found.is_whole;
    if !is_whole || found.sets.is_empty() {
        circles.shaken(asked, &mut found, context)?;
    }
    let told = circles.told(asked, &found, context);
    Ok(Found { is_finished: is_finished(context)?, ..told })
}

/// The dependencies within cycles, by who would have to change.
struct Circles<'a> {
    problem: CutProblem,
    /// From which thing to which, with all relations.
    choices: Vec<((Node, Node), Vec<EdgeRef<'a>>)>,
    /// Which cycles cannot be cut, so that every option leaves them.
    uncuttable: Vec<ConstraintViolation>,
}

impl<'a> Circles<'a> {
    fn of(asked: &Asked<'a>) -> Self {
        let components = strong_components(asked.base, |class| asked.is_in_cycles(class));
        let sizes = components.sizes();
        let followed: Vec<bool> = asked.base.pages().classes().iter().map(|class| asked.is_in_cycles(class)).collect();
        let is_inner = |edge: &EdgeRef<'_>| {
            let number = components.number(edge.from).filter(|number| components.number(edge.to) == Some(*number));
            followed[edge.class as usize] && edge.from != edge.to && number.is_some_and(|at| sizes[at as usize] > 1)
        };
        let is_named = |node: Node| asked.named.is_empty() || asked.named.binary_search(&asked.unit(node)).is_ok();
        let edges = asked.base.edges().filter(|edge| is_inner(edge) && is_named(edge.from) && is_named(edge.to));
        let mut pairs: BTreeMap<(Node, Node), Vec<EdgeRef<'a>>> = BTreeMap::new();
        edges.for_each(|edge| pairs.entry((asked.unit(edge.from), asked.unit(edge.to))).or_default().push(edge));
        let choices: Vec<_> = pairs.into_iter().collect();
        let problem = problem(asked, &choices);
        Circles { problem, choices, uncuttable: Vec::new() }
    }

    /// What needs each other by frozen dependencies alone counts as one node: its cycles are told, all others are still there.
    fn set_aside_what_is_frozen(&mut self, asked: &Asked<'_>) -> Result<()> {
        let problem = &mut self.problem;
        let is_kept = |arc: &&Arc| !problem.may_cut[arc.choice];
        let kept: Vec<(usize, usize)> = problem.arcs.iter().filter(is_kept).map(|arc| (arc.from, arc.to)).collect();
        let groups = groups(problem.nodes, &kept)?;
        let mut units: BTreeMap<usize, BTreeSet<Node>> = BTreeMap::new();
        for arc in problem.arcs.iter().filter(is_kept).filter(|arc| groups[arc.from] == groups[arc.to]) {
            units.entry(groups[arc.from]).or_default().insert(self.choices[arc.choice].0.0);
        }
        self.uncuttable = units.values().map(|units| frozen(asked, units)).collect();
        let within = |arc: &Arc| !problem.may_cut[arc.choice] && groups[arc.from] == groups[arc.to];
        let arcs = problem.arcs.iter().filter(|arc| !within(arc));
        problem.arcs = arcs.map(|arc| Arc { from: groups[arc.from], to: groups[arc.to], ..*arc }).collect();
        Ok(())
    }

    /// More sets, by the feedback arc set of weights that chance shakes.
    fn shaken(&self, asked: &Asked<'_>, found: &mut CutSets, context: &Context) -> Result<()> {
        let place = |edge: &EdgeRef<'_>| {
            let ends = (asked.unit(edge.from), asked.unit(edge.to));
            self.choices.binary_search_by_key(&ends, |(ends, _)| *ends).ok()
        };
        let all = || (0..self.choices.len()).filter(|choice| self.problem.may_cut[*choice]).collect::<Vec<_>>();
        for beginning in 0..BEGINNINGS {
            let chance = |choice: usize| match beginning {
                0 => 0.0,
                _ => (hash_of(&(asked.draft.seed, beginning, choice)) % 1_024) as f64 / 1_024.0,
            };
            let weight = |edge: &EdgeRef<'_>| match place(edge) {
                Some(choice) if !self.problem.may_cut[choice] => FROZEN,
                Some(choice) => 1.0 + chance(choice),
                None => 0.0,
            };
            let arcs = match feedback_arc_set(asked.base, |class| asked.is_in_cycles(class), weight, context) {
                Ok(arcs) => arcs.arcs,
                Err(error) if error.kind() == ErrorKind::Limit => break,
                Err(error) => return Err(error),
            };
            let set: BTreeSet<usize> =
                arcs.iter().filter_map(place).filter(|choice| self.problem.may_cut[*choice]).collect();
            let set: Vec<usize> = set.into_iter().collect();
            let set = reduced(&self.problem, &set, context).or_else(|| reduced(&self.problem, &all(), context));
            found.sets.extend(set.filter(|set| !found.sets.contains(set)));
            found.looked_at += 1;
        }
        if found.sets.is_empty() {
            found.sets.extend(reduced(&self.problem, &all(), context));
        }
        found.sets.sort_by_key(Vec::len);
        Ok(())
    }

    fn told(&self, asked: &Asked<'_>, sets: &CutSets, context: &Context) -> Found {
        let packed = if sets.is_whole { 0 } else { packed_cycles(&self.problem, self.choices.len(), context) };
        let fewest = sets.sets.first().map(Vec::len);
        let bound = OptimalityBound::new("pairs of things to part", fewest, sets.at_least.max(packed));
        let name = match sets.is_whole {
            true => "every inclusion-minimal set, smallest first, by branching on short cycles",
            false => "branching on short cycles, then feedback arc sets of weights shaken by the seed",
        };
        let is_exact = sets.is_whole && (sets.is_everything || fewest.is_some_and(|fewest| fewest == sets.at_least));
        let mut found = Found::by(name, is_exact, Some(bound), sets.looked_at);
        found.impossible.clone_from(&self.uncuttable);
        if let Some(most) = asked.draft.constraints.most_changes.filter(|most| sets.at_least.max(packed) > *most) {
            let what = format!(
                "at least {} pairs of things have to be parted, and {most} changes are allowed",
                sets.at_least.max(packed)
            );
            found.impossible.push(ConstraintViolation { constraint: "most_changes", what, entities: Vec::new() });
        }
        found.candidates = sets.sets.iter().map(|set| self.candidate(asked, set)).collect();
        let why = "no kind of change says so yet: what takes its place is up to whoever cuts it";
        found.not_tried.push(NotTried::new("turning a call into a message, or a dependency around", why, Vec::new()));
        found
    }

    fn candidate(&self, asked: &Asked<'_>, set: &[usize]) -> Candidate {
        let chosen: Vec<_> = set.iter().map(|choice| &self.choices[*choice]).collect();
        let pair = |((from, to), _): &&&((Node, Node), Vec<EdgeRef<'_>>)| {
            format!("{} → {}", asked.name(*from), asked.name(*to))
        };
        let name = format!("cut {}", listed(chosen.iter().map(|choice| pair(&choice)), 4));
        let steps: Vec<Step> = chosen.iter().map(|(ends, edges)| cut(*ends, edges)).collect();
        let candidate = Candidate::of_steps(asked, name, &steps);
        let violations = self.uncuttable.iter().chain(&candidate.violations).cloned().collect();
        Candidate { violations, ..candidate }.citing(chosen.iter().flat_map(|(_, edges)| edges))
    }
}

/// Why some cycles cannot be cut.
fn frozen(asked: &Asked<'_>, units: &BTreeSet<Node>) -> ConstraintViolation {
    let names: Vec<&str> = units.iter().map(|node| asked.name(*node)).collect();
    let names = names.join(", ");
    ConstraintViolation {
        constraint: "freeze",
        what: format!("{names} need each other around a corner, and all of them are on the freeze list"),
        entities: units.iter().map(|node| asked.told(*node)).collect(),
    }
}

/// One thing needs another no longer, by every relation that there is.
pub(super) fn cut((from, to): (Node, Node), edges: &[EdgeRef<'_>]) -> Step {
    let cut = |relation| Edit::Cut { from, to, relation };
    Step { members: vec![from], edits: relations(edges).into_iter().map(cut).collect(), ..Step::default() }
}

fn problem(asked: &Asked<'_>, choices: &[((Node, Node), Vec<EdgeRef<'_>>)]) -> CutProblem {
    let edges =
        || choices.iter().enumerate().flat_map(|(choice, (_, edges))| edges.iter().map(move |edge| (choice, edge)));
    let nodes: BTreeSet<Node> = edges().flat_map(|(_, edge)| [edge.from, edge.to]).collect();
    let places: BTreeMap<Node, usize> = nodes.into_iter().zip(0..).collect();
    let arcs: BTreeSet<(usize, usize, usize)> =
        edges().map(|(choice, edge)| (places[&edge.from], places[&edge.to], choice)).collect();
    CutProblem {
        nodes: places.len(),
        arcs: arcs.into_iter().map(|(from, to, choice)| Arc { from, to, choice }).collect(),
        may_cut: choices.iter().map(|((from, _), _)| !asked.is_frozen(*from)).collect(),
    }
}
