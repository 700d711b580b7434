//! Slow and obvious versions of the analyses of structure: each asks again and again who reaches whom.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::{EdgeRef, Node, Snapshot};

/// Which edges are followed.
pub type Follow<'f> = &'f dyn Fn(&EdgeRef<'_>) -> bool;

/// All followed edges as pairs, each as often as it is there.
fn pairs(snapshot: &Snapshot, follow: Follow<'_>) -> Vec<(Node, Node)> {
    snapshot.edges().filter(|edge| follow(edge)).map(|edge| (edge.from, edge.to)).collect()
}

/// What some nodes reach over pairs, themselves among it, if one node is not there.
fn reach(pairs: &[(Node, Node)], starts: &[Node], gone: Option<Node>) -> BTreeSet<Node> {
    let mut reached: BTreeSet<Node> = starts.iter().copied().filter(|start| Some(*start) != gone).collect();
    loop {
        let met = pairs.iter().filter(|(from, to)| reached.contains(from) && Some(*to) != gone);
        let next: BTreeSet<Node> = met.map(|(_, to)| *to).chain(reached.iter().copied()).collect();
        if next.len() == reached.len() {
            return reached;
        }
        reached = next;
    }
}

/// The strongly connected components: two nodes are in one if each reaches the other.
pub fn naive_components(snapshot: &Snapshot, follow: Follow<'_>) -> BTreeSet<Vec<Node>> {
    let pairs = pairs(snapshot, follow);
    let reached: BTreeMap<Node, BTreeSet<Node>> =
        snapshot.nodes().map(|node| (node, reach(&pairs, &[node], None))).collect();
    let together = |node: Node| {
        let others = snapshot.nodes();
        others.filter(|other| reached[&node].contains(other) && reached[other].contains(&node)).collect()
    };
    snapshot.nodes().map(together).collect()
}

/// How many other nodes each node reaches, along relations or against them.
pub fn naive_reach_counts(snapshot: &Snapshot, along: bool, follow: Follow<'_>) -> Vec<u32> {
    let pairs = turned(pairs(snapshot, follow), along);
    snapshot.nodes().map(|node| reach(&pairs, &[node], None).len() as u32 - 1).collect()
}

fn turned(pairs: Vec<(Node, Node)>, along: bool) -> Vec<(Node, Node)> {
    if along { pairs } else { pairs.into_iter().map(|(from, to)| (to, from)).collect() }
}

/// The wave of each node: one more than that of what it needs, and no less than that of what it needs in a circle, until nothing changes.
pub fn naive_waves(snapshot: &Snapshot, follow: Follow<'_>) -> Vec<u32> {
    let pairs = pairs(snapshot, follow);
    let mut waves: BTreeMap<Node, u32> = snapshot.nodes().map(|node| (node, 0)).collect();
    loop {
        let before = waves.clone();
        for (from, to) in &pairs {
            let is_circle = reach(&pairs, &[*to], None).contains(from);
            let least = waves[to] + u32::from(!is_circle);
            waves.entry(*from).and_modify(|wave| *wave = least.max(*wave));
        }
        if waves == before {
            return waves.into_values().collect();
        }
    }
}

/// The nodes without which, and the pairs of neighbours without whose relations, there are more parts than with them; and how many relations each pair has.
pub fn naive_cuts(snapshot: &Snapshot, follow: Follow<'_>) -> (Vec<Node>, Vec<(Node, Node, u32)>) {
    let mut pairs = pairs(snapshot, follow);
    pairs.extend(pairs.clone().into_iter().map(|(from, to)| (to, from)));
    let parts = |pairs: &[(Node, Node)], gone: Option<Node>| {
        let left = snapshot.nodes().filter(|node| Some(*node) != gone);
        left.map(|node| reach(pairs, &[node], gone)).collect::<BTreeSet<BTreeSet<Node>>>().len()
    };
    let whole = parts(&pairs, None);
    // A node that was a part by itself takes that part away.
    let is_point = |node: &Node| parts(&pairs, Some(*node)) > whole;
    let neighbours: BTreeSet<(Node, Node)> = pairs.iter().copied().filter(|(first, second)| first < second).collect();
    let bridge = |(first, second): (Node, Node)| {
        let joins = |pair: &(Node, Node)| *pair == (first, second) || *pair == (second, first);
        let (between, rest): (Vec<_>, Vec<_>) = pairs.iter().copied().partition(joins);
        (parts(&rest, None) > whole).then_some((first, second, between.len() as u32 / 2))
    };
    (snapshot.nodes().filter(is_point).collect(), neighbours.into_iter().filter_map(bridge).collect())
}

/// How many other nodes need each node, and how many others it needs.
pub fn naive_coupling(snapshot: &Snapshot, follow: Follow<'_>) -> Vec<(u32, u32)> {
    let others: BTreeSet<(Node, Node)> = pairs(snapshot, follow).into_iter().filter(|(from, to)| from != to).collect();
    let count = |is: &dyn Fn(&(Node, Node)) -> bool| others.iter().filter(|pair| is(pair)).count() as u32;
    snapshot.nodes().map(|node| (count(&|pair| pair.1 == node), count(&|pair| pair.0 == node))).collect()
}

/// For each node that some roots reach, the nodes but itself without which they do not, in order.
pub fn naive_dominators(
    snapshot: &Snapshot,
    roots: &[Node],
    along: bool,
    follow: Follow<'_>,
) -> BTreeMap<Node, BTreeSet<Node>> {
    let pairs = turned(pairs(snapshot, follow), along);
    let without: BTreeMap<Node, BTreeSet<Node>> =
        snapshot.nodes().map(|node| (node, reach(&pairs, roots, Some(node)))).collect();
    let over =
        |node: Node| snapshot.nodes().filter(|other| *other != node && !without[other].contains(&node)).collect();
    reach(&pairs, roots, None).into_iter().map(|node| (node, over(node))).collect()
}

/// All ways from one node to another that meet no node twice, each with the confidence of its hops: of several relations between two nodes the one that is believed most.
pub fn naive_paths(snapshot: &Snapshot, from: Node, to: Node, follow: Follow<'_>) -> Vec<(Vec<Node>, Vec<f64>)> {
    let mut hops: BTreeMap<(Node, Node), f64> = BTreeMap::new();
    for edge in snapshot.edges().filter(|edge| follow(edge) && edge.edge.confidence > 0.0) {
        let best = hops.entry((edge.from, edge.to)).or_default();
        *best = best.max(edge.edge.confidence);
    }
    let mut whole = Vec::new();
    let mut begun = vec![(vec![from], Vec::new())];
    while let Some((nodes, confidences)) = begun.pop() {
        let last = nodes[nodes.len() - 1];
        if last == to {
            whole.push((nodes, confidences));
            continue;
        }
        let next = hops.iter().filter(|((left, right), _)| *left == last && !nodes.contains(right));
        begun.extend(next.map(|((_, right), confidence)| {
            ([&nodes[..], &[*right]].concat(), [&confidences[..], &[*confidence]].concat())
        }));
    }
    whole.retain(|(nodes, _)| nodes.len() > 1);
    whole
}
