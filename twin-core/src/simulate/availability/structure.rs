//! Components and what they require as flat lists: gates stand after their parts, and nothing has to be followed by recursion.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::base::{Error, Result, shortened};
use crate::simulate::availability::{Component, Requirement};
use crate::simulate::check::{invalid, probability};

/// One part of a requirement. Parts of a gate are places of gates before it.
#[derive(Clone, Debug)]
pub(super) enum Gate {
    /// A component, by its place.
    Component(usize),
    /// At least so many of the parts: all of them, any of them, or in between.
    AtLeast(usize, Vec<usize>),
}

/// All components, by their places.
pub(super) struct Structure {
    places: BTreeMap<String, usize>,
    /// The probability that each is up by itself.
    pub up: Vec<f64>,
    /// The probability that it is not.
    pub down: Vec<f64>,
    /// All gates.
    pub gates: Vec<Gate>,
    /// The gates of each component; the last one is what it requires. Empty if it requires nothing.
    pub requires: Vec<Range<usize>>,
}

/// How far an availability and its unavailability may miss 1 together.
const ROUNDING: f64 = 1e-9;

impl Structure {
    pub fn new(components: &[Component]) -> Result<Self> {
        let mut structure = Structure {
            places: BTreeMap::new(),
            up: Vec::with_capacity(components.len()),
            down: Vec::with_capacity(components.len()),
            gates: Vec::new(),
            requires: Vec::with_capacity(components.len()),
        };
        for (place, component) in components.iter().enumerate() {
            structure.add(place, component)?;
        }
        for component in components {
            let start = structure.gates.len();
            if let Some(requirement) = &component.requires {
                structure.require(component, requirement)?;
            }
            structure.requires.push(start..structure.gates.len());
        }
        Ok(structure)
    }

    fn add(&mut self, place: usize, component: &Component) -> Result<()> {
        let name = shortened(&component.id);
        let up = probability(component.availability, format_args!("availability of component \"{name}\""))?;
        let down = probability(component.unavailability, format_args!("unavailability of component \"{name}\""))?;
        if (up + down - 1.0).abs() > ROUNDING {
            return Err(invalid(format!("component \"{name}\" is up by {up} and down by {down}: they must sum to 1")));
        }
        self.up.push(up);
        self.down.push(down);
        match self.places.insert(component.id.clone(), place) {
            None => Ok(()),
            Some(_) => Err(invalid(format!("component \"{name}\" is given twice: ids must differ"))),
        }
    }

    /// The place of a component.
    pub fn place(&self, id: &str) -> Result<usize> {
        let known = || Error::unknown("component", id, self.places.keys().map(String::as_str));
        self.places.get(id).copied().ok_or_else(known)
    }

    /// Adds the gates of a requirement, parts first.
    fn require(&mut self, component: &Component, requirement: &Requirement) -> Result<()> {
        let mut waiting = vec![(requirement, false)];
        let mut made: Vec<usize> = Vec::new();
        while let Some((requirement, has_parts)) = waiting.pop() {
            let parts = requirement.parts();
            if !has_parts && !parts.is_empty() {
                waiting.push((requirement, true));
                waiting.extend(parts.iter().rev().map(|part| (part, false)));
                continue;
            }
            let parts = made.split_off(made.len() - parts.len());
            let gate = self.gate(component, requirement, parts)?;
            made.push(self.gates.len());
            self.gates.push(gate);
        }
        Ok(())
    }

    fn gate(&self, component: &Component, requirement: &Requirement, parts: Vec<usize>) -> Result<Gate> {
        Ok(match requirement {
            Requirement::Component(id) => Gate::Component(self.place(id).map_err(|error| {
                let name = shortened(&component.id);
                Error::new(error.kind(), format!("required by component \"{name}\"")).because(error)
            })?),
            Requirement::All(_) => Gate::AtLeast(parts.len(), parts),
            Requirement::Any(_) => Gate::AtLeast(1, parts),
            Requirement::AtLeast { k, .. } if *k > parts.len() => {
                let (name, count) = (shortened(&component.id), parts.len());
                return Err(invalid(format!(
                    "k is {k} of {count} that component \"{name}\" requires: {count} at most"
                )));
            }
            Requirement::AtLeast { k, .. } => Gate::AtLeast(*k, parts),
        })
    }

    /// The components that one requires directly, as they are first named.
    pub fn needs(&self, component: usize) -> impl Iterator<Item = usize> + '_ {
        self.gates[self.requires[component].clone()].iter().filter_map(|gate| match gate {
            Gate::Component(other) => Some(*other),
            Gate::AtLeast(..) => None,
        })
    }
}
