//! petgraph: graphs of linked edges, and its algorithms as its documentation shows them.

use std::thread;

use petgraph::algo::articulation_points::articulation_points;
use petgraph::algo::bridges::bridges;
use petgraph::algo::dominators::simple_fast;
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex, UnGraph};
use petgraph::stable_graph::StableDiGraph;
use petgraph::visit::{Bfs, EdgeRef, IntoNeighbors, NodeFiltered, Reversed, Visitable};
use twin_core::base::Result;

use crate::graph::answer::{Answer, Set};
use crate::graph::data::{Changes, Columns, Data, Nodes, TeamCalls, top_ten};
use crate::graph::engine::{Engine, PATIENCE, Run, figure, median_of, per, sum_of, timed, tried};
use crate::graph::memory::held;
use crate::graph::table;
use crate::graph::workload::Task;

/// Nodes with their kinds, edges with their relations.
type Typed = DiGraph<u16, u16>;

/// What was made of the data so far.
#[derive(Default)]
pub struct Petgraph {
    graph: Typed,
    stable: StableDiGraph<u16, u16>,
    changes: Changes,
    undirected: UnGraph<(), ()>,
}

impl Engine for Petgraph {
    fn name(&self) -> &'static str {
        "petgraph"
    }

    fn offers(&self, task: Task) -> bool {
        !matches!(task, Task::Counts | Task::Crates | Task::Wheel | Task::Addon)
    }

    fn prepare(&mut self, task: Task, data: &Data) -> Result<()> {
        match task {
            Task::Load | Task::Columns | Task::NodeBytes | Task::EdgeBytes => {}
            Task::Fresh => {
                self.stable = typed(&data.nodes, &data.edges).into();
                self.changes = data.changes();
            }
            Task::Cuts => self.undirected = undirected(data),
            _ => self.graph = typed(&data.nodes, &data.edges),
        }
        Ok(())
    }

    fn run(&mut self, task: Task, data: &Data) -> Result<Run> {
        Ok(match task {
            Task::Load => tried(|| Ok(typed(&data.nodes, &table::edges(&data.bytes, &data.nodes)?)), size)?,
            Task::Columns => timed(|| typed(&data.nodes, &data.edges), size),
            Task::NodeBytes => figure(per(held(|| named(&data.nodes)), data.nodes.len()), Answer::default()),
            Task::EdgeBytes => figure(per(edge_bytes(data), data.edges.len()), Answer::default()),
            Task::Dependents => {
                median_of(&data.starts, Some(PATIENCE), |start| dependents(Reversed(&self.graph), start))?
            }
            Task::Hub => timed(|| of_hub(data, Reversed(&self.graph)), |found| Answer::set(found.iter().copied())),
            Task::Fresh => self.fresh(data),
            Task::Components => self.components(),
            Task::Cuts => self.cuts(),
            Task::Dominators => self.dominators(data),
            Task::Waves => self.waves(),
            Task::TwoHop => timed(|| self.two_hop(data), |rows| Answer::teams(rows)),
            Task::Removal => {
                let removed = data.starts.first().copied().zip(data.hub);
                timed(
                    || removed.map(|(gone, asked)| self.without(gone, asked)),
                    |found| Answer::set(found.iter().flatten().copied()),
                )
            }
            _ => sum_of(&data.removals(), Some(PATIENCE), |(gone, asked)| self.without(gone, asked))?,
        })
    }
}

impl Petgraph {
    /// A copy keeps the graph before; edges are taken out and put in.
    fn fresh(&self, data: &Data) -> Run {
        let answer = |(next, found): &(StableDiGraph<u16, u16>, Vec<u32>)| {
            let hubs = [Reversed(next), Reversed(&self.stable)].map(|graph| Set::of(of_hub(data, graph)));
            Answer::sets(&[Set::of(found.iter().copied()), hubs[0], hubs[1]])
        };
        timed(|| self.changed_and_asked(data), answer)
    }

    fn changed_and_asked(&self, data: &Data) -> (StableDiGraph<u16, u16>, Vec<u32>) {
        let mut next = self.stable.clone();
        for (place, to) in self.changes.places.iter().zip(&self.changes.to) {
            let edge = EdgeIndex::new(*place as usize);
            let ends = next.edge_endpoints(edge);
            if let Some(((from, _), relation)) = ends.zip(next.remove_edge(edge)) {
                next.add_edge(from, node(*to), relation);
            }
        }
        let found = data.starts.first().map(|start| dependents(Reversed(&next), *start));
        (next, found.unwrap_or_default())
    }

    fn components(&self) -> Run {
        self.with_stack(|| timed(|| tarjan_scc(&self.graph), |components| Answer::partition(&self.labels(components))))
    }

    fn labels(&self, components: &[Vec<NodeIndex>]) -> Vec<u32> {
        let mut labels = vec![0; self.graph.node_count()];
        for (label, nodes) in components.iter().enumerate() {
            nodes.iter().for_each(|node| labels[node.index()] = label as u32);
        }
        labels
    }

    /// The longest path over components, which `tarjan_scc` gives after all that they need. `condensation` and `toposort` would do it in less code, but look for each edge
    /// among those of a hub.
    fn waves(&self) -> Run {
        let longest = || {
            let components = tarjan_scc(&self.graph);
            let labels = self.labels(&components);
            let mut waves = vec![0; components.len()];
            for (label, nodes) in components.iter().enumerate() {
                let needed = nodes.iter().flat_map(|node| self.graph.neighbors(*node));
                let others = needed.map(|needed| labels[needed.index()] as usize).filter(|needed| *needed != label);
                waves[label] = others.map(|needed| waves[needed] + 1).max().unwrap_or_default();
            }
            labels.into_iter().map(|label| waves[label as usize]).collect::<Vec<u32>>()
        };
        self.with_stack(|| timed(longest, |waves| Answer::each(waves)))
    }

    /// `tarjan_scc` calls itself as deep as a path is long, so it gets a stack for it, before the clock starts.
    fn with_stack(&self, work: impl FnOnce() -> Run + Send) -> Run {
        let stack = (16 << 20) + (self.graph.node_count() << 10);
        thread::scope(|scope| {
            let started = thread::Builder::new().stack_size(stack).spawn_scoped(scope, work);
            started.expect("the memory of a stack").join().expect("petgraph ends")
        })
    }

    fn cuts(&self) -> Run {
        let work = || {
            let points = articulation_points(&self.undirected);
            let bridges: Vec<_> = bridges(&self.undirected).map(|edge| (edge.source(), edge.target())).collect();
            (points, bridges)
        };
        timed(work, |(points, bridges)| {
            let pairs = bridges.iter().map(|(a, b)| (a.index() as u32, b.index() as u32));
            Answer::cuts(points.iter().map(|point| point.index() as u32).collect(), pairs)
        })
    }

    fn dominators(&self, data: &Data) -> Run {
        let tree = || data.hub.map(|hub| simple_fast(Reversed(&self.graph), node(hub)));
        timed(tree, |tree| {
            let over = |place| Some(tree.as_ref()?.immediate_dominator(place)?.index() as u32);
            let over: Vec<u32> = self.graph.node_indices().map(|place| over(place).unwrap_or(u32::MAX)).collect();
            Answer::each(&over)
        })
    }

    /// Written by hand: for each team its services, for each service its calls.
    fn two_hop(&self, data: &Data) -> Vec<TeamCalls> {
        let (graph, asked) = (&self.graph, data.two_hop());
        let is_service = |place: NodeIndex| graph[place] == asked.service;
        let mut rows = Vec::new();
        for team in graph.node_indices().filter(|team| graph[*team] == asked.team) {
            let (mut calls, mut cost) = (0, 0);
            for service in graph.neighbors(team).filter(|service| is_service(*service)) {
                for call in graph.edges(service).filter(|call| *call.weight() == asked.calls) {
                    let called = call.target();
                    if is_service(called) && Nodes::tier(called.index() as u32) == 0 {
                        calls += 1;
                        cost += data.nodes.costs[called.index()];
                    }
                }
            }
            if calls > 0 {
                rows.push((calls, team.index() as u32, cost));
            }
        }
        top_ten(rows)
    }

    /// The dependents of `asked` were `gone` not there.
    fn without(&self, gone: u32, asked: u32) -> Vec<u32> {
        let rest = NodeFiltered::from_fn(&self.graph, |other| other != node(gone));
        if gone == asked { Vec::new() } else { dependents(Reversed(&rest), asked) }
    }
}

fn node(place: u32) -> NodeIndex {
    NodeIndex::new(place as usize)
}

fn typed(nodes: &Nodes, edges: &Columns) -> Typed {
    let mut graph = DiGraph::with_capacity(nodes.len(), edges.len());
    nodes.kinds.iter().for_each(|kind| {
        graph.add_node(*kind);
    });
    for ((from, to), relation) in edges.pairs().zip(&edges.relations) {
        graph.add_edge(node(from), node(to), *relation);
    }
    graph
}

/// Only the nodes, as a host would keep them that has their names too.
fn named(nodes: &Nodes) -> DiGraph<(u16, Box<str>), u16> {
    let mut graph = DiGraph::with_capacity(nodes.len(), 0);
    for (kind, name) in nodes.kinds.iter().zip(&nodes.names) {
        graph.add_node((*kind, name.as_str().into()));
    }
    graph
}

fn edge_bytes(data: &Data) -> usize {
    held(|| typed(&data.nodes, &data.edges)).saturating_sub(held(|| typed(&data.nodes, &Columns::default())))
}

fn undirected(data: &Data) -> UnGraph<(), ()> {
    let pairs = data.neighbours();
    let mut graph = UnGraph::with_capacity(data.nodes.len(), pairs.len());
    data.nodes.ids.iter().for_each(|_| {
        graph.add_node(());
    });
    graph.extend_with_edges(pairs.into_iter().map(|(a, b)| (node(a), node(b))));
    graph
}

fn size(graph: &Typed) -> Answer {
    Answer::numbers([graph.node_count() as u64, graph.edge_count() as u64])
}

fn of_hub<G: IntoNeighbors<NodeId = NodeIndex> + Visitable>(data: &Data, graph: G) -> Vec<u32> {
    data.hub.map(|hub| dependents(graph, hub)).unwrap_or_default()
}

/// All that a reversed graph reaches, without the start.
fn dependents<G: IntoNeighbors<NodeId = NodeIndex> + Visitable>(reversed: G, start: u32) -> Vec<u32> {
    let mut search = Bfs::new(reversed, node(start));
    search.next(reversed);
    std::iter::from_fn(|| search.next(reversed)).map(|found| found.index() as u32).collect()
}
