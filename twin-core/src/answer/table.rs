//! Answers as tables: typed columns, laid out as Arrow lays them out, so that a host hands them on without copying.

use crate::answer::bits::Bits;
use crate::answer::{EvidenceId, EvidenceSource};
use crate::base::{Error, ErrorKind, Result};

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    /// UTF-8 text.
    Text,
    /// Signed whole numbers of 64 bits.
    Integer,
    /// Floating point numbers of 64 bits.
    Number,
    /// Yes or no.
    Flag,
    /// Lists of texts.
    Texts,
}

/// Texts one after the other: text `i` is `bytes[offsets[i]..offsets[i + 1]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextValues {
    /// One more than there are texts; the first is 0.
    pub offsets: Vec<i32>,
    /// All texts, UTF-8.
    pub bytes: Vec<u8>,
}

/// The values of a column. Where a row has none, a zero or an empty text stands in its place.
#[derive(Clone, Debug, PartialEq)]
pub enum ColumnValues {
    /// Of [`ColumnType::Text`].
    Text(TextValues),
    /// Of [`ColumnType::Integer`].
    Integer(Vec<i64>),
    /// Of [`ColumnType::Number`].
    Number(Vec<f64>),
    /// Of [`ColumnType::Flag`].
    Flag(Bits),
    /// Of [`ColumnType::Texts`]: list `i` holds the texts `offsets[i]..offsets[i + 1]`.
    Texts {
        /// One more than there are lists; the first is 0.
        offsets: Vec<i32>,
        /// The texts of all lists.
        texts: TextValues,
    },
}

/// One column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct TableColumn {
    /// Its name.
    pub name: String,
    /// The values, one for each row.
    pub values: ColumnValues,
    /// Whether each row has a value.
    pub valid: Bits,
}

/// Columns of one length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The columns, in the order in which people read them. The same for every answer to one question, even without rows.
    pub columns: Vec<TableColumn>,
    /// How many rows there are.
    pub rows: usize,
}

/// A field of a row as one or more columns.
pub trait Cell {
    /// The columns of a field of that name.
    fn columns(name: &str) -> Vec<(String, ColumnType)>;

    /// Writes one value for each of the columns.
    fn write(&self, table: &mut TableWriter<'_>);

    /// Writes that there is no value.
    fn write_none(table: &mut TableWriter<'_>);
}

/// A row of an answer as it stands in a table.
pub trait Row {
    /// The columns, in the order in which [`Row::write`] writes them.
    fn columns() -> Vec<(String, ColumnType)>;

    /// Writes one value for each column.
    fn write(&self, table: &mut TableWriter<'_>);
}

/// Declares which fields of a row stand in a table, and in which order: `table_row!(Hit: entity, state)`.
macro_rules! table_row {
    ($row:ty: $($field:ident),+ $(,)?) => {
        impl crate::answer::Row for $row {
            fn columns() -> Vec<(String, crate::answer::ColumnType)> {
                fn of<R, C: crate::answer::Cell>(name: &str, _: fn(&R) -> &C) -> Vec<(String, crate::answer::ColumnType)> {
                    C::columns(name)
                }
                let mut columns = Vec::new();
                $(columns.extend(of(stringify!($field), |row: &$row| &row.$field));)+
                columns
            }

            fn write(&self, table: &mut crate::answer::TableWriter<'_>) {
                $(crate::answer::Cell::write(&self.$field, table);)+
            }
        }
    };
}
pub(crate) use table_row;

/// A table while it is written, cell by cell, row by row.
pub struct TableWriter<'a> {
    table: Table,
    next: usize,
    evidence: &'a dyn EvidenceSource,
}

impl<'a> TableWriter<'a> {
    /// A table without rows, with room for `rows`. Whoever resolves evidence is asked for the places that a row cites.
    pub fn new(columns: Vec<(String, ColumnType)>, rows: usize, evidence: &'a dyn EvidenceSource) -> Self {
        let columns = columns.into_iter().map(|(name, of)| TableColumn {
            name,
            values: empty(of, rows),
            valid: Bits::with_room(rows),
        });
        TableWriter { table: Table { columns: columns.collect(), rows: 0 }, next: 0, evidence }
    }

    /// The table as far as it was written.
    ///
    /// # Errors
    /// `Limit` if the texts of a column need more than 2 GiB.
    pub fn finish(self) -> Result<Table> {
        let too_large = self.table.columns.iter().find(|column| column.values.text_bytes() > i32::MAX as usize);
        match too_large {
            None => Ok(self.table),
            Some(column) => {
                let message = format!("the texts of column {} need more than 2 GiB: ask for pages", column.name);
                Err(Error::new(ErrorKind::Limit, message))
            }
        }
    }

    /// Ends a row. A row that wrote too few cells has none in the others.
    pub fn end_row(&mut self) {
        self.table.rows += 1;
        self.next = 0;
    }

    /// Writes a text.
    pub fn text(&mut self, text: &str) {
        self.put(true, |values| {
            if let ColumnValues::Text(texts) = values {
                texts.push(text);
            }
        });
    }

    /// Writes a list of texts.
    pub fn texts<T: AsRef<str>>(&mut self, items: impl IntoIterator<Item = T>) {
        self.put(true, |values| values.push_list(items));
    }

    /// Writes a whole number.
    pub fn integer(&mut self, number: i64) {
        self.put(true, |values| {
            if let ColumnValues::Integer(numbers) = values {
                numbers.push(number);
            }
        });
    }

    /// Writes a number.
    pub fn number(&mut self, number: f64) {
        self.put(true, |values| {
            if let ColumnValues::Number(numbers) = values {
                numbers.push(number);
            }
        });
    }

    /// Writes yes or no.
    pub fn flag(&mut self, flag: bool) {
        self.put(true, |values| {
            if let ColumnValues::Flag(flags) = values {
                flags.push(flag);
            }
        });
    }

    /// Writes that the row has no value here.
    pub fn none(&mut self) {
        self.put(false, ColumnValues::push_nothing);
    }

    /// Writes the places of some evidence.
    pub fn places(&mut self, cited: &[EvidenceId]) {
        let proofs = cited.iter().filter_map(|id| self.evidence.proof(*id));
        let places: Vec<String> =
            proofs.filter_map(|proof| proof.chain.first().map(|step| step.locator.to_string())).collect();
        self.texts(places);
    }

    fn put(&mut self, valid: bool, write: impl FnOnce(&mut ColumnValues)) {
        if let Some(column) = self.table.columns.get_mut(self.next) {
            write(&mut column.values);
            column.valid.push(valid);
        }
        self.next += 1;
    }
}

fn empty(of: ColumnType, rows: usize) -> ColumnValues {
    match of {
        ColumnType::Text => ColumnValues::Text(TextValues::with_room(rows)),
        ColumnType::Integer => ColumnValues::Integer(Vec::with_capacity(rows)),
        ColumnType::Number => ColumnValues::Number(Vec::with_capacity(rows)),
        ColumnType::Flag => ColumnValues::Flag(Bits::with_room(rows)),
        ColumnType::Texts => ColumnValues::Texts { offsets: offsets(rows), texts: TextValues::with_room(rows) },
    }
}

/// The first offset, with room for the others.
fn offsets(rows: usize) -> Vec<i32> {
    let mut offsets = Vec::with_capacity(rows + 1);
    offsets.push(0);
    offsets
}

impl TextValues {
    /// No texts, with room for `rows` of them, each as long as the name of a kind.
    fn with_room(rows: usize) -> Self {
        TextValues { offsets: offsets(rows), bytes: Vec::with_capacity(rows.saturating_mul(9)) }
    }

    fn push(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
        self.offsets.push(i32::try_from(self.bytes.len()).unwrap_or(i32::MAX));
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text at a place; empty where there is none.
    pub fn get(&self, place: usize) -> &str {
        let ends = self.offsets.get(place).zip(self.offsets.get(place + 1));
        let range = ends.map(|(from, to)| *from as usize..*to as usize);
        range.and_then(|range| std::str::from_utf8(self.bytes.get(range)?).ok()).unwrap_or_default()
    }
}

impl ColumnValues {
    /// What the values are.
    pub fn column_type(&self) -> ColumnType {
        match self {
            ColumnValues::Text(_) => ColumnType::Text,
            ColumnValues::Integer(_) => ColumnType::Integer,
            ColumnValues::Number(_) => ColumnType::Number,
            ColumnValues::Flag(_) => ColumnType::Flag,
            ColumnValues::Texts { .. } => ColumnType::Texts,
        }
    }

    fn text_bytes(&self) -> usize {
        match self {
            ColumnValues::Text(texts) | ColumnValues::Texts { texts, .. } => texts.bytes.len().max(texts.len()),
            _ => 0,
        }
    }

    fn push_list<T: AsRef<str>>(&mut self, items: impl IntoIterator<Item = T>) {
        if let ColumnValues::Texts { offsets, texts } = self {
            items.into_iter().for_each(|item| texts.push(item.as_ref()));
            offsets.push(i32::try_from(texts.len()).unwrap_or(i32::MAX));
        }
    }

    fn push_nothing(&mut self) {
        match self {
            ColumnValues::Text(texts) => texts.push(""),
            ColumnValues::Integer(numbers) => numbers.push(0),
            ColumnValues::Number(numbers) => numbers.push(0.0),
            ColumnValues::Flag(flags) => flags.push(false),
            ColumnValues::Texts { .. } => self.push_list(std::iter::empty::<&str>()),
        }
    }
}

impl TableColumn {
    /// The value of a row as JSON; `null` where it has none.
    pub fn value(&self, row: usize) -> serde_json::Value {
        if !self.valid.get(row).unwrap_or_default() {
            return serde_json::Value::Null;
        }
        match &self.values {
            ColumnValues::Text(texts) => texts.get(row).into(),
            ColumnValues::Integer(numbers) => numbers.get(row).copied().into(),
            ColumnValues::Number(numbers) => numbers.get(row).copied().into(),
            ColumnValues::Flag(flags) => flags.get(row).into(),
            ColumnValues::Texts { offsets, texts } => {
                let ends = offsets.get(row).zip(offsets.get(row + 1));
                let places = ends.map_or(0..0, |(from, to)| *from as usize..*to as usize);
                places.map(|place| texts.get(place)).collect()
            }
        }
    }
}

/// Cells that are written as one text.
macro_rules! text_cells {
    ($($of:ty: $text:expr),* $(,)?) => {
        $(impl crate::answer::Cell for $of {
            fn columns(name: &str) -> Vec<(String, crate::answer::ColumnType)> {
                vec![(name.to_owned(), crate::answer::ColumnType::Text)]
            }

            fn write(&self, table: &mut crate::answer::TableWriter<'_>) {
                let text: for<'a> fn(&'a $of) -> std::borrow::Cow<'a, str> = $text;
                table.text(&text(self));
            }

            fn write_none(table: &mut crate::answer::TableWriter<'_>) {
                table.none();
            }
        })*
    };
}

/// Cells that are lists of texts.
macro_rules! list_cells {
    ($($of:ty: $text:expr),* $(,)?) => {
        $(impl crate::answer::Cell for Vec<$of> {
            fn columns(name: &str) -> Vec<(String, crate::answer::ColumnType)> {
                vec![(name.to_owned(), crate::answer::ColumnType::Texts)]
            }

            fn write(&self, table: &mut crate::answer::TableWriter<'_>) {
                let text: for<'a> fn(&'a $of) -> std::borrow::Cow<'a, str> = $text;
                table.texts(self.iter().map(text));
            }

            fn write_none(table: &mut crate::answer::TableWriter<'_>) {
                table.none();
            }
        })*
    };
}
pub(crate) use {list_cells, text_cells};

/// Cells of one plain column.
macro_rules! plain_cells {
    ($($of:ty: $column:ident $method:ident),* $(,)?) => {
        $(impl Cell for $of {
            fn columns(name: &str) -> Vec<(String, ColumnType)> {
                vec![(name.to_owned(), ColumnType::$column)]
            }

            fn write(&self, table: &mut TableWriter<'_>) {
                table.$method((*self).try_into().unwrap_or_default());
            }

            fn write_none(table: &mut TableWriter<'_>) {
                table.none();
            }
        })*
    };
}

plain_cells!(i64: Integer integer, usize: Integer integer, u64: Integer integer, f64: Number number, bool: Flag flag);
text_cells!(
    String: |text| text.as_str().into(),
    &'static str: |text| (*text).into(),
);
list_cells!(String: |text| text.as_str().into());

impl Cell for Vec<EvidenceId> {
    fn columns(name: &str) -> Vec<(String, ColumnType)> {
        vec![(name.to_owned(), ColumnType::Texts)]
    }

    fn write(&self, table: &mut TableWriter<'_>) {
        table.places(self);
    }

    fn write_none(table: &mut TableWriter<'_>) {
        table.none();
    }
}

impl<C: Cell> Cell for Option<C> {
    fn columns(name: &str) -> Vec<(String, ColumnType)> {
        C::columns(name)
    }

    fn write(&self, table: &mut TableWriter<'_>) {
        match self {
            Some(cell) => cell.write(table),
            None => C::write_none(table),
        }
    }

    fn write_none(table: &mut TableWriter<'_>) {
        C::write_none(table);
    }
}
