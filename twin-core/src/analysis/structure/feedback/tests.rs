//! Feedback arc sets against all orders of the nodes.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::analysis::structure::feedback::{Arc, Circuit, bound, exact, heuristic};
use crate::base::{Context, Timestamp};

fn context() -> Context {
    Context::new(Timestamp::MIN)
}

/// The same on every machine.
fn cases() -> ProptestConfig {
    let rng_seed = RngSeed::Fixed(20_261_129);
    ProptestConfig { cases: 200, failure_persistence: None, rng_seed, ..ProptestConfig::default() }
}

/// A component; of arcs between the same two nodes the last one counts.
fn circuit(nodes: usize, arcs: &[(usize, usize, u32)]) -> Circuit {
    let pairs: std::collections::BTreeMap<(usize, usize), u32> =
        arcs.iter().filter(|(from, to, _)| from != to).map(|(from, to, weight)| ((*from, *to), *weight)).collect();
    let arcs = pairs.into_iter().map(|((from, to), weight)| Arc { from, to, weight: f64::from(weight) }).collect();
    Circuit { names: (0..nodes as u32).collect(), nodes, arcs, own_weight: 0.0 }
}

/// What leads back in an order.
fn back(circuit: &Circuit, places: &[usize]) -> f64 {
    circuit.arcs.iter().filter(|arc| places[arc.from] > places[arc.to]).map(|arc| arc.weight).sum()
}

/// The least that leads back in any order: each node is put at each place of each order of the others.
fn least_of_all_orders(circuit: &Circuit) -> f64 {
    let mut orders: Vec<Vec<usize>> = vec![vec![]];
    for node in 0..circuit.nodes {
        let with = |order: &Vec<usize>| {
            let order = order.clone();
            (0..=order.len()).map(move |at| [&order[..at], &[node], &order[at..]].concat()).collect::<Vec<_>>()
        };
        orders = orders.iter().flat_map(with).collect();
    }
    let places = |order: &Vec<usize>| {
        let mut places = vec![0; order.len()];
        order.iter().enumerate().for_each(|(place, node)| places[*node] = place);
        places
    };
    orders.iter().map(|order| back(circuit, &places(order))).fold(f64::INFINITY, f64::min)
}

fn is_order(places: &[usize]) -> bool {
    let mut sorted = places.to_vec();
    sorted.sort_unstable();
    sorted.into_iter().eq(0..places.len())
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn the_least_order_is_least_and_the_bound_lies_below_it(
        nodes in 1_usize..7,
        arcs in vec((0_usize..7, 0_usize..7, 0_u32..9), 0..30),
    ) {
        let arcs: Vec<_> = arcs.into_iter().map(|(from, to, weight)| (from % nodes, to % nodes, weight)).collect();
        let circuit = circuit(nodes, &arcs);
        let least = least_of_all_orders(&circuit);
        let places = exact::order(&circuit);
        prop_assert!(is_order(&places));
        prop_assert_eq!(back(&circuit, &places), least);
        let near = heuristic::order(&circuit, &context()).unwrap();
        prop_assert!(is_order(&near) && back(&circuit, &near) >= least);
        let bound = bound::packed_cycles(&circuit, &context()).unwrap();
        prop_assert!(bound <= least, "{} of {}", bound, least);
    }

    /// Beyond what all orders can tell, the two searches hold each other.
    #[test]
    fn the_heuristic_comes_near_the_least_order(arcs in vec((0_usize..12, 0_usize..12, 1_u32..9), 12..60)) {
        let circuit = circuit(12, &arcs);
        let least = back(&circuit, &exact::order(&circuit));
        let near = back(&circuit, &heuristic::order(&circuit, &context()).unwrap());
        prop_assert!(near >= least && near <= 1.5 * least + 8.0, "{} of {}", near, least);
        prop_assert!(bound::packed_cycles(&circuit, &context()).unwrap() <= least);
    }
}

#[test]
fn twenty_nodes_that_all_need_each_other_lose_half_of_their_relations() {
    let all = (0..20).flat_map(|from| (0..20).map(move |to| (from, to, 1)));
    let circuit = circuit(20, &all.collect::<Vec<_>>());
    assert_eq!(back(&circuit, &exact::order(&circuit)), 190.0);
    assert_eq!(bound::packed_cycles(&circuit, &context()).unwrap(), 190.0);
}
