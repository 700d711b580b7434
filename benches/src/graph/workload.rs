//! The table of workloads: what is asked, of whom, and what ours aims at.

/// What an engine is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// From the bytes of `edges.csv` to a graph that is typed and indexed both ways.
    Load,
    /// The same from columns of numbers.
    Columns,
    /// The bytes that a node takes, with its kind and name.
    NodeBytes,
    /// The bytes that an edge takes, with its relation and both directions.
    EdgeBytes,
    /// All dependents of each start.
    Dependents,
    /// How many dependents each node has.
    Counts,
    /// All dependents of the hub.
    Hub,
    /// One edge in a hundred changed, then all dependents of the first start; the graph before stays as it was.
    Fresh,
    /// Strongly connected components.
    Components,
    /// Cut points and bridges; parallel edges and directions do not count.
    Cuts,
    /// The immediate dominator of each dependent of the hub, seen from it.
    Dominators,
    /// Migration waves: each component one later than the last of what it needs.
    Waves,
    /// Teams whose services call tier-0 services, with cost: the ten with the most calls.
    TwoHop,
    /// One node removed, all dependents of the hub.
    Removal,
    /// A thousand times one node removed and all dependents of another.
    Removals,
    /// The crates of the core's default build.
    Crates,
    /// The bytes of the wheel that is handed out.
    Wheel,
    /// The bytes of the addon that is handed out.
    Addon,
}

/// What ours aims at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Aim {
    /// At most so many times what the best peer takes.
    Ratio(f64),
    /// At most so many seconds.
    Seconds(f64),
    /// At most so many bytes.
    Bytes(f64),
    /// At most so many.
    Count(f64),
}

/// One workload of the table.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    /// `W2.hub`: the row of the guide, and which part of it.
    pub name: &'static str,
    /// What is asked.
    pub task: Task,
    /// What ours aims at.
    pub aim: Aim,
    /// The only peers that count, where the aim names some.
    pub peers: Option<&'static [&'static str]>,
}

/// The name by which ours goes.
pub const OURS: &str = "twin";

/// All workloads.
pub const WORKLOADS: [Workload; 19] = [
    any("W1.load", Task::Load, Aim::Ratio(1.0)),
    among("W1.columns", Task::Columns, Aim::Ratio(0.1), &["rustworkx"]),
    any("W1.node_bytes", Task::NodeBytes, Aim::Bytes(60.0)),
    any("W1.edge_bytes", Task::EdgeBytes, Aim::Bytes(16.0)),
    any("W2.median", Task::Dependents, Aim::Ratio(1.0)),
    any("W2.batch", Task::Counts, Aim::Ratio(0.7)),
    any("W2.hub", Task::Hub, Aim::Ratio(1.0)),
    any("W3.fresh", Task::Fresh, Aim::Ratio(0.2)),
    any("W4.components", Task::Components, Aim::Ratio(0.4)),
    any("W4.cuts", Task::Cuts, Aim::Ratio(0.3)),
    any("W4.dominators", Task::Dominators, Aim::Ratio(0.3)),
    any("W4.waves", Task::Waves, Aim::Ratio(0.15)),
    among("W5.by_hand", Task::TwoHop, Aim::Ratio(2.0), &["petgraph"]),
    among("W5.ladybug", Task::TwoHop, Aim::Ratio(0.1), &["ladybug"]),
    any("W10.one", Task::Removal, Aim::Seconds(0.01)),
    any("W10.search", Task::Removals, Aim::Seconds(10.0)),
    any("W12.crates", Task::Crates, Aim::Count(60.0)),
    any("W12.wheel", Task::Wheel, Aim::Bytes(1e7)),
    any("W12.addon", Task::Addon, Aim::Bytes(1e7)),
];

const fn any(name: &'static str, task: Task, aim: Aim) -> Workload {
    Workload { name, task, aim, peers: None }
}

const fn among(name: &'static str, task: Task, aim: Aim, peers: &'static [&'static str]) -> Workload {
    Workload { name, task, aim, peers: Some(peers) }
}
