//! Which files of a folder are started together.
//!
//! Compose takes one file by its name and lays the override beside it over it, unless `COMPOSE_FILE` says otherwise. Any other file is
//! read as if it were laid over that one: who starts it says so on a command line that nobody reads.

use twin_connector_base::config::interpolation::Variables;

use super::path;

/// Names of the file that Compose takes by itself, the preferred first, and of the one that it lays over it.
const DEFAULT: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
const OVERRIDE: [&str; 4] =
    ["compose.override.yaml", "compose.override.yml", "docker-compose.override.yml", "docker-compose.override.yaml"];

/// Files that are laid over each other, the lowest first.
pub(super) struct Start {
    pub files: Vec<String>,
    /// If only one of them is read in it, because the others are read in a start of their own.
    pub only: Option<String>,
}

impl Start {
    /// Whether what a file says is taken from this start.
    pub fn reads(&self, path: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only == path || !self.files.iter().any(|file| file == path))
    }
}

/// The starts of a folder's own files, the usual one first.
pub(super) fn starts(folder: &str, own: &[String], variables: &Variables) -> Vec<Start> {
    let usual = listed(folder, own, variables).unwrap_or_else(|| by_name(own));
    let first = usual.first().cloned();
    let others = own.iter().filter(|path| !usual.contains(path)).map(|other| {
        let lower = first.iter().filter(|_| !DEFAULT.contains(&path::name(other)));
        Start { files: lower.cloned().chain([other.clone()]).collect(), only: Some(other.clone()) }
    });
    let others: Vec<Start> = others.collect();
    let usual = (!usual.is_empty()).then_some(Start { files: usual, only: None });
    usual.into_iter().chain(others).collect()
}

/// The files that `COMPOSE_FILE` lists, if all of them are at hand.
fn listed(folder: &str, own: &[String], variables: &Variables) -> Option<Vec<String>> {
    let list = &variables.get("COMPOSE_FILE")?.text;
    let separator = variables.get("COMPOSE_PATH_SEPARATOR").map_or(":", |value| value.text.as_str());
    let separator = if separator.is_empty() { ":" } else { separator };
    let paths = list.split(separator).filter(|path| !path.is_empty()).map(|path| path::joined(folder, path));
    let paths: Option<Vec<String>> = paths.collect();
    paths.filter(|paths| !paths.is_empty() && paths.iter().all(|path| own.contains(path)))
}

fn by_name(own: &[String]) -> Vec<String> {
    let called =
        |names: &[&str]| names.iter().find_map(|name| own.iter().find(|path| path::name(path) == *name)).cloned();
    let Some(usual) = called(&DEFAULT) else { return Vec::new() };
    std::iter::once(usual).chain(called(&OVERRIDE)).collect()
}
