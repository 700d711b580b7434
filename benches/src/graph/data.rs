//! The graphs that are measured: a folder with `nodes.csv` and `edges.csv`, and what the workloads ask of it, chosen by rule.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use twin_core::base::Result;

use crate::command::{misused, unusable};
use crate::graph::table;
use crate::synthetic::{Random, Synthetic};

/// How many starts W2 asks from, and how many scenarios W10 has.
const STARTS: usize = 1_000;
/// Of how many edges one is changed by W3.
const CHANGED_OF: usize = 100;

/// A graph as it was read, before it is a graph of any engine.
#[derive(Clone, Debug)]
pub struct Data {
    /// The folder's own name.
    pub name: String,
    /// Where it lies; none for a graph that was made up.
    pub folder: Option<PathBuf>,
    /// The nodes, by their places.
    pub nodes: Nodes,
    /// The bytes of `edges.csv`.
    pub bytes: Vec<u8>,
    /// The edges, as `bytes` tell them.
    pub edges: Columns,
    /// Where the questions of W2 start: the same every time.
    pub starts: Vec<u32>,
    /// The node that most others need directly; none in an empty graph.
    pub hub: Option<u32>,
}

/// The nodes by column.
#[derive(Clone, Debug, Default)]
pub struct Nodes {
    /// The ids in the file.
    pub ids: Vec<u64>,
    /// Each node's kind, as a place in `kind_names`.
    pub kinds: Vec<u16>,
    /// The kinds, in the order of the file.
    pub kind_names: Vec<String>,
    /// Each node's name.
    pub names: Vec<String>,
    /// Each node's cost in cents.
    pub costs: Vec<i64>,
    /// From ids to places, where they are not the same.
    places: Option<HashMap<u64, u32>>,
}

/// The edges by column: `from` needs `to`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// Places of the left ends.
    pub from: Vec<u32>,
    /// Places of the right ends.
    pub to: Vec<u32>,
    /// Each edge's relation, as a place in `relation_names`.
    pub relations: Vec<u16>,
    /// The relations, in the order of the file.
    pub relation_names: Vec<String>,
}

/// What W3 changes: each of these edges gets another right end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Places of edges, rising.
    pub places: Vec<u32>,
    /// The new right end of each.
    pub to: Vec<u32>,
}

/// What W5 asks: which kind of node is a team and which a service, and over which relation services call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TwoHop {
    /// What is grouped by: `Team`, or the most frequent kind where there are no teams.
    pub team: u16,
    /// What lies between and at the end: `Service`, or the most frequent kind.
    pub service: u16,
    /// The relation of the second hop: `calls`, or the first one.
    pub calls: u16,
}

impl Nodes {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The place of an id. O(1).
    pub fn place(&self, id: u64) -> Option<u32> {
        match &self.places {
            None => u32::try_from(id).ok().filter(|place| (*place as usize) < self.len()),
            Some(places) => places.get(&id).copied(),
        }
    }

    /// Adds a node; false if there is one with its id.
    pub(crate) fn push(&mut self, id: u64, kind: u16, name: String, cost: i64) -> bool {
        let place = self.len() as u32;
        if self.places.is_none() && id != u64::from(place) {
            self.places = Some((0..place).map(|place| (u64::from(place), place)).collect());
        }
        let is_new = self.places.as_mut().is_none_or(|places| places.insert(id, place).is_none());
        self.ids.push(id);
        self.kinds.push(kind);
        self.names.push(name);
        self.costs.push(cost);
        is_new
    }

    /// The tier of a node: W5 asks for calls to tier 0.
    pub fn tier(node: u32) -> u32 {
        node % 4
    }
}

/// A row of the answer to W5: calls, the team, and what the called cost in cents.
pub type TeamCalls = (u64, u32, i64);

/// The ten teams with the most calls, of teams with the same the first. O(rows).
pub fn top_ten(mut rows: Vec<TeamCalls>) -> Vec<TeamCalls> {
    let order = |a: &TeamCalls, b: &TeamCalls| b.0.cmp(&a.0).then(a.1.cmp(&b.1));
    if rows.len() > 10 {
        rows.select_nth_unstable_by(10, order);
        rows.truncate(10);
    }
    rows.sort_unstable_by(order);
    rows
}

impl Columns {
    /// How many edges there are.
    pub fn len(&self) -> usize {
        self.from.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.from.is_empty()
    }

    /// Both ends of each edge.
    pub fn pairs(&self) -> impl ExactSizeIterator<Item = (u32, u32)> + '_ {
        self.from.iter().copied().zip(self.to.iter().copied())
    }

    fn triple(&self, place: usize) -> (u32, u16, u32) {
        (self.from[place], self.relations[place], self.to[place])
    }

    /// The same edges after some changes.
    #[must_use]
    pub fn changed(&self, changes: &Changes) -> Columns {
        let mut changed = self.clone();
        for (place, to) in changes.places.iter().zip(&changes.to) {
            changed.to[*place as usize] = *to;
        }
        changed
    }
}

impl Data {
    /// Reads a folder.
    ///
    /// # Errors
    /// `Io` if a file is missing or cannot be read, `Invalid` if one is not as it should be, with its line.
    pub fn open(folder: &Path) -> Result<Data> {
        let nodes = table::nodes(&read(folder, "nodes.csv")?)?;
        let bytes = read(folder, "edges.csv")?;
        let edges = table::edges(&bytes, &nodes)?;
        let name = folder.canonicalize().unwrap_or(folder.to_owned());
        let name = name.file_name().map_or("data".into(), |name| name.to_string_lossy().into_owned());
        Ok(Data::new(name, Some(folder.to_owned()), nodes, bytes, edges))
    }

    /// A graph that was made by rule.
    pub fn made_up(synthetic: &Synthetic) -> Data {
        let mut nodes = Nodes { kind_names: vec!["Service".to_owned()], ..Nodes::default() };
        for (id, name) in synthetic.names.iter().enumerate() {
            nodes.push(id as u64, 0, name.clone(), 0);
        }
        let (from, to): (Vec<u32>, Vec<u32>) = synthetic.edges.iter().copied().unzip();
        let relations = vec![0; from.len()];
        let edges = Columns { from, to, relations, relation_names: vec!["calls".to_owned()] };
        Data::new(format!("made up {}", nodes.len()), None, nodes, Vec::new(), edges)
    }

    fn new(name: String, folder: Option<PathBuf>, nodes: Nodes, bytes: Vec<u8>, edges: Columns) -> Data {
        let mut random = Random::new(7);
        let count = nodes.len() as u32;
        let starts = if count == 0 { Vec::new() } else { (0..STARTS).map(|_| random.below(count)).collect() };
        let hub = hub(count, &edges.to);
        Data { name, folder, nodes, bytes, edges, starts, hub }
    }

    /// What W3 changes: one edge in a hundred, at least one. An edge that stands there twice stays. O(edges).
    pub fn changes(&self) -> Changes {
        let mut random = Random::new(11);
        let wanted = self.edges.len().div_ceil(CHANGED_OF);
        let mut chosen: HashSet<u32> = HashSet::with_capacity(wanted);
        while chosen.len() < wanted {
            chosen.insert(random.below(self.edges.len() as u32));
        }
        let mut seen: HashMap<(u32, u16, u32), u32> =
            chosen.iter().map(|place| (self.edges.triple(*place as usize), 0)).collect();
        for place in 0..self.edges.len() {
            seen.entry(self.edges.triple(place)).and_modify(|times| *times += 1);
        }
        let once = |place: &u32| seen.get(&self.edges.triple(*place as usize)) == Some(&1);
        let mut places: Vec<u32> = chosen.into_iter().filter(once).collect();
        places.sort_unstable();
        let to = places.iter().map(|_| random.below(self.nodes.len() as u32)).collect();
        Changes { places, to }
    }

    /// The pairs of different nodes that any edge joins, each once: what cut points and bridges are asked of. O(edges · log edges).
    pub fn neighbours(&self) -> Vec<(u32, u32)> {
        let ordered = self.edges.pairs().map(|(from, to)| (from.min(to), from.max(to)));
        let mut pairs: Vec<(u32, u32)> = ordered.filter(|(low, high)| low != high).collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    /// What W5 asks of this graph.
    pub fn two_hop(&self) -> TwoHop {
        let most = || most_frequent(&self.nodes.kinds, self.nodes.kind_names.len());
        let kind = |name: &str| place_of(&self.nodes.kind_names, name).unwrap_or_else(most);
        let calls = place_of(&self.edges.relation_names, "calls").unwrap_or_default();
        TwoHop { team: kind("Team"), service: kind("Service"), calls }
    }

    /// The scenarios of W10: what is removed, and what is asked about then.
    pub fn removals(&self) -> Vec<(u32, u32)> {
        self.starts.iter().copied().zip(self.starts.iter().copied().cycle().skip(1)).collect()
    }
}

fn read(folder: &Path, name: &str) -> Result<Vec<u8>> {
    let path = folder.join(name);
    if !path.is_file() {
        let wanted = "a data folder holds nodes.csv (id,kind,name,cost_cents) and edges.csv (from,to,kind)";
        return Err(misused(format!("{} is missing: {wanted}", path.display())));
    }
    std::fs::read(&path).map_err(|error| unusable(&path, error))
}

fn hub(nodes: u32, to: &[u32]) -> Option<u32> {
    let mut needed = vec![0_u32; nodes as usize];
    to.iter().for_each(|node| needed[*node as usize] += 1);
    (0..nodes).max_by_key(|node| (needed[*node as usize], std::cmp::Reverse(*node)))
}

fn place_of(names: &[String], wanted: &str) -> Option<u16> {
    names.iter().position(|name| name == wanted).map(|place| place as u16)
}

fn most_frequent(values: &[u16], bound: usize) -> u16 {
    let mut times = vec![0_usize; bound];
    values.iter().for_each(|value| times[*value as usize] += 1);
    (0..bound as u16).max_by_key(|value| (times[*value as usize], std::cmp::Reverse(*value))).unwrap_or_default()
}
