//! An answer whose type is not known when the program is compiled: what hosts of other languages hold.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::answer::frozen::Frozen;
use crate::answer::json::{self, Numbers};
use crate::answer::{Answer, Cites, EvidenceId, EvidenceSource, Row, Table, TableWriter};
use crate::base::Result;

/// A value that can be read as rows: a list of rows by itself, anything else by its own choice of what people would put into a table.
pub trait Tabular: Serialize {
    /// One row.
    type Row: Row + Serialize + Cites + Clone;

    /// The rows, in the order in which they matter.
    fn rows(&self) -> Cow<'_, [Self::Row]>;
}

impl<R: Row + Serialize + Cites + Clone> Tabular for Vec<R> {
    type Row = R;

    fn rows(&self) -> Cow<'_, [R]> {
        Cow::Borrowed(self)
    }
}

/// An answer with everything that hosts ask of it. Cloning is O(1).
#[derive(Clone)]
pub struct Reply(Arc<dyn Told>);

/// What every answer can tell, whatever its value is.
pub(super) trait Told: Send + Sync {
    fn answer(&self) -> Value;
    fn envelope(&self) -> Value;
    fn len(&self) -> usize;
    fn rows(&self, range: Range<usize>) -> (Vec<Value>, Map<String, Value>);
    fn evidence(&self, row: usize) -> Vec<Value>;
    fn table(&self) -> Result<Table>;
}

impl<T: Tabular + Send + Sync + 'static> From<Answer<T>> for Reply {
    fn from(answer: Answer<T>) -> Self {
        Reply(Arc::new(answer))
    }
}

impl Reply {
    /// Canonical JSON of the whole answer: see [`Answer::to_json`]. O(size of the value).
    pub fn to_json(&self) -> String {
        json::canonical(&self.0.answer())
    }

    /// Canonical JSON of everything but the value and its evidence: question, status, freshness, blind spots, times. O(sources).
    pub fn envelope_json(&self) -> String {
        json::canonical(&self.0.envelope())
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Canonical JSON of some rows: `{"rows": [...], "evidence": {...}}`, with the evidence that these rows cite, numbered anew. Rows beyond the last are left out.
    /// O(rows of the range).
    pub fn rows_json(&self, range: Range<usize>) -> String {
        let (rows, evidence) = self.0.rows(clamped(range, self.len()));
        json::canonical(&serde_json::json!({"rows": rows, "evidence": evidence}))
    }

    /// Canonical JSON of the evidence of a row, as a list; empty for a row that is not there.
    pub fn evidence_json(&self, row: usize) -> String {
        json::canonical(&Value::Array(self.0.evidence(row)))
    }

    /// The rows as typed columns. O(rows).
    ///
    /// # Errors
    /// `Limit` if the texts of a column need more than 2 GiB.
    pub fn table(&self) -> Result<Table> {
        self.0.table()
    }

    /// Everything that the reply can tell, as text that [`Reply::thaw`] reads: it needs no twin any more. O(size of the value).
    ///
    /// # Errors
    /// As [`Reply::table`].
    pub fn freeze(&self) -> Result<String> {
        let (rows, evidence) = self.0.rows(0..self.len());
        let frozen = Frozen { answer: self.0.answer(), rows, evidence, table: self.table()? };
        Ok(json::canonical(&json::value_of(&frozen.written())))
    }

    /// The reply that was frozen.
    ///
    /// # Errors
    /// `Invalid` for a text that [`Reply::freeze`] did not write.
    pub fn thaw(text: &str) -> Result<Reply> {
        Ok(Reply(Arc::new(Frozen::read(text)?)))
    }
}

fn clamped(range: Range<usize>, len: usize) -> Range<usize> {
    let start = range.start.min(len);
    start..range.end.clamp(start, len)
}

impl<T: Tabular + Send + Sync> Told for Answer<T> {
    fn answer(&self) -> Value {
        self.to_value()
    }

    fn envelope(&self) -> Value {
        let mut envelope = self.envelope_value();
        envelope.remove("value");
        Value::Object(envelope)
    }

    fn len(&self) -> usize {
        self.value.rows().len()
    }

    fn rows(&self, range: Range<usize>) -> (Vec<Value>, Map<String, Value>) {
        let rows = self.value.rows();
        let mut numbers = Numbers::default();
        let told = rows.get(range).unwrap_or_default().iter().map(|row| {
            let mut row = json::value_of(row);
            numbers.visit(&mut row);
            row
        });
        let told = told.collect();
        (told, json::proofs(&numbers.cited, self.resolver.as_ref()))
    }

    fn evidence(&self, row: usize) -> Vec<Value> {
        let rows = self.value.rows();
        let cited = rows.get(row).map_or(&[][..], Cites::cites);
        resolved(cited, self.resolver.as_ref())
    }

    fn table(&self) -> Result<Table> {
        let rows = self.value.rows();
        let mut table = TableWriter::new(T::Row::columns(), rows.len(), self.resolver.as_ref());
        for row in rows.iter() {
            row.write(&mut table);
            table.end_row();
        }
        table.finish()
    }
}

fn resolved(cited: &[EvidenceId], resolver: &dyn EvidenceSource) -> Vec<Value> {
    cited.iter().filter_map(|id| resolver.proof(*id)).map(|proof| json::proof(&proof)).collect()
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({} rows)", self.len())
    }
}
