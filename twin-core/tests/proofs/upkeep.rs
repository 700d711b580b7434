//! What keeps a twin in good order changes no answer that it should not change, and says what it does.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tempfile::TempDir;
use twin_core::base::{ErrorKind, Timestamp};
use twin_core::observe::{RecordKey, SourceId};
use twin_core::schema::Kind;
use twin_core::{At, Twin};

use crate::history::readings;
use crate::support::{apply, cases, components, time, told};

const TOLD: [&str; 4] = [
    "now 08:00\nfolder d: d/a d/b\nfile d/a\nWorkload:a\nset replicas 1\ncalls Workload:b\nfile d/b\nWorkload:b\nknown host:b@net",
    "now 09:00\nfile d/a\nWorkload:a\nset replicas 2\ncalls Workload:b",
    "now 10:00\nfolder d: d/a",
    "now 11:00\nfolder d: d/a d/b\nfile d/b\nWorkload:b\nknown host:b@net",
];

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("estate.twin");
    (folder, path)
}

fn filled(path: &Path) -> Twin {
    let twin = Twin::open(path).unwrap();
    TOLD.iter().for_each(|text| drop(apply(&twin, text)));
    twin
}

fn hour(hour: u8) -> Timestamp {
    time(&format!("{hour:02}:00"))
}

/// Answers at every second hour by what was known at every second hour, from one on.
fn answers(twin: &Twin, from: u8) -> Vec<String> {
    let hours = || (from..24).step_by(2);
    let at = At::now(time("23:30"));
    let pairs = hours().flat_map(|valid| hours().map(move |known| at.valid(hour(valid)).known(hour(known))));
    pairs.chain([at, at.valid(hour(23))]).map(|at| told(&twin.as_of(at).unwrap())).collect()
}

#[test]
fn a_copy_of_a_live_store_is_the_store_and_what_is_there_is_not_overwritten() {
    let (folder, path) = folder();
    let twin = filled(&path);
    let copy = folder.path().join("copy.twin");
    twin.backup(&copy).unwrap();
    apply(&twin, "now 12:00\nfile d/a\nWorkload:a");
    let copied = Twin::open(&copy).unwrap();
    assert_eq!(copied.revision() + 1, twin.revision());
    let memory = Twin::in_memory();
    TOLD.iter().for_each(|text| drop(apply(&memory, text)));
    assert_eq!(answers(&copied, 7), answers(&memory, 7));
    assert_eq!(twin.backup(&copy).unwrap_err().kind(), ErrorKind::Invalid);
    assert_eq!(memory.backup(folder.path().join("none")).unwrap_err().kind(), ErrorKind::Invalid);
    assert!(!folder.path().join("none").exists());
}

#[test]
fn verifying_counts_what_is_there_and_finds_what_is_damaged() {
    let (_folder, path) = folder();
    let twin = filled(&path);
    let found = twin.verify().unwrap();
    assert_eq!((found.commits, found.blocks, found.pages), (4, 4, true));
    assert!(found.rows > 20, "{found:?}");
    let reader = Twin::open_read_only(&path).unwrap();
    let read = reader.verify().unwrap();
    assert_eq!((read.rows, read.pages), (found.rows, false));
    drop(twin);
    let mut bytes = std::fs::read(&path).unwrap();
    let needle = b"replicas";
    let places: Vec<usize> = (0..bytes.len() - needle.len()).filter(|at| bytes[*at..].starts_with(needle)).collect();
    assert!(!places.is_empty());
    places.into_iter().for_each(|at| bytes[at] ^= 1);
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(reader.verify().unwrap_err().kind(), ErrorKind::Corrupt);
}

#[test]
fn an_export_is_a_new_file_and_nothing_is_left_of_one_that_failed() {
    let (folder, path) = folder();
    let (lines, none) = (folder.path().join("estate.jsonl"), folder.path().join("none.jsonl"));
    let twin = filled(&path);
    twin.export_to(&lines).unwrap();
    let other = Twin::in_memory();
    assert_eq!(other.import_from(&lines).unwrap(), []);
    assert_eq!(answers(&other, 7), answers(&twin, 7));
    let before = std::fs::read(&lines).unwrap();
    assert_eq!(twin.export_to(&lines).unwrap_err().kind(), ErrorKind::Invalid);
    assert_eq!(std::fs::read(&lines).unwrap(), before);
    assert_eq!(other.export_to(&none).unwrap_err().kind(), ErrorKind::Invalid);
    assert_eq!(Twin::in_memory().import_from(&none).unwrap_err().kind(), ErrorKind::Io);
    assert!(!none.exists());
}

#[test]
fn what_is_exported_and_imported_answers_the_same_at_all_times() {
    let (_folder, path) = folder();
    let twin = filled(&path);
    let mut lines = Vec::new();
    twin.export(&mut lines).unwrap();
    let imported = Twin::in_memory();
    assert_eq!(imported.import(&mut &lines[..]).unwrap(), []);
    assert_eq!(answers(&imported, 7), answers(&twin, 7));
    assert_eq!(imported.revision(), twin.revision());
    let (_other, second) = self::folder();
    let disk = Twin::open(&second).unwrap();
    disk.import(&mut &lines[..]).unwrap();
    let mut again = Vec::new();
    disk.export(&mut again).unwrap();
    assert!(again == lines, "the lines are the same");
    drop(disk);
    assert_eq!(answers(&Twin::open(&second).unwrap(), 7), answers(&twin, 7));
    assert_eq!(twin.import(&mut &lines[..]).unwrap_err().kind(), ErrorKind::Invalid);
}

#[test]
fn rows_of_a_commit_that_cannot_be_read_are_told_and_put_into_no_other() {
    let (_folder, path) = folder();
    let mut lines = Vec::new();
    filled(&path).export(&mut lines).unwrap();
    let text = String::from_utf8(lines).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.iter().rposition(|line| line.starts_with("{\"commit\"")).unwrap();
    let mut spoilt = lines.clone();
    spoilt[last] = "nonsense";
    let (_other, second) = folder();
    let twin = Twin::open(&second).unwrap();
    let diagnostics = twin.import(&mut spoilt.join("\n").as_bytes()).unwrap();
    assert_eq!(diagnostics.len(), lines.len() - last, "the commit and each of its rows");
    let mut again = Vec::new();
    twin.export(&mut again).unwrap();
    assert!(
        String::from_utf8(again).unwrap().lines().eq(lines[..last].iter().copied()),
        "all before it, and nothing more"
    );
}

#[test]
fn lines_that_make_no_sense_are_told_with_their_place_and_the_others_are_taken() {
    let (_folder, path) = folder();
    let mut lines = Vec::new();
    filled(&path).export(&mut lines).unwrap();
    let text = String::from_utf8(lines).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.insert(1, "{\"row\":7}");
    lines.insert(4, "nonsense");
    lines.push("{\"commit\":{\"tx\":\"2020-01-01T00:00:00Z\",\"revision\":9}}");
    let twin = Twin::in_memory();
    let diagnostics = twin.import(&mut lines.join("\n").as_bytes()).unwrap();
    let places: Vec<String> = diagnostics.iter().map(|diagnostic| diagnostic.locator.to_string()).collect();
    assert_eq!(places, [":2", ":5", &format!(":{}", lines.len())]);
    assert_eq!(components(&twin.snapshot(At::now(time("12:00")))), ["a", "b"]);
    for (start, kind) in
        [("", ErrorKind::Invalid), ("{\"twin_export\":9,\"digests\":2}", ErrorKind::Newer), ("x", ErrorKind::Invalid)]
    {
        assert_eq!(Twin::in_memory().import(&mut start.as_bytes()).unwrap_err().kind(), kind, "{start}");
    }
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn what_is_retained_answers_as_it_did_from_then_on(readings in readings(), since in 0..24_u8, more in readings()) {
        let (_folder, path) = folder();
        let twin = Twin::open(&path).unwrap();
        readings.iter().for_each(|text| drop(apply(&twin, text)));
        let (before, revision) = (answers(&twin, since), twin.revision());
        twin.retain(hour(since)).unwrap();
        prop_assert_eq!(&answers(&twin, since), &before);
        prop_assert_eq!(twin.revision(), revision);
        drop(twin);
        let twin = Twin::open(&path).unwrap();
        prop_assert_eq!(&answers(&twin, since), &before);
        twin.verify().unwrap();
        let mut lines = Vec::new();
        twin.export(&mut lines).unwrap();
        let imported = Twin::in_memory();
        imported.import(&mut &lines[..]).unwrap();
        prop_assert_eq!(&answers(&imported, since), &before);
        more.iter().for_each(|text| both_go_on(&twin, &imported, text));
    }
}

fn both_go_on(a: &Twin, b: &Twin, text: &str) {
    assert_eq!(format!("{:?}", apply(a, text)), format!("{:?}", apply(b, text)));
}

#[test]
fn of_times_that_were_not_retained_nothing_is_told() {
    let (_folder, path) = folder();
    let twin = filled(&path);
    let reader = Twin::open_read_only(&path).unwrap();
    assert_eq!(twin.retain(hour(7)).unwrap(), 0);
    assert_eq!(twin.retain(hour(10)).unwrap(), 3);
    assert_eq!(twin.retain(hour(10)).unwrap(), 0);
    let at = At::now(time("12:00"));
    assert_eq!(twin.as_of(at.valid(hour(9))).unwrap_err().kind(), ErrorKind::Invalid);
    assert_eq!(twin.as_of(at.known(hour(9))).unwrap_err().kind(), ErrorKind::Invalid);
    let nothing = twin.snapshot(at.valid(hour(9)));
    assert_eq!(format!("{:?}", nothing.find_all(None, "").unwrap().status).split(['(', ' ']).next(), Some("Unknown"));
    assert_eq!(components(&twin.as_of(at.valid(hour(10)).known(hour(10))).unwrap()), ["a"]);
    assert_eq!(reader.refresh().unwrap(), twin.revision());
    assert_eq!(told(&reader.snapshot(at)), told(&twin.snapshot(at)));
    apply(&twin, "now 12:00\nfile d/c\nWorkload:c");
    reader.refresh().unwrap();
    assert_eq!(components(&reader.snapshot(At::now(time("12:00")))), ["a", "b", "c"]);
    assert_eq!(reader.retain(hour(11)).unwrap_err().kind(), ErrorKind::Invalid);
    assert!(!path.with_extension("twin.new").exists());
}

#[test]
fn of_whom_is_redacted_no_byte_is_left_and_the_structure_stays() {
    let person = "now 08:00\nfile people\nTeam:p1\ncalled MarySecret\nknown team:p1\nset description secret-motto\nlabel desk=secret-desk\nfile d/a\nWorkload:a\nownedBy team:p1";
    let renamed = "now 09:00\nfile people\nTeam:p1\ncalled MaryHush\nknown team:p1\nset description hushed-motto";
    for least in [0, 1_000] {
        let (_folder, path) = folder();
        let twin = Twin::open(&path).unwrap();
        twin.checkpoint_after(least);
        [person, renamed].iter().for_each(|text| drop(apply(&twin, text)));
        if least == 0 {
            twin.retain(hour(8)).unwrap();
        }
        let key = RecordKey::new(&SourceId("estate".to_owned()), Kind::of("Team"), "p1");
        let owners = |twin: &Twin, at| crate::support::rows(&twin.snapshot(at), "owners a").len();
        let before = (owners(&twin, At::now(hour(10))), twin.history("Team:p1").unwrap().gaps);
        let done = twin.redact(&key).unwrap();
        assert_eq!((done.attributes, done.names), (3, done.names), "{done:?}");
        assert!(done.names >= 2 && done.evidence > 0, "{done:?}");
        let memory = Twin::in_memory();
        [person, renamed].iter().for_each(|text| drop(apply(&memory, text)));
        memory.redact(&key).unwrap();
        for twin in [twin, Twin::open_read_only(&path).unwrap(), memory] {
            assert_eq!((owners(&twin, At::now(hour(10))), twin.history("Team:p1").unwrap().gaps), before);
            let whole = format!("{:?}{:?}", twin.history("Team:p1").unwrap(), twin.snapshot(At::now(hour(10))).pages());
            assert!(!whole.contains("Mary") && !whole.contains("motto") && !whole.contains("desk"), "{whole}");
        }
        let bytes = std::fs::read(&path).unwrap();
        for secret in ["MarySecret", "MaryHush", "secret-motto", "hushed-motto", "secret-desk", "desk"] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret} is left");
        }
    }
}

#[test]
fn only_a_known_record_can_be_redacted() {
    let twin = Twin::in_memory();
    let key = RecordKey::new(&SourceId("estate".to_owned()), Kind::of("Team"), "nobody");
    assert_eq!(twin.redact(&key).unwrap_err().kind(), ErrorKind::Unknown);
}
