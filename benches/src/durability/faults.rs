//! A disk that is full or broken: it fails at each operation once, for this once or from then on. The twin says so, stays as it was, and the store is whole afterwards.

use std::path::Path;

use serde::Serialize;
use twin_core::Twin;
use twin_core::base::{Error, ErrorKind, Result};

use crate::durability::disk::{Disk, Fault, STORE};
use crate::durability::files::Files;
use crate::durability::model::{Model, picture};
use crate::durability::workload::Workload;
use crate::durability::{Violations, without_panic};

/// No space left on the device; input or output error.
const CODES: [i32; 2] = [28, 5];

/// More operations than any of these disks is asked for.
const MOST: u64 = 5_000;

/// What came of the faults.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Faults {
    /// How many disks failed.
    pub disks: u64,
    /// How many failed before the store was first open.
    pub unborn: u64,
    /// How many failed in a commit.
    pub inside: u64,
    /// How many failed while what was before was forgotten.
    pub upkeep: u64,
    /// After how many of those the past could not be asked about until the store was opened anew, because it had not been read yet.
    pub unread: u64,
    /// How many failed where nobody was told, because the twin was being closed.
    pub closing: u64,
    /// How many of the commits that failed were in the store as a whole afterwards.
    pub ahead: u64,
    /// What went against the promise.
    pub violations: Violations,
}

/// Takes so many steps on disks that fail at their first operation, at their second, and so on, until one has nothing left to fail at.
///
/// # Errors
/// If the workload cannot be taken in memory.
pub fn faults(steps: usize, seed: u64) -> Result<Faults> {
    let workload = Workload { seed, large: 0 };
    let (mut faults, mut model) = (Faults::default(), Model::new(workload));
    model.state(steps + 2)?;
    let left = left_open(&workload, steps / 2)?;
    for (code, lasting) in CODES.into_iter().flat_map(|code| [(code, false), (code, true)]) {
        for (begin, first) in [(Files::default(), None), (left.clone(), Some(steps / 2))] {
            let mut trial = Trial { workload, model: &mut model, faults: &mut faults, begin, first, steps };
            (1..MOST).take_while(|at| trial.goes_on(Fault { at: *at, code, lasting })).for_each(drop);
        }
    }
    Ok(faults)
}

/// What a process leaves that takes some steps and is gone.
fn left_open(workload: &Workload, steps: usize) -> Result<Files> {
    let disk = Disk::default();
    let twin = disk.open(STORE)?;
    (0..steps).try_for_each(|step| workload.perform(&twin, step))?;
    Ok(disk.files())
}

struct Trial<'a> {
    workload: Workload,
    model: &'a mut Model,
    faults: &'a mut Faults,
    /// What is on the disk at first, and which state that is.
    begin: Files,
    first: Option<usize>,
    steps: usize,
}

type Judged<T> = std::result::Result<T, String>;

impl Trial<'_> {
    /// Whether the disk failed at all, so that it could fail later as well.
    fn goes_on(&mut self, fault: Fault) -> bool {
        let run = without_panic(|| self.run(fault));
        run.unwrap_or_else(|why| {
            self.faults.violations.add(format!("{fault:?} from {:?}: {why}", self.first));
            true
        })
    }

    fn run(&mut self, fault: Fault) -> Judged<bool> {
        let disk = Disk::failing(self.begin.clone(), fault);
        let acknowledged = match disk.open(STORE) {
            Err(error) => typed(&error).map(|()| self.first)?,
            Ok(twin) => self.take_steps(&twin).map(Some)?,
        };
        self.faults.disks += u64::from(disk.has_failed());
        self.faults.closing += u64::from(disk.has_failed() && acknowledged == Some(self.steps));
        for files in [disk.files(), disk.flushed()] {
            self.reopen(files, acknowledged)?;
        }
        Ok(disk.has_failed())
    }

    /// The last state that was acknowledged.
    fn take_steps(&mut self, twin: &Twin) -> Judged<usize> {
        for step in self.first.unwrap_or(0)..self.steps {
            if let Err(error) = self.workload.perform(twin, step) {
                self.faults.inside += 1;
                return self.failed(twin, step, &error);
            }
            if let Err(error) = self.workload.upkeep(twin, step) {
                self.faults.upkeep += 1;
                return self.failed(twin, step + 1, &error);
            }
        }
        Ok(self.steps)
    }

    fn failed(&mut self, twin: &Twin, state: usize, error: &Error) -> Judged<usize> {
        typed(error)?;
        self.unchanged(twin, state)?;
        self.again(twin, state)
    }

    /// What was in memory tells the same; a past that was never read before is another fault of the disk.
    fn unchanged(&mut self, twin: &Twin, step: usize) -> Judged<()> {
        if let Err(error) = picture(twin) {
            self.faults.unread += 1;
            return typed(&error);
        }
        self.model.find(twin, step, step).map(|_| ()).map_err(|why| format!("memory changed: {why}"))
    }

    /// Whoever tries again without opening the store anew is told again, or it works.
    fn again(&mut self, twin: &Twin, step: usize) -> Judged<usize> {
        match self.workload.perform(twin, step) {
            Err(error) => typed(&error).map(|()| step),
            Ok(()) => self.model.find(twin, step + 1, step + 1),
        }
    }

    fn reopen(&mut self, files: Files, acknowledged: Option<usize>) -> Judged<()> {
        let born = files.filled(Path::new(STORE)).is_some();
        if acknowledged.is_some() && !born {
            return Err("lost: nothing has the store's name".to_owned());
        }
        self.faults.unborn += u64::from(!born);
        let disk = Disk::holding(files);
        let twin = disk.open(STORE).map_err(|error| format!("refused: {error}"))?;
        let least = acknowledged.unwrap_or(0);
        let found = self.model.find(&twin, least, least + usize::from(acknowledged.is_some()))?;
        self.faults.ahead += u64::from(found > least);
        self.model.goes_on(&twin, found)?;
        drop(twin);
        let twin = disk.open(STORE).map_err(|error| format!("refused after it was closed: {error}"))?;
        self.model
            .find(&twin, found + 1, found + 1)
            .map(|_| ())
            .map_err(|why| format!("of what was taken after the fault, {why}"))
    }
}

/// The fault is the operating system's, and the error says where.
fn typed(error: &Error) -> Judged<()> {
    match error.kind() {
        ErrorKind::Io if error.to_string().contains("store") => Ok(()),
        kind => Err(format!("{kind}, where the disk failed: {error}")),
    }
}
