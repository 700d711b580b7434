//! Who answers for what, what was decided, and where reality departs from it.

use std::collections::{BTreeMap, BTreeSet};

use twin_core::analysis::GoverningDecision;
use twin_core::answer::{Answer, EvidenceId};
use twin_core::graph::{AttributeValue, Node, Snapshot};
use twin_core::schema::{Value, attribute, relation};
use twin_core::wire::label;

use super::pick::components;
use super::telling::Telling;

/// Tells who owns the services, and which of them nobody owns.
pub fn tell_owners(telling: &mut Telling, now: &Snapshot) {
    telling.section("Owners");
    let components = components(now);
    let Some(first) = components.first() else {
        telling.line("no service was found");
        return;
    };
    if !telling.trust(&now.owners(*first)) {
        return;
    }
    let mut teams: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut unowned = Vec::new();
    for node in components {
        let owners = now.owners(node).value;
        if owners.is_empty() {
            unowned.push(label(now, node));
        }
        for row in owners {
            teams.entry(row.owner.name).or_default().insert(label(now, node));
        }
    }
    for (team, owned) in teams {
        telling.line(format!("  {team:<20} {}", owned.into_iter().collect::<Vec<String>>().join(", ")));
    }
    if !unowned.is_empty() {
        telling.line(format!("  {:<20} {}", "nobody", unowned.join(", ")));
    }
}

/// Tells which decisions reality violates.
pub fn tell_decisions(telling: &mut Telling, now: &Snapshot) {
    telling.section("Decisions");
    let governed = now.nodes().filter(|node| is_governed(now, *node));
    let answers: Vec<Answer<Vec<GoverningDecision>>> = governed.map(|node| now.decisions(node)).collect();
    // Where nothing is governed, anything can be asked whether any decision was read at all.
    let any = now.nodes().next().map(|node| now.decisions(node));
    let Some(first) = answers.first().or(any.as_ref()) else {
        telling.line("cannot say: nothing was read that a decision could be about");
        return;
    };
    if !telling.trust(first) {
        return;
    }
    let mut told = BTreeSet::new();
    let mut kept = BTreeSet::new();
    for answer in &answers {
        for row in &answer.value {
            kept.insert(row.decision.id.clone());
            tell_violations(telling, now, answer, row, &mut told);
        }
    }
    telling.line(format!("{} decisions govern something that was read; {} violations", kept.len(), told.len()));
}

fn is_governed(now: &Snapshot, node: Node) -> bool {
    now.incoming(node).any(|edge| edge.edge.relation == relation::GOVERNS)
}

/// Each violation once, although a decision governs both its ends.
fn tell_violations(
    telling: &mut Telling,
    now: &Snapshot,
    answer: &Answer<Vec<GoverningDecision>>,
    row: &GoverningDecision,
    told: &mut BTreeSet<String>,
) {
    for violation in &row.violations {
        let (from, to) = (&violation.from.name, &violation.to.name);
        if !told.insert(format!("{} {from} {to}", row.decision.id)) {
            continue;
        }
        telling.line(format!("violated: {} forbids \"{}\"", row.decision.name, violation.forbids));
        let sides: Vec<&str> = violation.perspectives.iter().map(|side| side.as_str()).collect();
        telling.line(format!("  {from} → {to}, {}", sides.join(" and ")));
        telling.evidence(answer, &written(now, row, &violation.forbids));
        telling.evidence(answer, &violation.evidence);
    }
}

/// Where a decision says what it forbids.
fn written(now: &Snapshot, row: &GoverningDecision, forbids: &str) -> Vec<EvidenceId> {
    let Some(decision) = now.node_of(&row.decision.id) else { return Vec::new() };
    let says = |value: &&AttributeValue| matches!(&value.value, Value::Texts(texts) if texts.iter().any(|text| text == forbids));
    now.entity(decision).values(&attribute::FORBIDS).filter(says).flat_map(|value| value.evidence.clone()).collect()
}
