//! The tables of the store file, and the checksums that tie them together. Changing anything here changes the format.

use redb::TableDefinition;

use crate::base::{Digest, Timestamp, digest_of};
use crate::history::{Commit, Row};
use crate::identity::HumanDecision;
use crate::observe::RecordKey;

/// Subject, valid time, transaction time, place within the commit.
pub(super) type Key = (u128, i64, i64, u32);

/// What the file is. See [`super::meta`].
pub(super) const META: TableDefinition<&str, &str> = TableDefinition::new("meta");
/// The rows, each behind its checksum.
pub(super) const ROWS: TableDefinition<Key, &[u8]> = TableDefinition::new("rows");
/// Transaction time and place within the commit, to the rest of the row's key.
pub(super) const ORDER: TableDefinition<(i64, u32), (u128, i64)> = TableDefinition::new("order");
/// Transaction time, to revision, number of rows, number of rows so far, and chained checksum.
pub(super) const COMMITS: TableDefinition<i64, (u64, u32, u64, u128)> = TableDefinition::new("commits");

/// How many bytes of a value in `rows` are its checksum.
const CHECKSUM_BYTES: usize = 16;

/// What is kept of a commit beside its rows. The chain covers it, its rows, and every commit before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) tx: Timestamp,
    pub(super) revision: u64,
    pub(super) rows: u32,
    pub(super) total: u64,
    pub(super) chain: Digest,
}

impl Head {
    /// The head of `commit`, whose rows have these checksums, after the commit with the head `previous`.
    pub(super) fn of(previous: Option<&Head>, commit: &Commit, checksums: &[Digest]) -> Head {
        let rows = u32::try_from(checksums.len()).unwrap_or(u32::MAX);
        let total = previous.map_or(0, |head| head.total).saturating_add(u64::from(rows));
        let mut head = Head { tx: commit.tx, revision: commit.revision, rows, total, chain: Digest(0) };
        head.chain = head.chained(previous.map_or(Digest(0), |head| head.chain), checksums);
        head
    }

    /// The head as `commits` keeps it; `None` if its time is none.
    pub(super) fn stored(tx: i64, (revision, rows, total, chain): (u64, u32, u64, u128)) -> Option<Head> {
        Some(Head { tx: Timestamp::from_micros(tx)?, revision, rows, total, chain: Digest(chain) })
    }

    /// The value under which `commits` keeps it.
    pub(super) fn value(&self) -> (u64, u32, u64, u128) {
        (self.revision, self.rows, self.total, self.chain.0)
    }

    fn chained(&self, previous: Digest, checksums: &[Digest]) -> Digest {
        let mut bytes = Vec::with_capacity((checksums.len() + 3) * CHECKSUM_BYTES);
        bytes.extend(previous.0.to_le_bytes());
        bytes.extend(self.tx.as_micros().to_le_bytes());
        bytes.extend(self.revision.to_le_bytes());
        bytes.extend(self.total.to_le_bytes());
        bytes.extend(checksums.iter().flat_map(|checksum| checksum.0.to_le_bytes()));
        Digest::of(&bytes)
    }
}

/// The key under which `row` is filed.
pub(super) fn key(row: &Row, tx: Timestamp, sequence: u32) -> Key {
    (subject(row).0, row.valid_at().as_micros(), tx.as_micros(), sequence)
}

/// The value of `rows`: the checksum, then the row as JSON.
pub(super) fn sealed(key: Key, json: &[u8]) -> (Digest, Vec<u8>) {
    let checksum = checksum(key, json);
    let mut value = Vec::with_capacity(CHECKSUM_BYTES + json.len());
    value.extend(checksum.0.to_le_bytes());
    value.extend(json);
    (checksum, value)
}

/// The checksum and the JSON of a value of `rows`; `None` if they do not belong together or not under `key`.
pub(super) fn unsealed(key: Key, value: &[u8]) -> Option<(Digest, &[u8])> {
    let (stored, json) = value.split_first_chunk::<CHECKSUM_BYTES>()?;
    let stored = Digest(u128::from_le_bytes(*stored));
    (stored == checksum(key, json)).then_some((stored, json))
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

fn subject(row: &Row) -> Digest {
    match row {
        Row::Asserted(assertion) => digest_of(&assertion.fact.subject),
        Row::Withdrawn(withdrawal) => withdrawal.fact,
        Row::Read(reading) => digest_of(&reading.scope),
        Row::Assigned { record, .. } => digest_of(record),
        Row::Redirected { from, .. } => digest_of(from),
        Row::Decided(decision) => digest_of(decided(decision)),
    }
}

fn decided(decision: &HumanDecision) -> &RecordKey {
    match decision {
        HumanDecision::Pin { a, .. } | HumanDecision::Split { a, .. } | HumanDecision::Unpin { a, .. } => a,
        HumanDecision::Name { record, .. } => record,
    }
}
