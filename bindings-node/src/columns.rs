//! Columns as buffers that Arrow reads as they are.

use napi::bindgen_prelude::{BigInt64Array, Buffer, Float64Array, Int32Array, Uint8Array};
use napi_derive::napi;
use twin_core::answer::{Bits, ColumnType, ColumnValues, Table, TableColumn, TextValues};

/// Columns of one length.
#[napi(object, js_name = "Table", object_from_js = false)]
pub struct NativeTable {
    /// How many rows there are.
    pub size: u32,
    /// In the order in which people read them.
    pub columns: Vec<NativeColumn>,
}

/// One column. Which of the buffers are there depends on its type.
#[napi(object, js_name = "Column", object_from_js = false)]
pub struct NativeColumn {
    /// Its name.
    pub name: String,
    /// `text`, `integer`, `number`, `flag` or `texts`.
    #[napi(js_name = "type")]
    pub of: &'static str,
    /// One bit for each row, the lowest first: whether it has a value.
    pub validity: Uint8Array,
    /// Of `integer`.
    pub integers: Option<BigInt64Array>,
    /// Of `number`.
    pub numbers: Option<Float64Array>,
    /// Of `flag`: one bit for each row, the lowest first.
    pub flags: Option<Uint8Array>,
    /// Of `texts`: list `i` holds the texts `lists[i]` up to `lists[i + 1]`.
    pub lists: Option<Int32Array>,
    /// Of `text` and `texts`: text `i` is `bytes[offsets[i]]` up to `offsets[i + 1]`.
    pub offsets: Option<Int32Array>,
    /// UTF-8.
    pub bytes: Option<Buffer>,
}

/// Hands the buffers of a table over, without copying what is laid out already.
pub fn columns(table: Table) -> NativeTable {
    let size = u32::try_from(table.rows).unwrap_or(u32::MAX);
    NativeTable { size, columns: table.columns.into_iter().map(column).collect() }
}

fn column(column: TableColumn) -> NativeColumn {
    let empty = empty(column.name, word(column.values.column_type()), column.valid);
    match column.values {
        ColumnValues::Integer(integers) => NativeColumn { integers: Some(integers.into()), ..empty },
        ColumnValues::Number(numbers) => NativeColumn { numbers: Some(numbers.into()), ..empty },
        ColumnValues::Flag(flags) => NativeColumn { flags: Some(flags.into_bytes().into()), ..empty },
        ColumnValues::Text(texts) => with_texts(empty, texts),
        ColumnValues::Texts { offsets, texts } => {
            with_texts(NativeColumn { lists: Some(offsets.into()), ..empty }, texts)
        }
    }
}

fn empty(name: String, of: &'static str, valid: Bits) -> NativeColumn {
    NativeColumn {
        name,
        of,
        validity: valid.into_bytes().into(),
        integers: None,
        numbers: None,
        flags: None,
        lists: None,
        offsets: None,
        bytes: None,
    }
}

fn with_texts(column: NativeColumn, texts: TextValues) -> NativeColumn {
    NativeColumn { offsets: Some(texts.offsets.into()), bytes: Some(texts.bytes.into()), ..column }
}

fn word(of: ColumnType) -> &'static str {
    match of {
        ColumnType::Text => "text",
        ColumnType::Integer => "integer",
        ColumnType::Number => "number",
        ColumnType::Flag => "flag",
        ColumnType::Texts => "texts",
    }
}
