//! Reading and appending commits within one transaction of the database. Nothing is handed out that was not verified.

use rayon::prelude::*;
use redb::{ReadOnlyTable, ReadTransaction, ReadableTableMetadata, TableDefinition, TableError, WriteTransaction};

use crate::base::{Context, Digest, Timestamp, in_pool};
use crate::history::store::fault::{Fault, Result, check};
use crate::history::store::layout::{
    self, BLOCK, BLOCKS, CHECKPOINT, DIRECTORY, DirectoryKey, DirectoryValue, FLOOR, HEADS, Head, HeadValue, Range,
};
use crate::history::store::{first, meta};
use crate::history::{Commit, Log, Row, checkpoint, pack};
use crate::observe::pack::{Packed, Packer, Unpacker};

/// How much of the log is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// All of it.
    All,
    /// What bears on the head.
    Head,
    /// What is later.
    After(Timestamp),
}

/// Commits in the order of their times, what they go on from, and the head of the last that the log holds.
#[derive(Debug, Default)]
pub(super) struct Stretch {
    pub(super) base: Option<Log>,
    pub(super) commits: Vec<Commit>,
    /// The head of what the commits follow.
    pub(super) before: Option<Head>,
    pub(super) last: Option<Head>,
    /// How many rows there are since the last checkpoint.
    pub(super) since: u64,
}

impl Stretch {
    /// The log after all that was read.
    pub(super) fn into_log(self) -> Log {
        let mut log = self.base.unwrap_or_default();
        log.extend(self.commits);
        log
    }
}

/// The log as one transaction sees it.
struct Tables {
    heads: ReadOnlyTable<i64, HeadValue>,
    blocks: ReadOnlyTable<(i64, u32), &'static [u8]>,
    directory: ReadOnlyTable<DirectoryKey, DirectoryValue>,
    checkpoint: ReadOnlyTable<u32, &'static [u8]>,
    floor: ReadOnlyTable<u32, &'static [u8]>,
}

/// Reads as much of the log as is wanted. O(rows read + log of all blocks).
pub(super) fn read(from: &ReadTransaction, extent: Extent) -> Result<Stretch> {
    if let Some(meta) = meta::read(from)?
        && meta.is_first()
    {
        let (commits, last) = first::read(from, extent)?;
        let since = last.map_or(0, |head| head.total);
        return Ok(Stretch { since, commits, last, ..Stretch::default() });
    }
    let Some(tables) = Tables::open(from)? else { return Ok(Stretch::default()) };
    let mut stretch = tables.base(extent)?;
    stretch.last = stretch.before;
    for head in tables.heads_after(stretch.before.map(|head| head.tx))? {
        let commit = tables.commit(stretch.last.as_ref(), &head)?;
        stretch.commits.push(commit);
        stretch.since += u64::from(head.rows);
        stretch.last = Some(head);
    }
    tables.check_totals(stretch.last.as_ref())?;
    Ok(stretch)
}

/// The head of the last commit, unverified. O(log).
pub(super) fn last(from: &ReadTransaction) -> Result<Option<Head>> {
    match meta::read(from)? {
        Some(meta) if meta.is_first() => first::last(from),
        _ => Ok(Tables::open(from)?.map(|tables| tables.head_until(Timestamp::MAX)).transpose()?.flatten()),
    }
}

/// Creates the tables of the log.
pub(super) fn create(to: &WriteTransaction) -> Result<()> {
    to.open_table(HEADS)?;
    to.open_table(BLOCKS)?;
    to.open_table(DIRECTORY)?;
    to.open_table(CHECKPOINT)?;
    to.open_table(FLOOR)?;
    Ok(())
}

/// Appends `commit` after the commit with the head `previous`. O(rows + log of all blocks).
pub(super) fn append(
    to: &WriteTransaction,
    previous: Option<&Head>,
    commit: &Commit,
    context: &Context,
) -> Result<Head> {
    check_order(previous, commit)?;
    let rows = u32::try_from(commit.rows.len())
        .map_err(|_| Fault::Misuse("a commit has more rows than can be counted".to_owned()))?;
    let chunks: Vec<&[Row]> = commit.rows.chunks(BLOCK).collect();
    let packed: Result<Vec<(Range, Vec<u8>)>> =
        in_pool(|| chunks.par_iter().map(|rows| pack_block(rows, context)).collect());
    let (mut blocks, mut directory) = (to.open_table(BLOCKS)?, to.open_table(DIRECTORY)?);
    let mut checksums = Vec::with_capacity(chunks.len());
    for ((range, bytes), number) in packed?.into_iter().zip(0..) {
        context.check().map_err(Fault::Stopped)?;
        context.progress.report("store", u64::from(number) * BLOCK as u64, u64::from(rows));
        let (checksum, block) = layout::sealed(commit.tx, number, &range, &bytes);
        blocks.insert((commit.tx.as_micros(), number), block.as_slice())?;
        directory.insert(range.key(commit.tx, number), range.value(checksum))?;
        checksums.push(checksum);
    }
    let head = Head::of(previous, commit.tx, commit.revision, rows, &checksums);
    to.open_table(HEADS)?.insert(head.tx.as_micros(), head.value())?;
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

fn pack_block(rows: &[Row], context: &Context) -> Result<(Range, Vec<u8>)> {
    context.check().map_err(Fault::Stopped)?;
    rows.iter().try_for_each(check_confidence)?;
    Ok((Range::of(rows), pack::rows(rows)))
}

/// No answer can be written with a number that is none.
fn check_confidence(row: &Row) -> Result<()> {
    let Row::Asserted(assertion) = row else { return Ok(()) };
    match assertion.listing.evidence.iter().all(|evidence| evidence.confidence.is_finite()) {
        true => Ok(()),
        false => Err(Fault::Misuse(format!("a confidence that is no number, of {}", assertion.fact.subject))),
    }
}

/// Writes a checkpoint of a log that ends with the commit that has this head, in the place of the one before.
pub(super) fn write_checkpoint(to: &WriteTransaction, head: &Head, log: &Log) -> Result<()> {
    let parts = checkpoint::pack(log);
    let checksums: Vec<Digest> = parts.iter().map(|part| Digest::of(part)).collect();
    write_parts(to, CHECKPOINT, head, &checksums, &parts)
}

/// Writes a log as what stands for everything before the first commit. Returns the head of that.
pub(super) fn write_floor(to: &WriteTransaction, log: &Log) -> Result<Head> {
    let parts = checkpoint::pack(log);
    let checksums: Vec<Digest> = parts.iter().map(|part| Digest::of(part)).collect();
    let head = Head::of_floor(log.last().unwrap_or(Timestamp::MIN), log.revision(), &checksums);
    write_parts(to, FLOOR, &head, &checksums, &parts)?;
    Ok(head)
}

fn write_parts(
    to: &WriteTransaction,
    table: TableDefinition<u32, &'static [u8]>,
    head: &Head,
    checksums: &Vec<Digest>,
    parts: &[Vec<u8>],
) -> Result<()> {
    let mut packer = Packer::plain();
    head.pack(&mut packer);
    checksums.pack(&mut packer);
    let start = packer.into_bytes();
    let mut table = to.open_table(table)?;
    let sealed = [&Digest::of(&start).0.to_le_bytes(), &start[..]].concat();
    table.insert(0, sealed.as_slice())?;
    for (part, number) in parts.iter().zip(1_u32..) {
        table.insert(number, part.as_slice())?;
    }
    table.retain_in(parts.len() as u32 + 1.., |_, _| false)?;
    Ok(())
}

impl Tables {
    /// The tables; `None` in a database that holds no table at all.
    fn open(from: &ReadTransaction) -> Result<Option<Tables>> {
        let heads = match from.open_table(HEADS) {
            Err(TableError::TableDoesNotExist(_)) if meta::is_blank(from)? => return Ok(None),
            heads => heads?,
        };
        Ok(Some(Tables {
            heads,
            blocks: from.open_table(BLOCKS)?,
            directory: from.open_table(DIRECTORY)?,
            checkpoint: from.open_table(CHECKPOINT)?,
            floor: from.open_table(FLOOR)?,
        }))
    }

    /// What the commits go on from.
    fn base(&self, extent: Extent) -> Result<Stretch> {
        if let Extent::After(after) = extent {
            let before = match self.head_until(after)? {
                Some(head) => Some(head),
                None => head_of_parts(&self.floor)?.map(|(head, _)| head),
            };
            return Ok(Stretch { before, ..Stretch::default() });
        }
        let checkpoint = if extent == Extent::Head { log_of_parts(&self.checkpoint)? } else { None };
        if let Some((head, log)) = checkpoint {
            check(self.head_until(head.tx)? == Some(head), || "its checkpoint is of another log".to_owned())?;
            return Ok(Stretch { base: Some(log), before: Some(head), ..Stretch::default() });
        }
        let (before, base) = log_of_parts(&self.floor)?.unzip();
        Ok(Stretch { base: base.map(Log::founded), before, ..Stretch::default() })
    }

    /// The head of the last commit until `until`.
    fn head_until(&self, until: Timestamp) -> Result<Option<Head>> {
        let last = self.heads.range(..=until.as_micros())?.next_back().transpose()?;
        last.map(|(tx, head)| stored(tx.value(), head.value())).transpose()
    }

    /// The heads later than `after`, in the order of their times.
    fn heads_after(&self, after: Option<Timestamp>) -> Result<Vec<Head>> {
        let from = after.map_or(i64::MIN, |after| after.as_micros().saturating_add(1));
        Head::in_order(self.heads.range(from..)?.map(|entry| {
            let (tx, head) = entry?;
            stored(tx.value(), head.value())
        }))
    }

    fn commit(&self, previous: Option<&Head>, head: &Head) -> Result<Commit> {
        let blocks: Result<Vec<Vec<u8>>> = (0..head.blocks).map(|number| self.block(head.tx, number)).collect();
        let blocks: Vec<(u32, Vec<u8>)> = (0..).zip(blocks?).collect();
        let decoded: Result<Vec<(Digest, Range, Vec<Row>)>> =
            in_pool(|| blocks.par_iter().map(|(number, block)| decode(head.tx, *number, block)).collect());
        let (mut checksums, mut rows) = (Vec::new(), Vec::with_capacity(head.rows.min(1 << 20) as usize));
        for ((checksum, range, more), number) in decoded?.into_iter().zip(0..) {
            let filed = self.directory.get(range.key(head.tx, number))?.map(|filed| filed.value());
            check(filed == Some(range.value(checksum)), || format!("{} is not as filed", named(head.tx, number)))?;
            checksums.push(checksum);
            rows.extend(more);
        }
        let verified = Head::of(previous, head.tx, head.revision, rows.len() as u32, &checksums) == *head;
        check(verified, || format!("the checksum of commit {} does not match", head.tx))?;
        Ok(Commit { tx: head.tx, revision: head.revision, rows })
    }

    fn block(&self, tx: Timestamp, number: u32) -> Result<Vec<u8>> {
        let block = self.blocks.get((tx.as_micros(), number))?;
        let block = block.ok_or_else(|| Fault::damaged(format!("{} is missing", named(tx, number))))?;
        Ok(block.value().to_vec())
    }

    /// Nothing is filed that no commit counts.
    fn check_totals(&self, last: Option<&Head>) -> Result<()> {
        let counted = last.map_or((0, 0), |head| (head.commits, head.total_blocks));
        let filed = (self.heads.len()?, self.blocks.len()?);
        check(filed == counted && self.directory.len()? == counted.1, || {
            format!(
                "{} blocks in {} commits were committed, {} in {} are filed",
                counted.1, counted.0, filed.1, filed.0
            )
        })
    }
}

/// The rows of a block, with its checksum and range.
fn decode(tx: Timestamp, number: u32, block: &[u8]) -> Result<(Digest, Range, Vec<Row>)> {
    let (checksum, range, bytes) = layout::unsealed(tx, number, block)
        .ok_or_else(|| Fault::damaged(format!("the checksum of {} does not match", named(tx, number))))?;
    let rows = pack::unpack_rows(bytes, range.count)
        .ok_or_else(|| Fault::damaged(format!("{} does not hold rows", named(tx, number))))?;
    Ok((checksum, range, rows))
}

type Parts = ReadOnlyTable<u32, &'static [u8]>;

/// The head of a checkpoint, and the checksums of its parts; `None` where there is none.
fn head_of_parts(table: &Parts) -> Result<Option<(Head, Vec<Digest>)>> {
    let Some(start) = table.get(0)? else { return Ok(None) };
    let damaged = || Fault::damaged("the checksum of its checkpoint does not match");
    let (stored, start) = start.value().split_first_chunk::<16>().map(|(a, b)| (*a, b.to_vec())).ok_or_else(damaged)?;
    check(Digest::of(&start).0 == u128::from_le_bytes(stored), || {
        "the checksum of its checkpoint does not match".to_owned()
    })?;
    let mut unpacker = Unpacker::new(&start);
    let read = Head::unpack(&mut unpacker).zip(Vec::unpack(&mut unpacker));
    read.map(Some).ok_or_else(damaged)
}

/// The log that a checkpoint holds, and the head of what it stands for; `None` where there is none.
fn log_of_parts(table: &Parts) -> Result<Option<(Head, Log)>> {
    let Some((head, checksums)) = head_of_parts(table)? else { return Ok(None) };
    let mut parts = Vec::with_capacity(checksums.len());
    for (checksum, number) in checksums.iter().zip(1_u32..) {
        let part = table.get(number)?.map(|part| part.value().to_vec());
        let whole = part.filter(|part| Digest::of(part) == *checksum);
        parts.push(whole.ok_or_else(|| Fault::damaged(format!("part {number} of its checkpoint does not match")))?);
    }
    let log = checkpoint::unpack(&parts).ok_or_else(|| Fault::damaged("its checkpoint makes no sense"))?;
    Ok(Some((head, log)))
}

fn named(tx: Timestamp, number: u32) -> String {
    format!("block {number} of commit {tx}")
}

fn stored(tx: i64, head: HeadValue) -> Result<Head> {
    Head::stored(tx, head).ok_or_else(|| Fault::damaged(format!("a commit at no time: {tx}")))
}
