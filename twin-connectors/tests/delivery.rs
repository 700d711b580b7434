//! From a workload to its image, its Dockerfile, its repository, its pipeline and its base image, out of the files of one checkout.

use std::collections::BTreeMap;
use std::io;

use twin_connectors::{Entry, EntryKind, Files, ScanOptions, scan_files};
use twin_core::analysis::{Neighbour, find_all, neighbours, owners};
use twin_core::answer::{EvidenceSource, Profile};
use twin_core::base::Timestamp;
use twin_core::graph::Snapshot;
use twin_core::observe::{
    Batch, Capability, Evidence, Handle, Locator, Perspective, Record, RecordKey, Scope, SourceId, Space, technique,
};
use twin_core::schema::kind;
use twin_core::{At, Twin};

const SHOP: [(&str, &str); 9] = [
    (".github/CODEOWNERS", "/.github/workflows/ @acme/release\n/services/cart/ @acme/cart\n"),
    (
        ".github/workflows/release.yml",
        "name: Release
on: {push: {branches: [main]}}
jobs:
  cart:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: docker/build-push-action@v6
        with:
          context: services/cart
          tags: registry.example/acme/cart:${{ github.sha }}
  pay:
    needs: cart
    runs-on: ubuntu-latest
    steps:
      - run: docker build -t registry.example/acme/pay:1 -f docker/pay.Dockerfile .
  ship:
    needs: pay
    uses: ./.github/workflows/ship.yml
",
    ),
    (
        ".github/workflows/ship.yml",
        "on: workflow_call\njobs: {ship: {runs-on: ubuntu-latest, environment: production}}\n",
    ),
    (
        "services/cart/Dockerfile",
        "ARG GO=1.26\nFROM golang:${GO} AS build\nRUN go build -o /cart .\nFROM registry.example/base/static:1\nCOPY --from=build /cart /cart\nEXPOSE 7070\n",
    ),
    (
        "docker/pay.Dockerfile",
        "FROM registry.example/base/static:2\nLABEL org.opencontainers.image.source=https://git.example/acme/shop\n",
    ),
    (
        "docker/tool.Dockerfile",
        "FROM registry.example/base/java\nLABEL org.opencontainers.image.title=registry.example/acme/tool\n",
    ),
    (
        "k8s/cart.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart, namespace: shop}\nspec:\n  template:\n    spec:\n      containers:\n        - {name: cart, image: 'registry.example/acme/cart:7'}\n",
    ),
    (
        "k8s/pay.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: pay, namespace: shop}\nspec:\n  template:\n    spec:\n      containers:\n        - {name: pay, image: 'registry.example/acme/pay:1'}\n",
    ),
    ("README.md", "# Shop\n"),
];

struct Checkout(BTreeMap<&'static str, &'static str>);

impl Files for Checkout {
    fn list(&self, folder: &str, _up_to: usize) -> io::Result<Vec<Entry>> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let below = self.0.keys().filter_map(|path| path.strip_prefix(prefix.as_str()));
        let entries: BTreeMap<&str, EntryKind> = below
            .map(|rest| rest.split_once('/').map_or((rest, EntryKind::File), |(name, _)| (name, EntryKind::Folder)))
            .collect();
        Ok(entries.into_iter().map(|(name, kind)| Entry { name: name.to_owned(), kind }).collect())
    }

    fn read(&self, path: &str, _up_to: u64) -> io::Result<Vec<u8>> {
        self.0.get(path).map(|text| text.as_bytes().to_vec()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// What the reader of Git says: a repository that answers to the root of the scan, and to its remote.
fn repository(source: &SourceId) -> Batch {
    let evidence = Evidence::at(Locator::line(".git/config", 0), "", technique::DECLARED);
    let key = RecordKey::new(source, kind::REPOSITORY, "acme/shop");
    let mut record = Record::new(key, "acme/shop", Perspective::Declared, evidence.clone());
    record.known_as(Handle::within(Space::Path, "", &source.0), evidence.clone());
    record.known_as(Handle::global(Space::NativeId, "https://git.example/acme/shop"), evidence);
    let capability = Capability::of_files("git", &[kind::REPOSITORY], &[]);
    Batch { records: vec![record], ..Batch::full(Scope::new(source, ".git"), capability) }
}

fn snapshot() -> Snapshot {
    let source = SourceId("shop".to_owned());
    let scan = scan_files(&Checkout(SHOP.into_iter().collect()), &source, &ScanOptions::default()).expect("a scan");
    assert!(scan.report.in_part.is_empty(), "{}", scan.report);
    let now = Timestamp::parse("2026-01-01T09:00:00Z").expect("a time");
    let twin = Twin::in_memory();
    let batches = scan.batches.into_iter().chain([repository(&source)]).collect();
    let receipt = twin.apply(batches, now).expect("applied");
    assert_eq!((receipt.rejected, &receipt.diagnostics[..]), (0, &[][..]));
    twin.snapshot(At::now(now))
}

/// What an entity is related to in that way, each with the places that say so.
fn related(snapshot: &Snapshot, name: &str, relation: &str) -> Vec<String> {
    let node = snapshot.find(name).unwrap_or_else(|error| panic!("{error}"));
    let rows = neighbours(snapshot, node, Some(relation), Profile::Cadence).expect("a relation").value;
    rows.iter().map(|row| format!("{} {}", row.other.name, places(snapshot, row))).collect()
}

fn places(snapshot: &Snapshot, row: &Neighbour) -> String {
    let chains = row.evidence.iter().map(|id| {
        let proof = snapshot.proof(*id).expect("evidence of this snapshot");
        let steps: Vec<String> = proof.chain.iter().map(|step| shown(&step.locator, &step.raw)).collect();
        steps.join(" < ")
    });
    chains.collect::<Vec<String>>().join("; ")
}

/// A place, after a look at whether the text stands there.
fn shown(locator: &Locator, raw: &str) -> String {
    let file = SHOP.iter().find(|(path, _)| *path == locator.path());
    if let (Some((_, text)), Locator::Line { line, .. }) = (file, locator) {
        let written = text.lines().nth(*line as usize - 1).unwrap_or_default();
        assert!(written.contains(raw), "no {raw} at {locator}");
    }
    locator.to_string()
}

fn check(name: &str, relation: &str, expected: &[&str]) {
    assert_eq!(related(&snapshot(), name, relation), expected, "{name} {relation}");
}

#[test]
fn an_image_leads_to_its_dockerfile_its_repository_and_its_pipeline() {
    let workflow = ".github/workflows/release.yml";
    check(
        "registry.example/acme/cart",
        "builtFrom",
        &[&format!("acme/shop {workflow}:11 < services/cart/Dockerfile:4 < .git/config:0")],
    );
    check("registry.example/acme/cart", "builtBy", &[&format!("Release {workflow}:11")]);
    check(
        "registry.example/acme/cart",
        "dependsOn",
        &[
            &format!(
                "docker.io/library/golang {workflow}:11 < services/cart/Dockerfile:2 < services/cart/Dockerfile:1"
            ),
            &format!("registry.example/base/static {workflow}:11 < services/cart/Dockerfile:4"),
        ],
    );
    check("registry.example/acme/cart", "runsIn", &[&format!("cart k8s/cart.yaml:8 < {workflow}:11")]);
    check(
        "registry.example/acme/pay",
        "builtFrom",
        &[&format!(
            "acme/shop {workflow}:16 < docker/pay.Dockerfile:1 < .git/config:0; {workflow}:16 < docker/pay.Dockerfile:2 < .git/config:0"
        )],
    );
    check(
        "registry.example/acme/tool",
        "builtFrom",
        &["acme/shop docker/tool.Dockerfile:2 < docker/tool.Dockerfile:1 < .git/config:0"],
    );
    check(
        "registry.example/acme/tool",
        "dependsOn",
        &["registry.example/base/java docker/tool.Dockerfile:2 < docker/tool.Dockerfile:1"],
    );
}

#[test]
fn a_base_image_leads_to_the_workloads_that_stand_on_it() {
    let snapshot = snapshot();
    let names = |name: &str, relation: &str| -> Vec<String> {
        related(&snapshot, name, relation).iter().filter_map(|row| row.split(' ').next().map(str::to_owned)).collect()
    };
    let images = names("registry.example/base/static", "dependencyOf");
    assert_eq!(images, ["registry.example/acme/cart", "registry.example/acme/pay"]);
    let workloads: Vec<String> = images.iter().flat_map(|image| names(image, "runsIn")).collect();
    assert_eq!(workloads, ["cart", "pay"]);
    assert!(related(&snapshot, "acme/shop", "builds").len() >= 5, "images and pipelines");
}

#[test]
fn pipelines_depend_on_each_other_and_have_owners() {
    let snapshot = snapshot();
    let uses = related(&snapshot, "Release", "dependsOn").join("\n");
    for expected in [
        "ship .github/workflows/release.yml:19 < .github/workflows/ship.yml",
        "actions/checkout .github/workflows/release.yml:7",
    ] {
        assert!(uses.contains(expected), "no {expected} in\n{uses}");
    }
    let release = snapshot.find("Release").expect("the pipeline");
    let names: Vec<String> =
        owners(&snapshot, release, &[], Profile::Cadence).value.into_iter().map(|row| row.owner.name).collect();
    assert_eq!(names, ["acme/release"]);
    let pipelines = find_all(&snapshot, Some("Pipeline"), "", Profile::Cadence).expect("a kind").value;
    assert_eq!(pipelines.into_iter().map(|found| found.name).collect::<Vec<_>>(), ["Release", "ship"]);
}
