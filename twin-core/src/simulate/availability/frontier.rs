//! Diagrams by the states of a frontier, where there are no circles: components are decided after all that they require, and of those decided all that matters is which of the ones that
//! somebody undecided requires are up.
//!
//! States that agree on the frontier go on alike, so that a level of the diagram has as many nodes as there are such states. That is the frontier method of Hardy, Lucet and Limnios
//! (2007), "K-terminal network reliability measures with binary decision diagrams", for components that require each other instead of networks.

use hashbrown::HashMap;

use crate::simulate::availability::order::Visit;
use crate::simulate::availability::structure::{Gate, Structure};

/// No component has this place.
const NOWHERE: u8 = u8::MAX;

/// The nodes of a diagram by level, from the first component on: where each state goes if the component fails by itself, and if it does not.
pub(super) struct Levels {
    pub levels: Vec<Vec<[u32; 2]>>,
    /// For each state after the last component, whether the entry is up.
    pub is_up: Vec<bool>,
}

/// Which components are decided and required by somebody who is not, in an order in which each comes after all that it requires.
pub(super) struct Frontier<'s> {
    structure: &'s Structure,
    order: &'s [usize],
    /// The place of each component in a state.
    places: Vec<u8>,
    /// By position, the places that nobody asks for once the component there is decided.
    left: Vec<u64>,
    /// How many states there may be, over all positions.
    pub most_states: f64,
}

impl<'s> Frontier<'s> {
    /// The frontier of a walk's components in the order in which the walk left them; `None` where there are circles, or more than 63 components would have to be kept at once. O(components + gates).
    pub fn of(structure: &'s Structure, visit: &'s Visit) -> Option<Self> {
        if visit.has_circles {
            return None;
        }
        let order = &visit.upwards[..];
        let mut last = vec![0; structure.up.len()];
        for (position, component) in order.iter().enumerate() {
            structure.needs(*component).for_each(|needed| last[needed] = position);
        }
        let mut frontier = Frontier {
            structure,
            order,
            places: vec![NOWHERE; structure.up.len()],
            left: vec![0; order.len()],
            most_states: 0.0,
        };
        let mut free: Vec<u8> = (0..63).rev().collect();
        let mut kept = 0;
        for (position, component) in order.iter().enumerate() {
            frontier.most_states += f64::from(kept).exp2();
            frontier.places[*component] = free.pop()?;
            kept += 1;
            for needed in structure.needs(*component) {
                let bit = 1 << frontier.places[needed];
                if last[needed] == position && frontier.left[position] & bit == 0 {
                    frontier.left[position] |= bit;
                    free.push(frontier.places[needed]);
                    kept -= 1;
                }
            }
        }
        Some(frontier)
    }

    /// The levels of the diagram. O(states · gates).
    pub fn levels(&self) -> Levels {
        let mut levels = Vec::with_capacity(self.order.len());
        let mut states: Vec<u64> = vec![0];
        let mut met = Vec::new();
        for (component, left) in self.order.iter().zip(&self.left) {
            let bit = 1 << self.places[*component];
            let (mut next, mut numbers) = (Vec::new(), HashMap::new());
            let mut number = |state: u64| {
                *numbers.entry(state).or_insert_with(|| {
                    next.push(state);
                    next.len() as u32 - 1
                })
            };
            let ways = states.iter().map(|state| {
                let is_met = self.is_met(*component, *state, &mut met);
                let fails = number(state & !left);
                let holds = if is_met { number((state | bit) & !left) } else { fails };
                [fails, holds]
            });
            levels.push(ways.collect());
            states = next;
        }
        let entry = self.order.last().map_or(0, |entry| 1 << self.places[*entry]);
        Levels { levels, is_up: states.iter().map(|state| state & entry != 0).collect() }
    }

    /// Whether a component has what it requires in a state.
    fn is_met(&self, component: usize, state: u64, met: &mut Vec<bool>) -> bool {
        let range = self.structure.requires[component].clone();
        met.clear();
        for gate in &self.structure.gates[range.clone()] {
            let is_met = match gate {
                Gate::Component(other) => state & (1 << self.places[*other]) != 0,
                Gate::AtLeast(count, parts) => parts.iter().filter(|part| met[*part - range.start]).count() >= *count,
            };
            met.push(is_met);
        }
        met.last().copied().unwrap_or(true)
    }
}
