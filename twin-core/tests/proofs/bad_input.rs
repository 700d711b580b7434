//! Bad input: each bad record is told with its place and counted, and nothing else is other than it would be without it; each misuse is an error that changes nothing. In
//! memory and on disk. Disks that are full or broken, and files that may not be written, are in `benches/tests/durability`.

use serde_json::json;
use twin_core::base::{Context, Error, ErrorKind, Limits, Result, Timestamp};
use twin_core::observe::{Batch, Capability, Diagnostic, Page, PageDraft, Record, Scope, Source, SourceId, Statement};
use twin_core::schema::{Schema, Value};
use twin_core::{At, Receipt, Twin};

use crate::support::{apply, ask, batches, components, rows, time, told};

/// What is known before.
const BEFORE: &str = "file a\nWorkload:a\nset replicas 2\nWorkload:old";
/// What is good about a batch with something bad in it.
const GOOD: &str = "file a\nWorkload:a\nset replicas 3\nWorkload:old";
/// What comes after it.
const AFTER: &str = "now 12:00\nfile a\nWorkload:a\nset replicas 4\nWorkload:new";

/// A record with something bad about it, after good ones.
struct Case {
    /// The lines of the record.
    bad: &'static str,
    /// What is wrong with it that lines cannot say.
    spoil: fn(&mut Record),
    /// The lines that say what is good about it.
    good: &'static str,
    /// Applied, duplicate, late, rejected.
    counts: [u64; 4],
    /// Severity, code, place and records of what is told, with a part of the message.
    told: &'static [(&'static str, &'static str)],
}

fn fine(_: &mut Record) {}

/// A record of which nothing can be taken.
fn lost(bad: &'static str, spoil: fn(&mut Record), why: &'static str) -> Case {
    let told: &[_] = match why {
        BEGINS => &[("Warning schema a:4 0", BEGINS), ("Rejected schema a:4 1", NOTHING)],
        ENDED => &[("Warning schema a:4 0", ENDED), ("Rejected schema a:4 1", NOTHING)],
        _ => &[("Warning schema a:4 0", SURE), ("Rejected schema a:4 1", NOTHING)],
    };
    Case { bad, spoil, good: "", counts: [1, 1, 0, 1], told }
}

/// A record of an unknown kind that stands for as many of the source.
fn unknown(spoil: fn(&mut Record), count: u64, told: &'static [(&'static str, &'static str)]) -> Case {
    Case { bad: "Workloadd:bad", spoil, good: "", counts: [1, 1, 0, count], told }
}

/// A record of which all but one thing can be taken.
fn kept(bad: &'static str, spoil: fn(&mut Record), told: &'static [(&'static str, &'static str)]) -> Case {
    Case { bad, spoil, good: "Workload:bad", counts: [2, 1, 0, 0], told }
}

const BEGINS: &str = "a fact of estate/Workload:bad ends before it begins";
const ENDED: &str = "a fact of estate/Workload:bad ended before it was read, and does not say when it began";
const SURE: &str = "evidence of estate/Workload:bad needs a place and a confidence between 0 and 1";
const NOTHING: &str = "nothing that it says could be taken";

fn sure(record: &mut Record, confidence: f64) {
    record.observations.iter_mut().for_each(|said| said.evidence.confidence = confidence);
}

fn cases() -> Vec<Case> {
    vec![
        lost("Workload:bad from 10:00 to 08:00", fine, BEGINS),
        lost("Workload:bad from 10:00 to 10:00", fine, BEGINS),
        lost("Workload:bad from 9999-12-30T00:00:00Z to 0000-01-01T00:00:00Z", fine, BEGINS),
        lost("Workload:bad to 08:00", fine, ENDED),
        lost("Workload:bad to 0000-01-01T00:00:00Z", fine, ENDED),
        lost("Workload:bad", |bad| sure(bad, f64::NAN), SURE),
        lost("Workload:bad", |bad| sure(bad, f64::NEG_INFINITY), SURE),
        lost("Workload:bad", |bad| sure(bad, -f64::MIN_POSITIVE), SURE),
        lost("Workload:bad", |bad| sure(bad, 1.0 + f64::EPSILON), SURE),
        Case {
            told: &[("Warning schema a:0 0", SURE), ("Rejected schema a:0 1", NOTHING)],
            ..lost("Workload:bad", |bad| bad.observations[0].evidence.chain.clear(), SURE)
        },
        unknown(fine, 1, &[("Rejected schema a:4 1", "nearest are Workload")]),
        unknown(|bad| bad.stands_for = 70, 70, &[("Rejected schema a:4 70", "\"Workloadd\"")]),
        unknown(|bad| bad.stands_for = 0, 0, &[("Rejected schema a:4 0", "\"Workloadd\"")]),
        kept("Workload:bad\nset replica 2", fine, &[("Warning schema a:5 0", "nearest are replicas")]),
        kept("Workload:bad\ncals Workload:a", fine, &[("Warning schema a:5 0", "nearest are calls")]),
        kept("Workload:bad\ncalls Workloadd:a", fine, &[("Warning schema a:5 0", "nearest are Workload")]),
        kept("Workload:bad\nset replicas 2", mistyped, &[("Warning schema a:5 0", "is not of type Integer")]),
        kept("Workload:bad\nset replicas 2", doubtful, &[("Warning schema a:5 0", SURE)]),
    ]
}

/// A number that is a text, as NaN would be.
fn mistyped(record: &mut Record) {
    let Statement::Attribute { value, .. } = &mut record.observations[1].statement else { return };
    *value = Value::Text("NaN".to_owned());
}

fn doubtful(record: &mut Record) {
    record.observations[1].evidence.confidence = f64::NAN;
}

#[test]
fn a_bad_record_is_told_and_counted_and_changes_nothing_beside_it() {
    cases().iter().for_each(check);
}

fn check(case: &Case) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("twin");
    let (memory, good) = (Twin::in_memory(), Twin::in_memory());
    apply(&memory, BEFORE);
    apply(&Twin::open(&path).unwrap(), BEFORE);
    apply(&good, BEFORE);
    apply(&good, &format!("now 11:00\n{GOOD}\n{}", case.good));
    for twin in [&memory, &Twin::open(&path).unwrap()] {
        takes_what_is_good(twin, case);
        assert_eq!(answers(twin), answers(&good), "{}", case.bad);
    }
    let reopened = Twin::open(&path).unwrap();
    assert_eq!(answers(&reopened), answers(&good), "{}, reopened", case.bad);
    assert_eq!(noted(&reopened), case.told.len() as u64, "{}", case.bad);
    apply(&good, AFTER);
    for twin in [memory, reopened] {
        let receipt = apply(&twin, AFTER);
        assert_eq!((receipt.rejected, receipt.diagnostics.len(), noted(&twin)), (0, 0, 0), "{}", case.bad);
        assert_eq!(answers(&twin), answers(&good), "after {}", case.bad);
    }
}

fn takes_what_is_good(twin: &Twin, case: &Case) {
    let mut batches = batches(&format!("{GOOD}\n{}", case.bad));
    (case.spoil)(batches[0].records.last_mut().unwrap());
    let incoming = batches[0].incoming();
    let receipt = twin.apply(batches, time("11:00")).unwrap();
    let Receipt { applied, duplicate, late, rejected, diagnostics, .. } = &receipt;
    assert_eq!([*applied, *duplicate, *late, *rejected], case.counts, "{} {diagnostics:?}", case.bad);
    assert_eq!(applied + duplicate + late + rejected, incoming, "{}", case.bad);
    assert_eq!(diagnostics.len(), case.told.len(), "{} {diagnostics:?}", case.bad);
    for (diagnostic, (head, part)) in diagnostics.iter().zip(case.told) {
        let Diagnostic { severity, code, locator, message, records } = diagnostic;
        assert_eq!(format!("{severity:?} {code} {locator} {records}"), *head, "{}", case.bad);
        assert!(message.contains(part), "{} {message}", case.bad);
    }
    assert_eq!(noted(twin), case.told.len() as u64, "{}", case.bad);
}

/// Everything that is answered now, and of hours before.
fn answers(twin: &Twin) -> Vec<String> {
    let now = At::now(time("12:30"));
    [now, now.valid(time("09:30")), now.known(time("10:00"))].map(|at| told(&twin.snapshot(at))).to_vec()
}

/// How many diagnostics the last reading of the file had.
fn noted(twin: &Twin) -> u64 {
    let scope = Scope::new(&SourceId("estate".to_owned()), "a");
    let snapshot = twin.snapshot(At::now(time("12:30")));
    snapshot.readings().reading(&scope).map_or(0, |read| read.diagnostics)
}

#[test]
fn counts_that_are_too_large_stay_the_largest_there_is() {
    let twin = Twin::in_memory();
    let mut batches = batches("file a\nWorkloadd:x\nWorkloadd:y\nWorkload:a");
    batches[0].records[..2].iter_mut().for_each(|record| record.stands_for = u64::MAX);
    assert_eq!(batches[0].incoming(), u64::MAX);
    let receipt = twin.apply(batches, time("09:00")).unwrap();
    assert_eq!((receipt.rejected, receipt.applied), (u64::MAX, 1));
}

#[test]
fn what_a_page_says_of_times_that_are_none_is_told() {
    let capability = Capability::of_files("estate", &[], &[]);
    let page = |record: serde_json::Value| {
        let draft = PageDraft::from_json(&json!({"scope": "a", "records": [record]}).to_string()).unwrap();
        draft.page(&SourceId("estate".to_owned()), &capability, &Schema::default()).batch
    };
    for at in [json!("year 300000"), json!("300000-01-01T00:00:00Z"), json!("-0001-01-01T00:00:00Z"), json!(1e300)] {
        let batch = page(json!({"kind": "Workload", "key": "bad", "valid_from": at}));
        let told: Vec<String> =
            batch.diagnostics.iter().map(|told| format!("{} {}", told.locator, told.code)).collect();
        assert_eq!(
            (batch.records.len(), batch.incoming(), told),
            (0, 1, vec!["a#0/records/0 shape".to_owned()]),
            "{at}"
        );
        let page = json!({"scope": "a", "observed_at": at}).to_string();
        assert_eq!(PageDraft::from_json(&page).unwrap_err().kind(), ErrorKind::Invalid, "{at}");
    }
    let batch = page(json!({"kind": "Workload", "key": "a", "attributes": {"replicas": "NaN"}}));
    assert_eq!((batch.records.len(), batch.diagnostics.len()), (1, 1));
    let text = "{\"records\": [{\"kind\": \"Workload\", \"key\": \"a\", \"attributes\": {\"replicas\": NaN}}]}";
    assert_eq!(PageDraft::from_json(text).unwrap_err().kind(), ErrorKind::Invalid, "JSON has no such number");
}

/// Tells some bad input to a twin in memory and to one on disk, which answers the same when it is opened anew, and goes on.
fn in_memory_and_on_disk(told: impl Fn(&Twin)) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("twin");
    let (memory, disk) = (Twin::in_memory(), Twin::open(&path).unwrap());
    [&memory, &disk].into_iter().for_each(&told);
    drop(disk);
    let reopened = Twin::open(&path).unwrap();
    assert_eq!(answers(&reopened), answers(&memory));
    assert_eq!([&memory, &reopened].map(|twin| apply(twin, AFTER).applied), [2, 2]);
    assert_eq!(answers(&reopened), answers(&memory));
}

#[test]
fn a_record_that_is_told_twice_is_counted_twice_and_kept_once() {
    in_memory_and_on_disk(|twin| {
        let receipt =
            apply(twin, "file a\nWorkload:a\nset replicas 2\nWorkload:a\nset replicas 2\nWorkload:a\nset replicas 3");
        assert_eq!((receipt.applied, receipt.duplicate, receipt.rejected), (2, 1, 0));
        assert_eq!(components(&twin.snapshot(At::now(time("09:00")))), ["a"]);
        assert_eq!(ask(twin, "09:00", "conflicts a"), ["replicas declared 2 shown", "replicas declared 3"]);
    });
}

#[test]
fn of_two_times_of_one_fact_the_longer_stands_in_any_order_and_the_other_is_told() {
    let (short, long) = ("Workload:a from 07:00 to 08:00\n", "Workload:a from 10:00\n");
    for text in [format!("{short}{long}"), format!("{long}{short}")] {
        let twin = Twin::in_memory();
        let receipt = apply(&twin, &format!("now 11:00\nfile a\n{text}"));
        let told: Vec<String> =
            receipt.diagnostics.iter().map(|told| format!("{} {}", told.locator, told.message)).collect();
        let expected =
            "a:2 a fact of estate/Workload:a is said of several times at once: the one that lasts longer stands";
        assert_eq!(told, [expected]);
        assert_eq!((receipt.applied, receipt.duplicate), (1, 1));
        for (valid, there) in [("07:30", 0), ("09:00", 0), ("10:30", 1), ("11:30", 1)] {
            let snapshot = twin.snapshot(At::now(time("12:00")).valid(time(valid)));
            assert_eq!(components(&snapshot).len(), there, "{text} at {valid}");
        }
    }
}

#[test]
fn changes_that_tell_a_record_at_several_times_are_what_they_are_in_batches_of_their_own() {
    let words = [
        "Workload:a from 07:00\ncalled first\nset replicas 5\n",
        "Workload:a from 09:00\nset replicas 6\n",
        "Workload:a from 10:00\nset replicas 7\ncalled last\n",
    ];
    let apart = Twin::in_memory();
    let begin = "file w delta\nWorkload:a from 08:00\nset replicas 2\nWorkload:b from 08:00";
    apply(&apart, begin);
    words.iter().for_each(|word| drop(apply(&apart, &format!("now 11:00\nfile w delta\n{word}"))));
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let twin = Twin::in_memory();
        apply(&twin, begin);
        let text: String = order.map(|place| words[place]).concat();
        let receipt = apply(&twin, &format!("now 11:00\nfile w delta\n{text}gone Workload:b"));
        assert_eq!((receipt.applied, receipt.late, receipt.duplicate, receipt.diagnostics.len()), (3, 1, 0, 0));
        for (valid, replicas) in [("07:30", "5"), ("08:30", "2"), ("09:30", "6"), ("11:30", "7")] {
            let at = At::now(time("12:00")).valid(time(valid));
            let (snapshot, apart) = (twin.snapshot(at), apart.snapshot(at));
            assert_eq!(rows(&snapshot, "attribute a replicas"), [format!("declared {replicas}")], "{order:?} {valid}");
            assert_eq!(rows(&snapshot, "attribute a replicas"), rows(&apart, "attribute a replicas"));
        }
        assert_eq!(ask(&twin, "11:30", "find Component").len(), 1, "b is gone: {order:?}");
    }
}

#[test]
fn a_relation_to_nothing_known_is_told_as_unresolved_and_found_when_its_end_comes() {
    in_memory_and_on_disk(tells_what_leads_nowhere);
}

fn tells_what_leads_nowhere(twin: &Twin) {
    let estate = "file a\nWorkload:a\ncalls Workload:b\nconnectsTo host:c\nconnectsTo native_id:d";
    let receipt = apply(twin, estate);
    assert_eq!((receipt.applied, receipt.duplicate, receipt.late, receipt.rejected), (1, 0, 0, 0));
    let nowhere = |at, names| {
        format!("Warning unresolved {at} 0 a reference to {names} is not followed: nothing that was read answers to it")
    };
    let [b, c, d] = [("a:2", "estate/Workload:b"), ("a:3", "c"), ("a:4", "d")].map(|(at, names)| nowhere(at, names));
    assert_eq!(diagnosed(&receipt), [b.clone(), c, d.clone()]);
    assert!(diagnosed(&apply(twin, &format!("now 09:10\n{estate}"))).is_empty(), "told once");
    let more = apply(twin, &format!("now 09:20\n{estate}\nconnectsTo native_id:e"));
    assert_eq!(diagnosed(&more), [nowhere("a:5", "e")], "only what is new");
    assert_eq!(diagnosed(&apply(twin, "now 09:30\nfile b\nWorkload:b\nknown native_id:d\nknown host:c")), [""; 0]);
    let gone = apply(twin, "now 09:40\nfile b\nWorkload:b\nknown host:c");
    assert_eq!(diagnosed(&gone), [d], "what led somewhere and no longer does");
    let gone = apply(twin, "now 09:50\nfile b");
    assert!(diagnosed(&gone).contains(&b), "{gone:?}");
}

#[test]
fn references_to_nothing_known_do_not_flood_whoever_reads_receipts_as_json() {
    let twin = Twin::in_memory();
    let calls: String = (0..1_500).map(|place| format!("\ncalls Workload:x{place}")).collect();
    let receipt = apply(&twin, &format!("file a\nWorkload:a{calls}"));
    let told = receipt.to_value();
    let told = |field: &str| told[field].as_array().map_or_else(|| told[field].as_u64(), |all| Some(all.len() as u64));
    assert_eq!(
        (receipt.diagnostics.len(), told("diagnostic_count"), told("diagnostics")),
        (1_500, Some(1_500), Some(1_000))
    );
}

/// Severity, code, place, records and message of each diagnostic.
fn diagnosed(receipt: &Receipt) -> Vec<String> {
    let line = |Diagnostic { severity, code, locator, message, records }: &Diagnostic| {
        format!("{severity:?} {code} {locator} {records} {message}")
    };
    receipt.diagnostics.iter().map(line).collect()
}

/// What must fail, on a twin that holds something.
struct Misuse {
    what: &'static str,
    does: fn(&Twin) -> Result<()>,
    kind: ErrorKind,
    /// Parts of what is told.
    told: &'static [&'static str],
}

fn misuses() -> Vec<Misuse> {
    let too_much = |what, does, told| Misuse { what, does, kind: ErrorKind::Limit, told };
    let invalid = |what, does, told| Misuse { what, does, kind: ErrorKind::Invalid, told };
    vec![
        too_much("records", |twin| within(twin, large(), records(2)), &["estate/a has 3 records", "is 2", "split it"]),
        too_much(
            "bytes",
            |twin| within(twin, large(), bytes(100)),
            &["estate/a", "or more", "is 100", "raise the limit"],
        ),
        too_much("members", |twin| within(twin, vec![listing(3)], records(2)), &["batch of estate has 3 records"]),
        too_much("removals", |twin| within(twin, removals(), records(2)), &["estate/w has 3 records"]),
        too_much("a page", |twin| sync(twin, records(2)), &["sheet/page has 3 records"]),
        invalid("no time is left", |twin| twin.apply(large(), Timestamp::MAX).map(drop), &["check the host's clock"]),
        invalid("nor to read", |twin| twin.apply(batches(BEFORE), Timestamp::MAX).map(drop), &["host's clock"]),
        Misuse { what: "a stranger", does: |twin| pin(twin), kind: ErrorKind::Unknown, told: &["estate/Workload:x"] },
    ]
}

fn records(batch_records: u64) -> Limits {
    Limits { batch_records, ..Limits::default() }
}

fn bytes(batch_bytes: u64) -> Limits {
    Limits { batch_bytes, ..Limits::default() }
}

/// A small batch, and one of three records.
fn large() -> Vec<Batch> {
    batches(&format!("file\n{GOOD}\nWorkload:new"))
}

fn listing(members: usize) -> Batch {
    let members = (0..members).map(|member| member.to_string()).collect();
    Batch::listing(Scope::new(&SourceId("estate".to_owned()), ""), members)
}

fn removals() -> Vec<Batch> {
    batches("file w delta\ngone Workload:a\ngone Workload:old\ngone Workload:new")
}

fn within(twin: &Twin, batches: Vec<Batch>, limits: Limits) -> Result<()> {
    twin.apply_within(batches, &Context { limits, ..Context::new(time("11:00")) }).map(drop)
}

fn sync(twin: &Twin, limits: Limits) -> Result<()> {
    let context = Context { limits, ..Context::new(time("11:00")) };
    twin.sync(&SourceId("sheet".to_owned()), &mut OnePage, &context).map(drop)
}

fn pin(twin: &Twin) -> Result<()> {
    let [x, y] = ["x", "y"].map(|name| batches(&format!("file x\nWorkload:{name}"))[0].records[0].key.clone());
    twin.pin(&x, &y, time("11:00")).map(drop)
}

/// A source whose only page has three records.
struct OnePage;

impl Source for OnePage {
    fn capability(&self) -> Capability {
        Capability::of_files("sheet", &[], &[])
    }

    fn read(&mut self, _cursor: Option<&str>, _context: &Context) -> Result<Page> {
        let batch = batches("source sheet\nfile page\nWorkload:x\nWorkload:y\nWorkload:z").remove(0);
        Ok(Page { batch, next_cursor: None, done: true })
    }
}

#[test]
fn misuse_is_an_error_that_changes_nothing() {
    for misuse in misuses() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("twin");
        let (memory, disk) = (Twin::in_memory(), Twin::open(&path).unwrap());
        for twin in [&memory, &disk] {
            apply(twin, BEFORE);
            fails(twin, &misuse);
        }
        drop(disk);
        assert_eq!(answers(&Twin::open(&path).unwrap()), answers(&memory), "{}", misuse.what);
    }
}

/// The misuse fails as it should; what is answered before and after is the same, and the next good batch is taken.
fn fails(twin: &Twin, misuse: &Misuse) {
    let all = |twin: &Twin| (components(&twin.snapshot(At::now(time("11:00")))), facts(twin), twin.revision());
    let before = all(twin);
    let error = (misuse.does)(twin).unwrap_err();
    let told = error.to_string();
    assert_eq!(error.kind(), misuse.kind, "{}: {told}", misuse.what);
    assert!(misuse.told.iter().all(|part| told.contains(part)), "{}: {told}", misuse.what);
    assert_eq!(all(twin), before, "{}", misuse.what);
    let receipt = apply(twin, AFTER);
    assert_eq!((receipt.applied, receipt.revision), (2, before.2 + 1), "{}", misuse.what);
}

/// What is said, without when it was read: a pass that failed is noted.
fn facts(twin: &Twin) -> Vec<String> {
    let snapshot = twin.snapshot(At::now(time("11:00")));
    let pages = snapshot.pages();
    vec![
        format!("{:?}", pages.entities),
        format!("{:?}", pages.links),
        rows(&snapshot, "attribute a replicas").concat(),
    ]
}

#[test]
fn whoever_may_not_write_is_turned_away_and_in_nobodys_way() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("twin");
    let writer = Twin::open(&path).unwrap();
    apply(&writer, BEFORE);
    let before = answers(&writer);
    let reader = Twin::open_read_only(&path).unwrap();
    let refused: [(Error, ErrorKind); 3] = [
        (Twin::open(&path).unwrap_err(), ErrorKind::Busy),
        (reader.apply(batches(AFTER), time("11:00")).unwrap_err(), ErrorKind::Invalid),
        (Twin::open(folder.path()).unwrap_err(), ErrorKind::Io),
    ];
    for (error, kind) in refused {
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(&*folder.path().to_string_lossy()), "{error}");
        assert_eq!(answers(&writer), before);
        assert_eq!(answers(&reader), before);
    }
    assert_eq!(apply(&writer, AFTER).applied, 2);
    reader.refresh().unwrap();
    assert_eq!(answers(&reader), answers(&writer));
}
