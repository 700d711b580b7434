//! What of a timeline does not go together.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::analysis::EntityRef;
use crate::answer::{Cites, EvidenceId};
use crate::base::Timestamp;
use crate::graph::{EdgeRef, Node, Snapshot};
use crate::schema::relation;
use crate::simulate::future::dated::{Dated, DatedKind, TimelineRow};

/// Why two things do not go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CollisionKind {
    /// Others still need what ends.
    StillNeeded,
    /// Two dates are given for one event.
    TwoDates,
    /// Two events of one entity in an order in which nothing lives.
    OutOfOrder,
    /// Two events of one entity of which one does not follow from the other.
    SeveralEvents,
    /// Something is to change while nothing may.
    UnderFreeze,
    /// What ends has a successor that starts later, or has gone by then.
    BeforeReplacement,
}

/// Events that do not go together.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Collision {
    /// When it shows.
    pub at: Timestamp,
    /// What sort of collision.
    pub collision: CollisionKind,
    /// The entity that it is about.
    pub entity: EntityRef,
    /// The rows of the timeline, by their places.
    pub rows: Vec<usize>,
    /// Who else is concerned: those who need it, or what takes its place.
    pub others: Vec<EntityRef>,
    /// Why, for people.
    pub why: String,
    /// Why that is believed.
    pub evidence: Vec<EvidenceId>,
}

impl Cites for Collision {
    fn cites(&self) -> &[EvidenceId] {
        &self.evidence
    }
}

/// The collisions of a timeline, in order. Rows are as many as events, in the same order.
pub(super) fn collisions(snapshot: &Snapshot, dated: &[Dated], rows: &[TimelineRow]) -> Vec<Collision> {
    let timeline = Timeline { snapshot, dated, rows };
    let mut found = timeline.still_needed();
    found.extend(timeline.on_one_entity());
    found.extend(timeline.under_freeze());
    found.extend(timeline.before_replacement());
    found.sort_by(|a, b| (a.at, a.collision, &a.entity, &a.rows).cmp(&(b.at, b.collision, &b.entity, &b.rows)));
    found
}

struct Timeline<'a> {
    snapshot: &'a Snapshot,
    dated: &'a [Dated],
    rows: &'a [TimelineRow],
}

impl Timeline<'_> {
    fn collision(
        &self,
        collision: CollisionKind,
        rows: Vec<usize>,
        others: Vec<EntityRef>,
        why: String,
    ) -> Option<Collision> {
        let first = rows.first().map(|place| &self.rows[*place])?;
        let mut evidence: Vec<EvidenceId> = rows.iter().flat_map(|place| self.rows[*place].evidence.clone()).collect();
        evidence.sort_unstable();
        evidence.dedup();
        Some(Collision { at: first.at, collision, entity: first.entity.clone()?, rows, others, why, evidence })
    }

    fn still_needed(&self) -> Vec<Collision> {
        let needed = self.rows.iter().enumerate().filter(|(_, row)| !row.needed_by.is_empty());
        let collision = |(place, row): (usize, &TimelineRow)| {
            let why = format!("{} still need it at its {}", row.needed_by.len(), told(row.what));
            self.collision(CollisionKind::StillNeeded, vec![place], row.needed_by.clone(), why)
        };
        needed.filter_map(collision).collect()
    }

    /// Each event with the one before it of the same entity.
    fn on_one_entity(&self) -> Vec<Collision> {
        let mut last: BTreeMap<Node, usize> = BTreeMap::new();
        let mut found = Vec::new();
        for (place, event) in self.dated.iter().enumerate().filter(|(_, event)| event.what != DatedKind::Freeze) {
            let before = event.node.and_then(|node| last.insert(node, place));
            let Some(before) = before else { continue };
            let (first, then) = (self.dated[before].what, event.what);
            let (a, b) = (told(first), told(then));
            let is_of_life = |what: DatedKind| what <= DatedKind::Removal;
            let (collision, why) = match (first, then) {
                (a_kind, b_kind) if a_kind == b_kind && a_kind != DatedKind::Other => {
                    (CollisionKind::TwoDates, format!("two dates are given for its {a}"))
                }
                (first, then) if is_of_life(first) && is_of_life(then) => match first < then {
                    true => continue,
                    false => (CollisionKind::OutOfOrder, format!("its {b} comes after its {a}")),
                },
                (first, _) if first.takes_away() => (CollisionKind::OutOfOrder, format!("its {b} comes after its {a}")),
                _ => (CollisionKind::SeveralEvents, format!("both its {a} and its {b} are dated")),
            };
            found.extend(self.collision(collision, vec![place, before], Vec::new(), why));
        }
        found
    }

    fn under_freeze(&self) -> Vec<Collision> {
        let freezes: Vec<(usize, &Dated)> =
            self.dated.iter().enumerate().filter(|(_, event)| event.what == DatedKind::Freeze).collect();
        let changes = |what: DatedKind| what.takes_away() || what == DatedKind::Start;
        let mut found = Vec::new();
        for (place, event) in self.dated.iter().enumerate().filter(|(_, event)| changes(event.what)) {
            let Some(node) = event.node else { continue };
            let holds = |freeze: &Dated| {
                freeze.at <= event.at
                    && freeze.until.is_none_or(|until| event.at < until)
                    && freeze.node.is_none_or(|frozen| self.is_within(node, frozen))
            };
            for (freeze, _) in freezes.iter().filter(|(_, freeze)| holds(freeze)) {
                let why = format!("its {} falls into a freeze", told(event.what));
                found.extend(self.collision(CollisionKind::UnderFreeze, vec![place, *freeze], Vec::new(), why));
            }
        }
        found
    }

    /// Whether a node is another, an instance or member of it, or part of it.
    fn is_within(&self, node: Node, other: Node) -> bool {
        let component = self.snapshot.component(node);
        let is_part = |edge: EdgeRef<'_>| edge.edge.relation == relation::PART_OF && edge.to == other;
        node == other || component == other || self.snapshot.outgoing(component).any(is_part)
    }

    fn before_replacement(&self) -> Vec<Collision> {
        let mut starts: BTreeMap<Node, usize> = BTreeMap::new();
        let mut ends: BTreeMap<Node, usize> = BTreeMap::new();
        for (place, event) in self.dated.iter().enumerate() {
            let Some(node) = event.node else { continue };
            if event.what == DatedKind::Start {
                // The last of several dates: by then it has started for sure.
                starts.insert(node, place);
            } else if event.what.ends() {
                ends.entry(node).or_insert(place);
            }
        }
        let mut found = Vec::new();
        for (old, end) in &ends {
            let succeeding = self.snapshot.incoming(*old).filter(|edge| edge.edge.relation == relation::SUCCESSOR_OF);
            for new in succeeding.map(|edge| edge.from) {
                let (at, name) = (self.dated[*end].at, &self.snapshot.entity(new).name);
                let late = starts.get(&new).filter(|start| self.dated[**start].at > at);
                let gone = ends.get(&new).filter(|end| self.dated[**end].at <= at);
                let (other, what) = match (late, gone) {
                    (Some(start), _) => (*start, "starts after that"),
                    (None, Some(gone)) => (*gone, "has ended by then"),
                    (None, None) => continue,
                };
                let why = format!("it ends ({}), and {name} that takes its place {what}", told(self.dated[*end].what));
                let others = vec![EntityRef::of(self.snapshot, new)];
                found.extend(self.collision(CollisionKind::BeforeReplacement, vec![*end, other], others, why));
            }
        }
        found
    }
}

/// An event in a sentence.
fn told(what: DatedKind) -> &'static str {
    match what {
        DatedKind::Start => "start",
        DatedKind::Deprecation => "deprecation",
        DatedKind::EndOfLife => "end of life",
        DatedKind::Sunset => "sunset",
        DatedKind::Removal => "removal",
        DatedKind::Expiry => "expiry",
        DatedKind::Freeze => "freeze",
        DatedKind::Decision => "decision",
        DatedKind::Other => "date",
    }
}
