//! A graph that a host has as columns already, such as a table of nodes and a table of edges: a snapshot of it without facts beneath.
//!
//! Numbers stay as they are: node `n` is the n-th row. Nothing is copied into rows before somebody reads one.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::answer::AsOf;
use crate::base::{Error, ErrorKind, Result, Timestamp};
use crate::graph::class::Classes;
use crate::graph::paged::{Late, Paged};
use crate::graph::topology::{Arcs, Topology};
use crate::graph::{Entity, Pages, Readings, Snapshot};
use crate::identity::EntityId;
use crate::schema::{AttributeName, Kind, Relation, Schema};

/// Many texts, end to end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    text: String,
    ends: Vec<usize>,
}

impl Texts {
    /// Adds a text. O(its bytes).
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text of a number.
    pub fn get(&self, number: usize) -> Option<&str> {
        let start = number.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.text.get(start..*self.ends.get(number)?)
    }
}

impl<'a> FromIterator<&'a str> for Texts {
    fn from_iter<I: IntoIterator<Item = &'a str>>(texts: I) -> Self {
        let mut all = Texts::default();
        texts.into_iter().for_each(|text| all.push(text));
        all
    }
}

/// Nodes and edges as columns. All columns of nodes have one length, and all columns of edges.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// The kinds that occur, at most 65,536.
    pub kinds: Vec<Kind>,
    /// For each node, the place of its kind in `kinds`.
    pub kind_of: Vec<u16>,
    /// For each node, its name, which is its id too.
    pub names: Texts,
    /// The relations that occur, at most 65,536.
    pub relations: Vec<Relation>,
    /// For each edge, its left end.
    pub from: Vec<u32>,
    /// For each edge, its right end.
    pub to: Vec<u32>,
    /// For each edge, the place of its relation in `relations`. May be left empty where all edges are of the first.
    pub relation_of: Vec<u16>,
    /// Whole numbers of each node, by attribute.
    pub integers: BTreeMap<AttributeName, Vec<i64>>,
}

impl Snapshot {
    /// A snapshot of columns, about `now`, with nothing read and no evidence. O(nodes + edges): two counting sorts.
    ///
    /// # Errors
    /// `Unknown` for a kind or relation without a row in `schema`; `Invalid` if columns differ in length or name what is not there; `Limit` for 2³² nodes or edges.
    pub fn from_columns(schema: Schema, columns: Columns, now: Timestamp) -> Result<Snapshot> {
        let pages = pages(schema, columns)?;
        let as_of = AsOf { valid: now, known: now };
        Ok(Snapshot::new(Arc::new(pages), Arc::new(Readings::default()), as_of, now, 0))
    }
}

fn pages(schema: Schema, columns: Columns) -> Result<Pages> {
    check(&schema, &columns)?;
    let Columns { kinds, kind_of, names, relations, from, to, relation_of, integers } = columns;
    let (classes, class_of) = classes(&schema, &relations, relation_of);
    let nodes = kind_of.len();
    let (outgoing, incoming) = Arcs { from: &from, to: &to, classes: &class_of }.both_ways(nodes);
    let kind_of = Arc::new(kind_of);
    let late = LateEntities { kinds: kinds.clone(), kind_of: kind_of.clone(), names };
    let entities = Paged::late(nodes, Arc::new(late));
    let topology = Topology::new(outgoing, incoming, nodes as u32);
    Ok(Pages::of_columns(schema, (entities, kinds, kind_of), (topology, classes), integers))
}

/// The numbers of the relations' classes: as they are where relations have no groups and no variants to tell apart.
fn classes(schema: &Schema, relations: &[Relation], relation_of: Vec<u16>) -> (Classes, Vec<u16>) {
    let mut classes = Classes::default();
    let numbers: Vec<u16> =
        relations.iter().map(|relation| classes.number(schema, relation, None, (false, false))).collect();
    let same = numbers.iter().zip(0_u16..).all(|(number, place)| *number == place);
    let class_of = match same {
        true => relation_of,
        false => relation_of.into_iter().map(|place| numbers[place as usize]).collect(),
    };
    (classes, class_of)
}

fn check(schema: &Schema, columns: &Columns) -> Result<()> {
    let Columns { kinds, kind_of, names, relations, from, to, relation_of, integers } = columns;
    kinds.iter().try_for_each(|kind| schema.kind(kind.as_str()).map(|_| ()))?;
    relations.iter().try_for_each(|relation| schema.relation(relation.as_str()).map(|_| ()))?;
    let (nodes, edges) = (kind_of.len(), from.len());
    let is_long = |length: usize| u32::try_from(length).is_err();
    if is_long(nodes) || is_long(edges) {
        return Err(Error::new(ErrorKind::Limit, "a snapshot has fewer than 2^32 nodes and 2^32 edges"));
    }
    let same = |what: &str, length: usize, expected: usize| match length == expected {
        true => Ok(()),
        false => Err(invalid(format!("{what} has {length} rows, the columns beside it {expected}"))),
    };
    same("names", names.len(), nodes)?;
    integers.iter().try_for_each(|(name, values)| same(name.as_str(), values.len(), nodes))?;
    same("to", to.len(), edges)?;
    match (relation_of.is_empty(), relations.is_empty() && edges > 0) {
        (_, true) => return Err(invalid("edges need a relation".to_owned())),
        (true, _) => {}
        (false, _) => same("relation_of", relation_of.len(), edges)?,
    }
    within("kind_of", kind_of.iter().copied().max(), kinds.len())?;
    within("relation_of", relation_of.iter().copied().max(), relations.len())?;
    within("from", from.iter().copied().max(), nodes)?;
    within("to", to.iter().copied().max(), nodes)
}

fn within(what: &str, largest: Option<impl Into<u64>>, below: usize) -> Result<()> {
    match largest.map(Into::into) {
        Some(largest) if largest >= below as u64 => {
            Err(invalid(format!("{what} names {largest}, of which there are {below}: numbers begin at 0")))
        }
        _ => Ok(()),
    }
}

fn invalid(what: String) -> Error {
    Error::new(ErrorKind::Invalid, what)
}

/// Entities as columns until somebody reads one.
struct LateEntities {
    kinds: Vec<Kind>,
    kind_of: Arc<Vec<u16>>,
    names: Texts,
}

impl Late<Entity> for LateEntities {
    fn rows(&self, range: Range<usize>) -> Vec<Entity> {
        let entity = |node: usize| {
            let name = self.names.get(node).unwrap_or_default();
            Entity::new(EntityId::new(name), self.kinds[self.kind_of[node] as usize].clone(), name)
        };
        range.map(entity).collect()
    }
}
