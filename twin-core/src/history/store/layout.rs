//! The tables of the store file, and the checksums that tie them together. Changing anything here changes the format.

use redb::TableDefinition;

use crate::base::{Digest, Timestamp};
use crate::history::store::fault::{Result, check};
use crate::history::{Row, Telling};
use crate::identity::HumanDecision;
use crate::observe::RecordKey;
use crate::observe::pack::{Packed, Packer, Unpacker, packed};

/// What the file is. See [`super::meta`].
pub(super) const META: TableDefinition<&str, &str> = TableDefinition::new("meta");
/// Transaction time, to what is kept of a commit beside its rows: see [`Head`].
pub(super) const HEADS: TableDefinition<i64, HeadValue> = TableDefinition::new("heads");
/// Transaction time and number within the commit, to a block: see [`sealed`].
pub(super) const BLOCKS: TableDefinition<(i64, u32), &[u8]> = TableDefinition::new("blocks");
/// Least subject, least valid time, transaction time and number of each block, to the rest of what its start says.
pub(super) const DIRECTORY: TableDefinition<DirectoryKey, DirectoryValue> = TableDefinition::new("directory");
/// The parts of the last checkpoint; its head is part 0.
pub(super) const CHECKPOINT: TableDefinition<u32, &[u8]> = TableDefinition::new("checkpoint");
/// The parts of the checkpoint that stands for everything before the first commit, if anything does.
pub(super) const FLOOR: TableDefinition<u32, &[u8]> = TableDefinition::new("floor");

/// Revision, rows, blocks, rows so far, blocks so far, commits so far, chained checksum.
pub(super) type HeadValue = (u64, u32, u32, u64, u64, u64, u128);

/// Least subject, least valid time, transaction time, number within the commit.
pub(super) type DirectoryKey = (u128, i64, i64, u32);
/// Greatest subject, greatest valid time, number of rows, checksum.
pub(super) type DirectoryValue = (u128, i64, u32, u128);

/// How many rows a block holds at most.
pub(super) const BLOCK: usize = 2_048;
/// How many bytes a checksum has.
const CHECKSUM_BYTES: usize = 16;
/// How many bytes of a block come before its rows: the checksum, least subject and valid time, greatest ones, count.
const START_BYTES: usize = CHECKSUM_BYTES + 16 + 8 + 16 + 8 + 4;

/// What is kept of a commit beside its rows. The chain covers it, its blocks, and every commit before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) tx: Timestamp,
    pub(super) revision: u64,
    pub(super) rows: u32,
    pub(super) blocks: u32,
    pub(super) total: u64,
    pub(super) total_blocks: u64,
    pub(super) commits: u64,
    pub(super) chain: Digest,
}

packed!(struct Head { tx, revision, rows, blocks, total, total_blocks, commits, chain });

impl Head {
    /// The head of a commit whose blocks have these checksums, after the commit with the head `previous`.
    pub(super) fn of(previous: Option<&Head>, tx: Timestamp, revision: u64, rows: u32, checksums: &[Digest]) -> Head {
        let blocks = checksums.len() as u32;
        let sum = |so_far: fn(&Head) -> u64, more: u32| previous.map_or(0, so_far).saturating_add(u64::from(more));
        let (total, total_blocks) = (sum(|head| head.total, rows), sum(|head| head.total_blocks, blocks));
        let commits = sum(|head| head.commits, 1);
        let mut head = Head { tx, revision, rows, blocks, total, total_blocks, commits, chain: Digest(0) };
        head.chain = head.chained(previous.map_or(Digest(0), |head| head.chain), checksums);
        head
    }

    /// The head of everything that a checkpoint with these checksums stands for.
    pub(super) fn of_floor(tx: Timestamp, revision: u64, checksums: &[Digest]) -> Head {
        let bytes: Vec<u8> = checksums.iter().flat_map(|checksum| checksum.0.to_le_bytes()).collect();
        let chain = Digest::of(&bytes);
        Head { tx, revision, rows: 0, blocks: 0, total: 0, total_blocks: 0, commits: 0, chain }
    }

    /// The head as `heads` keeps it; `None` if its time is none.
    pub(super) fn stored(tx: i64, value: HeadValue) -> Option<Head> {
        let (revision, rows, blocks, total, total_blocks, commits, chain) = value;
        let (tx, chain) = (Timestamp::from_micros(tx)?, Digest(chain));
        Some(Head { tx, revision, rows, blocks, total, total_blocks, commits, chain })
    }

    /// The value under which `heads` keeps it.
    pub(super) fn value(&self) -> HeadValue {
        (self.revision, self.rows, self.blocks, self.total, self.total_blocks, self.commits, self.chain.0)
    }

    /// Heads as they are filed: each later than the one before. A damaged tree could go round in circles.
    pub(super) fn in_order(filed: impl Iterator<Item = Result<Head>>) -> Result<Vec<Head>> {
        let mut heads: Vec<Head> = Vec::new();
        for head in filed {
            let head = head?;
            check(heads.last().is_none_or(|last| last.tx < head.tx), || format!("commit {} is out of place", head.tx))?;
            heads.push(head);
        }
        Ok(heads)
    }

    fn chained(&self, previous: Digest, checksums: &[Digest]) -> Digest {
        let mut packer = Packer::plain();
        previous.pack(&mut packer);
        self.pack(&mut packer);
        checksums.iter().for_each(|checksum| checksum.pack(&mut packer));
        Digest::of(packer.bytes())
    }
}

/// The subjects and valid times between which the rows of a block lie, and how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) least: (u128, i64),
    pub(super) greatest: (u128, i64),
    pub(super) count: u32,
}

impl Range {
    /// The range of some rows.
    pub(super) fn of(rows: &[Row]) -> Range {
        let mut range = Range { least: (u128::MAX, i64::MAX), greatest: (0, i64::MIN), count: rows.len() as u32 };
        for row in rows {
            let (subject, valid_at) = (subject(row).0, row.valid_at().as_micros());
            range.least = (range.least.0.min(subject), range.least.1.min(valid_at));
            range.greatest = (range.greatest.0.max(subject), range.greatest.1.max(valid_at));
        }
        range
    }

    /// The key under which the directory files the block.
    pub(super) fn key(&self, tx: Timestamp, number: u32) -> DirectoryKey {
        (self.least.0, self.least.1, tx.as_micros(), number)
    }

    /// What the directory says of the block.
    pub(super) fn value(&self, checksum: Digest) -> DirectoryValue {
        (self.greatest.0, self.greatest.1, self.count, checksum.0)
    }
}

/// A block as it is filed: its checksum, the range of its rows, the rows.
pub(super) fn sealed(tx: Timestamp, number: u32, range: &Range, rows: &[u8]) -> (Digest, Vec<u8>) {
    let mut block = Vec::with_capacity(START_BYTES + rows.len());
    block.extend([0; CHECKSUM_BYTES]);
    for (subject, valid_at) in [range.least, range.greatest] {
        block.extend(subject.to_le_bytes());
        block.extend(valid_at.to_le_bytes());
    }
    block.extend(range.count.to_le_bytes());
    block.extend(rows);
    let checksum = checksum(tx, number, &block[CHECKSUM_BYTES..]);
    block[..CHECKSUM_BYTES].copy_from_slice(&checksum.0.to_le_bytes());
    (checksum, block)
}

/// The checksum, the range and the rows of a block; `None` if they do not belong together or not there.
pub(super) fn unsealed(tx: Timestamp, number: u32, block: &[u8]) -> Option<(Digest, Range, &[u8])> {
    let (stored, rest) = block.split_first_chunk::<CHECKSUM_BYTES>()?;
    let stored = Digest(u128::from_le_bytes(*stored));
    if stored != checksum(tx, number, rest) {
        return None;
    }
    let (least, rest) = place(rest)?;
    let (greatest, rest) = place(rest)?;
    let (count, rows) = rest.split_first_chunk::<4>()?;
    Some((stored, Range { least, greatest, count: u32::from_le_bytes(*count) }, rows))
}

fn place(bytes: &[u8]) -> Option<((u128, i64), &[u8])> {
    let (subject, rest) = bytes.split_first_chunk::<16>()?;
    let (valid_at, rest) = rest.split_first_chunk::<8>()?;
    Some(((u128::from_le_bytes(*subject), i64::from_le_bytes(*valid_at)), rest))
}

fn checksum(tx: Timestamp, number: u32, rest: &[u8]) -> Digest {
    let seed = xxhash_rust::xxh3::xxh3_64_with_seed(&tx.as_micros().to_le_bytes(), u64::from(number));
    Digest(xxhash_rust::xxh3::xxh3_128_with_seed(rest, seed))
}

/// What a row is about: the record for facts, tellings, assignments and decisions (the first where there are two), the scope for readings, the id no longer in
/// use for redirections, the fact for withdrawals.
pub(super) fn subject(row: &Row) -> Digest {
    match row {
        Row::Asserted(assertion) => assertion.fact.subject.digest(),
        Row::Withdrawn(withdrawal) => withdrawal.fact,
        Row::Read(reading) => packed_digest(&reading.scope),
        Row::Assigned { record, .. } | Row::Told(Telling { record, .. }) => record.digest(),
        Row::Redirected { from, .. } => packed_digest(from),
        Row::Decided(decision) => decided(decision).digest(),
    }
}

fn packed_digest(value: &impl Packed) -> Digest {
    let mut packer = Packer::plain();
    value.pack(&mut packer);
    Digest::of(packer.bytes())
}

fn decided(decision: &HumanDecision) -> &RecordKey {
    match decision {
        HumanDecision::Pin { a, .. } | HumanDecision::Split { a, .. } | HumanDecision::Unpin { a, .. } => a,
        HumanDecision::Name { record, .. } => record,
    }
}
