//! Power is lost at every moment, with every choice of what had reached the disk by then: each makes an image, and each image must open to what was acknowledged.
//!
//! What a store asked for and did not flush yet may have reached the disk or not, each write by itself, and of each write any of its sectors; so may each change of names,
//! by itself too, until the folder is flushed. Where a stretch between two flushes has too many choices, some are drawn: all prefixes are taken always, then prefixes whose
//! last write is torn, then all subsets or a draw of them, then torn subsets.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use twin_core::Twin;
use twin_core::base::{Digest, Result};

use crate::durability::disk::{COPY, Disk, Operation, STORE};
use crate::durability::files::{Change, Files};
use crate::durability::model::Model;
use crate::durability::workload::Workload;
use crate::durability::{Numbers, Violations, without_panic};

/// How many steps a workload takes.
const STEPS: usize = 10;
/// After how many of them the store is copied.
const COPIED: usize = 7;
/// How many images are made of one workload.
const OF_ONE: u64 = 5_000;
/// Of how many images one is examined further: power is lost again while it is recovered.
const AGAIN: usize = 100;
/// How many images are made of a recovery.
const OF_RECOVERY: u64 = 40;

/// What came of the images.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Losses {
    /// How many images were made and judged.
    pub images: u64,
    /// How many of them differ: these were opened.
    pub distinct: u64,
    /// How many of the images were made of a recovery that was cut short itself.
    pub of_recoveries: u64,
    /// How many stretches between flushes there were.
    pub stretches: u64,
    /// How many of these had all subsets of their writes taken.
    pub exhausted: u64,
    /// How many images held what was begun and not acknowledged, as a whole.
    pub ahead: u64,
    /// How many images of a store that had not been opened for the first time held none yet.
    pub unborn: u64,
    /// How many images held a copy, as a whole.
    pub copies: u64,
    /// What was lost, torn, refused or stuck.
    pub violations: Violations,
}

/// Makes at least so many images, of as many workloads as it takes.
///
/// # Errors
/// If a workload cannot be taken at all.
pub fn power_loss(images: u64, seed: u64) -> Result<Losses> {
    let mut losses = Losses::default();
    for round in 0.. {
        if losses.images >= images {
            break;
        }
        let budget = OF_ONE.min(images - losses.images);
        Cutting::new(seed.wrapping_add(round), &mut losses).workload(budget)?;
    }
    Ok(losses)
}

/// What the files of an image turned out to hold.
type Held = std::result::Result<usize, String>;

/// What the host had been told.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    /// The state that was acknowledged last.
    acknowledged: Option<usize>,
    /// Whether there is a copy.
    copied: bool,
}

/// Cuts the power of one workload.
struct Cutting<'a> {
    workload: Workload,
    model: Model,
    numbers: Numbers,
    /// What each image was found to hold; equal images are opened once.
    known: BTreeMap<Digest, Held>,
    /// What each copy was found to hold.
    copies: BTreeMap<Digest, Held>,
    losses: &'a mut Losses,
    /// Whether what is cut is a recovery.
    recovering: bool,
}

/// What is there for certain, and what was asked for and not flushed.
struct Stretch<'a> {
    before: &'a Files,
    asked: &'a [Change],
    /// What the host had been told by its end.
    told: Told,
}

impl<'a> Cutting<'a> {
    fn new(seed: u64, losses: &'a mut Losses) -> Self {
        let workload = Workload { seed, large: 0 };
        let (model, numbers) = (Model::new(workload), Numbers::new(seed));
        Cutting { workload, model, numbers, known: BTreeMap::new(), copies: BTreeMap::new(), losses, recovering: false }
    }

    fn workload(&mut self, images: u64) -> Result<()> {
        self.model.state(STEPS + 2)?;
        let disk = self.record()?;
        self.cut(Files::default(), Told::default(), &disk.operations(), images);
        Ok(())
    }

    /// Takes the steps, keeps the store in order between them, copies it once, and closes it and opens it again halfway.
    fn record(&self) -> Result<Disk> {
        let disk = Disk::default();
        for steps in [0..STEPS / 2, STEPS / 2..STEPS] {
            let twin = disk.open(STORE)?;
            disk.note(Operation::Acknowledged(steps.start));
            for step in steps {
                self.workload.perform(&twin, step)?;
                disk.note(Operation::Acknowledged(step + 1));
                self.workload.upkeep(&twin, step)?;
                if step + 1 == COPIED {
                    twin.backup(COPY)?;
                    disk.note(Operation::Copied);
                }
            }
        }
        Ok(disk)
    }

    /// Loses power in each stretch of what was asked of a disk that held `before`: the more often, the more was asked for in it.
    fn cut(&mut self, mut before: Files, mut told: Told, operations: &[Operation], images: u64) {
        let all = operations.iter().filter(|asked| matches!(asked, Operation::Changed(_))).count().max(1) as u64;
        let (mut pending, mut new) = (Vec::new(), 0);
        for asked in operations.iter().chain([&Operation::Sync]) {
            match asked {
                Operation::Acknowledged(state) => told.acknowledged = Some(*state),
                Operation::Copied => told.copied = true,
                Operation::Changed(change) => {
                    pending.push(change.clone());
                    new += 1;
                }
                Operation::Flush(_) | Operation::Sync => {
                    self.stretch(&Stretch { before: &before, asked: &pending, told }, images * new / all);
                    let (settled, left): (Vec<Change>, Vec<Change>) =
                        pending.into_iter().partition(|change| settles(asked, change));
                    settled.iter().for_each(|change| before.carry_out(change));
                    (pending, new) = (left, 0);
                }
            }
        }
    }

    fn stretch(&mut self, stretch: &Stretch, images: u64) {
        self.losses.stretches += 1;
        let begun = self.losses.images;
        self.prefixes(stretch);
        let left = |losses: &Losses| images.saturating_sub(losses.images - begun);
        self.torn_prefixes(stretch, left(self.losses) / 3);
        self.subsets(stretch, left(self.losses) / 2);
        for _ in 0..left(self.losses) {
            self.torn_subset(stretch);
        }
    }

    fn prefixes(&mut self, stretch: &Stretch) {
        let mut files = stretch.before.clone();
        self.judge(&files, stretch.told);
        for asked in stretch.asked {
            files.carry_out(asked);
            self.judge(&files, stretch.told);
        }
    }

    /// Up to each write, and of that a few sectors.
    fn torn_prefixes(&mut self, stretch: &Stretch, images: u64) {
        let parts = |place: usize| (1..stretch.asked[place].sectors()).map(move |kept| (place, kept));
        let sectors: Vec<(usize, usize)> = (0..stretch.asked.len()).flat_map(parts).collect();
        let all = sectors.len() as u64 <= images;
        for draw in 0..images.min(sectors.len() as u64) {
            let drawn = if all { draw as usize } else { self.numbers.below(sectors.len()) };
            let (place, kept) = sectors[drawn];
            let mut files = stretch.before.clone();
            stretch.asked[..place].iter().for_each(|asked| files.carry_out(asked));
            files.carry_out_torn(&stretch.asked[place], |sector| sector < kept);
            self.judge(&files, stretch.told);
        }
    }

    fn subsets(&mut self, stretch: &Stretch, images: u64) {
        let all = 1_u64.checked_shl(stretch.asked.len() as u32).filter(|all| *all <= images);
        self.losses.exhausted += u64::from(all.is_some());
        for draw in 0..all.unwrap_or(images) {
            let drawn = if all.is_some() { draw } else { self.numbers.draw() };
            let mut files = stretch.before.clone();
            let kept = stretch.asked.iter().enumerate().filter(|(place, _)| drawn >> (place % 64) & 1 == 1);
            kept.for_each(|(_, asked)| files.carry_out(asked));
            self.judge(&files, stretch.told);
        }
    }

    /// Of each write nothing, all, or any of its sectors.
    fn torn_subset(&mut self, stretch: &Stretch) {
        let mut files = stretch.before.clone();
        for asked in stretch.asked {
            match self.numbers.below(3) {
                0 => {}
                1 => files.carry_out(asked),
                _ => {
                    let drawn = self.numbers.draw();
                    files.carry_out_torn(asked, |sector| drawn >> (sector % 64) & 1 == 1);
                }
            }
        }
        self.judge(&files, stretch.told);
    }

    /// Opens the files, if they are none that were opened before, and holds what they are found to hold against what was told.
    fn judge(&mut self, files: &Files, told: Told) {
        self.losses.images += 1;
        self.losses.of_recoveries += u64::from(self.recovering);
        let held = self.held(files, told);
        let born = files.filled(Path::new(STORE)).is_some();
        let judged = match (held, told.acknowledged) {
            (Ok(_), Some(_)) if !born => Err("lost: nothing has the store's name".to_owned()),
            (Ok(0), None) => {
                self.losses.unborn += u64::from(!born);
                Ok(())
            }
            (Ok(found), Some(least)) if found == least => Ok(()),
            (Ok(found), Some(least)) if found == least + 1 => {
                self.losses.ahead += 1;
                Ok(())
            }
            (Ok(found), _) => Err(format!("lost or ahead: state {found}")),
            (Err(why), _) => Err(why),
        };
        let judged = judged.and_then(|()| self.judge_copy(files, told));
        if let Err(why) = judged {
            self.losses.violations.add(format!("{why} (seed {}, {told:?})", self.workload.seed));
        }
    }

    fn held(&mut self, files: &Files, told: Told) -> Held {
        let digest = files.digest();
        if let Some(held) = self.known.get(&digest) {
            return held.clone();
        }
        let held = self.open(files, told);
        self.losses.distinct += 1;
        self.known.insert(digest, held.clone());
        held
    }

    fn open(&mut self, files: &Files, told: Told) -> Held {
        let disk = Disk::holding(files.clone());
        let held = without_panic(|| {
            let twin = disk.open(STORE).map_err(|error| format!("refused: {error}"))?;
            self.go_on(&twin, &disk)
        });
        if held.is_ok() && !self.recovering && self.numbers.once_in(AGAIN) {
            self.recovering = true;
            self.cut(files.clone(), told, &disk.operations(), OF_RECOVERY);
            self.recovering = false;
        }
        held
    }

    /// Finds out which state a twin is in, and takes one more step.
    fn go_on(&mut self, twin: &Twin, disk: &Disk) -> Held {
        let found = self.model.find(twin, 0, STEPS + 1)?;
        disk.note(Operation::Acknowledged(found));
        self.model.goes_on(twin, found)?;
        disk.note(Operation::Acknowledged(found + 1));
        Ok(found)
    }

    /// A copy is there as a whole or not at all.
    fn judge_copy(&mut self, files: &Files, told: Told) -> std::result::Result<(), String> {
        let Some(image) = files.filled(Path::new(COPY)) else {
            return if told.copied { Err("lost: the copy".to_owned()) } else { Ok(()) };
        };
        self.losses.copies += 1;
        let (model, digest) = (&mut self.model, image.digest());
        let held = self.copies.entry(digest).or_insert_with(|| {
            let copy = Disk::holding(Files::one(Path::new(COPY), image.clone()));
            without_panic(|| {
                let twin = copy.open(COPY).map_err(|error| format!("the copy is refused: {error}"))?;
                model.find(&twin, COPIED, COPIED).map_err(|why| format!("of the copy, {why}"))
            })
        });
        held.clone().map(drop)
    }
}

/// Whether a flush makes a change last.
fn settles(flush: &Operation, change: &Change) -> bool {
    match flush {
        Operation::Flush(file) => change.file() == Some(*file),
        _ => change.file().is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cuts the power of a workload whose operations are told otherwise than they were.
    fn cut_otherwise(change: impl Fn(Operation) -> Option<Operation>) -> Losses {
        let mut losses = Losses::default();
        let mut cutting = Cutting::new(1, &mut losses);
        let operations: Vec<Operation> =
            cutting.record().unwrap().operations().into_iter().filter_map(change).collect();
        cutting.cut(Files::default(), Told::default(), &operations, 60);
        losses
    }

    #[test]
    fn what_is_acknowledged_before_it_is_flushed_is_missed() {
        assert_eq!(cut_otherwise(Some).violations, Violations::default());
        let unflushed = cut_otherwise(|asked| (!matches!(asked, Operation::Flush(_))).then_some(asked));
        assert!(unflushed.violations.count > 10, "{unflushed:?}");
        let unnamed = cut_otherwise(|asked| (!matches!(asked, Operation::Sync)).then_some(asked));
        assert!(unnamed.violations.count > 10, "{unnamed:?}");
        let early = cut_otherwise(|asked| match asked {
            Operation::Acknowledged(state) => Some(Operation::Acknowledged(state + 1)),
            asked => Some(asked),
        });
        assert!(early.violations.count > 10, "{early:?}");
    }

    #[test]
    fn the_same_seed_makes_the_same_images() {
        let told = || serde_json::json!(power_loss(300, 7).unwrap());
        assert_eq!(told(), told());
    }
}
