//! Every file is accounted for record by record, on inputs of our own and on the payloads of third parties where they are at hand.

#[path = "../../twin-connectors/base/tests/shared/mod.rs"]
mod shared;

use std::fs;
use std::path::Path;

use benches::decode::{FileReport, decode_file, files, sort_of};
use twin_core::base::Timestamp;

fn decoded(sort: &str, path: &str, bytes: &[u8]) -> FileReport {
    let report = decode_file(sort, path, bytes, Timestamp::MIN).expect("a known sort");
    assert!(report.holds(), "{report:?}");
    report
}

#[test]
fn each_record_is_applied_or_rejected() {
    let text = b"services:\n  a: {image: x/a}\n  b: 7\n";
    let report = decoded("compose", "compose.yaml", text);
    assert_eq!((report.incoming, report.applied, report.rejected), (2, 1, 1));
    assert_eq!(report.diagnostics[0].locator, "compose.yaml:3");
    assert_eq!((report.kinds["Workload"], report.kinds["Image"], report.bytes), (1, 1, text.len()));
    assert!(report.observations > 2, "{report:?}");
}

#[test]
fn a_line_has_exactly_the_promised_fields() {
    let report = serde_json::json!(decoded("codeowners", "CODEOWNERS", b"* @a/b\n"));
    let fields: Vec<&String> = report.as_object().expect("an object").keys().collect();
    let promised =
        ["applied", "bytes", "diagnostics", "duplicate", "file", "in", "kinds", "late", "observations", "rejected"];
    assert_eq!(fields, promised);
}

#[test]
fn files_of_another_sort_are_one_rejection_and_never_a_panic() {
    let odd: [&[u8]; 5] = [b"", b"\xff\xfe\x00", b"[[[[", b"{\"a\": 1}", b"just words"];
    for sort in [
        "compose",
        "kubernetes",
        "terraform-state",
        "terraform-hcl",
        "otlp",
        "codeowners",
        "focus",
        "adr",
        "application-config",
        "git",
    ] {
        for bytes in odd {
            decoded(sort, "x", bytes);
        }
    }
    assert_eq!(decoded("kubernetes", "x", b"").rejected, 1);
}

#[test]
fn a_sort_has_the_names_of_its_folders() {
    let cases = [
        ("adr-madr", "adr"),
        ("otlp-sdk-capture", "otlp"),
        ("focus-scenarios", "focus"),
        ("terraform-real-1.2", "terraform-state"),
        ("config", "application-config"),
        ("terraform-hcl", "terraform-hcl"),
    ];
    for (name, sort) in cases {
        assert_eq!(sort_of(name).expect("known"), sort);
    }
    let error = sort_of("terraform-plan-json").expect_err("nobody reads it yet").to_string();
    assert!(error.contains("terraform-state"), "{error}");
}

#[test]
fn hidden_files_and_folders_are_listed_in_order() {
    let root = tempfile::tempdir().expect("a folder of its own");
    for path in ["b/c", ".a", "b/.d/e"] {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        fs::write(path, "").expect("it can be written");
    }
    assert_eq!(files(root.path()).expect("listed"), [".a", "b/.d/e", "b/c"]);
}

#[test]
fn payloads_of_third_parties_add_up() {
    let Some(fixtures) = shared::folder("fixtures") else { return };
    let mut count = 0;
    for folder in fs::read_dir(&fixtures).expect("the fixtures are listed") {
        let folder = folder.expect("the fixtures are listed").path();
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if let (true, Ok(sort)) = (folder.is_dir(), sort_of(&name)) {
            count += add_up(&sort, &folder);
        }
    }
    assert!(count > 0, "no fixture was read");
}

fn add_up(sort: &str, folder: &Path) -> usize {
    let listed = files(folder).expect("the fixtures are listed");
    for file in &listed {
        decoded(sort, file, &fs::read(folder.join(file)).expect("it can be read"));
    }
    listed.len()
}
