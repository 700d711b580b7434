//! A revision on the pages of the one before it: what did not change is the same memory.
//!
//! Entities, relations, groups and evidence keep their numbers where they can (see [`Numbers`]); rows are compared page by page, and lists of edges node by node.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::answer::EvidenceId;
use crate::graph::class::Governed;
use crate::graph::lookup::hash_of;
use crate::graph::numbers::Numbers;
use crate::graph::pages::{joined, kind_places, memberships};
use crate::graph::topology::Csr;
use crate::graph::{AttributeValue, Edge, Entity, EvidenceRow, Group, Pages, Rows};
use crate::identity::EntityId;
use crate::schema::Kind;

impl Pages {
    /// Lays rows out on the pages of a revision before, which were made by the same schema. What is read from them is what [`Pages::of`] would give, but for numbers. O(rows · log rows); the memory of
    /// what changed.
    #[must_use]
    pub fn after(before: &Pages, mut rows: Rows) -> Pages {
        if before.is_empty() {
            return Pages::of(rows);
        }
        rows.sort_edges();
        let evidence = evidence_numbers(before, &rows.evidence);
        renumber_evidence(&mut rows, &evidence);
        let nodes = node_numbers(before, &rows.entities);
        renumber_nodes(&mut rows, &nodes);
        let groups = group_numbers(before, &rows.groups);
        let places = place_numbers(before, &rows.edges);
        laid_out(before, rows, &Layout { evidence, nodes, groups, places })
    }
}

/// The numbers of everything that others name by number.
struct Layout {
    evidence: Numbers,
    nodes: Numbers,
    groups: Numbers,
    places: Numbers,
}

fn laid_out(before: &Pages, rows: Rows, layout: &Layout) -> Pages {
    let Rows { entities, edges, groups, evidence, .. } = rows;
    let bound = layout.nodes.bound;
    let (kinds, kind_of) = kinds(before, &entities);
    let memberships = before.memberships.after(memberships(bound, &groups, &layout.groups.of), bound as u32);
    let groups = before.groups.placed(&groups, &layout.groups, &absent_group());
    let mut classes = before.classes.clone();
    let governed = Governed { groups: &groups, memberships: &memberships };
    let joined = joined(&before.schema, (&edges, &layout.places.of), governed, &mut classes);
    let (outgoing, incoming) = Csr::both_ways(bound, &joined);
    let used = layout.nodes.rows();
    let vacant = (0_u32..).zip(&used).filter(|(_, row)| row.is_none()).map(|(number, _)| number).collect();
    Pages {
        schema: before.schema.clone(),
        entities: before.entities.placed(&entities, &layout.nodes, &absent_entity()),
        kinds: Arc::new(kinds),
        kind_of: again(&before.kind_of, numbered(&kind_of, &layout.nodes)),
        edges: before.edges.placed(&edges, &layout.places, &absent_edge()),
        topology: before.topology.after(outgoing, incoming, bound as u32),
        classes,
        evidence: before.evidence.placed(&evidence, &layout.evidence, &absent_evidence()),
        links: before.links.again(rows.links),
        unresolved: before.unresolved.again(rows.unresolved),
        charges: before.charges.again(rows.charges),
        touches: before.touches.again(rows.touches),
        verdicts: before.verdicts.again(rows.verdicts),
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

/// Rows that say the same keep their numbers, the first of those that are alike the least.
fn evidence_numbers(before: &Pages, rows: &[EvidenceRow]) -> Numbers {
    let mut hashed: Vec<(u64, u32)> = (0_u32..).zip(rows).map(|(place, row)| (evidence_hash(row), place)).collect();
    hashed.sort_unstable();
    let mut known = vec![None; rows.len()];
    for alike in hashed.chunk_by(|a, b| a.0 == b.0) {
        let numbers = before.evidence_with(alike[0].0);
        for ((_, place), number) in alike.iter().zip(numbers) {
            let same = before.evidence[number as usize] == rows[*place as usize];
            known[*place as usize] = same.then_some(number);
        }
    }
    Numbers::after(&known, before.evidence.len())
}

pub(super) fn evidence_hash(row: &EvidenceRow) -> u64 {
    hash_of(&(&row.scope, &row.chain, &row.field, &row.technique))
}

fn renumber_evidence(rows: &mut Rows, numbers: &Numbers) {
    let one = |id: &mut EvidenceId| id.0 = numbers.of[id.0 as usize];
    let all = |ids: &mut Vec<EvidenceId>| ids.iter_mut().for_each(one);
    let of_attributes = |values: &mut Vec<AttributeValue>| values.iter_mut().for_each(|value| all(&mut value.evidence));
    for entity in &mut rows.entities {
        all(&mut entity.evidence);
        of_attributes(&mut entity.attributes);
    }
    for edge in &mut rows.edges {
        all(&mut edge.evidence);
        of_attributes(&mut edge.attributes);
    }
    rows.links.iter_mut().for_each(|link| one(&mut link.evidence));
    rows.unresolved.iter_mut().for_each(|unresolved| all(&mut unresolved.evidence));
    rows.charges.iter_mut().for_each(|charge| one(&mut charge.evidence));
    rows.touches.iter_mut().for_each(|touch| one(&mut touch.evidence));
    rows.verdicts.iter_mut().for_each(|(_, _, verdict)| all(&mut verdict.evidence));
}

fn node_numbers(before: &Pages, entities: &[Entity]) -> Numbers {
    let known: Vec<Option<u32>> = entities.iter().map(|entity| before.with_id(&entity.id).next()).collect();
    Numbers::after(&known, before.entities.len())
}

fn renumber_nodes(rows: &mut Rows, numbers: &Numbers) {
    let one = |node: &mut u32| *node = numbers.of[*node as usize];
    rows.edges.iter_mut().for_each(|edge| [&mut edge.from, &mut edge.to].into_iter().for_each(one));
    for group in &mut rows.groups {
        one(&mut group.owner);
        group.members.iter_mut().for_each(one);
    }
    rows.unresolved.iter_mut().filter_map(|unresolved| unresolved.from.as_mut()).for_each(one);
    rows.charges.iter_mut().filter_map(|charge| charge.to.as_mut().ok()).for_each(one);
    rows.touches.iter_mut().for_each(|touch| [&mut touch.entry, &mut touch.touched].into_iter().for_each(one));
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
fn place_numbers(before: &Pages, edges: &[Edge]) -> Numbers {
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
fn kinds(before: &Pages, entities: &[Entity]) -> (Vec<Kind>, Vec<u16>) {
    let mut kinds = before.kinds.to_vec();
    let of = kind_places(&mut kinds, entities);
    (kinds, of)
}

fn absent_entity() -> Entity {
    Entity::new(EntityId::new(""), Kind::of(""), "")
}

fn absent_group() -> Group {
    Group { owner: u32::MAX, members: Vec::new(), k: 0 }
}

fn absent_edge() -> Edge {
    Edge {
        from: u32::MAX,
        to: u32::MAX,
        relation: crate::schema::Relation::of(""),
        variant: None,
        perspectives: Vec::new(),
        confidence: 0.0,
        attributes: Vec::new(),
        evidence: Vec::new(),
    }
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
