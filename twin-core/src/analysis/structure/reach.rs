//! How far each node reaches, for many nodes at once.

use crate::analysis::structure::Direction;
use crate::analysis::structure::adjacency::Adjacency;
use crate::analysis::structure::condensed::{Condensation, Condensed};
use crate::analysis::structure::sweep::{Lane, Sweep, swept};
use crate::base::{Context, Result};
use crate::graph::{EdgeClass, Node, Snapshot};

/// The phase that hosts are told of.
pub(super) const PHASE: &str = "reach";

/// How many nodes some nodes reach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReachCounts {
    /// For each node that was asked about, in the order of the question, how many others it reaches: itself does not count. 0 for one that is not there.
    pub counts: Vec<u32>,
    /// How many edges were looked at, once the components were known: a measure of work that is the same on every machine and any number of threads.
    pub edges_touched: u64,
}

/// How many other nodes each of some nodes reaches: over incoming relations, how many depend on it.
///
/// What reaches each other is one component with one count, and everything else is done on the graph of components. What lies behind the component with most edges is found
/// once, and whoever reaches that component is only asked what it reaches beside. Who leads to one component alone adds to that one's count. The others are swept 64 at a
/// time, a bit for each; where that touches much of the graph, 512 at a time on all threads.
///
/// O(nodes + edges + Σ reach / 64) where reaches are small, else O(components · edges / 512). Peak memory: 24 bytes for a node and 4 for an edge between components; with large reaches
/// 64 bytes for a component on each thread, on as many threads as take no more than 512 MiB.
///
/// # Errors
/// `Cancelled` or `Limit` by `context`, which is asked at least once in 2¹⁶ edges or with each sweep; it is told of each component as a unit of the phase `reach`.
pub fn reach_counts(
    snapshot: &Snapshot,
    nodes: &[Node],
    direction: Direction,
    follow: impl Fn(&EdgeClass) -> bool,
    context: &Context,
) -> Result<ReachCounts> {
    context.check()?;
    let adjacency = Adjacency::new(snapshot, direction, follow);
    let Condensation { graph, numbers, largest, touched } = Condensation::new(snapshot, &adjacency, context)?;
    let component = |node: &Node| numbers.get(node.index()).filter(|number| (**number as usize) < graph.len());
    let mut asked = vec![false; graph.len()];
    nodes.iter().filter_map(component).for_each(|component| asked[*component as usize] = true);
    let mut reach = Reach { context, touched };
    let totals = reach.through(&graph, largest, asked)?;
    let count = |node: &Node| component(node).map_or(0, |component| totals[*component as usize] - 1);
    Ok(ReachCounts { counts: nodes.iter().map(count).collect(), edges_touched: reach.touched })
}

/// A sweep from 64 components that looks at more than one edge in so many is dearer than its share of a sweep from hundreds.
const EDGES_OF_ONE_SWEEP: usize = 64;

struct Reach<'a> {
    context: &'a Context,
    touched: u64,
}

impl Reach<'_> {
    /// How many nodes those components reach that are asked about, their own among them. What lies behind one of them is counted once.
    fn through(&mut self, graph: &Condensed, pivot: Option<u32>, asked: Vec<bool>) -> Result<Vec<u32>> {
        let Some(pivot) = pivot else { return Ok(Vec::new()) };
        let (through, behind) = (graph.reaching(pivot), graph.reached_from(pivot));
        let shared: u32 = (0..).zip(&behind).filter(|(_, is)| **is).map(|(component, _)| graph.size(component)).sum();
        let mut beside = asked.clone();
        beside.iter_mut().zip(&through).for_each(|(beside, through)| *beside &= !through);
        let mut totals = self.totals(graph, beside)?;
        let mut joined = asked;
        joined.iter_mut().zip(&through).for_each(|(joined, through)| *joined &= through);
        let is_joined = joined.clone();
        let more = self.totals(&graph.without(&behind), joined)?;
        for (component, total) in totals.iter_mut().enumerate().filter(|(component, _)| is_joined[*component]) {
            *total = if component == pivot as usize { shared } else { shared + more[component] };
        }
        self.touched += 3 * graph.edges() as u64;
        Ok(totals)
    }

    /// How many nodes those components reach that are wanted, their own among them; of some others it is told as well.
    fn totals(&mut self, graph: &Condensed, mut wanted: Vec<bool>) -> Result<Vec<u32>> {
        let mut totals = vec![0; graph.len()];
        let (mut starts, mut chained) = (Vec::new(), Vec::new());
        for component in (0..graph.len() as u32).rev() {
            if !wanted[component as usize] {
                continue;
            }
            match graph.ends(component) {
                [] => totals[component as usize] = graph.size(component),
                [end] => {
                    wanted[*end as usize] = true;
                    chained.push((component, *end));
                }
                _ => starts.push(component),
            }
        }
        starts.reverse();
        self.sweep(graph, &starts, &mut totals)?;
        for (component, end) in chained.into_iter().rev() {
            totals[component as usize] = graph.size(component) + totals[end as usize];
        }
        Ok(totals)
    }

    fn sweep(&mut self, graph: &Condensed, starts: &[u32], totals: &mut [u32]) -> Result<()> {
        let mut keep = |batch: &[u32], counts: Vec<u32>| {
            batch.iter().zip(counts).for_each(|(component, count)| totals[*component as usize] = count);
        };
        let (mut sweep, mut large) = (Sweep::<u64>::new(graph), Vec::new());
        let most = (graph.edges() / EDGES_OF_ONE_SWEEP) as u64 + 1024;
        for (at, batch) in starts.chunks(u64::STARTS).enumerate() {
            self.context.check()?;
            match sweep.count(batch, most) {
                Some(counts) => keep(batch, counts),
                None => large.extend_from_slice(batch),
            }
            self.context.progress.report(PHASE, (at * u64::STARTS) as u64, starts.len() as u64);
        }
        self.touched += sweep.touched;
        if !large.is_empty() {
            let (counts, touched) = swept(graph, &large, self.context)?;
            self.touched += touched;
            keep(&large, counts);
        }
        Ok(())
    }
}
