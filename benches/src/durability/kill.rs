//! A process that writes is killed at any moment, again and again on one store: what it acknowledged is there, what it had begun is there as a whole or not at all.

use std::fs;
use std::hint::spin_loop;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde::Serialize;
use twin_core::Twin;
use twin_core::base::Result;

use crate::command::{print, unusable};
use crate::durability::model::Model;
use crate::durability::workload::Workload;
use crate::durability::{Numbers, Violations, without_panic};

/// How often one store loses its writer.
const LIVES: u64 = 12;
/// How many records every fourth step tells.
const LARGE: usize = 30;
/// The most lines that a process may say before it is killed.
const LINES: usize = 12;
/// The most turns that the killer waits after the last of them, and the most often that they are halved.
const TURNS: usize = 600_000;
const HALVINGS: usize = 12;

/// What came of the killings.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Kills {
    /// How many processes were killed.
    pub runs: u64,
    /// How many commits they had acknowledged.
    pub acknowledged: u64,
    /// How many were killed between the beginning of a commit and its acknowledgement.
    pub inside: u64,
    /// How many of those commits were there as a whole.
    pub ahead: u64,
    /// How many were killed before the store was first open.
    pub unborn: u64,
    /// What was lost, torn, refused or stuck.
    pub violations: Violations,
}

/// The process that is to be killed: takes steps from one on, and says each aloud before it begins and when it is acknowledged.
///
/// # Errors
/// As [`Twin::open`] and [`Twin::apply`].
pub fn write(path: &Path, workload: &Workload, from: usize) -> Result<()> {
    let twin = Twin::open(path)?;
    print("open")?;
    for step in from.. {
        print(format_args!("begun {}", step + 1))?;
        workload.perform(&twin, step)?;
        print(format_args!("done {}", step + 1))?;
        workload.upkeep(&twin, step)?;
    }
    Ok(())
}

/// Kills so many processes of `program`, which writes as [`write()`] does when it is called with `write PATH SEED RECORDS STEP`.
///
/// # Errors
/// `Io` if processes or files cannot be made at all.
pub fn kills(program: &Path, runs: u64, seed: u64) -> Result<Kills> {
    let folder = tempfile::tempdir().map_err(|error| unusable(Path::new("a folder for stores"), error))?;
    let (mut kills, mut numbers) = (Kills::default(), Numbers::new(seed));
    while kills.runs < runs {
        let workload = Workload { seed: numbers.draw(), large: LARGE };
        let path = folder.path().join(format!("{}.twin", kills.runs));
        let model = Model::new(workload);
        let mut victim = Victim { program, path, workload, model, state: None };
        for _ in 0..LIVES.min(runs - kills.runs) {
            victim.live(&mut numbers, &mut kills)?;
        }
    }
    Ok(kills)
}

struct Victim<'a> {
    program: &'a Path,
    path: PathBuf,
    workload: Workload,
    model: Model,
    /// The last state that is known to be in the store; `None` until it was open once.
    state: Option<usize>,
}

/// What a process said.
#[derive(Default)]
struct Said {
    open: bool,
    begun: Option<usize>,
    done: Option<usize>,
}

impl Said {
    fn hear(&mut self, line: &str) {
        let number = |word: &str| line.strip_prefix(word).and_then(|rest| rest.trim().parse().ok());
        self.open |= line == "open";
        self.begun = number("begun").or(self.begun);
        self.done = number("done").or(self.done);
    }
}

impl Victim<'_> {
    fn live(&mut self, numbers: &mut Numbers, kills: &mut Kills) -> Result<()> {
        let unusable = |error| unusable(self.program, error);
        let mut child = self.spawn().map_err(unusable)?;
        let said = outlived(&mut child, numbers.below(LINES), numbers.below(TURNS) >> numbers.below(HALVINGS))
            .map_err(unusable)?;
        kills.runs += 1;
        kills.acknowledged += said.done.map_or(0, |done| (done - self.state.unwrap_or(0)) as u64);
        kills.inside += u64::from(said.begun > said.done);
        let least = said.done.or(self.state).or(said.open.then_some(0));
        let most = said.begun.or(least).unwrap_or(0);
        match without_panic(|| self.examine(least, most)) {
            Ok(None) => kills.unborn += 1,
            Ok(Some(found)) => kills.ahead += u64::from(Some(found) > least),
            Err(why) => {
                kills.violations.add(format!("{why} (seed {}, {} of {LIVES})", self.workload.seed, kills.runs));
                self.forget();
            }
        }
        Ok(())
    }

    fn spawn(&self) -> std::io::Result<Child> {
        let Workload { seed, large } = self.workload;
        let mut command = Command::new(self.program);
        command.arg("write").arg(&self.path);
        command.args([seed, large as u64, self.state.unwrap_or(0) as u64].map(|number| number.to_string()));
        command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()
    }

    /// Opens what is left for reading, which touches nothing, and for writing, and goes on.
    fn examine(&mut self, least: Option<usize>, most: usize) -> std::result::Result<Option<usize>, String> {
        let before = fs::read(&self.path).unwrap_or_default();
        if before.is_empty() && least.is_some() {
            return Err("lost: it was open once".to_owned());
        }
        let twin = Twin::open(&self.path).map_err(|error| format!("refused: {error}"))?;
        let found = self.model.find(&twin, least.unwrap_or(0), most)?;
        if before.is_empty() {
            return Ok(None);
        }
        drop(twin);
        self.read_beside(&before, found)?;
        let twin = Twin::open(&self.path).map_err(|error| format!("refused after it was closed: {error}"))?;
        self.model.goes_on(&twin, found)?;
        self.state = Some(found + 1);
        Ok(Some(found))
    }

    /// A reader finds the same in what the killed process left, and leaves it alone.
    fn read_beside(&mut self, left: &[u8], found: usize) -> std::result::Result<(), String> {
        let copy = self.path.with_extension("left");
        if left.is_empty() || fs::write(&copy, left).is_err() {
            return Ok(());
        }
        let reader = Twin::open_read_only(&copy).map_err(|error| format!("refused to a reader: {error}"))?;
        self.model.find(&reader, found, found).map_err(|why| format!("to a reader {why}"))?;
        match fs::read(&copy) {
            Ok(now) if now == left => Ok(()),
            _ => Err("a reader touched the file".to_owned()),
        }
    }

    /// Begins anew without a file.
    fn forget(&mut self) {
        self.state = None;
        // Nothing to remove is no harm.
        let _ = fs::remove_file(&self.path);
    }
}

/// Lets a process say some lines, and live on for some turns; then kills it, and hears what else it had said.
fn outlived(child: &mut Child, lines: usize, turns: usize) -> std::io::Result<Said> {
    let mut said = Said::default();
    let output = child.stdout.take();
    let mut heard = output.into_iter().flat_map(|output| BufReader::new(output).lines()).map_while(|line| line.ok());
    heard.by_ref().take(lines).for_each(|line| said.hear(&line));
    (0..turns).for_each(|_| spin_loop());
    child.kill()?;
    child.wait()?;
    heard.for_each(|line| said.hear(&line));
    Ok(said)
}
