//! `resolve` and `resolve-scale`: which records are one thing, on tables that bring their own truth.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use twin_core::base::{Context, Result};
use twin_core::identity::resolve::{Options, Record, Resolution, Resolver, Row};

use crate::command::{misused, unusable};
use crate::score::{Judged, Score};

/// One line of a file of records.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Line {
    /// The estate that the record is of; each is resolved by itself.
    pub estate: String,
    /// What names the record for ever.
    pub record_id: String,
    /// Where it was read.
    pub system: String,
    /// What it is there.
    pub kind: String,
    /// What it is called there.
    pub name: String,
    /// What else is said of it.
    #[serde(default)]
    pub attributes: Map<String, Value>,
}

impl Line {
    /// The record.
    pub fn record(&self) -> Record {
        let Line { record_id, system, kind, name, attributes, .. } = self;
        Record::of_json(record_id.clone(), system.clone(), kind.clone(), name.clone(), attributes)
    }
}

/// One line of a file of labels: the thing that a record is of.
#[derive(Debug, Deserialize)]
struct Label {
    record_id: String,
    entity_id: String,
}

/// Reads records, one JSON object a line, by estate.
///
/// # Errors
/// `Io` for a file that cannot be read, `Invalid` for a line that is no record.
pub fn read(path: &Path) -> Result<BTreeMap<String, Vec<Line>>> {
    let mut estates: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    for line in lines::<Line>(path, "record")? {
        estates.entry(line.estate.clone()).or_default().push(line);
    }
    Ok(estates)
}

/// Reads a file of labels: the thing of each record.
///
/// # Errors
/// `Io` for a file that cannot be read, `Invalid` for a line that is no label.
pub fn labels(path: &Path) -> Result<BTreeMap<String, String>> {
    let labels = lines::<Label>(path, "label")?.into_iter();
    Ok(labels.map(|label| (label.record_id, label.entity_id)).collect())
}

fn lines<T: DeserializeOwned>(path: &Path, what: &str) -> Result<Vec<T>> {
    let file = std::fs::File::open(path).map_err(|error| unusable(path, error))?;
    let mut read = Vec::new();
    for (number, line) in (1..).zip(BufReader::new(file).lines()) {
        let line = line.map_err(|error| unusable(path, error))?;
        if line.trim().is_empty() {
            continue;
        }
        let said = serde_json::from_str(&line)
            .map_err(|error| misused(format!("{}:{number} is no {what}: {error}", path.display())))?;
        read.push(said);
    }
    Ok(read)
}

/// The cluster of each record of an estate: the id of its first record.
///
/// # Errors
/// Those of the resolution.
pub fn clusters(records: &[Line], context: &Context) -> Result<BTreeMap<String, String>> {
    let resolution = Resolution::of(records.iter().map(Line::record).collect(), &Options::default(), context)?;
    let things = resolution.things();
    let placed = things.iter().flat_map(|thing| thing.iter().map(|id| ((*id).to_owned(), thing[0].to_owned())));
    Ok(placed.collect())
}

/// Compares the clusters of an estate with the truth, as far as it is known.
pub fn judge(records: &[Line], clusters: &BTreeMap<String, String>, truth: &BTreeMap<String, String>) -> Score {
    let judged = records.iter().filter_map(|line| {
        let (cluster, thing) = (clusters.get(&line.record_id)?, truth.get(&line.record_id)?);
        Some(Judged { system: &line.system, name: &line.name, cluster, thing })
    });
    Score::of(&judged.collect::<Vec<Judged<'_>>>())
}

/// Resolves each estate by itself and writes a line for each record: estate, record and cluster.
///
/// # Errors
/// Those of [`read`] and of the resolution, and `Io` where nothing can be written.
pub fn resolve(records: &Path, out: &Path, context: &Context) -> Result<Counts> {
    let mut counts = Counts::default();
    let mut file = std::fs::File::create(out).map_err(|error| unusable(out, error))?;
    for (estate, records) in read(records)? {
        let clusters = clusters(&records, context)?;
        counts.estates += 1;
        counts.records += clusters.len();
        counts.things += clusters.iter().filter(|(id, cluster)| id == cluster).count();
        for (id, cluster) in &clusters {
            let line = serde_json::json!({"estate": estate, "record_id": id, "cluster": cluster});
            writeln!(file, "{line}").map_err(|error| unusable(out, error))?;
        }
    }
    Ok(counts)
}

/// Resolves each estate by itself and compares it with the truth: the score of each.
///
/// # Errors
/// Those of [`read`], [`labels`] and the resolution.
pub fn scores(records: &Path, truth: &Path, context: &Context) -> Result<BTreeMap<String, Score>> {
    let truth = labels(truth)?;
    let estates = read(records)?.into_iter();
    estates.map(|(estate, records)| Ok((estate, judge(&records, &clusters(&records, context)?, &truth)))).collect()
}

/// How much was resolved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Estates.
    pub estates: usize,
    /// Records.
    pub records: usize,
    /// Things that they are.
    pub things: usize,
}

/// Reads a table with the columns `unique_id`, `system` and `name`, row by row; every other column is a field, but `entity`, which is the truth. How many rows there were.
///
/// # Errors
/// `Io` for a file that cannot be read, `Invalid` for one without these columns.
pub fn table(path: &Path, resolver: &mut Resolver) -> Result<usize> {
    let mut reader = csv::Reader::from_path(path).map_err(|error| unusable(path, error))?;
    let columns: Vec<String> =
        reader.headers().map_err(|error| unusable(path, error))?.iter().map(str::to_owned).collect();
    let place = |name: &str| {
        let place = columns.iter().position(|column| column == name);
        place.ok_or_else(|| misused(format!("{} has no column {name}", path.display())))
    };
    let own = [place("unique_id")?, place("system")?, place("name")?];
    let others: Vec<usize> = (0..columns.len()).filter(|at| !own.contains(at) && columns[*at] != "entity").collect();
    let (mut count, mut row) = (0, csv::StringRecord::new());
    while reader.read_record(&mut row).map_err(|error| unusable(path, error))? {
        let said = others.iter().filter(|at| !row[**at].is_empty());
        let attributes: Vec<(&str, &str)> = said.map(|at| (&columns[*at][..], &row[*at])).collect();
        resolver.add(&Row {
            id: &row[own[0]],
            system: &row[own[1]],
            kind: "",
            name: &row[own[2]],
            attributes: &attributes,
        });
        count += 1;
    }
    Ok(count)
}
