//! Decision records: each form, what they are related to, and what is none.

#[path = "../../base/tests/reading/mod.rs"]
mod reading;

use proptest::prelude::*;
use twin_connector_base::{Decoder, Recognition};
use twin_connector_knowledge::decisions::DecisionRecords;
use twin_core::base::Timestamp;
use twin_core::observe::Outcome;

use reading::{check_unreadable, fixtures, incoming, read, told};

const MADR: &str = "---
status: \"accepted\"
date: 2026-03-01
decision-makers: [\"@shop/checkout\", \"platform team\", \"Jane Canary\", \"jane.canary@example.com\"]
supersedes: \"[0002](0002-old.md)\"
forbids:
  - \"storefront calls ledger\"
---
# Put *orders* behind a queue

## Context and Problem Statement

See `orders`, [its code](../../services/orders/), [the web](https://example.com/x) and `not a name`.

## Decision Outcome

Chosen: a queue.
";

const NYGARD: &str = "# 7. Use a queue

Date: 2026-03-01

## Status

Accepted

Supersedes [2. Use HTTP](0002-use-http.md)

Supersedes ADR-0003

## Context

It was slow.

## Decision

We use `broker`.
";

/// Checks that a file tells each of these lines.
fn check(path: &str, text: &str, expected: &[&str]) {
    let decoded = read(&DecisionRecords, path, text.as_bytes());
    let told = told(&decoded);
    for line in expected {
        assert!(told.iter().any(|said| said.trim().starts_with(line)), "no {line:?} in\n{}", told.join("\n"));
    }
    assert!(!format!("{decoded:?}").to_lowercase().contains("canary"), "a person in {decoded:?}");
}

#[test]
fn both_forms_are_read() {
    check(
        "docs/decisions/0004-queue.md",
        MADR,
        &[
            "Decision 0004-put-orders-behind-a-queue",
            "is Put orders behind a queue <- docs/decisions/0004-queue.md:9",
            "answers to path:docs/decisions/0004-queue.md",
            "answers to native_id:adr:0004",
            "status = accepted <- docs/decisions/0004-queue.md:2 \"accepted\"",
            "date = 2026-03-01T00:00:00Z <- docs/decisions/0004-queue.md:3",
            "decision-makers = shop/checkout, platform team, person:",
            "forbids = storefront calls ledger <- docs/decisions/0004-queue.md:7",
            "successorOf path:docs/decisions/0002-old.md <- docs/decisions/0004-queue.md:5",
            "governs component_name:ledger <- docs/decisions/0004-queue.md:7 \"ledger\"",
            "governs component_name:orders <- docs/decisions/0004-queue.md:13 \"orders\"",
            "governs path:services/orders <- docs/decisions/0004-queue.md:13",
        ],
    );
    check(
        "doc/adr/0007-use-a-queue.md",
        NYGARD,
        &[
            "Decision 0007-use-a-queue",
            "is Use a queue <- doc/adr/0007-use-a-queue.md:1",
            "status = accepted <- doc/adr/0007-use-a-queue.md:7 \"Accepted\"",
            "date = 2026-03-01T00:00:00Z",
            "successorOf path:doc/adr/0002-use-http.md <- doc/adr/0007-use-a-queue.md:9",
            "successorOf native_id:adr:0003 <- doc/adr/0007-use-a-queue.md:11 \"0003\"",
            "governs component_name:broker",
        ],
    );
}

#[test]
fn status_and_number_stand_in_many_places() {
    let cases = [
        (
            "# ADR-0012: Cache\n\n* Status: superseded by [ADR-0013](0013-x.md)\n* Date: 2026-01-02\n",
            "superseded",
            "Decision 0012-cache",
        ),
        ("# Cache\n\n**Status**: Proposed\n", "proposed", "Decision cache"),
        ("# Cache\n\n- status: rejected\n- deciders: J. Canary\n", "rejected", "Decision cache"),
        ("# 3. Cache\n\n## Status\n\nAccepted\n\nSuperceded by [4](0004-y.md)\n", "superseded", "Decision 0003-cache"),
        ("---\nstatus: Deprecated\n---\n# 3 layers of cache\n", "deprecated", "Decision 3-layers-of-cache"),
    ];
    for (text, status, key) in cases {
        check("adr/x.md", text, &[&format!("status = {status}"), key]);
    }
    let decoded = read(&DecisionRecords, "adr/x.md", MADR.as_bytes());
    let date = Timestamp::parse("2026-03-01");
    assert!(decoded.records[0].observations.iter().all(|said| said.valid_from == date));
}

#[test]
fn a_moved_file_has_the_same_key() {
    let key = |path: &str| read(&DecisionRecords, path, NYGARD.as_bytes()).records[0].key.clone();
    assert_eq!(key("doc/adr/0007-use-a-queue.md"), key("docs/decisions/renamed.md"));
}

#[test]
fn what_is_no_decision_is_one_rejection() {
    let cases: [(&str, &[u8], &str, bool); 7] = [
        ("adr/x.md", b"", "! syntax adr/x.md:0", false),
        ("adr/x.md", b"no heading\n", "! shape adr/x.md:1", false),
        ("adr/x.md", b"# A\n\xff\n", "! encoding adr/x.md:2", false),
        ("adr/x.md", b"---\nstatus: [a\n---\n# A\n", "! syntax adr/x.md", false),
        ("adr/x.md", b"# {short title, of it}\n", "! unsupported adr/x.md:1: a template", true),
        ("adr/adr-template.md", b"# A\n", "! unsupported adr/adr-template.md:0", true),
        ("adr/README.md", b"# Decisions\n", "! unsupported adr/README.md:0", true),
    ];
    for (path, bytes, expected, complete) in cases {
        let decoded = read(&DecisionRecords, path, bytes);
        assert_eq!(incoming(&decoded), 1, "{expected}");
        assert!(told(&decoded).iter().any(|line| line.starts_with(expected)), "{expected}: {:?}", told(&decoded));
        assert_eq!(decoded.outcome == Outcome::Complete, complete, "{expected}");
    }
}

#[test]
fn links_that_leave_the_root_govern_nothing() {
    let text = "# A\n\n[up](../../../etc) [mail](mailto:a@b.c) [here](#x) [root](/src/a.rs) [doc](b.md)\n";
    let told = told(&read(&DecisionRecords, "adr/x.md", text.as_bytes()));
    let governs: Vec<&String> = told.iter().filter(|line| line.contains("governs")).collect();
    assert!(governs.len() == 1 && governs[0].contains("path:src/a.rs"), "{governs:?}");
}

#[test]
fn decisions_are_recognised_by_folder_and_by_content() {
    let cases = [
        ("docs/decisions/0001-x.md", "", Recognition::ByName),
        ("doc/adr/0001-x.md", "", Recognition::ByName),
        ("doc/adr/README.md", "", Recognition::No),
        ("doc/adr/template.md", "", Recognition::No),
        ("notes/x.md", NYGARD, Recognition::ByContent),
        ("notes/x.md", "# A\n\n## Context\n", Recognition::No),
        ("adr/x.txt", NYGARD, Recognition::No),
    ];
    for (path, head, expected) in cases {
        assert_eq!(DecisionRecords.recognises(path, head.as_bytes()), expected, "{path}");
    }
}

#[test]
fn real_decisions_are_read() {
    for (path, bytes) in fixtures("adr-nygard") {
        let decoded = read(&DecisionRecords, &path, &bytes);
        assert_eq!((decoded.records.len(), decoded.diagnostics.len()), (1, 0), "{path}: {:?}", decoded.diagnostics);
        assert!(told(&decoded).iter().any(|line| line.contains("status = ")), "{path}");
    }
    for (path, bytes) in fixtures("adr-madr") {
        let decoded = read(&DecisionRecords, &path, &bytes);
        assert_eq!(incoming(&decoded), 1, "{path}");
        assert_eq!(decoded.outcome, Outcome::Complete, "{path}");
        let is_decision = path.contains("0000-");
        assert_eq!(decoded.records.len() == 1, is_decision, "{path}");
    }
}

#[test]
fn a_file_that_cannot_be_had_takes_nothing_away() {
    check_unreadable(&DecisionRecords, "adr/x.md");
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80), at in 0usize..500, byte: u8) {
        read(&DecisionRecords, "adr/x.md", &bytes);
        for form in [MADR, NYGARD] {
            let mut text = form.as_bytes().to_vec();
            if let Some(place) = text.get_mut(at) {
                *place = byte;
            }
            read(&DecisionRecords, "adr/x.md", &text);
        }
    }
}
