//! The core's table as Arrow, handed out by the PyCapsule interface. Buffers move over as they are.

use std::sync::Arc;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{
    Array, ArrayRef, BooleanArray, Float64Array, Int64Array, ListArray, RecordBatch, RecordBatchIterator,
    RecordBatchOptions, StringArray,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{ArrowError, DataType, Field, Schema};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use twin_core::answer::{Bits, ColumnValues, Table, TableColumn, TextValues};
use twin_core::base::{Error, ErrorKind, Result};

/// A table as one record batch.
pub fn record_batch(table: Table) -> Result<RecordBatch> {
    let options = RecordBatchOptions::new().with_row_count(Some(table.rows));
    let columns: std::result::Result<Vec<(Field, ArrayRef)>, ArrowError> =
        table.columns.into_iter().map(column).collect();
    let batch = columns.and_then(|columns| {
        let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
        RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
    });
    batch.map_err(|error| Error::new(ErrorKind::Invalid, "the answer is no table").because(error))
}

fn column(column: TableColumn) -> std::result::Result<(Field, ArrayRef), ArrowError> {
    let nulls = (!column.valid.all()).then(|| NullBuffer::new(bits(column.valid)));
    let array: ArrayRef = match column.values {
        ColumnValues::Text(texts) => Arc::new(strings(texts, nulls)?),
        ColumnValues::Integer(numbers) => Arc::new(Int64Array::try_new(numbers.into(), nulls)?),
        ColumnValues::Number(numbers) => Arc::new(Float64Array::try_new(numbers.into(), nulls)?),
        ColumnValues::Flag(flags) => Arc::new(BooleanArray::new(bits(flags), nulls)),
        ColumnValues::Texts { offsets, texts } => {
            let item = Arc::new(Field::new("item", DataType::Utf8, true));
            Arc::new(ListArray::try_new(item, ends(offsets), Arc::new(strings(texts, None)?), nulls)?)
        }
    };
    Ok((Field::new(column.name, array.data_type().clone(), true), array))
}

fn bits(bits: Bits) -> BooleanBuffer {
    let len = bits.len();
    BooleanBuffer::new(Buffer::from_vec(bits.into_bytes()), 0, len)
}

fn strings(texts: TextValues, nulls: Option<NullBuffer>) -> std::result::Result<StringArray, ArrowError> {
    StringArray::try_new(ends(texts.offsets), Buffer::from_vec(texts.bytes), nulls)
}

fn ends(offsets: Vec<i32>) -> OffsetBuffer<i32> {
    OffsetBuffer::new(ScalarBuffer::from(offsets))
}

/// The columns, for whoever asks before the rows.
pub fn schema_capsule<'py>(py: Python<'py>, batch: &RecordBatch) -> PyResult<Bound<'py, PyCapsule>> {
    let schema = FFI_ArrowSchema::try_from(batch.schema().as_ref()).map_err(broken)?;
    PyCapsule::new_with_value(py, schema, c"arrow_schema")
}

/// The rows. Arrow's stream releases itself when the capsule goes, unless somebody took it out.
pub fn stream_capsule<'py>(py: Python<'py>, batch: &RecordBatch) -> PyResult<Bound<'py, PyCapsule>> {
    let reader = RecordBatchIterator::new([Ok(batch.clone())], batch.schema());
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), c"arrow_array_stream")
}

fn broken(error: ArrowError) -> PyErr {
    pyo3::exceptions::PyValueError::new_err(error.to_string())
}
