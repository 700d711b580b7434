//! Who calls whom in an incident, without the calls that only lead back.

/// Calls as places in the list of nodes.
pub(super) struct Calls {
    pub called: Vec<Vec<usize>>,
    pub callers: Vec<Vec<usize>>,
    /// How many calls lead from the symptom to each node; `None` if none do.
    pub hops: Vec<Option<usize>>,
    pub symptom: usize,
}

impl Calls {
    /// Of pairs of places, each once. In a circle only calls that lead away from the symptom are kept, or everything in it would explain everything else. O(nodes + calls).
    pub fn new(count: usize, pairs: &[(usize, usize)], symptom: usize) -> Self {
        let (called, callers) = lists(count, pairs);
        let hops = hops(&called, symptom);
        let circles = circles(&called, &callers);
        let leads_away = |(from, to): &&(usize, usize)| circles[*from] != circles[*to] || hops[*from] < hops[*to];
        let kept: Vec<(usize, usize)> = pairs.iter().filter(leads_away).copied().collect();
        let (called, callers) = lists(count, &kept);
        Calls { called, callers, hops, symptom }
    }
}

fn lists(count: usize, pairs: &[(usize, usize)]) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
    let (mut called, mut callers) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    for (from, to) in pairs {
        called[*from].push(*to);
        callers[*to].push(*from);
    }
    (called, callers)
}

fn hops(called: &[Vec<usize>], symptom: usize) -> Vec<Option<usize>> {
    let mut hops = vec![None; called.len()];
    hops[symptom] = Some(0);
    let mut level = vec![symptom];
    for far in 1.. {
        let reached: Vec<usize> = level.iter().flat_map(|node| &called[*node]).copied().collect();
        level.clear();
        for node in reached {
            if hops[node].is_none() {
                hops[node] = Some(far);
                level.push(node);
            }
        }
        if level.is_empty() {
            break;
        }
    }
    hops
}

/// A number for each node, the same for those that reach each other: the algorithm of Kosaraju and Sharir, without recursion.
fn circles(called: &[Vec<usize>], callers: &[Vec<usize>]) -> Vec<usize> {
    let mut met = vec![false; called.len()];
    let mut left = Vec::with_capacity(called.len());
    for root in 0..called.len() {
        let mut way = if std::mem::replace(&mut met[root], true) { Vec::new() } else { vec![(root, 0)] };
        while let Some((node, next)) = way.pop() {
            match called[node].get(next) {
                Some(other) => {
                    way.push((node, next + 1));
                    if !std::mem::replace(&mut met[*other], true) {
                        way.push((*other, 0));
                    }
                }
                None => left.push(node),
            }
        }
    }
    let mut circles = vec![usize::MAX; called.len()];
    for root in left.into_iter().rev() {
        let mut waiting = vec![root];
        while let Some(node) = waiting.pop() {
            if circles[node] == usize::MAX {
                circles[node] = root;
                waiting.extend(&callers[node]);
            }
        }
    }
    circles
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// What can be reached from each node, by looking until nothing is new.
    fn reached(count: usize, pairs: &[(usize, usize)]) -> Vec<BTreeSet<usize>> {
        let mut reached: Vec<BTreeSet<usize>> = (0..count).map(|node| BTreeSet::from([node])).collect();
        loop {
            let before = reached.clone();
            pairs.iter().for_each(|(from, to)| reached[*from].extend(before[*to].iter().copied()));
            if reached == before {
                return reached;
            }
        }
    }

    proptest! {
        #[test]
        fn no_circle_is_left_and_everything_stays_reached(pairs in vec((0..9_usize, 0..9_usize), 0..30)) {
            let mut pairs: Vec<(usize, usize)> = pairs.into_iter().filter(|(from, to)| from != to).collect();
            pairs.sort_unstable();
            pairs.dedup();
            let calls = Calls::new(9, &pairs, 0);
            let kept: Vec<(usize, usize)> =
                (0..9).flat_map(|from| calls.called[from].iter().map(move |to| (from, *to))).collect();
            let (before, after) = (reached(9, &pairs), reached(9, &kept));
            prop_assert_eq!(&before[0], &after[0]);
            prop_assert!(kept.iter().all(|(from, to)| !after[*to].contains(from)));
            for (from, to) in &pairs {
                prop_assert!(kept.contains(&(*from, *to)) || before[*to].contains(from), "{} {}", from, to);
            }
            prop_assert!((0..9).all(|node| calls.hops[node].is_some() == before[0].contains(&node)));
        }
    }
}
