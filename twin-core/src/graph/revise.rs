//! A revision on the pages of the one before it: what did not change is the same memory.
//!
//! Entities, relations, groups and evidence keep their numbers where they can (see [`Numbers`]); rows are compared page by page, and lists of edges node by node.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::graph::class::Governed;
use crate::graph::numbers::Numbers;
use crate::graph::pages::{joined, kind_places, memberships};
use crate::graph::topology::{Csr, Topology};
use crate::graph::{Charge, Count, Edge, Entity, EvidenceRow, Group, Link, Pages, Touch, Unresolved};
use crate::identity::{EntityId, Verdict};
use crate::observe::{Diagnostic, RecordKey};
use crate::schema::{Kind, Relation, Schema};

/// The rows of a revision, with the numbers by which others name them. What did not change is the row of the revision before.
pub(super) struct Revision {
    pub entities: Vec<Arc<Entity>>,
    pub nodes: Numbers,
    pub evidence: Vec<Arc<EvidenceRow>>,
    pub evidence_numbers: Numbers,
    /// By left end, relation, right end, variant.
    pub edges: Vec<Arc<Edge>>,
    /// In order.
    pub groups: Vec<Group>,
    pub links: Vec<Arc<Link>>,
    pub unresolved: Vec<Arc<Unresolved>>,
    pub charges: Vec<Arc<Charge>>,
    pub touches: Vec<Arc<Touch>>,
    pub counts: Vec<Arc<Count>>,
    pub diagnostics: Vec<Diagnostic>,
    pub verdicts: Vec<Arc<(RecordKey, RecordKey, Verdict)>>,
    pub redirects: BTreeMap<EntityId, EntityId>,
}

impl Pages {
    /// Lays rows out on the pages of a revision before, which were made by the same schema or hold nothing. O(rows), of which those that are others are compared; the memory of
    /// what changed.
    #[must_use]
    pub(super) fn after(before: &Pages, schema: &Schema, rows: Revision) -> Pages {
        let groups = group_numbers(before, &rows.groups);
        let places = place_numbers(before, &rows.edges);
        let schema = if before.is_empty() { Arc::new(schema.clone()) } else { before.schema.clone() };
        laid_out(before, schema, rows, &groups, &places)
    }
}

fn laid_out(before: &Pages, schema: Arc<Schema>, rows: Revision, numbers: &Numbers, places: &Numbers) -> Pages {
    let Revision { entities, nodes, edges, groups, evidence, .. } = rows;
    let bound = nodes.bound;
    let (kinds, kind_of) = kinds(before, &entities);
    let memberships = before.memberships.after(memberships(bound, &groups, &numbers.of), bound as u32);
    let groups: Vec<Arc<Group>> = groups.into_iter().map(Arc::new).collect();
    let groups = before.groups.placed(&groups, numbers, absent_group());
    let mut classes = before.classes.clone();
    let governed = Governed { groups: &groups, memberships: &memberships };
    let joined = joined(&schema, edges.iter().map(|edge| &**edge).zip(&places.of), governed, &mut classes);
    let (outgoing, incoming) = Csr::both_ways(bound, &joined);
    let used = nodes.rows();
    let vacant = (0_u32..).zip(&used).filter(|(_, row)| row.is_none()).map(|(number, _)| number).collect();
    Pages {
        entities: before.entities.placed(&entities, &nodes, absent_entity()),
        kinds: Arc::new(kinds),
        kind_of: again(&before.kind_of, numbered(&kind_of, &nodes)),
        edges: before.edges.placed(&edges, places, absent_edge()),
        topology: match before.is_empty() {
            true => Topology::new(outgoing, incoming, bound as u32),
            false => before.topology.after(outgoing, incoming, bound as u32),
        },
        schema,
        classes,
        evidence: before.evidence.placed(&evidence, &rows.evidence_numbers, absent_evidence()),
        links: before.links.again(&rows.links),
        unresolved: before.unresolved.again(&rows.unresolved),
        charges: before.charges.again(&rows.charges),
        touches: before.touches.again(&rows.touches),
        counts: before.counts.again(&rows.counts),
        verdicts: before.verdicts.again(&rows.verdicts),
        diagnostics: again(&before.diagnostics, rows.diagnostics),
        redirects: again(&before.redirects, rows.redirects),
        vacant: again(&before.vacant, vacant),
        groups,
        memberships,
        ..Pages::default()
    }
    .with_lookups_of(before)
}

/// The value that was there before, if it is the same.
fn again<T: PartialEq>(before: &Arc<T>, after: T) -> Arc<T> {
    if **before == after { before.clone() } else { Arc::new(after) }
}

/// What is known of each entity, at its number; 0 where there is none.
fn numbered(of: &[u16], numbers: &Numbers) -> Vec<u16> {
    let mut numbered = vec![0; numbers.bound];
    numbers.of.iter().zip(of).for_each(|(number, of)| numbered[*number as usize] = *of);
    numbered
}

/// Groups are in the order of their owners: the first of an owner keeps the first number that a group of this owner had.
fn group_numbers(before: &Pages, groups: &[Group]) -> Numbers {
    let mut owned: BTreeMap<u32, VecDeque<u32>> = BTreeMap::new();
    for (number, group) in (0_u32..).zip(before.groups.iter()) {
        owned.entry(group.owner).or_default().push_back(number);
    }
    let known: Vec<Option<u32>> = groups.iter().map(|group| owned.get_mut(&group.owner)?.pop_front()).collect();
    Numbers::after(&known, before.groups.len())
}

/// Edges of a node are in one order before and after, so that a walk along both finds those that are the same.
fn place_numbers(before: &Pages, edges: &[Arc<Edge>]) -> Numbers {
    let mut known = vec![None; edges.len()];
    let mut first = 0;
    for alike in edges.chunk_by(|a, b| a.from == b.from) {
        let mut ends = before.topology.outgoing(alike[0].from).ends().map(|end| end.place).peekable();
        for (row, edge) in (first..).zip(alike) {
            let row_of = |place: u32| &before.edges[place as usize];
            while ends.next_if(|place| order(row_of(*place)) < order(edge)).is_some() {}
            known[row] = ends.next_if(|place| order(row_of(*place)) == order(edge));
        }
        first += alike.len();
    }
    Numbers::after(&known, before.edges.len())
}

fn order(edge: &Edge) -> (&str, u32, Option<&str>) {
    (edge.relation.as_str(), edge.to, edge.variant.as_deref())
}

/// The kinds of before and those that are new, and the place of each entity's.
fn kinds(before: &Pages, entities: &[Arc<Entity>]) -> (Vec<Kind>, Vec<u16>) {
    let mut kinds = before.kinds.to_vec();
    let of = kind_places(&mut kinds, entities.iter().map(|entity| &entity.kind));
    (kinds, of)
}

pub(super) fn absent_entity() -> Entity {
    Entity::new(EntityId::new(""), Kind::of(""), "")
}

fn absent_group() -> Group {
    Group { owner: u32::MAX, members: Vec::new(), k: 0 }
}

fn absent_edge() -> Edge {
    Edge::new(u32::MAX, Relation::of(""), u32::MAX, None)
}

fn absent_evidence() -> EvidenceRow {
    EvidenceRow {
        scope: crate::observe::Scope { source: crate::observe::SourceId(String::new()), path: String::new() },
        chain: Vec::new(),
        field: String::new(),
        technique: String::new(),
        confidence: 0.0,
        perspective: crate::observe::Perspective::Declared,
        observed_at: None,
    }
}
