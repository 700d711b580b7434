//! Arguments: JSON that the facade made of what the caller gave, read into types. A lone surrogate, a huge number or a wrong type fails here.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use twin_core::At;
use twin_core::base::{Context, Deadline, Timestamp};
use twin_core::simulate::future::DatedEvent;

use crate::problem::{Problem, Result};
use crate::stop::Stop;

/// Reads arguments.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Problem::invalid(format!("arguments: {error}")))
}

/// A moment with a zone, or a day in UTC.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Moment(pub Timestamp);

impl TryFrom<String> for Moment {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        match Timestamp::parse(&text).filter(|_| has_zone(&text)) {
            Some(at) => Ok(Moment(at)),
            None => Err(format!("{text:?} is no time: write 2026-11-20, 2026-11-20T09:14:00Z or +01:00")),
        }
    }
}

/// A time of day without a zone means another moment to each reader.
fn has_zone(text: &str) -> bool {
    const DAY: usize = "2026-11-20".len();
    text.get(DAY..).is_none_or(|rest| rest.is_empty() || rest.contains(['Z', 'z', '+', '-']))
}

/// Now, if the caller names no other.
pub fn moment(now: Option<Moment>) -> Timestamp {
    now.map_or_else(clock, |moment| moment.0)
}

fn clock() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).ok().and_then(Timestamp::from_micros).unwrap_or(Timestamp::MAX)
}

/// Under which terms long work runs.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Terms {
    /// The source.
    pub name: Option<String>,
    /// Names of folders that are not entered.
    pub skip: Option<Vec<String>>,
    /// What the host calls now.
    pub now: Option<Moment>,
    /// In how many milliseconds the work must end.
    pub deadline: Option<Milliseconds>,
}

impl Terms {
    /// The context of the core.
    pub fn context(&self, stop: &Stop) -> Context {
        let mut context = Context::new(moment(self.now));
        context.cancel = stop.cancel_flag();
        context.progress = stop.watch();
        context.deadline = self.deadline.map(Milliseconds::deadline);
        context
    }
}

/// A span of time from now on.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "f64")]
pub struct Milliseconds(Duration);

impl TryFrom<f64> for Milliseconds {
    type Error = String;

    fn try_from(number: f64) -> std::result::Result<Self, String> {
        Duration::try_from_secs_f64(number / 1_000.0)
            .map(Milliseconds)
            .map_err(|_| format!("{number} is no number of milliseconds"))
    }
}

impl Milliseconds {
    fn deadline(self) -> Deadline {
        let begun = Instant::now();
        Deadline::new(move || begun.elapsed(), self.0)
    }
}

/// Where a twin is opened.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Opening {
    /// The store.
    pub path: String,
    /// Beside a writer in another process.
    #[serde(default)]
    pub read_only: Option<bool>,
}

/// The times of a snapshot.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Times {
    now: Option<Moment>,
    valid: Option<Moment>,
    known: Option<Moment>,
}

impl Times {
    /// As the core asks for them.
    pub fn at(&self) -> At {
        let at = At::now(moment(self.now));
        let at = self.valid.map_or(at, |valid| at.valid(valid.0));
        self.known.map_or(at, |known| at.known(known.0))
    }
}

/// From where changes are told, and how many.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Since {
    /// Where the last page ended.
    pub cursor: Option<String>,
    /// How many at most.
    pub most: Option<usize>,
}

/// What is dated until a moment.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dated {
    /// Until when.
    pub until: Moment,
    /// What the twin has not read.
    #[serde(default)]
    pub events: Option<Vec<DatedEvent>>,
}

/// What the answer needs of its sources.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Needs {
    /// A profile.
    pub needs: Option<String>,
}
