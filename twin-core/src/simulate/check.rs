//! Checks of what a host puts into a numeric model. Each error names the field, where it stands, and what would make sense.

use std::fmt::Arguments;

use crate::base::{Error, ErrorKind, Result};

/// The most milliseconds, or things per second, that a model takes: whatever is computed from them stays a number.
const LARGEST: f64 = 1e15;

/// A misused model.
pub(super) fn invalid(message: String) -> Error {
    Error::new(ErrorKind::Invalid, message)
}

/// A number between 0 and 1.
pub(super) fn probability(value: f64, field: Arguments<'_>) -> Result<f64> {
    let fits = (0.0..=1.0).contains(&value);
    if fits { Ok(value) } else { Err(invalid(format!("{field} is {value}: it must lie between 0 and 1"))) }
}

/// A duration, rate or other amount: finite and not below 0.
pub(super) fn amount(value: f64, field: Arguments<'_>) -> Result<f64> {
    let fits = (0.0..=LARGEST).contains(&value);
    if fits { Ok(value) } else { Err(invalid(format!("{field} is {value}: it must lie between 0 and {LARGEST:e}"))) }
}

/// An amount that is more than nothing.
pub(super) fn positive(value: f64, field: Arguments<'_>) -> Result<f64> {
    let fits = value > 0.0 && value <= LARGEST;
    if fits { Ok(value) } else { Err(invalid(format!("{field} is {value}: it must be over 0, up to {LARGEST:e}"))) }
}

/// An error if some work would be larger than what a model may ask for.
pub(super) fn within(size: usize, most: usize, what: Arguments<'_>) -> Result<()> {
    if size <= most {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Limit, format!("{what}: {size}, and at most {most} are computed; split the model")))
}
