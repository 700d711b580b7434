//! The first estate that anybody tries is a checkout: this project's own, held against what another reader finds in its manifests.

use std::path::Path;

use twin_connectors::{ScanOptions, scan_into};
use twin_core::analysis::owners;
use twin_core::answer::Profile;
use twin_core::base::{Context, Timestamp};
use twin_core::graph::{Node, Snapshot};
use twin_core::schema::{kind, relation};
use twin_core::{At, Twin};

/// A component of this project: one that a manifest of Cargo, npm or Python declares outside of the example estate.
fn is_own(snapshot: &Snapshot, node: Node) -> bool {
    let entity = snapshot.entity(node);
    let declared = |name: &str| ["cargo:", "npm:", "python:"].iter().any(|ecosystem| name.starts_with(ecosystem));
    entity.kind == kind::COMPONENT && entity.records.iter().any(|record| declared(&record.name))
}

/// Each component, which other it depends on, who owns it, and each pipeline with what it is built from, as lines. A host's folder is one component of two packages, that of Cargo and that of the host,
/// and both are called after what users install: these lines are there twice.
fn told(snapshot: &Snapshot) -> Vec<String> {
    let own: Vec<Node> = snapshot.nodes().filter(|node| is_own(snapshot, *node)).collect();
    let name = |node: Node| snapshot.entity(node).name.clone();
    let depends = own
        .iter()
        .flat_map(|node| snapshot.outgoing(*node))
        .filter(|edge| edge.edge.relation == relation::DEPENDS_ON && own.contains(&edge.to));
    let depends = depends.map(|edge| format!("{} dependsOn {}", name(edge.from), name(edge.to)));
    let owned = own.iter().flat_map(|node| {
        let owners = owners(snapshot, *node, &[], Profile::Cadence).value;
        owners.into_iter().map(move |row| format!("{} ownedBy {}", name(*node), row.owner.name))
    });
    let mut told: Vec<String> = own.iter().map(|node| name(*node)).chain(depends).chain(owned).collect();
    told.extend(pipelines(snapshot));
    told.sort();
    told
}

/// The project's own pipelines, and everything that they are joined to. The repository is called after the folder or its remote, which is no matter here.
fn pipelines(snapshot: &Snapshot) -> Vec<String> {
    let called = |node: Node| match &snapshot.entity(node).kind {
        found if *found == kind::REPOSITORY => "the repository".to_owned(),
        _ => snapshot.entity(node).name.clone(),
    };
    let told = snapshot.of_kind(&kind::PIPELINE).flat_map(|node| {
        let edges = snapshot.outgoing(node).chain(snapshot.incoming(node));
        edges
            .map(|edge| format!("{} {} {}", called(edge.from), edge.edge.relation, called(edge.to)))
            .collect::<Vec<_>>()
    });
    told.collect()
}

#[test]
fn this_projects_own_checkout_is_read_right() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let twin = Twin::in_memory();
    let now = Timestamp::parse("2026-11-25T09:00:00Z").expect("a time");
    let mut options = ScanOptions { name: Some("own".to_owned()), commits: 1, ..ScanOptions::default() };
    options.context = Context::new(now);
    // What `make dist` made is no part of the project.
    options.skip.push("out".to_owned());
    scan_into(&twin, root, &options).expect("a scan");
    let found = told(&twin.snapshot(At::now(now)));
    let expected: Vec<&str> = include_str!("truth/own-checkout.txt").lines().collect();
    assert_eq!(found, expected);
}
