//! Puts together what several decoders said of one file: a file is one scope, so it is one batch.

use std::collections::{BTreeMap, BTreeSet};

use twin_connector_base::Decoded;
use twin_core::observe::{Batch, Outcome, Scope};

use crate::decode::{GroupRead, unreadable};
use crate::plan::Seen;
use crate::registry::Registered;

/// Everything that was said of one file.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// The places of the decoders that read it, or would have.
    pub readers: BTreeSet<usize>,
    /// What they said, and whose word it is.
    pub decoded: Vec<(usize, Decoded)>,
    /// The one rejection of a file that could not be had; then nothing else counts.
    pub failed: Option<Decoded>,
}

/// What was said of each file, by its path.
pub(crate) fn readings(seen: &[Seen], groups: Vec<GroupRead>, decoders: &[Registered]) -> BTreeMap<String, Reading> {
    let mut readings: BTreeMap<String, Reading> = seen.iter().filter_map(|file| expected(file, decoders)).collect();
    for group in groups {
        for failed in group.failed {
            let reading = readings.entry(failed.path.clone()).or_default();
            reading.readers.insert(group.decoder);
            reading.failed.get_or_insert(failed);
        }
        for decoded in group.decoded {
            let reading = readings.entry(decoded.path.clone()).or_default();
            reading.readers.insert(group.decoder);
            reading.decoded.push((group.decoder, decoded));
        }
    }
    readings
}

/// The reading that a file must get even if no decoder says a word about it. A file that cannot be opened may hold whatever is
/// found in files of its ending.
fn expected(file: &Seen, decoders: &[Registered]) -> Option<(String, Reading)> {
    let mut reading = Reading { readers: file.readers.iter().copied().collect(), ..Reading::default() };
    if let (true, Some(why)) = (reading.readers.is_empty(), &file.trouble) {
        let may = decoders.iter().enumerate().filter(|(_, row)| row.may_read(&file.path));
        reading.readers.extend(may.map(|(place, _)| place));
        reading.failed = Some(Decoded::rejected(&file.path, unreadable(&file.path, why)));
    }
    (!reading.readers.is_empty()).then(|| (file.path.clone(), reading))
}

impl Reading {
    /// The words that count.
    fn words(&self) -> impl Iterator<Item = &Decoded> {
        let said = self.decoded.iter().map(|(_, said)| said).filter(|_| self.failed.is_none());
        self.failed.iter().chain(said)
    }

    /// Partial if any word is, or if there is none.
    pub fn outcome(&self) -> Outcome {
        let reasons: BTreeSet<&str> = self.words().filter_map(reason).collect();
        match (self.words().next(), reasons.is_empty()) {
            (None, _) => Outcome::Partial("its decoder said nothing of it".to_owned()),
            (_, true) => Outcome::Complete,
            _ => Outcome::Partial(reasons.into_iter().collect::<Vec<_>>().join("; ")),
        }
    }

    /// Whether it was read to its end and nothing was found, not even fault.
    pub fn is_silent(&self) -> bool {
        self.outcome() == Outcome::Complete
            && self.words().all(|said| said.records.is_empty() && said.diagnostics.is_empty())
    }

    /// Why the file could not be had.
    pub fn failure(&self) -> Option<&str> {
        self.failed.as_ref().and_then(reason)
    }
}

fn reason(decoded: &Decoded) -> Option<&str> {
    match &decoded.outcome {
        Outcome::Partial(why) => Some(why),
        Outcome::Complete => None,
    }
}

/// One file's batch.
pub(crate) fn batch(scope: Scope, reading: Reading, decoders: &[Registered]) -> Batch {
    let mut batch = Batch { members: None, outcome: reading.outcome(), ..Batch::listing(scope, Vec::new()) };
    let readers = reading.readers.iter().filter_map(|place| decoders.get(*place));
    batch.capabilities = readers.map(|row| row.decoder.capability()).collect();
    let said = reading.decoded.into_iter().map(|(_, said)| said).filter(|_| reading.failed.is_none());
    let words: Vec<Decoded> = said.collect();
    for word in reading.failed.into_iter().chain(words) {
        batch.records.extend(word.records);
        batch.diagnostics.extend(word.diagnostics);
    }
    batch
}
