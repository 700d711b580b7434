//! Tests of the store: what goes in comes out, or an error with the file as it was.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::{ConcurrencyMode, Database, ReadableTable, TableDefinition};
use tempfile::TempDir;

use super::Store;
use crate::base::{self, Digest, ErrorKind, Timestamp, digest_of};
use crate::history::{Assertion, Commit, Reading, Row, Telling, Withdrawal};
use crate::identity::{EntityId, HumanDecision};
use crate::observe::{
    Capability, Evidence, Fact, Listing, Locator, Outcome, Perspective, RecordKey, Scope, SourceId, Statement,
    technique,
};
use crate::schema::{AttributeName, Kind, Relation, Value};

const SCHEMA: Digest = Digest(7);

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros).unwrap()
}

fn source() -> SourceId {
    SourceId("estate".to_owned())
}

fn record(name: &str) -> RecordKey {
    RecordKey::new(&source(), Kind::of("Workload"), name).in_cluster("east").in_namespace(Some("shop"))
}

fn asserted(name: &str, confidence: f64) -> Row {
    let statement =
        Statement::Attribute { name: AttributeName::of("image"), value: Value::Text(format!("{name}:1\n\"ü\"")) };
    let fact = Fact { subject: record(name), statement, perspective: Perspective::Declared };
    let evidence =
        Evidence::at(Locator::line("compose.yaml", 4), name, technique::DECLARED).with_confidence(confidence);
    let listing =
        Listing { scope: Scope::new(&source(), "compose.yaml"), evidence: vec![evidence], valid_from: at(11) };
    Row::Asserted(Assertion { fact: Arc::new(fact), listing: Arc::new(listing), valid_to: Some(Timestamp::MAX) })
}

fn related() -> Row {
    let statement = Statement::Related {
        relation: Relation::of("calls"),
        variant: Some("http".to_owned()),
        target: crate::observe::Target::Selector {
            within: "k8s/estate//".to_owned(),
            labels: BTreeMap::from([("app".to_owned(), "a".to_owned())]),
        },
        attributes: BTreeMap::from([(AttributeName::of("port"), Value::Integer(-8080))]),
    };
    let fact = Fact { subject: record("a"), statement, perspective: Perspective::Observed };
    let evidence = Evidence::at(Locator::pointer("a.json", 0, "/a/b"), "b", technique::SPAN);
    let listing = Listing { scope: Scope::new(&source(), ""), evidence: vec![evidence], valid_from: Timestamp::MIN };
    Row::Asserted(Assertion { fact: Arc::new(fact), listing: Arc::new(listing), valid_to: None })
}

fn read(outcome: Option<Outcome>) -> Row {
    Row::Read(Reading {
        scope: Scope::new(&source(), "deploy"),
        observed_at: Timestamp::MAX,
        outcome,
        capabilities: vec![Capability::of_files("compose", &[Kind::of("Workload")], &[Relation::of("calls")])],
        members: Some(vec!["deploy/a".to_owned(), String::new()]),
        cursor: Some("page 2".to_owned()),
        diagnostics: 300,
    })
}

/// A row of each variant, some of them twice.
fn every_row() -> Vec<Row> {
    let (a, b) = (record("a"), record("b"));
    vec![
        asserted("b", 0.1 + 0.2),
        asserted("a", f64::MIN_POSITIVE),
        related(),
        asserted("a", 1.0),
        Row::Told(Telling { record: b.clone(), scope: Scope::new(&source(), "pages"), at: at(-4) }),
        Row::Withdrawn(Withdrawal { fact: digest_of(&a), scope: Scope::new(&source(), ""), valid_to: at(-5) }),
        read(None),
        read(Some(Outcome::Complete)),
        read(Some(Outcome::Partial("denied".to_owned()))),
        Row::Assigned { record: a.clone(), entity: EntityId::fresh(&a, "") },
        Row::Redirected { from: EntityId::new("e1"), to: EntityId::new("e2") },
        Row::Decided(HumanDecision::Pin { a: a.clone(), b: b.clone() }),
        Row::Decided(HumanDecision::Split { a: a.clone(), b: b.clone() }),
        Row::Decided(HumanDecision::Unpin { a: a.clone(), b }),
        Row::Decided(HumanDecision::Name { record: a, name: "Ä".to_owned() }),
    ]
}

fn commit(tx: i64, revision: u64, rows: Vec<Row>) -> Commit {
    Commit { tx: at(tx), revision, rows }
}

fn three() -> Vec<Commit> {
    let renewed = vec![read(Some(Outcome::Complete))];
    vec![commit(-3, 1, every_row()), commit(100, 1, renewed), commit(101, 2, every_row())]
}

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("estate.twin");
    (folder, path)
}

/// A store that is open for writing, with everything in it.
fn open_all(path: &Path, schema: Digest) -> base::Result<(Store, Vec<Commit>)> {
    let (store, _) = Store::open(path, schema)?;
    let commits = store.kept()?.1;
    Ok((store, commits))
}

/// A store that is open for reading, with everything in it.
fn read_all(path: &Path) -> base::Result<(Store, Vec<Commit>)> {
    let (store, _) = Store::open_read_only(path)?;
    let commits = store.kept()?.1;
    Ok((store, commits))
}

/// What is in a store now.
fn now(store: &Store) -> Vec<Commit> {
    store.kept().unwrap().1
}

fn filled(path: &Path, commits: &[Commit]) -> Store {
    let (mut store, found) = open_all(path, SCHEMA).unwrap();
    assert_eq!(found, []);
    commits.iter().for_each(|commit| store.append(commit).unwrap());
    store
}

/// The error of opening in both ways, which must leave the file alone.
fn refused(path: &Path) -> (ErrorKind, String) {
    let before = fs::read(path).unwrap();
    let error = open_all(path, SCHEMA).unwrap_err();
    let reading = read_all(path).unwrap_err();
    assert_eq!(reading.to_string(), error.to_string());
    assert!(error.to_string().contains("estate.twin"), "{error}");
    assert!(fs::read(path).unwrap() == before, "touched: {error}");
    (error.kind(), error.to_string())
}

#[test]
fn every_sort_of_row_comes_back_as_it_was() {
    let (_folder, path) = folder();
    drop(filled(&path, &three()));
    assert_eq!(read_all(&path).unwrap().1, three());
    let (mut store, found) = open_all(&path, SCHEMA).unwrap();
    assert_eq!(found, three());
    store.append(&commit(102, 2, Vec::new())).unwrap();
    store.append(&commit(103, 3, every_row())).unwrap();
    drop(store);
    let all = [three(), vec![commit(102, 2, Vec::new()), commit(103, 3, every_row())]].concat();
    assert_eq!(open_all(&path, SCHEMA).unwrap().1, all);
}

#[test]
fn a_second_writer_is_turned_away_with_the_name_of_the_first() {
    let (_folder, path) = folder();
    let first = filled(&path, &three());
    let before = fs::read(&path).unwrap();
    let error = open_all(&path, SCHEMA).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    let expected = format!("store {} is open for writing by process {}", path.display(), std::process::id());
    assert_eq!(error.to_string(), expected);
    assert!(fs::read(&path).unwrap() == before);
    drop(first);
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    assert!(open_all(&path, SCHEMA).is_ok());
}

#[test]
fn a_reader_beside_the_writer_sees_what_is_added() {
    let (_folder, path) = folder();
    let all = three();
    let mut writer = filled(&path, &all[..1]);
    let (mut reader, mut log) = Store::open_read_only(&path).unwrap();
    assert_eq!((now(&reader), log.last()), (all[..1].to_vec(), Some(all[0].tx)));
    assert!(!reader.follow(&mut log).unwrap(), "nothing new");
    writer.append(&all[1]).unwrap();
    writer.append(&all[2]).unwrap();
    assert!(reader.follow(&mut log).unwrap());
    assert_eq!((now(&reader), log.last(), log.revision()), (all.clone(), Some(all[2].tx), all[2].revision));
    drop(writer);
    assert!(!reader.follow(&mut log).unwrap(), "nothing new");
    assert_eq!(now(&reader), all);
    assert_eq!(reader.append(&commit(200, 9, Vec::new())).unwrap_err().kind(), ErrorKind::Invalid);
}

#[test]
fn readers_see_whole_commits_while_the_writer_goes_on() {
    let (_folder, path) = folder();
    let all: Vec<Commit> = (0..20).map(|number| commit(number, 1, every_row())).collect();
    let mut writer = filled(&path, &all[..1]);
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let (reader, mut seen) = read_all(&path).unwrap();
            while seen.len() < all.len() {
                seen = now(&reader);
                assert_eq!(seen, all[..seen.len()]);
                assert!(read_all(&path).unwrap().1.len() >= seen.len());
            }
        });
        all[1..].iter().for_each(|next| writer.append(next).unwrap());
        reading.join().unwrap();
    });
}

#[test]
fn what_cannot_follow_is_refused_and_nothing_of_it_is_kept() {
    let (_folder, path) = folder();
    let mut store = filled(&path, &three());
    let mut nameless = every_row();
    nameless.push(asserted("c", f64::NAN));
    let cases = [
        commit(101, 3, every_row()),
        commit(-9, 3, every_row()),
        commit(300, 1, every_row()),
        commit(300, 3, nameless),
    ];
    for case in cases {
        assert_eq!(store.append(&case).unwrap_err().kind(), ErrorKind::Invalid, "{:?}", case.tx);
    }
    assert_eq!(now(&store), three());
    store.append(&commit(300, 2, every_row())).unwrap();
    drop(store);
    assert_eq!(open_all(&path, SCHEMA).unwrap().1.len(), 4);
}

#[test]
fn a_store_whose_process_was_killed_has_all_that_was_acknowledged() {
    let (_folder, path) = folder();
    let mut store = filled(&path, &[]);
    for (done, next) in three().iter().enumerate() {
        store.append(next).unwrap();
        let copy = path.with_extension(format!("{done}"));
        fs::copy(&path, &copy).unwrap();
        let before = fs::read(&copy).unwrap();
        let (reader, found) = read_all(&copy).unwrap();
        assert_eq!(found, three()[..=done]);
        assert_eq!(now(&reader), three()[..=done]);
        assert!(fs::read(&copy).unwrap() == before);
        let (mut writer, found) = open_all(&copy, SCHEMA).unwrap();
        assert_eq!(found, three()[..=done]);
        writer.append(&commit(500, 5, every_row())).unwrap();
    }
}

/// Where the process that is to be killed writes.
const VICTIM: &str = "TWIN_TEST_STORE_OF_VICTIM";

/// Appends until it is killed, and says aloud what was acknowledged.
fn write_until_killed(path: &Path) {
    let (mut store, _) = open_all(path, SCHEMA).unwrap();
    for number in 0.. {
        store.append(&commit(number, 1, every_row())).unwrap();
        println!("\nacknowledged {number}");
    }
}

#[test]
fn a_writer_in_another_process_is_named_and_what_it_acknowledged_outlives_it() {
    if let Some(path) = std::env::var_os(VICTIM) {
        return write_until_killed(Path::new(&path));
    }
    let (_folder, path) = folder();
    let own = std::thread::current().name().unwrap().to_owned();
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args([own.as_str(), "--exact", "--nocapture"]).env(VICTIM, &path).stdout(std::process::Stdio::piped());
    let mut victim = command.spawn().unwrap();
    let mut said = BufReader::new(victim.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(said.any(|line| line == "acknowledged 4"));
    let error = open_all(&path, SCHEMA).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    assert!(error.to_string().ends_with(&format!("by process {}", victim.id())), "{error}");
    assert!(read_all(&path).unwrap().1.len() >= 5);
    victim.kill().unwrap();
    victim.wait().unwrap();
    let last = said.filter_map(|line| line.strip_prefix("acknowledged ").and_then(|number| number.parse().ok()));
    let acknowledged: usize = last.last().unwrap_or(4) + 1;
    let (_, found) = open_all(&path, SCHEMA).unwrap();
    assert!(found.len() == acknowledged || found.len() == acknowledged + 1, "{} of {acknowledged}", found.len());
    assert!((0..).zip(&found).all(|(number, found)| *found == commit(number, 1, every_row())));
}

#[test]
fn what_is_no_store_is_left_alone() {
    let (_folder, path) = folder();
    let contents: [&[u8]; 5] = [b"x", b"services:\n  web: {}\n", &[0; 40_000], &[0xFF; 5_000], b"redb\x1A"];
    for content in contents {
        fs::write(&path, content).unwrap();
        assert_eq!(refused(&path).0, ErrorKind::NotAStore);
    }
    fs::remove_file(&path).unwrap();
    let foreign = Database::create(&path).unwrap();
    let write = foreign.begin_write().unwrap();
    write.open_table(TableDefinition::<u64, u64>::new("theirs")).unwrap().insert(1, 2).unwrap();
    write.commit().unwrap();
    drop(foreign);
    assert_eq!(refused(&path).0, ErrorKind::NotAStore);
}

#[test]
fn a_database_without_tables_is_a_new_store_and_one_with_another_sort_of_table_is_not() {
    let (_folder, path) = folder();
    drop(Database::create(&path).unwrap());
    assert_eq!(read_all(&path).unwrap().1, []);
    drop(filled(&path, &three()));
    assert_eq!(open_all(&path, SCHEMA).unwrap().1, three());
    fs::remove_file(&path).unwrap();
    let foreign = Database::create(&path).unwrap();
    let write = foreign.begin_write().unwrap();
    write.open_multimap_table(redb::MultimapTableDefinition::<u64, u64>::new("theirs")).unwrap().insert(1, 2).unwrap();
    write.commit().unwrap();
    drop(foreign);
    assert_eq!(refused(&path).0, ErrorKind::NotAStore);
}

#[test]
fn an_empty_file_is_a_new_store_to_a_writer_only() {
    let (_folder, path) = folder();
    fs::write(&path, "").unwrap();
    assert_eq!(read_all(&path).unwrap_err().kind(), ErrorKind::NotAStore);
    drop(filled(&path, &three()));
    assert_eq!(open_all(&path, SCHEMA).unwrap().1, three());
}

#[test]
fn what_the_operating_system_refuses_is_told_with_the_path() {
    let (folder, path) = folder();
    let missing = read_all(&path).unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::Io);
    assert!(missing.to_string().contains("estate.twin"), "{missing}");
    assert!(!path.exists());
    for nowhere in [path.join("below"), folder.path().to_owned()] {
        let error = open_all(&nowhere, SCHEMA).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "{error}");
    }
}

#[test]
fn each_fault_of_the_database_has_its_kind() {
    use super::fault::Fault;
    use std::io::Error;
    let cases = [
        (redb::Error::Io(Error::from(std::io::ErrorKind::StorageFull)), ErrorKind::Io),
        (redb::Error::Io(Error::from(std::io::ErrorKind::PermissionDenied)), ErrorKind::Io),
        (redb::Error::Io(Error::from(std::io::ErrorKind::UnexpectedEof)), ErrorKind::Corrupt),
        (redb::Error::PreviousIo, ErrorKind::Io),
        (redb::Error::Corrupted("page".to_owned()), ErrorKind::Corrupt),
        (redb::Error::TableDoesNotExist("rows".to_owned()), ErrorKind::Corrupt),
        (redb::Error::DatabaseAlreadyOpen, ErrorKind::Busy),
        (redb::Error::ValueTooLarge(1 << 40), ErrorKind::Limit),
        (redb::Error::UpgradeRequired(1), ErrorKind::NotAStore),
    ];
    for (fault, kind) in cases {
        let error = Fault::Database(fault).at(Path::new("estate.twin"));
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains("estate.twin"), "{error}");
    }
}

#[test]
fn a_host_may_come_with_another_schema() {
    let (_folder, path) = folder();
    drop(filled(&path, &three()));
    let (mut store, found) = open_all(&path, Digest(8)).unwrap();
    assert_eq!((store.fingerprint(), found), (Some(SCHEMA), three()));
    assert_eq!(read_all(&path).unwrap().0.fingerprint(), Some(SCHEMA));
    store.append(&commit(102, 2, Vec::new())).unwrap();
    drop(store);
    assert_eq!(read_all(&path).unwrap().0.fingerprint(), Some(Digest(8)));
}

/// Changes the file behind the store's back, in a way that its database thinks right.
fn tamper(path: &Path, change: impl FnOnce(&redb::WriteTransaction)) {
    let mut builder = Database::builder();
    let database = builder.set_concurrency_mode(ConcurrencyMode::SingleWriter).open(path).unwrap();
    let write = database.begin_write().unwrap();
    change(&write);
    write.commit().unwrap();
}

fn say_format(write: &redb::WriteTransaction, format: &str) {
    let mut table = write.open_table(super::layout::META).unwrap();
    table.insert("format", format).unwrap();
    let mut entries = super::meta::entries(&table).unwrap();
    entries.remove("checksum");
    table.insert("checksum", digest_of(&entries).to_string().as_str()).unwrap();
}

#[test]
fn a_newer_format_is_named() {
    let cases = [("2.0", None), ("2.1", Some("2.1")), ("3.0", Some("3.0")), ("10.0", Some("10.0"))];
    for (format, newer) in cases {
        let (_folder, path) = folder();
        drop(filled(&path, &three()));
        tamper(&path, |write| say_format(write, format));
        match newer {
            None => assert_eq!(open_all(&path, SCHEMA).unwrap().1, three()),
            Some(found) => {
                let (kind, message) = refused(&path);
                assert_eq!(kind, ErrorKind::Newer);
                assert!(message.contains(&format!("has format {found}; this version reads up to 2.0")), "{message}");
            }
        }
    }
}

#[test]
fn what_was_taken_doubled_altered_or_moved_is_missed() {
    use super::layout::{BLOCKS, DIRECTORY, HEADS};
    type Change = fn(&redb::WriteTransaction);
    let changes: [(&str, Change); 9] = [
        ("a block is gone", |write| drop(write.open_table(BLOCKS).unwrap().pop_last().unwrap())),
        ("a block is gone without trace", |write| {
            let (place, _) = write
                .open_table(BLOCKS)
                .unwrap()
                .pop_first()
                .unwrap()
                .map(|(a, b)| (a.value(), b.value().len()))
                .unwrap();
            let mut directory = write.open_table(DIRECTORY).unwrap();
            directory.retain(|(_, _, tx, number), _| (tx, number) != place).unwrap();
        }),
        ("a block is filed that nobody committed", |write| {
            write.open_table(BLOCKS).unwrap().insert((1, 1), [0_u8; 20].as_slice()).unwrap();
        }),
        ("two blocks changed places", |write| {
            let mut blocks = write.open_table(BLOCKS).unwrap();
            let [first, second] = [-3, 101].map(|tx| blocks.get((tx, 0)).unwrap().unwrap().value().to_vec());
            blocks.insert((-3, 0), second.as_slice()).unwrap();
            blocks.insert((101, 0), first.as_slice()).unwrap();
        }),
        ("a block was altered", |write| {
            let mut blocks = write.open_table(BLOCKS).unwrap();
            let (key, mut value) =
                blocks.first().unwrap().map(|(key, value)| (key.value(), value.value().to_vec())).unwrap();
            *value.last_mut().unwrap() ^= 1;
            blocks.insert(key, value.as_slice()).unwrap();
        }),
        ("a block is filed elsewhere", |write| {
            let mut directory = write.open_table(DIRECTORY).unwrap();
            let (mut key, value) = directory.pop_first().unwrap().map(|(a, b)| (a.value(), b.value())).unwrap();
            key.1 += 1;
            directory.insert(key, value).unwrap();
        }),
        ("a commit is gone", |write| drop(write.open_table(HEADS).unwrap().remove(100).unwrap())),
        ("the last commit is gone", |write| drop(write.open_table(HEADS).unwrap().pop_last().unwrap())),
        ("a commit was moved", |write| {
            let mut heads = write.open_table(HEADS).unwrap();
            let head = heads.remove(100).unwrap().unwrap().value();
            heads.insert(99, head).unwrap();
        }),
    ];
    for (name, change) in changes {
        let (_folder, path) = folder();
        drop(filled(&path, &three()));
        tamper(&path, change);
        assert_eq!(refused(&path).0, ErrorKind::Corrupt, "{name}");
    }
}

/// A sequence of numbers that is the same each time (SplitMix64).
fn numbers(seed: u64) -> impl Iterator<Item = usize> {
    (1_u64..).map(move |step| {
        let mut z = seed.wrapping_add(step.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) >> 1).unwrap()
    })
}

/// Opens a damaged file both ways: each gives what was committed, or an error and leaves the file alone.
fn survives(path: &Path, damaged: &[u8], what: &str) -> bool {
    fs::write(path, damaged).unwrap();
    let kinds = [ErrorKind::Corrupt, ErrorKind::NotAStore, ErrorKind::Newer];
    match read_all(path) {
        Ok((_, found)) => assert!(found == three(), "read {what}"),
        Err(error) => assert!(kinds.contains(&error.kind()), "read {what}: {error}"),
    }
    assert!(fs::read(path).unwrap() == damaged, "reading touched {what}");
    match open_all(path, SCHEMA) {
        Ok((store, found)) => {
            assert!(found == three(), "write {what}");
            goes_on(store, path, what)
        }
        Err(error) => {
            assert!(kinds.contains(&error.kind()), "write {what}: {error}");
            assert!(fs::read(path).unwrap() == damaged, "touched {what}");
            false
        }
    }
}

/// Appends to a store that opened: it is verified then, so it goes on as it should or says that it is damaged.
fn goes_on(mut store: Store, path: &Path, what: &str) -> bool {
    let next = commit(500, 5, every_row());
    match store.append(&next) {
        Ok(()) => {
            drop(store);
            let all = [three(), vec![next]].concat();
            assert!(open_all(path, SCHEMA).unwrap().1 == all, "went on {what}");
            true
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Corrupt, "append {what}: {error}");
            false
        }
    }
}

/// Moves everything together, so that damage hits what is in use.
fn without_free_pages(path: &Path) {
    let mut builder = Database::builder();
    let mut database = builder.set_concurrency_mode(ConcurrencyMode::SingleWriter).open(path).unwrap();
    assert!(database.compact().unwrap());
}

/// Where there is anything in the file: damage to pages that are all zero is nearly always damage to free ones.
fn inhabited(bytes: &[u8]) -> Vec<usize> {
    let used = |page: &&[u8]| page.iter().any(|byte| *byte != 0);
    bytes.chunks(512).enumerate().filter(|(_, page)| used(page)).map(|(number, _)| number * 512).collect()
}

#[test]
fn damage_is_an_error_and_never_a_value() {
    let (_folder, path) = folder();
    drop(filled(&path, &three()));
    without_free_pages(&path);
    let whole = fs::read(&path).unwrap();
    let pages = inhabited(&whole);
    let mut opened = 0;
    let mut numbers = numbers(42);
    let mut next = || numbers.next().unwrap();
    for round in 0..300 {
        let offset = if round < 60 { next() % 320 } else { pages[next() % pages.len()] + next() % 512 };
        let mut damaged = whole.clone();
        damaged[offset] ^= if round % 2 == 0 { 1 << (next() % 8) } else { 1 + (next() % 255) as u8 };
        opened += usize::from(survives(&path, &damaged, &format!("round {round}: byte {offset}")));
    }
    for _ in 0..40 {
        let length = 1 + next() % (whole.len() - 1);
        assert!(!survives(&path, &whole[..length], &format!("cut at {length}")));
    }
    assert!(opened < 250, "{opened} of 300 opened: the damage hit nothing");
}
