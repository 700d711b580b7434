//! What the golden tests share: the example estate in memory, the hand-made truth, and the names in which the truth is written.

#![allow(dead_code, reason = "each test crate uses its own part")]

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use twin_connectors::{Entry, EntryKind, Files, Report, ScanOptions, scan_files};
use twin_core::base::Timestamp;
use twin_core::graph::{Node, Snapshot};
use twin_core::observe::{Batch, RecordKey, SourceId};
use twin_core::schema::kind;
use twin_core::{At, Receipt, Twin};

pub mod evidence;
pub mod questions;

/// A moment shortly after the estate's telemetry was recorded.
pub fn now() -> Timestamp {
    at("2026-11-24T12:00:00Z")
}

pub fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a time")
}

pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

pub fn source() -> SourceId {
    SourceId("estate".to_owned())
}

/// What a path holds, or what happens when it is read.
#[derive(Clone, Debug, PartialEq)]
pub enum Held {
    Bytes(Vec<u8>),
    Link,
    Denied,
    /// A folder that cannot be listed.
    DeniedFolder,
}

/// A tree of files that a test may break.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InMemory(pub BTreeMap<String, Held>);

impl InMemory {
    /// The example estate.
    pub fn estate() -> Self {
        Self::of_folder(&folder("estate"))
    }

    pub fn of_folder(root: &Path) -> Self {
        let mut files = InMemory::default();
        files.take(root, "");
        files
    }

    fn take(&mut self, folder: &Path, prefix: &str) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = format!("{prefix}{}", path.file_name().and_then(|name| name.to_str()).expect("a name"));
            match path.is_dir() {
                true => self.take(&path, &format!("{name}/")),
                false => self.put(&name, std::fs::read(&path).expect("a file")),
            }
        }
    }

    pub fn put(&mut self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.0.insert(path.to_owned(), Held::Bytes(bytes.into()));
    }

    pub fn break_at(&mut self, path: &str, held: Held) {
        self.0.insert(path.to_owned(), held);
    }

    pub fn bytes(&self, path: &str) -> Option<&[u8]> {
        match self.0.get(path) {
            Some(Held::Bytes(bytes)) => Some(bytes),
            _ => None,
        }
    }

    /// Moves a file, or everything within a folder.
    pub fn rename(&mut self, from: &str, to: &str) {
        let moved = |path: &String| match path.strip_prefix(from) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("{to}{rest}"),
            _ => path.clone(),
        };
        self.0 = self.0.iter().map(|(path, held)| (moved(path), held.clone())).collect();
    }
}

impl Files for InMemory {
    fn list(&self, folder: &str, up_to: usize) -> io::Result<Vec<Entry>> {
        if self.0.get(folder) == Some(&Held::DeniedFolder) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let within = self.0.iter().filter_map(|(path, held)| Some((path.strip_prefix(&prefix)?, held)));
        let entries: BTreeMap<&str, EntryKind> = within.map(|(rest, held)| entry(rest, held)).collect();
        let entries = entries.into_iter().take(up_to.saturating_add(1));
        Ok(entries.map(|(name, kind)| Entry { name: name.to_owned(), kind }).collect())
    }

    fn read(&self, path: &str, up_to: u64) -> io::Result<Vec<u8>> {
        match self.0.get(path) {
            Some(Held::Bytes(bytes)) => Ok(bytes.iter().copied().take(up_to as usize).collect()),
            Some(_) => Err(io::ErrorKind::PermissionDenied.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

fn entry<'r>(rest: &'r str, held: &Held) -> (&'r str, EntryKind) {
    match (rest.split_once('/'), held) {
        (Some((name, _)), _) => (name, EntryKind::Folder),
        (None, Held::Link) => (rest, EntryKind::Link),
        (None, Held::DeniedFolder) => (rest, EntryKind::Folder),
        (None, _) => (rest, EntryKind::File),
    }
}

/// Scans a tree under the estate's name.
pub fn scanned(files: &dyn Files) -> (Vec<Batch>, Report) {
    let scan = scan_files(files, &source(), &ScanOptions::default()).expect("nobody stops it");
    (scan.batches, scan.report)
}

/// Scans a tree and applies what was found; the counters reconcile, always.
pub fn apply(twin: &Twin, files: &dyn Files, now: Timestamp) -> Receipt {
    let (batches, _) = scanned(files);
    let incoming: u64 = batches.iter().map(Batch::incoming).sum();
    let receipt = twin.apply(batches, now).expect("memory takes everything");
    let Receipt { applied, duplicate, late, rejected, .. } = &receipt;
    assert_eq!(incoming, applied + duplicate + late + rejected, "in = applied + duplicate + late + rejected");
    receipt
}

/// The example estate, read once.
pub fn estate() -> Snapshot {
    let twin = Twin::in_memory();
    apply(&twin, &InMemory::estate(), now());
    twin.snapshot(At::now(now()))
}

/// The rows of a file of truth, without comments, as columns.
pub fn truth(name: &str) -> Vec<Vec<String>> {
    let path = folder("tests/truth").join(name);
    let text = std::fs::read_to_string(&path).expect("a file of truth");
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

/// The names that the truth uses: `namespace/name`, `compose/name`, `aws/name`, `name@CronJob` where a Deployment has the name.
pub struct Names<'s> {
    snapshot: &'s Snapshot,
    plain: BTreeSet<(Option<String>, String)>,
}

impl<'s> Names<'s> {
    pub fn of(snapshot: &'s Snapshot) -> Self {
        let records = snapshot.nodes().flat_map(|node| snapshot.entity(node).records.clone());
        let workloads = records.filter(|key| key.kind == kind::WORKLOAD && !key.name.contains('/'));
        Names { snapshot, plain: workloads.map(|key| (key.namespace, key.name)).collect() }
    }

    /// The name of what a node is: the first of its records that people write.
    pub fn label(&self, node: Node) -> String {
        let entity = self.snapshot.entity(node);
        let labels: Vec<String> = entity.records.iter().filter_map(|key| self.label_of(key)).collect();
        let namespaced = labels.iter().find(|label| !label.starts_with("compose/"));
        if let Some(label) = namespaced.or(labels.first()) {
            return label.clone();
        }
        let is_state = entity.records.iter().any(|key| key.name.contains("aws_"));
        if is_state { format!("aws/{}", entity.name) } else { entity.name.clone() }
    }

    fn label_of(&self, key: &RecordKey) -> Option<String> {
        if key.kind != kind::WORKLOAD {
            return None;
        }
        let place = key.namespace.as_deref().or(key.cluster.as_ref().map(|_| "compose"))?;
        Some(match key.name.split_once('/') {
            Some((platform, name)) if self.plain.contains(&(key.namespace.clone(), name.to_owned())) => {
                format!("{place}/{name}@{platform}")
            }
            Some((_, name)) => format!("{place}/{name}"),
            None => format!("{place}/{}", key.name),
        })
    }

    /// The component or thing that the truth calls so; for `compose/name`, the one that has this record.
    pub fn node(&self, label: &str) -> Node {
        let answers = |node: &Node| {
            let entity = self.snapshot.entity(*node);
            let is_whole = entity.kind != kind::WORKLOAD && entity.kind != kind::INSTANCE;
            let by_record = entity.records.iter().any(|key| self.label_of(key).as_deref() == Some(label));
            is_whole && (by_record || self.label(*node) == label)
        };
        self.snapshot.nodes().find(answers).unwrap_or_else(|| panic!("nothing here is called {label}"))
    }
}

/// Fails with both differences, one a line.
pub fn same<T: Ord + std::fmt::Display>(what: &str, found: BTreeSet<T>, expected: BTreeSet<T>) {
    let lines = |sign: &str, only: Vec<&T>| only.iter().map(|line| format!("{sign} {line}\n")).collect::<String>();
    let extra = lines("+", found.difference(&expected).collect());
    let missing = lines("-", expected.difference(&found).collect());
    assert!(extra.is_empty() && missing.is_empty(), "{what} (+ not in the truth, - not found):\n{missing}{extra}");
}
