//! Other processes on the same store: a reader beside the writer, a second writer, somebody who may not write.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use serde::Serialize;
use twin_core::Twin;
use twin_core::base::{Digest, Result};

use crate::command::{print, unusable};
use crate::durability::Violations;
use crate::durability::model::{Model, picture};
use crate::durability::workload::Workload;

/// After how many steps the writer waits until the reader has seen something new.
const PACE: usize = 4;
/// After how many looks the reader opens the store anew.
const LOOKS: usize = 5;

/// What a reader saw while a writer went on.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Followed {
    /// How many commits were made.
    pub commits: u64,
    /// How many of the states between them the reader saw.
    pub seen: u64,
    /// What was no state, or an older one than before.
    pub violations: Violations,
}

/// Prints what came of opening a store: `ok`, or what kind of error and the error.
///
/// # Errors
/// Only of printing.
pub fn tell(opened: Result<Twin>) -> Result<()> {
    match opened.and_then(|twin| picture(&twin)) {
        Ok(seen) => print(format_args!("ok {seen}")),
        Err(error) => print(format_args!("{} {error}", error.kind())),
    }
}

/// Reads a store that is written by another process, and prints every picture that is another than before, until a file beside the store says that nothing more comes.
///
/// # Errors
/// As [`Twin::open_read_only`].
pub fn follow(path: &Path) -> Result<()> {
    let mut twin = Twin::open_read_only(path)?;
    let mut shown = None;
    for look in 1_usize.. {
        let is_over = over(path).exists();
        match look % LOOKS {
            0 => twin = Twin::open_read_only(path)?,
            _ => drop(twin.refresh()?),
        }
        let seen = picture(&twin)?;
        if shown.replace(seen) != Some(seen) {
            print(seen)?;
        }
        if is_over {
            break;
        }
    }
    Ok(())
}

/// The file that says that nothing more comes.
fn over(path: &Path) -> std::path::PathBuf {
    path.with_extension("over")
}

/// Takes steps while a process of `program` reads along as [`follow`] does when it is called with `follow PATH`.
///
/// # Errors
/// As [`Twin::apply`]; `Io` if processes or files cannot be made.
pub fn followed(program: &Path, steps: usize, seed: u64) -> Result<Followed> {
    let unusable = |error| unusable(program, error);
    let folder = tempfile::tempdir().map_err(unusable)?;
    let path = folder.path().join("followed.twin");
    let workload = Workload { seed, large: 20 };
    let twin = Twin::open(&path)?;
    let mut reader = Command::new(program).arg("follow").arg(&path).stdout(Stdio::piped()).spawn().map_err(unusable)?;
    let mut lines = reader.stdout.take().into_iter().flat_map(|output| BufReader::new(output).lines());
    let mut seen = Vec::new();
    for step in 0..steps {
        workload.perform(&twin, step)?;
        if step % PACE == 0 {
            seen.extend(lines.next().transpose().map_err(unusable)?);
        }
    }
    std::fs::write(over(&path), "").map_err(unusable)?;
    seen.extend(lines.map_while(|line| line.ok()));
    reader.wait().map_err(unusable)?;
    judge(&seen, steps, workload)
}

fn judge(seen: &[String], steps: usize, workload: Workload) -> Result<Followed> {
    let mut model = Model::new(workload);
    let states = (0..=steps).map(|number| model.state(number)).collect::<Result<Vec<Digest>>>()?;
    let mut followed = Followed { commits: steps as u64, seen: seen.len() as u64, ..Followed::default() };
    let places = seen.iter().map(|line| states.iter().position(|state| state.to_string() == *line));
    let mut last = 0;
    for (place, line) in places.zip(seen) {
        match place {
            Some(place) if place >= last => last = place,
            place => followed.violations.add(format!("after state {last} a reader saw {line}: {place:?}")),
        }
    }
    if last != steps {
        followed.violations.add(format!("the reader ended in state {last} of {steps}"));
    }
    Ok(followed)
}
