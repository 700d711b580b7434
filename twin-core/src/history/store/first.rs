//! Files of format 1, whose rows stand each for itself as JSON. They are read, and written anew with the first commit that is appended.
//!
//! Facts have other digests now, so what a file of format 1 withdraws is looked up among what it asserts.

use std::collections::HashMap;

use rayon::prelude::*;
use redb::{ReadOnlyTable, ReadTransaction, ReadableTableMetadata, TableDefinition, WriteTransaction};

use crate::base::{Digest, Timestamp, digest_of, in_pool};
use crate::history::store::fault::{Fault, Result, check};
use crate::history::store::layout::Head;
use crate::history::store::log::Extent;
use crate::history::{Commit, Row};

/// Subject, valid time, transaction time, place within the commit.
type Key = (u128, i64, i64, u32);

/// The rows, each behind its checksum.
const ROWS: TableDefinition<Key, &[u8]> = TableDefinition::new("rows");
/// Transaction time and place within the commit, to the rest of the row's key.
const ORDER: TableDefinition<(i64, u32), (u128, i64)> = TableDefinition::new("order");
/// Transaction time, to revision, number of rows, number of rows so far, and chained checksum.
const COMMITS: TableDefinition<i64, HeadValue> = TableDefinition::new("commits");

type HeadValue = (u64, u32, u64, u128);

/// How many bytes of a value in `rows` are its checksum.
const CHECKSUM_BYTES: usize = 16;

/// The log as one transaction sees it.
struct Tables {
    rows: ReadOnlyTable<Key, &'static [u8]>,
    order: ReadOnlyTable<(i64, u32), (u128, i64)>,
    commits: ReadOnlyTable<i64, HeadValue>,
}

/// The commits that are wanted, and the head of the last. O(all rows).
pub(super) fn read(from: &ReadTransaction, extent: Extent) -> Result<(Vec<Commit>, Option<Head>)> {
    let tables = Tables::open(from)?;
    let (mut commits, mut last, mut digests) = (Vec::new(), None, HashMap::new());
    for head in tables.heads()? {
        let mut commit = tables.commit(last.as_ref(), &head)?;
        commit.rows.iter_mut().for_each(|row| translate(row, &mut digests));
        if !matches!(extent, Extent::After(after) if head.tx <= after) {
            commits.push(commit);
        }
        last = Some(head);
    }
    let total = last.map_or(0, |head| head.total);
    let filed = (tables.rows.len()?, tables.order.len()?);
    check(filed == (total, total), || format!("{total} rows were committed, {} are filed", filed.0))?;
    Ok((commits, last))
}

/// The head of the last commit, unverified. O(log).
pub(super) fn last(from: &ReadTransaction) -> Result<Option<Head>> {
    let last = Tables::open(from)?.commits.range::<i64>(..)?.next_back().transpose()?;
    last.map(|(tx, head)| stored(tx.value(), head.value())).transpose()
}

/// Takes the tables away.
pub(super) fn remove(from: &WriteTransaction) -> Result<()> {
    from.delete_table(ROWS)?;
    from.delete_table(ORDER)?;
    from.delete_table(COMMITS)?;
    Ok(())
}

/// Names a withdrawn fact by the digest that it has now.
fn translate(row: &mut Row, digests: &mut HashMap<Digest, Digest>) {
    match row {
        Row::Asserted(assertion) => {
            digests.insert(digest_of(assertion.fact.as_ref()), assertion.fact.digest());
        }
        Row::Withdrawn(withdrawal) => {
            withdrawal.fact = digests.get(&withdrawal.fact).copied().unwrap_or(withdrawal.fact);
        }
        _ => {}
    }
}

impl Tables {
    fn open(from: &ReadTransaction) -> Result<Tables> {
        let (rows, order) = (from.open_table(ROWS)?, from.open_table(ORDER)?);
        Ok(Tables { rows, order, commits: from.open_table(COMMITS)? })
    }

    /// The heads in the order of their times.
    fn heads(&self) -> Result<Vec<Head>> {
        Head::in_order(self.commits.range::<i64>(..)?.map(|entry| {
            let (tx, head) = entry?;
            stored(tx.value(), head.value())
        }))
    }

    fn commit(&self, previous: Option<&Head>, head: &Head) -> Result<Commit> {
        let filed = self.filed(head)?;
        let decoded: Result<Vec<_>> = in_pool(|| filed.par_iter().map(|(key, value)| decode(*key, value)).collect());
        let (checksums, rows): (Vec<Digest>, Vec<Row>) = decoded?.into_iter().unzip();
        check(chain(previous, head, &checksums) == head.chain, || {
            format!("the checksum of commit {} does not match", head.tx)
        })?;
        Ok(Commit { tx: head.tx, revision: head.revision, rows })
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
}

fn chain(previous: Option<&Head>, head: &Head, checksums: &[Digest]) -> Digest {
    let total = previous.map_or(0, |head| head.total).saturating_add(checksums.len() as u64);
    let mut bytes = Vec::with_capacity((checksums.len() + 3) * CHECKSUM_BYTES);
    bytes.extend(previous.map_or(Digest(0), |head| head.chain).0.to_le_bytes());
    bytes.extend(head.tx.as_micros().to_le_bytes());
    bytes.extend(head.revision.to_le_bytes());
    bytes.extend(total.to_le_bytes());
    bytes.extend(checksums.iter().flat_map(|checksum| checksum.0.to_le_bytes()));
    Digest::of(&bytes)
}

/// The row that is filed under `key`, and its checksum.
fn decode(key: Key, value: &[u8]) -> Result<(Digest, Row)> {
    let unsealed = value.split_first_chunk::<CHECKSUM_BYTES>();
    let (stored, json) = unsealed.ok_or_else(|| Fault::damaged(format!("{} is cut", named(key))))?;
    let stored = Digest(u128::from_le_bytes(*stored));
    check(stored == checksum(key, json), || format!("the checksum of {} does not match", named(key)))?;
    let row = serde_json::from_slice(json).map_err(|_| Fault::damaged(format!("{} is no row", named(key))))?;
    Ok((stored, row))
}

fn checksum((subject, valid_at, tx, sequence): Key, json: &[u8]) -> Digest {
    let mut bytes = Vec::with_capacity(36 + json.len());
    bytes.extend(subject.to_le_bytes());
    bytes.extend(valid_at.to_le_bytes());
    bytes.extend(tx.to_le_bytes());
    bytes.extend(sequence.to_le_bytes());
    bytes.extend(json);
    Digest::of(&bytes)
}

fn named((_, _, tx, sequence): Key) -> String {
    let at = Timestamp::from_micros(tx).map_or_else(|| tx.to_string(), |tx| tx.to_string());
    format!("row {sequence} of commit {at}")
}

fn stored(tx: i64, (revision, rows, total, chain): HeadValue) -> Result<Head> {
    let at = Timestamp::from_micros(tx).ok_or_else(|| Fault::damaged(format!("a commit at no time: {tx}")))?;
    Ok(Head { tx: at, revision, rows, blocks: 0, total, total_blocks: 0, commits: 0, chain: Digest(chain) })
}
