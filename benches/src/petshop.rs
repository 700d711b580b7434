//! `petshop`: incidents of a public dataset, with what was measured before and during, ranked beside trivial rankings.
//!
//! A case's cause is read when its ranking stands, and may be absent.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};
use twin_core::analysis::{Incident, Metric, MetricSeries, ObservedNode, Symptom};
use twin_core::base::Result;

use crate::command::{misused, unusable};
use crate::incidents::{Labelled, Table, ranked};
use crate::vectors::{contents, entries, name};

#[derive(Deserialize)]
struct File {
    graph: Graph,
    normal: Normal,
    cases: Vec<Case>,
}

/// The period before, or the file that has it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Normal {
    SameAs { same_as: String },
    Own(Period),
}

struct Estate {
    graph: Graph,
    normal: Period,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Graph {
    nodes: Vec<String>,
    edges: Vec<(String, String)>,
}

/// By metric and statistic.
type Statistics = BTreeMap<String, BTreeMap<String, Vec<Option<f64>>>>;
/// By node.
type Measured = BTreeMap<String, Statistics>;

#[derive(Deserialize)]
struct Period {
    timestamps: Vec<Value>,
    metrics: Measured,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    target: Target,
    timestamps: Vec<Value>,
    metrics: Measured,
    /// Kept as it stands until the ranking is there.
    #[serde(default)]
    root_cause: Value,
}

#[derive(Deserialize)]
struct Target {
    node: String,
    metric: String,
    agg: String,
}

/// Prints a line for each case; returns how often those were right whose cause is known, and those.
///
/// # Errors
/// If the folder cannot be read, or a file in it has another shape.
pub fn run(folder: &Path, mut print: impl FnMut(String) -> Result<()>) -> Result<(Table, Vec<Labelled>)> {
    let (mut table, mut labelled) = (Table::default(), Vec::new());
    let is_case = |path: &&PathBuf| [".json", ".json.gz"].iter().any(|ending| name(path).ends_with(ending));
    for file in entries(folder)?.iter().filter(is_case) {
        let estate = read(file)?;
        for case in &estate.cases {
            let incident = incident(&estate, case)?;
            let ranked = ranked(&incident)?;
            print(json!({"case": case.id, "ranked": ranked}).to_string())?;
            if let Some(cause) = case.root_cause["node"].as_str() {
                table.count(&incident, &ranked, cause)?;
                labelled.push(Labelled { cause: cause.to_owned(), incident });
            }
        }
    }
    Ok((table, labelled))
}

/// A file with its normal period, wherever that is.
fn read(file: &Path) -> Result<Estate> {
    let File { graph, normal, cases } = parsed(file)?;
    Ok(Estate { graph, normal: period(file, normal)?, cases })
}

fn parsed(file: &Path) -> Result<File> {
    serde_json::from_slice(&contents(file)?).map_err(|error| unusable(file, error))
}

/// Follows one file to another, a few times at most: files could name each other.
fn period(file: &Path, mut normal: Normal) -> Result<Period> {
    const FILES: usize = 8;
    for _ in 0..FILES {
        match normal {
            Normal::Own(period) => return Ok(period),
            Normal::SameAs { same_as } => normal = parsed(&beside(file, &same_as)?)?.normal,
        }
    }
    Err(misused(format!("{} has no normal period: files name each other for it", file.display())))
}

/// The file beside another one that is meant by a name, with or without its folder and its ending.
fn beside(file: &Path, named: &str) -> Result<PathBuf> {
    let last = named.rsplit('/').next().unwrap_or_default();
    let candidates = ["", ".json", ".json.gz"].map(|ending| file.with_file_name(format!("{last}{ending}")));
    let found = candidates.into_iter().find(|path| path.is_file());
    found.ok_or_else(|| {
        misused(format!("{} names {named} for its normal period, which is not beside it", file.display()))
    })
}

fn incident(estate: &Estate, case: &Case) -> Result<Incident> {
    let named = estate.graph.edges.iter().flat_map(|(from, to)| [from, to]);
    let measured = estate.normal.metrics.keys().chain(case.metrics.keys());
    let mut ids: Vec<&String> =
        estate.graph.nodes.iter().chain(named).chain(measured).chain([&case.target.node]).collect();
    ids.sort_unstable();
    ids.dedup();
    let nodes = ids.into_iter().map(|id| Ok(ObservedNode { id: id.clone(), series: series(estate, case, id)? }));
    let metric = known(&case.target.metric);
    let symptom = Symptom {
        node: case.target.node.clone(),
        metric: metric.ok_or_else(|| misused(format!("{} is no metric that is known", case.target.metric)))?,
        statistic: case.target.agg.clone(),
    };
    let (nodes, calls) = (nodes.collect::<Result<_>>()?, estate.graph.edges.clone());
    Ok(Incident { nodes, calls, symptom, ..Incident::default() })
}

fn known(metric: &str) -> Option<Metric> {
    match metric {
        "latency" => Some(Metric::Latency),
        "availability" => Some(Metric::Availability),
        "error" | "errors" | "error_rate" => Some(Metric::Errors),
        "requests" => Some(Metric::Requests),
        _ => None,
    }
}

fn series(estate: &Estate, case: &Case, id: &str) -> Result<Vec<MetricSeries>> {
    let (normal, during) = (estate.normal.metrics.get(id), case.metrics.get(id));
    let all = || [normal, during].into_iter().flatten();
    let mut keys: Vec<(&String, &String)> = all()
        .flat_map(|metrics| metrics.iter().flat_map(|(metric, by)| by.keys().map(move |statistic| (metric, statistic))))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    let mut found = Vec::new();
    for (name, statistic) in keys {
        let Some(metric) = known(name) else { continue };
        let of = |measured: Option<&Statistics>, intervals: usize| {
            let values = measured.and_then(|metrics| metrics.get(name)?.get(statistic));
            let values = values.cloned().unwrap_or_else(|| vec![None; intervals]);
            values.into_iter().map(|value| value.map(|value| scaled(metric, value))).collect()
        };
        let (normal, during) = (of(normal, estate.normal.timestamps.len()), of(during, case.timestamps.len()));
        found.push(MetricSeries { metric, statistic: statistic.clone(), normal, during });
    }
    Ok(found)
}

/// Availability and errors are in percent there.
fn scaled(metric: Metric, value: f64) -> f64 {
    match metric {
        Metric::Availability | Metric::Errors => (value / 100.0).clamp(0.0, 1.0),
        Metric::Latency | Metric::Requests => value,
    }
}
