//! W8: what the store costs beside raw `redb` with the same bytes. One JSON line for each engine and measurement, and one with the ratio.
//!
//! # The estate
//!
//! Workloads `w0`, `w1`, … of one source, a hundred to a file; each exists, answers to a host name, joins a network, carries a label, and has six attributes: ten facts.
//!
//! - `ingest`: files that nobody has seen before, ten at a time, so that each `apply` has ten thousand new facts and is on disk when it returns; then one changed record at a time.
//! - `open`: a store in which the attributes of a thousand workloads changed again and again, until so many events had been written. It is opened; opened
//!   and asked for the head; opened and asked for a past that opening did not read; and then asked the same question of the head and of a past, each through a snapshot taken for it.
//! - `live`: a store of so many facts that all hold. It is opened.
//!
//! `redb` writes as many bytes, in as many values as there are facts and as many transactions as there are commits; it reads all of them from a file that it has just opened.
//!
//! Arguments: a folder to write in; `ingest`, `open`, `live` or `all`; how many facts or events (100,000 to take in, 1,000,000 else).
//! Times are of the wall; where the operating system tells, `cpu` is the time of the processor beside it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use benches::command::{misused, print, run, unusable};
use benches::usage::{cpu_seconds, peak_mb};
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use serde_json::json;
use twin_core::base::{Result, Timestamp};
use twin_core::observe::{
    Batch, Capability, Evidence, Handle, Locator, Mode, Perspective, Record, RecordKey, Scope, SourceId, Space,
    Statement, technique,
};
use twin_core::schema::{AttributeName, Value, kind};
use twin_core::{At, Receipt, Twin};

/// How many facts a workload has.
const FACTS: usize = 10;
/// How many workloads stand in a file.
const WORKLOADS: usize = 100;
/// How many facts one `apply` takes.
const BATCH: usize = 10_000;
/// How often what is short is measured.
const TIMES: usize = 7;
/// Rows of the peer: subject, valid time, transaction time, place.
const ROWS: TableDefinition<(u128, i64, i64, u32), &[u8]> = TableDefinition::new("rows");

fn main() -> ExitCode {
    run("history DIR [ingest|open|live|all] [COUNT]", |arguments| {
        let [folder, rest @ ..] = arguments else { return Err(misused("history takes a folder to write in")) };
        let count = |default: usize| rest.get(1).and_then(|text| text.parse().ok()).unwrap_or(default);
        let folder = Path::new(folder);
        std::fs::create_dir_all(folder).map_err(|error| unusable(folder, error))?;
        match rest.first().map_or("all", String::as_str) {
            "ingest" => ingest(folder, count(100_000)),
            "open" => open(folder, count(1_000_000)),
            "live" => live(folder, count(1_000_000)),
            "all" => {
                ingest(folder, count(100_000))?;
                open(folder, count(1_000_000))?;
                live(folder, count(1_000_000))
            }
            other => Err(misused(format!("history knows no part {other:?}"))),
        }
    })
}

fn ingest(folder: &Path, facts: usize) -> Result<()> {
    let path = fresh(folder, "ingest.twin")?;
    let commits = facts / BATCH;
    let data = format!("{facts} facts by {BATCH}");
    let twin = Twin::open(&path)?;
    let mut each = Vec::new();
    for number in 0..commits {
        each.push(timed(|batch| twin.apply(batch, at(number as i64)), files(number, 0))?);
    }
    let mut small = Vec::new();
    for time in 0..TIMES {
        let round = (commits + time) as i64;
        small.push(timed(|batch| twin.apply(batch, at(round)), vec![one_changed(round)])?);
    }
    drop(twin);
    let bytes = length(&path)?;
    let (seconds, cpu) = each.iter().fold((0.0, 0.0), |sum, time| (sum.0 + time.0, sum.1 + time.1));
    let rate = |seconds: f64| (facts as f64 / seconds) as u64;
    print(json!({
        "workload": "W8 ingest", "data": data, "engine": "twin", "seconds": seconds, "cpu": cpu, "bytes": bytes, "peak_mb": peak_mb(),
        "each": each, "facts_a_second": rate(seconds), "facts_a_second_of_cpu": rate(cpu),
    }))?;
    small.sort_by(|a, b| a.1.total_cmp(&b.1));
    let (wall, cpu) = small[TIMES / 2];
    print(json!({"workload": "W8 one changed record", "data": data, "engine": "twin", "seconds": wall, "cpu": cpu}))?;
    let peer = peer_writes(&fresh(folder, "ingest.redb")?, facts, commits, bytes)?;
    line("ingest", &data, "redb", peer, &format!("{facts} values"))?;
    ratio("ingest", &data, seconds, peer, &format!("{} durable facts a second; aim 50,000", rate(seconds)))
}

/// The first workload of the first file, changed and told as a change.
fn one_changed(round: i64) -> Batch {
    let mut batch = of_file(0, round);
    batch.mode = Mode::Delta;
    batch.records.truncate(1);
    batch
}

/// How long something took by the wall and by the processor.
fn timed<T>(work: impl FnOnce(T) -> Result<Receipt>, with: T) -> Result<(f64, f64)> {
    let (start, cpu) = (Instant::now(), cpu_seconds().unwrap_or_default());
    work(with)?;
    Ok((start.elapsed().as_secs_f64(), cpu_seconds().unwrap_or_default() - cpu))
}

fn open(folder: &Path, events: usize) -> Result<()> {
    let path = fresh(folder, "open.twin")?;
    let rounds = write_events(&path, events)?;
    let (data, now) = (format!("{events} events over {BATCH} facts"), At::now(at(rounds + 1)));
    opened(&path, &data, now)?;
    let past = now.valid(at(rounds / 2)).known(at(rounds / 2));
    let first_past = median(|| Twin::open(&path)?.as_of(past).map(drop))?;
    line("open and first answer about the past", &data, "twin", first_past, "")?;
    let peer = peer_reads(&fresh(folder, "open.redb")?, events, length(&path)?)?;
    line("open and read", &data, "redb", peer, "all values")?;
    ratio("open and first answer about the past", &data, first_past, peer, "reads as many bytes")?;
    ask(&Twin::open(&path)?, now, past, &data)
}

fn live(folder: &Path, facts: usize) -> Result<()> {
    let path = fresh(folder, "live.twin")?;
    let commits = facts / BATCH;
    let twin = Twin::open(&path)?;
    for number in 0..commits {
        twin.apply(files(number, 0), at(number as i64))?;
    }
    drop(twin);
    opened(&path, &format!("{facts} live facts"), At::now(at(commits as i64)))?;
    let peer = peer_reads(&fresh(folder, "live.redb")?, facts, length(&path)?)?;
    line("open and read", &format!("{facts} live facts"), "redb", peer, "all values")
}

/// How long it takes to open a store, and to open it and to be told what holds now.
fn opened(path: &Path, data: &str, now: At) -> Result<()> {
    let writer = median(|| Twin::open(path).map(drop))?;
    let reader = median(|| Twin::open_read_only(path).map(drop))?;
    let first = median(|| Twin::open(path)?.as_of(now).map(drop))?;
    let size = Twin::open_read_only(path)?.as_of(now)?.len();
    line("open", data, "twin", writer, &format!("{size} entities, {} bytes; aim 0.05 s", length(path)?))?;
    line("open for reading", data, "twin", reader, "aim 0.05 s")?;
    line("open and first answer", data, "twin", first, "")
}

/// The question is asked of each snapshot in turn.
fn ask(twin: &Twin, now: At, past: At, data: &str) -> Result<()> {
    let question = |at: At| {
        let snapshot = twin.as_of(at)?;
        snapshot.find_all(None, "w7").map(drop)
    };
    question(past)?;
    let (head, then) = (median(|| question(now))?, median(|| question(past))?);
    line("ask the head", data, "twin", head, "")?;
    line("ask the past again", data, "twin", then, "")?;
    ratio("as-of", data, then, head, "aim 1.5 times the head")
}

/// Writes a store with so many events: each round changes all attributes of its workloads, which are withdrawn and asserted. Returns the rounds.
fn write_events(path: &Path, events: usize) -> Result<i64> {
    let twin = Twin::open(path)?;
    let mut written = 0;
    let mut round = 0;
    while written < events {
        twin.apply(files(0, round), at(round))?;
        written += if round == 0 { BATCH } else { BATCH / FACTS * 6 * 2 };
        round += 1;
    }
    Ok(round)
}

/// A hundred workloads to each file, ten files to each ten thousand facts.
fn files(number: usize, round: i64) -> Vec<Batch> {
    let count = BATCH / FACTS / WORKLOADS;
    (number * count..(number + 1) * count).map(|file| of_file(file, round)).collect()
}

fn of_file(file: usize, round: i64) -> Batch {
    let source = SourceId("bench".to_owned());
    let scope = Scope::new(&source, format!("deploy/file-{file}.yaml"));
    let capability = Capability::of_files("bench", &[kind::WORKLOAD], &[]);
    let mut batch = Batch::full(scope, capability);
    batch.records = (0..WORKLOADS).map(|place| workload(&source, file, file * WORKLOADS + place, round)).collect();
    batch
}

fn workload(source: &SourceId, file: usize, number: usize, round: i64) -> Record {
    let path = format!("deploy/file-{file}.yaml");
    let evidence = |field: &str, raw: String| {
        Evidence::at(Locator::pointer(&path, number, format!("/spec/{field}")), raw, technique::DECLARED)
            .in_field(field)
    };
    let name = format!("w{number}");
    let key = RecordKey::new(source, kind::WORKLOAD, name.clone()).in_cluster("east").in_namespace(Some("shop"));
    let mut record = Record::new(key, name.clone(), Perspective::Declared, evidence("name", name.clone()));
    record.known_as(Handle::within(Space::Host, name.clone(), "shop"), evidence("host", name.clone()));
    record.say(Statement::Joins { network: "shop".to_owned(), rank: 0 }, evidence("namespace", "shop".to_owned()));
    record.say(Statement::Labelled { key: "app".to_owned(), value: name.clone() }, evidence("labels", name));
    for (place, attribute) in
        ["replicas", "image.tag", "service.version", "description", "platform.kind", "api.version"]
            .into_iter()
            .enumerate()
    {
        let value = round + place as i64;
        let value = if place == 0 { Value::Integer(value) } else { Value::Text(format!("value-{value}")) };
        record.attribute(AttributeName::of(attribute), value, evidence(attribute, attribute.to_owned()));
    }
    record
}

/// Writes as many bytes, a value for each fact and a transaction for each commit.
fn peer_writes(path: &Path, facts: usize, commits: usize, bytes: u64) -> Result<f64> {
    let database = Database::create(path).map_err(|error| unusable(path, error))?;
    let value = vec![7_u8; usize::try_from(bytes).unwrap_or(0) / facts.max(1)];
    let start = Instant::now();
    for commit in 0..commits {
        peer_commit(&database, commit, facts / commits, &value).map_err(|error| unusable(path, error))?;
    }
    Ok(start.elapsed().as_secs_f64())
}

fn peer_commit(database: &Database, commit: usize, rows: usize, value: &[u8]) -> std::result::Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    let mut table = transaction.open_table(ROWS)?;
    for row in 0..rows {
        let number = (commit * rows + row) as u128;
        let subject = number.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
        table.insert((subject, 0, commit as i64, row as u32), value)?;
    }
    drop(table);
    transaction.commit()?;
    Ok(())
}

fn peer_reads(path: &Path, events: usize, bytes: u64) -> Result<f64> {
    peer_writes(path, events, 100, bytes)?;
    median(|| read_all(path).map(drop).map_err(|error| unusable(path, error)))
}

fn read_all(path: &Path) -> std::result::Result<u64, redb::Error> {
    let database = Database::open(path)?;
    let table = database.begin_read()?.open_table(ROWS)?;
    let mut sum = 0;
    for row in table.iter()? {
        sum += row?.1.value().len() as u64;
    }
    Ok(sum)
}

fn median(work: impl Fn() -> Result<()>) -> Result<f64> {
    let mut seconds = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let start = Instant::now();
        work()?;
        seconds.push(start.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    Ok(seconds[TIMES / 2])
}

fn line(workload: &str, data: &str, engine: &str, seconds: f64, answer: &str) -> Result<()> {
    print(json!({
        "workload": format!("W8 {workload}"), "data": data, "engine": engine, "seconds": seconds, "peak_mb": peak_mb(),
        "answer": answer,
    }))
}

fn ratio(workload: &str, data: &str, ours: f64, peer: f64, aim: &str) -> Result<()> {
    print(json!({
        "workload": format!("W8 {workload}"), "data": data, "ours": ours, "peer_seconds": peer, "ratio": ours / peer, "aim": aim,
    }))
}

fn at(hours: i64) -> Timestamp {
    let start = Timestamp::parse("2026-01-01T00:00:00Z").unwrap_or(Timestamp::MIN);
    Timestamp::from_micros(start.as_micros() + hours * 3_600_000_000).unwrap_or(start)
}

fn fresh(folder: &Path, name: &str) -> Result<PathBuf> {
    let path = folder.join(name);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(unusable(&path, error)),
        _ => Ok(path),
    }
}

fn length(path: &Path) -> Result<u64> {
    Ok(std::fs::metadata(path).map_err(|error| unusable(path, error))?.len())
}
