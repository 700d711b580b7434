//! Repositories that are cut, damaged or hostile: each is told, none stops a scan.

use std::fs;
use std::path::{Path, PathBuf};

use twin_core::observe::Outcome;

use super::repository::{ADA, BO, Made, Scratch, git, hour};
use super::{batch, folders, options, repositories, scanned, shop};

#[test]
fn a_shallow_clone_says_where_it_was_cut() {
    let scratch = Scratch::new();
    let mut made = scratch.repository("");
    let lost = made.commit(ADA, hour(1), &[("a/x", "1"), ("b/y", "1")]);
    let edge = made.commit(ADA, hour(2), &[("b/y", "2")]);
    made.commit(BO, hour(3), &[("a/x", "3")]);
    made.lose(lost);
    made.write("shallow", &format!("{edge}\n"));
    let found = scanned(&scratch.root());
    let history = batch(&found, ".git");
    assert_eq!(history.outcome, Outcome::Complete, "{:?}", history.diagnostics);
    assert!(history.diagnostics[0].message.contains("shallow"), "{:?}", history.diagnostics);
    assert!(repositories(&found, ".git")[0].contains("commits=2"));
    assert_eq!(folders(&found, ".git").len(), 2, "of the first commit it is not known what it changed");
}

/// What is wrong with a repository, and how it is told.
type Case = (&'static str, fn(&mut Made), &'static str);

const HARMS: [Case; 7] = [
    (
        "a commit is missing",
        |made| {
            let id = first(made);
            made.lose(id);
        },
        "a commit that is missing or damaged",
    ),
    (
        "a commit is no object",
        |made| {
            let id = first(made);
            overwrite(&made.loose(id), b"no zlib");
        },
        "a commit that is missing or damaged",
    ),
    (
        "a tree is missing",
        |made| {
            first(made);
            made.lose(made.tree("a"));
        },
        "a folder that is missing or damaged",
    ),
    (
        "a tag leads nowhere",
        |made| {
            let id = first(made);
            made.tag("x", id, None);
            made.write("refs/tags/y", "0123456789012345678901234567890123456789\n");
        },
        "what a tag points to is missing or damaged",
    ),
    (
        "a tag is no ref",
        |made| {
            first(made);
            made.write("refs/tags/z", "nonsense\n");
        },
        "a tag that cannot be read",
    ),
    (
        "the branch leads nowhere",
        |made| {
            first(made);
            made.write("refs/heads/main", "0123456789012345678901234567890123456789\n");
        },
        "a commit that is missing or damaged",
    ),
    (
        "a commit has no committer",
        |made| {
            let tree = made.tree("");
            let id = made.object(&Raw(format!("tree {tree}\nauthor nobody\ncommitter nobody\n\nx")));
            made.write("refs/heads/main", &format!("{id}\n"));
        },
        "a commit that is missing or damaged",
    ),
];

#[test]
fn what_is_missing_or_damaged_is_told_and_counts_are_not() {
    for (case, harm, expected) in HARMS {
        let scratch = Scratch::new();
        let mut made = scratch.repository("");
        made.remote("git@host:acme/shop");
        harm(&mut made);
        let found = scanned(&scratch.root());
        let history = batch(&found, ".git");
        assert!(matches!(history.outcome, Outcome::Partial(_)), "{case}");
        assert!(history.diagnostics.iter().any(|flaw| flaw.message == expected), "{case}: {:?}", history.diagnostics);
        assert_eq!(
            repositories(&found, ".git"),
            ["\"host/acme/shop\" vcs.repository.url.full=ssh://host/acme/shop"],
            "{case}"
        );
        assert!(folders(&found, ".git").is_empty(), "{case}");
        assert_eq!(found.report.in_part.len(), 1, "{case}");
    }
}

/// Two commits; the first of them is returned.
fn first(made: &mut Made) -> gix::ObjectId {
    let id = made.commit(ADA, hour(1), &[("a/x", "1")]);
    made.commit(ADA, hour(2), &[("a/x", "2")]);
    id
}

/// A commit as it stands, right or wrong.
struct Raw(String);

impl gix::objs::WriteTo for Raw {
    fn write_to(&self, out: &mut dyn std::io::Write) -> std::io::Result<()> {
        out.write_all(self.0.as_bytes())
    }

    fn kind(&self) -> gix::objs::Kind {
        gix::objs::Kind::Commit
    }

    fn size(&self) -> u64 {
        self.0.len() as u64
    }
}

fn overwrite(path: &Path, bytes: &[u8]) {
    // What is written once is read-only.
    fs::remove_file(path).expect("a file");
    fs::write(path, bytes).expect("a file");
}

#[test]
fn a_partial_clone_has_commits_and_no_folders() {
    let scratch = Scratch::new();
    let mut made = scratch.repository("");
    made.commit(ADA, hour(1), &[("a/x", "1")]);
    let before = made.tree("a");
    made.commit(ADA, hour(2), &[("a/x", "2")]);
    made.lose(before);
    let config = fs::read_to_string(made.git.join("config")).expect("a configuration");
    made.write("config", &format!("{config}[remote \"origin\"]\n\turl = git@host:acme/shop\n\tpromisor = true\n"));
    let found = scanned(&scratch.root());
    assert_eq!(batch(&found, ".git").outcome, Outcome::Complete, "{:?}", batch(&found, ".git").diagnostics);
    assert!(repositories(&found, ".git")[0].contains("commits=2"));
}

#[test]
fn objects_may_be_borrowed() {
    let scratch = Scratch::new();
    let mut lender = Made::at(&scratch.root().with_file_name("lender"));
    let id = lender.commit(ADA, hour(1), &[("a/x", "1")]);
    let borrower = scratch.repository("");
    borrower.write("refs/heads/main", &format!("{id}\n"));
    borrower.write("objects/info/alternates", &format!("{}\n", lender.git.join("objects").display()));
    assert!(repositories(&scanned(&scratch.root()), ".git")[0].contains("commits=1"));
    // Each borrows of the other: Git follows no circle, and neither does this.
    lender.write("objects/info/alternates", &format!("{}\n", borrower.git.join("objects").display()));
    let found = scanned(&scratch.root());
    assert_eq!(found.report.not_read.len(), 1, "{}", found.report);
}

#[test]
fn no_repository_is_one_rejection() {
    let cases: [(&str, &str); 4] = [
        ("HEAD", "nonsense"),
        ("config", "[core]\n\trepositoryformatversion = 99\n[extensions]\n\tstrange = true\n\tobjectFormat = canary\n"),
        ("HEAD", ""),
        ("shallow", "nonsense\n"),
    ];
    for (file, text) in cases {
        let scratch = Scratch::new();
        let mut made = scratch.repository("k");
        made.commit(ADA, hour(1), &[("a", "1")]);
        made.write(file, text);
        let found = scanned(&scratch.root());
        let history = batch(&found, "k/.git");
        assert!(matches!(history.outcome, Outcome::Partial(_)), "{file}: {history:?}");
        assert_eq!((history.incoming(), history.records.len()), (1, 0), "{file} {text}");
        assert_eq!(found.report.not_read.len(), 1, "{file}");
    }
}

#[cfg(unix)]
#[test]
fn nothing_but_regular_files_is_opened() {
    let links: [&str; 4] = ["HEAD", "refs/heads/main", "objects/pack", "config"];
    for link in links {
        let scratch = Scratch::new();
        let mut made = scratch.repository("");
        made.commit(ADA, hour(1), &[("a", "1")]);
        let (path, moved) = (made.git.join(link), scratch.root().with_file_name("moved"));
        fs::rename(&path, &moved).expect("moved away");
        std::os::unix::fs::symlink(&moved, &path).expect("a link");
        let found = scanned(&scratch.root());
        let why = "something in the repository is no regular file or folder";
        assert_eq!(found.report.not_read.iter().map(|unread| unread.why.as_str()).collect::<Vec<_>>(), [why], "{link}");
    }
    let scratch = Scratch::new();
    let mut made = scratch.repository("");
    made.commit(ADA, hour(1), &[("a", "1")]);
    let pipe = made.git.join("refs/heads/pipe");
    if std::process::Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()) {
        assert_eq!(scanned(&scratch.root()).report.not_read.len(), 1, "a pipe that nobody writes to");
    }
    let scratch = Scratch::new();
    let real = Made::at(&scratch.root().with_file_name("real"));
    std::os::unix::fs::symlink(&real.git, scratch.root().join(".git")).expect("a link");
    let found = scanned(&scratch.root());
    assert_eq!((found.report.links.len(), found.batches.len()), (1, 1), "a link is no checkout");
}

#[test]
fn nothing_in_a_repository_is_run() {
    let scratch = Scratch::new();
    let mut made = scratch.repository("");
    made.commit(ADA, hour(1), &[(".gitattributes", "* filter=evil diff=evil\n"), ("a", "1")]);
    let mark = scratch.root().with_file_name("ran");
    let run = format!("touch {}", mark.display());
    let config = fs::read_to_string(made.git.join("config")).expect("a configuration");
    let evil = format!(
        "{config}[core]\n\tfsmonitor = {run}\n\tsshCommand = {run}\n\thooksPath = hooks\n[filter \"evil\"]\n\tclean = {run}\n\tsmudge = {run}\n\tprocess = {run}\n[diff \"evil\"]\n\ttextconv = {run}\n[remote \"origin\"]\n\turl = ext::{run}\n[include]\n\tpath = {}\n",
        scratch.root().with_file_name("included").display()
    );
    made.write("config", &evil);
    for hook in ["post-checkout", "reference-transaction", "post-index-change"] {
        made.write(&format!("hooks/{hook}"), &format!("#!/bin/sh\n{run}\n"));
    }
    assert!(repositories(&scanned(&scratch.root()), ".git")[0].contains("commits=1"));
    assert!(!mark.exists(), "a command was run");
}

/// Every file of a repository, without what nobody reads.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => waiting.push(path),
                false => found.push(path),
            }
        }
    }
    found.sort();
    found
}

/// Harms a file in several ways, one after the other, and scans each time.
fn harm_each(scratch: &Scratch, made: &Made) -> usize {
    let mut partial = 0;
    for path in files(&made.git) {
        let whole = fs::read(&path).expect("a file");
        let step = (whole.len() / 6).max(1);
        let mut harmed: Vec<Vec<u8>> = (0..whole.len()).step_by(step).map(|at| flipped(&whole, at)).collect();
        harmed.extend([Vec::new(), whole[..whole.len() / 2].to_vec()]);
        for bytes in harmed {
            overwrite(&path, &bytes);
            let found = scanned(&scratch.root());
            partial += usize::from(batch(&found, ".git").outcome != Outcome::Complete);
        }
        overwrite(&path, &whole);
    }
    partial
}

fn flipped(whole: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    bytes[at] ^= 0xff;
    bytes
}

#[test]
fn a_harmed_repository_never_stops_a_scan() {
    let scratch = Scratch::new();
    let mut made = scratch.repository("");
    shop(&mut made);
    for unread in ["description", "info/exclude"] {
        let _gone = fs::remove_file(made.git.join(unread));
    }
    let _gone = fs::remove_dir_all(made.git.join("hooks"));
    let loose = harm_each(&scratch, &made);
    assert!(loose > 50, "{loose}");
    if git(&scratch.root(), &["gc", "--quiet"]).is_some() {
        let packed = harm_each(&scratch, &made);
        assert!(packed > 10, "{packed}");
    }
    assert_eq!(batch(&scanned(&scratch.root()), ".git").outcome, Outcome::Complete, "it is whole again");
}

#[test]
fn trees_that_unfold_without_end_are_bounded() {
    let scratch = Scratch::new();
    let made = scratch.repository("");
    let blob = made.object(&gix::objs::Blob { data: b"x".to_vec() });
    let level = |kind: gix::objs::tree::EntryKind, oid| {
        let entry =
            |number: usize| gix::objs::tree::Entry { mode: kind.into(), filename: format!("d{number}").into(), oid };
        made.object(&gix::objs::Tree { entries: (0..10).map(entry).collect() })
    };
    let bottom = level(gix::objs::tree::EntryKind::Blob, blob);
    let grown = |levels: usize| (0..levels).fold(bottom, |below, _| level(gix::objs::tree::EntryKind::Tree, below));
    let set = |tree| made.write("refs/heads/main", &format!("{}\n", made.commit_tree(tree, ADA, hour(1), &[])));
    set(grown(5));
    let found = scanned(&scratch.root());
    assert_eq!(batch(&found, ".git").outcome, Outcome::Complete, "a million files");
    assert!(repositories(&found, ".git")[0].contains("commits=1") && folders(&found, ".git").is_empty());
    assert_eq!(batch(&found, ".git").diagnostics.len(), 1, "the bound is said");
    set(grown(30));
    let mut small = options();
    small.context.limits.nodes = 5_000;
    let found = twin_connectors::scan(scratch.root(), &small).expect("a scan");
    assert!(matches!(batch(&found, ".git").outcome, Outcome::Partial(_)));
}
