//! Ours.

use twin_core::analysis::structural_reach;
use twin_core::base::Result;
use twin_core::graph::{Node, Snapshot};
use twin_core::schema::{Kind, Propagation, Relation, Schema, State};
use twin_core::testkit::SnapshotBuilder;

use crate::graph::answer::Answer;
use crate::graph::data::{Columns, Data, Nodes, TeamCalls, top_ten};
use crate::graph::engine::{Engine, Run, timed, timed_each, tried};
use crate::graph::table;
use crate::graph::workload::{OURS, Task};
use crate::vectors::{kind_row, relation_row};

/// What was made of the data so far.
#[derive(Default)]
pub struct Twin {
    snapshot: Option<Snapshot>,
}

impl Engine for Twin {
    fn name(&self) -> &'static str {
        OURS
    }

    fn offers(&self, task: Task) -> bool {
        let loads = matches!(task, Task::Load | Task::Columns);
        loads || matches!(task, Task::Dependents | Task::Hub | Task::TwoHop | Task::Removal | Task::Removals)
    }

    fn prepare(&mut self, task: Task, data: &Data) -> Result<()> {
        if !matches!(task, Task::Load | Task::Columns) {
            self.snapshot = Some(snapshot(&data.nodes, &data.edges)?);
        }
        Ok(())
    }

    fn run(&mut self, task: Task, data: &Data) -> Result<Run> {
        match (task, &self.snapshot) {
            (Task::Load, _) => tried(|| snapshot(&data.nodes, &table::edges(&data.bytes, &data.nodes)?), size),
            (_, None) => tried(|| snapshot(&data.nodes, &data.edges), size),
            (Task::Dependents, Some(snapshot)) => Ok(timed_each(&data.starts, |start| dependents(snapshot, start))),
            (Task::Hub, Some(snapshot)) => {
                let ask = || data.hub.map(|hub| dependents(snapshot, hub));
                Ok(timed(ask, |found| Answer::set(found.iter().flatten().copied())))
            }
            (Task::TwoHop, Some(snapshot)) => Ok(timed(|| two_hop(snapshot, data), |rows| Answer::teams(rows))),
            (Task::Removal, Some(snapshot)) => {
                let removal = data.starts.first().copied().zip(data.hub);
                let ask = || removal.map(|(gone, asked)| without(snapshot, gone, asked));
                Ok(timed(ask, |found| Answer::set(found.iter().flatten().copied())))
            }
            (_, Some(snapshot)) => {
                let ask = || data.removals().map(|(gone, asked)| without(snapshot, gone, asked)).collect::<Vec<_>>();
                Ok(timed(ask, |found| Answer::all(found)))
            }
        }
    }
}

/// A schema of the data's own: any kind to any, and down passes as down.
fn schema(nodes: &Nodes, edges: &Columns) -> Result<Schema> {
    let only_down = Propagation::new(State::None, State::None, State::Down);
    let mut schema = Schema::empty();
    for kind in &nodes.kind_names {
        schema = schema.with_kind(kind_row(Kind::from(kind.clone())))?;
    }
    for relation in &edges.relation_names {
        schema = schema.with_relation(relation_row(Relation::from(relation.clone()), only_down))?;
    }
    Ok(schema)
}

fn snapshot(nodes: &Nodes, edges: &Columns) -> Result<Snapshot> {
    let mut builder = SnapshotBuilder::new(schema(nodes, edges)?);
    for (kind, name) in nodes.kinds.iter().zip(&nodes.names) {
        builder.entity(name.as_str(), Kind::from(nodes.kind_names[*kind as usize].clone()));
    }
    for ((from, to), relation) in edges.pairs().zip(&edges.relations) {
        let relation = Relation::from(edges.relation_names[*relation as usize].clone());
        builder.edge(Node(from), relation, Node(to));
    }
    Ok(builder.build())
}

fn size(snapshot: &Snapshot) -> Answer {
    Answer::numbers([snapshot.len() as u64, snapshot.edges().count() as u64])
}

fn dependents(snapshot: &Snapshot, start: u32) -> Vec<u32> {
    let reached = structural_reach(snapshot, &[Node(start)]);
    reached.into_keys().map(|node| node.0).filter(|node| *node != start).collect()
}

/// The dependents of `asked` in a scenario in which `gone` is not there. What comes after it moves up by one.
fn without(snapshot: &Snapshot, gone: u32, asked: u32) -> Vec<u32> {
    if gone == asked {
        return Vec::new();
    }
    let scenario = snapshot.without("removal", &[Node(gone)]);
    let found = dependents(&scenario, asked - u32::from(asked > gone));
    found.into_iter().map(|node| node + u32::from(node >= gone)).collect()
}

fn two_hop(snapshot: &Snapshot, data: &Data) -> Vec<TeamCalls> {
    let asked = data.two_hop();
    let is = |node: Node, kind: u32| snapshot.entity(node).kind.as_str() == data.nodes.kind_names[kind as usize];
    let Some(calls) = data.edges.relation_names.get(asked.calls as usize) else { return Vec::new() };
    let mut rows = Vec::new();
    for team in snapshot.nodes().filter(|team| is(*team, asked.team)) {
        let (mut count, mut cost) = (0, 0);
        for service in snapshot.outgoing(team).filter(|edge| is(edge.to, asked.service)) {
            for call in snapshot.outgoing(service.to).filter(|call| call.edge.relation.as_str() == calls) {
                if is(call.to, asked.service) && Nodes::tier(call.to.0) == 0 {
                    count += 1;
                    cost += data.nodes.costs[call.to.index()];
                }
            }
        }
        if count > 0 {
            rows.push((count, team.0, cost));
        }
    }
    top_ten(rows)
}
