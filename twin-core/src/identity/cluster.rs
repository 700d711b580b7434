//! From pairs to clusters: decisions first, then the strongest pairs, never against a conflict.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::answer::EvidenceId;
use crate::identity::decision;
use crate::identity::estate::{self, Seen, Shown};
use crate::identity::score::{self, Links, PairScore, THRESHOLD};
use crate::identity::{Directory, HumanDecision, RecordIndex};
use crate::observe::{Handle, Space};
use crate::schema::{Kind, Level, Schema, kind};

/// Records that are one thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    /// What they are together.
    pub kind: Kind,
    /// The records, in order; at least one.
    pub members: Vec<RecordIndex>,
}

/// Why two records were put together, or kept apart although something speaks for them.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// One record.
    pub a: RecordIndex,
    /// The other.
    pub b: RecordIndex,
    /// What speaks for and against.
    pub score: PairScore,
    /// Pairs that score as much are one thing.
    pub threshold: f64,
    /// Whether they are one thing.
    pub merged: bool,
    /// Whether a person said so of these two.
    pub by_person: bool,
    /// One line for people.
    pub reason: String,
    /// The facts that say so, as evidence of the snapshot that was built; empty until then.
    pub evidence: Vec<EvidenceId>,
}

/// The clusters of a revision with the reasons.
#[derive(Debug, Default)]
pub struct Clusters {
    /// The clusters, in the order of their first record.
    pub clusters: Vec<Cluster>,
    /// The pairs that were looked at, in the order in which they were decided.
    pub verdicts: Vec<Verdict>,
    /// What the estate showed, for the next revision.
    pub seen: Option<Arc<Seen>>,
}

/// Whether records of this kind found components by themselves.
pub fn founds_component(kind: &Kind) -> bool {
    *kind == kind::WORKLOAD || *kind == kind::SERVICE_NAME || *kind == kind::COMPONENT
}

/// Puts records together. A pure function of the facts and the decisions; the order of neither matters. What was seen `before` only saves work.
pub fn cluster(
    directory: &Directory<'_>,
    schema: &Schema,
    decisions: &[HumanDecision],
    before: Option<&Arc<Seen>>,
) -> Clusters {
    let records = 0..directory.records().len() as RecordIndex;
    let (founders, things): (Vec<RecordIndex>, Vec<RecordIndex>) = records
        .filter(|record| level_of(directory, schema, *record) != Some(Level::Support))
        .partition(|record| founds_component(&directory.record(*record).key.kind));
    let mut result = components(directory, &founders, decisions, before);
    result.clusters.extend(same_things(directory, &things, decisions));
    result.clusters.sort_by_key(|cluster| cluster.members[0]);
    result
}

fn level_of(directory: &Directory<'_>, schema: &Schema, record: RecordIndex) -> Option<Level> {
    schema.kind(directory.record(record).key.kind.as_str()).ok().map(|row| row.level)
}

/// Services, by scored pairs.
fn components(
    directory: &Directory<'_>,
    founders: &[RecordIndex],
    decisions: &[HumanDecision],
    before: Option<&Arc<Seen>>,
) -> Clusters {
    let context = directory.context();
    let links = Links::new(directory, founders);
    let standing = Standing::new(directory, decisions);
    let mut forest = Forest::new(founders);
    let pins = standing.pins.iter().filter(|(a, b)| forest.holds(*a) && forest.holds(*b)).copied();
    let pins: Vec<(RecordIndex, RecordIndex)> = pins.collect();
    let mut verdicts: Vec<Verdict> =
        pins.into_iter().map(|(a, b)| pinned(directory, &links, &mut forest, a, b)).collect();
    let mut scored: Vec<(PairScore, RecordIndex, RecordIndex)> = links
        .pairs()
        .into_iter()
        .take_while(|_| context.goes_on())
        .map(|(a, b)| (links.score(directory, a, b), a, b))
        .collect();
    scored.sort_by(|x, y| y.0.score.total_cmp(&x.0.score).then((x.1, x.2).cmp(&(y.1, y.2))));
    for (score, a, b) in scored.into_iter().take_while(|_| context.goes_on()) {
        let obstacle = obstacle(directory, &forest, &standing, &score, a, b);
        if obstacle.is_none() {
            forest.join(a, b);
        }
        let merged = obstacle.is_none();
        let reason = obstacle.unwrap_or_else(|| format!("score {:.1} reaches {THRESHOLD:.1}", score.score));
        let by_person = !merged && standing.is_split(a, b);
        verdicts.push(Verdict { a, b, score, threshold: THRESHOLD, merged, by_person, reason, evidence: Vec::new() });
    }
    let joined = estate::chains(forest.members.values());
    // What a person joined and split is joined: no evidence makes two of it.
    let split = standing.splits.iter().filter(|(a, b)| !forest.joins(*a, *b)).copied().collect();
    let (shown, seen) = estate::shown(directory, founders, (&joined, &split), before);
    let by_estate = by_estate(directory, shown, &standing, &mut forest);
    // What references did not join and the estate did is one thing: that they did not is no refusal any more.
    verdicts.retain(|verdict| verdict.merged || !forest.joins(verdict.a, verdict.b));
    verdicts.extend(by_estate);
    let clusters = forest.groups().into_iter().map(|members| of_members(directory, members)).collect();
    Clusters { clusters, verdicts, seen }
}

/// Joins what the estate shows to be one thing, and tells what nearly was.
fn by_estate(directory: &Directory<'_>, shown: Vec<Shown>, standing: &Standing, forest: &mut Forest) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for Shown { a, b, score, against } in shown {
        if against.is_none() && forest.joins(a, b) {
            continue;
        }
        let obstacle = against.or_else(|| kept_apart(directory, forest, standing, a, b));
        let merged = obstacle.is_none();
        if merged {
            forest.join(a, b);
        }
        let threshold = estate::NEEDED.bits();
        let reason = obstacle.unwrap_or_else(|| format!("score {:.1} reaches {threshold:.1}", score.score));
        let by_person = !merged && standing.is_split(a, b);
        verdicts.push(Verdict { a, b, score, threshold, merged, by_person, reason, evidence: Vec::new() });
    }
    verdicts
}

fn pinned(directory: &Directory<'_>, links: &Links, forest: &mut Forest, a: RecordIndex, b: RecordIndex) -> Verdict {
    forest.join(a, b);
    let score = links.score(directory, a, b);
    let against = if score.score < 0.0 { ", although the evidence speaks against it" } else { "" };
    Verdict {
        a,
        b,
        score,
        threshold: THRESHOLD,
        merged: true,
        by_person: true,
        reason: format!("pinned by a person{against}"),
        evidence: Vec::new(),
    }
}

/// What keeps a pair from being put together, if anything does.
fn obstacle(
    directory: &Directory<'_>,
    forest: &Forest,
    standing: &Standing,
    score: &PairScore,
    a: RecordIndex,
    b: RecordIndex,
) -> Option<String> {
    if score.score < THRESHOLD {
        return Some(too_little(score));
    }
    kept_apart(directory, forest, standing, a, b)
}

/// What keeps the groups of two records from being one thing, whatever speaks for it.
fn kept_apart(
    directory: &Directory<'_>,
    forest: &Forest,
    standing: &Standing,
    a: RecordIndex,
    b: RecordIndex,
) -> Option<String> {
    if forest.joins(a, b) {
        return None;
    }
    let (mine, theirs) = (forest.group(a), forest.group(b));
    for &x in &mine {
        for &y in &theirs {
            if standing.is_split(x, y) {
                return Some("split by a person".to_owned());
            }
            if score::stand_side_by_side(directory.record(x), directory.record(y)) {
                let (x, y) = (&directory.record(x).key, &directory.record(y).key);
                return Some(format!("{x} and {y} stand side by side in one place"));
            }
            if let Some(weight) = score::differ_in_role(directory, x, y) {
                return Some(format!("{}: {}", weight.field, weight.value));
            }
        }
    }
    None
}

/// One line that says why a score is too low.
fn too_little(score: &PairScore) -> String {
    let techniques: Vec<&str> = score.weights.iter().map(|weight| weight.technique).collect();
    let conflict = score.weights.iter().find(|weight| weight.weight < 0.0);
    match (conflict, &techniques[..]) {
        (Some(conflict), _) => format!("{}: {}", conflict.field, conflict.value),
        (None, ["name-alone"]) => "the name alone is no evidence".to_owned(),
        (None, []) => "nothing is shared".to_owned(),
        (None, _) => format!("score {:.1} is under {THRESHOLD:.1}", score.score),
    }
}

fn of_members(directory: &Directory<'_>, members: Vec<RecordIndex>) -> Cluster {
    let realized = members.iter().find_map(|record| directory.realizes(*record));
    Cluster { kind: realized.unwrap_or(kind::COMPONENT), members }
}

/// Everything else: records of one kind that answer to one name which is unique everywhere.
fn same_things(directory: &Directory<'_>, things: &[RecordIndex], decisions: &[HumanDecision]) -> Vec<Cluster> {
    let standing = Standing::new(directory, decisions);
    let mut forest = Forest::new(things);
    standing.pins.iter().for_each(|&(a, b)| forest.join(a, b));
    let mut by_name: BTreeMap<(&Kind, &Handle), Vec<RecordIndex>> = BTreeMap::new();
    for &record in things.iter().take_while(|_| directory.context().goes_on()) {
        let view = directory.record(record);
        for (handle, _) in view.handles.iter().filter(|(handle, _)| names_one_thing(handle)) {
            by_name.entry((&view.key.kind, handle)).or_default().push(record);
        }
    }
    by_name.retain(|(_, handle), records| handle.space == Space::Team || !stand_side_by_side(directory, records));
    for ((_, handle), records) in &by_name {
        let bare = handle.space == Space::Team && !handle.value.contains('/');
        let alias = if bare { qualified_team(directory, &handle.value) } else { None };
        for &other in records[1..].iter().chain(alias.as_ref()) {
            if !standing.keeps_apart(&forest.group(records[0]), &forest.group(other)) {
                forest.join(records[0], other);
            }
        }
    }
    let kind_of = |members: &[RecordIndex]| directory.record(members[0]).key.kind.clone();
    forest.groups().into_iter().map(|members| Cluster { kind: kind_of(&members), members }).collect()
}

/// Several records of one slot that claim a name are several things: the name is not as unique as it should be.
fn stand_side_by_side(directory: &Directory<'_>, records: &[RecordIndex]) -> bool {
    let distinct: BTreeSet<RecordIndex> = records.iter().copied().collect();
    let slots: BTreeSet<_> = distinct.iter().map(|record| score::slot(directory.record(*record))).collect();
    slots.len() < distinct.len()
}

/// The one team whose handle ends in `/name`, for a team that is called by its bare name.
fn qualified_team(directory: &Directory<'_>, name: &str) -> Option<RecordIndex> {
    let ending = format!("/{name}");
    let mut teams = directory.of_kind(kind::TEAM).filter(|record| {
        let handles = &directory.record(*record).handles;
        handles.iter().any(|(handle, _)| handle.space == Space::Team && handle.value.ends_with(&ending))
    });
    let first = teams.next()?;
    let organisation = |record: RecordIndex| {
        let handles = &directory.record(record).handles;
        handles.iter().find(|(handle, _)| handle.value.ends_with(&ending)).map(|(handle, _)| handle.value.clone())
    };
    teams.all(|other| organisation(other) == organisation(first)).then_some(first)
}

fn names_one_thing(handle: &Handle) -> bool {
    matches!(handle.space, Space::Team | Space::NativeId | Space::Image | Space::Package | Space::Annotation)
}

/// The decisions that stand, on records that are known.
struct Standing {
    pins: BTreeSet<(RecordIndex, RecordIndex)>,
    splits: BTreeSet<(RecordIndex, RecordIndex)>,
}

impl Standing {
    fn new(directory: &Directory<'_>, decisions: &[HumanDecision]) -> Self {
        let mut standing = Standing { pins: BTreeSet::new(), splits: BTreeSet::new() };
        for ((a, b), decision) in decision::standing(decisions) {
            let (Some(a), Some(b)) = (directory.by_key(a), directory.by_key(b)) else { continue };
            match decision {
                HumanDecision::Pin { .. } => standing.pins.insert((a.min(b), a.max(b))),
                _ => standing.splits.insert((a.min(b), a.max(b))),
            };
        }
        standing
    }

    /// Whether a person split any record of one group from any of the other.
    fn keeps_apart(&self, mine: &[RecordIndex], theirs: &[RecordIndex]) -> bool {
        !self.splits.is_empty() && mine.iter().any(|a| theirs.iter().any(|b| self.is_split(*a, *b)))
    }

    fn is_split(&self, a: RecordIndex, b: RecordIndex) -> bool {
        self.splits.contains(&(a.min(b), a.max(b)))
    }
}

/// Disjoint sets of records.
struct Forest {
    group_of: BTreeMap<RecordIndex, RecordIndex>,
    members: BTreeMap<RecordIndex, Vec<RecordIndex>>,
}

impl Forest {
    fn new(records: &[RecordIndex]) -> Self {
        Forest {
            group_of: records.iter().map(|record| (*record, *record)).collect(),
            members: records.iter().map(|record| (*record, vec![*record])).collect(),
        }
    }

    fn holds(&self, record: RecordIndex) -> bool {
        self.group_of.contains_key(&record)
    }

    fn joins(&self, a: RecordIndex, b: RecordIndex) -> bool {
        self.group_of.get(&a) == self.group_of.get(&b)
    }

    fn group(&self, record: RecordIndex) -> Vec<RecordIndex> {
        self.group_of.get(&record).and_then(|group| self.members.get(group)).cloned().unwrap_or_default()
    }

    /// Joins the smaller group into the larger. Records that are not in the forest are left alone.
    fn join(&mut self, a: RecordIndex, b: RecordIndex) {
        let (Some(&mine), Some(&theirs)) = (self.group_of.get(&a), self.group_of.get(&b)) else { return };
        if mine == theirs {
            return;
        }
        let size = |group: RecordIndex| self.members.get(&group).map_or(0, Vec::len);
        let (into, from) = if size(mine) >= size(theirs) { (mine, theirs) } else { (theirs, mine) };
        let moved = self.members.remove(&from).unwrap_or_default();
        self.group_of.extend(moved.iter().map(|record| (*record, into)));
        self.members.entry(into).or_default().extend(moved);
    }

    fn groups(self) -> Vec<Vec<RecordIndex>> {
        let sorted = |mut members: Vec<RecordIndex>| {
            members.sort_unstable();
            members
        };
        self.members.into_values().map(sorted).collect()
    }
}
