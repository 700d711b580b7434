//! A closed file is damaged: bits flip, runs of bytes are overwritten, the end is cut off. Whoever opens it and asks gets the right answer or a typed error, and a file
//! that does not open is left as it was found.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use twin_core::Twin;
use twin_core::base::{Digest, Error, ErrorKind, Result};

use crate::command::unusable;
use crate::durability::disk::{Disk, STORE};
use crate::durability::files::Files;
use crate::durability::image::Image;
use crate::durability::model::picture;
use crate::durability::workload::Workload;
use crate::durability::{Numbers, Violations, without_panic};

/// How many steps the damaged stores hold.
const STEPS: usize = 6;
/// Of how many damages one overwrites a run of bytes, and of how many one cuts off the end.
const RUNS: u64 = 10;
/// Of how many damaged files one is opened for writing itself.
const WRITERS: usize = 4;
/// The longest run of bytes.
const LONGEST: usize = 2_000;

/// What came of the damages.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Damages {
    /// How many bits were flipped.
    pub flips: u64,
    /// How many runs of bytes were overwritten.
    pub runs: u64,
    /// How many files were cut off.
    pub cuts: u64,
    /// How many damaged stores gave the right answer.
    pub right: u64,
    /// How many did not open, or told when they were asked: a typed error.
    pub refused: u64,
    /// How many of those still gave the right answer to a reader.
    pub readable: u64,
    /// How many damaged files were opened for writing themselves.
    pub written: u64,
    /// How many of those could no longer be opened once they had been opened and closed.
    pub spoilt: u64,
    /// Wrong answers, escaped panics, untyped errors, touched files.
    pub violations: Violations,
}

/// Flips so many bits, each in the same closed file, and overwrites and cuts off a tenth as often.
///
/// # Errors
/// If the store cannot be made, or a file not written.
pub fn damages(flips: u64, seed: u64) -> Result<Damages> {
    let folder = tempfile::tempdir().map_err(|error| unusable(Path::new("a folder for a store"), error))?;
    let path = folder.path().join("damaged.twin");
    let expected = closed(&path, seed)?;
    let whole = fs::read(&path).map_err(|error| unusable(&path, error))?;
    let mut inquiry = Inquiry {
        path,
        expected,
        inhabited: inhabited(&whole),
        whole,
        numbers: Numbers::new(seed),
        damages: Damages::default(),
    };
    for round in 0..flips {
        inquiry.flip()?;
        if round % RUNS == 0 {
            inquiry.overwrite()?;
            inquiry.cut()?;
        }
    }
    Ok(inquiry.damages)
}

fn closed(path: &Path, seed: u64) -> Result<Digest> {
    let twin = Twin::open(path)?;
    let workload = Workload { seed, large: 0 };
    (0..STEPS).try_for_each(|step| workload.perform(&twin, step))?;
    picture(&twin)
}

/// The sectors that are not all zero: damage to others is nearly always damage to what is not in use.
fn inhabited(bytes: &[u8]) -> Vec<usize> {
    let sectors = bytes.chunks(512).enumerate();
    sectors.filter(|(_, sector)| sector.iter().any(|byte| *byte != 0)).map(|(number, _)| number * 512).collect()
}

struct Inquiry {
    path: PathBuf,
    expected: Digest,
    whole: Vec<u8>,
    inhabited: Vec<usize>,
    numbers: Numbers,
    damages: Damages,
}

impl Inquiry {
    /// One of eight anywhere, one of eight in the head, the others where there is something.
    fn flip(&mut self) -> Result<()> {
        let place = match self.numbers.below(8) {
            0 => self.numbers.below(self.whole.len()),
            1 => self.numbers.below(320),
            _ => self.inhabited[self.numbers.below(self.inhabited.len())] + self.numbers.below(512),
        };
        let bit = self.numbers.below(8);
        let mut damaged = self.whole.clone();
        damaged[place] ^= 1 << bit;
        self.damages.flips += 1;
        self.inquire(&damaged, &format!("bit {bit} of byte {place}"))
    }

    fn overwrite(&mut self) -> Result<()> {
        let begin = self.inhabited[self.numbers.below(self.inhabited.len())] + self.numbers.below(512);
        let end = self.whole.len().min(begin + 1 + self.numbers.below(LONGEST));
        let (mut damaged, noise) = (self.whole.clone(), self.numbers.once_in(2));
        damaged[begin..end].iter_mut().for_each(|byte| *byte = if noise { self.numbers.draw() as u8 } else { 0 });
        self.damages.runs += 1;
        self.inquire(&damaged, &format!("bytes {begin} to {end}, noise: {noise}"))
    }

    fn cut(&mut self) -> Result<()> {
        let length = 1 + self.numbers.below(self.whole.len() - 1);
        self.damages.cuts += 1;
        let damaged = self.whole[..length].to_vec();
        self.inquire(&damaged, &format!("cut at {length}"))
    }

    /// Reads the damaged file, opens its bytes on a disk in memory, and sometimes, because it takes long, the file itself for writing.
    fn inquire(&mut self, damaged: &[u8], what: &str) -> Result<()> {
        fs::write(&self.path, damaged).map_err(|error| unusable(&self.path, error))?;
        let reading = self.asked(|path| Twin::open_read_only(path));
        self.untouched(damaged, &format!("{what}: reading"));
        let opening = self.asked(|_| {
            let mut image = Image::default();
            image.write(0, damaged);
            Disk::holding(Files::one(Path::new(STORE), image)).open(STORE)
        });
        if self.numbers.once_in(WRITERS) {
            self.damages.written += 1;
            let writing = self.asked(|path| Twin::open(path));
            match &writing {
                Ok(Found::Refused) => self.untouched(damaged, &format!("{what}: a failed opening")),
                Ok(Found::Right) => self.reopened(what),
                Ok(Found::Unanswered) => {}
                Err(why) => self.damages.violations.add(format!("{what}, opened for writing: {why}")),
            }
        }
        match (reading, opening) {
            (Err(why), _) | (_, Err(why)) => self.damages.violations.add(format!("{what}: {why}")),
            (_, Ok(Found::Right)) => self.damages.right += 1,
            (reading, Ok(_)) => {
                self.damages.refused += 1;
                self.damages.readable += u64::from(matches!(reading, Ok(Found::Right)));
            }
        }
        Ok(())
    }

    /// Opening and closing takes nothing away from what opened.
    fn reopened(&mut self, what: &str) {
        match self.asked(|path| Twin::open_read_only(path)) {
            Ok(Found::Right) => {}
            Ok(_) => self.damages.spoilt += 1,
            Err(why) => self.damages.violations.add(format!("{what}, opened and closed: {why}")),
        }
    }

    fn untouched(&mut self, damaged: &[u8], who: &str) {
        if fs::read(&self.path).map_or(true, |now| now != damaged) {
            self.damages.violations.add(format!("{who} touched the file"));
        }
    }

    fn asked(&self, open: impl FnOnce(&Path) -> Result<Twin>) -> std::result::Result<Found, String> {
        without_panic(|| match open(&self.path) {
            Err(error) => typed(&error).map(|()| Found::Refused),
            Ok(twin) => match picture(&twin) {
                Ok(seen) if seen == self.expected => Ok(Found::Right),
                Ok(_) => Err("a wrong answer".to_owned()),
                Err(error) => typed(&error).map(|()| Found::Unanswered),
            },
        })
    }
}

enum Found {
    Right,
    /// It did not open.
    Refused,
    /// It opened, and could not tell everything when it was asked.
    Unanswered,
}

fn typed(error: &Error) -> std::result::Result<(), String> {
    match error.kind() {
        ErrorKind::Corrupt | ErrorKind::NotAStore | ErrorKind::Newer => Ok(()),
        kind => Err(format!("{kind} where the file is damaged: {error}")),
    }
}
