//! Picks what is worth asking about in an estate that nobody has described.

use twin_core::analysis::{cost, structural_reach};
use twin_core::answer::Profile;
use twin_core::graph::{Node, Snapshot};
use twin_core::schema::{Level, kind};
use twin_core::wire::label;

/// So many are looked at closely.
const CANDIDATES: usize = 200;

/// The entity of that name, if one is wished for; else whatever is picked.
pub fn by_name_or(now: &Snapshot, name: Option<&str>, pick: fn(&Snapshot) -> Option<Node>) -> Option<Node> {
    name.and_then(|name| now.find(name).ok()).or_else(|| pick(now))
}

/// The component or thing that most others depend on.
pub fn most_needed(now: &Snapshot) -> Option<Node> {
    needed(now, |node| is_asked_about(now, node))
}

/// The component that most others depend on.
pub fn most_needed_component(now: &Snapshot) -> Option<Node> {
    needed(now, |node| now.entity(node).kind == kind::COMPONENT)
}

fn needed(now: &Snapshot, wanted: impl Fn(Node) -> bool) -> Option<Node> {
    let candidates = most_joined(now, now.nodes().filter(|node| wanted(*node)).collect());
    let counted = candidates.into_iter().map(|node| (dependents(now, node), node));
    let most = counted.max_by_key(|(count, node)| (*count, std::cmp::Reverse(*node)));
    most.filter(|(count, _)| *count > 0).map(|(_, node)| node)
}

/// Each candidate is looked at in time that grows with the estate; in a large one only those that most relations lead to are.
fn most_joined(now: &Snapshot, mut candidates: Vec<Node>) -> Vec<Node> {
    let instances = |node: Node| now.instances(node).into_iter().chain([node]);
    let relations = |node: Node| instances(node).map(|node| now.incoming(node).count()).sum::<usize>();
    candidates.sort_by_cached_key(|node| (std::cmp::Reverse(relations(*node)), *node));
    candidates.truncate(CANDIDATES);
    candidates
}

/// How many other components and things depend on it.
fn dependents(now: &Snapshot, node: Node) -> usize {
    let mut seeds = now.instances(node);
    seeds.push(node);
    let reached = structural_reach(now, &seeds);
    let owners: std::collections::BTreeSet<Node> = reached.into_keys().map(|reached| now.component(reached)).collect();
    owners.into_iter().filter(|owner| *owner != node && is_asked_about(now, *owner)).count()
}

fn is_asked_about(now: &Snapshot, node: Node) -> bool {
    let row = now.schema().kind(now.entity(node).kind.as_str());
    row.is_ok_and(|row| matches!(row.level, Level::Component | Level::Thing) && row.read_by.contains(&"blast_radius"))
}

/// The component with the highest bill of its own, in whatever currency.
pub fn dearest(now: &Snapshot) -> Option<Node> {
    let billed = components(now).into_iter().filter_map(|node| {
        let summary = cost(now, node, Profile::Audit).value;
        let own = summary.rows.first()?;
        Some((own.cost.iter().map(|money| money.amount).max()?, node))
    });
    billed.max_by_key(|(amount, node)| (*amount, std::cmp::Reverse(*node))).map(|(_, node)| node)
}

/// The components, in the order of their names.
pub fn components(now: &Snapshot) -> Vec<Node> {
    let mut nodes: Vec<Node> = now.nodes().filter(|node| now.entity(*node).kind == kind::COMPONENT).collect();
    nodes.sort_by_key(|node| label(now, *node));
    nodes
}
