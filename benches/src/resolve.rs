//! `resolve` and `resolve-scale`: which records are one thing, on tables that bring their own truth.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};
use twin_core::base::{Context, Result};
use twin_core::identity::resolve::{Options, Record, Resolution};

use crate::command::{misused, unusable};

/// One line of a file of records.
#[derive(Debug, Deserialize)]
struct Line {
    estate: String,
    record_id: String,
    system: String,
    kind: String,
    name: String,
    #[serde(default)]
    attributes: Map<String, Value>,
}

/// Reads records, one JSON object a line, by estate.
///
/// # Errors
/// `Io` for a file that cannot be read, `Invalid` for a line that is no record.
pub fn read(path: &Path) -> Result<BTreeMap<String, Vec<Record>>> {
    let file = std::fs::File::open(path).map_err(|error| unusable(path, error))?;
    let mut estates: BTreeMap<String, Vec<Record>> = BTreeMap::new();
    for (number, line) in (1..).zip(BufReader::new(file).lines()) {
        let line = line.map_err(|error| unusable(path, error))?;
        if line.trim().is_empty() {
            continue;
        }
        let said: Line = serde_json::from_str(&line)
            .map_err(|error| misused(format!("{}:{number} is no record: {error}", path.display())))?;
        let Line { estate, record_id: id, system, kind, name, attributes } = said;
        estates.entry(estate).or_default().push(Record::of_json(id, system, kind, name, &attributes));
    }
    Ok(estates)
}

/// Resolves each estate by itself and writes a line for each record: estate, record and cluster.
///
/// # Errors
/// Those of [`read`] and of the resolution, and `Io` where nothing can be written.
pub fn resolve(records: &Path, out: &Path, context: &Context) -> Result<Counts> {
    let mut counts = Counts::default();
    let mut file = std::fs::File::create(out).map_err(|error| unusable(out, error))?;
    for (estate, records) in read(records)? {
        let resolution = Resolution::of(records, &Options::default(), context)?;
        counts.estates += 1;
        for thing in resolution.things() {
            counts.things += 1;
            for id in &thing {
                counts.records += 1;
                let line = serde_json::json!({"estate": estate, "record_id": id, "cluster": thing[0]});
                writeln!(file, "{line}").map_err(|error| unusable(out, error))?;
            }
        }
    }
    Ok(counts)
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

/// Reads a table with the columns `unique_id`, `system` and `name`; every other column is a field, but `entity`, which is the truth.
///
/// # Errors
/// `Io` for a file that cannot be read, `Invalid` for one without these columns.
pub fn table(path: &Path) -> Result<Vec<Record>> {
    let mut reader = csv::Reader::from_path(path).map_err(|error| unusable(path, error))?;
    let columns: Vec<String> =
        reader.headers().map_err(|error| unusable(path, error))?.iter().map(str::to_owned).collect();
    let place = |name: &str| {
        let place = columns.iter().position(|column| column == name);
        place.ok_or_else(|| misused(format!("{} has no column {name}", path.display())))
    };
    let own = [place("unique_id")?, place("system")?, place("name")?];
    let others: Vec<usize> = (0..columns.len()).filter(|at| !own.contains(at) && columns[*at] != "entity").collect();
    let mut records = Vec::new();
    let mut row = csv::StringRecord::new();
    while reader.read_record(&mut row).map_err(|error| unusable(path, error))? {
        let cell = |at: usize| row[at].to_owned();
        let said = others.iter().filter(|at| !row[**at].is_empty());
        records.push(Record {
            id: cell(own[0]),
            system: cell(own[1]),
            kind: String::new(),
            name: cell(own[2]),
            attributes: said.map(|at| (columns[*at].clone(), cell(*at))).collect(),
        });
    }
    Ok(records)
}
