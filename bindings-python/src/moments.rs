//! Times and spans of time, in and out.

use std::time::{Duration, Instant, SystemTime};

use pyo3::Borrowed;
use pyo3::prelude::*;
use twin_core::answer::AsOf;
use twin_core::base::{Deadline, Timestamp, shortened};

use crate::errors::invalid;
use crate::plain;

/// A moment: an aware `datetime`, a `date` (midnight UTC), or text as RFC 3339 has it.
#[derive(Clone, Copy)]
pub struct Moment(pub Timestamp);

impl<'py> FromPyObject<'_, 'py> for Moment {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let text: String = plain::call(value.py(), "moment", (value,))?.extract()?;
        let why = || format!("\"{}\" is no time: write 2026-11-24T09:00:00Z", shortened(&text));
        Timestamp::parse(&text).map(Moment).ok_or_else(|| invalid(value.py(), why()))
    }
}

/// The given moment, else what the host's clock says.
pub fn or_now(moment: Option<Moment>) -> Timestamp {
    moment.map_or_else(clock, |moment| moment.0)
}

fn clock() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).ok().and_then(Timestamp::from_micros).unwrap_or(Timestamp::MAX)
}

/// An aware `datetime` in UTC.
pub fn datetime(py: Python<'_>, at: Timestamp) -> PyResult<Bound<'_, PyAny>> {
    plain::call(py, "datetime_of", (at.as_micros(),))
}

/// `AsOf(valid, known)`, each an aware `datetime`.
pub fn as_of(py: Python<'_>, as_of: AsOf) -> PyResult<Bound<'_, PyAny>> {
    plain::call(py, "as_of", (as_of.valid.as_micros(), as_of.known.as_micros()))
}

/// A span of time from now: seconds, or a `timedelta`.
#[derive(Clone, Copy)]
pub struct Within(Duration);

impl<'py> FromPyObject<'_, 'py> for Within {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let seconds: f64 = plain::call(value.py(), "seconds", (value,))?.extract()?;
        let why = |error| invalid(value.py(), format!("{seconds} seconds are no deadline: {error}"));
        Duration::try_from_secs_f64(seconds).map(Within).map_err(why)
    }
}

impl Within {
    /// The deadline on a clock that begins to run now.
    pub fn deadline(self) -> Deadline {
        let start = Instant::now();
        Deadline::new(move || start.elapsed(), self.0)
    }
}
