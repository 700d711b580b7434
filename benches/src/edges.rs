//! `edges`: the service edges that the twin finds in a folder of raw files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;
use twin_connectors::{ScanOptions, scan};
use twin_core::base::{Result, Timestamp};
use twin_core::graph::{EvidenceRow, Pages};
use twin_core::observe::Step;
use twin_core::{At, Twin};

/// What is less sure than this is no edge.
const SURE_ENOUGH: f64 = 0.5;

/// One edge between two workloads, by the names that their files use.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundEdge {
    /// Who needs.
    pub from: String,
    /// Who is needed.
    pub to: String,
    /// `path:line technique confidence`, surest first.
    pub evidence: Vec<String>,
}

/// How much was read and found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Files in the folder.
    pub files: u64,
    /// Records that said something new.
    pub applied: u64,
    /// Records that could not be taken.
    pub rejected: u64,
    /// Edges that are sure enough.
    pub edges: usize,
    /// Edges that are not.
    pub unsure: usize,
    /// References that nothing answers to.
    pub unresolved: usize,
}

/// Scans a folder and lists the edges that it states, by name.
///
/// # Errors
/// If the folder cannot be scanned.
pub fn edges(root: &Path, now: Timestamp) -> Result<(Vec<FoundEdge>, Counts)> {
    let scan = scan(root, &ScanOptions::default())?;
    let twin = Twin::in_memory();
    let receipt = twin.apply(scan.batches, now)?;
    let snapshot = twin.snapshot(At::now(now));
    let pages = snapshot.pages();
    let all = by_name(pages);
    let known = all.len();
    let edges: Vec<FoundEdge> = all.into_iter().filter_map(|(ends, rows)| edge(ends, &rows)).collect();
    let counts = Counts {
        files: scan.report.files,
        applied: receipt.applied,
        rejected: receipt.rejected,
        unsure: known - edges.len(),
        edges: edges.len(),
        unresolved: pages.unresolved.len(),
    };
    Ok((edges, counts))
}

type Ends<'a> = (&'a str, &'a str);

fn by_name(pages: &Pages) -> BTreeMap<Ends<'_>, Vec<&EvidenceRow>> {
    let mut edges: BTreeMap<Ends<'_>, Vec<&EvidenceRow>> = BTreeMap::new();
    for link in &pages.links {
        let row = pages.evidence.get(link.evidence.0 as usize);
        edges.entry((&link.from_name, &link.to_name)).or_default().extend(row);
    }
    edges
}

fn edge((from, to): Ends<'_>, rows: &[&EvidenceRow]) -> Option<FoundEdge> {
    let mut rows: Vec<&&EvidenceRow> = rows.iter().filter(|row| row.confidence >= SURE_ENOUGH).collect();
    rows.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then_with(|| place(a).cmp(&place(b))));
    let mut seen = BTreeSet::new();
    let spoken = rows.into_iter().flat_map(|row| spoken(row)).filter(|words| seen.insert(words.clone()));
    let evidence: Vec<String> = spoken.collect();
    (!evidence.is_empty()).then(|| FoundEdge { from: from.to_owned(), to: to.to_owned(), evidence })
}

fn place(row: &EvidenceRow) -> String {
    row.chain.first().map(|step| step.locator.to_string()).unwrap_or_default()
}

/// Each step of the chain by itself, so that the line which holds the peer's name is among them.
fn spoken(row: &EvidenceRow) -> Vec<String> {
    let step = |step: &Step| format!("{} {} {:.2}", step.locator, row.technique, row.confidence);
    row.chain.iter().map(step).collect()
}

/// The edges as lines, `from<TAB>to<TAB>evidence`.
pub fn table(edges: &[FoundEdge]) -> String {
    let line = |edge: &FoundEdge| format!("{}\t{}\t{}\n", edge.from, edge.to, edge.evidence.join(";"));
    edges.iter().map(line).collect()
}
