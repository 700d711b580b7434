//! Real data that lies beside the checkout, where it does: evidence stands, counters reconcile, nothing panics. Without it, says so.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use golden_support::evidence::Opened;
use golden_support::now;
use twin_connectors::{ScanOptions, scan};
use twin_core::answer::EvidenceSource;
use twin_core::observe::Batch;
use twin_core::{At, Receipt, Twin};

mod golden_support;
#[path = "../../twin-connectors/base/tests/shared/mod.rs"]
mod shared;

fn read(root: &Path) -> (Twin, Vec<Batch>) {
    let options = ScanOptions { name: Some("shared".to_owned()), ..ScanOptions::default() };
    let batches = scan(root, &options).expect("a folder").batches;
    let twin = Twin::in_memory();
    let incoming: u64 = batches.iter().map(Batch::incoming).sum();
    let Receipt { applied, duplicate, late, rejected, .. } = twin.apply(batches.clone(), now()).expect("memory");
    assert_eq!(incoming, applied + duplicate + late + rejected, "in = applied + duplicate + late + rejected");
    (twin, batches)
}

#[test]
fn every_link_of_a_real_estate_stands_where_it_says() {
    let Some(estates) = shared::folder("estates/raw") else { return };
    for entry in std::fs::read_dir(estates).expect("estates") {
        let root = entry.expect("an entry").path();
        if !root.is_dir() {
            continue;
        }
        let (twin, _) = read(&root);
        let snapshot = twin.snapshot(At::now(now()));
        let mut opened = Opened::default();
        let links = &snapshot.pages().links;
        let proofs = links.iter().filter_map(|link| snapshot.proof(link.evidence));
        let steps = proofs.flat_map(|proof| proof.chain);
        let flaws: BTreeSet<String> =
            steps.filter_map(|step| opened.flaw(&step, |path| std::fs::read(root.join(path)).ok())).collect();
        assert!(!links.is_empty(), "{}", root.display());
        assert!(flaws.is_empty(), "{}: {flaws:#?}", root.display());
    }
}

#[test]
fn all_fixtures_are_read_as_one_estate_and_each_fault_has_a_place() {
    let Some(fixtures) = shared::folder("fixtures") else { return };
    let start = Instant::now();
    let (twin, batches) = read(&fixtures);
    assert!(start.elapsed() < Duration::from_secs(300), "{:?}", start.elapsed());
    assert!(!twin.snapshot(At::now(now())).is_empty());
    for diagnostic in batches.iter().flat_map(|batch| &batch.diagnostics) {
        assert!(!diagnostic.locator.path().is_empty() && !diagnostic.message.is_empty(), "{diagnostic:?}");
        assert!(fixtures.join(diagnostic.locator.path()).exists(), "{diagnostic:?}");
    }
}
