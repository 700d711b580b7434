//! Every locator in every golden answer resolves to a line, a node or a span that exists and holds the raw text.

use std::collections::BTreeSet;

use golden_support::evidence::Opened;
use golden_support::{InMemory, estate, questions};
use serde_json::Value;
use twin_core::answer::{EvidenceId, EvidenceSource};

mod golden_support;

#[test]
fn all_evidence_of_the_estate_stands_where_it_says() {
    let (snapshot, files) = (estate(), InMemory::estate());
    let mut opened = Opened::default();
    let mut flaws = BTreeSet::new();
    let count = snapshot.pages().evidence.len() as u32;
    for proof in (0..count).filter_map(|id| snapshot.proof(EvidenceId(id))) {
        assert!(!proof.chain.is_empty());
        let found = proof.chain.iter().filter_map(|step| opened.flaw(step, |path| Some(files.bytes(path)?.to_vec())));
        flaws.extend(found);
    }
    assert!(count > 1_000, "{count}");
    assert!(flaws.is_empty(), "{flaws:#?}");
}

#[test]
fn every_row_of_every_answer_cites_evidence_that_the_answer_resolves() {
    let snapshot = estate();
    let mut rows = 0;
    for (question, answer) in questions::all(&snapshot) {
        let evidence = answer["evidence"].as_object().expect("evidence by number");
        let mut cited = BTreeSet::new();
        cite(&answer["value"], &mut cited);
        let known: BTreeSet<u64> = evidence.keys().filter_map(|number| number.parse().ok()).collect();
        assert_eq!(cited, known, "{question}: what is cited is what is resolved");
        for proof in evidence.values() {
            let chain = proof["chain"].as_array().expect("a chain");
            assert_eq!(chain.first().map(|step| &step["locator"]), Some(&proof["locator"]), "{question}");
            assert!(proof["observed_at"].is_string() && proof["source"] == "estate", "{question}: {proof}");
        }
        rows += cited.len();
    }
    assert!(rows > 5_000, "{rows}");
}

fn cite(value: &Value, cited: &mut BTreeSet<u64>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| cite(item, cited)),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| match name.as_str() {
            "evidence" => cited.extend(value.as_array().into_iter().flatten().filter_map(Value::as_u64)),
            _ => cite(value, cited),
        }),
        _ => {}
    }
}
