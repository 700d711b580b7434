//! From a checkout to answers: what a twin says of components, and how it follows the repository.

use std::fs;

use twin_connectors::{Scan, ScanOptions, scan};
use twin_core::analysis::{describe, neighbours, owners};
use twin_core::answer::{EvidenceSource, Profile};
use twin_core::base::{Digest, Timestamp};
use twin_core::graph::Snapshot;
use twin_core::schema::kind;
use twin_core::{At, Twin};

use super::repository::{ADA, BO, Scratch, hour};
use super::{batch, options, scanned};

/// So many hours after the first moment of 2027.
fn now(hours: u64) -> Timestamp {
    let start = Timestamp::parse("2027-01-01T00:00:00Z").expect("a time");
    start.after(std::time::Duration::from_secs(hours * 3_600))
}

fn attributes(snapshot: &Snapshot, name: &str) -> Vec<String> {
    let Ok(node) = snapshot.find(name) else { return vec!["unknown".to_owned()] };
    let said = describe(snapshot, node, Profile::Cadence).value.attributes.into_iter();
    let told = said.filter(|said| !["platform.kind", "image.tag"].contains(&said.name.as_str()));
    told.map(|said| format!("{} = {}", said.name, said.value)).collect()
}

fn estate() -> (Scratch, super::Made) {
    let scratch = Scratch::new();
    scratch.write(
        "compose.yaml",
        "services:\n  cart: {build: ./services/cart}\n  pay: {build: ./services/pay}\n  db: {image: postgres}\n",
    );
    scratch.write("CODEOWNERS", "/services/cart/ Ada@acme.example\n");
    let mut made = scratch.repository("");
    made.remote("git@host:acme/shop.git");
    made.commit(ADA, hour(1), &[("cart/main", "1"), ("cart/more", "1"), ("services/pay/main", "1")]);
    made.commit(BO, hour(2), &[("cart/main>services/cart/main", ""), ("cart/more>services/cart/more", "")]);
    made.commit("ADA@acme.example", hour(3), &[("services/cart/main", "2")]);
    (scratch, made)
}

#[test]
fn a_component_is_described_with_its_folders_history() {
    let (scratch, _made) = estate();
    let twin = Twin::in_memory();
    twin.apply(scanned(&scratch.root()).batches, now(1)).expect("applied");
    let snapshot = twin.snapshot(At::now(now(1)));
    let handle = |mail: &str| format!("mail:{}", Digest::of(mail.as_bytes()));
    let (ada, bo) = (handle(ADA), handle(BO));
    let expected = [
        format!("authors = {ada}, {bo}"),
        "commits = 3".to_owned(),
        "last.change = 2026-01-01T03:00:00Z".to_owned(),
        "previous.paths = cart".to_owned(),
    ];
    assert_eq!(attributes(&snapshot, "cart"), expected);
    assert!(attributes(&snapshot, "pay").contains(&"commits = 1".to_owned()));
    assert!(attributes(&snapshot, "host/acme/shop").contains(&"vcs.ref.head.name = main".to_owned()));
    let cart = snapshot.find("cart").expect("a component");
    let who: Vec<String> =
        owners(&snapshot, cart, &[], Profile::Cadence).value.into_iter().map(|row| row.owner.name).collect();
    assert_eq!(who, [ada], "whoever owns it by address is the person who changed it");
    let evidence = describe(&snapshot, cart, Profile::Cadence).value.attributes;
    let commits = evidence.iter().find(|said| said.name.as_str() == "commits").expect("told");
    let chain: Vec<String> = commits
        .evidence
        .iter()
        .flat_map(|id| snapshot.proof(*id).expect("a proof").chain)
        .map(|step| step.locator.to_string())
        .collect();
    assert!(chain[0].starts_with("compose.yaml:2") && chain[1].starts_with(".git#0/commits/"), "{chain:?}");
    let related = neighbours(&snapshot, cart, None, Profile::Cadence).expect("neighbours").value;
    assert!(related.iter().all(|row| row.other.kind != kind::REPOSITORY), "{related:?}");
}

fn applied(twin: &Twin, scan: &Scan, hours: u64) -> (u64, u64, u64) {
    let receipt = twin.apply(scan.batches.clone(), now(hours)).expect("applied");
    (receipt.applied, receipt.duplicate, receipt.rejected)
}

#[test]
fn a_twin_follows_a_repository_and_nothing_new_changes_nothing() {
    let (scratch, mut made) = estate();
    let twin = Twin::in_memory();
    let first = scanned(&scratch.root());
    applied(&twin, &first, 1);
    let revision = twin.snapshot(At::now(now(1))).revision();
    assert_eq!(applied(&twin, &scanned(&scratch.root()), 2).0, 0, "all of it is known");
    assert_eq!(twin.snapshot(At::now(now(2))).revision(), revision, "and changes no revision");
    made.commit(BO, hour(4), &[("services/cart/main", "3")]);
    applied(&twin, &scanned(&scratch.root()), 3);
    let told = attributes(&twin.snapshot(At::now(now(3))), "cart");
    assert!(told.contains(&"commits = 4".to_owned()) && !told.contains(&"commits = 3".to_owned()), "{told:?}");
    let before = attributes(&twin.snapshot(At::now(now(3)).valid(now(2))), "cart");
    assert!(before.contains(&"commits = 3".to_owned()) && !before.contains(&"commits = 4".to_owned()), "{before:?}");
}

#[test]
fn what_is_known_stays_until_the_repository_is_gone() {
    let (scratch, made) = estate();
    let twin = Twin::in_memory();
    applied(&twin, &scanned(&scratch.root()), 1);
    let known = attributes(&twin.snapshot(At::now(now(1))), "cart");
    let head = fs::read(made.git.join("HEAD")).expect("a file");
    made.write("HEAD", "nonsense");
    let damaged = scanned(&scratch.root());
    assert!(batch(&damaged, ".git").records.is_empty());
    applied(&twin, &damaged, 2);
    assert_eq!(attributes(&twin.snapshot(At::now(now(2))), "cart"), known, "unreadable");
    let unwanted = scan(scratch.root(), &ScanOptions { commits: 0, ..options() }).expect("a scan");
    applied(&twin, &unwanted, 3);
    assert_eq!(attributes(&twin.snapshot(At::now(now(3))), "cart"), known, "not asked for");
    fs::write(made.git.join("HEAD"), head).expect("a file");
    made.write("refs/heads/main", "0123456789012345678901234567890123456789\n");
    applied(&twin, &scanned(&scratch.root()), 4);
    assert_eq!(attributes(&twin.snapshot(At::now(now(4))), "cart"), known, "damaged");
    fs::remove_dir_all(&made.git).expect("gone");
    applied(&twin, &scanned(&scratch.root()), 5);
    let snapshot = twin.snapshot(At::now(now(5)));
    assert_eq!(attributes(&snapshot, "cart"), Vec::<String>::new(), "gone");
    assert_eq!(attributes(&snapshot, "host/acme/shop"), ["unknown"]);
    assert!(snapshot.nodes().all(|node| snapshot.entity(node).kind != kind::REPOSITORY));
}
