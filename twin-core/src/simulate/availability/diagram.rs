//! Reduced ordered binary decision diagrams: every function of the components' states once, whatever it was made from.

use hashbrown::HashMap;

use crate::simulate::availability::frontier::Levels;
use crate::simulate::availability::order::Visit;
use crate::simulate::availability::structure::{Gate, Structure};

/// A function, by the place of its node.
type Function = u32;

const NEVER: Function = 0;
const ALWAYS: Function = 1;

/// Choices that are kept at most: 4 MB.
const MOST_KNOWN: usize = 1 << 18;

/// Steps that a diagram may take for each node that it may have.
const STEPS_PER_NODE: usize = 16;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Node {
    /// The place of its component in the order; the two constants stand after all.
    variable: u32,
    low: Function,
    high: Function,
}

/// The function of an entry.
pub(super) struct Diagram {
    /// Each node after those that it leads to.
    nodes: Vec<Node>,
    root: Function,
}

/// What a diagram says, once each component has its probability.
pub(super) struct Chances {
    /// The probability that the entry is up.
    pub up: f64,
    /// The probability that it is down.
    pub down: f64,
    /// Birnbaum importance of the components that the function depends on, in their order.
    pub importance: Vec<(usize, f64)>,
}

impl Diagram {
    /// The diagram of the visited entry; `None` if it would have more nodes, or take more steps, than it may.
    ///
    /// Where there are circles, each component begins as up and is taken down until nothing changes. Every round takes down at least one component of some state, so it
    /// ends after as many rounds as there are components.
    pub fn new(structure: &Structure, visit: &Visit, most_nodes: usize) -> Option<Self> {
        let mut builder = Builder::new(most_nodes);
        let mut variables = vec![NEVER; structure.up.len()];
        for (place, component) in visit.order.iter().enumerate() {
            variables[*component] = builder.node(u32::try_from(place).ok()?, NEVER, ALWAYS)?;
        }
        let mut functions = vec![ALWAYS; structure.up.len()];
        loop {
            let mut is_settled = true;
            for component in &visit.upwards {
                let required = builder.required(structure, *component, &functions)?;
                let function = builder.both(variables[*component], required)?;
                is_settled &= function == std::mem::replace(&mut functions[*component], function);
            }
            if is_settled || !visit.has_circles {
                break;
            }
        }
        Some(Diagram { nodes: builder.nodes, root: functions[visit.entry] })
    }

    /// The diagram with these levels, each node once; `None` if it would have more nodes than it may. O(nodes of the levels).
    pub fn of(levels: &Levels, most_nodes: usize) -> Option<Self> {
        let mut builder = Builder::new(most_nodes);
        let mut below: Vec<Function> = levels.is_up.iter().map(|is_up| if *is_up { ALWAYS } else { NEVER }).collect();
        for (variable, level) in levels.levels.iter().enumerate().rev() {
            let variable = u32::try_from(variable).ok()?;
            let node = |[low, high]: &[u32; 2]| builder.node(variable, below[*low as usize], below[*high as usize]);
            below = level.iter().map(node).collect::<Option<_>>()?;
        }
        Some(Diagram { nodes: builder.nodes, root: *below.first()? })
    }

    /// One pass up for the probabilities of up and down, one pass down for how probably each node is passed. Only sums of what is not negative, so that no digit is lost.
    /// O(nodes).
    pub fn chances(&self, structure: &Structure, visit: &Visit) -> Chances {
        let own =
            |node: &Node| visit.order.get(node.variable as usize).map(|at| (structure.up[*at], structure.down[*at]));
        let (mut up, mut down): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
        for (place, node) in self.nodes.iter().enumerate() {
            let is_always = place == ALWAYS as usize;
            let constant = (f64::from(u8::from(is_always)), f64::from(u8::from(!is_always)));
            let (high, low) = (node.high as usize, node.low as usize);
            let chances = own(node).map(|(p, q)| (p * up[high] + q * up[low], p * down[high] + q * down[low]));
            let (is_up, is_down) = chances.unwrap_or(constant);
            up.push(is_up);
            down.push(is_down);
        }
        let root = self.root as usize;
        let mut passed: Vec<Option<f64>> = vec![None; self.nodes.len()];
        passed[root] = Some(1.0);
        let mut importance: Vec<Option<f64>> = vec![None; visit.order.len()];
        for place in (0..=root).rev() {
            let node = self.nodes[place];
            let (Some(chance), Some((p, q))) = (passed[place], own(&node)) else { continue };
            let (high, low) = (node.high as usize, node.low as usize);
            *passed[high].get_or_insert(0.0) += chance * p;
            *passed[low].get_or_insert(0.0) += chance * q;
            // The same difference twice: the smaller numbers lose fewer digits.
            let gain = if up[high] <= down[low] { up[high] - up[low] } else { down[low] - down[high] };
            *importance[node.variable as usize].get_or_insert(0.0) += chance * gain;
        }
        let told = visit.order.iter().zip(importance);
        let mut importance: Vec<(usize, f64)> = told.filter_map(|(at, gain)| Some((*at, gain?))).collect();
        importance.sort_by_key(|(component, _)| *component);
        Chances { up: up[root], down: down[root], importance }
    }
}

struct Builder {
    nodes: Vec<Node>,
    /// Where each node stands, so that none is made twice. Never iterated.
    places: HashMap<Node, Function>,
    /// What has been computed before, as far as nothing else took its place: a power of two of them.
    known: Vec<([Function; 3], Function)>,
    most_nodes: usize,
    steps: usize,
}

/// What is left to do of a choice.
enum Task {
    /// "If the first then the second, else the third."
    Choose([Function; 3]),
    /// Both sides of the choice are there: high first, then low.
    Join(u32, [Function; 3]),
}

impl Builder {
    fn new(most_nodes: usize) -> Self {
        let constant = |function| Node { variable: u32::MAX, low: function, high: function };
        let nodes = vec![constant(NEVER), constant(ALWAYS)];
        let known = vec![([NEVER; 3], NEVER); most_nodes.next_power_of_two().min(MOST_KNOWN)];
        Builder { nodes, places: HashMap::new(), known, most_nodes, steps: 0 }
    }

    fn node(&mut self, variable: u32, low: Function, high: Function) -> Option<Function> {
        if low == high {
            return Some(low);
        }
        let node = Node { variable, low, high };
        if let Some(place) = self.places.get(&node) {
            return Some(*place);
        }
        if self.nodes.len() >= self.most_nodes {
            return None;
        }
        let place = Function::try_from(self.nodes.len()).ok()?;
        self.nodes.push(node);
        self.places.insert(node, place);
        Some(place)
    }

    /// What a component requires, from the functions of all components.
    fn required(&mut self, structure: &Structure, component: usize, functions: &[Function]) -> Option<Function> {
        let range = structure.requires[component].clone();
        let mut made: Vec<Function> = Vec::with_capacity(range.len());
        for gate in &structure.gates[range.clone()] {
            let function = match gate {
                Gate::Component(other) => functions[*other],
                Gate::AtLeast(count, parts) => {
                    let mut parts: Vec<Function> = parts.iter().map(|part| made[part - range.start]).collect();
                    // The deepest first, so that what is made already stays as it is.
                    parts.sort_by_key(|part| std::cmp::Reverse((self.nodes[*part as usize].variable, *part)));
                    self.at_least(*count, &parts)?
                }
            };
            made.push(function);
        }
        Some(made.last().copied().unwrap_or(ALWAYS))
    }

    fn at_least(&mut self, count: usize, parts: &[Function]) -> Option<Function> {
        if count == parts.len() {
            return parts.iter().try_fold(ALWAYS, |all, part| self.both(*part, all));
        }
        if count == 1 {
            return parts.iter().try_fold(NEVER, |any, part| self.either(*part, any));
        }
        // At least j of the parts so far: if this part holds, at least j - 1 of those before, else j of them. A part that is there m times counts m.
        let mut reached = vec![NEVER; count + 1];
        reached[0] = ALWAYS;
        let mut seen = 0;
        for equal in parts.chunk_by(|a, b| a == b) {
            seen += equal.len();
            for wanted in (1..=count.min(seen)).rev() {
                let others = reached[wanted.saturating_sub(equal.len())];
                reached[wanted] = self.choose([equal[0], others, reached[wanted]])?;
            }
        }
        reached.pop()
    }

    fn both(&mut self, a: Function, b: Function) -> Option<Function> {
        self.choose([a.min(b), a.max(b), NEVER])
    }

    fn either(&mut self, a: Function, b: Function) -> Option<Function> {
        self.choose([a.min(b), ALWAYS, a.max(b)])
    }

    fn choose(&mut self, choice: [Function; 3]) -> Option<Function> {
        let mut tasks = vec![Task::Choose(choice)];
        let mut done: Vec<Function> = Vec::new();
        while let Some(task) = tasks.pop() {
            match task {
                Task::Choose(choice) => {
                    self.steps += 1;
                    if self.steps > self.most_nodes.saturating_mul(STEPS_PER_NODE) {
                        return None;
                    }
                    match plain(choice).or_else(|| self.known(&choice)) {
                        Some(function) => done.push(function),
                        None => self.split(choice, &mut tasks),
                    }
                }
                Task::Join(variable, choice) => {
                    let (low, high) = (done.pop()?, done.pop()?);
                    let function = self.node(variable, low, high)?;
                    let place = self.place_of(&choice);
                    self.known[place] = (choice, function);
                    done.push(function);
                }
            }
        }
        done.pop()
    }

    fn known(&self, choice: &[Function; 3]) -> Option<Function> {
        // The choice that all begin with is plain, so nobody asks for it here.
        let (known, function) = self.known[self.place_of(choice)];
        (known == *choice).then_some(function)
    }

    /// Where a choice is kept, once it is known. The multipliers are primes of xxHash.
    fn place_of(&self, [when, then, otherwise]: &[Function; 3]) -> usize {
        let mixed = when.wrapping_mul(0x9e37_79b1) ^ then.wrapping_mul(0x85eb_ca77).rotate_left(11);
        let mixed = (mixed ^ otherwise.wrapping_mul(0xc2b2_ae3d).rotate_left(22)).wrapping_mul(0x27d4_eb2f);
        (mixed ^ (mixed >> 15)) as usize & (self.known.len() - 1)
    }

    /// A choice over two halves of the states: with and without the first component that it depends on.
    fn split(&self, choice: [Function; 3], tasks: &mut Vec<Task>) {
        let of = choice.map(|function| (function, self.nodes[function as usize]));
        let variable = of.iter().map(|(_, node)| node.variable).fold(u32::MAX, u32::min);
        let high = of.map(|(function, node)| if node.variable == variable { node.high } else { function });
        let low = of.map(|(function, node)| if node.variable == variable { node.low } else { function });
        tasks.extend([Task::Join(variable, choice), Task::Choose(low), Task::Choose(high)]);
    }
}

/// A choice that is one of its parts.
fn plain([when, then, otherwise]: [Function; 3]) -> Option<Function> {
    match (when, then, otherwise) {
        (ALWAYS, then, _) => Some(then),
        (NEVER, _, otherwise) => Some(otherwise),
        (_, then, otherwise) if then == otherwise => Some(then),
        (when, ALWAYS, NEVER) => Some(when),
        (when, then, NEVER) if when == then => Some(when),
        (when, ALWAYS, otherwise) if when == otherwise => Some(when),
        _ => None,
    }
}
