//! What was merged and why, and what was not although it looks the same.

use std::collections::{BTreeMap, BTreeSet};

use twin_core::analysis::IdentityReason;
use twin_core::graph::{Node, Snapshot};
use twin_core::wire::label;

use super::pick::components;
use super::telling::Telling;

const MERGED: usize = 4;
const REFUSED: usize = 8;

/// Tells about merges, one for each sort of reason, and about refusals.
pub fn tell(telling: &mut Telling, now: &Snapshot) {
    telling.section("What is one thing, and why");
    let components = components(now);
    let Some(first) = components.first() else {
        telling.line("no service was found");
        return;
    };
    if !telling.trust(&now.explain(*first)) {
        return;
    }
    let records: usize = components.iter().map(|node| now.entity(*node).records.len()).sum();
    telling.line(format!("{records} records are {} services", components.len()));
    let mut merged: Vec<(Node, IdentityReason)> = components
        .iter()
        .flat_map(|node| {
            now.explain(*node).value.into_iter().filter(|reason| reason.merged).map(|reason| (*node, reason))
        })
        .collect();
    merged.sort_by(|a, b| b.1.score.total_cmp(&a.1.score));
    let mut told: BTreeSet<Vec<String>> = BTreeSet::new();
    merged.retain(|(_, reason)| told.insert(reason.weights.iter().map(|weight| weight.field.to_string()).collect()));
    merged.iter().take(MERGED).for_each(|(node, reason)| tell_merge(telling, now, *node, reason));
    tell_refusals(telling, now, &components);
}

fn tell_merge(telling: &mut Telling, now: &Snapshot, node: Node, reason: &IdentityReason) {
    telling.line(format!("{}: {} = {}", label(now, node), reason.a, reason.b));
    let weights: Vec<String> = reason
        .weights
        .iter()
        .map(|weight| format!("{} {} {:+.1}", weight.field, weight.value, weight.weight))
        .collect();
    telling.line(format!("      {}, in all {:.1} of {:.1} needed", weights.join(", "), reason.score, reason.threshold));
}

/// Services of one name that are not one.
fn tell_refusals(telling: &mut Telling, now: &Snapshot, components: &[Node]) {
    let mut by_name: BTreeMap<String, Vec<Node>> = BTreeMap::new();
    for node in components {
        by_name.entry(now.entity(*node).name.to_lowercase()).or_default().push(*node);
    }
    let pairs = by_name.values().flat_map(|nodes| {
        nodes.iter().enumerate().flat_map(|(place, a)| nodes[place + 1..].iter().map(move |b| (*a, *b)))
    });
    let refused: Vec<String> = pairs.map(|(a, b)| refusal(now, a, b)).collect();
    if !refused.is_empty() {
        telling.line("called the same, and kept apart:");
        telling.lines(refused.into_iter(), REFUSED);
    }
}

fn refusal(now: &Snapshot, a: Node, b: Node) -> String {
    let why = now.why_not(a, b).verdict.unwrap_or_default();
    let record = |node: Node| now.entity(node).records.first().map(ToString::to_string).unwrap_or_default();
    let mut pair = [record(a), record(b)];
    pair.sort();
    format!("  {} is not {}: {why}", pair[0], pair[1])
}
