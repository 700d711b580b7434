//! The graph of components: what is left of a graph once everything in a cycle is one.

use crate::analysis::structure::adjacency::Adjacency;
use crate::analysis::structure::components::{NONE, components};
use crate::analysis::structure::reach::PHASE;
use crate::base::{Context, Result};
use crate::graph::Snapshot;

/// After how many edges the host is asked whether to go on.
const EDGES_BETWEEN_CHECKS: usize = 1 << 16;

/// Components, each after all that it reaches, and each edge between two of them once.
pub(super) struct Condensed {
    sizes: Vec<u32>,
    offsets: Vec<u32>,
    ends: Vec<u32>,
}

/// A condensed graph with what it was made of.
pub(super) struct Condensation {
    pub graph: Condensed,
    /// The component of each node, `u32::MAX` for nodes that are not there.
    pub numbers: Vec<u32>,
    /// The component with most edges of its nodes.
    pub largest: Option<u32>,
    /// How many edges were looked at, once the components were known.
    pub touched: u64,
}

impl Condensation {
    /// O(nodes + edges). Edges are looked at as components close, while they are near.
    pub fn new(snapshot: &Snapshot, adjacency: &Adjacency<'_>, context: &Context) -> Result<Self> {
        let mut graph = Condensed { sizes: Vec::new(), offsets: vec![0], ends: Vec::new() };
        let mut met = vec![NONE; adjacency.bound()];
        let (mut largest, mut touched, mut checked, mut stopped) = ((0, None), 0, 0, None);
        let components = components(snapshot, adjacency, |members, marks| {
            let component = graph.len() as u32;
            let edges = members.iter().map(|member| graph.add(component, adjacency.of(*member), marks, &mut met)).sum();
            graph.close(members.len());
            touched += edges;
            if largest.1.is_none() || edges > largest.0 {
                largest = (edges, Some(component));
            }
            if touched - checked > EDGES_BETWEEN_CHECKS && stopped.is_none() {
                checked = touched;
                context.progress.report(PHASE, u64::from(component), 0);
                stopped = context.check().err();
            }
        });
        match stopped {
            Some(error) => Err(error),
            None => {
                let numbers = components.into_numbers();
                Ok(Condensation { graph, numbers, largest: largest.1, touched: touched as u64 })
            }
        }
    }
}

impl Condensed {
    /// Adds the ends of a node to the last component. Returns how many there are. A mark of what is closed is its number, turned around; one of what is open is none.
    #[inline]
    fn add(&mut self, component: u32, ends: &[u32], marks: &[u32], met: &mut [u32]) -> usize {
        for end in ends {
            let other = !marks[*end as usize];
            if other < component && std::mem::replace(&mut met[other as usize], component) != component {
                self.ends.push(other);
            }
        }
        ends.len()
    }

    fn close(&mut self, members: usize) {
        self.sizes.push(members as u32);
        self.offsets.push(self.ends.len() as u32);
    }

    /// How many components there are.
    pub fn len(&self) -> usize {
        self.sizes.len()
    }

    /// How many edges there are.
    pub fn edges(&self) -> usize {
        self.ends.len()
    }

    /// How many nodes a component has.
    #[inline]
    pub fn size(&self, component: u32) -> u32 {
        self.sizes[component as usize]
    }

    /// The components that one leads to.
    #[inline]
    pub fn ends(&self, component: u32) -> &[u32] {
        let component = component as usize;
        &self.ends[self.offsets[component] as usize..self.offsets[component + 1] as usize]
    }

    /// Which components one reaches, itself among them. O(components + edges).
    pub fn reached_from(&self, component: u32) -> Vec<bool> {
        let mut reached = vec![false; self.len()];
        reached[component as usize] = true;
        for at in (0..=component).rev() {
            if reached[at as usize] {
                self.ends(at).iter().for_each(|end| reached[*end as usize] = true);
            }
        }
        reached
    }

    /// Which components reach one, itself among them. O(components + edges).
    pub fn reaching(&self, component: u32) -> Vec<bool> {
        let mut reaching = vec![false; self.len()];
        reaching[component as usize] = true;
        for at in component + 1..self.len() as u32 {
            reaching[at as usize] = self.ends(at).iter().any(|end| reaching[*end as usize]);
        }
        reaching
    }

    /// The same without the edges of some components. O(components + edges).
    pub fn without(&self, gone: &[bool]) -> Self {
        let (mut offsets, mut ends) = (Vec::with_capacity(self.offsets.len()), Vec::with_capacity(self.ends.len()));
        offsets.push(0);
        for component in 0..self.len() as u32 {
            if !gone[component as usize] {
                ends.extend(self.ends(component).iter().filter(|end| !gone[**end as usize]));
            }
            offsets.push(ends.len() as u32);
        }
        Condensed { sizes: self.sizes.clone(), offsets, ends }
    }
}
