//! A small monorepo in six languages, from its files to components, their packages, what they need of each other, and who owns them.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use twin_connectors::{Entry, EntryKind, Files, ScanOptions, scan_files};
use twin_core::analysis::{BlastRadius, blast_radius};
use twin_core::base::Timestamp;
use twin_core::graph::{EdgeRef, Node, Snapshot};
use twin_core::observe::{Outcome, SourceId};
use twin_core::schema::{Relation, kind, relation};
use twin_core::wire::component_map;
use twin_core::{At, Twin};

const TREE: &[(&str, &str)] = &[
    (
        "CODEOWNERS",
        "/crates/ @harbour/rust\n/apps/web/ @harbour/web\n/services/ @harbour/run\n/jvm/orders/ @harbour/shop\n",
    ),
    (
        "Cargo.toml",
        "[workspace]\nmembers = [\"crates/*\"]\n[workspace.package]\nversion = \"1.2.0\"\n[workspace.dependencies]\nharbour-tide = { path = \"crates/tide\" }\nserial = \"0.9\"\n",
    ),
    (
        "Cargo.lock",
        "version = 4\n[[package]]\nname = \"harbour-cli\"\nversion = \"1.2.0\"\ndependencies = [\"harbour-tide\", \"serial\"]\n[[package]]\nname = \"harbour-tide\"\nversion = \"1.2.0\"\n[[package]]\nname = \"serial\"\nversion = \"0.9.4\"\nsource = \"registry+https://index.example\"\n",
    ),
    (
        "crates/cli/Cargo.toml",
        "[package]\nname = \"harbour-cli\"\nversion.workspace = true\n[[bin]]\nname = \"harbour\"\n[dependencies]\nharbour-tide.workspace = true\nserial.workspace = true\n",
    ),
    (
        "crates/tide/Cargo.toml",
        "[package]\nname = \"harbour-tide\"\nversion.workspace = true\n[dev-dependencies]\nharbour-cli = { path = \"../cli\" }\n",
    ),
    ("package.json", "{\"private\": true, \"workspaces\": [\"apps/*\", \"libs/*\"]}"),
    (
        "pnpm-lock.yaml",
        "lockfileVersion: '9.0'\nimporters:\n  .: {}\n  apps/web:\n    dependencies:\n      '@harbour/ui':\n        specifier: workspace:*\n        version: link:../../libs/ui\n      paint:\n        specifier: ^2\n        version: 2.0.1\npackages:\n  paint@2.0.1:\n    resolution: {integrity: x}\nsnapshots:\n  paint@2.0.1: {}\n",
    ),
    (
        "apps/web/package.json",
        "{\"name\": \"@harbour/web\", \"dependencies\": {\"@harbour/ui\": \"workspace:*\", \"paint\": \"^2\"}}",
    ),
    ("libs/ui/package.json", "{\"name\": \"@harbour/ui\", \"version\": \"0.3.0\", \"main\": \"ui.js\"}"),
    ("services/cart/package.json", "{\"name\": \"@harbour/cart\", \"dependencies\": {\"paint\": \"^1\"}}"),
    (
        "services/cart/pyproject.toml",
        "[project]\nname = \"cart-tools\"\nversion = \"4\"\ndependencies = [\"harbour_py\"]\n",
    ),
    ("libs/py/pyproject.toml", "[project]\nname = \"harbour-py\"\n"),
    ("jobs/report/requirements.txt", "-e ../../libs/py\npaper==1.0\n"),
    (
        "services/quay/go.mod",
        "module example.org/harbour/quay\nrequire example.org/harbour/rope v0.0.0\nreplace example.org/harbour/rope => ../../libs/rope\n",
    ),
    ("libs/rope/go.mod", "module example.org/harbour/rope\n"),
    (
        "jvm/pom.xml",
        "<project><groupId>org.harbour</groupId><artifactId>jvm</artifactId><version>5</version><packaging>pom</packaging><modules><module>orders</module></modules></project>",
    ),
    (
        "jvm/orders/pom.xml",
        "<project><parent><groupId>org.harbour</groupId><artifactId>jvm</artifactId><version>5</version></parent><artifactId>orders</artifactId><dependencies><dependency><groupId>${project.groupId}</groupId><artifactId>model</artifactId></dependency></dependencies></project>",
    ),
    (
        "jvm/model/pom.xml",
        "<project><parent><groupId>org.harbour</groupId><artifactId>jvm</artifactId><version>5</version></parent><artifactId>model</artifactId></project>",
    ),
    ("app/settings.gradle", "rootProject.name = 'app'\ninclude ':phone', ':chart'\n"),
    ("app/build.gradle.kts", "allprojects { group = \"org.harbour.app\" }\n"),
    (
        "app/phone/build.gradle.kts",
        "plugins { id(\"com.android.application\") }\ndependencies { implementation(project(\":chart\")) }\n",
    ),
    ("app/chart/build.gradle.kts", "dependencies { api(\"org.harbour:model:5\") }\n"),
    ("vendor/left/package.json", "{\"name\": \"left\"}"),
    ("services/cart/testdata/cart/package.json", "{\"name\": \"@harbour/cart\", \"dependencies\": {\"odd\": \"1\"}}"),
    (
        "compose.yaml",
        "services:\n  cart:\n    build: ./services/cart\n    environment:\n      QUAY_URL: http://quay:80\n  quay:\n    build: ./services/quay\n",
    ),
];

struct InMemory(BTreeMap<String, String>);

impl Files for InMemory {
    fn list(&self, folder: &str, _up_to: usize) -> io::Result<Vec<Entry>> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let within = self.0.keys().filter_map(|path| path.strip_prefix(prefix.as_str()));
        let entries: BTreeSet<(String, bool)> = within
            .map(|rest| rest.split_once('/').map_or((rest.to_owned(), false), |(name, _)| (name.to_owned(), true)))
            .collect();
        let kind = |is_folder: bool| if is_folder { EntryKind::Folder } else { EntryKind::File };
        Ok(entries.into_iter().map(|(name, is_folder)| Entry { name, kind: kind(is_folder) }).collect())
    }

    fn read(&self, path: &str, up_to: u64) -> io::Result<Vec<u8>> {
        let text = self.0.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(text.bytes().take(usize::try_from(up_to).unwrap_or(usize::MAX)).collect())
    }
}

fn tree() -> InMemory {
    InMemory(TREE.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
}

fn now() -> Timestamp {
    at(9)
}

fn at(hour: u32) -> Timestamp {
    Timestamp::parse(&format!("2026-01-01T{hour:02}:00:00Z")).expect("a time")
}

fn twin() -> Twin {
    let twin = Twin::in_memory();
    read_into(&twin, &tree(), now());
    twin
}

fn read_into(twin: &Twin, files: &InMemory, now: Timestamp) {
    let scan = scan_files(files, &SourceId("harbour".to_owned()), &ScanOptions::default()).expect("it ends");
    for batch in &scan.batches {
        assert_eq!(batch.outcome, Outcome::Complete, "{} {:?}", batch.scope, batch.diagnostics);
    }
    let receipt = twin.apply(scan.batches, now).expect("it is taken");
    assert_eq!((receipt.rejected, receipt.diagnostics.len()), (0, 0), "{:?}", receipt.diagnostics);
}

fn snapshot() -> Snapshot {
    twin().snapshot(At::now(now()))
}

fn edges(snapshot: &Snapshot, wanted: &Relation, is_shown: impl Fn(Node, Node) -> bool) -> Vec<String> {
    let name = |node: Node| snapshot.entity(node).name.clone();
    let of = |edge: &EdgeRef<'_>| edge.edge.relation == *wanted && is_shown(edge.from, edge.to);
    let mut edges: Vec<String> =
        snapshot.edges().filter(of).map(|edge| format!("{} -> {}", name(edge.from), name(edge.to))).collect();
    edges.sort();
    edges
}

fn are(snapshot: &Snapshot, node: Node, wanted: &twin_core::schema::Kind) -> bool {
    snapshot.entity(node).kind == *wanted
}

#[test]
fn the_folders_with_packages_are_the_components() {
    let snapshot = snapshot();
    let components = snapshot.nodes().filter(|node| are(&snapshot, *node, &kind::COMPONENT));
    let mut names: Vec<&str> = components.map(|node| snapshot.entity(node).name.as_str()).collect();
    names.sort_unstable();
    let expected = [
        "cart",
        "chart",
        "harbour-cli",
        "harbour-py",
        "harbour-tide",
        "model",
        "orders",
        "phone",
        "quay",
        "report",
        "rope",
        "ui",
        "web",
    ];
    assert_eq!(names, expected);
    let shown: BTreeSet<String> = component_map(&snapshot).nodes.into_iter().map(|node| node.label).collect();
    let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
    assert!(!shown.contains(&"paint") && !shown.contains(&"serial"), "what is from outside is no component: {shown:?}");
    assert_eq!(shown.len(), expected.len());
}

#[test]
fn components_need_each_other_as_their_packages_do() {
    let snapshot = snapshot();
    let between = |from, to| are(&snapshot, from, &kind::COMPONENT) && are(&snapshot, to, &kind::COMPONENT);
    let expected = [
        "cart -> harbour-py",
        "chart -> model",
        "harbour-cli -> harbour-tide",
        "harbour-tide -> harbour-cli",
        "orders -> model",
        "phone -> chart",
        "quay -> rope",
        "report -> harbour-py",
        "web -> ui",
    ];
    assert_eq!(edges(&snapshot, &relation::DEPENDS_ON, between), expected);
}

#[test]
fn packages_represent_their_components() {
    let snapshot = snapshot();
    let expected = [
        "@harbour/cart -> cart",
        "@harbour/ui -> ui",
        "@harbour/web -> web",
        "cart-tools -> cart",
        "example.org/harbour/quay -> quay",
        "example.org/harbour/rope -> rope",
        "harbour-cli -> harbour-cli",
        "harbour-py -> harbour-py",
        "harbour-tide -> harbour-tide",
        "jobs/report -> report",
        "org.harbour.app:chart -> chart",
        "org.harbour.app:phone -> phone",
        "org.harbour:model -> model",
        "org.harbour:orders -> orders",
    ];
    let of_packages = |from, _| are(&snapshot, from, &kind::PACKAGE);
    assert_eq!(edges(&snapshot, &relation::REPRESENTS, of_packages), expected);
    let cart = snapshot.find("cart").expect("one cart");
    let mut records: Vec<&str> = snapshot.entity(cart).records.iter().map(|key| key.name.as_str()).collect();
    records.sort_unstable();
    assert_eq!(records, ["cart", "npm:@harbour/cart", "pypi:cart-tools"]);
}

#[test]
fn a_package_is_one_thing_whoever_names_it() {
    let snapshot = snapshot();
    let packages = snapshot.nodes().filter(|node| are(&snapshot, *node, &kind::PACKAGE));
    let mut names: Vec<&str> = packages.map(|node| snapshot.entity(node).name.as_str()).collect();
    names.sort_unstable();
    let expected = [
        "@harbour/cart",
        "@harbour/cart",
        "@harbour/ui",
        "@harbour/web",
        "cart-tools",
        "example.org/harbour/quay",
        "example.org/harbour/rope",
        "harbour-cli",
        "harbour-py",
        "harbour-tide",
        "jobs/report",
        "left",
        "odd",
        "org.harbour.app:app",
        "org.harbour.app:chart",
        "org.harbour.app:phone",
        "org.harbour:jvm",
        "org.harbour:model",
        "org.harbour:orders",
        "paint",
        "paper",
        "serial",
    ];
    assert_eq!(names, expected, "the one of test data is a package of its own");
    let from_outside = |_, to| ["paint", "serial"].contains(&snapshot.entity(to).name.as_str());
    let expected = ["@harbour/cart -> paint", "@harbour/web -> paint", "harbour-cli -> serial"];
    assert_eq!(edges(&snapshot, &relation::DEPENDS_ON, from_outside), expected);
    let said = |from: &str, to: &str| -> Vec<String> {
        let name = |node: Node| snapshot.entity(node).name.as_str();
        let edge = snapshot.edges().find(|edge| (name(edge.from), name(edge.to)) == (from, to)).expect("an edge");
        let texts = edge.edge.attributes.iter();
        texts.map(|said| format!("{}={}", said.name, said.value.as_text().unwrap_or_default())).collect()
    };
    assert_eq!(said("@harbour/web", "paint"), ["service.version=2.0.1", "version.range=^2"]);
    assert_eq!(said("harbour-cli", "serial"), ["service.version=0.9.4", "version.range=0.9"]);
}

#[test]
fn components_are_owned_by_their_folders() {
    let snapshot = snapshot();
    let components = |from, _| are(&snapshot, from, &kind::COMPONENT);
    let expected = [
        "cart -> harbour/run",
        "harbour-cli -> harbour/rust",
        "harbour-tide -> harbour/rust",
        "orders -> harbour/shop",
        "quay -> harbour/run",
        "web -> harbour/web",
    ];
    assert_eq!(edges(&snapshot, &relation::OWNED_BY, components), expected);
}

#[test]
fn what_runs_is_reached_as_before() {
    let snapshot = snapshot();
    let quay = snapshot.find("quay").expect("one quay");
    let answer = blast_radius(&snapshot, &BlastRadius::of(quay));
    let hits: BTreeSet<&str> = answer.value.iter().map(|hit| hit.entity.name.as_str()).collect();
    assert!(hits.contains("cart"), "{hits:?}");
    assert!(!hits.iter().any(|name| ["rope", "web", "paint"].contains(name)), "{hits:?}");
}

#[test]
fn a_moved_folder_moves_no_component_and_a_deleted_one_takes_it_away() {
    let twin = twin();
    let before = twin.snapshot(At::now(now()));
    let id = |snapshot: &Snapshot, name: &str| snapshot.find(name).map(|node| snapshot.entity(node).id.clone()).ok();
    let mut files = tree();
    let moved: Vec<String> = files.0.keys().filter(|path| path.starts_with("libs/ui/")).cloned().collect();
    for path in moved {
        let text = files.0.remove(&path).expect("a file");
        files.0.insert(path.replace("libs/ui/", "design/system/"), text);
    }
    files.0.remove("libs/rope/go.mod");
    read_into(&twin, &files, at(10));
    let after = twin.snapshot(At::now(at(10)));
    assert_eq!(id(&before, "ui"), id(&after, "ui"));
    assert!(id(&after, "ui").is_some());
    assert!(id(&after, "rope").is_none());
    let is_rope = |_, to| after.entity(to).name == "example.org/harbour/rope";
    assert_eq!(edges(&after, &relation::DEPENDS_ON, is_rope), ["example.org/harbour/quay -> example.org/harbour/rope"]);
}
