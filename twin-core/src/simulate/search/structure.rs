//! What the structure tells of a candidate: cheap, so every candidate is measured.

use std::collections::BTreeSet;

use crate::analysis::{Affected, EntityRef, Hazard};
use crate::graph::{EdgeRef, Node};
use crate::schema::State;
use crate::simulate::search::asked::Asked;
use crate::simulate::search::candidate::Candidate;
use crate::simulate::search::edit::Edit;
use crate::simulate::search::{Measure, MeasuredValue, SearchObjective};

/// The value by each objective; what only a comparison tells is unknown for now. O(entities + relations that are reached).
pub(super) fn measured(asked: &Asked<'_>, candidate: &Candidate) -> Vec<MeasuredValue> {
    asked.objectives.iter().map(|objective| value(asked, candidate, objective)).collect()
}

fn value(asked: &Asked<'_>, candidate: &Candidate, objective: &SearchObjective) -> MeasuredValue {
    let count = |count: usize| MeasuredValue::known(count as f64);
    let told = |value: Option<f64>| {
        let why = || MeasuredValue::unknown(format!("{} is not about this", asked.draft.aim.name()));
        value.map_or_else(why, MeasuredValue::known)
    };
    match objective.measure {
        Measure::Changes => count(candidate.edits.len()),
        Measure::DependenciesCut => count(cut(asked, candidate)),
        Measure::EntitiesAffected => count(affected(asked, candidate)),
        Measure::TeamsTouched => teams(candidate),
        Measure::Waves => count(candidate.waves.len()),
        Measure::DependenciesAcross => told(candidate.across.map(|across| across as f64)),
        Measure::DependenciesAcrossBetweenWaves => told(candidate.across_between_waves.map(|across| across as f64)),
        Measure::EntitiesFreed => count(candidate.freed),
        Measure::Modularity => told(candidate.modularity),
        Measure::Replicas => told(candidate.replicas.map(|replicas| replicas as f64)),
        _ => MeasuredValue::unknown("it was not held against the base"),
    }
}

/// How many relations of the base go: those that are cut between all instances, and what is needed by what is removed.
fn cut(asked: &Asked<'_>, candidate: &Candidate) -> usize {
    let goes = |edit: &Edit, edge: &EdgeRef<'_>| match edit {
        Edit::Cut { to, relation, .. } => asked.unit(edge.to) == *to && edge.edge.relation == *relation,
        Edit::Remove { node } => {
            asked.unit(edge.to) != *node && asked.is_need(&asked.base.pages().classes()[edge.class as usize])
        }
        Edit::Join { .. } | Edit::Move { .. } | Edit::Scale { .. } => false,
    };
    let count = |edit: &Edit| {
        let node = edit.changed();
        let parts: BTreeSet<Node> = asked.base.instances(node).into_iter().chain([node]).collect();
        parts.into_iter().flat_map(|part| asked.base.outgoing(part)).filter(|edge| goes(edit, edge)).count()
    };
    candidate.edits.iter().map(count).sum()
}

/// How many other things need what changes: whom a mistake in the changes would reach.
fn affected(asked: &Asked<'_>, candidate: &Candidate) -> usize {
    let changed: BTreeSet<Node> = candidate.edits.iter().map(|edit| edit.changed()).collect();
    let parts = changed.iter().flat_map(|node| asked.base.instances(*node).into_iter().chain([*node]));
    let seeds: Vec<(Node, State)> = parts.map(|node| (node, State::Down)).collect();
    let mut search = Affected::new(asked.base, Hazard::Outage, true);
    let reached: BTreeSet<Node> = search.by(&seeds).iter().map(|node| asked.unit(Node(*node))).collect();
    reached.difference(&changed).count()
}

/// How many teams have something to do: at least, if some of it has no owner that is known.
fn teams(candidate: &Candidate) -> MeasuredValue {
    let loads = || candidate.waves.iter().flat_map(|wave| &wave.teams);
    let known: BTreeSet<&EntityRef> = loads().filter_map(|load| load.team.as_ref()).collect();
    let unowned: usize = loads().filter(|load| load.team.is_none()).map(|load| load.changes).sum();
    if unowned == 0 {
        return MeasuredValue::known(known.len() as f64);
    }
    let why = format!("{unowned} of the changes are to what has no known owner");
    let ends = [known.len() as f64, (known.len() + unowned) as f64];
    MeasuredValue { value: (!known.is_empty()).then_some(ends[0]), range: Some(ends), ..MeasuredValue::unknown(why) }
}
