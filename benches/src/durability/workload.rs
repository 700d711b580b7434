//! What is done to a twin: batches of every sort and decisions of people, each step following from a seed and its number alone, so that whoever finds a store in some
//! state can go on from there.

use twin_core::Twin;
use twin_core::base::{Error, ErrorKind, Result, Timestamp};
use twin_core::identity::HumanDecision;
use twin_core::observe::{Batch, RecordKey, Scope, SourceId};
use twin_core::schema::Kind;
use twin_core::testkit::estate;

use crate::durability::Numbers;

const SOURCE: &str = "estate";
/// Where the cursor stands.
const PAGES: &str = "pages";
/// When the first step is taken, in microseconds since 1970.
const BEGIN: i64 = 1_767_225_600_000_000;
/// The step whose knowledge is asked for as the past, so that nothing of it may be forgotten.
pub const EARLIER: usize = 3;
/// How far apart steps are.
const STEP: i64 = 1_000_000;

const NAMES: [&str; 4] = ["a", "b", "shop/a", "till/a"];
const SAID: [&str; 14] = [
    "known host:a@net",
    "known host:b@net",
    "known service_name:a",
    "known native_id:one",
    "joins net",
    "label app=a",
    "set replicas 2",
    "set replicas 3",
    "set deployment.environment.name production",
    "connectsTo host:a",
    "connectsTo host:b",
    "calls/optional Workload:shop/a",
    "routesTo select:net?app=a",
    "ownedBy team:crew",
];

/// Steps without end.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    /// What all of it follows from.
    pub seed: u64,
    /// How many records every fourth step tells beyond a few.
    pub large: usize,
}

impl Workload {
    /// Takes a step: one commit, whatever the twin holds.
    ///
    /// # Errors
    /// As [`Twin::apply`].
    pub fn perform(&self, twin: &Twin, step: usize) -> Result<()> {
        let now = time_of(step);
        if step % 5 == 4 {
            match twin.decide(self.decision(step), now) {
                Err(error) if is_refusal(&error) => {}
                decided => return decided.map(|_| ()),
            }
        }
        twin.apply(self.batches(step)?, now).map(|_| ())
    }

    /// Keeps a store in order after a step: now and then what was before is forgotten, which changes nothing that is compared.
    ///
    /// # Errors
    /// As [`Twin::retain`].
    pub fn upkeep(&self, twin: &Twin, step: usize) -> Result<()> {
        if step % 4 == 3 {
            twin.retain(time_of((step / 4).min(EARLIER)))?;
        }
        Ok(())
    }

    /// What a step tells: a page of changes with the cursor after it, files read to their end or not, sometimes a listing that takes files away.
    fn batches(&self, step: usize) -> Result<Vec<Batch>> {
        let mut numbers = self.numbers(step);
        let mut text = format!("file {PAGES} delta cursor {step}\n");
        records(&mut text, &mut numbers, 2);
        (0..numbers.below(2)).for_each(|_| text.push_str(&format!("gone Workload:{}\n", name(&mut numbers))));
        for file in 0..2 {
            if numbers.once_in(2) {
                let partial = if numbers.once_in(4) { " partial" } else { "" };
                text.push_str(&format!("file f{file}{partial}\n"));
                records(&mut text, &mut numbers, 3);
            }
        }
        if numbers.once_in(4) {
            text.push_str(["folder .: pages f0\n", "folder .: pages f0 f1 bulk\n"][numbers.below(2)]);
        }
        if step % 4 == 3 && self.large > 0 {
            text.push_str("file bulk\n");
            (0..self.large).for_each(|place| text.push_str(&format!("Workload:bulk{place}\nset replicas {step}\n")));
        }
        let read = estate(&text).map_err(|why| Error::new(ErrorKind::Invalid, why))?;
        Ok(read.batches)
    }

    fn decision(&self, step: usize) -> HumanDecision {
        let mut numbers = self.numbers(step);
        let (a, b) = (record(name(&mut numbers)), record(name(&mut numbers)));
        match numbers.below(4) {
            0 => HumanDecision::Pin { a, b },
            1 => HumanDecision::Split { a, b },
            2 => HumanDecision::Unpin { a, b },
            _ => HumanDecision::Name { record: a, name: format!("called in step {step}") },
        }
    }

    fn numbers(&self, step: usize) -> Numbers {
        let mut numbers = Numbers::new(self.seed ^ (step as u64).wrapping_mul(0xD134_2543_DE82_EF95));
        numbers.draw();
        numbers
    }
}

/// The scope whose cursor tells the last step that read something.
pub fn cursor_scope() -> Scope {
    Scope::new(&SourceId(SOURCE.to_owned()), PAGES)
}

/// When a step is taken.
pub fn time_of(step: usize) -> Timestamp {
    let micros = i64::try_from(step).unwrap_or(i64::MAX).saturating_mul(STEP).saturating_add(BEGIN);
    Timestamp::from_micros(micros).unwrap_or(Timestamp::MAX)
}

/// The decision makes no sense here; nothing went wrong.
fn is_refusal(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Unknown | ErrorKind::Invalid)
}

fn records(text: &mut String, numbers: &mut Numbers, most: usize) {
    let first = numbers.below(NAMES.len());
    for place in 0..=numbers.below(most) {
        let side = ["", " observed"][numbers.below(2)];
        text.push_str(&format!("Workload:{}{side}\n", NAMES[(first + place) % NAMES.len()]));
        for _ in 0..numbers.below(4) {
            text.push_str(SAID[numbers.below(SAID.len())]);
            text.push('\n');
        }
    }
}

fn name(numbers: &mut Numbers) -> &'static str {
    NAMES[numbers.below(NAMES.len())]
}

fn record(name: &str) -> RecordKey {
    let (namespace, name) = name.split_once('/').map_or((None, name), |(space, name)| (Some(space), name));
    RecordKey::new(&SourceId(SOURCE.to_owned()), Kind::of("Workload"), name).in_namespace(namespace)
}
