//! What Git writes as text: streams of fast-export, configurations, lists of refs.

#[path = "../../base/tests/reading/mod.rs"]
mod reading;

use proptest::prelude::*;
use twin_connector_base::{Decoded, Decoder, Payload, Recognition};
use twin_connector_code::git::Git;
use twin_core::base::Digest;
use twin_core::observe::{Outcome, Record, Statement};
use twin_core::schema::kind;

use reading::{check_unreadable, fixtures, incoming, origin, read, told};

const ADA: &str = "Ada <ada.canary@acme.example>";
const BO: &str = "Bo Canary <bo@acme.example>";

/// A commit in a stream: its mark is its number, and its time so many days after the first of January 2026.
fn commit(number: u64, who: &str, body: &str) -> String {
    let time = 1_767_225_600 + number * 86_400;
    format!(
        "commit refs/heads/main\nmark :{number}\noriginal-oid {number:040x}\nauthor {who} {time} +0100\ncommitter {who} {time} +0000\ndata 12\na canary\nM x\n{body}\n"
    )
}

fn stream(parts: &[String]) -> String {
    format!("reset refs/heads/main\n{}", parts.concat())
}

fn mail(address: &str) -> String {
    format!("mail:{}", Digest::of(address.as_bytes()))
}

/// What is said of the folders, a line for each: path, commits, last change, authors, previous paths.
fn folders(decoded: &Decoded) -> Vec<String> {
    let activities = decoded.records.iter().filter(|record| record.key.kind == kind::ACTIVITY);
    activities.map(|record| format!("{:?} {}", name(record), said(record).join(" "))).collect()
}

fn name(record: &Record) -> &str {
    match &record.observations[0].statement {
        Statement::Exists { name } => name,
        other => panic!("{other:?}"),
    }
}

fn said(record: &Record) -> Vec<String> {
    let people = [("ada.canary@acme.example", "ada"), ("bo@acme.example", "bo")];
    let attributes = record.observations.iter().filter_map(|observation| match &observation.statement {
        Statement::Attribute { name, value } => Some(format!("{name}={value}")),
        _ => None,
    });
    attributes
        .map(|said| people.iter().fold(said, |said, (address, name)| said.replace(&mail(address), name)))
        .collect()
}

fn repository(decoded: &Decoded) -> Vec<String> {
    let found = decoded.records.iter().find(|record| record.key.kind == kind::REPOSITORY).expect("a repository");
    said(found)
}

#[test]
fn folders_are_told_how_often_they_changed_when_last_and_by_whom() {
    let parts = [
        commit(
            1,
            ADA,
            "M 100644 :9 services/cart/main.rs\nM 100644 :9 README\nM 160000 0123456789012345678901234567890123456789 vendor/sub\n",
        ),
        commit(2, "ADA <Ada.Canary@ACME.example>", "M 100644 :9 \"services/cart/\\303\\251 t.rs\"\n"),
        commit(3, BO, "M 100644 inline services/pay/main.rs\ndata 2\nM\n\n"),
        commit(4, BO, "from :3\nmerge :2\nM 100644 :9 services/cart/main.rs\n"),
    ];
    let decoded = read(&Git, "dumps/shop.export", stream(&parts).as_bytes());
    let expected = [
        "\"dumps\" commits=3 last.change=2026-01-04T00:00:00Z authors=ada, bo",
        "\"dumps/services\" commits=3 last.change=2026-01-04T00:00:00Z authors=ada, bo",
        "\"dumps/services/cart\" commits=2 last.change=2026-01-03T00:00:00Z authors=ada",
        "\"dumps/services/pay\" commits=1 last.change=2026-01-04T00:00:00Z authors=bo",
    ];
    assert_eq!(folders(&decoded), expected);
    let expected = [
        "vcs.ref.head.name=main",
        "vcs.ref.head.revision=0000000000000000000000000000000000000004",
        "commits=4",
        "last.change=2026-01-05T00:00:00Z",
        "authors=ada, bo",
        "window.start=2026-01-02T00:00:00Z",
        "window.end=2026-01-05T00:00:01Z",
    ];
    assert_eq!(repository(&decoded), expected);
    assert_eq!((incoming(&decoded), decoded.outcome.clone()), (4, Outcome::Complete));
    let told = told(&decoded).join("\n");
    for line in [
        "answers to path:dumps <-",
        "answers to path:dumps/services/cart <-",
        &format!("Person {}", mail("bo@acme.example")),
    ] {
        assert!(told.contains(line), "no {line} in\n{told}");
    }
    assert!(!format!("{decoded:?}").to_lowercase().contains("canary"), "a name, an address or a message leaves");
}

#[test]
fn a_folder_that_was_renamed_keeps_its_history() {
    let both =
        "M 100644 :9 old/deep/a\nM 100644 :9 old/deep/b\nM 100644 :9 old/c\nM 100644 :9 kept/x\nM 100644 :9 kept/y\n";
    let cases = [
        // Most files of the folder go to one place, under their names.
        (
            "R old/deep/a new/deep/a\nR old/deep/b new/deep/b\nD old/c\n",
            vec!["new previous.paths=old", "new/deep previous.paths=old/deep"],
        ),
        // One file of several that stay.
        ("R kept/x new/x\n", vec![]),
        // To several places.
        ("R old/deep/a one/a\nR old/deep/b two/b\nD old/c\n", vec![]),
        // A quoted name, up to the root.
        ("R old/deep/a \"a\"\nR old/deep/b b\n", vec![" previous.paths=old/deep"]),
        // A file with another name shows no move of its folder.
        ("R old/deep/a new/deep/z\nR old/deep/b new/deep/y\nD old/c\n", vec![]),
    ];
    for (moves, expected) in cases {
        let parts = [commit(1, ADA, both), commit(2, BO, moves), commit(3, BO, "M 100644 :9 kept/x\n")];
        let decoded = read(&Git, "x.export", stream(&parts).as_bytes());
        let activities = decoded.records.iter().filter(|record| record.key.kind == kind::ACTIVITY);
        let found: Vec<String> = activities
            .flat_map(|record| said(record).into_iter().map(|said| format!("{} {said}", name(record))))
            .filter(|line| line.contains("previous"))
            .collect();
        assert_eq!(found, expected, "{moves}");
    }
    let parts = [
        commit(1, ADA, "M 100644 :9 a/f\nM 100644 :9 a/g\n"),
        commit(2, ADA, "R a/f b/f\nR a/g b/g\n"),
        commit(3, BO, "R b/f c/f\nR b/g c/g\n"),
    ];
    let decoded = read(&Git, "x.export", stream(&parts).as_bytes());
    assert_eq!(
        folders(&decoded)[1],
        "\"c\" commits=3 last.change=2026-01-04T00:00:00Z authors=ada, bo previous.paths=b, a",
        "the whole way"
    );
}

#[test]
fn tags_are_told_the_latest_first() {
    let text = format!(
        "{}reset refs/tags/v0\nfrom :1\n\nreset refs/tags/v1\nfrom :2\n\ntag v0.5\nfrom :1\noriginal-oid 0000000000000000000000000000000000000009\ntagger Ada <ada.canary@acme.example> 1767657600 +0000\ndata 2\nx\n\ntag lost\nfrom 0000000000000000000000000000000000000099\n",
        stream(&[commit(1, ADA, "M 100644 :9 a\n"), commit(2, ADA, "M 100644 :9 b\n")])
    );
    let decoded = read(&Git, "x.export", text.as_bytes());
    assert!(repository(&decoded).contains(&"vcs.tags=v0.5, v1, v0, lost".to_owned()), "{:?}", repository(&decoded));
    assert_eq!(incoming(&decoded), 6, "two commits and four tags");
}

#[test]
fn what_is_not_understood_is_rejected_and_the_rest_goes_on() {
    let good = [commit(1, ADA, "M 100644 :9 a/x\n"), commit(2, ADA, "M 100644 :9 b/x\n")];
    let cases = [
        ("commit refs/heads/main\nmark :7\ncommitter Nobody\ndata 0\n\n", 1, "shape dumps/x:24"),
        ("nonsense\nmore of it\nfrobnicate now\n", 1, "syntax dumps/x:24"),
        ("M 100644 :9 no-commit-is-open\n\nR\n", 2, "syntax dumps/x:24"),
        ("blob\nmark :5\ndata 99999999999\nx\n", 1, "syntax dumps/x:26"),
        ("blob\ndata <<END\nnever\n", 1, "syntax dumps/x:25"),
    ];
    for (bad, rejected, first) in cases {
        let text = format!("{}tag v\nfrom :1\n{bad}", stream(&good));
        let decoded = read(&Git, "dumps/x", text.as_bytes());
        assert_eq!(incoming(&decoded), 3 + rejected, "{bad}\n{:?}", told(&decoded));
        assert!(
            told(&decoded).iter().any(|line| line.starts_with(&format!("! {first}"))),
            "{bad}\n{:?}",
            told(&decoded)
        );
        assert!(matches!(decoded.outcome, Outcome::Partial(_)), "{bad}");
        assert_eq!(folders(&decoded).len(), 3, "{bad}");
    }
}

#[test]
fn only_the_newest_commits_are_kept_and_the_reading_says_so() {
    let mut text = String::from("reset refs/heads/main\n");
    for number in 0..10_010 {
        let folder = if number < 10 { "old" } else { "new" };
        text +=
            &format!("commit refs/heads/main\ncommitter A <a@b> {number} +0000\ndata 0\nM 100644 :1 {folder}/x\n\n");
    }
    let decoded = read(&Git, "x.export", text.as_bytes());
    assert!(repository(&decoded).contains(&"commits=10000".to_owned()));
    assert_eq!(folders(&decoded).iter().filter(|line| line.starts_with("\"old\"")).count(), 0);
    let warning = decoded.diagnostics.iter().map(|flaw| flaw.message.as_str()).collect::<Vec<_>>();
    assert_eq!(warning, ["only the newest 10000 commits are read: counts are lower bounds"]);
    assert_eq!((incoming(&decoded), decoded.outcome), (10_000, Outcome::Complete));
}

#[test]
fn of_many_tags_and_people_only_so_many_are_told() {
    let mut text = String::from("reset refs/heads/main\n");
    for number in 0..103 {
        text += &format!(
            "commit refs/heads/main\nmark :{number}\ncommitter A <a{number}@b> {number} +0000\ndata 0\nM 100644 :1 x\n\nreset refs/tags/t{number}\nfrom :{number}\n\n"
        );
    }
    let decoded = read(&Git, "x.export", text.as_bytes());
    let warnings: Vec<&str> = decoded.diagnostics.iter().map(|flaw| flaw.message.as_str()).collect();
    assert_eq!(warnings, ["3 older tags are left out", "only those 100 people are told of who made most commits"]);
    let tags = repository(&decoded).into_iter().find(|said| said.starts_with("vcs.tags=")).unwrap_or_default();
    assert!(tags.starts_with("vcs.tags=t102, t101, ") && tags.ends_with(", t3"), "{tags}");
}

#[test]
fn a_repository_is_the_same_wherever_its_stream_lies() {
    let key = |path: &str, parts: &[String]| {
        let decoded = read(&Git, path, stream(parts).as_bytes());
        decoded.records[0].key.name.clone()
    };
    let (first, second) = (commit(1, ADA, "M 100644 :9 a\n"), commit(2, ADA, "M 100644 :9 b\n"));
    assert_eq!(key("a/x", std::slice::from_ref(&first)), key("b/y", &[first.clone(), second.clone()]));
    assert_ne!(key("a/x", &[first]), key("a/x", &[second]));
}

#[test]
fn a_configuration_gives_the_remote_without_credentials() {
    let text = "[core]\n\tbare = false\n[remote \"fork\"]\n\turl = git@host:me/shop.git\n[remote \"origin\"]\n\turl = https://robot:zq-canary@Git.example:8443/acme/shop.git\n";
    let decoded = read(&Git, "a/.git/config", text.as_bytes());
    let expected = [
        "Repository git.example/acme/shop",
        "  is git.example/acme/shop <- a/.git/config:6 \"acme/shop\"",
        "  answers to path:a <- a/.git/config:6 \"acme/shop\"",
        "  answers to native_id:https://git.example/acme/shop <- a/.git/config:6 \"acme/shop\"",
        "  vcs.repository.url.full = https://git.example/acme/shop <- a/.git/config:6 \"acme/shop\"",
    ];
    assert_eq!(told(&decoded), expected);
    assert!(!format!("{decoded:?}").contains("canary"));
    let decoded = read(&Git, "a/.git/config", b"[core]\nx = \"zq-canary\n[remote \"origin\"]\nurl = /srv/shop.git\n");
    assert_eq!((decoded.records[0].key.name.as_str(), incoming(&decoded)), ("a", 2));
    assert!(!format!("{decoded:?}").contains("canary"));
}

#[test]
fn lists_of_refs_give_branch_commit_and_tags() {
    let id = "0123456789012345678901234567890123456789";
    let packed = format!(
        "# pack-refs with: peeled fully-peeled sorted \n{id} refs/heads/main\r\n{id} refs/tags/v1\n^{id}\n{id} refs/tags/v2\nbroken\n"
    );
    let bundle = format!(
        "# v2 git bundle\n-{id} before\n{id} refs/heads/main\n{id} refs/tags/v1\n{id} HEAD\n\nPACK\u{1}\u{2}{id} refs/tags/no\n"
    );
    let cases = [
        (".git/packed-refs", packed, vec!["vcs.tags=v2, v1"], 3),
        ("a/.git/HEAD", "ref: refs/heads/feature/x\n".to_owned(), vec!["vcs.ref.head.name=feature/x"], 1),
        ("a/.git/HEAD", format!("{id}\n"), vec!["vcs.ref.head.revision=0123456789012345678901234567890123456789"], 1),
        ("x.bundle", bundle, vec!["vcs.tags=v1"], 1),
    ];
    for (path, text, expected, count) in cases {
        let decoded = read(&Git, path, text.as_bytes());
        assert_eq!(
            (repository(&decoded), incoming(&decoded)),
            (expected.iter().map(|said| (*said).to_owned()).collect(), count),
            "{path}"
        );
    }
}

#[test]
fn the_files_of_one_git_folder_tell_of_one_repository() {
    let config = b"[remote \"origin\"]\nurl = git@host:acme/shop\n";
    let files: [(&str, &[u8]); 2] = [("a/.git/HEAD", b"ref: refs/heads/main\n"), ("a/.git/config", config)];
    assert_eq!(Git.group(files[0].0), Git.group(files[1].0));
    assert_eq!((Git.group("a/config"), Git.group("config")), (None, None));
    let payloads = files.map(|(path, bytes)| Payload { path, bytes: Ok(bytes) });
    let names: Vec<String> =
        Git.decode(&payloads, &origin()).iter().map(|decoded| decoded.records[0].key.name.clone()).collect();
    assert_eq!(names, ["host/acme/shop", "host/acme/shop"]);
}

#[test]
fn streams_are_recognised_by_their_beginning() {
    let cases = [
        ("x", "reset refs/heads/main\ncommit refs/heads/main\n", Recognition::ByContent),
        ("x", "feature done\nreset refs/heads/main\n", Recognition::ByContent),
        ("x", "blob\nmark :1\ndata 0\n", Recognition::ByContent),
        ("x", "commit refs/heads/main\nmark :1\n", Recognition::ByContent),
        ("x", "# v3 git bundle\n", Recognition::ByContent),
        ("a/.git/config", "", Recognition::ByName),
        (".git/HEAD", "", Recognition::ByName),
        ("config", "[core]\n", Recognition::No),
        ("x", "blob of text\nand more\n", Recognition::No),
        ("x", "commit often\n", Recognition::No),
        ("x", "", Recognition::No),
    ];
    for (path, head, expected) in cases {
        assert_eq!(Git.recognises(path, head.as_bytes()), expected, "{path} {head}");
    }
}

#[test]
fn hostile_input_is_told_and_never_a_panic() {
    let cases: [&[u8]; 9] = [
        b"",
        b"\xff\xfe\x00",
        b"[section]\nx = 1\n",
        b"neither fish nor fowl\n",
        b"{\"a\": 1}",
        b"[[[[",
        b"commit refs/heads/main\n",
        b"ref: nowhere\n",
        b"\xef\xbb\xbf",
    ];
    for bytes in cases {
        assert_eq!(incoming(&read(&Git, "x", bytes)), 1, "{bytes:?}");
    }
    let windows =
        stream(&[commit(1, ADA, "M 100644 :9 a/x\n")]).replace("a canary\nM x\n", "123456789012").replace('\n', "\r\n");
    assert_eq!(folders(&read(&Git, "x", windows.as_bytes())).len(), 2, "CRLF");
    let deep = format!("M 100644 :9 {}x\n", "d/".repeat(100_000));
    let decoded = read(&Git, "x", stream(&[commit(1, ADA, &deep)]).as_bytes());
    assert!(folders(&decoded).len() <= 101, "a folder too deep is not told of");
    let many: String = (0..2_100).map(|number| format!("M 100644 :9 f{number}/x\n")).collect();
    let decoded = read(&Git, "x", stream(&[commit(1, ADA, &many)]).as_bytes());
    assert_eq!(folders(&decoded).len(), 2_000);
    assert!(told(&decoded).iter().any(|line| line.contains("101 folders further down")), "the bound is said");
    let mut small = origin();
    small.limits.nodes = 3;
    let text =
        stream(&[commit(1, ADA, "M 100644 :9 a\n"), commit(2, ADA, "M 100644 :9 a\nM 100644 :9 b\nM 100644 :9 c\n")]);
    let decoded = Git.decode(&[Payload { path: "x", bytes: Ok(text.as_bytes()) }], &small).remove(0);
    assert!(decoded.diagnostics.iter().any(|flaw| flaw.code == "limit"), "{decoded:?}");
    check_unreadable(&Git, ".git/config");
}

#[test]
fn real_streams_are_read_in_full() {
    for (path, bytes) in fixtures("git") {
        let decoded = read(&Git, &path, &bytes);
        assert!(incoming(&decoded) > 0 && decoded.outcome == Outcome::Complete, "{path}: {:?}", decoded.diagnostics);
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(
        lines in proptest::collection::vec("(commit refs/heads/m|mark :[0-9]|author A <a@b> [0-9-]{1,20} [+]0000|committer <a@b> [0-9]{1,9} 0|data [0-9]{1,2}|data <<X|X|from :[0-9]|merge :1|M 100644 :1 [a-c/\"\\\\]{0,6}|D [a-c/]{0,5}|R [a-c/\" ]{0,7}|C a b|tag t|reset refs/tags/[a-c]|blob|deleteall|[a-z ]{0,9}|)", 0..40),
        bytes in proptest::collection::vec(any::<u8>(), 0..80),
        config in "[\\[\\]a-c\" =\\\\\n#;.]{0,60}",
    ) {
        read(&Git, "dumps/x", format!("reset refs/heads/m\n\n{}", lines.join("\n")).as_bytes());
        read(&Git, "dumps/x", &bytes);
        read(&Git, "dumps/x", format!("[core]\n{config}").as_bytes());
    }
}
