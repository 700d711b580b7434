//! Power is lost at every moment, with every choice of what had reached the disk by then: each makes an image, and each image must open to what was acknowledged.
//!
//! What a store asked for since its last flush may have reached the disk or not, each write by itself, and of each write any of its sectors. Where a stretch between two
//! flushes has too many choices, some are drawn: all prefixes are taken always, then prefixes whose last write is torn, then all subsets or a draw of them, then torn subsets.

use std::collections::BTreeMap;

use serde::Serialize;
use twin_core::Twin;
use twin_core::base::{Digest, ErrorKind, Result};

use crate::durability::disk::{Disk, Operation};
use crate::durability::image::Image;
use crate::durability::model::Model;
use crate::durability::workload::Workload;
use crate::durability::{Numbers, Violations, without_panic};

/// How many bytes of a write reach a disk together.
const SECTOR: usize = 512;
/// How many steps a workload takes.
const STEPS: usize = 10;
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

/// What an image turned out to hold.
#[derive(Clone, Debug)]
enum Held {
    /// No store.
    Nothing,
    State(usize),
    Wrong(String),
}

/// Cuts the power of one workload.
struct Cutting<'a> {
    workload: Workload,
    model: Model,
    numbers: Numbers,
    /// What each image was found to hold; equal images are opened once.
    known: BTreeMap<Digest, Held>,
    losses: &'a mut Losses,
    /// Whether what is cut is a recovery.
    recovering: bool,
}

/// What was asked for between two flushes.
struct Stretch<'a> {
    before: Image,
    asked: &'a [Operation],
    /// What the host had been told by its end.
    acknowledged: Option<usize>,
}

impl<'a> Cutting<'a> {
    fn new(seed: u64, losses: &'a mut Losses) -> Self {
        let workload = Workload { seed, large: 0 };
        let (model, numbers) = (Model::new(workload), Numbers::new(seed));
        Cutting { workload, model, numbers, known: BTreeMap::new(), losses, recovering: false }
    }

    fn workload(&mut self, images: u64) -> Result<()> {
        self.model.state(STEPS + 2)?;
        let disk = self.record()?;
        self.cut(Image::default(), None, &disk.operations(), images);
        Ok(())
    }

    /// Takes the steps, and closes the store and opens it again halfway.
    fn record(&self) -> Result<Disk> {
        let disk = Disk::default();
        for steps in [0..STEPS / 2, STEPS / 2..STEPS] {
            let twin = Twin::open_on(disk.clone())?;
            disk.acknowledge(steps.start);
            for step in steps {
                self.workload.perform(&twin, step)?;
                disk.acknowledge(step + 1);
            }
        }
        Ok(disk)
    }

    /// Loses power in each stretch of what was asked of a disk that held `before`: the more often, the more was asked for in it.
    fn cut(&mut self, mut before: Image, mut acknowledged: Option<usize>, operations: &[Operation], images: u64) {
        let all = changes(operations).count().max(1) as u64;
        for asked in operations.split(|asked| matches!(asked, Operation::Flush)) {
            let mut told = asked.iter().filter_map(|asked| match asked {
                Operation::Acknowledged(state) => Some(*state),
                _ => None,
            });
            acknowledged = told.next_back().or(acknowledged);
            let stretch = Stretch { before: before.clone(), asked, acknowledged };
            asked.iter().for_each(|asked| carry_out(&mut before, asked));
            self.stretch(&stretch, images * changes(asked).count() as u64 / all);
        }
    }

    fn stretch(&mut self, stretch: &Stretch, images: u64) {
        let asked: Vec<&Operation> = changes(stretch.asked).collect();
        self.losses.stretches += 1;
        let begun = self.losses.images;
        self.prefixes(stretch, &asked);
        let left = |losses: &Losses| images.saturating_sub(losses.images - begun);
        self.torn_prefixes(stretch, &asked, left(self.losses) / 3);
        self.subsets(stretch, &asked, left(self.losses) / 2);
        for _ in 0..left(self.losses) {
            self.torn_subset(stretch, &asked);
        }
    }

    fn prefixes(&mut self, stretch: &Stretch, asked: &[&Operation]) {
        let mut image = stretch.before.clone();
        self.judge(&image, stretch.acknowledged);
        for asked in asked {
            carry_out(&mut image, asked);
            self.judge(&image, stretch.acknowledged);
        }
    }

    /// Up to each write, and of that a few sectors.
    fn torn_prefixes(&mut self, stretch: &Stretch, asked: &[&Operation], images: u64) {
        let sectors: Vec<(usize, usize)> =
            (0..asked.len()).flat_map(|place| (1..sectors_of(asked[place])).map(move |kept| (place, kept))).collect();
        let all = sectors.len() as u64 <= images;
        for draw in 0..images.min(sectors.len() as u64) {
            let drawn = if all { draw as usize } else { self.numbers.below(sectors.len()) };
            let (place, kept) = sectors[drawn];
            let mut image = stretch.before.clone();
            asked[..place].iter().for_each(|asked| carry_out(&mut image, asked));
            carry_out_torn(&mut image, asked[place], |sector| sector < kept);
            self.judge(&image, stretch.acknowledged);
        }
    }

    fn subsets(&mut self, stretch: &Stretch, asked: &[&Operation], images: u64) {
        let all = 1_u64.checked_shl(asked.len() as u32).filter(|all| *all <= images);
        self.losses.exhausted += u64::from(all.is_some());
        for draw in 0..all.unwrap_or(images) {
            let drawn = if all.is_some() { draw } else { self.numbers.draw() };
            let mut image = stretch.before.clone();
            let kept = asked.iter().enumerate().filter(|(place, _)| drawn >> (place % 64) & 1 == 1);
            kept.for_each(|(_, asked)| carry_out(&mut image, asked));
            self.judge(&image, stretch.acknowledged);
        }
    }

    /// Of each write nothing, all, or any of its sectors.
    fn torn_subset(&mut self, stretch: &Stretch, asked: &[&Operation]) {
        let mut image = stretch.before.clone();
        for asked in asked {
            match self.numbers.below(3) {
                0 => {}
                1 => carry_out(&mut image, asked),
                _ => {
                    let drawn = self.numbers.draw();
                    carry_out_torn(&mut image, asked, |sector| drawn >> (sector % 64) & 1 == 1);
                }
            }
        }
        self.judge(&image, stretch.acknowledged);
    }

    /// Opens the image, if it is none that was opened before, and holds what it is found to hold against what was acknowledged.
    fn judge(&mut self, image: &Image, acknowledged: Option<usize>) {
        self.losses.images += 1;
        self.losses.of_recoveries += u64::from(self.recovering);
        let digest = image.digest();
        let held = match self.known.get(&digest) {
            Some(held) => held.clone(),
            None => {
                let held = self.open(image, acknowledged);
                self.losses.distinct += 1;
                self.known.insert(digest, held.clone());
                held
            }
        };
        let told = |what: String| format!("{what} (seed {}, {acknowledged:?} acknowledged)", self.workload.seed);
        match (held, acknowledged) {
            (Held::Nothing, None) => self.losses.unborn += 1,
            (Held::State(0), None) => {}
            (Held::State(found), Some(least)) if found == least => {}
            (Held::State(found), Some(least)) if found == least + 1 => self.losses.ahead += 1,
            (Held::State(found), _) => self.losses.violations.add(told(format!("lost or ahead: state {found}"))),
            (Held::Nothing, Some(_)) => self.losses.violations.add(told("refused: it is no store".to_owned())),
            (Held::Wrong(why), _) => self.losses.violations.add(told(why)),
        }
    }

    fn open(&mut self, image: &Image, acknowledged: Option<usize>) -> Held {
        let disk = Disk::holding(image.clone());
        let held = without_panic(|| match Twin::open_on(disk.clone()) {
            Err(error) if error.kind() == ErrorKind::NotAStore => Ok(Held::Nothing),
            Err(error) => Err(format!("refused: {error}")),
            Ok(twin) => self.go_on(&twin, &disk).map(Held::State),
        });
        if matches!(held, Ok(Held::State(_))) && !self.recovering && self.numbers.once_in(AGAIN) {
            self.recovering = true;
            self.cut(image.clone(), acknowledged, &disk.operations(), OF_RECOVERY);
            self.recovering = false;
        }
        held.unwrap_or_else(Held::Wrong)
    }

    /// Finds out which state a twin is in, and takes one more step.
    fn go_on(&mut self, twin: &Twin, disk: &Disk) -> std::result::Result<usize, String> {
        let found = self.model.find(twin, 0, STEPS + 1)?;
        disk.acknowledge(found);
        self.model.goes_on(twin, found)?;
        disk.acknowledge(found + 1);
        Ok(found)
    }
}

/// What changes a disk.
fn changes(operations: &[Operation]) -> impl Iterator<Item = &Operation> {
    operations.iter().filter(|asked| matches!(asked, Operation::Write(..) | Operation::Resize(_)))
}

fn carry_out(image: &mut Image, asked: &Operation) {
    carry_out_torn(image, asked, |_| true);
}

/// Does what was asked, but of a write only some sectors.
fn carry_out_torn(image: &mut Image, asked: &Operation, kept: impl Fn(usize) -> bool) {
    match asked {
        Operation::Write(offset, bytes) => {
            let sectors = bytes.chunks(SECTOR).enumerate().filter(|(sector, _)| kept(*sector));
            sectors.for_each(|(sector, bytes)| image.write(offset + (sector * SECTOR) as u64, bytes));
        }
        Operation::Resize(length) => image.resize(*length),
        Operation::Flush | Operation::Acknowledged(_) => {}
    }
}

fn sectors_of(asked: &Operation) -> usize {
    match asked {
        Operation::Write(_, bytes) => bytes.len().div_ceil(SECTOR),
        _ => 1,
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
        cutting.cut(Image::default(), None, &operations, 60);
        losses
    }

    #[test]
    fn what_is_acknowledged_before_it_is_flushed_is_missed() {
        assert_eq!(cut_otherwise(Some).violations, Violations::default());
        let unflushed = cut_otherwise(|asked| (!matches!(asked, Operation::Flush)).then_some(asked));
        assert!(unflushed.violations.count > 10, "{unflushed:?}");
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
