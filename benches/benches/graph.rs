//! Loading a graph and asking what a failure reaches, beside petgraph on the same graph. Results are checked equal before anything is measured.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::Duration;

use benches::synthetic::Synthetic;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{Bfs, Reversed};
use twin_core::analysis::{Hazard, spread, structural_reach};
use twin_core::graph::{Node, Snapshot};
use twin_core::schema::State;

const SIZES: [u32; 2] = [10_000, 100_000];
const NEEDS: u32 = 5;

fn load(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("load");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
    for size in SIZES {
        let synthetic = Synthetic::new(size, NEEDS);
        group.bench_function(BenchmarkId::new("twin", size), |bencher| bencher.iter(|| snapshot(&synthetic)));
        group.bench_function(BenchmarkId::new("petgraph", size), |bencher| bencher.iter(|| petgraph(&synthetic)));
    }
    group.finish();
}

fn blast_radius(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("blast_radius");
    group.sample_size(20).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    for size in SIZES {
        let synthetic = Synthetic::new(size, NEEDS);
        let (twin, peer, seed) = (snapshot(&synthetic), petgraph(&synthetic), synthetic.hub());
        check_equal(&twin, &peer, seed);
        group.bench_function(BenchmarkId::new("twin states", size), |bencher| {
            bencher.iter(|| spread(&twin, black_box(&[(Node(seed), State::Down)]), Hazard::Outage, true));
        });
        group.bench_function(BenchmarkId::new("twin reach", size), |bencher| {
            bencher.iter(|| structural_reach(&twin, black_box(&[Node(seed)])));
        });
        group.bench_function(BenchmarkId::new("petgraph", size), |bencher| {
            bencher.iter(|| reached(&peer, black_box(seed)));
        });
    }
    group.finish();
}

fn snapshot(synthetic: &Synthetic) -> Snapshot {
    synthetic.snapshot().expect("the table is whole")
}

fn petgraph(synthetic: &Synthetic) -> DiGraph<String, ()> {
    let mut graph = DiGraph::with_capacity(synthetic.names.len(), synthetic.edges.len());
    for name in &synthetic.names {
        graph.add_node(name.clone());
    }
    let index = |place: u32| NodeIndex::new(place as usize);
    graph.extend_with_edges(synthetic.edges.iter().map(|(from, to)| (index(*from), index(*to))));
    graph
}

fn reached(graph: &DiGraph<String, ()>, seed: u32) -> Vec<u32> {
    let against = Reversed(graph);
    let mut search = Bfs::new(against, NodeIndex::new(seed as usize));
    std::iter::from_fn(|| search.next(against)).map(|node| node.index() as u32).collect()
}

fn check_equal(twin: &Snapshot, peer: &DiGraph<String, ()>, seed: u32) {
    let expected: BTreeSet<u32> = reached(peer, seed).into_iter().collect();
    let reach: BTreeSet<u32> = structural_reach(twin, &[Node(seed)]).keys().map(|node| node.0).collect();
    let states = spread(twin, &[(Node(seed), State::Down)], Hazard::Outage, true);
    let down = twin.nodes().filter(|node| states.state(*node) == State::Down).map(|node| node.0);
    assert_eq!(reach, expected, "reachability differs");
    assert_eq!(down.collect::<BTreeSet<u32>>(), expected, "states differ");
    println!("{} of {} nodes are reached, the same by all", expected.len(), twin.len());
}

criterion_group!(graph, load, blast_radius);
criterion_main!(graph);
