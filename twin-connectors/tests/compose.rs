//! Compose projects from the scan to the relations: files that lead to files, each read once and counted once.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use twin_connectors::{Entry, EntryKind, Files, Scan, ScanOptions, scan_files};
use twin_core::base::Timestamp;
use twin_core::graph::Node;
use twin_core::observe::{Batch, Outcome, SourceId};
use twin_core::schema::relation;
use twin_core::{At, Twin};

/// A tree in memory. A file without a text cannot be read.
struct InMemory(BTreeMap<String, Option<String>>);

impl Files for InMemory {
    fn list(&self, folder: &str, _up_to: usize) -> io::Result<Vec<Entry>> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let within = self.0.keys().filter_map(|path| path.strip_prefix(prefix.as_str()));
        let entry = |rest: &str| match rest.split_once('/') {
            Some((name, _)) => Entry { name: name.to_owned(), kind: EntryKind::Folder },
            None => Entry { name: rest.to_owned(), kind: EntryKind::File },
        };
        Ok(within.map(entry).collect::<BTreeSet<Entry>>().into_iter().collect())
    }

    fn read(&self, path: &str, up_to: u64) -> io::Result<Vec<u8>> {
        match self.0.get(path) {
            Some(Some(text)) => Ok(text.bytes().take(up_to as usize).collect()),
            Some(None) => Err(io::ErrorKind::PermissionDenied.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

fn run(files: &[(&str, Option<&str>)]) -> Scan {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.map(str::to_owned))).collect();
    scan_files(&InMemory(files), &SourceId("shop".to_owned()), &ScanOptions::default()).expect("a scan that ends")
}

/// `path records outcome` for each file that was read.
fn told(scan: &Scan) -> Vec<String> {
    let files = scan.batches.iter().filter(|batch| batch.members.is_none());
    let told = files.map(|batch: &Batch| {
        let outcome = if batch.outcome == Outcome::Complete { "complete" } else { "partial" };
        format!("{} {} {outcome}", batch.scope.path, batch.incoming())
    });
    told.collect()
}

/// The connections of a scan, as `from>to`.
fn connections(scan: Scan) -> Vec<String> {
    let twin = Twin::in_memory();
    let incoming: u64 = scan.batches.iter().map(Batch::incoming).sum();
    let receipt = twin.apply(scan.batches, Timestamp::MIN).expect("batches of a scan are taken");
    assert_eq!(receipt.applied + receipt.duplicate + receipt.late + receipt.rejected, incoming);
    let snapshot = twin.snapshot(At::now(Timestamp::MIN));
    let links = snapshot.pages().links.iter().map(|link| format!("{}>{}", link.from_name, link.to_name));
    links.collect::<BTreeSet<String>>().into_iter().collect()
}

/// A file whose end, far behind its head, leads on to others.
fn long() -> String {
    let filling = "# filling\n".repeat(10_000);
    format!(
        "name: shop\nservices:\n{filling}  web: {{image: acme/web, extends: {{file: lib/one.txt, service: one}}}}\n  \
         stock: {{image: acme/stock}}\n  pay: {{image: acme/pay}}\ninclude: ['${{PLACE}}/compose.yml']\n"
    )
}

#[test]
fn files_are_followed_behind_their_heads_and_through_each_other() {
    let long = long();
    let files = [
        (".env", Some("PLACE=data\n")),
        ("compose.yml", Some(long.as_str())),
        ("data/compose.yml", Some("services: {db: {image: acme/db, env_file: db.vars}}\n")),
        ("data/db.vars", Some("PAY_HOST=pay\n")),
        // A guess by its content would take it for settings of its own.
        ("lib/deep/two.yaml", Some("services: {two: {environment: {STOCK_ADDR: 'stock:1'}}}\n")),
        ("lib/one.txt", Some("services: {one: {extends: {file: deep/two.yaml, service: two}}}\n")),
    ];
    let scan = run(&files);
    assert_eq!(told(&scan), ["compose.yml 3 complete", "data/compose.yml 1 complete"]);
    assert_eq!(connections(scan), ["db>pay", "web>stock"]);
}

#[test]
fn a_file_on_the_way_that_cannot_be_read_takes_nothing_away() {
    let long = long();
    let files = [
        (".env", Some("PLACE=data\n")),
        ("compose.yml", Some(long.as_str())),
        ("data/compose.yml", Some("services: {db: {image: 'postgres:16'}}\n")),
        ("lib/one.txt", None),
        ("other/compose.yml", Some("services: {lone: {image: acme/lone}}\n")),
    ];
    let expected = [
        "compose.yml 3 partial",
        "data/compose.yml 1 partial",
        "lib/one.txt 1 partial",
        "other/compose.yml 1 complete",
    ];
    assert_eq!(told(&run(&files)), expected);
}

#[test]
fn what_an_image_is_built_from_is_a_relation() {
    let text = "services:\n  made: {image: acme/made, build: 'https://u:zq-pw@git.example/acme/made.git#main'}\n";
    let twin = Twin::in_memory();
    twin.apply(run(&[("compose.yml", Some(text))]).batches, Timestamp::MIN).expect("they are taken");
    let snapshot = twin.snapshot(At::now(Timestamp::MIN));
    let pages = snapshot.pages();
    let name = |node: Node| pages.entities[node.index()].name.as_str();
    let built = pages.edges().filter(|edge| edge.edge.relation == relation::BUILT_FROM);
    let built: Vec<(&str, &str)> = built.map(|edge| (name(edge.from), name(edge.to))).collect();
    assert_eq!(built, [("docker.io/acme/made", "git.example/acme/made")]);
    assert!(!format!("{pages:?}").contains("zq-"), "a secret leaves");
}
