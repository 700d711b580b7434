//! The ways of data by the places of holders, and what is reached over them.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::taint::{DataEdge, DataFlow, DataHolder};
use crate::base::{Error, ErrorKind, Result, shortened};

/// Who sends to whom, and over which edge.
pub(super) struct DataGraph<'a> {
    pub edges: &'a [DataEdge],
    /// The places of both ends of each edge.
    pub ends: Vec<(usize, usize)>,
    /// To whom each holder sends: the receiver and the place of the edge.
    sends: Vec<Vec<(usize, usize)>>,
    /// The edges that strip each class.
    strips: BTreeMap<&'a str, BTreeSet<usize>>,
}

impl<'a> DataGraph<'a> {
    pub fn new(holders: &'a [DataHolder], edges: &'a [DataEdge]) -> Result<Self> {
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        for (place, holder) in holders.iter().enumerate() {
            if places.insert(&holder.id, place).is_some() {
                let why = format!("two holders of data have the id \"{}\": give each its own", shortened(&holder.id));
                return Err(Error::new(ErrorKind::Invalid, why));
            }
        }
        let place = |id: &str| {
            places.get(id).copied().ok_or_else(|| Error::unknown("holder of data", id, places.keys().copied()))
        };
        let mut graph =
            DataGraph { edges, ends: Vec::new(), sends: vec![Vec::new(); holders.len()], strips: BTreeMap::new() };
        for (at, edge) in edges.iter().enumerate() {
            let (from, to) = (place(&edge.from)?, place(&edge.to)?);
            graph.ends.push((from, to));
            if edge.flow != DataFlow::Response {
                graph.sends[from].push((to, at));
            }
            if edge.flow != DataFlow::Request {
                graph.sends[to].push((from, at));
            }
            edge.strips.iter().for_each(|class| {
                graph.strips.entry(class).or_default().insert(at);
            });
        }
        Ok(graph)
    }

    /// Whether each edge lets a class through.
    pub fn carrying(&self, class: &str) -> Vec<bool> {
        let mut carrying = vec![true; self.edges.len()];
        self.strips.get(class).into_iter().flatten().for_each(|edge| carrying[*edge] = false);
        carrying
    }

    /// Who sends over an edge.
    pub fn senders(&self, edge: usize) -> impl Iterator<Item = usize> + use<> {
        let (from, to) = self.ends[edge];
        let flow = self.edges[edge].flow;
        [(from, flow != DataFlow::Response), (to, flow != DataFlow::Request)]
            .into_iter()
            .filter_map(|(end, sends)| sends.then_some(end))
    }
}

/// What a search from some holders met.
pub(super) struct Flood {
    /// For each holder whether it was met, and from whom.
    met: Vec<Option<Option<usize>>>,
}

impl Flood {
    /// Breadth first, from some holders at once. O(holders + edges).
    pub fn new(graph: &DataGraph<'_>, carrying: &[bool], begins: &[usize]) -> Self {
        let mut met = vec![None; graph.sends.len()];
        let mut reached = begins.to_vec();
        reached.iter().for_each(|holder| met[*holder] = Some(None));
        let mut next = 0;
        while let Some(holder) = reached.get(next).copied() {
            next += 1;
            for (receiver, edge) in &graph.sends[holder] {
                if carrying[*edge] && met[*receiver].is_none() {
                    met[*receiver] = Some(Some(holder));
                    reached.push(*receiver);
                }
            }
        }
        Flood { met }
    }

    pub fn has(&self, holder: usize) -> bool {
        self.met[holder].is_some()
    }

    /// From whom it came.
    pub fn before(&self, holder: usize) -> Option<usize> {
        self.met[holder].flatten()
    }
}
