//! From facts and clusters to pages.
//!
//! Everything that needs two facts is joined here: references are resolved, selectors matched, configurations given to
//! whoever reads them, charges to whom they are for, activity to what lies in its folder. See `docs/decisions/0001-facts-are-local-joins-belong-to-the-graph.md`.

mod activity;
mod builds;
mod charges;
mod configurations;
mod connections;
mod edges;
mod entities;
mod inverse;
mod ownership;
mod packages;
mod pattern;
mod relations;
mod start_order;
mod traffic;

use std::collections::BTreeMap;

use crate::answer::EvidenceId;
use crate::graph::pages::EvidenceRow;
use crate::graph::{Entity, Group, Link, Rows, Unresolved};
use crate::identity::{Cluster, Directory, EntityId, FactIndex, RecordIndex, Verdict};
use crate::observe::{Diagnostic, Holding, RecordKey, Step};
use crate::schema::{Kind, Schema, relation};

use edges::Edges;

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
}

/// Builds the rows of a revision. O((facts + relations) · log facts).
pub fn build(directory: &Directory<'_>, schema: &Schema, identified: Identified<'_>) -> Rows {
    let mut build = Build::new(directory, schema);
    build.add_entities(&identified);
    build.add_activity();
    build.add_relations();
    build.add_base_images();
    build.add_package_dependencies();
    build.add_connections();
    build.add_start_order();
    build.add_ownership();
    build.add_charges();
    build.add_traffic();
    build.finish(identified)
}

/// The pages as they grow.
struct Build<'a> {
    directory: &'a Directory<'a>,
    schema: &'a Schema,
    evidence: Vec<EvidenceRow>,
    entities: Vec<Entity>,
    edges: Edges,
    groups: Vec<Group>,
    links: Vec<Link>,
    unresolved: Vec<Unresolved>,
    diagnostics: Vec<Diagnostic>,
    charges: Vec<crate::graph::Charge>,
    touches: Vec<crate::graph::Touch>,
    places: Vec<Places>,
    components: BTreeMap<String, Vec<u32>>,
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
    fn new(directory: &'a Directory<'a>, schema: &'a Schema) -> Self {
        Build {
            directory,
            schema,
            evidence: Vec::new(),
            entities: Vec::new(),
            edges: Edges::default(),
            groups: Vec::new(),
            links: Vec::new(),
            unresolved: Vec::new(),
            diagnostics: Vec::new(),
            charges: Vec::new(),
            touches: Vec::new(),
            places: vec![Places::default(); directory.records().len()],
            components: BTreeMap::new(),
        }
    }

    fn kind(&self, node: u32) -> &Kind {
        &self.entities[node as usize].kind
    }

    fn places(&self, record: RecordIndex) -> Places {
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
        self.evidence.push(row);
        EvidenceId(self.evidence.len() as u32 - 1)
    }

    /// The steps of a fact's first evidence.
    fn steps(&self, fact: FactIndex) -> Vec<Step> {
        let first = self.directory.holding(fact).listings.first().and_then(|listing| listing.evidence.first());
        first.map(|evidence| evidence.chain.clone()).unwrap_or_default()
    }

    fn confidence(&self, evidence: &[EvidenceId]) -> f64 {
        evidence.iter().map(|id| self.evidence[id.0 as usize].confidence).fold(0.0, f64::max)
    }

    fn finish(mut self, identified: Identified<'_>) -> Rows {
        let context = self.directory.context();
        let verdicts = identified
            .verdicts
            .into_iter()
            .take_while(|_| context.goes_on())
            .map(|verdict| self.cited(verdict))
            .collect();
        self.groups.extend(self.routing_groups());
        self.groups.sort();
        self.groups.dedup();
        self.unresolved.sort_by(|a, b| (a.from, &a.names, &a.why).cmp(&(b.from, &b.names, &b.why)));
        self.links.sort_by(|a, b| (&a.from, &a.to, a.evidence).cmp(&(&b.from, &b.to, b.evidence)));
        Rows {
            schema: self.schema.clone(),
            entities: self.entities,
            edges: self.edges.into_sorted(),
            groups: self.groups,
            evidence: self.evidence,
            links: self.links,
            unresolved: self.unresolved,
            charges: self.charges,
            touches: self.touches,
            diagnostics: self.diagnostics,
            verdicts,
            redirects: identified.redirects,
        }
    }

    /// A verdict by its records' keys, with the facts behind its weights as evidence.
    fn cited(&mut self, mut verdict: Verdict) -> (RecordKey, RecordKey, Verdict) {
        // The numbers of facts mean nothing beyond this directory.
        let weights = verdict.score.weights.iter_mut();
        let facts: Vec<FactIndex> = weights.flat_map(|weight| std::mem::take(&mut weight.facts)).collect();
        verdict.evidence = facts.into_iter().flat_map(|fact| self.cite(fact)).collect();
        let key = |record: RecordIndex| self.directory.record(record).key.clone();
        (key(verdict.a), key(verdict.b), verdict)
    }

    /// What spreads requests needs one of those behind it; a component needs one of its instances.
    fn routing_groups(&self) -> Vec<Group> {
        let mut groups: BTreeMap<(u32, &str), Vec<u32>> = BTreeMap::new();
        for edge in self.edges.iter() {
            match edge.relation.as_str() {
                name if name == relation::ROUTES_TO.as_str() => {
                    groups.entry((edge.from, "routes")).or_default().push(edge.to);
                }
                name if name == relation::INSTANCE_OF.as_str() => {
                    groups.entry((edge.to, "instances")).or_default().push(edge.from);
                }
                _ => {}
            }
        }
        groups.into_iter().map(|((owner, _), members)| Group { owner, members, k: 1 }).collect()
    }
}

fn evidence_rows<'b>(
    holding: &'b Holding,
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
