//! Ours by size: the crates of the core's default build, and what is handed out, if it is built.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use twin_core::base::{Error, ErrorKind, Result};

use crate::graph::answer::Answer;
use crate::graph::data::Data;
use crate::graph::engine::{Engine, Run, figure};
use crate::graph::workload::{OURS, Task};

/// The checkout that this program was built from.
pub struct Size;

impl Engine for Size {
    fn name(&self) -> &'static str {
        OURS
    }

    fn offers(&self, task: Task) -> bool {
        task == Task::Crates || built(task).is_some()
    }

    fn prepare(&mut self, _: Task, _: &Data) -> Result<()> {
        Ok(())
    }

    fn run(&mut self, task: Task, _: &Data) -> Result<Run> {
        let size = match built(task) {
            Some(path) => bytes(&path)?,
            None => crates()?,
        };
        Ok(figure(size as f64, Answer::count(size)))
    }
}

fn root() -> &'static Path {
    let benches = Path::new(env!("CARGO_MANIFEST_DIR"));
    benches.parent().unwrap_or(benches)
}

/// What `make dist` left.
fn built(task: Task) -> Option<PathBuf> {
    let (folder, endings) = match task {
        Task::Wheel => ("out/python", [".whl", ".whl"]),
        Task::Addon => ("target/dist", ["twin_node.so", "twin_node.dylib"]),
        _ => return None,
    };
    let files = std::fs::read_dir(root().join(folder)).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let is_it = |path: &PathBuf| endings.iter().any(|ending| path.to_string_lossy().ends_with(ending));
    files.filter(is_it).max()
}

fn bytes(path: &Path) -> Result<u64> {
    let unreadable = |error| Error::new(ErrorKind::Io, format!("{} cannot be read", path.display())).because(error);
    std::fs::metadata(path).map(|found| found.len()).map_err(unreadable)
}

fn crates() -> Result<u64> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let arguments = ["tree", "--locked", "-p", "twin-core", "-e", "normal", "--prefix", "none"];
    let unusable = |error| Error::new(ErrorKind::Io, "cargo cannot be run to count crates").because(error);
    let output = Command::new(cargo).args(arguments).current_dir(root()).output().map_err(unusable)?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(Error::new(ErrorKind::Io, "cargo cannot count crates").because(why));
    }
    let tree = String::from_utf8_lossy(&output.stdout);
    let crates: BTreeSet<&str> =
        tree.lines().filter_map(|line| line.split(" (").next()).filter(|line| !line.is_empty()).collect();
    Ok(crates.len() as u64)
}
