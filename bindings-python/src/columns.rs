//! Columns of Python's: arrays of NumPy, Arrow or a frame, taken as they lie in memory, or lists.

use pyo3::Borrowed;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use twin_core::graph::Texts;

use crate::errors::invalid;
use crate::plain;

/// A column of whole numbers, each of which fits.
pub struct Numbers<T>(pub Vec<T>);

impl<'py, T: TryFrom<i128>> FromPyObject<'_, 'py> for Numbers<T> {
    type Error = PyErr;

    fn extract(values: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let (written, bytes): (String, Bound<'py, PyBytes>) =
            plain::call(values.py(), "column", (values,))?.extract()?;
        numbers(&written, bytes.as_bytes()).map(Numbers).map_err(|what| invalid(values.py(), what))
    }
}

/// Reads numbers as `twin._plain.column` says that they are written.
fn numbers<T: TryFrom<i128>>(written: &str, bytes: &[u8]) -> Result<Vec<T>, String> {
    match written {
        "u1" => each(bytes, u8::from_le_bytes),
        "u2" => each(bytes, u16::from_le_bytes),
        "u4" => each(bytes, u32::from_le_bytes),
        "u8" => each(bytes, u64::from_le_bytes),
        "i1" => each(bytes, i8::from_le_bytes),
        "i2" => each(bytes, i16::from_le_bytes),
        "i4" => each(bytes, i32::from_le_bytes),
        "i8" => each(bytes, i64::from_le_bytes),
        other => Err(format!("a column holds whole numbers, not {other}")),
    }
}

fn each<const WIDTH: usize, N: Into<i128>, T: TryFrom<i128>>(
    bytes: &[u8],
    read: impl Fn([u8; WIDTH]) -> N,
) -> Result<Vec<T>, String> {
    let number = |bytes: &[u8; WIDTH]| read(*bytes).into();
    let fits = |number: i128| T::try_from(number).map_err(|_| format!("{number} does not fit into its column"));
    bytes.as_chunks().0.iter().map(number).map(fits).collect()
}

/// A column of texts.
pub struct Names(pub Texts);

impl<'py> FromPyObject<'_, 'py> for Names {
    type Error = PyErr;

    fn extract(values: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let mut texts = Texts::default();
        for text in plain::call(values.py(), "texts", (values,))?.try_iter()? {
            texts.push(text?.cast::<PyString>()?.to_str()?);
        }
        Ok(Names(texts))
    }
}
