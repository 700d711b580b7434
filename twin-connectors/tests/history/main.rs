//! Histories of real repositories, made here: what is read of them, and what becomes of damaged, cut, linked and hostile ones.

mod damage;
mod repository;
mod twin;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use twin_connectors::{Scan, ScanOptions, decode_one, scan};
use twin_core::base::{Cancel, Deadline, Digest, ErrorKind, Progress};
use twin_core::observe::{Batch, Outcome, Record, Statement};
use twin_core::schema::{Kind, attribute, kind};

use repository::{ADA, BO, Made, Scratch, git, hour};

fn options() -> ScanOptions {
    ScanOptions { name: Some("estate".to_owned()), ..ScanOptions::default() }
}

fn scanned(root: &Path) -> Scan {
    let found = scan(root, &options()).expect("a scan that nobody stops ends");
    let counted: u64 = found.report.decoders.iter().map(|tally| tally.read + tally.rejected).sum();
    let failed = found.report.not_read.iter().filter(|unread| unread.path.ends_with(".git")).count() as u64;
    let incoming: u64 = found.batches.iter().map(Batch::incoming).sum();
    assert_eq!(counted + failed, incoming, "the counters reconcile\n{}", found.report);
    assert!(!format!("{found:?}").to_lowercase().contains("canary"), "a name, a message or a secret leaves");
    found
}

fn batch<'s>(scan: &'s Scan, path: &str) -> &'s Batch {
    scan.batches.iter().find(|batch| batch.scope.path == path).unwrap_or_else(|| panic!("no {path}"))
}

/// What a record says, a word for each attribute; people by their first names.
fn said(record: &Record) -> Vec<String> {
    let handle = |mail: &str| format!("mail:{}", Digest::of(mail.as_bytes()));
    let attributes = record.observations.iter().filter_map(|observation| match &observation.statement {
        Statement::Attribute { name, value } => Some(format!("{name}={value}")),
        _ => None,
    });
    attributes.map(|said| said.replace(&handle(ADA), "ada").replace(&handle(BO), "bo")).collect()
}

fn of_kind(batch: &Batch, wanted: Kind) -> Vec<String> {
    let records = batch.records.iter().filter(|record| record.key.kind == wanted);
    let name = |record: &Record| match &record.observations[0].statement {
        Statement::Exists { name } => name.clone(),
        other => panic!("{other:?}"),
    };
    records.map(|record| format!("{:?} {}", name(record), said(record).join(" "))).collect()
}

fn repositories(scan: &Scan, path: &str) -> Vec<String> {
    of_kind(batch(scan, path), kind::REPOSITORY)
}

fn folders(scan: &Scan, path: &str) -> Vec<String> {
    of_kind(batch(scan, path), kind::ACTIVITY)
}

/// A repository with a bit of everything.
fn shop(made: &mut Made) {
    let first = made.commit(
        ADA,
        hour(1),
        &[("README", "r"), ("cart/a", "a"), ("cart/b", "b"), ("old/x/one", "1"), ("old/two", "2")],
    );
    made.tag("v0.1", first, None);
    made.commit("Ada@ACME.example", hour(2), &[("cart/a", "aa")]);
    let side = made.commit_on(BO, hour(3), &[first]);
    made.commit(BO, hour(4), &[("old/x/one>new/x/one", ""), ("old/two>new/two", ""), ("pay/p", "p")]);
    let main =
        made.commit(BO, hour(5), &[("pay/p", ""), ("lib", "submodule 0123456789012345678901234567890123456789")]);
    let merged = made.merge(ADA, hour(6), &[main, side]);
    made.tag("v1.0", merged, Some(hour(7)));
    made.remote("https://robot:zq-canary@git.example/acme/shop.git");
}

const SHOP: [&str; 4] = [
    "\"\" commits=5 last.change=2026-01-01T05:00:00Z authors=bo, ada",
    "\"cart\" commits=3 last.change=2026-01-01T03:00:00Z authors=ada, bo",
    "\"new\" commits=2 last.change=2026-01-01T04:00:00Z authors=ada, bo previous.paths=old",
    "\"new/x\" commits=2 last.change=2026-01-01T04:00:00Z authors=ada, bo previous.paths=old/x",
];

#[test]
fn a_checkout_tells_its_remote_tags_and_commits_and_each_folder_its_own() {
    let scratch = Scratch::new();
    shop(&mut scratch.repository(""));
    let found = scanned(&scratch.root());
    let told = repositories(&found, ".git");
    let expected = [
        "\"git.example/acme/shop\" vcs.repository.url.full=https://git.example/acme/shop vcs.ref.head.name=main",
        "vcs.tags=v1.0, v0.1 commits=6 last.change=2026-01-01T06:00:00Z authors=ada, bo window.start=2026-01-01T01:00:00Z window.end=2026-01-01T06:00:01Z",
    ];
    assert!(expected.iter().all(|part| told[0].contains(part)), "{told:?}");
    assert_eq!(folders(&found, ".git"), SHOP);
    assert_eq!(
        found.report.decoders.iter().map(|tally| (tally.sort.as_str(), tally.files, tally.read)).collect::<Vec<_>>(),
        [("git", 1, 8)]
    );
    assert!(found.report.skipped.is_empty() && found.report.in_part.is_empty(), "{}", found.report);
    assert_eq!(batch(&found, "").members.as_deref(), Some(&[".git".to_owned()][..]));
    assert_eq!(scanned(&scratch.root()).batches, found.batches, "the same repository gives the same batches");
}

/// What a stream and a checkout both tell, without what only one of them can know.
fn comparable(batch: &Batch) -> Vec<String> {
    let both = |record: &&Record| [kind::REPOSITORY, kind::ACTIVITY].contains(&record.key.kind);
    let records = batch.records.iter().filter(both);
    let told = records.map(|record| {
        let said = said(record).into_iter().filter(|said| !said.starts_with("vcs.repository.url"));
        format!("{} {}", record.key.kind, said.collect::<Vec<String>>().join(" "))
    });
    told.collect()
}

#[test]
fn a_checkout_and_its_stream_tell_the_same() {
    let scratch = Scratch::new();
    let mut made = scratch.repository("");
    shop(&mut made);
    let export = ["fast-export", "--all", "--no-data", "-M", "--show-original-ids"];
    let Some(stream) = git(&scratch.root(), &export) else { return };
    let decoded = decode_one("git", "shop.export", &stream).expect("a known sort");
    assert_eq!(decoded.outcome, Outcome::Complete, "{:?}", decoded.diagnostics);
    let found = scanned(&scratch.root());
    assert_eq!(comparable(batch(&found, ".git")), comparable(&decoded));
    let packed = git(&scratch.root(), &["gc", "--quiet"]);
    assert!(packed.is_some() && !made.git.join("refs/heads/main").exists(), "everything is packed");
    assert_eq!(scanned(&scratch.root()).batches, found.batches, "packed or loose");
    let head = git(&scratch.root(), &["rev-parse", "HEAD"]).expect("git is there");
    let head = String::from_utf8_lossy(&head).trim().to_owned();
    assert!(repositories(&found, ".git")[0].contains(&format!("vcs.ref.head.revision={head}")));
}

#[test]
fn every_commits_evidence_can_be_opened() {
    let scratch = Scratch::new();
    shop(&mut scratch.repository(""));
    let found = scanned(&scratch.root());
    let records = &batch(&found, ".git").records;
    let steps = records.iter().flat_map(|record| &record.observations).flat_map(|said| &said.evidence.chain);
    let mut commits = 0;
    for step in steps {
        let locator = step.locator.to_string();
        let Some(id) = locator.strip_prefix(".git#0/commits/") else { continue };
        let Some(text) = git(&scratch.root(), &["cat-file", "-p", id]) else { return };
        assert!(String::from_utf8_lossy(&text).contains(&step.raw), "{step:?}");
        commits += 1;
    }
    assert!(commits > 10, "{commits}");
}

/// A state, how a repository gets there, and what is told then.
type Case = (&'static str, fn(&mut Made), &'static str);

#[test]
fn what_is_checked_out_is_told_in_every_state() {
    let cases: [Case; 5] = [
        ("empty", |_| {}, "\"estate\" vcs.ref.head.name=main commits=0"),
        (
            "unborn, with another branch",
            |made| {
                let id = made.commit(ADA, hour(1), &[("a", "a")]);
                made.write("refs/heads/other", &format!("{id}\n"));
                made.write("HEAD", "ref: refs/heads/nothing/yet\n");
            },
            "\"estate\" vcs.ref.head.name=nothing/yet commits=0",
        ),
        (
            "detached",
            |made| {
                let id = made.commit(ADA, hour(1), &[("a", "a")]);
                made.commit(ADA, hour(2), &[("a", "b")]);
                made.write("HEAD", &format!("{id}\n"));
            },
            "commits=1 last.change=2026-01-01T01:00:00Z",
        ),
        (
            "bare",
            |made| {
                made.commit(ADA, hour(1), &[("a", "a")]);
                made.write("config", "[core]\n\trepositoryformatversion = 0\n\tbare = true\n");
            },
            "vcs.ref.head.name=main",
        ),
        (
            "octopus",
            |made| {
                let ids: Vec<gix::ObjectId> = (1..6).map(|at| made.commit_on(ADA, hour(at), &[])).collect();
                made.merge(BO, hour(9), &ids);
            },
            "commits=6 last.change=2026-01-01T09:00:00Z authors=ada, bo",
        ),
    ];
    for (case, make, expected) in cases {
        let scratch = Scratch::new();
        make(&mut scratch.repository(""));
        let found = scanned(&scratch.root());
        let told = repositories(&found, ".git");
        assert!(told[0].contains(expected), "{case}: {told:?}");
        assert_eq!(batch(&found, ".git").outcome, Outcome::Complete, "{case}");
    }
}

#[test]
fn a_mailmap_makes_several_addresses_one_person() {
    let scratch = Scratch::new();
    let mut made = scratch.repository("");
    made.commit("bo@home.example", hour(1), &[("a", "a")]);
    made.commit(ADA, hour(2), &[(".mailmap", "Bo <bo@acme.example> <BO@home.example>\n")]);
    let told = repositories(&scanned(&scratch.root()), ".git");
    assert!(told[0].contains("authors=") && told[0].contains("ada") && told[0].contains("bo"), "{told:?}");
}

#[test]
fn several_checkouts_lie_in_one_folder() {
    let scratch = Scratch::new();
    let mut above = scratch.repository("");
    above.commit(ADA, hour(1), &[("a/x", "1"), ("one", "submodule 0123456789012345678901234567890123456789")]);
    scratch.repository("one").commit(BO, hour(2), &[("src/y", "2")]);
    scratch.repository("two/deep").commit(BO, hour(3), &[("z", "3")]);
    scratch.write("target/skipped/.git/HEAD", "ref: refs/heads/main");
    let found = scanned(&scratch.root());
    let names = |path: &str| -> Vec<String> {
        folders(&found, path).iter().map(|told| told.split(' ').next().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(names(".git"), ["\"\"", "\"a\""]);
    assert_eq!(names("one/.git"), ["\"one\"", "\"one/src\""]);
    assert_eq!(names("two/deep/.git"), ["\"two/deep\""]);
    assert_eq!(found.report.skipped.iter().collect::<Vec<_>>(), [(&"target".to_owned(), &1)]);
    assert_eq!((found.report.files, found.report.folders), (0, 4), "{}", found.report);
}

#[test]
fn a_history_that_is_not_wanted_is_not_read() {
    let scratch = Scratch::new();
    scratch.repository("").commit(ADA, hour(1), &[("a", "1")]);
    let none = scan(scratch.root(), &ScanOptions { commits: 0, ..options() }).expect("a scan");
    assert!(none.batches.iter().all(|batch| batch.records.is_empty()));
    assert_eq!(none.report.skipped.get(".git"), Some(&1));
    assert_eq!(batch(&none, "").members.as_deref(), Some(&[".git".to_owned()][..]), "it stays listed");
}

#[test]
fn only_so_many_commits_are_read_and_the_reading_says_so() {
    let scratch = Scratch::new();
    let mut made = scratch.repository("");
    for number in 0..10 {
        made.commit(ADA, hour(number), &[("a/x", &number.to_string())]);
    }
    let few = ScanOptions { commits: 4, ..options() };
    let found = scan(scratch.root(), &few).expect("a scan");
    let history = batch(&found, ".git");
    assert!(
        repositories(&found, ".git")[0]
            .contains("commits=4 last.change=2026-01-01T09:00:00Z authors=ada window.start=2026-01-01T06:00:00Z")
    );
    assert_eq!((history.incoming(), &history.outcome), (4, &Outcome::Complete));
    let warnings: Vec<&str> = history.diagnostics.iter().map(|flaw| flaw.message.as_str()).collect();
    assert_eq!(warnings, ["only the newest 4 commits are read: counts are lower bounds"]);
}

/// Counts the commits that are reported, and cancels after so many.
struct Watch {
    seen: AtomicUsize,
    at: usize,
    cancel: Cancel,
}

impl Progress for Watch {
    fn report(&self, phase: &str, done: u64, _total: u64) {
        if phase == "history" {
            assert_eq!(self.seen.fetch_add(1, Ordering::Relaxed) as u64 + 1, done);
            if done as usize == self.at {
                self.cancel.cancel();
            }
        }
    }
}

#[test]
fn a_long_history_is_read_within_its_bound_and_stops_when_it_is_told() {
    let scratch = Scratch::new();
    let mut made = scratch.repository("");
    let first = made.commit(ADA, hour(0), &[("a/x", "1"), ("a/y", "1")]);
    let one = made.tree("");
    made.commit(ADA, hour(0), &[("a/x", "2")]);
    let two = made.tree("");
    let last = (1..20_000).fold(first, |parent, number| {
        made.commit_tree(if number % 2 == 0 { one } else { two }, ADA, hour(0) + number, &[parent])
    });
    made.write("refs/heads/main", &format!("{last}\n"));
    for at in [5_000, usize::MAX] {
        let mut watched = options();
        let watch = Arc::new(Watch { seen: AtomicUsize::new(0), at, cancel: watched.context.cancel.clone() });
        watched.context.progress = watch.clone();
        let outcome = scan(scratch.root(), &watched);
        match at {
            5_000 => assert_eq!(outcome.err().map(|error| error.kind()), Some(ErrorKind::Cancelled)),
            _ => assert!(repositories(&outcome.expect("a scan"), ".git")[0].contains("commits=10000")),
        }
        assert_eq!(watch.seen.load(Ordering::Relaxed), at.min(10_000), "not one commit more");
    }
    let ticks = Arc::new(AtomicUsize::new(0));
    let clock = ticks.clone();
    let mut late = options();
    let read = move || std::time::Duration::from_secs(clock.fetch_add(1, Ordering::Relaxed) as u64);
    late.context.deadline = Some(Deadline::new(read, std::time::Duration::from_secs(300)));
    assert_eq!(scan(scratch.root(), &late).err().map(|error| error.kind()), Some(ErrorKind::Limit));
    assert!(ticks.load(Ordering::Relaxed) <= 302, "nor one look at the clock");
}

#[test]
fn a_repository_of_sha_256_is_read() {
    let scratch = Scratch::new();
    let root = scratch.root();
    if git(&root, &["init", "--quiet", "--object-format=sha256", "--initial-branch=main"]).is_none() {
        return;
    }
    scratch.write("cart/a", "a");
    git(&root, &["add", "."]);
    git(&root, &["commit", "--quiet", "--message=canary"]);
    let found = scanned(&root);
    assert!(repositories(&found, ".git")[0].contains("commits=1"), "{:?}", batch(&found, ".git"));
    let revision =
        said(&batch(&found, ".git").records[0]).into_iter().find(|said| said.starts_with(attribute::REVISION.as_str()));
    assert_eq!(revision.map(|said| said.len()), Some(attribute::REVISION.as_str().len() + 1 + 64));
    assert_eq!(folders(&found, ".git").len(), 2);
}

#[test]
fn linked_worktrees_and_submodules_are_read_and_what_leads_away_is_not() {
    let scratch = Scratch::new();
    let root = scratch.root();
    let outside = root.with_file_name("outside");
    let mut main = Made::at(&outside);
    main.remote("git@host:acme/main.git");
    let id = main.commit(ADA, hour(1), &[("a/x", "1")]);
    main.commit(ADA, hour(2), &[("a/x", "2")]);
    let dot_git = |folder: &str, target: &Path| {
        scratch.write(&format!("{folder}/.git"), &format!("gitdir: {}\n", target.display()))
    };
    let link = |name: &str, back: &str| {
        main.write(&format!("worktrees/{name}/HEAD"), &format!("{id}\n"));
        main.write(&format!("worktrees/{name}/commondir"), "../..\n");
        main.write(&format!("worktrees/{name}/gitdir"), &format!("{}\n", root.join(back).join(".git").display()));
        main.git.join("worktrees").join(name)
    };
    dot_git("linked", &link("linked", "linked"));
    dot_git("other", &link("other", "linked"));
    dot_git("bold", &main.git);
    dot_git("gone", &outside.join("gone"));
    scratch.write("odd/.git", "no gitdir");
    let above = scratch.repository("");
    let mut module = Made::at(&above.git.join("modules/sub/checkout"));
    module.commit(BO, hour(3), &[("s", "1")]);
    dot_git("sub", &module.git);
    // A folder that calls another repository its own.
    scratch.repository("thief").write("commondir", &format!("{}\n", main.git.display()));
    let found = scanned(&root);
    assert!(
        repositories(&found, "linked/.git")[0].contains("\"host/acme/main\"")
            && repositories(&found, "linked/.git")[0].contains("commits=1")
    );
    assert!(repositories(&found, "sub/.git")[0].starts_with("\"sub\""));
    let unread: Vec<String> =
        found.report.not_read.iter().map(|unread| format!("{}: {}", unread.path, unread.why)).collect();
    let away = "it leads out of the scanned folder, to a repository that does not know it";
    let expected = [
        format!("bold/.git: {away}"),
        "gone/.git: the repository that it names is not there".to_owned(),
        "odd/.git: it names no repository".to_owned(),
        format!("other/.git: {away}"),
        format!("thief/.git: {away}"),
    ];
    assert_eq!(unread, expected);
    // A submodule that is scanned by itself is known to its repository.
    let config = module.git.join("config");
    let text = fs::read_to_string(&config).expect("a configuration");
    fs::write(&config, format!("{text}[core]\n\tworktree = {}\n", root.join("sub").display())).expect("a file");
    assert!(repositories(&scanned(&root.join("sub")), ".git")[0].contains("commits=1"));
}
