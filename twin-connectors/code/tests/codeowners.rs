//! CODEOWNERS of each host: rules, sections, exclusions, and lines that the host would skip.

#[path = "../../base/tests/reading/mod.rs"]
mod reading;

use proptest::prelude::*;
use twin_connector_base::{Decoder, Recognition};
use twin_connector_code::codeowners::Codeowners;
use twin_core::observe::Outcome;
use twin_core::schema::{attribute, kind};

use reading::{check_unreadable, fixtures, incoming, read, told};

/// The rules of a file, each as `position section pattern: owners`.
fn rules(path: &str, text: &str) -> Vec<String> {
    let decoded = read(&Codeowners, path, text.as_bytes());
    let rules = decoded.records.iter().filter(|record| record.key.kind == kind::OWNERSHIP_RULE);
    rules
        .map(|record| {
            let value = |wanted: twin_core::schema::AttributeName| {
                let found = record.observations.iter().find_map(|observation| match &observation.statement {
                    twin_core::observe::Statement::Attribute { name, value } if *name == wanted => {
                        Some(value.to_string())
                    }
                    _ => None,
                });
                found.unwrap_or_default()
            };
            let (section, owners) = (value(attribute::SECTION), value(attribute::OWNERS));
            format!("{} {section} {}: {owners}", value(attribute::POSITION), value(attribute::PATTERN))
        })
        .collect()
}

#[test]
fn patterns_leave_in_one_plain_syntax() {
    let cases = [
        ("* @a", "1  *: a"),
        ("*.js @a", "1  *.js: a"),
        ("/docs/ @a", "1  /docs/: a"),
        ("docs/* @a", "1  /docs/*: a"),
        ("apps/ @a", "1  apps/: a"),
        ("apps/web @a", "1  /apps/web: a"),
        ("**/logs @a", "1  logs: a"),
        ("/a/**/b @a", "1  /a/**/b: a"),
        ("\\#notes.md @a", "1  #notes.md: a"),
        ("my\\ file @a", "1  my file: a"),
        ("\\*.md @a", "1  \\*.md: a"),
        ("/a/**/**/**/b @a", "1  /a/**/b: a"),
        ("/x @org/team @Me # @not", "1  /x: org/team, me"),
        ("/nobody", "1  /nobody: "),
    ];
    for (line, expected) in cases {
        assert_eq!(rules(".github/CODEOWNERS", line), [expected], "{line}");
    }
}

#[test]
fn each_host_has_rules_of_its_own() {
    let sections = "* @all\n[Docs] @writers\n*.md\n^[Ops][2] @org/ops @sre\n/deploy/ @deployer\n/deploy/none\n!/deploy/gen/\n[docs]\n/late.md @x\na/b @y";
    let cases = [
        (
            ".gitlab/CODEOWNERS",
            sections,
            vec![
                "1  *: all",
                "2 Docs *.md: writers",
                "3 Ops /deploy/: deployer",
                "4 Ops /deploy/none: org/ops, sre",
                "15 Ops /deploy/gen/: ",
                "6 Docs /late.md: x",
                "7 Docs /**/a/b: y",
            ],
        ),
        ("CODEOWNERS", "[Docs] @writers\n*.md", vec!["1 Docs *.md: writers"]),
        (
            ".bitbucket/CODEOWNERS",
            "CODEOWNERS.toplevel.assignment_routing random 1\n/a @@group @me\n!/a/b",
            vec!["1  /a: group, me", "2  /a/b: "],
        ),
        ("CODEOWNERS", "CODEOWNERS.x.y z\n/a @@group", vec!["1  /a: group"]),
    ];
    for (path, text, expected) in cases {
        assert_eq!(rules(path, text), expected, "{path}");
    }
}

#[test]
fn owners_are_records_and_addresses_stay_out() {
    let decoded = read(&Codeowners, "CODEOWNERS", b"/a @Org/Team @me some.canary@example.com\n/b @org/team\n");
    let told = told(&decoded).join("\n");
    for line in ["Team org/team", "answers to team:org/team <- CODEOWNERS:1", "Person me", "Person mail:"] {
        assert!(told.contains(line), "no {line} in\n{told}");
    }
    assert!(!format!("{decoded:?}").contains("canary"));
    assert_eq!(incoming(&decoded), 2);
}

#[test]
fn lines_that_the_host_would_skip_are_rejected() {
    let cases = [
        ("!/a @x", "! unsupported CODEOWNERS:2"),
        ("/a[bc] @x", "! unsupported CODEOWNERS:2"),
        ("/a nobody", "! syntax CODEOWNERS:2"),
        ("/a @", "! syntax CODEOWNERS:2"),
        ("//// @x", "! syntax CODEOWNERS:2"),
    ];
    for (line, expected) in cases {
        let decoded = read(&Codeowners, "CODEOWNERS", format!("* @all\n{line}\n/z @z\n").as_bytes());
        assert!(told(&decoded).iter().any(|said| said.starts_with(expected)), "{line}: {:?}", told(&decoded));
        assert_eq!(incoming(&decoded), 3, "{line}");
        assert!(matches!(decoded.outcome, Outcome::Partial(_)));
    }
    for (bytes, expected) in [(&b""[..], "! syntax CODEOWNERS:0"), (b"* @a\n/\xff @b", "! encoding CODEOWNERS:2")] {
        let decoded = read(&Codeowners, "CODEOWNERS", bytes);
        assert!(told(&decoded).iter().any(|said| said.starts_with(expected)), "{:?}", told(&decoded));
    }
    assert_eq!(incoming(&read(&Codeowners, "CODEOWNERS", b"# only a comment\n")), 0);
}

#[test]
fn the_base_path_is_the_repository_and_no_part_of_a_name() {
    let cases = [("CODEOWNERS", ""), ("docs/CODEOWNERS", ""), ("x/y/.github/CODEOWNERS", "x/y"), ("x/CODEOWNERS", "x")];
    for (path, base) in cases {
        let told = told(&read(&Codeowners, path, b"* @a\n/x @b\n* @c\n"));
        assert!(
            told.iter().any(|line| line.trim().starts_with(format!("base.path = {base}").trim())),
            "{path}: {told:?}"
        );
        assert!(told.contains(&"OwnershipRule github//*#2".to_owned()), "{told:?}");
    }
}

#[test]
fn codeowners_are_recognised_by_name_alone() {
    let cases = [
        ("CODEOWNERS", Recognition::ByName),
        ("a/.gitlab/CODEOWNERS", Recognition::ByName),
        ("CODEOWNERS.md", Recognition::No),
    ];
    for (path, expected) in cases {
        assert_eq!(Codeowners.recognises(path, b""), expected, "{path}");
    }
}

#[test]
fn real_files_are_read_in_full() {
    for (path, bytes) in fixtures("codeowners") {
        let decoded = read(&Codeowners, &path, &bytes);
        let text = String::from_utf8_lossy(&bytes);
        let rules = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).count();
        assert_eq!(incoming(&decoded), rules as u64, "{path}");
    }
}

#[test]
fn a_file_that_cannot_be_had_takes_nothing_away() {
    check_unreadable(&Codeowners, "CODEOWNERS");
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(text in "[\\[\\]^@#!\\\\*/ a-c\n\t.é]{0,80}", bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        for path in [".github/CODEOWNERS", ".gitlab/CODEOWNERS", ".bitbucket/CODEOWNERS"] {
            read(&Codeowners, path, text.as_bytes());
            read(&Codeowners, path, &bytes);
        }
    }
}
