//! Availability: how often something is up that needs other things, some of which stand in for each other and some of which are shared.
//!
//! Exact, by a reduced ordered binary decision diagram (Bryant 1986, "Graph-based algorithms for Boolean function manipulation"): what is reached twice is one thing that fails
//! once. Where the diagram would grow over its budget, bounds that hold for sure are told instead.
//!
//! Circles are legal: a component is down if it fails by itself or if what is down leaves it without what it requires, and nothing else takes it down. So two components that
//! require each other are up while neither fails. It is the least fixed point of being down, as with the blast radius.

mod bounds;
mod diagram;
mod frontier;
mod order;
mod structure;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::answer::{Interval, IntervalKind};
use crate::base::Result;
use crate::simulate::availability::bounds::Mass;
use crate::simulate::availability::diagram::Diagram;
use crate::simulate::availability::frontier::Frontier;
use crate::simulate::availability::order::{Arrangement, Visit};
use crate::simulate::availability::structure::Structure;

/// Minutes of a month: 30 days.
const MINUTES_PER_MONTH: f64 = 30.0 * 24.0 * 60.0;

/// Something that is up or down.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// Its name.
    pub id: String,
    /// The probability that it does not fail by itself, independently of all others.
    pub availability: f64,
    /// The probability that it does. Kept beside the other, because the difference to 1 loses the digits that matter.
    pub unavailability: f64,
    /// What must be up for it to be up; `None` is nothing.
    pub requires: Option<Requirement>,
}

/// What must be up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Requirement {
    /// One component.
    Component(String),
    /// Everything of a list; nothing of an empty one.
    All(Vec<Requirement>),
    /// Anything of a list. An empty one is never met.
    Any(Vec<Requirement>),
    /// At least `k` of a list. What stands in it twice counts twice.
    AtLeast {
        /// How many.
        k: usize,
        /// Of what.
        of: Vec<Requirement>,
    },
}

impl Component {
    /// A component by its availability, which is taken as the decimal number it is written as: the unavailability of 0.99999 is 0.00001, to the last digit.
    pub fn new(id: impl Into<String>, availability: f64) -> Self {
        Component { id: id.into(), availability, unavailability: complement(availability), requires: None }
    }

    /// A component by its unavailability, where that is what is known.
    pub fn with_unavailability(id: impl Into<String>, unavailability: f64) -> Self {
        Component { id: id.into(), availability: complement(unavailability), unavailability, requires: None }
    }

    /// The same component with what it requires.
    #[must_use]
    pub fn requiring(self, requirement: Requirement) -> Self {
        Component { requires: Some(requirement), ..self }
    }
}

/// One minus a number, as decimals.
fn complement(value: f64) -> f64 {
    let exactly = || {
        let decimal: Decimal = value.to_string().parse().ok()?;
        (Decimal::ONE - decimal).to_string().parse().ok()
    };
    let is_near_one = (0.5..=1.0).contains(&value);
    is_near_one.then(exactly).flatten().unwrap_or(1.0 - value)
}

impl Requirement {
    /// A component by its name.
    pub fn component(id: impl Into<String>) -> Self {
        Requirement::Component(id.into())
    }

    fn parts(&self) -> &[Requirement] {
        match self {
            Requirement::Component(_) => &[],
            Requirement::All(parts) | Requirement::Any(parts) | Requirement::AtLeast { of: parts, .. } => parts,
        }
    }

    fn take_parts(&mut self) -> Vec<Requirement> {
        match self {
            Requirement::Component(_) => Vec::new(),
            Requirement::All(parts) | Requirement::Any(parts) | Requirement::AtLeast { of: parts, .. } => {
                std::mem::take(parts)
            }
        }
    }
}

/// Parts are dropped one after the other, so that depth costs no stack.
impl Drop for Requirement {
    fn drop(&mut self) {
        let mut waiting = self.take_parts();
        while let Some(mut part) = waiting.pop() {
            waiting.append(&mut part.take_parts());
        }
    }
}

/// How often an entry is up.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Availability {
    /// The probability that the entry is up.
    pub availability: f64,
    /// The probability that it is down, to the same relative accuracy.
    pub unavailability: f64,
    /// The unavailability as minutes of a month of 30 days.
    pub downtime_minutes_per_month: f64,
    /// Where the unavailability lies for sure, if it was not computed exactly; the numbers above are then the middle.
    pub unavailability_bounds: Option<Interval>,
    /// The components whose own state can change the entry's, most important first, equals as they stand. Empty where only bounds are known.
    pub importance: Vec<ComponentImportance>,
}

/// How much depends on one component.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct ComponentImportance {
    /// Its name.
    pub component: String,
    /// Birnbaum's importance (1969): the probability that the entry is up if the component does not fail by itself, less that if it does.
    pub birnbaum: f64,
    /// Minutes of downtime of the entry per month that would not be if the component never failed by itself.
    pub downtime_minutes_per_month: f64,
}

/// How large the work may grow.
#[derive(Clone, Copy, Debug)]
struct Budget {
    /// Nodes of a diagram.
    nodes: usize,
    /// Partial states that are looked at for bounds.
    states: usize,
}

/// States of a frontier that are followed without looking for anything better: a millisecond or two.
const FEW_STATES: f64 = 16_384.0;

/// A diagram of 60 components takes some hundreds of nodes; half a million take about a second.
const BUDGET: Budget = Budget { nodes: 500_000, states: 20_000 };

/// Computes how often an entry is up.
///
/// Where few components are shared at a time, the diagram is made by following which of those are up. Else it takes its variables in the order in which a walk from the entry meets
/// them, then in others, until one stays within the budget of 500,000 nodes. One pass up and one down over it give the probability and all importances. Over the budget: bounds from the
/// most probable partial states.
///
/// # Errors
/// `Unknown` for an entry or requirement that is no component; `Invalid` for an id given twice, a probability outside of 0 to 1, an availability and unavailability that do not add
/// up to 1, and `k` of fewer than `k`.
pub fn availability(components: &[Component], entry: &str) -> Result<Availability> {
    availability_within(components, entry, BUDGET)
}

fn availability_within(components: &[Component], entry: &str, budget: Budget) -> Result<Availability> {
    let structure = Structure::new(components)?;
    let entry = structure.place(entry)?;
    for arrangement in Arrangement::WALKS {
        let visit = Visit::new(&structure, entry, arrangement).upwards();
        let few = FEW_STATES.min(budget.nodes as f64);
        let few = Frontier::of(&structure, &visit).filter(|frontier| frontier.most_states <= few);
        if let Some(diagram) = few.and_then(|frontier| Diagram::of(&frontier.levels(), budget.nodes)) {
            return Ok(exact(components, &structure, &visit, &diagram));
        }
    }
    // Most diagrams are small in one order or another: none gets the whole budget before all had a part of it.
    for nodes in [256, 16, 1].map(|part| budget.nodes / part) {
        for arrangement in Arrangement::ALL {
            let visit = Visit::new(&structure, entry, arrangement);
            if let Some(diagram) = Diagram::new(&structure, &visit, nodes) {
                return Ok(exact(components, &structure, &visit, &diagram));
            }
        }
    }
    let visit = Visit::new(&structure, entry, Arrangement::FirstMet);
    Ok(bounded(bounds::enumerate(&structure, &visit, budget.states)))
}

fn exact(components: &[Component], structure: &Structure, visit: &Visit, diagram: &Diagram) -> Availability {
    let chances = diagram.chances(structure, visit);
    let (up, down) = (told(chances.up), told(chances.down));
    let gains = chances.importance.into_iter();
    let mut importance: Vec<(usize, f64)> = gains.map(|(component, gain)| (component, told(gain))).collect();
    importance.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let row = |(component, birnbaum): (usize, f64)| ComponentImportance {
        component: components[component].id.clone(),
        birnbaum,
        downtime_minutes_per_month: told(birnbaum * components[component].unavailability * MINUTES_PER_MONTH),
    };
    Availability {
        availability: up,
        unavailability: down,
        downtime_minutes_per_month: told(down * MINUTES_PER_MONTH),
        unavailability_bounds: None,
        importance: importance.into_iter().map(row).collect(),
    }
}

/// To thirteen digits. What comes after them depends on the order in which parts were added up, and so on what else there is: without it, what is alike is equal, and what a change does
/// not touch differs by nothing.
fn told(value: f64) -> f64 {
    format!("{value:.12e}").parse().unwrap_or(value)
}

fn bounded(mass: Mass) -> Availability {
    let (low, high) = (mass.down, (mass.down + mass.undecided).min(1.0));
    let unavailability = low + mass.undecided / 2.0;
    Availability {
        availability: mass.up + mass.undecided / 2.0,
        unavailability,
        downtime_minutes_per_month: unavailability * MINUTES_PER_MONTH,
        unavailability_bounds: Some(Interval { kind: IntervalKind::Bounds, low, high }),
        importance: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
