//! Ours: a snapshot of columns.

use std::collections::BTreeMap;

use twin_core::analysis::{
    Affected, Cuts, Direction, Hazard, cuts, dominators, migration_waves, reach_counts, strong_components,
};
use twin_core::base::{Context, Result, Timestamp};
use twin_core::graph::{Columns as TwinColumns, EdgeChange, Node, Snapshot, Texts};
use twin_core::schema::{AttributeName, Kind, Propagation, Relation, Schema, State};
use twin_core::testkit::{kind_row, relation_row};

use crate::graph::answer::Answer;
use crate::graph::data::{Columns, Data, Nodes, TeamCalls, top_ten};
use crate::graph::engine::{Engine, Run, figure, median_of, per, sum_of, timed, tried};
use crate::graph::memory::held;
use crate::graph::table;
use crate::graph::workload::{OURS, Task};

const COST: AttributeName = AttributeName::of("cost_cents");
const TIER: AttributeName = AttributeName::of("tier");

/// What was made of the data so far.
#[derive(Default)]
pub struct Twin {
    snapshot: Option<Snapshot>,
    changes: Vec<EdgeChange>,
}

impl Engine for Twin {
    fn name(&self) -> &'static str {
        OURS
    }

    fn offers(&self, task: Task) -> bool {
        !matches!(task, Task::Crates | Task::Wheel | Task::Addon)
    }

    fn prepare(&mut self, task: Task, data: &Data) -> Result<()> {
        if !matches!(task, Task::Load | Task::Columns | Task::NodeBytes | Task::EdgeBytes) {
            self.snapshot = Some(snapshot(named(&data.nodes), &data.nodes, data.edges.clone())?);
        }
        if task == Task::Fresh {
            self.changes = changes(data);
        }
        Ok(())
    }

    fn run(&mut self, task: Task, data: &Data) -> Result<Run> {
        match &self.snapshot {
            Some(snapshot) => self.ask(snapshot, task, data),
            None => load(task, data),
        }
    }
}

impl Twin {
    fn ask(&self, snapshot: &Snapshot, task: Task, data: &Data) -> Result<Run> {
        let set = |found: &Vec<u32>| Answer::set(found.iter().copied());
        Ok(match task {
            Task::Dependents => {
                let mut search = search(snapshot);
                median_of(&data.starts, None, |start| dependents(&mut search, start))?
            }
            Task::Hub => {
                let work = || {
                    let mut search = search(snapshot);
                    if let Some(hub) = data.hub {
                        search.by(&[(Node(hub), State::Down)]);
                    }
                    search
                };
                timed(work, |search| Answer::set(search.reached().iter().copied().skip(1)))
            }
            Task::Fresh => tried(
                || self.changed_and_asked(snapshot, data),
                |(next, found)| {
                    let hub = |snapshot| of_first(&mut search(snapshot), data.hub);
                    Answer::all(&[found.clone(), hub(next), hub(snapshot)])
                },
            )?,
            Task::Counts => {
                let nodes: Vec<Node> = snapshot.nodes().collect();
                let context = Context::new(Timestamp::MIN);
                let work = || reach_counts(snapshot, &nodes, Direction::Incoming, |_| true, &context);
                tried(work, |found| Answer::each(&found.counts))?
            }
            Task::Components => {
                timed(|| strong_components(snapshot, |_| true), |found| Answer::partition(found.numbers()))
            }
            Task::Cuts => timed(|| cuts(snapshot, |_| true), cuts_answer),
            Task::Dominators => {
                let root: Vec<Node> = data.hub.into_iter().map(Node).collect();
                timed(
                    || dominators(snapshot, &root, Direction::Incoming, |_| true),
                    |tree| {
                        let over = |node| tree.immediate(node).map_or(u32::MAX, |over| over.0);
                        Answer::each(&snapshot.nodes().map(over).collect::<Vec<u32>>())
                    },
                )
            }
            Task::Waves => timed(|| migration_waves(snapshot, |_| true), |found| Answer::each(found.waves())),
            Task::TwoHop => timed(|| two_hop(snapshot, data), |rows| Answer::teams(rows)),
            Task::Removal => {
                let removal = data.starts.first().copied().zip(data.hub);
                timed(|| removal.map(|(gone, asked)| without(snapshot, gone, asked)).unwrap_or_default(), set)
            }
            _ => sum_of(&data.removals(), None, |(gone, asked)| without(snapshot, gone, asked))?,
        })
    }

    fn changed_and_asked(&self, snapshot: &Snapshot, data: &Data) -> Result<(Snapshot, Vec<u32>)> {
        let next = snapshot.edited(&self.changes)?;
        let found = of_first(&mut search(&next), data.starts.first().copied());
        Ok((next, found))
    }
}

/// Names and numbers are the host's to give, so their copies are made before the clock starts.
fn load(task: Task, data: &Data) -> Result<Run> {
    let nodes = &data.nodes;
    match task {
        Task::Load => {
            let names = named(nodes);
            tried(|| snapshot(names, nodes, table::edges(&data.bytes, nodes)?), size)
        }
        Task::Columns => {
            let (names, edges) = (named(nodes), data.edges.clone());
            tried(|| snapshot(names, nodes, edges), size)
        }
        Task::NodeBytes => Ok(figure(per(bytes(nodes, &Columns::default()), nodes.len()), Answer::default())),
        _ => {
            let edges = bytes(nodes, &data.edges).saturating_sub(bytes(nodes, &Columns::default()));
            Ok(figure(per(edges, data.edges.len()), Answer::default()))
        }
    }
}

/// What a snapshot without attributes holds.
fn bytes(nodes: &Nodes, edges: &Columns) -> usize {
    let mut bare = nodes.clone();
    bare.costs.clear();
    held(|| snapshot(named(&bare), &bare, edges.clone()))
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

fn named(nodes: &Nodes) -> Texts {
    nodes.names.iter().map(String::as_str).collect()
}

fn snapshot(names: Texts, nodes: &Nodes, edges: Columns) -> Result<Snapshot> {
    let schema = schema(nodes, &edges)?;
    let columns = TwinColumns {
        kinds: nodes.kind_names.iter().cloned().map(Kind::from).collect(),
        kind_of: nodes.kinds.clone(),
        names,
        relations: edges.relation_names.into_iter().map(Relation::from).collect(),
        from: edges.from,
        to: edges.to,
        relation_of: edges.relations,
        integers: attributes(nodes),
    };
    Snapshot::from_columns(schema, columns, Timestamp::MIN)
}

fn attributes(nodes: &Nodes) -> BTreeMap<AttributeName, Vec<i64>> {
    if nodes.costs.is_empty() {
        return BTreeMap::new();
    }
    let tiers = (0..nodes.len() as u32).map(|node| i64::from(Nodes::tier(node))).collect();
    BTreeMap::from([(COST, nodes.costs.clone()), (TIER, tiers)])
}

fn changes(data: &Data) -> Vec<EdgeChange> {
    let edges = &data.edges;
    let changes = data.changes();
    let change = |(place, to): (&u32, &u32)| {
        let place = *place as usize;
        let from = Node(edges.from[place]);
        let relation = Relation::from(edges.relation_names[edges.relations[place] as usize].clone());
        let gone = EdgeChange::Remove { from, relation: relation.clone(), to: Node(edges.to[place]) };
        [gone, EdgeChange::add(from, relation, Node(*to))]
    };
    changes.places.iter().zip(&changes.to).flat_map(change).collect()
}

fn size(snapshot: &Snapshot) -> Answer {
    Answer::numbers([snapshot.len() as u64, snapshot.topology().edges() as u64])
}

fn search(snapshot: &Snapshot) -> Affected<'_> {
    Affected::new(snapshot, Hazard::Outage, true)
}

fn of_first(search: &mut Affected, start: Option<u32>) -> Vec<u32> {
    start.map(|start| dependents(search, start)).unwrap_or_default()
}

/// The start is the first that is reached.
fn dependents(search: &mut Affected, start: u32) -> Vec<u32> {
    search.by(&[(Node(start), State::Down)]).get(1..).unwrap_or_default().to_vec()
}

/// The dependents of `asked` in a scenario in which `gone` is not there.
fn without(snapshot: &Snapshot, gone: u32, asked: u32) -> Vec<u32> {
    let scenario = snapshot.without("removal", &[Node(gone)]);
    dependents(&mut search(&scenario), asked)
}

fn cuts_answer(cuts: &Cuts) -> Answer {
    let points = cuts.points.iter().map(|point| point.0).collect();
    Answer::cuts(points, cuts.bridges.iter().map(|bridge| (bridge.first.0, bridge.second.0)))
}

/// W5 as a host writes it over a snapshot, until a query language answers it.
fn two_hop(snapshot: &Snapshot, data: &Data) -> Vec<TeamCalls> {
    let asked = data.two_hop();
    let classes = snapshot.pages().classes();
    let (Some(team), Some(calls)) =
        (data.nodes.kind_names.get(asked.team as usize), data.edges.relation_names.get(asked.calls as usize))
    else {
        return Vec::new();
    };
    let service = data.nodes.kind_names[asked.service as usize].as_str();
    let (costs, tiers) = (snapshot.integers(&COST).unwrap_or_default(), snapshot.integers(&TIER).unwrap_or_default());
    let is_service = |node: u32| snapshot.kind(Node(node)).as_str() == service;
    let is_call: Vec<bool> = classes.iter().map(|class| class.relation.as_str() == calls).collect();
    let mut rows = Vec::new();
    for team in snapshot.of_kind(&Kind::from(team.clone())) {
        let (mut count, mut cost) = (0, 0);
        let services = snapshot.topology().outgoing(team.0).nodes().iter().filter(|node| is_service(**node));
        for (called, _) in services
            .flat_map(|node| snapshot.topology().outgoing(*node).iter())
            .filter(|(called, class)| tiers[*called as usize] == 0 && is_call[*class as usize] && is_service(*called))
        {
            count += 1;
            cost += costs[called as usize];
        }
        if count > 0 {
            rows.push((count, team.0, cost));
        }
    }
    top_ten(rows)
}
