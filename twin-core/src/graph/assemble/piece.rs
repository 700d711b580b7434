//! Pieces: what one unit of assembly says, and by which names it found out. A piece is made anew when something that it read has changed, and else kept.

use std::sync::Arc;

use super::Places;
use crate::answer::EvidenceId;
use crate::base::{ByDigest, Digest, Hashes};
use crate::graph::pages::EvidenceRow;
use crate::graph::{AttributeValue, Charge, Count, Edge, Entity, Group, Link, Touch, Unresolved};
use crate::identity::{EntityId, Name, Seen};
use crate::observe::{Diagnostic, RecordKey};
use crate::schema::Kind;

/// The order of units: all of one sort before all of the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pass {
    Entities,
    Activity,
    Relations,
    Builds,
    Connections,
    Configured,
    StartOrder,
    Ownership,
    Charges,
    Traffic,
    Verdicts,
}

/// What is worked out in one go: a cluster, or one sort of things about one record. Nothing but its name says what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Unit {
    pub pass: Pass,
    pub of: Digest,
}

impl Unit {
    fn digest(self) -> Digest {
        Digest(self.of.0.rotate_left(8) ^ self.pass as u128)
    }
}

/// The cluster that a piece describes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Described {
    pub id: EntityId,
    pub kind: Kind,
    pub members: Vec<Digest>,
}

/// What one unit says. Numbers of entities are those of the revision; while the piece of a cluster is made, they are places among its own entities.
/// Numbers of evidence are those of the revision; while a piece is made, they are places among its own.
#[derive(Clone, Debug, Default)]
pub(super) struct Piece {
    /// The names that it goes by.
    pub names: Vec<Name>,
    pub described: Option<Described>,
    pub evidence: Vec<Arc<EvidenceRow>>,
    /// The number of each piece of evidence.
    pub evidence_numbers: Vec<u32>,
    pub entities: Vec<Arc<Entity>>,
    /// The number of each entity.
    pub nodes: Vec<u32>,
    /// Where the members of the cluster stand.
    pub places: Vec<Places>,
    /// Relations, each as it is said once.
    pub edges: Vec<Arc<Edge>>,
    /// Attributes of entities that other pieces describe.
    pub added: Vec<(u32, AttributeValue)>,
    pub groups: Vec<Group>,
    pub links: Vec<Arc<Link>>,
    pub unresolved: Vec<Arc<Unresolved>>,
    pub diagnostics: Vec<Diagnostic>,
    pub charges: Vec<Arc<Charge>>,
    pub touches: Vec<Arc<Touch>>,
    pub counts: Vec<Arc<Count>>,
    pub verdicts: Vec<Arc<(RecordKey, RecordKey, crate::identity::Verdict)>>,
}

impl Piece {
    /// Gives its entities other numbers.
    pub fn move_entities(&mut self, to: &[u32]) {
        let from = std::mem::replace(&mut self.nodes, to.to_vec());
        let one = |node: &mut u32| moved(node, &from, to);
        for edge in &mut self.edges {
            let edge = Arc::make_mut(edge);
            [&mut edge.from, &mut edge.to].into_iter().for_each(one);
        }
        for places in &mut self.places {
            [&mut places.own, &mut places.acting, &mut places.component].into_iter().flatten().for_each(one);
        }
    }

    /// Gives its evidence other numbers.
    pub fn move_evidence(&mut self, to: &[u32]) {
        let from = std::mem::replace(&mut self.evidence_numbers, to.to_vec());
        let one = |id: &mut EvidenceId| moved(&mut id.0, &from, to);
        let all = |ids: &mut Vec<EvidenceId>| ids.iter_mut().for_each(one);
        let values = |values: &mut Vec<AttributeValue>| values.iter_mut().for_each(|value| all(&mut value.evidence));
        for entity in self.entities.iter_mut().map(Arc::make_mut) {
            all(&mut entity.evidence);
            values(&mut entity.attributes);
        }
        for edge in self.edges.iter_mut().map(Arc::make_mut) {
            all(&mut edge.evidence);
            values(&mut edge.attributes);
        }
        self.added.iter_mut().for_each(|(_, value)| all(&mut value.evidence));
        self.links.iter_mut().for_each(|link| one(&mut Arc::make_mut(link).evidence));
        self.unresolved.iter_mut().for_each(|noted| all(&mut Arc::make_mut(noted).evidence));
        self.charges.iter_mut().for_each(|charge| one(&mut Arc::make_mut(charge).evidence));
        self.touches.iter_mut().for_each(|touch| one(&mut Arc::make_mut(touch).evidence));
        self.counts.iter_mut().for_each(|count| one(&mut Arc::make_mut(count).evidence));
        self.verdicts.iter_mut().for_each(|verdict| all(&mut Arc::make_mut(verdict).2.evidence));
    }
}

fn moved(number: &mut u32, from: &[u32], to: &[u32]) {
    if let Ok(place) = from.binary_search(number) {
        *number = to[place];
    }
}

/// The pieces of one revision: what the next need not find out again.
#[derive(Debug, Default)]
pub struct Assembly {
    pub(super) pieces: Vec<(Unit, Arc<Piece>)>,
    places: ByDigest<u32>,
    /// How many pieces were made anew for this revision.
    pub(super) made: usize,
    /// What the estate showed of founders.
    pub(super) seen: Option<Arc<Seen>>,
}

impl Assembly {
    pub(super) fn new(pieces: Vec<(Unit, Arc<Piece>)>, made: usize) -> Self {
        let places = pieces.iter().zip(0..).map(|((unit, _), place)| (unit.digest(), place)).collect();
        Assembly { pieces, places, made, seen: None }
    }

    pub(super) fn place(&self, unit: Unit) -> Option<usize> {
        self.places.get(&unit.digest()).map(|place| *place as usize)
    }

    /// What the estate showed of founders.
    pub fn seen(&self) -> Option<&Arc<Seen>> {
        self.seen.as_ref()
    }

    /// How many pieces were made anew for this revision.
    pub fn made(&self) -> usize {
        self.made
    }
}

/// Whether any of the names is among those that may mean something else now.
pub(super) fn is_changed(names: &[Name], changed: &Hashes) -> bool {
    !changed.is_empty() && names.iter().any(|name| changed.contains(name))
}
