//! Feedback arc sets over snapshots: what is left has no cycle, what is cut is least or told how far from it.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use twin_core::analysis::{FeedbackArcs, feedback_arc_set, strong_components};
use twin_core::base::{Context, ErrorKind, Timestamp};
use twin_core::graph::{EdgeRef, Node, Snapshot};
use twin_core::schema::{Propagation, Schema};
use twin_core::testkit::{NEEDS, SnapshotBuilder, THING, graph_of_pairs, kind_row, relation_row};

use crate::support::cases;

fn context() -> Context {
    Context::new(Timestamp::MIN)
}

fn large(nodes: u32, edges: &[(u32, u32)]) -> Snapshot {
    graph_of_pairs(nodes, edges, Propagation::NOTHING).unwrap()
}

/// A graph whose relations weigh what their confidence says.
fn weighted(nodes: u32, edges: &[(u32, u32, f64)]) -> Snapshot {
    let schema = Schema::empty().with_kind(kind_row(THING)).unwrap();
    let schema = schema.with_relation(relation_row(NEEDS, Propagation::NOTHING)).unwrap();
    let mut builder = SnapshotBuilder::new(schema);
    let nodes: Vec<Node> = (0..nodes).map(|node| builder.entity(format!("n{node}"), THING)).collect();
    for (from, to, weight) in edges {
        builder.edge(nodes[*from as usize], NEEDS, nodes[*to as usize]).confidence = *weight;
    }
    builder.build()
}

fn weight(edge: &EdgeRef<'_>) -> f64 {
    edge.edge.confidence
}

fn pairs(found: &FeedbackArcs<'_>) -> Vec<(u32, u32)> {
    found.arcs.iter().map(|arc| (arc.from.0, arc.to.0)).collect()
}

/// That nothing needs itself once those pairs are no more.
fn leaves_no_cycle(nodes: u32, edges: &[(u32, u32)], cut: &[(u32, u32)]) -> bool {
    let left: Vec<(u32, u32)> = edges.iter().filter(|edge| !cut.contains(edge)).copied().collect();
    left.iter().all(|(from, to)| from != to) && strong_components(&large(nodes, &left), |_| true).cyclic().is_empty()
}

#[test]
fn parallel_relations_are_cut_together_and_those_of_a_node_to_itself_always() {
    let edges = [(0, 1, 2.0), (1, 0, 1.0), (1, 0, 1.5), (2, 2, 4.0), (2, 0, 9.0), (3, 3, 0.0), (0, 0, 1.0)];
    let snapshot = weighted(4, &edges);
    let found = feedback_arc_set(&snapshot, |_| true, weight, &context()).unwrap();
    assert_eq!(pairs(&found), [(0, 0), (0, 1), (2, 2), (3, 3)]);
    assert_eq!((found.weight, found.gap()), (7.0, 0.0));
    let fewest = feedback_arc_set(&snapshot, |_| true, |_| 1.0, &context()).unwrap();
    assert_eq!(fewest.weight, 4.0);
    let none = feedback_arc_set(&snapshot, |_| false, weight, &context()).unwrap();
    assert!(none.arcs.is_empty() && none.is_least());
}

#[test]
fn two_rings_that_share_a_relation_lose_it() {
    // 0 → 1 → 2 → 0 and 1 → 2 → 3 → 1.
    let edges = [(0, 1, 1.0), (1, 2, 1.5), (2, 0, 1.0), (2, 3, 1.0), (3, 1, 1.0)];
    let found = weighted(4, &edges);
    let found = feedback_arc_set(&found, |_| true, weight, &context()).unwrap();
    assert_eq!((pairs(&found), found.weight), (vec![(1, 2)], 1.5));
}

#[test]
fn a_weight_that_is_none_is_named() {
    for bad in [f64::NAN, -1.0, f64::INFINITY] {
        let snapshot = weighted(2, &[(0, 1, bad)]);
        let error = feedback_arc_set(&snapshot, |_| true, weight, &context()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains("weight of n0 to n1"), "{error}");
    }
    let huge = weighted(2, &[(0, 1, f64::MAX), (1, 0, f64::MAX)]);
    assert_eq!(feedback_arc_set(&huge, |_| true, weight, &context()).unwrap_err().kind(), ErrorKind::Invalid);
    let stopped = context();
    stopped.cancel.cancel();
    let ring = large(2, &[(0, 1), (1, 0)]);
    assert_eq!(feedback_arc_set(&ring, |_| true, |_| 1.0, &stopped).unwrap_err().kind(), ErrorKind::Cancelled);
}

#[test]
fn a_large_ring_loses_its_lightest_relation_and_it_is_known_that_nothing_less_will_do() {
    let ring: Vec<(u32, u32, f64)> =
        (0..3_000).map(|node| (node, (node + 1) % 3_000, 1.0 + f64::from(node % 7))).collect();
    let snapshot = weighted(3_000, &ring);
    let found = feedback_arc_set(&snapshot, |_| true, weight, &context()).unwrap();
    assert_eq!((found.arcs.len(), found.weight, found.lower_bound), (1, 1.0, 1.0));
}

#[test]
fn a_dense_graph_is_cut_in_bounded_work_and_the_gap_is_told() {
    let nodes = 400_u32;
    let edges: Vec<(u32, u32)> =
        (0..nodes).flat_map(|from| (1..40).map(move |step| (from, (from * step + 7 * step) % nodes))).collect();
    let snapshot = large(nodes, &edges);
    let found = feedback_arc_set(&snapshot, |_| true, |_| 1.0, &context()).unwrap();
    assert!(leaves_no_cycle(nodes, &edges, &pairs(&found)));
    assert!(found.lower_bound > 0.0 && found.weight <= edges.len() as f64 / 2.0 + 200.0, "{}", found.weight);
    assert!((0.0..1.0).contains(&found.gap()) && !found.is_least(), "{}", found.gap());
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn what_is_left_has_no_cycle_and_weighs_what_is_told(
        nodes in 1_u32..40,
        edges in vec((0_u32..40, 0_u32..40, 0_u32..5), 0..120),
    ) {
        let edges: Vec<(u32, u32, f64)> =
            edges.into_iter().map(|(from, to, weight)| (from % nodes, to % nodes, f64::from(weight))).collect();
        let snapshot = weighted(nodes, &edges);
        let found = feedback_arc_set(&snapshot, |_| true, weight, &context()).unwrap();
        let all: Vec<(u32, u32)> = edges.iter().map(|(from, to, _)| (*from, *to)).collect();
        prop_assert!(leaves_no_cycle(nodes, &all, &pairs(&found)));
        let mut sums: BTreeMap<(u32, u32), f64> = BTreeMap::new();
        found.arcs.iter().for_each(|arc| *sums.entry((arc.from.0, arc.to.0)).or_default() += weight(arc));
        prop_assert_eq!(sums.values().sum::<f64>() + 0.0, found.weight);
        prop_assert!(found.lower_bound <= found.weight);
        prop_assert!(nodes > 20 || found.is_least());
        // Turning every relation round leaves every cycle one.
        let turned: Vec<(u32, u32, f64)> = edges.iter().map(|(from, to, weight)| (*to, *from, *weight)).collect();
        let turned = weighted(nodes, &turned);
        let back = feedback_arc_set(&turned, |_| true, weight, &context()).unwrap();
        prop_assert!(back.weight >= found.lower_bound && found.weight >= back.lower_bound);
        prop_assert!(nodes > 20 || back.weight == found.weight);
    }
}
