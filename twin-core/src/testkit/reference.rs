//! Slow and obvious versions of analyses, to hold the fast ones against.

use std::collections::BTreeSet;

use crate::analysis::Hazard;
use crate::graph::{EdgeRef, Node, Snapshot};
use crate::schema::{State, Variant};

/// The worst state that reaches each node: every rule is applied to everything until nothing changes. O(states · entities · (relations + groups)).
///
/// A group weighs always: where a scenario left fewer than k members, the owner is down before anything fails.
pub fn naive_spread(snapshot: &Snapshot, seeds: &[(Node, State)], hazard: Hazard, worst: bool) -> Vec<State> {
    let mut states = vec![State::None; snapshot.bound()];
    for (node, state) in seeds {
        raise(&mut states, *node, *state);
    }
    let begins: BTreeSet<Node> = seeds.iter().map(|(node, _)| *node).collect();
    loop {
        let before = states.clone();
        for edge in snapshot.edges().filter(|edge| !is_governed(snapshot, edge.from, edge.to)) {
            let Some(variant) = variant(snapshot, &edge, worst) else { continue };
            let dropped = hazard == Hazard::Removal && begins.contains(&edge.to) && variant.name == "optional";
            if !dropped {
                let arriving = variant.forward.of(states[edge.to.index()]);
                raise(&mut states, edge.from, arriving);
            }
            if !is_governed(snapshot, edge.to, edge.from) {
                let arriving = variant.reverse.of(states[edge.from.index()]);
                raise(&mut states, edge.to, arriving);
            }
        }
        for place in 0..snapshot.group_count() {
            if let Some((owner, state)) = weigh(snapshot, place, &states) {
                raise(&mut states, owner, state);
            }
        }
        if states == before {
            return states;
        }
    }
}

fn raise(states: &mut [State], node: Node, state: State) {
    states[node.index()] = states[node.index()].max(state);
}

fn variant(snapshot: &Snapshot, edge: &EdgeRef<'_>, worst: bool) -> Option<Variant> {
    let row = snapshot.schema().relation(edge.edge.relation.as_str()).ok()?;
    let (mildest, severest) = row.range(edge.edge.variant.as_deref());
    Some(if worst { severest } else { mildest })
}

/// Whether some group names the one as its owner and the other as a member: it alone says what the member does to the owner, and the owner does nothing
/// to the member by the relation in which it needs it.
fn is_governed(snapshot: &Snapshot, owner: Node, member: Node) -> bool {
    let mut groups = (0..snapshot.group_count()).filter_map(|place| snapshot.group(place));
    groups.any(|(own, mut members, _)| own == owner && members.any(|other| other == member))
}

fn weigh(snapshot: &Snapshot, place: u32, states: &[State]) -> Option<(Node, State)> {
    let (owner, members, k) = snapshot.group(place)?;
    let states: Vec<State> = members.map(|member| states[member.index()]).collect();
    let up = states.iter().filter(|state| **state != State::Down).count();
    let hurt = states.iter().any(|state| *state >= State::Degraded);
    match (up < k, hurt) {
        (true, _) => Some((owner, State::Down)),
        (false, true) => Some((owner, State::Degraded)),
        (false, false) => None,
    }
}
