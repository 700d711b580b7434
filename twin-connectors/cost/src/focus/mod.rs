//! FOCUS: lines of a bill as CSV, of the versions 1.0 to 1.2.
//!
//! * A record is a cost line. It has no name of its own, so its key is the digest of what is read of it, and a count where equal lines repeat;
//!   a renamed or reordered file changes nothing.
//! * Columns are found by their names, in any order and case. `BilledCost` or `EffectiveCost`, a column of the charge period and
//!   `BillingCurrency` make a bill; a line without a currency is rejected, for its amount means nothing. Empty cells and `NULL` say nothing.
//! * Amounts may be negative (credits, refunds), and may be written as spreadsheets do: `$50,000.00`.
//!   Dates that leave open which number is the month (`5/1/25`) are not guessed: the line is kept without a period, with a warning.
//! * Tags can hold anything, so only those are kept whose key names by convention a service, an owner, an environment or where a charge is booked.
//! * A broken line (a wrong number of cells, bytes that are no UTF-8, no number) rejects that line only.
//!
//! Evidence is the line on which the record begins; the header is line 1.

mod header;
mod line;
mod tags;

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use csv::ByteRecord;
use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition};
use twin_core::base::{Digest, Limits};
use twin_core::observe::{Capability, Diagnostic, Locator, Outcome, Record, RecordKey, code};
use twin_core::schema::{kind, relation};

use header::Header;
use line::Place;

/// Reads bills in the format of FOCUS 1.x.
#[derive(Clone, Copy, Debug, Default)]
pub struct Focus;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Decoder for Focus {
    fn capability(&self) -> Capability {
        Capability::of_files("focus", &[kind::CHARGE, kind::COST_CENTER], &[relation::BILLS, relation::CHARGED_TO])
            .fresh(DAY, DAY * 2)
            .blind_to(&[
                "what was used since the last export",
                "which component caused a charge that has no tag and no resource",
            ])
    }

    fn recognises(&self, _path: &str, head: &[u8]) -> Recognition {
        let first = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
        match header_of(first) {
            Some(header) if header.is_a_bill() => Recognition::ByContent,
            _ => Recognition::No,
        }
    }

    fn decode(&self, payloads: &[Payload<'_>], origin: &Origin) -> Vec<Decoded> {
        payloads.iter().map(|payload| decode_file(payload, origin)).collect()
    }
}

fn decode_file(payload: &Payload<'_>, origin: &Origin) -> Decoded {
    match read(payload, origin) {
        Ok(decoded) => decoded,
        Err(diagnostic) => Decoded::rejected(payload.path, diagnostic),
    }
}

fn read(payload: &Payload<'_>, origin: &Origin) -> Result<Decoded, Diagnostic> {
    let path = payload.path;
    let whole = |code, message: &str| Diagnostic::rejected(code, Locator::line(path, 0), message);
    let bytes = payload.bytes.map_err(|reason| whole(code::UNREADABLE, reason))?;
    let bytes = without_mark(bytes);
    if bytes.trim_ascii().is_empty() {
        return Err(whole(code::SYNTAX, "the file is empty"));
    }
    check_limits(path, bytes, &origin.limits)?;
    let mut lines = reader(bytes);
    let mut first = ByteRecord::new();
    lines.read_byte_record(&mut first).map_err(|_| whole(code::SYNTAX, "no CSV"))?;
    let header = Header::of(&first);
    if !header.is_a_bill() {
        return Err(whole(code::NOT_RECOGNISED, "no bill: its first line has no FOCUS columns"));
    }
    Ok(Bill {
        path,
        bytes,
        header,
        origin,
        decoded: Decoded::complete(path, Vec::new()),
        seen: HashMap::new(),
        centers: BTreeMap::new(),
    }
    .read(lines))
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn reader(bytes: &[u8]) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes)
}

fn header_of(line: &[u8]) -> Option<Header> {
    let mut first = ByteRecord::new();
    reader(without_mark(line)).read_byte_record(&mut first).ok()?.then(|| Header::of(&first))
}

fn check_limits(path: &str, bytes: &[u8], limits: &Limits) -> Result<(), Diagnostic> {
    let refused = |line, message: String| Err(Diagnostic::rejected(code::LIMIT, Locator::line(path, line), message));
    if bytes.len() as u64 > limits.payload_bytes {
        return refused(0, format!("longer than {} bytes", limits.payload_bytes));
    }
    let too_long = bytes.split(|byte| *byte == b'\n').position(|line| line.len() > limits.line_bytes);
    too_long.map_or(Ok(()), |index| refused(index + 1, format!("a line longer than {} bytes", limits.line_bytes)))
}

/// A bill while it is read.
struct Bill<'a> {
    path: &'a str,
    bytes: &'a [u8],
    header: Header,
    origin: &'a Origin,
    decoded: Decoded,
    /// How often a line with this digest was seen.
    seen: HashMap<Digest, u64>,
    centers: BTreeMap<RecordKey, Record>,
}

impl<'a> Bill<'a> {
    fn read(mut self, mut lines: csv::Reader<&[u8]>) -> Decoded {
        let mut cells = ByteRecord::new();
        while let Ok(true) = lines.read_byte_record(&mut cells) {
            self.read_line(&cells);
        }
        let rejected: u64 = self.decoded.diagnostics.iter().map(|diagnostic| diagnostic.records).sum();
        if rejected > 0 {
            self.decoded.outcome = Outcome::Partial(format!("{rejected} cost lines could not be read"));
        }
        self.decoded.records.extend(self.centers.into_values());
        self.decoded
    }

    fn read_line(&mut self, cells: &ByteRecord) {
        let place = self.place(cells);
        match self.charge(cells, place) {
            Ok(record) => self.decoded.records.push(record),
            Err((code, message)) => {
                let rejected = Diagnostic::rejected(code, Locator::line(self.path, place.number), message);
                self.decoded.diagnostics.push(rejected);
            }
        }
    }

    /// The reader's position may lie before empty lines and before the second half of a line's end.
    fn place(&self, cells: &ByteRecord) -> Place<'a> {
        let (byte, line) = cells.position().map_or((0, 1), |position| (position.byte(), position.line()));
        let rest = usize::try_from(byte).ok().and_then(|byte| self.bytes.get(byte..)).unwrap_or_default();
        let blank = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        let (skipped, rest) = rest.split_at(blank);
        let newlines = skipped.iter().filter(|byte| **byte == b'\n').count();
        let text = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
        Place { path: self.path, number: usize::try_from(line).unwrap_or(usize::MAX).saturating_add(newlines), text }
    }

    fn charge(&mut self, cells: &ByteRecord, place: Place<'_>) -> Result<Record, line::Flaw> {
        let line = line::read(&self.header, cells)?;
        let digest = line.digest();
        let count = self.seen.entry(digest).and_modify(|count| *count += 1).or_insert(1);
        let name = if *count == 1 { digest.to_string() } else { format!("{digest}-{count}") };
        if line.has_unread_period() {
            let locator = Locator::line(self.path, place.number);
            let message = "the charge period is not written as an ISO 8601 date";
            self.decoded.diagnostics.push(Diagnostic::warning(code::AMBIGUOUS, locator, message));
        }
        for center in line.cost_centers(place, &self.origin.source) {
            self.centers.entry(center.key.clone()).or_insert(center);
        }
        Ok(line.record(name, place, &self.origin.source))
    }
}
