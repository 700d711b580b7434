//! What users copy: the tour of a twin, in small modules, one for each sort of question; and a service that embeds one.

pub mod service;
pub mod tour;

use std::time::{SystemTime, UNIX_EPOCH};

use twin_core::base::{Error, ErrorKind, Result, Timestamp};

/// The host's clock, in whole seconds. The core has none.
///
/// # Errors
/// `Invalid` for a clock that stands before 1970 or after the year 9999.
pub fn clock() -> Result<Timestamp> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    let seconds = since.and_then(|since| i64::try_from(since.as_secs()).ok());
    let now = seconds.and_then(|seconds| Timestamp::from_micros(seconds.checked_mul(1_000_000)?));
    now.ok_or_else(|| Error::new(ErrorKind::Invalid, "this machine's clock tells no time that can be used"))
}
