//! `vectors`: whether the analyses give what was computed by other means, on files of cases.
//!
//! Each family is one function from a case's input to an answer in the shape of what is expected.

mod availability;
mod blast_radius;
mod compare;
mod cost_allocation;
mod cost_move;
mod cost_reciprocal;
mod critical_path;
mod drift;
mod extraction;
mod feedback_arc_set;
mod latency;
mod migration_waves;
mod needs;
mod pareto;
mod queue_network;
mod queueing;
mod rca_rank;
mod retries;
mod sampled;
mod smells;
mod spof;
mod static_critical_path;
mod taint;

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use twin_core::base::{Error, Result};

use crate::command::unusable;

pub use compare::{Tolerance, differences};

/// One case.
#[derive(Clone, Debug, Deserialize)]
pub struct Case {
    /// Its family and the stem of its file.
    pub name: String,
    /// What is given.
    pub input: Value,
    /// What must come out; only the keys that are there are compared.
    pub expected: Value,
    /// How exactly.
    #[serde(default)]
    pub tolerance: Tolerance,
}

type Adapter = fn(&Value) -> Result<Value>;

/// Families that have programs of their own.
const ELSEWHERE: [&str; 2] = ["rca_petshop", "reality"];

fn adapter(family: &str) -> Option<Adapter> {
    match family {
        "availability" => Some(availability::answer),
        "blast_radius" => Some(blast_radius::answer),
        "cost_allocation" => Some(cost_allocation::answer),
        "cost_move" => Some(cost_move::answer),
        "cost_reciprocal" => Some(cost_reciprocal::answer),
        "critical_path" => Some(critical_path::answer),
        "drift" => Some(drift::answer),
        "extraction" => Some(extraction::answer),
        "feedback_arc_set" => Some(feedback_arc_set::answer),
        "latency" => Some(latency::answer),
        "migration_waves" => Some(migration_waves::answer),
        "pareto" => Some(pareto::answer),
        "queue_network" => Some(queue_network::answer),
        "queueing" => Some(queueing::answer),
        "rca_rank" => Some(rca_rank::answer),
        "retries" => Some(retries::answer),
        "smells" => Some(smells::answer),
        "spof" => Some(spof::answer),
        "static_critical_path" => Some(static_critical_path::answer),
        "taint" => Some(taint::answer),
        _ => None,
    }
}

/// Writes what is expected, and what came out, so that the two can be compared.
type Reading = fn(&mut Value, &mut Value);

/// How a case is read whose family expects more than one answer to the letter: an example of several, a bound, an order.
fn reading(family: &str) -> Option<Reading> {
    match family {
        "critical_path" => Some(critical_path::read),
        "extraction" => Some(extraction::read),
        "feedback_arc_set" => Some(feedback_arc_set::read),
        "migration_waves" => Some(migration_waves::read),
        "static_critical_path" => Some(static_critical_path::read),
        _ => None,
    }
}

/// What became of the cases of one family.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The family.
    pub family: String,
    /// Cases whose answer is the expected one.
    pub passed: usize,
    /// The others, each with what is different.
    pub failures: Vec<String>,
    /// Cases that nothing here answers yet.
    pub not_run: usize,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for failure in &self.failures {
            writeln!(f, "FAILED {failure}")?;
        }
        match self.not_run {
            0 => write!(f, "{} {} passed, {} failed", self.family, self.passed, self.failures.len()),
            count => write!(f, "{} not run: nothing here answers it yet ({count} cases)", self.family),
        }
    }
}

/// Runs the cases of each family beneath a folder, or of one.
///
/// # Errors
/// If the folder cannot be read, or has no such family.
pub fn run(root: &Path, only: Option<&str>) -> Result<Vec<Tally>> {
    let families: Vec<PathBuf> = entries(root)?.into_iter().filter(|path| path.is_dir()).collect();
    let names: Vec<&str> = families.iter().map(|path| name(path)).collect();
    if let Some(wanted) = only.filter(|wanted| !names.contains(wanted)) {
        return Err(Error::unknown("family", wanted, names));
    }
    let chosen = families.iter().filter(|path| match only {
        Some(wanted) => name(path) == wanted,
        None => !ELSEWHERE.contains(&name(path)),
    });
    chosen.map(|path| family(path)).collect()
}

fn family(folder: &Path) -> Result<Tally> {
    let mut tally = Tally { family: name(folder).to_owned(), ..Tally::default() };
    let is_case = |path: &PathBuf| [".json", ".json.gz"].iter().any(|ending| name(path).ends_with(ending));
    let files: Vec<PathBuf> = entries(folder)?.into_iter().filter(is_case).collect();
    let Some(answer) = adapter(&tally.family) else {
        tally.not_run = files.len();
        return Ok(tally);
    };
    for file in files {
        let case: Case = serde_json::from_slice(&contents(&file)?).map_err(|error| unusable(&file, error))?;
        let name = case.name.clone();
        match failure(case, answer, reading(&tally.family)) {
            None => tally.passed += 1,
            Some(why) => tally.failures.push(format!("{name}: {why}")),
        }
    }
    Ok(tally)
}

fn failure(mut case: Case, answer: Adapter, reading: Option<Reading>) -> Option<String> {
    match answer(&case.input) {
        Ok(mut found) => {
            if let Some(read) = reading {
                read(&mut case.expected, &mut found);
            }
            let differences = differences(&case.expected, &found, &case.tolerance);
            (!differences.is_empty()).then(|| differences.join("; "))
        }
        Err(error) => Some(error.to_string()),
    }
}

/// The last line of the program.
pub fn total(tallies: &[Tally]) -> String {
    let passed: usize = tallies.iter().map(|tally| tally.passed).sum();
    let failed: usize = tallies.iter().map(|tally| tally.failures.len()).sum();
    format!("{passed} passed, {failed} failed")
}

pub(crate) fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

/// The entries of a folder in the order of their names.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let listed = std::fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    let mut paths: Vec<PathBuf> = listed.map_err(|error| unusable(folder, error))?;
    paths.sort();
    Ok(paths)
}

pub(crate) fn contents(file: &Path) -> Result<Vec<u8>> {
    let bytes = std::fs::read(file).map_err(|error| unusable(file, error))?;
    if !name(file).ends_with(".gz") {
        return Ok(bytes);
    }
    let mut text = Vec::new();
    let read = flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut text);
    read.map(|_| text).map_err(|error| unusable(file, error))
}
