//! Bounds on an availability whose diagram is too large: the most probable partial states are decided first, and what is left undecided is the gap.
//!
//! After Dotson and Gobien (1979), "A new analysis technique for probabilistic graphs": of a partial state, find a set of components that suffices; the part in which all of them
//! are up is decided, and the rest falls apart by the first of them that is down.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::simulate::availability::order::Visit;
use crate::simulate::availability::structure::{Gate, Structure};

/// How the probability is shared out. Each part is a sum of what is not negative.
pub(super) struct Mass {
    /// States in which the entry is up.
    pub up: f64,
    /// States in which it is down.
    pub down: f64,
    /// States that nobody looked at.
    pub undecided: f64,
}

/// Components and gates that one enumeration may look at and keep, over all its states: a second and 50 MB or so.
const MOST_WORK: usize = 50_000_000;

/// Looks at no more than so many partial states. O(states (components + gates)).
pub(super) fn enumerate(structure: &Structure, visit: &Visit, most_states: usize) -> Mass {
    let size = (structure.up.len() + structure.gates.len()).max(1);
    let states = most_states.min(MOST_WORK / size).max(1);
    let mut mass = Mass { up: 0.0, down: 0.0, undecided: 0.0 };
    let mut waiting = BinaryHeap::from([Partial { mass: 1.0, number: 0, own: vec![Own::Unknown; structure.up.len()] }]);
    let mut number = 0;
    for _ in 0..states {
        let Some(partial) = waiting.pop().filter(|_| number <= MOST_WORK / size) else { break };
        let Some(path) = path(structure, visit, &partial.own) else {
            mass.down += partial.mass;
            continue;
        };
        let mut rest = partial;
        for component in path {
            let mut own = rest.own.clone();
            own[component] = Own::Down;
            number += 1;
            let lost = rest.mass * structure.down[component];
            waiting.extend((lost > 0.0).then_some(Partial { mass: lost, number, own }));
            rest.own[component] = Own::Up;
            rest.mass *= structure.up[component];
        }
        mass.up += rest.mass;
    }
    mass.undecided = waiting.into_sorted_vec().iter().map(|partial| partial.mass).sum();
    mass
}

/// What is known of a component's own state.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Own {
    Unknown,
    Up,
    Down,
}

/// All states that agree on some components.
struct Partial {
    mass: f64,
    /// When it was made: of equals the earlier comes first.
    number: usize,
    own: Vec<Own>,
}

impl Ord for Partial {
    fn cmp(&self, other: &Self) -> Ordering {
        self.mass.total_cmp(&other.mass).then(other.number.cmp(&self.number))
    }
}

impl PartialOrd for Partial {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Partial {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Partial {}

/// Components of unknown state which, if they are up, suffice for the entry; `None` if all of them together do not.
fn path(structure: &Structure, visit: &Visit, own: &[Own]) -> Option<Vec<usize>> {
    let (is_up, is_met) = best(structure, visit, own);
    if !is_up[visit.entry] {
        return None;
    }
    let mut is_needed = vec![false; is_up.len()];
    is_needed[visit.entry] = true;
    let mut waiting = vec![visit.entry];
    let mut path = Vec::new();
    while let Some(component) = waiting.pop() {
        path.extend((own[component] == Own::Unknown).then_some(component));
        let mut gates: Vec<usize> = structure.requires[component].clone().next_back().into_iter().collect();
        while let Some(gate) = gates.pop() {
            match &structure.gates[gate] {
                Gate::Component(other) if !std::mem::replace(&mut is_needed[*other], true) => waiting.push(*other),
                Gate::Component(_) => {}
                Gate::AtLeast(count, parts) => {
                    gates.extend(parts.iter().filter(|part| is_met[**part]).take(*count));
                }
            }
        }
    }
    Some(path)
}

/// Which components are up and which gates are met, if all that is unknown is up.
fn best(structure: &Structure, visit: &Visit, own: &[Own]) -> (Vec<bool>, Vec<bool>) {
    let mut is_up: Vec<bool> = own.iter().map(|own| *own != Own::Down).collect();
    let mut is_met = vec![true; structure.gates.len()];
    loop {
        let mut is_settled = true;
        for component in &visit.upwards {
            let mut holds = own[*component] != Own::Down;
            for gate in structure.requires[*component].clone() {
                is_met[gate] = match &structure.gates[gate] {
                    Gate::Component(other) => is_up[*other],
                    Gate::AtLeast(count, parts) => parts.iter().filter(|part| is_met[**part]).count() >= *count,
                };
            }
            holds &= structure.requires[*component].clone().next_back().is_none_or(|gate| is_met[gate]);
            is_settled &= holds == std::mem::replace(&mut is_up[*component], holds);
        }
        if is_settled || !visit.has_circles {
            return (is_up, is_met);
        }
    }
}
