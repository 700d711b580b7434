//! What hosts of other languages stand on: questions as data, answers without a type, tables, frozen answers, and the table of the surface.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use twin_core::answer::{ColumnType, Reply, Table};
use twin_core::base::ErrorKind;
use twin_core::graph::Snapshot;
use twin_core::simulate::{ChangeDraft, Scenario};
use twin_core::{At, Question, Twin, surface};

use crate::support::{apply, time};

const ESTATE: &str = "file a\nWorkload:shop/edge\ncalls Workload:shop/web\nWorkload:shop/web\ncalls Workload:shop/pay\nset replicas 2\nWorkload:shop/pay\ncalls Workload:shop/db\nWorkload:shop/db\nset realizes DataStore\nfile b\nWorkload:till/pay\n";

fn estate() -> (Twin, Snapshot) {
    let twin = Twin::in_memory();
    apply(&twin, ESTATE);
    let snapshot = twin.snapshot(At::now(time("09:00")));
    (twin, snapshot)
}

fn asked(snapshot: &Snapshot, question: Value) -> Reply {
    snapshot.ask(&Question::from_json(&question.to_string()).unwrap()).unwrap()
}

/// One question of each kind.
fn questions() -> Vec<Value> {
    vec![
        json!({"kind": "blast_radius", "entity": "pay@shop", "state": "down", "hazard": "outage", "needs": "planning"}),
        json!({"kind": "describe", "entity": "web"}),
        json!({"kind": "conflicts", "entity": "web"}),
        json!({"kind": "find_all", "words": "", "of": "Component"}),
        json!({"kind": "neighbours", "entity": "web", "relation": "calls"}),
        json!({"kind": "owners", "entity": "web"}),
        json!({"kind": "cycles"}),
        json!({"kind": "smells", "fan_in": 1, "fan_out": 1}),
        json!({"kind": "drift", "left": "declared", "right": "observed"}),
        json!({"kind": "cost", "entity": "web"}),
        json!({"kind": "decisions", "entity": "web"}),
        json!({"kind": "explain", "entity": "web"}),
        json!({"kind": "future", "until": "2100-01-01T00:00:00Z"}),
        json!({"kind": "time_to_impact", "entity": "web", "at": "2100-01-01T00:00:00Z"}),
        json!({"kind": "review", "most": 5}),
        json!({"kind": "why_not", "a": "pay@shop", "b": "pay@till"}),
    ]
}

#[test]
fn every_question_can_be_asked_as_data() {
    let (_twin, snapshot) = estate();
    let kinds: BTreeSet<String> =
        questions().iter().filter_map(|question| question["kind"].as_str().map(str::to_owned)).collect();
    let methods = surface().into_iter().filter(|member| member.on == "Snapshot" && member.returns == "Answer");
    let methods: BTreeSet<String> = methods.map(|member| member.name).collect();
    let others =
        ["ask", "call_templates", "critical_path", "diff", "next_questions", "search", "suspects"].map(str::to_owned);
    assert_eq!(methods, kinds.into_iter().chain(others).collect(), "the table has every question");
    for question in questions() {
        let reply = asked(&snapshot, question.clone());
        let json: Value = serde_json::from_str(&reply.to_json()).unwrap();
        assert_eq!(json["revision"], json!(1), "{question}");
        let by_type = Question::from_json(&question.to_string()).unwrap();
        assert_eq!(serde_json::to_value(&by_type).unwrap()["kind"], question["kind"]);
    }
    let pay = snapshot.find("pay@shop").unwrap();
    let direct = snapshot.blast_radius(pay).needs(twin_core::answer::Profile::Planning).run();
    assert_eq!(direct.to_json(), asked(&snapshot, questions()[0].clone()).to_json(), "the same as the method gives");
}

#[test]
fn wrong_questions_are_typed_errors() {
    let (_twin, snapshot) = estate();
    let cases = [
        (json!({"kind": "blast_radius", "entity": "pay@shop", "state": "dwn"}), ErrorKind::Unknown, "nearest are down"),
        (json!({"kind": "blast_radius", "entity": "pay@shop", "hazard": "outge"}), ErrorKind::Unknown, "outage"),
        (json!({"kind": "owners", "entity": "web1"}), ErrorKind::Unknown, "nearest are web"),
        (json!({"kind": "owners", "entity": "pay"}), ErrorKind::Ambiguous, "in shop"),
        (json!({"kind": "owners", "entity": "web", "needs": "tomorrow"}), ErrorKind::Unknown, "profile"),
        (json!({"kind": "drift", "left": "declard"}), ErrorKind::Unknown, "nearest are declared"),
        (json!({"kind": "find_all", "words": "", "of": "Componnt"}), ErrorKind::Unknown, "Component"),
    ];
    for (question, kind, part) in cases {
        let error = snapshot.ask(&Question::from_json(&question.to_string()).unwrap()).unwrap_err();
        assert!(error.kind() == kind && error.to_string().contains(part), "{question}: {error}");
    }
    for text in ["", "[]", "{\"kind\": \"ownrs\"}", "{\"kind\": \"owners\"}", "{\"kind\": \"cycles\", \"more\": 1}"] {
        assert_eq!(Question::from_json(text).unwrap_err().kind(), ErrorKind::Invalid, "{text}");
    }
}

#[test]
fn the_rows_of_an_answer_come_in_pages_with_their_evidence() {
    let (_twin, snapshot) = estate();
    let reply = asked(&snapshot, questions()[0].clone());
    assert_eq!(reply.len(), 2, "{}", reply.to_json());
    let page: Value = serde_json::from_str(&reply.rows_json(1..9)).unwrap();
    assert_eq!(page["rows"].as_array().map(Vec::len), Some(1));
    let cited = page["rows"][0]["evidence"].as_array().unwrap();
    assert_eq!(cited[0], json!(0), "numbered anew");
    let proofs: Value = serde_json::from_str(&reply.evidence_json(1)).unwrap();
    assert_eq!(proofs[0], page["evidence"]["0"]);
    assert_eq!(reply.rows_json(9..12), r#"{"evidence":{},"rows":[]}"#);
    assert_eq!(reply.evidence_json(9), "[]");
    let envelope: Value = serde_json::from_str(&reply.envelope_json()).unwrap();
    let mut whole: Value = serde_json::from_str(&reply.to_json()).unwrap();
    ["value", "evidence"].iter().for_each(|part| drop(whole.as_object_mut().unwrap().remove(*part)));
    assert_eq!(envelope, whole);
}

/// A table as rows of text.
fn rows(table: &Table) -> Vec<String> {
    let row = |row| table.columns.iter().map(|column| column.value(row).to_string()).collect::<Vec<_>>().join(" ");
    (0..table.rows).map(row).collect()
}

#[test]
fn an_answer_is_a_table_of_the_same_columns_with_or_without_rows() {
    let (_twin, snapshot) = estate();
    for question in questions() {
        let table = asked(&snapshot, question.clone()).table().unwrap();
        let empty = Twin::in_memory().snapshot(At::now(time("09:00")));
        let names = |table: &Table| {
            table.columns.iter().map(|column| (column.name.clone(), column.values.column_type())).collect::<Vec<_>>()
        };
        if let Ok(reply) = empty.ask(&Question::from_json(&question.to_string()).unwrap()) {
            assert_eq!(names(&reply.table().unwrap()), names(&table), "{question}");
        }
        let lengths: BTreeSet<usize> = table.columns.iter().map(|column| column.valid.len()).collect();
        assert_eq!(lengths, BTreeSet::from([table.rows]), "{question}");
    }
    let table = asked(&snapshot, questions()[0].clone()).table().unwrap();
    let types: Vec<ColumnType> = table.columns.iter().map(|column| column.values.column_type()).collect();
    assert_eq!(table.columns[6].name, "state");
    assert_eq!((types[6], types[8], types[9]), (ColumnType::Text, ColumnType::Integer, ColumnType::Texts));
    let ids = |column: usize, row: usize| table.columns[column].value(row);
    assert!(ids(2, 0).as_str().is_some_and(|id| id.starts_with('e')), "an entity has its id beside it");
    let nothing = asked(&snapshot, json!({"kind": "find_all", "words": "pay", "of": "Component"})).table().unwrap();
    assert_eq!(rows(&nothing).len(), 2);
}

#[test]
fn a_frozen_answer_tells_the_same_without_its_twin() {
    let (twin, snapshot) = estate();
    for question in questions() {
        let reply = asked(&snapshot, question.clone());
        let thawed = Reply::thaw(&reply.freeze().unwrap()).unwrap();
        assert_eq!(thawed.to_json(), reply.to_json(), "{question}");
        assert_eq!(thawed.envelope_json(), reply.envelope_json());
        assert_eq!(thawed.table().unwrap(), reply.table().unwrap());
        assert_eq!(thawed.len(), reply.len());
        for row in 0..reply.len() {
            assert_eq!(thawed.evidence_json(row), reply.evidence_json(row), "{question} {row}");
        }
        assert_eq!(thawed.freeze().unwrap(), reply.freeze().unwrap(), "and can be frozen again");
    }
    drop(twin);
    for text in ["", "{}", "[]", "{\"answer\": {}, \"rows\": [1], \"evidence\": {}, \"columns\": [{\"name\": 1}]}"] {
        assert_eq!(Reply::thaw(text).unwrap_err().kind(), ErrorKind::Invalid, "{text}");
    }
}

#[test]
fn changes_are_data_too() {
    let (_twin, snapshot) = estate();
    let drafts = ChangeDraft::list_from_json(
        r#"[{"change": "fail", "entity": "db", "state": "degraded"}, {"change": "remove", "entity": "pay@till"}]"#,
    );
    let scenario = Scenario::of(&snapshot, "less", &drafts.unwrap()).unwrap();
    assert_eq!((scenario.changes().len(), scenario.snapshot().scenario_name()), (2, Some("less")));
    assert!(scenario.snapshot().len() < snapshot.len());
    let wrong = ChangeDraft::list_from_json(r#"[{"change": "fail", "entity": "dbb"}]"#).unwrap();
    assert_eq!(Scenario::of(&snapshot, "x", &wrong).unwrap_err().kind(), ErrorKind::Unknown);
    assert_eq!(ChangeDraft::list_from_json("[{\"change\": \"mve\"}]").unwrap_err().kind(), ErrorKind::Invalid);
}

#[test]
fn records_are_found_by_their_key_or_an_end_of_it() {
    let (twin, _snapshot) = estate();
    assert_eq!(twin.record("estate/shop/Workload:web").unwrap(), twin.record("Workload:web").unwrap());
    assert_eq!(twin.record("Workload:pay").unwrap_err().kind(), ErrorKind::Ambiguous);
    assert_eq!(twin.record("shop/Workload:pay").unwrap().namespace.as_deref(), Some("shop"));
    let error = twin.record("shop/Workload:py").unwrap_err();
    assert!(error.kind() == ErrorKind::Unknown && error.to_string().contains("shop/Workload:pay"), "{error}");
}

#[test]
fn pages_for_notebooks_obey_no_name() {
    let twin = Twin::in_memory();
    apply(&twin, "file a\nWorkload:web\ncalls Workload:db\nWorkload:db<script>\nWorkload:db\n");
    let snapshot = twin.snapshot(At::now(time("09:00")));
    let html = twin_core::wire::answer_html(&asked(&snapshot, json!({"kind": "find_all", "words": "db"})));
    assert!(html.contains("db&lt;script&gt;") && !html.contains("<script"), "{html}");
    let blast = twin_core::wire::answer_html(&asked(&snapshot, json!({"kind": "blast_radius", "entity": "db"})));
    assert!(blast.contains("<svg role=\"img\" aria-label=\"Blast radius\"") && blast.contains(">web<"), "{blast}");
    let frame = twin_core::wire::snapshot_html(&snapshot);
    assert!(frame.starts_with("<iframe") && frame.contains("sandbox"), "{frame}");
}
