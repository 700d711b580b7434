//! `resolve` and `resolve-scale`: which records are one thing, on tables that bring their own truth.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::time::Instant;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use twin_core::base::{Context, Result};
use twin_core::identity::resolve::{Changes, Options, Record, Resolution, Row, Threshold};

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
pub fn clusters(records: &[Line], threshold: Threshold, context: &Context) -> Result<BTreeMap<String, String>> {
    let options = Options { threshold, ..Options::default() };
    let resolution = Resolution::of(records.iter().map(Line::record).collect(), &options, context)?;
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
        let clusters = clusters(&records, Threshold::default(), context)?;
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
pub fn scores(
    records: &Path,
    truth: &Path,
    threshold: Threshold,
    context: &Context,
) -> Result<BTreeMap<String, Score>> {
    let truth = labels(truth)?;
    let estates = read(records)?.into_iter();
    let score = |(estate, records): (String, Vec<Line>)| {
        let clusters = clusters(&records, threshold, context)?;
        Ok((estate, judge(&records, &clusters, &truth)))
    };
    estates.map(score).collect()
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
pub fn table(path: &Path, mut take: impl FnMut(&Row<'_>)) -> Result<usize> {
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
        take(&Row { id: &row[own[0]], system: &row[own[1]], kind: "", name: &row[own[2]], attributes: &attributes });
        count += 1;
    }
    Ok(count)
}

/// What updates of one changed, one new and one removed record each took.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Updates {
    /// How many there were, after a first one.
    pub updates: usize,
    /// The first, which prepares the others.
    pub first_ms: f64,
    /// Half took less.
    pub p50_ms: f64,
    /// Of a hundred one took more.
    pub p99_ms: f64,
    /// The longest.
    pub longest_ms: f64,
    /// How many pairs one compared, in the middle.
    pub p50_pairs: usize,
    /// How many resolved everything anew.
    pub anew: usize,
}

/// Changes a table's records, some at a time: one gets the name of another, one comes again under a new id, one goes.
///
/// # Errors
/// Those of [`table`] and of the resolution.
pub fn updates(path: &Path, resolution: &mut Resolution, count: usize, context: &Context) -> Result<Updates> {
    let mut records = Vec::new();
    table(path, |row| {
        let attributes =
            row.attributes.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())).collect();
        let [id, system, name] = [row.id, row.system, row.name].map(str::to_owned);
        records.push(Record { id, system, name, attributes, ..Record::default() });
    })?;
    if records.len() < 3 * count + 3 {
        return Err(misused(format!("{count} updates need {} records", 3 * count + 3)));
    }
    let mut measured = Updates { updates: count, ..Updates::default() };
    let (mut times, mut pairs) = (Vec::new(), Vec::new());
    // Three records for each round, spread over the table.
    let at = |place: usize| (place * 2_654_435_761) % records.len();
    let mut removed = std::collections::BTreeSet::new();
    for round in 0..=count {
        let [renamed, new, gone] = [0, 1, 2].map(|which| &records[at(3 * round + which)]);
        if removed.contains(&renamed.id) || removed.contains(&gone.id) || renamed.id == gone.id {
            continue;
        }
        removed.insert(gone.id.clone());
        let changes = Changes {
            records: vec![
                Record { name: new.name.clone(), ..renamed.clone() },
                Record { id: format!("{} again in {round}", new.id), ..new.clone() },
            ],
            removed: vec![gone.id.clone()],
        };
        let start = Instant::now();
        let updated = resolution.update(changes, context)?;
        times.push(start.elapsed().as_secs_f64() * 1000.0);
        pairs.push(updated.compared);
        measured.anew += usize::from(updated.anew);
    }
    measured.first_ms = times.remove(0);
    times.sort_by(f64::total_cmp);
    pairs.sort_unstable();
    let of = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    (measured.updates, measured.p50_ms, measured.p99_ms) = (times.len(), of(50), of(99));
    measured.longest_ms = times.last().copied().unwrap_or_default();
    measured.p50_pairs = pairs[pairs.len() / 2];
    Ok(measured)
}
