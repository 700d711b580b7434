//! Errors on their way to Python, where their classes are written.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use twin_core::base::{Error, ErrorKind};

static OF: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// The core's error as Python raises it.
pub fn raised(py: Python<'_>, error: &Error) -> PyErr {
    coded(py, error.kind().code(), &error.to_string())
}

/// An argument that makes no sense.
pub fn invalid(py: Python<'_>, message: impl Into<String>) -> PyErr {
    raised(py, &Error::new(ErrorKind::Invalid, message))
}

/// What was closed cannot be used.
pub fn closed(py: Python<'_>) -> PyErr {
    coded(py, "closed", "the twin is closed: open it anew; snapshots that were taken before still answer")
}

fn coded(py: Python<'_>, code: &str, message: &str) -> PyErr {
    let of = OF.import(py, "twin.errors", "_of");
    of.and_then(|of| of.call1((code, message))).map_or_else(|error| error, PyErr::from_value)
}

/// A result of the core as a result of Python.
pub trait OrRaise<T> {
    /// The value, or the error as Python raises it.
    fn or_raise(self, py: Python<'_>) -> PyResult<T>;
}

impl<T> OrRaise<T> for twin_core::base::Result<T> {
    fn or_raise(self, py: Python<'_>) -> PyResult<T> {
        self.map_err(|error| raised(py, &error))
    }
}
