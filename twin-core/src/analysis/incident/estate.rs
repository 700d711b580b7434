//! Incidents of a snapshot: its relations say who needs whom, so that what was measured is all that a host must bring.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::analysis::impact::{BlastRadius, arrow, check_environment, environment, is_elsewhere};
use crate::analysis::incident::model::{Incident, Metric, MetricSeries, ObservedNode, RecentChange, Symptom};
use crate::analysis::incident::suspects::{Anomaly, IncidentRanking, Suspect, rank_suspects};
use crate::analysis::owners::rows as owner_rows;
use crate::analysis::question::{EntityRef, basis, envelope};
use crate::analysis::{Hazard, Trail, rules::Rules};
use crate::answer::{Answer, EvidenceId, Profile, table_row};
use crate::base::{Context, Error, ErrorKind, Result, Timestamp};
use crate::graph::{EdgeRef, Node, Snapshot};
use crate::schema::{State, relation};

/// An incident as data: what was noticed, measured and changed. Entities are named by id, record key, alias or unique name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentDraft {
    /// What was noticed.
    pub symptom: SymptomDraft,
    /// What was measured.
    pub series: Vec<SeriesDraft>,
    /// When the incident's series begin. Needed where changes are given.
    #[serde(default)]
    pub begins: Option<Timestamp>,
    /// How long one interval of all series is, in seconds. Needed where changes are given.
    #[serde(default)]
    pub interval_s: Option<f64>,
    /// What was changed: deployments, configurations, flags.
    #[serde(default)]
    pub changes: Vec<ChangeEvent>,
    /// In which environment. Default: production, where any instance of what the symptom is at is known to be there.
    #[serde(default)]
    pub environment: Option<String>,
    /// What the question needs of its sources: `cadence` (default), `incident`, `planning` or `audit`.
    #[serde(default)]
    pub needs: Option<String>,
}

/// What was noticed, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SymptomDraft {
    /// Where.
    pub entity: String,
    /// In which metric.
    pub metric: Metric,
    /// In which statistic of it. Default: a mean, or else the first that is there.
    #[serde(default)]
    pub statistic: String,
}

/// One series of an entity. All series of an incident have the same intervals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeriesDraft {
    /// Of which entity; an instance stands apart from others of its component once one of them is named.
    pub entity: String,
    /// What is measured.
    pub metric: Metric,
    /// How it is summarised in an interval, such as `Average` or `p95`.
    #[serde(default)]
    pub statistic: String,
    /// The values of a normal period; `null` where nothing was measured.
    pub normal: Vec<Option<f64>>,
    /// The values of the incident.
    pub during: Vec<Option<f64>>,
}

/// Something that somebody changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeEvent {
    /// Where.
    pub entity: String,
    /// What, for people, such as `release 1.4.2`.
    pub what: String,
    /// When.
    pub at: Timestamp,
}

/// What may have caused a symptom.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct SuspectRow {
    /// Which entity.
    pub entity: EntityRef,
    /// The part of the blame that ends there, from 0 to 1.
    pub score: f64,
    /// The way from the symptom to it: names and, between them, relations.
    pub path: Trail,
    /// What is worse there than normally.
    pub anomalies: Vec<Anomaly>,
    /// What speaks for it.
    pub supporting: Vec<String>,
    /// What speaks against it.
    pub contradicting: Vec<String>,
    /// Who answers for it.
    pub owners: Vec<String>,
    /// Why each relation of the way is believed.
    pub evidence: Vec<EvidenceId>,
}

table_row!(SuspectRow: entity, score, path, anomalies, supporting, contradicting, owners, evidence);

impl SeriesDraft {
    /// Whether nothing of it was measured in the incident, which says nothing of how it was.
    fn is_silent(&self) -> bool {
        self.during.iter().all(Option::is_none)
    }
}

/// Refuses two series of one thing. O(series · log series).
fn check_series(series: &[SeriesDraft]) -> Result<()> {
    let mut known = BTreeSet::new();
    let mut again = series.iter().filter(|series| !known.insert((&series.entity, series.metric, &series.statistic)));
    match again.next() {
        Some(SeriesDraft { entity, metric, statistic, .. }) => {
            let statistic = if statistic.is_empty() { String::new() } else { format!(" {statistic}") };
            let what = format!("series tell{statistic} {metric:?} of {entity} twice: leave one out");
            Err(Error::new(ErrorKind::Invalid, what))
        }
        None => Ok(()),
    }
}

impl IncidentDraft {
    /// Reads an incident from JSON.
    ///
    /// # Errors
    /// `Invalid`, with what is wrong.
    pub fn from_json(text: &str) -> Result<IncidentDraft> {
        serde_json::from_str(text).map_err(|error| Error::misread("this is no incident", &error))
    }

    /// At how many intervals from the beginning of the series something was.
    fn intervals(&self, at: Timestamp) -> Result<f64> {
        let (Some(begins), Some(interval_s)) = (self.begins, self.interval_s) else {
            let what = "changes have a time, and the series have none: give begins and interval_s";
            return Err(Error::new(ErrorKind::Invalid, what));
        };
        if !(interval_s.is_finite() && interval_s > 0.0) {
            let what = format!("interval_s is {interval_s}: give the seconds of an interval");
            return Err(Error::new(ErrorKind::Invalid, what));
        }
        Ok((at.as_micros() as f64 - begins.as_micros() as f64) / 1e6 / interval_s)
    }
}

/// Ranks what may have caused a symptom of a snapshot, as [`rank_suspects`] does: whoever fails with what it needs is blamed on that. O(relations of what the symptom needs) beside the ranking.
///
/// # Errors
/// `Unknown` and `Ambiguous` for names; `Invalid` for series of a component and of its instances, and for changes without times of the series; those of [`rank_suspects`].
pub fn suspects(snapshot: &Snapshot, draft: &IncidentDraft, context: &Context) -> Result<Answer<Vec<SuspectRow>>> {
    let needs = draft.needs.as_deref().map_or(Ok(Profile::default()), Profile::parse)?;
    check_series(&draft.series)?;
    let symptom = snapshot.find(&draft.symptom.entity)?;
    let series = draft.series.iter().map(|series| snapshot.find(&series.entity)).collect::<Result<Vec<Node>>>()?;
    let changed = draft.changes.iter().map(|change| snapshot.find(&change.entity)).collect::<Result<Vec<Node>>>()?;
    let units = Units::of(snapshot, draft, symptom, &series)?;
    let needed = Needed::by(&units, symptom);
    let incident = incident(&units, &needed, draft, symptom, (&series, &changed))?;
    let ranking = rank_suspects(&incident, context)?;
    let rows: Vec<SuspectRow> = ranking.suspects.iter().filter_map(|suspect| row(&needed, suspect, needs)).collect();
    let asked = serde_json::json!({"incident": draft, "environment": units.environment});
    let method = "random walk with restart along what needs what, weighted by harm that is not explained further on";
    // Whatever may pass an outage on may have a part in one.
    let mut answer = envelope(snapshot, "blast_radius", asked, needs, method, rows);
    if let Some(fields) = answer.question.as_object_mut() {
        fields.insert("kind".to_owned(), "suspects".into());
    }
    answer.basis = basis(snapshot, answer.value.iter().flat_map(|row| row.evidence.iter().copied()));
    answer.verdict = Some(verdict(&answer.value, &ranking));
    answer.assumptions = ranking.assumptions;
    answer.blind_spots.extend(needed.out_of_reach(&series, &changed));
    let silent: BTreeSet<&str> =
        draft.series.iter().filter(|series| series.is_silent()).map(|series| series.entity.as_str()).collect();
    let told = |name: &str| format!("a series of {name} has no value in the incident, and counts as not measured");
    answer.blind_spots.extend(silent.into_iter().map(told));
    Ok(answer)
}

fn verdict(rows: &[SuspectRow], ranking: &IncidentRanking) -> String {
    let severity = ranking.severity.map_or("a symptom that was not measured".to_owned(), |severity| {
        format!("a symptom {severity:.1} standard deviations from normal")
    });
    match rows.first() {
        None => format!("nobody is suspect of {severity}"),
        Some(first) => format!("{} has {:.0} % of the blame for {severity}", first.entity.name, 100.0 * first.score),
    }
}

/// What counts as one node of an incident: a component with its instances in the environment, unless one of these is measured by itself.
struct Units<'a> {
    snapshot: &'a Snapshot,
    environment: Option<String>,
    /// Components whose instances are measured one by one.
    apart: BTreeSet<Node>,
}

impl<'a> Units<'a> {
    fn of(snapshot: &'a Snapshot, draft: &IncidentDraft, symptom: Node, series: &[Node]) -> Result<Self> {
        let is_part = |node: &&Node| snapshot.component(**node) != **node;
        let apart: BTreeSet<Node> =
            series.iter().chain([&symptom]).filter(is_part).map(|node| snapshot.component(*node)).collect();
        let apart: BTreeSet<Node> =
            apart.into_iter().filter(|component| snapshot.instances(*component).len() > 1).collect();
        if let Some(component) = series.iter().find(|node| apart.contains(node)) {
            let name = &snapshot.entity(*component).name;
            let what = format!("series of {name} and of one of its instances: give those of the instances, or its own");
            return Err(Error::new(ErrorKind::Invalid, what));
        }
        check_environment(snapshot, draft.environment.as_deref())?;
        // In the same environment as if what the symptom is at failed.
        let failing = BlastRadius::of(snapshot.component(symptom));
        let failing = BlastRadius { environment: draft.environment.clone(), ..failing };
        Ok(Units { snapshot, environment: environment(snapshot, &failing), apart })
    }

    /// The node that stands for one and whatever counts as the same.
    fn unit(&self, node: Node) -> Node {
        let component = self.snapshot.component(node);
        if self.apart.contains(&component) { self.snapshot.instance_of_record(node).unwrap_or(node) } else { component }
    }

    /// Whether a node says that it is in another environment.
    fn is_elsewhere(&self, node: Node) -> bool {
        self.environment.as_deref().is_some_and(|wanted| is_elsewhere(self.snapshot, node, wanted))
    }

    /// Everything that counts as the same as a node.
    fn parts(&self, node: Node) -> Vec<Node> {
        let unit = self.unit(node);
        let mut parts = self.snapshot.instances(unit);
        parts.extend([unit, node]);
        if self.apart.contains(&self.snapshot.component(unit)) {
            let records = self.snapshot.outgoing(unit).filter(|edge| edge.edge.relation == relation::REALIZED_BY);
            parts.extend(records.map(|edge| edge.to));
        }
        parts.sort_unstable();
        parts.dedup();
        parts.retain(|part| self.unit(*part) == unit && !self.is_elsewhere(*part));
        parts
    }
}

/// What a symptom needs, directly and around corners.
struct Needed<'a> {
    units: &'a Units<'a>,
    /// Who needs whom, with one relation that says so: as it is read along the need, and why it is believed.
    pairs: BTreeMap<(Node, Node), (String, Vec<EvidenceId>)>,
    /// The units that were met.
    met: BTreeSet<Node>,
    /// What an incident calls the units, and which is called so.
    names: BTreeMap<Node, String>,
    called: BTreeMap<String, Node>,
}

impl<'a> Needed<'a> {
    fn by(units: &'a Units<'a>, symptom: Node) -> Self {
        let rules = Rules::of(units.snapshot, Hazard::Outage, true);
        let start = units.unit(symptom);
        let (pairs, names, called) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut needed = Needed { units, pairs, met: BTreeSet::from([start]), names, called };
        let mut waiting = VecDeque::from([start]);
        let mut met: BTreeSet<Node> = BTreeSet::new();
        while let Some(next) = waiting.pop_front() {
            for part in units.parts(next).into_iter().filter(|part| met.insert(*part)).collect::<Vec<Node>>() {
                for (other, edge, along) in needs(units.snapshot, &rules, part) {
                    if units.is_elsewhere(other) {
                        continue;
                    }
                    needed.take(part, other, &edge, along);
                    if needed.met.insert(units.unit(other)) || !met.contains(&other) {
                        waiting.push_back(other);
                    }
                }
            }
        }
        needed.name();
        needed
    }

    /// Calls units by their names, and by their ids where two have one name.
    fn name(&mut self) {
        let mut alike: BTreeMap<&str, Vec<Node>> = BTreeMap::new();
        for unit in &self.met {
            alike.entry(&self.units.snapshot.entity(*unit).name).or_default().push(*unit);
        }
        for (name, units) in alike {
            for unit in &units {
                let id = &self.units.snapshot.entity(*unit).id;
                let told = if units.len() == 1 { name.to_owned() } else { format!("{name} ({id})") };
                self.names.insert(*unit, told.clone());
                self.called.insert(told, *unit);
            }
        }
    }

    fn take(&mut self, node: Node, other: Node, edge: &EdgeRef<'_>, along: bool) {
        let pair = (self.units.unit(node), self.units.unit(other));
        if pair.0 != pair.1 {
            let told = || (arrow(self.units.snapshot, edge.edge, along), edge.edge.evidence.clone());
            self.pairs.entry(pair).or_insert_with(told);
        }
    }

    fn id(&self, unit: Node) -> String {
        self.names.get(&unit).cloned().unwrap_or_default()
    }

    /// What was measured or changed although nothing that was read leads to it from the symptom.
    fn out_of_reach(&self, series: &[Node], changed: &[Node]) -> Vec<String> {
        let lost = |nodes: &[Node]| -> BTreeSet<Node> {
            nodes.iter().map(|node| self.units.unit(*node)).filter(|unit| !self.met.contains(unit)).collect()
        };
        let name = |node: &Node| &self.units.snapshot.entity(*node).name;
        let why = |node: &Node| match self.units.is_elsewhere(*node) {
            true => "it says that it is in another environment",
            false => "nothing that was read leads there from the symptom",
        };
        let measured = lost(series);
        let changed: BTreeSet<Node> = lost(changed).difference(&measured).copied().collect();
        let told = measured.iter().map(|node| format!("{} was measured, and {}", name(node), why(node)));
        told.chain(changed.iter().map(|node| format!("{} was changed, and {}", name(node), why(node)))).collect()
    }
}

/// What a node needs, each with the relation that says so and whether it is read from left to right.
fn needs<'s>(snapshot: &'s Snapshot, rules: &Rules, node: Node) -> Vec<(Node, EdgeRef<'s>, bool)> {
    let classes = snapshot.pages().classes();
    // Members of a group are needed as well, though not each of them.
    let along = |edge: &EdgeRef<'_>| rules.rule(edge.class).to_left.passes() || classes[edge.class as usize].governed;
    // What only starves asks nobody, and so waits for nobody.
    let against = |edge: &EdgeRef<'_>| {
        rules.rule(edge.class).to_right.of(State::Down) >= State::Degraded || classes[edge.class as usize].governs
    };
    let outgoing = snapshot.outgoing(node).filter(along).map(|edge| (edge.to, edge, true));
    let incoming = snapshot.incoming(node).filter(against).map(|edge| (edge.from, edge, false));
    outgoing.chain(incoming).collect()
}

fn incident(
    units: &Units<'_>,
    needed: &Needed<'_>,
    draft: &IncidentDraft,
    symptom: Node,
    (series, changed): (&[Node], &[Node]),
) -> Result<Incident> {
    let mut measured: BTreeMap<Node, Vec<MetricSeries>> = BTreeMap::new();
    for (node, series) in series.iter().zip(&draft.series).filter(|(_, series)| !series.is_silent()) {
        let SeriesDraft { metric, statistic, normal, during, .. } = series.clone();
        measured.entry(units.unit(*node)).or_default().push(MetricSeries { metric, statistic, normal, during });
    }
    let nodes = needed
        .met
        .iter()
        .map(|unit| ObservedNode { id: needed.id(*unit), series: measured.remove(unit).unwrap_or_default() });
    let nodes = nodes.collect();
    let mut changes = Vec::new();
    for (node, change) in changed.iter().zip(&draft.changes) {
        let at = draft.intervals(change.at)?;
        if needed.met.contains(&units.unit(*node)) {
            changes.push(RecentChange { node: needed.id(units.unit(*node)), what: change.what.clone(), at });
        }
    }
    let SymptomDraft { metric, statistic, .. } = draft.symptom.clone();
    let calls = needed.pairs.keys().map(|(from, to)| (needed.id(*from), needed.id(*to))).collect();
    let symptom = Symptom { node: needed.id(units.unit(symptom)), metric, statistic };
    Ok(Incident { nodes, calls, changes, symptom })
}

fn row(needed: &Needed<'_>, suspect: &Suspect, needs: Profile) -> Option<SuspectRow> {
    let snapshot = needed.units.snapshot;
    let way: Vec<Node> = suspect.path.iter().filter_map(|id| needed.called.get(id).copied()).collect();
    let last = *way.last()?;
    let name = |node: Node| snapshot.entity(node).name.clone();
    let (mut path, mut evidence) = (vec![name(*way.first()?)], Vec::new());
    for step in way.windows(2) {
        let (relation, why) = needed.pairs.get(&(step[0], step[1]))?;
        path.extend([relation.clone(), name(step[1])]);
        evidence.extend(why);
    }
    let owners = owner_rows(snapshot, last, &[], needs).into_iter().filter(|row| row.shown);
    let owners: BTreeSet<String> = owners.map(|row| row.owner.name).collect();
    Some(SuspectRow {
        entity: EntityRef::of(snapshot, last),
        score: suspect.score,
        path: Trail(path),
        anomalies: suspect.anomalies.clone(),
        supporting: suspect.supporting.clone(),
        contradicting: suspect.contradicting.clone(),
        owners: owners.into_iter().collect(),
        evidence,
    })
}
