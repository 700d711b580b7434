//! Compressed sparse rows: the edges of all nodes in one list, and for each node where its edges begin.

use crate::graph::topology::{Classes, End, Joined, NO_ROW, Places, Run};

/// The edges in one direction as they were laid out at once.
#[derive(Debug, Default)]
pub(crate) struct Csr {
    offsets: Box<[u32]>,
    nodes: Box<[u32]>,
    classes: AllClasses,
    places: AllPlaces,
}

#[derive(Debug)]
enum AllClasses {
    One(u16),
    Each(Box<[u16]>),
}

impl Default for AllClasses {
    fn default() -> Self {
        AllClasses::One(0)
    }
}

#[derive(Debug, Default)]
enum AllPlaces {
    /// No edge has a row.
    #[default]
    None,
    /// The place of an edge is its number here.
    Number,
    Each(Box<[u32]>),
}

/// Edges as columns, each of one length; `classes` may be left empty where all are of class 0.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arcs<'a> {
    pub from: &'a [u32],
    pub to: &'a [u32],
    pub classes: &'a [u16],
}

impl Arcs<'_> {
    /// Both ways, edges without rows. O(nodes + edges): two counting sorts. Within a node, edges stay in the order in which they came.
    pub fn both_ways(self, bound: usize) -> (Csr, Csr) {
        let outgoing = Csr::counted(bound, self.from, self.to, self.classes);
        let incoming = Csr::counted(bound, self.to, self.from, self.classes);
        (outgoing, incoming)
    }
}

impl Csr {
    /// Edges that have rows, in the order of these: by left end. O(nodes + edges).
    pub fn both_ways(bound: usize, edges: &[Joined]) -> (Csr, Csr) {
        let outgoing = Csr {
            offsets: offsets(bound, edges.iter().map(|edge| edge.from)),
            nodes: edges.iter().map(|edge| edge.to).collect(),
            classes: AllClasses::of(edges.iter().map(|edge| edge.class).collect()),
            places: AllPlaces::of(edges),
        };
        let offsets = offsets(bound, edges.iter().map(|edge| edge.to));
        let mut next = offsets.clone();
        let (mut nodes, mut classes, mut places) = (vec![0; edges.len()], vec![0; edges.len()], vec![0; edges.len()]);
        for edge in edges {
            let at = take(&mut next, edge.to);
            (nodes[at], classes[at], places[at]) = (edge.from, edge.class, edge.place);
        }
        let incoming = Csr {
            offsets,
            nodes: nodes.into(),
            classes: AllClasses::of(classes),
            places: AllPlaces::Each(places.into()),
        };
        (outgoing, incoming)
    }

    /// From each of `at` to the number beside it, without classes and rows.
    pub fn plain(bound: usize, at: &[u32], other: &[u32]) -> Csr {
        Csr::counted(bound, at, other, &[])
    }

    fn counted(bound: usize, at: &[u32], other: &[u32], classes: &[u16]) -> Csr {
        let offsets = offsets(bound, at.iter().copied());
        let mut next = offsets.clone();
        let mut nodes = vec![0; other.len()].into_boxed_slice();
        if classes.is_empty() {
            for (node, end) in at.iter().zip(other) {
                nodes[take(&mut next, *node)] = *end;
            }
            return Csr { offsets, nodes, classes: AllClasses::One(0), places: AllPlaces::None };
        }
        let mut sorted = vec![0; other.len()];
        for ((node, end), class) in at.iter().zip(other).zip(classes) {
            let place = take(&mut next, *node);
            (nodes[place], sorted[place]) = (*end, *class);
        }
        Csr { offsets, nodes, classes: AllClasses::of(sorted), places: AllPlaces::None }
    }

    /// What the runs of all nodes say, laid out anew.
    pub fn of_runs<'a>(runs: impl Iterator<Item = Run<'a>> + Clone) -> Csr {
        let (count, edges) = runs.clone().fold((0, 0), |(count, edges), run| (count + 1, edges + run.len()));
        let mut lists = Lists::with_capacity(count, edges);
        for run in runs {
            lists.append(run);
            lists.end();
        }
        lists.into()
    }

    /// One more than the largest number of a node.
    pub fn bound(&self) -> u32 {
        self.offsets.len().saturating_sub(1) as u32
    }

    /// How many edges there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Where the edges of each node begin and where the last end, and the other ends.
    pub fn flat(&self) -> (&[u32], &[u32]) {
        (&self.offsets, &self.nodes)
    }

    /// The other ends of a node's edges. O(1), and less than the whole run.
    #[inline]
    pub fn nodes(&self, node: u32) -> &[u32] {
        let node = node as usize;
        match self.offsets.get(node..node + 2) {
            Some(&[start, end]) => &self.nodes[start as usize..end as usize],
            _ => &[],
        }
    }

    /// The edges of a node; none of one that is not here.
    #[inline]
    pub fn run(&self, node: u32) -> Run<'_> {
        let node = node as usize;
        let (start, end) = match self.offsets.get(node..node + 2) {
            Some(&[start, end]) => (start as usize, end as usize),
            _ => (0, 0),
        };
        let classes = match &self.classes {
            AllClasses::One(class) => Classes::One(*class),
            AllClasses::Each(classes) => Classes::Each(&classes[start..end]),
        };
        let places = match &self.places {
            AllPlaces::None => Places::None,
            AllPlaces::Number => Places::From(start as u32),
            AllPlaces::Each(places) => Places::Each(&places[start..end]),
        };
        Run { nodes: &self.nodes[start..end], classes, places }
    }
}

impl AllPlaces {
    fn of(edges: &[Joined]) -> Self {
        match (0_u32..).zip(edges).all(|(number, edge)| edge.place == number) {
            true => AllPlaces::Number,
            false => AllPlaces::Each(edges.iter().map(|edge| edge.place).collect()),
        }
    }
}

impl AllClasses {
    fn of(classes: Vec<u16>) -> Self {
        match classes.split_first() {
            None => AllClasses::One(0),
            Some((first, rest)) if rest.iter().all(|class| class == first) => AllClasses::One(*first),
            Some(_) => AllClasses::Each(classes.into()),
        }
    }
}

/// Lists of edges as they are written, one after the other. Columns that say nothing are not written.
#[derive(Debug)]
pub(super) struct Lists {
    offsets: Vec<u32>,
    nodes: Vec<u32>,
    classes: Vec<u16>,
    /// Empty as long as no edge has a row.
    places: Vec<u32>,
}

impl Lists {
    pub fn with_capacity(lists: usize, edges: usize) -> Self {
        let (nodes, classes) = (Vec::with_capacity(edges), Vec::with_capacity(edges));
        let mut offsets = Vec::with_capacity(lists + 1);
        offsets.push(0);
        Lists { offsets, nodes, classes, places: Vec::new() }
    }

    /// Adds some edges to the last list.
    pub fn append(&mut self, run: Run<'_>) {
        match run.places {
            Places::None if self.places.is_empty() => {}
            Places::None => self.places.resize(self.nodes.len() + run.len(), NO_ROW),
            Places::From(first) => self.places_so_far().extend((first..).take(run.len())),
            Places::Each(places) => self.places_so_far().extend_from_slice(places),
        }
        self.nodes.extend_from_slice(run.nodes);
        match run.classes {
            Classes::One(class) => self.classes.resize(self.nodes.len(), class),
            Classes::Each(classes) => self.classes.extend_from_slice(classes),
        }
    }

    /// Adds an edge to the last list.
    pub fn push(&mut self, end: End) {
        if end.place != NO_ROW || !self.places.is_empty() {
            self.places_so_far().push(end.place);
        }
        self.nodes.push(end.node);
        self.classes.push(end.class);
    }

    /// Ends the last list and begins another.
    pub fn end(&mut self) {
        self.offsets.push(self.nodes.len() as u32);
    }

    fn places_so_far(&mut self) -> &mut Vec<u32> {
        self.places.resize(self.nodes.len(), NO_ROW);
        &mut self.places
    }
}

impl From<Lists> for Csr {
    fn from(lists: Lists) -> Csr {
        let Lists { offsets, nodes, classes, places } = lists;
        let places = if places.is_empty() { AllPlaces::None } else { AllPlaces::Each(places.into()) };
        Csr { offsets: offsets.into(), nodes: nodes.into(), classes: AllClasses::of(classes), places }
    }
}

/// Where the edges of each node begin, and where the last end.
fn offsets(bound: usize, ends: impl Iterator<Item = u32>) -> Box<[u32]> {
    let mut offsets = vec![0_u32; bound + 1].into_boxed_slice();
    ends.for_each(|node| offsets[node as usize + 1] += 1);
    let mut sum = 0;
    for offset in &mut offsets {
        sum += *offset;
        *offset = sum;
    }
    offsets
}

/// The next free place of a node.
#[inline]
fn take(next: &mut [u32], node: u32) -> usize {
    let place = next[node as usize];
    next[node as usize] += 1;
    place as usize
}
