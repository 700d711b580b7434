//! Files of every format that was ever released, and of ours, open, answer as they did, and go on.

use std::path::{Path, PathBuf};

use twin_core::identity::HumanDecision;
use twin_core::observe::{RecordKey, SourceId};
use twin_core::schema::Kind;
use twin_core::{At, Twin, changes_json};

use crate::support::{apply, time, told};

/// What was told to the twin that each file holds, up to the decision, which comes after the third.
const TOLD: [&str; 6] = [
    "now 08:00\nfolder deploy: deploy/a deploy/b\nfile deploy/a\nWorkload:shop/a\nknown host:a@net\njoins net\nset replicas 2\ncalls Workload:shop/b\nfile deploy/b\nWorkload:shop/b\nlabel app=b",
    "now 09:00\nfile deploy/a\nWorkload:shop/a\nknown host:a@net\njoins net\nset replicas 3\nconnectsTo host:b",
    "now 10:00\nfile pages delta cursor two\nTelemetryService:a observed from 09:30 to 10:30\ncalls TelemetryService:b\nTelemetryService:b observed",
    "now 11:00\nfolder deploy: deploy/a",
    "now 12:00\nfolder deploy: deploy/a deploy/b\nfile deploy/b\nWorkload:shop/b\nlabel app=b",
    "now 13:00\nfile pages delta\nTelemetryService:b observed from 12:30\ngone TelemetryService:a",
];

/// The formats of which a file is kept: those that have been released, and ours.
const KEPT: &[&str] = &["1.0", OURS];
/// The format that is written now.
const OURS: &str = "2.0";

fn tell(twin: &Twin) {
    for (done, text) in TOLD.iter().enumerate() {
        apply(twin, text);
        if done == 2 {
            decide(twin);
        }
    }
}

fn decide(twin: &Twin) {
    let record = RecordKey::new(&SourceId("estate".to_owned()), Kind::of("TelemetryService"), "b");
    twin.decide(HumanDecision::Name { record, name: "billing".to_owned() }, time("10:30")).unwrap();
}

fn file(format: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/stores/{format}.twin"))
}

/// A copy of a file, because a writer changes it.
fn kept(format: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("estate.twin");
    std::fs::copy(file(format), &path).unwrap();
    (folder, path)
}

/// What is answered at each hour, by what was known at each.
fn answers(twin: &Twin) -> Vec<String> {
    let hours: Vec<_> = (7..15).map(|hour| time(&format!("{hour:02}:15"))).collect();
    let at = |valid, known| At::now(time("15:00")).valid(valid).known(known);
    let pairs = hours.iter().flat_map(|valid| hours.iter().map(|known| at(*valid, *known)));
    pairs.chain([At::now(time("15:00"))]).map(|at| told(&twin.snapshot(at))).collect()
}

#[test]
fn a_file_of_each_format_answers_as_it_did_and_goes_on() {
    let memory = Twin::in_memory();
    tell(&memory);
    for format in KEPT {
        let (_folder, path) = kept(format);
        let before = std::fs::read(&path).unwrap();
        assert_eq!(answers(&Twin::open_read_only(&path).unwrap()), answers(&memory), "{format} read");
        assert_eq!(answers(&Twin::open(&path).unwrap()), answers(&memory), "{format} opened");
        assert!(std::fs::read(&path).unwrap().len() == before.len(), "nothing was appended yet");
        let more = "now 14:00\nfolder deploy: deploy/b\nfile pages delta\nTelemetryService:c observed";
        let (goes_on, twin) = (Twin::in_memory(), Twin::open(&path).unwrap());
        tell(&goes_on);
        assert_eq!(changes_json(&apply(&twin, more).events), changes_json(&apply(&goes_on, more).events));
        assert_eq!(answers(&twin), answers(&goes_on), "{format} went on");
        drop(twin);
        assert_eq!(answers(&Twin::open(&path).unwrap()), answers(&goes_on), "{format} reopened");
        assert_eq!(Twin::open(&path).unwrap().revision(), goes_on.revision());
    }
}

/// A store of our format with a checkpoint, and commits after it.
fn write(path: &Path) {
    for (text, after) in [(&TOLD[..3], 0), (&TOLD[3..], u64::MAX)] {
        let twin = Twin::open(path).unwrap();
        twin.checkpoint_after(after);
        text.iter().for_each(|text| drop(apply(&twin, text)));
        if after == 0 {
            decide(&twin);
        }
    }
}

fn lines(path: &Path) -> String {
    let mut lines = Vec::new();
    Twin::open_read_only(path).unwrap().export(&mut lines).unwrap();
    String::from_utf8(lines).unwrap()
}

/// Until our format is released, `UPDATE=1` writes its file anew; from then on it stays as it is.
#[test]
fn the_file_of_our_format_holds_what_is_written_now() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("estate.twin");
    write(&path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::copy(&path, file(OURS)).unwrap();
    }
    let (_folder, kept) = kept(OURS);
    assert_eq!(lines(&kept), lines(&path));
}
