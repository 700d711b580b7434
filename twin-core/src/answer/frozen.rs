//! A reply that outlived its twin: what a host pickled, or sent to another process.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::answer::reply::Told;
use crate::answer::{ColumnType, Table, TableColumn, TableWriter};
use crate::answer::{EvidenceId, EvidenceSource, Proof};
use crate::base::{Error, ErrorKind, Result};

/// Everything that a reply can tell.
pub(super) struct Frozen {
    pub answer: Value,
    pub rows: Vec<Value>,
    pub evidence: Map<String, Value>,
    pub table: Table,
}

/// As it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    answer: Map<String, Value>,
    rows: Vec<Value>,
    evidence: Map<String, Value>,
    columns: Vec<WrittenColumn>,
}

#[derive(Serialize, Deserialize)]
struct WrittenColumn {
    name: String,
    of: ColumnType,
    values: Vec<Value>,
}

impl Frozen {
    pub fn written(&self) -> Written {
        let column = |column: &TableColumn| WrittenColumn {
            name: column.name.clone(),
            of: column.values.column_type(),
            values: (0..self.table.rows).map(|row| column.value(row)).collect(),
        };
        Written {
            answer: self.answer.as_object().cloned().unwrap_or_default(),
            rows: self.rows.clone(),
            evidence: self.evidence.clone(),
            columns: self.table.columns.iter().map(column).collect(),
        }
    }

    pub fn read(text: &str) -> Result<Self> {
        let written: Written = serde_json::from_str(text)
            .map_err(|error| Error::new(ErrorKind::Invalid, "this is no frozen answer").because(error))?;
        let table = table(&written.columns, written.rows.len())?;
        Ok(Frozen { answer: Value::Object(written.answer), rows: written.rows, evidence: written.evidence, table })
    }
}

fn table(columns: &[WrittenColumn], rows: usize) -> Result<Table> {
    let named = columns.iter().map(|column| (column.name.clone(), column.of)).collect();
    let mut table = TableWriter::new(named, rows, &NoEvidence);
    for row in 0..rows {
        columns.iter().for_each(|column| write(&mut table, column.of, column.values.get(row)));
        table.end_row();
    }
    table.finish()
}

fn write(table: &mut TableWriter<'_>, of: ColumnType, value: Option<&Value>) {
    let value = value.unwrap_or(&Value::Null);
    match (of, value) {
        (ColumnType::Text, Value::String(text)) => table.text(text),
        (ColumnType::Integer, Value::Number(number)) => table.integer(number.as_i64().unwrap_or_default()),
        (ColumnType::Number, Value::Number(number)) => table.number(number.as_f64().unwrap_or_default()),
        (ColumnType::Flag, Value::Bool(flag)) => table.flag(*flag),
        (ColumnType::Texts, Value::Array(items)) => table.texts(items.iter().filter_map(Value::as_str)),
        _ => table.none(),
    }
}

/// Rows that cite nothing, or whose places stand in the columns as text already.
pub(crate) struct NoEvidence;

impl EvidenceSource for NoEvidence {
    fn proof(&self, _id: EvidenceId) -> Option<Proof> {
        None
    }
}

impl Told for Frozen {
    fn answer(&self) -> Value {
        self.answer.clone()
    }

    fn envelope(&self) -> Value {
        let mut envelope = self.answer.as_object().cloned().unwrap_or_default();
        envelope.remove("value");
        envelope.remove("evidence");
        Value::Object(envelope)
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn rows(&self, range: Range<usize>) -> (Vec<Value>, Map<String, Value>) {
        // The evidence keeps its numbers: a page of a frozen reply carries the evidence of all its rows.
        (self.rows.get(range).unwrap_or_default().to_vec(), self.evidence.clone())
    }

    fn evidence(&self, row: usize) -> Vec<Value> {
        let cited = self.rows.get(row).and_then(|row| row.get("evidence")?.as_array());
        let numbers = cited.into_iter().flatten().filter_map(Value::as_u64);
        numbers.filter_map(|number| self.evidence.get(&number.to_string()).cloned()).collect()
    }

    fn table(&self) -> Result<Table> {
        Ok(self.table.clone())
    }
}
