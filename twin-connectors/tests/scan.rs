//! Scans of made-up trees, read by a made-up decoder, with every fault that a disk can have.

#[path = "../base/tests/shared/mod.rs"]
mod shared;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition};
use twin_connectors::{Entry, EntryKind, Files, Folder, Registered, Scan, ScanOptions, scan, scan_files};
use twin_core::base::{Context, Deadline, ErrorKind, Progress, Timestamp};
use twin_core::observe::{
    Batch, Capability, Diagnostic, Evidence, Locator, Outcome, Perspective, Record, RecordKey, Source, SourceId, code,
    technique,
};
use twin_core::schema::kind;

/// Reads files of lines: `name` is a record, `!` a rejection. Files of one folder whose name begins with `together` are a group
/// with the companion `vars` beside them.
struct Lines(&'static str);

impl Decoder for Lines {
    fn capability(&self) -> Capability {
        Capability::of_files(self.0, &[kind::COMPONENT], &[])
    }

    fn recognises(&self, path: &str, head: &[u8]) -> Recognition {
        match path.ends_with(&format!(".{}", self.0)) {
            true => Recognition::ByName,
            false if head.starts_with(b"lines") => Recognition::ByContent,
            false if path.ends_with(".guess") && self.0 == "a" => Recognition::Plausible,
            false => Recognition::No,
        }
    }

    fn group(&self, path: &str) -> Option<String> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        name.starts_with("together").then(|| folder.to_owned())
    }

    fn companions(&self, path: &str, _head: &[u8]) -> Vec<String> {
        let folder = self.group(path).map(|folder| if folder.is_empty() { folder } else { folder + "/" });
        folder.map(|folder| format!("{folder}vars")).into_iter().collect()
    }

    fn decode(&self, payloads: &[Payload<'_>], origin: &Origin) -> Vec<Decoded> {
        let whole = payloads.iter().all(|payload| payload.bytes.is_ok());
        let own = payloads.iter().filter(|payload| !payload.path.ends_with("vars"));
        own.map(|payload| match payload.bytes {
            Ok(bytes) => lines(payload.path, bytes, origin, whole),
            Err(why) => Decoded::rejected(
                payload.path,
                Diagnostic::rejected(code::UNREADABLE, Locator::line(payload.path, 0), why),
            ),
        })
        .collect()
    }
}

fn lines(path: &str, bytes: &[u8], origin: &Origin, whole: bool) -> Decoded {
    let mut decoded = Decoded::complete(path, Vec::new());
    for (number, line) in String::from_utf8_lossy(bytes).lines().enumerate() {
        let locator = Locator::line(path, number + 1);
        if line == "!" {
            decoded.diagnostics.push(Diagnostic::rejected(code::SYNTAX, locator, "an exclamation mark"));
            decoded.outcome = Outcome::Partial("a line was not understood".to_owned());
        } else {
            let key = RecordKey::new(&origin.source, kind::COMPONENT, line);
            let evidence = Evidence::at(locator, line, technique::DECLARED);
            decoded.records.push(Record::new(key, line, Perspective::Declared, evidence));
        }
    }
    if !whole {
        decoded.outcome = Outcome::Partial("a file of the group could not be read".to_owned());
    }
    decoded
}

static A: Lines = Lines("a");
static B: Lines = Lines("b");

/// A tree in memory: what a path holds, or what happens when it is read.
#[derive(Clone)]
enum Held {
    Text(&'static str),
    Link,
    Pipe,
    Denied,
    DeniedFolder,
}

struct InMemory(BTreeMap<&'static str, Held>);

impl Files for InMemory {
    fn list(&self, folder: &str, up_to: usize) -> io::Result<Vec<Entry>> {
        if matches!(self.0.get(folder), Some(Held::DeniedFolder)) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let within = self.0.iter().filter_map(|(path, held)| Some((path.strip_prefix(prefix.as_str())?, held)));
        let entries: BTreeMap<&str, EntryKind> = within
            .map(|(rest, held)| match rest.split_once('/') {
                Some((name, _)) => (name, EntryKind::Folder),
                None => (rest, kind_of(held)),
            })
            .collect();
        let entries = entries.into_iter().rev().take(up_to + 1);
        Ok(entries.map(|(name, kind)| Entry { name: name.to_owned(), kind }).collect())
    }

    fn read(&self, path: &str, up_to: u64) -> io::Result<Vec<u8>> {
        match self.0.get(path) {
            Some(Held::Text(text)) => Ok(text.bytes().take(up_to as usize).collect()),
            Some(Held::Denied) => Err(io::ErrorKind::PermissionDenied.into()),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

fn kind_of(held: &Held) -> EntryKind {
    match held {
        Held::Text(_) | Held::Denied => EntryKind::File,
        Held::Link => EntryKind::Link,
        Held::Pipe => EntryKind::Other,
        Held::DeniedFolder => EntryKind::Folder,
    }
}

fn options() -> ScanOptions {
    let decoders = vec![Registered::new(&A, &["a", "guess", "yaml"]), Registered::new(&B, &["b", "guess"])];
    ScanOptions { decoders, ..ScanOptions::default() }
}

fn run(files: &[(&'static str, Held)], options: &ScanOptions) -> Scan {
    let files = InMemory(files.iter().cloned().collect());
    scan_files(&files, &SourceId("test".to_owned()), options).expect("a scan that nobody stops ends")
}

/// One line for each batch: path, outcome, members or record names, codes of diagnostics, who read it.
fn told(scan: &Scan) -> Vec<String> {
    scan.batches.iter().map(told_batch).collect()
}

fn told_batch(batch: &Batch) -> String {
    let outcome = match &batch.outcome {
        Outcome::Complete => "complete".to_owned(),
        Outcome::Partial(why) => format!("partial({why})"),
    };
    let names = match &batch.members {
        Some(members) => members.join(" "),
        None => batch.records.iter().map(|record| record.key.name.clone()).collect::<Vec<_>>().join(" "),
    };
    let codes: Vec<&str> = batch.diagnostics.iter().map(|diagnostic| diagnostic.code.as_str()).collect();
    let sorts: Vec<&str> = batch.capabilities.iter().map(|capability| capability.sort.as_str()).collect();
    format!("{} {outcome} [{names}] [{}] [{}]", batch.scope.path, codes.join(" "), sorts.join(" "))
}

fn check(files: &[(&'static str, Held)], options: &ScanOptions, expected: &[&str]) -> Scan {
    let scan = run(files, options);
    assert_eq!(told(&scan), expected);
    let incoming: u64 = scan.batches.iter().map(Batch::incoming).sum();
    let counted: u64 = scan.report.decoders.iter().map(|tally| tally.read + tally.rejected).sum();
    let failed = scan.batches.iter().flat_map(|batch| &batch.diagnostics);
    let failed = failed.filter(|diagnostic| [code::UNREADABLE, code::LIMIT].contains(&diagnostic.code.as_str()));
    assert_eq!(incoming, counted + failed.count() as u64, "the counters reconcile");
    scan
}

use Held::{Denied, DeniedFolder, Link, Pipe, Text};

#[test]
fn folders_list_all_their_files_and_each_file_is_one_batch() {
    let scan = check(
        &[
            ("x.a", Text("one\ntwo")),
            ("k/y.b", Text("three\n!")),
            ("k/silent.b", Text("")),
            ("k/both", Text("lines")),
            ("k/strange.yaml", Text("?")),
            ("k/README.md", Text("#")),
            ("k/Makefile", Text("all:")),
            ("k/deep/node_modules/z.a", Text("never")),
            ("node_modules/z.a", Text("never")),
        ],
        &options(),
        &[
            " complete [k x.a] [] []",
            "k complete [k/Makefile k/README.md k/both k/deep k/silent.b k/strange.yaml k/y.b] [] []",
            "k/both complete [lines lines] [] [a b]",
            "k/deep complete [] [] []",
            "k/silent.b complete [] [] [b]",
            "k/y.b partial(a line was not understood) [three] [syntax] [b]",
            "x.a complete [one two] [] [a]",
        ],
    );
    let report = serde_json::to_value(&scan.report).expect("a report is JSON");
    let expected = serde_json::json!({
        "source": "test", "folders": 3, "files": 7,
        "decoders": [
            {"sort": "a", "files": 2, "read": 3, "rejected": 0},
            {"sort": "b", "files": 3, "read": 2, "rejected": 1},
        ],
        "in_part": [{"path": "k/y.b", "why": "a line was not understood"}],
        "not_understood": [{"path": "k/strange.yaml", "why": "no decoder recognises it"}],
        "nothing_to_keep": ["k/silent.b"],
        "not_read": [],
        "nobody_reads": {".md": 1, "Makefile": 1},
        "skipped": {"node_modules": 2},
        "links": [],
    });
    assert_eq!(report, expected);
}

#[test]
fn what_cannot_be_read_is_partial_and_stays_listed() {
    let scan = check(
        &[
            ("denied.a", Denied),
            ("denied.guess", Denied),
            ("denied.yaml", Denied),
            ("read.guess", Text("one")),
            ("denied.png", Denied),
            ("locked", DeniedFolder),
            ("link.a", Link),
            ("pipe.a", Pipe),
        ],
        &options(),
        &[
            " complete [denied.a denied.guess denied.png denied.yaml link.a locked pipe.a read.guess] [] []",
            "denied.a partial(permission denied) [] [unreadable] [a]",
            "denied.guess partial(permission denied) [] [unreadable] [a b]",
            "denied.yaml partial(permission denied) [] [unreadable] [a]",
            "locked partial(permission denied) [] [] []",
            "read.guess complete [one] [] [a]",
        ],
    );
    let unread: Vec<&str> = scan.report.not_read.iter().map(|unread| unread.path.as_str()).collect();
    assert_eq!(unread, ["denied.a", "denied.guess", "denied.png", "denied.yaml", "locked", "pipe.a"]);
    assert_eq!(scan.report.links, ["link.a"]);
    let text = scan.report.to_string();
    assert!(text.contains("not read: 6\n  denied.a: permission denied\n"), "{text}");
    assert!(text.contains("links not followed: 1"), "{text}");
}

#[test]
fn a_report_shows_no_control_characters() {
    let files = [("de\u{1b}[2Jnied\n.a", Denied), ("some\u{202e}.e\u{7}nd", Text("x"))];
    let text = run(&files, &options()).report.to_string();
    assert!(text.contains("  de\u{fffd}[2Jnied\u{fffd}.a: permission denied\n"), "{text}");
    assert!(!text.contains(|letter: char| letter.is_control() && letter != '\n'), "{text}");
}

#[test]
fn a_group_is_partial_if_any_of_it_cannot_be_read() {
    let denied_member = "partial(a file of the group could not be read)";
    check(
        &[("p/together1.a", Text("one")), ("p/together2.a", Denied), ("p/alone.a", Text("two"))],
        &options(),
        &[
            " complete [p] [] []",
            "p complete [p/alone.a p/together1.a p/together2.a] [] []",
            "p/alone.a complete [two] [] [a]",
            &format!("p/together1.a {denied_member} [one] [] [a]"),
            "p/together2.a partial(permission denied) [] [unreadable] [a]",
        ],
    );
    for (companion, why) in [(Denied, "permission denied"), (Link, "a symbolic link, not followed")] {
        check(
            &[("together1.a", Text("one")), ("vars", companion)],
            &options(),
            &[
                " complete [together1.a vars] [] []",
                &format!("together1.a {denied_member} [one] [] [a]"),
                &format!("vars partial({why}) [] [unreadable] [a]"),
            ],
        );
    }
    let scan = check(
        &[("together1.a", Text("one")), ("vars", Text("v"))],
        &options(),
        &[" complete [together1.a vars] [] []", "together1.a complete [one] [] [a]"],
    );
    assert!(scan.report.nobody_reads.is_empty(), "a companion is read");
}

#[test]
fn limits_on_bytes_and_files_are_diagnostics_not_losses() {
    let mut small = options();
    small.context.limits.payload_bytes = 4;
    check(
        &[("big.a", Text("12345")), ("fits.a", Text("1234"))],
        &small,
        &[
            " complete [big.a fits.a] [] []",
            "big.a partial(larger than the limit of 4 bytes) [] [limit] [a]",
            "fits.a complete [1234] [] [a]",
        ],
    );
    let mut few = options();
    few.context.limits.files = 3;
    check(
        &[("k/1.a", Text("1")), ("k/2.a", Text("2")), ("k/3.a", Text("3")), ("one.a", Text("one"))],
        &few,
        &[
            " complete [k one.a] [] []",
            "k partial(the scan's limit of 3 files is reached) [] [] []",
            "one.a complete [one] [] [a]",
        ],
    );
}

/// Cancels after so many reports.
struct After(AtomicUsize, twin_core::base::Cancel);

impl Progress for After {
    fn report(&self, _phase: &str, _done: u64, _total: u64) {
        if self.0.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.1.cancel();
        }
    }
}

#[test]
fn the_host_can_stop_a_scan_in_each_of_its_phases() {
    let files = InMemory([("k/1.a", Text("1")), ("k/2.a", Text("2"))].into_iter().collect());
    for reports in 1..=5 {
        let mut options = options();
        let cancel = options.context.cancel.clone();
        options.context.progress = Arc::new(After(AtomicUsize::new(reports), cancel));
        let outcome = scan_files(&files, &SourceId("test".to_owned()), &options);
        let kind = outcome.err().map(|error| error.kind());
        // With two threads the last file's check may already have passed when the report before it cancels.
        assert!(kind == Some(ErrorKind::Cancelled) || (reports == 5 && kind.is_none()), "{reports} {kind:?}");
    }
    let mut late = options();
    late.context.deadline =
        Some(Deadline::new(|| std::time::Duration::from_secs(2), std::time::Duration::from_secs(1)));
    let kind = scan_files(&files, &SourceId("test".to_owned()), &late).err().map(|error| error.kind());
    assert_eq!(kind, Some(ErrorKind::Limit));
}

#[test]
fn a_real_folder_is_read_without_following_links() {
    let root = std::env::temp_dir().join(format!("twin-scan-{}", std::process::id()));
    let folder = root.join("k");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("x.a"), "one").expect("a file");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&root, folder.join("loop")).expect("a link");
    let named = ScanOptions { name: Some("shop".to_owned()), ..options() };
    let found = scan(&root, &named).expect("a scan");
    let mut pulled = Vec::new();
    let mut source = Folder::new(&root, named);
    let context = Context::new(Timestamp::MIN);
    let mut cursor = None;
    loop {
        let page = source.read(cursor.as_deref(), &context).expect("a page");
        pulled.push(page.batch);
        cursor = page.next_cursor;
        if page.done {
            break;
        }
    }
    std::fs::remove_dir_all(&root).expect("cleaned up");
    assert_eq!(pulled, found.batches);
    assert_eq!(found.batches.last().map(told_batch).as_deref(), Some("k/x.a complete [one] [] [a]"));
    #[cfg(unix)]
    assert_eq!(found.report.links, ["k/loop"]);
    assert_eq!(scan(root.join("gone"), &options()).err().map(|error| error.kind()), Some(ErrorKind::Invalid));
}

#[test]
fn an_unknown_sort_is_told_with_the_nearest() {
    let error = twin_connectors::decode_one("no-such-source", "x", b"").expect_err("no such decoder");
    assert_eq!(error.kind(), ErrorKind::Unknown);
    assert!(error.to_string().starts_with("unknown source \"no-such-source\""), "{error}");
}

#[test]
fn real_folders_reconcile_and_do_not_depend_on_who_reads_first() {
    for folder in ["fixtures/kubernetes", "fixtures/terraform-state", "fixtures/adr-nygard", "estates/raw"] {
        let options = ScanOptions { name: Some("real".to_owned()), ..ScanOptions::default() };
        let Some(root) = shared::folder(folder) else { return };
        let found = scan(&root, &options).expect("a scan");
        assert!(found.report.decoders.iter().any(|tally| tally.read > 0), "{folder}\n{}", found.report);
        let counted: u64 = found.report.decoders.iter().map(|tally| tally.read + tally.rejected).sum();
        let incoming: u64 = found.batches.iter().map(Batch::incoming).sum();
        assert_eq!(counted, incoming, "{folder}\n{}", found.report);
        assert_eq!(scan(&root, &options).expect("a scan").batches, found.batches, "{folder}");
        println!("{}", found.report);
    }
}

#[test]
fn one_file_is_decoded_by_the_decoder_that_is_asked_for() {
    let rules =
        twin_connectors::decode_one("codeowners", "CODEOWNERS", b"/pay/ @acme/payments\n").expect("a known sort");
    assert_eq!((rules.incoming(), rules.outcome), (1, Outcome::Complete));
    for row in twin_connectors::registry() {
        let sort = row.sort();
        for bytes in [b"".as_slice(), b"\xff\xfe\x00", b"neither fish nor fowl\n"] {
            let batch = twin_connectors::decode_one(&sort, "some/file", bytes).expect("a known sort");
            let located = batch.diagnostics.iter().all(|diagnostic| diagnostic.locator.path() == "some/file");
            assert!(located, "{sort}: {batch:?}");
            // To CODEOWNERS every line is a rule; settings may be empty, and need not name anybody.
            let takes_all = ["codeowners", "application-config"].contains(&sort.as_str());
            assert!(takes_all || batch.incoming() == 1, "{sort} {bytes:?}: one rejection: {batch:?}");
        }
    }
}
