//! An incident of the past: the blast radius as it would have been predicted the moment before, against what was affected.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::found::{Aspect, BacktestEvent, EventKind, Finding, FindingOutcome, Tested};
use crate::analysis::{BlastRadius, EntityRef, Hit, Trail, blast_radius};
use crate::base::{Error, ErrorKind, Result, Timestamp};
use crate::graph::{Node, Snapshot};
use crate::schema::{State, kind};

/// Something that failed, and what that affected, as people found out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PastIncident {
    /// When it began. What was known before is what the prediction rests on.
    pub at: Timestamp,
    /// What failed, each by id, record key, alias or unique name.
    pub failed: Vec<String>,
    /// What was affected besides, named in the same way.
    #[serde(default)]
    pub affected: Vec<String>,
}

/// What is to be tried.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BacktestDraft {
    /// Changes and incidents at this time or later; without it, from the beginning.
    pub since: Option<Timestamp>,
    /// Changes and incidents before this time; without it, until now.
    pub until: Option<Timestamp>,
    /// What failed in that time.
    pub incidents: Vec<PastIncident>,
    /// How many commits and incidents are looked at, at most. Without it: 1,000. Each costs as much as a snapshot of another time.
    pub most: Option<usize>,
}

impl BacktestDraft {
    /// How many commits and incidents are looked at where nobody says otherwise.
    pub const MOST: usize = 1_000;

    /// Reads what is to be tried from JSON.
    ///
    /// # Errors
    /// `Invalid`, with what is wrong.
    pub fn from_json(text: &str) -> Result<BacktestDraft> {
        let read = serde_json::from_str(text);
        read.map_err(|error| Error::misread("this does not say what to backtest", &error))
    }

    /// Refuses what makes no sense.
    ///
    /// # Errors
    /// `Invalid`, naming the field.
    pub(crate) fn check(&self, now: Timestamp) -> Result<()> {
        let invalid = |what: String| Err(Error::new(ErrorKind::Invalid, what));
        if let (Some(since), Some(until)) = (self.since, self.until)
            && since > until
        {
            return invalid(format!("until is {until}, which is before since, {since}"));
        }
        if self.most == Some(0) {
            return invalid("most is 0: look at one commit or incident at least".to_owned());
        }
        if let Some(place) = self.incidents.iter().position(|incident| incident.at > now) {
            return invalid(format!("incidents[{place}].at is {}, which is after now", self.incidents[place].at));
        }
        match self.incidents.iter().position(|incident| incident.failed.is_empty()) {
            Some(place) => invalid(format!("incidents[{place}].failed is empty: say what failed")),
            None => Ok(()),
        }
    }

    /// Whether a time is asked about.
    pub(crate) fn covers(&self, at: Timestamp) -> bool {
        self.since.is_none_or(|since| at >= since) && self.until.is_none_or(|until| at < until)
    }
}

/// Holds the blast radius that `before` predicts against what was affected. Names that `before` does not know are looked up in `today`: what the twin did not know then could not
/// be predicted. O(entities + relations).
///
/// # Errors
/// `Unknown` or `Ambiguous` for a name that neither knows.
pub(crate) fn of_incident(incident: &PastIncident, before: &Snapshot, today: &Snapshot) -> Result<Tested> {
    let failed = Named::all(&incident.failed, before, today)?;
    let affected = Named::all(&incident.affected, before, today)?;
    let seeds: BTreeSet<Node> = failed.iter().filter_map(|named| named.then).collect();
    let mut unknown: Vec<String> =
        failed.iter().filter(|named| named.then.is_none()).map(Named::unknown_then).collect();
    let (predicted, assumed) = predicted(before, &seeds);
    unknown.extend(assumed);
    let event = BacktestEvent {
        kind: EventKind::Incident,
        at: incident.at,
        as_of: before.as_of(),
        changes: Vec::new(),
        unplaced: Vec::new(),
        failed: failed.into_iter().map(|named| named.name).collect(),
        hits: 0,
        misses: 0,
        false_alarms: 0,
        unknown,
    };
    let findings = held(incident.at, &predicted, &affected, &seeds);
    Ok(Tested { event, findings, told: BTreeSet::from([Aspect::BlastRadius]) }.counted())
}

/// By component or thing, the worst of its instances, with why it is believed.
type Predicted = BTreeMap<Node, (Hit, Vec<String>)>;

/// Whom the failure of these reaches besides, and what is taken for granted.
fn predicted(before: &Snapshot, seeds: &BTreeSet<Node>) -> (Predicted, Vec<String>) {
    let Some(first) = seeds.first() else { return (Predicted::new(), Vec::new()) };
    let question = BlastRadius { nodes: seeds.iter().copied().collect(), ..BlastRadius::of(*first) };
    let answer = blast_radius(before, &question);
    let mut predicted = Predicted::new();
    for hit in &answer.value {
        let Some(node) = before.node_of(&hit.entity.id).filter(|node| !seeds.contains(node)) else { continue };
        let because = || answer.evidence(hit).iter().map(ToString::to_string).collect();
        let (worst, _) = predicted.entry(node).or_insert_with(|| (hit.clone(), because()));
        (worst.state, worst.at_least) = (worst.state.max(hit.state), worst.at_least.max(hit.at_least));
    }
    // What only leads to something that is called so, such as its balancer, is told with it.
    let is_component = |node: &Node| *before.kind(*node) == kind::COMPONENT;
    let wholes = predicted.keys().chain(seeds).filter(|node| is_component(node));
    let names: BTreeSet<String> = wholes.map(|node| before.entity(*node).name.clone()).collect();
    predicted.retain(|node, (hit, _)| is_component(node) || !names.contains(&hit.entity.name));
    (predicted, answer.assumptions.clone())
}

/// What was predicted against what came, each once; what failed itself is neither.
fn held(at: Timestamp, predicted: &Predicted, affected: &[Named], seeds: &BTreeSet<Node>) -> Vec<Finding> {
    let came: BTreeSet<Node> = affected.iter().filter_map(|named| named.then).collect();
    let of = |(node, (hit, because)): (&Node, &(Hit, Vec<String>))| {
        let outcome = if came.contains(node) { FindingOutcome::Hit } else { FindingOutcome::FalseAlarm };
        of_hit(at, hit, because, outcome)
    };
    let is_missed =
        |named: &&Named| named.then.is_none_or(|node| !predicted.contains_key(&node) && !seeds.contains(&node));
    let mut missed: Vec<&Named> = affected.iter().filter(is_missed).collect();
    missed.sort_by_key(|named| (&named.name, named.then));
    missed.dedup_by_key(|named| (&named.name, named.then));
    let mut findings: Vec<Finding> = predicted.iter().map(of).collect();
    findings.extend(missed.into_iter().map(|named| of_missed(at, named)));
    findings.sort_by(|a, b| (a.outcome, &a.what).cmp(&(b.outcome, &b.what)));
    findings
}

/// An entity as the host names it.
struct Named {
    /// What it is called, then or else today.
    name: String,
    /// The component or thing in the snapshot before, if it was known then.
    then: Option<Node>,
}

impl Named {
    fn all(names: &[String], before: &Snapshot, today: &Snapshot) -> Result<Vec<Named>> {
        names.iter().map(|name| Named::of(name, before, today)).collect()
    }

    fn of(name: &str, before: &Snapshot, today: &Snapshot) -> Result<Named> {
        let told = |snapshot: &Snapshot, node: Node| EntityRef::of(snapshot, snapshot.component(node)).name;
        match before.find(name) {
            Ok(node) => Ok(Named { name: told(before, node), then: Some(before.component(node)) }),
            Err(error) if error.kind() == ErrorKind::Unknown => {
                let node = today.find(name)?;
                let then = before.node_of(&today.entity(today.component(node)).id);
                Ok(Named { name: told(today, node), then })
            }
            Err(error) => Err(error),
        }
    }

    fn unknown_then(&self) -> String {
        format!("the twin did not know {} then", self.name)
    }
}

fn of_hit(at: Timestamp, hit: &Hit, because: &[String], outcome: FindingOutcome) -> Finding {
    let unsure = hit.at_least == State::None;
    let state = hit.state.as_str();
    Finding {
        at,
        event: 0,
        aspect: Aspect::BlastRadius,
        what: hit.entity.name.clone(),
        is_new: true,
        outcome,
        path: Some(Trail(hit.path.to_vec())),
        because: because.to_vec(),
        why: Some(if unsure { format!("{state} at worst, and perhaps not at all") } else { state.to_owned() }),
    }
}

fn of_missed(at: Timestamp, named: &Named) -> Finding {
    let no_path = || "no way over which failure passes led to it, by what was known then".to_owned();
    Finding {
        at,
        event: 0,
        aspect: Aspect::BlastRadius,
        what: named.name.clone(),
        is_new: true,
        outcome: FindingOutcome::Miss,
        path: None,
        because: Vec::new(),
        why: Some(if named.then.is_none() { named.unknown_then() } else { no_path() }),
    }
}
