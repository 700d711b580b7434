//! Feedback arc sets: which relations to cut so that nothing needs itself any more.

mod bound;
mod exact;
mod heuristic;
#[cfg(test)]
mod tests;

use crate::analysis::structure::components::strong_components;
use crate::base::{Context, Error, ErrorKind, Result};
use crate::graph::{EdgeClass, EdgeRef, Snapshot};

/// Up to how many nodes of a component the least set is found for sure.
const EXACT_NODES: usize = 20;

/// What the host is told of.
const PHASE: &str = "cuts";

/// Relations without which no cycle is left.
#[derive(Clone, Debug, Default)]
pub struct FeedbackArcs<'a> {
    /// The relations to cut, in the order of the snapshot. Every relation of a node to itself is among them.
    pub arcs: Vec<EdgeRef<'a>>,
    /// The sum of their weights.
    pub weight: f64,
    /// No set that leaves no cycle weighs less.
    pub lower_bound: f64,
}

impl FeedbackArcs<'_> {
    /// Whether no set that leaves no cycle weighs less than this one.
    pub fn is_least(&self) -> bool {
        self.weight <= self.lower_bound
    }

    /// How much of the weight may be too much, as a part of it: from 0 to 1, 0 for the least set.
    pub fn gap(&self) -> f64 {
        if self.is_least() { 0.0 } else { (self.weight - self.lower_bound) / self.weight }
    }
}

/// The relations of least weight without which no cycle is left, among those that are followed. Parallel relations between two nodes are cut together, so their weights add up.
///
/// Each strong component for itself. Up to 20 nodes the least set, by a dynamic programme over subsets: O(2ⁿ · n) time and 8 bytes for each subset. Beyond, the order of Eades,
/// Lin and Smyth with nodes moved to better places, and cycles that share no weight as the lower bound: no more than some ten million steps for each component.
///
/// # Errors
/// `Invalid` for a weight that is negative or no number, naming the relation; `Cancelled` or `Limit` by `context`, which is asked before each component and told of each as a
/// unit of the phase `cuts`.
pub fn feedback_arc_set<'a>(
    snapshot: &'a Snapshot,
    follow: impl Fn(&EdgeClass) -> bool,
    weight: impl Fn(&EdgeRef<'a>) -> f64,
    context: &Context,
) -> Result<FeedbackArcs<'a>> {
    let inner = inner_edges(snapshot, follow, weight)?;
    let components: Vec<&[Inner<'a>]> = inner.chunk_by(|a, b| a.component == b.component).collect();
    let mut found = FeedbackArcs::default();
    for (at, component) in components.iter().enumerate() {
        context.check()?;
        cut(component, &mut found, context)?;
        context.progress.report(PHASE, at as u64 + 1, components.len() as u64);
    }
    found.arcs.sort_by_key(|arc| (arc.from, arc.to, arc.class, arc.place));
    found.lower_bound = found.lower_bound.min(found.weight);
    Ok(found)
}

/// An edge within a component.
struct Inner<'a> {
    component: u32,
    edge: EdgeRef<'a>,
    weight: f64,
}

fn inner_edges<'a>(
    snapshot: &'a Snapshot,
    follow: impl Fn(&EdgeClass) -> bool,
    weight: impl Fn(&EdgeRef<'a>) -> f64,
) -> Result<Vec<Inner<'a>>> {
    let components = strong_components(snapshot, &follow);
    let followed: Vec<bool> = snapshot.pages().classes().iter().map(follow).collect();
    let mut inner = Vec::new();
    for edge in snapshot.edges().filter(|edge| followed[edge.class as usize]) {
        let weight = weight(&edge);
        if !(weight.is_finite() && weight >= 0.0) {
            return Err(unweighable(snapshot, &edge, weight));
        }
        let [from, to] = [edge.from, edge.to].map(|end| components.number(end));
        if let Some(component) = from.filter(|_| from == to) {
            // Nothing has no sign: the sign of a weight tells its way later.
            inner.push(Inner { component, edge, weight: weight.abs() });
        }
    }
    if !inner.iter().map(|inner| inner.weight).sum::<f64>().is_finite() {
        let why = "the weights within cycles are together larger than any number: give smaller weights";
        return Err(Error::new(ErrorKind::Invalid, why));
    }
    inner.sort_by_key(|inner| inner.component);
    Ok(inner)
}

fn unweighable(snapshot: &Snapshot, edge: &EdgeRef<'_>, weight: f64) -> Error {
    let [from, to] = [edge.from, edge.to].map(|end| &snapshot.entity(end).id);
    let why = format!("the weight of {from} to {to} is {weight}: give a number that is not negative");
    Error::new(ErrorKind::Invalid, why)
}

/// Adds what has to be cut within one component.
fn cut<'a>(component: &[Inner<'a>], found: &mut FeedbackArcs<'a>, context: &Context) -> Result<()> {
    let circuit = Circuit::new(component);
    let (places, bound) = match circuit.nodes {
        0..=EXACT_NODES => (exact::order(&circuit), None),
        _ => (heuristic::order(&circuit, context)?, Some(bound::packed_cycles(&circuit, context)?)),
    };
    let mut weight = 0.0;
    for inner in component {
        let [from, to] = [inner.edge.from, inner.edge.to].map(|end| places[circuit.local(end.0)]);
        if from >= to {
            weight += inner.weight;
            found.arcs.push(inner.edge);
        }
    }
    let own = circuit.own_weight;
    found.weight += weight;
    // Of what is exact the bound is the weight, to the last digit, in whatever order the weights are added up.
    found.lower_bound += bound.map_or(weight, |bound| weight.min(own + bound));
    Ok(())
}

/// A component with nodes from 0 on, each pair at most once, and none of a node with itself.
struct Circuit {
    names: Vec<u32>,
    nodes: usize,
    arcs: Vec<Arc>,
    /// What the edges from nodes to themselves weigh.
    own_weight: f64,
}

/// All edges from one node to another.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Arc {
    from: usize,
    to: usize,
    weight: f64,
}

impl Circuit {
    fn new(component: &[Inner<'_>]) -> Self {
        let mut names: Vec<u32> = component.iter().map(|inner| inner.edge.from.0).collect();
        names.sort_unstable();
        names.dedup();
        let mut circuit = Circuit { nodes: names.len(), names, arcs: Vec::new(), own_weight: 0.0 };
        let mut edges: Vec<(u32, u32, f64)> =
            component.iter().map(|inner| (inner.edge.from.0, inner.edge.to.0, inner.weight)).collect();
        edges.sort_by_key(|(from, to, _)| (*from, *to));
        for parallel in edges.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let weight: f64 = parallel.iter().map(|(.., weight)| weight).sum();
            let (from, to, _) = parallel[0];
            match from == to {
                true => circuit.own_weight += weight,
                false => circuit.arcs.push(Arc { from: circuit.local(from), to: circuit.local(to), weight }),
            }
        }
        circuit
    }

    /// The number of a node within. Every node of a component has an edge that leads from it to another, or to itself.
    fn local(&self, node: u32) -> usize {
        self.names.partition_point(|name| *name < node)
    }
}
