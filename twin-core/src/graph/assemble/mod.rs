//! From facts and clusters to pages.
//!
//! Everything that needs two facts is joined here: references are resolved, selectors matched, configurations given to
//! whoever reads them, charges to whom they are for, activity to what lies in its folder. See `docs/decisions/0001-facts-are-local-joins-belong-to-the-graph.md`.
//!
//! It is done in units, each of which leaves a [`Piece`] and the names by which it found out; a unit of which no name means anything else than at the revision before
//! is not done again. See `docs/decisions/0014-assembly-keeps-what-it-read.md`.

mod activity;
mod builds;
mod charges;
mod configurations;
mod connections;
mod edges;
mod entities;
mod finish;
mod inverse;
mod ownership;
mod packages;
mod pattern;
mod piece;
mod recorded;
mod relations;
mod start_order;
mod traffic;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::answer::EvidenceId;
use crate::base::{Digest, Hashes, hash_of};
use crate::graph::numbers::Numbers;
use crate::graph::pages::EvidenceRow;
use crate::graph::revise::absent_entity;
use crate::graph::{Entity, Pages};
use crate::identity::{Cluster, Directory, EntityId, FactIndex, Name, RecordIndex, Seen, Verdict};
use crate::observe::{Holding, RecordKey, Step};
use crate::schema::{Kind, Relation, Schema, relation};

use edges::Said;
pub use piece::Assembly;
use piece::{Pass, Piece, Unit, is_changed};
use recorded::Recorded;

/// What identity found: the clusters, each with its id, and why.
#[derive(Debug)]
pub struct Identified<'a> {
    /// The clusters.
    pub clusters: &'a [Cluster],
    /// Their ids, in the same order.
    pub ids: &'a [EntityId],
    /// The names that people gave.
    pub names: &'a BTreeMap<RecordKey, String>,
    /// The pairs that were looked at.
    pub verdicts: Vec<Verdict>,
    /// Ids that were merged into others.
    pub redirects: BTreeMap<EntityId, EntityId>,
    /// What the estate showed, for the next revision.
    pub seen: Option<Arc<Seen>>,
}

/// The revision before, and what may mean something else since.
#[derive(Debug)]
pub struct Before<'a> {
    /// Its pages.
    pub pages: &'a Pages,
    /// How they were put together.
    pub assembly: &'a Assembly,
    /// The names by which records are found that changed since.
    pub(crate) changed: Hashes,
}

/// Builds the pages of a revision on those of the one before: what is read from them is what building on nothing would give, but for numbers. O(records + relations) to see what
/// changed, and O(log facts) for each fact of the units that are done again.
pub fn build(
    directory: &Directory<'_>,
    schema: &Schema,
    identified: Identified<'_>,
    before: Before<'_>,
) -> (Pages, Assembly) {
    let recorded = Recorded::new(directory);
    let mut build = Build::new(&recorded, schema, before);
    build.add_entities(&identified);
    build.add_activity();
    build.add_relations();
    build.add_base_images();
    build.change_what_was_seen();
    build.add_connections();
    build.add_start_order();
    build.add_ownership();
    build.add_charges();
    build.add_traffic();
    build.add_verdicts(identified.verdicts);
    let (pages, mut assembly) = build.finish(identified.redirects);
    assembly.seen = identified.seen;
    (pages, assembly)
}

/// The pages as they grow.
struct Build<'a> {
    directory: &'a Recorded<'a>,
    schema: &'a Schema,
    before: Before<'a>,
    /// The pieces so far.
    pieces: Vec<Made>,
    /// Which pieces of the revision before are kept.
    kept: Vec<bool>,
    /// The piece that is made now.
    piece: Piece,
    /// The entities by their numbers, once all of them are known.
    entities: Vec<Option<Arc<Entity>>>,
    nodes: Numbers,
    absent: Entity,
    places: Vec<Places>,
    components: OnceCell<BTreeMap<String, Vec<u32>>>,
    seen: OnceCell<BTreeSet<(u32, Relation, u32)>>,
}

/// A piece, and whether it was made anew.
struct Made {
    unit: Unit,
    piece: Arc<Piece>,
    is_new: bool,
}

/// The nodes that a record stands for.
#[derive(Clone, Copy, Debug, Default)]
struct Places {
    /// The record itself: a workload, an image, a team.
    own: Option<u32>,
    /// What acts at run time: the instance, or the resource that the workload is.
    acting: Option<u32>,
    /// The component.
    component: Option<u32>,
}

impl<'a> Build<'a> {
    fn new(directory: &'a Recorded<'a>, schema: &'a Schema, before: Before<'a>) -> Self {
        Build {
            directory,
            schema,
            pieces: Vec::with_capacity(before.assembly.pieces.len()),
            kept: vec![false; before.assembly.pieces.len()],
            before,
            piece: Piece::default(),
            entities: Vec::new(),
            nodes: Numbers::default(),
            absent: absent_entity(),
            places: vec![Places::default(); directory.len()],
            components: OnceCell::new(),
            seen: OnceCell::new(),
        }
    }

    /// Does a unit, or keeps what it said at the revision before if nothing that it read has changed.
    fn unit(&mut self, pass: Pass, of: Digest, work: impl FnOnce(&mut Self)) {
        let unit = Unit { pass, of };
        if !self.keeps(unit, |_| true) {
            self.directory.clear();
            work(self);
            self.make(unit);
        }
    }

    /// Does a unit whatever was said before.
    fn unit_anew(&mut self, pass: Pass, work: impl FnOnce(&mut Self)) {
        work(self);
        self.make(Unit { pass, of: Digest(0) });
    }

    /// Keeps the piece of a unit if it is still good.
    fn keeps(&mut self, unit: Unit, is_good: impl FnOnce(&Piece) -> bool) -> bool {
        let Some(place) = self.before.assembly.place(unit) else { return false };
        let piece = &self.before.assembly.pieces[place].1;
        if is_changed(&piece.names, &self.before.changed) || !is_good(piece) {
            return false;
        }
        self.kept[place] = true;
        self.pieces.push(Made { unit, piece: piece.clone(), is_new: false });
        true
    }

    /// Ends the piece that is made now.
    fn make(&mut self, unit: Unit) {
        let names = self.directory.take();
        let mut piece = Piece { names, ..std::mem::take(&mut self.piece) };
        piece.evidence_numbers = (0..piece.evidence.len() as u32).collect();
        self.pieces.push(Made { unit, piece: Arc::new(piece), is_new: true });
    }

    /// The pieces of some passes of the revision before that are not kept, and those that were made anew.
    fn replaced(&self, passes: &[Pass]) -> impl Iterator<Item = &Piece> {
        let before = self.before.assembly.pieces.iter().zip(&self.kept);
        let gone =
            before.filter(|((unit, _), kept)| !**kept && passes.contains(&unit.pass)).map(|((_, piece), _)| piece);
        let new = self.pieces.iter().filter(|made| made.is_new && passes.contains(&made.unit.pass));
        gone.chain(new.map(|made| &made.piece)).map(|piece| &**piece)
    }

    fn entity(&self, node: u32) -> &Entity {
        self.entities[node as usize].as_deref().unwrap_or(&self.absent)
    }

    fn nodes(&self) -> impl Iterator<Item = (u32, &Entity)> {
        (0_u32..).zip(&self.entities).filter_map(|(node, entity)| Some((node, entity.as_deref()?)))
    }

    fn kind(&self, node: u32) -> &Kind {
        &self.entity(node).kind
    }

    fn places(&self, record: RecordIndex) -> Places {
        self.directory.note(crate::identity::name_of(self.directory.digest(record)));
        self.places[record as usize]
    }

    /// The node of a record that the table lets stand at one end of a relation: the component before what acts before the record itself.
    fn admitted(&self, record: RecordIndex, ends: &crate::schema::Ends) -> Option<u32> {
        let places = self.places(record);
        let candidates = [places.component, places.acting, places.own];
        candidates.into_iter().flatten().find(|node| ends.admits(self.kind(*node)))
    }

    /// Evidence of a fact, one row for each scope that lists it.
    fn cite(&mut self, fact: FactIndex) -> Vec<EvidenceId> {
        self.cite_through(&[], fact, &[])
    }

    /// Evidence of a fact that is used through others: the steps `before` lead to it, those `after` follow it.
    fn cite_through(&mut self, before: &[Step], fact: FactIndex, after: &[Step]) -> Vec<EvidenceId> {
        let holding = self.directory.holding(fact);
        let rows = holding.listings.iter().flat_map(|listing| evidence_rows(holding, listing, before, after));
        rows.map(|row| self.keep(row)).collect()
    }

    fn keep(&mut self, row: EvidenceRow) -> EvidenceId {
        self.piece.evidence.push(Arc::new(row));
        EvidenceId(self.piece.evidence.len() as u32 - 1)
    }

    fn row(&self, id: EvidenceId) -> &EvidenceRow {
        &self.piece.evidence[id.0 as usize]
    }

    fn row_mut(&mut self, id: EvidenceId) -> &mut EvidenceRow {
        Arc::make_mut(&mut self.piece.evidence[id.0 as usize])
    }

    fn say_edge(&mut self, said: Said) {
        self.piece.edges.push(Arc::new(said.into()));
    }

    /// The steps of a fact's first evidence.
    fn steps(&self, fact: FactIndex) -> Vec<Step> {
        let first = self.directory.holding(fact).listings.first().and_then(|listing| listing.evidence.first());
        first.map(|evidence| evidence.chain.clone()).unwrap_or_default()
    }

    fn confidence(&self, evidence: &[EvidenceId]) -> f64 {
        evidence.iter().map(|id| self.row(*id).confidence).fold(0.0, f64::max)
    }

    /// Whether one was seen to publish or subscribe to the other.
    fn is_seen(&self, from: u32, relation: &Relation, to: u32) -> bool {
        self.directory.note(name_of_seen(from, to));
        let seen = self.seen.get_or_init(|| {
            let edges = self.pieces.iter().flat_map(|made| &made.piece.edges).filter(|edge| is_queued(&edge.relation));
            edges.map(|edge| (edge.from, edge.relation.clone(), edge.to)).collect()
        });
        seen.contains(&(from, relation.clone(), to))
    }

    /// From here on, what was seen between two may be something else than before.
    fn change_what_was_seen(&mut self) {
        let pieces = self.replaced(&[Pass::Relations, Pass::Builds]);
        let edges = pieces.flat_map(|piece| &piece.edges).filter(|edge| is_queued(&edge.relation));
        let names: Vec<Name> = edges.map(|edge| name_of_seen(edge.from, edge.to)).collect();
        self.before.changed.extend(names);
    }
}

fn is_queued(name: &Relation) -> bool {
    [relation::PUBLISHES_TO, relation::SUBSCRIBES_TO].contains(name)
}

/// The name of what is seen between two entities.
fn name_of_seen(from: u32, to: u32) -> Name {
    hash_of(&("seen", from, to))
}

fn evidence_rows<'b>(
    holding: &'b Holding<'_>,
    listing: &'b crate::observe::Listing,
    before: &'b [Step],
    after: &'b [Step],
) -> impl Iterator<Item = EvidenceRow> + 'b {
    listing.evidence.iter().map(move |evidence| EvidenceRow {
        scope: listing.scope.clone(),
        chain: before.iter().chain(&evidence.chain).chain(after).cloned().collect(),
        field: evidence.field.clone(),
        technique: evidence.technique.to_string(),
        confidence: evidence.confidence,
        perspective: holding.fact.perspective,
        observed_at: evidence.observed_at,
    })
}
