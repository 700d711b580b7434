//! Edges that come and go: a snapshot after a change, on the pages of the snapshot before it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::{Error, ErrorKind, Result};
use crate::graph::class::{Classes, Governed};
use crate::graph::pages::kind_places;
use crate::graph::topology::{Joined, NO_ROW};
use crate::graph::{Entity, Node, Pages, Snapshot};
use crate::schema::Relation;

/// One edge that comes or goes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EdgeChange {
    /// A relation goes; of several that are alike, one.
    Remove {
        /// The left end.
        from: Node,
        /// Which relation.
        relation: Relation,
        /// The right end.
        to: Node,
    },
    /// A relation comes.
    Add {
        /// The left end.
        from: Node,
        /// Which relation.
        relation: Relation,
        /// The right end.
        to: Node,
        /// Which of the relation's variants, as the table names it. Without it nobody knows which, so that answers lie between the mildest and the worst.
        variant: Option<String>,
    },
}

impl EdgeChange {
    /// A relation comes, of which nothing more is known.
    pub fn add(from: Node, relation: Relation, to: Node) -> Self {
        EdgeChange::Add { from, relation, to, variant: None }
    }
}

/// Which of its relation's variants an edge is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Variety<'v> {
    /// The left end.
    pub from: Node,
    /// The relation.
    pub relation: &'v Relation,
    /// The right end.
    pub to: Node,
    /// As the table names it.
    pub variant: &'v str,
    /// Whether it is so whatever was said before.
    pub is_new: bool,
}

impl Snapshot {
    /// The same snapshot after some edges went and others came. Shares all pages that the change does not touch: O(change · log change), but O(nodes + edges) once
    /// in a while, when many changes have come together.
    ///
    /// # Errors
    /// `Unknown` for an edge that is not there, a relation without a row and a variant that it does not have, `Invalid` for an end that is not there. Nothing is changed then.
    pub fn edited(&self, changes: &[EdgeChange]) -> Result<Snapshot> {
        Ok(self.on(Arc::new(self.pages().edited(changes)?)))
    }

    /// The same snapshot, with the variants of relations that are there and of which nobody says which they are, or which are new. Why they are believed stays; what is not there and what the
    /// table does not know is left as it is. O(variants · log variants).
    #[must_use]
    pub(crate) fn with_variants(&self, variants: &[Variety<'_>]) -> Snapshot {
        match variants.is_empty() {
            true => self.clone(),
            false => self.on(Arc::new(self.pages().with_variants(variants))),
        }
    }

    /// The same snapshot with more entities, which get the next numbers and are joined to nothing. O(entities that come), and two bytes for each that is there.
    #[must_use]
    pub fn with_entities(&self, entities: Vec<Entity>) -> Snapshot {
        self.on(Arc::new(self.pages().with_entities(entities)))
    }
}

impl Pages {
    fn with_entities(&self, entities: Vec<Entity>) -> Pages {
        let (mut kinds, mut kind_of) = ((*self.kinds).clone(), (*self.kind_of).clone());
        kind_of.extend(kind_places(&mut kinds, entities.iter().map(|entity| &entity.kind)));
        let mut integers = (*self.integers).clone();
        integers.values_mut().for_each(|column| column.resize(self.entities.len() + entities.len(), 0));
        let not_looked_up = self.not_looked_up.or(Some(self.entities.len() as u32));
        let entities = self.entities.followed_by(entities);
        let topology = self.topology.edited(entities.len() as u32, &[], &[]);
        // What is looked up by id or name stays that of the entities before; the few that follow are looked through.
        Pages {
            kinds: Arc::new(kinds),
            kind_of: Arc::new(kind_of),
            integers: Arc::new(integers),
            entities,
            topology,
            not_looked_up,
            ..self.clone()
        }
    }

    fn edited(&self, changes: &[EdgeChange]) -> Result<Pages> {
        let (mut removals, mut added) = (Vec::new(), Vec::new());
        let mut classes = NewClasses { pages: self, classes: self.classes.clone(), known: BTreeMap::new() };
        for change in changes {
            match change {
                EdgeChange::Remove { from, relation, to } => {
                    removals.push(Removal { from: from.0, to: to.0, relation });
                }
                EdgeChange::Add { from, relation, to, variant } => {
                    self.check_there(*from)?;
                    self.check_there(*to)?;
                    let class = classes.number(from.0, (relation, variant.as_deref()), to.0)?;
                    added.push(Joined { from: from.0, to: to.0, class, place: NO_ROW });
                }
            }
        }
        removals.sort_unstable();
        let mut removed = Vec::with_capacity(removals.len());
        for alike in removals.chunk_by(PartialEq::eq) {
            self.find_edges(alike[0], alike.len(), &mut removed)?;
        }
        let topology = self.topology.edited(self.entities.len() as u32, &removed, &added);
        Ok(self.joined_by(topology, classes.classes))
    }

    fn with_variants(&self, variants: &[Variety<'_>]) -> Pages {
        let (mut removed, mut added) = (Vec::new(), Vec::new());
        let mut classes = NewClasses { pages: self, classes: self.classes.clone(), known: BTreeMap::new() };
        for Variety { from, relation, to, variant, is_new } in variants {
            let (from, to) = (from.0, to.0);
            let is_open = |class: u16| {
                let class = &self.classes()[class as usize];
                class.relation == **relation && (*is_new || class.variant.is_none())
            };
            let ends = self.topology.outgoing(from).ends().filter(|end| end.node == to && is_open(end.class));
            let open: Vec<Joined> = ends.map(|end| Joined { from, to, class: end.class, place: end.place }).collect();
            if let Ok(class) = classes.number(from, (relation, Some(variant)), to) {
                added.extend(open.iter().map(|edge| Joined { class, ..*edge }));
                removed.extend(open);
            }
        }
        let topology = self.topology.edited(self.entities.len() as u32, &removed, &added);
        self.joined_by(topology, classes.classes)
    }

    /// Adds so many of the edges that a removal means.
    fn find_edges(&self, removal: Removal<'_>, count: usize, found: &mut Vec<Joined>) -> Result<()> {
        let Removal { from, to, relation } = removal;
        let before = found.len();
        let ends = self.topology.outgoing(from).ends().filter(|end| end.node == to);
        let alike = ends.filter(|end| self.classes()[end.class as usize].relation == *relation).take(count);
        found.extend(alike.map(|end| Joined { from, to, class: end.class, place: end.place }));
        match found.len() - before == count {
            true => Ok(()),
            false => Err(Error::new(
                ErrorKind::Unknown,
                format!("no edge {relation} from node {from} to node {to} is left to remove"),
            )),
        }
    }

    fn check_there(&self, node: Node) -> Result<()> {
        match self.is_there(node.0) {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::Invalid, format!("node {} is not in this snapshot", node.0))),
        }
    }
}

/// An edge that goes, by what it is called.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Removal<'a> {
    from: u32,
    to: u32,
    relation: &'a Relation,
}

/// The classes of edges that come. The table is asked once about each relation.
struct NewClasses<'a> {
    pages: &'a Pages,
    classes: Classes,
    known: BTreeMap<(Sort<'a>, (bool, bool)), u16>,
}

/// A relation, and which of its variants.
type Sort<'a> = (&'a Relation, Option<&'a str>);

impl<'a> NewClasses<'a> {
    fn number(&mut self, from: u32, sort: Sort<'a>, to: u32) -> Result<u16> {
        let Pages { schema, groups, memberships, .. } = self.pages;
        let between = Governed { groups, memberships }.between(from, to);
        if let Some(number) = self.known.get(&(sort, between)) {
            return Ok(*number);
        }
        let (relation, variant) = sort;
        let row = schema.relation(relation.as_str())?;
        if let Some(name) = variant.filter(|name| row.variant(name).is_none()) {
            return Err(Error::unknown("variant", name, row.variants.iter().map(|variant| variant.name)));
        }
        let number = self.classes.number(schema, relation, variant, between);
        self.known.insert((sort, between), number);
        Ok(number)
    }
}
