//! Checks of what a host puts into a numeric model. Each error names the field, where it stands, and what would make sense.

use std::fmt::Arguments;

use crate::base::{Error, ErrorKind, Result};

/// A misused model.
pub(super) fn invalid(message: String) -> Error {
    Error::new(ErrorKind::Invalid, message)
}

/// A number between 0 and 1.
pub(super) fn probability(value: f64, field: Arguments<'_>) -> Result<f64> {
    let fits = (0.0..=1.0).contains(&value);
    if fits { Ok(value) } else { Err(invalid(format!("{field} is {value}: it must lie between 0 and 1"))) }
}

/// An error if some work would be larger than what a model may ask for.
pub(super) fn within(size: usize, most: usize, what: Arguments<'_>) -> Result<()> {
    if size <= most {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Limit, format!("{what}: {size}, and at most {most} are computed; split the model")))
}
