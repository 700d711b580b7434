//! What the shape of the graph loses and gains: single points of failure, cycles, violated decisions, drift. Shapes are held against each other as nodes, and only what differs is told by name.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::sync::Arc;

use super::figure::{Dimension, Figure};
use crate::analysis::{
    Drifting, EntityRef, Follow, KeptShape, Violation, Weaknesses, drifting, drifting_from, violated,
};
use crate::answer::EvidenceId;
use crate::graph::{EdgeClass, Node, Snapshot};
use crate::simulate::Scenario;

/// A thing of a shape, with what it is about, what tells it apart, and why it is believed.
pub(in crate::simulate) type Shape = BTreeMap<(Option<EntityRef>, Option<String>), Vec<EvidenceId>>;

/// So many names of a large cycle, and so much evidence of it, are told.
const TOLD: usize = 20;

/// The figures, and a row for each thing that comes or goes. O(entities + relations), of which the relations of the base are read only where it is not known.
pub(super) fn figures(scenario: &Scenario, after: &Snapshot, known: Option<&Baseline>) -> Vec<Figure> {
    let before = scenario.stage();
    // What changes bring is not there before them, though it is on the stage.
    let baseline = known.cloned().unwrap_or_else(|| Baseline::of(scenario.base()));
    let changed = scenario.changes_edges().then(|| baseline.found_in(after));
    let was = baseline.found();
    let is = changed.as_ref().unwrap_or(was);
    let (old, new) = (&was.weaknesses, &is.weaknesses);
    let mut figures = compared(Dimension::SinglePointsOfFailure, "entities", &old.points, &new.points, |node, _| {
        ((Some(EntityRef::of(before, *node)), None), Vec::new())
    });
    figures.extend(compared(Dimension::Cycles, "found", &old.cycles, &new.cycles, |cycle, is_new| {
        let world = if is_new { after } else { before };
        told_cycle(world, cycle, &baseline.first_by_name(world, cycle))
    }));
    figures.extend(figures_of(Dimension::DecisionsViolated, "found", &broken(before), &broken(after)));
    match (&was.drifting, &is.drifting) {
        (Ok(was), Ok(is)) => figures.extend(compared(Dimension::Drift, "relations", was, is, |row, is_new| {
            told_drift(if is_new { after } else { before }, row)
        })),
        (Err(why), _) | (_, Err(why)) => figures.push(Figure::unknown(Dimension::Drift, why.clone())),
    }
    figures
}

/// The shape of a base, found once for many scenarios on it: the comparison of each finds only what is after its changes. Cloning is O(1).
#[derive(Clone, Debug)]
pub struct Baseline(Arc<Kept>);

#[derive(Debug)]
struct Kept {
    shape: KeptShape,
    found: Found,
    /// For each cycle, its first members by name: more than are told, so that a cycle that lost a few still knows its first.
    first_by_name: Vec<Vec<Node>>,
}

/// What was found in one world. All lists are in order.
#[derive(Debug)]
struct Found {
    weaknesses: Weaknesses,
    drifting: Result<Vec<Drifting>, String>,
}

impl Baseline {
    /// O(entities + relations).
    pub fn of(base: &Snapshot) -> Baseline {
        let (shape, weaknesses) = KeptShape::of(base, follow(base));
        let first_by_name = weaknesses.cycles.iter().map(|cycle| first_by_name(base, cycle, 4 * TOLD)).collect();
        let found = Found { weaknesses, drifting: drifting(base) };
        Baseline(Arc::new(Kept { shape, found, first_by_name }))
    }

    fn found(&self) -> &Found {
        &self.0.found
    }

    /// The first members of a cycle by name, as many as are told. O(members), of which only the names of those are read that are in no cycle of the base, where all but few are in one.
    fn first_by_name(&self, snapshot: &Snapshot, cycle: &[Node]) -> Vec<Node> {
        let known = &self.0.found.weaknesses.cycles;
        let is_like = |known: &Vec<Node>| known.binary_search(&cycle[0]).is_ok();
        let like = if cycle.len() > TOLD { known.iter().position(is_like) } else { None };
        let Some(place) = like else { return first_by_name(snapshot, cycle, TOLD) };
        let is_member = |node: &&Node| cycle.binary_search(node).is_ok();
        let mut first: Vec<Node> = self.0.first_by_name[place].iter().filter(is_member).copied().collect();
        // Whoever is in both and not among these comes after all of them.
        if first.len() < TOLD {
            return first_by_name(snapshot, cycle, TOLD);
        }
        first.extend(only_in_first(cycle, &known[place]).copied());
        first_by_name(snapshot, &first, TOLD)
    }

    /// What is found in a world that differs by changes. O(entities + relations), of which those are read that differ, unless the world was laid out anew.
    fn found_in(&self, after: &Snapshot) -> Found {
        let (shape, was) = (&self.0.shape, &self.0.found);
        let Some(nodes) = shape.unlike(after) else {
            let (_, weaknesses) = KeptShape::of(after, follow(after));
            return Found { weaknesses, drifting: drifting(after) };
        };
        let differing = nodes.iter().map(|node| Node(*node)).filter(|node| after.is_there(*node));
        let drifting = drifting_from(after, differing).and_then(|new| {
            let kept = was.drifting.as_ref().map_err(Clone::clone)?.iter().copied();
            let mut rows: Vec<Drifting> = kept.filter(|row| nodes.binary_search(&row.from.0).is_err()).collect();
            rows.extend(new);
            // Two runs in order, which a merge sort meets.
            rows.sort();
            Ok(rows)
        });
        Found { weaknesses: shape.found_in(after, &nodes, follow(after)), drifting }
    }
}

/// Over which relations things are joined, and need each other.
fn follow(snapshot: &Snapshot) -> Follow<impl Fn(&EdgeClass) -> bool, impl Fn(&EdgeClass) -> bool> {
    let row = |class: &EdgeClass| snapshot.schema().relation(class.relation.as_str());
    Follow {
        joins: move |class: &EdgeClass| row(class).is_ok_and(|row| row.passes_failure()),
        is_need: move |class: &EdgeClass| row(class).is_ok_and(|row| row.read_by.contains(&"cycles")),
    }
}

/// What stands in one world, by dimension, as figures name it; or why nobody can say. O(entities + relations).
pub(in crate::simulate) fn standing(snapshot: &Snapshot) -> BTreeMap<Dimension, Result<Shape, String>> {
    let baseline = Baseline::of(snapshot);
    let Found { weaknesses, drifting } = baseline.found();
    let point = |node: &Node| ((Some(EntityRef::of(snapshot, *node)), None), Vec::new());
    let points: Shape = weaknesses.points.iter().map(point).collect();
    let told_first = |cycle: &Vec<Node>| told_cycle(snapshot, cycle, &first_by_name(snapshot, cycle, TOLD));
    let cycles: Shape = weaknesses.cycles.iter().map(told_first).collect();
    let told = |rows: &Vec<Drifting>| rows.iter().map(|row| told_drift(snapshot, row)).collect();
    let drifting = drifting.as_ref().map(told).map_err(Clone::clone);
    BTreeMap::from([
        (Dimension::SinglePointsOfFailure, Ok(points)),
        (Dimension::Cycles, Ok(cycles)),
        (Dimension::DecisionsViolated, Ok(broken(snapshot))),
        (Dimension::Drift, drifting),
    ])
}

type Told = ((Option<EntityRef>, Option<String>), Vec<EvidenceId>);

/// How many there are, and a row for each that comes or goes. Both lists are in order.
fn compared<T: Ord>(
    dimension: Dimension,
    unit: &str,
    before: &[T],
    after: &[T],
    told: impl Fn(&T, bool) -> Told,
) -> Vec<Figure> {
    let mut figures = vec![Figure::known(dimension, unit, before.len() as f64, after.len() as f64)];
    let lost = only_in_first(before, after).map(|thing| (thing, false));
    let new = only_in_first(after, before).map(|thing| (thing, true));
    for (thing, is_new) in lost.chain(new) {
        let (key, evidence) = told(thing, is_new);
        let (was, is) = if is_new { (0.0, 1.0) } else { (1.0, 0.0) };
        let mut figure = Figure::known(dimension, unit, was, is);
        ((figure.about, figure.detail), figure.evidence) = (key, evidence);
        figures.push(figure);
    }
    figures
}

/// How much of it there is, and a row for each that comes or goes.
pub(super) fn figures_of(dimension: Dimension, unit: &str, before: &Shape, after: &Shape) -> Vec<Figure> {
    let keys = |shape: &Shape| shape.keys().cloned().collect::<Vec<_>>();
    compared(dimension, unit, &keys(before), &keys(after), |key, is_new| {
        let shape = if is_new { after } else { before };
        (key.clone(), shape.get(key).cloned().unwrap_or_default())
    })
}

/// The first nodes by name, in order. O(nodes).
fn first_by_name(snapshot: &Snapshot, nodes: &[Node], count: usize) -> Vec<Node> {
    let mut first: BinaryHeap<(&str, Node)> = BinaryHeap::with_capacity(count + 1);
    for named in nodes.iter().map(|node| (snapshot.entity(*node).name.as_str(), *node)) {
        if first.len() < count {
            first.push(named);
        } else if let Some(mut last) = first.peek_mut().filter(|last| named < **last) {
            *last = named;
        }
    }
    first.into_sorted_vec().into_iter().map(|(_, node)| node).collect()
}

/// What is in the first list and not in the other; both are in order. O(n).
fn only_in_first<'l, T: Ord>(first: &'l [T], other: &'l [T]) -> impl Iterator<Item = &'l T> {
    let mut rest = other;
    first.iter().filter(move |thing| {
        while rest.first().is_some_and(|next| next < *thing) {
            rest = &rest[1..];
        }
        rest.first() != Some(*thing)
    })
}

/// The members of a cycle by name, the first of them, and why some of the relations between them are believed.
fn told_cycle(snapshot: &Snapshot, members: &[Node], first: &[Node]) -> Told {
    let more = members.len().saturating_sub(TOLD);
    let names: Vec<&str> = first.iter().map(|node| snapshot.entity(*node).name.as_str()).collect();
    let rest = if more > 0 { format!(" ↔ {more} more") } else { String::new() };
    let edges = members.iter().flat_map(|node| snapshot.outgoing(*node));
    let inside = edges.filter(|edge| edge.to != edge.from && members.binary_search(&edge.to).is_ok());
    let evidence: BTreeSet<EvidenceId> =
        inside.flat_map(|edge| edge.edge.evidence.iter().copied()).take(TOLD).collect();
    ((None, Some(names.join(" ↔ ") + &rest)), evidence.into_iter().collect())
}

fn told_drift(snapshot: &Snapshot, row: &Drifting) -> Told {
    let what = if row.is_missing { "not observed" } else { "not declared" };
    let edge = snapshot.pages().edge_row(row.over.0, row.over.1);
    let (from, to) = (&snapshot.entity(row.from).name, &snapshot.entity(row.to).name);
    ((None, Some(format!("{what}: {from} {} {to}", edge.relation))), edge.evidence.clone())
}

fn broken(snapshot: &Snapshot) -> Shape {
    let told = |violation: &Violation| format!("{}: {} → {}", violation.forbids, violation.from, violation.to);
    let found = violated(snapshot).into_iter();
    found.map(|(decision, violation)| ((Some(decision), Some(told(&violation))), violation.evidence)).collect()
}
