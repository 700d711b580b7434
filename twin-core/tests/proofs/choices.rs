//! Which input would turn a choice between scenarios, and whom to ask: by comparisons that are made again.

use twin_core::answer::{Answer, Profile, Reply};
use twin_core::base::{Context, ErrorKind, Timestamp};
use twin_core::graph::Snapshot;
use twin_core::simulate::next_question::NextQuestion;
use twin_core::simulate::pareto::Goal;
use twin_core::simulate::search::{SearchDraft, search};
use twin_core::simulate::{
    ChangeDraft, ChoiceDraft, Comparison, Dimension, Given, Objective, ObjectiveDraft, OptionRow, Scenario, compare,
    next_questions_about, trade_off, trade_off_of_answers,
};
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
    answered(input).map(|answer| answer.value)
}

fn answered(input: &str) -> twin_core::base::Result<Answer<Vec<NextQuestion>>> {
    let text = format!(
        r#"{{"options": {OPTIONS}, "objectives": [{{"dimension": "cost", "of": "pay"}}], "inputs": [{input}]}}"#
    );
    let choice = ChoiceDraft::from_json(&text)?;
    let context = Context::new(Timestamp::MIN);
    next_questions_about(&shop(), &choice, &Given::default(), Profile::Audit, &context)
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
    let verdict = |high: u32| {
        let input = format!(r#"{{"option": "rent", "field": "price.amount", "low": 0, "high": {high}}}"#);
        answered(&input).unwrap().verdict.unwrap()
    };
    let open = "not all figures that the choice is by are known";
    assert_eq!(verdict(4), format!("none of 1 inputs is known to turn the choice within its range; {open}"));
    assert_eq!(verdict(10), format!("1 of 1 inputs may turn the choice; {open}"));
    let both = asked(r#"{"option": "rent", "field": "price.amount", "low": 0, "high": 10}, {"option": "buy", "field": "price.amount", "low": 0, "high": 10}"#).unwrap();
    let names: Vec<&str> = both.iter().map(|question| question.input.as_str()).collect();
    assert_eq!(names, ["price.amount of replace pay of option rent", "price.amount of replace pay of option buy"]);
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

/// A shop with a bill of each of its services.
const BILLED: &str = "file a
    Workload:front
      calls/required Workload:pay
    Workload:pay
    Workload:mail
    Charge:one
      set EffectiveCost 30
      set BillingCurrency EUR
      bills Workload:pay
    Charge:two
      set EffectiveCost 10
      set BillingCurrency EUR
      bills Workload:mail";

/// The value or why there is none of each option, and what is taken for granted.
fn ranked(options: &[(&str, &str)], objectives: &str) -> twin_core::base::Result<(Vec<String>, Vec<String>)> {
    let twin = Twin::in_memory();
    apply(&twin, BILLED);
    let (head, context) = (twin.snapshot(At::now(time("09:00"))), Context::new(Timestamp::MIN));
    let compared = |(name, changes): &(&str, &str)| {
        let changes = ChangeDraft::list_from_json(changes)?;
        Ok(compare(&Scenario::of(&head, *name, &changes)?, &Given::default(), Profile::Audit, &context)?.into())
    };
    let answers: Vec<Reply> = options.iter().map(compared).collect::<twin_core::base::Result<_>>()?;
    let answer = trade_off_of_answers(&answers, &ObjectiveDraft::list_from_json(objectives)?)?;
    let told = |row: &OptionRow| {
        let front = row.front.map_or("?".to_owned(), |front| front.to_string());
        let figure = |(value, why): (&Option<f64>, &Option<String>)| match (value, why) {
            (Some(value), _) => value.to_string(),
            (None, why) => why.clone().unwrap_or_default(),
        };
        let figures: Vec<String> = row.values.iter().zip(&row.reasons).map(figure).collect();
        format!("{} {front}: {}", row.name, figures.join(" | "))
    };
    Ok((answer.value.options.iter().map(told).collect(), answer.assumptions))
}

const STAY: (&str, &str) = ("stay", "[]");
const RENT: (&str, &str) = (
    "rent",
    r#"[{"change": "replace", "entity": "pay", "by": "cloud", "price": {"amount": "20", "currency": "EUR"}, "exit_fee": {"amount": "7", "currency": "EUR"}, "dual_run_days": 0}]"#,
);
const GROW: (&str, &str) = (
    "grow",
    r#"[{"change": "replace", "entity": "mail", "by": "post", "price": {"amount": "11", "currency": "EUR"}, "dual_run_days": 0}]"#,
);

#[test]
fn what_an_option_changes_nothing_of_is_as_it_was() {
    let (told, assumed) =
        ranked(&[STAY, RENT], r#"[{"dimension": "cost", "of": "pay"}, {"dimension": "one_off_cost"}]"#).unwrap();
    assert_eq!(told, ["stay 0: 30 | 0", "rent 0: 20 | 7"]);
    assert!(assumed.iter().any(|told| told == "\"stay\" leaves cost as it is where it changes nothing of it"));
    let (told, _) = ranked(&[STAY, RENT], r#"[{"dimension": "cost", "of": "front"}]"#).unwrap();
    assert_eq!(told, ["stay ?: its comparison has no such figure", "rent ?: its comparison has no such figure"]);
    let open = ("open", r#"[{"change": "move", "entity": "pay", "region": "north"}]"#);
    let (told, _) = ranked(&[STAY, open], r#"[{"dimension": "cost", "of": "pay"}]"#).unwrap();
    assert_eq!(told, ["stay 0: 30", "open ?: no prices of region north were read"]);
    let unread = (
        "new",
        r#"[{"change": "replace", "entity": "front", "by": "web", "price": {"amount": "1", "currency": "EUR"}}]"#,
    );
    let (told, _) = ranked(&[STAY, unread], r#"[{"dimension": "cost", "of": "front"}]"#).unwrap();
    let unknown = "stay ?: nothing of it changes, and what it is now is not known";
    assert_eq!(told, [unknown, "new 0: 1"]);
    // One that is priced, and one of which not even the currency is known.
    let upgraded = ("upgraded", r#"[{"change": "upgrade", "entity": "front", "version": "2"}]"#);
    let (told, _) = ranked(&[STAY, unread, upgraded], r#"[{"dimension": "cost", "of": "front"}]"#).unwrap();
    assert_eq!(told[..2], [unknown, "new 0: 1"]);
}

#[test]
fn bills_of_different_things_are_held_against_each_other_as_a_whole() {
    let (told, assumed) = ranked(&[STAY, RENT, GROW], r#"[{"dimension": "cost"}]"#).unwrap();
    assert_eq!(told, ["stay 1: 40", "rent 0: 30", "grow 2: 41"]);
    let whole = "cost is what mail, pay are billed together, of which each option changes some";
    assert!(assumed.iter().any(|told| told == whole), "{assumed:?}");
    let (told, _) = ranked(&[STAY, RENT], r#"[{"dimension": "cost"}]"#).unwrap();
    assert_eq!(told, ["stay 1: 30", "rent 0: 20"], "one thing by itself is told as it is");
    // What is said of all bills counts, beside the bills themselves.
    let more = (
        "more",
        r#"[{"change": "scale_load", "factor": 2}, {"change": "replace", "entity": "pay", "by": "cloud", "price": {"amount": "20", "currency": "EUR"}, "dual_run_days": 0}]"#,
    );
    let (told, _) = ranked(&[more, GROW], r#"[{"dimension": "cost"}]"#).unwrap();
    assert_eq!(told[1], "grow 0: 41");
    assert!(told[0].contains("how costs grow with load was never read"), "{told:?}");
    let split = ("split", r#"[{"change": "split", "entity": "pay", "into": "refunds", "takes": []}]"#);
    let merge = ("merge", r#"[{"change": "merge", "entity": "pay", "others": ["mail"]}]"#);
    let (told, _) =
        ranked(&[split, merge, RENT], r#"[{"dimension": "cost", "of": "pay"}, {"dimension": "one_off_cost"}]"#)
            .unwrap();
    let none = "its comparison has no such figure";
    assert_eq!(
        told,
        [
            format!("split ?: what it is billed without its part is not known | {none}"),
            format!("merge ?: what it is billed with the work of others is not known | {none}"),
            "rent 0: 20 | 7".to_owned()
        ]
    );
    let down = |name| format!(r#"[{{"change": "remove", "entity": "{name}"}}]"#);
    let (mail, pay) = (down("mail"), down("pay"));
    let (told, _) = ranked(&[("mail", &mail), ("pay", &pay)], r#"[{"dimension": "cost"}]"#).unwrap();
    assert!(told.iter().all(|told| told.contains("what would be avoided is not")), "{told:?}");
}

#[test]
fn an_objective_of_different_things_is_refused() {
    let available =
        |name| format!(r#"[{{"change": "replace", "entity": "{name}", "by": "new", "availability": 0.9}}]"#);
    let (mail, pay) = (available("mail"), available("front"));
    let options = [("mail", mail.as_str()), ("front", pay.as_str())];
    let twin = Twin::in_memory();
    apply(&twin, BILLED);
    let head = twin.snapshot(At::now(time("09:00")));
    let availability =
        [("mail", 0.99), ("front", 0.99), ("pay", 0.99)].map(|(name, own)| (head.find(name).unwrap(), own));
    let given = Given { availability: availability.into(), ..Given::default() };
    let compared = |changes: &str| {
        let changes = ChangeDraft::list_from_json(changes).unwrap();
        let scenario = Scenario::of(&head, changes[0].entities()[0], &changes).unwrap();
        compare(&scenario, &given, Profile::Audit, &Context::new(Timestamp::MIN)).unwrap().value
    };
    let compared = options.map(|(name, changes)| (name.to_owned(), compared(changes)));
    let options: Vec<(String, &Comparison)> = compared.iter().map(|(name, one)| (name.clone(), one)).collect();
    let objective = |of: Option<&str>| {
        [Objective { dimension: Dimension::Availability, of: of.map(str::to_owned), goal: Goal::Minimize }]
    };
    let error = trade_off(&options, &objective(None)).unwrap_err().to_string();
    assert!(error.contains("say of which"), "{error}");
    let ranked = trade_off(&options, &objective(Some("front"))).unwrap();
    let minutes: Vec<f64> = ranked.options.iter().map(|option| option.values[0].unwrap().round()).collect();
    // The front is not touched by what becomes of the mail: 1 - .99 · .99 of a month, and 1 - .9 · .99.
    assert_eq!(minutes, [860.0, 4709.0]);
}

#[test]
fn a_search_tells_by_how_much_bills_change() {
    let twin = Twin::in_memory();
    apply(&twin, BILLED);
    let head = twin.snapshot(At::now(time("09:00")));
    let cost = |among: &str| {
        let question = format!(
            r#"{{"aim": {{"find": "retire", "among": ["{among}"]}}, "objectives": [{{"measure": "cost"}}], "constraints": {{"limits": [{{"measure": "latency_p95", "of": "front.home", "at_most": 9}}]}}}}"#
        );
        let draft = SearchDraft::from_json(&question).unwrap();
        let found = search(&head, &draft, &Given::default(), &Context::new(Timestamp::MIN)).unwrap().value;
        (found.options[0].values[0].clone(), found.options[0].undecided[0].why.clone())
    };
    let (mail, why) = cost("mail");
    assert_eq!((mail.value, mail.range), (None, Some([-10.0, 0.0])), "as much as is allocated, or nothing: {mail:?}");
    assert_eq!(why, "latency_p95 of front.home: no recorded requests were given");
    let (front, _) = cost("front");
    assert_eq!(front.unknown.as_deref(), Some("what front will cost is not known: no line of a bill is for it"));
}
