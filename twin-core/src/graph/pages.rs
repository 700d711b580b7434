//! The rows of one revision: immutable, shared by every snapshot that stands on them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::answer::EvidenceId;
use crate::base::{Money, Timestamp};
use crate::graph::{Edge, Entity, Group};
use crate::identity::{EntityId, Verdict};
use crate::observe::{Diagnostic, Perspective, RecordKey, Scope, Step};
use crate::schema::Schema;

/// One piece of evidence with who says it.
#[derive(Clone, Debug, PartialEq)]
pub struct EvidenceRow {
    /// Who says it.
    pub scope: Scope,
    /// From what was read back to what was written.
    pub chain: Vec<Step>,
    /// The field that was read.
    pub field: String,
    /// How it was read.
    pub technique: String,
    /// Between 0 and 1.
    pub confidence: f64,
    /// From which side.
    pub perspective: Perspective,
    /// The source's own time, if it has one.
    pub observed_at: Option<Timestamp>,
}

/// One connection between two records, before it was lifted to entities.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Who needs.
    pub from: RecordKey,
    /// Its name for people.
    pub from_name: String,
    /// Who is needed.
    pub to: RecordKey,
    /// Its name for people.
    pub to_name: String,
    /// Why it is believed.
    pub evidence: EvidenceId,
}

/// A reference that means nothing here, or too much.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Unresolved {
    /// Whose reference.
    #[serde(skip)]
    pub from: Option<u32>,
    /// What it names.
    pub names: String,
    /// Why it was not followed.
    pub why: String,
    /// Where it stands.
    pub evidence: Vec<EvidenceId>,
}

/// One line of a bill with whom it is for.
#[derive(Clone, Debug, PartialEq)]
pub struct Charge {
    /// Whom it is for, or why nobody.
    pub to: Result<u32, String>,
    /// FOCUS `EffectiveCost`, else `BilledCost`.
    pub cost: Money,
    /// FOCUS `ServiceName`.
    pub service: Option<String>,
    /// The window.
    pub window: (Option<Timestamp>, Option<Timestamp>),
    /// Where the line stands.
    pub evidence: EvidenceId,
}

/// How many traces that began at one operation touched one thing, in one window.
#[derive(Clone, Debug, PartialEq)]
pub struct Touch {
    /// Where the traces began.
    pub entry: u32,
    /// At which operation.
    pub operation: String,
    /// What they touched.
    pub touched: u32,
    /// How many.
    pub traces: u64,
    /// Where it was counted.
    pub evidence: EvidenceId,
}

/// The rows of one revision.
#[derive(Debug, Default)]
pub struct Pages {
    /// The table that the rows obey.
    pub schema: Schema,
    /// The entities, by kind and id.
    pub entities: Vec<Entity>,
    /// The relations, by left end, relation, right end.
    pub edges: Vec<Edge>,
    /// The groups of which some members may fail.
    pub groups: Vec<Group>,
    /// All evidence.
    pub evidence: Vec<EvidenceRow>,
    /// Connections between records.
    pub links: Vec<Link>,
    /// References that were not followed.
    pub unresolved: Vec<Unresolved>,
    /// Lines of bills.
    pub charges: Vec<Charge>,
    /// What traces touched.
    pub touches: Vec<Touch>,
    /// What the table forbids, and other findings about facts that hold.
    pub diagnostics: Vec<Diagnostic>,
    /// The pairs of records that identity looked at, by their keys.
    pub verdicts: Vec<(RecordKey, RecordKey, Verdict)>,
    /// Ids that were merged into others.
    pub redirects: BTreeMap<EntityId, EntityId>,
    pub(crate) index: Index,
}

/// What is looked up: made once from the rows.
#[derive(Debug, Default)]
pub(crate) struct Index {
    pub by_id: BTreeMap<EntityId, u32>,
    pub by_record: BTreeMap<RecordKey, Vec<u32>>,
    pub by_name: BTreeMap<String, Vec<u32>>,
    pub outgoing: Adjacency,
    pub incoming: Adjacency,
    pub groups_of: BTreeMap<u32, Vec<u32>>,
    /// Each owner of a group with each of its members.
    pub governed: BTreeSet<(u32, u32)>,
}

/// The edges of each node, as offsets into one list.
#[derive(Debug, Default)]
pub(crate) struct Adjacency {
    offsets: Vec<u32>,
    edges: Vec<u32>,
}

impl Adjacency {
    fn new(nodes: usize, ends: impl Iterator<Item = u32> + Clone) -> Self {
        let mut offsets = vec![0_u32; nodes + 1];
        ends.clone().for_each(|node| offsets[node as usize + 1] += 1);
        for node in 0..nodes {
            offsets[node + 1] += offsets[node];
        }
        let mut next = offsets.clone();
        let mut edges = vec![0; offsets[nodes] as usize];
        for (edge, node) in ends.enumerate() {
            edges[next[node as usize] as usize] = edge as u32;
            next[node as usize] += 1;
        }
        Adjacency { offsets, edges }
    }

    pub(crate) fn of(&self, node: u32) -> &[u32] {
        let node = node as usize;
        match (self.offsets.get(node), self.offsets.get(node + 1)) {
            (Some(&start), Some(&end)) => &self.edges[start as usize..end as usize],
            _ => &[],
        }
    }
}

impl Pages {
    /// Makes the indexes. O(rows · log rows).
    #[must_use]
    pub fn indexed(mut self) -> Self {
        let mut index = Index {
            outgoing: Adjacency::new(self.entities.len(), self.edges.iter().map(|edge| edge.from)),
            incoming: Adjacency::new(self.entities.len(), self.edges.iter().map(|edge| edge.to)),
            ..Index::default()
        };
        for (node, entity) in self.entities.iter().enumerate() {
            let node = node as u32;
            index.by_id.insert(entity.id.clone(), node);
            index.by_name.entry(entity.name.to_lowercase()).or_default().push(node);
            for record in &entity.records {
                index.by_record.entry(record.clone()).or_default().push(node);
            }
        }
        for (group, members) in self.groups.iter().enumerate() {
            for member in &members.members {
                index.groups_of.entry(*member).or_default().push(group as u32);
                index.governed.insert((members.owner, *member));
            }
        }
        self.index = index;
        self
    }
}
