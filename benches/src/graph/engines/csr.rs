//! The `graph` crate: adjacency in one array for each direction, which it builds on all cores. It brings no search that fits, so the
//! direction-optimising search of Beamer, Asanović and Patterson (2012) is written here on its arrays.

use graph_builder::graph::csr::NodeValues;
use graph_builder::prelude::{CsrLayout, DirectedCsrGraph, DirectedNeighbors, EdgeList, Graph};
use twin_core::base::Result;

use crate::graph::answer::Answer;
use crate::graph::data::{Changes, Columns, Data, Nodes};
use crate::graph::engine::{Engine, Run, figure, median_of, per, timed, tried};
use crate::graph::engines::closure::dependent_counts;
use crate::graph::memory::held;
use crate::graph::table;
use crate::graph::workload::Task;

/// Both directions, without anything more.
pub type Plain = DirectedCsrGraph<u32>;
/// With kinds of nodes and relations of edges.
type Typed = DirectedCsrGraph<u32, u16, u16>;

/// What was made of the data so far.
#[derive(Default)]
pub struct Csr {
    graph: Option<Plain>,
    edges: Vec<(u32, u32, ())>,
    changes: Changes,
    search: Search,
}

impl Engine for Csr {
    fn name(&self) -> &'static str {
        "graph"
    }

    fn offers(&self, task: Task) -> bool {
        let loads = matches!(task, Task::Load | Task::Columns | Task::NodeBytes | Task::EdgeBytes);
        loads || matches!(task, Task::Dependents | Task::Counts | Task::Hub | Task::Fresh)
    }

    fn prepare(&mut self, task: Task, data: &Data) -> Result<()> {
        if matches!(task, Task::Dependents | Task::Counts | Task::Hub | Task::Fresh) {
            self.graph = Some(sorted(data));
        }
        if task == Task::Fresh {
            self.edges = pairs(data);
            self.changes = data.changes();
        }
        Ok(())
    }

    fn run(&mut self, task: Task, data: &Data) -> Result<Run> {
        Ok(match task {
            Task::Load => {
                tried(|| Ok(typed(&data.nodes, &table::edges(&data.bytes, &data.nodes)?)), |graph| size(graph, data))?
            }
            Task::Columns => timed(|| typed(&data.nodes, &data.edges), |graph| size(graph, data)),
            Task::NodeBytes => figure(per(held(|| named(&data.nodes)), data.nodes.len()), Answer::default()),
            Task::EdgeBytes => figure(per(edge_bytes(data), data.edges.len()), Answer::default()),
            Task::Dependents => median_of(&data.starts, None, |start| self.dependents(start))?,
            Task::Hub => {
                timed(|| data.hub.map(|hub| self.dependents(hub)), |found| Answer::set(found.iter().flatten().copied()))
            }
            Task::Fresh => self.fresh(data),
            _ => timed(
                || self.graph.as_ref().map(|graph| dependent_counts(graph, data.nodes.len())),
                |counts| Answer::each(counts.as_deref().unwrap_or_default()),
            ),
        })
    }
}

impl Csr {
    fn dependents(&mut self, start: u32) -> Vec<u32> {
        self.graph.as_ref().map(|graph| self.search.dependents(graph, start)).unwrap_or_default()
    }

    /// Builds everything anew from the changed edges.
    fn fresh(&mut self, data: &Data) -> Run {
        let (edges, changes) = (&self.edges, &self.changes);
        let mut search = Search::default();
        let work = || {
            let mut changed = edges.clone();
            for (place, to) in changes.places.iter().zip(&changes.to) {
                changed[*place as usize].1 = *to;
            }
            let next = plain(changed, data, CsrLayout::Unsorted);
            let found = data.starts.first().map(|start| search.dependents(&next, *start));
            (next, found.unwrap_or_default())
        };
        timed(work, |(next, found)| {
            let before = self.graph.as_ref().zip(data.hub).map(|(graph, hub)| self.search.dependents(graph, hub));
            let after = data.hub.map(|hub| Search::default().dependents(next, hub));
            Answer::all(&[found.clone(), after.unwrap_or_default(), before.unwrap_or_default()])
        })
    }
}

/// The marks of one search after the other: a node is seen if it bears the number of the search, so that nothing is cleared.
#[derive(Default)]
pub struct Search {
    seen: Vec<u32>,
    number: u32,
}

impl Search {
    /// Once more than one node in so many is found, the rest is asked whether it needs any of them.
    const FEW: usize = 16;

    /// All dependents of a node, without itself.
    pub fn dependents(&mut self, graph: &Plain, start: u32) -> Vec<u32> {
        let nodes = graph.node_count() as usize;
        self.begin(nodes);
        self.seen[start as usize] = self.number;
        let mut found = Vec::new();
        let mut at = 0;
        self.pass_on(graph, start, &mut found);
        while at < found.len() {
            if found.len() - at > nodes / Self::FEW + 64 {
                at = self.ask_the_rest(graph, &mut found);
            } else {
                self.pass_on(graph, found[at], &mut found);
                at += 1;
            }
        }
        found
    }

    fn begin(&mut self, nodes: usize) {
        self.seen.resize(nodes, 0);
        self.number = self.number.wrapping_add(1);
        if self.number == 0 {
            self.seen.fill(0);
            self.number = 1;
        }
    }

    fn pass_on(&mut self, graph: &Plain, node: u32, found: &mut Vec<u32>) {
        for dependent in graph.in_neighbors(node) {
            let seen = &mut self.seen[*dependent as usize];
            if *seen != self.number {
                *seen = self.number;
                found.push(*dependent);
            }
        }
    }

    /// Where the nodes begin that were found now. What was found before is done with then.
    fn ask_the_rest(&mut self, graph: &Plain, found: &mut Vec<u32>) -> usize {
        let before = found.len();
        for node in 0..self.seen.len() as u32 {
            let is_seen = |needed: &u32| self.seen[*needed as usize] == self.number;
            if self.seen[node as usize] != self.number && graph.out_neighbors(node).any(is_seen) {
                self.seen[node as usize] = self.number;
                found.push(node);
            }
        }
        before
    }
}

/// With neighbours in rising order, as searches like it best.
pub fn sorted(data: &Data) -> Plain {
    plain(pairs(data), data, CsrLayout::Sorted)
}

fn pairs(data: &Data) -> Vec<(u32, u32, ())> {
    data.edges.pairs().map(|(from, to)| (from, to, ())).collect()
}

fn plain(edges: Vec<(u32, u32, ())>, data: &Data, layout: CsrLayout) -> Plain {
    Plain::from((EdgeList::with_max_node_id(edges, last(&data.nodes)), layout))
}

fn typed(nodes: &Nodes, edges: &Columns) -> Typed {
    let rows = edges.pairs().zip(&edges.relations).map(|((from, to), relation)| (from, to, *relation)).collect();
    let mut kinds = nodes.kinds.clone();
    kinds.resize(nodes.len().max(1), 0);
    Typed::from((NodeValues::new(kinds), EdgeList::with_max_node_id(rows, last(nodes)), CsrLayout::Unsorted))
}

/// Only the nodes, as a host would keep them that has their names too.
fn named(nodes: &Nodes) -> DirectedCsrGraph<u32, (u16, Box<str>), u16> {
    let values = nodes.kinds.iter().copied().zip(nodes.names.iter().map(|name| name.as_str().into()));
    let mut values: Vec<(u16, Box<str>)> = values.collect();
    values.resize(nodes.len().max(1), Default::default());
    let no_edges = EdgeList::with_max_node_id(Vec::new(), last(nodes));
    DirectedCsrGraph::from((NodeValues::new(values), no_edges, CsrLayout::Unsorted))
}

/// The crate knows no graph without nodes: the empty one gets one that nobody asks about.
fn last(nodes: &Nodes) -> u32 {
    (nodes.len() as u32).saturating_sub(1)
}

fn edge_bytes(data: &Data) -> usize {
    held(|| typed(&data.nodes, &data.edges)).saturating_sub(held(|| typed(&data.nodes, &Columns::default())))
}

fn size(graph: &Typed, data: &Data) -> Answer {
    let spare = u32::from(data.nodes.is_empty());
    Answer::numbers([u64::from(graph.node_count() - spare), u64::from(graph.edge_count())])
}
