//! What is measured of a partition.

use crate::analysis::extraction::{CallGraph, PartitionMeasures};

/// The sizes of groups that are neither too small nor too large to be services.
const NOT_EXTREME: std::ops::RangeInclusive<usize> = 5..=20;

/// `groups` has the group of each module, from 0 to before `count`; each group has a module.
pub(super) fn measures(graph: &CallGraph<'_>, groups: &[usize], count: usize) -> PartitionMeasures {
    let mut sizes = vec![0_usize; count];
    groups.iter().for_each(|group| sizes[*group] += 1);
    PartitionMeasures {
        modularity: modularity(graph, groups, count),
        icp: icp(graph, groups),
        structural_modularity: structural_modularity(graph, groups, &sizes),
        interface_number: interface_number(graph, groups, count),
        non_extreme_distribution: non_extreme_distribution(&sizes),
    }
}

/// Σ over groups of L/m - (d/2m)², with L the calls inside, d the calls at their modules, those to themselves twice, and m all calls.
fn modularity(graph: &CallGraph<'_>, groups: &[usize], count: usize) -> f64 {
    if graph.all_calls == 0 {
        return 0.0;
    }
    let all = graph.all_calls as f64;
    let (mut inside, mut degrees) = (vec![0_u64; count], vec![0_u64; count]);
    for ((from, to), calls) in &graph.calls {
        let (from, to) = (groups[*from], groups[*to]);
        degrees[from] += calls;
        degrees[to] += calls;
        inside[from] += if from == to { *calls } else { 0 };
    }
    let part = |(inside, degree): (&u64, &u64)| *inside as f64 / all - (*degree as f64 / (2.0 * all)).powi(2);
    inside.iter().zip(&degrees).map(part).sum::<f64>()
}

fn icp(graph: &CallGraph<'_>, groups: &[usize]) -> f64 {
    if graph.all_calls == 0 {
        return 0.0;
    }
    let across = graph.calls.iter().filter(|((from, to), _)| groups[*from] != groups[*to]);
    across.map(|(_, calls)| calls).sum::<u64>() as f64 / graph.all_calls as f64
}

/// Inside a group of m modules m² pairs may be joined, between groups of m and n modules 2mn.
fn structural_modularity(graph: &CallGraph<'_>, groups: &[usize], sizes: &[usize]) -> f64 {
    let count = sizes.len() as f64;
    let (mut inside, mut between) = (0.0, 0.0);
    for (from, to) in graph.calls.keys().map(|(from, to)| (groups[*from], groups[*to])) {
        let pairs = sizes[from] as f64 * sizes[to] as f64;
        match from == to {
            true => inside += 1.0 / pairs,
            false => between += 1.0 / (2.0 * pairs),
        }
    }
    let mean = |sum: f64, count: f64| if count > 0.0 { sum / count } else { 0.0 };
    mean(inside, count) - mean(between, count * (count - 1.0) / 2.0)
}

fn interface_number(graph: &CallGraph<'_>, groups: &[usize], count: usize) -> f64 {
    let mut is_called = vec![false; groups.len()];
    let across = graph.calls.keys().filter(|(from, to)| groups[*from] != groups[*to]);
    across.for_each(|(_, to)| is_called[*to] = true);
    let called = is_called.iter().filter(|is_called| **is_called).count();
    if count == 0 { 0.0 } else { called as f64 / count as f64 }
}

fn non_extreme_distribution(sizes: &[usize]) -> f64 {
    let all: usize = sizes.iter().sum();
    let fitting: usize = sizes.iter().filter(|size| NOT_EXTREME.contains(size)).sum();
    if all == 0 { 0.0 } else { 1.0 - fitting as f64 / all as f64 }
}
