//! The likeliest ways from one node to another, each with the evidence of its relations.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use crate::analysis::marks::{Borrowed, Kept, Marks};
use crate::answer::EvidenceId;
use crate::base::{Context, Result};
use crate::graph::{EdgeClass, EdgeRef, Node, Snapshot};

/// What makes one path shorter than another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Shortest {
    /// Less doubt: the sum of -log(confidence), so that the product of the confidences is larger. Of equal doubt, fewer hops.
    #[default]
    Doubt,
    /// Fewer hops, whatever their confidence.
    Hops,
}

/// Which paths are wanted, and what may be spent on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PathsBetween {
    /// Where paths begin: at the left end of their first relation.
    pub from: Node,
    /// Where they end: at what is needed in the end.
    pub to: Node,
    /// How many paths at most. Default 3.
    pub most: usize,
    /// What comes first. Default: less doubt.
    pub shortest: Shortest,
    /// How many edges may be looked at. Default 10,000,000.
    pub steps: u64,
}

impl PathsBetween {
    /// The three likeliest paths.
    pub fn of(from: Node, to: Node) -> Self {
        PathsBetween { from, to, most: 3, shortest: Shortest::Doubt, steps: 10_000_000 }
    }
}

/// Paths that were found.
#[derive(Clone, Debug, Default)]
pub struct EvidencePaths<'a> {
    /// The shortest first.
    pub paths: Vec<EvidencePath<'a>>,
    /// Whether there are no others among the first that were asked for: false where the steps ran out.
    pub is_complete: bool,
    /// How many edges were looked at.
    pub edges_touched: u64,
}

/// A path that meets no node twice.
#[derive(Clone, Debug)]
pub struct EvidencePath<'a> {
    /// Its relations; where several join the same two nodes, the one that is believed most, of those the one whose row comes first.
    pub edges: Vec<EdgeRef<'a>>,
}

impl EvidencePath<'_> {
    /// The nodes, both ends among them.
    pub fn nodes(&self) -> Vec<Node> {
        let first = self.edges.first().map(|edge| edge.from);
        first.into_iter().chain(self.edges.iter().map(|edge| edge.to)).collect()
    }

    /// The product of the confidences of its relations.
    pub fn confidence(&self) -> f64 {
        self.edges.iter().map(|edge| edge.edge.confidence).product()
    }

    /// Why its relations are believed, one after the other.
    pub fn evidence(&self) -> impl Iterator<Item = EvidenceId> + '_ {
        self.edges.iter().flat_map(|edge| edge.edge.evidence.iter().copied())
    }
}

/// The shortest paths that meet no node twice, over outgoing relations that are followed and that somebody believes; of equal ones the one whose nodes have smaller numbers. A node has no
/// path to itself.
///
/// Yen (1971), "Finding the k shortest loopless paths in a network", as Lawler (1972) amended it, over searches backwards from the end. O(most · hops · (edges + nodes · log nodes)) at worst; a search ends
/// where everything else is farther than what it found, and stays among what the beginning reaches.
///
/// # Errors
/// `Cancelled` or `Limit` by `context`, which is asked before each search and told of each path as a unit of the phase `paths`.
pub fn evidence_paths<'a>(
    snapshot: &'a Snapshot,
    question: &PathsBetween,
    follow: impl Fn(&EdgeClass) -> bool,
    context: &Context,
) -> Result<EvidencePaths<'a>> {
    let followed = snapshot.pages().classes().iter().map(follow).collect();
    let mut search = Search::new(snapshot, followed, question);
    let mut found = EvidencePaths::default();
    if question.from == question.to || ![question.from, question.to].into_iter().all(|end| snapshot.is_there(end)) {
        return Ok(EvidencePaths { is_complete: true, ..found });
    }
    search.reach(question.from);
    let ways = search.shortest_ways(question.most, context)?;
    found.paths = ways.iter().map(|way| search.path(way)).collect();
    found.is_complete = search.left > 0;
    found.edges_touched = question.steps - search.left;
    Ok(found)
}

/// How long a way is: doubt, then hops.
type Length = (u64, u32);

/// A way as nodes, and the place from which on it differs from the way that it was made from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Way {
    length: Length,
    nodes: Vec<u32>,
    differs_at: usize,
}

/// A node that a search backwards met.
#[derive(Clone, Copy)]
struct Met {
    length: Length,
    is_settled: bool,
}

struct Search<'a> {
    snapshot: &'a Snapshot,
    followed: Vec<bool>,
    shortest: Shortest,
    from: u32,
    to: u32,
    /// How many edges may still be looked at.
    left: u64,
    /// What the beginning reaches.
    reached: Borrowed<Marks>,
    /// The nodes that the way has met already.
    taken: Borrowed<Marks>,
    /// The place of each node among those that this search met.
    places: Borrowed<Marks>,
    met: Vec<Met>,
    pending: BinaryHeap<Reverse<(Length, u32)>>,
}

impl<'a> Search<'a> {
    fn new(snapshot: &'a Snapshot, followed: Vec<bool>, question: &PathsBetween) -> Self {
        let marks = || Marks::borrow(snapshot.bound());
        Search {
            snapshot,
            followed,
            shortest: question.shortest,
            from: question.from.0,
            to: question.to.0,
            left: question.steps,
            reached: marks(),
            taken: marks(),
            places: marks(),
            met: Vec::new(),
            pending: BinaryHeap::new(),
        }
    }

    fn reach(&mut self, from: Node) {
        let mut pending = vec![from.0];
        self.reached.mark(from.0);
        while let Some(node) = pending.pop() {
            let run = self.snapshot.topology().outgoing(node);
            self.spend(run.len());
            for (other, class) in run.iter() {
                if self.followed[class as usize] && self.reached.mark(other) {
                    pending.push(other);
                }
            }
            if self.left == 0 {
                return;
            }
        }
    }

    fn spend(&mut self, edges: usize) {
        self.left = self.left.saturating_sub(edges as u64);
    }

    /// The shortest ways, each found as the shortest that leaves one of those before it at some node.
    fn shortest_ways(&mut self, most: usize, context: &Context) -> Result<Vec<Way>> {
        let (mut ways, mut candidates) = (Vec::new(), BTreeSet::new());
        context.check()?;
        candidates.extend(self.way(&[self.from], &ways));
        while ways.len() < most && self.left > 0 {
            let Some(way) = candidates.pop_first() else { break };
            ways.push(way.clone());
            context.progress.report("paths", ways.len() as u64, most as u64);
            let ends = if ways.len() < most { way.nodes.len() - 1 } else { 0 };
            for at in way.differs_at..ends {
                context.check()?;
                candidates.extend(self.way(&way.nodes[..=at], &ways));
            }
        }
        Ok(ways)
    }

    /// The shortest way that begins so and is none of these.
    fn way(&mut self, beginning: &[u32], known: &[Way]) -> Option<Way> {
        let (last, before) = beginning.split_last()?;
        let alike = known.iter().filter(|way| way.nodes.starts_with(beginning));
        let closed: BTreeSet<u32> = alike.map(|way| way.nodes[beginning.len()]).collect();
        let rest = self.back(*last, before, &closed)?;
        let mut nodes = beginning.to_vec();
        self.walk(rest, &closed, &mut nodes);
        let hops = beginning.windows(2).filter_map(|pair| Some(self.best(pair[0], pair[1])?.0));
        Some(Way { length: hops.fold(rest, sum), nodes, differs_at: before.len() })
    }

    /// How far the end is from a node, if neither the nodes before it are met again nor the next one is closed: a search from the end.
    fn back(&mut self, start: u32, before: &[u32], closed: &BTreeSet<u32>) -> Option<Length> {
        self.begin(before);
        let mut best: Option<Length> = None;
        while let Some(Reverse((length, node))) = self.pending.pop() {
            if best.is_some_and(|best| length >= best) {
                break;
            }
            let met = &mut self.met[self.places.get(node)? as usize];
            if std::mem::replace(&mut met.is_settled, true) {
                continue;
            }
            let run = self.snapshot.topology().incoming(node);
            self.spend(run.len());
            for end in run.ends() {
                let Some(length) = self.length(end.class, end.place).map(|hop| sum(length, hop)) else { continue };
                if end.node != start {
                    self.arrive(end.node, length);
                } else if !closed.contains(&node) {
                    best = Some(best.map_or(length, |best| best.min(length)));
                }
            }
            if self.left == 0 {
                return None;
            }
        }
        best
    }

    fn begin(&mut self, before: &[u32]) {
        self.taken.clear();
        before.iter().for_each(|node| self.taken.set(*node, 0));
        self.places.clear();
        self.met.clear();
        self.pending.clear();
        self.arrive(self.to, (0, 0));
    }

    fn arrive(&mut self, node: u32, length: Length) {
        if !self.reached.has(node) || self.taken.has(node) {
            return;
        }
        match self.places.get(node) {
            Some(place) if self.met[place as usize].length <= length => return,
            Some(place) => self.met[place as usize].length = length,
            None => {
                self.places.set(node, self.met.len() as u32);
                self.met.push(Met { length, is_settled: false });
            }
        }
        self.pending.push(Reverse((length, node)));
    }

    /// Goes on to the end by what the search found, over the least nodes.
    fn walk(&self, mut rest: Length, closed: &BTreeSet<u32>, nodes: &mut Vec<u32>) {
        let start = nodes.len();
        while let Some(node) = nodes.last().copied().filter(|node| *node != self.to) {
            let ends = self.snapshot.topology().outgoing(node).ends();
            let next = ends.filter_map(|end| {
                let after = self.settled(end.node)?;
                let is_open = nodes.len() > start || !closed.contains(&end.node);
                (is_open && sum(after, self.length(end.class, end.place)?) == rest).then_some((end.node, after))
            });
            let Some((next, after)) = next.min() else { return };
            nodes.push(next);
            rest = after;
        }
    }

    /// How far the end is from a node, if the search knows it.
    fn settled(&self, node: u32) -> Option<Length> {
        let met = self.met[self.places.get(node)? as usize];
        met.is_settled.then_some(met.length)
    }

    /// How long one relation is.
    fn length(&self, class: u16, place: u32) -> Option<Length> {
        if !self.followed[class as usize] {
            return None;
        }
        let doubt = doubt(self.snapshot.pages().edge_row(class, place).confidence)?;
        Some((if self.shortest == Shortest::Doubt { doubt } else { 0 }, 1))
    }

    /// The shortest relation between two nodes, of those the most believed, of those the first.
    fn best(&self, from: u32, to: u32) -> Option<(Length, EdgeRef<'a>)> {
        let edges = self.snapshot.outgoing(Node(from)).filter(|edge| edge.to.0 == to);
        let lengths = edges.filter_map(|edge| Some((self.length(edge.class, edge.place)?, edge)));
        lengths.min_by(|(_, a), (_, b)| {
            let doubts = doubt(a.edge.confidence).cmp(&doubt(b.edge.confidence));
            doubts.then((a.place, a.class).cmp(&(b.place, b.class)))
        })
    }

    fn path(&self, way: &Way) -> EvidencePath<'a> {
        let edges = way.nodes.windows(2).filter_map(|pair| Some(self.best(pair[0], pair[1])?.1));
        EvidencePath { edges: edges.collect() }
    }
}

fn sum(a: Length, b: Length) -> Length {
    (a.0 + b.0, a.1 + b.1)
}

/// How many parts a binary digit of doubt has, as a power of two.
const PARTS: u32 = 24;

/// The negative logarithm of a confidence, to base 2, in whole parts: sums of whole numbers depend neither on their order nor on the machine. `None` for what nobody believes.
fn doubt(confidence: f64) -> Option<u64> {
    if confidence >= 1.0 {
        return Some(0);
    }
    if confidence.is_nan() || confidence <= 0.0 {
        return None;
    }
    let (mut value, mut whole, mut parts) = (confidence, 0, 0);
    while value < 1.0 {
        (value, whole) = (value * 2.0, whole + 1);
    }
    // Squaring doubles a logarithm: its next digit is whether the square is 2 or more.
    for _ in 0..PARTS {
        value *= value;
        parts <<= 1;
        if value >= 2.0 {
            (value, parts) = (value / 2.0, parts | 1);
        }
    }
    Some((whole << PARTS) - parts)
}

#[cfg(test)]
mod tests {
    use super::doubt;

    #[test]
    fn doubt_is_the_negative_logarithm() {
        for confidence in [1.0, 0.999, 0.95, 0.7, 0.5, 0.25, 0.3, 0.001, 1e-12, f64::MIN_POSITIVE, 5e-324] {
            let told = doubt(confidence).unwrap() as f64 / f64::from(1 << 24);
            assert!((told + confidence.log2()).abs() < 1e-6, "{confidence}: {told}");
        }
        assert_eq!([0.0, -1.0, f64::NAN].map(doubt), [None; 3]);
        assert_eq!(doubt(0.5).unwrap() + doubt(0.25).unwrap(), doubt(0.125).unwrap());
    }
}
