//! Walks from the entry: what it reaches, in orders that keep diagrams small.

use crate::simulate::availability::structure::Structure;

/// How variables are put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrangement {
    /// As a walk in depth meets them.
    FirstMet,
    /// The same, taking whatever more hangs on first: Malik et al. (1988) go to the deepest first.
    HeaviestFirst,
    /// The same, taking whatever less hangs on first.
    LightestFirst,
    /// As a walk in breadth meets them.
    ByLevel,
    /// Each before all that it requires, directly or not.
    Downwards,
}

impl Arrangement {
    /// All, the best first.
    pub const ALL: [Arrangement; 5] = [
        Arrangement::FirstMet,
        Arrangement::Downwards,
        Arrangement::HeaviestFirst,
        Arrangement::LightestFirst,
        Arrangement::ByLevel,
    ];

    /// Those that differ in the order in which a walk in depth leaves components.
    pub const WALKS: [Arrangement; 3] = [Arrangement::FirstMet, Arrangement::HeaviestFirst, Arrangement::LightestFirst];
}

/// What an entry reaches.
pub(super) struct Visit {
    /// Where it began.
    pub entry: usize,
    /// The components in the order of variables.
    pub order: Vec<usize>,
    /// The components with what they require before them, as far as there are no circles.
    pub upwards: Vec<usize>,
    /// Whether there are circles.
    pub has_circles: bool,
}

impl Visit {
    /// O(components + gates), and what it takes to sort.
    pub fn new(structure: &Structure, entry: usize, arrangement: Arrangement) -> Self {
        let needs = |component: usize| structure.needs(component).collect::<Vec<usize>>();
        let plain = Walk::new(structure.up.len(), entry, needs);
        let walk = match arrangement {
            Arrangement::HeaviestFirst | Arrangement::LightestFirst => {
                let sorted = |component: usize| {
                    let mut needs = needs(component);
                    needs.sort_by_key(|other| plain.weight[*other]);
                    if arrangement == Arrangement::HeaviestFirst {
                        needs.reverse();
                    }
                    needs
                };
                Walk::new(structure.up.len(), entry, sorted)
            }
            _ => plain,
        };
        let order = match arrangement {
            Arrangement::ByLevel => by_level(structure, entry),
            Arrangement::Downwards => walk.left.iter().rev().copied().collect(),
            _ => walk.met,
        };
        Visit { entry, order, upwards: walk.left, has_circles: walk.has_circles }
    }

    /// The same with its variables in the order in which the walk left them: each after all that it requires, as far as there are no circles.
    pub fn upwards(self) -> Self {
        Visit { order: self.upwards.clone(), ..self }
    }
}

/// A walk in depth.
struct Walk {
    met: Vec<usize>,
    left: Vec<usize>,
    /// How many components were first met beneath each, itself included.
    weight: Vec<usize>,
    has_circles: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    New,
    Open,
    Left,
}

impl Walk {
    fn new(size: usize, entry: usize, needs: impl Fn(usize) -> Vec<usize>) -> Self {
        let mut walk = Walk { met: Vec::new(), left: Vec::new(), weight: vec![1; size], has_circles: false };
        let mut marks = vec![Mark::New; size];
        let mut calls = vec![(entry, needs(entry).into_iter())];
        marks[entry] = Mark::Open;
        walk.met.push(entry);
        while let Some((component, rest)) = calls.last_mut() {
            match rest.next() {
                Some(other) if marks[other] == Mark::New => {
                    marks[other] = Mark::Open;
                    walk.met.push(other);
                    calls.push((other, needs(other).into_iter()));
                }
                Some(other) => walk.has_circles |= marks[other] == Mark::Open,
                None => {
                    let component = *component;
                    marks[component] = Mark::Left;
                    walk.left.push(component);
                    calls.pop();
                    if let Some((caller, _)) = calls.last() {
                        walk.weight[*caller] += walk.weight[component];
                    }
                }
            }
        }
        walk
    }
}

fn by_level(structure: &Structure, entry: usize) -> Vec<usize> {
    let mut is_met = vec![false; structure.up.len()];
    is_met[entry] = true;
    let mut order = vec![entry];
    let mut next = 0;
    while let Some(component) = order.get(next).copied() {
        next += 1;
        order.extend(structure.needs(component).filter(|other| !std::mem::replace(&mut is_met[*other], true)));
    }
    order
}
