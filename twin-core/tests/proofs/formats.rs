//! Files of every format that was ever released open, answer as they did, and go on.

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

/// The formats that have been released.
const RELEASED: &[&str] = &["1.0"];

fn tell(twin: &Twin) {
    for (done, text) in TOLD.iter().enumerate() {
        apply(twin, text);
        if done == 2 {
            let record = RecordKey::new(&SourceId("estate".to_owned()), Kind::of("TelemetryService"), "b");
            twin.decide(HumanDecision::Name { record, name: "billing".to_owned() }, time("10:30")).unwrap();
        }
    }
}

/// A copy of a released file, because a writer changes it.
fn released(format: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("estate.twin");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/stores/{format}.twin"));
    std::fs::copy(file, &path).unwrap();
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
fn a_file_of_each_released_format_answers_as_it_did_and_goes_on() {
    let memory = Twin::in_memory();
    tell(&memory);
    for format in RELEASED {
        let (_folder, path) = released(format);
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
