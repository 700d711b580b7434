//! Plain data on its way in and out: JSON that Python writes and parses, by the functions of `twin._plain`.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyModule;
use serde::de::DeserializeOwned;
use twin_connectors::CompareOptions;
use twin_core::base::{Error, ErrorKind};

use crate::errors::OrRaise;

static PLAIN: PyOnceLock<Py<PyModule>> = PyOnceLock::new();

/// The result of a function of `twin._plain`.
pub fn call<'py>(
    py: Python<'py>,
    function: &str,
    value: impl pyo3::call::PyCallArgs<'py>,
) -> PyResult<Bound<'py, PyAny>> {
    let module = PLAIN.get_or_try_init(py, || PyModule::import(py, "twin._plain").map(Bound::unbind))?;
    module.bind(py).getattr(function)?.call1(value)
}

/// Parses what the core wrote.
pub fn loads<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    call(py, "loads", (text,))
}

/// A value as JSON.
pub fn dumps(value: &Bound<'_, PyAny>) -> PyResult<String> {
    call(value.py(), "dumps", (value,))?.extract()
}

/// What a comparison is made with, as `twin._plain.comparing` puts it together.
pub fn comparing<'py>(py: Python<'py>, given: impl pyo3::call::PyCallArgs<'py>) -> PyResult<CompareOptions> {
    let options: String = call(py, "comparing", given)?.extract()?;
    CompareOptions::from_json(&options).or_raise(py)
}

/// A list of things that a question takes, as data.
pub fn said<T: DeserializeOwned>(given: Option<&Bound<'_, PyAny>>, field: &str) -> PyResult<Vec<T>> {
    let Some(given) = given else { return Ok(Vec::new()) };
    let wrong = |error| Error::new(ErrorKind::Invalid, format!("{field} make no sense")).because(error);
    serde_json::from_str(&dumps(given)?).map_err(wrong).or_raise(given.py())
}
