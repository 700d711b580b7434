//! Reading and appending commits within one transaction of the database. Nothing is handed out that was not verified.

use rayon::prelude::*;
use redb::{ReadOnlyTable, ReadTransaction, ReadableTableMetadata, TableError, WriteTransaction};

use crate::base::{Context, Digest, Timestamp, in_pool};
use crate::history::store::fault::{Fault, Result};
use crate::history::store::layout::{self, COMMITS, Head, Key, ORDER, ROWS};
use crate::history::store::meta;
use crate::history::{Commit, Row};

/// The log as one transaction sees it.
struct Tables {
    rows: ReadOnlyTable<Key, &'static [u8]>,
    order: ReadOnlyTable<(i64, u32), (u128, i64)>,
    commits: ReadOnlyTable<i64, (u64, u32, u64, u128)>,
}

/// Commits in the order of their times, and the head of the last that the log holds.
#[derive(Debug, Default)]
pub(super) struct Stretch {
    pub(super) commits: Vec<Commit>,
    pub(super) last: Option<Head>,
}

/// Every commit later than `after`, or every commit. O(log of all rows + rows read).
pub(super) fn read(from: &ReadTransaction, after: Option<Timestamp>) -> Result<Stretch> {
    let Some(tables) = Tables::open(from)? else { return Ok(Stretch::default()) };
    let before = after.map(|after| tables.head_until(after)).transpose()?.flatten();
    let mut stretch = Stretch { commits: Vec::new(), last: before };
    for head in tables.heads_after(after)? {
        let commit = tables.commit(stretch.last.as_ref(), &head)?;
        stretch.commits.push(commit);
        stretch.last = Some(head);
    }
    tables.check_total(stretch.last.as_ref())?;
    Ok(stretch)
}

/// The head of the last commit, unverified. O(log).
pub(super) fn last(from: &ReadTransaction) -> Result<Option<Head>> {
    let tables = Tables::open(from)?;
    Ok(tables.map(|tables| tables.head_until(Timestamp::MAX)).transpose()?.flatten())
}

/// Creates the tables of the log.
pub(super) fn create(to: &WriteTransaction) -> Result<()> {
    to.open_table(ROWS)?;
    to.open_table(ORDER)?;
    to.open_table(COMMITS)?;
    Ok(())
}

/// Appends `commit` after the commit with the head `previous`. O(rows · log of all rows).
pub(super) fn append(
    to: &WriteTransaction,
    previous: Option<&Head>,
    commit: &Commit,
    context: &Context,
) -> Result<Head> {
    check_order(previous, commit)?;
    let checksums = append_rows(to, commit, context)?;
    let head = Head::of(previous, commit, &checksums);
    to.open_table(COMMITS)?.insert(head.tx.as_micros(), head.value())?;
    Ok(head)
}

fn check_order(previous: Option<&Head>, commit: &Commit) -> Result<()> {
    match previous {
        Some(last) if commit.tx <= last.tx => {
            Err(Fault::Misuse(format!("a commit at {} cannot follow one at {}", commit.tx, last.tx)))
        }
        Some(last) if commit.revision < last.revision => {
            Err(Fault::Misuse(format!("revision {} cannot follow revision {}", commit.revision, last.revision)))
        }
        _ => Ok(()),
    }
}

fn append_rows(to: &WriteTransaction, commit: &Commit, context: &Context) -> Result<Vec<Digest>> {
    let (mut rows, mut order) = (to.open_table(ROWS)?, to.open_table(ORDER)?);
    let mut checksums = Vec::with_capacity(commit.rows.len());
    for (row, sequence) in commit.rows.iter().zip(0..u32::MAX) {
        context.check().map_err(Fault::Stopped)?;
        context.progress.report("store", u64::from(sequence), commit.rows.len() as u64);
        let key = layout::key(row, commit.tx, sequence);
        let (checksum, value) = layout::sealed(key, &encode(row)?);
        rows.insert(key, value.as_slice())?;
        order.insert((key.2, sequence), (key.0, key.1))?;
        checksums.push(checksum);
    }
    match checksums.len() == commit.rows.len() {
        true => Ok(checksums),
        false => Err(Fault::Misuse("a commit has more rows than can be counted".to_owned())),
    }
}

/// The row as JSON, which has no way to write what is no number.
fn encode(row: &Row) -> Result<Vec<u8>> {
    if let Row::Asserted(assertion) = row
        && assertion.listing.evidence.iter().any(|evidence| !evidence.confidence.is_finite())
    {
        return Err(Fault::Misuse(format!("a confidence that is no number, of {}", assertion.fact.subject)));
    }
    serde_json::to_vec(row).map_err(|error| Fault::Misuse(format!("a row that cannot be written: {error}")))
}

impl Tables {
    /// The tables; `None` in a database that holds no table at all.
    fn open(from: &ReadTransaction) -> Result<Option<Tables>> {
        let commits = match from.open_table(COMMITS) {
            Err(TableError::TableDoesNotExist(_)) if meta::is_blank(from)? => return Ok(None),
            commits => commits?,
        };
        Ok(Some(Tables { rows: from.open_table(ROWS)?, order: from.open_table(ORDER)?, commits }))
    }

    /// The head of the last commit until `until`.
    fn head_until(&self, until: Timestamp) -> Result<Option<Head>> {
        let last = self.commits.range(..=until.as_micros())?.next_back().transpose()?;
        last.map(|(tx, head)| stored(tx.value(), head.value())).transpose()
    }

    /// The heads later than `after`, in the order of their times: a damaged tree could go round in circles.
    fn heads_after(&self, after: Option<Timestamp>) -> Result<Vec<Head>> {
        let from = after.map_or(i64::MIN, |after| after.as_micros().saturating_add(1));
        let mut heads: Vec<Head> = Vec::new();
        for entry in self.commits.range(from..)? {
            let (tx, head) = entry?;
            let head = stored(tx.value(), head.value())?;
            check(heads.last().is_none_or(|last| last.tx < head.tx), || format!("commit {} is out of place", head.tx))?;
            heads.push(head);
        }
        Ok(heads)
    }

    fn commit(&self, previous: Option<&Head>, head: &Head) -> Result<Commit> {
        let filed = self.filed(head)?;
        let decoded: Result<Vec<_>> = in_pool(|| filed.par_iter().map(|(key, value)| decode(*key, value)).collect());
        let (checksums, rows): (Vec<_>, Vec<_>) = decoded?.into_iter().unzip();
        let commit = Commit { tx: head.tx, revision: head.revision, rows };
        let verified = Head::of(previous, &commit, &checksums) == *head;
        check(verified, || format!("the checksum of commit {} does not match", head.tx))?;
        Ok(commit)
    }

    /// The rows of a commit as they are filed, in order.
    fn filed(&self, head: &Head) -> Result<Vec<(Key, Vec<u8>)>> {
        let tx = head.tx.as_micros();
        let mut filed = Vec::new();
        for (entry, expected) in self.order.range((tx, 0)..=(tx, u32::MAX))?.zip(0..u32::MAX) {
            let (place, rest) = entry?;
            let ((_, sequence), (subject, valid_at)) = (place.value(), rest.value());
            let key = (subject, valid_at, tx, sequence);
            check(sequence == expected && sequence < head.rows, || format!("{} is out of place", named(key)))?;
            let value = self.rows.get(key)?.ok_or_else(|| Fault::damaged(format!("{} is missing", named(key))))?;
            filed.push((key, value.value().to_vec()));
        }
        Ok(filed)
    }

    fn check_total(&self, last: Option<&Head>) -> Result<()> {
        let total = last.map_or(0, |head| head.total);
        let filed = (self.rows.len()?, self.order.len()?);
        check(filed == (total, total), || format!("{total} rows were committed, {} are filed", filed.0))
    }
}

/// The row that is filed under `key`, and its checksum.
fn decode(key: Key, value: &[u8]) -> Result<(Digest, Row)> {
    let (checksum, json) = layout::unsealed(key, value)
        .ok_or_else(|| Fault::damaged(format!("the checksum of {} does not match", named(key))))?;
    let row = serde_json::from_slice(json).map_err(|_| Fault::damaged(format!("{} is no row", named(key))))?;
    Ok((checksum, row))
}

fn named((_, _, tx, sequence): Key) -> String {
    let at = Timestamp::from_micros(tx).map_or_else(|| tx.to_string(), |tx| tx.to_string());
    format!("row {sequence} of commit {at}")
}

fn stored(tx: i64, head: (u64, u32, u64, u128)) -> Result<Head> {
    Head::stored(tx, head).ok_or_else(|| Fault::damaged(format!("a commit at no time: {tx}")))
}

fn check(holds: bool, otherwise: impl FnOnce() -> String) -> Result<()> {
    match holds {
        true => Ok(()),
        false => Err(Fault::damaged(otherwise())),
    }
}
