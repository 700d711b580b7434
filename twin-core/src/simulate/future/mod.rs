//! As of the future: what is dated and still to come, what collides, and the estate as it will be.

mod collision;
mod dated;

pub use collision::{Collision, CollisionKind};
pub use dated::{DatedEvent, DatedKind, DatedSource, TimelineRow};

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::analysis::{basis, envelope};
use crate::answer::{Answer, Profile, Tabular};
use crate::base::{Result, Timestamp};
use crate::graph::{Node, Snapshot};
use crate::schema::State;
use crate::simulate::future::dated::{Dated, dated, rows};
use crate::simulate::{Change, Scenario};

/// What is to come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Future {
    /// Everything that is dated between now and then, in order.
    pub timeline: Vec<TimelineRow>,
    /// What does not go together, by the time at which it shows.
    pub collisions: Vec<Collision>,
}

/// The timeline.
impl Tabular for Future {
    type Row = TimelineRow;

    fn rows(&self) -> Cow<'_, [TimelineRow]> {
        Cow::Borrowed(&self.timeline)
    }
}

/// What is dated from the snapshot's now until a moment, that one included, and what of it collides.
///
/// Dates are read from attributes and labels of a name that tells what they are about, such as `sunset` or `eol`; from the dates of decisions that are accepted; and from what a
/// host knows beside the twin. O(attributes + relations of what ends + events · freezes).
///
/// # Errors
/// `Unknown` or `Ambiguous` for an event's entity, with the nearest names; `Invalid` for an event without an entity that is no freeze, and for an end that is not after its
/// beginning, or of an event that has none; `Limit` beyond 100,000 events or 1,000 freezes.
pub fn future(snapshot: &Snapshot, until: Timestamp, events: &[DatedEvent], needs: Profile) -> Result<Answer<Future>> {
    let (dated, past) = dated(snapshot, until, events)?;
    let gone = gone(snapshot, &dated);
    let timeline = rows(snapshot, &dated, &gone, needs);
    let collisions = collision::collisions(snapshot, &dated, &timeline);
    let asked = serde_json::json!({ "until": until, "events": events });
    let value = Future { timeline, collisions };
    // What bears on a blast radius bears on who needs what ends.
    let mut answer =
        envelope(snapshot, "blast_radius", asked, needs, "dated attributes and given events in order", value);
    if let Some(fields) = answer.question.as_object_mut() {
        fields.insert("kind".to_owned(), "future".into());
    }
    answer.basis = basis(snapshot, answer.value.timeline.iter().flat_map(|row| row.evidence.iter().copied()));
    answer.blind_spots.push(
        "texts that hold a date under a name that says nothing of a start or an end are not taken for dates".to_owned(),
    );
    answer.assumptions.push("who needs what today needs it then, unless it has gone before".to_owned());
    answer.assumptions.extend((past > 0).then(|| format!("{past} dates before now are left out")));
    answer.verdict = Some(match (answer.value.timeline.len(), answer.value.collisions.len()) {
        (0, _) => "nothing that is dated was read for this time".to_owned(),
        (events, collisions) => format!("{events} dated events, {collisions} collisions"),
    });
    Ok(answer)
}

/// The estate as it will be at a moment: what has had its sunset or was removed by then is removed, and what has expired is down. Nothing else changes, and nothing is renewed or
/// moved in time.
///
/// # Errors
/// As of [`future`].
pub fn as_of_future(snapshot: &Snapshot, until: Timestamp, events: &[DatedEvent]) -> Result<Scenario> {
    let (dated, past) = dated(snapshot, until, events)?;
    let gone = gone(snapshot, &dated);
    let mut scenario = Scenario::new(snapshot, format!("as of {until}"));
    let is_covered = |node: &Node| {
        let component = snapshot.component(*node);
        component != *node && gone.contains_key(&component)
    };
    for (node, at) in gone.iter().filter(|(node, _)| !is_covered(node)) {
        let name = &snapshot.entity(*node).name;
        scenario = scenario.with(Change::remove(*node)).assuming(format!("{name} is gone from {at} on"));
    }
    let expired =
        dated.iter().filter(|event| event.what == DatedKind::Expiry).filter_map(|event| Some((event.node?, event.at)));
    for event in dated.iter().filter(|event| event.what == DatedKind::EndOfLife) {
        let Some(node) = event.node.filter(|node| !gone.contains_key(node) && !is_covered(node)) else { continue };
        let name = &snapshot.entity(node).name;
        scenario = scenario.assuming(format!("nobody maintains {name} any more from {} on, and it runs on", event.at));
    }
    if past > 0 {
        scenario = scenario
            .assuming(format!("{past} dates before now are left out: what has expired already is taken to work"));
    }
    // The first of several dates of one entity: it is sorted by time.
    let mut first: BTreeMap<Node, Timestamp> = BTreeMap::new();
    for (node, at) in expired {
        first.entry(node).or_insert(at);
    }
    for (node, at) in first.iter().filter(|(node, _)| !gone.contains_key(node) && !is_covered(node)) {
        let name = &snapshot.entity(*node).name;
        let fail = Change::fail(*node, State::Down);
        scenario = scenario.with(fail).assuming(format!("{name} expires at {at} and is not renewed"));
    }
    Ok(scenario)
}

/// What goes for good, and when first.
fn gone(snapshot: &Snapshot, dated: &[Dated]) -> BTreeMap<Node, Timestamp> {
    let mut gone = BTreeMap::new();
    for event in dated.iter().filter(|event| event.what.takes_away()) {
        let Some(node) = event.node.filter(|node| snapshot.is_there(*node)) else { continue };
        gone.entry(node).or_insert(event.at);
    }
    gone
}

#[cfg(test)]
mod tests;
