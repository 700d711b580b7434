//! `vectors`: whether the analyses give what was computed by other means, on files of cases.
//!
//! Each family is one function from a case's input to an answer in the shape of what is expected.

mod availability;
mod blast_radius;
mod compare;
mod drift;
mod latency;
mod pareto;
mod queue_network;
mod queueing;
mod retries;
mod sampled;

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
        "drift" => Some(drift::answer),
        "latency" => Some(latency::answer),
        "pareto" => Some(pareto::answer),
        "queue_network" => Some(queue_network::answer),
        "queueing" => Some(queueing::answer),
        "retries" => Some(retries::answer),
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
        match failure(&case, answer) {
            None => tally.passed += 1,
            Some(why) => tally.failures.push(format!("{}: {why}", case.name)),
        }
    }
    Ok(tally)
}

fn failure(case: &Case, answer: Adapter) -> Option<String> {
    match answer(&case.input) {
        Ok(found) => {
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

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

/// The entries of a folder in the order of their names.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let listed = std::fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    let mut paths: Vec<PathBuf> = listed.map_err(|error| unusable(folder, error))?;
    paths.sort();
    Ok(paths)
}

fn contents(file: &Path) -> Result<Vec<u8>> {
    let bytes = std::fs::read(file).map_err(|error| unusable(file, error))?;
    if !name(file).ends_with(".gz") {
        return Ok(bytes);
    }
    let mut text = Vec::new();
    let read = flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut text);
    read.map(|_| text).map_err(|error| unusable(file, error))
}
