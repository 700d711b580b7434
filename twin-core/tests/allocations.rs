//! How often memory is asked for. The allocator of the whole program counts, so these tests have a program of their own.

use allocation_counter::{AllocationInfo, measure};
use twin_core::analysis::{Affected, Hazard};
use twin_core::graph::{EdgeChange, Node, Snapshot};
use twin_core::schema::{Propagation, State};
use twin_core::testkit::{NEEDS, graph_of_pairs};

const SIZES: [u32; 3] = [2_000, 20_000, 200_000];

/// A tree in which each thing needs the one of half its number.
fn tree(nodes: u32) -> Snapshot {
    let edges: Vec<(u32, u32)> = (1..nodes).map(|node| (node, node / 2)).collect();
    graph_of_pairs(nodes, &edges, Propagation::new(State::None, State::None, State::Down)).unwrap()
}

fn moved(from: u32, to: u32) -> [EdgeChange; 2] {
    let gone = EdgeChange::Remove { from: Node(from), relation: NEEDS, to: Node(from / 2) };
    [gone, EdgeChange::add(Node(from), NEEDS, Node(to))]
}

/// What editing a tree asks for, while nothing of it is dropped.
fn editing(graph: &Snapshot, changes: &[EdgeChange]) -> AllocationInfo {
    let mut edited = None;
    let info = measure(|| edited = Some(graph.edited(changes).unwrap()));
    assert_eq!(edited.unwrap().topology().edges(), graph.topology().edges());
    info
}

#[test]
fn a_question_of_who_is_affected_asks_for_memory_as_often_in_a_large_graph_as_in_a_small_one() {
    let counts = SIZES.map(|nodes| {
        let graph = tree(nodes);
        let all = |search: &mut Affected<'_>| search.by(&[(Node(0), State::Down)]).len();
        assert_eq!(
            all(&mut Affected::new(&graph, Hazard::Outage, true)),
            nodes as usize,
            "the thread has its lists now"
        );
        let first = measure(|| assert_eq!(all(&mut Affected::new(&graph, Hazard::Outage, true)), nodes as usize));
        let mut search = Affected::new(&graph, Hazard::Outage, true);
        let next = measure(|| assert_eq!(all(&mut search), nodes as usize));
        assert_eq!(next.count_total, 0, "nothing between searches");
        assert!(first.bytes_total < 1_000, "{} bytes for {nodes} nodes", first.bytes_total);
        first.count_total
    });
    assert!(counts.iter().all(|count| *count == counts[0] && *count < 8), "{counts:?}");
}

#[test]
fn one_changed_edge_asks_for_memory_as_often_in_a_large_graph_as_in_a_small_one() {
    let counts = SIZES.map(|nodes| editing(&tree(nodes), &moved(nodes - 1, 5)).count_total);
    assert!(counts.iter().all(|count| *count == counts[0] && *count < 50), "{counts:?}");
}

#[test]
fn lists_that_change_together_are_written_together() {
    let graph = tree(20_000);
    let one = editing(&graph, &moved(10_001, 5)).count_total;
    let edges: Vec<EdgeChange> = (0..100).flat_map(|at| moved(10_001 + 2 * at, 5_100 + at)).collect();
    let many = editing(&graph, &edges).count_total;
    // Three hundred lists on four pages; what grows is the columns, by doubling.
    assert!(many < one + 40, "{one} and {many}");
}
