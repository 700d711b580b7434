//! What a search needs to know of an edge, in one number: its relation and variant, what passes over it, and whether a group governs its ends.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::graph::paged::Paged;
use crate::graph::topology::Side;
use crate::graph::{Edge, Group};
use crate::schema::{Propagation, Relation, Schema, Variant};

/// All edges of one class pass failure in the same way.
#[derive(Clone, Debug, PartialEq)]
pub struct EdgeClass {
    /// The relation.
    pub relation: Relation,
    /// The variant, where somebody says which and the table has it.
    pub variant: Option<&'static str>,
    /// The mildest that may pass.
    pub mildest: Variant,
    /// The worst that may pass.
    pub worst: Variant,
    /// Whether the right end is a member of a group of the left end, which alone says what its state does to the left end.
    pub governed: bool,
    /// Whether the left end is a member of a group of the right end.
    pub governs: bool,
    /// Whether anything passes either way, as a group's member or by itself.
    pub passes_failure: bool,
    /// What is known of an edge of this class that has no row of its own.
    pub(super) row: Edge,
}

/// What makes two edges one class.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    relation: Relation,
    variant: Option<&'static str>,
    governed: bool,
    governs: bool,
}

/// The classes of a snapshot, by number. Cloning is O(1).
#[derive(Clone, Debug, Default)]
pub(super) struct Classes {
    rows: Arc<Vec<EdgeClass>>,
    numbers: Arc<BTreeMap<Key, u16>>,
}

impl Classes {
    pub fn rows(&self) -> &[EdgeClass] {
        &self.rows
    }

    /// The number of a class, which is made if it is new.
    pub fn number(
        &mut self,
        schema: &Schema,
        relation: &Relation,
        variant: Option<&str>,
        (governed, governs): (bool, bool),
    ) -> u16 {
        let row = schema.relation(relation.as_str()).ok();
        let variant = row.zip(variant).and_then(|(row, name)| row.variant(name)).map(|variant| variant.name);
        let key = Key { relation: relation.clone(), variant, governed, governs };
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        // The table limits its relations so that their classes can be counted.
        let number = u16::try_from(self.rows.len()).unwrap_or(u16::MAX);
        Arc::make_mut(&mut self.rows).push(key.class(schema));
        Arc::make_mut(&mut self.numbers).insert(key, number);
        number
    }
}

impl Key {
    fn class(&self, schema: &Schema) -> EdgeClass {
        let Key { relation, variant, governed, governs } = self.clone();
        let row = schema.relation(relation.as_str()).ok();
        let nothing = Variant { name: "", forward: Propagation::NOTHING, reverse: Propagation::NOTHING };
        let (mildest, worst) = row.map_or((nothing, nothing), |row| row.range(variant));
        let passes_failure = row.is_some_and(|row| row.passes_failure());
        let unsaid = Edge::new(u32::MAX, relation.clone(), u32::MAX, variant.map(str::to_owned));
        let row = Edge { confidence: 1.0, ..unsaid };
        EdgeClass { relation, variant, mildest, worst, governed, governs, passes_failure, row }
    }
}

/// Who governs whom: each owner of a group with each of its members.
#[derive(Clone, Copy)]
pub(super) struct Governed<'a> {
    pub groups: &'a Paged<Group>,
    /// From each member to its groups.
    pub memberships: &'a Side,
}

impl Governed<'_> {
    /// Whether a group of the left end governs the right end, and the other way round. O(groups of the two).
    pub fn between(&self, from: u32, to: u32) -> (bool, bool) {
        (self.governs(from, to), self.governs(to, from))
    }

    fn governs(&self, owner: u32, member: u32) -> bool {
        let mut groups = self.memberships.run(member).nodes().iter();
        groups.any(|group| self.groups[*group as usize].owner == owner)
    }
}
