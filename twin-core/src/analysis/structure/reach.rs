//! How far each node reaches, for many nodes at once.

use crate::analysis::structure::Direction;
use crate::analysis::structure::adjacency::Adjacency;
use crate::analysis::structure::components::{Components, components};
use crate::analysis::structure::sweep::{Condensed, EDGES_OF_ONE_SEARCH, PHASE, swept};
use crate::base::{Context, Result};
use crate::graph::{EdgeClass, Node, Snapshot};

/// How many nodes some nodes reach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReachCounts {
    /// For each node that was asked about, in the order of the question, how many others it reaches: itself does not count. 0 for one that is not there.
    pub counts: Vec<u32>,
    /// How many edges were looked at, once the components were known: a measure of work that is the same on every machine and any number of threads.
    pub edges_touched: u64,
}

/// How many other nodes each of some nodes reaches: over incoming relations, how many depend on it.
///
/// What reaches each other has one count. What lies behind the component with most edges is found once, and whoever reaches that component is only asked what it reaches
/// beside. Who reaches one component alone adds to that one's count. For the rest there is a bounded search, in an order in which a search that meets somebody with a large reach can
/// end, and those with a large reach are swept 512 at a time, a bit for each, over the condensed graph, on all threads.
///
/// O(nodes + edges + Σ reach) where reaches are small, else O(components · edges / 512). Peak memory: 32 bytes for a node; with large reaches 16 bytes for an
/// edge between components, and 64 bytes for a component on each thread, on as many threads as take no more than 512 MiB.
///
/// # Errors
/// `Cancelled` or `Limit` by `context`, which is asked at least once in 2¹⁶ edges or with each sweep; it is told of each component as a unit of the phase `reach`.
pub fn reach_counts(
    snapshot: &Snapshot,
    nodes: &[Node],
    direction: Direction,
    follow: impl Fn(&EdgeClass) -> bool,
    context: &Context,
) -> Result<ReachCounts> {
    let after = Adjacency::new(snapshot, direction, &follow);
    let before = Adjacency::new(snapshot, direction.reversed(), &follow);
    let graph = Graph::new(snapshot, &after);
    let asked = graph.asked(nodes);
    let mut reach = Reach::new(&graph, context);
    reach.find(&before, &asked)?;
    let count = |node: &Node| graph.components.number(*node).map_or(0, |number| reach.totals[number as usize] - 1);
    Ok(ReachCounts { counts: nodes.iter().map(count).collect(), edges_touched: reach.touched })
}

/// A graph with its components, each after all that it reaches.
pub(super) struct Graph<'a> {
    pub after: &'a Adjacency<'a>,
    pub components: Components,
    /// The nodes, by component.
    members: Vec<u32>,
    /// Where the members of each component begin, and where the last end.
    starts: Vec<u32>,
}

impl<'a> Graph<'a> {
    fn new(snapshot: &Snapshot, after: &'a Adjacency<'a>) -> Self {
        let (mut members, mut starts) = (Vec::with_capacity(after.bound()), vec![0]);
        let components = components(snapshot, after, |closed| {
            members.extend_from_slice(closed);
            starts.push(members.len() as u32);
        });
        Graph { after, components, members, starts }
    }

    pub fn len(&self) -> usize {
        self.components.count()
    }

    #[inline]
    pub fn members(&self, component: u32) -> &[u32] {
        let component = component as usize;
        &self.members[self.starts[component] as usize..self.starts[component + 1] as usize]
    }

    /// The component of a node that is there.
    #[inline]
    pub fn component(&self, node: u32) -> u32 {
        self.components.numbers()[node as usize]
    }

    pub fn size(&self, component: u32) -> u32 {
        self.members(component).len() as u32
    }

    /// The components of the edges that leave a component, one for each edge.
    #[inline]
    pub fn ends(&self, component: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
        let ends = self.members(component).iter().flat_map(|member| self.after.of(*member));
        ends.map(|end| (*end, self.component(*end))).filter(move |(_, other)| *other != component)
    }

    /// Which components are asked about.
    fn asked(&self, nodes: &[Node]) -> Vec<bool> {
        let mut asked = vec![false; self.len()];
        nodes.iter().filter_map(|node| self.components.number(*node)).for_each(|number| asked[number as usize] = true);
        asked
    }

    /// The component with most edges.
    fn pivot(&self) -> Option<u32> {
        let edges = |component: &u32| -> usize {
            self.members(*component).iter().map(|member| self.after.of(*member).len()).sum()
        };
        (0..self.len() as u32).max_by_key(edges)
    }
}

/// The total of a component that is not known.
const UNKNOWN: u32 = 0;
/// A node that no search meets.
const NEVER: u32 = u32::MAX;
/// After how many edges, or components, the host is asked whether to go on.
const WORK_BETWEEN_CHECKS: u64 = 1 << 16;

struct Reach<'a> {
    graph: &'a Graph<'a>,
    context: &'a Context,
    /// How many nodes each component reaches, its own among them; beside those that no search meets.
    totals: Vec<u32>,
    /// Whether a component reaches more than a bounded search finds.
    is_large: Vec<bool>,
    /// The search that met a node last.
    met: Vec<u32>,
    search: u32,
    pending: Vec<u32>,
    touched: u64,
    done: u64,
    checked: u64,
}

/// The components that one leads to directly.
enum Ends {
    None,
    One(u32),
    Several,
}

impl<'a> Reach<'a> {
    fn new(graph: &'a Graph<'a>, context: &'a Context) -> Self {
        Reach {
            graph,
            context,
            totals: vec![UNKNOWN; graph.len()],
            is_large: vec![false; graph.len()],
            met: vec![0; graph.after.bound()],
            search: 0,
            pending: Vec::new(),
            touched: 0,
            done: 0,
            checked: 0,
        }
    }

    fn find(&mut self, before: &Adjacency<'_>, asked: &[bool]) -> Result<()> {
        let Some(pivot) = self.graph.pivot() else { return Ok(()) };
        self.context.check()?;
        let through = self.reaching(before, pivot);
        let wanted = (0..self.graph.len() as u32).filter(|at| asked[*at as usize] && *at != pivot);
        let (through, beside): (Vec<u32>, Vec<u32>) = wanted.partition(|at| through[*at as usize]);
        self.count(&beside)?;
        let totals = std::mem::replace(&mut self.totals, vec![UNKNOWN; self.graph.len()]);
        self.is_large.fill(false);
        let behind = self.behind(pivot);
        self.count(&through)?;
        through.iter().chain([&pivot]).for_each(|component| self.totals[*component as usize] += behind);
        beside.iter().for_each(|component| self.totals[*component as usize] = totals[*component as usize]);
        Ok(())
    }

    /// Which components reach one.
    fn reaching(&mut self, before: &Adjacency<'_>, component: u32) -> Vec<bool> {
        let graph = self.graph;
        let mut reaching = vec![false; graph.len()];
        self.search(graph.members(component)[0], before, |node| reaching[graph.component(node) as usize] = true);
        reaching
    }

    /// How many nodes a component reaches. No later search meets them.
    fn behind(&mut self, component: u32) -> u32 {
        let mut behind = Vec::new();
        self.search(self.graph.members(component)[0], self.graph.after, |node| behind.push(node));
        behind.iter().for_each(|node| self.met[*node as usize] = NEVER);
        behind.len() as u32
    }

    fn search(&mut self, start: u32, over: &Adjacency<'_>, mut found: impl FnMut(u32)) {
        self.begin(start);
        while let Some(node) = self.pending.pop() {
            found(node);
            self.pass_on(node, over);
        }
    }

    fn begin(&mut self, start: u32) {
        self.search += 1;
        self.pending.clear();
        self.met[start as usize] = self.search;
        self.pending.push(start);
    }

    #[inline]
    fn pass_on(&mut self, node: u32, over: &Adjacency<'_>) {
        let ends = over.of(node);
        self.touched += ends.len() as u64;
        for other in ends {
            let met = &mut self.met[*other as usize];
            if *met != self.search && *met != NEVER {
                *met = self.search;
                self.pending.push(*other);
            }
        }
    }

    /// The totals of some components, in order.
    fn count(&mut self, components: &[u32]) -> Result<()> {
        let (mut large, mut chained) = (Vec::new(), Vec::new());
        for &component in components {
            self.go_on()?;
            match self.ends(component) {
                Ends::None => self.totals[component as usize] = self.graph.size(component),
                Ends::One(other) if self.totals[other as usize] != UNKNOWN => self.add(component, other),
                Ends::One(other) if self.is_large[other as usize] => {
                    self.is_large[component as usize] = true;
                    chained.push((component, other));
                }
                _ => match self.bounded(component, !large.is_empty()) {
                    Some(total) => self.totals[component as usize] = total,
                    None => {
                        self.is_large[component as usize] = true;
                        large.push(component);
                    }
                },
            }
        }
        self.sweep(&large)?;
        chained.into_iter().for_each(|(component, other)| self.add(component, other));
        Ok(())
    }

    fn add(&mut self, component: u32, other: u32) {
        self.totals[component as usize] = self.graph.size(component) + self.totals[other as usize];
    }

    fn ends(&mut self, component: u32) -> Ends {
        let mut found = Ends::None;
        for (end, other) in self.graph.ends(component) {
            self.touched += 1;
            found = match found {
                _ if self.met[end as usize] == NEVER => found,
                Ends::One(first) if first != other => return Ends::Several,
                _ => Ends::One(other),
            };
        }
        found
    }

    /// How many nodes a component reaches, unless they are many.
    fn bounded(&mut self, component: u32, some_are_large: bool) -> Option<u32> {
        let graph = self.graph;
        let until = self.touched + graph.after.ends().len() as u64 / EDGES_OF_ONE_SEARCH + 64;
        self.begin(graph.members(component)[0]);
        let mut total = 0;
        while let Some(node) = self.pending.pop() {
            if self.touched > until || some_are_large && self.is_large[graph.component(node) as usize] {
                return None;
            }
            total += 1;
            self.pass_on(node, graph.after);
        }
        Some(total)
    }

    fn sweep(&mut self, large: &[u32]) -> Result<()> {
        let Some(last) = large.last() else { return Ok(()) };
        let condensed = Condensed::new(self.graph, *last, |node| self.met[node as usize] == NEVER);
        let (totals, touched) = swept(&condensed, large, self.context)?;
        large.iter().zip(totals).for_each(|(component, total)| self.totals[*component as usize] = total);
        self.touched += touched;
        Ok(())
    }

    fn go_on(&mut self) -> Result<()> {
        self.done += 1;
        if self.touched + self.done - self.checked < WORK_BETWEEN_CHECKS {
            return Ok(());
        }
        self.checked = self.touched + self.done;
        self.context.progress.report(PHASE, self.done, self.graph.len() as u64);
        self.context.check()
    }
}
