//! The tour says what was planted in the example estate, and holds no secret; it copes with any other folder.

use std::fs;
use std::path::{Path, PathBuf};

use examples::tour::{Tour, example_today, of_example, of_files, of_folder};
use twin_connectors::{Entry, Files};
use twin_core::base::Timestamp;

fn now() -> Timestamp {
    Timestamp::parse("2026-11-24T10:00:00Z").expect("a time")
}

fn example() -> Tour {
    of_example(now()).expect("the example estate can be read")
}

fn of_texts(files: &[(&str, &str)]) -> Tour {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap_or(Path::new(""))).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }
    of_folder(folder.path(), now()).expect("a folder can be toured")
}

fn truth(file: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/truth").join(file);
    fs::read_to_string(path).expect("the truth can be read")
}

/// Each line stands in the text.
fn holds(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.contains(line), "\"{line}\" is not in:\n{text}");
    }
}

#[test]
fn the_example_answers_for_what_was_planted() {
    let text = example().text;
    holds(
        &text,
        &[
            "57 files in 28 folders",
            "quillmere/backoffice/Workload:api is not quillmere/shop/Workload:api",
            "quillmere/shop/Workload:CronJob/notifications is not quillmere/shop/Workload:notifications",
            "== Blast radius: payments is down",
            "  checkout@shop          degraded to down payments@shop → calledBy → checkout@shop",
            "k8s/shop/checkout.yaml:42",
            "  search@shop calls pricing@shop",
            "in a file, and never seen: 1\n  pricing@shop calls inventory@shop\n      k8s/shop/pricing.yaml:37",
            "9 EUR            nothing is called as the tag says: \"loyalty\"",
            "21 EUR           the tag's value \"api\" names 2 things",
            "forbids \"storefront calls ledger\"\n  storefront@shop → ledger@backoffice, observed",
            "docs/decisions/0005-keep-customers-away-from-the-books.md:7",
            "  nobody to be told for: giftcards",
            "~ pricing@shop image.tag: 1.17.2 → 1.18.0",
            "+ pricing@shop calls inventory@shop",
            "+ Component notifications",
        ],
    );
    let unowned = text.lines().find(|line| line.starts_with("  nobody  ")).unwrap_or_default();
    assert!(unowned.contains("giftcards"), "{unowned}");
    assert!(!text.contains("storefront calls orders"), "a decision that is kept is not told as violated");
}

#[test]
fn no_secret_is_told_or_shown() {
    let tour = example();
    let secrets = truth("secrets.txt");
    assert!(secrets.lines().count() >= 25, "the list of secrets is whole");
    for secret in secrets.lines().filter(|secret| !secret.is_empty()) {
        assert!(!tour.text.contains(secret) && !tour.page.contains(secret), "{secret}");
    }
    assert!(!tour.text.contains("FAKE-") && !tour.page.contains("FAKE-"), "nor a part of one");
}

#[test]
fn the_page_needs_nothing_else_and_nests_well() {
    let page = example().page;
    for outside in ["src=", "href=", "<script", "<link", "@import", "url(http", "<iframe"] {
        assert!(!page.contains(outside), "{outside}");
    }
    holds(&page, &["<!DOCTYPE html>", "role=\"img\"", "<h2>Relations</h2>", "<h2>Drift</h2>", "<h2>Freshness</h2>"]);
    holds(&page, &["k8s/shop/checkout.yaml:42", "prefers-color-scheme: dark", "checkout calls payments"]);
    nests_well(&page);
}

/// Every element that is opened is closed, in order.
fn nests_well(page: &str) {
    const EMPTY: [&str; 3] = ["meta", "br", "!DOCTYPE"];
    let mut open: Vec<&str> = Vec::new();
    for part in page.split('<').skip(1) {
        let (tag, _) = part.split_once('>').expect("a tag ends");
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "</{name}> closes what was opened");
        } else if !tag.ends_with('/') && !EMPTY.contains(&name) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
}

#[test]
fn the_same_estate_gives_the_same_tour() {
    let (first, second) = (example(), example());
    assert_eq!(first.text, second.text);
    assert_eq!(first.page, second.page);
}

#[test]
fn a_folder_of_ones_own_is_toured() {
    let compose = "services:\n  web:\n    image: example/web\n    environment:\n      STOCK_URL: http://stock:8080\n  stock:\n    image: example/stock\n";
    let tour = of_texts(&[("compose.yaml", compose)]);
    holds(
        &tour.text,
        &[
            "== Blast radius: stock is down",
            "compose.yaml:5 env-address STOCK_URL",
            "cannot say: no telemetry was read",
            "cannot say: no bill that was read names anything that was read",
            "cannot say: this is the first reading",
            "requests at risk: cannot say: no traces were read",
        ],
    );
    assert!(tour.page.contains("web calls stock (declared)"));
    nests_well(&tour.page);
}

#[test]
fn an_empty_folder_is_no_error_and_answers_nothing() {
    let tour = of_texts(&[]);
    holds(&tour.text, &["0 files", "cannot say: nothing that was read needs anything else", "no service was found"]);
    assert!(tour.text.contains("cannot say: no source that can answer"), "{}", tour.text);
    nests_well(&tour.page);
}

#[test]
fn a_hostile_name_stays_a_name() {
    let compose = "services:\n  \"<script>alert(1)</script>\":\n    image: example/web\n    environment:\n      STOCK_URL: http://stock:8080\n  stock:\n    image: \"example/stock\"\n    labels:\n      team: \"<img src=x onerror=alert(1)>\\e[31m\"\n";
    let tour = of_texts(&[("compose.yaml", compose)]);
    assert!(tour.page.contains("&lt;script&gt;"), "the name is shown");
    assert!(!tour.page.contains("<script") && !tour.page.contains("<img"), "and is not obeyed");
    assert!(!tour.text.contains('\u{1b}'), "nor by a terminal");
    nests_well(&tour.page);
}

#[test]
fn a_terminal_obeys_no_name_wherever_it_is_told() {
    let compose = "services:\n  web:\n    image: web\n    environment: {S_URL: \"http://a-b:80\"}\n    depends_on: [\"d\\e[2J\\u202eb\\n== Owners\"]\n  \"d\\e[2J\\u202eb\\n== Owners\":\n    image: x\n";
    let tour = of_texts(&[("compose.yaml", compose), ("sub\u{1b}[31m/compose.yaml", "services: [\n")]);
    assert!(tour.text.contains("== Blast radius: d\u{fffd}[2J\u{fffd}b\u{fffd}== Owners"), "{}", tour.text);
    assert!(!tour.text.contains(|letter: char| letter.is_control() && letter != '\n'), "{}", tour.text);
    assert_eq!((tour.text.contains('\u{202e}'), tour.text.matches("\n== Owners").count()), (false, 1));
}

/// The example estate with a root that cannot be listed.
struct Locked;

impl Files for Locked {
    fn list(&self, _folder: &str, _up_to: usize) -> std::io::Result<Vec<Entry>> {
        Err(std::io::ErrorKind::PermissionDenied.into())
    }

    fn read(&self, path: &str, up_to: u64) -> std::io::Result<Vec<u8>> {
        example_today().read(path, up_to)
    }
}

#[test]
fn a_folder_that_cannot_be_read_is_one_line() {
    let locked = of_files(&Locked, "locked", now()).expect_err("it cannot be listed").to_string();
    assert_eq!(locked, "the folder cannot be read: permission denied");
    let missing = of_folder(Path::new("no/such/folder"), now()).expect_err("it is not there").to_string();
    assert_eq!(missing, "no/such/folder is not a folder");
}
