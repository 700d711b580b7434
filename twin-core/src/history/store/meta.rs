//! What the file says of itself, in its first table: magic, format, schema, the version that created it, and a checksum over
//! these. The names and the checksum never change, so that every version can tell what a newer one has written.

use std::collections::BTreeMap;
use std::fmt;

use redb::{ReadTransaction, ReadableTable, TableError, TableHandle, WriteTransaction};

use crate::base::{Digest, digest_of};
use crate::history::store::fault::{Fault, Result};
use crate::history::store::layout::META;

const MAGIC: &str = "twin-store";
/// More entries than any version will write: a damaged tree could go round in circles.
const MOST: usize = 64;

/// A version of the format. A greater minor adds what an older version must not write beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Format {
    major: u32,
    minor: u32,
}

impl Format {
    /// The format that this version writes.
    pub(super) const OURS: Format = Format { major: 2, minor: 0 };

    fn parse(text: &str) -> Option<Format> {
        let (major, minor) = text.split_once('.')?;
        Some(Format { major: major.parse().ok()?, minor: minor.parse().ok()? })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// What a file says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Meta {
    /// The format that it has.
    format: Format,
    /// The fingerprint of the schema that it was last written with.
    pub(super) schema: Digest,
}

impl Meta {
    /// What a file says that this version has written.
    pub(super) fn ours(schema: Digest) -> Meta {
        Meta { format: Format::OURS, schema }
    }

    /// Whether it is of the first format, whose rows stand each for itself.
    pub(super) fn is_first(&self) -> bool {
        self.format.major < Format::OURS.major
    }
}

/// What a file says of itself; `None` if nothing was ever written. Anything that is no store, or newer than this version, is a fault.
pub(super) fn read(from: &ReadTransaction) -> Result<Option<Meta>> {
    let table = match from.open_table(META) {
        Ok(table) => table,
        Err(TableError::Storage(error)) => return Err(error.into()),
        Err(TableError::TableDoesNotExist(_)) if is_blank(from)? => return Ok(None),
        Err(_) => return Err(Fault::Foreign("a database of another program")),
    };
    of_entries(entries(&table)?).map(Some)
}

/// Whether nothing was ever written: whoever created the file got no further.
pub(super) fn is_blank(from: &ReadTransaction) -> Result<bool> {
    Ok(from.list_tables()?.next().is_none() && from.list_multimap_tables()?.next().is_none())
}

/// Writes the table for a schema with this fingerprint; what the file says of its creation stays.
pub(super) fn write(to: &WriteTransaction, fingerprint: Digest) -> Result<()> {
    let mut table = to.open_table(META)?;
    let mut entries = entries(&table)?;
    entries.entry("created by".to_owned()).or_insert_with(|| format!("twin-core {}", env!("CARGO_PKG_VERSION")));
    entries.insert("magic".to_owned(), MAGIC.to_owned());
    entries.insert("format".to_owned(), Format::OURS.to_string());
    entries.insert("schema".to_owned(), fingerprint.to_string());
    entries.remove("checksum");
    entries.insert("checksum".to_owned(), digest_of(&entries).to_string());
    for (name, value) in &entries {
        table.insert(name.as_str(), value.as_str())?;
    }
    Ok(())
}

pub(super) fn entries(table: &impl ReadableTable<&'static str, &'static str>) -> Result<BTreeMap<String, String>> {
    let mut entries = BTreeMap::new();
    for entry in table.iter()?.take(MOST) {
        let (name, value) = entry?;
        entries.insert(name.value().to_owned(), value.value().to_owned());
    }
    Ok(entries)
}

fn of_entries(mut entries: BTreeMap<String, String>) -> Result<Meta> {
    if entries.get("magic").map(String::as_str) != Some(MAGIC) {
        return Err(Fault::Foreign("a database of another program"));
    }
    let checksum = entries.remove("checksum");
    if checksum != Some(digest_of(&entries).to_string()) {
        return Err(Fault::damaged(format!("the checksum of table {} does not match", META.name())));
    }
    let format = format(entries.get("format"))?;
    let schema = entries.get("schema").and_then(|hex| u128::from_str_radix(hex, 16).ok());
    let schema = schema.map(Digest).ok_or_else(|| Fault::damaged("it names no schema"))?;
    Ok(Meta { format, schema })
}

fn format(found: Option<&String>) -> Result<Format> {
    match found.and_then(|text| Format::parse(text)) {
        Some(format) if format > Format::OURS => Err(Fault::Newer(format.to_string())),
        Some(format) => Ok(format),
        None => Err(Fault::damaged("it names no format")),
    }
}
