//! Every question over every entity, as JSON: what the golden tests hold against files, and the secrets' tests search.

use serde_json::Value;
use twin_core::analysis::{
    BlastRadius, blast_radius, cost, cycles, decisions, describe, drift, explain, find_all, neighbours, owners,
};
use twin_core::answer::Profile;
use twin_core::graph::{Node, Snapshot};
use twin_core::observe::Perspective;

/// The answers about a snapshot as a whole, by the question's name.
pub fn about_all(snapshot: &Snapshot) -> Vec<(&'static str, Value)> {
    let needs = Profile::default();
    let sides = drift(snapshot, Perspective::Declared, Perspective::Observed, needs);
    let found = find_all(snapshot, None, "", needs).expect("any kind");
    vec![("cycles", cycles(snapshot, needs).to_value()), ("drift", sides.to_value()), ("find", found.to_value())]
}

/// The answers about one entity, by the question's name.
pub fn about(snapshot: &Snapshot, node: Node) -> Vec<(&'static str, Value)> {
    let needs = Profile::default();
    let around = neighbours(snapshot, node, None, needs).expect("any relation");
    vec![
        ("describe", describe(snapshot, node, needs).to_value()),
        ("neighbours", around.to_value()),
        ("owners", owners(snapshot, node, &[], needs).to_value()),
        ("blast_radius", blast_radius(snapshot, &BlastRadius::of(node)).to_value()),
        ("cost", cost(snapshot, node, needs).to_value()),
        ("decisions", decisions(snapshot, node, needs).to_value()),
        ("explain", explain(snapshot, node, needs).to_value()),
    ]
}

/// All of them, with whom they are about.
pub fn all(snapshot: &Snapshot) -> impl Iterator<Item = (String, Value)> + '_ {
    let whole = about_all(snapshot).into_iter().map(|(question, value)| (question.to_owned(), value));
    let single = snapshot.nodes().flat_map(move |node| {
        let name = format!("{} {}", snapshot.entity(node).kind, snapshot.entity(node).name);
        about(snapshot, node).into_iter().map(move |(question, value)| (format!("{question} of {name}"), value))
    });
    whole.chain(single)
}
