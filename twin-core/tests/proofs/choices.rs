//! Which input would turn a choice between scenarios, and whom to ask: by comparisons that are made again.

use twin_core::answer::Profile;
use twin_core::base::{Context, ErrorKind, Timestamp};
use twin_core::graph::Snapshot;
use twin_core::simulate::next_question::NextQuestion;
use twin_core::simulate::{ChoiceDraft, Given, next_questions_about};
use twin_core::{At, Twin};

use crate::support::{apply, time};

const SHOP: &str = "file a
    Workload:front
      calls/required Workload:pay
    Workload:pay
      ownedBy Team:money
    Team:money";

fn shop() -> Snapshot {
    let twin = Twin::in_memory();
    apply(&twin, SHOP);
    twin.snapshot(At::now(time("09:00")))
}

const OPTIONS: &str = r#"[
    {"name": "rent", "changes": [{"change": "replace", "entity": "pay", "by": "cloud", "price": {"amount": "3", "currency": "EUR"}}]},
    {"name": "buy", "changes": [{"change": "replace", "entity": "pay", "by": "own", "price": {"amount": "5", "currency": "EUR"}}]},
    {"name": "as it is"}
]"#;

fn asked(input: &str) -> twin_core::base::Result<Vec<NextQuestion>> {
    let text = format!(
        r#"{{"options": {OPTIONS}, "objectives": [{{"dimension": "cost", "of": "pay"}}], "inputs": [{input}]}}"#
    );
    let choice = ChoiceDraft::from_json(&text)?;
    let context = Context::new(Timestamp::MIN);
    next_questions_about(&shop(), &choice, &Given::default(), Profile::Audit, &context).map(|answer| answer.value)
}

#[test]
fn the_input_that_turns_a_choice_is_named_with_its_break_even_and_its_owner() {
    let found = asked(r#"{"option": "rent", "field": "price.amount", "low": 0, "high": 10, "unit": "EUR"}"#).unwrap();
    assert_eq!(found.len(), 1, "of what it is now nobody knows the cost: {found:?}");
    let NextQuestion { option, other, owner, turned, assumed, ask, .. } = &found[0];
    assert_eq!((option.as_str(), other.as_str(), owner.as_deref()), ("rent", "buy", Some("money")));
    assert_eq!(*assumed, 3.0, "as the change says");
    assert!((turned[0][0] - 5.0).abs() < 1e-9 && turned[0][1] == 10.0 && turned.len() == 1, "{turned:?}");
    assert_eq!(ask, "ask money for the price.amount of replace pay: above 5 EUR buy is better");
    let narrow = asked(r#"{"option": "rent", "field": "price.amount", "low": 0, "high": 4}"#).unwrap();
    assert!(narrow.is_empty(), "below 5 nothing turns");
    let called =
        r#"{"option": "buy", "field": "price.amount", "low": 0, "high": 10, "name": "licence", "owner": "ann"}"#;
    assert_eq!(asked(called).unwrap()[0].ask, "ask ann for the licence: below 3 buy is better");
}

#[test]
fn an_input_that_is_none_is_refused() {
    let input = |rest: &str| format!(r#"{{"low": 0, "high": 10, {rest}}}"#);
    let cases = [
        (r#""option": "lease", "field": "price.amount""#, ErrorKind::Unknown, "option \"lease\""),
        (r#""option": "rent", "change": 1, "field": "price.amount""#, ErrorKind::Invalid, "no change at place 1"),
        (r#""option": "rent", "field": "availability""#, ErrorKind::Invalid, "what is assumed of availability"),
        (r#""option": "rent", "field": "by", "assumed": 1"#, ErrorKind::Invalid, "takes no number"),
        (r#""option": "rent", "field": "price.currency", "assumed": 1"#, ErrorKind::Invalid, "takes no number"),
        (r#""option": "rent", "field": "price", "assumed": 1"#, ErrorKind::Invalid, "takes no number"),
        (r#""option": "rent", "field": "colour", "assumed": 1"#, ErrorKind::Invalid, "takes no number"),
        (r#""option": "rent", "field": "price.amount", "assumed": 11"#, ErrorKind::Invalid, "between 0 and 10"),
        (r#""option": "rent", "felt": "price.amount""#, ErrorKind::Invalid, "no choice between scenarios"),
    ];
    for (rest, kind, told) in cases {
        let error = asked(&input(rest)).expect_err(rest);
        assert!(error.kind() == kind && error.to_string().contains(told), "{rest}: {error}");
    }
}
