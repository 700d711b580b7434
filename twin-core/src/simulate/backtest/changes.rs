//! A change of the past: made to what was known before it as a scenario, and held against what was there after it.

use std::collections::{BTreeMap, BTreeSet};

use super::found::{Aspect, BacktestEvent, EventKind, Finding, FindingOutcome, Tested};
use crate::analysis::EntityRef;
use crate::answer::{EvidenceId, EvidenceSource};
use crate::base::{Context, Result, Timestamp};
use crate::graph::Snapshot;
use crate::simulate::comparison::{Shape, standing};
use crate::simulate::difference::told;
use crate::simulate::{Dimension, Scenario, changes_between};

/// So much evidence of one finding is told.
const TOLD: usize = 5;

/// A commit, with what was known before it and by it.
pub(crate) struct Commit<'s> {
    pub at: Timestamp,
    pub before: &'s Snapshot,
    pub after: &'s Snapshot,
}

/// Holds what a scenario of the changes of a commit expects against what was there after it; `None` where it changed nothing that a scenario can say. O(entities + relations + changes²).
///
/// # Errors
/// `Cancelled` and `Limit` as the context says.
pub(crate) fn of_change(commit: &Commit<'_>, context: &Context) -> Result<Option<Tested>> {
    let Commit { at, before, after } = *commit;
    let changes = changes_between(before, after);
    if changes.is_empty() {
        return Ok(None);
    }
    let (scenario, unplaced) = Scenario::of_known(before, format!("what changed at {at}"), &changes);
    context.check()?;
    let predicted = scenario.snapshot();
    let worlds = [World::of(before), World::of(&predicted), World::of(after)];
    context.check()?;
    let mut tested = Tested {
        event: BacktestEvent {
            kind: EventKind::Change,
            at,
            as_of: before.as_of(),
            changes,
            unplaced,
            failed: Vec::new(),
            hits: 0,
            misses: 0,
            false_alarms: 0,
            unknown: Vec::new(),
        },
        findings: Vec::new(),
        told: BTreeSet::new(),
    };
    for aspect in ASPECTS {
        match held(aspect, at, &worlds) {
            Ok(findings) => {
                tested.told.insert(aspect);
                tested.findings.extend(findings);
            }
            Err(why) => tested.event.unknown.push(why),
        }
    }
    tested.event.unknown.sort();
    tested.event.unknown.dedup();
    Ok(Some(tested.counted()))
}

const ASPECTS: [Aspect; 7] = [
    Aspect::Entities,
    Aspect::Dependencies,
    Aspect::Owners,
    Aspect::SinglePointsOfFailure,
    Aspect::Cycles,
    Aspect::DecisionsViolated,
    Aspect::Drift,
];

/// What stands in a world in words, by aspect, each with its evidence; or why nobody can say.
struct World<'s> {
    snapshot: &'s Snapshot,
    stands: BTreeMap<Aspect, std::result::Result<Things, String>>,
}

type Things = BTreeMap<String, Vec<EvidenceId>>;

impl<'s> World<'s> {
    fn of(snapshot: &'s Snapshot) -> World<'s> {
        let told = told(snapshot);
        let plain = |words: BTreeSet<String>| Ok(words.into_iter().map(|word| (word, Vec::new())).collect());
        let mut stands = BTreeMap::from([
            (Aspect::Entities, plain(told.entities)),
            (Aspect::Dependencies, plain(told.dependencies)),
            (Aspect::Owners, plain(told.owners)),
        ]);
        for (dimension, shape) in standing(snapshot) {
            if let Some(aspect) = aspect(dimension) {
                stands.insert(aspect, shape.map(|shape| in_words(snapshot, shape)));
            }
        }
        World { snapshot, stands }
    }

    fn things(&self, aspect: Aspect) -> std::result::Result<&Things, String> {
        match self.stands.get(&aspect) {
            Some(things) => things.as_ref().map_err(Clone::clone),
            None => Err("nothing shows it".to_owned()),
        }
    }

    fn because(&self, aspect: Aspect, what: &str) -> Vec<String> {
        let cited = self.things(aspect).ok().and_then(|things| things.get(what));
        let proofs = cited.into_iter().flatten().filter_map(|id| self.snapshot.proof(*id));
        proofs.take(TOLD).map(|proof| proof.to_string()).collect()
    }
}

fn aspect(dimension: Dimension) -> Option<Aspect> {
    match dimension {
        Dimension::SinglePointsOfFailure => Some(Aspect::SinglePointsOfFailure),
        Dimension::Cycles => Some(Aspect::Cycles),
        Dimension::DecisionsViolated => Some(Aspect::DecisionsViolated),
        Dimension::Drift => Some(Aspect::Drift),
        _ => None,
    }
}

/// What a shape is about by name: what a change brings has no other id before it is there, and the only instance of a component is called like that, wherever it stands.
fn in_words(snapshot: &Snapshot, shape: Shape) -> Things {
    let whole = |about: &EntityRef| {
        let node = snapshot.node_of(&about.id)?;
        let component = snapshot.component(node);
        let is_only = component != node && snapshot.instances(component).len() == 1;
        is_only.then(|| snapshot.entity(component).name.clone())
    };
    let mut things = Things::new();
    for ((about, detail), evidence) in shape {
        let name = about.map(|about| format!("{} {}", about.kind, whole(&about).unwrap_or(about.name)));
        let words: Vec<String> = name.into_iter().chain(detail).collect();
        things.entry(words.join(": ")).or_default().extend(evidence);
    }
    things
}

/// What was to come and go, against what came and went.
fn held(aspect: Aspect, at: Timestamp, worlds: &[World<'_>; 3]) -> std::result::Result<Vec<Finding>, String> {
    let [before, predicted, after] = worlds;
    let (was, expected, is) = (before.things(aspect)?, predicted.things(aspect)?, after.things(aspect)?);
    let names: BTreeSet<&String> = was.keys().chain(expected.keys()).chain(is.keys()).collect();
    let finding = |what: &String| {
        let [was, expected, is] = [was, expected, is].map(|things| things.contains_key(what));
        let outcome = match (expected != was, is != was) {
            (true, true) => FindingOutcome::Hit,
            (false, true) => FindingOutcome::Miss,
            (true, false) => FindingOutcome::FalseAlarm,
            (false, false) => return None,
        };
        let knows = match (is, expected) {
            (true, _) => after,
            (false, true) => predicted,
            (false, false) => before,
        };
        Some(Finding {
            at,
            event: 0,
            aspect,
            what: what.clone(),
            is_new: !was,
            outcome,
            path: None,
            because: knows.because(aspect, what),
            why: None,
        })
    };
    Ok(names.into_iter().filter_map(finding).collect())
}
