//! A table of a host's own as records, page by page, and the clusters as a table.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::answer::{ColumnType, NoEvidence, Table, TableWriter};
use crate::base::{Context, Error, ErrorKind, Result, shortened};

use super::{Options, Record, Resolution, Resolver, Threshold};

/// How many columns an error lists.
const LISTED: usize = 8;

/// Which columns of a table say what a record is, and what is asked for, as data. Every other column is a field.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableDraft {
    /// The column of ids. Default: `id`.
    #[serde(default = "id")]
    pub id: String,
    /// The column of names. Default: `name`.
    #[serde(default = "name")]
    pub name: String,
    /// The column that says in which system a record was read. Without one, all were read in one system.
    #[serde(default)]
    pub system: Option<String>,
    /// The column that says what a record is in its system. Without one, all are of one kind.
    #[serde(default)]
    pub kind: Option<String>,
    /// The name of a threshold. Default: `balanced`.
    #[serde(default)]
    pub threshold: Option<String>,
    /// Pairs of ids that are one thing.
    #[serde(default)]
    pub pins: Vec<Value>,
    /// Pairs of ids that are two things.
    #[serde(default)]
    pub splits: Vec<Value>,
}

fn id() -> String {
    "id".to_owned()
}

fn name() -> String {
    "name".to_owned()
}

impl TableDraft {
    /// Reads a draft.
    ///
    /// # Errors
    /// `Invalid` for what is no draft.
    pub fn from_json(text: &str) -> Result<Self> {
        let what = "these are no options of a resolution";
        serde_json::from_str(text).map_err(|error| Error::misread(what, &error))
    }

    fn options(&self) -> Result<Options> {
        let threshold = self.threshold.as_deref().map_or(Ok(Threshold::default()), str::parse)?;
        Ok(Options { threshold, pins: decisions("pins", &self.pins)?, splits: decisions("splits", &self.splits)? })
    }
}

/// Pairs of ids as texts.
fn decisions(which: &str, pairs: &[Value]) -> Result<Vec<(String, String)>> {
    let id = |value: &Value| said(value).ok().flatten();
    let ids = |pair: &Value| match pair.as_array().map(Vec::as_slice) {
        Some([a, b]) => id(a).zip(id(b)),
        _ => None,
    };
    let no_pair = |place: usize| format!("{which}: item {place} (from 0 on) is no pair; give two ids of the table");
    let decided = |(place, pair)| ids(pair).ok_or_else(|| Error::new(ErrorKind::Invalid, no_pair(place)));
    pairs.iter().enumerate().map(decided).collect()
}

/// The text of a single value; none where nothing is said.
fn said(value: &Value) -> std::result::Result<Option<String>, &'static str> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        Value::Bool(_) | Value::Number(_) => Ok(Some(value.to_string())),
        Value::Array(_) => Err("a list"),
        Value::Object(_) => Err("an object"),
    }
}

/// A table as far as it was read.
#[derive(Debug)]
pub struct TableRows {
    draft: TableDraft,
    options: Options,
    resolver: Resolver,
    columns: BTreeSet<String>,
}

impl TableRows {
    /// A table without rows.
    ///
    /// # Errors
    /// `Unknown` for a threshold without such a name, `Invalid` for decisions that are no pairs of ids.
    pub fn new(draft: TableDraft) -> Result<Self> {
        let options = draft.options()?;
        Ok(TableRows { draft, options, resolver: Resolver::default(), columns: BTreeSet::new() })
    }

    /// Takes more rows: a list of objects in JSON, one field for each column. O(length).
    ///
    /// # Errors
    /// `Invalid` for what is no list of objects, a row without an id, or an id, name, system or kind that is no single value; `Unknown` for a table without the
    /// column of ids; `Cancelled` and `Limit` as the context says.
    pub fn take(&mut self, page: &str, context: &Context) -> Result<()> {
        context.check()?;
        let what = || format!("the rows from {} on (from 0 on) are no list of objects", self.resolver.len());
        let rows: Vec<Value> =
            serde_json::from_str(page).map_err(|error| Error::new(ErrorKind::Invalid, what()).because(error))?;
        for row in rows {
            let record = match row {
                Value::Object(row) => self.record(row)?,
                _ => return Err(self.wrong("is no object with a field for each column")),
            };
            self.resolver.add_record(&record);
        }
        context.progress.report("rows", self.resolver.len() as u64, 0);
        Ok(())
    }

    /// Resolves all rows that were taken.
    ///
    /// # Errors
    /// `Unknown` for a column that no row has, and whatever [`Resolution::of`] refuses.
    pub fn resolve(self, context: &Context) -> Result<Resolution> {
        let draft = &self.draft;
        for (option, column) in
            [("name", Some(&draft.name)), ("system", draft.system.as_ref()), ("kind", draft.kind.as_ref())]
        {
            if let Some(column) = column.filter(|column| !self.resolver.is_empty() && !self.columns.contains(*column)) {
                return Err(self.no_column(option, column));
            }
        }
        self.resolver.resolve(&self.options, context)
    }

    fn record(&mut self, mut row: Map<String, Value>) -> Result<Record> {
        for column in row.keys().filter(|column| !self.columns.contains(*column)).cloned().collect::<Vec<String>>() {
            self.columns.insert(column);
        }
        let draft = &self.draft;
        let id = self.value(&row, &draft.id)?.unwrap_or_default();
        if id.is_empty() {
            return Err(self.no_id());
        }
        let value = |column: Option<&String>| Ok(column.map(|column| self.value(&row, column)).transpose()?.flatten());
        let name = value(Some(&draft.name))?.unwrap_or_default();
        let system = value(draft.system.as_ref())?.unwrap_or_default();
        let kind = value(draft.kind.as_ref())?.unwrap_or_default();
        for column in
            [Some(&draft.id), Some(&draft.name), draft.system.as_ref(), draft.kind.as_ref()].into_iter().flatten()
        {
            row.remove(column);
        }
        Ok(Record::of_json(id, system, kind, name, &row))
    }

    /// What a row says in a column.
    fn value(&self, row: &Map<String, Value>, column: &str) -> Result<Option<String>> {
        let value = row.get(column).unwrap_or(&Value::Null);
        said(value).map_err(|what| {
            self.wrong(&format!("has {what} in column \"{}\", where one text or number belongs", shortened(column)))
        })
    }

    fn no_id(&self) -> Error {
        match self.columns.contains(&self.draft.id) {
            true => {
                self.wrong(&format!("has no id in column \"{}\"; each row needs its own", shortened(&self.draft.id)))
            }
            false => self.no_column("id", &self.draft.id),
        }
    }

    fn no_column(&self, option: &str, column: &str) -> Error {
        let more = if self.columns.len() > LISTED { ", …" } else { "" };
        let known: Vec<String> = self.columns.iter().take(LISTED).map(|column| shortened(column)).collect();
        let (column, known) = (shortened(column), known.join(", "));
        let what = format!(
            "the table has no column \"{column}\": say with the option `{option}` which of {known}{more} it is"
        );
        Error::new(ErrorKind::Unknown, what)
    }

    /// What is wrong with the next row.
    fn wrong(&self, what: &str) -> Error {
        Error::new(ErrorKind::Invalid, format!("row {} (from 0 on) {what}", self.resolver.len()))
    }
}

/// The id of each record beside the least id of its cluster.
pub(super) fn clusters(resolution: &Resolution) -> Result<Table> {
    let columns = ["id", "cluster"].map(|name| (name.to_owned(), ColumnType::Text));
    let mut table = TableWriter::new(columns.into(), resolution.len(), &NoEvidence);
    for record in &resolution.given {
        table.text(resolution.id(*record));
        table.text(resolution.id(resolution.numbers[*record as usize]));
        table.end_row();
    }
    table.finish()
}
