//! The shape of graphs against slow references: on head, as-of, overlays and edited snapshots, over all relations and over some.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use twin_core::analysis::{
    Coupling, Direction, HubThresholds, PathsBetween, Shortest, cuts, dominators, evidence_paths, migration_waves,
    reach_counts, sources, strong_components, structural_smells,
};
use twin_core::answer::EvidenceId;
use twin_core::base::{Context, ErrorKind, Timestamp};
use twin_core::graph::{EdgeChange, EdgeClass, EdgeRef, Node, Snapshot};
use twin_core::schema::{Propagation, Relation, Schema, kind};
use twin_core::testkit::{
    Drawing, NEEDS, SnapshotBuilder, drawing, files, graph_of_pairs, naive_components, naive_coupling, naive_cuts,
    naive_dominators, naive_paths, naive_reach_counts, naive_waves,
};
use twin_core::{At, Twin};

use crate::support::{cases, time};

/// Relations by their first letter: `first`, `second` and `third` of drawings are in one set each.
fn is_chosen(sets: u8, relation: &Relation) -> bool {
    let letter = relation.as_str().bytes().next().unwrap_or_default();
    sets & (1 << (letter % 3)) != 0
}

fn context() -> Context {
    Context::new(Timestamp::MIN)
}

/// Everything that is asked about the shape of one snapshot.
fn check(snapshot: &Snapshot, sets: u8) {
    let class = |class: &EdgeClass| is_chosen(sets, &class.relation);
    let edge = |edge: &EdgeRef<'_>| is_chosen(sets, &edge.edge.relation);
    let nodes: Vec<Node> = snapshot.nodes().collect();
    check_components(snapshot, class, &edge);

    let waves = migration_waves(snapshot, class);
    let told: Vec<u32> = nodes.iter().map(|node| waves.wave(*node).unwrap()).collect();
    assert_eq!(told, naive_waves(snapshot, &edge));
    assert_eq!(waves.count(), told.iter().max().map_or(0, |last| *last as usize + 1));

    check_smells(snapshot, class, &edge);

    let cuts = cuts(snapshot, class);
    let bridges = cuts.bridges.iter().map(|bridge| (bridge.first, bridge.second, bridge.relations)).collect();
    assert_eq!((cuts.points, bridges), naive_cuts(snapshot, &edge));

    for direction in [Direction::Outgoing, Direction::Incoming] {
        let along = direction == Direction::Outgoing;
        let counts = reach_counts(snapshot, &nodes, direction, class, &context()).unwrap().counts;
        assert_eq!(counts, naive_reach_counts(snapshot, along, &edge), "{direction:?}");
        let some: Vec<Node> = nodes.iter().rev().step_by(2).copied().collect();
        let expected: Vec<u32> = counts.iter().rev().step_by(2).copied().collect();
        assert_eq!(reach_counts(snapshot, &some, direction, class, &context()).unwrap().counts, expected);

        let sources = sources(snapshot, direction, class);
        for roots in
            nodes.iter().take(3).map(|node| vec![*node]).chain([sources, nodes.iter().copied().take(2).collect()])
        {
            let fast = dominators(snapshot, &roots, direction, class);
            let slow = naive_dominators(snapshot, &roots, along, &edge);
            let counts = fast.dominated_counts();
            for node in &nodes {
                let told = fast.is_reached(*node).then(|| fast.of(*node).collect::<BTreeSet<Node>>());
                assert_eq!(told.as_ref(), slow.get(node), "{node:?} of {roots:?}");
                let nearest = fast.immediate(*node).map(|nearest| slow[&nearest].len() + 1);
                assert_eq!(nearest.unwrap_or_default(), slow.get(node).map_or(0, BTreeSet::len));
                let below = slow.values().filter(|over| over.contains(node)).count();
                assert_eq!(counts[node.index()] as usize, below, "{node:?} of {roots:?}");
            }
        }
    }
}

fn check_smells(snapshot: &Snapshot, class: impl Fn(&EdgeClass) -> bool, edge: &impl Fn(&EdgeRef<'_>) -> bool) {
    let smells = structural_smells(snapshot, HubThresholds { fan_in: 2, fan_out: 1 }, class);
    let nodes: Vec<Node> = snapshot.nodes().collect();
    let coupling: BTreeMap<Node, (u32, u32)> = nodes.iter().copied().zip(naive_coupling(snapshot, edge)).collect();
    let told = smells.coupling.iter().map(|coupling| (coupling.fan_in, coupling.fan_out));
    let told: BTreeMap<Node, (u32, u32)> =
        (0..).map(Node).zip(told).filter(|(node, _)| snapshot.is_there(*node)).collect();
    assert_eq!(told, coupling);
    let hubs: Vec<Node> = nodes.iter().copied().filter(|node| coupling[node].0 >= 2 && coupling[node].1 >= 1).collect();
    assert_eq!(smells.hubs, hubs);
    let instability = |node: Node| f64::from(coupling[&node].1) / f64::from(coupling[&node].0 + coupling[&node].1);
    let edges = snapshot.edges().filter(|one| edge(one) && instability(one.to) > instability(one.from));
    let unstable: BTreeSet<(Node, Node)> = edges.map(|one| (one.from, one.to)).collect();
    assert_eq!(smells.unstable_dependencies, unstable.into_iter().collect::<Vec<_>>());
}

fn check_components(snapshot: &Snapshot, class: impl Fn(&EdgeClass) -> bool, edge: &impl Fn(&EdgeRef<'_>) -> bool) {
    let components = strong_components(snapshot, class);
    let mut groups = vec![Vec::new(); components.count()];
    snapshot.nodes().for_each(|node| groups[components.number(node).unwrap() as usize].push(node));
    let several: BTreeSet<Vec<Node>> = groups.iter().filter(|group| group.len() > 1).cloned().collect();
    assert_eq!(components.cyclic().into_iter().collect::<BTreeSet<_>>(), several);
    let sizes: Vec<usize> = components.sizes().iter().map(|size| *size as usize).collect();
    assert_eq!(sizes, groups.iter().map(Vec::len).collect::<Vec<usize>>());
    assert_eq!(groups.into_iter().collect::<BTreeSet<Vec<Node>>>(), naive_components(snapshot, edge));
    for edge in snapshot.edges().filter(edge) {
        assert!(components.number(edge.from) >= components.number(edge.to), "each comes after what it needs");
    }
    let gone = (0..snapshot.bound() as u32).filter(|node| !snapshot.is_there(Node(*node)));
    assert!(gone.into_iter().all(|node| components.number(Node(node)).is_none()));
}

/// What is left without some nodes, and with some edges added to it.
fn changed(snapshot: &Snapshot, gone: &BTreeSet<u32>, added: &[(usize, usize)]) -> [Snapshot; 2] {
    let gone: Vec<Node> = gone.iter().map(|node| Node(*node)).filter(|node| snapshot.is_there(*node)).collect();
    let overlay = snapshot.without("what if", &gone);
    let nodes: Vec<Node> = overlay.nodes().collect();
    let Some(relation) = snapshot.pages().classes().first().map(|class| class.relation.clone()) else {
        return [overlay.clone(), overlay];
    };
    let node = |place: usize| nodes.get(place % nodes.len().max(1)).copied();
    let ends = added.iter().filter_map(|(from, to)| Some((node(*from)?, node(*to)?)));
    let changes: Vec<EdgeChange> = ends.map(|(from, to)| EdgeChange::add(from, relation.clone(), to)).collect();
    let edited = overlay.edited(&changes).unwrap();
    [overlay, edited]
}

proptest! {
    #![proptest_config(cases(160))]

    #[test]
    fn the_shape_of_a_graph_is_what_asking_everybody_tells(
        drawing in drawing(),
        gone in btree_set(0_u32..12, 0..4),
        added in vec((0..12_usize, 0..12_usize), 0..6),
        sets in 1_u8..8,
    ) {
        let Drawing { snapshot, .. } = drawing;
        let [overlay, edited] = changed(&snapshot, &gone, &added);
        for snapshot in [snapshot, overlay, edited] {
            check(&snapshot, sets);
            check(&snapshot, 7);
        }
    }
}

proptest! {
    #![proptest_config(cases(16))]

    #[test]
    fn the_shape_of_estates_is_told_now_then_and_what_if(first in files(), second in files(), sets in 1_u8..8) {
        let twin = Twin::in_memory();
        twin.apply(first, time("09:00")).unwrap();
        twin.apply(second, time("10:00")).unwrap();
        let now = At::now(time("10:00"));
        let (head, then) = (twin.snapshot(now), twin.snapshot(now.valid(time("09:30"))));
        let gone = head.nodes().step_by(3).map(|node| node.0).collect();
        let [what_if, edited] = changed(&head, &gone, &[(0, 1), (1, 2), (2, 0), (5, 3)]);
        for snapshot in [head, then, what_if, edited] {
            check(&snapshot, sets);
        }
    }
}

/// A graph over which nothing passes.
fn large(nodes: u32, edges: &[(u32, u32)]) -> Snapshot {
    graph_of_pairs(nodes, edges, Propagation::NOTHING).unwrap()
}

/// How many nodes each node reaches, one search after the other.
fn searched(nodes: u32, edges: &[(u32, u32)]) -> Vec<u32> {
    let mut after = vec![Vec::new(); nodes as usize];
    edges.iter().for_each(|(from, to)| after[*from as usize].push(*to));
    let count = |start: u32| {
        let (mut is_met, mut met) = (vec![false; nodes as usize], vec![start]);
        is_met[start as usize] = true;
        let mut next = 0;
        while let Some(node) = met.get(next).copied() {
            next += 1;
            met.extend(
                after[node as usize].iter().filter(|other| !std::mem::replace(&mut is_met[**other as usize], true)),
            );
        }
        met.len() as u32 - 1
    };
    (0..nodes).map(count).collect()
}

fn counted(nodes: u32, edges: &[(u32, u32)], direction: Direction) -> Vec<u32> {
    let all: Vec<Node> = (0..nodes).map(Node).collect();
    reach_counts(&large(nodes, edges), &all, direction, |_| true, &context()).unwrap().counts
}

proptest! {
    #![proptest_config(cases(12))]

    /// Graphs in which many nodes reach much, so that they are swept together: without cycles, with small ones, and with one large one.
    #[test]
    fn large_reaches_are_counted_as_one_by_one(
        pairs in vec((0..1_400_u32, 0..1_400_u32), 1_500..4_000),
        back in 0..60_usize,
        chain in 0..200_u32,
    ) {
        let nodes = 1_400 + chain;
        let down = pairs.iter().enumerate().map(|(at, (a, b))| {
            let (low, high) = (*a.min(b), *a.max(b));
            if at < back && high - low < 40 { (low, high) } else { (high, low) }
        });
        let edges: Vec<(u32, u32)> = down.chain((1_400..nodes).map(|node| (node, node - 1))).collect();
        prop_assert_eq!(counted(nodes, &edges, Direction::Outgoing), searched(nodes, &edges));
        let turned: Vec<(u32, u32)> = edges.iter().map(|(from, to)| (*to, *from)).collect();
        prop_assert_eq!(counted(nodes, &edges, Direction::Incoming), searched(nodes, &turned));
    }
}

/// A core that needs itself, with many that reach it and much besides that they reach.
#[test]
fn what_lies_behind_the_core_and_beside_it_is_counted_once() {
    let core = (0..500_u32).flat_map(|node| [(node, (node + 1) % 500), (node, (node * 7 + 3) % 500)]);
    let behind = (500..900).flat_map(|node| [(node - 500, node), (node, 900 + node % 100)]);
    let beside = (1_000..1_800).flat_map(|node| [(node, node + 1), (node, (node + 13).min(1_800))]);
    let reaching = (1_801..2_900).flat_map(|node| [(node, node % 500), (node, 1_000 + node % 700), (node, node - 1)]);
    let edges: Vec<(u32, u32)> = core.chain(behind).chain(beside).chain(reaching).collect();
    assert_eq!(counted(2_900, &edges, Direction::Outgoing), searched(2_900, &edges));
}

#[test]
fn counting_looks_at_each_edge_a_few_times_where_reaches_are_small_or_shared() {
    let chain: Vec<(u32, u32)> = (1..50_000).map(|node| (node, node - 1)).collect();
    let star: Vec<(u32, u32)> = (1..50_000).map(|node| (node, 0)).collect();
    let circle: Vec<(u32, u32)> =
        (0..50_000).flat_map(|node| [(node, (node + 1) % 50_000), (node, node / 2)]).collect();
    let pairs: Vec<(u32, u32)> = (0..25_000).map(|node| (2 * node, 2 * node + 1)).collect();
    for edges in [chain, star, circle, pairs] {
        let (snapshot, all) = (large(50_000, &edges), (0..50_000).map(Node).collect::<Vec<Node>>());
        for direction in [Direction::Outgoing, Direction::Incoming] {
            let reach = reach_counts(&snapshot, &all, direction, |_| true, &context()).unwrap();
            assert!(reach.edges_touched <= 4 * edges.len() as u64, "{} of {}", reach.edges_touched, edges.len());
        }
    }
}

/// A sweep looks at an edge once for hundreds of starts.
#[test]
fn large_reaches_are_swept_together() {
    let nodes = 20_000_u32;
    let edges: Vec<(u32, u32)> = (2..nodes).flat_map(|node| [(node, node - 1), (node, node - 2)]).collect();
    let all: Vec<Node> = (0..nodes).map(Node).collect();
    let reach = reach_counts(&large(nodes, &edges), &all, Direction::Outgoing, |_| true, &context()).unwrap();
    assert!(reach.counts.iter().zip(0..).skip(2).all(|(count, node)| *count == node), "each reaches all before it");
    let one_by_one = u64::from(nodes) * edges.len() as u64 / 2;
    assert!(reach.edges_touched < one_by_one / 200, "{} of {one_by_one}", reach.edges_touched);
}

/// A core that needs itself, with a tail before and behind it.
fn core_with_tails(nodes: u32) -> Vec<(u32, u32)> {
    let (third, last) = (nodes / 3, nodes - 1);
    let core =
        (third..2 * third).flat_map(|node| [(node, third + (node + 1) % third), (node, third + node * 7 % third)]);
    let behind = (0..third).flat_map(|node| [(third + node, node), (node, node / 2)]);
    let before = (2 * third..last).flat_map(|node| [(node, node - third), (node + 1, node)]);
    core.chain(behind).chain(before).collect()
}

#[test]
fn the_shape_of_a_graph_is_told_by_looking_at_each_edge_a_few_times_however_large_it_is() {
    for nodes in [3_000_u32, 60_000] {
        let edges = core_with_tails(nodes);
        let (graph, all) = (large(nodes, &edges), edges.len() as u64);
        assert_eq!(strong_components(&graph, |_| true).edges_touched(), all, "each once");
        assert_eq!(migration_waves(&graph, |_| true).edges_touched(), all, "each once");
        let cut = cuts(&graph, |_| true).edges_touched;
        assert!((2 * all..=4 * all).contains(&cut), "{cut} of {all}: each from both ends, and those of bridges again");
        let roots = sources(&graph, Direction::Outgoing, |_| true);
        let over = dominators(&graph, &roots, Direction::Outgoing, |_| true).edges_touched();
        assert!((all..=2 * all).contains(&over), "{over} of {all}: once on the way down, once on the way back");
        let leaf = dominators(&graph, &[Node(0)], Direction::Outgoing, |_| true).edges_touched();
        assert!(leaf < 10, "{leaf}: what is not reached is not looked at");
    }
}

/// All that is asked about a shape, as one text.
fn shape(graph: &Snapshot) -> String {
    let nodes: Vec<Node> = graph.nodes().collect();
    let counts = [Direction::Outgoing, Direction::Incoming]
        .map(|direction| reach_counts(graph, &nodes, direction, |_| true, &context()).unwrap());
    let over = dominators(graph, &sources(graph, Direction::Outgoing, |_| true), Direction::Outgoing, |_| true);
    let parts = (strong_components(graph, |_| true), migration_waves(graph, |_| true), cuts(graph, |_| true));
    format!("{parts:?} {counts:?} {over:?}")
}

/// Dense enough for sweeps that are shared among threads.
#[test]
fn the_shape_of_one_snapshot_is_the_same_for_all_who_ask_at_once() {
    let dense = (2..3_000_u32).flat_map(|node| [(node, node - 1), (node, node - 2)]);
    let edges: Vec<(u32, u32)> =
        dense.chain(core_with_tails(900).into_iter().map(|(a, b)| (a + 3_000, b + 3_000))).collect();
    let graph = large(3_900, &edges);
    let edited = graph.edited(&[EdgeChange::add(Node(5), NEEDS, Node(3_500))]).unwrap();
    for graph in [graph, edited] {
        let alone = shape(&graph);
        for threads in [1, 2, 8] {
            std::thread::scope(|scope| {
                let asked: Vec<_> = (0..threads).map(|_| scope.spawn(|| shape(&graph))).collect();
                asked.into_iter().for_each(|asked| assert!(asked.join().unwrap() == alone, "one of {threads}"));
            });
        }
    }
}

#[test]
fn deep_graphs_cost_no_stack() {
    let nodes = 300_000_u32;
    let edges: Vec<(u32, u32)> = (1..nodes).map(|node| (node, node - 1)).collect();
    let snapshot = large(nodes, &edges);
    assert_eq!(strong_components(&snapshot, |_| true).count(), nodes as usize);
    assert_eq!(migration_waves(&snapshot, |_| true).wave(Node(nodes - 1)), Some(nodes - 1));
    let found = cuts(&snapshot, |_| true);
    assert_eq!((found.points.len(), found.bridges.len()), (nodes as usize - 2, nodes as usize - 1));
    let over = dominators(&snapshot, &[Node(nodes - 1)], Direction::Outgoing, |_| true);
    assert_eq!(over.of(Node(0)).count(), nodes as usize - 1);
    assert_eq!(over.dominated_counts()[nodes as usize - 1], nodes - 1);
}

#[test]
fn nothing_has_no_shape() {
    let nothing = large(0, &[]);
    assert_eq!((strong_components(&nothing, |_| true).count(), migration_waves(&nothing, |_| true).count()), (0, 0));
    assert_eq!(cuts(&nothing, |_| true).points, []);
    let counts = reach_counts(&nothing, &[Node(3)], Direction::Incoming, |_| true, &context()).unwrap().counts;
    assert_eq!(counts, [0], "a node that is not there reaches nothing");
    assert!(!dominators(&nothing, &[Node(3)], Direction::Incoming, |_| true).is_reached(Node(3)));
    let paths = evidence_paths(&nothing, &PathsBetween::of(Node(0), Node(1)), |_| true, &context()).unwrap();
    assert!(paths.paths.is_empty() && paths.is_complete);
}

const CONFIDENCES: [f64; 6] = [1.0, 0.9, 0.5, 0.25, 0.3, 0.0];

/// Small graphs whose relations are believed more or less.
fn believed() -> impl Strategy<Value = Snapshot> {
    vec((0..8_u32, 0..3_usize, 0..8_u32, 0..CONFIDENCES.len()), 0..26).prop_map(|edges| {
        let mut builder = SnapshotBuilder::new(Schema::default());
        let nodes: Vec<Node> = (0..8).map(|node| builder.entity(format!("n{node}"), kind::DATA_STORE)).collect();
        for (place, (from, relation, to, confidence)) in (0_u32..).zip(edges) {
            let relation = Relation::of(["calls", "dependsOn", "runsOn"][relation]);
            let edge = builder.edge(nodes[from as usize], relation, nodes[to as usize]);
            (edge.confidence, edge.evidence) = (CONFIDENCES[confidence], vec![EvidenceId(place)]);
        }
        builder.build()
    })
}

/// Each way, the least doubt or the fewest hops first.
fn ordered(snapshot: &Snapshot, from: Node, to: Node, shortest: Shortest, sets: u8) -> Vec<Vec<Node>> {
    let ways = naive_paths(snapshot, from, to, &|edge| is_chosen(sets, &edge.edge.relation));
    // Confidences as the tests draw them multiply to products that are equal or far apart, whatever the order.
    let doubt = |confidences: &[f64]| match shortest {
        Shortest::Doubt => (-confidences.iter().map(|confidence| confidence.log2()).sum::<f64>() * 1e4).round() as i64,
        Shortest::Hops => 0,
    };
    let mut ways: Vec<(i64, usize, Vec<Node>)> =
        ways.into_iter().map(|(nodes, confidences)| (doubt(&confidences), nodes.len(), nodes)).collect();
    ways.sort();
    ways.into_iter().map(|(.., nodes)| nodes).collect()
}

fn check_paths(snapshot: &Snapshot, sets: u8) {
    let class = |class: &EdgeClass| is_chosen(sets, &class.relation);
    for (from, to) in [(0, 1), (1, 0), (2, 7), (3, 3)].map(|(from, to)| (Node(from), Node(to))) {
        if ![from, to].into_iter().all(|end| snapshot.is_there(end)) {
            continue;
        }
        for shortest in [Shortest::Doubt, Shortest::Hops] {
            let slow = ordered(snapshot, from, to, shortest, sets);
            for most in [0, 1, 4, 1_000] {
                let mut question = PathsBetween::of(from, to);
                (question.most, question.shortest) = (most, shortest);
                let found = evidence_paths(snapshot, &question, class, &context()).unwrap();
                let nodes: Vec<Vec<Node>> = found.paths.iter().map(|path| path.nodes()).collect();
                assert_eq!(nodes, slow[..most.min(slow.len())], "{from:?} {to:?} {shortest:?}");
                assert!(found.is_complete);
                for path in &found.paths {
                    let evidence: Vec<EvidenceId> =
                        path.edges.iter().flat_map(|edge| edge.edge.evidence.clone()).collect();
                    assert_eq!(path.evidence().collect::<Vec<_>>(), evidence);
                    path.edges.iter().for_each(|edge| check_best(snapshot, edge, sets));
                }
            }
        }
    }
}

fn check_best(snapshot: &Snapshot, edge: &EdgeRef<'_>, sets: u8) {
    let beside = snapshot.outgoing(edge.from).filter(|other| other.to == edge.to);
    let chosen = beside.filter(|other| is_chosen(sets, &other.edge.relation));
    let best = chosen.map(|other| other.edge.confidence).fold(0.0, f64::max);
    assert_eq!(edge.edge.confidence, best, "the one that is believed most");
}

proptest! {
    #![proptest_config(cases(160))]

    #[test]
    fn the_likeliest_paths_are_the_first_of_all_paths(
        snapshot in believed(),
        gone in btree_set(3_u32..8, 0..2),
        added in vec((0..8_usize, 0..8_usize), 0..3),
        sets in 1_u8..8,
    ) {
        let [overlay, edited] = changed(&snapshot, &gone, &added);
        for snapshot in [snapshot, overlay, edited] {
            check_paths(&snapshot, sets);
            check_paths(&snapshot, 7);
        }
    }
}

/// Ladders have as many ways as there are subsets of rungs.
fn ladder(length: u32) -> Vec<(u32, u32)> {
    (0..length)
        .flat_map(|rung| [(2 * rung, 2 * rung + 2), (2 * rung, 2 * rung + 1), (2 * rung + 1, 2 * rung + 2)])
        .collect()
}

#[test]
fn paths_end_where_their_steps_do_and_say_so() {
    let snapshot = large(61, &ladder(30));
    let mut question = PathsBetween::of(Node(0), Node(60));
    question.most = 20;
    let whole = evidence_paths(&snapshot, &question, |_| true, &context()).unwrap();
    assert!(whole.is_complete && whole.paths.len() == 20);
    let nodes = |found: &twin_core::analysis::EvidencePaths<'_>| -> Vec<Vec<Node>> {
        found.paths.iter().map(|path| path.nodes()).collect()
    };
    for steps in [0, 1, 90, 200, 1_000, whole.edges_touched] {
        question.steps = steps;
        let cut = evidence_paths(&snapshot, &question, |_| true, &context()).unwrap();
        assert!(!cut.is_complete, "{steps} steps");
        assert_eq!(nodes(&cut), nodes(&whole)[..cut.paths.len()], "what is told is true");
        assert!(cut.edges_touched <= steps);
    }
}

#[test]
fn a_search_for_paths_stays_among_what_leads_from_one_end_to_the_other() {
    for others in [1_000_u32, 50_000] {
        let from_start = (100..others).map(|node| (node, 0));
        let edges: Vec<(u32, u32)> = ladder(10).into_iter().chain(from_start).collect();
        let snapshot = large(others, &edges);
        let found = evidence_paths(&snapshot, &PathsBetween::of(Node(0), Node(20)), |_| true, &context()).unwrap();
        assert_eq!(found.paths.len(), 3);
        assert!(found.edges_touched < 1_000, "{} edges of {}", found.edges_touched, edges.len());
    }
}

#[test]
fn long_work_stops_when_the_host_says_so() {
    let snapshot = large(61, &ladder(30));
    let stopped = context();
    stopped.cancel.cancel();
    let all: Vec<Node> = snapshot.nodes().collect();
    let counts = reach_counts(&snapshot, &all, Direction::Incoming, |_| true, &stopped);
    assert_eq!(counts.unwrap_err().kind(), ErrorKind::Cancelled);
    let paths = evidence_paths(&snapshot, &PathsBetween::of(Node(0), Node(60)), |_| true, &stopped);
    assert_eq!(paths.unwrap_err().kind(), ErrorKind::Cancelled);
}

/// Parallel relations join one neighbour, and nobody is a neighbour of itself.
#[test]
fn a_neighbour_counts_once_and_a_node_is_none_of_its_own() {
    let found = structural_smells(
        &large(5, &[(0, 1), (0, 1), (1, 1), (1, 2), (3, 3), (2, 4), (2, 1)]),
        HubThresholds { fan_in: 2, fan_out: 1 },
        |_| true,
    );
    let coupling: Vec<(u32, u32)> = found.coupling.iter().map(|coupling| (coupling.fan_in, coupling.fan_out)).collect();
    assert_eq!(coupling, [(0, 1), (2, 1), (1, 2), (0, 0), (1, 0)]);
    let instability: Vec<Option<f64>> = found.coupling.iter().map(|coupling| coupling.instability()).collect();
    assert_eq!(instability, [Some(1.0), Some(1.0 / 3.0), Some(2.0 / 3.0), None, Some(0.0)]);
    assert_eq!((found.hubs, found.cyclic_groups), (vec![Node(1)], vec![vec![Node(1), Node(2)]]));
    assert_eq!(found.unstable_dependencies, [(Node(1), Node(2))]);
    let most = Coupling { fan_in: u32::MAX, fan_out: u32::MAX };
    assert_eq!(most.instability(), Some(0.5));
}

/// Two that need each other by two relations are no bridge in the sense of the field, and still nothing else joins them.
#[test]
fn bridges_tell_how_many_relations_they_have() {
    let found = cuts(&large(4, &[(0, 1), (1, 0), (1, 2), (3, 3)]), |_| true);
    let bridges: BTreeMap<(u32, u32), u32> =
        found.bridges.iter().map(|bridge| ((bridge.first.0, bridge.second.0), bridge.relations)).collect();
    assert_eq!(bridges, BTreeMap::from([((0, 1), 2), ((1, 2), 1)]));
    assert_eq!(found.points, [Node(1)]);
}
