//! What every question shares: how its answer is wrapped, and how entities are named in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::answer::{Answer, EvidenceId, EvidenceSource, Freshness, Missing, Profile, Status};
use crate::base::Timestamp;
use crate::graph::{Node, Read, ScopeReading, Snapshot, SortReading};
use crate::identity::EntityId;
use crate::observe::{Capability, Outcome, Perspective, SourceId};
use crate::schema::{Kind, Relation, Schema, kind, relation};

/// An entity as rows name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct EntityRef {
    /// Its name for people.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// Its stable id.
    pub id: EntityId,
}

impl EntityRef {
    /// The entity at a node.
    pub fn of(snapshot: &Snapshot, node: Node) -> Self {
        let entity = snapshot.entity(node);
        EntityRef { name: entity.name.clone(), kind: entity.kind.clone(), id: entity.id.clone() }
    }
}

impl fmt::Display for EntityRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name)
    }
}

/// Rows that cite evidence in a field of that name.
macro_rules! cites {
    ($($row:ty),* $(,)?) => {
        $(impl crate::answer::Cites for $row {
            fn cites(&self) -> &[crate::answer::EvidenceId] {
                &self.evidence
            }
        })*
    };
}

cites!(
    super::Conflict,
    super::CostRow,
    super::Cycle,
    super::Description,
    super::DriftRow,
    super::GoverningDecision,
    super::Hit,
    super::IdentityReason,
    super::Neighbour,
    super::OwnerRow,
    super::ReviewRow,
    super::SmellRow,
    super::SaidValue,
    super::SuspectRow,
    super::Violation,
);

/// Wraps a value: the status, freshness and blind spots follow from the question's footprint, which is every kind and relation whose row
/// in the schema names the question.
pub fn envelope<T>(
    snapshot: &Snapshot,
    name: &str,
    question: serde_json::Value,
    needs: Profile,
    method: &str,
    value: T,
) -> Answer<T> {
    let footprint = Footprint::of(snapshot.schema(), name);
    let bearing = footprint.bearing(snapshot);
    let resolver: Arc<dyn EvidenceSource> = Arc::new(snapshot.clone());
    let mut question = question;
    if let Some(fields) = question.as_object_mut() {
        fields.insert("kind".to_owned(), name.into());
        fields.insert("needs".to_owned(), needs.as_str().into());
        if let Some(scenario) = snapshot.scenario_name() {
            fields.insert("scenario".to_owned(), scenario.into());
        }
    }
    Answer {
        question,
        status: status(snapshot, &bearing, needs, name),
        value,
        interval: None,
        basis: Vec::new(),
        method: method.to_owned(),
        assumptions: Vec::new(),
        inputs: sorts(&bearing),
        verdict: None,
        freshness: freshness(snapshot, &bearing, needs),
        blind_spots: blind_spots(&bearing),
        seed: None,
        revision: snapshot.revision(),
        as_of: snapshot.as_of(),
        resolver,
    }
}

/// The sides from which cited evidence is known.
pub(crate) fn basis(snapshot: &Snapshot, cited: impl IntoIterator<Item = EvidenceId>) -> Vec<Perspective> {
    let rows = &snapshot.pages().evidence;
    let sides = cited.into_iter().filter_map(|id| rows.get(id.0 as usize)).map(|row| row.perspective);
    sides.collect::<BTreeSet<Perspective>>().into_iter().collect()
}

/// The kinds and relations that a question reads.
struct Footprint<'a> {
    kinds: BTreeSet<&'a str>,
    relations: BTreeSet<&'a str>,
}

impl<'a> Footprint<'a> {
    fn of(schema: &'a Schema, question: &str) -> Self {
        let kinds = schema.kinds().filter(|row| row.read_by.contains(&question)).map(|row| row.name.as_str());
        let relations = schema.relations().filter(|row| row.read_by.contains(&question)).map(|row| row.name.as_str());
        Footprint { kinds: kinds.collect(), relations: relations.collect() }
    }

    fn meets(&self, capability: &Capability) -> bool {
        capability.kinds.iter().any(|kind| self.kinds.contains(kind.as_str()))
            || capability.relations.iter().any(|relation| self.relations.contains(relation.as_str()))
    }

    /// What was read that can bear on the question. O(sources and sorts).
    fn bearing<'s>(&self, snapshot: &'s Snapshot) -> Vec<&'s SortReading> {
        snapshot.readings().sorts().iter().filter(|sort| self.meets(&sort.capability)).collect()
    }
}

/// Costs as much as is missing.
fn status(snapshot: &Snapshot, bearing: &[&SortReading], needs: Profile, question: &str) -> Status {
    let (kinds, relations) = essential(question);
    if bearing.is_empty() || !yields(bearing, &kinds, &relations) {
        return Status::Unknown { why: never_read(question) };
    }
    let unlisted = snapshot.readings().unlisted().iter().map(|read| missing(read, None));
    let known = bearing.iter().flat_map(|sort| {
        let required = needs.required(sort.capability.stale_after);
        let stale = move |(_, reading): &&Read| age(snapshot, reading) > required;
        let stale = sort.whole.iter().take_while(stale);
        let stale = stale.map(move |read| missing(read, Some((age(snapshot, &read.1), required))));
        sort.partial.iter().map(|read| missing(read, None)).chain(stale)
    });
    let missing: BTreeSet<Missing> = known.chain(unlisted).collect();
    if missing.is_empty() { Status::Complete } else { Status::Partial { missing: missing.into_iter().collect() } }
}

/// What a question cannot be answered without, whatever else was read: without a bill, no cost is not "costs nothing".
fn essential(question: &str) -> (Vec<Kind>, Vec<Relation>) {
    match question {
        "cost" => (vec![kind::CHARGE], Vec::new()),
        "owners" => (vec![kind::OWNERSHIP_RULE], vec![relation::OWNED_BY]),
        "decisions" => (vec![kind::DECISION], Vec::new()),
        _ => (Vec::new(), Vec::new()),
    }
}

/// Whether anything that was read can yield one of these; true where none is asked for.
fn yields(bearing: &[&SortReading], kinds: &[Kind], relations: &[Relation]) -> bool {
    let can = |capability: &Capability| {
        capability.kinds.iter().any(|kind| kinds.contains(kind))
            || capability.relations.iter().any(|relation| relations.contains(relation))
    };
    (kinds.is_empty() && relations.is_empty()) || bearing.iter().any(|sort| can(&sort.capability))
}

pub(super) fn never_read(question: &str) -> String {
    format!("no source that can answer {question} has ever been read")
}

/// Whether any source that was read can yield records of this kind.
pub(super) fn reads_kind(snapshot: &Snapshot, kind: &Kind) -> bool {
    snapshot.readings().sorts().iter().any(|sort| sort.capability.kinds.contains(kind))
}

/// What is missing of a scope: it was not read to its end, or too long ago, where its age and the age that is allowed are given.
fn missing((scope, reading): &Read, stale: Option<(Duration, Duration)>) -> Missing {
    let why = match (&reading.outcome, stale) {
        (Outcome::Partial(why), _) => format!("last reading was partial: {why}"),
        (_, Some((age, allowed))) => {
            format!("stale: read {} s ago, {} s are allowed", age.as_secs(), allowed.as_secs())
        }
        (Outcome::Complete, None) => String::new(),
    };
    Missing { source: scope.source.clone(), scope: scope.path.clone(), why, since: reading.completed_at }
}

/// Ages are counted against the host's now, or against what was known then where the past is asked about.
pub(super) fn age(snapshot: &Snapshot, reading: &ScopeReading) -> Duration {
    let now = snapshot.now().min(snapshot.as_of().known);
    now.since(reading.completed_at.unwrap_or(Timestamp::MIN))
}

fn freshness(snapshot: &Snapshot, bearing: &[&SortReading], needs: Profile) -> Vec<Freshness> {
    let mut oldest: BTreeMap<(&SourceId, &str), (Timestamp, Duration)> = BTreeMap::new();
    for sort in bearing {
        let required = needs.required(sort.capability.stale_after);
        let entry = oldest.entry((&sort.source, &sort.capability.sort)).or_insert((sort.oldest, required));
        *entry = (entry.0.min(sort.oldest), entry.1.min(required));
    }
    let now = snapshot.now().min(snapshot.as_of().known);
    oldest
        .into_iter()
        .map(|((source, sort), (observed_at, required))| {
            let age = now.since(observed_at);
            let required_s = required.as_secs();
            Freshness {
                source: source.clone(),
                sort: sort.to_owned(),
                observed_at,
                age_s: age.as_secs(),
                required_s,
                met: age <= required,
            }
        })
        .collect()
}

fn sorts(bearing: &[&SortReading]) -> Vec<String> {
    bearing.iter().map(|sort| sort.capability.sort.clone()).collect::<BTreeSet<String>>().into_iter().collect()
}

fn blind_spots(bearing: &[&SortReading]) -> Vec<String> {
    let phrases = bearing.iter().flat_map(|sort| {
        let capability = &sort.capability;
        capability.cannot_see.iter().map(|phrase| format!("{} cannot see {phrase}", capability.sort))
    });
    phrases.collect::<BTreeSet<String>>().into_iter().collect()
}
