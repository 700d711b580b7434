//! Who is affected when something fails, now and as a what-if.

use std::collections::{BTreeMap, BTreeSet};

use twin_core::analysis::{EntityRef, Hit};
use twin_core::answer::{Answer, EvidenceId};
use twin_core::graph::{Node, Snapshot};
use twin_core::schema::{State, kind};
use twin_core::simulate::{Change, Outcome};
use twin_core::wire::label;

use super::telling::Telling;

const HITS: usize = 8;
const ASSUMED: usize = 2;

/// Tells who is affected if an entity is down.
pub fn tell_blast_radius(telling: &mut Telling, now: &Snapshot, failing: Option<Node>) {
    let Some(node) = failing else {
        telling.section("Blast radius");
        telling.line("cannot say: nothing that was read needs anything else");
        return;
    };
    telling.section(&format!("Blast radius: {} is down", label(now, node)));
    let answer = now.blast_radius(node).state(State::Down).run();
    if !telling.trust(&answer) {
        return;
    }
    let (told, between): (Vec<&Hit>, Vec<&Hit>) = answer.value.iter().partition(|hit| is_told(now, &hit.entity));
    telling.line(format!("{}: {} are affected", answer.status.as_str(), told.len()));
    told.iter().take(HITS).for_each(|hit| tell_hit(telling, &answer, hit));
    if let more @ 1.. = told.len().saturating_sub(HITS) {
        telling.line(format!("  and {more} more"));
    }
    if !between.is_empty() {
        telling.line(format!("  and {} load balancers and systems between them", between.len()));
    }
    let assumed = answer.assumptions.iter().map(|assumption| format!("  taken for granted: {assumption}"));
    telling.lines(assumed, ASSUMED);
}

/// Whether people would ask what happens to it: not a load balancer, which only passes requests on, nor the name of a group.
fn is_told(now: &Snapshot, entity: &EntityRef) -> bool {
    let row = now.schema().kind(entity.kind.as_str());
    row.is_ok_and(|row| row.read_by.contains(&"blast_radius") && row.name != kind::LOAD_BALANCER)
}

fn tell_hit(telling: &mut Telling, answer: &Answer<Vec<Hit>>, hit: &Hit) {
    let bounds = if hit.at_least == hit.state {
        word(hit.state).to_owned()
    } else {
        format!("{} to {}", word(hit.at_least), word(hit.state))
    };
    let name = hit.instance.as_ref().unwrap_or(&hit.entity);
    telling.line(format!("  {:<22} {bounds:<16} {}", name.name, hit.path));
    // The last relation of the path: whoever stands before it has a line above.
    let from_the_end: Vec<EvidenceId> = hit.evidence.iter().rev().copied().collect();
    telling.evidence(answer, &from_the_end);
}

fn word(state: State) -> &'static str {
    match state {
        State::None => "unharmed",
        State::Delayed => "delayed",
        State::Degraded => "degraded",
        State::Down => "down",
    }
}

/// Tells what follows from a failure and from a removal.
pub fn tell_scenarios(telling: &mut Telling, now: &Snapshot, failing: Option<Node>, removed: Option<Node>) {
    telling.section("What if");
    if failing.is_none() && removed.is_none() {
        telling.line("cannot say: nothing that was read needs anything else");
    }
    if let Some(node) = failing {
        let change = Change::fail(node, State::Degraded);
        tell_scenario(telling, now, &format!("{} is degraded", label(now, node)), change);
    }
    if let Some(node) = removed {
        tell_scenario(telling, now, &format!("{} is removed", label(now, node)), Change::remove(node));
    }
}

fn tell_scenario(telling: &mut Telling, now: &Snapshot, name: &str, change: Change) {
    let answer = now.scenario(name).with(change).outcome();
    telling.line(format!("{name}:"));
    if !telling.trust(&answer) {
        return;
    }
    let Outcome { impact, owners, unowned, .. } = &answer.value;
    let impact = impact.iter().filter(|hit| is_told(now, &hit.entity));
    telling.line(format!("  affected: {}", counted(impact)));
    let owners: BTreeSet<&str> = owners.iter().map(|row| row.owner.name.as_str()).collect();
    telling.line(format!("  to be told: {}", listed(&owners)));
    let unowned: BTreeSet<&str> =
        unowned.iter().filter(|entity| is_told(now, entity)).map(|entity| entity.name.as_str()).collect();
    if !unowned.is_empty() {
        telling.line(format!("  nobody to be told for: {}", listed(&unowned)));
    }
    tell_requests(telling, &answer);
}

/// The worst that may be, and what is sure.
fn counted<'a>(impact: impl Iterator<Item = &'a Hit>) -> String {
    let mut counts: BTreeMap<(State, State), usize> = BTreeMap::new();
    impact.for_each(|hit| *counts.entry((hit.state, hit.at_least)).or_default() += 1);
    let phrases: Vec<String> = counts
        .iter()
        .rev()
        .map(|((worst, least), count)| match worst == least {
            true => format!("{count} {}", word(*worst)),
            false => format!("{count} {} to {}", word(*least), word(*worst)),
        })
        .collect();
    if phrases.is_empty() { "nobody".to_owned() } else { phrases.join(", ") }
}

fn listed(names: &BTreeSet<&str>) -> String {
    if names.is_empty() { "nobody".to_owned() } else { names.iter().copied().collect::<Vec<&str>>().join(", ") }
}

fn tell_requests(telling: &mut Telling, answer: &Answer<Outcome>) {
    let Some(risk) = &answer.value.requests else {
        telling.line("  requests at risk: cannot say: no traces were read");
        return;
    };
    let (low, high) = (risk.at_least * 100.0, risk.at_most * 100.0);
    let share = if low == high { format!("{low:.0} %") } else { format!("{low:.0} to {high:.0} %") };
    telling.line(format!("  requests at risk: {share} of {} that were observed", risk.observed));
    let entries = risk.entries.iter().map(|entry| {
        format!("    {} of {} at {} {}", entry.at_most, entry.observed, entry.entry.name, entry.operation)
    });
    telling.lines(entries, ASSUMED);
}
