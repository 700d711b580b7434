//! Graph analyses against their references, on head and on overlays.

use std::collections::BTreeSet;

use petgraph::algo::{is_cyclic_directed, kosaraju_scc, page_rank, toposort};
use petgraph::visit::{EdgeRef as _, IntoEdgeReferences, NodeCount, NodeIndexable};
use proptest::collection::btree_set;
use proptest::prelude::*;
use twin_core::analysis::{BlastRadius, Hazard, blast_radius, spread};
use twin_core::graph::{Group, Node, Snapshot};
use twin_core::schema::State;
use twin_core::simulate::{Change, Scenario};
use twin_core::testkit::{Drawing, check, drawing, files, naive_spread, snapshot_of};
use twin_core::{At, Twin};

use crate::support::{cases, time};

/// The same graph built anew without some nodes: what an overlay must be equal to.
fn rebuilt(snapshot: &Snapshot, gone: &BTreeSet<u32>) -> Snapshot {
    let kept: Vec<u32> = (0..snapshot.len() as u32).filter(|node| !gone.contains(node)).collect();
    let place = |node: u32| kept.binary_search(&node).ok().map(|place| place as u32);
    let pages = snapshot.pages();
    let entities = kept.iter().map(|node| pages.entities[*node as usize].clone()).collect();
    let edges = pages.edges().filter_map(|edge| {
        Some(twin_core::graph::Edge { from: place(edge.from.0)?, to: place(edge.to.0)?, ..edge.edge.clone() })
    });
    let groups = pages.groups.iter().filter_map(|group| {
        let members = group.members.iter().filter_map(|member| place(*member)).collect();
        Some(Group { owner: place(group.owner)?, members, k: group.k })
    });
    snapshot_of(snapshot.schema().clone(), entities, edges.collect(), groups.collect())
}

fn states(snapshot: &Snapshot, seeds: &[(Node, State)], hazard: Hazard, worst: bool) -> Vec<State> {
    let spread = spread(snapshot, seeds, hazard, worst);
    (0..snapshot.bound() as u32).map(|node| spread.state(Node(node))).collect()
}

fn within(snapshot: &Snapshot, gone: &BTreeSet<u32>) -> (Snapshot, BTreeSet<u32>) {
    let gone: BTreeSet<u32> = gone.iter().copied().filter(|node| (*node as usize) < snapshot.len()).collect();
    let nodes: Vec<Node> = gone.iter().map(|node| Node(*node)).collect();
    (snapshot.without("what if", &nodes), gone)
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn the_blast_radius_is_the_least_fixed_point(drawing in drawing()) {
        let Drawing { snapshot, seeds } = drawing;
        for hazard in [Hazard::Outage, Hazard::Removal] {
            for worst in [true, false] {
                let slow = naive_spread(&snapshot, &seeds, hazard, worst);
                prop_assert_eq!(states(&snapshot, &seeds, hazard, worst), slow, "{:?} {}", hazard, worst);
            }
        }
    }

    #[test]
    fn what_is_unknown_bounds_the_blast_radius(drawing in drawing()) {
        let Drawing { snapshot, seeds } = drawing;
        let worst = states(&snapshot, &seeds, Hazard::Outage, true);
        let mildest = states(&snapshot, &seeds, Hazard::Outage, false);
        prop_assert!(mildest.iter().zip(&worst).all(|(mild, worst)| mild <= worst));
    }

    #[test]
    fn an_overlay_spreads_like_a_graph_without_what_is_gone(drawing in drawing(), gone in btree_set(0_u32..12, 0..5)) {
        let Drawing { snapshot, seeds } = drawing;
        let (overlay, gone) = within(&snapshot, &gone);
        let anew = rebuilt(&snapshot, &gone);
        let left: Vec<(Node, State)> = seeds.into_iter().filter(|(node, _)| overlay.is_there(*node)).collect();
        let renumbered: Vec<(Node, State)> =
            left.iter().map(|(node, state)| (Node(overlay.to_index(*node) as u32), *state)).collect();
        let slow = naive_spread(&anew, &renumbered, Hazard::Outage, true);
        let there = |states: Vec<State>| overlay.nodes().map(|node| states[node.index()]).collect::<Vec<State>>();
        prop_assert_eq!(there(naive_spread(&overlay, &left, Hazard::Outage, true)), slow.clone());
        prop_assert_eq!(there(states(&overlay, &left, Hazard::Outage, true)), slow.clone());
        prop_assert_eq!(states(&anew, &renumbered, Hazard::Outage, true), slow);
    }

    #[test]
    fn algorithms_of_petgraph_rank_no_dead_node(drawing in drawing(), gone in btree_set(0_u32..12, 0..5)) {
        let (overlay, gone) = within(&drawing.snapshot, &gone);
        let anew = rebuilt(&drawing.snapshot, &gone);
        prop_assert_eq!(overlay.node_count(), anew.node_count());
        if overlay.node_count() > 0 {
            prop_assert_eq!(page_rank(&overlay, 0.85_f64, 20), page_rank(&anew, 0.85_f64, 20));
        }
        let rank = |node: Node| Node(overlay.to_index(node) as u32);
        let ranks = |nodes: Vec<Node>| nodes.into_iter().map(rank).collect::<Vec<Node>>();
        let components: Vec<Vec<Node>> = kosaraju_scc(&overlay).into_iter().map(ranks).collect();
        prop_assert_eq!(components, kosaraju_scc(&anew));
        prop_assert_eq!(toposort(&overlay, None).ok().map(ranks), toposort(&anew, None).ok());
        prop_assert!(overlay.nodes().all(|node| overlay.from_index(overlay.to_index(node)) == node));
        prop_assert_eq!(is_cyclic_directed(&overlay), is_cyclic_directed(&anew));
        let ends = |snapshot: &Snapshot| -> Vec<(Node, Node)> {
            snapshot.edge_references().map(|edge| (edge.source(), edge.target())).collect()
        };
        let left: Vec<(Node, Node)> = ends(&overlay).into_iter().map(|(from, to)| (rank(from), rank(to))).collect();
        prop_assert_eq!(left, ends(&anew));
    }

    #[test]
    fn an_overlay_of_an_overlay_is_one_overlay(drawing in drawing(), first in 0_u32..12, second in 0_u32..12) {
        let snapshot = drawing.snapshot;
        prop_assume!(first != second && (first.max(second) as usize) < snapshot.len());
        let both = snapshot.without("both", &[Node(first), Node(second)]);
        let once = snapshot.without("one", &[Node(first)]);
        let second = once.node_of(&snapshot.entity(Node(second)).id).unwrap();
        let twice = once.without("both", &[second]);
        let ids = |of: &Snapshot| of.nodes().map(|node| of.entity(node).id.clone()).collect::<Vec<_>>();
        prop_assert_eq!(ids(&both), ids(&twice));
        prop_assert_eq!(ids(&snapshot).len(), snapshot.len(), "the base is untouched");
        prop_assert_eq!(twice.scenario_name(), Some("both"));
    }

    #[test]
    fn every_hit_has_a_path_that_begins_where_the_failure_does(drawing in drawing()) {
        let Drawing { snapshot, seeds } = drawing;
        let mut question = BlastRadius::of(Node(0));
        question.nodes = seeds.iter().map(|(node, _)| *node).collect();
        let names: BTreeSet<String> = question.nodes.iter().map(|node| snapshot.entity(*node).name.clone()).collect();
        for hit in blast_radius(&snapshot, &question).value {
            prop_assert_eq!(hit.path.len(), 2 * hit.hops + 1, "{:?}", hit.path);
            prop_assert!(names.contains(&hit.path[0]), "{:?}", hit.path);
            prop_assert_eq!(hit.path.last(), Some(&hit.entity.name));
            prop_assert!(hit.at_least <= hit.state);
        }
    }
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn the_blast_radius_of_estates_is_the_fixed_point_now_then_and_what_if(first in files(), second in files()) {
        let twin = Twin::in_memory();
        twin.apply(first, time("09:00")).unwrap();
        twin.apply(second, time("10:00")).unwrap();
        let now = At::now(time("10:00"));
        let then = twin.snapshot(now.valid(time("09:30")));
        let head = twin.snapshot(now);
        let gone: Vec<Node> = head.nodes().step_by(3).collect();
        let what_if = head.without("some are gone", &gone);
        for snapshot in [head, then, what_if] {
            for node in snapshot.nodes() {
                let seeds = [(node, State::Down)];
                for (hazard, worst) in [(Hazard::Outage, true), (Hazard::Outage, false), (Hazard::Removal, true)] {
                    let slow = naive_spread(&snapshot, &seeds, hazard, worst);
                    prop_assert_eq!(states(&snapshot, &seeds, hazard, worst), slow);
                }
            }
        }
    }
}

#[test]
fn who_has_too_few_members_left_is_down_before_anything_fails() {
    let twin = Twin::in_memory();
    let balanced = "file a
        Workload:caller
        joins net
        calls/required Workload:other
        connectsTo host:api
        Workload:other
        LoadBalancer:api
        known host:api@net
        joins net
        routesTo select:net?app=api
        Workload:one
        joins net
        label app=api
        Workload:two
        joins net
        label app=api";
    crate::support::apply(&twin, balanced);
    let head = twin.snapshot(At::now(time("09:00")));
    let remove = |names: &[&str]| {
        let change = |name: &&str| Change::remove(head.find(name).unwrap());
        names.iter().map(change).fold(head.scenario("smaller"), Scenario::with).snapshot()
    };
    let nothing = BlastRadius { nodes: Vec::new(), ..BlastRadius::of(Node(0)) };
    let down = |snapshot: &Snapshot| -> Vec<(String, State, usize)> {
        let hits = blast_radius(snapshot, &nothing).value.into_iter();
        hits.map(|hit| (hit.entity.name, hit.at_least, hit.hops)).collect()
    };
    assert_eq!(down(&remove(&["one"])), [], "one of two is enough");
    let without = remove(&["one", "two"]);
    let hits = down(&without);
    assert_eq!(hits[0], ("api".to_owned(), State::Down, 0), "{hits:?}");
    assert!(!hits.iter().any(|(name, ..)| name == "other"), "{hits:?}");
    let asked = blast_radius(&without, &BlastRadius::of(without.find("other").unwrap())).value;
    assert!(asked.iter().any(|hit| hit.entity.name == "api" && hit.at_least == State::Down), "{asked:?}");
}

#[test]
fn cases_of_blast_radius_and_cycles() {
    check(
        "file a
         Workload:front
           calls/required Workload:back
         Workload:back
           calls/optional Workload:ads
           calls/required Workload:front
         Workload:ads
         ask blast_radius ads
           back degraded degraded 1
           front degraded degraded 2
         ask cycles
           back front",
    );
    check(
        "file a
         Workload:caller
           joins net
           connectsTo host:api
         LoadBalancer:api
           known host:api@net
           joins net
           routesTo select:net?app=api
         Workload:one
           joins net
           label app=api
         Workload:two
           joins net
           label app=api
         ask blast_radius one
           api degraded degraded 1
           caller degraded degraded 1
         ask blast_radius nothing
           error: unknown entity \"nothing\"",
    );
}
